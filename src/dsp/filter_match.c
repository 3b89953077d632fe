// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Matched second-order sections (M. Vicanek, "Matched second order digital
   filters", 2016): poles by impulse invariance, zeros from the magnitude at a
   few frequencies.

   With s = sin^2(w/2), the square of a polynomial's magnitude on the unit
   circle is linear in three numbers,

       |p0 + p1/z + p2/z^2|^2 = P0 (1 - s) + P1 s + P2 4 s (1 - s)
       P0 = (p0 + p1 + p2)^2,  P1 = (p0 - p1 + p2)^2,  P2 = -4 p0 p2

   and has a minimum-phase root wherever it is positive.
*/
#include "dsp/filter_match.h"

#include "dsp/filter_fit.h"

#include <math.h>

static TonPower
basis(double w)
{
  const double s = sin(w / 2.0) * sin(w / 2.0);
  return (TonPower){{1.0 - s, s, 4.0 * s * (1.0 - s)}};
}

static double
dot(const TonPower* p, const TonPower* phi)
{
  return p->p[0] * phi->p[0] + p->p[1] * phi->p[1] + p->p[2] * phi->p[2];
}

/// Denominator with the decay and the ringing of the analogue poles
static void
poles(double w, double q, TonBiquad* h)
{
  const double zeta = 1.0 / (2.0 * q);
  const double inner = sqrt(fabs(1.0 - zeta * zeta)) * w;
  h->a2 = exp(-2.0 * zeta * w);
  // cosh by its two exponentials: neither overflows
  h->a1 = zeta <= 1.0 ? -2.0 * exp(-zeta * w) * cos(inner)
                      : -exp(inner - zeta * w) - exp(-inner - zeta * w);
}

static TonPower
power_of_poles(const TonBiquad* h)
{
  const double zero = 1.0 + h->a1 + h->a2;
  const double edge = 1.0 - h->a1 + h->a2;
  return (TonPower){{zero * zero, edge * edge, -4.0 * h->a2}};
}

/// Bell: gain 1 at 0 Hz, the gain and a slope of zero at its centre
static TonPower
bell_zeros(const TonPower* a, double w, double gain)
{
  const TonPower phi = basis(w);
  const double s = phi.p[1];
  const double r1 = gain * gain * dot(a, &phi);
  const double r2 =
      gain * gain * (a->p[1] - a->p[0] + 4.0 * (phi.p[0] - s) * a->p[2]);
  const double b2 = (r1 - r2 * s - a->p[0]) / (4.0 * s * s);
  return (TonPower){{a->p[0], r2 + a->p[0] + 4.0 * (s - phi.p[0]) * b2, b2}};
}

/// First order: gain 1 / sqrt(boost) at 0 Hz, 1 at the pivot
static TonBiquad
tilt(double w, double gain_db)
{
  const double a = pow(10.0, gain_db / 40.0);
  const double point = fmin(w, 0.6 * M_PI);
  const double x = point / w;
  const double target = (a * a * x * x + 1.0) / (x * x + a * a);
  TonBiquad h = {.a1 = -exp(-a * w)};
  const TonPower p = power_of_poles(&h);
  const TonPower phi = basis(point);
  const double b0 = p.p[0] / (a * a);
  const double den = p.p[0] * phi.p[0] + p.p[1] * phi.p[1];
  const double b1 = fmax((target * den - b0 * phi.p[0]) / phi.p[1], b0);
  h.b0 = (sqrt(b0) + sqrt(b1)) / 2.0;
  h.b1 = (sqrt(b0) - sqrt(b1)) / 2.0;
  return h;
}

TonBiquad
ton_match_boost(TonFilterShape shape, double w, double gain_db, double q)
{
  TonBiquad h = {0};
  if (shape == TON_FILTER_TILT && w < TON_FIT_FROM) {
    return tilt(w, gain_db);
  }
  if (shape == TON_FILTER_BELL && w < TON_FIT_FROM) {
    const double a = pow(10.0, gain_db / 40.0);
    poles(w, a * q, &h);
    const TonPower p = power_of_poles(&h);
    const TonPower b = bell_zeros(&p, w, a * a);
    if (ton_power_root(&b, &h.b0, &h.b1, &h.b2)) {
      return h;
    }
  }
  if (!ton_filter_fit(shape, w, gain_db, q, &h)) {
    h = shape == TON_FILTER_TILT
            ? tilt(w, gain_db)
            : ton_filter_bilinear(shape, fmin(w, 0.9 * M_PI), gain_db, q,
                                  2.0 * M_PI);
  }
  return h;
}

/// |H| = q at the corner and 1 at 0 Hz, no zero at the edge of the band
static TonBiquad
lowpass(double w, double q)
{
  TonBiquad h = {0};
  if (w >= TON_FIT_FROM && ton_filter_fit(TON_FILTER_LOWPASS, w, 0.0, q, &h)) {
    return h;
  }
  poles(w, q, &h);
  const TonPower a = power_of_poles(&h);
  const TonPower phi = basis(w);
  const double b1 = (q * q * dot(&a, &phi) - a.p[0] * phi.p[0]) / phi.p[1];
  h.b0 = (sqrt(a.p[0]) + sqrt(fmax(b1, 0.0))) / 2.0;
  h.b1 = sqrt(a.p[0]) - h.b0;
  return h;
}

