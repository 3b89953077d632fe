// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   An edit of a text: the bytes around it stay, and that is proved by reading
   the text again.
*/

#include "session/edit.h"

#include "base/error.h"
#include "session/tree_scan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static TonStatus
no_memory(TonEditing* e)
{
  return ton_fail_file(e->error, TON_NO_MEMORY, e->doc->name,
                       "out of memory while editing");
}

static TonStatus
split_path(TonEditing* e)
{
  char step[TON_STEP_BYTES];
  const char* rest = e->path;
  while ((rest = ton_path_step(rest, step, sizeof(step)))) {
    if (e->n_steps == TON_TREE_DEPTH) {
      return ton_fail_file(e->error, TON_BAD_USE, e->doc->name,
                           "the path \"%s\" is too deep", e->path);
    }
    const char* const copy = ton_arena_string(&e->arena, step, strlen(step));
    if (!copy) {
      return no_memory(e);
    }
    e->steps[e->n_steps++] = copy;
  }
  return e->n_steps ? TON_OK
                    : ton_fail_file(e->error, TON_BAD_USE, e->doc->name,
                                    "an edit needs a path");
}

static void
descend(TonEditing* e)
{
  e->at = e->doc->root;
  while (e->depth < e->n_steps) {
    TonNode* const next = ton_node_step(e->at, e->steps[e->depth]);
    if (!next) {
      return;
    }
    e->at = next;
    ++e->depth;
  }
}

// The new value -----------------------------------------------------------

static TonNode*
make_node(TonEditing* e, TonNodeKind kind, const char* text)
{
  TonNode* const node = ton_arena_alloc(&e->arena, sizeof(TonNode));
  if (node) {
    node->kind = kind;
    node->text = text;
  }
  return node;
}

/// Text that begins with a bracket or a quote is YAML, all other text is a
/// scalar as it stands
static TonStatus
read_value(TonEditing* e, const char* value)
{
  value += strspn(value, " ");
  size_t n = strlen(value);
  while (n && strchr(" \n", value[n - 1])) {
    --n;
  }
  char* const text = ton_arena_string(&e->arena, value, n);
  if (!text) {
    return no_memory(e);
  }
  if (n && strchr("[{\"'", *text)) {
    const TonStatus status =
        ton_tree_parse(text, n, "value", &e->arena, &e->value, e->error);
    if (status == TON_OK && (e->value->kind != TON_SCALAR || e->value->quote)) {
      return TON_OK;
    }
    if (status == TON_NO_MEMORY || strchr("[{", *text)) {
      return status == TON_OK ? TON_BAD_TEXT : status;
    }
  }
  TON_TRY(ton_tree_scan(text, n, "value", e->error));
  e->value = make_node(e, TON_SCALAR, text);
  return e->value ? TON_OK : no_memory(e);
}

/// A list or map with `e->value` as its only item
static TonStatus
wrap(TonEditing* e, const char* step, bool list)
{
  TonNode* const parent = make_node(e, list ? TON_LIST : TON_MAP, "");
  TonNode** const items = ton_arena_alloc(&e->arena, sizeof(TonNode*));
  TonNode* const key = make_node(e, TON_SCALAR, step);
  if (!parent || !items || !key) {
    return no_memory(e);
  }
  items[0] = e->value;
  parent->items = items;
  parent->count = 1;
  e->value->key = list ? NULL : key;
  e->value = parent;
  return TON_OK;
}

static TonStatus
wrong_place(TonEditing* e)
{
  const char* const step = e->steps[e->depth];
  if (e->at->kind == TON_LIST) {
    return ton_fail_at(e->doc, e->at, e->error,
                       "\"%s\": this list has %u items; a new one is number "
                       "%u, not \"%s\"",
                       e->path, e->at->count, e->at->count, step);
  }
  return ton_fail_at(e->doc, e->at, e->error,
                     "\"%s\": there is a single value here, which has no "
                     "\"%s\"",
                     e->path, step);
}

