// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_SOUND_H
#define DEMO_SOUND_H

/// @file Sounds in memory.

#include "rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <tonmeister/status.h>

/// One or two channels in memory; 1.0 = full scale.  Zero-initialise.
typedef struct {
  float* x[2];
  int channels;
  size_t frames;
  double rate;
} Sound;

/// Silence of that size, freed with sound_free()
TonStatus sound_new(Sound* sound, int channels, double seconds, double rate,
                    TonError* error);

void sound_free(Sound* sound);

/// Largest magnitude between two frames, all channels
double sound_peak(const Sound* sound, size_t from, size_t to);

void sound_scale(Sound* sound, double gain);

/// Both channels into one, half each
void sound_to_mono(Sound* sound);

/// Add `gain` times one channel, `delay_s` later (linear between samples)
void sound_add(float* to, size_t frames, const float* from, double gain,
               double delay);

/// Second-order filters after Bristow-Johnson, "Cookbook formulae for audio
/// EQ biquad filter coefficients"
typedef enum { LOW_PASS, HIGH_PASS, BELL, LOW_SHELF, HIGH_SHELF } FilterKind;

typedef struct {
  double b0, b1, b2, a1, a2;
  double s1, s2; ///< Transposed direct form II
} Filter;

Filter filter_new(FilterKind kind, double hz, double q, double gain_db,
                  double rate);

static inline double
filter_run(Filter* f, double x)
{
  const double y = f->b0 * x + f->s1;
  f->s1 = f->b1 * x - f->a1 * y + f->s2;
  f->s2 = f->b2 * x - f->a2 * y;
  return y;
}

/// A fresh filter over every channel
void sound_filter(Sound* sound, FilterKind kind, double hz, double q,
                  double gain_db);

double from_db(double db);

#endif
