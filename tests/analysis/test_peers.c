// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Readings against libebur128, on noise and, where TON_AUDIO names a folder of
   them, on real songs and on the gate tests of ITU-R BS.2217.

   libebur128 keeps the high-pass numerator 1 -2 1 of 48 kHz at every rate, so it
   reads up to 0.027 LU low at high rates; ours is scaled so that all rates
   agree.  The difference is known exactly and is allowed for.

   libebur128 takes the range from 3 s blocks every second; Tech 3342 (2016)
   asks for 0.1 s.  So the range is compared with one taken from libebur128's
   own short-term loudness every 0.1 s.
*/

#include "measuring.h"

#include <ebur128.h>
#include <sndfile.h>
#include <sys/stat.h>

typedef struct {
  float* both; ///< Interleaved
  float* x[2];
  uint64_t frames;
  uint32_t rate;
  uint32_t channels;
} Song;

static void
free_song(Song* s)
{
  free(s->both);
  free(s->x[0]);
  free(s->x[1]);
}

static void
split(Song* s)
{
  for (uint32_t c = 0; c < s->channels; ++c) {
    s->x[c] = malloc((s->frames + 1) * sizeof(float));
    for (uint64_t i = 0; i < s->frames; ++i) {
      s->x[c][i] = s->both[i * s->channels + c];
    }
  }
}

