// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Fitting few equaliser sections to a wanted tonal correction.
*/
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"

#include <math.h>
#include <string.h>

/// A section weaker than this is left out, dB: of a broad correction, and of one
/// with narrow bells
#define WORTH_DB        0.7
#define NARROW_WORTH_DB 0.4
/// A section is taken if it leaves at most so much of the squares
#define LEFT        0.9
#define NARROW_LEFT 0.97
/// Above its allowed gain by this, a band is too high, dB
#define SLACK_DB 0.25

enum { PASSES = 8 };

/// Bands that are fitted: 31.5 Hz to 16 kHz
enum { FIRST_BAND = 2, LAST_BAND = 29 };

static double
section_db(const ToneSection* s, double gain_db, double hz, double rate)
{
  const TonProcessor* const eq = ton_processor("equaliser");
  float values[256];
  if (!eq || !eq->response || eq->n_params > 256) {
    return 0.0;
  }
  ton_param_defaults(eq, values);
  const struct {
    const char* symbol;
    double value;
  } set[] = {{"1-type", ton_chain_choice("equaliser", "1-type", s->kind)},
             {"1-at", s->hz},
             {"1-gain", gain_db},
             {"1-q", s->q}};
  for (uint32_t i = 0; i < 4; ++i) {
    const TonParam* const p = ton_param(eq, set[i].symbol);
    values[p - eq->params] = (float)set[i].value;
  }
  return eq->response(eq, values, hz, rate);
}

double
tone_response(const ToneSection* sections, uint32_t n, double hz, double rate)
{
  double db = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    db += section_db(&sections[i], sections[i].gain_db, hz, rate);
  }
  return db;
}

/// A shape on offer, with its curve at 1 dB
typedef struct {
  ToneSection section;
  double unit[TON_THIRDS];
} ToneShape;

enum { BROAD = 3 + 3 + 8 * 2, NARROW = 12, SHAPES = BROAD + NARROW };

static void
offer(ToneShape* shape, const char* kind, double hz, double q, double rate)
{
  shape->section = (ToneSection){.kind = kind, .hz = hz, .q = q};
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double at = fmin(ton_third_hz(b), 0.45 * rate);
    shape->unit[b] = 0.5 * section_db(&shape->section, 2.0, at, rate);
  }
}

/// Bells of half an octave, two thirds of an octave apart
static void
offer_narrow(ToneShape* shapes, double rate)
{
  for (uint32_t i = 0; i < NARROW; ++i) {
    offer(&shapes[i], "bell", rint(ton_third_hz(5 + 2 * i)), 2.0, rate);
  }
}

static void
offer_broad(ToneShape* shapes, double rate)
{
  static const double low[] = {80.0, 120.0, 200.0};
  static const double high[] = {4000.0, 6300.0, 8000.0};
  static const double bells[] = {63.0,   125.0,  250.0,  500.0,
                                 1000.0, 2000.0, 4000.0, 8000.0};
  uint32_t n = 0;
  for (uint32_t i = 0; i < 3; ++i) {
    offer(&shapes[n++], "low-shelf", low[i], 0.7, rate);
    offer(&shapes[n++], "high-shelf", high[i], 0.7, rate);
  }
  for (uint32_t i = 0; i < 8; ++i) {
    offer(&shapes[n++], "bell", bells[i], 0.7, rate);
    offer(&shapes[n++], "bell", bells[i], 1.2, rate);
  }
}

/// Least-squares gain of a shape for what is left
static double
best_gain(const ToneShape* shape, const double* left, double bound_db)
{
  double ab = 0.0;
  double bb = 0.0;
  for (uint32_t b = FIRST_BAND; b <= LAST_BAND; ++b) {
    ab += shape->unit[b] * left[b];
    bb += shape->unit[b] * shape->unit[b];
  }
  return bb > 0.0 ? fmin(fmax(ab / bb, -bound_db), bound_db) : 0.0;
}

static double
squares(const double* x)
{
  double sum = 0.0;
  for (uint32_t b = FIRST_BAND; b <= LAST_BAND; ++b) {
    sum += x[b] * x[b];
  }
  return sum;
}

/// What is left after a shape is added
static double
left_after(const ToneShape* shape, double gain, const double* left)
{
  double x[TON_THIRDS];
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    x[b] = left[b] - gain * shape->unit[b];
  }
  return squares(x);
}

typedef struct {
  const ToneMove* move;
  uint32_t n; ///< Shapes on offer
  ToneShape shapes[SHAPES];
  double gain[SHAPES]; ///< 0: not taken
  double now[TON_THIRDS];
  double left[TON_THIRDS];
} ToneFit;

