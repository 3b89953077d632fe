// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a release delivers: names of data/deliverables.yaml, with values of
   their own or without.
*/

#include "session/deliverable.h"

#include "base/array.h"
#include "session/texts.h"

#include <string.h>

/// A deliverable of the list
typedef struct {
  TonDeliverable d; ///< The first member
  bool by_default;
} Listed;

#define AT(field) offsetof(TonDeliverable, field)

static TonStatus
read_bits(TonReader* r, const TonNode* node, void* row)
{
  double bits = 0.0;
  TON_TRY(ton_read_number(r, node, (TonRange){TON_PLAIN, 0.0, 64.0}, &bits));
  ((TonDeliverable*)row)->bits = (uint32_t)bits;
  return bits == 16.0 || bits == 24.0
             ? TON_OK
             : ton_fail_at(r->doc, node, r->error, "bits: expected 16 or 24");
}

static const char* const containers[] = {"WAV", "FLAC", "MP3",  "M4A",
                                         "OGG", "OPUS", "AIFF", NULL};

/// The last one belongs to the list, not to a release
static const TonField fields[] = {
    {"container", TON_AS_TEXT, AT(container), .words = containers,
     .help = "Kind of file; M4A cannot be written here"},
    {"rate", TON_AS_WHOLE, AT(rate), TON_HZ, 8000.0, .max = 192000.0,
     .help = "Sample rate; without it, that of the master"},
    {"bits", TON_AS_OWN, AT(bits), .read = read_bits,
     .help = "Word length of WAV, FLAC and AIFF: 16 or 24"},
    {"bitrate", TON_AS_WHOLE, AT(bitrate_kbps), TON_KBPS, 32.0, .max = 1024.0,
     .help = "Of MP3, OGG and OPUS"},
    {"plain", TON_AS_SWITCH, AT(plain), .otherwise = "false",
     .help = "Of a WAV: the header of 44 bytes and the samples, nothing else"},
    {"stereo", TON_AS_SWITCH, AT(stereo), .otherwise = "false",
     .help = "A master of one channel becomes two equal ones"},
    {"default", TON_AS_SWITCH, .at = offsetof(Listed, by_default),
     .help = "Written where a release names no deliverables"},
};

static const TonField name = {"name", TON_AS_TEXT, .at = AT(name)};

const TonTable ton_deliverable_table = {.what = "deliverable",
                                        .fields = fields,
                                        .n_fields = TON_COUNT(fields) - 1,
                                        .size = sizeof(TonDeliverable),
                                        .name = &name};

static TonStatus
check_listed(TonReader* r, const TonNode* node, void* row)
{
  return ((const Listed*)row)->d.container
             ? TON_OK
             : ton_fail_at(r->doc, node->key, r->error,
                           "deliverable \"%s\" has no container",
                           node->key->text);
}

static const TonTable listed_table = {.what = "deliverable",
                                      TON_FIELDS(fields),
                                      .size = sizeof(Listed),
                                      .name = &name,
                                      .check = check_listed};

/// data/deliverables.yaml
typedef struct {
  Listed* items;
  uint32_t n;
  uint32_t smallest_cover;
} List;

static const TonField list_fields[] = {
    {"deliverables", TON_AS_NAMED, offsetof(List, items),
     .count = offsetof(List, n), .table = &listed_table, .flags = TON_REQUIRED},
    {"smallest-cover", TON_AS_WHOLE, .at = offsetof(List, smallest_cover),
     .max = 100000.0},
};

static const TonTable list_table = {.what = "the list of deliverables",
                                    TON_FIELDS(list_fields),
                                    .size = sizeof(List)};

/// Freed with ton_table_free()
static TonStatus
read_list(TonReader* r, List** list)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read_data("deliverables.yaml", &list_table, &data, r->error);
  *list = data;
  return status;
}

/// A deliverable of the list with texts that the release owns
static TonStatus
take_listed(TonReader* r, const TonDeliverable* listed, TonDeliverable* d)
{
  *d = *listed;
  d->name = ton_arena_string(r->arena, listed->name, strlen(listed->name));
  d->container =
      ton_arena_string(r->arena, listed->container, strlen(listed->container));
  return d->name && d->container ? TON_OK : ton_read_no_memory(r);
}

static const TonDeliverable*
find_listed(const List* list, const char* wanted)
{
  for (uint32_t i = 0; i < list->n; ++i) {
    if (strcmp(list->items[i].d.name, wanted) == 0) {
      return &list->items[i].d;
    }
  }
  return NULL;
}

static TonStatus
unknown(TonReader* r, const List* list, const TonNode* node)
{
  TonNames names = {0};
  for (uint32_t i = 0; i < list->n; ++i) {
    if (!ton_names_add(r, &names, list->items[i].d.name)) {
      return ton_read_no_memory(r);
    }
  }
  return ton_read_unknown(r, node, "there is no deliverable", node->text,
                          names.items, names.count);
}

