// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Places of the tracks between the speakers.
*/
#include "assistants/mix_internal.h"
#include "base/string.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Share of power below 150 Hz above which a sound stays near the middle, and
/// how far it may go, %
#define HEAVY     0.3
#define HEAVY_PAN 15.0
/// Distance at which two sounds no longer mask each other, % of pan
#define APART 60.0

enum { MAX_SINGLES = 10 };

/// Tracks that may go to either side: all combinations are tried
typedef struct {
  MixTrack* tracks[MAX_SINGLES];
  uint32_t n;
} Singles;

static double
held(const MixTrack* s, double pan)
{
  const double max = s->facts->low_share > HEAVY ? HEAVY_PAN : 100.0;
  return rint(fmin(fmax(pan, -max), max));
}

static bool
can_be_placed(const MixTrack* s)
{
  return s->sounds && s->mono && !s->partner &&
         s->role->place != TON_PLACE_CENTRE &&
         s->role->place != TON_PLACE_KEEP && !track_locked(s, "pan");
}

/// Tracks of one role that are to be placed, in the order of the state
static uint32_t
members_of(MixState* state, const TonRole* role, MixTrack** members,
           uint32_t size)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n && n < size; ++i) {
    if (state->tracks[i].role == role && can_be_placed(&state->tracks[i])) {
      members[n++] = &state->tracks[i];
    }
  }
  return n;
}

/// Most tracks name this side: it is a word of the song's title
static bool
is_title(const MixState* state, char side)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n; ++i) {
    n += state->tracks[i].guess.side == side;
  }
  return n > 2 && 2 * n > state->n;
}

/// How far a track with a side goes: both of a pair as far as the one with more
/// bass may
static double
reach_of(const MixTrack* s)
{
  const MixTrack* const other = s->other_side;
  const double reach = held(s, s->role->width);
  return other && can_be_placed(other)
             ? fmin(reach, held(other, other->role->width))
             : reach;
}

/// Place tracks whose names say left or right; the others stay in `members`
static void
place_named(const MixState* state, MixTrack** members, uint32_t* n)
{
  uint32_t left = 0;
  for (uint32_t i = 0; i < *n; ++i) {
    MixTrack* const s = members[i];
    const char side = s->guess.side;
    if (side && (s->other_side || !is_title(state, side))) {
      s->pan = side == 'L' ? -reach_of(s) : reach_of(s);
    } else {
      members[left++] = s;
    }
  }
  *n = left;
}

/// "Guitar 1" before "Guitar 2", whichever is brighter
static int
by_name(const void* a, const void* b)
{
  const MixTrack* const x = *(const MixTrack* const*)a;
  const MixTrack* const y = *(const MixTrack* const*)b;
  return ton_string_order(x->stem->strip, y->stem->strip);
}

/// Mirror tracks two by two: the first pair outside, further ones inside.
/// Returns how many were placed
static uint32_t
place_pairs(MixTrack** members, uint32_t n)
{
  static const double inwards[] = {1.0, 0.6, 0.8, 0.4};
  uint32_t i = 0;
  for (; i + 1 < n; i += 2) {
    const double width = members[i]->role->width * inwards[(i / 2) % 4];
    const double left = held(members[i], -width);
    const double right = held(members[i + 1], width);
    // A pair goes as far as the member with more bass may
    const double reach = fmin(-left, right);
    members[i]->pan = -reach;
    members[i + 1]->pan = reach;
  }
  return i;
}

/// Drums across the kit: the brightest on the left, as the drummer sees them
static void
place_across(MixTrack** members, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const double at = 1.0 - 2.0 * (double)i / (n - 1);
    members[i]->pan = rint(at * members[i]->role->width);
  }
}

static void
place_role(MixState* state, const TonRole* role, Singles* singles)
{
  enum { MAX_MEMBERS = 64 };
  MixTrack* members[MAX_MEMBERS];
  uint32_t n = members_of(state, role, members, MAX_MEMBERS);
  place_named(state, members, &n);
  uint32_t placed = 0;
  if (strcmp(role->class, "tom") == 0 && n > 1) {
    place_across(members, n);
    placed = n;
  } else if (n > 1) {
    qsort((void*)members, n, sizeof(MixTrack*), by_name);
    placed = place_pairs(members, n);
  }
  for (uint32_t i = placed; i < n; ++i) {
    members[i]->pan = held(members[i], role->single_width);
    if (members[i]->pan != 0.0 && singles->n < MAX_SINGLES) {
      singles->tracks[singles->n++] = members[i];
    }
  }
}

// Sides of singles ------------------------------------------------------------

/// How much two sounds share, third octave by third octave, 0 to 1
static double
likeness(const TonFacts* a, const TonFacts* b)
{
  double all_a = 0.0;
  double all_b = 0.0;
  for (uint32_t k = 0; k < TON_THIRDS; ++k) {
    all_a += pow(10.0, a->active_db[k] / 10.0);
    all_b += pow(10.0, b->active_db[k] / 10.0);
  }
  double both = 0.0;
  for (uint32_t k = 0; k < TON_THIRDS; ++k) {
    both += fmin(pow(10.0, a->active_db[k] / 10.0) / all_a,
                 pow(10.0, b->active_db[k] / 10.0) / all_b);
  }
  return both;
}

static double
weight_of(const MixTrack* s)
{
  return pow(10.0, s->goal_lu / 10.0) * s->facts->activity;
}

