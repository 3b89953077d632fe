// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Measures of whole files, worked out without the program's analysis.
#include "heard.h"

#include "expect.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void
unload(Sound* s)
{
  free(s->x[0]);
  free(s->x[1]);
  free(s->power);
  free(s->on);
  free(s->path);
  *s = (Sound){.path = NULL};
}

Sound*
load(Sound* s, const char* path)
{
  if (!path || (s->path && strcmp(s->path, path) == 0)) {
    return path ? s : NULL;
  }
  unload(s);
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(path, &audio, NULL), TON_OK);
  s->path = strdup(path);
  s->lufs = s->dbtp = NAN;
  s->channels = ton_audio_info(audio)->channels;
  s->rate = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  s->n = song_load(path, &s->x[0], &s->x[1]);
  return s;
}

enum { RECENT = 6 };

static struct {
  Sound sound;
  uint64_t used;
} recent[RECENT];

Sound*
heard(const char* path)
{
  static uint64_t calls;
  uint32_t oldest = 0;
  for (uint32_t i = 0; i < RECENT; ++i) {
    if (recent[i].sound.path && strcmp(recent[i].sound.path, path) == 0) {
      recent[i].used = ++calls;
      return &recent[i].sound;
    }
    oldest = recent[i].used < recent[oldest].used ? i : oldest;
  }
  recent[oldest].used = ++calls;
  return load(&recent[oldest].sound, path);
}

void
forget_heard(void)
{
  for (uint32_t i = 0; i < RECENT; ++i) {
    unload(&recent[i].sound);
  }
}

// Whole files -------------------------------------------------------------------

double
loudness(Sound* s)
{
  double* const none = calloc(s->n + 1, sizeof(double));
  if (isnan(s->lufs)) {
    s->lufs = signal_loudness(s->x[0], s->channels > 1 ? s->x[1] : none, s->n,
                              s->rate);
  }
  free(none);
  return s->lufs;
}

/// Between the samples around one; the ends fade, since a sound cut off rings
static double
peak_around(const double* x, uint64_t n, uint64_t at)
{
  enum { HALF = 256, FADE = 128 };
  static double part[2 * HALF + 1];
  for (uint64_t i = 0; i <= 2 * HALF; ++i) {
    const uint64_t edge = i < HALF ? i : 2 * HALF - i;
    const double fade = edge < FADE ? (double)edge / FADE : 1.0;
    part[i] = at + i >= HALF && at + i - HALF < n ? fade * x[at + i - HALF] : 0;
  }
  return signal_true_peak(part, 2 * HALF + 1);
}

/// Around the samples within 2 dB of the highest
double
true_peak(Sound* s)
{
  enum { STEP = 128 };
  double top = 0.0;
  double best = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      top = fmax(top, fabs(s->x[c][i]));
    }
  }
  for (uint32_t c = 0; isnan(s->dbtp) && c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      if (fabs(s->x[c][i]) > 0.8 * top) {
        best = fmax(best, peak_around(s->x[c], s->n, i));
        i += STEP;
      }
    }
  }
  s->dbtp = isnan(s->dbtp) ? 20.0 * log10(best) : s->dbtp;
  return s->dbtp;
}

/// The lowest third octave that is looked at begins here, the highest ends there
#define LOWEST_HZ  17.8
#define HIGHEST_HZ 22400.0

/// Of the left channel and `right` times the right one
static void
find_spectrum(const Sound* s, double right, Spectrum* found)
{
  static double x[WINDOW];
  static double hann[WINDOW];
  static double amplitude[BINS];
  for (uint32_t i = 0; !found->known && i < WINDOW; ++i) {
    hann[i] = 0.5 - 0.5 * cos(2.0 * M_PI * i / WINDOW);
  }
  for (uint64_t at = 0; !found->known && at + WINDOW <= s->n;
       at += WINDOW / 2) {
    for (uint32_t i = 0; i < WINDOW; ++i) {
      x[i] = hann[i] * (s->x[0][at + i] + right * s->x[1][at + i]);
    }
    signal_spectrum(x, WINDOW, amplitude);
    for (uint32_t k = 0; k < BINS; ++k) {
      found->at[k] += amplitude[k] * amplitude[k];
    }
  }
  found->known = true;
}

static double
power_of(const Sound* s, const Spectrum* spectrum, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t k = 1; k < BINS; ++k) {
    const double hz = k * s->rate / WINDOW;
    sum += hz >= from_hz && hz < to_hz ? spectrum->at[k] : 0.0;
  }
  return sum;
}

