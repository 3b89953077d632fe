// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The user's wish to stop, for work that has no progress to report.
#include "base/interrupt.h"

#include <stdatomic.h>

static atomic_bool wanted;

void
ton_interrupt(void)
{
  atomic_store(&wanted, true);
}

bool
ton_interrupted(void)
{
  return atomic_load(&wanted);
}
