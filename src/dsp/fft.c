// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The FFT of FFTW behind an interface of our own.
*/
#include "dsp/fft.h"

#include "base/memory.h"

#include <fftw3.h>
#include <pthread.h>

struct TonFft {
  float* time;
  fftwf_complex* bins;
  fftwf_plan forward;
  fftwf_plan inverse;
};

// FFTW's planner is the only part of it that threads may not share.
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static TonFft*
new_fft(uint32_t n, unsigned flags)
{
  TonFft* const fft = ton_alloc(sizeof(TonFft));
  if (!fft) {
    return NULL;
  }
  fft->time = ton_alloc(n * sizeof(float));
  fft->bins = ton_alloc((n / 2 + 1) * sizeof(fftwf_complex));
  if (fft->time && fft->bins) {
    pthread_mutex_lock(&planner);
    fft->forward = fftwf_plan_dft_r2c_1d((int)n, fft->time, fft->bins, flags);
    fft->inverse = fftwf_plan_dft_c2r_1d((int)n, fft->bins, fft->time, flags);
    pthread_mutex_unlock(&planner);
  }
  if (!fft->forward || !fft->inverse) {
    ton_fft_free(fft);
    return NULL;
  }
  return fft;
}

TonFft*
ton_fft_new(uint32_t n)
{
  return new_fft(n, FFTW_ESTIMATE);
}

TonFft*
ton_fft_new_for_sound(uint32_t n)
{
  return new_fft(n, FFTW_ESTIMATE | FFTW_NO_SIMD);
}

void
ton_fft_free(TonFft* fft)
{
  if (fft) {
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(fft->forward);
    fftwf_destroy_plan(fft->inverse);
    pthread_mutex_unlock(&planner);
    ton_free(fft->time);
    ton_free(fft->bins);
    ton_free(fft);
  }
}

float*
ton_fft_time(TonFft* fft)
{
  return fft->time;
}

const float*
ton_fft_forward(TonFft* fft)
{
  fftwf_execute(fft->forward);
  return (const float*)fft->bins;
}

float*
ton_fft_bins(TonFft* fft)
{
  return (float*)fft->bins;
}

const float*
ton_fft_inverse(TonFft* fft)
{
  fftwf_execute(fft->inverse);
  return fft->time;
}
