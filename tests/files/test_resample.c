// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Rates are converted within the figures of the reference.

#include "expect.h"
#include "signals.h"

#include <tonmeister/audio_file.h>

#include <string.h>

enum { MOST = 1 << 18, OUT_MOST = 5 * MOST };

static const uint32_t rates[] = {44100, 48000, 88200, 96000, 176400, 192000};

static float in[MOST];
static float out[OUT_MOST];
static float other[OUT_MOST];
static double x[OUT_MOST];

/// Convert n frames of `in`, pushing `push` and pulling at most `pull`
static uint32_t
convert(uint32_t from, uint32_t to, const float* source, uint32_t n, float* y,
        uint32_t push, uint32_t pull)
{
  TonResampler* r = NULL;
  uint32_t all = 0;
  uint32_t got = 1;
  ton_expect_rate = to;
  assert_int_equal(ton_resampler_new(from, to, 1, &r, NULL), 0);
  for (uint32_t at = 0; at < n;) {
    const uint32_t frames = n - at < push ? n - at : push;
    const float* const planes[] = {source + at};
    float* const made[] = {y + all};
    assert_int_equal(
        ton_resampler_run(r, planes, frames, false, made, pull, &got, NULL), 0);
    all += got;
    at += frames;
  }
  for (got = 1; got;) {
    float* const made[] = {y + all};
    assert_int_equal(
        ton_resampler_run(r, NULL, 0, true, made, pull, &got, NULL), 0);
    all += got;
  }
  ton_resampler_free(r);
  return all;
}

static void
put_tone(double hz, double rate, double peak, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    in[i] = (float)(peak * sin(2.0 * M_PI * fmod(hz / rate * i, 1.0)));
  }
}

static double
db(double amplitude)
{
  return 20.0 * log10(amplitude + 1e-30);
}

/// Level of a tone of peak 0.5 after conversion, re its level before
static double
tone_through(uint32_t from, uint32_t to, double hz, double read_at)
{
  const uint32_t n = from / 2;
  put_tone(hz, from, 0.5, n);
  const uint32_t m = convert(from, to, in, n, out, 4096, OUT_MOST);
  const uint32_t span = m / 2;
  for (uint32_t i = 0; i < span; ++i) { // Hann window against the ends
    const double w = 0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / span);
    x[i] = 2.0 * w * (double)out[m / 4 + i];
  }
  return db(signal_amplitude(x, span, to, read_at) / 0.5);
}

/// 499 periods in half a second: the float grid's error does not repeat with
/// the tone, as it would at 1000 Hz, where it alone makes spurs of -154 dB
static const double tone_hz = 998.0;

/// Loudest of seven harmonics in half a second of `out`
static double
worst_harmonic(uint32_t to)
{
  double worst = -400.0;
  for (uint32_t i = 0; i < to / 2; ++i) {
    x[i] = (double)out[to / 4 + i];
  }
  for (int k = 2; k <= 8; ++k) {
    worst = fmax(worst, db(signal_amplitude(x, to / 2, to, tone_hz * k)));
  }
  return worst;
}

/// Single spurs of 1 kHz, and all that is not the tone together: of the latter
/// floats have a grid of -150 dB
static void
out_01_a_tone_stays_alone(void** state)
{
  (void)state;
  double worst = -400.0;
  double spur = -400.0;
  for (int f = 0; f < 6; ++f) {
    for (int t = 0; t < 6; ++t) {
      const uint32_t from = rates[f];
      const uint32_t to = rates[t];
      if (from == to) {
        continue;
      }
      put_tone(tone_hz, from, 0.89, from);
      assert_int_equal(convert(from, to, in, from, out, 4001, OUT_MOST), to);
      spur = fmax(spur, worst_harmonic(to));
      double sum = 0.0;
      for (uint32_t i = to / 4; i < to * 3 / 4; ++i) {
        const double wanted =
            0.89 * sin(2.0 * M_PI * fmod(tone_hz / to * i, 1.0));
        sum += pow((double)out[i] - wanted, 2.0);
      }
      worst = fmax(worst, 10.0 * log10(sum / (to / 2)) - db(0.89 / sqrt(2.0)));
    }
  }
  EXPECT_AT_MOST("OUT-01 spurs of 1 kHz", spur - db(0.89), -160.0, "dBc");
  EXPECT_AT_MOST("OUT-01 all that is not the 1 kHz tone", worst, -145.0, "dBc");
}

