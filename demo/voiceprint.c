// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The colour of a voice over time, found in speech of one pitch.

/**
   The speech is spoken on 150 Hz exactly.  A Hann window of four periods has
   its zeros two bins of 37.5 Hz away, so the spectrum at k 150 Hz is the
   harmonic k alone, and half-way between two harmonics there is nothing but
   noise:

     |X|  ^      ^      ^       harmonics: the envelope
          | .    | .    | .
          --+------+------+--   between them: what is not periodic
            75 Hz  225 Hz
*/
#include "voiceprint.h"

#include "base/error.h"
#include "base/memory.h"
#include "fourier.h"

#include <math.h>

enum {
  PERIODS = 4,
  WINDOW = PERIODS * SPEECH_PERIOD,
  FOLD = 2 * SPEECH_PERIOD, ///< Bins of 75 Hz: 22050 / 294
  HARMONICS = 70,           ///< Up to 10.5 kHz
};

/// One look: amplitude of each harmonic, and noise beside it over
/// its own power
typedef struct {
  double amplitude[HARMONICS + 1];
  double noise[HARMONICS + 1];
  double log_amplitude[HARMONICS + 1];
  double share[HARMONICS + 1]; ///< Noise around, of the whole power
} Look;

/// What the throat does to every look alike, as logarithms of amplitude
typedef struct {
  double tone[PULSE / 2 + 1];
  double hiss[HISS_BINS];
  double air[HISS_BINS]; ///< Share of breath, power
} Colour;

static double
bin_power(const double* folded, int bin)
{
  static double cosine[FOLD];
  static double sine[FOLD];
  if (cosine[0] == 0.0) {
    for (int i = 0; i < FOLD; ++i) {
      cosine[i] = cos(2.0 * M_PI * i / FOLD);
      sine[i] = sin(2.0 * M_PI * i / FOLD);
    }
  }
  double re = 0.0;
  double im = 0.0;
  for (int i = 0, at = 0; i < FOLD; ++i) {
    re += folded[i] * cosine[at];
    im += folded[i] * sine[at];
    at = (at + bin) % FOLD;
  }
  return re * re + im * im;
}

static void
look_at(const Speech* s, size_t centre, Look* look)
{
  double folded[FOLD] = {0.0};
  for (int i = 0; i < WINDOW; ++i) {
    const size_t at = centre + (size_t)i;
    const double w = 0.5 - 0.5 * cos(2.0 * M_PI * i / WINDOW);
    if (at >= WINDOW / 2 && at - WINDOW / 2 < s->frames) {
      folded[i % FOLD] += w * (double)s->x[at - WINDOW / 2];
    }
  }
  double power[2 * HARMONICS + 2];
  for (int bin = 1; bin < 2 * HARMONICS + 2; ++bin) {
    power[bin] = bin_power(folded, bin) + 1e-12;
  }
  for (int k = 1; k <= HARMONICS; ++k) {
    const double between = 0.5 * (power[2 * k - 1] + power[2 * k + 1]);
    look->amplitude[k] = 4.0 * sqrt(power[2 * k]) / WINDOW;
    look->noise[k] = fmin(1.0, between / power[2 * k]);
  }
  look->amplitude[0] = look->amplitude[1];
  look->noise[0] = look->noise[1];
}

/**
   espeak-ng leaves holes between its formants and nothing above the fifth.  A
   throat of flesh leaks everywhere: fill the holes to 22 dB under what is
   around, and the top, as air, from the level around 3.5 kHz.
*/
static void
fill_holes(Look* look)
{
  enum { AROUND = 8, FIFTH = 28, FROM = 17 };
  double power[HARMONICS + 1];
  double presence = 0.0;
  for (int k = 0; k <= HARMONICS; ++k) {
    power[k] = look->amplitude[k] * look->amplitude[k];
    presence += k >= FROM && k <= FIFTH ? power[k] / (FIFTH - FROM + 1) : 0.0;
  }
  for (int k = 1; k <= HARMONICS; ++k) {
    double around = 0.0;
    for (int i = k - AROUND; i <= k + AROUND; ++i) {
      around += i >= 0 && i <= HARMONICS ? power[i] / (2 * AROUND + 1) : 0.0;
    }
    look->amplitude[k] = fmax(look->amplitude[k], 0.08 * sqrt(around));
    const double air = 0.35 * sqrt(presence) * pow((double)FIFTH / k, 0.8);
    if (k > FIFTH && look->amplitude[k] < air) {
      look->amplitude[k] = air;
      look->noise[k] = fmax(look->noise[k], fmin(0.8, (k - FIFTH) / 30.0));
    }
  }
}

