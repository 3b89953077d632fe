// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Clipping: runs of at least three equal samples within 0.1 dB of the song's
   highest sample, and above half of full scale.

   The highest sample is known at the end only.  So runs are kept by level, in
   steps of 1/1000 dB: a ring of the topmost 101 steps, each with its samples,
   its runs and its longest sixteen.  When the top rises, the lowest steps are
   forgotten.
*/

#include "analysis/meters.h"
#include "base/array.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

enum {
  STEPS = 101,  ///< 0.1 dB and the top itself
  SHORTEST = 3, ///< Samples
  PER_DB = 1000,
  KEPT = 16,
};

typedef struct {
  uint64_t first;
  uint64_t length;
  uint32_t channel;
} FlatRun;

/// What was found at one level
typedef struct {
  int32_t step; ///< Level, 1/1000 dB
  uint64_t samples;
  uint32_t n;
  FlatRun longest[KEPT];
} FlatTop;

struct Clips {
  uint32_t rate;
  uint32_t channels;
  int32_t top; ///< Step
  FlatRun now[MAX_CHANNELS];
  float value[MAX_CHANNELS];
  FlatTop shelves[STEPS];
};

static int32_t
step_of(float level)
{
  return level > 0.0F ? (int32_t)floor(ton_to_db((double)level) * PER_DB)
                      : INT32_MIN / 2;
}

Clips*
clips_new(uint32_t rate, uint32_t channels)
{
  Clips* const s = ton_alloc(sizeof(Clips));
  if (s) {
    s->rate = rate;
    s->channels = channels;
    s->top = INT32_MIN / 2;
  }
  return s;
}

/// Longest first; of equal length, the earlier first
static void
keep(FlatRun* longest, uint32_t* n, const FlatRun* run)
{
  uint32_t at = *n;
  while (at > 0 && longest[at - 1].length < run->length) {
    --at;
  }
  if (at == KEPT) {
    return;
  }
  *n += *n < KEPT;
  memmove(&longest[at + 1], &longest[at], (*n - at - 1) * sizeof(FlatRun));
  longest[at] = *run;
}

static void
end_run(Clips* s, uint32_t c)
{
  const FlatRun run = s->now[c];
  const float level = fabsf(s->value[c]);
  s->now[c].length = 0;
  if (run.length < SHORTEST || level < 0.5F) {
    return;
  }
  const int32_t step = step_of(level);
  if (step <= s->top - STEPS) {
    return;
  }
  FlatTop* const shelf = &s->shelves[(step % STEPS + STEPS) % STEPS];
  if (shelf->step != step) {
    memset(shelf, 0, sizeof(*shelf));
    shelf->step = step;
  }
  shelf->samples += run.length;
  keep(shelf->longest, &shelf->n, &run);
}

static void
follow(Clips* s, uint32_t c, const Tick* tick, float floor)
{
  const float* const x = tick->x[c];
  for (uint32_t i = 0; i < tick->n; ++i) {
    if (s->now[c].length && x[i] == s->value[c]) {
      ++s->now[c].length;
      continue;
    }
    if (s->now[c].length) {
      end_run(s, c);
    }
    if (fabsf(x[i]) >= floor) {
      s->now[c] = (FlatRun){tick->first + i, 1, c};
      s->value[c] = x[i];
    }
  }
}

void
clips_add(Clips* s, const Tick* tick, float top)
{
  // a little lower than 0.1 dB: the steps decide
  const float floor = fmaxf(0.5F, top * 0.988F);
  s->top = step_of(top);
  for (uint32_t c = 0; c < s->channels; ++c) {
    if (tick->peak[c] >= floor) {
      follow(s, c, tick, floor);
    } else if (s->now[c].length) {
      end_run(s, c);
    }
  }
}

void
clips_finish(Clips* s, float top, TonMeasurement* m)
{
  FlatRun longest[KEPT] = {0};
  s->top = step_of(top);
  for (uint32_t c = 0; c < s->channels; ++c) {
    end_run(s, c);
  }
  for (int32_t i = 0; i < STEPS; ++i) {
    const int32_t step = s->top - i;
    const FlatTop* const shelf = &s->shelves[(step % STEPS + STEPS) % STEPS];
    for (uint32_t k = 0; shelf->step == step && k < shelf->n; ++k) {
      keep(longest, &m->n_clips, &shelf->longest[k]);
    }
    m->clipped_samples += shelf->step == step ? shelf->samples : 0;
  }
  for (uint32_t i = 0; i < m->n_clips; ++i) {
    m->clips[i] =
        (TonClip){(double)longest[i].first / s->rate,
                  (double)longest[i].length / s->rate, longest[i].channel};
  }
}

void
clips_free(Clips* s)
{
  ton_free(s);
}
