// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   How high the peaks of a sound stand nearly all of the time.
*/
#include "analysis/high_peak.h"

#include "analysis/features_internal.h"
#include "base/memory.h"

#include <math.h>

/// Of a song that sounds, peaks lie above its loudness
#define SOUNDS_DB -20.0

/// Of 0.1 s, dBFS; silence behind the end
static double
peak_at(const TonMeasurement* m, uint32_t tenth)
{
  return tenth < m->n_points ? (double)m->peak_dbfs[tenth] : -INFINITY;
}

TonStatus
ton_high_peak(const TonMeasurement* sound, const TonMeasurement* mix,
              double* dbfs)
{
  double* const peaks = ton_alloc((mix->n_points + 1) * sizeof(double));
  const double floor = mix->integrated_lufs + SOUNDS_DB;
  uint32_t n = 0;
  for (uint32_t i = 0; peaks && i < mix->n_points; ++i) {
    if (peak_at(mix, i) > floor) {
      peaks[n++] = peak_at(sound, i);
    }
  }
  *dbfs = n ? percentile(peaks, n, 0.95) : -INFINITY;
  ton_free(peaks);
  return peaks ? TON_OK : TON_NO_MEMORY;
}
