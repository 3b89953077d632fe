// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Convolution reverb: the sound of a space that somebody recorded.
*/
#include "dsp/convolution.h"
#include "dsp/duck.h"
#include "dsp/k_weight.h"
#include "dsp/one_pole.h"
#include "dsp/smoothed.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float predelay_ms;
  float decay_percent;
  float trim;
  float reverse;
  float highpass_hz;
  float lowpass_hz;
  float width_percent;
  float mix_percent;
  float duck_db;
} ConvolutionParams;

#define AT(field) offsetof(ConvolutionParams, field)

static const TonParam params[] = {
    ROW_MS("pre-delay", predelay_ms, 0, 250, 0, TON_RESTART, TIME, "Pre-delay",
           "Pause before the space begins; it keeps a voice in front"),
    ROW_PERCENT("decay", decay_percent, 10, 100, 100, TON_RESTART, DECAY,
                "Decay",
                "How much of its own time the space takes to fade; 100 % is as "
                "recorded"),
    ROW_SWITCH(
        "trim", trim, 1, TON_RESTART, NONE, "Trim",
        "Leaves out the silence before the first sound of the recording"),
    ROW_SWITCH("reverse", reverse, 0, TON_RESTART, NONE, "Reverse",
               "Plays the space backwards, swelling into each sound"),
    ROW_HZ("highpass", highpass_hz, 20, 1000, 20, TON_AUTOMATE, HIGHPASS,
           "High-pass", "Removes the bass of the space; 20 Hz is off"),
    ROW_HZ("lowpass", lowpass_hz, 1000, 20000, 20000, TON_AUTOMATE, LOWPASS,
           "Low-pass", "Removes the treble of the space; 20 kHz is off"),
    ROW_PERCENT("width", width_percent, 0, 150, 100, TON_AUTOMATE, WIDTH,
                "Width", "0 % makes the space mono, more than 100 % wider"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the space; use 100 % on a bus that is fed by sends"),
    ROW_DB("duck", duck_db, 0, 24, 0, TON_AUTOMATE, NONE, "Ducking",
           "Lowers the space by this much while the input is playing"),
};

static_assert(sizeof(ConvolutionParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const TonResourceInfo resources[] = {
    {"impulse", "Impulse response",
     "A clap, a balloon or a sweep of the space, made a WAV or FLAC file"},
};

/// What follows its values slowly, so that nothing clicks
enum { HIGH, HIGH_ON, LOW, WIDTH, MIX, DUCK, N_SMOOTHED };

enum { CHUNK = 256, RING = 4096 };

/**
     in --+--> response --> high-pass --> low-pass --> width --> mix --> out
          +---------------------------------------------------^

   The response is brought to the loudness of the dry sound: the energy of its
   K-weighted sides is that of a single sample of 1.
*/
typedef struct {
  double rate;
  TonConvolution* side[2];
  bool begun; ///< Something has been heard since the last reset
  TonSmoothed smoothed;
  double high[2];
  double low[2];
  TonDuck duck;
} Convolution;

static const double SMOOTHING_S = 0.020;
static const double MAX_S = 20.0;
static const float OPEN_LOW_HZ = 20.0F;
static const float OPEN_HIGH_HZ = 20000.0F;
static const double ONSET = 0.01; ///< -40 dB re the highest peak
static const double BEFORE_ONSET_S = 0.001;

// The response ------------------------------------------------------------------

/// A response as it is worked on: both sides in double
typedef struct {
  double* x[2];
  uint64_t n;
} Response;

/// First frame that is heard, less a millisecond
static uint64_t
onset_of(const Response* r, double rate)
{
  double top = 0.0;
  uint64_t first = 0;
  for (uint64_t i = 0; i < r->n; ++i) {
    top = fmax(top, fmax(fabs(r->x[0][i]), fabs(r->x[1][i])));
  }
  while (first < r->n &&
         fmax(fabs(r->x[0][first]), fabs(r->x[1][first])) < ONSET * top) {
    ++first;
  }
  const uint64_t before = (uint64_t)(BEFORE_ONSET_S * rate);
  return first < r->n && first > before ? first - before : 0;
}

static double
energy_from(const Response* r, uint64_t from)
{
  double sum = 0.0;
  for (uint64_t i = from; i < r->n; ++i) {
    sum += r->x[0][i] * r->x[0][i] + r->x[1][i] * r->x[1][i];
  }
  return sum;
}

/// Frame from which `db` less than all of the energy is left (Schroeder 1965)
static uint64_t
frame_at(const Response* r, double db)
{
  const double wanted = energy_from(r, 0) * pow(10.0, -db / 10.0);
  double sum = 0.0;
  uint64_t i = r->n;
  while (i && sum < wanted) {
    --i;
    sum += r->x[0][i] * r->x[0][i] + r->x[1][i] * r->x[1][i];
  }
  return i;
}

/// Time to fall by 60 dB, frames: from -5 to -25 dB, three times
static double
decay_of(const Response* r)
{
  return 3.0 * (double)(frame_at(r, 25.0) - frame_at(r, 5.0));
}

/// h(t) times 10^(-3 t (1 / T' - 1 / T))
static void
shorten(Response* r, double share)
{
  const double own = decay_of(r);
  if (share >= 1.0 || own <= 0.0) {
    return;
  }
  const double fall = pow(10.0, -3.0 * (1.0 / share - 1.0) / own);
  double gain = 1.0;
  for (uint64_t i = 0; i < r->n; ++i) {
    r->x[0][i] *= gain;
    r->x[1][i] *= gain;
    gain *= fall;
  }
}

/// With what the filter rings on for
static double
weighted_energy(const double* x, uint64_t n, double rate)
{
  TonKStage stage[2];
  double s[2][2] = {{0.0, 0.0}, {0.0, 0.0}};
  double sum = 0.0;
  ton_k_stages(rate, stage);
  for (uint64_t i = 0; i < n + RING; ++i) {
    double v = i < n ? x[i] : 0.0;
    for (int k = 0; k < 2; ++k) {
      const double y = stage[k].b[0] * v + s[k][0];
      s[k][0] = stage[k].b[1] * v - stage[k].a[1] * y + s[k][1];
      s[k][1] = stage[k].b[2] * v - stage[k].a[2] * y;
      v = y;
    }
    sum += v * v;
  }
  return sum;
}

static void
normalise(Response* r, double rate)
{
  static const double one = 1.0;
  const double energy = 0.5 * (weighted_energy(r->x[0], r->n, rate) +
                               weighted_energy(r->x[1], r->n, rate));
  const double gain =
      energy > 0.0 ? sqrt(weighted_energy(&one, 1, rate) / energy) : 0.0;
  for (uint64_t i = 0; i < r->n; ++i) {
    r->x[0][i] *= gain;
    r->x[1][i] *= gain;
  }
}

static void
turn_round(Response* r)
{
  for (int c = 0; c < 2; ++c) {
    for (uint64_t i = 0; i < r->n / 2; ++i) {
      const double x = r->x[c][i];
      r->x[c][i] = r->x[c][r->n - 1 - i];
      r->x[c][r->n - 1 - i] = x;
    }
  }
}

static TonStatus
shape(Response* r, const ConvolutionParams* p, double rate, TonError* error)
{
  const uint64_t onset = p->trim != 0.0F ? onset_of(r, rate) : 0;
  if ((double)(r->n - onset) > MAX_S * rate) {
    return ton_fail(error, TON_UNSUPPORTED,
                    "the impulse response is %.3f s long; the longest is %g s",
                    (double)(r->n - onset) / rate, MAX_S);
  }
  for (int c = 0; c < 2; ++c) {
    memmove(r->x[c], r->x[c] + onset, (r->n - onset) * sizeof(double));
  }
  r->n -= onset;
  shorten(r, (double)p->decay_percent / 100.0);
  if (p->reverse != 0.0F) {
    turn_round(r);
  }
  normalise(r, rate);
  return TON_OK;
}

/// The taps of both sides, behind the pre-delay
static TonStatus
make_sides(Convolution* v, const Response* r, const ConvolutionParams* p,
           TonError* error)
{
  const uint64_t late =
      (uint64_t)lrint((double)p->predelay_ms * v->rate / 1000.0);
  float* const taps = ton_alloc((late + r->n) * sizeof(float));
  for (int c = 0; taps && c < 2; ++c) {
    for (uint64_t i = 0; i < r->n; ++i) {
      taps[late + i] = (float)r->x[c][i];
    }
    v->side[c] = ton_convolution_new(taps, late + r->n);
  }
  ton_free(taps);
  return v->side[0] && v->side[1]
             ? TON_OK
             : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
take_response(Convolution* v, const TonPlanes* planes,
              const ConvolutionParams* p, TonError* error)
{
  Response r = {.n = planes->frames};
  for (uint32_t c = 0; c < 2; ++c) {
    const float* const x = planes->planes[c < planes->channels ? c : 0];
    r.x[c] = ton_alloc(r.n * sizeof(double));
    for (uint64_t i = 0; r.x[c] && i < r.n; ++i) {
      r.x[c][i] = (double)ton_finite(x[i]);
    }
  }
  TonStatus status = TON_NO_MEMORY;
  if (!r.x[0] || !r.x[1]) {
    (void)ton_fail(error, TON_NO_MEMORY, "out of memory");
  } else if (energy_from(&r, 0) == 0.0) {
    status = ton_fail(error, TON_BAD_FILE, "the impulse response is silent");
  } else {
    status = shape(&r, p, v->rate, error);
    status = status ? status : make_sides(v, &r, p, error);
  }
  ton_free(r.x[0]);
  ton_free(r.x[1]);
  return status;
}

/// Without a file: one sample of 1, which changes nothing
static TonStatus
load(Convolution* v, const TonSpec* spec, TonError* error)
{
  static const float one[1] = {1.0F};
  static const float* const no_space[1] = {one};
  const ConvolutionParams* const p = (const ConvolutionParams*)spec->params[0];
  TonPlanes planes = {no_space, 1, 1, spec->rate};
  const TonResources* const r = spec->resources;
  const char* const hash = r ? r->hashes[0] : NULL;
  if (hash) {
    TON_TRY(r->load(r->handle, hash, spec->rate, &planes, error));
  }
  const TonStatus status = take_response(v, &planes, p, error);
  if (hash) {
    r->unload(r->handle, &planes);
  }
  return status;
}

// The instance ------------------------------------------------------------------

static void
close(const TonProcessor* self, void* state)
{
  Convolution* const v = state;
  if (v) {
    ton_convolution_free(v->side[0]);
    ton_convolution_free(v->side[1]);
  }
  ton_free(v);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Convolution), state, error));
  Convolution* const v = *state;
  v->rate = spec->rate;
  ton_smoothed_set(&v->smoothed, SMOOTHING_S, spec->rate);
  ton_duck_prepare(&v->duck, spec->rate);
  const TonStatus status = load(v, spec, error);
  if (status) {
    close(self, v);
    *state = NULL;
  }
  return status;
}

static void
forget(Convolution* v, int64_t song_frame)
{
  ton_convolution_reset(v->side[0], song_frame);
  ton_convolution_reset(v->side[1], song_frame);
  v->begun = false;
}

static void
reset(const TonProcessor* self, void* state)
{
  Convolution* const v = state;
  forget(v, 0);
  memset(v->high, 0, sizeof(v->high));
  memset(v->low, 0, sizeof(v->low));
  v->duck.envelope = 0.0;
  ton_smoothed_arrive(&v->smoothed);
}

/// While nothing has been heard; later the blocks stay where they are
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Convolution* const v = state;
  if (!v->begun) {
    forget(v, song_frame);
  }
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Convolution* const v = state;
  const ConvolutionParams* const p = (const ConvolutionParams*)u->params;
  double* const goal = v->smoothed.goal;
  goal[HIGH] = ton_one_pole_bilinear((double)p->highpass_hz, v->rate);
  goal[HIGH_ON] = p->highpass_hz > OPEN_LOW_HZ ? 1.0 : 0.0;
  goal[LOW] = p->lowpass_hz >= OPEN_HIGH_HZ
                  ? 1.0
                  : ton_one_pole((double)p->lowpass_hz, v->rate);
  goal[WIDTH] = (double)p->width_percent / 100.0;
  goal[MIX] = (double)p->mix_percent / 100.0;
  goal[DUCK] = ton_duck_depth((double)p->duck_db);
  if (!u->ramp) {
    ton_smoothed_arrive(&v->smoothed);
  }
}

