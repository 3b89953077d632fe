// SPDX-License-Identifier: GPL-3.0-or-later
/// @file An impulse response that is made when a processor asks for it.

#include "impulse_response.h"

#include "base/error.h"
#include "base/memory.h"
#include "signals.h"

#include <math.h>
#include <string.h>

int impulse_loaded;

float
impulse(uint32_t channel, uint64_t frame, double rate)
{
  const double t = (double)frame / rate;
  const double noise = signal_random(50U + channel, frame);
  return (float)(0.05 * noise * pow(10.0, -t)); // -60 dB in 3 s
}

static TonStatus
load(void* handle, const char* hash, double rate, TonPlanes* planes,
     TonError* error)
{
  (void)handle;
  if (strcmp(hash, "a space") != 0) {
    return ton_fail(error, TON_NOT_FOUND, "there is no \"%s\"", hash);
  }
  const uint64_t frames = (uint64_t)(IMPULSE_SECONDS * rate);
  float* const x = ton_alloc(2 * frames * sizeof(float));
  const float** const planar = ton_alloc(2 * sizeof(float*));
  if (!x || !planar) {
    ton_free(x);
    ton_free(planar);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint64_t i = 0; i < 2 * frames; ++i) {
    x[i] = impulse((uint32_t)(i / frames), i % frames, rate);
  }
  planar[0] = x;
  planar[1] = x + frames;
  *planes = (TonPlanes){planar, 2, frames, rate};
  ++impulse_loaded;
  return TON_OK;
}

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  ton_free((void*)(uintptr_t)planes->planes[0]);
  ton_free((void*)(uintptr_t)planes->planes);
  --impulse_loaded;
}

static const char* const hashes[] = {"a space", "a space"};
const TonResources impulse_resources = {hashes, NULL, load, unload};
