// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The demo's program: the song is arranged, played, recorded and written
/// as stems.

/// perform SONG.yaml OUTDIR: play the demo song and write its stems
#include "amplifier.h"
#include "band.h"
#include "base/error.h"
#include "kit.h"
#include "singer.h"
#include "stem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
  Song song;
  Kit kit;
  double kit_rate; ///< 0 until the drummer has played
  const char* soundfont;
  const char* folder;
} Evening;

typedef TonStatus (*Arranger)(Song*, Player*, Part*, TonError*);

static TonStatus
arrange_tambourine(Song* song, Player* player, Part* part, TonError* error)
{
  return score_drum(song, player, "tamb", 54, part, error);
}

/// Who plays what: the take's name, whose hand it is, from which score
static const struct {
  const char* take;
  const char* player;
  Arranger arrange;
  bool drums;
  bool stereo;
} takes[] = {
    {"bass", "bass", score_bass, false, false},
    {"guitar", "guitar", score_guitar, false, false},
    {"guitar 2", "guitar 2", score_guitar, false, false},
    {"keys", "keys", score_keys, false, true},
    {"pad", "pad", score_pad, false, true},
    {"tambourine", "percussion", arrange_tambourine, true, false},
};

enum { N_TAKES = sizeof(takes) / sizeof(takes[0]) };

static TonStatus
record_player(Evening* e, int which, double rate, Sound* sound, TonError* error)
{
  Player player;
  Part part = {0};
  TON_TRY(score_player(&e->song, takes[which].player, &player, error));
  TonStatus status = takes[which].arrange(&e->song, &player, &part, error);
  if (!status) {
    status = band_play(e->soundfont, takes[which].drums, player.program, &part,
                       e->song.seconds, rate, sound, error);
  }
  part_free(&part);
  TON_TRY(status);
  if (!takes[which].stereo) {
    sound_to_mono(sound);
  }
  if (takes[which].arrange == score_guitar) {
    return amplify(&e->song, which > 1, sound, error);
  }
  return TON_OK;
}

static TonStatus
record_kit(Evening* e, const Stem* stem, Sound* sound, TonError* error)
{
  if (e->kit_rate != stem->rate) {
    kit_free(&e->kit);
    TON_TRY(kit_play(&e->kit, &e->song, e->soundfont, stem->rate, error));
    e->kit_rate = stem->rate;
  }
  return kit_record(&e->kit, stem->take, sound, error);
}

static TonStatus
record(Evening* e, const Stem* stem, Sound* sound, TonError* error)
{
  Node singers = NULL;
  TON_TRY(tree_child(&e->song.tree, e->song.root, "singers", &singers, error));
  for (int i = 0; i < N_TAKES; ++i) {
    if (!strcmp(takes[i].take, stem->take)) {
      return record_player(e, i, stem->rate, sound, error);
    }
  }
  if (tree_find(&e->song.tree, singers, stem->take)) {
    return singer_sing(&e->song, stem->take, stem->rate, sound, error);
  }
  return record_kit(e, stem, sound, error);
}

static TonStatus
record_all(Evening* e, TonError* error)
{
  Node stems = NULL;
  TON_TRY(tree_child(&e->song.tree, e->song.root, "stems", &stems, error));
  for (size_t i = 0; i < tree_count(stems); ++i) {
    Stem stem;
    Sound sound = {0};
    TON_TRY(
        stem_read(&e->song, tree_item(&e->song.tree, stems, i), &stem, error));
    TonStatus status = record(e, &stem, &sound, error);
    if (!status) {
      status = stem_write(&e->song, &stem, &sound, e->folder, error);
    }
    sound_free(&sound);
    TON_TRY(status);
    fprintf(stderr, "%s\n", stem.file);
  }
  return TON_OK;
}

/// mkdir -p
static TonStatus
make_folder(const char* path, TonError* error)
{
  char part[1024];
  snprintf(part, sizeof(part), "%s", path);
  for (char* p = part + 1; *p; ++p) {
    if (*p == '/') {
      *p = '\0';
      mkdir(part, 0777);
      *p = '/';
    }
  }
  return mkdir(part, 0777) && errno != EEXIST ? ton_fail_write(error, path)
                                              : TON_OK;
}

static TonStatus
perform(Evening* e, const char* path, uint32_t bars, TonError* error)
{
  TonStatus status = song_open(&e->song, path, bars, error);
  if (!status) {
    status = make_folder(e->folder, error);
  }
  if (!status) {
    status = record_all(e, error);
  }
  kit_free(&e->kit);
  song_close(&e->song);
  return status;
}

static int
usage(void)
{
  fputs("usage: perform [--bars N] [--soundfont FILE] SONG.yaml OUTDIR\n",
        stderr);
  return 2;
}

int
main(int argc, char** argv)
{
  static Evening evening = {.soundfont = BAND_SOUNDFONT};
  const char* paths[2] = {NULL, NULL};
  int n_paths = 0;
  long bars = 0;
  for (int i = 1; i < argc; ++i) {
    if (!strcmp(argv[i], "--bars") && i + 1 < argc) {
      bars = strtol(argv[++i], NULL, 10);
    } else if (!strcmp(argv[i], "--soundfont") && i + 1 < argc) {
      evening.soundfont = argv[++i];
    } else if (argv[i][0] == '-' || n_paths == 2) {
      return usage();
    } else {
      paths[n_paths++] = argv[i];
    }
  }
  if (n_paths < 2 || bars < 0 || bars > LONGEST_SONG_BARS) {
    return usage();
  }
  evening.folder = paths[1];
  TonError error = {0};
  const TonStatus status = perform(&evening, paths[0], (uint32_t)bars, &error);
  if (status) {
    fprintf(stderr, "perform: %s%s%s\n", error.file, *error.file ? ": " : "",
            error.text);
  }
  return ton_status_exit(status);
}
