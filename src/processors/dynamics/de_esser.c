// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   De-esser: turns down the S sounds of a voice while they last.
*/
#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/gain_curve.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/look_ahead.h"
#include "dsp/ramp.h"
#include "processors/dynamics/reduction.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float at_hz;
  float threshold_db;
  float range_db;
  float mode;
  float attack_ms;
  float release_ms;
  float link_percent;
  float lookahead_ms;
} DeEsserParams;

enum { SPLIT, WIDE, LONGEST_MS = 5 };

static const char* const modes[] = {"split", "wide", NULL};

#define AT(field) offsetof(DeEsserParams, field)

static const TonParam params[] = {
    ROW_HZ("at", at_hz, 2000, 12000, 5500, 0, FREQUENCY, "Frequency",
           "Where the S sounds begin: about 5.5 kHz for low voices, 7 kHz for "
           "high ones"),
    ROW_DB("threshold", threshold_db, -20, 20, 0, TON_AUTOMATE, THRESHOLD,
           "Threshold",
           "Level above the frequency, compared with the rest of the voice, "
           "from which it is turned down: loud and quiet phrases are treated "
           "alike"),
    ROW_DB("range", range_db, 0, 24, 6, TON_AUTOMATE, RANGE, "Range",
           "Largest gain reduction; more than 6 dB to 8 dB makes a voice lisp"),
    ROW_CHOICE("mode", mode, modes, 0, TON_RESTART, NONE, "Mode",
               "Split turns down the treble alone, wide the whole sound"),
    ROW_MS("attack", attack_ms, 0.1, 10, 1, TON_AUTOMATE, ATTACK, "Attack",
           "Time to reach 63 % of a rise in gain reduction"),
    ROW_MS("release", release_ms, 10, 200, 40, TON_AUTOMATE, RELEASE, "Release",
           "Time to reach 63 % of a fall in gain reduction"),
    ROW_PERCENT("link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK,
                "Stereo link",
                "How far both sides of a stereo pair get the same gain "
                "reduction"),
    ROW_MS("look-ahead", lookahead_ms, 0, LONGEST_MS, 1, TON_RESTART,
           LOOK_AHEAD, "Look-ahead",
           "Delays the sound so that the gain moves before an S arrives; adds "
           "latency"),
};

