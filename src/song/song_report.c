// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The report of a song: measured, read, and handed to the printers.
#include "assistants/targets.h"
#include "base/error.h"
#include "base/output_file.h"
#include "base/path.h"
#include "render/file_source.h"
#include "render/render.h"
#include "report/glossary.h"
#include "report/report.h"
#include "song/song.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_SERVICES = 24, MAX_TAGS = 16 };

/// What the report needs, measured and read
typedef struct {
  bool has_mix; ///< False: the master was made elsewhere
  TonMeasurement mix;
  TonMeasurement master;
  TonMeters* meters[2];
  const char* title;
  char track[32];
  TonRelease* release; ///< Or null
  TonReportTag tags[MAX_TAGS];
  uint32_t n_tags;
  TonReportTag texts[TON_SONG_TEXTS];
  char sums[TON_SONG_TEXTS][65];
  uint32_t n_texts;
  double goal_lufs;
  double ceiling_dbtp;
  TonMix* text; ///< mix.yaml, or null
  TonReportSection* sections;
  uint32_t n_sections;
  double start_s; ///< Where the master begins in the mix
  GainReductions reductions;
  char inserts[MAX_REDUCTIONS][48]; ///< "2 limiter": place and processor
  TonReportCurve curves[MAX_REDUCTIONS];
} Material;

static bool
ignore(void* handle, const float* const* in, uint32_t frames)
{
  (void)handle;
  (void)in;
  (void)frames;
  return true;
}

/// What the dynamics of the master took away
static TonStatus
find_reductions(const char* mix, const TonMaster* master, Material* m,
                const TonJob* job, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(mix, &audio, error));
  const ChainRun run = {.name = mix,
                        .source = source_of(audio),
                        .rate = ton_audio_info(audio)->rate,
                        .chain = master->chain,
                        .n = master->n_chain,
                        .stage = "listening"};
  const TonSink nowhere = {NULL, ignore};
  const TonStatus status =
      render_chain(&run, &nowhere, &m->reductions, job, error);
  ton_audio_close(audio);
  return status;
}

/// The sound before mastering, and what mastering took away
static TonStatus
measure_mix(const char* mix, const TonMaster* master, Material* m,
            const TonJob* job, TonError* error)
{
  m->has_mix = ton_is_file(mix);
  if (!m->has_mix) {
    return TON_OK;
  }
  TON_TRY(ton_measure_file(mix, TON_MEASURE_ALL, &m->mix, &m->meters[0], job,
                           error));
  return master ? find_reductions(mix, master, m, job, error) : TON_OK;
}

/// A song without master.yaml has no goal
static TonStatus
read_master(const TonSong* song, Material* m, const TonJob* job,
            TonError* error)
{
  TonMaster* master = NULL;
  m->goal_lufs = NAN;
  if (!song->texts[TON_SONG_MASTER_TEXT].doc) {
    return measure_mix(song->mix, NULL, m, job, error);
  }
  TON_TRY(song_read_master(song, &master, error));
  m->goal_lufs = master->has_loudness ? (double)master->loudness_lufs : NAN;
  m->ceiling_dbtp = (double)master->ceiling_dbtp;
  const TonStatus status = measure_mix(master->source, master, m, job, error);
  m->start_s = master->start_s;
  const uint32_t before = (uint32_t)rint(10.0 * master->start_s);
  for (uint32_t i = 0; !status && i < m->reductions.n; ++i) {
    const GainReduction* const row = &m->reductions.rows[i];
    ton_string_cut(m->inserts[i], sizeof(m->inserts[i]), "%u %s",
                   row->insert + 1, master->chain[row->insert].type->id);
    const uint32_t skip = before < row->n ? before : row->n;
    m->curves[i] =
        (TonReportCurve){m->inserts[i], row->db + skip, row->n - skip};
  }
  ton_master_free(master);
  return status;
}

static void
add_tag(Material* m, const char* name, const char* value)
{
  if (value && *value && m->n_tags < MAX_TAGS) {
    m->tags[m->n_tags++] = (TonReportTag){name, value};
  }
}

