// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Building the mix of all mastered stems and versions.
#include "song/stem_mix.h"

#include "base/array.h"
#include "base/string.h"
#include "render/build_graph.h"
#include "song/song.h"

#include <assert.h>
#include <string.h>

/// Names of strips of our own begin with a character that no text can hold
#define OWN       "\1"
#define INPUT     OWN "input"
#define FRONT     OWN "front"
#define END       OWN "end"
#define MIX_KEY   OWN "mix key "
#define FRONT_KEY OWN "front key "

/// A version of the song: which tracks are left out of it
typedef struct {
  const char* name;
  bool no_lead;
  bool no_backing;
  bool no_others;
} Version;

static const Version versions[] = {{"instrumental", true, true, false},
                                   {"a cappella", false, false, true},
                                   {"TV mix", true, false, false}};

typedef struct {
  StemMix* s;
  const TonMix* from;
  const TonMaster* master;
  const TonRoles* roles;
  uint32_t n_front; ///< Processors before the limiter
  bool failed;      ///< Memory was refused
} Builder;

static const TonStrip*
mix_bus(const Builder* b)
{
  return &b->from->strips[b->from->mix];
}

/// A name made of two; "" when memory is refused
static char*
joined(Builder* b, const char* prefix, const char* name)
{
  static char none[1];
  char* const both = ton_string_new("%s%s", prefix, name);
  char* const own =
      both ? ton_arena_string(&b->s->arena, both, strlen(both)) : NULL;
  ton_free(both);
  b->failed |= !own;
  return own ? own : none;
}

static char*
numbered(Builder* b, const char* prefix, uint32_t i)
{
  char number[16];
  return ton_string_format(number, sizeof(number), "%u", i)
             ? joined(b, prefix, number)
             : joined(b, prefix, "");
}

/// A copy of `n` items with room for `more`; null when memory is refused
static void*
copied(Builder* b, const void* items, uint32_t n, uint32_t more, size_t size)
{
  void* const copy = ton_arena_alloc(&b->s->arena, (n + more + 1) * size);
  b->failed |= !copy;
  if (copy && n) {
    memcpy(copy, items, n * size);
  }
  return copy;
}

/// The strips have room for all that is added
static TonStrip*
add_strip(Builder* b, const TonStrip* like, char* name, char* to)
{
  TonStrip* const s = &b->s->mix.strips[b->s->mix.n_strips++];
  *s = *like;
  s->name = name;
  s->to = to;
  return s;
}

static TonStrip*
add_bus(Builder* b, char* name, char* to)
{
  static char role[1];
  const TonStrip plain = {
      .bus = true, .role = role, .pan_law = TON_PAN_BALANCE};
  return add_strip(b, &plain, name, to);
}

static void
add_send(Builder* b, TonStrip* s, char* to)
{
  TonSend* const sends = copied(b, s->sends, s->n_sends, 1, sizeof(TonSend));
  if (sends) {
    sends[s->n_sends] = (TonSend){.to = to};
    s->sends = sends;
    ++s->n_sends;
  }
}

// Dynamics that listen to the full mix -----------------------------------------

static bool
needs_key(const TonInsert* insert)
{
  return insert->type->flags & TON_SIDECHAIN && !insert->sidechain &&
         !insert->bypass;
}

/// Give a strip a chain whose dynamics listen to the full mix, `keys` and their
/// number being the names of the strips that hear it
static void
set_keyed(Builder* b, TonStrip* s, const TonInsert* chain, uint32_t n,
          uint32_t n_keyed, const char* keys)
{
  s->chain = copied(b, chain, n, 0, sizeof(TonInsert));
  s->n_chain = s->chain ? n : 0;
  for (uint32_t i = 0; i < n_keyed && i < s->n_chain; ++i) {
    if (needs_key(&s->chain[i])) {
      s->chain[i].sidechain = numbered(b, keys, i);
    }
  }
}

/// Curves of a strip whose chain ends before processor `n`
static void
cut_automation(Builder* b, TonStrip* s, uint32_t n)
{
  TonAutomation* const all =
      copied(b, s->automation, s->n_automation, 0, sizeof(TonAutomation));
  uint32_t kept = 0;
  for (uint32_t i = 0; all && i < s->n_automation; ++i) {
    if (all[i].move != TON_MOVE_PARAM || all[i].item < n) {
      all[kept++] = all[i];
    }
  }
  s->automation = all;
  s->n_automation = kept;
}

