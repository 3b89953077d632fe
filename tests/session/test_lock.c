// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"

#include <tonmeister/session.h>

/**
   @file
   What a lock holds: its place, what it belongs to, and its parts.
*/

static bool
holds(const char* lock, const char* path)
{
  char* locks[] = {(char*)(uintptr_t)lock};
  return ton_lock_holds(locks, 1, path);
}

static void
a_lock_holds_its_place_and_its_parts(void** state)
{
  (void)state;
  assert_true(holds("fader", "fader"));
  assert_true(holds("chain", "chain/1/limiter/gain"));
  assert_true(holds("sends/Plate", "sends/Plate"));
  assert_true(holds("all", "automation/fader"));
}

static void
what_has_a_locked_part_is_held(void** state)
{
  (void)state;
  assert_true(holds("chain/1/limiter/gain", "chain"));
  assert_true(holds("chain/1/limiter/gain", "chain/1"));
}

static void
neighbours_are_free(void** state)
{
  (void)state;
  assert_false(holds("chain/1/limiter/gain", "chain/1/limiter/ceiling"));
  assert_false(holds("chain/1", "chain/10/limiter"));
  assert_false(holds("pan", "pan-law"));
  assert_false(holds("sends/Plate", "sends/Echo"));
  assert_false(ton_lock_holds(NULL, 0, "fader"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_lock_holds_its_place_and_its_parts),
      cmocka_unit_test(what_has_a_locked_part_is_held),
      cmocka_unit_test(neighbours_are_free),
  };
  return TON_TESTS(tests);
}
