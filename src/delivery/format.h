// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The audio formats a release or a result can be written in, as a table.
#ifndef TON_DELIVERY_FORMAT_H
#define TON_DELIVERY_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  const char* container; ///< As in release.yaml: "WAV"
  const char* extension; ///< "wav"
  bool written;          ///< There is a writer for it in this program
  bool lossy;
  bool broadcast;          ///< Carries loudness in a broadcast chunk
  uint32_t rates[4];       ///< Hz, those allowed; all 0: any
  double max_decoded_dbtp; ///< Highest true peak its decoder may give; NaN: the
                           ///< ceiling of the master
  double tolerance_lu;     ///< Loudness it may differ from the master by
} DeliveryFormat;

/// By the name of its container, null if there is none.  [any]
const DeliveryFormat* delivery_format(const char* container);

/// By the ending of a file's name, null if there is none that can be written.
/// [any]
const DeliveryFormat* delivery_format_of_file(const char* path);

/// The rate of a file: `wanted`, or the master's where that is 0; if the format
/// has not got it, one it has, of the same family where possible.  Hz.  [any]
uint32_t delivery_rate(const DeliveryFormat* format, uint32_t wanted,
                       uint32_t master);

#endif
