// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Audio files and their tags, read and written; resampling; stems made ready
/// for mixing.
#ifndef TONMEISTER_AUDIO_FILE_H
#define TONMEISTER_AUDIO_FILE_H

#include <tonmeister/api.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

/// How samples lie in a file
typedef enum {
  TON_SAMPLES_16,
  TON_SAMPLES_24,
  TON_SAMPLES_32, ///< Integer
  TON_SAMPLES_FLOAT,
  TON_SAMPLES_DOUBLE,
  TON_SAMPLES_CODED, ///< A lossy or companded codec
} TonSamples;

/// What a file holds
typedef struct {
  uint32_t rate;     ///< Hz
  uint32_t channels; ///< 1 to 64
  uint64_t frames;   ///< Samples of one channel
  TonSamples samples;
  bool truncated; ///< The header promises more than the file holds, or the end
                  ///< of an Ogg file is missing; `frames` is what is there
  char container[16]; ///< "WAV", "RF64", "FLAC", "MP3", "M4A", ...
  char codec[24];     ///< "PCM 24 bit", "AAC", ...
} TonAudioInfo;

/// An audio file being read.  One thread at a time.
typedef struct TonAudio TonAudio;

/**
   Open any audio file that libsndfile or libav* can read.

   A file with no channels, no frames or no readable sample is an error that
   says so.  `*audio` is set on success; freed by caller with
   ton_audio_close().  [main]
*/
TonStatus ton_audio_open(const char* path, TonAudio** audio, TonError* error);

/// Owned by `audio`, valid until it is closed.  [any]
const TonAudioInfo* ton_audio_info(const TonAudio* audio);

/**
   Read the next frames, planar.

   @param audio The file
   @param out `channels` pointers to room for `frames` samples; full scale 1.0
   @param frames Frames wanted
   @param got Frames delivered; less than wanted only at the end
   @param error May be null
   @return TON_BAD_FILE with the time in the song when the rest is unreadable.
   A sample that is not finite comes as 0 and is counted.  [main]
*/
TonStatus ton_audio_read(TonAudio* audio, float* const* out, uint32_t frames,
                         uint32_t* got, TonError* error);

/// The first error of ton_audio_read(), for those who read through a source that
/// only knows that it failed; TON_OK: none, `error` stays.  [main]
TonStatus ton_audio_failed(const TonAudio* audio, TonError* error);

/// Go to a frame, counted from 0.  [main]
TonStatus ton_audio_seek(TonAudio* audio, uint64_t frame, TonError* error);

/// From now on replace spikes, samples far above all that surrounds them, by
/// what lies between their neighbours: they are faults of a file, and one would
/// decide every level.  A spike at the same place is the same whatever was read
/// before.  [main]
void ton_audio_repair(TonAudio* audio);

/// Samples so far that are no sound
typedef struct {
  uint64_t bad;         ///< NaN or infinite
  uint64_t first_bad;   ///< Frame of the first of them
  uint64_t spikes;      ///< Replaced, see ton_audio_repair()
  uint64_t spike_frame; ///< Of the highest of them
  float spike;          ///< Its |sample|, full scale 1
} TonAudioFaults;

/// Owned by `audio`, valid until it is closed.  [any]
const TonAudioFaults* ton_audio_faults(const TonAudio* audio);

void ton_audio_close(TonAudio* audio);

/// Texts carried by a file, of any length.  To be written they are the caller's,
/// and what is null or "" is left out; read, they are never null and belong to
/// `memory`.
typedef struct {
  const char* title;
  const char* artist;
  const char* album;
  const char* album_artist;
  const char* composer;
  const char* genre;
  const char* date; ///< "2026" or "2026-11-21"
  const char* comment;
  const char* copyright;
  const char* publisher;
  const char* isrc;
  const char* upc;
  char* memory;   ///< Of ton_tags_read(); null where tags are written
  uint32_t track; ///< 0: none
  uint32_t track_total;
  bool has_gain;        ///< ReplayGain 2.0 fields below are set
  double track_gain_db; ///< Re -18 LUFS
  double track_peak_dbtp;
  bool has_album_gain;  ///< And those of the whole album
  double album_gain_db; ///< Re -18 LUFS
  double album_peak_dbtp;
  const char* cover_path; ///< JPEG or PNG, front cover; null: none.  Not owned
} TonTags;

/// Loudness fields of a broadcast extension chunk (EBU Tech 3285 v2)
typedef struct {
  bool present;
  double integrated_lufs;
  double range_lu;
  double true_peak_dbtp;
  double momentary_max_lufs;
  double short_term_max_lufs;
} TonBroadcast;

