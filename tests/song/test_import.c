// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Stems of a musician's folder: folders in it, what is left out, the order,
/// and what files, tracks and buses are called.
#include "base/array.h"
#include "base/folder.h"
#include "base/form_name.h"
#include "import/stem_names.h"
#include "song.h"

#include <string.h>
#include <unistd.h>

static void
recording(const char* name)
{
  char folder[512];
  snprintf(folder, sizeof(folder), "%s", song_path(name));
  *strrchr(folder, '/') = '\0';
  assert_int_equal(ton_make_folder(folder, NULL), TON_OK);
  song_text(name, "RIFF");
}

static void
expect_found(const TonStems* stems, const char* root, const char* const* names,
             uint32_t n)
{
  char prefix[512];
  snprintf(prefix, sizeof(prefix), "%s", song_path(root));
  for (uint32_t i = 0; i < stems->n && i < n; ++i) {
    assert_memory_equal(stems->paths[i], prefix, strlen(prefix));
    assert_string_equal(stems->paths[i] + strlen(prefix) + 1, names[i]);
  }
  assert_int_equal(stems->n, n);
}

/// Folders in folders are read, and what is not taken is named
static void
test_folders(void** state)
{
  (void)state;
  static const char* const files[] = {
      "a/Drums/Close/Snare.wav", "a/Drums/Kick.flac", "a/Bass.WAV",
      "a/Vox/._Lead.wav",        "a/Vox/Lead.aifc",   "a/__MACOSX/Lead.wav",
      "a/.trash/Old.wav",        "a/notes.txt",       "a/.DS_Store",
      "a/Old song/mix.yaml",     "a/Old song/x.wav",  "a/song/stems/Bass.wav"};
  static const char* const found[] = {"Bass.WAV", "Drums/Close/Snare.wav",
                                      "Drums/Kick.flac", "Vox/Lead.aifc"};
  static const char* const left_out[] = {
      ".trash (hidden)",
      "Drums/again (a link back to a folder it lies in)",
      "Old song (a song)",
      "Vox/._Lead.wav (hidden)",
      "__MACOSX (made by macOS)",
      "empty.wav (holds no sound)",
      "gone.wav (a link to nothing)",
      "notes.txt (not audio)"};
  for (size_t i = 0; i < TON_COUNT(files); ++i) {
    recording(files[i]);
  }
  song_text("a/empty.wav", "");
  assert_int_equal(symlink("..", song_path("a/Drums/again")), 0);
  assert_int_equal(symlink("nothing", song_path("a/gone.wav")), 0);
  TonStems stems = {0};
  assert_int_equal(
      ton_stems_find(song_path("a"), song_path("a/song"), &stems, NULL),
      TON_OK);
  expect_found(&stems, "a", found, TON_COUNT(found));
  assert_int_equal(stems.n_left_out, TON_COUNT(left_out));
  assert_string_equal(stems.empty, "empty.wav");
  for (uint32_t i = 0; i < stems.n_left_out; ++i) {
    assert_string_equal(stems.left_out[i], left_out[i]);
  }
  ton_stems_free(&stems);
}

/// Every ending of a file that can be measured is a stem's
static void
test_endings(void** state)
{
  (void)state;
  static const char* const names[] = {"a.ac3", "b.dts", "c.eac3", "d.m4b",
                                      "e.mka", "g.mp2", "h.snd",  "i.spx",
                                      "j.tta", "k.voc", "l.WEBM"};
  TonStems stems = {0};
  for (size_t i = 0; i < TON_COUNT(names); ++i) {
    char path[64];
    snprintf(path, sizeof(path), "e/%s", names[i]);
    recording(path);
  }
  assert_int_equal(ton_stems_find(song_path("e"), NULL, &stems, NULL), TON_OK);
  expect_found(&stems, "e", names, TON_COUNT(names));
  ton_stems_free(&stems);
}

/// Numbers count as numbers; of names that are alike the bytes decide, whatever
/// order the files were made in
static void
test_order(void** state)
{
  (void)state;
  static const char* const names[] = {"01 Kick.wav", "1 Kick.wav", "2 Bass.wav",
                                      "10 Keys.wav", "010 Keys.wav"};
  static const char* const sorted[] = {
      "01 Kick.wav", "1 Kick.wav", "2 Bass.wav", "010 Keys.wav", "10 Keys.wav"};
  for (int turn = 0; turn < 2; ++turn) {
    const char* const folder = turn ? "o1" : "o0";
    TonStems stems = {0};
    for (size_t i = 0; i < TON_COUNT(names); ++i) {
      char path[64];
      snprintf(path, sizeof(path), "%s/%s", folder,
               names[turn ? TON_COUNT(names) - 1 - i : i]);
      recording(path);
    }
    assert_int_equal(ton_stems_find(song_path(folder), NULL, &stems, NULL),
                     TON_OK);
    expect_found(&stems, folder, sorted, TON_COUNT(sorted));
    ton_stems_free(&stems);
  }
}

