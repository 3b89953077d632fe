// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "cli/output.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIGURES = 15, COLUMNS = 5, REGIONS = 7, BAR = 12 };

/// Sound so far below the loudness makes no difference
#define UNHEARD_DB (-70.0)

/// What is set side by side; keys are those of `measure --json`
static const struct {
  const char* key;
  const char* name;
  const char* unit;
  const char* more; ///< In words, where the file has more of it
  const char* less;
  double counts; ///< Difference worth a word
} figures[FIGURES] = {
    {"integrated_lufs", "integrated", "LUFS", "", "", INFINITY},
    {"true_peak_dbtp", "true peak", "dBTP", "", "", INFINITY},
    {"short_term_max_lufs", "short-term max", "LUFS", "", "", INFINITY},
    {"loudness_range_lu", "loudness range", "LU", "wider loudness range",
     "narrower loudness range", 2.0},
    {"plr_lu", "PLR", "LU", "more peak over its loudness",
     "less peak over its loudness", 2.0},
    {"psr_median_lu", "PSR median", "LU", "punchier moment by moment",
     "denser moment by moment", 1.5},
    {"crest_db", "crest", "dB", "", "", INFINITY},
    {"correlation", "correlation", "", "narrower", "wider", 0.2},
    {"mono_loss_lu", "mono loss", "LU", "", "loses more in mono", 1.0},
    {"balance_db", "balance, R-L", "dB", "further to the right",
     "further to the left", 1.0},
    {"side_to_mid_below_120_db", "side, < 120 Hz", "dB", "wider bass",
     "narrower bass", 6.0},
    {"side_to_mid_120_500_db", "side, 120-500", "dB", "", "", INFINITY},
    {"side_to_mid_500_2000_db", "side, 500-2k", "dB", "wider middle",
     "narrower middle", 3.0},
    {"side_to_mid_2000_8000_db", "side, 2k-8k", "dB", "", "", INFINITY},
    {"side_to_mid_above_8000_db", "side, > 8k", "dB", "wider treble",
     "narrower treble", 3.0},
};

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
  double value[FIGURES];
  double band[TON_THIRDS]; ///< Re integrated loudness
} Profile;

typedef struct {
  Profile file;
  Profile there; ///< Mean of the references
  Profile apart; ///< File minus mean
  double region[REGIONS];
} Comparison;

static void
profile_of(const TonMeasurement* m, Profile* p)
{
  const double all[FIGURES] = {
      m->integrated_lufs,   m->true_peak_dbtp,  m->short_term_max_lufs,
      m->loudness_range_lu, m->plr_lu,          m->psr_median_lu,
      m->crest_db,          m->correlation,     m->mono_loss_lu,
      m->balance_db,        m->band_side_db[0], m->band_side_db[1],
      m->band_side_db[2],   m->band_side_db[3], m->band_side_db[4]};
  memcpy(p->value, all, sizeof(all));
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
  for (int k = 0; k < FIGURES; ++k) {
    c->there.value[k] = mean(all + 1, references, &all[1].value[k]);
    c->apart.value[k] = c->file.value[k] - c->there.value[k];
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    c->there.band[b] = mean(all + 1, references, &all[1].band[b]);
    c->apart.band[b] = c->file.band[b] - c->there.band[b];
  }
  for (int r = 0; r < REGIONS; ++r) {
    double sum = 0.0;
    uint32_t n = 0;
    for (uint32_t b = regions[r].from; b <= regions[r].to; ++b) {
      sum += isfinite(c->apart.band[b]) ? c->apart.band[b] : 0.0;
      n += isfinite(c->apart.band[b]);
    }
    c->region[r] = n ? sum / n : NAN;
  }
}

static void
print_value(double value, bool sign)
{
  if (isfinite(value)) {
    printf(sign ? " %+9.2f" : " %9.2f", report_rounded(value, 2));
  } else {
    printf(" %9s", isinf(value) ? value < 0.0 ? "-inf" : "inf" : "-");
  }
}

