// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/figure.h"
#include "report/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void
page_escaped(TonString* t, const char* text)
{
  for (; *text; ++text) {
    switch (*text) {
    case '<':
      ton_string_add(t, "&lt;");
      break;
    case '>':
      ton_string_add(t, "&gt;");
      break;
    case '&':
      ton_string_add(t, "&amp;");
      break;
    case '"':
      ton_string_add(t, "&quot;");
      break;
    default:
      ton_string_add_bytes(t, text, 1);
    }
  }
}

void
page_number(TonString* t, double value, const char* unit)
{
  if (isnan(value)) {
    ton_string_add(t, "-");
  } else if (isinf(value)) {
    ton_string_printf(t, "%sinf %s", value < 0.0 ? "-" : "", unit);
  } else {
    ton_string_printf(t, "%.2f%s%s", report_rounded(value, 2), *unit ? " " : "",
                      unit);
  }
}

static void
services(TonString* t, const TonReport* r)
{
  if (!r->n_services) {
    return;
  }
  ton_string_add(t, "<h2>What services will do with it</h2><table><tr><th>"
                    "service</th><th>turns it</th><th>plays at</th><th></th>"
                    "</tr>\n");
  for (uint32_t i = 0; i < r->n_services; ++i) {
    const TonReportService* const s = &r->services[i];
    ton_string_add(t, "<tr><th>");
    page_escaped(t, s->name);
    ton_string_add(t, "</th><td>");
    if (isnan(s->gain_db)) {
      ton_string_add(t, "not at all");
    } else if (fabs(s->gain_db) < 0.05) {
      ton_string_add(t, "0 dB");
    } else {
      ton_string_printf(t, "%+.1f dB", s->gain_db);
    }
    ton_string_add(t, "</td><td>");
    page_number(t, s->plays_lufs, "LUFS");
    ton_string_add(t, "</td><td class=\"words\">");
    if (s->wasted_db > 0.05) {
      ton_string_printf(t, "%.1f dB of limiting bought nothing here. ",
                        s->wasted_db);
    }
    ton_string_printf(t, "%s</td></tr>\n",
                      s->over_advice ? "Peaks above its advice." : "");
  }
  ton_string_add(t, "</table>\n");
}

static void
row(TonString* t, const char* name, double a, double b, const char* unit)
{
  ton_string_printf(t, "<tr><th>%s</th><td>", name);
  page_number(t, a, unit);
  ton_string_add(t, "</td><td>");
  page_number(t, b, unit);
  ton_string_add(t, "</td></tr>\n");
}

static void
measurements(TonString* t, const TonReport* r)
{
  static const char* const bands[TON_STEREO_BANDS] = {
      "below 120 Hz", "120 to 500 Hz", "500 Hz to 2 kHz", "2 to 8 kHz",
      "above 8 kHz"};
  const TonMeasurement* const a = r->mix;
  const TonMeasurement* const b = r->master;
  ton_string_add(t,
                 "<h2>Measured</h2><table><tr><th></th><th>mix</th><th>master"
                 "</th></tr>\n");
  row(t, "integrated loudness", a->integrated_lufs, b->integrated_lufs, "LUFS");
  row(t, "true peak", a->true_peak_dbtp, b->true_peak_dbtp, "dBTP");
  row(t, "loudness range", a->loudness_range_lu, b->loudness_range_lu, "LU");
  row(t, "momentary, most", a->momentary_max_lufs, b->momentary_max_lufs,
      "LUFS");
  row(t, "short-term, most", a->short_term_max_lufs, b->short_term_max_lufs,
      "LUFS");
  row(t, "PLR, peak to loudness", a->plr_lu, b->plr_lu, "LU");
  row(t, "PSR, median over 3 s", a->psr_median_lu, b->psr_median_lu, "LU");
  row(t, "crest", a->crest_db, b->crest_db, "dB");
  row(t, "correlation", a->correlation, b->correlation, "");
  row(t, "mono loss", a->mono_loss_lu, b->mono_loss_lu, "LU");
  for (int i = 0; i < TON_STEREO_BANDS; ++i) {
    char name[64];
    snprintf(name, sizeof(name), "side minus mid, %s", bands[i]);
    row(t, name, a->band_side_db[i], b->band_side_db[i], "dB");
  }
  ton_string_add(t, "</table>\n");
}

