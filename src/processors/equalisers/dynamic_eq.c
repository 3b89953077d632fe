// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Dynamic equaliser: one band whose gain follows its level.
*/
#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/gain_computer.h"
#include "dsp/ramp.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>

typedef struct {
  float shape;
  float at_hz;
  float q;
  float threshold_db;
  float against;
  float ratio;
  float range_db;
  float direction;
  float timing;
  float attack_ms;
  float release_ms;
  float link_percent;
} DynamicEqParams;

enum { BELL, LOW_SHELF, HIGH_SHELF };
enum { ABSOLUTE, REST };
enum { CUT, BOOST };
enum { AUTO, MANUAL };

static const char* const shapes[] = {"bell", "low-shelf", "high-shelf", NULL};
static const char* const againsts[] = {"absolute", "rest", NULL};
static const char* const directions[] = {"cut", "boost", NULL};
static const char* const timings[] = {"auto", "manual", NULL};

#define AT(field) offsetof(DynamicEqParams, field)

static const TonParam params[] = {
    ROW_CHOICE(
        "shape", shape, shapes, 0, 0, SHAPE, "Shape",
        "Which part of the sound is measured and changed: around a frequency, "
        "below it or above it"),
    ROW_HZ("at", at_hz, 20, 20000, 3000, TON_AUTOMATE, FREQUENCY, "Frequency",
           "Centre of a bell, middle of the slope of a shelf"),
    ROW("q", q, TON_PLAIN, TON_LOG, 0.1, 20, 1.5, TON_AUTOMATE, Q, "Q",
        "Higher makes a bell narrower; shelves have none"),
    ROW_DB("threshold", threshold_db, -80, 12, -30, TON_AUTOMATE, THRESHOLD,
           "Threshold",
           "Level of the band above which it is changed; if against is rest, "
           "how much louder the band is than the rest of the sound"),
    ROW_CHOICE(
        "against", against, againsts, 0, 0, NONE, "Against",
        "What the threshold is compared with. absolute: the level of the band. "
        "rest: the band against the rest of the sound, so that quiet and loud "
        "phrases are treated alike"),
    ROW_RATIO("ratio", ratio, 1, 100, 3, TON_AUTOMATE, RATIO, "Ratio",
              "How many decibels above the threshold become one"),
    ROW_DB("range", range_db, 0, 24, 6, TON_AUTOMATE, RANGE, "Range",
           "Largest change of the gain"),
    ROW_CHOICE("direction", direction, directions, 0, 0, DIRECTION, "Direction",
               "Whether the band is cut or boosted when it is loud"),
    ROW_CHOICE(
        "timing", timing, timings, 0, 0, NONE, "Timing",
        "In auto, attack and release follow from the frequency: 5 and 20 of "
        "its periods"),
    ROW_MS(
        "attack", attack_ms, 0.5, 200, 5, TON_AUTOMATE, ATTACK, "Attack",
        "Time in which 63 % of a change is made, at least two periods of the "
        "frequency; used when timing is manual"),
    ROW_MS(
        "release", release_ms, 5, 1000, 60, TON_AUTOMATE, RELEASE, "Release",
        "Time in which 63 % of a change is taken back, at least four periods "
        "of the frequency; used when timing is manual"),
    ROW_PERCENT("link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK,
                "Stereo link",
                "How far a loud band on one side changes the other side too"),
};

