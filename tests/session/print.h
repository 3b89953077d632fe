// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_SESSION_PRINT_H
#define TON_TESTS_SESSION_PRINT_H

/// @file What a text said, printed.

#include "base/string.h"

#include <tonmeister/session.h>

/// What a text said, one fact a line, defaults left out
void print_mix(TonString* out, const TonMix* mix);

void print_master(TonString* out, const TonMaster* master);
void print_release(TonString* out, const TonRelease* release);

void print_chain(TonString* out, const char* before, const TonInsert* chain,
                 uint32_t n_chain);

#endif
