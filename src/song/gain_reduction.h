// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SONG_GAIN_REDUCTION_H
#define TON_SONG_GAIN_REDUCTION_H

#include "song/song.h"

/// What one insert of a chain took away, the most of each 0.1 s
typedef struct {
  char name[48]; ///< "2 limiter": place in the chain and processor
  float* db;     ///< Positive; owned
  uint32_t n;
} Reduction;

enum { MOST_REDUCTIONS = 8 };

/// Run a chain over a file and keep the gain reduction of all its dynamics.
/// Rows are freed with reductions_free(), also after an error.  [main]
TonStatus reductions_of(const char* path, const TonInsert* chain, uint32_t n,
                        Reduction rows[MOST_REDUCTIONS], uint32_t* n_rows,
                        const TonJob* job, TonError* error);

void reductions_free(Reduction* rows, uint32_t n);

#endif
