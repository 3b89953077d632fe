// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Does a master follow its references?  A known damage is put on a song, the
   song itself is the reference, and it is measured how much of the damage is
   taken back.

       test_reference FILE...      songs of the folder TON_AUDIO

   Without a file: how loud it may make the master.
*/
#include "base/array.h"
#include "signals.h"
#include "song.h"

#include <string.h>
#include <unistd.h>

static const TonJob job = {.threads = 2};

enum { BANDS = 9, SIDES = 2, DIMS = BANDS * SIDES, WINDOW = 1 << 14 };

/// Six bands of the ear wide each; docs/rules.md 3.9
static const double edges_hz[BANDS + 1] = {
    0.0, 148.2, 392.4, 794.7, 1457.6, 2549.7, 4349.2, 7314.2, 12199.3, 1e9};

/// Levels of middle and sides in each band over time: mean and covariance, dB
typedef struct {
  double mean[DIMS];
  double spread[DIMS][DIMS];
} Style;

// Measures ----------------------------------------------------------------------

/// K-curve, roughly: only differences between two sounds count
static double
k_weight(double hz)
{
  const double low = 1.0 / (1.0 + pow(38.0 / hz, 4.0));
  return low * pow(10.0, 0.4 / (1.0 + pow(1500.0 / hz, 2.0)));
}

/// Levels of one window; false if it is 20 dB under `least_db`
static bool
levels_of(const double* left, const double* right, double rate, double least_db,
          double* levels)
{
  static double x[WINDOW];
  static double amplitude[WINDOW / 2 + 1];
  double all = 0.0;
  for (int side = 0; side < SIDES; ++side) {
    double power[BANDS] = {0};
    uint32_t band = 0;
    for (uint32_t i = 0; i < WINDOW; ++i) {
      const double hann = 0.5 - 0.5 * cos(2.0 * M_PI * i / WINDOW);
      x[i] = hann * (side ? left[i] - right[i] : left[i] + right[i]) / 2.0;
    }
    signal_spectrum(x, WINDOW, amplitude);
    for (uint32_t k = 1; k <= WINDOW / 2; ++k) {
      const double hz = k * rate / WINDOW;
      band += hz >= edges_hz[band + 1];
      power[band] += k_weight(hz) * amplitude[k] * amplitude[k];
    }
    for (uint32_t b = 0; b < BANDS; ++b) {
      levels[side * BANDS + b] = 10.0 * log10(power[b] + 1e-18);
      all += power[b];
    }
  }
  return 10.0 * log10(all) > least_db - 20.0;
}

static double
level_db(const double* const* x, uint64_t n)
{
  return 20.0 * log10(signal_rms(x[0], n) + signal_rms(x[1], n));
}

static Style
style_of(const char* file)
{
  double* x[2];
  Style s = {0};
  double levels[DIMS];
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(song_path(file), &audio, NULL), TON_OK);
  const double rate = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  const uint64_t n = song_load(song_path(file), &x[0], &x[1]);
  const double least = level_db((const double* const*)x, n) - 6.0;
  double count = 0.0;
  for (uint64_t at = 0; at + WINDOW <= n; at += WINDOW) {
    if (levels_of(x[0] + at, x[1] + at, rate, least, levels)) {
      ++count;
      for (int a = 0; a < DIMS; ++a) {
        s.mean[a] += levels[a];
        for (int b = 0; b < DIMS; ++b) {
          s.spread[a][b] += levels[a] * levels[b];
        }
      }
    }
  }
  for (int a = 0; a < DIMS; ++a) {
    s.mean[a] /= count;
  }
  for (int a = 0; a < DIMS; ++a) {
    for (int b = 0; b < DIMS; ++b) {
      s.spread[a][b] = s.spread[a][b] / count - s.mean[a] * s.mean[b] +
                       (a == b ? 1e-3 : 0.0);
    }
  }
  free(x[0]);
  free(x[1]);
  return s;
}

/// Middle and sides of a band together, dB
static double
band_level(const Style* s, int b)
{
  return 10.0 * log10(pow(10.0, s->mean[b] / 10.0) +
                      pow(10.0, s->mean[BANDS + b] / 10.0));
}

/// Root mean square of the bands' differences at one mean level, up to 12 kHz, dB
static double
tone_between(const Style* a, const Style* b)
{
  enum { HEARD = BANDS - 1 };
  double mean = 0.0;
  double squares = 0.0;
  for (int k = 0; k < HEARD; ++k) {
    const double d = band_level(a, k) - band_level(b, k);
    mean += d / HEARD;
    squares += d * d / HEARD;
  }
  return sqrt(fmax(squares - mean * mean, 0.0));
}

