// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   decisions.json, written and read.
*/

#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/output_file.h"
#include "base/string.h"
#include "base/utf8.h"

#include <tonmeister/decision.h>

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEMA = 1, LONGEST = 64 << 20 };

// Writing -------------------------------------------------------------------

/// A number, or null for what JSON cannot say
static json_t*
number(double value)
{
  return isfinite(value) ? json_real(value) : json_null();
}

/// A text, which may have been cut in the middle of a character
static json_t*
string(const char* text)
{
  const size_t n = strlen(text);
  json_t* const whole = json_string(text);
  return whole ? whole : json_stringn(text, ton_utf8_cut(text, n, n - 1));
}

static json_t*
evidence_json(const TonEvidence* e)
{
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "metric",
                   string(e->metric), "value", number(e->value), "unit",
                   string(e->unit), "from_s", number(e->from_s), "to_s",
                   number(e->to_s), "low", number(e->low), "high",
                   number(e->high), "source", string(e->source));
}

static json_t*
evidences_json(const TonDecision* d)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; list && i < d->n_evidence; ++i) {
    if (json_array_append_new(list, evidence_json(&d->evidence[i]))) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

static json_t*
alternatives_json(const TonDecision* d)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; list && i < d->n_alternatives; ++i) {
    const TonAlternative* const a = &d->alternatives[i];
    if (json_array_append_new(list,
                              json_pack("{s:o, s:o}", "what", string(a->what),
                                        "why_not", string(a->why_not)))) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

static json_t*
names_json(const TonDecision* d)
{
  json_t* const names = json_object();
  for (uint32_t i = 0; names && i < d->n_names; ++i) {
    if (json_object_set_new(names, d->names[i].what,
                            string(d->names[i].name))) {
      json_decref(names);
      return NULL;
    }
  }
  return names;
}

static json_t*
decision_json(const TonDecision* d)
{
  return json_pack(
      "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, "
      "s:b}",
      "path", string(d->path), "value", string(d->value), "rule",
      string(d->rule), "reason", string(d->reason), "detail", string(d->detail),
      "names", names_json(d), "evidence", evidences_json(d), "alternatives",
      alternatives_json(d), "confidence", number(d->confidence), "bound_hit",
      d->bound_hit, "locked", d->locked, "superseded", d->superseded);
}

static json_t*
all_json(const TonDecisions* decisions)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; list && i < decisions->count; ++i) {
    if (json_array_append_new(list, decision_json(&decisions->items[i]))) {
      json_decref(list);
      return NULL;
    }
  }
  return json_pack("{s:i, s:o}", "schema", SCHEMA, "decisions", list);
}

TonStatus
ton_decisions_text(const TonDecisions* decisions, const char* path, char** text,
                   TonError* error)
{
  json_t* const root = all_json(decisions);
  char* const json =
      root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
  json_decref(root);
  const size_t length = json ? strlen(json) : 0;
  *text = json ? realloc(json, length + 2) : NULL;
  if (!*text) {
    free(json);
    return ton_fail_file(error, TON_NO_MEMORY, path,
                         "out of memory, or a decision's text is not UTF-8");
  }
  memcpy(*text + length, "\n", 2);
  return TON_OK;
}

TonStatus
ton_decisions_write(const TonDecisions* decisions, const char* path,
                    TonError* error)
{
  char* text = NULL;
  TON_TRY(ton_decisions_text(decisions, path, &text, error));
  const TonStatus status = ton_file_write(path, text, strlen(text), error);
  free(text);
  return status;
}

// Reading -------------------------------------------------------------------

/// Copy what fits; "" for what is no text
static void
copy_text(const json_t* text, char* buffer, size_t size)
{
  ton_utf8_copy(buffer, size,
                json_is_string(text) ? json_string_value(text) : "",
                json_string_length(text));
}

static void
take_text(const json_t* object, const char* key, char* buffer, size_t size)
{
  copy_text(json_object_get(object, key), buffer, size);
}

#define TAKE_TEXT(object, key, field)                                          \
  take_text(object, key, field, sizeof(field))

