// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/targets.h"
#include "base/error.h"
#include "report/report.h"
#include "song/gain_reduction.h"
#include "song/song.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_SERVICES = 24, MOST_TAGS = 16, MOST_TEXTS = 3 };

/// What the page needs, measured and read
typedef struct {
  TonMeasurement mix;
  TonMeasurement master;
  TonMeters* keep[2];
  TonDecisions decisions[2];
  char title[256];
  char track[32];
  TonRelease* release; ///< Or null
  TonReportTag tags[MOST_TAGS];
  uint32_t n_tags;
  TonReportTag texts[MOST_TEXTS];
  char sums[MOST_TEXTS][65];
  uint32_t n_texts;
  double goal_lufs;
  double ceiling_dbtp;
  Reduction reductions[MOST_REDUCTIONS];
  uint32_t n_reductions;
} Material;

/// The goal, and what the dynamics took away; a song without master.yaml has
/// neither
static TonStatus
read_master(const TonSongPaths* p, Material* m, const TonJob* job,
            TonError* error)
{
  TonDoc* doc = NULL;
  TonMaster* master = NULL;
  TonStatus status = TON_OK;
  m->goal_lufs = NAN;
  if (ton_doc_open(p->master_text, &doc, NULL) == TON_OK &&
      ton_master_read(doc, p->folder, &master, NULL) == TON_OK) {
    m->goal_lufs = master->has_loudness ? (double)master->loudness_lufs : NAN;
    m->ceiling_dbtp = (double)master->ceiling_dbtp;
    status = reductions_of(p->mix, master->chain, master->n_chain,
                           m->reductions, &m->n_reductions, job, error);
  }
  ton_master_free(master);
  ton_doc_free(doc);
  return status;
}