static void
deliverables(TonString* t, const TonReport* r)
{
  ton_string_add(t,
                 "<h2>Files, reopened and measured after writing</h2>"
                 "<div class=\"wide\"><table><tr><th>file</th><th>size</th>"
                 "<th>loudness</th><th>true peak</th><th>SHA-256</th><th></th>"
                 "</tr>\n");
  for (uint32_t i = 0; i < r->n_files; ++i) {
    const TonReportFile* const f = &r->files[i];
    ton_string_add(t, "<tr><th>");
    page_escaped(t, f->file);
    ton_string_printf(t, "</th><td>%.1f MB</td><td>", (double)f->bytes / 1e6);
    page_number(t, f->integrated_lufs, "LUFS");
    ton_string_add(t, "</td><td>");
    page_number(t, f->true_peak_dbtp, "dBTP");
    ton_string_printf(t,
                      "%s</td><td><code>%.16s</code></td><td class=\"words "
                      "%s\">",
                      f->lossy ? " decoded" : "", f->sha256,
                      f->good ? "good" : "bad");
    page_escaped(t, f->good ? "good" : f->why);
    ton_string_add(t, "</td></tr>\n");
  }
  ton_string_add(t, "</table></div>\n");
}

static void
pairs(TonString* t, const char* title, const TonReportTag* all, uint32_t n)
{
  if (!n) {
    return;
  }
  ton_string_printf(t, "<h2>%s</h2><table>\n", title);
  for (uint32_t i = 0; i < n; ++i) {
    ton_string_add(t, "<tr><th>");
    page_escaped(t, all[i].name);
    ton_string_add(t, "</th><td class=\"words\">");
    page_escaped(t, all[i].value);
    ton_string_add(t, "</td></tr>\n");
  }
  ton_string_add(t, "</table>\n");
}

static const char style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--ink:#1c1c1e;--dim:#6b6c72;--line:#dddde2;"
    "--a:#b4531a;--b:#1f6f8b;--paper:#fdfcfa;--card:#f4f2ee;--good:#2e7d4f;"
    "--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e9e7e3;--dim:#9a9aa0;"
    "--line:#3a3a40;--a:#f0975a;--b:#6cc3de;--paper:#17171a;--card:#212125;"
    "--good:#6cc08e;--bad:#ff8a80}}\n"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;color:var(--ink);background:var(--paper);overflow-wrap:"
    "anywhere}\n"
    "h1{margin:0}h2{margin:2.2rem 0 .4rem}\n"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}\n"
    "th{text-align:left;font-weight:600;overflow-wrap:normal}"
    "th,td{padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}td{font-variant-numeric:tabular-nums;white-space:nowrap"
    "}td.words{white-space:normal}.wide{overflow-x:auto}\n"
    ".cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0;padding:0}"
    ".cards div{background:var(--card);border-radius:.5rem;padding:.7rem 1rem;"
    "flex:1 1 9rem}.cards b{display:block;font-size:1.35rem;font-weight:600}\n"
    ".why{font-size:13px;table-layout:fixed}.why th{font-weight:400;width:22%}"
    ".why td{white-space:normal}.why td:nth-child(2){width:24%}.why p{margin:0}"
    ".why tr:last-child>*{border-bottom:0}i{color:var(--dim)}\n"
    "details{background:var(--card);border-radius:.5rem;padding:.4rem .9rem;"
    "margin:.6rem 0}summary{font-weight:600;cursor:pointer}"
    "summary .key{font-weight:400}\n"
    "figure{margin:1.5rem 0}figcaption{font-weight:600}"
    "svg{width:100%;height:auto}svg text{font:12px system-ui,sans-serif;fill:"
    "var(--dim)}.grid{stroke:var(--line)}path{fill:none;stroke-linejoin:round}"
    "path.fast{stroke:var(--a);stroke-width:1;opacity:.45}"
    "path.master{stroke:var(--a);stroke-width:2}path.mix{stroke:var(--b);"
    "stroke-width:2}path.under{stroke-width:6;opacity:.4}"
    ".goal{stroke:var(--ink);stroke-dasharray:6 4}\n"
    ".key{color:var(--dim);font-size:13px;margin:0}.key b{font-weight:600;"
    "margin-right:.6rem}b.master{color:var(--a)}b.mix{color:var(--b)}"
    "b.fast{color:var(--a);opacity:.6}\n"
    ".good{color:var(--good)}.bad{color:var(--bad)}\n"
    "@media(max-width:40rem){.why,.why tbody,.why tr,.why td,.why th{display:"
    "block;width:auto!important}.why th,.why td{border:0;padding:0}.why tr{"
    "padding:.3rem 0;border-bottom:1px solid var(--line)}}\n"
    "</style>\n";

