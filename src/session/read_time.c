// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Times in a song: minutes and seconds, or bars and beats.
*/

#include "session/read.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/// Digits at `s`, at most six; false if there are none
static bool
read_digits(const char** s, uint32_t* value)
{
  const size_t n = strspn(*s, "0123456789");
  if (!n || n > 6) {
    return false;
  }
  *value = (uint32_t)strtoul(*s, NULL, 10);
  *s += n;
  return true;
}

/// "17 bar", "17.3 bar", "bar 17"
static bool
read_bar(const char* s, uint32_t* bar, uint32_t* beat)
{
  const bool before = strncmp(s, "bar ", 4) == 0;
  s += before ? 4 + strspn(s + 4, " ") : 0;
  *beat = 1;
  if (!read_digits(&s, bar) || (*s == '.' && (++s, !read_digits(&s, beat)))) {
    return false;
  }
  s += strspn(s, " ");
  if (before) {
    return !*s;
  }
  return strcmp(s, "bar") == 0 || strcmp(s, "bars") == 0;
}

static TonStatus
bar_to_seconds(TonReader* r, const TonNode* node, uint32_t bar, uint32_t beat,
               double* seconds)
{
  if (r->tempo_bpm <= 0.0) {
    return ton_fail_at(
        r->doc, node, r->error,
        "\"%s\" is counted in bars, and there is no tempo; write "
        "\"tempo: 112 bpm\" at the top of mix.yaml, or a time "
        "(\"0:51.4\"), which is what other texts take",
        node->text);
  }
  if (bar < 1 || beat < 1 || beat > r->beats_per_bar) {
    return ton_fail_at(r->doc, node, r->error,
                       "\"%s\": bars count from 1, and beats from 1 to %u",
                       node->text, r->beats_per_bar);
  }
  const double beats = (double)(bar - 1) * r->beats_per_bar + (beat - 1);
  *seconds = r->first_bar_s + beats * 60.0 / r->tempo_bpm;
  r->by_section = true;
  return TON_OK;
}

/// Where a section of that name begins
static bool
read_section(TonReader* r, const char* name, double* seconds)
{
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    if (strcmp(r->sections[i].name, name) == 0) {
      *seconds = r->sections[i].at_s;
      r->by_section = true;
      return true;
    }
  }
  return false;
}

TonStatus
ton_read_time(TonReader* r, const TonNode* node, double* seconds)
{
  uint32_t bar = 0;
  uint32_t beat = 0;
  if (node->kind == TON_SCALAR && read_bar(node->text, &bar, &beat)) {
    return bar_to_seconds(r, node, bar, beat, seconds);
  }
  if (node->kind == TON_SCALAR && read_section(r, node->text, seconds)) {
    return TON_OK;
  }
  char buffer[160];
  const char* why = NULL;
  if (node->kind == TON_SCALAR &&
      ton_unit_parse(node->text, TON_S, seconds, &why, buffer,
                     sizeof(buffer)) &&
      *seconds >= 0.0 && *seconds <= 86400.0) {
    return TON_OK;
  }
  return ton_fail_at(r->doc, node, r->error,
                     "%s%s%s is not a time; write a time "
                     "(\"0:51.4\", \"12.5 s\") or a bar (\"17 bar\", \"17.3 "
                     "bar\")%s",
                     node->kind == TON_SCALAR ? "\"" : "",
                     node->kind == TON_SCALAR ? node->text : "a list or map",
                     node->kind == TON_SCALAR ? "\"" : "",
                     r->n_sections ? " or a section of the song" : "");
}
