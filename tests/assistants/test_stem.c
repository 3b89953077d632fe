// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Facts found in stems: levels, notes, noise, low end.

#include "analysis/alignment.h"
#include "analysis/levels_behind.h"
#include "base/array.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <string.h>
#include <time.h>

enum { RATE = 48000, SECONDS = 16, N = RATE * SECONDS };

static double a[N + RATE * 4];
static double b[N + RATE * 4];

static void
same_facts(const TonFacts* x, const TonFacts* y, double gain_db)
{
  EXPECT_DB("active loudness", y->active_lufs, x->active_lufs + gain_db, 1e-3);
  EXPECT_NEAR("active time", y->active_s, x->active_s, 0.0, "s");
  EXPECT_NEAR("range", y->range_lu, x->range_lu, 1e-3, "LU");
  EXPECT_NEAR("hits", y->hits_per_s, x->hits_per_s, 0.0, "/s");
  EXPECT_NEAR("low share", y->low_share, x->low_share, 1e-6, "");
  EXPECT_NEAR("centroid", y->centroid_hz, x->centroid_hz, 0.01, "Hz");
  for (uint32_t k = 0; k < TON_THIRDS; ++k) {
    if (x->active_db[k] > x->active_lufs - 70.0) {
      EXPECT_DB("band", y->active_db[k], x->active_db[k] + gain_db, 2e-3);
    }
  }
}

static void
test_gain_only_shifts(void** state)
{
  (void)state;
  static const double gains[] = {-20.0, 20.0};
  stem_voice(a, N, RATE);
  TonSound plain;
  sound_of(a, NULL, N, RATE, 512, &plain);
  for (uint32_t g = 0; g < TON_COUNT(gains); ++g) {
    for (uint64_t i = 0; i < N; ++i) {
      b[i] = a[i] * pow(10.0, gains[g] / 20.0);
    }
    TonSound other;
    sound_of(b, NULL, N, RATE, 512, &other);
    same_facts(&plain.facts, &other.facts, gains[g]);
    ton_sound_free(&other);
  }
  ton_sound_free(&plain);
}

static void
test_polarity_changes_nothing(void** state)
{
  (void)state;
  signal_kick(a, N, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    b[i] = -a[i];
  }
  TonSound plain;
  TonSound turned;
  sound_of(a, NULL, N, RATE, 512, &plain);
  sound_of(b, NULL, N, RATE, 512, &turned);
  same_facts(&plain.facts, &turned.facts, 0.0);
  ton_sound_free(&plain);
  ton_sound_free(&turned);
}

static void
test_silence_in_front_changes_nothing(void** state)
{
  (void)state;
  stem_voice(a, N, RATE);
  memset(b, 0, sizeof(b));
  memcpy(b + 3 * RATE, a, N * sizeof(double)); // whole steps of 100 ms
  TonSound plain;
  TonSound late;
  sound_of(a, NULL, N, RATE, 512, &plain);
  sound_of(b, NULL, N + 4 * RATE, RATE, 512, &late);
  EXPECT_DB("active loudness", late.facts.active_lufs, plain.facts.active_lufs,
            0.05);
  EXPECT_NEAR("active time", late.facts.active_s, plain.facts.active_s, 0.2,
              "s");
  EXPECT_NEAR("range", late.facts.range_lu, plain.facts.range_lu, 0.2, "LU");
  for (uint32_t k = 8; k < 26; ++k) {
    if (plain.facts.active_db[k] > plain.facts.active_lufs - 35.0) {
      EXPECT_DB("band", late.facts.active_db[k], plain.facts.active_db[k], 0.2);
    }
  }
  ton_sound_free(&plain);
  ton_sound_free(&late);
}

static void
test_chunks_change_no_bit(void** state)
{
  (void)state;
  static const uint32_t chunks[] = {1, 37, 4096, 100000};
  stem_guitar(a, 5 * RATE, RATE, 1.0);
  stem_guitar(b, 5 * RATE, RATE, 1.003);
  TonSound plain;
  sound_of(a, b, 5 * RATE, RATE, 512, &plain);
  for (uint32_t c = 0; c < TON_COUNT(chunks); ++c) {
    TonSound other;
    sound_of(a, b, 5 * RATE, RATE, chunks[c], &other);
    assert_int_equal(other.features.n_low, plain.features.n_low);
    assert_memory_equal(other.features.low, plain.features.low,
                        plain.features.n_low * sizeof(float));
    assert_memory_equal(other.facts.active_db, plain.facts.active_db,
                        sizeof(plain.facts.active_db));
    assert_memory_equal(other.facts.twelfths_db, plain.facts.twelfths_db,
                        sizeof(plain.facts.twelfths_db));
    assert_memory_equal(&other.facts.active_lufs, &plain.facts.active_lufs,
                        sizeof(double));
    assert_memory_equal(&other.facts.end_level_db, &plain.facts.end_level_db,
                        sizeof(double));
    ton_sound_free(&other);
  }
  ton_sound_free(&plain);
}

