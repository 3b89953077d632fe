// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Making a song's folder from stems.
#include "base/error.h"
#include "base/folder.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/path.h"
#include "base/string.h"
#include "import/stem_files.h"
#include "import/stem_names.h"
#include "song/song.h"

#include <tonmeister/audio_file.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/// Each stem under its name in the folder of the song
static TonStatus
import_all(const char* folder, const StemNames* names, TonError* error)
{
  TonStemState* const states = ton_alloc((names->n + 1) * sizeof(TonStemState));
  if (!states) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  TonStatus status =
      stem_files_update(folder, names, NULL, states, NULL, error);
  for (uint32_t i = 0; !status && i < names->n; ++i) {
    if (states[i] == TON_STEM_EDITED) {
      status = ton_fail_file(error, TON_BAD_USE, names->stems[i].from,
                             "cannot be copied to %s/%s: another file of that "
                             "name is there; rename one of them",
                             folder, names->stems[i].file);
    }
  }
  ton_free(states);
  return status;
}

/// A quoted scalar that YAML reads back as it was
static void
add_scalar(TonString* text, const char* value)
{
  char* const safe = ton_doc_scalar(value);
  ton_string_add(text, safe ? safe : value);
  ton_free(safe);
}

static void
add_key(TonString* text, const char* key, const char* value)
{
  ton_string_printf(text, "    %s: ", key);
  add_scalar(text, value);
  ton_string_add(text, "\n");
}

static void
write_tracks(TonString* text, const StemNames* names, bool flat)
{
  for (uint32_t i = 0; i < names->n; ++i) {
    const NamedStem* const stem = &names->stems[i];
    ton_string_add(text, "  ");
    add_scalar(text, stem->track);
    ton_string_add(text, ":\n");
    add_key(text, "file", stem->file);
    if (flat) {
      ton_string_add(text, "    repair: false\n    pan-law: balance\n");
    } else if (stem->bus) {
      add_key(text, "to", stem->bus);
    }
  }
}

/// Each bus once; a flat mix has none, it is the plain sum of its tracks
static void
write_buses(TonString* text, const StemNames* names, bool flat)
{
  ton_string_add(text, "\nbuses:\n");
  for (uint32_t i = 0; i < names->n && !flat; ++i) {
    if (names->stems[i].first_of_bus) {
      ton_string_add(text, "  ");
      add_scalar(text, names->stems[i].bus);
      ton_string_add(text, ": {}\n");
    }
  }
  ton_string_add(text, "  Mix: {}\n");
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

/// The text joins its stems; what a person may have changed is not replaced.
/// `whole` is the absolute path of `folder`.
static TonStatus
begin_song(const char* folder, const char* whole, const char* text_path,
           const StemNames* names, const TonString* text, TonError* error)
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
  TON_TRY(import_all(whole, names, error));
  return ton_file_write(text_path, text->bytes, text->length, error);
}

static void
write_text(TonString* text, const char* song, uint32_t rate,
           const StemNames* names, bool flat)
{
  ton_string_add(text, flat
                           ? "# Every fader at unity, nothing else.\nsong: "
                           : "# Proposed by tonmeister: most values have their "
                             "reason beside them, and\n# decisions.json has "
                             "all. Change what you like; lock: [fader] keeps "
                             "it.\nsong: ");
  add_scalar(text, song);
  ton_string_printf(text, "\nrate: %g kHz\n\ntracks:\n", rate / 1000.0);
  write_tracks(text, names, flat);
  write_buses(text, names, flat);
}

/// `folder` is there; `whole` is its absolute path
static TonStatus
fill_folder(const char* folder, const char* whole, uint32_t rate,
            const StemNames* names, bool flat, TonError* error)
{
  TonString path = {0};
  TonString text = {0};
  ton_string_printf(&path, "%s/mix.yaml", whole);
  write_text(&text, ton_file_name(whole), rate, names, flat);
  text.failed |= path.failed;
  const TonStatus status =
      begin_song(folder, whole, ton_string_string(&path), names, &text, error);
  ton_string_free(&text);
  ton_string_free(&path);
  return status;
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
  char* const whole = realpath(folder, NULL);
  if (!whole) {
    return ton_fail_write(error, folder);
  }
  StemNames names = {0};
  TonStatus status = stem_names(stems, n, &names)
                         ? fill_folder(folder, whole, rate, &names, flat, error)
                         : ton_fail(error, TON_NO_MEMORY, "out of memory");
  stem_names_free(&names);
  free(whole);
  return status ? status : ton_song_open(folder, song, error);
}

TonStatus
ton_song_update_stems(const TonSong* song, char** stems, uint32_t n,
                      TonStemState* states, TonStems* gone, TonError* error)
{
  TonMix* mix = NULL;
  StemNames names = {0};
  TonStatus status =
      ton_mix_read(song->texts[TON_SONG_MIX_TEXT].doc, NULL, &mix, error);
  if (!status && !stem_names(stems, n, &names)) {
    status = ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  status = status ? status
                  : stem_files_update(song->folder, &names, mix, states, gone,
                                      error);
  stem_names_free(&names);
  ton_mix_free(mix);
  return status;
}
