// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_EQUALISERS_EQUALISER_BANDS_H
#define TON_PROCESSORS_EQUALISERS_EQUALISER_BANDS_H

#include "base/array.h"
#include "dsp/filter_design.h"

#include <tonmeister/processor.h>

#include <assert.h>
#include <math.h>
#include <stdbool.h>

/**
   @file
   The bands of the equaliser: their table, and what sections they are made of.
   Part of equaliser.c.
*/

enum { BANDS = 12 };

typedef struct {
  float type;
  float at_hz;
  float gain_db;
  float q;
  float slope_db_per_oct;
  float on;
  float side;
} Band;

typedef struct {
  Band band[BANDS];
} EqualiserParams;

enum {
  OFF,
  BELL,
  LOW_SHELF,
  HIGH_SHELF,
  HIGHPASS,
  LOWPASS,
  BANDPASS,
  NOTCH,
  TILT,
  ALLPASS,
};

static const char* const types[] = {
    "off",      "bell",  "low-shelf", "high-shelf", "highpass", "lowpass",
    "bandpass", "notch", "tilt",      "allpass",    NULL};

static const TonFilterShape shapes[] = {
    [OFF] = TON_FILTER_BELL,
    [BELL] = TON_FILTER_BELL,
    [LOW_SHELF] = TON_FILTER_LOW_SHELF,
    [HIGH_SHELF] = TON_FILTER_HIGH_SHELF,
    [HIGHPASS] = TON_FILTER_HIGHPASS,
    [LOWPASS] = TON_FILTER_LOWPASS,
    [BANDPASS] = TON_FILTER_BANDPASS,
    [NOTCH] = TON_FILTER_NOTCH,
    [TILT] = TON_FILTER_TILT,
    [ALLPASS] = TON_FILTER_ALLPASS,
};

enum { STEREO, LEFT, RIGHT, MID, SIDE };

static const char* const sides[] = {"stereo", "left", "right",
                                    "mid",    "side", NULL};

#define AT(n, field) offsetof(EqualiserParams, band[(n)-1].field)

#define BAND(n)                                                                \
  {.symbol = #n "-type",                                                       \
   .offset = AT(n, type),                                                      \
   .name = "Band " #n,                                                         \
   .help = "Shape of the curve; off takes the band out",                       \
   .spacing = TON_CHOICE,                                                      \
   .max = ALLPASS,                                                             \
   .choices = types},                                                          \
      {.symbol = #n "-at",                                                     \
       .offset = AT(n, at_hz),                                                 \
       .name = "Band " #n " frequency",                                        \
       .help = "Moves the centre of a bell or the corner of a filter up; the " \
               "curve keeps its shape even beyond the highest frequency that " \
               "the sample rate can carry",                                    \
       .unit = TON_HZ,                                                         \
       .spacing = TON_LOG,                                                     \
       .min = 10.0F,                                                           \
       .max = 30000.0F,                                                        \
       .def = 1000.0F,                                                         \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-gain",                                                   \
       .offset = AT(n, gain_db),                                               \
       .name = "Band " #n " gain",                                             \
       .help = "Boosts at the centre of a bell or on the flat side of a "      \
               "shelf; a tilt turns by this much from the lows to the highs, " \
               "and filters have no gain",                                     \
       .unit = TON_DB,                                                         \
       .min = -30.0F,                                                          \
       .max = 30.0F,                                                           \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-q",                                                      \
       .offset = AT(n, q),                                                     \
       .name = "Band " #n " Q",                                                \
       .help = "Makes the band narrower; shelves and filters above 0.7071 "    \
               "get a hump at the corner",                                     \
       .spacing = TON_LOG,                                                     \
       .min = 0.025F,                                                          \
       .max = 40.0F,                                                           \
       .def = 0.70710678F,                                                     \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-slope",                                                  \
       .offset = AT(n, slope_db_per_oct),                                      \
       .name = "Band " #n " slope",                                            \
       .help = "Makes a high-pass or low-pass steeper: 6, 12, 18, 24, 36 or "  \
               "48 dB/oct, the nearest is taken; steep ones smear kicks",      \
       .unit = TON_DB_PER_OCT,                                                 \
       .min = 6.0F,                                                            \
       .max = 48.0F,                                                           \
       .def = 12.0F},                                                          \
      {.symbol = #n "-on",                                                     \
       .offset = AT(n, on),                                                    \
       .name = "Band " #n " on",                                               \
       .help = "Lets the band work; off keeps its settings for later",         \
       .spacing = TON_SWITCH,                                                  \
       .max = 1.0F,                                                            \
       .def = 1.0F,                                                            \
       .flags = TON_AUTOMATE},                                                 \
  {                                                                            \
    .symbol = #n "-side", .offset = AT(n, side), .name = "Band " #n " side",   \
    .help = "Which part of a stereo signal the band works on; a mono signal "  \
            "is always worked on whole",                                       \
    .spacing = TON_CHOICE, .max = SIDE, .choices = sides                       \
  }

static const TonParam params[] = {
    BAND(1), BAND(2), BAND(3), BAND(4),  BAND(5),  BAND(6),
    BAND(7), BAND(8), BAND(9), BAND(10), BAND(11), BAND(12),
};

static_assert(sizeof(EqualiserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static unsigned
sections_of(const Band* band)
{
  const int type = (int)band->type;
  if (type == HIGHPASS || type == LOWPASS) {
    const int order = (int)lrint(
        ton_filter_nearest_slope((double)band->slope_db_per_oct) / 6.0);
    return (unsigned)(order + 1) / 2;
  }
  return type == OFF ? 0 : 1;
}

static bool
does_nothing(const Band* band)
{
  const int type = (int)band->type;
  return type == OFF || band->on == 0.0F ||
         (band->gain_db == 0.0F && (type == BELL || type == LOW_SHELF ||
                                    type == HIGH_SHELF || type == TILT));
}

/// Returns how many sections, as sections_of()
static unsigned
design(const Band* band, double rate, TonBiquad h[TON_MOST_SECTIONS])
{
  const int type = (int)band->type;
  const double hz = (double)band->at_hz;
  const double q = (double)band->q;
  unsigned n = sections_of(band);
  if (type == HIGHPASS || type == LOWPASS) {
    n = ton_filter_slope(shapes[type], hz, (double)band->slope_db_per_oct, q,
                         rate, h);
  } else if (n) {
    h[0] = ton_filter(shapes[type], hz, (double)band->gain_db, q, rate);
  }
  for (unsigned i = 0; i < n && does_nothing(band); ++i) {
    h[i] = ton_filter_flat(&h[i]);
  }
  return n;
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  for (int i = 0; i < BANDS; ++i) {
    if (!does_nothing(&p->band[i])) {
      return false;
    }
  }
  return true;
}

/// Of all bands, whichever side they work on
static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  double db = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MOST_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], rate, h);
    for (unsigned k = 0; k < n; ++k) {
      db += ton_biquad_db(&h[k], hz, rate);
    }
  }
  return db;
}

#endif
