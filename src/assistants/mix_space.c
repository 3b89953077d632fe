// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Buses -----------------------------------------------------------------------

static uint32_t
members_of(const MixState* desk, const char* group)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < desk->n; ++i) {
    n += desk->strips[i].sounds &&
         strcmp(desk->strips[i].role->group, group) == 0;
  }
  return n;
}

static const TonStrip*
find_bus(const MixState* desk, const char* name)
{
  const TonMix* const mix = desk->brief->existing;
  const uint32_t i = mix ? ton_mix_strip(mix, name) : UINT32_MAX;
  return i == UINT32_MAX ? NULL : &mix->strips[i];
}

static bool
bus_there(const MixState* desk, const char* name)
{
  return find_bus(desk, name) != NULL;
}

static bool
is_locked(const TonStrip* bus, const char* key)
{
  return ton_lock_holds(bus->locks, bus->n_locks, key);
}

/// A person has sent the bus somewhere
static bool
bus_rerouted(const MixState* desk, const char* name)
{
  const TonStrip* const bus = find_bus(desk, name);
  return bus &&
         (!bus->to || strcmp(bus->to, "Mix") != 0 || is_locked(bus, "to"));
}

/// A bus that is there stays, but for a reverb of ours
static bool
bus_kept(const MixState* desk, const char* name)
{
  const TonStrip* const bus = find_bus(desk, name);
  return bus && (is_locked(bus, "chain") || bus->n_chain != 1 ||
                 strcmp(bus->chain[0].type->id, "reverb") != 0);
}

/// A track of that name keeps it; the bus gets another
static const char*
bus_name(const MixState* desk, const char* group)
{
  for (uint32_t i = 0; i < desk->n; ++i) {
    if (strcmp(desk->strips[i].stem->strip, group) == 0) {
      return ton_plan_text(desk->plan, "%s Bus", group);
    }
  }
  return group;
}

static void
make_bus(const MixState* desk, const char* bus, uint32_t members)
{
  if (bus_rerouted(desk, bus)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, "route.group", 0.9, "{0} tracks go through it");
  ton_decision_figure(&d, "tracks", members, "");
  snprintf(d.path, sizeof(d.path), "buses/%s/to",
           ton_plan_name(desk->plan, bus));
  snprintf(d.value, sizeof(d.value), "Mix");
  ton_plan_decide(desk->plan, &d);
}

/// A person who has sent a track somewhere knows why
static bool
routed_by_person(const Strip* s)
{
  return s->old && s->old->to && strcmp(s->old->to, "Mix") != 0;
}

static void
route(const MixState* desk, const Strip* s, const char* bus, uint32_t members)
{
  TonDecision d;
  ton_decision_start(&d, "route.group", 0.9, "%s: with the others of its group",
                     s->role->name);
  ton_decision_figure(&d, "tracks of the group", members, "");
  snprintf(d.path, sizeof(d.path), "%s/to", s->path);
  snprintf(d.value, sizeof(d.value), "%s", bus);
  ton_plan_record(desk->plan, &d);
}

void
propose_routes(MixState* desk)
{
  const TonRoles* const roles = desk->brief->roles;
  for (uint32_t g = 0; g < roles->n_groups; ++g) {
    const char* const group = roles->groups[g].name;
    const uint32_t members = members_of(desk, group);
    if (members < 2) {
      continue;
    }
    const char* const bus = bus_name(desk, group);
    make_bus(desk, bus, members);
    for (uint32_t i = 0; i < desk->n; ++i) {
      const Strip* const s = &desk->strips[i];
      if (s->sounds && strcmp(s->role->group, group) == 0 &&
          !strip_locked(s, "to") && !routed_by_person(s)) {
        route(desk, s, bus, members);
      }
    }
  }
}

// Reverb ----------------------------------------------------------------------

/// Groups that sound, as a share of a full band's eight
static double
density(const MixState* desk)
{
  const TonRoles* const roles = desk->brief->roles;
  uint32_t n = 0;
  for (uint32_t g = 0; g < roles->n_groups; ++g) {
    n += members_of(desk, roles->groups[g].name) > 0;
  }
  return fmin(n / 8.0, 1.0);
}

/// Four beats in a sparse song, two in a dense one (reference 2.18)
static double
decay_of(const MixState* desk)
{
  const TonSpace* const space = &desk->brief->roles->space;
  const double full = density(desk);
  if (!(desk->brief->tempo_bpm > 0.0)) {
    return space->decay_s;
  }
  const double beats = 4.0 - 2.0 * full;
  const double s = beats * 60.0 / desk->brief->tempo_bpm * (1.15 - 0.3 * full);
  return rint(fmin(fmax(s, space->shortest_s), space->longest_s) * 10.0) / 10.0;
}

