// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Texts in fixed buffers: whole, or an error, or cut where it is allowed.
#include "base/string.h"

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

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_text_that_does_not_fit_is_refused),
      cmocka_unit_test(a_message_is_cut_between_letters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
