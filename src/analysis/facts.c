// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Finding the facts of a sound in its features: the order of the steps, and
   what needs no more than sums.
*/
#include "analysis/features_internal.h"
#include "dsp/decibel.h"

#include <math.h>

/// Mono, twice the same, one side only, or stereo
static void
find_layout(const TonFeatures* f, TonFacts* facts)
{
  const double apart_db =
      ton_power_db(f->left_energy) - ton_power_db(f->right_energy);
  const double correlation =
      f->cross_energy / sqrt(f->left_energy * f->right_energy);
  if (f->channels != 2) {
    facts->layout = f->channels == 1 ? TON_LAYOUT_MONO : TON_LAYOUT_SURROUND;
  } else if (fabs(apart_db) > 60.0) {
    facts->layout = TON_LAYOUT_ONE_SIDED;
    facts->side_gain_db = apart_db > 0.0 ? INFINITY : -INFINITY;
  } else {
    // What is left of one side after the best gain of the other is removed
    const double rest = 1.0 - correlation * correlation;
    facts->layout = rest < 1e-5 && correlation > 0.0 ? TON_LAYOUT_DUAL_MONO
                                                     : TON_LAYOUT_STEREO;
    facts->side_gain_db = apart_db;
  }
}

static void
set_undefined(TonFacts* f)
{
  f->layout = TON_LAYOUT_SILENT;
  f->active_lufs = f->range_lu = f->peak_to_loud_db = NAN;
  f->hit_spread_db = f->hit_p75_db = f->pause_range_db = NAN;
  f->sibilant_db = f->sibilant_hz = NAN;
  f->end_level_db = f->noise_db = f->hum.level_db = -INFINITY;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f->active_db[b] = f->pause_db[b] = -INFINITY;
  }
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    f->twelfths_db[b] = -INFINITY;
  }
}

/// Highest twelfth octave over the mean of six neighbours, dB; above 500 Hz where
/// the mains hum
static double
highest_note_db(const TonFacts* f)
{
  enum { ABOVE_HUM = 16, SIDE = 3 };
  double max = -INFINITY;
  for (uint32_t b = f->hum.hz > 0.0 ? ABOVE_HUM : SIDE; b + SIDE < TON_TWELFTHS;
       ++b) {
    double around = 0.0;
    for (uint32_t k = b - SIDE; k <= b + SIDE; ++k) {
      around += k == b ? 0.0 : f->twelfths_db[k] / (2.0 * SIDE);
    }
    max = isfinite(around) ? fmax(max, f->twelfths_db[b] - around) : max;
  }
  return max;
}

/// Higher one of the third octaves at 160 and 200 Hz over the louder one of those
/// around both, dB; 0 where the mains hum
static double
middle_note_db(const TonFacts* f)
{
  enum { BELOW = 8, ABOVE = 11 }; // 125 and 250 Hz
  const double around = fmax(f->active_db[BELOW], f->active_db[ABOVE]);
  const double here = fmax(f->active_db[BELOW + 1], f->active_db[ABOVE - 1]);
  return f->hum.hz == 0.0 && isfinite(around) ? here - around : 0.0;
}

/// Highest Hz between 25 and 160 Hz over the mean of the half octave around it,
/// dB; 0 where the mains hum
static double
lowest_note_db(const TonFacts* f)
{
  double max = 0.0;
  for (uint32_t hz = 25; f->hum.hz == 0.0 && hz < 160; ++hz) {
    const uint32_t from = 5 * hz / 6;
    const uint32_t to = 6 * hz / 5 < TON_LOW_HZ ? 6 * hz / 5 : TON_LOW_HZ;
    double sum = 0.0;
    for (uint32_t k = from; k < to; ++k) {
      sum += f->low[k] / (to - from);
    }
    max = sum > 0.0 ? fmax(max, ton_power_db(f->low[hz] / sum)) : max;
  }
  return max;
}

/// The noise of an empty channel: its 400 ms loudness stays within 2 LU, no
/// twelfth octave stands 3 dB above its neighbours, and no Hz or third octave of
/// the lows 5 dB
static bool
is_steady_noise(const TonFacts* f)
{
  return !f->has_pauses && f->range_lu < 2.0 && f->activity > 0.99 &&
         highest_note_db(f) < 3.0 && lowest_note_db(f) < 5.0 &&
         middle_note_db(f) < 5.0;
}

/// Power of the third octaves from 1.6 kHz on re that below, dB
static double
treble_db(const TonFacts* f)
{
  enum { FIRST = 19 }; // 1.6 kHz
  double low = 0.0;
  double high = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double power = pow(10.0, f->active_db[b] / 10.0);
    low += b < FIRST ? power : 0.0;
    high += b < FIRST ? 0.0 : power;
  }
  return ton_power_db(high / low);
}

/// Steady lines of the mains hold three quarters of the power below 1.4 kHz, and what
/// lies above is softer than they are.  A note that is held for a whole file lies
/// beside them: those lie within 0.7 Hz of their frequency
static bool
is_only_hum(const TonFacts* f)
{
  return !f->has_pauses && f->range_lu < 2.0 && f->activity > 0.99 &&
         f->mains_share > 0.75 && treble_db(f) < -3.0;
}

/// The frames of 25 ms whose peak stands 26 dB over their mean, where those hold 90 %
/// of all power: one sample of 400 sounds.  No instrument reaches 20 dB
static uint32_t
count_clicks(const TonFeatures* f)
{
  double all = 0.0;
  double clicks = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < f->n_levels; ++i) {
    const TonLevelFrame* const l = &f->levels[i];
    const double crest =
        ton_to_db((double)l->peak) - ton_power_db(l->power / f->channels);
    const bool click = l->on && l->power > 0.0 && crest > TON_CLICK_CREST_DB;
    all += l->power;
    clicks += click ? l->power : 0.0;
    n += click;
  }
  return clicks > 0.9 * all ? n : 0;
}

TonStatus
facts_find(TonFeatures* features, TonFacts* facts)
{
  set_undefined(facts);
  facts->head_s = facts->tail_s = features->n_levels * features->level_s;
  if (find_activity(features, facts)) {
    return TON_NO_MEMORY;
  }
  if (!(facts->active_s > 0.0)) {
    return TON_OK;
  }
  find_layout(features, facts);
  if (find_levels(features, facts) || find_hits(features, facts)) {
    return TON_NO_MEMORY;
  }
  find_ends(features, facts);
  facts->end_level_db = ton_power_db(features->end_power) - facts->active_lufs;
  if (find_spectra(features, facts)) {
    return TON_NO_MEMORY;
  }
  find_timbre(features, facts);
  facts->clicks = count_clicks(features);
  if (find_low_bands(features, facts) || find_hum(features, facts)) {
    return TON_NO_MEMORY;
  }
  facts->steady_noise = is_steady_noise(facts);
  facts->only_hum = is_only_hum(facts);
  return TON_OK;
}
