// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Every processor at every width this machine has: nanoseconds for one sample
   of one channel, all lanes busy, blocks of 256 frames at 48 kHz.

   usage: bench_processors [ID]...
*/
#include "base/memory.h"
#include "setting.h"

#include <tonmeister/processor.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

enum { FRAMES = 256, BLOCKS = 40, ROUNDS = 25, MOST_PARAMS = 256 };

/// What to set, where the defaults do nothing or too little
static const struct {
  const char* id;
  const char* name;
  const char* settings;
} cases[] = {
    {"equaliser", "high-pass and 4 bells",
     "1-type=highpass 1-at=95 2-type=bell 2-at=310 2-gain=-2.4 2-q=1.3 "
     "3-type=bell 3-at=1200 3-gain=2 4-type=bell 4-at=3400 4-gain=-3 4-q=3 "
     "5-type=bell 5-at=9000 5-gain=4"},
    {"equaliser", "the same, 18 dB/oct",
     "1-type=highpass 1-slope=18 1-at=95 2-type=bell 2-at=310 2-gain=-2.4 "
     "3-type=bell 3-at=1200 3-gain=2 4-type=bell 4-at=3400 4-gain=-3 4-q=3 "
     "5-type=bell 5-at=9000 5-gain=4"},
    {"equaliser", "the same, a bell in double",
     "1-type=highpass 1-at=95 2-type=bell 2-at=120 2-gain=-2.4 2-q=1.3 "
     "3-type=bell 3-at=1200 3-gain=2 4-type=bell 4-at=3400 4-gain=-3 4-q=3 "
     "5-type=bell 5-at=9000 5-gain=4"},
    {"equaliser", "the same, a shelf too",
     "1-type=highpass 1-at=95 2-type=bell 2-at=120 2-gain=-2.4 2-q=1.3 "
     "3-type=bell 3-at=1200 3-gain=2 4-type=bell 4-at=3400 4-gain=-3 4-q=3 "
     "5-type=low-shelf 5-at=90 5-gain=4"},
    {"equaliser", "the same, 4 in double",
     "1-type=highpass 1-at=95 2-type=bell 2-at=120 2-gain=-2.4 2-q=1.3 "
     "3-type=bell 3-at=100 3-gain=2 4-type=bell 4-at=80 4-gain=-3 4-q=3 "
     "5-type=low-shelf 5-at=90 5-gain=4"},
    {"equaliser", "the same, oversampled",
     "oversample=on 1-type=highpass 1-at=95 2-type=bell 2-at=310 2-gain=-2.4 "
     "2-q=1.3 3-type=bell 3-at=1200 3-gain=2 4-type=bell 4-at=3400 4-gain=-3 "
     "4-q=3 5-type=bell 5-at=9000 5-gain=4"},
    {"equaliser", "one bell", "1-type=bell 1-gain=3"},
    {"equaliser", "one bell in double", "1-type=bell 1-at=100 1-gain=3"},
    {"equaliser", "mid-side",
     "1-type=bell 1-gain=3 1-side=mid 2-type=high-shelf 2-gain=2 2-side=side"},
    {"gain", "gain", "gain=-3"},
    {"gain", "gain and delay", "gain=-3 delay=10"},
    {"bus-compressor", "2:1", ""},
    {"bus-compressor", "auto, side-chain high-pass",
     "release=auto sidechain-highpass=100"},
    {"compressor", "clean", ""},
    {"compressor", "fet", "behaviour=fet attack=0.2"},
    {"compressor", "opto", "behaviour=opto"},
    {"compressor", "automatic release", "auto-release=on"},
    {"chorus", "three voices", "feedback=20"},
    {"decorrelator", "eight stages", ""},
    {"exciter", "exciter", ""},
    {"generator", "pink noise", ""},
    {"generator", "sine", "sound=sine"},
    {"imager", "three bands", "1-width=0 3-width=140"},
    {"imager", "guarded", "least-correlation=0"},
    {"lo-fi", "sampler", "noise=-60 crackle=5"},
    {"linear-phase-equaliser", "bells from 40 Hz",
     "1-type=bell 1-at=40 1-gain=3 1-q=2 2-type=bell 2-at=3000 2-gain=2"},
    {"mid-side", "encode", ""},
    {"multiband", "four bands", ""},
    {"passive-equaliser", "boost, cut and air",
     "low-boost=6 low-cut=5 high-boost=4"},
    {"multiband", "six bands", "bands=6"},
    {"multiband", "four bands, linear phase", "phase=linear"},
    {"phaser", "two notches", "spread=50"},
    {"tremolo", "sine", "spread=50"},
    {"delay", "delay", "feedback=40"},
    {"delay", "delay with a tape", "feedback=40 tape=on wow=0.1"},
    {"reverb", "plate", "mix=100"},
    {"spring", "springs", ""},
    {"saturator", "soft", "drive=6"},
    {"saturator", "soft, driven far", "drive=18"},
    {"saturator", "hard", "character=hard drive=6"},
    {"saturator", "transistor", "character=transistor drive=6"},
    {"saturator", "fold", "character=fold drive=18"},
    {"tape", "15 ips", ""},
    {"tape", "worn", "bias=60 wow=0.1 flutter=0.1 hiss=-60"},
    {"width", "width", "width=140"},
    {"width", "width, mono below", "width=140 mono-below=120"},
    {"width", "spread and held", "spread=50 least-correlation=0"},
};

