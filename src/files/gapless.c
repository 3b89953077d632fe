// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Finds in an MP3 or MP4 how much silence its encoder put around the sound.
#include "base/input_file.h"
#include "base/memory.h"
#include "files/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TAG_BYTES = 1 << 24, FRAME_START = 256 };

/// Bytes of the ID3v2 tag that a file begins with; 0: none
static size_t
tag_bytes(const uint8_t* head)
{
  if (memcmp(head, "ID3", 3) != 0) {
    return 0;
  }
  size_t n = 0;
  for (int i = 6; i < 10; ++i) { // seven bits a byte
    n = n << 7 | (head[i] & 0x7FU);
  }
  return n + 10;
}

/// Remove all zero bytes: turns UTF-16 into ASCII
static size_t
strip_zeros(char* text, size_t length)
{
  size_t n = 0;
  for (size_t i = 0; i < length; ++i) {
    text[n] = text[i];
    n += text[i] != '\0';
  }
  text[n] = '\0';
  return n;
}

/// " 00000000 00000210 000006F0 000000000037FC80 ...": nothing, delay,
/// padding, length, in hexadecimal
bool
files_parse_smpb(const char* text, Gapless* gapless)
{
  unsigned long long nothing = 0;
  unsigned long long delay = 0;
  unsigned long long padding = 0;
  unsigned long long frames = 0;
  const int n = sscanf(text, " %8llx %8llx %8llx %16llx", &nothing, &delay,
                       &padding, &frames);
  if (n != 4 || delay > 1000000 || !frames || frames >> 40) {
    return false;
  }
  gapless->delay = (uint32_t)delay;
  gapless->frames = frames;
  return true;
}

static TonStatus
find_note(FILE* file, size_t bytes, Gapless* gapless)
{
  if (!bytes || bytes > MAX_TAG_BYTES) {
    return TON_OK;
  }
  char* const text = ton_alloc(bytes + 1);
  if (!text) {
    return TON_NO_MEMORY;
  }
  rewind(file);
  const size_t n = strip_zeros(text, fread(text, 1, bytes, file));
  const char* at = memmem(text, n, "iTunSMPB", 8);
  while (at && *at && *at != ' ') { // the text's own byte-order mark
    ++at;
  }
  if (at) {
    files_parse_smpb(at, gapless);
  }
  ton_free(text);
  return TON_OK;
}

TonStatus
files_gapless(const char* path, Gapless* gapless)
{
  *gapless = (Gapless){0};
  uint8_t head[FRAME_START] = {0};
  FILE* const file = ton_input_stream(path, NULL);
  if (!file) {
    return TON_NOT_FOUND;
  }
  const size_t n = fread(head, 1, 10, file) == 10 ? tag_bytes(head) : 0;
  if (fseek(file, (long)n, SEEK_SET) == 0) {
    const size_t got = fread(head, 1, FRAME_START, file);
    gapless->counted = memmem(head, got, "Xing", 4) != NULL ||
                       memmem(head, got, "Info", 4) != NULL;
  }
  const TonStatus status = find_note(file, n, gapless);
  fclose(file);
  return status;
}
