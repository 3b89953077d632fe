// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The words of a line, shared out over its notes.

#include "lyrics.h"

#include <stdlib.h>
#include <string.h>

/// Words without hyphens; returns the number of syllables
static int
read_words(const char* text, char* words)
{
  int n = *text ? 1 : 0;
  size_t k = 0;
  for (; *text && k + 1 < LONGEST_LINE; ++text) {
    n += *text == ' ' || *text == '-';
    if (*text != '-') {
      words[k++] = *text;
    }
  }
  words[k] = '\0';
  return n;
}

/// One "note/beats", or several joined by "~"
static bool
read_syllable(const char** text, double beat_s, double* at, Syllable* s)
{
  *s = (Syllable){.at_s = *at};
  do {
    *text += **text == '~';
    const int key = song_note(text);
    if (key < 0 || **text != '/' || s->n_keys == MOST_TIED) {
      return false;
    }
    char* end = NULL;
    const double beats = strtod(*text + 1, &end);
    if (!(beats > 0.0 && beats < 64.0)) {
      return false;
    }
    s->key[s->n_keys] = key;
    s->key_at_s[s->n_keys++] = *at;
    *at += beats * beat_s;
    *text = end;
  } while (**text == '~');
  s->end_s = *at;
  return true;
}

TonStatus
lyrics_read(Song* song, const Section* section, Node node, Line* line,
            TonError* error)
{
  Tree* const tree = &song->tree;
  Node tunes = NULL;
  Node tune = NULL;
  Node words = NULL;
  double at = 0.0;
  *line = (Line){.level_db = section->level_db, .node = node};
  TON_TRY(tree_child(tree, song->root, "tunes", &tunes, error));
  TON_TRY(tree_child(tree, node, "words", &words, error));
  TON_TRY(tree_child(tree, tunes, tree_word(tree_find(tree, node, "tune")),
                     &tune, error));
  TON_TRY(song_place(song, section, tree_find(tree, node, "at"), &at, error));
  const int syllables = read_words(tree_word(words), line->words);
  for (const char* t = tree_word(tune); *t; t += strspn(t, " ")) {
    if (line->n == MOST_SYLLABLES ||
        !read_syllable(&t, song->beat_s, &at, &line->syllable[line->n])) {
      return tree_fail(tree, tune, error,
                       "note/beats expected at \"%s\", as in F#4/0.5", t);
    }
    ++line->n;
  }
  if (syllables != line->n) {
    return tree_fail(tree, words, error, "%d syllables on %d notes", syllables,
                     line->n);
  }
  return TON_OK;
}
