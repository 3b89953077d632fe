// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where a master starts and ends in its mix, and whose values say so.
#include "base/error.h"
#include "session/doc.h"
#include "song/master_text.h"

#include <math.h>
#include <string.h>

bool
master_text_is_ours(MasterText* t, const char* key)
{
  if (ton_decisions_compare(t->records, t->doc)) {
    return false;
  }
  for (uint32_t i = 0; i < t->records->count; ++i) {
    const TonDecision* const d = &t->records->items[i];
    if (strcmp(d->path, key) == 0 && *d->value && !d->superseded &&
        strcmp(d->rule, "goal.asked") != 0 &&
        strcmp(d->rule, "goal.written") != 0) {
      return true;
    }
  }
  return false;
}

void
master_text_own_ends(MasterText* t)
{
  for (TonMasterEnd i = 0; i < TON_MASTER_ENDS; ++i) {
    const char* const key = ton_master_end_key(i);
    const bool theirs =
        ton_doc_line(t->doc, key) && !master_text_is_ours(t, key);
    t->brief.ends_theirs |= (unsigned)theirs << i;
  }
}

TonStatus
master_text_ends(MasterText* t)
{
  const TonMeasurement* const mix = &t->mix.facts.whole;
  const double length_s = (double)mix->frames / mix->rate;
  const double end_s = fmin(t->master->end_s, length_s);
  t->from = (uint64_t)rint(t->master->start_s * mix->rate);
  t->to = t->master->end_s < length_s ? (uint64_t)rint(end_s * mix->rate)
                                      : mix->frames;
  return t->from < t->to
             ? TON_OK
             : ton_fail_at(
                   t->doc, ton_node_child(t->doc->root, "start"), t->error,
                   "start: the master would start at %.2f s, and the mix "
                   "lasts %.2f s",
                   t->master->start_s, length_s);
}
