// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   One track of the mix assistant: what a person keeps of it, and its records.
*/
#include "assistants/mix_internal.h"

bool
track_locked(const MixTrack* track, const char* key)
{
  const TonStrip* const old = track->old;
  return old && ton_lock_holds(old->locks, old->n_locks, key);
}

void
track_decide(const MixState* state, const MixTrack* track, const char* key,
             const char* value, TonDecision* decision)
{
  const MixTrack* const p = track->partner;
  if (p && track->stem == p->stem) { // see propose_chain()
    ton_decision_name(decision, "measured on", p->stem->strip);
  }
  ton_plan_decide(state->plan,
                  ton_plan_text(state->plan, "%s/%s", track->path, key), value,
                  decision);
}

void
track_keep(const MixState* state, const MixTrack* track, const char* key)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_LOCK, 1.0);
  d.locked = true;
  track_decide(state, track, key, NULL, &d);
}

bool
track_kept_in(const MixTrack* s)
{
  return track_locked(s, "mute") && s->old && !s->old->mute;
}
