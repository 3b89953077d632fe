// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A section nearest to an analogue curve, by least squares in decibels.

   In the basis phi of filter_match.c, with B and A the squared magnitudes of
   zeros and poles scaled to B0 = A0 = 1 (gain 1 at 0 Hz),

       residual(w) = ln |H(jw)|^2 - ln (B . phi) + ln (A . phi)

   has the derivatives -phi / (B . phi) and phi / (A . phi): four unknowns, B1
   B2 A1 A2, are found by Levenberg and Marquardt's steps from zeros and poles
   placed as the analogue ones: at most ten evaluations at 32 frequencies.
*/
#include "dsp/filter_fit.h"

#include <math.h>
#include <string.h>

enum { POINTS = 32, UNKNOWNS = 4, EVALUATIONS = 10 };

/// Fitted up to here; above, only the continuation of the curve counts
#define TOP (0.92 * M_PI)

bool
ton_power_root(const TonPower* power, double* p0, double* p1, double* p2)
{
  const double* const p = power->p;
  if (!(p[0] >= 0.0 && p[1] >= 0.0)) {
    return false;
  }
  const double w = (sqrt(p[0]) + sqrt(p[1])) / 2.0;
  const double inside = w * w + p[2];
  if (!(inside >= 0.0) || w == 0.0) {
    return false;
  }
  *p0 = (w + sqrt(inside)) / 2.0;
  *p1 = (sqrt(p[0]) - sqrt(p[1])) / 2.0;
  *p2 = -p[2] / (4.0 * *p0);
  return true;
}

typedef struct {
  double phi[POINTS][3];
  double target[POINTS]; ///< ln |H|^2
  double weight[POINTS];
  double residual[POINTS];
  TonPower b;
  TonPower a;
  double cost;
} FilterFit;

static double
dot(const TonPower* p, const double* phi)
{
  return p->p[0] * phi[0] + p->p[1] * phi[1] + p->p[2] * phi[2];
}

/// Frequency of the analogue poles (sign 1) or zeros (sign -1)
static double
root(TonFilterShape shape, double w, double gain_db, int sign)
{
  const bool apart = shape == TON_FILTER_HIGH_SHELF;
  return apart ? w * pow(10.0, sign * gain_db / 80.0) : w;
}

/**
   Where the curve is compared: every second point evenly spaced, the others by
   turns around the poles and around the zeros, denser toward them:

       ln (at / root) = width sinh(u),  u even in +-asinh(2 / width)
*/
static double
point(int i, double poles, double zeros, double width)
{
  if (i % 2 == 0) {
    return (i + 0.5) / POINTS * TOP;
  }
  const int n = POINTS / 4;
  const double u = (i / 4 + 0.5) / n * 2.0 - 1.0;
  const double near = i % 4 == 1 ? poles : zeros;
  return fmin(near, TOP) * exp(width * sinh(u * asinh(2.0 / width)));
}

static void
place_points(FilterFit* fit, TonFilterShape shape, double w, double gain_db,
             double q)
{
  const double poles = root(shape, w, gain_db, 1);
  const double zeros = root(shape, w, gain_db, -1);
  const double width = fmin(0.5 / q, 1.0);
  const TonAnalogue h = ton_analogue(shape, gain_db, q);
  const double base = ton_analogue_power(&h, 0.0);
  for (int i = 0; i < POINTS; ++i) {
    const double at = fmin(point(i, poles, zeros, width), TOP);
    const double s = sin(at / 2.0) * sin(at / 2.0);
    fit->phi[i][0] = 1.0 - s;
    fit->phi[i][1] = s;
    fit->phi[i][2] = 4.0 * s * (1.0 - s);
    const double power = ton_analogue_power(&h, at / w);
    fit->target[i] = log(power / base);
    fit->weight[i] = power > 1e-4 ? 1.0 : 0.01;
  }
}

