// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Mixes a song and prints its loudness: mix SONG
///
///     cc mix.c -o mix $(pkg-config --cflags --libs tonmeister)
#include <tonmeister/song.h>

#include <stdio.h>

int
main(int argc, char** argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: mix SONG\n");
    return 2;
  }
  TonSong* song = NULL;
  TonError error = {0};
  TonMeasurement mix;
  TonStatus status = ton_song_open(argv[1], &song, &error);
  if (!status) {
    const TonMixOptions options = {.out = NULL}; // out/mix.wav, 32-bit float
    const TonJob job = {.threads = 0};           // all cores
    status = ton_song_mix(song, &options, &job, &mix, &error);
  }
  if (!status) {
    printf("%s: %.2f LUFS, %.2f dBTP\n", ton_song_mix_path(song),
           mix.integrated_lufs, mix.true_peak_dbtp);
  } else {
    fprintf(stderr, "%s: %s\n", error.file, error.text);
  }
  ton_song_free(song);
  return ton_status_exit(status);
}
