// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What follows from the values of the reverb: lengths, reflections, damping.
*/
#include "dsp/filter_design.h"
#include "processors/space/reverb.h"

#include <math.h>
#include <string.h>

/// Milliseconds of the lines at 100 %: of 400 sets, about evenly spaced in the
/// logarithm, those whose tails ring least (SPC-04); the chamber's is one of 30
static const double lengths_ms[TYPES][LINES] = {
    {40.87, 14.59, 23.68, 39.31, 13.74, 22.21, 35.15, 12.43, 19.30, 31.32,
     10.82, 17.31, 28.92, 46.92, 15.62, 26.32},
    {44.68, 15.29, 24.75, 39.98, 14.56, 23.43, 35.82, 12.93, 20.74, 32.54,
     53.76, 18.85, 29.69, 49.88, 16.72, 27.30},
    {87.63, 28.42, 47.83, 79.36, 26.12, 44.08, 68.40, 24.80, 40.38, 62.82,
     21.79, 35.82, 59.70, 91.38, 32.07, 52.69},
    {34.97, 26.66, 37.91, 67.23, 23.20, 17.75, 61.53, 29.22, 30.59, 51.62,
     46.96, 19.47, 21.91, 54.54, 41.94, 16.77}};

/// And of the all-passes, left and right
static const double diffuser_ms[2][DIFFUSERS] = {
    {1.43, 2.11, 3.37, 5.53, 8.09}, {1.57, 2.29, 3.61, 5.21, 8.63}};

/// Reflections: how long they go on at 100 %, their level, and the decay they
/// are made for
static const struct {
  double span_ms;
  double gain;
  double decay_s;
} early[TYPES] = {
    {16.0, 1.55, 0.6}, {20.0, 1.25, 1.6}, {40.0, 1.12, 2.5}, {24.0, 1.2, 2.0}};

static uint32_t
frames_of(double ms, double rate)
{
  return (uint32_t)lrint(ms * rate / 1000.0);
}

/// Least odd number not below n without a small factor: nearly coprime
static uint32_t
prime_from(uint32_t n)
{
  for (n |= 1;; n += 2) {
    uint32_t d = 3;
    while (d * d <= n && n % d) {
      d += 2;
    }
    if (d * d > n) {
      return n;
    }
  }
}

/// A ring that is read up to `delay` frames back
static ReverbRing
place(Reverb* r, uint32_t delay)
{
  const uint32_t size = (delay + 2 * CHUNK) / CHUNK * CHUNK;
  const ReverbRing ring = {r->floats, size, 0};
  r->floats += size + MIRROR;
  return ring;
}

/// Bits at random, always the same
static uint32_t
scrambled(uint32_t x)
{
  x ^= x >> 16;
  x *= 0x7FEB352DU;
  x ^= x >> 15;
  x *= 0x846CA68BU;
  return x ^ (x >> 16);
}

/// Energy that the lines put out in a millisecond for an impulse: half of them
/// are fed and half heard, each by 1/2
static double
energy_per_ms(const ReverbParams* p)
{
  double sum = 0.0;
  for (int k = 0; k < LINES; ++k) {
    sum += lengths_ms[(int)p->type][k];
  }
  const double mean = sum / LINES * (double)p->size_percent / 100.0;
  return 0.25 * (LINES / 2) * (LINES / 2) / LINES / mean;
}

/**
   Velvet noise (Karjalainen & Jarvelainen 2007): a pulse in every slot,
   anywhere and of either sign, from left and right in turn.  Its energy is
   that of the lines, and fades as theirs arrives.
*/
static void
place_taps(const Reverb* r, const ReverbParams* p, int to,
           ReverbTap taps[2][TAPS])
{
  const int type = (int)p->type;
  const double span = early[type].span_ms * (double)p->size_percent / 100.0;
  const double slot = span / (2 * TAPS);
  for (int k = 0; k < 2 * TAPS; ++k) {
    const uint32_t bits = scrambled((uint32_t)(77 + 31 * k + 1001 * to));
    const double ms = slot * (k + (bits & 0xFFFF) / 65536.0);
    const double fade = 1.0 - ms / span;
    const double gain = early[type].gain *
                        sqrt(energy_per_ms(p) * slot * fade) *
                        pow(10.0, -0.003 * ms / early[type].decay_s);
    taps[(k & 1) ^ to][k / 2] =
        (ReverbTap){r->early.predelay + frames_of(ms, r->rate),
                    (float)(bits & 0x10000 ? gain : -gain)};
  }
}

static void
lay_out_early(Reverb* r, const ReverbParams* p)
{
  ReverbEarly* const e = &r->early;
  const double size = (double)p->size_percent / 100.0;
  const double span = size * early[(int)p->type].span_ms;
  double sum_ms = 0.0;
  e->predelay = frames_of((double)p->predelay_ms, r->rate);
  for (int c = 0; c < 2; ++c) {
    place_taps(r, p, c, e->taps[c]);
    e->past[c] = place(r, e->predelay + frames_of(span, r->rate));
    for (int k = 0; k < DIFFUSERS; ++k) {
      const double ms = diffuser_ms[c][k] * sqrt(size);
      sum_ms += ms / 2;
      e->length[c][k] = prime_from(frames_of(ms, r->rate));
      e->ring[c][k] = place(r, e->length[c][k]);
    }
  }
  // over the sum of their delays they bridge the way to the lines
  e->diffuse = (float)(1.45 * sqrt(energy_per_ms(p) * sum_ms));
}

/// The energy of a steady sound grows with the decay to the power of 0.8, not 1:
/// early reflections and treble do not grow
float
reverb_feed(const ReverbParams* p)
{
  return powf(1.6F / p->decay_s, 0.4F);
}

