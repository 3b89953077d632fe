// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The image of a CD and its CUE.
#include "song/cd_image.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"
#include "delivery/deliver.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
  SECTOR = CD_RATE / CD_SECTORS, ///< Frames
  LEAD_S = 2,                    ///< Silence in front of the first track
  LONGEST = (79 * 60 + 57) * CD_SECTORS,
  SHORTEST_TRACK = 4 * CD_SECTORS,
};

/// Rounding to 16 bit lies 80 dB below music, a peak that the conversion raised is
/// held by a limiter: what lies above this is another place or another sound, dB
#define NULL_DB -50.0

static TonStatus
no_memory(const AlbumWork* w)
{
  return ton_fail(w->error, TON_NO_MEMORY, "out of memory");
}

static const TonDelivered*
image_of(const AlbumWork* w)
{
  return &w->result->delivery.files[w->result->delivery.n - 1];
}

TonStatus
cd_image_name(AlbumWork* w, FileNames* names, TonDelivered* file)
{
  char* const name =
      file_names_add(names, w->album->release.title, "cd image", "wav");
  *file = (TonDelivered){.name = ton_copy_string("cd-image"),
                         .path = name ? ton_string_new("%s/%s", w->out, name)
                                      : NULL};
  w->cue = file->path ? ton_string_new("%.*s.cue", (int)strlen(file->path) - 4,
                                       file->path)
                      : NULL;
  ton_free(name);
  return file->name && w->cue ? TON_OK : no_memory(w);
}

TonStatus
cd_image_deliver(const AlbumWork* w, TonAudioWriter** writer, const TonJob* job,
                 TonError* error)
{
  static char kind[] = "cd-image";
  static char wav[] = "WAV";
  const TonDeliverable what = {.name = kind,
                               .container = wav,
                               .rate = CD_RATE,
                               .bits = 16,
                               .plain = true};
  TonRelease release = w->album->release;
  TonMeasurement whole = w->result->whole;
  TonJob alone = *job;
  alone.threads = 1;
  release.source = w->joined;
  const DeliveryTask task = {.release = &release,
                             .what = &what,
                             .format = delivery_format(wav),
                             .master = &whole,
                             .ceiling_dbtp = (double)w->album->ceiling_dbtp};
  return delivery_write(&task, w->cache, writer,
                        &w->result->delivery.files[w->result->delivery.n - 1],
                        &alone, error);
}

// The CUE ----------------------------------------------------------------------

/// A line with a name, in which the CUE's own quotes become apostrophes
static void
add_name(TonString* text, const char* what, const char* name)
{
  if (!name || !*name) {
    return;
  }
  ton_string_printf(text, "%s \"", what);
  for (; *name; ++name) {
    ton_string_add_bytes(text, *name == '"' ? "'" : name, 1);
  }
  ton_string_add(text, "\"\n");
}

/// A sector as the CUE counts: minutes, seconds, sectors
static void
add_index(TonString* text, unsigned index, uint64_t sector)
{
  ton_string_printf(text, "    INDEX %02u %02u:%02u:%02u\n", index,
                    (unsigned)(sector / CD_SECTORS / 60),
                    (unsigned)(sector / CD_SECTORS % 60),
                    (unsigned)(sector % CD_SECTORS));
}

/// The sector in which a time of the album lies; never behind it, so that no track
/// loses its beginning
static uint64_t
sector_of(double seconds)
{
  return (uint64_t)floor((seconds + LEAD_S) * CD_SECTORS + 1e-6);
}

static void
add_track(const AlbumWork* w, uint32_t i, TonString* text)
{
  const TonRelease* const song = w->parts[i].release;
  const TonAlbumRow* const row = &w->result->tracks[i];
  const char* const artist = w->album->release.artist;
  const bool own =
      song && *song->artist && strcmp(song->artist, "Unknown Artist") != 0;
  ton_string_printf(text, "  TRACK %02u AUDIO\n", i + 1);
  add_name(text, "    TITLE", row->title);
  add_name(text, "    PERFORMER", own ? song->artist : artist);
  add_name(text, "    SONGWRITER", song ? song->composer : "");
  if (song && *song->isrc) {
    ton_string_printf(text, "    ISRC %s\n", song->isrc);
  }
  const uint64_t start = sector_of(row->start_s);
  const uint64_t gap = i ? sector_of(w->parts[i - 1].end_s) + 1 : 0;
  if (gap < start) {
    add_index(text, 0, gap);
  }
  add_index(text, 1, start);
}

TonStatus
cd_image_cue(AlbumWork* w)
{
  const TonRelease* const r = &w->album->release;
  TonString text = {0};
  if (*r->upc) { // 13 digits, of which a UPC has twelve
    ton_string_printf(&text, "CATALOG %s%s\n", strlen(r->upc) == 12 ? "0" : "",
                      r->upc);
  }
  add_name(&text, "PERFORMER", r->artist);
  add_name(&text, "TITLE", r->title);
  ton_string_printf(&text, "FILE \"%s\" WAVE\n",
                    ton_file_name(image_of(w)->path));
  for (uint32_t i = 0; i < w->album->n_tracks; ++i) {
    add_track(w, i, &text);
  }
  const TonStatus status =
      text.failed ? no_memory(w)
                  : ton_file_write(w->cue, text.bytes, text.length, w->error);
  ton_string_free(&text);
  TON_TRY(status);
  return ton_file_sha256(w->cue, w->cue_sum, w->error);
}

