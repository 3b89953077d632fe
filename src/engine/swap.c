// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What two plans have in common, and how it is handed over.

#include "engine/swap.h"

#include "engine/plan_parts.h"

#include <string.h>

// Strips ---------------------------------------------------------------------

static bool
same_strip(const GraphStrip* a, const GraphStrip* b)
{
  return a->has_source == b->has_source && strcmp(a->name, b->name) == 0;
}

TonStatus
swap_match_strips(const TonGraph* from, const TonGraph* to, uint32_t* same)
{
  bool* const taken = ton_alloc(from->n_strips + 1U);
  if (!taken) {
    return TON_NO_MEMORY;
  }
  uint32_t next = 0; // most stand in the same order
  for (uint32_t i = 0; i < to->n_strips; ++i) {
    same[i] = UINT32_MAX;
    for (uint32_t k = 0; k < from->n_strips && same[i] == UINT32_MAX; ++k) {
      const uint32_t old = (next + k) % from->n_strips;
      if (!taken[old] && same_strip(&from->strips[old], &to->strips[i])) {
        same[i] = old;
        taken[old] = true;
        next = old + 1;
      }
    }
  }
  ton_free(taken);
  return TON_OK;
}

// Inserts --------------------------------------------------------------------

static bool
same_hash(const char* a, const char* b)
{
  return a && b ? strcmp(a, b) == 0 : a == b;
}

/// The same processor with the same of all that is fixed while it plays
static bool
same_insert(const GraphInsert* a, const GraphInsert* b)
{
  bool same = a->type == b->type;
  for (uint32_t i = 0; same && i < a->type->n_params; ++i) {
    same =
        a->type->params[i].flags & TON_AUTOMATE || a->params[i] == b->params[i];
  }
  for (uint32_t i = 0; same && i < a->type->n_resources; ++i) {
    same = same_hash(a->hashes[i], b->hashes[i]);
  }
  return same;
}

/// The stage and slot of an insert
static InsertSlot*
find_slot(const Plan* p, uint32_t strip, uint32_t insert, Stage** stage)
{
  const Bank* const bank = &p->banks[p->strips[strip].bank];
  for (uint32_t i = 0; i < bank->n_stages; ++i) {
    for (uint32_t k = 0; k < bank->stages[i].n_slots; ++k) {
      InsertSlot* const slot = &bank->stages[i].slots[k];
      if (slot->strip == strip && slot->insert == insert) {
        *stage = &bank->stages[i];
        return slot;
      }
    }
  }
  return NULL;
}

/// The old insert that a new one continues, behind `*next`, in their order
static uint32_t
match_insert(const GraphStrip* from, const GraphInsert* to, uint32_t* next)
{
  for (uint32_t k = *next; k < from->n_inserts; ++k) {
    if (same_insert(&from->inserts[k], to)) {
      *next = k + 1;
      return k;
    }
  }
  return UINT32_MAX;
}

/// Old slot and stage that a new slot could continue, or null
static InsertSlot*
old_slot(const Swap* s, const InsertSlot* slot, Stage** stage)
{
  const uint32_t strip = s->strips[slot->strip];
  if (strip == UINT32_MAX) {
    return NULL;
  }
  const GraphStrip* const to = s->plan->strips[slot->strip].graph;
  uint32_t next = 0;
  uint32_t insert = UINT32_MAX;
  for (uint32_t i = 0; i <= slot->insert; ++i) {
    insert =
        match_insert(s->old_plan->strips[strip].graph, &to->inserts[i], &next);
  }
  return insert == UINT32_MAX ? NULL
                              : find_slot(s->old_plan, strip, insert, stage);
}

/// The old stage whose instance can serve all slots of a new one, or null
static Stage*
old_stage(const Swap* s, const Stage* stage)
{
  Stage* first = NULL;
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    const InsertSlot* const to = &stage->slots[i];
    Stage* from = NULL;
    const InsertSlot* const slot = old_slot(s, to, &from);
    if (!slot || (first && from != first) || from->type != stage->type ||
        slot->lane != to->lane || slot->channels != to->channels) {
      return NULL;
    }
    first = from;
  }
  for (uint32_t i = 0; i < s->n_stages; ++i) {
    if (s->stages[i].from == first) {
      return NULL; // it serves another already
    }
  }
  return first;
}

/// A delay of the new plan reaches as far back as the old one's
static TonStatus
reach(Plan* p, DelayLine* to, const DelayLine* from)
{
  const bool short_ring = from->frames > (to->ring ? to->mask : 0);
  return short_ring ? plan_delay(p, to, to->frames, from->frames) : TON_OK;
}

