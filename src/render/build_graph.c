// SPDX-License-Identifier: GPL-3.0-or-later
/// @file From a mix as values to the graph that the engine runs.
#include "render/build_graph.h"

#include "base/error.h"
#include "dsp/decibel.h"

#include <math.h>
#include <string.h>

static TonStatus
no_memory(const GraphBuilder* b)
{
  return ton_fail(b->error, TON_NO_MEMORY, "out of memory");
}

/// The files that a processor uses, by their content
static TonStatus
add_files(const GraphBuilder* b, uint32_t strip, uint32_t insert,
          const TonInsert* in)
{
  for (uint32_t i = 0; i < in->type->n_resources; ++i) {
    const char* hash = NULL;
    if (in->files[i].path) {
      TON_TRY(resources_add(b->resources, &in->files[i], &hash, b->error));
      if (ton_graph_resource(b->graph, strip, insert, i, hash)) {
        return no_memory(b);
      }
    }
  }
  return TON_OK;
}

TonStatus
build_chain(const GraphBuilder* b, uint32_t strip, const TonInsert* chain,
            uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const TonInsert* const in = &chain[i];
    const uint32_t key = in->sidechain && b->mix
                             ? ton_mix_strip(b->mix, in->sidechain)
                             : UINT32_MAX;
    const uint32_t at =
        ton_graph_insert(b->graph, strip, in->type, in->params, key);
    if (at == UINT32_MAX) {
      return no_memory(b);
    }
    if (in->bypass) {
      ton_graph_bypass(b->graph, strip, at);
    }
    TON_TRY(add_files(b, strip, at, in));
  }
  return TON_OK;
}

static const TonLaw laws[] = {
    [TON_PAN_CONSTANT_POWER] = TON_LAW_CONSTANT_POWER,
    [TON_PAN_COMPROMISE] = TON_LAW_COMPROMISE,
    [TON_PAN_LINEAR] = TON_LAW_LINEAR,
    [TON_PAN_BALANCE] = TON_LAW_BALANCE,
};

/// Does this strip's sound pass a bus in solo?
static bool
reaches_solo(const TonMix* mix, const TonStrip* strip)
{
  for (uint32_t hops = 0; strip && hops <= mix->n_strips; ++hops) {
    if (strip->solo) {
      return true;
    }
    const uint32_t to = strip->to ? ton_mix_strip(mix, strip->to) : UINT32_MAX;
    strip = to == UINT32_MAX ? NULL : &mix->strips[to];
  }
  return false;
}

static bool
any_solo(const TonMix* mix)
{
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    if (mix->strips[i].solo) {
      return true;
    }
  }
  return false;
}

/// A track that a solo elsewhere leaves out
static bool
left_out(const TonMix* mix, const TonStrip* s)
{
  return !s->bus && any_solo(mix) && !reaches_solo(mix, s);
}

/// Does a send of it lead to a solo?  Then it sounds there, and only there.
static bool
sends_to_solo(const TonMix* mix, const TonStrip* s)
{
  for (uint32_t k = 0; k < s->n_sends; ++k) {
    if (reaches_solo(mix, &mix->strips[ton_mix_strip(mix, s->sends[k].to)])) {
      return true;
    }
  }
  return false;
}

static bool
silent(const TonMix* mix, const TonStrip* s)
{
  return s->mute || (left_out(mix, s) && !sends_to_solo(mix, s));
}

/// A way that is closed while another strip is in solo
static bool
is_closed(const TonMix* mix, const TonStrip* s, uint32_t to)
{
  return left_out(mix, s) && !reaches_solo(mix, &mix->strips[to]);
}

/// Then a gain stands in front of its chain
static bool
has_delay(const TonStrip* s)
{
  return s->delay_ms > 0.0F;
}

// What is heard -----------------------------------------------------------------

/// The curve that moves a value of a strip, or null
static const TonAutomation*
curve_of(const TonStrip* s, TonMove move, uint32_t item)
{
  for (uint32_t i = 0; i < s->n_automation; ++i) {
    const TonAutomation* const a = &s->automation[i];
    if (a->move == move && a->item == item && a->n_points) {
      return a;
    }
  }
  return NULL;
}

/// Whether a level, or the curve that moves it, is ever above -inf dB
static bool
ever_opens(const TonStrip* s, TonMove move, uint32_t item, float level_db)
{
  const TonAutomation* const curve = curve_of(s, move, item);
  bool opens = !curve && level_db > -INFINITY;
  for (uint32_t i = 0; curve && i < curve->n_points; ++i) {
    opens |= curve->points[i].value > -INFINITY;
  }
  return opens;
}

static bool
ever_unmuted(const TonStrip* s)
{
  const TonAutomation* const curve = curve_of(s, TON_MOVE_MUTE, 0);
  bool sounds = !curve && !s->mute;
  for (uint32_t i = 0; curve && i < curve->n_points; ++i) {
    sounds |= curve->points[i].value == 0.0F;
  }
  return sounds;
}

