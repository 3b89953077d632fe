// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/error.h"
#include "session/strip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char mix_name[] = "Mix";

/// A mix and what it stands in
typedef struct {
  TonMix mix;
  TonArena arena;
} Owned;

/// A mix being read
typedef struct {
  TonMix* mix;
  const TonNode* tracks;
  const TonNode* buses;
  TonNode** nodes; ///< Of the strips
} Reading;

static TonStatus
read_song(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_text(r, value, &((Reading*)target)->mix->song);
}

static TonStatus
read_rate(TonReader* r, const TonNode* value, void* target)
{
  double rate = 0.0;
  TON_TRY(
      ton_read_number(r, value, (TonRange){TON_HZ, 44100.0, 192000.0}, &rate));
  if (rate != rint(rate)) {
    return ton_fail_at(r->doc, value, r->error,
                       "rate: %s is not a whole number of samples a second",
                       value->text);
  }
  ((Reading*)target)->mix->rate = (uint32_t)rate;
  return TON_OK;
}

static TonStatus
read_tempo(TonReader* r, const TonNode* value, void* target)
{
  TON_TRY(ton_read_number(r, value, (TonRange){TON_BPM, 20.0, 400.0},
                          &r->tempo_bpm));
  ((Reading*)target)->mix->tempo_bpm = r->tempo_bpm;
  return TON_OK;
}

static TonStatus
read_meter(TonReader* r, const TonNode* value, void* target)
{
  unsigned beats = 0;
  unsigned unit = 0;
  int used = 0;
  if (value->kind != TON_SCALAR ||
      sscanf(value->text, "%2u/%2u%n", &beats, &unit, &used) != 2 ||
      value->text[used] || beats < 1 || beats > 32 || unit < 1 || unit > 32 ||
      (unit & (unit - 1))) {
    return ton_fail_at(r->doc, value, r->error,
                       "meter: expected beats over a note: 4/4, 3/4, 6/8");
  }
  r->beats_per_bar = beats;
  ((Reading*)target)->mix->beats_per_bar = beats;
  return TON_OK;
}

static TonStatus
read_first_bar(TonReader* r, const TonNode* value, void* target)
{
  (void)target;
  return ton_read_number(r, value, (TonRange){TON_S, 0.0, 86400.0},
                         &r->first_bar_s);
}

static TonStatus
read_sections(TonReader* r, const TonNode* value, void* target)
{
  TonMix* const mix = ((Reading*)target)->mix;
  if (value->kind != TON_MAP) {
    return ton_fail_at(r->doc, value, r->error,
                       "sections: expected names and times: {verse 1: "
                       "\"0:17.1\"}");
  }
  mix->sections = ton_read_room(r, value->count, sizeof(TonSection));
  if (!mix->sections) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < value->count; ++i) {
    TonSection* const section = &mix->sections[i];
    TON_TRY(ton_read_text(r, value->items[i]->key, &section->name));
    TON_TRY(ton_read_time(r, value->items[i], &section->at_s));
    if (i && section->at_s < section[-1].at_s) {
      return ton_fail_at(r->doc, value->items[i], r->error,
                         "\"%s\" comes before \"%s\"; put the sections in the "
                         "order of time",
                         section->name, section[-1].name);
    }
  }
  mix->n_sections = value->count;
  return TON_OK;
}

static TonStatus
take_strips(TonReader* r, const TonNode* value, void* target)
{
  Reading* const reading = target;
  if (value->kind != TON_MAP) {
    return ton_fail_at(r->doc, value, r->error,
                       "%s: expected names, each with keys of its own",
                       value->key->text);
  }
  if (strcmp(value->key->text, "tracks") == 0) {
    reading->tracks = value;
  } else {
    reading->buses = value;
  }
  return TON_OK;
}

static const TonKey keys[] = {
    {"song", read_song},           {"rate", read_rate},
    {"tempo", read_tempo},         {"meter", read_meter},
    {"first-bar", read_first_bar}, {"sections", read_sections},
    {"tracks", take_strips},       {"buses", take_strips},
};

/// Tempo, meter and first bar, which times anywhere in the text need
static TonStatus
read_clock(TonReader* r, Reading* reading)
{
  r->beats_per_bar = reading->mix->beats_per_bar = 4;
  static const struct {
    const char* key;
    TonStatus (*read)(TonReader*, const TonNode*, void*);
  } clock[] = {{"tempo", read_tempo},
               {"meter", read_meter},
               {"first-bar", read_first_bar}};
  for (size_t i = 0; i < TON_COUNT(clock); ++i) {
    const TonNode* const node = ton_node_child(r->doc->root, clock[i].key);
    if (node && !ton_node_empty(node)) {
      TON_TRY(clock[i].read(r, node, reading));
    }
  }
  return TON_OK;
}

// Strips --------------------------------------------------------------------

