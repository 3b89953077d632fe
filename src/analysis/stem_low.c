// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/stem_parts.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

enum {
  SIDE_TAPS = 6,    ///< Results' periods the filter reaches to either side
  LOW_FRAME = 1024, ///< 0.34 s: lows resolved to 3 Hz
  HUM_FRAME = 8192, ///< 2.7 s: lines resolved to 0.4 Hz
  MOST_HUM = 24,    ///< Windows that are enough
  HUM_BINS = HUM_FRAME / 2 + 1,
  STEADY = 48,     ///< Windows over the song, when it never pauses
  FEWEST = 16,     ///< Of them
  NOTE_TIMES = 4,  ///< Power of a line that comes and goes over its least
  SPLICE_BAND = 9, ///< 160 Hz: bands up to here are read from the low sum
  MATCH_BANDS = 3, ///< Both are brought to one level in the bands above
};

/// Mean of the channels, low-passed by a Hann-windowed sinc at 0.4 of the new
/// rate, one of `every` kept; y[j] stands at x[j every]
bool
low_open(Low* low, double rate)
{
  low->every = (uint32_t)fmax(rint(rate / 3000.0), 1.0);
  low->rate = rate / low->every;
  low->half = SIDE_TAPS * low->every;
  const uint32_t n = 2 * low->half + 1;
  low->taps = ton_alloc(n * sizeof(float));
  if (!low->taps) {
    return false;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double t = (double)i - low->half;
    const double x = 0.8 * M_PI * t / low->every;
    const double sinc = t == 0.0 ? 1.0 : sin(x) / x;
    const double hann = 0.5 + 0.5 * cos(M_PI * t / (low->half + 1.0));
    low->taps[i] = (float)(0.8 / low->every * sinc * hann);
  }
  // Silence in front of the song
  low->in = ton_grow(NULL, &low->in_capacity, low->half, sizeof(float));
  if (low->in) {
    memset(low->in, 0, low->half * sizeof(float));
    low->held = low->half;
  }
  return low->in != NULL;
}

void
low_close(Low* low)
{
  ton_free(low->taps);
  ton_free(low->in);
  ton_free(low->out);
}

typedef float Four __attribute__((vector_size(16), aligned(4)));

/// Sixteen products at a time
static float
weighted_sum(const float* taps, const float* x, uint32_t n)
{
  enum { ROWS = 4 };
  Four sum[ROWS] = {{0}};
  uint32_t i = 0;
  for (; i + 4 * ROWS <= n; i += 4 * ROWS) {
    for (uint32_t k = 0; k < ROWS; ++k) {
      sum[k] +=
          *(const Four*)(taps + i + 4 * k) * *(const Four*)(x + i + 4 * k);
    }
  }
  const Four all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  float rest = (all[0] + all[1]) + (all[2] + all[3]);
  for (; i < n; ++i) {
    rest += taps[i] * x[i];
  }
  return rest;
}

/// Results whose taps lie inside what is held; drop what is past
static void
take_results(Low* low)
{
  const uint32_t reach = 2 * low->half + 1;
  while (low->from + low->held >= low->n * low->every + reach) {
    float* const grown =
        ton_grow(low->out, &low->capacity, (size_t)low->n + 1, sizeof(float));
    if (!grown) {
      low->failed = true;
      return;
    }
    low->out = grown;
    const float* const x = low->in + (low->n * low->every - low->from);
    low->out[low->n++] = weighted_sum(low->taps, x, reach);
  }
  const uint64_t past = low->n * low->every;
  const uint32_t drop = past > low->from ? (uint32_t)(past - low->from) : 0;
  if (drop && drop <= low->held) {
    memmove(low->in, low->in + drop, (low->held - drop) * sizeof(float));
    low->held -= drop;
    low->from += drop;
  }
}

static bool
make_room(Low* low, uint32_t n)
{
  float* const grown = ton_grow(low->in, &low->in_capacity,
                                (size_t)low->held + n, sizeof(float));
  low->failed |= !grown;
  low->in = grown ? grown : low->in;
  return grown != NULL;
}

void
low_add(Low* low, const float* const* in, uint32_t channels, uint32_t n)
{
  if (!make_room(low, n)) {
    return;
  }
  const float share = 1.0F / (float)channels;
  for (uint32_t i = 0; i < n; ++i) {
    float sum = 0.0F;
    for (uint32_t c = 0; c < channels; ++c) {
      sum += in[c][i];
    }
    low->in[low->held + i] = share * sum;
  }
  low->held += n;
  take_results(low);
}

void
low_end(Low* low)
{
  if (make_room(low, low->half)) {
    memset(low->in + low->held, 0, low->half * sizeof(float));
    low->held += low->half;
    take_results(low);
  }
}