static bool
read_song(const char* name, double seconds, Song* s)
{
  const char* const folder = getenv("TON_AUDIO");
  char path[1024];
  SF_INFO info = {0};
  snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", name);
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  if (!file || info.channels > 2) {
    return false;
  }
  const sf_count_t most = (sf_count_t)(seconds * info.samplerate);
  const sf_count_t n = info.frames < most ? info.frames : most;
  s->both = malloc((size_t)n * (size_t)info.channels * sizeof(float));
  s->frames = (uint64_t)sf_readf_float(file, s->both, n);
  s->rate = (uint32_t)info.samplerate;
  s->channels = (uint32_t)info.channels;
  sf_close(file);
  split(s);
  return true;
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

/// Tech 3342 on a list of short-term loudness
static double
range_of(double* loudness, size_t n)
{
  double sum = 0.0;
  size_t above = 0;
  for (size_t i = 0; i < n; ++i) {
    if (loudness[i] > -70.0) {
      sum += pow(10.0, loudness[i] / 10.0);
      loudness[above++] = loudness[i];
    }
  }
  const double gate = 10.0 * log10(sum / (double)above) - 20.0;
  n = above;
  above = 0;
  for (size_t i = 0; i < n; ++i) {
    if (loudness[i] > gate) {
      loudness[above++] = loudness[i];
    }
  }
  qsort(loudness, above, sizeof(double), ascending);
  const double last = (double)(above - 1);
  return loudness[lrint(last * 0.95)] - loudness[lrint(last * 0.1)];
}

typedef struct {
  double integrated;
  double range;
  double momentary;
  double short_term;
} Peer;

/// libebur128, asked every 0.1 s
static Peer
ask_peer(const Song* s)
{
  ebur128_state* e =
      ebur128_init(s->channels, s->rate, EBUR128_MODE_I | EBUR128_MODE_S);
  double* const list = malloc((s->frames / s->rate + 2) * 10 * sizeof(double));
  Peer p = {NAN, NAN, -INFINITY, -INFINITY};
  size_t n = 0;
  const uint64_t tenth = s->rate / 10;
  for (uint64_t at = 0; at < s->frames; at += tenth) {
    const uint64_t left = s->frames - at;
    double now = 0.0;
    ebur128_add_frames_float(e, s->both + at * s->channels,
                             left < tenth ? left : tenth);
    if (left < tenth) {
      break;
    }
    if (at / tenth >= 3) {
      ebur128_loudness_momentary(e, &now);
      p.momentary = fmax(p.momentary, now);
    }
    if (at / tenth >= 29) {
      ebur128_loudness_shortterm(e, &now);
      p.short_term = fmax(p.short_term, now);
      list[n++] = now;
    }
  }
  ebur128_loudness_global(e, &p.integrated);
  p.range = range_of(list, n);
  ebur128_destroy(&e);
  free(list);
  return p;
}

/// What the bare numerator costs at `rate`, dB
static double
numerator_db(double rate)
{
  double sum[2];
  for (int i = 0; i < 2; ++i) {
    const double k = tan(M_PI * 38.13547087602444 / (i ? 48000.0 : rate));
    const double q = 0.5003270373238773;
    const double a0 = 1.0 + k / q + k * k;
    sum[i] = 1.0 - 2.0 * (k * k - 1.0) / a0 + (1.0 - k / q + k * k) / a0;
  }
  return 20.0 * log10(sum[0] / sum[1]);
}

static void
expect_agreement(const char* what, const Song* s)
{
  Peer p = ask_peer(s);
  const TonMeasurement m = measure((const float* const*)s->x, s->channels,
                                   s->frames, s->rate, TON_MEASURE_LOUDNESS);
  print_message("# %s\n", what);
  const double lower = numerator_db(s->rate);
  p.integrated += lower;
  p.momentary += lower;
  p.short_term += lower;
  EXPECT_DB("I against libebur128", m.integrated_lufs, p.integrated, 0.01);
  EXPECT_NEAR("LRA against libebur128", m.loudness_range_lu, p.range, 0.01,
              "LU");
  // it looks every 0.1 s, we every 10 ms: never lower
  EXPECT_AT_LEAST("max M against libebur128", m.momentary_max_lufs,
                  p.momentary - 0.01, "LUFS");
  EXPECT_AT_LEAST("max S against libebur128", m.short_term_max_lufs,
                  p.short_term - 0.01, "LUFS");
  EXPECT_AT_MOST("max M against libebur128", m.momentary_max_lufs,
                 p.momentary + 1.0, "LUFS");
  EXPECT_AT_MOST("max S against libebur128", m.short_term_max_lufs,
                 p.short_term + 0.2, "LUFS");
}

/// Noise whose level walks, so that both gates and the range have work
static void
noise_agrees(void** state)
{
  (void)state;
  static const uint32_t rates[] = {44100, 48000, 96000};
  for (int r = 0; r < 3; ++r) {
    Song s = {
        .rate = rates[r], .channels = 2, .frames = 40 * (uint64_t)rates[r]};
    s.both = malloc(s.frames * 2 * sizeof(float));
    for (uint64_t i = 0; i < s.frames; ++i) {
      const double level = -45.0 * fabs(sin((double)i / s.rate / 7.0)) - 6.0;
      const double g = pow(10.0, level / 20.0);
      s.both[2 * i] = (float)(g * signal_random(1, i));
      s.both[2 * i + 1] = (float)(g * signal_random(2, i));
    }
    split(&s);
    expect_agreement("noise", &s);
    free_song(&s);
  }
}

static void
songs_agree(void** state)
{
  (void)state;
  static const char* const names[] = {
      "references/electronic__Heuchi1_alien_signal.ogg",
      "references/folk_vocal__KarissaHobbs_Lets_Go_Fishin_excerpt.ogg",
      "references/jazz__MacLeod_Vibe_Ace_excerpt.ogg",
      "references/metal_vocal__ObsidianShell_wings_of_cruelty.ogg",
      "references/rock_vocal__JoshuaMorin_On_the_run.ogg",
      "readers/piano.wav"};
  for (int i = 0; i < 6; ++i) {
    Song s = {0};
    assert_true(read_song(names[i], 90.0, &s));
    expect_agreement(names[i], &s);
    free_song(&s);
  }
}

static void
bs_2217_gates(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    double lufs;
    double tolerance;
  } cases[] = {{"readers/1770-2_Comp_AbsGateTest.wav", -69.5, 0.1},
               {"readers/1770-2_Comp_RelGateTest.wav", -10.0, 0.1},
               {"readers/sine_1000.wav", -3.0074, 0.005},
               {"readers/piano.wav", -31.05, 0.01}};
  for (int i = 0; i < 4; ++i) {
    Song s = {0};
    assert_true(read_song(cases[i].name, 1000.0, &s));
    const TonMeasurement m = measure((const float* const*)s.x, s.channels,
                                     s.frames, s.rate, TON_MEASURE_LOUDNESS);
    EXPECT_DB(cases[i].name, m.integrated_lufs, cases[i].lufs,
              cases[i].tolerance);
    free_song(&s);
  }
}

/// usage: test_peers [songs]
int
main(int argc, char** argv)
{
  (void)argv;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(noise_agrees),
  };
  const struct CMUnitTest on_songs[] = {
      cmocka_unit_test(songs_agree),
      cmocka_unit_test(bs_2217_gates),
  };
  struct stat st;
  const char* const folder = getenv("TON_AUDIO");
  if (argc > 1) {
    return !folder || stat(folder, &st) != 0
               ? ton_cannot_run("TON_AUDIO names no folder of songs")
               : TON_TESTS(on_songs);
  }
  return TON_TESTS(tests);
}
