// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Albums: songs mastered to one another, joined, cut, tagged.

#include "base/array.h"
#include "base/folder.h"
#include "signals.h"
#include "song.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tonmeister/album.h>

enum { RATE = 44100, SECONDS = 5, N = SECONDS * RATE };

static const TonJob job = {.threads = 2};
static const TonAlbumOptions tracks_alone = {.cd = false};
static const TonAlbumOptions with_cd = {.cd = true};

/// Songs of this level and a limiter as their whole chain
static const struct {
  const char* name;
  double peak_dbfs;
} songs[] = {{"one", -6.0}, {"two", -8.0}, {"three", -20.0}};

static const char master_text[] = "source: out/mix.wav\nloudness: -16 LUFS\n"
                                  "chain: [limiter: {gain: 1 dB}]\n";

static const char*
in_song(const char* song, const char* file)
{
  static char names[8][256];
  static unsigned at;
  char* const name = names[at++ % 8];
  snprintf(name, sizeof(names[0]), "%s/%s", song, file);
  return name;
}

static void
make_songs(void)
{
  for (size_t i = 0; i < TON_COUNT(songs); ++i) {
    const char* const name = songs[i].name;
    ton_make_folder(song_path(in_song(name, "out")), NULL);
    song_mix(in_song(name, "out/mix.wav"), RATE, 2, SECONDS,
             songs[i].peak_dbfs);
    song_text(in_song(name, "master.yaml"), master_text);
  }
  song_text("two/release.yaml", "title: The Second\nartist: B\n"
                                "isrc: DE-A12-26-00002\ncomposer: C\n");
}

static void
make_album(const char* text, TonStatus expected, TonAlbumResult* r,
           TonError* error)
{
  make_songs();
  ton_make_folder(song_path("album"), NULL);
  song_text("album/album.yaml", text);
  const TonStatus status =
      ton_album_make(song_path("album"), &tracks_alone, &job, r, error);
  if (status != expected) {
    print_error("%s\n", error->text);
  }
  assert_int_equal(status, expected);
}

/// All tracks of one kind, one after the other; returns frames
static uint64_t
join(const TonAlbumResult* r, const char* kind, double** left, double** right)
{
  uint64_t n = 0;
  *left = NULL;
  *right = NULL;
  for (uint32_t i = 0; i < r->delivery.n; ++i) {
    double* x[2];
    if (strcmp(r->delivery.files[i].name, kind) == 0) {
      const uint64_t more = song_load(r->delivery.files[i].path, &x[0], &x[1]);
      *left = realloc(*left, (n + more) * sizeof(double));
      *right = realloc(*right, (n + more) * sizeof(double));
      memcpy(*left + n, x[0], more * sizeof(double));
      memcpy(*right + n, x[1], more * sizeof(double));
      n += more;
      free(x[0]);
      free(x[1]);
    }
  }
  return n;
}

/// 60 % of what the mixes differ by stays, within bounds; one ceiling; the songs
/// themselves are left alone
static void
test_tracks_keep_their_contrast(void** state)
{
  (void)state;
  TonAlbumResult r;
  TonError error = {0};
  make_album("artist: A\nceiling: -1.5 dBTP\ndeliverables: [flac, wav-24]\n"
             "tracks: [../one, ../two, ../three]\n",
             TON_OK, &r, &error);
  // the mixes lie at 2, 0 and -12 LU of the median: 1.2, 0 and -3 LU stay
  static const double goals[] = {-14.0, -15.2, -18.2};
  double power = 0.0;
  for (uint32_t i = 0; i < 3; ++i) {
    const TonAlbumRow* const row = &r.tracks[i];
    EXPECT_NEAR("goal", row->goal_lufs, goals[i], 0.11, "LUFS");
    // the gap behind it is a part of so short a track
    EXPECT_NEAR("loudness", row->measured.integrated_lufs, row->goal_lufs,
                i < 2 ? 0.25 : 0.1, "LUFS");
    EXPECT_AT_MOST("peak", row->measured.true_peak_dbtp, -1.45, "dBTP");
    assert_string_equal(song_read(in_song(songs[i].name, "master.yaml")),
                        master_text);
    assert_int_not_equal(
        access(song_path(in_song(songs[i].name, "out/master.wav")), F_OK), 0);
    power += pow(10.0, row->measured.integrated_lufs / 10.0);
  }
  EXPECT_NEAR("first goal", r.tracks[0].goal_lufs, -14.0, 0.0, "LUFS");
  EXPECT_NEAR("album loudness", r.whole.integrated_lufs,
              10.0 * log10(power / 3.0), 0.3, "LUFS");
  ton_album_result_free(&r);
}

