// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Match equaliser: gives a sound the tone of a reference recording.
*/
#include "dsp/convolution.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <string.h>

typedef struct {
  float amount_percent;
  float smoothing_octaves;
  float range_db;
} MatchParams;

#define AT(field) offsetof(MatchParams, field)

static const TonParam params[] = {
    ROW_PERCENT("amount", amount_percent, 0, 100, 50, TON_RESTART, NONE,
                "Amount",
                "Share of the difference between both recordings that is made "
                "up for"),
    ROW("smoothing", smoothing_octaves, TON_PLAIN, TON_LOG, 0.1, 2, 0.33,
        TON_RESTART, NONE, "Smoothing",
        "Octaves over which the spectra are averaged: small values follow "
        "single notes, large ones the tone alone"),
    ROW_DB("range", range_db, 0, 18, 9, TON_RESTART, RANGE, "Range",
           "Largest boost or cut; two thirds of it below 60 Hz, four ninths "
           "above 10 kHz"),
};

static_assert(sizeof(MatchParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const TonResourceInfo resources[] = {
    {"source", "Source", "Recording of the sound as it is at this place"},
    {"reference", "Reference", "Recording of the sound that it shall have"},
};

enum { SOURCE, REFERENCE };
enum { CHUNK = 256, FRAME_AT_48_KHZ = 16384, TAPS_AT_48_KHZ = 8192 };

/// Points of a curve: twelve an octave, 20 Hz to 20.5 kHz
enum { PER_OCTAVE = 12, POINTS = 10 * PER_OCTAVE + 1 };

static const double LOWEST_HZ = 20.0;
static const double GATE = 0.01;  ///< Frames 20 dB below the mean are left out
static const double FLOOR = 1e-8; ///< Power re the strongest: noise, not tone

/// Correction by frequency, dB at each point
typedef struct {
  double db[POINTS];
} MatchCurve;

/**
     source, reference -- spectra -- smooth -- difference -- level out,
                                                             limit, amount
                                                                  |
     in ------------------------ convolution, minimum phase ----- + -- out
*/
typedef struct {
  TonConvolution* side[2]; ///< Null: there is nothing to do
  bool begun;              ///< Something has been heard since the last reset
} Match;

static double
point_hz(int i)
{
  return LOWEST_HZ * pow(2.0, (double)i / PER_OCTAVE);
}

/// A length at 48 kHz, brought to another rate: a power of two
static uint32_t
scaled(uint32_t at_48_khz, double rate)
{
  uint32_t n = at_48_khz;
  while (n < at_48_khz * rate / 48000.0 * 0.75) {
    n *= 2;
  }
  return n;
}

// Spectra (Welch 1967) -----------------------------------------------------------

static double
frame_power(const TonPlanes* planes, uint64_t from, uint32_t n)
{
  double sum = 0.0;
  for (uint32_t c = 0; c < planes->channels; ++c) {
    for (uint64_t i = from; i < from + n && i < planes->frames; ++i) {
      const double x = (double)ton_finite(planes->planes[c][i]);
      sum += x * x;
    }
  }
  return sum;
}

/// Add the power of a frame in a Hann window to the bins
static void
add_frame(const TonPlanes* planes, uint64_t from, TonFft* fft, uint32_t n,
          double* bins)
{
  float* const time = ton_fft_time(fft);
  for (uint32_t c = 0; c < planes->channels; ++c) {
    for (uint32_t i = 0; i < n; ++i) {
      const double w = 0.5 - 0.5 * cos(2.0 * M_PI * i / n);
      const double x = from + i < planes->frames
                           ? (double)ton_finite(planes->planes[c][from + i])
                           : 0.0;
      time[i] = (float)(w * x);
    }
    const float* const line = ton_fft_forward(fft);
    for (uint32_t k = 0; k <= n / 2; ++k) {
      const double re = (double)line[(size_t)2 * k];
      const double im = (double)line[(size_t)2 * k + 1];
      bins[k] += re * re + im * im;
    }
  }
}

/// Power of all frames that are not much softer than the mean
static void
add_frames(const TonPlanes* planes, TonFft* fft, uint32_t n, double* bins)
{
  double sum = 0.0;
  uint64_t count = 0;
  for (uint64_t at = 0; at < planes->frames; at += n / 2, ++count) {
    sum += frame_power(planes, at, n);
  }
  for (uint64_t at = 0; at < planes->frames; at += n / 2) {
    if (frame_power(planes, at, n) * (double)count >= GATE * sum) {
      add_frame(planes, at, fft, n, bins);
    }
  }
}

/// Sum of the bins from 0 to a place between two of them; `sums` are the sums
/// of all whole bins before each
static double
sum_to(const double* sums, uint32_t n_bins, double place)
{
  const double at = fmin(fmax(place + 0.5, 0.0), n_bins - 1.0);
  const uint32_t k = (uint32_t)at;
  return sums[k] + (at - k) * (sums[k + 1] - sums[k]);
}

/// Mean power around each point, `octaves` wide
static void
smooth(const double* bins, uint32_t n, double rate, double octaves,
       double* sums, double* power)
{
  const uint32_t n_bins = n / 2 + 1;
  sums[0] = 0.0;
  for (uint32_t k = 0; k < n_bins; ++k) {
    sums[k + 1] = sums[k] + bins[k];
  }
  for (int i = 0; i < POINTS; ++i) {
    const double hz = fmin(point_hz(i), 0.45 * rate);
    const double low = hz * pow(2.0, -0.5 * octaves) * n / rate;
    const double high = hz * pow(2.0, 0.5 * octaves) * n / rate;
    power[i] =
        (sum_to(sums, n_bins, high) - sum_to(sums, n_bins, low)) / (high - low);
  }
}

/// Smoothed power of one recording at the points
static TonStatus
measure(const TonSpec* spec, int which, double* power, TonError* error)
{
  const MatchParams* const p = (const MatchParams*)spec->params[0];
  const TonResources* const r = spec->resources;
  const uint32_t n = scaled(FRAME_AT_48_KHZ, spec->rate);
  TonPlanes planes;
  TON_TRY(r->load(r->handle, r->hashes[which], spec->rate, &planes, error));
  TonFft* const fft = ton_fft_new_for_sound(n);
  double* const bins = ton_alloc((n / 2 + 1) * sizeof(double));
  double* const sums = ton_alloc((n / 2 + 2) * sizeof(double));
  const bool made = fft && bins && sums;
  if (made) {
    add_frames(&planes, fft, n, bins);
    smooth(bins, n, spec->rate, (double)p->smoothing_octaves, sums, power);
  }
  ton_free(sums);
  ton_free(bins);
  ton_fft_free(fft);
  r->unload(r->handle, &planes);
  return made ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

// The curve ----------------------------------------------------------------------

static double
largest(const double* power)
{
  double max = 1e-30;
  for (int i = 0; i < POINTS; ++i) {
    max = fmax(max, power[i]);
  }
  return max;
}

/// Difference at each point, less where one of both is hardly more than noise;
/// its mean from 200 Hz to 5 kHz is 0, so that the loudness stays
static void
compare(const double* source, const double* reference, MatchCurve* curve)
{
  const double max[2] = {largest(source), largest(reference)};
  double sum = 0.0;
  int counted = 0;
  for (int i = 0; i < POINTS; ++i) {
    curve->db[i] = 10.0 * log10((reference[i] + 1e-30) / (source[i] + 1e-30));
    if (point_hz(i) >= 200.0 && point_hz(i) <= 5000.0) {
      sum += curve->db[i];
      ++counted;
    }
  }
  for (int i = 0; i < POINTS; ++i) {
    const double share = fmin(source[i] / max[0], reference[i] / max[1]);
    curve->db[i] = (curve->db[i] - sum / counted) * share / (share + FLOOR);
  }
}

static void
limit(MatchCurve* curve, const MatchParams* p)
{
  const double range = (double)p->range_db;
  for (int i = 0; i < POINTS; ++i) {
    const double hz = point_hz(i);
    const double max = range * (hz > 10000.0 ? 4.0 / 9.0
                                : hz < 60.0  ? 6.0 / 9.0
                                             : 1.0);
    curve->db[i] =
        fmin(fmax(curve->db[i], -max), max) * (double)p->amount_percent / 100.0;
  }
}

/// Between the points in straight lines; below them the curve returns to 0 dB
/// within an octave, above it stays
static double
gain_at(const void* context, double hz)
{
  const MatchCurve* const curve = context;
  const double octaves = log2(fmax(hz, 1.0) / LOWEST_HZ);
  const double at = fmin(fmax(octaves * PER_OCTAVE, 0.0), POINTS - 1.001);
  const int i = (int)at;
  const double db = curve->db[i] + (at - i) * (curve->db[i + 1] - curve->db[i]);
  return pow(10.0, db * fmax(0.0, 1.0 + fmin(octaves, 0.0)) / 20.0);
}

static TonStatus
make_taps(Match* m, const MatchCurve* curve, double rate, TonError* error)
{
  const uint32_t length = scaled(TAPS_AT_48_KHZ, rate);
  const TonGainCurve gain = {gain_at, curve, rate};
  return ton_convolution_pair(&gain, length, m->side)
             ? TON_OK
             : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
prepare(Match* m, const TonSpec* spec, TonError* error)
{
  const TonResources* const r = spec->resources;
  if (!r || !r->hashes[SOURCE] || !r->hashes[REFERENCE]) {
    return TON_OK; // with one recording alone there is nothing to compare
  }
  double source[POINTS] = {0.0};
  double reference[POINTS] = {0.0};
  MatchCurve curve;
  TON_TRY(measure(spec, SOURCE, source, error));
  TON_TRY(measure(spec, REFERENCE, reference, error));
  compare(source, reference, &curve);
  limit(&curve, (const MatchParams*)spec->params[0]);
  return make_taps(m, &curve, spec->rate, error);
}

// The instance -------------------------------------------------------------------

static void
close(const TonProcessor* self, void* state)
{
  Match* const m = state;
  for (int c = 0; m && c < 2; ++c) {
    ton_convolution_free(m->side[c]);
  }
  ton_free(m);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(Match), state, error));
  const TonStatus status = prepare(*state, spec, error);
  if (status) {
    close(self, *state);
    *state = NULL;
  }
  return status;
}

static void
forget(Match* m, int64_t song_frame)
{
  for (int c = 0; m->side[0] && c < 2; ++c) {
    ton_convolution_reset(m->side[c], song_frame);
  }
  m->begun = false;
}

static void
reset(const TonProcessor* self, void* state)
{
  forget(state, 0);
}

/// While nothing has been heard; later the blocks stay where they are
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Match* const m = state;
  if (!m->begun) {
    forget(m, song_frame);
  }
}

/// The curve is made when the instance is opened
static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  (void)state;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Match* const m = state;
  float in[CHUNK];
  float out[CHUNK];
  m->begun = true;
  for (uint32_t at = 0; m->side[0] && at < block->frames; at += CHUNK) {
    const uint32_t rest = block->frames - at;
    const uint32_t n = rest < CHUNK ? rest : CHUNK;
    float* const x = block->x + (size_t)2 * at;
    for (uint32_t c = 0; c < 2; ++c) {
      for (uint32_t i = 0; i < n; ++i) {
        in[i] = ton_finite(x[2 * i + c]);
      }
      ton_convolution_run(m->side[c], in, out, n);
      for (uint32_t i = 0; block->on[c] && i < n; ++i) {
        x[2 * i + c] = out[i];
      }
    }
  }
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const Match* const m = state;
  return m->side[0] ? ton_convolution_memory(m->side[0]) : 0;
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const MatchParams* const p = (const MatchParams*)values;
  return p->amount_percent <= 0.0F || p->range_db <= 0.0F;
}

const TonProcessor ton_match_equaliser = {
    .id = "match-equaliser",
    .name = "Match EQ",
    .category = "equaliser",
    .help =
        "Compares two recordings, one of the sound as it is and one of the "
        "sound that it shall have, and gives the first the tone of the second. "
        "The loudness stays, and nothing is delayed. Without both recordings "
        "it does nothing.",
    .params = params,
    .n_params = TON_COUNT(params),
    .resources = resources,
    .n_resources = TON_COUNT(resources),
    .flags = TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = close,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .tail = settle,
    .settle = settle,
    .neutral = neutral,
};
