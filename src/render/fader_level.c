// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The level that a curve gives to a track.
#include "render/fader_level.h"

#include "engine/automation_curve.h"

#include <math.h>

static const TonAutomation*
fader_curve(const TonStrip* strip)
{
  for (uint32_t i = 0; i < strip->n_automation; ++i) {
    const TonAutomation* const a = &strip->automation[i];
    if (a->move == TON_MOVE_FADER && a->n_points) {
      return a;
    }
  }
  return NULL;
}

bool
fader_level(const TonStrip* strip, const TonFeatures* features, double* db)
{
  enum { TENTHS = 10 };
  const TonAutomation* const a = fader_curve(strip);
  if (!a) {
    return false;
  }
  const AutomationCurve curve = {a->points, a->n_points, TENTHS};
  double power = 0.0;
  double before = 0.0;
  for (uint32_t t = 0; t < features->n_tenths; ++t) {
    const double here =
        features->tenth_on[t] ? (double)features->tenth_power[t] : 0.0;
    before += here;
    power += here * pow(10.0, curve_value(&curve, t, AFTER) / 10.0);
  }
  *db =
      before > 0.0 ? 10.0 * log10(power / before) : (double)a->points[0].value;
  return true;
}
