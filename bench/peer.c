// SPDX-License-Identifier: GPL-3.0-or-later
/// @file An LV2 plug-in by lilv: features, ports, work it asks for, its files.

#include "peer.h"
#include "setting.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_PORTS = 1024,
  MAX_URIDS = 4096,
  ATOM_BYTES = 65536,
  N_FEATURES = 4,
  N_OPTIONS = 4
};

/// A message from or to a plug-in: a header, then what it says
typedef union {
  LV2_Atom_Sequence sequence;
  uint8_t bytes[ATOM_BYTES];
} Messages;

struct Peer {
  const LilvPlugin* plugin;
  LilvInstance* instance;
  const LV2_Worker_Interface* worker; ///< Null while there is none
  LV2_Worker_Schedule schedule;
  LV2_Options_Option options[N_OPTIONS + 1]; ///< The last one empty
  float rate;                                ///< Hz, one of the options
  LV2_Feature features[N_FEATURES];
  const LV2_Feature* offered[N_FEATURES + 1]; ///< The last one null
  float controls[MAX_PORTS];
  uint32_t n_ports;
  uint32_t audio[2][2]; ///< Ports of sound, [in, out][channel]
  uint32_t n_audio[2];
  int latency_port; ///< -1: it reports none
  float silence[PEER_BLOCK];
  Messages messages[2]; ///< In (always empty) and out
};

_Noreturn static void
quit(const char* what, const char* about)
{
  fprintf(stderr, "peer: %s: %s\n", about, what);
  exit(1);
}

static const char*
uri_of(const Peer* p)
{
  return lilv_node_as_uri(lilv_plugin_get_uri(p->plugin));
}

// Features: what a plug-in may ask of its host --------------------------------

static LV2_URID
map(LV2_URID_Map_Handle handle, const char* uri)
{
  static char* known[MAX_URIDS];
  static uint32_t n;
  (void)handle;
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(known[i], uri) == 0) {
      return i + 1;
    }
  }
  if (n == MAX_URIDS) {
    quit("too many URIs", uri);
  }
  known[n++] = strdup(uri);
  return n;
}

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void* data)
{
  Peer* const p = handle;
  return p->worker->work_response
             ? p->worker->work_response(lilv_instance_get_handle(p->instance),
                                        size, data)
             : LV2_WORKER_SUCCESS;
}

/// Work is done where it is asked for: a measurement waits for it
static LV2_Worker_Status
schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data)
{
  Peer* const p = handle;
  return p->worker ? p->worker->work(lilv_instance_get_handle(p->instance),
                                     respond, p, size, data)
                   : LV2_WORKER_ERR_UNKNOWN;
}

static LV2_URID_Map urid_map = {NULL, map};

static LilvWorld*
world(void)
{
  static LilvWorld* loaded;
  if (!loaded) {
    loaded = lilv_world_new();
    lilv_world_load_all(loaded);
  }
  return loaded;
}

static LV2_Options_Option
option(const char* key, const char* type, uint32_t bytes, const void* value)
{
  return (LV2_Options_Option){LV2_OPTIONS_INSTANCE, 0,    map(NULL, key), bytes,
                              map(NULL, type),      value};
}

/// Everything that a plug-in may keep a pointer to stands in the peer
static void
fill_options(Peer* p)
{
  static const int32_t block = PEER_BLOCK;
  static const char* const lengths[] = {LV2_BUF_SIZE__minBlockLength,
                                        LV2_BUF_SIZE__maxBlockLength,
                                        LV2_BUF_SIZE__nominalBlockLength};
  for (int i = 0; i < 3; ++i) {
    p->options[i] = option(lengths[i], LV2_ATOM__Int, sizeof(block), &block);
  }
  p->options[3] = option(LV2_PARAMETERS__sampleRate, LV2_ATOM__Float,
                         sizeof(p->rate), &p->rate);
}

static void
instantiate(Peer* p, double rate)
{
  p->rate = (float)rate;
  p->schedule = (LV2_Worker_Schedule){p, schedule};
  fill_options(p);
  p->features[0] = (LV2_Feature){LV2_URID__map, &urid_map};
  p->features[1] = (LV2_Feature){LV2_OPTIONS__options, p->options};
  p->features[2] = (LV2_Feature){LV2_WORKER__schedule, &p->schedule};
  p->features[3] = (LV2_Feature){LV2_BUF_SIZE__boundedBlockLength, NULL};
  for (int i = 0; i < N_FEATURES; ++i) {
    p->offered[i] = &p->features[i];
  }
  p->instance = lilv_plugin_instantiate(p->plugin, rate, p->offered);
  if (!p->instance) {
    quit("cannot be loaded", uri_of(p));
  }
  p->worker =
      lilv_instance_get_extension_data(p->instance, LV2_WORKER__interface);
}

// Ports -----------------------------------------------------------------------

/// The class of a port by its URI in LV2 core or atom
static bool
is(const Peer* p, const LilvPort* port, const char* uri)
{
  LilvNode* const node = lilv_new_uri(world(), uri);
  const bool yes = lilv_port_is_a(p->plugin, port, node);
  lilv_node_free(node);
  return yes;
}

static void
connect_port(Peer* p, uint32_t i)
{
  const LilvPort* const port = lilv_plugin_get_port_by_index(p->plugin, i);
  const int out = is(p, port, LILV_URI_OUTPUT_PORT);
  if (is(p, port, LILV_URI_CONTROL_PORT)) {
    lilv_instance_connect_port(p->instance, i, &p->controls[i]);
  } else if (is(p, port, LV2_ATOM__AtomPort)) {
    lilv_instance_connect_port(p->instance, i, &p->messages[out]);
  } else if (is(p, port, LILV_URI_AUDIO_PORT)) {
    if (p->n_audio[out] < 2) {
      p->audio[out][p->n_audio[out]++] = i;
    } else if (!out) { // a side-chain
      lilv_instance_connect_port(p->instance, i, p->silence);
    } else {
      quit("has more than two outputs", uri_of(p));
    }
  } else {
    quit("has a port of another kind", uri_of(p));
  }
}

