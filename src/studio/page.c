// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "report/report.h"
#include "studio/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// What the page needs, measured and read
typedef struct {
  TonMeasurement mix;
  TonMeasurement master;
  TonMeters* keep[2];
  TonDecisions decisions[2];
} Material;

static void
read_goal(const TonSongPaths* p, TonReport* r)
{
  TonDoc* doc = NULL;
  TonMaster* master = NULL;
  r->goal_lufs = NAN;
  r->ceiling_dbtp = 0.0;
  if (ton_doc_open(p->master_text, &doc, NULL) == TON_OK &&
      ton_master_read(doc, p->folder, &master, NULL) == TON_OK) {
    r->goal_lufs = master->has_loudness ? (double)master->loudness_lufs : NAN;
    r->ceiling_dbtp = (double)master->ceiling_dbtp;
  }
  ton_master_free(master);
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
  return TON_OK;
}

static TonStatus
write_page(const TonSongPaths* p, const Material* m, const TonDelivered* all,
           uint32_t n, TonError* error)
{
  TonReportFile files[TON_MOST_DELIVERED];
  TonReport r = {.song = strrchr(p->folder, '/') + 1,
                 .version = TON_VERSION,
                 .mix = &m->mix,
                 .master = &m->master,
                 .files = files,
                 .n_files = n,
                 .mix_decisions = &m->decisions[0],
                 .master_decisions = &m->decisions[1]};
  read_goal(p, &r);
  for (uint32_t i = 0; i < n; ++i) {
    files[i] = (TonReportFile){all[i].name,
                               strrchr(all[i].path, '/') + 1,
                               all[i].sha256,
                               all[i].bytes,
                               all[i].measured.integrated_lufs,
                               all[i].measured.true_peak_dbtp,
                               all[i].good};
  }
  TonText page = {0};
  char path[1200];
  snprintf(path, sizeof(path), "%.1090s/report.html", p->release);
  const TonStatus status =
      ton_report_html(&r, &page)
          ? ton_fail(error, TON_NO_MEMORY, "out of memory")
          : ton_file_write(path, ton_text_string(&page), page.length, error);
  ton_text_free(&page);
  return status;
}

TonStatus
ton_studio_report(const char* song, const TonDelivered* all, uint32_t n,
                  const TonJob* job, TonError* error)
{
  TonSongPaths p;
  Material m = {0};
  TON_TRY(ton_song_paths(song, false, &p, error));
  TonStatus status = gather(&p, &m, job, error);
  status = status ? status : write_page(&p, &m, all, n, error);
  for (int i = 0; i < 2; ++i) {
    ton_meters_free(m.keep[i]);
    ton_decisions_free(&m.decisions[i]);
  }
  return status;
}
