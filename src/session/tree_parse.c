// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   From a text to its tree, with libyaml's events.
*/

#include "base/array.h"
#include "base/error.h"
#include "session/tree.h"
#include "session/tree_scan.h"
#include "session/utf8_index.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

/// What is known while the events of a text go by
typedef struct {
  const char* text;
  const char* name;
  size_t mark; ///< Bytes of the byte order mark that editors of Windows write
  TonUtf8Index index; ///< Of what follows it
  TonArena* arena;
  TonError* error;
  TonNode* root;
  TonNode* open;    ///< List or map being filled
  TonNode* pending; ///< Key waiting for its value
  unsigned depth;
  unsigned documents;
} Build;

/// Byte of the text at a character that libyaml counts
static size_t
byte_of(const Build* b, size_t index)
{
  return b->mark + ton_utf8_index_byte(&b->index, index);
}

#define WRONG(build, offset, ...)                                              \
  ton_fail_text((build)->error, (build)->name, (build)->text, offset,          \
                __VA_ARGS__)

static TonStatus
no_memory(Build* b)
{
  return ton_fail_file(b->error, TON_NO_MEMORY, b->name,
                       "out of memory while reading the text");
}

// libyaml's words, and ours ---------------------------------------------------

typedef struct {
  const char* theirs;
  const char* ours;
  bool at_begin; ///< The place to show is where the thing begins
} Phrase;

static const Phrase phrases[] = {
    {"mapping values are not allowed",
     "a second \": \" where a value was expected; quote the value, indent the "
     "line as those above it, or write a space behind the colon above",
     false},
    {"could not find expected ':'",
     "a key without \": \" after it; behind the colon stands a space", true},
    {"did not find expected key",
     "this line does not fit the indentation of the lines above it", false},
    {"did not find expected '-' indicator",
     "this line does not fit the list above it; list items begin with \"- \" "
     "at the same column",
     false},
    {"did not find expected ',' or '}'",
     "this \"{\" is not closed, or a \",\" is missing in it", true},
    {"did not find expected ',' or ']'",
     "this \"[\" is not closed, or a \",\" is missing in it", true},
    {"found unexpected end of stream", "this quote is not closed", true},
    {"found character that cannot start any token",
     "a value cannot begin with this character; quote the value", false},
    {"block sequence entries are not allowed",
     "a \"- \" where no list item can stand", false},
    {"found undefined tag handle",
     "\"!\" has a meaning of its own in YAML; quote the value", false},
    {"did not find expected <document start>",
     "text after the end of the document", false},
    {"found unknown escape character",
     "an unknown \"\\\" escape; use single quotes, or write \"\\\\\"", false},
};

static TonStatus
parser_failed(Build* b, const yaml_parser_t* parser)
{
  if (parser->error == YAML_MEMORY_ERROR) {
    return no_memory(b);
  }
  const char* words = parser->problem ? parser->problem : "not readable";
  const yaml_mark_t* mark = &parser->problem_mark;
  for (size_t i = 0; i < TON_COUNT(phrases); ++i) {
    if (strstr(words, phrases[i].theirs)) {
      words = phrases[i].ours;
      mark = phrases[i].at_begin ? &parser->context_mark : mark;
      break;
    }
  }
  const size_t at = byte_of(b, mark->index);
  return WRONG(b, at, "%s", words);
}

// Nodes -------------------------------------------------------------------

static TonNode*
new_node(Build* b, TonNodeKind kind, const yaml_event_t* event)
{
  TonNode* const node = ton_arena_alloc(b->arena, sizeof(TonNode));
  if (node) {
    node->kind = kind;
    node->text = "";
    node->start = byte_of(b, event->start_mark.index);
    node->end = byte_of(b, event->end_mark.index);
    node->line = (uint32_t)event->start_mark.line + 1;
    node->column = (uint32_t)event->start_mark.column + 1;
  }
  return node;
}

/// "key" must be followed by ":"; "? key" is not part of our YAML
static TonStatus
check_key(Build* b, const TonNode* key)
{
  size_t before = key->start;
  while (before && b->text[before - 1] == ' ') {
    --before;
  }
  if (strlen(key->text) > TON_KEY_BYTES) {
    return WRONG(b, key->start, "this name is longer than %d bytes",
                 TON_KEY_BYTES);
  }
  if (before < key->start && before && b->text[before - 1] == '?') {
    return WRONG(b, before - 1, "a \"? \" before a key; leave it out");
  }
  size_t after = key->end;
  while (b->text[after] == ' ') {
    ++after;
  }
  return b->text[after] == ':' ? TON_OK
                               : WRONG(b, key->start,
                                       "\"%s\" has no \": \" "
                                       "after it; write \"%s: value\"",
                                       key->text, key->text);
}

