// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Saturator: distortion of tube, transistor, tape, transformer, clipper and
   folder.
*/
#include "dsp/decibel.h"
#include "dsp/detector.h"
#include "dsp/k_weight.h"
#include "dsp/oversample.h"
#include "dsp/ramp.h"
#include "dsp/svf.h"
#include "dsp/waveshaper.h"
#include "processors/colour/saturator_characters.h"
#include "processors/processors.h"

#include <math.h>

static const float DB_PER_OCTAVE = 6.02059991F; ///< 20 log10 2
static const double MAX_BIAS = 0.6;
static const double SAG_S = 0.050;
static const double DC_HZ = 5.0;
static const double MATCH_S = 3.0;
static const double MATCH_GATE = 1e-7; ///< Power below which none is matched
static const double MATCH_MIN = 0.1;
static const double MATCH_MAX = 40.0;
/// Into the curve, treble included: a full-scale tone of 10 kHz that is driven
/// further folds, unless the curve is told of the way between two samples
static const double FOLDS_DB = 13.0;

enum { CHUNK = TON_OVERSAMPLE, BEAT_FRAMES = 32, DC_POLES = 8 };

/// Coefficients with a ramp
enum {
  PRE_POLE,
  PRE_LOW,
  PRE_HIGH,
  DRIVE, ///< log2
  BIAS,
  SLOPE,
  POST_POLE,
  POST_LOW,
  POST_HIGH,
  WET,
  DRY,
  MATCH,
  N_RAMPED
};

/// First-order section, low LP(x) + high HP(x): states of both halves of lanes
typedef struct {
  TonVd at[2];
} SaturatorShelf;

/// What goes in a straight line from beat to beat.  Each value is worked out from
/// the ends: steps that are added up get lost in rounding near the goal
typedef struct {
  TonV from;
  TonV to;
  TonV step;
} SaturatorLine;

/**
       +-- wait ------------------------------------------------ dry --+
       |                                                               v
   x --+-- shelf -- up -- drive -- curve -- down -- shelf^-1 -- match -+-- y
                                     ^
                              bias --+-- sag

   The curve is f(d x + b) - f(b) over d f'(b), where f is tanh, the clipper or a
   sum of both: the gain of what is quiet is 1.

   DC is the part of (wet - dry) below eight poles at 5 Hz: one runs every
   frame, the others on means of 32 frames.  At 20 Hz they leave 1e-5 of
   (wet - dry), so that no bass rises above the limit of the curve, however far
   it is driven; and a sound that is not bent is not touched at all.
*/
typedef struct {
  TonOversample over;
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonVi hard;   ///< Lanes that clip
  TonVi steep;  ///< Lanes whose tanh is driven so far that it would fold
  TonVi summed; ///< Lanes whose curve is a sum
  TonVi paired; ///< Lanes that are matched together with their neighbour
  TonV sag;     ///< Bias per mean square of what is bent
  TonV leak[2]; ///< Of that mean, with two poles
  TonV mean[2];
  SaturatorShelf pre;
  SaturatorShelf post;
  SaturatorShelf dc_first; ///< First pole of the DC
  double dc_pole;
  TonV dc_sum;                ///< Of the first pole since the last beat
  TonV dc_slow[DC_POLES - 1]; ///< The other poles, which run every beat
  float dc_feed;
  SaturatorLine dc; ///< What is taken out
  TonV last;        ///< Into the curve, with its bias
  TonClipCurve clip;
  TonTanhCurve tanh;
  TonSumCurve sum;
  const TonSumShape* shape[TON_LANES]; ///< Of the sum, or null
  TonSvfLanes weigh[2][2];             ///< K-weighting of dry and wet
  TonV power[2];                       ///< Sums of dry and wet over BEAT_FRAMES
  uint32_t beat;
  double heard[TON_LANES]; ///< Times BEAT_FRAMES, up to MATCH_S
  double mean_power[TON_LANES][2];
  SaturatorLine gain; ///< That matches
  uint32_t at;        ///< Where the next dry frame is written
  uint32_t mask;
  TonV* dry;
  TonV memory[];
} Saturator;

static uint32_t
ring_frames(double rate)
{
  const uint32_t smallest = ton_half_bands_plan(rate).latency + CHUNK;
  uint32_t n = 1;
  while (n < smallest) {
    n *= 2;
  }
  return n;
}