static void
test_tags_tell_track_and_album(void** state)
{
  (void)state;
  TonAlbumResult r;
  TonError error = {0};
  make_album("title: Both\nartist: A\ndeliverables: [flac, opus]\n"
             "tracks: [../one, ../two]\n",
             TON_OK, &r, &error);
  for (uint32_t i = 0; i < r.delivery.n; ++i) {
    TonTags t = {0};
    bool cover = false;
    const TonAlbumRow* const row = &r.tracks[i / 2];
    assert_int_equal(
        ton_tags_read(r.delivery.files[i].path, &t, &cover, &error), TON_OK);
    assert_true(t.has_gain && t.has_album_gain);
    EXPECT_DB("track", t.track_gain_db, -18.0 - row->measured.integrated_lufs,
              0.05);
    EXPECT_DB("album", t.album_gain_db, -18.0 - r.whole.integrated_lufs, 0.01);
    assert_string_equal(t.album, "Both");
    assert_string_equal(t.album_artist, "A");
    assert_string_equal(t.title, i < 2 ? "one" : "The Second");
    assert_string_equal(t.artist, i < 2 ? "A" : "B");
    assert_string_equal(t.isrc, i < 2 ? "" : "DEA122600002");
    assert_int_equal(t.track, i / 2 + 1);
    assert_int_equal(t.track_total, 2);
    ton_tags_free(&t);
  }
  ton_album_result_free(&r);
}

/// The files one after the other are the album: gap and crossfade lie in them
static void
test_gaps_and_crossfades(void** state)
{
  (void)state;
  TonAlbumResult r;
  TonError error = {0};
  make_album("contrast: 0 %\nloudness: -20 LUFS\ndeliverables: [wav-24]\n"
             "tracks:\n"
             "  - ../one\n"
             "  - {song: ../one, gap: 1.5 s}\n"
             "  - {song: ../one, crossfade: 1 s}\n",
             TON_OK, &r, &error);
  double* x[2];
  const uint64_t n = join(&r, "wav-24", &x[0], &x[1]);
  const uint64_t second = N + 3 * RATE / 2;
  const uint64_t third = second + N - RATE;
  EXPECT_NEAR("length", (double)n / RATE, (double)(third + N) / RATE, 0.0, "s");
  EXPECT_NEAR("start of the third", r.tracks[2].start_s, (double)third / RATE,
              1e-9, "s");
  double gap = 0.0;
  double twice = 0.0;
  double cross = 0.0;
  for (uint64_t i = 0; i < N; ++i) {
    gap = fmax(gap, i < 3 * RATE / 2 ? fabs(x[0][N + i]) : 0.0);
    const bool faded = i >= N - RATE;
    twice = fmax(twice, faded ? 0.0 : fabs(x[0][i] - x[0][second + i]));
    if (i < RATE) {
      const double in = sin(0.5 * M_PI * (double)i / RATE);
      const double out = sin(0.5 * M_PI * (double)(RATE - i) / RATE);
      const double wanted = out * x[0][N - RATE + i] + in * x[0][i];
      cross = fmax(cross, fabs(x[0][third + i] - wanted));
    }
  }
  EXPECT_AT_MOST("gap", gap, 0.0, "");
  EXPECT_AT_MOST("bits outside of a crossfade", twice, 0.0, "");
  EXPECT_AT_MOST("crossfade", cross * 8388608.0, 2.0, "steps of 24 bits");
  free(x[0]);
  free(x[1]);
  ton_album_result_free(&r);
}

