// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Comments at the ends of lines, which say why a value is what it is.
*/

#include "base/utf8.h"
#include "session/edit.h"

#include <string.h>

/// End of the last value that ends on a line, or of the line's ":" or "-"
static void
last_end(const char* text, const TonNode* node, size_t bol, size_t eol,
         size_t* end)
{
  if (node->start > eol || (node->end < bol && node->count == 0)) {
    return;
  }
  if (node->key && node->key->end >= bol && node->key->end <= eol &&
      node->key->end > *end) {
    *end = node->key->end;
  }
  const bool value = node->kind == TON_SCALAR || node->flow;
  if (value && node->end >= bol && node->end <= eol && node->end > *end) {
    *end = node->end;
  }
  if (value && node->start < eol && node->end > eol &&
      node->kind == TON_SCALAR) {
    *end = eol;
  }
  for (uint32_t i = 0; i < node->count; ++i) {
    last_end(text, node->items[i], bol, eol, end);
  }
}

size_t
ton_comment_start(const TonDoc* doc, size_t bol, size_t eol)
{
  const char* const text = ton_doc_text(doc);
  size_t at = bol;
  last_end(text, doc->root, bol, eol, &at);
  for (; at < eol; ++at) {
    if (text[at] == '#' && (at == bol || text[at - 1] == ' ')) {
      return at;
    }
  }
  return eol;
}

static size_t
trimmed(const char* text, size_t bol, size_t end)
{
  while (end > bol && text[end - 1] == ' ') {
    --end;
  }
  return end;
}

/// Characters between two bytes
static size_t
width(const char* text, size_t from, size_t to)
{
  return ton_utf8_count(text + from, to - from);
}

/// A comment is not put below its neighbour's across a wider gap
enum { FAR_AWAY = 32 };

/// Column of the comment on the line above or below, or 0
static size_t
neighbour_column(const TonDoc* doc, size_t bol, size_t eol)
{
  const char* const text = ton_doc_text(doc);
  const size_t above = bol ? ton_line_start(text, bol - 1) : bol;
  const size_t below = eol + strcspn(text + eol, "\n") + (text[eol] != '\0');
  const size_t starts[2] = {above, below};
  for (int i = 0; i < 2; ++i) {
    const size_t at = starts[i];
    if ((i == 0 && !bol) || !text[at < doc->text.length ? at : eol]) {
      continue;
    }
    const size_t end = ton_line_end(text, at);
    const size_t hash = ton_comment_start(doc, at, end);
    if (hash < end && trimmed(text, at, hash) > at) {
      return width(text, at, hash);
    }
  }
  return 0;
}

/// Lines of a block value carry their reason on the line of their key
static size_t
comment_place(const TonDoc* doc, const TonNode* node)
{
  while (node->kind != TON_SCALAR && !node->flow && node->count) {
    if (node->key) {
      const char* const text = ton_doc_text(doc);
      return node->key->end + strcspn(text + node->key->end, ":") + 1;
    }
    node = node->items[0];
  }
  return node->end;
}

static void
add_comment(TonString* out, const char* comment)
{
  ton_string_add(out, "# ");
  for (; *comment; ++comment) {
    const unsigned char c = (unsigned char)*comment;
    ton_string_add_bytes(out, c < 0x20 || c == 0x7F ? " " : comment, 1);
  }
}

char*
ton_doc_comment(const TonDoc* doc, const char* path)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  if (!node || node->quote == '|' || node->quote == '>') {
    return NULL;
  }
  const char* const text = ton_doc_text(doc);
  const size_t place = comment_place(doc, node);
  const size_t bol = ton_line_start(text, place);
  const size_t eol = ton_line_end(text, place);
  size_t hash = ton_comment_start(doc, bol, eol);
  hash += hash < eol;
  hash += hash < eol && text[hash] == ' ';
  char* const copy = ton_alloc(eol - hash + 1);
  if (copy) {
    memcpy(copy, text + hash, eol - hash);
  }
  return copy;
}

bool
ton_edit_comment(const TonDoc* doc, const TonNode* node, const char* comment,
                 TonString* out)
{
  const char* const text = ton_doc_text(doc);
  if (node->quote == '|' || node->quote == '>') {
    return false;
  }
  const size_t place = comment_place(doc, node);
  const size_t bol = ton_line_start(text, place);
  const size_t eol = ton_line_end(text, place);
  const size_t hash = ton_comment_start(doc, bol, eol);
  const size_t end = trimmed(text, bol, hash);
  const size_t wide = width(text, bol, end);
  size_t column =
      hash < eol ? width(text, bol, hash) : neighbour_column(doc, bol, eol);
  column = column >= wide + 1 ? column : wide + 2;
  const bool far = column < wide + 2 || column > wide + FAR_AWAY;
  if (hash == eol && far) {
    column = wide + 2;
  }
  ton_string_add_bytes(out, text, *comment ? end : (hash < eol ? end : eol));
  if (*comment) {
    ton_emit_spaces(out, (unsigned)(column - wide));
    add_comment(out, comment);
  }
  ton_string_add_bytes(out, text + eol, doc->text.length - eol);
  return true;
}
