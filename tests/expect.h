// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_EXPECT_H
#define TON_TESTS_EXPECT_H

/**
   @file
   The language of the tests: cmocka, and the field's own units.

   A failure prints the figure measured, the limit and the margin.  With
   TON_TEST_FIGURES set in the environment every figure is printed, fields
   parted by tabs: tools/quality.py makes docs/quality.md of them.
*/

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

/// Sample rate of the sound that is measured, Hz; 0: the figure has none
static double ton_expect_rate;

/// Where a figure is asked for
typedef struct {
  const char* file;
  int line;
} TonExpectAt;

/// `margin` is negative, or not a number, when the limit is broken
static inline void
ton_expect(const char* what, double measured, const char* sign, double limit,
           double margin, const char* unit, TonExpectAt place)
{
  if (getenv("TON_TEST_FIGURES")) {
    print_message("# FIGURE\t%s\t%g\t%.6g\t%s\t%.6g\t%.6g\t%s\n", what,
                  ton_expect_rate, measured, sign, limit, margin, unit);
  }
  if (!(margin >= 0.0)) {
    print_error("%s at %g Hz: measured %.9g %s, limit %s %.9g, margin %.3g\n",
                what, ton_expect_rate, measured, unit, sign, limit, margin);
    _fail(place.file, place.line);
  }
}

/// Two equal infinities are near each other
static inline void
ton_expect_near(const char* what, double measured, double expected,
                double tolerance, const char* unit, TonExpectAt place)
{
  const double off = measured == expected ? 0.0 : fabs(measured - expected);
  ton_expect(what, measured, "near", expected, tolerance - off, unit, place);
}

static inline void
ton_expect_at_most(const char* what, double measured, double limit,
                   const char* unit, TonExpectAt place)
{
  const double margin = measured == limit ? 0.0 : limit - measured;
  ton_expect(what, measured, "<=", limit, margin, unit, place);
}

static inline void
ton_expect_at_least(const char* what, double measured, double limit,
                    const char* unit, TonExpectAt place)
{
  const double margin = measured == limit ? 0.0 : measured - limit;
  ton_expect(what, measured, ">=", limit, margin, unit, place);
}

#define TON_HERE ((TonExpectAt){__FILE__, __LINE__})

/// A level, loudness or gain in dB within a tolerance
#define EXPECT_DB(what, measured, expected, tolerance)                         \
  ton_expect_near(what, measured, expected, tolerance, "dB", TON_HERE)

/// Any figure within a tolerance, with its unit as a string
#define EXPECT_NEAR(what, measured, expected, tolerance, unit)                 \
  ton_expect_near(what, measured, expected, tolerance, unit, TON_HERE)

#define EXPECT_AT_MOST(what, measured, limit, unit)                            \
  ton_expect_at_most(what, measured, limit, unit, TON_HERE)

#define EXPECT_AT_LEAST(what, measured, limit, unit)                           \
  ton_expect_at_least(what, measured, limit, unit, TON_HERE)

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
