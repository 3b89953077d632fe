// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_DENORMAL_H
#define TON_DSP_DENORMAL_H

/**
   @file
   Switch denormal numbers off: they cost a hundred times as much as others.
*/

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/// Denormals read and written as zero on this thread: part of the arithmetic
/// every render is defined with.  [any]
static inline void
ton_denormals_off(void)
{
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040U); // FTZ and DAZ
#elif defined(__aarch64__)
  unsigned long fpcr;
  __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
  __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (1UL << 24)));
#endif
}

#endif
