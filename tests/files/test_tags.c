// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Tags are written whole and read back.

#include "temp_dir.h"

#include <sndfile.h>
#include <string.h>
#include <unistd.h>

enum { N = 44100 };
static float sound[N];
static const float* const pair[] = {sound, sound};

static const unsigned char png[] = {0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0};

static const TonTags tags = {.title = "Nachtfahrt \xC3\xBC",
                             .artist = "A & B",
                             .album = "Stra\xC3\x9F"
                                      "en",
                             .album_artist = "Various",
                             .composer = "C",
                             .genre = "Pop",
                             .date = "2026-11-21",
                             .comment = "mixed \"in the box\"",
                             .copyright = "\xE2\x84\x97 2026 D",
                             .publisher = "E",
                             .isrc = "DEA012600001",
                             .upc = "4006381333931",
                             .track = 2,
                             .track_total = 9,
                             .has_gain = true,
                             .track_gain_db = -4.25,
                             .track_peak_dbtp = -1.0,
                             .has_album_gain = true,
                             .album_gain_db = -3.5,
                             .album_peak_dbtp = -0.5};

static const struct {
  const char* name;
  const char* container;
} forms[] = {{"t.wav", "WAV"},   {"t.flac", "FLAC"}, {"t.mp3", "MP3"},
             {"t.aiff", "AIFF"}, {"t.ogg", "OGG"},   {"t.opus", "OPUS"}};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static TonStatus
write_tagged(int k, const TonTags* t, TonError* e)
{
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = forms[k].container};
  TonAudioWriter* w = NULL;
  assert_int_equal(ton_writer_open(room_path(forms[k].name), &format, &w, e),
                   0);
  assert_int_equal(ton_writer_write(w, pair, N, e), 0);
  return ton_writer_commit(w, NULL, t, e);
}

static void
every_text_comes_back(void** state)
{
  (void)state;
  TonTags t = tags;
  TonError e = {0};
  room_put("c.png", png, sizeof(png));
  t.cover_path = room_path("c.png");
  for (int k = 0; k < FORMS; ++k) {
    if (write_tagged(k, &t, &e)) {
      fail_msg("%s: %s", forms[k].name, e.text);
    }
    TonTags r = {0};
    bool cover = false;
    assert_int_equal(ton_tags_read(room_path(forms[k].name), &r, &cover, &e),
                     0);
    assert_string_equal(r.title, t.title);
    assert_string_equal(r.artist, t.artist);
    assert_string_equal(r.album, t.album);
    assert_string_equal(r.album_artist, t.album_artist);
    assert_string_equal(r.composer, t.composer);
    assert_string_equal(r.genre, t.genre);
    assert_string_equal(r.date, t.date);
    assert_string_equal(r.comment, t.comment);
    assert_string_equal(r.copyright, t.copyright);
    assert_string_equal(r.publisher, t.publisher);
    assert_string_equal(r.isrc, t.isrc);
    assert_string_equal(r.upc, t.upc);
    assert_int_equal(r.track, 2);
    assert_int_equal(r.track_total, 9);
    assert_true(r.has_gain);
    EXPECT_DB("gain", r.track_gain_db, -4.25, 0.005);
    assert_true(r.has_album_gain);
    EXPECT_DB("album gain", r.album_gain_db, -3.5, 0.005);
    if (strcmp(forms[k].container, "OPUS") != 0) { // has a gain alone
      EXPECT_DB("peak", r.track_peak_dbtp, -1.0, 0.001);
      EXPECT_DB("album peak", r.album_peak_dbtp, -0.5, 0.001);
    }
    assert_true(cover);
    ton_tags_free(&r);
  }
}

/// As long as liner notes are, in letters of several bytes
static void
long_texts_come_back_whole(void** state)
{
  (void)state;
  static char comment[100001];
  static char artist[2048];
  TonError e = {0};
  for (int i = 0; i < 25000; ++i) {
    memcpy(comment + 4 * (size_t)i, i % 9 ? "\xD0\x96no" : "line", 4);
  }
  memset(artist, 'y', sizeof(artist) - 1);
  const TonTags t = {.title = "T",
                     .artist = artist,
                     .album = comment + 90000,
                     .comment = comment,
                     .copyright = artist + 1000,
                     .publisher = artist + 1500};
  for (int k = 0; k < FORMS; ++k) {
    TonTags r;
    bool cover = true;
    if (write_tagged(k, &t, &e)) {
      fail_msg("%s: %s", forms[k].name, e.text);
    }
    const char* const path = room_path(forms[k].name);
    assert_int_equal(ton_tags_read(path, &r, &cover, &e), 0);
    assert_string_equal(r.comment, comment);
    assert_string_equal(r.artist, artist);
    assert_string_equal(r.album, t.album);
    assert_string_equal(r.copyright, t.copyright);
    assert_string_equal(r.publisher, t.publisher);
    assert_string_equal(r.genre, "");
    ton_tags_free(&r);
  }
}

