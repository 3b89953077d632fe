// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/mix_internal.h"
#include "base/array.h"

#include <math.h>
#include <string.h>

/// Gain of the sum a turned polarity must bring, dB
#define WORTH_DB 1.0
/// Correlation below which two microphones do not hear one source
#define LIKE        0.3
#define CLOSE_MS    5.0
#define OVERHEAD_MS 20.0

static bool
word_in(const char* file, const char* const* words)
{
  char room[512];
  ton_role_words(file, room, sizeof(room));
  for (; *words; ++words) {
    const size_t n = strlen(*words);
    for (const char* at = strstr(room, *words); at;
         at = strstr(at + 1, *words)) {
      const bool starts = at == room || at[-1] == ' ';
      if (starts && (at[n] == ' ' || at[n] == '\0')) {
        return true;
      }
    }
  }
  return false;
}

/// The microphone nearest the source: by its name, else the most pointed sound
static const Strip*
nearest_microphone(const MixState* desk, const char* role)
{
  static const char* const near[] = {"in", "inside", "top",   "up",
                                     "di", "line",   "close", NULL};
  const Strip* best = NULL;
  bool best_named = false;
  for (uint32_t i = 0; i < desk->n; ++i) {
    const Strip* const s = &desk->strips[i];
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

/// What a turned polarity is worth
typedef struct {
  const char* with; ///< Name of the other microphone, or of several
  double better_db; ///< Gain of the sum
  double likeness;
  double lag_ms;
} Turn;

static void
decide_polarity(const MixState* desk, Strip* s, const Turn* t)
{
  TonDecision d;
  const bool turn = t->better_db >= WORTH_DB;
  if (strip_locked(s, "polarity")) {
    strip_keep(desk, s, "polarity");
    return;
  }
  ton_decision_start(&d, "polarity.sum", fmin(0.5 + t->likeness / 2.0, 1.0),
                     turn ? "turned over, its sum with %.40s gains {0} at "
                            "60-400 Hz"
                          : "adds up with %.40s as it is; turning it over "
                            "would change {0}",
                     t->with);
  ton_decision_range(&d, "gain of the sum", t->better_db, "dB", WORTH_DB, NAN,
                     "docs/rules.md 2.6");
  ton_decision_range(&d, "likeness", t->likeness, "", LIKE, 1.0,
                     "docs/rules.md 2.6");
  ton_decision_figure(&d, "lag", t->lag_ms, "ms");
  ton_decision_instead(&d, "a delay",
                       "polarity alone keeps the room between microphones");
  const bool was = s->old && s->old->invert;
  strip_decide(desk, s, "polarity",
               turn  ? "inverted"
               : was ? "normal"
                     : NULL,
               &d);
}

static void
compare(MixState* desk, const Strip* near, const char* role)
{
  for (uint32_t i = 0; near && i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    TonStemAlign a;
    if (s == near || !s->sounds || strcmp(s->role->name, role) != 0 ||
        !ton_stems_align(near->facts, s->facts, CLOSE_MS, &a) ||
        a.likeness < LIKE) {
      continue;
    }
    const Turn turn = {near->stem->strip, a.flip_db - a.as_is_db, a.likeness,
                       a.lag_ms};
    decide_polarity(desk, s, &turn);
  }
}

/**
   Overheads hear the whole kit: what helps the snare may thin the kick.  All
   close microphones count, each by its power in the balance.
*/
static bool
weigh_kit(const MixState* desk, const Strip* s, Turn* turn)
{
  static const char* const kit[] = {"kick", "snare", "tom"};
  double as_is = 0.0;
  double flip = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < TON_COUNT(kit); ++i) {
    const Strip* const near = nearest_microphone(desk, kit[i]);
    TonStemAlign a;
    if (!near || !ton_stems_align(near->facts, s->facts, OVERHEAD_MS, &a)) {
      continue;
    }
    const double share = pow(10.0, near->role->level_lu / 10.0);
    as_is += share * pow(10.0, a.as_is_db / 10.0);
    flip += share * pow(10.0, a.flip_db / 10.0);
    if (a.likeness > turn->likeness) {
      turn->likeness = a.likeness;
      turn->lag_ms = a.lag_ms;
    }
    turn->with = n++ ? "the close microphones" : near->stem->strip;
  }
  turn->better_db = n ? 10.0 * log10(flip / as_is) : 0.0;
  return turn->likeness >= LIKE;
}

static void
compare_overheads(MixState* desk)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    Turn turn = {0};
    if (s->sounds && strcmp(s->role->name, "overhead") == 0 &&
        weigh_kit(desk, s, &turn)) {
      decide_polarity(desk, s, &turn);
    }
  }
}

void
propose_polarity(MixState* desk)
{
  static const char* const sets[] = {"kick", "snare", "bass"};
  for (uint32_t i = 0; i < TON_COUNT(sets); ++i) {
    compare(desk, nearest_microphone(desk, sets[i]), sets[i]);
  }
  compare_overheads(desk);
}
