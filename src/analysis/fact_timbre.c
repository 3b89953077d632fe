// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts of the timbre: how noisy a sound is, how fast it changes, how many notes
   stand out, how its level rises and falls.
*/
#include "analysis/features_internal.h"
#include "dsp/decibel.h"

#include <math.h>
#include <stdlib.h>

/// Third octaves that are looked at: 200 Hz to 10 kHz
#define LOWEST_HZ  180.0
#define HIGHEST_HZ 11000.0

/// Softer bands are not heard beside the loudest one, dB
#define DEEPEST_DB 60.0

/// Mean and spread of values that come one by one
typedef struct {
  double sum;
  double squares;
  uint32_t n;
} Tally;

static void
count_value(Tally* tally, double value)
{
  tally->sum += value;
  tally->squares += value * value;
  ++tally->n;
}

static double
mean_of(const Tally* tally)
{
  return tally->n ? tally->sum / tally->n : 0.0;
}

// Spectra -----------------------------------------------------------------------

/// One spectrum in dB
typedef struct {
  double db[TON_THIRDS];
  double max_db;
  uint32_t note; ///< The loudest twelfth octave up to 3.2 kHz
} LogSpectrum;

static void
take_log(const TonSpectrumFrame* frame, LogSpectrum* s)
{
  enum { NOTES = 48 };
  s->max_db = -INFINITY;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    s->db[b] = ton_power_db((double)frame->thirds[b]);
    s->max_db = fmax(s->max_db, s->db[b]);
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    s->db[b] = fmax(s->db[b], s->max_db - DEEPEST_DB);
  }
  s->note = 0;
  for (uint32_t b = 1; b < NOTES; ++b) {
    s->note = frame->twelfths[b] > frame->twelfths[s->note] ? b : s->note;
  }
}

/// Mean of the levels less the level of the mean power, dB
static double
flatness(const TonSpectrumFrame* frame, const LogSpectrum* s)
{
  double db = 0.0;
  double power = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    if (hz > LOWEST_HZ && hz < HIGHEST_HZ) {
      db += s->db[b];
      power += (double)frame->thirds[b];
      ++n;
    }
  }
  const double floor = pow(10.0, (s->max_db - DEEPEST_DB) / 10.0);
  return db / n - ton_power_db(fmax(power / n, floor));
}

/// Mean change of the bands, dB
static double
change(const LogSpectrum* before, const LogSpectrum* now)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    sum += fabs(now->db[b] - before->db[b]);
  }
  return sum / TON_THIRDS;
}

static bool
frame_sounds(const TonFeatures* f, uint32_t frame)
{
  const double middle =
      (double)frame * f->spectrum_hop + 0.5 * f->spectrum_window;
  const uint32_t i = (uint32_t)(middle / f->rate / f->level_s);
  return i < f->n_levels && f->levels[i].on;
}

static void
find_colour(const TonFeatures* f, TonTimbre* t)
{
  LogSpectrum log[2];
  Tally flat = {0};
  Tally flux = {0};
  Tally stays = {0};
  Tally glides = {0};
  bool follows = false;
  for (uint32_t i = 0; i < f->n_spectra; ++i) {
    LogSpectrum* const now = &log[i % 2];
    if (!frame_sounds(f, i)) {
      follows = false;
      continue;
    }
    take_log(&f->spectra[i], now);
    if (!isfinite(now->max_db)) {
      follows = false;
      continue;
    }
    count_value(&flat, flatness(&f->spectra[i], now));
    if (follows) {
      const LogSpectrum* const before = &log[(i + 1) % 2];
      const int step = abs((int)now->note - (int)before->note);
      count_value(&flux, change(before, now));
      count_value(&stays, step == 0);
      count_value(&glides, step == 1);
    }
    follows = true;
  }
  t->flatness_db = mean_of(&flat);
  t->flux_db = mean_of(&flux);
  t->note_stays = mean_of(&stays);
  t->note_glides = mean_of(&glides);
}

// Levels ------------------------------------------------------------------------

/// Level of a frame, not softer than what still counts as sound
static double
level_at(const TonFeatures* f, uint32_t i, double floor_db)
{
  return fmax(ton_power_db(f->levels[i].weighted), floor_db);
}

/// How fast the level rises and falls: over 50 ms and 100 ms
static void
find_envelope(const TonFeatures* f, double active_lufs, TonTimbre* t)
{
  enum { RISE = 2, FALL = 4 };
  const double floor_db = active_lufs - DEEPEST_DB;
  Tally rises = {0};
  Tally falls = {0};
  for (uint32_t i = FALL; i < f->n_levels; ++i) {
    if (!f->levels[i].on || !f->levels[i - FALL].on) {
      continue;
    }
    const double now = level_at(f, i, floor_db);
    count_value(&rises, fmax(now - level_at(f, i - RISE, floor_db), 0.0));
    const double fall = level_at(f, i - FALL, floor_db) - now;
    if (fall > 0.0) {
      count_value(&falls, fall);
    }
  }
  t->rise_db = sqrt(rises.n ? rises.squares / rises.n : 0.0);
  t->fall_db = mean_of(&falls);
}

/// Peak over mean power of the same 25 ms
static void
find_frame_crest(const TonFeatures* f, TonTimbre* t)
{
  Tally crest = {0};
  for (uint32_t i = 0; i < f->n_levels; ++i) {
    const TonLevelFrame* const l = &f->levels[i];
    if (l->on && l->power > 0.0 && l->peak > 0.0F) {
      count_value(&crest, ton_to_db((double)l->peak) -
                              ton_power_db(l->power / f->channels));
    }
  }
  t->frame_crest_db = mean_of(&crest);
}

/// Power of the sides over that of the middle, dB
static double
width(const TonFeatures* f)
{
  const double both = f->left_energy + f->right_energy;
  const double sides = both - 2.0 * f->cross_energy;
  return f->channels == 2 ? fmax(ton_power_db(sides) -
                                     ton_power_db(both + 2.0 * f->cross_energy),
                                 -DEEPEST_DB)
                          : -DEEPEST_DB;
}

void
find_timbre(const TonFeatures* f, TonFacts* t)
{
  double standing = 0.0;
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    standing += (double)t->twelfths_stay[b];
  }
  t->timbre.notes = standing;
  t->timbre.width_db = width(f);
  find_colour(f, &t->timbre);
  find_envelope(f, t->active_lufs, &t->timbre);
  find_frame_crest(f, &t->timbre);
}