/// Mean difference of sides against middle above 392 Hz, dB
static double
width_between(const Style* a, const Style* b)
{
  double sum = 0.0;
  for (int k = 2; k < BANDS - 1; ++k) {
    sum += a->mean[BANDS + k] - a->mean[k] - b->mean[BANDS + k] + b->mean[k];
  }
  return fabs(sum / (BANDS - 3));
}

/// Gauss-Jordan; the matrix is symmetric and positive
static void
invert(double m[DIMS][DIMS], double inverse[DIMS][DIMS])
{
  memset(inverse, 0, DIMS * sizeof(inverse[0]));
  for (int i = 0; i < DIMS; ++i) {
    inverse[i][i] = 1.0;
  }
  for (int i = 0; i < DIMS; ++i) {
    const double pivot = m[i][i];
    for (int k = 0; k < DIMS; ++k) {
      m[i][k] /= pivot;
      inverse[i][k] /= pivot;
    }
    for (int r = 0; r < DIMS; ++r) {
      const double f = r == i ? 0.0 : m[r][i];
      for (int k = 0; k < DIMS; ++k) {
        m[r][k] -= f * m[i][k];
        inverse[r][k] -= f * inverse[i][k];
      }
    }
  }
}

/// Half of the divergence of one from the other: as Gaussians, at one loudness
static double
divergence(const Style* p, const Style* q, double level)
{
  static double inverse[DIMS][DIMS];
  Style copy = *q;
  double sum = -DIMS;
  invert(copy.spread, inverse);
  for (int a = 0; a < DIMS; ++a) {
    for (int b = 0; b < DIMS; ++b) {
      const double da = p->mean[a] - q->mean[a] - level;
      const double db = p->mean[b] - q->mean[b] - level;
      sum += inverse[a][b] * (p->spread[b][a] + da * db);
    }
  }
  return 0.5 * sum;
}

/// Distance in style: tone, width and dynamics of the bands in one figure
static double
style_between(const Style* p, const Style* q)
{
  double level = 0.0;
  for (int k = 0; k < BANDS; ++k) {
    level += (band_level(p, k) - band_level(q, k)) / BANDS;
  }
  return sqrt(0.5 * (divergence(p, q, level) + divergence(q, p, -level)));
}

/// Loudness at which the limiter has nothing to do
#define SOFT_LUFS -22.0

// A known damage ------------------------------------------------------------------

static void
apply(const char* chain, const char* from, const char* to)
{
  enum { INSERTS = 4 };
  TonInsert inserts[INSERTS] = {{0}};
  TonError error = {0};
  char text[512];
  uint32_t n = 0;
  char* rest = NULL;
  snprintf(text, sizeof(text), "%s", chain);
  for (char* part = strtok_r(text, " ", &rest); part;
       part = strtok_r(NULL, " ", &rest)) {
    assert_true(n < INSERTS);
    const TonStatus status = ton_insert_parse(part, &inserts[n++], &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, TON_OK);
  }
  assert_int_equal(
      ton_apply(song_path(from), song_path(to), inserts, n, &job, &error),
      TON_OK);
  for (uint32_t i = 0; i < n; ++i) {
    ton_insert_free(&inserts[i]);
  }
}

static const struct {
  const char* name;
  const char* chain;
  double (*distance)(const Style* a, const Style* b);
} damages[] = {
    {"tilt of 3 dB",
     "gain:gain=-7dB "
     "equaliser:1-type=low-shelf,1-at=400Hz,1-gain=1.5dB,1-q=0.5,"
     "2-type=high-shelf,2-at=2500Hz,2-gain=-1.5dB,2-q=0.5",
     tone_between},
    {"bands of 4 dB",
     "gain:gain=-7dB "
     "equaliser:1-type=bell,1-at=250Hz,1-gain=4dB,1-q=1,"
     "2-type=bell,2-at=3000Hz,2-gain=-4dB,2-q=1",
     tone_between},
    {"width of -4 dB", "gain:gain=-7dB width:width=63%", width_between},
    {"width of +4 dB", "gain:gain=-9dB width:width=158%", width_between},
};

static TonMasterResult
master_with(const char* reference, double amount, double lufs)
{
  const char* const references[] = {reference ? song_path(reference) : NULL};
  const TonMasterOptions options = {.loudness_lufs = lufs,
                                    .ceiling_dbtp = NAN,
                                    .amount = amount,
                                    .references = references,
                                    .n_references = reference ? 1 : 0,
                                    .out = song_path("master.wav")};
  TonMasterResult m;
  TonError error = {0};
  const TonStatus status =
      ton_master_file(song_path("mix.wav"), &options, &job, &m, &error);
  if (status && status != TON_GOAL_MISSED) {
    fail_msg("%s", error.text);
  }
  return m;
}

