// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Reads the files that processors use beside their input.
#include "render/resources.h"

#include "base/error.h"
#include "base/excerpt.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"

#include <tonmeister/audio_file.h>

#include <math.h>
#include <string.h>

/// Longest file, in seconds: all of it is held in memory
enum { MAX_SECONDS = 600 };

/// The line of the text that names a file, as it is now
static void
take_excerpt(const TonInsertFile* file, TonError* error)
{
  size_t length = 0;
  char* const text = ton_string_read_file(file->text, 8U << 20U, &length);
  const char* line = text;
  for (uint32_t i = 1; line && i < file->line; ++i) {
    line = strchr(line, '\n');
    line = line ? line + 1 : NULL;
  }
  if (line) {
    ton_excerpt_take(error, line);
  }
  ton_free(text);
}

/// Name the place in the text, where there is one
static TonStatus
fail_in_text(const TonInsertFile* file, TonStatus status, TonError* error)
{
  if (status == TON_NO_MEMORY || !file->text || !error) {
    return status;
  }
  const TonError why = *error;
  ton_fail_file(error, TON_BAD_TEXT, file->text, "\"%s\": %s", file->path,
                why.text);
  error->line = file->line;
  error->column = file->column;
  take_excerpt(file, error);
  return TON_BAD_TEXT;
}

TonStatus
resources_add(Resources* r, const TonInsertFile* file, const char** hash,
              TonError* error)
{
  Resource* const grown =
      ton_grow(r->rows, &r->capacity, r->n + 1, sizeof(Resource));
  if (!grown) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  r->rows = grown;
  Resource* const row = &grown[r->n];
  row->file = file;
  const TonStatus status = ton_file_hash(file->path, row->hash, error);
  if (status) {
    return fail_in_text(file, status, error);
  }
  ++r->n;
  *hash = row->hash;
  return TON_OK;
}

void
resources_free(Resources* r)
{
  ton_free(r->rows);
  *r = (Resources){0};
}

// Reading ---------------------------------------------------------------------

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  for (uint32_t c = 0; planes->planes && c < planes->channels; ++c) {
    ton_free((void*)(uintptr_t)planes->planes[c]);
  }
  ton_free((void*)(uintptr_t)planes->planes);
  *planes = (TonPlanes){0};
}

/// Planes to be filled, freed by unload(); null when memory is refused
static float**
new_planes(TonPlanes* planes, uint32_t channels, uint64_t frames, double rate)
{
  float** const p = ton_alloc(channels * sizeof(float*));
  *planes = (TonPlanes){(const float* const*)p, channels, frames, rate};
  bool ok = p;
  for (uint32_t c = 0; ok && c < channels; ++c) {
    p[c] = ton_alloc((frames + 1) * sizeof(float));
    ok = p[c];
  }
  return ok ? p : NULL;
}

static TonStatus
read_planes(TonAudio* audio, const char* path, TonPlanes* planes,
            TonError* error)
{
  const TonAudioInfo* const info = ton_audio_info(audio);
  if (info->channels > 2) {
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "has %u channels; expected one or two",
                         info->channels);
  }
  if (info->truncated) {
    return ton_fail_file(error, TON_BAD_FILE, path,
                         "ends before its header says; copy it again");
  }
  if (info->frames > (uint64_t)MAX_SECONDS * info->rate) {
    return ton_fail_file(error, TON_UNSUPPORTED, path,
                         "is longer than %d minutes", MAX_SECONDS / 60);
  }
  float** const out =
      new_planes(planes, info->channels, info->frames, info->rate);
  if (!out) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  uint32_t got = 0;
  TON_TRY(ton_audio_read(audio, out, (uint32_t)info->frames, &got, error));
  planes->frames = got;
  return TON_OK;
}

/// Through a resampler into `to`, which is long enough
static TonStatus
resample(TonResampler* resampler, const TonPlanes* from, float* const* to,
         uint64_t frames, TonError* error)
{
  float* out[2] = {to[0], to[from->channels - 1]};
  uint32_t in = (uint32_t)from->frames;
  for (uint32_t got = 1; got || in;) {
    const uint32_t left = (uint32_t)(frames - (uint64_t)(out[0] - to[0]));
    TON_TRY(ton_resampler_run(resampler, from->planes, in, !in, out, left, &got,
                              error));
    in = 0;
    out[0] += got;
    out[1] += got;
  }
  return TON_OK;
}

/// Convert to a rate; `from` is freed
static TonStatus
convert(TonPlanes* from, double rate, TonPlanes* to, TonError* error)
{
  const uint64_t frames =
      (uint64_t)ceil((double)from->frames * rate / from->rate);
  float** const out = new_planes(to, from->channels, frames, rate);
  TonResampler* resampler = NULL;
  TonStatus status =
      out ? ton_resampler_new((uint32_t)from->rate, (uint32_t)rate,
                              from->channels, &resampler, error)
          : ton_fail(error, TON_NO_MEMORY, "out of memory");
  status = status ? status : resample(resampler, from, out, frames, error);
  ton_resampler_free(resampler);
  unload(NULL, from);
  return status;
}

static TonStatus
read_file(const char* path, double rate, TonPlanes* planes, TonError* error)
{
  TonAudio* audio = NULL;
  TonPlanes stored = {0};
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonStatus status = read_planes(audio, path, &stored, error);
  ton_audio_close(audio);
  if (status || rate == 0.0 || rate == stored.rate) {
    *planes = stored;
    return status;
  }
  return convert(&stored, rate, planes, error);
}

/// Error if the file no longer holds what was hashed
static TonStatus
check_same(const Resource* row, TonError* error)
{
  char now[33];
  TON_TRY(ton_file_hash(row->file->path, now, error));
  return strcmp(now, row->hash) == 0
             ? TON_OK
             : ton_fail_file(error, TON_BAD_FILE, row->file->path,
                             "was changed while it was read; run the command "
                             "again");
}

static TonStatus
load(void* handle, const char* hash, double rate, TonPlanes* planes,
     TonError* error)
{
  const Resources* const r = handle;
  *planes = (TonPlanes){0};
  for (size_t i = 0; i < r->n; ++i) {
    const Resource* const row = &r->rows[i];
    if (strcmp(row->hash, hash) != 0) {
      continue;
    }
    TonStatus status = read_file(row->file->path, rate, planes, error);
    status = status ? status : check_same(row, error);
    if (status) {
      unload(NULL, planes);
    }
    return status ? fail_in_text(row->file, status, error) : TON_OK;
  }
  return ton_fail(error, TON_NOT_FOUND, "no file has the content %s", hash);
}

TonResources
resources_loader(Resources* r)
{
  return (TonResources){NULL, r, load, unload};
}

TonStatus
resources_apart(const char* out, const TonInsert* chain, uint32_t n,
                TonError* error)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; k < chain[i].type->n_resources; ++k) {
      const char* const path = chain[i].files[k].path;
      if (path) {
        TON_TRY(ton_output_apart(out, path, "a file of the chain", error));
      }
    }
  }
  return TON_OK;
}
