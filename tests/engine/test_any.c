// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "rig.h"
#include "signals.h"

#include <string.h>
#include <time.h>

/**
   @file
   What the engine owes every processor of the list, none of them known by
   name: silence that costs nothing, latencies as reported, switches without a
   click, numbers as good as float can hold.
*/

enum { PARAMS = 256 };

static const TonFader unity = {.law = TON_LAW_BALANCE};

/// One stereo strip with one processor
typedef struct {
  const TonProcessor* type;
  float values[PARAMS];
  uint32_t rate;
  const float* planes[2];
  uint64_t frames;
  RigStem stem;
  TonGraph* graph;
  RigTake take;
} Lone;

/// What comes may differ in `frames`, `source` null: the planes
static void
lone_open(Lone* s, const TonSource* source)
{
  s->graph = ton_graph_new(s->rate);
  ton_graph_strip(s->graph, s->type ? s->type->id : "dry",
                  source ? source : rig_stem(&s->stem, s->planes, 2, s->frames),
                  1.0F, &unity);
  if (s->type) {
    ton_graph_insert(s->graph, 0, s->type, s->values, UINT32_MAX);
  }
  const TonSink sink = rig_take(&s->take);
  ton_graph_tap(s->graph, 0, 1.0F, &sink);
}

static void
lone_close(Lone* s)
{
  rig_take_free(&s->take);
  ton_graph_free(s->graph);
}

static float*
slow_noise(uint64_t frames, uint64_t seed, double peak)
{
  float* const x = malloc(frames * sizeof(float));
  double low[2] = {0.0, 0.0};
  for (uint64_t i = 0; i < frames; ++i) {
    low[0] += 0.1 * (signal_random(seed, i) - low[0]);
    low[1] += 0.1 * (low[0] - low[1]);
    x[i] = (float)(4.0 * peak * low[1]);
  }
  return x;
}

/// What an instance says of its tail
static uint64_t
ask_tail(const TonProcessor* p, const float* values, uint32_t rate)
{
  const float* params[TON_MAX_LANES];
  for (int lane = 0; lane < TON_MAX_LANES; ++lane) {
    params[lane] = values;
  }
  const TonSpec spec = {rate, p->lanes, 512, params, NULL};
  void* state = NULL;
  assert_int_equal(p->open(p, &spec, &state, NULL), TON_OK);
  const uint64_t tail = p->tail ? p->tail(p, state, values) : 0;
  p->close(p, state);
  return tail;
}

// ENG-06 --------------------------------------------------------------------

enum { SECONDS = 23, RATE = 48000 };

/// Two seconds of noise, then zeros; CPU time at every second
typedef struct {
  uint64_t at;
  double cpu_s[SECONDS + 1];
} Fading;

