// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Delay: echoes with feedback, filters and ducking.
*/
#include "dsp/one_pole.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float time_ms;
  float feedback_percent;
  float cross_percent;
  float ping_pong;
  float highpass_hz;
  float lowpass_hz;
  float duck_db;
  float mix_percent;
} DelayParams;

#define AT(field) offsetof(DelayParams, field)

static const float LONGEST_MS = 4000.0F;
static const float OPEN_HZ = 20000.0F; ///< From here on there is no low-pass

static const TonParam params[] = {
    ROW_MS("time", time_ms, 1, 4000, 375, TON_AUTOMATE, TIME, "Time",
           "Time until the first echo, and from echo to echo; a change "
           "crossfades, so the pitch stays"),
    ROW_PERCENT("feedback", feedback_percent, 0, 95, 30, TON_AUTOMATE, FEEDBACK,
                "Feedback", "Level of each echo compared with the one before"),
    ROW_PERCENT("cross", cross_percent, 0, 100, 0, TON_AUTOMATE, NONE,
                "Cross-feed",
                "Share of the feedback that goes to the other side"),
    ROW_SWITCH(
        "ping-pong", ping_pong, 0, TON_AUTOMATE, NONE, "Ping-pong",
        "Plays the input as mono on the left; its echoes alternate between the "
        "sides"),
    ROW_HZ("highpass", highpass_hz, 20, 2000, 150, TON_AUTOMATE, HIGHPASS,
           "High-pass", "Removes more bass with each echo, at 6 dB/oct"),
    ROW_HZ("lowpass", lowpass_hz, 500, 20000, 6000, TON_AUTOMATE, LOWPASS,
           "Low-pass",
           "Removes more treble with each echo, at 6 dB/oct; 20 kHz is off"),
    ROW_DB("duck", duck_db, 0, 24, 0, TON_AUTOMATE, NONE, "Ducking",
           "Lowers the echoes by this much while the input is playing"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the echoes; use 100 % on a bus that is fed by sends"),
};

static_assert(sizeof(DelayParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Left and right
typedef double Two __attribute__((vector_size(16)));

/// Coefficients with a ramp
enum { STAY, CROSS, TO_LEFT, LOW, HIGH, DUCK, MIX, N_RAMPED };

/**
   Two lines of the same length that feed themselves and each other:

     in ---+--> low-pass --> high-pass --> line ---+--> duck --> mix --> out
           |                                       |
           +---- stay (own side), cross (other) <--+

   One-poles in double.  The time is a whole number of frames.  A new time is a
   second tap: both are heard for FADE_S, with equal power.  The
   loop gains never sum to more than 0.95, so that every echo dies.
*/
typedef struct {
  double rate;
  double now[N_RAMPED];
  double step[N_RAMPED];
  double goal[N_RAMPED];
  uint32_t left; ///< Frames until they arrive
  uint32_t tap;  ///< Frames of delay
  uint32_t was;  ///< The tap faded from
  uint32_t goes; ///< The tap wanted
  uint32_t fade; ///< Frames left of a fade
  uint32_t fade_frames;
  uint32_t at; ///< Where the next frame is written
  uint32_t mask;
  double rise; ///< Of the envelope that ducks
  double fall;
  double envelope;
  Two low;
  Two high;
  float memory[]; ///< Left and right in turn
} Delay;

static const double FADE_S = 0.040;
static const double DUCK_RISE_S = 0.010;
static const double DUCK_FALL_S = 0.300;
static const double DUCK_HALF = 0.0316; ///< Level ducked by half: -30 dBFS

static uint32_t
ring_frames(double rate)
{
  const double largest = (double)LONGEST_MS * rate / 1000.0 + 2.0;
  uint32_t frames = 1;
  while (frames < largest) {
    frames *= 2;
  }
  return frames;
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const size_t frames = ring_frames(spec->rate);
  TON_TRY(
      ton_instance(sizeof(Delay) + 2 * frames * sizeof(float), state, error));
  Delay* const d = *state;
  d->rate = spec->rate;
  d->mask = (uint32_t)frames - 1;
  d->fade_frames = (uint32_t)lrint(FADE_S * spec->rate);
  d->rise = 1.0 - exp(-1.0 / (DUCK_RISE_S * spec->rate));
  d->fall = 1.0 - exp(-1.0 / (DUCK_FALL_S * spec->rate));
  return TON_OK;
}

static void
arrive(Delay* d)
{
  memcpy(d->now, d->goal, sizeof(d->now));
  d->left = 0;
}

static void
reset(const TonProcessor* self, void* state)
{
  Delay* const d = state;
  memset(d->memory, 0, 2 * ((size_t)d->mask + 1) * sizeof(float));
  d->low = d->high = (Two){0.0, 0.0};
  d->envelope = 0.0;
  d->tap = d->goes;
  d->fade = 0;
  arrive(d);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Delay* const d = state;
  const DelayParams* const p = (const DelayParams*)u->params;
  const double again = (double)p->feedback_percent / 100.0;
  const double cross =
      p->ping_pong != 0.0F ? 1.0 : (double)p->cross_percent / 100.0;
  d->goes = (uint32_t)lrint((double)p->time_ms * d->rate / 1000.0);
  d->goal[STAY] = again * (1.0 - cross);
  d->goal[CROSS] = again * cross;
  d->goal[TO_LEFT] = p->ping_pong != 0.0F ? 1.0 : 0.0;
  d->goal[LOW] = p->lowpass_hz >= OPEN_HZ
                     ? 1.0
                     : ton_one_pole((double)p->lowpass_hz, d->rate);
  d->goal[HIGH] = ton_one_pole_bilinear((double)p->highpass_hz, d->rate);
  d->goal[DUCK] = 1.0 - pow(10.0, (double)p->duck_db / -20.0);
  d->goal[MIX] = (double)p->mix_percent / 100.0;
  d->left = u->ramp;
  for (int k = 0; u->ramp && k < N_RAMPED; ++k) {
    d->step[k] = (d->goal[k] - d->now[k]) / u->ramp;
  }
  if (!u->ramp) {
    arrive(d);
    d->tap = d->goes;
    d->fade = 0;
  }
}

static void
step_ramp(Delay* d)
{
  for (int k = 0; k < N_RAMPED; ++k) {
    d->now[k] += d->step[k];
  }
  if (!--d->left) {
    arrive(d);
  }
}

static inline Two
frame_of(const Delay* d, uint32_t back)
{
  const float* const x = d->memory + 2 * (size_t)((d->at - back) & d->mask);
  return (Two){(double)x[0], (double)x[1]};
}

/// Old and new tap: their gains squared add up to 1, w = t^2 (3 - 2t)
static Two
faded(Delay* d)
{
  const double t = (double)d->fade / d->fade_frames;
  const double w = t * t * (3.0 - 2.0 * t);
  --d->fade;
  return sqrt(w) * frame_of(d, d->was) + sqrt(1.0 - w) * frame_of(d, d->tap);
}

static inline Two
late(Delay* d)
{
  if (d->fade) {
    return faded(d);
  }
  if (d->tap != d->goes) {
    d->was = d->tap;
    d->tap = d->goes;
    d->fade = d->fade_frames;
    return faded(d);
  }
  return frame_of(d, d->tap);
}

/// Into the lines: what comes in, what comes again, filtered
static inline void
feed(Delay* d, Two x, Two echo)
{
  const double middle = 0.5 * (x[0] + x[1]);
  const double left = d->now[TO_LEFT];
  const Two in = {x[0] + left * (middle - x[0]), x[1] - left * x[1]};
  const Two other = {echo[1], echo[0]};
  const Two y = in + d->now[STAY] * echo + d->now[CROSS] * other;
  d->low += d->now[LOW] * (y - d->low);
  const Two v = d->now[HIGH] * (d->low - d->high);
  const Two z = d->low - (d->high + v);
  d->high += 2.0 * v;
  float* const to = d->memory + 2 * (size_t)d->at;
  to[0] = (float)z[0];
  to[1] = (float)z[1];
  d->at = (d->at + 1) & d->mask;
}

/// 1 in silence, 1 - DUCK where it is loud
static inline double
ducked(Delay* d, Two x)
{
  const double level = fmax(fabs(x[0]), fabs(x[1]));
  const double more = level - d->envelope;
  d->envelope += (more > 0.0 ? d->rise : d->fall) * more;
  const double power = d->envelope * d->envelope;
  return 1.0 - d->now[DUCK] * power / (power + DUCK_HALF * DUCK_HALF);
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Delay* const d = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    const Two dry = {(double)ton_finite(x[0]), (double)ton_finite(x[1])};
    if (d->left) {
      step_ramp(d);
    }
    const Two echo = late(d);
    const double wet = ducked(d, dry) * d->now[MIX];
    feed(d, dry, echo);
    for (int c = 0; c < 2; ++c) {
      const double y = dry[c] * (1.0 - d->now[MIX]) + echo[c] * wet;
      x[c] = block->on[c] ? (float)y : x[c];
    }
  }
}

/// Echoes until 0.95 and less, again and again, are a millionth
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const DelayParams* const p = (const DelayParams*)values;
  const double rate = ((const Delay*)state)->rate;
  const double again = (double)p->feedback_percent / 100.0;
  const double echoes = again > 1e-6 ? 1.0 + ceil(-6.0 / log10(again)) : 1.0;
  return (uint64_t)(rate * (echoes * (double)p->time_ms / 1000.0 + 0.3));
}

/// To -140 dB, and until the level that ducks is forgotten
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const DelayParams* const p = (const DelayParams*)values;
  const double rate = ((const Delay*)state)->rate;
  return tail(self, state, values) * 7 / 6 +
         (p->duck_db > 0.0F ? ton_settle_frames(DUCK_FALL_S, rate) : 0);
}

const TonProcessor ton_delay = {
    .id = "delay",
    .name = "Delay",
    .category = "space",
    .help = "Echoes that get darker and thinner with each repeat; they stay on "
            "their side, cross over, or alternate between the sides.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = ton_neutral_without_mix,
};
