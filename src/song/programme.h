// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tracks one after the other as one sound, with gaps and crossfades.
*/
#ifndef TON_SONG_PROGRAMME_H
#define TON_SONG_PROGRAMME_H

#include <tonmeister/audio_file.h>
#include <tonmeister/engine.h>
#include <tonmeister/job.h>

/// A file in its place
typedef struct {
  TonAudio* audio;   ///< One or two channels, at the rate of all
  uint64_t start;    ///< Its first frame in the programme
  uint64_t fade_in;  ///< Frames that it shares with the track before
  uint64_t fade_out; ///< With the one behind
} ProgrammePart;

/// Place files: `gaps` and `overlaps` in frames, of each against the one before.  An
/// overlap is at most half of the shorter of both.  Returns the length of all.
uint64_t programme_place(ProgrammePart* parts, uint32_t n, const uint64_t* gaps,
                         const uint64_t* overlaps);

/// Play all of it into a sink of two channels.  Outside of crossfades every sample
/// keeps its bits.  [main]
TonStatus programme_play(const ProgrammePart* parts, uint32_t n,
                         uint64_t frames, const TonSink* sink,
                         const TonJob* job, TonError* error);

#endif