static TonStatus
attach(Build* b, TonNode* node)
{
  TonNode* const into = b->open;
  if (!into) {
    b->root = node;
    return TON_OK;
  }
  if (into->kind == TON_MAP && !b->pending) {
    if (node->kind != TON_SCALAR) {
      return WRONG(b, node->start,
                   "a list or map cannot be a key; quote the "
                   "key if it is a name");
    }
    b->pending = node;
    return check_key(b, node);
  }
  node->key = b->pending;
  node->parent = into;
  b->pending = NULL;
  if (into->last) {
    into->last->next = node;
  } else {
    into->first = node;
  }
  into->last = node;
  ++into->count;
  return TON_OK;
}

static int
by_key(const void* a, const void* b)
{
  const TonNode* const x = (*(const TonNode* const*)a)->key;
  const TonNode* const y = (*(const TonNode* const*)b)->key;
  const int order = strcmp(x->text, y->text);
  return order ? order : (x->start > y->start) - (x->start < y->start);
}

static TonStatus
check_twice(Build* b, const TonNode* map)
{
  if (map->count < 2) {
    return TON_OK;
  }
  TonNode** const sorted = ton_alloc(map->count * sizeof(TonNode*));
  if (!sorted) {
    return no_memory(b);
  }
  memcpy(sorted, map->items, map->count * sizeof(TonNode*));
  qsort(sorted, map->count, sizeof(TonNode*), by_key);
  const TonNode* twice = NULL;
  const TonNode* before = NULL;
  for (uint32_t i = 1; i < map->count; ++i) {
    const TonNode* const key = sorted[i]->key;
    if (strcmp(sorted[i - 1]->key->text, key->text) == 0 &&
        (!twice || key->start < twice->start)) {
      twice = key;
      before = sorted[i - 1]->key;
    }
  }
  ton_free(sorted);
  return !twice ? TON_OK
                : WRONG(b, twice->start,
                        "\"%s\" is here twice; the first stands in line %u",
                        twice->text, before->line);
}

/// The list or map is complete: items in an array, end after the last value
static TonStatus
close_node(Build* b, const yaml_event_t* event)
{
  TonNode* const node = b->open;
  const size_t bytes = (node->count ? node->count : 1) * sizeof(TonNode*);
  node->items = ton_arena_alloc(b->arena, bytes);
  if (!node->items) {
    return no_memory(b);
  }
  uint32_t n = 0;
  for (TonNode* child = node->first; child; child = child->next) {
    node->items[n++] = child;
  }
  const char opens = node->kind == TON_MAP ? '{' : '[';
  if (node->flow && b->text[node->start] == opens) {
    node->end = byte_of(b, event->end_mark.index);
  } else if (node->last) {
    node->end = node->last->end;
  }
  b->open = node->parent;
  b->depth -= 1;
  return node->kind == TON_MAP ? check_twice(b, node) : TON_OK;
}

static TonStatus
open_node(Build* b, TonNodeKind kind, bool flow, const yaml_event_t* event)
{
  TonNode* const node = new_node(b, kind, event);
  if (!node) {
    return no_memory(b);
  }
  node->flow = flow;
  if (++b->depth > TON_TREE_DEPTH) {
    return WRONG(b, node->start, "nested deeper than %d levels",
                 TON_TREE_DEPTH);
  }
  TON_TRY(attach(b, node));
  b->open = node;
  return TON_OK;
}

static char
quote_of(yaml_scalar_style_t style)
{
  switch (style) {
  case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    return '\'';
  case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
    return '"';
  case YAML_LITERAL_SCALAR_STYLE:
    return '|';
  case YAML_FOLDED_SCALAR_STYLE:
    return '>';
  default:
    return 0;
  }
}

