// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/targets.h"

#include "assistants/data_table.h"
#include "base/error.h"
#include "base/string.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// The targets' table and its names, while it is open
typedef struct {
  TonDoc* doc;
  char* names[64];
  uint32_t n;
} Targets;

static TonStatus
open_targets(Targets* t, TonError* error)
{
  *t = (Targets){0};
  TON_TRY(ton_table_open("targets.yaml", &t->doc, error));
  const uint32_t n = ton_doc_count(t->doc, "targets");
  for (uint32_t i = 0; i < n && i < 64; ++i) {
    t->names[i] = ton_doc_key(t->doc, "targets", i);
    if (!t->names[i]) {
      break;
    }
    ++t->n;
  }
  return TON_OK;
}

static void
close_targets(Targets* t)
{
  for (uint32_t i = 0; i < t->n; ++i) {
    ton_free(t->names[i]);
  }
  ton_doc_free(t->doc);
}

static void
read_target(const Targets* t, uint32_t index, TonTarget* target)
{
  char path[96];
  const TonDoc* const doc = t->doc;
  snprintf(path, sizeof(path), "targets/%s", t->names[index]);
  *target = (TonTarget){0};
  snprintf(target->name, sizeof(target->name), "%s", t->names[index]);
  ton_table_copy(doc, path, "title", target->title, sizeof(target->title));
  ton_table_copy(doc, path, "tone", target->tone, sizeof(target->tone));
  ton_table_copy(doc, path, "source", target->source, sizeof(target->source));
  target->loudness_lufs =
      ton_table_number(doc, path, "loudness", TON_LUFS, NAN);
  target->ceiling_dbtp = ton_table_number(doc, path, "ceiling", TON_DBTP, -1.0);
  target->tolerance_lu = ton_table_number(doc, path, "tolerance", TON_LU, 0.1);
}

static TonStatus
unknown_target(const Targets* t, const char* name, TonError* error)
{
  const char* const* names = (const char* const*)t->names;
  const char* const near = ton_string_nearest(name, names, t->n);
  if (near) {
    return ton_fail(error, TON_NOT_FOUND,
                    "there is no target \"%s\"; did you mean \"%s\"?", name,
                    near);
  }
  TonString all = {0};
  for (uint32_t i = 0; i < t->n; ++i) {
    ton_string_printf(&all, "%s%s", i ? ", " : "", names[i]);
  }
  const TonStatus status = ton_fail(
      error, TON_NOT_FOUND, "there is no target \"%s\"; choose one of %s", name,
      ton_string_string(&all));
  ton_string_free(&all);
  return status;
}

TonStatus
ton_target(const char* name, TonTarget* target, TonError* error)
{
  Targets t;
  const unsigned long refusals = ton_alloc_refusals();
  TON_TRY(open_targets(&t, error));
  TonStatus status = TON_NOT_FOUND;
  for (uint32_t i = 0; i < t.n && status != TON_OK; ++i) {
    if (strcmp(t.names[i], name) == 0) {
      read_target(&t, i, target);
      status = TON_OK;
    }
  }
  if (status != TON_OK) {
    status = unknown_target(&t, name, error);
  }
  close_targets(&t);
  return ton_table_done(status, refusals, error);
}

uint32_t
ton_target_count(void)
{
  TonDoc* doc = NULL;
  if (ton_table_open("targets.yaml", &doc, NULL) != TON_OK) {
    return 0;
  }
  const uint32_t n = ton_doc_count(doc, "targets");
  ton_doc_free(doc);
  return n;
}

TonStatus
ton_target_at(uint32_t index, TonTarget* target, TonError* error)
{
  Targets t;
  TON_TRY(open_targets(&t, error));
  const bool there = index < t.n;
  if (there) {
    read_target(&t, index, target);
  }
  close_targets(&t);
  return there ? TON_OK
               : ton_fail(error, TON_NOT_FOUND, "there is no target number %u",
                          index + 1);
}

