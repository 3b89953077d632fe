// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What one scalar of a text says: a text, a number with its unit, a switch.
*/

#include "session/read.h"

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TonStatus
ton_read_no_memory(TonReader* r)
{
  return ton_fail_file(r->error, TON_NO_MEMORY, r->doc->name,
                       "out of memory while reading the text");
}

static void
add_error(TonError* to, const TonError* e)
{
  const size_t used = strlen(to->more);
  char* const end = to->more + used;
  if (!ton_string_format(end, sizeof(to->more) - used, "%s%s:%u:%u: %s",
                         used ? "\n" : "", e->file, e->line, e->column,
                         e->text)) {
    *end = '\0'; // a screen is full
  }
}

TonStatus
ton_read_on(TonReader* r, TonStatus status, bool* wrong)
{
  if (status != TON_BAD_TEXT || !r->later) {
    return status;
  }
  *wrong = true;
  if (!r->first) {
    r->first = r->error;
    r->error = r->later;
  } else if (*r->later->text) {
    add_error(r->first, r->later);
  }
  *r->later = (TonError){0};
  return TON_OK;
}

const char*
ton_read_format(TonReader* r, const char* format, ...)
{
  va_list args;
  va_start(args, format);
  char* text = NULL;
  const int n = vasprintf(&text, format, args);
  va_end(args);
  const char* const copy =
      n < 0 ? NULL : ton_arena_string(r->arena, text, (size_t)n);
  if (n >= 0) {
    free(text);
  }
  return copy ? copy : "";
}

void*
ton_read_buffer(TonReader* r, size_t count, size_t size)
{
  return ton_arena_alloc(r->arena, (count ? count : 1) * size);
}

static TonStatus
fail_unknown(TonReader* r, const TonNode* node, const char* fault,
             const char* word, const char* const* known, size_t n_known)
{
  const char* const near = ton_string_nearest(word, known, n_known);
  if (near) {
    return ton_fail_at(r->doc, node, r->error, "%s; did you mean \"%s\"?",
                       fault, near);
  }
  TonString all = {0};
  for (size_t i = 0; i < n_known && all.length < 600; ++i) {
    ton_string_printf(&all, "%s%s", i ? ", " : "", known[i]);
  }
  const TonStatus status =
      ton_fail_at(r->doc, node, r->error, "%s%s%s", fault,
                  n_known ? "; known are " : "", ton_string_string(&all));
  ton_string_free(&all);
  return status;
}

TonStatus
ton_read_unknown(TonReader* r, const TonNode* node, const char* lead,
                 const char* word, const char* const* known, size_t n_known)
{
  return fail_unknown(r, node, ton_read_format(r, "%s \"%s\"", lead, word),
                      word, known, n_known);
}

TonStatus
ton_read_is_not(TonReader* r, const TonNode* node, const char* word,
                const char* what, const char* const* known, size_t n_known)
{
  return fail_unknown(r, node,
                      ton_read_format(r, "\"%s\" is not %s", word, what), word,
                      known, n_known);
}

bool
ton_names_add(TonReader* r, TonNames* names, const char* name)
{
  if (names->count == names->capacity) {
    const size_t capacity = names->capacity ? 2 * names->capacity : 32;
    const char** const grown = ton_read_buffer(r, capacity, sizeof(char*));
    if (!grown) {
      return false;
    }
    if (names->count) {
      memcpy((void*)grown, (const void*)names->items,
             names->count * sizeof(char*));
    }
    names->items = grown;
    names->capacity = capacity;
  }
  names->items[names->count++] = name;
  return true;
}

TonStatus
ton_read_scalar(TonReader* r, const TonNode* node, const char* key)
{
  return node->kind == TON_SCALAR
             ? TON_OK
             : ton_fail_at(
                   r->doc, node, r->error, "%s%swrite one value, not %s",
                   key ? key : "", key ? ": " : "",
                   node->kind == TON_LIST ? "a list ([a, b])"
                                          : "keys with values ({key: value})");
}

static TonStatus
want_scalar(TonReader* r, const TonNode* node)
{
  return ton_read_scalar(r, node, node->key ? node->key->text : NULL);
}

TonStatus
ton_read_text(TonReader* r, const TonNode* node, char** text)
{
  TON_TRY(want_scalar(r, node));
  size_t n = strlen(node->text);
  while (n && node->text[n - 1] == '\n') {
    --n;
  }
  *text = ton_arena_string(r->arena, node->text, n);
  return *text ? TON_OK : ton_read_no_memory(r);
}

TonStatus
ton_read_number(TonReader* r, const TonNode* node, TonRange range,
                double* value)
{
  TON_TRY(want_scalar(r, node));
  const char* const key = node->key ? node->key->text : "value";
  char buffer[160];
  const char* why = NULL;
  double number = 0.0;
  if (!ton_unit_parse(node->text, range.unit, &number, &why, buffer,
                      sizeof(buffer))) {
    return ton_fail_at(r->doc, node, r->error, "%s: %s", key, why);
  }
  if (!(number >= range.min && number <= range.max)) {
    char low[32];
    char high[32];
    return ton_fail_at(
        r->doc, node, r->error, "%s: %s is out of range; it goes from %s to %s",
        key, node->text,
        ton_unit_print(range.min, range.unit, low, sizeof(low)),
        ton_unit_print(range.max, range.unit, high, sizeof(high)));
  }
  *value = number;
  return TON_OK;
}

TonStatus
ton_read_float(TonReader* r, const TonNode* node, TonRange range, float* value)
{
  double number = 0.0;
  TON_TRY(ton_read_number(r, node, range, &number));
  *value = (float)number;
  return TON_OK;
}

TonStatus
ton_read_switch(TonReader* r, const TonNode* node, bool* on)
{
  static const char* const words[] = {"off", "on",  "false", "true",
                                      "no",  "yes", NULL};
  TON_TRY(want_scalar(r, node));
  for (uint32_t i = 0; words[i]; ++i) {
    if (strcmp(node->text, words[i]) == 0) {
      *on = i % 2;
      return TON_OK;
    }
  }
  return ton_fail_at(r->doc, node, r->error,
                     "%s: \"%s\" is neither true nor false",
                     node->key ? node->key->text : "value", node->text);
}

TonStatus
ton_read_choice(TonReader* r, const TonNode* node, const char* const* words,
                uint32_t* value)
{
  TON_TRY(want_scalar(r, node));
  uint32_t n = 0;
  for (; words[n]; ++n) {
    if (strcmp(node->text, words[n]) == 0) {
      *value = n;
      return TON_OK;
    }
  }
  const char* const lead =
      ton_read_format(r, "%s%sthere is no", node->key ? node->key->text : "",
                      node->key ? ": " : "");
  return ton_read_unknown(r, node, lead, node->text, words, n);
}
