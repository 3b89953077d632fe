// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   How a long piece of work runs, and whom it tells of its progress.
*/
#ifndef TONMEISTER_JOB_H
#define TONMEISTER_JOB_H

#include <stdbool.h>
#include <stdint.h>

/// Zero-initialised, a job uses all cores and tells nobody.  Neither `block`
/// nor `threads` changes a byte of the result.
typedef struct {
  uint32_t block;   ///< Frames per call of a processor, 1 to 4096; 0: 512
  uint32_t threads; ///< Workers; 0: one per core
  bool one_strip;   ///< For benchmarks: no packing of strips into lanes
  /// Called now and then from any worker, one call at a time, with the name of
  /// the stage and the part done, 0 to 1.  False stops the work, which then
  /// fails with TON_INTERRUPTED.  May be null.
  bool (*progress)(void* handle, const char* stage, double part);
  void* handle; ///< Handed to `progress`
} TonJob;

#endif
