// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"
#include "engine/engine.h"

#include <math.h>
#include <string.h>

/// Depth-first: 0 unseen, 1 on the way (meeting it again is a loop), 2 done
typedef struct {
  TonEngine* e;
  uint8_t* seen;
  TonError* error;
} Walk;

static TonStatus visit(Walk* w, uint32_t strip);

static TonStatus
visit_input(Walk* w, uint32_t strip, uint32_t input)
{
  if (input == UINT32_MAX) {
    return TON_OK;
  }
  TON_TRY(visit(w, input));
  Strip* const strips = w->e->strips;
  if (strips[input].level + 1 > strips[strip].level) {
    strips[strip].level = strips[input].level + 1;
  }
  return TON_OK;
}

static TonStatus
visit(Walk* w, uint32_t strip)
{
  const TonGraph* const graph = w->e->graph;
  if (w->seen[strip] == 1) {
    return ton_fail(w->error, TON_BAD_TEXT,
                    "the routing goes round in a circle through \"%s\"",
                    graph->strips[strip].name);
  }
  if (w->seen[strip] == 2) {
    return TON_OK;
  }
  w->seen[strip] = 1;
  for (uint32_t i = 0; i < graph->strips[strip].n_inserts; ++i) {
    TON_TRY(visit_input(w, strip, graph->strips[strip].inserts[i].key));
  }
  for (uint32_t u = 0; u < graph->n_strips; ++u) {
    for (uint32_t k = 0; k < graph->strips[u].n_edges; ++k) {
      if (graph->strips[u].edges[k].to == strip) {
        TON_TRY(visit_input(w, strip, u));
      }
    }
  }
  w->seen[strip] = 2;
  return TON_OK;
}

static TonStatus
find_levels(TonEngine* e, TonError* error)
{
  Walk w = {e, ton_arena_alloc(&e->arena, e->graph->n_strips), error};
  if (!w.seen) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    TON_TRY(visit(&w, i));
  }
  return TON_OK;
}

static uint32_t
insert_latency(const TonEngine* e, const GraphInsert* insert)
{
  return insert->type->latency
             ? insert->type->latency(insert->params, e->graph->rate)
             : 0;
}

static void
find_channels(TonEngine* e)
{
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    Strip* const s = &e->strips[i];
    s->channels = g->has_source ? g->source.channels : 2;
    for (uint32_t k = 0; k < g->n_inserts; ++k) {
      if (g->inserts[k].type->flags & (TON_PAIR | TON_ALONE)) {
        s->channels = 2;
      }
    }
  }
}

/// Latency of one strip once all strips of lower levels are known: a keyed
/// strip waits for its key
static void
find_latency(TonEngine* e, uint32_t strip)
{
  const GraphStrip* const g = &e->graph->strips[strip];
  Strip* const s = &e->strips[strip];
  for (uint32_t u = 0; u < e->graph->n_strips; ++u) {
    for (uint32_t k = 0; k < e->graph->strips[u].n_edges; ++k) {
      if (e->graph->strips[u].edges[k].to == strip &&
          e->strips[u].latency_out > s->latency_in) {
        s->latency_in = e->strips[u].latency_out;
      }
    }
  }
  uint32_t chain = 0;
  for (uint32_t k = 0; k < g->n_inserts; ++k) {
    const uint32_t key = g->inserts[k].key;
    if (key != UINT32_MAX &&
        e->strips[key].latency_out > s->latency_in + chain) {
      s->latency_in = e->strips[key].latency_out - chain;
    }
    chain += insert_latency(e, &g->inserts[k]);
  }
  s->latency_out = s->latency_in + chain;
  s->lead = g->has_source ? s->latency_in : 0;
}

static uint32_t
top_level(const TonEngine* e)
{
  uint32_t top = 0;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    top = e->strips[i].level > top ? e->strips[i].level : top;
  }
  return top;
}

static void
find_latencies(TonEngine* e)
{
  for (uint32_t level = 0; level <= top_level(e); ++level) {
    for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
      if (e->strips[i].level == level) {
        find_latency(e, i);
      }
    }
  }
  for (uint32_t i = 0; i < e->graph->n_taps; ++i) {
    const uint32_t out = e->strips[e->graph->taps[i].strip].latency_out;
    e->latency = out > e->latency ? out : e->latency;
  }
}

/// Frames until everything has died away behind a strip's input
static uint64_t
tail_behind(const TonEngine* e, uint32_t strip)
{
  const GraphStrip* const g = &e->graph->strips[strip];
  uint64_t own = 0;
  for (uint32_t i = 0; i < g->n_inserts; ++i) {
    const TonProcessor* const type = g->inserts[i].type;
    own += type->tail ? type->tail(g->inserts[i].params, e->graph->rate) : 0;
  }
  uint64_t behind = 0;
  for (uint32_t k = 0; k < g->n_edges; ++k) {
    const uint64_t tail = tail_behind(e, g->edges[k].to);
    behind = tail > behind ? tail : behind;
  }
  return own + behind;
}

