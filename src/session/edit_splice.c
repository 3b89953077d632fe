// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The bytes of an edit: the new value between the bytes that stay.
*/

#include "session/edit.h"

#include <assert.h>
#include <string.h>

size_t
ton_line_start(const char* text, size_t at)
{
  const size_t first = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  while (at > first && text[at - 1] != '\n') {
    --at;
  }
  return at;
}

size_t
ton_line_end(const char* text, size_t at)
{
  return at + strcspn(text + at, "\r\n");
}

/// After the newline of the line of `at`
static size_t
next_line(const char* text, size_t at)
{
  at += strcspn(text + at, "\n");
  return text[at] ? at + 1 : at;
}

static const char*
source(const TonEditing* e)
{
  return ton_doc_text(e->doc);
}

/// Copy the old text up to `to`; positions only grow
static void
copy_to(TonEditing* e, size_t* at, size_t to)
{
  ton_string_add_bytes(&e->out, source(e) + *at, to - *at);
  *at = to;
}

static TonStatus
copy_rest(TonEditing* e, size_t at)
{
  copy_to(e, &at, e->doc->text.length);
  return TON_OK;
}

/// Columns a level is indented by in this text
static unsigned
step_of(const TonDoc* doc)
{
  for (uint32_t i = 0; i < doc->root->count; ++i) {
    const TonNode* const child = doc->root->items[i];
    if (!child->flow && child->kind == TON_MAP && child->count) {
      const uint32_t column = child->items[0]->key->column;
      return column > 1 && column <= 9 ? column - 1 : 2;
    }
  }
  return 2;
}

static TonEmitLayout
layout_of(const TonEditing* e, uint32_t column)
{
  return (TonEmitLayout){.newline = strstr(source(e), "\r\n") ? "\r\n" : "\n",
                         .indent = column ? column - 1 : 0,
                         .step = step_of(e->doc)};
}

/// Inside brackets, where no new line counts
static bool
within_flow(const TonNode* node)
{
  return node->parent && node->parent->flow;
}

/// After the ":" or "-" a value follows
static size_t
anchor_of(const TonEditing* e, const TonNode* node)
{
  const char* const text = source(e);
  if (node->key) {
    size_t at = node->key->end;
    while (text[at] && text[at] != ':') {
      ++at;
    }
    return at + 1;
  }
  const TonNode* const list = node->parent;
  const bool first = list->items[0] == node;
  size_t at = list->start;
  if (!first) {
    const TonNode* before = list->items[0];
    for (uint32_t i = 1; list->items[i] != node; ++i) {
      before = list->items[i];
    }
    at = next_line(text, before->end);
    while (text[at + strspn(text + at, " ")] != '-' && text[at]) {
      at = next_line(text, at);
    }
    at += strspn(text + at, " ");
  }
  return text[at] ? at + 1 : at;
}

static bool
line_break_between(const char* text, size_t from, size_t to)
{
  return to > from && memchr(text + from, '\n', to - from);
}

static void
emit(TonEditing* e, TonString* out, const TonNode* node)
{
  const TonNode* const place = e->at;
  if (place->key) {
    TonEmitLayout layout = layout_of(e, place->key->column);
    e->value->key = place->key;
    ton_emit_value(out, node, layout);
  } else {
    ton_emit_item(out, node, layout_of(e, place->parent->column));
  }
}

/// Lines of a block value give way to a new value
static TonStatus
replace_lines(TonEditing* e, const TonString* new)
{
  const char* const text = source(e);
  const size_t anchor = anchor_of(e, e->at);
  const size_t stop = ton_line_end(text, e->at->end);
  size_t at = 0;
  if (!line_break_between(text, anchor, e->at->start)) {
    const bool one_line = !line_break_between(text, anchor, e->at->end);
    copy_to(e, &at, anchor);
    ton_string_add(&e->out, ton_string_string(new));
    return copy_rest(e, one_line ? e->at->end : stop);
  }
  const bool lines = strchr("\r\n", *ton_string_string(new));
  copy_to(e, &at, anchor);
  if (!lines) {
    ton_string_add(&e->out, ton_string_string(new));
  }
  copy_to(e, &at, ton_line_end(text, anchor));
  if (lines) {
    ton_string_add(&e->out, ton_string_string(new));
  }
  return copy_rest(e, stop);
}

