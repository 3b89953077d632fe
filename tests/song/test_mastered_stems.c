// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Stems and versions with the gains of the master: they add up.

#include "base/array.h"
#include "base/folder.h"
#include "performed.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, N = 5 * RATE };

static const TonJob job = {.threads = 2};

/// A mix bus and a master with dynamics, a shared reverb, and a bus with a fader
/// that moves
static const char mix_text[] =
    "tracks:\n"
    "  Kick: {file: stems/kick.wav, role: kick, to: Drums}\n"
    "  Hat: {file: stems/hat.wav, role: hat, to: Drums, pan: R30}\n"
    "  Keys: {file: stems/keys.wav, role: keys, fader: -12 dB}\n"
    "  Voice:\n"
    "    file: stems/voice.wav\n"
    "    role: lead vocal\n"
    "    sends: {Space: -12 dB}\n"
    "  Choir: {file: stems/choir.wav, role: backing vocal, pan: L40}\n"
    "buses:\n"
    "  Drums: {chain: [compressor: {threshold: -30 dB, ratio: 3:1}]}\n"
    "  Space: {chain: [reverb: {decay: 1 s}]}\n"
    "  Mix:\n"
    "    chain:\n"
    "      - equaliser: [high-shelf: {at: 6 kHz, gain: 2 dB}]\n"
    "      - bus-compressor: {threshold: -25 dB}\n"
    "    fader: -2 dB\n"
    "    automation: {fader: [[1 s, -2 dB], [2 s, 1 dB]]}\n";

static void
stem(const char* name, const double* x, double gain)
{
  double* const y = calloc(N, sizeof(double));
  for (uint64_t i = 0; i < N; ++i) {
    y[i] = gain * x[i];
  }
  song_wav(name, RATE, 1, y, NULL, N);
  free(y);
}

static void
make_stems(void)
{
  double* const x = calloc(N, sizeof(double));
  signal_kick(x, N, RATE);
  stem("stems/kick.wav", x, 0.5);
  signal_hat(x, N, RATE);
  stem("stems/hat.wav", x, 0.2);
  signal_pink(x, N, 1, RATE);
  stem("stems/keys.wav", x, 0.1);
  signal_sweep(x, N, RATE, 200.0, 3000.0);
  stem("stems/voice.wav", x, 0.2);
  signal_sweep(x, N, RATE, 1500.0, 300.0);
  stem("stems/choir.wav", x, 0.05);
  free(x);
}

/// Mix, master and release with stems
static void
release(const char* mix, const char* master, TonStatus expected,
        TonDelivery* delivery, TonError* error)
{
  TonMeasurement m;
  TonMasterResult r;
  const TonMasterOptions usual = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  assert_int_equal(ton_make_folder(song_path("stems"), NULL), TON_OK);
  make_stems();
  song_text("mix.yaml", mix);
  song_text("master.yaml", master);
  song_text("release.yaml", "title: Sum\nartist: A\ndeliverables: [flac]\n");
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &job, &m, error), TON_OK);
  assert_int_equal(song_masters(&usual, &job, &r, error), TON_OK);
  ton_master_result_free(&r);
  TonSong* song = NULL;
  assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
  const TonStatus status = ton_song_release(
      song, &(TonReleaseOptions){.stems = true}, &job, delivery, error);
  if (status != expected) {
    print_error("%s\n", error->text);
  }
  assert_int_equal(status, expected);
  ton_song_free(song);
}

static const TonDelivered*
file_of(const TonDelivery* d, const char* name)
{
  for (uint32_t i = 0; i < d->n; ++i) {
    if (strcmp(d->files[i].name, name) == 0) {
      return &d->files[i];
    }
  }
  return NULL;
}

