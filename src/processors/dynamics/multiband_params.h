// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_MULTIBAND_PARAMS_H
#define TON_PROCESSORS_DYNAMICS_MULTIBAND_PARAMS_H

#include "dsp/band_lanes.h"
#include "processors/param_rows.h"

/**
   @file
   What can be set on multiband dynamics.  Part of multiband.c.
*/

enum { BANDS = TON_MAX_BANDS, CROSSOVERS = BANDS - 1 };

typedef struct {
  float mode;
  float threshold_db;
  float ratio;
  float range_db;
  float attack_ms;
  float release_ms;
  float gain_db;
} DynamicsBand;

typedef struct {
  float bands;
  float crossover_hz[CROSSOVERS];
  DynamicsBand band[BANDS];
  float knee_db;
  float link_percent;
  float mix_percent;
  float output_db;
  float phase;
} MultibandParams;

enum { MINIMUM, LINEAR };

static const char* const phases[] = {"minimum", "linear", NULL};

enum { COMPRESS, COMPRESS_UP, EXPAND, EXPAND_UP };

static const char* const modes[] = {"compress", "compress-up", "expand",
                                    "expand-up", NULL};

#define AT(field) offsetof(MultibandParams, field)

#define CROSSOVER(n, hz)                                                       \
  ROW_HZ("crossover-" #n, crossover_hz[(n)-1], 30, 16000, hz, TON_RESTART,     \
         NONE, "Crossover " #n,                                                \
         "Where band " #n                                                      \
         " ends and the next begins; at least a third of an octave above the " \
         "crossover below")

#define BAND_ROW(n, key, field, unit, spacing, min, max, def, flags, part,     \
                 label, help)                                                  \
  ROW_IN_BAND(n, #n key, band[(n)-1].field, unit, spacing, NULL, min, max,     \
              def, flags, part, "Band " #n label, help)

#define BAND(n, attack, release)                                               \
  ROW_IN_BAND(n, #n "-mode", band[(n)-1].mode, TON_PLAIN, TON_CHOICE, modes,   \
              0, TON_COUNT(modes) - 2, 0, TON_RESTART, DIRECTION,              \
              "Band " #n " mode",                                              \
              "Compress turns down what is loud, compress-up raises what is "  \
              "quiet, expand turns down what is quiet, expand-up raises what " \
              "is loud"),                                                      \
      BAND_ROW(n, "-threshold", threshold_db, TON_DB, TON_LINEAR, -80, 0, -24, \
               TON_AUTOMATE, THRESHOLD, " threshold",                          \
               "Level of the band above which it counts as loud, below which " \
               "as quiet"),                                                    \
      BAND_ROW(n, "-ratio", ratio, TON_RATIO, TON_LOG, 1, 20, 2, TON_AUTOMATE, \
               RATIO, " ratio",                                                \
               "Compress: how many decibels beyond the threshold become one; " \
               "expand: how many one becomes; 1:1 leaves the band alone"),     \
      BAND_ROW(n, "-range", range_db, TON_DB, TON_LINEAR, 0, 36, 12,           \
               TON_AUTOMATE, RANGE, " range",                                  \
               "Largest change of the band's gain"),                           \
      BAND_ROW(n, "-attack", attack_ms, TON_MS, TON_LOG, 0.1, 300, attack,     \
               TON_AUTOMATE, ATTACK, " attack",                                \
               "Time to follow 63 % of a rise of the level"),                  \
      BAND_ROW(n, "-release", release_ms, TON_MS, TON_LOG, 5, 3000, release,   \
               TON_AUTOMATE, RELEASE, " release",                              \
               "Time to follow 63 % of a fall of the level"),                  \
      BAND_ROW(n, "-gain", gain_db, TON_DB, TON_LINEAR, -24, 24, 0,            \
               TON_AUTOMATE, GAIN, " gain", "Gain behind the band's dynamics")

static const TonParam params[] = {
    ROW("bands", bands, TON_PLAIN, TON_INTEGER, 2, BANDS, 4, TON_RESTART, NONE,
        "Bands", "How many bands the sound is split into"),
    CROSSOVER(1, 120),
    CROSSOVER(2, 600),
    CROSSOVER(3, 2500),
    CROSSOVER(4, 8000),
    CROSSOVER(5, 12000),
    BAND(1, 30, 250),
    BAND(2, 20, 180),
    BAND(3, 10, 120),
    BAND(4, 5, 90),
    BAND(5, 3, 70),
    BAND(6, 2, 60),
    ROW_DB("knee", knee_db, 0, 24, 6, TON_AUTOMATE, KNEE, "Knee",
           "Width of the soft transition around the thresholds"),
    ROW_PERCENT("link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK,
                "Stereo link",
                "How far the louder side of a stereo pair decides for both"),
    ROW_PERCENT(
        "mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
        "Share of the processed sound; below 100 % the unprocessed bands are "
        "mixed in. Crossovers of minimum phase turn the phase at any mix, also "
        "at 0 %"),
    ROW_DB("output", output_db, -24, 24, 0, TON_AUTOMATE, OUTPUT, "Output",
           "Gain behind everything"),
    ROW_CHOICE(
        "phase", phase, phases, 0, TON_RESTART, NONE, "Phase",
        "Minimum adds no latency and turns the phase around the crossovers; "
        "linear leaves the phase alone, so that a copy of the sound may be "
        "mixed in, and delays it, by more the lower the first crossover is"),
};

static_assert(sizeof(MultibandParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

#define BAND_METER(n)                                                          \
  {                                                                            \
#n "-gain-reduction", "Band " #n " reduction", TON_DB, 0.0F                \
  }

static const TonMeterInfo meters[] = {
    BAND_METER(1), BAND_METER(2), BAND_METER(3),
    BAND_METER(4), BAND_METER(5), BAND_METER(6),
};

#endif
