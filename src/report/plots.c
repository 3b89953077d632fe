// SPDX-License-Identifier: GPL-3.0-or-later
#include "report/figures.h"
#include "report/html_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// A field of a plot, in its own units
typedef struct {
  double left;
  double right;
  double bottom; ///< May be above `top`: then it hangs
  double top;
  bool log; ///< Horizontal
} Field;

enum { WIDTH = 860, HEIGHT = 240, EDGE = 56, FOOT = 36, HEAD = 8, MOST = 800 };

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
  return HEAD + (f->top - y) / (f->top - f->bottom) * (HEIGHT - HEAD - FOOT);
}

static bool
inside(const Field* f, double y)
{
  return y >= fmin(f->bottom, f->top) && y <= fmax(f->bottom, f->top);
}

static void
open_plot(TonString* t, const Field* f, const char* title, double step,
          const char* unit)
{
  ton_string_add(t, "<figure><figcaption>");
  html_add_text(t, title);
  ton_string_printf(t,
                    "</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" "
                    "aria-label=\"",
                    WIDTH, HEIGHT);
  html_add_text(t, title);
  ton_string_printf(t,
                    "\">\n<text class=\"unit\" text-anchor=\"middle\" "
                    "transform=\"translate(13 %.0f) rotate(-90)\">%s</text>\n",
                    HEAD + 0.5 * (HEIGHT - HEAD - FOOT), unit);
  const double low = fmin(f->bottom, f->top);
  const double high = fmax(f->bottom, f->top);
  for (int i = 0; low + i * step <= high + 1e-9; ++i) {
    const double y = low + i * step;
    ton_string_printf(t,
                      "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
                      "y2=\"%.1f\"/><text x=\"%d\" y=\"%.1f\" "
                      "text-anchor=\"end\">%g</text>\n",
                      EDGE, WIDTH - 8, up(f, y), up(f, y), EDGE - 6,
                      up(f, y) + 4.0, report_rounded(y, 3));
  }
}

static void
close_plot(TonString* t, const char* unit, const char* key)
{
  ton_string_printf(
      t,
      "<text class=\"unit\" x=\"%d\" y=\"%d\" text-anchor=\"end\">"
      "%s</text></svg><p class=\"key\">%s</p></figure>\n",
      WIDTH - 8, HEIGHT - 4, unit, key);
}

static void
label_x(TonString* t, const Field* f, double x, const char* text)
{
  ton_string_printf(
      t, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
      across(f, x), HEIGHT - FOOT + 16, text);
}

typedef struct {
  const float* y;
  uint32_t n; ///< One every 0.1 s
} Points;

/// A line through what lies in the field; of many points the highest, or the
/// lowest, of each stretch
static void
curve(TonString* t, const Field* f, Points points, bool lowest,
      const char* style)
{
  const uint32_t stride = points.n / MOST + 1;
  bool pen = false;
  ton_string_printf(t, "<path class=\"%s\" d=\"", style);
  for (uint32_t i = 0; i < points.n; i += stride) {
    double most = NAN;
    for (uint32_t k = i; k < points.n && k < i + stride; ++k) {
      const double y = (double)points.y[k];
      most = lowest ? fmin(most, y) : fmax(most, y);
    }
    const bool seen = inside(f, most);
    if (seen) {
      ton_string_printf(t, "%c%.1f %.1f", pen ? 'L' : 'M', across(f, 0.1 * i),
                        up(f, most));
    }
    pen = seen;
  }
  ton_string_add(t, "\"/>\n");
}

/// A mark every so often that at most twelve stand below
static void
times(TonString* t, const Field* f)
{
  static const double steps[] = {0.5,  1.0,   2.0,   5.0,   10.0,   15.0,  30.0,
                                 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0};
  double step = f->right / 12.0;
  for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); ++i) {
    if (steps[i] >= f->right / 12.0) {
      step = steps[i];
      break;
    }
  }
  for (int i = 0; i * step <= f->right - 0.4 * step; ++i) {
    const double s = i * step;
    char text[32];
    snprintf(text, sizeof(text), step < 1.0 ? "%d:%04.1f" : "%d:%02.0f",
             (int)(s / 60.0), fmod(s, 60.0));
    label_x(t, f, s, text);
  }
}

static void
level_line(TonString* t, const Field* f, double y, const char* style)
{
  if (inside(f, y)) {
    ton_string_printf(t,
                      "<line class=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
                      "y2=\"%.1f\"/>\n",
                      style, EDGE, WIDTH - 8, up(f, y), up(f, y));
  }
}

