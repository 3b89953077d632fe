// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Same bits for any block, any lane, in place or not, after reset and
/// locate.

#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "scene.h"

#include <string.h>

static void
compare(const Subject* subject, const float* expected, const Scene* scene,
        const char* what)
{
  float* const played = scene_play(subject, scene);
  scene_same(subject, expected, played, what, scene);
  ton_free(played);
}

void
conformance_blocks(const Subject* subject, double rate)
{
  static const uint32_t blocks[] = {1, 37, 4096, 0};
  const uint32_t lanes = subject->set->lanes;
  float* const expected =
      scene_play(subject, &(Scene){.rate = rate, .lanes = lanes, .block = 64});
  for (int i = 0; i < 4; ++i) {
    compare(subject, expected,
            &(Scene){.rate = rate, .lanes = lanes, .block = blocks[i]},
            "another split into blocks");
  }
  ton_free(expected);
}

void
conformance_widths(const Subject* subject, double rate)
{
  float* const expected =
      scene_play(subject, &(Scene){.rate = rate, .lanes = 4, .block = 256});
  for (uint32_t lanes = 8; lanes <= subject->set->lanes; lanes *= 2) {
    compare(subject, expected,
            &(Scene){.rate = rate, .lanes = lanes, .block = 256},
            "another vector width");
  }
  ton_free(expected);
}

void
conformance_reset(const Subject* subject, double rate)
{
  const uint32_t lanes = subject->set->lanes;
  Scene scene = {.rate = rate, .lanes = lanes, .block = 256, .stay = true};
  float* const expected = scene_play(subject, &scene);
  scene.again = true;
  compare(subject, expected, &scene, "after a reset");
  ton_free(expected);
}

void
conformance_sidechain(const Subject* subject, double rate)
{
  if (!(subject->processor->flags & TON_SIDECHAIN)) {
    return;
  }
  const uint32_t lanes = subject->set->lanes;
  Scene scene = {.rate = rate, .lanes = lanes, .block = 256, .own_key = true};
  float* const expected = scene_play(subject, &scene);
  scene.own_key = false;
  scene.no_sidechain = true;
  compare(subject, expected, &scene, "without a side-chain");
  ton_free(expected);
}

void
conformance_lanes_off(const Subject* subject, double rate)
{
  enum { N = 600 };
  const TonProcessor* const p =
      subject->set->variant(subject->processor, subject->set->lanes);
  const uint32_t lanes = scene_lanes(p, subject->set->lanes);
  float values[MAX_PARAMS];
  float* const x = ton_alloc(N * lanes * sizeof(float));
  float* const was = ton_alloc(N * lanes * sizeof(float));
  scene_values(p, scene_sets(p) + 1, values);
  Rig* const rig = rig_open(p, lanes, rate, N);
  rig_update_all(rig, values);
  for (uint32_t lane = 0; lane < lanes; ++lane) {
    rig_on(rig)[lane] = lanes > 2 && lane / 2 % 2 ? -1 : 0;
  }
  for (uint32_t i = 0; i < N * lanes; ++i) {
    x[i] = scene_input(i % lanes, i / lanes, rate);
    const uint32_t odd[] = {0x80000000U, 1U, 0x7FC12345U, 0xFF800000U};
    if (i % 7 < 4 && !rig_on(rig)[i % lanes]) {
      memcpy(&x[i], &odd[i % 7], sizeof(float)); // -0, denormal, NaN, -inf
    }
  }
  memcpy(was, x, N * lanes * sizeof(float));
  rig_run(rig, x, NULL, N, 64);
  for (uint32_t i = 0; i < N * lanes; ++i) {
    if (!rig_on(rig)[i % lanes] && memcmp(&x[i], &was[i], sizeof(float))) {
      fail_msg("%s: lane %u is off, yet frame %u changed", p->id, i % lanes,
               i / lanes);
    }
  }
  rig_close(rig);
  ton_free(x);
  ton_free(was);
}

/// Play with values that call themselves neutral: only a delay may be left
static void
expect_untouched(const Subject* subject, const float* values, double rate)
{
  enum { N = 4000 };
  const TonProcessor* const p = subject->processor;
  const uint32_t lanes = scene_lanes(p, 4);
  const uint32_t late = scene_latency(p, values, rate);
  float* const x = ton_alloc(N * lanes * sizeof(float));
  for (uint32_t i = 0; i < N * lanes; ++i) {
    x[i] = scene_input(i % lanes, i / lanes, rate);
  }
  Rig* const rig = rig_open(p, lanes, rate, N);
  rig_update_all(rig, values);
  rig_run(rig, x, NULL, N, 100);
  for (uint32_t i = late * lanes; i < N * lanes; ++i) {
    const float in = scene_input(i % lanes, i / lanes - late, rate);
    if (x[i] != in) {
      fail_msg("%s calls itself neutral, yet %.9g became %.9g", p->id,
               (double)in, (double)x[i]);
    }
  }
  rig_close(rig);
  ton_free(x);
}

void
conformance_neutral(const Subject* subject, double rate)
{
  const TonProcessor* const p = subject->processor;
  if (!p->neutral) {
    return;
  }
  float values[MAX_PARAMS];
  unsigned found = 0;
  for (unsigned set = 0; set < scene_sets(p) && found < 24; ++set) {
    scene_values(p, set, values);
    for (uint32_t zero = 0; zero <= p->n_params && found < 24; ++zero) {
      if (zero < p->n_params) { // and with one parameter at zero beside it
        const TonParam* const a = &p->params[zero];
        scene_values(p, set, values);
        values[zero] = fminf(a->max, fmaxf(a->min, 0.0F));
      }
      if (p->neutral(p, values)) {
        expect_untouched(subject, values, rate);
        ++found;
      }
    }
  }
  if (!found) {
    fail_msg("%s has neutral(), yet no values near its defaults are", p->id);
  }
}
