// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/meters.h"
#include "base/memory.h"

#include <math.h>

enum { WINDOW = 30 }; ///< Tenths of a second

/// rho = E[LR] / sqrt(E[L^2] E[R^2])
typedef struct {
  double ll;
  double rr;
  double lr;
} Moments;

struct Stereo {
  uint32_t rate;
  uint64_t frames;
  Moments all;
  Moments now; ///< Of the 0.1 s under way
  Moments ring[WINDOW];
  uint64_t tenths;
  double lowest;
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
  }
  return s;
}

static void
gather(Moments* sum, const Moments* m)
{
  sum->ll += m->ll;
  sum->rr += m->rr;
  sum->lr += m->lr;
}

/// Undefined when either side is silent
static double
correlation(const Moments* m, double floor)
{
  return m->ll <= floor || m->rr <= floor ? NAN : m->lr / sqrt(m->ll * m->rr);
}

static void
end_tenth(Stereo* s)
{
  gather(&s->all, &s->now);
  s->ring[s->tenths++ % WINDOW] = s->now;
  s->now = (Moments){0};
  Moments window = {0};
  const uint64_t n = s->tenths < WINDOW ? s->tenths : WINDOW;
  for (uint64_t i = 0; i < n; ++i) {
    gather(&window, &s->ring[(s->tenths - n + i) % WINDOW]);
  }
  const double samples = (double)n * (double)(s->rate / 10);
  const double rho = correlation(&window, samples * 1e-10);
  const bool loud = window.ll + window.rr > samples * 1e-6;
  if (s->tenths >= WINDOW && loud && !(rho >= s->lowest)) {
    s->lowest = isnan(rho) ? s->lowest : rho;
  }
  if (s->timeline) {
    curve_add(&s->curve, rho);
  }
}

void
stereo_add(Stereo* s, const float* const* in, uint32_t frames)
{
  const uint32_t tenth = s->rate / 10;
  for (uint32_t at = 0; at < frames;) {
    const uint32_t left = tenth - (uint32_t)(s->frames % tenth);
    const uint32_t n = left < frames - at ? left : frames - at;
    Moments m = {0};
    for (uint32_t i = at; i < at + n; ++i) {
      const double l = (double)in[0][i];
      const double r = (double)in[1][i];
      m.ll += l * l;
      m.rr += r * r;
      m.lr += l * r;
    }
    gather(&s->now, &m);
    s->frames += n;
    at += n;
    if (s->frames % tenth == 0) {
      end_tenth(s);
    }
  }
}

void
stereo_finish(Stereo* s, TonMeasurement* m)
{
  gather(&s->all, &s->now);
  const double floor = (double)s->frames * 1e-10; // -100 dBFS
  m->correlation = correlation(&s->all, floor);
  m->correlation_min = isnan(s->lowest) ? m->correlation : s->lowest;
  m->balance_db = 10.0 * log10(s->all.rr / s->all.ll);
  if (s->all.rr <= floor && s->all.ll <= floor) {
    m->balance_db = NAN;
  }
  m->correlation_curve = s->curve.values;
}

void
stereo_free(Stereo* s)
{
  if (s) {
    curve_free(&s->curve);
    ton_free(s);
  }
}
