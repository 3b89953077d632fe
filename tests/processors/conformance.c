// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What every processor owes the engine, as one list of checks.

#include "conformance.h"

#include "base/array.h"
#include "base/memory.h"
#include "expect.h"
#include "scene.h"

#include <stdlib.h>
#include <string.h>

/// One cmocka test: a check on a processor at a rate
typedef struct {
  Subject subject;
  Check check;
  double rate;
  char name[120];
} Case;

static const struct {
  const char* promise;
  Check check;
  bool once;       ///< Does not depend on the rate
  bool long_sound; ///< Seconds of sound through code that the others run, too
} checks[] = {
    {"the table is sound", conformance_table, true},
    {"finite at every value", conformance_finite, false},
    {"any split into blocks gives the same bits", conformance_blocks, false},
    {"every width gives the same bits", conformance_widths, false},
    {"reset is as good as new", conformance_reset, false},
    {"a side-chain of its own input is none", conformance_sidechain, false},
    {"the latency reported is the latency", conformance_latency, false},
    {"silence stays, and comes back", conformance_silence, false, true},
    {"bad input does not stick", conformance_bad_input, false, true},
    {"lanes that are off pass", conformance_lanes_off, false},
    {"neutral values change nothing", conformance_neutral, false},
    {"ramps do not click", conformance_ramp, false},
    {"a start inside the song is the song", conformance_start, true, true},
    {"the picture of the knee is the sound", conformance_transfer, true, true},
    {"meters are written and rest", conformance_meters, false},
};

static void
run_case(void** state)
{
  const Case* const c = *state;
  c->check(&c->subject, c->rate);
}

/// The sanitizers look at the code, not at the sound: TON_TEST_SHORT leaves out what
/// takes seconds of it
static bool
is_left_out(size_t check)
{
  return checks[check].long_sound && getenv("TON_TEST_SHORT");
}

static size_t
count_cases(const ConformanceSet* set)
{
  size_t n = 0;
  for (const TonProcessor* const* p = set->list; *p; ++p) {
    for (size_t k = 0; k < TON_COUNT(checks); ++k) {
      for (const double* r = set->rates; *r > 0.0; ++r) {
        n += !is_left_out(k) && (!checks[k].once || r == set->rates);
      }
    }
  }
  return n;
}

static void
add_cases(const ConformanceSet* set, const TonProcessor* p, Case* cases,
          struct CMUnitTest* tests, size_t* n)
{
  for (size_t k = 0; k < TON_COUNT(checks); ++k) {
    for (const double* r = set->rates; *r > 0.0; ++r) {
      if (is_left_out(k) || (checks[k].once && r != set->rates)) {
        continue;
      }
      Case* const c = &cases[*n];
      *c = (Case){{set, p}, checks[k].check, *r, ""};
      snprintf(c->name, sizeof(c->name), "%s, %g kHz: %s", p->id, *r / 1000.0,
               checks[k].promise);
      tests[(*n)++] = (struct CMUnitTest){c->name, run_case, NULL, NULL, c};
    }
  }
}

int
conformance_run(const ConformanceSet* set)
{
  const size_t count = count_cases(set);
  Case* const cases = ton_alloc(count * sizeof(Case));
  struct CMUnitTest* const tests = ton_alloc(count * sizeof(*tests));
  size_t n = 0;
  for (const TonProcessor* const* p = set->list; *p; ++p) {
    add_cases(set, *p, cases, tests, &n);
  }
  const int failed =
      _cmocka_run_group_tests("conformance", tests, n, NULL, NULL);
  ton_free(tests);
  ton_free(cases);
  return failed;
}
