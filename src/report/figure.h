// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_FIGURE_H
#define TON_REPORT_FIGURE_H

#include <math.h>

/// A value as it will be printed with so many decimals, where "-0.0" is 0.
/// [any]
static inline double
report_rounded(double value, int decimals)
{
  const double steps = pow(10.0, decimals);
  const double whole = rint(value * steps);
  return isfinite(whole) ? whole / steps + 0.0 : value;
}

#endif
