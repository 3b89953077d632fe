// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   One track of the mix assistant: what a person keeps of it, and its records.
*/
#include "assistants/mix_internal.h"

#include "base/string.h"

#include <math.h>
#include <string.h>

bool
track_locked(const MixTrack* track, const char* key)
{
  const TonStrip* const old = track->old;
  return old && ton_lock_holds(old->locks, old->n_locks, key);
}

double
track_dc(const MixTrack* track)
{
  const double* const dc = track->facts->whole.dc;
  return fmax(fabs(dc[0]), fabs(dc[1]));
}

bool
track_is_unknown(const MixTrack* track)
{
  return strcmp(track->role->name, "unknown") == 0;
}

void
track_name_role(const MixTrack* track, TonDecision* decision)
{
  ton_decision_name(decision, "role",
                    track_is_unknown(track) ? "a track of unknown role"
                                            : track->role->name);
}

void
track_name_place(const MixState* state, const MixTrack* track,
                 TonDecision* decision)
{
  const bool voice =
      state->anchor && strcmp(state->anchor->role->name, "lead vocal") == 0;
  if (fabs(track->goal_lu) < 0.05) {
    ton_decision_name(decision, "level",
                      voice ? "as loud as a lead vocal"
                            : "as loud as a lead vocal would be");
    return;
  }
  char side[64];
  ton_string_cut(side, sizeof(side), "%s %s",
                 track->goal_lu < 0.0 ? "below" : "above",
                 voice ? "a lead vocal" : "where a lead vocal would be");
  ton_decision_name(decision, "side", side);
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

void
track_add_band(MixState* state, MixTrack* track, const char* kind,
               const TonSetting* settings, uint32_t n, TonDecision* d)
{
  const char* const value = ton_chain_band(state->plan, settings, n);
  if (value) {
    track_decide(state, track,
                 ton_plan_text(state->plan, "chain/%u/equaliser/%u/%s",
                               track->n_chain, track->n_bands++, kind),
                 value, d);
  }
}

const TonHum*
track_hum(const MixTrack* track)
{
  const TonFacts* const f = track->facts;
  return f->hum.hz > 0.0 && f->hum.level_db > TRACK_HUM_DB ? &f->hum : NULL;
}
