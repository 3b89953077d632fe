// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The plots of the report as SVG, each with its content in words.
*/

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
} PlotField;

/// Heights in pixels; across, the field begins at LEFT % of the width and is
/// WIDE % wide.  Curves are stretched to it, text is not: it keeps its size on
/// a desk and on a phone.
enum {
  HEIGHT = 240,
  FOOT = 36,
  HEAD = 20,
  LEFT = 10,
  WIDE = 89,
  STEPS = 1000, ///< Across, in the units of a curve
  MAX_POINTS = 800,
};

static double
part(const PlotField* f, double x)
{
  return f->log ? log(x / f->left) / log(f->right / f->left)
                : (x - f->left) / (f->right - f->left);
}

/// Per cent of the picture's width
static double
percent(const PlotField* f, double x)
{
  return LEFT + WIDE * part(f, x);
}

static double
up(const PlotField* f, double y)
{
  return HEAD + (f->top - y) / (f->top - f->bottom) * (HEIGHT - HEAD - FOOT);
}

static bool
inside(const PlotField* f, double y)
{
  return y >= fmin(f->bottom, f->top) && y <= fmax(f->bottom, f->top);
}

static void
level_line(TonString* t, const PlotField* f, double y, const char* style)
{
  if (inside(f, y)) {
    ton_string_printf(t,
                      "<line class=\"%s\" x1=\"%d%%\" x2=\"%d%%\" "
                      "y1=\"%.1f\" y2=\"%.1f\"/>\n",
                      style, LEFT, LEFT + WIDE, up(f, y), up(f, y));
  }
}

/// `says` is the plot in words, for who cannot see it
static void
open_plot(TonString* t, const PlotField* f, const char* title, const char* says,
          double step, const char* unit)
{
  ton_string_add(t, "<figure><figcaption>");
  html_add_text(t, title);
  ton_string_printf(t,
                    "</figcaption><svg width=\"100%%\" height=\"%d\" "
                    "role=\"img\" aria-label=\"",
                    HEIGHT);
  html_add_text(t, title);
  ton_string_add(t, ". ");
  html_add_text(t, says);
  ton_string_printf(t, "\">\n<text class=\"unit\" y=\"12\">%s</text>\n", unit);
  const double low = fmin(f->bottom, f->top);
  const double high = fmax(f->bottom, f->top);
  for (int i = 0; low + i * step <= high + 1e-9; ++i) {
    const double y = low + i * step;
    level_line(t, f, y, "grid");
    ton_string_printf(t,
                      "<text x=\"%d%%\" y=\"%.1f\" text-anchor=\"end\">%g"
                      "</text>\n",
                      LEFT - 1, up(f, y) + 4.0, report_rounded(y, 3));
  }
}

static void
close_plot(TonString* t, const char* unit, const char* key)
{
  ton_string_printf(t,
                    "<text class=\"unit\" x=\"%d%%\" y=\"%d\" "
                    "text-anchor=\"end\">%s</text></svg><p class=\"key\">%s"
                    "</p></figure>\n",
                    LEFT + WIDE, HEIGHT - 4, unit, key);
}

/// Every second label goes on a phone
static void
label_x(TonString* t, const PlotField* f, double x, const char* text, bool odd)
{
  ton_string_printf(t,
                    "<text%s x=\"%.2f%%\" y=\"%d\" text-anchor=\"middle\">%s"
                    "</text>\n",
                    odd ? " class=\"odd\"" : "", percent(f, x),
                    HEIGHT - FOOT + 16, text);
}

static void
open_curve(TonString* t, const char* style)
{
  ton_string_printf(t,
                    "<svg x=\"%d%%\" width=\"%d%%\" height=\"%d\" viewBox=\"0 "
                    "0 %d %d\" preserveAspectRatio=\"none\"><path "
                    "class=\"%s\" d=\"",
                    LEFT, WIDE, HEIGHT, STEPS, HEIGHT, style);
}

static void
add_point(TonString* t, const PlotField* f, double x, double y, bool pen_down)
{
  ton_string_printf(t, "%c%.1f %.1f", pen_down ? 'L' : 'M', STEPS * part(f, x),
                    up(f, y));
}

static void
close_curve(TonString* t)
{
  ton_string_add(t, "\"/></svg>\n");
}

typedef struct {
  const float* y;
  uint32_t n; ///< One every 0.1 s
} Points;

/// Highest or lowest of a stretch of points; NaN if none is defined
static double
extreme(Points points, uint32_t from, uint32_t n, bool lowest)
{
  double found = NAN;
  for (uint32_t k = from; k < points.n && k < from + n; ++k) {
    const double y = (double)points.y[k];
    found = lowest ? fmin(found, y) : fmax(found, y);
  }
  return found;
}

