// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tempo, metre and the first bar of a song: the distance at which its onsets
   repeat, made exact over the whole song, and the bars that what kick, snare and
   chords do fits best.
*/
#include "analysis/rhythm.h"

#include "analysis/kit_rises.h"
#include "base/array.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

#define RATE ((double)TON_LEVEL_RATE)
/// A rise is found so much before its attack, since the first of it counts most, s
#define RISE_EARLY_S 0.008

enum {
  LONGEST_LAG = 200, ///< 5 s
  MAX_STEPS = 8,     ///< Half beats in a bar
  SLOWEST_BPM = 50,
  FASTEST_BPM = 200,
  TEMPOS = 463, ///< Between them, 0.3 % apart
};

/// Onsets of the whole song, one value a level frame
typedef struct {
  uint32_t n;
  float* all;
  float* kick;
  float* snare;
  float* change;  ///< Of the chords
  bool has[4];    ///< Whether all, kick, snare, change hold anything
  double start_s; ///< The first sound
  double end_s;
} Onsets;

// Onsets of the stems together ---------------------------------------------------

static uint32_t
longest(const TonRhythmStem* stems, uint32_t n)
{
  uint32_t max = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t rises = stems[i].features->n_rises;
    max = rises > max ? rises : max;
  }
  return max;
}

static void
add_rises(const TonFeatures* f, float weight, float* sum)
{
  for (uint32_t i = 0; i < f->n_rises; ++i) {
    sum[i] += weight * f->rises[i];
  }
}

static void
find_span(const TonFeatures* f, Onsets* o)
{
  for (uint32_t t = 0; t < f->n_tenths; ++t) {
    if (f->tenth_on[t]) {
      o->start_s = fmin(o->start_s, 0.1 * t);
      o->end_s = fmax(o->end_s, 0.1 * (t + 1));
    }
  }
}

/// Add the notes of a stem as if each stem were as loud as any other
static void
add_notes(const TonFeatures* f, uint32_t n, float (*sum)[TON_NOTES])
{
  double all = 0.0;
  for (uint32_t t = 0; t < f->n_tenths; ++t) {
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      all += (double)f->tenth_notes[t][k];
    }
  }
  const double scale = all > 0.0 ? f->n_tenths / all : 0.0;
  for (uint32_t t = 0; t < f->n_tenths && t < n; ++t) {
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      sum[t][k] += (float)(scale * (double)f->tenth_notes[t][k]);
    }
  }
}

/// 1 - cosine of the notes of half a second before and behind a tenth
static double
note_change(float (*notes)[TON_NOTES], uint32_t n, uint32_t t)
{
  enum { SIDE = 4 };
  double xy = 0.0;
  double xx = 1e-9;
  double yy = 1e-9;
  for (uint32_t k = 0; t >= SIDE && t + SIDE <= n && k < TON_NOTES; ++k) {
    double x = 0.0;
    double y = 0.0;
    for (uint32_t i = 0; i < SIDE; ++i) {
      x += (double)notes[t - 1 - i][k];
      y += (double)notes[t + i][k];
    }
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  return xy > 0.0 ? 1.0 - xy / sqrt(xx * yy) : 0.0;
}

static TonStatus
find_changes(const TonRhythmStem* stems, uint32_t n, Onsets* o)
{
  enum { A_TENTH = TON_LEVEL_RATE / 10 };
  const uint32_t tenths = o->n / A_TENTH + 1;
  float(*const notes)[TON_NOTES] = ton_alloc(tenths * sizeof(*notes));
  if (!notes) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < n; ++i) {
    if (stems[i].tells == TON_TELLS_CHORDS) {
      add_notes(stems[i].features, tenths, notes);
    }
  }
  for (uint32_t i = 0; i < o->n; ++i) {
    o->change[i] =
        (float)note_change(notes, tenths, (i + A_TENTH / 2) / A_TENTH);
  }
  ton_free(notes);
  return TON_OK;
}