/// How periodic it is below 3 kHz, where a voice is strongest
static double
voicing(const Look* look)
{
  double tone = 0.0;
  double noise = 0.0;
  for (int k = 1; k <= 20; ++k) {
    const double p = look->amplitude[k] * look->amplitude[k];
    tone += p;
    noise += p * look->noise[k];
  }
  if (tone < 2e-7) {
    return 0.0;
  }
  const double ratio = noise / tone;
  return ratio < 0.12 ? 1.0 : ratio > 0.35 ? 0.0 : (0.35 - ratio) / 0.23;
}

/// Logarithm of the envelope at `hz`: a Catmull-Rom curve through the
/// harmonics in decibels; above the last one it falls by 18 dB per octave
static double
envelope_at(const Look* look, double hz)
{
  double x = hz / SPEECH_HZ;
  double beyond = 0.0;
  if (x > HARMONICS - 2) {
    beyond = 3.0 * log(x / (HARMONICS - 2));
    x = HARMONICS - 2;
  }
  const int k = (int)x;
  const double t = x - k;
  const double* const y = look->log_amplitude + k;
  const double before = k ? y[-1] : y[0];
  const double slope_b = 0.5 * (y[1] - before);
  const double slope_c = 0.5 * (y[2] - y[0]);
  const double t2 = t * t;
  const double t3 = t2 * t;
  return (2 * t3 - 3 * t2 + 1) * y[0] + (t3 - 2 * t2 + t) * slope_b +
         (3 * t2 - 2 * t3) * y[1] + (t3 - t2) * slope_c - beyond;
}

/// Share of noise around harmonic `k`: what lies between six harmonics over
/// what they are.  A voice is clean below 1.5 kHz; noise found there comes
/// from its own movement.
static double
share_of_noise(const Look* look, int k)
{
  double tone = 0.0;
  double noise = 0.0;
  for (int i = k - 2; i <= k + 3; ++i) {
    if (i >= 1 && i <= HARMONICS) {
      const double p = look->amplitude[i] * look->amplitude[i];
      tone += p;
      noise += p * look->noise[i];
    }
  }
  const double hz = (double)k * SPEECH_HZ;
  const double clean = 1.0 / (1.0 + pow(1800.0 / fmax(hz, 1.0), 4.0));
  return fmax(0.0, noise / (tone + 1e-12) - 0.01) * clean;
}

static double
noise_at(const Look* look, double hz)
{
  const double x = hz / SPEECH_HZ;
  const int k = x < HARMONICS - 1 ? (int)x : HARMONICS - 1;
  const double t = fmin(1.0, x - k);
  return look->share[k] + t * (look->share[k + 1] - look->share[k]);
}

/// The throat's own colour on top of what was spoken
static double
colour_at(const Throat* throat, double hz)
{
  const double octaves = log2(fmax(hz, 20.0) / 3100.0);
  const double lift_db = throat->effort_db * exp(-2.0 * octaves * octaves);
  return lift_db * log(10.0) / 20.0 - log(hypot(1.0, hz / throat->soft_hz));
}

static void
mix_colour(const Throat* throat, Colour* colour)
{
  const double breath = pow(10.0, throat->breath_db / 10.0);
  for (int i = 0; i <= PULSE / 2; ++i) {
    // nothing below the lowest note, a soft end before half the rate
    const double hz = i * throat->rate / PULSE;
    const double rise = fmin(1.0, 0.1 + hz * hz / (90.0 * 90.0));
    const double cut = 1.0 / (1.0 + pow(hz / 15000.0, 8.0));
    colour->tone[i] = colour_at(throat, hz) + log(rise * cut);
  }
  for (int i = 0; i < HISS_BINS; ++i) {
    const double hz = i * throat->rate / HISS;
    colour->hiss[i] = colour_at(throat, hz);
    colour->air[i] = breath / (1.0 + pow(2200.0 / fmax(hz, 1.0), 4.0));
  }
}

