// SPDX-License-Identifier: GPL-3.0-or-later
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>

/// A row of the readiness report.  Limits: assistant reference 3.1.
typedef struct {
  const char* item;
  double value;
  const char* unit;
  double green; ///< Fine up to here (or down to, if above amber)
  double amber; ///< Beyond: red
  double at_s;
  const char* fix;
} Row;

static TonLightColour
colour(const Row* r)
{
  const bool higher_is_worse = r->amber >= r->green;
  if (isnan(r->value)) {
    return TON_COLOUR_GREEN;
  }
  if (higher_is_worse) {
    return r->value <= r->green   ? TON_COLOUR_GREEN
           : r->value <= r->amber ? TON_COLOUR_AMBER
                                  : TON_COLOUR_RED;
  }
  return r->value >= r->green   ? TON_COLOUR_GREEN
         : r->value >= r->amber ? TON_COLOUR_AMBER
                                : TON_COLOUR_RED;
}

uint32_t
ton_check(const TonMeasurement* m, TonCheckRow* rows, uint32_t room)
{
  const double minutes = fmax(1.0 / 60.0, (double)m->frames / m->rate / 60.0);
  const Row all[] = {
      {"clipping", (double)m->clipped_samples / minutes, "samples/min", 0.0,
       50.0, m->n_clips ? m->clips[0].at_s : NAN,
       "turn the source down before it clips, or export it again"},
      {"headroom", m->true_peak_dbtp, "dBTP", -1.0, 0.0, m->true_peak_at_s,
       "lower the mix fader until the true peak is below -1 dBTP"},
      {"limited already", m->plr_lu, "LU", 12.0, 8.0, NAN,
       "take the limiter off the mix bus"},
      {"DC offset", fmax(fabs(m->dc[0]), fabs(m->dc[1])), "FS", 0.0005, 0.005,
       NAN, "a high-pass of 20 Hz on the track that carries it"},
      {"phase", m->correlation_min, "", 0.0, -0.2, NAN,
       "look for a track with one side upside down"},
      {"mono loss", m->mono_loss_lu, "LU", -3.2, -4.5, NAN,
       "narrow the widest tracks, or flip a polarity"},
      {"bass in stereo", m->band_side_db[0], "dB", -14.0, -8.0, NAN,
       "keep what lies below 120 Hz in the centre"},
      {"balance", fabs(m->balance_db), "dB", 0.5, 1.5, NAN,
       "weigh the left against the right"},
      {"not a number", (double)m->bad_samples, "samples", 0.0, 0.0,
       m->first_bad_at_s, "export the file again"},
  };
  uint32_t n = 0;
  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && n < room; ++i) {
    const TonLightColour c = colour(&all[i]);
    rows[n++] = (TonCheckRow){all[i].item,
                              c,
                              all[i].value,
                              all[i].unit,
                              c == TON_COLOUR_GREEN ? NAN : all[i].at_s,
                              c == TON_COLOUR_GREEN ? "" : all[i].fix};
  }
  return n;
}