static_assert(sizeof(DeEsserParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Coefficients with a ramp, in octaves of amplitude (6.02 dB)
enum { EDGE, RANGE, LINK, N_RAMPED };

/// Detector filters: two for each branch of 24 dB/oct, one against what lies above
/// S sounds, one against rumble
enum { TREBLE, TREBLE_2, ABOVE, REST, REST_2, RUMBLE, FILTERS };

/**
   side-chain -+- S sounds ----- mean square -+
               +- 100 Hz to low-pass -- mean -+- ratio - log2 - curve - link
                  squares, three of them                                 |
        +------------------------------------------- ballistics <--------+
        v
   x - look-ahead - high shelf, or gain - out

   The shelf is x + (g - 1) high + (sqrt(g) - 1) band, with high and band of a
   state-variable filter (Zavalishin 2012): only g moves, and at g = 1 the sound
   is untouched.  Its middle lies below the frequency where S sounds begin, so
   that these get nearly the whole reduction.
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonSvfLanes filter[FILTERS];
  TonV treble[2]; ///< States: mean square, and that once more
  TonV quick;     ///< State: of the rest, as short as that of the treble
  TonV fast;
  TonV slow;
  float treble_feed;
  float fast_feed;
  float slow_feed;
  TonBallistics ballistics;
  TonVi wide;
  TonV g; ///< Of the shelf: tan(w/2)
  TonV one;
  TonV two; ///< States of the shelf
  TonLookAhead ahead;
  TonV ring[];
} DeEsser;

static const double TREBLE_S = 0.001;
static const double FAST_S = 0.020;
static const double SLOW_S = 0.600;
static const double RUMBLE_HZ = 100.0;
static const double ABOVE_HZ = 14000.0;
static const double APART = 0.70710678; ///< Of the rest's upper corner
static const double SHELF = 0.66666667; ///< Of the shelf's middle
static const float HISS = 1e-3F; ///< -30 dB re the voice: below is no S sound
static const float SILENCE = 1e-14F; ///< Mean square

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ton_look_ahead_ring(LONGEST_MS, spec->rate);
  TON_TRY(ton_instance(sizeof(DeEsser) + ring * sizeof(TonV), state, error));
  DeEsser* const s = *state;
  s->rate = spec->rate;
  s->ahead.mask = ring - 1;
  s->treble_feed = ton_average_feed(TREBLE_S, spec->rate);
  s->fast_feed = ton_average_feed(FAST_S, spec->rate);
  s->slow_feed = ton_average_feed(SLOW_S, spec->rate);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  DeEsser* const s = state;
  for (int i = 0; i < FILTERS; ++i) {
    ton_svf_clear(&s->filter[i]);
  }
  memset(s->treble, 0, sizeof(s->treble));
  memset(&s->quick, 0, sizeof(s->quick));
  memset(&s->fast, 0, sizeof(s->fast));
  memset(&s->slow, 0, sizeof(s->slow));
  memset(&s->one, 0, sizeof(s->one));
  memset(&s->two, 0, sizeof(s->two));
  ton_ballistics_reset(&s->ballistics);
  ton_look_ahead_clear(&s->ahead, s->ring);
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const DeEsserParams* const p = (const DeEsserParams*)values;
  return ton_look_ahead_frames((double)p->lookahead_ms,
                               ((const DeEsser*)state)->rate);
}

static void
set_filters(DeEsser* s, uint32_t lane, double hz)
{
  TonBiquad treble;
  TonBiquad rest;
  ton_linkwitz_riley(hz, s->rate, NULL, &treble, NULL);
  ton_linkwitz_riley(APART * hz, s->rate, &rest, NULL, NULL);
  const TonSvf high = ton_svf(&treble);
  const TonSvf low = ton_svf(&rest);
  ton_svf_set(&s->filter[TREBLE], lane, &high);
  ton_svf_set(&s->filter[TREBLE_2], lane, &high);
  ton_svf_set(&s->filter[REST], lane, &low);
  ton_svf_set(&s->filter[REST_2], lane, &low);
  ton_sidechain_filter(&s->filter[RUMBLE], lane, TON_FILTER_HIGHPASS, RUMBLE_HZ,
                       s->rate);
  ton_sidechain_filter(&s->filter[ABOVE], lane, TON_FILTER_LOWPASS,
                       fmin(ABOVE_HZ, 0.45 * s->rate), s->rate);
  s->g[lane] = (float)tan(M_PI * SHELF * hz / s->rate);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  DeEsser* const s = state;
  const DeEsserParams* const p = (const DeEsserParams*)u->params;
  const double values[N_RAMPED] = {
      [EDGE] = (double)p->threshold_db / TON_OCTAVE_DB - 0.5, // a knee of 1
      [RANGE] = (double)p->range_db / TON_OCTAVE_DB,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, u->lane, u->ramp);
  ton_ballistics_set(
      &s->ballistics, u->lane,
      &(TonBallisticsTimes){(double)p->attack_ms, 0.0, (double)p->release_ms},
      s->rate);
  set_filters(s, u->lane, fmin((double)p->at_hz, 0.45 * s->rate));
  s->wide[u->lane] = p->mode == (float)WIDE ? -1 : 0;
  ton_look_ahead_set(&s->ahead, u->lane, latency(self, s, u->params));
}

// Audio ----------------------------------------------------------------------

/// Power of the treble over that of the rest.  Where a sound begins, the longer
/// averages of the rest lag behind, and each beginning would pass for an S: a short
/// one counts too, from which the treble's lags behind.  It follows a low tone up
/// to twice its mean, so half of it counts
static inline TonV
share_of_treble(DeEsser* s, TonV x)
{
  TonSvfLanes* const f = s->filter;
  const TonV high = ton_svf_step(&f[TREBLE_2], ton_svf_step(&f[TREBLE], x));
  const TonV treble = ton_svf_step(&f[ABOVE], high);
  const TonV voice = ton_svf_step(&f[RUMBLE], x);
  const TonV rest = ton_svf_step(&f[REST_2], ton_svf_step(&f[REST], voice));
  const TonV power = rest * rest;
  s->treble[0] += s->treble_feed * (treble * treble - s->treble[0]);
  s->treble[1] += s->treble_feed * (s->treble[0] - s->treble[1]);
  s->quick += s->treble_feed * (power - s->quick);
  s->fast += s->fast_feed * (power - s->fast);
  s->slow += s->slow_feed * (power - s->slow);
  const TonV lately = ton_v_max(s->fast, 0.5F * s->quick);
  const TonV largest = ton_v_max(lately, s->slow * HISS);
  return s->treble[1] / ton_v_max(largest, ton_v(SILENCE));
}

/// Gain reduction wanted in n frames
static void
detect(DeEsser* s, const float* sidechain, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const TonV x = ton_sane(ton_v_load(sidechain + (size_t)i * TON_LANES));
    c[i] = ton_v_max(share_of_treble(s, x), ton_v(1e-9F));
  }
  ton_frames_log2(c, n);
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = 0; s->ramp.moving && k < N_RAMPED; ++k) {
      s->c[k].now += s->c[k].step;
    }
    const TonV o = 0.5F * c[i] - s->c[EDGE].now;
    const TonV wanted = ton_beyond(o, ton_v(1.0F), ton_v(1.0F));
    c[i] = ton_link(ton_v_min(wanted, s->c[RANGE].now), s->c[LINK].now);
  }
}

/// What the shelf adds to a frame under the square root of its gain
static inline TonV
shelf(DeEsser* s, TonV x, TonV root)
{
  const TonV g = s->g;
  const TonV k = ton_v(1.41421356F);
  const TonV v1 = (s->one + g * (x - s->two)) / (1.0F + g * (g + k));
  const TonV low = s->two + g * v1;
  const TonV band = k * v1;
  s->one = v1 + v1 - s->one;
  s->two = low + low - s->two;
  const TonV high = x - band - low;
  return (root * root - 1.0F) * high + (root - 1.0F) * band;
}

/// A piece of a block
static TonV
run(void* state, const TonBlock* block, uint32_t from, uint32_t n, TonV largest)
{
  DeEsser* const s = state;
  TonV c[REDUCTION_PIECE];
  TonV late[REDUCTION_PIECE];
  const size_t at = (size_t)from * TON_LANES;
  float* x = block->x + at;
  const TonVi on = ton_vi_load(block->on);
  detect(s, reduction_sidechain(block, from), c, n);
  ton_ballistics(&s->ballistics, c, n);
  for (uint32_t i = 0; i < n; ++i) {
    largest = ton_v_max(largest, c[i]);
    c[i] *= -0.5F;
    late[i] = ton_v_load(x + (size_t)i * TON_LANES);
  }
  if (s->ahead.longest) {
    ton_look_ahead_run(&s->ahead, s->ring, x, late, n);
  }
  ton_frames_exp2(c, n);
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    const TonV added = shelf(s, ton_sane(late[i]), c[i]);
    const TonV whole = late[i] * (c[i] * c[i] - 1.0F);
    const TonV y = late[i] + ton_v_select(s->wide, whole, added);
    ton_v_store(x, ton_v_select(on, y, ton_v_load(x)));
  }
  return largest;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  DeEsser* const s = state;
  reduction_block(s, block, &s->ramp, s->c, N_RAMPED, run);
  ton_ballistics_settle(&s->ballistics);
  ton_lanes_done();
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const DeEsserParams* const p = (const DeEsserParams*)values;
  return p->range_db <= 0.0F && p->lookahead_ms == 0.0F;
}

/// Of the shelf, 20 nepers
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const DeEsserParams* const p = (const DeEsserParams*)values;
  const double w = 2.0 * M_PI * SHELF * (double)p->at_hz;
  return 4 + (uint64_t)(20.0 * ((const DeEsser*)state)->rate / (sqrt(0.5) * w));
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const DeEsserParams* const p = (const DeEsserParams*)values;
  const double ms = (double)(p->attack_ms + p->release_ms) + 25.0;
  return latency(self, state, values) + tail(self, state, values) +
         ton_settle_frames(SLOW_S + FAST_S + ms / 1000.0,
                           ((const DeEsser*)state)->rate);
}

const TonProcessor TON_LANED(ton_de_esser) = {
    .id = "de-esser",
    .name = "De-esser",
    .category = "dynamics",
    .help =
        "Turns down the sharp S sounds of a voice, and only while they last. "
        "It compares the treble with the rest of the voice, so that it need "
        "not be set anew for quiet phrases. While it does nothing, the sound "
        "is unchanged.",
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
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
};
