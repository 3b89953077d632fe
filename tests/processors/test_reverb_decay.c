// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Decay times of the reverb, over frequency and settings.

/// Given as an argument: then only what depends on it is measured
static double response_rate = 48000.0;

#define RESPONSE_RATE response_rate

#include "reverb_response.h"
#include "signals.h"

enum { LONGEST = 192000 * 9 };

static double energy[LONGEST];
static double band[LONGEST];

/// Schroeder's backward integration of a band: frames i and later, dB re all
static void
decay_curve(const Response* r, uint32_t n_responses, double hz, double octaves)
{
  const uint32_t n = r[0].n;
  memset(energy, 0, n * sizeof(double));
  for (uint32_t k = 0; k < n_responses; ++k) {
    for (int c = 0; c < 2; ++c) {
      response_band(r[k].x[c], band, n, hz, octaves);
      for (uint32_t i = 0; i < n; ++i) {
        energy[i] += band[i] * band[i];
      }
    }
  }
  response_decay(energy, n);
}

static void
spc_01_decay_in_every_octave(void** state)
{
  (void)state;
  static const double wanted[] = {0.5, 1.0, 2.0, 5.0, 10.0};
  for (int type = 0; type < TYPES; ++type) {
    for (int k = 0; k < 5; ++k) {
      const uint32_t n = (uint32_t)((0.8 * wanted[k] + 0.6) * RESPONSE_RATE);
      Response r[2];
      for (int side = 0; side < 2; ++side) {
        r[side] = response(RESPONSE_FLAT, type, wanted[k], side, 0, n);
      }
      for (double hz = 125.0; hz < 17000.0; hz *= 2.0) {
        char what[64];
        snprintf(what, sizeof(what), "SPC-01 %s, %g s at %g Hz",
                 type_names[type], wanted[k], hz);
        decay_curve(r, 2, hz, 1.0);
        const bool edge = hz < 126.0 || hz > 15999.0;
        EXPECT_NEAR(what,
                    100.0 * (response_decay_s(energy, n, -35.0, RESPONSE_RATE) /
                                 wanted[k] -
                             1.0),
                    0.0, edge ? 10.0 : 5.0, "%");
      }
      response_free(&r[0]);
      response_free(&r[1]);
    }
  }
}

static void
spc_02_decay_falls_with_the_frequency(void** state)
{
  (void)state;
  // 2:1 every three octaves, 2 s at 1 kHz
  static const char* const settings =
      RESPONSE_OPEN "bass=236 treble=44 damping=3200";
  const uint32_t n = (uint32_t)(4.5 * RESPONSE_RATE);
  for (int type = 0; type < TYPES; ++type) {
    Response r[2];
    for (int side = 0; side < 2; ++side) {
      r[side] = response(settings, type, 2.12, side, 0, n);
    }
    for (double hz = 125.0; hz < 9000.0; hz *= 2.0) {
      const double wanted = 2.0 * pow(hz / 1000.0, -1.0 / 3.0);
      decay_curve(r, 2, hz, 1.0);
      const double t30 = response_decay_s(energy, n, -35.0, RESPONSE_RATE);
      const double t20 = response_decay_s(energy, n, -25.0, RESPONSE_RATE);
      char what[64];
      snprintf(what, sizeof(what), "SPC-02 %s at %g Hz", type_names[type], hz);
      EXPECT_NEAR(what, 100.0 * (t30 / wanted - 1.0), 0.0, 10.0, "%");
      snprintf(what, sizeof(what), "SPC-02 %s at %g Hz, T20 re T30",
               type_names[type], hz);
      EXPECT_NEAR(what, 100.0 * (t20 / t30 - 1.0), 0.0, 10.0, "%");
    }
    response_free(&r[0]);
    response_free(&r[1]);
  }
}

static double
plate_decay(const char* settings, double hz)
{
  const uint32_t n = (uint32_t)(3.0 * RESPONSE_RATE);
  Response r[2];
  for (int side = 0; side < 2; ++side) {
    r[side] = response(settings, PLATE, 2.0, side, 0, n);
  }
  decay_curve(r, 2, hz, 0.33);
  response_free(&r[0]);
  response_free(&r[1]);
  return response_decay_s(energy, n, -35.0, RESPONSE_RATE);
}

