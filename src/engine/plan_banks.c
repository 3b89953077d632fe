// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Strips packed into lanes, and the stages of their chains.

#include "base/error.h"
#include "engine/plan_parts.h"

#include <stdlib.h>
#include <string.h>

// Packing --------------------------------------------------------------------

/// A strip in the order of packing
typedef struct {
  const StripPlan* strip;
  uint32_t index;
} PackEntry;

static bool
works_alone(const GraphStrip* g)
{
  for (uint32_t i = 0; i < g->n_inserts; ++i) {
    if (g->inserts[i].type->flags & TON_ALONE) {
      return true;
    }
  }
  return false;
}

/// Strips with the same chain sort together, so that lanes are not wasted
static int
compare_chains(const GraphStrip* a, const GraphStrip* b)
{
  const uint32_t n = a->n_inserts < b->n_inserts ? a->n_inserts : b->n_inserts;
  for (uint32_t i = 0; i < n; ++i) {
    const int order = strcmp(a->inserts[i].type->id, b->inserts[i].type->id);
    if (order) {
      return order;
    }
  }
  return (a->n_inserts > b->n_inserts) - (a->n_inserts < b->n_inserts);
}

/// Level by level; stereo before mono inside equal chains
static int
compare_entries(const void* left, const void* right)
{
  const PackEntry* const a = left;
  const PackEntry* const b = right;
  if (a->strip->level != b->strip->level) {
    return a->strip->level < b->strip->level ? -1 : 1;
  }
  const int chains = compare_chains(a->strip->graph, b->strip->graph);
  if (chains) {
    return chains;
  }
  if (a->strip->channels != b->strip->channels) {
    return a->strip->channels > b->strip->channels ? -1 : 1;
  }
  return a->index < b->index ? -1 : 1;
}

static Bank*
add_bank(Plan* p)
{
  Bank* const bank = &p->banks[p->n_banks++];
  bank->strips = plan_alloc(p, TON_MAX_LANES * sizeof(uint32_t));
  return bank->strips ? bank : NULL;
}

/// Give a strip the next lanes of a bank
static void
add_strip(Plan* p, Bank* bank, uint32_t strip, uint32_t lane)
{
  StripPlan* const s = &p->strips[strip];
  s->bank = p->n_banks - 1;
  s->lane = lane;
  bank->strips[bank->n_strips++] = strip;
  const uint32_t used = lane + s->channels;
  bank->lanes = used <= 4 ? 4 : used <= 8 ? 8 : 16;
  for (uint32_t c = 0; c < s->channels; ++c) {
    bank->gain[lane + c] = s->graph->gain;
  }
}

static TonStatus
pack(Plan* p, const PackEntry* entries, uint32_t n)
{
  const uint32_t widest = ton_machine_lanes();
  Bank* bank = NULL;
  uint32_t used = 0;
  for (uint32_t i = 0; i < n; ++i) {
    const StripPlan* const s = entries[i].strip;
    const bool alone = works_alone(s->graph) || p->one_strip;
    const bool deeper = i && s->level != entries[i - 1].strip->level;
    used += s->channels == 2 ? used & 1 : 0;
    if (!bank || alone || deeper || used + s->channels > widest) {
      bank = add_bank(p);
      used = 0;
      if (!bank) {
        return TON_NO_MEMORY;
      }
    }
    add_strip(p, bank, entries[i].index, used);
    used += s->channels;
    bank = alone ? NULL : bank;
  }
  return TON_OK;
}

/// Whether a strip may keep the lanes it has in another plan, in this bank
static bool
may_keep_lanes(const Plan* p, const StripPlan* s, const StripPlan* old,
               const Bank* bank)
{
  return s->channels == old->channels &&
         works_alone(s->graph) == works_alone(old->graph) &&
         (!bank || p->strips[bank->strips[0]].level == s->level);
}

/// A bank as in another plan, of those strips that are still there.  `now`:
/// strip by strip of the other plan, UINT32_MAX where gone or packed.
static TonStatus
pack_like(Plan* p, const Plan* like, const Bank* old, uint32_t* now)
{
  Bank* bank = NULL;
  for (uint32_t i = 0; i < old->n_strips; ++i) {
    const uint32_t strip = now[old->strips[i]];
    const StripPlan* const before = &like->strips[old->strips[i]];
    if (strip == UINT32_MAX ||
        !may_keep_lanes(p, &p->strips[strip], before, bank)) {
      continue;
    }
    bank = bank ? bank : add_bank(p);
    if (!bank) {
      return TON_NO_MEMORY;
    }
    add_strip(p, bank, strip, before->lane);
    bank->lanes = old->lanes;
    p->strips[strip].packed = true;
  }
  return TON_OK;
}

