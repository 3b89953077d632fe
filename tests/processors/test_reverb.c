// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Density, evenness, flatness and width of the reverb.

#include "dsp/fft.h"
#include "reverb_response.h"
#include "signals.h"

#include "base/array.h"

enum { STARTS = 4, RESPONSES = 2 * STARTS };

/// From both sides, each at four times of the modulation
static void
responses(const char* settings, int type, double decay_s, uint32_t n,
          Response* r)
{
  for (int k = 0; k < RESPONSES; ++k) {
    r[k] =
        response(settings, type, decay_s, k & 1, 29003U * ((uint32_t)k / 2), n);
  }
}

static void
free_responses(Response* r)
{
  for (int k = 0; k < RESPONSES; ++k) {
    response_free(&r[k]);
  }
}

/// Normalised echo density (Abel & Huang 2006): the share of frames beyond one
/// sigma around frame `at`, Hann window of 20 ms, re that of Gaussian noise
static double
echo_density(const float* x, int at)
{
  enum { HALF = 480 };
  double sums[3] = {0.0};
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = -HALF; i <= HALF; ++i) {
      const double w = 0.5 + 0.5 * cos(M_PI * i / HALF);
      const double v = at + i < 0 ? 0.0 : (double)x[at + i];
      sums[0] += pass ? 0.0 : w;
      sums[1] += pass ? 0.0 : w * v * v;
      sums[2] += pass && v * v > sums[1] / sums[0] ? w : 0.0;
    }
  }
  return sums[2] / sums[0] / 0.3173105;
}

/// White noise itself strays by 6 % in a window, so the mean of all sixteen
/// responses is held to the limits
static void
spc_03_echoes_are_dense(void** state)
{
  (void)state;
  static const double by_ms[TYPES] = {60.0, 40.0, 100.0, 60.0};
  for (int type = 0; type < TYPES; ++type) {
    Response r[RESPONSES];
    responses(RESPONSE_FLAT, type, natural_s[type], 30000, r);
    double least = 9.0;
    double most = 0.0;
    double dense_ms = 0.0;
    for (double ms = 1.0; ms < 500.0; ms += 1.0) {
      double sum = 0.0;
      for (int k = 0; k < 2 * RESPONSES; ++k) {
        sum += echo_density(r[k / 2].x[k & 1], (int)(48.0 * ms));
      }
      const double density = sum / (2 * RESPONSES);
      dense_ms = density < 0.9 ? ms + 1.0 : dense_ms;
      least = ms >= by_ms[type] ? fmin(least, density) : least;
      most = ms >= by_ms[type] ? fmax(most, density) : most;
    }
    char what[64];
    snprintf(what, sizeof(what), "SPC-03 %s: echo density 0.9 for good",
             type_names[type]);
    EXPECT_AT_MOST(what, dense_ms, by_ms[type], "ms");
    EXPECT_AT_LEAST("SPC-03 least later on", least, 0.9, "");
    EXPECT_AT_MOST("SPC-03 most later on", most, 1.1, "");
    free_responses(r);
  }
}

/// Reflections, diffusers and lines hand over to each other (section 6.3)
static void
energy_falls_evenly_from_the_start(void** state)
{
  (void)state;
  for (int type = 0; type < TYPES; ++type) {
    enum { WINDOWS = 30, FRAMES = 480 };
    Response r[RESPONSES];
    responses(RESPONSE_FLAT, type, natural_s[type], WINDOWS * FRAMES, r);
    double db[WINDOWS];
    double late = 0.0;
    for (int w = 0; w < WINDOWS; ++w) {
      double sum = 0.0;
      for (int k = 0; k < 2 * RESPONSES; ++k) {
        for (int i = 0; i < FRAMES; ++i) {
          const double v = (double)r[k / 2].x[k & 1][w * FRAMES + i];
          sum += v * v;
        }
      }
      db[w] = 10.0 * log10(sum) + 0.6 * w / natural_s[type];
      late += w >= 15 ? db[w] / (WINDOWS - 15) : 0.0;
    }
    for (int w = 0; w < WINDOWS; ++w) {
      char what[64];
      snprintf(what, sizeof(what), "%s: energy after %d ms re its decay",
               type_names[type], w * 10);
      EXPECT_DB(what, db[w] - late, 0.0, 2.0);
    }
    free_responses(r);
  }
}

