// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of mix.yaml.
*/

#include "base/array.h"
#include "session/lock.h"
#include "session/strip.h"
#include "session/texts.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char mix_name[] = "Mix";

/// A mix and what is known of it while it is read
typedef struct {
  TonMix mix; ///< The first member
  const TonNode* tracks;
  const TonNode* buses;
  TonNode** nodes; ///< Of the strips
} MixText;

static TonStatus
check_tempo(TonReader* r, const TonNode* node, void* row)
{
  (void)node;
  r->tempo_bpm = ((MixText*)row)->mix.tempo_bpm;
  return TON_OK;
}

static TonStatus
read_meter(TonReader* r, const TonNode* node, void* row)
{
  unsigned beats = 0;
  unsigned unit = 0;
  int used = 0;
  (void)row;
  if (node->kind != TON_SCALAR ||
      sscanf(node->text, "%2u/%2u%n", &beats, &unit, &used) != 2 ||
      node->text[used] || beats < 1 || beats > 32 || unit < 1 || unit > 32 ||
      (unit & (unit - 1))) {
    return ton_fail_at(r->doc, node, r->error,
                       "meter: expected beats over a note: 4/4, 3/4, 6/8");
  }
  r->beats_per_bar = beats;
  r->beats_per_note = unit;
  return TON_OK;
}

static TonStatus
read_first_bar(TonReader* r, const TonNode* node, void* row)
{
  (void)row;
  return ton_read_number(r, node, (TonRange){TON_S, 0.0, 86400.0},
                         &r->first_bar_s);
}

static TonStatus
check_sections(TonReader* r, const TonNode* node, void* row)
{
  const TonMix* const mix = &((MixText*)row)->mix;
  r->sections = mix->sections;
  r->n_sections = mix->n_sections;
  r->by_section = false;
  for (uint32_t i = 1; i < mix->n_sections; ++i) {
    const TonSection* const section = &mix->sections[i];
    if (section->at_s < section[-1].at_s) {
      return ton_fail_at(r->doc, node->items[i], r->error,
                         "\"%s\" comes before \"%s\"; put the sections in the "
                         "order of time",
                         section->name, section[-1].name);
    }
  }
  return TON_OK;
}

static const TonField section_name = {"name", TON_AS_TEXT,
                                      .at = offsetof(TonSection, name)};

static const TonField section_fields[] = {
    {"at", TON_AS_TIME, .at = offsetof(TonSection, at_s), .flags = TON_SHARED,
     .help = "Where the section begins"},
};

static const TonTable section_table = {.what = "section",
                                       TON_FIELDS(section_fields),
                                       .size = sizeof(TonSection),
                                       .name = &section_name,
                                       .short_form = "at"};

/// Strips are read when all their names are known
static TonStatus
take_strips(TonReader* r, const TonNode* node, void* row)
{
  MixText* const text = row;
  if (node->kind != TON_MAP) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: expected names, each with keys of its own",
                       node->key->text);
  }
  const bool buses = strcmp(node->key->text, "buses") == 0;
  *(buses ? &text->buses : &text->tracks) = node;
  return TON_OK;
}

static bool
find_strip(TonMix* mix, bool bus, const char* path, TonFound* found)
{
  char step[TON_STEP_BYTES];
  const char* const rest = ton_path_step(path, step, sizeof(step));
  const uint32_t i = ton_mix_strip(mix, step);
  if (i == UINT32_MAX || mix->strips[i].bus != bus) {
    return false;
  }
  *found = (TonFound){.data = &mix->strips[i]};
  return !*rest || ton_field_find(bus ? &ton_bus_table : &ton_track_table,
                                  &mix->strips[i], rest, found);
}

static bool
find_track(void* row, const char* path, TonFound* found)
{
  return find_strip(row, false, path, found);
}

static bool
find_bus(void* row, const char* path, TonFound* found)
{
  return find_strip(row, true, path, found);
}

#define AT(field) offsetof(TonMix, field)

