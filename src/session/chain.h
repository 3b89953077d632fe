// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SESSION_CHAIN_H
#define TON_SESSION_CHAIN_H

#include "session/read.h"

/// A list of processors
TonStatus ton_read_chain(TonReader* r, const TonNode* list, TonInsert** chain,
                         uint32_t* n_chain);

/// The values of a processor: a map of parameters, or a list of bands.
/// `insert` has its type and values already.
TonStatus ton_read_values(TonReader* r, const TonNode* node, TonInsert* insert);

/// Type, defaults and values of a processor or a preset by name; the name
/// stands at `node`.  `folder` may hold presets of the song.
TonStatus ton_read_named(TonReader* r, const TonNode* node, const char* name,
                         TonInsert* insert);

/// Apply a preset to `insert`: sets its type and values, or only its values
/// if the type is set and the same.  NOT_FOUND (no error filled) if there is
/// none of this name.
TonStatus ton_preset_apply(TonReader* r, const TonNode* node, const char* name,
                           TonInsert* insert);

/// Names of all presets, for "did you mean"; added to `names`
typedef struct {
  const char** items;
  size_t count;
  size_t capacity;
} TonNames;

bool ton_preset_names(TonReader* r, TonNames* names);
bool ton_names_add(TonReader* r, TonNames* names, const char* name);

// Banded processors: parameters "1-type", "1-at", ... "12-type", ... --------

/// Number of bands; 0 if the processor has none
uint32_t ton_bands(const TonProcessor* type);

/// Number of the band type ("bell"), or -1
int ton_band_type(const TonProcessor* type, const char* name);

/// A parameter of a band, number from 1; "freq" is read as "at"
const TonParam* ton_band_param(const TonProcessor* type, uint32_t band,
                               const char* key);

/// Set a band's type; switches it on where there is a switch
void ton_band_begin(TonInsert* insert, uint32_t band, int type);

/// The processor whose bands have this type, or null
const TonProcessor* ton_banded_with(const char* band_type);

/// A list of bands
TonStatus ton_read_bands(TonReader* r, const TonNode* list, TonInsert* insert);

/// Read one parameter, failing at `node`
TonStatus ton_read_param(TonReader* r, const TonNode* node,
                         const TonParam* param, TonInsert* insert);

/// Number of a parameter in its processor's table
uint32_t ton_param_number(const TonProcessor* type, const TonParam* param);

#endif
