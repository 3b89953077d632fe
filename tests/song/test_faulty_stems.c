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
                             "  chain:\n    file: Keys.wav\n"
                             "  Bass:\n    file: Bass.wav\n";
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

/// The text says which track is repaired, and no longer when it is whole
static void
test_a_repair_stands_in_the_text(void** state)
{
  (void)state;
  TonMeasurement m;
  make_stems();
  keys[5 * RATE] = -100.0;
  mix_it(&m);
  const char* const line = strstr(song_read("mix.yaml"), "repair: true ");
  assert_non_null(line);
  assert_non_null(strstr(line, "# 1 sample far louder than all around"));
  TonSong* song = NULL;
  make_stems();
  song_wav("Keys.wav", RATE, 1, keys, NULL, N);
  assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, NULL), TON_OK);
  assert_int_equal(ton_song_save(song, NULL), TON_OK);
  ton_song_free(song);
  assert_null(strstr(song_read("mix.yaml"), "repair:"));
}

/// Largest sample of a mix at some rate
static double
highest(const char* rate, const char* repair)
{
  char text[512];
  TonMeasurement m;
  snprintf(text, sizeof(text),
           "rate: %s\ntracks:\n  Keys: {file: Keys.wav, %span-law: balance}\n",
           rate, repair);
  song_text("mix.yaml", text);
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &job, &m, NULL), TON_OK);
  return pow(10.0, m.sample_peak_dbfs / 20.0);
}

/// What is not to be repaired sounds as it is, at the rate of the file or not
static void
test_a_repair_can_be_refused(void** state)
{
  (void)state;
  make_stems();
  keys[5 * RATE] = -100.0;
  song_wav("Keys.wav", RATE, 1, keys, NULL, N);
  EXPECT_AT_LEAST("as it is", highest("44.1 kHz", "repair: false, "), 99.9, "");
  EXPECT_AT_LEAST("converted", highest("48 kHz", "repair: false, "), 50.0, "");
  EXPECT_AT_MOST("repaired", highest("44.1 kHz", ""), 0.35, "");
  EXPECT_AT_MOST("repaired and converted", highest("48 kHz", ""), 0.35, "");
}

/// Flat: the mix is the sum of the stems, whatever they are
static void
test_a_flat_mix_repairs_nothing(void** state)
{
  (void)state;
  TonSong* song = NULL;
  char path[1024];
  char* stems[] = {path};
  snprintf(path, sizeof(path), "%s", song_path("Keys.wav"));
  remove(song_path("mix.yaml"));
  assert_int_equal(ton_song_create(song_path(""), stems, 1, true, &song, NULL),
                   TON_OK);
  ton_song_free(song);
  TonMeasurement m;
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &job, &m, NULL), TON_OK);
  EXPECT_NEAR("sample peak", m.sample_peak_dbfs, 40.0, 0.01, "dBFS");
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
      cmocka_unit_test(test_a_repair_stands_in_the_text),
      cmocka_unit_test(test_a_repair_can_be_refused),
      cmocka_unit_test(test_a_flat_mix_repairs_nothing),
  };
  return SONG_TESTS(tests);
}
