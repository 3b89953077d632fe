// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What `make` tells at its end: what was found, done and measured.
*/

#include "cli/summary.h"

#include "base/error.h"
#include "cli/measurement_table.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>

static void
print_limiter(const TonMasterResult* m)
{
  if (isnan(m->max_reduction_db)) {
    return;
  }
  if (!(m->max_reduction_db > 0.05)) {
    printf("  limiter   had nothing to do\n");
    return;
  }
  char time[32];
  printf(
      "  limiter   turns down by %.1f dB or less for 95 %% of the time, and by "
      "%.1f dB at %s\n",
      m->reduction_p95_db, m->max_reduction_db,
      cli_time(m->max_reduction_at_s, time));
}

static void
print_files(const MadeSong* made)
{
  uint32_t good = 0;
  if (!made->delivery->n) {
    return;
  }
  for (uint32_t i = 0; i < made->delivery->n; ++i) {
    good += made->delivery->files[i].good;
  }
  printf("  files     %u of %u are good, measured after writing, in "
         "%s/out/release\n",
         good, made->delivery->n, cli_visible(made->folder));
}

/// Records behind values that are still there
static uint32_t
count_standing(const TonDecisions* all)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < all->count; ++i) {
    n += !all->items[i].superseded;
  }
  return n;
}

TonStatus
cli_print_summary(const MadeSong* made, TonError* error)
{
  TonMix* mix = NULL;
  const TonDoc* const doc = ton_song_doc(made->song, TON_SONG_MIX_TEXT);
  TON_TRY(ton_mix_read(doc, NULL, &mix, error));
  const TonDecisions* const all =
      ton_song_decisions(made->song, TON_SONG_MIX_TEXT);
  const TonMeasurement* const m = made->mix;
  printf("%s: %u stem%s, %.1f s at %g kHz\n", cli_visible(made->folder),
         mix->n_tracks, mix->n_tracks == 1 ? "" : "s",
         (double)m->frames / m->rate, m->rate / 1000.0);
  cli_print_mix_text(mix, all);
  ton_mix_free(mix);
  cli_print_stages(m, &made->mastered->after);
  print_limiter(made->mastered);
  print_files(made);
  printf("  reasons   %u for the mix, %u for the master: beside each value in "
         "mix.yaml and master.yaml\n",
         count_standing(all),
         count_standing(ton_song_decisions(made->song, TON_SONG_MASTER_TEXT)));
  printf("  report    %s/out/release/report.html\n", cli_visible(made->folder));
  return TON_OK;
}