enum { SPECTRUM = 65536 };

/// Power of 0.2 to 1.0 s in every bin
static void
tail_power(TonFft* fft, const float* x, double* power)
{
  float* const to = ton_fft_time(fft);
  memset(to, 0, SPECTRUM * sizeof(float));
  memcpy(to, x + 9600, 38400 * sizeof(float));
  const float* const bins = ton_fft_forward(fft);
  for (int b = 0; b < SPECTRUM / 2; ++b) {
    power[b] = (double)bins[2 * b] * (double)bins[2 * b] +
               (double)bins[2 * b + 1] * (double)bins[2 * b + 1];
  }
}

static double
mean_power(const double* power, double from_hz, double to_hz)
{
  const int from = (int)ceil(from_hz * SPECTRUM / RESPONSE_RATE);
  const int to = (int)ceil(to_hz * SPECTRUM / RESPONSE_RATE);
  double sum = 0.0;
  for (int b = from; b < to; ++b) {
    sum += power[b];
  }
  return sum / (to - from);
}

static double
peak_over_mean_db(const double* power)
{
  double most = 0.0;
  const int from = (int)(100.0 * SPECTRUM / RESPONSE_RATE);
  const int to = (int)(10000.0 * SPECTRUM / RESPONSE_RATE);
  for (int b = from; b < to; ++b) {
    most = fmax(most, power[b]);
  }
  return 10.0 * log10(most / mean_power(power, 100.0, 10000.0));
}

/// Third octaves of all responses together: in one alone, 18 frames of
/// bandwidth times time at 100 Hz would let noise itself stray by 1 dB
static void
spc_04_the_tail_is_flat_and_does_not_ring(void** state)
{
  (void)state;
  static double power[SPECTRUM / 2];
  static double all[SPECTRUM / 2];
  TonFft* const fft = ton_fft_new(SPECTRUM);
  assert_non_null(fft);
  for (int type = 0; type < TYPES; ++type) {
    Response r[RESPONSES];
    responses(RESPONSE_FLAT, type, natural_s[type], 48000, r);
    memset(all, 0, sizeof(all));
    double ringing = 0.0;
    for (int k = 0; k < 2 * RESPONSES; ++k) {
      tail_power(fft, r[k / 2].x[k & 1], power);
      ringing = fmax(ringing, peak_over_mean_db(power));
      for (int b = 0; b < SPECTRUM / 2; ++b) {
        all[b] += power[b];
      }
    }
    char what[64];
    const double mean = mean_power(all, 100.0, 10000.0);
    for (int third = -10; third <= 10; ++third) {
      const double hz = 1000.0 * pow(2.0, third / 3.0);
      const double edge = pow(2.0, 1.0 / 6.0);
      snprintf(what, sizeof(what), "SPC-04 %s, third octave at %.0f Hz",
               type_names[type], hz);
      EXPECT_DB(what,
                10.0 * log10(mean_power(all, hz / edge, hz * edge) / mean), 0.0,
                1.5);
    }
    snprintf(what, sizeof(what), "SPC-04 %s, strongest bin re mean",
             type_names[type]);
    EXPECT_AT_MOST(what, ringing, 13.0, "dB");
    free_responses(r);
  }
  ton_fft_free(fft);
}

/// Correlation of the sides from 100 ms on
static double
late_correlation(const Response* r, double hz, double* fold_db)
{
  enum { N = 120000 };
  static double x[2][N];
  double sum[3] = {0.0};
  for (int c = 0; c < 2; ++c) {
    response_band(r->x[c], x[c], N, hz, 1.0);
  }
  for (int i = 4800; i < N; ++i) {
    sum[0] += x[0][i] * x[0][i];
    sum[1] += x[1][i] * x[1][i];
    sum[2] += x[0][i] * x[1][i];
  }
  *fold_db = 10.0 * log10((sum[0] + sum[1] + 2.0 * sum[2]) / 4.0 /
                          ((sum[0] + sum[1]) / 2.0));
  return sum[2] / sqrt(sum[0] * sum[1]);
}

