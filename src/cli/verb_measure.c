// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/numbers.h"

#include <math.h>
#include <stdio.h>

json_t*
cli_number(double value)
{
  return isfinite(value) ? json_real(value) : json_null();
}

json_t*
cli_measurement(const TonMeasurement* m, const char* path)
{
  json_t* const o = json_object();
  const struct {
    const char* key;
    double value;
  } rows[] = {
      {"duration_s", (double)m->frames / m->rate},
      {"integrated_lufs", m->integrated_lufs},
      {"loudness_range_lu", m->loudness_range_lu},
      {"momentary_max_lufs", m->momentary_max_lufs},
      {"short_term_max_lufs", m->short_term_max_lufs},
      {"true_peak_dbtp", m->true_peak_dbtp},
      {"sample_peak_dbfs", m->sample_peak_dbfs},
      {"true_peak_at_s", m->true_peak_at_s},
      {"plr_lu", m->plr_lu},
      {"psr_min_lu", m->psr_min_lu},
      {"psr_median_lu", m->psr_median_lu},
      {"rms_dbfs", m->rms_dbfs},
      {"crest_db", m->crest_db},
      {"dc_left", m->dc[0]},
      {"dc_right", m->channels > 1 ? m->dc[1] : NAN},
      {"correlation", m->correlation},
      {"correlation_min", m->correlation_min},
      {"balance_db", m->balance_db},
      {"mono_loss_lu", m->mono_loss_lu},
      {"silence_head_s", m->silence_head_s},
      {"silence_tail_s", m->silence_tail_s},
  };
  json_object_set_new(o, "path", json_string(path));
  json_object_set_new(o, "sample_rate_hz", json_integer(m->rate));
  json_object_set_new(o, "channels", json_integer(m->channels));
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    json_object_set_new(o, rows[i].key, cli_number(rows[i].value));
  }
  json_object_set_new(o, "clipped_samples",
                      json_integer((json_int_t)m->clipped_samples));
  json_object_set_new(o, "bad_samples",
                      json_integer((json_int_t)m->bad_samples));
  json_t* const thirds = json_array();
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    json_array_append_new(thirds, cli_number(m->thirds_db[b]));
  }
  json_object_set_new(o, "third_octaves_db", thirds);
  json_t* const sides = json_array();
  for (uint32_t b = 0; b < TON_STEREO_BANDS; ++b) {
    json_array_append_new(sides, cli_number(m->band_side_db[b]));
  }
  json_object_set_new(o, "side_to_mid_db", sides);
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
