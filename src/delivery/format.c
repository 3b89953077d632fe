// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The table of formats.
#include "delivery/format.h"

#include "base/array.h"
#include "base/path.h"

#include <math.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/// What lies above 0 dBTP is clipped by players that decode to integers
#define DECODED -0.1

/// A codec's low-pass takes treble, and loudness, with it
#define CODED_LU 0.5

static const DeliveryFormat formats[] = {
    {"WAV", "wav", true, false, true, {0}, NAN, 0.1},
    {"FLAC", "flac", true, false, false, {0}, NAN, 0.1},
    {"AIFF", "aiff", true, false, false, {0}, NAN, 0.1},
    {"MP3", "mp3", true, true, false, {48000, 44100, 32000}, DECODED, CODED_LU},
    {"M4A", "m4a", false, true, false, {0}, DECODED, CODED_LU},
    {"OGG", "ogg", true, true, false, {0}, DECODED, CODED_LU},
    {"OPUS", "opus", true, true, false, {48000}, DECODED, CODED_LU},
};

const DeliveryFormat*
delivery_format(const char* container)
{
  for (size_t i = 0; i < TON_COUNT(formats); ++i) {
    if (strcmp(formats[i].container, container) == 0) {
      return &formats[i];
    }
  }
  return NULL;
}

const DeliveryFormat*
delivery_format_of_file(const char* path)
{
  const char* const ending = ton_file_ending(path);
  for (size_t i = 0; *ending && i < TON_COUNT(formats); ++i) {
    if (formats[i].written &&
        strcasecmp(formats[i].extension, ending + 1) == 0) {
      return &formats[i];
    }
  }
  return NULL;
}

uint32_t
delivery_rate(const DeliveryFormat* format, uint32_t wanted, uint32_t master)
{
  const uint32_t rate = wanted ? wanted : master;
  uint32_t related = 0;
  for (size_t i = 0; i < TON_COUNT(format->rates) && format->rates[i]; ++i) {
    if (format->rates[i] == rate) {
      return rate;
    }
    if (!related && format->rates[i] % 11025 == 0 && master % 11025 == 0) {
      related = format->rates[i];
    }
  }
  return related ? related : format->rates[0] ? format->rates[0] : rate;
}