/// G of v = G (x - s), LP = s + v, s += 2 v: bilinear
static double
pole_of(double hz, double rate)
{
  const double g = tan(M_PI * fmin(hz, 0.45 * rate) / rate);
  return g / (1.0 + g);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ring_frames(spec->rate);
  const size_t vectors = ton_oversample_vectors(spec->rate) + ring;
  TON_TRY(
      ton_instance(sizeof(Saturator) + vectors * sizeof(TonV), state, error));
  Saturator* const s = *state;
  s->rate = spec->rate;
  s->mask = ring - 1;
  s->dry = s->memory;
  ton_oversample_prepare(&s->over, spec->rate, s->dry + s->mask + 1);
  s->leak[0] = ton_v((float)(1.0 - exp(-1.0 / (SAG_S * spec->rate))));
  s->leak[1] = 10.0F * s->leak[0];
  s->dc_pole = pole_of(DC_HZ, spec->rate);
  s->dc_feed =
      1.0F - (float)exp(-2.0 * M_PI * DC_HZ * BEAT_FRAMES / spec->rate);
  s->gain.from = s->gain.to = ton_v(1.0F);
  TonKStage k[2];
  ton_k_stages(spec->rate, k);
  for (int i = 0; i < 2; ++i) {
    const TonSvf c = ton_svf(
        &(TonBiquad){k[i].b[0], k[i].b[1], k[i].b[2], k[i].a[1], k[i].a[2]});
    for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
      ton_svf_set(&s->weigh[0][i], lane, &c);
      ton_svf_set(&s->weigh[1][i], lane, &c);
    }
  }
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Saturator* const s = state;
  ton_oversample_reset(&s->over);
  memset(s->dry, 0, ((size_t)s->mask + 1) * sizeof(TonV));
  memset(&s->pre, 0, sizeof(s->pre));
  memset(&s->post, 0, sizeof(s->post));
  memset(&s->dc_first, 0, sizeof(s->dc_first));
  memset(s->dc_slow, 0, sizeof(s->dc_slow));
  s->dc_sum = (TonV){0};
  memset(&s->dc, 0, sizeof(s->dc));
  memset(&s->clip, 0, sizeof(s->clip));
  memset(&s->tanh, 0, sizeof(s->tanh));
  ton_sum_curve_start(&s->sum, ~(TonVi){0}, s->c[BIAS].now);
  memset(s->power, 0, sizeof(s->power));
  memset(s->heard, 0, sizeof(s->heard));
  memset(s->mean_power, 0, sizeof(s->mean_power));
  s->mean[0] = s->mean[1] = (TonV){0};
  s->last = s->c[BIAS].now;
  s->clip.last = s->last;
  ton_tanh_start(&s->tanh, s->steep, s->last);
  s->gain = (SaturatorLine){ton_v(1.0F), ton_v(1.0F), {0}};
  s->at = s->beat = 0;
  for (int i = 0; i < 4; ++i) {
    ton_svf_clear(&s->weigh[i / 2][i % 2]);
  }
}

/// Beats lie at the same song frames wherever a render starts
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Saturator* const s = state;
  if (!s->at) {
    s->beat =
        (uint32_t)(((song_frame % BEAT_FRAMES) + BEAT_FRAMES) % BEAT_FRAMES);
  }
}

/**
   A shelf around `pivot`, and its inverse:  e = high / low

     (high s + low w) / (s + w),  w = pivot sqrt(e)
*/
static void
send_emphasis(Saturator* s, uint32_t lane, double db, double pivot,
              uint32_t ramp)
{
  const double e = ton_from_db(db);
  const double low = db < 0.0 ? 1.0 / e : 1.0;
  const double high = db > 0.0 ? e : 1.0;
  const double pre = pole_of(pivot * sqrt(e), s->rate);
  const double g = pre / (1.0 - pre) / e;
  ton_ramp_to(&s->c[PRE_POLE], lane, (float)pre, ramp);
  ton_ramp_to(&s->c[PRE_LOW], lane, (float)low, ramp);
  ton_ramp_to(&s->c[PRE_HIGH], lane, (float)high, ramp);
  ton_ramp_to(&s->c[POST_POLE], lane, (float)(g / (1.0 + g)), ramp);
  ton_ramp_to(&s->c[POST_LOW], lane, (float)(1.0 / low), ramp);
  ton_ramp_to(&s->c[POST_HIGH], lane, (float)(1.0 / high), ramp);
}

