// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Which files a release writes, under which names, and what it leaves of
/// those that were there.
#include "base/array.h"
#include "base/string.h"
#include "song.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const TonJob job = {.threads = 1};

static TonStatus
report(const TonDelivery* made, TonError* error)
{
  TonSong* song = NULL;
  TON_TRY(ton_song_open(song_path(""), &song, error));
  const TonStatus status = ton_song_report(song, made, &job, error);
  ton_song_free(song);
  return status;
}

static void
release_and_report(const char* text)
{
  TonDelivery made = {0};
  TonError error = {0};
  song_text("release.yaml", text);
  if (song_releases(&job, &made, &error) || report(&made, &error)) {
    fail_msg("%s: %s", error.file, error.text);
  }
  ton_delivery_free(&made);
}

static bool
is_there(const char* name)
{
  return access(song_path(name), F_OK) == 0;
}

/// A master made elsewhere has no mix: the report shows the master alone
static void
a_master_without_a_mix_is_released(void** state)
{
  (void)state;
  song_mix("out/master.wav", 44100.0, 2, 1.0, -3.0);
  release_and_report("title: Alone\nartist: A\ndeliverables: [wav-24]\n");
  assert_true(is_there("out/release/Alone (wav-24).wav"));
  assert_non_null(
      strstr(song_read("out/release/report.json"), "\"mix\": null"));
  const char* const page = song_read("out/release/report.html");
  assert_non_null(strstr(page, "the master is at"));
  assert_null(strstr(page, "the mix is at"));
}

/// The report measures the master that the release names
static void
a_master_elsewhere_is_reported(void** state)
{
  (void)state;
  remove(song_path("out/master.wav"));
  song_mix("final.wav", 44100.0, 2, 1.0, -3.0);
  release_and_report("title: Elsewhere\nsource: final.wav\n"
                     "deliverables: [wav-24]\n");
  assert_true(is_there("out/release/Elsewhere (wav-24).wav"));
  assert_false(is_there("out/release/Alone (wav-24).wav"));
}

/// A folder that holds a master.yaml and a mix, but nothing of ours yet
static void
a_text_by_hand_needs_no_out_folder(void** state)
{
  (void)state;
  TonMasterResult m;
  TonError error = {0};
  const TonMasterOptions none = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  assert_int_equal(rename(song_path("out"), song_path("kept")), 0);
  song_text("master.yaml", "source: final.wav\nchain:\n"
                           "  - limiter: {ceiling: -1 dBTP}\n");
  const TonStatus status = song_masters(&none, &job, &m, &error);
  if (status) {
    fail_msg("%s: %s", error.file, error.text);
  }
  ton_master_result_free(&m);
  assert_true(is_there("out/master.wav"));
  remove(song_path("master.yaml"));
}

/// Of one's own: AIFF, a path for a name, two that differ by case alone
static void
own_deliverables_stay_in_the_folder(void** state)
{
  (void)state;
  release_and_report("title: Own\ndeliverables:\n"
                     "  - dj: {container: AIFF, bits: 16}\n"
                     "  - up/x: {container: WAV, bits: 24}\n"
                     "  - \"a\\nb\": {container: WAV, bits: 24}\n"
                     "  - Club: {container: WAV, bits: 24}\n"
                     "  - club: {container: WAV, bits: 24}\n");
  static const char* const files[] = {"Own (dj).aiff", "Own (up-x).wav",
                                      "Own (a-b).wav", "Own (Club).wav",
                                      "Own 2 (club).wav"};
  const char* const sums = song_read("out/release/SHA256SUMS");
  uint32_t lines = 0;
  for (const char* at = sums; (at = strchr(at, '\n')); ++at) {
    ++lines;
  }
  assert_int_equal(lines, TON_COUNT(files));
  for (size_t i = 0; i < TON_COUNT(files); ++i) {
    char name[256];
    assert_non_null(strstr(sums, files[i]));
    assert_true(
        ton_string_format(name, sizeof(name), "out/release/%s", files[i]));
    assert_true(is_there(name));
  }
  assert_false(is_there("up/x).wav") || is_there("x).wav"));
}

