// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/count.h"
#include "dsp/svf_cascade.h"
#include "dsp/svf_move.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

enum { BANDS = 12, SLOTS = BANDS * TON_MOST_SECTIONS };

typedef struct {
  float type;
  float at_hz;
  float gain_db;
  float q;
  float slope_db_per_oct;
  float on;
  float side;
} Band;

typedef struct {
  Band band[BANDS];
} EqualiserParams;

enum {
  OFF,
  BELL,
  LOW_SHELF,
  HIGH_SHELF,
  HIGHPASS,
  LOWPASS,
  BANDPASS,
  NOTCH,
  TILT,
  ALLPASS,
};

static const char* const types[] = {
    "off",      "bell",  "low-shelf", "high-shelf", "highpass", "lowpass",
    "bandpass", "notch", "tilt",      "allpass",    NULL};

static const TonFilterShape shapes[] = {
    [OFF] = TON_FILTER_BELL,
    [BELL] = TON_FILTER_BELL,
    [LOW_SHELF] = TON_FILTER_LOW_SHELF,
    [HIGH_SHELF] = TON_FILTER_HIGH_SHELF,
    [HIGHPASS] = TON_FILTER_HIGHPASS,
    [LOWPASS] = TON_FILTER_LOWPASS,
    [BANDPASS] = TON_FILTER_BANDPASS,
    [NOTCH] = TON_FILTER_NOTCH,
    [TILT] = TON_FILTER_TILT,
    [ALLPASS] = TON_FILTER_ALLPASS,
};

enum { STEREO, LEFT, RIGHT, MID, SIDE };

static const char* const sides[] = {"stereo", "left", "right",
                                    "mid",    "side", NULL};

#define AT(n, field) offsetof(EqualiserParams, band[(n)-1].field)

#define BAND(n)                                                                \
  {.symbol = #n "-type",                                                       \
   .offset = AT(n, type),                                                      \
   .name = "Band " #n,                                                         \
   .help = "Shape of the curve; off takes the band out",                       \
   .spacing = TON_CHOICE,                                                      \
   .max = ALLPASS,                                                             \
   .choices = types},                                                          \
      {.symbol = #n "-at",                                                     \
       .offset = AT(n, at_hz),                                                 \
       .name = "Band " #n " frequency",                                        \
       .help = "Moves the centre of a bell or the corner of a filter up; the " \
               "curve keeps its shape even beyond the highest frequency that " \
               "the sample rate can carry",                                    \
       .unit = TON_HZ,                                                         \
       .spacing = TON_LOG,                                                     \
       .min = 10.0F,                                                           \
       .max = 30000.0F,                                                        \
       .def = 1000.0F,                                                         \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-gain",                                                   \
       .offset = AT(n, gain_db),                                               \
       .name = "Band " #n " gain",                                             \
       .help = "Boosts at the centre of a bell or on the flat side of a "      \
               "shelf; a tilt turns by this much from the lows to the highs, " \
               "and filters have no gain",                                     \
       .unit = TON_DB,                                                         \
       .min = -30.0F,                                                          \
       .max = 30.0F,                                                           \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-q",                                                      \
       .offset = AT(n, q),                                                     \
       .name = "Band " #n " Q",                                                \
       .help = "Makes the band narrower; shelves and filters above 0.7071 "    \
               "get a hump at the corner",                                     \
       .spacing = TON_LOG,                                                     \
       .min = 0.025F,                                                          \
       .max = 40.0F,                                                           \
       .def = 0.70710678F,                                                     \
       .flags = TON_AUTOMATE},                                                 \
      {.symbol = #n "-slope",                                                  \
       .offset = AT(n, slope_db_per_oct),                                      \
       .name = "Band " #n " slope",                                            \
       .help = "Makes a high-pass or low-pass steeper: 6, 12, 18, 24, 36 or "  \
               "48 dB/oct, the nearest is taken; steep ones smear kicks",      \
       .unit = TON_DB_PER_OCT,                                                 \
       .min = 6.0F,                                                            \
       .max = 48.0F,                                                           \
       .def = 12.0F},                                                          \
      {.symbol = #n "-on",                                                     \
       .offset = AT(n, on),                                                    \
       .name = "Band " #n " on",                                               \
       .help = "Lets the band work; off keeps its settings for later",         \
       .spacing = TON_SWITCH,                                                  \
       .max = 1.0F,                                                            \
       .def = 1.0F,                                                            \
       .flags = TON_AUTOMATE},                                                 \
  {                                                                            \
    .symbol = #n "-side", .offset = AT(n, side), .name = "Band " #n " side",   \
    .help = "Which part of a stereo signal the band works on; a mono signal "  \
            "is always worked on whole",                                       \
    .spacing = TON_CHOICE, .max = SIDE, .choices = sides                       \
  }

