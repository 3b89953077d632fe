// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Mains hum found in stems: in pauses, between hits, under music.

#include "base/array.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <string.h>

enum { RATE = 48000, SECONDS = 20, N = RATE * SECONDS };

static double a[N];

static void
add_hum(double* x, uint64_t n, double hz, double level)
{
  for (uint64_t i = 0; i < n; ++i) {
    for (int k = 1; k <= 6; ++k) {
      x[i] += level / k * sin(2.0 * M_PI * hz * k * (double)i / RATE);
    }
    x[i] += 0.01 * level * signal_random(3, i);
  }
}

static void
test_hum(void** state)
{
  (void)state;
  static const double mains[] = {50.0, 60.0};
  for (uint32_t m = 0; m < TON_COUNT(mains); ++m) {
    memset(a, 0, sizeof(a));
    stem_guitar(a, 4 * RATE, RATE, 1.0);
    add_hum(a, N, mains[m], 0.002);
    TonSound f;
    sound_of(a, NULL, N, RATE, 512, &f);
    EXPECT_NEAR("mains", f.facts.hum.hz, mains[m], 0.3, "Hz");
    assert_int_equal(f.facts.hum.lines & 0x3F, 0x3F);
    for (int k = 0; k < 6; ++k) {
      EXPECT_AT_LEAST("prominence", f.facts.hum.prominence_db[k], 12.0, "dB");
      EXPECT_NEAR("tone", f.facts.hum.line_db[k] + f.facts.active_lufs,
                  20.0 * log10(0.002 / (k + 1)) - 3.01, 0.3, "dB");
    }
    ton_sound_free(&f);
  }
  memset(a, 0, sizeof(a));
  stem_guitar(a, 4 * RATE, RATE, 1.0);
  for (uint64_t i = 0; i < N; ++i) {
    a[i] += 0.001 * signal_random(5, i);
  }
  TonSound f;
  sound_of(a, NULL, N, RATE, 512, &f);
  EXPECT_NEAR("no hum", f.facts.hum.hz, 0.0, 0.0, "Hz");
  assert_true(f.facts.has_pauses);
  EXPECT_AT_MOST("noise is steady", f.facts.pause_range_db, 3.0, "dB");
  ton_sound_free(&f);
}

/// An instrument that never pauses: notes come and go, hum stays
static void
test_hum_under_music(void** state)
{
  (void)state;
  enum { LONG = 40 * RATE };
  double* const x = calloc(LONG, sizeof(double));
  for (uint32_t humming = 0; humming < 2; ++humming) {
    for (uint64_t i = 0; i < LONG; ++i) {
      const double t = (double)i / RATE;
      const double hz = 110.0 * pow(2.0, (uint64_t)(t / 0.6) * 7 % 12 / 12.0);
      x[i] = 0.1 * fmod(hz * t, 1.0) - 0.05;
    }
    if (humming) {
      add_hum(x, LONG, 50.0, 0.003);
    }
    TonSound f;
    sound_of(x, NULL, LONG, RATE, 4096, &f);
    assert_false(f.facts.has_pauses);
    EXPECT_NEAR("mains", f.facts.hum.hz, humming ? 50.0 : 0.0, 0.3, "Hz");
    assert_true(!humming || (f.facts.hum.lines & 1U));
    ton_sound_free(&f);
  }
  free(x);
}

/// A kick of 50 Hz on each beat, silence behind it
static void
loop_kick(double* x, double bpm, double length_s)
{
  memset(x, 0, N * sizeof(double));
  for (uint64_t i = 0; i < N; ++i) {
    const double beat = floor((double)i / RATE * bpm / 60.0);
    const double t = ((double)i - floor(beat * 60.0 / bpm * RATE)) / RATE;
    if (t < length_s) {
      const double turns = 50.0 * t + 3.0 * (1.0 - exp(-t / 0.03));
      x[i] = 0.7 * exp(-t / 0.08) * tanh(2.0 * sin(2.0 * M_PI * turns) + 0.2);
    }
  }
}

/// Decaying notes on each eighth, eight of a kind; `length`: share of the eighth
static void
loop_bass(double* x, double bpm, double length)
{
  static const double notes[] = {55.0, 55.0, 65.4, 73.4};
  const double eighth_s = 30.0 / bpm;
  for (uint64_t i = 0; i < N; ++i) {
    const uint64_t note = (uint64_t)((double)i / RATE / eighth_s);
    const double t = (double)i / RATE - (double)note * eighth_s;
    x[i] = 0.0;
    for (int k = 1; k < 8 && t < length * eighth_s; ++k) {
      const double hz = notes[note / 8 % 4] * k;
      x[i] += 0.25 / k * exp(-3.0 * t) * sin(2.0 * M_PI * hz * t);
    }
  }
}

static void
expect_hum(const char* what, double hz)
{
  TonSound f;
  sound_of(a, NULL, N, RATE, 4096, &f);
  EXPECT_NEAR(what, f.facts.hum.hz, hz, 0.3, "Hz");
  ton_sound_free(&f);
}

static const double tempos[] = {100.0, 120.0, 125.0, 128.0, 150.0};

/// The spectrum of a loop is lines at multiples of its tempo: none is hum
static void
test_loops_do_not_hum(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < TON_COUNT(tempos); ++i) {
    loop_kick(a, tempos[i], 0.3);
    expect_hum("kick", 0.0);
    loop_kick(a, tempos[i], 1.0);
    expect_hum("kick without gaps", 0.0);
    loop_bass(a, tempos[i], 0.9);
    expect_hum("bass", 0.0);
    loop_bass(a, tempos[i], 1.0);
    expect_hum("bass without gaps", 0.0);
  }
}

/// A hum 40 dB below the peaks goes on between the hits; gaps as short as 23 ms
/// show it
static void
test_hum_between_hits(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < 2 * TON_COUNT(tempos); ++i) {
    const double hz = i % 2 ? 60.0 : 50.0;
    loop_kick(a, tempos[i / 2], 0.3);
    add_hum(a, N, hz, 0.007);
    expect_hum("kick", hz);
    loop_bass(a, tempos[i / 2], fmin(0.9, 1.0 - 0.023 * tempos[i / 2] / 30.0));
    add_hum(a, N, hz, 0.005);
    expect_hum("bass", hz);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_hum),
      cmocka_unit_test(test_hum_under_music),
      cmocka_unit_test(test_loops_do_not_hum),
      cmocka_unit_test(test_hum_between_hits),
  };
  return TON_TESTS(tests);
}
