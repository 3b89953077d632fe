// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What lies on the disk after a release, read by others than its writer:
   TagLib and libav for the texts and the cover, the tests' own oversampling
   for the peaks.
*/
#include "base/count.h"
#include "signals.h"
#include "song.h"

#include <libavformat/avformat.h>

#include <math.h>
#include <string.h>

static const TonJob job = {.threads = 1};
static TonDelivered all[TON_MOST_DELIVERED];
static uint32_t n_all;
static double goal_lufs;

static const char release_text[] = "title: Slow Satellite\n"
                                   "artist: The Quiet Machines\n"
                                   "album: Orbits\n"
                                   "genre: Rock\n"
                                   "date: 2026-11-21\n"
                                   "isrc: ZZ-TON-26-00001\n"
                                   "upc: \"036000291452\"\n"
                                   "track: 3/9\n"
                                   "cover: cover.png\n"
                                   "deliverables: [wav-24, wav-16, cd, wav-96, "
                                   "flac, flac-16, mp3, mp3-192]\n";

static void
copy_cover(void)
{
  static char bytes[1 << 20];
  FILE* const file = fopen(getenv("TON_COVER"), "rb");
  assert_non_null(file);
  const size_t n = fread(bytes, 1, sizeof(bytes), file);
  fclose(file);
  assert_int_equal(ton_file_write(song_path("cover.png"), bytes, n, NULL), 0);
}

static int
make_release(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  TonMastered m;
  TonError error = {0};
  const TonMasterWish wish = {
      .loudness_lufs = -11.0, .ceiling_dbtp = NAN, .amount = NAN};
  song_mix("out/mix.wav", 48000.0, 2, 8.0, -4.0);
  if (ton_studio_master(song_path(""), &wish, &job, &m, &error)) {
    print_error("%s\n", error.text);
    return -1;
  }
  goal_lufs = m.after.integrated_lufs;
  ton_mastered_free(&m);
  song_text("release.yaml", release_text);
  copy_cover();
  const TonStatus status =
      ton_studio_release(song_path(""), &job, all, &n_all, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  return status ? -1 : 0;
}

static void
test_everything_is_there(void** state)
{
  (void)state;
  assert_int_equal(n_all, 8);
  for (uint32_t i = 0; i < n_all; ++i) {
    print_message("# %s: %.2f LUFS, %.2f dBTP%s\n", all[i].name,
                  all[i].measured.integrated_lufs,
                  all[i].measured.true_peak_dbtp,
                  all[i].lossy ? " decoded" : "");
    assert_true(all[i].good);
  }
}

static void
test_tags_by_taglib(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < n_all; ++i) {
    TonTags t;
    bool cover = false;
    assert_int_equal(ton_tags_read(all[i].path, &t, &cover, NULL), TON_OK);
    assert_string_equal(t.title, "Slow Satellite");
    assert_string_equal(t.artist, "The Quiet Machines");
    assert_string_equal(t.album, "Orbits");
    assert_string_equal(t.isrc, "ZZTON2600001");
    assert_string_equal(t.upc, "036000291452");
    assert_int_equal(t.track, 3);
    assert_int_equal(t.track_total, 9);
    assert_true(cover);
    EXPECT_NEAR("track gain", t.track_gain_db,
                -18.0 - all[i].measured.integrated_lufs,
                all[i].lossy ? 0.5 : 0.1, "dB");
  }
}

static const char*
text_of(const AVFormatContext* f, const char* key)
{
  const AVDictionaryEntry* e = av_dict_get(f->metadata, key, NULL, 0);
  return e ? e->value : "";
}

