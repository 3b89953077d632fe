// SPDX-License-Identifier: GPL-3.0-or-later
/// @file One processor with its memory fenced in, told what to do by a test.

#include "rig.h"

#include "base/memory.h"
#include "expect.h"

#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif
#if defined(__x86_64__)
#include <cpuid.h>
#endif

enum { GUARD = 256, MARK = 0xA5, MAX_METERS = 16 };

const TonResources* rig_resources;

_Thread_local int rig_on_air;

struct Rig {
  const TonProcessor* processor;
  TonSpec spec;
  void* state; ///< Null until the first block: then all values are known
  float values[TON_MAX_LANES][MAX_PARAMS];
  TonUpdate first[TON_MAX_LANES]; ///< Updates made before it was open
  float* x;         ///< The engine's block, with GUARD bytes behind
  float* sidechain; ///< Its side-chain
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
  rig->spec = (TonSpec){rate, lanes, max_frames, NULL, NULL};
  rig->x = ton_alloc(block_bytes(rig) + GUARD);
  rig->sidechain = ton_alloc(block_bytes(rig));
  assert_true(rig->x && rig->sidechain);
  memset((unsigned char*)rig->x + block_bytes(rig), MARK, GUARD);
  for (int i = 0; i < TON_MAX_LANES; ++i) {
    rig->on[i] = -1;
  }
  return rig;
}

static void
update(Rig* rig, const TonUpdate* u)
{
  enter(rig);
  rig->processor->update(rig->processor, rig->state, u);
  leave(rig);
}

/// Open the instance with what every lane was given, then give it again
static void
open_instance(Rig* rig)
{
  const float* params[TON_MAX_LANES];
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    params[lane] = rig->first[lane].params;
  }
  TonSpec spec = rig->spec;
  spec.params = params;
  spec.resources = rig_resources;
  TonError error = {0};
  if (rig->processor->open(rig->processor, &spec, &rig->state, &error)) {
    fail_msg("%s cannot be opened: %s", rig->processor->id, error.text);
  }
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    if (params[lane]) {
      update(rig, &rig->first[lane]);
    }
  }
}

void
rig_close(Rig* rig)
{
  rig->processor->close(rig->processor, rig->state);
  ton_free(rig->x);
  ton_free(rig->sidechain);
  ton_free(rig);
}

void
rig_update(Rig* rig, uint32_t lane, const float* values, bool pair,
           uint32_t ramp)
{
  const TonUpdate u = {lane, values, pair, ramp};
  if (rig->state) {
    update(rig, &u);
    return;
  }
  memcpy(rig->values[lane], values, rig->processor->n_params * sizeof(float));
  rig->first[lane] = (TonUpdate){lane, rig->values[lane], pair, 0};
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
  if (!rig->state) {
    open_instance(rig);
  }
  enter(rig);
  rig->processor->reset(rig->processor, rig->state);
  leave(rig);
}

void
rig_locate(Rig* rig, int64_t song_frame)
{
  if (!rig->state) {
    open_instance(rig);
  }
  if (rig->processor->locate) {
    enter(rig);
    rig->processor->locate(rig->processor, rig->state, song_frame);
    leave(rig);
  }
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

#if defined(__x86_64__)
/// The parts of the wide registers that plain code does not know are in use
static bool
wide_registers_used(void)
{
  enum { YMM = 1 << 2, ZMM = 1 << 6, TELLS = 1 << 2 };
  uint32_t a = 0;
  uint32_t b = 0;
  uint32_t c = 0;
  uint32_t d = 0;
  if (!__get_cpuid_count(0xD, 1, &a, &b, &c, &d) || !(a & TELLS)) {
    return false;
  }
  __asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(1));
  return a & (YMM | ZMM);
}
#else
static bool
wide_registers_used(void)
{
  return false;
}
#endif

static void
run_block(Rig* rig, float* x, const float* sidechain, uint32_t frames)
{
  const size_t bytes = (size_t)frames * rig->spec.lanes * sizeof(float);
  const size_t rest = block_bytes(rig) - bytes < GUARD ? 0 : GUARD;
  unsigned char* const behind = (unsigned char*)rig->x + bytes;
  memcpy(rig->x, x, bytes);
  if (sidechain) {
    memcpy(rig->sidechain, sidechain, bytes);
  }
  memset(behind, MARK, rest);
  const TonBlock block = {rig->x, sidechain ? rig->sidechain : NULL, rig->on,
                          rig->meters, frames};
  enter(rig);
  rig->processor->process(rig->processor, rig->state, &block);
  const bool used = wide_registers_used();
  leave(rig);
  if (used) {
    fail_msg(
        "%s (%u lanes) leaves the wide registers in use: plain code runs at "
        "a quarter of its speed; see ton_lanes_done()",
        rig->processor->id, rig->spec.lanes);
  }
  check_guard(rig, rest ? behind : (unsigned char*)rig->x + block_bytes(rig),
              "behind its block");
  memcpy(x, rig->x, bytes);
}

void
rig_run(Rig* rig, float* x, const float* sidechain, uint64_t frames,
        uint32_t block)
{
  const uint32_t lanes = rig->spec.lanes;
  if (!rig->state) {
    open_instance(rig);
  }
  while (frames) {
    const uint32_t n = frames < block ? (uint32_t)frames : block;
    run_block(rig, x, sidechain, n);
    x += (size_t)n * lanes;
    sidechain = sidechain ? sidechain + (size_t)n * lanes : NULL;
    frames -= n;
  }
}
