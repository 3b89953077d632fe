// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Chorus, ensemble, flanger and vibrato: modulated delays.
*/
#include "dsp/fractional_delay.h"
#include "dsp/lfo.h"
#include "dsp/one_pole.h"
#include "dsp/smoothed.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float delay_ms;
  float depth_ms;
  float speed_hz;
  float wave;
  float voices;
  float feedback_percent;
  float spread_percent;
  float highpass_hz;
  float mix_percent;
} ChorusParams;

#define AT(field) offsetof(ChorusParams, field)

enum { SINE, TRIANGLE, MAX_VOICES = 6 };

static const char* const waves[] = {"sine", "triangle", NULL};

static const double MIN_DELAY = TON_FRACTION_MIN; ///< Frames
static const double MAX_DELAY_MS = 30.0;
static const double MAX_DEPTH_MS = 8.0;
static const float CLOSED_HZ = 20.0F; ///< Here there is no high-pass

static const TonParam params[] = {
    ROW_MS("delay", delay_ms, 0.5, 30, 12, TON_AUTOMATE, TIME, "Delay",
           "Time around which the delay of each voice moves: 1 to 5 ms flange, "
           "8 to 20 ms "
           "sound like more players, more is heard as an echo; no voice comes "
           "nearer than 9 samples (0.2 ms at 48 kHz)"),
    ROW_MS("depth", depth_ms, 0, 8, 2, TON_AUTOMATE, NONE, "Depth",
           "How far the delay moves up and down; with speed it sets how much "
           "the pitch moves. A depth greater than the delay stands still "
           "while it would be below zero"),
    ROW_HZ("speed", speed_hz, 0.02, 10, 0.6, TON_RESTART, NONE, "Speed",
           "Speed of the modulation, in cycles per second"),
    ROW_CHOICE("wave", wave, waves, 0, TON_RESTART, SHAPE, "Wave",
               "Sine moves softly; triangle moves the pitch between two fixed "
               "places"),
    ROW("voices", voices, TON_PLAIN, TON_INTEGER, 1, 6, 3, TON_RESTART, NONE,
        "Voices", "Number of delayed voices, spread evenly over a turn"),
    ROW_PERCENT("feedback", feedback_percent, -95, 95, 0, TON_AUTOMATE,
                FEEDBACK, "Feedback",
                "Sends the voices round again: sharper peaks; negative values "
                "sound hollow"),
    ROW_PERCENT("spread", spread_percent, 0, 100, 100, TON_AUTOMATE, WIDTH,
                "Spread",
                "How much the right side lags behind the left, up to a quarter "
                "of a turn; 0 % keeps a mono input mono"),
    ROW_HZ("highpass", highpass_hz, 20, 1000, 20, TON_AUTOMATE, HIGHPASS,
           "High-pass", "Leaves the bass out of the voices; 20 Hz is off"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 50, TON_AUTOMATE, MIX, "Mix",
                "Share of the voices; 100 % with one voice is a vibrato"),
};

