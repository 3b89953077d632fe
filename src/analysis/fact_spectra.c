// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts of the spectra: means of sound and pauses, where they lie, what rings
   and how much hisses.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

/// Fewer S sounds, in frames of spectra, say nothing
enum { MIN_SIBILANTS = 8 };

/// Share of a spectrum's time that sounds
static double
active_share(const TonFeatures* f, uint32_t frame)
{
  const double from_s = (double)frame * f->spectrum_hop / f->rate;
  const uint32_t from = (uint32_t)(from_s / f->level_s);
  const uint32_t to =
      (uint32_t)((from_s + f->spectrum_window / f->rate) / f->level_s);
  uint32_t on = 0;
  uint32_t n = 0;
  for (uint32_t i = from; i <= to && i < f->n_levels; ++i) {
    on += f->levels[i].on;
    ++n;
  }
  return n ? (double)on / n : 0.0;
}

static double
thirds_between(const TonSpectrumFrame* frame, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    sum += hz >= from_hz && hz < to_hz ? (double)frame->thirds[b] : 0.0;
  }
  return sum;
}

/// A band that stands 6 dB above the mean of the half octave around it
static void
count_standing(const TonSpectrumFrame* frame, float* stay)
{
  enum { AROUND = 3 };
  for (uint32_t b = AROUND; b + AROUND < TON_TWELFTHS; ++b) {
    double around = 0.0;
    for (uint32_t k = b - AROUND; k <= b + AROUND; ++k) {
      around += k == b ? 0.0 : (double)frame->twelfths[k];
    }
    around /= 2.0 * AROUND;
    stay[b] += (double)frame->twelfths[b] > 4.0 * around ? 1.0F : 0.0F;
  }
}

typedef struct {
  double thirds[TON_THIRDS];
  double twelfths[TON_TWELFTHS];
  uint32_t n;
} BandSums;

static void
add_frame(BandSums* sum, const TonSpectrumFrame* frame)
{
  ++sum->n;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    sum->thirds[b] += (double)frame->thirds[b];
  }
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    sum->twelfths[b] += (double)frame->twelfths[b];
  }
}

/// 5 to 10 kHz, where the K-weighting of BS.1770 adds 4 dB
#define S_WEIGHT_DB 4.0

/// An S sound: 5 to 10 kHz stand 6 dB over 300 Hz to 3 kHz
static bool
is_sibilant(const TonSpectrumFrame* frame, const TonFacts* t, double* high)
{
  *high = thirds_between(frame, 4900.0, 10100.0);
  return *high > 4.0 * thirds_between(frame, 300.0, 3000.0) &&
         ton_power_db(*high) > t->active_lufs - 30.0;
}

/// Where the S sounds lie: the mean frequency of what is above 3.5 kHz
static void
add_pitch(const TonSpectrumFrame* frame, double* weighted, double* all)
{
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    if (hz >= 3500.0 && hz < 14000.0) {
      *weighted += hz * (double)frame->thirds[b];
      *all += (double)frame->thirds[b];
    }
  }
}

static TonStatus
judge_sibilants(const TonFeatures* f, TonFacts* t)
{
  double* const levels = ton_alloc((f->n_spectra + 1) * sizeof(double));
  uint32_t n = 0;
  uint32_t active = 0;
  double weighted = 0.0;
  double all = 0.0;
  for (uint32_t i = 0; levels && i < f->n_spectra; ++i) {
    if (active_share(f, i) < 0.5) {
      continue;
    }
    ++active;
    double high = 0.0;
    if (is_sibilant(&f->spectra[i], t, &high)) {
      levels[n++] = ton_power_db(high);
      add_pitch(&f->spectra[i], &weighted, &all);
    }
  }
  t->sibilant_share = active ? (float)n / (float)active : 0.0F;
  if (n >= MIN_SIBILANTS) {
    t->sibilant_db =
        percentile(levels, n, 0.9) + S_WEIGHT_DB - 0.691 - t->active_lufs;
    t->sibilant_hz = weighted / all;
  }
  ton_free(levels);
  return levels ? TON_OK : TON_NO_MEMORY;
}

static void
judge_shape(const BandSums* sum, TonFacts* t)
{
  double all = 0.0;
  double low = 0.0;
  double weighted = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    all += sum->thirds[b];
    low += hz < 145.0 ? sum->thirds[b] : 0.0;
    weighted += hz * sum->thirds[b];
  }
  t->centroid_hz = all > 0.0 ? weighted / all : 0.0;
  t->low_share = all > 0.0 ? low / all : 0.0;
}

static void
write_spectra(const BandSums* active, const BandSums* pause, TonFacts* t)
{
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    t->active_db[b] = ton_power_db(active->thirds[b] / active->n);
    t->pause_db[b] =
        pause->n ? ton_power_db(pause->thirds[b] / pause->n) : -INFINITY;
  }
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    t->twelfths_db[b] = ton_power_db(active->twelfths[b] / active->n);
    t->twelfths_stay[b] /= (float)active->n;
  }
}

TonStatus
find_spectra(const TonFeatures* f, TonFacts* t)
{
  BandSums active = {0};
  BandSums pause = {0};
  for (uint32_t i = 0; i < f->n_spectra; ++i) {
    const double share = active_share(f, i);
    if (share >= 0.5) {
      add_frame(&active, &f->spectra[i]);
      count_standing(&f->spectra[i], t->twelfths_stay);
    } else if (share == 0.0) {
      add_frame(&pause, &f->spectra[i]);
    }
  }
  if (active.n) {
    write_spectra(&active, &pause, t);
    judge_shape(&active, t);
    return judge_sibilants(f, t);
  }
  return TON_OK;
}
