// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
escaped(TonText* t, const char* text)
{
  for (; *text; ++text) {
    switch (*text) {
    case '<':
      ton_text_add(t, "&lt;");
      break;
    case '>':
      ton_text_add(t, "&gt;");
      break;
    case '&':
      ton_text_add(t, "&amp;");
      break;
    case '"':
      ton_text_add(t, "&quot;");
      break;
    default:
      ton_text_add_bytes(t, text, 1);
    }
  }
}

static void
number(TonText* t, double value, const char* unit)
{
  if (isnan(value)) {
    ton_text_add(t, "-");
  } else if (isinf(value)) {
    ton_text_printf(t, "%sinf %s", value < 0.0 ? "-" : "", unit);
  } else {
    ton_text_printf(t, "%.2f %s", value, unit);
  }
}

/// A field of a plot, in its own units
typedef struct {
  double left;
  double right;
  double bottom; ///< May be above `top`: then it hangs
  double top;
  bool log; ///< Horizontal
} Field;

enum { WIDTH = 860, HEIGHT = 220, EDGE = 44 };

static double
across(const Field* f, double x)
{
  const double part = f->log ? log(x / f->left) / log(f->right / f->left)
                             : (x - f->left) / (f->right - f->left);
  return EDGE + part * (WIDTH - EDGE - 8);
}

static double
up(const Field* f, double y)
{
  const double low = fmin(f->bottom, f->top);
  const double high = fmax(f->bottom, f->top);
  const double v = fmin(high, fmax(low, y));
  return 8 + (f->top - v) / (f->top - f->bottom) * (HEIGHT - 32);
}

static void
open_plot(TonText* t, const Field* f, const char* title, double step)
{
  ton_text_printf(t,
                  "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d "
                  "%d\" role=\"img\" aria-label=\"%s\">\n",
                  title, WIDTH, HEIGHT, title);
  const double low = fmin(f->bottom, f->top);
  const double high = fmax(f->bottom, f->top);
  for (int i = 0; low + i * step <= high + 1e-9; ++i) {
    const double y = low + i * step;
    ton_text_printf(t,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
                    "y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" "
                    "text-anchor=\"end\">%g</text>\n",
                    EDGE, WIDTH - 8, up(f, y), up(f, y), EDGE - 6,
                    up(f, y) + 4.0, y);
  }
}

static void
label_x(TonText* t, const Field* f, double x, const char* text)
{
  ton_text_printf(
      t, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
      across(f, x), HEIGHT - 6, text);
}

/// A line through what is finite, at most about 800 points
static void
curve(TonText* t, const Field* f, const float* y, uint32_t n, double step_s,
      const char* style)
{
  const uint32_t stride = n / 800 + 1;
  bool pen = false;
  ton_text_printf(t, "<path class=\"%s\" d=\"", style);
  for (uint32_t i = 0; i < n; i += stride) {
    float most = -INFINITY;
    for (uint32_t k = i; k < n && k < i + stride; ++k) {
      most = y[k] > most ? y[k] : most;
    }
    if (isfinite(most)) {
      ton_text_printf(t, "%c%.1f %.1f", pen ? 'L' : 'M', across(f, i * step_s),
                      up(f, (double)most));
    }
    pen = isfinite(most);
  }
  ton_text_add(t, "\"/>\n");
}

static void
times(TonText* t, const Field* f)
{
  const double length = f->right;
  const int step = length > 600.0 ? 120 : length > 120.0 ? 30 : 10;
  for (int s = 0; s <= length; s += step) {
    char text[16];
    snprintf(text, sizeof(text), "%d:%02d", s / 60, s % 60);
    label_x(t, f, s, text);
  }
}

