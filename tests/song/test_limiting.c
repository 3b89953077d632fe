// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A master of -14 LUFS of a mix that was proposed needs at most 4 dB of
/// limiting, and what was cut for that leaves the hits their beginnings.
///
///     test_limiting --perform PROGRAM SCORE   the demo song
///     test_limiting SONG                      a song of the folder TON_AUDIO
#include "performed.h"
#include "song.h"
#include "uncut.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char* stems_folder;
static const TonJob job = {.threads = 2};

static double
figure_of(const TonDecisions* all, const char* rule, const char* metric)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    for (uint32_t k = 0; k < d->n_evidence; ++k) {
      if (strcmp(d->rule, rule) == 0 &&
          strcmp(d->evidence[k].metric, metric) == 0) {
        return d->evidence[k].value;
      }
    }
  }
  return NAN;
}

static void
check_hits(const TonSong* song)
{
  const TonDecisions* const all = ton_song_decisions(song, TON_SONG_MIX_TEXT);
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    char name[512];
    char file[600];
    if (strcmp(d->rule, "peaks.cut") != 0) {
      continue;
    }
    sscanf(d->path, "%*[^/]/%511[^/]", name);
    snprintf(file, sizeof(file), "out/stems/%s.wav", name);
    const Uncut u = render_uncut(song, name);
    const double loss = onset_loss(u.strip, heard(song_path(file)));
    print_message("# %s: %s; nine of ten hits lose %.2f dB or less\n", name,
                  d->reason, loss);
    assert_true(loss <= 1.5);
  }
}

static void
a_loud_master_needs_little_limiting(void** state)
{
  (void)state;
  uint32_t n = 0;
  TonError error = {0};
  TonMasterResult result;
  TonSong* const song = performed_mix(stems_folder, &n);
  const TonMasterOptions options = {
      .loudness_lufs = -14.0, .ceiling_dbtp = -1.0, .amount = NAN};
  assert_int_equal(ton_song_master(song, &options, &job, &result, &error),
                   TON_OK);
  const double lufs = figure_of(&result.decisions, "loudness.met", "loudness");
  const double taken =
      figure_of(&result.decisions, "loudness.met", "limiter reduction");
  print_message("# %s: %.2f LUFS, the limiter takes %.1f dB or less for 95 %% "
                "of the time\n",
                strrchr(stems_folder, '/') + 1, lufs, taken);
  assert_true(fabs(lufs + 14.0) <= 0.05);
  assert_true(isnan(taken) || taken <= 4.0);
  assert_true(isnan(taken) ||
              (result.reduction_share >= 0.05) == (taken > 1.0));
  check_hits(song);
  forget_heard();
  ton_master_result_free(&result);
  ton_song_free(song);
}

int
main(int argc, char** argv)
{
  stems_folder = stems_asked_for(argc, argv);
  if (!stems_folder) {
    return 1;
  }
  if (access(stems_folder, R_OK) != 0) {
    return ton_cannot_run("the songs are not here");
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_loud_master_needs_little_limiting),
  };
  const int failed = SONG_TESTS(tests);
  drop_performed();
  return failed;
}
