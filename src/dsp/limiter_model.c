// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Estimating what a limiter will do from a step-wise outline of the sound.
#include "dsp/limiter_model.h"

#include "base/memory.h"
#include "dsp/decibel.h"
#include "dsp/kernels/weigh.h"
#include "dsp/limit_release.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_STEPS = 1 << 20,
  HISTORY = 4,      ///< Frames readable before a step
  SLACK = 8,        ///< Behind it
  MAX_FRAMES = 800, ///< Of a step: 1 ms at 768 kHz
  TENTH = 100,      ///< Steps of 1 ms in one point of the meter
};

struct LimiterModel {
  uint32_t channels;
  uint32_t frames; ///< Of a step before folding
  double step_ms;
  uint32_t held;
  float x[2][HISTORY + MAX_FRAMES + SLACK];
  TonKWeight k;
  double state[2][TON_K_HISTORY];
  const TonWeigh* weigh;
  float* peak;  ///< Largest |x| per stored step
  float* power; ///< K-weighted, mean per frame and both channels
  uint32_t n;
  size_t capacity_peak;
  size_t capacity_power;
  uint32_t fold; ///< Steps in one stored step: a power of two
  uint32_t folded;
  float fold_peak;
  float fold_power;
  bool failed;   ///< Memory was refused: steps are missing
  float* points; ///< Room for the reduction of each 0.1 s
  // the limiter
  double ceiling;
  double look_ms;
  double release_ms;
  bool automatic;
  double lufs;
  // corrected by measured runs
  double hidden_db; ///< By which peaks between samples stand out of them
  double loss_scale;
  double offset_lu; ///< Of the loss, from a loss of `learned_lu` on
  double learned_lu;
};

LimiterModel*
limiter_model_new(uint32_t rate, uint32_t channels)
{
  LimiterModel* const f = ton_alloc(sizeof(LimiterModel));
  if (f) {
    f->channels = channels;
    f->frames = rate / 1000 < MAX_FRAMES ? rate / 1000 : MAX_FRAMES;
    f->step_ms = 1000.0 * f->frames / rate;
    f->weigh = ton_weigh();
    f->fold = 1;
    f->loss_scale = 1.02; // peaks between samples, which are not seen here
    f->learned_lu = 1.0;
    ton_k_weight_design(&f->k, rate);
  }
  return f;
}

void
limiter_model_free(LimiterModel* f)
{
  if (f) {
    ton_free(f->peak);
    ton_free(f->power);
    ton_free(f->points);
    ton_free(f);
  }
}

// Storing ----------------------------------------------------------------------

/// Two steps become one
static void
halve(LimiterModel* f)
{
  for (uint32_t i = 0; i < f->n / 2; ++i) {
    f->peak[i] = fmaxf(f->peak[2 * i], f->peak[2 * i + 1]);
    f->power[i] = 0.5F * (f->power[2 * i] + f->power[2 * i + 1]);
  }
  f->n /= 2;
  f->fold *= 2;
}

static void
store(LimiterModel* f, float peak, float power)
{
  f->fold_peak = fmaxf(f->fold_peak, peak);
  f->fold_power += power;
  if (++f->folded < f->fold) {
    return;
  }
  float* const peaks =
      ton_grow(f->peak, &f->capacity_peak, (size_t)f->n + 1, sizeof(float));
  f->peak = peaks ? peaks : f->peak;
  float* const powers =
      ton_grow(f->power, &f->capacity_power, (size_t)f->n + 1, sizeof(float));
  f->power = powers ? powers : f->power;
  if (peaks && powers) {
    f->peak[f->n] = f->fold_peak;
    f->power[f->n++] = f->fold_power / (float)f->fold;
  }
  f->failed |= !peaks || !powers;
  f->folded = 0;
  f->fold_peak = 0.0F;
  f->fold_power = 0.0F;
  if (f->n == MAX_STEPS) {
    halve(f);
  }
}

static float
largest(const float* x, uint32_t n)
{
  float max = 0.0F;
  for (uint32_t i = 0; i < n; ++i) {
    const float a = fabsf(x[i]);
    max = a > max ? a : max;
  }
  return max;
}

