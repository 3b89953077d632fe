// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_FIRST_H
#define TON_ASSISTANTS_FIRST_H

#include "assistants/targets.h"

#include <tonmeister/decision.h>
#include <tonmeister/measure.h>
#include <tonmeister/session.h>

/**
   @file
   The first decisions: simple, bounded, each with the figure it stands on.

   They write text and nothing else; a value a person has locked stays and is
   reckoned with.  All functions [main].
*/

/// A track as the assistant is given it
typedef struct {
  const char* name; ///< In the text
  const char* file;
  TonMeasurement whole; ///< Loudness, levels, spectrum
} TonFirstTrack;

/// Propose a mix: edits `doc` (which names the tracks and their files) and
/// records each decision.  `existing` is what the text says now.
TonStatus ton_first_mix(const TonFirstTrack* tracks, uint32_t n,
                        const TonMix* existing, TonDoc* doc,
                        TonDecisions* decisions, TonError* error);

/// Fader of the mix bus so that a true peak lands at -4.5 dBTP; no change
/// within +-1 dB, or if locked.
TonStatus ton_first_level(const TonMix* mix, double true_peak_dbtp, TonDoc* doc,
                          TonDecisions* decisions, TonError* error);

#endif
