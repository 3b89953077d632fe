// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A text of a song: opened, asked for values by path, saved.
*/

#include "session/doc.h"

#include "base/error.h"
#include "base/input_file.h"
#include "base/output_file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

TonStatus
ton_doc_parse(const char* text, uint64_t length, const char* name, TonDoc** doc,
              TonError* error)
{
  *doc = NULL;
  TonDoc* const d = ton_alloc(sizeof(TonDoc));
  char* const own_name = ton_copy_string(name);
  if (d) {
    d->name = own_name;
    ton_string_add_bytes(&d->text, text, length);
  }
  if (!d || !own_name || d->text.failed) {
    ton_free(d ? NULL : own_name);
    ton_doc_free(d);
    return ton_fail_file(error, TON_NO_MEMORY, name, "out of memory");
  }
  const TonStatus status = ton_tree_parse(d->text.bytes, d->text.length, name,
                                          &d->arena, &d->root, error);
  if (status != TON_OK) {
    ton_doc_free(d);
    return status;
  }
  *doc = d;
  return TON_OK;
}

static TonStatus
open_failed(const char* path, TonError* error)
{
  switch (errno) {
  case ENOENT:
    return ton_fail_file(error, TON_NOT_FOUND, path, "there is no such file");
  case EFBIG:
    return ton_fail_file(error, TON_BAD_TEXT, path,
                         "the text is longer than 8 MiB");
  case ENOMEM:
    return ton_fail_file(error, TON_NO_MEMORY, path, "out of memory");
  default:
    return ton_input_failed(path, error);
  }
}

TonStatus
ton_doc_open(const char* path, TonDoc** doc, TonError* error)
{
  *doc = NULL;
  size_t length = 0;
  errno = ENOMEM;
  char* const text = ton_string_read_file(path, TON_TREE_BYTES, &length);
  if (!text) {
    return open_failed(path, error);
  }
  const TonStatus status = ton_doc_parse(text, length, path, doc, error);
  ton_free(text);
  return status;
}

const char*
ton_doc_text(const TonDoc* doc)
{
  return ton_string_string(&doc->text);
}

TonStatus
ton_doc_save(const TonDoc* doc, const char* path, TonError* error)
{
  return ton_file_write(path, ton_doc_text(doc), doc->text.length, error);
}

void
ton_doc_free(TonDoc* doc)
{
  if (doc) {
    ton_arena_free(&doc->arena);
    ton_string_free(&doc->text);
    ton_free(doc->name);
    ton_free(doc);
  }
}

char*
ton_doc_get(const TonDoc* doc, const char* path)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  if (!node) {
    return NULL;
  }
  if (node->kind == TON_SCALAR) {
    return ton_copy_string(node->text);
  }
  TonString text = {0};
  ton_string_add_bytes(&text, ton_doc_text(doc) + node->start,
                       node->end - node->start);
  if (text.failed) {
    ton_string_free(&text);
  }
  return text.bytes;
}

uint32_t
ton_doc_count(const TonDoc* doc, const char* path)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  return node ? node->count : 0;
}

char*
ton_doc_key(const TonDoc* doc, const char* path, uint32_t index)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  if (!node || node->kind != TON_MAP || index >= node->count) {
    return NULL;
  }
  return ton_copy_string(node->items[index]->key->text);
}

uint32_t
ton_doc_line(const TonDoc* doc, const char* path)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  return node ? node->line : 0;
}

TonStatus
ton_fail_at(const TonDoc* doc, const TonNode* node, TonError* error,
            const char* format, ...)
{
  char message[sizeof(error->text)];
  va_list args;
  va_start(args, format);
  ton_string_vcut(message, sizeof(message), format, args);
  va_end(args);
  return ton_fail_text(error, doc->name, ton_doc_text(doc), node->start, "%s",
                       message);
}
