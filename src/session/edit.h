// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The steps of an edit.
*/

#ifndef TON_SESSION_EDIT_H
#define TON_SESSION_EDIT_H

#include "session/doc.h"
#include "session/emit.h"

/// An edit at work
typedef struct {
  const TonDoc* doc;
  TonError* error;
  const char* path;
  TonArena arena; ///< Of the new value and the steps
  const char* steps[TON_TREE_DEPTH + 1];
  uint32_t n_steps;
  uint32_t depth;  ///< Steps that exist
  TonNode* at;     ///< The deepest node that exists
  TonNode* value;  ///< The new value; for an addition what is added to `at`,
                   ///< with its missing parents; null when removing
  bool whole;      ///< `at` is replaced as a whole by `value`
  uint32_t before; ///< Item of `at` in front of which something is put; else
                   ///< UINT32_MAX
  TonString out;   ///< The new text
} TonEditing;

/// The document after an edit, which leaves `doc` as it is.  [main]
TonStatus ton_edit_make(const TonDoc* doc, const TonEdit* edit, TonDoc** now,
                        TonError* error);

/// The text with another plain value at a path that has one.  [main]
TonStatus ton_edit_scalar(const TonDoc* doc, const char* path, const char* text,
                          TonString* out, TonError* error);

/// Exchange text, tree and name.  [any]
void ton_doc_swap(TonDoc* a, TonDoc* b);

/// Write the new text: the old one but for the value.  [main]
TonStatus ton_edit_replace(TonEditing* e);
TonStatus ton_edit_add(TonEditing* e);
TonStatus ton_edit_insert(TonEditing* e);
TonStatus ton_edit_remove(TonEditing* e);

/// The text of `doc` with the end-of-line comment of `node` set, or removed
/// if `comment` is empty.  False: there is no place for it.
bool ton_edit_comment(const TonDoc* doc, const TonNode* node,
                      const char* comment, TonString* out);

/// Where the comment of the line that ends at `eol` begins ("#"), or `eol`
size_t ton_comment_start(const TonDoc* doc, size_t bol, size_t eol);

/// First byte of the line of `at`, behind a byte order mark, and the line's end
/// without its newline
size_t ton_line_start(const char* text, size_t at);
size_t ton_line_end(const char* text, size_t at);

#endif