static void
test_wrong_folders(void** state)
{
  (void)state;
  TonStems stems = {0};
  TonError error = {0};
  recording("w/empty/notes.txt");
  recording("w/song/mix.yaml");
  assert_int_equal(ton_stems_find(song_path("w/none"), NULL, &stems, &error),
                   TON_NOT_FOUND);
  assert_int_equal(ton_stems_find(song_path("w/empty"), NULL, &stems, &error),
                   TON_NOT_FOUND);
  assert_int_equal(
      ton_stems_find(song_path("w/song/mix.yaml"), NULL, &stems, &error),
      TON_BAD_USE);
  assert_int_equal(ton_stems_find(song_path("w/song"), NULL, &stems, &error),
                   TON_BAD_USE);
  assert_non_null(strstr(error.text, "w/song/stems"));
  ton_stems_free(&stems);
}

typedef struct {
  const char* path;
  const char* file;
  const char* track;
  const char* bus;
} Named;

static void
expect_names(const Named* rows, uint32_t n)
{
  char* paths[32];
  StemNames names = {0};
  for (uint32_t i = 0; i < n; ++i) {
    paths[i] = (char*)(uintptr_t)rows[i].path;
  }
  assert_true(stem_names(paths, n, &names));
  for (uint32_t i = 0; i < n; ++i) {
    assert_string_equal(names.stems[i].from, rows[i].path);
    assert_string_equal(names.stems[i].file, rows[i].file);
    assert_string_equal(names.stems[i].track, rows[i].track);
    assert_int_equal(!names.stems[i].bus, !rows[i].bus);
    if (rows[i].bus) {
      assert_string_equal(names.stems[i].bus, rows[i].bus);
    }
  }
  stem_names_free(&names);
}

/// The folder of two stems is their bus; of equal names the folder tells
static void
test_groups(void** state)
{
  (void)state;
  static const Named rows[] = {
      {"/r/S/Bass/Bass.wav", "stems/Bass/Bass.wav", "Bass", "Bass Bus"},
      {"/r/S/Bass/DI.wav", "stems/Bass/DI.wav", "DI", "Bass Bus"},
      {"/r/S/Drums/Close/Room.wav", "stems/Drums/Close/Room.wav", "Room",
       "Drums"},
      {"/r/S/Drums/01_Kick.wav", "stems/Drums/01_Kick.wav", "01 Kick", "Drums"},
      {"/r/S/Gtr/room.wav", "stems/Gtr/room.wav", "Gtr room", NULL},
      {"/r/S/../x/Vox.wav", "stems/x/Vox.wav", "Vox", NULL},
      {"/r/S/mix/A.wav", "stems/mix/A.wav", "A", "mix Bus"},
      {"/r/S/mix/mix.wav", "stems/mix/mix.wav", "Mix track", "mix Bus"}};
  expect_names(rows, TON_COUNT(rows));
  static const Named one[] = {
      {"rec/Song/24 bit/A.wav", "stems/A.wav", "A", NULL},
      {"rec/Song/24 bit/B.wav", "stems/B.wav", "B", NULL}};
  expect_names(one, TON_COUNT(one));
}

/// No two of one name, in whatever case, ending or Unicode form
static void
test_names_are_there_once(void** state)
{
  (void)state;
  static const Named rows[] = {
      {"a/Kick.wav", "stems/Kick.wav", "Kick", NULL},
      {"a/kick.WAV", "stems/kick 2.WAV", "kick 2", NULL},
      {"a/Kick.flac", "stems/Kick.flac", "Kick 3", NULL},
      {"a/Fl\xC3\xB6te.wav", "stems/Fl\xC3\xB6te.wav", "Fl\xC3\xB6te", NULL},
      {"a/Flo\xCC\x88te.wav", "stems/Fl\xC3\xB6te 2.wav", "Fl\xC3\xB6te 2",
       NULL},
      {"a/Fl\xF6te.wav", "stems/Fl\xC3\xB6te 3.wav", "Fl\xC3\xB6te 3", NULL},
      {"a/two\nlines.wav", "stems/two lines.wav", "two lines", NULL},
      {"a/two lines.wav", "stems/two lines 2.wav", "two lines 2", NULL},
      {"a/.wav", "stems/_wav", ".wav", NULL},
      {"a/\xE3\x82\xAD\xE3\x82\x99.wav", "stems/\xE3\x82\xAE.wav",
       "\xE3\x82\xAE", NULL}};
  expect_names(rows, TON_COUNT(rows));
}

