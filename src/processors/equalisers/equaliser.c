// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Equaliser of twelve bands.
*/
#include "base/array.h"
#include "dsp/svf_cascade.h"
#include "dsp/svf_ramp.h"
#include "processors/equalisers/equaliser_bands.h"
#include "processors/processors.h"

#include <assert.h>

static const TonParam params[] = {BAND_ROWS};

static_assert(sizeof(EqualiserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { SLOTS = BANDS * TON_MAX_SECTIONS };

static unsigned
sections_of(const Band* band)
{
  const int type = (int)band->type;
  if (type == HIGHPASS || type == LOWPASS) {
    const int order = (int)lrint(
        ton_filter_nearest_slope((double)band->slope_db_per_oct) / 6.0);
    return (unsigned)(order + 1) / 2;
  }
  return type == OFF ? 0 : 1;
}

/// Returns how many sections, as sections_of()
static unsigned
design(const Band* band, double rate, TonBiquad h[TON_MAX_SECTIONS])
{
  const int type = (int)band->type;
  const double hz = (double)band->at_hz;
  const double q = (double)band->q;
  unsigned n = sections_of(band);
  if (type == HIGHPASS || type == LOWPASS) {
    n = ton_filter_slope(shapes[type], hz, (double)band->slope_db_per_oct, q,
                         rate, h);
  } else if (n) {
    h[0] = ton_filter(shapes[type], hz, (double)band->gain_db, q, rate);
  }
  for (unsigned i = 0; i < n && does_nothing(band); ++i) {
    h[i] = ton_filter_flat(&h[i]);
  }
  return n;
}

// State ----------------------------------------------------------------------

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
  double rate;
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

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Equaliser), state, error));
  ((Equaliser*)*state)->rate = spec->rate;
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Equaliser* const e = state;
  for (unsigned i = 0; i < SLOTS; ++i) {
    ton_svf_clear(&e->section[i]);
    for (int h = 0; h < 2; ++h) {
      memset(&e->half[i][h].band, 0, sizeof(TonVd));
      memset(&e->half[i][h].low, 0, sizeof(TonVd));
    }
  }
}

/// The slowest pole falls by 1 / (-ln radius) nepers a frame; 18 nepers are
/// 156 dB: 120 and the most a band boosts.  Each further section adds a tenth
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  const double rate = ((const Equaliser*)state)->rate;
  double slowest = 0.0;
  double sections = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MAX_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], rate, h);
    for (unsigned k = 0; k < n; ++k) {
      slowest = fmax(slowest, -1.0 / log(ton_biquad_radius(&h[k])));
      sections += 1.0;
    }
  }
  return (uint64_t)ceil(18.0 * slowest * (1.0 + 0.1 * sections));
}

/// To -140 dB instead of -120
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  return tail(self, state, values) * 5 / 4;
}

// Parameters -----------------------------------------------------------------

enum { HALF = TON_LANES / 2 };

/// The states of a lane in double go over to float
static void
leave_double(Equaliser* e, unsigned slot, uint32_t lane)
{
  const TonSvfHalf* const h = &e->half[slot][lane / HALF];
  if (e->precise[slot][lane]) {
    e->section[slot].band[lane] = (float)h->band[lane % HALF];
    e->section[slot].low[lane] = (float)h->low[lane % HALF];
    e->precise[slot][lane] = 0;
  }
}

/// A lane has its coefficients and rests
static void
settle_lane(Equaliser* e, unsigned slot, uint32_t lane)
{
  TonSvfHalf* const h = &e->half[slot][lane / HALF];
  const TonSvfLanes* const s = &e->section[slot];
  if (e->wanted[slot][lane]) {
    h->band[lane % HALF] = (double)s->band[lane];
    h->low[lane % HALF] = (double)s->low[lane];
    e->precise[slot][lane] = -1;
  }
}

static void
arrive(Equaliser* e, unsigned slot, uint32_t lane)
{
  TonSvfRamp* const m = &e->move[slot];
  TonSvfLanes* const s = &e->section[slot];
  ton_svf_ramp_finish(m, s, lane);
  settle_lane(e, slot, lane);
  e->neutral[slot][lane] = ton_svf_is_flat(m, s, lane) ? -1 : 0;
  e->stale = true;
}

