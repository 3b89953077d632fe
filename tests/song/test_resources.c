// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A song whose texts name an impulse response, rendered with the convolver of
   docs/adding-a-processor.md, against a direct convolution.
*/
#include "base/memory.h"
#include "base/output_file.h"
#include "signals.h"
#include "song.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const TonProcessor ton_convolver;

enum { RATE = 48000, N = 24000, IMPULSE = 3 * RATE };

static double stem[N];
static double hall[2][IMPULSE];
static double* left;
static double* right;
static uint64_t n_loaded;

static int
open_files(void** state)
{
  const TonProcessor* const variants[] = {&ton_convolver, &ton_convolver,
                                          &ton_convolver};
  if (song_open(state) || ton_processors_add(variants, NULL)) {
    return -1;
  }
  for (uint32_t i = 0; i < N; ++i) {
    stem[i] = 0.2 * signal_random(1, i);
  }
  for (uint32_t i = 0; i < 2 * IMPULSE; ++i) {
    const double t = (double)(i % IMPULSE) / RATE;
    hall[i / IMPULSE][i % IMPULSE] =
        0.02 * signal_random(2, i) * pow(10.0, -t); // -60 dB in 3 s
  }
  song_wav("stem.wav", RATE, 1, stem, NULL, N);
  song_wav("both.wav", RATE, 2, stem, stem, N);
  song_wav("hall.wav", RATE, 2, hall[0], hall[1], IMPULSE);
  return 0;
}

static void
load_result(const char* path)
{
  free(left);
  free(right);
  n_loaded = song_load(path, &left, &right);
}

/// How far both sides are from the convolution of the stem with `h`, of
/// `n` frames, at places all over it
static double
error_db(double* const h[2], uint64_t n)
{
  double error = 0.0;
  double power = 0.0;
  for (uint64_t k = 0; k < 100; ++k) {
    const uint64_t at = k * n_loaded / 101 + 13 * k % 89;
    for (int c = 0; c < 2; ++c) {
      double y = 0.0;
      for (uint64_t i = 0; i < N && i <= at; ++i) {
        y += at - i < n ? stem[i] * h[c][at - i] : 0.0;
      }
      const double e = (c ? right : left)[at] - y;
      error += e * e;
      power += y * y;
    }
  }
  return 10.0 * log10(error / power);
}

static TonStatus
mixed(const char* text, TonError* error)
{
  TonMeasurement m;
  song_text("mix.yaml", text);
  return song_mixes(&(TonMixOptions){0}, &(TonJob){.threads = 2}, &m, error);
}

#define TRACK(impulse)                                                         \
  "tracks:\n  A:\n    file: stem.wav\n    pan-law: balance\n    chain:\n"      \
  "      - convolver: {impulse: " impulse ", mix: 100 %}\n"