/// Which curve a lane goes through
static void
choose_curve(Saturator* s, const TonUpdate* u, double emphasis_db)
{
  const SaturatorParams* const p = (const SaturatorParams*)u->params;
  const uint32_t lane = u->lane;
  const int32_t hard = p->character == (float)HARD ? -1 : 0;
  const double drive_db = fmax((double)p->drive_db,
                               (double)(s->c[DRIVE].now[lane] * DB_PER_OCTAVE));
  const double treble_db = drive_db + fmax(emphasis_db, 0.0);
  const int32_t steep = !hard && treble_db > FOLDS_DB ? -1 : 0;
  if (s->hard[lane] != hard) {
    s->hard[lane] = hard;
    s->clip.last[lane] = s->last[lane];
    s->clip.tail[lane] = 0.0F;
    s->mean[0][lane] = s->mean[1][lane] = 0.0F;
  }
  if (steep && (!s->steep[lane] || !u->ramp)) {
    TonVi start = {0};
    start[lane] = -1;
    ton_tanh_start(&s->tanh, start, s->last);
  }
  s->steep[lane] = steep;
  const TonSumShape* const shape = makes[(int)p->character].shape;
  if (shape && (shape != s->shape[lane] || !u->ramp)) {
    TonVi start = {0};
    start[lane] = -1;
    ton_sum_curve_set(&s->sum, lane, shape);
    ton_sum_curve_start(&s->sum, start, s->last);
  }
  s->shape[lane] = shape;
  s->summed[lane] = shape ? -1 : 0;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Saturator* const s = state;
  const SaturatorParams* const p = (const SaturatorParams*)u->params;
  const uint32_t lane = u->lane;
  const int k = (int)p->character;
  const double bias =
      makes[k].bias + MAX_BIAS * (double)p->bias_percent / 100.0;
  const double bent = k == HARD ? 0.0 : tanh(bias);
  const double slope =
      makes[k].shape ? ton_sum_slope(makes[k].shape, bias) : 1.0 - bent * bent;
  const double mix = (double)p->mix_percent / 100.0;
  const double out = ton_from_db((double)p->output_db);
  send_emphasis(s, lane, makes[k].emphasis_db + (double)p->emphasis_db,
                makes[k].pivot_hz, u->ramp);
  ton_ramp_to(&s->c[DRIVE], lane, p->drive_db / DB_PER_OCTAVE, u->ramp);
  if (!u->ramp) { // at once, without a step into the curve
    s->last[lane] += (float)bias - s->c[BIAS].now[lane];
    s->clip.last[lane] = s->last[lane];
  }
  ton_ramp_to(&s->c[BIAS], lane, (float)bias, u->ramp);
  ton_ramp_to(&s->c[SLOPE], lane, (float)slope, u->ramp);
  ton_ramp_to(&s->c[WET], lane, (float)(mix * out), u->ramp);
  ton_ramp_to(&s->c[DRY], lane, (float)((1.0 - mix) * out), u->ramp);
  ton_ramp_to(&s->c[MATCH], lane, p->auto_gain, u->ramp);
  ton_ramp_start(&s->ramp, lane, u->ramp);
  s->sag[lane] = (float)makes[k].sag;
  s->paired[lane] = u->pair ? -1 : 0;
  choose_curve(s, u, makes[k].emphasis_db + (double)p->emphasis_db);
}

static inline TonV
next(Saturator* s, int which)
{
  s->c[which].now += s->c[which].step;
  return s->c[which].now;
}

static inline __attribute__((always_inline)) TonV
shelve(SaturatorShelf* f, TonV pole, TonV low, TonV high, TonV x)
{
  const TonVd in[2] = {ton_v_low(x), ton_v_high(x)};
  const TonVd g[2] = {ton_v_low(pole), ton_v_high(pole)};
  const TonVd l[2] = {ton_v_low(low - high), ton_v_high(low - high)};
  const TonVd h[2] = {ton_v_low(high), ton_v_high(high)};
  TonVd y[2];
  for (int i = 0; i < 2; ++i) {
    const TonVd v = g[i] * (in[i] - f->at[i]);
    const TonVd slow = f->at[i] + v;
    f->at[i] = slow + v;
    y[i] = h[i] * in[i] + l[i] * slow;
  }
  return ton_vd_join(y[0], y[1]);
}

/// n frames of x that are numbers, kept as dry, emphasised into the filters
static void
take(Saturator* s, const float* x, uint32_t n)
{
  TonV* const in = s->over.up[0];
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    const TonV dry = ton_sane(ton_v_load(x));
    s->dry[(s->at + i) & s->mask] = dry;
    const TonV pole = next(s, PRE_POLE);
    const TonV low = next(s, PRE_LOW);
    in[i] = shelve(&s->pre, pole, low, next(s, PRE_HIGH), dry);
  }
}

