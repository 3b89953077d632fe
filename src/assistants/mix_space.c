// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Buses of the groups, the shared reverb and the sends into it.
*/
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

// Buses -----------------------------------------------------------------------

static uint32_t
members_of(const MixState* state, const char* group)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n; ++i) {
    n += state->tracks[i].sounds &&
         strcmp(state->tracks[i].role->group, group) == 0;
  }
  return n;
}

static const TonStrip*
find_bus(const MixState* state, const char* name)
{
  const TonMix* const mix = state->brief->existing;
  const uint32_t i = mix ? ton_mix_strip(mix, name) : UINT32_MAX;
  return i == UINT32_MAX ? NULL : &mix->strips[i];
}

static bool
bus_there(const MixState* state, const char* name)
{
  return find_bus(state, name) != NULL;
}

static bool
is_locked(const TonStrip* bus, const char* key)
{
  return ton_lock_holds(bus->locks, bus->n_locks, key);
}

/// A person has sent the bus somewhere
static bool
bus_rerouted(const MixState* state, const char* name)
{
  const TonStrip* const bus = find_bus(state, name);
  return bus &&
         (!bus->to || strcmp(bus->to, "Mix") != 0 || is_locked(bus, "to"));
}

/// An existing bus is kept unless it holds one reverb and nothing is locked
static bool
bus_kept(const MixState* state, const char* name)
{
  const TonStrip* const bus = find_bus(state, name);
  return bus && (is_locked(bus, "chain") || bus->n_chain != 1 ||
                 strcmp(bus->chain[0].type->id, "reverb") != 0);
}

/// Name of a group's bus; "NAME Bus" if a track is called NAME
static const char*
bus_name(const MixState* state, const char* group)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    if (strcmp(state->tracks[i].stem->strip, group) == 0) {
      return ton_plan_text(state->plan, "%s Bus", group);
    }
  }
  return group;
}

/// A clipper that was proposed before is proposed anew, or not
static void
forget_clipper(const MixState* state, const char* name)
{
  const TonStrip* const bus = find_bus(state, name);
  if (bus && bus->n_chain == 1 && !is_locked(bus, "chain") &&
      strcmp(bus->chain[0].type->id, "saturator") == 0) {
    ton_plan_edit(state->plan,
                  ton_plan_text(state->plan, "buses/%s/chain",
                                ton_plan_name(state->plan, name)),
                  NULL, NULL);
  }
}

static void
make_bus(const MixState* state, const char* bus, uint32_t members)
{
  forget_clipper(state, bus);
  if (bus_rerouted(state, bus)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_ROUTE_BUS, 0.9);
  ton_decision_figure(&d, "tracks", members);
  ton_plan_decide(state->plan,
                  ton_plan_text(state->plan, "buses/%s/to",
                                ton_plan_name(state->plan, bus)),
                  "Mix", &d);
}

/// A route that a person chose is kept
static bool
routed_by_person(const MixTrack* s)
{
  return s->old && s->old->to && strcmp(s->old->to, "Mix") != 0;
}

/// Does a track of the group go through its bus, or would it if nobody minds?
static bool
joins(const MixTrack* s, const char* group, const char* bus)
{
  const bool there = s->old && s->old->to && strcmp(s->old->to, bus) == 0;
  return s->sounds && strcmp(s->role->group, group) == 0 &&
         (there || (!track_locked(s, "to") && !routed_by_person(s)));
}

static uint32_t
count_joining(const MixState* state, const char* group, const char* bus)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n; ++i) {
    n += joins(&state->tracks[i], group, bus);
  }
  return n;
}

static void
route(const MixState* state, const MixTrack* s, const char* bus,
      uint32_t members)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_ROUTE_GROUP, 0.9);
  ton_decision_figure(&d, "tracks", members);
  track_name_role(s, &d);
  ton_plan_record(state->plan, ton_plan_text(state->plan, "%s/to", s->path),
                  bus, &d);
}

void
propose_routes(MixState* state)
{
  const TonRoles* const roles = state->brief->roles;
  for (uint32_t g = 0; g < roles->n_groups; ++g) {
    const char* const group = roles->groups[g].name;
    const char* const bus = bus_name(state, group);
    const uint32_t members = count_joining(state, group, bus);
    if (members < 2) {
      continue;
    }
    make_bus(state, bus, members);
    for (uint32_t i = 0; i < state->n; ++i) {
      const MixTrack* const s = &state->tracks[i];
      if (joins(s, group, bus) && !track_locked(s, "to") &&
          !routed_by_person(s)) {
        route(state, s, bus, members);
      }
    }
  }
}

