// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Order and levels of the strips, in one pass over the edges.

#include "base/error.h"
#include "engine/plan_parts.h"

/// The edges into each strip, by counting
static TonStatus
collect_edges(Plan* p, PlanEdges* in)
{
  const TonGraph* const g = p->graph;
  in->first = plan_alloc(p, (g->n_strips + 2U) * sizeof(uint32_t));
  if (!in->first) {
    return TON_NO_MEMORY;
  }
  uint32_t* const end = in->first + 1; // grows to where each strip's edges end
  size_t n = 0;
  for (uint32_t u = 0; u < g->n_strips; ++u) {
    n += g->strips[u].n_edges;
    for (uint32_t k = 0; k < g->strips[u].n_edges; ++k) {
      ++end[g->strips[u].edges[k].to + 1];
    }
  }
  for (uint32_t i = 0; i < g->n_strips; ++i) {
    end[i + 1] += end[i];
  }
  in->edges = plan_alloc(p, (n + 1) * sizeof(struct PlanEdge));
  for (uint32_t u = 0; in->edges && u < g->n_strips; ++u) {
    for (uint32_t k = 0; k < g->strips[u].n_edges; ++k) {
      in->edges[end[g->strips[u].edges[k].to]++] = (struct PlanEdge){u, k};
    }
  }
  return in->edges ? TON_OK : TON_NO_MEMORY;
}

/// How many inputs of each strip are not yet in order
static void
count_inputs(const Plan* p, const PlanEdges* in, uint32_t* open)
{
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    open[i] = in->first[i + 1] - in->first[i];
    for (uint32_t k = 0; k < p->graph->strips[i].n_inserts; ++k) {
      open[i] += p->graph->strips[i].inserts[k].sidechain != UINT32_MAX;
    }
  }
}

/// Strips that wait for a side-chain, each linked to the next with the same
typedef struct {
  uint32_t* first; ///< Of a side-chain's strip, UINT32_MAX: none
  struct Waiting {
    uint32_t strip;
    uint32_t next;
  } * waiting;
} Sidechains;

static TonStatus
collect_sidechains(Plan* p, Sidechains* side)
{
  const TonGraph* const g = p->graph;
  size_t n = 0;
  for (uint32_t i = 0; i < g->n_strips; ++i) {
    n += g->strips[i].n_inserts;
  }
  side->first = plan_alloc(p, (g->n_strips + 1U) * sizeof(uint32_t));
  side->waiting = plan_alloc(p, (n + 1) * sizeof(struct Waiting));
  if (!side->first || !side->waiting) {
    return TON_NO_MEMORY;
  }
  for (uint32_t i = 0; i < g->n_strips; ++i) {
    side->first[i] = UINT32_MAX;
  }
  uint32_t at = 0;
  for (uint32_t i = 0; i < g->n_strips; ++i) {
    for (uint32_t k = 0; k < g->strips[i].n_inserts; ++k) {
      const uint32_t from = g->strips[i].inserts[k].sidechain;
      if (from != UINT32_MAX) {
        side->waiting[at] = (struct Waiting){i, side->first[from]};
        side->first[from] = at++;
      }
    }
  }
  return TON_OK;
}

/// One input of `to` is in order; with the last of them it is too
static void
arrive(Plan* p, uint32_t* open, uint32_t* n, uint32_t from, uint32_t to)
{
  const uint32_t level = p->strips[from].level + 1;
  if (p->strips[to].level < level) {
    p->strips[to].level = level;
  }
  if (--open[to] == 0) {
    p->order[(*n)++] = to;
  }
}

/// Strips in order; returns how many have a place in it
static uint32_t
sort_strips(Plan* p, const Sidechains* side, uint32_t* open)
{
  const TonGraph* const g = p->graph;
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->n_strips; ++i) {
    if (open[i] == 0) {
      p->order[n++] = i;
    }
  }
  for (uint32_t i = 0; i < n; ++i) {
    const uint32_t u = p->order[i];
    for (uint32_t k = 0; k < g->strips[u].n_edges; ++k) {
      arrive(p, open, &n, u, g->strips[u].edges[k].to);
    }
    for (uint32_t w = side->first[u]; w != UINT32_MAX;
         w = side->waiting[w].next) {
      arrive(p, open, &n, u, side->waiting[w].strip);
    }
  }
  return n;
}

/// An input of a strip that has no place in the order either
static uint32_t
open_input(const Plan* p, const PlanEdges* in, const uint32_t* open,
           uint32_t strip)
{
  for (uint32_t i = in->first[strip]; i < in->first[strip + 1]; ++i) {
    if (open[in->edges[i].from]) {
      return in->edges[i].from;
    }
  }
  const GraphStrip* const g = &p->graph->strips[strip];
  for (uint32_t k = 0; k < g->n_inserts; ++k) {
    if (g->inserts[k].sidechain != UINT32_MAX &&
        open[g->inserts[k].sidechain]) {
      return g->inserts[k].sidechain;
    }
  }
  return strip;
}

/// A strip that lies in a loop: go back along the inputs until it must
static uint32_t
strip_in_loop(const Plan* p, const PlanEdges* in, const uint32_t* open)
{
  uint32_t strip = 0;
  while (!open[strip]) {
    ++strip;
  }
  for (uint32_t i = 0; i < p->graph->n_strips; ++i) {
    strip = open_input(p, in, open, strip);
  }
  return strip;
}

TonStatus
plan_order(Plan* p, PlanEdges* edges, TonError* error)
{
  const uint32_t n = p->graph->n_strips;
  Sidechains side = {0};
  uint32_t* const open = plan_alloc(p, (n + 1U) * sizeof(uint32_t));
  p->order = plan_alloc(p, (n + 1U) * sizeof(uint32_t));
  if (!open || !p->order || collect_edges(p, edges) ||
      collect_sidechains(p, &side)) {
    return TON_NO_MEMORY;
  }
  count_inputs(p, edges, open);
  if (sort_strips(p, &side, open) == n) {
    return TON_OK;
  }
  return ton_fail(error, TON_BAD_TEXT,
                  "the routing goes round in a circle through \"%s\"",
                  p->graph->strips[strip_in_loop(p, edges, open)].name);
}