static void
close_step(LimiterModel* f)
{
  const uint32_t n = f->held;
  const bool mono = f->channels == 1;
  const float* const x[2] = {f->x[0] + HISTORY, f->x[mono ? 0 : 1] + HISTORY};
  TonSums s;
  f->weigh->squares(&f->k, x, f->state, n, &s);
  const float left = largest(x[0], n);
  const float right = mono ? left : largest(x[1], n);
  store(f, fmaxf(left, right), (float)((mono ? s.aa : s.aa + s.bb) / n));
  for (uint32_t c = 0; c < f->channels; ++c) {
    memmove(f->x[c], f->x[c] + n, HISTORY * sizeof(float));
    for (int i = 0; i < TON_K_HISTORY; ++i) {
      f->state[c][i] = fabs(f->state[c][i]) < 1e-30 ? 0.0 : f->state[c][i];
    }
  }
  f->held = 0;
}

void
limiter_model_add(LimiterModel* f, const float* const* in, uint32_t frames)
{
  for (uint32_t done = 0; done < frames;) {
    const uint32_t space = f->frames - f->held;
    const uint32_t n = frames - done < space ? frames - done : space;
    for (uint32_t c = 0; c < f->channels; ++c) {
      memcpy(f->x[c] + HISTORY + f->held, in[c] + done, n * sizeof(float));
    }
    f->held += n;
    done += n;
    if (f->held == f->frames) {
      close_step(f);
    }
  }
}

// Estimating ------------------------------------------------------------------

/// Mean power of the blocks of 0.4 s that are louder than `min`
static double
mean_above(const LimiterModel* f, double min)
{
  const double step_ms = f->fold * f->step_ms;
  const uint32_t hop = (uint32_t)fmax(rint(100.0 / step_ms), 1.0);
  const uint32_t whole = (uint32_t)fmax(rint(400.0 / step_ms), 1.0);
  const uint32_t block = whole < f->n ? whole : f->n;
  double sum = 0.0;
  uint32_t passed = 0;
  for (uint32_t at = 0; block && at + block <= f->n; at += hop) {
    double power = 0.0;
    for (uint32_t i = at; i < at + block; ++i) {
      power += (double)f->power[i];
    }
    power /= block;
    if (power > min) {
      sum += power;
      ++passed;
    }
  }
  return passed ? sum / passed : 0.0;
}

/// Integrated loudness (BS.1770: gates at -70 LUFS and 10 LU under the mean),
/// to the length of a step
static double
loudness_of(const LimiterModel* f)
{
  const double absolute = pow(10.0, (-70.0 + 0.691) / 10.0);
  const double relative = 0.1 * mean_above(f, absolute);
  const double power = mean_above(f, fmax(absolute, relative));
  return 10.0 * log10(power) - 0.691;
}

/// Steps of 0.1 s
static uint32_t
per_point(const LimiterModel* f)
{
  return TENTH / f->fold ? TENTH / f->fold : 1;
}

bool
limiter_model_ready(LimiterModel* f, const LimiterSettings* settings)
{
  if (f->held) {
    close_step(f);
  }
  f->ceiling = ton_from_db(settings->ceiling_db);
  f->look_ms = settings->look_ahead_ms;
  f->release_ms = settings->release_ms;
  f->automatic = settings->automatic;
  f->lufs = loudness_of(f);
  f->points = ton_alloc((f->n / per_point(f) + 1) * sizeof(float));
  return f->points && !f->failed;
}

/// The limiter's law over the steps
typedef struct {
  double loss_lu;
  double reduction_db; ///< 95th percentile of the highest of each 0.1 s
} LimiterEstimate;

enum { MAX_LOOK = 16 };

/// The limiter's release in steps
static TonLimitRelease
release_of(const LimiterModel* f)
{
  const double fall = f->release_ms / f->fold;
  return f->automatic ? ton_limit_release_auto(fall, 1000.0 / f->fold)
                      : ton_limit_release_plain(fall);
}

