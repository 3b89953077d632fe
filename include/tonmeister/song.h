// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A song is a folder with three texts (mix.yaml, master.yaml, release.yaml),
   its stems, and what is made of them in out/.

   Open it once, let it work, save, free:

     TonSong* song = NULL;
     TonError error = {0};
     if (!ton_song_open("night-drive", &song, &error)) {
       ton_song_mix(song, &(TonMixOptions){0}, &(TonJob){0}, &result, &error);
     }
     ton_song_free(song);

   Work on the texts (ton_song_propose(), ton_song_master(),
   ton_song_release()) changes them in memory; ton_song_save() writes them.

   All functions [main]: one thread at a time for one song.  Every function
   that can fail returns TON_OK or says in `error` (which may be null) what is
   wrong, where, and what helps.  All can fail with TON_NO_MEMORY, and those
   that take a job with TON_INTERRUPTED.
*/
#ifndef TONMEISTER_SONG_H
#define TONMEISTER_SONG_H

#include <tonmeister/api.h>
#include <tonmeister/audio_file.h>
#include <tonmeister/check.h>
#include <tonmeister/decision.h>
#include <tonmeister/job.h>
#include <tonmeister/measure.h>
#include <tonmeister/session.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

typedef struct TonSong TonSong;

/// The texts of a song
typedef enum {
  TON_SONG_MIX_TEXT,
  TON_SONG_MASTER_TEXT,
  TON_SONG_RELEASE_TEXT,
  TON_SONG_TEXTS, ///< How many there are
} TonSongText;

/// Open the folder of a song and read the texts that are there, with the
/// records of their decisions.  A text that is wrong is an error here, whatever
/// the song is opened for: TON_BAD_TEXT with line and column.  TON_NOT_FOUND:
/// no such folder; TON_BAD_USE: a file.  Freed by ton_song_free().
TonStatus ton_song_open(const char* folder, TonSong** song, TonError* error);

/// Null is allowed.  What was not saved is lost.
void ton_song_free(TonSong* song);

/// Write the texts that have changed, and the records of their decisions.  A
/// text that somebody else has changed since it was read is not written:
/// TON_WRITE_FAILED, and the files stay as they are.
TonStatus ton_song_save(TonSong* song, TonError* error);

/// Absolute path of a text, also of one that is not there; owned by `song`.
const char* ton_song_text_path(const TonSong* song, TonSongText text);

/// Absolute paths of out/mix.wav and out/master.wav, rendered or not; owned by
/// `song`.
const char* ton_song_mix_path(const TonSong* song);
const char* ton_song_master_path(const TonSong* song);

/// A text as it is now, null if there is none; owned by `song`, valid until
/// the next call that works on the texts.
const TonDoc* ton_song_doc(const TonSong* song, TonSongText text);

/// The records behind the values of a text, none for the release; owned by
/// `song`, valid until the next call that works on the texts.
const TonDecisions* ton_song_decisions(const TonSong* song, TonSongText text);

// From stems to a song ---------------------------------------------------------

/// Make a song folder: import the stems, write mix.yaml with every fader at
/// unity, and open it.  The stems are linked or copied, never written to.
/// `flat` also sums mono stems as they are, so that the mix is their sum.  A
/// mix.yaml that is there is TON_BAD_USE.
TonStatus ton_song_create(const char* folder, char** stems, uint32_t n,
                          bool flat, TonSong** song, TonError* error);

/// What became of a stem that is offered to a song which is there
typedef enum {
  TON_STEM_KEPT,   ///< The song has it as it is
  TON_STEM_TAKEN,  ///< It has changed since it joined; the song has the new one
  TON_STEM_EDITED, ///< It is not what lies in the song's folder; that one was
                   ///< changed there, and stays
  TON_STEM_UNUSED, ///< No track of mix.yaml plays it
} TonStemState;

