// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The demo song is the same bytes every time, and its faults are where
/// the README says.

/// The demo's promises: same bytes every time, and the faults that
/// demo/README.md lists are where it says.
/// Arguments: the program, the song, a folder to write in.
#include "band.h"
#include "base/memory.h"
#include "expect.h"

#include <sndfile.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

static const char* program;
static const char* song;
static const char* folder;
static int played; ///< Exit status of the first performance

static int
run(const char* to)
{
  char* const args[] = {(char*)(uintptr_t)program, (char*)(uintptr_t) "--bars",
                        (char*)(uintptr_t) "14",   (char*)(uintptr_t)song,
                        (char*)(uintptr_t)to,      NULL};
  pid_t child = 0;
  int status = 1;
  if (posix_spawn(&child, program, NULL, NULL, args, environ) ||
      waitpid(child, &status, 0) != child) {
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Without the soundfont nothing can be tested; with it, playing must work
static void
need_performance(void)
{
  if (access(BAND_SOUNDFONT, R_OK)) {
    print_message("# no %s (package fluid-soundfont-gm)\n", BAND_SOUNDFONT);
    skip();
  }
  assert_int_equal(played, 0);
}

typedef struct {
  float* x;
  sf_count_t frames;
  SF_INFO info;
} Wave;

static Wave
read_stem(const char* name)
{
  Wave w = {0};
  char path[512];
  snprintf(path, sizeof(path), "%s/a/%s", folder, name);
  SNDFILE* const file = sf_open(path, SFM_READ, &w.info);
  assert_non_null(file);
  w.frames = w.info.frames;
  w.x = ton_alloc((size_t)(w.frames * w.info.channels) * sizeof(float));
  assert_non_null(w.x);
  assert_int_equal(sf_readf_float(file, w.x, w.frames), w.frames);
  sf_close(file);
  return w;
}

static char*
read_bytes(const char* run_name, const char* name, size_t* size)
{
  char path[512];
  snprintf(path, sizeof(path), "%s/%s/%s", folder, run_name, name);
  FILE* const file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char* const bytes = ton_alloc(*size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}

static const char* const stems[] = {
    "01 Kick In.wav",  "02 SNARE TOP.wav", "03 Snare Bot.wav", "04 HH.wav",
    "05 Toms.wav",     "06 OH.wav",        "07 Bass DI.wav",   "08 Gtr L.wav",
    "09 Gtr R.wav",    "10 Rhodes.wav",    "11 Pad.wav",       "12 Tamb.wav",
    "13 LEAD VOX.wav", "14 BV 1.wav",      "15 BV 2.wav"};

enum { STEMS = sizeof(stems) / sizeof(stems[0]) };

static void
same_bytes(void** state)
{
  (void)state;
  need_performance();
  char path[512];
  snprintf(path, sizeof(path), "%s/b", folder);
  assert_int_equal(run(path), 0);
  for (int i = 0; i < STEMS; ++i) {
    size_t size_a = 0;
    size_t size_b = 0;
    char* const a = read_bytes("a", stems[i], &size_a);
    char* const b = read_bytes("b", stems[i], &size_b);
    if (size_a != size_b || memcmp(a, b, size_a) != 0) {
      fail_msg("%s differs from one run to the next", stems[i]);
    }
    ton_free(a);
    ton_free(b);
  }
}

/// Largest correlation of two mono stems within 2 ms, with its sign
static double
correlation(const Wave* a, const Wave* b)
{
  double power_a = 0.0;
  double power_b = 0.0;
  double best = 0.0;
  for (sf_count_t i = 0; i < a->frames; ++i) {
    power_a += (double)(a->x[i] * a->x[i]);
    power_b += (double)(b->x[i] * b->x[i]);
  }
  for (int lag = -96; lag <= 96; lag += 3) {
    double sum = 0.0;
    for (sf_count_t i = 96; i < a->frames - 96; ++i) {
      sum += (double)(a->x[i] * b->x[i + lag]);
    }
    best = fabs(sum) > fabs(best) ? sum : best;
  }
  return best / sqrt(power_a * power_b);
}

static void
snare_bottom_is_flipped(void** state)
{
  (void)state;
  need_performance();
  Wave top = read_stem("02 SNARE TOP.wav");
  Wave bottom = read_stem("03 Snare Bot.wav");
  EXPECT_AT_MOST("correlation", correlation(&top, &bottom), -0.6, "");
  ton_free(top.x);
  ton_free(bottom.x);
}

static void
rhodes_stands_on_dc(void** state)
{
  (void)state;
  need_performance();
  Wave w = read_stem("10 Rhodes.wav");
  double sum = 0.0;
  for (sf_count_t i = 0; i < 2 * w.frames; ++i) {
    sum += (double)w.x[i];
  }
  EXPECT_NEAR("mean", sum / (double)(2 * w.frames), 0.02, 0.001, "FS");
  assert_int_equal(w.info.format & SF_FORMAT_SUBMASK, SF_FORMAT_PCM_16);
  assert_int_equal(w.info.samplerate, 44100);
  ton_free(w.x);
}

static void
tambourine_comes_late(void** state)
{
  (void)state;
  need_performance();
  Wave w = read_stem("12 Tamb.wav");
  sf_count_t first = 0;
  while (first < w.frames && w.x[first] == 0.0F) {
    ++first;
  }
  const double bar_s = 240.0 / 112.0;
  EXPECT_NEAR("first sound", (double)first / 44100.0, 12 * bar_s - 0.25, 0.01,
              "s");
  ton_free(w.x);
}

/// Level of one frequency under a Hann window
static double
tone_db(const Wave* w, double hz)
{
  double re = 0.0;
  double im = 0.0;
  for (sf_count_t i = 0; i < w->frames; ++i) {
    const double t = 2.0 * M_PI * (double)i;
    const double window = 0.5 - 0.5 * cos(t / (double)w->frames);
    re += window * (double)w->x[i] * cos(t * hz / w->info.samplerate);
    im += window * (double)w->x[i] * sin(t * hz / w->info.samplerate);
  }
  return 20.0 * log10(4.0 * hypot(re, im) / (double)w->frames);
}

static void
right_guitar_hums(void** state)
{
  (void)state;
  need_performance();
  Wave hums = read_stem("09 Gtr R.wav");
  Wave clean = read_stem("08 Gtr L.wav");
  EXPECT_DB("50 Hz on the right", tone_db(&hums, 50.0), -46.0, 1.5);
  EXPECT_AT_MOST("50 Hz on the left", tone_db(&clean, 50.0), -66.0, "dB");
  ton_free(hums.x);
  ton_free(clean.x);
}

static void
second_backing_is_quiet(void** state)
{
  (void)state;
  need_performance();
  Wave w = read_stem("15 BV 2.wav");
  double peak = 0.0;
  for (sf_count_t i = 0; i < w.frames; ++i) {
    peak = fmax(peak, fabs((double)w.x[i]));
  }
  EXPECT_DB("peak", 20.0 * log10(peak), -40.0, 0.1);
  ton_free(w.x);
}

int
main(int argc, char** argv)
{
  if (argc != 4) {
    return 2;
  }
  program = argv[1];
  song = argv[2];
  folder = argv[3];
  char path[512];
  snprintf(path, sizeof(path), "%s/a", folder);
  played = run(path);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_bytes),
      cmocka_unit_test(snare_bottom_is_flipped),
      cmocka_unit_test(rhodes_stands_on_dc),
      cmocka_unit_test(tambourine_comes_late),
      cmocka_unit_test(right_guitar_hums),
      cmocka_unit_test(second_backing_is_quiet),
  };
  return TON_TESTS(tests);
}