static double
cpu_now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool
fade(void* handle, float* const* out, uint32_t frames)
{
  Fading* const f = handle;
  for (uint32_t i = 0; i < frames; ++i, ++f->at) {
    if (f->at % RATE == 0 && f->at / RATE <= SECONDS) {
      f->cpu_s[f->at / RATE] = cpu_now();
    }
    const bool sounds = f->at < 2ULL * RATE;
    out[0][i] = sounds ? (float)signal_random(1, f->at) : 0.0F;
    out[1][i] = sounds ? (float)signal_random(2, f->at) : 0.0F;
  }
  return true;
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// A second of the last ten, against the second second
static double
cost_of_silence(const Fading* f)
{
  double last[10];
  for (int i = 0; i < 10; ++i) {
    last[i] = f->cpu_s[SECONDS - 10 + i] - f->cpu_s[SECONDS - 11 + i];
  }
  qsort(last, 10, sizeof(double), ascending);
  return last[5] / (f->cpu_s[2] - f->cpu_s[1]);
}

/// Every feedback as long as it goes: what dies slowly is denormal longest
static void
long_values(const TonProcessor* p, float* values)
{
  static const char* const longest[] = {"decay", "feedback", "release", "hold"};
  ton_param_defaults(p, values);
  for (size_t i = 0; i < 4; ++i) {
    const TonParam* const param = ton_param(p, longest[i]);
    if (param) {
      values[param - p->params] = param->max;
    }
  }
}

static void
eng_06_silence_costs_no_more_than_sound(void** state)
{
  (void)state;
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    for (int set = 0; set < 2; ++set) {
      double ratio = INFINITY;
      for (int k = 0; k < 4 && ratio > 1.1; ++k) {
        Lone s = {.type = *p, .rate = RATE};
        set ? long_values(*p, s.values) : ton_param_defaults(*p, s.values);
        Fading fading = {0};
        const TonSource source = {&fading, fade, NULL, 2, 24ULL * RATE};
        lone_open(&s, &source);
        rig_render(s.graph, (TonRun){.threads = 1, .frames = 24ULL * RATE});
        ratio = fmin(ratio, cost_of_silence(&fading));
        const uint64_t tail = ask_tail(*p, s.values, RATE);
        for (uint64_t i = 3ULL * RATE + tail; i < s.take.frames; ++i) {
          assert_true(fabsf(s.take.planar[0][i]) <= 1e-6F);
        }
        lone_close(&s);
      }
      print_message("# %s:\n", (*p)->id);
      EXPECT_AT_MOST("ENG-06 a second of silence", ratio, 1.1,
                     "seconds of noise");
    }
  }
}

// ENG-07 --------------------------------------------------------------------

/// What needs a restart (latency, memory) at its default, least and most
static void
restarted(const TonProcessor* p, int set, float* values)
{
  ton_param_defaults(p, values);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    const TonParam* const param = &p->params[i];
    if (set && param->flags & TON_RESTART) {
      values[i] = set == 1 ? param->min : param->max;
    }
  }
  // A tape that runs unevenly brings an impulse early or late by intent: the dry
  // sound beside it says what the latency is
  if (ton_param(p, "wow")) {
    values[ton_param(p, "mix") - p->params] = 1.0F;
  }
}

static void
eng_07_latencies_are_as_reported(void** state)
{
  (void)state;
  static const uint32_t rates[] = {44100, 48000, 88200, 96000, 176400, 192000};
  static float impulse[4000];
  impulse[1000] = 0.125F;
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    for (int k = 0; k < 18; ++k) {
      Lone s = {.type = *p,
                .rate = rates[k % 6],
                .planes = {impulse, impulse},
                .frames = 4000};
      restarted(*p, k / 6, s.values);
      lone_open(&s, NULL);
      rig_render(s.graph, (TonRun){.threads = 1});
      uint64_t first = 0;
      uint64_t largest = 0;
      const float* const y = s.take.planar[0];
      for (uint64_t i = 0; i < 4000; ++i) {
        first += first == i && fabsf(y[i]) < 1e-9F;
        largest = fabsf(y[i]) > fabsf(y[largest]) ? i : largest;
      }
      // an echo, or what has a delay to be heard, comes late by intent
      const bool late = !(*p)->latency;
      if (late ? first < 1000 : first != 1000 && largest != 1000) {
        fail_msg("%s at %u Hz: in at 1000, begins at %llu, peaks at %llu",
                 (*p)->id, s.rate, (unsigned long long)first,
                 (unsigned long long)largest);
      }
      lone_close(&s);
    }
  }
}

// ENG-08 --------------------------------------------------------------------

enum { LONG = 96000 };

/// Output of a sound through a processor, 24-bit input
static void
through(const TonProcessor* p, const float* values, const float* left,
        const float* right, double out[2][LONG])
{
  Lone s = {.type = p, .rate = RATE, .planes = {left, right}, .frames = LONG};
  memcpy(s.values, values, p->n_params * sizeof(float));
  lone_open(&s, NULL);
  rig_render(s.graph, (TonRun){.threads = 1});
  for (int c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < LONG; ++i) {
      out[c][i] = (double)s.take.planar[c][i];
    }
  }
  lone_close(&s);
}

