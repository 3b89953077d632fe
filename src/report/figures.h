// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_FIGURES_H
#define TON_REPORT_FIGURES_H

#include <tonmeister/measure.h>

#include <math.h>
#include <stddef.h>

/**
   @file
   What the meters find, one row a figure: terminal, JSON, HTML report and
   comparison are loops over this table.
*/

/// Where a figure is shown
enum {
  FIGURE_JSON = 1 << 0,    ///< Under its own key in a measurement
  FIGURE_TABLE = 1 << 1,   ///< A row of `measure`
  FIGURE_BESIDE = 1 << 2,  ///< Beside the row above it, not in a row
  FIGURE_LEVELS = 1 << 3,  ///< A row of `mix` too
  FIGURE_STAGES = 1 << 4,  ///< Where mix and master stand side by side
  FIGURE_PAGE = 1 << 5,    ///< In the report's table
  FIGURE_COMPARE = 1 << 6, ///< In `compare`
  FIGURE_PLACE = 1 << 7,   ///< A time in the file: where something is
  FIGURE_PAIR = 1 << 8,    ///< Defined for two channels only
};

/// A figure of a measurement: all that is needed to show it
typedef struct {
  const char* key;   ///< Permanent, in JSON; null: it has none
  const char* name;  ///< At most 20 letters
  const char* unit;  ///< "" for none; "%": the value is a share of 1
  size_t offset;     ///< Of its double in TonMeasurement
  int digits;        ///< Behind the point
  unsigned shown;    ///< FIGURE_ flags
  const char* term;  ///< In data/glossary.yaml, or null
  double worth_word; ///< Difference worth a word in a comparison; 0: none is
  const char* more;  ///< That word, where the file has more than the others
  const char* less;
} ReportFigure;

extern const ReportFigure report_figures[];
extern const size_t report_n_figures;

/// Value of a figure as it stands in JSON; NaN where it is not defined.  [any]
double report_value(const ReportFigure* figure, const TonMeasurement* m);

/// The same in the unit of the row.  [any]
double report_shown(const ReportFigure* figure, const TonMeasurement* m);

/// A value as it will be printed with so many digits behind the point, where
/// "-0.0" is 0.  [any]
static inline double
report_rounded(double value, int digits)
{
  const double steps = pow(10.0, digits);
  const double whole = rint(value * steps);
  return isfinite(whole) ? whole / steps + 0.0 : value;
}

/// "-14.02", "-inf"; "-" where nothing is defined.  Returns `buffer`.  [any]
const char* report_number_text(double value, int digits, char buffer[32]);

/// Third-octave band as engineers write it: "31.5", "1.25k".  [any]
const char* report_third_name(uint32_t band);

#endif
