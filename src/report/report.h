// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_REPORT_H
#define TON_REPORT_REPORT_H

#include "base/string.h"

#include <tonmeister/decision.h>
#include <tonmeister/measure.h>

/**
   @file
   What a report is made of.
*/

/// A file of the release as it was found after writing
typedef struct {
  const char* name;
  const char* file;
  const char* sha256;
  uint64_t bytes;
  double integrated_lufs;
  double true_peak_dbtp;
  bool lossy; ///< The figures are those of what its decoder gives
  bool good;
  const char* why; ///< Not good: what it reads instead
} TonReportFile;

/// A tag, or a text the song was made from with its SHA-256
typedef struct {
  const char* name;
  const char* value;
} TonReportTag;

/// A value every 0.1 s
typedef struct {
  const char* name;
  const float* y;
  uint32_t n;
} TonReportCurve;

/// What a streaming service will do to the master
typedef struct {
  const char* name;
  double gain_db; ///< NaN: it plays songs as they are
  double plays_lufs;
  double wasted_db; ///< Limiting that bought no loudness there
  bool over_advice; ///< True peak above what it asks for
} TonReportService;

/// A section of the song, as `sections` in mix.yaml has it
typedef struct {
  const char* name;
  double from_s;      ///< In the master
  double to_s;        ///< Where the next one begins, or the master ends
  double mix_lufs;    ///< Of its time alone, gated as a whole song; NaN: no mix
  double master_lufs; ///< -INFINITY: it is silent
} TonReportSection;

/// Everything a report shows.  Nothing is owned.
typedef struct {
  const char* song;
  const char* artist; ///< Or ""
  const char* version;
  const TonReportTag* tags;
  uint32_t n_tags;
  const TonReportTag* texts; ///< mix.yaml, ...: SHA-256
  uint32_t n_texts;
  double goal_lufs; ///< NaN: none
  double ceiling_dbtp;
  const TonMeasurement* mix;    ///< Measured with TON_MEASURE_ALL; null: the
                                ///< master was made elsewhere
  const TonMeasurement* master; ///< The same, always there
  const TonReportSection* sections; ///< In the order of time
  uint32_t n_sections;
  const TonReportFile* files;
  uint32_t n_files;
  const TonReportCurve* reductions; ///< Of the master's dynamics, positive dB
  uint32_t n_reductions;
  const TonReportService* services;
  uint32_t n_services;
  const TonDecisions* mix_decisions; ///< Or null
  const TonDecisions* master_decisions;
} TonReport;

/// One self-contained page: plots as SVG, tables, and every decision with its
/// reason.  No script, nothing loaded from elsewhere.  [main]
TonStatus ton_report_html(const TonReport* r, TonString* t);

/// The same for programs: every figure, curve, decision and checksum.  [main]
TonStatus ton_report_json(const TonReport* report, TonString* text);

#endif
