// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where a master starts and ends: as its text says, or as the mix needs.

#include "base/array.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 48000 };

static const TonJob job = {.threads = 1};
static const TonMasterOptions usual = {
    .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};

/// What a mix of 12 s holds; all seconds
typedef struct {
  double from;     ///< Music
  double to;       ///< It is cut, or rings on
  double ring_db;  ///< Per second behind it; 0: silence at once
  double click_at; ///< 10 ms, 20 dB under the peak; 0: none
  double noise_db; ///< Of the whole file; 0: none
} Plant;

enum { N = 12 * RATE };

static void
plant(const Plant* p)
{
  double* x[2] = {calloc(N, sizeof(double)), calloc(N, sizeof(double))};
  signal_mix(x[0], x[1], N, RATE);
  for (int c = 0; c < 2; ++c) {
    for (uint64_t i = 0; i < N; ++i) {
      const double t = (double)i / RATE;
      const double down = p->ring_db != 0.0 ? p->ring_db * (t - p->to) : 200.0;
      const double db = t < p->from ? -200.0 : t < p->to ? -4.0 : -4.0 - down;
      const bool click = t >= p->click_at && t < p->click_at + 0.01;
      x[c][i] *= pow(10.0, db / 20.0);
      x[c][i] += p->click_at > 0.0 && click ? 0.06 : 0.0;
      x[c][i] += p->noise_db != 0.0 ? pow(10.0, p->noise_db / 20.0) *
                                          signal_random((uint64_t)c, i)
                                    : 0.0;
    }
  }
  song_wav("out/mix.wav", RATE, 2, x[0], x[1], N);
  free(x[0]);
  free(x[1]);
}

