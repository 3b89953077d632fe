// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_RIG_H
#define TON_TESTS_PROCESSORS_RIG_H

#include <tonmeister/processor.h>

/**
   @file
   One bank of a processor on the test bench, driven as the engine drives it:
   aligned blocks, denormals off, guards around them, and no memory or locks
   while it runs.
*/

enum { MAX_PARAMS = 256 };

typedef struct Rig Rig;

/// A bank, whose instance is opened with the values that its lanes have at its
/// first block.  Fails the test when that fails.
Rig* rig_open(const TonProcessor* processor, uint32_t lanes, double rate,
              uint32_t max_frames);

/// Close the instance
void rig_close(Rig* rig);

/// One value set for a lane
void rig_update(Rig* rig, uint32_t lane, const float* values, bool pair,
                uint32_t ramp);

/// The same values for every lane at once, lanes in pairs
void rig_update_all(Rig* rig, const float* values);

void rig_reset(Rig* rig);

/// The next block begins at this frame of the song
void rig_locate(Rig* rig, int64_t song_frame);

/// Lanes that work: -1 each.  All do from the start.
int32_t* rig_on(Rig* rig);

/// Values of the last block, [meter][lane]
const float* rig_meters(const Rig* rig);

/// Run `frames` (any number) in blocks of at most `block` frames.
/// x and sidechain are lane-interleaved; sidechain may be null.
void rig_run(Rig* rig, float* x, const float* sidechain, uint64_t frames,
             uint32_t block);

/// What every instance may load; null: nothing
extern const TonResources* rig_resources;

/// Whether the calling thread is inside a processor: then no_alloc.c aborts on
/// memory and locks
extern _Thread_local int rig_on_air;

#endif
