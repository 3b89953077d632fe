// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Loudness goals by name, as `--target` takes them: data/targets.yaml.
#ifndef TONMEISTER_TARGET_H
#define TONMEISTER_TARGET_H

#include <tonmeister/api.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

/// A loudness goal
typedef struct {
  char name[32];
  char title[96];
  double loudness_lufs; ///< NaN: no loudness goal
  double ceiling_dbtp;
  double tolerance_lu;
  char tone[32];   ///< Profile in data/tone, or ""
  bool keeps;      ///< Tone, dynamics and width stay as they are
  char source[96]; ///< Where the numbers come from
} TonTarget;

/// Target by name ("streaming", "spotify", "cd").  TON_NOT_FOUND names the
/// nearest.  [main]
TonStatus ton_target(const char* name, TonTarget* target, TonError* error);

/// All of them, in the order of the file
typedef struct {
  TonTarget* items;
  uint32_t n;
} TonTargets;

/// Freed with ton_targets_free(); null on failure.  [main]
TonStatus ton_targets_read(TonTargets** targets, TonError* error);

/// Null is allowed.  [main]
void ton_targets_free(TonTargets* targets);

TON_API_END

#endif
