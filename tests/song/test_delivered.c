// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Hard songs from mix to files, and every PCM file of them measured by the
   tests' own reference meters over its whole length: at 16 times the rate the
   peak is at most 0.05 dB over the ceiling, and the loudness within 0.1 LU of
   the goal, or it is said why not.
*/
#include "base/array.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000, N = 6 * RATE };

static double left[N];
static double right[N];

static void
scale(double db)
{
  const double gain = pow(10.0, db / 20.0);
  for (int i = 0; i < N; ++i) {
    left[i] *= gain;
    right[i] *= gain;
  }
}

static void
music(void)
{
  signal_mix(left, right, N, RATE);
  scale(-4.0);
}

/// Full to half the rate, and clipped
static void
clipped_noise(void)
{
  signal_clipped_noise(left, N, 5);
  signal_clipped_noise(right, N, 6);
  scale(-6.0);
}

/// Peaks at -46 dBFS
static void
very_quiet(void)
{
  signal_mix(left, right, N, RATE);
  scale(-46.0);
}

/// A whisper, and two blows 46 dB over it
static void
very_dynamic(void)
{
  signal_mix(left, right, N, RATE);
  for (int i = 0; i < N; ++i) {
    const double t = fmod(i / (double)RATE, 3.0);
    const double gain = t > 2.0 && t < 2.2 ? 0.6 : 0.003;
    left[i] *= gain;
    right[i] *= gain;
  }
}

/// Clicks up to half the rate, on which the music cannot be made loud
static void
clicks(void)
{
  signal_mix(left, right, N, RATE);
  scale(-24.0);
  for (int i = RATE / 2; i + 1 < N; i += RATE / 4) {
    left[i] += 0.6;
    left[i + 1] += 0.6;
    right[i] -= 0.6;
    right[i + 1] += 0.6;
  }
}

static const struct {
  const char* name;
  void (*make)(void);
  double goal_lufs;
  double ceiling_dbtp;
  const char* missed; ///< Why the loudness cannot be had; null where it can
} songs[] = {
    {"music at -14", music, -14.0, -1.0, NULL},
    {"music at -10 under -0.1", music, -10.0, -0.1, NULL},
    {"clipped noise", clipped_noise, -3.0, -1.0, NULL},
    {"very quiet", very_quiet, -14.0, -1.0, NULL},
    {"very dynamic", very_dynamic, -12.0, -1.0, NULL},
    {"very dynamic at -10", very_dynamic, -10.0, -1.0, "stopped at 1"},
    {"clicks", clicks, -14.0, -2.0, "stopped at 1"},
};

static void
examine(const char* song, const TonDelivered* made, double ceiling, double goal)
{
  double* x[2];
  char name[160];
  const uint64_t n = song_load(made->path, &x[0], &x[1]);
  const double peak =
      20.0 * log10(fmax(signal_true_peak(x[0], n), signal_true_peak(x[1], n)));
  const double lufs = signal_loudness(x[0], x[1], n, made->measured.rate);
  snprintf(name, sizeof(name), "%s, %s: over the ceiling", song, made->name);
  EXPECT_AT_MOST(name, peak - ceiling, 0.05, "dB");
  snprintf(name, sizeof(name), "%s, %s: loudness", song, made->name);
  EXPECT_NEAR(name, lufs, goal, 0.1, "LUFS");
  assert_true(made->good);
  free(x[0]);
  free(x[1]);
}

/// One song, mastered; returns the loudness its files must have
static double
master_one(size_t i, const TonJob* job)
{
  TonMasterResult m;
  TonError error = {0};
  const TonMasterOptions wish = {.loudness_lufs = songs[i].goal_lufs,
                                 .ceiling_dbtp = songs[i].ceiling_dbtp,
                                 .amount = NAN};
  songs[i].make();
  remove(song_path("master.yaml"));
  song_wav("out/mix.wav", RATE, 2, left, right, N);
  const TonStatus status = song_masters(&wish, job, &m, &error);
  print_message("# %s: %.2f LUFS after %u runs, reduction %.1f dB %s\n",
                songs[i].name, m.after.integrated_lufs, m.limiter_runs,
                m.reduction_p95_db, error.text);
  const char* const why = songs[i].missed;
  assert_int_equal(status, why ? TON_GOAL_MISSED : TON_OK);
  assert_true(!why || strstr(error.text, why));
  const double made = m.after.integrated_lufs;
  ton_master_result_free(&m);
  return why ? made : songs[i].goal_lufs;
}

static void
test_every_pcm_file_keeps_ceiling_and_loudness(void** state)
{
  (void)state;
  const TonJob job = {.threads = 2};
  for (size_t i = 0; i < TON_COUNT(songs); ++i) {
    TonError error = {0};
    TonDelivery all = {0};
    const double goal = master_one(i, &job);
    song_text("release.yaml", "title: Hard\nartist: A\n"
                              "deliverables: [wav-24, cd, wav-96, flac-16]\n");
    const TonStatus status = song_releases(&job, &all, &error);
    assert_int_equal(status, songs[i].missed ? TON_GOAL_MISSED : TON_OK);
    assert_int_equal(all.n, 4);
    for (uint32_t k = 0; k < all.n; ++k) {
      examine(songs[i].name, &all.files[k], songs[i].ceiling_dbtp, goal);
    }
    ton_delivery_free(&all);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_pcm_file_keeps_ceiling_and_loudness),
  };
  return SONG_TESTS(tests);
}
