// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The edit that writes the value of a control, also where the text has no place for
   it yet: a processor that is named alone, a band that is not there, another type
   of band.
*/
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "session/chain.h"
#include "session/tree.h"

#include <stdlib.h>
#include <string.h>

/// A value as it stands inside a list or a map
static void
add_scalar(TonString* to, const char* text)
{
  char* const scalar = ton_doc_scalar(text);
  to->failed |= !scalar;
  ton_string_add(to, scalar ? scalar : "");
  ton_free(scalar);
}

/// "compressor" becomes "{compressor: {threshold: -20 dB}}"
static void
spell_out(const char* name, const char* key, const char* text, bool inside,
          TonString* value)
{
  ton_string_add(value, "{");
  add_scalar(value, name);
  ton_string_add(value, inside ? ": {" : ": {}, ");
  add_scalar(value, key);
  ton_string_add(value, ": ");
  add_scalar(value, text);
  ton_string_add(value, inside ? "}}" : "}");
}

/// Cut the last steps of a path
static void
cut_steps(TonString* path, int n)
{
  while (n-- > 0 && path->length) {
    char* const slash = strrchr(path->bytes, '/');
    path->length = slash ? (size_t)(slash - path->bytes) : 0;
    path->bytes[path->length] = '\0';
  }
}

/// The processor stands as a name alone?  Then it is spelt out with the value.
static bool
spell_insert(const Studio* s, const Control* c, const char* key,
             const char* text, TonString* path, TonString* value)
{
  TonString item = {0};
  const TonSongText which = studio_strip_path(s, c->strip, &item);
  ton_path_add(&item, "chain");
  ton_string_printf(&item, "/%u", c->item);
  const TonDoc* const doc = s->song->texts[which].doc;
  char* const name = ton_doc_get(doc, ton_string_string(&item));
  const bool alone = name && !ton_doc_count(doc, ton_string_string(&item));
  if (alone) {
    path->length = 0;
    ton_string_add(path, ton_string_string(&item));
    spell_out(name, key, text, c->kind == CONTROL_PARAM, value);
  }
  ton_free(name);
  ton_string_free(&item);
  return alone;
}

/// All settings of a band that are written, under another type
static void
retype(const TonDoc* doc, const char* band, const char* old, const char* type,
       TonString* value)
{
  TonString settings = {0};
  ton_string_printf(&settings, "%s/%s", band, old);
  char* const flow = studio_flow(doc, ton_string_string(&settings));
  ton_string_printf(value, "{%s: %s}", type, flow && *flow ? flow : "{}");
  value->failed |= !flow || settings.failed;
  ton_free(flow);
  ton_string_free(&settings);
}

/// A band is in the list only once it has a type; bands are written in order
static TonStatus
new_band(const TonDoc* doc, TonString* path, uint32_t band, const char* type,
         const char* key, const char* text, TonString* value, TonError* error)
{
  cut_steps(path, 3);
  const uint32_t n = ton_doc_count(doc, ton_string_string(path));
  if (band > n) {
    return ton_fail(error, TON_BAD_USE,
                    "band %u does not follow: the next new one is band %u",
                    band + 1, n + 1);
  }
  ton_string_printf(path, "/%u", band);
  ton_string_printf(value, "{%s: {", type);
  if (key) {
    ton_string_printf(value, "%s: ", key);
    add_scalar(value, text);
  }
  ton_string_add(value, "}}");
  return TON_OK;
}

static bool
is_there(const TonDoc* doc, const char* path)
{
  char* const value = ton_doc_get(doc, path);
  ton_free(value);
  return value != NULL;
}

/// A parameter of a band: "path" leads to ".../BAND/TYPE/KEY"
static TonStatus
edit_band(const Studio* s, const Control* c, const char* text,
          const TonDoc* doc, TonString* path, TonString* value, TonError* error)
{
  uint32_t n = 0;
  const TonInsert* const in = &studio_chain(s, c->strip, &n)[c->item];
  const char* const symbol = in->type->params[c->param].symbol;
  const uint32_t band = (uint32_t)strtoul(symbol, NULL, 10);
  const char* const key = symbol + strspn(symbol, "0123456789") + 1;
  const bool types = strcmp(key, "type") == 0;
  const TonParam* const type = ton_band_param(in->type, band, "type");
  const char* const old =
      type->choices[(int)in->params[ton_param_number(in->type, type)]];
  TonString item = {0};
  ton_string_add(&item, ton_string_string(path));
  cut_steps(&item, 2);
  TonStatus status = TON_OK;
  if (!is_there(doc, ton_string_string(&item))) {
    const char* const first = strcmp(old, "off") == 0 ? type->choices[1] : old;
    status = text ? new_band(doc, path, band - 1, types ? text : first,
                             types ? NULL : key, text, value, error)
                  : TON_OK;
  } else if (types) {
    cut_steps(path, 2);
    if (text) {
      retype(doc, ton_string_string(path), old, text, value);
    }
  } else if (text) {
    ton_string_add(value, text);
  }
  ton_string_free(&item);
  return status;
}

TonStatus
studio_control_edit(const Studio* s, const Control* c, const char* text,
                    TonSongText* which, TonString* path, TonString* value,
                    TonError* error)
{
  studio_control_path(s, c, which, path);
  const TonParam* const row = studio_control_row(s, c);
  const TonDoc* const doc = s->song->texts[*which].doc;
  TonStatus status = TON_OK;
  uint32_t n = 0;
  const TonProcessor* const type =
      c->kind == CONTROL_PARAM ? studio_chain(s, c->strip, &n)[c->item].type
                               : NULL;
  if (type && ton_bands(type) && strspn(row->symbol, "0123456789")) {
    status = edit_band(s, c, text, doc, path, value, error);
  } else if (!text || c->kind < CONTROL_BYPASS ||
             !spell_insert(s, c, row->symbol, text, path, value)) {
    ton_string_add(value, text ? text : "");
  }
  return path->failed || value->failed
             ? ton_fail(error, TON_NO_MEMORY, "out of memory")
             : status;
}
