// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   New values as YAML: in brackets when short, else in lines of their own.
*/

#include "session/emit.h"

#include "session/scalar.h"

enum { WIDTH = 80 };

void
ton_emit_spaces(TonString* out, unsigned count)
{
  for (unsigned i = 0; i < count; ++i) {
    ton_string_add(out, " ");
  }
}

static void
emit_key(TonString* out, const TonNode* value)
{
  ton_scalar_write(out, value->key->text, value->key->quote);
  ton_string_add(out, ":");
}

void
ton_emit_flow(TonString* out, const TonNode* node)
{
  if (node->kind == TON_SCALAR) {
    ton_scalar_write(out, node->text, node->quote);
    return;
  }
  ton_string_add(out, node->kind == TON_MAP ? "{" : "[");
  for (uint32_t i = 0; i < node->count; ++i) {
    ton_string_add(out, i ? ", " : "");
    if (node->kind == TON_MAP) {
      emit_key(out, node->items[i]);
      ton_string_add(out, " ");
    }
    ton_emit_flow(out, node->items[i]);
  }
  ton_string_add(out, node->kind == TON_MAP ? "}" : "]");
}

static bool
holds_map(const TonNode* node)
{
  for (uint32_t i = 0; i < node->count; ++i) {
    const TonNode* const child = node->items[i];
    if (child->kind == TON_MAP || holds_map(child)) {
      return true;
    }
  }
  return false;
}

static bool
holds_collection(const TonNode* node)
{
  for (uint32_t i = 0; i < node->count; ++i) {
    if (node->items[i]->count) {
      return true;
    }
  }
  return false;
}

static size_t
flow_length(const TonNode* node)
{
  TonString text = {0};
  ton_emit_flow(&text, node);
  const size_t length = text.length;
  ton_string_free(&text);
  return length;
}

/// Short, flat values stand in brackets; others get lines of their own
static bool
in_brackets(const TonNode* node, const TonEmitLayout* layout, size_t column)
{
  if (node->kind == TON_SCALAR || node->count == 0) {
    return true;
  }
  const bool nested =
      node->kind == TON_MAP ? holds_collection(node) : holds_map(node);
  return (!nested || layout->deep_flow) && column + flow_length(node) <= WIDTH;
}

static size_t
key_end(const TonNode* node, unsigned indent)
{
  TonString text = {0};
  if (node->key) {
    emit_key(&text, node);
  }
  const size_t column = indent + text.length + 1;
  ton_string_free(&text);
  return column;
}

static void
begin_line(TonString* out, const TonEmitLayout* layout)
{
  ton_string_add(out, layout->newline);
  ton_emit_spaces(out, layout->indent);
}

void
ton_emit_value(TonString* out, const TonNode* node, TonEmitLayout layout)
{
  if (in_brackets(node, &layout, key_end(node, layout.indent))) {
    ton_string_add(out, " ");
    ton_emit_flow(out, node);
    return;
  }
  layout.indent += layout.step;
  for (uint32_t i = 0; i < node->count; ++i) {
    begin_line(out, &layout);
    if (node->kind == TON_MAP) {
      ton_emit_entry(out, node->items[i], layout);
    } else {
      ton_string_add(out, "-");
      ton_emit_item(out, node->items[i], layout);
    }
  }
}

void
ton_emit_entry(TonString* out, const TonNode* node, TonEmitLayout layout)
{
  emit_key(out, node);
  ton_emit_value(out, node, layout);
}

void
ton_emit_item(TonString* out, const TonNode* node, TonEmitLayout layout)
{
  ton_string_add(out, " ");
  const bool lines =
      node->kind == TON_MAP && node->count &&
      (node->count == 1 || !in_brackets(node, &layout, layout.indent + 2));
  if (!lines) {
    ton_emit_flow(out, node);
    return;
  }
  layout.indent += 2;
  for (uint32_t i = 0; i < node->count; ++i) {
    if (i) {
      begin_line(out, &layout);
    }
    ton_emit_entry(out, node->items[i], layout);
  }
}