static void
plot_loudness(TonText* t, const TonMeasurement* m, const char* title)
{
  if (!m->momentary_lufs || !m->n_points) {
    return;
  }
  const Field f = {0.0, 0.1 * m->n_points, -48.0, 0.0, false};
  open_plot(t, &f, title, 12.0);
  times(t, &f);
  curve(t, &f, m->momentary_lufs, m->n_points, 0.1, "thin");
  curve(t, &f, m->short_term_lufs, m->n_points, 0.1, "thick");
  if (isfinite(m->integrated_lufs)) {
    ton_text_printf(t,
                    "<line class=\"goal\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
                    "y2=\"%.1f\"/>\n",
                    EDGE, WIDTH - 8, up(&f, m->integrated_lufs),
                    up(&f, m->integrated_lufs));
  }
  ton_text_add(t, "</svg><p class=\"key\">thin: momentary, bold: short-term, "
                  "dashed: integrated; LUFS</p></figure>\n");
}

static void
plot_correlation(TonText* t, const TonMeasurement* m)
{
  if (!m->correlation_curve || !m->n_points) {
    return;
  }
  const Field f = {0.0, 0.1 * m->n_points, -1.0, 1.0, false};
  open_plot(t, &f, "Stereo correlation over time", 0.5);
  times(t, &f);
  curve(t, &f, m->correlation_curve, m->n_points, 0.1, "thick");
  ton_text_add(t, "</svg><p class=\"key\">1: mono, 0: independent sides, below "
                  "0: lost in mono</p></figure>\n");
}

static void
spectrum_line(TonText* t, const Field* f, const TonMeasurement* m,
              const char* style)
{
  ton_text_printf(t, "<path class=\"%s\" d=\"", style);
  bool pen = false;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double db = m->thirds_db[b] - m->integrated_lufs;
    if (isfinite(db)) {
      ton_text_printf(t, "%c%.1f %.1f", pen ? 'L' : 'M',
                      across(f, ton_third_hz(b)), up(f, db));
    }
    pen = isfinite(db);
  }
  ton_text_add(t, "\"/>\n");
}

static void
plot_spectrum(TonText* t, const TonReport* r)
{
  static const struct {
    double hz;
    const char* text;
  } marks[] = {{30, "30"},   {100, "100"}, {300, "300"},
               {1000, "1k"}, {3000, "3k"}, {10000, "10k"}};
  const Field f = {19.0, 21000.0, -60.0, 0.0, true};
  open_plot(t, &f, "Third octaves at matched loudness", 12.0);
  for (int i = 0; i < 6; ++i) {
    label_x(t, &f, marks[i].hz, marks[i].text);
  }
  spectrum_line(t, &f, r->mix, "thin");
  spectrum_line(t, &f, r->master, "thick");
  ton_text_add(t, "</svg><p class=\"key\">thin: mix, bold: master; dB against "
                  "integrated loudness</p></figure>\n");
}

static void
plot_reductions(TonText* t, const TonReport* r)
{
  for (uint32_t i = 0; i < r->n_reductions; ++i) {
    const TonReportCurve* const c = &r->reductions[i];
    double most = 0.0;
    for (uint32_t k = 0; k < c->n; ++k) {
      most = fmax(most, (double)c->y[k]);
    }
    if (most < 0.05) {
      continue;
    }
    const double depth = most > 12.0 ? 24.0 : most > 6.0 ? 12.0 : 6.0;
    const Field f = {0.0, 0.1 * c->n, depth, 0.0, false};
    char title[96];
    snprintf(title, sizeof(title), "Gain reduction: %s, at most %.1f dB",
             c->name, most);
    open_plot(t, &f, title, depth / 4.0);
    times(t, &f);
    curve(t, &f, c->y, c->n, 0.1, "thick");
    ton_text_add(t, "</svg><p class=\"key\">dB taken away, the most of each "
                    "0.1 s</p></figure>\n");
  }
}

