// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Which values of a text that was proposed before the user owns.

   A value is the assistant's when decisions.json has its record and the text
   still says the same.  Everything else that is written is a person's and is
   kept as if it were locked; without a decisions.json that is all of it.
*/
#ifndef TON_ASSISTANTS_USER_EDITS_H
#define TON_ASSISTANTS_USER_EDITS_H

#include "assistants/plan.h"

/// A strip and its keys that are not the assistant's
typedef struct {
  const char* name;
  uint32_t kept; ///< Bit k: key number k is a person's
  uint32_t own;  ///< Bit k: key number k is the assistant's
  char** locks;  ///< Of the strip, copied
  uint32_t n_locks;
} UserEditsStrip;

typedef struct {
  TonDecisions before; ///< Of the last proposal; superseded is true to the text
  double tempo_bpm;    ///< That a person wrote or locked; 0: none.  What the
                       ///< assistant has heard itself moves no other value
  uint32_t song_kept;  ///< Bit k: key number k of the song is a person's
  UserEditsStrip* strips;
  uint32_t n;
  TonPlan strings; ///< Owns them
} UserEdits;

/// Hold the records of the last proposal, which are taken over, against the
/// text.  Freed with user_edits_free() even on failure.
TonStatus user_edits_find(UserEdits* kept, TonDecisions* records,
                          const TonDoc* doc, const TonMix* mix,
                          TonError* error);

void user_edits_free(UserEdits* kept);

/// A person's values are locks, for as long as `mix` is used
TonStatus user_edits_lock(UserEdits* kept, TonMix* mix, TonError* error);

/// The assistant's own roles and routes bind it no longer
void user_edits_forget(const UserEdits* kept, TonMix* mix);

/// Chains of the same processors are edited where they stand, and comments
/// that are not the assistant's stay; `now`: records of this proposal
void user_edits_spare(const UserEdits* kept, const TonDecisions* now,
                      const TonDoc* doc, TonPlan* plan);

/// A reason of the assistant beside a value that a person has changed is not true
/// any more: take it out of the text.  `superseded` is true to the text.
TonStatus user_edits_clear_reason(const TonDecision* decision, TonDoc* doc,
                                  TonError* error);

/// Values of the last proposal that this one does not repeat are taken out of
/// the text; records that still hold, or that a person overruled, join `now`
TonStatus user_edits_close(UserEdits* kept, TonDoc* doc, TonDecisions* now,
                           TonError* error);

#endif
