// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The files of a release as they were found after writing.
*/

#include "cli/release_files.h"

#include "base/memory.h"
#include "base/path.h"
#include "base/utf8.h"
#include "cli/json_output.h"
#include "cli/terminal.h"
#include "report/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t*
json_delivered(const TonDelivered* d)
{
  json_t* const o = cli_measurement(&d->measured, d->path);
  json_object_set_new(o, "name", report_text(d->name));
  json_object_set_new(o, "why", report_text(d->good ? "" : d->why));
  json_object_set_new(o, "sha256", json_string(d->sha256));
  json_object_set_new(o, "bytes", json_integer((json_int_t)d->bytes));
  json_object_set_new(o, "lossy", json_boolean(d->lossy));
  json_object_set_new(o, "good", json_boolean(d->good));
  return o;
}

static void
print_delivered(const TonDelivered* d)
{
  const char* const name = cli_visible(ton_file_name(d->path));
  const int columns = (int)ton_utf8_columns(name);
  printf("  %s%*s ", name, columns < 34 ? 34 - columns : 0, "");
  if (!d->bytes) {
    printf("%s\n", cli_visible(d->why));
    return;
  }
  printf("%8.1f MB %8.2f LUFS %7.2f dBTP%s  %s\n", (double)d->bytes / 1e6,
         report_rounded(d->measured.integrated_lufs, 2),
         report_rounded(d->measured.true_peak_dbtp, 2),
         d->lossy ? " decoded" : "", d->good ? "good" : cli_visible(d->why));
}

json_t*
cli_json_files(const TonDelivery* delivery)
{
  json_t* const files = json_array();
  for (uint32_t i = 0; i < delivery->n; ++i) {
    json_array_append_new(files, json_delivered(&delivery->files[i]));
  }
  return files;
}

static bool
names_artist(const TonSong* song)
{
  char* const artist =
      ton_doc_get(ton_song_doc(song, TON_SONG_RELEASE_TEXT), "artist");
  const bool named = artist && strcmp(artist, "Unknown Artist") != 0;
  ton_free(artist);
  return named;
}

void
cli_remark_release(const CommandLine* line, const TonSong* song,
                   const TonDelivery* delivery)
{
  if (!line->quiet && delivery->n && !names_artist(song)) {
    cli_remark("no artist is named in the files; write the name into "
               "release.yaml and run tonmeister release again");
  }
  if (!line->quiet && delivery->cover_remark) {
    cli_remark("the cover may be refused: %s", delivery->cover_remark);
  }
}

void
cli_print_files(const TonDelivery* delivery)
{
  for (uint32_t i = 0; i < delivery->n; ++i) {
    print_delivered(&delivery->files[i]);
  }
  if (!isnan(delivery->stems_null_db)) {
    printf("  %-34s %11.1f dB re it\n",
           "the master before its limiter minus all stems",
           fmax(delivery->stems_null_db, -200.0));
  }
}
