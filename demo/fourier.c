// SPDX-License-Identifier: GPL-3.0-or-later
#include "fourier.h"

#include <math.h>

enum { LARGEST = 4096 };

static double cosine[LARGEST];
static double sine[LARGEST];

static void
fill_tables(void)
{
  if (cosine[0] == 0.0) {
    for (int i = 0; i < LARGEST; ++i) {
      cosine[i] = cos(2.0 * M_PI * i / LARGEST);
      sine[i] = sin(2.0 * M_PI * i / LARGEST);
    }
  }
}

static void
swap(double* a, double* b)
{
  const double t = *a;
  *a = *b;
  *b = t;
}

static void
bit_reverse(double* re, double* im, int n)
{
  for (int i = 1, j = 0; i < n; ++i) {
    int bit = n >> 1;
    for (; j & bit; bit >>= 1) {
      j ^= bit;
    }
    j ^= bit;
    if (i < j) {
      swap(&re[i], &re[j]);
      swap(&im[i], &im[j]);
    }
  }
}

/// Cooley and Tukey (1965), decimation in time
void
fourier(double* re, double* im, int n, int inverse)
{
  fill_tables();
  bit_reverse(re, im, n);
  for (int half = 1; half < n; half *= 2) {
    const int stride = LARGEST / (2 * half);
    for (int k = 0; k < half; ++k) {
      const double wr = cosine[k * stride];
      const double wi = inverse ? sine[k * stride] : -sine[k * stride];
      for (int i = k; i < n; i += 2 * half) {
        const int j = i + half;
        const double xr = re[j] * wr - im[j] * wi;
        const double xi = re[j] * wi + im[j] * wr;
        re[j] = re[i] - xr;
        im[j] = im[i] - xi;
        re[i] += xr;
        im[i] += xi;
      }
    }
  }
  for (int i = 0; inverse && i < n; ++i) {
    re[i] /= n;
    im[i] /= n;
  }
}
