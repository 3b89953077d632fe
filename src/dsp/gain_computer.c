// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Static curves of compressors and expanders.
*/
#include "dsp/gain_computer.h"

#include <math.h>

double
ton_compressor_reduction(double level_db, double threshold_db, double ratio,
                         double knee_db)
{
  const double over = level_db - threshold_db;
  const double slope = 1.0 - 1.0 / ratio;
  if (2.0 * over <= -knee_db) {
    return 0.0;
  }
  if (2.0 * over < knee_db) {
    const double into = over + knee_db / 2.0;
    return slope * into * into / (2.0 * knee_db);
  }
  return slope * over;
}

double
ton_expander_reduction(double level_db, double threshold_db, double ratio,
                       double knee_db)
{
  const double under = threshold_db - level_db;
  if (2.0 * under <= -knee_db || ratio <= 1.0) {
    return 0.0;
  }
  if (2.0 * under < knee_db) {
    const double into = under + knee_db / 2.0;
    return (ratio - 1.0) * into * into / (2.0 * knee_db);
  }
  return (ratio - 1.0) * under;
}
