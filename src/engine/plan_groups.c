// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "engine/plan.h"

#include <string.h>

// Groups ---------------------------------------------------------------------

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

/// Strips of a level in packing order: stereo before mono inside equal chains
static uint32_t
sort_level(const TonEngine* e, uint32_t level, uint32_t* order)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    if (e->strips[i].level != level) {
      continue;
    }
    uint32_t k = n++;
    for (; k > 0; --k) {
      const Strip* const before = &e->strips[order[k - 1]];
      const int chains = compare_chains(before->graph, e->strips[i].graph);
      if (chains < 0 ||
          (chains == 0 && before->channels >= e->strips[i].channels)) {
        break;
      }
      order[k] = order[k - 1];
    }
    order[k] = i;
  }
  return n;
}

static Group*
new_group(TonEngine* e)
{
  Group* const group = &e->groups[e->n_groups++];
  group->strips = ton_arena_alloc(&e->arena, TON_MAX_LANES * sizeof(uint32_t));
  return group->strips ? group : NULL;
}

static TonStatus
pack_level(TonEngine* e, uint32_t level, uint32_t* order)
{
  const uint32_t n = sort_level(e, level, order);
  const uint32_t widest = ton_machine_lanes();
  Group* group = NULL;
  uint32_t used = 0;
  for (uint32_t i = 0; i < n; ++i) {
    Strip* const s = &e->strips[order[i]];
    used += s->channels == 2 ? used & 1 : 0;
    const bool alone = works_alone(s->graph) || e->run.one_strip;
    if (!group || alone || used + s->channels > widest) {
      group = new_group(e);
      used = 0;
      if (!group) {
        return TON_NO_MEMORY;
      }
    }
    s->group = e->n_groups - 1;
    s->lane = used;
    group->strips[group->n_strips++] = order[i];
    used += s->channels;
    group->lanes = used <= 4 ? 4 : used <= 8 ? 8 : 16;
    for (uint32_t c = 0; c < s->channels; ++c) {
      group->gain[s->lane + c] = s->graph->gain;
    }
    if (alone) {
      group = NULL;
    }
  }
  return TON_OK;
}

static TonStatus
pack_groups(TonEngine* e)
{
  uint32_t* const order =
      ton_arena_alloc(&e->arena, (e->graph->n_strips + 1) * sizeof(uint32_t));
  e->groups = ton_alloc((e->graph->n_strips + 1) * sizeof(Group));
  if (!order || !e->groups) {
    return TON_NO_MEMORY;
  }
  for (uint32_t level = 0; level <= plan_top_level(e); ++level) {
    TON_TRY(pack_level(e, level, order));
  }
  return TON_OK;
}

// Steps ----------------------------------------------------------------------

static TonStatus
make_moving(TonEngine* e, InsertSlot* seat, const GraphStrip* g)
{
  const TonProcessor* const type = g->inserts[seat->insert].type;
  seat->moving =
      ton_arena_alloc(&e->arena, (g->n_autos + 1) * sizeof(MovingParam));
  if (!seat->moving) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < g->n_autos; ++i) {
    const GraphAuto* const a = &g->autos[i];
    if (a->kind != TON_AUTO_PARAM || a->item != seat->insert || !a->n_points) {
      continue;
    }
    const TonParam* const p = &type->params[a->param];
    seat->moving[seat->n_moving++] = (MovingParam){
        .lane = {a->points, a->n_points, e->graph->rate},
        .param = a->param,
        .stepped = p->spacing >= TON_INTEGER,
        .log = p->unit == TON_HZ,
    };
  }
  return TON_OK;
}

static TonStatus
make_seat(TonEngine* e, Step* step, uint32_t strip, uint32_t insert)
{
  const GraphStrip* const g = &e->graph->strips[strip];
  const GraphInsert* const in = &g->inserts[insert];
  InsertSlot* const seat = &step->seats[step->n_seats++];
  const Strip* const s = &e->strips[strip];
  *seat = (InsertSlot){.strip = strip,
                       .insert = insert,
                       .lane = s->lane,
                       .next = INT64_MAX,
                       .key = in->key};
  seat->params =
      ton_arena_alloc(&e->arena, (in->type->n_params + 1) * sizeof(float));
  if (!seat->params) {
    return TON_NO_MEMORY;
  }
  memcpy(seat->params, in->params, in->type->n_params * sizeof(float));
  step->keyed |= in->key != UINT32_MAX;
  for (uint32_t c = 0; c < s->channels; ++c) {
    step->on[seat->lane + c] = -1;
  }
  return make_moving(e, seat, g);
}

/// Type that most strips of the group need next; null when all chains are done
static const TonProcessor*
next_type(const TonEngine* e, const Group* group, const uint32_t* at)
{
  const TonProcessor* best = NULL;
  uint32_t most = 0;
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    const GraphStrip* const a = &e->graph->strips[group->strips[i]];
    if (at[i] == a->n_inserts) {
      continue;
    }
    uint32_t count = 0;
    for (uint32_t k = 0; k < group->n_strips; ++k) {
      const GraphStrip* const b = &e->graph->strips[group->strips[k]];
      count += at[k] < b->n_inserts &&
               b->inserts[at[k]].type == a->inserts[at[i]].type;
    }
    if (count > most) {
      most = count;
      best = a->inserts[at[i]].type;
    }
  }
  return best;
}

