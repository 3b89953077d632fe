// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Delay: echoes with feedback, filters, ducking and a tape in the loop.
*/
#define TON_LANES 4
#include "dsp/decibel.h"
#include "dsp/duck.h"
#include "dsp/fractional_delay.h"
#include "dsp/lfo.h"
#include "dsp/one_pole.h"
#include "dsp/oversample.h"
#include "dsp/waveshaper.h"
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
  float tape;
  float drive_db;
  float wow_percent;
  float wow_hz;
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
    ROW_SWITCH("tape", tape, 0, TON_RESTART, NONE, "Tape",
               "Records every echo on tape again: loud echoes are rounded off "
               "and sway in pitch. The shortest time is 3 ms then, and longer "
               "with wow"),
    ROW_DB("drive", drive_db, -24, 12, 0, TON_AUTOMATE, DRIVE, "Drive",
           "Level onto the tape: more of it rounds more off; quiet echoes keep "
           "their level. Needs tape"),
    ROW_PERCENT("wow", wow_percent, 0, 1, 0, TON_RESTART, NONE, "Wow",
                "How far the pitch of each echo sways, at its peak. Needs "
                "tape"),
    ROW_HZ("wow-speed", wow_hz, 0.3, 4, 0.6, TON_RESTART, NONE, "Wow speed",
           "How often in a second the pitch sways"),
};

