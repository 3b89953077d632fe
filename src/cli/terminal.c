// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What a person sees besides the answer: progress, remarks, errors, colours;
   and Ctrl-C.
*/

#include "cli/terminal.h"

#include "base/excerpt.h"
#include "base/input_file.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "base/string.h"
#include "base/utf8.h"
#include "cli/command_line.h"
#include "report/glossary.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static TonArena visible_texts;

static void
note_signal(int number)
{
  caught = number;
  ton_interrupt();
}

static void
catch_signals(void)
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

void
cli_terminal_open(void)
{
  ton_allow_many_files();
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    // an answer on a closed stdout cannot be written, and is to fail
    const int mode = file == STDERR_FILENO ? O_RDWR : O_RDONLY;
    if (fcntl(file, F_GETFD) < 0 && open("/dev/null", mode) < 0) {
      _exit(1);
    }
  }
  catch_signals();
}

void
cli_terminal_close(void)
{
  ton_arena_free(&visible_texts);
}

int
cli_exit(TonStatus status)
{
  return caught ? 128 + (int)caught : ton_status_exit(status);
}

const char*
cli_visible(const char* outside)
{
  TonString text = {0};
  ton_string_add_visible(&text, outside);
  const char* const kept =
      text.failed ? NULL
                  : ton_arena_string(&visible_texts, ton_string_string(&text),
                                     text.length);
  ton_string_free(&text);
  return kept ? kept : "?";
}

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

static double
seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/// The line that is drawn over again while a verb works
static struct {
  char stage[64];
  double since; ///< When the stage began, seconds
  double shown; ///< When it was drawn last
  bool visible;
} progress_line;

void
cli_progress_clear(void)
{
  if (progress_line.visible) {
    fprintf(stderr, "\r\033[K");
    progress_line.visible = false;
  }
}

/// Draw at most every 0.1 s, and not before the stage has taken a second
static bool
is_due(const char* stage, double now)
{
  if (strcmp(progress_line.stage, stage) != 0) {
    ton_string_cut(progress_line.stage, sizeof(progress_line.stage), "%s",
                   stage);
    progress_line.since = now;
  }
  return now - progress_line.since >= 1.0 && now - progress_line.shown >= 0.1;
}

bool
cli_progress(void* handle, const char* stage, double part)
{
  const CommandLine* const line = handle;
  if (caught) {
    return false;
  }
  if (line->quiet || !is_terminal(STDERR_FILENO)) {
    return true;
  }
  const double now = seconds();
  if (!is_due(stage, now) || part <= 0.0) {
    return true;
  }
  progress_line.shown = now;
  progress_line.visible = true;
  const int full = (int)(part * 30.0);
  fprintf(stderr, "\r\033[K%-14s [%.*s%*s] %3.0f %%  %.0f s left", stage, full,
          "##############################", 30 - full, "", part * 100.0,
          (now - progress_line.since) * (1.0 - part) / part);
  fflush(stderr);
  return true;
}

/// The line of a text, and under it a caret at the column; what is spelt out
/// before it moves the caret too
static void
print_excerpt(const TonError* e)
{
  const uint32_t begin = ton_excerpt_begin(e->column);
  const char* const lead = begin > 1 ? "  ..." : "  ";
  fprintf(stderr, "%s%s\n", lead, cli_visible(e->excerpt));
  if (e->column) {
    int at = (int)strlen(lead);
    uint32_t left = e->column - begin;
    for (const char* c = e->excerpt; *c && left; ++c) {
      const unsigned char byte = (unsigned char)*c;
      at += byte < 0x20 || byte == 0x7F ? 4 : ton_utf8_starts(*c);
      left -= ton_utf8_starts(*c);
    }
    fprintf(stderr, "%*s^\n", at + (int)left, "");
  }
}

/// A term that is a unit or an abbreviation: "LUFS", "ISRC", "dBTP"
static bool
has_capital(const char* term)
{
  return strpbrk(term, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

/// Where an error's first unit or abbreviation is explained; other words of
/// the field are left to the reader
static void
print_where_explained(const char* text)
{
  const Glossary* g = NULL;
  ton_glossary(&g, NULL);
  for (const char* c = text; g && *c;) {
    const size_t n = strcspn(c, " ,;:.()\"");
    for (uint32_t i = 0; i < g->count; ++i) {
      const char* const term = g->terms[i].term;
      if (strlen(term) == n && strncmp(term, c, n) == 0 && has_capital(term)) {
        fprintf(stderr, "  (tonmeister help %s explains the word)\n", term);
        return;
      }
    }
    c += n + (c[n] != '\0');
  }
}

/// Other faults of the text, a line each
static void
print_more(const char* more)
{
  for (size_t n = strcspn(more, "\n"); n; n = strcspn(more, "\n")) {
    char line[sizeof(((TonError*)NULL)->more)];
    ton_string_cut(line, sizeof(line), "%.*s", (int)n, more);
    fprintf(stderr, "tonmeister: %s\n", cli_visible(line));
    more += more[n] ? n + 1 : n;
  }
}

void
cli_print_error(const TonError* e)
{
  cli_progress_clear();
  fprintf(stderr, "tonmeister: ");
  if (e->file[0]) {
    fprintf(stderr, "%s:", cli_visible(e->file));
    if (e->line) {
      fprintf(stderr, "%u:%u:", e->line, e->column);
    }
    fprintf(stderr, " ");
  }
  fprintf(stderr, "%s\n",
          cli_visible(e->text[0] ? e->text : ton_status_text(e->status)));
  if (e->excerpt[0]) {
    print_excerpt(e);
  }
  print_more(e->more);
  print_where_explained(e->text);
}

void
cli_remark(const char* format, ...)
{
  char text[2048];
  va_list args;
  va_start(args, format);
  ton_string_vcut(text, sizeof(text), format, args);
  va_end(args);
  cli_progress_clear();
  fprintf(stderr, "tonmeister: %s\n", cli_visible(text));
}