/// What a codec cannot have
static TonStatus
check_codec(TonReader* r, const TonNode* node, const TonDeliverable* d)
{
  static const struct {
    const char* container;
    uint32_t rates[3];
    uint32_t max_kbps;
    const char* those;
  } codecs[] = {{"MP3", {48000, 44100, 32000}, 320, "48, 44.1 or 32 kHz"},
                {"OGG", {0}, 500, ""},
                {"OPUS", {48000}, 512, "48 kHz"}};
  for (size_t i = 0; i < TON_COUNT(codecs); ++i) {
    const uint32_t* const may = codecs[i].rates;
    if (strcmp(codecs[i].container, d->container) != 0) {
      continue;
    }
    if (d->bitrate_kbps > codecs[i].max_kbps) {
      return ton_fail_at(r->doc, node, r->error,
                         "bitrate: %s has at most %u kbps", d->container,
                         codecs[i].max_kbps);
    }
    if (d->rate && may[0] && d->rate != may[0] && d->rate != may[1] &&
        d->rate != may[2]) {
      return ton_fail_at(r->doc, node, r->error, "rate: %s has %s",
                         d->container, codecs[i].those);
    }
  }
  return TON_OK;
}

/// One entry of a release's list: "cd", or "cd: {bits: 16}"
/// Would a name lead out of the folder if it were a path?
static bool
climbs(const char* text)
{
  bool up = *text == '/';
  for (const char* part = text; part && !up;) {
    const size_t n = strcspn(part, "/");
    up = n == 2 && strncmp(part, "..", 2) == 0;
    part = part[n] ? part + n + 1 : NULL;
  }
  return up;
}

static TonStatus
read_entry(TonReader* r, const List* list, const TonNode* named,
           const TonNode* values, TonDeliverable* d)
{
  if (named->kind != TON_SCALAR) {
    return ton_fail_at(r->doc, named, r->error,
                       "expected a deliverable's name, such as wav-24");
  }
  const TonDeliverable* const listed = find_listed(list, named->text);
  if (listed) {
    TON_TRY(take_listed(r, listed, d));
  } else {
    TON_TRY(ton_read_text(r, named, &d->name));
  }
  if (climbs(named->text)) {
    return ton_fail_at(r->doc, named, r->error,
                       "\"%s\" is a path; a deliverable has a name, and its "
                       "file lies in out/release",
                       named->text);
  }
  if (values) {
    TON_TRY(ton_read_fields(r, values, &ton_deliverable_table, d));
  }
  if (!d->container) {
    return unknown(r, list, named);
  }
  if (d->plain && strcmp(d->container, "WAV") != 0) {
    return ton_fail_at(r->doc, values ? values : named, r->error,
                       "plain: is for a WAV; this is %s", d->container);
  }
  return check_codec(r, values ? values : named, d);
}

static TonStatus
check_once(TonReader* r, const TonNode* named, const TonDeliverable* all,
           uint32_t i)
{
  for (uint32_t k = 0; k < i; ++k) {
    if (strcmp(all[k].name, all[i].name) == 0) {
      return ton_fail_at(r->doc, named, r->error,
                         "\"%s\" is here twice; give one of them a name of "
                         "its own and its container",
                         all[i].name);
    }
  }
  return TON_OK;
}

static TonStatus
read_entries(TonReader* r, const List* list, const TonNode* node,
             TonRelease* release)
{
  const bool one = node->kind == TON_SCALAR;
  const uint32_t n = one ? 1 : node->count;
  if (!n) {
    return ton_fail_at(r->doc, node, r->error,
                       "deliverables: is empty; name the files to write, or "
                       "take the line out for the usual ones");
  }
  TonDeliverable* const all = ton_read_buffer(r, n, sizeof(TonDeliverable));
  if (!all) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    const TonNode* entry = one ? node : node->items[i];
    const bool in_list =
        node->kind == TON_LIST && entry->kind == TON_MAP && entry->count == 1;
    entry = in_list ? entry->items[0] : entry;
    const bool has_values = entry->key && !one;
    const TonNode* const named = has_values ? entry->key : entry;
    TON_TRY(read_entry(r, list, named, has_values ? entry : NULL, &all[i]));
    TON_TRY(check_once(r, named, all, i));
  }
  release->deliverables = all;
  release->n_deliverables = n;
  release->smallest_cover = list->smallest_cover;
  return TON_OK;
}

TonStatus
ton_read_deliverables(TonReader* r, const TonNode* node, TonRelease* release)
{
  List* list = NULL;
  TON_TRY(read_list(r, &list));
  const TonStatus status = read_entries(r, list, node, release);
  ton_table_free(list);
  return status;
}

static TonStatus
read_defaults(TonReader* r, const List* list, TonRelease* release)
{
  release->smallest_cover = list->smallest_cover;
  release->deliverables = ton_read_buffer(r, list->n, sizeof(TonDeliverable));
  if (!release->deliverables) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < list->n; ++i) {
    if (list->items[i].by_default) {
      TON_TRY(take_listed(r, &list->items[i].d,
                          &release->deliverables[release->n_deliverables++]));
    }
  }
  return TON_OK;
}

TonStatus
ton_default_deliverables(TonReader* r, TonRelease* release)
{
  List* list = NULL;
  TON_TRY(read_list(r, &list));
  const TonStatus status = read_defaults(r, list, release);
  ton_table_free(list);
  return status;
}
