// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Single values as YAML, quoted when they need to be.
*/

#include "session/scalar.h"

#include "base/memory.h"

#include <tonmeister/session.h>

#include <string.h>

bool
ton_scalar_plain(const char* text)
{
  const size_t n = strlen(text);
  if (!n || text[0] == ' ' || text[n - 1] == ' ' || text[n - 1] == ':' ||
      strchr("#&*!|>'\"%@`", text[0])) {
    return false;
  }
  if (strchr("-?:", text[0]) && (n == 1 || text[1] == ' ')) {
    return false;
  }
  if (strncmp(text, "---", 3) == 0 || strncmp(text, "...", 3) == 0) {
    return false;
  }
  if (strpbrk(text, ",[]{}") || strstr(text, ": ") || strstr(text, " #") ||
      strstr(text, ":?") || text[0] == '?') {
    return false;
  }
  for (size_t i = 0; i < n; ++i) {
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F) {
      return false;
    }
  }
  return true;
}

static bool
has_control(const char* text)
{
  for (; *text; ++text) {
    if ((unsigned char)*text < 0x20 || *text == 0x7F) {
      return true;
    }
  }
  return false;
}

static void
write_double(TonString* out, const char* text)
{
  ton_string_add(out, "\"");
  for (; *text; ++text) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      ton_string_printf(out, "\\%c", c);
    } else if (c == '\n') {
      ton_string_add(out, "\\n");
    } else if (c < 0x20 || c == 0x7F) {
      ton_string_printf(out, "\\x%02X", c);
    } else {
      ton_string_add_bytes(out, text, 1);
    }
  }
  ton_string_add(out, "\"");
}

static void
write_single(TonString* out, const char* text)
{
  ton_string_add(out, "'");
  for (; *text; ++text) {
    ton_string_add_bytes(out, text, 1);
    if (*text == '\'') {
      ton_string_add(out, "'");
    }
  }
  ton_string_add(out, "'");
}

void
ton_scalar_write(TonString* out, const char* text, char quote)
{
  const bool plain = ton_scalar_plain(text);
  if (plain && quote != '"' && quote != '\'') {
    ton_string_add(out, text);
  } else if (!has_control(text) &&
             (quote == '\'' || (quote != '"' && strpbrk(text, "\"\\")))) {
    write_single(out, text);
  } else {
    write_double(out, text);
  }
}

char*
ton_doc_scalar(const char* text)
{
  TonString out = {0};
  ton_scalar_write(&out, text, 0);
  if (out.failed) {
    ton_string_free(&out);
  }
  return out.bytes;
}