static void
find_spectra(Sound* s)
{
  find_spectrum(s, s->channels > 1 ? 1.0 : 0.0, &s->mid);
  if (s->channels > 1) {
    find_spectrum(s, -1.0, &s->side);
  }
}

static double
power_of_both(Sound* s, double from_hz, double to_hz)
{
  find_spectra(s);
  return power_of(s, &s->mid, from_hz, to_hz) +
         power_of(s, &s->side, from_hz, to_hz);
}

/// Power below a frequency re all of both channels, dB
double
share_below_db(Sound* s, double hz)
{
  return 10.0 * log10(power_of_both(s, LOWEST_HZ, hz) /
                      power_of_both(s, LOWEST_HZ, HIGHEST_HZ));
}

double
sides_db(Sound* s, double from_hz, double to_hz)
{
  find_spectra(s);
  return 10.0 * log10(power_of(s, &s->side, from_hz, to_hz) /
                      power_of(s, &s->mid, from_hz, to_hz));
}

/// The larger mean, % of full scale
double
offset(const Sound* s)
{
  double max = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    double sum = 0.0;
    for (uint64_t i = 0; i < s->n; ++i) {
      sum += s->x[c][i];
    }
    max = fmax(max, fabs(sum / (double)s->n));
  }
  return 100.0 * max;
}

/// Samples in runs of three or more equal ones within 0.1 dB of the highest
double
clipped(const Sound* s)
{
  double top = 0.0;
  uint64_t n = 0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      top = fmax(top, fabs(s->x[c][i]));
    }
  }
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n;) {
      uint64_t end = i + 1;
      while (end < s->n && s->x[c][end] == s->x[c][i]) {
        ++end;
      }
      const bool high = fabs(s->x[c][i]) > top * pow(10.0, -0.1 / 20.0);
      n += high && end - i >= 3 ? end - i : 0;
      i = end;
    }
  }
  return (double)n;
}

// While it plays ----------------------------------------------------------------

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Value below which a share of the values lies, between two of them if need be;
/// sorts them
static double
share_of(double* x, uint64_t n, double share)
{
  if (!n) {
    return NAN;
  }
  qsort(x, n, sizeof(double), ascending);
  const double at = share * (double)(n - 1);
  const uint64_t i = (uint64_t)at;
  const uint64_t next = i + 1 < n ? i + 1 : i;
  return x[i] + (at - (double)i) * (x[next] - x[i]);
}

enum { BLOCK = 16, HOP = 4, SHORT_PAUSE = 12 }; ///< In steps of 25 ms

/// Power of 50 ms from each step on, both channels, dB
static uint64_t
find_steps(const Sound* s, double** db)
{
  const double hop = HEARD_STEP_S * s->rate;
  const uint64_t n = (uint64_t)((double)s->n / hop);
  *db = calloc(n + 1, sizeof(double));
  for (uint64_t i = 0; i < n; ++i) {
    double power = 0.0;
    const uint64_t from = (uint64_t)((double)i * hop);
    const uint64_t to = (uint64_t)((double)(i + (i + 1 < n ? 2 : 1)) * hop);
    for (uint32_t c = 0; c < s->channels; ++c) {
      const double rms = signal_rms(s->x[c] + from, to - from);
      power += rms * rms;
    }
    (*db)[i] = 10.0 * log10(power + 1e-30);
  }
  return n;
}

/// Level above which a sound plays: a quarter of the way from its softest moments
/// to its loudest, at most 40 dB under these; digital silence is no moment of it.
/// What never pauses always plays
static double
playing_db(const double* db, uint64_t n, double* off_db)
{
  double* const sorted = calloc(n + 1, sizeof(double));
  uint64_t kept = 0;
  double top = -300.0;
  for (uint64_t i = 0; i < n; ++i) {
    top = fmax(top, db[i]);
  }
  for (uint64_t i = 0; i < n; ++i) {
    if (db[i] > top - 90.0) {
      sorted[kept++] = db[i];
    }
  }
  const double high = fmax(share_of(sorted, kept, 0.95), top - 12.0);
  const double low = share_of(sorted, kept, 0.05);
  free(sorted);
  const double on = fmax(low + 0.25 * (high - low), high - 40.0);
  const bool pauses = high - low >= 12.0;
  *off_db = pauses ? fmax(on - 6.0, 0.5 * (low + on)) : top - 90.0;
  return pauses ? on : top - 90.0;
}

