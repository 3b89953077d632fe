// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A small text in YAML, asked for its keys by name.

#include "yaml_tree.h"

#include "base/error.h"
#include "base/string.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

TonStatus
tree_open(Tree* tree, const char* path, TonError* error)
{
  *tree = (Tree){.path = path};
  FILE* const file = fopen(path, "rb");
  if (!file) {
    return ton_fail_file(error, TON_NOT_FOUND, path, "cannot be opened: %s",
                         strerror(errno));
  }
  yaml_parser_t parser;
  yaml_parser_initialize(&parser);
  yaml_parser_set_input_file(&parser, file);
  tree->loaded = yaml_parser_load(&parser, &tree->document);
  TonStatus status = TON_OK;
  if (!tree->loaded) {
    status = ton_fail_file(error, TON_BAD_TEXT, path, "line %zu: %s",
                           parser.problem_mark.line + 1,
                           parser.problem ? parser.problem : "not YAML");
  }
  yaml_parser_delete(&parser);
  fclose(file);
  return status;
}

void
tree_close(Tree* tree)
{
  if (tree->loaded) {
    yaml_document_delete(&tree->document);
  }
  tree->loaded = false;
}

Node
tree_root(Tree* tree)
{
  return yaml_document_get_root_node(&tree->document);
}

TonStatus
tree_fail(const Tree* tree, Node node, TonError* error, const char* format, ...)
{
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  const size_t line = node ? node->start_mark.line + 1 : 1;
  return ton_fail_file(error, TON_BAD_TEXT, tree->path, "line %zu: %s", line,
                       text);
}

const char*
tree_word(Node node)
{
  return node && node->type == YAML_SCALAR_NODE
             ? (const char*)node->data.scalar.value
             : "";
}

size_t
tree_count(Node node)
{
  if (node && node->type == YAML_SEQUENCE_NODE) {
    return (size_t)(node->data.sequence.items.top -
                    node->data.sequence.items.start);
  }
  if (node && node->type == YAML_MAPPING_NODE) {
    return (size_t)(node->data.mapping.pairs.top -
                    node->data.mapping.pairs.start);
  }
  return 0;
}

Node
tree_item(Tree* tree, Node sequence, size_t i)
{
  return yaml_document_get_node(&tree->document,
                                sequence->data.sequence.items.start[i]);
}

const char*
tree_key(Tree* tree, Node map, size_t i)
{
  return tree_word(yaml_document_get_node(
      &tree->document, map->data.mapping.pairs.start[i].key));
}

Node
tree_value(Tree* tree, Node map, size_t i)
{
  return yaml_document_get_node(&tree->document,
                                map->data.mapping.pairs.start[i].value);
}

Node
tree_find(Tree* tree, Node map, const char* key)
{
  const bool is_map = map && map->type == YAML_MAPPING_NODE;
  for (size_t i = 0; is_map && i < tree_count(map); ++i) {
    if (!strcmp(tree_key(tree, map, i), key)) {
      return tree_value(tree, map, i);
    }
  }
  return NULL;
}

TonStatus
tree_child(Tree* tree, Node map, const char* key, Node* child, TonError* error)
{
  *child = tree_find(tree, map, key);
  if (*child) {
    return TON_OK;
  }
  const char* names[64];
  size_t n = 0;
  const bool is_map = map && map->type == YAML_MAPPING_NODE;
  for (size_t i = 0; is_map && i < tree_count(map) && n < 64; ++i) {
    names[n++] = tree_key(tree, map, i);
  }
  const char* const near = ton_string_nearest(key, names, n);
  return near ? tree_fail(tree, map, error, "no \"%s\"; is it \"%s\"?", key,
                          near)
              : tree_fail(tree, map, error, "no \"%s\"", key);
}

TonStatus
tree_number(Tree* tree, Node map, const char* key, TonUnit unit,
            const double* otherwise, double* value, TonError* error)
{
  Node node = tree_find(tree, map, key);
  if (!node && otherwise) {
    *value = *otherwise;
    return TON_OK;
  }
  TON_TRY(tree_child(tree, map, key, &node, error));
  char room[128];
  const char* why = "not a number";
  if (!ton_unit_parse(tree_word(node), unit, value, &why, room, sizeof(room))) {
    return tree_fail(tree, node, error, "%s: %s: %s", key, tree_word(node),
                     why);
  }
  return TON_OK;
}