static void
out_01_what_must_go_is_gone(void** state)
{
  (void)state;
  static const struct {
    uint32_t from, to;
    double hz;
  } cases[] = {{96000, 44100, 22300.0}, {96000, 44100, 24000.0},
               {96000, 44100, 30000.0}, {96000, 48000, 24500.0},
               {48000, 44100, 22300.0}, {192000, 96000, 60000.0},
               {192000, 44100, 30000.0}};
  for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); ++k) {
    const double to = cases[k].to;
    const double alias = fabs(cases[k].hz - to * round(cases[k].hz / to));
    EXPECT_AT_MOST("OUT-01 alias",
                   tone_through(cases[k].from, cases[k].to, cases[k].hz, alias),
                   -150.0, "dB");
  }
}

static void
out_02_the_passband_is_flat(void** state)
{
  (void)state;
  static const double part[] = {0.01, 0.2, 0.5, 0.8, 0.907};
  double worst = 0.0;
  for (int f = 0; f < 6; ++f) {
    for (int t = 0; t < 6; ++t) {
      const double lower = fmin(rates[f], rates[t]);
      for (int k = 0; k < 5 && f != t; ++k) {
        const double hz = round(part[k] * lower / 2.0 / 50.0) * 50.0;
        worst = fmax(worst, fabs(tone_through(rates[f], rates[t], hz, hz)));
      }
    }
  }
  EXPECT_AT_MOST("OUT-02 passband to 0.907 Nyquist", worst, 0.005, "dB");
  EXPECT_AT_LEAST("OUT-02 at 0.925 Nyquist, 96 to 44.1 kHz",
                  tone_through(96000, 44100, 20400.0, 20400.0), -0.05, "dB");
}

static void
out_03_there_and_back_is_the_same(void** state)
{
  (void)state;
  const uint32_t n = 44100;
  memset(x, 0, sizeof(x));
  for (int k = 1; k < 200; ++k) { // noise up to 20 kHz, as 199 tones
    const double phase = M_PI * signal_random(3, (uint64_t)k);
    for (uint32_t i = 0; i < n; ++i) {
      x[i] += 0.03 * sin(2.0 * M_PI * fmod(100.0 * k / n * i, 1.0) + phase);
    }
  }
  static float start[44100];
  for (uint32_t i = 0; i < n; ++i) {
    start[i] = (float)x[i];
  }
  const uint32_t m = convert(44100, 96000, start, n, out, 4096, OUT_MOST);
  assert_int_equal(m, 96000);
  assert_int_equal(convert(96000, 44100, out, m, other, 4096, OUT_MOST), n);
  static double y[44100];
  for (uint32_t i = 0; i < n; ++i) {
    x[i] = (double)start[i];
    y[i] = (double)other[i];
  }
  EXPECT_AT_MOST("OUT-03 null of 44.1-96-44.1",
                 signal_null_db(y + n / 8, x + n / 8, n * 3 / 4), -130.0, "dB");
}

static void
out_04_quiet_tones_keep_their_level(void** state)
{
  (void)state;
  put_tone(1000.0, 96000.0, 1e-6, 96000);
  convert(96000, 44100, in, 96000, out, 4096, OUT_MOST);
  for (uint32_t i = 0; i < 22050; ++i) {
    x[i] = (double)out[11025 + i];
  }
  EXPECT_DB("OUT-04 level of -120 dBFS",
            db(signal_amplitude(x, 22050, 44100.0, 1000.0)), -120.0, 0.01);
}

static void
chunks_do_not_matter_and_the_length_is_exact(void** state)
{
  (void)state;
  static const uint32_t pairs[][2] = {
      {44100, 48000}, {96000, 44100}, {48000, 192000}, {22050, 48000}};
  static const uint32_t sizes[][2] = {
      {1, 7}, {253, 256}, {20000, 100}, {65536, 65536}};
  static const uint32_t lengths[] = {1, 2, 999, 20011};
  for (uint32_t i = 0; i < 20011; ++i) {
    in[i] = (float)signal_random(7, i);
  }
  for (int p = 0; p < 4; ++p) {
    for (int l = 0; l < 4; ++l) {
      const uint64_t n = lengths[l];
      const uint64_t due = (n * pairs[p][1] + pairs[p][0] - 1) / pairs[p][0];
      assert_int_equal(convert(pairs[p][0], pairs[p][1], in, lengths[l], out,
                               4096, OUT_MOST),
                       due);
      for (int s = 0; s < 4; ++s) {
        assert_int_equal(convert(pairs[p][0], pairs[p][1], in, lengths[l],
                                 other, sizes[s][0], sizes[s][1]),
                         due);
        assert_memory_equal(out, other, due * sizeof(float));
      }
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_01_a_tone_stays_alone),
      cmocka_unit_test(out_01_what_must_go_is_gone),
      cmocka_unit_test(out_02_the_passband_is_flat),
      cmocka_unit_test(out_03_there_and_back_is_the_same),
      cmocka_unit_test(out_04_quiet_tones_keep_their_level),
      cmocka_unit_test(chunks_do_not_matter_and_the_length_is_exact),
  };
  return TON_TESTS(tests);
}
