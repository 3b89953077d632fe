// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Transient shaper: level of the attack of hits, and of what follows it.
*/
#include "dsp/detector.h"
#include "dsp/ramp.h"
#include "dsp/sliding_max.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float attack_db;
  float sustain_db;
  float link_percent;
  float output_db;
} TransientParams;

#define AT(field) offsetof(TransientParams, field)

static const TonParam params[] = {
    ROW_DB("attack", attack_db, -15, 15, 0, TON_AUTOMATE, NONE, "Attack",
           "Level of the first 20 ms of every hit"),
    ROW_DB("sustain", sustain_db, -15, 15, 0, TON_AUTOMATE, NONE, "Sustain",
           "Level of what rings on after a hit; lower it to make a room drier"),
    ROW_PERCENT("link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK,
                "Stereo link",
                "How far both sides of a stereo pair follow the louder one"),
    ROW_DB("output", output_db, -24, 24, 0, TON_AUTOMATE, OUTPUT, "Output",
           "Gain of the whole sound"),
};

static_assert(sizeof(TransientParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Coefficients with a ramp; gains in octaves of amplitude (6.02 dB)
enum { ATTACK, SUSTAIN, LINK, OUTPUT, N_RAMPED };

static const double HOLD_S = 0.017; ///< Half a period of 30 Hz
static const double FALL_S = 0.020; ///< Of the peaks that both ways start from
static const double LONG_S = 0.300; ///< Of those that hold on
static const double FAST_S = 0.001;
static const double SLOW_S = 0.0125;
static const double SMOOTH_S = 0.0005; ///< Of the gain
static const float MAX_LAG = 3.0F;     ///< Octaves
static const float RIPPLE = 0.25F;     ///< Octaves; smaller rises are not a hit
static const float FLOOR = 1e-6F;      ///< -120 dBFS: below, all is silence

/**
   Differences of envelopes, in octaves: a sound 30 dB quieter has the same
   (SPL's Transient Designer, 1998).

       level      ___          slow follows fast by 12.5 ms, yet never by more
        fast   .-'   '--._     than 3 octaves: a hit after silence is a hit
        slow  /  .-''-----
             /_-'
       attack  ^^              fast - slow, 0 when both fall
       sustain     ^^^^^^      peaks that fall in 300 ms less those in 20 ms

     gain = attack tanh(fast - slow) + sustain tanh(long - level)

   The level is the largest of the last 17 ms: that of a steady tone from 30 Hz
   on stands still, so that the gain does too and bends no bass.
*/
typedef struct {
  double rate;
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  float fall; ///< Share of a peak kept each frame
  float fall_long;
  float fast_feed;
  float slow_feed;
  float smooth_feed;
  TonV peak; ///< Linear
  TonV peak_long;
  TonV fast; ///< Octaves
  TonV slow;
  TonV gain;
  TonSlidingMax held;
} Transient;

enum { CHUNK = 64, HELD_PARTS = 8 };

static void
reset(const TonProcessor* self, void* state)
{
  Transient* const s = state;
  s->peak = s->peak_long = ton_v(FLOOR);
  s->fast = s->slow = ton_v_log2(s->peak);
  s->gain = (TonV){0};
  ton_sliding_max_reset(&s->held);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_sliding_max_locate(&((Transient*)state)->held, song_frame);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Transient), state, error));
  Transient* const s = *state;
  s->rate = spec->rate;
  s->fall = 1.0F - ton_average_feed(FALL_S, spec->rate);
  s->fall_long = 1.0F - ton_average_feed(LONG_S, spec->rate);
  s->fast_feed = ton_average_feed(FAST_S, spec->rate);
  s->slow_feed = ton_average_feed(SLOW_S, spec->rate);
  s->smooth_feed = ton_average_feed(SMOOTH_S, spec->rate);
  reset(self, s);
  return TON_OK;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Transient* const s = state;
  const TransientParams* const p = (const TransientParams*)u->params;
  const double values[N_RAMPED] = {
      [ATTACK] = (double)p->attack_db / TON_OCTAVE_DB,
      [SUSTAIN] = (double)p->sustain_db / TON_OCTAVE_DB,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
      [OUTPUT] = (double)p->output_db / TON_OCTAVE_DB,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, u->lane, u->ramp);
  ton_sliding_max_set(&s->held, u->lane, HOLD_S * s->rate, HELD_PARTS);
}

