// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Prepares stems for mixing: decodes and resamples them into a cache.
#include "base/error.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "files/audio.h"
#include "files/files.h"
#include "files/pcm_file.h"

#include <string.h>
#include <unistd.h>

enum { CHUNK = 16384 };

/// One file being converted into the cache
typedef struct {
  TonAudio* audio;
  TonResampler* resampler;
  TonAudioWriter* writer;
  float* in[64];
  float* out[64];
  uint32_t out_frames;
} Conversion;

/// The shortest samples that hold what is read: whole numbers, unless the codec or
/// the change of rate makes fractions
static TonSamples
exact_samples(const TonAudioInfo* info, uint32_t rate)
{
  const bool whole =
      info->samples == TON_SAMPLES_16 || info->samples == TON_SAMPLES_24;
  return whole && info->rate == rate ? info->samples : TON_SAMPLES_FLOAT;
}

static TonStatus
prepare(Conversion* c, uint32_t rate, const char* path, TonError* error)
{
  const TonAudioInfo* const info = ton_audio_info(c->audio);
  c->out_frames = (uint32_t)((uint64_t)CHUNK * rate / info->rate) + CHUNK;
  for (uint32_t i = 0; i < info->channels; ++i) {
    c->in[i] = ton_alloc(CHUNK * sizeof(float));
    c->out[i] = ton_alloc(c->out_frames * sizeof(float));
    if (!c->in[i] || !c->out[i]) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
  }
  if (info->rate != rate) {
    TON_TRY(ton_resampler_new(info->rate, rate, info->channels, &c->resampler,
                              error));
  }
  const TonAudioFormat format = {.rate = rate,
                                 .channels = info->channels,
                                 .samples = exact_samples(info, rate),
                                 .container = "WAV"};
  return ton_writer_open(path, &format, &c->writer, error);
}

/// Resample and write one chunk; `n` = 0 after the last one writes the rest
static TonStatus
convert_chunk(Conversion* c, uint32_t n, TonError* error)
{
  if (!c->resampler) {
    return ton_writer_write(c->writer, (const float* const*)c->in, n, error);
  }
  uint32_t got = 1;
  uint32_t frames = n;
  while (got) {
    TON_TRY(ton_resampler_run(c->resampler, (const float* const*)c->in, frames,
                              n == 0, c->out, c->out_frames, &got, error));
    TON_TRY(
        ton_writer_write(c->writer, (const float* const*)c->out, got, error));
    frames = 0;
  }
  return TON_OK;
}

static TonStatus
convert(Conversion* c, bool (*progress)(void* handle, double part),
        void* handle, TonError* error)
{
  const double length = (double)ton_audio_info(c->audio)->frames;
  double done = 0.0;
  uint32_t n = CHUNK;
  while (n) {
    TON_TRY(ton_audio_read(c->audio, c->in, CHUNK, &n, error));
    if (n || c->resampler) {
      TON_TRY(convert_chunk(c, n, error));
    }
    done += n;
    if (progress && !progress(handle, done / length)) {
      return ton_fail(error, TON_INTERRUPTED, "interrupted");
    }
  }
  return TON_OK;
}

static void
finish(Conversion* c)
{
  for (int i = 0; i < 64; ++i) {
    ton_free(c->in[i]);
    ton_free(c->out[i]);
  }
  ton_audio_close(c->audio);
  ton_resampler_free(c->resampler);
  ton_writer_abandon(c->writer);
}

/// True if the cached file has the hash that its proof file notes
static bool
cached(const char* path, const char* proof)
{
  char hash[33];
  size_t length = 0;
  char* const text = ton_string_read_file(proof, 64, &length);
  const bool good = text && length == 32 &&
                    ton_file_hash(path, hash, NULL) == TON_OK &&
                    memcmp(text, hash, 32) == 0;
  ton_free(text);
  return good;
}