/// What the files carry
static void
find_tags(Material* m)
{
  const TonRelease* const r = m->release;
  add_tag(m, "title", r->title);
  add_tag(m, "artist", r->artist);
  add_tag(m, "album", r->album);
  add_tag(m, "album artist", r->album_artist);
  ton_string_cut(m->track, sizeof(m->track), r->track_total ? "%u of %u" : "%u",
                 r->track, r->track_total);
  add_tag(m, "track", r->track ? m->track : "");
  add_tag(m, "date", r->date);
  add_tag(m, "genre", r->genre);
  add_tag(m, "composer", r->composer);
  add_tag(m, "copyright", r->copyright);
  add_tag(m, "publisher", r->publisher);
  add_tag(m, "comment", r->comment);
  add_tag(m, "ISRC", r->isrc);
  add_tag(m, "UPC", r->upc);
  add_tag(m, "cover", r->cover ? ton_file_name(r->cover) : "");
}

/// The title as the listener knows it; else the folder's name
static TonStatus
read_release(const TonSong* song, Material* m, TonError* error)
{
  m->title = song->name;
  if (song->texts[TON_SONG_RELEASE_TEXT].doc) {
    TON_TRY(song_read_release(song, &m->release, error));
    m->title = *m->release->title ? m->release->title : m->title;
    find_tags(m);
  }
  return TON_OK;
}

/// Hashes of the texts that are there, so that a report tells what it reports
/// on
static void
find_texts(const TonSong* song, Material* m)
{
  for (int i = 0; i < TON_SONG_TEXTS; ++i) {
    const char* const path = song->texts[i].path;
    if (ton_file_sha256(path, m->sums[m->n_texts], NULL) == TON_OK) {
      m->texts[m->n_texts] =
          (TonReportTag){ton_file_name(path), m->sums[m->n_texts]};
      ++m->n_texts;
    }
  }
}

/// What a person has changed since is marked
static TonStatus
compare_decisions(TonSong* song, TonError* error)
{
  for (int i = 0; i < TON_SONG_TEXTS; ++i) {
    SongText* const t = &song->texts[i];
    if (t->doc && ton_decisions_compare(&t->records, t->doc)) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  return TON_OK;
}

/// BS.1770 over a part of the curve of 400 ms blocks, gated as a whole song is
static double
loudness_between(const TonMeasurement* m, double from_s, double to_s)
{
  const uint32_t from = (uint32_t)fmax(rint(10.0 * from_s), 0.0);
  const uint32_t to = (uint32_t)fmin(rint(10.0 * to_s), m->n_points);
  double gate = -70.0;
  for (int pass = 0; m->momentary_lufs && pass < 2; ++pass) {
    double sum = 0.0;
    uint32_t n = 0;
    for (uint32_t i = from; i < to; ++i) {
      const double lufs = (double)m->momentary_lufs[i];
      sum += lufs > gate ? pow(10.0, lufs / 10.0) : 0.0;
      n += lufs > gate;
    }
    const double mean = n ? 10.0 * log10(sum / n) : -INFINITY;
    if (pass || !n) {
      return mean;
    }
    gate = fmax(gate, mean - 10.0);
  }
  return NAN;
}

/// The parts of mix.yaml, where they lie in the master
static TonStatus
find_sections(TonSong* song, Material* m, TonError* error)
{
  if (!m->has_mix || !song->texts[TON_SONG_MIX_TEXT].doc) {
    return TON_OK;
  }
  TON_TRY(song_read_mix(song, &m->text, error));
  const uint32_t n = m->text->n_sections;
  const double end_s = (double)m->master.frames / m->master.rate;
  m->sections = ton_alloc((n + 1) * sizeof(TonReportSection));
  if (!m->sections) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < n; ++i) {
    const TonSection* const s = &m->text->sections[i];
    const double from_s = fmax(s->at_s - m->start_s, 0.0);
    const double to_s = fmin(
        i + 1 < n ? m->text->sections[i + 1].at_s - m->start_s : end_s, end_s);
    if (to_s > from_s) {
      m->sections[m->n_sections++] = (TonReportSection){
          s->name, from_s, to_s,
          loudness_between(&m->mix, from_s + m->start_s, to_s + m->start_s),
          loudness_between(&m->master, from_s, to_s)};
    }
  }
  return TON_OK;
}

static TonStatus
gather(TonSong* song, Material* m, const TonJob* job, TonError* error)
{
  TON_TRY(read_release(song, m, error));
  TON_TRY(ton_measure_file(m->release ? m->release->source : song->master,
                           TON_MEASURE_ALL, &m->master, &m->meters[1], job,
                           error));
  TON_TRY(compare_decisions(song, error));
  find_texts(song, m);
  TON_TRY(read_master(song, m, job, error));
  return find_sections(song, m, error);
}