/// Does a strip lead to one that is heard?
static bool
leads_on(const TonMix* mix, const TonStrip* s, const bool* heard)
{
  const bool fader = ever_opens(s, TON_MOVE_FADER, 0, s->fader_db);
  const uint32_t to = s->to ? ton_mix_strip(mix, s->to) : UINT32_MAX;
  if (fader && to != UINT32_MAX && heard[to] && !is_closed(mix, s, to)) {
    return true;
  }
  for (uint32_t k = 0; k < s->n_sends; ++k) {
    const TonSend* const send = &s->sends[k];
    const uint32_t bus = ton_mix_strip(mix, send->to);
    if ((fader || send->pre) && heard[bus] && !is_closed(mix, s, bus) &&
        ever_opens(s, TON_MOVE_SEND, k, send->level_db)) {
      return true;
    }
  }
  return false;
}

void
find_heard(const TonMix* mix, bool* heard)
{
  const TonStrip* const end = &mix->strips[mix->mix];
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    heard[i] = false;
  }
  heard[mix->mix] =
      ever_unmuted(end) && ever_opens(end, TON_MOVE_FADER, 0, end->fader_db);
  for (bool found = true; found;) {
    found = false;
    for (uint32_t i = 0; i < mix->n_strips; ++i) {
      const TonStrip* const s = &mix->strips[i];
      if (!heard[i] && ever_unmuted(s) && leads_on(mix, s, heard)) {
        heard[i] = found = true;
      }
    }
  }
}

// The graph ---------------------------------------------------------------------

static TonStatus
add_strip(TonGraph* graph, const TonMix* mix, uint32_t i, const TonSource* src)
{
  const TonStrip* const s = &mix->strips[i];
  const TonFader fader = {.db = s->fader_db,
                          .pan = s->pan,
                          .pan_right = s->pan_right,
                          .dual = s->dual_pan,
                          .mute = silent(mix, s),
                          .law = laws[s->pan_law]};
  const float trim = (float)ton_from_db((double)s->trim_db);
  const uint32_t at = ton_graph_strip(graph, s->name, s->bus ? NULL : src,
                                      s->invert ? -trim : trim, &fader);
  if (at == UINT32_MAX) {
    return TON_NO_MEMORY;
  }
  if (has_delay(s)) {
    const TonProcessor* const gain = ton_processor("gain");
    float params[8];
    ton_param_defaults(gain, params);
    params[ton_param(gain, "delay") - gain->params] = s->delay_ms;
    if (ton_graph_insert(graph, at, gain, params, UINT32_MAX) == UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  return TON_OK;
}

static TonStatus
add_edges(TonGraph* graph, const TonMix* mix, uint32_t i)
{
  const TonStrip* const s = &mix->strips[i];
  const uint32_t out = s->to ? ton_mix_strip(mix, s->to) : 0;
  if (s->to &&
      ton_graph_edge(graph, i, out, is_closed(mix, s, out) ? -INFINITY : 0.0F,
                     false) == UINT32_MAX) {
    return TON_NO_MEMORY;
  }
  for (uint32_t k = 0; k < s->n_sends; ++k) {
    const TonSend* const send = &s->sends[k];
    const uint32_t to = ton_mix_strip(mix, send->to);
    const float db = is_closed(mix, s, to) ? -INFINITY : send->level_db;
    if (ton_graph_edge(graph, i, to, db, send->pre) == UINT32_MAX) {
      return TON_NO_MEMORY;
    }
  }
  return TON_OK;
}

static TonStatus
add_automation(TonGraph* graph, const TonMix* mix, uint32_t i)
{
  const TonStrip* const s = &mix->strips[i];
  static const TonAutoKind kinds[] = {
      [TON_MOVE_FADER] = TON_AUTO_FADER, [TON_MOVE_PAN] = TON_AUTO_PAN,
      [TON_MOVE_MUTE] = TON_AUTO_MUTE,   [TON_MOVE_SEND] = TON_AUTO_EDGE,
      [TON_MOVE_PARAM] = TON_AUTO_PARAM,
  };
  for (uint32_t k = 0; k < s->n_automation; ++k) {
    const TonAutomation* const a = &s->automation[k];
    uint32_t item = a->item;
    if (a->move == TON_MOVE_SEND) {
      const uint32_t to = ton_mix_strip(mix, s->sends[item].to);
      item = is_closed(mix, s, to) ? UINT32_MAX : item + (s->to != NULL);
    } else if (a->move == TON_MOVE_PARAM) {
      item += has_delay(s);
    }
    if (item != UINT32_MAX && a->n_points) {
      TON_TRY(ton_graph_automate(graph, i, kinds[a->move], item, a->param,
                                 a->points, a->n_points));
    }
  }
  return TON_OK;
}

TonStatus
build_graph(const GraphBuilder* b, const TonSource* sources)
{
  const TonMix* const mix = b->mix;
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    const TonSource* const source = mix->strips[i].bus ? NULL : &sources[i];
    if (add_strip(b->graph, mix, i, source)) {
      return no_memory(b);
    }
  }
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    TON_TRY(build_chain(b, i, s->chain, s->n_chain));
    if (add_edges(b->graph, mix, i) || add_automation(b->graph, mix, i)) {
      return no_memory(b);
    }
  }
  return TON_OK;
}
