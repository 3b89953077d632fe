// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/cli.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool
asks_for_help(int argc, char** argv)
{
  for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; ++i) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      return true;
    }
  }
  return false;
}

/// An answer that nobody got is a failure
static int
finish(TonStatus status)
{
  if (fflush(stdout) == 0 && !ferror(stdout)) {
    return cli_exit(status);
  }
  if (errno != EPIPE) {
    fprintf(stderr, "tonmeister: cannot write the answer: %s\n",
            strerror(errno));
  }
  return status && status != TON_GOAL_MISSED ? cli_exit(status) : 1;
}

int
main(int argc, char** argv)
{
  static CliLine line;
  TonError error = {0};
  char* help[] = {argv[0], (char[]){"help"}, NULL, NULL};
  if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
      strcmp(argv[1], "-h") == 0) {
    argc = 2;
    argv = help;
  } else if (strcmp(argv[1], "--version") == 0) {
    printf("tonmeister %s\n", TON_VERSION);
    return 0;
  } else if (asks_for_help(argc, argv)) {
    help[2] = argv[1];
    argc = 3;
    argv = help;
  }
  cli_catch_signals();
  line.job.progress = cli_progress;
  line.job.handle = &line;
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
  return finish(status);
}
