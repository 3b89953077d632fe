// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The sums, and the flat list of tasks.

#include "engine/plan_parts.h"

// Sums -----------------------------------------------------------------------

static TonStatus
add_input(Plan* p, BusSum* sum, uint32_t strip, uint32_t edge)
{
  const StripPlan* const s = &p->strips[strip];
  BusInput* const in = &sum->inputs[sum->n_inputs++];
  *in = bus_input(s->graph, strip, edge, s->channels, p->graph->rate);
  in->latency = sum->latency;
  const uint32_t wait = sum->latency - s->latency_out;
  TON_TRY(plan_delay(p, &in->delay[0], wait, 0));
  return plan_delay(p, &in->delay[1], wait, 0);
}

static BusSum*
add_sum(Plan* p, uint32_t strip, uint32_t latency, uint32_t n_inputs)
{
  BusSum* const sum = &p->sums[p->n_sums++];
  sum->strip = strip;
  sum->latency = latency;
  sum->inputs = plan_alloc(p, (n_inputs + 1U) * sizeof(BusInput));
  p->max_inputs = n_inputs > p->max_inputs ? n_inputs : p->max_inputs;
  return sum->inputs ? sum : NULL;
}

static TonStatus
add_bus_sum(Plan* p, const PlanEdges* in, uint32_t bus)
{
  const uint32_t first = in->first[bus];
  const uint32_t end = in->first[bus + 1];
  BusSum* const sum = add_sum(p, bus, p->strips[bus].latency_in, end - first);
  for (uint32_t i = first; sum && i < end; ++i) {
    TON_TRY(add_input(p, sum, in->edges[i].from, in->edges[i].edge));
  }
  return sum ? TON_OK : TON_NO_MEMORY;
}

static TonStatus
add_tap_sum(Plan* p, const GraphTap* tap)
{
  BusSum* const sum = add_sum(p, UINT32_MAX, p->latency, 1);
  if (!sum) {
    return TON_NO_MEMORY;
  }
  sum->tap = tap;
  return add_input(p, sum, tap->strip, UINT32_MAX);
}

// Tasks ----------------------------------------------------------------------

/// What is known while the list grows
typedef struct {
  Plan* plan;
  uint32_t* bank_task; ///< Task of each bank
  uint32_t* seen;      ///< Per task: the last one that was linked to it, + 1
} TaskList;

static void
add_task(TaskList* list, Bank* bank, BusSum* sum)
{
  Plan* const p = list->plan;
  p->tasks[p->n_tasks++] = (PlanTask){.bank = bank, .sum = sum};
}

/// Note once that the newest task needs another
static void
link_task(TaskList* list, uint32_t input)
{
  Plan* const p = list->plan;
  PlanTask* const t = &p->tasks[p->n_tasks - 1];
  if (list->seen[input] != p->n_tasks) {
    list->seen[input] = p->n_tasks;
    t->inputs[t->n_inputs++] = input;
    ++p->tasks[input].n_consumers;
  }
}

static TonStatus
add_sum_task(TaskList* list, BusSum* sum)
{
  Plan* const p = list->plan;
  uint32_t* const inputs =
      plan_alloc(p, (sum->n_inputs + 1U) * sizeof(uint32_t));
  if (!inputs) {
    return TON_NO_MEMORY;
  }
  add_task(list, NULL, sum);
  p->tasks[p->n_tasks - 1].inputs = inputs;
  for (uint32_t i = 0; i < sum->n_inputs; ++i) {
    link_task(list,
              list->bank_task[p->strips[sum->inputs[i].strip_index].bank]);
  }
  return TON_OK;
}

static uint32_t
count_inserts(const Plan* p, const Bank* bank)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    n += p->graph->strips[bank->strips[i]].n_inserts;
  }
  return n;
}

static TonStatus
add_bank_task(TaskList* list, Bank* bank)
{
  Plan* const p = list->plan;
  uint32_t* const inputs = plan_alloc(
      p, (bank->n_strips + count_inserts(p, bank) + 1U) * sizeof(uint32_t));
  if (!inputs) {
    return TON_NO_MEMORY;
  }
  add_task(list, bank, NULL);
  p->tasks[p->n_tasks - 1].inputs = inputs;
  list->bank_task[bank - p->banks] = p->n_tasks - 1;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const StripPlan* const s = &p->strips[bank->strips[i]];
    if (s->sum != UINT32_MAX) {
      link_task(list, s->sum);
    }
    for (uint32_t k = 0; k < s->graph->n_inserts; ++k) {
      const uint32_t from = s->graph->inserts[k].sidechain;
      if (from != UINT32_MAX) {
        link_task(list, list->bank_task[p->strips[from].bank]);
      }
    }
  }
  return TON_OK;
}

/// A bank with the sums into its buses before it
static TonStatus
add_bank_and_sums(TaskList* list, const PlanEdges* edges, Bank* bank)
{
  Plan* const p = list->plan;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    if (!s->stream) {
      TON_TRY(add_bus_sum(p, edges, bank->strips[i]));
      TON_TRY(add_sum_task(list, &p->sums[p->n_sums - 1]));
      s->sum = p->n_tasks - 1;
    }
  }
  return add_bank_task(list, bank);
}

/// The other direction of PlanTask.inputs
static TonStatus
link_consumers(Plan* p)
{
  for (uint32_t i = 0; i < p->n_tasks; ++i) {
    PlanTask* const t = &p->tasks[i];
    t->consumers = plan_alloc(p, (t->n_consumers + 1U) * sizeof(uint32_t));
    t->n_consumers = 0;
    if (!t->consumers) {
      return TON_NO_MEMORY;
    }
  }
  for (uint32_t i = 0; i < p->n_tasks; ++i) {
    for (uint32_t k = 0; k < p->tasks[i].n_inputs; ++k) {
      PlanTask* const input = &p->tasks[p->tasks[i].inputs[k]];
      input->consumers[input->n_consumers++] = i;
    }
  }
  return TON_OK;
}

TonStatus
plan_tasks(Plan* p, const PlanEdges* edges)
{
  const uint32_t n_sums = p->graph->n_strips + p->graph->n_taps + 1U;
  const uint32_t max_tasks = p->n_banks + n_sums;
  TaskList list = {p, plan_alloc(p, max_tasks * sizeof(uint32_t)),
                   plan_alloc(p, max_tasks * sizeof(uint32_t))};
  p->sums = plan_alloc(p, n_sums * sizeof(BusSum));
  p->tasks = plan_alloc(p, max_tasks * sizeof(PlanTask));
  if (!p->sums || !p->tasks || !list.bank_task || !list.seen) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < p->n_banks; ++i) {
    TON_TRY(add_bank_and_sums(&list, edges, &p->banks[i]));
  }
  for (uint32_t i = 0; i < p->graph->n_taps; ++i) {
    TON_TRY(add_tap_sum(p, &p->graph->taps[i]));
    TON_TRY(add_sum_task(&list, &p->sums[p->n_sums - 1]));
  }
  return link_consumers(p);
}
