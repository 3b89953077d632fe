// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Songs that the program mixes in a test.
#include "performed.h"

#include "base/array.h"
#include "song.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/ton-performed-XXXXXX";

const char*
perform(const char* program, const char* score)
{
  char command[2048];
  if (!mkdtemp(folder)) {
    return NULL;
  }
  snprintf(command, sizeof(command), "'%s' '%s' '%s' >/dev/null", program,
           score, folder);
  return system(command) == 0 ? folder : NULL;
}

void
drop_performed(void)
{
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", folder);
  assert_int_equal(system(command), 0);
}

const char*
stems_asked_for(int argc, char** argv)
{
  static char song_folder[1024];
  const char* const songs = getenv("TON_AUDIO");
  if (argc == 4 && strcmp(argv[1], "--perform") == 0) {
    return perform(argv[2], argv[3]);
  }
  snprintf(song_folder, sizeof(song_folder), "%s/songs/%s", songs ? songs : "",
           argc > 1 ? argv[1] : "");
  return song_folder;
}

TonSong*
performed_mix(const char* stems, uint32_t* n)
{
  static const char* const kinds[] = {"wav", "flac", "mp3", "ogg", "m4a"};
  static const TonJob job = {.threads = 2};
  const TonMixOptions options = {.stems = true};
  char pattern[1024];
  glob_t found = {0};
  TonSong* song = NULL;
  TonError error = {0};
  TonMeasurement m;
  for (size_t k = 0; k < TON_COUNT(kinds); ++k) {
    snprintf(pattern, sizeof(pattern), "%s/*.%s", stems, kinds[k]);
    glob(pattern, k ? GLOB_APPEND : 0, NULL, &found);
  }
  *n = (uint32_t)found.gl_pathc;
  assert_int_equal(
      ton_song_create(song_path(""), found.gl_pathv, *n, false, &song, &error),
      TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  assert_int_equal(ton_song_save(song, &error), TON_OK);
  assert_int_equal(ton_song_mix(song, &options, &job, &m, &error), TON_OK);
  globfree(&found);
  return song;
}
