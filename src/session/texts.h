// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tables of whole texts, and what the texts of a song share.
*/

#ifndef TON_SESSION_TEXTS_H
#define TON_SESSION_TEXTS_H

#include "session/fields.h"

extern const TonTable ton_mix_table;
extern const TonTable ton_master_table;
extern const TonTable ton_release_table;
extern const TonTable ton_album_table;
extern const TonTable ton_album_track_table;
extern const TonTable ton_deliverable_table;
extern const TonTable ton_preset_table;

/// A song without a name has its folder's; `folder` is the text's own, "" if
/// there is none
TonStatus ton_read_song(TonReader* r, char** song, char** folder);

/// A file that must be there, but for what the program itself will render into
/// out/
TonStatus ton_read_rendered(TonReader* r, const TonNode* node, char** path);

#endif