static TonStatus
name_strip(TonReader* r, Reading* reading, TonNode* node, bool bus)
{
  TonMix* const mix = reading->mix;
  TonStrip* const strip = &mix->strips[mix->n_strips];
  TON_TRY(ton_read_text(r, node->key, &strip->name));
  if (!*strip->name) {
    return ton_fail_at(r->doc, node->key, r->error, "a %s without a name",
                       bus ? "bus" : "track");
  }
  if (strcasecmp(strip->name, mix_name) == 0 &&
      (!bus || strcmp(strip->name, mix_name) != 0)) {
    return ton_fail_at(r->doc, node->key, r->error,
                       "\"%s\": this name is the mix bus's, which is written "
                       "\"Mix\" and stands under \"buses:\"; choose another",
                       strip->name);
  }
  strip->bus = bus;
  strip->role = ton_arena_string(r->arena, "", 0);
  strip->pan_law = bus ? TON_PAN_BALANCE : TON_PAN_CONSTANT_POWER;
  reading->nodes[mix->n_strips++] = node;
  return strip->role ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
check_bus_name(TonReader* r, const Reading* reading, const TonNode* bus)
{
  const TonNode* const track = ton_node_child(reading->tracks, bus->key->text);
  return !track ? TON_OK
                : ton_fail_at(r->doc, bus->key, r->error,
                              "a bus and a track have the name \"%s\"; the "
                              "track stands in line %u",
                              bus->key->text, track->key->line);
}

static TonStatus
name_all(TonReader* r, Reading* reading)
{
  TonMix* const mix = reading->mix;
  const uint32_t tracks = reading->tracks->count;
  const uint32_t buses = reading->buses ? reading->buses->count : 0;
  const size_t most = (size_t)tracks + buses + 1;
  mix->strips = ton_read_room(r, most, sizeof(TonStrip));
  reading->nodes = ton_read_room(r, most, sizeof(TonNode*));
  if (!mix->strips || !reading->nodes) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < tracks; ++i) {
    TON_TRY(name_strip(r, reading, reading->tracks->items[i], false));
  }
  mix->n_tracks = tracks;
  for (uint32_t i = 0; i < buses; ++i) {
    TON_TRY(check_bus_name(r, reading, reading->buses->items[i]));
    TON_TRY(name_strip(r, reading, reading->buses->items[i], true));
  }
  return TON_OK;
}

/// The mix bus is there whether it is written or not
static TonStatus
find_mix_bus(TonReader* r, TonMix* mix)
{
  mix->mix = ton_mix_strip(mix, mix_name);
  if (mix->mix != UINT32_MAX) {
    return TON_OK;
  }
  TonStrip* const strip = &mix->strips[mix->n_strips];
  mix->mix = mix->n_strips++;
  strip->bus = true;
  strip->pan_law = TON_PAN_BALANCE;
  strip->name = ton_arena_string(r->arena, mix_name, strlen(mix_name));
  strip->role = ton_arena_string(r->arena, "", 0);
  return strip->name && strip->role ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
read_strips(TonReader* r, Reading* reading)
{
  TonMix* const mix = reading->mix;
  TON_TRY(name_all(r, reading));
  TON_TRY(find_mix_bus(r, mix));
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    TonStrip* const strip = &mix->strips[i];
    if (reading->nodes[i]) {
      TON_TRY(ton_read_strip(r, reading->nodes[i], strip));
    }
    if (i == mix->mix && strip->to) {
      return ton_fail_at(r->doc, ton_node_child(reading->nodes[i], "to"),
                         r->error,
                         "\"Mix\" is where everything ends; it goes nowhere");
    }
    if (i != mix->mix && !strip->to) {
      strip->to = ton_arena_string(r->arena, mix_name, strlen(mix_name));
      if (!strip->to) {
        return ton_read_no_memory(r);
      }
    }
  }
  return ton_check_routes(r, mix, reading->nodes);
}

/// A song without a name has its folder's
static TonStatus
default_song(TonReader* r, TonMix* mix)
{
  if (!mix->song) {
    const char* const slash = r->folder ? strrchr(r->folder, '/') : NULL;
    const char* const name = slash ? slash + 1 : "";
    mix->song = ton_arena_string(r->arena, name, strlen(name));
  }
  mix->folder = ton_arena_string(r->arena, r->folder ? r->folder : "",
                                 r->folder ? strlen(r->folder) : 0);
  return mix->song && mix->folder ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
read_mix(TonReader* r, TonMix* mix, const char* folder)
{
  Reading reading = {.mix = mix};
  TON_TRY(ton_read_folder(r, folder));
  TON_TRY(read_clock(r, &reading));
  TON_TRY(ton_read_map(r, r->doc->root,
                       (TonKeys){keys, TON_COUNT(keys), "mix.yaml"}, &reading));
  TON_TRY(default_song(r, mix));
  if (!reading.tracks || !reading.tracks->count) {
    return ton_fail_at(r->doc, r->doc->root, r->error,
                       "there are no tracks; write \"tracks:\" and below it a "
                       "name with \"file: stems/....wav\"");
  }
  return read_strips(r, &reading);
}

TonStatus
ton_mix_read(const TonDoc* doc, const char* folder, TonMix** mix,
             TonError* error)
{
  *mix = NULL;
  Owned* const owned = ton_alloc(sizeof(Owned));
  if (!owned) {
    return ton_fail_file(error, TON_NO_MEMORY, doc->name, "out of memory");
  }
  TonReader r = {.doc = doc, .arena = &owned->arena, .error = error};
  const TonStatus status = read_mix(&r, &owned->mix, folder);
  if (status != TON_OK) {
    ton_mix_free(&owned->mix);
    return status;
  }
  *mix = &owned->mix;
  return TON_OK;
}

void
ton_mix_free(TonMix* mix)
{
  if (mix) {
    Owned* const owned = (Owned*)mix;
    ton_arena_free(&owned->arena);
    ton_free(owned);
  }
}

uint32_t
ton_mix_strip(const TonMix* mix, const char* name)
{
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    if (strcmp(mix->strips[i].name, name) == 0) {
      return i;
    }
  }
  return UINT32_MAX;
}
