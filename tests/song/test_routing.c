// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.h"
#include "song.h"

#include <string.h>

/**
   @file
   What a mix.yaml says is what is heard: each kind of way, switch and movement
   against plain arithmetic on the stems.
*/

enum { N = 192000, RATE = 48000 };

static double a[N];
static double b[N];
static double* left;
static double* right;

static int
open_stems(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  for (uint32_t i = 0; i < N; ++i) {
    a[i] = floor(signal_random(1, i) * 2097152.0) / 8388608.0;
    b[i] = floor(signal_random(2, i) * 2097152.0) / 8388608.0;
  }
  song_wav("a.wav", RATE, 1, a, NULL, N);
  song_wav("b.wav", RATE, 1, b, NULL, N);
  return 0;
}

static void
render(const char* text, bool stems)
{
  TonMeasurement m;
  TonError error = {0};
  const TonMixOptions options = {.stems = stems};
  free(left);
  free(right);
  song_text("mix.yaml", text);
  const TonStatus status =
      song_mixes(&options, &(TonJob){.threads = 2}, &m, &error);
  if (status && status != TON_GOAL_MISSED) { // silence misses a goal
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  assert_in_range(song_load(song_path("out/mix.wav"), &left, &right), N,
                  N + 10 * RATE);
}

/// The mix is ga a + gb b over some frames, within 24 bit
static void
expect_sum(const char* what, double ga, double gb, uint32_t from, uint32_t to)
{
  double worst = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    const double wanted = ga * a[i] + gb * b[i];
    worst = fmax(worst, fabs(left[i] - wanted));
    worst = fmax(worst, fabs(right[i] - wanted));
  }
  EXPECT_AT_MOST(what, 20.0 * log10(worst + 1e-12), -138.0, "dBFS");
}

static double
gain(double db)
{
  return pow(10.0, db / 20.0);
}

#define A "tracks:\n  A:\n    file: a.wav\n    pan-law: balance\n"
#define B "  B:\n    file: b.wav\n    pan-law: balance\n"

static void
sends_leave_before_or_behind_the_fader(void** state)
{
  (void)state;
  render(A "    fader: -10 dB\n    sends: {Room: -6 dB}\n" B
           "buses: {Room: {fader: -1 dB}}\n",
         false);
  expect_sum("post", gain(-10) + gain(-17), 1.0, 0, N);
  render(A "    fader: -10 dB\n    sends: {Room: {level: -6 dB, tap: pre}}\n" B
           "buses: {Room: {fader: -1 dB}}\n",
         false);
  expect_sum("pre", gain(-10) + gain(-7), 1.0, 0, N);
  render(A "    fader: -inf dB\n    sends: {Room: {level: -6 dB, tap: pre}}\n" B
           "buses: {Room: {}}\n",
         false);
  expect_sum("pre, fader closed", gain(-6), 1.0, 0, N);
}

static void
mute_closes_what_stands_behind_the_fader(void** state)
{
  (void)state;
  render(A "    mute: true\n    sends: {Room: 0 dB}\n" B "buses: {Room: {}}\n",
         false);
  expect_sum("post send of a muted track", 0.0, 1.0, 0, N);
  render(A "    to: Band\n" B "buses: {Band: {mute: true}}\n", false);
  expect_sum("a muted bus", 0.0, 1.0, 0, N);
  render(A "    automation: {mute: [[0 s, off], [1 s, on], [2 s, off]]}\n" B,
         false);
  expect_sum("before the mute", 1.0, 1.0, 0, RATE);
  expect_sum("in the mute", 0.0, 1.0, RATE + RATE / 2, 2 * RATE);
  expect_sum("behind the mute", 1.0, 1.0, 2 * RATE + RATE / 2, N);
}

static void
solo_leaves_the_others_out(void** state)
{
  (void)state;
  render(A "    solo: true\n    sends: {Room: -6 dB}\n" B
           "    sends: {Room: 0 dB}\nbuses: {Room: {}}\n",
         false);
  expect_sum("a track and its room", 1.0 + gain(-6), 0.0, 0, N);
  render(A "    to: Band\n" B "buses: {Band: {to: All, solo: true}, All: {}}\n",
         false);
  expect_sum("a bus", 1.0, 0.0, 0, N);
  render(A "    to: Band\n" B "buses: {Band: {to: All}, All: {solo: true}}\n",
         false);
  expect_sum("a bus behind a bus", 1.0, 0.0, 0, N);
  render(A "    sends: {Room: -6 dB, Hall: 0 dB}\n"
           "    automation: {sends/Hall: [[0 s, 0 dB], [1 s, -3 dB]]}\n" B
           "    sends: {Hall: 0 dB}\nbuses: {Room: {solo: true}, Hall: {}}\n",
         false);
  expect_sum("a room: what is sent to it, and nothing else", gain(-6), 0.0, 0,
             N);
}

static void
buses_in_buses_multiply(void** state)
{
  (void)state;
  render(A "    trim: 2 dB\n    fader: -3 dB\n    to: Drums\n" B
           "buses:\n  Mix: {fader: -2 dB}\n  Drums: {fader: -4 dB, to: Band}\n"
           "  Band: {fader: -5 dB, to: All}\n  All: {}\n",
         false);
  expect_sum("three buses deep", gain(-12), gain(-2), 0, N);
}

