// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SONG_SONG_H
#define TON_SONG_SONG_H

#include "assistants/gain_search.h"
#include "assistants/master.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/decision.h>
#include <tonmeister/engine.h>
#include <tonmeister/measure.h>
#include <tonmeister/session.h>

/**
   @file
   The application without a face: what the verbs do, for any face.

   All functions [main].  Errors name the place and the cure.
*/

/// How a piece of work runs and whom it tells
typedef struct {
  uint32_t block;   ///< 0: 512
  uint32_t threads; ///< 0: all cores
  bool one_strip;   ///< Bench only
  /// Now and then, with the stage's name and 0 to 1; false stops.  May be null.
  bool (*progress)(void* handle, const char* stage, double part);
  void* handle;
} TonJob;

/**
   A sink that may measure and write what it is given.

   A tail is rendered for as long as it may last.  With `trim`, what stays below
   -100 dBFS at the end, behind the first `sure` frames, is left out: it waits in
   `quiet` until something louder follows.
*/
typedef struct {
  TonMeters* meters;      ///< Or null
  TonAudioWriter* writer; ///< Or null
  TonError* error;        ///< Filled when writing fails
  bool trim;              ///< Stereo only
  uint64_t sure;
  uint64_t given; ///< Frames measured and written
  float* quiet[2];
  uint32_t n_quiet;
  size_t room[2];
} TonRecorder;

TonSink ton_recorder_sink(TonRecorder* take);

/// Leave out what waits.  Meters and writer stay the caller's
void ton_recorder_end(TonRecorder* take);

/// Files of a song.  Paths are absolute; fixed room.
typedef struct {
  char folder[1024];
  char mix_text[1100];
  char master_text[1100];
  char release_text[1100];
  char mix[1100];     ///< out/mix.wav
  char master[1100];  ///< out/master.wav
  char release[1100]; ///< out/release
  char cache[1100];
} TonSongPaths;

/// Name the files of a song; the folder is made when `make` is set.
TonStatus ton_song_paths(const char* folder, bool make, TonSongPaths* paths,
                         TonError* error);

/// Make a folder and those above it.
TonStatus ton_make_folder(const char* path, TonError* error);

/// Audio files of a folder in the order of their names, freed with
/// ton_stems_free().  Other files are left out; none at all is an error.
TonStatus ton_stems_find(const char* folder, char*** stems, uint32_t* n,
                         TonError* error);

void ton_stems_free(char** stems, uint32_t n);

/// A file the engine can read as it is
typedef struct {
  char path[2048];
} TonStemPath;

/// Decode and resample what needs it, on all cores; ton_stem_prepared() tells
/// where.  `ready` has room for every track.  The progress is told from the
/// workers, one at a time.
TonStatus ton_stems_prepare(const TonMix* mix, const char* cache,
                            const TonJob* job, TonStemPath* ready,
                            TonError* error);

/// Measure a file from start to end.  `keep`, if not null, takes the meters
/// that own the curves (freed with ton_meters_free()).
TonStatus ton_measure_file(const char* path, unsigned what,
                           TonMeasurement* result, TonMeters** keep,
                           const TonJob* job, TonError* error);

/// Does the file hold less than its header promises?  False for what cannot be
/// opened.
bool ton_breaks_off(const char* path);

/// Import stems and write the text they stand in: every fader at unity.  `flat`
/// also sums mono stems as they are, so that the mix is their sum.  An existing
/// mix.yaml is an error.
TonStatus ton_new_song(const char* song, char** stems, uint32_t n, bool flat,
                       TonError* error);

/// A rendered mix
typedef struct {
  uint32_t rate;
  uint32_t fault_strip; ///< UINT32_MAX: none
  double fault_at_s;
} TonRendered;

/// What to do with one strip of a mix
typedef struct {
  uint32_t strip;
  float gain;
  TonRecorder* take;
} TonMixTap;

/// Render a mix; `mix_take` gets the mix bus, up to where its tail is last
/// heard; each tap gets its strip with all of the tail.
TonStatus ton_render_mix(const TonMix* mix, const char* cache,
                         TonRecorder* mix_take, const TonMixTap* taps,
                         uint32_t n_taps, const TonJob* job,
                         TonRendered* rendered, TonError* error);

