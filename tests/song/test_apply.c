// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What `apply` and `mix --stems` write: the form of the input, bits that
/// stay, and clipping that is told.
#include "song.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>

static const TonJob job = {.threads = 1};

enum { N = 24000 };

/// A file of some form that libsndfile makes: a 300 Hz sine
static void
write_sine(const char* name, int form, double peak)
{
  static double x[N];
  SF_INFO info = {
      .samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | form};
  SNDFILE* const file = sf_open(song_path(name), SFM_WRITE, &info);
  assert_non_null(file);
  for (int i = 0; i < N; ++i) {
    x[i] = peak * sin(2.0 * M_PI * 300.0 * i / 48000.0);
  }
  assert_int_equal(sf_writef_double(file, x, N), N);
  sf_close(file);
}

static TonStatus
apply(const char* chain, TonError* error)
{
  TonInsert insert = {0};
  assert_int_equal(ton_insert_parse(chain, &insert, error), TON_OK);
  const TonStatus status = ton_apply(song_path("in.wav"), song_path("out.wav"),
                                     &insert, 1, &job, error);
  ton_insert_free(&insert);
  return status;
}

static int
form_of(const char* name)
{
  SF_INFO info = {0};
  SNDFILE* const file = sf_open(song_path(name), SFM_READ, &info);
  assert_non_null(file);
  sf_close(file);
  return info.format & SF_FORMAT_SUBMASK;
}

/// A chain that does nothing changes nothing, in any form
static void
nothing_to_do_changes_no_bit(void** state)
{
  (void)state;
  static const int forms[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                              SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE};
  for (int k = 0; k < 4; ++k) {
    double* x[2];
    double* y[2];
    TonError error = {0};
    write_sine("in.wav", forms[k], 0.25);
    assert_int_equal(apply("gain:gain=0dB", &error), TON_OK);
    assert_int_equal(form_of("out.wav"), forms[k]);
    assert_int_equal(song_load(song_path("in.wav"), &x[0], &x[1]), N);
    assert_int_equal(song_load(song_path("out.wav"), &y[0], &y[1]), N);
    for (int i = 0; i < N; ++i) { // the engine works in floats
      assert_true((float)x[0][i] == (float)y[0][i]);
    }
    for (int c = 0; c < 2; ++c) {
      free(x[c]);
      free(y[c]);
    }
  }
}

static void
apply_tells_what_clips(void** state)
{
  (void)state;
  static const int forms[] = {SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
                              SF_FORMAT_FLOAT};
  for (int k = 0; k < 3; ++k) {
    TonError error = {0};
    write_sine("in.wav", forms[k], 0.8);
    const TonStatus status = apply("gain:gain=12dB", &error);
    if (forms[k] == SF_FORMAT_FLOAT) {
      assert_int_equal(status, TON_OK);
    } else {
      assert_int_equal(status, TON_GOAL_MISSED);
      assert_non_null(strstr(error.text, "clips"));
      assert_non_null(strstr(error.text, "+10.1 dBFS"));
      assert_non_null(strstr(error.file, "out.wav"));
    }
  }
}

/// A stem that goes over full scale where the mix does not
static void
a_stem_that_clips_is_named(void** state)
{
  (void)state;
  TonMeasurement m;
  TonError error = {0};
  const TonMixOptions options = {.stems = true, .bits = 24};
  write_sine("a.wav", SF_FORMAT_PCM_24, 0.8);
  song_text("mix.yaml", "tracks:\n"
                        "  Loud: {file: a.wav, fader: 12 dB}\n"
                        "  Other: {file: a.wav, fader: 11.5 dB, "
                        "polarity: inverted}\n");
  assert_int_equal(song_mixes(&options, &job, &m, &error), TON_GOAL_MISSED);
  assert_non_null(strstr(error.file, "Loud.wav"));
  assert_non_null(strstr(error.text, "clips"));
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_to_do_changes_no_bit),
      cmocka_unit_test(apply_tells_what_clips),
      cmocka_unit_test(a_stem_that_clips_is_named),
  };
  return SONG_TESTS(tests);
}
