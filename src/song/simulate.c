// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What a streaming service plays of a master: its gain, and its limiter.
#include "assistants/targets.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "delivery/file_name.h"

#include <tonmeister/song.h>

#include <math.h>
#include <string.h>

/// The gain, and the limiter of services that raise into one
static TonStatus
parse_chain(const TonPenalty* p, TonInsert* chain, uint32_t* n, TonError* error)
{
  char text[128];
  ton_string_cut(text, sizeof(text), "gain:gain=%.6fdB", p->gain_db);
  TON_TRY(ton_insert_parse(text, &chain[(*n)++], error));
  if (p->limited) {
    ton_string_cut(text, sizeof(text),
                   "limiter:ceiling=%.2fdBTP,look-ahead=5ms,release=100ms,"
                   "mode=manual",
                   p->platform.raise_dbtp);
    TON_TRY(ton_insert_parse(text, &chain[(*n)++], error));
  }
  return TON_OK;
}

static TonStatus
play(const char* in, const char* out, const TonPenalty* p, const TonJob* job,
     TonError* error)
{
  TonInsert chain[2] = {0};
  uint32_t n = 0;
  TonStatus status = parse_chain(p, chain, &n, error);
  status = status ? status : ton_apply(in, out, chain, n, job, error);
  for (uint32_t i = 0; i < n; ++i) {
    ton_insert_free(&chain[i]);
  }
  return status;
}

/// "out/master (Spotify).wav" of "out/master.wav"
static char*
path_beside(const char* master, const char* platform)
{
  const char* const name = ton_file_name(master);
  char* const title =
      ton_string_new("%.*s", (int)(ton_file_ending(name) - name), name);
  FileNames names = {0};
  char* const file =
      title ? file_names_add(&names, title, platform, "wav") : NULL;
  char* const path =
      file ? ton_string_new("%.*s%s", (int)(name - master), master, file)
           : NULL;
  ton_free(file);
  ton_free(title);
  file_names_free(&names);
  return path;
}

TonStatus
ton_each_platform(double integrated_lufs, double true_peak_dbtp,
                  TonTakePlatform take, void* handle, TonError* error)
{
  enum { MAX_PLATFORMS = 32 };
  TonPenalty rows[MAX_PLATFORMS];
  uint32_t n = 0;
  TON_TRY(ton_platform_penalties(integrated_lufs, true_peak_dbtp, rows,
                                 MAX_PLATFORMS, &n, error));
  for (uint32_t i = 0; i < n; ++i) {
    const bool none = isnan(rows[i].platform.target_lufs);
    take(handle, rows[i].platform.name, none ? NAN : rows[i].gain_db,
         rows[i].limited);
  }
  return TON_OK;
}

TonStatus
ton_platform_find(const char* platform, TonError* error)
{
  TonPenalty p;
  return ton_platform_penalty(platform, 0.0, 0.0, &p, error);
}

TonStatus
ton_simulate(const char* master, const char* platform, const TonJob* job,
             TonPlayback* playback, TonError* error)
{
  const unsigned what = TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK;
  TonMeasurement m;
  TonPenalty p;
  *playback = (TonPlayback){0};
  TON_TRY(ton_measure_file(master, what, &m, NULL, job, error));
  TON_TRY(ton_platform_penalty(platform, m.integrated_lufs, m.true_peak_dbtp,
                               &p, error));
  if (!isfinite(p.gain_db)) {
    return ton_fail_file(error, TON_BAD_USE, master,
                         "is silent, so no service plays it at a loudness");
  }
  playback->gain_db = p.gain_db;
  playback->limited = p.limited;
  ton_string_cut(playback->platform, sizeof(playback->platform), "%s",
                 p.platform.name);
  playback->path = path_beside(master, p.platform.name);
  if (!playback->path) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  playback->replaced = ton_is_file(playback->path);
  TON_TRY(play(master, playback->path, &p, job, error));
  return ton_measure_file(playback->path, what, &playback->played, NULL, job,
                          error);
}

void
ton_playback_free(TonPlayback* playback)
{
  ton_free(playback->path);
  playback->path = NULL;
}
