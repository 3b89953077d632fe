// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The value of an automation curve at a frame, and where it bends.

#include "engine/automation_curve.h"

#include <math.h>

static int64_t
frame_of(const AutomationCurve* curve, uint32_t i)
{
  return llrint(curve->points[i].at_s * curve->rate);
}

/// Last point at or before (AFTER), or strictly before (BEFORE) the frame;
/// n_points if there is none
static uint32_t
point_before(const AutomationCurve* curve, int64_t frame, JumpSide side)
{
  uint32_t low = 0;
  uint32_t high = curve->n_points;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    const int64_t at = frame_of(curve, middle);
    if (at < frame || (side == AFTER && at == frame)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low ? low - 1 : curve->n_points;
}

/// Level between silence and `db`: loudness grows evenly, ten decibels for each
/// doubling of `part`
static double
fade(double db, double part)
{
  return part > 0.0 ? db + 10.0 * log2(part) : -(double)INFINITY;
}

static double
between(const AutomationCurve* curve, uint32_t i, int64_t frame)
{
  const TonPoint* const p = &curve->points[i];
  const int64_t from = frame_of(curve, i);
  const int64_t to = frame_of(curve, i + 1);
  const double part = (double)(frame - from) / (double)(to - from);
  const double low = (double)p[0].value;
  const double high = (double)p[1].value;
  if (p->curve == TON_CURVE_HOLD || low == high) {
    return low;
  }
  const double w =
      p->curve == TON_CURVE_SMOOTH ? 0.5 - 0.5 * cos(M_PI * part) : part;
  return isinf(low)    ? fade(high, w)
         : isinf(high) ? fade(low, 1.0 - w)
                       : low + (high - low) * w;
}

double
curve_value(const AutomationCurve* curve, int64_t frame, JumpSide side)
{
  const uint32_t i = point_before(curve, frame, side);
  if (i == curve->n_points) {
    return (double)curve->points[0].value;
  }
  if (i + 1 == curve->n_points) {
    return (double)curve->points[i].value;
  }
  if (side == BEFORE && frame_of(curve, i + 1) == frame) {
    return curve->points[i].curve == TON_CURVE_HOLD
               ? (double)curve->points[i].value
               : (double)curve->points[i + 1].value;
  }
  return between(curve, i, frame);
}

int64_t
curve_piece_end(const AutomationCurve* curve, int64_t frame)
{
  const uint32_t i = point_before(curve, frame, AFTER);
  if (i == curve->n_points) {
    return frame_of(curve, 0);
  }
  if (i + 1 == curve->n_points) {
    return TIME_NEVER;
  }
  const int64_t next = frame_of(curve, i + 1);
  const TonPoint* const p = &curve->points[i];
  if (p->curve == TON_CURVE_HOLD || p[0].value == p[1].value) {
    return next;
  }
  const int64_t grid = grid_after(frame);
  return grid < next ? grid : next;
}

bool
smooth_settle(Smoother* s, double target)
{
  const double near = 1e-7 * (fabs(target) + 1e-3);
  if (fabs(s->a - target) > near || fabs(s->b - target) > near) {
    return false;
  }
  smooth_reset(s, target);
  return true;
}