/// An empty place in lines gets a value, which may have lines of its own
static TonStatus
fill_empty(TonEditing* e, const TonString* new)
{
  const char* const text = source(e);
  const size_t anchor = anchor_of(e, e->at);
  size_t at = 0;
  copy_to(e, &at, anchor);
  if (!strchr("\r\n", *ton_string_string(new))) {
    ton_string_add(&e->out, ton_string_string(new));
    return copy_rest(e, e->at->end);
  }
  at = e->at->end;
  copy_to(e, &at, ton_line_end(text, at));
  ton_string_add(&e->out, ton_string_string(new));
  return copy_rest(e, at);
}

/// A comment two or more spaces away keeps its column where it can
static size_t
realign(TonEditing* e, size_t end, size_t new_length, size_t old_length)
{
  const char* const text = source(e);
  size_t hash = end;
  while (text[hash] == ' ') {
    ++hash;
  }
  if (text[hash] != '#' || hash - end < 2) {
    return end;
  }
  const size_t gap = hash - end + old_length;
  const size_t spaces = gap >= new_length + 2 ? gap - new_length : 2;
  ton_emit_spaces(&e->out, (unsigned)spaces);
  return hash;
}

static TonStatus
replace_in_place(TonEditing* e)
{
  const TonNode* const old = e->at;
  const bool text_for_text = old->kind == TON_SCALAR &&
                             e->value->kind == TON_SCALAR && !e->value->quote;
  if (text_for_text && (old->quote == '"' || old->quote == '\'')) {
    e->value->quote = old->quote;
  }
  const char* const text = source(e);
  size_t at = 0;
  copy_to(e, &at, old->start);
  const size_t begin = e->out.length;
  if (old->start && strchr(":-", text[old->start - 1]) &&
      old->start == old->end) {
    ton_string_add(&e->out, " ");
  }
  ton_emit_flow(&e->out, e->value);
  const bool one_line = !line_break_between(text, old->start, old->end);
  return copy_rest(e, one_line ? realign(e, old->end, e->out.length - begin,
                                         old->end - old->start)
                               : old->end);
}

TonStatus
ton_edit_replace(TonEditing* e)
{
  const TonNode* const old = e->at;
  const bool lines = old->kind != TON_SCALAR && !old->flow;
  const bool empty =
      ton_node_empty(old) || (old->kind != TON_SCALAR && old->count == 0);
  const bool place =
      !within_flow(old) && old->parent && (lines || (empty && e->value->count));
  if (!place ||
      (empty && line_break_between(source(e), anchor_of(e, old), old->start))) {
    return replace_in_place(e);
  }
  TonString new = {0};
  emit(e, &new, e->value);
  const TonStatus status = lines ? replace_lines(e, &new) : fill_empty(e, &new);
  e->out.failed |= new.failed;
  ton_string_free(&new);
  return status;
}

// Additions ---------------------------------------------------------------

/// Neighbours write nested values in brackets
static bool
deep_flow(const TonNode* parent)
{
  for (uint32_t i = 0; i < parent->count; ++i) {
    const TonNode* const child = parent->items[i];
    for (uint32_t k = 0; child->flow && k < child->count; ++k) {
      if (child->items[k]->count) {
        return true;
      }
    }
  }
  return false;
}

static void
emit_new_line(TonEditing* e, TonEmitLayout layout)
{
  ton_emit_spaces(&e->out, layout.indent);
  if (e->value->key) {
    ton_emit_entry(&e->out, e->value, layout);
  } else {
    ton_string_add(&e->out, "-");
    ton_emit_item(&e->out, e->value, layout);
  }
}