static TonStatus
open_onsets(const TonRhythmStem* stems, uint32_t n, Onsets* o)
{
  o->n = longest(stems, n);
  o->start_s = INFINITY;
  float** const rows[] = {&o->all, &o->kick, &o->snare, &o->change};
  for (size_t i = 0; i < TON_COUNT(rows); ++i) {
    *rows[i] = ton_alloc((o->n + 1) * sizeof(float));
    if (!*rows[i]) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < n; ++i) {
    const TonTells tells = stems[i].tells;
    const bool drum = tells == TON_TELLS_KICK || tells == TON_TELLS_SNARE;
    add_rises(stems[i].features, drum ? 1.0F : 0.5F, o->all);
    find_span(stems[i].features, o);
    if (drum) {
      add_rises(stems[i].features, 1.0F,
                tells == TON_TELLS_KICK ? o->kick : o->snare);
    } else if (tells == TON_TELLS_KIT) {
      TON_TRY(add_kit_rises(stems[i].features, o->kick, o->snare));
    }
  }
  TON_TRY(find_changes(stems, n, o));
  for (size_t i = 0; i < TON_COUNT(rows); ++i) {
    for (uint32_t k = 0; k < o->n; ++k) {
      o->has[i] = o->has[i] || (*rows[i])[k] > 0.0F;
    }
  }
  return TON_OK;
}

static void
close_onsets(Onsets* o)
{
  ton_free(o->all);
  ton_free(o->kick);
  ton_free(o->snare);
  ton_free(o->change);
}

// Tempo -------------------------------------------------------------------------

/// How much the onsets are like themselves some frames later; 1 at no lag
static void
correlate(const Onsets* o, double* acf)
{
  double mean = 0.0;
  for (uint32_t i = 0; i < o->n; ++i) {
    mean += (double)o->all[i] / o->n;
  }
  for (uint32_t lag = 0; lag <= LONGEST_LAG; ++lag) {
    acf[lag] = 0.0;
    for (uint32_t i = lag; i < o->n; ++i) {
      acf[lag] += ((double)o->all[i] - mean) * ((double)o->all[i - lag] - mean);
    }
  }
  const double whole = acf[0] > 0.0 ? acf[0] : 1.0;
  for (uint32_t lag = 0; lag <= LONGEST_LAG; ++lag) {
    acf[lag] /= whole;
  }
}

/// At a lag between the frames, over the width of a frame
static double
acf_at(const double* acf, double lag)
{
  const uint32_t i = (uint32_t)lag;
  const double part = lag - i;
  return i < LONGEST_LAG ? acf[i] + part * (acf[i + 1] - acf[i]) : 0.0;
}

/// Tempos that people play: a wide hill around 115 bpm
static double
usual(double bpm)
{
  const double octaves = log2(bpm / 115.0) / 0.9;
  return exp(-0.5 * octaves * octaves);
}

/// The tempo at whose beats the onsets repeat best
static double
rough_tempo(const double* acf)
{
  double best = 0.0;
  double best_bpm = 0.0;
  const double ratio = (double)FASTEST_BPM / SLOWEST_BPM;
  for (uint32_t i = 0; i <= TEMPOS; ++i) {
    const double bpm = SLOWEST_BPM * pow(ratio, (double)i / TEMPOS);
    double sum = 0.0;
    for (int k = 1; k <= 4; ++k) {
      sum += 0.25 * acf_at(acf, k * RATE * 60.0 / bpm);
    }
    sum *= usual(bpm);
    if (sum > best) {
      best = sum;
      best_bpm = bpm;
    }
  }
  return best_bpm;
}

/// Power of a frequency in the onsets from one frame to another, and its phase
static double
power_at(const float* x, uint32_t from, uint32_t to, double hz, double* phase)
{
  const double turn = 2.0 * M_PI * hz / RATE;
  const double turn_re = cos(turn);
  const double turn_im = sin(turn);
  double at_re = cos(turn * from);
  double at_im = sin(turn * from);
  double re = 0.0;
  double im = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    re += (double)x[i] * at_re;
    im += (double)x[i] * at_im;
    const double next = at_re * turn_re - at_im * turn_im;
    at_im = at_re * turn_im + at_im * turn_re;
    at_re = next;
  }
  *phase = atan2(im, re);
  return re * re + im * im;
}

