// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where the program's own data files lie.
#ifndef TON_BASE_DATA_PATH_H
#define TON_BASE_DATA_PATH_H

#include <stddef.h>

/// Path of a file in the program's data folder ("roles.yaml"): the folder in
/// TONMEISTER_DATA, else beside the installed program, else the source tree.
/// Returns `path`, or "" if the path does not fit in it.  [any]
const char* ton_data_path(const char* name, char* path, size_t size);

#endif