static void
print_figures(const Profile* all, uint32_t references, const Comparison* c)
{
  const uint32_t shown = references > COLUMNS ? 0 : references;
  printf("\n  %-16s %9s", "", "file");
  for (uint32_t i = 0; i < shown; ++i) {
    printf("       [%u]", i + 1);
  }
  printf("%s difference\n", references > 1 ? "      mean" : "");
  for (int k = 0; k < FIGURES; ++k) {
    printf("  %-16s", figures[k].name);
    for (uint32_t i = 0; i <= shown; ++i) {
      print_value(all[i].value[k], false);
    }
    if (references > 1) {
      print_value(c->there.value[k], false);
    }
    printf(" ");
    print_value(c->apart.value[k], true);
    printf(" %s\n", figures[k].unit);
  }
}

/// What somebody has to do to hear both at one loudness
static void
print_match(const Comparison* c)
{
  const double by = -c->apart.value[0];
  if (isfinite(by)) {
    printf("\n  at one loudness: turn the file by %+.1f dB; its true peak is "
           "then %.1f dBTP, there %.1f\n",
           report_rounded(by, 1), report_rounded(c->file.value[1] + by, 1),
           report_rounded(c->there.value[1], 1));
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
    if (isfinite(c->apart.band[b])) {
      printf("  %6s Hz %+6.1f dB", cli_third_name(b),
             report_rounded(c->apart.band[b], 1));
      print_bar(c->apart.band[b]);
    }
  }
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
  for (int k = 0; k < FIGURES; ++k) {
    const double d = c->apart.value[k];
    const char* const word = d > 0.0 ? figures[k].more : figures[k].less;
    if (isfinite(d) && fabs(d) >= figures[k].counts && *word) {
      printf("%s%s", between, word);
      between = ", ";
      any = true;
    }
  }
  printf(any ? "\n" : "\n  nothing stands out\n");
}

static void
print_comparison(const CliLine* line, const Profile* all, const Comparison* c)
{
  const uint32_t references = line->n_args - 1;
  printf("  file  %s\n", line->args[0]);
  for (uint32_t i = 1; i <= references; ++i) {
    printf("  [%u]%s  %s\n", i, i < 10 ? " " : "", line->args[i]);
  }
  print_figures(all, references, c);
  print_match(c);
  if (isfinite(c->apart.value[0])) {
    print_tone(c);
    print_words(c);
  }
}

static json_t*
json_comparison(const CliLine* line, const Comparison* c)
{
  json_t* const o = json_object();
  json_t* const paths = json_array();
  json_object_set_new(o, "file", cli_json_text(line->args[0]));
  for (uint32_t i = 1; i < line->n_args; ++i) {
    json_array_append_new(paths, cli_json_text(line->args[i]));
  }
  json_object_set_new(o, "references", paths);
  for (int k = 0; k < FIGURES; ++k) {
    json_object_set_new(
        o, figures[k].key,
        json_pack("{s:o, s:o, s:o}", "file", report_number(c->file.value[k]),
                  "references", report_number(c->there.value[k]), "difference",
                  report_number(c->apart.value[k])));
  }
  json_object_set_new(o, "match_gain_db", report_number(-c->apart.value[0]));
  json_t* const parts = json_object();
  for (int r = 0; r < REGIONS; ++r) {
    json_object_set_new(parts, regions[r].name, report_number(c->region[r]));
  }
  json_object_set_new(o, "tone_difference_db", parts);
  json_t* const hz = json_array();
  json_t* const curve = json_array();
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    json_array_append_new(hz, report_number(ton_third_hz(b)));
    json_array_append_new(curve, report_number(c->apart.band[b]));
  }
  json_object_set_new(o, "third_octave_hz", hz);
  json_object_set_new(o, "third_octave_difference_db", curve);
  return o;
}

static TonStatus
measure_all(const CliLine* line, Profile* all, TonError* error)
{
  for (uint32_t i = 0; i < line->n_args; ++i) {
    TonMeasurement m;
    TON_TRY(ton_measure_file(line->args[i], TON_MEASURE_ALL, &m, NULL,
                             &line->job, error));
    profile_of(&m, &all[i]);
  }
  return TON_OK;
}

TonStatus
cli_compare(const CliLine* line, TonError* error)
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
