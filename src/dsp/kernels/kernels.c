// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Choose the inner loops for the vector width of this machine.
*/
#include "dsp/kernels/kernels.h"

#include "base/cpu.h"
#include "dsp/kernels/pcm.h"
#include "dsp/kernels/peak_scan.h"
#include "dsp/kernels/quantise.h"
#include "dsp/kernels/weigh.h"

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

const TonPcm*
ton_pcm(void)
{
#ifdef TON_WIDE
  const uint32_t lanes = ton_cpu_lanes();
  if (lanes == 16) {
    return &ton_pcm16;
  }
  if (lanes == 8) {
    return &ton_pcm8;
  }
#endif
  return &ton_pcm4;
}

const TonQuantiseKernel*
ton_quantise_kernel(void)
{
#ifdef TON_WIDE
  const uint32_t lanes = ton_cpu_lanes();
  if (lanes == 16) {
    return &ton_quantise16;
  }
  if (lanes == 8) {
    return &ton_quantise8;
  }
#endif
  return &ton_quantise4;
}

const TonPeakScan*
ton_peak_scan(void)
{
#ifdef TON_WIDE
  const uint32_t lanes = ton_cpu_lanes();
  if (lanes == 16) {
    return &ton_peak_scan16;
  }
  if (lanes == 8) {
    return &ton_peak_scan8;
  }
#endif
  return &ton_peak_scan4;
}

const TonWeigh*
ton_weigh(void)
{
#ifdef TON_WIDE
  const uint32_t lanes = ton_cpu_lanes();
  if (lanes == 16) {
    return &ton_weigh16;
  }
  if (lanes == 8) {
    return &ton_weigh8;
  }
#endif
  return &ton_weigh4;
}
