// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What all parts have in common: notes, patterns, velocities.

#include "score.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

void
part_free(Part* part)
{
  ton_free(part->notes);
  *part = (Part){0};
}

static int
clamp_velocity(double v)
{
  return v < 1.0 ? 1 : v > 127.0 ? 127 : (int)lrint(v);
}

TonStatus
part_add(Part* part, Player* player, Note note, TonError* error)
{
  Note* const notes =
      ton_grow(part->notes, &part->capacity, part->n + 1, sizeof(Note));
  if (!notes) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the notes");
  }
  part->notes = notes;
  if (note.at_s + note.length_s > player->end_s - 0.1) {
    note.length_s += player->ring_s;
  }
  note.at_s += player->timing_s * chance_bell(&player->chance);
  note.at_s = note.at_s > 0.0 ? note.at_s : 0.0;
  note.velocity = clamp_velocity(
      note.velocity + player->velocity * chance_bell(&player->chance));
  notes[part->n++] = note;
  return TON_OK;
}

TonStatus
score_player(Song* song, const char* name, Player* player, TonError* error)
{
  Node players = NULL;
  Node node = NULL;
  double program = 0.0;
  double timing_ms = 0.0;
  TON_TRY(tree_child(&song->tree, song->root, "players", &players, error));
  TON_TRY(tree_child(&song->tree, players, name, &node, error));
  TON_TRY(tree_number(&song->tree, node, "program", TON_PLAIN, NULL, &program,
                      error));
  TON_TRY(tree_number(&song->tree, node, "timing", TON_MS, NULL, &timing_ms,
                      error));
  TON_TRY(tree_number(&song->tree, node, "velocity", TON_PLAIN, NULL,
                      &player->velocity, error));
  player->program = (int)program;
  player->timing_s = timing_ms / 1000.0;
  player->end_s = song->n_bars * song_bar_s(song);
  player->ring_s = 0.75 * (song->seconds - player->end_s);
  player->chance = chance_for(song->seed, name);
  return TON_OK;
}

TonStatus
score_pattern(Song* song, uint32_t bar, const char* part, Node* pattern,
              TonError* error)
{
  const Section* const s = song->bars[bar].section;
  Node names = NULL;
  Node table = NULL;
  char name[64];
  TON_TRY(tree_child(&song->tree, s->node, part, &names, error));
  TON_TRY(tree_child(&song->tree, song->root, part, &table, error));
  song_piece(tree_word(names), bar - s->first_bar, name, sizeof(name));
  if (!*name) {
    return tree_fail(&song->tree, names, error,
                     "%s of %s: %u bars expected, one for each chord", part,
                     s->name, s->bars);
  }
  return tree_child(&song->tree, table, name, pattern, error);
}

TonStatus
score_steps(Song* song, uint32_t bar, const char* part, const char** steps,
            TonError* error)
{
  Node pattern = NULL;
  TON_TRY(score_pattern(song, bar, part, &pattern, error));
  *steps = tree_word(pattern);
  if (strlen(*steps) != STEPS) {
    return tree_fail(&song->tree, pattern, error, "%s: %zu steps, %d expected",
                     part, strlen(*steps), STEPS);
  }
  return TON_OK;
}

TonStatus
score_voicing(Song* song, uint32_t bar, const char* instrument, int* keys,
              int most, int* n, TonError* error)
{
  Node chords = NULL;
  Node chord = NULL;
  Node voicing = NULL;
  TON_TRY(tree_child(&song->tree, song->root, "chords", &chords, error));
  TON_TRY(
      tree_child(&song->tree, chords, song->bars[bar].chord, &chord, error));
  TON_TRY(tree_child(&song->tree, chord, instrument, &voicing, error));
  const bool single = voicing->type == YAML_SCALAR_NODE;
  *n = single ? 1 : (int)tree_count(voicing);
  *n = *n < most ? *n : most;
  for (int i = 0; i < *n; ++i) {
    Node const item =
        single ? voicing : tree_item(&song->tree, voicing, (size_t)i);
    const char* text = tree_word(item);
    keys[i] = song_note(&text);
    if (keys[i] < 0 || *text) {
      return tree_fail(&song->tree, item, error,
                       "\"%s\" is not a note; it reads as in F#3",
                       tree_word(item));
    }
  }
  return TON_OK;
}

int
score_held(const char* steps, int at)
{
  int n = 1;
  while (at + n < STEPS && steps[at + n] == '-') {
    ++n;
  }
  return n;
}

double
score_step_s(const Song* song, uint32_t bar, int step)
{
  return song_bar_s(song) * (bar + (double)step / STEPS);
}

int
score_velocity(const Song* song, uint32_t bar, int base)
{
  const double level = song->bars[bar].section->level_db;
  return clamp_velocity(base + 3.0 * level);
}
