// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_DSP_GAIN_COMPUTER_H
#define TON_DSP_GAIN_COMPUTER_H

/**
   @file
   Static curves of the dynamics processors in double: what they settle at.
   For pictures of the knee; the tests hold the sound to them.
*/

/**
   Gain reduction of a compressor, in dB, 0 or more.

       out |        ____---- slope 1/ratio
           |     .-'
           |    /  knee: parabola over threshold +- knee/2
           |   /
           +------------------ in

   (Giannoulis, Massberg, Reiss, JAES 60(6) 2012, eq. 4)

   @param level_db Of the side-chain
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

#endif
