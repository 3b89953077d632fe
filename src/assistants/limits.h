// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Where the lights of the readiness report change: the table data/readiness.yaml.
*/
#ifndef TON_ASSISTANTS_LIMITS_H
#define TON_ASSISTANTS_LIMITS_H

#include <tonmeister/status.h>

#include <stdint.h>

/// Green up to `green`, amber up to `amber`; amber below green: the smaller the
/// worse
typedef struct {
  char name[32]; ///< Of the rule without "check."
  double green;
  double amber;
  char source[96];
} TonLimit;

/// What a master keeps around its sound where an end is put right, s
typedef struct {
  double before_s; ///< Silence kept before the first sound
  double behind_s; ///< Kept behind the last one, and faded out if it is noise
  double fade_in_s;
  double shortest_fade_out_s; ///< Of sound that the file cuts off
  double longest_fade_out_s;
} TonEndLimits;

typedef struct {
  TonLimit* items;
  uint32_t n;
  TonEndLimits ends;
} TonLimits;

/// A limit for every rule of the report, or the text is wrong.  Freed with
/// ton_limits_free().  [main]
TonStatus ton_limits_read(TonLimits** limits, TonError* error);

/// Null is allowed.  [main]
void ton_limits_free(TonLimits* limits);

/// By the name of its rule; null: there is none.  [any]
const TonLimit* ton_limit(const TonLimits* limits, const char* name);

#endif
