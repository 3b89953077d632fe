// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/first.h"
#include "base/error.h"
#include "base/memory.h"
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static TonStatus
measure_tracks(const TonMix* mix, const TonStemPath* ready,
               TonFirstTrack* tracks, const TonJob* job, TonError* error)
{
  const unsigned what =
      TON_MEASURE_LOUDNESS | TON_MEASURE_LEVELS | TON_MEASURE_SPECTRUM;
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    tracks[i].name = mix->strips[i].name;
    tracks[i].file = mix->strips[i].file;
    TON_TRY(ton_measure_file(ready[i].path, what, &tracks[i].whole, NULL, job,
                             error));
  }
  return TON_OK;
}

/// Read the text as it is now
static TonStatus
read_again(const TonDoc* doc, const TonSongPaths* p, TonMix** mix,
           TonError* error)
{
  ton_mix_free(*mix);
  *mix = NULL;
  TON_TRY(ton_mix_read(doc, p->folder, mix, error));
  if (!(*mix)->rate) {
    (*mix)->rate = 48000;
  }
  return TON_OK;
}

/// Render without writing, set the mix bus; twice if the first was far off
static TonStatus
level_mix(TonDoc* doc, const TonSongPaths* p, TonMix** mix,
          TonDecisions* decisions, const TonJob* job, TonError* error)
{
  TonTake take = {.error = error};
  take.meters = ton_meters_new((*mix)->rate, 2, TON_MEASURE_TRUE_PEAK);
  if (!take.meters) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonMeasurement m;
  TonStatus status =
      ton_render_mix(*mix, p->cache, &take, NULL, 0, job, NULL, error);
  ton_meters_finish(take.meters, &m);
  ton_meters_free(take.meters);
  status = status
               ? status
               : ton_first_level(*mix, m.true_peak_dbtp, doc, decisions, error);
  return status ? status : read_again(doc, p, mix, error);
}

TonStatus
ton_studio_propose_mix(const char* song, const TonJob* job, TonError* error)
{
  TonSongPaths p;
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TonDecisions decisions = {0};
  char path[1200];
  TON_TRY(ton_song_paths(song, false, &p, error));
  TON_TRY(ton_doc_open(p.mix_text, &doc, error));
  TonStatus status = read_again(doc, &p, &mix, error);
  TonFirstTrack* const tracks =
      status ? NULL : ton_alloc((mix->n_tracks + 1) * sizeof(TonFirstTrack));
  TonStemPath* const ready =
      status ? NULL : ton_alloc((mix->n_tracks + 1) * sizeof(TonStemPath));
  if (!status && (!tracks || !ready)) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status : ton_stems_ready(mix, p.cache, job, ready, error);
  status = status ? status : measure_tracks(mix, ready, tracks, job, error);
  status = status ? status
                  : ton_first_mix(tracks, mix->n_tracks, mix, doc, &decisions,
                                  error);
  status = status ? status : read_again(doc, &p, &mix, error);
  status = status ? status : level_mix(doc, &p, &mix, &decisions, job, error);
  status = status ? status : ton_doc_save(doc, p.mix_text, error);
  snprintf(path, sizeof(path), "%s/decisions.json", p.folder);
  status = status ? status : ton_decisions_write(&decisions, path, error);
  ton_free(tracks);
  ton_free(ready);
  ton_decisions_free(&decisions);
  ton_mix_free(mix);
  ton_doc_free(doc);
  return status;
}