static void
ask_instance(TonEngine* e, const Step* step, const InsertSlot* seat)
{
  const TonProcessor* const type = step->type;
  GraphInsert* const in = &e->graph->strips[seat->strip].inserts[seat->insert];
  in->latency =
      type->latency ? type->latency(type, step->state, in->params) : 0;
  in->tail = type->tail ? type->tail(type, step->state, in->params) : 0;
}

static TonStatus
make_state(TonEngine* e, const Group* group, Step* step, TonError* error)
{
  const bool alone = step->type->flags & TON_ALONE;
  const char* const id = step->type->id;
  step->type = ton_processor_lanes(step->type,
                                   alone ? ton_machine_lanes() : group->lanes);
  if (!step->type) {
    return ton_fail(error, TON_UNSUPPORTED, "%s was not built for %u lanes", id,
                    group->lanes);
  }
  const float* params[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < step->n_seats; ++i) {
    const InsertSlot* const seat = &step->seats[i];
    for (uint32_t c = 0; c < e->strips[seat->strip].channels; ++c) {
      params[alone ? 0 : seat->lane + c] = seat->params;
    }
  }
  const TonSpec spec = {e->graph->rate, alone ? 2 : group->lanes, e->block,
                        params, NULL};
  TON_TRY(step->type->open(step->type, &spec, &step->state, error));
  for (uint32_t i = 0; i < step->n_seats; ++i) {
    ask_instance(e, step, &step->seats[i]);
  }
  return TON_OK;
}

static TonStatus
make_steps(TonEngine* e, Group* group, TonError* error)
{
  uint32_t at[TON_MAX_LANES] = {0};
  uint32_t most = 0;
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    most += e->graph->strips[group->strips[i]].n_inserts;
  }
  group->steps = plan_alloc(e, (most + 1) * sizeof(Step));
  if (!group->steps) {
    return TON_NO_MEMORY;
  }
  const TonProcessor* type = NULL;
  while ((type = next_type(e, group, at))) {
    Step* const step = &group->steps[group->n_steps++];
    step->type = type;
    step->seats =
        ton_arena_alloc(&e->arena, group->n_strips * sizeof(InsertSlot));
    if (!step->seats) {
      return TON_NO_MEMORY;
    }
    for (uint32_t i = 0; i < group->n_strips; ++i) {
      const GraphStrip* const g = &e->graph->strips[group->strips[i]];
      if (at[i] < g->n_inserts && g->inserts[at[i]].type == type) {
        TON_TRY(make_seat(e, step, group->strips[i], at[i]));
        ++at[i];
      }
    }
    TON_TRY(make_state(e, group, step, error));
  }
  return TON_OK;
}

/// What an insert needs once the latencies are known
static TonStatus
make_seat_buffers(TonEngine* e, InsertSlot* seat)
{
  const GraphStrip* const g = &e->graph->strips[seat->strip];
  const TonProcessor* const type = g->inserts[seat->insert].type;
  seat->latency = e->strips[seat->strip].latency_in;
  for (uint32_t i = 0; i < seat->insert; ++i) {
    seat->latency += g->inserts[i].latency;
  }
  if (seat->key != UINT32_MAX) {
    const uint32_t wait = seat->latency - e->strips[seat->key].latency_out;
    TON_TRY(plan_late(e, &seat->key_late[0], wait));
    TON_TRY(plan_late(e, &seat->key_late[1], wait));
  }
  if (type->n_meters) {
    seat->points =
        plan_alloc(e, (size_t)type->n_meters * e->n_points * sizeof(float));
  }
  return !type->n_meters || seat->points ? TON_OK : TON_NO_MEMORY;
}

static TonStatus
make_group_buffers(TonEngine* e, Group* group)
{
  const size_t block = (size_t)e->block * group->lanes * sizeof(float);
  uint32_t meters = 1;
  for (uint32_t i = 0; i < group->n_steps; ++i) {
    const uint32_t n = group->steps[i].type->n_meters;
    meters = n > meters ? n : meters;
    for (uint32_t k = 0; k < group->steps[i].n_seats; ++k) {
      TON_TRY(make_seat_buffers(e, &group->steps[i].seats[k]));
    }
  }
  group->x = plan_alloc(e, block);
  group->key = plan_alloc(e, block);
  group->planar = plan_alloc(e, (size_t)e->block * 4 * sizeof(float));
  group->meters = plan_alloc(e, (size_t)meters * TON_MAX_LANES * sizeof(float));
  if (!group->x || !group->key || !group->planar || !group->meters) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    Strip* const s = &e->strips[group->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      for (int slot = 0; slot < SLOTS; ++slot) {
        s->out[slot][c] = plan_stretch(e);
        if (!s->out[slot][c]) {
          return TON_NO_MEMORY;
        }
      }
      if (s->graph->has_source && !(s->in[c] = plan_stretch(e))) {
        return TON_NO_MEMORY;
      }
    }
  }
  return TON_OK;
}

TonStatus
plan_groups(TonEngine* e, TonError* error)
{
  TON_TRY(pack_groups(e));
  for (uint32_t i = 0; i < e->n_groups; ++i) {
    TON_TRY(make_steps(e, &e->groups[i], error));
  }
  return TON_OK;
}

TonStatus
plan_group_buffers(TonEngine* e)
{
  for (uint32_t i = 0; i < e->n_groups; ++i) {
    TON_TRY(make_group_buffers(e, &e->groups[i]));
  }
  return TON_OK;
}
