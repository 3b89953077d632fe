// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Fourier transforms of separate real and imaginary parts, by FFTW.
#include "fourier.h"

#include <fftw3.h>

void
fourier(double* re, double* im, int n, int inverse)
{
  const fftw_iodim size = {n, 1, 1};
  // real and imaginary parts exchanged: the inverse
  double* const a = inverse ? im : re;
  double* const b = inverse ? re : im;
  fftw_plan plan =
      fftw_plan_guru_split_dft(1, &size, 0, NULL, a, b, a, b, FFTW_ESTIMATE);
  fftw_execute(plan);
  fftw_destroy_plan(plan);
  for (int i = 0; inverse && i < n; ++i) {
    re[i] /= n;
    im[i] /= n;
  }
}