/// tanh of what is 0 or more: (2^2cx - 1) / (2^2cx + 1), c = 1 / ln 2
static inline TonV
bounded(TonV x)
{
  const TonV e = ton_v_exp2(ton_v_min(x, ton_v(9.0F)) * 2.88539008F);
  return (e - 1.0F) / (e + 1.0F);
}

/// |x| where it is a sound, at the floor or over it, of both sides if linked;
/// the largest of the last 17 ms
static void
find_levels(Transient* s, const float* x, TonV* level, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    s->c[LINK].now += s->c[LINK].step;
    const TonV size = ton_v_abs(ton_v_load(x));
    const TonV sane = ton_v_select(size < 1e6F, size, ton_v(0.0F));
    level[i] = ton_v_max(ton_link(sane, s->c[LINK].now), ton_v(FLOOR));
  }
  ton_sliding_max(&s->held, level, n);
}

/// Gain of a frame in octaves
static inline TonV
shape(Transient* s, TonV level)
{
  s->peak = ton_v_max(level, s->peak * s->fall);
  s->peak_long = ton_v_max(level, s->peak_long * s->fall_long);
  const TonV now = ton_v_log2(s->peak);
  const TonV fast = s->fast + s->fast_feed * (now - s->fast);
  s->fast = ton_v_min(ton_v_max(fast, now - MAX_LAG), now);
  const TonV slow = s->slow + s->slow_feed * (s->fast - s->slow);
  s->slow = ton_v_min(ton_v_max(slow, s->fast - MAX_LAG), s->fast);
  const TonV more = ton_v_log2(s->peak_long) - now;
  const TonV rings = ton_v_max(more - RIPPLE, ton_v(0.0F));
  const TonV hits = ton_v_max(s->fast - s->slow - RIPPLE, ton_v(0.0F));
  const TonV goal =
      s->c[ATTACK].now * bounded(hits) + s->c[SUSTAIN].now * bounded(rings);
  s->gain += s->smooth_feed * (goal - s->gain);
  return s->gain + s->c[OUTPUT].now;
}

/// At most CHUNK frames, in which no ramp ends
static void
run(Transient* s, float* x, TonVi on, uint32_t n)
{
  TonV level[CHUNK];
  find_levels(s, x, level, n);
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    s->c[ATTACK].now += s->c[ATTACK].step;
    s->c[SUSTAIN].now += s->c[SUSTAIN].step;
    s->c[OUTPUT].now += s->c[OUTPUT].step;
    const TonV dry = ton_v_load(x);
    const TonV gain = ton_v_exp2(shape(s, level[i]));
    ton_v_store(x, ton_v_select(on, dry * gain, dry));
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Transient* const s = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t n = ton_ramp_span(&s->ramp, left < CHUNK ? left : CHUNK);
    run(s, x, on, n);
    ton_ramp_advance(&s->ramp, s->c, N_RAMPED, n);
    x += (size_t)n * TON_LANES;
    left -= n;
  }
  ton_sliding_max_count(&s->held, block->frames);
  ton_lanes_done();
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  return ton_settle_frames(HOLD_S + LONG_S, ((const Transient*)state)->rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const TransientParams* const p = (const TransientParams*)values;
  return p->attack_db == 0.0F && p->sustain_db == 0.0F && p->output_db == 0.0F;
}

const TonProcessor TON_LANED(ton_transient) = {
    .id = "transient",
    .name = "Transient shaper",
    .category = "dynamics",
    .help =
        "Makes the attack of every hit, and what rings on after it, louder or "
        "quieter. It has no threshold: soft and loud hits are changed alike.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .settle = settle,
    .neutral = neutral,
};