static_assert(sizeof(DelayParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Left and right
typedef double Two __attribute__((vector_size(16)));

/// Coefficients with a ramp
enum { STAY, CROSS, TO_LEFT, LOW, HIGH, DUCK, MIX, DRIVE, N_RAMPED };

/**
   Two lines of the same length that feed themselves and each other:

     in ---+--> low-pass --> high-pass --> (tape) --> line --+--> duck --> mix
           |                                                 |
           +---- stay (own side), cross (other) <------------+

   One-poles in double.  The time is a whole number of frames.  A new time is a
   second tap: both are heard for FADE_S, with equal power.  The
   loop gains never sum to more than 0.95, so that every echo dies.

   The tape is a tanh between two oversampling filters.  They are `early` frames
   late, and the line is read as much earlier; so the next TON_OVERSAMPLE frames
   of echo lie in the line before they are needed.
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
  TonDuck duck;
  Two low;
  Two high;
  bool tape;
  uint32_t early;    ///< Frames
  uint32_t shortest; ///< Frames of delay
  TonOversample over;
  TonV last; ///< Off the tape, one frame late
  TonLfo wow;
  double sway; ///< Frames of delay to either side
  TonFractions fractions;
  float* lines; ///< Left and right in turn
  TonV memory[];
} Delay;

static const double FADE_S = 0.040;

static double
sway_frames(const DelayParams* p, double rate)
{
  const double percent = p->tape != 0.0F ? (double)p->wow_percent : 0.0;
  return percent / 100.0 / (2.0 * M_PI * (double)p->wow_hz) * rate;
}

static uint32_t
ring_frames(const DelayParams* p, double rate)
{
  const double largest = (double)LONGEST_MS * rate / 1000.0 +
                         sway_frames(p, rate) + TON_FRACTION_TAPS;
  uint32_t frames = 1;
  while (frames < largest) {
    frames *= 2;
  }
  return frames;
}

static void
open_tape(Delay* d, const DelayParams* p)
{
  ton_oversample_prepare(&d->over, d->rate, d->memory);
  ton_fractions_fill(&d->fractions);
  ton_lfo_set(&d->wow, (double)p->wow_hz, d->rate);
  d->sway = sway_frames(p, d->rate);
  d->early = d->over.bands.latency;
  d->shortest =
      d->early + TON_OVERSAMPLE + TON_FRACTION_TAPS + (uint32_t)ceil(d->sway);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const DelayParams* const p = (const DelayParams*)spec->params[0];
  const size_t frames = ring_frames(p, spec->rate);
  const bool tape = p->tape != 0.0F;
  const size_t vectors = tape ? ton_oversample_vectors(spec->rate) : 0;
  TON_TRY(ton_instance(sizeof(Delay) + vectors * sizeof(TonV) +
                           2 * frames * sizeof(float),
                       state, error));
  Delay* const d = *state;
  d->rate = spec->rate;
  d->mask = (uint32_t)frames - 1;
  d->fade_frames = (uint32_t)lrint(FADE_S * spec->rate);
  d->lines = (float*)(d->memory + vectors);
  d->tape = tape;
  ton_duck_prepare(&d->duck, spec->rate);
  if (tape) {
    open_tape(d, p);
  }
  return TON_OK;
}

static void
arrive(Delay* d)
{
  memcpy(d->now, d->goal, sizeof(d->now));
  d->left = 0;
}

/// The sway follows the song
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_lfo_locate(&((Delay*)state)->wow, song_frame);
}

static void
reset(const TonProcessor* self, void* state)
{
  Delay* const d = state;
  memset(d->lines, 0, 2 * ((size_t)d->mask + 1) * sizeof(float));
  d->low = d->high = (Two){0.0, 0.0};
  d->duck.envelope = 0.0;
  d->tap = d->goes;
  d->fade = 0;
  if (d->tape) {
    ton_oversample_reset(&d->over);
    d->last = ton_v(0.0F);
  }
  locate(self, d, 0);
  arrive(d);
}

/// Where the lines are read: frames back, without the sway
static uint32_t
tap_of(const Delay* d, const DelayParams* p)
{
  const uint32_t delay = (uint32_t)lrint((double)p->time_ms * d->rate / 1000.0);
  return (delay > d->shortest ? delay : d->shortest) - d->early;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Delay* const d = state;
  const DelayParams* const p = (const DelayParams*)u->params;
  const double again = (double)p->feedback_percent / 100.0;
  const double cross =
      p->ping_pong != 0.0F ? 1.0 : (double)p->cross_percent / 100.0;
  d->goes = tap_of(d, p);
  d->goal[STAY] = again * (1.0 - cross);
  d->goal[CROSS] = again * cross;
  d->goal[TO_LEFT] = p->ping_pong != 0.0F ? 1.0 : 0.0;
  d->goal[LOW] = p->lowpass_hz >= OPEN_HZ
                     ? 1.0
                     : ton_one_pole((double)p->lowpass_hz, d->rate);
  d->goal[HIGH] = ton_one_pole_bilinear((double)p->highpass_hz, d->rate);
  d->goal[DUCK] = ton_duck_depth((double)p->duck_db);
  d->goal[MIX] = (double)p->mix_percent / 100.0;
  d->goal[DRIVE] = ton_from_db((double)p->drive_db);
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
  const float* const x = d->lines + 2 * (size_t)((d->at - back) & d->mask);
  return (Two){(double)x[0], (double)x[1]};
}

/// The lines between two frames, `back` of them ago
static Two
between(const Delay* d, double back)
{
  const uint32_t whole = (uint32_t)back + 1;
  const double place = (whole - back) * TON_FRACTION_PLACES;
  const uint32_t k = (uint32_t)place;
  const uint32_t next = k < TON_FRACTION_PLACES ? k + 1 : k;
  const double share = place - k;
  Two sum = {0.0, 0.0};
  for (uint32_t i = 0; i < TON_FRACTION_TAPS; ++i) {
    const double tap = (double)d->fractions.tap[k][i];
    const double h = tap + share * ((double)d->fractions.tap[next][i] - tap);
    sum += h * frame_of(d, whole + TON_FRACTION_TAPS / 2 - 1 - i);
  }
  return sum;
}

/// The lines at a tap
static inline Two
heard(const Delay* d, uint32_t tap)
{
  return d->sway > 0.0 ? between(d, tap + d->sway * ton_lfo_sine(d->wow.phase))
                       : frame_of(d, tap);
}

/// Old and new tap: their gains squared add up to 1, w = t^2 (3 - 2t)
static Two
faded(Delay* d)
{
  const double t = (double)d->fade / d->fade_frames;
  const double w = t * t * (3.0 - 2.0 * t);
  --d->fade;
  return sqrt(w) * heard(d, d->was) + sqrt(1.0 - w) * heard(d, d->tap);
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
  return heard(d, d->tap);
}

/// What comes in and what comes again, filtered
static inline Two
filtered(Delay* d, Two x, Two echo)
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
  return z;
}

/// One frame in place, and what goes into the lines for it
static inline Two
play(Delay* d, float* x, const int32_t* on)
{
  const Two dry = {(double)ton_finite(x[0]), (double)ton_finite(x[1])};
  if (d->left) {
    step_ramp(d);
  }
  const Two echo = late(d);
  const double wet =
      ton_duck_step(&d->duck, d->now[DUCK], dry[0], dry[1]) * d->now[MIX];
  for (int c = 0; c < 2; ++c) {
    const double y = dry[c] * (1.0 - d->now[MIX]) + echo[c] * wet;
    x[c] = on[c] ? (float)y : x[c];
  }
  return filtered(d, dry, echo);
}

static inline void
keep(Delay* d, uint32_t at, double left, double right)
{
  float* const to = d->lines + 2 * (size_t)(at & d->mask);
  to[0] = (float)left;
  to[1] = (float)right;
}

static void
play_plain(Delay* d, float* x, const int32_t* on, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const Two z = play(d, x + 2 * (size_t)i, on);
    keep(d, d->at++, z[0], z[1]);
  }
}

/// n frames at the top rate onto the tape and off it
static void
saturate(Delay* d, const float* drive, uint32_t n)
{
  const uint32_t factor = d->over.bands.factor;
  TonV* const y = ton_oversample_back(&d->over);
  for (uint32_t i = 0; i < n * factor; ++i) {
    const float gain = drive[i / factor];
    y[i] = d->last;
    d->last = ton_v_tanh(gain * d->over.top[i]) / gain;
  }
}

/// At most TON_OVERSAMPLE frames
static void
play_with_tape(Delay* d, float* x, const int32_t* on, uint32_t n)
{
  float drive[TON_OVERSAMPLE];
  for (uint32_t i = 0; i < n; ++i) {
    const Two z = play(d, x + 2 * (size_t)i, on);
    d->over.up[0][i] = (TonV){(float)z[0], (float)z[1]};
    drive[i] = (float)d->now[DRIVE];
    d->wow.phase += d->wow.step;
    ++d->at;
  }
  ton_oversample_up(&d->over, n);
  saturate(d, drive, n);
  ton_oversample_down(&d->over, n);
  for (uint32_t i = 0; i < n; ++i) {
    const TonV z = d->over.out[i];
    keep(d, d->at - n + i, (double)z[0], (double)z[1]);
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Delay* const d = state;
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t n = left < TON_OVERSAMPLE ? left : TON_OVERSAMPLE;
    if (d->tape) {
      play_with_tape(d, x, block->on, n);
    } else {
      play_plain(d, x, block->on, n);
    }
    x += 2 * (size_t)n;
    left -= n;
  }
}

/// Echoes until 0.95 and less, again and again, are a millionth
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const DelayParams* const p = (const DelayParams*)values;
  const Delay* const d = state;
  const double again = (double)p->feedback_percent / 100.0;
  const double echoes = again > 1e-6 ? 1.0 + ceil(-6.0 / log10(again)) : 1.0;
  const double each = fmax((double)p->time_ms / 1000.0, d->shortest / d->rate) +
                      d->sway / d->rate;
  return (uint64_t)(d->rate * (echoes * each + 0.3)) + 2 * (uint64_t)d->early;
}

/// To -140 dB, and until the level that ducks is forgotten
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const DelayParams* const p = (const DelayParams*)values;
  const double rate = ((const Delay*)state)->rate;
  return tail(self, state, values) * 7 / 6 +
         (p->duck_db > 0.0F ? ton_settle_frames(TON_DUCK_FALL_S, rate) : 0);
}

const TonProcessor ton_delay = {
    .id = "delay",
    .name = "Delay",
    .category = "space",
    .help =
        "Echoes that get darker and thinner with each repeat; they stay on "
        "their side, cross over, or alternate between the sides; with a tape "
        "in the loop they are rounded off and sway, too.",
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
