// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the files of the studio share.
#ifndef TON_SONG_STUDIO_INTERNAL_H
#define TON_SONG_STUDIO_INTERNAL_H

#include "base/string.h"
#include "render/live_mix.h"
#include "report/json.h"
#include "song/song.h"
#include "song/studio.h"

#include <pthread.h>

// Names of things ---------------------------------------------------------------

/// A strip that has a number, with those of its inserts.  A strip that went away
/// keeps them for its return.
typedef struct {
  char* name; ///< "" is the master
  uint32_t id;
  uint32_t* inserts;
  const TonProcessor** types;
  uint32_t n;
} NumberedStrip;

typedef struct {
  NumberedStrip* rows;
  size_t n;
  size_t capacity;
  uint32_t* order; ///< Row of each strip of the mix, then of the master
  uint32_t n_order;
  uint32_t last_strip; ///< Numbers given out
  uint32_t last_insert;
} StudioNumbers;

typedef enum {
  CONTROL_FADER,
  CONTROL_PAN,
  CONTROL_MUTE,
  CONTROL_TRIM,
  CONTROL_SEND,
  CONTROL_BYPASS,
  CONTROL_PARAM,
} ControlKind;

/// What a hand can move
typedef struct {
  ControlKind kind;
  uint32_t strip; ///< In the mix; n_strips is the master
  uint32_t item;  ///< Send or insert
  uint32_t param;
} Control;

// Hands -------------------------------------------------------------------------

enum { MAX_HANDS = 16, CONTROL_BYTES = 96 };

/// A control that is being moved
typedef struct {
  char control[CONTROL_BYTES];
  char tab[STUDIO_TAB_BYTES];
  float was;
  float value;
  bool moved;
  uint64_t seen_ms;
} Hand;

// History -----------------------------------------------------------------------

/// A step: bytes of a text that gave way to others
typedef struct {
  char* name;
  TonSongText text;
  size_t at;
  char* removed;
  char* inserted;
} Step;

enum { MAX_STEPS_KEPT = 1000 };

typedef struct {
  Step steps[MAX_STEPS_KEPT];
  uint32_t n;
  uint32_t at; ///< Steps that are in the texts
} History;

// Sound -------------------------------------------------------------------------

enum { MAX_SOLO = 64 };

typedef struct {
  LiveMix live;
  EarChoice ear;
  uint32_t solo[MAX_SOLO]; ///< Numbers of strips
  uint32_t n_solo;
  bool playing;
  bool touched; ///< Changed by hand since the epoch began
  char tab[STUDIO_TAB_BYTES];
  uint32_t epoch;
  uint64_t from; ///< Where it began
  uint64_t position;
  uint64_t loop_from;
  uint64_t loop_to; ///< Equal: no loop
  uint64_t sent;
  uint64_t played;
  uint32_t target;
  uint32_t quiet; ///< Frames of silence behind the end
  size_t counted; ///< Changes that are in what was sent
  char* files;    ///< Those that are open
  float heard_peak[2];
  double heard_square[2];
  uint32_t heard_frames;
} Transport;

// Waveforms ----------------------------------------------------------------------

/// Smallest and largest sample of each stretch of a file
typedef struct {
  char* path;
  signed char* pairs;
  uint64_t n;
  uint64_t frames;
  atomic_bool ready;
  bool told;
} Waveform;

enum { WAVE_STRETCH = 256 };

typedef struct {
  Waveform* rows;
  uint32_t n;
  uint32_t rate;
  pthread_t thread;
  bool running;
  atomic_bool over;
  const StudioListener* listener;
} Waveforms;

/// Of a file that was looked at
typedef struct {
  int64_t seconds;
  int64_t nanoseconds;
  int64_t size;
  uint64_t inode;
} StudioFileStamp;

struct Studio {
  StudioListener listener;
  TonSong* song;
  TonMix* mix;
  TonMaster* master; ///< Null: there is no text
  uint32_t rev;
  uint64_t frames; ///< Of the longest track
  StudioNumbers numbers;
  json_t* shown; ///< The strips as the tabs know them
  char* frame;   ///< Of the song as they know it: names, sections, tempo
  Hand hands[MAX_HANDS];
  uint32_t n_hands;
  History history;
  Transport transport;
  Waveforms waves;
  uint64_t looked_ms; ///< At the disk
  StudioFileStamp stamps[TON_SONG_TEXTS];
  bool bad[TON_SONG_TEXTS]; ///< The text on the disk is wrong
};

// studio_numbers.c --------------------------------------------------------------

TonStatus studio_number(Studio* s);
void studio_numbers_free(StudioNumbers* all);
uint32_t studio_strip_id(const Studio* s, uint32_t strip);
uint32_t studio_insert_id(const Studio* s, uint32_t strip, uint32_t insert);

/// Place of a number; false: it has none now
bool studio_find_strip(const Studio* s, uint32_t id, uint32_t* strip);
bool studio_find_insert(const Studio* s, uint32_t id, uint32_t* strip,
                        uint32_t* insert);

/// Move or take out a number, ahead of a text that does the same
void studio_renumber(Studio* s, uint32_t strip, uint32_t from, uint32_t to);

/// The chain of a strip or of the master
TonInsert* studio_chain(const Studio* s, uint32_t strip, uint32_t* n);

