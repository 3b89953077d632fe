// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Polarity of microphones that hear one source.
*/
#include "analysis/alignment.h"
#include "assistants/mix_internal.h"
#include "base/array.h"

#include <math.h>
#include <string.h>

/// Gain of the sum that a flipped polarity must bring, dB
#define WORTH_DB 1.0
/// Correlation below which two microphones do not hear one source
#define LIKE        0.3
#define CLOSE_MS    5.0
#define OVERHEAD_MS 20.0

static bool
word_in(const char* file, const char* const* words)
{
  char buffer[512];
  ton_role_words(file, buffer, sizeof(buffer));
  for (; *words; ++words) {
    const size_t n = strlen(*words);
    for (const char* at = strstr(buffer, *words); at;
         at = strstr(at + 1, *words)) {
      const bool starts = at == buffer || at[-1] == ' ';
      if (starts && (at[n] == ' ' || at[n] == '\0')) {
        return true;
      }
    }
  }
  return false;
}

/// The microphone nearest the source: by its name, else the one with the
/// highest peaks over its loudness
static const MixTrack*
nearest_microphone(const MixState* state, const char* role)
{
  static const char* const near[] = {"in", "inside", "top",   "up",
                                     "di", "line",   "close", NULL};
  const MixTrack* best = NULL;
  bool best_named = false;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (!s->sounds || strcmp(s->role->name, role) != 0) {
      continue;
    }
    const bool named = word_in(s->stem->file, near);
    if (!best || (named && !best_named) ||
        (named == best_named &&
         s->facts->peak_to_loud_db > best->facts->peak_to_loud_db)) {
      best = s;
      best_named = named;
    }
  }
  return best;
}

/// What a flipped polarity is worth
typedef struct {
  const char* with; ///< Name of the other microphone, or of several
  double better_db; ///< Gain of the sum
  double likeness;
  double lag_ms;
} Flip;

static void
decide_polarity(const MixState* state, MixTrack* s, const Flip* f)
{
  TonDecision d;
  const bool flip = f->better_db >= WORTH_DB;
  if (track_locked(s, "polarity")) {
    track_keep(state, s, "polarity");
    return;
  }
  ton_decision_start(&d, flip ? TON_RULE_POLARITY_SUM : TON_RULE_POLARITY_KEPT,
                     fmin(0.5 + f->likeness / 2.0, 1.0));
  ton_decision_range(&d, "gain of the sum", f->better_db, WORTH_DB, NAN);
  ton_decision_range(&d, "likeness", f->likeness, LIKE, 1.0);
  ton_decision_figure(&d, "time between them", f->lag_ms);
  ton_decision_name(&d, "track", f->with);
  const bool was = s->old && s->old->invert;
  track_decide(state, s, "polarity",
               flip  ? "inverted"
               : was ? "normal"
                     : NULL,
               &d);
}

/// How a track stands to a nearer microphone; false: they cannot be compared
static bool
align(const MixState* state, const MixTrack* near, const MixTrack* s,
      double longest_ms, TonAlignment* a)
{
  const TonStatus status =
      ton_align(near->stem->sound, s->stem->sound, longest_ms, a);
  state->plan->failed |= status == TON_NO_MEMORY;
  return status == TON_OK;
}

static void
compare(MixState* state, const MixTrack* near, const char* role)
{
  for (uint32_t i = 0; near && i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    TonAlignment a;
    if (s == near || !s->sounds || s->partner ||
        strcmp(s->role->name, role) != 0 ||
        !align(state, near, s, CLOSE_MS, &a) || a.likeness < LIKE) {
      continue;
    }
    const Flip flip = {near->stem->strip, a.flip_db - a.as_is_db, a.likeness,
                       a.lag_ms};
    decide_polarity(state, s, &flip);
  }
}

/**
   Overheads hear the whole kit: what helps the snare may thin the kick.  All
   close microphones count, each by its power in the balance.
*/
static bool
weigh_kit(const MixState* state, const MixTrack* s, Flip* flip)
{
  static const char* const kit[] = {"kick", "snare", "tom"};
  double as_is = 0.0;
  double flipped = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < TON_COUNT(kit); ++i) {
    const MixTrack* const near = nearest_microphone(state, kit[i]);
    TonAlignment a;
    if (!near || !align(state, near, s, OVERHEAD_MS, &a)) {
      continue;
    }
    const double share = pow(10.0, near->role->level_lu / 10.0);
    as_is += share * pow(10.0, a.as_is_db / 10.0);
    flipped += share * pow(10.0, a.flip_db / 10.0);
    if (a.likeness > flip->likeness) {
      flip->likeness = a.likeness;
      flip->lag_ms = a.lag_ms;
    }
    flip->with = n++ ? "the close microphones" : near->stem->strip;
  }
  flip->better_db = n ? 10.0 * log10(flipped / as_is) : 0.0;
  return flip->likeness >= LIKE;
}

static void
compare_overheads(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    Flip flip = {0};
    Flip other = {.better_db = INFINITY};
    if (s->sounds && strcmp(s->role->name, "overhead") == 0 &&
        weigh_kit(state, s, &flip) &&
        (!s->partner || weigh_kit(state, s->partner, &other))) {
      // both sides of a recording or none
      flip.better_db = fmin(flip.better_db, other.better_db);
      decide_polarity(state, s, &flip);
    }
  }
}

void
propose_polarity(MixState* state)
{
  static const char* const sets[] = {"kick", "snare", "bass"};
  for (uint32_t i = 0; i < TON_COUNT(sets); ++i) {
    compare(state, nearest_microphone(state, sets[i]), sets[i]);
  }
  compare_overheads(state);
}
