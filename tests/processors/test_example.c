// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The processors of docs/adding-a-processor.md, built as they stand
/// there.

#include "conformance.h"

extern const TonProcessor ton_flip4;

static const TonProcessor*
only(const TonProcessor* processor, uint32_t lanes)
{
  (void)lanes;
  return processor;
}

int
main(void)
{
  static const TonProcessor* const list[] = {&ton_flip4, NULL};
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0, 0.0};
  const ConformanceSet set = {list, only, 4, rates};
  return conformance_run(&set);
}
