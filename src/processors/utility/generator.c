// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Generator: noise and tones to measure with, or to mix against.
*/
#include "dsp/decibel.h"
#include "dsp/lfo.h"
#include "dsp/smoothed.h"
#include "dsp/song_noise.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float sound;
  float level_db;
  float hz;
  float sweep_s;
  float mix_percent;
} GeneratorParams;

enum { PINK, WHITE, SINE, SWEEP };

static const char* const sounds[] = {"pink", "white", "sine", "sweep", NULL};

#define AT(field) offsetof(GeneratorParams, field)

static const TonParam params[] = {
    ROW_CHOICE("sound", sound, sounds, PINK, TON_RESTART, SHAPE, "Sound",
               "Pink noise is even to the ear, white noise even to a meter; a "
               "sine is one tone, a sweep glides from 20 Hz to 20 kHz"),
    ROW_DB("level", level_db, -100, 0, -20, TON_AUTOMATE, GAIN, "Level",
           "Of noise its RMS level, of tones their peaks"),
    ROW_HZ("frequency", hz, 20, 20000, 1000, TON_RESTART, FREQUENCY,
           "Frequency", "Frequency of the sine"),
    ROW_S("sweep-time", sweep_s, 1, 60, 10, TON_RESTART, TIME, "Sweep time",
          "Time of one sweep; the next follows at once"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the generated sound; at 100 % the input is heard no "
                "more"),
};

