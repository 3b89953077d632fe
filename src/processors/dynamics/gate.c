// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Gate and expander: turns down what is quieter than a threshold.
*/
#include "dsp/detector.h"
#include "dsp/gain_computer.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/look_ahead.h"
#include "dsp/ramp.h"
#include "dsp/svf.h"
#include "processors/dynamics/reduction.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float threshold_db;
  float hysteresis_db;
  float ratio;
  float knee_db;
  float range_db;
  float attack_ms;
  float hold_ms;
  float release_ms;
  float link_percent;
  float lookahead_ms;
  float sidechain_highpass_hz;
  float sidechain_lowpass_hz;
} GateParams;

enum { LONGEST_MS = 10 };

static const float OPEN_LOW_HZ = 20.0F;
static const float OPEN_HIGH_HZ = 20000.0F;
static const float GATE_RATIO =
    100.0F; ///< From here on it is a gate, not an expander

#define AT(field) offsetof(GateParams, field)

static const TonParam params[] = {
    ROW_DB("threshold", threshold_db, -80, 0, -40, TON_AUTOMATE, THRESHOLD,
           "Threshold",
           "Level at which the gate opens; quieter sound is turned down"),
    ROW_DB(
        "hysteresis", hysteresis_db, 0, 12, 4, TON_AUTOMATE, HYSTERESIS,
        "Hysteresis",
        "How far the level must fall below the threshold before an open gate "
        "closes; stops it from chattering"),
    ROW_RATIO(
        "ratio", ratio, 1, 100, 100, TON_AUTOMATE | TON_ENDLESS, RATIO, "Ratio",
        "How steeply sound below the threshold is turned down: at 2:1 a level "
        "10 dB below comes out 20 dB below; inf:1 is a gate, less is an "
        "expander"),
    ROW_DB(
        "knee", knee_db, 0, 24, 6, TON_AUTOMATE, KNEE, "Knee",
        "Width of the soft transition around the threshold of an expander; a "
        "gate has none"),
    ROW_DB("range", range_db, 0, 100, 60, TON_AUTOMATE, RANGE, "Range",
           "Largest gain reduction"),
    ROW_MS("attack", attack_ms, 0.01, 100, 1, TON_AUTOMATE, ATTACK, "Attack",
           "Time to open by 63 % of the gain reduction"),
    ROW_MS("hold", hold_ms, 0, 2000, 20, TON_AUTOMATE, HOLD, "Hold",
           "Time the gate stays open after the level has fallen"),
    ROW_MS("release", release_ms, 5, 4000, 100, TON_AUTOMATE, RELEASE,
           "Release", "Time to close by 63 % of the gain reduction"),
    ROW_PERCENT(
        "link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK, "Stereo link",
        "How far the louder side of a stereo pair opens the other side too"),
    ROW_MS("look-ahead", lookahead_ms, 0, LONGEST_MS, 0, TON_RESTART,
           LOOK_AHEAD, "Look-ahead",
           "Delays the sound so that the gate is open before it arrives; adds "
           "latency"),
    ROW_HZ("sidechain-highpass", sidechain_highpass_hz, 20, 4000, 20, 0,
           SIDECHAIN_HIGHPASS, "Key high-pass",
           "Side-chain high-pass: the detector ignores what is lower; 20 Hz is "
           "off"),
    ROW_HZ(
        "sidechain-lowpass", sidechain_lowpass_hz, 100, 20000, 20000, 0,
        SIDECHAIN_LOWPASS, "Key low-pass",
        "Side-chain low-pass: the detector ignores what is higher; 20 kHz is "
        "off"),
};