/// A line through what lies in the field; of many points the highest, or the
/// lowest, of each stretch
static void
curve(TonString* t, const PlotField* f, Points points, bool lowest,
      const char* style)
{
  const uint32_t stride = points.n / MAX_POINTS + 1;
  bool pen_down = false;
  open_curve(t, style);
  for (uint32_t i = 0; i < points.n; i += stride) {
    const double y = extreme(points, i, stride, lowest);
    if (inside(f, y)) {
      add_point(t, f, 0.1 * i, y, pen_down);
    }
    pen_down = inside(f, y);
  }
  close_curve(t);
}

/// At most twelve times below the plot, at round distances
static void
times(TonString* t, const PlotField* f)
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
    label_x(t, f, s, text, i % 2 == 1);
  }
}

/// A line where each section begins, and its name where it has the room
static void
mark_sections(TonString* t, const PlotField* f, const TonReport* r)
{
  const double name_s = 0.05 * f->right;
  double free_s = 0.0;
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    const TonReportSection* const s = &r->sections[i];
    ton_string_printf(t,
                      "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
                      "y1=\"%d\" y2=\"%d\"/>\n",
                      percent(f, s->from_s), percent(f, s->from_s), HEAD,
                      HEIGHT - FOOT);
    if (s->from_s >= free_s && s->from_s + name_s <= f->right) {
      ton_string_printf(t,
                        "<text class=\"odd\" x=\"%.2f%%\" y=\"%d\" dx=\"4\">",
                        percent(f, s->from_s), HEAD + 12);
      html_add_text(t, s->name);
      ton_string_add(t, "</text>\n");
      free_s = s->from_s + name_s;
    }
  }
}

static void
loudness_in_words(const TonReport* r, char* buffer, size_t size)
{
  char numbers[3][32];
  const char* const master =
      report_number_text(r->master->integrated_lufs, 1, numbers[0]);
  const char* const loudest =
      report_number_text(r->master->short_term_max_lufs, 1, numbers[1]);
  if (r->mix) {
    ton_string_cut(
        buffer, size,
        "Integrated, the mix is at %s LUFS and the master at %s LUFS; the "
        "loudest 3 seconds of the master are at %s LUFS.",
        report_number_text(r->mix->integrated_lufs, 1, numbers[2]), master,
        loudest);
  } else {
    ton_string_cut(
        buffer, size,
        "Integrated, the master is at %s LUFS; its loudest 3 seconds are "
        "at %s LUFS.",
        master, loudest);
  }
}

static void
plot_loudness(TonString* t, const TonReport* r)
{
  static const TonMeasurement none = {.integrated_lufs = NAN};
  const TonMeasurement* const a = r->mix ? r->mix : &none;
  const TonMeasurement* const b = r->master;
  if (!b->momentary_lufs || !b->n_points) {
    return;
  }
  const double low = fmin(a->integrated_lufs, b->integrated_lufs);
  const double bottom =
      isfinite(low) ? fmin(-36.0, 12.0 * floor((low - 18.0) / 12.0)) : -60.0;
  const double length =
      0.1 * (a->n_points > b->n_points ? a->n_points : b->n_points);
  const PlotField f = {0.0, length, bottom, 0.0, false};
  char says[256];
  loudness_in_words(r, says, sizeof(says));
  open_plot(t, &f, "Loudness over time", says, bottom < -60.0 ? 12.0 : 6.0,
            "LUFS");
  times(t, &f);
  mark_sections(t, &f, r);
  if (a->short_term_lufs) {
    curve(t, &f, (Points){a->short_term_lufs, a->n_points}, false, "mix");
  }
  curve(t, &f, (Points){b->momentary_lufs, b->n_points}, false, "fast");
  curve(t, &f, (Points){b->short_term_lufs, b->n_points}, false, "master");
  level_line(t, &f, b->integrated_lufs, "goal");
  close_plot(t, "min:s",
             r->mix ? "<b class=\"master\">master, short-term</b> "
                      "<b class=\"master\">thin: momentary</b> "
                      "<b class=\"mix\">mix, short-term</b> "
                      "dashed: integrated loudness of the master"
                    : "<b class=\"master\">short-term</b> "
                      "<b class=\"master\">thin: momentary</b> "
                      "dashed: integrated loudness");
}