TonStatus
song_report_check(TonError* error)
{
  const Glossary* explained = NULL;
  TonPenalty rows[MAX_SERVICES];
  uint32_t n = 0;
  TON_TRY(ton_glossary(&explained, error));
  return ton_platform_penalties(0.0, 0.0, rows, MAX_SERVICES, &n, error);
}

static TonStatus
find_services(const Material* m, TonPenalty* penalties, TonReportService* rows,
              uint32_t* n, TonError* error)
{
  TON_TRY(ton_platform_penalties(m->master.integrated_lufs,
                                 m->master.true_peak_dbtp, penalties,
                                 MAX_SERVICES, n, error));
  for (uint32_t i = 0; i < *n; ++i) {
    const TonPenalty* const p = &penalties[i];
    rows[i] = (TonReportService){
        p->platform.name, isnan(p->platform.target_lufs) ? NAN : p->gain_db,
        p->plays_lufs, p->wasted_db, p->over_advice};
  }
  return TON_OK;
}

typedef TonStatus (*Print)(const TonReport* report, TonString* text);

static TonStatus
write_as(const TonReport* r, Print print, const char* path, TonError* error)
{
  TonString text = {0};
  const TonStatus status =
      !path || print(r, &text)
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : ton_file_write(path, ton_string_string(&text), text.length, error);
  ton_string_free(&text);
  return status;
}

static TonReportFile
file_row(const TonDelivered* d)
{
  return (TonReportFile){d->name,
                         ton_file_name(d->path),
                         d->sha256,
                         d->bytes,
                         d->measured.integrated_lufs,
                         d->measured.true_peak_dbtp,
                         d->lossy,
                         d->good,
                         d->why};
}

static TonStatus
write_pages(TonSong* song, const Material* m, const TonReportFile* files,
            uint32_t n, TonError* error)
{
  TonPenalty penalties[MAX_SERVICES];
  TonReportService services[MAX_SERVICES];
  uint32_t n_services = 0;
  TON_TRY(find_services(m, penalties, services, &n_services, error));
  const TonReport r = {.song = m->title,
                       .artist = m->release ? m->release->artist : "",
                       .version = TON_VERSION,
                       .tags = m->tags,
                       .n_tags = m->n_tags,
                       .texts = m->texts,
                       .n_texts = m->n_texts,
                       .goal_lufs = m->goal_lufs,
                       .ceiling_dbtp = m->ceiling_dbtp,
                       .mix = m->has_mix ? &m->mix : NULL,
                       .master = &m->master,
                       .sections = m->sections,
                       .n_sections = m->n_sections,
                       .files = files,
                       .n_files = n,
                       .reductions = m->curves,
                       .n_reductions = m->reductions.n,
                       .services = services,
                       .n_services = n_services,
                       .mix_decisions = &song->texts[TON_SONG_MIX_TEXT].records,
                       .master_decisions =
                           &song->texts[TON_SONG_MASTER_TEXT].records};
  TON_TRY(write_as(&r, ton_report_html,
                   song_path_of(song, "out/release/report.html"), error));
  return write_as(&r, ton_report_json,
                  song_path_of(song, "out/release/report.json"), error);
}

TonStatus
ton_song_report(TonSong* song, const TonDelivery* delivery, const TonJob* job,
                TonError* error)
{
  Material m = {0};
  const Glossary* explained = NULL;
  TON_TRY(ton_glossary(&explained, error));
  TonReportFile* const files =
      ton_alloc((delivery->n + 1) * sizeof(TonReportFile));
  for (uint32_t i = 0; files && i < delivery->n; ++i) {
    files[i] = file_row(&delivery->files[i]);
  }
  TonStatus status = files ? gather(song, &m, job, error)
                           : ton_fail(error, TON_NO_MEMORY, "out of memory");
  status = status ? status : write_pages(song, &m, files, delivery->n, error);
  gain_reductions_free(&m.reductions);
  ton_release_free(m.release);
  ton_mix_free(m.text);
  ton_free(m.sections);
  ton_meters_free(m.meters[0]);
  ton_meters_free(m.meters[1]);
  ton_free(files);
  return status;
}
