// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Stems, recordings and test processors in memory.

#include "rig.h"

#include "base/memory.h"
#include "expect.h"
#include "signals.h"

#include <string.h>

static bool
pull(void* handle, float* const* out, uint32_t frames)
{
  RigStem* const stem = handle;
  for (uint32_t i = 0; i < frames; ++i, ++stem->at) {
    for (uint32_t c = 0; c < stem->source.channels; ++c) {
      out[c][i] =
          stem->at < stem->source.frames ? stem->planar[c][stem->at] : 0.0F;
    }
  }
  return true;
}

static bool
seek(void* handle, uint64_t frame)
{
  ((RigStem*)handle)->at = frame;
  return true;
}

const TonSource*
rig_stem(RigStem* stem, const float* const* planar, uint32_t channels,
         uint64_t frames)
{
  *stem = (RigStem){planar, 0, {stem, pull, seek, channels, frames}};
  return &stem->source;
}

bool
rig_take_push(void* handle, const float* const* in, uint32_t frames)
{
  RigTake* const take = handle;
  if (take->frames + frames > take->capacity) {
    take->capacity = 2 * (take->frames + frames);
    for (int c = 0; c < 2; ++c) {
      take->planar[c] =
          realloc(take->planar[c], take->capacity * sizeof(float));
    }
  }
  for (int c = 0; c < 2; ++c) {
    memcpy(take->planar[c] + take->frames, in[c], frames * sizeof(float));
  }
  take->frames += frames;
  return true;
}

TonSink
rig_take(RigTake* take)
{
  *take = (RigTake){0};
  return (TonSink){take, rig_take_push};
}

void
rig_take_free(RigTake* take)
{
  free(take->planar[0]);
  free(take->planar[1]);
}

void
rig_noise(float* x, uint64_t frames, uint64_t seed)
{
  for (uint64_t i = 0; i < frames; ++i) {
    x[i] = (float)(floor(signal_random(seed, i) * 4194304.0) / 8388608.0);
  }
}

void
rig_render(const TonGraph* graph, TonRun run)
{
  TonEngine* engine = NULL;
  TonError error = {0};
  if (ton_engine_new(graph, &run, &engine, &error) ||
      ton_engine_render(engine, &error)) {
    fail_msg("%s", error.text);
  }
  ton_engine_free(engine);
}

uint64_t
rig_hash(const RigTake* take)
{
  uint64_t hash = 0xCBF29CE484222325U;
  for (int c = 0; c < 2; ++c) {
    const unsigned char* const bytes = (const unsigned char*)take->planar[c];
    for (uint64_t i = 0; i < take->frames * sizeof(float); ++i) {
      hash = (hash ^ bytes[i]) * 0x100000001B3U;
    }
  }
  return hash;
}

enum { RING = 4096 };

typedef struct {
  uint32_t lanes;
  uint32_t frames[TON_MAX_LANES];
  uint64_t at;
  float ring[TON_MAX_LANES][RING];
} Ring;

static TonStatus
ring_open(const TonProcessor* self, const TonSpec* spec, void** state,
          TonError* error)
{
  (void)self;
  (void)error;
  Ring* const r = ton_alloc(sizeof(Ring));
  *state = r;
  if (r) {
    r->lanes = spec->lanes;
  }
  return r ? TON_OK : TON_NO_MEMORY;
}

static void
ring_close(const TonProcessor* self, void* state)
{
  (void)self;
  ton_free(state);
}

static void
ring_update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  (void)self;
  ((Ring*)state)->frames[u->lane] = (uint32_t)u->params[0];
}

static void
ring_process(const TonProcessor* self, void* state, const TonBlock* block)
{
  (void)self;
  Ring* const r = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += r->lanes, ++r->at) {
    for (uint32_t lane = 0; lane < r->lanes; ++lane) {
      r->ring[lane][r->at % RING] = x[lane];
      if (block->on[lane]) {
        x[lane] = r->ring[lane][(r->at + RING - r->frames[lane]) % RING];
      }
    }
  }
}

static void
broken_process(const TonProcessor* self, void* state, const TonBlock* block)
{
  (void)self;
  Ring* const r = state;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += r->lanes, ++r->at) {
    for (uint32_t lane = 0; lane < r->lanes; ++lane) {
      x[lane] = block->on[lane] && r->at >= 1000 ? NAN : x[lane];
    }
  }
}

static uint32_t
ring_latency(const TonProcessor* self, const void* state, const float* params)
{
  (void)self;
  (void)state;
  return (uint32_t)params[0];
}

static const TonParam ring_params[] = {
    {.symbol = "frames", .name = "Frames", .help = "Later", .max = RING - 1},
};

const TonProcessor rig_latency = {
    .id = "rig-latency",
    .params = ring_params,
    .n_params = 1,
    .open = ring_open,
    .close = ring_close,
    .update = ring_update,
    .process = ring_process,
    .latency = ring_latency,
};

const TonProcessor rig_broken = {
    .id = "rig-broken",
    .params = ring_params,
    .n_params = 1,
    .open = ring_open,
    .close = ring_close,
    .update = ring_update,
    .process = broken_process,
};
