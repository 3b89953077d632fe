// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Streaming services and tonal profiles by name.
*/
#ifndef TON_ASSISTANTS_TARGETS_H
#define TON_ASSISTANTS_TARGETS_H

#include <tonmeister/measure.h>
#include <tonmeister/status.h>
#include <tonmeister/target.h>

#include <stdbool.h>
#include <stdint.h>

/// What a streaming service does to a master; data/platforms.yaml
typedef struct {
  char name[48];
  double target_lufs; ///< NaN: it does not normalise
  bool raises;        ///< Also turns quiet songs up
  double raise_dbtp;  ///< Up to this true peak
  bool limits;        ///< And beyond, with a limiter there
  double advice_dbtp; ///< True peak it advises
  char source[96];
} TonPlatform;

typedef struct {
  TonPlatform platform;
  double gain_db; ///< What it will do
  bool limited;   ///< With a limiter behind it
  double plays_lufs;
  double wasted_db; ///< Limiting that bought nothing there
  bool over_advice; ///< True peak above its advice
} TonPenalty;

/// What every platform of data/platforms.yaml does to a master of this loudness and
/// true peak, in its order; `n` rows of at most `size`.  [main]
TonStatus ton_platform_penalties(double integrated_lufs, double true_peak_dbtp,
                                 TonPenalty* rows, uint32_t size, uint32_t* n,
                                 TonError* error);

/// Same of one platform, by its name without regard to case.  TON_NOT_FOUND names
/// the nearest one.  [main]
TonStatus ton_platform_penalty(const char* name, double integrated_lufs,
                               double true_peak_dbtp, TonPenalty* row,
                               TonError* error);

/// A tonal profile; data/tone/NAME.yaml
typedef struct {
  char name[32];
  char source[128];
  double level_db[TON_THIRDS];  ///< Re 1 kHz
  double spread_db[TON_THIRDS]; ///< One standard deviation between songs
} TonTone;

TonStatus ton_tone(const char* name, TonTone* tone, TonError* error);

#endif