static_assert(sizeof(GateParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Coefficients with a ramp.  Levels are in octaves of amplitude (6.02 dB) re full scale
enum { THRESHOLD, HYSTERESIS, SLOPE, KNEE, BEND, RANGE, LINK, N_RAMPED };

/**
   A hold, and two equal poles, which begin and end without a corner:
   c - goal - y - z.  The poles move while the goal is held, so that what came
   before is forgotten whether the hold ends or not.

   In float, which stands still before it arrives; so what is kept is the
   distance to where each pole goes:  above = y - goal,  lag = z - y.
*/
typedef struct {
  TonV open;  ///< Share of both distances kept each frame, opening
  TonV close; ///< The same closing
  TonV hold;  ///< Frames
  TonV held;  ///< State: frames of hold left
  TonV goal;  ///< State: octaves of gain reduction
  TonV above; ///< State
  TonV lag;   ///< State
  bool begun; ///< The first frame was there
} GateEnvelope;

/// State of the hysteresis: which of the two thresholds applies
typedef struct {
  TonV hold; ///< Frames
  TonV stay; ///< State: frames left before the upper threshold counts again
  TonV open; ///< State: 1 where the lower threshold counts, else 0
} Hysteresis;

/**
   sidechain - high-pass - low-pass - |x|, falls in 5 ms - log2 - link
                                                              |
        +---------- two poles <- hold <- curve <- hysteresis -+
        v
   x - look-ahead - * 2^-gain reduction - out
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonV fall;  ///< Share of the peak kept each frame
  TonV peak;  ///< State
  TonV since; ///< State: frames since the peak last rose
  TonVi high_on;
  TonVi low_on;
  bool any_high;
  bool any_low;
  TonSvfLanes highpass;
  TonSvfLanes lowpass;
  Hysteresis hysteresis;
  GateEnvelope envelope;
  TonLookAhead ahead;
  TonV ring[];
} Gate;

static const double FALL_S = 0.005;
static const float LONGEST_SINCE = 1e6F; ///< Frames: beyond the longest hold

/// Time in which two equal poles cover 63 %, in their time constants:
/// (1 + t) e^-t = 1/e
static const double TWO_POLES = 2.146193;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ton_look_ahead_ring(LONGEST_MS, spec->rate);
  TON_TRY(ton_instance(sizeof(Gate) + ring * sizeof(TonV), state, error));
  Gate* const s = *state;
  s->rate = spec->rate;
  s->ahead.mask = ring - 1;
  s->fall = ton_v((float)exp(-1.0 / (FALL_S * spec->rate)));
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Gate* const s = state;
  memset(&s->peak, 0, sizeof(s->peak));
  memset(&s->since, 0, sizeof(s->since));
  memset(&s->hysteresis.stay, 0, sizeof(s->hysteresis.stay));
  memset(&s->hysteresis.open, 0, sizeof(s->hysteresis.open));
  memset(&s->envelope.held, 0, sizeof(s->envelope.held));
  s->envelope.begun = false;
  ton_svf_clear(&s->highpass);
  ton_svf_clear(&s->lowpass);
  ton_look_ahead_clear(&s->ahead, s->ring);
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const GateParams* const p = (const GateParams*)values;
  const double rate = ((const Gate*)state)->rate;
  return ton_look_ahead_frames((double)p->lookahead_ms, rate);
}

static void
set_key(Gate* s, uint32_t lane, const GateParams* p)
{
  ton_sidechain_filter(&s->highpass, lane, TON_FILTER_HIGHPASS,
                       (double)p->sidechain_highpass_hz, s->rate);
  ton_sidechain_filter(&s->lowpass, lane, TON_FILTER_LOWPASS,
                       (double)p->sidechain_lowpass_hz, s->rate);
  s->high_on[lane] = p->sidechain_highpass_hz > OPEN_LOW_HZ ? -1 : 0;
  s->low_on[lane] = p->sidechain_lowpass_hz < OPEN_HIGH_HZ ? -1 : 0;
  s->any_high = ton_vi_any(s->high_on);
  s->any_low = ton_vi_any(s->low_on);
}

static void
set_times(Gate* s, uint32_t lane, const GateParams* p)
{
  GateEnvelope* const w = &s->envelope;
  const double frames = s->rate / 1000.0;
  const double attack = (double)p->attack_ms * frames / TWO_POLES;
  const double release = (double)p->release_ms * frames / TWO_POLES;
  const float hold = (float)rint((double)p->hold_ms * frames);
  w->open[lane] = (float)exp(-1.0 / attack);
  w->close[lane] = (float)exp(-1.0 / release);
  w->hold[lane] = hold;
  w->held[lane] = fminf(w->held[lane], hold);
  s->hysteresis.hold[lane] = hold;
  s->hysteresis.stay[lane] = fminf(s->hysteresis.stay[lane], hold);
}

static void
set_curve(Gate* s, const TonUpdate* u)
{
  const GateParams* const p = (const GateParams*)u->params;
  const double octave = TON_OCTAVE_DB;
  const bool gate = p->ratio >= GATE_RATIO;
  const double knee = gate ? 0.0 : (double)p->knee_db / octave;
  const double values[N_RAMPED] = {
      [THRESHOLD] = (double)p->threshold_db / octave,
      [HYSTERESIS] = (double)p->hysteresis_db / octave,
      [SLOPE] = gate ? 1e6 : (double)p->ratio - 1.0,
      [KNEE] = knee,
      [BEND] = knee > 0.0 ? 0.5 / knee : 0.0,
      [RANGE] = (double)p->range_db / octave,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, u->lane, u->ramp);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Gate* const s = state;
  const GateParams* const p = (const GateParams*)u->params;
  set_curve(s, u);
  set_key(s, u->lane, p);
  set_times(s, u->lane, p);
  ton_look_ahead_set(&s->ahead, u->lane, latency(self, s, u->params));
}

/// Level of n frames of the sidechain, in octaves re full scale, and for how
/// many frames it has fallen
static void
detect(Gate* s, const float* sidechain, TonV* level, TonV* since, uint32_t n)
{
  TonV peak = s->peak;
  TonV fallen = s->since;
  for (uint32_t i = 0; i < n; ++i) {
    TonV x = ton_sane(ton_v_load(sidechain + (size_t)i * TON_LANES));
    if (s->any_high) {
      x = ton_v_select(s->high_on, ton_svf_step(&s->highpass, x), x);
    }
    if (s->any_low) {
      x = ton_v_select(s->low_on, ton_svf_step(&s->lowpass, x), x);
    }
    const TonV rise = ton_v_max(ton_v_abs(x), ton_v(1e-6F));
    const TonV fall = s->fall * peak;
    fallen = ton_v_where_ge(rise, fall, ton_v(0.0F), fallen + 1.0F);
    peak = ton_v_max(rise, fall);
    level[i] = peak;
    since[i] = fallen;
  }
  s->peak = peak;
  s->since = ton_v_min(fallen, ton_v(LONGEST_SINCE));
  ton_frames_log2(level, n);
}

/**
   The threshold that applies at level x

            T -+-------- opens here
               |
        T - H -+-------- closes when below for the hold, from then on T counts
*/
static inline TonV
threshold_now(Hysteresis* m, TonV upper, TonV hysteresis, TonV x, TonV since)
{
  const TonV zero = ton_v(0.0F);
  const TonV one = ton_v(1.0F);
  const TonV opens = ton_v_where_ge(x, upper, one, zero);
  const TonV keeps = ton_v_where_ge(x, upper - hysteresis, one, zero);
  const TonV less = ton_v_max(m->stay - 1.0F, ton_v(-1.0F));
  const TonV near = ton_v_max(opens, keeps * m->open);
  const TonV still = ton_v_where_ge(less, zero, m->open, zero);
  m->stay = ton_v_where_ge(near, one, m->hold - since, less);
  m->open = ton_v_max(near, still);
  return upper - m->open * hysteresis;
}

/**
   Gain reduction wanted at a level

     c = slope (t^2 / (2 knee) + o - t),  o = edge - level + knee/2 >= 0,
     t = min(o, knee)
*/
static inline TonV
wanted_reduction(const TonV* v, TonV threshold, TonV level)
{
  const TonV o = ton_v_max(threshold - level + 0.5F * v[KNEE], ton_v(0.0F));
  const TonV t = ton_v_min(o, v[KNEE]);
  return ton_v_min(v[SLOPE] * (t * t * v[BEND] + (o - t)), v[RANGE]);
}

/// Start at steady state for the first sample
static inline void
start_steady(GateEnvelope* w, TonV c)
{
  w->goal = c;
  w->above = ton_v(0.0F);
  w->lag = ton_v(0.0F);
  w->begun = true;
}

/// Reduction wanted becomes the reduction.  The hold is counted from where the
/// level began to fall, not from where it fell below the threshold
static inline TonV
follow(GateEnvelope* w, TonV c, TonV since)
{
  const TonV zero = ton_v(0.0F);
  const TonV less = ton_v_max(w->held - 1.0F, ton_v(-1.0F));
  const TonV kept = ton_v_where_ge(less, zero, w->goal, c);
  const TonV goal = ton_v_where_ge(w->goal, c, c, kept);
  const TonV s = w->above + (w->goal - goal);
  w->held = ton_v_where_ge(w->goal, c, w->hold - since, less);
  w->above = ton_v_where_ge(s, zero, s * w->open, s * w->close);
  const TonV far = w->lag + (s - w->above);
  w->lag = ton_v_where_ge(far, zero, far * w->open, far * w->close);
  w->goal = goal;
  return goal + w->above + w->lag;
}

/// Levels become gain reductions, in their place.  One loop for the hysteresis and
/// the envelope: each waits for its own last frame, and not for the other
static void
reduce(Gate* s, TonV* level, const TonV* since, uint32_t n)
{
  TonV v[N_RAMPED];
  Hysteresis hysteresis = s->hysteresis;
  GateEnvelope envelope = s->envelope;
  for (int k = 0; k < N_RAMPED; ++k) {
    v[k] = s->c[k].now;
  }
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = 0; s->ramp.moving && k < N_RAMPED; ++k) {
      v[k] += s->c[k].step;
    }
    const TonV x = ton_link(level[i], v[LINK]);
    // of the side that the level is of
    const TonV fallen =
        ton_v_select(x > level[i], ton_v_swap(since[i]), since[i]);
    const TonV c = wanted_reduction(
        v, threshold_now(&hysteresis, v[THRESHOLD], v[HYSTERESIS], x, fallen),
        x);
    if (!envelope.begun) {
      start_steady(&envelope, c);
    }
    level[i] = follow(&envelope, c, fallen);
  }
  for (int k = 0; k < N_RAMPED; ++k) {
    s->c[k].now = v[k];
  }
  s->hysteresis = hysteresis;
  s->envelope = envelope;
}

