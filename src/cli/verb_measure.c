// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/numbers.h"

#include <math.h>
#include <stdio.h>

json_t*
cli_measurement(const TonMeasurement* m, const char* path)
{
  json_t* const o = json_pack("{s:s}", "path", path);
  json_t* const all = report_measurement(m);
  json_object_update(o, all);
  json_decref(all);
  return o;
}

static void
row(const char* name, double value, const char* unit)
{
  if (isnan(value)) {
    printf("  %-18s %9s\n", name, "-");
  } else if (isinf(value)) {
    printf("  %-18s %9s %s\n", name, value < 0.0 ? "-inf" : "inf", unit);
  } else {
    printf("  %-18s %9.2f %s\n", name, value, unit);
  }
}

void
cli_print_measurement(const TonMeasurement* m, const char* path)
{
  printf("%s\n  %u Hz, %u channel%s, %.2f s\n", path, m->rate, m->channels,
         m->channels == 1 ? "" : "s", (double)m->frames / m->rate);
  row("integrated", m->integrated_lufs, "LUFS");
  row("loudness range", m->loudness_range_lu,
      m->range_stable ? "LU" : "LU (under 60 s: take with care)");
  row("momentary max", m->momentary_max_lufs, "LUFS");
  row("short-term max", m->short_term_max_lufs, "LUFS");
  row("true peak", m->true_peak_dbtp, "dBTP");
  row("sample peak", m->sample_peak_dbfs, "dBFS");
  row("PLR", m->plr_lu, "LU");
  row("PSR median", m->psr_median_lu, "LU");
  row("RMS", m->rms_dbfs, "dBFS");
  row("crest", m->crest_db, "dB");
  row("correlation", m->correlation, "");
  row("balance", m->balance_db, "dB (right minus left)");
  row("mono loss", m->mono_loss_lu, "LU");
  if (m->clipped_samples) {
    printf("  clipped: %llu samples, the longest run at %.3f s\n",
           (unsigned long long)m->clipped_samples, m->clips[0].at_s);
  }
  if (m->bad_samples) {
    printf("  not a number: %llu samples, taken as silence\n",
           (unsigned long long)m->bad_samples);
  }
}

TonStatus
cli_measure(const CliLine* line, TonError* error)
{
  json_t* const files = json_array();
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < line->n_args && !status; ++i) {
    TonMeasurement m;
    TonMeters* keep = NULL;
    status = ton_measure_file(line->args[i], TON_MEASURE_ALL, &m, &keep,
                              &line->job, error);
    cli_progress_clear();
    if (!status && line->json) {
      json_array_append_new(files, cli_measurement(&m, line->args[i]));
    } else if (!status) {
      cli_print_measurement(&m, line->args[i]);
    }
    ton_meters_free(keep);
  }
  if (line->json && !status) {
    json_t* const all = json_object();
    json_object_set_new(all, "schema", json_integer(1));
    json_object_set(all, "files", files);
    json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    printf("\n");
    json_decref(all);
  }
  json_decref(files);
  return status;
}
