// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of release.yaml.
*/

#include "base/array.h"
#include "session/date.h"
#include "session/deliverable.h"
#include "session/isrc_upc.h"
#include "session/release_fields.h"
#include "session/texts.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(TonRelease, field)
#define A_TEXT(key, field, words)                                              \
  {                                                                            \
    key, TON_AS_TEXT, AT(field), .otherwise = "", .help = (words)              \
  }

static TonStatus
replace_text(TonReader* r, const char* text, char** into)
{
  *into = ton_arena_string(r->arena, text, strlen(text));
  return *into ? TON_OK : ton_read_no_memory(r);
}

static TonStatus
check_isrc(TonReader* r, const TonNode* node, void* row)
{
  char plain[16];
  const char* const wrong = ton_isrc(node->text, plain);
  return wrong
             ? ton_fail_at(r->doc, node, r->error,
                           "isrc: \"%s\" is not an ISRC; %s", node->text, wrong)
             : replace_text(r, plain, &((TonRelease*)row)->isrc);
}

TonStatus
ton_release_upc(TonReader* r, const TonNode* node, void* row)
{
  char digits[16];
  char check = '\0';
  const char* const wrong = ton_upc(node->text, digits, &check);
  if (check) {
    return ton_fail_at(r->doc, node, r->error,
                       "upc: \"%s\" has a typing error: the last digit would "
                       "be %c for the others as they are",
                       node->text, check);
  }
  return wrong ? ton_fail_at(r->doc, node, r->error,
                             "upc: \"%s\" is not a UPC; %s", node->text, wrong)
               : replace_text(r, digits, &((TonRelease*)row)->upc);
}

TonStatus
ton_release_name(TonReader* r, const TonNode* node, void* row)
{
  (void)row;
  return node->text[strspn(node->text, " ")]
             ? TON_OK
             : ton_fail_at(r->doc, node, r->error,
                           "%s: is blank; write the name, or take the line out",
                           node->key->text);
}

static TonStatus
read_source(TonReader* r, const TonNode* node, void* row)
{
  return ton_read_rendered(r, node, &((TonRelease*)row)->source);
}

/// "3", "3/10", "3 of 10"
static TonStatus
read_track(TonReader* r, const TonNode* node, void* row)
{
  TonRelease* const release = row;
  unsigned number = 0;
  unsigned total = 0;
  int used = 0;
  int end = 0;
  const char* const text = node->kind == TON_SCALAR ? node->text : "";
  if (sscanf(text, "%3u%n", &number, &used) == 1 && text[used]) {
    if (sscanf(text + used, " / %3u%n", &total, &end) != 1) {
      sscanf(text + used, " of %3u%n", &total, &end);
    }
  }
  if (*text == '-' || *text == '+' || number < 1 || text[used + end]) {
    return ton_fail_at(r->doc, node, r->error,
                       "track: expected a number (3), or a number of a total "
                       "(3/10)");
  }
  if (end && total < number) {
    return ton_fail_at(r->doc, node, r->error,
                       "track: %u of %u; the record has fewer tracks than that",
                       number, total);
  }
  release->track = number;
  release->track_total = total;
  return TON_OK;
}

TonStatus
ton_release_deliverables(TonReader* r, const TonNode* node, void* row)
{
  return ton_read_deliverables(r, node, row);
}

static const TonField fields[] = {
    {"source", TON_AS_OWN, AT(source), .read = read_source,
     .help = "The master to be released; without it, out/master.wav"},
    {"title", TON_AS_TEXT, .at = AT(title), .read = ton_release_name,
     .also = "name song",
     .help = "Name of the song; without it, that of the folder"},
    {"artist", TON_AS_TEXT, AT(artist), .otherwise = "",
     .read = ton_release_name, .also = "band performer",
     .help = "Who plays the song"},
    A_TEXT("album", album, "The record it is on"),
    A_TEXT("album-artist", album_artist, "Who the whole record is by"),
    A_TEXT("composer", composer, "Who wrote it"),
    A_TEXT("genre", genre, "Kind of music, for players that sort by it"),
    {"date", TON_AS_TEXT, AT(date), .otherwise = "", .read = ton_check_date,
     .also = "year day released release-date",
     .help = "Day of the release: 2026, 2026-11 or 2026-11-20"},
    A_TEXT("comment", comment, "A free text"),
    A_TEXT("copyright", copyright,
           "Who holds the rights to the song, and since when"),
    {"publisher", TON_AS_TEXT, AT(publisher), .otherwise = "", .also = "label",
     .help = "The label"},
    {"isrc", TON_AS_TEXT, AT(isrc), .otherwise = "", .read = check_isrc,
     .help = "Number of this recording, which the label gives it"},
    {"upc", TON_AS_TEXT, AT(upc), .otherwise = "", .read = ton_release_upc,
     .also = "barcode ean gtin",
     .help = "Number of the product, as under its bar code"},
    {"cover", TON_AS_FILE, .at = AT(cover), .also = "artwork image picture art",
     .help = "Picture for the files: JPEG or PNG"},
    {"track", TON_AS_OWN, AT(track), .read = read_track,
     .help = "Its place on the record: 3, or 3/10"},
    {"deliverables", TON_AS_OWN, AT(deliverables),
     .read = ton_release_deliverables, .table = &ton_deliverable_table,
     .also = "files formats",
     .help = "Files to write: names of data/deliverables.yaml, or your own"},
};

static TonStatus
check_release(TonReader* r, const TonNode* node, void* row)
{
  (void)node;
  TonRelease* const release = row;
  TON_TRY(ton_read_song(r, &release->title, &release->folder));
  if (!release->source) {
    release->source = ton_read_in_folder(r, "out/master.wav");
  }
  if (!release->source) {
    return ton_read_no_memory(r);
  }
  return release->deliverables ? TON_OK : ton_default_deliverables(r, release);
}

const TonTable ton_release_table = {.what = "release.yaml",
                                    TON_FIELDS(fields),
                                    .size = sizeof(TonRelease),
                                    .check = check_release};

TonStatus
ton_release_read(const TonDoc* doc, const char* folder, TonRelease** release,
                 TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read(doc, folder, &ton_release_table, &data, error);
  *release = data;
  return status;
}

void
ton_release_free(TonRelease* release)
{
  ton_table_free(release);
}
