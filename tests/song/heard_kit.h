// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_HEARD_KIT_H
#define TON_TESTS_HEARD_KIT_H

/// @file How a microphone adds up with one nearer the source, or with all close
/// microphones of the drums.

#include "heard.h"

#include <tonmeister/session.h>

/// What two or more microphones are to a further one
typedef struct {
  double as_is; ///< Power of the sum as recorded, re the powers alone
  double flipped;
  double likeness;
  double lag_ms;
} Together;

/// Add one nearer microphone, by a weight of its power
void add_microphone(Together* t, Sound* near, Sound* far, double weight,
                    double longest_ms);

/// With all close microphones of the drums, each by its power in the balance
Together with_kit(const TonMix* mix, Sound* overhead);

#endif
