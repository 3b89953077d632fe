// SPDX-License-Identifier: GPL-3.0-or-later
#include "lone.h"
#include "signals.h"

enum { N = 65536, HALF = N / 2 };

static const double RATE = 48000.0;

static const TonProcessor*
width(void)
{
  const TonProcessor* const p = ton_processor("width");
  assert_non_null(p);
  return ton_processor_lanes(p, ton_machine_lanes());
}

/// A stereo take: floats in, doubles to measure
typedef struct {
  float* left;
  float* right;
} Take;

static Take
take_noise(uint32_t n, uint64_t seed)
{
  const Take t = {ton_alloc(n * sizeof(float)), ton_alloc(n * sizeof(float))};
  assert_true(t.left && t.right);
  for (uint32_t i = 0; i < n; ++i) {
    t.left[i] = (float)(0.5 * signal_random(seed, i));
    t.right[i] = (float)(0.5 * signal_random(seed + 1, i));
  }
  return t;
}

static void
take_free(Take t)
{
  ton_free(t.left);
  ton_free(t.right);
}

/// Amplitude of a tone in a x left + b x right, second half
static double
amplitude(Take t, double a, double b, double hz)
{
  double* const x = ton_alloc(HALF * sizeof(double));
  for (uint32_t i = 0; i < HALF; ++i) {
    x[i] = a * (double)t.left[HALF + i] + b * (double)t.right[HALF + i];
  }
  const double size = signal_amplitude(x, HALF, RATE, hz);
  ton_free(x);
  return size;
}

/// Tone of amplitudes l and r through settings
static Take
tone(double hz, double l, double r, const char* settings)
{
  double* const x = ton_alloc(N * sizeof(double));
  signal_sine(x, N, RATE, hz, 0.0, 0.0);
  const Take t = {ton_alloc(N * sizeof(float)), ton_alloc(N * sizeof(float))};
  for (uint32_t i = 0; i < N; ++i) {
    t.left[i] = (float)(l * x[i]);
    t.right[i] = (float)(r * x[i]);
  }
  ton_free(x);
  lone_apply(width(), RATE, settings, t.left, t.right, N);
  return t;
}

static void
ste_02_encode_and_decode(void** state)
{
  (void)state;
  const TonProcessor* const p = width();
  float values[LONE_PARAMS];
  lone_values(p, "", values);
  assert_true(p->neutral(values));
  const Take in = take_noise(LONE_BLOCK, 1);
  Take out = take_noise(LONE_BLOCK, 1);
  in.left[5] = out.left[5] = -0.0F;
  lone_apply(p, RATE, "", out.left, out.right, LONE_BLOCK);
  assert_memory_equal(in.left, out.left, LONE_BLOCK * sizeof(float));
  assert_memory_equal(in.right, out.right, LONE_BLOCK * sizeof(float));
  // Gliding from 100 % to 100 % runs the matrix
  void* const w = lone_state(p, RATE);
  for (uint32_t lane = 0; lane < 2; ++lane) {
    lone_update(p, w, lane, values, true, 0);
    lone_update(p, w, lane, values, true, LONE_BLOCK);
  }
  lone_run(p, w, 0, out.left, out.right, LONE_BLOCK);
  double worst = 0.0;
  for (uint32_t i = 0; i < LONE_BLOCK; ++i) {
    const double ulp = 0x1p-25; // of a channel between 1/4 and 1/2
    worst = fmax(worst, fabs((double)out.left[i] - (double)in.left[i]) / ulp);
    worst = fmax(worst, fabs((double)out.right[i] - (double)in.right[i]) / ulp);
  }
  EXPECT_AT_MOST("STE-02 encode and decode", worst, 1.0, "ulp");
  ton_free(w);
  take_free(in);
  take_free(out);
}

static void
ste_03_the_bass_is_mono(void** state)
{
  (void)state;
  static const char* const settings = "mono-below=120";
  const double hz = signal_coherent_hz(60.0, RATE, HALF);
  const Take t = tone(hz, 0.5, 0.25, settings);
  double ll = 0.0;
  double rr = 0.0;
  double lr = 0.0;
  for (uint32_t i = HALF; i < N; ++i) {
    ll += (double)t.left[i] * (double)t.left[i];
    rr += (double)t.right[i] * (double)t.right[i];
    lr += (double)t.left[i] * (double)t.right[i];
  }
  EXPECT_AT_LEAST("STE-03 correlation at 60 Hz", lr / sqrt(ll * rr), 0.999, "");
  EXPECT_AT_MOST("STE-03 side at 60 Hz",
                 20.0 * log10(amplitude(t, 0.5, -0.5, hz) / 0.125), -24.0,
                 "dB");
  EXPECT_DB("STE-03 middle at 60 Hz",
            20.0 * log10(amplitude(t, 0.5, 0.5, hz) / 0.375), 0.0, 0.001);
  take_free(t);
}

