// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Spring reverb: springs whose treble arrives later than their bass.
*/
#include "dsp/biquad_pair.h"
#include "dsp/duck.h"
#include "dsp/smoothed.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float decay_s;
  float predelay_ms;
  float highpass_hz;
  float lowpass_hz;
  float width_percent;
  float mix_percent;
  float duck_db;
} SpringParams;

#define AT(field) offsetof(SpringParams, field)

static const TonParam params[] = {
    ROW_S("decay", decay_s, 0.5, 6, 2.5, TON_AUTOMATE, DECAY, "Decay",
          "Time in which the reverb falls by 60 dB"),
    ROW_MS("pre-delay", predelay_ms, 0, 250, 0, TON_RESTART, TIME, "Pre-delay",
           "Time until the springs are driven"),
    ROW_HZ("highpass", highpass_hz, 20, 500, 100, TON_RESTART, HIGHPASS,
           "High-pass", "Keeps the bass out of the springs"),
    ROW_HZ("lowpass", lowpass_hz, 1000, 5000, 4000, TON_RESTART, LOWPASS,
           "Low-pass", "Removes the treble; springs have none above 4 kHz"),
    ROW_PERCENT("width", width_percent, 0, 100, 100, TON_AUTOMATE, WIDTH,
                "Width", "Stereo width of the reverb, from mono to full"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the reverb; use 100 % on a bus that is fed by sends"),
    ROW_DB("duck", duck_db, 0, 24, 0, TON_AUTOMATE, NONE, "Ducking",
           "Lowers the reverb by this much while the input is playing"),
};

static_assert(sizeof(SpringParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Two springs a side
enum { SPRINGS = 4, SECTIONS = 100, FILTERS = 2 };

/// Of every spring.  In double: what a hundred sections round away in float lies above
/// -140 dBFS, and depends on where a render starts
typedef double Springs __attribute__((vector_size(8 * SPRINGS)));

/// What follows its values slowly; the gains of the loops come first
enum { WIDTH = SPRINGS, MIX, DUCK, DAMPING, N_SMOOTHED };

/// Once to the far end and back, ms; no two have a common multiple that is near
static const double length_ms[SPRINGS] = {41.3, 55.9, 45.7, 59.9};
static const double COEFFICIENT = 0.62;
static const double BEND_HZ = 4300.0; ///< Towards which waves get slower
static const double LEVEL = 0.9;
static const double EVEN_HZ = 3000.0; ///< Up to where all decays alike
static const double SMOOTHING_S = 0.020;

/**
     in - pre-delay - high-pass -+- bend - length -+- low-pass - width - mix
                                 +-- damping - -g <+

   Bending waves are faster the lower they are.  SECTIONS all-passes of K frames
   make them so, up to half the rate over K (Valimaki, Parker, Abel 2010):

     u[n] = x[n] - a u[n - K],  y[n] = a u[n] + u[n - K]

   What takes longer once round would decay more slowly: a one-pole takes away the
   difference.
   The springs of both sides lie in the lanes of a vector.
*/
typedef struct {
  double rate;
  TonSmoothed smoothed;
  TonDuck duck;
  TonBiquadPair highpass;
  TonBiquadPair lowpass[FILTERS];
  uint32_t stretch;         ///< K
  uint32_t place;           ///< Of the next frame in the rings of K
  uint32_t length[SPRINGS]; ///< Frames
  uint32_t turn[SPRINGS];   ///< Frames once round, with the bend, for low tones
  uint32_t late;            ///< Pre-delay
  uint32_t at;
  uint32_t mask;
  Springs damped; ///< State of the damping
  Springs* past;  ///< Ring of what reached the far ends, mask + 1 frames
  TonPair* in;    ///< Ring of the input, as long
  Springs bend[]; ///< u, [section][place]
} Spring;

static uint32_t
frames_of(double ms, double rate)
{
  return (uint32_t)lrint(ms * rate / 1000.0);
}

static uint32_t
ring_frames(double rate)
{
  uint32_t n = 64;
  while (n < 0.26 * rate) {
    n *= 2;
  }
  return n;
}

static void
set_filters(Spring* s, const SpringParams* p)
{
  static const double q[FILTERS] = {0.54119610, 1.30656296};
  const double rate = s->rate;
  const double low = fmin((double)p->lowpass_hz, 0.45 * rate);
  s->highpass.c = ton_filter(TON_FILTER_HIGHPASS, (double)p->highpass_hz, 0.0,
                             sqrt(0.5), rate);
  for (int i = 0; i < FILTERS; ++i) {
    s->lowpass[i].c = ton_filter(TON_FILTER_LOWPASS, low, 0.0, q[i], rate);
  }
}

/// Frames that a tone takes through the bend
static double
bend_frames(const Spring* s, double hz)
{
  const double a = COEFFICIENT;
  const double c = cos(2.0 * M_PI * hz * s->stretch / s->rate);
  return SECTIONS * s->stretch * (1.0 - a * a) / (1.0 + a * a + 2.0 * a * c);
}

static void
set_lengths(Spring* s)
{
  const double bent = bend_frames(s, 0.0);
  for (int k = 0; k < SPRINGS; ++k) {
    s->length[k] = frames_of(length_ms[k], s->rate);
    s->turn[k] = s->length[k] + (uint32_t)bent;
  }
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const SpringParams* const p = (const SpringParams*)spec->params[0];
  const uint32_t stretch =
      (uint32_t)fmax(1.0, rint(spec->rate / 2.0 / BEND_HZ));
  const uint32_t ring = ring_frames(spec->rate);
  const size_t bend = (size_t)SECTIONS * stretch;
  TON_TRY(ton_instance(sizeof(Spring) + (bend + ring) * sizeof(Springs) +
                           ring * sizeof(TonPair),
                       state, error));
  Spring* const s = *state;
  s->rate = spec->rate;
  s->stretch = stretch;
  s->mask = ring - 1;
  s->past = s->bend + bend;
  s->in = (TonPair*)(s->past + ring);
  s->late = frames_of((double)p->predelay_ms, spec->rate);
  ton_smoothed_set(&s->smoothed, SMOOTHING_S, spec->rate);
  ton_duck_prepare(&s->duck, spec->rate);
  set_filters(s, p);
  set_lengths(s);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Spring* const s = state;
  const size_t ring = (size_t)s->mask + 1;
  memset(s->bend, 0, (size_t)SECTIONS * s->stretch * sizeof(Springs));
  memset(s->past, 0, ring * sizeof(Springs));
  memset(s->in, 0, ring * sizeof(TonPair));
  ton_biquad_pair_clear(&s->highpass);
  for (int i = 0; i < FILTERS; ++i) {
    ton_biquad_pair_clear(&s->lowpass[i]);
  }
  s->damped = (Springs){0.0};
  s->duck.envelope = 0.0;
  ton_smoothed_arrive(&s->smoothed);
}

/// Pole of the damping: at EVEN_HZ it takes away q in power, of what 60 dB are for
/// the longer way:  1 - 2 p cos w + p^2 = q (1 - p)^2
static double
damping(const Spring* s, double decay_s)
{
  const double longer = bend_frames(s, EVEN_HZ) - bend_frames(s, 0.0);
  const double q = pow(10.0, 6.0 * longer / (s->rate * decay_s));
  const double half = q - cos(2.0 * M_PI * EVEN_HZ / s->rate);
  const double less = q - 1.0;
  return less / (half + sqrt(half * half - less * less));
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Spring* const s = state;
  const SpringParams* const p = (const SpringParams*)u->params;
  double* const goal = s->smoothed.goal;
  for (int k = 0; k < SPRINGS; ++k) {
    goal[k] = pow(10.0, -3.0 * s->turn[k] / (s->rate * (double)p->decay_s));
  }
  goal[DAMPING] = damping(s, (double)p->decay_s);
  goal[WIDTH] = (double)p->width_percent / 100.0;
  goal[MIX] = (double)p->mix_percent / 100.0;
  goal[DUCK] = ton_duck_depth((double)p->duck_db);
  if (!u->ramp) {
    ton_smoothed_arrive(&s->smoothed);
  }
}

/// What comes back from the far ends
static inline Springs
far_ends(const Spring* s, uint32_t at)
{
  Springs y;
  for (int k = 0; k < SPRINGS; ++k) {
    y[k] = s->past[(at - s->length[k]) & s->mask][k];
  }
  return y;
}

/// n frames through the all-passes, from `place` on: none comes round
static inline void
bend(Spring* s, Springs* x, uint32_t n)
{
  Springs* u = s->bend + s->place;
  for (int k = 0; k < SECTIONS; ++k, u += s->stretch) {
    for (uint32_t i = 0; i < n; ++i) {
      const Springs before = u[i];
      const Springs now = x[i] - COEFFICIENT * before;
      x[i] = COEFFICIENT * now + before;
      u[i] = now;
    }
  }
}

/// Into the springs: as loud at any decay
static inline Springs
driven(Spring* s, TonPair in, Springs back)
{
  s->damped = back + s->smoothed.now[DAMPING] * (s->damped - back);
  const TonPair x = ton_biquad_pair(&s->highpass, in);
  Springs y;
  for (int k = 0; k < SPRINGS; ++k) {
    const double gain = s->smoothed.now[k];
    y[k] = x[k / 2] * sqrt(1.0 - gain * gain) - gain * s->damped[k];
  }
  return y;
}

/// One frame out
static inline void
mix_out(Spring* s, Springs back, float* x, const int32_t* on)
{
  const double* const now = s->smoothed.now;
  const TonPair dry = {(double)ton_finite(x[0]), (double)ton_finite(x[1])};
  TonPair wet = {LEVEL * (back[0] - back[1]), LEVEL * (back[2] - back[3])};
  for (int i = 0; i < FILTERS; ++i) {
    wet = ton_biquad_pair(&s->lowpass[i], wet);
  }
  const double gain = ton_duck_step(&s->duck, now[DUCK], dry[0], dry[1]);
  const double mid = 0.5 * (wet[0] + wet[1]);
  for (int c = 0; c < 2; ++c) {
    const double y = gain * (mid + now[WIDTH] * (wet[c] - mid));
    x[c] = on[c] ? (float)(dry[c] + now[MIX] * (y - dry[c])) : x[c];
  }
}

enum { CHUNK = 16 };

/// At most CHUNK frames, in which no ring of K begins anew
static void
run(Spring* s, float* x, const int32_t* on, uint32_t n)
{
  Springs wave[CHUNK];
  for (uint32_t i = 0; i < n; ++i, x += 2) {
    const uint32_t at = s->at + i;
    s->in[at & s->mask] =
        (TonPair){(double)ton_finite(x[0]), (double)ton_finite(x[1])};
    ton_smoothed_step(&s->smoothed, N_SMOOTHED);
    const Springs back = far_ends(s, at);
    wave[i] = driven(s, s->in[(at - s->late) & s->mask], back);
    mix_out(s, back, x, on);
  }
  bend(s, wave, n);
  for (uint32_t i = 0; i < n; ++i) {
    s->past[(s->at + i) & s->mask] = wave[i];
  }
  s->at += n;
  s->place = (s->place + n) % s->stretch;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Spring* const s = state;
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    uint32_t n = left < CHUNK ? left : CHUNK;
    n = n < s->stretch - s->place ? n : s->stretch - s->place;
    run(s, x, block->on, n);
    x += 2 * (size_t)n;
    left -= n;
  }
}

/// To -120 dB where the bend is, which takes two thirds longer
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const SpringParams* const p = (const SpringParams*)values;
  const double rate = ((const Spring*)state)->rate;
  return (uint64_t)(rate * (3.4 * (double)p->decay_s +
                            (double)p->predelay_ms / 1000.0 + 0.5));
}

/// To -140 dB
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const SpringParams* const p = (const SpringParams*)values;
  const double rate = ((const Spring*)state)->rate;
  const double ducked = p->duck_db > 0.0F ? TON_DUCK_FALL_S : 0.0;
  return tail(self, state, values) * 7 / 6 +
         ton_settle_frames(SMOOTHING_S + ducked, rate);
}

const TonProcessor ton_spring = {
    .id = "spring",
    .name = "Spring reverb",
    .category = "space",
    .help =
        "The reverb of springs, as in guitar amplifiers and old echo units: "
        "each echo is a chirp, because treble takes longer through a spring "
        "than bass.",
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
