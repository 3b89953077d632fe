// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The meters as a whole: the same bits whatever the chunks and the machine,
   curves, rates that are no multiple of 100 Hz, and refused memory.
*/

#include "base/memory.h"
#include "measuring.h"

enum { N = 200123 };

static float song[2][N];

static void
make_song(void)
{
  static double l[N];
  static double r[N];
  signal_mix(l, r, N, 48000.0);
  for (int i = 0; i < N; ++i) {
    song[0][i] = fminf(0.7F, (float)l[i]);
    song[1][i] = (float)r[i];
  }
}

static void
drop_curves(TonMeasurement* m)
{
  m->momentary_lufs = m->short_term_lufs = NULL;
  m->peak_dbfs = m->correlation_curve = NULL;
}

/// Result and curves of the song in chunks up to `longest`, compared with
/// `whole` (which may be null: fill it)
static void
expect_same(uint64_t seed, uint32_t longest, uint32_t rate,
            TonMeasurement* whole, float* curves)
{
  TonMeters* const m = ton_meters_new(rate, 2, TON_MEASURE_ALL);
  TonMeasurement r;
  uint64_t k = 0;
  for (uint32_t at = 0; at < N;) {
    const double any = 0.5 + 0.5 * signal_random(seed, k++);
    uint32_t n = 1 + (uint32_t)(any * (longest - 1));
    n = n < N - at ? n : N - at;
    const float* const part[] = {song[0] + at, song[1] + at};
    ton_meters_add(m, part, n);
    at += n;
  }
  ton_meters_finish(m, &r);
  const float* const from[] = {r.momentary_lufs, r.short_term_lufs, r.peak_dbfs,
                               r.correlation_curve};
  const bool first = whole->rate == 0;
  for (int c = 0; c < 4; ++c) {
    float* const to = curves + c * 1000;
    const size_t bytes = r.n_points * sizeof(float);
    assert_non_null(from[c]);
    assert_true(r.n_points < 1000);
    if (first) {
      memcpy(to, from[c], bytes);
    }
    assert_memory_equal(to, from[c], bytes);
  }
  drop_curves(&r);
  if (first) {
    *whole = r;
  }
  assert_memory_equal(&r, whole, sizeof(r));
  ton_meters_free(m);
}

static void
met_37_any_chunks_give_the_same_bits(void** state)
{
  (void)state;
  static float curves[4000];
  static const uint32_t rates[] = {48000, 44100, 22255, 384000};
  make_song();
  for (int i = 0; i < 4; ++i) {
    TonMeasurement whole = {0};
    expect_same(0, N, rates[i], &whole, curves);
    expect_same(1, 1, rates[i], &whole, curves);
    expect_same(2, 7, rates[i], &whole, curves);
    expect_same(3, 2000, rates[i], &whole, curves);
    expect_same(4, 4096, rates[i], &whole, curves);
  }
}

static void
met_37_any_vector_width_gives_the_same_bits(void** state)
{
  (void)state;
  static float curves[4000];
  static const char* const lanes[] = {"4", "8", "16"};
  TonMeasurement whole = {0};
  make_song();
  for (int i = 0; i < 3; ++i) {
    setenv("TONMEISTER_LANES", lanes[i], 1);
    expect_same(5, 3000, 48000, &whole, curves);
  }
  unsetenv("TONMEISTER_LANES");
}

/// What is asked for does not change what else is asked for
static void
each_part_reads_the_same_alone(void** state)
{
  (void)state;
  make_song();
  const float* const in[] = {song[0], song[1]};
  const TonMeasurement all = measure(in, 2, N, 48000, TON_MEASURE_ALL);
  TonMeasurement m = measure(in, 2, N, 48000, TON_MEASURE_LOUDNESS);
  assert_true(m.integrated_lufs == all.integrated_lufs);
  assert_true(isnan(m.true_peak_dbtp) && isnan(m.plr_lu));
  m = measure(in, 2, N, 48000, TON_MEASURE_TRUE_PEAK);
  assert_true(m.true_peak_dbtp == all.true_peak_dbtp);
  assert_true(m.true_peak_at_s == all.true_peak_at_s);
  m = measure(in, 2, N, 48000, TON_MEASURE_STEREO);
  assert_true(m.mono_loss_lu == all.mono_loss_lu);
  assert_memory_equal(m.band_side_db, all.band_side_db,
                      sizeof(all.band_side_db));
  m = measure(in, 2, N, 48000, TON_MEASURE_SPECTRUM);
  assert_memory_equal(m.thirds_db, all.thirds_db, sizeof(all.thirds_db));
  assert_true(isnan(m.band_side_db[0]) && m.n_points == 0);
}

