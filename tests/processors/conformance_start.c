// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A start inside the song: an instance placed by locate() and run for as long
   as the processor says that it settles differs from one that has run since the
   beginning by at most -140 dBFS.
*/
#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "scene.h"

enum { BLOCK = 512, COMPARED = 2400, SETS = 5, TRIES = 400, MOST_S = 14 };

/// Where the second instance begins: at, beside and far from multiples of the
/// groups of frames that processors work in
static const uint64_t starts[] = {9600, 10007, 23999};

enum { STARTS = 3 };

/// Peaks of -12 dBFS, as on a track: what a long reverb rounds away from frame
/// to frame lies 146 dB below its level, and depends on all that came before
static const float TRACK = 0.25F;

/// The scene's input from a frame of the song, run in place
static float*
run(Rig* rig, uint32_t lanes, double rate, uint64_t from, uint64_t frames)
{
  float* const x = ton_alloc(frames * lanes * sizeof(float));
  assert_non_null(x);
  for (uint64_t i = 0; i < frames * lanes; ++i) {
    const uint32_t lane = (uint32_t)(i % lanes);
    x[i] = TRACK * scene_input(lane, from + i / lanes, rate);
  }
  rig_run(rig, x, NULL, frames, BLOCK);
  return x;
}

static void
compare(const Subject* subject, const float* values, double rate, unsigned set)
{
  const TonProcessor* const p = subject->processor;
  const uint32_t lanes = scene_lanes(p, 4);
  const uint64_t settle = scene_settle(p, values, rate);
  const uint64_t frames = settle + starts[STARTS - 1] + COMPARED;
  Rig* const whole = rig_open(p, lanes, rate, BLOCK);
  rig_update_all(whole, values);
  float* const song = run(whole, lanes, rate, 0, frames);
  for (int k = 0; k < STARTS; ++k) {
    Rig* const part = rig_open(p, lanes, rate, BLOCK);
    rig_update_all(part, values);
    rig_locate(part, (int64_t)starts[k]);
    float* const x = run(part, lanes, rate, starts[k], settle + COMPARED);
    double most = 0.0;
    for (uint64_t i = settle * lanes; i < (settle + COMPARED) * lanes; ++i) {
      const double expected = (double)song[starts[k] * lanes + i];
      most = fmax(most, fabs((double)x[i] - expected));
    }
    if (!(most <= 1e-7)) {
      fail_msg("%s, started at frame %llu with values number %u: %.1f dBFS "
               "from the whole render after %.2f s",
               p->id, (unsigned long long)starts[k], set, 20.0 * log10(most),
               (double)settle / rate);
    }
    rig_close(part);
    ton_free(x);
  }
  rig_close(whole);
  ton_free(song);
}

/// The defaults, and random values that are soon settled
void
conformance_start(const Subject* subject, double rate)
{
  const TonProcessor* const p = subject->processor;
  float values[MAX_PARAMS];
  scene_values(p, 0, values);
  compare(subject, values, rate, 0);
  unsigned found = 0;
  for (unsigned k = 0; k < TRIES && found < SETS; ++k) {
    const unsigned set = scene_sets(p) + k;
    scene_values(p, set, values);
    if (scene_settle(p, values, rate) < MOST_S * (uint64_t)rate) {
      compare(subject, values, rate, set);
      ++found;
    }
  }
  assert_true(found);
}
