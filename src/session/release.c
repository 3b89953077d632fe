// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/error.h"
#include "session/deliverable.h"
#include "session/isrc_upc.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/// A release and what it stands in
typedef struct {
  TonRelease release;
  TonArena arena;
} Owned;

/// Keys that are plain text
static const struct {
  const char* key;
  size_t offset;
} texts[] = {
    {"title", offsetof(TonRelease, title)},
    {"artist", offsetof(TonRelease, artist)},
    {"album", offsetof(TonRelease, album)},
    {"album-artist", offsetof(TonRelease, album_artist)},
    {"composer", offsetof(TonRelease, composer)},
    {"genre", offsetof(TonRelease, genre)},
    {"date", offsetof(TonRelease, date)},
    {"comment", offsetof(TonRelease, comment)},
    {"copyright", offsetof(TonRelease, copyright)},
    {"publisher", offsetof(TonRelease, publisher)},
    {"isrc", offsetof(TonRelease, isrc)},
    {"upc", offsetof(TonRelease, upc)},
};

static char**
text_of(TonRelease* release, size_t i)
{
  return (char**)(void*)((char*)release + texts[i].offset);
}

static TonStatus
read_plain(TonReader* r, const TonNode* value, void* target)
{
  for (size_t i = 0; i < TON_COUNT(texts); ++i) {
    if (strcmp(value->key->text, texts[i].key) == 0) {
      return ton_read_text(r, value, text_of(target, i));
    }
  }
  return TON_OK;
}

