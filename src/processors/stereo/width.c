// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Width: level of the side, mono bass, spread, and out-of-phase guard.
*/
#include "dsp/correlation_guard.h"
#include "dsp/svf_ramp.h"
#include "processors/param_rows.h"
#include "processors/processors.h"
#include "processors/stereo/mid_side.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float width_percent;
  float mono_below_hz;
  float spread_percent;
  float least_correlation;
} WidthParams;

#define AT(field) offsetof(WidthParams, field)

static const TonParam params[] = {
    ROW_PERCENT(
        "width", width_percent, 0, 200, 100, TON_AUTOMATE, WIDTH, "Width",
        "Level of the difference between left and right: 0 % is mono, 100 % "
        "changes nothing, 200 % doubles it"),
    ROW_HZ(
        "mono-below", mono_below_hz, 0, 500, 0, TON_AUTOMATE, NONE,
        "Mono below",
        "Everything below this frequency becomes mono, at 24 dB/oct; 0 Hz is "
        "off"),
    ROW_PERCENT(
        "spread", spread_percent, 0, 100, 0, TON_AUTOMATE, NONE, "Spread",
        "Makes a mono sound wide with a short decorrelating filter of 30 ms; "
        "the mono sum does not change"),
    ROW("least-correlation", least_correlation, TON_PLAIN, TON_LINEAR, -1, 0.9,
        -1, TON_AUTOMATE, NONE, "Least correlation",
        "Narrows sound that is out of phase, by up to 12 dB, until left and "
        "right correlate at least this much; -1 is off"),
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

   Spread adds to the side, before its high-pass, the middle through a velvet
   burst: one impulse a millisecond, at random within it and of random sign,
   decaying; its energy is 1, so that middle and side do not correlate.

       mid ---|--|-----|--|---> side
              |        |  |
*/
enum { TAPS = 30 };
enum { GAIN, SPREAD, N_RAMPED };

typedef struct {
  double rate;
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  TonVi paired; ///< Lanes that have a neighbour
  TonVi mono;   ///< Lanes that run the filters
  TonVi works;  ///< Lanes that do anything
  TonSvfLanes section[SECTIONS];
  TonSvfRamp move[SECTIONS];
  // Spread
  TonVi spreads; ///< Side lanes that are given some
  uint32_t late[TAPS];
  float tap[TAPS];
  uint32_t mask; ///< Frames of the ring - 1; a power of two
  uint32_t at;
  TonV fade; ///< Into a burst that begins, up to 1
  float fade_step;
  TonCorrelationGuard guard;
  TonV ring[];
} Width;

static const double BURST_S = 0.030;
static const double BURST_DB = -20.0; ///< Last impulse below the first
static const double FADE_S = 0.010;

static uint32_t
ring_frames(double rate)
{
  uint32_t n = 1;
  while (n <= BURST_S * rate + 1.0) {
    n *= 2;
  }
  return n;
}

/// Energy 1, and nothing at 0 Hz: impulses of either sign weigh the same
static void
prepare_burst(Width* w)
{
  uint32_t seed = 9;
  double sum[2] = {0.0, 0.0};
  double tap[TAPS];
  for (int k = 0; k < TAPS; ++k) {
    seed = seed * 1664525U + 1013904223U;
    const double at = (k + (double)seed / 4294967296.0) / TAPS;
    w->late[k] = 1 + (uint32_t)(at * BURST_S * w->rate);
    tap[k] = pow(10.0, BURST_DB / 20.0 * at);
    tap[k] *= (seed >> 13) % 2 ? 1.0 : -1.0;
    sum[tap[k] > 0.0] += fabs(tap[k]);
  }
  double energy = 0.0;
  for (int k = 0; k < TAPS; ++k) {
    tap[k] /= sum[tap[k] > 0.0];
    energy += tap[k] * tap[k];
  }
  for (int k = 0; k < TAPS; ++k) {
    w->tap[k] = (float)(tap[k] / sqrt(energy));
  }
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ring_frames(spec->rate);
  TON_TRY(ton_instance(sizeof(Width) + ring * sizeof(TonV), state, error));
  Width* const w = *state;
  w->rate = spec->rate;
  w->mask = ring - 1;
  ton_guard_prepare(&w->guard, spec->rate);
  w->fade_step = (float)(1.0 / (FADE_S * spec->rate));
  prepare_burst(w);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Width* const w = state;
  for (int i = 0; i < SECTIONS; ++i) {
    ton_svf_clear(&w->section[i]);
  }
  memset(w->ring, 0, ((size_t)w->mask + 1) * sizeof(TonV));
  ton_guard_reset(&w->guard);
  memset(&w->fade, 0, sizeof(w->fade));
  w->at = 0;
}

/// A lane at rest: whether it works, and no memory of filters that are off
static void
rest_lane(Width* w, uint32_t lane)
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
  const bool moves = w->ramp.left[lane] != 0;
  w->mono[lane] = flat ? 0 : -1;
  const TonV gain = w->c[GAIN].now;
  w->spreads[lane] = moves                            ? w->spreads[lane]
                     : w->c[SPREAD].now[lane] != 0.0F ? -1
                                                      : 0;
  const uint32_t other = lane ^ 1U;
  const bool more = w->spreads[lane] || w->spreads[other] ||
                    w->guard.on[lane] || w->guard.on[other];
  w->works[lane] =
      w->paired[lane] && (!flat || moves || more || gain[lane] != 1.0F ||
                          gain[other] != 1.0F)
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

/// Start a burst with an empty delay line
static void
start_spread(Width* w, uint32_t lane)
{
  for (uint32_t i = 0; i <= w->mask && !w->spreads[lane]; ++i) {
    w->ring[i][lane ^ 1U] = 0.0F;
  }
  w->fade[lane ^ 1U] = w->spreads[lane] ? w->fade[lane ^ 1U] : 0.0F;
  w->spreads[lane] = -1;
}

static void
send_side(Width* w, const TonUpdate* u)
{
  const WidthParams* const p = (const WidthParams*)u->params;
  const uint32_t lane = u->lane;
  ton_guard_set(&w->guard, lane, u->pair ? (double)p->least_correlation : -1.0);
  const float spread = u->pair ? p->spread_percent / 100.0F : 0.0F;
  if (spread > 0.0F) {
    start_spread(w, lane);
  }
  ton_ramp_to(&w->c[SPREAD], lane, spread, u->ramp);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
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
    ton_svf_ramp_to(&w->move[i], &w->section[i], lane, &c[i], u->ramp);
  }
  ton_ramp_to(&w->c[GAIN], lane, lane % 2 ? p->width_percent / 100.0F : 1.0F,
              u->ramp);
  if (lane % 2) {
    send_side(w, u);
  }
  ton_ramp_start(&w->ramp, lane, u->ramp);
  w->paired[lane] = u->pair ? -1 : 0;
  rest_lane(w, lane);
  rest_lane(w, lane ^ 1U);
}

