// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the search for the limiter's gain leaves in master.yaml and its records.
*/

#include "assistants/decision_builder.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "song/master_text.h"

#include <stdio.h>
#include <string.h>

/// A new word on a value replaces the one before
static bool
same_record(const TonDecision* a, const TonDecision* b)
{
  return *a->value && strcmp(a->path, b->path) == 0;
}

static TonStatus
merge(MasterText* t, const TonDecisions* added)
{
  for (uint32_t i = 0; i < added->count; ++i) {
    TonDecision* place = NULL;
    for (uint32_t k = 0; k < t->records->count && !place; ++k) {
      place = same_record(&t->records->items[k], &added->items[i])
                  ? &t->records->items[k]
                  : NULL;
    }
    place = place ? place : ton_decisions_add(t->records);
    if (!place) {
      return ton_fail(t->error, TON_NO_MEMORY, "out of memory");
    }
    *place = added->items[i];
  }
  return TON_OK;
}

/// The limiter's own record says what stands there now, gain and goal included
static TonStatus
follow_gain(MasterText* t, double goal_lufs)
{
  char path[64];
  snprintf(path, sizeof(path), "chain/%u/limiter", t->plan.limiter);
  char* const value = ton_doc_get(t->doc, path);
  bool fits = true;
  for (uint32_t i = 0; value && i < t->records->count; ++i) {
    TonDecision* const d = &t->records->items[i];
    if (strcmp(d->path, path) != 0) {
      continue;
    }
    fits &= ton_string_copy(d->value, sizeof(d->value), value);
    TonEvidence* const goal = ton_decision_evidence(d, "goal");
    if (goal && !t->propose) {
      goal->value = goal_lufs;
      ton_decision_finish(d);
    }
  }
  ton_free(value);
  return fits ? TON_OK : master_text_too_long(t);
}

/// A comment that no record has made is a person's
static bool
is_a_persons(const MasterText* t, const char* comment)
{
  for (uint32_t i = 0; i < t->records->count; ++i) {
    if (strcmp(t->records->items[i].reason, comment) == 0) {
      return false;
    }
  }
  return *comment;
}

/// Leave alone what a person has written beside a value, or beside the line it
/// stands in
static void
keep_comments(const MasterText* t, TonPlan* plan)
{
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    char* const path =
        (char*)(uintptr_t)ton_plan_text(plan, "%s", plan->edits[i].path);
    for (char* end = path + strlen(path); end && plan->edits[i].comment;
         end = strrchr(path, '/')) {
      *end = '\0';
      char* const comment = ton_doc_comment(t->doc, path);
      if (comment && is_a_persons(t, comment)) {
        plan->edits[i].comment = NULL;
      }
      ton_free(comment);
    }
  }
}

TonStatus
master_text_stay_as_loud(MasterText* t, double reduction_db)
{
  TonPlan plan = {0};
  TonStatus status = ton_assist_master_stay_as_loud(
      &t->brief, &t->plan, reduction_db, &plan, t->error);
  status = status ? status : ton_plan_apply(&plan, t->doc, t->error);
  status = status ? status : merge(t, &plan.decisions);
  ton_plan_free(&plan);
  return status ? status : master_text_read_again(t);
}

TonStatus
master_text_drive(MasterText* t, TonGainSearch* search, double true_peak_dbtp,
                  double reduction_db)
{
  TonPlan plan = {0};
  const bool yields =
      t->plan.goal_yields && search->state == TON_GAIN_SEARCH_BOUND;
  TonStatus status =
      yields ? ton_assist_master_yield(&t->plan, search, reduction_db, &plan,
                                       t->error)
             : TON_OK;
  status = status ? status
                  : ton_assist_master_gain(&t->brief, &t->plan, search,
                                           true_peak_dbtp, reduction_db, &plan,
                                           t->error);
  if (!t->propose) {
    keep_comments(t, &plan);
  }
  status = status ? status : ton_plan_apply(&plan, t->doc, t->error);
  status = status ? status : merge(t, &plan.decisions);
  status = status ? status : follow_gain(t, search->goal_lufs);
  ton_plan_free(&plan);
  return status;
}
