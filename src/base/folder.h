// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Folders of the file system.
#ifndef TON_BASE_FOLDER_H
#define TON_BASE_FOLDER_H

#include <tonmeister/status.h>

#include <stdbool.h>

/// Make a folder and those above it; one that is there is good.  [any]
TonStatus ton_make_folder(const char* path, TonError* error);

/// Is there a folder of this name?  [any]
bool ton_is_folder(const char* path);

#endif
