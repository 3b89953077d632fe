// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a check of a mix has found, as lines and as JSON.
*/

#include "cli/findings.h"

#include "base/error.h"
#include "base/string.h"
#include "cli/measurement_table.h"
#include "cli/terminal.h"
#include "report/json.h"

#include <math.h>
#include <stdio.h>

static json_t*
json_row(const TonFinding* r)
{
  json_t* const o = json_object();
  json_object_set_new(o, "item", json_string(r->item));
  json_object_set_new(o, "light", json_string(ton_light_name(r->light)));
  json_object_set_new(o, "value", report_number(r->value));
  json_object_set_new(o, "unit", json_string(r->unit));
  json_object_set_new(o, "at_s", report_number(r->at_s));
  json_object_set_new(o, "found", report_text(r->text));
  json_object_set_new(o, "fix", report_text(r->fix));
  return o;
}

/// Escape sequence of a light's colour, or ""
static const char*
colour(TonLight light)
{
  static const char* const colours[] = {[TON_LIGHT_GREY] = "\033[90m",
                                        [TON_LIGHT_GREEN] = "\033[32m",
                                        [TON_LIGHT_AMBER] = "\033[33m",
                                        [TON_LIGHT_RED] = "\033[31m"};
  return cli_colours() ? colours[light] : "";
}

static void
print_row(const TonFinding* r)
{
  printf("  %s%-6s%s %-12s %s", colour(r->light), ton_light_name(r->light),
         cli_colours() ? "\033[0m" : "", r->item, cli_visible(r->text));
  if (isfinite(r->at_s)) {
    char time[32];
    printf(" at %s", cli_time(r->at_s, time));
  }
  printf("\n");
  if (*r->fix) {
    printf("%22s%s\n", "", cli_visible(r->fix));
  }
}

void
cli_print_findings(const TonCheck* check, TonLight least)
{
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    if (check->rows[i].light >= least) {
      print_row(&check->rows[i]);
    }
  }
}

TonStatus
cli_fail_findings(const TonCheck* check, const char* path, TonError* error)
{
  TonString names = {0};
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    if (check->rows[i].light == TON_LIGHT_RED) {
      ton_string_printf(&names, "%s%s", names.length ? ", " : "",
                        check->rows[i].item);
    }
  }
  ton_fail_file(error, TON_GOAL_MISSED, path,
                "is not ready for mastering: %u red light%s (%s)", check->n_red,
                check->n_red == 1 ? "" : "s", ton_string_string(&names));
  ton_string_free(&names);
  return TON_GOAL_MISSED;
}

json_t*
cli_json_findings(const TonCheck* check)
{
  json_t* const all = json_array();
  for (uint32_t i = 0; i < check->n_rows; ++i) {
    json_array_append_new(all, json_row(&check->rows[i]));
  }
  return json_pack("{s:o, s:b}", "rows", all, "ready", check->n_red == 0);
}
