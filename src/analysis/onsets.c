// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What tempo and sections are found in: how much a sound rises at each moment,
   and which notes of the octave it holds.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

/// What lies further below the loudness while it plays does not count, dB
#define FLOOR_DB 20.0

static void
find_rises(const TonFeatures* f, double active_lufs, float* rises)
{
  const double floor_db = active_lufs - FLOOR_DB;
  double before = floor_db;
  for (uint32_t i = 0; i < f->n_levels; ++i) {
    const double db = fmax(ton_power_db(f->levels[i].weighted), floor_db);
    rises[i] = (float)fmax(db - before, 0.0);
    before = db;
  }
}

/// Share of each note of the octave in the spectrum that is heard at a time
static void
find_notes(const TonFeatures* f, double at_s, float* notes)
{
  const double middle = (at_s * f->rate - 0.5 * f->spectrum_window);
  const double i = fmax(middle / f->spectrum_hop, 0.0);
  if (!f->n_spectra) {
    return;
  }
  const uint32_t last = f->n_spectra - 1;
  const float* const power =
      f->spectra[i < last ? (uint32_t)(i + 0.5) : last].twelfths;
  for (uint32_t b = 0; b < TON_TWELFTHS; ++b) {
    notes[b % TON_NOTES] += sqrtf(power[b]);
  }
}

TonStatus
keep_onsets(TonFeatures* f, double active_lufs)
{
  f->n_rises = f->n_levels;
  f->rises = ton_alloc((f->n_rises + 1) * sizeof(float));
  f->tenth_notes = ton_alloc((f->n_tenths + 1) * sizeof(*f->tenth_notes));
  if (!f->rises || !f->tenth_notes) {
    return TON_NO_MEMORY;
  }
  if (isfinite(active_lufs)) {
    find_rises(f, active_lufs, f->rises);
  }
  for (uint32_t t = 0; t < f->n_tenths; ++t) {
    if (f->tenth_on[t]) {
      find_notes(f, 0.1 * (t + 0.5), f->tenth_notes[t]);
    }
  }
  return TON_OK;
}
