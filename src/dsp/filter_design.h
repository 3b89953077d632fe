// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_FILTER_DESIGN_H
#define TON_DSP_FILTER_DESIGN_H

#include <stdbool.h>

/**
   @file
   Filters from frequency, gain and Q: designed in double, run by dsp/svf.h.

   Matched designs keep the analogue curve up to the edge of the band, where
   the bilinear transform crams it together (Vicanek 2016).  Crossovers, whose
   branches must add up, are bilinear.
*/

typedef enum {
  TON_FILTER_BELL,
  TON_FILTER_LOW_SHELF,
  TON_FILTER_HIGH_SHELF,
  TON_FILTER_HIGHPASS,
  TON_FILTER_LOWPASS,
  TON_FILTER_BANDPASS, ///< 0 dB at its centre
  TON_FILTER_NOTCH,
  TON_FILTER_ALLPASS,
  TON_FILTER_TILT,       ///< First order: -gain/2 below, +gain/2 above
  TON_FILTER_HIGHPASS_1, ///< First order, 6 dB/oct
  TON_FILTER_LOWPASS_1,
  TON_FILTER_ALLPASS_1,
} TonFilterShape;

/// H(z) = (b0 + b1/z + b2/z^2) / (1 + a1/z + a2/z^2)
typedef struct {
  double b0;
  double b1;
  double b2;
  double a1;
  double a2;
} TonBiquad;

/// Coefficients of one state-variable section, see dsp/svf.h
typedef struct {
  float keep;    ///< What stays of the band state
  float feed;    ///< Into the band state
  float up;      ///< From the band state into the low state; 2g
  float through; ///< Input to output
  float direct;  ///< (Input - low) to output
  float tap;     ///< Band state to output
  float g;       ///< tan(w/2) of the poles: for moving coefficients
  float k;       ///< Damping, 1/Q of the poles
} TonSvf;

enum {
  TON_MAX_SECTIONS = 8 ///< Of one cascade: 96 dB/oct
};

/**
   One section that follows the analogue curve.

   @param shape What it does
   @param hz Corner or centre, above 0.  Bells and shelves may lie above
          rate/2; the others are held at 0.49 rate
   @param gain_db Of bell, shelves and tilt, -60 to 60; cuts are the exact
          inverse of boosts.  Others ignore it
   @param q Above 0.  First-order shapes ignore it
   @param rate Hz
   @return Stable, minimum phase (but for the all-passes).  [any]
*/
TonBiquad ton_filter(TonFilterShape shape, double hz, double gain_db, double q,
                     double rate);

/// The same poles, but a gain of exactly 1: where a filter fades to and from.
/// [any]
TonBiquad ton_filter_flat(const TonBiquad* h);

/// The same by the bilinear transform, exact at `hz`; no tilt (a tilt is
/// always matched).  For crossovers and their all-passes.  [any]
TonBiquad ton_filter_bilinear(TonFilterShape shape, double hz, double gain_db,
                              double q, double rate);

/**
   A high- or low-pass of 6, 12, 18, 24, 36, 48, 72 or 96 dB/oct:
   Butterworth.

   @param shape TON_FILTER_HIGHPASS or TON_FILTER_LOWPASS
   @param hz Corner (-3 dB when q is sqrt(1/2))
   @param db_per_oct Snapped to the nearest slope there is
   @param q sqrt(1/2) is Butterworth; scales the most resonant section only
   @param rate Hz
   @param sections Filled, least resonant first
   @return How many sections, 1 to TON_MAX_SECTIONS.  [any]
*/
unsigned ton_filter_slope(TonFilterShape shape, double hz, double db_per_oct,
                          double q, double rate,
                          TonBiquad sections[TON_MAX_SECTIONS]);

/// Nearest slope there is, in dB/oct
double ton_filter_nearest_slope(double db_per_oct);

/// Q of section k (from 1) of a Butterworth cascade of an order; the first is
/// the most resonant.  1 / (2 sin(pi (2k - 1) / (2 order)))
double ton_butterworth_q(unsigned order, unsigned k);

/**
   Linkwitz-Riley crossover of 24 dB/oct: low + high = an all-pass.

   Each branch is its section run twice; `around` is the all-pass that a branch
   not split here must run through once to stay in step.  Any may be null.
*/
void ton_linkwitz_riley(double hz, double rate, TonBiquad* low, TonBiquad* high,
                        TonBiquad* around);

/// The section as a state-variable filter in float.  Poles and zeros are moved
/// to the nearest that float coefficients can hold (by 1e-7 of their damping at
/// 1 kHz), both in the same way, so that a cut still undoes its boost.  [any]
TonSvf ton_svf(const TonBiquad* h);

/// The same in double, not moved
typedef struct {
  double keep;
  double feed;
  double up;
  double through;
  double direct;
  double tap;
} TonSvfDouble;

TonSvfDouble ton_svf_double(const TonBiquad* h);

/// Whether rounding in float would leave more than -140 dB of noise when this
/// bell, shelf or tilt and its inverse follow each other (EQ-03): shelves, low or
/// narrow bells, strong ones at high frequencies.  A section and its inverse get
/// the same answer.  [any]
bool ton_svf_needs_double(const TonBiquad* h);

/// Gain in dB at `hz`; -inf at a zero.  [any]
double ton_biquad_db(const TonBiquad* h, double hz, double rate);

/// Distance of the slower pole from the origin: below 1 when stable.  [any]
double ton_biquad_radius(const TonBiquad* h);

/// An analogue filter: H(s) = (n2 s^2 + n1 s + n0) / (d2 s^2 + d1 s + d0),
/// s = j f / corner
typedef struct {
  double n2;
  double n1;
  double n0;
  double d2;
  double d1;
  double d0;
} TonAnalogue;

/// The prototype of a shape; gain and Q as in ton_filter().  [any]
TonAnalogue ton_analogue(TonFilterShape shape, double gain_db, double q);

/// |H|^2 at x = f / corner.  [any]
double ton_analogue_power(const TonAnalogue* h, double x);

/// Gain in dB of the analogue prototype, what a design is measured against.
/// [any]
double ton_filter_prototype_db(TonFilterShape shape, double hz_over_corner,
                               double gain_db, double q);

#endif
