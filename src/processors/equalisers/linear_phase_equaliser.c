// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Linear-phase equaliser: the curves of the equaliser without phase shift.
*/
#define BAND_COUNT 12
#define BAND_MOVES TON_RESTART
#define BAND_STAYS TON_RESTART
#include "dsp/convolution.h"
#include "dsp/fir_design.h"
#include "processors/equalisers/equaliser_bands.h"
#include "processors/processors.h"

#include <string.h>

static const TonParam params[] = {BAND_ROWS_12};

static_assert(sizeof(EqualiserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { CHUNK = 256, MIN_LENGTH = 1024, MAX_LENGTH_AT_48_KHZ = 32768 };

/**
   Two responses, left and right, or four where a band works on the middle or
   the side:

     left  --- [0][0] --+-- left          [to][from]
            \- [1][0] -\|
     right --- [1][1] --+-- right
            \- [0][1] -/
*/
typedef struct {
  TonConvolution* response[2][2];
  uint32_t length; ///< Frames of the responses - 1; 0: there is nothing to do
  bool pair;
  bool begun; ///< Something has been heard since the last reset
} LinearPhase;

// The curve ---------------------------------------------------------------------

/// Analogue sections of a band; returns how many
static unsigned
prototype(const Band* band, TonAnalogue h[TON_MAX_SECTIONS])
{
  const int type = (int)band->type;
  const double q = (double)band->q;
  if (type != HIGHPASS && type != LOWPASS) {
    h[0] = ton_analogue(shapes[type], (double)band->gain_db, q);
    return 1;
  }
  const double slope = (double)band->slope_db_per_oct;
  const unsigned order = (unsigned)lrint(ton_filter_nearest_slope(slope) / 6.0);
  unsigned n = 0;
  for (unsigned k = 1; k <= order / 2; ++k) {
    const double scale = k == 1 ? q / sqrt(0.5) : 1.0;
    h[n++] =
        ton_analogue(shapes[type], 0.0, ton_butterworth_q(order, k) * scale);
  }
  if (order % 2) {
    h[n++] = ton_analogue(type == HIGHPASS ? TON_FILTER_HIGHPASS_1
                                           : TON_FILTER_LOWPASS_1,
                          0.0, 1.0);
  }
  return n;
}

/// A band that does something
typedef struct {
  TonAnalogue section[TON_MAX_SECTIONS];
  unsigned n_sections;
  double at_hz;
  int side;
} BandCurve;

typedef struct {
  BandCurve band[BANDS];
  unsigned n;
  bool crosses; ///< A band works on the middle or the side
} Curves;

static Curves
curves_of(const EqualiserParams* p)
{
  Curves c = {0};
  for (int i = 0; i < BANDS; ++i) {
    const Band* const band = &p->band[i];
    if (!does_nothing(band)) {
      BandCurve* const curve = &c.band[c.n++];
      curve->n_sections = prototype(band, curve->section);
      curve->at_hz = (double)band->at_hz;
      curve->side = (int)band->side;
      c.crosses = c.crosses || curve->side >= MID;
    }
  }
  return c;
}

static double
band_at(const BandCurve* band, double hz)
{
  double power = 1.0;
  for (unsigned k = 0; k < band->n_sections; ++k) {
    power *= ton_analogue_power(&band->section[k], hz / band->at_hz);
  }
  return sqrt(power);
}

/// What a band with gain g does to a pair
static void
through_band(int side, double g, double pair[2])
{
  if (side == MID || side == SIDE) {
    const double mid = (side == MID ? g : 1.0) * (pair[0] + pair[1]);
    const double diff = (side == SIDE ? g : 1.0) * (pair[0] - pair[1]);
    pair[0] = 0.5 * (mid + diff);
    pair[1] = 0.5 * (mid - diff);
    return;
  }
  pair[0] *= side == RIGHT ? 1.0 : g;
  pair[1] *= side == LEFT ? 1.0 : g;
}

/// Response of one side of the output to one side of the input
static double
response_at(const Curves* c, double hz, int to, int from)
{
  double pair[2] = {from == 0 ? 1.0 : 0.0, from == 1 ? 1.0 : 0.0};
  for (unsigned i = 0; i < c->n; ++i) {
    through_band(c->band[i].side, band_at(&c->band[i], hz), pair);
  }
  return pair[to];
}

// The taps ----------------------------------------------------------------------

/// Frequency over Q of a band's slowest poles, in Hz: they fall as fast
static double
damping_hz(const Band* band)
{
  const int type = (int)band->type;
  const double hz = (double)band->at_hz;
  const double gain_db = (double)band->gain_db;
  double q = (double)band->q;
  if (type == HIGHPASS || type == LOWPASS) {
    const double slope = (double)band->slope_db_per_oct;
    const unsigned order =
        (unsigned)lrint(ton_filter_nearest_slope(slope) / 6.0);
    q = order < 2 ? 0.5 : ton_butterworth_q(order, 1) * q / sqrt(0.5);
  }
  if (type == BELL) {
    q *= pow(10.0, fmax(gain_db, 0.0) / 40.0);
  }
  const double wider = type == LOW_SHELF || type == HIGH_SHELF ? 80.0 : 40.0;
  const bool moved = type == LOW_SHELF || type == HIGH_SHELF || type == TILT;
  return hz / fmax(q, 0.5) / (moved ? pow(10.0, fabs(gain_db) / wider) : 1.0);
}

/// A power of two, until what the poles leave at the ends is -54 dB or less:
/// 4 rate Q / f.  0 without a band that does anything
static uint32_t
length_for(const EqualiserParams* p, double rate)
{
  double slowest = INFINITY;
  for (int i = 0; i < BANDS; ++i) {
    if (!does_nothing(&p->band[i])) {
      slowest = fmin(slowest, damping_hz(&p->band[i]));
    }
  }
  const double longest = MAX_LENGTH_AT_48_KHZ * fmax(1.0, rate / 48000.0);
  uint32_t n = MIN_LENGTH;
  while (n < 4.0 * rate / slowest && 1.5 * n < longest) {
    n *= 2;
  }
  return isinf(slowest) ? 0 : n;
}

/// Which side of the output hears which side of the input
typedef struct {
  const Curves* curves;
  int to;
  int from;
} Path;

static double
gain_at(const void* context, double hz)
{
  const Path* const path = context;
  return response_at(path->curves, hz, path->to, path->from);
}

static bool
make_responses(LinearPhase* s, const EqualiserParams* p, double rate)
{
  const Curves curves = curves_of(p);
  TonFft* const fft = ton_fft_new_for_sound(TON_LINEAR_FFT * s->length);
  float* const taps = ton_alloc(((size_t)s->length + 1) * sizeof(float));
  bool made = fft && taps;
  for (int i = 0; made && i < 4; ++i) {
    const Path path = {&curves, i / 2, i % 2};
    if (path.to == path.from || curves.crosses) {
      const TonGainCurve curve = {gain_at, &path, rate};
      ton_fir_linear_phase(fft, &curve, s->length, taps);
      s->response[path.to][path.from] =
          ton_convolution_new(taps, s->length + 1);
      made = s->response[path.to][path.from];
    }
  }
  ton_free(taps);
  ton_fft_free(fft);
  return made;
}

// The instance ------------------------------------------------------------------

static void
close(const TonProcessor* self, void* state)
{
  LinearPhase* const s = state;
  for (int i = 0; s && i < 4; ++i) {
    ton_convolution_free(s->response[i / 2][i % 2]);
  }
  ton_free(s);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const EqualiserParams* const p = (const EqualiserParams*)spec->params[0];
  TON_TRY(ton_instance(sizeof(LinearPhase), state, error));
  LinearPhase* const s = *state;
  s->length = length_for(p, spec->rate);
  if (s->length && !make_responses(s, p, spec->rate)) {
    close(self, s);
    *state = NULL;
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  return TON_OK;
}

static void
forget(LinearPhase* s, int64_t song_frame)
{
  for (int i = 0; i < 4; ++i) {
    if (s->response[i / 2][i % 2]) {
      ton_convolution_reset(s->response[i / 2][i % 2], song_frame);
    }
  }
  s->begun = false;
}

static void
reset(const TonProcessor* self, void* state)
{
  forget(state, 0);
}

/// While nothing has been heard; later the blocks stay where they are
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  LinearPhase* const s = state;
  if (!s->begun) {
    forget(s, song_frame);
  }
}

/// The curve is made when the instance is opened
static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  ((LinearPhase*)state)->pair = u->pair;
}

static void
run_chunk(LinearPhase* s, float* x, const int32_t* on, uint32_t n)
{
  float in[2][CHUNK];
  float out[2][CHUNK];
  float cross[CHUNK];
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t c = 0; c < 2; ++c) {
      const float dry = x[2 * i + (s->pair ? c : 0)]; // mono: both sides alike
      in[c][i] = ton_finite(dry);
    }
  }
  for (uint32_t c = 0; c < 2; ++c) {
    ton_convolution_run(s->response[c][c], in[c], out[c], n);
    if (s->response[c][1 - c]) {
      ton_convolution_run(s->response[c][1 - c], in[1 - c], cross, n);
      for (uint32_t i = 0; i < n; ++i) {
        out[c][i] += cross[i];
      }
    }
    for (uint32_t i = 0; on[c] && i < n; ++i) {
      x[2 * i + c] = out[c][i];
    }
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  LinearPhase* const s = state;
  s->begun = true;
  for (uint32_t at = 0; s->length && at < block->frames; at += CHUNK) {
    const uint32_t rest = block->frames - at;
    run_chunk(s, block->x + 2 * (size_t)at, block->on,
              rest < CHUNK ? rest : CHUNK);
  }
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  return ((const LinearPhase*)state)->length / 2;
}

static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  return ((const LinearPhase*)state)->length / 2;
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const LinearPhase* const s = state;
  return s->length ? ton_convolution_memory(s->response[0][0]) : 0;
}

/// Of all bands, whichever side they work on
static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  const Curves c = curves_of((const EqualiserParams*)values);
  double db = 0.0;
  for (unsigned i = 0; i < c.n; ++i) {
    db += 20.0 * log10(band_at(&c.band[i], hz));
  }
  return db;
}

const TonProcessor ton_linear_phase_equaliser = {
    .id = "linear-phase-equaliser",
    .name = "Linear-phase EQ",
    .category = "equaliser",
    .help =
        "The bands of the equaliser without any shift of phase: for masters, "
        "and for tracks that are mixed with a copy of themselves. It delays "
        "the sound, by more the lower its lowest band is. Low, narrow bands "
        "ring before an attack as well as after it: use the equaliser there.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = close,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
    .response = response,
};
