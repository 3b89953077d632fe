// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What comes back from the files of a release: COD-01 to 03 of the figures'
   document, for every form that is written.
*/
#include "base/array.h"
#include "signals.h"
#include "temp_dir.h"

#include <string.h>

enum { N = 96001, MOST_LAG = 64 };

static double sound[2][N];
static float into_file[2][N];
static float back[2][N + 4096];
static double heard[2][N];

typedef struct {
  const char* name;
  TonAudioFormat format;
} WriterBackend;

#define FORM(r, c, s, k)                                                       \
  {                                                                            \
    .rate = r, .channels = 2, .container = c, .samples = s, .bitrate_kbps = k, \
    .dither = (s) == TON_SAMPLES_16                                            \
  }

static const WriterBackend forms[] = {
    {"24.wav", FORM(48000, "WAV", TON_SAMPLES_24, 0)},
    {"16.wav", FORM(44100, "WAV", TON_SAMPLES_16, 0)},
    {"24.flac", FORM(48000, "FLAC", TON_SAMPLES_24, 0)},
    {"16.flac", FORM(44100, "FLAC", TON_SAMPLES_16, 0)},
    {"24.aiff", FORM(48000, "AIFF", TON_SAMPLES_24, 0)},
    {"16.aiff", FORM(44100, "AIFF", TON_SAMPLES_16, 0)},
    {"320.mp3", FORM(44100, "MP3", TON_SAMPLES_24, 320)},
    {"320-48.mp3", FORM(48000, "MP3", TON_SAMPLES_24, 320)},
    {"192.mp3", FORM(44100, "MP3", TON_SAMPLES_24, 192)},
    {"320.ogg", FORM(44100, "OGG", TON_SAMPLES_24, 320)},
    {"192.ogg", FORM(48000, "OGG", TON_SAMPLES_24, 192)},
    {"256.opus", FORM(48000, "OPUS", TON_SAMPLES_24, 256)},
    {"128.mp3", FORM(44100, "MP3", TON_SAMPLES_24, 128)},
};

/// sound -> file -> heard; returns the frames that came back
static uint32_t
there_and_back(const WriterBackend* form)
{
  const float* const in[] = {into_file[0], into_file[1]};
  float* const out[] = {back[0], back[1]};
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < N; ++i) {
      into_file[c][i] = (float)sound[c][i];
    }
  }
  room_write(form->name, &form->format, in, N, NULL);
  const uint32_t n = room_read(room_path(form->name), out, N + 4096);
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < N; ++i) {
      heard[c][i] = (double)back[c][i];
    }
  }
  return n;
}

static double
product_at(const double* x, const double* y, int from, int to, int lag)
{
  double sum = 0.0;
  for (int i = from; i < to; ++i) {
    sum += x[i] * y[i + lag];
  }
  return sum;
}

/// Frames by which y comes later than x in [from, to), with the fraction
static double
lateness(const double* x, const double* y, int from, int to)
{
  int best = -MOST_LAG;
  for (int lag = -MOST_LAG; lag <= MOST_LAG; ++lag) {
    if (product_at(x, y, from, to, lag) > product_at(x, y, from, to, best)) {
      best = lag;
    }
  }
  const double a = product_at(x, y, from, to, best - 1);
  const double b = product_at(x, y, from, to, best);
  const double c = product_at(x, y, from, to, best + 1);
  return best + 0.5 * (a - c) / (a - 2.0 * b + c);
}

static double
correlation(const double* x, const double* y, int from, int to)
{
  return product_at(x, y, from, to, 0) /
         sqrt(product_at(x, x, from, to, 0) * product_at(y, y, from, to, 0));
}

static void
cod_01_nothing_moves(void** state)
{
  (void)state;
  for (size_t k = 0; k < TON_COUNT(forms); ++k) {
    const double rate = forms[k].format.rate;
    memset(sound, 0, sizeof(sound));
    for (int c = 0; c < 2; ++c) {
      sound[c][30000] = 0.8;
      for (int i = 0; i < (int)(0.05 * rate); ++i) {
        sound[c][60000 + i] = 0.5 * sin(2.0 * M_PI * 1000.0 * i / rate);
      }
    }
    there_and_back(&forms[k]);
    char name[64];
    snprintf(name, sizeof(name), "COD-01 %s, impulse", forms[k].name);
    EXPECT_NEAR(name, lateness(sound[0], heard[0], 29900, 30100), 0.0, 0.1,
                "frames");
    snprintf(name, sizeof(name), "COD-01 %s, burst", forms[k].name);
    EXPECT_NEAR(name, lateness(sound[1], heard[1], 59900, 62600), 0.0, 0.1,
                "frames");
  }
}

static void
cod_02_length_and_ends_stay(void** state)
{
  (void)state;
  for (size_t k = 0; k < TON_COUNT(forms); ++k) {
    const double rate = forms[k].format.rate;
    const int edge = (int)(0.01 * rate);
    char name[64];
    signal_mix(sound[0], sound[1], N, rate);
    EXPECT_NEAR("COD-02 length", (double)there_and_back(&forms[k]), (double)N,
                0.0, "frames");
    snprintf(name, sizeof(name), "COD-02 %s, first 10 ms", forms[k].name);
    EXPECT_AT_LEAST(name, correlation(sound[0], heard[0], 0, edge), 0.9, "");
    snprintf(name, sizeof(name), "COD-02 %s, last 10 ms", forms[k].name);
    EXPECT_AT_LEAST(name, correlation(sound[1], heard[1], N - edge, N), 0.9,
                    "");
  }
}

/// 16 and 24 bits with and without dither: FLAC holds what WAV holds
static void
cod_03_lossless_is_lossless(void** state)
{
  (void)state;
  static double other[2][N];
  static const TonSamples samples[] = {TON_SAMPLES_16, TON_SAMPLES_24};
  signal_mix(sound[0], sound[1], N, 48000.0);
  for (int k = 0; k < 4; ++k) {
    WriterBackend form = {"same.wav", FORM(48000, "WAV", samples[k % 2], 0)};
    form.format.dither = k >= 2;
    form.format.dither_seed = 7;
    there_and_back(&form);
    memcpy(other, heard, sizeof(other));
    form.name = "same.flac";
    form.format.container = "FLAC";
    there_and_back(&form);
    assert_memory_equal(other, heard, sizeof(other));
  }
}

static void
cod_07_the_same_sound_makes_the_same_file(void** state)
{
  (void)state;
  signal_mix(sound[0], sound[1], N, 48000.0);
  for (size_t k = 0; k < TON_COUNT(forms); ++k) {
    size_t size[2];
    unsigned char* bytes[2];
    for (int i = 0; i < 2; ++i) {
      there_and_back(&forms[k]);
      bytes[i] = room_get(forms[k].name, &size[i]);
    }
    assert_true(size[0] > 1000 && size[0] == size[1]);
    assert_memory_equal(bytes[0], bytes[1], size[0]);
    free(bytes[0]);
    free(bytes[1]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cod_01_nothing_moves),
      cmocka_unit_test(cod_02_length_and_ends_stay),
      cmocka_unit_test(cod_03_lossless_is_lossless),
      cmocka_unit_test(cod_07_the_same_sound_makes_the_same_file),
  };
  return ROOM_TESTS(tests);
}
