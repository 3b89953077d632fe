// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The user's wish to stop, for work that has no progress to report.
#ifndef TON_BASE_INTERRUPT_H
#define TON_BASE_INTERRUPT_H

#include <stdbool.h>

/// From a signal handler: opening and decoding of files end soon with
/// TON_INTERRUPTED.  [any]
void ton_interrupt(void);

/// [any]
bool ton_interrupted(void);

#endif
