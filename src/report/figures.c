// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of figures, and how a figure is read and printed.
*/

#include "report/figures.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(TonMeasurement, field)

enum {
  SHORT = FIGURE_JSON | FIGURE_TABLE | FIGURE_LEVELS,
  EVERYWHERE = SHORT | FIGURE_PAGE | FIGURE_COMPARE,
  MAIN = EVERYWHERE | FIGURE_STAGES,
  DETAIL = FIGURE_JSON | FIGURE_BESIDE | FIGURE_LEVELS,
  PLACE = DETAIL | FIGURE_PLACE,
  STEREO =
      FIGURE_JSON | FIGURE_TABLE | FIGURE_PAGE | FIGURE_COMPARE | FIGURE_PAIR,
  BAND = FIGURE_TABLE | FIGURE_PAGE | FIGURE_COMPARE | FIGURE_PAIR,
  BAND_DETAIL = FIGURE_BESIDE | FIGURE_PAIR,
};

const ReportFigure report_figures[] = {
    {"integrated_lufs", "integrated loudness", "LUFS", AT(integrated_lufs), 2,
     .shown = MAIN, .term = "integrated loudness"},
    {"true_peak_dbtp", "true peak", "dBTP", AT(true_peak_dbtp), 2,
     .shown = MAIN, .term = "true peak"},
    {"true_peak_at_s", "at", "s", AT(true_peak_at_s), 3, .shown = PLACE},
    {"loudness_range_lu", "loudness range", "LU", AT(loudness_range_lu), 2,
     .shown = MAIN, .term = "loudness range", .worth_word = 2.0,
     .more = "wider loudness range", .less = "narrower loudness range"},
    {"range_low_lufs", "quiet parts", "LUFS", AT(range_low_lufs), 1,
     .shown = DETAIL},
    {"range_high_lufs", "loud parts", "LUFS", AT(range_high_lufs), 1,
     .shown = DETAIL},
    {"plr_lu", "PLR", "LU", AT(plr_lu), 2, .shown = MAIN, .term = "PLR",
     .worth_word = 2.0, .more = "higher peaks over its loudness",
     .less = "lower peaks over its loudness"},
    {"momentary_max_lufs", "momentary max", "LUFS", AT(momentary_max_lufs), 2,
     .shown = SHORT | FIGURE_PAGE, .term = "momentary loudness"},
    {"momentary_max_at_s", "at", "s", AT(momentary_max_at_s), 3,
     .shown = PLACE},
    {"short_term_max_lufs", "short-term max", "LUFS", AT(short_term_max_lufs),
     2, .shown = EVERYWHERE, .term = "short-term loudness"},
    {"short_term_max_at_s", "at", "s", AT(short_term_max_at_s), 3,
     .shown = PLACE},
    {"psr_median_lu", "PSR median", "LU", AT(psr_median_lu), 2,
     .shown = EVERYWHERE, .term = "PSR", .worth_word = 1.5,
     .more = "punchier moment by moment", .less = "denser moment by moment"},
    {"psr_min_lu", "lowest", "LU", AT(psr_min_lu), 2, .shown = DETAIL},
    {"sample_peak_dbfs", "sample peak", "dBFS", AT(sample_peak_dbfs), 2,
     .shown = SHORT, .term = "sample peak"},
    {"sample_peak_at_s", "at", "s", AT(sample_peak_at_s), 3, .shown = PLACE},
    {"rms_dbfs", "RMS level", "dBFS", AT(rms_dbfs), 2, .shown = SHORT,
     .term = "RMS"},
    {"crest_db", "crest factor", "dB", AT(crest_db), 2, .shown = EVERYWHERE,
     .term = "crest factor"},
    {"dynamic_range_db", "dynamic range (DR)", "dB", AT(dynamic_range_db), 0,
     .shown = SHORT, .term = "DR"},
    {"correlation", "correlation", "", AT(correlation), 2, .shown = STEREO,
     .term = "correlation", .worth_word = 0.2, .more = "narrower",
     .less = "wider"},
    {"correlation_min", "lowest", "", AT(correlation_min), 2,
     .shown = FIGURE_JSON | FIGURE_BESIDE},
    {"correlation_min_at_s", "at", "s", AT(correlation_min_at_s), 3,
     .shown = FIGURE_JSON | FIGURE_BESIDE | FIGURE_PLACE},
    {"balance_db", "balance, R-L", "dB", AT(balance_db), 2,
     .shown = FIGURE_JSON | FIGURE_TABLE | FIGURE_COMPARE | FIGURE_PAIR,
     .term = "balance", .worth_word = 1.0, .more = "further to the right",
     .less = "further to the left"},
    {"mono_loss_lu", "mono loss", "LU", AT(mono_loss_lu), 2, .shown = STEREO,
     .term = "mono compatibility", .worth_word = 1.0, .more = "",
     .less = "loses more in mono"},
    {"side_to_mid_below_120_db", "side/mid < 120 Hz", "dB", AT(band_side_db[0]),
     1, .shown = BAND, .term = "mid/side", .worth_word = 6.0,
     .more = "wider bass", .less = "narrower bass"},
    {NULL, "correlation", "", AT(band_correlation[0]), 2, .shown = BAND_DETAIL},
    {"side_to_mid_120_500_db", "side/mid 120-500 Hz", "dB", AT(band_side_db[1]),
     1, .shown = BAND, .term = "mid/side"},
    {NULL, "correlation", "", AT(band_correlation[1]), 2, .shown = BAND_DETAIL},
    {"side_to_mid_500_2000_db", "side/mid 0.5-2 kHz", "dB", AT(band_side_db[2]),
     1, .shown = BAND, .term = "mid/side", .worth_word = 3.0,
     .more = "wider middle", .less = "narrower middle"},
    {NULL, "correlation", "", AT(band_correlation[2]), 2, .shown = BAND_DETAIL},
    {"side_to_mid_2000_8000_db", "side/mid 2-8 kHz", "dB", AT(band_side_db[3]),
     1, .shown = BAND, .term = "mid/side"},
    {NULL, "correlation", "", AT(band_correlation[3]), 2, .shown = BAND_DETAIL},
    {"side_to_mid_above_8000_db", "side/mid > 8 kHz", "dB", AT(band_side_db[4]),
     1, .shown = BAND, .term = "mid/side", .worth_word = 3.0,
     .more = "wider treble", .less = "narrower treble"},
    {NULL, "correlation", "", AT(band_correlation[4]), 2, .shown = BAND_DETAIL},
    {"dc_left", "DC offset", "%", AT(dc[0]), 3,
     .shown = FIGURE_JSON | FIGURE_TABLE, .term = "DC offset"},
    {"dc_right", "right", "%", AT(dc[1]), 3,
     .shown = FIGURE_JSON | FIGURE_BESIDE | FIGURE_PAIR},
    {"silence_head_s", "silence at the start", "s", AT(silence_head_s), 2,
     .shown = FIGURE_JSON | FIGURE_TABLE},
    {"silence_tail_s", "silence at the end", "s", AT(silence_tail_s), 2,
     .shown = FIGURE_JSON | FIGURE_TABLE},
};

