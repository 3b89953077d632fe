// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_EXPECT_H
#define TON_TESTS_EXPECT_H

/**
   @file
   The language of the tests: cmocka, and the field's own units.

   A failure prints the figure measured, the limit and the margin.  With
   TON_TEST_FIGURES set in the environment every figure is printed, so that
   notes and docs can quote it.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

static inline void
ton_expect(int holds, const char* what, double measured, const char* sign,
           double limit, const char* unit, const char* file, int line)
{
  if (!holds || getenv("TON_TEST_FIGURES")) {
    print_message("# %s: measured %.6g %s, limit %s %.6g %s, margin %.3g\n",
                  what, measured, unit, sign, limit, unit,
                  fabs(limit - measured));
  }
  if (!holds) {
    print_error("%s: %.9g %s breaks the limit %s %.9g\n", what, measured, unit,
                sign, limit);
    _fail(file, line);
  }
}

/// A level, loudness or gain in dB within a tolerance
#define EXPECT_DB(what, measured, expected, tolerance)                         \
  ton_expect(fabs((measured) - (expected)) <= (tolerance) ||                   \
                 (isinf(expected) && (measured) == (expected)),                \
             what, measured, "near", expected, "dB", __FILE__, __LINE__)

/// Any figure within a tolerance, with its unit as a string
#define EXPECT_NEAR(what, measured, expected, tolerance, unit)                 \
  ton_expect(fabs((measured) - (expected)) <= (tolerance), what, measured,     \
             "near", expected, unit, __FILE__, __LINE__)

#define EXPECT_AT_MOST(what, measured, limit, unit)                            \
  ton_expect((measured) <= (limit), what, measured, "<=", limit, unit,         \
             __FILE__, __LINE__)

#define EXPECT_AT_LEAST(what, measured, limit, unit)                           \
  ton_expect((measured) >= (limit), what, measured, ">=", limit, unit,         \
             __FILE__, __LINE__)

/// Main's result when the program's tests cannot run here; before any output.
/// (cmocka's own skip() is counted as a failure.)
static inline int
ton_cannot_run(const char* why)
{
  printf("1..0 # SKIP %s\n", why);
  return 0;
}

#define TON_TESTS(tests) cmocka_run_group_tests(tests, NULL, NULL)

#endif
