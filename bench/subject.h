// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BENCH_SUBJECT_H
#define TON_BENCH_SUBJECT_H

#include <stdint.h>

/**
   @file
   What is compared: one of our processors or a free plug-in, played the same way.

   A mistake in a setting ends the program with a message.  One thread at a time.
*/

/// Who is compared, and how it is set
typedef struct {
  const char* name;     ///< For people
  const char* id;       ///< Id of our processor, or LV2 URI
  const char* settings; ///< "symbol=value symbol=value" as each reads them
} SubjectSpec;

typedef struct Subject Subject;

/**
   Open a processor of ours or a plug-in.

   @param rate Hz
   @param busy How many stereo pairs of lanes are busy with the same sound, for
          one of ours; 0: as many as this machine has.  One that has no lanes
          always serves one pair.
   @return Owned by the caller; null when the plug-in is not installed
*/
Subject* subject_open(const SubjectSpec* spec, double rate, uint32_t busy);

/// Channels that subject_run() works on, for a time per channel
uint32_t subject_channels(const Subject* subject);

/// Frames of delay
uint32_t subject_latency(const Subject* subject);

/// Play a stereo pair in blocks of 256; `out` are other buffers than `in`.
/// Returns the seconds spent inside the processor or plug-in.
double subject_run(Subject* subject, const float* const in[2],
                   float* const out[2], uint64_t frames);

/// Change settings while it plays
void subject_set(Subject* subject, const char* settings);

/// Null is allowed
void subject_close(Subject* subject);

#endif
