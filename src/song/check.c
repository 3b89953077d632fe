// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "song/analyse.h"

#include <stdio.h>
#include <unistd.h>

/// Profile of the target that master.yaml names, else that of streaming
static TonStatus
find_tone(const TonSongPaths* p, TonTone* tone, TonError* error)
{
  TonDoc* doc = NULL;
  TonMaster* master = NULL;
  TonTarget target;
  TonStatus status = TON_OK;
  if (p && access(p->master_text, F_OK) == 0) {
    status = ton_doc_open(p->master_text, &doc, error);
    status = status ? status : ton_master_read(doc, p->folder, &master, error);
  }
  const char* const name =
      master && *master->target ? master->target : "streaming";
  status = status ? status : ton_target(name, &target, error);
  *tone = (TonTone){0};
  if (!status && *target.tone) {
    status = ton_tone(target.tone, tone, error);
  }
  ton_master_free(master);
  ton_doc_free(doc);
  return status;
}

TonStatus
ton_song_check(const char* song_or_file, TonCheck* check, const TonJob* job,
               TonError* error)
{
  TonSongPaths p;
  TonTone tone;
  const bool file = ton_is_file(song_or_file);
  *check = (TonCheck){0};
  if (!file) {
    TON_TRY(ton_song_paths(song_or_file, false, &p, error));
  }
  const char* const path = file ? song_or_file : p.mix;
  if (!file && access(path, F_OK) != 0) {
    return ton_fail_file(error, TON_NOT_FOUND, path,
                         "there is no mix yet; run tonmeister mix %s",
                         song_or_file);
  }
  snprintf(check->path, sizeof(check->path), "%s", path);
  TON_TRY(find_tone(file ? NULL : &p, &tone, error));
  TonSoundFeatures facts;
  const unsigned what = TON_MEASURE_ALL & ~TON_MEASURE_TIMELINE;
  const TonStatus status = analyse_mix(check->path, what, &facts, job, error);
  if (!status) {
    check->n_rows = ton_readiness(&facts, *tone.name ? &tone : NULL,
                                  check->rows, TON_MOST_FINDINGS);
  }
  ton_sound_features_free(&facts);
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    check->n_red += check->rows[i].light == TON_LIGHT_RED;
  }
  return status;
}