static bool
is_leap(unsigned year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/// "2026", "2026-11" or "2026-11-21" (ISO 8601)
static TonStatus
read_date(TonReader* r, const TonNode* value, void* target)
{
  static const unsigned days[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};
  TON_TRY(read_plain(r, value, target));
  const size_t n = strlen(value->text);
  unsigned year = 0;
  unsigned month = 1;
  unsigned day = 1;
  char shape[16] = "";
  for (size_t i = 0; i < n && i < sizeof(shape) - 1; ++i) {
    shape[i] =
        value->text[i] >= '0' && value->text[i] <= '9' ? '0' : value->text[i];
  }
  const bool shaped = strcmp(shape, "0000") == 0 ||
                      strcmp(shape, "0000-00") == 0 ||
                      strcmp(shape, "0000-00-00") == 0;
  if (shaped) {
    sscanf(value->text, "%4u-%2u-%2u", &year, &month, &day);
  }
  const bool real = shaped && month >= 1 && month <= 12 && day >= 1 &&
                    day <= days[month - 1] + (month == 2 && is_leap(year));
  return real ? TON_OK
              : ton_fail_at(r->doc, value, r->error,
                            "date: \"%s\" is no date; write 2026, 2026-11 or "
                            "2026-11-21",
                            value->text);
}

static TonStatus
replace_text(TonReader* r, const char* text, char** into)
{
  *into = ton_arena_string(r->arena, text, strlen(text));
  return *into ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
read_isrc(TonReader* r, const TonNode* value, void* target)
{
  TonRelease* const release = target;
  char room[16];
  TON_TRY(ton_read_text(r, value, &release->isrc));
  const char* const wrong = ton_isrc(value->text, room);
  return wrong ? ton_fail_at(r->doc, value, r->error,
                             "isrc: \"%s\" is no ISRC; %s", value->text, wrong)
               : replace_text(r, room, &release->isrc);
}

static TonStatus
read_upc(TonReader* r, const TonNode* value, void* target)
{
  TonRelease* const release = target;
  char room[16];
  char check = '\0';
  TON_TRY(ton_read_text(r, value, &release->upc));
  const char* const wrong = ton_upc(value->text, room, &check);
  if (check) {
    return ton_fail_at(r->doc, value, r->error,
                       "upc: \"%s\" has a typing error: the last digit would "
                       "be %c for the others as they are",
                       value->text, check);
  }
  return wrong ? ton_fail_at(r->doc, value, r->error,
                             "upc: \"%s\" is no UPC; %s", value->text, wrong)
               : replace_text(r, room, &release->upc);
}

/// The master may not be rendered yet, so only a file elsewhere must be there
static TonStatus
read_source(TonReader* r, const TonNode* value, void* target)
{
  TonRelease* const release = target;
  const bool rendered =
      value->kind == TON_SCALAR && strncmp(value->text, "out/", 4) == 0;
  return rendered ? ton_read_path(r, value, &release->source)
                  : ton_read_file(r, value, &release->source);
}

static TonStatus
read_cover(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_file(r, value, &((TonRelease*)target)->cover);
}

/// "3", "3/10", "3 of 10"
static TonStatus
read_track(TonReader* r, const TonNode* value, void* target)
{
  TonRelease* const release = target;
  unsigned number = 0;
  unsigned total = 0;
  int used = 0;
  int end = 0;
  const char* const text = value->kind == TON_SCALAR ? value->text : "";
  if (sscanf(text, "%3u%n", &number, &used) == 1 && text[used]) {
    if (sscanf(text + used, " / %3u%n", &total, &end) != 1) {
      sscanf(text + used, " of %3u%n", &total, &end);
    }
  }
  if (*text == '-' || *text == '+' || number < 1 || text[used + end] ||
      (end && total < number)) {
    return ton_fail_at(r->doc, value, r->error,
                       "track: expected a number (3), or a number of a total "
                       "(3/10)");
  }
  release->track = number;
  release->track_total = total;
  return TON_OK;
}

static TonStatus
read_deliverables(TonReader* r, const TonNode* value, void* target)
{
  return ton_read_deliverables(r, value, target);
}

static const TonKey keys[] = {
    {"source", read_source},
    {"title", read_plain},
    {"artist", read_plain},
    {"album", read_plain},
    {"album-artist", read_plain},
    {"composer", read_plain},
    {"genre", read_plain},
    {"date", read_date},
    {"comment", read_plain},
    {"copyright", read_plain},
    {"publisher", read_plain},
    {"isrc", read_isrc},
    {"upc", read_upc},
    {"cover", read_cover},
    {"track", read_track},
    {"deliverables", read_deliverables},
};

static TonStatus
set_defaults(TonReader* r, TonRelease* release)
{
  for (size_t i = 0; i < TON_COUNT(texts); ++i) {
    TON_TRY(replace_text(r, "", text_of(release, i)));
  }
  const char* const slash = r->folder ? strrchr(r->folder, '/') : NULL;
  TON_TRY(replace_text(r, slash ? slash + 1 : "", &release->title));
  TON_TRY(replace_text(r, r->folder ? r->folder : "", &release->folder));
  release->source = ton_read_in_folder(r, "out/master.wav");
  return release->source ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
read_release(TonReader* r, TonRelease* release, const char* folder)
{
  TON_TRY(ton_read_folder(r, folder));
  TON_TRY(set_defaults(r, release));
  TON_TRY(ton_read_map(r, r->doc->root,
                       (TonKeys){keys, TON_COUNT(keys), "release.yaml"},
                       release));
  return release->deliverables ? TON_OK : ton_default_deliverables(r, release);
}

TonStatus
ton_release_read(const TonDoc* doc, const char* folder, TonRelease** release,
                 TonError* error)
{
  *release = NULL;
  Owned* const owned = ton_alloc(sizeof(Owned));
  if (!owned) {
    return ton_fail_file(error, TON_NO_MEMORY, doc->name, "out of memory");
  }
  TonReader r = {.doc = doc, .arena = &owned->arena, .error = error};
  const TonStatus status = read_release(&r, &owned->release, folder);
  if (status != TON_OK) {
    ton_release_free(&owned->release);
    return status;
  }
  *release = &owned->release;
  return TON_OK;
}

void
ton_release_free(TonRelease* release)
{
  if (release) {
    Owned* const owned = (Owned*)release;
    ton_arena_free(&owned->arena);
    ton_free(owned);
  }
}
