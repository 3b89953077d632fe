// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_REPORT_H
#define TON_REPORT_REPORT_H

#include "base/text.h"

#include <tonmeister/decision.h>
#include <tonmeister/measure.h>

/// A file of the release as it was found after writing
typedef struct {
  const char* name;
  const char* file;
  const char* sha256;
  uint64_t bytes;
  double integrated_lufs;
  double true_peak_dbtp;
  bool good;
} TonReportFile;

/// Everything a report shows.  Nothing is owned.
typedef struct {
  const char* song;
  const char* version;
  double goal_lufs; ///< NaN: none
  double ceiling_dbtp;
  const TonMeasurement* mix;    ///< Measured with TON_MEASURE_ALL
  const TonMeasurement* master; ///< The same
  const TonReportFile* files;
  uint32_t n_files;
  const TonDecisions* mix_decisions; ///< Or null
  const TonDecisions* master_decisions;
} TonReport;

/// One self-contained page: plots as SVG, tables, and every decision with its
/// reason.  No script, nothing loaded from elsewhere.  [main]
TonStatus ton_report_html(const TonReport* report, TonText* page);

#endif