static TonStatus
pack_all_like(Plan* p, const PlanOptions* options)
{
  const Plan* const like = options->like;
  const uint32_t n = like->graph->n_strips;
  uint32_t* const now = plan_alloc(p, (n + 1U) * sizeof(uint32_t));
  if (!now) {
    return TON_NO_MEMORY;
  }
  memset(now, 0xFF, n * sizeof(uint32_t));
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    if (options->like_strips[i] != UINT32_MAX) {
      now[options->like_strips[i]] = i;
    }
  }
  for (uint32_t i = 0; i < like->n_banks; ++i) {
    TON_TRY(pack_like(p, like, &like->banks[i], now));
  }
  return TON_OK;
}

static uint32_t
bank_level(const Plan* p, const Bank* bank)
{
  return p->strips[bank->strips[0]].level;
}

/// Banks level by level; most are in order already
static void
sort_banks(Plan* p)
{
  for (uint32_t i = 1; i < p->n_banks; ++i) {
    const Bank bank = p->banks[i];
    uint32_t k = i;
    for (; k && bank_level(p, &p->banks[k - 1]) > bank_level(p, &bank); --k) {
      p->banks[k] = p->banks[k - 1];
    }
    p->banks[k] = bank;
  }
  for (uint32_t i = 0; i < p->n_banks; ++i) {
    for (uint32_t k = 0; k < p->banks[i].n_strips; ++k) {
      p->strips[p->banks[i].strips[k]].bank = i;
    }
  }
}

static TonStatus
pack_banks(Plan* p, const PlanOptions* options)
{
  const uint32_t n = p->graph->n_strips;
  PackEntry* const entries = plan_alloc(p, (n + 1U) * sizeof(PackEntry));
  p->banks = plan_alloc(p, (n + 1U) * sizeof(Bank));
  if (!entries || !p->banks) {
    return TON_NO_MEMORY;
  }
  if (options->like) {
    TON_TRY(pack_all_like(p, options));
  }
  uint32_t left = 0;
  for (uint32_t i = 0; i < n; ++i) {
    if (!p->strips[i].packed) {
      entries[left++] = (PackEntry){&p->strips[i], i};
    }
  }
  qsort(entries, left, sizeof(PackEntry), compare_entries);
  TON_TRY(pack(p, entries, left));
  sort_banks(p);
  return TON_OK;
}

// Stages ---------------------------------------------------------------------

/// Curves that move parameters of one insert
static uint32_t
count_curves(const GraphStrip* g, uint32_t insert)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_autos; ++i) {
    n += g->autos[i].kind == TON_AUTO_PARAM && g->autos[i].item == insert;
  }
  return n;
}

static TonStatus
add_curves(Plan* p, InsertSlot* slot, const GraphStrip* g)
{
  const TonProcessor* const type = g->inserts[slot->insert].type;
  slot->max_moving =
      count_curves(g, slot->insert) + (p->changeable ? type->n_params : 0);
  slot->moving = plan_alloc(p, (slot->max_moving + 1U) * sizeof(MovingParam));
  if (!slot->moving) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < g->n_autos; ++i) {
    const GraphAuto* const a = &g->autos[i];
    if (a->kind == TON_AUTO_PARAM && a->item == slot->insert && a->n_points) {
      MovingParam* const moving = &slot->moving[slot->n_moving++];
      *moving = insert_slot_param(type, a->param, slot->params[a->param]);
      moving->curve = (AutomationCurve){a->points, a->n_points, p->graph->rate};
    }
  }
  return TON_OK;
}

static TonStatus
add_slot(Plan* p, Stage* stage, uint32_t strip, uint32_t insert)
{
  const StripPlan* const s = &p->strips[strip];
  const GraphInsert* const in = &s->graph->inserts[insert];
  InsertSlot* const slot = &stage->slots[stage->n_slots++];
  *slot = (InsertSlot){.strip = strip,
                       .insert = insert,
                       .lane = s->lane,
                       .channels = s->channels,
                       .rate = p->graph->rate,
                       .next = TIME_NEVER,
                       .sidechain = in->sidechain};
  slot->bypass.through = !in->bypass;
  slot->bypass.wet = in->bypass ? 0 : BYPASS_FRAMES;
  slot->bypass.next = TIME_NEVER;
  slot->params = plan_alloc(p, (in->type->n_params + 1U) * sizeof(float));
  slot->meters = plan_alloc(p, (in->type->n_meters + 1U) * sizeof(float));
  if (!slot->params || !slot->meters) {
    return TON_NO_MEMORY;
  }
  memcpy(slot->params, in->params, in->type->n_params * sizeof(float));
  stage->has_sidechain |= in->sidechain != UINT32_MAX;
  for (uint32_t c = 0; c < s->channels; ++c) {
    stage->on[slot->lane + c] = -1;
  }
  return add_curves(p, slot, s->graph);
}

