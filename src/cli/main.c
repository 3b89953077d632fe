// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The program: finds the verb, runs it, tells what went wrong, and ends with
   the exit status of the contract.
*/

#include "cli/command_line.h"
#include "cli/json_output.h"
#include "cli/terminal.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool
is_help(const char* word)
{
  return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool
asks_for_help(int argc, char** argv)
{
  for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; ++i) {
    if (is_help(argv[i])) {
      return true;
    }
  }
  return false;
}

/// Find the verb and run it; what went wrong is told
static TonStatus
run(int argc, char** argv)
{
  CommandLine line = {.job.progress = cli_progress, .job.handle = &line};
  TonError error = {0};
  TonStatus status = cli_parse(argc, argv, &line, &error);
  if (!status) {
    status = line.verb->run(&line, &error);
  }
  error.status = status;
  cli_progress_clear();
  if (status) {
    cli_print_error(&error);
  }
  if (cli_wants_json(argc, argv)) {
    cli_finish_json(status ? &error : NULL);
  }
  ton_writer_abandon_all();
  cli_line_free(&line);
  return status;
}

/// An answer that could not be written is a failure
static int
finish(TonStatus status)
{
  errno = 0;
  const bool written = fflush(stdout) == 0 && !ferror(stdout);
  const int reason = errno;
  cli_terminal_close();
  if (written) {
    return cli_exit(status);
  }
  if (reason != EPIPE) { // who reads through `head` has what he wanted
    fprintf(stderr, "tonmeister: cannot write the answer%s%s\n",
            reason ? ": " : "", reason ? strerror(reason) : "");
  }
  return status && status != TON_GOAL_MISSED ? cli_exit(status) : 1;
}

int
main(int argc, char** argv)
{
  char* help[] = {argv[0], (char[]){"help"}, NULL, NULL};
  cli_terminal_open();
  if (argc > 1 && strcmp(argv[1], "--version") == 0) {
    printf("tonmeister %s\n", TON_VERSION);
    return finish(TON_OK);
  }
  if (argc < 2 || is_help(argv[1])) {
    return finish(run(2, help));
  }
  if (asks_for_help(argc, argv)) {
    help[2] = argv[1];
    return finish(run(3, help));
  }
  return finish(run(argc, argv));
}
