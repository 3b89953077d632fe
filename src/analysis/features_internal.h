// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Inside of the analysis of a sound: the collectors of the three streams, and
   the steps that find facts in them.
*/
#ifndef TON_ANALYSIS_FEATURES_INTERNAL_H
#define TON_ANALYSIS_FEATURES_INTERNAL_H

#include "analysis/facts.h"
#include "dsp/fft.h"

#include <stddef.h>

/// Level frames in longer times
enum {
  FRAMES_TENTH = 4,  ///< 100 ms
  FRAMES_BLOCK = 16, ///< 400 ms
};

/// Spectra of half overlapping windows
typedef struct {
  TonFft* fft;
  uint32_t n; ///< Length of the window in frames of sound
  uint32_t channels;
  double rate;
  float* window;
  double third_hz[TON_THIRDS][2];  ///< Edges of the bands
  double twelfth_hz[TON_TWELFTHS]; ///< Upper edges
  float** in;                      ///< [channel][n]
  uint32_t held;
  double* sum; ///< Running sum of bin powers
  TonSpectrumFrame* frames;
  size_t capacity;
  uint32_t n_frames;
  uint32_t n_windows; ///< So far
  uint32_t every;     ///< One of so many is kept: a power of two
  bool failed;        ///< Memory was refused
} SpectrumCollector;

bool spectra_open(SpectrumCollector* s, double rate, uint32_t channels);

void spectra_add(SpectrumCollector* f, const float* const* in, uint32_t n);

/// Hand the stream over
void spectra_finish(SpectrumCollector* f, TonFeatures* features);

void spectra_close(SpectrumCollector* f);

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
  uint64_t max;
  bool failed; ///< Memory was refused
} LowCollector;

bool low_open(LowCollector* low, double rate);

void low_add(LowCollector* low, const float* const* in, uint32_t channels,
             uint32_t n);

/// Nothing more comes: the last results, and the stream handed over
void low_finish(LowCollector* low, TonFeatures* features);

void low_close(LowCollector* low);

// Finding facts: TON_NO_MEMORY at worst ----------------------------------------

/// Mark what sounds, and find every fact but the meters' `whole`
TonStatus facts_find(TonFeatures* features, TonFacts* facts);

/// Mark the level frames that sound; `active_s` is 0 when none does
TonStatus find_activity(TonFeatures* features, TonFacts* facts);

/// Loudness, range, peaks, noise between the sounds
TonStatus find_levels(const TonFeatures* features, TonFacts* facts);

/// Silence at both ends; needs the active loudness
void find_ends(const TonFeatures* features, TonFacts* facts);

TonStatus find_hits(const TonFeatures* features, TonFacts* facts);

/// Mean spectra of sound and pauses, and what follows from them
TonStatus find_spectra(const TonFeatures* f, TonFacts* t);

/// What it is like; needs the mean spectra
void find_timbre(const TonFeatures* f, TonFacts* t);

/// Bands below 180 Hz from the low sum, which resolves them
TonStatus find_low_bands(const TonFeatures* f, TonFacts* t);

TonStatus find_hum(const TonFeatures* f, TonFacts* t);

enum {
  LOW_FRAME = 1024, ///< Samples of the low sum, 0.34 s: resolved to 3 Hz
  LOW_BANDS = 10,   ///< Third octaves up to 160 Hz are read from it
};

/// What is known of a sound or of its pauses below 180 Hz
typedef struct {
  const double* bins;         ///< Mean spectrum of LOW_FRAME samples
  const double* thirds_db;    ///< Of all channels
  double channels[LOW_BANDS]; ///< Power of all channels over that of their
                              ///< mean; 0 where the mean cancels
} LowSpectrum;

/// Power of all channels in each Hz below TON_LOW_HZ, of the sound or of its
/// pauses; false when memory is refused
bool find_low_hz(const TonFeatures* f, bool pauses, const LowSpectrum* coarse,
                 double* low);

/// Power between two frequencies of a spectrum of n samples of the low sum
double low_power(const double* bins, uint32_t n, double rate, double from_hz,
                 double to_hz);

/// Keep what tempo and sections are found in; the tenths are there
TonStatus keep_onsets(TonFeatures* f, double active_lufs);

/// Share of the level frames that sound between two places of the low sum
double low_share_on(const TonFeatures* features, uint64_t from,
                    uint32_t length);

/// Add the power spectrum of n Hann-windowed samples to `sum`, power per bin
void low_add_spectrum(TonFft* fft, uint32_t n, const float* x, double* sum);

/// Value below which a share (0 to 1) of the n values lies; sorts them.  NaN
/// for none
double percentile(double* values, uint32_t n, double share);

#endif
