// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_MASTER_H
#define TON_ASSISTANTS_MASTER_H

#include "analysis/facts.h"
#include "assistants/gain_search.h"
#include "assistants/limits.h"
#include "assistants/plan.h"
#include "assistants/styles.h"
#include "assistants/targets.h"

#include <tonmeister/check.h>
#include <tonmeister/measure.h>
#include <tonmeister/session.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   The mastering assistant: facts of the stereo mix in, changes of master.yaml
   and a readiness report out.

   How it is used:

     1. ton_analysis_*() with TON_MEASURE_ALL over the mix (and over each
        reference)
     2. ton_readiness() for `check`; ton_assist_master() -> apply to the
        skeleton of master.yaml
     3. ton_gain_search_*(): set the limiter's gain, render, measure, until
        it is over
     4. ton_assist_master_gain() with the result -> apply, write
*/

/// Readiness of a mix for mastering (docs/rules.md 3.1), held against a profile
/// (null: none) and the limits of data/readiness.yaml.  Bands that stand out are
/// looked for against `tone`, for which the limits are known, the slope against
/// `kind`, the kind of music (null: `tone`).  Returns how many rows were written, at
/// most `size` (24 is enough).  [main]
uint32_t ton_readiness(const TonFacts* mix, const TonTone* tone,
                       const TonTone* kind, const TonLimits* limits,
                       TonFinding* rows, uint32_t size);

/// What master.yaml says of the ends of the master
typedef enum {
  TON_MASTER_START,
  TON_MASTER_END,
  TON_MASTER_FADE_IN,
  TON_MASTER_FADE_OUT,
  TON_MASTER_ENDS, ///< How many there are
} TonMasterEnd;

/// Its key.  [any]
const char* ton_master_end_key(TonMasterEnd end);

/// What master.yaml should say of the ends of a mix, s; NaN: nothing, they are good
typedef struct {
  double seconds[TON_MASTER_ENDS];
  bool noise; ///< The fade-out is of what goes on behind the end
} TonMixEnds;

/// Find it.  [any]
TonMixEnds ton_mix_ends(const TonFacts* mix, const TonLimits* limits);

typedef struct {
  const TonSound* mix;
  const TonSound* references; ///< Or null
  uint32_t n_references;
  TonTarget target; ///< Loudness, ceiling; from ton_target() or the command
  TonTone tone;     ///< Used when there is no reference
  double most_db;   ///< A band may be moved towards the tone; 0, NaN: as usual
  TonStyle style;   ///< At its intensity; no name: nobody asked for one
  double amount;    ///< 0 to 100 percent of the proposed tonal move;
                    ///< NaN: 50 for the profile, by likeness for references
  bool loudness_open;   ///< Nobody asked for a loudness: references of the same
                        ///< kind of music give it
  bool loudness_theirs; ///< A person wrote it into master.yaml
  const TonLimits* limits;   ///< How the ends shall be; null: they stay
  unsigned ends_theirs;      ///< Bit of each TonMasterEnd that a person wrote
  const TonMaster* existing; ///< What master.yaml says now, or null
} TonMasterBrief;

/// What came out beside the plan
typedef struct {
  uint32_t limiter;       ///< Index of the limiter in chain
  uint32_t glue;          ///< Of the compressor of the whole; UINT32_MAX: none
  double gain_db;         ///< First gain for the search
  bool gain_locked;       ///< A person's gain: do not search
  bool search;            ///< There is a loudness goal
  double goal_lufs;       ///< It, or NaN
  double references_lufs; ///< Their mean, or NaN
  bool goal_yields; ///< It follows references: as near as the limiter may go
  double tone_db[TON_THIRDS]; ///< The tonal move proposed, per band
} TonMasterPlan;

/// Propose a master.  The plan is the caller's, freed with ton_plan_free()
/// even on failure.  [main]
TonStatus ton_assist_master(const TonMasterBrief* brief, TonPlan* plan,
                            TonMasterPlan* result, TonError* error);

/// Mean reduction that the compressor of the whole may come to, dB
#define TON_GLUE_DB 2.0

/// The compressor of the whole as a value of a chain, owned by the plan; null when
/// memory is refused.  Its threshold is rounded to half a decibel.
const char* ton_master_glue(TonPlan* plan, double threshold_db);

/// Gain reduction (P95) that a goal nobody asked for may cost, dB
#define TON_MASTER_GENTLE_DB 6.0

/// A goal that yields (see above) was not reached: the loudness that was
/// becomes the goal.  To be written before ton_assist_master_gain().
TonStatus ton_assist_master_yield(TonMasterPlan* result, TonGainSearch* search,
                                  double reduction_db, TonPlan* plan,
                                  TonError* error);

/// A goal that follows loud references ended softer than the target: that is the
/// goal then.  `reduction_db` is what the limiter had come to.
TonStatus ton_assist_master_stay_as_loud(const TonMasterBrief* brief,
                                         TonMasterPlan* result,
                                         double reduction_db, TonPlan* plan,
                                         TonError* error);

/// Write the gain the search found.  `reduction_db` is the limiter's P95 gain
/// reduction, or NaN.
TonStatus ton_assist_master_gain(const TonMasterBrief* brief,
                                 const TonMasterPlan* result,
                                 const TonGainSearch* search,
                                 double true_peak_dbtp, double reduction_db,
                                 TonPlan* plan, TonError* error);

#endif
