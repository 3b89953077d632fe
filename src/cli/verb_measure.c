// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/output.h"

#include <math.h>
#include <stdio.h>

json_t*
cli_measurement(const TonMeasurement* m, const char* path)
{
  json_t* const o = json_object();
  json_object_set_new(o, "path", cli_json_text(path));
  json_t* const all = report_measurement(m);
  json_object_update(o, all);
  json_decref(all);
  return o;
}

/// A value with its unit, a dash for what is not defined, and a remark
static void
row_of(const char* name, double value, int decimals, const char* unit,
       const char* remark)
{
  char digits[32] = "-";
  if (isinf(value)) {
    snprintf(digits, sizeof(digits), "%s", value < 0.0 ? "-inf" : "inf");
  } else if (!isnan(value)) {
    snprintf(digits, sizeof(digits), "%.*f", decimals,
             report_rounded(value, decimals));
  }
  const char* const shown = isnan(value) ? "" : unit;
  if (*remark) {
    printf("  %-16s %9s %-4s  %s\n", name, digits, shown, remark);
  } else {
    printf("  %-16s %9s%s%s\n", name, digits, *shown ? " " : "", shown);
  }
}

static void
row(const char* name, double value, const char* unit, const char* remark)
{
  row_of(name, value, 2, unit, remark);
}

/// A value with its place in the file
static void
row_at(const char* name, double value, const char* unit, double at_s,
       const char* where)
{
  char remark[64] = "";
  char time[32];
  if (isfinite(value) && isfinite(at_s)) {
    snprintf(remark, sizeof(remark), "at %s%s", cli_time(at_s, time), where);
  }
  row(name, value, unit, remark);
}

const char*
cli_time(double s, char room[32])
{
  const double ms = rint(fmax(s, 0.0) * 1000.0);
  snprintf(room, 32, "%d:%06.3f", (int)(ms / 60000.0),
           fmod(ms, 60000.0) / 1000.0);
  return room;
}

static const char*
channel_name(const TonMeasurement* m, uint32_t channel, char room[32])
{
  static const char* const stereo[] = {", left", ", right"};
  room[0] = '\0';
  if (m->channels == 2) {
    return stereo[channel & 1U];
  }
  if (m->channels > 2) {
    snprintf(room, 32, ", channel %u", channel + 1);
  }
  return room;
}

/// Why a file has no loudness; "" if it has one
static const char*
without_loudness(const TonMeasurement* m)
{
  if (isnan(m->integrated_lufs)) {
    return "shorter than 0.4 s: no loudness is defined";
  }
  return isinf(m->integrated_lufs) ? "silence, or below -70 LUFS throughout"
                                   : "";
}

static void
loudness(const TonMeasurement* m)
{
  char range[96] = "";
  if (isfinite(m->loudness_range_lu)) {
    snprintf(range, sizeof(range), "%.1f to %.1f LUFS%s", m->range_low_lufs,
             m->range_high_lufs,
             m->range_stable ? "" : "; under 60 s: take with care");
  }
  row("integrated", m->integrated_lufs, "LUFS", without_loudness(m));
  row("loudness range", m->loudness_range_lu, "LU", range);
  row_at("momentary max", m->momentary_max_lufs, "LUFS", m->momentary_max_at_s,
         "");
  row_at("short-term max", m->short_term_max_lufs, "LUFS",
         m->short_term_max_at_s, "");
}

static void
levels(const TonMeasurement* m)
{
  char room[32];
  row_at("true peak", m->true_peak_dbtp, "dBTP", m->true_peak_at_s,
         channel_name(m, m->true_peak_channel, room));
  row_at("sample peak", m->sample_peak_dbfs, "dBFS", m->sample_peak_at_s, "");
  row("PLR", m->plr_lu, "LU", "true peak minus integrated");
  char lowest[48] = "";
  if (isfinite(m->psr_min_lu)) {
    snprintf(lowest, sizeof(lowest), "lowest %.2f LU",
             report_rounded(m->psr_min_lu, 2));
  }
  if (isfinite(m->psr_median_lu)) {
    row("PSR median", m->psr_median_lu, "LU", lowest);
  }
  row("RMS", m->rms_dbfs, "dBFS", "");
  row("crest", m->crest_db, "dB", "sample peak minus RMS");
}

static void
stereo(const TonMeasurement* m)
{
  char lowest[64] = "";
  if (m->channels != 2) {
    row("correlation", NAN, "", m->channels == 1 ? "mono" : "for two channels");
    return;
  }
  if (isfinite(m->correlation_min)) {
    char time[32];
    const bool placed = isfinite(m->correlation_min_at_s);
    snprintf(lowest, sizeof(lowest), "lowest %.2f%s%s",
             report_rounded(m->correlation_min, 2),
             placed ? " in the 3 s from " : "",
             placed ? cli_time(m->correlation_min_at_s, time) : "");
  }
  row("correlation", m->correlation, "", lowest);
  row("balance", m->balance_db, "dB", "right minus left");
  row("mono loss", m->mono_loss_lu, "LU", "loudness of the mono sum");
}