static void
connect_ports(Peer* p)
{
  float defaults[MAX_PORTS];
  p->n_ports = lilv_plugin_get_num_ports(p->plugin);
  if (p->n_ports > MAX_PORTS) {
    quit("has too many ports", uri_of(p));
  }
  lilv_plugin_get_port_ranges_float(p->plugin, NULL, NULL, defaults);
  for (uint32_t i = 0; i < p->n_ports; ++i) {
    p->controls[i] = isnan(defaults[i]) ? 0.0F : defaults[i];
    connect_port(p, i);
  }
  p->latency_port = lilv_plugin_has_latency(p->plugin)
                        ? (int)lilv_plugin_get_latency_port_index(p->plugin)
                        : -1;
}

/// Load a file as a property of the plug-in's state
static void
restore(Peer* p, const char* property, const char* path)
{
  char text[2048];
  snprintf(text, sizeof(text),
           "@prefix s: <" LV2_STATE_PREFIX "> . @prefix a: <" LV2_ATOM_PREFIX
           "> .\n<urn:state> a <" LV2_PRESETS__Preset ">; "
           "<" LV2_CORE__appliesTo "> <%s>; "
           "s:state [ <%s> \"%s\"^^a:Path ] .\n",
           uri_of(p), property, path);
  LilvState* const state = lilv_state_new_from_string(world(), &urid_map, text);
  if (!state) {
    quit("takes no state", uri_of(p));
  }
  lilv_state_restore(state, p->instance, NULL, NULL, 0, p->offered);
  lilv_state_free(state);
}

static void
set_port(Peer* p, const char* symbol, const char* value)
{
  char* unit = NULL;
  const double number = strtod(value, &unit);
  LilvNode* const name = lilv_new_string(world(), symbol);
  const LilvPort* const port = lilv_plugin_get_port_by_symbol(p->plugin, name);
  lilv_node_free(name);
  if (!port || unit == value || !is(p, port, LILV_URI_INPUT_PORT) ||
      !is(p, port, LILV_URI_CONTROL_PORT)) {
    quit("no such setting", symbol);
  }
  p->controls[lilv_port_get_index(p->plugin, port)] =
      (float)(strcmp(unit, "dB") != 0 ? number : pow(10.0, number / 20.0));
}

void
peer_set(Peer* p, const char* settings)
{
  char text[4096];
  char* rest = text;
  Setting item;
  snprintf(text, sizeof(text), "%s", settings);
  while (setting_next(&rest, &item)) {
    if (!item.value) {
      quit("is no port=value", item.symbol);
    }
    if (strncmp(item.symbol, "state:", 6) != 0) {
      set_port(p, item.symbol, item.value);
    } else {
      restore(p, item.symbol + 6, item.value);
    }
  }
}

// Running ---------------------------------------------------------------------

Peer*
peer_open(const char* uri, double rate, const char* settings)
{
  LilvNode* const node = lilv_new_uri(world(), uri);
  const LilvPlugin* const plugin =
      lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world()), node);
  lilv_node_free(node);
  if (!plugin) {
    return NULL;
  }
  Peer* const p = calloc(1, sizeof(Peer));
  if (!p) {
    quit("no memory", uri);
  }
  p->plugin = plugin;
  instantiate(p, rate);
  connect_ports(p);
  lilv_instance_activate(p->instance);
  peer_set(p, settings);
  return p;
}

uint32_t
peer_channels(const Peer* p)
{
  return p->n_audio[1];
}

uint32_t
peer_latency(const Peer* p)
{
  return p->latency_port < 0 ? 0
                             : (uint32_t)lrintf(p->controls[p->latency_port]);
}

static void
clear_messages(Peer* p)
{
  p->messages[0].sequence.atom.type = map(NULL, LV2_ATOM__Sequence);
  p->messages[0].sequence.atom.size = sizeof(LV2_Atom_Sequence_Body);
  p->messages[1].sequence.atom.type = map(NULL, LV2_ATOM__Chunk);
  p->messages[1].sequence.atom.size = ATOM_BYTES - sizeof(LV2_Atom);
}

static void
run_block(Peer* p, const float* const in[2], float* const out[2], uint64_t from,
          uint32_t n)
{
  for (uint32_t c = 0; c < p->n_audio[0]; ++c) {
    lilv_instance_connect_port(p->instance, p->audio[0][c],
                               (void*)(uintptr_t)(in[c] + from));
  }
  for (uint32_t c = 0; c < p->n_audio[1]; ++c) {
    lilv_instance_connect_port(p->instance, p->audio[1][c], out[c] + from);
  }
  clear_messages(p);
  lilv_instance_run(p->instance, n);
  if (p->worker && p->worker->end_run) {
    p->worker->end_run(lilv_instance_get_handle(p->instance));
  }
}

void
peer_run(Peer* p, const float* const in[2], float* const out[2],
         uint64_t frames)
{
  for (uint64_t at = 0; at < frames; at += PEER_BLOCK) {
    const uint64_t rest = frames - at;
    run_block(p, in, out, at, rest < PEER_BLOCK ? (uint32_t)rest : PEER_BLOCK);
  }
}

void
peer_close(Peer* p)
{
  if (p) {
    lilv_instance_deactivate(p->instance);
    lilv_instance_free(p->instance);
    free(p);
  }
}
