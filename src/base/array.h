// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The number of elements of an array.
#ifndef TON_BASE_ARRAY_H
#define TON_BASE_ARRAY_H

/// Elements of an array
#define TON_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