/// Steps in which it plays: from 50 ms before its level rises to 150
/// ms after it falls, without the pauses under 0.3 s
void
find_playing(Sound* s)
{
  if (s->power) {
    return;
  }
  double* const none = calloc(s->n + 1, sizeof(double));
  double* db = NULL;
  double off_db = 0.0;
  s->steps = signal_weighted(s->x[0], s->channels > 1 ? s->x[1] : none, s->n,
                             s->rate, HEARD_STEP_S, &s->power);
  free(none);
  s->on = calloc(s->steps + 8, sizeof(bool));
  const uint64_t n = find_steps(s, &db);
  const double on_db = playing_db(db, n, &off_db);
  uint64_t last = 0;
  bool plays = false;
  bool ever = false;
  for (uint64_t i = 0; i < n; ++i) {
    plays = db[i] > on_db || (plays && db[i] > off_db);
    if (!plays) {
      continue;
    }
    uint64_t from = i < 2 ? 0 : i - 2;
    from = ever && i - last <= SHORT_PAUSE ? last : from;
    for (uint64_t k = from; k <= i + 6 && k < s->steps; ++k) {
      s->on[k] = true;
    }
    last = i;
    ever = true;
  }
  free(db);
}

/// Powers of the 400 ms blocks of one sound of which half plays in another;
/// NaN: it does not.  Freed by caller
static double*
blocks_of(Sound* s, Sound* playing, uint64_t* n)
{
  find_playing(s);
  find_playing(playing);
  const uint64_t steps = s->steps < playing->steps ? s->steps : playing->steps;
  double* const blocks = calloc(steps + 1, sizeof(double));
  *n = steps < BLOCK ? 0 : (steps - BLOCK) / HOP + 1;
  for (uint64_t i = 0; i < *n; ++i) {
    double power = 0.0;
    uint32_t on = 0;
    for (uint64_t k = HOP * i; k < HOP * i + BLOCK; ++k) {
      power += playing->on[k] ? s->power[k] : 0.0;
      on += playing->on[k];
    }
    blocks[i] = 2 * on >= BLOCK && power > 0.0 ? power / on : NAN;
  }
  return blocks;
}

/// Mean of the blocks above a power
static double
mean_above(const double* x, uint64_t n, double least)
{
  double sum = 0.0;
  uint64_t count = 0;
  for (uint64_t i = 0; i < n; ++i) {
    sum += x[i] > least ? x[i] : 0.0;
    count += x[i] > least;
  }
  return count ? sum / (double)count : NAN;
}

double
playing_loudness(Sound* s, Sound* playing)
{
  uint64_t n = 0;
  double* const x = blocks_of(s, playing, &n);
  const double mean = mean_above(x, n, 0.1 * mean_above(x, n, 0.0));
  free(x);
  return 10.0 * log10(mean) - 0.691;
}

/// Power of a window of one channel between two frequencies, thirds of an octave
/// wide at the edges
static double
window_power(const double* amplitude, uint32_t n, double rate, double from_hz,
             double to_hz)
{
  double sum = 0.0;
  for (uint32_t k = 1; k < n / 2; ++k) {
    const double hz = k * rate / n;
    sum += hz >= from_hz && hz < to_hz ? amplitude[k] * amplitude[k] : 0.0;
  }
  return 4.0 / 3.0 * sum; // of the squares under a Hann window, times 2
}

/// Powers of an S and of what is below it in one window of all channels
static void
hear_s(const Sound* s, uint64_t at, uint32_t n, double* high, double* body)
{
  static double x[WINDOW];
  static double amplitude[BINS];
  *high = *body = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      const double hann = 0.5 - 0.5 * cos(2.0 * M_PI * i / n);
      x[i] = at + i < s->n ? hann * s->x[c][at + i] : 0.0;
    }
    signal_spectrum(x, n, amplitude);
    *high += window_power(amplitude, n, s->rate, 4467.0, 11220.0);
    *body += window_power(amplitude, n, s->rate, 282.0, 2818.0);
  }
}

double
s_loudness(Sound* s)
{
  uint32_t window = 1;
  while (window < 0.08 * s->rate) {
    window *= 2;
  }
  const uint32_t half = window / 2;
  find_playing(s);
  const double least = playing_loudness(s, s) - 30.0;
  double* const db = calloc(s->n / half + 1, sizeof(double));
  uint64_t n = 0;
  for (uint64_t at = 0; at < s->n; at += half) {
    const uint64_t step =
        (uint64_t)((double)(at + half) / s->rate / HEARD_STEP_S);
    double high = 0.0;
    double body = 0.0;
    if (step < s->steps && s->on[step]) {
      hear_s(s, at, window, &high, &body);
    }
    if (high > 4.0 * body && 10.0 * log10(high) > least) {
      db[n++] = 10.0 * log10(high) + 4.0 - 0.691; // K-weighting: 4 dB
    }
  }
  const double loud = n ? share_of(db, n, 0.9) : NAN;
  free(db);
  return loud;
}