static void
test_active_loudness_ignores_pauses(void** state)
{
  (void)state;
  // A 1 kHz tone of -23 LUFS for 4 s, then silence
  memset(a, 0, sizeof(a));
  signal_sine(a, 4 * RATE, RATE, 997.0, -20.0, 0.0);
  TonSound f;
  sound_of(a, a, N, RATE, 512, &f);
  EXPECT_NEAR("active loudness", f.facts.active_lufs, -20.0, 0.15, "LUFS");
  EXPECT_NEAR("active time", f.facts.active_s, 4.0, 0.25, "s");
  assert_int_equal(f.facts.layout, TON_LAYOUT_DUAL_MONO);
  ton_sound_free(&f);
}

/// Dense music that hardly changes has a pause where it ends: the noise in it is
/// heard though nine tenths of the time are within 12 dB
static void
test_dense_music_has_pauses(void** state)
{
  (void)state;
  enum { LONG = 30 * RATE };
  double* const x = malloc(LONG * sizeof(double));
  signal_pink(x, LONG, 1, RATE);
  for (uint64_t i = 0; i < LONG; ++i) {
    x[i] *= i < LONG - 13 * RATE / 10 ? 0.1 : 0.1 * pow(10.0, -50.0 / 20.0);
  }
  TonSound f;
  sound_of(x, NULL, LONG, RATE, 4096, &f);
  assert_true(f.facts.has_pauses);
  EXPECT_NEAR("noise", f.facts.noise_db, -50.0, 3.0, "LU");
  ton_sound_free(&f);
  free(x);
}

/// Levels of a sound behind a chain that does nothing
static TonLevelsBehind
levels_unchanged(const double* x, uint64_t n, const TonFeatures* features)
{
  TonMeters* const meters =
      ton_meters_new(RATE, 1, TON_MEASURE_LOUDNESS | TON_MEASURE_TIMELINE);
  float* const in = malloc(n * sizeof(float));
  TonMeasurement m;
  TonLevelsBehind levels;
  for (uint64_t i = 0; i < n; ++i) {
    in[i] = (float)x[i];
  }
  ton_meters_add(meters, (const float* const[]){in}, (uint32_t)n);
  assert_int_equal(ton_meters_finish(meters, &m), TON_OK);
  assert_int_equal(ton_levels_behind(features, &m, &levels), TON_OK);
  ton_meters_free(meters);
  free(in);
  return levels;
}

/// Short words of different loudness between pauses: most 400 ms hold an edge of
/// one
static void
test_levels_behind_nothing(void** state)
{
  (void)state;
  memset(a, 0, sizeof(a));
  for (uint64_t word = 0; word < 15; ++word) {
    const uint64_t from = (word * 103 + 7) * RATE / 100;
    const double gain_db = -20.0 - (double)(word % 3) * 5.0;
    signal_sine(a + from, RATE / 4, RATE, 997.0, gain_db, 0.0);
  }
  TonSound f;
  sound_of(a, NULL, N, RATE, 512, &f);
  const TonLevelsBehind l = levels_unchanged(a, N, &f.features);
  EXPECT_NEAR("loudness", l.lufs, f.facts.active_lufs, 0.05, "LUFS");
  EXPECT_NEAR("range", l.range_lu, f.facts.range_lu, 0.05, "LU");
  EXPECT_NEAR("loss", l.loss_db, 0.0, 0.05, "dB");
  ton_sound_free(&f);
}

static void
test_layouts(void** state)
{
  (void)state;
  TonSound f;
  stem_guitar(a, 4 * RATE, RATE, 1.0);
  sound_of(a, NULL, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.facts.layout, TON_LAYOUT_MONO);
  ton_sound_free(&f);
  memset(b, 0, sizeof(b));
  sound_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.facts.layout, TON_LAYOUT_ONE_SIDED);
  ton_sound_free(&f);
  for (uint64_t i = 0; i < N; ++i) {
    b[i] = 0.5 * a[i];
  }
  sound_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.facts.layout, TON_LAYOUT_DUAL_MONO);
  EXPECT_DB("left over right", f.facts.side_gain_db, 6.02, 0.01);
  ton_sound_free(&f);
  stem_guitar(b, 4 * RATE, RATE, 1.01);
  sound_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.facts.layout, TON_LAYOUT_STEREO);
  ton_sound_free(&f);
  memset(a, 0, sizeof(a));
  sound_of(a, NULL, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.facts.layout, TON_LAYOUT_SILENT);
  ton_sound_free(&f);
}

