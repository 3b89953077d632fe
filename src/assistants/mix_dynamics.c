// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/compression_estimate.h"
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>
#include <stdio.h>

enum { FEWEST_HITS = 8, CANDIDATES = 8 };

/// A compressor that does less of both is left out
#define LEAST_DB 0.5
#define LEAST_LU 1.0

/// The best of eight thresholds: nearest the wanted range without more than
/// the role's mean reduction
static Trial
best_threshold(const Levels* l, const TonRole* role, double wanted_lu)
{
  Trial best = {.threshold_db = NAN, .range_lu = INFINITY};
  for (int i = 0; i < CANDIDATES; ++i) {
    const Trial t = levels_try(l, role->threshold_db + 4.0 - i, role->ratio);
    if (t.mean_db <= role->most_db &&
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
rms_level(const Strip* s)
{
  double power = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power += pow(10.0, s->facts->active_db[b] / 10.0);
  }
  const double channels = s->facts->whole.channels > 1 ? 2.0 : 1.0;
  return 10.0 * log10(power / channels) + s->trim_db + SINE_DB;
}

static void
write_compressor(MixState* desk, Strip* s, const TonSetting* settings,
                 uint32_t n, TonDecision* d)
{
  char key[32];
  const char* const value =
      ton_chain_values(desk->plan, "compressor", settings, n);
  if (value) {
    snprintf(key, sizeof(key), "chain/%u/compressor", s->n_chain++);
    strip_decide(desk, s, key, value, d);
  }
}

static void
leave_dynamics(const MixState* desk, const Strip* s, const char* metric,
               double value, const char* unit, double comfort)
{
  TonDecision d;
  ton_decision_start(&d, "compression.comfort", 0.8,
                     "no compressor: %s {0}, comfortable up to %g %s", metric,
                     comfort, unit);
  ton_decision_range(&d, metric, value, unit, NAN, comfort, "data/roles.yaml");
  strip_decide(desk, s, "chain/compressor", NULL, &d);
}

/// A compressor that would hardly do anything
static void
leave_slight(const MixState* desk, const Strip* s, const Trial* best)
{
  TonDecision d;
  if (isnan(best->threshold_db)) {
    ton_decision_start(&d, "compression.slight", 0.7,
                       "no compressor: none helps the range of {0} within "
                       "%g dB of mean reduction",
                       s->role->most_db);
  } else {
    ton_decision_start(&d, "compression.slight", 0.7,
                       "no compressor: the best would take a range of {0} to "
                       "%.1f LU",
                       best->range_lu);
  }
  ton_decision_range(&d, "range of 400 ms loudness", s->facts->range_lu, "LU",
                     NAN, s->role->comfort_lu, "data/roles.yaml");
  strip_decide(desk, s, "chain/compressor", NULL, &d);
}

static void
compress_range(MixState* desk, Strip* s)
{
  const TonRole* const r = s->role;
  const double range = s->facts->range_lu;
  if (!(range > r->comfort_lu)) {
    leave_dynamics(desk, s, "range of 400 ms loudness", range, "LU",
                   r->comfort_lu);
    return;
  }
  const Levels levels = levels_read(&desk->plan->arena, s->facts);
  const double wanted =
      fmax(r->comfort_lu, range - 0.6 * (range - r->comfort_lu));
  const Trial best = levels.n >= 10 ? best_threshold(&levels, r, wanted)
                                    : (Trial){.threshold_db = NAN};
  if (isnan(best.threshold_db) ||
      (best.mean_db < LEAST_DB && range - best.range_lu < LEAST_LU)) {
    leave_slight(desk, s, &best);
    return;
  }
  TonDecision d;
  ton_decision_start(&d, "compression.range", 0.7,
                     "loudness ranges over {0}, comfortable is {1}; {2} mean "
                     "reduction leaves {3}");
  ton_decision_range(&d, "range of 400 ms loudness", range, "LU", NAN,
                     r->comfort_lu, "data/roles.yaml");
  ton_decision_figure(&d, "comfort", r->comfort_lu, "LU");
  ton_decision_range(&d, "mean reduction", best.mean_db, "dB", NAN, r->most_db,
                     "data/roles.yaml");
  ton_decision_figure(&d, "range left", best.range_lu, "LU");
  ton_decision_instead(&d, "no compression", "the range is beyond comfort");
  const TonSetting settings[] = {
      {"threshold", rint(rms_level(s) + best.threshold_db)},
      {"ratio", r->ratio},
      {"attack", r->attack_ms},
      {"release", r->release_ms},
      {"make-up", rint(best.lost_lu * 10.0) / 10.0},
      {"detector", ton_chain_choice("compressor", "detector", "rms")}};
  write_compressor(desk, s, settings, 6, &d);
}

static void
compress_hits(MixState* desk, Strip* s)
{
  const TonRole* const r = s->role;
  const TonSoundFeatures* const f = s->facts;
  const bool many = f->hits_per_s * f->active_s >= FEWEST_HITS;
  if (!many || !(f->hit_spread_db > r->comfort_hit_db)) {
    leave_dynamics(desk, s, "spread of the hits", f->hit_spread_db, "dB",
                   r->comfort_hit_db);
    return;
  }
  TonDecision d;
  ton_decision_start(&d, "compression.hits", 0.7,
                     "hits differ by {0}, comfortable is {1}; holds the "
                     "loudest quarter");
  ton_decision_range(&d, "spread of the hits", f->hit_spread_db, "dB", NAN,
                     r->comfort_hit_db, "data/roles.yaml");
  ton_decision_figure(&d, "comfort", r->comfort_hit_db, "dB");
  ton_decision_figure(&d, "hits", rint(f->hits_per_s * f->active_s), "");
  const TonSetting settings[] = {
      {"threshold", rint(s->level_lufs + f->hit_p75_db)},
      {"ratio", r->ratio},
      {"attack", r->attack_ms},
      {"release", r->release_ms}};
  write_compressor(desk, s, settings, 4, &d);
}

void
propose_dynamics(MixState* desk, Strip* s)
{
  if (!isnan(s->role->comfort_hit_db)) {
    compress_hits(desk, s);
  } else if (!isnan(s->role->comfort_lu)) {
    compress_range(desk, s);
  }
}
