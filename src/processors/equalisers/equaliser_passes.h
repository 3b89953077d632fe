// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_EQUALISERS_EQUALISER_PASSES_H
#define TON_PROCESSORS_EQUALISERS_EQUALISER_PASSES_H

#include "base/array.h"
#include "dsp/oversample.h"
#include "dsp/svf_cascade.h"
#include "dsp/svf_ramp.h"
#include "processors/equalisers/equaliser_bands.h"

#include <assert.h>

/**
   @file
   State of the equaliser, what runs together, and its inner loops.  Part of equaliser.c.
*/

enum { HALF = TON_LANES / 2, FACTOR = 4 };

enum { SLOTS = BANDS * TON_MAX_SECTIONS };

/// Slots that run together: one row of the plan
typedef struct {
  unsigned first;
  unsigned count;
  unsigned n_none;
  TonThrough others;
  TonVi works; ///< Lanes with a section that does something
} Pass;

/**
   Every lane puts the sections of its bands into slots, in order; the bank
   runs as many slots as its longest lane has.

      lane 0    hp hp bell bell
      lane 1    hp hp bell bell
      lane 2    bell  -    -    -      absent: passes exactly

   A lane whose section needs it (ton_svf_needs_double()) is worked out in
   double while it rests.  While it moves it is in float: its states are
   rounded once at the beginning of the move, and taken over at its end.
*/
typedef struct {
  double rate; ///< At which the sections run
  TonRamp ramp;
  EqualiserParams values[TON_LANES];
  uint32_t known[TON_LANES];  ///< 1: values were given
  uint32_t paired[TON_LANES]; ///< The lane was half of a pair
  unsigned n_used[TON_LANES];
  unsigned n_slots;
  unsigned n_passes;
  bool stale;           ///< The plan is to be made again
  TonVi present[SLOTS]; ///< Lanes that have a section here
  TonVi neutral[SLOTS]; ///< ... one that does nothing, at rest
  TonVi encode[SLOTS];  ///< Left and right become mid and side before
  TonVi decode[SLOTS];  ///< ... and left and right again after
  Pass pass[SLOTS];
  TonSvfLanes section[SLOTS];
  TonSvfRamp move[SLOTS];
  TonVi precise[SLOTS];               ///< Lanes that are in double now
  TonVi wanted[SLOTS];                ///< ... or will be when they have arrived
  TonSvfHalf half[SLOTS][2];          ///< Low and high lanes in double
  TonBiquad design[SLOTS][TON_LANES]; ///< Where each lane is or goes
} Equaliser;

/**
   Lanes that run at FACTOR times the rate:

     up -- sections -- one frame late -- down

   The same bank twice: what a lane has in one of them it lacks in the other,
   which passes it exactly.
*/
typedef struct {
  Equaliser equaliser;
  TonVi lanes;
  TonOversample over;
  TonV last; ///< Of the sections
  TonV memory[];
} Oversampled;

/// An instance
typedef struct {
  Equaliser plain;
  Oversampled* oversampled; ///< Null where no lane wants it
} EqualiserBank;

static bool
all_through(const Equaliser* e, unsigned slot, float value)
{
  const TonV through = e->section[slot].through;
  return !ton_vi_any((through != value) & e->present[slot]);
}

/// Lanes without a section here let everything through: by `through`, or, to
/// keep it 0 in all lanes, by `direct`
static TonThrough
through_of(Equaliser* e, unsigned slot)
{
  const bool none = all_through(e, slot, 0.0F);
  const TonV through = ton_v(none ? 0.0F : 1.0F);
  TonSvfLanes* const s = &e->section[slot];
  TonSvfRamp* const m = &e->move[slot];
  const TonVi here = e->present[slot];
  s->through = ton_v_select(here, s->through, through);
  s->direct = ton_v_select(here, s->direct, 1.0F - through);
  m->through.now = ton_v_select(here, m->through.now, s->through);
  m->direct.now = ton_v_select(here, m->direct.now, s->direct);
  return none                         ? TON_THROUGH_NONE
         : all_through(e, slot, 1.0F) ? TON_THROUGH_ONE
                                      : TON_THROUGH_ANY;
}

