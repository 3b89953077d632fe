// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Facts of the ends of a sound: silence before it and behind it, and what rings
   on behind its last loud moment.
*/
#include "analysis/features_internal.h"

#include <math.h>

/// What is so far below the active loudness has died away, dB
#define SILENT_DB -60.0
/// What is above this is music and no longer its reverb, dB
#define LOUD_DB -20.0

/// A click before the first note: so short, with so much silence behind it, in level
/// frames of 25 ms, and so far below the highest peak
enum { CLICK_FRAMES = 3, CLICK_GAP = 10 };
#define CLICK_PEAK 0.25F

typedef struct {
  const TonLevelFrame* frames;
  uint32_t n;
  double silent; ///< Power
  double loud;   ///< Power
  float click;   ///< Highest peak of a click
} Ends;

/// The weighting hides bass, the plain power some of the treble
static double
power_of(const TonLevelFrame* f)
{
  return fmax(f->power, f->weighted);
}

static Ends
ends_of(const TonFeatures* s, double active_lufs)
{
  const double active_db = active_lufs + 0.691;
  Ends e = {.frames = s->levels,
            .n = s->n_levels,
            .silent = pow(10.0, (active_db + SILENT_DB) / 10.0),
            .loud = pow(10.0, (active_db + LOUD_DB) / 10.0)};
  for (uint32_t i = 0; i < e.n; ++i) {
    e.click = fmaxf(e.click, CLICK_PEAK * e.frames[i].peak);
  }
  return e;
}

/// First frame from `at` on that sounds, or that does not
static uint32_t
next(const Ends* e, uint32_t at, bool sounds)
{
  while (at < e->n && (power_of(&e->frames[at]) > e->silent) != sounds) {
    ++at;
  }
  return at;
}

static bool
is_click(const Ends* e, uint32_t from, uint32_t to)
{
  float peak = 0.0F;
  for (uint32_t i = from; i < to; ++i) {
    peak = fmaxf(peak, e->frames[i].peak);
  }
  const uint32_t gap = next(e, to, true) - to;
  return to - from <= CLICK_FRAMES && gap >= CLICK_GAP && peak <= e->click;
}

/// Frame of the first sound that is no click
static uint32_t
first_sound(const Ends* e)
{
  uint32_t from = next(e, 0, true);
  for (uint32_t to = next(e, from, false); is_click(e, from, to);
       to = next(e, from, false)) {
    from = next(e, to, true);
  }
  return from;
}

/// Frames behind the last one that is over a power
static uint32_t
behind(const Ends* e, double power)
{
  uint32_t n = 0;
  while (n < e->n && power_of(&e->frames[e->n - 1 - n]) <= power) {
    ++n;
  }
  return n;
}

void
find_ends(const TonFeatures* s, TonFacts* facts)
{
  const Ends e = ends_of(s, facts->active_lufs);
  facts->head_s = first_sound(&e) * s->level_s;
  facts->tail_s = behind(&e, e.silent) * s->level_s;
  facts->ring_s = behind(&e, e.loud) * s->level_s;
}