/// Where a mix goes
typedef struct {
  const char* out; ///< Null: SONG/out/mix.wav
  bool stems;      ///< Each track and bus too, into a folder "stems"
  uint32_t bits;   ///< 16 or 24, dithered; 0 and 32: float
} TonMixOptions;

/// SONG: mix.yaml -> a mix, measured as it was written.
TonStatus ton_song_mix(const char* song, const TonMixOptions* wish,
                       const TonJob* job, TonMeasurement* result,
                       TonError* error);

/// Run a chain over a file into a take, up to where its tail is last heard.
TonStatus ton_render_chain(const char* path, const TonInsert* chain, uint32_t n,
                           TonRecorder* take, const TonJob* job,
                           TonError* error);

/// Run a chain over a file into a file: WAV of the same rate and depth.
TonStatus ton_song_apply(const char* in, const char* out,
                         const TonInsert* chain, uint32_t n, const TonJob* job,
                         TonError* error);

/// Is there a regular file of this name?
bool ton_is_file(const char* path);

/// The folder the program was started in.
TonStatus ton_work_folder(char* room, size_t size, TonError* error);

/// Measure all stems of a song and write the decisions into mix.yaml and
/// decisions.json.  On a song that was proposed before, what a person has
/// locked, changed or added stays, comments too; the rest is worked out again.
TonStatus ton_song_propose_mix(const char* song, const TonJob* job,
                               TonError* error);

/// What the command line asks of a master; NaN and null: not said
typedef struct {
  double loudness_lufs;
  double ceiling_dbtp;
  double amount; ///< 0 to 100
  const char* target;
  const char* out;
  const char* const* references;
  uint32_t n_references;
  bool anyway; ///< Reach the loudness whatever the limiter has to take away
} TonMasterOptions;

/// What came of it
typedef struct {
  TonMeasurement before;
  TonMeasurement after;
  TonDecisions decisions; ///< Freed by ton_master_result_free()
  double goal_lufs;       ///< NaN: none
  double ceiling_dbtp;
  TonGainSearchState state; ///< How the search for the gain ended
  uint32_t runs;            ///< Of the limiter
  double reduction_db; ///< Its gain reduction, 95th percentile of 0.1 s; NaN
  double most_db;      ///< The most, and where
  double most_at_s;
} TonMasterResult;

void ton_master_result_free(TonMasterResult* mastered);

/**
   SONG: out/mix.wav -> out/master.wav by master.yaml.  Or one file -> one file.

   Where master.yaml is missing or has no chain, one is proposed.  A chain that
   is there is kept; only the limiter's gain is worked out again, and not if
   what it says meets the goal, or if the chain is locked.  TON_GOAL_MISSED:
   written, but the loudness or the ceiling was not reached; `error` says by
   how much and why.
*/
TonStatus ton_song_master(const char* song_or_file,
                          const TonMasterOptions* wish, const TonJob* job,
                          TonMasterResult* mastered, TonError* error);

enum { TON_MOST_DELIVERED = 32 };

/// A deliverable, written, reopened and measured
typedef struct {
  char name[64];
  char path[2048];
  char sha256[65];
  uint64_t bytes; ///< 0: not written, `why` says why
  TonMeasurement measured;
  uint32_t tries; ///< Times it was written until it was good
  bool lossy;     ///< `measured` is of what its decoder gives
  bool good;      ///< Keeps the ceiling and the loudness
  char why[160];  ///< Not good: what it reads instead
} TonDelivered;

/// Write and verify every deliverable of release.yaml, which is made if there
/// is none.  `all` has room for TON_MOST_DELIVERED.
TonStatus ton_song_release(const char* song, const TonJob* job,
                           TonDelivered* all, uint32_t* n, TonError* error);

/// Write report.html beside the deliverables, one self-contained page, and
/// report.json with the same for programs.
TonStatus ton_song_report(const char* song, const TonDelivered* all, uint32_t n,
                          const TonJob* job, TonError* error);

enum { TON_MOST_FINDINGS = 32 };

/// Readiness of a mix for mastering
typedef struct {
  char path[2048]; ///< Of the mix
  TonFinding rows[TON_MOST_FINDINGS];
  uint32_t n_rows;
  uint32_t n_red;
} TonCheck;

/// Is a mix ready for mastering?  Of a song, its out/mix.wav is looked at.
TonStatus ton_song_check(const char* song_or_file, TonCheck* check,
                         const TonJob* job, TonError* error);

#endif