/// A piece of a block.  Returns the largest gain
/// reduction of frames that are not silent
static TonV
run(void* state, const TonBlock* block, uint32_t from, uint32_t n, TonV largest)
{
  Gate* const s = state;
  TonV c[REDUCTION_PIECE];
  TonV since[REDUCTION_PIECE];
  TonV late[REDUCTION_PIECE];
  float* const x = block->x + (size_t)from * TON_LANES;
  const TonVi on = ton_vi_load(block->on);
  detect(s, reduction_sidechain(block, from), c, since, n);
  reduce(s, c, since, n);
  const float* sound = x;
  if (s->ahead.longest) {
    ton_look_ahead_run(&s->ahead, s->ring, x, late, n);
    sound = (const float*)late;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const TonV y = ton_v_load(sound + (size_t)i * TON_LANES);
    largest = ton_v_max(largest, ton_v_select(y != 0.0F, c[i], largest));
    c[i] = -c[i];
  }
  ton_frames_exp2(c, n);
  for (uint32_t i = 0; i < n; ++i) {
    float* const at = x + (size_t)i * TON_LANES;
    const TonV y = ton_v_load(sound + (size_t)i * TON_LANES) * c[i];
    ton_v_store(at, ton_v_select(on, y, ton_v_load(at)));
  }
  return largest;
}

