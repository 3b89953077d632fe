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
/// to frame lies 136 to 146 dB below its level, and depends on all that came before
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

/// Largest difference of a start at `from` from the whole render, settled
static double
difference(const TonProcessor* p, const float* values, double rate,
           uint64_t from, const float* song)
{
  const uint32_t lanes = scene_lanes(p, 4);
  const uint64_t settle = scene_settle(p, values, rate);
  Rig* const part = rig_open(p, lanes, rate, BLOCK);
  rig_update_all(part, values);
  rig_locate(part, (int64_t)from);
  float* const x = run(part, lanes, rate, from, settle + COMPARED);
  double most = 0.0;
  for (uint64_t i = settle * lanes; i < (settle + COMPARED) * lanes; ++i) {
    most = fmax(most, fabs((double)x[i] - (double)song[from * lanes + i]));
  }
  rig_close(part);
  ton_free(x);
  return most;
}

double
conformance_start_db(const TonProcessor* p, const float* values, double rate)
{
  const uint32_t lanes = scene_lanes(p, 4);
  const uint64_t settle = scene_settle(p, values, rate);
  Rig* const whole = rig_open(p, lanes, rate, BLOCK);
  rig_update_all(whole, values);
  float* const song =
      run(whole, lanes, rate, 0, settle + starts[STARTS - 1] + COMPARED);
  double most = 1e-12;
  for (int k = 0; k < STARTS; ++k) {
    most = fmax(most, difference(p, values, rate, starts[k], song));
  }
  rig_close(whole);
  ton_free(song);
  return 20.0 * log10(most);
}

static void
check(const TonProcessor* p, const float* values, double rate, unsigned set)
{
  const double db = conformance_start_db(p, values, rate);
  if (!(db <= CONFORMANCE_START_DB)) {
    fail_msg("%s, values number %u: %.1f dBFS from the whole render", p->id,
             set, db);
  }
}

/// The defaults, and random values that are soon settled
void
conformance_start(const Subject* subject, double rate)
{
  const TonProcessor* const p = subject->processor;
  float values[MAX_PARAMS];
  scene_values(p, 0, values);
  check(p, values, rate, 0);
  unsigned found = 0;
  for (unsigned k = 0; k < TRIES && found < SETS; ++k) {
    const unsigned set = scene_sets(p) + k;
    scene_values(p, set, values);
    if (scene_settle(p, values, rate) < MOST_S * (uint64_t)rate) {
      check(p, values, rate, set);
      ++found;
    }
  }
  assert_true(found);
}