/// Type that most strips of the bank need next; null when all chains are done
static const TonProcessor*
next_type(const Plan* p, const Bank* bank, const uint32_t* at)
{
  const TonProcessor* best = NULL;
  uint32_t max_count = 0;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const GraphStrip* const a = &p->graph->strips[bank->strips[i]];
    if (at[i] == a->n_inserts) {
      continue;
    }
    uint32_t count = 0;
    for (uint32_t k = 0; k < bank->n_strips; ++k) {
      const GraphStrip* const b = &p->graph->strips[bank->strips[k]];
      count += at[k] < b->n_inserts &&
               b->inserts[at[k]].type == a->inserts[at[i]].type;
    }
    if (count > max_count) {
      max_count = count;
      best = a->inserts[at[i]].type;
    }
  }
  return best;
}

/// The resources of an insert; false: there are none
static bool
find_resources(const Plan* p, const InsertSlot* slot, TonResources* found)
{
  const GraphInsert* const in =
      &p->graph->strips[slot->strip].inserts[slot->insert];
  *found = p->graph->loader;
  found->hashes = (const char* const*)in->hashes;
  return found->load && in->type->n_resources;
}

/// The instance that serves the slots of a stage
static TonStatus
open_stage(Plan* p, const Bank* bank, Stage* stage, TonError* error)
{
  const bool alone = stage->type->flags & TON_ALONE;
  const char* const id = stage->type->id;
  stage->type = ton_processor_lanes(stage->type,
                                    alone ? ton_machine_lanes() : bank->lanes);
  if (!stage->type) {
    return ton_fail(error, TON_UNSUPPORTED,
                    "%s cannot run in this build of the program", id);
  }
  const float* params[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    const InsertSlot* const slot = &stage->slots[i];
    for (uint32_t c = 0; c < slot->channels; ++c) {
      params[alone ? 0 : slot->lane + c] = slot->params;
    }
  }
  TonResources resources;
  const bool has_any = find_resources(p, &stage->slots[0], &resources);
  const TonSpec spec = {p->graph->rate, alone ? 2 : bank->lanes, p->block,
                        params, has_any ? &resources : NULL};
  TON_TRY(stage->type->open(stage->type, &spec, &stage->state, error));
  const uint32_t meters = stage->type->n_meters;
  p->max_meters = meters > p->max_meters ? meters : p->max_meters;
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    InsertSlot* const slot = &stage->slots[i];
    slot->type = stage->type;
    slot->state = stage->state;
    slot->bypass.latency =
        stage->type->latency
            ? stage->type->latency(stage->type, stage->state, slot->params)
            : 0;
  }
  return TON_OK;
}

/// The next stage of a bank: one type, for all strips that need it now
static TonStatus
add_stage(Plan* p, Bank* bank, const TonProcessor* type, uint32_t* at)
{
  Stage* const stage = &bank->stages[bank->n_stages++];
  stage->type = type;
  stage->slots = plan_alloc(p, bank->n_strips * sizeof(InsertSlot));
  if (!stage->slots) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const GraphStrip* const g = &p->graph->strips[bank->strips[i]];
    if (at[i] < g->n_inserts && g->inserts[at[i]].type == type) {
      TON_TRY(add_slot(p, stage, bank->strips[i], at[i]));
      ++at[i];
    }
  }
  return TON_OK;
}

static TonStatus
add_stages(Plan* p, Bank* bank, TonError* error)
{
  uint32_t at[TON_MAX_LANES] = {0};
  size_t max_stages = 0;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    max_stages += p->graph->strips[bank->strips[i]].n_inserts;
  }
  bank->stages = plan_alloc(p, (max_stages + 1) * sizeof(Stage));
  if (!bank->stages) {
    return TON_NO_MEMORY;
  }
  const TonProcessor* type = NULL;
  while ((type = next_type(p, bank, at))) {
    TON_TRY(add_stage(p, bank, type, at));
    TON_TRY(open_stage(p, bank, &bank->stages[bank->n_stages - 1], error));
  }
  return TON_OK;
}

TonStatus
plan_banks(Plan* p, const PlanOptions* options, TonError* error)
{
  TON_TRY(pack_banks(p, options));
  for (uint32_t i = 0; i < p->n_banks; ++i) {
    TON_TRY(add_stages(p, &p->banks[i], error));
  }
  return TON_OK;
}

void
plan_close_stages(Plan* p)
{
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      const Stage* const stage = &p->banks[b].stages[i];
      if (stage->state) {
        stage->type->close(stage->type, stage->state);
      }
    }
  }
}
