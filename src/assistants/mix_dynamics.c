// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Compressors of the tracks, or why there is none.
*/
#include "assistants/compression_estimate.h"
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

enum { FEWEST_HITS = 8, CANDIDATES = 8 };

/// A compressor that reduces less, by gain and by range, is left out
#define LEAST_DB 0.5
#define LEAST_LU 1.0

/// The best of eight thresholds: nearest the wanted range without more than
/// the role's mean reduction
static CompressionEstimate
best_threshold(const BlockLevels* l, const TonRole* role, double wanted_lu)
{
  CompressionEstimate best = {.threshold_db = NAN, .range_lu = INFINITY};
  for (int i = 0; i < CANDIDATES; ++i) {
    const CompressionEstimate t =
        estimate_compression(l, role->threshold_db + 4.0 - i, role->ratio);
    if (t.mean_db <= role->max_reduction_db &&
        fabs(t.range_lu - wanted_lu) < fabs(best.range_lu - wanted_lu)) {
      best = t;
    }
  }
  return best;
}

/// A sine's peak over its RMS, which the compressor's RMS detector adds
#define SINE_DB 3.01

/// What an RMS detector reads of one channel when the stem is at its active
/// loudness, dBFS after the trim
static double
rms_level(const MixTrack* s)
{
  double power = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power += pow(10.0, s->facts->active_db[b] / 10.0);
  }
  const double channels = s->facts->whole.channels > 1 ? 2.0 : 1.0;
  return 10.0 * log10(power / channels) + s->trim_db + SINE_DB;
}

static void
write_compressor(MixState* state, MixTrack* s, const TonSetting* settings,
                 uint32_t n, TonDecision* d)
{
  const char* const value =
      ton_chain_values(state->plan, "compressor", settings, n);
  if (value) {
    track_decide(
        state, s,
        ton_plan_text(state->plan, "chain/%u/compressor", s->n_chain++), value,
        d);
  }
}

static void
leave_even(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  const double easy_lu = s->role->uncompressed_range_lu;
  ton_decision_start(&d, TON_RULE_COMPRESSION_EVEN, 0.8);
  ton_decision_range(&d, "level range", s->facts->range_lu, NAN, easy_lu);
  ton_decision_figure(&d, "easy range", easy_lu);
  track_decide(state, s, "chain/compressor", NULL, &d);
}

static void
leave_hits(const MixState* state, const MixTrack* s, double hits)
{
  TonDecision d;
  const double even_db = s->role->uncompressed_hits_db;
  if (hits < FEWEST_HITS) {
    ton_decision_start(&d, TON_RULE_COMPRESSION_FEW_HITS, 0.8);
    ton_decision_range(&d, "hits", hits, FEWEST_HITS, NAN);
  } else {
    ton_decision_start(&d, TON_RULE_COMPRESSION_EVEN_HITS, 0.8);
    ton_decision_range(&d, "difference between hits", s->facts->hit_spread_db,
                       NAN, even_db);
    ton_decision_figure(&d, "even hits", even_db);
  }
  track_decide(state, s, "chain/compressor", NULL, &d);
}

/// A compressor that would hardly do anything
static void
leave_slight(const MixState* state, const MixTrack* s,
             const CompressionEstimate* best)
{
  TonDecision d;
  const bool none = isnan(best->threshold_db);
  ton_decision_start(
      &d, none ? TON_RULE_COMPRESSION_NONE_FITS : TON_RULE_COMPRESSION_SLIGHT,
      0.7);
  ton_decision_range(&d, "level range", s->facts->range_lu, NAN,
                     s->role->uncompressed_range_lu);
  if (none) {
    ton_decision_figure(&d, "average reduction", s->role->max_reduction_db);
  } else {
    track_name_role(s, &d);
  }
  track_decide(state, s, "chain/compressor", NULL, &d);
}

/// The compressor of a chain that was rendered, or null
static const TonInsert*
find_compressor(const TonStrip* strip)
{
  for (uint32_t i = 0; strip && i < strip->n_chain; ++i) {
    if (strcmp(strip->chain[i].type->id, "compressor") == 0) {
      return &strip->chain[i];
    }
  }
  return NULL;
}

/// A parameter of a compressor of a chain, in its own unit
static double
setting_of(const TonInsert* compressor, const char* symbol)
{
  const TonParam* const p = ton_param(compressor->type, symbol);
  return p ? (double)compressor->params[p - compressor->type->params] : 0.0;
}

static void
write_range(MixState* state, MixTrack* s, double threshold_db,
            double make_up_db, const CompressionEstimate* does)
{
  const TonRole* const r = s->role;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_COMPRESSION_RANGE, 0.7);
  ton_decision_range(&d, "level range", s->facts->range_lu, NAN,
                     r->uncompressed_range_lu);
  ton_decision_figure(&d, "easy range", r->uncompressed_range_lu);
  ton_decision_range(&d, "average reduction", does->mean_db, NAN,
                     r->max_reduction_db);
  ton_decision_figure(&d, "range left", does->range_lu);
  const TonSetting settings[] = {
      {"threshold", rint(threshold_db)},
      {"ratio", r->ratio},
      {"attack", r->attack_ms},
      {"release", r->release_ms},
      {"make-up", rint(make_up_db * 10.0) / 10.0},
      {"detector", ton_chain_choice("compressor", "detector", "rms")}};
  write_compressor(state, s, settings, 6, &d);
}