/// Make what is added to `at`, with the parents that are missing
static TonStatus
wrap_parents(TonEditing* e)
{
  for (uint32_t i = e->n_steps; i-- > e->depth + 1;) {
    TON_TRY(wrap(e, e->steps[i], strcmp(e->steps[i], "0") == 0));
  }
  const char* const step = e->steps[e->depth];
  const TonNode* const at = e->at;
  if (e->depth && (at->kind == TON_SCALAR ? ton_node_empty(at) : !at->count)) {
    e->whole = true;
    return wrap(e, step, at->kind != TON_MAP && strcmp(step, "0") == 0);
  }
  if (at->kind == TON_MAP) {
    e->value->key = make_node(e, TON_SCALAR, step);
    return e->value->key ? TON_OK : no_memory(e);
  }
  char next[16];
  snprintf(next, sizeof(next), "%u", at->count);
  return at->kind == TON_LIST && strcmp(step, next) == 0 ? TON_OK
                                                         : wrong_place(e);
}

// Proof -------------------------------------------------------------------

static bool
same_key(const TonNode* a, const TonNode* b)
{
  if (!a->key || !b->key) {
    return !a->key && !b->key;
  }
  return strcmp(a->key->text, b->key->text) == 0;
}

static bool
only_removed(const TonNode* before, const TonNode* now, const TonNode* gone)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < before->count; ++i) {
    if (before->items[i] == gone) {
      continue;
    }
    if (n >= now->count || !same_key(before->items[i], now->items[n]) ||
        !ton_node_same(before->items[i], now->items[n])) {
      return false;
    }
    ++n;
  }
  return n == now->count;
}

/// `added` is item `place` now, and all others are there in their order
static bool
only_added(const TonNode* before, const TonNode* now, const TonNode* added,
           uint32_t place)
{
  if (now->count != before->count + 1 || now->kind != before->kind) {
    return false;
  }
  for (uint32_t i = 0; i < before->count; ++i) {
    const TonNode* const same = now->items[i + (i >= place)];
    if (!same_key(before->items[i], same) ||
        !ton_node_same(before->items[i], same)) {
      return false;
    }
  }
  const TonNode* const new = now->items[place];
  return same_key(added, new) && ton_node_same(added, new);
}

/// The new tree is the old one with this edit, and nothing else has changed
static bool
kept(const TonEditing* e, const TonNode* before, const TonNode* now)
{
  if (!e->value && before == e->at->parent) {
    return before->kind == now->kind && only_removed(before, now, e->at);
  }
  if (before == e->at) {
    assert(e->value);
    return e->whole || e->depth == e->n_steps
               ? ton_node_same(now, e->value)
               : only_added(before, now, e->value,
                            e->before < before->count ? e->before
                                                      : before->count);
  }
  if (before->kind != now->kind || before->count != now->count) {
    return false;
  }
  const TonNode* on_path = e->at;
  while (on_path->parent != before) {
    on_path = on_path->parent;
  }
  for (uint32_t i = 0; i < before->count; ++i) {
    const TonNode* const a = before->items[i];
    const TonNode* const b = now->items[i];
    if (!same_key(a, b) ||
        !(a == on_path ? kept(e, a, b) : ton_node_same(a, b))) {
      return false;
    }
  }
  return true;
}

// The edit ----------------------------------------------------------------

/// The last step is "+2": a new item in front of number 2
static bool
is_insertion(TonEditing* e)
{
  const char* const step = e->depth + 1 == e->n_steps ? e->steps[e->depth] : "";
  const size_t digits = *step == '+' ? strspn(step + 1, "0123456789") : 0;
  if (e->at->kind != TON_LIST || !digits || digits > 6 || step[digits + 1]) {
    return false;
  }
  e->before = (uint32_t)strtoul(step + 1, NULL, 10);
  return e->before < e->at->count;
}

/// A value without parts, or with plain ones
static bool
is_plain(const TonNode* node)
{
  for (uint32_t i = 0; i < node->count; ++i) {
    if (node->items[i]->count) {
      return false;
    }
  }
  return true;
}

/// A new plain value at the top of a text stands in front of the blocks, where it
/// is seen
static void
find_place(TonEditing* e)
{
  const TonNode* const at = e->at;
  for (uint32_t i = 0; !e->depth && !at->flow && i < at->count; ++i) {
    const TonNode* const item = at->items[i];
    if (is_plain(e->value) && !item->flow && !is_plain(item)) {
      e->before = i;
      return;
    }
  }
}

