// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The parts of guitars, electric piano and pad.

/// Guitars, electric piano and pad
#include "score.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { STRINGS = 6 };

typedef struct {
  Song* song;
  Player* player;
  Part* part;
  TonError* error;
  uint32_t bar;
  int keys[STRINGS];
  int n;
} Chord;

static TonStatus
pluck(const Chord* c, int string, double at, double length, int velocity)
{
  const Note note = {at, length, c->keys[string],
                     score_velocity(c->song, c->bar, velocity)};
  return part_add(c->part, c->player, note, c->error);
}

/// Down-strokes start at the low string, up-strokes at the high one
static TonStatus
strum(const Chord* c, int step, double length, int velocity)
{
  const double spread_s = 0.009;
  const bool down = step % 4 == 0;
  const double at = score_step_s(c->song, c->bar, step);
  Chord still = *c; // one hand: the strings share its unevenness
  Player hand = *c->player;
  hand.timing_s *= 0.25;
  still.player = &hand;
  const double early = c->player->timing_s * chance_bell(&hand.chance);
  for (int i = 0; i < c->n; ++i) {
    const int string = down ? i : c->n - 1 - i;
    TON_TRY(pluck(&still, string, at + early + i * spread_s, length,
                  velocity - 3 * i));
  }
  c->player->chance = hand.chance;
  return TON_OK;
}

/// A picked string rings into the next ones
static TonStatus
guitar_step(const Chord* c, const char* steps, int i)
{
  const double step_s = song_bar_s(c->song) / STEPS;
  const double held = score_held(steps, i) * step_s;
  const double at = score_step_s(c->song, c->bar, i);
  const int string = steps[i] - '1';
  if (steps[i] == 'X' || steps[i] == 'x') {
    return strum(c, i, held - 0.02, steps[i] == 'X' ? 112 : 94);
  }
  if (steps[i] == 'm') {
    TON_TRY(pluck(c, 0, at, 0.09, i % 8 ? 70 : 84));
    return pluck(c, 1, at + 0.004, 0.08, i % 8 ? 62 : 74);
  }
  if (string >= 0 && string < c->n) {
    return pluck(c, string, at, held + 4.0 * step_s, i % 4 ? 80 : 92);
  }
  return TON_OK;
}

TonStatus
score_guitar(Song* song, Player* player, Part* part, TonError* error)
{
  const double driven_db = 15.0;
  Chord c = {.song = song, .player = player, .part = part, .error = error};
  for (c.bar = 0; c.bar < song->n_bars; ++c.bar) {
    const bool driven = song->bars[c.bar].section->drive_db > driven_db;
    const char* steps = NULL;
    TON_TRY(score_steps(song, c.bar, "guitar", &steps, error));
    TON_TRY(score_voicing(song, c.bar, driven ? "power" : "guitar", c.keys,
                          STRINGS, &c.n, error));
    for (int i = 0; i < STEPS; ++i) {
      TON_TRY(guitar_step(&c, steps, i));
    }
  }
  return TON_OK;
}

static TonStatus
keys_step(const Chord* c, const char* steps, int i)
{
  const double length =
      (score_held(steps, i) - 0.2) * song_bar_s(c->song) / STEPS;
  const double at = score_step_s(c->song, c->bar, i);
  if (isdigit((unsigned char)steps[i])) {
    const int note = steps[i] - '1';
    return note >= 0 && note < c->n ? pluck(c, note, at, length, 76) : TON_OK;
  }
  for (int k = 0; k < c->n && (steps[i] == 'X' || steps[i] == 'x'); ++k) {
    const int top = k == c->n - 1 ? 6 : 0;
    TON_TRY(pluck(c, k, at, length, (steps[i] == 'X' ? 94 : 80) + top));
  }
  return TON_OK;
}

