// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister compare: a file beside references, figure by figure and band by
   band.
*/

#include "base/error.h"
#include "base/memory.h"
#include "cli/json_output.h"
#include "cli/song_files.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/figures.h"
#include "report/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  MAX_FIGURES = 64,
  MAX_COLUMNS = 5, ///< References shown one by one
  REGIONS = 7,
  BAR = 12, ///< Longest bar, letters
};

/// Sound so far below the loudness makes no difference
#define UNHEARD_DB (-70.0)

/// Parts of the spectrum that have a name, by third-octave bands
static const struct {
  const char* name;
  uint32_t from;
  uint32_t to;
} regions[REGIONS] = {
    {"sub", 0, 4},    {"bass", 5, 9},       {"low mids", 10, 14},
    {"mids", 15, 19}, {"presence", 20, 24}, {"treble", 25, 27},
    {"air", 28, 29},
};

/// A file as it is compared
typedef struct {
  double value[MAX_FIGURES]; ///< In the order of report_figures
  double integrated_lufs;
  double true_peak_dbtp;
  double band[TON_THIRDS]; ///< Re integrated loudness
} Profile;

typedef struct {
  Profile file;
  Profile mean;         ///< Of the references
  Profile difference;   ///< File minus mean
  double match_gain_db; ///< Brings the file to the loudness of the references
  double region[REGIONS];
} Comparison;

static bool
is_compared(size_t figure)
{
  return (report_figures[figure].shown & FIGURE_COMPARE) != 0;
}

static void
profile_of(const TonMeasurement* m, Profile* p)
{
  assert(report_n_figures <= MAX_FIGURES);
  for (size_t k = 0; k < report_n_figures; ++k) {
    p->value[k] = report_shown(&report_figures[k], m);
  }
  p->integrated_lufs = m->integrated_lufs;
  p->true_peak_dbtp = m->true_peak_dbtp;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double db = m->thirds_db[b] - m->integrated_lufs;
    p->band[b] = isnan(db) ? NAN : fmax(db, UNHEARD_DB);
  }
}

/// Mean of what is finite in one place of all profiles
static double
mean(const Profile* all, uint32_t n, const double* in_first)
{
  const size_t at = (size_t)((const char*)in_first - (const char*)all);
  double sum = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    double value = 0.0;
    memcpy(&value, (const char*)&all[i] + at, sizeof(value));
    sum += isfinite(value) ? value : 0.0;
    count += isfinite(value);
  }
  return count ? sum / count : NAN;
}

static void
compare(const Profile* all, uint32_t references, Comparison* c)
{
  c->file = all[0];
  Profile* const there = &c->mean;
  for (size_t k = 0; k < report_n_figures; ++k) {
    there->value[k] = mean(all + 1, references, &all[1].value[k]);
    c->difference.value[k] = c->file.value[k] - there->value[k];
  }
  there->integrated_lufs = mean(all + 1, references, &all[1].integrated_lufs);
  there->true_peak_dbtp = mean(all + 1, references, &all[1].true_peak_dbtp);
  c->match_gain_db = there->integrated_lufs - c->file.integrated_lufs;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    c->mean.band[b] = mean(all + 1, references, &all[1].band[b]);
    c->difference.band[b] = c->file.band[b] - c->mean.band[b];
  }
  for (int r = 0; r < REGIONS; ++r) {
    double sum = 0.0;
    uint32_t n = 0;
    for (uint32_t b = regions[r].from; b <= regions[r].to; ++b) {
      sum += isfinite(c->difference.band[b]) ? c->difference.band[b] : 0.0;
      n += isfinite(c->difference.band[b]);
    }
    c->region[r] = n ? sum / n : NAN;
  }
}

static void
print_value(double value, int digits)
{
  char buffer[32];
  printf(" %9s", report_number_text(value, digits, buffer));
}

static void
print_difference(double value, int digits)
{
  if (isfinite(value)) {
    printf(" %+10.*f", digits, report_rounded(value, digits));
  } else {
    print_value(value, digits);
  }
}

static void
print_figures(const Profile* all, uint32_t references, const Comparison* c)
{
  const uint32_t shown = references > MAX_COLUMNS ? 0 : references;
  printf("\n  %-20s %9s", "", "file");
  for (uint32_t i = 0; i < shown; ++i) {
    printf("       [%u]", i + 1);
  }
  printf("%s difference\n", references > 1 ? "      mean" : "");
  for (size_t k = 0; k < report_n_figures; ++k) {
    const ReportFigure* const f = &report_figures[k];
    if (!is_compared(k)) {
      continue;
    }
    printf("  %-20s", f->name);
    for (uint32_t i = 0; i <= shown; ++i) {
      print_value(all[i].value[k], f->digits);
    }
    if (references > 1) {
      print_value(c->mean.value[k], f->digits);
    }
    print_difference(c->difference.value[k], f->digits);
    printf(" %s\n", f->unit);
  }
}

