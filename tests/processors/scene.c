// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Input and settings that a test can make again, frame by frame.

#include "scene.h"

#include "base/memory.h"
#include "expect.h"
#include "signals.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_FRAMES = 4096 };

static float
input(uint32_t channel, uint64_t frame, double rate)
{
  static const double levels[] = {0.5, 0.003, 0.1, 1.0, 0.03, 0.25, 0.001};
  const uint64_t step = (frame + 211U * channel) / 701U;
  const double level = levels[(step + channel) % 7];
  const double hz = 60.0 * (channel + 1);
  const double turns = fmod(hz / rate * (double)frame, 1.0);
  const double noise = signal_random(900U + channel, frame);
  return (float)(level * (0.6 * sin(2.0 * M_PI * turns) + 0.4 * noise));
}

/// The input of a channel as far as it was asked for.  All processors are given the
/// same, and its sines took half the time of the whole test.
typedef struct {
  double rate;
  float* x;
  uint64_t n;
} InputSoFar;

float
scene_input(uint32_t channel, uint64_t frame, double rate)
{
  static InputSoFar all[CHANNELS];
  InputSoFar* const c = &all[channel];
  if (c->rate != rate) {
    c->rate = rate;
    c->n = 0;
  }
  if (frame >= c->n) {
    const uint64_t n = (frame / SCENE + 1) * SCENE;
    float* const x = realloc(c->x, n * sizeof(float)); // kept to the end
    assert_non_null(x);
    for (uint64_t i = c->n; i < n; ++i) {
      x[i] = input(channel, i, rate);
    }
    c->x = x;
    c->n = n;
  }
  return c->x[frame];
}

static float
between(const TonParam* p, double at)
{
  const double low = (double)p->min;
  const double high = isinf(p->max) ? low + 30.0 : (double)p->max;
  if (isinf(p->max) && at > 0.9) {
    return p->max;
  }
  if (p->spacing == TON_LOG && low > 0.0) {
    return fminf(p->max, (float)(low * pow(high / low, at)));
  }
  if (p->spacing == TON_LINEAR || p->spacing == TON_LOG) {
    return fminf(p->max, (float)(low + (high - low) * at));
  }
  return (float)(low + floor(at * 0.9999 * (high - low + 1.0)));
}

unsigned
scene_sets(const TonProcessor* processor)
{
  return 3 + 2 * processor->n_params;
}

void
scene_values(const TonProcessor* processor, unsigned set, float* values)
{
  ton_param_defaults(processor, values);
  for (unsigned i = 0; i < processor->n_params; ++i) {
    const TonParam* const p = &processor->params[i];
    if (set == 1 || set == 3 + 2 * i) {
      values[i] = p->min;
    } else if (set == 2 || set == 4 + 2 * i) {
      values[i] = p->max;
    } else if (set >= scene_sets(processor)) {
      values[i] = between(p, 0.5 + 0.5 * signal_random(set, i));
    }
  }
}

void
scene_change(const TonProcessor* processor, unsigned from, unsigned to,
             float* values)
{
  float target[MAX_PARAMS];
  scene_values(processor, from, values);
  scene_values(processor, to, target);
  for (unsigned i = 0; i < processor->n_params; ++i) {
    if (processor->params[i].flags & TON_AUTOMATE) {
      values[i] = target[i];
    }
  }
}

uint32_t
scene_lanes(const TonProcessor* processor, uint32_t lanes)
{
  return processor->flags & TON_ALONE ? 2 : lanes;
}

/// An instance with the same values in every lane
static void*
open_with(const TonProcessor* p, const float* values, double rate)
{
  const float* params[TON_MAX_LANES];
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    params[lane] = values;
  }
  const TonSpec spec = {rate, p->lanes, MAX_FRAMES, params, rig_resources};
  void* state = NULL;
  assert_int_equal(p->open(p, &spec, &state, NULL), TON_OK);
  return state;
}

uint32_t
scene_latency(const TonProcessor* processor, const float* values, double rate)
{
  void* const state = open_with(processor, values, rate);
  const uint32_t frames =
      processor->latency ? processor->latency(processor, state, values) : 0;
  processor->close(processor, state);
  return frames;
}

uint64_t
scene_tail(const TonProcessor* processor, const float* values, double rate)
{
  void* const state = open_with(processor, values, rate);
  const uint64_t frames =
      processor->tail ? processor->tail(processor, state, values) : 0;
  processor->close(processor, state);
  return frames;
}

uint64_t
scene_settle(const TonProcessor* processor, const float* values, double rate)
{
  if (!processor->settle) {
    return scene_tail(processor, values, rate);
  }
  void* const state = open_with(processor, values, rate);
  const uint64_t frames = processor->settle(processor, state, values);
  processor->close(processor, state);
  return frames;
}