static void
plot_correlation(TonString* t, const TonMeasurement* m)
{
  if (!m->correlation_curve || !m->n_points) {
    return;
  }
  const PlotField f = {0.0, 0.1 * m->n_points, -1.0, 1.0, false};
  char says[256];
  char numbers[2][32];
  ton_string_cut(
      says, sizeof(says),
      "1 is mono, 0 is two unrelated sides. Over the whole song it is %s, "
      "at its lowest %s.",
      report_number_text(m->correlation, 2, numbers[0]),
      report_number_text(m->correlation_min, 2, numbers[1]));
  open_plot(t, &f, "Stereo correlation of the master over time", says, 0.5, "");
  times(t, &f);
  level_line(t, &f, 0.0, "goal");
  // in silence at the end it is not defined
  uint32_t n = m->n_points;
  while (n && m->short_term_lufs && !(m->short_term_lufs[n - 1] > -60.0F)) {
    --n;
  }
  curve(t, &f, (Points){m->correlation_curve, n}, true, "master");
  close_plot(t, "min:s",
             "1: mono, 0: independent sides, below 0: lost in "
             "mono; windows of 3 s");
}

/// Third octave against the song's loudness
static double
band_db(const TonMeasurement* m, uint32_t band)
{
  return m->thirds_db[band] - m->integrated_lufs;
}

static void
spectrum_line(TonString* t, const PlotField* f, const TonMeasurement* m,
              const char* style)
{
  bool pen_down = false;
  open_curve(t, style);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double db = band_db(m, b);
    if (inside(f, db)) {
      add_point(t, f, ton_third_hz(b), db, pen_down);
    }
    pen_down = inside(f, db);
  }
  close_curve(t);
}

/// Where the master is strongest, and where mastering changed most
static void
spectrum_in_words(const TonReport* r, char* buffer, size_t size)
{
  uint32_t top = 0;
  uint32_t moved = 0;
  double largest = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double by =
        r->mix ? band_db(r->master, b) - band_db(r->mix, b) : (double)NAN;
    top = band_db(r->master, b) > band_db(r->master, top) ? b : top;
    if (isfinite(by) && fabs(by) > fabs(largest)) {
      largest = by;
      moved = b;
    }
  }
  if (!r->mix) {
    ton_string_cut(buffer, size, "The master is strongest at %s Hz.",
                   report_third_name(top));
    return;
  }
  ton_string_cut(
      buffer, size,
      "The master is strongest at %s Hz. Against the mix it was changed "
      "most at %s Hz, by %+.1f dB.",
      report_third_name(top), report_third_name(moved),
      report_rounded(largest, 1));
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
  const PlotField f = {19.0, 21000.0, -60.0, 0.0, true};
  if (!isfinite(r->master->integrated_lufs)) {
    return;
  }
  char says[256];
  spectrum_in_words(r, says, sizeof(says));
  open_plot(t, &f, "Third octaves at matched loudness", says, 12.0, "dB");
  for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); ++i) {
    label_x(t, &f, marks[i].hz, marks[i].text, false);
  }
  if (r->mix) {
    spectrum_line(t, &f, r->mix, "mix under");
  }
  spectrum_line(t, &f, r->master, "master");
  close_plot(t, "Hz",
             r->mix ? "<b class=\"master\">master</b> <b class=\"mix\">mix</b> "
                      "both brought to one loudness"
                    : "<b class=\"master\">master</b>");
}

/// A single processor needs no number of its place in the chain
static const char*
reduction_name(const TonReport* r, const TonReportCurve* c)
{
  const char* const name = strchr(c->name, ' ');
  return r->n_reductions == 1 && name ? name + 1 : c->name;
}

static void
plot_reduction(TonString* t, const TonReport* r, const TonReportCurve* c)
{
  const double deepest = extreme((Points){c->y, c->n}, 0, c->n, false);
  if (!(deepest >= 0.05)) {
    ton_string_add(t, "<p>Gain reduction: ");
    html_add_text(t, reduction_name(r, c));
    ton_string_add(t, " had nothing to do.</p>\n");
    return;
  }
  const double depth = deepest > 12.0 ? 24.0 : deepest > 6.0 ? 12.0 : 6.0;
  const PlotField f = {0.0, 0.1 * c->n, depth, 0.0, false};
  char title[128];
  ton_string_cut(title, sizeof(title), "Gain reduction: %s, at most %.1f dB",
                 reduction_name(r, c), deepest);
  open_plot(t, &f, title, "How much it turns the song down over time.",
            depth / 4.0, "dB down");
  times(t, &f);
  curve(t, &f, (Points){c->y, c->n}, false, "master");
  close_plot(t, "min:s", "the most in each 0.1 s");
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
