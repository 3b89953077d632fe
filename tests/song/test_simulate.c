// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What services make of a master: turned down, turned up until its peaks are
/// in the way, turned up into a limiter, or left alone.
#include "base/array.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, N = 12 * RATE };

static const TonJob job = {.threads = 2};

/// A tone of -20 dBFS with a short peak a second
static void
make_master(const char* name, double gain_db, double peak)
{
  static double x[N];
  const double gain = pow(10.0, gain_db / 20.0);
  for (uint32_t i = 0; i < N; ++i) {
    const double wave = sin(2.0 * M_PI * 440.0 * i / RATE);
    x[i] = gain * (i % RATE < 480 ? peak : 0.1) * wave;
  }
  song_wav(name, RATE, 2, x, x, N);
}

static TonPlayback
play(const char* name, const char* platform)
{
  TonPlayback p;
  TonError error = {0};
  const TonStatus status =
      ton_simulate(song_path(name), platform, &job, &p, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, TON_OK);
  print_message("# %s on %s: %+.2f dB%s, %.2f LUFS, %.2f dBTP\n", name,
                p.platform, p.gain_db, p.limited ? ", limited" : "",
                p.played.integrated_lufs, p.played.true_peak_dbtp);
  return p;
}

static double
lufs_of(const char* name)
{
  TonMeasurement m;
  assert_int_equal(ton_measure_file(song_path(name), TON_MEASURE_LOUDNESS, &m,
                                    NULL, &job, NULL),
                   TON_OK);
  return m.integrated_lufs;
}

/// Each sample of the playback is that of the master times the gain
static void
same_but_for_gain(const char* name, const TonPlayback* p)
{
  double* a[2];
  double* b[2];
  const double gain = pow(10.0, p->gain_db / 20.0);
  const uint64_t n = song_load(song_path(name), &a[0], &a[1]);
  assert_int_equal(song_load(p->path, &b[0], &b[1]), n);
  for (uint64_t i = 0; i < n; ++i) {
    assert_true(fabs(gain * a[0][i] - b[0][i]) < 1e-6);
  }
  for (int c = 0; c < 2; ++c) {
    free(a[c]);
    free(b[c]);
  }
}

static void
loud_masters_are_turned_down(void** state)
{
  (void)state;
  make_master("loud.wav", 14.0, 0.17);
  const double lufs = lufs_of("loud.wav");
  assert_true(lufs > -10.0);
  static const char* const services[] = {"Spotify", "youtube", "apple music"};
  static const double targets[] = {-14.0, -14.0, -16.0};
  for (size_t i = 0; i < TON_COUNT(services); ++i) {
    TonPlayback p = play("loud.wav", services[i]);
    assert_true(fabs(p.gain_db - (targets[i] - lufs)) < 0.01);
    assert_true(fabs(p.played.integrated_lufs - targets[i]) < 0.02);
    assert_false(p.limited);
    same_but_for_gain("loud.wav", &p);
    ton_playback_free(&p);
  }
}

static void
soft_masters_are_turned_up_by_some(void** state)
{
  (void)state;
  make_master("soft.wav", -6.0, 0.8);
  const double lufs = lufs_of("soft.wav");
  TonPlayback p = play("soft.wav", "Spotify");
  assert_true(p.gain_db > 5.0 && p.gain_db < -14.0 - lufs - 1.0);
  assert_true(fabs(p.played.true_peak_dbtp + 1.0) < 0.05);
  assert_false(p.limited);
  same_but_for_gain("soft.wav", &p);
  ton_playback_free(&p);
  p = play("soft.wav", "YouTube");
  assert_true(p.gain_db == 0.0);
  same_but_for_gain("soft.wav", &p);
  ton_playback_free(&p);
}

static void
one_service_turns_up_into_a_limiter(void** state)
{
  (void)state;
  make_master("peaks.wav", 0.0, 0.8);
  const double lufs = lufs_of("peaks.wav");
  TonPlayback p = play("peaks.wav", "spotify loud");
  assert_true(p.limited);
  assert_true(fabs(p.gain_db - (-11.0 - lufs)) < 0.01);
  assert_true(p.played.true_peak_dbtp < -0.95);
  assert_true(p.played.integrated_lufs > lufs + 0.5 * p.gain_db);
  ton_playback_free(&p);
}

/// Named like the master and the service, and replaced by the next
static void
the_file_lies_beside_the_master(void** state)
{
  (void)state;
  TonPlayback p = play("loud.wav", "SPOTIFY");
  assert_string_equal(p.platform, "Spotify");
  assert_string_equal(p.path, song_path("loud (Spotify).wav"));
  assert_true(p.replaced);
  ton_playback_free(&p);
}

/// Counts the services, and looks at two of them
static void
take_service(void* handle, const char* platform, double gain_db, bool limited)
{
  uint32_t* const n = handle;
  ++*n;
  assert_false(limited);
  if (strcmp(platform, "Spotify") == 0) {
    assert_true(fabs(gain_db + 5.0) < 1e-9);
  } else if (strcmp(platform, "Club, CD") == 0) {
    assert_true(isnan(gain_db));
  }
}

static void
every_service_is_told(void** state)
{
  (void)state;
  uint32_t n = 0;
  assert_int_equal(ton_each_platform(-9.0, -1.0, take_service, &n, NULL),
                   TON_OK);
  assert_true(n >= 8);
}

static void
what_cannot_be_played_is_an_error(void** state)
{
  (void)state;
  static const double nothing[RATE] = {0.0};
  TonPlayback p;
  TonError error = {0};
  assert_int_equal(
      ton_simulate(song_path("loud.wav"), "Spotfy", &job, &p, &error),
      TON_NOT_FOUND);
  assert_non_null(strstr(error.text, "did you mean \"Spotify\"?"));
  ton_playback_free(&p);
  assert_int_equal(ton_platform_find("Spotfy", &error), TON_NOT_FOUND);
  assert_int_equal(ton_platform_find("tidal", &error), TON_OK);
  song_wav("silent.wav", RATE, 2, nothing, nothing, RATE);
  assert_int_equal(
      ton_simulate(song_path("silent.wav"), "Spotify", &job, &p, &error),
      TON_BAD_USE);
  assert_non_null(strstr(error.text, "is silent"));
  ton_playback_free(&p);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loud_masters_are_turned_down),
      cmocka_unit_test(soft_masters_are_turned_up_by_some),
      cmocka_unit_test(one_service_turns_up_into_a_limiter),
      cmocka_unit_test(the_file_lies_beside_the_master),
      cmocka_unit_test(every_service_is_told),
      cmocka_unit_test(what_cannot_be_played_is_an_error),
  };
  return SONG_TESTS(tests);
}