static void
spc_05_the_sides_differ(void** state)
{
  (void)state;
  for (int type = 0; type < TYPES; ++type) {
    for (int side = 0; side < 2; ++side) {
      Response r = response(RESPONSE_FLAT, type, 2.0, side, 0, 120000);
      double fold = 0.0;
      char what[64];
      snprintf(what, sizeof(what), "SPC-05 %s, correlation of the sides",
               type_names[type]);
      EXPECT_NEAR(what, late_correlation(&r, 0.0, &fold), 0.0, 0.1, "");
      EXPECT_DB("SPC-05 folded to mono", fold, -3.0, 0.7);
      for (double hz = 500.0; hz < 9000.0; hz *= 2.0) {
        snprintf(what, sizeof(what), "SPC-05 %s at %g Hz", type_names[type],
                 hz);
        EXPECT_NEAR(what, late_correlation(&r, hz, &fold), 0.0, 0.2, "");
      }
      response_free(&r);
    }
  }
}

enum { MOVE_PART = 9600 };

/// The next frames of noise without treble, twice low-passed
static void
dull_noise(uint64_t at, float x[2][MOVE_PART])
{
  static double slow[2];
  for (int i = 0; i < MOVE_PART; ++i) {
    slow[0] += 0.1 * (signal_random(5, at++) - slow[0]);
    slow[1] += 0.1 * (slow[0] - slow[1]);
    x[0][i] = x[1][i] = (float)(0.5 * slow[1]);
  }
}

/// RMS of the steps from frame to frame, the last part's end included
static double
mean_step(const float* x, double* largest)
{
  static float before;
  double sum = 0.0;
  for (int i = 0; i < MOVE_PART; ++i) {
    const double step = (double)x[i] - (double)before;
    sum += step * step;
    *largest = fmax(*largest, fabs(step));
    before = x[i];
  }
  return sqrt(sum / MOVE_PART);
}

/// As in SPC-09 of the delay: noise below 1 kHz, so that a click stands out,
/// and 6 sigma, since noise at rest alone reaches 4.6
static void
spc_09_no_click_while_values_move(void** state)
{
  (void)state;
  static const char* const moves[] = {
      "decay=0.4",    "decay=6",     "damping=2000", "treble=100",
      "bass=200",     "bass=50",     "modulation=0", "modulation=100",
      "highpass=400", "highpass=30", "lowpass=3000", "lowpass=18000",
      "width=20",     "mix=50",      "width=100",    "mix=100",
      "freeze=on",    "freeze=off"};
  const TonProcessor* const p = ton_processor("reverb");
  float values[LONE_PARAMS];
  lone_values(p, "decay=1", values);
  void* const reverb = lone_state(p, RESPONSE_RATE, values);
  lone_update(p, reverb, 0, values, true, 0);
  for (size_t part = 0; part < 2 * TON_COUNT(moves) + 3; ++part) {
    static float x[2][MOVE_PART];
    dull_noise(part * MOVE_PART, x);
    const bool moved = part >= 3 && part % 2;
    const char* const move = moved ? moves[(part - 3) / 2] : "";
    if (moved) {
      lone_set(p, move, values);
      lone_update(p, reverb, 0, values, true, 960);
    }
    static double at_rest;
    double largest = 0.0;
    lone_run(p, reverb, 0, x[0], x[1], MOVE_PART);
    const double sigma = mean_step(x[0], &largest);
    if (moved) {
      char what[64];
      snprintf(what, sizeof(what), "SPC-09 largest step after %s", move);
      EXPECT_AT_MOST(what, largest / fmax(sigma, at_rest), 6.0, "sigma");
    }
    at_rest = sigma;
  }
  p->close(p, reverb);
}