/// Whether no band would end above what it may get, or beyond the bounds
static bool
is_allowed(const ToneFit* f, const ToneShape* shape, double gain)
{
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double db = f->now[b] + gain * shape->unit[b];
    const bool worse = gain * shape->unit[b] > 0.0;
    if ((worse && db > f->move->max_db[b] + SLACK_DB) ||
        db < -f->move->bound_db - SLACK_DB) {
      return false;
    }
  }
  return true;
}

/// Best gain of a shape, held down until it is allowed; 0 if never
static double
allowed_gain(const ToneFit* f, const ToneShape* shape)
{
  double gain = best_gain(shape, f->left, f->move->bound_db);
  for (int i = 0; i < 6; ++i) {
    if (is_allowed(f, shape, gain)) {
      return gain;
    }
    gain *= 0.7;
  }
  return 0.0;
}

static void
change_gain(ToneFit* f, uint32_t shape, double gain)
{
  const double step = gain - f->gain[shape];
  f->gain[shape] = gain;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f->now[b] += step * f->shapes[shape].unit[b];
    f->left[b] = f->move->db[b] - f->now[b];
  }
}

/// Whether a shape goes the way the move goes at its own place, and no other
/// shape is there
static bool
makes_sense(const ToneFit* f, uint32_t shape, double gain)
{
  const ToneSection* const s = &f->shapes[shape].section;
  const double band = rint(17.0 + 10.0 * log10(s->hz / 1000.0));
  for (uint32_t i = 0; i < f->n; ++i) {
    if (f->gain[i] != 0.0 && f->shapes[i].section.hz == s->hz) {
      return false;
    }
  }
  return gain * f->move->db[(uint32_t)band] > 0.0;
}

static double
worth_db(const ToneFit* f)
{
  return f->move->narrow ? NARROW_WORTH_DB : WORTH_DB;
}

/// The shape that leaves least; false when none is worth it
static bool
take_best(ToneFit* f)
{
  double least = (f->move->narrow ? NARROW_LEFT : LEFT) * squares(f->left);
  uint32_t best = SHAPES;
  double best_db = 0.0;
  for (uint32_t i = 0; i < f->n; ++i) {
    if (f->gain[i] != 0.0) {
      continue;
    }
    const double gain = allowed_gain(f, &f->shapes[i]);
    const double left = left_after(&f->shapes[i], gain, f->left);
    if (fabs(gain) >= worth_db(f) && left < least && makes_sense(f, i, gain)) {
      least = left;
      best = i;
      best_db = gain;
    }
  }
  if (best < SHAPES) {
    change_gain(f, best, best_db);
  }
  return best < SHAPES;
}

/// The gains of the taken shapes against each other once more
static void
refine(ToneFit* f)
{
  for (int pass = 0; pass < PASSES; ++pass) {
    for (uint32_t i = 0; i < f->n; ++i) {
      if (f->gain[i] == 0.0) {
        continue;
      }
      const double was = f->gain[i];
      change_gain(f, i, 0.0);
      const double gain = allowed_gain(f, &f->shapes[i]);
      change_gain(f, i, gain != 0.0 ? gain : was);
    }
  }
}

static int
by_frequency(const ToneSection* a, const ToneSection* b)
{
  return a->hz < b->hz;
}

static uint32_t
write_sections(const ToneFit* f, ToneSection* sections)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < f->n && n < MAX_SECTIONS; ++i) {
    const double gain = rint(f->gain[i] * 10.0) / 10.0;
    if (fabs(gain) < worth_db(f)) {
      continue;
    }
    ToneSection s = f->shapes[i].section;
    s.gain_db = gain;
    uint32_t at = n++;
    for (; at > 0 && by_frequency(&s, &sections[at - 1]); --at) {
      sections[at] = sections[at - 1];
    }
    sections[at] = s;
  }
  return n;
}

uint32_t
tone_fit(const ToneMove* move, double rate, ToneSection* sections)
{
  ToneFit f = {.move = move, .n = move->narrow ? SHAPES : BROAD};
  memcpy(f.left, move->db, sizeof(f.left));
  offer_broad(f.shapes, rate);
  offer_narrow(f.shapes + BROAD, rate);
  const double enough = move->narrow ? 0.25 : 1.0;
  for (uint32_t i = 0; i < move->sections && squares(f.left) > enough; ++i) {
    if (!take_best(&f)) {
      break;
    }
    refine(&f);
  }
  return write_sections(&f, sections);
}
