// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Proposing a mix: the stems are measured, the assistant is asked, what it
/// says goes into the text, the result is rendered and levelled.
#include "analysis/high_peak.h"
#include "assistants/mix.h"
#include "assistants/user_edits.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/parallel_for.h"
#include "base/path.h"
#include "render/analyse.h"
#include "render/fader_level.h"
#include "render/render.h"
#include "song/song.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/// A song whose mix is being proposed
typedef struct {
  const TonJob* job;
  TonError* error;
  TonSong* song;
  TonDoc* doc; ///< The song's
  TonMix* mix; ///< What the text says now
  uint32_t n;  ///< Tracks
  PreparedStem* ready;
  TonSound* sounds;
  TonAudioInfo* formats; ///< Of the files themselves
  TonMixStem* stems;
  bool* role_given; ///< Whose role a person wrote; known once `asked`
  bool asked;
  TonRoles* roles;
  TonDecisions decisions;
  UserEdits user;
} Proposal;

static TonStatus
read_again(Proposal* p)
{
  ton_mix_free(p->mix);
  p->mix = NULL;
  TON_TRY(song_read_mix(p->song, &p->mix, p->error));
  assert(p->mix);
  if (!p->mix->rate) {
    p->mix->rate = 48000;
  }
  return user_edits_lock(&p->user, p->mix, p->error);
}

static TonStatus
read_format(const char* path, TonAudioInfo* format, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  *format = *ton_audio_info(audio);
  ton_audio_close(audio);
  return TON_OK;
}

static TonStatus
analyse_stem(void* handle, uint32_t i, const TonJob* job, TonError* error)
{
  const Proposal* const p = handle;
  TonSound* const sound = &p->sounds[i];
  TON_TRY(analyse_converted(p->mix->strips[i].file, p->ready[i].path,
                            TON_MEASURE_LEVELS, sound, job, error));
  ton_features_thin(&sound->features);
  return read_format(p->mix->strips[i].file, &p->formats[i], error);
}

static TonStatus
analyse_all(Proposal* p)
{
  p->n = p->mix->n_tracks;
  p->ready = ton_alloc((p->n + 1) * sizeof(PreparedStem));
  p->sounds = ton_alloc((p->n + 1) * sizeof(TonSound));
  p->formats = ton_alloc((p->n + 1) * sizeof(TonAudioInfo));
  p->stems = ton_alloc((p->n + 1) * sizeof(TonMixStem));
  p->role_given = ton_alloc((p->n + 1) * sizeof(bool));
  if (!p->ready || !p->sounds || !p->formats || !p->stems || !p->role_given) {
    return ton_fail(p->error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(prepare_stems(p->mix, p->song->cache, p->job, p->ready, p->error));
  return parallel_for(p->n, p->job, analyse_stem, p, p->error);
}

/// A stem as its name tells something: with its folders inside stems/, without
/// those around the song
static const char*
telling_name(const Proposal* p, const char* file)
{
  const size_t n = strlen(p->song->folder);
  const bool inside = strncmp(file, p->song->folder, n) == 0 &&
                      strncmp(file + n, "/stems/", 7) == 0;
  return inside ? file + n + 7 : ton_file_name(file);
}

/// The strips move with every reading of the text
static TonMixBrief
brief_of(Proposal* p)
{
  for (uint32_t i = 0; i < p->n; ++i) {
    const TonStrip* const s = &p->mix->strips[i];
    const bool given = s->role[0] && (!p->asked || p->role_given[i]);
    p->role_given[i] = given;
    p->stems[i] = (TonMixStem){.strip = s->name,
                               .file = telling_name(p, s->file),
                               .role = given ? s->role : NULL,
                               .role_proposed = !given,
                               .sound = &p->sounds[i],
                               .format = &p->formats[i]};
    p->stems[i].moved =
        fader_level(s, &p->sounds[i].features, &p->stems[i].moved_db);
  }
  return (TonMixBrief){.stems = p->stems,
                       .n_stems = p->n,
                       .roles = p->roles,
                       .existing = p->mix,
                       .tempo_bpm = p->user.tempo_bpm};
}

static bool
same_key(const TonDecision* a, const TonDecision* b)
{
  return strcmp(a->path, b->path) == 0;
}

/// A later word on the same key stands for both
static TonStatus
keep_decisions(Proposal* p, const TonPlan* plan)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    const TonDecision* const d = &plan->decisions.items[i];
    TonDecision* to = NULL;
    for (uint32_t k = 0; k < p->decisions.count && !to; ++k) {
      to = same_key(&p->decisions.items[k], d) && d->value[0]
               ? &p->decisions.items[k]
               : NULL;
    }
    to = to ? to : ton_decisions_add(&p->decisions);
    if (!to) {
      return ton_fail(p->error, TON_NO_MEMORY, "out of memory");
    }
    *to = *d;
  }
  return TON_OK;
}

