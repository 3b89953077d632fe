// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What leads from one graph to another: a list of changes that can be made while
   playing, or the word that there is more to it.
*/

#include "engine/graph.h"

#include "base/array.h"

#include <math.h>
#include <string.h>

/// The list being made
typedef struct {
  TonChange* changes;
  uint32_t max;
  uint32_t n;
  bool more; ///< Changes alone do not lead there
} GraphDiff;

static void
note(GraphDiff* d, TonChange change)
{
  d->more |= d->n == d->max;
  if (!d->more) {
    d->changes[d->n++] = change;
  }
}

static bool
same_text(const char* a, const char* b)
{
  return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_points(const GraphAuto* a, const GraphAuto* b)
{
  bool same = a->kind == b->kind && a->item == b->item &&
              a->param == b->param && a->n_points == b->n_points;
  for (uint32_t i = 0; same && i < a->n_points; ++i) {
    same = a->points[i].at_s == b->points[i].at_s &&
           a->points[i].value == b->points[i].value &&
           a->points[i].curve == b->points[i].curve;
  }
  return same;
}

/// A curve moves the control: its value of rest is not heard
static bool
is_moved(const GraphStrip* s, TonAutoKind kind, uint32_t item, uint32_t param)
{
  for (uint32_t i = 0; i < s->n_autos; ++i) {
    const GraphAuto* const a = &s->autos[i];
    if (a->n_points && a->kind == kind && a->item == item &&
        a->param == param) {
      return true;
    }
  }
  return false;
}

static void
diff_fader(GraphDiff* d, uint32_t strip, const GraphStrip* from,
           const GraphStrip* to)
{
  const struct {
    TonChangeKind kind;
    float was;
    float now;
  } controls[] = {
      {TON_CHANGE_FADER, from->fader.db, to->fader.db},
      {TON_CHANGE_PAN, from->fader.pan, to->fader.pan},
      {TON_CHANGE_MUTE, (float)from->fader.mute, (float)to->fader.mute},
  };
  d->more |= from->fader.law != to->fader.law ||
             from->fader.dual != to->fader.dual ||
             from->fader.pan_right != to->fader.pan_right;
  for (size_t i = 0; i < TON_COUNT(controls); ++i) {
    if (controls[i].was != controls[i].now &&
        !is_moved(to, (TonAutoKind)controls[i].kind, 0, 0)) {
      note(d, (TonChange){.kind = controls[i].kind,
                          .strip = strip,
                          .value = controls[i].now});
    }
  }
}

static void
diff_edges(GraphDiff* d, uint32_t strip, const GraphStrip* from,
           const GraphStrip* to)
{
  d->more |= from->n_edges != to->n_edges;
  for (uint32_t i = 0; !d->more && i < to->n_edges; ++i) {
    const GraphEdge* const a = &from->edges[i];
    const GraphEdge* const b = &to->edges[i];
    d->more |= a->to != b->to || a->pre != b->pre;
    if (a->db != b->db && !is_moved(to, TON_AUTO_EDGE, i, 0)) {
      note(d, (TonChange){.kind = TON_CHANGE_EDGE,
                          .strip = strip,
                          .item = i,
                          .value = b->db});
    }
  }
}

static void
diff_params(GraphDiff* d, TonChange at, const GraphStrip* strip,
            const GraphInsert* from, const GraphInsert* to)
{
  for (uint32_t i = 0; i < to->type->n_params; ++i) {
    if (from->params[i] == to->params[i] ||
        is_moved(strip, TON_AUTO_PARAM, at.item, i)) {
      continue;
    }
    d->more |= !(to->type->params[i].flags & TON_AUTOMATE);
    at.kind = TON_CHANGE_PARAM;
    at.param = i;
    at.value = to->params[i];
    note(d, at);
  }
}

static void
diff_inserts(GraphDiff* d, uint32_t strip, const GraphStrip* from,
             const GraphStrip* to)
{
  d->more |= from->n_inserts != to->n_inserts;
  for (uint32_t i = 0; !d->more && i < to->n_inserts; ++i) {
    const GraphInsert* const a = &from->inserts[i];
    const GraphInsert* const b = &to->inserts[i];
    const TonChange at = {.strip = strip, .item = i};
    d->more |= a->type != b->type || a->sidechain != b->sidechain;
    for (uint32_t k = 0; !d->more && k < b->type->n_resources; ++k) {
      d->more |= !same_text(a->hashes ? a->hashes[k] : NULL,
                            b->hashes ? b->hashes[k] : NULL);
    }
    if (!d->more) {
      diff_params(d, at, to, a, b);
    }
    if (a->bypass != b->bypass) {
      TonChange bypass = at;
      bypass.kind = TON_CHANGE_BYPASS;
      bypass.value = (float)b->bypass;
      note(d, bypass);
    }
  }
}

static void
diff_strip(GraphDiff* d, uint32_t i, const GraphStrip* from,
           const GraphStrip* to)
{
  d->more |= strcmp(from->name, to->name) != 0 || from->gain != to->gain ||
             from->has_source != to->has_source ||
             (to->has_source && from->source.handle != to->source.handle) ||
             from->n_autos != to->n_autos;
  for (uint32_t k = 0; !d->more && k < to->n_autos; ++k) {
    d->more |= !same_points(&from->autos[k], &to->autos[k]);
  }
  if (!d->more) {
    diff_fader(d, i, from, to);
    diff_edges(d, i, from, to);
    diff_inserts(d, i, from, to);
  }
}

bool
ton_graph_diff(const TonGraph* from, const TonGraph* to, TonChange* changes,
               uint32_t max, uint32_t* n)
{
  GraphDiff d = {.changes = changes, .max = max};
  d.more = from->rate != to->rate || from->n_strips != to->n_strips ||
           from->n_taps != to->n_taps;
  for (uint32_t i = 0; !d.more && i < to->n_strips; ++i) {
    diff_strip(&d, i, &from->strips[i], &to->strips[i]);
  }
  *n = d.more ? 0 : d.n;
  return !d.more;
}
