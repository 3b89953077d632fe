// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_MEASUREMENT_TABLE_H
#define TON_CLI_MEASUREMENT_TABLE_H

#include <tonmeister/measure.h>

/**
   @file
   Measurements as tables on the terminal.
*/

/// A measurement as a table: the rows of report_figures that are shown in
/// `where` (FIGURE_TABLE or FIGURE_LEVELS), and what is clipped
void cli_print_measurement(const TonMeasurement* m, const char* path,
                           unsigned where);

/// The figures of FIGURE_STAGES, mix and master side by side
void cli_print_stages(const TonMeasurement* mix, const TonMeasurement* master);

/// Minutes, seconds, thousandths: "1:02.345".  Returns `buffer`.
const char* cli_time(double s, char buffer[32]);

#endif