/// Strips that hear the full mix in front of each processor of the mix bus and of the
/// master which needs it; `input` feeds the former, `output` the latter
static void
add_keys(Builder* b, TonStrip* input, TonStrip* output)
{
  const TonStrip* const bus = mix_bus(b);
  for (uint32_t i = 0; i < bus->n_chain; ++i) {
    if (needs_key(&bus->chain[i])) {
      char* const name = numbered(b, MIX_KEY, i);
      TonStrip* const key = add_strip(b, bus, name, joined(b, END, ""));
      key->n_chain = i;
      cut_automation(b, key, i);
      add_send(b, input, name);
    }
  }
  for (uint32_t i = 0; i < b->n_front; ++i) {
    if (needs_key(&b->master->chain[i])) {
      char* const name = numbered(b, FRONT_KEY, i);
      TonStrip* const key = add_bus(b, name, joined(b, END, ""));
      key->chain = b->master->chain;
      key->n_chain = i;
      add_send(b, output, name);
    }
  }
}

/// A copy of the mix bus and behind it one of the master's chain, up to its limiter
/// or to its end; returns the strip number of the latter
static uint32_t
add_copies(Builder* b, char* name, bool limiter)
{
  const TonStrip* const bus = mix_bus(b);
  char* const behind = joined(b, OWN "master", name);
  TonStrip* const mix = add_strip(b, bus, name, behind);
  set_keyed(b, mix, bus->chain, bus->n_chain, bus->n_chain, MIX_KEY);
  TonStrip* const master = add_bus(b, behind, joined(b, END, ""));
  set_keyed(b, master, b->master->chain,
            limiter ? b->master->n_chain : b->n_front, b->n_front, FRONT_KEY);
  return b->s->mix.n_strips - 1;
}

static void
add_output(Builder* b, char* name, uint32_t strip, bool version)
{
  b->s->outputs[b->s->n++] = (StemMixOutput){name, strip, version};
}

// The strips of the song -------------------------------------------------------

/// The way to the mix bus goes to `bus` instead, all others to the copy with the
/// prefix
static char*
destination(Builder* b, const char* name, const char* prefix, char* bus)
{
  return strcmp(name, mix_bus(b)->name) == 0 ? bus : joined(b, prefix, name);
}

static void
copy_song_strip(Builder* b, const TonStrip* from, const char* prefix, char* bus)
{
  TonStrip* const s = add_strip(b, from, joined(b, prefix, from->name),
                                destination(b, from->to, prefix, bus));
  s->sends = copied(b, s->sends, s->n_sends, 0, sizeof(TonSend));
  s->chain = copied(b, s->chain, s->n_chain, 0, sizeof(TonInsert));
  for (uint32_t i = 0; s->sends && i < s->n_sends; ++i) {
    s->sends[i].to = destination(b, s->sends[i].to, prefix, bus);
  }
  for (uint32_t i = 0; s->chain && i < s->n_chain; ++i) {
    const char* const key = s->chain[i].sidechain;
    s->chain[i].sidechain = key ? joined(b, prefix, key) : NULL;
  }
}

static bool
feeds_mix(const Builder* b, const TonStrip* s)
{
  const char* const mix = mix_bus(b)->name;
  bool feeds = s->to && strcmp(s->to, mix) == 0;
  for (uint32_t i = 0; i < s->n_sends; ++i) {
    feeds = feeds || strcmp(s->sends[i].to, mix) == 0;
  }
  return feeds;
}

static char*
split_name(Builder* b, const TonStrip* s)
{
  return joined(b, OWN "split ", s->name);
}

/// Tracks, or buses but for that of the mix, of the song itself
static void
copy_song(Builder* b, bool buses)
{
  for (uint32_t i = 0; i < b->from->n_strips; ++i) {
    const TonStrip* const s = &b->from->strips[i];
    if (s->bus == buses && i != b->from->mix) {
      copy_song_strip(b, s, "", split_name(b, s));
    }
  }
}

static bool
is_left_out(const Builder* b, const Version* v, const TonStrip* s)
{
  const TonRole* const role = ton_role(b->roles, s->role);
  const bool lead = role && strcmp(role->class, "lead vocal") == 0;
  const bool backing = role && strcmp(role->class, "backing vocal") == 0;
  return lead ? v->no_lead : backing ? v->no_backing : v->no_others;
}

static char*
version_prefix(Builder* b, const Version* v)
{
  return joined(b, joined(b, OWN, v->name), " ");
}

