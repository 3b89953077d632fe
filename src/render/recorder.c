// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Measuring and writing what is rendered, without the silence at the end.
#include "render/recorder.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

static const float QUIET = 1e-5F; ///< -100 dBFS

/// Longest silence inside a tail, as between two echoes, in frames; what waits
/// for longer is written
enum { MAX_QUIET = 1 << 22 };

static bool
give(Recorder* r, const float* const* in, uint32_t frames)
{
  r->given += frames;
  if (r->meters && frames) {
    ton_meters_add(r->meters, in, frames);
  }
  return !r->writer || !frames ||
         ton_writer_write(r->writer, in, frames, r->error) == TON_OK;
}

static bool
release_quiet(Recorder* r)
{
  const float* const in[2] = {r->quiet[0], r->quiet[1]};
  const uint32_t n = r->n_quiet;
  r->n_quiet = 0;
  return give(r, in, n);
}

static bool
grow_quiet(Recorder* r, uint32_t frames)
{
  for (int c = 0; c < 2; ++c) {
    float* const more = ton_grow(r->quiet[c], &r->capacity[c],
                                 (size_t)r->n_quiet + frames, sizeof(float));
    if (!more) {
      ton_fail(r->error, TON_NO_MEMORY, "out of memory");
      return false;
    }
    r->quiet[c] = more;
  }
  return true;
}

/// Where frames are let through does not depend on the size of the blocks
static bool
hold_back(Recorder* r, const float* const* in, uint32_t from, uint32_t frames)
{
  while (from < frames) {
    if (r->n_quiet == MAX_QUIET && !release_quiet(r)) {
      return false;
    }
    const uint32_t rest = frames - from;
    const uint32_t fits = MAX_QUIET - r->n_quiet;
    const uint32_t n = rest < fits ? rest : fits;
    if (!grow_quiet(r, n)) {
      return false;
    }
    for (int c = 0; c < 2; ++c) {
      memcpy(r->quiet[c] + r->n_quiet, in[c] + from, n * sizeof(float));
    }
    r->n_quiet += n;
    from += n;
  }
  return true;
}

/// Frames up to the last one that can be heard, or up to `min`
static uint32_t
audible(const float* const* in, uint32_t min, uint32_t frames)
{
  while (frames > min && fabsf(in[0][frames - 1]) < QUIET &&
         fabsf(in[1][frames - 1]) < QUIET) {
    --frames;
  }
  return frames;
}

static bool
push(void* handle, const float* const* in, uint32_t frames)
{
  Recorder* const r = handle;
  if (!r->trim) {
    return give(r, in, frames);
  }
  const uint64_t at = r->given + r->n_quiet;
  const uint64_t certain = at < r->min_frames ? r->min_frames - at : 0;
  const uint32_t min = certain < frames ? (uint32_t)certain : frames;
  const uint32_t n = audible(in, min, frames);
  if (n && (!release_quiet(r) || !give(r, in, n))) {
    return false;
  }
  return n == frames || hold_back(r, in, n, frames);
}

TonSink
recorder_sink(Recorder* r)
{
  return (TonSink){r, push};
}

void
recorder_end(Recorder* r)
{
  for (int c = 0; c < 2; ++c) {
    ton_free(r->quiet[c]);
    r->quiet[c] = NULL;
    r->capacity[c] = 0;
  }
  r->n_quiet = 0;
}