// Closing ----------------------------------------------------------------------

/// Steps that sound between two places of the low sum, as a share
static double
share_on(const Low* low, const Steps* s, uint64_t from, uint32_t length)
{
  const uint32_t first = (uint32_t)((double)from / low->rate / s->step_s);
  const uint32_t last =
      (uint32_t)((double)(from + length) / low->rate / s->step_s);
  uint32_t on = 0;
  uint32_t n = 0;
  for (uint32_t i = first; i <= last && i < s->n; ++i) {
    on += s->steps[i].on;
    ++n;
  }
  return n ? (double)on / n : 1.0;
}

/// Add the power spectrum of a Hann-windowed stretch to `sum`, power per bin
static void
add_spectrum(TonFft* fft, uint32_t n, const float* x, double* sum)
{
  float* const in = ton_fft_time(fft);
  // the cosine of the window turns by one step a sample
  const double turn[2] = {cos(2.0 * M_PI / n), sin(2.0 * M_PI / n)};
  double at[2] = {1.0, 0.0};
  for (uint32_t i = 0; i < n; ++i) {
    in[i] = x[i] * (float)(0.5 - 0.5 * at[0]);
    const double re = at[0] * turn[0] - at[1] * turn[1];
    at[1] = at[0] * turn[1] + at[1] * turn[0];
    at[0] = re;
  }
  const float* const y = ton_fft_forward(fft);
  const double scale = 2.0 / 0.375 / n / n;
  for (uint32_t k = 0; k <= n / 2; ++k) {
    const double re = (double)y[2 * k];
    const double im = (double)y[2 * k + 1];
    sum[k] += scale * (re * re + im * im);
  }
}

static double
band_power(const double* bins, uint32_t n, double rate, uint32_t band)
{
  const double edge = pow(2.0, 1.0 / 6.0);
  const double from = ton_third_hz(band) / edge * n / rate + 0.5;
  const double to = ton_third_hz(band) * edge * n / rate + 0.5;
  double sum = 0.0;
  for (uint32_t k = (uint32_t)from; k <= (uint32_t)to && k <= n / 2; ++k) {
    const double inside = fmin(k + 1.0, to) - fmax(k, from);
    sum += inside * bins[k];
  }
  return sum;
}

/// Both spectra are one in the bands above the splice
static void
splice(const double* bins, const Low* low, double* thirds_db)
{
  double ours = 0.0;
  double theirs = 0.0;
  for (uint32_t b = SPLICE_BAND + 1; b <= SPLICE_BAND + MATCH_BANDS; ++b) {
    ours += band_power(bins, LOW_FRAME, low->rate, b);
    theirs += pow(10.0, thirds_db[b] / 10.0);
  }
  // Nothing in the sum of the sides (one is upside down): keep what is there
  if (!(ours > 0.05 * theirs) || !(ours < 2.0 * theirs)) {
    return;
  }
  for (uint32_t b = 0; b <= SPLICE_BAND; ++b) {
    thirds_db[b] =
        ton_power_db(band_power(bins, LOW_FRAME, low->rate, b) * theirs / ours);
  }
}

void
low_spectra(const Low* low, const Steps* steps, TonSoundFeatures* t)
{
  enum { BINS = LOW_FRAME / 2 + 1 };
  TonFft* const fft = ton_fft_new(LOW_FRAME);
  double* const bins = ton_alloc(2 * BINS * sizeof(double));
  for (uint64_t i = 0; fft && bins && i + LOW_FRAME <= low->n;
       i += LOW_FRAME / 2) {
    const double share = share_on(low, steps, i, LOW_FRAME);
    if (share >= 0.5) {
      add_spectrum(fft, LOW_FRAME, low->out + i, bins);
    } else if (share == 0.0) {
      add_spectrum(fft, LOW_FRAME, low->out + i, bins + BINS);
    }
  }
  if (fft && bins) {
    splice(bins, low, t->active_db);
    splice(bins + BINS, low, t->pause_db);
  }
  ton_free(bins);
  ton_fft_free(fft);
}

/// A line that stands out of what lies within 5 Hz around it
typedef struct {
  double power;
  double prominence_db;
  double hz;
  uint32_t bin;
} Line;

