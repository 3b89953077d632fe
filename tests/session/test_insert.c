// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Processors with values, as given on a command line.

#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "print.h"
#include "session/isrc_upc.h"

#include <string.h>

static void
expect_insert(const char* argument, const char* says)
{
  TonInsert insert = {0};
  TonError error = {0};
  if (ton_insert_parse(argument, &insert, &error) != TON_OK) {
    fail_msg("%s: %u: %s", argument, error.column, error.text);
  }
  TonString out = {0};
  print_chain(&out, "", &insert, 1);
  const char* const is = ton_string_string(&out) + strlen("chain 0: ");
  if (strncmp(is, says, strlen(says)) != 0 || is[strlen(says)] != '\n') {
    fail_msg("%s: is %s must be %s", argument, is, says);
  }
  ton_string_free(&out);
  ton_insert_free(&insert);
}

static void
processors_are_read_from_arguments(void** state)
{
  (void)state;
  expect_insert("compressor", "compressor");
  expect_insert("compressor:", "compressor");
  expect_insert("compressor:threshold=-20dB,ratio=4",
                "compressor threshold=-20 dB ratio=4:1");
  expect_insert("compressor:threshold=-20 dB, ratio=4:1, auto-make-up=on",
                "compressor threshold=-20 dB ratio=4:1 auto-make-up=on");
  expect_insert("reverb:type=plate,decay=1.5s",
                "reverb type=plate decay=1.5 s");
  expect_insert("limiter:gain=3,bypass=true", "limiter gain=3 dB (bypassed)");
}

static void
single_bands_are_read_by_their_type(void** state)
{
  (void)state;
  expect_insert("highpass:freq=80Hz", "equaliser 1-type=highpass 1-at=80 Hz");
  expect_insert("bell:at=1kHz,gain=-3dB,q=1",
                "equaliser 1-type=bell 1-at=1 kHz 1-gain=-3 dB 1-q=1");
  expect_insert("tilt", "equaliser 1-type=tilt");
  expect_insert("equaliser:2-type=notch,2-at=50Hz",
                "equaliser 2-type=notch 2-at=50 Hz");
}

static void
wrong_arguments_say_where_and_what(void** state)
{
  (void)state;
  static const struct {
    const char* argument;
    uint32_t column;
    const char* says;
  } cases[] = {
      {"compresor:ratio=4", 1, "did you mean \"compressor\""},
      {"higpass:freq=80", 1, "did you mean the band \"highpass\""},
      {"compressor:ratoi=4", 12, "did you mean \"ratio\""},
      {"compressor:ratio=40", 18, "from 1:1 to 20:1"},
      {"compressor:attack=5ms,ratio=4dB", 29, "expected a ratio such as 4:1"},
      {"compressor:ratio", 12, "parameter=value"},
      {"compressor:=4", 12, "parameter=value"},
      {"compressor:ratio=2,ratio=4", 20, "twice"},
      {"compressor:sidechain=Kick", 12, "no other track"},
      {"bell:at=1kHz,gian=3", 14, "did you mean \"gain\""},
      {"", 1, "no processor"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    TonInsert insert = {0};
    TonError error = {0};
    const TonStatus status =
        ton_insert_parse(cases[i].argument, &insert, &error);
    if (status != TON_BAD_USE || error.column != cases[i].column ||
        !strstr(error.text, cases[i].says)) {
      fail_msg("%s: status %d, column %u: %s", cases[i].argument, (int)status,
               error.column, error.text);
    }
    assert_string_equal(error.excerpt, cases[i].argument);
    assert_null(insert.params);
  }
}

static void
refused_memory_leaves_nothing_behind(void** state)
{
  (void)state;
  TonStatus status = TON_NO_MEMORY;
  long n = 0;
  for (; status != TON_OK && n < 100; ++n) {
    TonInsert insert = {0};
    ton_alloc_fail_after(n);
    status = ton_insert_parse("bell:at=1kHz,gain=-3dB", &insert, NULL);
    ton_alloc_fail_after(-1);
    assert_true(status == TON_OK || status == TON_NO_MEMORY);
    ton_insert_free(&insert);
  }
  assert_int_equal(status, TON_OK);
  assert_true(n > 2);
}

// OUT-12: identifiers -------------------------------------------------------

static uint32_t
next_random(uint32_t* seed)
{
  *seed = *seed * 1664525U + 1013904223U;
  return *seed >> 8;
}

static void
out_12_codes_of_releases_are_told_right_from_wrong(void** state)
{
  (void)state;
  uint32_t seed = 12;
  char room[16];
  char check = '\0';
  int right = 0;
  int wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    char code[16];
    unsigned sum = 0;
    for (int k = 0; k < 12; ++k) {
      code[k] = (char)('0' + next_random(&seed) % 10);
      sum += (unsigned)(code[k] - '0') * (k % 2 ? 3U : 1U);
    }
    code[12] = (char)('0' + (10 - sum % 10) % 10);
    code[13] = '\0';
    right += ton_upc(code, room, &check) == NULL && strcmp(room, code) == 0;
    const uint32_t at = next_random(&seed) % 13;
    const char digit = code[at];
    code[at] = (char)('0' + (digit - '0' + 1 + next_random(&seed) % 9) % 10);
    wrong += ton_upc(code, room, &check) != NULL;
  }
  EXPECT_NEAR("EAN right ones taken", (double)right, 1000.0, 0.0, "of 1000");
  EXPECT_NEAR("EAN wrong ones refused", (double)wrong, 1000.0, 0.0, "of 1000");
  assert_null(ton_upc("036000291452", room, &check));
  assert_null(ton_upc("0-36000-29145-2", room, &check));
  assert_non_null(ton_upc("", room, &check));
  assert_non_null(strstr(ton_upc("36000291452", room, &check), "zero"));
  assert_null(strstr(ton_upc("36000291453", room, &check), "zero"));
  assert_null(ton_isrc("DE\xE2\x80\x93"
                       "A12\xC2\xA0"
                       "26\xE2\x88\x92"
                       "00001",
                       room));
  assert_string_equal(room, "DEA122600001");
  assert_null(ton_isrc("de-a12-26-00001", room));
  assert_string_equal(room, "DEA122600001");
  assert_null(ton_isrc("ISRC US-RC1-76-07839", room));
  assert_non_null(ton_isrc("DE-A12-26-0000X", room));
  assert_non_null(ton_isrc("D\xC3\x89-A12-26-00001", room));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(processors_are_read_from_arguments),
      cmocka_unit_test(single_bands_are_read_by_their_type),
      cmocka_unit_test(wrong_arguments_say_where_and_what),
      cmocka_unit_test(refused_memory_leaves_nothing_behind),
      cmocka_unit_test(out_12_codes_of_releases_are_told_right_from_wrong),
  };
  return TON_TESTS(tests);
}
