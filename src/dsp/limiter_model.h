// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a limiter will do to a sound, without running it.

   Of the sound in front of the limiter two figures per step are kept: the
   highest sample and the K-weighted power.  Over these runs the limiter's own
   law (a target under the ceiling, its minimum over the look-ahead, release,
   smoothing) in a thousandth of the time:

     loudness(gain) = loudness in front + gain - loss_scale * loss(gain) - offset

   `loss_scale` and `offset` are corrected by every run that was measured.
*/
#ifndef TON_DSP_LIMITER_MODEL_H
#define TON_DSP_LIMITER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct LimiterModel LimiterModel;

/// Null when memory is refused.  Freed by limiter_model_free().  [main]
LimiterModel* limiter_model_new(uint32_t rate, uint32_t channels);

void limiter_model_free(LimiterModel* f);

/// Add frames of what goes into the limiter.  Memory is bounded: steps of 1 ms
/// for the first 17 minutes, then of 2, 4 ...  [any]
void limiter_model_add(LimiterModel* f, const float* const* in,
                       uint32_t frames);

/// How the limiter is set
typedef struct {
  double ceiling_db;
  double look_ahead_ms;
  double release_ms;
  bool automatic; ///< Its release follows the sound
} LimiterSettings;

/// Nothing more comes, once; `settings` are those of the limiter that follows.
/// False: memory was refused here or on the way, and the model is of no use.
/// [main]
bool limiter_model_ready(LimiterModel* f, const LimiterSettings* settings);

/// Gain that gives a loudness, dB, within [low, high]
double limiter_model_gain(const LimiterModel* f, double lufs, double low,
                          double high);

/// 95th percentile of the reduction at a gain, dB
double limiter_model_reduction(const LimiterModel* f, double gain_db);

/// Highest gain with a 95th percentile of reduction of at most `max_db`
double limiter_model_bound(const LimiterModel* f, double max_db, double high);

/// Highest gain up to `high` of which the last decibel still makes it louder
double limiter_model_useful(const LimiterModel* f, double high);

/// A run was measured
void limiter_model_learn(LimiterModel* f, double gain_db, double lufs);

#endif