/// A linear processor in exact arithmetic gives the sum of its outputs for the
/// sum of its inputs; what is left over is what float rounded away, three times
static double
rounding_db(const TonProcessor* p, const float* values)
{
  static float in[3][2][LONG];
  static double out[3][2][LONG];
  for (uint32_t c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < LONG; ++i) {
      for (uint32_t k = 0; k < 2; ++k) {
        in[k][c][i] =
            (float)(floor(signal_random(10 + 2 * k + c, i) * 2097152.0) /
                    8388608.0);
      }
      in[2][c][i] = in[0][c][i] + in[1][c][i];
    }
  }
  for (int k = 0; k < 3; ++k) {
    through(p, values, in[k][0], in[k][1], out[k]);
  }
  double error = 0.0;
  double power = 0.0;
  for (int c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < LONG; ++i) {
      const double left = out[2][c][i] - out[1][c][i] - out[0][c][i];
      error += left * left;
      power += out[2][c][i] * out[2][c][i];
    }
  }
  return 10.0 * log10(error / 3.0 / power);
}

static void
eng_08_float_is_kept_where_it_is_good_enough(void** state)
{
  (void)state;
  static const struct {
    const char* id;
    const char* settings[6]; ///< symbol, value, ...
  } linear[] = {
      {"gain", {"gain", "-3.7 dB"}},
      {"gain", {"delay", "1.3 ms"}},
      {"width", {"width", "140 %", "mono-below", "120 Hz"}},
      {"equaliser", {"1-type", "bell", "1-at", "40 Hz", "1-gain", "9 dB"}},
      {"equaliser", {"1-type", "highpass", "1-at", "95 Hz", "1-slope", "24"}},
      {"equaliser", {"1-type", "high-shelf", "1-at", "8 kHz", "1-gain", "-6"}},
      {"delay", {"feedback", "60 %", "mix", "50 %", "time", "50 ms"}},
      {"reverb", {"type", "plate", "decay", "3 s", "mix", "50 %"}},
      {"reverb", {"type", "hall", "decay", "6 s", "mix", "100 %"}},
  };
  for (size_t i = 0; i < sizeof(linear) / sizeof(linear[0]); ++i) {
    const TonProcessor* const p = ton_processor(linear[i].id);
    float values[PARAMS];
    ton_param_defaults(p, values);
    for (int k = 0; k < 6 && linear[i].settings[k]; k += 2) {
      const TonParam* const param = ton_param(p, linear[i].settings[k]);
      assert_non_null(param);
      assert_int_equal(ton_param_parse(param, linear[i].settings[k + 1],
                                       &values[param - p->params], NULL),
                       TON_OK);
    }
    print_message("# %s %s %s:\n", p->id, linear[i].settings[0],
                  linear[i].settings[1]);
    EXPECT_AT_MOST("ENG-08 rounding against exact arithmetic",
                   rounding_db(p, values), -125.0, "dB");
  }
}

// ENG-09 --------------------------------------------------------------------

/// Largest step against the root mean square of steps
static double
largest_step(const RigTake* take, uint64_t from, uint64_t to)
{
  double worst = 0.0;
  for (int c = 0; c < 2; ++c) {
    const float* const y = take->planar[c];
    double sum = 0.0;
    double most = 0.0;
    for (uint64_t i = from; i < to; ++i) {
      const double step = (double)y[i] - (double)y[i - 1];
      sum += step * step;
      most = fmax(most, fabs(step));
    }
    worst = fmax(worst, most / sqrt(sum / (double)(to - from)));
  }
  return worst;
}

/// 6 sigma: see spc_09_no_click_while_values_move
static void
expect_no_click(const char* what, const RigTake* take)
{
  EXPECT_AT_MOST(what, largest_step(take, 4800, LONG), 6.0, "sigma");
}

/// On and off every 83 ms
static uint32_t
toggle(TonPoint* points, float first, float second)
{
  uint32_t n = 0;
  for (double at = 0.0; at < 2.0; at += 0.083, ++n) {
    points[n] = (TonPoint){at, n % 2 ? second : first, TON_CURVE_HOLD};
  }
  return n;
}

