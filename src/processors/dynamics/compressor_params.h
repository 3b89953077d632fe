// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_COMPRESSOR_PARAMS_H
#define TON_PROCESSORS_DYNAMICS_COMPRESSOR_PARAMS_H

#include "base/array.h"

#include <tonmeister/processor.h>

#include <assert.h>

/**
   @file
   What can be set on a compressor.  Part of compressor.c.
*/

typedef struct {
  float threshold_db;
  float ratio;
  float knee_db;
  float attack_ms;
  float release_ms;
  float makeup_db;
  float range_db;
  float mix_percent;
  float link_percent;
  float lookahead_ms;
  float detector;
  float key_highpass_hz;
  float hold_ms;
  float auto_makeup;
} CompressorParams;

enum { PEAK, RMS, LONGEST_MS = 20 };

static const char* const detectors[] = {"peak", "rms", NULL};

#define AT(field) offsetof(CompressorParams, field)

static const TonParam params[] = {
    {.symbol = "threshold",
     .offset = AT(threshold_db),
     .name = "Threshold",
     .help = "Level above which the gain is reduced",
     .unit = TON_DB,
     .min = -60.0F,
     .max = 0.0F,
     .def = -18.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "ratio",
     .offset = AT(ratio),
     .name = "Ratio",
     .help = "Decibels in for one decibel out above the threshold; inf:1 is "
             "limiting",
     .unit = TON_RATIO,
     .spacing = TON_LOG,
     .min = 1.0F,
     .max = 100.0F,
     .def = 2.0F,
     .flags = TON_AUTOMATE | TON_ENDLESS},
    {.symbol = "knee",
     .offset = AT(knee_db),
     .name = "Knee",
     .help = "Width of the bend around the threshold",
     .unit = TON_DB,
     .max = 24.0F,
     .def = 6.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "attack",
     .offset = AT(attack_ms),
     .name = "Attack",
     .help = "Time to reach 63 % of a rise in gain reduction",
     .unit = TON_MS,
     .spacing = TON_LOG,
     .min = 0.01F,
     .max = 300.0F,
     .def = 10.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "release",
     .offset = AT(release_ms),
     .name = "Release",
     .help = "Time to reach 63 % of a fall in gain reduction",
     .unit = TON_MS,
     .spacing = TON_LOG,
     .min = 5.0F,
     .max = 3000.0F,
     .def = 120.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "make-up",
     .formerly = "makeup",
     .offset = AT(makeup_db),
     .name = "Make-up",
     .help = "Gain behind the compression",
     .unit = TON_DB,
     .min = -24.0F,
     .max = 24.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "range",
     .offset = AT(range_db),
     .name = "Range",
     .help = "Most gain reduction",
     .unit = TON_DB,
     .max = 60.0F,
     .def = 60.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "mix",
     .offset = AT(mix_percent),
     .name = "Mix",
     .help = "Share of the compressed sound; less lets the dry sound through",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "link",
     .offset = AT(link_percent),
     .name = "Stereo link",
     .help = "How far both sides of a stereo pair share their gain reduction",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "look-ahead",
     .offset = AT(lookahead_ms),
     .name = "Look-ahead",
     .help = "Lets the gain move before the sound arrives",
     .unit = TON_MS,
     .max = LONGEST_MS,
     .flags = TON_RESTART},
    {.symbol = "detector",
     .offset = AT(detector),
     .name = "Detector",
     .help = "What counts as level: peaks, or the power of 10 ms",
     .spacing = TON_CHOICE,
     .max = RMS,
     .choices = detectors},
    {.symbol = "key-highpass",
     .offset = AT(key_highpass_hz),
     .name = "Key high-pass",
     .help = "Makes the detector deaf below; at 20 Hz it is off",
     .unit = TON_HZ,
     .spacing = TON_LOG,
     .min = 20.0F,
     .max = 500.0F,
     .def = 20.0F},
    {.symbol = "hold",
     .offset = AT(hold_ms),
     .name = "Hold",
     .help = "Time a peak is kept before the release; cleans up the bass",
     .unit = TON_MS,
     .max = 500.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "auto-make-up",
     .offset = AT(auto_makeup),
     .name = "Auto make-up",
     .help = "Gives back the loudness that the compression takes, within "
             "seconds; make-up comes on top",
     .spacing = TON_SWITCH,
     .max = 1.0F},
};

static_assert(sizeof(CompressorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

#endif
