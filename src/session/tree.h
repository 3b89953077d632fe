// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tree of a text: every value with the bytes it stands on.

   The texts are a strict part of YAML: no anchors, aliases, tags, directives,
   tabs, second documents, or keys written twice.  A scalar is text; what it
   means is decided by who reads it.
*/

#ifndef TON_SESSION_TREE_H
#define TON_SESSION_TREE_H

#include "base/memory.h"
#include "base/string.h"

#include <tonmeister/status.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  TON_TREE_DEPTH = 32,      ///< Deepest nesting of lists and maps
  TON_TREE_BYTES = 8 << 20, ///< Longest text
  TON_NAME_BYTES = 255,     ///< Longest name of a strip, as of a file
  TON_KEY_BYTES = 1000,     ///< Longest key of a map
  TON_STEP_BYTES = 1024,    ///< Buffer for one step of a path: any key fits
};

typedef enum { TON_SCALAR, TON_LIST, TON_MAP } TonNodeKind;

typedef struct TonNode TonNode;

/// One value of a text
struct TonNode {
  TonNodeKind kind;
  bool flow;        ///< A list in [] or a map in {}
  char quote;       ///< Of a scalar: 0, '"', '\'', '|' or '>'
  const char* text; ///< Of a scalar: what it says
  TonNode* key;     ///< In a map: the scalar that names this value
  TonNode* parent;
  TonNode** items;
  uint32_t count;
  size_t start; ///< First byte; of a block list the first "-"
  size_t end;   ///< After the last byte; comments are never inside at the end
  uint32_t line;
  uint32_t column; ///< In characters, from 1
  TonNode* first;  ///< While building
  TonNode* last;
  TonNode* next;
};

/// Parse a text.  Nodes are owned by `arena`; `name` is the file's name in
/// errors.  An empty text is an empty map.  [main]
TonStatus ton_tree_parse(const char* text, size_t length, const char* name,
                         TonArena* arena, TonNode** root, TonError* error);

/// Nothing is written there: "key:" or "-"
bool ton_node_empty(const TonNode* node);

/// Value of a key, or null
TonNode* ton_node_child(const TonNode* map, const char* key);

/// Node at a path as in TonEdit, or null
TonNode* ton_node_at(TonNode* root, const char* path);

/// The next step of a path: unescaped into `step`, returning what follows, or
/// null when the path ends.  A step that does not fit is cut, and is longer
/// than any key then if `step` has TON_STEP_BYTES.
const char* ton_path_step(const char* path, char* step, size_t size);

/// Add a step to a path: '/' in front unless it is the first, '/' and '~' in
/// it as "~1" and "~0"
void ton_path_add(TonString* path, const char* step);

/// Child of a list or map that a step names, or null
TonNode* ton_node_step(const TonNode* node, const char* step);

/// Same kind, same texts, same order; places and styles do not count
bool ton_node_same(const TonNode* a, const TonNode* b);

/// Add all that ton_node_same() compares: two trees that are the same, and only
/// they, give the same
void ton_node_content(const TonNode* node, TonString* content);

/// Fill an error with a place in a text and the line that stands there
TonStatus ton_fail_text(TonError* error, const char* name, const char* text,
                        size_t offset, const char* format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
