// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The roles of tracks the tonal profiles, genres and styles of data/, by name; roles that a
/// mix names and the table does not know.
#include "assistants/genres.h"
#include "assistants/roles.h"
#include "assistants/styles.h"
#include "assistants/targets.h"
#include "base/data_path.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "song/song.h"

#include <glob.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char*
nearest_role(const TonRoles* roles, const char* role)
{
  const char** const names = ton_alloc((roles->n_roles + 1) * sizeof(char*));
  for (uint32_t i = 0; names && i < roles->n_roles; ++i) {
    names[i] = roles->roles[i].name;
  }
  const char* const nearest =
      names ? ton_string_nearest(role, names, roles->n_roles) : NULL;
  ton_free(names);
  return nearest;
}

TonStatus
ton_song_unknown_roles(const TonSong* song,
                       void (*tell)(void* handle, const char* track,
                                    const char* role, const char* nearest),
                       void* handle, TonError* error)
{
  TonMix* mix = NULL;
  TonRoles* roles = NULL;
  const TonDoc* const doc = song->texts[TON_SONG_MIX_TEXT].doc;
  TonStatus status = doc ? ton_mix_read(doc, NULL, &mix, error) : TON_OK;
  status = status ? status : ton_roles_read(NULL, &roles, error);
  for (uint32_t i = 0; !status && mix && i < mix->n_tracks; ++i) {
    const TonStrip* const s = &mix->strips[i];
    if (*s->role && !ton_role(roles, s->role)) {
      tell(handle, s->name, s->role, nearest_role(roles, s->role));
    }
  }
  ton_roles_free(roles);
  ton_mix_free(mix);
  return status;
}

static void
say_role(const TonRole* r, char* about, size_t size)
{
  if (r->mute) {
    ton_string_cut(about, size, "muted: it is no part of the mix");
  } else if (r->level_lu == 0.0) {
    ton_string_cut(about, size,
                   "bus %s; at the level that all others are compared with",
                   r->group);
  } else {
    ton_string_cut(about, size, "bus %s; %g LU %s than a lead vocal", r->group,
                   fabs(r->level_lu), r->level_lu > 0.0 ? "louder" : "softer");
  }
}

TonStatus
ton_each_role(TonTakeKind take, void* handle, TonError* error)
{
  TonRoles* roles = NULL;
  TON_TRY(ton_roles_read(NULL, &roles, error));
  for (uint32_t i = 0; i < roles->n_roles; ++i) {
    const TonRole* const r = &roles->roles[i];
    char about[128];
    say_role(r, about, sizeof(about));
    take(handle, r->name, about);
  }
  ton_roles_free(roles);
  return TON_OK;
}

TonStatus
ton_each_tone(TonTakeKind take, void* handle, TonError* error)
{
  char pattern[PATH_MAX];
  glob_t found = {0};
  TonStatus status = TON_OK;
  if (glob(ton_data_path("tone/*.yaml", pattern, sizeof(pattern)), 0, NULL,
           &found) != 0) {
    found.gl_pathc = 0;
  }
  for (size_t i = 0; i < found.gl_pathc && !status; ++i) {
    const char* const file = ton_file_name(found.gl_pathv[i]);
    char name[64];
    TonTone tone;
    ton_string_cut(name, sizeof(name), "%.*s",
                   (int)(ton_file_ending(file) - file), file);
    status = ton_tone(name, &tone, error);
    if (!status) {
      take(handle, name, tone.source);
    }
  }
  globfree(&found);
  return status;
}

TonStatus
ton_each_style(TonTakeKind take, void* handle, TonError* error)
{
  TonStyles* all = NULL;
  TON_TRY(ton_styles_read(&all, error));
  for (uint32_t i = 0; i < all->n_styles; ++i) {
    take(handle, all->styles[i].name, all->styles[i].about);
  }
  ton_styles_free(all);
  return TON_OK;
}

TonStatus
ton_each_intensity(TonTakeKind take, void* handle, TonError* error)
{
  TonStyles* all = NULL;
  TON_TRY(ton_styles_read(&all, error));
  for (uint32_t i = 0; i < all->n_intensities; ++i) {
    take(handle, all->intensities[i].name, all->intensities[i].about);
  }
  ton_styles_free(all);
  return TON_OK;
}

TonStatus
ton_each_genre(TonTakeKind take, void* handle, TonError* error)
{
  TonGenres* all = NULL;
  TON_TRY(ton_genres_read(&all, error));
  for (uint32_t i = 0; i < all->n; ++i) {
    const TonGenre* const g = &all->items[i];
    char about[128];
    ton_string_cut(about, sizeof(about),
                   "tonal profile \"%s\", loudness range up to %g LU", g->tone,
                   g->widest_lu);
    take(handle, g->name, about);
  }
  ton_genres_free(all);
  return TON_OK;
}
