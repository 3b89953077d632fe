// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Values with units: "-18 dB", "4:1", "1.2 kHz".
#ifndef TONMEISTER_UNIT_H
#define TONMEISTER_UNIT_H

#include <tonmeister/api.h>

#include <stdbool.h>
#include <stddef.h>

TON_API_BEGIN

/// Units of parameters and of values in texts; storage is always the plain
/// value named here
typedef enum {
  TON_PLAIN,      ///< A bare number, such as Q
  TON_DB,         ///< Decibels: gain or level; "-inf dB" is allowed
  TON_DBTP,       ///< True peak re full scale
  TON_LUFS,       ///< Loudness
  TON_LU,         ///< Loudness difference
  TON_HZ,         ///< Hertz; "1.2 kHz", "1.2k" are read
  TON_MS,         ///< Milliseconds; "1.5 s", "480 smp" need a rate
  TON_S,          ///< Seconds; "250 ms", "1:23.456" are read
  TON_RATIO,      ///< x of "x:1"; "inf:1" is allowed
  TON_PERCENT,    ///< 0 to 100
  TON_DB_PER_OCT, ///< Slope of a filter
  TON_PAN,        ///< -100 (left) to 100 (right): "L30", "C", "R100"
  TON_BPM,        ///< Beats per minute
  TON_KBPS,       ///< Kilobits per second
} TonUnit;

/**
   Read a value with its unit: "-18 dB", "4:1", "1.2 kHz", "R30", "-3".

   A bare number is taken in `unit`.  Whole text must be used up but for spaces.

   @param text The text, null-terminated
   @param unit Unit wanted; the result is in this unit
   @param value Set on success only
   @param why On failure, what is wrong and what was expected (static or in
          `buffer`), else unchanged
   @param buffer Scratch for `why`
   @param size Bytes of `buffer`
   @return Whether it was read.  [any]
*/
bool ton_unit_parse(const char* text, TonUnit unit, double* value,
                    const char** why, char* buffer, size_t size);

/// Length of a note in whole notes: "1/8", "1/8." (dotted, half as long again),
/// "1/8t" (of a triplet, two thirds).  0 if the text is no note.  [any]
double ton_unit_note(const char* text);

/// Print a value so that ton_unit_parse() gives the same float back, shortest
/// form: "-18 dB", "4:1", "1.2 kHz".  Returns `buffer`.  [any]
const char* ton_unit_print(double value, TonUnit unit, char* buffer,
                           size_t size);

/// "dB", "Hz", ...; empty for TON_PLAIN.  Static.  [any]
const char* ton_unit_suffix(TonUnit unit);

TON_API_END

#endif
