// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_DECIBEL_H
#define TON_DSP_DECIBEL_H

/**
   @file
   Decibels to factors and back.
*/

#include <math.h>

/// Amplitude factor of a gain; exactly 1 at 0 dB and 0 at -inf dB
static inline double
ton_from_db(double db)
{
  return db == 0.0 ? 1.0 : pow(10.0, db / 20.0);
}

/// Gain of an amplitude factor; -inf for 0
static inline double
ton_to_db(double factor)
{
  return 20.0 * log10(factor);
}

/// Level of a power; -inf for 0
static inline double
ton_power_db(double power)
{
  return 10.0 * log10(power);
}

#endif
