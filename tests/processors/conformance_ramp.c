// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "scene.h"

/**
   @file
   No click: a low tone stays smooth while one parameter moves from its least
   to its most over 20 ms, and back.

   The largest step from sample to sample may be that of the tone at rest on
   either side, doubled, and what the gain adds if it covers its way within a
   twenty-fourth of that time, as a processor with a smoothing of its own may.
   A jump of 6 dB would be ten times as large.
*/

typedef struct {
  const TonProcessor* processor;
  uint32_t lanes;
  double rate;
  uint32_t ramp;
  Rig* rig;
  uint64_t at; ///< Frames played
  float last;  ///< Output
  double peak; ///< Of all played
} Player;

/// Play on; the largest step between two samples of lane 0
static double
steepest(Player* p, uint64_t frames)
{
  float* const x = ton_alloc(frames * p->lanes * sizeof(float));
  for (uint64_t i = 0; i < frames * p->lanes; ++i) {
    const double t = (double)(p->at + i / p->lanes) / p->rate;
    x[i] = (float)(0.25 * sin(2.0 * M_PI * 50.0 * t));
  }
  rig_run(p->rig, x, NULL, frames, 64);
  double most = 0.0;
  for (uint64_t i = 0; i < frames; ++i) {
    const float y = x[i * p->lanes];
    most = fmax(most, p->at + i ? fabs((double)y - (double)p->last) : 0.0);
    p->peak = fmax(p->peak, fabs((double)y));
    p->last = y;
  }
  p->at += frames;
  ton_free(x);
  return most;
}

static void
move_all(Player* p, const float* values)
{
  const bool alone = p->processor->flags & TON_ALONE;
  for (uint32_t lane = 0; lane < (alone ? 1 : p->lanes); ++lane) {
    rig_update(p->rig, lane, values, true, p->ramp);
  }
}

static void
move(const Subject* subject, double rate, uint32_t param)
{
  const TonProcessor* const type = subject->processor;
  float values[MAX_PARAMS];
  const uint32_t lanes = scene_lanes(type, 4);
  Player p = {.processor = type,
              .lanes = lanes,
              .rate = rate,
              .ramp = (uint32_t)(0.02 * rate),
              .rig = rig_open(type, lanes, rate, 64)};
  const uint64_t settle = (uint64_t)(0.15 * rate);
  scene_values(type, 3 + 2 * param, values);
  rig_update_all(p.rig, values);
  steepest(&p, settle);
  double at_rest = steepest(&p, settle / 2);
  scene_values(type, 4 + 2 * param, values);
  move_all(&p, values);
  double moving = steepest(&p, p.ramp + 100);
  steepest(&p, settle);
  at_rest = fmax(at_rest, steepest(&p, settle / 2));
  scene_values(type, 3 + 2 * param, values);
  move_all(&p, values);
  moving = fmax(moving, steepest(&p, p.ramp + 100));
  const double limit = 2.0 * at_rest + 24.0 * p.peak / p.ramp;
  if (moving > limit) {
    fail_msg("%s: %s steps by %.4g while it moves, %.4g at rest, limit %.4g",
             type->id, type->params[param].symbol, moving, at_rest, limit);
  }
  rig_close(p.rig);
}

void
conformance_ramp(const Subject* subject, double rate)
{
  const TonProcessor* const p = subject->processor;
  for (uint32_t i = 0; i < p->n_params; ++i) {
    if (p->params[i].flags & TON_AUTOMATE) {
      move(subject, rate, i);
    }
  }
}