static void
find_length(TonEngine* e)
{
  uint64_t frames = 0;
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    const GraphStrip* const g = &e->graph->strips[i];
    if (g->has_source) {
      const uint64_t end = g->source.frames + tail_behind(e, i);
      frames = end > frames ? end : frames;
    }
  }
  const uint64_t after = frames > e->run.from ? frames - e->run.from : 0;
  e->frames = e->run.frames ? e->run.frames : after;
  if (e->run.preroll > e->run.from) {
    e->run.preroll = e->run.from;
  }
  e->start = (int64_t)(e->run.from - e->run.preroll);
  e->total = e->latency + e->run.preroll + e->frames;
  e->point_frames = e->graph->rate / 10;
  e->n_points = (uint32_t)(e->frames / e->point_frames + 1);
}

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
make_groups(TonEngine* e)
{
  uint32_t* const order =
      ton_arena_alloc(&e->arena, (e->graph->n_strips + 1) * sizeof(uint32_t));
  e->groups = ton_alloc((e->graph->n_strips + 1) * sizeof(Group));
  if (!order || !e->groups) {
    return TON_NO_MEMORY;
  }
  for (uint32_t level = 0; level <= top_level(e); ++level) {
    TON_TRY(pack_level(e, level, order));
  }
  return TON_OK;
}

// Steps ----------------------------------------------------------------------

static void*
big(TonEngine* e, size_t bytes)
{
  size_t capacity = e->n_states;
  void* const grown =
      ton_grow(e->states, &capacity, e->n_states + 1U, sizeof(void*));
  if (!grown) {
    return NULL;
  }
  e->states = grown;
  void* const block = ton_alloc(bytes);
  if (block) {
    e->states[e->n_states++] = block;
  }
  return block;
}

static float*
stretch_buffer(TonEngine* e)
{
  return big(e, e->stretch * sizeof(float));
}

static TonStatus
make_late(TonEngine* e, Late* late, uint32_t frames)
{
  late->frames = frames;
  if (frames) {
    uint32_t n = 64;
    while (n < frames + 1) {
      n *= 2;
    }
    late->mask = n - 1;
    late->ring = big(e, n * sizeof(float));
  }
  return frames && !late->ring ? TON_NO_MEMORY : TON_OK;
}

static TonStatus
make_moving(TonEngine* e, Seat* seat, const GraphStrip* g)
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
  Seat* const seat = &step->seats[step->n_seats++];
  const Strip* const s = &e->strips[strip];
  *seat = (Seat){.strip = strip,
                 .insert = insert,
                 .lane = s->lane,
                 .latency = s->latency_in,
                 .next = INT64_MAX,
                 .key = in->key};
  for (uint32_t i = 0; i < insert; ++i) {
    seat->latency += insert_latency(e, &g->inserts[i]);
  }
  seat->params =
      ton_arena_alloc(&e->arena, (in->type->n_params + 1) * sizeof(float));
  if (!seat->params) {
    return TON_NO_MEMORY;
  }
  memcpy(seat->params, in->params, in->type->n_params * sizeof(float));
  if (in->key != UINT32_MAX) {
    step->keyed = true;
    const uint32_t wait = seat->latency - e->strips[in->key].latency_out;
    TON_TRY(make_late(e, &seat->key_late[0], wait));
    TON_TRY(make_late(e, &seat->key_late[1], wait));
  }
  if (in->type->n_meters) {
    seat->points =
        big(e, (size_t)in->type->n_meters * e->n_points * sizeof(float));
    if (!seat->points) {
      return TON_NO_MEMORY;
    }
  }
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

