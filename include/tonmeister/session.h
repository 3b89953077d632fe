// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The three texts of a song as data.

   A TonDoc is a text with its tree: it knows where every value stands, and is
   changed by edits that leave all other bytes as they were.  TonMix, TonMaster
   and TonRelease are what a text says, checked and with defaults filled in:
   plain values, owned by the struct, freed in one go.  All functions [main].
*/

#ifndef TONMEISTER_SESSION_H
#define TONMEISTER_SESSION_H

#include <tonmeister/api.h>
#include <tonmeister/automation.h>
#include <tonmeister/processor.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

/// A text being read and edited
typedef struct TonDoc TonDoc;

/// Read a text from a file (at most 8 MiB).  Freed with ton_doc_free().
TonStatus ton_doc_open(const char* path, TonDoc** doc, TonError* error);

/// Same from memory; `name` stands in errors as the file's name.
TonStatus ton_doc_parse(const char* text, uint64_t length, const char* name,
                        TonDoc** doc, TonError* error);

/// The text as it is now.  Owned by `doc`, valid until the next edit.
const char* ton_doc_text(const TonDoc* doc);

/// Write beside the file, sync, rename.
TonStatus ton_doc_save(const TonDoc* doc, const char* path, TonError* error);

void ton_doc_free(TonDoc* doc);

/**
   A change of a text as a value: undo, diff, assistants and the studio use
   this one form.

   `path` names a place from the top: keys joined by '/', list items by number
   from 0: "tracks/Lead Vox/chain/0/equaliser/1/bell/gain".  A '/' or '~' in
   a name is written "~1" or "~0".  The last step "+2" means a new list item in
   front of number 2: "tracks/Lead Vox/chain/+0" puts one in front of all.
*/
typedef struct {
  const char* path;
  const char* value;   ///< What begins with a bracket or a quote is YAML in
                       ///< flow style ("{at: 95 Hz, slope: 18 dB/oct}"), other
                       ///< text is a plain value ("-3 dB"), quoted when YAML
                       ///< needs it; null removes it
  const char* comment; ///< End-of-line reason, without '#'; null: keep what
                       ///< stands there, "": none
} TonEdit;

/// Apply an edit: replace a value, add a missing key (after its last sibling)
/// or list item (number = length), or remove.  Missing parents are made.
TonStatus ton_doc_edit(TonDoc* doc, const TonEdit* edit, TonError* error);

/// A text as a value for TonEdit or inside its lists and maps: quoted if YAML
/// needs it.  Freed with ton_free(); null when memory is refused.
char* ton_doc_scalar(const char* text);

/// The value at a path as plain text (scalars unquoted; lists and maps as
/// they stand), freed with ton_free(); null if there is none.
char* ton_doc_get(const TonDoc* doc, const char* path);

/// The end-of-line comment beside the value at a path, without '#'; "" if
/// there is none.  Freed with ton_free(); null if there is no such value.
char* ton_doc_comment(const TonDoc* doc, const char* path);

/// Number of items or keys of the list or map at a path ("" is the top); 0 if
/// it is neither.
uint32_t ton_doc_count(const TonDoc* doc, const char* path);

/// Key number `index` of the map at a path, freed with ton_free(); null if
/// there is none.
char* ton_doc_key(const TonDoc* doc, const char* path, uint32_t index);

/// Line of the value at a path, from 1; 0 if there is none.
uint32_t ton_doc_line(const TonDoc* doc, const char* path);

// What the texts say ---------------------------------------------------------

/// What an automation curve moves
typedef enum {
  TON_MOVE_FADER,
  TON_MOVE_PAN,
  TON_MOVE_MUTE,
  TON_MOVE_SEND,  ///< Level of sends[item]
  TON_MOVE_PARAM, ///< chain[item], parameter number `param`
} TonMove;

typedef struct {
  TonMove move;
  uint32_t item;
  uint32_t param;
  TonPoint* points; ///< In time order; a jump is two points at one time
  uint32_t n_points;
} TonAutomation;

