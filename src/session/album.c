// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of album.yaml.
*/

#include "base/array.h"
#include "session/chain.h"
#include "session/date.h"
#include "session/deliverable.h"
#include "session/lock.h"
#include "session/release_fields.h"
#include "session/texts.h"

#include <math.h>

#define IN(field)    offsetof(TonAlbumTrack, field)
#define AT(field)    offsetof(TonAlbum, field)
#define SHARED(what) offsetof(TonAlbum, release.what)
#define A_TEXT(key, field, words)                                              \
  {                                                                            \
    key, TON_AS_TEXT, SHARED(field), .otherwise = "", .help = (words)          \
  }

static TonStatus
read_song(TonReader* r, const TonNode* node, void* row)
{
  return ton_read_path(r, node, &((TonAlbumTrack*)row)->song);
}

/// Worked out where nobody asks for one
static TonStatus
read_loudness(TonReader* r, const TonNode* node, void* row)
{
  const TonRange range = {TON_LUFS, -40.0, 0.0};
  return ton_read_float(r, node, range, &((TonAlbumTrack*)row)->loudness_lufs);
}

static TonStatus
read_chain(TonReader* r, const TonNode* node, void* row)
{
  TonAlbumTrack* const t = row;
  t->has_chain = true;
  return ton_read_master_chain(r, node, &t->chain, &t->n_chain);
}

static bool
find_in_chain(void* row, const char* path, TonFound* found)
{
  const TonAlbumTrack* const t = row;
  return ton_chain_find(t->chain, t->n_chain, path, found);
}

static TonStatus
read_lock(TonReader* r, const TonNode* node, void* row)
{
  TonAlbumTrack* const t = row;
  return ton_read_locks(r, node, &ton_album_track_table, row,
                        (TonLocks){&t->locks, &t->n_locks});
}

static const TonField track_fields[] = {
    {"song", TON_AS_OWN, IN(song), .read = read_song, .flags = TON_REQUIRED,
     .example = "../night-drive", .help = "Folder of the song"},
    {"gap", TON_AS_DOUBLE, IN(gap_s), TON_S, 0.0, 60.0, .otherwise = "2 s",
     .help = "Silence in front of it; the first track has none"},
    {"crossfade", TON_AS_DOUBLE, IN(crossfade_s), TON_S, 0.0, 30.0,
     .otherwise = "0 s",
     .help = "How long it sounds together with the track before, in place of a "
             "gap"},
    {"loudness", TON_AS_OWN, IN(loudness_lufs), .read = read_loudness,
     .help = "Loudness of its master; without it, worked out from the mixes"},
    {"chain", TON_AS_OWN, IN(chain), .read = read_chain, .find = find_in_chain,
     .example = "processors: [equaliser: [high-shelf: {gain: -1 dB}]]",
     .help = "Processors for this album alone, in front of the limiter"},
    {"lock", TON_AS_OWN, IN(locks), .read = read_lock, .flags = TON_LOCKLESS,
     .example = "true, or keys: [chain]",
     .help = "What the assistant leaves alone: true, or names of keys"},
};

static TonStatus
check_track(TonReader* r, const TonNode* node, void* row)
{
  TonAlbumTrack* const t = row;
  if (node->kind != TON_MAP || !ton_node_child(node, "loudness")) {
    t->loudness_lufs = NAN;
  }
  const TonNode* const both =
      node->kind == TON_MAP && ton_node_child(node, "gap")
          ? ton_node_child(node, "crossfade")
          : NULL;
  return both ? ton_fail_at(r->doc, both, r->error,
                            "crossfade: the track has a gap in front; one of "
                            "both has to go")
              : TON_OK;
}

const TonTable ton_album_track_table = {.what = "the track of an album",
                                        TON_FIELDS(track_fields),
                                        .size = sizeof(TonAlbumTrack),
                                        .short_form = "song",
                                        .check = check_track};

static const TonField fields[] = {
    {"title", TON_AS_TEXT, .at = SHARED(title), .read = ton_release_name,
     .also = "name album",
     .help = "Name of the album; without it, that of the folder"},
    {"artist", TON_AS_TEXT, SHARED(artist), .otherwise = "",
     .read = ton_release_name, .also = "band performer",
     .help = "Who the whole record is by; the songs may name others"},
    A_TEXT("genre", genre, "Kind of music, for players that sort by it"),
    {"date", TON_AS_TEXT, SHARED(date), .otherwise = "", .read = ton_check_date,
     .also = "year", .help = "Day of the release: 2026, 2026-11 or 2026-11-20"},
    A_TEXT("copyright", copyright, "Who holds the rights, and since when"),
    {"publisher", TON_AS_TEXT, SHARED(publisher), .otherwise = "",
     .also = "label", .help = "The label"},
    {"upc", TON_AS_TEXT, SHARED(upc), .otherwise = "", .read = ton_release_upc,
     .also = "barcode ean gtin",
     .help = "Number of the product, as under its bar code"},
    {"cover", TON_AS_FILE, .at = SHARED(cover),
     .also = "artwork image picture art",
     .help = "Picture for the files: JPEG or PNG"},
    {"loudness", TON_AS_FLOAT, AT(loudness_lufs), TON_LUFS, -40.0, 0.0,
     .otherwise = "-14 LUFS", .help = "Loudness of the loudest track"},
    {"ceiling", TON_AS_FLOAT, AT(ceiling_dbtp), TON_DBTP, -20.0, 0.0,
     .otherwise = "-1 dBTP", .help = "Highest true peak of all tracks"},
    {"contrast", TON_AS_FLOAT, AT(contrast), TON_PERCENT, 0.0, 100.0,
     .otherwise = "60 %",
     .help = "How much of the differences in loudness between the mixes stays"},
    {"tone", TON_AS_FLOAT, AT(tone), TON_PERCENT, 0.0, 100.0,
     .otherwise = "40 %",
     .help = "How much of a song's distance from the tone of the album goes"},
    {"tracks", TON_AS_ROWS, .at = AT(tracks), .count = AT(n_tracks),
     .table = &ton_album_track_table, .flags = TON_REQUIRED,
     .example = "[../night-drive, ../first-light]",
     .help = "The songs in their order"},
    {"deliverables", TON_AS_OWN, SHARED(deliverables),
     .read = ton_release_deliverables, .also = "files formats",
     .help = "Files of each track: names of data/deliverables.yaml, or your "
             "own"},
};

static TonStatus
check_album(TonReader* r, const TonNode* node, void* row)
{
  TonAlbum* const a = row;
  TON_TRY(ton_read_song(r, &a->release.title, &a->folder));
  if (!a->n_tracks || a->n_tracks > 99) {
    return ton_fail_at(r->doc, node, r->error,
                       "tracks: an album has 1 to 99 tracks");
  }
  return a->release.deliverables ? TON_OK
                                 : ton_default_deliverables(r, &a->release);
}

const TonTable ton_album_table = {.what = "album.yaml",
                                  TON_FIELDS(fields),
                                  .size = sizeof(TonAlbum),
                                  .check = check_album};

TonStatus
ton_album_read(const TonDoc* doc, const char* folder, TonAlbum** album,
               TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read(doc, folder, &ton_album_table, &data, error);
  *album = data;
  return status;
}

void
ton_album_free(TonAlbum* album)
{
  ton_table_free(album);
}
