// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_SIGNALS_H
#define TON_TESTS_SIGNALS_H

#include <stdint.h>

/**
   @file
   Test signals: generated, seeded, exact, all in double.  Buffers are the
   caller's.  See the figures' document, section 0.4.
*/

/// Uniform in [-1, 1) from (seed, n): counter-based, any order
double signal_random(uint64_t seed, uint64_t n);

/// Sine of peak level `peak_dbfs`, phase in degrees, from frame 0
void signal_sine(double* x, uint64_t n, double rate, double hz,
                 double peak_dbfs, double phase_deg);

/// Nearest frequency to `hz` with an odd whole number of periods in `n`
double signal_coherent_hz(double hz, double rate, uint64_t n);

/// Gaussian white noise, unit RMS
void signal_white(double* x, uint64_t n, uint64_t seed);

/// Pink noise, -3 dB/oct within 0.1 dB from 20 Hz to 20 kHz, unit RMS
void signal_pink(double* x, uint64_t n, uint64_t seed, double rate);

/// Kick drum every 500 ms (S-KICK)
void signal_kick(double* x, uint64_t n, double rate);

/// Hi-hat every 250 ms (S-HAT)
void signal_hat(double* x, uint64_t n, double rate);

/// Music-like stereo, normalised to peak 1 (S-MIX)
void signal_mix(double* left, double* right, uint64_t n, double rate);

/// Worst inter-sample peaks: clip(3 x Gaussian, +-1) (S-CLIPN)
void signal_clipped_noise(double* x, uint64_t n, uint64_t seed);

/// Exponential sweep from `from_hz` to `to_hz`, peak 1
void signal_sweep(double* x, uint64_t n, double rate, double from_hz,
                  double to_hz);

// Measures of the tests, independent of src/analysis --------------------------

/// Amplitude (peak) of the component at `hz` over n frames, by correlation
double signal_amplitude(const double* x, uint64_t n, double rate, double hz);

/// Amplitudes (peak) at k rate / n, k = 0 to n / 2; n a power of two, up to
/// 2^17.  Rectangular window
void signal_spectrum(const double* x, uint64_t n, double* amplitude);

/// Worst line from 20 Hz to 20 kHz of a signal_spectrum() over n frames that is not within
/// 6 bins of a harmonic of the tone at `bin`; dB re the tone
double signal_worst_alias_db(const double* amplitude, uint64_t n, double rate,
                             uint32_t bin);

/// Largest deviation in Hz of a tone from `hz`, by the turn of its phase between
/// pieces of 2048 frames
double signal_deviation_hz(const double* x, uint64_t n, double rate, double hz);

/// Root mean square
double signal_rms(const double* x, uint64_t n);

/// 10 log10(sum (y - r)^2 / sum r^2); -INFINITY when equal
double signal_null_db(const double* y, const double* r, uint64_t n);

/// True peak of the reference procedure TPREF: 16x, 48 taps a side, Kaiser
/// beta 12, parabolic refinement, zero-padded ends.  Linear.
double signal_true_peak(const double* x, uint64_t n);

/// Power behind the K curve of BS.1770 in each `hop_s`, both channels together.
/// Returns how many; `power` is the caller's to free
uint64_t signal_weighted(const double* left, const double* right, uint64_t n,
                         double rate, double hop_s, double** power);

/// Integrated loudness of a pair by BS.1770: K curve, blocks of 0.4 s every
/// 0.1 s, gates at -70 LUFS and 10 LU under the mean.  LUFS.
double signal_loudness(const double* left, const double* right, uint64_t n,
                       double rate);

#endif