static void
test_alignment(void** state)
{
  (void)state;
  enum { LATE = 14 }; // 0.29 ms
  signal_kick(a, N, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    b[i] = i < LATE ? 0.0 : -0.3 * a[i - LATE];
  }
  TonSound in;
  TonSound out;
  sound_of(a, NULL, N, RATE, 512, &in);
  sound_of(b, NULL, N, RATE, 512, &out);
  TonAlignment align;
  assert_int_equal(ton_align(&in, &out, 10.0, &align), TON_OK);
  EXPECT_NEAR("lag", align.lag_ms, 0.292, 0.03, "ms");
  EXPECT_AT_LEAST("likeness", align.likeness, 0.9, "");
  EXPECT_AT_LEAST("flipped", align.flip_db, 2.0, "dB");
  EXPECT_AT_MOST("as it is", align.as_is_db, -3.0, "dB");
  ton_sound_free(&in);
  ton_sound_free(&out);
}

static void
test_spectrum_agrees_with_meters(void** state)
{
  (void)state;
  signal_pink(a, N, 11, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    a[i] *= 0.1;
  }
  TonSound f;
  sound_of(a, NULL, N, RATE, 512, &f);
  for (uint32_t k = 3; k < TON_THIRDS - 1; ++k) {
    EXPECT_DB("band", f.facts.active_db[k], f.facts.whole.thirds_db[k],
              k < 8 ? 1.5 : 0.5);
  }
  EXPECT_NEAR("loudness", f.facts.active_lufs, f.facts.whole.integrated_lufs,
              0.05, "LU");
  ton_sound_free(&f);
}

/// Power of the bands below a frequency re all, dB
static double
share_below_db(const TonFacts* f, double hz)
{
  double below = 0.0;
  double all = 0.0;
  for (uint32_t k = 0; k < TON_THIRDS; ++k) {
    const double power = pow(10.0, f->active_db[k] / 10.0);
    below += ton_third_hz(k) < hz ? power : 0.0;
    all += power;
  }
  return 10.0 * log10(below / all);
}

/// A low note does not spill into the bands below it, however long it sounds and
/// however soft all above it is
static void
test_lows_are_resolved(void** state)
{
  (void)state;
  static const double levels[] = {1e-3, 3e-5, 0.0};
  for (uint32_t k = 0; k < TON_COUNT(levels); ++k) {
    double last = 0.0;
    for (uint64_t i = 0; i < N; ++i) {
      const double t = (double)i / RATE;
      const double noise = signal_random(17, i);
      a[i] = 0.2 * sin(2.0 * M_PI * 47.0 * t) +
             0.002 * sin(2.0 * M_PI * 24.0 * t) + levels[k] * (noise - last);
      last = noise;
    }
    for (uint64_t n = 2 * RATE; n <= N; n *= 2) {
      TonSound s;
      sound_of(a, NULL, n, RATE, 4096, &s);
      EXPECT_NEAR("24 Hz under 47 Hz", share_below_db(&s.facts, 30.0), -40.0,
                  1.0, "dB");
      EXPECT_DB("47 Hz", s.facts.active_db[4], 20.0 * log10(0.2) - 3.01, 1.0);
      ton_sound_free(&s);
    }
  }
}

/// A hum on one side counts as in that side, though the middle holds less of it
static void
test_lows_of_one_side(void** state)
{
  (void)state;
  for (uint64_t i = 0; i < N; ++i) {
    const double t = (double)i / RATE;
    const double music =
        0.2 * sin(2.0 * M_PI * 190.0 * t) + 0.2 * sin(2.0 * M_PI * 700.0 * t);
    a[i] = music;
    b[i] = music + 0.02 * sin(2.0 * M_PI * 60.0 * t);
  }
  TonSound s;
  sound_of(a, b, N, RATE, 4096, &s);
  const double share = 0.02 * 0.02 / (4.0 * 0.2 * 0.2 + 0.02 * 0.02);
  EXPECT_NEAR("60 Hz on the right", share_below_db(&s.facts, 90.0),
              10.0 * log10(share), 0.5, "dB");
  ton_sound_free(&s);
}

