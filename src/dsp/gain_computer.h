// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_GAIN_COMPUTER_H
#define TON_DSP_GAIN_COMPUTER_H

/**
   @file
   Static curves of the dynamics processors in double: what they settle at.
   For curves on screen, for assistants, and what the lanes are tested against.
*/

/**
   Gain reduction of a compressor, in dB, 0 or more.

       out |        ____---- slope 1/ratio
           |     .-'
           |    /  knee: parabola over threshold +- knee/2
           |   /
           +------------------ in

   (Giannoulis, Massberg, Reiss, JAES 60(6) 2012, eq. 4)

   @param level_db Of the key
   @param threshold_db Middle of the knee
   @param ratio 1 or more; INFINITY is a limiter
   @param knee_db Width of the bend, 0 is a corner
   @return dB.  [any]
*/
double ton_compressor_reduction(double level_db, double threshold_db,
                                double ratio, double knee_db);

/// The same of a downward expander: below the threshold every decibel of level
/// takes ratio - 1 off.  Infinite below the knee of a ratio of INFINITY.  [any]
double ton_expander_reduction(double level_db, double threshold_db,
                              double ratio, double knee_db);

/// Times of the smooth decoupled detector, in the unit they came in
typedef struct {
  double hold_peak; ///< Time constant of the peak's fall
  double rise;      ///< Of the gain reduction behind it, upwards
  double fall;      ///< Downwards; equal to `rise` but for odd settings
} TonBallistics;

/**
   Time constants that reach 63 % after `attack` up and after `release` down.

     y = max(c, fall of y to c by hold_peak)
     r = one-pole of y by rise (up) or fall (down)

   Both poles shape a release.  With f = fall / release, the other must be

     hold_peak / release = 1 - 0.942 f - 1.445 f^2 + 2.605 f^3 - 0.957 f^4

   (least squares through the roots of the two-pole step response, within
   0.1 %).  An attack longer than half the release no longer smooths the fall:
   fall = release / 2.
*/
TonBallistics ton_ballistics(double attack, double release);

#endif
