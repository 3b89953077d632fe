// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Features of a sound: what it is like over time, as streams of frames.  Facts
   (facts.h) are conclusions from them.
*/
#ifndef TON_ANALYSIS_FEATURES_H
#define TON_ANALYSIS_FEATURES_H

#include <tonmeister/measure.h>

#include <stdint.h>

enum {
  TON_TWELFTHS = 72,   ///< Bands of a twelfth octave, 200 Hz to 12.8 kHz
  TON_NOTES = 12,      ///< Of an octave
  TON_LEVEL_RATE = 40, ///< Level frames a second
  TON_MAX_SPECTRA = 1 << 15,
  TON_LOW_MAX_S = 1800, ///< Seconds of sound in the low sum
};

/// Level of 25 ms
typedef struct {
  double weighted; ///< K-weighted power, all channels
  double power;    ///< Power around its own mean, all channels
  float peak;      ///< Largest |sample|, full scale 1
  uint8_t on;      ///< 1 where the sound is active
} TonLevelFrame;

/// Power by bands, all channels, full scale 1
typedef struct {
  float thirds[TON_THIRDS];
  float twelfths[TON_TWELFTHS];
} TonSpectrumFrame;

/**
   Features of one sound, from its first frame on, at any sample rate.

   A second of sound takes at most 27 kB: 2 kB of levels and notes, 11 kB of spectra
   and 14 kB of the low sum.  Spectra and low sum do not grow without end: of a sound
   longer than about 23 minutes (at 48 kHz) only every second spectrum is kept,
   of twice that length every fourth, and the low sum ends after TON_LOW_MAX_S.
   Owned by whoever got them; ton_features_free().
*/
typedef struct {
  double rate; ///< Hz of the sound
  uint32_t channels;

  double level_s; ///< Seconds from a level frame to the next: 0.025
  uint32_t n_levels;
  TonLevelFrame* levels; ///< Null after ton_features_thin()

  uint32_t spectrum_hop;    ///< Frames of sound from a spectrum to the next
  uint32_t spectrum_window; ///< Frames of sound that one spectrum hears
  uint32_t n_spectra;
  TonSpectrumFrame* spectra; ///< Null after ton_features_thin()

  uint32_t n_tenths;  ///< Levels once more, in steps of 100 ms
  float* tenth_power; ///< K-weighted power
  uint8_t* tenth_on;  ///< How many of its level frames are active, 0 to 4

  float (*tenth_notes)[TON_NOTES]; ///< Amplitude of each note of the octave
                                   ///< above 200 Hz, from G# on; 0 where it
                                   ///< does not sound

  uint32_t n_rises; ///< One a level frame
  float* rises;     ///< dB by which the level rises

  double low_rate; ///< Hz of `low`, 2.6 to 3.5 kHz
  uint64_t n_low;
  float* low; ///< Mono sum up to 1.2 kHz, phase as in the sound

  double left_energy; ///< Sum of squares of the first channel
  double right_energy;
  double cross_energy; ///< Sum of their products
  double end_power;    ///< Mean power of the last 5 ms
} TonFeatures;

/// Drop levels and spectra, most of the memory: facts are found, and only
/// tenths and the low sum are wanted further on.  [any]
void ton_features_thin(TonFeatures* features);

/// Zeroed features are allowed.  [any]
void ton_features_free(TonFeatures* features);

#endif
