// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The report as one page that needs nothing else.
*/

#include "report/figures.h"
#include "report/glossary.h"
#include "report/html_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
services(TonString* t, const TonReport* r)
{
  static const char* const heads[] = {"service", "turns it", "plays it at", "",
                                      NULL};
  if (!r->n_services) {
    return;
  }
  html_open_table(t, "What services will do with it", heads);
  for (uint32_t i = 0; i < r->n_services; ++i) {
    const TonReportService* const s = &r->services[i];
    ton_string_add(t, "<tr><th scope=\"row\">");
    html_add_text(t, s->name);
    ton_string_add(t, "</th><td data-what=\"turns it\">");
    if (isnan(s->gain_db)) {
      ton_string_add(t, "not at all");
    } else if (fabs(s->gain_db) < 0.05) {
      ton_string_add(t, "0 dB");
    } else {
      ton_string_printf(t, "%+.1f dB", s->gain_db);
    }
    ton_string_add(t, "</td><td data-what=\"plays it at\">");
    html_add_number(t, s->plays_lufs, 2, "LUFS");
    ton_string_add(t, "</td><td class=\"words\">");
    if (s->wasted_db > 0.05) {
      ton_string_printf(t, "%.1f dB of limiting gained nothing here. ",
                        s->wasted_db);
    }
    ton_string_printf(t, "%s</td></tr>\n",
                      s->over_advice
                          ? "Its true peak is above what this service asks for."
                          : "");
  }
  html_close_table(t);
}

static void
measurements(TonString* t, const TonReport* r)
{
  static const char* const heads[] = {"", "mix", "master", NULL};
  static const char* const alone[] = {"", "master", NULL};
  html_open_table(t, "Measured", r->mix ? heads : alone);
  for (size_t i = 0; i < report_n_figures; ++i) {
    const ReportFigure* const f = &report_figures[i];
    if (f->shown & FIGURE_PAGE) {
      ton_string_add(t, "<tr><th scope=\"row\">");
      html_add_term(t, f->name, f->term);
      ton_string_add(t, "</th><td>");
      if (r->mix) {
        html_add_number(t, report_shown(f, r->mix), f->digits, f->unit);
        ton_string_add(t, "</td><td>");
      }
      html_add_number(t, report_shown(f, r->master), f->digits, f->unit);
      ton_string_add(t, "</td></tr>\n");
    }
  }
  html_close_table(t);
}

/// "1:04"
static void
add_time(TonString* t, double s)
{
  const double whole = rint(s);
  ton_string_printf(t, "%d:%02.0f", (int)(whole / 60.0), fmod(whole, 60.0));
}

/// How loud the parts of the song are against the whole
static void
sections(TonString* t, const TonReport* r)
{
  static const char* const heads[] = {
      "section", "from", "to", "mix", "master", "against the whole song", NULL};
  static const char* const alone[] = {
      "section", "from", "to", "master", "against the whole song", NULL};
  if (!r->n_sections) {
    return;
  }
  html_open_table(t, "Sections", r->mix ? heads : alone);
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    const TonReportSection* const s = &r->sections[i];
    ton_string_add(t, "<tr><th scope=\"row\">");
    html_add_text(t, s->name);
    ton_string_add(t, "</th><td>");
    add_time(t, s->from_s);
    ton_string_add(t, "</td><td>");
    add_time(t, s->to_s);
    ton_string_add(t, "</td><td>");
    if (r->mix) {
      html_add_number(t, s->mix_lufs, 1, "LUFS");
      ton_string_add(t, "</td><td>");
    }
    html_add_number(t, s->master_lufs, 1, "LUFS");
    ton_string_add(t, "</td><td>");
    html_add_number(t, s->master_lufs - r->master->integrated_lufs, 1, "LU");
    ton_string_add(t, "</td></tr>\n");
  }
  html_close_table(t);
}

static void
deliverables(TonString* t, const TonReport* r)
{
  static const char* const heads[] = {
      "file", "size", "loudness", "true peak", "SHA-256", "", NULL};
  html_open_table(t, "Files, reopened and measured after writing", heads);
  for (uint32_t i = 0; i < r->n_files; ++i) {
    const TonReportFile* const f = &r->files[i];
    ton_string_add(t, "<tr><th scope=\"row\">");
    html_add_text(t, f->file);
    ton_string_printf(t, "</th><td>%.1f MB</td><td>", (double)f->bytes / 1e6);
    html_add_number(t, f->integrated_lufs, 2, "LUFS");
    ton_string_add(t, "</td><td>");
    html_add_number(t, f->true_peak_dbtp, 2, "dBTP");
    ton_string_printf(t, "%s</td><td><code>", f->lossy ? " decoded" : "");
    char sum[17];
    html_add_text(
        t, ton_string_format(sum, sizeof(sum), "%.16s", f->sha256) ? sum : "");
    ton_string_printf(t, "</code></td><td class=\"words %s\">",
                      f->good ? "good" : "bad");
    html_add_text(t, f->good ? "good" : f->why);
    ton_string_add(t, "</td></tr>\n");
  }
  html_close_table(t);
}

