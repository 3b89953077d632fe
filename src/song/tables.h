// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The tables of processors and parameters as JSON, for help and pages.
#ifndef TON_SONG_TABLES_H
#define TON_SONG_TABLES_H

#include <tonmeister/processor.h>

#include <jansson.h>

/// A row: symbol, name, help, unit, range, default, choices and what a page needs
/// to draw it.  Null stands for what is infinite.
json_t* song_json_param(const TonParam* param);

json_t* song_json_processor(const TonProcessor* processor);

/// "threshold", or "" for TON_PART_NONE.  Static.
const char* song_part_name(TonPart part);

#endif
