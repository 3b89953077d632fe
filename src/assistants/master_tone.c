// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tone of a master: the distance from references or a profile, and how much of
   it is corrected.
*/
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

/// Standard deviations between songs that are left uncorrected
#define DEAD_BAND 0.75
/// Most a band is moved, dB
#define MAX_DB 3.0
/// A band this far under the whole is empty, dB
#define EMPTY_DB -60.0
/// Distance of a band's sound from its noise below which it is not raised, dB
#define SAFE_SNR_DB 20.0
/// Spread assumed of a single reference, dB
#define ONE_REFERENCE_DB 2.0

// Distance --------------------------------------------------------------------

/// Approximate K-weighting of BS.1770, dB
static double
k_weight_db(double hz)
{
  const double low = -10.0 * log10(1.0 + pow(38.0 / hz, 4.0));
  const double high = 4.0 / (1.0 + pow(1500.0 / hz, 2.0));
  return low + high - 0.7;
}

static int
is_less(const double* pairs, uint32_t a, uint32_t b)
{
  return pairs[2 * a] < pairs[2 * b];
}

/// Weighted median of n (value, weight) pairs; sorts them
static double
weighted_median(double* pairs, uint32_t n)
{
  double all = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    all += pairs[2 * i + 1];
    for (uint32_t k = i; k > 0 && is_less(pairs, k, k - 1); --k) {
      for (uint32_t c = 0; c < 2; ++c) {
        const double kept = pairs[2 * k + c];
        pairs[2 * k + c] = pairs[2 * (k - 1) + c];
        pairs[2 * (k - 1) + c] = kept;
      }
    }
  }
  double below = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    below += pairs[2 * i + 1];
    if (below >= 0.5 * all) {
      return pairs[2 * i];
    }
  }
  return 0.0;
}

static double
total_db(const TonFacts* f)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    sum += pow(10.0, f->active_db[b] / 10.0);
  }
  return 10.0 * log10(sum);
}

void
tone_error(const TonFacts* mix, const double* target_db, double* error_db)
{
  const double all_db = total_db(mix);
  double pairs[2 * TON_THIRDS];
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    error_db[b] = target_db[b] - mix->active_db[b];
    if (mix->active_db[b] < all_db + EMPTY_DB || !isfinite(error_db[b])) {
      error_db[b] = NAN;
      continue;
    }
    pairs[2 * n] = error_db[b];
    pairs[2 * n++ + 1] =
        pow(10.0, (mix->active_db[b] + k_weight_db(ton_third_hz(b))) / 10.0);
  }
  const double level = weighted_median(pairs, n);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    error_db[b] -= level;
  }
}

// Target ----------------------------------------------------------------------

/// Level and spread per band: of the references, else of the profile
static void
find_target(const TonMasterBrief* brief, TonTone* target)
{
  *target = brief->tone;
  if (!brief->n_references) {
    ton_string_cut(target->source, sizeof(target->source), "\"%s\" songs",
                   brief->tone.name);
    return;
  }
  ton_string_cut(target->source, sizeof(target->source), "the reference%s",
                 brief->n_references > 1 ? "s" : "");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t i = 0; i < brief->n_references; ++i) {
      const TonFacts* const r = &brief->references[i].facts;
      const double db = fmax(r->active_db[b] - total_db(r), -90.0);
      sum += db;
      squares += db * db;
    }
    const double n = brief->n_references;
    const double mean = sum / n;
    target->level_db[b] = mean;
    target->spread_db[b] =
        fmax(ONE_REFERENCE_DB, sqrt(fmax(squares / n - mean * mean, 0.0)));
  }
}

double
tone_mean_error(const double* error_db)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 5; b <= 28; ++b) {
    if (!isnan(error_db[b])) {
      sum += error_db[b] * error_db[b];
      ++n;
    }
  }
  return n ? sqrt(sum / n) : 0.0;
}

double
tone_distance(const TonMasterBrief* brief)
{
  TonTone target;
  double error[TON_THIRDS];
  find_target(brief, &target);
  tone_error(&brief->mix->facts, target.level_db, error);
  return tone_mean_error(error);
}

/// Share of the distance that is corrected: half for references, 30 % if they
/// are another kind of music; for a profile half at 4 dB and none at 8 dB
static double
find_share(const TonMasterBrief* brief, double distance_db)
{
  if (!isnan(brief->amount)) {
    return brief->amount / 100.0;
  }
  if (brief->n_references) {
    return distance_db > TONE_ALIKE_DB ? 0.3 : 0.5;
  }
  return 0.5 * fmin(fmax((8.0 - distance_db) / 4.0, 0.0), 1.0);
}

// Move ------------------------------------------------------------------------

/// Distances between which a lacking band is raised less and less: it was not
/// played, dB
#define MISSING_FROM_DB 8.0
#define MISSING_DB      16.0

/// Highest gain of a band, dB: 0 where it holds nothing or only noise
static double
highest(const TonFacts* mix, const double* error_db, uint32_t band)
{
  const double hz = ton_third_hz(band);
  const bool noisy = mix->has_pauses &&
                     mix->active_db[band] - mix->pause_db[band] < SAFE_SNR_DB;
  if (isnan(error_db[band]) || noisy) {
    return 0.0;
  }
  const double there = fmin(
      fmax((MISSING_DB - error_db[band]) / (MISSING_DB - MISSING_FROM_DB), 0.0),
      1.0);
  return hz < 39.0 || hz > 14000.0 ? fmin(there, 1.0) : there * MAX_DB;
}