/// A file that a processor uses, and the place that names it
typedef struct {
  char* path;      ///< Absolute, as written on a command line; null: none
  char* text;      ///< Path of the text that names it, or null
  uint32_t line;   ///< In `text`, from 1
  uint32_t column; ///< In characters, from 1
} TonInsertFile;

/// A processor in a chain
typedef struct {
  const TonProcessor* type;
  float* params;        ///< type->n_params values
  TonInsertFile* files; ///< type->n_resources files; null if it has none
  bool bypass;
  char* sidechain; ///< Track or bus that it listens to; null: its own input
  char* preset;    ///< Name it was taken from, or null
} TonInsert;

typedef struct {
  char* to; ///< Bus
  float level_db;
  bool pre; ///< Before the fader
} TonSend;

typedef enum {
  TON_PAN_CONSTANT_POWER, ///< -3 dB at the centre
  TON_PAN_COMPROMISE,     ///< -4.5 dB
  TON_PAN_LINEAR,         ///< -6 dB
  TON_PAN_BALANCE,        ///< 0 dB: only the far side is lowered
} TonPanLaw;

/// A track or a bus.  Signal: trim, polarity, delay -> chain -> (pre-fader
/// sends) -> fader -> pan -> (sends) -> destination
typedef struct {
  char* name;
  bool bus;
  char* file; ///< Absolute path of the stem; null for a bus
  char* role; ///< "lead vocal", ... or ""
  float trim_db;
  bool repair; ///< Of a track: read through ton_audio_repair()
  bool invert;
  float delay_ms;
  TonInsert* chain;
  uint32_t n_chain;
  float fader_db;  ///< -INFINITY is silence
  float pan;       ///< -100 to 100; of a stereo strip: balance
  float pan_right; ///< Dual pan of a stereo strip: pan is left's, this right's
  bool dual_pan;
  TonPanLaw pan_law;
  bool mute;
  bool solo;
  char* to; ///< Bus, never null but for the mix bus itself
  TonSend* sends;
  uint32_t n_sends;
  TonAutomation* automation;
  uint32_t n_automation;
  char** locks; ///< Paths below the strip, for ton_lock_holds()
  uint32_t n_locks;
} TonStrip;

typedef struct {
  char* name;
  double at_s;
} TonSection;

typedef struct {
  char* song;
  char* folder;     ///< Absolute; files are relative to it
  uint32_t rate;    ///< Hz; 0: not written, take the stems'
  double tempo_bpm; ///< 0: unknown
  uint32_t beats_per_bar;
  double first_bar_s; ///< Where bar 1 begins
  TonSection* sections;
  uint32_t n_sections;
  bool by_section; ///< Automation is placed by sections or bars
  char** locks;    ///< Keys of the song that are the user's: "tempo"
  uint32_t n_locks;
  TonStrip* strips; ///< Tracks in the text's order, then buses in theirs
  uint32_t n_strips;
  uint32_t n_tracks;
  uint32_t mix; ///< Index of the mix bus ("Mix", made if not written)
} TonMix;

/// Read and check all: unknown keys, units, ranges, missing files, two strips
/// of one name, sends and outputs to buses that are not there, circles.  Files
/// are looked for in `folder`; null leaves them unchecked and as written.
/// Presets are looked for in presets/ there, or beside the text if `folder` is
/// null, then in the program's data.
/// Fails with TON_BAD_TEXT and a place.  Freed with ton_mix_free().
TonStatus ton_mix_read(const TonDoc* doc, const char* folder, TonMix** mix,
                       TonError* error);

void ton_mix_free(TonMix* mix);

/// Strip number by name, or UINT32_MAX.
uint32_t ton_mix_strip(const TonMix* mix, const char* name);

