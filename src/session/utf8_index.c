// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   From libyaml's characters to the bytes of a text.
*/

#include "session/utf8_index.h"

#include "base/memory.h"
#include "base/utf8.h"

enum { STRIDE = 64 };

bool
ton_utf8_index_make(TonUtf8Index* marks, const char* text, size_t length)
{
  *marks = (TonUtf8Index){.text = text, .length = length};
  const size_t characters = ton_utf8_count(text, length);
  if (characters == length) {
    return true;
  }
  marks->every = ton_alloc((characters / STRIDE + 1) * sizeof(uint32_t));
  if (!marks->every) {
    return false;
  }
  size_t n = 0;
  for (size_t i = 0; i < length; ++i) {
    if (ton_utf8_starts(text[i])) {
      if (n % STRIDE == 0) {
        marks->every[marks->count++] = (uint32_t)i;
      }
      ++n;
    }
  }
  return true;
}

void
ton_utf8_index_free(TonUtf8Index* marks)
{
  ton_free(marks->every);
  *marks = (TonUtf8Index){0};
}

size_t
ton_utf8_index_byte(const TonUtf8Index* marks, size_t character)
{
  if (!marks->every) {
    return character < marks->length ? character : marks->length;
  }
  if (character / STRIDE >= marks->count) {
    return marks->length;
  }
  size_t byte = marks->every[character / STRIDE];
  for (size_t left = character % STRIDE; left && byte < marks->length; --left) {
    do {
      ++byte;
    } while (byte < marks->length && !ton_utf8_starts(marks->text[byte]));
  }
  return byte;
}