static void
make_plan(Equaliser* e)
{
  TonThrough through[SLOTS];
  for (unsigned i = 0; i < e->n_slots; ++i) {
    through[i] = through_of(e, i);
  }
  e->n_passes = 0;
  for (unsigned i = 0; i < e->n_slots;) {
    unsigned end = i + 1;
    while (end < e->n_slots && !ton_vi_any(e->encode[end]) &&
           !ton_vi_any(e->decode[end - 1])) {
      ++end;
    }
    const unsigned parts = (end - i + TON_CASCADE - 1) / TON_CASCADE;
    const unsigned count = (end - i + parts - 1) / parts;
    Pass* const pass = &e->pass[e->n_passes++];
    *pass = (Pass){.first = i, .count = count, .others = TON_THROUGH_ONE};
    for (unsigned k = i; k < i + count; ++k) {
      pass->works |= e->present[k] & ~e->neutral[k];
      const bool none = through[k] == TON_THROUGH_NONE;
      if (none && k - i == pass->n_none && pass->n_none < 2) {
        ++pass->n_none;
      } else if (through[k] != TON_THROUGH_ONE) {
        pass->others = TON_THROUGH_ANY;
      }
    }
    i += count;
  }
  e->stale = false;
}

#define RUN(n)                                                                 \
  static void run_##n(const Pass* p, TonSvfLanes* s, float* x, TonVi on,       \
                      uint32_t frames)                                         \
  {                                                                            \
    if (p->others != TON_THROUGH_ONE) {                                        \
      ton_cascade(s, n, 0, TON_THROUGH_ANY, x, on, frames);                    \
    } else if (p->n_none == 2) {                                               \
      ton_cascade(s, n, 2, TON_THROUGH_ONE, x, on, frames);                    \
    } else if (p->n_none == 1) {                                               \
      ton_cascade(s, n, 1, TON_THROUGH_ONE, x, on, frames);                    \
    } else {                                                                   \
      ton_cascade(s, n, 0, TON_THROUGH_ONE, x, on, frames);                    \
    }                                                                          \
  }

RUN(1)
RUN(2)
RUN(3)
RUN(4)
RUN(5)
RUN(6)
RUN(7)
RUN(8)

typedef void (*RunPass)(const Pass*, TonSvfLanes*, float*, TonVi, uint32_t);

static const RunPass runs[] = {NULL,  run_1, run_2, run_3, run_4,
                               run_5, run_6, run_7, run_8};

static_assert(TON_COUNT(runs) == TON_CASCADE + 1, "one for every length");

/// How a slot runs that has lanes in double, or lanes that move
typedef struct {
  bool moves;
  bool narrow;  ///< Some lane is in float
  bool wide[2]; ///< Some low, some high lane is in double
} Kind;

static Kind
kind_of(const Equaliser* e, unsigned slot)
{
  const TonVi precise = e->precise[slot];
  Kind kind = {.moves = ton_vi_any(e->move[slot].lanes),
               .narrow = ton_vi_any(e->present[slot] & ~precise)};
  for (int i = 0; i < TON_LANES; ++i) {
    kind.wide[i / HALF] |= precise[i] != 0;
  }
  return kind;
}

TON_INLINE TonV
step_kind(TonSvfLanes* s, TonSvfHalf* half, TonVi precise, Kind kind, TonV x)
{
  TonV y = x;
  if (kind.narrow) {
    y = ton_cascade_step(s, x, TON_THROUGH_ANY);
  }
  if (kind.wide[0] || kind.wide[1]) {
    TonVd low = ton_v_low(x);
    TonVd high = ton_v_high(x);
    if (kind.wide[0]) {
      low = ton_svf_half_step(&half[0], low);
    }
    if (kind.wide[1]) {
      high = ton_svf_half_step(&half[1], high);
    }
    y = ton_v_select(precise, ton_vd_join(low, high), y);
  }
  return y;
}

