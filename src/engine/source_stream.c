// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reading a source through the jumps of the song.

#include "engine/source_stream.h"

/// The jump that is due: keep what would have followed, go to the new place
static bool
jump(SourceStream* s, int64_t song)
{
  float* const old[2] = {s->old[0], s->old[1]};
  const TonSource* const source = &s->source;
  s->fade = JUMP_FADE;
  return source->pull(source->handle, old, JUMP_FADE) && source->seek &&
         source->seek(source->handle, (uint64_t)song);
}

/// Fade from what would have followed into what comes now
static void
fade_in(SourceStream* s, float* const* out, uint32_t frames)
{
  for (uint32_t i = 0; i < frames && s->fade; ++i, --s->fade) {
    const uint32_t at = JUMP_FADE - s->fade;
    const float new_part = ((float)at + 0.5F) / (float)JUMP_FADE;
    for (uint32_t c = 0; c < s->source.channels; ++c) {
      // NOLINTNEXTLINE(clang-analyzer-core.NullDereference)
      out[c][i] = s->old[c][at] + new_part * (out[c][i] - s->old[c][at]);
    }
  }
}

bool
source_stream_read(SourceStream* s, const Timeline* timeline, float* const* out,
                   uint32_t frames)
{
  for (uint32_t at = 0; at < frames;) {
    if (timeline_jumps_at(timeline, s->clock) &&
        !jump(s, timeline_song(timeline, s->clock))) {
      return false;
    }
    const int64_t until = timeline_next(timeline, s->clock) - s->clock;
    const uint32_t left = frames - at;
    const uint32_t n = until < (int64_t)left ? (uint32_t)until : left;
    float* const part[2] = {out[0] + at, out[1] ? out[1] + at : NULL};
    if (!s->source.pull(s->source.handle, part, n)) {
      return false;
    }
    fade_in(s, part, n);
    s->clock += n;
    at += n;
  }
  return true;
}
