// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Sounds in memory: made, added, filtered.

#include "sound.h"

#include "base/error.h"
#include "base/memory.h"

#include <math.h>

double
from_db(double db)
{
  return pow(10.0, db / 20.0);
}

TonStatus
sound_new(Sound* sound, int channels, double seconds, double rate,
          TonError* error)
{
  *sound = (Sound){.channels = channels,
                   .frames = (size_t)ceil(seconds * rate),
                   .rate = rate};
  for (int c = 0; c < channels; ++c) {
    sound->x[c] = ton_alloc(sound->frames * sizeof(float));
    if (!sound->x[c]) {
      return ton_fail(error, TON_NO_MEMORY, "no memory for %.0f s of sound",
                      seconds);
    }
  }
  return TON_OK;
}

void
sound_free(Sound* sound)
{
  ton_free(sound->x[0]);
  ton_free(sound->x[1]);
  *sound = (Sound){0};
}

double
sound_peak(const Sound* sound, size_t from, size_t to)
{
  float peak = 0.0F;
  for (int c = 0; c < sound->channels; ++c) {
    for (size_t i = from; i < to && i < sound->frames; ++i) {
      const float x = fabsf(sound->x[c][i]);
      peak = x > peak ? x : peak;
    }
  }
  return (double)peak;
}

void
sound_scale(Sound* sound, double gain)
{
  for (int c = 0; c < sound->channels; ++c) {
    for (size_t i = 0; i < sound->frames; ++i) {
      sound->x[c][i] *= (float)gain;
    }
  }
}

void
sound_to_mono(Sound* sound)
{
  if (sound->channels == 2) {
    for (size_t i = 0; i < sound->frames; ++i) {
      sound->x[0][i] = 0.5F * (sound->x[0][i] + sound->x[1][i]);
    }
    ton_free(sound->x[1]);
    sound->x[1] = NULL;
    sound->channels = 1;
  }
}

void
sound_add(float* to, size_t frames, const float* from, double gain,
          double delay)
{
  const size_t whole = (size_t)delay;
  const float late = (float)((delay - (double)whole) * gain);
  const float early = (float)gain - late;
  for (size_t i = whole + 1; i < frames; ++i) {
    to[i] += early * from[i - whole] + late * from[i - whole - 1];
  }
}

static Filter
normalised(double b0, double b1, double b2, double a0, double a1, double a2)
{
  return (Filter){b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0, 0.0, 0.0};
}

static Filter
shelf(bool high, double a, double w, double alpha)
{
  const double s = high ? -1.0 : 1.0;
  const double c = cos(w);
  const double r = 2.0 * sqrt(a) * alpha;
  const double plus = a + 1.0;
  const double minus = a - 1.0;
  return normalised(
      a * (plus - s * minus * c + r), 2.0 * a * s * (minus - s * plus * c),
      a * (plus - s * minus * c - r), plus + s * minus * c + r,
      -2.0 * s * (minus + s * plus * c), plus + s * minus * c - r);
}

Filter
filter_new(FilterKind kind, double hz, double q, double gain_db, double rate)
{
  const double w = 2.0 * M_PI * hz / rate;
  const double c = cos(w);
  const double alpha = sin(w) / (2.0 * q);
  const double a = pow(10.0, gain_db / 40.0);
  switch (kind) {
  case LOW_PASS:
    return normalised((1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0, 1.0 + alpha,
                      -2.0 * c, 1.0 - alpha);
  case HIGH_PASS:
    return normalised((1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0, 1.0 + alpha,
                      -2.0 * c, 1.0 - alpha);
  case BELL:
    return normalised(1.0 + alpha * a, -2.0 * c, 1.0 - alpha * a,
                      1.0 + alpha / a, -2.0 * c, 1.0 - alpha / a);
  case LOW_SHELF:
  case HIGH_SHELF:
    break;
  }
  return shelf(kind == HIGH_SHELF, a, w, alpha);
}

void
sound_filter(Sound* sound, FilterKind kind, double hz, double q, double gain_db)
{
  for (int c = 0; c < sound->channels; ++c) {
    Filter f = filter_new(kind, hz, q, gain_db, sound->rate);
    for (size_t i = 0; i < sound->frames; ++i) {
      sound->x[c][i] = (float)filter_run(&f, (double)sound->x[c][i]);
    }
  }
}
