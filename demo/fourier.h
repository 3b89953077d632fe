// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_FOURIER_H
#define DEMO_FOURIER_H

/// In place, `n` a power of two up to 4096; `inverse` divides by n
void fourier(double* re, double* im, int n, int inverse);

#endif
