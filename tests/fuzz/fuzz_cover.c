// SPDX-License-Identifier: GPL-3.0-or-later
#include "must.h"

#include <tonmeister/audio_file.h>

#include <string.h>
#include <unistd.h>

/**
   @file
   Any bytes as a cover picture and as the words of the tags: the file is
   written with both, reads back as itself, or is not there and it is said why.
*/

enum { FRAMES = 2000 };

static char folder[64];
static char cover[96];

static void
leave(void)
{
  unlink(cover);
  rmdir(folder);
}

static void
put_cover(const uint8_t* bytes, size_t size)
{
  if (!*folder) {
    snprintf(folder, sizeof(folder), "%s/ton-fuzz-XXXXXX",
             access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    MUST(mkdtemp(folder));
    snprintf(cover, sizeof(cover), "%s/cover", folder);
    atexit(leave);
  }
  FILE* const file = fopen(cover, "wb");
  MUST(file && fwrite(bytes, 1, size, file) == size);
  fclose(file);
}

static void
try_container(const char* container, const char* ending, const TonTags* tags)
{
  static float sound[FRAMES];
  const float* const in[] = {sound};
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_16,
                                 .bitrate_kbps = 128,
                                 .container = container};
  char path[128];
  snprintf(path, sizeof(path), "%s/x.%s", folder, ending);
  TonAudioWriter* writer = NULL;
  TonError error = {0};
  MUST(ton_writer_open(path, &format, &writer, &error) == TON_OK);
  MUST(ton_writer_write(writer, in, FRAMES, &error) == TON_OK);
  if (ton_writer_commit(writer, NULL, tags, &error)) {
    MUST(*error.text);
    MUST(access(path, F_OK) != 0);
    return;
  }
  TonTags back;
  bool has_cover = false;
  TonAudio* audio = NULL;
  MUST(ton_tags_read(path, &back, &has_cover, NULL) == TON_OK);
  MUST(has_cover == (tags->cover_path != NULL));
  MUST(strcmp(back.title, tags->title) == 0);
  ton_tags_free(&back);
  MUST(ton_audio_open(path, &audio, NULL) == TON_OK);
  MUST(ton_audio_info(audio)->frames >= FRAMES);
  ton_audio_close(audio);
  unlink(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  put_cover(bytes, size);
  TonCover form;
  TonError error = {0};
  MUST(ton_cover_read(cover, &form, &error) == TON_OK || *error.text);
  char title[61] = "";
  TonTags tags = {.title = title,
                  .artist = "A",
                  .track = 3,
                  .track_total = 7,
                  .cover_path = cover};
  for (size_t i = 0; i < size && i < 60; ++i) { // every other one is plain
    const bool plain = size % 2 && (bytes[i] < ' ' || bytes[i] > '~');
    title[i] = plain ? '?' : (char)bytes[i];
  }
  try_container("WAV", "wav", &tags);
  try_container("FLAC", "flac", &tags);
  try_container("MP3", "mp3", &tags);
  tags.cover_path = NULL;
  try_container("FLAC", "flac", &tags);
  return 0;
}