/**
   Whether the user's locks hold the value at `path`: it has to stay as it is.

   A lock holds its place and all parts of it, and "all" (from `lock: true`)
   holds everything.  A value with a locked part is held, too, since it cannot
   be written as a whole.  This is the one meaning of locks: whoever writes to
   a text for the user asks here first.

   @param locks Of a TonStrip, a TonMix, a TonMaster or a TonAlbumTrack
   @param path Below the strip ("fader", "sends/Plate", "chain/0") or from the
          top of master.yaml, as in TonEdit.  [any]
*/
bool ton_lock_holds(char* const* locks, uint32_t n_locks, const char* path);

/// A fade from or to silence, even for the ear: ten decibels for each doubling of
/// the way.  The same law as a fader's automation from or to `-inf dB`.
typedef struct {
  double length_s; ///< 0: none
  bool smooth;     ///< Leaves and arrives slowly
} TonFade;

/// master.yaml: the chain on the stereo mix
typedef struct {
  char* song;
  char* folder;
  char* source;     ///< Absolute path of the mix
  char* target;     ///< Name in data/targets, or ""
  char* genre;      ///< Name in data/genres.yaml, or ""
  char* style;      ///< Name in data/styles.yaml, or ""
  char* intensity;  ///< Name of one there, or ""
  double start_s;   ///< Where the master begins, in the mix
  double end_s;     ///< Where it ends, in the mix; NaN: where that one does
  TonFade fade_in;  ///< Behind the chain, from the master's start
  TonFade fade_out; ///< To its end
  float loudness_lufs;
  float ceiling_dbtp;
  bool has_loudness; ///< False: no loudness goal, keep the level
  TonInsert* chain;  ///< The last one is the limiter if there is one
  uint32_t n_chain;
  char** references; ///< Absolute paths
  uint32_t n_references;
  float amount; ///< 0 to 100: share of the reference's or target's tone
  char** locks;
  uint32_t n_locks;
} TonMaster;

TonStatus ton_master_read(const TonDoc* doc, const char* folder,
                          TonMaster** master, TonError* error);

void ton_master_free(TonMaster* master);

typedef struct {
  char* name;      ///< "wav-24", "cd", "flac", "mp3"
  char* container; ///< "WAV", "FLAC", "AIFF", "MP3", "OGG", "OPUS"
  uint32_t rate;   ///< Hz; 0: the master's
  uint32_t bits;   ///< 16 or 24; 0 where it has none
  uint32_t bitrate_kbps;
  bool plain;  ///< WAV: format and samples alone, nothing else in the file
  bool stereo; ///< One channel becomes two equal ones
} TonDeliverable;

/// release.yaml
typedef struct {
  char* folder;
  char* source; ///< Absolute path of the master
  char* title;
  char* artist;
  char* album;
  char* album_artist;
  char* composer;
  char* genre;
  char* date;
  char* comment;
  char* copyright;
  char* publisher;
  char* isrc;  ///< Checked
  char* upc;   ///< Checked
  char* cover; ///< Absolute path or null
  uint32_t track;
  uint32_t track_total;
  TonDeliverable* deliverables;
  uint32_t n_deliverables;
  uint32_t smallest_cover; ///< Pixels that shops want each side to have; 0: any
} TonRelease;

TonStatus ton_release_read(const TonDoc* doc, const char* folder,
                           TonRelease** release, TonError* error);

void ton_release_free(TonRelease* release);

/// A song of an album
typedef struct {
  char* song;          ///< Absolute path of its folder
  double gap_s;        ///< Silence in front of it; of the first track none
  double crossfade_s;  ///< Overlap with the track before; 0: none
  float loudness_lufs; ///< Of its master; NaN: worked out
  TonInsert* chain; ///< On this album alone, in front of the master's limiter
  uint32_t n_chain;
  bool has_chain; ///< It is written, if only as an empty list
  char** locks;
  uint32_t n_locks;
} TonAlbumTrack;

/// album.yaml
typedef struct {
  TonRelease
      release;  ///< What all its files carry; `title` is that of the album
  char* folder; ///< Absolute
  float loudness_lufs; ///< Of the loudest track
  float ceiling_dbtp;
  float contrast; ///< Share of the mixes' differences in loudness that stays, %
  float tone; ///< Share of a song's distance from the album's tone that goes, %
  TonAlbumTrack* tracks;
  uint32_t n_tracks;
} TonAlbum;

