// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Middle and side in lanes of left and right.
*/
#ifndef TON_PROCESSORS_STEREO_MID_SIDE_H
#define TON_PROCESSORS_STEREO_MID_SIDE_H

#include "dsp/kernels/lanes.h"

/// 1 in the lanes of the left, -1 in those of the right: with x swapped pairwise,
/// swapped + signs * x is twice the middle and twice the side.  [audio]
static inline TonV
mid_side_signs(void)
{
  TonV sign;
  for (int i = 0; i < TON_LANES; ++i) {
    sign[i] = i % 2 ? -1.0F : 1.0F;
  }
  return sign;
}

#endif
