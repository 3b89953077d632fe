// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Equaliser of 24 bands.
*/
#include "dsp/detector.h"
#include "processors/equalisers/equaliser_passes.h"
#include "processors/processors.h"

/// Bands first: what works on them need not know of the rest
typedef struct {
  EqualiserParams bands;
  float oversample;
} AllParams;

static const TonParam params[] = {
    BAND_ROWS_24,
    {.symbol = "oversample",
     .offset = offsetof(AllParams, oversample),
     .name = "Oversample",
     .help =
         "Runs at four times the rate, where every curve keeps its analogue "
         "shape within 0.15 dB up to 20 kHz; adds 1 to 2 ms of latency. From "
         "88.2 kHz on it changes nothing",
     .unit = TON_PLAIN,
     .spacing = TON_SWITCH,
     .max = 1.0F,
     .flags = TON_RESTART},
};

static_assert(sizeof(AllParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

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

/// Below this rate a lane may be oversampled, Hz
static const double OVERSAMPLED_BELOW = 66150.0;

static bool
is_oversampled(const float* values, double rate)
{
  return values && ((const AllParams*)values)->oversample != 0.0F &&
         rate < OVERSAMPLED_BELOW;
}

static void
prepare(Equaliser* e, double rate)
{
  e->rate = rate;
  for (unsigned i = 0; i < SLOTS; ++i) { // nothing is here: it passes
    e->section[i].through = ton_v(1.0F);
    e->move[i].through.now = e->move[i].through.goal = ton_v(1.0F);
    e->neutral[i] = ~e->neutral[i];
  }
}

static Oversampled*
new_oversampled(TonVi lanes, double rate)
{
  const TonHalfBands bands = ton_half_bands_by_four(rate);
  Oversampled* const d =
      ton_alloc(sizeof(*d) + ton_oversample_vectors_of(&bands) * sizeof(TonV));
  if (d) {
    d->lanes = lanes;
    prepare(&d->equaliser, FACTOR * rate);
    ton_oversample_with(&d->over, &bands, d->memory);
  }
  return d;
}

static void
close(const TonProcessor* self, void* state)
{
  if (state) {
    ton_free(((EqualiserBank*)state)->oversampled);
  }
  ton_free(state);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TonVi lanes = {0};
  TON_TRY(ton_instance(sizeof(EqualiserBank), state, error));
  EqualiserBank* const bank = *state;
  prepare(&bank->plain, spec->rate);
  for (uint32_t i = 0; i < spec->lanes; ++i) {
    lanes[i] = is_oversampled(spec->params[i], spec->rate) ? -1 : 0;
  }
  if (ton_vi_any(lanes)) {
    bank->oversampled = new_oversampled(lanes, spec->rate);
    if (!bank->oversampled) {
      close(self, bank);
      *state = NULL;
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  return TON_OK;
}

static void
forget(Equaliser* e)
{
  for (unsigned i = 0; i < e->n_slots; ++i) {
    ton_svf_clear(&e->section[i]);
    for (int h = 0; h < 2; ++h) {
      memset(&e->half[i][h].band, 0, sizeof(TonVd));
      memset(&e->half[i][h].low, 0, sizeof(TonVd));
    }
  }
}

static void
reset(const TonProcessor* self, void* state)
{
  EqualiserBank* const bank = state;
  forget(&bank->plain);
  if (bank->oversampled) {
    forget(&bank->oversampled->equaliser);
    ton_oversample_reset(&bank->oversampled->over);
    bank->oversampled->last = (TonV){0};
  }
  ton_lanes_done();
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const EqualiserBank* const bank = state;
  return is_oversampled(values, bank->plain.rate)
             ? bank->oversampled->over.bands.latency
             : 0;
}

/// The slowest pole falls by 1 / (-ln radius) nepers a frame, until 120 dB are
/// gone and what all bands boost, 36 dB or more.  Each section adds a tenth, from
/// the thirteenth on more
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  const double plain = ((const EqualiserBank*)state)->plain.rate;
  const double times = is_oversampled(values, plain) ? (double)FACTOR : 1.0;
  double slowest = 0.0;
  double sections = 0.0;
  double boost_db = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MAX_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], times * plain, h);
    boost_db += n ? fmax((double)p->band[i].gain_db, 0.0) : 0.0;
    for (unsigned k = 0; k < n; ++k) {
      slowest = fmax(slowest, -1.0 / log(ton_biquad_radius(&h[k])));
      sections += 1.0;
    }
  }
  const double share = 0.1 * sections + 0.02 * fmax(sections - 12.0, 0.0);
  const double nepers = (120.0 + fmax(boost_db, 36.0)) / 8.685889638;
  return latency(self, state, values) +
         (uint64_t)ceil(nepers * slowest * (1.0 + share) / times);
}

