// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/chain.h"
#include "assistants/mind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FEWEST_HITS = 8, CANDIDATES = 8, BLOCK = 4 };

/// Levels of a stem over 400 ms re active loudness, where it sounds
typedef struct {
  double* levels; ///< dB
  uint32_t n;
} Levels;

/// What a compressor would do, by its static curve
typedef struct {
  double threshold_db; ///< Re active loudness
  double mean_db;      ///< Gain reduction
  double range_lu;     ///< Behind it
  double lost_lu;      ///< Loudness
} Trial;

static int
by_value(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static Levels
read_levels(const Desk* desk, const Strip* s)
{
  const TonStemFacts* const f = s->facts;
  Levels l = {
      ton_arena_alloc(&desk->plan->arena, (f->n_tenths + 1) * sizeof(double)),
      0};
  for (uint32_t i = 0; l.levels && i + BLOCK <= f->n_tenths; ++i) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint32_t k = i; k < i + BLOCK; ++k) {
      power += (double)f->tenth_power[k] / BLOCK;
      on += f->tenth_on[k];
    }
    const double db = 10.0 * log10(power) - 0.691 - f->active_lufs;
    if (on == BLOCK && db > -20.0) {
      l.levels[l.n++] = db;
    }
  }
  if (l.n) {
    qsort(l.levels, l.n, sizeof(double), by_value);
  }
  return l;
}

static double
at_share(const Levels* l, double share)
{
  return l->levels[(uint32_t)(share * (l->n - 1))];
}

/// y = x - (1 - 1/ratio) max(0, x - threshold), on levels in rising order
static double
squeezed(double db, double threshold_db, double ratio)
{
  return db - (1.0 - 1.0 / ratio) * fmax(db - threshold_db, 0.0);
}

static Trial
try_threshold(const Levels* l, double threshold_db, double ratio)
{
  Trial t = {.threshold_db = threshold_db};
  double before = 0.0;
  double behind = 0.0;
  for (uint32_t i = 0; i < l->n; ++i) {
    const double out = squeezed(l->levels[i], threshold_db, ratio);
    t.mean_db += (l->levels[i] - out) / l->n;
    before += pow(10.0, l->levels[i] / 10.0);
    behind += pow(10.0, out / 10.0);
  }
  t.range_lu = squeezed(at_share(l, 0.95), threshold_db, ratio) -
               squeezed(at_share(l, 0.10), threshold_db, ratio);
  t.lost_lu = 10.0 * log10(before / behind);
  return t;
}

/// The best of eight thresholds: nearest the wanted range without more than
/// the role's mean reduction
static Trial
best_threshold(const Levels* l, const TonRole* role, double wanted_lu)
{
  Trial best = {.threshold_db = NAN, .range_lu = INFINITY};
  for (int i = 0; i < CANDIDATES; ++i) {
    const Trial t = try_threshold(l, role->threshold_db + 4.0 - i, role->ratio);
    if (t.mean_db <= role->most_db &&
        fabs(t.range_lu - wanted_lu) < fabs(best.range_lu - wanted_lu)) {
      best = t;
    }
  }
  return best;
}

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
  return 10.0 * log10(power / channels) + s->trim_db;
}

static void
write_compressor(Desk* desk, Strip* s, const TonSetting* settings, uint32_t n,
                 TonDecision* d)
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
leave_dynamics(const Desk* desk, const Strip* s, const char* metric,
               double value, const char* unit, double comfort)
{
  TonDecision d;
  ton_decision_start(&d, "compression.comfort", 0.8,
                     "no compressor: %s {0}, comfortable up to %g %s", metric,
                     comfort, unit);
  ton_decision_range(&d, metric, value, unit, NAN, comfort, "data/roles.yaml");
  strip_decide(desk, s, "chain/compressor", NULL, &d);
}

static void
compress_range(Desk* desk, Strip* s)
{
  const TonRole* const r = s->role;
  const double range = s->facts->range_lu;
  if (!(range > r->comfort_lu)) {
    leave_dynamics(desk, s, "range of 400 ms loudness", range, "LU",
                   r->comfort_lu);
    return;
  }
  const Levels levels = read_levels(desk, s);
  const double wanted =
      fmax(r->comfort_lu, range - 0.6 * (range - r->comfort_lu));
  const Trial best = levels.n >= 10 ? best_threshold(&levels, r, wanted)
                                    : (Trial){.threshold_db = NAN};
  if (isnan(best.threshold_db) || best.mean_db < 0.5) {
    leave_dynamics(desk, s, "range of 400 ms loudness", range, "LU",
                   r->comfort_lu);
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
compress_hits(Desk* desk, Strip* s)
{
  const TonRole* const r = s->role;
  const TonStemFacts* const f = s->facts;
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
mind_dynamics(Desk* desk, Strip* s)
{
  if (!isnan(s->role->comfort_hit_db)) {
    compress_hits(desk, s);
  } else if (!isnan(s->role->comfort_lu)) {
    compress_range(desk, s);
  }
}