/// One frame, many at the top; both curves where lanes want both.  The mean
/// square of what is bent moves the bias of the next
static inline __attribute__((always_inline)) void
bend_frame(Saturator* s, const TonV* x, TonV* y, const bool soft,
           const bool steep, const bool hard, const bool sums)
{
  const TonV drive = ton_v_exp2(next(s, DRIVE));
  const TonV bias = next(s, BIAS) + s->sag * s->mean[1];
  TonV at_rest = ton_v_tanh(bias);
  if (sums) {
    at_rest = ton_v_select(s->summed, ton_sum_curve_at(&s->sum, bias), at_rest);
  }
  const TonV per_drive = 1.0F / drive;
  const TonV scale = per_drive / next(s, SLOPE);
  TonV power = {0};
  for (uint32_t k = 0; k < s->over.bands.factor; ++k) {
    const TonV w = drive * x[k] + bias;
    if (soft) {
      TonV bent = ton_v_tanh(s->last);
      if (steep) {
        bent = ton_v_select(s->steep, ton_tanh_step(&s->tanh, w), bent);
      }
      if (sums) {
        bent = ton_v_select(s->summed, ton_sum_curve_step(&s->sum, w), bent);
      }
      bent = bent - at_rest;
      power += bent * bent;
      y[k] = scale * bent;
    }
    if (hard) {
      const TonV clipped = per_drive * (ton_clip_step(&s->clip, w) - bias);
      y[k] = soft ? ton_v_select(s->hard, clipped, y[k]) : clipped;
    }
    s->last = w;
  }
  power = power * (1.0F / (float)s->over.bands.factor);
  s->mean[0] += s->leak[0] * (power - s->mean[0]);
  s->mean[1] += s->leak[1] * (s->mean[0] - s->mean[1]);
}

/// n frames through the curve, at the top rate
static void
bend(Saturator* s, uint32_t n)
{
  const bool hard = ton_vi_any(s->hard);
  const bool soft = ton_vi_any(~s->hard);
  const bool steep = ton_vi_any(s->steep);
  const bool sums = ton_vi_any(s->summed);
  const uint32_t step = s->over.bands.factor;
  const TonV* x = s->over.top;
  TonV* y = ton_oversample_back(&s->over);
  for (uint32_t i = 0; i < n; ++i, x += step, y += step) {
    if (sums) {
      bend_frame(s, x, y, true, true, true, true);
    } else if (steep) {
      bend_frame(s, x, y, true, true, true, false);
    } else if (soft && hard) {
      bend_frame(s, x, y, true, false, true, false);
    } else if (hard) {
      bend_frame(s, x, y, false, false, true, false);
    } else {
      bend_frame(s, x, y, true, false, false, false);
    }
  }
}

static inline TonV
line_at(const SaturatorLine* line, uint32_t frame)
{
  return line->from + line->step * (float)frame;
}

/// From where it arrives now to another value within a beat
static inline void
line_to(SaturatorLine* line, TonV to)
{
  line->step = (to - line->to) * (1.0F / BEAT_FRAMES);
  line->from = line->to;
  line->to = to;
}

/// Wet without the DC that the curve has made
static inline TonV
without_dc(Saturator* s, TonV wet, TonV dry)
{
  const TonV made = wet - dry;
  const TonVd in[2] = {ton_v_low(made), ton_v_high(made)};
  TonVd slow[2];
  for (int i = 0; i < 2; ++i) {
    const TonVd v = s->dc_pole * (in[i] - s->dc_first.at[i]);
    slow[i] = s->dc_first.at[i] + v;
    s->dc_first.at[i] = slow[i] + v;
  }
  s->dc_sum += ton_vd_join(slow[0], slow[1]);
  return wet - line_at(&s->dc, s->beat + 1);
}

/// Every beat: where the DC goes until the next
static void
follow_dc(Saturator* s)
{
  TonV x = s->dc_sum * (1.0F / BEAT_FRAMES);
  for (int i = 0; i < DC_POLES - 1; ++i) {
    s->dc_slow[i] += s->dc_feed * (x - s->dc_slow[i]);
    x = s->dc_slow[i];
  }
  line_to(&s->dc, x);
  s->dc_sum = (TonV){0};
}