/// Curve of the noise that dither leaves at 44.1 and 48 kHz: less of it where
/// the ear is keen, more above 15 kHz.  In all it grows, by the figure given.
typedef enum {
  TON_SHAPING_FLAT,
  TON_SHAPING_LIPSHITZ,   ///< +12.2 dB, -27 dB at 4 kHz
  TON_SHAPING_F_WEIGHTED, ///< +18.4 dB, -25 dB at 3.2 kHz
  TON_SHAPING_MODIFIED_E, ///< +7.6 dB, -21 dB at 3.5 kHz
  TON_SHAPING_IMPROVED_E, ///< +23.1 dB, -29 dB at 3.3 kHz
} TonShaping;

/// What to write
typedef struct {
  uint32_t rate;
  uint32_t channels;
  TonSamples samples;    ///< 16, 24; float and double in a WAV
  const char* container; ///< "WAV" (RF64 by itself above 4 GB), "FLAC", "AIFF",
                         ///< "MP3", "OGG" (Vorbis), "OPUS"
  uint32_t bitrate_kbps; ///< MP3: constant, 320; OGG and OPUS: on average, 320
                         ///< and 192
  bool dither;           ///< TPDF at 16 and 24 bit, from the first sample on
                         ///< that does not fit them
  TonShaping shaping;    ///< Of the dither; flat is right at 24 bit
  bool dither_silence;   ///< Dither all, also what fits; else the noise fades
                         ///< away after a second of digital silence
  uint64_t frames_hint;  ///< Expected length, 0: unknown.  Not needed
  uint64_t dither_seed;  ///< Same seed, same bytes
  TonBroadcast broadcast; ///< WAV only
  bool plain; ///< WAV: the oldest form, format and samples alone; no loudness,
              ///< no tags, at most 4 GB
} TonAudioFormat;

/// A file being written beside its final name.  One thread at a time.
typedef struct TonAudioWriter TonAudioWriter;

/// Freed by ton_writer_commit() or ton_writer_abandon().  Errors name the
/// path and the reason; nothing appears under the final name before commit.
/// [main]
TonStatus ton_writer_open(const char* path, const TonAudioFormat* format,
                          TonAudioWriter** writer, TonError* error);

/// Add frames, planar float, 1.0 = full scale.  Samples over full scale are
/// clipped in integer formats.  After an error only
/// ton_writer_abandon() is left to do.  [main]
TonStatus ton_writer_write(TonAudioWriter* writer, const float* const* in,
                           uint32_t frames, TonError* error);

/// Leave only the first `frames` of what was written; nothing is written
/// behind.  TON_UNSUPPORTED if it is not a WAV.  [main]
TonStatus ton_writer_shorten(TonAudioWriter* writer, uint64_t frames,
                             TonError* error);

/// Complete the file under its temporary name, with the final loudness in the
/// broadcast chunk and with tags: there it can be read and measured before it is
/// committed or abandoned.  `broadcast` and `tags` may be null; RF64 takes texts
/// but no cover.  [main]
TonStatus ton_writer_finish(TonAudioWriter* writer,
                            const TonBroadcast* broadcast, const TonTags* tags,
                            TonError* error);

/// The temporary name; owned by the writer.  [any]
const char* ton_writer_temporary(const TonAudioWriter* writer);

/// Samples over full scale in an integer file: they are held at full scale
typedef struct {
  uint64_t samples;
  double first_s;   ///< Time of the first
  double peak_dbfs; ///< What the highest would have been
} TonClipping;

/// Of what was written so far.  [main]
TonClipping ton_writer_clipping(const TonAudioWriter* writer);

/// Give several finished files their names: all are complete on the disk before
/// the first appears.  Null entries are left out.  Frees the writers whatever
/// the outcome and sets them to null.  TON_GOAL_MISSED: all is written, but one
/// clips; the error says how often, where and by how much.  [main]
TonStatus ton_writer_commit_all(TonAudioWriter** writers, uint32_t n,
                                TonError* error);

/// Finish, unless that was done, and give the file its name.  Frees the writer
/// whatever the outcome.  TON_GOAL_MISSED as in ton_writer_commit_all().  [main]
TonStatus ton_writer_commit(TonAudioWriter* writer,
                            const TonBroadcast* broadcast, const TonTags* tags,
                            TonError* error);

/// Give up: remove the partial file, free the writer.  Null is allowed.
void ton_writer_abandon(TonAudioWriter* writer);

/// Remove the partial files of all open writers: for a signal handler's
/// follow-up on the main thread.  The writers are still their owners' to free;
/// writing or committing them is TON_INTERRUPTED.  [main]
void ton_writer_abandon_all(void);

