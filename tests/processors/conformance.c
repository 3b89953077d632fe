// SPDX-License-Identifier: GPL-3.0-or-later
#include "conformance.h"

#include "base/memory.h"
#include "dsp/denormal.h"
#include "expect.h"
#include "signals.h"

#include <string.h>

enum { FRAMES = 12000 };

/// A processor running over a buffer of lanes
typedef struct {
  const TonProcessor* type;
  uint32_t lanes;
  double rate;
  void* state;
  int32_t on[TON_MAX_LANES];
} Bench;

static Bench
open_bench(const TonProcessor* p, uint32_t width, double rate,
           const float* values)
{
  const bool alone = p->flags & TON_ALONE;
  Bench b = {.type = ton_processor_lanes(p, width),
             .lanes = alone ? 2 : width,
             .rate = rate};
  const TonSpec spec = {rate, b.lanes, 4096};
  b.state = ton_alloc(b.type->state_size(&spec));
  assert_non_null(b.state);
  if (b.type->prepare) {
    b.type->prepare(b.state, &spec);
  }
  for (uint32_t lane = 0; lane < b.lanes; ++lane) {
    b.on[lane] = -1;
    const TonUpdate u = {lane, values, true, 0};
    if (!alone || lane == 0) {
      b.type->update(b.state, &u);
    }
  }
  return b;
}

static void
run(Bench* b, float* x, uint32_t frames, uint32_t block)
{
  float* const room = ton_alloc(4096 * TON_MAX_LANES * sizeof(float));
  float* const meters = ton_alloc(16 * TON_MAX_LANES * sizeof(float));
  for (uint32_t at = 0; at < frames;) {
    const uint32_t n = frames - at < block ? frames - at : block;
    const size_t bytes = (size_t)n * b->lanes * sizeof(float);
    memcpy(room, x + (size_t)at * b->lanes, bytes);
    const TonBlock t = {room, NULL, b->on, meters, n};
    b->type->process(b->state, &t);
    memcpy(x + (size_t)at * b->lanes, room, bytes);
    at += n;
  }
  ton_free(room);
  ton_free(meters);
}

static float*
noise(uint32_t lanes, uint32_t frames)
{
  float* const x = malloc((size_t)frames * lanes * sizeof(float));
  for (uint32_t i = 0; i < frames; ++i) {
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      const double loud = 0.1 + 0.4 * (i / 3000 % 2);
      x[(size_t)i * lanes + lane] =
          (float)(loud * signal_random(lane % 4 + 1, i));
    }
  }
  return x;
}

static void
table_is_sane(const TonProcessor* p)
{
  assert_true(p->id && p->name && p->category && p->help);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    const TonParam* const a = &p->params[i];
    assert_true(a->symbol && a->name && a->help && strlen(a->name) <= 20);
    assert_true(a->min <= a->def && a->def <= a->max && a->min < a->max);
    assert_int_equal(a->offset, i * sizeof(float));
    assert_int_equal(strspn(a->symbol, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                     strlen(a->symbol));
    if (a->spacing == TON_CHOICE) {
      for (int k = 0; k <= (int)a->max; ++k) {
        assert_non_null(a->choices[k]);
      }
      assert_null(a->choices[(int)a->max + 1]);
    }
    for (uint32_t k = 0; k < i; ++k) {
      assert_string_not_equal(a->symbol, p->params[k].symbol);
    }
    // what is printed reads back
    char text[64];
    float back = NAN;
    ton_param_print(a, a->def, text, sizeof(text));
    assert_int_equal(ton_param_parse(a, text, &back, NULL), TON_OK);
    assert_true(fabsf(back - a->def) <= 1e-6F * fabsf(a->def));
  }
}

/// Values number `k`: defaults, all lowest, all highest, then random
static void
some_values(const TonProcessor* p, int k, float* values)
{
  for (uint32_t i = 0; i < p->n_params; ++i) {
    const TonParam* const a = &p->params[i];
    const double u = 0.5 + 0.5 * signal_random((uint64_t)k * 977 + 5, i);
    float v = (float)((double)a->min + u * (double)(a->max - a->min));
    if (a->spacing >= TON_INTEGER) {
      v = rintf(v);
    }
    values[i] = k == 0 ? a->def : k == 1 ? a->min : k == 2 ? a->max : v;
  }
}

static bool
all_finite(const float* x, size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    if (!isfinite(x[i])) {
      return false;
    }
  }
  return true;
}

static void
blocks_do_not_show(const TonProcessor* p, uint32_t width, double rate,
                   const float* values)
{
  Bench a = open_bench(p, width, rate, values);
  float* const whole = noise(a.lanes, FRAMES);
  run(&a, whole, FRAMES, 4096);
  if (!all_finite(whole, (size_t)FRAMES * a.lanes)) {
    fail_msg("%s: not finite at %.0f Hz", p->id, rate);
  }
  static const uint32_t blocks[] = {1, 37, 64};
  for (int i = 0; i < 3; ++i) {
    Bench b = open_bench(p, width, rate, values);
    float* const x = noise(b.lanes, FRAMES);
    run(&b, x, FRAMES, blocks[i]);
    if (memcmp(x, whole, (size_t)FRAMES * b.lanes * sizeof(float)) != 0) {
      fail_msg("%s: blocks of %u frames show at %.0f Hz, %u lanes", p->id,
               blocks[i], rate, width);
    }
    ton_free(b.state);
    free(x);
  }
  // reset is as good as new
  if (p->reset) {
    a.type->reset(a.state);
    float* const x = noise(a.lanes, FRAMES);
    run(&a, x, FRAMES, 512);
    if (memcmp(x, whole, (size_t)FRAMES * a.lanes * sizeof(float)) != 0) {
      fail_msg("%s: reset is not as good as new", p->id);
    }
    free(x);
  }
  ton_free(a.state);
  free(whole);
}