/// Every file that the sums name has that sum
static bool
sums_are_true(void)
{
  char text[4096];
  bool good = true;
  assert_true(
      ton_string_copy(text, sizeof(text), song_read("out/release/SHA256SUMS")));
  char* rest = text;
  for (char* line = strsep(&rest, "\n"); line && *line;
       line = strsep(&rest, "\n")) {
    char name[512];
    char sum[65];
    line[64] = '\0';
    assert_true(
        ton_string_format(name, sizeof(name), "out/release/%s", line + 66));
    good = good && !ton_file_sha256(song_path(name), sum, NULL) &&
           strcmp(sum, line) == 0;
  }
  return good;
}

static uint32_t
count_files(void)
{
  uint32_t n = 0;
  DIR* const folder = opendir(song_path("out/release"));
  assert_non_null(folder);
  for (const struct dirent* d = readdir(folder); d; d = readdir(folder)) {
    n += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
  }
  closedir(folder);
  return n;
}

static void
run_and_kill(const char* text, unsigned after_us)
{
  song_text("release.yaml", text);
  const pid_t child = fork();
  if (child == 0) {
    TonDelivery made = {0};
    song_releases(&job, &made, NULL);
    _exit(0);
  }
  usleep(after_us);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

/// Whenever a release is killed, its sums are true or gone, and the next one
/// leaves no file of the dead one
static void
a_killed_release_leaves_no_false_sums(void** state)
{
  (void)state;
  song_mix("out/master.wav", 44100.0, 2, 0.5, -3.0);
  char text[128];
  for (unsigned i = 0; i < 24; ++i) {
    assert_true(ton_string_format(
        text, sizeof(text),
        "title: Dead %u\nartist: Run %u\ndeliverables: [wav-24, flac]\n", i % 3,
        i));
    run_and_kill(text, 4000 + 3000 * i);
    assert_true(sums_are_true());
  }
  release_and_report("title: Last\ndeliverables: [wav-24, flac]\n");
  assert_true(sums_are_true());
  assert_int_equal(count_files(), 5); // two, their sums and two reports
}

/// Killed between two of the new names: the next run knows both
static void
files_of_a_half_named_release_go(void** state)
{
  (void)state;
  char sum[65];
  char noted[128];
  song_text("out/release/Half (flac).flac", "half");
  assert_int_equal(
      ton_file_sha256(song_path("out/release/Half (flac).flac"), sum, NULL),
      TON_OK);
  assert_true(
      ton_string_format(noted, sizeof(noted), "%s  Half (flac).flac\n", sum));
  song_text("out/release/.files", noted);
  song_text("out/release/mine.txt", "not of a release");
  release_and_report("title: Last\ndeliverables: [wav-24, flac]\n");
  assert_false(is_there("out/release/Half (flac).flac"));
  assert_false(is_there("out/release/.files"));
  assert_true(is_there("out/release/mine.txt"));
  remove(song_path("out/release/mine.txt"));
}

/// A master of 16 bits comes out of every form of 16 and 24 bits unchanged
static void
a_finished_16_bit_master_is_copied(void** state)
{
  (void)state;
  static float sound[2][44100];
  const float* const in[] = {sound[0], sound[1]};
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  for (int i = 0; i < 44100; ++i) { // silence in the middle
    const bool quiet = i > 15000 && i < 30000;
    sound[0][i] = quiet ? 0.0F : (float)(i * 7919 % 9001 - 4500) / 32768.0F;
    sound[1][i] = quiet ? 0.0F : (float)(i * 6007 % 8009 - 4000) / 32768.0F;
  }
  assert_int_equal(
      ton_writer_open(song_path("out/master.wav"), &format, &w, NULL), TON_OK);
  assert_int_equal(ton_writer_write(w, in, 44100, NULL), TON_OK);
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), TON_OK);
  release_and_report("title: Whole\ndeliverables: [wav-16, wav-24, cd, flac, "
                     "flac-16]\n");
  double* before[2];
  song_load(song_path("out/master.wav"), &before[0], &before[1]);
  static const char* const files[] = {"wav-16).wav", "wav-24).wav", "cd).wav",
                                      "flac).flac", "flac-16).flac"};
  for (size_t k = 0; k < TON_COUNT(files); ++k) {
    char name[128];
    double* after[2];
    assert_true(ton_string_format(name, sizeof(name), "out/release/Whole (%s",
                                  files[k]));
    assert_int_equal(song_load(song_path(name), &after[0], &after[1]), 44100);
    for (int c = 0; c < 2; ++c) {
      assert_memory_equal(before[c], after[c], 44100 * sizeof(double));
      free(after[c]);
    }
  }
  free(before[0]);
  free(before[1]);
}

