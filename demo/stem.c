// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A recorded part gets its faults and becomes a file.

#include "stem.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

TonStatus
stem_read(Song* song, Node node, Stem* stem, TonError* error)
{
  Tree* const tree = &song->tree;
  Node file = NULL;
  Node take = NULL;
  double bits = 0.0;
  TON_TRY(tree_child(tree, node, "file", &file, error));
  TON_TRY(tree_child(tree, node, "take", &take, error));
  TON_TRY(tree_number(tree, node, "rate", TON_HZ, NULL, &stem->rate, error));
  TON_TRY(tree_number(tree, node, "bits", TON_PLAIN, NULL, &bits, error));
  TON_TRY(tree_number(tree, node, "peak", TON_DB, NULL, &stem->peak_db, error));
  stem->file = tree_word(file);
  stem->take = tree_word(take);
  stem->bits = (int)bits;
  stem->node = node;
  if (strchr(stem->file, '/') || (stem->bits != 16 && stem->bits != 24)) {
    return tree_fail(tree, node, error,
                     "a stem is a plain file name of 16 or 24 bits");
  }
  return TON_OK;
}

static void
add_dc(Sound* sound, double dc)
{
  for (int c = 0; c < sound->channels; ++c) {
    for (size_t i = 0; i < sound->frames; ++i) {
      sound->x[c][i] += (float)dc;
    }
  }
}

/// A ground loop: 50 Hz and what a rectifier makes of it
static void
add_hum(Sound* sound, double level_db)
{
  enum { PARTIALS = 6 };
  static const int times[PARTIALS] = {1, 2, 3, 4, 5, 7};
  static const double below_db[PARTIALS] = {0, -7, -5, -16, -12, -19};
  double gain[PARTIALS];
  for (int k = 0; k < PARTIALS; ++k) {
    gain[k] = from_db(level_db + below_db[k]);
  }
  for (size_t i = 0; i < sound->frames; ++i) {
    const double turn = 2.0 * M_PI * 50.0 * (double)i / sound->rate;
    double hum = 0.0;
    for (int k = 0; k < PARTIALS; ++k) {
      hum += gain[k] * sin(turn * times[k] + k);
    }
    for (int c = 0; c < sound->channels; ++c) {
      sound->x[c][i] += (float)hum;
    }
  }
}

/// The singer leans in: the converter is overrun between two places.  What
/// is above full scale is cut off where the file is written.
static TonStatus
overrun(Song* song, Node clip, Sound* sound, TonError* error)
{
  Tree* const tree = &song->tree;
  const Section* const section =
      song_section(song, tree_word(tree_find(tree, clip, "section")));
  double from = 0.0;
  double to = 0.0;
  double over_db = 0.0;
  if (!section) {
    return tree_fail(tree, clip, error, "clip: no such section");
  }
  TON_TRY(
      song_place(song, section, tree_find(tree, clip, "from"), &from, error));
  TON_TRY(song_place(song, section, tree_find(tree, clip, "to"), &to, error));
  TON_TRY(tree_number(tree, clip, "over", TON_DB, NULL, &over_db, error));
  const size_t a = (size_t)(from * sound->rate);
  const size_t b = (size_t)(to * sound->rate);
  const double peak = sound_peak(sound, a, b);
  const double gain = peak > 0.0 ? from_db(over_db) / peak : 1.0;
  const double ramp = 0.05 * sound->rate;
  for (size_t i = a; i < b && i < sound->frames; ++i) {
    const double edge = fmin((double)(i - a), (double)(b - i)) / ramp;
    const double g = 1.0 + (gain - 1.0) * fmin(1.0, edge);
    for (int c = 0; c < sound->channels; ++c) {
      sound->x[c][i] *= (float)g;
    }
  }
  return TON_OK;
}

static TonStatus
plant_faults(Song* song, const Stem* stem, Sound* sound, TonError* error)
{
  Tree* const tree = &song->tree;
  const double none = 0.0;
  double dc = 0.0;
  double hum_db = 0.0;
  TON_TRY(tree_number(tree, stem->node, "dc", TON_PLAIN, &none, &dc, error));
  TON_TRY(tree_number(tree, stem->node, "hum", TON_DB, &none, &hum_db, error));
  if (!strcmp(tree_word(tree_find(tree, stem->node, "polarity")), "flipped")) {
    sound_scale(sound, -1.0);
  }
  Node const clip = tree_find(tree, stem->node, "clip");
  TON_TRY(clip ? overrun(song, clip, sound, error) : TON_OK);
  if (hum_db < 0.0) {
    add_hum(sound, hum_db);
  }
  if (dc != 0.0) {
    add_dc(sound, dc);
  }
  return TON_OK;
}