static void
services(TonText* t, const TonReport* r)
{
  if (!r->n_services) {
    return;
  }
  ton_text_add(t, "<h2>What services will do with it</h2><table><tr><th>"
                  "service</th><th>turns it</th><th>plays at</th><th></th>"
                  "</tr>\n");
  for (uint32_t i = 0; i < r->n_services; ++i) {
    const TonReportService* const s = &r->services[i];
    ton_text_add(t, "<tr><th>");
    escaped(t, s->name);
    ton_text_add(t, "</th><td>");
    if (isnan(s->gain_db)) {
      ton_text_add(t, "not at all");
    } else {
      ton_text_printf(t, "%+.1f dB", s->gain_db);
    }
    ton_text_add(t, "</td><td>");
    number(t, s->plays_lufs, "LUFS");
    ton_text_add(t, "</td><td>");
    if (s->wasted_db > 0.05) {
      ton_text_printf(t, "%.1f dB of limiting bought nothing here. ",
                      s->wasted_db);
    }
    ton_text_printf(t, "%s</td></tr>\n",
                    s->over_advice ? "Peaks above its advice." : "");
  }
  ton_text_add(t, "</table>\n");
}

static void
row(TonText* t, const char* name, double a, double b, const char* unit)
{
  ton_text_printf(t, "<tr><th>%s</th><td>", name);
  number(t, a, unit);
  ton_text_add(t, "</td><td>");
  number(t, b, unit);
  ton_text_add(t, "</td></tr>\n");
}

static void
measurements(TonText* t, const TonReport* r)
{
  const TonMeasurement* const a = r->mix;
  const TonMeasurement* const b = r->master;
  ton_text_add(t, "<h2>Measured</h2><table><tr><th></th><th>mix</th><th>master"
                  "</th></tr>\n");
  row(t, "integrated", a->integrated_lufs, b->integrated_lufs, "LUFS");
  row(t, "true peak", a->true_peak_dbtp, b->true_peak_dbtp, "dBTP");
  row(t, "loudness range", a->loudness_range_lu, b->loudness_range_lu, "LU");
  row(t, "short-term max", a->short_term_max_lufs, b->short_term_max_lufs,
      "LUFS");
  row(t, "PLR", a->plr_lu, b->plr_lu, "LU");
  row(t, "PSR median", a->psr_median_lu, b->psr_median_lu, "LU");
  row(t, "crest", a->crest_db, b->crest_db, "dB");
  row(t, "correlation", a->correlation, b->correlation, "");
  row(t, "mono loss", a->mono_loss_lu, b->mono_loss_lu, "LU");
  row(t, "side to mid below 120 Hz", a->band_side_db[0], b->band_side_db[0],
      "dB");
  ton_text_add(t, "</table>\n");
}

static void
deliverables(TonText* t, const TonReport* r)
{
  ton_text_add(t, "<h2>Files, reopened and measured after writing</h2><table>"
                  "<tr><th>file</th><th>size</th><th>loudness</th><th>true peak"
                  "</th><th>SHA-256</th><th></th></tr>\n");
  for (uint32_t i = 0; i < r->n_files; ++i) {
    const TonReportFile* const f = &r->files[i];
    ton_text_add(t, "<tr><th>");
    escaped(t, f->file);
    ton_text_printf(t, "</th><td>%.1f MB</td><td>", (double)f->bytes / 1e6);
    number(t, f->integrated_lufs, "LUFS");
    ton_text_add(t, "</td><td>");
    number(t, f->true_peak_dbtp, "dBTP");
    ton_text_printf(t,
                    "</td><td><code>%.16s</code></td><td class=\"%s\">%s</td>"
                    "</tr>\n",
                    f->sha256, f->good ? "good" : "bad",
                    f->good ? "good" : "over the ceiling");
  }
  ton_text_add(t, "</table>\n");
}

static void
decision(TonText* t, const TonDecision* d)
{
  ton_text_add(t, "<tr><th>");
  escaped(t, *d->path ? d->path : "left alone");
  ton_text_add(t, "</th><td>");
  escaped(t, d->value);
  ton_text_add(t, "</td><td>");
  escaped(t, d->reason);
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    ton_text_add(t, i ? "; " : " <span class=\"key\">");
    escaped(t, d->evidence[i].metric);
    ton_text_add(t, " ");
    number(t, d->evidence[i].value, d->evidence[i].unit);
  }
  ton_text_add(t, d->n_evidence ? "</span></td></tr>\n" : "</td></tr>\n");
}

