// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ANALYSIS_METERS_H
#define TON_ANALYSIS_METERS_H

#include <tonmeister/measure.h>

#include <stddef.h>

/// Frames handed on at a time: results never depend on the caller's chunks
enum { BLOCK = 1024 };

// Loudness ---------------------------------------------------------------------

typedef struct Loudness Loudness;

Loudness* loudness_new(uint32_t rate, uint32_t channels, bool timeline);

void loudness_add(Loudness* l, const float* const* in, uint32_t frames);

void loudness_now(const Loudness* l, double* momentary, double* short_term);

void loudness_finish(Loudness* l, TonMeasurement* m);

void loudness_free(Loudness* l);

/// Short-term loudness at the end of each 0.1 s; owned
const float* loudness_curve(const Loudness* l, uint32_t* n);

// True peak --------------------------------------------------------------------

typedef struct TruePeak TruePeak;

/// `windows`: also the peak of each 0.1 s, for PSR
TruePeak* true_peak_new(uint32_t rate, uint32_t channels, bool windows);

void true_peak_add(TruePeak* t, const float* const* in, uint32_t frames);

/// `short_term` may be null
void true_peak_finish(TruePeak* t, const float* short_term, uint32_t n,
                      TonMeasurement* m);

void true_peak_free(TruePeak* t);

// Levels -----------------------------------------------------------------------

typedef struct Levels Levels;

Levels* levels_new(uint32_t rate, uint32_t channels, bool timeline);

/// Samples that were not numbers, already replaced by 0
void levels_bad(Levels* l, uint64_t count, uint64_t first_frame);

void levels_add(Levels* l, const float* const* in, uint32_t frames);

void levels_finish(Levels* l, TonMeasurement* m);

void levels_free(Levels* l);

// Spectrum and stereo ------------------------------------------------------------

typedef struct Spectrum Spectrum;

Spectrum* spectrum_new(uint32_t rate, uint32_t channels);

void spectrum_add(Spectrum* s, const float* const* in, uint32_t frames);

void spectrum_finish(Spectrum* s, TonMeasurement* m);

void spectrum_free(Spectrum* s);

typedef struct Stereo Stereo;

Stereo* stereo_new(uint32_t rate, bool timeline);

void stereo_add(Stereo* s, const float* const* in, uint32_t frames);

void stereo_finish(Stereo* s, TonMeasurement* m);

void stereo_free(Stereo* s);

// Growing curves -----------------------------------------------------------------

typedef struct {
  float* values;
  size_t capacity;
  uint32_t n;
} Curve;

void curve_add(Curve* curve, double value);

void curve_free(Curve* curve);

#endif
