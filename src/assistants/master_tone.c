// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tone of a master: how much of the distance from references or a profile is
   corrected.
*/
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"

#include <math.h>
#include <string.h>

/// Standard deviations between songs that are left uncorrected
#define DEAD_BAND 0.75
/// Most a band is moved towards a profile and towards references, dB
#define MAX_DB       3.0
#define REFERENCE_DB 4.0
/// The same below 39 Hz and above 14 kHz
#define EDGE_DB           1.0
#define EDGE_REFERENCE_DB 2.0
/// Of the broad difference of another kind of music so much is corrected, at
/// most this
#define BROAD_SHARE (1.0 / 3.0)
#define BROAD_DB    2.0
/// Distance of a band's sound from its noise below which it is not raised, dB
#define SAFE_SNR_DB 20.0
/// The level of noise varies by less, dB
#define STEADY_DB 6.0

/// Share of the distance that is corrected.  Of references: nearly all where they
/// are alike, 30 % where they are another kind of music.  Of a profile: half at
/// 4 dB, none at 8 dB
static double
find_share(const TonMasterBrief* brief, double distance_db)
{
  if (!isnan(brief->amount)) {
    return brief->amount / 100.0;
  }
  if (brief->n_references) {
    return fmin(fmax(0.9 - 0.1 * (distance_db - 3.0), 0.3), 0.9);
  }
  return 0.5 * fmin(fmax((8.0 - distance_db) / 4.0, 0.0), 1.0);
}

// Move ------------------------------------------------------------------------

/// Most that a section and a band may do, dB
static double
bound_of(const MasterState* m)
{
  const double most_db = m->brief->most_db;
  return m->brief->n_references ? REFERENCE_DB
         : most_db > 0.0        ? fmin(most_db, MAX_DB)
                                : MAX_DB;
}

/// Distances between which a lacking band is raised less and less: it was not
/// played, dB
#define MISSING_FROM_DB 8.0
#define MISSING_DB      16.0

/// Highest gain of a band, dB: 0 where it holds only noise, `edge_db` where it
/// lies at the edges of hearing
static double
highest(const TonFacts* mix, const double* error_db, uint32_t band,
        double bound_db, double edge_db)
{
  const double hz = ton_third_hz(band);
  // what changes in the pauses is reverb or soft music
  const bool noisy = mix->has_pauses && mix->pause_range_db < STEADY_DB &&
                     mix->active_db[band] - mix->pause_db[band] < SAFE_SNR_DB;
  if (isnan(error_db[band]) || noisy) {
    return 0.0;
  }
  const double there = fmin(
      fmax((MISSING_DB - error_db[band]) / (MISSING_DB - MISSING_FROM_DB), 0.0),
      1.0);
  return hz < 39.0 || hz > 14000.0 ? fmin(there, edge_db) : there * bound_db;
}

/// What lies beyond a dead-band, 0 where the mix is empty
static double
beyond(double error_db, double left_alone_db)
{
  const double rest = fabs(error_db) - left_alone_db;
  return isnan(error_db) || rest <= 0.0 ? 0.0 : copysign(rest, error_db);
}

/// A difference from references, without what chance explains: nothing of one
/// that is no larger, nearly all of a large one
static double
explained(double error_db, double chance_db)
{
  return isnan(error_db) || fabs(error_db) <= chance_db
             ? 0.0
             : error_db - chance_db * chance_db / error_db;
}

/// The broad part of a distance: the mean of each of three bands, to 250 Hz, to
/// 4 kHz and above
static void
find_broad(const double* error_db, double* broad_db)
{
  static const uint32_t edges[] = {0, 12, 24, TON_THIRDS};
  for (uint32_t i = 0; i < 3; ++i) {
    double sum = 0.0;
    uint32_t n = 0;
    for (uint32_t b = edges[i]; b < edges[i + 1]; ++b) {
      const bool counts = b >= 5 && b <= 28 && !isnan(error_db[b]);
      sum += counts ? error_db[b] : 0.0;
      n += counts;
    }
    for (uint32_t b = edges[i]; b < edges[i + 1]; ++b) {
      broad_db[b] = n ? sum / n : 0.0;
    }
  }
}

/// Correction towards a profile before smoothing: the share, and the broad part
/// all the more the less of the rest is followed
static void
towards_profile(const TonTone* target, const double* error_db, double share,
                double* move_db)
{
  double broad[TON_THIRDS];
  const double left = fmax(1.0 - share / 0.5, 0.0);
  find_broad(error_db, broad);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double part = BROAD_SHARE * beyond(broad[b], target->spread_db[b]);
    move_db[b] = share * beyond(error_db[b], DEAD_BAND * target->spread_db[b]) +
                 left * fmin(fmax(part, -BROAD_DB), BROAD_DB);
  }
}

