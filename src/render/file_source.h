// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio files as sources of the engine and of meters.
#ifndef TON_RENDER_FILE_SOURCE_H
#define TON_RENDER_FILE_SOURCE_H

#include "files/temp_audio.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/engine.h>
#include <tonmeister/job.h>
#include <tonmeister/measure.h>

/// A file as the engine's source; the file stays the caller's
TonSource source_of(TonAudio* audio);

/// The same of temporary audio, from its start
TonSource source_of_temp(TempAudio* audio);

/// Add what reading a file has found to the faults of its measurement
void note_faults(const TonAudio* audio, TonMeasurement* m);

/// Read a file to its end into a sink, and tell `job` how far it is under the
/// name of the stage.  The sink does not fail.  [main]
TonStatus source_pass(TonAudio* audio, const TonSink* sink, const char* stage,
                      const TonJob* job, TonError* error);

#endif
