// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_PROCESSORS_H
#define TON_PROCESSORS_PROCESSORS_H

#include <tonmeister/processor.h>

/// Processors with lanes: one descriptor per width, the same table
#define TON_DECLARE_LANED(name)                                                \
  extern const TonProcessor name##4;                                           \
  extern const TonProcessor name##8;                                           \
  extern const TonProcessor name##16

TON_DECLARE_LANED(ton_equaliser);
TON_DECLARE_LANED(ton_compressor);
TON_DECLARE_LANED(ton_dynamic_eq);
TON_DECLARE_LANED(ton_gain);
TON_DECLARE_LANED(ton_gate);
TON_DECLARE_LANED(ton_saturator);
TON_DECLARE_LANED(ton_transient);
TON_DECLARE_LANED(ton_width);

/// No lanes, yet faster where vectors are wide
TON_DECLARE_LANED(ton_reverb);

extern const TonProcessor ton_delay;
extern const TonProcessor ton_limiter;

#endif
