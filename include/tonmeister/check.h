// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What `check` finds in a mix: one row per thing looked at.
*/
#ifndef TONMEISTER_CHECK_H
#define TONMEISTER_CHECK_H

#include <tonmeister/api.h>

TON_API_BEGIN

typedef enum {
  TON_LIGHT_GREY, ///< Could not be measured
  TON_LIGHT_GREEN,
  TON_LIGHT_AMBER,
  TON_LIGHT_RED,
} TonLight;

/// One line of the readiness report
typedef struct {
  char item[32]; ///< Permanent key: "headroom", "mono-loss"
  TonLight light;
  double value;   ///< In `unit`; NaN: could not be measured
  char unit[16];  ///< "dBTP"
  double at_s;    ///< Place of the worst; NaN: the whole song
  char text[192]; ///< What was found, one sentence
  char fix[192];  ///< What to do in the mix; "" when green or grey
} TonFinding;

/// "grey", "green", "amber", "red".  [any]
const char* ton_light_name(TonLight light);

TON_API_END

#endif
