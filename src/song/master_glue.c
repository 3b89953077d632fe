// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The compressor of the whole in master.yaml: measured, its threshold raised,
/// taken out again where it costs more than it helps.
#include "song/master_text.h"

#include "assistants/decision_builder.h"
#include "base/error.h"
#include "base/string.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TonInsert*
master_text_glue(const MasterText* t)
{
  const uint32_t at = t->propose ? t->plan.glue : UINT32_MAX;
  return at < t->master->n_chain ? &t->master->chain[at] : NULL;
}

/// The record of an insert of the chain, or null
static TonDecision*
insert_record(const MasterText* t, uint32_t at)
{
  char path[32];
  const int n = snprintf(path, sizeof(path), "chain/%u/", at);
  for (uint32_t i = 0; i < t->records->count; ++i) {
    if (strncmp(t->records->items[i].path, path, (size_t)n) == 0) {
      return &t->records->items[i];
    }
  }
  return NULL;
}

/// Inserts behind one that is gone move up by one
static TonStatus
move_up(MasterText* t, uint32_t gone)
{
  static const char chain[] = "chain/";
  for (uint32_t i = 0; i < t->records->count; ++i) {
    char* const path = t->records->items[i].path;
    char rest[sizeof(t->records->items[i].path)];
    char* end = NULL;
    if (strncmp(path, chain, strlen(chain)) != 0) {
      continue;
    }
    const unsigned long at = strtoul(path + strlen(chain), &end, 10);
    if (*end == '/' && at > gone) {
      if (!ton_string_copy(rest, sizeof(rest), end) ||
          !ton_string_format(path, sizeof(rest), "chain/%lu%s", at - 1, rest)) {
        return master_text_too_long(t);
      }
    }
  }
  return TON_OK;
}

TonStatus
master_text_measured_glue(MasterText* t, double reduction_db)
{
  TonDecision* const d = insert_record(t, t->plan.glue);
  assert(d);
  ton_decision_evidence(d, "average reduction")->value = reduction_db;
  ton_decision_finish(d);
  const TonEdit e = {d->path, d->value, d->reason};
  return ton_doc_edit(t->doc, &e, t->error);
}

TonStatus
master_text_raise_glue(MasterText* t, double reduction_db, bool* raised)
{
  TonDecision* const d = insert_record(t, t->plan.glue);
  const TonInsert* const glue = master_text_glue(t);
  const TonParam* const p = ton_param(glue->type, "threshold");
  const double threshold_db = (double)glue->params[p - glue->type->params];
  // above its threshold half of the time at 2:1, half of that at its range
  const double higher_db = 8.0 * (reduction_db - TON_GLUE_DB);
  TonPlan plan = {0};
  assert(d);
  *raised = higher_db > 0.0;
  if (!*raised) {
    return TON_OK;
  }
  const char* const value =
      ton_master_glue(&plan, threshold_db + ceil(2.0 * higher_db) / 2.0);
  const bool fits = value && ton_string_copy(d->value, sizeof(d->value), value);
  const TonStatus status = ton_plan_check(&plan, t->error);
  ton_plan_free(&plan);
  TON_TRY(status);
  const TonEdit e = {d->path, d->value, d->reason};
  TON_TRY(fits ? ton_doc_edit(t->doc, &e, t->error) : master_text_too_long(t));
  return master_text_read_again(t);
}

TonStatus
master_text_drop_glue(MasterText* t, double with_db, double without_db)
{
  char path[32];
  const uint32_t at = t->plan.glue;
  TonDecision* const d = insert_record(t, at);
  assert(d);
  t->plan.glue = UINT32_MAX;
  ton_decision_start(d, TON_RULE_GLUE_PROVED, 0.7);
  ton_decision_figure(d, "reduction with it", with_db);
  ton_decision_range(d, "reduction without it", without_db, NAN, 6.0);
  ton_decision_finish(d);
  snprintf(d->path, sizeof(d->path), "chain/compressor");
  TON_TRY(move_up(t, at));
  snprintf(path, sizeof(path), "chain/%u", at);
  const TonEdit gone = {path, NULL, NULL};
  TON_TRY(ton_doc_edit(t->doc, &gone, t->error));
  TON_TRY(master_text_read_again(t));
  const TonInsert* const l = master_text_limiter(t);
  t->plan.limiter = l ? (uint32_t)(l - t->master->chain) : UINT32_MAX;
  return TON_OK;
}