static void
ste_03_no_bump_around_the_corner(void** state)
{
  (void)state;
  double flat = 0.0;
  double bump = -INFINITY;
  for (double at = 30.0; at < 10000.0; at *= 1.3) {
    const double hz = signal_coherent_hz(at, RATE, HALF);
    const Take t = tone(hz, 0.5, 0.0, "mono-below=120");
    const double db = 20.0 * log10(amplitude(t, 1.0, 0.0, hz) / 0.5);
    bump = fmax(bump, db);
    flat = hz > 360.0 ? fmax(flat, fabs(db)) : flat;
    take_free(t);
  }
  EXPECT_AT_MOST("STE-03 left alone above 360 Hz", flat, 0.5, "dB");
  EXPECT_AT_MOST("STE-03 left alone, bump", bump, 1.0, "dB");
}

static void
width_scales_the_side_alone(void** state)
{
  (void)state;
  static const struct {
    const char* settings;
    double factor;
  } cases[] = {{"width=0", 0.0}, {"width=50", 0.5}, {"width=200", 2.0}};
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    const double hz = signal_coherent_hz(1000.0, RATE, HALF);
    const Take t = tone(hz, 0.4, 0.1, cases[c].settings);
    EXPECT_NEAR("side", amplitude(t, 0.5, -0.5, hz), 0.15 * cases[c].factor,
                1e-6, "");
    EXPECT_NEAR("middle", amplitude(t, 0.5, 0.5, hz), 0.25, 1e-6, "");
    take_free(t);
  }
}

static void
a_mono_lane_passes(void** state)
{
  (void)state;
  const TonProcessor* const p = width();
  float values[LONE_PARAMS];
  lone_values(p, "width=0 mono-below=200", values);
  void* const w = lone_state(p, RATE);
  lone_update(p, w, 2, values, false, 0);
  const Take in = take_noise(LONE_BLOCK, 4);
  Take out = take_noise(LONE_BLOCK, 4);
  lone_run(p, w, 2, out.left, NULL, LONE_BLOCK);
  assert_memory_equal(in.left, out.left, LONE_BLOCK * sizeof(float));
  ton_free(w);
  take_free(in);
  take_free(out);
}

/// A pair at `lane` of a bank of `lanes`, in blocks, moving on the way; its
/// neighbours in the bank are busy with something else
static void
moving_take(uint32_t lanes, uint32_t lane, bool busy, Take t)
{
  static const char* const moves[] = {"mono-below=120", "width=150",
                                      "mono-below=0", "width=100"};
  const TonProcessor* const p =
      ton_processor_lanes(ton_processor("width"), lanes);
  void* const w = lone_state(p, RATE);
  float values[LONE_PARAMS];
  float other[LONE_PARAMS];
  lone_values(p, "width=30", values);
  lone_values(p, "width=60 mono-below=300", other);
  for (uint32_t k = 0; busy && k < lanes; ++k) {
    lone_update(p, w, k, other, true, 0);
  }
  for (uint32_t c = 0; c < 2; ++c) {
    lone_update(p, w, lane + c, values, true, 0);
  }
  const uint32_t part = busy ? 100 : 25;
  for (uint32_t i = 0; i < 6000; i += part) {
    if (i % 1000 == 0 && i) {
      lone_set(p, moves[(i / 1000 - 1) % 4], values);
      for (uint32_t c = 0; c < 2; ++c) {
        lone_update(p, w, lane + c, values, true, i < 3000 ? 16 : 0);
      }
    }
    lone_run(p, w, lane, t.left + i, t.right + i, part);
  }
  ton_free(w);
}

static void
same_bits_however_packed_and_split(void** state)
{
  (void)state;
  Take first = take_noise(6000, 7);
  moving_take(4, 0, false, first);
  for (uint32_t lanes = 4; lanes <= ton_machine_lanes(); lanes *= 2) {
    for (int busy = 0; busy < 2; ++busy) {
      Take other = take_noise(6000, 7);
      moving_take(lanes, lanes - 2, busy, other);
      assert_memory_equal(first.left, other.left, 6000 * sizeof(float));
      assert_memory_equal(first.right, other.right, 6000 * sizeof(float));
      take_free(other);
    }
  }
  take_free(first);
}

static void
not_a_number_does_not_stick(void** state)
{
  (void)state;
  Take t = take_noise(2 * LONE_BLOCK, 12);
  t.left[17] = NAN;
  t.right[40] = INFINITY;
  lone_apply(width(), RATE, "width=70 mono-below=150", t.left, t.right,
             2 * LONE_BLOCK);
  for (uint32_t i = LONE_BLOCK; i < 2 * LONE_BLOCK; ++i) {
    assert_true(isfinite(t.left[i]) && isfinite(t.right[i]));
  }
  take_free(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ste_02_encode_and_decode),
      cmocka_unit_test(ste_03_the_bass_is_mono),
      cmocka_unit_test(ste_03_no_bump_around_the_corner),
      cmocka_unit_test(width_scales_the_side_alone),
      cmocka_unit_test(a_mono_lane_passes),
      cmocka_unit_test(same_bits_however_packed_and_split),
      cmocka_unit_test(not_a_number_does_not_stick),
  };
  return TON_TESTS(tests);
}