static void
send(Equaliser* e, unsigned slot, uint32_t lane, const TonBiquad* b,
     bool precise, uint32_t ramp)
{
  TonSvfRamp* const m = &e->move[slot];
  TonSvfLanes* const s = &e->section[slot];
  const TonSvf c = ton_svf(b);
  const TonSvfDouble fine = ton_svf_double(b);
  leave_double(e, slot, lane);
  e->design[slot][lane] = *b;
  e->wanted[slot][lane] = precise ? -1 : 0;
  ton_svf_half_set(&e->half[slot][lane / HALF], lane % HALF, &fine);
  ton_svf_ramp_to(m, s, lane, &c, ramp);
  if (!ramp) {
    settle_lane(e, slot, lane);
  }
  e->neutral[slot][lane] = ton_svf_is_flat(m, s, lane) ? -1 : 0;
  e->stale = true;
}

/// Whether a band of the second set of values needs other slots
static bool
needs_other_slots(const EqualiserParams* a, const EqualiserParams* b)
{
  for (int i = 0; i < BANDS; ++i) {
    const Band* const x = &a->band[i];
    const Band* const y = &b->band[i];
    if (x->type != y->type || x->side != y->side ||
        sections_of(x) != sections_of(y)) {
      return true;
    }
  }
  return false;
}

/// A lane has no section here and passes
static void
empty_slot(Equaliser* e, unsigned slot, uint32_t lane)
{
  const TonSvf nothing = {.through = 1.0F};
  leave_double(e, slot, lane);
  ton_svf_ramp_to(&e->move[slot], &e->section[slot], lane, &nothing, 0);
  e->section[slot].band[lane] = 0.0F;
  e->section[slot].low[lane] = 0.0F;
  e->wanted[slot][lane] = 0;
  e->neutral[slot][lane] = -1;
  e->present[slot][lane] = 0;
  e->encode[slot][lane] = 0;
  e->decode[slot][lane] = 0;
}

/// Empty a lane and lay its bands out anew
static void
lay_out(Equaliser* e, const TonUpdate* u)
{
  const uint32_t lane = u->lane;
  e->stale = true;
  for (unsigned i = 0; i < SLOTS; ++i) {
    empty_slot(e, i, lane);
  }
  const EqualiserParams* const p = (const EqualiserParams*)u->params;
  unsigned slot = 0;
  bool was_ms = false;
  for (int i = 0; i < BANDS; ++i) {
    const unsigned n = sections_of(&p->band[i]);
    if (!n) {
      continue;
    }
    const int side = u->pair ? (int)p->band[i].side : STEREO;
    const bool ms = side == MID || side == SIDE;
    const bool here =
        side == STEREO || (lane % 2 == 0) == (side == LEFT || side == MID);
    for (unsigned k = slot; k < slot + n; ++k) {
      e->present[k][lane] = here ? -1 : 0;
    }
    if (ms != was_ms) {
      e->encode[slot][lane] = ms ? -1 : 0;
      if (was_ms) {
        e->decode[slot - 1][lane] = -1;
      }
    }
    was_ms = ms;
    slot += n;
  }
  if (was_ms) {
    e->decode[slot - 1][lane] = -1;
  }
  e->n_used[lane] = slot;
  e->n_slots = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    e->n_slots = e->n_used[i] > e->n_slots ? e->n_used[i] : e->n_slots;
  }
}

static bool
neighbour_has(const Equaliser* e, uint32_t lane, const EqualiserParams* p,
              int band, unsigned slot)
{
  const uint32_t other = lane ^ 1U;
  const EqualiserParams* const q = &e->values[other];
  return e->known[other] && e->present[slot][other] &&
         !needs_other_slots(q, p) &&
         memcmp(&q->band[band], &p->band[band], sizeof(Band)) == 0;
}