/// Take recordings that have changed since ton_song_create() was given them, by
/// their content.  `states` has an entry for each stem; files of the song that
/// tracks play and that were made of none of `stems` are added to `gone`.  What the
/// tracks play stays named as it is, and so do the values of mix.yaml.
TonStatus ton_song_update_stems(const TonSong* song, char** stems, uint32_t n,
                                TonStemState* states, TonStems* gone,
                                TonError* error);

/// Measure all stems and work the mix out: roles, routing, levels, chains,
/// each with its reason.  On a song that was proposed before, what a person
/// has locked, changed or added stays, comments too; the rest is worked out
/// again.  To be saved.
TonStatus ton_song_propose(TonSong* song, const TonJob* job, TonError* error);

/// Call `tell` for each track of mix.yaml whose role is not in the table of
/// roles, with the nearest one that is (null: none is near).
TonStatus ton_song_unknown_roles(const TonSong* song,
                                 void (*tell)(void* handle, const char* track,
                                              const char* role,
                                              const char* nearest),
                                 void* handle, TonError* error);

/// Takes the name of a kind of track or of music, with a few words on it
typedef void (*TonTakeKind)(void* handle, const char* name, const char* about);

/// Call `take` for each role that a track may have (data/roles.yaml).
TonStatus ton_each_role(TonTakeKind take, void* handle, TonError* error);

/// Call `take` for each tonal profile that a target may name (data/tone).
TonStatus ton_each_tone(TonTakeKind take, void* handle, TonError* error);

/// The same with every style of data/styles.yaml, and with every intensity.  [main]
TonStatus ton_each_style(TonTakeKind take, void* handle, TonError* error);
TonStatus ton_each_intensity(TonTakeKind take, void* handle, TonError* error);

/// The same with every genre of data/genres.yaml.  [main]
TonStatus ton_each_genre(TonTakeKind take, void* handle, TonError* error);

// Mix -------------------------------------------------------------------------

/// Where a mix goes; zero-initialise for out/mix.wav in 32-bit float
typedef struct {
  const char* out; ///< Path of the WAV; null: out/mix.wav of the song
  bool stems;      ///< Each track and bus too, into out/stems
  uint32_t bits;   ///< 16 or 24, dithered; 0 and 32: float
} TonMixOptions;

/// Render the mix that mix.yaml describes; `result` is what was measured while
/// it was written, without curves.  TON_GOAL_MISSED: written, but a strip
/// produced something that is not a number, or the mix clips at this depth.
TonStatus ton_song_mix(const TonSong* song, const TonMixOptions* options,
                       const TonJob* job, TonMeasurement* result,
                       TonError* error);

// Master ----------------------------------------------------------------------

/// What is asked of a master beside its text; NaN and null: nothing
typedef struct {
  double loudness_lufs;  ///< Integrated loudness to reach, -70 to 0 LUFS
  double ceiling_dbtp;   ///< True peak not to pass, -20 to 0 dBTP
  double amount;         ///< Share of the tonal correction, 0 to 100 percent
  const char* target;    ///< Name in data/targets.yaml
  const char* genre;     ///< Name in data/genres.yaml
  const char* style;     ///< Name in data/styles.yaml
  const char* intensity; ///< Name of one there
  const char* out;       ///< Path of the WAV; null: out/master.wav
  const char* const* references; ///< Paths of audio files to come nearer to
  uint32_t n_references;
  const TonInsert*
      extra; ///< Processors in front of the limiter that are not in
             ///< the text, as those of an album
  uint32_t n_extra;
  bool anyway; ///< Reach the loudness whatever the limiter has to take away
} TonMasterOptions;

/// What came of it
typedef struct {
  TonMeasurement before;  ///< The mix, without curves
  TonMeasurement after;   ///< The master as it was written, without curves
  TonDecisions decisions; ///< Freed by ton_master_result_free()
  double goal_lufs;       ///< NaN: none
  double ceiling_dbtp;
  uint32_t limiter_runs;   ///< Times the limiter was run
  double reduction_p95_db; ///< Its gain reduction, 95th percentile of the
                           ///< largest in each 0.1 s; NaN: no limiter
  double reduction_share;  ///< Share of the time in which it is over 1 dB
  double max_reduction_db; ///< Its largest gain reduction; NaN: no limiter
  double max_reduction_at_s;
} TonMasterResult;

