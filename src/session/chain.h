// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Chains of processors: items, presets, bands, parameters.
*/

#ifndef TON_SESSION_CHAIN_H
#define TON_SESSION_CHAIN_H

#include "session/fields.h"

/// A list of processors
TonStatus ton_read_chain(TonReader* r, const TonNode* list, TonInsert** chain,
                         uint32_t* n_chain);

/// The same of a master, where no processor can listen to another track
TonStatus ton_read_master_chain(TonReader* r, const TonNode* list,
                                TonInsert** chain, uint32_t* n_chain);

/// The values of a processor: a map of parameters, or a list of bands.
/// `insert` has its type and values already.
TonStatus ton_read_values(TonReader* r, const TonNode* node, TonInsert* insert);

/// Type, defaults and values of a processor or a preset by name; the name
/// stands at `node`
TonStatus ton_read_named(TonReader* r, const TonNode* node, const char* name,
                         TonInsert* insert);

/// What is said of any processor, beside its own parameters: "bypass", "sidechain",
/// "preset"
bool ton_is_insert_key(const char* key);

// Presets ---------------------------------------------------------------------

/// Open a preset of the song or of the program by its name.  TON_NOT_FOUND (no
/// error filled) if there is none; `doc` is freed by ton_doc_free(), `preset`
/// by ton_preset_free().
TonStatus ton_preset_open(TonReader* r, const char* name, TonDoc** doc,
                          TonPreset** preset);

/// Number of the resource that a key names, or UINT32_MAX
uint32_t ton_resource_number(const TonProcessor* type, const char* key);

/// Names of all presets, for "did you mean"; added to `names`
bool ton_preset_names(TonReader* r, TonNames* names);

// Paths -----------------------------------------------------------------------

/// Parameter of a processor by path: "threshold", "compressor/threshold",
/// "2/gain", "equaliser/2/bell/gain"; null if there is none
const TonParam* ton_insert_param(const TonInsert* insert, const char* path);

/// What a path from a chain on leads to ("1/limiter/gain"), see
/// ton_field_find()
bool ton_chain_find(const TonInsert* chain, uint32_t n_chain, const char* path,
                    TonFound* found);

/// The whole path of a parameter as it stands in the text, for a short one:
/// "chain/0/equaliser/1/bell/gain" for "chain/0/1/gain".  `map` is what `path`
/// starts from; added to `whole`.
void ton_chain_path(const TonFound* found, TonNode* map, const char* path,
                    TonString* whole);

/// A step of digits alone, as a number
bool ton_path_number(const char* step, uint32_t* number);

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

/// Same, into any float
TonStatus ton_read_param_value(TonReader* r, const TonNode* node,
                               const TonParam* param, float* value);

/// Number of a parameter in its processor's table
uint32_t ton_param_number(const TonProcessor* type, const TonParam* param);

#endif
