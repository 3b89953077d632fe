// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Values of a processor as text, printed by its own parameter table.
*/
#ifndef TON_ASSISTANTS_INSERT_TEXT_H
#define TON_ASSISTANTS_INSERT_TEXT_H

#include "assistants/plan.h"

#include <tonmeister/processor.h>

/// A parameter by its symbol, in its own unit
typedef struct {
  const char* symbol;
  double value;
} TonSetting;

/**
   Values of a processor as a text has them, "{threshold: -22 dB, ratio: 3:1}":
   printed by the processor's own table and held to its ranges.  Owned by the
   plan.  Null if this build has no such processor.  [main]
*/
const char* ton_chain_values(TonPlan* plan, const char* processor,
                             const TonSetting* settings, uint32_t n);

/// Same for one band of the equaliser: "{at: 95 Hz, slope: 18 dB/oct}"
const char* ton_chain_band(TonPlan* plan, const TonSetting* settings,
                           uint32_t n);

/// Number of a choice by its key, for a TonSetting; 0 if there is none
double ton_chain_choice(const char* processor, const char* symbol,
                        const char* key);

#endif
