// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Passive equaliser: the classic whose low boost and low cut act on each other.
*/
#include "processors/param_rows.h"
#include "processors/utility/filter_chain.h"

typedef struct {
  float low;
  float low_boost_db;
  float low_cut_db;
  float high;
  float high_boost_db;
  float high_width_percent;
  float top;
  float top_cut_db;
} PassiveParams;

#define AT(field) offsetof(PassiveParams, field)

static const char* const low_keys[] = {"20 Hz", "30 Hz", "60 Hz", "100 Hz",
                                       NULL};
static const double low_hz[] = {20.0, 30.0, 60.0, 100.0};
static const char* const high_keys[] = {"3 kHz",  "4 kHz",  "5 kHz",  "8 kHz",
                                        "10 kHz", "12 kHz", "16 kHz", NULL};
static const double high_hz[] = {3e3, 4e3, 5e3, 8e3, 10e3, 12e3, 16e3};
static const char* const top_keys[] = {"5 kHz", "10 kHz", "20 kHz", NULL};
static const double top_hz[] = {5e3, 10e3, 20e3};

static const TonParam params[] = {
    ROW_STEPS("low-at", low, TON_HZ, low_keys, 2, 0, FREQUENCY, "Low frequency",
              "Where the low boost begins; the low cut reaches higher"),
    ROW_DB("low-boost", low_boost_db, 0, 13.5, 0, 0, GAIN, "Low boost",
           "Raises everything below"),
    ROW_DB("low-cut", low_cut_db, 0, 17.5, 0, 0, GAIN, "Low cut",
           "Lowers everything below, up to three octaves above the low "
           "frequency; together with the boost it leaves a dip there and full "
           "lows below"),
    ROW_STEPS("high-at", high, TON_HZ, high_keys, 4, 0, FREQUENCY,
              "High frequency", "Centre of the high boost"),
    ROW_DB("high-boost", high_boost_db, 0, 18, 0, 0, GAIN, "High boost",
           "Raises the treble around its centre"),
    ROW_PERCENT("high-width", high_width_percent, 0, 100, 60, 0, Q,
                "High width", "How far around its centre the boost reaches"),
    ROW_STEPS("top-at", top, TON_HZ, top_keys, 1, 0, FREQUENCY, "Top frequency",
              "From where the top is cut"),
    ROW_DB("top-cut", top_cut_db, 0, 16, 0, 0, GAIN, "Top cut",
           "Lowers everything above"),
};

