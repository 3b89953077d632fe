// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts of a sound: conclusions from its features, one figure each for the
   whole sound; and the analysis that makes both in one pass.

   Every fact holds when the sound is made louder or softer (levels shift with
   it), its polarity is flipped, or, but for `head_s`, silence is put in front.
*/
#ifndef TON_ANALYSIS_FACTS_H
#define TON_ANALYSIS_FACTS_H

#include "analysis/features.h"

#include <tonmeister/status.h>

#include <stdbool.h>

enum {
  TON_HUM_LINES = 8,       ///< Harmonics of the mains that are looked at
  TON_LOW_HZ = 178,        ///< Where the third octave at 160 Hz ends
  TON_CLICK_CREST_DB = 26, ///< Of single samples in 25 ms, over their mean
};

typedef enum {
  TON_LAYOUT_SILENT,    ///< Nothing but digital silence
  TON_LAYOUT_MONO,      ///< One channel
  TON_LAYOUT_DUAL_MONO, ///< Two channels, one sound (after a gain)
  TON_LAYOUT_ONE_SIDED, ///< One channel is 60 dB or more below the other
  TON_LAYOUT_STEREO,
  TON_LAYOUT_SURROUND, ///< More than two channels
} TonLayout;

/// Mains hum
typedef struct {
  double hz;                           ///< 50 or 60; 0: none
  uint32_t lines;                      ///< Bit k - 1: harmonic k stands out
  double level_db;                     ///< Sum of the lines re active loudness
  double line_db[TON_HUM_LINES];       ///< Each line re active loudness
  double prominence_db[TON_HUM_LINES]; ///< Each over its surroundings
} TonHum;

/// What a sound is like, whatever its level.  All 0 where nothing sounds.
typedef struct {
  double flatness_db; ///< Geometric over arithmetic mean of the third octaves
                      ///< of 200 Hz to 10 kHz: 0 is noise, below are notes
  double flux_db;     ///< Mean change of the third octaves, 40 ms apart
  double note_stays;  ///< Share of the time in which the loudest twelfth
                      ///< octave is the one of 40 ms before
  double note_glides; ///< Same, in which it is the next one
  double notes;       ///< Twelfth octaves that stand out at a time
  double rise_db;     ///< RMS of what the level rises by in 50 ms
  double fall_db;     ///< Mean of what it falls by in 100 ms, where it does
  double frame_crest_db; ///< Peak over mean level of the same 25 ms
  double width_db;       ///< Sides re middle; -60: mono
} TonTimbre;

/**
   dB of spectra are power per band of all channels re full scale, as
   TonMeasurement.thirds_db; -INFINITY where there is none.  NaN: not defined.
*/
typedef struct {
  TonMeasurement whole; ///< Meters over the whole sound; without curves

  TonLayout layout;
  double side_gain_db; ///< Left minus right, dB; +-INFINITY: one-sided

  // Activity and level
  double active_lufs;     ///< BS.1770 over active blocks, relative gate only
  double active_s;        ///< Time that sounds
  double activity;        ///< Share of the time from first to last sound
  double noise_db;        ///< Floor between the sounds re active loudness
  double pause_range_db;  ///< P50 - P10 of the level between the sounds: noise
                          ///< is steady, reverb and soft music are not
  double range_lu;        ///< P95 - P10 of active 400 ms loudness
  double peak_to_loud_db; ///< Sample peak minus active loudness
  double hits_per_s;      ///< Own onsets per active second, bleed left out
  double hit_spread_db;   ///< Standard deviation of the hits' peak levels
  double hit_p75_db;      ///< 75th percentile of the hits' levels re active
                          ///< loudness
  double lone_peak_db;    ///< By how much the highest 50 ms stand over all but
                          ///< 0.2 s of the others; 0: no more than 12 dB
  double lone_peak_s;     ///< Where
  double end_level_db;    ///< Last 5 ms re active loudness: is it cut off?

  // The ends: what lies 60 dB below the active loudness counts as silence
  double head_s; ///< Before the first sound that is no click
  double tail_s; ///< Behind the last sound
  double ring_s; ///< From the last moment 20 dB below the active loudness on

  // Spectra
  double active_db[TON_THIRDS];
  double pause_db[TON_THIRDS]; ///< Between the sounds
  double
      low[TON_LOW_HZ]; ///< Power from each whole Hz to the next re full scale;
                       ///< a steady tone reaches 3 Hz to either side
  double low_pause[TON_LOW_HZ]; ///< Between the sounds; a tone reaches 6 Hz
                                ///< where no pause lasts for 1.4 s
  bool has_pauses;              ///< At least 1 s of pause was heard
  double centroid_hz;           ///< Of the active spectrum
  double low_share;             ///< Share of power below 150 Hz, 0 to 1
  uint32_t rumble_bands; ///< Bands from the lowest on that hold rumble in a
                         ///< sound without pauses: their level never changes
                         ///< while that above 180 Hz does
  double twelfths_db[TON_TWELFTHS];  ///< Active mean
  float twelfths_stay[TON_TWELFTHS]; ///< Share of active frames in which the
                                     ///< band stands 6 dB above its half octave
  float sibilant_share; ///< Share of active frames with 5-10 kHz 6 dB over
                        ///< 300 Hz-3 kHz: in a voice, its S sounds
  double sibilant_db;   ///< Loudness of the 5-10 kHz that nine of ten of those
      ///< frames stay below re active loudness; NaN: hardly any
  double sibilant_hz; ///< Their centre

  TonTimbre timbre;
  TonHum hum;
  double
      mains_share; ///< Of steady lines at multiples of 50 or 60 Hz in the power
                   ///< below 1.4 kHz; 0 where the sound pauses
  uint32_t clicks; ///< Nothing but so many single samples or as good as
                   ///< that; 0: other sound
  bool
      steady_noise; ///< Nothing but noise: never pauses, never changes, no note
                    ///< stands out
  bool only_hum;    ///< Nothing but hum of the mains, and noise
} TonFacts;

/// What is known of one sound
typedef struct {
  TonFeatures features;
  TonFacts facts;
} TonSound;

/// Reader of one sound.  One thread at a time.
typedef struct TonAnalysis TonAnalysis;

/// For 1 to 64 channels from 8000 Hz; `what` as for ton_meters_new(), to be
/// measured on the way.  Null when memory is refused.  Freed by
/// ton_analysis_free().  [main]
TonAnalysis* ton_analysis_new(uint32_t rate, uint32_t channels, unsigned what);

/// Add frames, planar.  Any chunking gives the same facts to the bit.  [any]
void ton_analysis_add(TonAnalysis* analysis, const float* const* in,
                      uint32_t frames);

/// Close: features, and the facts found in them.  TON_NO_MEMORY if memory ran
/// out on the way.  `sound` is the caller's, freed with ton_sound_free() also
/// after an error.  [any]
TonStatus ton_analysis_finish(TonAnalysis* analysis, TonSound* sound);

void ton_analysis_free(TonAnalysis* analysis);

/// Zeroed sounds are allowed.  [any]
void ton_sound_free(TonSound* sound);

#endif