/// What stands in a track or a bus is locked there
static TonStatus
read_lock(TonReader* r, const TonNode* node, void* row)
{
  static const char* const keys[] = {"tempo", "meter", "first-bar", "sections"};
  TonMix* const mix = &((MixText*)row)->mix;
  TON_TRY(ton_read_locks(r, node, &ton_mix_table, row,
                         (TonLocks){&mix->locks, &mix->n_locks}));
  for (uint32_t i = 0; i < mix->n_locks; ++i) {
    bool here = false;
    for (size_t k = 0; k < TON_COUNT(keys); ++k) {
      here = here || strcmp(mix->locks[i], keys[k]) == 0;
    }
    if (!here) {
      const TonNode* const at = node->kind == TON_LIST ? node->items[i] : node;
      return ton_read_unknown(r, at, "lock: at the top of the song there is no",
                              at->text, keys, TON_COUNT(keys));
    }
  }
  return TON_OK;
}

/// Times below need tempo, meter and first bar
static const TonField fields[] = {
    {"song", TON_AS_TEXT, .at = AT(song),
     .help = "Name of the song; without it, that of the folder"},
    {"rate", TON_AS_WHOLE, AT(rate), TON_HZ, 44100.0, .max = 192000.0,
     .help = "Sample rate of the mix; without it, that of most stems"},
    {"tempo", TON_AS_DOUBLE, AT(tempo_bpm), TON_BPM, 20.0, 400.0,
     .flags = TON_SHARED, .read = check_tempo,
     .help = "Beats per minute, for times written in bars and beats"},
    {"meter", TON_AS_OWN, AT(beats_per_bar), .read = read_meter,
     .help = "Beats in a bar, for times written in bars: 4/4, 6/8"},
    {"first-bar", TON_AS_OWN, .read = read_first_bar,
     .help = "Where bar 1 begins, for times written in bars"},
    {"sections", TON_AS_NAMED, AT(sections), .count = AT(n_sections),
     .table = &section_table, .read = check_sections,
     .example = "names and times: {verse 1: \"0:17.1\"}",
     .help = "Parts of the song by name"},
    {"tracks", TON_AS_OWN, AT(strips), .read = take_strips, .find = find_track,
     .table = &ton_track_table,
     .help = "The recorded tracks by name, in the order they are mixed"},
    {"buses", TON_AS_OWN, AT(strips), .read = take_strips, .find = find_bus,
     .help = "Groups and effects by name; their keys are those of a track but "
             "for file"},
    {"lock", TON_AS_OWN, AT(locks), .read = read_lock, .flags = TON_LOCKLESS,
     .help = "What the assistant leaves alone of tempo, meter, first-bar and "
             "sections"},
};

// Strips --------------------------------------------------------------------

static TonStatus
begin_strip(TonReader* r, bool bus, TonStrip* strip)
{
  TON_TRY(
      ton_field_defaults(r, bus ? &ton_bus_table : &ton_track_table, strip));
  strip->bus = bus;
  strip->pan_law = bus ? TON_PAN_BALANCE : TON_PAN_CONSTANT_POWER;
  return TON_OK;
}

static TonStatus
name_strip(TonReader* r, MixText* text, TonNode* node, bool bus)
{
  TonMix* const mix = &text->mix;
  TonStrip* const strip = &mix->strips[mix->n_strips];
  TON_TRY(ton_read_text(r, node->key, &strip->name));
  if (!*strip->name) {
    return ton_fail_at(r->doc, node->key, r->error, "a %s without a name",
                       bus ? "bus" : "track");
  }
  if (strlen(strip->name) > TON_NAME_BYTES) {
    return ton_fail_at(r->doc, node->key, r->error,
                       "this name is longer than %d bytes", TON_NAME_BYTES);
  }
  if (strcasecmp(strip->name, mix_name) == 0 &&
      (!bus || strcmp(strip->name, mix_name) != 0)) {
    return ton_fail_at(r->doc, node->key, r->error,
                       "\"%s\": this name is the mix bus's, which is written "
                       "\"Mix\" and stands under \"buses:\"; choose another",
                       strip->name);
  }
  TON_TRY(begin_strip(r, bus, strip));
  text->nodes[mix->n_strips++] = node;
  return TON_OK;
}