static void
make_master(const char* text, const TonMasterOptions* options)
{
  TonMasterResult m;
  TonError error = {0};
  remove(song_path("master.yaml"));
  remove(song_path("master-decisions.json"));
  if (text) {
    song_text("master.yaml", text);
  }
  const TonStatus status = song_masters(options, &job, &m, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  assert_int_equal(status, TON_OK);
  ton_master_result_free(&m);
}

static void
expect_text(const char* part, bool there)
{
  const char* const text = song_read("master.yaml");
  if ((strstr(text, part) != NULL) != there) {
    print_error("%s\n%s\n", part, text);
  }
  assert_true((strstr(text, part) != NULL) == there);
}

/// A light of `check` on the song
static TonFinding
light(const char* item)
{
  TonSong* song = NULL;
  TonCheck check;
  assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
  assert_int_equal(ton_song_check(song, NULL, &job, &check, NULL), TON_OK);
  ton_song_free(song);
  for (uint32_t i = 0; i < check.n_rows; ++i) {
    if (strcmp(check.rows[i].item, item) == 0) {
      return check.rows[i];
    }
  }
  fail();
  return (TonFinding){0};
}

/// Trimmed, every sample is that of the mix; a fade follows the law of automation
static void
test_the_text_is_followed(void** state)
{
  (void)state;
  plant(&(Plant){.from = 0.0, .to = 12.0});
  make_master("source: out/mix.wav\nloudness: keep\nstart: \"0:01.25\"\n"
              "end: 10 s\nfade-in: 1 s\n"
              "fade-out: {length: 2 s, curve: smooth}\nchain: []\n",
              &usual);
  double* mix[2];
  double* out[2];
  song_load(song_path("out/mix.wav"), &mix[0], &mix[1]);
  const uint64_t n = song_load(song_path("out/master.wav"), &out[0], &out[1]);
  const uint64_t first = 5 * RATE / 4;
  EXPECT_NEAR("length", (double)n / RATE, 8.75, 0.0, "s");
  double worst = 0.0;
  double energy[2][2] = {{0.0}}; // of both fades: by the law, and measured
  for (uint64_t i = 0; i < n; ++i) {
    const double in = (double)i / RATE;
    const double w = 0.5 - 0.5 * cos(M_PI * (double)(n - 1 - i) / (2 * RATE));
    const double law = 10.0 / (20.0 * log10(2.0)); // 10 dB for each half
    const double gain = in < 1.0            ? pow(in, law)
                        : i >= n - 2 * RATE ? pow(w, law)
                                            : 1.0;
    for (int c = 0; c < 2; ++c) {
      const double wanted = gain * mix[c][first + i];
      worst = fmax(worst, fabs(out[c][i] - wanted));
      energy[in >= 1.0][0] += gain == 1.0 ? 0.0 : wanted * wanted;
      energy[in >= 1.0][1] += gain == 1.0 ? 0.0 : out[c][i] * out[c][i];
    }
  }
  EXPECT_AT_MOST("difference", worst * 8388608.0, 2.0, "steps of 24 bits");
  for (int i = 0; i < 2; ++i) {
    EXPECT_DB("OUT-09 energy of a fade",
              10.0 * log10(energy[i][1] / energy[i][0]), 0.0, 0.1);
  }
  for (int c = 0; c < 2; ++c) {
    free(mix[c]);
    free(out[c]);
  }
}

/// Good ends stay, and nothing is said of them
static void
test_good_ends_stay(void** state)
{
  (void)state;
  plant(&(Plant){.from = 0.2, .to = 9.0, .ring_db = 60.0});
  make_master(NULL, &usual);
  expect_text("start", false);
  expect_text("end", false);
  expect_text("fade", false);
}

static const struct {
  Plant plant;
  const char* light;
  const char* expected[3];
  double first_s; ///< Of the mix, in the master
  double last_s;
} plants[] = {
    {{.from = 3.0, .to = 11.5}, "start", {"start: 0:02.90 "}, 2.9, 12.0},
    {{.from = 3.0, .to = 11.5, .click_at = 1.0},
     "start",
     {"start: 0:02.90 ", "fade-in: 0.01 s"},
     2.9,
     12.0},
    {{.from = 0.1, .to = 4.0, .ring_db = 60.0},
     "tail",
     {"end: 0:06."},
     0.0,
     6.0},
    {{.from = 0.1, .to = 4.0, .noise_db = -86.0},
     "tail",
     {"end: 0:05.", "fade-out: 1 s"},
     0.0,
     5.0},
    {{.from = 0.1, .to = 12.0}, "end", {"fade-out: 0.1 s"}, 0.0, 12.0},
    {{.from = 0.1, .to = 11.0, .ring_db = 30.0},
     "end",
     {"fade-out: 0."},
     0.0,
     12.0},
};

/// What `check` finds is put right where a master is proposed; check then finds it
/// no more, and a second proposal is the same
static void
test_faulty_ends_are_put_right(void** state)
{
  (void)state;
  for (size_t i = 0; i < TON_COUNT(plants); ++i) {
    plant(&plants[i].plant);
    remove(song_path("master.yaml"));
    const TonFinding before = light(plants[i].light);
    assert_true(before.light > TON_LIGHT_GREEN);
    assert_non_null(strstr(before.fix, " into master.yaml"));
    assert_null(strstr(before.fix, "not known"));
    make_master(NULL, &usual);
    for (int k = 0; k < 3 && plants[i].expected[k]; ++k) {
      expect_text(plants[i].expected[k], true);
    }
    assert_int_equal(light(plants[i].light).light, TON_LIGHT_GREEN);
    double* x[2];
    const uint64_t n = song_load(song_path("out/master.wav"), &x[0], &x[1]);
    EXPECT_NEAR("length", (double)n / RATE,
                plants[i].last_s - plants[i].first_s, 0.5, "s");
    EXPECT_AT_MOST("last sample", fabs(x[0][n - 1]), 1e-6, "");
    free(x[0]);
    free(x[1]);
  }
}

/// A person's value and a locked one stay; the assistant's own is worked out again
static void
test_a_persons_ends_stay(void** state)
{
  (void)state;
  plant(&(Plant){.from = 3.0, .to = 12.0});
  make_master("source: out/mix.wav\nstart: 1 s\nlock: [fade-out]\n", &usual);
  expect_text("start: 1 s\n", true);
  expect_text("fade-out:", false);
  make_master(NULL, &usual);
  expect_text("fade-out: 0.1 s", true);
  plant(&(Plant){.from = 0.1, .to = 11.0, .ring_db = 100.0});
  TonMasterResult m;
  TonMasterOptions again = usual;
  again.amount = 50.0;
  assert_int_equal(song_masters(&again, &job, &m, NULL), TON_OK);
  ton_master_result_free(&m);
  expect_text("fade-out", false);
  expect_text("start", false);
}

/// Two masters of one mix that meet at a sector of a CD (588 frames), which fits
/// their word: side by side they are the mix, bit for bit
static void
test_masters_that_meet_leave_no_gap(void** state)
{
  (void)state;
  enum { CD = 44100, WHOLE = 9 * CD + 17, CUT = 303 * 588 };
  static const char* const texts[] = {
      "source: out/mix.wav\nloudness: keep\nend: 4.04 s\nchain: []\n",
      "source: out/mix.wav\nloudness: keep\nstart: 4.04 s\nchain: []\n"};
  static double mix[2][WHOLE];
  signal_mix(mix[0], mix[1], WHOLE, CD);
  for (uint64_t i = 0; i < 2 * WHOLE; ++i) {
    double* const x = &mix[i % 2][i / 2];
    *x = rint(0.5 * *x * 8388608.0) / 8388608.0;
  }
  song_wav("out/mix.wav", CD, 2, mix[0], mix[1], WHOLE);
  uint64_t at = 0;
  for (int part = 0; part < 2; ++part) {
    double* out[2];
    make_master(texts[part], &usual);
    const uint64_t n = song_load(song_path("out/master.wav"), &out[0], &out[1]);
    EXPECT_NEAR("OUT-10 length", (double)n, part ? WHOLE - CUT : CUT, 0.0,
                "frames");
    for (int c = 0; c < 2; ++c) {
      assert_memory_equal(out[c], mix[c] + at, n * sizeof(double));
      free(out[c]);
    }
    at += n;
  }
}

/// Times that leave nothing of the mix are told where they stand
static void
test_times_have_to_fit(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  song_text("master.yaml", "source: out/mix.wav\nstart: 20 s\n");
  assert_int_equal(song_masters(&usual, &job, &m, &error), TON_BAD_TEXT);
  assert_non_null(strstr(error.text, "the mix lasts 12.00 s"));
  assert_int_equal(error.line, 2);
  song_text("master.yaml", "source: out/mix.wav\nstart: 4 s\nend: 4 s\n");
  assert_int_equal(song_masters(&usual, &job, &m, &error), TON_BAD_TEXT);
  assert_int_equal(error.line, 3);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_text_is_followed),
      cmocka_unit_test(test_good_ends_stay),
      cmocka_unit_test(test_faulty_ends_are_put_right),
      cmocka_unit_test(test_a_persons_ends_stay),
      cmocka_unit_test(test_times_have_to_fit),
      cmocka_unit_test(test_masters_that_meet_leave_no_gap),
  };
  return SONG_TESTS(tests);
}
