// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Compressor: turns down what is louder than a threshold.
*/
#include "base/array.h"
#include "dsp/decibel.h"
#include "dsp/gain_computer.h"
#include "processors/dynamics/compressor_pairs.h"
#include "processors/dynamics/compressor_params.h"
#include "processors/dynamics/reduction.h"
#include "processors/processors.h"

#include <math.h>

/// An attack that is shorter follows each wave, and the corners of its gain fold
/// at the sample rate: it reads the peaks between the samples too, and holds
/// them until the next one of tones above 1 kHz
static const double QUICK_MS = 0.5;
static const double DETECTOR_MS = 35.0; ///< RMS, and the ripple it follows
static const double MAKE_UP_S = 4.0;
static const double CHARGE_S = 1.0; ///< Of the second stage of a release
static const double DISCHARGE_S = 3.0;

/// A corner is a knee of this width, in octaves
static const double CORNER = 1e-6;

/// Whether one pair is alone in four lanes
static bool
is_alone(const TonSpec* spec)
{
  return TON_LANES == 4 && spec->params[0] && spec->params[1] &&
         !spec->params[2] && !spec->params[3];
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ton_look_ahead_ring(LONGEST_MS, spec->rate);
  TON_TRY(ton_instance(sizeof(Compressor) + ring * sizeof(TonV), state, error));
  Compressor* const s = *state;
  s->rate = spec->rate;
  s->alone = is_alone(spec);
  s->ahead.mask = ring - 1;
  s->power_feed = ton_v(ton_average_feed(0.010, spec->rate));
  ton_make_up_prepare(&s->loudness, spec->rate);
  ton_two_stage_prepare(&s->release, CHARGE_S, DISCHARGE_S, spec->rate);
  ton_inter_sample_prepare(&s->between);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Compressor* const s = state;
  ton_sliding_max_reset(&s->hold);
  ton_ballistics_reset(&s->ballistics);
  ton_feedback_gain_reset(&s->feedback);
  ton_two_stage_reset(&s->release);
  memset(&s->power, 0, sizeof(s->power));
  ton_make_up_reset(&s->loudness);
  ton_svf_clear(&s->highpass);
  ton_inter_sample_reset(&s->between);
  ton_look_ahead_clear(&s->ahead, s->ring);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_sliding_max_locate(&((Compressor*)state)->hold, song_frame);
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  const double rate = ((const Compressor*)state)->rate;
  return ton_look_ahead_frames((double)p->lookahead_ms, rate);
}

static void
set_detector(Compressor* s, uint32_t lane, const CompressorParams* p)
{
  const double hz = (double)p->sidechain_highpass_hz;
  ton_sidechain_filter(&s->highpass, lane, TON_FILTER_HIGHPASS, hz, s->rate);
  s->filtered[lane] = hz > 20.0 ? -1 : 0;
  s->any_filter = ton_vi_any(s->filtered);
  s->rms[lane] = p->detector == (float)RMS ? -1 : 0;
  s->any_rms = ton_vi_any(s->rms);
}

static void
set_hold(Compressor* s, uint32_t lane, const CompressorParams* p)
{
  const bool quick =
      (double)p->attack_ms < QUICK_MS && p->detector == (float)PEAK;
  const double ms = fmax((double)p->hold_ms, quick ? QUICK_MS : 0.0);
  if (quick && !s->quick[lane]) {
    ton_inter_sample_forget(&s->between, lane);
  }
  s->quick[lane] = quick ? -1 : 0;
  s->any_quick = ton_vi_any(s->quick);
  ton_sliding_max_set(&s->hold, lane, ms * s->rate / 1000.0, TON_SLIDING_PARTS);
}

static void
set_behaviour(Compressor* s, uint32_t lane, const CompressorParams* p)
{
  const int behaviour = (int)p->behaviour;
  ton_feedback_gain_set(&s->feedback, lane, behaviour != CLEAN,
                        (double)p->attack_ms, (double)p->release_ms, s->rate);
  ton_two_stage_set(&s->release, lane,
                    p->auto_release != 0.0F ? AUTO_SHARE
                                            : share_that_stays[behaviour]);
}