double
playing_range(Sound* s, Sound* playing)
{
  uint64_t n = 0;
  uint64_t kept = 0;
  double* const x = blocks_of(s, playing, &n);
  uint64_t n_own = 0;
  double* const own = blocks_of(playing, playing, &n_own);
  const double least = 0.01 * mean_above(own, n_own, 0.0);
  n = n < n_own ? n : n_own;
  for (uint64_t i = 0; i < n; ++i) {
    if (own[i] > least && x[i] > 0.0) {
      x[kept++] = 10.0 * log10(x[i]);
    }
  }
  const double high = share_of(x, kept, 0.95);
  const double low = share_of(x, kept, 0.10);
  free(x);
  free(own);
  return high - low;
}

double
playing_loss(Sound* before, Sound* behind)
{
  uint64_t n = 0;
  double* const x = blocks_of(before, before, &n);
  double* const y = blocks_of(behind, before, &n);
  const double least = 0.01 * mean_above(x, n, 0.0);
  double sum = 0.0;
  uint64_t count = 0;
  for (uint64_t i = 0; i < n; ++i) {
    if (x[i] > least && y[i] > 0.0) {
      sum += 10.0 * log10(x[i] / y[i]);
      ++count;
    }
  }
  free(x);
  free(y);
  return sum / (double)count;
}

// Loud parts ----------------------------------------------------------------------

enum { HALF_3_S = 60 }; ///< Steps on either side: 3 s

/// Mean power of n steps
static double
mean_power(const double* power, uint64_t n)
{
  double sum = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    sum += power[i] / (double)n;
  }
  return sum;
}

/// Power of the 3 s around each tenth; freed by caller
static double*
powers_around(const Sound* s, uint64_t* n)
{
  *n = s->steps / HOP;
  double* const around = calloc(*n + 1, sizeof(double));
  for (uint64_t i = 0; i < *n; ++i) {
    const uint64_t from = HOP * i < HALF_3_S ? 0 : HOP * i - HALF_3_S;
    const uint64_t to =
        HOP * i + HALF_3_S < s->steps ? HOP * i + HALF_3_S : s->steps;
    around[i] = mean_power(s->power + from, to - from);
  }
  return around;
}

/// Numbers of the tenths from which 400 ms belong to the loud parts; freed by
/// caller
static uint64_t*
loud_parts(Sound* s, uint64_t* count)
{
  uint64_t n = 0;
  find_playing(s);
  double* const around = powers_around(s, &n);
  double* const sorted = powers_around(s, &n);
  uint64_t* const loud = calloc(n + 1, sizeof(uint64_t));
  const double least = 0.89 * share_of(sorted, n, 0.6);
  *count = 0;
  for (uint64_t i = 0; i + BLOCK / HOP <= n; ++i) {
    bool belongs = true;
    for (uint64_t k = HOP * i; k < HOP * i + BLOCK; ++k) {
      belongs = belongs && s->on[k] && around[k / HOP] >= least;
    }
    if (belongs) {
      loud[(*count)++] = i;
    }
  }
  free(sorted);
  free(around);
  return loud;
}

double
loud_parts_loudness(Sound* s)
{
  uint64_t n = 0;
  uint64_t* const loud = loud_parts(s, &n);
  double sum = 0.0;
  for (uint64_t i = 0; i < n; ++i) {
    sum += mean_power(s->power + HOP * loud[i], BLOCK);
  }
  free(loud);
  return 10.0 * log10(sum / (double)n) - 0.691;
}

double
loud_parts_range(Sound* s)
{
  uint64_t n = 0;
  uint64_t* const loud = loud_parts(s, &n);
  double* const db = calloc(n + 1, sizeof(double));
  for (uint64_t i = 0; i < n; ++i) {
    db[i] = 10.0 * log10(mean_power(s->power + HOP * loud[i], BLOCK));
  }
  const double range = share_of(db, n, 0.95) - share_of(db, n, 0.10);
  free(db);
  free(loud);
  return range;
}

double
loud_parts_loss(Sound* s, Sound* before, Sound* behind)
{
  uint64_t n = 0;
  uint64_t* const loud = loud_parts(s, &n);
  double sum = 0.0;
  find_playing(before);
  find_playing(behind);
  for (uint64_t i = 0; i < n; ++i) {
    sum += 10.0 * log10(mean_power(before->power + HOP * loud[i], BLOCK) /
                        mean_power(behind->power + HOP * loud[i], BLOCK));
  }
  free(loud);
  return sum / (double)n;
}
