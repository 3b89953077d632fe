// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Design of second-order filters that follow the analogue curves.
*/
#include "dsp/filter_design.h"

#include "dsp/filter_match.h"

#include <math.h>

static const double BUTTERWORTH = 0.70710678118654752;

enum { N_SLOPES = 8 };
static const double slopes[N_SLOPES] = {6.0,  12.0, 18.0, 24.0,
                                        36.0, 48.0, 72.0, 96.0};

double
ton_filter_nearest_slope(double db_per_oct)
{
  double best = slopes[0];
  for (int i = 1; i < N_SLOPES; ++i) {
    if (fabs(slopes[i] - db_per_oct) < fabs(best - db_per_oct)) {
      best = slopes[i];
    }
  }
  return best;
}

double
ton_butterworth_q(unsigned order, unsigned k)
{
  return 1.0 / (2.0 * sin(M_PI * (2.0 * k - 1.0) / (2.0 * order)));
}

unsigned
ton_filter_slope(TonFilterShape shape, double hz, double db_per_oct, double q,
                 double rate, TonBiquad sections[TON_MAX_SECTIONS])
{
  const unsigned order =
      (unsigned)lrint(ton_filter_nearest_slope(db_per_oct) / 6.0);
  const TonFilterShape first = shape == TON_FILTER_HIGHPASS
                                   ? TON_FILTER_HIGHPASS_1
                                   : TON_FILTER_LOWPASS_1;
  unsigned n = 0;
  if (order % 2) {
    sections[n++] = ton_filter(first, hz, 0.0, 1.0, rate);
  }
  for (unsigned k = order / 2; k >= 1; --k) {
    const double scale = k == 1 ? q / BUTTERWORTH : 1.0;
    sections[n++] =
        ton_filter(shape, hz, 0.0, ton_butterworth_q(order, k) * scale, rate);
  }
  return n;
}

void
ton_linkwitz_riley(double hz, double rate, TonBiquad* low, TonBiquad* high,
                   TonBiquad* around)
{
  if (low) {
    *low = ton_filter_bilinear(TON_FILTER_LOWPASS, hz, 0.0, BUTTERWORTH, rate);
  }
  if (high) {
    *high =
        ton_filter_bilinear(TON_FILTER_HIGHPASS, hz, 0.0, BUTTERWORTH, rate);
  }
  if (around) {
    *around =
        ton_filter_bilinear(TON_FILTER_ALLPASS, hz, 0.0, BUTTERWORTH, rate);
  }
}

/// Numerator and denominator changed over
static TonBiquad
inverse(const TonBiquad* h)
{
  return (TonBiquad){1.0 / h->b0, h->a1 / h->b0, h->a2 / h->b0, h->b1 / h->b0,
                     h->b2 / h->b0};
}

static TonBiquad
scaled(const TonBiquad* h, double factor)
{
  return (TonBiquad){h->b0 * factor, h->b1 * factor, h->b2 * factor, h->a1,
                     h->a2};
}

/// high shelf(-g) = 1 / high shelf(g);  low shelf(g) = G high shelf(-g)
static TonBiquad
shelf_or_bell(TonFilterShape shape, double w, double gain_db, double q)
{
  const TonFilterShape boosted =
      shape == TON_FILTER_LOW_SHELF ? TON_FILTER_HIGH_SHELF : shape;
  const TonBiquad boost = ton_match_boost(boosted, w, fabs(gain_db), q);
  const TonBiquad cut = inverse(&boost);
  if (shape != TON_FILTER_LOW_SHELF) {
    return gain_db > 0.0 ? boost : cut;
  }
  const double factor = pow(10.0, gain_db / 20.0);
  return scaled(gain_db > 0.0 ? &cut : &boost, factor);
}

TonBiquad
ton_filter_flat(const TonBiquad* h)
{
  return (TonBiquad){1.0, h->a1, h->a2, h->a1, h->a2};
}

TonBiquad
ton_filter(TonFilterShape shape, double hz, double gain_db, double q,
           double rate)
{
  const double w = 2.0 * M_PI * hz / rate;
  const double inside = fmin(w, 0.98 * M_PI);
  switch (shape) {
  case TON_FILTER_BELL:
  case TON_FILTER_LOW_SHELF:
  case TON_FILTER_HIGH_SHELF:
  case TON_FILTER_TILT:
    if (gain_db == 0.0) {
      const TonBiquad h = shelf_or_bell(shape, w, 1e-6, q);
      return ton_filter_flat(&h);
    }
    return shelf_or_bell(shape, w, gain_db, q);
  case TON_FILTER_ALLPASS:
  case TON_FILTER_ALLPASS_1:
    return ton_filter_bilinear(shape, hz, 0.0, q, rate);
  default:
    return ton_match_pass(shape, inside, q);
  }
}

