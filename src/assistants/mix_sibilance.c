// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   De-essers of voices, or why there is none.
*/
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>

/// S sounds begin a little below their middle; within what voices have
#define BEGIN_SHARE  0.7
#define LOWEST_S_HZ  4000.0
#define HIGHEST_S_HZ 8000.0

/// Less is not worth a processor
#define LEAST_DB 1.0

static void
leave_soft(const MixState* state, const MixTrack* s)
{
  const TonFacts* const f = s->facts;
  TonDecision d;
  ton_decision_start(
      &d, isnan(f->sibilant_db) ? TON_RULE_DE_ESS_NONE : TON_RULE_DE_ESS_SOFT,
      0.7);
  if (!isnan(f->sibilant_db)) {
    ton_decision_range(&d, "S sounds", f->sibilant_db, NAN, s->role->s_lu);
    ton_decision_figure(&d, "soft S sounds", s->role->s_lu);
    ton_decision_name(&d, "way", f->sibilant_db < 0.0 ? "softer" : "louder");
  }
  track_decide(state, s, "chain/de-esser", NULL, &d);
}

void
propose_de_esser(MixState* state, MixTrack* s)
{
  const TonRole* const r = s->role;
  const TonFacts* const f = s->facts;
  if (isnan(r->s_lu)) {
    return;
  }
  const double beyond = f->sibilant_db - r->s_lu;
  if (!(beyond >= LEAST_DB)) {
    leave_soft(state, s);
    return;
  }
  const double range = fmin(rint(2.0 * beyond) / 2.0, r->s_range_db);
  const double at =
      fmin(fmax(BEGIN_SHARE * f->sibilant_hz, LOWEST_S_HZ), HIGHEST_S_HZ);
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DE_ESS_LOUD, 0.7);
  ton_decision_range(&d, "S sounds", f->sibilant_db, NAN, r->s_lu);
  ton_decision_figure(&d, "soft S sounds", r->s_lu);
  ton_decision_figure(&d, "largest reduction", range);
  ton_decision_figure(&d, "middle of the S sounds", f->sibilant_hz);
  ton_decision_name(&d, "way", f->sibilant_db < 0.0 ? "softer" : "louder");
  const TonSetting settings[] = {{"at", rint(at / 100.0) * 100.0},
                                 {"range", range}};
  const char* const value =
      ton_chain_values(state->plan, "de-esser", settings, 2);
  if (value) {
    track_decide(state, s,
                 ton_plan_text(state->plan, "chain/%u/de-esser", s->n_chain++),
                 value, &d);
  }
}