static void
polarity_cancels_exactly(void** state)
{
  (void)state;
  render(A "  B:\n    file: a.wav\n    pan-law: balance\n"
           "    polarity: inverted\n",
         false);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == 0.0 && right[i] == 0.0);
  }
}

static void
a_delay_is_exact_to_the_sample(void** state)
{
  (void)state;
  render(A "    delay: 10 ms\n" B "    mute: true\n", false);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == (i < 480 ? 0.0 : a[i - 480]));
  }
}

static void
eng_09_bypass_is_the_same_as_absence(void** state)
{
  (void)state;
  render(A "    chain:\n      - {limiter: {gain: 12 dB}, bypass: true}\n" B,
         false);
  expect_sum("bypassed", 1.0, 1.0, 0, N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(left[i] == a[i] + b[i]);
  }
}

static void
latency_moves_nothing(void** state)
{
  (void)state;
  render(A
         "    chain: [{limiter: {}}]\n    to: Band\n    sends: {Room: 0 dB}\n" B
         "    polarity: inverted\n    sends: {Room: 0 dB}\n"
         "buses: {Band: {}, Room: {chain: [{limiter: {}}]}}\n",
         false);
  expect_sum("limiters that do nothing, on two ways", 2.0, -2.0, 0, N);
}

/// At 120 bpm in 4/4 bar 2 is at 2 s
static void
automation_in_bars_and_curves(void** state)
{
  (void)state;
  render("tempo: 120 bpm\n" A "    automation:\n"
         "      fader: [[1 bar, 0 dB, hold], [1.2 bar, -12 dB]]\n" B
         "    automation: {fader: [[0 s, 0 dB, smooth], [2 bar, -20 dB]]}\n",
         false);
  expect_sum("hold until beat 2", 1.0, 1.0, 0, 1);
  double at_a[2] = {0.0, 0.0};
  double at_b[3] = {0.0, 0.0, 0.0};
  for (uint32_t k = 0; k < 3; ++k) {
    // two unknowns from two neighbours, averaged
    const uint32_t from = k == 0 ? 12000 : k == 1 ? 47000 : 90000;
    double aa = 0.0;
    double bb = 0.0;
    double ab = 0.0;
    double ya = 0.0;
    double yb = 0.0;
    for (uint32_t i = from; i < from + 2000; ++i) {
      aa += a[i] * a[i];
      bb += b[i] * b[i];
      ab += a[i] * b[i];
      ya += left[i] * a[i];
      yb += left[i] * b[i];
    }
    const double d = aa * bb - ab * ab;
    at_a[k > 0] = (ya * bb - yb * ab) / d;
    at_b[k] = (yb * aa - ya * ab) / d;
  }
  EXPECT_DB("held in beat 1", 20.0 * log10(at_a[0]), 0.0, 0.01);
  EXPECT_DB("from beat 2", 20.0 * log10(at_a[1]), -12.0, 0.05);
  EXPECT_DB("smooth, half way", 20.0 * log10(at_b[1]), -10.0, 0.5);
  EXPECT_AT_LEAST("slow start", 20.0 * log10(at_b[0]), -5.0, "dB");
  EXPECT_AT_MOST("slow end", 20.0 * log10(at_b[2]), -19.0, "dB");
  expect_sum("behind bar 2", gain(-12), gain(-20), 2 * RATE + RATE / 2, N);
}

