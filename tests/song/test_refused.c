// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "signals.h"
#include "song.h"

#include <dirent.h>
#include <string.h>

/**
   @file
   Memory refused at any moment of any verb: an error with its sentence, no
   crash, nothing half-written, and under the address sanitizer no leak.
*/

static TonStatus
run_new(TonError* error)
{
  remove(song_path("mix.yaml"));
  char a[1024];
  char b[1024];
  snprintf(a, sizeof(a), "%s", song_path("Kick.wav"));
  snprintf(b, sizeof(b), "%s", song_path("Lead Vox.wav"));
  char* stems[] = {a, b};
  TonSong* song = NULL;
  const TonStatus status =
      ton_song_create(song_path(""), stems, 2, false, &song, error);
  ton_song_free(song);
  return status;
}

static TonStatus
run_propose(TonError* error)
{
  TonSong* song = NULL;
  TON_TRY(ton_song_open(song_path(""), &song, error));
  TonStatus status = ton_song_propose(song, &(TonJob){.threads = 2}, error);
  status = status ? status : ton_song_save(song, error);
  ton_song_free(song);
  return status;
}

static TonStatus
run_mix(TonError* error)
{
  TonMeasurement m;
  const TonMixOptions wish = {.stems = true, .bits = 24};
  return song_mixes(&wish, &(TonJob){.threads = 2}, &m, error);
}

static TonStatus
run_check(TonError* error)
{
  static TonCheck check;
  return ton_check_file(song_path("out/mix.wav"), NULL, &(TonJob){.threads = 2},
                        &check, error);
}

static TonStatus
run_apply(TonError* error)
{
  TonInsert chain[2] = {0};
  TonStatus status = ton_insert_parse("reverb", &chain[0], error);
  status = status ? status
                  : ton_insert_parse("compressor:ratio=3", &chain[1], error);
  status = status ? status
                  : ton_apply(song_path("Kick.wav"), song_path("out/wet.wav"),
                              chain, 2, &(TonJob){.threads = 2}, error);
  ton_insert_free(&chain[0]);
  ton_insert_free(&chain[1]);
  return status;
}

static TonStatus
run_master(TonError* error)
{
  TonMasterResult done = {0};
  const TonMasterOptions wish = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  remove(song_path("master.yaml"));
  const TonStatus status =
      song_masters(&wish, &(TonJob){.threads = 2}, &done, error);
  ton_master_result_free(&done);
  return status;
}

static TonStatus
run_release(TonError* error)
{
  TonDelivery made = {0};
  TonSong* song = NULL;
  const TonJob job = {.threads = 2};
  TON_TRY(ton_song_open(song_path(""), &song, error));
  TonStatus status =
      ton_song_release(song, &(TonReleaseOptions){0}, &job, &made, error);
  if (!status || status == TON_GOAL_MISSED) {
    status = ton_song_save(song, error);
    status = status ? status : ton_song_report(song, &made, &job, error);
  }
  ton_delivery_free(&made);
  ton_song_free(song);
  return status;
}

static void
expect_nothing_half_written(const char* folder)
{
  DIR* const dir = opendir(song_path(folder));
  for (struct dirent* e; dir && (e = readdir(dir));) {
    if (strstr(e->d_name, ".part")) {
      fail_msg("%s/%s is left", folder, e->d_name);
    }
  }
  if (dir) {
    closedir(dir);
  }
}

/// Refuse after every early request, then after ever rarer ones
static void
expect_errors(const char* verb, TonStatus (*run)(TonError*))
{
  TonStatus status = TON_NO_MEMORY;
  int refused = 0;
  for (long n = 0; refused < 4000; n += 1 + n / 12) {
    TonError error = {0};
    ton_alloc_fail_after(n);
    status = run(&error);
    const unsigned long refusals = ton_alloc_fail_after(-1);
    if (!status || status == TON_GOAL_MISSED) {
      // done without what was refused?
      assert_int_equal(refusals, 0);
      break;
    }
    ++refused;
    if (status != TON_NO_MEMORY || !*error.text) {
      fail_msg("%s, after %ld requests: status %d \"%s\"", verb, n, (int)status,
               error.text);
    }
    expect_nothing_half_written("");
    expect_nothing_half_written("out");
    expect_nothing_half_written("out/stems");
    expect_nothing_half_written("out/release");
  }
  assert_in_range(refused, 1, 3999);
  print_message("# %s: %d refusals\n", verb, refused);
}

#define REFUSED(verb)                                                          \
  static void verb##_without_memory(void** state)                              \
  {                                                                            \
    (void)state;                                                               \
    expect_errors(#verb, run_##verb);                                          \
  }

REFUSED(new)
REFUSED(propose)
REFUSED(mix)
REFUSED(check)
REFUSED(apply)
REFUSED(master)
REFUSED(release)

static int
open_stems(void** state)
{
  if (song_open(state)) {
    return -1;
  }
  song_mix("Kick.wav", 48000, 1, 1.0, -12.0);
  song_mix("Lead Vox.wav", 44100, 2, 1.2, -10.0);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(new_without_memory),
      cmocka_unit_test(propose_without_memory),
      cmocka_unit_test(mix_without_memory),
      cmocka_unit_test(check_without_memory),
      cmocka_unit_test(apply_without_memory),
      cmocka_unit_test(master_without_memory),
      cmocka_unit_test(release_without_memory),
  };
  return cmocka_run_group_tests(tests, open_stems, song_close);
}
