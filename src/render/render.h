// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   From a mix or a chain to sound: the graph is built, compiled and run.
   All functions [main].
*/
#ifndef TON_RENDER_RENDER_H
#define TON_RENDER_RENDER_H

#include "render/recorder.h"

#include <tonmeister/job.h>
#include <tonmeister/session.h>

/// A file the engine can read as it is
typedef struct {
  char path[2048];
} PreparedStem;

/// Decode and resample the tracks that need it, on all cores; `ready` has an
/// entry per track for the files to read instead.
TonStatus prepare_stems(const TonMix* mix, const char* cache, const TonJob* job,
                        PreparedStem* ready, TonError* error);

/// What a chain is run over
typedef struct {
  const char* name; ///< For errors
  TonSource source;
  uint32_t rate;   ///< Hz
  uint64_t frames; ///< To deliver; 0: all, with the tail
  const TonInsert* chain;
  uint32_t n;
  const char* stage; ///< For the progress
} ChainRun;

/// What one insert of a chain took away, the largest of each 0.1 s
typedef struct {
  uint32_t insert; ///< Index in the chain
  float* db;       ///< Positive; owned
  uint32_t n;
} GainReduction;

enum { MAX_REDUCTIONS = 8 };

/// Those of the first inserts that have a meter
typedef struct {
  GainReduction rows[MAX_REDUCTIONS];
  uint32_t n;
} GainReductions;

void gain_reductions_free(GainReductions* all);

/// Channels that a chain makes of a file's: a mono file stays one unless something
/// in the chain makes sides of it
uint32_t chain_channels(uint32_t channels, const TonInsert* chain, uint32_t n);

/// Run a chain into a sink, whose own error is reported when it fails.
/// `reductions` may be null; freed by caller, also after an error.
TonStatus render_chain(const ChainRun* run, const TonSink* sink,
                       GainReductions* reductions, const TonJob* job,
                       TonError* error);

/// Run a chain over a file of one or two channels, up to where its tail is
/// last heard.
TonStatus render_file(const char* path, const TonInsert* chain, uint32_t n,
                      Recorder* recorder, const TonJob* job, TonError* error);

/// A strip to hear beside the mix bus
typedef struct {
  uint32_t strip;
  float gain;
  TonSink sink;
} StripTap;

/// The first strip that produced something that is not a number
typedef struct {
  uint32_t strip; ///< UINT32_MAX: none did
  double at_s;
} RenderFault;

/// Render a mix: `recorder` gets the mix bus, up to where its tail is last
/// heard; each tap gets its strip with all of the tail.
TonStatus render_mix(const TonMix* mix, const char* cache, Recorder* recorder,
                     const StripTap* taps, uint32_t n_taps, const TonJob* job,
                     RenderFault* fault, TonError* error);

#endif