static void
stems_apart_add_up_to_the_mix(void** state)
{
  (void)state;
  render(A "    pan: L40\n    fader: -3 dB\n    sends: {Room: -9 dB}\n"
           "    chain: [{compressor: {threshold: -30 dB, ratio: 4:1}}]\n" B
           "    pan: R70\n    to: Band\n    sends: {Room: -4 dB}\n"
           "buses:\n  Mix: {fader: -2.5 dB}\n  Room: {chain: [reverb]}\n"
           "  Band: {fader: 1 dB, chain: [{limiter: {gain: 6 dB}}]}\n",
         true);
  static const char* const parts[] = {"A", "Room", "Band"};
  double* sum[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  for (int k = 0; k < 3; ++k) {
    char name[64];
    double* l = NULL;
    double* r = NULL;
    snprintf(name, sizeof(name), "out/stems/%s.wav", parts[k]);
    assert_true(song_load(song_path(name), &l, &r) >= N);
    for (uint32_t i = 0; i < N; ++i) {
      sum[0][i] += l[i];
      sum[1][i] += r[i];
    }
    free(l);
    free(r);
  }
  EXPECT_AT_MOST("left", signal_null_db(sum[0], left, N), -140.0, "dB");
  EXPECT_AT_MOST("right", signal_null_db(sum[1], right, N), -140.0, "dB");
  free(sum[0]);
  free(sum[1]);
}

static void
eng_10_saved_and_loaded_it_sounds_the_same(void** state)
{
  (void)state;
  const char* const text =
      A "    fader: -4.25 dB # mine\n    chain: [reverb]\n" B;
  render(text, false);
  const uint64_t n = N;
  double* const was = calloc(n, sizeof(double));
  memcpy(was, left, n * sizeof(double));
  song_text("mix.yaml", A "    chain: [reverb]\n" B);
  TonDoc* doc = NULL;
  const TonEdit edit = {"tracks/A/fader", "-4.25 dB", "moved"};
  assert_int_equal(ton_doc_open(song_path("mix.yaml"), &doc, NULL), TON_OK);
  assert_int_equal(ton_doc_edit(doc, &edit, NULL), TON_OK);
  assert_int_equal(ton_doc_save(doc, song_path("mix.yaml"), NULL), TON_OK);
  ton_doc_free(doc);
  char saved[4096];
  snprintf(saved, sizeof(saved), "%s", song_read("mix.yaml"));
  render(saved, false);
  assert_memory_equal(was, left, n * sizeof(double));
  free(was);
}

static int
close_stems(void** state)
{
  free(left);
  free(right);
  return song_close(state);
}

/// From and to silence loudness moves evenly: 10 dB for each half of the way
static void
fades_are_for_the_ear(void** state)
{
  (void)state;
  static const struct {
    const char* fader;
    bool out;
  } fades[] = {{"[[0 s, -inf dB], [4 s, -2 dB]]", false},
               {"[[0 s, -2 dB], [4 s, -inf dB]]", true}};
  static const double down_db[] = {0.0, 10.0, 20.0, 30.0};
  for (int i = 0; i < 2; ++i) {
    char text[512];
    snprintf(text, sizeof(text),
             A "    automation:\n      fader: %s\n" B "    mute: true\n",
             fades[i].fader);
    render(text, false);
    for (uint32_t k = 1; k < 4; ++k) {
      const uint32_t part = N >> k;
      const uint32_t at = fades[i].out ? N - part : part;
      double in = 0.0;
      double out = 0.0;
      for (uint32_t n = at - 480; n < at + 480; ++n) {
        in += a[n] * a[n];
        out += left[n] * left[n];
      }
      EXPECT_DB("level on the way", 10.0 * log10(out / in), -2.0 - down_db[k],
                1.0);
    }
    const uint32_t end = fades[i].out ? N - 1 : 0;
    EXPECT_AT_MOST("silence at its end", fabs(left[end]), 1e-4, "");
  }
}

/// What is not heard does not make the mix longer
static void
mixes_are_as_long_as_what_is_heard(void** state)
{
  (void)state;
  static const struct {
    const char* what;
    const char* a;
    const char* b;
    const char* buses;
    bool whole;
  } rows[] = {
      {"muted", "", "    mute: true\n", "", false},
      {"no solo", "    solo: true\n", "", "", false},
      {"closed", "", "    fader: -inf dB\n", "", false},
      {"a muted bus", "", "    to: X\n", "buses: {X: {mute: true}}\n", false},
      {"closed for ever", "", "    automation: {fader: [[0 s, -inf dB]]}\n", "",
       false},
      {"a send before the fader", "",
       "    fader: -inf dB\n    sends: {X: {tap: pre}}\n", "buses: {X: {}}\n",
       true},
      {"opened", "", "    automation: {mute: [[0 s, on], [3 s, off]]}\n", "",
       true},
      {"raised", "    automation: {fader: [[0 s, 0 dB]]}\n",
       "    automation: {fader: [[0 s, -inf dB], [4 s, 0 dB]]}\n", "", true}};
  song_wav("short.wav", RATE, 1, a, NULL, RATE);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i) {
    char text[1024];
    TonMeasurement m;
    snprintf(text, sizeof(text),
             "tracks:\n  A:\n    file: short.wav\n%s" B "%s%s", rows[i].a,
             rows[i].b, rows[i].buses);
    song_text("mix.yaml", text);
    if (song_mixes(&(TonMixOptions){0}, &(TonJob){0}, &m, NULL)) {
      fail_msg("%s", text);
    }
    EXPECT_NEAR(rows[i].what, (double)m.frames, rows[i].whole ? N : RATE, 480.0,
                "frames");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sends_leave_before_or_behind_the_fader),
      cmocka_unit_test(fades_are_for_the_ear),
      cmocka_unit_test(mixes_are_as_long_as_what_is_heard),
      cmocka_unit_test(mute_closes_what_stands_behind_the_fader),
      cmocka_unit_test(solo_leaves_the_others_out),
      cmocka_unit_test(buses_in_buses_multiply),
      cmocka_unit_test(polarity_cancels_exactly),
      cmocka_unit_test(a_delay_is_exact_to_the_sample),
      cmocka_unit_test(eng_09_bypass_is_the_same_as_absence),
      cmocka_unit_test(latency_moves_nothing),
      cmocka_unit_test(automation_in_bars_and_curves),
      cmocka_unit_test(stems_apart_add_up_to_the_mix),
      cmocka_unit_test(eng_10_saved_and_loaded_it_sounds_the_same),
  };
  return cmocka_run_group_tests(tests, open_stems, close_stems);
}