static void
copy_version(Builder* b, const Version* v, bool buses)
{
  char* const prefix = version_prefix(b, v);
  char* const bus = joined(b, prefix, mix_bus(b)->name);
  for (uint32_t i = 0; i < b->from->n_strips; ++i) {
    const TonStrip* const s = &b->from->strips[i];
    if (s->bus == buses && i != b->from->mix) {
      copy_song_strip(b, s, prefix, bus);
      TonStrip* const copy = &b->s->mix.strips[b->s->mix.n_strips - 1];
      if (!buses && is_left_out(b, v, s)) {
        copy->mute = true;
        copy->n_automation = 0; // a closed strip needs no curves
      }
    }
  }
}

/// Is something left out of it, something heard in it, and is it no other one?
static bool
is_wanted(const Builder* b, const Version* v)
{
  uint32_t out = 0;
  uint32_t in = 0;
  uint32_t backing = 0;
  const Version* const instrumental = &versions[0];
  for (uint32_t i = 0; i < b->from->n_tracks; ++i) {
    const TonStrip* const s = &b->from->strips[i];
    const bool left = is_left_out(b, v, s);
    out += !s->mute && left;
    in += !s->mute && !left;
    backing += !s->mute && !left && is_left_out(b, instrumental, s);
  }
  return out && in && (backing || v == instrumental);
}

// All of it --------------------------------------------------------------------

static void
add_stems(Builder* b, const bool* heard)
{
  for (uint32_t i = 0; i < b->from->n_strips; ++i) {
    const TonStrip* const s = &b->from->strips[i];
    if (i == b->from->mix || !feeds_mix(b, s)) {
      continue;
    }
    TonStrip* const split = add_bus(b, split_name(b, s), joined(b, INPUT, ""));
    if (heard[i]) {
      char* const name = joined(b, OWN "stem ", s->name);
      add_send(b, split, name);
      add_output(b, joined(b, "stem ", s->name), add_copies(b, name, false),
                 false);
    }
  }
}

static void
add_versions(Builder* b)
{
  for (size_t i = 0; i < TON_COUNT(versions); ++i) {
    const Version* const v = &versions[i];
    if (is_wanted(b, v)) {
      char* const bus = joined(b, version_prefix(b, v), mix_bus(b)->name);
      add_output(b, joined(b, v->name, ""), add_copies(b, bus, true), true);
    }
  }
}

/// Tracks stand in front of all buses
static void
copy_strips(Builder* b, bool buses)
{
  copy_song(b, buses);
  for (size_t i = 0; i < TON_COUNT(versions); ++i) {
    if (is_wanted(b, &versions[i])) {
      copy_version(b, &versions[i], buses);
    }
  }
}

static void
build(Builder* b, const bool* heard)
{
  TonMix* const all = &b->s->mix;
  copy_strips(b, false);
  all->n_tracks = all->n_strips;
  copy_strips(b, true);
  TonStrip* const input =
      add_bus(b, joined(b, INPUT, ""), joined(b, mix_bus(b)->name, ""));
  TonStrip* const mix = add_strip(
      b, mix_bus(b), joined(b, mix_bus(b)->name, ""), joined(b, FRONT, ""));
  TonStrip* const front = add_bus(b, joined(b, FRONT, ""), joined(b, END, ""));
  b->s->front = all->n_strips - 1;
  front->chain = b->master->chain;
  front->n_chain = b->n_front;
  add_keys(b, input, mix);
  add_stems(b, heard);
  add_versions(b);
  add_bus(b, joined(b, END, ""), NULL);
  all->mix = all->n_strips - 1;
}

TonStatus
stem_mix_build(const TonMix* mix, const TonMaster* master,
               const TonRoles* roles, StemMix* s)
{
  enum { COPIES = TON_COUNT(versions) + 4, OWN_STRIPS = 16 };
  const TonInsert* const limiter = song_limiter(master);
  Builder b = {.s = s, .from = mix, .master = master, .roles = roles};
  b.n_front = limiter ? (uint32_t)(limiter - master->chain) : master->n_chain;
  *s = (StemMix){.mix = *mix};
  const uint32_t room = COPIES * mix->n_strips + OWN_STRIPS + b.n_front +
                        mix->strips[mix->mix].n_chain;
  bool* const heard = copied(&b, NULL, 0, mix->n_strips, sizeof(bool));
  s->mix.n_strips = s->mix.n_tracks = 0;
  s->mix.strips = copied(&b, NULL, 0, room, sizeof(TonStrip));
  s->outputs = copied(&b, NULL, 0, room, sizeof(StemMixOutput));
  if (!b.failed) {
    find_heard(mix, heard);
    build(&b, heard);
    assert(s->mix.n_strips <= room);
  }
  return b.failed ? TON_NO_MEMORY : TON_OK;
}

void
stem_mix_free(StemMix* s)
{
  ton_arena_free(&s->arena);
}