/// Error if the stem no longer has the hash that names its cached file: it may
/// have been replaced before it was opened
static TonStatus
check_same(const char* from, const char content[33], TonError* error)
{
  char now[33];
  TON_TRY(ton_file_hash(from, now, error));
  return strcmp(now, content) == 0
             ? TON_OK
             : ton_fail_file(error, TON_BAD_FILE, from,
                             "was changed while it was read; run the command "
                             "again");
}

static TonStatus
fill_cache(const char* from, const char content[33], uint32_t rate, bool repair,
           const char* path, const char* proof,
           bool (*progress)(void* handle, double part), void* handle,
           TonError* error)
{
  Conversion c = {0};
  TON_TRY(ton_audio_open(from, &c.audio, error));
  if (repair) {
    ton_audio_repair(c.audio);
  }
  TonStatus status = prepare(&c, rate, path, error);
  status = status ? status : convert(&c, progress, handle, error);
  if (!status) {
    status = ton_writer_commit(c.writer, NULL, NULL, error);
    c.writer = NULL;
  }
  finish(&c);
  TON_TRY(status);
  char hash[33];
  TON_TRY(check_same(from, content, error));
  TON_TRY(ton_file_hash(path, hash, error));
  return ton_file_write(proof, hash, 32, error);
}

/// Plain PCM at the right rate costs no more to read than the cache would
static bool
usable_as_is(const char* path, uint32_t rate)
{
  PcmLayout layout;
  return pcm_layout(path, &layout) && layout.info.rate == rate &&
         layout.info.frames > 0;
}

/// Where a stem lies in the cache; false: the path has no room
static bool
name_cached(const char* cache_dir, const char hash[33], uint32_t rate,
            bool repair, char* ready, uint32_t size)
{
  return ton_string_format(ready, size, "%s/%s-%u%s-%s.wav", cache_dir, hash,
                           rate, repair ? "" : "-unrepaired", TON_VERSION);
}

/// Of a file of the cache that `path` is to be converted into; 0: cannot be read
static uint64_t
converted_bytes(const char* path, uint32_t rate)
{
  TonAudio* audio = NULL;
  if (ton_audio_open(path, &audio, NULL) != TON_OK) {
    return 0;
  }
  const TonAudioInfo* const info = ton_audio_info(audio);
  const TonAudioFormat format = {.channels = info->channels,
                                 .samples = exact_samples(info, rate)};
  const double frames = (double)info->frames * rate / (double)info->rate;
  ton_audio_close(audio);
  return (uint64_t)(frames * wav_frame_bytes(&format));
}

uint64_t
ton_stem_cache_bytes(const char* path, uint32_t rate, bool repair,
                     const char* cache_dir)
{
  char hash[33];
  char ready[4096];
  const bool there =
      usable_as_is(path, rate) ||
      (ton_file_hash(path, hash, NULL) == TON_OK &&
       name_cached(cache_dir, hash, rate, repair, ready, sizeof(ready)) &&
       access(ready, R_OK) == 0);
  return there ? 0 : converted_bytes(path, rate);
}

TonStatus
ton_stem_prepared(const char* path, uint32_t rate, bool repair,
                  const char* cache_dir, char* ready, uint32_t size,
                  bool (*progress)(void* handle, double part), void* handle,
                  TonError* error)
{
  TON_TRY(audio_check_path(path, error));
  if (usable_as_is(path, rate)) {
    return ton_string_copy(ready, size, path)
               ? TON_OK
               : ton_fail_file(error, TON_BAD_USE, path,
                               "the path is too long");
  }
  char hash[33];
  char proof[1100];
  TON_TRY(ton_file_hash(path, hash, error));
  if (!name_cached(cache_dir, hash, rate, repair, ready, size) ||
      !ton_string_format(proof, sizeof(proof), "%s.proof", ready)) {
    return ton_fail_file(error, TON_BAD_USE, cache_dir,
                         "the path of the folder is too long");
  }
  if (cached(ready, proof)) {
    return TON_OK;
  }
  TON_TRY(ton_make_folder(cache_dir, error));
  return fill_cache(path, hash, rate, repair, ready, proof, progress, handle,
                    error);
}