// Platforms -------------------------------------------------------------------

static bool
read_platform(const TonDoc* doc, uint32_t index, TonPlatform* p)
{
  char path[96];
  char* const key = ton_doc_key(doc, "platforms", index);
  if (!key) {
    return false;
  }
  *p = (TonPlatform){0};
  snprintf(path, sizeof(path), "platforms/%s", key);
  snprintf(p->name, sizeof(p->name), "%s", key);
  ton_free(key);
  p->target_lufs = ton_table_number(doc, path, "target", TON_LUFS, NAN);
  p->raises = ton_table_yes(doc, path, "raises");
  p->raise_dbtp = ton_table_number(doc, path, "until", TON_DBTP, -1.0);
  p->advice_dbtp = ton_table_number(doc, path, "advice", TON_DBTP, -1.0);
  ton_table_copy(doc, path, "source", p->source, sizeof(p->source));
  return true;
}

/// Turned down to the target; turned up, where that is done, until the peak
/// is in the way (docs/rules.md 3.7)
static void
work_out(TonPenalty* row, double lufs, double dbtp)
{
  const TonPlatform* const p = &row->platform;
  const double gap = p->target_lufs - lufs;
  row->gain_db = 0.0;
  if (gap < 0.0) {
    row->gain_db = gap;
  } else if (gap > 0.0 && p->raises) {
    row->gain_db = fmax(fmin(gap, p->raise_dbtp - dbtp), 0.0);
  }
  row->plays_lufs = lufs + row->gain_db;
  row->wasted_db = fmax(-row->gain_db, 0.0);
  row->over_advice = dbtp > p->advice_dbtp + 0.05;
}

uint32_t
ton_platform_penalties(double integrated_lufs, double true_peak_dbtp,
                       TonPenalty* rows, uint32_t room)
{
  TonDoc* doc = NULL;
  if (ton_table_open("platforms.yaml", &doc, NULL) != TON_OK) {
    return 0;
  }
  uint32_t n = 0;
  while (n < room && read_platform(doc, n, &rows[n].platform)) {
    work_out(&rows[n++], integrated_lufs, true_peak_dbtp);
  }
  ton_doc_free(doc);
  return n;
}

// Tone ------------------------------------------------------------------------

static TonStatus
read_tone(const TonDoc* doc, const char* name, TonTone* tone, TonError* error)
{
  *tone = (TonTone){0};
  snprintf(tone->name, sizeof(tone->name), "%s", name);
  ton_table_copy(doc, "", "source", tone->source, sizeof(tone->source));
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    char path[32];
    snprintf(path, sizeof(path), "bands/%u", b);
    const double hz = ton_table_number(doc, path, "at", TON_HZ, NAN);
    tone->level_db[b] = ton_table_number(doc, path, "level", TON_DB, NAN);
    tone->spread_db[b] = ton_table_number(doc, path, "spread", TON_DB, NAN);
    if (!(fabs(log2(hz / ton_third_hz(b))) < 0.1) || isnan(tone->level_db[b]) ||
        isnan(tone->spread_db[b])) {
      return ton_fail(error, TON_BAD_TEXT,
                      "the tonal profile \"%s\" needs %d bands with level and "
                      "spread; band %u should be at %.0f Hz",
                      name, TON_THIRDS, b + 1, ton_third_hz(b));
    }
  }
  return TON_OK;
}

TonStatus
ton_tone(const char* name, TonTone* tone, TonError* error)
{
  char file[64];
  snprintf(file, sizeof(file), "tone/%s.yaml", name);
  TonDoc* doc = NULL;
  const unsigned long refusals = ton_alloc_refusals();
  TON_TRY(ton_table_open(file, &doc, error));
  const TonStatus status = read_tone(doc, name, tone, error);
  ton_doc_free(doc);
  return ton_table_done(status, refusals, error);
}
