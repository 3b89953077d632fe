// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Bands as lanes: for processors that work on one pair and split it into bands.

     lane      0       1       2       3       4       5
            band 0  band 0  band 1  band 1  band 2  band 2
             left   right    left   right    left   right

   in as many vectors as the bands need.  Every lane runs the same number of
   sections, two for each crossover (Linkwitz-Riley, 24 dB/oct):

     crossover of a lower band      high-pass, high-pass
     its own upper crossover        low-pass, low-pass
     crossover of a higher band     all-pass, nothing

   The all-passes keep the bands in phase: their sum has the level of the input
   at every frequency.
*/
#ifndef TON_DSP_BAND_LANES_H
#define TON_DSP_BAND_LANES_H

#include "dsp/svf.h"

#include <math.h>

enum {
  TON_MAX_BANDS = 6,
  TON_BAND_SECTIONS = 2 * (TON_MAX_BANDS - 1),
  TON_BAND_VECTORS = (2 * TON_MAX_BANDS + TON_LANES - 1) / TON_LANES,
};

typedef struct {
  TonSvfLanes section[TON_BAND_VECTORS][TON_BAND_SECTIONS];
  uint32_t n_bands;
  uint32_t n_sections; ///< Of each band
  uint32_t n_vectors;  ///< That hold a band
} TonBandLanes;

/// Section `half` (0 or 1) of a crossover in a band
static inline TonSvf
ton_band_section(double hz, double rate, uint32_t crossover, uint32_t band,
                 uint32_t half)
{
  TonBiquad low;
  TonBiquad high;
  TonBiquad around;
  ton_linkwitz_riley(hz, rate, &low, &high, &around);
  if (crossover > band) {
    return half ? (TonSvf){.through = 1.0F} : ton_svf(&around);
  }
  return ton_svf(crossover < band ? &high : &low);
}

/// Where the n_bands - 1 crossovers lie, in Hz: each is moved up to a third of an
/// octave above the one below if it lies lower.  [any]
static inline void
ton_band_edges(const float* wanted_hz, uint32_t n_bands, double rate,
               double* hz)
{
  double lowest = 0.0;
  for (uint32_t i = 0; i + 1 < n_bands; ++i) {
    hz[i] = fmin(fmax((double)wanted_hz[i], lowest), 0.45 * rate);
    lowest = hz[i] * 1.2599210498948732;
  }
}

/// Set `n_bands` (2 to TON_MAX_BANDS) with crossovers as above.  Lanes beyond
/// stay silent; states stay.  [audio]
static inline void
ton_bands_set(TonBandLanes* b, const float* wanted_hz, uint32_t n_bands,
              double rate)
{
  double hz[TON_MAX_BANDS - 1];
  ton_band_edges(wanted_hz, n_bands, rate, hz);
  b->n_bands = n_bands;
  b->n_sections = 2 * (n_bands - 1);
  b->n_vectors = (2 * n_bands + TON_LANES - 1) / TON_LANES;
  for (uint32_t lane = 0; lane < b->n_vectors * TON_LANES; ++lane) {
    TonSvfLanes* const s = b->section[lane / TON_LANES];
    for (uint32_t i = 0; i < b->n_sections; ++i) {
      const TonSvf c =
          lane / 2 < n_bands
              ? ton_band_section(hz[i / 2], rate, i / 2, lane / 2, i % 2)
              : (TonSvf){0};
      ton_svf_set(&s[i], lane % TON_LANES, &c);
    }
  }
}

/// Frames until a sound has left the filters.  Butterworth poles fall by
/// sqrt(1/2) w nepers a frame: 20 of them, and a tenth more for every further
/// section.  [any]
static inline uint64_t
ton_bands_tail(double lowest_hz, uint32_t n_bands, double rate)
{
  const double w = 2.0 * M_PI * lowest_hz / rate;
  return (uint64_t)(20.0 * (1.0 + 0.2 * (n_bands - 1.0)) / (sqrt(0.5) * w));
}

/// Forget the sound.  [audio]
static inline void
ton_bands_clear(TonBandLanes* b)
{
  for (uint32_t i = 0; i < TON_BAND_VECTORS * TON_BAND_SECTIONS; ++i) {
    ton_svf_clear(&b->section[0][0] + i);
  }
}

/// One frame of a pair, split into n_vectors vectors; NaN, which would stay in the
/// filters, and what is far beyond sound are 0.  [audio]
static inline void
ton_bands_split(TonBandLanes* b, const float* x2, TonV* out)
{
  const float left = fabsf(x2[0]) < 1e6F ? x2[0] : 0.0F;
  const float right = fabsf(x2[1]) < 1e6F ? x2[1] : 0.0F;
  TonV pair;
  for (int lane = 0; lane < TON_LANES; ++lane) {
    pair[lane] = lane % 2 ? right : left;
  }
  for (uint32_t v = 0; v < b->n_vectors; ++v) {
    TonV x = pair;
    for (uint32_t i = 0; i < b->n_sections; ++i) {
      x = ton_svf_step(&b->section[v][i], x);
    }
    out[v] = x;
  }
}

/// The pair again where its sides are on, lowest band first, so that every width
/// gives the same bits.  [audio]
static inline void
ton_bands_sum(const TonBandLanes* b, const TonV* bands, const int32_t* on,
              float* x2)
{
  const float* const lane = (const float*)bands;
  float y[2] = {lane[0], lane[1]};
  for (uint32_t i = 2; i < 2 * b->n_bands; i += 2) {
    y[0] += lane[i];
    y[1] += lane[i + 1];
  }
  x2[0] = on[0] ? y[0] : x2[0];
  x2[1] = on[1] ? y[1] : x2[1];
}

#endif
