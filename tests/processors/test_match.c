// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The match equaliser finds the curve between two recordings.

#include "base/error.h"
#include "dsp/filter_design.h"
#include "signals.h"
#include "single_lane.h"

enum { SECONDS = 60, N = 131072 };

static const double rates[] = {44100.0, 48000.0, 96000.0};

static const struct {
  double hz;
  double gain_db;
  double q;
} bands[] = {{120.0, 6.0, 0.8}, {900.0, -6.0, 1.0}, {4500.0, 6.0, 0.8}};

static double noise_db; ///< Level of the reference over the source

/// Pink noise as the source, behind the bands as the reference
static TonStatus
load(void* handle, const char* hash, double rate, TonPlanes* planes,
     TonError* error)
{
  (void)handle;
  (void)error;
  const uint64_t frames = (uint64_t)(SECONDS * rate);
  double* const x = ton_alloc(frames * sizeof(double));
  float* const y = ton_alloc(frames * sizeof(float));
  const float** const planar = ton_alloc(sizeof(float*));
  assert_true(x && y && planar);
  signal_pink(x, frames, 7, rate);
  for (int k = 0; strcmp(hash, "reference") == 0 && k < 3; ++k) {
    const TonBiquad h = ton_filter(TON_FILTER_BELL, bands[k].hz,
                                   bands[k].gain_db, bands[k].q, rate);
    double s[2] = {0.0, 0.0};
    for (uint64_t i = 0; i < frames; ++i) {
      const double in = x[i];
      x[i] = h.b0 * in + s[0];
      s[0] = h.b1 * in - h.a1 * x[i] + s[1];
      s[1] = h.b2 * in - h.a2 * x[i];
    }
  }
  const double level =
      strcmp(hash, "reference") == 0 ? pow(10.0, noise_db / 20.0) : 1.0;
  for (uint64_t i = 0; i < frames; ++i) {
    y[i] = (float)(0.1 * level * x[i]);
  }
  ton_free(x);
  planar[0] = y;
  *planes = (TonPlanes){planar, 1, frames, rate};
  return TON_OK;
}

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  ton_free((void*)(uintptr_t)planes->planes[0]);
  ton_free((void*)(uintptr_t)planes->planes);
}

static double
wanted_db(double hz, double rate)
{
  double db = 0.0;
  for (int k = 0; k < 3; ++k) {
    const TonBiquad h = ton_filter(TON_FILTER_BELL, bands[k].hz,
                                   bands[k].gain_db, bands[k].q, rate);
    db += ton_biquad_db(&h, hz, rate);
  }
  return db;
}

/// Mean of the bands from 200 Hz to 5 kHz, an octave like the other: it is no tone
static double
mean_db(double rate)
{
  double sum = 0.0;
  int n = 0;
  for (double hz = 200.0; hz < 5000.0; hz *= 1.01, ++n) {
    sum += wanted_db(hz, rate);
  }
  return sum / n;
}

/// Response to 1/8 at both sides, in dB at the lines
static void
respond(const char* settings, double rate, double* lines)
{
  static const char* const hashes[] = {"source", "reference"};
  static const TonResources resources = {hashes, NULL, load, unload};
  static float x[2 * N];
  static double y[N];
  const TonProcessor* const p = ton_processor("match-equaliser");
  float values[LONE_PARAMS];
  const float* const params[] = {values};
  static const int32_t on[] = {-1, -1};
  lone_values(p, settings, values);
  const TonSpec spec = {rate, 2, LONE_BLOCK, params, &resources};
  void* state = NULL;
  assert_int_equal(p->open(p, &spec, &state, NULL), TON_OK);
  lone_update(p, state, 0, values, true, 0);
  memset(x, 0, sizeof(x));
  x[0] = x[1] = 0.125F;
  for (uint32_t at = 0; at < N; at += LONE_BLOCK) {
    p->process(p, state,
               &(TonBlock){x + 2 * (size_t)at, NULL, on, NULL, LONE_BLOCK});
  }
  p->close(p, state);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(x[2 * i] == x[2 * i + 1]);
    y[i] = (double)x[2 * i];
  }
  signal_spectrum(y, N, lines);
  for (uint32_t i = 0; i <= N / 2; ++i) {
    lines[i] = 20.0 * log10(lines[i] * N * 4.0 + 1e-30);
  }
  ton_expect_rate = rate;
}

static double lines[N / 2 + 1];

/// Largest distance of the response from `amount` of the bands
static double
distance(double amount, double rate)
{
  const double mean = mean_db(rate);
  double worst = 0.0;
  for (uint32_t i = 1; i < N / 2; ++i) {
    const double hz = rate * i / N;
    if (hz >= 40.0 && hz <= 16000.0) {
      const double wanted = amount * (wanted_db(hz, rate) - mean);
      worst = fmax(worst, fabs(lines[i] - wanted));
    }
  }
  return worst;
}

static void
eq_13_the_curve_is_found(void** state)
{
  (void)state;
  for (int r = 0; r < 3; ++r) {
    noise_db = 0.0;
    respond("amount=100 range=18", rates[r], lines);
    EXPECT_AT_MOST("EQ-13 recovered curve", distance(1.0, rates[r]), 0.5, "dB");
  }
}

/// Twice as loud is no other tone, and half of it is half in dB
static void
the_amount_scales_it_and_the_level_does_not(void** state)
{
  (void)state;
  noise_db = -20.0;
  respond("amount=50 range=18", 48000.0, lines);
  EXPECT_AT_MOST("half of the curve", distance(0.5, 48000.0), 0.25, "dB");
}

static void
the_range_holds(void** state)
{
  (void)state;
  noise_db = 0.0;
  respond("amount=100 range=3", 48000.0, lines);
  double most = 0.0;
  for (uint32_t i = 60; i < N / 2 - 1000; ++i) {
    most = fmax(most, fabs(lines[i]));
  }
  EXPECT_AT_MOST("largest change", most, 3.01, "dB");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_13_the_curve_is_found),
      cmocka_unit_test(the_amount_scales_it_and_the_level_does_not),
      cmocka_unit_test(the_range_holds),
  };
  return TON_TESTS(tests);
}