static_assert(sizeof(GeneratorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { LEVEL, MIX, N_SMOOTHED };

/**
   Poles and zeros in turn, evenly on a logarithmic scale, make -3 dB/oct.  They go
   down from TOP of the rate to LOWEST_HZ; the two pairs above are fitted, so that
   up to 0.4535 of the rate the slope is right within 0.04 dB.
*/
enum { FITTED = 2, PAIRS = 16 };

static const double fitted_pole[FITTED] = {-0.22452, 0.23237};
static const double fitted_zero[FITTED] = {-0.32238, 0.10178};
static const double TOP = 0.10252;
static const double APART = 2.4; ///< From pole to pole
static const double LOWEST_HZ = 5.0;
static const double SWEEP_FROM_HZ = 20.0;
static const double SWEEP_OCTAVES = 9.965784284662087; ///< To 20 kHz
static const double SMOOTHING_S = 0.020;

/**
   All of it follows the song's frame: noise is a function of it, tones have their
   phase from it.  A generator sounds while its input does, and fades half a
   second behind it, as the hiss of a tape.
*/
typedef struct {
  double rate;
  int sound;
  TonSmoothed smoothed;
  TonLfo tone;
  double sweep_frames;
  int pairs;
  double pole[PAIRS];
  double zero[PAIRS];
  double scale; ///< To an RMS level of 1
  double before[2][PAIRS];
  double last[2][PAIRS];
  int64_t frame;
  uint32_t quiet;
} Generator;

/// Mean square of what white noise of 1 becomes, up to half the rate
static double
pink_power(const Generator* g)
{
  enum { STEPS = 4096 };
  double sum = 0.0;
  double width = 0.0;
  for (int i = 0; i < STEPS; ++i) {
    // finer towards the bass, where most of the power lies
    const double share = pow((i + 0.5) / STEPS, 4.0);
    const double part =
        pow((i + 1.0) / STEPS, 4.0) - pow((double)i / STEPS, 4.0);
    double gain = 1.0;
    for (int k = 0; k < g->pairs; ++k) {
      const double c = cos(M_PI * share);
      const double p = g->pole[k];
      const double z = g->zero[k];
      gain *= (1.0 - 2.0 * z * c + z * z) / (1.0 - 2.0 * p * c + p * p);
    }
    sum += part * gain;
    width += part;
  }
  return sum / width;
}

static void
place_pairs(Generator* g)
{
  memcpy(g->pole, fitted_pole, sizeof(fitted_pole));
  memcpy(g->zero, fitted_zero, sizeof(fitted_zero));
  g->pairs = FITTED;
  double at = TOP;
  while (at * g->rate > LOWEST_HZ) {
    g->pole[g->pairs] = exp(-2.0 * M_PI * at);
    g->zero[g->pairs++] = exp(-2.0 * M_PI * at * sqrt(APART));
    at /= APART;
  }
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const GeneratorParams* const p = (const GeneratorParams*)spec->params[0];
  TON_TRY(ton_instance(sizeof(Generator), state, error));
  Generator* const g = *state;
  g->rate = spec->rate;
  g->sound = (int)p->sound;
  g->quiet = UINT32_MAX;
  ton_smoothed_set(&g->smoothed, SMOOTHING_S, spec->rate);
  ton_lfo_set(&g->tone, fmin((double)p->hz, 0.49 * spec->rate), spec->rate);
  g->sweep_frames = (double)p->sweep_s * spec->rate;
  place_pairs(g);
  g->scale = 1.0 / sqrt(pink_power(g));
  return TON_OK;
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Generator* const g = state;
  ton_lfo_locate(&g->tone, song_frame);
  g->frame = song_frame;
}

static void
reset(const TonProcessor* self, void* state)
{
  Generator* const g = state;
  memset(g->before, 0, sizeof(g->before));
  memset(g->last, 0, sizeof(g->last));
  g->quiet = UINT32_MAX;
  locate(self, g, 0);
  ton_smoothed_arrive(&g->smoothed);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Generator* const g = state;
  const GeneratorParams* const p = (const GeneratorParams*)u->params;
  g->smoothed.goal[LEVEL] = ton_from_db((double)p->level_db);
  g->smoothed.goal[MIX] = (double)p->mix_percent / 100.0;
  if (!u->ramp) {
    ton_smoothed_arrive(&g->smoothed);
  }
}

static double
pink(Generator* g, int side)
{
  double x = ton_song_noise(g->frame, side);
  for (int k = 0; k < g->pairs; ++k) {
    const double y =
        g->pole[k] * g->last[side][k] + x - g->zero[k] * g->before[side][k];
    g->before[side][k] = x;
    g->last[side][k] = y;
    x = y;
  }
  return g->scale * x;
}

/// From 20 Hz to 20 kHz, as many turns as f0 T / ln r (r^(t / T) - 1)
static double
swept(const Generator* g)
{
  const double whole = (double)g->frame / g->sweep_frames;
  const double t = whole - floor(whole);
  const double turns = SWEEP_FROM_HZ * g->sweep_frames / g->rate /
                       (M_LN2 * SWEEP_OCTAVES) *
                       (exp2(SWEEP_OCTAVES * t) - 1.0);
  return sin(2.0 * M_PI * (turns - floor(turns)));
}

static void
generate(Generator* g, double y[2])
{
  if (g->sound == SINE || g->sound == SWEEP) {
    y[0] = g->sound == SINE ? ton_lfo_sine(g->tone.phase) : swept(g);
    y[1] = y[0];
    g->tone.phase += g->tone.step;
    return;
  }
  for (int c = 0; c < 2; ++c) {
    y[c] = g->sound == PINK ? pink(g, c) : ton_song_noise(g->frame, c);
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Generator* const g = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += 2) {
    g->quiet = ton_quiet_frames(g->quiet, x);
    ton_smoothed_step(&g->smoothed, N_SMOOTHED);
    const double level =
        ton_noise_gain(g->quiet, g->rate) * g->smoothed.now[LEVEL];
    double y[2];
    generate(g, y);
    for (int c = 0; c < 2; ++c) {
      const double dry = (double)ton_finite(x[c]);
      const double mixed = dry + g->smoothed.now[MIX] * (level * y[c] - dry);
      x[c] = block->on[c] ? (float)mixed : x[c];
    }
    ++g->frame;
  }
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const Generator*)state)->rate;
  return (uint64_t)(2.0 * TON_NOISE_LASTS_S * rate) + 1;
}

/// Until pink noise has forgotten what came before
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const Generator*)state)->rate;
  return tail(self, state, values) +
         ton_settle_frames(SMOOTHING_S + 1.0 / (2.0 * M_PI * LOWEST_HZ), rate);
}

const TonProcessor ton_generator = {
    .id = "generator",
    .name = "Generator",
    .category = "gain",
    .help =
        "Plays noise or a tone in place of its input, while there is one: to "
        "measure a chain or a room, or to set levels against pink noise.",
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