/// A song whose lows lie so far below and its highs above those of the others
static void
make_tilted(const char* name, double tilt_db)
{
  double* x[2];
  ton_make_folder(song_path(in_song(name, "out")), NULL);
  const uint64_t n = song_load(song_path("one/out/mix.wav"), &x[0], &x[1]);
  const double high = pow(10.0, 0.5 * tilt_db / 20.0);
  const double a = 1.0 - exp(-2.0 * M_PI * 900.0 / RATE);
  for (int k = 0; k < 2; ++k) {
    double low = 0.0;
    for (uint64_t i = 0; i < n; ++i) {
      low += a * (x[k][i] - low);
      x[k][i] = 0.5 * (low / high + high * (x[k][i] - low));
    }
  }
  song_wav(in_song(name, "out/mix.wav"), RATE, 2, x[0], x[1], n);
  song_text(in_song(name, "master.yaml"), master_text);
  free(x[0]);
  free(x[1]);
}

static void
make_again(TonAlbumResult* r)
{
  TonError error = {0};
  const TonStatus status =
      ton_album_make(song_path("album"), &tracks_alone, &job, r, &error);
  if (status) {
    fail_msg("%s", error.text);
  }
}

/// What stands off comes 40 % nearer to the others, as values in the text that are
/// the same again in the next run; what is alike is left alone; what a person
/// writes stays
static void
test_tones_come_nearer(void** state)
{
  (void)state;
  TonAlbumResult r;
  static const char text[] = "deliverables: [flac]\n"
                             "tracks:\n  - song: ../bright\n  - ../one\n"
                             "  - {song: ../dark, gap: 1 s}\n";
  make_songs();
  make_tilted("bright", 3.0);
  make_tilted("dark", -3.0);
  song_text("album/album.yaml", text);
  make_again(&r);
  for (uint32_t i = 0; i < 3; i += 2) {
    const TonAlbumRow* const row = &r.tracks[i];
    EXPECT_AT_LEAST("off", row->tone_off_db, 0.75, "dB");
    EXPECT_NEAR("that is left", row->tone_left_db / row->tone_off_db, 0.6, 0.1,
                "");
  }
  EXPECT_AT_MOST("one alike", r.tracks[1].tone_off_db, 0.5, "dB");
  EXPECT_NEAR("left of it", r.tracks[1].tone_left_db, r.tracks[1].tone_off_db,
              0.0, "dB");
  ton_album_result_free(&r);
  char* const first = strdup(song_read("album/album.yaml"));
  assert_non_null(strstr(first, "high-shelf: {"));
  assert_non_null(strstr(first, "than on the album on average"));
  assert_non_null(strstr(first, "\n  - ../one\n"));
  make_again(&r);
  ton_album_result_free(&r);
  assert_string_equal(song_read("album/album.yaml"), first);
  free(first);
}

/// A value that was changed stays, and with it its chain; so does a locked chain,
/// though twice as much is asked for
static void
test_changed_and_locked_tones_stay(void** state)
{
  (void)state;
  TonAlbumResult r;
  make_songs();
  make_tilted("bright", 3.0);
  make_tilted("dark", -3.0);
  song_text("album/album.yaml", "deliverables: [flac]\n"
                                "tracks:\n  - song: ../bright\n  - ../one\n"
                                "  - song: ../dark\n");
  make_again(&r);
  ton_album_result_free(&r);
  char* const text = strdup(song_read("album/album.yaml"));
  char* const shelf = strstr(text, "gain: ");
  char* const dark = strstr(text, "../dark\n");
  assert_true(shelf && dark && shelf < dark);
  memcpy(shelf + 6, "3", 1);
  const size_t head = (size_t)(dark - text) + 8;
  char locked[8192];
  snprintf(locked, sizeof(locked), "tone: 80 %%\n%.*s    lock: [chain]\n%s",
           (int)head, text, text + head);
  song_text("album/album.yaml", locked);
  make_again(&r);
  ton_album_result_free(&r);
  const char* const after = song_read("album/album.yaml");
  const size_t value = strcspn(shelf, "}");
  assert_non_null(memmem(after, strlen(after), shelf, value));
  assert_non_null(strstr(after, text + head));
  free(text);
}