/// A text, records or a cover that is a pipe would be waited for
static void
no_pipe_is_waited_for(void** state)
{
  (void)state;
  static const char* const texts[] = {"release.yaml", "master.yaml",
                                      "mix.yaml"};
  TonSong* song = NULL;
  TonError error = {0};
  for (size_t i = 0; i < TON_COUNT(texts); ++i) {
    remove(song_path(texts[i]));
    assert_int_equal(mkfifo(song_path(texts[i]), 0600), 0);
    assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_BAD_FILE);
    assert_non_null(strstr(error.text, "a device or a pipe"));
    remove(song_path(texts[i]));
  }
  song_text("mix.yaml", "tracks:\n  A: {file: final.wav}\n");
  assert_int_equal(mkfifo(song_path("decisions.json"), 0600), 0);
  assert_int_equal(ton_song_open(song_path(""), &song, &error), TON_BAD_FILE);
  assert_non_null(strstr(error.file, "decisions.json"));
  assert_non_null(strstr(error.text, "a device or a pipe"));
  remove(song_path("decisions.json"));
  remove(song_path("mix.yaml"));
}

/// What distributors take who refuse more: header, format, samples, nothing else
static void
a_plain_wav_holds_nothing_but_sound(void** state)
{
  (void)state;
  static const struct {
    const char* file;
    unsigned char format[24];
  } files[] = {
      {"out/release/Plain (wav-plain).wav",
       {16, 0, 0, 0, 1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x98, 0x09, 4, 0, 6, 0, 24}},
      {"out/release/Plain (cd-plain).wav",
       {16, 0, 0, 0, 1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16}},
  };
  song_mix("out/master.wav", 44100.0, 2, 1.0, -3.0);
  release_and_report("title: Plain\nartist: A\ncomment: not in these\n"
                     "deliverables: [wav-plain, cd-plain]\n");
  for (size_t k = 0; k < TON_COUNT(files); ++k) {
    unsigned char b[44];
    struct stat st;
    FILE* const file = fopen(song_path(files[k].file), "rb");
    assert_non_null(file);
    assert_int_equal(fread(b, 1, sizeof(b), file), sizeof(b));
    assert_int_equal(fstat(fileno(file), &st), 0);
    fclose(file);
    assert_memory_equal(b, "RIFF", 4);
    assert_memory_equal(b + 8, "WAVEfmt ", 8);
    assert_memory_equal(b + 16, files[k].format, 20);
    assert_memory_equal(b + 36, "data", 4);
    const uint32_t data = b[40] | b[41] << 8 | b[42] << 16 | b[43] << 24;
    assert_int_equal(data, 44100 * files[k].format[16]);
    assert_int_equal(st.st_size, 44 + data);
  }
}