static_assert(sizeof(ChorusParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// What follows its values slowly, so that nothing clicks
enum { DELAY, DEPTH, FEEDBACK, SPREAD, HIGH, HIGH_ON, MIX, N_SMOOTHED };

/**
     in --+--> (+) --> line --> voices --> high-pass --> mix --> out
          |     ^                 |                      ^
          |     +---- feedback ---+                      |
          +----------------------------------------------+

   Voice v of n reads at  delay + depth * wave(turn + v / n), the right side
   spread / 4 of a turn later.  Voices add up to one in power, in the feedback
   to one in level, so that it dies.
*/
typedef struct {
  double rate;
  TonLfo lfo;
  uint32_t voices;
  uint64_t apart; ///< From voice to voice, of a turn
  double root;    ///< Of the number of voices
  uint32_t wave;
  TonSmoothed smoothed;
  double max_delay; ///< Longest delay, frames
  double high[2];
  TonLine line[2];
  uint32_t at; ///< Where the next frame is written
  TonFractions fractions;
  float memory[];
} Chorus;

static const double SMOOTHING_S = 0.030;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const ChorusParams* const p = (const ChorusParams*)spec->params[0];
  const double ms = MAX_DELAY_MS + MAX_DEPTH_MS;
  const uint32_t frames =
      (uint32_t)(ms * spec->rate / 1000.0) + 3 * TON_FRACTION_MIN;
  TON_TRY(ton_instance(sizeof(Chorus) + 4 * (size_t)frames * sizeof(float),
                       state, error));
  Chorus* const c = *state;
  c->rate = spec->rate;
  c->voices = (uint32_t)p->voices;
  c->apart = UINT64_MAX / c->voices;
  c->root = sqrt((double)p->voices);
  c->wave = (uint32_t)p->wave;
  c->max_delay = (double)(frames - TON_FRACTION_MIN);
  ton_smoothed_set(&c->smoothed, SMOOTHING_S, spec->rate);
  c->line[0] = (TonLine){c->memory, frames};
  c->line[1] = (TonLine){c->memory + 2 * (size_t)frames, frames};
  ton_lfo_set(&c->lfo, (double)p->speed_hz, spec->rate);
  ton_fractions_fill(&c->fractions);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Chorus* const c = state;
  memset(c->memory, 0, 4 * (size_t)c->line[0].frames * sizeof(float));
  memset(c->high, 0, sizeof(c->high));
  c->at = 0;
  ton_lfo_locate(&c->lfo, 0);
  ton_smoothed_arrive(&c->smoothed);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_lfo_locate(&((Chorus*)state)->lfo, song_frame);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Chorus* const c = state;
  const ChorusParams* const p = (const ChorusParams*)u->params;
  double* const goal = c->smoothed.goal;
  goal[DELAY] = (double)p->delay_ms * c->rate / 1000.0;
  goal[DEPTH] = (double)p->depth_ms * c->rate / 1000.0;
  goal[FEEDBACK] = (double)p->feedback_percent / 100.0;
  goal[SPREAD] = (double)p->spread_percent / 100.0;
  goal[HIGH] = ton_one_pole_bilinear((double)p->highpass_hz, c->rate);
  goal[HIGH_ON] = p->highpass_hz > CLOSED_HZ ? 1.0 : 0.0;
  goal[MIX] = (double)p->mix_percent / 100.0;
  if (!u->ramp) {
    ton_smoothed_arrive(&c->smoothed);
  }
}

static double
wave_of(const Chorus* c, uint64_t phase)
{
  return c->wave == SINE ? ton_lfo_sine(phase) : ton_lfo_triangle(phase);
}

/// Delays of all voices of one side, frames.  Apart from the reading, so that the waves
/// of both sides are worked out at once
static void
find_delays(const Chorus* c, int side, double delay[MAX_VOICES])
{
  const uint64_t lag =
      side ? (uint64_t)(int64_t)(c->smoothed.now[SPREAD] * 0x1p62) : 0;
  for (uint32_t v = 0; v < c->voices; ++v) {
    const uint64_t phase = c->lfo.phase - lag + v * c->apart;
    const double wanted =
        c->smoothed.now[DELAY] + c->smoothed.now[DEPTH] * wave_of(c, phase);
    const double longer = wanted > MIN_DELAY ? wanted : MIN_DELAY;
    delay[v] = longer < c->max_delay ? longer : c->max_delay;
  }
}

/// Sum of the voices of one side
static double
voices_of(const Chorus* c, int side, const double delay[MAX_VOICES])
{
  float sum = 0.0F;
  for (uint32_t v = 0; v < c->voices; ++v) {
    sum += ton_line_read(c->line[side], c->at, delay[v], &c->fractions);
  }
  return (double)sum;
}

/// The high-pass of one side, or nothing
static double
without_bass(Chorus* c, int side, double x)
{
  const double v = c->smoothed.now[HIGH] * (x - c->high[side]);
  const double low = c->high[side] + v;
  c->high[side] = low + v;
  return x - c->smoothed.now[HIGH_ON] * low;
}

static float
run_side(Chorus* c, int side, const double delay[MAX_VOICES], float x)
{
  const double n = (double)c->voices;
  const double dry = (double)ton_finite(x);
  const double sum = voices_of(c, side, delay);
  const double wet = without_bass(c, side, sum / c->root);
  ton_line_write(c->line[side], c->at,
                 (float)(dry + c->smoothed.now[FEEDBACK] * sum / n));
  return (float)(dry + c->smoothed.now[MIX] * (wet - dry));
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Chorus* const c = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    ton_smoothed_step(&c->smoothed, N_SMOOTHED);
    double delay[2][MAX_VOICES];
    find_delays(c, 0, delay[0]);
    find_delays(c, 1, delay[1]);
    for (int side = 0; side < 2; ++side) {
      const float y = run_side(c, side, delay[side], x[side]);
      x[side] = block->on[side] ? y : x[side];
    }
    c->at = c->at + 1 < c->line[0].frames ? c->at + 1 : 0;
    c->lfo.phase += c->lfo.step;
  }
}

/// Rounds until the feedback has fallen by `db`, each as long as can be
static uint64_t
rounds(const Chorus* c, const ChorusParams* p, double db)
{
  const double again = fabs((double)p->feedback_percent) / 100.0;
  const double n = again > 1e-6 ? 1.0 + ceil(db / 20.0 / -log10(again)) : 1.0;
  const double ms = (double)(p->delay_ms + p->depth_ms);
  return (uint64_t)(n * (ms * c->rate / 1000.0 + 2.0 * TON_FRACTION_MIN));
}

/// The high-pass rings on for 1 / (2 pi hz), 18 times
static uint64_t
ring(const Chorus* c, const ChorusParams* p)
{
  return ton_settle_frames(1.0 / (2.0 * M_PI * (double)p->highpass_hz),
                           c->rate);
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const ChorusParams* const p = (const ChorusParams*)values;
  return rounds(state, p, 120.0) + ring(state, p);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const Chorus* const c = state;
  const ChorusParams* const p = (const ChorusParams*)values;
  return rounds(c, p, 150.0) + ring(c, p) +
         ton_settle_frames(SMOOTHING_S, c->rate);
}

const TonProcessor ton_chorus = {
    .id = "chorus",
    .name = "Chorus",
    .category = "modulation",
    .help =
        "Plays the sound again through modulated delays: one player becomes "
        "several. Short delays with feedback are a flanger, one voice alone "
        "is a vibrato.",
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
