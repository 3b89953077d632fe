// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A song as one object: broken texts, texts that change while it is open.
#include "base/array.h"
#include "base/folder.h"
#include "song.h"

#include <string.h>
#include <unistd.h>

static const TonJob job = {.threads = 2};

static void
make_song(void)
{
  char* stems[] = {(char*)(uintptr_t)song_path("Kick.wav")};
  TonSong* song = NULL;
  static const char* const texts[] = {"mix.yaml", "master.yaml", "release.yaml",
                                      "decisions.json",
                                      "master-decisions.json"};
  for (size_t i = 0; i < TON_COUNT(texts); ++i) {
    remove(song_path(texts[i]));
  }
  song_mix("Kick.wav", 48000.0, 1, 2.0, -6.0);
  assert_int_equal(ton_song_create(song_path(""), stems, 1, false, &song, NULL),
                   TON_OK);
  ton_song_free(song);
}

/// Whatever the song is opened for
static void
test_every_broken_text_is_an_error(void** state)
{
  (void)state;
  static const struct {
    const char* file;
    const char* text;
  } broken[] = {
      {"mix.yaml", "tracks: {A: {file: Kick.wav, fader: -3 dBX}}\n"},
      {"mix.yaml", "tracks: [\n"},
      {"master.yaml", "song: A\nloudness: -14 LUSF\n"},
      {"master.yaml", "song: A\nno-such-key: 1\n"},
      {"release.yaml", "title: A\nisrc: nonsense\n"},
      {"decisions.json", "{\"schema\": 1, \"decisions\": ["},
  };
  for (size_t i = 0; i < TON_COUNT(broken); ++i) {
    TonSong* song = NULL;
    TonError error = {0};
    make_song();
    song_text(broken[i].file, broken[i].text);
    assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_BAD_TEXT);
    assert_null(song);
    assert_non_null(strstr(error.file, broken[i].file));
  }
}

/// What somebody saves while the program works is never overwritten
static void
test_a_text_changed_meanwhile_stays(void** state)
{
  (void)state;
  TonSong* song = NULL;
  TonError error = {0};
  make_song();
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  char other[4096];
  snprintf(other, sizeof(other), "# mine\n%s", song_read("mix.yaml"));
  song_text("mix.yaml", other);
  assert_int_equal(ton_song_save(song, &error), TON_WRITE_FAILED);
  assert_int_equal(ton_status_exit(TON_WRITE_FAILED), 1);
  assert_non_null(strstr(error.text, "changed"));
  assert_string_equal(song_read("mix.yaml"), other);
  assert_int_equal(access(song_path("decisions.json"), F_OK), -1);
  ton_song_free(song);
}

/// Nor is a text that was removed written again
static void
test_a_text_removed_meanwhile_stays_away(void** state)
{
  (void)state;
  TonSong* song = NULL;
  make_song();
  assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, NULL), TON_OK);
  remove(song_path("mix.yaml"));
  assert_int_equal(ton_song_save(song, NULL), TON_WRITE_FAILED);
  assert_int_equal(access(song_path("mix.yaml"), F_OK), -1);
  ton_song_free(song);
}

/// One object goes all the way, and what it saved is what it holds
static void
test_saved_is_what_is_read_again(void** state)
{
  (void)state;
  TonSong* song = NULL;
  TonError error = {0};
  make_song();
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  assert_int_equal(ton_song_save(song, &error), TON_OK);
  assert_string_equal(song_read("mix.yaml"),
                      ton_doc_text(ton_song_doc(song, TON_SONG_MIX_TEXT)));
  assert_true(ton_song_decisions(song, TON_SONG_MIX_TEXT)->count > 0);
  // a second proposal finds its own values and changes nothing
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  assert_string_equal(song_read("mix.yaml"),
                      ton_doc_text(ton_song_doc(song, TON_SONG_MIX_TEXT)));
  assert_int_equal(ton_song_save(song, &error), TON_OK);
  ton_song_free(song);
}

/// What a curve moves is left alone, and the curve's level counts
static void
test_a_curve_is_not_proposed_over(void** state)
{
  (void)state;
  TonSong* song = NULL;
  TonError error = {0};
  make_song();
  song_text("mix.yaml", "tracks:\n  Kick:\n    file: stems/Kick.wav\n"
                        "    pan: L20\n"
                        "    chain: [{gain: {gain: 0 dB}}]\n"
                        "    automation:\n"
                        "      fader: [[0 s, -9 dB], [1 s, -3 dB]]\n"
                        "      chain/0/gain: [[0 s, 1 dB]]\n"
                        "buses: {Mix: {}}\n");
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  const TonDoc* const doc = ton_song_doc(song, TON_SONG_MIX_TEXT);
  assert_int_equal(ton_doc_line(doc, "tracks/Kick/fader"), 0);
  assert_true(ton_doc_line(doc, "tracks/Kick/chain/0/gain") > 0);
  assert_int_equal(ton_doc_count(doc, "tracks/Kick/chain"), 1);
  assert_true(ton_doc_line(doc, "tracks/Kick/trim") > 0);
  ton_song_free(song);
}