static void
card(TonString* t, const char* name, double value, const char* unit,
     const char* verdict, bool good)
{
  ton_string_printf(t, "<div><span class=\"key\">%s</span><b>", name);
  page_number(t, value, unit);
  ton_string_printf(t, "</b><span class=\"%s\">%s</span></div>\n",
                    *verdict ? good ? "good" : "bad" : "key",
                    *verdict ? verdict : "&nbsp;");
}

static void
cards(TonString* t, const TonReport* r)
{
  const TonMeasurement* const m = r->master;
  const bool met = fabs(m->integrated_lufs - r->goal_lufs) <= 0.1;
  const bool over = m->true_peak_dbtp > r->ceiling_dbtp + 0.05;
  char goal[64] = "";
  char ceiling[64] = "";
  if (!isnan(r->goal_lufs)) {
    snprintf(goal, sizeof(goal), "goal %.1f LUFS %s", r->goal_lufs,
             met ? "reached" : "missed");
    snprintf(ceiling, sizeof(ceiling), "ceiling %.1f dBTP %s",
             report_rounded(r->ceiling_dbtp, 1), over ? "exceeded" : "held");
  }
  ton_string_add(t, "<div class=\"cards\">");
  card(t, "loudness of the master", m->integrated_lufs, "LUFS", goal, met);
  card(t, "true peak", m->true_peak_dbtp, "dBTP", ceiling, !over);
  card(t, "loudness range", m->loudness_range_lu, "LU", "", true);
  card(t, "peak to loudness", m->plr_lu, "LU", "", true);
  ton_string_add(t, "</div>\n");
}

static void
head(TonString* t, const TonReport* r)
{
  const double length = (double)r->master->frames / r->master->rate;
  ton_string_add(t, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\""
                    "utf-8\"><meta name=\"viewport\" content=\"width=device-"
                    "width\"><title>");
  page_escaped(t, r->song);
  ton_string_add(t, "</title>\n");
  ton_string_add(t, style);
  ton_string_add(t, "</head><body><h1>");
  page_escaped(t, r->song);
  ton_string_add(t, "</h1><p class=\"key\">");
  page_escaped(t, r->artist);
  ton_string_printf(t, "%s%d:%02.0f, %g kHz; made with Tonmeister %s</p>\n",
                    *r->artist ? "; " : "", (int)(rint(length) / 60.0),
                    fmod(rint(length), 60.0), r->master->rate / 1000.0,
                    r->version);
}

TonStatus
ton_report_html(const TonReport* r, TonString* t)
{
  head(t, r);
  cards(t, r);
  page_plots(t, r);
  measurements(t, r);
  services(t, r);
  deliverables(t, r);
  pairs(t, "Tags in the files", r->tags, r->n_tags);
  page_reasons(t, r);
  pairs(t, "Made from, by SHA-256", r->texts, r->n_texts);
  ton_string_add(t, "</body></html>\n");
  return t->failed ? TON_NO_MEMORY : TON_OK;
}