static void
send_band(Equaliser* e, uint32_t lane, const EqualiserParams* p, int band,
          unsigned slot, uint32_t ramp)
{
  TonBiquad h[TON_MAX_SECTIONS];
  const bool same = neighbour_has(e, lane, p, band, slot);
  const unsigned n =
      same ? sections_of(&p->band[band]) : design(&p->band[band], e->rate, h);
  for (unsigned k = 0; k < n; ++k) {
    const TonBiquad* const b = same ? &e->design[slot + k][lane ^ 1U] : &h[k];
    const bool precise =
        can_be_undone(&p->band[band]) && ton_svf_needs_double(b);
    send(e, slot + k, lane, b, precise, ramp);
  }
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Equaliser* const e = state;
  const uint32_t lane = u->lane;
  const EqualiserParams* const p = (const EqualiserParams*)u->params;
  EqualiserParams* const known = &e->values[lane];
  const bool fresh = !e->known[lane] || e->paired[lane] != (uint32_t)u->pair ||
                     needs_other_slots(known, p);
  const bool moving = e->ramp.left[lane] != 0;
  const uint32_t ramp = fresh ? 0 : u->ramp;
  if (fresh) {
    lay_out(e, u);
  }
  unsigned slot = 0;
  for (int i = 0; i < BANDS; ++i) {
    const unsigned n = sections_of(&p->band[i]);
    const bool same = memcmp(&known->band[i], &p->band[i], sizeof(Band)) == 0;
    if (n && e->present[slot][lane] && (fresh || moving || !same)) {
      send_band(e, lane, p, i, slot, ramp);
    }
    slot += n;
  }
  *known = *p;
  e->known[lane] = 1;
  e->paired[lane] = u->pair;
  ton_ramp_start(&e->ramp, lane, ramp);
}

// The plan -------------------------------------------------------------------

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

// Audio ----------------------------------------------------------------------

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

/// (left, right) to (mid, side) with a factor of 1/2, and back with 1
static void
turn(float* x, TonVi on, float factor, uint32_t frames)
{
  TonV sign;
  for (int i = 0; i < TON_LANES; ++i) {
    sign[i] = i % 2 ? -1.0F : 1.0F;
  }
  for (uint32_t i = 0; i < frames; ++i, x += TON_LANES) {
    const TonV v = ton_v_load(x);
    const TonV turned = factor * (ton_v_swap(v) + sign * v);
    ton_v_store(x, ton_v_select(on, turned, v));
  }
}

static void
run_pass(Equaliser* e, const Pass* p, float* x, TonVi on, uint32_t frames)
{
  const unsigned last = p->first + p->count - 1;
  const TonVi works = on & p->works;
  TonVi other = {0};
  for (unsigned i = p->first; i <= last; ++i) {
    other |= e->move[i].lanes | e->precise[i];
  }
  if (ton_vi_any(e->encode[p->first])) {
    turn(x, on & e->encode[p->first], 0.5F, frames);
  }
  if (ton_vi_any(other)) {
    run_any(e, p, x, works, frames);
  } else {
    runs[p->count](p, &e->section[p->first], x, works, frames);
  }
  if (ton_vi_any(e->decode[last])) {
    turn(x, on & e->decode[last], 1.0F, frames);
  }
}

static void
advance(Equaliser* e, uint32_t frames)
{
  for (uint32_t lane = 0; e->ramp.moving && lane < TON_LANES; ++lane) {
    if (e->ramp.left[lane] != frames) {
      continue;
    }
    for (unsigned i = 0; i < e->n_used[lane]; ++i) {
      if (e->move[i].lanes[lane]) {
        arrive(e, i, lane);
      }
    }
  }
  ton_ramp_advance(&e->ramp, NULL, 0, frames);
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Equaliser* const e = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    if (e->stale) {
      make_plan(e);
    }
    const uint32_t span = ton_ramp_span(&e->ramp, left);
    for (unsigned i = 0; i < e->n_passes; ++i) {
      run_pass(e, &e->pass[i], x, on, span);
    }
    advance(e, span);
    x += (size_t)span * TON_LANES;
    left -= span;
  }
  for (unsigned i = 0; i < e->n_slots; ++i) {
    ton_svf_heal(&e->section[i]);
    ton_svf_half_heal(&e->half[i][0]);
    ton_svf_half_heal(&e->half[i][1]);
  }
}

/// Of all bands, whichever side they work on
static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  double db = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MAX_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], rate, h);
    for (unsigned k = 0; k < n; ++k) {
      db += ton_biquad_db(&h[k], hz, rate);
    }
  }
  return db;
}

const TonProcessor TON_LANED(ton_equaliser) = {
    .id = "equaliser",
    .name = "Equaliser",
    .category = "equaliser",
    .help =
        "Twelve bands: bells, shelves, filters of up to 48 dB/oct, notch and "
        "tilt, each on both channels, on one, on mid or on side. Curves keep "
        "their analogue shape up to the highest frequencies, and a cut exactly "
        "undoes the same boost.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
    .response = response,
};
