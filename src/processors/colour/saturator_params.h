// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What can be set on a saturator.  Part of saturator.c.
*/
#ifndef TON_PROCESSORS_COLOUR_SATURATOR_PARAMS_H
#define TON_PROCESSORS_COLOUR_SATURATOR_PARAMS_H

#include "processors/param_rows.h"

#include <assert.h>

typedef struct {
  float character;
  float drive_db;
  float bias_percent;
  float emphasis_db;
  float mix_percent;
  float auto_gain;
  float output_db;
} SaturatorParams;

enum { SOFT, TUBE, TAPE, TRANSFORMER, HARD, TRANSISTOR, FOLD, CHARACTERS };

static const char* const characters[] = {
    "soft", "tube", "tape", "transformer", "hard", "transistor", "fold", NULL};

#define AT(field) offsetof(SaturatorParams, field)

static const TonParam params[] = {
    ROW_CHOICE(
        "character", character, characters, 0, 0, SHAPE, "Character",
        "Soft treats all frequencies alike; tube distorts one half of the wave "
        "first; tape the treble, transformer the bass; hard clips at 0 dBFS; "
        "transistor stays clean for longer than a tube and then clips; fold "
        "turns peaks more than 13 dB over full scale back, through 0 to the "
        "other side, which adds high harmonics"),
    ROW_DB("drive", drive_db, -24, 36, 6, TON_AUTOMATE, DRIVE, "Drive",
           "Gain into the distortion; quiet sounds keep their level"),
    ROW_PERCENT(
        "bias", bias_percent, 0, 100, 0, TON_AUTOMATE, NONE, "Bias",
        "Distorts one half of the wave before the other, which adds even "
        "harmonics"),
    ROW_DB(
        "emphasis", emphasis_db, -12, 12, 0, TON_AUTOMATE, NONE, "Emphasis",
        "Above 0 dB the treble distorts first, below 0 dB the bass; the tone "
        "of quiet sounds stays"),
    ROW_PERCENT(
        "mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
        "Share of the distorted sound; below 100 % the dry sound is mixed in"),
    ROW_SWITCH("auto-gain", auto_gain, 1, TON_AUTOMATE, NONE, "Auto gain",
               "Keeps the distorted sound as loud as the input, averaged over "
               "seconds"),
    ROW_DB("output", output_db, -24, 24, 0, TON_AUTOMATE, OUTPUT, "Output",
           "Gain of the whole sound"),
};

static_assert(sizeof(SaturatorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

#endif