/// Into the text, and the text read again
static TonStatus
carry_out(Proposal* p, TonPlan* plan, TonStatus status)
{
  if (!status) {
    user_edits_spare(&p->user, &p->decisions, p->doc, plan);
    status = ton_plan_apply(plan, p->doc, p->error);
  }
  status = status ? status : keep_decisions(p, plan);
  ton_plan_free(plan);
  return status ? status : read_again(p);
}

static TonStatus
propose_all(Proposal* p)
{
  TonPlan plan = {0};
  user_edits_forget(&p->user, p->mix);
  const TonMixBrief brief = brief_of(p);
  p->asked = true;
  return carry_out(p, &plan, ton_assist_mix(&brief, &plan, p->error));
}

// What was proposed is rendered and measured -------------------------------------

/// What is measured beside the mix
typedef enum { MIX_ALONE, TRACK_LEVELS, STRIP_PEAKS } Measured;

typedef struct {
  Recorder mix;
  Measured measured;
  Recorder* strips;
  StripTap* taps;
  uint32_t n_taps;
  TonLevelsBehind* after; ///< Per track
  double* peaks_dbfs;     ///< Per strip
  double mix_peaks_dbfs;
  double true_peak_dbtp;
  double integrated_lufs;
} Trial;

static bool
open_taps(const Proposal* p, Trial* h)
{
  const bool peaks = h->measured == STRIP_PEAKS;
  const uint32_t n = peaks                         ? p->mix->n_strips
                     : h->measured == TRACK_LEVELS ? p->n
                                                   : 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (i == p->mix->mix) {
      continue;
    }
    h->strips[i].error = p->error;
    h->strips[i].meters =
        ton_meters_new(p->mix->rate, 2,
                       (peaks ? TON_MEASURE_LEVELS : TON_MEASURE_LOUDNESS) |
                           TON_MEASURE_TIMELINE);
    h->taps[h->n_taps++] = (StripTap){i, 1.0F, recorder_sink(&h->strips[i])};
    if (!h->strips[i].meters) {
      return false;
    }
  }
  return true;
}

static TonStatus
open_trial(const Proposal* p, Trial* h)
{
  const uint32_t n = p->mix->n_strips;
  h->strips = ton_alloc(n * sizeof(Recorder));
  h->taps = ton_alloc(n * sizeof(StripTap));
  h->after = ton_alloc((p->n + 1) * sizeof(TonLevelsBehind));
  h->peaks_dbfs = ton_alloc(n * sizeof(double));
  h->mix.error = p->error;
  h->mix.meters = ton_meters_new(p->mix->rate, 2,
                                 TON_MEASURE_TRUE_PEAK | TON_MEASURE_LOUDNESS |
                                     TON_MEASURE_LEVELS | TON_MEASURE_TIMELINE);
  return h->strips && h->taps && h->after && h->peaks_dbfs && h->mix.meters &&
                 open_taps(p, h)
             ? TON_OK
             : ton_fail(p->error, TON_NO_MEMORY, "out of memory");
}

/// What the meter of a strip found
static TonStatus
read_strip(const Proposal* p, Trial* h, uint32_t i, const TonMeasurement* mix)
{
  TonMeasurement m;
  if (!h->strips[i].meters) {
    return TON_OK;
  }
  TON_TRY(ton_meters_finish(h->strips[i].meters, &m));
  return h->measured == STRIP_PEAKS
             ? ton_high_peak(&m, mix, &h->peaks_dbfs[i])
             : ton_levels_behind(&p->sounds[i].features, &m, &h->after[i]);
}

/// Read the meters; TON_NO_MEMORY at worst
static TonStatus
read_trial(const Proposal* p, Trial* h)
{
  TonMeasurement mix;
  TonStatus status = ton_meters_finish(h->mix.meters, &mix);
  h->true_peak_dbtp = mix.true_peak_dbtp;
  h->integrated_lufs = mix.integrated_lufs;
  status = status ? status : ton_high_peak(&mix, &mix, &h->mix_peaks_dbfs);
  for (uint32_t i = 0; i < p->n; ++i) {
    h->after[i] = (TonLevelsBehind){NAN, NAN, NAN};
  }
  for (uint32_t i = 0; i < p->mix->n_strips; ++i) {
    h->peaks_dbfs[i] = -INFINITY;
    status = status ? status : read_strip(p, h, i, &mix);
  }
  return status ? ton_fail(p->error, status, "out of memory") : TON_OK;
}

static void
close_trial(const Proposal* p, Trial* h)
{
  ton_meters_free(h->mix.meters);
  for (uint32_t i = 0; h->strips && i < p->mix->n_strips; ++i) {
    ton_meters_free(h->strips[i].meters);
  }
  ton_free(h->strips);
  ton_free(h->taps);
}

/// What a trial found is not needed any more
static void
forget_trial(Trial* h)
{
  ton_free(h->after);
  ton_free(h->peaks_dbfs);
  *h = (Trial){0};
}

