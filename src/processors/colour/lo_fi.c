// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Lo-fi: fewer bits, a lower rate, less bandwidth, noise and crackle.
*/
#include "dsp/biquad_pair.h"
#include "dsp/decibel.h"
#include "dsp/lfo.h"
#include "dsp/smoothed.h"
#include "dsp/song_noise.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <string.h>

typedef struct {
  float bits;
  float rate_hz;
  float highpass_hz;
  float lowpass_hz;
  float noise_db;
  float crackle;
  float mix_percent;
} LoFiParams;

#define AT(field) offsetof(LoFiParams, field)

enum { ALL_BITS = 24 };

static const float ALL_HZ = 48000.0F;
static const float OPEN_LOW_HZ = 20.0F;
static const float OPEN_HIGH_HZ = 20000.0F;
static const float NO_NOISE_DB = -100.0F;

static const TonParam params[] = {
    ROW("bits", bits, TON_PLAIN, TON_INTEGER, 2, ALL_BITS, 12, TON_RESTART,
        NONE, "Bits",
        "Steps that the wave is rounded to, without dither: 12 are an old "
        "sampler, 8 an old computer; 24 is off"),
    ROW_HZ("rate", rate_hz, 1000, 48000, 26000, TON_RESTART, NONE, "Rate",
           "Samples a second, without a filter, so that treble folds down; "
           "48 kHz is off"),
    ROW_HZ("highpass", highpass_hz, 20, 2000, 20, TON_RESTART, HIGHPASS,
           "High-pass", "Removes the bass, at 12 dB/oct; 20 Hz is off"),
    ROW_HZ("lowpass", lowpass_hz, 500, 20000, 10000, TON_RESTART, LOWPASS,
           "Low-pass", "Removes the treble, at 12 dB/oct; 20 kHz is off"),
    ROW_DB("noise", noise_db, -100, -20, -100, TON_AUTOMATE, NONE, "Noise",
           "Level of the noise while there is sound; -100 dB is off"),
    ROW("crackle", crackle, TON_PLAIN, TON_LINEAR, 0, 50, 0, TON_RESTART, NONE,
        "Crackle", "Clicks a second, as of dust on a record"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the processed sound"),
};

static_assert(sizeof(LoFiParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const double SMOOTHING_S = 0.020;
static const double CLICK_S = 0.0004; ///< Time constant of a click
static const double CLICK = 0.15;     ///< Its largest height
static const double BUTTERWORTH_Q = 0.70710678118654752;

enum { NOISE, MIX, N_SMOOTHED };

/**
   in -+- high-pass - low-pass - hold - round - + noise, clicks - mix - out
       +-------------------------------------------------------^

   What is held, the noise and the clicks follow the song's frame.
*/
typedef struct {
  double rate;
  TonSmoothed smoothed;
  TonBiquadPair filter[2];
  TonLfo clock; ///< Turns over when the next sample is taken
  bool holds;
  TonPair held;
  double steps;  ///< From 0 to full scale; 0: no rounding
  double clicks; ///< Chance of one in a frame
  double fall;   ///< Of a click, per frame
  TonPair click;
  int64_t frame;
  uint32_t quiet;
} LoFi;

static const TonBiquad passes = {.b0 = 1.0};

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const LoFiParams* const p = (const LoFiParams*)spec->params[0];
  TON_TRY(ton_instance(sizeof(LoFi), state, error));
  LoFi* const l = *state;
  l->rate = spec->rate;
  ton_smoothed_set(&l->smoothed, SMOOTHING_S, spec->rate);
  l->filter[0].c = p->highpass_hz > OPEN_LOW_HZ
                       ? ton_filter(TON_FILTER_HIGHPASS, (double)p->highpass_hz,
                                    0.0, BUTTERWORTH_Q, spec->rate)
                       : passes;
  l->filter[1].c = p->lowpass_hz < OPEN_HIGH_HZ
                       ? ton_filter(TON_FILTER_LOWPASS, (double)p->lowpass_hz,
                                    0.0, BUTTERWORTH_Q, spec->rate)
                       : passes;
  l->holds = p->rate_hz < ALL_HZ && (double)p->rate_hz < spec->rate;
  if (l->holds) {
    ton_lfo_set(&l->clock, (double)p->rate_hz, spec->rate);
  }
  l->steps = p->bits < ALL_BITS ? ldexp(1.0, (int)p->bits - 1) : 0.0;
  l->clicks = (double)p->crackle / spec->rate;
  l->fall = exp(-1.0 / (CLICK_S * spec->rate));
  l->quiet = UINT32_MAX;
  return TON_OK;
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  LoFi* const l = state;
  ton_lfo_locate(&l->clock, song_frame);
  l->frame = song_frame;
}

static void
reset(const TonProcessor* self, void* state)
{
  LoFi* const l = state;
  ton_biquad_pair_clear(&l->filter[0]);
  ton_biquad_pair_clear(&l->filter[1]);
  l->held = l->click = (TonPair){0.0, 0.0};
  l->quiet = UINT32_MAX;
  locate(self, l, 0);
  ton_smoothed_arrive(&l->smoothed);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  LoFi* const l = state;
  const LoFiParams* const p = (const LoFiParams*)u->params;
  l->smoothed.goal[NOISE] =
      p->noise_db > NO_NOISE_DB ? ton_from_db((double)p->noise_db) : 0.0;
  l->smoothed.goal[MIX] = (double)p->mix_percent / 100.0;
  if (!u->ramp) {
    ton_smoothed_arrive(&l->smoothed);
  }
}

/// Filtered, held and rounded
static inline TonPair
reduced(LoFi* l, TonPair x)
{
  const TonPair y =
      ton_biquad_pair(&l->filter[1], ton_biquad_pair(&l->filter[0], x));
  if (!l->holds || l->clock.phase < l->clock.step) {
    l->held = y;
  }
  l->clock.phase += l->clock.step;
  if (l->steps > 0.0) {
    return (TonPair){rint(l->held[0] * l->steps) / l->steps,
                     rint(l->held[1] * l->steps) / l->steps};
  }
  return l->held;
}

/// Noise and clicks of a frame; a click is on both sides, as on a record
static inline TonPair
dirt(LoFi* l)
{
  const double gain = ton_noise_gain(l->quiet, l->rate);
  const double noise = gain * l->smoothed.now[NOISE];
  const uint64_t bits = ton_song_bits(l->frame, 0);
  const double chance = (double)(bits >> 11) * 0x1p-53;
  l->click *= l->fall;
  if (chance < l->clicks) {
    const double size = gain * CLICK * ton_song_noise(~l->frame, 1);
    l->click += (TonPair){size, size};
  }
  return (TonPair){noise * ton_song_noise(l->frame, 0),
                   noise * ton_song_noise(l->frame, 1)} +
         l->click;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  LoFi* const l = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    const TonPair dry = {(double)ton_finite(x[0]), (double)ton_finite(x[1])};
    l->quiet = ton_quiet_frames(l->quiet, x);
    ton_smoothed_step(&l->smoothed, N_SMOOTHED);
    const TonPair wet = reduced(l, dry) + dirt(l);
    const TonPair y = dry + l->smoothed.now[MIX] * (wet - dry);
    for (int c = 0; c < 2; ++c) {
      x[c] = block->on[c] ? (float)y[c] : x[c];
    }
    ++l->frame;
  }
}

/// Filters, a click, what is held, and the noise behind the sound
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const LoFiParams* const p = (const LoFiParams*)values;
  const double rate = ((const LoFi*)state)->rate;
  const bool dirty = p->noise_db > NO_NOISE_DB || p->crackle > 0.0F;
  return ton_settle_frames(
             CLICK_S + 1.0 / (sqrt(2.0) * M_PI * (double)p->highpass_hz),
             rate) +
         (uint64_t)(rate / (double)p->rate_hz) + 1 +
         (uint64_t)(dirty ? 2.0 * TON_NOISE_LASTS_S * rate : 0.0);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const LoFi*)state)->rate;
  return tail(self, state, values) + ton_settle_frames(SMOOTHING_S, rate);
}

const TonProcessor ton_lo_fi = {
    .id = "lo-fi",
    .name = "Lo-fi",
    .category = "colour",
    .help =
        "Makes a sound as poor as that of old samplers, computers, telephones "
        "and worn records.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = ton_neutral_without_mix,
};
