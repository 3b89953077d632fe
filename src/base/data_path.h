// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_BASE_DATA_PATH_H
#define TON_BASE_DATA_PATH_H

#include <stddef.h>

/// Path of a file in the program's data folder ("roles.yaml"): the folder in
/// TONMEISTER_DATA, else beside the installed program, else the source tree.
/// Returns `room`.  [any]
const char* ton_data_path(const char* name, char* room, size_t size);

#endif
