// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   From libyaml's characters to the bytes of a text.
*/

#include "session/utf8_index.h"

#include "base/memory.h"

enum { STRIDE = 64 };

/// Not the second or later byte of a UTF-8 sequence
static bool
starts_character(char byte)
{
  return ((unsigned char)byte & 0xC0U) != 0x80U;
}

static size_t
count_characters(const char* text, size_t length)
{
  size_t n = 0;
  for (size_t i = 0; i < length; ++i) {
    n += starts_character(text[i]);
  }
  return n;
}

bool
ton_utf8_index_make(TonUtf8Index* marks, const char* text, size_t length)
{
  *marks = (TonUtf8Index){.text = text, .length = length};
  const size_t characters = count_characters(text, length);
  if (characters == length) {
    return true;
  }
  marks->every = ton_alloc((characters / STRIDE + 1) * sizeof(uint32_t));
  if (!marks->every) {
    return false;
  }
  size_t n = 0;
  for (size_t i = 0; i < length; ++i) {
    if (starts_character(text[i])) {
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
    } while (byte < marks->length && !starts_character(marks->text[byte]));
  }
  return byte;
}