/**
   Spread of a steady tone's frequency, weighed by power:

     z = y e^(-jwt), low-passed; sqrt(sum |z - z'|^2 / sum |z|^2) rate / 2 pi

   which counts what beats in level too, so it is an upper bound.
*/
static double
pitch_spread_cents(const char* settings, double hz)
{
  enum { N = 48000 * 10 };
  static float x[2][N];
  for (int i = 0; i < N; ++i) {
    x[0][i] = (float)(0.5 * sin(2.0 * M_PI * hz * i / RESPONSE_RATE));
    x[1][i] = 0.0F;
  }
  lone_apply(ton_processor("reverb"), RESPONSE_RATE, settings, x[0], x[1], N);
  double low[4][2] = {{0.0}};
  double moved = 0.0;
  double power = 0.0;
  for (int i = 0; i < N; ++i) {
    const double turn = 2.0 * M_PI * hz * i / RESPONSE_RATE;
    const double v[2] = {(double)x[0][i] * cos(turn),
                         (double)x[0][i] * sin(turn)};
    for (int c = 0; c < 2; ++c) {
      const double k = 1.0 - exp(-2.0 * M_PI * 60.0 / RESPONSE_RATE);
      const double before = low[3][c];
      low[0][c] += k * (v[c] - low[0][c]);
      for (int pole = 1; pole < 4; ++pole) {
        low[pole][c] += k * (low[pole - 1][c] - low[pole][c]);
      }
      if (i > 4 * 48000) {
        moved += (low[3][c] - before) * (low[3][c] - before);
        power += low[3][c] * low[3][c];
      }
    }
  }
  const double spread = sqrt(moved / power) * RESPONSE_RATE / (2.0 * M_PI);
  return 1200.0 * log2(1.0 + spread / hz);
}

static void
spc_12_a_tone_keeps_its_pitch(void** state)
{
  (void)state;
  for (int type = 0; type < TYPES; ++type) {
    char settings[64];
    snprintf(settings, sizeof(settings), "type=%s decay=%g", type_names[type],
             natural_s[type]);
    EXPECT_AT_MOST("SPC-12 pitch of 1 kHz, RMS",
                   pitch_spread_cents(settings, 1000.0), 5.0, "cents");
  }
  EXPECT_AT_LEAST("but it is modulated",
                  pitch_spread_cents("type=plate", 1000.0), 0.5, "cents");
  EXPECT_AT_MOST("and rests without modulation",
                 pitch_spread_cents("type=plate modulation=0", 1000.0), 0.05,
                 "cents");
}

static void
spc_13_dry_is_exact(void** state)
{
  (void)state;
  enum { N = 20000 };
  static float x[2][N];
  for (int i = 0; i < N; ++i) {
    x[0][i] = (float)signal_random(1, (uint64_t)i);
    x[1][i] = (float)signal_random(2, (uint64_t)i);
  }
  lone_apply(ton_processor("reverb"), RESPONSE_RATE, "mix=0", x[0], x[1], N);
  for (int i = 0; i < N; ++i) {
    assert_true(x[0][i] == (float)signal_random(1, (uint64_t)i));
    assert_true(x[1][i] == (float)signal_random(2, (uint64_t)i));
  }
}

static void
predelay_comes_before_all(void** state)
{
  (void)state;
  enum { N = 20000, LATE = 4800 };
  Response now = response("modulation=0 pre-delay=0", PLATE, 1.6, 0, 0, N);
  Response then = response("modulation=0 pre-delay=100", PLATE, 1.6, 0, 0, N);
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < N; ++i) {
      const float wanted = i < LATE ? 0.0F : now.x[c][i - LATE];
      assert_true(then.x[c][i] == wanted);
    }
  }
  response_free(&now);
  response_free(&then);
}

static void
no_width_is_mono(void** state)
{
  (void)state;
  Response r = response("width=0", HALL, 1.6, 1, 0, 20000);
  for (uint32_t i = 0; i < r.n; ++i) {
    assert_true(r.x[0][i] == r.x[1][i]);
  }
  response_free(&r);
}

/// Energy of a reverb between two times, of a tone that ends after two seconds; dB
static double
of_a_tone(const char* settings, double from_s, double to_s)
{
  enum { N = 48000 * 4 };
  static float x[2][N];
  memset(x, 0, sizeof(x));
  for (int i = 0; i < N / 2; ++i) {
    x[0][i] = x[1][i] = (float)(0.5 * sin(2.0 * M_PI * 997.0 * i / 48000.0));
  }
  lone_apply(ton_processor("reverb"), RESPONSE_RATE, settings, x[0], x[1], N);
  double sum = 1e-30;
  for (int i = (int)(from_s * 48000.0); i < (int)(to_s * 48000.0); ++i) {
    sum += (double)x[0][i] * (double)x[0][i];
  }
  return 10.0 * log10(sum);
}