// Reverb ----------------------------------------------------------------------

/// How full the arrangement is: sounding groups of the eight of a full band
static double
density(const MixState* state)
{
  const TonRoles* const roles = state->brief->roles;
  uint32_t n = 0;
  for (uint32_t g = 0; g < roles->n_groups; ++g) {
    n += members_of(state, roles->groups[g].name) > 0;
  }
  return fmin(n / 8.0, 1.0);
}

/// Four beats in a sparse song, two in a dense one (docs/rules.md 2.18)
static double
decay_of(const MixState* state)
{
  const TonSpace* const space = &state->brief->roles->space;
  const double full = density(state);
  if (!(state->brief->tempo_bpm > 0.0)) {
    return space->decay_s;
  }
  const double beats = 4.0 - 2.0 * full;
  const double s = beats * 60.0 / state->brief->tempo_bpm * (1.15 - 0.3 * full);
  return rint(fmin(fmax(s, space->shortest_s), space->longest_s) * 10.0) / 10.0;
}

/// Pre-delay, ms: a 32nd note, doubled until it is at least 20 ms, at most 40
static double
predelay_of(const MixState* state)
{
  const double bpm = state->brief->tempo_bpm;
  if (!(bpm > 0.0)) {
    return state->brief->roles->space.predelay_ms;
  }
  double ms = 60000.0 / bpm / 32.0;
  while (ms < 20.0) {
    ms *= 2.0;
  }
  return rint(fmin(ms, 40.0));
}

static bool
wants_reverb(const MixTrack* s)
{
  return s->sounds && isfinite(s->role->send_db);
}

static void
make_reverb(const MixState* state, const char* bus, double decay_s, uint32_t n)
{
  const TonSpace* const space = &state->brief->roles->space;
  if (bus_kept(state, bus)) {
    return;
  }
  const TonSetting settings[] = {
      {"type", ton_chain_choice("reverb", "type", space->type)},
      {"decay", decay_s},
      {"pre-delay", predelay_of(state)},
      {"highpass", space->highpass_hz},
      {"lowpass", space->lowpass_hz}};
  const char* const value =
      ton_chain_values(state->plan, "reverb", settings, 5);
  TonDecision d;
  const double tempo = state->brief->tempo_bpm;
  ton_decision_start(
      &d, tempo > 0.0 ? TON_RULE_SPACE_TEMPO : TON_RULE_SPACE_SHARED, 0.75);
  ton_decision_figure(&d, "tracks", n);
  ton_decision_range(&d, "decay", decay_s, space->shortest_s, space->longest_s);
  if (tempo > 0.0) {
    ton_decision_figure(&d, "tempo", tempo);
  }
  const char* const name = ton_plan_name(state->plan, bus);
  if (!bus_there(state, bus)) {
    ton_plan_edit(state->plan, ton_plan_text(state->plan, "buses/%s/to", name),
                  "Mix", NULL);
  }
  ton_plan_decide(state->plan,
                  ton_plan_text(state->plan, "buses/%s/chain/0/reverb", name),
                  value, &d);
}

static void
decide_send(const MixState* state, const MixTrack* s, const char* bus,
            double gain_db)
{
  const char* const path =
      ton_plan_text(state->plan, "sends/%s", ton_plan_name(state->plan, bus));
  if (track_locked(s, path)) {
    track_keep(state, s, path);
    return;
  }
  const double send = rint((s->role->send_db - gain_db) * 10.0) / 10.0;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_SPACE_SEND, 0.7);
  ton_decision_range(&d, "reverb against the track", s->role->send_db, -30.0,
                     -8.0);
  ton_decision_figure(&d, "gain of the reverb", gain_db);
  track_name_role(s, &d);
  track_decide(
      state, s, path,
      ton_plan_text(state->plan, "%.1f dB", ton_plan_rounded(send, 10.0)), &d);
}

void
propose_space(MixState* state)
{
  const TonSpace* const space = &state->brief->roles->space;
  const char* const bus = bus_name(state, space->bus);
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n; ++i) {
    n += wants_reverb(&state->tracks[i]);
  }
  if (!n || !ton_processor("reverb")) {
    return;
  }
  make_reverb(state, bus, decay_of(state), n);
  for (uint32_t i = 0; i < state->n; ++i) {
    if (wants_reverb(&state->tracks[i])) {
      decide_send(state, &state->tracks[i], bus, space->gain_db);
    }
  }
}