/// g and k of the roots of 1 + a1/z + a2/z^2:
/// g^2 = (1 + a1 + a2) / (1 - a1 + a2), k = 2 (1 - a2) / ((1 - a1 + a2) g)
typedef struct {
  double g;
  double k;
  double feed; ///< (1 + a1 + a2) / (2 g)
} Roots;

static Roots
roots(double a1, double a2)
{
  const double at_zero = 1.0 + a1 + a2;
  const double at_edge = 1.0 - a1 + a2;
  const double g = sqrt(at_zero / at_edge);
  return (Roots){g, 2.0 * (1.0 - a2) / (at_edge * g), at_zero / (2.0 * g)};
}

/// Roots that lie where float holds keep (a2), feed and up (2 g) exactly; zeros
/// at 0 Hz stay there
static void
round_roots(double* a1, double* a2)
{
  if (1.0 + *a1 + *a2 > 1e-12 && 1.0 - *a1 + *a2 > 0.0) {
    const Roots r = roots(*a1, *a2);
    *a2 = (double)(float)*a2;
    *a1 = (double)(float)r.feed * (double)(float)(2.0 * r.g) - 1.0 - *a2;
  }
}

/// Gain at 0 Hz, exactly 0 or 1 where it is that but for rounding
static double
gain_at_zero(const TonBiquad* h)
{
  const double gain = (h->b0 + h->b1 + h->b2) / (1.0 + h->a1 + h->a2);
  const double whole = rint(gain);
  return (whole == 0.0 || whole == 1.0) && fabs(gain - whole) < 1e-6 ? whole
                                                                     : gain;
}

/// Output: the numerator less (gain at 0 Hz) x the denominator has a zero at
/// 0 Hz, so that it is made of v and of band alone
TonSvfDouble
ton_svf_double(const TonBiquad* h)
{
  const Roots r = roots(h->a1, h->a2);
  const double through = gain_at_zero(h);
  return (TonSvfDouble){
      .keep = h->a2,
      .feed = r.feed,
      .up = 2.0 * r.g,
      .through = through,
      .direct = h->b0 - through,
      .tap = (h->b0 * h->a2 - h->b2) / r.feed,
  };
}

TonSvf
ton_svf(const TonBiquad* h)
{
  const Roots r = roots(h->a1, h->a2);
  TonBiquad held = *h;
  if (gain_at_zero(h) != 0.0 && h->b0 != 0.0) {
    double z1 = h->b1 / h->b0;
    double z2 = h->b2 / h->b0;
    round_roots(&held.a1, &held.a2);
    round_roots(&z1, &z2);
    held.b1 = z1 * h->b0;
    held.b2 = z2 * h->b0;
  }
  const double through = gain_at_zero(&held);
  const float feed = (float)r.feed;
  return (TonSvf){
      .keep = (float)held.a2,
      .feed = feed,
      .up = (float)(2.0 * r.g),
      .through = (float)through,
      .direct = (float)(held.b0 - through),
      .tap = (float)((held.b0 * held.a2 - held.b2) / (double)feed),
      .g = (float)r.g,
      .k = (float)r.k,
  };
}

bool
ton_svf_needs_double(const TonBiquad* h)
{
  static const double LOWEST_G = 0.01; // 150 Hz at 48 kHz
  static const double MIN_DAMPING = 0.1;
  static const double MAX_LOG_B0 = 0.3; // |ln b0|: how far x itself is turned
  const double through = gain_at_zero(h);
  const Roots poles = roots(h->a1, h->a2);
  const Roots zeros = roots(h->b1 / h->b0, h->b2 / h->b0);
  const double weaker = fmin(poles.k, zeros.k);
  const double stronger = fmax(poles.k, zeros.k);
  return through != 1.0 || fabs(log(h->b0)) > MAX_LOG_B0 ||
         fmin(poles.g, zeros.g) < LOWEST_G ||
         weaker * weaker / stronger < MIN_DAMPING;
}

double
ton_biquad_db(const TonBiquad* h, double hz, double rate)
{
  const double w = 2.0 * M_PI * hz / rate;
  const double s = sin(w / 2.0) * sin(w / 2.0);
  const double b = h->b0 + h->b1 + h->b2;
  const double a = 1.0 + h->a1 + h->a2;
  const double num = b * b - 4.0 * s *
                                 (h->b0 * h->b1 + h->b1 * h->b2 +
                                  4.0 * h->b0 * h->b2 * (1.0 - s));
  const double den =
      a * a - 4.0 * s * (h->a1 + h->a1 * h->a2 + 4.0 * h->a2 * (1.0 - s));
  return 10.0 * log10(fmax(num, 0.0) / den);
}

double
ton_biquad_radius(const TonBiquad* h)
{
  const double inside = h->a1 * h->a1 / 4.0 - h->a2;
  return inside < 0.0 ? sqrt(h->a2) : fabs(h->a1) / 2.0 + sqrt(inside);
}