static double
filtered(Convolution* v, int c, double x)
{
  const double g = v->smoothed.now[HIGH] * (x - v->high[c]);
  const double bass = v->high[c] + g;
  v->high[c] = bass + g;
  v->low[c] +=
      v->smoothed.now[LOW] * (x - v->smoothed.now[HIGH_ON] * bass - v->low[c]);
  return v->low[c];
}

/// Filters, width and mix of frame i
static void
finish(Convolution* v, const float wet[2][CHUNK], uint32_t i, const float* dry,
       double* out)
{
  ton_smoothed_step(&v->smoothed, N_SMOOTHED);
  double left = filtered(v, 0, (double)wet[0][i]);
  double right = filtered(v, 1, (double)wet[1][i]);
  if (v->smoothed.now[DUCK] > 0.0) {
    const double gain = ton_duck_step(&v->duck, v->smoothed.now[DUCK],
                                      (double)dry[0], (double)dry[1]);
    left *= gain;
    right *= gain;
  }
  const double side = v->smoothed.now[WIDTH] * 0.5 * (left - right);
  const double mid = 0.5 * (left + right);
  out[0] =
      (double)dry[0] + v->smoothed.now[MIX] * (mid + side - (double)dry[0]);
  out[1] =
      (double)dry[1] + v->smoothed.now[MIX] * (mid - side - (double)dry[1]);
}

