// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Roles that a mix names and no table knows.
#include "assistants/roles.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/string.h"
#include "song/song.h"

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