static void
test_a_chain_of_ones_own_stays(void** state)
{
  (void)state;
  TonAlbumResult r;
  static const char text[] =
      "deliverables: [flac]\n"
      "tracks:\n  - {song: ../bright, chain: []}\n  - ../one\n"
      "  - {song: ../dark, chain: [equaliser: [high-shelf: {at: 5 kHz, gain: "
      "6 dB}]]}\n";
  make_songs();
  make_tilted("bright", 3.0);
  make_tilted("dark", -3.0);
  song_text("album/album.yaml", text);
  make_again(&r);
  assert_string_equal(song_read("album/album.yaml"), text);
  const double bright_db = r.tracks[0].tone_off_db;
  ton_album_result_free(&r);
  song_text("album/album.yaml", "deliverables: [flac]\ntone: 0 %\n"
                                "tracks: [../bright, ../one, ../dark]\n");
  make_again(&r);
  EXPECT_AT_LEAST("heard through the chain",
                  fabs(r.tracks[0].tone_off_db - bright_db), 0.3, "dB");
  assert_null(strstr(song_read("album/album.yaml"), "chain"));
  ton_album_result_free(&r);
}

/// Names and places of the album below
static void
expect_cue(void)
{
  const char* const cue = song_read("album/out/A -Set- (cd image).cue");
  static const char* const lines[] = {
      "CATALOG 0036000291452\n", "TITLE \"A 'Set'\"\n",
      "FILE \"A -Set- (cd image).wav\" WAVE\n", "  TRACK 01 AUDIO\n",
      "    INDEX 00 00:00:00\n", "    INDEX 01 00:02:00\n",
      "    TITLE \"The Second\"\n", "    PERFORMER \"B\"\n",
      "    SONGWRITER \"C\"\n", "    ISRC DEA122600002\n",
      "    INDEX 00 00:07:01\n",
      // 2 + 5 + 1.11 s: 608.25 sectors
      "    INDEX 01 00:08:08\n", "  TRACK 03 AUDIO\n",
      // 0.5 s before 13.11 s: 945.75 sectors
      "    INDEX 01 00:12:45\n"};
  for (size_t i = 0; i < TON_COUNT(lines); ++i) {
    if (!strstr(cue, lines[i])) {
      fail_msg("%s is missing in\n%s", lines[i], cue);
    }
  }
}

/// Of two rates: the image begins each track in the sector that its CUE names
static void
test_the_cd_image_holds_the_tracks(void** state)
{
  (void)state;
  TonAlbumResult r;
  TonError error = {0};
  make_songs();
  song_mix("three/out/mix.wav", 48000.0, 2, SECONDS, -9.0);
  song_text("album/album.yaml",
            "title: A \"Set\"\nartist: A\nupc: 036000291452\n"
            "deliverables: [flac]\n"
            "tracks:\n  - ../three\n  - {song: ../two, gap: 1.11 s}\n"
            "  - {song: ../one, crossfade: 0.5 s}\n");
  const TonStatus status =
      ton_album_make(song_path("album"), &with_cd, &job, &r, &error);
  if (status) {
    print_error("%s\n", error.text);
  }
  assert_int_equal(status, TON_OK);
  EXPECT_AT_MOST("left of the tracks", r.cd_null_db, -60.0, "dB");
  expect_cue();
  double* x[2];
  const TonDelivered* const image = &r.delivery.files[r.delivery.n - 1];
  const uint64_t n = song_load(image->path, &x[0], &x[1]);
  assert_int_equal(n % 588, 0);
  EXPECT_AT_MOST("2 s in front", 20.0 * log10(signal_rms(x[0], 2 * RATE)),
                 -80.0, "dBFS");
  EXPECT_AT_LEAST("then music",
                  20.0 * log10(signal_rms(x[0] + (uint64_t)2 * RATE, RATE)),
                  -40.0, "dBFS");
  free(x[0]);
  free(x[1]);
  assert_non_null(strstr(song_read("album/out/SHA256SUMS"), ".cue\n"));
  ton_album_result_free(&r);
}

