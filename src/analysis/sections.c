// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Sections of a song: runs of bars in which the same stems play as loud, and the
   same notes, parted where a split explains more than it costs.
*/
#include "analysis/rhythm.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/// A stem this far below its loudest bars does not count as playing, dB
#define SPAN_DB 24.0
/// What the notes of a bar count against a stem that comes in
#define NOTES_WEIGHT 1.0

enum { SHORTEST = 2, LONGEST = 64, MAX_BARS = 1024 };

/// Bars in rows: how loud each stem is, 0 to 1, and which notes sound, as a vector
/// of length 1
typedef struct {
  uint32_t n;
  uint32_t stems;
  uint32_t width;  ///< stems + TON_NOTES
  float* x;        ///< [bar][width]
  double* sums;    ///< [bar + 1][width]: of all bars before
  double* squares; ///< [bar + 1]: sums of squares of all bars before
} Bars;

static uint32_t
tenth_at(const TonRhythm* r, uint32_t bar)
{
  const double bar_s = r->beats_per_bar * 60.0 / r->tempo_bpm;
  return (uint32_t)rint(10.0 * (r->first_bar_s + bar * bar_s));
}

/// Mean power of a stem by bars, and the highest of them
static double
bar_powers(const TonFeatures* f, const TonRhythm* r, Bars* b, uint32_t column)
{
  double max = 0.0;
  for (uint32_t i = 0; i < b->n; ++i) {
    const uint32_t to = tenth_at(r, i + 1);
    double sum = 0.0;
    for (uint32_t t = tenth_at(r, i); t < to && t < f->n_tenths; ++t) {
      sum += f->tenth_on[t] ? (double)f->tenth_power[t] : 0.0;
    }
    b->x[(size_t)i * b->width + column] = (float)sum;
    max = fmax(max, sum);
  }
  return max;
}

static void
find_levels_of(const TonFeatures* f, const TonRhythm* r, Bars* b,
               uint32_t column)
{
  const double max = bar_powers(f, r, b, column);
  for (uint32_t i = 0; i < b->n; ++i) {
    float* const x = &b->x[(size_t)i * b->width + column];
    const double db = *x > 0.0F ? 10.0 * log10((double)*x / max) : -INFINITY;
    *x = (float)fmax(1.0 + db / SPAN_DB, 0.0);
  }
}

/// Notes of a stem, each stem as loud as any other, joined to those of the bars
static void
add_notes_of(const TonFeatures* f, const TonRhythm* r, Bars* b)
{
  double all = 1e-30;
  for (uint32_t t = 0; t < f->n_tenths; ++t) {
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      all += (double)f->tenth_notes[t][k];
    }
  }
  for (uint32_t i = 0; i < b->n; ++i) {
    float* const notes = &b->x[(size_t)i * b->width + b->stems];
    const uint32_t to = tenth_at(r, i + 1);
    for (uint32_t t = tenth_at(r, i); t < to && t < f->n_tenths; ++t) {
      for (uint32_t k = 0; k < TON_NOTES; ++k) {
        notes[k] += (float)((double)f->tenth_notes[t][k] / all);
      }
    }
  }
}

static void
scale_notes(Bars* b)
{
  for (uint32_t i = 0; i < b->n; ++i) {
    float* const notes = &b->x[(size_t)i * b->width + b->stems];
    double square = 0.0;
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      square += (double)notes[k] * (double)notes[k];
    }
    const float scale =
        square > 0.0 ? (float)(NOTES_WEIGHT / sqrt(square)) : 0.0F;
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      notes[k] *= scale;
    }
  }
}

static void
add_up(Bars* b)
{
  for (uint32_t i = 0; i < b->n; ++i) {
    const float* const x = &b->x[(size_t)i * b->width];
    const double* const before = &b->sums[(size_t)i * b->width];
    double* const sum = &b->sums[((size_t)i + 1) * b->width];
    b->squares[i + 1] = b->squares[i];
    for (uint32_t k = 0; k < b->width; ++k) {
      sum[k] = before[k] + (double)x[k];
      b->squares[i + 1] += (double)x[k] * (double)x[k];
    }
  }
}

static TonStatus
open_bars(const TonRhythmStem* stems, uint32_t n, const TonRhythm* r, Bars* b)
{
  *b = (Bars){.n = r->n_bars < MAX_BARS ? r->n_bars : MAX_BARS,
              .stems = n,
              .width = n + TON_NOTES};
  const size_t rows = (size_t)b->n + 1;
  b->x = ton_alloc(rows * b->width * sizeof(float));
  b->sums = ton_alloc(rows * b->width * sizeof(double));
  b->squares = ton_alloc(rows * sizeof(double));
  if (!b->x || !b->sums || !b->squares) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < n; ++i) {
    find_levels_of(stems[i].features, r, b, i);
    if (stems[i].tells == TON_TELLS_CHORDS) {
      add_notes_of(stems[i].features, r, b);
    }
  }
  scale_notes(b);
  add_up(b);
  return TON_OK;
}

static void
close_bars(Bars* b)
{
  ton_free(b->x);
  ton_free(b->sums);
  ton_free(b->squares);
}

// Parting -----------------------------------------------------------------------