static const TonParam params[] = {
    BAND(1), BAND(2), BAND(3), BAND(4),  BAND(5),  BAND(6),
    BAND(7), BAND(8), BAND(9), BAND(10), BAND(11), BAND(12),
};

static_assert(sizeof(EqualiserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

// Bands as sections ----------------------------------------------------------

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

static bool
does_nothing(const Band* band)
{
  const int type = (int)band->type;
  return type == OFF || band->on == 0.0F ||
         (band->gain_db == 0.0F && (type == BELL || type == LOW_SHELF ||
                                    type == HIGH_SHELF || type == TILT));
}

/// Returns how many sections, as sections_of()
static unsigned
design(const Band* band, double rate, TonBiquad h[TON_MOST_SECTIONS])
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
*/
typedef struct {
  double rate;
  TonGlide glide;
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
  TonSvfMove move[SLOTS];
} Equaliser;

static size_t
state_size(const TonSpec* spec)
{
  (void)spec;
  return sizeof(Equaliser);
}

static void
prepare(void* state, const TonSpec* spec)
{
  Equaliser* const e = state;
  e->rate = spec->rate;
}

static void
reset(void* state)
{
  Equaliser* const e = state;
  for (unsigned i = 0; i < SLOTS; ++i) {
    ton_svf_clear(&e->section[i]);
  }
}

// Parameters -----------------------------------------------------------------

static void
arrive(Equaliser* e, unsigned slot, uint32_t lane)
{
  TonSvfMove* const m = &e->move[slot];
  TonSvfLanes* const s = &e->section[slot];
  ton_svf_arrive(m, s, lane);
  e->neutral[slot][lane] = ton_svf_is_flat(m, s, lane) ? -1 : 0;
  e->stale = true;
}

static void
send(Equaliser* e, unsigned slot, uint32_t lane, const TonSvf* c, uint32_t ramp)
{
  TonSvfMove* const m = &e->move[slot];
  TonSvfLanes* const s = &e->section[slot];
  ton_svf_send(m, s, lane, c, ramp);
  e->neutral[slot][lane] = ton_svf_is_flat(m, s, lane) ? -1 : 0;
  e->stale = true;
}

/// Whether a band of these two goes through other slots
static bool
moved_house(const EqualiserParams* a, const EqualiserParams* b)
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

/// Empty a lane and lay its bands out anew
static void
lay_out(Equaliser* e, const TonUpdate* u)
{
  const uint32_t lane = u->lane;
  for (unsigned i = 0; i < SLOTS; ++i) {
    TonSvf nothing = {.through = 1.0F};
    send(e, i, lane, &nothing, 0);
    e->section[i].band[lane] = 0.0F;
    e->section[i].low[lane] = 0.0F;
    e->present[i][lane] = 0;
    e->encode[i][lane] = 0;
    e->decode[i][lane] = 0;
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

/// What the neighbour of a pair was sent: most often the same
static TonSvf
goals(const TonSvfMove* m, uint32_t lane)
{
  return (TonSvf){
      .keep = m->keep[lane],
      .feed = m->feed[lane],
      .up = m->up[lane],
      .through = m->through.goal[lane],
      .direct = m->direct.goal[lane],
      .tap = m->tap.goal[lane],
      .g = m->g.goal[lane],
      .k = m->k.goal[lane],
  };
}

static bool
neighbour_has(const Equaliser* e, uint32_t lane, const EqualiserParams* p,
              int band, unsigned slot)
{
  const uint32_t other = lane ^ 1U;
  const EqualiserParams* const q = &e->values[other];
  return e->known[other] && e->present[slot][other] && !moved_house(q, p) &&
         memcmp(&q->band[band], &p->band[band], sizeof(Band)) == 0;
}

static void
send_band(Equaliser* e, uint32_t lane, const EqualiserParams* p, int band,
          unsigned slot, uint32_t ramp)
{
  TonBiquad h[TON_MOST_SECTIONS];
  const bool borrow = neighbour_has(e, lane, p, band, slot);
  const unsigned n =
      borrow ? sections_of(&p->band[band]) : design(&p->band[band], e->rate, h);
  for (unsigned k = 0; k < n; ++k) {
    const TonSvf c =
        borrow ? goals(&e->move[slot + k], lane ^ 1U) : ton_svf(&h[k]);
    send(e, slot + k, lane, &c, ramp);
  }
}

static void
update(void* state, const TonUpdate* u)
{
  Equaliser* const e = state;
  const uint32_t lane = u->lane;
  const EqualiserParams* const p = (const EqualiserParams*)u->params;
  EqualiserParams* const known = &e->values[lane];
  const bool fresh = !e->known[lane] || e->paired[lane] != (uint32_t)u->pair ||
                     moved_house(known, p);
  const bool moving = e->glide.left[lane] != 0;
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
  ton_glide_start(&e->glide, lane, ramp);
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
settle(Equaliser* e, unsigned slot)
{
  const bool none = all_through(e, slot, 0.0F);
  const TonV through = ton_v(none ? 0.0F : 1.0F);
  TonSvfLanes* const s = &e->section[slot];
  TonSvfMove* const m = &e->move[slot];
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
    through[i] = settle(e, i);
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

typedef void (*Run)(const Pass*, TonSvfLanes*, float*, TonVi, uint32_t);

static const Run runs[] = {NULL,  run_1, run_2, run_3, run_4,
                           run_5, run_6, run_7, run_8};

static_assert(TON_COUNT(runs) == TON_CASCADE + 1, "one for every length");

static void
run_moving(TonSvfMove* m, TonSvfLanes* s, float* x, TonVi on, uint32_t frames)
{
  TonSvfLanes local = *s;
  for (uint32_t i = 0; i < frames; ++i, x += TON_LANES) {
    ton_svf_go_on(m, &local);
    const TonV y = ton_cascade_step(&local, ton_v_load(x), TON_THROUGH_ANY);
    ton_cascade_store(x, y, on);
  }
  *s = local;
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
  TonVi moving = {0};
  for (unsigned i = p->first; i <= last; ++i) {
    moving |= e->move[i].lanes;
  }
  if (ton_vi_any(e->encode[p->first])) {
    turn(x, on & e->encode[p->first], 0.5F, frames);
  }
  if (!ton_vi_any(moving)) {
    runs[p->count](p, &e->section[p->first], x, works, frames);
  } else {
    for (unsigned i = p->first; i <= last; ++i) {
      if (ton_vi_any(e->move[i].lanes)) {
        run_moving(&e->move[i], &e->section[i], x, works, frames);
      } else {
        ton_cascade(&e->section[i], 1, 0, TON_THROUGH_ANY, x, works, frames);
      }
    }
  }
  if (ton_vi_any(e->decode[last])) {
    turn(x, on & e->decode[last], 1.0F, frames);
  }
}

static void
advance(Equaliser* e, uint32_t frames)
{
  for (uint32_t lane = 0; e->glide.moving && lane < TON_LANES; ++lane) {
    if (e->glide.left[lane] != frames) {
      continue;
    }
    for (unsigned i = 0; i < e->n_used[lane]; ++i) {
      if (e->move[i].lanes[lane]) {
        arrive(e, i, lane);
      }
    }
  }
  ton_glide_advance(&e->glide, NULL, 0, frames);
}

static void
process(void* state, const TonBlock* block)
{
  Equaliser* const e = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    if (e->stale) {
      make_plan(e);
    }
    const uint32_t span = ton_glide_span(&e->glide, left);
    for (unsigned i = 0; i < e->n_passes; ++i) {
      run_pass(e, &e->pass[i], x, on, span);
    }
    advance(e, span);
    x += (size_t)span * TON_LANES;
    left -= span;
  }
  for (unsigned i = 0; i < e->n_slots; ++i) {
    ton_svf_heal(&e->section[i]);
  }
}

// What it does, for those who ask --------------------------------------------

static bool
neutral(const float* values)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  for (int i = 0; i < BANDS; ++i) {
    if (!does_nothing(&p->band[i])) {
      return false;
    }
  }
  return true;
}

/// Of all bands, whichever side they work on
static double
response(const float* values, double hz, double rate)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  double db = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MOST_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], rate, h);
    for (unsigned k = 0; k < n; ++k) {
      db += ton_biquad_db(&h[k], hz, rate);
    }
  }
  return db;
}

/// The slowest pole falls by 1 / (-ln radius) nepers a frame; 18 nepers are
/// 156 dB: 120 and the most a band boosts.  Each further section adds a tenth
static uint64_t
tail(const float* values, double rate)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  double slowest = 0.0;
  double sections = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MOST_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], rate, h);
    for (unsigned k = 0; k < n; ++k) {
      slowest = fmax(slowest, -1.0 / log(ton_biquad_radius(&h[k])));
      sections += 1.0;
    }
  }
  return (uint64_t)ceil(18.0 * slowest * (1.0 + 0.1 * sections));
}

const TonProcessor TON_LANED(ton_equaliser) = {
    .id = "equaliser",
    .name = "Equaliser",
    .category = "equaliser",
    .help = "Twelve bands that keep the shape of an analogue curve up to the "
            "highest frequencies: bells, shelves, filters of up to 48 dB/oct, "
            "notch and tilt, each on both channels, on one, on the mid or on "
            "the side.  A cut undoes the same boost exactly.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .state_size = state_size,
    .prepare = prepare,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .neutral = neutral,
    .response = response,
};
