// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_SCENE_H
#define TON_TESTS_PROCESSORS_SCENE_H

/// @file Input and settings that a test can make again, frame by frame.

#include "conformance.h"
#include "rig.h"

enum {
  CHANNELS = TON_MAX_LANES, ///< Of a scene, whatever the lanes
  SCENE = 9001,             ///< Frames of a scene
};

/// Channel c of a scene: level steps of noise and tone over 60 dB
float scene_input(uint32_t channel, uint64_t frame, double rate);

/// Values number `set`: 0 defaults, 1 all least, 2 all most, then one
/// parameter at a time at its least and most, then random ones in range
void scene_values(const TonProcessor* processor, unsigned set, float* values);

/// Sets before the random ones
unsigned scene_sets(const TonProcessor* processor);

/// Values of set `to` where they may change while playing, else of `from`
void scene_change(const TonProcessor* processor, unsigned from, unsigned to,
                  float* values);

/// How to play the scene
typedef struct {
  double rate;
  uint32_t lanes;    ///< 4, 8, 16; ignored by a TON_ALONE processor
  uint32_t block;    ///< Frames a call; 0: of random length
  bool stay;         ///< Without the changes of parameters on the way
  bool own_key;      ///< A side-chain holding every lane's own input
  bool no_sidechain; ///< No side-chain
  bool again;        ///< Play something else first, then reset
} Scene;

/// SCENE frames of CHANNELS channels, channel after channel, owned by caller
/// (ton_free).  Every pair of channels has its own set of values; a change of
/// all that may be automated comes on the way, with and without ramp.
float* scene_play(const Subject* subject, const Scene* scene);

/// Fail unless two plays are equal to the bit
void scene_same(const Subject* subject, const float* a, const float* b,
                const char* what, const Scene* scene);

/// Lanes of the variant for `lanes`: itself, or 2 if TON_ALONE
uint32_t scene_lanes(const TonProcessor* processor, uint32_t lanes);

/// Delay and tail with the null of "none" read
uint32_t scene_latency(const TonProcessor* processor, const float* values,
                       double rate);
uint64_t scene_settle(const TonProcessor* processor, const float* values,
                      double rate);
uint64_t scene_tail(const TonProcessor* processor, const float* values,
                    double rate);

#endif
