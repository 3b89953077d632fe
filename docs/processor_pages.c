// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Writes docs/processors.md and its pictures: every processor with its table,
   and the curves that it has or that are measured on it.

   usage: processor_pages FOLDER
*/
#include "base/memory.h"

#include <tonmeister/processor.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_PARAMS = 256, PATH = 4096, BLOCK = 512, FRAMES = 24000 };

static const double RATE = 48000.0;

/// What to draw.  A processor with a response is drawn over frequency, any
/// other over level: what it says itself, or measured with a tone of 997 Hz
static const struct {
  const char* id;
  const char* label;
  const char* settings;
} curves[] = {
    {"equaliser", "bell", "1-type=bell 1-at=1kHz 1-gain=6 1-q=1"},
    {"equaliser", "low shelf", "1-type=low-shelf 1-at=150 1-gain=-6"},
    {"equaliser", "high-pass", "1-type=highpass 1-at=80 1-slope=24"},
    {"equaliser", "tilt", "1-type=tilt 1-at=650 1-gain=6"},
    {"linear-phase-equaliser", "bell", "1-type=bell 1-at=1kHz 1-gain=6 1-q=1"},
    {"linear-phase-equaliser", "high shelf",
     "1-type=high-shelf 1-at=10kHz 1-gain=6"},
    {"linear-phase-equaliser", "high-pass",
     "1-type=highpass 1-at=80 1-slope=24"},
    {"passive-equaliser", "low boost", "low-at=30 low-boost=9"},
    {"passive-equaliser", "low boost and cut",
     "low-at=30 low-boost=9 low-cut=9"},
    {"passive-equaliser", "high boost, top cut",
     "high-boost=9 top-at=20kHz top-cut=6"},
    {"dc-filter", "3 Hz", ""},
    {"dc-filter", "20 Hz", "at=20"},
    {"hum-filter", "50 Hz, 8 notches", ""},
    {"hum-filter", "60 Hz, wide", "at=60 width=10 depth=20"},
    {"dynamic-eq", "cut", ""},
    {"dynamic-eq", "boost", "direction=boost"},
    {"bus-compressor", "2:1", "ratio=2:1"},
    {"bus-compressor", "4:1", "ratio=4:1"},
    {"bus-compressor", "10:1", "ratio=10:1"},
    {"compressor", "2:1", ""},
    {"compressor", "4:1", "ratio=4"},
    {"compressor", "inf:1, no knee", "ratio=inf knee=0"},
    {"compressor", "4:1, opto", "ratio=4 behaviour=opto"},
    {"gate", "gate", ""},
    {"gate", "expander, 2:1", "ratio=2"},
    {"limiter", "12 dB of gain", "gain=12"},
    {"multiband", "compress", "3-threshold=-36 3-range=36"},
    {"multiband", "compress-up",
     "3-mode=compress-up 3-threshold=-18 3-range=18"},
    {"multiband", "expand", "3-mode=expand 3-threshold=-30 3-range=36"},
    {"saturator", "soft", "drive=12 auto-gain=off"},
    {"saturator", "tube", "character=tube drive=12 auto-gain=off"},
    {"saturator", "hard", "character=hard drive=12 auto-gain=off"},
    {"saturator", "transistor", "character=transistor drive=12 auto-gain=off"},
    {"saturator", "fold", "character=fold drive=18 auto-gain=off"},
    {"lo-fi", "4 bits", "bits=4 rate=48000"},
    {"tape", "no drive", ""},
    {"tape", "12 dB", "drive=12"},
};

enum { N_CURVES = sizeof(curves) / sizeof(curves[0]) };

static void
stop(const char* what, const char* which)
{
  fprintf(stderr, "processor_pages: %s: %s\n", which, what);
  exit(1);
}

static void
set(const TonProcessor* p, const char* settings, float* values)
{
  char text[512];
  char* rest = NULL;
  ton_param_defaults(p, values);
  snprintf(text, sizeof(text), "%s", settings);
  for (char* item = strtok_r(text, " ", &rest); item;
       item = strtok_r(NULL, " ", &rest)) {
    char* const equals = strchr(item, '=');
    TonError error;
    *equals = '\0';
    const TonParam* const param = ton_param(p, item);
    if (!param || ton_param_parse(param, equals + 1, &values[param - p->params],
                                  &error)) {
      stop("cannot be set", item);
    }
  }
}

// Curves ---------------------------------------------------------------------

