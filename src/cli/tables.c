// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The files of data/ that help tells of, each read once: presets, targets, terms,
   roles, tonal profiles.
   One that cannot be read is named with its fault, and the others are shown.
*/

#include "base/data_path.h"
#include "base/memory.h"
#include "base/path.h"
#include "cli/help.h"
#include "cli/terminal.h"

#include <tonmeister/song.h>

#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PRESETS = 256 };

static int
by_name(const void* a, const void* b)
{
  return strcmp((*(TonPreset* const*)a)->name, (*(TonPreset* const*)b)->name);
}

static TonPreset*
read_preset(const char* path)
{
  TonPreset* preset = NULL;
  TonError error = {0};
  if (ton_preset_read(path, &preset, &error)) {
    cli_print_error(&error);
  }
  return preset;
}

uint32_t
cli_presets(TonPreset* const** presets)
{
  static TonPreset* all[MAX_PRESETS];
  static uint32_t n;
  char folder[PATH_MAX];
  *presets = all;
  DIR* const dir =
      n ? NULL : opendir(ton_data_path("presets", folder, sizeof(folder)));
  for (struct dirent* d; dir && n < MAX_PRESETS && (d = readdir(dir));) {
    char path[PATH_MAX];
    const int length = snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
    const bool named = strcmp(ton_file_ending(d->d_name), ".yaml") == 0 &&
                       length > 0 && (size_t)length < sizeof(path);
    all[n] = named ? read_preset(path) : NULL;
    n += all[n] != NULL;
  }
  if (dir) {
    closedir(dir);
    // NOLINTNEXTLINE(bugprone-sizeof-expression)
    qsort((void*)all, n, sizeof(all[0]), by_name);
  }
  return n;
}

const TonTargets*
cli_targets(void)
{
  static TonTargets* targets;
  static bool tried;
  TonError error = {0};
  if (!tried && ton_targets_read(&targets, &error)) {
    cli_print_error(&error);
  }
  tried = true;
  static const TonTargets none;
  return targets ? targets : &none;
}

const char*
cli_loudness(const TonTarget* target, const char* none, char buffer[32])
{
  snprintf(buffer, 32, "%g LUFS", target->loudness_lufs);
  return isnan(target->loudness_lufs) ? none : buffer;
}

const Glossary*
cli_terms(void)
{
  static const Glossary* terms;
  static const Glossary none;
  TonError error = {0};
  if (!terms && ton_glossary(&terms, &error)) {
    cli_print_error(&error);
    terms = &none;
  }
  return terms;
}

static void
take_kind(void* handle, const char* name, const char* about)
{
  HelpKinds* const all = handle;
  HelpKind* const grown =
      ton_grow(all->items, &all->capacity, all->n + 1, sizeof(HelpKind));
  if (grown) {
    all->items = grown;
    grown[all->n] = (HelpKind){ton_copy_string(name), ton_copy_string(about)};
    all->n += grown[all->n].name && grown[all->n].about;
  }
}

static const HelpKinds*
read_kinds(HelpKinds* all, bool* tried,
           TonStatus (*each)(TonTakeKind take, void* handle, TonError* error))
{
  TonError error = {0};
  if (!*tried && each(take_kind, all, &error)) {
    cli_print_error(&error);
  }
  *tried = true;
  return all;
}

const HelpKinds*
cli_roles(void)
{
  static HelpKinds roles;
  static bool tried;
  return read_kinds(&roles, &tried, ton_each_role);
}

const HelpKinds*
cli_tones(void)
{
  static HelpKinds tones;
  static bool tried;
  return read_kinds(&tones, &tried, ton_each_tone);
}

const HelpKinds*
cli_styles(void)
{
  static HelpKinds styles;
  static bool tried;
  return read_kinds(&styles, &tried, ton_each_style);
}

const HelpKinds*
cli_intensities(void)
{
  static HelpKinds intensities;
  static bool tried;
  return read_kinds(&intensities, &tried, ton_each_intensity);
}

const HelpKinds*
cli_genres(void)
{
  static HelpKinds genres;
  static bool tried;
  return read_kinds(&genres, &tried, ton_each_genre);
}