static TonStatus
write_text(TonEditing* e, const TonEdit* edit)
{
  TON_TRY(split_path(e));
  descend(e);
  if (!edit->value) {
    return e->depth == e->n_steps
               ? ton_edit_remove(e)
               : ton_fail_file(e->error, TON_NOT_FOUND, e->doc->name,
                               "there is nothing at \"%s\" to remove", e->path);
  }
  TON_TRY(read_value(e, edit->value));
  if (e->depth == e->n_steps) {
    return ton_edit_replace(e);
  }
  if (is_insertion(e)) {
    return ton_edit_insert(e);
  }
  TON_TRY(wrap_parents(e));
  if (e->whole) {
    return ton_edit_replace(e);
  }
  find_place(e);
  return ton_edit_add(e);
}

static TonStatus
parse_again(TonEditing* e, TonDoc** now)
{
  if (e->out.failed) {
    return no_memory(e);
  }
  const TonStatus status = ton_doc_parse(
      ton_string_string(&e->out), e->out.length, e->doc->name, now, e->error);
  assert(status || *now);
  if (status == TON_OK && kept(e, e->doc->root, (*now)->root)) {
    return TON_OK;
  }
  ton_doc_free(*now);
  *now = NULL;
  return status == TON_NO_MEMORY
             ? status
             : ton_fail_at(e->doc, e->at, e->error,
                           "the edit of \"%s\" does not fit how this place is "
                           "written; write it in plain indented lines first",
                           e->path);
}

/// The new item of an insertion: the steps before the last lead to its list
static TonNode*
inserted(const TonEditing* e, TonNode* root)
{
  TonNode* node = root;
  for (uint32_t i = 0; node && i + 1 < e->n_steps; ++i) {
    node = ton_node_step(node, e->steps[i]);
  }
  return node && e->before < node->count ? node->items[e->before] : NULL;
}

/// Set the comment in a second pass, on the text that has the value
static TonStatus
add_comment(TonEditing* e, const char* comment, TonDoc** now)
{
  assert(*now);
  TonNode* node = ton_node_at((*now)->root, e->path);
  if (!node && e->before != UINT32_MAX) {
    node = inserted(e, (*now)->root);
  }
  TonString text = {0};
  if (!node || !ton_edit_comment(*now, node, comment, &text)) {
    return TON_OK;
  }
  TonDoc* commented = NULL;
  const TonStatus status =
      text.failed ? no_memory(e)
                  : ton_doc_parse(ton_string_string(&text), text.length,
                                  e->doc->name, &commented, e->error);
  ton_string_free(&text);
  TON_TRY(status);
  assert(commented);
  if (!ton_node_same((*now)->root, commented->root)) {
    ton_doc_free(commented);
    return TON_OK;
  }
  ton_doc_free(*now);
  *now = commented;
  return TON_OK;
}

TonStatus
ton_edit_make(const TonDoc* doc, const TonEdit* edit, TonDoc** now,
              TonError* error)
{
  *now = NULL;
  TonEditing e = {
      .doc = doc, .error = error, .path = edit->path, .before = UINT32_MAX};
  TonStatus status = write_text(&e, edit);
  if (status == TON_OK) {
    status = parse_again(&e, now);
  }
  if (status == TON_OK && edit->value && edit->comment) {
    status = add_comment(&e, edit->comment, now);
  }
  if (status != TON_OK) {
    ton_doc_free(*now);
    *now = NULL;
  }
  ton_arena_free(&e.arena);
  ton_string_free(&e.out);
  return status;
}

void
ton_doc_swap(TonDoc* a, TonDoc* b)
{
  const TonDoc was = *a;
  *a = *b;
  *b = was;
}

TonStatus
ton_doc_edit(TonDoc* doc, const TonEdit* edit, TonError* error)
{
  TonDoc* now = NULL;
  TON_TRY(ton_edit_make(doc, edit, &now, error));
  assert(now);
  ton_doc_swap(doc, now);
  ton_doc_free(now);
  return TON_OK;
}

TonStatus
ton_edit_scalar(const TonDoc* doc, const char* path, const char* text,
                TonString* out, TonError* error)
{
  const TonEdit edit = {path, text, NULL};
  TonEditing e = {
      .doc = doc, .error = error, .path = path, .before = UINT32_MAX};
  const TonStatus status = write_text(&e, &edit);
  ton_arena_free(&e.arena);
  *out = e.out;
  return status == TON_OK && out->failed ? no_memory(&e) : status;
}
