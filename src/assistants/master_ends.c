// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Where a master starts and ends: silence and clicks before the first note, a tail
   that is cut, silence or noise behind it.
*/
#include "assistants/master_internal.h"

#include <math.h>

const char*
ton_master_end_key(TonMasterEnd end)
{
  static const char* const keys[] = {"start", "end", "fade-in", "fade-out"};
  return keys[end];
}

static double
length_of(const TonFacts* mix)
{
  return (double)mix->whole.frames / mix->whole.rate;
}

/// Hundredths of a second, as the text has them
static double
hundredths(double seconds)
{
  return rint(100.0 * seconds) / 100.0;
}

static void
find_start(const TonFacts* mix, const TonLimits* l, TonMixEnds* e)
{
  if (mix->head_s > ton_limit(l, "start")->green) {
    const double start = hundredths(mix->head_s - l->ends.before_s);
    e->seconds[TON_MASTER_START] = start;
    e->seconds[TON_MASTER_FADE_IN] =
        mix->whole.silence_head_s < start ? l->ends.fade_in_s : NAN;
  }
}

static void
find_end(const TonFacts* mix, const TonLimits* l, TonMixEnds* e)
{
  const double length = length_of(mix);
  if (mix->tail_s > ton_limit(l, "tail")->green) {
    const double end = hundredths(length - mix->tail_s + l->ends.behind_s);
    e->noise = length - mix->whole.silence_tail_s > end;
    e->seconds[TON_MASTER_END] = end;
    e->seconds[TON_MASTER_FADE_OUT] = e->noise ? l->ends.behind_s : NAN;
  } else if (mix->end_level_db > ton_limit(l, "end")->green) {
    e->seconds[TON_MASTER_FADE_OUT] =
        hundredths(fmin(fmax(mix->ring_s, l->ends.shortest_fade_out_s),
                        l->ends.longest_fade_out_s));
  }
}

TonMixEnds
ton_mix_ends(const TonFacts* mix, const TonLimits* limits)
{
  TonMixEnds e = {.seconds = {NAN, NAN, NAN, NAN}};
  if (isfinite(mix->active_lufs)) {
    find_start(mix, limits, &e);
    find_end(mix, limits, &e);
  }
  return e;
}

static void
start_decision(const MasterState* m, const TonMixEnds* e, TonMasterEnd which,
               TonDecision* d)
{
  const TonFacts* const mix = &m->brief->mix->facts;
  const TonLimits* const l = m->brief->limits;
  switch (which) {
  case TON_MASTER_START:
    ton_decision_start(d, TON_RULE_ENDS_START, 0.9);
    ton_decision_range(d, "first sound", mix->head_s, NAN,
                       ton_limit(l, "start")->green);
    ton_decision_figure(d, "kept", l->ends.before_s);
    break;
  case TON_MASTER_FADE_IN:
    ton_decision_start(d, TON_RULE_ENDS_FADE_IN, 0.9);
    break;
  case TON_MASTER_END:
    ton_decision_start(d, TON_RULE_ENDS_END, 0.9);
    ton_decision_figure(d, "last sound", length_of(mix) - mix->tail_s);
    ton_decision_range(d, "silence", mix->tail_s, NAN,
                       ton_limit(l, "tail")->green);
    ton_decision_figure(d, "kept", l->ends.behind_s);
    break;
  default:
    ton_decision_start(d, e->noise ? TON_RULE_ENDS_NOISE : TON_RULE_ENDS_CUT,
                       0.8);
    if (!e->noise) {
      ton_decision_range(d, "level at the end", mix->end_level_db, NAN,
                         ton_limit(l, "end")->green);
    }
  }
}

static const char*
text_of(const MasterState* m, TonMasterEnd which, double seconds)
{
  const double minutes = floor(seconds / 60.0);
  return which == TON_MASTER_START || which == TON_MASTER_END
             ? ton_plan_text(m->plan, "%g:%05.2f", minutes,
                             seconds - 60.0 * minutes)
             : ton_plan_text(m->plan, "%g s", seconds);
}

/// Does the text say something of it?
static bool
is_written(const TonMaster* m, TonMasterEnd which)
{
  const bool written[] = {m->start_s > 0.0, isfinite(m->end_s),
                          m->fade_in.length_s > 0.0,
                          m->fade_out.length_s > 0.0};
  return written[which];
}

void
master_ends(MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  const TonMixEnds e = ton_mix_ends(&b->mix->facts, b->limits);
  for (TonMasterEnd i = 0; i < TON_MASTER_ENDS; ++i) {
    const char* const key = ton_master_end_key(i);
    TonDecision d;
    if (b->existing &&
        ton_lock_holds(b->existing->locks, b->existing->n_locks, key)) {
      record_locked(m, key);
    } else if (!(b->ends_theirs >> i & 1) && isfinite(e.seconds[i])) {
      start_decision(m, &e, i, &d);
      record_value(m, key, text_of(m, i, e.seconds[i]), &d);
    } else if (!(b->ends_theirs >> i & 1) && b->existing &&
               is_written(b->existing, i)) {
      ton_plan_edit(m->plan, key, NULL, NULL);
    }
  }
}