static void
set_curve(Compressor* s, const TonUpdate* u)
{
  const CompressorParams* const p = (const CompressorParams*)u->params;
  const double octave = TON_OCTAVE_DB;
  const double knee = fmax((double)p->knee_db / octave, CORNER);
  const double values[N_RAMPED] = {
      [EDGE] = ((double)p->threshold_db - 0.5 * (double)p->knee_db) / octave,
      [SLOPE] = p->ratio >= 100.0F ? 1.0 : 1.0 - 1.0 / (double)p->ratio,
      [KNEE] = knee,
      [RANGE] = (double)p->range_db / octave,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
      [MAKEUP] = (double)p->makeup_db / octave,
      [MIX] = (double)p->mix_percent / 100.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, u->lane, u->ramp);
}

/// Which paths the lanes need while no ramp runs
static void
choose_paths(Compressor* s)
{
  const TonV link = s->c[LINK].now;
  s->linked = link == 1.0F;
  s->any_link = ton_vi_any(s->linked);
  s->half_link = ton_vi_any((link != 0.0F) & (link != 1.0F));
  s->mixed = ton_vi_any(s->c[MIX].now != 1.0F);
  s->drive = ton_v_exp2(-s->c[EDGE].now);
  s->bend = s->c[SLOPE].now / s->c[KNEE].now;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Compressor* const s = state;
  const CompressorParams* const p = (const CompressorParams*)u->params;
  set_curve(s, u);
  ton_ballistics_set(
      &s->ballistics, u->lane,
      &(TonBallisticsTimes){(double)p->attack_ms, 0.0, (double)p->release_ms},
      s->rate);
  set_behaviour(s, u->lane, p);
  set_hold(s, u->lane, p);
  set_detector(s, u->lane, p);
  ton_make_up_set(&s->loudness, u->lane, p->auto_makeup != 0.0F, u->pair);
  ton_look_ahead_set(&s->ahead, u->lane, latency(self, s, u->params));
  choose_paths(s);
}

// Level of the sidechain ----------------------------------------------------------

/// From twice the mean square, so that a sine reads its peak as in the other
/// detector
static void
root_mean_square(Compressor* s, TonV* x, uint32_t n)
{
  const TonV feed = s->power_feed;
  TonV power = s->power;
  for (uint32_t i = 0; i < n; ++i) {
    const TonV clean = ton_sane(x[i]);
    power = ton_v_max(power + feed * (clean * clean - power), ton_v(1e-20F));
    x[i] = ton_v_select(s->rms, ton_v_sqrt(power + power), x[i]);
  }
  s->power = power;
}

static void
filter_sidechain(Compressor* s, TonV* x, uint32_t n)
{
  TonV band = s->highpass.band;
  TonV low = s->highpass.low;
  for (uint32_t i = 0; i < n; ++i) {
    TonSvfLanes one = s->highpass;
    one.band = band;
    one.low = low;
    x[i] = ton_v_select(s->filtered, ton_svf_step(&one, ton_sane(x[i])), x[i]);
    band = one.band;
    low = one.low;
  }
  s->highpass.band = band;
  s->highpass.low = low;
}

static void
between_samples(Compressor* s, TonV* x, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = ton_v_select(s->quick, ton_sane(x[i]), x[i]);
  }
  ton_inter_sample(&s->between, s->quick, x, n);
}

/// The level of n frames, linear, with its sign in peak detectors, whatever
/// the lanes need
static void
detect(Compressor* s, const float* sidechain, TonV* level, uint32_t n)
{
  memcpy(level, sidechain, n * sizeof(TonV));
  if (s->any_filter) {
    filter_sidechain(s, level, n);
  }
  if (s->any_quick) {
    between_samples(s, level, n);
  }
  if (s->any_rms) {
    root_mean_square(s, level, n);
  }
}

// The curve ---------------------------------------------------------------------

/// Distance from the knee's lower end, in octaves, in place of the level
static void
drive_any(Compressor* s, TonV* c, uint32_t n)
{
  TonV drive = s->drive;
  for (uint32_t i = 0; i < n; ++i) {
    if (s->ramp.moving) {
      s->c[EDGE].now += s->c[EDGE].step;
      drive = ton_v_exp2(-s->c[EDGE].now);
    }
    c[i] = ton_over_edge(c[i], drive);
  }
  ton_frames_log2(c, n);
}

/// What a frame asks for: a reduction, or the level for a lane that listens to its
/// output; and the law of that frame
typedef struct {
  TonV c;
  TonV slope;
  TonV knee;
  TonV range;
} Wanted;

static void
want(Compressor* s, const TonV* over, Wanted* wanted, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = SLOPE; s->ramp.moving && k <= LINK; ++k) {
      s->c[k].now += s->c[k].step;
      s->bend = s->c[SLOPE].now / s->c[KNEE].now;
    }
    const CompressorCurve v = curve_now(s);
    const TonV c =
        ton_v_select(s->feedback.lanes, over[i], reduction(&v, over[i]));
    wanted[i] = (Wanted){ton_link(c, v.link), s->c[SLOPE].now, v.knee, v.range};
  }
}