void ton_master_result_free(TonMasterResult* result);

/**
   Render the master by master.yaml.

   Where the text is missing or has no chain, one is proposed.  A chain that is
   there is kept; only the limiter's gain is worked out again, and not if what
   it says meets the goal, or if the chain is locked.  TON_GOAL_MISSED: the
   audio is written, but the loudness or the ceiling was not reached; `error`
   says by how much and why.  The text is to be saved in both cases.
*/
TonStatus ton_song_master(TonSong* song, const TonMasterOptions* options,
                          const TonJob* job, TonMasterResult* result,
                          TonError* error);

/// Same from one audio file to another, which `options` names, without a text.
TonStatus ton_master_file(const char* path, const TonMasterOptions* options,
                          const TonJob* job, TonMasterResult* result,
                          TonError* error);

// Release ---------------------------------------------------------------------

/// A deliverable, written, opened again and measured
typedef struct {
  char* name;              ///< As in release.yaml: "wav-24"
  char* path;              ///< Absolute
  char sha256[65];         ///< "" when not written
  uint64_t bytes;          ///< 0: not written, `why` says why
  TonMeasurement measured; ///< Without curves
  uint32_t tries;          ///< Times it was written until it was good
  bool lossy;              ///< `measured` is of what its decoder gives
  bool good;               ///< Keeps the ceiling and the loudness
  char* why;               ///< Not good: what it reads instead; else ""
} TonDelivered;

/// All of a release; freed by ton_delivery_free()
typedef struct {
  TonDelivered* files; ///< In the order of release.yaml
  uint32_t n;
  char*
      cover_remark; ///< Why shops may refuse the cover; null: nothing is known
  double
      stems_null_db; ///< What is left of the master before its limiter when its
                     ///< stems are taken away, re that; NaN: no stems
} TonDelivery;

/// What a release holds beside the deliverables of release.yaml
typedef struct {
  bool stems; ///< Mastered stems, and instrumental, a cappella and TV mix
} TonReleaseOptions;

void ton_delivery_free(TonDelivery* delivery);

/// Write and verify every deliverable of release.yaml, with their checksums.
/// A song without the text gets one, to be saved.  TON_BAD_USE: the mix or the master
/// is out of date.  TON_GOAL_MISSED: written, but a file is not good, or the master
/// has not the loudness or the ceiling of master.yaml.  A cover that is broken is TON_BAD_FILE before
/// anything is written.  With `stems`, TON_BAD_USE also where mix or master were made
/// elsewhere, and TON_GOAL_MISSED where the stems do not add up to the master before its
/// limiter within -90 dB.  `delivery` is the caller's to free in any case.
TonStatus ton_song_release(TonSong* song, const TonReleaseOptions* options,
                           const TonJob* job, TonDelivery* delivery,
                           TonError* error);

/// Write report.html beside the deliverables, one self-contained page, and
/// report.json with the same for programs.
TonStatus ton_song_report(TonSong* song, const TonDelivery* delivery,
                          const TonJob* job, TonError* error);

// What is out of date ----------------------------------------------------------

/// What is made of a song, each of the one before
typedef enum {
  TON_SONG_STAGE_MIX,     ///< out/mix.wav
  TON_SONG_STAGE_MASTER,  ///< out/master.wav
  TON_SONG_STAGE_RELEASE, ///< out/release
  TON_SONG_STAGES,        ///< How many there are
} TonSongStage;

/// The first stage that was not made of what is there now; TON_SONG_STAGES: all
/// were.  The text, the files that it names, the mix and the master are compared
/// by their content, never by time.  A stage whose goal was missed counts as not
/// made.
TonStatus ton_song_outdated(const TonSong* song, TonSongStage* stage,
                            TonError* error);

