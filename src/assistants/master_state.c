// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Recording what the mastering assistant decides.
*/
#include "assistants/master_internal.h"

void
record_unchanged(const MasterState* m, const char* path, TonDecision* decision)
{
  ton_plan_decide(m->plan, path, NULL, decision);
}

void
record_value(const MasterState* m, const char* path, const char* value,
             TonDecision* d)
{
  ton_plan_decide(m->plan, path, value, d);
}

void
record_locked(const MasterState* m, const char* key)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_LOCK, 1.0);
  d.locked = true;
  record_unchanged(m, key, &d);
}