/// Text and path that a strip stands at; added to `path`
TonSongText studio_strip_path(const Studio* s, uint32_t strip, TonString* path);

/// "@17" in a path becomes the place of the insert; false: it has none
bool studio_expand(const Studio* s, const char* path, TonString* out);

/// What stands at a path, in flow style on one line; freed with ton_free()
char* studio_flow(const TonDoc* doc, const char* path);

// studio_controls.c -------------------------------------------------------------

extern const TonParam studio_controls[];
extern const uint32_t studio_n_controls;

/// By name, "s3/fader"; false: there is no such control
bool studio_control(const Studio* s, const char* name, Control* c);
void studio_control_name(const Studio* s, const Control* c, char* name);
const TonParam* studio_control_row(const Studio* s, const Control* c);
float studio_value(const Studio* s, const Control* c);
void studio_set_value(Studio* s, const Control* c, float value);
bool studio_is_automated(const Studio* s, const Control* c);

/// "Vox fader"
void studio_control_title(const Studio* s, const Control* c, char* title,
                          size_t size);

/// The edit that writes a value as the text of a control; null takes it out.
/// `path` and `value` are added to.
TonStatus studio_control_edit(const Studio* s, const Control* c,
                              const char* text, TonSongText* which,
                              TonString* path, TonString* value,
                              TonError* error);

/// Where it stands or would stand
void studio_control_path(const Studio* s, const Control* c, TonSongText* which,
                         TonString* path);

// studio_show.c -----------------------------------------------------------------

json_t* studio_show_strip(const Studio* s, uint32_t strip);
json_t* studio_show_history(const Studio* s);
json_t* studio_show_ear(const Studio* s);
json_t* studio_error_json(const TonError* error);

/// Tell all tabs what is not as they know it
TonStatus studio_show_changes(Studio* s, const char* by, const char* name);

// studio_edit.c -----------------------------------------------------------------

/// An edit of one of the texts
typedef struct {
  TonSongText text;
  TonEdit edit;
} StudioEdit;

/// All or none, one step, saved and heard
TonStatus studio_edit(Studio* s, const StudioEdit* edits, uint32_t n,
                      const char* name, const char* by, TonError* error);
TonStatus studio_jump(Studio* s, uint32_t step, const char* by,
                      TonError* error);
void studio_history_free(History* h);

/// Look whether somebody else has changed a text
void studio_watch(Studio* s);
void studio_watch_soon(Studio* s);

/// When a file was last written; false: there is none
bool studio_stamp(const char* path, StudioFileStamp* stamp);

/// Read what the texts of the song say into `mix` and `master`
TonStatus studio_read(Studio* s, TonError* error);

// studio_rearrange.c --------------------------------------------------------------

TonStatus studio_rearrange(Studio* s, const char* by, const json_t* message,
                           TonError* error);
TonStatus studio_lock(Studio* s, const char* by, const Control* c, bool on,
                      TonError* error);

// studio_hands.c ----------------------------------------------------------------

TonStatus studio_touch(Studio* s, const char* tab, const char* name,
                       TonError* error);
TonStatus studio_move(Studio* s, const char* tab, const char* name, float value,
                      TonError* error);
TonStatus studio_release(Studio* s, const char* const* names, uint32_t n,
                         const char* by, TonError* error);
TonStatus studio_cancel(Studio* s, const char* name, TonError* error);

/// Those of a tab, or (null) those that have not moved for 5 s
void studio_let_go(Studio* s, const char* tab);

// studio_play.c -----------------------------------------------------------------

TonStatus studio_play(Studio* s, const char* tab, TonError* error);
void studio_stop(Studio* s);
TonStatus studio_seek(Studio* s, uint64_t frame, TonError* error);
TonStatus studio_loop(Studio* s, uint64_t from, uint64_t to, TonError* error);
void studio_listen(Studio* s);

/// What the values say now is heard
TonStatus studio_sound_again(Studio* s, TonError* error);
TonStatus studio_play_open(Studio* s, TonError* error);
void studio_play_tick(Studio* s);
void studio_play_free(Studio* s);

// studio_pictures.c ---------------------------------------------------------------

TonStatus studio_waves_begin(Studio* s, TonError* error);
void studio_waves_tick(Studio* s);
void studio_waves_end(Waveforms* w);
TonStatus studio_picture(Studio* s, const json_t* message, StudioAnswer* answer,
                         TonError* error);

// studio_frames.c ---------------------------------------------------------------

enum { FRAME_HEAD = 32 };

typedef enum {
  FRAME_SOUND = 1,
  FRAME_METERS,
  FRAME_PEAKS,
  FRAME_CURVE,
  FRAME_TRANSFER,
} FrameKind;

typedef struct {
  FrameKind kind;
  uint32_t width; ///< Channels, or entries a row
  uint32_t id;    ///< Epoch or question
  uint32_t rows;
  uint64_t song;
  uint32_t changes;
} FrameHead;

void frame_head(const FrameHead* head, unsigned char* out);
void frame_floats(const float* values, size_t n, unsigned char* out);
void frame_words(const int16_t* values, size_t n, unsigned char* out);

uint64_t studio_now_ms(void);

#endif
