// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/meters.h"

#include "base/memory.h"
#include "dsp/kernels/peaks.h"

#include <math.h>
#include <string.h>

struct TonMeters {
  uint32_t rate;
  uint32_t channels;
  unsigned what;
  uint64_t frames;
  float* block[64];
  uint32_t held;
  uint64_t bad;
  Loudness* loudness;
  Loudness* mono; ///< Of (L + R) / 2, for the loss in mono
  TruePeak* true_peak;
  Levels* levels;
  Spectrum* spectrum;
  Stereo* stereo;
};

void
curve_add(Curve* curve, double value)
{
  float* const grown = ton_grow(curve->values, &curve->capacity,
                                (size_t)curve->n + 1, sizeof(float));
  if (grown) {
    curve->values = grown;
    curve->values[curve->n++] = (float)value;
  }
}

void
curve_free(Curve* curve)
{
  ton_free(curve->values);
}

static bool
make(TonMeters* m)
{
  const bool timeline = m->what & TON_MEASURE_TIMELINE;
  const bool pair = m->channels == 2;
  bool ok = true;
  for (uint32_t c = 0; c < m->channels; ++c) {
    m->block[c] = ton_alloc(BLOCK * sizeof(float));
    ok &= m->block[c] != NULL;
  }
  if (m->what & TON_MEASURE_LOUDNESS) {
    m->loudness = loudness_new(m->rate, m->channels, timeline);
    ok &= m->loudness != NULL;
  }
  if (m->what & TON_MEASURE_TRUE_PEAK) {
    const bool windows = timeline && m->loudness;
    m->true_peak = true_peak_new(m->rate, m->channels, windows);
    ok &= m->true_peak != NULL;
  }
  if (m->what & TON_MEASURE_LEVELS) {
    m->levels = levels_new(m->rate, m->channels, timeline);
    ok &= m->levels != NULL;
  }
  if (m->what & TON_MEASURE_SPECTRUM) {
    m->spectrum = spectrum_new(m->rate, m->channels);
    ok &= m->spectrum != NULL;
  }
  if (m->what & TON_MEASURE_STEREO && pair) {
    m->stereo = stereo_new(m->rate, timeline);
    m->mono = loudness_new(m->rate, 1, false);
    ok &= m->stereo && m->mono;
  }
  return ok;
}

TonMeters*
ton_meters_new(uint32_t rate, uint32_t channels, unsigned what)
{
  TonMeters* const m = ton_alloc(sizeof(TonMeters));
  if (!m) {
    return NULL;
  }
  m->rate = rate;
  m->channels = channels;
  m->what = what;
  if (!make(m)) {
    ton_meters_free(m);
    return NULL;
  }
  return m;
}

/// Put 0 for what is not a number
static void
clean(TonMeters* m)
{
  const uint64_t from = m->frames - m->held;
  for (uint32_t c = 0; c < m->channels; ++c) {
    uint64_t count = 0;
    uint64_t first = 0;
    float zero = 0.0F;
    for (uint32_t i = 0; i < m->held; ++i) {
      zero += m->block[c][i] * 0.0F;
    }
    for (uint32_t i = m->held; zero != 0.0F && i-- > 0;) {
      if (!isfinite(m->block[c][i])) {
        m->block[c][i] = 0.0F;
        first = from + i;
        ++count;
      }
    }
    if (count && m->levels) {
      levels_bad(m->levels, count, first);
    }
    m->bad += count;
  }
}

static void
hand_on(TonMeters* m)
{
  const float* const* const in = (const float* const*)m->block;
  const uint32_t n = m->held;
  clean(m);
  if (m->loudness) {
    loudness_add(m->loudness, in, n);
  }
  if (m->true_peak) {
    true_peak_add(m->true_peak, in, n);
  }
  if (m->levels) {
    levels_add(m->levels, in, n);
  }
  if (m->spectrum) {
    spectrum_add(m->spectrum, in, n);
  }
  if (m->stereo) {
    float fold[BLOCK];
    const float* const one = fold;
    for (uint32_t i = 0; i < n; ++i) {
      fold[i] = 0.5F * (in[0][i] + in[1][i]);
    }
    stereo_add(m->stereo, in, n);
    loudness_add(m->mono, &one, n);
  }
  m->held = 0;
}