static void
clipping(const TonMeasurement* m)
{
  char time[32];
  char room[32];
  if (m->clipped_samples) {
    printf("  %-16s %9llu samples, longest", "clipped",
           (unsigned long long)m->clipped_samples);
    for (uint32_t i = 0; i < m->n_clips && i < 3; ++i) {
      printf("%s %.2f ms at %s%s", i ? ";" : "", m->clips[i].length_s * 1e3,
             cli_time(m->clips[i].at_s, time),
             channel_name(m, m->clips[i].channel, room));
    }
    printf("\n");
  } else {
    printf("  %-16s %9s\n", "clipped", "none");
  }
  if (m->bad_samples) {
    printf("  %-16s %9llu samples, taken as silence, the first at %s\n",
           "not a number", (unsigned long long)m->bad_samples,
           cli_time(m->first_bad_at_s, time));
  }
}

static void
defects(const TonMeasurement* m)
{
  char right[48] = "";
  if (m->channels > 1) {
    snprintf(right, sizeof(right), "left, %.3f %% right",
             report_rounded(100.0 * m->dc[1], 3));
  }
  row_of("DC offset", 100.0 * m->dc[0], 3, "%", right);
  clipping(m);
  char tail[64];
  snprintf(tail, sizeof(tail), "in front, %.2f s at the end",
           m->silence_tail_s);
  row("silence", m->silence_head_s, "s", tail);
}

static void
cell(const char* head, double value, int decimals)
{
  if (isfinite(value)) {
    printf("%8s %6.*f", head, decimals, report_rounded(value, decimals));
  } else {
    printf("%8s %6s", head, isinf(value) ? "-inf" : "-");
  }
}

static void
bands(const TonMeasurement* m)
{
  static const char* const names[TON_STEREO_BANDS] = {"<120", "120-500",
                                                      "500-2k", "2k-8k", ">8k"};
  if (m->channels == 2) {
    printf("  side minus mid, dB, and correlation, by Hz\n  ");
    for (int b = 0; b < TON_STEREO_BANDS; ++b) {
      cell(names[b], m->band_side_db[b], 1);
    }
    printf("\n  ");
    for (int b = 0; b < TON_STEREO_BANDS; ++b) {
      cell("", m->band_correlation[b], 2);
    }
    printf("\n");
  }
  printf("  third octaves, Hz and dB re full scale");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    char head[16];
    snprintf(head, sizeof(head), "%s", cli_third_name(b));
    printf("%s", b % 6 ? "" : "\n  ");
    cell(head, m->thirds_db[b], 1);
  }
  printf("\n");
}

const char*
cli_third_name(uint32_t band)
{
  static const char* const names[TON_THIRDS] = {
      "20",  "25",   "31.5",  "40",   "50",    "63",   "80",    "100",
      "125", "160",  "200",   "250",  "315",   "400",  "500",   "630",
      "800", "1k",   "1.25k", "1.6k", "2k",    "2.5k", "3.15k", "4k",
      "5k",  "6.3k", "8k",    "10k",  "12.5k", "16k",  "20k"};
  return names[band];
}

void
cli_print_levels(const TonMeasurement* m, const char* path)
{
  printf("%s\n  %u Hz, %u channel%s, %.2f s\n", path, m->rate, m->channels,
         m->channels == 1 ? "" : "s", (double)m->frames / m->rate);
  loudness(m);
  levels(m);
  clipping(m);
}

static void
print_measurement(const TonMeasurement* m, const char* path)
{
  printf("%s\n  %u Hz, %u channel%s, %.2f s\n", path, m->rate, m->channels,
         m->channels == 1 ? "" : "s", (double)m->frames / m->rate);
  loudness(m);
  levels(m);
  stereo(m);
  defects(m);
  bands(m);
}

static TonStatus
measure_one(const CliLine* line, const char* path, json_t* files,
            TonError* error)
{
  TonMeasurement m;
  TonMeters* keep = NULL;
  TON_TRY(
      ton_measure_file(path, TON_MEASURE_ALL, &m, &keep, &line->job, error));
  cli_progress_clear();
  const bool cut = ton_is_truncated(path);
  if (line->json) {
    json_t* const o = cli_measurement(&m, path);
    json_object_set_new(o, "breaks_off", json_boolean(cut));
    json_array_append_new(files, o);
  } else {
    print_measurement(&m, path);
    printf("%s",
           cut ? "  the file breaks off: its header promises more\n" : "");
  }
  ton_meters_free(keep);
  return TON_OK;
}

TonStatus
cli_measure(const CliLine* line, TonError* error)
{
  json_t* const files = json_array();
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < line->n_args && status != TON_INTERRUPTED; ++i) {
    TonError here = {0};
    const char* const path = line->args[i];
    const TonStatus s = measure_one(line, path, files, &here);
    if (!s) {
      continue;
    }
    if (status) {
      cli_print_error(error); // the last is told by main()
    }
    *error = here;
    status = s;
    json_t* const none = json_object();
    json_object_set_new(none, "path", cli_json_text(path));
    json_object_set_new(none, "error", cli_json_text(here.text));
    json_array_append_new(files, none);
  }
  if (line->json) {
    cli_print_json(json_pack("{s:i, s:o}", "schema", 1, "files", files));
  } else {
    json_decref(files);
  }
  return status;
}
