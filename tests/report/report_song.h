// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_REPORT_SONG_H
#define TON_TESTS_REPORT_SONG_H

/// @file The song of the report's tests.

#include "report/report.h"

/// A song of two tracks, one of them with a name that HTML would misread, and
/// values that like to be printed as -0
typedef struct {
  TonMeasurement mix;
  TonMeasurement master;
  TonDecision records[6];
  TonDecisions decisions;
  float curve[40];
  TonReportFile file;
  TonReportCurve reduction;
  TonReportSection sections[2];
  TonReportTag tag;
  TonReport report;
} ReportSong;

/// What is in it is owned by the caller's struct
void report_song_fill(ReportSong* song);

#endif
