// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/output.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void
note_signal(int number)
{
  caught = number;
}

void
cli_catch_signals(void)
{
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_handler = note_signal;
  action.sa_flags = (int)SA_RESETHAND; // a second Ctrl-C ends at once
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGHUP, &action, NULL);
  signal(SIGXFSZ, SIG_IGN); // a file at its size limit is a failed write
  signal(SIGPIPE, SIG_IGN);
}

int
cli_exit(TonStatus status)
{
  return caught ? 128 + (int)caught : ton_status_exit(status);
}

static double
seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static struct {
  char stage[32];
  double since;
  double shown;
  bool visible;
} bar;

/// Not a file, not a log, not a terminal that only prints
static bool
is_terminal(int file)
{
  const char* const kind = getenv("TERM");
  return isatty(file) && kind && *kind && strcmp(kind, "dumb") != 0;
}

bool
cli_colours(void)
{
  const char* const no = getenv("NO_COLOR");
  return is_terminal(STDOUT_FILENO) && !(no && *no);
}

void
cli_progress_clear(void)
{
  if (bar.visible) {
    fprintf(stderr, "\r\033[K");
    bar.visible = false;
  }
}

bool
cli_progress(void* handle, const char* stage, double part)
{
  const CliLine* const line = handle;
  if (caught) {
    return false;
  }
  if (line->quiet || !is_terminal(STDERR_FILENO)) {
    return true;
  }
  const double now = seconds();
  if (strcmp(bar.stage, stage) != 0) {
    snprintf(bar.stage, sizeof(bar.stage), "%s", stage);
    bar.since = now;
  }
  const double spent = now - bar.since;
  if (spent < 1.0 || now - bar.shown < 0.1 || part <= 0.0) {
    return true;
  }
  bar.shown = now;
  bar.visible = true;
  const int full = (int)(part * 30.0);
  fprintf(stderr, "\r\033[K%-14s [%.*s%*s] %3.0f %%  %.0f s left", stage, full,
          "##############################", 30 - full, "", part * 100.0,
          spent * (1.0 - part) / part);
  fflush(stderr);
  return true;
}

void
cli_print_error(const TonError* e)
{
  cli_progress_clear();
  fprintf(stderr, "tonmeister: ");
  if (e->file[0]) {
    fprintf(stderr, "%s:", e->file);
    if (e->line) {
      fprintf(stderr, "%u:%u:", e->line, e->column);
    }
    fprintf(stderr, " ");
  }
  fprintf(stderr, "%s\n", e->text[0] ? e->text : ton_status_text(e->status));
  if (e->excerpt[0]) {
    fprintf(stderr, "  %s\n", e->excerpt);
    if (e->column) {
      fprintf(stderr, "  %*s^\n", (int)e->column - 1, "");
    }
  }
}

/// When a file of a song was last written; before all times where it is not
static struct timespec
written(const char* song, const char* file)
{
  char path[2048];
  struct stat st = {0};
  cli_song_file(song, file, path, sizeof(path));
  return stat(path, &st) == 0 ? st.st_mtim : (struct timespec){0};
}

void
cli_warn_outdated(const CliLine* line, const char* made, const char* from,
                  const char* verb)
{
  const char* const song = line->args[0];
  const struct timespec a = written(song, made);
  const struct timespec b = written(song, from);
  const bool newer =
      b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec > a.tv_nsec);
  if (!line->quiet && a.tv_sec && newer) {
    cli_progress_clear();
    fprintf(stderr,
            "tonmeister: %s has changed since %s was written; tonmeister %s %s "
            "writes it again\n",
            from, made, verb, song);
  }
}
