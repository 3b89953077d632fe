// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_ENGINE_AUDIO_GUARD_H
#define TON_TESTS_ENGINE_AUDIO_GUARD_H

/// @file A guard of the thread that plays.

#include <stdbool.h>

/// While it is set, memory, locks and files end the program on this thread.
/// Only in programs linked with audio_guard.c and its --wrap arguments.
extern _Thread_local bool audio_guard;

#endif
