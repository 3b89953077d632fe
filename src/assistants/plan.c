// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Changes of a text and the decisions behind them.
*/
#include "assistants/plan.h"

#include "assistants/decision_builder.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

TonStatus
ton_plan_apply(const TonPlan* plan, TonDoc* doc, TonError* error)
{
  if (plan->failed) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the proposal");
  }
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    TON_TRY(ton_doc_edit(doc, &plan->edits[i], error));
  }
  return TON_OK;
}

void
ton_plan_free(TonPlan* plan)
{
  ton_free(plan->edits);
  ton_decisions_free(&plan->decisions);
  ton_arena_free(&plan->arena);
  *plan = (TonPlan){0};
}

static const char*
keep_text(TonPlan* plan, const char* text)
{
  const char* const kept = ton_arena_string(&plan->arena, text, strlen(text));
  plan->failed |= !kept;
  return kept ? kept : "";
}

const char*
ton_plan_text(TonPlan* plan, const char* format, ...)
{
  char buffer[2048];
  va_list args;
  va_start(args, format);
  vsnprintf(buffer, sizeof(buffer), format, args);
  va_end(args);
  return keep_text(plan, buffer);
}

void
ton_plan_edit(TonPlan* plan, const char* path, const char* value,
              const char* comment)
{
  TonEdit* const grown = ton_grow(plan->edits, &plan->capacity,
                                  (size_t)plan->n_edits + 1, sizeof(TonEdit));
  if (!grown) {
    plan->failed = true;
    return;
  }
  plan->edits = grown;
  plan->edits[plan->n_edits++] =
      (TonEdit){.path = keep_text(plan, path),
                .value = value ? keep_text(plan, value) : NULL,
                .comment = comment ? keep_text(plan, comment) : NULL};
}

static void
decide(TonPlan* plan, const TonDecision* decision, bool say)
{
  TonDecision* const record = ton_decisions_add(&plan->decisions);
  if (!record) {
    plan->failed = true;
    return;
  }
  *record = *decision;
  ton_decision_finish(record);
  if (!record->locked && *record->path && *record->value) {
    ton_plan_edit(plan, record->path, record->value,
                  say ? record->reason : NULL);
  }
}

void
ton_plan_decide(TonPlan* plan, const TonDecision* decision)
{
  decide(plan, decision, true);
}

void
ton_plan_record(TonPlan* plan, const TonDecision* decision)
{
  decide(plan, decision, false);
}

const char*
ton_plan_name(TonPlan* plan, const char* name)
{
  char room[TON_PATH_BYTES];
  size_t at = 0;
  for (; *name && at + 3 < sizeof(room); ++name) {
    const bool special = *name == '/' || *name == '~';
    room[at++] = special ? '~' : *name;
    if (special) {
      room[at++] = *name == '/' ? '1' : '0';
    }
  }
  room[at] = '\0';
  return keep_text(plan, room);
}
