// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Distance of a mix in tone from references or a profile.
*/
#include "assistants/master_internal.h"
#include "base/string.h"

#include <math.h>

/// A band this far under the whole is empty, dB
#define EMPTY_DB -60.0
/// Differences from a reference that are taken for chance: at least, at most, dB
#define LEAST_DB 0.4
#define MOST_DB  0.8
/// Larger differences do not decide at which level two songs are compared, dB
#define FAR_DB 6.0
/// A segment of the references counts if it is at most so much softer than the
/// mean, as a power
#define LOUD 0.5

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

/// Mean power of the bands in the segment's frames that sound; false: silence
static bool
segment_levels(const TonFeatures* f, uint32_t from, uint32_t to, double* power)
{
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power[b] = 0.0;
  }
  for (uint32_t i = from; i < to; ++i) {
    const double s = (double)i * f->spectrum_hop / f->rate;
    const uint32_t tenth = (uint32_t)(10.0 * s);
    if (tenth < f->n_tenths && f->tenth_on[tenth]) {
      for (uint32_t b = 0; b < TON_THIRDS; ++b) {
        power[b] += (double)f->spectra[i].thirds[b];
      }
      ++n;
    }
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power[b] /= n ? n : 1;
  }
  return n > 0;
}

/// Sums over the segments of a sound that are not soft
typedef struct {
  uint32_t n;
  double sum[TON_THIRDS];
  double squares[TON_THIRDS];
} Segments;

static void
add_segment(Segments* s, const double* power, double least)
{
  double all = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    all += power[b];
  }
  for (uint32_t b = 0; b < TON_THIRDS && all > least; ++b) {
    const double db = 10.0 * log10(fmax(power[b] / all, 1e-9));
    s->sum[b] += db;
    s->squares[b] += db * db;
  }
  s->n += all > least;
}

/// Variance of the mean level of each band over segments of 10 s; 0 where it is
/// not known
static void
add_uncertainty(const TonSound* sound, double* variance)
{
  const TonFeatures* const f = &sound->features;
  const uint32_t length =
      f->spectra ? (uint32_t)(10.0 * f->rate / f->spectrum_hop) : 0;
  double power[TON_THIRDS];
  double mean = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    mean += pow(10.0, sound->facts.active_db[b] / 10.0);
  }
  Segments s = {0};
  for (uint32_t at = 0; length && at + length <= f->n_spectra; at += length) {
    if (segment_levels(f, at, at + length, power)) {
      add_segment(&s, power, LOUD * mean);
    }
  }
  for (uint32_t b = 0; b < TON_THIRDS && s.n > 1; ++b) {
    const double m = s.sum[b] / s.n;
    variance[b] += (s.squares[b] / s.n - m * m) / (s.n - 1);
  }
}

/// Mean levels of the references.  What chance explains is left alone: their
/// spread, or of a single one the uncertainty of its mean
static void
follow_references(const TonMasterBrief* brief, TonTone* target)
{
  double variance[TON_THIRDS] = {0};
  const uint32_t n = brief->n_references;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t i = 0; i < n; ++i) {
      const TonFacts* const r = &brief->references[i].facts;
      const double db = fmax(r->active_db[b] - total_db(r), -90.0);
      sum += db;
      squares += db * db;
    }
    target->level_db[b] = sum / n;
    variance[b] = fmax(squares / n - sum / n * (sum / n), 0.0);
  }
  if (n == 1) {
    add_uncertainty(&brief->references[0], variance);
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double chance = fmax(LEAST_DB, sqrt(variance[b]));
    target->spread_db[b] = n == 1 ? fmin(chance, MOST_DB) : chance;
  }
}

void
tone_target(const TonMasterBrief* brief, TonTone* target)
{
  *target = brief->tone;
  if (brief->n_references) {
    ton_string_cut(target->source, sizeof(target->source), "the reference%s",
                   brief->n_references > 1 ? "s" : "");
    follow_references(brief, target);
  } else {
    ton_string_cut(target->source, sizeof(target->source), "\"%s\" songs",
                   brief->tone.name);
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

/// Bring the mean of the differences that are not far from the rest to 0: a few
/// instruments that are in one song only do not count
static void
centre(double* error_db)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 5; b <= 28; ++b) {
    const bool counts = fabs(error_db[b]) < FAR_DB;
    sum += counts ? error_db[b] : 0.0;
    n += counts;
  }
  for (uint32_t b = 0; n && b < TON_THIRDS; ++b) {
    error_db[b] -= sum / n;
  }
}

void
tone_error_from(const TonMasterBrief* brief, const TonTone* target,
                double* error_db)
{
  tone_error(&brief->mix->facts, target->level_db, error_db);
  if (brief->n_references) {
    centre(error_db);
  }
}

double
tone_distance(const TonMasterBrief* brief)
{
  TonTone target;
  double error[TON_THIRDS];
  tone_target(brief, &target);
  tone_error_from(brief, &target, error);
  return tone_mean_error(error);
}

double
tone_likeness(double distance_db)
{
  return fmin(
      fmax((TONE_OTHER_DB - distance_db) / (TONE_OTHER_DB - TONE_ALIKE_DB),
           0.0),
      1.0);
}