/// Songs are not looked for.  Freed with ton_album_free().
TonStatus ton_album_read(const TonDoc* doc, const char* folder,
                         TonAlbum** album, TonError* error);

void ton_album_free(TonAlbum* album);

/// What takes an edit back.  Freed by ton_undo_free(); null is allowed.
typedef struct TonUndo TonUndo;

void ton_undo_free(TonUndo* undo);

/**
   Apply an edit to a text and to what it says at once.

   Another plain value in the place of one (a fader, a parameter, a send's
   level) is set in `*mix` through its field and in the text's bytes, and
   nothing is read again: `*mix` stays where it is.  Every other edit, and one
   with a comment, changes the structure: the text is read again and `*mix` is a
   new one.  On failure neither has changed and `*undo` is null.  [main]
*/
TonStatus ton_mix_edit(TonDoc* doc, TonMix** mix, const TonEdit* edit,
                       TonUndo** undo, TonError* error);

/// Take an edit back: the text is byte for byte what it was, the data too.
/// Edits are taken back in reverse order, else TON_BAD_USE.  `undo` then does
/// the edit again.  [main]
TonStatus ton_mix_undo(TonDoc* doc, TonMix** mix, TonUndo* undo,
                       TonError* error);

/// Same for master.yaml
TonStatus ton_master_edit(TonDoc* doc, TonMaster** master, const TonEdit* edit,
                          TonUndo** undo, TonError* error);
TonStatus ton_master_undo(TonDoc* doc, TonMaster** master, TonUndo* undo,
                          TonError* error);

/// Same for release.yaml
TonStatus ton_release_edit(TonDoc* doc, TonRelease** release,
                           const TonEdit* edit, TonUndo** undo,
                           TonError* error);
TonStatus ton_release_undo(TonDoc* doc, TonRelease** release, TonUndo* undo,
                           TonError* error);

/// A key of mix.yaml, master.yaml or release.yaml, for help and pages.  All
/// static.
typedef struct {
  const char* key;
  const char* help; ///< One line for beginners
  const char* kind; ///< "number", "word", "switch", "time", "text", "file",
                    ///< "files", or "" for what has keys or a form of its own
  TonUnit unit;     ///< Of a number, as `min` and `max`
  double min;
  double max;
  const char* otherwise;    ///< Default as it would be written, or null
  const char* const* words; ///< What it can be (a number: too), or null
  const char* single;       ///< Key below it that a single value stands for
  const char* example;      ///< What a list or map looks like, or null
  uint32_t depth;           ///< 0 for a key of the text itself
} TonKey;

/// Name of a text, "mix.yaml" for 0; null past the last.  [any]
const char* ton_text_name(uint32_t i);

/// Key `i` of a text by name; the keys of its value come next, one deeper.
/// False past the last.  [any]
bool ton_text_key(const char* text, uint32_t i, TonKey* key);

/// A preset: a processor with a set of values and a name
typedef struct {
  char* name;
  char* about;
  char* date;
  char* source;    ///< Where the values come from
  char* processor; ///< Its id
  char* values;    ///< As they are written, or null
} TonPreset;

/// Read a preset's file, strictly.  Freed with ton_preset_free().
TonStatus ton_preset_read(const char* path, TonPreset** preset,
                          TonError* error);

void ton_preset_free(TonPreset* preset);

/// Read a processor as the command line writes it:
/// "compressor:threshold=-20dB,ratio=4", a preset "plate:decay=2s", or a
/// single band "highpass:freq=80Hz".  TON_BAD_USE with the column in the
/// argument.  Freed by ton_insert_free().
TonStatus ton_insert_parse(const char* text, TonInsert* insert,
                           TonError* error);

void ton_insert_free(TonInsert* insert);

TON_API_END

#endif
