// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/stem_parts.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

/// A Hann window keeps 3/8 of the power
#define HANN_POWER       0.375
#define TWELFTHS_FROM_HZ 200.0

static uint32_t
frame_length(double rate)
{
  uint32_t n = 512;
  while (n < 0.08 * rate) {
    n *= 2;
  }
  return n;
}

static void
find_edges(Frames* f)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f->third_hz[b][0] = ton_third_hz(b) / edge;
    f->third_hz[b][1] = ton_third_hz(b) * edge;
  }
  for (uint32_t b = 0; b < TON_STEM_TWELFTHS; ++b) {
    f->twelfth_hz[b] = TWELFTHS_FROM_HZ * pow(2.0, (b + 1) / 12.0);
  }
}

bool
frames_open(Frames* f, double rate, uint32_t channels)
{
  f->rate = rate;
  f->channels = channels;
  f->n = frame_length(rate);
  find_edges(f);
  f->fft = ton_fft_new(f->n);
  f->window = ton_alloc(f->n * sizeof(float));
  f->in = ton_alloc(channels * sizeof(float*));
  f->sum = ton_alloc((f->n / 2 + 2) * sizeof(double));
  bool ok = f->fft && f->window && f->in && f->sum;
  for (uint32_t c = 0; ok && c < channels; ++c) {
    f->in[c] = ton_alloc(f->n * sizeof(float));
    ok = f->in[c] != NULL;
  }
  for (uint32_t i = 0; ok && i < f->n; ++i) {
    f->window[i] = (float)(0.5 - 0.5 * cos(2.0 * M_PI * i / f->n));
  }
  return ok;
}

void
frames_close(Frames* f)
{
  for (uint32_t c = 0; f->in && c < f->channels; ++c) {
    ton_free(f->in[c]);
  }
  ton_free(f->in);
  ton_free(f->window);
  ton_free(f->sum);
  ton_free(f->frames);
  ton_fft_free(f->fft);
}

/// sum[k] = power of the bins below k, all channels
static void
transform(Frames* f)
{
  const uint32_t bins = f->n / 2 + 1;
  memset(f->sum, 0, (bins + 1) * sizeof(double));
  for (uint32_t c = 0; c < f->channels; ++c) {
    float* const x = ton_fft_time(f->fft);
    for (uint32_t i = 0; i < f->n; ++i) {
      x[i] = f->in[c][i] * f->window[i];
    }
    const float* const y = ton_fft_forward(f->fft);
    for (uint32_t k = 0; k < bins; ++k) {
      const double re = (double)y[2 * k];
      const double im = (double)y[2 * k + 1];
      f->sum[k + 1] += re * re + im * im;
    }
  }
  const double scale = 2.0 / HANN_POWER / f->n / f->n;
  double run = 0.0;
  for (uint32_t k = 1; k <= bins; ++k) {
    run += f->sum[k] * scale;
    f->sum[k] = run;
  }
}

/// Power below `hz`; bin k reaches from k - 1/2 to k + 1/2
static double
power_below(const Frames* f, double hz)
{
  const uint32_t bins = f->n / 2 + 1;
  const double at = hz * f->n / f->rate + 0.5;
  if (at >= bins) {
    return f->sum[bins];
  }
  const uint32_t k = (uint32_t)at;
  return f->sum[k] + (at - k) * (f->sum[k + 1] - f->sum[k]);
}

static void
take_frame(Frames* f)
{
  Frame* const grown =
      ton_grow(f->frames, &f->capacity, (size_t)f->n_frames + 1, sizeof(Frame));
  if (!grown) {
    f->failed = true;
    return;
  }
  f->frames = grown;
  Frame* const frame = &grown[f->n_frames++];
  transform(f);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    frame->thirds[b] = (float)(power_below(f, f->third_hz[b][1]) -
                               power_below(f, f->third_hz[b][0]));
  }
  double below = power_below(f, TWELFTHS_FROM_HZ);
  for (uint32_t b = 0; b < TON_STEM_TWELFTHS; ++b) {
    const double next = power_below(f, f->twelfth_hz[b]);
    frame->twelfths[b] = (float)(next - below);
    below = next;
  }
}

void
frames_add(Frames* f, const float* const* in, uint32_t n)
{
  for (uint32_t at = 0; at < n;) {
    const uint32_t room = f->n - f->held;
    const uint32_t part = n - at < room ? n - at : room;
    for (uint32_t c = 0; c < f->channels; ++c) {
      memcpy(f->in[c] + f->held, in[c] + at, part * sizeof(float));
    }
    f->held += part;
    at += part;
    if (f->held == f->n) {
      take_frame(f);
      for (uint32_t c = 0; c < f->channels; ++c) {
        memcpy(f->in[c], f->in[c] + f->n / 2, f->n / 2 * sizeof(float));
      }
      f->held = f->n / 2;
    }
  }
}