/// Defaults; a band that does something
static void
sounding(const TonProcessor* p, float* values)
{
  ton_param_defaults(p, values);
  const TonParam* const type = ton_param(p, "1-type");
  const TonParam* const gain = ton_param(p, "1-gain");
  if (type && gain) {
    values[type - p->params] = 1.0F;
    values[gain - p->params] = 12.0F;
  }
}

static void
eng_09_switches_do_not_click(void** state)
{
  (void)state;
  float* const left = slow_noise(LONG, 3, 0.25);
  float* const right = slow_noise(LONG, 4, 0.25);
  TonPoint points[32];
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    for (uint32_t i = 0; i < (*p)->n_params; ++i) {
      const TonParam* const param = &(*p)->params[i];
      const bool jumps =
          param->spacing == TON_SWITCH || param->spacing == TON_CHOICE;
      if (!jumps || !(param->flags & TON_AUTOMATE)) {
        continue;
      }
      Lone s = {
          .type = *p, .rate = RATE, .planes = {left, right}, .frames = LONG};
      sounding(*p, s.values);
      lone_open(&s, NULL);
      const uint32_t n = toggle(points, param->min, param->max);
      ton_graph_automate(s.graph, 0, TON_AUTO_PARAM, 0, i, points, n);
      rig_render(s.graph, (TonRun){.threads = 1});
      print_message("# %s %s:\n", (*p)->id, param->symbol);
      expect_no_click("ENG-09 largest step while it is switched", &s.take);
      lone_close(&s);
    }
  }
  Lone s = {.rate = RATE, .planes = {left, right}, .frames = LONG};
  lone_open(&s, NULL);
  const uint32_t n = toggle(points, 0.0F, 1.0F);
  ton_graph_automate(s.graph, 0, TON_AUTO_MUTE, 0, 0, points, n);
  rig_render(s.graph, (TonRun){.threads = 1});
  expect_no_click("ENG-09 largest step while it is muted", &s.take);
  lone_close(&s);
  free(left);
  free(right);
}

// ENG-05 --------------------------------------------------------------------

static uint64_t
swept(uint32_t block)
{
  static float x[RATE];
  for (uint32_t i = 0; i < RATE; ++i) {
    x[i] = (float)signal_random(5, i);
  }
  Lone s = {.type = ton_processor("equaliser"),
            .rate = RATE,
            .planes = {x, x},
            .frames = RATE};
  ton_param_defaults(s.type, s.values);
  s.values[ton_param(s.type, "1-type") - s.type->params] = 1.0F;
  s.values[ton_param(s.type, "1-gain") - s.type->params] = 9.0F;
  lone_open(&s, NULL);
  const TonPoint points[] = {{0.0, 100.0F, TON_CURVE_LINEAR},
                             {1.0, 10000.0F, TON_CURVE_LINEAR}};
  ton_graph_automate(s.graph, 0, TON_AUTO_PARAM, 0,
                     (uint32_t)(ton_param(s.type, "1-at") - s.type->params),
                     points, 2);
  rig_render(s.graph, (TonRun){.threads = 1, .block = block});
  const uint64_t hash = rig_hash(&s.take);
  lone_close(&s);
  return hash;
}

static void
eng_05_a_sweep_is_the_same_in_any_block(void** state)
{
  (void)state;
  const uint64_t wanted = swept(4096);
  assert_true(swept(1) == wanted);
  assert_true(swept(7) == wanted);
  assert_true(swept(441) == wanted);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eng_05_a_sweep_is_the_same_in_any_block),
      cmocka_unit_test(eng_06_silence_costs_no_more_than_sound),
      cmocka_unit_test(eng_07_latencies_are_as_reported),
      cmocka_unit_test(eng_08_float_is_kept_where_it_is_good_enough),
      cmocka_unit_test(eng_09_switches_do_not_click),
  };
  return TON_TESTS(tests);
}