/// Right minus left of everything, dB
static double
imbalance(const MixState* state)
{
  double left = 1e-9;
  double right = 1e-9;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (s->sounds) {
      const double t = (s->pan / 100.0 + 1.0) * M_PI / 4.0;
      left += weight_of(s) * cos(t) * cos(t);
      right += weight_of(s) * sin(t) * sin(t);
    }
  }
  return 10.0 * log10(right / left);
}

/// Similar sounds in one place cost, and so does a louder side (docs/rules.md
/// 2.10)
static double
cost(const MixState* state, const Singles* singles)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < singles->n; ++i) {
    const MixTrack* const s = singles->tracks[i];
    for (uint32_t k = 0; k < state->n; ++k) {
      const MixTrack* const o = &state->tracks[k];
      const bool counts = o != s && o->sounds && o->pan != 0.0;
      const double near = 1.0 - fabs(s->pan - o->pan) / APART;
      sum += counts && near > 0.0 ? near * likeness(s->facts, o->facts) : 0.0;
    }
  }
  const double tilt = imbalance(state);
  return sum + 0.5 * tilt * tilt;
}

static void
set_signs(Singles* singles, uint32_t signs)
{
  for (uint32_t i = 0; i < singles->n; ++i) {
    MixTrack* const s = singles->tracks[i];
    // the first one counts most: of equal costs it goes left
    const bool right = signs >> (singles->n - 1 - i) & 1U;
    s->pan = right ? fabs(s->pan) : -fabs(s->pan);
  }
}

static void
choose_sides(const MixState* state, Singles* singles)
{
  double min = INFINITY;
  uint32_t best = 0;
  for (uint32_t signs = 0; signs < 1U << singles->n; ++signs) {
    set_signs(singles, signs);
    const double now = cost(state, singles);
    if (now < min - 1e-6) {
      min = now;
      best = signs;
    }
  }
  set_signs(singles, best);
}

/// Left and right of a mix differ by no more, dB
#define EVEN_DB 0.7

/// What has no counterpart stays nearer to the middle: the singles of the louder side
/// move in until the sides are even, if that helps
static void
move_in(const MixState* state, Singles* singles)
{
  enum { STEPS = 20 };
  const double louder = copysign(1.0, imbalance(state));
  double was[MAX_SINGLES];
  bool even = fabs(imbalance(state)) <= EVEN_DB;
  for (uint32_t i = 0; i < singles->n; ++i) {
    was[i] = singles->tracks[i]->pan;
  }
  for (int step = STEPS - 1; step >= 0 && !even; --step) {
    for (uint32_t i = 0; i < singles->n; ++i) {
      const bool leans = was[i] * louder > 0.0;
      singles->tracks[i]->pan = leans ? rint(was[i] * step / STEPS) : was[i];
    }
    even = fabs(imbalance(state)) <= EVEN_DB;
  }
  for (uint32_t i = 0; i < singles->n && !even; ++i) {
    singles->tracks[i]->pan = was[i];
  }
}

// Writing ---------------------------------------------------------------------

static const char*
pan_text(const MixState* state, const MixTrack* s)
{
  char at[32];
  ton_unit_print(s->pan, TON_PAN, at, sizeof(at));
  return s->facts->layout == TON_LAYOUT_MONO
             ? ton_plan_text(state->plan, "%s", at)
             : ton_plan_text(state->plan, "{left: %s, right: %s}", at, at);
}

/// Whether a pan must be written: off the centre, one sound in a stereo file
/// that is not centred, or an earlier pan to replace
static bool
needs_pan(const MixTrack* s)
{
  const double gain = s->facts->side_gain_db;
  const bool leans =
      s->facts->layout == TON_LAYOUT_ONE_SIDED ||
      (s->facts->layout == TON_LAYOUT_DUAL_MONO && fabs(gain) > 0.5);
  const bool was = s->old && (s->old->pan != 0.0F || s->old->dual_pan);
  return s->pan != 0.0 || leans || was;
}

static void
decide_pan(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  const bool low = s->facts->low_share > HEAVY && s->role->width > HEAVY_PAN;
  ton_decision_start(&d,
                     s->pan == 0.0 ? TON_RULE_PLACE_CENTRE
                     : low         ? TON_RULE_PLACE_LOW
                                   : TON_RULE_PLACE_SIDE,
                     0.7);
  ton_decision_range(&d, "right minus left", imbalance(state), -EVEN_DB,
                     EVEN_DB);
  ton_decision_range(&d, "energy below 150 Hz", 100.0 * s->facts->low_share,
                     NAN, 100.0 * HEAVY);
  track_name_role(s, &d);
  d.bound_hit = low;
  track_decide(state, s, "pan", pan_text(state, s), &d);
}

/// One side of a recording
static void
decide_half(const MixState* state, const MixTrack* s)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_PLACE_HALF, 0.9);
  ton_decision_name(&d, "track", s->partner->stem->strip);
  track_decide(state, s, "pan", pan_text(state, s), &d);
}

void
propose_place(MixState* state)
{
  Singles singles = {.n = 0};
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    s->pan = track_locked(s, "pan")
                 ? (s->old->dual_pan ? 0.0 : (double)s->old->pan)
             : s->partner ? (s->guess.side == 'L' ? -100.0 : 100.0)
                          : 0.0;
  }
  for (uint32_t r = 0; r < state->brief->roles->n_roles; ++r) {
    place_role(state, &state->brief->roles->roles[r], &singles);
  }
  choose_sides(state, &singles);
  move_in(state, &singles);
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    if (track_locked(s, "pan")) {
      track_keep(state, s, "pan");
    } else if (s->sounds && s->partner) {
      decide_half(state, s);
    } else if (s->sounds && s->mono && needs_pan(s)) {
      decide_pan(state, s);
    }
  }
}
