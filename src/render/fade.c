// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A part of a sound on its way into a sink, faded in and out.
#include "render/fade.h"

#include "engine/automation_curve.h"

#include <math.h>

static uint64_t
length_of(const Fade* f, const TonFade* fade)
{
  const double frames = rint(fade->length_s * f->rate);
  return frames < (double)f->frames ? (uint64_t)frames : f->frames;
}

/// From silence to full level: `at` of `length` frames have passed
static double
gain_at(const Fade* f, const TonFade* fade, uint64_t at, uint64_t length)
{
  const TonPoint points[] = {
      {0.0, -INFINITY, fade->smooth ? TON_CURVE_SMOOTH : TON_CURVE_LINEAR},
      {(double)length / f->rate, 0.0F, TON_CURVE_HOLD}};
  const AutomationCurve curve = {points, 2, f->rate};
  return pow(10.0, curve_value(&curve, (int64_t)at, AFTER) / 20.0);
}

static double
gain_of(const Fade* f, uint64_t at)
{
  const uint64_t in = length_of(f, &f->in);
  const uint64_t out = length_of(f, &f->out);
  const uint64_t left = f->frames - at - 1;
  return (at < in ? gain_at(f, &f->in, at, in) : 1.0) *
         (left < out ? gain_at(f, &f->out, left, out) : 1.0);
}

/// Are all of the next frames outside of the fades?
static bool
is_between(const Fade* f, uint32_t frames)
{
  return f->at >= length_of(f, &f->in) &&
         f->at + frames + length_of(f, &f->out) <= f->frames;
}

static bool
pass(Fade* f, const float* const* in, uint32_t frames)
{
  if (is_between(f, frames)) {
    f->at += frames;
    return f->next.push(f->next.handle, in, frames);
  }
  for (uint32_t from = 0; from < frames; from += FADE_CHUNK) {
    const uint32_t left = frames - from;
    const uint32_t n = left < FADE_CHUNK ? left : FADE_CHUNK;
    for (uint32_t i = 0; i < n; ++i, ++f->at) {
      const double gain = gain_of(f, f->at);
      f->faded[0][i] = (float)(gain * (double)in[0][from + i]);
      f->faded[1][i] = (float)(gain * (double)in[1][from + i]);
    }
    const float* const out[2] = {f->faded[0], f->faded[1]};
    if (!f->next.push(f->next.handle, out, n)) {
      return false;
    }
  }
  return true;
}

static bool
push(void* handle, const float* const* in, uint32_t frames)
{
  Fade* const f = handle;
  const uint32_t skip = f->skip < frames ? (uint32_t)f->skip : frames;
  const uint64_t left = f->frames - f->at;
  const float* const kept[2] = {in[0] + skip, in[1] + skip};
  const uint32_t n = frames - skip < left ? frames - skip : (uint32_t)left;
  f->skip -= skip;
  return !n || pass(f, kept, n);
}

TonSink
fade_sink(Fade* f)
{
  return (TonSink){f, push};
}
