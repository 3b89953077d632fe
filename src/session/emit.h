// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   New values as YAML.
*/

#ifndef TON_SESSION_EMIT_H
#define TON_SESSION_EMIT_H

#include "base/string.h"
#include "session/tree.h"

/// How new lines are laid out
typedef struct {
  const char* newline;
  unsigned indent; ///< Column from 0 of the key or "-" the value belongs to
  unsigned step;   ///< Further columns per level
  bool deep_flow;  ///< Neighbours write nested values in brackets: so do we
} TonEmitLayout;

/// A value in brackets: "{at: 95 Hz, q: 1}"
void ton_emit_flow(TonString* out, const TonNode* node);

/// A value as it follows "key:": " -3 dB", or lines of its own
void ton_emit_value(TonString* out, const TonNode* node, TonEmitLayout layout);

/// "key:" and its value; the key stands at the layout's column
void ton_emit_entry(TonString* out, const TonNode* node, TonEmitLayout layout);

/// A value as it follows "-"
void ton_emit_item(TonString* out, const TonNode* node, TonEmitLayout layout);

void ton_emit_spaces(TonString* out, unsigned count);

#endif
