// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_FOURIER_H
#define DEMO_FOURIER_H

/// @file A Fourier transform of any length, for the singer.

/// In place, any length `n`; `inverse` divides by n
void fourier(double* re, double* im, int n, int inverse);

#endif