static void
set(const TonProcessor* p, const char* settings, float* values)
{
  char text[512];
  char* rest = text;
  Setting item;
  snprintf(text, sizeof(text), "%s", settings);
  while (setting_next(&rest, &item)) {
    const TonParam* const param = ton_param(p, item.symbol);
    TonError error;
    if (!param || !item.value ||
        ton_param_parse(param, item.value, &values[param - p->params],
                        &error)) {
      fprintf(stderr, "%s: cannot set %s\n", p->id, item.symbol);
    }
  }
}

static double
seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// Restlessly different, repeatable
static void
fill(float* x, size_t n)
{
  uint32_t seed = 1;
  for (size_t i = 0; i < n; ++i) {
    seed = seed * 1664525U + 1013904223U;
    x[i] = 0.5F * (float)(int32_t)seed / 2147483648.0F;
  }
}

/// Best of ROUNDS, ns per sample and channel
static double
measure(const TonProcessor* p, const float* values)
{
  const float* params[TON_MAX_LANES];
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    params[lane] = values;
  }
  const TonSpec spec = {48000.0, p->lanes, FRAMES, params, NULL};
  void* state = NULL;
  if (p->open(p, &spec, &state, NULL)) {
    return NAN;
  }
  const size_t n = (size_t)FRAMES * p->lanes;
  float* const source = ton_alloc(n * sizeof(float));
  float* const x = ton_alloc(n * sizeof(float));
  float* const meters = ton_alloc((p->n_meters + 1) * 16 * sizeof(float));
  int32_t on[TON_MAX_LANES];
  memset(on, -1, sizeof(on));
  fill(source, n);
  for (uint32_t lane = 0; lane < (p->flags & TON_ALONE ? 1 : p->lanes);
       ++lane) {
    p->update(p, state, &(TonUpdate){lane, values, true, 0});
  }
  const TonBlock block = {x, NULL, on, meters, FRAMES};
  double best = INFINITY;
  for (int r = 0; r < ROUNDS; ++r) {
    double spent = 0.0;
    for (int b = 0; b < BLOCKS; ++b) {
      memcpy(x, source, n * sizeof(float));
      const double from = seconds();
      p->process(p, state, &block);
      spent += seconds() - from;
    }
    best = fmin(best, spent / BLOCKS / (double)n * 1e9);
  }
  ton_free(meters);
  ton_free(x);
  ton_free(source);
  p->close(p, state);
  return best;
}

static void
row(const TonProcessor* p, const char* name, const char* settings)
{
  float values[MOST_PARAMS];
  ton_param_defaults(p, values);
  set(p, settings, values);
  printf("%-16s %-28s", p->id, name);
  for (uint32_t lanes = 4; lanes <= ton_machine_lanes(); lanes *= 2) {
    printf("%8.3f", measure(ton_processor_lanes(p, lanes), values));
  }
  printf(p->flags & TON_ALONE ? " alone\n" : "\n");
}

static void
rows(const TonProcessor* p)
{
  bool any = false;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); ++i) {
    if (strcmp(cases[i].id, p->id) == 0) {
      row(p, cases[i].name, cases[i].settings);
      any = true;
    }
  }
  if (!any) {
    row(p, "defaults", "");
  }
}

int
main(int argc, char** argv)
{
#if defined(__SSE2__)
  _mm_setcsr(_mm_getcsr() | 0x8040); // as in the engine: denormals off
#endif
  printf("ns per sample and channel                    ");
  for (uint32_t lanes = 4; lanes <= ton_machine_lanes(); lanes *= 2) {
    printf("%8u", lanes);
  }
  printf(" lanes\n");
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    bool wanted = argc < 2;
    for (int i = 1; i < argc; ++i) {
      wanted = wanted || strcmp(argv[i], (*p)->id) == 0;
    }
    if (wanted) {
      rows(*p);
    }
  }
  return 0;
}
