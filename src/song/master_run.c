// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Searching for the limiter's gain: the front of the chain is run once, its
/// back as often as the loudness needs.
#include "song/master_run.h"

#include "base/error.h"
#include "base/memory.h"
#include "dsp/limiter_model.h"
#include "render/fade.h"
#include "render/file_source.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Loudness that counts as met
#define NEAR_LU 0.05
/// Gain allowed
#define HIGHEST_DB      30.0
#define LONGEST_STEP_DB 8.0
/// Reduction up to which the estimate is good however far the gain is away
#define SURE_DB 3.0

struct MasterFront {
  uint64_t from; ///< Frames of the mix that are kept
  uint64_t to;
  uint64_t at; ///< Frames that came out
  TempAudio* audio;
  LimiterModel* model; ///< Null: no loudness goal
  TonMeters* meters;   ///< Null: nobody asks for its levels
};

typedef struct {
  const MasterTask* task;
  const TonJob* job;
  TonError* error;
  const char* stage;
  MasterOutcome* outcome;
  TempAudio* audio;
  LimiterModel* model;
} MasterRun;

static uint32_t
limiter_at(const MasterTask* t)
{
  return t->limiter ? (uint32_t)(t->limiter - t->master->chain)
                    : t->master->n_chain;
}

/// Run a part of the chain
static TonStatus
run_part(MasterRun* r, const TonSource* source, const TonInsert* chain,
         uint32_t n, uint64_t frames, const TonSink* sink,
         GainReductions* reductions)
{
  const ChainRun run = {.name = "master",
                        .source = *source,
                        .rate = r->task->rate,
                        .frames = frames,
                        .chain = chain,
                        .n = n,
                        .stage = r->stage};
  return render_chain(&run, sink, reductions, r->job, r->error);
}

// Front -----------------------------------------------------------------------

static uint64_t
clamp(uint64_t frame, uint64_t low, uint64_t high)
{
  return frame < low ? low : frame > high ? high : frame;
}

/// The meters hear all of the mix, as those of the mix itself did; what is kept is
/// the master's part of it
static bool
take_front(void* handle, const float* const* in, uint32_t frames)
{
  MasterFront* const f = handle;
  if (f->meters) {
    ton_meters_add(f->meters, in, frames);
  }
  const uint64_t from = clamp(f->from, f->at, f->at + frames) - f->at;
  const uint64_t to = clamp(f->to, f->at, f->at + frames) - f->at;
  const float* const kept[2] = {in[0] + from, in[1] + from};
  const uint32_t n = (uint32_t)(to - from);
  f->at += frames;
  if (f->model && n) {
    limiter_model_add(f->model, kept, n);
  }
  return !n || temp_audio_add(f->audio, kept, n);
}

static TonStatus
open_front(const MasterTask* t, MasterFront* f, TonError* error)
{
  f->from = t->from;
  f->to = t->to;
  const bool wanted = t->limiter && isfinite(t->goal_lufs);
  TON_TRY(temp_audio_new(t->out, t->channels, &f->audio, error));
  f->model = wanted ? limiter_model_new(t->rate, t->channels) : NULL;
  f->meters = t->levels
                  ? ton_meters_new(t->rate, t->channels,
                                   TON_MEASURE_LOUDNESS | TON_MEASURE_TIMELINE)
                  : NULL;
  const bool good = (f->model || !wanted) && (f->meters || !t->levels);
  return good ? TON_OK : ton_fail(error, TON_NO_MEMORY, "out of memory");
}

static double
value_of(const TonInsert* limiter, const char* symbol, double otherwise)
{
  const TonParam* const p = ton_param(limiter->type, symbol);
  return p ? (double)limiter->params[p - limiter->type->params] : otherwise;
}

static LimiterSettings
settings_of(const TonInsert* limiter)
{
  return (LimiterSettings){.ceiling_db = value_of(limiter, "ceiling", -1.0),
                           .look_ahead_ms =
                               value_of(limiter, "look-ahead", 3.0),
                           .release_ms = value_of(limiter, "release", 30.0),
                           .automatic = value_of(limiter, "mode", 0.0) == 0.0};
}

/// What stands before the limiter: of the master, then of the album
static TonStatus
run_before_limiter(MasterRun* r, const TonSource* source, const TonSink* sink)
{
  const MasterTask* const t = r->task;
  const uint32_t n = limiter_at(t);
  TonInsert* const chain = ton_alloc((n + t->n_extra + 1) * sizeof(TonInsert));
  if (!chain) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n + t->n_extra; ++i) {
    chain[i] = i < n ? t->master->chain[i] : t->extra[i - n];
  }
  const TonStatus status =
      run_part(r, source, chain, n + t->n_extra, t->frames, sink, NULL);
  ton_free(chain);
  return status;
}