/// Power of the beats at a frequency, and of their halves and quarters
static double
beat_power(const Onsets* o, double hz)
{
  double sum = 0.0;
  double phase = 0.0;
  for (int k = 1; k <= 4; k *= 2) {
    sum += power_at(o->all, 0, o->n, k * hz, &phase);
  }
  return sum;
}

/// The highest of eleven places around a frequency
static double
best_near(const Onsets* o, double hz, double step)
{
  double best = 0.0;
  double best_hz = hz;
  for (int i = -5; i <= 5; ++i) {
    const double power = beat_power(o, hz + i * step);
    if (power > best) {
      best = power;
      best_hz = hz + i * step;
    }
  }
  return best_hz;
}

/// The tempo nearby in which the whole song fits best
static double
exact_tempo(const Onsets* o, double bpm)
{
  const double hz = bpm / 60.0;
  const double step = 0.2 * RATE / o->n;
  double best = 0.0;
  double best_hz = hz;
  const int steps = (int)(0.015 * hz / step);
  for (int i = -steps; i <= steps; ++i) {
    const double f = hz + i * step;
    const double power = beat_power(o, f);
    if (power > best) {
      best = power;
      best_hz = f;
    }
  }
  best_hz = best_near(o, best_hz, 0.2 * step);
  return 60.0 * best_near(o, best_hz, 0.04 * step);
}

static double
rises_in(const float* x, uint32_t from, uint32_t to)
{
  double sum = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    sum += (double)x[i];
  }
  return sum;
}

/// RMS time by which the beats of eight bars at a time, each counted by all that
/// rises in it, lie beside the steady ones.  Up to 150 bpm half beats are followed:
/// where a part of the song plays between the beats alone, it is as steady
static double
drift_of(const Onsets* o, double bpm)
{
  const double hz = (bpm <= 150.0 ? 2.0 : 1.0) * bpm / 60.0;
  const uint32_t part = (uint32_t)(32.0 * RATE * 60.0 / bpm);
  double squares = 0.0;
  double all = 0.0;
  double whole = 0.0;
  power_at(o->all, 0, o->n, hz, &whole);
  for (uint32_t from = 0; from + part <= o->n; from += part / 2) {
    double phase = 0.0;
    power_at(o->all, from, from + part, hz, &phase);
    const double turns = remainder(phase - whole, 2.0 * M_PI) / 2.0 / M_PI;
    const double rises = rises_in(o->all, from, from + part);
    squares += rises * turns * turns;
    all += rises;
  }
  return all > 0.0 ? 1000.0 * sqrt(squares / all) / hz : 0.0;
}

// Bars --------------------------------------------------------------------------

/// What is typical of a bar, by half beats
typedef struct {
  uint32_t beats;
  double all[MAX_STEPS];
  double kick[MAX_STEPS];
  double snare[MAX_STEPS];
  double change[MAX_STEPS];
} BarShape;

static const BarShape shapes[] = {
    {4,
     {1.0, 0.2, 0.8, 0.2, 1.0, 0.2, 0.8, 0.2},
     {1.0, 0.0, 0.3, 0.0, 0.7, 0.0, 0.3, 0.0},
     {0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0},
     {1.0, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0}},
    {3,
     {1.0, 0.2, 0.8, 0.2, 0.8, 0.2},
     {1.0, 0.0, 0.0, 0.0, 0.0, 0.0},
     {0.0, 0.0, 1.0, 0.0, 1.0, 0.0},
     {1.0, 0.0, 0.0, 0.0, 0.0, 0.0}},
};

/// Largest value within a frame of a place
static double
value_near(const float* x, uint32_t n, double at_s)
{
  const double frame = at_s * RATE;
  double max = 0.0;
  for (int k = -1; k <= 1; ++k) {
    const double i = rint(frame) + k;
    if (i >= 0.0 && i < n) {
      max = fmax(max, (double)x[(uint32_t)i]);
    }
  }
  return max;
}

