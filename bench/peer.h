// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BENCH_PEER_H
#define TON_BENCH_PEER_H

#include <stdbool.h>
#include <stdint.h>

/**
   @file
   A free plug-in of somebody else, run beside our processors: a small LV2 host.

   One thread at a time.  A plug-in that is not installed is told apart from a
   mistake: the first gives null, the second (an unknown port, a port of a kind
   that is not hosted) ends the program with a message.
*/

enum {
  PEER_BLOCK = 256 ///< Most frames that a plug-in is given at once
};

typedef struct Peer Peer;

/**
   Load a plug-in and set its control ports.

   @param uri Its LV2 URI
   @param rate Hz
   @param settings "port=value port=value", ports by symbol, the others at their
          defaults; a value with "dB" behind it is turned into a linear gain.
          "state:URI=PATH" loads a file as that property of the plug-in's state.
   @return Owned by the caller; null when no such plug-in is installed
*/
Peer* peer_open(const char* uri, double rate, const char* settings);

/// Set control ports while it runs, as in peer_open() but for files
void peer_set(Peer* peer, const char* settings);

/// 1 or 2: how many channels of sound it has
uint32_t peer_channels(const Peer* peer);

/// Frames of delay that it reports, as of its last block; at first 0
uint32_t peer_latency(const Peer* peer);

/**
   Run any number of frames in blocks of at most PEER_BLOCK.

   @param in Two channels; the second is not heard by a plug-in that has one.
          Any side-chain input hears silence.
   @param out Two channels, other buffers than `in`; the second is left as it is
          by a plug-in that has one
*/
void peer_run(Peer* peer, const float* const in[2], float* const out[2],
              uint64_t frames);

/// Null is allowed
void peer_close(Peer* peer);

#endif