/// Mean of the bands around one: of an octave, or of two thirds
static double
smoothed(const double* raw, int band, bool narrow)
{
  static const double octave[] = {1.0, 2.0, 3.0, 2.0, 1.0};
  static const double thirds[] = {0.0, 1.0, 2.0, 1.0, 0.0};
  const double* const weights = narrow ? thirds : octave;
  double sum = 0.0;
  double weight = 0.0;
  for (int k = -2; k <= 2; ++k) {
    if (band + k >= 0 && band + k < TON_THIRDS) {
      sum += weights[k + 2] * raw[band + k];
      weight += weights[k + 2];
    }
  }
  return sum / weight;
}

/// Smoothed, held to the bounds
static void
find_move(const MasterState* m, const TonTone* target, const double* error_db,
          double share, ToneMove* move)
{
  double raw[TON_THIRDS];
  const bool follow = m->brief->n_references > 0;
  // a person's amount is followed to the letter
  const double chance = isnan(m->brief->amount) ? 1.0 : 0.0;
  *move = (ToneMove){
      .bound_db = bound_of(m), .sections = follow ? 8 : 6, .narrow = follow};
  towards_profile(target, error_db, share, raw);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    raw[b] = follow
                 ? share * explained(error_db[b], chance * target->spread_db[b])
                 : raw[b];
    // an empty band may lie under a shelf that others need
    move->max_db[b] =
        follow && isnan(error_db[b])
            ? EDGE_REFERENCE_DB
            : highest(&m->brief->mix->facts, error_db, b, move->bound_db,
                      follow ? EDGE_REFERENCE_DB : EDGE_DB);
  }
  for (int b = 0; b < TON_THIRDS; ++b) {
    move->db[b] =
        fmin(fmax(smoothed(raw, b, follow), -move->bound_db), move->max_db[b]);
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

/// The frequency that a third octave is called by, "400 Hz" (ISO 266)
static double
nominal_hz(uint32_t band)
{
  static const double steps[] = {1.0,  1.25, 1.6, 2.0, 2.5,
                                 3.15, 4.0,  5.0, 6.3, 8.0};
  const uint32_t k = band + 13; // 20 Hz is the first
  return steps[k % 10] * pow(10.0, k / 10);
}

static void
decide_section(const MasterState* m, const ToneSection* s, uint32_t index,
               const TonTone* target, const double* error_db, double share)
{
  const uint32_t band = worst_band(s, error_db);
  const double error = isnan(error_db[band]) ? 0.0 : error_db[band];
  TonDecision d;
  const bool follow = m->brief->n_references > 0;
  const double bound_db = bound_of(m);
  const double spread_db = target->spread_db[band];
  ton_decision_start(&d,
                     follow                           ? TON_RULE_TONE_REFERENCE
                     : m->distance_db > TONE_ALIKE_DB ? TON_RULE_TONE_BROAD
                                                      : TON_RULE_TONE_BOUNDED,
                     0.6);
  ton_decision_range(&d, "distance", fabs(error), NAN,
                     follow ? spread_db : DEAD_BAND * spread_db);
  ton_decision_figure(
      &d, follow ? "difference by chance" : "difference between songs",
      spread_db);
  ton_decision_figure(&d, "frequency", nominal_hz(band));
  if (follow) {
    ton_decision_figure(&d, "correction", fabs(m->result->tone_db[band]));
  }
  if (ton_decision_is(&d, TON_RULE_TONE_BROAD)) {
    ton_decision_figure(&d, "mean distance", m->distance_db);
  } else {
    ton_decision_figure(&d, "share", 100.0 * share);
  }
  ton_decision_name(&d, "way", error < 0.0 ? "louder" : "softer");
  ton_decision_name(&d, "target", target->source);
  d.bound_hit = fabs(s->gain_db) > bound_db - 0.05;
  if (d.bound_hit) {
    ton_decision_figure(&d, "largest correction", bound_db);
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
  ToneMove move;
  const TonMasterBrief* const brief = m->brief;
  if (!brief->n_references && !*brief->tone.name) {
    return;
  }
  tone_target(brief, &target);
  tone_error_from(brief, &target, error);
  m->distance_db = tone_mean_error(error);
  const double share = m->share = find_share(brief, m->distance_db);
  find_move(m, &target, error, share, &move);
  ToneSection sections[MAX_SECTIONS];
  const double rate = brief->mix->facts.whole.rate;
  const uint32_t n = tone_fit(&move, rate, sections);
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