/// Distances from the knee's lower end become reductions, whatever the lanes need
static void
reduce_any(Compressor* s, TonV* c, uint32_t n)
{
  Wanted wanted[CHUNK];
  TonV fed[CHUNK];
  want(s, c, wanted, n);
  for (uint32_t i = 0; i < n; ++i) {
    c[i] = wanted[i].c;
  }
  if (s->hold.any) {
    ton_sliding_max(&s->hold, c, n);
  }
  for (uint32_t i = 0; s->feedback.any && i < n; ++i) {
    const Wanted* const w = &wanted[i];
    fed[i] = ton_feedback_gain(&s->feedback, c[i], w->slope, w->knee, w->range);
  }
  ton_ballistics(&s->ballistics, c, n);
  for (uint32_t i = 0; s->feedback.any && i < n; ++i) {
    c[i] = ton_v_select(s->feedback.lanes, fed[i], c[i]);
  }
  if (s->release.any) {
    ton_two_stage(&s->release, c, n);
  }
}

// Gain ----------------------------------------------------------------------

/// Reduction of n frames of sound becomes gain, in octaves
static void
make_up(Compressor* s, const TonV* sound, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    TonV gain = -c[i];
    if (s->loudness.any) {
      gain += ton_make_up_step(&s->loudness, sound[i], gain);
    }
    s->c[MAKEUP].now += s->ramp.moving ? s->c[MAKEUP].step : ton_v(0.0F);
    c[i] = s->c[MAKEUP].now + gain;
  }
}

static TonV
apply_any(Compressor* s, TonV* c, float* x, uint32_t n, TonV largest, TonVi on)
{
  TonV late[CHUNK];
  TonV mix = s->c[MIX].now;
  for (uint32_t i = 0; i < n; ++i) {
    largest = ton_v_max(largest, c[i]);
    late[i] = ton_v_load(x + (size_t)i * TON_LANES);
  }
  if (s->ahead.longest) {
    ton_look_ahead_run(&s->ahead, s->ring, x, late, n);
  }
  make_up(s, late, c, n);
  ton_frames_exp2(c, n);
  for (uint32_t i = 0; i < n; ++i) {
    float* const at = x + (size_t)i * TON_LANES;
    mix += s->ramp.moving ? s->c[MIX].step : ton_v(0.0F);
    const TonV gain = c[i] * mix + (1.0F - mix);
    ton_v_store(at, ton_v_select(on, late[i] * gain, ton_v_load(at)));
  }
  s->c[MIX].now = mix;
  return largest;
}

/// General path: at most CHUNK frames, in which no ramp ends
static TonV
run_any(Compressor* s, const TonBlock* block, uint32_t from, uint32_t n,
        TonV largest)
{
  TonV c[CHUNK];
  float* const x = block->x + (size_t)from * TON_LANES;
  detect(s, reduction_sidechain(block, from), c, n);
  drive_any(s, c, n);
  reduce_any(s, c, n);
  return apply_any(s, c, x, n, largest, ton_vi_load(block->on));
}

// The usual case ------------------------------------------------------------

/// No ramp, hold, auto make-up, second stage of a release or listening to the
/// output: the fast path is allowed
static bool
fast_path(const Compressor* s)
{
  return !(s->ramp.moving || s->half_link || s->loudness.any || s->hold.any ||
           s->feedback.any || s->release.any);
}

/// At most CHUNK frames in whole groups, of which level and sound are not those
/// of the block
static TonV
run_chunk(Compressor* s, Stretch t, uint32_t n, TonV largest)
{
  TonV level[CHUNK];
  TonV late[CHUNK];
  if (s->any_filter || s->any_rms) {
    detect(s, t.sidechain, level, n);
    t.sidechain = (const float*)level;
  }
  if (s->ahead.longest) {
    ton_look_ahead_run(&s->ahead, s->ring, t.x, late, n);
    t.late = (const float*)late;
  }
  return s->alone ? run_alone(s, t, n, largest) : run_groups(s, t, n, largest);
}

