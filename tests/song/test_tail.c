// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.h"
#include "song.h"

/**
   @file
   A mix ends where its tail is last heard, and never before its stems do.
*/

enum { N = 96000, RATE = 48000, SOUND = 48000 };

static double* left;
static double* right;

/// One second of noise, one of silence
static int
open_stem(void** state)
{
  static double a[N];
  if (song_open(state)) {
    return -1;
  }
  for (uint32_t i = 0; i < SOUND; ++i) {
    a[i] = floor(signal_random(1, i) * 2097152.0) / 8388608.0;
  }
  song_wav("a.wav", RATE, 1, a, NULL, N);
  return 0;
}

static uint32_t
render(const char* text)
{
  TonMeasurement m;
  TonError error = {0};
  const TonMixOptions wish = {.stems = true};
  free(left);
  free(right);
  song_text("mix.yaml", text);
  if (song_mixes(&wish, &(TonJob){.threads = 2}, &m, &error)) {
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  return song_load(song_path("out/mix.wav"), &left, &right);
}

static double
loudest(uint32_t from, uint32_t to)
{
  double most = 0.0;
  for (uint32_t i = from; i < to; ++i) {
    most = fmax(most, fmax(fabs(left[i]), fabs(right[i])));
  }
  return most;
}

#define A "tracks:\n  A:\n    file: a.wav\n    pan-law: balance\n"

static void
silence_of_a_stem_stays(void** state)
{
  (void)state;
  assert_int_equal(render(A), N);
  assert_int_equal(render(A "    chain:\n      - reverb: {mix: 0 %}\n"), N);
}

static void
a_tail_ends_where_it_is_last_heard(void** state)
{
  (void)state;
  const uint32_t n =
      render(A "    sends: {Room: -6 dB}\n"
               "buses: {Room: {chain: [{reverb: {decay: 1.2 s}}]}}\n");
  assert_in_range(n, N + 1, N + RATE);
  assert_true(loudest(n - 1, n) >= 1e-5);
}

static void
stems_are_as_long_as_the_mix(void** state)
{
  (void)state;
  double* one[2][2];
  const uint32_t n =
      render(A "    sends: {Room: -6 dB}\n"
               "buses: {Room: {chain: [{reverb: {decay: 1.2 s}}]}}\n");
  const char* const names[] = {"out/stems/A.wav", "out/stems/Room.wav"};
  for (int k = 0; k < 2; ++k) {
    assert_int_equal(song_load(song_path(names[k]), &one[k][0], &one[k][1]), n);
  }
  double worst = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    worst = fmax(worst, fabs(left[i] - one[0][0][i] - one[1][0][i]));
  }
  EXPECT_AT_MOST("mix less its stems", 20.0 * log10(worst + 1e-12), -138.0,
                 "dBFS");
  for (int k = 0; k < 4; ++k) {
    free(one[k / 2][k % 2]);
  }
}

static void
silence_between_echoes_is_no_end(void** state)
{
  (void)state;
  const uint32_t n = render(
      A
      "    chain:\n      - delay: {time: 3500 ms, feedback: 0 %, mix: 50 %}\n");
  const uint32_t late = RATE * 35 / 10;
  assert_true(loudest(SOUND + 4800, late - 4800) < 1e-5);
  assert_in_range(n, late + SOUND - 480, late + SOUND + 4800);
  assert_true(loudest(late, n) > 0.01);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(silence_of_a_stem_stays),
      cmocka_unit_test(a_tail_ends_where_it_is_last_heard),
      cmocka_unit_test(stems_are_as_long_as_the_mix),
      cmocka_unit_test(silence_between_echoes_is_no_end),
  };
  const int failed = cmocka_run_group_tests(tests, open_stem, song_close);
  free(left);
  free(right);
  return failed;
}
