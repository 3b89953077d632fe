// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Finding values in the tree of a text, and the place of an error.
*/

#include "session/tree.h"

#include "base/error.h"
#include "base/excerpt.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool
ton_node_empty(const TonNode* node)
{
  return node->kind == TON_SCALAR && !node->quote && !*node->text;
}

TonNode*
ton_node_child(const TonNode* map, const char* key)
{
  if (!map || map->kind != TON_MAP) {
    return NULL;
  }
  for (uint32_t i = 0; i < map->count; ++i) {
    if (strcmp(map->items[i]->key->text, key) == 0) {
      return map->items[i];
    }
  }
  return NULL;
}

const char*
ton_path_step(const char* path, char* step, size_t size)
{
  if (!*path) {
    return NULL;
  }
  size_t n = 0;
  for (; *path && *path != '/'; ++path) {
    char c = *path;
    if (c == '~' && (path[1] == '0' || path[1] == '1')) {
      c = *++path == '1' ? '/' : '~';
    }
    if (n + 1 < size) {
      step[n++] = c;
    }
  }
  step[n] = '\0';
  return *path ? path + 1 : path;
}

void
ton_path_add(TonString* path, const char* step)
{
  ton_string_add(path, path->length ? "/" : "");
  for (; *step; ++step) {
    if (*step == '/' || *step == '~') {
      ton_string_add(path, *step == '/' ? "~1" : "~0");
    } else {
      ton_string_add_bytes(path, step, 1);
    }
  }
}

TonNode*
ton_node_step(const TonNode* node, const char* step)
{
  if (node->kind == TON_MAP) {
    return ton_node_child(node, step);
  }
  if (node->kind == TON_SCALAR || strspn(step, "0123456789") != strlen(step) ||
      !*step) {
    return NULL;
  }
  const unsigned long n = strtoul(step, NULL, 10);
  return n < node->count ? node->items[n] : NULL;
}

TonNode*
ton_node_at(TonNode* root, const char* path)
{
  char step[TON_STEP_BYTES];
  TonNode* node = root;
  while (node && (path = ton_path_step(path, step, sizeof(step)))) {
    node = ton_node_step(node, step);
  }
  return node;
}

bool
ton_node_same(const TonNode* a, const TonNode* b)
{
  if (a->kind != b->kind || a->count != b->count) {
    return false;
  }
  if (a->kind == TON_SCALAR) {
    return strcmp(a->text, b->text) == 0;
  }
  for (uint32_t i = 0; i < a->count; ++i) {
    if (a->kind == TON_MAP &&
        strcmp(a->items[i]->key->text, b->items[i]->key->text) != 0) {
      return false;
    }
    if (!ton_node_same(a->items[i], b->items[i])) {
      return false;
    }
  }
  return true;
}

static void
add_counted(TonString* content, char kind, const char* text)
{
  ton_string_printf(content, "%c%zu:%s", kind, strlen(text), text);
}

void
ton_node_content(const TonNode* node, TonString* content)
{
  if (node->kind == TON_SCALAR) {
    add_counted(content, 's', node->text);
    return;
  }
  ton_string_printf(content, "%c%u:", node->kind == TON_MAP ? 'm' : 'l',
                    node->count);
  for (uint32_t i = 0; i < node->count; ++i) {
    if (node->kind == TON_MAP) {
      add_counted(content, 'k', node->items[i]->key->text);
    }
    ton_node_content(node->items[i], content);
  }
}

/// A number with a comma, "-22,5", in the line at `line`: its first byte and its
/// length; null: there is none
static const char*
decimal_comma(const char* line, size_t* length)
{
  static const char digits[] = "0123456789";
  const char* const end = line + strcspn(line, "\r\n#");
  for (const char* at = line; at < end; ++at) {
    const size_t whole = strspn(at, digits);
    const bool comma = whole && at[whole] == ',';
    const size_t rest = comma ? strspn(at + whole + 1, digits) : 0;
    if (rest) {
      *length = whole + 1 + rest;
      return at;
    }
    at += whole ? whole - 1 : 0;
  }
  return NULL;
}

/// In braces and brackets a comma separates: an error near one may come from it
static void
hint_at_comma(char* message, size_t size, const char* line)
{
  size_t n = 0;
  const char* const number = decimal_comma(line, &n);
  const size_t used = strlen(message);
  if (number && !strstr(message, "comma")) {
    const size_t whole = strcspn(number, ",");
    ton_string_cut(message + used, size - used,
                   "; if %.*s is one number, write it with a point: %.*s.%.*s",
                   (int)n, number, (int)whole, number, (int)(n - whole - 1),
                   number + whole + 1);
  }
}

TonStatus
ton_fail_text(TonError* error, const char* name, const char* text,
              size_t offset, const char* format, ...)
{
  if (!error) {
    return TON_BAD_TEXT;
  }
  char message[sizeof(error->text)];
  va_list args;
  va_start(args, format);
  ton_string_vcut(message, sizeof(message), format, args);
  va_end(args);
  size_t start = 0;
  uint32_t line = 1;
  for (size_t i = 0; i < offset; ++i) {
    if (text[i] == '\n') {
      ++line;
      start = i + 1;
    }
  }
  hint_at_comma(message, sizeof(message), text + start);
  ton_fail_file(error, TON_BAD_TEXT, name, "%s", message);
  error->line = line;
  error->column = 1 + (uint32_t)ton_utf8_count(text + start, offset - start);
  ton_excerpt_take(error, text + start);
  return TON_BAD_TEXT;
}