/// The gain of one lane in BEAT_FRAMES, from the mean powers of what was loud
/// enough to count
static float
match(Saturator* s, uint32_t lane)
{
  const uint32_t other = s->paired[lane] ? lane ^ 1U : lane;
  const double dry = (double)s->power[0][lane] + (double)s->power[0][other];
  const double wet = (double)s->power[1][lane] + (double)s->power[1][other];
  double* const mean = s->mean_power[lane];
  if (dry > 2.0 * BEAT_FRAMES * MATCH_GATE) {
    s->heard[lane] =
        fmin(s->heard[lane] + 1.0, MATCH_S * s->rate / BEAT_FRAMES);
    mean[0] += (dry - mean[0]) / s->heard[lane];
    mean[1] += (wet - mean[1]) / s->heard[lane];
  }
  const double largest = MATCH_MAX * MATCH_MAX * mean[1];
  const double g = mean[0] > largest ? MATCH_MAX
                   : mean[1] > 0.0   ? fmax(sqrt(mean[0] / mean[1]), MATCH_MIN)
                                     : 1.0;
  return (float)g;
}

static inline TonV
matched(Saturator* s, TonV wet, TonV dry)
{
  const TonV in[2] = {dry, wet};
  for (int i = 0; i < 2; ++i) {
    const TonV y =
        ton_svf_step(&s->weigh[i][1], ton_svf_step(&s->weigh[i][0], in[i]));
    s->power[i] += y * y;
  }
  const TonV gain = line_at(&s->gain, s->beat + 1);
  if (++s->beat == BEAT_FRAMES) {
    TonV to;
    for (uint32_t lane = 0; lane < TON_LANES; ++lane) {
      to[lane] = match(s, lane);
    }
    line_to(&s->gain, to);
    s->power[0] = s->power[1] = (TonV){0};
    follow_dc(s);
    s->beat = 0;
  }
  return wet + next(s, MATCH) * (gain - 1.0F) * wet;
}

/// n frames out of the filters, with their dry sound, into x
static void
give(Saturator* s, float* x, TonVi on, uint32_t n)
{
  const TonV* out = s->over.out;
  for (uint32_t i = 0; i < n; ++i, ++s->at, x += TON_LANES) {
    const TonV dry = s->dry[(s->at - s->over.bands.latency) & s->mask];
    const TonV pole = next(s, POST_POLE);
    const TonV low = next(s, POST_LOW);
    const TonV bent = shelve(&s->post, pole, low, next(s, POST_HIGH), out[i]);
    const TonV wet = matched(s, without_dc(s, bent, dry), dry);
    const TonV mixed = next(s, DRY) * dry + next(s, WET) * wet;
    ton_v_store(x, ton_v_select(on, mixed, ton_v_load(x)));
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Saturator* const s = state;
  const TonVi on = ton_vi_load(block->on);
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    const uint32_t largest = left < CHUNK ? left : CHUNK;
    const uint32_t n = ton_ramp_span(&s->ramp, largest);
    take(s, x, n);
    ton_oversample_up(&s->over, n);
    bend(s, n);
    ton_oversample_down(&s->over, n);
    give(s, x, on, n);
    ton_ramp_advance(&s->ramp, s->c, N_RAMPED, n);
    x += (size_t)n * TON_LANES;
    left -= n;
  }
  ton_lanes_done();
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  return ((const Saturator*)state)->over.bands.latency;
}

/// Filters of the other half; the DC falls by 120 dB
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const Saturator*)state)->rate;
  return latency(self, state, values) + (uint64_t)(0.95 * rate);
}

/// In pauses the gain that matches stands still, and remembers as long
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const SaturatorParams* const p = (const SaturatorParams*)values;
  const double rate = ((const Saturator*)state)->rate;
  const double match = p->auto_gain != 0.0F ? MATCH_S : 0.0;
  return tail(self, state, values) + ton_settle_frames(SAG_S + match, rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const SaturatorParams* const p = (const SaturatorParams*)values;
  return p->mix_percent == 0.0F && p->output_db == 0.0F;
}

const TonProcessor TON_LANED(ton_saturator) = {
    .id = "saturator",
    .name = "Saturator",
    .category = "colour",
    .help =
        "Distortion of a tube, a transistor, tape, a transformer, a clipper or "
        "a folder, for harmonics and density; oversampled to at least 352.8 "
        "kHz, so that there is no "
        "aliasing. A sine of -18 dBFS RMS (0 VU) at 0 dB of drive gets a third "
        "harmonic of -52 dB.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
};