static void
pairs(TonString* t, const char* title, const TonReportTag* all, uint32_t n)
{
  if (!n) {
    return;
  }
  static const char* const none[] = {NULL};
  html_open_table(t, title, none);
  for (uint32_t i = 0; i < n; ++i) {
    ton_string_add(t, "<tr><th scope=\"row\">");
    html_add_text(t, all[i].name);
    ton_string_add(t, "</th><td class=\"words\">");
    html_add_text(t, all[i].value);
    ton_string_add(t, "</td></tr>\n");
  }
  html_close_table(t);
}

/// What is said under a card
typedef struct {
  char text[64]; ///< Or ""
  bool good;
} Verdict;

/// Only loudness and true peak have something to be held against
static Verdict
judge(const ReportFigure* f, const TonReport* r)
{
  const TonMeasurement* const m = r->master;
  Verdict v = {.good = true};
  if (isnan(r->goal_lufs)) {
    return v;
  }
  if (f->offset == offsetof(TonMeasurement, integrated_lufs)) {
    v.good = fabs(m->integrated_lufs - r->goal_lufs) <= 0.1;
    ton_string_cut(v.text, sizeof(v.text), "goal %.1f LUFS %s", r->goal_lufs,
                   v.good ? "reached" : "missed");
  } else if (f->offset == offsetof(TonMeasurement, true_peak_dbtp)) {
    v.good = m->true_peak_dbtp <= r->ceiling_dbtp + 0.05;
    ton_string_cut(v.text, sizeof(v.text), "ceiling %.1f dBTP %s",
                   report_rounded(r->ceiling_dbtp, 1),
                   v.good ? "held" : "exceeded");
  }
  return v;
}

/// The master in a few figures, and whether they are what was asked for
static void
cards(TonString* t, const TonReport* r)
{
  ton_string_add(t, "<div class=\"cards\">");
  for (size_t i = 0; i < report_n_figures; ++i) {
    const ReportFigure* const f = &report_figures[i];
    if (!(f->shown & FIGURE_STAGES)) {
      continue;
    }
    const Verdict v = judge(f, r);
    ton_string_add(t, "<div><span class=\"key\">");
    html_add_term(t, f->name, f->term);
    ton_string_add(t, "</span><b>");
    html_add_number(t, report_shown(f, r->master), f->digits, f->unit);
    ton_string_printf(t, "</b><span class=\"%s\">%s</span></div>\n",
                      !*v.text ? "key"
                      : v.good ? "good"
                               : "bad",
                      *v.text ? v.text : "&nbsp;");
  }
  ton_string_add(t, "</div>\n");
}

static void
head(TonString* t, const TonReport* r)
{
  const double length = (double)r->master->frames / r->master->rate;
  ton_string_add(t, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\""
                    "utf-8\"><meta name=\"viewport\" content=\"width=device-"
                    "width, initial-scale=1\"><title>");
  html_add_text(t, r->song);
  ton_string_add(t, "</title>\n");
  html_add_style(t);
  ton_string_add(t, "</head><body><main><h1>");
  html_add_text(t, r->song);
  ton_string_add(t, "</h1><p class=\"key\">");
  html_add_text(t, r->artist);
  ton_string_printf(t, "%s%d:%02.0f, %g kHz; made with Tonmeister %s</p>\n",
                    *r->artist ? "; " : "", (int)(rint(length) / 60.0),
                    fmod(rint(length), 60.0), r->master->rate / 1000.0,
                    r->version);
}

/// The words of the figures once more, where nothing can be pointed at
static void
words(TonString* t)
{
  const Glossary* glossary = NULL;
  ton_glossary(&glossary, NULL);
  const char* before = "";
  ton_string_add(t, glossary ? "<h2>Words</h2><dl>\n" : "");
  for (size_t i = 0; glossary && i < report_n_figures; ++i) {
    const char* const term = report_figures[i].term;
    const GlossaryTerm* const w =
        term ? ton_glossary_find(glossary, term) : NULL;
    if (w && strcmp(w->term, before) != 0) {
      ton_string_add(t, "<dt>");
      html_add_text(t, w->term);
      ton_string_add(t, "</dt><dd>");
      html_add_text(t, w->text);
      ton_string_add(t, "</dd>\n");
      before = w->term;
    }
  }
  ton_string_add(t, glossary ? "</dl>\n" : "");
}

TonStatus
ton_report_html(const TonReport* r, TonString* t)
{
  head(t, r);
  cards(t, r);
  html_add_plots(t, r);
  sections(t, r);
  html_add_balance(t, r);
  measurements(t, r);
  services(t, r);
  deliverables(t, r);
  pairs(t, "Tags in the files", r->tags, r->n_tags);
  html_add_reasons(t, r);
  words(t);
  pairs(t, "Made from, by SHA-256", r->texts, r->n_texts);
  ton_string_add(t, "</main></body></html>\n");
  return t->failed ? TON_NO_MEMORY : TON_OK;
}
