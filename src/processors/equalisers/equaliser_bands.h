// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_EQUALISERS_EQUALISER_BANDS_H
#define TON_PROCESSORS_EQUALISERS_EQUALISER_BANDS_H

#include "dsp/filter_design.h"
#include "processors/param_rows.h"

#include <math.h>
#include <stdbool.h>

/**
   @file
   The bands of the equalisers: their table, and which do anything.
   Part of equaliser.c and linear_phase_equaliser.c.
*/

#ifndef BAND_MOVES
#define BAND_MOVES TON_AUTOMATE ///< Flags of what may be automated in a band
#define BAND_STAYS 0            ///< ... and of what may not
#endif

#ifndef BAND_COUNT
#define BAND_COUNT 24
#endif

enum { BANDS = BAND_COUNT };

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

#define AT(field) offsetof(EqualiserParams, field)

#define BAND_CHOICE(n, key, field, choices, part, label, help)                 \
  ROW_IN_BAND(n, #n key, band[(n)-1].field, TON_PLAIN, TON_CHOICE, choices, 0, \
              TON_COUNT(choices) - 2, 0, BAND_STAYS, part, "Band " #n label,   \
              help)

#define BAND_ROW(n, key, field, unit, spacing, min, max, def, flags, part,     \
                 label, help)                                                  \
  ROW_IN_BAND(n, #n key, band[(n)-1].field, unit, spacing, NULL, min, max,     \
              def, flags, part, "Band " #n label, help)

#define BAND(n)                                                                \
  BAND_CHOICE(n, "-type", type, types, SHAPE, "",                              \
              "Shape of the band's curve; off takes the band out"),            \
      BAND_ROW(n, "-at", at_hz, TON_HZ, TON_LOG, 10, 30000, 1000, BAND_MOVES,  \
               FREQUENCY, " frequency",                                        \
               "Centre of a bell, corner of a shelf or a filter"),             \
      BAND_ROW(n, "-gain", gain_db, TON_DB, TON_LINEAR, -30, 30, 0,            \
               BAND_MOVES, GAIN, " gain",                                      \
               "Boost or cut of a bell or a shelf; a tilt changes by this "    \
               "much from the lows to the highs; filters have no gain"),       \
      BAND_ROW(n, "-q", q, TON_PLAIN, TON_LOG, 0.025, 40, 0.70710678,          \
               BAND_MOVES, Q, " Q",                                            \
               "Higher is narrower; shelves and filters get a peak at their "  \
               "corner above 0.7071"),                                         \
      BAND_ROW(n, "-slope", slope_db_per_oct, TON_DB_PER_OCT, TON_LINEAR, 6,   \
               96, 12, BAND_STAYS, SLOPE, " slope",                            \
               "Steepness of a high-pass or low-pass: 6, 12, 18, 24, 36, 48, " \
               "72 or 96 dB/oct (the nearest is used); steep ones soften "     \
               "attacks"),                                                     \
      BAND_ROW(n, "-on", on, TON_PLAIN, TON_SWITCH, 0, 1, 1, BAND_MOVES, ON,   \
               " on", "Off bypasses the band and keeps its settings"),         \
      BAND_CHOICE(n, "-side", side, sides, SIDE, " side",                      \
                  "Part of a stereo signal that the band changes; a mono "     \
                  "signal is always changed whole")

/// The rows of all bands
#define BAND_ROWS_12                                                           \
  BAND(1), BAND(2), BAND(3), BAND(4), BAND(5), BAND(6), BAND(7), BAND(8),      \
      BAND(9), BAND(10), BAND(11), BAND(12)

#define BAND_ROWS_24                                                           \
  BAND_ROWS_12, BAND(13), BAND(14), BAND(15), BAND(16), BAND(17), BAND(18),    \
      BAND(19), BAND(20), BAND(21), BAND(22), BAND(23), BAND(24)

/// Whether the same band with the opposite gain takes it back
static bool
can_be_undone(const Band* band)
{
  const int type = (int)band->type;
  return type == BELL || type == LOW_SHELF || type == HIGH_SHELF ||
         type == TILT;
}

static bool
does_nothing(const Band* band)
{
  const int type = (int)band->type;
  return type == OFF || band->on == 0.0F ||
         (band->gain_db == 0.0F && can_be_undone(band));
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

#endif
