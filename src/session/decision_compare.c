// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Whether a text still has the value that a record speaks of.
#include "session/decision_compare.h"

#include <stdlib.h>
#include <string.h>

/// "-3.0dB" and "-3 dB" are one value: the numbers are equal, and so is what
/// follows but for spaces
static bool
same_scalar(const char* a, const char* b)
{
  char* end_a = NULL;
  char* end_b = NULL;
  const double x = strtod(a, &end_a);
  const double y = strtod(b, &end_b);
  if (end_a != a && end_b != b && x == y) {
    a = end_a;
    b = end_b;
  }
  for (;;) {
    a += strspn(a, " ");
    b += strspn(b, " ");
    if (*a != *b || !*a) {
      return *a == *b;
    }
    ++a;
    ++b;
  }
}

static bool
same_value(const TonNode* a, const TonNode* b)
{
  if (a->kind != b->kind || a->count != b->count) {
    return false;
  }
  if (a->kind == TON_SCALAR) {
    return same_scalar(a->text, b->text);
  }
  for (uint32_t i = 0; i < a->count; ++i) {
    if (a->kind == TON_MAP &&
        strcmp(a->items[i]->key->text, b->items[i]->key->text) != 0) {
      return false;
    }
    if (!same_value(a->items[i], b->items[i])) {
      return false;
    }
  }
  return true;
}

TonStatus
decision_compare(const TonNode* node, const char* value, bool* holds)
{
  if (!*value || !node) {
    *holds = !*value && (!node || ton_node_empty(node));
    return TON_OK;
  }
  if (node->kind == TON_SCALAR && !strchr("[{\"'", *value)) {
    *holds = same_scalar(node->text, value);
    return TON_OK;
  }
  TonArena arena = {0};
  TonNode* root = NULL;
  const TonStatus status =
      ton_tree_parse(value, strlen(value), "value", &arena, &root, NULL);
  *holds = status == TON_OK && same_value(node, root);
  ton_arena_free(&arena);
  return status == TON_NO_MEMORY ? status : TON_OK;
}
