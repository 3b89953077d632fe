// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What each pan law keeps constant.

#include "dsp/pan.h"
#include "expect.h"

enum { POSITIONS = 201 };

static double
position(int i)
{
  return (i - POSITIONS / 2) / (double)(POSITIONS / 2);
}

static void
ste_01_what_a_law_keeps_constant(void** state)
{
  (void)state;
  double power = 0.0;
  double voltage = 0.0;
  double middle = 0.0;
  for (int i = 0; i < POSITIONS; ++i) {
    const double p = position(i);
    const TonPanGains a = ton_pan_power(p);
    const TonPanGains b = ton_pan_linear(p);
    const TonPanGains c = ton_pan_compromise(p);
    power = fmax(power, fabs(a.left * a.left + a.right * a.right - 1.0));
    voltage = fmax(voltage, fabs(b.left + b.right - 1.0));
    middle = fmax(middle, fabs(c.left * c.left - a.left * b.left));
    middle = fmax(middle, fabs(c.right * c.right - a.right * b.right));
  }
  EXPECT_AT_MOST("STE-01 -3 dB: sum of squares", power, 1e-12, "");
  EXPECT_AT_MOST("STE-01 -6 dB: sum", voltage, 1e-12, "");
  EXPECT_AT_MOST("STE-01 -4.5 dB: product of both", middle, 1e-12, "");
}

static double
db(double gain)
{
  return 20.0 * log10(gain);
}

static void
ste_01_half_way_right(void** state)
{
  (void)state;
  const TonPanGains power = ton_pan_power(0.5);
  const TonPanGains compromise = ton_pan_compromise(0.5);
  const TonPanGains linear = ton_pan_linear(0.5);
  EXPECT_DB("-3 dB, left", db(power.left), -8.34, 0.005);
  EXPECT_DB("-3 dB, right", db(power.right), -0.69, 0.005);
  EXPECT_DB("-4.5 dB, left", db(compromise.left), -10.19, 0.005);
  EXPECT_DB("-4.5 dB, right", db(compromise.right), -1.59, 0.005);
  EXPECT_DB("-6 dB, left", db(linear.left), -12.04, 0.005);
  EXPECT_DB("-6 dB, right", db(linear.right), -2.50, 0.005);
}

static void
ends_and_the_middle_are_exact(void** state)
{
  (void)state;
  static TonPanGains (*const laws[])(double) = {
      ton_pan_power, ton_pan_linear, ton_pan_compromise, ton_pan_balance};
  for (int k = 0; k < 4; ++k) {
    const TonPanGains left = laws[k](-1.0);
    const TonPanGains right = laws[k](1.0);
    assert_true(left.left == 1.0 && left.right == 0.0);
    assert_true(right.left == 0.0 && right.right == 1.0);
  }
  const TonPanGains middle = ton_pan_balance(0.0);
  assert_true(middle.left == 1.0 && middle.right == 1.0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ste_01_what_a_law_keeps_constant),
      cmocka_unit_test(ste_01_half_way_right),
      cmocka_unit_test(ends_and_the_middle_are_exact),
  };
  return TON_TESTS(tests);
}
