// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Records follow a track or bus that got another name.

     tracks/Kick/trim  "+3 dB"            Kick:  is gone
     tracks/Kick/pan   "C"        text:   BD:    {trim: +3 dB, pan: C}
                                          -> tracks/BD/trim, tracks/BD/pan
*/
#include "session/decision_compare.h"
#include "session/doc.h"

#include <string.h>

/// What follows in the path of a record about the strip `name` of a section; null:
/// it is about something else
static const char*
below_strip(const TonDecision* d, const char* section, const char* name)
{
  char step[TON_STEP_BYTES];
  const char* rest = ton_path_step(d->path, step, sizeof(step));
  if (!rest || strcmp(step, section) != 0) {
    return NULL;
  }
  rest = ton_path_step(rest, step, sizeof(step));
  return rest && strcmp(step, name) == 0 ? rest : NULL;
}

/// The name of the strip that a record is about; false: it is about none that a
/// section of the text lacks
static bool
gone_strip(const TonDecision* d, const TonNode* strips, char* name, size_t size)
{
  char section[TON_STEP_BYTES];
  const char* rest = ton_path_step(d->path, section, sizeof(section));
  return rest && strcmp(section, strips->key->text) == 0 &&
         ton_path_step(rest, name, size) && !ton_node_child(strips, name);
}

static bool
has_records(const TonDecisions* all, const TonNode* strip, const char* section)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    if (below_strip(&all->items[i], section, strip->key->text)) {
      return true;
    }
  }
  return false;
}

/// How many values of the records about `name` the strip has, less those that it
/// has not
static TonStatus
likeness(const TonDecisions* all, const char* section, const char* name,
         TonNode* strip, int* score)
{
  *score = 0;
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    const char* const rest = below_strip(d, section, name);
    bool holds = false;
    if (rest && *d->value) {
      TON_TRY(decision_compare(ton_node_at(strip, rest), d->value, &holds));
      *score += holds ? 1 : -1;
    }
  }
  return TON_OK;
}

/// Put a record below another strip; a path that gets too long stays
static TonStatus
move_record(TonDecision* d, const char* section, const char* to,
            const char* rest)
{
  TonString path = {0};
  ton_path_add(&path, section);
  ton_path_add(&path, to);
  ton_string_printf(&path, "%s%s", *rest ? "/" : "", rest);
  const bool failed = path.failed;
  if (!failed && path.length < sizeof(d->path)) {
    memcpy(d->path, path.bytes, path.length + 1);
  }
  ton_string_free(&path);
  return failed ? TON_NO_MEMORY : TON_OK;
}

static TonStatus
move_records(TonDecisions* all, const char* section, const char* from,
             const char* to)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    TonDecision* const d = &all->items[i];
    const char* const rest = below_strip(d, section, from);
    TON_TRY(rest ? move_record(d, section, to, rest) : TON_OK);
  }
  return TON_OK;
}

/// Give a strip without records those of the name that is gone and was most like it:
/// two values more that are the same than others
static TonStatus
find_old_name(TonDecisions* all, const TonNode* strips, TonNode* strip)
{
  const char* const section = strips->key->text;
  char best[TON_STEP_BYTES] = "";
  char tried[TON_STEP_BYTES] = "";
  char name[TON_STEP_BYTES];
  int most = 1;
  for (uint32_t i = 0; i < all->count; ++i) {
    int score = 0;
    if (gone_strip(&all->items[i], strips, name, sizeof(name)) &&
        strcmp(name, tried) != 0) {
      memcpy(tried, name, sizeof(tried));
      TON_TRY(likeness(all, section, name, strip, &score));
      if (score > most) {
        most = score;
        memcpy(best, name, sizeof(best));
      }
    }
  }
  return *best ? move_records(all, section, best, strip->key->text) : TON_OK;
}

TonStatus
decisions_follow_names(TonDecisions* all, const TonDoc* doc)
{
  static const char* const sections[] = {"tracks", "buses"};
  for (int k = 0; k < 2; ++k) {
    const TonNode* const strips = ton_node_child(doc->root, sections[k]);
    const bool any = strips && strips->kind == TON_MAP;
    for (uint32_t i = 0; any && i < strips->count; ++i) {
      TonNode* const strip = strips->items[i];
      TON_TRY(has_records(all, strip, sections[k])
                  ? TON_OK
                  : find_old_name(all, strips, strip));
    }
  }
  return TON_OK;
}