float
reverb_max_depth(double rate)
{
  return (float)(0.0003 * rate);
}

void
reverb_lay_out(Reverb* r, const ReverbParams* p)
{
  const double size = (double)p->size_percent / 100.0;
  ReverbLines* const l = &r->lines;
  r->floats = 0;
  r->into = 0;
  lay_out_early(r, p);
  for (int k = 0; k < LINES; ++k) {
    const double ms = size * lengths_ms[(int)p->type][k];
    l->length[k] = (int32_t)prime_from(frames_of(ms, r->rate));
    l->ring[k] = place(r, (uint32_t)l->length[k] +
                              (uint32_t)reverb_max_depth(r->rate) + 3);
    const double hz = 0.3 + 0.6 * fmod(0.618034 * k, 1.0); // all different
    l->turn[k] = (int32_t)(4294967296.0 * hz * CHUNK / r->rate);
  }
}

void
reverb_turn(ReverbLines* l, uint32_t chunks)
{
  for (int k = 0; k < LINES; ++k) {
    const uint32_t turned = chunks * (uint32_t)l->turn[k];
    l->phase[k] = (int32_t)(scrambled((uint32_t)k + 5U) + turned);
  }
}

void
reverb_rest(ReverbLines* l)
{
  reverb_turn(l, 0);
  l->depth = 0.0F;
  for (int k = 0; k < LINES; ++k) {
    l->modulation[k] = 0.0F;
    l->back[k] = -1; // not read so far
  }
}

/**
   A shelf of gain g0 at 0, g1 at half the rate and gm at w:

     |H|^2 = (g0^2 + g1^2 u) / (1 + u), u = (q tan(w/2))^2
*/
static void
set_shelf(ReverbShelf* c, int k, const double db[3], double w)
{
  const double g0 = pow(10.0, db[0] / 20.0);
  const double gm = pow(10.0, db[1] / 20.0);
  const double g1 = pow(10.0, db[2] / 20.0);
  const double u = (g0 * g0 - gm * gm) / (gm * gm - g1 * g1);
  const bool flat = fabs(db[0] - db[2]) < 1e-9;
  const double q = flat ? 1.0 : sqrt(u) / tan(0.5 * w);
  const double a = (q - 1.0) / (1.0 + q);
  const double b0 = (g0 + g1 * q) / (1.0 + q);
  c->b0[k] = (float)b0;
  c->c[k] = (float)((g0 - g1 * q) / (1.0 + q) + a * b0);
  c->a[k] = (float)a;
}

/// T60 gives a line of m frames the gain 10^(-3 m / (rate T60))
static void
design(const Reverb* r, const ReverbParams* p, ReverbDamping* d)
{
  const double hz = fmin((double)p->damping_hz, 0.45 * r->rate);
  const double treble = 100.0 / (double)p->treble_percent;
  const double bass = 100.0 / (double)p->bass_percent;
  const double half = fmin(2.0, 0.5 * (1.0 + treble));
  const double hadamard = 20.0 * log10(0.25);
  for (int k = 0; k < LINES; ++k) {
    const bool freeze = p->freeze > 0.5F;
    const double m = freeze ? 0.0 : (double)r->lines.length[k];
    const double db = -60.0 * m / (r->rate * (double)p->decay_s);
    const double high[3] = {hadamard + db, hadamard + half * db,
                            hadamard + treble * db};
    const double low[3] = {(bass - 1.0) * db, 0.5 * (bass - 1.0) * db, 0.0};
    set_shelf(&d->treble, k, high, 2.0 * M_PI * hz / r->rate);
    set_shelf(&d->bass, k, low, 2.0 * M_PI * 250.0 / r->rate);
  }
}

void
reverb_damp(Reverb* r, const ReverbParams* p, uint32_t frames)
{
  ReverbLines* const l = &r->lines;
  const bool bass = p->bass_percent != 100.0F;
  ReverbDamping goal;
  design(r, p, &goal);
  l->moving = frames;
  l->bass = bass || (frames && l->bass);
  if (!frames) {
    l->now = goal;
    return;
  }
  const float* const to = (const float*)&goal;
  const float* const from = (const float*)&l->now;
  float* const step = (float*)&l->step;
  for (size_t i = 0; i < sizeof(goal) / sizeof(float); ++i) {
    step[i] = (to[i] - from[i]) / (float)frames;
  }
}

/// b times (c0 + c1 z^-1 + c2 z^-2)
static void
widen(double b[ZEROS + 1], double c0, double c1, double c2)
{
  for (int k = ZEROS; k >= 0; --k) {
    b[k] = c0 * b[k] + (k > 0 ? c1 * b[k - 1] : 0.0) +
           (k > 1 ? c2 * b[k - 2] : 0.0);
  }
}

/// One biquad of the two
static void
put_biquad(double b[ZEROS + 1], double poles[POLES], const TonBiquad* h)
{
  widen(b, h->b0, h->b1, h->b2);
  widen(b, 1.0, -h->a1, h->a2);
  poles[0] = 2.0 * h->a2 - h->a1 * h->a1;
  poles[1] = h->a2 * h->a2;
}

void
reverb_filter(Reverb* r, const ReverbParams* p)
{
  ReverbFilter* const f = &r->filter;
  const TonBiquad high = ton_filter(TON_FILTER_HIGHPASS, (double)p->highpass_hz,
                                    0.0, sqrt(0.5), r->rate);
  const TonBiquad low = ton_filter(TON_FILTER_LOWPASS, (double)p->lowpass_hz,
                                   0.0, sqrt(0.5), r->rate);
  memset(f->b, 0, sizeof(f->b));
  f->b[0] = 1.0;
  put_biquad(f->b, f->p, &high);
  put_biquad(f->b, f->q, &low);
}