static_assert(sizeof(DynamicEqParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const TonMeterInfo meters[] = {
    {"gain-reduction", "Gain reduction", TON_DB, 0.0F},
};

/// Coefficients with a ramp; levels in octaves of amplitude (6.02 dB)
enum { POLES, DAMPING, EDGE, SLOPE, RANGE, LINK, N_RAMPED };

static const double KNEE = 1.0; ///< Octaves

/// State-variable filter by the trapezoidal rule (Zavalishin 2012)
typedef struct {
  TonV one;
  TonV two;
} Filter;

/// Its outputs: v, of which high-pass, band-pass and low-pass are made
typedef struct {
  TonV band; ///< 0 dB at the centre
  TonV part; ///< What the shape turns up or down
  TonV rest; ///< The other side of a shelf; a bell's notch
} Split;

/**
          +----------------------------------------------- + -- y
          |                                                |
     x ---+-- filter --+-- part (g - 1), band (sqrt(g) - 1)+
                       |                      ^ g
     sidechain --- filter ---+- filter - |.| - log2 - curve - link - ballistics
              |                      |
              +-- rest, mean square -+

   A bell is x + (g - 1) band: poles at the Q asked, gain g at the centre.  A
   shelf is x + (g - 1) high + (sqrt(g) - 1) band,

     (g s^2 + sqrt(2 g) s + 1) / (s^2 + sqrt(2) s + 1)

   so that only g moves: no coefficient has to follow it.  Without a sidechain the
   first filter serves both.  The detector's two filters make 24 dB/oct
   (shelves), and a bell's flanks twice as steep.
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonBallistics ballistics;
  TonVi bell;
  TonVi high;
  TonVi rest;
  TonV sign; ///< -1 cuts, 1 boosts
  Filter sound;
  Filter sidechain;
  Filter detector;
  TonV band; ///< Mean squares of the sidechain
  TonV fast; ///< ... of the rest of it
  TonV slow;
  TonV band_feed;
  TonV fast_feed;
  TonV slow_feed;
} DynamicEq;

enum { CHUNK = 64 };

static const double BAND_S = 0.005;
static const double FAST_S = 0.050;
static const double SLOW_S = 3.0;
static const float FLOOR = 1e-3F;    ///< Of the slow mean: a pause is no rest
static const float SILENCE = 1e-14F; ///< Mean square

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(DynamicEq), state, error));
  DynamicEq* const s = *state;
  s->rate = spec->rate;
  s->band_feed = ton_v(ton_average_feed(BAND_S, spec->rate));
  s->fast_feed = ton_v(ton_average_feed(FAST_S, spec->rate));
  s->slow_feed = ton_v(ton_average_feed(SLOW_S, spec->rate));
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  DynamicEq* const s = state;
  ton_ballistics_reset(&s->ballistics);
  memset(&s->sound, 0, sizeof(s->sound));
  memset(&s->sidechain, 0, sizeof(s->sidechain));
  memset(&s->detector, 0, sizeof(s->detector));
  memset(&s->band, 0, sizeof(s->band));
  memset(&s->fast, 0, sizeof(s->fast));
  memset(&s->slow, 0, sizeof(s->slow));
}

/// Never shorter than a few periods, or the gain would bend the wave
static TonBallisticsTimes
times(const DynamicEqParams* p)
{
  const double period = 1000.0 / (double)p->at_hz;
  if (p->timing == (float)AUTO) {
    return (TonBallisticsTimes){fmin(fmax(5.0 * period, 2.0), 60.0),
                                0.5 * period,
                                fmin(fmax(20.0 * period, 30.0), 400.0)};
  }
  return (TonBallisticsTimes){
      fmax((double)p->attack_ms, fmax(0.5, 2.0 * period)), 0.5 * period,
      fmax((double)p->release_ms, 4.0 * period)};
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  DynamicEq* const s = state;
  const DynamicEqParams* const p = (const DynamicEqParams*)u->params;
  const uint32_t lane = u->lane;
  const double hz = fmin((double)p->at_hz, 0.45 * s->rate);
  const double values[N_RAMPED] = {
      [POLES] = tan(M_PI * hz / s->rate),
      [DAMPING] = p->shape == (float)BELL ? 1.0 / (double)p->q : sqrt(2.0),
      [EDGE] = (double)p->threshold_db / TON_OCTAVE_DB - 0.5 * KNEE,
      [SLOPE] = p->ratio >= 100.0F ? 1.0 : 1.0 - 1.0 / (double)p->ratio,
      [RANGE] = (double)p->range_db / TON_OCTAVE_DB,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, lane, u->ramp);
  const TonBallisticsTimes t = times(p);
  ton_ballistics_set(&s->ballistics, lane, &t, s->rate);
  s->bell[lane] = p->shape == (float)BELL ? -1 : 0;
  s->high[lane] = p->shape == (float)HIGH_SHELF ? -1 : 0;
  s->rest[lane] = p->against == (float)REST ? -1 : 0;
  s->sign[lane] = p->direction == (float)CUT ? -1.0F : 1.0F;
}

// Audio ----------------------------------------------------------------------

/// The poles of one frame
typedef struct {
  TonV g;
  TonV k;
  TonV per; ///< 1 / (1 + g (g + k))
} Poles;

static inline Poles
poles_of(const DynamicEq* s)
{
  const TonV g = s->c[POLES].now;
  const TonV k = s->c[DAMPING].now;
  return (Poles){g, k, 1.0F / (1.0F + g * (g + k))};
}

static inline Split
split(const DynamicEq* s, const Poles* p, Filter* f, TonV x)
{
  const TonV v1 = p->per * (f->one + p->g * (x - f->two));
  const TonV low = f->two + p->g * v1;
  const TonV band = p->k * v1;
  const TonV high = x - band - low;
  f->one = v1 + v1 - f->one;
  f->two = low + low - f->two;
  const TonV part = ton_v_select(s->high, high, low);
  const TonV other = ton_v_select(s->high, low, high);
  return (Split){band, ton_v_select(s->bell, band, part),
                 ton_v_select(s->bell, x - band, other)};
}

/// Level of the band: its peak, or its mean against that of the rest
static inline TonV
level_of(DynamicEq* s, TonV band, TonV rest)
{
  s->band += s->band_feed * (band * band - s->band);
  s->fast += s->fast_feed * (rest * rest - s->fast);
  s->slow += s->slow_feed * (rest * rest - s->slow);
  const TonV largest = ton_v_max(s->fast, s->slow * FLOOR);
  const TonV apart = s->band / ton_v_max(largest, ton_v(SILENCE));
  return ton_v_select(s->rest, ton_v_sqrt(apart), ton_v_abs(band));
}

/// Static curve: a knee of one octave, then a straight line, up to the range;
/// o octaves over the knee's lower end
static inline TonV
change(const DynamicEq* s, TonV o)
{
  const TonV t = ton_v_min(o, ton_v((float)KNEE));
  const TonV c = s->c[SLOPE].now / (float)KNEE * t * (o - 0.5F * t);
  return ton_v_min(c, s->c[RANGE].now);
}

/// Parts of n frames, and the change of gain that their sidechain asks for
static void
listen(DynamicEq* s, const float* x, const float* sidechain, Split* parts,
       TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = 0; k < N_RAMPED; ++k) {
      s->c[k].now += s->c[k].step;
    }
    const Poles p = poles_of(s);
    const TonV in = ton_sane(ton_v_load(x + (size_t)i * TON_LANES));
    const TonV other =
        sidechain ? ton_sane(ton_v_load(sidechain + (size_t)i * TON_LANES))
                  : in;
    parts[i] = split(s, &p, &s->sound, in);
    const Split heard = split(s, &p, &s->sidechain, other);
    const Split level = split(s, &p, &s->detector, heard.part);
    const TonV drive = ton_v_exp2(-s->c[EDGE].now);
    const TonV reached = level_of(s, level.part, heard.rest);
    const TonV over = ton_v_max(reached * drive, ton_v(1.0F));
    c[i] = ton_link(change(s, ton_v_log2(over)), s->c[LINK].now);
  }
}

static void
run(DynamicEq* s, const TonBlock* block, uint32_t from, uint32_t n,
    TonV* largest)
{
  Split parts[CHUNK];
  TonV c[CHUNK];
  float* x = block->x + (size_t)from * TON_LANES;
  const float* const sidechain =
      block->sidechain ? block->sidechain + (size_t)from * TON_LANES : NULL;
  const TonVi on = ton_vi_load(block->on);
  listen(s, x, sidechain, parts, c, n);
  ton_ballistics(&s->ballistics, c, n);
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    *largest = ton_v_max(*largest, c[i]);
    const TonV root = ton_v_exp2(0.5F * s->sign * c[i]);
    const TonV shelf = ton_v_select(s->bell, ton_v(0.0F), parts[i].band);
    const TonV dry = ton_v_load(x);
    const TonV y =
        dry + ((root * root - 1.0F) * parts[i].part + (root - 1.0F) * shelf);
    ton_v_store(x, ton_v_select(on, y, dry));
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  DynamicEq* const s = state;
  TonV largest = ton_v(0.0F);
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t left = block->frames - at;
    const uint32_t n = ton_ramp_span(&s->ramp, left < CHUNK ? left : CHUNK);
    run(s, block, at, n, &largest);
    ton_ramp_advance(&s->ramp, s->c, N_RAMPED, n);
    at += n;
  }
  ton_ballistics_settle(&s->ballistics);
  if (block->meters) {
    ton_v_store(block->meters,
                ton_v(0.0F) - s->sign * ton_reduction_db(largest));
  }
  ton_lanes_done();
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const DynamicEqParams* const p = (const DynamicEqParams*)values;
  return p->ratio <= 1.0F || p->range_db <= 0.0F;
}

/// Distance of the slower pole from the origin.  Real poles, of k > 2, lie at
/// s = -(k/2 +- sqrt(k^2/4 - 1)), z = (1 + g s) / (1 - g s)
static double
radius(double g, double k)
{
  const double inner = k * k / 4.0 - 1.0;
  if (inner < 0.0) {
    return sqrt((1.0 - g * k + g * g) / (1.0 + g * k + g * g));
  }
  const double fast = k / 2.0 + sqrt(inner);
  const double a = (1.0 - g * fast) / (1.0 + g * fast);
  const double b = (1.0 - g / fast) / (1.0 + g / fast);
  return fmax(fabs(a), fabs(b));
}

/// 20 nepers: 120 dB, and what a resonance may add
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const DynamicEqParams* const p = (const DynamicEqParams*)values;
  const double rate = ((const DynamicEq*)state)->rate;
  const double hz = fmin((double)p->at_hz, 0.45 * rate);
  const double k = p->shape == (float)BELL ? 1.0 / (double)p->q : sqrt(2.0);
  const double r = radius(tan(M_PI * hz / rate), k);
  return 4 + (uint64_t)(-20.0 / log(fmax(r, 1e-3)));
}

/// In pauses the mean of the rest falls towards nothing, never further
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const DynamicEqParams* const p = (const DynamicEqParams*)values;
  const double rate = ((const DynamicEq*)state)->rate;
  const TonBallisticsTimes t = times(p);
  const double rest = p->against == (float)REST ? SLOW_S : 0.0;
  return tail(self, state, values) +
         ton_settle_frames((t.attack_ms + t.release_ms + 25.0) / 1000.0 +
                               BAND_S + rest,
                           rate);
}

/// Of the band; with a threshold against the rest, of a rest at 0 dB
static double
transfer(const TonProcessor* self, const float* values, double in_db)
{
  const DynamicEqParams* const p = (const DynamicEqParams*)values;
  const double ratio = p->ratio >= 100.0F ? INFINITY : (double)p->ratio;
  const double change =
      fmin(ton_compressor_reduction(in_db, (double)p->threshold_db, ratio,
                                    KNEE * TON_OCTAVE_DB),
           (double)p->range_db);
  return p->direction == (float)CUT ? in_db - change : in_db + change;
}

const TonProcessor TON_LANED(ton_dynamic_eq) = {
    .id = "dynamic-eq",
    .name = "Dynamic EQ",
    .category = "equaliser",
    .help =
        "One band that is cut or boosted only while it is loud: for harsh or "
        "booming notes and sibilants. While it does nothing, the sound is "
        "unchanged.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = meters,
    .n_meters = TON_COUNT(meters),
    .flags = TON_SIDECHAIN,
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
    .transfer = transfer,
};