/// Means by half beats of the bar, if a bar begins at `at_s`
static void
fold(const Onsets* o, const float* x, double at_s, double step_s,
     uint32_t steps, double* means)
{
  uint32_t counts[MAX_STEPS] = {0};
  memset(means, 0, MAX_STEPS * sizeof(double));
  const int32_t from = (int32_t)ceil((o->start_s - at_s) / step_s);
  const int32_t to = (int32_t)ceil((o->end_s - at_s) / step_s);
  for (int32_t k = from; k < to; ++k) {
    const int32_t r = k % (int32_t)steps;
    const uint32_t i = (uint32_t)(r < 0 ? r + (int32_t)steps : r);
    means[i] += value_near(x, o->n, at_s + k * step_s);
    ++counts[i];
  }
  for (uint32_t i = 0; i < steps; ++i) {
    means[i] /= counts[i] ? counts[i] : 1;
  }
}

/// Likeness of a row of half beats with a typical one that is turned; -1 to 1
static double
likeness(const double* means, const double* shape, uint32_t steps,
         uint32_t turned)
{
  double mean = 0.0;
  for (uint32_t i = 0; i < steps; ++i) {
    mean += shape[i] / steps;
  }
  double xy = 0.0;
  double xx = 1e-12;
  double yy = 1e-12;
  for (uint32_t i = 0; i < steps; ++i) {
    const double x = shape[i] - mean;
    const double y = means[(i + turned) % steps];
    xy += x * y;
    xx += x * x;
    yy += y * y;
  }
  return xy / sqrt(xx * yy);
}

/// A way to count the song
typedef struct {
  double bpm;
  uint32_t beats;
  double bar_s; ///< Where one of the bars begins
  double fit;
} Count;

/// How a count is compared with the best so far
static void
take_better(const Count* count, Count* best, Count* second)
{
  if (count->fit > best->fit) {
    *second = *best;
    *best = *count;
  } else if (count->fit > second->fit) {
    *second = *count;
  }
}

/// Where beats of a tempo lie so that most rises on them
static double
beat_place(const Onsets* o, double beat_s)
{
  enum { PLACES = 48 };
  double best = -1.0;
  double place = 0.0;
  for (int i = 0; i < PLACES; ++i) {
    const double at_s = beat_s * i / PLACES;
    double sum = 0.0;
    const uint32_t beats = (uint32_t)((o->end_s - at_s) / beat_s);
    for (uint32_t b = 0; b < beats; ++b) {
      const double frame = (at_s + b * beat_s) * RATE;
      const uint32_t k = (uint32_t)frame;
      if (k + 1 < o->n) {
        const double part = frame - k;
        sum += (double)o->all[k] +
               part * ((double)o->all[k + 1] - (double)o->all[k]);
      }
    }
    if (sum > best) {
      best = sum;
      place = at_s;
    }
  }
  return place;
}

/// Share of all that rises that rises on half beats, less what would by chance
static double
beat_strength(const Onsets* o, double bpm, double at_s)
{
  double on = 0.0;
  double all = 1e-9;
  double by_chance = 0.0;
  for (uint32_t i = 0; i < o->n; ++i) {
    const double halves = (i / RATE - at_s) * bpm / 30.0;
    const bool here = fabs(halves - rint(halves)) < 0.1;
    on += here ? (double)o->all[i] : 0.0;
    all += (double)o->all[i];
    by_chance += here ? 1.0 / o->n : 0.0;
  }
  return fmax((on / all - by_chance) / (1.0 - by_chance), 0.0);
}

/// All bars of one shape at one tempo
static void
try_shape(const Onsets* o, const BarShape* shape, double bpm, double beat_at_s,
          Count* best, Count* second)
{
  const double strength = beat_strength(o, bpm, beat_at_s);
  static const double weights[] = {0.5, 0.7, 1.0, 1.0};
  const double step_s = 30.0 / bpm;
  const uint32_t steps = 2 * shape->beats;
  const float* const rows[] = {o->all, o->kick, o->snare, o->change};
  const double* const typical[] = {shape->all, shape->kick, shape->snare,
                                   shape->change};
  double means[4][MAX_STEPS];
  for (size_t i = 0; i < TON_COUNT(rows); ++i) {
    fold(o, rows[i], beat_at_s, step_s, steps, means[i]);
  }
  for (uint32_t turned = 0; turned < steps; ++turned) {
    double fit = 0.2 * usual(bpm) + strength;
    for (size_t i = 0; i < TON_COUNT(rows); ++i) {
      fit += o->has[i]
                 ? weights[i] * likeness(means[i], typical[i], steps, turned)
                 : 0.0;
    }
    const Count count = {bpm, shape->beats, beat_at_s + turned * step_s, fit};
    take_better(&count, best, second);
  }
}