static void
curves_have_a_point_per_tenth(void** state)
{
  (void)state;
  static const uint32_t rates[] = {8000, 11025, 22255, 44100, 48000, 384000};
  for (int r = 0; r < 6; ++r) {
    for (int rest = 0; rest < 3; ++rest) {
      // 3.5 s, the same and one frame, the same and 50 ms
      static const double more[] = {0.0, 0.0, 0.05};
      uint64_t frames = 0;
      float* const x = sequence(PARTS({1.5, -20}, {1.0, -200}, {1.0, -10}),
                                rates[r], 997.0, &frames);
      float* const longer = calloc(frames + rates[r], sizeof(float));
      memcpy(longer, x, frames * sizeof(float));
      frames = (uint64_t)(3.5 * rates[r] + 0.5) + (rest == 1) +
               (uint64_t)(more[rest] * rates[r]);
      const float* const in[] = {longer, longer};
      TonMeters* const m = ton_meters_new(rates[r], 2, TON_MEASURE_ALL);
      TonMeasurement t;
      feed(m, in, 2, frames, 1000);
      ton_meters_finish(m, &t);
      assert_int_equal(t.n_points, rest ? 36 : 35);
      EXPECT_DB("peak of a tenth", (double)t.peak_dbfs[5], -20.0, 0.1);
      assert_true(t.peak_dbfs[20] == -INFINITY);
      EXPECT_DB("momentary", (double)t.momentary_lufs[14], -20.0, 0.25);
      EXPECT_DB("momentary", (double)t.momentary_lufs[34], -10.0, 0.25);
      EXPECT_NEAR("correlation", (double)t.correlation_curve[30], 1.0, 1e-6,
                  "");
      ton_meters_free(m);
      free(longer);
      free(x);
    }
  }
}

static void
dynamics_are_differences(void** state)
{
  (void)state;
  const TonMeasurement* m;
  uint64_t frames = 0;
  float* const x =
      sequence(PARTS({10, -20}, {10, -200}), 48000.0, 1000.0, &frames);
  for (int i = 0; i < 480; ++i) { // one louder moment at 2 s
    x[96000 + i] *= 4.0F;
  }
  const float* const in[] = {x, x};
  const TonMeasurement r = measure(in, 2, frames, 48000, TON_MEASURE_ALL);
  m = &r;
  EXPECT_DB("PLR", m->plr_lu, m->true_peak_dbtp - m->integrated_lufs, 1e-12);
  EXPECT_DB("lowest PSR, steady tone", m->psr_min_lu, 0.0, 0.05);
  EXPECT_AT_LEAST("median PSR", m->psr_median_lu, m->psr_min_lu, "LU");
  free(x);
}

static void
odd_numbers_of_channels_work(void** state)
{
  (void)state;
  make_song();
  for (uint32_t channels = 1; channels <= 64; channels += 9) {
    const float* in[64];
    for (uint32_t c = 0; c < channels; ++c) {
      in[c] = song[c % 2];
    }
    const TonMeasurement m =
        measure(in, channels, 60000, 48000, TON_MEASURE_ALL);
    assert_true(m.integrated_lufs > -40.0 && m.integrated_lufs < 20.0);
    assert_true(m.true_peak_dbtp > -10.0);
    assert_int_equal(m.channels, channels);
  }
  assert_null(ton_meters_new(48000, 65, TON_MEASURE_ALL));
  assert_null(ton_meters_new(48000, 0, TON_MEASURE_ALL));
  assert_null(ton_meters_new(7999, 1, TON_MEASURE_ALL));
}

static void
nothing_added_is_nothing_measured(void** state)
{
  (void)state;
  TonMeters* const m = ton_meters_new(48000, 2, TON_MEASURE_ALL);
  TonMeasurement r;
  ton_meters_add(m, NULL, 0);
  ton_meters_finish(m, &r);
  assert_true(isnan(r.integrated_lufs) && r.true_peak_dbtp == -INFINITY);
  assert_int_equal(r.n_points, 0);
  assert_int_equal(r.frames, 0);
  ton_meters_free(m);
  ton_meters_free(NULL);
}

static void
refused_memory_is_survived(void** state)
{
  (void)state;
  bool made = false;
  for (long n = 0; !made && n < 200; ++n) {
    ton_alloc_fail_after(n);
    TonMeters* const m = ton_meters_new(48000, 2, TON_MEASURE_ALL);
    made = m != NULL;
    if (m) {
      // all that is asked for later is refused
      const float* const in[] = {song[0], song[1]};
      TonMeasurement r;
      ton_meters_add(m, in, 60000);
      ton_meters_finish(m, &r);
      assert_true(isnan(r.integrated_lufs));
      assert_int_equal(r.n_points, 0);
    }
    ton_meters_free(m);
  }
  ton_alloc_fail_after(-1);
  assert_true(made);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(met_37_any_chunks_give_the_same_bits),
      cmocka_unit_test(met_37_any_vector_width_gives_the_same_bits),
      cmocka_unit_test(each_part_reads_the_same_alone),
      cmocka_unit_test(curves_have_a_point_per_tenth),
      cmocka_unit_test(dynamics_are_differences),
      cmocka_unit_test(odd_numbers_of_channels_work),
      cmocka_unit_test(nothing_added_is_nothing_measured),
      cmocka_unit_test(refused_memory_is_survived),
  };
  return TON_TESTS(tests);
}