// Read again -------------------------------------------------------------------

/// First sectors of the tracks, as the CUE on the disk has them
static TonStatus
read_cue(const AlbumWork* w, uint64_t* sectors)
{
  char line[1024];
  uint32_t n = 0;
  FILE* const file = fopen(w->cue, "r");
  while (file && fgets(line, sizeof(line), file)) {
    unsigned m = 0;
    unsigned s = 0;
    unsigned f = 0;
    if (n < w->album->n_tracks &&
        sscanf(line, " INDEX 01 %u:%u:%u", &m, &s, &f) == 3) {
      sectors[n++] = ((uint64_t)m * 60 + s) * CD_SECTORS + f;
    }
  }
  if (file) {
    fclose(file);
  }
  return n == w->album->n_tracks ? TON_OK
                                 : ton_fail_file(w->error, TON_BAD_FILE, w->cue,
                                                 "does not name every track");
}

/// Sums of squares: of what is left, and of the track
typedef struct {
  double left;
  double whole;
} Residual;

enum { BLOCK = 4096 };

static TonStatus
compare(TonAudio* image, TonAudio* track, Residual* r, TonError* error)
{
  float x[2][BLOCK];
  float y[2][BLOCK];
  float* const in[2] = {x[0], x[1]};
  float* const of[2] = {y[0], y[1]};
  for (uint32_t got = 1; got;) {
    uint32_t other = 0;
    TON_TRY(ton_audio_read(track, of, BLOCK, &got, error));
    TON_TRY(ton_audio_read(image, in, got, &other, error));
    for (uint32_t i = 0; i < 2 * got; ++i) {
      const uint32_t c = i / got;
      const double b = (double)y[c][i % got];
      const double a = i % got < other ? (double)x[c][i % got] : 0.0;
      r->left += (a - b) * (a - b);
      r->whole += b * b;
    }
  }
  return TON_OK;
}

/// A track by itself, converted, against its place in the image
static TonStatus
null_track(const AlbumWork* w, uint32_t i, uint64_t sector, TonAudio* image,
           Residual* r)
{
  char path[PATH_MAX];
  TonAudio* track = NULL;
  const double start = rint((w->result->tracks[i].start_s + LEAD_S) * CD_RATE);
  const uint64_t before = (uint64_t)start - sector * SECTOR;
  if (before > SECTOR) {
    return ton_fail_file(w->error, TON_BAD_FILE, w->cue,
                         "does not have track %u in its place", i + 1);
  }
  TON_TRY(ton_stem_prepared(w->parts[i].cut, CD_RATE, false, w->cache, path,
                            sizeof(path), NULL, NULL, w->error));
  TON_TRY(ton_audio_open(path, &track, w->error));
  TonStatus status = ton_audio_seek(image, sector * SECTOR + before, w->error);
  status = status ? status : compare(image, track, r, w->error);
  ton_audio_close(track);
  return status;
}

TonStatus
cd_image_null(AlbumWork* w)
{
  uint64_t sectors[99] = {0};
  TonAudio* image = NULL;
  Residual r = {0};
  TON_TRY(read_cue(w, sectors));
  TON_TRY(ton_audio_open(image_of(w)->path, &image, w->error));
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < w->album->n_tracks && !status; ++i) {
    status = null_track(w, i, sectors[i], image, &r);
  }
  ton_audio_close(image);
  w->result->cd_null_db = 10.0 * log10(r.left / r.whole);
  return status;
}

TonStatus
cd_image_judge(const AlbumWork* w)
{
  const uint32_t n = w->album->n_tracks;
  const TonMeasurement* const m = &image_of(w)->measured;
  const uint64_t sectors = m->frames / SECTOR;
  if (sectors > LONGEST) {
    return ton_fail_file(w->error, TON_GOAL_MISSED, image_of(w)->path,
                         "lasts %u:%02u; a CD holds 79:57",
                         (unsigned)(sectors / CD_SECTORS / 60),
                         (unsigned)(sectors / CD_SECTORS % 60));
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double end_s =
        i + 1 < n ? w->result->tracks[i + 1].start_s : w->parts[i].end_s;
    if (sector_of(end_s) - sector_of(w->result->tracks[i].start_s) <
        SHORTEST_TRACK) {
      return ton_fail_file(w->error, TON_GOAL_MISSED, image_of(w)->path,
                           "track %u is shorter than 4 s, which no CD can have",
                           i + 1);
    }
  }
  return w->result->cd_null_db <= NULL_DB
             ? TON_OK
             : ton_fail_file(w->error, TON_GOAL_MISSED, image_of(w)->path,
                             "is not what its tracks are: %.0f dB are left of "
                             "them",
                             w->result->cd_null_db);
}
