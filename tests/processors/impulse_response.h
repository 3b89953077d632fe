// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_IMPULSE_RESPONSE_H
#define TON_TESTS_PROCESSORS_IMPULSE_RESPONSE_H

/// @file An impulse response that is made when a processor asks for it.

#include <tonmeister/processor.h>

enum { IMPULSE_SECONDS = 3 };

/// One resource: 3 s of stereo noise that falls by 60 dB
extern const TonResources impulse_resources;

/// How many impulse responses were loaded and not yet released
extern int impulse_loaded;

/// Sample of the impulse response
float impulse(uint32_t channel, uint64_t frame, double rate);

#endif
