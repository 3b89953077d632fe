// SPDX-License-Identifier: GPL-3.0-or-later
#include "lyrics.h"
#include "score.h"
#include "stem.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/**
   @file
   Any bytes as the song of the band (a fuzz target; the main is that of
   tests/fuzz/replay.c): everything that is read of it is read.
*/

int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

typedef TonStatus (*Arranger)(Song*, Player*, Part*, TonError*);

static const struct {
  const char* player;
  Arranger arrange;
} players[] = {{"bass", score_bass},
               {"guitar", score_guitar},
               {"keys", score_keys},
               {"pad", score_pad}};

static void
play(Song* song)
{
  TonError error = {0};
  Player player;
  for (size_t i = 0; i < 4; ++i) {
    Part part = {0};
    if (score_player(song, players[i].player, &player, &error) == TON_OK) {
      players[i].arrange(song, &player, &part, &error);
      score_drum(song, &player, "kick", 36, &part, &error);
      score_drum(song, &player, "tamb", 54, &part, &error);
    }
    part_free(&part);
  }
}

static void
sing(Song* song)
{
  static const char* const voices[] = {"lead", "upper", "lower"};
  static Line line;
  for (uint32_t s = 0; s < song->n_sections; ++s) {
    for (int v = 0; v < 3; ++v) {
      Node const lines =
          tree_find(&song->tree, song->sections[s].node, voices[v]);
      for (size_t i = 0; i < tree_count(lines) && i < 100; ++i) {
        TonError error = {0};
        lyrics_read(song, &song->sections[s], tree_item(&song->tree, lines, i),
                    &line, &error);
      }
    }
  }
}

static void
list_stems(Song* song)
{
  Node const stems = tree_find(&song->tree, song->root, "stems");
  for (size_t i = 0; i < tree_count(stems) && i < 100; ++i) {
    Stem stem;
    TonError error = {0};
    stem_read(song, tree_item(&song->tree, stems, i), &stem, &error);
  }
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  static Song song;
  char path[64];
  const int fd = memfd_create("song", MFD_CLOEXEC);
  if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) {
    abort();
  }
  snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
  TonError error = {0};
  song = (Song){0};
  if (song_open(&song, path, 0, &error) == TON_OK) {
    play(&song);
    sing(&song);
    list_stems(&song);
  } else if (!*error.text) {
    abort();
  }
  song_close(&song);
  close(fd);
  return 0;
}
