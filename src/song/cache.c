// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The cache of a song: how large it will be, and clearing it.
#include "render/cache.h"

#include "song/song.h"

#include <tonmeister/audio_file.h>

uint64_t
ton_song_cache_needed(const TonSong* song)
{
  TonMix* mix = NULL;
  uint64_t bytes = 0;
  if (song_read_mix(song, &mix, NULL) != TON_OK) {
    return 0;
  }
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    const TonStrip* const s = &mix->strips[i];
    bytes += ton_stem_cache_bytes(s->file, mix->rate, s->repair, song->cache);
  }
  ton_mix_free(mix);
  return bytes;
}

TonStatus
ton_song_clean(const TonSong* song, uint64_t* bytes, TonError* error)
{
  return cache_clear(song->cache, bytes, error);
}