static TonStatus
add_scalar(Build* b, const yaml_event_t* event)
{
  TonNode* const node = new_node(b, TON_SCALAR, event);
  const char* const value = (const char*)event->data.scalar.value;
  char* const text =
      node ? ton_arena_string(b->arena, value, event->data.scalar.length)
           : NULL;
  if (!text) {
    return no_memory(b);
  }
  if (strlen(text) != event->data.scalar.length) {
    return WRONG(b, node->start, "a null character in a value");
  }
  node->text = text;
  node->quote = quote_of(event->data.scalar.style);
  if (node->quote == '|' || node->quote == '>') {
    while (node->end > node->start && strchr(" \r\n", b->text[node->end - 1])) {
      --node->end;
    }
  }
  return attach(b, node);
}

// Events ------------------------------------------------------------------

static TonStatus
refuse_reference(Build* b, const yaml_event_t* event, const yaml_char_t* anchor,
                 const yaml_char_t* tag)
{
  const size_t at = byte_of(b, event->start_mark.index);
  if (anchor) {
    return WRONG(b, at, "an anchor (\"&%s\"); write the value out, or quote it",
                 (const char*)anchor);
  }
  if (tag) {
    return WRONG(b, at, "a tag (\"!\"); leave it out, or quote the value");
  }
  return TON_OK;
}

static TonStatus
document_start(Build* b, const yaml_event_t* event)
{
  const size_t at = byte_of(b, event->start_mark.index);
  if (event->data.document_start.version_directive ||
      event->data.document_start.tag_directives.start !=
          event->data.document_start.tag_directives.end) {
    return WRONG(b, at, "a \"%%\" directive; leave it out");
  }
  return ++b->documents == 1
             ? TON_OK
             : WRONG(b, at, "a second document; one text holds one");
}

static TonStatus
take(Build* b, const yaml_event_t* e)
{
  switch (e->type) {
  case YAML_DOCUMENT_START_EVENT:
    return document_start(b, e);
  case YAML_ALIAS_EVENT:
    return WRONG(b, byte_of(b, e->start_mark.index),
                 "an alias (\"*%s\"); write the value out, or quote it",
                 (const char*)e->data.alias.anchor);
  case YAML_SCALAR_EVENT:
    TON_TRY(refuse_reference(b, e, e->data.scalar.anchor, e->data.scalar.tag));
    return add_scalar(b, e);
  case YAML_SEQUENCE_START_EVENT:
    TON_TRY(refuse_reference(b, e, e->data.sequence_start.anchor,
                             e->data.sequence_start.tag));
    return open_node(b, TON_LIST,
                     e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                     e);
  case YAML_MAPPING_START_EVENT:
    TON_TRY(refuse_reference(b, e, e->data.mapping_start.anchor,
                             e->data.mapping_start.tag));
    return open_node(b, TON_MAP,
                     e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE, e);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    return close_node(b, e);
  default:
    return TON_OK;
  }
}

static TonStatus
run(Build* b, yaml_parser_t* parser)
{
  for (;;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) {
      return parser_failed(b, parser);
    }
    const bool end = event.type == YAML_STREAM_END_EVENT;
    const TonStatus status = take(b, &event);
    yaml_event_delete(&event);
    if (status != TON_OK || end) {
      return status;
    }
  }
}

/// A text without a value is an empty map
static TonStatus
give_root(Build* b, size_t length, TonNode** root)
{
  if (!b->root || ton_node_empty(b->root)) {
    b->root = ton_arena_alloc(b->arena, sizeof(TonNode));
    if (!b->root) {
      return no_memory(b);
    }
    *b->root = (TonNode){.kind = TON_MAP, .text = "", .line = 1, .column = 1};
    b->root->start = b->root->end = length;
  }
  *root = b->root;
  return TON_OK;
}

TonStatus
ton_tree_parse(const char* text, size_t length, const char* name,
               TonArena* arena, TonNode** root, TonError* error)
{
  TON_TRY(ton_tree_scan(text, length, name, error));
  Build b = {.text = text, .name = name, .arena = arena, .error = error};
  // libyaml counts the mark as a column, and finds all below it wrong
  b.mark = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  if (!ton_utf8_index_make(&b.index, text + b.mark, length - b.mark)) {
    return no_memory(&b);
  }
  TonStatus status = TON_NO_MEMORY;
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser)) {
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char*)text + b.mark,
                                 length - b.mark);
    status = run(&b, &parser);
    yaml_parser_delete(&parser);
  }
  ton_utf8_index_free(&b.index);
  TON_TRY(status);
  return give_root(&b, length, root);
}