static void
compress_range(MixState* state, MixTrack* s)
{
  const TonRole* const r = s->role;
  const double range = s->facts->range_lu;
  if (!(range > r->uncompressed_range_lu)) {
    leave_even(state, s);
    return;
  }
  const BlockLevels levels = block_levels(state->plan, s->stem->sound);
  const double wanted = fmax(r->uncompressed_range_lu,
                             range - 0.6 * (range - r->uncompressed_range_lu));
  // a short track may hold no 400 ms in which it varies so
  const bool varies =
      levels.n >= 10 && estimate_compression(&levels, 0.0, 1.0).range_lu >
                            r->uncompressed_range_lu;
  const CompressionEstimate best =
      varies ? best_threshold(&levels, r, wanted)
             : (CompressionEstimate){.threshold_db = NAN};
  if (isnan(best.threshold_db) ||
      (best.mean_db < LEAST_DB && range - best.range_lu < LEAST_LU)) {
    leave_slight(state, s, &best);
  } else {
    write_range(state, s, rms_level(s) + best.threshold_db, best.lost_lu,
                &best);
  }
}

static void
compress_hits(MixState* state, MixTrack* s)
{
  const TonRole* const r = s->role;
  const TonFacts* const f = s->facts;
  const double hits = f->hits_per_s * f->active_s;
  if (hits < FEWEST_HITS || !(f->hit_spread_db > r->uncompressed_hits_db)) {
    leave_hits(state, s, hits);
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_COMPRESSION_HITS, 0.7);
  ton_decision_range(&d, "difference between hits", f->hit_spread_db, NAN,
                     r->uncompressed_hits_db);
  ton_decision_figure(&d, "even hits", r->uncompressed_hits_db);
  ton_decision_figure(&d, "hits", rint(hits));
  const TonSetting settings[] = {
      {"threshold", rint(s->level_lufs + f->hit_p75_db)},
      {"ratio", r->ratio},
      {"attack", r->attack_ms},
      {"release", r->release_ms}};
  write_compressor(state, s, settings, 4, &d);
}

void
propose_dynamics(MixState* state, MixTrack* s)
{
  if (!isnan(s->role->uncompressed_hits_db)) {
    compress_hits(state, s);
  } else if (!isnan(s->role->uncompressed_range_lu)) {
    compress_range(state, s);
  }
}

/// The compressor that evens out the level of a track in a test render and may be
/// changed, or null
static const TonInsert*
rendered_compressor(const MixState* state, const MixTrack* s)
{
  const bool by_range = isnan(s->role->uncompressed_hits_db) &&
                        !isnan(s->role->uncompressed_range_lu);
  const TonLevelsBehind* const r = &state->after[s->stem - state->brief->stems];
  return by_range && s->sounds && !isnan(r->range_lu) &&
                 !track_locked(s, "chain")
             ? find_compressor(s->old)
             : NULL;
}

/// What a compressor does in the test render, without the constant gains of the
/// strip
static CompressionEstimate
rendered_compression(const MixState* state, const MixTrack* s,
                     const TonInsert* compressor)
{
  const TonLevelsBehind* const r = &state->after[s->stem - state->brief->stems];
  const double gains_db = setting_of(compressor, "make-up") +
                          (double)s->old->trim_db + (double)s->old->fader_db;
  return (CompressionEstimate){.mean_db = r->loss_db + gains_db,
                               .range_lu = r->range_lu};
}

void
measure_dynamics(MixState* state, MixTrack* s)
{
  const TonInsert* const c = rendered_compressor(state, s);
  if (c) {
    const CompressionEstimate does = rendered_compression(state, s, c);
    s->n_chain = (uint32_t)(c - s->old->chain);
    write_range(state, s, setting_of(c, "threshold"), setting_of(c, "make-up"),
                &does);
  }
}

/// A compressor that takes away more than its role allows counts as above its
/// threshold half of the time
void
raise_threshold(MixState* state, MixTrack* s)
{
  const TonInsert* const c = rendered_compressor(state, s);
  if (!c) {
    return;
  }
  const CompressionEstimate does = rendered_compression(state, s, c);
  const double beyond_db = does.mean_db - s->role->max_reduction_db;
  const double slope = 0.5 * (1.0 - 1.0 / s->role->ratio);
  const double threshold_db =
      fmin(setting_of(c, "threshold") + ceil(beyond_db / slope), 0.0);
  if (beyond_db > 0.0 && threshold_db > setting_of(c, "threshold")) {
    s->n_chain = (uint32_t)(c - s->old->chain);
    write_range(state, s, threshold_db, setting_of(c, "make-up"), &does);
  }
}