static TonStatus
run_front(MasterRun* r, MasterFront* f)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(r->task->source, &audio, r->error));
  ton_audio_repair(audio);
  const TonSource source = source_of(audio);
  const TonSink sink = {f, take_front};
  const TonStatus status = run_before_limiter(r, &source, &sink);
  ton_audio_close(audio);
  // a full disk explains a render that stopped
  TON_TRY(temp_audio_close(f->audio, r->error));
  TON_TRY(status);
  if (f->model) {
    const LimiterSettings settings = settings_of(r->task->limiter);
    if (!limiter_model_ready(f->model, &settings)) {
      return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
    }
  }
  return TON_OK;
}

TonStatus
master_front(const MasterTask* task, MasterFront** front, const TonJob* job,
             TonError* error)
{
  MasterRun r = {
      .task = task, .job = job, .error = error, .stage = "rendering"};
  MasterFront* const f = ton_alloc(sizeof(MasterFront));
  if (!f) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status = open_front(task, f, error);
  status = status ? status : run_front(&r, f);
  if (status) {
    master_front_free(f);
    return status;
  }
  *front = f;
  return TON_OK;
}

TonStatus
master_front_levels(MasterFront* f, TonMeasurement* levels)
{
  return ton_meters_finish(f->meters, levels);
}

void
master_front_free(MasterFront* f)
{
  if (f) {
    ton_meters_free(f->meters);
    limiter_model_free(f->model);
    temp_audio_free(f->audio);
    ton_free(f);
  }
}

double
master_estimate(const MasterTask* task, const MasterFront* front)
{
  if (!front->model) {
    return NAN;
  }
  const double gain = limiter_model_gain(front->model, task->goal_lufs,
                                         -HIGHEST_DB, HIGHEST_DB);
  return limiter_model_reduction(front->model, gain);
}

// Limiter ---------------------------------------------------------------------

static int
ascending(const void* a, const void* b)
{
  const float x = *(const float*)a;
  const float y = *(const float*)b;
  return (x > y) - (x < y);
}

/// What the limiter took away: the largest with its place, and the 95th
/// percentile.  Sorts the row.
static void
read_reduction(MasterOutcome* o, const GainReduction* row)
{
  o->largest_db = 0.0;
  o->reduction_share = 0.0;
  for (uint32_t i = 0; i < row->n; ++i) {
    o->reduction_share += row->db[i] > 1.0F ? 1.0 / row->n : 0.0;
    if ((double)row->db[i] > o->largest_db) {
      o->largest_db = (double)row->db[i];
      o->largest_at_s = i / 10.0;
    }
  }
  qsort(row->db, row->n, sizeof(float), ascending);
  o->reduction_p95_db = (double)row->db[(uint32_t)(0.95 * (row->n - 1))];
}

static TonStatus
render_back(MasterRun* r, Recorder* recorder)
{
  const MasterTask* const t = r->task;
  const TonSource source = source_of_temp(r->audio);
  Fade fade = {.in = t->master->fade_in,
               .out = t->master->fade_out,
               .rate = t->rate,
               .frames = t->to - t->from,
               .next = recorder_sink(recorder)};
  const TonSink sink = fade_sink(&fade);
  GainReductions reductions = {0};
  const uint32_t at = limiter_at(t);
  const TonStatus status =
      run_part(r, &source, t->master->chain + at, t->master->n_chain - at,
               fade.frames, &sink, &reductions);
  r->outcome->reduction_p95_db = NAN;
  r->outcome->reduction_share = NAN;
  r->outcome->largest_db = NAN;
  const GainReduction* const row = reductions.rows;
  if (!status && reductions.n && row->insert == 0 && row->n) {
    read_reduction(r->outcome, row);
  }
  gain_reductions_free(&reductions);
  return status;
}

static TonAudioFormat
format_of(const MasterTask* t)
{
  return (TonAudioFormat){.rate = t->rate,
                          .channels = t->channels,
                          .samples = TON_SAMPLES_24,
                          .container = "WAV",
                          .dither = true,
                          .dither_seed = 1,
                          .frames_hint = t->to - t->from,
                          .broadcast = {.present = true,
                                        .integrated_lufs = NAN,
                                        .range_lu = NAN,
                                        .true_peak_dbtp = NAN,
                                        .momentary_max_lufs = NAN,
                                        .short_term_max_lufs = NAN}};
}

