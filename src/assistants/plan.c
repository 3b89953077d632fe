// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Changes of a text and the decisions behind them.
*/
#include "assistants/plan.h"

#include "assistants/decision_builder.h"
#include "base/error.h"
#include "base/string.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

TonStatus
ton_plan_check(const TonPlan* plan, TonError* error)
{
  if (plan->failed) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the proposal");
  }
  return plan->too_long
             ? ton_fail(error, TON_BAD_USE,
                        "a name or a value is too long for a decision")
             : TON_OK;
}

TonStatus
ton_plan_apply(const TonPlan* plan, TonDoc* doc, TonError* error)
{
  TON_TRY(ton_plan_check(plan, error));
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
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char* const text =
      n < 0 ? NULL : ton_arena_alloc(&plan->arena, (size_t)n + 1);
  plan->failed |= !text;
  if (!text) {
    return "";
  }
  va_start(args, format);
  const int written = vsnprintf(text, (size_t)n + 1, format, args);
  va_end(args);
  plan->failed |= written != n;
  return text;
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
decide(TonPlan* plan, const char* path, const char* value,
       const TonDecision* decision, bool say)
{
  TonDecision* const record = ton_decisions_add(&plan->decisions);
  if (!record) {
    plan->failed = true;
    return;
  }
  *record = *decision;
  const bool whole =
      ton_string_copy(record->path, sizeof(record->path), path) &&
      ton_string_copy(record->value, sizeof(record->value),
                      value ? value : "") &&
      ton_decision_finish(record);
  plan->too_long |= !whole;
  if (whole && !record->locked && *record->path && *record->value) {
    ton_plan_edit(plan, record->path, record->value,
                  say ? record->reason : NULL);
  }
}

void
ton_plan_decide(TonPlan* plan, const char* path, const char* value,
                const TonDecision* decision)
{
  decide(plan, path, value, decision, true);
}

void
ton_plan_record(TonPlan* plan, const char* path, const char* value,
                const TonDecision* decision)
{
  decide(plan, path, value, decision, false);
}

const char*
ton_plan_name(TonPlan* plan, const char* name)
{
  char* const text = ton_arena_alloc(&plan->arena, 2 * strlen(name) + 1);
  plan->failed |= !text;
  for (char* to = text; text && *name; ++name) {
    const bool special = *name == '/' || *name == '~';
    *to++ = special ? '~' : *name;
    if (special) {
      *to++ = *name == '/' ? '1' : '0';
    }
  }
  return text ? text : "";
}
