// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Clippers of the tracks and buses whose peaks make those of the mix so high that
   a loud master would turn all tracks down with them.
*/
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"
#include "dsp/pan.h"

#include <math.h>
#include <string.h>

/// Less is not worth a processor
#define LEAST_DB 0.5

bool
ton_mix_peaks_high(const TonRoles* roles, double mix_lufs, double mix_dbfs)
{
  return mix_dbfs - mix_lufs > roles->peaks.high_lu;
}

static double
group_clip(const MixState* state, const char* group)
{
  const TonRoles* const roles = state->brief->roles;
  for (uint32_t g = 0; g < roles->n_groups; ++g) {
    if (strcmp(roles->groups[g].name, group) == 0) {
      return roles->groups[g].clip_db;
    }
  }
  return 0.0;
}

/// What the peaks of a strip may lose: of a bus the least that one of its tracks
/// may; 0 for what none of the tracks plays through
static double
largest_cut(const MixState* state, const TonStrip* strip)
{
  double least = INFINITY;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    const bool through =
        s->old && (s->old == strip || strcmp(s->old->to, strip->name) == 0);
    if (s->sounds && through) {
      least = fmin(least, group_clip(state, s->role->group));
    }
  }
  return isinf(least) ? 0.0 : least;
}

/// The other side of a recording, whose peaks are cut at the same level
static const TonStrip*
other_side(const MixState* state, const TonStrip* strip)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->old == strip && s->partner) {
      return s->partner->old;
    }
  }
  return NULL;
}

/// Level behind the fader less that at the end of the chain, dB
static double
gain_behind(const MixState* state, const TonStrip* strip)
{
  double pan_db = 0.0;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->old == strip && s->facts->whole.channels == 1) {
      const TonPanGains g = ton_pan_power((double)strip->pan / 100.0);
      pan_db = 20.0 * log10(fmax(g.left, g.right));
    }
  }
  return (double)strip->fader_db + pan_db;
}

/// Peaks of a strip or of the louder side of its recording re the mix, LU
static double
strip_peaks(const MixState* state, const TonMixPeaks* p, const TonStrip* strip)
{
  const TonMix* const mix = state->brief->existing;
  const TonStrip* const other = other_side(state, strip);
  const double own = p->strips_dbfs[strip - mix->strips];
  const double both =
      other ? fmax(own, p->strips_dbfs[other - mix->strips]) : own;
  return both + (double)mix->strips[mix->mix].fader_db - p->mix_lufs;
}

static void
write_clipper(const MixState* state, const TonMixPeaks* p,
              const TonStrip* strip, double peaks_lu, double cut_db)
{
  const TonMix* const mix = state->brief->existing;
  const TonPeakBounds* const bounds = &state->brief->roles->peaks;
  const double at_db = peaks_lu - cut_db + p->mix_lufs -
                       (double)mix->strips[mix->mix].fader_db -
                       gain_behind(state, strip);
  const TonSetting settings[] = {
      {"character", ton_chain_choice("saturator", "character", "hard")},
      {"drive", ton_plan_rounded(-at_db, 10.0)},
      {"auto-gain", 0.0}};
  const char* const value =
      ton_chain_values(state->plan, "saturator", settings, 3);
  TonDecision d;
  ton_decision_start(&d, TON_RULE_PEAKS_CUT, 0.6);
  ton_decision_range(&d, "peaks", peaks_lu, NAN, bounds->room_lu);
  ton_decision_figure(&d, "room", bounds->room_lu);
  ton_decision_range(&d, "cut", cut_db, NAN, largest_cut(state, strip));
  ton_decision_range(&d, "peaks of the mix", p->mix_dbfs - p->mix_lufs, NAN,
                     bounds->high_lu);
  ton_decision_figure(&d, "high peaks", bounds->high_lu);
  if (value) {
    ton_plan_decide(state->plan,
                    ton_plan_text(state->plan, "%s/%s/chain/%u/saturator",
                                  strip->bus ? "buses" : "tracks",
                                  ton_plan_name(state->plan, strip->name),
                                  strip->n_chain),
                    value, &d);
  }
}

void
cut_peaks(const MixState* state, const TonMixPeaks* peaks)
{
  const TonMix* const mix = state->brief->existing;
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    const TonStrip* const strip = &mix->strips[i];
    const bool feeds = i != mix->mix && strip->to &&
                       strcmp(strip->to, mix->strips[mix->mix].name) == 0;
    if (!feeds || ton_lock_holds(strip->locks, strip->n_locks, "chain")) {
      continue;
    }
    const double high = strip_peaks(state, peaks, strip);
    const double cut = fmin(high - state->brief->roles->peaks.room_lu,
                            largest_cut(state, strip));
    if (cut >= LEAST_DB) {
      write_clipper(state, peaks, strip, high, cut);
    }
  }
}