/// Whole groups, as many as there are
static TonV
run_plain(Compressor* s, const TonBlock* block, uint32_t from, uint32_t n,
          TonV largest)
{
  const size_t at = (size_t)from * TON_LANES;
  Stretch t = {reduction_sidechain(block, from), block->x + at, block->x + at,
               ~ton_vi_load(block->on)};
  if (!(s->any_filter || s->any_rms || s->ahead.longest)) {
    return s->alone ? run_alone(s, t, n, largest)
                    : run_groups(s, t, n, largest);
  }
  for (uint32_t done = 0; done < n; done += CHUNK) {
    const uint32_t some = n - done < CHUNK ? n - done : CHUNK;
    largest = run_chunk(s, t, some, largest);
    t.sidechain += (size_t)CHUNK * TON_LANES;
    t.late += (size_t)CHUNK * TON_LANES;
    t.x += (size_t)CHUNK * TON_LANES;
  }
  return largest;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Compressor* const s = state;
  TonV largest = ton_v(0.0F);
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t left = block->frames - at;
    const uint32_t groups = left - left % TON_UNROLLED;
    if (groups && fast_path(s)) {
      largest = run_plain(s, block, at, groups, largest);
      at += groups;
      continue;
    }
    const uint32_t n = ton_ramp_span(&s->ramp, left < CHUNK ? left : CHUNK);
    const bool moved = s->ramp.moving;
    largest = run_any(s, block, at, n, largest);
    ton_ramp_advance(&s->ramp, s->c, N_RAMPED, n);
    if (moved) {
      choose_paths(s);
    }
    at += n;
  }
  ton_sliding_max_count(&s->hold, block->frames);
  ton_ballistics_settle(&s->ballistics);
  reduction_meter(block, largest);
}

/// Make-up stands still in pauses: then it remembers for as long as they are
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  const double rate = ((const Compressor*)state)->rate;
  const double ms = (double)(p->attack_ms + p->release_ms) + DETECTOR_MS;
  const double make_up = p->auto_makeup != 0.0F ? MAKE_UP_S : 0.0;
  const bool charged = p->behaviour != (float)CLEAN || p->auto_release != 0.0F;
  const double charge = charged ? DISCHARGE_S : 0.0;
  return latency(self, state, values) +
         (uint64_t)(1.1 * fmax((double)p->hold_ms, QUICK_MS) * rate / 1000.0) +
         ton_settle_frames(ms / 1000.0 + make_up + charge, rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  return (p->ratio <= 1.0F || p->range_db <= 0.0F || p->mix_percent <= 0.0F) &&
         (p->makeup_db == 0.0F || p->mix_percent <= 0.0F) &&
         p->lookahead_ms == 0.0F;
}

/// Of a steady sound `over` dB beyond the knee's lower end, where the compressor
/// listens to its output: the root of  o + K o^2 / (2 knee) = over
static double
fed_back(const CompressorParams* p, double over)
{
  const double ratio = fmin((double)p->ratio, 1.0 / (1.0 - 0.99));
  const double knee = fmax((double)p->knee_db, CORNER * TON_OCTAVE_DB);
  const double bent =
      2.0 * over / (1.0 + sqrt(1.0 + 2.0 * (ratio - 1.0) * over / knee));
  const double out =
      bent > knee ? (over + 0.5 * (ratio - 1.0) * knee) / ratio : bent;
  return over - out;
}

static double
transfer(const TonProcessor* self, const float* values, double in_db)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  const double threshold = (double)p->threshold_db;
  const double knee = (double)p->knee_db;
  const double ratio = p->ratio >= 100.0F ? INFINITY : (double)p->ratio;
  const double over = fmax(in_db - threshold + 0.5 * knee, 0.0);
  const double wanted =
      p->behaviour == (float)CLEAN
          ? ton_compressor_reduction(in_db, threshold, ratio, knee)
          : fed_back(p, over);
  const double wet =
      ton_from_db((double)p->makeup_db - fmin(wanted, (double)p->range_db));
  const double mix = (double)p->mix_percent / 100.0;
  return in_db + ton_to_db(mix * wet + 1.0 - mix);
}

const TonProcessor TON_LANED(ton_compressor) = {
    .id = "compressor",
    .name = "Compressor",
    .category = "dynamics",
    .help =
        "Turns down what rises above a threshold. Attack and release are the "
        "times in which the gain, in decibels, makes 63 % of a change. It can "
        "behave like a VCA (clean), a FET or an opto compressor. The meter "
        "shows the gain reduction.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = reduction_meters,
    .n_meters = TON_COUNT(reduction_meters),
    .flags = TON_SIDECHAIN,
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .settle = settle,
    .neutral = neutral,
    .transfer = transfer,
};