/// A note's 32nd or 64th part between 20 and 40 ms
static double
predelay_of(const MixState* desk)
{
  const double bpm = desk->brief->tempo_bpm;
  if (!(bpm > 0.0)) {
    return desk->brief->roles->space.predelay_ms;
  }
  double ms = 60000.0 / bpm / 32.0;
  while (ms < 20.0) {
    ms *= 2.0;
  }
  return rint(fmin(ms, 40.0));
}

static bool
wants_reverb(const Strip* s)
{
  return s->sounds && isfinite(s->role->send_db);
}

static void
make_reverb(const MixState* desk, const char* bus, double decay_s, uint32_t n)
{
  const TonSpace* const space = &desk->brief->roles->space;
  if (bus_kept(desk, bus)) {
    return;
  }
  const TonSetting settings[] = {
      {"type", ton_chain_choice("reverb", "type", space->type)},
      {"decay", decay_s},
      {"pre-delay", predelay_of(desk)},
      {"highpass", space->highpass_hz},
      {"lowpass", space->lowpass_hz}};
  const char* const value = ton_chain_values(desk->plan, "reverb", settings, 5);
  TonDecision d;
  ton_decision_start(&d, "space.shared", 0.75,
                     desk->brief->tempo_bpm > 0.0
                         ? "one space for {0} track%s; {1} fits {2}"
                         : "one space for {0} track%s; {1} is the middle of "
                           "commercial vocals",
                     n == 1 ? "" : "s");
  ton_decision_figure(&d, "tracks", n, "");
  ton_decision_range(&d, "decay", decay_s, "s", space->shortest_s,
                     space->longest_s, "data/roles.yaml");
  if (desk->brief->tempo_bpm > 0.0) {
    ton_decision_figure(&d, "tempo", desk->brief->tempo_bpm, "bpm");
  }
  snprintf(d.path, sizeof(d.path), "buses/%s/chain/0/reverb",
           ton_plan_name(desk->plan, bus));
  snprintf(d.value, sizeof(d.value), "%s", value);
  const char* const to =
      ton_plan_text(desk->plan, "buses/%s/to", ton_plan_name(desk->plan, bus));
  if (!bus_there(desk, bus)) {
    ton_plan_edit(desk->plan, to, "Mix", NULL);
  }
  ton_plan_decide(desk->plan, &d);
}

static void
decide_send(const MixState* desk, const Strip* s, const char* bus,
            double gain_db)
{
  const char* const path =
      ton_plan_text(desk->plan, "sends/%s", ton_plan_name(desk->plan, bus));
  if (strip_locked(s, path)) {
    strip_keep(desk, s, path);
    return;
  }
  const double send = rint((s->role->send_db - gain_db) * 10.0) / 10.0;
  TonDecision d;
  ton_decision_start(&d, "space.send", 0.7,
                     "%s: reverb {0} under the dry sound; the reverb adds {1}",
                     s->role->name);
  ton_decision_range(&d, "energy re dry", s->role->send_db, "dB", -30.0, -8.0,
                     "data/roles.yaml");
  ton_decision_figure(&d, "gain of the reverb", gain_db, "dB");
  strip_decide(
      desk, s, path,
      ton_plan_text(desk->plan, "%.1f dB", ton_plan_rounded(send, 10.0)), &d);
}

void
propose_space(MixState* desk)
{
  const TonSpace* const space = &desk->brief->roles->space;
  const char* const bus = bus_name(desk, space->bus);
  uint32_t n = 0;
  for (uint32_t i = 0; i < desk->n; ++i) {
    n += wants_reverb(&desk->strips[i]);
  }
  if (!n || !ton_processor("reverb")) {
    return;
  }
  const double decay_s = decay_of(desk);
  // Energy grows with the time it takes to die away, but the reflections' and
  // the treble's, which have one of their own
  const double gain_db = space->gain_db + 8.0 * log10(decay_s / space->decay_s);
  make_reverb(desk, bus, decay_s, n);
  for (uint32_t i = 0; i < desk->n; ++i) {
    if (wants_reverb(&desk->strips[i])) {
      decide_send(desk, &desk->strips[i], bus, gain_db);
    }
  }
}
