// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/targets.h"
#include "base/error.h"
#include "report/report.h"
#include "studio/reduction.h"
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_SERVICES = 24 };

/// What the page needs, measured and read
typedef struct {
  TonMeasurement mix;
  TonMeasurement master;
  TonMeters* keep[2];
  TonDecisions decisions[2];
  char title[256];
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

/// As the listener knows it; else the folder's name
static void
read_title(const TonSongPaths* p, Material* m)
{
  TonDoc* doc = NULL;
  TonRelease* release = NULL;
  snprintf(m->title, sizeof(m->title), "%s", strrchr(p->folder, '/') + 1);
  if (ton_doc_open(p->release_text, &doc, NULL) == TON_OK &&
      ton_release_read(doc, p->folder, &release, NULL) == TON_OK &&
      release->title && *release->title) {
    snprintf(m->title, sizeof(m->title), "%s", release->title);
  }
  ton_release_free(release);
  ton_doc_free(doc);
}

static TonStatus
gather(const TonSongPaths* p, Material* m, const TonJob* job, TonError* error)
{
  static const char* const names[] = {"decisions.json",
                                      "master-decisions.json"};
  TON_TRY(ton_measure_file(p->mix, TON_MEASURE_ALL, &m->mix, &m->keep[0], job,
                           error));
  TON_TRY(ton_measure_file(p->master, TON_MEASURE_ALL, &m->master, &m->keep[1],
                           job, error));
  for (int i = 0; i < 2; ++i) {
    char path[1200];
    snprintf(path, sizeof(path), "%s/%s", p->folder, names[i]);
    // a song mixed by hand has no records
    if (ton_decisions_read(path, &m->decisions[i], NULL) != TON_OK) {
      memset(&m->decisions[i], 0, sizeof(m->decisions[i]));
    }
  }
  read_title(p, m);
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

typedef TonStatus (*Print)(const TonReport* report, TonText* text);

static TonStatus
write_as(const TonReport* r, Print print, const char* folder, const char* name,
         TonError* error)
{
  TonText text = {0};
  char path[1200];
  snprintf(path, sizeof(path), "%.1080s/%s", folder, name);
  const TonStatus status =
      print(r, &text)
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : ton_file_write(path, ton_text_string(&text), text.length, error);
  ton_text_free(&text);
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
                               all[i].good};
  }
  for (uint32_t i = 0; i < m->n_reductions; ++i) {
    const Reduction* const c = &m->reductions[i];
    reductions[i] = (TonReportCurve){c->name, c->db, c->n};
  }
  const TonReport r = {.song = m->title,
                       .version = TON_VERSION,
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
ton_studio_report(const char* song, const TonDelivered* all, uint32_t n,
                  const TonJob* job, TonError* error)
{
  TonSongPaths p;
  Material m = {0};
  TON_TRY(ton_song_paths(song, false, &p, error));
  TonStatus status = gather(&p, &m, job, error);
  status = status ? status : write_pages(&p, &m, all, n, error);
  reductions_free(m.reductions, m.n_reductions);
  for (int i = 0; i < 2; ++i) {
    ton_meters_free(m.keep[i]);
    ton_decisions_free(&m.decisions[i]);
  }
  return status;
}