static void
the_reverb_ducks_under_the_sound(void** state)
{
  (void)state;
  static const char* const types[] = {"room", "plate", "hall"};
  for (int k = 0; k < 3; ++k) {
    char open[64];
    char ducked[64];
    snprintf(open, sizeof(open), "decay=5 type=%s", types[k]);
    snprintf(ducked, sizeof(ducked), "decay=5 duck=12 type=%s", types[k]);
    EXPECT_DB("duck while it sounds",
              of_a_tone(ducked, 1.8, 1.9) - of_a_tone(open, 1.8, 1.9), -12.0,
              0.2);
    EXPECT_DB("duck 1.4 s after",
              of_a_tone(ducked, 3.4, 3.5) - of_a_tone(open, 3.4, 3.5), 0.0,
              0.1);
  }
}

/// What the mix assistant counts on: `gain` of data/roles.yaml at any decay, so
/// that sends have the energy they say
static void
energy_is_what_the_assistant_counts_on(void** state)
{
  (void)state;
  enum { N = 48000 * 20, FROM = 48000 * 3 };
  static double noise[N];
  static float x[2][N];
  static const double decays[] = {0.8, 1.6, 2.8};
  signal_pink(noise, N, 7, RESPONSE_RATE);
  response_section(noise, N, 20.0, 0.54119610, true);
  response_section(noise, N, 20.0, 1.30656296, true);
  for (int k = 0; k < 3; ++k) {
    char settings[96];
    snprintf(settings, sizeof(settings),
             "type=plate decay=%g pre-delay=25 highpass=200 lowpass=8000",
             decays[k]);
    double in = 0.0;
    double out = 0.0;
    for (int i = 0; i < N; ++i) {
      x[0][i] = x[1][i] = (float)(0.1 * noise[i]);
    }
    lone_apply(ton_processor("reverb"), RESPONSE_RATE, settings, x[0], x[1], N);
    for (int i = FROM; i < N; ++i) {
      in += 0.01 * noise[i] * noise[i];
      out += 0.5 * ((double)x[0][i] * (double)x[0][i] +
                    (double)x[1][i] * (double)x[1][i]);
    }
    EXPECT_DB("energy of a plate", 10.0 * log10(out / in), 6.0, 0.3);
  }
}

/// Without a gain for it a decay of 10 s is 12 LU louder than one of 0.3 s
static void
spc_14_one_loudness_at_any_decay(void** state)
{
  (void)state;
  enum { N = 48000 * 14 };
  static double in[2][N];
  static double out[2][N];
  static const char* const types[] = {"room", "plate", "hall"};
  static const double decays[] = {0.3, 0.6, 1.6, 4.0, 10.0};
  signal_mix(in[0], in[1], N, RESPONSE_RATE);
  for (int t = 0; t < 3; ++t) {
    double lowest = INFINITY;
    double highest = -INFINITY;
    for (int k = 0; k < 5; ++k) {
      char settings[96];
      snprintf(settings, sizeof(settings), "type=%s decay=%g", types[t],
               decays[k]);
      lone_pair(ton_processor("reverb"), RESPONSE_RATE, settings,
                &(LonePair){in[0], in[1], NULL, out[0], out[1]}, N);
      const double lufs = signal_loudness(out[0], out[1], N, RESPONSE_RATE);
      lowest = fmin(lowest, lufs);
      highest = fmax(highest, lufs);
    }
    EXPECT_AT_MOST("SPC-14 loudness from 0.3 to 10 s", highest - lowest, 2.0,
                   "LU");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spc_03_echoes_are_dense),
      cmocka_unit_test(energy_falls_evenly_from_the_start),
      cmocka_unit_test(spc_04_the_tail_is_flat_and_does_not_ring),
      cmocka_unit_test(spc_05_the_sides_differ),
      cmocka_unit_test(spc_09_no_click_while_values_move),
      cmocka_unit_test(spc_12_a_tone_keeps_its_pitch),
      cmocka_unit_test(spc_13_dry_is_exact),
      cmocka_unit_test(predelay_comes_before_all),
      cmocka_unit_test(no_width_is_mono),
      cmocka_unit_test(the_reverb_ducks_under_the_sound),
      cmocka_unit_test(energy_is_what_the_assistant_counts_on),
      cmocka_unit_test(spc_14_one_loudness_at_any_decay),
  };
  return TON_TESTS(tests);
}