static void
widths_agree(const TonProcessor* p, const float* values)
{
  if (p->flags & TON_ALONE) {
    return;
  }
  Bench a = open_bench(p, 4, 48000.0, values);
  float* const four = noise(4, FRAMES);
  run(&a, four, FRAMES, 512);
  const bool listed = ton_processor(p->id) != NULL;
  for (uint32_t width = 8; listed && width <= ton_machine_lanes(); width *= 2) {
    Bench b = open_bench(p, width, 48000.0, values);
    float* const x = noise(width, FRAMES);
    run(&b, x, FRAMES, 512);
    for (uint32_t i = 0; i < FRAMES; ++i) {
      if (memcmp(x + (size_t)i * width, four + (size_t)i * 4, 16) != 0) {
        fail_msg("%s: %u lanes differ from 4 at frame %u", p->id, width, i);
      }
    }
    ton_free(b.state);
    free(x);
  }
  ton_free(a.state);
  free(four);
}

static void
lanes_off_pass(const TonProcessor* p, uint32_t width, const float* values)
{
  Bench b = open_bench(p, width, 48000.0, values);
  float* const x = noise(b.lanes, FRAMES);
  float* const was = noise(b.lanes, FRAMES);
  x[0] = was[0] = -0.0F;
  for (uint32_t lane = 0; lane < b.lanes; ++lane) {
    b.on[lane] = lane / 2 % 2 && !(p->flags & TON_ALONE) ? -1 : 0;
  }
  run(&b, x, FRAMES, 512);
  for (uint32_t i = 0; i < FRAMES * b.lanes; ++i) {
    if (!b.on[i % b.lanes] && memcmp(x + i, was + i, 4) != 0) {
      fail_msg("%s: a lane that is off was touched", p->id);
    }
  }
  ton_free(b.state);
  free(x);
  free(was);
}

static void
bad_input_does_not_stick(const TonProcessor* p, uint32_t width,
                         const float* values)
{
  Bench b = open_bench(p, width, 48000.0, values);
  float* x = noise(b.lanes, FRAMES);
  for (uint32_t lane = 0; lane < b.lanes; ++lane) {
    x[100 * b.lanes + lane] = lane % 3 ? NAN : INFINITY;
    x[101 * b.lanes + lane] = 1e30F;
  }
  run(&b, x, FRAMES, 512);
  free(x);
  for (int k = 0; k < 8; ++k) {
    x = noise(b.lanes, FRAMES);
    run(&b, x, FRAMES, 512);
    if (k == 7 && !all_finite(x, (size_t)FRAMES * b.lanes)) {
      fail_msg("%s: something that is not a number stayed", p->id);
    }
    free(x);
  }
  ton_free(b.state);
}

/// Impulse in, main peak out: at the reported latency (default values)
static void
latency_is_true(const TonProcessor* p, const float* values, double rate)
{
  if (!p->latency) {
    return;
  }
  const uint32_t latency = p->latency(values, rate);
  Bench b = open_bench(p, 4, rate, values);
  float* const x = calloc((size_t)FRAMES * b.lanes, sizeof(float));
  x[10 * b.lanes] = 1e-3F;
  x[10 * b.lanes + 1] = 1e-3F;
  run(&b, x, FRAMES, 512);
  uint32_t peak = 0;
  for (uint32_t i = 0; i < FRAMES; ++i) {
    if (fabsf(x[i * b.lanes]) > fabsf(x[peak * b.lanes])) {
      peak = i;
    }
  }
  if (peak != 10 + latency) {
    fail_msg("%s: reports %u frames, takes %u", p->id, latency, peak - 10);
  }
  ton_free(b.state);
  free(x);
}

static void
silence_stays_silence(const TonProcessor* p, const float* values)
{
  Bench b = open_bench(p, 4, 48000.0, values);
  float* const x = calloc((size_t)FRAMES * b.lanes, sizeof(float));
  run(&b, x, FRAMES, 512);
  for (uint32_t i = 0; i < FRAMES * b.lanes; ++i) {
    if (fabsf(x[i]) > 1e-6F) {
      fail_msg("%s: sounds without being asked", p->id);
    }
  }
  ton_free(b.state);
  free(x);
}

/// A processor outside the list has the width it was compiled for
static uint32_t
widest(const TonProcessor* p)
{
  return ton_processor(p->id) ? ton_machine_lanes() : p->lanes;
}

void
conformance(const TonProcessor* p)
{
  float values[256];
  static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};
  ton_denormals_off();
  table_is_sane(p);
  for (int k = 0; k < 6; ++k) {
    some_values(p, k, values);
    for (int r = 0; r < 4; ++r) {
      blocks_do_not_show(p, r % 2 ? 4 : widest(p), rates[r], values);
    }
    widths_agree(p, values);
    lanes_off_pass(p, widest(p), values);
    bad_input_does_not_stick(p, 4, values);
  }
  ton_param_defaults(p, values);
  for (int r = 0; r < 4; ++r) {
    latency_is_true(p, values, rates[r]);
  }
  silence_stays_silence(p, values);
}