/// Pictures of a file; libav does not look for them in WAV
static unsigned
pictures(const AVFormatContext* f)
{
  unsigned n = 0;
  for (unsigned i = 0; i < f->nb_streams; ++i) {
    n += (f->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
  }
  return n;
}

static void
test_tags_by_libav(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < n_all; ++i) {
    AVFormatContext* f = NULL;
    assert_int_equal(avformat_open_input(&f, all[i].path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(f, NULL) >= 0);
    assert_string_equal(text_of(f, "title"), "Slow Satellite");
    assert_string_equal(text_of(f, "artist"), "The Quiet Machines");
    if (!strstr(all[i].path, ".wav")) {
      assert_int_equal(pictures(f), 1);
    }
    avformat_close_input(&f);
  }
}

/// The bytes of the picture itself are in the file
static void
test_cover_bytes(void** state)
{
  (void)state;
  static unsigned char cover[1 << 20];
  static unsigned char file[1 << 24];
  FILE* const c = fopen(getenv("TON_COVER"), "rb");
  const size_t n = fread(cover, 1, sizeof(cover), c);
  fclose(c);
  for (uint32_t i = 0; i < n_all; ++i) {
    FILE* const f = fopen(all[i].path, "rb");
    const size_t size = fread(file, 1, sizeof(file), f);
    fclose(f);
    assert_non_null(memmem(file, size, cover, n));
  }
}

/// Not at the delivered rate, not after dither
static void
test_ceiling_of_every_pcm_file(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < n_all; ++i) {
    double* x[2];
    if (all[i].lossy) {
      EXPECT_AT_MOST("peak after decoding", all[i].measured.true_peak_dbtp,
                     -0.1, "dBTP");
      continue;
    }
    const uint64_t n = song_load(all[i].path, &x[0], &x[1]);
    for (int c = 0; c < 2; ++c) {
      EXPECT_AT_MOST(all[i].name, 20.0 * log10(signal_true_peak(x[c], n / 3)),
                     -0.95, "dBTP");
      free(x[c]);
    }
  }
}

static void
test_loudness_of_every_file(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < n_all; ++i) {
    // noise up to 24 kHz loses what the codec's low-pass takes
    EXPECT_NEAR(all[i].name, all[i].measured.integrated_lufs, goal_lufs,
                all[i].lossy ? 0.5 : 0.1, "LUFS");
    EXPECT_NEAR("length", (double)all[i].measured.frames / all[i].measured.rate,
                8.0, 1e-4, "s");
  }
}

/// A 24-bit file at the master's own rate holds the master's samples
static void
test_own_rate_is_a_copy(void** state)
{
  (void)state;
  double* a[2];
  double* b[2];
  const uint64_t n = song_load(song_path("out/master.wav"), &a[0], &a[1]);
  for (uint32_t i = 0; i < n_all; ++i) {
    if (strcmp(all[i].name, "wav-24") != 0 &&
        strcmp(all[i].name, "flac") != 0) {
      continue;
    }
    assert_int_equal(song_load(all[i].path, &b[0], &b[1]), n);
    for (int c = 0; c < 2; ++c) {
      assert_memory_equal(a[c], b[c], n * sizeof(double));
      free(b[c]);
    }
  }
  free(a[0]);
  free(a[1]);
}

/// Rates that MP3 does not have, and one channel
static void
test_high_rate_and_mono(void** state)
{
  (void)state;
  TonMastered m;
  TonError error = {0};
  uint32_t n = 0;
  static TonDelivered made[TON_MOST_DELIVERED];
  const TonMasterWish wish = {
      .loudness_lufs = -16.0, .ceiling_dbtp = NAN, .amount = NAN};
  song_mix("out/mix.wav", 96000.0, 1, 2.0, -4.0);
  remove(song_path("master.yaml"));
  assert_int_equal(ton_studio_master(song_path(""), &wish, &job, &m, &error),
                   TON_OK);
  ton_mastered_free(&m);
  song_text("release.yaml", "title: Mono\nartist: A\n");
  const TonStatus status =
      ton_studio_release(song_path(""), &job, made, &n, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  assert_int_equal(status, TON_OK);
  for (uint32_t i = 0; i < n; ++i) {
    assert_true(made[i].good);
    assert_int_equal(made[i].measured.channels, 1);
    if (strcmp(made[i].name, "mp3") == 0) {
      assert_int_equal(made[i].measured.rate, 48000);
    }
  }
}

int
main(void)
{
  av_log_set_level(AV_LOG_QUIET);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_everything_is_there),
      cmocka_unit_test(test_tags_by_taglib),
      cmocka_unit_test(test_tags_by_libav),
      cmocka_unit_test(test_cover_bytes),
      cmocka_unit_test(test_ceiling_of_every_pcm_file),
      cmocka_unit_test(test_loudness_of_every_file),
      cmocka_unit_test(test_own_rate_is_a_copy),
      cmocka_unit_test(test_high_rate_and_mono),
  };
  return cmocka_run_group_tests(tests, make_release, song_close);
}
