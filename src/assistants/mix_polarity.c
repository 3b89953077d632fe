// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Polarity of microphones that hear one source, and the time between them.
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
/// Correlation from which the time between two is sure
#define SURE_LIKE 0.5
/// What is nearer together stays, ms
#define LEAST_MS 0.1
/// A simpler change is preferred if it is worse by no more, dB
#define SIMPLER_DB 0.5

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
static MixTrack*
nearest_microphone(const MixState* state, const char* role)
{
  static const char* const near[] = {"in", "inside", "top",   "up",
                                     "di", "line",   "close", NULL};
  MixTrack* best = NULL;
  bool best_named = false;
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
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

static bool
in_set(const MixTrack* s, const char* role)
{
  return s->sounds && strcmp(s->role->name, role) == 0;
}

/// A person's delay is kept, and what it was made for
static bool
may_move(const MixTrack* s)
{
  return !s->partner && !track_locked(s, "delay");
}

/// Whether moving the later one, flipped or not, is worth more than a flip alone
static bool
gains_by_moving(const TonAlignment* a)
{
  const double simple = fmax(a->as_is_db, a->flip_db);
  const double moved = fmax(a->aligned_db, a->aligned_flipped_db);
  return a->likeness >= SURE_LIKE && fabs(a->lag_ms) >= LEAST_MS &&
         moved >= a->as_is_db + WORTH_DB && moved > simple + SIMPLER_DB;
}

static void
decide_flip_moved(const MixState* state, MixTrack* s, const MixTrack* near,
                  const TonAlignment* a)
{
  TonDecision d;
  const double better = a->aligned_flipped_db - a->aligned_db;
  if (better < WORTH_DB || track_locked(s, "polarity")) {
    return;
  }
  ton_decision_start(&d, TON_RULE_DELAY_POLARITY, fmin(a->likeness, 1.0));
  ton_decision_range(&d, "gain of the sum", better, WORTH_DB, NAN);
  ton_decision_name(&d, "track", near->stem->strip);
  track_decide(state, s, "polarity", "inverted", &d);
}

/// What stands between a track and the nearest microphone of its set
static void
compare_one(const MixState* state, const MixTrack* near, MixTrack* s)
{
  TonAlignment a;
  if (!align(state, near, s, CLOSE_MS, &a) || a.likeness < LIKE) {
    return;
  }
  if (may_move(near) && may_move(s) && gains_by_moving(&a)) {
    s->lag_ms = a.lag_ms;
    s->moved_gain_db = fmax(a.aligned_db, a.aligned_flipped_db) - a.as_is_db;
    decide_flip_moved(state, s, near, &a);
    return;
  }
  const Flip flip = {near->stem->strip, a.flip_db - a.as_is_db, a.likeness,
                     a.lag_ms};
  decide_polarity(state, s, &flip);
}

static void
decide_delay(const MixState* state, const MixTrack* s, const MixTrack* with,
             double ms)
{
  TonDecision d;
  const double gain =
      s->moved_gain_db > 0.0 ? s->moved_gain_db : with->moved_gain_db;
  if (ms < 0.005) {
    return;
  }
  ton_decision_start(&d, TON_RULE_DELAY_ALIGN, 0.7);
  ton_decision_figure(&d, "delay", ms);
  if (gain > 0.0) {
    ton_decision_range(&d, "gain of the sum", gain, WORTH_DB, NAN);
  }
  ton_decision_name(&d, "track", with->stem->strip);
  track_decide(state, s, "delay", ton_plan_text(state->plan, "%.2f ms", ms),
               &d);
}

/// The microphones of a set that arrive too early wait for the latest one; those
/// that are left where they are keep their time to the nearest
static void
delay_set(MixState* state, MixTrack* near, const char* role)
{
  const MixTrack* latest = near;
  const MixTrack* moved = NULL;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s != near && in_set(s, role) && s->lag_ms != 0.0) {
      moved = s;
      latest = s->lag_ms > latest->lag_ms ? s : latest;
    }
  }
  for (uint32_t i = 0; moved && i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (in_set(s, role) && may_move(s)) {
      const double ms = latest->lag_ms - s->lag_ms;
      decide_delay(state, s, s == near ? latest : near,
                   ton_plan_rounded(ms, 100.0));
    }
  }
}

static void
compare(MixState* state, MixTrack* near, const char* role)
{
  for (uint32_t i = 0; near && i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (s != near && in_set(s, role) && !s->partner) {
      compare_one(state, near, s);
    }
  }
  if (near) {
    delay_set(state, near, role);
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
