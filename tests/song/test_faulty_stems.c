// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Faults of stems: named with their place, and no level depends on them.
#include "song.h"

#include <string.h>

enum { RATE = 44100, SECONDS = 8, N = SECONDS * RATE };

static const TonJob job = {.threads = 2};
static double keys[N];
static double bass[N];

/// Notes of a second each
static void
make_stems(void)
{
  for (uint32_t i = 0; i < N; ++i) {
    const double t = (double)i / RATE;
    const double in_note = fmod(t, 1.0);
    keys[i] = 0.3 * exp(-3.0 * in_note) * sin(2.0 * M_PI * 440.0 * t);
    bass[i] = 0.3 * exp(-in_note) * sin(2.0 * M_PI * 62.0 * t);
  }
}

/// Propose and mix; the session is at 48 kHz, the stems are not
static void
mix_it(TonMeasurement* m)
{
  static const char text[] = "rate: 48 kHz\n"
                             "tracks:\n"
                             "  Keys: {file: Keys.wav}\n"
                             "  Bass: {file: Bass.wav}\n";
  TonSong* song = NULL;
  TonError error = {0};
  remove(song_path("decisions.json"));
  song_wav("Keys.wav", RATE, 1, keys, NULL, N);
  song_wav("Bass.wav", RATE, 1, bass, NULL, N);
  song_text("mix.yaml", text);
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  assert_int_equal(ton_song_save(song, &error), TON_OK);
  ton_song_free(song);
  const TonMixOptions options = {0};
  assert_int_equal(song_mixes(&options, &job, m, &error), TON_OK);
}

static double
figure_of(const char* rule, const char* metric)
{
  TonDecisions all = {0};
  double value = NAN;
  assert_int_equal(ton_decisions_read(song_path("decisions.json"), &all, NULL),
                   TON_OK);
  for (uint32_t i = 0; i < all.count; ++i) {
    const TonDecision* const d = &all.items[i];
    for (uint32_t k = 0; strcmp(d->rule, rule) == 0 && k < d->n_evidence; ++k) {
      value = strcmp(d->evidence[k].metric, metric) == 0 ? d->evidence[k].value
                                                         : value;
    }
  }
  ton_decisions_free(&all);
  return value;
}

/// At the very start and inside, beside samples without a number
static void
test_spikes_decide_nothing(void** state)
{
  (void)state;
  TonMeasurement clean;
  TonMeasurement m;
  make_stems();
  mix_it(&clean);
  keys[0] = 1e30;
  keys[1] = NAN;
  keys[5 * RATE] = -100.0;
  mix_it(&m);
  EXPECT_NEAR("loudness", m.integrated_lufs, clean.integrated_lufs, 0.02, "LU");
  EXPECT_NEAR("true peak", m.true_peak_dbtp, clean.true_peak_dbtp, 0.05, "dB");
  EXPECT_NEAR("spikes", figure_of("defect.spike", "spikes"), 2.0, 0.0, "");
  EXPECT_NEAR("height", figure_of("defect.spike", "height"), 600.0, 0.01,
              "dBFS");
  EXPECT_NEAR("place", figure_of("defect.spike", "place"), 0.0, 0.0, "s");
  EXPECT_NEAR("bad samples", figure_of("defect.not-a-number", "broken samples"),
              1.0, 0.0, "");
  EXPECT_NEAR("the first", figure_of("defect.not-a-number", "first one"),
              1.0 / RATE, 1e-8, "s");
}

/// A conversion smooths flat tops away: they are looked for before it
static void
test_clipping_is_found_in_the_file_itself(void** state)
{
  (void)state;
  TonMeasurement m;
  uint32_t flat = 0;
  make_stems();
  for (uint32_t i = 0; i < N; ++i) {
    const double x = 6.0 * keys[i];
    keys[i] = fmin(fmax(x, -1.0), 1.0);
    flat += i > 0 && fabs(keys[i]) == 1.0;
  }
  mix_it(&m);
  EXPECT_NEAR("clipped samples",
              figure_of("defect.clipping", "clipped samples"), flat,
              0.02 * flat, "");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spikes_decide_nothing),
      cmocka_unit_test(test_clipping_is_found_in_the_file_itself),
  };
  return SONG_TESTS(tests);
}