/// The middle through the burst, on the side's lanes
static TonV
burst(Width* w, TonV v)
{
  w->fade = ton_v_min(w->fade + w->fade_step, ton_v(1.0F));
  w->ring[w->at] = ton_v_select(ton_v_abs(v) < 1e6F, w->fade * v, ton_v(0.0F));
  TonV sum = {0};
  for (int k = 0; k < TAPS; ++k) {
    sum += w->tap[k] * w->ring[(w->at - w->late[k]) & w->mask];
  }
  w->at = (w->at + 1) & w->mask;
  return ton_v_select(w->spreads, w->c[SPREAD].now * ton_v_swap(sum),
                      ton_v(0.0F));
}

/// `mono`, `moving` and `more` are constants of the caller's
static inline __attribute__((always_inline)) void
run(Width* w, float* x, TonVi on, const bool mono, const bool moving,
    const bool more, uint32_t frames)
{
  const TonV sign = mid_side_signs();
  TonSvfLanes s[SECTIONS] = {w->section[0], w->section[1]};
  TonV gain = w->c[GAIN].now;
  for (uint32_t i = 0; i < frames; ++i, x += TON_LANES) {
    const TonV dry = ton_v_load(x);
    TonV v = 0.5F * (ton_v_swap(dry) + sign * dry);
    if (moving) {
      ton_svf_ramp_step(&w->move[0], &s[0]);
      ton_svf_ramp_step(&w->move[1], &s[1]);
      gain += w->c[GAIN].step;
      w->c[SPREAD].now += w->c[SPREAD].step;
    }
    if (more) {
      v += burst(w, v);
    }
    if (mono) {
      v = ton_svf_step(&s[1], ton_svf_step(&s[0], v));
    }
    v = gain * v;
    if (more) {
      v *= ton_guard_step(&w->guard, v);
    }
    const TonV wet = ton_v_swap(v) + sign * v + 0.0F;
    ton_v_store(x, ton_v_select(on, wet, dry));
  }
  w->c[GAIN].now = gain;
  w->section[0] = s[0];
  w->section[1] = s[1];
}

