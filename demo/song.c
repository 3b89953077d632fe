// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The demo song is read from its text.

#include "song.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEATS = 4 };

double
song_bar_s(const Song* song)
{
  return BEATS * song->beat_s;
}

int
song_note(const char** text)
{
  static const int classes[] = {9, 11, 0, 2, 4, 5, 7};
  const char* t = *text;
  if (*t < 'A' || *t > 'G') {
    return -1;
  }
  int key = classes[*t++ - 'A'];
  for (; *t == '#' || *t == 'b'; ++t) {
    key += *t == '#' ? 1 : -1;
  }
  if (*t < '0' || *t > '8') {
    return -1;
  }
  key += 12 * (*t++ - '0' + 1);
  *text = t;
  return key;
}

const char*
song_piece(const char* pieces, size_t i, char* room, size_t size)
{
  for (; i && pieces; --i) {
    pieces = strchr(pieces, '|');
    pieces = pieces ? pieces + 1 : NULL;
  }
  room[0] = '\0';
  if (pieces) {
    pieces += strspn(pieces, " ");
    size_t n = strcspn(pieces, "|");
    while (n && pieces[n - 1] == ' ') {
      --n;
    }
    snprintf(room, size, "%.*s", (int)n, pieces);
  }
  return room;
}

const Section*
song_section(const Song* song, const char* name)
{
  for (uint32_t i = 0; i < song->n_sections; ++i) {
    if (!strcmp(song->sections[i].name, name)) {
      return &song->sections[i];
    }
  }
  return NULL;
}

TonStatus
song_place(Song* song, const Section* section, Node at, double* seconds,
           TonError* error)
{
  int bar = 0;
  int used = 0;
  double beat = 0.0;
  const char* const text = tree_word(at);
  if (sscanf(text, "%d.%lf%n", &bar, &beat, &used) != 2 ||
      (size_t)used != strlen(text) || beat < 1.0 || beat >= BEATS + 1) {
    return tree_fail(&song->tree, at, error,
                     "\"%s\" is not a place; it reads bar.beat, as in 3.1",
                     text);
  }
  const double bars = (double)section->first_bar + bar - 1;
  *seconds = (bars * BEATS + beat - 1.0) * song->beat_s;
  return TON_OK;
}

static TonStatus
read_bars(Song* song, Section* s, TonError* error)
{
  Node chords = NULL;
  Node known = NULL;
  Node chord = NULL;
  TON_TRY(tree_child(&song->tree, song->root, "chords", &known, error));
  TON_TRY(tree_child(&song->tree, s->node, "chords", &chords, error));
  char name[64];
  while (*song_piece(tree_word(chords), s->bars, name, sizeof(name))) {
    TON_TRY(tree_child(&song->tree, known, name, &chord, error));
    if (song->n_bars == LONGEST_SONG_BARS) {
      return tree_fail(&song->tree, chords, error, "more than %d bars",
                       LONGEST_SONG_BARS);
    }
    // the key's own text lives as long as the tree
    for (size_t i = 0; i < tree_count(known); ++i) {
      if (!strcmp(tree_key(&song->tree, known, i), name)) {
        song->bars[song->n_bars].chord = tree_key(&song->tree, known, i);
      }
    }
    song->bars[song->n_bars++].section = s;
    ++s->bars;
  }
  return s->bars ? TON_OK
                 : tree_fail(&song->tree, chords, error, "no chord in it");
}

static TonStatus
read_form(Song* song, TonError* error)
{
  Node form = NULL;
  Node name = NULL;
  const double none = 0.0;
  TON_TRY(tree_child(&song->tree, song->root, "form", &form, error));
  for (size_t i = 0; i < tree_count(form) && i < MOST_SECTIONS; ++i) {
    Section* const s = &song->sections[song->n_sections++];
    s->node = tree_item(&song->tree, form, i);
    s->first_bar = song->n_bars;
    TON_TRY(tree_child(&song->tree, s->node, "section", &name, error));
    s->name = tree_word(name);
    TON_TRY(tree_number(&song->tree, s->node, "level", TON_DB, &none,
                        &s->level_db, error));
    TON_TRY(tree_number(&song->tree, s->node, "drive", TON_DB, &none,
                        &s->drive_db, error));
    TON_TRY(read_bars(song, s, error));
  }
  return song->n_bars ? TON_OK
                      : tree_fail(&song->tree, form, error, "no section");
}

static TonStatus
read_key(Song* song, TonError* error)
{
  Node key = NULL;
  TON_TRY(tree_child(&song->tree, song->root, "key", &key, error));
  char name[8] = "";
  char mode[8] = "";
  sscanf(tree_word(key), "%3s %7s", name, mode);
  char tonic[12];
  snprintf(tonic, sizeof(tonic), "%s4", name);
  const char* text = tonic;
  const int note = song_note(&text);
  if (note < 0 || strcmp(mode, "major") != 0) {
    return tree_fail(&song->tree, key, error,
                     "\"%s\" is not a key; it reads as in \"D major\"",
                     tree_word(key));
  }
  song->tonic = note % 12;
  return TON_OK;
}

TonStatus
song_open(Song* song, const char* path, uint32_t bars, TonError* error)
{
  memset(song, 0, sizeof(*song));
  TON_TRY(tree_open(&song->tree, path, error));
  song->root = tree_root(&song->tree);
  double tempo = 0.0;
  double tail = 0.0;
  double seed = 0.0;
  TON_TRY(tree_number(&song->tree, song->root, "tempo", TON_BPM, NULL, &tempo,
                      error));
  TON_TRY(
      tree_number(&song->tree, song->root, "tail", TON_S, NULL, &tail, error));
  TON_TRY(tree_number(&song->tree, song->root, "seed", TON_PLAIN, NULL, &seed,
                      error));
  if (!(tempo >= 30.0 && tempo <= 300.0)) {
    return tree_fail(&song->tree, song->root, error,
                     "tempo: 30 to 300 bpm expected");
  }
  song->seed = (uint64_t)fabs(seed);
  song->beat_s = 60.0 / tempo;
  TON_TRY(read_key(song, error));
  TON_TRY(read_form(song, error));
  song->n_bars = bars && bars < song->n_bars ? bars : song->n_bars;
  song->seconds = song->n_bars * song_bar_s(song) + tail;
  return TON_OK;
}

void
song_close(Song* song)
{
  tree_close(&song->tree);
}