static void
test_hits(void** state)
{
  (void)state;
  signal_kick(a, N, RATE);
  TonSound f;
  sound_of(a, NULL, N, RATE, 512, &f);
  EXPECT_NEAR("hits", f.facts.hits_per_s * f.facts.active_s, 2.0 * SECONDS, 1.0,
              "");
  EXPECT_AT_MOST("spread", f.facts.hit_spread_db, 0.5, "dB");
  ton_sound_free(&f);
}

/// A second of sound never takes more than features.h says, at any rate
/// 25 ms are 1102.5 frames at 44.1 kHz: what begins after 20 s begins there
static void
test_level_frames_keep_time(void** state)
{
  (void)state;
  enum { CD_RATE = 44100, SILENT = 20 * CD_RATE };
  memset(a, 0, sizeof(a));
  for (uint64_t i = SILENT; i < SILENT + CD_RATE; ++i) {
    a[i] = 0.5 * cos(2.0 * M_PI * 997.0 * (double)(i - SILENT) / CD_RATE);
  }
  TonSound sound;
  sound_of(a, NULL, SILENT + CD_RATE, CD_RATE, 4096, &sound);
  const TonLevelFrame* const levels = sound.features.levels;
  assert_int_equal(sound.features.n_levels, 21 * TON_LEVEL_RATE);
  assert_true(levels[20 * TON_LEVEL_RATE - 1].power == 0.0);
  EXPECT_DB("first level", 10.0 * log10(levels[20 * TON_LEVEL_RATE].power),
            10.0 * log10(0.125), 0.1);
  ton_sound_free(&sound);
}

/// A tone of 400 Hz with a tone of 8 kHz in its place for 0.12 s of every 0.5 s
static void
test_sibilants(void** state)
{
  (void)state;
  static const double levels[] = {0.5, 0.1, 0.02};
  for (uint32_t k = 0; k < TON_COUNT(levels); ++k) {
    for (uint64_t i = 0; i < N; ++i) {
      const double t = (double)i / RATE;
      const bool s = fmod(t, 0.5) > 0.38;
      a[i] = s ? levels[k] * sin(2.0 * M_PI * 8000.0 * t)
               : 0.2 * sin(2.0 * M_PI * 400.0 * t);
    }
    TonSound sound;
    sound_of(a, NULL, N, RATE, 4096, &sound);
    const TonFacts* const f = &sound.facts;
    EXPECT_DB("S sounds re the voice", f->sibilant_db,
              20.0 * log10(levels[k]) - 3.01 + 4.0 - 0.691 - f->active_lufs,
              0.5);
    EXPECT_NEAR("their middle", f->sibilant_hz, 8000.0, 100.0, "Hz");
    ton_sound_free(&sound);
  }
  signal_sine(a, N, RATE, 400.0, -20.0, 0.0);
  TonSound plain;
  sound_of(a, NULL, N, RATE, 4096, &plain);
  assert_true(isnan(plain.facts.sibilant_db));
  ton_sound_free(&plain);
}

static void
test_features_are_bounded(void** state)
{
  (void)state;
  static const uint32_t rates[] = {8000,  10499, 11025, 13499,
                                   44100, 48000, 96000, 192000};
  for (uint32_t r = 0; r < TON_COUNT(rates); ++r) {
    const uint64_t n = 4ULL * rates[r];
    signal_sine(a, n, rates[r], 997.0, -20.0, 0.0);
    TonSound s;
    sound_of(a, a, n, rates[r], 4096, &s);
    const TonFeatures* const f = &s.features;
    const double bytes = (double)(f->n_levels * sizeof(TonLevelFrame) +
                                  f->n_spectra * sizeof(TonSpectrumFrame) +
                                  f->n_tenths * 5U + f->n_low * sizeof(float));
    EXPECT_AT_MOST("features of a second", bytes / 4.0, 26000.0, "bytes");
    EXPECT_NEAR("levels a second", f->n_levels / 4.0, TON_LEVEL_RATE, 0.5, "");
    ton_sound_free(&s);
  }
}

/// Facts need no more than the streams, and outlive the fine ones
static void
test_features_thin_out(void** state)
{
  (void)state;
  signal_kick(a, N, RATE);
  TonSound s;
  sound_of(a, NULL, N, RATE, 4096, &s);
  const uint32_t n = s.features.n_tenths;
  uint32_t on = 0;
  for (uint32_t i = 0; i < s.features.n_levels; ++i) {
    on += s.features.levels[i].on;
  }
  EXPECT_NEAR("active time", on * s.features.level_s, s.facts.active_s, 1e-9,
              "s");
  ton_features_thin(&s.features);
  assert_null(s.features.levels);
  assert_null(s.features.spectra);
  assert_int_equal(s.features.n_tenths, n);
  TonAlignment align;
  assert_int_equal(ton_align(&s, &s, 10.0, &align), TON_OK);
  EXPECT_NEAR("lag", align.lag_ms, 0.0, 1e-6, "ms");
  ton_sound_free(&s);
}