/// A folder that is named for the form of its files is no group
static void
test_folders_of_a_form(void** state)
{
  (void)state;
  static const Named rows[] = {
      {"s/MP3/Kick.mp3", "stems/MP3/Kick.mp3", "Kick", NULL},
      {"s/MP3/Drums/Tom.mp3", "stems/MP3/Drums/Tom.mp3", "Tom", "Drums"},
      {"s/Wav/Kick.wav", "stems/Wav/Kick.wav", "Wav Kick", NULL},
      {"s/Wav/Drums/Tom.wav", "stems/Wav/Drums/Tom.wav", "Wav Tom", "Drums"},
      {"s/Wav/Drums/Rim.wav", "stems/Wav/Drums/Rim.wav", "Rim", "Drums"}};
  expect_names(rows, TON_COUNT(rows));
  static const char* const forms[] = {
      "Stems_24bit_48kHz",  "44.1k",        "48k 24b", "Bounced",
      "Exports 2026-05-03", "WAV (24 bit)", "96 kHz"};
  static const char* const groups[] = {"Drum stems", "808", "Bass wav takes",
                                       "12 string", "K"};
  for (size_t i = 0; i < TON_COUNT(forms); ++i) {
    assert_true(ton_names_a_form(forms[i], strlen(forms[i])));
  }
  for (size_t i = 0; i < TON_COUNT(groups); ++i) {
    assert_false(ton_names_a_form(groups[i], strlen(groups[i])));
  }
}

/// Files go to any disk, tracks keep their names
static void
test_names_that_a_system_refuses(void** state)
{
  (void)state;
  static const Named rows[] = {
      {"s/Gtr: L?.wav", "stems/Gtr- L-.wav", "Gtr: L?", NULL},
      {"s/Gtr- L-.wav", "stems/Gtr- L- 2.wav", "Gtr- L-", NULL},
      {"s/a\\b.wav", "stems/a-b.wav", "a\\b", NULL},
      {"s/Kick .wav", "stems/Kick.wav", "Kick", NULL},
      {"s/con.wav", "stems/_con.wav", "con", NULL},
      {"s/COM\xC2\xB9.wav", "stems/_COM\xC2\xB9.wav", "COM\xC2\xB9", NULL},
      {"s/-dash.wav", "stems/_dash.wav", "-dash", NULL},
      {"s/Aux/1.wav", "stems/_Aux/1.wav", "1", "Aux"},
      {"s/Aux/2.wav", "stems/_Aux/2.wav", "2", "Aux"}};
  expect_names(rows, TON_COUNT(rows));
}

/// A text written here names a file that macOS has written, and the other way
static void
test_files_in_another_unicode_form(void** state)
{
  (void)state;
  song_mix("Flo\xCC\x88te.wav", 48000.0, 1, 0.5, -6.0);
  song_mix("Gr\xC3\xB6\xC3\x9F"
           "e.wav",
           48000.0, 1, 0.5, -6.0);
  song_text("mix.yaml", "tracks:\n"
                        "  A: {file: Fl\xC3\xB6te.wav}\n"
                        "  B: {file: Gro\xCC\x88\xC3\x9F"
                        "e.wav}\n");
  TonMeasurement m;
  TonError error = {0};
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &(TonJob){0}, &m, &error),
                   TON_OK);
  song_text("mix.yaml", "tracks: {A: {file: Flute.wav}}\n");
  assert_int_equal(song_mixes(&(TonMixOptions){0}, &(TonJob){0}, &m, &error),
                   TON_BAD_TEXT);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_folders),
      cmocka_unit_test(test_endings),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_wrong_folders),
      cmocka_unit_test(test_groups),
      cmocka_unit_test(test_names_are_there_once),
      cmocka_unit_test(test_folders_of_a_form),
      cmocka_unit_test(test_names_that_a_system_refuses),
      cmocka_unit_test(test_files_in_another_unicode_form),
  };
  return SONG_TESTS(tests);
}