static void
plot_loudness(TonString* t, const TonReport* r)
{
  const TonMeasurement* const a = r->mix;
  const TonMeasurement* const b = r->master;
  if (!b->momentary_lufs || !b->n_points || !a->short_term_lufs) {
    return;
  }
  const double low = fmin(a->integrated_lufs, b->integrated_lufs);
  const double bottom =
      isfinite(low) ? fmin(-36.0, 12.0 * floor((low - 18.0) / 12.0)) : -60.0;
  const double length =
      0.1 * (a->n_points > b->n_points ? a->n_points : b->n_points);
  const Field f = {0.0, length, bottom, 0.0, false};
  open_plot(t, &f, "Loudness over time", bottom < -60.0 ? 12.0 : 6.0, "LUFS");
  times(t, &f);
  curve(t, &f, (Points){a->short_term_lufs, a->n_points}, false, "mix");
  curve(t, &f, (Points){b->momentary_lufs, b->n_points}, false, "fast");
  curve(t, &f, (Points){b->short_term_lufs, b->n_points}, false, "master");
  level_line(t, &f, b->integrated_lufs, "goal");
  close_plot(t, "min:s",
             "<b class=\"master\">master, short-term</b> <b class=\"fast\">"
             "master, momentary</b> <b class=\"mix\">mix, short-term</b> "
             "dashed: the master's integrated loudness");
}

static void
plot_correlation(TonString* t, const TonMeasurement* m)
{
  if (!m->correlation_curve || !m->n_points) {
    return;
  }
  const Field f = {0.0, 0.1 * m->n_points, -1.0, 1.0, false};
  open_plot(t, &f, "Stereo correlation of the master over time", 0.5,
            "correlation");
  times(t, &f);
  level_line(t, &f, 0.0, "goal");
  // what is not heard any more says nothing
  uint32_t n = m->n_points;
  while (n && m->short_term_lufs && !(m->short_term_lufs[n - 1] > -60.0F)) {
    --n;
  }
  curve(t, &f, (Points){m->correlation_curve, n}, true, "master");
  close_plot(t, "min:s",
             "1: mono, 0: independent sides, below 0: lost in "
             "mono; windows of 3 s");
}

static void
spectrum_line(TonString* t, const Field* f, const TonMeasurement* m,
              const char* style)
{
  ton_string_printf(t, "<path class=\"%s\" d=\"", style);
  bool pen = false;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double db = m->thirds_db[b] - m->integrated_lufs;
    if (inside(f, db)) {
      ton_string_printf(t, "%c%.1f %.1f", pen ? 'L' : 'M',
                        across(f, ton_third_hz(b)), up(f, db));
    }
    pen = inside(f, db);
  }
  ton_string_add(t, "\"/>\n");
}

static void
plot_spectrum(TonString* t, const TonReport* r)
{
  static const struct {
    double hz;
    const char* text;
  } marks[] = {{30, "30"},   {60, "60"},    {125, "125"}, {250, "250"},
               {500, "500"}, {1000, "1k"},  {2000, "2k"}, {4000, "4k"},
               {8000, "8k"}, {16000, "16k"}};
  const Field f = {19.0, 21000.0, -60.0, 0.0, true};
  if (!isfinite(r->master->integrated_lufs)) {
    return;
  }
  open_plot(t, &f, "Third octaves at matched loudness", 12.0, "dB");
  for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); ++i) {
    label_x(t, &f, marks[i].hz, marks[i].text);
  }
  spectrum_line(t, &f, r->mix, "mix under");
  spectrum_line(t, &f, r->master, "master");
  close_plot(t, "Hz",
             "<b class=\"master\">master</b> <b class=\"mix\">mix</b> each "
             "against its own integrated loudness");
}

/// Where one processor takes away, its number in the chain says nothing
static const char*
reduction_name(const TonReport* r, const TonReportCurve* c)
{
  const char* const name = strchr(c->name, ' ');
  return r->n_reductions == 1 && name ? name + 1 : c->name;
}

static void
plot_reduction(TonString* t, const TonReport* r, const TonReportCurve* c)
{
  double most = 0.0;
  for (uint32_t k = 0; k < c->n; ++k) {
    most = fmax(most, (double)c->y[k]);
  }
  if (most < 0.05) {
    ton_string_add(t, "<p>Gain reduction: ");
    html_add_text(t, reduction_name(r, c));
    ton_string_add(t, " had nothing to do.</p>\n");
    return;
  }
  const double depth = most > 12.0 ? 24.0 : most > 6.0 ? 12.0 : 6.0;
  const Field f = {0.0, 0.1 * c->n, depth, 0.0, false};
  char title[128];
  snprintf(title, sizeof(title), "Gain reduction: %s, at most %.1f dB",
           reduction_name(r, c), most);
  open_plot(t, &f, title, depth / 4.0, "dB taken away");
  times(t, &f);
  curve(t, &f, (Points){c->y, c->n}, false, "master");
  close_plot(t, "min:s", "the most of each 0.1 s");
}

void
html_add_plots(TonString* t, const TonReport* r)
{
  plot_loudness(t, r);
  plot_spectrum(t, r);
  plot_correlation(t, r->master);
  for (uint32_t i = 0; i < r->n_reductions; ++i) {
    plot_reduction(t, r, &r->reductions[i]);
  }
}
