// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_DYNAMICS_COMPRESSOR_PARAMS_H
#define TON_PROCESSORS_DYNAMICS_COMPRESSOR_PARAMS_H

#include "processors/param_rows.h"

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
  float sidechain_highpass_hz;
  float hold_ms;
  float auto_makeup;
  float behaviour;
  float auto_release;
} CompressorParams;

enum { PEAK, RMS, LONGEST_MS = 20 };

enum { CLEAN, FET, OPTO };

static const char* const behaviours[] = {"clean", "fet", "opto", NULL};

/// Share of a long reduction that is released slowly, by behaviour
static const float share_that_stays[] = {0.0F, 0.25F, 0.5F};

/// The same with an automatic release
static const float AUTO_SHARE = 0.75F;

static const char* const detectors[] = {"peak", "rms", NULL};

#define AT(field) offsetof(CompressorParams, field)

static const TonParam params[] = {
    ROW_DB("threshold", threshold_db, -60, 0, -18, TON_AUTOMATE, THRESHOLD,
           "Threshold", "Level above which the gain is reduced"),
    ROW_RATIO(
        "ratio", ratio, 1, 100, 2, TON_AUTOMATE | TON_ENDLESS, RATIO, "Ratio",
        "How many decibels above the threshold become one; inf:1 is limiting"),
    ROW_DB("knee", knee_db, 0, 24, 6, TON_AUTOMATE, KNEE, "Knee",
           "Width of the soft transition around the threshold"),
    ROW_MS("attack", attack_ms, 0.01, 300, 10, TON_AUTOMATE, ATTACK, "Attack",
           "Time to reach 63 % of a rise in gain reduction"),
    ROW_MS("release", release_ms, 5, 3000, 120, TON_AUTOMATE, RELEASE,
           "Release", "Time to reach 63 % of a fall in gain reduction"),
    {.symbol = "make-up",
     .formerly = "makeup",
     .offset = AT(makeup_db),
     .name = "Make-up",
     .help = "Gain after the compression",
     .unit = TON_DB,
     .min = -24.0F,
     .max = 24.0F,
     .flags = TON_AUTOMATE,
     .part = TON_PART_OUTPUT},
    ROW_DB("range", range_db, 0, 60, 60, TON_AUTOMATE, RANGE, "Range",
           "Largest gain reduction"),
    ROW_PERCENT(
        "mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
        "Share of the compressed sound; below 100 % the dry sound is mixed in "
        "(parallel compression)"),
    ROW_PERCENT(
        "link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK, "Stereo link",
        "How far both sides of a stereo pair get the same gain reduction"),
    ROW_MS("look-ahead", lookahead_ms, 0, LONGEST_MS, 0, TON_RESTART,
           LOOK_AHEAD, "Look-ahead",
           "Delays the sound so that the gain moves before it arrives; adds "
           "latency"),
    ROW_CHOICE("detector", detector, detectors, 0, 0, NONE, "Detector",
               "Reacts to peaks, or to the average power (RMS) over 10 ms"),
    ROW_HZ("sidechain-highpass", sidechain_highpass_hz, 20, 500, 20, 0,
           SIDECHAIN_HIGHPASS, "Key high-pass",
           "Side-chain high-pass: the detector ignores what is lower; 20 Hz is "
           "off"),
    ROW_MS(
        "hold", hold_ms, 0, 500, 0, TON_AUTOMATE, HOLD, "Hold",
        "Time the gain stays down after a peak before the release begins; less "
        "distortion in the bass"),
    ROW_SWITCH("auto-make-up", auto_makeup, 0, 0, NONE, "Auto make-up",
               "Restores the loudness that the compression takes away, within "
               "seconds; make-up is added to it"),
    ROW_CHOICE(
        "behaviour", behaviour, behaviours, 0, TON_RESTART, NONE, "Behaviour",
        "Clean does exactly what attack, release and ratio say, as a VCA "
        "does. Fet and opto listen to their own output: the knee is "
        "wider, and the gain comes back faster while there is sound. "
        "After long compression the last quarter (fet) or half (opto) "
        "of it comes back slowly, within 3 s"),
    ROW_SWITCH(
        "auto-release", auto_release, 0, 0, NONE, "Auto release",
        "The release follows the sound: a short peak is released in the time "
        "that is set, and of a reduction that lasts for seconds three quarters "
        "come back slowly, within 3 s, so that the gain does not pump"),
};

static_assert(sizeof(CompressorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

#endif
