// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"

#include <tonmeister/audio_file.h>

#include <soxr.h>

struct TonResampler {
  soxr_t soxr;
  uint32_t from;
  uint32_t to;
  uint32_t channels;
  uint64_t in; ///< Frames so far
  uint64_t out;
};

TonStatus
ton_resampler_new(uint32_t from, uint32_t to, uint32_t channels,
                  TonResampler** resampler, TonError* error)
{
  TonResampler* const r = ton_alloc(sizeof(TonResampler));
  if (!r) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_error_t why = NULL;
  *r = (TonResampler){NULL, from, to, channels, 0, 0};
  r->soxr = soxr_create(from, to, channels, &why, &io, &quality, &runtime);
  if (why) {
    ton_free(r);
    return ton_fail(error, TON_UNSUPPORTED, "%u Hz cannot become %u Hz: %s",
                    from, to, why);
  }
  *resampler = r;
  return TON_OK;
}

/// Frames there must be in all for the frames put in: ceil(n to / from)
static uint64_t
due(const TonResampler* r)
{
  return (r->in * r->to + r->from - 1) / r->from;
}

TonStatus
ton_resampler_run(TonResampler* r, const float* const* in, uint32_t frames,
                  bool end, float* const* out, uint32_t room, uint32_t* got,
                  TonError* error)
{
  size_t used = 0;
  size_t made = 0;
  const soxr_error_t why =
      soxr_process(r->soxr, end && !frames ? NULL : (const void*)(uintptr_t)in,
                   frames, &used, (void*)(uintptr_t)out, room, &made);
  if (why || used != frames) {
    return ton_fail(error, TON_NO_MEMORY, "conversion of the rate failed: %s",
                    why ? why : "no room for the result");
  }
  r->in += frames;
  const uint64_t left = due(r) - r->out;
  *got = end && made > left ? (uint32_t)left : (uint32_t)made;
  r->out += *got;
  return TON_OK;
}

void
ton_resampler_free(TonResampler* r)
{
  if (r) {
    soxr_delete(r->soxr);
    ton_free(r);
  }
}