static Line
find_line(const double* bins, double rate, double hz)
{
  const double width = rate / HUM_FRAME;
  const uint32_t middle = (uint32_t)lrint(hz / width);
  const uint32_t near = (uint32_t)ceil(0.6 / width) + 1;
  const uint32_t far = (uint32_t)ceil(5.0 / width);
  uint32_t top = middle;
  double around[64];
  uint32_t n = 0;
  for (uint32_t k = middle - far; k <= middle + far; ++k) {
    const uint32_t off = k > middle ? k - middle : middle - k;
    if (off <= near) {
      top = bins[k] > bins[top] ? k : top;
    } else if (off > near + 2 && n < 64) {
      around[n++] = bins[k];
    }
  }
  const double floor_power = percentile(around, n, 0.5) + 1e-30;
  const double power = bins[top - 1] + bins[top] + bins[top + 1];
  return (Line){power, ton_power_db(bins[top] / floor_power), top * width, top};
}

/// `often`: what half of the time stays under, or null; a line that is much
/// louder half of the time is a note's
static void
judge_hum(const double* bins, const double* often, double rate, double base_hz,
          TonSoundFeatures* t)
{
  TonStemHum hum = {.hz = base_hz};
  double prominence[TON_STEM_HUM];
  uint32_t n = 0;
  double power = 0.0;
  for (uint32_t k = 1; k <= TON_STEM_HUM; ++k) {
    const Line line = find_line(bins, rate, base_hz * k);
    const bool steady = !often || often[line.bin] < NOTE_TIMES * bins[line.bin];
    if (line.prominence_db >= 12.0 && steady) {
      hum.lines |= 1U << (k - 1);
      prominence[n++] = line.prominence_db;
      power += line.power;
    }
  }
  hum.prominence = percentile(prominence, n, 0.5);
  hum.level_db = ton_power_db(power) - t->active_lufs;
  if (n >= 4 && (t->hum.hz == 0.0 || hum.level_db > t->hum.level_db)) {
    t->hum = hum;
  }
}

/// Mean spectrum of the pauses; false when none is long enough
static bool
pause_spectrum(TonFft* fft, const Low* low, const Steps* steps, double* bins)
{
  uint32_t n = 0;
  for (uint64_t i = 0; i + HUM_FRAME <= low->n && n < MOST_HUM;) {
    const bool pause = share_on(low, steps, i, HUM_FRAME) == 0.0;
    if (pause) {
      add_spectrum(fft, HUM_FRAME, low->out + i, bins);
      ++n;
    }
    i += pause ? HUM_FRAME / 2 : HUM_FRAME / 16;
  }
  for (uint32_t k = 0; n && k < HUM_BINS; ++k) {
    bins[k] /= n;
  }
  return n > 0;
}

/// What every bin keeps to in nine tenths of the time that sounds, and in
/// half of it: notes come and go, hum stays
static bool
steady_spectrum(TonFft* fft, const Low* low, const Steps* steps, double* bins,
                double* often)
{
  double* const all = ton_alloc((size_t)STEADY * HUM_BINS * sizeof(double));
  const uint64_t span = low->n < HUM_FRAME ? 0 : low->n - HUM_FRAME;
  const uint32_t wanted =
      (uint32_t)fmin((double)(4 * span / HUM_FRAME), STEADY);
  uint32_t n = 0;
  for (uint32_t w = 0; all && w < wanted; ++w) {
    const uint64_t at = span * w / wanted;
    if (share_on(low, steps, at, HUM_FRAME) > 0.9) {
      add_spectrum(fft, HUM_FRAME, low->out + at, all + (size_t)n++ * HUM_BINS);
    }
  }
  for (uint32_t k = 0; n >= FEWEST && k < HUM_BINS; ++k) {
    double column[STEADY];
    for (uint32_t w = 0; w < n; ++w) {
      column[w] = all[(size_t)w * HUM_BINS + k];
    }
    bins[k] = percentile(column, n, 0.10);
    often[k] = percentile(column, n, 0.50);
  }
  ton_free(all);
  return n >= FEWEST;
}

/// Louder than this it is the music, found where it never pauses, dB
#define HUM_IN_MUSIC_DB -10.0

void
low_hum(const Low* low, const Steps* steps, TonSoundFeatures* t)
{
  TonFft* const fft = ton_fft_new(HUM_FRAME);
  double* const bins = ton_alloc(HUM_BINS * sizeof(double));
  t->hum.level_db = -INFINITY;
  double* const often = ton_alloc(HUM_BINS * sizeof(double));
  const bool room = fft && bins && often;
  const bool pauses = room && pause_spectrum(fft, low, steps, bins);
  if (pauses || (room && steady_spectrum(fft, low, steps, bins, often))) {
    judge_hum(bins, pauses ? NULL : often, low->rate, 50.0, t);
    judge_hum(bins, pauses ? NULL : often, low->rate, 60.0, t);
  }
  if (!pauses && t->hum.level_db > HUM_IN_MUSIC_DB) {
    t->hum = (TonStemHum){.level_db = -INFINITY};
  }
  ton_free(often);
  ton_free(bins);
  ton_fft_free(fft);
}
