// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What help prints of mix.yaml, master.yaml, release.yaml and album.yaml: every key.
*/

#include "cli/help.h"

#include <stdio.h>
#include <string.h>

static void
print_words(const TonKey* k, const char* before)
{
  for (size_t i = 0; k->words && k->words[i]; ++i) {
    printf("%s%s", i ? ", " : before, k->words[i]);
  }
}

static void
print_range(const TonKey* k)
{
  char low[32];
  char high[32];
  printf("%s to %s", ton_unit_print(k->min, k->unit, low, sizeof(low)),
         ton_unit_print(k->max, k->unit, high, sizeof(high)));
  print_words(k, ", or ");
}

/// What stands behind the key; false if there is nothing to say of it
static bool
print_values(const TonKey* k)
{
  static const char* const said[][2] = {
      {"time", "a time: 0:17.1"},
      {"file", "a file"},
      {"files", "a file, or a list of files"}};
  if (strcmp(k->kind, "number") == 0) {
    print_range(k);
    return true;
  }
  if (k->words) {
    print_words(k, "one of ");
    return true;
  }
  if (strcmp(k->kind, "switch") == 0) {
    printf("true or false");
    return true;
  }
  for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); ++i) {
    if (strcmp(k->kind, said[i][0]) == 0) {
      printf("%s", said[i][1]);
      return true;
    }
  }
  return false;
}

static void
print_key(const TonKey* k)
{
  const int indent = 2 * (int)k->depth;
  printf("  %*s%-*s %s\n", indent, "", 14 - indent, k->key, k->help);
  if (k->single) {
    printf("  %-14s a value alone is its \"%s\"\n", "", k->single);
  }
  if (k->example) {
    printf("  %-14s such as %s\n", "", k->example);
  }
  if (*k->kind && strcmp(k->kind, "text") != 0) {
    printf("  %-14s ", "");
    printf("%s%s\n", print_values(k) && k->otherwise ? "; " : "",
           k->otherwise ? k->otherwise : "");
  }
}

void
cli_help_key(const char* text, const char* name, bool* found)
{
  TonKey key;
  for (uint32_t i = 0; ton_text_key(text, i, &key); ++i) {
    if (strcmp(key.key, name) == 0) {
      printf("%s%s (key of %s)\n\n", *found ? "\n" : "", name, text);
      key.depth = 0;
      print_key(&key);
      *found = true;
    }
  }
}

void
cli_help_keys(const char* text)
{
  TonKey key;
  printf("%s\n\nKeys, with what they take and the default:\n", text);
  for (uint32_t i = 0; ton_text_key(text, i, &key); ++i) {
    print_key(&key);
  }
  printf("\nThe whole manual of the texts is docs/session.md.\n");
}
