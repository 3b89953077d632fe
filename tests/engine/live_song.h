// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_ENGINE_LIVE_SONG_H
#define TON_TESTS_ENGINE_LIVE_SONG_H

#include "rig.h"

/**
   @file
   A song to be played live, and a guarded block of it.
*/

enum { RATE = 48000, SONG = 3 * RATE, TRACKS = 4, PARAMS = 256 };

/// A song in memory: four tracks, a room, a mix
typedef struct {
  float noise[TRACKS][2][SONG];
  const float* planes[TRACKS][2];
  RigStem stems[TRACKS];
  TonGraph* graph;
  RigTake take;
} Song;

/// Make the graph; `sink`: rendered into `take`, else played into it
void song_open(Song* song, bool sink);

void song_close(Song* song);

/// Append an insert at its defaults but for one value
void song_insert(TonGraph* graph, uint32_t strip, const char* id,
                 const char* symbol, float value, uint32_t sidechain);

/// An engine, or the test fails
TonEngine* song_engine(const TonGraph* graph, TonRun run);

/// Play one block into a take: memory, locks and files end the program
uint32_t play_block(TonEngine* engine, RigTake* take, uint32_t frames);

#endif
