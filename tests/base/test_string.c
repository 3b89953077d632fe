// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Texts in fixed buffers: whole, or an error, or cut where it is allowed.
#include "base/path.h"
#include "base/string.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
a_text_that_does_not_fit_is_refused(void** state)
{
  (void)state;
  char buffer[6] = "old";
  assert_true(ton_string_copy(buffer, sizeof(buffer), "12345"));
  assert_string_equal(buffer, "12345");
  assert_false(ton_string_copy(buffer, sizeof(buffer), "123456"));
  assert_string_equal(buffer, "");
  assert_true(ton_string_format(buffer, sizeof(buffer), "%s-%d", "ab", 12));
  assert_string_equal(buffer, "ab-12");
  assert_false(ton_string_format(buffer, sizeof(buffer), "%s-%d", "abc", 12));
  assert_string_equal(buffer, "");
}

/// Two bytes a letter: a cut inside one would be no UTF-8
static void
a_message_is_cut_between_letters(void** state)
{
  (void)state;
  char buffer[9];
  ton_string_cut(buffer, sizeof(buffer), "%s", "\u00e4\u00f6\u00fc\u00df");
  assert_string_equal(buffer, "\u00e4\u00f6\u00fc\u00df");
  ton_string_cut(buffer, sizeof(buffer), "a%s", "\u00e4\u00f6\u00fc\u00df");
  assert_string_equal(buffer, "a\u00e4\u00f6...");
  ton_string_cut(buffer, sizeof(buffer), "%s%s", "\u00e4\u00f6\u00fc",
                 "\u00df\u00df");
  assert_string_equal(buffer, "\u00e4\u00f6...");
}

/// Umlauts take one column, letters of East Asia two, accents that follow none
static void
a_text_has_columns(void** state)
{
  (void)state;
  assert_int_equal(ton_utf8_columns("Gl\u00fchw\u00fcrmchen"), 12);
  assert_int_equal(ton_utf8_columns("Glu\u0308hwein"), 8);
  assert_int_equal(ton_utf8_columns("\u591c\u60c5 x"), 6);
  assert_int_equal(ton_utf8_columns("\xff\xfe"), 2);
  assert_int_equal(ton_utf8_columns(""), 0);
}

/// Letters of one to four bytes: every length cuts in front of a letter
static void
a_cut_text_ends_behind_a_whole_letter(void** state)
{
  (void)state;
  static const char text[] = "a\u00e4\u20ac\U0001F3B5b";
  static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (size_t max = 0; max < sizeof(ends) / sizeof(ends[0]); ++max) {
    assert_int_equal(ton_utf8_cut(text, strlen(text), max), ends[max]);
    char buffer[16];
    ton_utf8_copy(buffer, max + 1, text, strlen(text));
    assert_int_equal(strlen(buffer), ends[max]);
    assert_memory_equal(buffer, text, ends[max]);
  }
  assert_int_equal(ton_utf8_count(text, strlen(text)), 5);
}

static void
a_path_has_a_name_and_an_ending(void** state)
{
  (void)state;
  assert_string_equal(ton_file_name("a.b/Kick"), "Kick");
  assert_string_equal(ton_file_name("Kick.wav"), "Kick.wav");
  assert_string_equal(ton_file_name("a/"), "");
  assert_string_equal(ton_file_ending("a.b/Kick"), "");
  assert_string_equal(ton_file_ending("a/Kick.in.wav"), ".wav");
  assert_string_equal(ton_file_ending("a/.wav"), "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_that_does_not_fit_is_refused),
      cmocka_unit_test(a_message_is_cut_between_letters),
      cmocka_unit_test(a_text_has_columns),
      cmocka_unit_test(a_cut_text_ends_behind_a_whole_letter),
      cmocka_unit_test(a_path_has_a_name_and_an_ending),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