/// Squared magnitude of 1 + p1/z + p2/z^2 that rings and decays like the
/// analogue pair, its angle held below the edge; scaled to 1 at 0 Hz
static TonPower
pair(double w, double q)
{
  const double zeta = 1.0 / (2.0 * q);
  const double inner = sqrt(fabs(1.0 - zeta * zeta)) * w;
  const double p2 = exp(-2.0 * zeta * w);
  const double p1 = zeta <= 1.0
                        ? -2.0 * exp(-zeta * w) * cos(fmin(inner, 0.9 * M_PI))
                        : -exp(inner - zeta * w) - exp(-inner - zeta * w);
  const double zero = 1.0 + p1 + p2;
  const double edge = 1.0 - p1 + p2;
  return (TonPower){
      {1.0, edge * edge / (zero * zero), -4.0 * p2 / (zero * zero)}};
}

/// One real root as the analogue one, and another to spare
static TonPower
single(double w, double spare)
{
  const double r = exp(-w);
  const double p1 = spare - r;
  const double p2 = -spare * r;
  const double zero = 1.0 + p1 + p2;
  const double edge = 1.0 - p1 + p2;
  return (TonPower){
      {1.0, edge * edge / (zero * zero), -4.0 * p2 / (zero * zero)}};
}

static void
place_first(FilterFit* fit, TonFilterShape shape, double w, double gain_db,
            double q)
{
  const double a = pow(10.0, gain_db / 40.0);
  if (shape == TON_FILTER_BELL) {
    fit->a = pair(w, a * q);
    fit->b = pair(w, q / a);
  } else if (shape == TON_FILTER_HIGH_SHELF) {
    fit->a = pair(w * sqrt(a), q);
    fit->b = pair(w / sqrt(a), q);
  } else if (shape == TON_FILTER_TILT) {
    fit->a = single(w * a, 0.1);
    fit->b = single(w / a, 0.2);
  } else if (shape == TON_FILTER_LOWPASS_1) {
    fit->a = single(w, 0.1);
    fit->b = single(2.0, 0.2);
  } else {
    fit->a = pair(w, q);
    const double edge =
        ton_filter_prototype_db(shape, M_PI / w, gain_db, q) / 10.0;
    fit->b = (TonPower){{1.0, fmax(pow(10.0, edge) * fit->a.p[1], 1e-3), 0.0}};
  }
}

static bool
has_root(const TonPower* p)
{
  const double w = (1.0 + sqrt(fmax(p->p[1], 0.0))) / 2.0;
  return p->p[1] > 0.0 && w * w + p->p[2] > 1e-9 * w * w;
}

/// False, and nothing changed, if these are no filter or no better
static bool
improve(FilterFit* fit, const TonPower* b, const TonPower* a)
{
  if (!has_root(b) || !has_root(a)) {
    return false;
  }
  double residual[POINTS];
  double cost = 0.0;
  for (int i = 0; i < POINTS; ++i) {
    residual[i] =
        fit->target[i] + log(dot(a, fit->phi[i]) / dot(b, fit->phi[i]));
    cost += fit->weight[i] * residual[i] * residual[i];
  }
  if (!(cost < fit->cost)) {
    return false;
  }
  for (int i = 0; i < POINTS; ++i) {
    fit->residual[i] = residual[i];
  }
  fit->b = *b;
  fit->a = *a;
  fit->cost = cost;
  return true;
}