const size_t report_n_figures =
    sizeof(report_figures) / sizeof(report_figures[0]);

double
report_value(const ReportFigure* figure, const TonMeasurement* m)
{
  double value = 0.0;
  memcpy(&value, (const char*)m + figure->offset, sizeof(value));
  return (figure->shown & FIGURE_PAIR) && m->channels < 2 ? NAN : value;
}

double
report_shown(const ReportFigure* figure, const TonMeasurement* m)
{
  const double value = report_value(figure, m);
  return strcmp(figure->unit, "%") == 0 ? 100.0 * value : value;
}

const char*
report_number_text(double value, int digits, char buffer[32])
{
  if (isnan(value)) {
    return "-";
  }
  if (isinf(value)) {
    return value < 0.0 ? "-inf" : "inf";
  }
  snprintf(buffer, 32, "%.*f", digits, report_rounded(value, digits));
  return buffer;
}

const char*
report_third_name(uint32_t band)
{
  static const char* const names[TON_THIRDS] = {
      "20",  "25",   "31.5",  "40",   "50",    "63",   "80",    "100",
      "125", "160",  "200",   "250",  "315",   "400",  "500",   "630",
      "800", "1k",   "1.25k", "1.6k", "2k",    "2.5k", "3.15k", "4k",
      "5k",  "6.3k", "8k",    "10k",  "12.5k", "16k",  "20k"};
  return names[band];
}
