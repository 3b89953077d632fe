// SPDX-License-Identifier: GPL-3.0-or-later
/// @file When the sound arrives where: latencies, delays, lengths.

#include "engine/plan_parts.h"

/// Add up the latency of each chain of a bank, in latency_out, which gets
/// latency_in added later; delay a strip until all its side-chains have arrived
static void
measure_chains(const Plan* p, const Bank* bank)
{
  for (uint32_t i = 0; i < bank->n_stages; ++i) {
    for (uint32_t k = 0; k < bank->stages[i].n_slots; ++k) {
      const InsertSlot* const slot = &bank->stages[i].slots[k];
      StripPlan* const s = &p->strips[slot->strip];
      if (slot->sidechain != UINT32_MAX) {
        const uint32_t ready = p->strips[slot->sidechain].latency_out;
        if (ready > s->latency_in + s->latency_out) {
          s->latency_in = ready - s->latency_out;
        }
      }
      s->latency_out += slot->bypass.latency;
    }
  }
}

/// The latency at each slot of a bank, and the delays that follow from it
static TonStatus
place_slots(Plan* p, const Bank* bank)
{
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    s->latency_out = s->latency_in;
  }
  for (uint32_t i = 0; i < bank->n_stages; ++i) {
    for (uint32_t k = 0; k < bank->stages[i].n_slots; ++k) {
      InsertSlot* const slot = &bank->stages[i].slots[k];
      StripPlan* const s = &p->strips[slot->strip];
      slot->latency = s->latency_out;
      s->latency_out += slot->bypass.latency;
      const uint32_t wait =
          slot->sidechain == UINT32_MAX
              ? 0
              : slot->latency - p->strips[slot->sidechain].latency_out;
      for (uint32_t c = 0; c < 2; ++c) {
        TON_TRY(plan_delay(p, &slot->sidechain_delay[c], wait, 0));
        TON_TRY(plan_delay(p, &slot->bypass.dry[c],
                           p->changeable ? slot->bypass.latency : 0, 0));
      }
    }
  }
  return TON_OK;
}

static TonStatus
place_bank(Plan* p, const Bank* bank, const PlanEdges* in)
{
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const uint32_t strip = bank->strips[i];
    StripPlan* const s = &p->strips[strip];
    for (uint32_t k = in->first[strip]; k < in->first[strip + 1]; ++k) {
      const uint32_t out = p->strips[in->edges[k].from].latency_out;
      s->latency_in = out > s->latency_in ? out : s->latency_in;
    }
  }
  measure_chains(p, bank);
  TON_TRY(place_slots(p, bank));
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    for (uint32_t c = 0; s->stream && c < s->channels; ++c) {
      TON_TRY(plan_delay(p, &s->wait[c], s->latency_in, 0));
    }
  }
  return TON_OK;
}

/// Frames that a sound lasts, from a strip to the end of the longest path
typedef struct {
  uint64_t tail;   ///< What it rings on after silence
  uint64_t settle; ///< What came before and still matters
} Lasting;

/// What each strip's own chain lasts
static void
own_lasting(const Plan* p, Lasting* lasting)
{
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      const Stage* const stage = &p->banks[b].stages[i];
      const TonProcessor* const type = stage->type;
      for (uint32_t k = 0; k < stage->n_slots; ++k) {
        const InsertSlot* const slot = &stage->slots[k];
        Lasting* const l = &lasting[slot->strip];
        const uint64_t tail =
            type->tail ? type->tail(type, stage->state, slot->params) : 0;
        l->tail += tail;
        l->settle += type->settle
                         ? type->settle(type, stage->state, slot->params)
                         : tail;
      }
    }
  }
}

/// From the last strip to the first: its own, and the longest behind it
static TonStatus
find_length(Plan* p)
{
  Lasting* const all =
      plan_alloc(p, (p->graph->n_strips + 1U) * sizeof(Lasting));
  if (!all) {
    return TON_NO_MEMORY;
  }
  own_lasting(p, all);
  for (uint32_t n = p->graph->n_strips; n-- > 0;) {
    const uint32_t i = p->order[n];
    const GraphStrip* const g = &p->graph->strips[i];
    Lasting behind = {0};
    for (uint32_t k = 0; k < g->n_edges; ++k) {
      const Lasting* const to = &all[g->edges[k].to];
      behind.tail = to->tail > behind.tail ? to->tail : behind.tail;
      behind.settle = to->settle > behind.settle ? to->settle : behind.settle;
    }
    all[i].tail += behind.tail;
    all[i].settle += behind.settle;
    const uint64_t end = g->has_source ? g->source.frames + all[i].tail : 0;
    p->length = end > p->length ? end : p->length;
    p->settle = all[i].settle > p->settle ? all[i].settle : p->settle;
  }
  return TON_OK;
}

TonStatus
plan_times(Plan* p, const PlanEdges* edges)
{
  for (uint32_t i = 0; i < p->n_banks; ++i) {
    TON_TRY(place_bank(p, &p->banks[i], edges));
  }
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    const uint32_t out = p->strips[i].latency_out;
    p->max_latency = out > p->max_latency ? out : p->max_latency;
  }
  for (uint32_t i = 0; i < p->graph->n_taps; ++i) {
    const uint32_t out = p->strips[p->graph->taps[i].strip].latency_out;
    p->latency = out > p->latency ? out : p->latency;
  }
  return find_length(p);
}
