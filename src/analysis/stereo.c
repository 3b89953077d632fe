// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Correlation of left and right, over the whole and its least 3 s, and balance.
*/
#include "analysis/meters.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>

enum {
  WINDOW = 30, ///< Tenths of a second
  STEPS = 201, ///< Of a correlation, -1 to 1
};

static const double silence = 1e-10;         // power: -100 dBFS
static const double loud_enough = 1.1725e-6; // -60 LUFS before the -0.691

/// rho = E[LR] / sqrt(E[L^2] E[R^2])
typedef struct {
  double ll;
  double rr;
  double lr;
  double frames;
} Moments;

struct Stereo {
  uint32_t rate;
  Moments all;
  Moments now; ///< Of the 0.1 s under way
  Moments ring[WINDOW];
  uint64_t tenths;
  double lowest;
  double lowest_at_s;
  uint32_t counts[STEPS]; ///< Windows that are loud enough, by correlation
  bool timeline;
  Curve curve;
};

Stereo*
stereo_new(uint32_t rate, bool timeline)
{
  Stereo* const s = ton_alloc(sizeof(Stereo));
  if (s) {
    s->rate = rate;
    s->timeline = timeline;
    s->lowest = NAN;
    s->lowest_at_s = NAN;
  }
  return s;
}

static void
gather(Moments* sum, const Moments* m)
{
  sum->ll += m->ll;
  sum->rr += m->rr;
  sum->lr += m->lr;
  sum->frames += m->frames;
}

/// Undefined when either side is silent
static double
correlation(const Moments* m)
{
  const double floor = m->frames * silence;
  return m->ll <= floor || m->rr <= floor ? NAN : m->lr / sqrt(m->ll * m->rr);
}

static void
end_tenth(Stereo* s, bool loud)
{
  gather(&s->all, &s->now);
  s->ring[s->tenths++ % WINDOW] = s->now;
  s->now = (Moments){0};
  Moments window = {0};
  const uint64_t n = s->tenths < WINDOW ? s->tenths : WINDOW;
  for (uint64_t i = 0; i < n; ++i) {
    gather(&window, &s->ring[(s->tenths - n + i) % WINDOW]);
  }
  const double rho = correlation(&window);
  if (loud && !isnan(rho)) {
    ++s->counts[(uint32_t)lrint(0.5 * (STEPS - 1) * (1.0 + rho))];
    if (!(rho >= s->lowest)) {
      s->lowest = rho;
      s->lowest_at_s = 0.1 * (double)(s->tenths - n);
    }
  }
  if (s->timeline) {
    curve_add(&s->curve, rho);
  }
}

void
stereo_add(Stereo* s, const Tick* tick, double short_power)
{
  const TonSums* const sums = &tick->sums[0];
  const Moments m = {sums->aa, sums->bb, sums->ab, (double)tick->n};
  gather(&s->now, &m);
  if (tick_ends_tenth(tick)) {
    end_tenth(s, short_power > loud_enough);
  }
}

/// Correlation below which a twentieth of the windows lies; NaN for none
static double
lowest_twentieth(const Stereo* s)
{
  uint64_t all = 0;
  for (uint32_t i = 0; i < STEPS; ++i) {
    all += s->counts[i];
  }
  uint64_t below = 0;
  for (uint32_t i = 0; all && i < STEPS; ++i) {
    below += s->counts[i];
    if (20 * below >= all) {
      return 2.0 * i / (STEPS - 1) - 1.0;
    }
  }
  return NAN;
}

bool
stereo_finish(Stereo* s, TonMeasurement* m)
{
  const double floor = s->all.frames * silence;
  m->correlation = correlation(&s->all);
  m->correlation_min = isnan(s->lowest) ? m->correlation : s->lowest;
  m->correlation_min_at_s = s->lowest_at_s;
  const double low = lowest_twentieth(s);
  m->correlation_p5 = isnan(low) ? m->correlation : low;
  if (s->all.rr > floor || s->all.ll > floor) {
    m->balance_db = ton_power_db(s->all.rr) - ton_power_db(s->all.ll);
  }
  if (s->timeline) {
    m->correlation_curve = curve_give(&s->curve, m);
  }
  return !s->curve.failed;
}

void
stereo_free(Stereo* s)
{
  if (s) {
    curve_free(&s->curve);
    ton_free(s);
  }
}
