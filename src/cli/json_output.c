// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   With --json: one document on stdout, whatever happens.
*/

#include "cli/output.h"

#include <stdio.h>
#include <string.h>

static json_t* answer;

bool
cli_wants_json(int argc, char** argv)
{
  for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; ++i) {
    if (strcmp(argv[i], "--json") == 0) {
      return true;
    }
  }
  return false;
}

void
cli_print_json(json_t* object)
{
  json_decref(answer);
  answer = object;
}

static void
add_if(json_t* o, const char* key, const char* text)
{
  if (*text) {
    json_object_set_new(o, key, json_string(text));
  }
}

/// Paths may hold bytes that are no UTF-8: those are shown as "?"
json_t*
cli_json_text(const char* text)
{
  json_t* const whole = json_string(text);
  if (whole) {
    return whole;
  }
  char plain[2048];
  size_t n = 0;
  for (; text[n] && n + 1 < sizeof(plain); ++n) {
    plain[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
  }
  plain[n] = '\0';
  return json_string(plain);
}

static json_t*
failure(const TonError* e)
{
  json_t* const o = json_object();
  json_object_set_new(o, "exit", json_integer(cli_exit(e->status)));
  json_object_set_new(
      o, "text",
      cli_json_text(e->text[0] ? e->text : ton_status_text(e->status)));
  if (e->file[0]) {
    json_object_set_new(o, "file", cli_json_text(e->file));
  }
  if (e->line) {
    json_object_set_new(o, "line", json_integer(e->line));
    json_object_set_new(o, "column", json_integer(e->column));
  }
  add_if(o, "excerpt", e->excerpt);
  return o;
}

void
cli_finish_json(const TonError* error)
{
  json_t* const all = answer ? answer : json_object();
  json_object_set_new(all, "schema", json_integer(1));
  if (error) {
    json_object_set_new(all, "error", failure(error));
  }
  json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
  printf("\n");
  json_decref(all);
  answer = NULL;
}

void
cli_song_file(const char* song, const char* file, char* room, size_t size)
{
  size_t n = strlen(song);
  while (n > 1 && song[n - 1] == '/') {
    --n;
  }
  snprintf(room, size, "%.*s/%s", (int)n, song, file);
}