/// Limiter, meters and file; the file is the caller's to commit
static TonStatus
run_back(MasterRun* r, TonAudioWriter** writer)
{
  const MasterTask* const t = r->task;
  const TonAudioFormat format = format_of(t);
  Recorder recorder = {.error = r->error};
  recorder.meters = ton_meters_new(
      t->rate, t->channels,
      TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK | TON_MEASURE_LEVELS);
  if (!recorder.meters) {
    return ton_fail(r->error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status =
      ton_writer_open(t->out, &format, &recorder.writer, r->error);
  status = status ? status : render_back(r, &recorder);
  const TonStatus measured =
      ton_meters_finish(recorder.meters, &r->outcome->measured);
  ton_meters_free(recorder.meters);
  ++r->outcome->runs;
  *writer = recorder.writer;
  return status || !measured
             ? status
             : ton_fail(r->error, TON_NO_MEMORY, "out of memory");
}

static TonStatus
commit(MasterRun* r, TonAudioWriter* writer)
{
  const TonMeasurement* const m = &r->outcome->measured;
  const TonBroadcast b = {true,
                          m->integrated_lufs,
                          m->loudness_range_lu,
                          m->true_peak_dbtp,
                          m->momentary_max_lufs,
                          m->short_term_max_lufs};
  return ton_writer_commit(writer, &b, NULL, r->error);
}

// Search ----------------------------------------------------------------------

static float*
gain_of(const MasterTask* t)
{
  const TonInsert* const l = t->limiter;
  return &l->params[ton_param(l->type, "gain") - l->type->params];
}

/// As it will stand in the text: hundredths
static double
set_gain(const MasterTask* t, double gain_db)
{
  const double gain = rint(gain_db * 100.0) / 100.0;
  *gain_of(t) = (float)gain;
  return gain;
}

/// Where the limiter's law says the goal lies, if that is inside what the
/// measured runs have left open
static double
next_gain(const MasterRun* r, double otherwise)
{
  const TonGainSearch* const s = &r->outcome->search;
  const double last = s->runs ? s->drive_db[s->runs - 1] : NAN;
  if (!s->runs && r->task->own_first) {
    return (double)*gain_of(r->task);
  }
  const double gain =
      limiter_model_gain(r->model, s->goal_lufs, s->low_db, s->high_db);
  const double step = 0.01; // gains are hundredths
  if (gain < s->under_db + step || gain > s->over_db - step) {
    return otherwise;
  }
  const bool sure = limiter_model_reduction(r->model, gain) < SURE_DB;
  return !s->runs || sure
             ? gain
             : fmin(fmax(gain, last - LONGEST_STEP_DB), last + LONGEST_STEP_DB);
}

static void
start_search(MasterRun* r)
{
  const MasterTask* const t = r->task;
  TonGainSearch* const s = &r->outcome->search;
  ton_gain_search_start(s, t->goal_lufs, (double)*gain_of(t));
  s->tolerance_lu = NEAR_LU;
  const double wanted =
      limiter_model_gain(r->model, t->goal_lufs, s->low_db, HIGHEST_DB);
  const bool easy =
      wanted < HIGHEST_DB &&
      limiter_model_reduction(r->model, wanted) < 0.8 * t->max_reduction_db;
  if (!easy) {
    const double own = t->own_first ? (double)*gain_of(t) : -HIGHEST_DB;
    const double bound =
        limiter_model_bound(r->model, t->max_reduction_db,
                            limiter_model_useful(r->model, HIGHEST_DB));
    s->high_db = floor(100.0 * fmax(own, bound)) / 100.0;
  }
  // the measured reduction may pass the estimated one by a little
  s->max_reduction_db = t->max_reduction_db + 2.0;
}

/// Runs until the loudness is met; the last run may not be the best one
static TonStatus
search_gain(MasterRun* r, TonAudioWriter** writer)
{
  TonGainSearch* const s = &r->outcome->search;
  double drive = 0.0;
  double gain = NAN;
  start_search(r);
  while (ton_gain_search_next(s, &drive)) {
    ton_writer_abandon(*writer);
    *writer = NULL;
    gain = set_gain(r->task, fmin(next_gain(r, drive), s->high_db));
    TON_TRY(run_back(r, writer));
    const double lufs = r->outcome->measured.integrated_lufs;
    limiter_model_learn(r->model, gain, lufs);
    ton_gain_search_tell(s, gain, lufs, r->outcome->reduction_p95_db);
  }
  if (fabs(gain - s->best_db) < 0.005) {
    return TON_OK;
  }
  ton_writer_abandon(*writer);
  *writer = NULL;
  set_gain(r->task, s->best_db);
  return run_back(r, writer);
}

TonStatus
master_run(const MasterTask* task, const MasterFront* front,
           MasterOutcome* outcome, const TonJob* job, TonError* error)
{
  *outcome = (MasterOutcome){.reduction_p95_db = NAN,
                             .reduction_share = NAN,
                             .largest_db = NAN,
                             .largest_at_s = NAN};
  MasterRun r = {.task = task,
                 .job = job,
                 .error = error,
                 .stage = "mastering",
                 .outcome = outcome,
                 .audio = front->audio,
                 .model = front->model};
  TonAudioWriter* writer = NULL;
  const TonStatus status =
      r.model ? search_gain(&r, &writer) : run_back(&r, &writer);
  if (status) {
    ton_writer_abandon(writer);
    return status;
  }
  return commit(&r, writer);
}
