// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a command line asks of a master: loudness, ceiling, references.
*/

#include "cli/master_options.h"

#include "base/error.h"

#include <tonmeister/unit.h>

#include <math.h>
#include <string.h>

static TonStatus
value_of(const CommandLine* line, const char* option, TonUnit unit,
         double* value, TonError* error)
{
  const char* const text = cli_value(line, option);
  const char* why = NULL;
  char buffer[160];
  *value = NAN;
  if (text &&
      !ton_unit_parse(text, unit, value, &why, buffer, sizeof(buffer))) {
    return ton_fail(error, TON_BAD_USE, "--%s: %s", option, why);
  }
  return TON_OK;
}

TonStatus
cli_master_options(const CommandLine* line, TonMasterOptions* options,
                   TonError* error)
{
  const char* const loudness = cli_value(line, "loudness");
  if (loudness && strcmp(loudness, "keep") == 0) {
    return ton_fail(error, TON_BAD_USE,
                    "--loudness takes a figure, as \"-14 LUFS\"; --target keep "
                    "leaves the level as it is");
  }
  options->target = cli_value(line, "target");
  options->genre = cli_value(line, "genre");
  options->style = cli_value(line, "style");
  options->intensity = cli_value(line, "intensity");
  TON_TRY(value_of(line, "loudness", TON_LUFS, &options->loudness_lufs, error));
  TON_TRY(value_of(line, "ceiling", TON_DBTP, &options->ceiling_dbtp, error));
  TON_TRY(value_of(line, "amount", TON_PERCENT, &options->amount, error));
  options->references = cli_values(line, "reference", &options->n_references);
  options->anyway = cli_has(line, "anyway");
  if (options->loudness_lufs > 0.0 || options->loudness_lufs < -70.0) {
    return ton_fail(error, TON_BAD_USE,
                    "--loudness goes from -70 LUFS to 0 LUFS");
  }
  if (options->ceiling_dbtp > 0.0 || options->ceiling_dbtp < -20.0) {
    return ton_fail(error, TON_BAD_USE, "--ceiling goes from -20 to 0 dBTP");
  }
  if (options->amount < 0.0 || options->amount > 100.0) {
    return ton_fail(error, TON_BAD_USE, "--amount goes from 0 to 100 %%");
  }
  return TON_OK;
}