/// Level of a tone of 997 Hz behind a processor, dB re full scale
static double
measured_db(const TonProcessor* type, const float* values, double in_db)
{
  const TonProcessor* const p = ton_processor_lanes(type, 4);
  const float* params[TON_MAX_LANES] = {values, values, values, values};
  const int32_t on[TON_MAX_LANES] = {-1, -1, -1, -1};
  float* const x = ton_alloc(BLOCK * p->lanes * sizeof(float));
  const TonSpec spec = {RATE, p->lanes, BLOCK, params, NULL};
  void* state = NULL;
  if (!x || p->open(p, &spec, &state, NULL)) {
    stop("cannot be opened", p->id);
  }
  for (uint32_t lane = 0; lane < (p->flags & TON_ALONE ? 1 : 4); ++lane) {
    p->update(p, state, &(TonUpdate){lane, values, true, 0});
  }
  const double level = pow(10.0, in_db / 20.0);
  double power = 0.0;
  uint32_t counted = 0;
  for (uint32_t at = 0; at + BLOCK <= FRAMES; at += BLOCK) {
    for (uint32_t i = 0; i < BLOCK * p->lanes; ++i) {
      const double turns = 997.0 / RATE * (at + i / p->lanes);
      x[i] = (float)(level * sin(2.0 * M_PI * fmod(turns, 1.0)));
    }
    p->process(p, state, &(TonBlock){x, NULL, on, NULL, BLOCK});
    for (uint32_t i = 0; at > FRAMES / 2 && i < BLOCK; ++i, ++counted) {
      power += (double)x[i * p->lanes] * (double)x[i * p->lanes];
    }
  }
  p->close(p, state);
  ton_free(x);
  return 10.0 * log10(2.0 * power / counted + 1e-20);
}

/// What a picture shows, in its own units
typedef struct {
  bool over_frequency;
  double left;
  double right;
  double bottom;
  double top;
} Frame;

enum { WIDE = 520, HIGH = 300, EDGE = 44 };

static double
across(const Frame* f, double x)
{
  const double part = f->over_frequency
                          ? log(x / f->left) / log(f->right / f->left)
                          : (x - f->left) / (f->right - f->left);
  return EDGE + part * (WIDE - EDGE - 10);
}

static double
down(const Frame* f, double y)
{
  const double inside = fmin(fmax(y, f->bottom), f->top);
  return 10 + (f->top - inside) / (f->top - f->bottom) * (HIGH - EDGE - 10);
}

static void
grid_line(FILE* out, const Frame* f, bool upright, double at, const char* text)
{
  const double x = upright ? across(f, at) : EDGE;
  const double y = upright ? HIGH - EDGE : down(f, at);
  fprintf(out, "<path class=\"grid\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x, y,
          upright ? x : WIDE - 10.0, upright ? 10.0 : y);
  fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
          upright ? x : EDGE - 6.0, upright ? HIGH - EDGE + 16.0 : y + 4.0,
          upright ? "middle" : "end", text);
}

static void
grid(FILE* out, const Frame* f)
{
  static const double hz[] = {20, 100, 1000, 10000, 20000};
  static const char* const names[] = {"20", "100", "1k", "10k", "20k"};
  char text[16];
  for (int i = 0; f->over_frequency && i < 5; ++i) {
    grid_line(out, f, true, hz[i], names[i]);
  }
  for (int at = (int)f->left; !f->over_frequency && at <= (int)f->right;
       at += 12) {
    snprintf(text, sizeof(text), "%d", at);
    grid_line(out, f, true, at, text);
  }
  for (int at = (int)f->bottom; at <= (int)f->top;
       at += f->over_frequency ? 6 : 12) {
    snprintf(text, sizeof(text), "%d", at);
    grid_line(out, f, false, at, text);
  }
  fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
          (WIDE + EDGE) / 2, HIGH - 6,
          f->over_frequency ? "Frequency in Hz, gain in dB"
                            : "Level in and out, dB re full scale");
}

static double
value_at(const TonProcessor* p, const float* values, double x)
{
  return p->response   ? p->response(p, values, x, RATE)
         : p->transfer ? p->transfer(p, values, x)
                       : measured_db(p, values, x);
}

static void
curve(FILE* out, const Frame* f, const TonProcessor* p, int row, int nth)
{
  static const char* const colours[] = {"#1f6feb", "#d9480f", "#2b8a3e",
                                        "#862e9c"};
  float values[MAX_PARAMS];
  set(p, curves[row].settings, values);
  fprintf(out, "<path class=\"curve\" stroke=\"%s\" d=\"", colours[nth % 4]);
  const int steps = f->over_frequency ? 300 : 60;
  for (int i = 0; i <= steps; ++i) {
    const double part = (double)i / steps;
    const double x = f->over_frequency ? f->left * pow(f->right / f->left, part)
                                       : f->left + (f->right - f->left) * part;
    fprintf(out, "%c%.1f %.1f", i ? 'L' : 'M', across(f, x),
            down(f, value_at(p, values, x)));
  }
  fprintf(out, "\"/>\n<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n",
          EDGE + 8, 26 + 16 * nth, colours[nth % 4], curves[row].label);
}

