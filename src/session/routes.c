// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Where the signals of a mix go: every destination exists, none runs in a
   circle.
*/

#include "session/strip.h"

#include <stdlib.h>
#include <string.h>

/// A connection from strip to strip
typedef struct {
  uint32_t from;
  uint32_t to;
  const char* how; ///< "output", "send", "side-chain"
  const TonNode* node;
} Edge;

typedef struct {
  const char* name;
  uint32_t strip;
} Entry;

typedef struct {
  TonReader* r;
  const TonMix* mix;
  TonNode* const* nodes;
  Entry* index; ///< By name
  Edge* edges;
  uint32_t n_edges;
} Routes;

static int
by_name(const void* a, const void* b)
{
  return strcmp(((const Entry*)a)->name, ((const Entry*)b)->name);
}

static int
by_source(const void* a, const void* b)
{
  const Edge* const x = a;
  const Edge* const y = b;
  if (x->from != y->from) {
    return x->from < y->from ? -1 : 1;
  }
  return (x->node->start > y->node->start) - (x->node->start < y->node->start);
}

static const TonStrip*
find(const Routes* s, const char* name)
{
  const Entry wanted = {name, 0};
  const Entry* const found =
      bsearch(&wanted, s->index, s->mix->n_strips, sizeof(Entry), by_name);
  return found ? &s->mix->strips[found->strip] : NULL;
}

static uint32_t
number(const Routes* s, const TonStrip* strip)
{
  return (uint32_t)(strip - s->mix->strips);
}

static TonStatus
no_such_strip(Routes* s, const TonNode* node, const char* what,
              const char* name, bool buses_only)
{
  TonNames names = {0};
  for (uint32_t i = 0; i < s->mix->n_strips; ++i) {
    const TonStrip* const strip = &s->mix->strips[i];
    if ((strip->bus || !buses_only) &&
        !ton_names_add(s->r, &names, strip->name)) {
      return ton_read_no_memory(s->r);
    }
  }
  const char* const near = ton_string_nearest(name, names.items, names.count);
  if (near) {
    return ton_fail_at(s->r->doc, node, s->r->error,
                       "%s: there is no %s \"%s\"; did you mean \"%s\"?", what,
                       buses_only ? "bus" : "track or bus", name, near);
  }
  return ton_fail_at(
      s->r->doc, node, s->r->error, "%s: there is no %s \"%s\"%s%s%s", what,
      buses_only ? "bus" : "track or bus", name,
      buses_only ? "; add it under \"buses:\" (\"" : "", buses_only ? name : "",
      buses_only ? ": {to: Mix}\")" : "");
}

static TonStatus
add_edge(Routes* s, uint32_t from, const char* to, const char* how,
         const TonNode* node)
{
  const TonStrip* const target = find(s, to);
  if (!target) {
    return no_such_strip(s, node, strcmp(how, "output") == 0 ? "to" : how, to,
                         true);
  }
  if (!target->bus) {
    return ton_fail_at(s->r->doc, node, s->r->error,
                       "\"%s\" is a track; a signal can only go to a bus", to);
  }
  s->edges[s->n_edges++] = (Edge){from, number(s, target), how, node};
  return TON_OK;
}

/// Side-chain of chain item `i`, beside the processor or among its values
static const TonNode*
sidechain_node(const TonNode* strip, uint32_t i)
{
  const TonNode* const item = ton_node_child(strip, "chain")->items[i];
  const TonNode* const beside = ton_node_child(item, "sidechain");
  for (uint32_t k = 0; !beside && k < item->count; ++k) {
    const TonNode* const inside = ton_node_child(item->items[k], "sidechain");
    if (inside) {
      return inside;
    }
  }
  return beside ? beside : item;
}

static TonStatus
add_sidechains(Routes* s, uint32_t i)
{
  const TonStrip* const strip = &s->mix->strips[i];
  for (uint32_t k = 0; k < strip->n_chain; ++k) {
    const char* const name = strip->chain[k].sidechain;
    if (!name) {
      continue;
    }
    const TonNode* const node = sidechain_node(s->nodes[i], k);
    const TonStrip* const source = find(s, name);
    if (!source) {
      return no_such_strip(s, node, "sidechain", name, false);
    }
    if (source == strip) {
      return ton_fail_at(s->r->doc, node, s->r->error,
                         "\"%s\" is its own side-chain; leave \"sidechain\" "
                         "out, a processor listens to its own input without it",
                         name);
    }
    s->edges[s->n_edges++] = (Edge){number(s, source), i, "side-chain", node};
  }
  return TON_OK;
}

