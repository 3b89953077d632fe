// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/mind.h"

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
nearest_microphone(const Desk* desk, const char* role)
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

static void
decide_polarity(const Desk* desk, const Strip* near, Strip* s,
                const TonStemAlign* a)
{
  TonDecision d;
  const double better = a->flip_db - a->as_is_db;
  const bool turn = better >= WORTH_DB && a->likeness >= LIKE;
  if (strip_locked(s, "polarity")) {
    strip_keep(desk, s, "polarity");
    return;
  }
  ton_decision_start(&d, "polarity.sum", fmin(0.5 + a->likeness / 2.0, 1.0),
                     turn ? "turned over, its sum with %.40s gains {0} at "
                            "60-400 Hz"
                          : "adds up with %.40s as it is; turning it over "
                            "would change {0}",
                     near->stem->strip);
  ton_decision_range(&d, "gain of the sum", better, "dB", WORTH_DB, NAN,
                     "reference 2.6");
  ton_decision_range(&d, "likeness", a->likeness, "", LIKE, 1.0,
                     "reference 2.6");
  ton_decision_figure(&d, "lag", a->lag_ms, "ms");
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
compare(Desk* desk, const Strip* near, const char* role, double longest_ms)
{
  for (uint32_t i = 0; near && i < desk->n; ++i) {
    Strip* const s = &desk->strips[i];
    TonStemAlign align;
    if (s == near || !s->sounds || strcmp(s->role->name, role) != 0 ||
        !ton_stems_align(near->facts, s->facts, longest_ms, &align) ||
        align.likeness < LIKE) {
      continue;
    }
    decide_polarity(desk, near, s, &align);
  }
}

void
mind_polarity(Desk* desk)
{
  static const char* const sets[] = {"kick", "snare", "bass"};
  for (uint32_t i = 0; i < 3; ++i) {
    compare(desk, nearest_microphone(desk, sets[i]), sets[i], CLOSE_MS);
  }
  compare(desk, nearest_microphone(desk, "snare"), "overhead", OVERHEAD_MS);
}