static double
take_number(const json_t* object, const char* key)
{
  const json_t* const value = json_object_get(object, key);
  return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void
take_evidence(const json_t* list, TonDecision* d)
{
  const size_t max = sizeof(d->evidence) / sizeof(d->evidence[0]);
  for (size_t i = 0; i < json_array_size(list) && i < max; ++i) {
    const json_t* const from = json_array_get(list, i);
    TonEvidence* const e = &d->evidence[d->n_evidence++];
    TAKE_TEXT(from, "metric", e->metric);
    TAKE_TEXT(from, "unit", e->unit);
    TAKE_TEXT(from, "source", e->source);
    e->value = take_number(from, "value");
    e->from_s = take_number(from, "from_s");
    e->to_s = take_number(from, "to_s");
    e->low = take_number(from, "low");
    e->high = take_number(from, "high");
  }
}

static void
take_alternatives(const json_t* list, TonDecision* d)
{
  const size_t max = sizeof(d->alternatives) / sizeof(d->alternatives[0]);
  for (size_t i = 0; i < json_array_size(list) && i < max; ++i) {
    const json_t* const from = json_array_get(list, i);
    TonAlternative* const a = &d->alternatives[d->n_alternatives++];
    TAKE_TEXT(from, "what", a->what);
    TAKE_TEXT(from, "why_not", a->why_not);
  }
}

static void
take_names(json_t* from, TonDecision* d)
{
  const size_t max = sizeof(d->names) / sizeof(d->names[0]);
  const char* what = NULL;
  json_t* name = NULL;
  json_object_foreach(from, what, name)
  {
    if (d->n_names < max) {
      TonDecisionName* const n = &d->names[d->n_names++];
      ton_utf8_copy(n->what, sizeof(n->what), what, strlen(what));
      copy_text(name, n->name, sizeof(n->name));
    }
  }
}

static void
take_decision(const json_t* from, TonDecision* d)
{
  TAKE_TEXT(from, "path", d->path);
  TAKE_TEXT(from, "value", d->value);
  TAKE_TEXT(from, "rule", d->rule);
  TAKE_TEXT(from, "reason", d->reason);
  TAKE_TEXT(from, "detail", d->detail);
  take_names(json_object_get(from, "names"), d);
  take_evidence(json_object_get(from, "evidence"), d);
  take_alternatives(json_object_get(from, "alternatives"), d);
  d->confidence = take_number(from, "confidence");
  d->bound_hit = json_is_true(json_object_get(from, "bound_hit"));
  d->locked = json_is_true(json_object_get(from, "locked"));
  d->superseded = json_is_true(json_object_get(from, "superseded"));
}

static TonStatus
take_all(const json_t* root, const char* path, TonDecisions* decisions,
         TonError* error)
{
  const json_t* const list = json_object_get(root, "decisions");
  if (!json_is_array(list) ||
      json_integer_value(json_object_get(root, "schema")) != SCHEMA) {
    return ton_fail_file(error, TON_BAD_TEXT, path,
                         "was written by another version of tonmeister or is "
                         "not a record of decisions; delete it, and every "
                         "value of the song counts as written by you");
  }
  for (size_t i = 0; i < json_array_size(list); ++i) {
    TonDecision* const d = ton_decisions_add(decisions);
    if (!d) {
      return ton_fail_file(error, TON_NO_MEMORY, path, "out of memory");
    }
    take_decision(json_array_get(list, i), d);
  }
  return TON_OK;
}

TonStatus
ton_decisions_read(const char* path, TonDecisions* decisions, TonError* error)
{
  *decisions = (TonDecisions){0};
  size_t length = 0;
  char* const text = ton_string_read_file(path, LONGEST, &length);
  if (!text) {
    return ton_input_failed(path, error);
  }
  json_error_t why;
  json_t* const root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
  ton_free(text);
  if (!root) {
    ton_fail_file(error, TON_BAD_TEXT, path, "%s", why.text);
    if (error) {
      error->line = why.line > 0 ? (uint32_t)why.line : 1;
      error->column = why.column > 0 ? (uint32_t)why.column : 1;
    }
    return TON_BAD_TEXT;
  }
  const TonStatus status = take_all(root, path, decisions, error);
  json_decref(root);
  if (status != TON_OK) {
    ton_decisions_free(decisions);
  }
  return status;
}
