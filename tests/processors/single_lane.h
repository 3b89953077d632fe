// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_LONE_H
#define TON_TESTS_PROCESSORS_LONE_H

#include "base/memory.h"
#include "expect.h"

#include <tonmeister/processor.h>

#include <string.h>

/**
   @file
   A processor on one or two of the lanes of a bank, for measurements.
*/

enum { LONE_BLOCK = 512, LONE_PARAMS = 256 };

/// Set "symbol=value ..." on top of what is in `values`
static inline void
lone_set(const TonProcessor* p, const char* settings, float* values)
{
  char text[1024];
  snprintf(text, sizeof(text), "%s", settings);
  char* rest = NULL;
  for (char* item = strtok_r(text, " ", &rest); item;
       item = strtok_r(NULL, " ", &rest)) {
    char* const equals = strchr(item, '=');
    assert_non_null(equals);
    *equals = '\0';
    const TonParam* const param = ton_param(p, item);
    TonError error;
    if (!param || ton_param_parse(param, equals + 1, &values[param - p->params],
                                  &error)) {
      fail_msg("%s=%s: %s", item, equals + 1, param ? error.text : "no such");
    }
  }
}

static inline void
lone_values(const TonProcessor* p, const char* settings, float* values)
{
  ton_param_defaults(p, values);
  lone_set(p, settings, values);
}

/// An open instance, all lanes with these values (null: the defaults)
static inline void*
lone_state(const TonProcessor* p, double rate, const float* values)
{
  ton_expect_rate = rate;
  float defaults[LONE_PARAMS];
  const float* params[TON_MAX_LANES];
  ton_param_defaults(p, defaults);
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    params[lane] = values ? values : defaults;
  }
  const TonSpec spec = {rate, p->lanes, LONE_BLOCK, params, NULL};
  void* state = NULL;
  TonError error;
  if (p->open(p, &spec, &state, &error)) {
    fail_msg("%s", error.text);
  }
  return state;
}

/// Latency and tail of an instance with these values
static inline uint32_t
lone_latency(const TonProcessor* p, double rate, const float* values)
{
  void* const state = lone_state(p, rate, values);
  const uint32_t frames = p->latency ? p->latency(p, state, values) : 0;
  p->close(p, state);
  return frames;
}

static inline uint64_t
lone_tail(const TonProcessor* p, double rate, const float* values)
{
  void* const state = lone_state(p, rate, values);
  const uint64_t frames = p->tail ? p->tail(p, state, values) : 0;
  p->close(p, state);
  return frames;
}

static inline void
lone_update(const TonProcessor* p, void* state, uint32_t lane,
            const float* values, bool pair, uint32_t ramp)
{
  p->update(p, state, &(TonUpdate){lane, values, pair, ramp});
}

/// Run frames of one channel (right may be null) on lanes `lane` and lane + 1;
/// the other lanes are off and hold a mark that must survive
static inline void
lone_run(const TonProcessor* p, void* state, uint32_t lane, float* left,
         float* right, uint32_t frames)
{
  static float x[LONE_BLOCK * TON_MAX_LANES] __attribute__((aligned(64)));
  int32_t on[TON_MAX_LANES] = {0};
  on[lane] = -1;
  if (right) {
    on[lane + 1] = -1;
  }
  for (uint32_t done = 0; done < frames;) {
    const uint32_t n = frames - done < LONE_BLOCK ? frames - done : LONE_BLOCK;
    for (uint32_t i = 0; i < n * p->lanes; ++i) {
      x[i] = -0.0F;
    }
    for (uint32_t i = 0; i < n; ++i) {
      x[i * p->lanes + lane] = left[done + i];
      if (right) {
        x[i * p->lanes + lane + 1] = right[done + i];
      }
    }
    p->process(p, state, &(TonBlock){x, NULL, on, NULL, n});
    for (uint32_t i = 0; i < n; ++i) {
      left[done + i] = x[i * p->lanes + lane];
      x[i * p->lanes + lane] = -0.0F;
      if (right) {
        right[done + i] = x[i * p->lanes + lane + 1];
        x[i * p->lanes + lane + 1] = -0.0F;
      }
    }
    for (uint32_t i = 0; i < n * p->lanes; ++i) {
      assert_true(x[i] == 0.0F && signbit(x[i]));
    }
    done += n;
  }
}

/// Settings on both channels of a fresh state, from the first frame on
static inline void
lone_apply(const TonProcessor* p, double rate, const char* settings,
           float* left, float* right, uint32_t frames)
{
  float values[LONE_PARAMS];
  lone_values(p, settings, values);
  void* const state = lone_state(p, rate, values);
  lone_update(p, state, 0, values, right != NULL, 0);
  if (right) {
    lone_update(p, state, 1, values, true, 0);
  }
  lone_run(p, state, 0, left, right, frames);
  p->close(p, state);
}

/// A pair in double on lanes 0 and 1 of a fresh state; a side-chain (or null) is heard
/// on both
typedef struct {
  const double* left;
  const double* right;
  const double* sidechain;
  double* out_left;
  double* out_right;
} LonePair;

static inline void
lone_pair_block(const TonProcessor* p, void* state, const LonePair* io,
                uint32_t at, uint32_t n)
{
  static float x[LONE_BLOCK * TON_MAX_LANES] __attribute__((aligned(64)));
  static float k[LONE_BLOCK * TON_MAX_LANES] __attribute__((aligned(64)));
  const int32_t on[TON_MAX_LANES] = {-1, -1};
  for (uint32_t i = 0; i < n; ++i) {
    x[i * p->lanes] = (float)io->left[at + i];
    x[i * p->lanes + 1] = (float)io->right[at + i];
    k[i * p->lanes] = io->sidechain ? (float)io->sidechain[at + i] : 0.0F;
    k[i * p->lanes + 1] = k[i * p->lanes];
  }
  p->process(p, state, &(TonBlock){x, io->sidechain ? k : NULL, on, NULL, n});
  for (uint32_t i = 0; i < n; ++i) {
    io->out_left[at + i] = (double)x[i * p->lanes];
    io->out_right[at + i] = (double)x[i * p->lanes + 1];
  }
}

static inline void
lone_pair(const TonProcessor* p, double rate, const char* settings,
          const LonePair* io, uint32_t frames)
{
  float values[LONE_PARAMS];
  lone_values(p, settings, values);
  void* const state = lone_state(p, rate, values);
  lone_update(p, state, 0, values, true, 0);
  lone_update(p, state, 1, values, true, 0);
  for (uint32_t at = 0; at < frames; at += LONE_BLOCK) {
    const uint32_t rest = frames - at;
    lone_pair_block(p, state, io, at, rest < LONE_BLOCK ? rest : LONE_BLOCK);
  }
  p->close(p, state);
}

#endif
