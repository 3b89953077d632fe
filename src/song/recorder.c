// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "song/song.h"

#include <math.h>
#include <string.h>

static const float QUIET = 1e-5F; ///< -100 dBFS

/// Longest silence inside a tail, as between two echoes; what waits for longer
/// is taken for sound
enum { LONGEST_WAIT = 1 << 22 };

static bool
give(TonRecorder* t, const float* const* in, uint32_t frames)
{
  t->given += frames;
  if (t->meters && frames) {
    ton_meters_add(t->meters, in, frames);
  }
  return !t->writer || !frames ||
         ton_writer_write(t->writer, in, frames, t->error) == TON_OK;
}

static bool
release_quiet(TonRecorder* t)
{
  const float* const in[2] = {t->quiet[0], t->quiet[1]};
  const uint32_t n = t->n_quiet;
  t->n_quiet = 0;
  return give(t, in, n);
}

static bool
make_room(TonRecorder* t, uint32_t frames)
{
  for (int c = 0; c < 2; ++c) {
    float* const more = ton_grow(t->quiet[c], &t->room[c],
                                 (size_t)t->n_quiet + frames, sizeof(float));
    if (!more) {
      ton_fail(t->error, TON_NO_MEMORY, "out of memory");
      return false;
    }
    t->quiet[c] = more;
  }
  return true;
}

/// What is let go of depends on the frames alone, not on how they come
static bool
keep_quiet(TonRecorder* t, const float* const* in, uint32_t from,
           uint32_t frames)
{
  while (from < frames) {
    if (t->n_quiet == LONGEST_WAIT && !release_quiet(t)) {
      return false;
    }
    const uint32_t rest = frames - from;
    const uint32_t fits = LONGEST_WAIT - t->n_quiet;
    const uint32_t n = rest < fits ? rest : fits;
    if (!make_room(t, n)) {
      return false;
    }
    for (int c = 0; c < 2; ++c) {
      memcpy(t->quiet[c] + t->n_quiet, in[c] + from, n * sizeof(float));
    }
    t->n_quiet += n;
    from += n;
  }
  return true;
}

/// Frames up to the last one that is heard, or up to `least`
static uint32_t
heard(const float* const* in, uint32_t least, uint32_t frames)
{
  while (frames > least && fabsf(in[0][frames - 1]) < QUIET &&
         fabsf(in[1][frames - 1]) < QUIET) {
    --frames;
  }
  return frames;
}

static bool
push(void* handle, const float* const* in, uint32_t frames)
{
  TonRecorder* const t = handle;
  if (!t->trim) {
    return give(t, in, frames);
  }
  const uint64_t at = t->given + t->n_quiet;
  const uint64_t sure = at < t->sure ? t->sure - at : 0;
  const uint32_t least = sure < frames ? (uint32_t)sure : frames;
  const uint32_t n = heard(in, least, frames);
  if (n && (!release_quiet(t) || !give(t, in, n))) {
    return false;
  }
  return n == frames || keep_quiet(t, in, n, frames);
}

TonSink
ton_recorder_sink(TonRecorder* take)
{
  return (TonSink){take, push};
}

void
ton_recorder_end(TonRecorder* take)
{
  for (int c = 0; c < 2; ++c) {
    ton_free(take->quiet[c]);
    take->quiet[c] = NULL;
    take->room[c] = 0;
  }
  take->n_quiet = 0;
}
