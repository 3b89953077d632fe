// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Our processors as the engine drives them, plug-ins by the host in peer.c.

#include "subject.h"
#include "setting.h"

#include "base/memory.h"
#include "peer.h"

#include <tonmeister/processor.h>

#include <sndfile.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 256, MAX_PARAMS = 256 };

struct Subject {
  Peer* peer; ///< Null: it is one of ours
  const TonProcessor* processor;
  void* state;
  uint32_t lanes;
  uint32_t pairs;
  float values[MAX_PARAMS];
  int32_t on[TON_MAX_LANES];
  float* x; ///< A block
  float* meters;
  char path[256]; ///< Of the file it uses; empty: none
};

_Noreturn static void
quit(const char* about, const char* what)
{
  fprintf(stderr, "%s: %s\n", about, what);
  exit(1);
}

static double
seconds(clockid_t clock)
{
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Files: the "hash" of a resource is its path ----------------------------------

static TonStatus
load(void* handle, const char* path, double rate, TonPlanes* planes,
     TonError* error)
{
  SF_INFO info = {0};
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  (void)handle;
  (void)error;
  if (!file || info.channels != 2 || info.samplerate != (int)rate) {
    quit(path, "is no stereo file at the rate");
  }
  const size_t n = (size_t)info.frames;
  float* const both = ton_alloc(2 * n * sizeof(float));
  float* const x = ton_alloc(2 * n * sizeof(float));
  const float** const plane = ton_alloc(2 * sizeof(float*));
  sf_readf_float(file, both, info.frames);
  sf_close(file);
  for (size_t i = 0; i < n; ++i) {
    x[i] = both[2 * i];
    x[n + i] = both[2 * i + 1];
  }
  ton_free(both);
  plane[0] = x;
  plane[1] = x + n;
  *planes = (TonPlanes){plane, 2, n, rate};
  return TON_OK;
}

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  ton_free((void*)(uintptr_t)planes->planes[0]);
  ton_free((void*)(uintptr_t)planes->planes);
}

// Ours -------------------------------------------------------------------------

/// Takes "impulse=PATH" where the processor uses a file
static void
set_values(Subject* s, const char* settings)
{
  char text[1024];
  char* rest = text;
  Setting item;
  snprintf(text, sizeof(text), "%s", settings);
  while (setting_next(&rest, &item)) {
    TonError error;
    if (!item.value) {
      quit(item.symbol, "is no symbol=value");
    }
    if (s->processor->n_resources && strcmp(item.symbol, "impulse") == 0) {
      snprintf(s->path, sizeof(s->path), "%s", item.value);
      continue;
    }
    const TonParam* const param = ton_param(s->processor, item.symbol);
    if (!param) {
      quit(s->processor->id, item.symbol);
    }
    if (ton_param_parse(param, item.value,
                        &s->values[param - s->processor->params], &error)) {
      quit(s->processor->id, error.text);
    }
  }
}

static void
update(Subject* s)
{
  const uint32_t told = s->processor->flags & TON_ALONE ? 1 : 2 * s->pairs;
  for (uint32_t lane = 0; lane < told; ++lane) {
    const TonUpdate u = {lane, s->values, true, 0};
    s->processor->update(s->processor, s->state, &u);
  }
}

static void
open_ours(Subject* s, const SubjectSpec* spec, double rate, uint32_t busy)
{
  const TonProcessor* const any = ton_processor(spec->id);
  const float* params[TON_MAX_LANES] = {NULL};
  TonError error;
  if (!any) {
    quit(spec->id, "no such processor");
  }
  // as the engine does
  s->lanes = busy == 1 && !(any->flags & TON_ALONE) ? 4 : ton_machine_lanes();
  s->processor = ton_processor_lanes(any, s->lanes);
  s->lanes = s->processor->lanes;
  s->pairs = busy ? busy : s->lanes / 2;
  s->pairs = any->flags & TON_ALONE ? 1 : s->pairs;
  ton_param_defaults(s->processor, s->values);
  set_values(s, spec->settings);
  for (uint32_t lane = 0; lane < 2 * s->pairs; ++lane) {
    params[lane] = s->values;
    s->on[lane] = -1;
  }
  const char* const hashes[] = {s->path};
  const TonResources resources = {hashes, NULL, load, unload};
  const TonSpec how = {rate, s->lanes, BLOCK, params,
                       *s->path ? &resources : NULL};
  if (s->processor->open(s->processor, &how, &s->state, &error)) {
    quit(spec->id, error.text);
  }
  s->x = ton_alloc((size_t)BLOCK * s->lanes * sizeof(float));
  s->meters = ton_alloc((any->n_meters + 1) * TON_MAX_LANES * sizeof(float));
  if (!s->x || !s->meters) {
    quit(spec->id, "no memory");
  }
  update(s);
}

Subject*
subject_open(const SubjectSpec* spec, double rate, uint32_t busy)
{
  Subject* const s = ton_alloc(sizeof(Subject));
  if (!s) {
    quit(spec->name, "no memory");
  }
  if (!strchr(spec->id, ':')) {
    open_ours(s, spec, rate, busy);
    return s;
  }
  s->peer = peer_open(spec->id, rate, spec->settings);
  if (!s->peer) {
    ton_free(s);
    return NULL;
  }
  return s;
}

uint32_t
subject_channels(const Subject* s)
{
  if (s->peer) {
    return peer_channels(s->peer);
  }
  return 2 * s->pairs;
}

uint32_t
subject_latency(const Subject* s)
{
  if (s->peer) {
    return peer_latency(s->peer);
  }
  return s->processor->latency
             ? s->processor->latency(s->processor, s->state, s->values)
             : 0;
}

void
subject_set(Subject* s, const char* settings)
{
  if (s->peer) {
    peer_set(s->peer, settings);
    return;
  }
  set_values(s, settings);
  update(s);
}

/// The same pair into every busy pair of lanes
static void
fill(Subject* s, const float* left, const float* right, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; k < s->pairs; ++k) {
      s->x[i * s->lanes + 2 * k] = left[i];
      s->x[i * s->lanes + 2 * k + 1] = right[i];
    }
  }
}

static double
run_block(Subject* s, const float* const in[2], float* const out[2],
          uint64_t from, uint32_t n)
{
  fill(s, in[0] + from, in[1] + from, n);
  const TonBlock block = {s->x, NULL, s->on, s->meters, n};
  const double start = seconds(CLOCK_MONOTONIC);
  s->processor->process(s->processor, s->state, &block);
  const double spent = seconds(CLOCK_MONOTONIC) - start;
  for (uint32_t i = 0; i < n; ++i) {
    out[0][from + i] = s->x[i * s->lanes];
    out[1][from + i] = s->x[i * s->lanes + 1];
  }
  return spent;
}

double
subject_run(Subject* s, const float* const in[2], float* const out[2],
            uint64_t frames)
{
  if (s->peer) {
    const double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    peer_run(s->peer, in, out, frames);
    return seconds(CLOCK_PROCESS_CPUTIME_ID) - start; // of its threads too
  }
  double spent = 0.0;
  for (uint64_t at = 0; at < frames; at += BLOCK) {
    const uint64_t rest = frames - at;
    spent += run_block(s, in, out, at, rest < BLOCK ? (uint32_t)rest : BLOCK);
  }
  return spent;
}

void
subject_close(Subject* s)
{
  if (!s) {
    return;
  }
  peer_close(s->peer);
  if (s->processor) {
    s->processor->close(s->processor, s->state);
  }
  ton_free(s->meters);
  ton_free(s->x);
  ton_free(s);
}
