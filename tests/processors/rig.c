// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig.h"

#include "base/memory.h"
#include "expect.h"

#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { GUARD = 256, MARK = 0xA5, MAX_METERS = 16 };

_Thread_local int rig_on_air;

struct Rig {
  const TonProcessor* processor;
  TonSpec spec;
  unsigned char* room; ///< GUARD bytes, the state, GUARD bytes
  unsigned char* state;
  size_t size;
  float* x;   ///< The engine's block, with GUARD bytes behind
  float* key; ///< Its side-chain
  int32_t on[TON_MAX_LANES];
  float meters[MAX_METERS * TON_MAX_LANES];
  unsigned control; ///< The caller's floating-point modes
};

static void
enter(Rig* rig)
{
#if defined(__SSE2__)
  rig->control = _mm_getcsr();
  _mm_setcsr(rig->control | 0x8040); // flush to zero, denormals are zero
#endif
  rig_on_air = 1;
}

static void
leave(Rig* rig)
{
  rig_on_air = 0;
#if defined(__SSE2__)
  _mm_setcsr(rig->control);
#endif
}

static void
check_guard(const Rig* rig, const unsigned char* guard, const char* where)
{
  for (size_t i = 0; i < GUARD; ++i) {
    if (guard[i] != MARK) {
      fail_msg("%s wrote %s (%u lanes, %g Hz)", rig->processor->id, where,
               rig->spec.lanes, rig->spec.rate);
    }
  }
}

static size_t
block_bytes(const Rig* rig)
{
  return (size_t)rig->spec.max_frames * rig->spec.lanes * sizeof(float);
}

Rig*
rig_open(const TonProcessor* processor, uint32_t lanes, double rate,
         uint32_t max_frames)
{
  Rig* const rig = ton_alloc(sizeof(Rig));
  assert_non_null(rig);
  rig->processor = processor;
  rig->spec = (TonSpec){rate, lanes, max_frames};
  rig->size = processor->state_size(&rig->spec);
  rig->room = ton_alloc(rig->size + 2 * (size_t)GUARD);
  rig->x = ton_alloc(block_bytes(rig) + GUARD);
  rig->key = ton_alloc(block_bytes(rig));
  assert_true(rig->room && rig->x && rig->key);
  rig->state = rig->room + GUARD;
  memset(rig->room, MARK, GUARD);
  memset(rig->state + rig->size, MARK, GUARD);
  memset((unsigned char*)rig->x + block_bytes(rig), MARK, GUARD);
  for (int i = 0; i < TON_MAX_LANES; ++i) {
    rig->on[i] = -1;
  }
  if (processor->prepare) {
    processor->prepare(rig->state, &rig->spec);
  }
  return rig;
}

void
rig_close(Rig* rig)
{
  check_guard(rig, rig->room, "before its state");
  check_guard(rig, rig->state + rig->size, "behind its state");
  ton_free(rig->room);
  ton_free(rig->x);
  ton_free(rig->key);
  ton_free(rig);
}

void
rig_update(Rig* rig, uint32_t lane, const float* values, bool pair,
           uint32_t ramp)
{
  const TonUpdate update = {lane, values, pair, ramp};
  enter(rig);
  rig->processor->update(rig->state, &update);
  leave(rig);
}

void
rig_update_all(Rig* rig, const float* values)
{
  const bool alone = rig->processor->flags & TON_ALONE;
  for (uint32_t lane = 0; lane < (alone ? 1 : rig->spec.lanes); ++lane) {
    rig_update(rig, lane, values, true, 0);
  }
}

void
rig_reset(Rig* rig)
{
  if (!rig->processor->reset) {
    return; // it holds no sound
  }
  enter(rig);
  rig->processor->reset(rig->state);
  leave(rig);
}

int32_t*
rig_on(Rig* rig)
{
  return rig->on;
}

const float*
rig_meters(const Rig* rig)
{
  return rig->meters;
}

static void
run_block(Rig* rig, float* x, const float* key, uint32_t frames)
{
  const size_t bytes = (size_t)frames * rig->spec.lanes * sizeof(float);
  const size_t rest = block_bytes(rig) - bytes < GUARD ? 0 : GUARD;
  unsigned char* const behind = (unsigned char*)rig->x + bytes;
  memcpy(rig->x, x, bytes);
  if (key) {
    memcpy(rig->key, key, bytes);
  }
  memset(behind, MARK, rest);
  const TonBlock block = {rig->x, key ? rig->key : NULL, rig->on, rig->meters,
                          frames};
  enter(rig);
  rig->processor->process(rig->state, &block);
  leave(rig);
  check_guard(rig, rest ? behind : (unsigned char*)rig->x + block_bytes(rig),
              "behind its block");
  memcpy(x, rig->x, bytes);
}

void
rig_run(Rig* rig, float* x, const float* key, uint64_t frames, uint32_t block)
{
  const uint32_t lanes = rig->spec.lanes;
  while (frames) {
    const uint32_t n = frames < block ? (uint32_t)frames : block;
    run_block(rig, x, key, n);
    x += (size_t)n * lanes;
    key = key ? key + (size_t)n * lanes : NULL;
    frames -= n;
  }
}
