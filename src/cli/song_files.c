// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The files of a song as a command line names them: where they lie, whether
   they have changed, what their names promise.
*/

#include "cli/song_files.h"

#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "cli/measurement_table.h"
#include "cli/terminal.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

char*
cli_song_file(const char* song, const char* file)
{
  size_t n = strlen(song);
  while (n > 1 && song[n - 1] == '/') {
    --n;
  }
  return ton_string_new("%.*s/%s", (int)n, song, file);
}

void
cli_warn_changed(const CommandLine* line, const TonSong* song, TonSongStage end)
{
  TonError error = {0};
  if (!line->quiet && ton_song_current(song, end, &error)) {
    cli_remark("%s", error.text);
  }
}

static bool
is_before(const struct timespec* a, const struct timespec* b)
{
  return a->tv_sec < b->tv_sec ||
         (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

void
cli_tell_old_stems(const CommandLine* line, const struct timespec* since)
{
  TonStems stems = {0};
  char* const folder = cli_song_file(line->args[0], "out/stems");
  if (folder && !line->quiet) {
    ton_stems_find(folder, NULL, &stems, NULL);
  }
  for (uint32_t i = 0; i < stems.n; ++i) {
    struct stat st;
    if (stat(stems.paths[i], &st) == 0 && is_before(&st.st_mtim, since)) {
      cli_remark("%s is not of this mix; it was there before, and stays",
                 stems.paths[i]);
    }
  }
  ton_stems_free(&stems);
  ton_free(folder);
}

void
cli_tell_replaced(const CommandLine* line, const char* out)
{
  if (!line->quiet) {
    cli_remark("%s was there already and has been replaced", out);
  }
}

void
cli_tell_left_out(const CommandLine* line, const TonStems* stems)
{
  enum { MAX_NAMED = 8 };
  TonString names = {0};
  for (uint32_t i = 0; i < stems->n_left_out && i < MAX_NAMED; ++i) {
    ton_string_add(&names, i ? ", " : "");
    ton_string_add(&names, stems->left_out[i]);
  }
  if (stems->n_left_out > MAX_NAMED) {
    ton_string_printf(&names, " and %u more", stems->n_left_out - MAX_NAMED);
  }
  if (names.length && !line->quiet) {
    cli_remark("left out: %s", names.bytes);
  }
  ton_string_free(&names);
}

static void
tell_files(const char* whose, const TonInsert* insert)
{
  const TonProcessor* const type = insert->type;
  for (uint32_t k = 0; k < type->n_resources; ++k) {
    if (!insert->files || !insert->files[k].path) {
      cli_remark("%s: %s does nothing without a file; name one as \"%s\"",
                 whose, type->id, type->resources[k].symbol);
    }
  }
}

/// A value by the symbol of its parameter; NaN: there is none
static double
value_of(const TonInsert* insert, const char* symbol)
{
  const TonParam* const p = ton_param(insert->type, symbol);
  return p ? (double)insert->params[p - insert->type->params] : NAN;
}

/// Crossovers that are not in rising order are moved up by the processor
static void
tell_crossovers(const char* whose, const TonInsert* insert)
{
  const double third = cbrt(2.0);
  double below_hz = value_of(insert, "crossover-1");
  for (int i = 2; i < (int)value_of(insert, "bands"); ++i) {
    char symbol[32];
    char set[32];
    char used[32];
    ton_string_cut(symbol, sizeof(symbol), "crossover-%d", i);
    const double hz = value_of(insert, symbol);
    const double lowest_hz = below_hz * third;
    if (hz < lowest_hz) {
      cli_remark(
          "%s: %s: %s is %s and works at %s: each crossover lies a third "
          "of an octave above the one before at least",
          whose, insert->type->id, symbol,
          ton_unit_print(hz, TON_HZ, set, sizeof(set)),
          ton_unit_print(rint(lowest_hz), TON_HZ, used, sizeof(used)));
    }
    below_hz = fmax(hz, lowest_hz);
  }
}

void
cli_tell_chain(const CommandLine* line, const char* whose,
               const TonInsert* chain, uint32_t n)
{
  for (uint32_t i = 0; i < n && !line->quiet; ++i) {
    tell_files(whose, &chain[i]);
    if (!isnan(value_of(&chain[i], "crossover-2"))) {
      tell_crossovers(whose, &chain[i]);
    }
  }
}

void
cli_tell_strips(const CommandLine* line, const TonSong* song)
{
  TonMix* mix = NULL;
  TonMaster* master = NULL;
  const TonDoc* const doc = ton_song_doc(song, TON_SONG_MIX_TEXT);
  const TonDoc* const last = ton_song_doc(song, TON_SONG_MASTER_TEXT);
  if (doc && !line->quiet) {
    ton_mix_read(doc, NULL, &mix, NULL);
  }
  for (uint32_t i = 0; mix && i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    if (s->solo) {
      cli_remark("%s is on solo in mix.yaml: other tracks are not heard",
                 s->name);
    }
    cli_tell_chain(line, s->name, s->chain, s->n_chain);
  }
  if (last && !line->quiet && !ton_master_read(last, NULL, &master, NULL)) {
    cli_tell_chain(line, "master.yaml", master->chain, master->n_chain);
  }
  ton_mix_free(mix);
  ton_master_free(master);
}

static void
tell_role(void* handle, const char* track, const char* role,
          const char* nearest)
{
  (void)handle;
  cli_remark("%s has the role \"%s\", which is not known%s%s%s", track, role,
             nearest ? "; did you mean \"" : "", nearest ? nearest : "",
             nearest ? "\"?" : "");
}

void
cli_tell_roles(const CommandLine* line, const TonSong* song)
{
  if (!line->quiet) {
    ton_song_unknown_roles(song, tell_role, NULL, NULL);
  }
}

void
cli_tell_cache(const CommandLine* line, const TonSong* song)
{
  static const uint64_t much = 500000000;
  const uint64_t bytes = line->quiet ? 0 : ton_song_cache_needed(song);
  if (bytes >= much) {
    cli_remark(
        "decoded, the stems take up to %.1f GB in the folder .tonmeister of "
        "the song; tonmeister clean frees it",
        (double)bytes / 1e9);
  }
}

void
cli_tell_cut(const CommandLine* line, const char* path)
{
  double end_s = 0.0;
  char time[32];
  if (!line->quiet && ton_is_truncated(path, &end_s)) {
    cli_remark("%s breaks off at %s, before its own end; what follows is "
               "missing. Export it again",
               path, cli_time(end_s, time));
  }
}

void
cli_tell_cut_stems(const CommandLine* line, const TonSong* song,
                   const char* folder)
{
  TonMix* mix = NULL;
  const TonDoc* const doc = ton_song_doc(song, TON_SONG_MIX_TEXT);
  if (doc && !line->quiet) {
    ton_mix_read(doc, folder, &mix, NULL);
  }
  for (uint32_t i = 0; mix && i < mix->n_tracks; ++i) {
    cli_tell_cut(line, mix->strips[i].file);
  }
  ton_mix_free(mix);
}