/// Values of channel pair `pair`: the first three sets, then random ones
static unsigned
set_of(const TonProcessor* processor, uint32_t pair)
{
  return pair < 3 ? pair : scene_sets(processor) + pair;
}

static void
set_lanes(Rig* rig, const TonProcessor* processor, uint32_t lanes,
          uint32_t first, bool changed, uint32_t ramp)
{
  float values[MAX_PARAMS];
  const uint32_t updates = processor->flags & TON_ALONE ? 1 : lanes;
  for (uint32_t lane = 0; lane < updates; ++lane) {
    const uint32_t pair = (first + lane) / 2;
    const unsigned from = set_of(processor, pair);
    const unsigned to = scene_sets(processor) + 100 + pair;
    scene_change(processor, from, changed ? to : from, values);
    rig_update(rig, lane, values, pair % 4 != 3, ramp);
  }
}

/// Run from frame `from` to `to`, in blocks that start anew at each change
static void
play_part(Rig* rig, const Scene* scene, float* x, const float* sidechain,
          uint32_t lanes, uint64_t from, uint64_t to)
{
  for (uint64_t at = from, k = 0; at < to; ++k) {
    const double u = 0.5 + 0.5 * signal_random(5, at);
    const uint64_t any = 1 + (uint64_t)(u * u * 300.0);
    const uint64_t step = scene->block ? scene->block : any;
    const uint64_t n = step < to - at ? step : to - at;
    rig_run(rig, x + at * lanes, sidechain ? sidechain + at * lanes : NULL, n,
            MAX_FRAMES);
    at += n;
  }
}

static void
fill(const Scene* scene, float* x, float* sidechain, uint32_t lanes,
     uint32_t first)
{
  for (uint64_t i = 0; i < SCENE; ++i) {
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      const uint32_t c = first + lane;
      const uint32_t other =
          c / 2 % 2 && !scene->own_key ? (c + 5) % CHANNELS : c;
      x[i * lanes + lane] = scene_input(c, i, scene->rate);
      sidechain[i * lanes + lane] = scene_input(other, i, scene->rate);
    }
  }
}

static void
play_bank(const Subject* subject, const Scene* scene, uint32_t first,
          float* out)
{
  const TonProcessor* const p =
      subject->set->variant(subject->processor, scene->lanes);
  const uint32_t lanes = scene_lanes(p, scene->lanes);
  const size_t n = (size_t)SCENE * lanes;
  float* const x = ton_alloc(n * sizeof(float));
  float* const sidechain = ton_alloc(n * sizeof(float));
  const bool listens = (p->flags & TON_SIDECHAIN) && !scene->no_sidechain;
  Rig* const rig = rig_open(p, lanes, scene->rate, MAX_FRAMES);
  fill(scene, x, sidechain, lanes, first);
  if (scene->again) {
    set_lanes(rig, p, lanes, first, false, 0);
    rig_run(rig, x, listens ? sidechain : NULL, SCENE / 2, 512);
    rig_reset(rig);
    fill(scene, x, sidechain, lanes, first);
  }
  set_lanes(rig, p, lanes, first, false, 0);
  const uint64_t ramped = scene->stay ? SCENE : 3001;
  const uint64_t at_once = scene->stay ? SCENE : 5003;
  play_part(rig, scene, x, listens ? sidechain : NULL, lanes, 0, ramped);
  if (!scene->stay) {
    set_lanes(rig, p, lanes, first, true, 777);
  }
  play_part(rig, scene, x, listens ? sidechain : NULL, lanes, ramped, at_once);
  if (!scene->stay) {
    set_lanes(rig, p, lanes, first, false, 0);
  }
  play_part(rig, scene, x, listens ? sidechain : NULL, lanes, at_once, SCENE);
  for (size_t i = 0; i < n; ++i) {
    out[(first + i % lanes) * SCENE + i / lanes] = x[i];
  }
  rig_close(rig);
  ton_free(x);
  ton_free(sidechain);
}

float*
scene_play(const Subject* subject, const Scene* scene)
{
  float* const out = ton_alloc((size_t)CHANNELS * SCENE * sizeof(float));
  assert_non_null(out);
  const uint32_t lanes = scene_lanes(subject->processor, scene->lanes);
  for (uint32_t first = 0; first < CHANNELS; first += lanes) {
    play_bank(subject, scene, first, out);
  }
  return out;
}

void
scene_same(const Subject* subject, const float* a, const float* b,
           const char* what, const Scene* scene)
{
  for (size_t i = 0; i < (size_t)CHANNELS * SCENE; ++i) {
    if (memcmp(&a[i], &b[i], sizeof(float))) {
      fail_msg("%s, %s: channel %zu differs at frame %zu, %.9g and %.9g "
               "(%u lanes, blocks of %u, %g Hz)",
               subject->processor->id, what, i / SCENE, i % SCENE, (double)a[i],
               (double)b[i], scene->lanes, scene->block, scene->rate);
    }
  }
}