static TonStatus
add_slot_pair(Swap* s, InsertSlot* from, InsertSlot* to)
{
  s->slots[s->n_slots++] = (SlotPair){from, to};
  for (uint32_t c = 0; from && c < 2; ++c) {
    TON_TRY(reach(s->plan, &to->sidechain_delay[c], &from->sidechain_delay[c]));
  }
  return TON_OK;
}

static TonStatus
match_stage(Swap* s, Stage* stage)
{
  Stage* const from = old_stage(s, stage);
  if (from) {
    s->stages[s->n_stages++] = (StagePair){from, stage};
  }
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    InsertSlot* const to = &stage->slots[i];
    Stage* unused = NULL;
    TON_TRY(add_slot_pair(s, from ? old_slot(s, to, &unused) : NULL, to));
  }
  return TON_OK;
}

// Inputs ---------------------------------------------------------------------

/// The old sum that a new one continues, or null
static BusSum*
old_sum(const Swap* s, const BusSum* to)
{
  const Plan* const old = s->old_plan;
  if (to->strip != UINT32_MAX) {
    const uint32_t strip = s->strips[to->strip];
    return strip == UINT32_MAX ? NULL : old->tasks[old->strips[strip].sum].sum;
  }
  const size_t tap = (size_t)(to->tap - s->plan->graph->taps);
  for (uint32_t i = 0; i < old->n_sums; ++i) {
    if (old->sums[i].tap == old->graph->taps + tap &&
        tap < old->graph->n_taps) {
      return &old->sums[i];
    }
  }
  return NULL;
}

static bool
is_taken(const Swap* s, uint32_t first, const BusInput* in)
{
  for (uint32_t i = first; i < s->n_inputs; ++i) {
    if (s->inputs[i].from == in) {
      return true;
    }
  }
  return false;
}

/// The old input that a new one continues, or null.  `first`: pairs of its sum
static BusInput*
old_input(const Swap* s, uint32_t first, const BusSum* from, const BusInput* to)
{
  for (uint32_t i = 0; from && i < from->n_inputs; ++i) {
    BusInput* const in = &from->inputs[i];
    const bool both_pre = !in->edge || in->edge->pre == to->edge->pre;
    if (in->strip_index == s->strips[to->strip_index] && both_pre &&
        in->channels == to->channels && !is_taken(s, first, in)) {
      return in;
    }
  }
  return NULL;
}

static TonStatus
match_sum(Swap* s, const BusSum* sum)
{
  const uint32_t first = s->n_inputs;
  const BusSum* const from = old_sum(s, sum);
  for (uint32_t i = 0; i < sum->n_inputs; ++i) {
    BusInput* const to = &sum->inputs[i];
    BusInput* const in = old_input(s, first, from, to);
    s->inputs[s->n_inputs++] = (InputPair){in, to};
    for (uint32_t c = 0; in && c < 2; ++c) {
      TON_TRY(reach(s->plan, &to->delay[c], &in->delay[c]));
    }
  }
  return TON_OK;
}

// What is gone ---------------------------------------------------------------

static bool
slot_goes_on(const Swap* s, const InsertSlot* slot)
{
  for (uint32_t i = 0; i < s->n_slots; ++i) {
    if (s->slots[i].from == slot) {
      return true;
    }
  }
  return false;
}

static void
find_leaving(Swap* s)
{
  const Plan* const old = s->old_plan;
  for (uint32_t b = 0; b < old->n_banks; ++b) {
    for (uint32_t i = 0; i < old->banks[b].n_stages; ++i) {
      const Stage* const stage = &old->banks[b].stages[i];
      for (uint32_t k = 0; k < stage->n_slots; ++k) {
        if (!slot_goes_on(s, &stage->slots[k])) {
          s->leaving_slots[s->n_leaving_slots++] = &stage->slots[k];
        }
      }
    }
  }
  for (uint32_t i = 0; i < old->n_sums; ++i) {
    for (uint32_t k = 0; k < old->sums[i].n_inputs; ++k) {
      BusInput* const in = &old->sums[i].inputs[k];
      if (!is_taken(s, 0, in)) {
        s->leaving_inputs[s->n_leaving_inputs++] = in;
      }
    }
  }
}

// Match ----------------------------------------------------------------------

typedef struct {
  size_t stages;
  size_t slots;
  size_t inputs;
} Counts;

static Counts
count(const Plan* p)
{
  Counts n = {0};
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    n.stages += p->banks[b].n_stages;
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      n.slots += p->banks[b].stages[i].n_slots;
    }
  }
  for (uint32_t i = 0; i < p->n_sums; ++i) {
    n.inputs += p->sums[i].n_inputs;
  }
  return n;
}

