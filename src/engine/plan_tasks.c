// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/plan.h"

// Sums -----------------------------------------------------------------------

static bool
edge_autos(BusInput* way, const GraphStrip* g)
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
  BusInput* const way = &sum->ways[sum->n_ways++];
  *way = (BusInput){.strip = strip, .edge = edge};
  way->moves = edge_autos(way, &e->graph->strips[strip]);
  const uint32_t wait = sum->latency - e->strips[strip].latency_out;
  TON_TRY(plan_late(e, &way->late[0], wait));
  return plan_late(e, &way->late[1], wait);
}

static TonStatus
sum_buffers(TonEngine* e, Sum* sum)
{
  sum->acc = plan_alloc(e, 2 * SUM_FRAMES * sizeof(double));
  sum->moving = plan_alloc(e, SUM_FRAMES * sizeof(double));
  sum->late = plan_alloc(e, 2 * SUM_FRAMES * sizeof(float));
  for (int c = 0; c < 2; ++c) {
    sum->inflow[c].x = plan_alloc(e, 2 * (size_t)sum->n_ways * sizeof(float*));
    sum->inflow[c].gain =
        plan_alloc(e, 2 * (size_t)sum->n_ways * sizeof(double));
    if (!sum->inflow[c].x || !sum->inflow[c].gain) {
      return TON_NO_MEMORY;
    }
  }
  for (int i = 0; i < 2 * SLOTS; ++i) {
    sum->out[i / 2][i % 2] = plan_stretch(e);
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
  sum->ways = plan_alloc(e, (n + 1) * sizeof(BusInput));
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
  sum->ways = plan_alloc(e, sizeof(BusInput));
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
TonStatus
plan_tasks(TonEngine* e)
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
  for (uint32_t level = 0; level <= plan_top_level(e); ++level) {
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
