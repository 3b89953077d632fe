// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Values with units, read from texts and printed into them.
#include <tonmeister/unit.h>

#include "base/string.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// One way to write a unit: value in the storage unit = number x factor
typedef struct {
  TonUnit unit;
  const char* suffix;
  double factor;
} Spelling;

// The first row of a unit is how it is printed.
static const Spelling spellings[] = {
    {TON_DB, "dB", 1.0},     {TON_DB, "dBFS", 1.0},
    {TON_DBTP, "dBTP", 1.0}, {TON_DBTP, "dB", 1.0},
    {TON_LUFS, "LUFS", 1.0}, {TON_LUFS, "LKFS", 1.0},
    {TON_LU, "LU", 1.0},     {TON_LU, "dB", 1.0},
    {TON_HZ, "Hz", 1.0},     {TON_HZ, "kHz", 1000.0},
    {TON_HZ, "k", 1000.0},   {TON_MS, "ms", 1.0},
    {TON_MS, "s", 1000.0},   {TON_MS, "us", 0.001},
    {TON_S, "s", 1.0},       {TON_S, "ms", 0.001},
    {TON_S, "min", 60.0},    {TON_RATIO, ":1", 1.0},
    {TON_PERCENT, "%", 1.0}, {TON_DB_PER_OCT, "dB/oct", 1.0},
    {TON_BPM, "bpm", 1.0},   {TON_KBPS, "kbps", 1.0},
    {TON_KBPS, "kb/s", 1.0}, {TON_KBPS, "kbit/s", 1.0},
};

enum { N_SPELLINGS = sizeof(spellings) / sizeof(spellings[0]) };

const char*
ton_unit_suffix(TonUnit unit)
{
  for (size_t i = 0; i < N_SPELLINGS; ++i) {
    if (spellings[i].unit == unit) {
      return spellings[i].suffix;
    }
  }
  return "";
}

static const char*
skip_spaces(const char* s)
{
  while (*s == ' ' || *s == '\t') {
    ++s;
  }
  return s;
}

/// Number as a person writes it: no hexadecimal, no "nan"; "inf" is allowed
static bool
read_number(const char** at, double* value)
{
  const char* s = *at;
  const bool negative = *s == '-';
  s += *s == '-' || *s == '+';
  if (strncasecmp(s, "inf", 3) == 0) {
    *value = negative ? -INFINITY : INFINITY;
    *at = s + 3;
    return true;
  }
  if (!isdigit((unsigned char)*s) &&
      !(*s == '.' && isdigit((unsigned char)s[1]))) {
    return false;
  }
  if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
    return false;
  }
  char* end = NULL;
  const double number = strtod(s, &end);
  *value = negative ? -number : number;
  *at = end;
  return true;
}

static bool
parse_pan(const char* s, double* value)
{
  if ((s[0] == 'C' || s[0] == 'c') && !s[1]) {
    *value = 0.0;
    return true;
  }
  double sign = 1.0;
  if (*s == 'L' || *s == 'l') {
    sign = -1.0;
    ++s;
  } else if (*s == 'R' || *s == 'r') {
    ++s;
  }
  double number = 0.0;
  if (!read_number(&s, &number)) {
    return false;
  }
  s = skip_spaces(s);
  s += *s == '%';
  *value = sign * number;
  return !*s;
}

/// "1:23.456" or "1:02:03" in seconds
static bool
parse_clock(const char* s, double* seconds)
{
  double total = 0.0;
  for (unsigned part = 0; part < 3; ++part) {
    if (!isdigit((unsigned char)*s)) {
      return false;
    }
    char* end = NULL;
    total = total * 60.0 + strtod(s, &end);
    if (!*end) {
      *seconds = total;
      return part > 0;
    }
    if (*end != ':') {
      return false;
    }
    s = end + 1;
  }
  return false;
}

/// A unit that belongs to something else, for the message
static bool
known_elsewhere(const char* suffix)
{
  for (size_t i = 0; i < N_SPELLINGS; ++i) {
    if (strcasecmp(suffix, spellings[i].suffix) == 0) {
      return true;
    }
  }
  return false;
}

/// What could have been meant: the nearest spelling of the unit, or all of them
static void
advise(const char* suffix, TonUnit unit, char buffer[80])
{
  const char* all[N_SPELLINGS];
  size_t n = 0;
  for (size_t i = 0; i < N_SPELLINGS; ++i) {
    if (spellings[i].unit == unit) {
      all[n++] = spellings[i].suffix;
    }
  }
  const char* const near = ton_string_nearest(suffix, all, n);
  if (near) {
    ton_string_cut(buffer, 80, "did you mean \"%s\"?", near);
    return;
  }
  size_t at = (size_t)snprintf(buffer, 80, n ? "expected " : "expected none");
  for (size_t i = 0; i < n && at < 80; ++i) {
    at += (size_t)snprintf(buffer + at, 80 - at, "%s%s",
                           !i          ? ""
                           : i + 1 < n ? ", "
                                       : " or ",
                           all[i]);
  }
}

double
ton_unit_note(const char* text)
{
  unsigned part = 0;
  unsigned whole = 0;
  int end = 0;
  if (sscanf(text, "%3u/%3u%n", &part, &whole, &end) != 2 || !part || !whole) {
    return 0.0;
  }
  const double length = (double)part / whole;
  const char* const rest = text + end;
  return !*rest                   ? length
         : strcmp(rest, ".") == 0 ? 1.5 * length
         : strcmp(rest, "t") == 0 ? 2.0 / 3.0 * length
                                  : 0.0;
}