/**
   Minimum phase from the magnitude alone, through the cepstrum (Oppenheim and
   Schafer, Discrete-Time Signal Processing, 12.3): fold the anticausal half
   of the cepstrum of log|H| on the causal one.
*/
static void
minimum_phase(const double* log_magnitude, float* pulse)
{
  static double re[PULSE];
  static double im[PULSE];
  for (int i = 0; i < PULSE; ++i) {
    re[i] = log_magnitude[i <= PULSE / 2 ? i : PULSE - i];
    im[i] = 0.0;
  }
  fourier(re, im, PULSE, 1);
  for (int i = 1; i < PULSE / 2; ++i) {
    re[i] *= 2.0;
    re[PULSE - i] = 0.0;
    im[i] = im[PULSE - i] = 0.0;
  }
  im[0] = im[PULSE / 2] = 0.0;
  fourier(re, im, PULSE, 0);
  for (int i = 0; i < PULSE; ++i) {
    const double magnitude = exp(re[i]);
    re[i] = magnitude * cos(im[i]);
    im[i] = magnitude * sin(im[i]);
  }
  fourier(re, im, PULSE, 1);
  for (int i = 0; i < PULSE; ++i) {
    const double left = (double)(PULSE - i) / (PULSE / 4);
    pulse[i] = (float)(re[i] * fmin(1.0, left));
  }
}

static void
print_tone(const Look* look, const Throat* throat, const Colour* colour,
           float* pulse)
{
  double log_magnitude[PULSE / 2 + 1];
  for (int i = 0; i <= PULSE / 2; ++i) {
    const double hz = i * throat->rate / PULSE;
    const double tone = 1.0 - fmin(0.99, noise_at(look, hz));
    log_magnitude[i] = envelope_at(look, hz / throat->formants) +
                       colour->tone[i] + 0.5 * log(tone);
  }
  minimum_phase(log_magnitude, pulse);
}

/**
   Noise with the envelope's colour.  A Hann window of four periods reads
   noise of density S as harmonics of amplitude A with A^2/2 = 0.75 S F0/rate
   where a band of F0 really holds 2 S F0/rate: 8/3 more.
*/
static void
print_hiss(const Look* look, const Throat* throat, const Colour* colour,
           float* hiss)
{
  const double per_hz = 8.0 / 3.0 / (2.0 * SPEECH_HZ);
  for (int i = 0; i < HISS_BINS; ++i) {
    const double hz = i * throat->rate / HISS;
    const double share = fmin(1.0, noise_at(look, hz) + colour->air[i]);
    const double a =
        exp(envelope_at(look, hz / throat->formants) + colour->hiss[i]);
    hiss[i] = (float)(a * sqrt(0.25 * share * per_hz * throat->rate));
  }
}

void
voiceprint_free(Voiceprint* print)
{
  ton_free(print->pulse);
  ton_free(print->hiss);
  ton_free(print->voiced);
  *print = (Voiceprint){0};
}

double
voiceprint_level(const Voiceprint* print, size_t frame, double hz)
{
  enum { HARMONICS_HEARD = 12 };
  const float* const pulse = print->pulse + frame * PULSE;
  double power = 0.0;
  for (int h = 1; h <= HARMONICS_HEARD; ++h) {
    const double step = 2.0 * M_PI * h * hz / print->rate;
    double re = 0.0;
    double im = 0.0;
    for (int i = 0; i < PULSE; ++i) {
      re += (double)pulse[i] * cos(step * i);
      im += (double)pulse[i] * sin(step * i);
    }
    power += 0.5 * (re * re + im * im);
  }
  return sqrt(power * hz / SPEECH_HZ);
}

TonStatus
voiceprint_of(const Speech* speech, const Throat* throat, Voiceprint* print,
              TonError* error)
{
  const size_t n = speech->frames / HOP + 2;
  *print = (Voiceprint){.frames = n, .rate = throat->rate};
  print->pulse = ton_alloc(n * PULSE * sizeof(float));
  print->hiss = ton_alloc(n * HISS_BINS * sizeof(float));
  print->voiced = ton_alloc(n * sizeof(float));
  if (!print->pulse || !print->hiss || !print->voiced) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the voice");
  }
  Colour colour;
  mix_colour(throat, &colour);
  for (size_t i = 0; i < n; ++i) {
    Look look;
    look_at(speech, i * HOP, &look);
    print->voiced[i] = (float)voicing(&look);
    fill_holes(&look);
    for (int k = 0; k <= HARMONICS; ++k) {
      look.log_amplitude[k] = log(look.amplitude[k] + 1e-7);
      look.share[k] = share_of_noise(&look, k);
    }
    print_tone(&look, throat, &colour, print->pulse + i * PULSE);
    print_hiss(&look, throat, &colour, print->hiss + i * HISS_BINS);
  }
  return TON_OK;
}
