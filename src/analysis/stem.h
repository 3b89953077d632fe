// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ANALYSIS_STEM_H
#define TON_ANALYSIS_STEM_H

#include <tonmeister/measure.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   What the assistants know of a stem: one pass over its sound, facts out.

   Every fact holds when the sound is made louder or softer (levels shift with
   it), turned upside down, or preceded by silence.
*/

enum {
  TON_STEM_TWELFTHS = 72, ///< 12 bands an octave, 200 Hz to 12.8 kHz
  TON_STEM_HUM = 8,       ///< Harmonics looked at
};

typedef enum {
  TON_STEM_SILENT,    ///< Nothing but digital silence
  TON_STEM_MONO,      ///< One channel
  TON_STEM_DUAL_MONO, ///< Two channels, one sound (after a gain)
  TON_STEM_ONE_SIDED, ///< The other channel is below -60 dB of this one
  TON_STEM_STEREO,
  TON_STEM_SURROUND, ///< More than two channels
} TonStemLayout;

/// A mains hum found in the pauses
typedef struct {
  double hz;         ///< 50 or 60, as measured; 0: none
  uint32_t lines;    ///< Bit k - 1: harmonic k stands out
  double level_db;   ///< Sum of the lines re active loudness
  double prominence; ///< Median of the lines over their surroundings, dB
} TonStemHum;

/**
   Facts of one stem.

   dB of spectra are power per band of all channels re full scale, as
   TonMeasurement.thirds_db; -INFINITY where there is none.  NaN: not defined.
*/
typedef struct {
  const char* file; ///< As the session names it; set by the caller, not owned
  TonMeasurement whole; ///< Of the whole stem; without curves

  TonStemLayout layout;
  double side_gain_db; ///< Left minus right of a dual mono, one-sided or
                       ///< stereo stem, dB; +-INFINITY when one-sided
  double correlation;  ///< -1 to 1; NaN for mono
  bool side_inverted;  ///< One side of a stereo stem is upside down

  // Activity (reference 2.3)
  double active_lufs;     ///< BS.1770 over active blocks, relative gate only
  double active_s;        ///< Time that sounds
  double activity;        ///< Share of the time from first to last sound
  double first_sound_s;   ///< Start of the first active moment
  double last_sound_s;    ///< End of the last
  double noise_db;        ///< Floor between the sounds re active loudness
  double range_lu;        ///< P95 - P10 of active 400 ms loudness
  double crest_db;        ///< P95 over active 50 ms frames of peak minus RMS
  double peak_to_loud_db; ///< Sample peak minus active loudness
  double hits_per_s;      ///< Own onsets per active second, bleed left out
  double hit_spread_db;   ///< Standard deviation of the hits' peak levels
  double hit_p75_db;      ///< 75th percentile of the hits' levels re active
                          ///< loudness
  double spike_db;        ///< Highest peak over the 99.9th percentile of peaks
  double spike_at_s;
  double start_jump_db; ///< First 5 ms re active loudness: cut-off start
  double end_jump_db;   ///< Last 5 ms: cut-off end

  // Spectra, third octaves
  double active_db[TON_THIRDS];
  double pause_db[TON_THIRDS]; ///< Between the sounds
  bool has_pauses;             ///< At least 1 s of pause was heard
  double centroid_hz;          ///< Of the active spectrum
  double low_share;            ///< Share of power below 150 Hz, 0 to 1
  double twelfths_db[TON_STEM_TWELFTHS];  ///< Active mean
  float twelfths_stay[TON_STEM_TWELFTHS]; ///< Share of active frames in which
                                          ///< the band stands 6 dB above its
                                          ///< half octave
  float sibilant_share; ///< Share of active frames with 5-10 kHz 6 dB over
                        ///< 300 Hz-3 kHz
  double sibilant_db;   ///< P90 of the sibilants' level re active loudness

  TonStemHum hum;

  // Traces for pairs and sums; owned, freed by ton_sound_features_free()
  uint32_t n_tenths;  ///< 100 ms steps
  float* tenth_power; ///< K-weighted mean square of the step
  uint8_t* tenth_on;  ///< 1 where active
  double low_rate;    ///< Hz of `low`, about 3000
  uint64_t n_low;
  float* low; ///< Mono sum, band up to 1.2 kHz; phase as in the stem
} TonSoundFeatures;

/// ReaderBackend of one stem.  One thread at a time.
typedef struct TonStemAnalysis TonStemAnalysis;

/// For 1 to 64 channels from 8000 Hz; `what` as for ton_meters_new(), to be
/// measured on the way.  Null when memory is refused.  Freed by
/// ton_stem_analysis_free().  [main]
TonStemAnalysis* ton_stem_analysis_new(uint32_t rate, uint32_t channels,
                                       unsigned what);

/// Add frames, planar.  Any chunking gives the same facts to the bit.  [any]
void ton_stem_analysis_add(TonStemAnalysis* analysis, const float* const* in,
                           uint32_t frames);

/// Close and write the facts; TON_NO_MEMORY if memory ran out on the way.
/// Facts are the caller's, freed with ton_sound_features_free().  [any]
TonStatus ton_stem_analysis_finish(TonStemAnalysis* analysis,
                                   TonSoundFeatures* facts);

void ton_stem_analysis_free(TonStemAnalysis* analysis);

/// Free what the facts own.  Zeroed facts are allowed.  [any]
void ton_sound_features_free(TonSoundFeatures* facts);

/// How two microphones on one source stand to each other (reference 2.6)
typedef struct {
  double lag_ms;   ///< b later than a
  double likeness; ///< Height of the normalised correlation peak, 0 to 1
  double sign;     ///< -1: upside down at that lag
  double as_is_db; ///< Energy of a + b over the energies' sum, 60-400 Hz
  double flip_db;  ///< Same for a - b
  double weight;   ///< Share of the time both sound
} TonStemAlign;

/// Compare two stems of one start, each brought to equal active loudness.
/// Returns false when they never sound together or their rates differ.  [any]
bool ton_stems_align(const TonSoundFeatures* a, const TonSoundFeatures* b,
                     double longest_ms, TonStemAlign* result);

#endif
