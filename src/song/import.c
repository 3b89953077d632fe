// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Making a song's folder from stems.
#include "base/error.h"
#include "base/folder.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "base/utf8.h"
#include "files/link_or_copy.h"
#include "song/song.h"

#include <tonmeister/audio_file.h>

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_NAME = 256 };

typedef struct {
  char text[MOST_NAME];
} StripName;

static const char*
base_name(const char* path)
{
  const char* const slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool
is_control(const char* letter)
{
  const unsigned char* const s = (const unsigned char*)letter;
  return *s < 0x20 || *s == 0x7F || (*s == 0xC2 && s[1] < 0xA0) ||
         (*s == 0xEF && (memcmp(s, "\xEF\xBB\xBF", 3) == 0 || s[1] == 0xBF));
}

/// Name of a file as a text may have it: line breaks and the like become
/// spaces, bytes that are no UTF-8 are read as Latin-1
static const char*
plain_name(const char* path, char* text, size_t size)
{
  size_t at = 0;
  for (const char* c = base_name(path); *c && at + 5 < size;) {
    const size_t n = ton_utf8_length(c, strlen(c));
    if (!n) {
      const unsigned char byte = (unsigned char)*c;
      text[at++] = (char)(0xC0U | byte >> 6);
      text[at++] = (char)(0x80U | (byte & 0x3FU));
    } else if (is_control(c)) {
      text[at++] = ' ';
    } else {
      memcpy(text + at, c, n);
      at += n;
    }
    c += n ? n : 1;
  }
  text[at] = '\0';
  return text;
}

/// "01_LEAD-vox.wav" is "01 LEAD-vox": without ending, words apart
static void
strip_name(const char* file, char* text, size_t size)
{
  char whole[1024];
  const char* name = plain_name(file, whole, sizeof(whole));
  name += strspn(name, " ");
  const char* const dot = strrchr(name, '.');
  size_t n = dot && dot > name ? (size_t)(dot - name) : strlen(name);
  n = n < size - 1 ? n : size - 1;
  while (n && ((unsigned char)name[n] & 0xC0U) == 0x80U) {
    --n; // not through a letter
  }
  while (n && name[n - 1] == ' ') {
    --n;
  }
  snprintf(text, size, "%.*s", (int)n, name);
  for (char* c = text; *c; ++c) {
    *c = *c == '_' || *c == '/' || *c == '~' ? ' ' : *c;
  }
  if (!*text || strcmp(text, "Mix") == 0) { // the mix bus has that name
    snprintf(text, size, "%s", *text ? "Mix track" : "Track");
  }
}

/// The rate most stems have; of equals the highest
static TonStatus
song_rate(char** stems, uint32_t n, uint32_t* rate, TonError* error)
{
  uint32_t rates[64] = {0};
  uint32_t counts[64] = {0};
  uint32_t kinds = 0;
  for (uint32_t i = 0; i < n; ++i) {
    TonAudio* audio = NULL;
    TON_TRY(ton_audio_open(stems[i], &audio, error));
    const uint32_t r = ton_audio_info(audio)->rate;
    const uint32_t channels = ton_audio_info(audio)->channels;
    ton_audio_close(audio);
    if (channels > 2) {
      return ton_fail_file(error, TON_UNSUPPORTED, stems[i],
                           "has %u channels; a stem is mono or stereo: split "
                           "it into files of one or two channels",
                           channels);
    }
    uint32_t k = 0;
    while (k < kinds && rates[k] != r) {
      ++k;
    }
    if (k == kinds && kinds < 64) {
      rates[kinds++] = r;
    }
    if (k < 64) {
      ++counts[k];
    }
  }
  uint32_t best = 0;
  for (uint32_t k = 1; k < kinds; ++k) {
    if (counts[k] > counts[best] ||
        (counts[k] == counts[best] && rates[k] > rates[best])) {
      best = k;
    }
  }
  *rate = rates[best] < 44100 ? 44100 : rates[best];
  *rate = *rate > 192000 ? 192000 : *rate;
  return TON_OK;
}

static TonStatus
import_all(const char* song, char** stems, uint32_t n, TonError* error)
{
  char folder[PATH_MAX];
  snprintf(folder, sizeof(folder), "%s/stems", song);
  TON_TRY(ton_make_folder(folder, error));
  for (uint32_t i = 0; i < n; ++i) {
    char to[PATH_MAX + 512];
    char name[500];
    snprintf(to, sizeof(to), "%s/%s", folder,
             plain_name(stems[i], name, sizeof(name)));
    TON_TRY(ton_link_or_copy(stems[i], to, error));
  }
  return TON_OK;
}

/// A quoted scalar that YAML reads back as it was
static void
add_scalar(TonString* text, const char* value)
{
  char* const safe = ton_doc_scalar(value);
  ton_string_add(text, safe ? safe : value);
  ton_free(safe);
}

/// Names of `n` stems: of equals ("kick.wav", "kick.flac") the later ones get
/// a number.  Freed by the caller; null when memory is refused.
static StripName*
strip_names(char** stems, uint32_t n)
{
  StripName* const names = ton_alloc((n + 1) * sizeof(StripName));
  for (uint32_t i = 0; names && i < n; ++i) {
    char plain[MOST_NAME];
    strip_name(stems[i], plain, sizeof(plain));
    snprintf(names[i].text, MOST_NAME, "%s", plain);
    uint32_t number = 1;
    for (uint32_t k = 0; k < i;) {
      const bool taken = strcmp(names[k].text, names[i].text) == 0;
      if (taken) {
        snprintf(names[i].text, MOST_NAME, "%.240s %u", plain, ++number);
      }
      k = taken ? 0 : k + 1;
    }
  }
  return names;
}

static void
write_tracks(TonString* text, char** stems, uint32_t n, bool flat)
{
  StripName* const names = strip_names(stems, n);
  text->failed |= !names;
  char file[512];
  for (uint32_t i = 0; names && i < n; ++i) {
    ton_string_add(text, "  ");
    add_scalar(text, names[i].text);
    ton_string_add(text, ":\n    file: ");
    char name[500];
    snprintf(file, sizeof(file), "stems/%s",
             plain_name(stems[i], name, sizeof(name)));
    add_scalar(text, file);
    ton_string_add(text, flat ? "\n    pan-law: balance\n" : "\n");
  }
  ton_free(names);
}

/// A text that a run before this one began and had no time to decide on
static bool
is_begun(const char* path, const TonString* text)
{
  size_t length = 0;
  char* const bytes = ton_string_read_file(path, text->length + 1, &length);
  const bool same = bytes && length == text->length &&
                    memcmp(bytes, text->bytes, length) == 0;
  ton_free(bytes);
  return same;
}

/// The text joins its stems; what a person may have changed is not replaced
static TonStatus
begin_song(const char* folder, const char* text_path, char** stems, uint32_t n,
           const TonString* text, TonError* error)
{
  if (text->failed) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  if (access(text_path, F_OK) == 0 && !is_begun(text_path, text)) {
    return ton_fail_file(error, TON_BAD_USE, text_path,
                         "is there already; edit it, work it out again around "
                         "what you changed (tonmeister mix %s --propose), or "
                         "choose another folder",
                         folder);
  }
  TON_TRY(import_all(folder, stems, n, error));
  return ton_file_write(text_path, text->bytes, text->length, error);
}

static void
write_text(TonString* text, const char* name, uint32_t rate, char** stems,
           uint32_t n, bool flat)
{
  ton_string_add(text, flat ? "# Every fader at unity, nothing else.\nsong: "
                            : "# Proposed by tonmeister: every reason stands "
                              "behind its value, the whole\n# record in "
                              "decisions.json. Change what you like; lock: "
                              "[fader] keeps it.\nsong: ");
  add_scalar(text, name);
  ton_string_printf(text, "\nrate: %g kHz\n\ntracks:\n", rate / 1000.0);
  write_tracks(text, stems, n, flat);
  ton_string_add(text, "\nbuses:\n  Mix: {}\n");
}

TonStatus
ton_song_create(const char* folder, char** stems, uint32_t n, bool flat,
                TonSong** song, TonError* error)
{
  uint32_t rate = 0;
  *song = NULL;
  TON_TRY(song_rate(stems, n, &rate, error));
  if (ton_is_file(folder)) {
    return ton_fail_file(error, TON_BAD_USE, folder,
                         "is a file; expected the folder of a song");
  }
  TON_TRY(ton_make_folder(folder, error));
  char whole[PATH_MAX];
  char path[PATH_MAX + 16];
  if (!realpath(folder, whole)) {
    return ton_fail_write(error, folder);
  }
  snprintf(path, sizeof(path), "%s/mix.yaml", whole);
  TonString text = {0};
  write_text(&text, base_name(whole), rate, stems, n, flat);
  const TonStatus status = begin_song(folder, path, stems, n, &text, error);
  ton_string_free(&text);
  return status ? status : ton_song_open(folder, song, error);
}