/// The turns in which every slot works, none of which moves; returns the number
/// of the next
TON_INLINE uint32_t
middle_any(Equaliser* e, const Pass* p, const unsigned count, const Kind* kinds,
           TonV* before, float* x, TonVi on, uint32_t frames)
{
  TonSvfLanes s[TON_CASCADE];
  TonSvfHalf half[TON_CASCADE][2];
  TonVi precise[TON_CASCADE];
  TonV ran[TON_CASCADE + 1];
  Kind kind[TON_CASCADE];
  memcpy(s, &e->section[p->first], count * sizeof(s[0]));
  memcpy(half, &e->half[p->first], count * sizeof(half[0]));
  memcpy(precise, &e->precise[p->first], count * sizeof(precise[0]));
  memcpy(ran, before, count * sizeof(ran[0]));
  memcpy(kind, kinds, count * sizeof(kind[0]));
  uint32_t n = count - 1;
  for (; n < frames; ++n) {
    TON_UNROLL
    for (unsigned j = 0; j < count; ++j) {
      const unsigned k = count - 1 - j;
      const TonV in = k ? ran[k] : ton_v_load(x + (size_t)n * TON_LANES);
      ran[k + 1] = step_kind(&s[k], half[k], precise[k], kind[k], in);
    }
    ton_cascade_store(x + (size_t)(n + 1 - count) * TON_LANES, ran[count], on);
  }
  memcpy(&e->section[p->first], s, count * sizeof(s[0]));
  memcpy(&e->half[p->first], half, count * sizeof(half[0]));
  memcpy(before, ran, count * sizeof(ran[0]));
  return n;
}

#define MIDDLE(n)                                                              \
  static __attribute__((noinline))                                             \
  uint32_t middle_##n(Equaliser* e, const Pass* p, const Kind* kind,           \
                      TonV* before, float* x, TonVi on, uint32_t frames)       \
  {                                                                            \
    return middle_any(e, p, n, kind, before, x, on, frames);                   \
  }

MIDDLE(1)
MIDDLE(2)
MIDDLE(3)
MIDDLE(4)
MIDDLE(5)
MIDDLE(6)
MIDDLE(7)
MIDDLE(8)

typedef uint32_t (*RunMiddle)(Equaliser*, const Pass*, const Kind*, TonV*,
                              float*, TonVi, uint32_t);

static const RunMiddle middles[] = {NULL,     middle_1, middle_2,
                                    middle_3, middle_4, middle_5,
                                    middle_6, middle_7, middle_8};

/// A pass of any kinds of slots, slot k at frame n - k as in ton_cascade()
static void
run_any(Equaliser* e, const Pass* p, float* x, TonVi on, uint32_t frames)
{
  const unsigned count = p->count;
  Kind kind[TON_CASCADE];
  TonV ran[TON_CASCADE + 1] = {{0}};
  bool moves = false;
  for (unsigned k = 0; k < count; ++k) {
    kind[k] = kind_of(e, p->first + k);
    moves |= kind[k].moves;
  }
  for (uint32_t n = 0; n < frames + count - 1; ++n) {
    if (n + 1 == count && n < frames && !moves) {
      n = middles[count](e, p, kind, ran, x, on, frames);
    }
    for (unsigned k = count; k--;) {
      const unsigned slot = p->first + k;
      if (n < k || n - k >= frames) {
        continue;
      }
      if (kind[k].moves) {
        ton_svf_ramp_step(&e->move[slot], &e->section[slot]);
      }
      const TonV in = k ? ran[k] : ton_v_load(x + (size_t)n * TON_LANES);
      ran[k + 1] = step_kind(&e->section[slot], e->half[slot], e->precise[slot],
                             kind[k], in);
    }
    if (n + 1 >= count && n + 1 - count < frames) {
      ton_cascade_store(x + (size_t)(n + 1 - count) * TON_LANES, ran[count],
                        on);
    }
  }
}

#endif