/// What a form makes another text of is an error that names the key: ID3 takes
/// a number for one of its genres
static void
a_text_that_would_change_is_named(void** state)
{
  (void)state;
  TonError e = {0};
  const TonTags t = {.title = "T", .genre = "17"};
  assert_int_equal(write_tagged(2, &t, &e), TON_WRITE_FAILED);
  assert_non_null(strstr(e.text, "\"genre\""));
  assert_int_equal(write_tagged(1, &t, &e), TON_OK);
}

/// An oracle that is not TagLib
static void
other_readers_see_the_texts_and_all_the_sound(void** state)
{
  (void)state;
  TonError e = {0};
  for (int k = 0; k < FORMS; ++k) {
    assert_int_equal(write_tagged(k, &tags, &e), 0);
    SF_INFO info = {0};
    SNDFILE* const file = sf_open(room_path(forms[k].name), SFM_READ, &info);
    assert_non_null(file);
    assert_int_equal(info.frames, N);
    if (strcmp(forms[k].container, "AIFF") != 0) { // no ID3 there for it
      const char* const title = sf_get_string(file, SF_STR_TITLE);
      assert_non_null(title);
      assert_string_equal(title, tags.title);
      assert_string_equal(sf_get_string(file, SF_STR_ARTIST), tags.artist);
    }
    sf_close(file);
  }
}

/// Chunks of RIFF INFO: a name of four letters, the length, the text
static void
the_old_texts_of_a_wav_name_everybody(void** state)
{
  (void)state;
  static const char* const chunks[] = {"INAM\x0E", "IART\x06", "IMUS\x02",
                                       "IPUB\x02", "ICOP\x0B"};
  TonError e = {0};
  size_t size = 0;
  assert_int_equal(write_tagged(0, &tags, &e), 0);
  unsigned char* const bytes = room_get(forms[0].name, &size);
  for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); ++i) {
    if (!memmem(bytes, size, chunks[i], 5)) {
      fail_msg("%.4s is not there, or of another length", chunks[i]);
    }
  }
  free(bytes);
}

static void
the_same_tags_make_the_same_bytes(void** state)
{
  (void)state;
  TonError e = {0};
  for (int k = 0; k < FORMS; ++k) {
    size_t a_size = 0;
    size_t b_size = 0;
    write_tagged(k, &tags, &e);
    unsigned char* const a = room_get(forms[k].name, &a_size);
    sleep(k == 0);
    write_tagged(k, &tags, &e);
    unsigned char* const b = room_get(forms[k].name, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a, b, a_size);
    free(a);
    free(b);
  }
}

static void
a_cover_that_is_none_is_refused(void** state)
{
  (void)state;
  TonTags t = tags;
  TonError e = {0};
  t.cover_path = room_path("missing.jpg");
  assert_int_equal(write_tagged(0, &t, &e), TON_NOT_FOUND);
  assert_non_null(strstr(e.file, "missing.jpg"));
  room_put("c.gif", "GIF89a", 6);
  t.cover_path = room_path("c.gif");
  assert_int_equal(write_tagged(0, &t, &e), TON_BAD_FILE);
  assert_non_null(strstr(e.text, "JPEG or PNG"));
  assert_int_equal(room_partial_files(), 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_text_comes_back),
      cmocka_unit_test(long_texts_come_back_whole),
      cmocka_unit_test(a_text_that_would_change_is_named),
      cmocka_unit_test(other_readers_see_the_texts_and_all_the_sound),
      cmocka_unit_test(the_old_texts_of_a_wav_name_everybody),
      cmocka_unit_test(the_same_tags_make_the_same_bytes),
      cmocka_unit_test(a_cover_that_is_none_is_refused),
  };
  return ROOM_TESTS(tests);
}
