// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Recording what the mastering assistant decides.
*/
#include "assistants/master_internal.h"

#include <stdio.h>

void
record_unchanged(const MasterState* m, const char* path, TonDecision* decision)
{
  snprintf(decision->path, sizeof(decision->path), "%s", path);
  decision->value[0] = '\0';
  ton_plan_decide(m->plan, decision);
}

void
record_value(const MasterState* m, const char* path, const char* value,
             TonDecision* d)
{
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
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
