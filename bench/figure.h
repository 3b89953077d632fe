// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BENCH_FIGURE_H
#define TON_BENCH_FIGURE_H

#include "subject.h"

/**
   @file
   Acceptance figures measured on any processor or plug-in, by its sound alone.

   The sound stands in figure_in, what came out in figure_out, moved back by the
   delay that the subject reports.  One thread.
*/

enum { FIGURE_MAX = 1 << 19 };

extern double figure_in[2][FIGURE_MAX];
extern double figure_out[2][FIGURE_MAX];

/// Settings that the last figure_tune() found
extern char figure_found[512];

/// A control to be found by measuring, as in "attack=%g"
typedef struct {
  const char* format;
  double low;  ///< End of its range at which the figure it is tuned to is least
  double high; ///< The other end
  double sign; ///< -1: what is asked for is put into `format` with its sign
               ///< changed and `plus` added; 0: as it is
  double plus;
} Knob;

/// Who takes part, and what may be set to make conditions equal
typedef struct {
  SubjectSpec spec;
  Knob level;   ///< Threshold of a compressor, gain of a limiter, drive,
                ///< frequency or gain of a bell
  Knob attack;  ///< Of a compressor; width of a bell
  Knob release; ///< Compressors
  Knob ceiling; ///< Limiters
} Trial;

/// Play n frames of figure_in through a fresh subject with `more` settings
void figure_play(const Trial* trial, const char* more, double rate, uint32_t n);

/// The value of a knob, within its range, at which measure(trial, settings) comes to
/// `wanted`.  `text` holds other settings; that of the knob is added
double figure_tune(const Trial* trial, const Knob* knob, double wanted,
                   double (*measure)(const Trial*, const char*),
                   char text[512]);

/// Settings of a knob behind those in `text`
void figure_turn(const Knob* knob, double value, char text[512]);

/// The same mono signal on both sides of figure_in
void figure_both_sides(uint32_t n);

/// Harmonics 2 to 20 below 20 kHz of a tone in the last `n` of `end` frames of
/// figure_out[0], dB re the tone.  `hz` is coherent in n
double figure_harmonics(uint32_t end, uint32_t n, double rate, double hz);

/// Largest line below 20 kHz that is no harmonic, dB re the tone
double figure_alias(uint32_t end, uint32_t n, double rate, double hz);

// What is measured; less is better ------------------------------------------------

double figure_bell_shape(const Trial* trial);
double figure_undone(const Trial* trial);
double figure_filter_noise(const Trial* trial);

double figure_slope(const Trial* trial);
double figure_detector_low(const Trial* trial);
double figure_detector_middle(const Trial* trial);
double figure_detector_high(const Trial* trial);
double figure_ripple(const Trial* trial);
double figure_quick_attack(const Trial* trial);
double figure_flatness(const Trial* trial);
double figure_transient_bass(const Trial* trial);

double figure_over_ceiling(const Trial* trial);
double figure_bass_under_treble(const Trial* trial);
double figure_low_bass(const Trial* trial);
double figure_gain_for_loudness(const Trial* trial);
double figure_gain_moves(const Trial* trial);

double figure_saturation_alias(const Trial* trial);
double figure_exciter_alias(const Trial* trial);

double figure_decay(const Trial* trial);
double figure_ringing(const Trial* trial);
double figure_vibrato(const Trial* trial);
double figure_echo(const Trial* trial);
double figure_mono_sum(const Trial* trial);

#endif
