// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_MIX_H
#define TON_ASSISTANTS_MIX_H

#include "analysis/facts.h"
#include "analysis/levels_behind.h"
#include "assistants/plan.h"
#include "assistants/roles.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/session.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   The mix assistant: facts of the stems in, changes of mix.yaml out.

   How it is used:

     1. ton_analysis_*() over every stem
     2. ton_assist_mix() -> ton_plan_apply() on the skeleton of mix.yaml
     3. render; measure each strip after its fader and the mix;
        ton_assist_mix_thresholds() -> apply, and again while it changes something
     4. ton_assist_mix_balance() with what was measured -> apply, render again;
        ton_assist_mix_peaks() where its peaks are high -> apply, render again
     5. ton_assist_mix_level() with the mix's true peak -> apply, render
*/

/// One track as the assistant is given it; nothing is owned
typedef struct {
  const char* strip;  ///< Its name in mix.yaml
  const char* file;   ///< As written in mix.yaml; the role is read from it
  const char* role;   ///< A person's word for the role, or null
  bool role_proposed; ///< The role in `existing` is of an earlier step, and no
                      ///< person's
  const TonSound* sound;
  const TonAudioInfo* format; ///< Of the file itself, or null
  bool moved;                 ///< A curve moves its fader
  double moved_db;            ///< Level of that curve while the track plays
} TonMixStem;

typedef struct {
  const TonMixStem* stems;
  uint32_t n_stems;
  const TonRoles* roles;
  const TonMix* existing; ///< What mix.yaml says now, or null; strips are
                          ///< matched by name, locked keys are kept
  double tempo_bpm;       ///< A person's; 0: unknown
  bool write_files;       ///< Also write tracks/NAME/file
} TonMixBrief;

/// Propose a mix.  The plan is the caller's, freed with ton_plan_free() even
/// on failure.  [main]
TonStatus ton_assist_mix(const TonMixBrief* brief, TonPlan* plan,
                         TonError* error);

/**
   Raise the thresholds of compressors that take away more in a render than their
   roles allow.

   @param brief, after As of ton_assist_mix_balance()
   @param plan Changed compressors; n_edits of 0: all keep to their roles, or
          cannot go higher
*/
TonStatus ton_assist_mix_thresholds(const TonMixBrief* brief,
                                    const TonLevelsBehind* after, TonPlan* plan,
                                    TonError* error);

/**
   Correct the balance after a render, and say what the compressors did in it.

   @param brief As before; `existing` is what was rendered
   @param after Of each stem, behind its fader and without its bus
   @param plan Changed faders, none below 0.3 dB, and compressors with what they
          do; n_edits of 0: nothing to do
*/
TonStatus ton_assist_mix_balance(const TonMixBrief* brief,
                                 const TonLevelsBehind* after, TonPlan* plan,
                                 TonError* error);

/// The high peaks of a render (ton_high_peak())
typedef struct {
  double mix_lufs;
  double mix_dbfs;
  const double* strips_dbfs; ///< Of each strip, behind its fader
} TonMixPeaks;

/// Whether the peaks of a render stand so high that a loud master would need more
/// limiting than is good.  [any]
bool ton_mix_peaks_high(const TonRoles* roles, double mix_lufs,
                        double mix_dbfs);

/**
   Cut the tips of the peaks of tracks and buses that make those of the mix high.

   @param brief As before; `existing` is what was rendered
   @param plan Clippers at the end of chains; n_edits of 0: none may be there
*/
TonStatus ton_assist_mix_peaks(const TonMixBrief* brief,
                               const TonMixPeaks* peaks, TonPlan* plan,
                               TonError* error);

/// Range the mix's true peak shall land in, dBTP
#define TON_MIX_PEAK_DBTP         -4.5
#define TON_MIX_PEAK_TOLERANCE_DB 1.0

/// Set the mix bus's fader so that the true peak lands at TON_MIX_PEAK_DBTP.
/// `existing` was rendered with `true_peak_dbtp` and `integrated_lufs`.  No
/// edit when it already lies within the tolerance; a locked fader is kept.
TonStatus ton_assist_mix_level(const TonMix* existing, double true_peak_dbtp,
                               double integrated_lufs, TonPlan* plan,
                               TonError* error);

#endif
