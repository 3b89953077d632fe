// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Which files a release writes, under which names, and what it leaves of
/// those that were there.
#include "base/array.h"
#include "base/string.h"
#include "song.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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
                     "  - ../../up/x: {container: WAV, bits: 24}\n"
                     "  - \"a\\nb\": {container: WAV, bits: 24}\n"
                     "  - Club: {container: WAV, bits: 24}\n"
                     "  - club: {container: WAV, bits: 24}\n");
  static const char* const files[] = {"Own (dj).aiff", "Own (..-..-up-x).wav",
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

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_master_without_a_mix_is_released),
      cmocka_unit_test(a_master_elsewhere_is_reported),
      cmocka_unit_test(a_text_by_hand_needs_no_out_folder),
      cmocka_unit_test(own_deliverables_stay_in_the_folder),
  };
  return SONG_TESTS(tests);
}
