// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_SESSION_PRINT_H
#define TON_TESTS_SESSION_PRINT_H

#include "base/text.h"

#include <tonmeister/session.h>

/// What a text said, one fact a line, defaults left out
void print_mix(TonText* out, const TonMix* mix);

void print_master(TonText* out, const TonMaster* master);
void print_release(TonText* out, const TonRelease* release);

void print_chain(TonText* out, const char* before, const TonInsert* chain,
                 uint32_t n_chain);

#endif