static_assert(sizeof(PassiveParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/**
   The low section is a divider of resistors, in kilo-ohms, with a capacitor
   across either knob:

     in ---[ 10 ]---[ cut ]---+--- out          cut, boost: knob || capacitor
                              |
                           [ boost ]            out / in, times 11, is 1 while
                              |                 both knobs are at 0
                            [ 1 ]
                              |
                            ground

   A knob alone makes a shelf of its gain.  Both together are not the sum of
   both: the current through one runs through the other.
*/
static const double SERIES = 10.0;
static const double SHUNT = 1.0;
/// Corners of the shelves in units of the low frequency: where the boost ends,
/// and where the cut does, nearly two octaves above it
static const double BOOST_ENDS = 2.6;
static const double CUT_ENDS = 8.7;
static const double TOP_Q = 0.5;
/// With a knob at 0 the divider would be of first order, which the sections of a
/// state-variable filter are not
static const double SMALLEST_DB = 1e-3;

/// The divider as a filter of s = j f / low frequency
static TonAnalogue
divider(double boost_db, double cut_db)
{
  const double all = SERIES + SHUNT;
  const double more = pow(10.0, boost_db / 20.0);
  const double boost = SHUNT * all * (more - 1.0) / (all - more * SHUNT);
  const double cut = all * (pow(10.0, cut_db / 20.0) - 1.0);
  const double boost_s = boost / (SHUNT * BOOST_ENDS); // knob x capacitor
  const double cut_s = cut / (all * CUT_ENDS);
  // each impedance is (a + b s) / (1 + its time s)
  const double shunt[] = {SHUNT + boost, SHUNT * boost_s};
  const double series[] = {SERIES + cut, SERIES * cut_s};
  const double lost = all / SHUNT;
  return (TonAnalogue){
      .n0 = lost * shunt[0],
      .n1 = lost * (shunt[1] + shunt[0] * cut_s),
      .n2 = lost * shunt[1] * cut_s,
      .d0 = series[0] + shunt[0],
      .d1 = series[1] + series[0] * boost_s + shunt[1] + shunt[0] * cut_s,
      .d2 = series[1] * boost_s + shunt[1] * cut_s,
  };
}

/// By the bilinear transform, exact at `hz`
static TonBiquad
digital(const TonAnalogue* h, double hz, double rate)
{
  const double t = 1.0 / tan(M_PI * hz / rate);
  const double n[] = {h->n0, h->n1 * t, h->n2 * t * t};
  const double d[] = {h->d0, h->d1 * t, h->d2 * t * t};
  const double a0 = d[0] + d[1] + d[2];
  return (TonBiquad){(n[0] + n[1] + n[2]) / a0, 2.0 * (n[0] - n[2]) / a0,
                     (n[0] - n[1] + n[2]) / a0, 2.0 * (d[0] - d[2]) / a0,
                     (d[0] - d[1] + d[2]) / a0};
}

/// Returns how many
static uint32_t
design(const PassiveParams* p, double rate, TonBiquad h[FILTER_CHAIN])
{
  uint32_t n = 0;
  if (p->low_boost_db > 0.0F || p->low_cut_db > 0.0F) {
    const TonAnalogue low = divider(fmax((double)p->low_boost_db, SMALLEST_DB),
                                    fmax((double)p->low_cut_db, SMALLEST_DB));
    h[n++] = digital(&low, low_hz[(int)p->low], rate);
  }
  if (p->high_boost_db > 0.0F) {
    const double q = 3.0 * pow(8.0, -(double)p->high_width_percent / 100.0);
    h[n++] = ton_filter(TON_FILTER_BELL, high_hz[(int)p->high],
                        (double)p->high_boost_db, q, rate);
  }
  if (p->top_cut_db > 0.0F) {
    h[n++] = ton_filter(TON_FILTER_HIGH_SHELF, top_hz[(int)p->top],
                        -(double)p->top_cut_db, TOP_Q, rate);
  }
  return n;
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  FilterChain* const s = state;
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = design((const PassiveParams*)u->params, s->rate, h);
  chain_set(s, u->lane, h, n);
}

/// 20 nepers of the slowest pole, a tenth more for the others
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const FilterChain*)state)->rate;
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = design((const PassiveParams*)values, rate, h);
  double slowest = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    slowest = fmax(slowest, ton_biquad_radius(&h[i]));
  }
  return slowest > 0.0 ? 4 + (uint64_t)(22.0 / -log(slowest)) : 0;
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const PassiveParams* const p = (const PassiveParams*)values;
  return p->low_boost_db <= 0.0F && p->low_cut_db <= 0.0F &&
         p->high_boost_db <= 0.0F && p->top_cut_db <= 0.0F;
}

static double
response(const TonProcessor* self, const float* values, double hz, double rate)
{
  TonBiquad h[FILTER_CHAIN];
  const uint32_t n = design((const PassiveParams*)values, rate, h);
  return chain_db(h, n, hz, rate);
}

const TonProcessor TON_LANED(ton_passive_equaliser) = {
    .id = "passive-equaliser",
    .name = "Passive EQ",
    .category = "equaliser",
    .help =
        "Broad boosts and cuts in the manner of the passive equalisers of the "
        "fifties. Boost and cut of the lows act on each other: both together "
        "make a kick drum or a bass fuller and clear the range above it.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = chain_open,
    .close = ton_instance_free,
    .reset = chain_reset,
    .update = update,
    .process = chain_process,
    .tail = tail,
    .neutral = neutral,
    .response = response,
};
