// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Recording what the mastering assistant decides.
*/
#include "assistants/master_internal.h"
#include "base/string.h"

void
record_unchanged(const MasterState* m, const char* path, TonDecision* decision)
{
  m->plan->failed |=
      !ton_string_copy(decision->path, sizeof(decision->path), path);
  decision->value[0] = '\0';
  ton_plan_decide(m->plan, decision);
}

void
record_value(const MasterState* m, const char* path, const char* value,
             TonDecision* d)
{
  m->plan->failed |= !ton_string_copy(d->path, sizeof(d->path), path) ||
                     !ton_string_copy(d->value, sizeof(d->value), value);
  ton_plan_decide(m->plan, d);
}

void
record_locked(const MasterState* m, const char* key)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_LOCK, 1.0);
  d.locked = true;
  record_unchanged(m, key, &d);
}