static void
add_tag(Material* m, const char* name, const char* value)
{
  if (value && *value && m->n_tags < MOST_TAGS) {
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
  snprintf(m->track, sizeof(m->track), r->track_total ? "%u of %u" : "%u",
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
  add_tag(m, "cover", r->cover ? strrchr(r->cover, '/') + 1 : "");
}

/// As the listener knows it; else the folder's name
static void
read_release(const TonSongPaths* p, Material* m)
{
  TonDoc* doc = NULL;
  snprintf(m->title, sizeof(m->title), "%s", strrchr(p->folder, '/') + 1);
  if (ton_doc_open(p->release_text, &doc, NULL) == TON_OK &&
      ton_release_read(doc, p->folder, &m->release, NULL) == TON_OK) {
    if (m->release->title && *m->release->title) {
      snprintf(m->title, sizeof(m->title), "%s", m->release->title);
    }
    find_tags(m);
  }
  ton_doc_free(doc);
}

/// The texts that are there, so that a report tells what it reports on
static void
find_texts(const TonSongPaths* p, Material* m)
{
  const char* const paths[MOST_TEXTS] = {p->mix_text, p->master_text,
                                         p->release_text};
  for (int i = 0; i < MOST_TEXTS; ++i) {
    if (ton_file_sha256(paths[i], m->sums[m->n_texts], NULL) == TON_OK) {
      m->texts[m->n_texts] =
          (TonReportTag){strrchr(paths[i], '/') + 1, m->sums[m->n_texts]};
      ++m->n_texts;
    }
  }
}

/// The records of a text; a song mixed by hand has none.  What a person has
/// changed since is marked.
static TonStatus
read_decisions(const TonSongPaths* p, const char* name, const char* text,
               TonDecisions* all, TonError* error)
{
  char path[1200];
  TonDoc* doc = NULL;
  snprintf(path, sizeof(path), "%s/%s", p->folder, name);
  TonStatus status = ton_decisions_read(path, all, NULL);
  if (status) {
    *all = (TonDecisions){0};
  } else if ((status = ton_doc_open(text, &doc, NULL)) == TON_OK) {
    status = ton_decisions_compare(all, doc);
  }
  ton_doc_free(doc);
  return status == TON_NO_MEMORY ? ton_fail(error, status, "out of memory")
                                 : TON_OK;
}

static TonStatus
gather(const TonSongPaths* p, Material* m, const TonJob* job, TonError* error)
{
  TON_TRY(ton_measure_file(p->mix, TON_MEASURE_ALL, &m->mix, &m->keep[0], job,
                           error));
  TON_TRY(ton_measure_file(p->master, TON_MEASURE_ALL, &m->master, &m->keep[1],
                           job, error));
  TON_TRY(read_decisions(p, "decisions.json", p->mix_text, &m->decisions[0],
                         error));
  TON_TRY(read_decisions(p, "master-decisions.json", p->master_text,
                         &m->decisions[1], error));
  read_release(p, m);
  find_texts(p, m);
  return read_master(p, m, job, error);
}

static uint32_t
find_services(const Material* m, TonPenalty* penalties, TonReportService* rows)
{
  const uint32_t n = ton_platform_penalties(m->master.integrated_lufs,
                                            m->master.true_peak_dbtp, penalties,
                                            MOST_SERVICES);
  for (uint32_t i = 0; i < n; ++i) {
    const TonPenalty* const p = &penalties[i];
    rows[i] = (TonReportService){
        p->platform.name, isnan(p->platform.target_lufs) ? NAN : p->gain_db,
        p->plays_lufs, p->wasted_db, p->over_advice};
  }
  return n;
}

typedef TonStatus (*Print)(const TonReport* report, TonString* text);

static TonStatus
write_as(const TonReport* r, Print print, const char* folder, const char* name,
         TonError* error)
{
  TonString text = {0};
  char path[1200];
  snprintf(path, sizeof(path), "%.1080s/%s", folder, name);
  const TonStatus status =
      print(r, &text)
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : ton_file_write(path, ton_string_string(&text), text.length, error);
  ton_string_free(&text);
  return status;
}

static TonStatus
write_pages(const TonSongPaths* p, const Material* m, const TonDelivered* all,
            uint32_t n, TonError* error)
{
  TonReportFile files[TON_MOST_DELIVERED];
  TonPenalty penalties[MOST_SERVICES];
  TonReportService services[MOST_SERVICES];
  TonReportCurve reductions[MOST_REDUCTIONS];
  for (uint32_t i = 0; i < n; ++i) {
    files[i] = (TonReportFile){all[i].name,
                               strrchr(all[i].path, '/') + 1,
                               all[i].sha256,
                               all[i].bytes,
                               all[i].measured.integrated_lufs,
                               all[i].measured.true_peak_dbtp,
                               all[i].lossy,
                               all[i].good,
                               all[i].why};
  }
  for (uint32_t i = 0; i < m->n_reductions; ++i) {
    const Reduction* const c = &m->reductions[i];
    reductions[i] = (TonReportCurve){c->name, c->db, c->n};
  }
  const TonReport r = {
      .song = m->title,
      .artist = m->release && m->release->artist ? m->release->artist : "",
      .version = TON_VERSION,
      .tags = m->tags,
      .n_tags = m->n_tags,
      .texts = m->texts,
      .n_texts = m->n_texts,
      .goal_lufs = m->goal_lufs,
      .ceiling_dbtp = m->ceiling_dbtp,
      .mix = &m->mix,
      .master = &m->master,
      .files = files,
      .n_files = n,
      .reductions = reductions,
      .n_reductions = m->n_reductions,
      .services = services,
      .n_services = find_services(m, penalties, services),
      .mix_decisions = &m->decisions[0],
      .master_decisions = &m->decisions[1]};
  TON_TRY(write_as(&r, ton_report_html, p->release, "report.html", error));
  return write_as(&r, ton_report_json, p->release, "report.json", error);
}

TonStatus
ton_song_report(const char* song, const TonDelivered* all, uint32_t n,
                const TonJob* job, TonError* error)
{
  TonSongPaths p;
  Material m = {0};
  TON_TRY(ton_song_paths(song, false, &p, error));
  TonStatus status = gather(&p, &m, job, error);
  status = status ? status : write_pages(&p, &m, all, n, error);
  reductions_free(m.reductions, m.n_reductions);
  ton_release_free(m.release);
  for (int i = 0; i < 2; ++i) {
    ton_meters_free(m.keep[i]);
    ton_decisions_free(&m.decisions[i]);
  }
  return status;
}