static void
decisions(TonText* t, const char* title, const TonDecisions* all)
{
  if (!all || !all->count) {
    return;
  }
  ton_text_printf(t,
                  "<h2>%s</h2><table class=\"why\"><tr><th>where</th><th>"
                  "value</th><th>because</th></tr>\n",
                  title);
  for (uint32_t i = 0; i < all->count; ++i) {
    decision(t, &all->items[i]);
  }
  ton_text_add(t, "</table>\n");
}

static const char style[] =
    "<style>:root{color-scheme:light dark;--ink:#1c1c1e;--dim:#77787d;--line:"
    "#d9d9de;--a:#b4531a;--b:#1f6f8b;--paper:#fdfcfa}@media(prefers-color-"
    "scheme:"
    "dark){:root{--ink:#e9e7e3;--dim:#96969c;--line:#3a3a40;--a:#f0975a;--b:"
    "#6cc3de;--paper:#17171a}}body{font:15px/1.5 "
    "system-ui,sans-serif;max-width:"
    "60rem;margin:2rem auto;padding:0 "
    "1rem;color:var(--ink);background:var(--paper"
    ")}h1{margin:0}table{border-collapse:collapse;width:100%;margin:.5rem 0}th{"
    "text-align:left;font-weight:600}th,td{padding:.2rem .8rem .2rem 0;border-"
    "bottom:1px solid var(--line);vertical-align:top}td{font-variant-numeric:"
    "tabular-nums}.why{font-size:13px}.why "
    "th{font-weight:400}figure{margin:1.5rem"
    " 0}figcaption{font-weight:600}svg{width:100%;height:auto}svg "
    "text{font:11px "
    "system-ui,sans-serif;fill:var(--dim)}.grid{stroke:var(--line)}path{fill:"
    "none}"
    ".thin{stroke:var(--b);stroke-width:1;opacity:.7}.thick{stroke:var(--a);"
    "stroke"
    "-width:2}.goal{stroke:var(--ink);stroke-dasharray:6 "
    "4}.key{color:var(--dim);"
    "font-size:13px;margin:0}.good{color:#2e7d4f}.bad{color:#c03030}</style>\n";

static void
head(TonText* t, const TonReport* r)
{
  ton_text_add(t, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\""
                  "utf-8\"><title>");
  escaped(t, r->song);
  ton_text_add(t, "</title>\n");
  ton_text_add(t, style);
  ton_text_add(t, "</head><body><h1>");
  escaped(t, r->song);
  ton_text_add(t, "</h1><p>");
  const double gap = r->master->integrated_lufs - r->goal_lufs;
  const bool met = isnan(gap) || fabs(gap) <= 0.1;
  const bool held = r->master->true_peak_dbtp <= r->ceiling_dbtp + 0.05;
  ton_text_printf(t, "<span class=\"%s\">", met && held ? "good" : "bad");
  number(t, r->master->integrated_lufs, "LUFS");
  ton_text_add(t, met ? ", goal reached" : ", goal missed");
  ton_text_add(t, "; ");
  number(t, r->master->true_peak_dbtp, "dBTP");
  ton_text_printf(t, ", ceiling %s</span> ", held ? "held" : "exceeded");
  ton_text_printf(t, "<span class=\"key\">Tonmeister %s</span></p>\n",
                  r->version);
}

TonStatus
ton_report_html(const TonReport* r, TonText* t)
{
  head(t, r);
  measurements(t, r);
  plot_loudness(t, r->master, "Loudness of the master over time");
  plot_loudness(t, r->mix, "Loudness of the mix over time");
  plot_spectrum(t, r);
  plot_correlation(t, r->master);
  plot_reductions(t, r);
  services(t, r);
  deliverables(t, r);
  decisions(t, "Why the mix is as it is", r->mix_decisions);
  decisions(t, "Why the master is as it is", r->master_decisions);
  ton_text_add(t, "</body></html>\n");
  return t->failed ? TON_NO_MEMORY : TON_OK;
}
