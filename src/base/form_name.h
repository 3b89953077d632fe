// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of folders that tell how files were stored, and not what plays.
#ifndef TON_BASE_FORM_NAME_H
#define TON_BASE_FORM_NAME_H

#include <stdbool.h>
#include <stddef.h>

/// Whether a name of `length` bytes is made of words such as "WAV", "24bit",
/// "44.1 kHz", "Stems", "Bounced", and of numbers beside one: "Stems_24bit_48kHz",
/// "Exports 2026-05-03", and neither "Drum stems" nor "808".  [any]
bool ton_names_a_form(const char* name, size_t length);

#endif
