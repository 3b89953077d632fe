// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Two threads behind a live engine: one makes blocks of sound as far as somebody
   wants them, one reads the sources ahead.

   Whoever starts a player takes the blocks out, in order, and may change the
   engine meanwhile: it is the engine's [control] thread.
*/
#ifndef TON_RENDER_PLAYER_H
#define TON_RENDER_PLAYER_H

#include "render/ear.h"

#include <tonmeister/engine.h>

enum { PLAYER_BLOCK = 256, PLAYER_BLOCKS = 256 };

/// A block of what is heard
typedef struct {
  int64_t song;   ///< Song frame of its first
  uint64_t clock; ///< The same in frames since the engine began
  uint32_t frames;
  float x[2 * PLAYER_BLOCK]; ///< Left, right, left, right, ...
} PlayedBlock;

typedef struct Player Player;

/// Called on the player's thread after each block; may be null
typedef void (*PlayerNotify)(void* handle);

/// Start on an engine whose taps are those of the ear: left and right of mix and
/// master.  Engine and ear stay the caller's, who does not free them before
/// player_stop().  Null when threads or memory are refused.
Player* player_start(TonEngine* engine, Ear* ear, PlayerNotify notify,
                     void* handle);

/// Ends both threads and frees.  Null is allowed.
void player_stop(Player* player);

/// Blocks are made until so many frames are out, counted from the start.
void player_want(Player* player, uint64_t frames);

/// The next block, valid until player_drop(); null: none is there yet.
const PlayedBlock* player_block(Player* player);

void player_drop(Player* player);

/// A source could not be read; the sound waits.
bool player_failed(const Player* player, TonError* error);

#endif