static TonStatus
add_line(TonEditing* e)
{
  const TonNode* const into = e->at;
  size_t at = 0;
  if (into->count == 0) {
    const TonEmitLayout layout = layout_of(e, 1);
    copy_to(e, &at, e->doc->text.length);
    if (at && source(e)[at - 1] != '\n') {
      ton_string_add(&e->out, layout.newline);
    }
    emit_new_line(e, layout);
    ton_string_add(&e->out, layout.newline);
    return TON_OK;
  }
  const TonNode* const first = into->items[0];
  TonEmitLayout layout =
      layout_of(e, first->key ? first->key->column : into->column);
  layout.deep_flow = deep_flow(into);
  const uint32_t place = e->before < into->count ? e->before : into->count;
  if (place == 0) {
    assert(first->key);
    copy_to(e, &at, ton_line_start(source(e), first->key->start));
    emit_new_line(e, layout);
    ton_string_add(&e->out, layout.newline);
    return copy_rest(e, at);
  }
  copy_to(e, &at, ton_line_end(source(e), into->items[place - 1]->end));
  ton_string_add(&e->out, layout.newline);
  emit_new_line(e, layout);
  return copy_rest(e, at);
}

/// "key: value" or "value", for a list or map in brackets
static void
emit_in_flow(TonEditing* e)
{
  if (!e->value->key) {
    ton_emit_flow(&e->out, e->value);
    return;
  }
  TonNode map = {.kind = TON_MAP, .items = &e->value, .count = 1};
  TonString text = {0};
  ton_emit_flow(&text, &map);
  if (text.length >= 2) {
    ton_string_add_bytes(&e->out, text.bytes + 1, text.length - 2);
  }
  e->out.failed |= text.failed;
  ton_string_free(&text);
}

/// Column where the last item of a bracket with an item a line begins, else 0
static uint32_t
own_line_column(const TonEditing* e, const TonNode* into)
{
  const TonNode* const last = into->items[into->count - 1];
  const TonNode* const head = last->key ? last->key : last;
  const size_t bol = ton_line_start(source(e), head->start);
  const bool alone =
      bol + strspn(source(e) + bol, " ") == head->start && bol > into->start;
  return alone ? head->column : 0;
}

static TonStatus
add_in_flow(TonEditing* e)
{
  const TonNode* const into = e->at;
  const char* const text = source(e);
  size_t at = 0;
  if (into->count == 0) {
    copy_to(e, &at, into->start + 1);
    emit_in_flow(e);
    return copy_rest(e, into->end - 1);
  }
  const bool bare = text[into->start] != '{' && into->kind == TON_MAP;
  const size_t last = into->items[into->count - 1]->end;
  const size_t after = last + strspn(text + last, " \r\n");
  const uint32_t column = own_line_column(e, into);
  copy_to(e, &at, into->start);
  ton_string_add(&e->out, bare ? "{" : "");
  copy_to(e, &at, last);
  ton_string_add(&e->out, ",");
  at += text[after] == ',' && !bare ? after + 1 - last : 0;
  if (column) {
    copy_to(e, &at,
            text[after] == '}' || text[after] == ']' ? at
                                                     : ton_line_end(text, at));
    ton_string_add(&e->out, layout_of(e, 1).newline);
    ton_emit_spaces(&e->out, column - 1);
  } else {
    ton_string_add(&e->out, " ");
  }
  emit_in_flow(e);
  ton_string_add(&e->out, text[after] == ',' && !bare ? "," : "");
  ton_string_add(&e->out, bare ? "}" : "");
  return copy_rest(e, at);
}

TonStatus
ton_edit_add(TonEditing* e)
{
  return e->at->flow ? add_in_flow(e) : add_line(e);
}

// Insertion ---------------------------------------------------------------

/// Comment lines right above, at the same column, go with their key
static size_t
with_comments(const char* text, size_t bol, size_t column)
{
  size_t from = bol;
  while (from > 0) {
    const size_t above = ton_line_start(text, from - 1);
    const size_t spaces = strspn(text + above, " ");
    if (text[above + spaces] != '#' || spaces != column) {
      return from;
    }
    from = above;
  }
  return bol;
}

