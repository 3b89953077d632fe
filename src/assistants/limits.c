// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Reading data/readiness.yaml.
*/
#include "assistants/limits.h"

#include "assistants/rules.h"
#include "base/array.h"
#include "session/fields.h"

#include <stddef.h>
#include <string.h>

#define CHARS(field)                                                           \
  .at = offsetof(TonLimit, field), .size = sizeof(((TonLimit*)NULL)->field)
#define PLAIN .unit = TON_PLAIN, .min = -200.0, .max = 200.0

static const TonField limit_name = {"a light's name", TON_AS_CHARS,
                                    CHARS(name)};

static const TonField limit_fields[] = {
    {"green", TON_AS_DOUBLE, offsetof(TonLimit, green), PLAIN,
     .flags = TON_REQUIRED},
    {"amber", TON_AS_DOUBLE, offsetof(TonLimit, amber), PLAIN,
     .flags = TON_REQUIRED},
    {"source", TON_AS_CHARS, CHARS(source), .flags = TON_REQUIRED},
};

static const TonTable limit_table = {.what = "light",
                                     TON_FIELDS(limit_fields),
                                     .size = sizeof(TonLimit),
                                     .name = &limit_name};

#define END(key, field)                                                        \
  {                                                                            \
    key, TON_AS_DOUBLE, offsetof(TonEndLimits, field), TON_S, 0.0, 30.0,       \
        .flags = TON_REQUIRED                                                  \
  }

static const TonField end_fields[] = {
    END("before", before_s),
    END("behind", behind_s),
    END("fade-in", fade_in_s),
    END("shortest-fade-out", shortest_fade_out_s),
    END("longest-fade-out", longest_fade_out_s),
};

static const TonTable end_table = {.what = "the table of ends",
                                   TON_FIELDS(end_fields),
                                   .size = sizeof(TonEndLimits)};

static const TonField limits_fields[] = {
    {"lights", TON_AS_NAMED, offsetof(TonLimits, items),
     .count = offsetof(TonLimits, n), .table = &limit_table,
     .flags = TON_REQUIRED},
    {"ends", TON_AS_PART, offsetof(TonLimits, ends), .table = &end_table,
     .flags = TON_REQUIRED},
};

/// Every rule of the report has its limits
static TonStatus
check_limits(TonReader* r, const TonNode* node, void* row)
{
  for (uint32_t i = TON_RULE_CHECK_FIRST; i < TON_RULES; ++i) {
    const char* const name = ton_check_name(i);
    if (!ton_limit(row, name)) {
      return ton_fail_at(r->doc, node, r->error,
                         "lights: add a line for \"%s\"", name);
    }
  }
  return TON_OK;
}

static const TonTable limits_table = {.what = "the table of lights",
                                      TON_FIELDS(limits_fields),
                                      .size = sizeof(TonLimits),
                                      .check = check_limits};

TonStatus
ton_limits_read(TonLimits** limits, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read_data("readiness.yaml", &limits_table, &data, error);
  *limits = data;
  return status;
}

void
ton_limits_free(TonLimits* limits)
{
  ton_table_free(limits);
}

const TonLimit*
ton_limit(const TonLimits* limits, const char* name)
{
  for (uint32_t i = 0; i < limits->n; ++i) {
    if (strcmp(limits->items[i].name, name) == 0) {
      return &limits->items[i];
    }
  }
  return NULL;
}
