// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Decisions, and whether a text still has the values they speak of.
*/

#include "base/memory.h"
#include "session/decision_compare.h"
#include "session/doc.h"

#include <tonmeister/decision.h>

#include <string.h>

TonDecision*
ton_decisions_add(TonDecisions* decisions)
{
  size_t capacity = decisions->capacity;
  TonDecision* const items =
      ton_grow(decisions->items, &capacity, (size_t)decisions->count + 1,
               sizeof(TonDecision));
  if (!items) {
    return NULL;
  }
  decisions->items = items;
  decisions->capacity = capacity;
  TonDecision* const added = &items[decisions->count++];
  memset(added, 0, sizeof(*added));
  return added;
}

void
ton_decisions_free(TonDecisions* decisions)
{
  if (decisions) {
    ton_free(decisions->items);
    *decisions = (TonDecisions){0};
  }
}

TonStatus
ton_decisions_compare(TonDecisions* decisions, const TonDoc* doc)
{
  TON_TRY(decisions_follow_names(decisions, doc));
  for (uint32_t i = 0; i < decisions->count; ++i) {
    TonDecision* const d = &decisions->items[i];
    if (!*d->path) {
      continue;
    }
    bool holds = false;
    TON_TRY(
        decision_compare(ton_node_at(doc->root, d->path), d->value, &holds));
    d->superseded = !holds;
  }
  return TON_OK;
}
