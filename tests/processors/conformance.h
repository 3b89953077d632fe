// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_CONFORMANCE_H
#define TON_TESTS_PROCESSORS_CONFORMANCE_H

#include "rig.h"

#include <tonmeister/processor.h>

/**
   @file
   What every processor promises, checked without knowing any of them: only
   the table is read.  A new processor is tested before its author writes one.
*/

/// The processors to hold to their promises
typedef struct {
  const TonProcessor* const* list; ///< Null-terminated
  /// The variant for a width, as ton_processor_lanes()
  const TonProcessor* (*variant)(const TonProcessor*, uint32_t lanes);
  uint32_t lanes;      ///< Widest variant to run: 4, 8 or 16
  const double* rates; ///< Hz, ended by 0
} ConformanceSet;

/// Run every check on every processor as one cmocka group; 0 if all pass
int conformance_run(const ConformanceSet* set);

/// Largest difference from the whole render, in dBFS, of a processor with these
/// values that is started at three places inside a song and has settled
double conformance_start_db(const TonProcessor* processor, const float* values,
                            double rate);

/// What it may be
#define CONFORMANCE_START_DB (-140.0)

// Inside -------------------------------------------------------------------

/// One processor of a set
typedef struct {
  const ConformanceSet* set;
  const TonProcessor* processor;
} Subject;

/// A check fails by cmocka's means
typedef void (*Check)(const Subject* subject, double rate);

void conformance_table(const Subject* subject, double rate);
void conformance_finite(const Subject* subject, double rate);
void conformance_blocks(const Subject* subject, double rate);
void conformance_widths(const Subject* subject, double rate);
void conformance_reset(const Subject* subject, double rate);
void conformance_sidechain(const Subject* subject, double rate);
void conformance_latency(const Subject* subject, double rate);
void conformance_silence(const Subject* subject, double rate);
void conformance_bad_input(const Subject* subject, double rate);
void conformance_lanes_off(const Subject* subject, double rate);
void conformance_neutral(const Subject* subject, double rate);
void conformance_ramp(const Subject* subject, double rate);
void conformance_start(const Subject* subject, double rate);
void conformance_transfer(const Subject* subject, double rate);
void conformance_meters(const Subject* subject, double rate);

#endif
