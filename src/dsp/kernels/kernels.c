// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/kernels/kernels.h"

const TonKernels*
ton_kernels(uint32_t lanes)
{
#ifdef TON_WIDE
  if (lanes == 16) {
    return &ton_kernels16;
  }
  if (lanes == 8) {
    return &ton_kernels8;
  }
#endif
  (void)lanes;
  return &ton_kernels4;
}
