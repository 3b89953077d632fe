// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/count.h"
#include "dsp/svf_move.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float width_percent;
  float mono_below_hz;
} WidthParams;

#define AT(field) offsetof(WidthParams, field)

static const TonParam params[] = {
    {.symbol = "width",
     .offset = AT(width_percent),
     .name = "Width",
     .help = "Raises what differs between left and right: 0 % is mono, 100 % "
             "leaves the image as it is, 200 % doubles the differences",
     .unit = TON_PERCENT,
     .max = 200.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "mono-below",
     .offset = AT(mono_below_hz),
     .name = "Mono below",
     .help = "Makes everything below this frequency mono, at 24 dB/oct; 0 Hz "
             "leaves the bass alone",
     .unit = TON_HZ,
     .max = 500.0F,
     .flags = TON_AUTOMATE},
};

static_assert(sizeof(WidthParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { SECTIONS = 2 };

static const float LOWEST_HZ = 5.0F; ///< Below this, off

/**
   Even lanes carry the middle, odd lanes the side.

       left  --+-- mid = (l + r) / 2 -- all-pass ------------+-- l = mid + side
               |                                             |
       right --+-- side = (l - r) / 2 -- high-pass -- width -+-- r = mid - side

   The side's high-pass is a Linkwitz-Riley branch of 24 dB/oct; the all-pass
   is the phase of its crossover, without which the image would shift and the
   level sag around the corner.
*/
typedef struct {
  double rate;
  TonGlide glide;
  TonGlided gain;
  TonVi paired; ///< Lanes that have a neighbour
  TonVi mono;   ///< Lanes that run the filters
  TonVi works;  ///< Lanes that do anything
  TonSvfLanes section[SECTIONS];
  TonSvfMove move[SECTIONS];
} Width;

static size_t
state_size(const TonSpec* spec)
{
  (void)spec;
  return sizeof(Width);
}

static void
prepare(void* state, const TonSpec* spec)
{
  ((Width*)state)->rate = spec->rate;
}

static void
reset(void* state)
{
  Width* const w = state;
  for (int i = 0; i < SECTIONS; ++i) {
    ton_svf_clear(&w->section[i]);
  }
}

/// A lane at rest: whether it works, and no memory of filters that are off
static void
settle(Width* w, uint32_t lane)
{
  bool flat = true;
  for (int i = 0; i < SECTIONS; ++i) {
    flat = flat && ton_svf_is_flat(&w->move[i], &w->section[i], lane);
  }
  for (int i = 0; flat && i < SECTIONS; ++i) {
    TonSvfLanes* const s = &w->section[i];
    s->keep[lane] = s->feed[lane] = s->up[lane] = 0.0F;
    s->band[lane] = s->low[lane] = 0.0F;
  }
  const bool moves = w->glide.left[lane] != 0;
  w->mono[lane] = flat ? 0 : -1;
  w->works[lane] =
      w->paired[lane] && (!flat || moves || w->gain.now[lane] != 1.0F ||
                          w->gain.now[lane ^ 1U] != 1.0F)
          ? -1
          : 0;
}

/// Sections of the middle (even) or the side (odd lanes)
static void
design(const Width* w, uint32_t lane, float hz, TonSvf c[SECTIONS])
{
  const bool off = hz < LOWEST_HZ;
  const double at = (double)(off ? LOWEST_HZ : hz);
  TonBiquad high;
  TonBiquad around;
  ton_linkwitz_riley(at, w->rate, NULL, &high, &around);
  const TonBiquad flat = ton_filter_flat(&high);
  const bool side = lane % 2;
  c[0] = ton_svf(off ? &flat : side ? &high : &around);
  c[1] = ton_svf(off || !side ? &flat : &high);
}

static void
update(void* state, const TonUpdate* u)
{
  Width* const w = state;
  const WidthParams* const p = (const WidthParams*)u->params;
  const uint32_t lane = u->lane;
  TonSvf c[SECTIONS];
  design(w, lane, p->mono_below_hz, c);
  for (int i = 0; i < SECTIONS; ++i) {
    if (!w->mono[lane]) { // from where it was left: straight to the new place
      w->move[i].g.now[lane] = c[i].g;
      w->move[i].k.now[lane] = c[i].k;
      w->move[i].through.now[lane] = 1.0F;
    }
    ton_svf_send(&w->move[i], &w->section[i], lane, &c[i], u->ramp);
  }
  ton_glide_to(&w->gain, lane, lane % 2 ? p->width_percent / 100.0F : 1.0F,
               u->ramp);
  ton_glide_start(&w->glide, lane, u->ramp);
  w->paired[lane] = u->pair ? -1 : 0;
  settle(w, lane);
  settle(w, lane ^ 1U);
}

static TonV
signs(void)
{
  TonV sign;
  for (int i = 0; i < TON_LANES; ++i) {
    sign[i] = i % 2 ? -1.0F : 1.0F;
  }
  return sign;
}

/// `mono` and `moving` are constants of the caller's
static inline __attribute__((always_inline)) void
run(Width* w, float* x, TonVi on, const bool mono, const bool moving,
    uint32_t frames)
{
  const TonV sign = signs();
  TonSvfLanes s[SECTIONS] = {w->section[0], w->section[1]};
  TonV gain = w->gain.now;
  for (uint32_t i = 0; i < frames; ++i, x += TON_LANES) {
    const TonV dry = ton_v_load(x);
    TonV v = 0.5F * (ton_v_swap(dry) + sign * dry);
    if (moving) {
      ton_svf_go_on(&w->move[0], &s[0]);
      ton_svf_go_on(&w->move[1], &s[1]);
      gain += w->gain.step;
    }
    if (mono) {
      v = ton_svf_step(&s[1], ton_svf_step(&s[0], v));
    }
    v = gain * v;
    const TonV wet = ton_v_swap(v) + sign * v + 0.0F;
    ton_v_store(x, ton_v_select(on, wet, dry));
  }
  w->gain.now = gain;
  w->section[0] = s[0];
  w->section[1] = s[1];
}

static void
advance(Width* w, uint32_t frames)
{
  TonVi there = {0};
  for (uint32_t lane = 0; w->glide.moving && lane < TON_LANES; ++lane) {
    there[lane] = w->glide.left[lane] == frames ? -1 : 0;
  }
  ton_glide_advance(&w->glide, &w->gain, 1, frames);
  for (uint32_t lane = 0; ton_vi_any(there) && lane < TON_LANES; ++lane) {
    if (there[lane]) {
      ton_svf_arrive(&w->move[0], &w->section[0], lane);
      ton_svf_arrive(&w->move[1], &w->section[1], lane);
      settle(w, lane);
      settle(w, lane ^ 1U);
    }
  }
}

static void
process(void* state, const TonBlock* block)
{
  Width* const w = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t span = ton_glide_span(&w->glide, left);
    const TonVi works = on & w->works;
    if (w->glide.moving) {
      run(w, x, works, true, true, span);
    } else if (ton_vi_any(w->mono)) {
      run(w, x, works, true, false, span);
    } else if (ton_vi_any(works)) {
      run(w, x, works, false, false, span);
    }
    advance(w, span);
    x += (size_t)span * TON_LANES;
    left -= span;
  }
  ton_svf_heal(&w->section[0]);
  ton_svf_heal(&w->section[1]);
}

static bool
neutral(const float* values)
{
  const WidthParams* const p = (const WidthParams*)values;
  return p->width_percent == 100.0F && p->mono_below_hz < LOWEST_HZ;
}

/// Butterworth poles fall by sqrt(1/2) w nepers a frame; 14 are 120 dB, and
/// two equal pairs take a little longer
static uint64_t
tail(const float* values, double rate)
{
  const WidthParams* const p = (const WidthParams*)values;
  if (p->mono_below_hz < LOWEST_HZ) {
    return 0;
  }
  const double w = 2.0 * M_PI * (double)p->mono_below_hz / rate;
  return (uint64_t)ceil(20.0 / (sqrt(0.5) * w));
}

const TonProcessor TON_LANED(ton_width) = {
    .id = "width",
    .name = "Width",
    .category = "space",
    .help = "Makes a stereo image wider or narrower, and the bass mono.  The "
            "mono sum keeps its level; only the side changes.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR,
    .lanes = TON_LANES,
    .state_size = state_size,
    .prepare = prepare,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .neutral = neutral,
};
