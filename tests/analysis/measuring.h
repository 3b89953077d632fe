// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_ANALYSIS_MEASURING_H
#define TON_TESTS_ANALYSIS_MEASURING_H

/**
   @file
   What the tests of the meters share: EBU-style sequences, and measuring a
   whole buffer.
*/

#include "expect.h"
#include "signals.h"

#include <tonmeister/measure.h>

#include <stdbool.h>
#include <string.h>

/// A stretch of tone in phase on both sides; peak level in dBFS, -200: silence
typedef struct {
  double seconds;
  double dbfs;
} Part;

#define PARTS(...)                                                             \
  (const Part[]){__VA_ARGS__},                                                 \
      sizeof((const Part[]){__VA_ARGS__}) / sizeof(Part)

/// Parts in a row, phase running on.  Freed by caller.
static inline float*
sequence(const Part* parts, size_t n, double rate, double hz, uint64_t* frames)
{
  *frames = 0;
  for (size_t i = 0; i < n; ++i) {
    *frames += (uint64_t)llrint(parts[i].seconds * rate);
  }
  float* const x = malloc((*frames + 1) * sizeof(float));
  uint64_t at = 0;
  for (size_t i = 0; i < n; ++i) {
    const double a =
        parts[i].dbfs <= -200.0 ? 0.0 : pow(10.0, parts[i].dbfs / 20.0);
    const uint64_t end = at + (uint64_t)llrint(parts[i].seconds * rate);
    for (; at < end; ++at) {
      x[at] = (float)(a * sin(2.0 * M_PI * fmod(hz / rate * (double)at, 1.0)));
    }
  }
  return x;
}

/// Feed all in chunks of `chunk` frames
static inline void
feed(TonMeters* m, const float* const* in, uint32_t channels, uint64_t frames,
     uint32_t chunk)
{
  for (uint64_t at = 0; at < frames;) {
    const float* part[64];
    const uint32_t n = frames - at < chunk ? (uint32_t)(frames - at) : chunk;
    for (uint32_t c = 0; c < channels; ++c) {
      part[c] = in[c] + at;
    }
    ton_meters_add(m, part, n);
    at += n;
  }
}

/// Everything but the curves, which end with the meters
static inline TonMeasurement
measure(const float* const* in, uint32_t channels, uint64_t frames,
        uint32_t rate, unsigned what)
{
  TonMeters* const m = ton_meters_new(rate, channels, what);
  TonMeasurement r;
  assert_non_null(m);
  ton_expect_rate = rate;
  feed(m, in, channels, frames, 4801);
  ton_meters_finish(m, &r);
  r.momentary_lufs = r.short_term_lufs = NULL;
  r.peak_dbfs = r.correlation_curve = NULL;
  ton_meters_free(m);
  return r;
}

/// Loudness of a stereo sequence of 1 kHz at 48 kHz
static inline TonMeasurement
measure_parts(const Part* parts, size_t n)
{
  uint64_t frames = 0;
  float* const x = sequence(parts, n, 48000.0, 1000.0, &frames);
  const float* const in[] = {x, x};
  const TonMeasurement m = measure(in, 2, frames, 48000, TON_MEASURE_LOUDNESS);
  free(x);
  return m;
}

#endif