/// A test render in the place of an earlier one
static TonStatus
render_trial(Proposal* p, Trial* h, Measured measured)
{
  forget_trial(h);
  h->measured = measured;
  TonStatus status = open_trial(p, h);
  status = status ? status
                  : render_mix(p->mix, p->song->cache, &h->mix, h->taps,
                               h->n_taps, p->job, NULL, p->error);
  status = status ? status : read_trial(p, h);
  close_trial(p, h);
  return status;
}

/// More test renders are not spent on the thresholds of compressors
enum { THRESHOLD_STEPS = 3 };

/// A test render in which the compressors keep to their roles
static TonStatus
render_compressed(Proposal* p, Trial* trial)
{
  TonStatus status = render_trial(p, trial, TRACK_LEVELS);
  for (int i = 0; !status && i < THRESHOLD_STEPS; ++i) {
    TonPlan plan = {0};
    const TonMixBrief brief = brief_of(p);
    status = ton_assist_mix_thresholds(&brief, trial->after, &plan, p->error);
    const bool raised = plan.n_edits > 0;
    status = carry_out(p, &plan, status);
    if (status || !raised) {
      return status;
    }
    status = render_trial(p, trial, TRACK_LEVELS);
  }
  return status;
}

/// Faders by what stands behind the chains
static TonStatus
balance(Proposal* p, Trial* trial)
{
  TonPlan plan = {0};
  TON_TRY(render_compressed(p, trial));
  const TonMixBrief brief = brief_of(p);
  TonStatus status =
      ton_assist_mix_balance(&brief, trial->after, &plan, p->error);
  const bool moved = plan.n_edits > 0;
  status = carry_out(p, &plan, status);
  return status || !moved ? status : render_trial(p, trial, MIX_ALONE);
}

/// Peaks that would need much limiting are cut where they come from
static TonStatus
tame_peaks(Proposal* p, Trial* trial)
{
  TonPlan plan = {0};
  if (!ton_mix_peaks_high(p->roles, trial->integrated_lufs,
                          trial->mix_peaks_dbfs)) {
    return TON_OK;
  }
  TON_TRY(render_trial(p, trial, STRIP_PEAKS));
  const TonMixPeaks peaks = {.mix_lufs = trial->integrated_lufs,
                             .mix_dbfs = trial->mix_peaks_dbfs,
                             .strips_dbfs = trial->peaks_dbfs};
  const TonMixBrief brief = brief_of(p);
  TonStatus status = ton_assist_mix_peaks(&brief, &peaks, &plan, p->error);
  const bool cut = plan.n_edits > 0;
  status = carry_out(p, &plan, status);
  return status || !cut ? status : render_trial(p, trial, MIX_ALONE);
}

/// Faders and peaks of the tracks, then the mix bus by the sum
static TonStatus
level_all(Proposal* p)
{
  Trial trial = {0};
  TonPlan plan = {0};
  TonStatus status = balance(p, &trial);
  status = status ? status : tame_peaks(p, &trial);
  // silence has no level; what makes it is in the other decisions
  if (!status && isfinite(trial.true_peak_dbtp)) {
    status = ton_assist_mix_level(p->mix, trial.true_peak_dbtp,
                                  trial.integrated_lufs, &plan, p->error);
    status = carry_out(p, &plan, status);
  }
  forget_trial(&trial);
  return status;
}

static TonStatus
propose(Proposal* p)
{
  SongText* const text = &p->song->texts[TON_SONG_MIX_TEXT];
  TON_TRY(read_again(p));
  TON_TRY(user_edits_find(&p->user, &text->records, p->doc, p->mix, p->error));
  TON_TRY(user_edits_lock(&p->user, p->mix, p->error));
  TON_TRY(ton_roles_read(NULL, &p->roles, p->error));
  TON_TRY(analyse_all(p));
  TON_TRY(propose_all(p));
  TON_TRY(level_all(p));
  TON_TRY(user_edits_close(&p->user, p->doc, &p->decisions, p->error));
  text->records = p->decisions;
  text->records_changed = true;
  p->decisions = (TonDecisions){0};
  return TON_OK;
}

TonStatus
ton_song_propose(TonSong* song, const TonJob* job, TonError* error)
{
  Proposal p = {.job = job,
                .error = error,
                .song = song,
                .doc = song->texts[TON_SONG_MIX_TEXT].doc};
  const TonStatus status = propose(&p);
  for (uint32_t i = 0; p.sounds && i < p.n; ++i) {
    ton_sound_free(&p.sounds[i]);
  }
  ton_free(p.ready);
  ton_free(p.sounds);
  ton_free(p.formats);
  ton_free(p.stems);
  ton_free(p.role_given);
  ton_roles_free(p.roles);
  ton_decisions_free(&p.decisions);
  ton_mix_free(p.mix);
  user_edits_free(&p.user);
  return status;
}