/// What the last run wrote for a CD goes with the next one that has none; a track
/// may be too short for a CD
static void
test_what_no_cd_can_have_is_told(void** state)
{
  (void)state;
  TonAlbumResult r;
  TonError error = {0};
  make_album("deliverables: [flac]\ntracks: [../one, ../two]\n", TON_OK, &r,
             &error);
  assert_true(isnan(r.cd_null_db));
  ton_album_result_free(&r);
  assert_int_not_equal(
      access(song_path("album/out/A -Set- (cd image).cue"), F_OK), 0);
  song_mix("two/out/mix.wav", RATE, 2, 1.5, -8.0);
  song_text("album/album.yaml",
            "deliverables: [flac]\ntracks: [../one, ../two]\n");
  assert_int_equal(
      ton_album_make(song_path("album"), &with_cd, &job, &r, &error),
      TON_GOAL_MISSED);
  assert_non_null(strstr(error.text, "track 2 is shorter than 4 s"));
  ton_album_result_free(&r);
}

static void
test_a_text_is_begun_once(void** state)
{
  (void)state;
  TonError error = {0};
  make_songs();
  const char* const given[] = {song_path("two"), song_path("one")};
  const char* const folder = song_path("new album");
  assert_int_equal(ton_album_begin(folder, given, 2, &error), TON_OK);
  assert_non_null(strstr(song_read("new album/album.yaml"), "/two\n"));
  assert_int_equal(ton_album_begin(folder, given, 2, &error), TON_BAD_USE);
  const char* const missing[] = {song_path("none")};
  assert_int_equal(ton_album_begin(song_path("other"), missing, 1, &error),
                   TON_NOT_FOUND);
}

static void
test_wrong_texts_are_told(void** state)
{
  (void)state;
  static const struct {
    const char* text;
    const char* error;
  } wrong[] = {
      {"tracks: []\n", "an album has 1 to 99 tracks"},
      {"tracks: [{song: ../one, gap: 1 s, crossfade: 1 s}]\n",
       "one of both has to go"},
      {"tracks: [{gap: 1 s}]\n", "the key \"song\" is missing"},
      {"tracks: [../one]\nupc: 036000291453\n", "has a typing error"},
  };
  ton_make_folder(song_path("album"), NULL);
  for (size_t i = 0; i < TON_COUNT(wrong); ++i) {
    TonAlbumResult r;
    TonError error = {0};
    song_text("album/album.yaml", wrong[i].text);
    assert_int_equal(
        ton_album_make(song_path("album"), &tracks_alone, &job, &r, &error),
        TON_BAD_TEXT);
    if (!strstr(error.text, wrong[i].error)) {
      fail_msg("%s", error.text);
    }
    ton_album_result_free(&r);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tracks_keep_their_contrast),
      cmocka_unit_test(test_tags_tell_track_and_album),
      cmocka_unit_test(test_gaps_and_crossfades),
      cmocka_unit_test(test_tones_come_nearer),
      cmocka_unit_test(test_changed_and_locked_tones_stay),
      cmocka_unit_test(test_a_chain_of_ones_own_stays),
      cmocka_unit_test(test_the_cd_image_holds_the_tracks),
      cmocka_unit_test(test_what_no_cd_can_have_is_told),
      cmocka_unit_test(test_a_text_is_begun_once),
      cmocka_unit_test(test_wrong_texts_are_told),
  };
  return SONG_TESTS(tests);
}