static TonStatus
make_lists(Swap* s)
{
  const Counts to = count(s->plan);
  const Counts from = count(s->old_plan);
  s->stages = ton_arena_alloc(&s->arena, (to.stages + 1) * sizeof(StagePair));
  s->slots = ton_arena_alloc(&s->arena, (to.slots + 1) * sizeof(SlotPair));
  s->inputs = ton_arena_alloc(&s->arena, (to.inputs + 1) * sizeof(InputPair));
  s->leaving_slots =
      ton_arena_alloc(&s->arena, (from.slots + 1) * sizeof(InsertSlot*));
  s->leaving_inputs =
      ton_arena_alloc(&s->arena, (from.inputs + 1) * sizeof(BusInput*));
  return s->stages && s->slots && s->inputs && s->leaving_slots &&
                 s->leaving_inputs
             ? TON_OK
             : TON_NO_MEMORY;
}

TonStatus
swap_match(Swap* s)
{
  Plan* const p = s->plan;
  TON_TRY(make_lists(s));
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      TON_TRY(match_stage(s, &p->banks[b].stages[i]));
    }
  }
  for (uint32_t i = 0; i < p->n_sums; ++i) {
    TON_TRY(match_sum(s, &p->sums[i]));
  }
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const uint32_t old = s->strips[i];
    for (uint32_t c = 0; c < 2 && old != UINT32_MAX; ++c) {
      TON_TRY(
          reach(p, &p->strips[i].wait[c], &s->old_plan->strips[old].wait[c]));
    }
  }
  find_leaving(s);
  return TON_OK;
}

void
swap_free(Swap* s, const SourceRing* keep, uint32_t n_keep, bool arrived)
{
  source_rings_free(s->old_rings, s->old_plan->graph->n_strips, keep, n_keep);
  workspace_free(arrived ? &s->old_workspace : &s->workspace);
  plan_free(s->old_plan);
  ton_graph_free(s->old_graph);
  ton_free(s->strips);
  ton_arena_free(&s->arena);
  ton_free(s);
}

uint32_t
swap_leave_frames(const Swap* s)
{
  // a fader that falls to silence is 80 dB down after 0.12 s
  const uint32_t silence = s->plan->graph->rate / 8;
  const uint32_t bypass = BYPASS_FRAMES + 2 * GRID;
  const uint32_t inputs = s->n_leaving_inputs ? silence : 0;
  const uint32_t slots = s->n_leaving_slots ? bypass : 0;
  return inputs > slots ? inputs : slots;
}

// [audio] --------------------------------------------------------------------

static int64_t
song_at(const Plan* p, int64_t clock, uint32_t latency)
{
  return timeline_song(&p->timeline, clock - (int64_t)latency);
}

void
swap_leave(const Swap* s, int64_t clock)
{
  const Plan* const p = s->old_plan;
  for (uint32_t i = 0; i < s->n_leaving_slots; ++i) {
    InsertSlot* const slot = s->leaving_slots[i];
    insert_slot_leave(slot, song_at(p, clock, slot->latency));
  }
  for (uint32_t i = 0; i < s->n_leaving_inputs; ++i) {
    BusInput* const in = s->leaving_inputs[i];
    bus_input_set(in, MUTE, 1.0F, song_at(p, clock, in->latency));
  }
}

static void
take_over_stages(const Swap* s)
{
  for (uint32_t i = 0; i < s->n_stages; ++i) {
    const StagePair* const pair = &s->stages[i];
    void* const state = pair->to->state;
    pair->to->state = pair->from->state;
    pair->from->state = state;
    for (uint32_t k = 0; k < pair->to->n_slots; ++k) {
      pair->to->slots[k].state = pair->to->state;
    }
  }
}

void
swap_take_over(const Swap* s, int64_t clock)
{
  const Plan* const p = s->plan;
  take_over_stages(s);
  for (uint32_t i = 0; i < s->n_slots; ++i) {
    const SlotPair* const pair = &s->slots[i];
    const int64_t frame = song_at(p, clock, pair->to->latency);
    if (pair->from) {
      insert_slot_take_over(pair->to, pair->from, frame);
    } else {
      insert_slot_arrive(pair->to, frame);
    }
  }
  for (uint32_t i = 0; i < s->n_inputs; ++i) {
    const InputPair* const pair = &s->inputs[i];
    const int64_t frame = song_at(p, clock, pair->to->latency);
    if (pair->from) {
      bus_input_take_over(pair->to, pair->from, frame);
    } else {
      bus_input_arrive(pair->to, frame);
    }
  }
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const uint32_t old = s->strips[i];
    for (uint32_t c = 0; c < 2 && old != UINT32_MAX; ++c) {
      delay_line_take_over(&p->strips[i].wait[c],
                           &s->old_plan->strips[old].wait[c]);
    }
  }
}