/// Frames of digital silence before the recorder was started
static TonStatus
late_frames(Song* song, const Stem* stem, size_t* frames, TonError* error)
{
  Node const starts = tree_find(&song->tree, stem->node, "starts");
  *frames = 0;
  if (!starts) {
    return TON_OK;
  }
  const Section* const s = song_section(song, tree_word(starts));
  if (!s) {
    return tree_fail(&song->tree, starts, error, "no section \"%s\"",
                     tree_word(starts));
  }
  const double early_s = 0.25;
  *frames = (size_t)((s->first_bar * song_bar_s(song) - early_s) * stem->rate);
  return TON_OK;
}

/// To whole steps of the word, with triangular dither of +-1 step (Lipshitz,
/// Wannamaker, Vanderkooy 1992); a converter holds at its end.
static int32_t
quantised(double x, int bits, Chance* chance)
{
  const double full = bits == 16 ? 32768.0 : 8388608.0;
  const double dither = 0.5 * (chance_even(chance) + chance_even(chance));
  const double y = floor(x * full + dither + 0.5);
  const double held = y > full - 1.0 ? full - 1.0 : y < -full ? -full : y;
  return (int32_t)held * (bits == 16 ? 65536 : 256);
}

static TonStatus
write_words(const Stem* stem, const Sound* sound, size_t late, Chance* chance,
            SNDFILE* file, TonError* error)
{
  enum { BLOCK = 4096 };
  int32_t words[BLOCK * 2];
  for (size_t at = 0; at < sound->frames; at += BLOCK) {
    const size_t left = sound->frames - at;
    const size_t n = left < BLOCK ? left : BLOCK;
    size_t k = 0;
    for (size_t i = at; i < at + n; ++i) {
      for (int c = 0; c < sound->channels; ++c) {
        words[k++] =
            i < late ? 0
                     : quantised((double)sound->x[c][i], stem->bits, chance);
      }
    }
    if (sf_writef_int(file, words, (sf_count_t)n) != (sf_count_t)n) {
      return ton_fail_write(error, stem->file);
    }
  }
  return TON_OK;
}

/// Written beside, then renamed: no half file under the stem's name
static TonStatus
write_file(Song* song, const Stem* stem, const Sound* sound, const char* folder,
           TonError* error)
{
  char path[1024];
  char beside[1040];
  size_t late = 0;
  TON_TRY(late_frames(song, stem, &late, error));
  snprintf(path, sizeof(path), "%s/%s", folder, stem->file);
  snprintf(beside, sizeof(beside), "%s.part", path);
  SF_INFO info = {.samplerate = (int)stem->rate,
                  .channels = sound->channels,
                  .format =
                      SF_FORMAT_WAV |
                      (stem->bits == 16 ? SF_FORMAT_PCM_16 : SF_FORMAT_PCM_24)};
  SNDFILE* const file = sf_open(beside, SFM_WRITE, &info);
  if (!file) {
    return ton_fail_file(error, TON_WRITE_FAILED, path, "%s",
                         sf_strerror(NULL));
  }
  Chance chance = chance_for(song->seed, stem->file);
  TonStatus status = write_words(stem, sound, late, &chance, file, error);
  if (sf_close(file) && !status) {
    status = ton_fail_write(error, path);
  }
  if (!status && rename(beside, path)) {
    status = ton_fail_write(error, path);
  }
  if (status) {
    remove(beside);
  }
  return status;
}

TonStatus
stem_write(Song* song, const Stem* stem, Sound* sound, const char* folder,
           TonError* error)
{
  const double peak = sound_peak(sound, 0, sound->frames);
  sound_scale(sound, peak > 0.0 ? from_db(stem->peak_db) / peak : 0.0);
  TON_TRY(plant_faults(song, stem, sound, error));
  return write_file(song, stem, sound, folder, error);
}