/// Whether there is a picture; draws it
static bool
picture(const TonProcessor* p, const char* folder)
{
  char path[PATH];
  int nth = 0;
  const Frame f = p->response ? (Frame){true, 20.0, 20000.0, -18.0, 12.0}
                              : (Frame){false, -60.0, 0.0, -72.0, 0.0};
  snprintf(path, sizeof(path), "%s/processors/%s.svg", folder, p->id);
  FILE* out = NULL;
  for (int i = 0; i < N_CURVES; ++i) {
    if (strcmp(curves[i].id, p->id) != 0) {
      continue;
    }
    if (!out) {
      out = fopen(path, "w");
      if (!out) {
        stop("cannot be written", path);
      }
      fprintf(out,
              "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
              "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
              "height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n"
              "<style>.grid{stroke:#ccc}.curve{fill:none;stroke-width:2}"
              "</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
              WIDE, HIGH, WIDE, HIGH);
      grid(out, &f);
    }
    curve(out, &f, p, i, nth++);
  }
  if (out && (fputs("</svg>\n", out) < 0 || fclose(out))) {
    stop("cannot be written", path);
  }
  return out;
}

// The page -------------------------------------------------------------------

/// "1-gain" stands for "2-gain" and so on
static bool
repeats_a_band(const char* symbol)
{
  const size_t digits = strspn(symbol, "0123456789");
  return digits && symbol[digits] == '-' && strncmp(symbol, "1-", 2) != 0;
}

static void
parameter(FILE* out, const TonParam* p)
{
  char low[48];
  char high[48];
  char def[48];
  fprintf(out, "| `%s` | ", p->symbol);
  if (p->spacing == TON_CHOICE) {
    for (int i = 0; p->choices[i]; ++i) {
      fprintf(out, "%s%s", i ? ", " : "", p->choices[i]);
    }
  } else if (p->spacing == TON_SWITCH) {
    fputs("on, off", out);
  } else {
    fprintf(out, "%s to %s", ton_param_print(p, p->min, low, sizeof(low)),
            ton_param_print(p, p->max, high, sizeof(high)));
  }
  fprintf(out, " | %s | %s |\n", ton_param_print(p, p->def, def, sizeof(def)),
          p->help);
}

static void
section(FILE* out, const TonProcessor* p, const char* folder)
{
  bool bands = false;
  fprintf(out, "\n### %s\n\n`%s`. %s\n", p->name, p->id, p->help);
  if (p->flags & TON_SIDECHAIN) {
    fputs("\nIt has a side-chain input.\n", out);
  }
  if (picture(p, folder)) {
    fprintf(out, "\n![%s: %s](processors/%s.svg)\n", p->name,
            p->response ? "gain over frequency" : "level out over level in",
            p->id);
  }
  fputs(
      "\n| Parameter | Values | Default | What it does |\n|---|---|---|---|\n",
      out);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    bands = bands || repeats_a_band(p->params[i].symbol);
    if (!repeats_a_band(p->params[i].symbol)) {
      parameter(out, &p->params[i]);
    }
  }
  for (uint32_t i = 0; i < p->n_resources; ++i) {
    fprintf(out, "| `%s` | a file | none | %s |\n", p->resources[i].symbol,
            p->resources[i].help);
  }
  if (bands) {
    fputs("\nThe other bands have the same: `2-`, `3-` and so on.\n", out);
  }
}

int
main(int argc, char** argv)
{
  char path[PATH];
  if (argc != 2) {
    stop("needs a folder", "usage");
  }
  snprintf(path, sizeof(path), "%s/processors", argv[1]);
  mkdir(path, 0777);
  snprintf(path, sizeof(path), "%s/processors.md", argv[1]);
  FILE* const out = fopen(path, "w");
  if (!out) {
    stop("cannot be written", path);
  }
  fputs("<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
        "# Processors\n\nWritten by `build/docs/processor_pages docs` from the "
        "tables of the processors; what\ncan be set, and the curves that come "
        "out. `tonmeister help NAME` tells the same.\n",
        out);
  const char* category = "";
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (strcmp(category, (*p)->category) != 0) {
      category = (*p)->category;
      fprintf(out, "\n## %c%s\n", category[0] - 'a' + 'A', category + 1);
    }
    section(out, *p, argv[1]);
  }
  return fclose(out) ? 1 : 0;
}
