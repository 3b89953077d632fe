// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Middle and side, there and back, and a gain that changes one side alone.

#include "signals.h"
#include "single_lane.h"

enum { N = 48000 };

static const double RATE = 48000.0;
static float left[N];
static float right[N];
static float was[2][N];

static void
noise(void)
{
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = was[0][i] = (float)signal_random(1, i);
    right[i] = was[1][i] = (float)(0.3 * signal_random(2, i));
  }
}

static void
run(const char* processor, const char* settings)
{
  lone_apply(ton_processor(processor), RATE, settings, left, right, N);
}

static void
middle_is_left_and_side_is_right(void** state)
{
  (void)state;
  noise();
  run("mid-side", "mode=encode");
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == 0.5F * (was[0][i] + was[1][i]));
    assert_true(right[i] == 0.5F * (was[0][i] - was[1][i]));
  }
}

/// A unit in the last place of the larger side
static void
ste_02_there_and_back_is_the_same(void** state)
{
  (void)state;
  double most = 0.0;
  noise();
  run("mid-side", "mode=encode");
  run("mid-side", "mode=decode");
  for (uint32_t i = 0; i < N; ++i) {
    const float larger = fmaxf(fabsf(was[0][i]), fabsf(was[1][i]));
    const double unit = (double)(nextafterf(larger, 2.0F) - larger);
    most = fmax(most, fabs((double)left[i] - (double)was[0][i]) / unit);
    most = fmax(most, fabs((double)right[i] - (double)was[1][i]) / unit);
  }
  EXPECT_AT_MOST("STE-02 encode and decode", most, 1.0, "ulp");
}

static void
a_gain_changes_one_side_alone(void** state)
{
  (void)state;
  enum { LATE = 720 };
  noise();
  run("gain", "side=right delay=15 invert=on");
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == was[0][i]);
    assert_true(right[i] == (i < LATE ? 0.0F : -was[1][i - LATE]));
  }
  noise();
  run("gain", "side=left gain=6.0206");
  EXPECT_DB("gain of the left", 20.0 * log10((double)(left[9] / was[0][9])),
            6.0206, 1e-4);
  assert_memory_equal(right, was[1], sizeof(right));
}

static void
a_mono_sound_is_changed_whole(void** state)
{
  (void)state;
  noise();
  lone_apply(ton_processor("gain"), RATE, "side=right invert=on", left, NULL,
             N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == -was[0][i]);
  }
  noise();
  lone_apply(ton_processor("mid-side"), RATE, "", left, NULL, N);
  assert_memory_equal(left, was[0], sizeof(left));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(middle_is_left_and_side_is_right),
      cmocka_unit_test(ste_02_there_and_back_is_the_same),
      cmocka_unit_test(a_gain_changes_one_side_alone),
      cmocka_unit_test(a_mono_sound_is_changed_whole),
  };
  return TON_TESTS(tests);
}