/// Add a file of the release to a sum; returns its frames
static uint64_t
add_file(const TonDelivery* d, const char* name, double* const* sum)
{
  double* x[2];
  const TonDelivered* const file = file_of(d, name);
  assert_non_null(file);
  assert_true(file->good);
  const uint64_t n = song_load(file->path, &x[0], &x[1]);
  assert_true(n <= N);
  for (uint64_t i = 0; i < n; ++i) {
    sum[0][i] += x[0][i];
    sum[1][i] += x[1][i];
  }
  free(x[0]);
  free(x[1]);
  return n;
}

/// What is left of a file without the sum, dB re it
static double
left_db(const char* path, double* const* sum)
{
  double* x[2];
  const uint64_t n = song_load(path, &x[0], &x[1]);
  const double left = signal_null_db(sum[0], x[0], n);
  const double right = signal_null_db(sum[1], x[1], n);
  free(x[0]);
  free(x[1]);
  return fmax(left, right);
}

#define FRONT                                                                  \
  "  - equaliser: [bell: {at: 300 Hz, gain: -2 dB}]\n"                         \
  "  - compressor: {threshold: -30 dB, ratio: 2:1}\n"

/// The stems, behind nothing but the limiter, are the master
static void
test_stems_are_the_master(void** state)
{
  (void)state;
  TonDelivery d;
  TonError error = {0};
  static const char* const stems[] = {"stem Drums", "stem Keys", "stem Voice",
                                      "stem Choir", "stem Space"};
  release(mix_text,
          "loudness: keep\nstart: 0.25 s\nend: 4.5 s\nfade-out: 1 s\n"
          "chain:\n" FRONT "  - limiter: {gain: 4 dB}\n",
          TON_OK, &d, &error);
  EXPECT_AT_MOST("left, as the release says", d.stems_null_db, -90.0, "dB");
  double* sum[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  for (size_t i = 0; i < TON_COUNT(stems); ++i) {
    const uint64_t n = add_file(&d, stems[i], sum);
    EXPECT_NEAR("length", (double)n / RATE, 4.25, 0.0, "s");
  }
  assert_null(file_of(&d, "stem Kick"));
  // a fade behind the limiter is taken out for it and put back
  for (uint64_t i = 0; i < 17 * RATE / 4; ++i) {
    const double out = (double)(17 * RATE / 4 - 1 - (int64_t)i) / RATE;
    const double gain = out < 1.0 ? pow(out, 0.5 * log2(10.0)) : 1.0;
    sum[0][i] = gain > 0.05 ? sum[0][i] / gain : 0.0;
    sum[1][i] = gain > 0.05 ? sum[1][i] / gain : 0.0;
  }
  song_wav("sum.wav", RATE, 2, sum[0], sum[1], 3 * RATE);
  TonInsert limiter;
  assert_int_equal(ton_insert_parse("limiter:gain=4dB", &limiter, &error),
                   TON_OK);
  assert_int_equal(ton_apply(song_path("sum.wav"), song_path("limited.wav"),
                             &limiter, 1, &job, &error),
                   TON_OK);
  ton_insert_free(&limiter);
  double* x[2];
  double* y[2];
  song_load(song_path("out/master.wav"), &x[0], &x[1]);
  song_load(song_path("limited.wav"), &y[0], &y[1]);
  const uint64_t from = RATE / 2; // the master's limiter knew what was before
  EXPECT_AT_MOST("left of the master",
                 signal_null_db(y[0] + from, x[0] + from, 2 * RATE), -90.0,
                 "dB");
  for (int c = 0; c < 2; ++c) {
    free(sum[c]);
    free(x[c]);
    free(y[c]);
  }
  ton_delivery_free(&d);
}

/// Voices and all the rest are the whole, where the limiter does nothing; the TV mix
/// has the choir
static void
test_versions_are_parts_of_the_master(void** state)
{
  (void)state;
  TonDelivery d;
  TonError error = {0};
  release(mix_text,
          "loudness: keep\nend: 4.5 s\nchain:\n" FRONT
          "  - limiter: {gain: -6 dB}\n",
          TON_OK, &d, &error);
  double* sum[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  double* tv[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  add_file(&d, "instrumental", sum);
  add_file(&d, "a cappella", sum);
  EXPECT_AT_MOST("left of the master",
                 left_db(song_path("out/master.wav"), sum), -90.0, "dB");
  add_file(&d, "TV mix", tv);
  memset(sum[0], 0, N * sizeof(double));
  memset(sum[1], 0, N * sizeof(double));
  add_file(&d, "instrumental", sum);
  for (uint64_t i = 0; i < N; ++i) {
    tv[0][i] -= sum[0][i];
    tv[1][i] -= sum[1][i];
  }
  double* choir[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  add_file(&d, "stem Choir", choir);
  for (int c = 0; c < 2; ++c) {
    for (uint64_t i = 0; i < N; ++i) {
      choir[c][i] *= pow(10.0, -6.0 / 20.0);
    }
    EXPECT_AT_MOST("left of the choir", signal_null_db(tv[c], choir[c], N),
                   -70.0, "dB");
    free(sum[c]);
    free(tv[c]);
    free(choir[c]);
  }
  ton_delivery_free(&d);
}

/// What colours the sum is told, not passed over
static void
test_what_does_not_add_up_is_told(void** state)
{
  (void)state;
  TonDelivery d;
  TonError error = {0};
  release("tracks:\n"
          "  Kick: {file: stems/kick.wav, role: kick}\n"
          "  Keys: {file: stems/keys.wav, role: keys}\n",
          "loudness: keep\nchain:\n  - saturator: {drive: 12 dB}\n"
          "  - limiter: {gain: 0 dB}\n",
          TON_GOAL_MISSED, &d, &error);
  assert_non_null(strstr(error.text, "add up to the master"));
  assert_true(d.stems_null_db > -90.0);
  // without a voice there is no version
  assert_null(file_of(&d, "instrumental"));
  assert_null(file_of(&d, "a cappella"));
  assert_null(file_of(&d, "TV mix"));
  ton_delivery_free(&d);
}

/// A release without stems removes those of the last one
static void
test_stems_that_are_not_made_again_go(void** state)
{
  (void)state;
  TonDelivery d;
  const char* const stem = song_path("out/release/Sum (stem Keys).wav");
  assert_int_equal(access(stem, F_OK), 0);
  assert_int_equal(song_releases(&job, &d, NULL), TON_OK);
  assert_int_not_equal(access(stem, F_OK), 0);
  assert_true(isnan(d.stems_null_db));
  ton_delivery_free(&d);
}

static const char* stems_folder;

/// The demo song as the assistants mix and master it
static void
test_stems_of_the_demo_song_add_up(void** state)
{
  (void)state;
  uint32_t n = 0;
  TonDelivery d;
  TonMasterResult m;
  const TonMasterOptions usual = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  TonSong* const song = performed_mix(stems_folder, &n);
  assert_int_equal(ton_song_master(song, &usual, &job, &m, NULL), TON_OK);
  ton_master_result_free(&m);
  assert_int_equal(ton_song_save(song, NULL), TON_OK);
  assert_int_equal(ton_song_release(song, &(TonReleaseOptions){.stems = true},
                                    &job, &d, NULL),
                   TON_OK);
  EXPECT_AT_MOST("left, the demo song", d.stems_null_db, -90.0, "dB");
  assert_non_null(file_of(&d, "TV mix"));
  ton_delivery_free(&d);
  ton_song_free(song);
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest demo[] = {
      cmocka_unit_test(test_stems_of_the_demo_song_add_up),
  };
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_stems_are_the_master),
      cmocka_unit_test(test_versions_are_parts_of_the_master),
      cmocka_unit_test(test_what_does_not_add_up_is_told),
      cmocka_unit_test(test_stems_that_are_not_made_again_go),
  };
  if (argc == 1) {
    return SONG_TESTS(tests);
  }
  stems_folder = stems_asked_for(argc, argv);
  const int failed = stems_folder ? SONG_TESTS(demo) : 1;
  drop_performed();
  return failed;
}
