// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Numbers with units, read and printed.

#include "base/string.h"
#include "expect.h"

#include <tonmeister/unit.h>

#include <string.h>

static double
read(const char* text, TonUnit unit)
{
  double value = NAN;
  char room[160];
  const char* why = NULL;
  const bool ok = ton_unit_parse(text, unit, &value, &why, room, sizeof(room));
  return ok ? value : NAN;
}

static void
values_read_with_their_units(void** state)
{
  (void)state;
  static const struct {
    const char* text;
    TonUnit unit;
    double value;
  } cases[] = {
      {"-18 dB", TON_DB, -18.0},
      {"+2dB", TON_DB, 2.0},
      {"2x", TON_DB, 6.0206},
      {"-inf dB", TON_DB, -INFINITY},
      {"4:1", TON_RATIO, 4.0},
      {"inf:1", TON_RATIO, INFINITY},
      {"1.2k", TON_HZ, 1200.0},
      {"95 Hz", TON_HZ, 95.0},
      {"1.5 s", TON_MS, 1500.0},
      {"250 ms", TON_S, 0.25},
      {"1:23.5", TON_S, 83.5},
      {"1:02:03", TON_S, 3723.0},
      {"L30", TON_PAN, -30.0},
      {"C", TON_PAN, 0.0},
      {"R100", TON_PAN, 100.0},
      {"-14 LUFS", TON_LUFS, -14.0},
      {"-1 dBTP", TON_DBTP, -1.0},
      {"50 %", TON_PERCENT, 50.0},
      {"112 bpm", TON_BPM, 112.0},
      {"-3", TON_DB, -3.0},
      {"18 dB/oct", TON_DB_PER_OCT, 18.0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    const double value = read(cases[i].text, cases[i].unit);
    if (isinf(cases[i].value)) {
      assert_true(value == cases[i].value);
    } else {
      EXPECT_NEAR(cases[i].text, value, cases[i].value, 1e-4, "");
    }
  }
}

static void
wrong_values_say_what_was_expected(void** state)
{
  (void)state;
  static const struct {
    const char* text;
    TonUnit unit;
    const char* says;
  } cases[] = {
      {"-18 Hz", TON_DB, "expected dB"},
      {"-18 bB", TON_DB, "did you mean \"dB\""},
      {"100 turns", TON_HZ, "expected Hz, kHz or k"},
      {"3 apples", TON_PLAIN, "expected none"},
      {"1/8", TON_MS, "at 120 bpm 250 ms"},
      {"1/8.", TON_S, "at 120 bpm 375 ms"},
      {"1/4t", TON_HZ, "at 120 bpm 3 Hz"},
      {"1/8x", TON_MS, "unknown unit"},
      {"1/8", TON_DB, "unknown unit"},
      {"-3,5 dB", TON_DB, "decimal point"},
      {"\xE2\x88\x92"
       "3 dB",
       TON_DB, "minus"},
      {"loud", TON_DB, "not a number"},
      {"0x10", TON_DB, "not a number"},
      {"nan", TON_DB, "not a number"},
      {"X30", TON_PAN, "write L30"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    char room[160];
    const char* why = "";
    double value = 0.0;
    assert_false(ton_unit_parse(cases[i].text, cases[i].unit, &value, &why,
                                room, sizeof(room)));
    if (!strstr(why, cases[i].says)) {
      fail_msg("\"%s\" said: %s", cases[i].text, why);
    }
  }
}

static void
printing_and_reading_agree(void** state)
{
  (void)state;
  static const double values[] = {0.0,    -18.0, 0.1F,   1234.5F, 1e-3F,
                                  3.1e7F, 99.9F, 48000., -0.25,   1.0 / 3.0};
  for (int unit = TON_PLAIN; unit <= TON_BPM; ++unit) {
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); ++i) {
      char text[64];
      ton_unit_print(values[i], (TonUnit)unit, text, sizeof(text));
      const float back = (float)read(text, (TonUnit)unit);
      if (fabs((double)back - values[i]) > 1.2e-7 * fabs(values[i])) {
        fail_msg("%.9g printed as \"%s\", read as %.9g", values[i], text,
                 (double)back);
      }
    }
  }
}

static void
nearest_word_is_found(void** state)
{
  (void)state;
  static const char* const words[] = {"threshold", "ratio", "attack"};
  assert_string_equal(ton_string_nearest("treshold", words, 3), "threshold");
  assert_string_equal(ton_string_nearest("ratoi", words, 3), "ratio");
  assert_null(ton_string_nearest("banana", words, 3));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_read_with_their_units),
      cmocka_unit_test(wrong_values_say_what_was_expected),
      cmocka_unit_test(printing_and_reading_agree),
      cmocka_unit_test(nearest_word_is_found),
  };
  return TON_TESTS(tests);
}
