// SPDX-License-Identifier: GPL-3.0-or-later
#include "conformance.h"
#include "expect.h"

static void
every_processor_keeps_the_contract(void** state)
{
  (void)state;
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    print_message("# %s\n", (*p)->id);
    conformance(*p);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_processor_keeps_the_contract),
  };
  return TON_TESTS(tests);
}