static void
a_mix_is_convolved_with_the_file_it_names(void** state)
{
  (void)state;
  TonError error = {0};
  double* const h[2] = {hall[0], hall[1]};
  if (mixed(TRACK("hall.wav"), &error)) {
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  load_result(song_path("out/mix.wav"));
  EXPECT_AT_MOST("mix against a direct convolution", error_db(h, IMPULSE),
                 -120.0, "dB");
}

static void
a_master_is_too(void** state)
{
  (void)state;
  TonError error = {0};
  TonMasterResult m = {0};
  double* const h[2] = {hall[0], hall[1]};
  const TonMasterOptions options = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  song_text("master.yaml", "source: both.wav\nceiling: 0 dBTP\nchain:\n"
                           "  - convolver: {mix: 100 %, impulse: hall.wav}\n");
  if (song_masters(&options, &(TonJob){0}, &m, &error)) {
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  ton_master_result_free(&m);
  load_result(song_path("out/master.wav"));
  EXPECT_AT_MOST("master against a direct convolution, 24 bit",
                 error_db(h, IMPULSE), -70.0, "dB");
  assert_int_equal(unlink(song_path("master.yaml")), 0);
}

static TonStatus
applied(const char* insert, TonError* error)
{
  TonInsert in = {0};
  TON_TRY(ton_insert_parse(insert, &in, error));
  const TonStatus status =
      ton_apply(song_path("stem.wav"), song_path("applied.wav"), &in, 1,
                &(TonJob){0}, error);
  ton_insert_free(&in);
  return status;
}

static const char*
with_impulse(const char* path)
{
  static char text[1200];
  snprintf(text, sizeof(text), "convolver:mix=100,impulse=%s", path);
  return text;
}

static void
apply_takes_it_on_the_command_line(void** state)
{
  (void)state;
  TonError error = {0};
  double* const h[2] = {hall[0], hall[1]};
  assert_int_equal(applied(with_impulse(song_path("hall.wav")), &error),
                   TON_OK);
  load_result(song_path("applied.wav"));
  EXPECT_AT_MOST("apply against a direct convolution", error_db(h, IMPULSE),
                 -120.0, "dB");
  assert_int_equal(applied(with_impulse("no such file.wav"), &error),
                   TON_NOT_FOUND);
  assert_string_equal(error.file, "no such file.wav");
  const char* const out = song_path("applied.wav");
  assert_int_equal(applied(with_impulse(out), &error), TON_BAD_USE);
}

/// The file's rate becomes the song's: the same as resampling it before
static void
a_file_of_another_rate_is_converted(void** state)
{
  (void)state;
  enum { FROM = 44100, LONG = FROM / 2, MAX = RATE };
  static double short_hall[LONG];
  static float in[LONG];
  static float out[MAX];
  double* const converted = calloc(MAX, sizeof(double));
  for (uint32_t i = 0; i < LONG; ++i) {
    short_hall[i] = 0.02 * signal_random(3, i) * pow(10.0, -3.0 * i / LONG);
    in[i] = (float)short_hall[i];
  }
  song_wav("short.wav", FROM, 1, short_hall, NULL, LONG);
  TonResampler* r = NULL;
  const float* const from[] = {in};
  uint32_t n = 0;
  uint32_t got = 1;
  assert_int_equal(ton_resampler_new(FROM, RATE, 1, &r, NULL), TON_OK);
  for (uint32_t frames = LONG; got || frames; frames = 0) {
    float* const to[] = {out + n};
    assert_int_equal(
        ton_resampler_run(r, from, frames, !frames, to, MAX - n, &got, NULL),
        TON_OK);
    n += got;
  }
  ton_resampler_free(r);
  assert_int_equal(n, (LONG * 160 + 146) / 147);
  for (uint32_t i = 0; i < n; ++i) {
    converted[i] = (double)out[i];
  }
  TonError error = {0};
  double* const h[2] = {converted, converted};
  assert_int_equal(mixed(TRACK("short.wav"), &error), TON_OK);
  load_result(song_path("out/mix.wav"));
  EXPECT_AT_MOST("mix with a file of 44.1 kHz", error_db(h, n), -120.0, "dB");
  free(converted);
}

// What is wrong with a file ---------------------------------------------------

/// The place in mix.yaml is named, and why
static void
refused_with(const char* text, const char* why)
{
  TonError error = {0};
  assert_int_equal(mixed(text, &error), TON_BAD_TEXT);
  assert_string_equal(error.file, song_path("mix.yaml"));
  assert_int_equal(error.line, 6);
  assert_int_equal(error.column, 30);
  if (!strstr(error.text, why)) {
    fail_msg("\"%s\" does not say \"%s\"", error.text, why);
  }
}

static void
a_broken_file_is_an_error_with_its_place(void** state)
{
  (void)state;
  static double three[3000];
  refused_with(TRACK("hal.wav"), "hall.wav"); // did you mean
  refused_with(TRACK("out"), "folder");
  song_text("text.wav", "this is no sound");
  refused_with(TRACK("text.wav"), "text.wav");
  const TonAudioFormat format = {.rate = RATE,
                                 .channels = 3,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  static float silence[3][1000];
  const float* const planes[] = {silence[0], silence[1], silence[2]};
  assert_int_equal(ton_writer_open(song_path("3.wav"), &format, &w, NULL),
                   TON_OK);
  assert_int_equal(ton_writer_write(w, planes, 1000, NULL), TON_OK);
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), TON_OK);
  refused_with(TRACK("3.wav"), "3 channels");
  song_wav("cut.wav", RATE, 1, three, NULL, 3000);
  assert_int_equal(truncate(song_path("cut.wav"), 4000), 0);
  refused_with(TRACK("cut.wav"), "ends before");
}

static void
a_bypassed_processor_does_not_read_its_file(void** state)
{
  (void)state;
  TonError error = {0};
  song_text("text.wav", "this is no sound");
  assert_int_equal(mixed(TRACK("text.wav") "        bypass: true\n", &error),
                   TON_OK);
}

static void
the_mix_does_not_go_over_it(void** state)
{
  (void)state;
  TonMeasurement m;
  TonError error = {0};
  song_text("mix.yaml", TRACK("hall.wav"));
  const TonMixOptions options = {.out = song_path("hall.wav")};
  assert_int_equal(song_mixes(&options, &(TonJob){0}, &m, &error), TON_BAD_USE);
}

static void
it_can_be_locked_and_is_named_in_hints(void** state)
{
  (void)state;
  TonError error = {0};
  assert_int_equal(mixed(TRACK("hall.wav") "    lock: "
                                           "[chain/0/convolver/impulse]\n",
                         &error),
                   TON_OK);
  assert_int_equal(mixed("tracks: {A: {file: stem.wav, chain: "
                         "[convolver: {impulses: hall.wav}]}}\n",
                         &error),
                   TON_BAD_TEXT);
  assert_non_null(strstr(error.text, "\"impulse\""));
}

/// Every request for memory in turn is refused: an error each time, and what
/// was had is given back (the address sanitizer looks)
static void
refused_memory_is_an_error(void** state)
{
  (void)state;
  remove(song_path("mix.yaml")); // a song with a fault keeps all its files
  TonStatus status = TON_NO_MEMORY;
  for (long n = 0; status; n += n < 300 ? 1 : 17) {
    TonError error = {0};
    ton_alloc_fail_after(n);
    status = applied(with_impulse(song_path("hall.wav")), &error);
    ton_alloc_fail_after(-1);
    if (status && status != TON_NO_MEMORY) {
      fail_msg("request %ld: %s %s", n, error.file, error.text);
    }
  }
}

static int
close_files(void** state)
{
  free(left);
  free(right);
  return song_close(state);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mix_is_convolved_with_the_file_it_names),
      cmocka_unit_test(a_master_is_too),
      cmocka_unit_test(apply_takes_it_on_the_command_line),
      cmocka_unit_test(a_file_of_another_rate_is_converted),
      cmocka_unit_test(a_broken_file_is_an_error_with_its_place),
      cmocka_unit_test(a_bypassed_processor_does_not_read_its_file),
      cmocka_unit_test(the_mix_does_not_go_over_it),
      cmocka_unit_test(it_can_be_locked_and_is_named_in_hints),
      cmocka_unit_test(refused_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, open_files, close_files);
}
