// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A sink of the engine that measures and writes what it is given.

   A tail is rendered for as long as it may last.  With `trim`, what stays
   below -100 dBFS at the end, after the first `min_frames` frames, is left
   out: it waits in `quiet` until something louder follows.
*/
#ifndef TON_RENDER_RECORDER_H
#define TON_RENDER_RECORDER_H

#include <tonmeister/audio_file.h>
#include <tonmeister/engine.h>
#include <tonmeister/measure.h>

typedef struct {
  TonMeters* meters;      ///< Or null
  TonAudioWriter* writer; ///< Or null
  TonError* error;        ///< Filled when writing fails
  bool trim;              ///< Stereo only
  uint64_t min_frames;
  uint64_t given; ///< Frames measured and written
  float* quiet[2];
  uint32_t n_quiet;
  size_t capacity[2];
} Recorder;

TonSink recorder_sink(Recorder* recorder);

/// Leave out what waits.  Meters and writer stay the caller's.  [main]
void recorder_end(Recorder* recorder);

#endif