/// Sum of the squares by which bars differ from their mean
static double
spread(const Bars* b, uint32_t from, uint32_t to)
{
  const double* const x = &b->sums[(size_t)from * b->width];
  const double* const y = &b->sums[(size_t)to * b->width];
  double sum = b->squares[to] - b->squares[from];
  for (uint32_t k = 0; k < b->width; ++k) {
    sum -= (y[k] - x[k]) * (y[k] - x[k]) / (to - from);
  }
  return sum;
}

/// What a section costs: those of four bars and their multiples are usual
static double
price(const Bars* b, uint32_t bars)
{
  const double usual = 0.8 + 0.06 * b->stems;
  return usual * (bars % 4 == 0 ? 1.0 : bars % 2 == 0 ? 1.5 : 2.0);
}

/// Best places to part the bars; last[i] is where the section that ends before bar
/// i begins
static void
part(const Bars* b, double* costs, uint32_t* last)
{
  costs[0] = 0.0;
  for (uint32_t to = 1; to <= b->n; ++to) {
    costs[to] = INFINITY;
    for (uint32_t bars = 1; bars <= to && bars <= LONGEST; ++bars) {
      const uint32_t from = to - bars;
      const double cost = costs[from] + spread(b, from, to) + price(b, bars);
      if ((bars >= SHORTEST || bars == b->n) && cost < costs[to]) {
        costs[to] = cost;
        last[to] = from;
      }
    }
  }
}

// Letters -----------------------------------------------------------------------

/// Mean square by which the stems of two sections differ in level
static double
level_distance(const Bars* b, const TonSongSection* p, const TonSongSection* q)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < b->stems; ++k) {
    double means[2];
    const TonSongSection* const both[2] = {p, q};
    for (int i = 0; i < 2; ++i) {
      const uint32_t from = both[i]->first_bar;
      const uint32_t to = from + both[i]->bars;
      means[i] = (b->sums[(size_t)to * b->width + k] -
                  b->sums[(size_t)from * b->width + k]) /
                 both[i]->bars;
    }
    sum += (means[0] - means[1]) * (means[0] - means[1]) / b->stems;
  }
  return sum;
}

/// 1 - the mean cosine of the notes of bars in the same place of two sections
static double
note_distance(const Bars* b, const TonSongSection* p, const TonSongSection* q)
{
  const uint32_t bars = p->bars < q->bars ? p->bars : q->bars;
  double sum = 0.0;
  for (uint32_t i = 0; i < bars; ++i) {
    const float* const x =
        &b->x[((size_t)p->first_bar + i) * b->width + b->stems];
    const float* const y =
        &b->x[((size_t)q->first_bar + i) * b->width + b->stems];
    for (uint32_t k = 0; k < TON_NOTES; ++k) {
      sum += (double)x[k] * (double)y[k] / bars;
    }
  }
  return 1.0 - sum / NOTES_WEIGHT / NOTES_WEIGHT;
}

static void
find_letters(const Bars* b, TonSongSection* sections, uint32_t n)
{
  uint32_t letters = 0;
  for (uint32_t i = 0; i < n; ++i) {
    double nearest = 1.0;
    sections[i].letter = letters;
    for (uint32_t k = 0; k < i; ++k) {
      const double d = level_distance(b, &sections[i], &sections[k]) / 0.06 +
                       note_distance(b, &sections[i], &sections[k]) / 0.12;
      if (0.5 * d < nearest) {
        nearest = 0.5 * d;
        sections[i].letter = sections[k].letter;
      }
    }
    letters += sections[i].letter == letters;
  }
}

/// Neighbours that sound alike are one section
static void
join_alike(TonSongSection* sections, uint32_t* n)
{
  uint32_t kept = 0;
  for (uint32_t i = 1; i < *n; ++i) {
    if (sections[i].letter == sections[kept].letter) {
      sections[kept].bars += sections[i].bars;
    } else {
      sections[++kept] = sections[i];
    }
  }
  *n = kept + 1;
}

static void
take_sections(const Bars* b, const uint32_t* last, TonSongSection* sections,
              uint32_t* n)
{
  uint32_t count = 0;
  for (uint32_t to = b->n; to > 0; to = last[to]) {
    ++count;
  }
  *n = count < TON_MAX_SONG_SECTIONS ? count : TON_MAX_SONG_SECTIONS;
  for (uint32_t to = b->n, i = count; to > 0; to = last[to]) {
    if (--i < *n) {
      sections[i] = (TonSongSection){last[to], to - last[to], 0};
    }
  }
  find_letters(b, sections, *n);
  join_alike(sections, n);
}

static TonStatus
find_all(const Bars* b, TonSongSection* sections, uint32_t* n)
{
  double* const costs = ton_alloc((b->n + 1) * sizeof(double));
  uint32_t* const last = ton_alloc((b->n + 1) * sizeof(uint32_t));
  const bool ok = costs && last;
  if (ok) {
    part(b, costs, last);
    take_sections(b, last, sections, n);
  }
  ton_free(costs);
  ton_free(last);
  return ok ? TON_OK : TON_NO_MEMORY;
}

TonStatus
ton_find_sections(const TonRhythmStem* stems, uint32_t n,
                  const TonRhythm* rhythm,
                  TonSongSection sections[TON_MAX_SONG_SECTIONS],
                  uint32_t* n_sections)
{
  Bars bars;
  *n_sections = 0;
  TonStatus status = open_bars(stems, n, rhythm, &bars);
  if (!status && bars.n) {
    status = find_all(&bars, sections, n_sections);
  }
  close_bars(&bars);
  return status;
}