static TonStatus
insert_in_flow(TonEditing* e, const TonNode* next)
{
  const char* const text = source(e);
  const size_t bol = ton_line_start(text, next->start);
  const bool alone = bol + strspn(text + bol, " ") == next->start;
  size_t at = 0;
  copy_to(e, &at, next->start);
  ton_emit_flow(&e->out, e->value);
  ton_string_add(&e->out, ",");
  if (alone) {
    ton_string_add(&e->out, layout_of(e, 1).newline);
    ton_emit_spaces(&e->out, (unsigned)(next->start - bol));
  } else {
    ton_string_add(&e->out, " ");
  }
  return copy_rest(e, at);
}

TonStatus
ton_edit_insert(TonEditing* e)
{
  const TonNode* const next = e->at->items[e->before];
  if (e->at->flow) {
    return insert_in_flow(e, next);
  }
  const char* const text = source(e);
  const size_t dash = anchor_of(e, next) - 1;
  const size_t bol = ton_line_start(text, dash);
  const bool alone = bol + strspn(text + bol, " ") == dash;
  TonEmitLayout layout = layout_of(e, e->at->column);
  layout.deep_flow = deep_flow(e->at);
  size_t at = 0;
  copy_to(e, &at, alone ? with_comments(text, bol, dash - bol) : dash);
  if (alone) {
    ton_emit_spaces(&e->out, layout.indent);
  }
  ton_string_add(&e->out, "-");
  ton_emit_item(&e->out, e->value, layout);
  ton_string_add(&e->out, layout.newline);
  if (!alone) {
    ton_emit_spaces(&e->out, layout.indent);
  }
  return copy_rest(e, at);
}

// Removal -----------------------------------------------------------------

static uint32_t
number_of(const TonNode* node)
{
  uint32_t i = 0;
  while (node->parent->items[i] != node) {
    ++i;
  }
  return i;
}

static size_t
head_of(const TonNode* node)
{
  return node->key ? node->key->start : node->start;
}

/// Where an item begins: at its key or its "-"
static size_t
item_start(const TonEditing* e, const TonNode* node)
{
  return node->key ? node->key->start : anchor_of(e, node) - 1;
}

static TonStatus
remove_from_flow(TonEditing* e)
{
  const TonNode* const list = e->at->parent;
  const uint32_t i = number_of(e->at);
  const char* const text = source(e);
  size_t at = 0;
  if (list->kind == TON_MAP && text[list->start] != '{') {
    copy_to(e, &at, list->start);
    ton_string_add(&e->out, "{}");
    return copy_rest(e, list->end);
  }
  if (i > 0) {
    copy_to(e, &at, list->items[i - 1]->end);
    return copy_rest(e, e->at->end);
  }
  copy_to(e, &at, head_of(e->at));
  if (list->count > 1) {
    return copy_rest(e, head_of(list->items[1]));
  }
  const size_t after = e->at->end + strspn(text + e->at->end, " \r\n");
  return copy_rest(e, text[after] == ',' ? after + 1 : e->at->end);
}

static TonStatus
remove_lines(TonEditing* e)
{
  const char* const text = source(e);
  const TonNode* const in = e->at->parent;
  const size_t head = item_start(e, e->at);
  const size_t bol = ton_line_start(text, head);
  size_t at = 0;
  if (in->count == 1 && in->parent) {
    e->at = e->at->parent;
    TonNode empty = {.kind = in->kind, .text = "", .flow = true};
    TonString new = {0};
    ton_string_add(&new, empty.kind == TON_MAP ? " {}" : " []");
    const TonStatus status = replace_lines(e, &new);
    e->out.failed |= new.failed;
    ton_string_free(&new);
    e->at = in->items[0];
    return status;
  }
  if (bol + strspn(text + bol, " ") != head) {
    const uint32_t next = number_of(e->at) + 1;
    copy_to(e, &at, head);
    return copy_rest(e, next < in->count ? item_start(e, in->items[next])
                                         : next_line(text, e->at->end));
  }
  copy_to(e, &at, with_comments(text, bol, head - bol));
  return copy_rest(e, next_line(text, e->at->end));
}

TonStatus
ton_edit_remove(TonEditing* e)
{
  return within_flow(e->at) ? remove_from_flow(e) : remove_lines(e);
}