/// Distances that are too small to be heard become zero before they are
/// denormal
static void
flush_denormals(GateEnvelope* w)
{
  const TonV zero = ton_v(0.0F);
  w->above = ton_v_select(ton_v_abs(w->above) > 1e-33F, w->above, zero);
  w->lag = ton_v_select(ton_v_abs(w->lag) > 1e-33F, w->lag, zero);
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Gate* const s = state;
  reduction_block(s, block, &s->ramp, s->c, N_RAMPED, run);
  flush_denormals(&s->envelope);
}

/// While the level stays between both thresholds the gate remembers for as long
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const GateParams* const p = (const GateParams*)values;
  const double rate = ((const Gate*)state)->rate;
  const double ms = (double)(p->attack_ms + p->release_ms) / TWO_POLES;
  return latency(self, state, values) +
         ton_holds_frames((double)p->hold_ms, rate) +
         ton_settle_frames(1.3 * ms / 1000.0 + 2.0 * FALL_S, rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const GateParams* const p = (const GateParams*)values;
  return (p->ratio <= 1.0F || p->range_db <= 0.0F) && p->lookahead_ms == 0.0F;
}

/// While the gate opens: of a falling level the hysteresis lowers the threshold
static double
transfer(const TonProcessor* self, const float* values, double in_db)
{
  const GateParams* const p = (const GateParams*)values;
  const bool gate = p->ratio >= GATE_RATIO;
  const double reduction = ton_expander_reduction(
      in_db, (double)p->threshold_db, gate ? INFINITY : (double)p->ratio,
      gate ? 0.0 : (double)p->knee_db);
  return in_db - fmin(reduction, (double)p->range_db);
}

const TonProcessor TON_LANED(ton_gate) = {
    .id = "gate",
    .name = "Gate",
    .category = "dynamics",
    .help =
        "Turns down what stays below a threshold: bleed, hum, breath. With a "
        "ratio below inf:1 it is an expander. Attack and release are the times "
        "in which the gain, in decibels, makes 63 % of a change. The meter "
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
    .update = update,
    .process = process,
    .latency = latency,
    .settle = settle,
    .neutral = neutral,
    .transfer = transfer,
};
