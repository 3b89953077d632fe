// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Inside of the meters: the tick that all share, and each meter's functions.
*/
#ifndef TON_ANALYSIS_METERS_H
#define TON_ANALYSIS_METERS_H

#include "dsp/kernels/peak_scan.h"
#include "dsp/kernels/weigh.h"

#include <tonmeister/measure.h>

#include <stddef.h>

enum {
  TICKS_PER_S = 100,
  TICKS_OF_TENTH = TICKS_PER_S / 10,
  MAX_CHANNELS = 64,
  PAST = 64,  ///< Frames readable before the tick before
  SLACK = 64, ///< Frames readable behind a tick
};

/**
   10 ms of sound, the step of all meters: results never depend on the caller's
   chunks.  At rates that are no multiple of 100 Hz some ticks are a frame
   longer than others; tick k begins at round(k rate / 100).
*/
typedef struct {
  const float* x[MAX_CHANNELS]; ///< Bad samples are already 0
  uint32_t n;                   ///< Frames; n_before of the tick before
  uint32_t n_before;            ///< x[c][-n_before - PAST..] is readable
  uint64_t first;               ///< Frame of the song
  uint64_t index;
  bool whole;                     ///< Not the end of a song cut short
  TonScan scan[MAX_CHANNELS];     ///< Entry 0 belongs to x[c][0]
  float peak[MAX_CHANNELS];       ///< Largest |x|
  TonSums sums[MAX_CHANNELS / 2]; ///< Of channel pairs, for levels and stereo
} Tick;

/// Frame at which a tick begins
uint64_t tick_frame(uint32_t rate, uint64_t index);

/// Last tick of its 0.1 s, or of the song
bool tick_ends_tenth(const Tick* tick);

/// Second channel of a pair; the last of an odd number is its own partner
uint32_t partner(uint32_t channel, uint32_t channels);

// Growing curves -----------------------------------------------------------------

typedef struct {
  float* values;
  size_t capacity;
  uint32_t n;
  bool failed; ///< Memory was refused: points are missing
} Curve;

void curve_add(Curve* curve, double value);

/// Its values; no curve of `m` has more points than the shortest
float* curve_give(const Curve* curve, TonMeasurement* m);

void curve_free(Curve* curve);

// Loudness -----------------------------------------------------------------------

typedef struct Loudness Loudness;

/// `fold`: also of (L + R) / 2 from both speakers
Loudness* loudness_new(uint32_t rate, uint32_t channels, bool timeline,
                       bool fold);

void loudness_weight(Loudness* l, uint32_t channel, double weight);

void loudness_add(Loudness* l, const Tick* tick);

void loudness_now(const Loudness* l, double* momentary, double* short_term);

/// Mean power of the 3 s that end with the newest tick; 0 before there are 3 s
double loudness_short_power(const Loudness* l);

/// Loudness of the 3 s that end after 0.1 s number `tenth` (from 0), or NaN
double loudness_short_at(const Loudness* l, uint64_t tenth);

/// False: memory was refused
bool loudness_finish(Loudness* l, TonMeasurement* m);

/// Integrated loudness of the fold minus that of the song
double loudness_fold_loss(const Loudness* l);

/// Whether it has all powers: memory was never refused
bool loudness_whole(const Loudness* l);

void loudness_free(Loudness* l);

// True peak ----------------------------------------------------------------------

typedef struct TruePeak TruePeak;

/// `windows`: also the peak of each 0.1 s, for PSR
TruePeak* true_peak_new(uint32_t rate, uint32_t channels, bool windows);

void true_peak_add(TruePeak* t, const Tick* tick);

/// The tick before `tick` was the last one: what follows is silence
void true_peak_finish(TruePeak* t, TonMeasurement* m);

/// True peak of the 3 s before the end of a 0.1 s minus short-term loudness.
/// False: memory was refused
bool true_peak_psr(const TruePeak* t, const Loudness* l, TonMeasurement* m);

void true_peak_free(TruePeak* t);

// Levels -------------------------------------------------------------------------

typedef struct Levels Levels;

Levels* levels_new(uint32_t rate, uint32_t channels, bool timeline);

void levels_add(Levels* l, const Tick* tick);

/// False: memory was refused
bool levels_finish(Levels* l, TonMeasurement* m);

void levels_free(Levels* l);

// Flat tops ----------------------------------------------------------------------

typedef struct Clips Clips;

Clips* clips_new(uint32_t rate, uint32_t channels);

/// `top`: largest |x| of the song so far, this tick included
void clips_add(Clips* s, const Tick* tick, float top);

void clips_finish(Clips* s, float top, TonMeasurement* m);

void clips_free(Clips* s);

// Dynamic range ------------------------------------------------------------------

typedef struct DynamicRange DynamicRange;

DynamicRange* dynamic_range_new(uint32_t rate, uint32_t channels);

void dynamic_range_add(DynamicRange* d, const Tick* tick);

/// Once.  False: memory was refused
bool dynamic_range_finish(DynamicRange* d, TonMeasurement* m);

void dynamic_range_free(DynamicRange* d);

// Spectrum and stereo --------------------------------------------------------------

typedef struct Spectrum Spectrum;

/// `thirds`, `bands`: what spectrum_finish() writes
Spectrum* spectrum_new(uint32_t rate, uint32_t channels, bool thirds,
                       bool bands);

void spectrum_add(Spectrum* s, const Tick* tick);

void spectrum_finish(Spectrum* s, TonMeasurement* m);

void spectrum_free(Spectrum* s);

typedef struct Stereo Stereo;

Stereo* stereo_new(uint32_t rate, bool timeline);

/// `short_power`: of the last 3 s, weighted
void stereo_add(Stereo* s, const Tick* tick, double short_power);

/// False: memory was refused
bool stereo_finish(Stereo* s, TonMeasurement* m);

void stereo_free(Stereo* s);

#endif