/// TON_BAD_USE with the command that helps if a stage before `end`, the mix or the
/// master, was made of another text or of other files than those that are there now.
/// What is not known to have changed has not.
TonStatus ton_song_current(const TonSong* song, TonSongStage end,
                           TonError* error);

// The cache -------------------------------------------------------------------

/// Bytes that the next mix adds to the folder .tonmeister of the song: stems that
/// have to be decoded or brought to another rate first.  0 if mix.yaml or its
/// stems cannot be read.  [main]
uint64_t ton_song_cache_needed(const TonSong* song);

/// Remove decoded stems; the next mix makes them again, to the same bytes.
/// `bytes` says how much there was.  [main]
TonStatus ton_song_clean(const TonSong* song, uint64_t* bytes, TonError* error);

// Looking and measuring -------------------------------------------------------

enum { TON_MAX_FINDINGS = 32 };

/// Readiness of a mix for mastering
typedef struct {
  TonFinding rows[TON_MAX_FINDINGS];
  uint32_t n_rows;
  uint32_t n_red;
} TonCheck;

/// Is the song's out/mix.wav ready for mastering?  `genre` is a name of
/// data/genres.yaml; null: that of master.yaml, if it has one.
TonStatus ton_song_check(const TonSong* song, const char* genre,
                         const TonJob* job, TonCheck* result, TonError* error);

/// Same of any audio file.
TonStatus ton_check_file(const char* path, const char* genre, const TonJob* job,
                         TonCheck* result, TonError* error);

/// Measure an audio file from start to end; `what` is a set of TON_MEASURE_
/// flags.  `owner`, if not null, takes the meters that own the curves (freed
/// with ton_meters_free()); without it the result has none.
TonStatus ton_measure_file(const char* path, unsigned what,
                           TonMeasurement* result, TonMeters** owner,
                           const TonJob* job, TonError* error);

/// Does the file break off before its own end?  `end_s` (may be null) is set to
/// the second in which it does.  False for what cannot be opened.
bool ton_is_truncated(const char* path, double* end_s);

/// What a listener of a streaming service gets of a master
typedef struct {
  char platform[48]; ///< As data/platforms.yaml writes it
  char* path;        ///< Of the WAV
  double gain_db;    ///< What the service turns it up by
  bool limited;      ///< With a limiter behind that
  bool replaced;     ///< A file of that name was there before
  TonMeasurement played;
} TonPlayback;

/// Takes what a service does to a master: the gain in dB (NaN: it does not change the
/// level of any), and whether a limiter stands behind it
typedef void (*TonTakePlatform)(void* handle, const char* platform,
                                double gain_db, bool limited);

/// Call `take` for each service of data/platforms.yaml, about a master of this
/// loudness and true peak.
TonStatus ton_each_platform(double integrated_lufs, double true_peak_dbtp,
                            TonTakePlatform take, void* handle,
                            TonError* error);

/// TON_NOT_FOUND: data/platforms.yaml has no such service; the error names the
/// nearest one.
TonStatus ton_platform_find(const char* platform, TonError* error);

/// Write what a service of data/platforms.yaml plays of a master, beside it and with
/// its rate and depth, as "master (Spotify).wav": turned down or up as the service
/// does, without its coding.  A file of that name is replaced.  TON_NOT_FOUND: no
/// such service.  `playback` is freed by ton_playback_free(), also after an error.
TonStatus ton_simulate(const char* master, const char* platform,
                       const TonJob* job, TonPlayback* playback,
                       TonError* error);

void ton_playback_free(TonPlayback* playback);

/// Run a chain over an audio file into another of the same rate and depth; the
/// ending of `out` (.wav, .flac, .mp3) says the format.
TonStatus ton_apply(const char* in, const char* out, const TonInsert* chain,
                    uint32_t n, const TonJob* job, TonError* error);

TON_API_END

#endif