// Closing ----------------------------------------------------------------------

/// Share of a frame's time that sounds
static double
active_share(const Frames* f, const Steps* s, uint32_t frame)
{
  const double from_s = (double)frame * (f->n / 2) / f->rate;
  const uint32_t from = (uint32_t)(from_s / s->step_s);
  const uint32_t to = (uint32_t)((from_s + f->n / f->rate) / s->step_s);
  uint32_t on = 0;
  uint32_t n = 0;
  for (uint32_t i = from; i <= to && i < s->n; ++i) {
    on += s->steps[i].on;
    ++n;
  }
  return n ? (double)on / n : 0.0;
}

static double
thirds_between(const Frame* frame, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    sum += hz >= from_hz && hz < to_hz ? (double)frame->thirds[b] : 0.0;
  }
  return sum;
}

/// A band that stands 6 dB above the mean of the half octave around it
static void
count_standing(const Frame* frame, float* stay)
{
  enum { AROUND = 3 };
  for (uint32_t b = AROUND; b + AROUND < TON_STEM_TWELFTHS; ++b) {
    double around = 0.0;
    for (uint32_t k = b - AROUND; k <= b + AROUND; ++k) {
      around += k == b ? 0.0 : (double)frame->twelfths[k];
    }
    around /= 2.0 * AROUND;
    stay[b] += (double)frame->twelfths[b] > 4.0 * around ? 1.0F : 0.0F;
  }
}

typedef struct {
  double thirds[TON_THIRDS];
  double twelfths[TON_STEM_TWELFTHS];
  uint32_t n;
} Sum;

static void
add_frame(Sum* sum, const Frame* frame)
{
  ++sum->n;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    sum->thirds[b] += (double)frame->thirds[b];
  }
  for (uint32_t b = 0; b < TON_STEM_TWELFTHS; ++b) {
    sum->twelfths[b] += (double)frame->twelfths[b];
  }
}

static void
judge_sibilants(const Frames* f, const Steps* s, double* room,
                TonSoundFeatures* t)
{
  uint32_t n = 0;
  uint32_t active = 0;
  for (uint32_t i = 0; i < f->n_frames; ++i) {
    if (active_share(f, s, i) < 0.5) {
      continue;
    }
    ++active;
    const double high = thirds_between(&f->frames[i], 4900.0, 10100.0);
    const double body = thirds_between(&f->frames[i], 300.0, 3000.0);
    const double db = ton_power_db(high);
    if (high > 4.0 * body && db > t->active_lufs - 30.0) {
      room[n++] = db - t->active_lufs;
    }
  }
  t->sibilant_share = active ? (float)n / (float)active : 0.0F;
  t->sibilant_db = percentile(room, n, 0.90);
}

static void
judge_shape(const Sum* sum, TonSoundFeatures* t)
{
  double all = 0.0;
  double low = 0.0;
  double weighted = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    all += sum->thirds[b];
    low += hz < 145.0 ? sum->thirds[b] : 0.0;
    weighted += hz * sum->thirds[b];
  }
  t->centroid_hz = all > 0.0 ? weighted / all : 0.0;
  t->low_share = all > 0.0 ? low / all : 0.0;
}

static void
write_spectra(const Sum* active, const Sum* pause, TonSoundFeatures* t)
{
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    t->active_db[b] = ton_power_db(active->thirds[b] / active->n);
    t->pause_db[b] =
        pause->n ? ton_power_db(pause->thirds[b] / pause->n) : -INFINITY;
  }
  for (uint32_t b = 0; b < TON_STEM_TWELFTHS; ++b) {
    t->twelfths_db[b] = ton_power_db(active->twelfths[b] / active->n);
    t->twelfths_stay[b] /= (float)active->n;
  }
}

void
frames_spectra(const Frames* f, const Steps* steps, TonSoundFeatures* t)
{
  Sum active = {0};
  Sum pause = {0};
  for (uint32_t i = 0; i < f->n_frames; ++i) {
    const double share = active_share(f, steps, i);
    if (share >= 0.5) {
      add_frame(&active, &f->frames[i]);
      count_standing(&f->frames[i], t->twelfths_stay);
    } else if (share == 0.0) {
      add_frame(&pause, &f->frames[i]);
    }
  }
  if (!active.n) {
    return;
  }
  write_spectra(&active, &pause, t);
  judge_shape(&active, t);
  double* const room = ton_alloc((f->n_frames + 1) * sizeof(double));
  if (room) {
    judge_sibilants(f, steps, room, t);
  }
  ton_free(room);
}