static void
damping_and_bass_do_as_they_say(void** state)
{
  (void)state;
  static const char* const dark = RESPONSE_OPEN "damping=4000 treble=25";
  static const char* const thin = RESPONSE_FLAT "bass=50";
  EXPECT_NEAR("half the decay at the damping", plate_decay(dark, 4000.0), 1.0,
              0.1, "s");
  EXPECT_NEAR("the decay three octaves below", plate_decay(dark, 500.0), 2.0,
              0.1, "s");
  EXPECT_NEAR("half the decay in the bass", plate_decay(thin, 40.0), 1.0, 0.1,
              "s");
  EXPECT_NEAR("and half of that way at 250 Hz", plate_decay(thin, 250.0),
              2.0 / 1.5, 0.1, "s");
  EXPECT_NEAR("none of it at 2 kHz", plate_decay(thin, 2000.0), 2.0, 0.1, "s");
}

/// RMS of both sides over a second of what goes on by itself
static double
level_db(const TonProcessor* p, void* reverb, double* mean)
{
  enum { N = 48000 };
  static float x[2][N];
  memset(x, 0, sizeof(x));
  lone_run(p, reverb, 0, x[0], x[1], N);
  double sum = 1e-30;
  for (int i = 0; i < N; ++i) {
    sum +=
        (double)x[0][i] * (double)x[0][i] + (double)x[1][i] * (double)x[1][i];
    *mean += (double)x[0][i] + (double)x[1][i];
  }
  *mean /= 2.0 * N;
  return 10.0 * log10(sum / (2.0 * N));
}

/// Fed with a second of noise
static void*
filled(const TonProcessor* p, const char* settings, float* values)
{
  enum { N = 48000 };
  static float x[2][N];
  lone_values(p, settings, values);
  void* const reverb = lone_state(p, RESPONSE_RATE, values);
  lone_update(p, reverb, 0, values, true, 0);
  for (int i = 0; i < N; ++i) {
    x[0][i] = (float)(0.3 * signal_random(1, (uint64_t)i));
    x[1][i] = (float)(0.3 * signal_random(2, (uint64_t)i));
  }
  lone_run(p, reverb, 0, x[0], x[1], N);
  return reverb;
}

static void
spc_06_frozen_it_stays(void** state)
{
  (void)state;
  const TonProcessor* const p = ton_processor("reverb");
  float values[LONE_PARAMS];
  void* const reverb = filled(p, "decay=5", values);
  lone_set(p, "freeze=on", values);
  lone_update(p, reverb, 0, values, true, 960);
  double mean = 0.0;
  level_db(p, reverb, &mean);
  double first = 0.0;
  double last = 0.0;
  for (int s = 0; s < 600; ++s) {
    const double db = level_db(p, reverb, &mean);
    first += s < 20 ? db / 20.0 : 0.0;
    last += s >= 580 ? db / 20.0 : 0.0;
  }
  EXPECT_DB("SPC-06 drift in 10 minutes", last - first, 0.0, 0.1);
  EXPECT_AT_MOST("SPC-06 mean re level",
                 20.0 * log10(fabs(mean) + 1e-30) - last, -60.0, "dB");
  lone_set(p, "freeze=off", values);
  lone_update(p, reverb, 0, values, true, 960);
  for (int s = 0; s < 5; ++s) {
    level_db(p, reverb, &mean);
  }
  EXPECT_AT_MOST("SPC-06 let go, 5 s later", level_db(p, reverb, &mean) - last,
                 -55.0, "dB");
  p->close(p, reverb);
}

static void
spc_07_it_dies_away(void** state)
{
  (void)state;
  const TonProcessor* const p = ton_processor("reverb");
  float values[LONE_PARAMS];
  void* const reverb = filled(p, "decay=1 treble=100", values);
  double mean = 0.0;
  const double start = level_db(p, reverb, &mean);
  double before = start;
  int s = 1;
  for (; s < 60; ++s) {
    const double db = level_db(p, reverb, &mean);
    if (db < -250.0) {
      break; // a limit cycle would stay
    }
    if (s < 4) {
      EXPECT_NEAR("SPC-07 fall in a second", before - db, 60.0, 3.0, "dB");
    }
    before = db;
  }
  EXPECT_AT_MOST("SPC-07 seconds to nothing", (double)s, 16.0, "s");
  p->close(p, reverb);
}

int
main(int n_args, char** args)
{
  const struct CMUnitTest octaves[] = {
      cmocka_unit_test(spc_01_decay_in_every_octave),
      cmocka_unit_test(spc_02_decay_falls_with_the_frequency),
  };
  const struct CMUnitTest tests[] = {
      octaves[0],
      octaves[1],
      cmocka_unit_test(damping_and_bass_do_as_they_say),
      cmocka_unit_test(spc_06_frozen_it_stays),
      cmocka_unit_test(spc_07_it_dies_away),
  };
  if (n_args > 1) {
    response_rate = atof(args[1]);
    return TON_TESTS(octaves);
  }
  return TON_TESTS(tests);
}