/// A CD has two channels whatever the master has; the other files have its one
static void
a_mono_master_makes_a_cd_of_two_channels(void** state)
{
  (void)state;
  static const double rates[] = {44100.0, 48000.0}; // as it is, converted
  for (size_t k = 0; k < TON_COUNT(rates); ++k) {
    TonDelivery made = {0};
    TonError error = {0};
    double* left = NULL;
    double* right = NULL;
    song_mix("out/master.wav", rates[k], 1, 2.0, -3.0);
    song_text("release.yaml", "title: Mono\ndeliverables: [cd, flac]\n");
    if (song_releases(&job, &made, &error)) {
      fail_msg("%s: %s", error.file, error.text);
    }
    assert_int_equal(made.files[0].measured.channels, 2);
    assert_int_equal(made.files[1].measured.channels, 1);
    EXPECT_NEAR("CD against FLAC",
                made.files[0].measured.integrated_lufs -
                    made.files[1].measured.integrated_lufs,
                3.01, 0.05, "LU");
    const uint64_t n = song_load(made.files[0].path, &left, &right);
    for (uint64_t i = 0; i < n; ++i) { // each side has a dither of its own
      assert_true(fabs(left[i] - right[i]) <= 4.0 / 32768.0);
    }
    free(left);
    free(right);
    ton_delivery_free(&made);
  }
}

/// What is no regular file is not taken away to make room
static void
no_pipe_is_removed(void** state)
{
  (void)state;
  static const char* const names[] = {"SHA256SUMS", "report.html",
                                      "report.json"};
  TonError error = {0};
  song_text("release.yaml", "title: Piped\ndeliverables: [flac]\n");
  for (size_t i = 0; i < TON_COUNT(names); ++i) {
    char name[64];
    struct stat st;
    TonDelivery made = {0};
    snprintf(name, sizeof(name), "out/release/%s", names[i]);
    remove(song_path(name));
    assert_int_equal(mkfifo(song_path(name), 0600), 0);
    assert_int_equal(song_releases(&job, &made, &error), TON_WRITE_FAILED);
    assert_non_null(strstr(error.file, names[i]));
    assert_non_null(strstr(error.text, "a device or a pipe"));
    assert_int_equal(stat(song_path(name), &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    remove(song_path(name));
    ton_delivery_free(&made);
  }
}

/// A broken cover stops the release before it writes; a small one is told
static void
the_cover_is_looked_at(void** state)
{
  (void)state;
  TonDelivery made;
  TonError error = {0};
  song_text("release.yaml", "title: Covered\ncover: c.jpg\n"
                            "deliverables: [flac]\n");
  song_text("c.jpg", "\xFF\xD8\xFF not a picture at all");
  assert_int_equal(song_releases(&job, &made, &error), TON_BAD_FILE);
  assert_non_null(strstr(error.file, "c.jpg"));
  assert_false(is_there("out/release/Covered (flac).flac"));
  ton_delivery_free(&made);
  char* const demo = getenv("TON_COVER"); // 600 x 600
  char command[1024];
  assert_non_null(demo);
  assert_true(ton_string_format(command, sizeof(command), "cp '%s' '%s'", demo,
                                song_path("c.jpg")));
  assert_int_equal(system(command), 0);
  assert_int_equal(song_releases(&job, &made, &error), TON_OK);
  assert_non_null(made.cover_remark);
  assert_non_null(strstr(made.cover_remark, "600 x 600"));
  assert_null(strstr(made.cover_remark, "square"));
  ton_delivery_free(&made);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_master_without_a_mix_is_released),
      cmocka_unit_test(a_master_elsewhere_is_reported),
      cmocka_unit_test(a_text_by_hand_needs_no_out_folder),
      cmocka_unit_test(own_deliverables_stay_in_the_folder),
      cmocka_unit_test(a_killed_release_leaves_no_false_sums),
      cmocka_unit_test(files_of_a_half_named_release_go),
      cmocka_unit_test(a_finished_16_bit_master_is_copied),
      cmocka_unit_test(no_pipe_is_waited_for),
      cmocka_unit_test(no_pipe_is_removed),
      cmocka_unit_test(a_plain_wav_holds_nothing_but_sound),
      cmocka_unit_test(a_mono_master_makes_a_cd_of_two_channels),
      cmocka_unit_test(the_cover_is_looked_at),
  };
  return SONG_TESTS(tests);
}
