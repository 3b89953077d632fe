// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ANALYSIS_STEM_PARTS_H
#define TON_ANALYSIS_STEM_PARTS_H

#include "analysis/stem.h"
#include "dsp/fft.h"
#include "dsp/k_weight.h"

#include <stddef.h>

/// Steps a second; everything of time is counted in these
enum {
  STEP_RATE = 40,   ///< 25 ms
  STEPS_TENTH = 4,  ///< 100 ms
  STEPS_BLOCK = 16, ///< 400 ms
};

/// One 25 ms step of a stem
typedef struct {
  double weighted; ///< K-weighted power, all channels
  double power;    ///< Power around its own mean, all channels
  float peak;
  uint8_t on; ///< Active; written when closing
} Step;

typedef struct {
  Step* steps;
  size_t capacity;
  uint32_t n;
  double step_s;
} Steps;

/// Powers of one spectral frame
typedef struct {
  float thirds[TON_THIRDS];
  float twelfths[TON_STEM_TWELFTHS];
} Frame;

typedef struct {
  TonFft* fft;
  uint32_t n; ///< Length, half overlapping
  uint32_t channels;
  double rate;
  float* window;
  double third_hz[TON_THIRDS][2];       ///< Edges of the bands
  double twelfth_hz[TON_STEM_TWELFTHS]; ///< Upper edges
  float** in;                           ///< [channel][n]
  uint32_t held;
  double* sum; ///< Running sum of bin powers
  Frame* frames;
  size_t capacity;
  uint32_t n_frames;
  bool failed;
} Frames;

bool frames_open(Frames* f, double rate, uint32_t channels);

void frames_add(Frames* f, const float* const* in, uint32_t n);

void frames_close(Frames* f);

/// Mono sum at about 3 kHz
typedef struct {
  uint32_t every; ///< Frames in for one out
  uint32_t half;  ///< Taps on either side
  double rate;    ///< Hz, of the result
  float* taps;
  float* in; ///< Frames from `from` on
  size_t in_capacity;
  uint64_t from;
  uint32_t held;
  float* out;
  size_t capacity;
  uint64_t n;
  bool failed;
} Low;

bool low_open(Low* low, double rate);

void low_add(Low* low, const float* const* in, uint32_t channels, uint32_t n);

/// Nothing more comes: the last results
void low_end(Low* low);

void low_close(Low* low);

// Closing ----------------------------------------------------------------------

/// Mark what sounds; false when nothing does
bool steps_activity(Steps* steps, TonSoundFeatures* facts);

void steps_levels(const Steps* steps, TonSoundFeatures* facts);

void steps_hits(const Steps* steps, TonSoundFeatures* facts);

void frames_spectra(const Frames* f, const Steps* steps, TonSoundFeatures* t);

/// Bands below 180 Hz from the low sum, which resolves them
void low_spectra(const Low* low, const Steps* steps, TonSoundFeatures* t);

void low_hum(const Low* low, const Steps* steps, TonSoundFeatures* t);

/// Value below which a share (0 to 1) of the n values lies; sorts them.  NaN
/// for none
double percentile(double* values, uint32_t n, double share);

#endif
