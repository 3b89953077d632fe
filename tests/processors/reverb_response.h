// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PROCESSORS_REVERB_RESPONSE_H
#define TON_TESTS_PROCESSORS_REVERB_RESPONSE_H

#include "single_lane.h"

/**
   @file
   Impulse responses of the reverb, and octave bands.

   One response of a room says little about its bands, so every measure is
   taken over several, as ISO 3382-1 asks for several places: the impulse comes
   from the left and from the right, and, since the lines are modulated, after a time of
   silence that differs.
*/

#ifndef RESPONSE_RATE
#define RESPONSE_RATE 48000.0
#endif

/// Everything open: what is measured is the space
#define RESPONSE_OPEN "pre-delay=0 highpass=20 lowpass=20000 "
#define RESPONSE_FLAT RESPONSE_OPEN "treble=100 "

enum { ROOM, PLATE, HALL, CHAMBER, TYPES };

static const char* const type_names[TYPES] = {"room", "plate", "hall",
                                              "chamber"};

/// What each type is used for
static const double natural_s[TYPES] = {0.6, 1.6, 2.5, 2.0};

/// Schroeder's backward integration, in place: the energy of frame i becomes what that
/// and later ones hold, dB re all
static inline void
response_decay(double* energy, uint32_t n)
{
  for (uint32_t i = n - 1; i-- > 0;) {
    energy[i] += energy[i + 1];
  }
  const double all = energy[0] + 1e-30;
  for (uint32_t i = 0; i < n; ++i) {
    energy[i] = 10.0 * log10(energy[i] / all + 1e-30);
  }
}

/// Seconds for 60 dB by a line through -5 dB to `end_db` of such a decay
static inline double
response_decay_s(const double* db, uint32_t n, double end_db, double rate)
{
  double sum[5] = {0.0};
  for (uint32_t i = 0; i < n && db[i] > end_db; ++i) {
    if (db[i] <= -5.0) {
      const double t = i / rate;
      const double terms[5] = {1.0, t, db[i], t * t, t * db[i]};
      for (int k = 0; k < 5; ++k) {
        sum[k] += terms[k];
      }
    }
  }
  return -60.0 * (sum[0] * sum[3] - sum[1] * sum[1]) /
         (sum[0] * sum[4] - sum[1] * sum[2]);
}

/// Both sides after an impulse into `side` that comes `wait` frames late
typedef struct {
  uint32_t n;
  float* x[2];
} Response;

static inline Response
response(const char* settings, int type, double decay_s, int side,
         uint32_t wait, uint32_t n)
{
  const TonProcessor* const p = ton_processor("reverb");
  char text[256];
  snprintf(text, sizeof(text), "type=%s decay=%g %s", type_names[type], decay_s,
           settings);
  float values[LONE_PARAMS];
  lone_values(p, text, values);
  void* const state = lone_state(p, RESPONSE_RATE, values);
  lone_update(p, state, 0, values, true, 0);
  Response r = {n, {NULL, NULL}};
  const uint32_t most = n > wait ? n : wait;
  for (int c = 0; c < 2; ++c) {
    r.x[c] = ton_alloc(most * sizeof(float));
    assert_non_null(r.x[c]);
    memset(r.x[c], 0, most * sizeof(float));
  }
  if (wait) {
    lone_run(p, state, 0, r.x[0], r.x[1], wait);
  }
  r.x[side][0] = 1.0F;
  lone_run(p, state, 0, r.x[0], r.x[1], n);
  p->close(p, state);
  return r;
}

static inline void
response_free(Response* r)
{
  ton_free(r->x[0]);
  ton_free(r->x[1]);
}

/// Second order, Butterworth sections of q, high-pass or low-pass
static inline void
response_section(double* x, uint32_t n, double hz, double q, bool high)
{
  const double g = tan(M_PI * hz / RESPONSE_RATE);
  const double k = 1.0 / (1.0 + g / q + g * g);
  const double a1 = 2.0 * (g * g - 1.0) * k;
  const double a2 = (1.0 - g / q + g * g) * k;
  const double b0 = high ? k : g * g * k;
  const double b1 = high ? -2.0 * b0 : 2.0 * b0;
  double s1 = 0.0;
  double s2 = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double y = b0 * x[i] + s1;
    s1 = b1 * x[i] - a1 * y + s2;
    s2 = b0 * x[i] - a2 * y;
    x[i] = y;
  }
}

/// A band around hz, Butterworth of order 4 on both edges; 0 Hz: all
static inline void
response_band(const float* from, double* to, uint32_t n, double hz,
              double octaves)
{
  for (uint32_t i = 0; i < n; ++i) {
    to[i] = (double)from[i];
  }
  const double edges[2] = {hz * pow(2.0, -octaves / 2.0),
                           hz * pow(2.0, octaves / 2.0)};
  for (int high = 0; high < 2 && hz > 0.0; ++high) {
    const double edge = edges[!high];
    if (edge < 0.45 * RESPONSE_RATE) {
      response_section(to, n, edge, 0.54119610, high);
      response_section(to, n, edge, 1.30656296, high);
    }
  }
}

#endif