static void
advance(Width* w, uint32_t frames)
{
  TonVi there = {0};
  for (uint32_t lane = 0; w->ramp.moving && lane < TON_LANES; ++lane) {
    there[lane] = w->ramp.left[lane] == frames ? -1 : 0;
  }
  ton_ramp_advance(&w->ramp, w->c, N_RAMPED, frames);
  for (uint32_t lane = 0; ton_vi_any(there) && lane < TON_LANES; ++lane) {
    if (there[lane]) {
      ton_svf_ramp_finish(&w->move[0], &w->section[0], lane);
      ton_svf_ramp_finish(&w->move[1], &w->section[1], lane);
      rest_lane(w, lane);
      rest_lane(w, lane ^ 1U);
    }
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Width* const w = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t span = ton_ramp_span(&w->ramp, left);
    const TonVi works = on & w->works;
    if (ton_vi_any(w->spreads | w->guard.on)) {
      run(w, x, works, true, true, true, span);
    } else if (w->ramp.moving) {
      run(w, x, works, true, true, false, span);
    } else if (ton_vi_any(w->mono)) {
      run(w, x, works, true, false, false, span);
    } else if (ton_vi_any(works)) {
      run(w, x, works, false, false, false, span);
    }
    advance(w, span);
    x += (size_t)span * TON_LANES;
    left -= span;
  }
  ton_svf_heal(&w->section[0]);
  ton_svf_heal(&w->section[1]);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const WidthParams* const p = (const WidthParams*)values;
  return p->width_percent == 100.0F && p->mono_below_hz < LOWEST_HZ &&
         p->spread_percent == 0.0F && p->least_correlation <= -1.0F;
}

/// Butterworth poles fall by sqrt(1/2) w nepers a frame; 14 are 120 dB, and
/// two equal pairs take a little longer
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const WidthParams* const p = (const WidthParams*)values;
  const double rate = ((const Width*)state)->rate;
  const double burst = p->spread_percent > 0.0F ? BURST_S * rate + 1.0 : 0.0;
  if (p->mono_below_hz < LOWEST_HZ) {
    return (uint64_t)ceil(burst);
  }
  const double w = 2.0 * M_PI * (double)p->mono_below_hz / rate;
  return (uint64_t)ceil(burst + 20.0 / (sqrt(0.5) * w));
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const WidthParams* const p = (const WidthParams*)values;
  const double rate = ((const Width*)state)->rate;
  const bool guards = p->least_correlation > -1.0F;
  return tail(self, state, values) + (uint64_t)(FADE_S * rate) +
         (guards ? ton_settle_frames(TON_GUARD_POWER_S + TON_GUARD_UP_S, rate)
                 : 0);
}

const TonProcessor TON_LANED(ton_width) = {
    .id = "width",
    .name = "Width",
    .category = "space",
    .help = "Makes a stereo image wider or narrower and the bass mono, spreads "
            "mono sound, and tames sound that is out of phase. The mono sum is "
            "never changed.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR,
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
};
