// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The parts of drums and bass.

/// The rhythm section: drums and bass
#include "score.h"

#include <string.h>

static int
hit_velocity(char hit)
{
  return hit == 'X' ? 120 : hit == 'x' ? 98 : hit == 'o' ? 74 : 42;
}

TonStatus
score_drum(Song* song, Player* player, const char* voice, int key, Part* part,
           TonError* error)
{
  for (uint32_t bar = 0; bar < song->n_bars; ++bar) {
    Node pattern = NULL;
    TON_TRY(score_pattern(song, bar, "drums", &pattern, error));
    Node const line = tree_find(&song->tree, pattern, voice);
    const char* const steps = tree_word(line);
    if (line && strlen(steps) != STEPS) {
      return tree_fail(&song->tree, line, error, "%s: %zu steps, %d expected",
                       voice, strlen(steps), STEPS);
    }
    for (int i = 0; line && i < STEPS; ++i) {
      if (strchr("Xxog", steps[i])) {
        const Note note = {score_step_s(song, bar, i), 0.5, key,
                           score_velocity(song, bar, hit_velocity(steps[i]))};
        TON_TRY(part_add(part, player, note, error));
      }
    }
  }
  return TON_OK;
}

static bool
in_scale(const Song* song, int key)
{
  static const bool major[] = {1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1};
  return major[(key - song->tonic + 120) % 12];
}

/// One step of the scale under the next root, or over it when that is nearer
static int
leading(const Song* song, int root, int next)
{
  const int step = next > root ? -1 : 1;
  int key = next + step;
  while (!in_scale(song, key)) {
    key += step;
  }
  return key;
}

static int
bass_key(const Song* song, char symbol, int root, int next)
{
  enum { HIGHEST = 50 };
  const int up = symbol == '5' ? 7 : symbol == '8' ? 12 : 0;
  if (symbol == '<') {
    return leading(song, root, next);
  }
  return up == 7 && root + up > HIGHEST ? root - 5 : root + up;
}

TonStatus
score_bass(Song* song, Player* player, Part* part, TonError* error)
{
  for (uint32_t bar = 0; bar < song->n_bars; ++bar) {
    const char* steps = NULL;
    int root = 0;
    int next = 0;
    int n = 0;
    const uint32_t after = bar + 1 < song->n_bars ? bar + 1 : bar;
    TON_TRY(score_steps(song, bar, "bass", &steps, error));
    TON_TRY(score_voicing(song, bar, "bass", &root, 1, &n, error));
    TON_TRY(score_voicing(song, after, "bass", &next, 1, &n, error));
    for (int i = 0; i < STEPS; ++i) {
      if (!strchr("Rr58<", steps[i])) {
        continue;
      }
      const int base = steps[i] == 'R' ? 104 : steps[i] == 'r' ? 82 : 94;
      const double steps_long = score_held(steps, i) - 0.15;
      const Note note = {score_step_s(song, bar, i),
                         steps_long * song_bar_s(song) / STEPS,
                         bass_key(song, steps[i], root, next),
                         score_velocity(song, bar, base)};
      TON_TRY(part_add(part, player, note, error));
    }
  }
  return TON_OK;
}
