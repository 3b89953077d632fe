// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister measure: every meter on audio files.
*/

#include "cli/json_output.h"
#include "cli/measurement_table.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "report/figures.h"

#include <stdio.h>

static TonStatus
measure_one(const CommandLine* line, const char* path, json_t* files,
            TonError* error)
{
  TonMeasurement m;
  TonMeters* keep = NULL;
  TON_TRY(
      ton_measure_file(path, TON_MEASURE_ALL, &m, &keep, &line->job, error));
  cli_progress_clear();
  const bool cut = ton_is_truncated(path, NULL);
  if (line->json) {
    json_t* const o = cli_measurement(&m, path);
    json_object_set_new(o, "breaks_off", json_boolean(cut));
    json_array_append_new(files, o);
  } else {
    cli_print_measurement(&m, path, FIGURE_TABLE);
    printf("%s",
           cut ? "  the file ends before the length its header gives\n" : "");
  }
  ton_meters_free(keep);
  return TON_OK;
}

static void
add_failure(json_t* files, const char* path, const TonError* error)
{
  json_t* const o = json_object();
  json_object_set_new(o, "path", report_text(path));
  json_object_set_new(o, "error", report_text(error->text));
  json_array_append_new(files, o);
}

TonStatus
cli_measure(const CommandLine* line, TonError* error)
{
  json_t* const files = json_array();
  TonStatus status = TON_OK;
  for (uint32_t i = 0; i < line->n_args && status != TON_INTERRUPTED; ++i) {
    TonError here = {0};
    const TonStatus s = measure_one(line, line->args[i], files, &here);
    if (s) {
      if (status) {
        cli_print_error(error); // the last is told by main()
      }
      *error = here;
      status = s;
      add_failure(files, line->args[i], &here);
    }
  }
  if (line->json) {
    cli_print_json(json_pack("{s:i, s:o}", "schema", 1, "files", files));
  } else {
    json_decref(files);
  }
  return status;
}