/// Returns by how much the best count fits better than all of other tempos
static double
count_bars(const Onsets* o, double rough_bpm, const TonRhythmKnown* known,
           Count* best, Count* second)
{
  double others = 0.0;
  static const double ratios[] = {1.0, 0.5, 2.0, 2.0 / 3.0, 1.5};
  for (size_t i = 0; i < TON_COUNT(ratios); ++i) {
    const double bpm = rough_bpm * ratios[i];
    if (known->tempo_bpm > 0.0 ? i > 0
                               : bpm < SLOWEST_BPM || bpm > FASTEST_BPM) {
      continue;
    }
    const double at_s = beat_place(o, 60.0 / bpm);
    const double before = best->fit;
    Count here = {.fit = -INFINITY};
    Count next = here;
    for (size_t k = 0; k < TON_COUNT(shapes); ++k) {
      if (!known->beats_per_bar || known->beats_per_bar == shapes[k].beats) {
        try_shape(o, &shapes[k], bpm, at_s, &here, &next);
      }
    }
    others = fmax(others, fmin(before, here.fit));
    take_better(&here, best, second);
    take_better(&next, best, second);
  }
  return best->fit - others;
}

/// Bar 1 is the first that begins no earlier than a third of a beat before the
/// first sound, if it is not known (NaN)
static void
place_bars(const Onsets* o, const Count* c, double known_s, TonRhythm* r)
{
  const double beat_s = 60.0 / c->bpm;
  const double bar_s = beat_s * c->beats;
  const double bar_at_s = c->bar_s + RISE_EARLY_S;
  const double first = fmax(o->start_s - beat_s / 3.0, -beat_s / 8.0);
  r->first_bar_s =
      isfinite(known_s)
          ? known_s
          : fmax(bar_at_s + ceil((first - bar_at_s) / bar_s) * bar_s, 0.0);
  const double bars = (o->end_s - r->first_bar_s) / bar_s;
  r->n_bars = bars > 0.0 ? (uint32_t)ceil(bars - 0.25) : 0;
}

static void
find_in(const Onsets* o, const TonRhythmKnown* known, TonRhythm* r)
{
  double acf[LONGEST_LAG + 1];
  Count best = {.fit = -INFINITY};
  Count second = best;
  correlate(o, acf);
  const double rough = rough_tempo(acf);
  if (!(known->tempo_bpm > 0.0) && rough == 0.0) {
    return;
  }
  const double bpm =
      known->tempo_bpm > 0.0 ? known->tempo_bpm : exact_tempo(o, rough);
  r->tempo_lead = count_bars(o, bpm, known, &best, &second);
  if (!isfinite(best.fit)) {
    return;
  }
  r->tempo_bpm = best.bpm;
  r->beats_per_bar = best.beats;
  r->beat_strength = beat_strength(o, best.bpm, best.bar_s);
  r->drift_ms = drift_of(o, best.bpm);
  r->bar_lead = best.fit - second.fit;
  place_bars(o, &best, known->first_bar_s, r);
}

TonStatus
ton_find_rhythm(const TonRhythmStem* stems, uint32_t n,
                const TonRhythmKnown* known, TonRhythm* rhythm)
{
  Onsets onsets = {0};
  *rhythm = (TonRhythm){0};
  const TonStatus status = open_onsets(stems, n, &onsets);
  if (!status && onsets.has[0] &&
      onsets.end_s - onsets.start_s > LONGEST_LAG / RATE) {
    find_in(&onsets, known, rhythm);
  }
  close_onsets(&onsets);
  return status;
}