/// A tune of the song on the piano, with its octave
static TonStatus
play_riff(Chord* c, Node riff, const Section* section)
{
  Node tunes = NULL;
  Node tune = NULL;
  double at = 0.0;
  Tree* const tree = &c->song->tree;
  TON_TRY(tree_child(tree, c->song->root, "tunes", &tunes, c->error));
  TON_TRY(tree_child(tree, tunes, tree_word(tree_find(tree, riff, "tune")),
                     &tune, c->error));
  TON_TRY(
      song_place(c->song, section, tree_find(tree, riff, "at"), &at, c->error));
  for (const char* t = tree_word(tune); *t; t += strspn(t, " ")) {
    c->keys[0] = song_note(&t);
    char* end = NULL;
    const double beats = *t == '/' ? strtod(t + 1, &end) : 0.0;
    if (c->keys[0] < 0 || beats <= 0.0) {
      return tree_fail(tree, tune, c->error, "note/beats expected at \"%s\"",
                       t);
    }
    assert(end);
    t = end;
    c->keys[1] = c->keys[0] + 12;
    const double length = beats * c->song->beat_s;
    TON_TRY(pluck(c, 0, at, length, 100));
    TON_TRY(pluck(c, 1, at, length, 84));
    at += length;
  }
  return TON_OK;
}

static TonStatus
play_riffs(Chord* c)
{
  for (uint32_t i = 0; i < c->song->n_sections; ++i) {
    const Section* const s = &c->song->sections[i];
    if (s->first_bar >= c->song->n_bars) {
      break;
    }
    Node const riffs = tree_find(&c->song->tree, s->node, "riff");
    c->bar = s->first_bar;
    for (size_t k = 0; k < tree_count(riffs); ++k) {
      TON_TRY(play_riff(c, tree_item(&c->song->tree, riffs, k), s));
    }
  }
  return TON_OK;
}

TonStatus
score_keys(Song* song, Player* player, Part* part, TonError* error)
{
  Chord c = {.song = song, .player = player, .part = part, .error = error};
  for (c.bar = 0; c.bar < song->n_bars; ++c.bar) {
    const char* steps = NULL;
    TON_TRY(score_steps(song, c.bar, "keys", &steps, error));
    TON_TRY(score_voicing(song, c.bar, "keys", c.keys, STRINGS, &c.n, error));
    for (int i = 0; i < STEPS; ++i) {
      TON_TRY(keys_step(&c, steps, i));
    }
  }
  return play_riffs(&c);
}

static bool
pad_plays(Song* song, uint32_t bar)
{
  return !strcmp(
      tree_word(tree_find(&song->tree, song->bars[bar].section->node, "pad")),
      "true");
}

static bool
has_key(const int* keys, int n, int key)
{
  for (int i = 0; i < n; ++i) {
    if (keys[i] == key) {
      return true;
    }
  }
  return false;
}

/// Bars from `c->bar` on that hold `key`: common tones are tied over
static TonStatus
tied_bars(const Chord* c, int key, uint32_t* bars)
{
  for (*bars = 1; c->bar + *bars < c->song->n_bars; ++*bars) {
    int keys[STRINGS];
    int n = 0;
    TON_TRY(score_voicing(c->song, c->bar + *bars, "pad", keys, STRINGS, &n,
                          c->error));
    if (!has_key(keys, n, key) || !pad_plays(c->song, c->bar + *bars)) {
      break;
    }
  }
  return TON_OK;
}

TonStatus
score_pad(Song* song, Player* player, Part* part, TonError* error)
{
  Chord c = {.song = song, .player = player, .part = part, .error = error};
  int before[STRINGS];
  int n_before = 0;
  for (c.bar = 0; c.bar < song->n_bars; ++c.bar) {
    c.n = 0;
    if (pad_plays(song, c.bar)) {
      TON_TRY(score_voicing(song, c.bar, "pad", c.keys, STRINGS, &c.n, error));
    }
    for (int i = 0; i < c.n; ++i) {
      uint32_t bars = 0;
      TON_TRY(tied_bars(&c, c.keys[i], &bars));
      if (!has_key(before, n_before, c.keys[i])) {
        TON_TRY(pluck(&c, i, score_step_s(song, c.bar, 0),
                      bars * song_bar_s(song) - 0.05, 84));
      }
    }
    memcpy(before, c.keys, sizeof(before));
    n_before = c.n;
  }
  return TON_OK;
}
