// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   With --json: one document on stdout, whatever happens.
*/

#include "cli/json_output.h"

#include "base/string.h"
#include "cli/terminal.h"
#include "report/json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

json_t*
cli_measurement(const TonMeasurement* m, const char* path)
{
  json_t* const o = json_object();
  json_object_set_new(o, "path", report_text(path));
  json_object_update_new(o, report_measurement(m));
  return o;
}

/// Other faults of the text, each as it is printed: "FILE:LINE:COLUMN: what"
static json_t*
json_lines(const char* lines)
{
  json_t* const all = json_array();
  while (*lines) {
    char line[sizeof(((TonError*)NULL)->more)];
    const size_t n = strcspn(lines, "\n");
    ton_string_cut(line, sizeof(line), "%.*s", (int)n, lines);
    json_array_append_new(all, report_text(line));
    lines += n + (lines[n] != '\0');
  }
  return all;
}

static json_t*
failure(const TonError* e)
{
  json_t* const o = json_object();
  json_object_set_new(o, "exit", json_integer(cli_exit(e->status)));
  json_object_set_new(
      o, "text",
      report_text(e->text[0] ? e->text : ton_status_text(e->status)));
  if (e->file[0]) {
    json_object_set_new(o, "file", report_text(e->file));
  }
  if (e->line) {
    json_object_set_new(o, "line", json_integer(e->line));
    json_object_set_new(o, "column", json_integer(e->column));
  }
  if (e->excerpt[0]) {
    json_object_set_new(o, "excerpt", report_text(e->excerpt));
  }
  if (e->more[0]) {
    json_object_set_new(o, "more", json_lines(e->more));
  }
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
  json_dumpf(all, stdout,
             JSON_INDENT(1) | JSON_REAL_PRECISION(9) |
                 (isatty(STDOUT_FILENO) ? JSON_ENSURE_ASCII : 0));
  printf("\n");
  json_decref(all);
  answer = NULL;
}
