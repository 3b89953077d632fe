// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Automation by sections becomes breakpoints.
#include "session/section_moves.h"

#include <math.h>
#include <string.h>

bool
ton_moves_by_section(const TonNode* list)
{
  return list->kind == TON_LIST && list->count &&
         list->items[0]->kind == TON_SCALAR &&
         strstr(list->items[0]->text, " in ");
}

/// "chorus 1" is called "chorus 1", and "chorus" for short
static bool
is_called(const char* section, const char* name)
{
  const size_t n = strlen(name);
  if (strncmp(section, name, n) != 0) {
    return false;
  }
  const char* const number = section + n + 1;
  return !section[n] || (section[n] == ' ' && *number &&
                         number[strspn(number, "0123456789")] == '\0');
}

static TonStatus
unknown_section(TonReader* r, const TonNode* node, const char* name)
{
  TonNames names = {0};
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    if (!ton_names_add(r, &names, r->sections[i].name)) {
      return ton_read_no_memory(r);
    }
  }
  return names.count
             ? ton_read_unknown(r, node, "there is no section", name,
                                names.items, names.count)
             : ton_fail_at(r->doc, node, r->error,
                           "\"%s\": the song has no sections; write them at "
                           "the top: sections: {verse 1: \"0:17.1\"}",
                           node->text);
}

/// Add one item to the levels of the sections it names
static TonStatus
read_move(TonReader* r, TonNode* node, TonRange range, double* levels)
{
  const char* const in =
      node->kind == TON_SCALAR ? strstr(node->text, " in ") : NULL;
  double db = 0.0;
  bool found = false;
  if (!in) {
    return ton_fail_at(
        r->doc, node, r->error,
        "a move in a section is written \"+1.5 dB in chorus 1\"");
  }
  const char* const text = node->text;
  node->text = ton_arena_string(r->arena, text, (size_t)(in - text));
  const TonStatus status =
      node->text
          ? ton_read_number(r, node, (TonRange){TON_DB, -60.0, 60.0}, &db)
          : ton_read_no_memory(r);
  node->text = text;
  TON_TRY(status);
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    if (is_called(r->sections[i].name, in + 4)) {
      levels[i] += db;
      found = true;
      if (levels[i] > range.max) {
        return ton_fail_at(
            r->doc, node, r->error,
            "\"%s\" comes to %.4g dB, and %.4g dB is the highest", text,
            levels[i], range.max);
      }
    }
  }
  return found ? TON_OK : unknown_section(r, node, in + 4);
}

/// From one level to the next where a section begins
static void
add_change(const TonReader* r, uint32_t section, double before, double now,
           TonAutomation* curve)
{
  const double ramp_s = r->tempo_bpm > 0.0 ? 60.0 / r->tempo_bpm : 0.5;
  const double at_s = r->sections[section].at_s;
  const double last_s =
      curve->n_points ? curve->points[curve->n_points - 1].at_s : 0.0;
  curve->points[curve->n_points++] =
      (TonPoint){.at_s = fmax(at_s - ramp_s, last_s), .value = (float)before};
  curve->points[curve->n_points++] =
      (TonPoint){.at_s = at_s, .value = (float)now};
}

TonStatus
ton_read_section_moves(TonReader* r, const TonNode* list, TonRange range,
                       double base_db, TonAutomation* curve)
{
  double* const levels = ton_read_buffer(r, r->n_sections + 1, sizeof(double));
  curve->points =
      ton_read_buffer(r, 2 * (size_t)r->n_sections + 1, sizeof(TonPoint));
  if (!levels || !curve->points) {
    return ton_read_no_memory(r);
  }
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    levels[i] = base_db;
  }
  for (uint32_t i = 0; i < list->count; ++i) {
    TON_TRY(read_move(r, list->items[i], range, levels));
  }
  double before = base_db;
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    if (levels[i] != before) {
      add_change(r, i, before, levels[i], curve);
      before = levels[i];
    }
  }
  r->by_section = true;
  return TON_OK;
}
