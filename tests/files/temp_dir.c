// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A folder of its own for every test program.

#include "temp_dir.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

static char folder[32];

int
room_open(void** state)
{
  (void)state;
  snprintf(folder, sizeof(folder), "/tmp/ton-files-XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

int
room_close(void** state)
{
  (void)state;
  char command[192];
  snprintf(command, sizeof(command), "chmod -R u+w %s; rm -rf %s", folder,
           folder);
  return system(command);
}

const char*
room_path(const char* name)
{
  static char path[16][256];
  static int k;
  k = (k + 1) % 16;
  snprintf(path[k], sizeof(path[k]), "%s/%s", folder, name);
  return path[k];
}

int
room_partial_files(void)
{
  int n = 0;
  DIR* const dir = opendir(folder);
  for (struct dirent* d = readdir(dir); d; d = readdir(dir)) {
    n += strncmp(d->d_name, ".part", 5) == 0;
  }
  closedir(dir);
  return n;
}

void
room_write(const char* name, const TonAudioFormat* format,
           const float* const* in, uint32_t frames, const TonTags* tags)
{
  TonAudioWriter* w = NULL;
  TonError e = {0};
  if (ton_writer_open(room_path(name), format, &w, &e) ||
      ton_writer_write(w, in, frames, &e) ||
      ton_writer_commit(w, NULL, tags, &e)) {
    fail_msg("%s: %s", name, e.text);
  }
}

uint32_t
room_read(const char* path, float* const* out, uint32_t room)
{
  static const uint32_t blocks[] = {1, 4096, 7, 333, 65536, 256};
  TonAudio* a = NULL;
  TonError e = {0};
  if (ton_audio_open(path, &a, &e)) {
    fail_msg("%s: %s", path, e.text);
  }
  const uint32_t channels = ton_audio_info(a)->channels;
  uint32_t all = 0;
  uint32_t got = 1;
  for (int k = 0; got && all < room; ++k) {
    float* at[64];
    for (uint32_t c = 0; c < channels; ++c) {
      at[c] = out[c] + all;
    }
    const uint32_t block = blocks[k % 6];
    const uint32_t n = block < room - all ? block : room - all;
    if (ton_audio_read(a, at, n, &got, &e)) {
      fail_msg("%s: %s", path, e.text);
    }
    all += got;
  }
  ton_audio_close(a);
  return all;
}

void
room_put(const char* name, const void* bytes, size_t size)
{
  FILE* const file = fopen(room_path(name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
}

unsigned char*
room_get(const char* name, size_t* size)
{
  FILE* const file = fopen(room_path(name), "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  unsigned char* const bytes = malloc(*size + 1);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  fclose(file);
  return bytes;
}
