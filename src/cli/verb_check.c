// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "base/memory.h"
#include "cli/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t*
json_row(const TonFinding* r)
{
  json_t* const o = json_object();
  json_object_set_new(o, "item", json_string(r->item));
  json_object_set_new(o, "light", json_string(ton_light_name(r->light)));
  json_object_set_new(o, "value", report_number(r->value));
  json_object_set_new(o, "unit", json_string(r->unit));
  json_object_set_new(o, "at_s", report_number(r->at_s));
  json_object_set_new(o, "found", json_string(r->text));
  json_object_set_new(o, "fix", json_string(r->fix));
  return o;
}

static void
print_row(const TonFinding* r)
{
  printf("  %-6s %-12s %s", ton_light_name(r->light), r->item, r->text);
  if (isfinite(r->at_s)) {
    printf(" at %d:%06.3f", (int)(r->at_s / 60.0), fmod(r->at_s, 60.0));
  }
  printf("\n");
  if (*r->fix) {
    printf("%22s%s\n", "", r->fix);
  }
}

static void
print_check(const TonCheck* check)
{
  printf("%s\n", check->path);
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    print_row(&check->rows[i]);
  }
}

static void
print_check_json(const TonCheck* check)
{
  json_t* const all = json_array();
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    json_array_append_new(all, json_row(&check->rows[i]));
  }
  cli_print_json(json_pack("{s:s, s:o, s:b}", "path", check->path, "rows", all,
                           "ready", check->n_red == 0));
}

TonStatus
cli_check(const CliLine* line, TonError* error)
{
  TonCheck* const check = ton_alloc(sizeof(TonCheck));
  if (!check) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = ton_studio_check(line->args[0], check, &line->job, error);
  cli_progress_clear();
  if (!status) {
    (line->json ? print_check_json : print_check)(check);
  }
  if (!status && check->n_red) {
    status = ton_fail_file(error, TON_GOAL_MISSED, check->path,
                           "is not ready: %u red light%s", check->n_red,
                           check->n_red == 1 ? "" : "s");
  }
  ton_free(check);
  return status;
}

/// Mean of what is finite
static double
mean(const double* values, uint32_t n)
{
  double sum = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += isfinite(values[i]) ? values[i] : 0.0;
    count += isfinite(values[i]);
  }
  return count ? sum / count : NAN;
}

enum { COMPARED = 6, MOST_FILES = 65 };

static const char* const keys[COMPARED] = {
    "integrated_lufs",   "true_peak_dbtp", "plr_lu",
    "loudness_range_lu", "correlation",    "side_to_mid_500_2000_db"};

static void
figures(const TonMeasurement* m, double* values)
{
  values[0] = m->integrated_lufs;
  values[1] = m->true_peak_dbtp;
  values[2] = m->plr_lu;
  values[3] = m->loudness_range_lu;
  values[4] = m->correlation;
  values[5] = m->band_side_db[2];
}

static void
print_comparison(double value[][MOST_FILES], const double* tone,
                 uint32_t references)
{
  printf("  %-24s %9s %11s %11s\n", "", "file", "references", "difference");
  for (int k = 0; k < COMPARED; ++k) {
    const double there = mean(value[k] + 1, references);
    printf("  %-24s %9.2f %11.2f %+11.2f\n", keys[k], value[k][0], there,
           value[k][0] - there);
  }
  printf("  tone at matched loudness, file minus references, dB:\n");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    if (isfinite(tone[b])) {
      printf("  %8.0f Hz %+6.1f\n", ton_third_hz(b), tone[b]);
    }
  }
}

TonStatus
cli_compare(const CliLine* line, TonError* error)
{
  static double value[COMPARED][MOST_FILES];
  static double band[TON_THIRDS][MOST_FILES];
  double tone[TON_THIRDS];
  const uint32_t n = line->n_args;
  for (uint32_t i = 0; i < n; ++i) {
    TonMeasurement m;
    double all[COMPARED];
    TON_TRY(ton_measure_file(line->args[i], TON_MEASURE_ALL, &m, NULL,
                             &line->job, error));
    figures(&m, all);
    for (int k = 0; k < COMPARED; ++k) {
      value[k][i] = all[k];
    }
    for (uint32_t b = 0; b < TON_THIRDS; ++b) {
      band[b][i] = m.thirds_db[b] - m.integrated_lufs;
    }
  }
  cli_progress_clear();
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    tone[b] = band[b][0] - mean(band[b] + 1, n - 1);
  }
  if (!line->json) {
    print_comparison(value, tone, n - 1);
    return TON_OK;
  }
  json_t* const o = json_object();
  for (int k = 0; k < COMPARED; ++k) {
    const double there = mean(value[k] + 1, n - 1);
    json_object_set_new(o, keys[k],
                        json_pack("{s:o, s:o}", "file",
                                  report_number(value[k][0]), "references",
                                  report_number(there)));
  }
  json_t* const curve = json_array();
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    json_array_append_new(curve, report_number(tone[b]));
  }
  json_object_set_new(o, "third_octave_difference_db", curve);
  cli_print_json(o);
  return TON_OK;
}
