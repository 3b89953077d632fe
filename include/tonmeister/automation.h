// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_AUTOMATION_H
#define TONMEISTER_AUTOMATION_H

/**
   @file
   Breakpoints of an automation curve.
*/

/// Course from one breakpoint to the next
typedef enum {
  TON_CURVE_LINEAR, ///< Straight in the parameter's unit (dB, Hz, ...)
  TON_CURVE_HOLD,   ///< Stays, then jumps
  TON_CURVE_SMOOTH, ///< Raised cosine
} TonCurve;

/// One breakpoint of an automation lane
typedef struct {
  double at_s;    ///< From the song's start
  float value;    ///< In the parameter's unit
  TonCurve curve; ///< Towards the next point
} TonPoint;

#endif
