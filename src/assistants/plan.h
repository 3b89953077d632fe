// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Changes of a text and the decisions behind them, as an assistant returns them.
*/
#ifndef TON_ASSISTANTS_PLAN_H
#define TON_ASSISTANTS_PLAN_H

#include "base/memory.h"

#include <tonmeister/decision.h>
#include <tonmeister/session.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/**
   What an assistant hands back: changes of a text, each with its record.

   Zero-initialise; freed with ton_plan_free().  All functions [main].
*/
typedef struct {
  TonEdit* edits; ///< In the order to apply them; strings owned by the plan
  uint32_t n_edits;
  size_t capacity;
  TonDecisions decisions;
  TonArena arena;
  bool failed;   ///< Memory was refused; the plan is incomplete
  bool too_long; ///< A text did not fit into its decision
} TonPlan;

/// Rounded to 1 / `steps`, never "-0.0".  [any]
static inline double
ton_plan_rounded(double value, double steps)
{
  return rint(value * steps) / steps + 0.0;
}

/// TON_NO_MEMORY if memory ran out while the plan was made, TON_BAD_USE if a
/// text did not fit into its decision.
TonStatus ton_plan_check(const TonPlan* plan, TonError* error);

/// Apply every edit to a text, in order.
TonStatus ton_plan_apply(const TonPlan* plan, TonDoc* doc, TonError* error);

void ton_plan_free(TonPlan* plan);

/// A formatted string owned by the plan; "" when memory is refused.
const char* ton_plan_text(TonPlan* plan, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// Change a value.  Null `comment` keeps the comment that stands there.
void ton_plan_edit(TonPlan* plan, const char* path, const char* value,
                   const char* comment);

/**
   Change a value with its record: `decision` is copied into the plan with
   `path` and `value`, the end-of-line comment is generated from it.  A record
   with `locked` set, or with a null value, only goes into the list of
   decisions.  A path or value that does not fit is left out and fails the plan.
*/
void ton_plan_decide(TonPlan* plan, const char* path, const char* value,
                     const TonDecision* decision);

/// Same without a comment beside the value.
void ton_plan_record(TonPlan* plan, const char* path, const char* value,
                     const TonDecision* decision);

/// A name as it stands in a path: '/' and '~' written "~1", "~0".
const char* ton_plan_name(TonPlan* plan, const char* name);

#endif