void
ton_meters_add(TonMeters* m, const float* const* in, uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    const uint32_t room = BLOCK - m->held;
    const uint32_t n = frames - at < room ? frames - at : room;
    for (uint32_t c = 0; c < m->channels; ++c) {
      memcpy(m->block[c] + m->held, in[c] + at, n * sizeof(float));
    }
    m->held += n;
    m->frames += n;
    at += n;
    if (m->held == BLOCK) {
      hand_on(m);
    }
  }
}

void
ton_meters_now(const TonMeters* m, double* momentary, double* short_term)
{
  *momentary = NAN;
  *short_term = NAN;
  if (m->loudness) {
    loudness_now(m->loudness, momentary, short_term);
  }
}

static void
undefined(TonMeasurement* r)
{
  double* const values[] = {
      &r->integrated_lufs,    &r->momentary_max_lufs,  &r->short_term_max_lufs,
      &r->loudness_range_lu,  &r->range_low_lufs,      &r->range_high_lufs,
      &r->sample_peak_dbfs,   &r->true_peak_dbtp,      &r->plr_lu,
      &r->psr_min_lu,         &r->psr_median_lu,       &r->rms_dbfs,
      &r->crest_db,           &r->first_bad_at_s,      &r->correlation,
      &r->correlation_min,    &r->balance_db,          &r->mono_loss_lu,
      &r->momentary_max_at_s, &r->short_term_max_at_s, &r->sample_peak_at_s,
      &r->true_peak_at_s,     &r->silence_head_s,      &r->silence_tail_s};
  memset(r, 0, sizeof(*r));
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); ++i) {
    *values[i] = NAN;
  }
  for (int b = 0; b < TON_STEREO_BANDS; ++b) {
    r->band_correlation[b] = NAN;
    r->band_side_db[b] = NAN;
  }
  for (int b = 0; b < TON_THIRDS; ++b) {
    r->thirds_db[b] = NAN;
  }
}

void
ton_meters_finish(TonMeters* m, TonMeasurement* r)
{
  undefined(r);
  if (m->held) {
    hand_on(m);
  }
  r->rate = m->rate;
  r->channels = m->channels;
  r->frames = m->frames;
  r->bad_samples = m->bad;
  uint32_t n = 0;
  const float* curve = NULL;
  if (m->loudness) {
    loudness_finish(m->loudness, r);
    curve = loudness_curve(m->loudness, &n);
  }
  if (m->true_peak) {
    true_peak_finish(m->true_peak, curve, n, r);
    r->plr_lu = r->true_peak_dbtp - r->integrated_lufs;
  }
  if (m->levels) {
    levels_finish(m->levels, r);
  }
  if (m->spectrum) {
    spectrum_finish(m->spectrum, r);
  }
  if (m->stereo) {
    TonMeasurement mono;
    stereo_finish(m->stereo, r);
    loudness_finish(m->mono, &mono);
    // one channel played from both speakers: twice the power
    r->mono_loss_lu =
        mono.integrated_lufs + 10.0 * log10(2.0) - r->integrated_lufs;
  }
}

void
ton_meters_free(TonMeters* m)
{
  if (!m) {
    return;
  }
  for (uint32_t c = 0; c < m->channels; ++c) {
    ton_free(m->block[c]);
  }
  loudness_free(m->loudness);
  loudness_free(m->mono);
  true_peak_free(m->true_peak);
  levels_free(m->levels);
  spectrum_free(m->spectrum);
  stereo_free(m->stereo);
  ton_free(m);
}
