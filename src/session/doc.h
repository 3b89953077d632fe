// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A text with its tree.
*/

#ifndef TON_SESSION_DOC_H
#define TON_SESSION_DOC_H

#include "base/string.h"
#include "session/tree.h"

#include <tonmeister/session.h>

struct TonDoc {
  char* name;
  TonString text;
  TonArena arena; ///< Of the tree
  TonNode* root;
};

/// Fail at a place of a text: file, line, column and the line itself
TonStatus ton_fail_at(const TonDoc* doc, const TonNode* node, TonError* error,
                      const char* format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