static void
test_speed(void** state)
{
  (void)state;
  stem_voice(a, N, RATE);
  TonSound f;
  const clock_t start = clock();
  sound_of(a, a, N, RATE, 4096, &f);
  const double spent = (double)(clock() - start) / CLOCKS_PER_SEC;
  // Printed, not held: the machine's load is not ours
  print_message("# analysis of a sound: %.5f x real time\n", spent / SECONDS);
  assert_true(f.facts.active_s > 0.0);
  ton_sound_free(&f);
}

/// The same minute again and again, at 8 kHz
static void
minutes_of(uint32_t minutes, TonSound* sound)
{
  enum { HZ = 8000, MINUTE = 60 * HZ };
  static float x[MINUTE];
  const float* const in[] = {x};
  for (uint32_t i = 0; i < MINUTE; ++i) {
    const double hum = 0.001 * sin(2.0 * M_PI * 50.0 * i / HZ);
    x[i] = (float)(hum + (i % (6 * HZ) < HZ ? 0.0 : 0.1) * signal_random(5, i));
  }
  TonAnalysis* const analysis = ton_analysis_new(HZ, 1, 0);
  for (uint32_t k = 0; k < minutes; ++k) {
    ton_analysis_add(analysis, in, MINUTE);
  }
  assert_int_equal(ton_analysis_finish(analysis, sound), TON_OK);
  ton_analysis_free(analysis);
}

/// Hours take no more memory than half an hour but for the levels, and the
/// facts stay
static void
test_long_sounds_are_bounded(void** state)
{
  (void)state;
  TonSound some;
  TonSound hours;
  minutes_of(10, &some);
  minutes_of(80, &hours);
  const TonFeatures* const f = &hours.features;
  assert_in_range(f->n_spectra, TON_MAX_SPECTRA / 2, TON_MAX_SPECTRA);
  assert_int_equal(f->spectrum_hop, 4 * some.features.spectrum_hop);
  assert_int_equal(f->n_low, (uint64_t)(TON_LOW_MAX_S * f->low_rate));
  EXPECT_AT_MOST("memory of 80 minutes",
                 1e-6 * (double)(f->n_spectra * sizeof(TonSpectrumFrame) +
                                 f->n_low * sizeof(float) +
                                 f->n_levels * sizeof(TonLevelFrame)),
                 40.0, "MB");
  const TonFacts* const x = &some.facts;
  const TonFacts* const y = &hours.facts;
  EXPECT_DB("active loudness", y->active_lufs, x->active_lufs, 1e-3);
  EXPECT_NEAR("centroid", y->centroid_hz, x->centroid_hz, 1.0, "Hz");
  EXPECT_DB("hum", y->hum.level_db, x->hum.level_db, 0.05);
  for (uint32_t k = 0; k < TON_THIRDS; ++k) {
    if (x->active_db[k] > x->active_lufs - 70.0) {
      EXPECT_DB("band", y->active_db[k], x->active_db[k], 0.05);
    }
  }
  ton_sound_free(&some);
  ton_sound_free(&hours);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gain_only_shifts),
      cmocka_unit_test(test_polarity_changes_nothing),
      cmocka_unit_test(test_silence_in_front_changes_nothing),
      cmocka_unit_test(test_chunks_change_no_bit),
      cmocka_unit_test(test_active_loudness_ignores_pauses),
      cmocka_unit_test(test_dense_music_has_pauses),
      cmocka_unit_test(test_levels_behind_nothing),
      cmocka_unit_test(test_layouts),
      cmocka_unit_test(test_alignment),
      cmocka_unit_test(test_spectrum_agrees_with_meters),
      cmocka_unit_test(test_lows_are_resolved),
      cmocka_unit_test(test_lows_of_one_side),
      cmocka_unit_test(test_hits),
      cmocka_unit_test(test_level_frames_keep_time),
      cmocka_unit_test(test_sibilants),
      cmocka_unit_test(test_features_are_bounded),
      cmocka_unit_test(test_features_thin_out),
      cmocka_unit_test(test_long_sounds_are_bounded),
      cmocka_unit_test(test_speed),
  };
  return TON_TESTS(tests);
}
