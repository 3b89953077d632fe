// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_CONFORMANCE_H
#define TON_TESTS_CONFORMANCE_H

#include <tonmeister/processor.h>

/// Every promise of processor.h that a table makes testable, for one
/// processor at all widths and rates.  Fails the running test.
void conformance(const TonProcessor* processor);

#endif
