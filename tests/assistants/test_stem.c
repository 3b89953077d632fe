// SPDX-License-Identifier: GPL-3.0-or-later
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
same_facts(const TonSoundFeatures* x, const TonSoundFeatures* y, double gain_db)
{
  EXPECT_DB("active loudness", y->active_lufs, x->active_lufs + gain_db, 1e-3);
  EXPECT_NEAR("active time", y->active_s, x->active_s, 0.0, "s");
  EXPECT_NEAR("range", y->range_lu, x->range_lu, 1e-3, "LU");
  EXPECT_DB("crest", y->crest_db, x->crest_db, 1e-3);
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
  TonSoundFeatures plain;
  facts_of(a, NULL, N, RATE, 512, &plain);
  for (uint32_t g = 0; g < TON_COUNT(gains); ++g) {
    for (uint64_t i = 0; i < N; ++i) {
      b[i] = a[i] * pow(10.0, gains[g] / 20.0);
    }
    TonSoundFeatures other;
    facts_of(b, NULL, N, RATE, 512, &other);
    same_facts(&plain, &other, gains[g]);
    ton_sound_features_free(&other);
  }
  ton_sound_features_free(&plain);
}

static void
test_polarity_changes_nothing(void** state)
{
  (void)state;
  signal_kick(a, N, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    b[i] = -a[i];
  }
  TonSoundFeatures plain;
  TonSoundFeatures turned;
  facts_of(a, NULL, N, RATE, 512, &plain);
  facts_of(b, NULL, N, RATE, 512, &turned);
  same_facts(&plain, &turned, 0.0);
  ton_sound_features_free(&plain);
  ton_sound_features_free(&turned);
}

static void
test_silence_in_front_changes_nothing(void** state)
{
  (void)state;
  stem_voice(a, N, RATE);
  memset(b, 0, sizeof(b));
  memcpy(b + 3 * RATE, a, N * sizeof(double)); // whole steps of 100 ms
  TonSoundFeatures plain;
  TonSoundFeatures late;
  facts_of(a, NULL, N, RATE, 512, &plain);
  facts_of(b, NULL, N + 4 * RATE, RATE, 512, &late);
  EXPECT_DB("active loudness", late.active_lufs, plain.active_lufs, 0.05);
  EXPECT_NEAR("first sound", late.first_sound_s, plain.first_sound_s + 3.0,
              0.08, "s");
  EXPECT_NEAR("active time", late.active_s, plain.active_s, 0.2, "s");
  EXPECT_NEAR("range", late.range_lu, plain.range_lu, 0.2, "LU");
  for (uint32_t k = 8; k < 26; ++k) {
    if (plain.active_db[k] > plain.active_lufs - 35.0) {
      EXPECT_DB("band", late.active_db[k], plain.active_db[k], 0.2);
    }
  }
  ton_sound_features_free(&plain);
  ton_sound_features_free(&late);
}

static void
test_chunks_change_no_bit(void** state)
{
  (void)state;
  static const uint32_t chunks[] = {1, 37, 4096, 100000};
  stem_guitar(a, 5 * RATE, RATE, 1.0);
  stem_guitar(b, 5 * RATE, RATE, 1.003);
  TonSoundFeatures plain;
  facts_of(a, b, 5 * RATE, RATE, 512, &plain);
  for (uint32_t c = 0; c < TON_COUNT(chunks); ++c) {
    TonSoundFeatures other;
    facts_of(a, b, 5 * RATE, RATE, chunks[c], &other);
    assert_int_equal(other.n_low, plain.n_low);
    assert_memory_equal(other.low, plain.low, plain.n_low * sizeof(float));
    assert_memory_equal(other.active_db, plain.active_db,
                        sizeof(plain.active_db));
    assert_memory_equal(other.twelfths_db, plain.twelfths_db,
                        sizeof(plain.twelfths_db));
    assert_memory_equal(&other.active_lufs, &plain.active_lufs, sizeof(double));
    assert_memory_equal(&other.end_jump_db, &plain.end_jump_db, sizeof(double));
    ton_sound_features_free(&other);
  }
  ton_sound_features_free(&plain);
}

static void
test_active_loudness_ignores_pauses(void** state)
{
  (void)state;
  // A 1 kHz tone of -23 LUFS for 4 s, then silence
  memset(a, 0, sizeof(a));
  signal_sine(a, 4 * RATE, RATE, 997.0, -20.0, 0.0);
  TonSoundFeatures f;
  facts_of(a, a, N, RATE, 512, &f);
  EXPECT_NEAR("active loudness", f.active_lufs, -20.0, 0.15, "LUFS");
  EXPECT_NEAR("active time", f.active_s, 4.0, 0.25, "s");
  assert_int_equal(f.layout, TON_STEM_DUAL_MONO);
  ton_sound_features_free(&f);
}

