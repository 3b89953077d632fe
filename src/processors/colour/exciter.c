// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Exciter: adds new overtones to the treble.
*/
#include "dsp/detector.h"
#include "dsp/oversample.h"
#include "dsp/ramp.h"
#include "dsp/svf.h"
#include "dsp/waveshaper.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float at_hz;
  float drive_db;
  float even_percent;
  float mix_percent;
} ExciterParams;

#define AT(field) offsetof(ExciterParams, field)

static const TonParam params[] = {
    ROW_HZ("at", at_hz, 1000, 10000, 3500, 0, FREQUENCY, "Frequency",
           "What lies above makes overtones, and only overtones above are "
           "added"),
    ROW_DB("drive", drive_db, 0, 24, 12, TON_AUTOMATE, DRIVE, "Drive",
           "Level into the distortion: more of it makes overtones of quiet "
           "sound too"),
    ROW_PERCENT("even", even_percent, 0, 100, 50, 0, NONE, "Even overtones",
                "0 % adds odd overtones alone, which sound harder; more adds "
                "even ones, an octave and its octaves"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 25, TON_AUTOMATE, MIX, "Mix",
                "Level of the overtones; the sound itself stays as it is"),
};

static_assert(sizeof(ExciterParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { CHUNK = TON_OVERSAMPLE, SLOPE = 2 };
enum { DRIVE, MIX, N_RAMPED };

static const double MAX_BIAS = 0.6;
static const double DB_PER_OCTAVE = 6.02059991;

/**
     x -+- wait ---------------------------------------------------- + - out
        |                                                            |
        +- high-pass - x8 - drive - curve - :8 - high-pass - mix ----+

   The curve is tanh(d x + b) less its tangent at rest: what is left of a quiet
   sound is nothing, of a loud one its overtones.
*/
typedef struct {
  TonOversample over;
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonSvfLanes before[SLOPE];
  TonSvfLanes behind[SLOPE];
  TonTanhCurve tanh;
  TonV bias;
  uint32_t at; ///< Where the next dry frame is written
  uint32_t mask;
  TonV* dry;
  TonV memory[];
} Exciter;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  uint32_t ring = 1;
  while (ring < ton_half_bands_plan(spec->rate).latency + CHUNK) {
    ring *= 2;
  }
  const size_t vectors = ton_oversample_vectors(spec->rate) + ring;
  TON_TRY(ton_instance(sizeof(Exciter) + vectors * sizeof(TonV), state, error));
  Exciter* const e = *state;
  e->rate = spec->rate;
  e->mask = ring - 1;
  e->dry = e->memory;
  ton_oversample_prepare(&e->over, spec->rate, e->dry + ring);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Exciter* const e = state;
  ton_oversample_reset(&e->over);
  memset(e->dry, 0, ((size_t)e->mask + 1) * sizeof(TonV));
  for (int i = 0; i < SLOPE; ++i) {
    ton_svf_clear(&e->before[i]);
    ton_svf_clear(&e->behind[i]);
  }
  ton_tanh_start(&e->tanh, (TonVi){0} == 0, e->bias);
  e->at = 0;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Exciter* const e = state;
  const ExciterParams* const p = (const ExciterParams*)u->params;
  const uint32_t lane = u->lane;
  TonVi this_lane = {0};
  this_lane[lane] = -1;
  for (unsigned k = 0; k < SLOPE; ++k) {
    const double q = ton_butterworth_q(2 * SLOPE, k + 1);
    const TonBiquad h =
        ton_filter(TON_FILTER_HIGHPASS, (double)p->at_hz, 0.0, q, e->rate);
    const TonSvf c = ton_svf(&h);
    ton_svf_set(&e->before[k], lane, &c);
    ton_svf_set(&e->behind[k], lane, &c);
  }
  const float bias = (float)(MAX_BIAS * (double)p->even_percent / 100.0);
  if (bias != e->bias[lane]) {
    e->bias[lane] = bias;
    ton_tanh_start(&e->tanh, this_lane, e->bias);
  }
  ton_ramp_to(&e->c[DRIVE], lane, (float)((double)p->drive_db / DB_PER_OCTAVE),
              u->ramp);
  ton_ramp_to(&e->c[MIX], lane, p->mix_percent / 100.0F, u->ramp);
  ton_ramp_start(&e->ramp, lane, u->ramp);
}

static inline TonV
next(Exciter* e, int which)
{
  e->c[which].now += e->c[which].step;
  return e->c[which].now;
}

/// n frames that are numbers, kept as dry, their treble into the filters
static void
take(Exciter* e, const float* x, uint32_t n)
{
  TonV* const in = e->over.up[0];
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    const TonV dry = ton_sane(ton_v_load(x));
    e->dry[(e->at + i) & e->mask] = dry;
    in[i] = ton_svf_step(&e->before[1], ton_svf_step(&e->before[0], dry));
  }
}

/// n frames through the curve at the top rate, one frame of it late
static void
bend(Exciter* e, uint32_t n)
{
  const uint32_t factor = e->over.bands.factor;
  const TonV at_rest = ton_v_tanh(e->bias);
  const TonV tangent = 1.0F - at_rest * at_rest;
  const TonV* x = e->over.top;
  TonV* y = ton_oversample_back(&e->over);
  for (uint32_t i = 0; i < n; ++i) {
    const TonV drive = ton_v_exp2(next(e, DRIVE));
    for (uint32_t k = 0; k < factor; ++k) {
      const TonV last = e->tanh.last;
      const TonV bent = ton_tanh_step(&e->tanh, drive * *x++ + e->bias);
      *y++ = bent - at_rest - tangent * (last - e->bias);
    }
  }
}

/// n frames out of the filters onto their dry sound
static void
give(Exciter* e, float* x, TonVi on, uint32_t n)
{
  const TonV* const out = e->over.out;
  for (uint32_t i = 0; i < n; ++i, ++e->at, x += TON_LANES) {
    const TonV dry = e->dry[(e->at - e->over.bands.latency) & e->mask];
    const TonV wet =
        ton_svf_step(&e->behind[1], ton_svf_step(&e->behind[0], out[i]));
    const TonV y = dry + next(e, MIX) * wet;
    ton_v_store(x, ton_v_select(on, y, ton_v_load(x)));
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Exciter* const e = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t largest = left < CHUNK ? left : CHUNK;
    const uint32_t n = ton_ramp_span(&e->ramp, largest);
    take(e, x, n);
    ton_oversample_up(&e->over, n);
    bend(e, n);
    ton_oversample_down(&e->over, n);
    give(e, x, on, n);
    ton_ramp_advance(&e->ramp, e->c, N_RAMPED, n);
    x += (size_t)n * TON_LANES;
    left -= n;
  }
  ton_lanes_done();
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  return ((const Exciter*)state)->over.bands.latency;
}

/// Both sides of the half-bands, and both high-passes: the slower pair of poles
/// of a Butterworth of fourth order falls by 0.38 w nepers a frame
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const ExciterParams* const p = (const ExciterParams*)values;
  const double rate = ((const Exciter*)state)->rate;
  return 2 * (uint64_t)latency(self, state, values) +
         2 * ton_settle_frames(1.0 / (0.38 * 2.0 * M_PI * (double)p->at_hz),
                               rate);
}

const TonProcessor TON_LANED(ton_exciter) = {
    .id = "exciter",
    .name = "Exciter",
    .category = "colour",
    .help = "Makes new overtones of the treble and adds a little of them: for "
            "sound that is dull because there is no treble to be raised. The "
            "sound itself stays as it is.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .neutral = ton_neutral_without_mix,
};