static TonStatus
check_bus_name(TonReader* r, const MixText* text, const TonNode* bus)
{
  const TonNode* const track = ton_node_child(text->tracks, bus->key->text);
  return !track ? TON_OK
                : ton_fail_at(r->doc, bus->key, r->error,
                              "a bus and a track have the name \"%s\"; the "
                              "track stands in line %u",
                              bus->key->text, track->key->line);
}

static TonStatus
name_all(TonReader* r, MixText* text)
{
  TonMix* const mix = &text->mix;
  const uint32_t tracks = text->tracks->count;
  const uint32_t buses = text->buses ? text->buses->count : 0;
  const size_t max = (size_t)tracks + buses + 1;
  mix->strips = ton_read_buffer(r, max, sizeof(TonStrip));
  text->nodes = ton_read_buffer(r, max, sizeof(TonNode*));
  if (!mix->strips || !text->nodes) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < tracks; ++i) {
    TON_TRY(name_strip(r, text, text->tracks->items[i], false));
  }
  mix->n_tracks = tracks;
  for (uint32_t i = 0; i < buses; ++i) {
    TON_TRY(check_bus_name(r, text, text->buses->items[i]));
    TON_TRY(name_strip(r, text, text->buses->items[i], true));
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
  TON_TRY(begin_strip(r, true, strip));
  strip->name = ton_arena_string(r->arena, mix_name, strlen(mix_name));
  return strip->name ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
read_strips(TonReader* r, MixText* text)
{
  TonMix* const mix = &text->mix;
  TON_TRY(name_all(r, text));
  TON_TRY(find_mix_bus(r, mix));
  bool wrong = false;
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    TonStrip* const strip = &mix->strips[i];
    if (text->nodes[i]) {
      const TonStatus status = ton_read_fields(
          r, text->nodes[i], strip->bus ? &ton_bus_table : &ton_track_table,
          strip);
      TON_TRY(ton_read_on(r, status, &wrong));
    }
    if (i == mix->mix && strip->to) {
      return ton_fail_at(r->doc, ton_node_child(text->nodes[i], "to"), r->error,
                         "the mix bus has no output; remove \"to\"");
    }
    if (i != mix->mix && !strip->to) {
      strip->to = ton_arena_string(r->arena, mix_name, strlen(mix_name));
      if (!strip->to) {
        return ton_read_no_memory(r);
      }
    }
  }
  mix->by_section = r->by_section;
  return wrong ? TON_BAD_TEXT : ton_check_routes(r, mix, text->nodes);
}

TonStatus
ton_read_song(TonReader* r, char** song, char** folder)
{
  const char* const slash = r->folder ? strrchr(r->folder, '/') : NULL;
  const char* const name = slash ? slash + 1 : "";
  const char* const whole = r->folder ? r->folder : "";
  *song = *song ? *song : ton_arena_string(r->arena, name, strlen(name));
  *folder = ton_arena_string(r->arena, whole, strlen(whole));
  return *song && *folder ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
check_mix(TonReader* r, const TonNode* node, void* row)
{
  MixText* const text = row;
  text->mix.beats_per_bar = r->beats_per_bar;
  text->mix.first_bar_s = r->first_bar_s;
  TON_TRY(ton_read_song(r, &text->mix.song, &text->mix.folder));
  if (!text->tracks || !text->tracks->count) {
    return ton_fail_at(r->doc, node, r->error,
                       "there are no tracks; write \"tracks:\" and below it a "
                       "name with \"file: stems/....wav\"");
  }
  return read_strips(r, text);
}

const TonTable ton_mix_table = {.what = "mix.yaml",
                                TON_FIELDS(fields),
                                .size = sizeof(MixText),
                                .check = check_mix};

TonStatus
ton_mix_read(const TonDoc* doc, const char* folder, TonMix** mix,
             TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read(doc, folder, &ton_mix_table, &data, error);
  *mix = data;
  return status;
}

void
ton_mix_free(TonMix* mix)
{
  ton_table_free(mix);
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