static TonStatus
make_state(TonEngine* e, const Group* group, Step* step, TonError* error)
{
  const bool alone = step->type->flags & TON_ALONE;
  const char* const id = step->type->id;
  step->type = ton_processor_lanes(step->type, group->lanes);
  if (!step->type) {
    return ton_fail(error, TON_UNSUPPORTED, "%s was not built for %u lanes", id,
                    group->lanes);
  }
  const TonSpec spec = {e->graph->rate, alone ? 2 : group->lanes, e->block};
  step->state = big(e, step->type->state_size(&spec));
  if (!step->state) {
    return TON_NO_MEMORY;
  }
  if (step->type->prepare) {
    step->type->prepare(step->state, &spec);
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
  group->steps = big(e, (most + 1) * sizeof(Step));
  if (!group->steps) {
    return TON_NO_MEMORY;
  }
  const TonProcessor* type = NULL;
  while ((type = next_type(e, group, at))) {
    Step* const step = &group->steps[group->n_steps++];
    step->type = type;
    step->seats = ton_arena_alloc(&e->arena, group->n_strips * sizeof(Seat));
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

static TonStatus
make_group_buffers(TonEngine* e, Group* group)
{
  const size_t block = (size_t)e->block * group->lanes * sizeof(float);
  uint32_t meters = 1;
  for (uint32_t i = 0; i < group->n_steps; ++i) {
    const uint32_t n = group->steps[i].type->n_meters;
    meters = n > meters ? n : meters;
  }
  group->x = big(e, block);
  group->key = big(e, block);
  group->planar = big(e, (size_t)e->block * 4 * sizeof(float));
  group->meters = big(e, (size_t)meters * TON_MAX_LANES * sizeof(float));
  if (!group->x || !group->key || !group->planar || !group->meters) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    Strip* const s = &e->strips[group->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      for (int slot = 0; slot < SLOTS; ++slot) {
        s->out[slot][c] = stretch_buffer(e);
        if (!s->out[slot][c]) {
          return TON_NO_MEMORY;
        }
      }
      if (s->graph->has_source && !(s->in[c] = stretch_buffer(e))) {
        return TON_NO_MEMORY;
      }
    }
  }
  return TON_OK;
}

// Sums -----------------------------------------------------------------------

static bool
edge_autos(Way* way, const GraphStrip* g)
{
  const bool pre = way->edge != UINT32_MAX && g->edges[way->edge].pre;
  for (uint32_t i = 0; i < g->n_autos; ++i) {
    const GraphAuto* const a = &g->autos[i];
    if (!a->n_points) {
      continue;
    }
    if (a->kind == TON_AUTO_FADER && !pre) {
      way->autos[0] = a;
    } else if (a->kind == TON_AUTO_PAN) {
      way->autos[1] = a;
    } else if (a->kind == TON_AUTO_MUTE) {
      way->autos[2] = a;
    } else if (a->kind == TON_AUTO_EDGE && a->item == way->edge) {
      way->autos[3] = a;
    }
  }
  return way->autos[0] || way->autos[1] || way->autos[2] || way->autos[3];
}

static TonStatus
add_way(TonEngine* e, Sum* sum, uint32_t strip, uint32_t edge)
{
  Way* const way = &sum->ways[sum->n_ways++];
  *way = (Way){.strip = strip, .edge = edge};
  way->moves = edge_autos(way, &e->graph->strips[strip]);
  const uint32_t wait = sum->latency - e->strips[strip].latency_out;
  TON_TRY(make_late(e, &way->late[0], wait));
  return make_late(e, &way->late[1], wait);
}

static TonStatus
sum_buffers(TonEngine* e, Sum* sum)
{
  sum->acc = big(e, 2 * SUM_FRAMES * sizeof(double));
  sum->moving = big(e, SUM_FRAMES * sizeof(double));
  sum->late = big(e, 2 * SUM_FRAMES * sizeof(float));
  for (int c = 0; c < 2; ++c) {
    sum->inflow[c].x = big(e, 2 * (size_t)sum->n_ways * sizeof(float*));
    sum->inflow[c].gain = big(e, 2 * (size_t)sum->n_ways * sizeof(double));
    if (!sum->inflow[c].x || !sum->inflow[c].gain) {
      return TON_NO_MEMORY;
    }
  }
  for (int i = 0; i < 2 * SLOTS; ++i) {
    sum->out[i / 2][i % 2] = stretch_buffer(e);
    if (!sum->out[i / 2][i % 2]) {
      return TON_NO_MEMORY;
    }
  }
  return sum->acc && sum->moving && sum->late ? TON_OK : TON_NO_MEMORY;
}

static TonStatus
make_bus_sum(TonEngine* e, uint32_t bus)
{
  Sum* const sum = &e->sums[e->n_sums++];
  sum->strip = bus;
  sum->latency = e->strips[bus].latency_in;
  uint32_t n = 0;
  for (uint32_t u = 0; u < e->graph->n_strips; ++u) {
    n += e->graph->strips[u].n_edges;
  }
  sum->ways = big(e, (n + 1) * sizeof(Way));
  if (!sum->ways) {
    return TON_NO_MEMORY;
  }
  for (uint32_t u = 0; u < e->graph->n_strips; ++u) {
    for (uint32_t k = 0; k < e->graph->strips[u].n_edges; ++k) {
      if (e->graph->strips[u].edges[k].to == bus) {
        TON_TRY(add_way(e, sum, u, k));
      }
    }
  }
  return sum_buffers(e, sum);
}

static TonStatus
make_tap_sum(TonEngine* e, const GraphTap* tap)
{
  Sum* const sum = &e->sums[e->n_sums++];
  sum->strip = UINT32_MAX;
  sum->latency = e->latency;
  sum->tap = tap;
  sum->ways = big(e, sizeof(Way));
  if (!sum->ways) {
    return TON_NO_MEMORY;
  }
  TON_TRY(add_way(e, sum, tap->strip, UINT32_MAX));
  return sum_buffers(e, sum);
}

// Tasks ----------------------------------------------------------------------

static uint32_t
group_task(const TonEngine* e, uint32_t group)
{
  for (uint32_t i = 0; i < e->n_tasks; ++i) {
    if (e->tasks[i].group == &e->groups[group]) {
      return i;
    }
  }
  return UINT32_MAX;
}

static void
link_tasks(TonEngine* e, uint32_t task, uint32_t input)
{
  Task* const t = &e->tasks[task];
  for (uint32_t i = 0; i < t->n_inputs; ++i) {
    if (t->inputs[i] == input) {
      return;
    }
  }
  t->inputs[t->n_inputs++] = input;
  Task* const u = &e->tasks[input];
  u->consumers[u->n_consumers++] = task;
}

static TonStatus
new_task(TonEngine* e, Group* group, Sum* sum, uint32_t most)
{
  Task* const t = &e->tasks[e->n_tasks++];
  t->group = group;
  t->sum = sum;
  t->inputs = ton_arena_alloc(&e->arena, (most + 1) * sizeof(uint32_t));
  t->consumers = ton_arena_alloc(&e->arena, (most + 1) * sizeof(uint32_t));
  return t->inputs && t->consumers ? TON_OK : TON_NO_MEMORY;
}

static void
link_sum(TonEngine* e, uint32_t task)
{
  const Sum* const sum = e->tasks[task].sum;
  for (uint32_t i = 0; i < sum->n_ways; ++i) {
    link_tasks(e, task, group_task(e, e->strips[sum->ways[i].strip].group));
  }
}

static void
link_group(TonEngine* e, uint32_t task)
{
  const Group* const group = e->tasks[task].group;
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    const Strip* const s = &e->strips[group->strips[i]];
    if (s->sum != UINT32_MAX) {
      link_tasks(e, task, s->sum);
    }
    for (uint32_t k = 0; k < s->graph->n_inserts; ++k) {
      const uint32_t key = s->graph->inserts[k].key;
      if (key != UINT32_MAX) {
        link_tasks(e, task, group_task(e, e->strips[key].group));
      }
    }
  }
}

/// The flat run list: level by level the sums into its buses, then its groups;
/// taps last
static TonStatus
make_tasks(TonEngine* e)
{
  const uint32_t n = e->graph->n_strips;
  const uint32_t most = e->n_groups + n + e->graph->n_taps;
  e->sums = ton_alloc((n + e->graph->n_taps + 1) * sizeof(Sum));
  e->tasks = ton_alloc((most + 1) * sizeof(Task));
  if (!e->sums || !e->tasks) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < n; ++i) {
    e->strips[i].sum = UINT32_MAX;
  }
  for (uint32_t level = 0; level <= top_level(e); ++level) {
    for (uint32_t i = 0; i < n; ++i) {
      if (e->strips[i].level == level && !e->graph->strips[i].has_source) {
        TON_TRY(make_bus_sum(e, i));
        TON_TRY(new_task(e, NULL, &e->sums[e->n_sums - 1], most));
        e->strips[i].sum = e->n_tasks - 1;
        link_sum(e, e->n_tasks - 1);
      }
    }
    for (uint32_t g = 0; g < e->n_groups; ++g) {
      if (e->strips[e->groups[g].strips[0]].level == level) {
        TON_TRY(new_task(e, &e->groups[g], NULL, most));
        link_group(e, e->n_tasks - 1);
      }
    }
  }
  for (uint32_t i = 0; i < e->graph->n_taps; ++i) {
    TON_TRY(make_tap_sum(e, &e->graph->taps[i]));
    TON_TRY(new_task(e, NULL, &e->sums[e->n_sums - 1], most));
    link_sum(e, e->n_tasks - 1);
  }
  return TON_OK;
}

static TonStatus
plan(TonEngine* e, TonError* error)
{
  for (uint32_t i = 0; i < e->graph->n_strips; ++i) {
    e->strips[i].graph = &e->graph->strips[i];
    e->strips[i].fault = UINT64_MAX;
  }
  find_channels(e);
  TON_TRY(find_levels(e, error));
  find_latencies(e);
  find_length(e);
  TON_TRY(make_groups(e));
  for (uint32_t i = 0; i < e->n_groups; ++i) {
    TON_TRY(make_steps(e, &e->groups[i], error));
    TON_TRY(make_group_buffers(e, &e->groups[i]));
  }
  return make_tasks(e);
}

TonStatus
engine_plan(TonEngine* engine, TonError* error)
{
  const TonStatus status = plan(engine, error);
  return status == TON_NO_MEMORY ? ton_fail(error, status, "out of memory")
                                 : status;
}