static void
test_layouts(void** state)
{
  (void)state;
  TonSoundFeatures f;
  stem_guitar(a, 4 * RATE, RATE, 1.0);
  facts_of(a, NULL, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.layout, TON_STEM_MONO);
  ton_sound_features_free(&f);
  memset(b, 0, sizeof(b));
  facts_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.layout, TON_STEM_ONE_SIDED);
  ton_sound_features_free(&f);
  for (uint64_t i = 0; i < N; ++i) {
    b[i] = 0.5 * a[i];
  }
  facts_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.layout, TON_STEM_DUAL_MONO);
  EXPECT_DB("left over right", f.side_gain_db, 6.02, 0.01);
  ton_sound_features_free(&f);
  stem_guitar(b, 4 * RATE, RATE, 1.01);
  facts_of(a, b, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.layout, TON_STEM_STEREO);
  assert_false(f.side_inverted);
  ton_sound_features_free(&f);
  memset(a, 0, sizeof(a));
  facts_of(a, NULL, 4 * RATE, RATE, 512, &f);
  assert_int_equal(f.layout, TON_STEM_SILENT);
  ton_sound_features_free(&f);
}

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
    TonSoundFeatures f;
    facts_of(a, NULL, N, RATE, 512, &f);
    EXPECT_NEAR("mains", f.hum.hz, mains[m], 0.3, "Hz");
    EXPECT_AT_LEAST("prominence", f.hum.prominence, 12.0, "dB");
    ton_sound_features_free(&f);
  }
  memset(a, 0, sizeof(a));
  stem_guitar(a, 4 * RATE, RATE, 1.0);
  for (uint64_t i = 0; i < N; ++i) {
    a[i] += 0.001 * signal_random(5, i);
  }
  TonSoundFeatures f;
  facts_of(a, NULL, N, RATE, 512, &f);
  EXPECT_NEAR("no hum", f.hum.hz, 0.0, 0.0, "Hz");
  assert_true(f.has_pauses);
  ton_sound_features_free(&f);
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
    TonSoundFeatures f;
    facts_of(x, NULL, LONG, RATE, 4096, &f);
    assert_false(f.has_pauses);
    EXPECT_NEAR("mains", f.hum.hz, humming ? 50.0 : 0.0, 0.3, "Hz");
    assert_true(!humming || (f.hum.lines & 1U));
    ton_sound_features_free(&f);
  }
  free(x);
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
  TonSoundFeatures in;
  TonSoundFeatures out;
  facts_of(a, NULL, N, RATE, 512, &in);
  facts_of(b, NULL, N, RATE, 512, &out);
  TonStemAlign align;
  assert_true(ton_stems_align(&in, &out, 10.0, &align));
  EXPECT_NEAR("lag", align.lag_ms, 0.292, 0.03, "ms");
  EXPECT_NEAR("sign", align.sign, -1.0, 0.0, "");
  EXPECT_AT_LEAST("likeness", align.likeness, 0.9, "");
  EXPECT_AT_LEAST("turned over", align.flip_db, 2.0, "dB");
  EXPECT_AT_MOST("as it is", align.as_is_db, -3.0, "dB");
  ton_sound_features_free(&in);
  ton_sound_features_free(&out);
}

static void
test_spectrum_agrees_with_meters(void** state)
{
  (void)state;
  signal_pink(a, N, 11, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    a[i] *= 0.1;
  }
  TonSoundFeatures f;
  facts_of(a, NULL, N, RATE, 512, &f);
  for (uint32_t k = 3; k < TON_THIRDS - 1; ++k) {
    EXPECT_DB("band", f.active_db[k], f.whole.thirds_db[k], k < 8 ? 1.5 : 0.5);
  }
  EXPECT_NEAR("loudness", f.active_lufs, f.whole.integrated_lufs, 0.05, "LU");
  ton_sound_features_free(&f);
}

static void
test_hits(void** state)
{
  (void)state;
  signal_kick(a, N, RATE);
  TonSoundFeatures f;
  facts_of(a, NULL, N, RATE, 512, &f);
  EXPECT_NEAR("hits", f.hits_per_s * f.active_s, 2.0 * SECONDS, 1.0, "");
  EXPECT_AT_MOST("spread", f.hit_spread_db, 0.5, "dB");
  ton_sound_features_free(&f);
}

static void
test_speed(void** state)
{
  (void)state;
  stem_voice(a, N, RATE);
  TonSoundFeatures f;
  const clock_t start = clock();
  facts_of(a, a, N, RATE, 4096, &f);
  const double spent = (double)(clock() - start) / CLOCKS_PER_SEC;
  // Printed, not held: the machine's load is not ours
  print_message("# stem analysis: %.5f x real time\n", spent / SECONDS);
  assert_true(f.active_s > 0.0);
  ton_sound_features_free(&f);
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
      cmocka_unit_test(test_layouts),
      cmocka_unit_test(test_hum),
      cmocka_unit_test(test_hum_under_music),
      cmocka_unit_test(test_alignment),
      cmocka_unit_test(test_spectrum_agrees_with_meters),
      cmocka_unit_test(test_hits),
      cmocka_unit_test(test_speed),
  };
  return TON_TESTS(tests);
}
