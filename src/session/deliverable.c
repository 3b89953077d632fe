// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/deliverable.h"

#include "base/array.h"
#include "base/data_path.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A deliverable being read
typedef struct {
  TonDeliverable* d;
  bool by_default;
} Reading;

static TonStatus
read_container(TonReader* r, const TonNode* value, void* target)
{
  static const char* const words[] = {"WAV", "FLAC", "MP3",  "M4A",
                                      "OGG", "OPUS", "AIFF", NULL};
  uint32_t which = 0;
  TON_TRY(ton_read_choice(r, value, words, &which));
  return ton_read_text(r, value, &((Reading*)target)->d->container);
}

static TonStatus
read_rate(TonReader* r, const TonNode* value, void* target)
{
  double rate = 0.0;
  TON_TRY(
      ton_read_number(r, value, (TonRange){TON_HZ, 8000.0, 192000.0}, &rate));
  ((Reading*)target)->d->rate = (uint32_t)lrint(rate);
  return TON_OK;
}

static TonStatus
read_bits(TonReader* r, const TonNode* value, void* target)
{
  uint32_t* const bits = &((Reading*)target)->d->bits;
  TON_TRY(ton_read_whole(r, value, 16, 24, bits));
  return *bits == 16 || *bits == 24 ? TON_OK
                                    : ton_fail_at(r->doc, value, r->error,
                                                  "bits: there are 16 and 24");
}

enum { MP3_MOST_KBPS = 320 };

static TonStatus
read_bitrate(TonReader* r, const TonNode* value, void* target)
{
  uint32_t* const kbps = &((Reading*)target)->d->bitrate_kbps;
  char* end = NULL;
  const double number =
      value->kind == TON_SCALAR ? strtod(value->text, &end) : -1.0;
  if (end) {
    end += strspn(end, " ");
  }
  if (!(number >= 32.0 && number <= 1024.0) || number != rint(number) ||
      (*end && strcmp(end, "kbps") != 0 && strcmp(end, "kb/s") != 0 &&
       strcmp(end, "kbit/s") != 0)) {
    return ton_fail_at(r->doc, value, r->error,
                       "bitrate: expected 32 kbps to 1024 kbps");
  }
  *kbps = (uint32_t)number;
  return TON_OK;
}

static TonStatus
read_default(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_switch(r, value, &((Reading*)target)->by_default);
}

static const TonKey keys[] = {
    {"container", read_container}, {"rate", read_rate},
    {"bits", read_bits},           {"bitrate", read_bitrate},
    {"default", read_default},
};

/// Values of one deliverable; "default" belongs to the list, not to a release
static TonStatus
read_values(TonReader* r, const TonNode* map, bool listed, Reading* reading)
{
  char what[96];
  snprintf(what, sizeof(what), "deliverable \"%.60s\"", reading->d->name);
  return ton_read_map(r, map,
                      (TonKeys){keys, TON_COUNT(keys) - (listed ? 0 : 1), what},
                      reading);
}

static TonStatus
open_list(TonReader* r, TonDoc** list)
{
  char path[PATH_MAX];
  ton_data_path("deliverables.yaml", path, sizeof(path));
  TON_TRY(ton_doc_open(path, list, r->error));
  if ((*list)->root->kind == TON_MAP) {
    return TON_OK;
  }
  const TonStatus status =
      ton_fail_at(*list, (*list)->root, r->error, "expected names");
  ton_doc_free(*list);
  *list = NULL;
  return status;
}

static TonStatus
read_listed(TonReader* r, const TonDoc* list, const TonNode* entry,
            Reading* reading)
{
  TonReader of_list = *r;
  of_list.doc = list;
  TON_TRY(ton_read_text(&of_list, entry->key, &reading->d->name));
  return read_values(&of_list, entry, true, reading);
}

static TonStatus
unknown(TonReader* r, const TonDoc* list, const TonNode* node, const char* name)
{
  const char* known[64];
  size_t n = 0;
  for (uint32_t i = 0; i < list->root->count && n < 64; ++i) {
    known[n++] = list->root->items[i]->key->text;
  }
  return ton_read_unknown(r, node, "there is no deliverable", name, known, n);
}

/// One entry of a release's list: "cd", or "cd: {bits: 16}"
static TonStatus
read_entry(TonReader* r, const TonDoc* list, const TonNode* named,
           const TonNode* values, TonDeliverable* d)
{
  if (named->kind != TON_SCALAR) {
    return ton_fail_at(r->doc, named, r->error,
                       "expected a deliverable's name, such as wav-24");
  }
  Reading reading = {.d = d};
  const TonNode* const entry = ton_node_child(list->root, named->text);
  if (entry) {
    TON_TRY(read_listed(r, list, entry, &reading));
  }
  TON_TRY(ton_read_text(r, named, &d->name));
  if (values) {
    TON_TRY(read_values(r, values, false, &reading));
  }
  if (!d->container) {
    return unknown(r, list, named, named->text);
  }
  if (strcmp(d->container, "MP3") == 0 && d->bitrate_kbps > MP3_MOST_KBPS) {
    return ton_fail_at(r->doc, values ? values : named, r->error,
                       "bitrate: an MP3 has at most %d kbps", MP3_MOST_KBPS);
  }
  return TON_OK;
}

static TonStatus
read_entries(TonReader* r, const TonDoc* list, const TonNode* node,
             TonRelease* release)
{
  const uint32_t n = node->kind == TON_SCALAR ? 1 : node->count;
  release->deliverables = ton_read_room(r, n, sizeof(TonDeliverable));
  if (!release->deliverables) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    const TonNode* named = node->kind == TON_SCALAR ? node : node->items[i];
    const TonNode* values = NULL;
    if (node->kind == TON_LIST && named->kind == TON_MAP && named->count == 1) {
      named = named->items[0];
    }
    if (named->key) {
      values = node->kind == TON_SCALAR ? NULL : named;
      named = node->kind == TON_SCALAR ? node : named->key;
    }
    TonDeliverable* const all = release->deliverables;
    TON_TRY(read_entry(r, list, named, values, &all[i]));
    for (uint32_t k = 0; k < i; ++k) {
      if (strcmp(all[k].name, all[i].name) == 0) {
        return ton_fail_at(r->doc, named, r->error,
                           "\"%s\" is here twice; give one of them a name of "
                           "its own and its container",
                           all[i].name);
      }
    }
  }
  release->n_deliverables = n;
  return TON_OK;
}

TonStatus
ton_read_deliverables(TonReader* r, const TonNode* node, TonRelease* release)
{
  TonDoc* list = NULL;
  TON_TRY(open_list(r, &list));
  assert(list);
  const TonStatus status = read_entries(r, list, node, release);
  ton_doc_free(list);
  return status;
}

static TonStatus
read_defaults(TonReader* r, const TonDoc* list, TonRelease* release)
{
  const uint32_t n = list->root->count;
  release->deliverables = ton_read_room(r, n, sizeof(TonDeliverable));
  if (!release->deliverables) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < n; ++i) {
    TonDeliverable d = {0};
    Reading reading = {.d = &d};
    TON_TRY(read_listed(r, list, list->root->items[i], &reading));
    if (reading.by_default && d.container) {
      release->deliverables[release->n_deliverables++] = d;
    }
  }
  return TON_OK;
}

TonStatus
ton_default_deliverables(TonReader* r, TonRelease* release)
{
  TonDoc* list = NULL;
  TON_TRY(open_list(r, &list));
  assert(list);
  const TonStatus status = read_defaults(r, list, release);
  ton_doc_free(list);
  return status;
}
