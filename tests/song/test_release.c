// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What lies on the disk after a release, read by others than its writer:
   TagLib and libav for the texts and the cover, the tests' own oversampling
   for the peaks.
*/
#include "base/array.h"
#include "base/output_file.h"
#include "signals.h"
#include "song.h"

#include <libavformat/avformat.h>

#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const TonJob job = {.threads = 1};
static TonDelivery all;
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
                                   "flac, flac-16, mp3, mp3-192, ogg, opus]\n";

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
  TonMasterResult m;
  TonError error = {0};
  const TonMasterOptions wish = {
      .loudness_lufs = -11.0, .ceiling_dbtp = NAN, .amount = NAN};
  song_mix("out/mix.wav", 48000.0, 2, 8.0, -4.0);
  if (song_masters(&wish, &job, &m, &error)) {
    print_error("%s\n", error.text);
    return -1;
  }
  goal_lufs = m.after.integrated_lufs;
  ton_master_result_free(&m);
  song_text("release.yaml", release_text);
  copy_cover();
  const TonStatus status = song_releases(&job, &all, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  return status ? -1 : 0;
}

static void
test_everything_is_there(void** state)
{
  (void)state;
  assert_int_equal(all.n, 10);
  for (uint32_t i = 0; i < all.n; ++i) {
    print_message("# %s: %.2f LUFS, %.2f dBTP%s\n", all.files[i].name,
                  all.files[i].measured.integrated_lufs,
                  all.files[i].measured.true_peak_dbtp,
                  all.files[i].lossy ? " decoded" : "");
    assert_true(all.files[i].good);
  }
}

static void
test_tags_by_taglib(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < all.n; ++i) {
    TonTags t;
    bool cover = false;
    assert_int_equal(ton_tags_read(all.files[i].path, &t, &cover, NULL),
                     TON_OK);
    assert_string_equal(t.title, "Slow Satellite");
    assert_string_equal(t.artist, "The Quiet Machines");
    assert_string_equal(t.album, "Orbits");
    assert_string_equal(t.isrc, "ZZTON2600001");
    assert_string_equal(t.upc, "036000291452");
    assert_int_equal(t.track, 3);
    assert_int_equal(t.track_total, 9);
    assert_true(cover);
    EXPECT_NEAR("track gain", t.track_gain_db,
                -18.0 - all.files[i].measured.integrated_lufs,
                all.files[i].lossy ? 0.5 : 0.1, "dB");
    ton_tags_free(&t);
  }
}

static const char*
text_of(const AVFormatContext* f, const char* key)
{
  const AVDictionaryEntry* e = av_dict_get(f->metadata, key, NULL, 0);
  e = e ? e : av_dict_get(f->streams[0]->metadata, key, NULL, 0); // of an Ogg
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
  for (uint32_t i = 0; i < all.n; ++i) {
    AVFormatContext* f = NULL;
    assert_int_equal(avformat_open_input(&f, all.files[i].path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(f, NULL) >= 0);
    assert_string_equal(text_of(f, "title"), "Slow Satellite");
    assert_string_equal(text_of(f, "artist"), "The Quiet Machines");
    if (!strstr(all.files[i].path, ".wav")) {
      assert_int_equal(pictures(f), 1);
    }
    avformat_close_input(&f);
  }
}

/// The bytes of the picture itself are in the file; in an Ogg they are base 64
static void
test_cover_bytes(void** state)
{
  (void)state;
  static unsigned char cover[1 << 20];
  static unsigned char file[1 << 24];
  FILE* const c = fopen(getenv("TON_COVER"), "rb");
  const size_t n = fread(cover, 1, sizeof(cover), c);
  fclose(c);
  for (uint32_t i = 0; i < all.n; ++i) {
    FILE* const f = fopen(all.files[i].path, "rb");
    const size_t size = fread(file, 1, sizeof(file), f);
    fclose(f);
    assert_true(memmem(file, size, cover, n) || memcmp(file, "OggS", 4) == 0);
  }
}

/// Not at the delivered rate, not after dither
static void
test_ceiling_of_every_pcm_file(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < all.n; ++i) {
    double* x[2];
    if (all.files[i].lossy) {
      EXPECT_AT_MOST("peak after decoding",
                     all.files[i].measured.true_peak_dbtp, -0.1, "dBTP");
      continue;
    }
    const uint64_t n = song_load(all.files[i].path, &x[0], &x[1]);
    for (int c = 0; c < 2; ++c) {
      EXPECT_AT_MOST(all.files[i].name,
                     20.0 * log10(signal_true_peak(x[c], n / 3)), -0.95,
                     "dBTP");
      free(x[c]);
    }
  }
}