static TonStatus
add_strip(Routes* s, uint32_t i)
{
  const TonStrip* const strip = &s->mix->strips[i];
  const TonNode* const node = s->nodes[i];
  if (strip->to) {
    const TonNode* const to = node ? ton_node_child(node, "to") : NULL;
    TON_TRY(add_edge(s, i, strip->to, "output",
                     to ? to : (node ? node->key : s->r->doc->root)));
  }
  for (uint32_t k = 0; k < strip->n_sends; ++k) {
    const TonNode* const sends = ton_node_child(node, "sends");
    TON_TRY(add_edge(s, i, strip->sends[k].to, "send", sends->items[k]->key));
  }
  return add_sidechains(s, i);
}

// Circles -------------------------------------------------------------------

typedef struct {
  uint32_t strip;
  uint32_t next; ///< Edge to be looked at
} Visit;

static TonStatus
circle(const Routes* s, const Visit* stack, uint32_t depth, const Edge* last)
{
  uint32_t from = depth;
  while (stack[from].strip != last->to) {
    --from;
  }
  TonString path = {0};
  for (uint32_t i = from; i <= depth && path.length < 700; ++i) {
    const Edge* const edge = i < depth ? &s->edges[stack[i].next - 1] : last;
    ton_string_printf(&path, "\"%s\" -%s-> ",
                      s->mix->strips[stack[i].strip].name, edge->how);
  }
  const TonStatus status =
      ton_fail_at(s->r->doc, last->node, s->r->error,
                  "the signal runs in a circle: %s\"%s\"",
                  ton_string_string(&path), s->mix->strips[last->to].name);
  ton_string_free(&path);
  return status;
}

/// Depth first from one strip; `seen` 1: on the path, 2: done
static TonStatus
walk(const Routes* s, const uint32_t* first, uint8_t* seen, Visit* stack,
     uint32_t start)
{
  uint32_t depth = 0;
  stack[0] = (Visit){start, first[start]};
  seen[start] = 1;
  for (;;) {
    Visit* const at = &stack[depth];
    if (at->next == first[at->strip + 1]) {
      seen[at->strip] = 2;
      if (!depth) {
        return TON_OK;
      }
      --depth;
      continue;
    }
    const Edge* const edge = &s->edges[at->next++];
    if (seen[edge->to] == 1) {
      return circle(s, stack, depth, edge);
    }
    if (seen[edge->to] == 0) {
      seen[edge->to] = 1;
      stack[++depth] = (Visit){edge->to, first[edge->to]};
    }
  }
}

static TonStatus
check_circles(Routes* s)
{
  const uint32_t n = s->mix->n_strips;
  uint32_t* const first = ton_read_buffer(s->r, n + 1, sizeof(uint32_t));
  uint8_t* const seen = ton_read_buffer(s->r, n, 1);
  Visit* const stack = ton_read_buffer(s->r, n, sizeof(Visit));
  if (!first || !seen || !stack) {
    return ton_read_no_memory(s->r);
  }
  qsort(s->edges, s->n_edges, sizeof(Edge), by_source);
  for (uint32_t i = 0, e = 0; i <= n; ++i) {
    while (e < s->n_edges && s->edges[e].from < i) {
      ++e;
    }
    first[i] = e;
  }
  for (uint32_t i = 0; i < n; ++i) {
    if (!seen[i]) {
      TON_TRY(walk(s, first, seen, stack, i));
    }
  }
  return TON_OK;
}

static bool
make_buffers(Routes* s)
{
  size_t edges = 0;
  for (uint32_t i = 0; i < s->mix->n_strips; ++i) {
    const TonStrip* const strip = &s->mix->strips[i];
    edges += 1 + strip->n_sends + strip->n_chain;
  }
  s->index = ton_read_buffer(s->r, s->mix->n_strips, sizeof(Entry));
  s->edges = ton_read_buffer(s->r, edges, sizeof(Edge));
  return s->index && s->edges;
}

TonStatus
ton_check_routes(TonReader* r, const TonMix* mix, TonNode* const* nodes)
{
  Routes s = {.r = r, .mix = mix, .nodes = nodes};
  if (!make_buffers(&s)) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    s.index[i] = (Entry){mix->strips[i].name, i};
  }
  qsort(s.index, mix->n_strips, sizeof(Entry), by_name);
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    TON_TRY(add_strip(&s, i));
  }
  return check_circles(&s);
}
