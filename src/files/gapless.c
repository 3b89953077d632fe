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

static bool
is_frame(const uint8_t* head)
{
  return head[0] == 0xFF && (head[1] & 0xE0U) == 0xE0U;
}

/// "Xing" or "Info" in the first frame of an MP3, null without
static const uint8_t*
find_count(const uint8_t* head, size_t n)
{
  const uint8_t* const xing = memmem(head, n, "Xing", 4);
  return xing ? xing : memmem(head, n, "Info", 4);
}

/// Where the sound ends that the tag counts, which begins at `start`; 0: not said
static long
counted_end(const uint8_t* tag, long start)
{
  enum { HAS_FRAMES = 1, HAS_BYTES = 2 };
  const uint32_t flags = tag[7];
  const uint8_t* const at = tag + (flags & HAS_FRAMES ? 12 : 8);
  const uint32_t bytes = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                         (uint32_t)at[2] << 8 | at[3];
  return flags & HAS_BYTES && bytes ? start + (long)bytes : 0;
}

/// Behind the end lies another file, with its tags or without.  Some encoders
/// leave their tag's own frame out of the count: less than MIN_BYTES is theirs.
static bool
sound_follows(FILE* file, long end)
{
  enum { MIN_BYTES = 16384 };
  uint8_t head[FRAME_START] = {0};
  if (!end || fseek(file, end, SEEK_SET) != 0 ||
      fread(head, 1, 10, file) != 10) {
    return false;
  }
  end += (long)tag_bytes(head);
  if (fseek(file, end, SEEK_SET) != 0) {
    return false;
  }
  const size_t got = fread(head, 1, FRAME_START, file);
  return got == FRAME_START && is_frame(head) &&
         (find_count(head, got) ||
          (fseek(file, 0, SEEK_END) == 0 && ftell(file) - end > MIN_BYTES));
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
    const uint8_t* const tag = find_count(head, got);
    gapless->counted = tag;
    gapless->joined = tag && is_frame(head) && tag + 16 <= head + got &&
                      sound_follows(file, counted_end(tag, (long)n));
  }
  const TonStatus status = find_note(file, n, gapless);
  fclose(file);
  return status;
}