/// High-pass: exact at its corner.  Low-pass: exact in the middle of the band,
/// which leaves 0.001 dB at a corner below TON_FIT_FROM
static TonBiquad
first_order(TonFilterShape shape, double w)
{
  TonBiquad h = {.a1 = -exp(-w)};
  const TonPower a = power_of_poles(&h);
  if (shape == TON_FILTER_HIGHPASS_1) {
    const TonPower phi = basis(w);
    h.b0 = sqrt(dot(&a, &phi) / (8.0 * phi.p[1]));
    h.b1 = -h.b0;
    return h;
  }
  TonBiquad fitted = {0};
  if (w > TON_FIT_FROM && ton_filter_fit(shape, w, 0.0, 1.0, &fitted)) {
    return fitted;
  }
  const double x = M_PI / 2.0 / w;
  const TonPower phi = basis(M_PI / 2.0);
  const double target = dot(&a, &phi) / (1.0 + x * x);
  const double b1 = fmax((target - a.p[0] * phi.p[0]) / phi.p[1], 0.0);
  h.b0 = (sqrt(a.p[0]) + sqrt(b1)) / 2.0;
  h.b1 = sqrt(a.p[0]) - h.b0;
  return h;
}

/// p1 and p2 of a power whose value is `value[i]` where the basis is `phi[i]`,
/// besides p0
static void
power_through(const TonPower phi[2], const double value[2], TonPower* power)
{
  const double x = value[0] - power->p[0] * phi[0].p[0];
  const double y = value[1] - power->p[0] * phi[1].p[0];
  const double size = phi[0].p[1] * phi[1].p[2] - phi[0].p[2] * phi[1].p[1];
  power->p[1] = (x * phi[1].p[2] - y * phi[0].p[2]) / size;
  power->p[2] = (y * phi[0].p[1] - x * phi[1].p[1]) / size;
}

/// Where a high notch or a band-pass is held to the analogue curve: near the edge
static const double NEAR_EDGE = 0.84 * M_PI;

/// Zeros on the circle.  Low: the analogue poles; high: poles that give the
/// analogue power below the notch and near the edge
static bool
notch(double w, double q, TonBiquad* h)
{
  const double c = cos(w);
  double d0 = (1.0 + h->a1 + h->a2) / (2.0 - 2.0 * c);
  if (w > 0.3) {
    const bool room = NEAR_EDGE > 1.1 * w;
    const double at[2] = {room ? 0.75 * w : 0.5 * w,
                          room ? NEAR_EDGE : 0.8 * w};
    const TonPower phi[2] = {basis(at[0]), basis(at[1])};
    const TonPower b = {
        {4.0 * (1.0 - c) * (1.0 - c), 4.0 * (1.0 + c) * (1.0 + c), -4.0}};
    const TonAnalogue curve = ton_analogue(TON_FILTER_NOTCH, 0.0, q);
    TonPower a = {{b.p[0], 0.0, 0.0}};
    const double power[2] = {
        dot(&b, &phi[0]) / ton_analogue_power(&curve, at[0] / w),
        dot(&b, &phi[1]) / ton_analogue_power(&curve, at[1] / w)};
    power_through(phi, power, &a);
    if (!ton_power_root(&a, &d0, &h->a1, &h->a2)) {
      return false;
    }
    h->a1 /= d0;
    h->a2 /= d0;
    d0 = 1.0 / d0;
  }
  h->b0 = d0;
  h->b1 = -2.0 * c * d0;
  h->b2 = d0;
  return true;
}

/// Nothing at 0 Hz, 1 at w; near the edge as the analogue one, or, where the
/// centre is high itself, level at w
static bool
bandpass(double w, double q, TonBiquad* h)
{
  const TonPower a = power_of_poles(h);
  const TonPower phi[2] = {basis(w), basis(NEAR_EDGE)};
  const double s = phi[0].p[1];
  const double r1 = dot(&a, &phi[0]);
  TonPower b = {{0.0, 0.0, 0.0}};
  if (w < 1.6) {
    const TonAnalogue curve = ton_analogue(TON_FILTER_BANDPASS, 0.0, q);
    const double power[2] = {r1, dot(&a, &phi[1]) *
                                     ton_analogue_power(&curve, NEAR_EDGE / w)};
    power_through(phi, power, &b);
  } else {
    const double r2 = a.p[1] - a.p[0] + 4.0 * (phi[0].p[0] - s) * a.p[2];
    b.p[2] = (r1 - r2 * s) / (4.0 * s * s);
    b.p[1] = r2 + 4.0 * (s - phi[0].p[0]) * b.p[2];
  }
  return ton_power_root(&b, &h->b0, &h->b1, &h->b2);
}

TonBiquad
ton_match_pass(TonFilterShape shape, double w, double q)
{
  if (shape == TON_FILTER_HIGHPASS_1 || shape == TON_FILTER_LOWPASS_1) {
    return first_order(shape, w);
  }
  if (shape == TON_FILTER_LOWPASS) {
    return lowpass(w, q);
  }
  TonBiquad h = {0};
  poles(w, q, &h);
  if (shape == TON_FILTER_HIGHPASS) {
    const TonPower a = power_of_poles(&h);
    const TonPower phi = basis(w);
    h.b0 = q * sqrt(dot(&a, &phi)) / (4.0 * phi.p[1]);
    h.b1 = -2.0 * h.b0;
    h.b2 = h.b0;
    return h;
  }
  if (shape == TON_FILTER_NOTCH ? notch(w, q, &h) : bandpass(w, q, &h)) {
    return h;
  }
  return ton_filter_bilinear(shape, w, 0.0, q, 2.0 * M_PI);
}