/// Share of a damage that a master takes back
static double
taken_back(size_t damage, double amount, const Style* reference, double* style)
{
  apply(damages[damage].chain, "reference.wav", "mix.wav");
  TonMasterResult m = master_with("reference.wav", amount, SOFT_LUFS);
  ton_master_result_free(&m);
  const Style before = style_of("mix.wav");
  const Style after = style_of("master.wav");
  *style = 1.0 -
           style_between(&after, reference) / style_between(&before, reference);
  return 1.0 - damages[damage].distance(&after, reference) /
                   damages[damage].distance(&before, reference);
}

static void
a_known_damage_is_taken_back(void** state)
{
  (void)state;
  const Style reference = style_of("reference.wav");
  double mean = 0.0;
  for (size_t i = 0; i < TON_COUNT(damages); ++i) {
    double style[2];
    const double usual = taken_back(i, NAN, &reference, &style[0]);
    const double full = taken_back(i, 100.0, &reference, &style[1]);
    print_message("# %s: %.0f %% taken back (style %.0f %%), %.0f %% (style "
                  "%.0f %%) at --amount 100\n",
                  damages[i].name, 100.0 * usual, 100.0 * style[0],
                  100.0 * full, 100.0 * style[1]);
    mean += 100.0 * usual / TON_COUNT(damages);
    EXPECT_AT_LEAST("taken back", 100.0 * usual, 25.0, "%");
    EXPECT_AT_LEAST("taken back at --amount 100", 100.0 * full, 35.0, "%");
  }
  EXPECT_AT_LEAST("taken back on average", mean, 60.0, "%");
}

/// The song as its own reference: nothing to do
static void
what_is_alike_is_left_alone(void** state)
{
  (void)state;
  const Style reference = style_of("reference.wav");
  apply("gain:gain=-7dB", "reference.wav", "mix.wav");
  TonMasterResult m = master_with("reference.wav", NAN, SOFT_LUFS);
  ton_master_result_free(&m);
  const Style after = style_of("master.wav");
  EXPECT_AT_MOST("tone", tone_between(&after, &reference), 0.4, "dB");
  EXPECT_AT_MOST("width", width_between(&after, &reference), 0.3, "dB");
}

/// Ten clicks a second far above a soft mix; the reference is the same, loud
static void
a_loud_reference_makes_nothing_softer(void** state)
{
  (void)state;
  enum { RATE = 48000, N = 12 * RATE, PERIOD = RATE / 10, CLICK = 48 };
  static double x[2][N];
  signal_mix(x[0], x[1], N, RATE);
  for (uint64_t i = 0; i < N; ++i) {
    const double click = i % PERIOD < CLICK
                             ? 0.4 * sin(2.0 * M_PI * 3000.0 * (double)i / RATE)
                             : 0.0;
    x[0][i] = 0.2 * x[0][i] + click;
    x[1][i] = 0.2 * x[1][i] + click;
  }
  song_wav("mix.wav", RATE, 2, x[0], x[1], N);
  apply("limiter:gain=20dB,ceiling=-1dBTP", "mix.wav", "reference.wav");
  TonMasterResult without = master_with(NULL, NAN, NAN);
  TonMasterResult with = master_with("reference.wav", NAN, NAN);
  EXPECT_AT_LEAST("limiter without it", without.reduction_p95_db, 6.0, "dB");
  EXPECT_AT_LEAST("with a loud reference", with.after.integrated_lufs,
                  without.after.integrated_lufs - 0.1, "LUFS");
  ton_master_result_free(&without);
  ton_master_result_free(&with);
}

static const char* file;

/// 45 s from the middle of a song
static int
open_file(void** state)
{
  double* x[2];
  TonAudio* audio = NULL;
  if (song_open(state) || ton_audio_open(file, &audio, NULL)) {
    return -1;
  }
  const double rate = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  const uint64_t n = song_load(file, &x[0], &x[1]);
  const uint64_t length = (uint64_t)(45.0 * rate);
  const uint64_t from = n > length ? (n - length) / 2 : 0;
  song_wav("reference.wav", rate, 2, x[0] + from, x[1] + from,
           n > length ? length : n);
  free(x[0]);
  free(x[1]);
  return 0;
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_known_damage_is_taken_back),
      cmocka_unit_test(what_is_alike_is_left_alone),
  };
  const struct CMUnitTest bounds[] = {
      cmocka_unit_test(a_loud_reference_makes_nothing_softer),
  };
  const char* const songs = getenv("TON_AUDIO");
  static char path[1024];
  int failed =
      argc > 1 ? 0 : cmocka_run_group_tests(bounds, song_open, song_close);
  for (int i = 1; i < argc; ++i) {
    snprintf(path, sizeof(path), "%s/references/%s", songs ? songs : "",
             argv[i]);
    if (access(path, R_OK) != 0) {
      return ton_cannot_run("the songs are not here");
    }
    file = path;
    print_message("# %s\n", argv[i]);
    failed += cmocka_run_group_tests(tests, open_file, song_close);
  }
  return failed;
}
