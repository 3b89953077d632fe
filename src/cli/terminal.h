// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_CLI_TERMINAL_H
#define TON_CLI_TERMINAL_H

#include <tonmeister/status.h>

#include <stdbool.h>

/**
   @file
   What all verbs share at the terminal: signals, progress, colours, errors.
*/

/// Catch Ctrl-C and its like; what of stdin, stdout and stderr is closed goes
/// to /dev/null, so that no other file takes its place
void cli_terminal_open(void);

/// Free what cli_visible() returned
void cli_terminal_close(void);

/// Exit status: that of the contract, or what shells say of a signal
int cli_exit(TonStatus status);

/// A name, tag or text from outside as it may be printed: what would command
/// the terminal is spelt out ("\x1B").  Valid until cli_terminal_close().
const char* cli_visible(const char* outside);

/// May the answer have colours?  On a terminal, unless NO_COLOR is set.
bool cli_colours(void);

/// Progress on stderr when it is a terminal and the work takes over a second;
/// `handle` is the CommandLine.  False once the user has pressed Ctrl-C.
bool cli_progress(void* handle, const char* stage, double part);

void cli_progress_clear(void);

/// An error for a person: place, what, excerpt with a caret
void cli_print_error(const TonError* error);

/// A remark on stderr, in one line
void cli_remark(const char* format, ...) __attribute__((format(printf, 1, 2)));

#endif
