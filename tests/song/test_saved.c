// SPDX-License-Identifier: GPL-3.0-or-later
#include "signals.h"
#include "song.h"

#include <tonmeister/session.h>

#include <string.h>

/**
   @file
   A text saved and loaded again is the same song (ENG-10), and an insert that
   is bypassed was never there (ENG-09).
*/

enum { N = 96000, RATE = 48000 };

static int
open_stems(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  song_noises(RATE, 44100, N);
  return 0;
}

/// FNV-1a of out/mix.wav
static uint64_t
rendered_in(uint32_t block)
{
  TonMeasurement m;
  TonError error = {0};
  if (song_mixes(&(TonMixOptions){0}, &(TonJob){.threads = 2, .block = block},
                 &m, &error)) {
    fail_msg("%s:%u: %s", error.file, error.line, error.text);
  }
  FILE* const file = fopen(song_path("out/mix.wav"), "rb");
  assert_non_null(file);
  uint64_t hash = 0xCBF29CE484222325U;
  for (int byte = getc(file); byte != EOF; byte = getc(file)) {
    hash = (hash ^ (uint64_t)byte) * 0x100000001B3U;
  }
  fclose(file);
  return hash;
}

static uint64_t
rendered(void)
{
  return rendered_in(512);
}

static void
edit(TonDoc* doc, const char* path, const char* value)
{
  TonError error = {0};
  const TonEdit change = {path, value, NULL};
  if (ton_doc_edit(doc, &change, &error)) {
    fail_msg("%s: %s", path, error.text);
  }
}

static const char text[] =
    "# a song with comments\n"
    "tempo: 97 bpm\n"
    "tracks:\n"
    "  One:   # the first\n"
    "    file: a.wav\n"
    "    trim: +1.37 dB\n"
    "    chain:\n"
    "      - equaliser:\n"
    "          - highpass: {at: 83.3 Hz, slope: 18 dB/oct}\n"
    "          - bell: {at: 1.23 kHz, gain: -2.7 dB, q: 1.3}  # nasal\n"
    "      - compressor: {threshold: -31 dB, ratio: 3.3:1, attack: 7 ms}\n"
    "        sidechain: Two\n"
    "    pan: L17\n"
    "    sends: {Room: -9.5 dB}\n"
    "    automation:\n"
    "      fader: [[0.1 s, -3.3 dB], [2 bar, 0 dB, smooth]]\n"
    "  Two: {file: b.wav, fader: -2.25 dB, polarity: inverted}\n"
    "buses:\n"
    "  Room: {chain: [reverb: {decay: 0.7 s}]}\n";

static void
eng_10_saved_and_loaded_is_the_same_song(void** state)
{
  (void)state;
  song_text("mix.yaml", text);
  const uint64_t wanted = rendered();
  static const struct {
    const char* path;
    const char* other; ///< Null: taken away
    const char* back;
  } edits[] = {
      {"tracks/One/trim", "-6 dB", "+1.37 dB"},
      {"tracks/One/chain/1/compressor/ratio", "8:1", "3.3:1"},
      {"tracks/One/chain/0/equaliser/1/bell/gain", "5 dB", "-2.7 dB"},
      {"tracks/One/pan", NULL, "L17"},
      {"tracks/One/sends/Room", "-40 dB", "-9.5 dB"},
      {"tracks/Two/fader", NULL, "-2.25 dB"},
      {"tempo", "200 bpm", "97 bpm"},
      {"buses/Room/fader", "-60 dB", NULL},
  };
  const size_t n = sizeof(edits) / sizeof(edits[0]);
  TonError error = {0};
  for (size_t i = 0; i <= n; ++i) { // one after another, then none
    TonDoc* doc = NULL;
    assert_int_equal(ton_doc_open(song_path("mix.yaml"), &doc, &error), TON_OK);
    for (int back = 0; back < 2 && i < n; ++back) {
      edit(doc, edits[i].path, back ? edits[i].back : edits[i].other);
      assert_int_equal(ton_doc_save(doc, song_path("mix.yaml"), &error),
                       TON_OK);
      if ((rendered() == wanted) != back) {
        fail_msg("%s: %s", edits[i].path, back ? "not the same" : "not heard");
      }
    }
    assert_int_equal(ton_doc_save(doc, song_path("mix.yaml"), &error), TON_OK);
    ton_doc_free(doc);
    assert_true(rendered() == wanted);
  }
  assert_non_null(strstr(song_read("mix.yaml"), "# a song with comments"));
}

static void
eng_09_bypassed_was_never_there(void** state)
{
  (void)state;
  static const char form[] =
      "tracks:\n  One:\n    file: a.wav\n%s  Two: {file: b.wav}\n";
  static const char* const chains[] = {
      "    chain: [{compressor: {threshold: -40 dB, look-ahead: 9 ms}%s}]\n",
      "    chain: [{limiter: {ceiling: -20 dBTP}%s}]\n",
      "    chain: [{reverb: {decay: 2 s}%s}]\n",
      "    chain: [{saturator: {drive: 12 dB}%s}]\n",
  };
  char whole[512];
  char chain[256];
  snprintf(whole, sizeof(whole), form, "");
  song_text("mix.yaml", whole);
  const uint64_t wanted = rendered();
  for (size_t i = 0; i < 4; ++i) {
    for (int bypass = 0; bypass < 2; ++bypass) {
      snprintf(chain, sizeof(chain), chains[i], bypass ? ", bypass: true" : "");
      snprintf(whole, sizeof(whole), form, chain);
      song_text("mix.yaml", whole);
      assert_int_equal(rendered() == wanted, bypass);
    }
  }
}

/// More silence inside the tail than is waited for
static void
a_long_tail_ends_at_the_same_frame(void** state)
{
  (void)state;
  song_text("mix.yaml",
            "rate: 96 kHz\ntracks:\n  One:\n    file: a.wav\n    fader: -90 "
            "dB\n    chain: [delay: {time: 4 s, feedback: 40 %, ping-pong: "
            "on}]\n");
  const uint64_t wanted = rendered_in(512);
  assert_true(rendered_in(1000) == wanted);
  assert_true(rendered_in(4096) == wanted);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eng_10_saved_and_loaded_is_the_same_song),
      cmocka_unit_test(eng_09_bypassed_was_never_there),
      cmocka_unit_test(a_long_tail_ends_at_the_same_frame),
  };
  return cmocka_run_group_tests(tests, open_stems, song_close);
}