static void
test_loudness_of_every_file(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < all.n; ++i) {
    // noise up to 24 kHz loses what the codec's low-pass takes
    EXPECT_NEAR(all.files[i].name, all.files[i].measured.integrated_lufs,
                goal_lufs, all.files[i].lossy ? 0.5 : 0.1, "LUFS");
    EXPECT_NEAR("length",
                (double)all.files[i].measured.frames /
                    all.files[i].measured.rate,
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
  for (uint32_t i = 0; i < all.n; ++i) {
    if (strcmp(all.files[i].name, "wav-24") != 0 &&
        strcmp(all.files[i].name, "flac") != 0) {
      continue;
    }
    assert_int_equal(song_load(all.files[i].path, &b[0], &b[1]), n);
    for (int c = 0; c < 2; ++c) {
      assert_memory_equal(a[c], b[c], n * sizeof(double));
      free(b[c]);
    }
  }
  free(a[0]);
  free(a[1]);
}

/// The release once more: same files, byte for byte, for any number of workers
static void
test_cod_07_released_again(void** state)
{
  (void)state;
  TonDelivery again;
  TonError error = {0};
  const TonJob other = {.threads = 3, .block = 441};
  assert_int_equal(song_releases(&other, &again, &error), TON_OK);
  assert_int_equal(again.n, all.n);
  for (uint32_t i = 0; i < again.n; ++i) {
    assert_string_equal(again.files[i].sha256, all.files[i].sha256);
  }
  ton_delivery_free(&again);
}

/// What a decoder that is not ours makes of a file, at 16 times the rate
static double
peak_by_ffmpeg(const char* path)
{
  char command[2200];
  double* x[2];
  snprintf(command, sizeof(command),
           "ffmpeg -v error -nostdin -y -i '%s' -c:a pcm_f32le '%s'", path,
           song_path("decoded.wav"));
  assert_int_equal(system(command), 0);
  const uint64_t n = song_load(song_path("decoded.wav"), &x[0], &x[1]);
  const double peak =
      fmax(signal_true_peak(x[0], n), signal_true_peak(x[1], n));
  free(x[0]);
  free(x[1]);
  return 20.0 * log10(peak);
}

/// A loud song right under full scale: decoders go over it unless it is fed
/// lower
static void
test_cod_04_and_05_overs_of_decoders(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  TonDelivery made;
  const TonMasterOptions wish = {
      .loudness_lufs = -10.0, .ceiling_dbtp = -0.1, .amount = NAN};
  song_mix("out/mix.wav", 44100.0, 2, 4.0, -4.0);
  remove(song_path("master.yaml"));
  assert_int_equal(song_masters(&wish, &job, &m, &error), TON_OK);
  ton_master_result_free(&m);
  double most = 0.0;
  song_text("release.yaml", "title: Loud\nartist: A\n"
                            "deliverables: [mp3, mp3-192]\n");
  assert_int_equal(song_releases(&job, &made, &error), TON_OK);
  for (uint32_t i = 0; i < made.n; ++i) {
    const double peak = peak_by_ffmpeg(made.files[i].path);
    EXPECT_NEAR("COD-04 peak, ours and ffmpeg's decoder",
                made.files[i].measured.true_peak_dbtp, peak, 0.05, "dBTP");
    EXPECT_AT_MOST("COD-05 peak after decoding", peak, -0.05, "dBTP");
    EXPECT_AT_MOST("COD-05 times written again", made.files[i].tries - 1.0, 3.0,
                   "");
    most = fmax(most, made.files[i].tries - 1.0);
  }
  EXPECT_AT_LEAST("COD-05 it was needed", most, 1.0, "");
  ton_delivery_free(&made);
}

static TonStatus
reports(const TonDelivery* made, TonError* error)
{
  TonSong* song = NULL;
  TON_TRY(ton_song_open(song_path(""), &song, error));
  const TonStatus status = ton_song_report(song, made, &job, error);
  ton_song_free(song);
  return status;
}

/// Of a form that nothing here can write only that file is missing
static void
test_cod_06_a_missing_encoder(void** state)
{
  (void)state;
  TonError error = {0};
  TonDelivery made;
  song_text("release.yaml", "title: Some\nartist: A\n"
                            "deliverables: [aac, wav-24, mp3]\n");
  assert_int_equal(song_releases(&job, &made, &error), TON_GOAL_MISSED);
  assert_int_equal(made.n, 3);
  assert_non_null(strstr(error.file, "aac"));
  assert_non_null(strstr(error.text, "not written"));
  assert_true(!made.files[0].good && !made.files[0].bytes &&
              !*made.files[0].sha256);
  assert_true(made.files[1].good && made.files[2].good);
  const char* const sums = song_read("out/release/SHA256SUMS");
  assert_non_null(strstr(sums, made.files[1].sha256));
  assert_null(strstr(sums, "aac"));
  assert_int_equal(reports(&made, &error), TON_OK);
  ton_delivery_free(&made);
}

static int n_halves;

static int
count_halves(const char* path, const struct stat* st, int kind,
             struct FTW* walk)
{
  (void)st;
  (void)kind;
  n_halves += strncmp(path + walk->base, ".part", 5) == 0;
  return 0;
}

/// A disk that fills while several files are being written
static void
test_a_full_disk_leaves_no_halves(void** state)
{
  (void)state;
  TonError error = {0};
  TonDelivery made;
  const TonJob workers = {.threads = 4};
  struct rlimit was;
  song_text("release.yaml", "title: Full\nartist: A\n");
  getrlimit(RLIMIT_FSIZE, &was);
  const struct rlimit small = {400000, was.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  const TonStatus status = song_releases(&workers, &made, &error);
  setrlimit(RLIMIT_FSIZE, &was);
  assert_int_equal(status, TON_WRITE_FAILED);
  assert_non_null(strstr(error.text, "File too large"));
  n_halves = 0;
  assert_int_equal(nftw(song_path(""), count_halves, 16, FTW_PHYS), 0);
  assert_int_equal(n_halves, 0);
  assert_int_equal(access(song_path("out/release/Full (wav-24).wav"), F_OK),
                   -1);
  // with room again it goes on as if nothing had been
  assert_int_equal(song_releases(&workers, &made, &error), TON_OK);
  assert_int_equal(made.n, 4);
  ton_delivery_free(&made);
}

/// Rates that MP3 does not have, and one channel
static void
test_high_rate_and_mono(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  TonDelivery made;
  const TonMasterOptions wish = {
      .loudness_lufs = -16.0, .ceiling_dbtp = NAN, .amount = NAN};
  song_mix("out/mix.wav", 96000.0, 1, 2.0, -4.0);
  remove(song_path("master.yaml"));
  assert_int_equal(song_masters(&wish, &job, &m, &error), TON_OK);
  ton_master_result_free(&m);
  song_text("release.yaml", "title: Mono\nartist: A\n");
  const TonStatus status = song_releases(&job, &made, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  assert_int_equal(status, TON_OK);
  for (uint32_t i = 0; i < made.n; ++i) {
    assert_true(made.files[i].good);
    const bool cd = strcmp(made.files[i].name, "cd") == 0;
    assert_int_equal(made.files[i].measured.channels, cd ? 2 : 1);
    if (strcmp(made.files[i].name, "mp3") == 0) {
      assert_int_equal(made.files[i].measured.rate, 48000);
    }
  }
  ton_delivery_free(&made);
}

static int
end_release(void** state)
{
  ton_delivery_free(&all);
  return song_close(state);
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
      cmocka_unit_test(test_cod_07_released_again),
      cmocka_unit_test(test_cod_04_and_05_overs_of_decoders),
      cmocka_unit_test(test_cod_06_a_missing_encoder),
      cmocka_unit_test(test_a_full_disk_leaves_no_halves),
      cmocka_unit_test(test_high_rate_and_mono),
  };
  return cmocka_run_group_tests(tests, make_release, end_release);
}
