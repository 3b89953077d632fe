// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A measurement as a table on the terminal, a row for each figure.
*/

#include "cli/measurement_table.h"

#include "cli/terminal.h"
#include "report/figures.h"

#include <stdio.h>

const char*
cli_time(double s, char buffer[32])
{
  const double ms = rint(fmax(s, 0.0) * 1000.0);
  snprintf(buffer, 32, "%d:%06.3f", (int)(ms / 60000.0),
           fmod(ms, 60000.0) / 1000.0);
  return buffer;
}

/// ", left" or ", channel 3"; nothing for a mono file
static void
print_channel(const TonMeasurement* m, uint32_t channel)
{
  static const char* const pair[] = {", left", ", right"};
  if (m->channels == 2) {
    printf("%s", pair[channel & 1U]);
  } else if (m->channels > 2) {
    printf(", channel %u", channel + 1);
  }
}

/// "at 0:12.345", "lowest 7.20 LU", behind what stands in the row already
static void
print_beside(const ReportFigure* f, const TonMeasurement* m, bool first)
{
  const double value = report_shown(f, m);
  char buffer[32];
  if (!isfinite(value)) {
    return;
  }
  printf("%s %s ", first ? ";" : ",", f->name);
  if (f->shown & FIGURE_PLACE) {
    printf("%s", cli_time(value, buffer));
  } else {
    printf("%s%s%s", report_number_text(value, f->digits, buffer),
           *f->unit ? " " : "", f->unit);
  }
  if (f->offset == offsetof(TonMeasurement, true_peak_at_s)) {
    print_channel(m, m->true_peak_channel);
  }
}

/// A figure, and beside it those that belong to it; returns how many rows of
/// the table were taken
static size_t
print_row(size_t at, const TonMeasurement* m)
{
  const ReportFigure* const f = &report_figures[at];
  const double value = report_shown(f, m);
  size_t n = 1;
  char buffer[32];
  printf("  %-20s %9s", f->name, report_number_text(value, f->digits, buffer));
  printf("%s%s", isnan(value) || !*f->unit ? "" : " ",
         isnan(value) ? "" : f->unit);
  for (; at + n < report_n_figures && f[n].shown & FIGURE_BESIDE; ++n) {
    print_beside(&f[n], m, n == 1);
  }
  printf("\n");
  return n;
}

static void
print_figures(const TonMeasurement* m, unsigned where)
{
  for (size_t i = 0; i < report_n_figures;) {
    const ReportFigure* const f = &report_figures[i];
    const bool defined = !(f->shown & FIGURE_PAIR) || m->channels == 2;
    i += (f->shown & where) && defined ? print_row(i, m) : 1;
  }
}

/// Why a figure is missing, or is to be taken with care
static void
print_notes(const TonMeasurement* m)
{
  if (isnan(m->integrated_lufs)) {
    printf("  shorter than 0.4 s: its loudness is not defined\n");
  } else if (isinf(m->integrated_lufs)) {
    printf("  silent, or below -70 LUFS throughout\n");
  } else if (isfinite(m->loudness_range_lu) && !m->range_stable) {
    printf("  under 60 s: take the loudness range with care\n");
  }
}

static void
print_faults(const TonMeasurement* m)
{
  char time[32];
  if (!m->clipped_samples) {
    printf("  %-20s %9s\n", "clipped", "none");
  } else {
    printf("  %-20s %9llu samples, longest", "clipped",
           (unsigned long long)m->clipped_samples);
    for (uint32_t i = 0; i < m->n_clips && i < 3; ++i) {
      printf("%s %.2f ms at %s", i ? ";" : "", m->clips[i].length_s * 1e3,
             cli_time(m->clips[i].at_s, time));
      print_channel(m, m->clips[i].channel);
    }
    printf("\n");
  }
  if (m->bad_samples) {
    printf("  %-20s %9llu samples, taken as silence, the first at %s\n",
           "not a number", (unsigned long long)m->bad_samples,
           cli_time(m->first_bad_at_s, time));
  }
}

static void
print_third_octaves(const TonMeasurement* m)
{
  char buffer[32];
  printf("  third octaves, Hz and dB re full scale");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    printf("%s%8s %6s", b % 6 ? "" : "\n  ", report_third_name(b),
           report_number_text(m->thirds_db[b], 1, buffer));
  }
  printf("\n");
}

void
cli_print_measurement(const TonMeasurement* m, const char* path, unsigned where)
{
  printf("%s\n  %u Hz, %u channel%s, %.2f s\n", cli_visible(path), m->rate,
         m->channels, m->channels == 1 ? "" : "s", (double)m->frames / m->rate);
  print_figures(m, where);
  print_notes(m);
  print_faults(m);
  if (where & FIGURE_TABLE) {
    print_third_octaves(m);
  }
}

void
cli_print_stages(const TonMeasurement* mix, const TonMeasurement* master)
{
  char buffer[32];
  printf("  %-20s %9s %9s\n", "", "mix", "master");
  for (size_t i = 0; i < report_n_figures; ++i) {
    const ReportFigure* const f = &report_figures[i];
    if (f->shown & FIGURE_STAGES) {
      printf("  %-20s %9s", f->name,
             report_number_text(report_shown(f, mix), f->digits, buffer));
      printf(" %9s %s\n",
             report_number_text(report_shown(f, master), f->digits, buffer),
             f->unit);
    }
  }
}