/// What somebody has to do to hear both at one loudness
static void
print_match(const Comparison* c)
{
  const double by = c->match_gain_db;
  if (isfinite(by)) {
    printf("\n  at one loudness: turn the file by %+.1f dB; its true peak is "
           "then %.1f dBTP, that of the references is %.1f\n",
           report_rounded(by, 1),
           report_rounded(c->file.true_peak_dbtp + by, 1),
           report_rounded(c->mean.true_peak_dbtp, 1));
  } else {
    printf("\n  at one loudness: not defined, one of them is silent or shorter "
           "than 0.4 s\n");
  }
}

/// A bar from the middle to the left or right, half a dB a letter
static void
print_bar(double db)
{
  const int n = (int)fmin(rint(fabs(db) * 2.0), BAR);
  static const char bar[] = "############";
  if (db < 0.0) {
    printf("%*s%.*s|\n", BAR - n + 2, "", n, bar);
  } else {
    printf("%*s|%.*s\n", BAR + 2, "", n, bar);
  }
}

static void
print_tone(const Comparison* c)
{
  printf("\n  tone at one loudness, file minus references\n");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    if (isfinite(c->difference.band[b])) {
      printf("  %6s Hz %+6.1f dB", report_third_name(b),
             report_rounded(c->difference.band[b], 1));
      print_bar(c->difference.band[b]);
    }
  }
}

/// A word for a difference; "" where there is none, or it is too small
static const char*
word_for(size_t figure, double difference)
{
  const ReportFigure* const f = &report_figures[figure];
  const bool worth = is_compared(figure) && f->worth_word > 0.0 &&
                     isfinite(difference) && fabs(difference) >= f->worth_word;
  return !worth ? "" : difference > 0.0 ? f->more : f->less;
}

/// The differences that matter, in words
static void
print_words(const Comparison* c)
{
  const char* between = "\n  stands out: ";
  bool any = false;
  for (int r = 0; r < REGIONS; ++r) {
    if (fabs(c->region[r]) >= 1.5) {
      printf("%s%.1f dB %s %s", between, fabs(c->region[r]),
             c->region[r] > 0.0 ? "more" : "less", regions[r].name);
      between = ", ";
      any = true;
    }
  }
  between = any ? ";\n    " : between;
  for (size_t k = 0; k < report_n_figures; ++k) {
    const char* const word = word_for(k, c->difference.value[k]);
    if (*word) {
      printf("%s%s", between, word);
      between = ", ";
      any = true;
    }
  }
  printf(any ? "\n" : "\n  nothing stands out\n");
}

static void
print_comparison(const CommandLine* line, const Profile* all,
                 const Comparison* c)
{
  const uint32_t references = line->n_args - 1;
  printf("  file  %s\n", cli_visible(line->args[0]));
  for (uint32_t i = 1; i <= references; ++i) {
    printf("  [%u]%s  %s\n", i, i < 10 ? " " : "", cli_visible(line->args[i]));
  }
  print_figures(all, references, c);
  print_match(c);
  if (isfinite(c->match_gain_db)) {
    print_tone(c);
    print_words(c);
  }
}

static json_t*
json_comparison(const CommandLine* line, const Comparison* c)
{
  json_t* const o = json_object();
  json_t* const paths = json_array();
  json_object_set_new(o, "file", report_text(line->args[0]));
  for (uint32_t i = 1; i < line->n_args; ++i) {
    json_array_append_new(paths, report_text(line->args[i]));
  }
  json_object_set_new(o, "references", paths);
  for (size_t k = 0; k < report_n_figures; ++k) {
    if (is_compared(k)) {
      json_object_set_new(
          o, report_figures[k].key,
          json_pack("{s:o, s:o, s:o}", "file", report_number(c->file.value[k]),
                    "references", report_number(c->mean.value[k]), "difference",
                    report_number(c->difference.value[k])));
    }
  }
  json_object_set_new(o, "match_gain_db", report_number(c->match_gain_db));
  json_t* const parts = json_object();
  for (int r = 0; r < REGIONS; ++r) {
    json_object_set_new(parts, regions[r].name, report_number(c->region[r]));
  }
  json_object_set_new(o, "tone_difference_db", parts);
  json_t* const hz = json_array();
  json_t* const curve = json_array();
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    json_array_append_new(hz, report_number(ton_third_hz(b)));
    json_array_append_new(curve, report_number(c->difference.band[b]));
  }
  json_object_set_new(o, "third_octave_hz", hz);
  json_object_set_new(o, "third_octave_difference_db", curve);
  return o;
}

static TonStatus
measure_all(const CommandLine* line, Profile* all, TonError* error)
{
  for (uint32_t i = 0; i < line->n_args; ++i) {
    TonMeasurement m;
    cli_tell_cut(line, line->args[i]);
    TON_TRY(ton_measure_file(line->args[i], TON_MEASURE_ALL, &m, NULL,
                             &line->job, error));
    profile_of(&m, &all[i]);
  }
  return TON_OK;
}

TonStatus
cli_compare(const CommandLine* line, TonError* error)
{
  Profile* const all = ton_alloc(line->n_args * sizeof(Profile));
  Comparison c;
  if (!all) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  const TonStatus status = measure_all(line, all, error);
  cli_progress_clear();
  if (!status) {
    compare(all, line->n_args - 1, &c);
    if (line->json) {
      cli_print_json(json_comparison(line, &c));
    } else {
      print_comparison(line, all, &c);
    }
  }
  ton_free(all);
  return status;
}
