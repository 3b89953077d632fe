// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_MEASURE_H
#define TONMEISTER_MEASURE_H

#include <tonmeister/api.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   The meters: what is measured, and how sound is given to them.
*/

TON_API_BEGIN

enum {
  TON_THIRDS = 31,      ///< Third-octave bands, 20 Hz to 20 kHz
  TON_STEREO_BANDS = 5, ///< < 120, 120-500, 500-2k, 2k-8k, > 8k Hz
};

/// What to measure; the more, the dearer
enum {
  TON_MEASURE_LOUDNESS = 1 << 0,  ///< Integrated, momentary, short-term, range
  TON_MEASURE_TRUE_PEAK = 1 << 1, ///< With its place
  TON_MEASURE_LEVELS = 1 << 2,    ///< Sample peak, RMS, crest, DC, clipping,
                                  ///< silence, NaN
  TON_MEASURE_SPECTRUM = 1 << 3,  ///< Third octaves
  TON_MEASURE_STEREO = 1 << 4,    ///< Correlation, mid/side per band
  TON_MEASURE_TIMELINE = 1 << 5,  ///< Curves for plots
  TON_MEASURE_ALL = (1 << 6) - 1,
  TON_MEASURE_REPAIRED = 1 << 6, ///< ton_measure_file(): without spikes, see
                                 ///< ton_audio_repair()
};

/// A run of clipped or flat-topped samples
typedef struct {
  double at_s;
  double length_s;
  uint32_t channel;
} TonClip;

/**
   Everything the meters found.

   A value that is not defined, or was not asked for, is NaN (loudness of less
   than one 400 ms block, range of less than one 3 s block, correlation of
   silence); a level of silence is -INFINITY.  Times are from the first frame.
*/
typedef struct {
  uint32_t rate; ///< Hz
  uint32_t channels;
  uint64_t frames;

  // ITU-R BS.1770-5, EBU Tech 3341 and 3342
  double integrated_lufs;
  double momentary_max_lufs;
  double momentary_max_at_s; ///< Start of the 400 ms window
  double short_term_max_lufs;
  double short_term_max_at_s; ///< Start of the 3 s window
  double loudness_range_lu;   ///< 3 s blocks every 0.1 s
  double range_low_lufs;      ///< 10th percentile of the gated 3 s blocks
  double range_high_lufs;     ///< 95th percentile
  bool range_stable;          ///< At least 60 s of programme

  double sample_peak_dbfs;
  double sample_peak_at_s;
  double true_peak_dbtp;
  double true_peak_at_s;
  uint32_t true_peak_channel;
  double plr_lu;        ///< True peak minus integrated
  double psr_min_lu;    ///< True peak in a 3 s window minus short-term,
  double psr_median_lu; ///< windows above -60 LUFS; needs the timeline too

  double rms_dbfs;          ///< Mathematical: a full-scale sine reads -3.01
  double crest_db;          ///< Sample peak minus RMS
  double dynamic_range_db;  ///< As the DR meter counts it: a whole number, the
                            ///< second-highest peak of blocks of 3 s over the
                            ///< loudest fifth of them
  double dc[2];             ///< Mean, first two channels, full scale 1
  uint64_t clipped_samples; ///< In runs of at least 3 equal samples within
                            ///< 0.1 dB of the file's peak and above 0.5
  uint32_t n_clips;
  TonClip clips[16];    ///< The longest first
  uint64_t bad_samples; ///< NaN or infinite, taken as 0
  double first_bad_at_s;
  uint64_t spikes;   ///< Replaced; 0 unless TON_MEASURE_REPAIRED
  double spike_dbfs; ///< The highest of them
  double spike_at_s;
  double silence_head_s; ///< Below -90 dBFS
  double silence_tail_s;

  double thirds_db[TON_THIRDS]; ///< Power per band, channels added up, dB re
                                ///< full scale (0 dBFS sine in one: -3.01)
  double correlation;     ///< Whole programme, -1 to 1; NaN for mono/silence
  double correlation_min; ///< Lowest of 3 s windows above -60 LUFS
  double correlation_min_at_s; ///< Start of that window
  double correlation_p5;       ///< 5th percentile of these windows, to 0.01
  double balance_db;           ///< Right minus left, RMS
  double mono_loss_lu; ///< Loudness of (L+R)/2 in both channels minus stereo
  double band_correlation[TON_STEREO_BANDS];
  double band_side_db[TON_STEREO_BANDS]; ///< Side minus mid energy

  // Curves, one value per 0.1 s, the last for what is left (none without
  // TON_MEASURE_TIMELINE; null for what was not measured).  Loudness is that of
  // the windows which end there, with silence before the song.
  uint32_t n_points;
  float* momentary_lufs;
  float* short_term_lufs;
  float* peak_dbfs;         ///< Sample peak of the 0.1 s
  float* correlation_curve; ///< 3 s window
} TonMeasurement;

/// Centre of a third-octave band, Hz.  [any]
double ton_third_hz(uint32_t band);

/// Streaming meters.  One thread at a time.
typedef struct TonMeters TonMeters;

/// Meters for 1 to 64 channels at any rate from 8000 Hz; `what` is a set of
/// TON_MEASURE_ flags.  Channel order as in WAV: L R C LFE Ls Rs (four: L R Ls
/// Rs; five: L R C Ls Rs; eight: two behind, then two at the sides).  Null when
/// memory is refused or an argument is out of range.  Freed by caller with
/// ton_meters_free().  [main]
TonMeters* ton_meters_new(uint32_t rate, uint32_t channels, unsigned what);

/// Weight of a channel's power in the loudness instead of that of its place in
/// the order above: 0 leaves it out, 1.41 for the sides of other layouts, 2 for
/// the only channel of a mono file that is played from two speakers.  Before
/// the first frames.  [main]
void ton_meters_weight(TonMeters* meters, uint32_t channel, double weight);

/// Add frames, planar.  Any chunking gives the same result to the bit.  [any]
void ton_meters_add(TonMeters* meters, const float* const* in, uint32_t frames);

/// Momentary and short-term loudness at the last whole 10 ms, for live display;
/// what lies before the first frame counts as silence.  [any]
void ton_meters_now(const TonMeters* meters, double* momentary,
                    double* short_term);

/// Close and write the result; the curves in it are owned by `meters`, valid
/// until it is freed.  TON_NO_MEMORY if memory ran out on the way: figures may
/// be missing then.  [main]
TonStatus ton_meters_finish(TonMeters* meters, TonMeasurement* result);

void ton_meters_free(TonMeters* meters);

TON_API_END

#endif