/// Normal equations: m d = v, d the change of B1 B2 A1 A2
static void
normal(const FilterFit* fit, double m[UNKNOWNS][UNKNOWNS], double v[UNKNOWNS])
{
  double sum[UNKNOWNS][UNKNOWNS + 1] = {{0}};
  for (int i = 0; i < POINTS; ++i) {
    const double* const phi = fit->phi[i];
    const double b = 1.0 / dot(&fit->b, phi);
    const double a = -1.0 / dot(&fit->a, phi);
    const double j[UNKNOWNS + 1] = {phi[1] * b, phi[2] * b, phi[1] * a,
                                    phi[2] * a, fit->residual[i]};
    for (int r = 0; r < UNKNOWNS; ++r) {
      const double weighted = fit->weight[i] * j[r];
      for (int c = 0; c <= UNKNOWNS; ++c) {
        sum[r][c] += weighted * j[c];
      }
    }
  }
  for (int r = 0; r < UNKNOWNS; ++r) {
    memcpy(m[r], sum[r], sizeof(m[r]));
    v[r] = sum[r][UNKNOWNS];
  }
}

/// Cholesky with the diagonal grown by `damping`; scaled to a unit diagonal
static void
solve(double m[UNKNOWNS][UNKNOWNS], double v[UNKNOWNS], double damping,
      double d[UNKNOWNS])
{
  double l[UNKNOWNS][UNKNOWNS];
  double y[UNKNOWNS];
  double scale[UNKNOWNS];
  for (int r = 0; r < UNKNOWNS; ++r) {
    scale[r] = 1.0 / sqrt(m[r][r] + 1e-300);
  }
  for (int r = 0; r < UNKNOWNS; ++r) {
    y[r] = v[r] * scale[r];
    for (int c = 0; c <= r; ++c) {
      double sum = r == c ? 1.0 + damping : m[r][c] * scale[r] * scale[c];
      for (int i = 0; i < c; ++i) {
        sum -= l[r][i] * l[c][i];
      }
      l[r][c] = r == c ? sqrt(fmax(sum, 1e-12)) : sum / l[c][c];
      if (c < r) {
        y[r] -= l[r][c] * y[c];
      }
    }
    y[r] /= l[r][r];
  }
  for (int r = UNKNOWNS - 1; r >= 0; --r) {
    for (int i = r + 1; i < UNKNOWNS; ++i) {
      y[r] -= l[i][r] * y[i];
    }
    y[r] /= l[r][r];
    d[r] = y[r] * scale[r];
  }
}

static void
descend(FilterFit* fit)
{
  double m[UNKNOWNS][UNKNOWNS];
  double v[UNKNOWNS];
  double d[UNKNOWNS];
  double damping = 1e-3;
  normal(fit, m, v);
  for (int n = 0; n < EVALUATIONS; ++n) {
    solve(m, v, damping, d);
    const TonPower b = {{1.0, fit->b.p[1] + d[0], fit->b.p[2] + d[1]}};
    const TonPower a = {{1.0, fit->a.p[1] + d[2], fit->a.p[2] + d[3]}};
    const double before = fit->cost;
    if (improve(fit, &b, &a)) {
      if (fit->cost > 0.98 * before) {
        return;
      }
      damping *= 0.1;
      normal(fit, m, v);
    } else {
      damping *= 10.0;
    }
  }
}

bool
ton_filter_fit(TonFilterShape shape, double w, double gain_db, double q,
               TonBiquad* h)
{
  FilterFit fit;
  place_points(&fit, shape, w, gain_db, q);
  place_first(&fit, shape, w, gain_db, q);
  fit.cost = INFINITY;
  const TonPower b = fit.b;
  const TonPower a = fit.a;
  if (!improve(&fit, &b, &a)) {
    return false;
  }
  descend(&fit);
  double d0 = 1.0;
  if (!ton_power_root(&fit.b, &h->b0, &h->b1, &h->b2) ||
      !ton_power_root(&fit.a, &d0, &h->a1, &h->a2)) {
    return false;
  }
  const double base = ton_filter_prototype_db(shape, 0.0, gain_db, q);
  const double scale = (base == 0.0 ? 1.0 : pow(10.0, base / 20.0)) / d0;
  h->b0 *= scale;
  h->b1 *= scale;
  h->b2 *= scale;
  h->a1 /= d0;
  h->a2 /= d0;
  return true;
}
