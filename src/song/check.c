// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Is a mix ready for mastering?
#include "base/error.h"
#include "base/string.h"
#include "render/analyse.h"
#include "song/song.h"

#include "assistants/genres.h"
#include "assistants/master.h"

#include <math.h>
#include <unistd.h>

static void
add_finding(TonCheck* result, const TonFinding* finding)
{
  if (result->n_rows < TON_MAX_FINDINGS) {
    result->rows[result->n_rows++] = *finding;
  }
}

/// A file that breaks off is first of all to be exported again
static TonStatus
look_for_end(const char* path, TonCheck* result, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonAudioInfo* const info = ton_audio_info(audio);
  const double end_s = (double)info->frames / info->rate;
  if (info->truncated) {
    add_finding(result,
                &(TonFinding){.item = "cut-off",
                              .light = TON_LIGHT_RED,
                              .value = end_s,
                              .unit = "s",
                              .at_s = end_s,
                              .text = "the file breaks off before its own end",
                              .fix = "export it again, or copy it again"});
  }
  ton_audio_close(audio);
  return TON_OK;
}

static void
count_red(TonCheck* result)
{
  result->n_red = 0;
  for (uint32_t i = 0; i < result->n_rows; ++i) {
    result->n_red += result->rows[i].light == TON_LIGHT_RED;
  }
}

/// What master.yaml says of the ends is how they will be
static void
put_ends_right(const TonMaster* master, TonFacts* f)
{
  const double cut_s = (double)f->whole.frames / f->whole.rate - master->end_s;
  f->head_s = fmax(f->head_s - master->start_s, 0.0);
  if (cut_s > 0.0) {
    f->tail_s = fmax(f->tail_s - cut_s, 0.0);
    f->end_level_db = f->tail_s > 0.0 ? -INFINITY : NAN;
  }
  if (master->fade_out.length_s > 0.0) {
    f->end_level_db = -INFINITY;
  }
}

/// `master` may be null
static TonStatus
check(const char* path, const TonMaster* master, const char* target_name,
      const char* genre_name, const TonJob* job, TonCheck* result,
      TonError* error)
{
  TonTarget target;
  TonGenre genre = {0};
  TonTone tone = {0};
  TonTone kind = {0};
  *result = (TonCheck){0};
  TON_TRY(ton_target(target_name, &target, error));
  TON_TRY(*genre_name ? ton_genre(genre_name, &genre, error) : TON_OK);
  TON_TRY(*target.tone ? ton_tone(target.tone, &tone, error) : TON_OK);
  TON_TRY(*genre_name ? ton_tone(genre.tone, &kind, error) : TON_OK);
  TonLimits* limits = NULL;
  TON_TRY(ton_limits_read(&limits, error));
  if (*genre_name) {
    ton_genre_limits(&genre, limits);
  }
  TonSound sound;
  const unsigned what = TON_MEASURE_ALL & ~TON_MEASURE_TIMELINE;
  TonStatus status = analyse_mix(path, what, &sound, job, error);
  if (!status && master) {
    put_ends_right(master, &sound.facts);
  }
  if (!status) {
    result->n_rows = ton_readiness(&sound.facts, *tone.name ? &tone : NULL,
                                   *kind.name ? &kind : NULL, limits,
                                   result->rows, TON_MAX_FINDINGS);
    status = look_for_end(path, result, error);
  }
  ton_sound_free(&sound);
  ton_limits_free(limits);
  count_red(result);
  return status;
}

/// A solo that somebody forgot leaves out the rest of the song
static TonStatus
look_for_solo(const TonSong* song, TonCheck* result, TonError* error)
{
  TonMix* mix = NULL;
  const TonDoc* const doc = song->texts[TON_SONG_MIX_TEXT].doc;
  if (!doc) {
    return TON_OK;
  }
  TON_TRY(ton_mix_read(doc, NULL, &mix, error));
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    TonFinding f = {.item = "solo",
                    .light = TON_LIGHT_RED,
                    .value = NAN,
                    .at_s = NAN,
                    .fix = "take the solo out of mix.yaml and mix again"};
    ton_string_cut(f.text, sizeof(f.text),
                   "%s is on solo: other tracks are "
                   "not heard",
                   mix->strips[i].name);
    if (mix->strips[i].solo) {
      add_finding(result, &f);
    }
  }
  ton_mix_free(mix);
  return TON_OK;
}

TonStatus
ton_check_file(const char* path, const char* genre, const TonJob* job,
               TonCheck* result, TonError* error)
{
  return check(path, NULL, "streaming", genre ? genre : "", job, result, error);
}

/// Held against the profile of the genre or the target that master.yaml names
TonStatus
ton_song_check(const TonSong* song, const char* genre, const TonJob* job,
               TonCheck* result, TonError* error)
{
  const bool rendered = access(song->mix, F_OK) == 0;
  if (!rendered && !song->texts[TON_SONG_MIX_TEXT].doc) {
    return ton_fail_file(
        error, TON_NOT_FOUND, song->given,
        "is no song: it holds no mix.yaml. tonmeister make %s "
        "-o SONG makes a song of recordings; check takes files "
        "one by one",
        song->given);
  }
  if (!rendered) {
    return ton_fail_file(error, TON_NOT_FOUND, song->mix,
                         "there is no mix yet; run tonmeister mix %s",
                         song->given);
  }
  TonMaster* master = NULL;
  if (song->texts[TON_SONG_MASTER_TEXT].doc) {
    TON_TRY(song_read_master(song, &master, error));
  }
  TonStatus status =
      check(song->mix, master,
            master && *master->target ? master->target : "streaming",
            genre    ? genre
            : master ? master->genre
                     : "",
            job, result, error);
  status = status ? status : look_for_solo(song, result, error);
  count_red(result);
  ton_master_free(master);
  return status;
}