/// A note where its length is not known: what it would be at 120 bpm
static bool
refuse_note(const char* text, TonUnit unit, char* buffer, size_t size)
{
  const double note_s = 2.0 * ton_unit_note(text);
  if (!(note_s > 0.0) || (unit != TON_MS && unit != TON_S && unit != TON_HZ)) {
    return false;
  }
  ton_string_cut(buffer, size,
                 "\"%s\" is a note, and how long it lasts depends on the "
                 "tempo; write a %s (at 120 bpm %.4g %s), or a tempo at the "
                 "top of mix.yaml",
                 text, unit == TON_HZ ? "frequency" : "time",
                 unit == TON_HZ ? 1.0 / note_s : 1000.0 * note_s,
                 unit == TON_HZ ? "Hz" : "ms");
  return true;
}

static bool
refuse(const char* text, const char* suffix, TonUnit unit, const char** why,
       char* buffer, size_t size)
{
  const char* const wanted = ton_unit_suffix(unit);
  char advice[80];
  *why = buffer;
  if (refuse_note(text, unit, buffer, size)) {
    return false;
  }
  if (unit == TON_PAN) {
    ton_string_cut(buffer, size, "\"%s\" is not a pan; write L30, C or R100",
                   text);
  } else if (strstr(text, "\xE2\x88\x92")) {
    ton_string_cut(buffer, size,
                   "\"%s\" has a typographic minus; write the plain \"-\"",
                   text);
  } else if (strchr(text, ',')) {
    ton_string_cut(buffer, size, "\"%s\" has a comma; write a decimal point",
                   text);
  } else if (suffix && *suffix && known_elsewhere(suffix)) {
    ton_string_cut(buffer, size, "\"%s\" is in %s; expected %s", text, suffix,
                   unit == TON_RATIO ? "a ratio such as 4:1"
                   : *wanted         ? wanted
                                     : "a bare number");
  } else if (suffix && *suffix) {
    advise(suffix, unit, advice);
    ton_string_cut(buffer, size, "\"%s\" has an unknown unit; %s", text,
                   advice);
  } else {
    ton_string_cut(buffer, size, "\"%s\" is not a number%s%s", text,
                   *wanted ? " in " : "", wanted);
  }
  return false;
}

bool
ton_unit_parse(const char* text, TonUnit unit, double* value, const char** why,
               char* buffer, size_t size)
{
  const char* s = skip_spaces(text);
  double number = 0.0;
  if (unit == TON_PAN) {
    return parse_pan(s, value) || refuse(text, NULL, unit, why, buffer, size);
  }
  if (unit == TON_S && parse_clock(s, value)) {
    return true;
  }
  if (!read_number(&s, &number)) {
    return refuse(text, NULL, unit, why, buffer, size);
  }
  s = skip_spaces(s);
  size_t n = strlen(s);
  while (n && s[n - 1] == ' ') {
    --n;
  }
  char suffix[16];
  if (!ton_string_format(suffix, sizeof(suffix), "%.*s", (int)n, s)) {
    return refuse(text, s, unit, why, buffer, size);
  }
  if (!*suffix) {
    *value = number;
    return true;
  }
  if (unit == TON_DB && strcmp(suffix, "x") == 0 && number >= 0.0) {
    *value = 20.0 * log10(number);
    return true;
  }
  for (size_t i = 0; i < N_SPELLINGS; ++i) {
    if (spellings[i].unit == unit &&
        strcasecmp(suffix, spellings[i].suffix) == 0) {
      *value = number * spellings[i].factor;
      return true;
    }
  }
  return refuse(text, suffix, unit, why, buffer, size);
}

/// Shortest decimal that reads back as the same float
static void
print_number(double value, char* buffer, size_t size)
{
  for (int digits = 1; digits <= 9; ++digits) {
    snprintf(buffer, size, "%.*g", digits, value);
    if ((float)strtod(buffer, NULL) == (float)value) {
      break;
    }
  }
  if (strchr(buffer, 'e') && isfinite(value)) {
    snprintf(buffer, size, "%.9f", value);
    for (size_t n = strlen(buffer); n && buffer[n - 1] == '0';) {
      buffer[--n] = '\0';
    }
    if (*buffer && buffer[strlen(buffer) - 1] == '.') {
      buffer[strlen(buffer) - 1] = '\0';
    }
  }
}

const char*
ton_unit_print(double value, TonUnit unit, char* buffer, size_t size)
{
  char number[48];
  if (unit == TON_PAN) {
    print_number(fabs(value), number, sizeof(number));
    if (value == 0.0) {
      snprintf(buffer, size, "C");
    } else {
      ton_string_cut(buffer, size, "%c%s", value < 0.0 ? 'L' : 'R', number);
    }
    return buffer;
  }
  const bool kilo = unit == TON_HZ && fabs(value) >= 1000.0 && isfinite(value);
  const bool seconds =
      unit == TON_MS && fabs(value) >= 1000.0 && isfinite(value);
  print_number(kilo || seconds ? value / 1000.0 : value, number,
               sizeof(number));
  const char* const suffix = kilo      ? "kHz"
                             : seconds ? "s"
                                       : ton_unit_suffix(unit);
  const char* const gap = unit == TON_RATIO || !*suffix ? "" : " ";
  ton_string_cut(buffer, size, "%s%s%s", number, gap, suffix);
  return buffer;
}
