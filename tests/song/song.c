// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A song folder of its own for every test program.

#include "song.h"

#include "base/folder.h"
#include "base/output_file.h"
#include "signals.h"

#include <ftw.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static int
drop(const char* path, const struct stat* st, int kind, struct FTW* walk)
{
  (void)st;
  (void)kind;
  (void)walk;
  return remove(path);
}

int
song_open(void** state)
{
  (void)state;
  snprintf(folder, sizeof(folder), "/tmp/ton-song-XXXXXX");
  if (!mkdtemp(folder)) {
    return -1;
  }
  return ton_make_folder(song_path("out"), NULL) ? -1 : 0;
}

int
song_close(void** state)
{
  (void)state;
  return nftw(folder, drop, 16, FTW_DEPTH | FTW_PHYS);
}

const char*
song_path(const char* name)
{
  static char rooms[16][1024];
  static unsigned at;
  char* const room = rooms[at++ % 16];
  snprintf(room, sizeof(rooms[0]), "%s%s%s", folder, *name ? "/" : "", name);
  return room;
}

void
song_text(const char* name, const char* text)
{
  assert_int_equal(ton_file_write(song_path(name), text, strlen(text), NULL),
                   TON_OK);
}

const char*
song_read(const char* name)
{
  static char text[65536];
  FILE* const file = fopen(song_path(name), "rb");
  const size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
  text[n] = '\0';
  if (file) {
    fclose(file);
  }
  return text;
}

void
song_wav(const char* name, double rate, uint32_t channels, const double* left,
         const double* right, uint64_t n)
{
  enum { BLOCK = 1024 };
  const TonAudioFormat format = {.rate = (uint32_t)rate,
                                 .channels = channels,
                                 .samples = TON_SAMPLES_FLOAT,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  float x[2][BLOCK];
  const float* const in[] = {x[0], x[1]};
  assert_int_equal(ton_writer_open(song_path(name), &format, &w, NULL), TON_OK);
  for (uint64_t i = 0; i < n; i += BLOCK) {
    const uint32_t m = (uint32_t)(n - i < BLOCK ? n - i : BLOCK);
    for (uint32_t k = 0; k < m; ++k) {
      x[0][k] = (float)left[i + k];
      x[1][k] = (float)(right ? right[i + k] : left[i + k]);
    }
    assert_int_equal(ton_writer_write(w, in, m, NULL), TON_OK);
  }
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), TON_OK);
}

void
song_noises(double rate, double rate_of_b, uint64_t n)
{
  double* const a = calloc(n, sizeof(double));
  double* const b = calloc(n, sizeof(double));
  assert_non_null(a);
  assert_non_null(b);
  for (uint64_t i = 0; i < n; ++i) {
    a[i] = 0.3 * signal_random(1, i);
    b[i] = 0.3 * signal_random(2, i);
  }
  song_wav("a.wav", rate, 1, a, NULL, n);
  song_wav("b.wav", rate_of_b, 2, b, a, n);
  free(a);
  free(b);
}

uint64_t
song_load(const char* path, double** left, double** right)
{
  enum { BLOCK = 4096 };
  TonAudio* audio = NULL;
  static float x[2][BLOCK];
  float* out[] = {x[0], x[1]};
  assert_int_equal(ton_audio_open(path, &audio, NULL), TON_OK);
  const TonAudioInfo* const info = ton_audio_info(audio);
  const uint64_t room = info->frames + BLOCK;
  *left = calloc(room, sizeof(double));
  *right = calloc(room, sizeof(double));
  uint64_t n = 0;
  uint32_t got = 1;
  while (got && n + BLOCK <= room) {
    assert_int_equal(ton_audio_read(audio, out, BLOCK, &got, NULL), TON_OK);
    for (uint32_t i = 0; i < got; ++i) {
      (*left)[n + i] = (double)x[0][i];
      (*right)[n + i] = (double)x[info->channels - 1][i];
    }
    n += got;
  }
  ton_audio_close(audio);
  return n;
}

void
song_mix(const char* name, double rate, uint32_t channels, double seconds,
         double peak_dbfs)
{
  const uint64_t n = (uint64_t)(seconds * rate);
  double* const left = calloc(n, sizeof(double));
  double* const right = calloc(n, sizeof(double));
  const double gain = pow(10.0, peak_dbfs / 20.0);
  signal_mix(left, right, n, rate);
  for (uint64_t i = 0; i < n; ++i) {
    left[i] *= gain;
    right[i] *= gain;
  }
  song_wav(name, rate, channels, left, right, n);
  free(left);
  free(right);
}

/// The first of both that is an error; a missed goal comes after
static TonStatus
save_and_close(TonSong* song, TonStatus status, TonError* error)
{
  if (!status || status == TON_GOAL_MISSED) {
    TonError own = {0};
    const TonStatus saved = ton_song_save(song, &own);
    if (saved && error) {
      *error = own;
    }
    status = saved ? saved : status;
  }
  ton_song_free(song);
  return status;
}

TonStatus
song_mixes(const TonMixOptions* options, const TonJob* job, TonMeasurement* m,
           TonError* error)
{
  TonSong* song = NULL;
  TON_TRY(ton_song_open(song_path(""), &song, error));
  const TonStatus status = ton_song_mix(song, options, job, m, error);
  ton_song_free(song);
  return status;
}

TonStatus
song_masters(const TonMasterOptions* options, const TonJob* job,
             TonMasterResult* m, TonError* error)
{
  TonSong* song = NULL;
  *m = (TonMasterResult){0};
  TON_TRY(ton_song_open(song_path(""), &song, error));
  const TonStatus status = ton_song_master(song, options, job, m, error);
  return save_and_close(song, status, error);
}

TonStatus
song_releases(const TonJob* job, TonDelivery* delivery, TonError* error)
{
  TonSong* song = NULL;
  *delivery = (TonDelivery){0};
  TON_TRY(ton_song_open(song_path(""), &song, error));
  const TonStatus status =
      ton_song_release(song, &(TonReleaseOptions){0}, job, delivery, error);
  return save_and_close(song, status, error);
}