/// To -140 dB instead of -120
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  return tail(self, state, values) * 5 / 4;
}

// Parameters -----------------------------------------------------------------

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
  for (unsigned i = 0; i < e->n_used[lane]; ++i) {
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

/// Bells, shelves and notches: what rounding in float adds to them would be
/// heard by a meter, where they are low or narrow
static bool
rings_on(const Band* band)
{
  return can_be_undone(band) || (int)band->type == NOTCH;
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
    const bool precise = rings_on(&p->band[band]) && ton_svf_needs_double(b);
    send(e, slot + k, lane, b, precise, ramp);
  }
}

static void
update_lane(Equaliser* e, const TonUpdate* u)
{
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

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  EqualiserBank* const bank = state;
  if (bank->oversampled && bank->oversampled->lanes[u->lane]) {
    TonUpdate scaled = *u;
    scaled.ramp *= FACTOR;
    update_lane(&bank->oversampled->equaliser, &scaled);
  } else {
    update_lane(&bank->plain, u);
  }
  ton_lanes_done();
}

// Audio ----------------------------------------------------------------------

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
run(Equaliser* e, float* x, TonVi on, uint32_t frames)
{
  for (uint32_t left = frames; left;) {
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

/// The oversampled lanes of n frames, at most TON_OVERSAMPLE
static void
run_oversampled(Oversampled* d, float* x, TonVi on, uint32_t n)
{
  TonV* const in = d->over.up[0];
  for (uint32_t i = 0; i < n; ++i) {
    in[i] = ton_sane(ton_v_load(x + (size_t)i * TON_LANES));
  }
  ton_oversample_up(&d->over, n);
  run(&d->equaliser, (float*)d->over.top, ~(TonVi){0}, FACTOR * n);
  TonV* const back = ton_oversample_back(&d->over);
  back[0] = d->last;
  memcpy(back + 1, d->over.top, (FACTOR * n - 1) * sizeof(TonV));
  d->last = d->over.top[FACTOR * n - 1];
  ton_oversample_down(&d->over, n);
  for (uint32_t i = 0; i < n; ++i) {
    float* const at = x + (size_t)i * TON_LANES;
    ton_v_store(at,
                ton_v_select(on & d->lanes, d->over.out[i], ton_v_load(at)));
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  EqualiserBank* const bank = state;
  const TonVi on = ton_vi_load(block->on);
  run(&bank->plain, block->x, on, block->frames);
  for (uint32_t at = 0; bank->oversampled && at < block->frames;
       at += TON_OVERSAMPLE) {
    const uint32_t left = block->frames - at;
    run_oversampled(bank->oversampled, block->x + (size_t)at * TON_LANES, on,
                    left < TON_OVERSAMPLE ? left : TON_OVERSAMPLE);
  }
  ton_lanes_done();
}

/// Of all bands, whichever side they work on
static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  const EqualiserParams* const p = (const EqualiserParams*)values;
  const double at_rate = is_oversampled(values, rate) ? FACTOR * rate : rate;
  double db = 0.0;
  for (int i = 0; i < BANDS; ++i) {
    TonBiquad h[TON_MAX_SECTIONS];
    const unsigned n =
        does_nothing(&p->band[i]) ? 0 : design(&p->band[i], at_rate, h);
    for (unsigned k = 0; k < n; ++k) {
      db += ton_biquad_db(&h[k], hz, at_rate);
    }
  }
  return db;
}

const TonProcessor TON_LANED(ton_equaliser) = {
    .id = "equaliser",
    .name = "Equaliser",
    .category = "equaliser",
    .help =
        "24 bands: bells, shelves, filters of up to 96 dB/oct, notch and "
        "tilt, each on both channels, on one, on mid or on side. Curves keep "
        "their analogue shape up to the highest frequencies, and a cut exactly "
        "undoes the same boost.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = close,
    .reset = reset,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
    .response = response,
};