/// Correction of a band, dB: a share of what lies beyond the dead-band
static double
beyond(double error_db, double spread_db, double share)
{
  const double rest = fabs(error_db) - DEAD_BAND * spread_db;
  return isnan(error_db) || rest <= 0.0 ? 0.0
                                        : copysign(share * rest, error_db);
}

/// Smoothed over an octave, held to the bounds
static void
find_move(const MasterState* m, const TonTone* target, const double* error_db,
          double share, double* move_db, double* max_db)
{
  static const double weights[] = {1.0, 2.0, 3.0, 2.0, 1.0};
  double raw[TON_THIRDS];
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    raw[b] = beyond(error_db[b], target->spread_db[b], share);
    max_db[b] = highest(&m->brief->mix->facts, error_db, b);
  }
  for (int b = 0; b < TON_THIRDS; ++b) {
    double sum = 0.0;
    double weight = 0.0;
    for (int k = -2; k <= 2; ++k) {
      if (b + k >= 0 && b + k < TON_THIRDS) {
        sum += weights[k + 2] * raw[b + k];
        weight += weights[k + 2];
      }
    }
    move_db[b] = fmin(fmax(sum / weight, -MAX_DB), max_db[b]);
  }
}

// Writing ---------------------------------------------------------------------

static uint32_t
nearest_band(double hz)
{
  const double band = rint(17.0 + 10.0 * log10(hz / 1000.0));
  return (uint32_t)fmin(fmax(band, 0.0), TON_THIRDS - 1.0);
}

/// Band near a section that needs most of what the section does
static uint32_t
worst_band(const ToneSection* s, const double* error_db)
{
  const uint32_t at = nearest_band(s->hz);
  const uint32_t reach = strcmp(s->kind, "bell") == 0 ? 2 : 6;
  const bool low = strcmp(s->kind, "low-shelf") == 0;
  const bool high = strcmp(s->kind, "high-shelf") == 0;
  uint32_t worst = at;
  double max = -INFINITY;
  for (uint32_t b = at > reach ? at - reach : 0;
       b <= at + reach && b < TON_THIRDS; ++b) {
    const double off = copysign(1.0, s->gain_db) * error_db[b];
    if (!(low && b > at) && !(high && b < at) && off > max) {
      max = off;
      worst = b;
    }
  }
  return worst;
}

static void
decide_section(const MasterState* m, const ToneSection* s, uint32_t index,
               const TonTone* target, const double* error_db, double share)
{
  const uint32_t band = worst_band(s, error_db);
  const double error = isnan(error_db[band]) ? 0.0 : error_db[band];
  TonDecision d;
  ton_decision_start(&d, TON_RULE_TONE_BOUNDED, 0.6);
  ton_decision_range(&d, "distance", fabs(error), NAN,
                     DEAD_BAND * target->spread_db[band]);
  ton_decision_figure(&d, "difference between songs", target->spread_db[band]);
  ton_decision_figure(&d, "frequency", ton_third_hz(band));
  ton_decision_figure(&d, "share", 100.0 * share);
  ton_decision_name(&d, "way", error < 0.0 ? "louder" : "softer");
  ton_decision_name(&d, "target", target->source);
  d.bound_hit = fabs(s->gain_db) > MAX_DB - 0.05;
  if (d.bound_hit) {
    ton_decision_figure(&d, "largest correction", MAX_DB);
  }
  const TonSetting settings[] = {
      {"at", s->hz}, {"gain", s->gain_db}, {"q", s->q}};
  record_value(m,
               ton_plan_text(m->plan, "chain/%u/equaliser/%u/%s", m->n_chain,
                             index, s->kind),
               ton_chain_band(m->plan, settings, 3), &d);
}

static void
leave_tone(const MasterState* m, const TonTone* target)
{
  TonDecision d;
  ton_decision_start(&d,
                     m->distance_db > TONE_ALIKE_DB ? TON_RULE_TONE_OTHER_MUSIC
                                                    : TON_RULE_TONE_USUAL,
                     0.7);
  ton_decision_range(&d, "mean distance", m->distance_db, NAN, TONE_ALIKE_DB);
  ton_decision_name(&d, "target", target->source);
  record_unchanged(m, "chain/equaliser", &d);
}

void
master_tone(MasterState* m)
{
  TonTone target;
  double error[TON_THIRDS];
  double move[TON_THIRDS];
  double max[TON_THIRDS];
  const TonMasterBrief* const brief = m->brief;
  if (!brief->n_references && !*brief->tone.name) {
    return;
  }
  find_target(brief, &target);
  tone_error(&brief->mix->facts, target.level_db, error);
  m->distance_db = tone_mean_error(error);
  const double share = find_share(brief, m->distance_db);
  find_move(m, &target, error, share, move, max);
  ToneSection sections[MAX_SECTIONS];
  const double rate = brief->mix->facts.whole.rate;
  const uint32_t n = tone_fit(move, max, rate, sections);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    m->result->tone_db[b] = tone_response(sections, n, ton_third_hz(b), rate);
  }
  if (!n) {
    leave_tone(m, &target);
    return;
  }
  for (uint32_t i = 0; i < n; ++i) {
    decide_section(m, &sections[i], i, &target, error, share);
  }
  ++m->n_chain;
}