/// Read tags back (cover_path stays null; `has_cover` tells).  Freed with
/// ton_tags_free(), also after an error.  [main]
TonStatus ton_tags_read(const char* path, TonTags* tags, bool* has_cover,
                        TonError* error);

void ton_tags_free(TonTags* tags);

/// The form of a picture
typedef struct {
  uint32_t width; ///< Pixels
  uint32_t height;
  bool cmyk; ///< Colours for printing
} TonCover;

/// Decode a cover to the end.  TON_NOT_FOUND; TON_BAD_FILE if it is no JPEG or
/// PNG, is broken, or too large to be put into a file.  [any]
TonStatus ton_cover_read(const char* path, TonCover* cover, TonError* error);

/// Convert rates, linear phase at soxr's very high quality without roll-off,
/// planar, streaming.  The result does not depend on how it is cut.
typedef struct TonResampler TonResampler;

/// Freed with ton_resampler_free().  Rates in Hz.  [main]
TonStatus ton_resampler_new(uint32_t from, uint32_t to, uint32_t channels,
                            TonResampler** resampler, TonError* error);

/// Push `frames` in (0 with `end` set: flush), get up to `room` frames out;
/// what finds no room waits inside.  At the end call with 0 frames and `end`
/// until `*got` is 0.  Sample 0 comes out at sample 0; in total
/// ceil(n x to / from) frames.  [any]
TonStatus ton_resampler_run(TonResampler* resampler, const float* const* in,
                            uint32_t frames, bool end, float* const* out,
                            uint32_t max_frames, uint32_t* got,
                            TonError* error);

void ton_resampler_free(TonResampler* resampler);

/**
   A stem ready for the engine: PCM at the song's rate.

   If `path` is plain PCM (WAV, RF64, AIFF) at `rate` already, `ready` is
   `path`.  Else it is decoded
   and resampled once into `cache_dir` (created on demand) as a WAV named by the
   hash of the file's content, the rate and the program's version, and found
   there the next time: of 16 or 24 bit if that holds every sample, else float.  A cache that cannot be written is an error that
   says so; a damaged cache file is made anew.

   @param repair Decode and resample it as ton_audio_repair() reads it
   @param ready Room for the path to read, `size` bytes
   @param progress Called now and then with 0 to 1, may be null; returning
          false stops with TON_INTERRUPTED

   [any]; several threads may make several stems ready at once.
*/
TonStatus ton_stem_prepared(const char* path, uint32_t rate, bool repair,
                            const char* cache_dir, char* ready, uint32_t size,
                            bool (*progress)(void* handle, double part),
                            void* handle, TonError* error);

/// Bytes that ton_stem_prepared() would add to the cache; 0 if it reads `path` as it
/// is, finds it there, or cannot read it.  The file in the cache is not proved, so
/// the answer is quick.  [any]
uint64_t ton_stem_cache_bytes(const char* path, uint32_t rate, bool repair,
                              const char* cache_dir);

/// 128-bit hash of a file's content as 32 hexadecimal digits.  [main]
TonStatus ton_file_hash(const char* path, char hash[33], TonError* error);

/// The same of a text.  [any]
void ton_text_hash(const char* text, char hash[33]);

/// SHA-256 of a file's content as 64 hexadecimal digits.  [main]
TonStatus ton_file_sha256(const char* path, char hash[65], TonError* error);

/// Is there a regular file of this name?  [any]
bool ton_is_file(const char* path);

/// Stems that were looked for.  Zero-initialise; ton_stems_free() when done.
typedef struct {
  char** paths; ///< In the order they were found
  uint32_t n;
  char** left_out; ///< What was not taken and why: "Drums/._Kick.wav (hidden)"
  uint32_t n_left_out;
  char* empty; ///< Of those, recordings without a sample, a comma between; or
               ///< null
} TonStems;

/**
   Add the audio files of a folder and of the folders in it, absolute or
   relative as `folder` is.

   The order is that of the names in each folder: numbers count as numbers, of
   "01 Kick" and "1 Kick" the bytes decide.  Hidden files, folders of macOS's
   archives, songs, files without a sample and whatever is not named like audio are
   left out and noted.
   Links are followed, never round in a circle.

   @param song Folder not to look into, or null
   @return TON_NOT_FOUND: no such folder, or no audio file in it; TON_BAD_USE: a
   file or a song; TON_BAD_FILE: a folder that cannot be read.  `stems` is freed
   by the caller in any case.  [main]
*/
TonStatus ton_stems_find(const char* folder, const char* song, TonStems* stems,
                         TonError* error);

/// Add one file as it is.  [main]
TonStatus ton_stems_add(TonStems* stems, const char* path, TonError* error);

void ton_stems_free(TonStems* stems);

TON_API_END

#endif