static int
ascending(const void* a, const void* b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

static double
percentile_95(float* values, uint32_t n)
{
  qsort(values, n, sizeof(float), ascending);
  return n ? (double)values[(uint32_t)(0.95 * (n - 1))] : 0.0;
}

/// Reduction at step i takes hold over the look-ahead in front of it: the
/// mean of what is asked for at i to i + look
static LimiterEstimate
estimate_at(const LimiterModel* f, double gain_db)
{
  const double limit = f->ceiling / ton_from_db(gain_db + f->hidden_db);
  const uint32_t look =
      (uint32_t)fmin(fmax(rint(f->look_ms / f->fold), 1.0), MAX_LOOK);
  const uint32_t tenth = per_point(f);
  double ring[MAX_LOOK + 1] = {0.0};
  double sum = 0.0;
  double before = 0.0;
  double behind = 0.0;
  double deepest = 0.0;
  uint32_t wait = 0; ///< Steps for which a peak is still held
  double need = 0.0;
  uint32_t n_points = 0;
  const TonLimitRelease law = release_of(f);
  TonReduction r = {0};
  for (uint32_t i = 0; i < f->n; ++i) {
    const double peak = (double)f->peak[i];
    const double now = peak > limit ? 1.0 - limit / peak : 0.0;
    need = now >= need || !wait ? now : need;
    wait = now >= need ? look : wait ? wait - 1 : 0;
    ton_limit_follow_density(&law, &r, 1.0);
    const double asked = ton_limit_reduce(&law, &r, need);
    double* const oldest = &ring[i % (look + 1)];
    sum += asked - *oldest;
    *oldest = asked;
    if (i >= look) {
      const double power = (double)f->power[i - look];
      const double g = 1.0 - sum / (look + 1);
      before += power;
      behind += power * g * g;
    }
    deepest = fmax(deepest, sum / (look + 1));
    if (i % tenth == tenth - 1) {
      f->points[n_points++] = (float)deepest;
      deepest = 0.0;
    }
  }
  return (LimiterEstimate){
      .loss_lu = behind > 0.0 ? 10.0 * log10(before / behind) : 0.0,
      .reduction_db = -ton_to_db(1.0 - percentile_95(f->points, n_points))};
}

static double
corrected(const LimiterModel* f, double loss_lu)
{
  return f->loss_scale * loss_lu +
         f->offset_lu * fmin(1.0, loss_lu / f->learned_lu);
}

/// Secant with its slope held to [0.05, 1]: the loudness never rises faster
/// than the gain
double
limiter_model_gain(const LimiterModel* f, double lufs, double low, double high)
{
  double gain = fmin(fmax(lufs - f->lufs, low), high);
  double slope = 1.0;
  double gain_before = NAN;
  double miss_before = NAN;
  for (int i = 0; i < 20; ++i) {
    const double got =
        f->lufs + gain - corrected(f, estimate_at(f, gain).loss_lu);
    const double miss = lufs - got;
    if (gain != gain_before && i > 0) {
      slope =
          fmin(fmax((miss_before - miss) / (gain - gain_before), 0.05), 1.0);
    }
    gain_before = gain;
    miss_before = miss;
    gain = fmin(fmax(gain + miss / slope, low), high);
    if (fabs(gain - gain_before) < 0.004) {
      break;
    }
  }
  return gain;
}

double
limiter_model_reduction(const LimiterModel* f, double gain_db)
{
  return estimate_at(f, gain_db).reduction_db;
}

double
limiter_model_bound(const LimiterModel* f, double max_db, double high)
{
  double from = -24.0;
  double to = high;
  if (estimate_at(f, high).reduction_db <= max_db) {
    return high;
  }
  while (to - from > 0.05) {
    const double gain = 0.5 * (from + to);
    *(estimate_at(f, gain).reduction_db <= max_db ? &from : &to) = gain;
  }
  return from;
}

/// Loudness a decibel of gain must bring to be worth it, LU
#define WORTH_LU 0.05

double
limiter_model_useful(const LimiterModel* f, double high)
{
  double loss = estimate_at(f, high).loss_lu;
  while (high > 0.0) {
    const double below = estimate_at(f, high - 1.0).loss_lu;
    if (1.0 - f->loss_scale * (loss - below) >= WORTH_LU) {
      break;
    }
    high -= 1.0;
    loss = below;
  }
  return high;
}

/// A loss that was not estimated comes from peaks between the samples: as much of
/// them as makes it so
static void
find_hidden(LimiterModel* f, double gain_db, double loss_lu)
{
  double low = 0.0;
  double high = 10.0;
  while (high - low > 0.05) {
    f->hidden_db = 0.5 * (low + high);
    *(estimate_at(f, gain_db).loss_lu < loss_lu ? &low : &high) = f->hidden_db;
  }
}

void
limiter_model_learn(LimiterModel* f, double gain_db, double lufs)
{
  const double sure_lu = 0.5; // of a small loss the ratio says little
  const double loss = f->lufs + gain_db - lufs;
  if (!isfinite(loss)) {
    return;
  }
  double estimated = estimate_at(f, gain_db).loss_lu;
  if (loss > 1.5 * estimated + 0.02) {
    find_hidden(f, gain_db, loss);
    estimated = estimate_at(f, gain_db).loss_lu;
  }
  if (estimated > 0.005) {
    const double ratio = (loss + sure_lu) / (estimated + sure_lu);
    f->loss_scale = fmin(fmax(ratio, 0.5), 2.0);
    f->offset_lu = loss - f->loss_scale * estimated;
    f->learned_lu = estimated;
  }
}