/// A preset of the song's own is found whenever its text is read, before the
/// program's, and none is looked for where the program was started
static void
test_presets_of_the_song(void** state)
{
  (void)state;
  TonSong* song = NULL;
  TonMix* mix = NULL;
  TonError error = {0};
  make_song();
  assert_int_equal(ton_make_folder(song_path("presets"), NULL), TON_OK);
  song_text("presets/my-glue.yaml",
            "processor: compressor\nvalues: {ratio: 7:1}\n");
  song_text("presets/bus-glue.yaml",
            "processor: compressor\nvalues: {ratio: 9:1}\n");
  song_text("mix.yaml", "tracks:\n  Kick:\n    file: stems/Kick.wav\n"
                        "    chain: [my glue, bus glue]\n");
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_OK);
  assert_int_equal(song_read_mix(song, &mix, &error), TON_OK);
  for (uint32_t i = 0; i < 2; ++i) {
    const TonInsert* const insert = &mix->strips[0].chain[i];
    const TonParam* const ratio = ton_param(insert->type, "ratio");
    assert_float_equal(insert->params[ratio - insert->type->params],
                       i ? 9.0F : 7.0F, 1e-6F);
  }
  ton_mix_free(mix);
  ton_song_free(song);
  remove(song_path("presets/my-glue.yaml"));
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_BAD_TEXT);
  remove(song_path("presets/bus-glue.yaml"));
}

/// Replace the stem of the song, once
static bool
replace_stem(void* handle, const char* stage, double part)
{
  bool* const replaced = handle;
  (void)part;
  if (strcmp(stage, "rendering") == 0 && !*replaced) {
    remove(song_path("stems/Kick.wav"));
    song_mix("stems/Kick.wav", 48000.0, 1, 2.0, -12.0);
    *replaced = true;
  }
  return true;
}

/// A stem that is replaced during a render is not what the mix was made of
static void
test_a_stem_replaced_meanwhile_is_mixed_again(void** state)
{
  (void)state;
  bool replaced = false;
  TonSong* song = NULL;
  TonMeasurement m;
  TonSongStage stage = TON_SONG_STAGES;
  const TonJob replacing = {
      .threads = 1, .progress = replace_stem, .handle = &replaced};
  make_song();
  assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
  assert_int_equal(
      ton_song_mix(song, &(TonMixOptions){0}, &replacing, &m, NULL), TON_OK);
  assert_true(replaced);
  assert_int_equal(ton_song_outdated(song, &stage, NULL), TON_OK);
  assert_int_equal(stage, TON_SONG_STAGE_MIX);
  assert_int_equal(ton_song_mix(song, &(TonMixOptions){0}, &job, &m, NULL),
                   TON_OK);
  assert_int_equal(ton_song_outdated(song, &stage, NULL), TON_OK);
  assert_int_equal(stage, TON_SONG_STAGE_MASTER);
  ton_song_free(song);
}

/// A mix is as new as its text, whatever comments a person has added to it since
static void
test_a_comment_makes_no_new_mix(void** state)
{
  (void)state;
  static const struct {
    const char* text;
    bool same;
  } rows[] = {
      {"# loud!\ntracks: {Kick: {file: stems/Kick.wav}}  # mine\n", true},
      {"tracks:\n  Kick:\n\n    file: \"stems/Kick.wav\"\n", true},
      {"tracks: {Kick: {file: stems/Kick.wav, fader: -1 dB}}\n", false},
      {"tracks: {Kicks: {file: stems/Kick.wav}}\n", false}};
  for (size_t i = 0; i < TON_COUNT(rows); ++i) {
    TonSong* song = NULL;
    TonMeasurement m;
    TonSongStage stage = TON_SONG_STAGES;
    make_song();
    song_text("mix.yaml", "tracks: {Kick: {file: stems/Kick.wav}}\n");
    assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
    assert_int_equal(ton_song_mix(song, &(TonMixOptions){0}, &job, &m, NULL),
                     TON_OK);
    ton_song_free(song);
    song_text("mix.yaml", rows[i].text);
    assert_int_equal(ton_song_open(song_path(""), &song, NULL), TON_OK);
    assert_int_equal(ton_song_outdated(song, &stage, NULL), TON_OK);
    assert_int_equal(stage,
                     rows[i].same ? TON_SONG_STAGE_MASTER : TON_SONG_STAGE_MIX);
    ton_song_free(song);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_broken_text_is_an_error),
      cmocka_unit_test(test_a_text_changed_meanwhile_stays),
      cmocka_unit_test(test_a_text_removed_meanwhile_stays_away),
      cmocka_unit_test(test_saved_is_what_is_read_again),
      cmocka_unit_test(test_a_curve_is_not_proposed_over),
      cmocka_unit_test(test_presets_of_the_song),
      cmocka_unit_test(test_a_comment_makes_no_new_mix),
      cmocka_unit_test(test_a_stem_replaced_meanwhile_is_mixed_again),
  };
  return SONG_TESTS(tests);
}