static void
run_chunk(Convolution* v, float* x, const int32_t* on, uint32_t n)
{
  float in[2][CHUNK];
  float wet[2][CHUNK];
  for (uint32_t i = 0; i < n; ++i) {
    for (int c = 0; c < 2; ++c) {
      in[c][i] = ton_finite(x[2 * i + c]);
    }
  }
  ton_convolution_run(v->side[0], in[0], wet[0], n);
  ton_convolution_run(v->side[1], in[1], wet[1], n);
  for (uint32_t i = 0; i < n; ++i) {
    const float dry[2] = {in[0][i], in[1][i]};
    double y[2];
    finish(v, (const float(*)[CHUNK])wet, i, dry, y);
    x[2 * i] = on[0] ? (float)y[0] : x[2 * i];
    x[2 * i + 1] = on[1] ? (float)y[1] : x[2 * i + 1];
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Convolution* const v = state;
  v->begun = true;
  for (uint32_t at = 0; at < block->frames; at += CHUNK) {
    const uint32_t rest = block->frames - at;
    run_chunk(v, block->x + 2 * (size_t)at, block->on,
              rest < CHUNK ? rest : CHUNK);
  }
}

static uint64_t
ring(const Convolution* v, const float* values)
{
  const ConvolutionParams* const p = (const ConvolutionParams*)values;
  return ton_settle_frames(1.0 / (2.0 * M_PI * (double)p->highpass_hz),
                           v->rate);
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const Convolution* const v = state;
  return ton_convolution_memory(v->side[0]) + ring(v, values);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const ConvolutionParams* const p = (const ConvolutionParams*)values;
  const double ducked = p->duck_db > 0.0F ? TON_DUCK_FALL_S : 0.0;
  return tail(self, state, values) +
         ton_settle_frames(SMOOTHING_S + ducked,
                           ((const Convolution*)state)->rate);
}

const TonProcessor ton_convolution = {
    .id = "convolution",
    .name = "Convolution reverb",
    .category = "space",
    .help =
        "Puts the sound into a space that somebody recorded, as an impulse "
        "response: `convolution: {impulse: rooms/hall.wav}`. Without a file "
        "it changes nothing.",
    .params = params,
    .n_params = TON_COUNT(params),
    .resources = resources,
    .n_resources = TON_COUNT(resources),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = close,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = ton_neutral_without_mix,
};
