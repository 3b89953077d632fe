// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "base/string.h"
#include "must.h"

#include <tonmeister/session.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file
   Any bytes as a text of a song: reading never crashes, hangs or leaks; what
   parses keeps its bytes; an edit does what it says or leaves all as it was.
*/

static void
add_step(TonString* path, const char* step)
{
  ton_string_add(path, path->length ? "/" : "");
  for (; *step; ++step) {
    if (*step == '/' || *step == '~') {
      ton_string_add(path, *step == '/' ? "~1" : "~0");
    } else {
      ton_string_add_bytes(path, step, 1);
    }
  }
}

/// A path into the text, chosen by `seed`
static void
choose(const TonDoc* doc, uint32_t seed, TonString* path)
{
  for (int depth = 0; depth < 40; ++depth) {
    const uint32_t n = ton_doc_count(doc, ton_string_string(path));
    seed = seed * 1664525U + 1013904223U;
    if (!n || (path->length && (seed >> 16) % 8 == 0)) {
      return;
    }
    const uint32_t item = (seed >> 8) % n;
    char* const key = ton_doc_key(doc, ton_string_string(path), item);
    char number[16];
    snprintf(number, sizeof(number), "%u", item);
    if (key && !*key) {
      ton_free(key);
      return;
    }
    add_step(path, key ? key : number);
    ton_free(key);
  }
}

static void
try_edit(const char* text, size_t size, const char* path, const char* value,
         const char* comment)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  MUST(ton_doc_parse(text, size, "fuzz", &doc, &error) == TON_OK);
  const TonEdit edit = {path, value, comment};
  const TonStatus status = ton_doc_edit(doc, &edit, &error);
  if (status != TON_OK) {
    MUST(strlen(ton_doc_text(doc)) == size);
    MUST(memcmp(ton_doc_text(doc), text, size) == 0);
    MUST(*error.text);
  } else if (value) {
    char* const now = ton_doc_get(doc, path);
    MUST(now);
    MUST(*value == '{' || *value == '[' || strcmp(now, value) == 0);
    ton_free(now);
  }
  ton_doc_free(doc);
}

static void
try_insert(const char* text, size_t size, const char* path)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  MUST(ton_doc_parse(text, size, "fuzz", &doc, &error) == TON_OK);
  const TonEdit edit = {path, "{x: 1}", "why"};
  if (ton_doc_edit(doc, &edit, &error) != TON_OK) {
    MUST(strlen(ton_doc_text(doc)) == size);
    MUST(*error.text);
  }
  ton_doc_free(doc);
}

static void
edit_somewhere(const TonDoc* doc, const char* text, size_t size, uint32_t seed)
{
  TonString path = {0};
  choose(doc, seed, &path);
  const char* const at = ton_string_string(&path);
  if (*at && path.length < 500) {
    try_edit(text, size, at, "-3 dB", "why");
    try_edit(text, size, at, "a: #b", NULL);
    try_edit(text, size, at, "[{bell: {at: 1 kHz}}, 2]", "");
    try_edit(text, size, at, NULL, NULL);
    char next[16];
    snprintf(next, sizeof(next), "%u", ton_doc_count(doc, at));
    add_step(&path, next);
    try_edit(text, size, ton_string_string(&path), "{a: {b: c}}", "new");
  }
  if (path.length > 2) {
    path.bytes[path.length - 1] = '0';
    path.bytes[path.length - 2] = '+';
    try_insert(text, size, ton_string_string(&path));
  }
  try_edit(text, size, "a/b/0", "x", "y");
  ton_string_free(&path);
}

/// An edit of text and data at once, taken back, leaves no trace
static void
edit_and_undo(const char* text, size_t size, uint32_t seed)
{
  static const char* const values[] = {"-3 dB", "12", "true", "{a: b}", NULL};
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TonString path = {0};
  MUST(ton_doc_parse(text, size, "fuzz", &doc, NULL) == TON_OK);
  choose(doc, seed, &path);
  if (path.length && ton_mix_read(doc, NULL, &mix, NULL) == TON_OK) {
    TonUndo* undo = NULL;
    const TonEdit edit = {ton_string_string(&path), values[seed % 5], NULL};
    if (ton_mix_edit(doc, &mix, &edit, &undo, NULL) == TON_OK) {
      MUST(ton_mix_undo(doc, &mix, undo, NULL) == TON_OK);
    }
    MUST(strlen(ton_doc_text(doc)) == size);
    MUST(memcmp(ton_doc_text(doc), text, size) == 0);
    ton_undo_free(undo);
  }
  ton_string_free(&path);
  ton_mix_free(mix);
  ton_doc_free(doc);
}

static void
read_all(const TonDoc* doc)
{
  TonMix* mix = NULL;
  TonMaster* master = NULL;
  TonRelease* release = NULL;
  TonAlbum* album = NULL;
  TonError error = {0};
  const TonStatus read[] = {ton_mix_read(doc, NULL, &mix, &error),
                            ton_master_read(doc, NULL, &master, &error),
                            ton_release_read(doc, NULL, &release, &error),
                            ton_album_read(doc, NULL, &album, &error)};
  for (int i = 0; i < 4; ++i) {
    MUST(read[i] == TON_OK || read[i] == TON_BAD_TEXT);
  }
  ton_mix_free(mix);
  ton_master_free(master);
  ton_release_free(release);
  ton_album_free(album);
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  char* const text = malloc(size + 1);
  if (!text) {
    return 0;
  }
  memcpy(text, bytes, size);
  text[size] = '\0';
  TonError error = {0};
  TonInsert insert = {0};
  ton_insert_parse(text, &insert, &error);
  ton_insert_free(&insert);
  TonDoc* doc = NULL;
  const TonStatus status = ton_doc_parse(text, size, "fuzz", &doc, &error);
  MUST(status == TON_OK || (status == TON_BAD_TEXT && *error.text));
  if (doc) {
    MUST(memcmp(ton_doc_text(doc), text, size) == 0);
    read_all(doc);
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < size; ++i) {
      hash = (hash ^ bytes[i]) * 16777619U;
    }
    edit_somewhere(doc, text, size, hash);
    edit_and_undo(text, size, hash);
    ton_doc_free(doc);
  }
  free(text);
  return 0;
}
