// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The studio without a face: a song that is open, heard and changed at once.

   Messages are those of docs/studio-protocol.md.  All functions [main]: one thread
   for one studio, which has threads of its own for the sound and for reading.
*/
#ifndef TON_SONG_STUDIO_H
#define TON_SONG_STUDIO_H

#include <tonmeister/song.h>

#include <jansson.h>

typedef struct Studio Studio;

enum {
  STUDIO_PROTOCOL = 1,
  STUDIO_TAB_BYTES = 33,      ///< Of a tab's name with its null
  STUDIO_FRAME_BYTES = 65536, ///< Room for any frame of sound or meters
};

/// Who is told
typedef struct {
  void* handle;
  void (*tell)(void* handle, const json_t* message); ///< For every tab
  void (*wake)(void* handle); ///< studio_tick() soon; from any thread
} StudioListener;

/// What a message is answered with: one of both, or neither
typedef struct {
  json_t* json;         ///< The caller's
  unsigned char* bytes; ///< Freed with ton_free()
  size_t n_bytes;
} StudioAnswer;

/// Open a song that has a mix.yaml.  Freed by studio_free().
TonStatus studio_open(const char* folder, const StudioListener* listener,
                      Studio** studio, TonError* error);

/// Hands that are on controls let go first.  Null is allowed.
void studio_free(Studio* studio);

/// The messages that a new tab gets; null when memory is refused.
json_t* studio_snapshot(Studio* studio);
json_t* studio_transport(const Studio* studio);

/// Work on a message of a tab.
void studio_message(Studio* studio, const char* tab, const json_t* message,
                    StudioAnswer* answer);

/// A tab is gone: what it held is let go, what it played stops.
void studio_leave(Studio* studio, const char* tab);

/// What is to be done from time to time: about every 20 ms, and when woken.
void studio_tick(Studio* studio);

// Sound -----------------------------------------------------------------------

/// What the page has played of an epoch, and how much it wants on the way.
void studio_credit(Studio* studio, uint32_t epoch, uint32_t played,
                   uint32_t target);

/// Write the next frame of sound; returns its bytes, 0: there is none yet.
size_t studio_sound(Studio* studio, unsigned char* out);

/// Write a frame of meters; 0: nothing plays.
size_t studio_meters(Studio* studio, unsigned char* out);

/// Whether a tab is the one that is heard.
bool studio_is_heard(const Studio* studio, const char* tab);

#endif
