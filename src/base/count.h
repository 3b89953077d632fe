// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BASE_COUNT_H
#define TON_BASE_COUNT_H

/// Elements of an array
#define TON_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
