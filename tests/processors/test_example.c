// SPDX-License-Identifier: GPL-3.0-or-later
#include "conformance.h"
#include "expect.h"

extern const TonProcessor ton_flip4;

static void
the_manuals_processor_keeps_the_contract(void** state)
{
  (void)state;
  conformance(&ton_flip4);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_manuals_processor_keeps_the_contract),
  };
  return TON_TESTS(tests);
}
