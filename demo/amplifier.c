// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The guitars' amplifier: two distorting stages and a loudspeaker's
/// cabinet.

/// guitar -> tight low end -> [4x: stage 1 -> stage 2] -> tone -> cabinet
#include "amplifier.h"

#include <math.h>
#include <string.h>

enum { TIMES = 4, TAPS = 64 };

/// Windowed-sinc low-pass at 0.42 of the low rate, gain 1 at the high rate
static void
design(float* h)
{
  const double cut = 0.42 / TIMES;
  double sum = 0.0;
  for (int i = 0; i < TAPS; ++i) {
    const double t = i - (TAPS - 1) / 2.0;
    const double w = 0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / TAPS);
    h[i] = (float)(w * sin(2.0 * M_PI * cut * t) / (M_PI * t));
    sum += (double)h[i];
  }
  for (int i = 0; i < TAPS; ++i) {
    h[i] = (float)((double)h[i] / sum);
  }
}

/// Gain into the valves at a time: the drive of the section, reached in 20 ms
static double
drive_at(const Song* song, double seconds)
{
  const double at = seconds / song_bar_s(song);
  const uint32_t bar = at < song->n_bars ? (uint32_t)at : song->n_bars - 1;
  return song->bars[bar].section->drive_db;
}

/// Two stages.  The first leans to one side (even harmonics), the second
/// is even-handed; both saturate as tanh.
static double
valves(double x, double gain, Filter* between)
{
  const double bias = 0.22;
  const double first = tanh(gain * x + bias) - tanh(bias);
  return tanh(1.6 * filter_run(between, first));
}

typedef struct {
  float taps[TAPS];
  float low[TAPS / TIMES]; ///< Newest last
  float high[TAPS];
  Filter between;
} Oversampled;

static float
run_oversampled(Oversampled* o, float x, double gain)
{
  enum { PAST = TAPS / TIMES };
  memmove(o->low, o->low + 1, (PAST - 1) * sizeof(float));
  o->low[PAST - 1] = x;
  memmove(o->high, o->high + TIMES, (TAPS - TIMES) * sizeof(float));
  for (int phase = 0; phase < TIMES; ++phase) {
    float sum = 0.0F;
    for (int k = 0; k < PAST; ++k) {
      sum += o->taps[phase + k * TIMES] * o->low[PAST - 1 - k];
    }
    o->high[TAPS - TIMES + phase] =
        (float)valves((double)(TIMES * sum), gain, &o->between);
  }
  float y = 0.0F;
  for (int k = 0; k < TAPS; ++k) {
    y += o->taps[k] * o->high[TAPS - 1 - k];
  }
  return y;
}

static void
cabinet(Sound* s, bool second)
{
  sound_filter(s, HIGH_PASS, 85, 0.7, 0);
  sound_filter(s, BELL, second ? 125 : 110, 1.2, 3);
  sound_filter(s, BELL, second ? 420 : 500, 0.8, -3.5);
  sound_filter(s, BELL, second ? 2300 : 2900, 1.1, second ? 3.5 : 4.5);
  sound_filter(s, LOW_PASS, second ? 4600 : 5200, 0.9, 0);
  sound_filter(s, LOW_PASS, second ? 5200 : 5900, 0.7, 0);
}

TonStatus
amplify(Song* song, bool second, Sound* guitar, TonError* error)
{
  (void)error;
  const double peak = sound_peak(guitar, 0, guitar->frames);
  sound_scale(guitar, peak > 0.0 ? 0.5 / peak : 0.0);
  sound_filter(guitar, HIGH_PASS, 110, 0.7, 0);
  sound_filter(guitar, BELL, second ? 700 : 900, 0.6, 3);
  Oversampled o = {
      .between = filter_new(HIGH_PASS, 140, 0.7, 0, guitar->rate * TIMES)};
  design(o.taps);
  double drive_db = drive_at(song, 0.0);
  for (size_t i = 0; i < guitar->frames; ++i) {
    const double goal = drive_at(song, (double)i / guitar->rate);
    drive_db += (goal - drive_db) / (0.02 * guitar->rate);
    const double gain = from_db(drive_db - (second ? 2.0 : 0.0));
    // turning the gain up is more than half made good by turning the master down
    const double master = from_db(-0.55 * drive_db);
    guitar->x[0][i] =
        (float)master * run_oversampled(&o, guitar->x[0][i], gain);
  }
  cabinet(guitar, second);
  return TON_OK;
}
