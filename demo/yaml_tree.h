// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DEMO_TREE_H
#define DEMO_TREE_H

/// @file A small text in YAML, asked for its keys by name.

#include <stdbool.h>
#include <tonmeister/status.h>
#include <tonmeister/unit.h>
#include <yaml.h>

/// A text as libyaml loads it, with the file's name for messages
typedef struct {
  yaml_document_t document;
  const char* path; ///< Borrowed
  bool loaded;
} Tree;

typedef const yaml_node_t* Node;

/// Load `path`; tree_close() in any case
TonStatus tree_open(Tree* tree, const char* path, TonError* error);

void tree_close(Tree* tree);

Node tree_root(Tree* tree);

/// Fail at the place of `node`
TonStatus tree_fail(const Tree* tree, Node node, TonError* error,
                    const char* format, ...)
    __attribute__((format(printf, 4, 5)));

/// Text of a scalar, "" for null and everything else
const char* tree_word(Node node);

/// Value of `key`, null when absent
Node tree_find(Tree* tree, Node map, const char* key);

/// Same, but absence is an error that names the nearest key there is
TonStatus tree_child(Tree* tree, Node map, const char* key, Node* child,
                     TonError* error);

/// A number with its unit; `otherwise` may be null when it must be there
TonStatus tree_number(Tree* tree, Node map, const char* key, TonUnit unit,
                      const double* otherwise, double* value, TonError* error);

/// Items of a sequence or pairs of a map, 0 for null
size_t tree_count(Node node);

Node tree_item(Tree* tree, Node sequence, size_t i);

const char* tree_key(Tree* tree, Node map, size_t i);

Node tree_value(Tree* tree, Node map, size_t i);

#endif
