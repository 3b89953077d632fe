// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   How two microphones on one source stand to each other.
*/
#ifndef TON_ANALYSIS_ALIGNMENT_H
#define TON_ANALYSIS_ALIGNMENT_H

#include "analysis/facts.h"

typedef struct {
  double lag_ms;     ///< b later than a
  double likeness;   ///< Height of the normalised correlation peak, 0 to 1
  double as_is_db;   ///< Energy of a + b over the energies' sum, 60-400 Hz
  double flip_db;    ///< Same for a - b
  double aligned_db; ///< As `as_is_db`, b moved by the lag
  double aligned_flipped_db; ///< As `flip_db`, b moved by the lag
} TonAlignment;

/// Compare two sounds of one start, each brought to equal active loudness.
/// TON_NOT_FOUND if they never sound together or their rates differ,
/// TON_NO_MEMORY.  [any]
TonStatus ton_align(const TonSound* a, const TonSound* b, double longest_ms,
                    TonAlignment* result);

#endif
