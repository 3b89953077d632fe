// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of roles, data/roles.yaml.
*/

#include "assistants/roles.h"

#include "base/array.h"
#include "session/date.h"
#include "session/fields.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define PLAIN    .unit = TON_PLAIN, .min = 0.0
#define LEVEL_LU .unit = TON_LU, .min = -60.0, .max = 60.0
#define CUTOFF   .unit = TON_HZ, .min = 0.0, .max = 20000.0
#define DECAY    .unit = TON_S, .min = 0.1, .max = 30.0

// Compression of a role ---------------------------------------------------------

#define AT(field) offsetof(TonRole, field)

static const TonField compress_fields[] = {
    {"uncompressed-range", TON_AS_DOUBLE, AT(uncompressed_range_lu), TON_LU,
     0.0, 60.0, .flags = TON_NAN},
    {"uncompressed-hits", TON_AS_DOUBLE, AT(uncompressed_hits_db), TON_DB, 0.0,
     60.0, .flags = TON_NAN},
    {"threshold", TON_AS_DOUBLE, AT(threshold_db), TON_DB, -60.0, 60.0,
     .otherwise = "0 dB"},
    {"ratio", TON_AS_DOUBLE, AT(ratio), TON_RATIO, 1.0, 100.0,
     .otherwise = "1:1"},
    {"attack", TON_AS_DOUBLE, AT(attack_ms), TON_MS, 0.0, 1000.0,
     .otherwise = "10 ms"},
    {"release", TON_AS_DOUBLE, AT(release_ms), TON_MS, 1.0, 5000.0,
     .otherwise = "120 ms"},
    {"max-reduction", TON_AS_DOUBLE, AT(max_reduction_db), TON_DB, 0.0, 60.0,
     .otherwise = "0 dB"},
};

static const TonTable compress_table = {.what = "compress",
                                        TON_FIELDS(compress_fields)};

// De-essing of a role -----------------------------------------------------------

static const TonField de_ess_fields[] = {
    {"level", TON_AS_DOUBLE, AT(s_lu), LEVEL_LU, .flags = TON_NAN},
    {"range", TON_AS_DOUBLE, AT(s_range_db), TON_DB, 0.0, 24.0,
     .otherwise = "5 dB"},
};

static const TonTable de_ess_table = {.what = "de-ess",
                                      TON_FIELDS(de_ess_fields)};

// Roles -------------------------------------------------------------------------

static const char* const places[] = {"centre", "pair", "spread", "keep", NULL};

static const TonField role_name = {"name", TON_AS_TEXT, .at = AT(name)};

static const TonField role_fields[] = {
    {"class", TON_AS_TEXT, AT(class), .flags = TON_REQUIRED},
    {"group", TON_AS_TEXT, AT(group), .flags = TON_REQUIRED},
    {"level", TON_AS_DOUBLE, AT(level_lu), LEVEL_LU, .flags = TON_REQUIRED},
    {"low", TON_AS_DOUBLE, AT(level_low_lu), LEVEL_LU, .flags = TON_REQUIRED},
    {"high", TON_AS_DOUBLE, AT(level_high_lu), LEVEL_LU, .flags = TON_REQUIRED},
    {"spread", TON_AS_DOUBLE, AT(spread_lu), LEVEL_LU, .otherwise = "5 LU"},
    {"sum", TON_AS_SWITCH, .at = AT(sum)},
    {"mute", TON_AS_SWITCH, .at = AT(mute)},
    {"importance", TON_AS_DOUBLE, AT(importance), PLAIN, .max = 1.0,
     .otherwise = "0.4"},
    {"place", TON_AS_WORD, AT(place), .words = places, .otherwise = "keep"},
    {"width", TON_AS_DOUBLE, AT(width), PLAIN, .max = 100.0},
    {"single", TON_AS_DOUBLE, AT(single_width), PLAIN, .max = 100.0},
    {"lowest", TON_AS_DOUBLE, AT(lowest_hz), CUTOFF},
    {"highpass", TON_AS_DOUBLE, AT(highpass_hz), CUTOFF},
    {"reverb", TON_AS_DOUBLE, AT(send_db), TON_DB, -INFINITY, 24.0,
     .otherwise = "-inf dB"},
    {"compress", TON_AS_PART, .table = &compress_table},
    {"de-ess", TON_AS_PART, .table = &de_ess_table},
};

static const TonTable role_table = {.what = "role",
                                    TON_FIELDS(role_fields),
                                    .size = sizeof(TonRole),
                                    .name = &role_name};

// Groups, space, words ----------------------------------------------------------

static const TonField group_name = {"name", TON_AS_TEXT,
                                    .at = offsetof(TonGroup, name)};

static const TonField group_fields[] = {
    {"with", TON_AS_TEXT, .at = offsetof(TonGroup, with)},
    {"level", TON_AS_DOUBLE, offsetof(TonGroup, level_lu), LEVEL_LU,
     .flags = TON_NAN},
    {"spread", TON_AS_DOUBLE, offsetof(TonGroup, spread_lu), LEVEL_LU,
     .otherwise = "3 LU"},
    {"clip", TON_AS_DOUBLE, offsetof(TonGroup, clip_db), TON_DB, 0.0, 12.0,
     .otherwise = "0 dB"},
};

static const TonTable group_table = {.what = "group",
                                     TON_FIELDS(group_fields),
                                     .size = sizeof(TonGroup),
                                     .name = &group_name};

#define IN_SPACE(field) offsetof(TonSpace, field)

static const TonField space_fields[] = {
    {"bus", TON_AS_TEXT, IN_SPACE(bus), .flags = TON_REQUIRED},
    {"type", TON_AS_TEXT, IN_SPACE(type), .flags = TON_REQUIRED},
    {"decay", TON_AS_DOUBLE, IN_SPACE(decay_s), DECAY, .otherwise = "1.6 s"},
    {"shortest", TON_AS_DOUBLE, IN_SPACE(shortest_s), DECAY,
     .otherwise = "0.8 s"},
    {"longest", TON_AS_DOUBLE, IN_SPACE(longest_s), DECAY,
     .otherwise = "2.8 s"},
    {"gain", TON_AS_DOUBLE, IN_SPACE(gain_db), TON_DB, -60.0, .max = 60.0},
    {"pre-delay", TON_AS_DOUBLE, IN_SPACE(predelay_ms), TON_MS, 0.0, 500.0,
     .otherwise = "25 ms"},
    {"highpass", TON_AS_DOUBLE, IN_SPACE(highpass_hz), CUTOFF,
     .otherwise = "200 Hz"},
    {"lowpass", TON_AS_DOUBLE, IN_SPACE(lowpass_hz), CUTOFF,
     .otherwise = "8 kHz"},
};

static const TonTable space_table = {.what = "space", TON_FIELDS(space_fields)};

static const TonField trim_fields[] = {
    {"highest", TON_AS_DOUBLE, offsetof(TonTrimBounds, highest_db), TON_DB, 0.0,
     96.0, .flags = TON_REQUIRED},
    {"noise", TON_AS_DOUBLE, offsetof(TonTrimBounds, noise_lufs), TON_LUFS,
     -120.0, 0.0, .flags = TON_REQUIRED},
    {"hum", TON_AS_DOUBLE, offsetof(TonTrimBounds, hum_lufs), TON_LUFS, -120.0,
     0.0, .flags = TON_REQUIRED},
};

static const TonTable trim_table = {.what = "trim", TON_FIELDS(trim_fields)};

static const TonField peak_fields[] = {
    {"room", TON_AS_DOUBLE, offsetof(TonPeakBounds, room_lu), LEVEL_LU,
     .flags = TON_REQUIRED},
    {"high", TON_AS_DOUBLE, offsetof(TonPeakBounds, high_lu), LEVEL_LU,
     .flags = TON_REQUIRED},
};

static const TonTable peak_table = {.what = "peaks", TON_FIELDS(peak_fields)};

static const TonField side_fields[] = {
    {"left", TON_AS_TEXT, .at = offsetof(TonRoles, left),
     .flags = TON_REQUIRED},
    {"right", TON_AS_TEXT, .at = offsetof(TonRoles, right),
     .flags = TON_REQUIRED},
    {"pairs", TON_AS_TEXT, .at = offsetof(TonRoles, pairs),
     .flags = TON_REQUIRED},
};

static const TonTable side_table = {.what = "sides", TON_FIELDS(side_fields)};

/// A word rule that names its role
typedef struct {
  TonRoleRule rule;
  char* role;
} NamedRule;

static const TonField rule_fields[] = {
    {"role", TON_AS_TEXT, offsetof(NamedRule, role), .flags = TON_REQUIRED},
    {"sure", TON_AS_DOUBLE, offsetof(NamedRule, rule.confidence), PLAIN,
     .max = 1.0, .otherwise = "0.8"},
    {"say", TON_AS_TEXT, offsetof(NamedRule, rule.say), .flags = TON_REQUIRED},
    {"unless", TON_AS_TEXT, .at = offsetof(NamedRule, rule.unless)},
    {"beside", TON_AS_TEXT, .at = offsetof(NamedRule, rule.beside)},
};

static const TonTable rule_table = {
    .what = "a word rule", TON_FIELDS(rule_fields), .size = sizeof(NamedRule)};

// The whole table ---------------------------------------------------------------

/// The table while it is read
typedef struct {
  TonRoles roles; ///< The first member
  char* date;
  NamedRule* rules;
  uint32_t n_rules;
} RolesText;

#define IN_TEXT(field) offsetof(RolesText, field)

static const TonField fields[] = {
    {"date", TON_AS_TEXT, IN_TEXT(date), .read = ton_check_date},
    {"groups", TON_AS_NAMED, IN_TEXT(roles.groups),
     .count = IN_TEXT(roles.n_groups), .table = &group_table,
     .flags = TON_REQUIRED},
    {"roles", TON_AS_NAMED, IN_TEXT(roles.roles),
     .count = IN_TEXT(roles.n_roles), .table = &role_table,
     .flags = TON_REQUIRED},
    {"trim", TON_AS_PART, IN_TEXT(roles.trim), .table = &trim_table,
     .flags = TON_REQUIRED},
    {"peaks", TON_AS_PART, IN_TEXT(roles.peaks), .table = &peak_table,
     .flags = TON_REQUIRED},
    {"space", TON_AS_PART, IN_TEXT(roles.space), .table = &space_table,
     .flags = TON_REQUIRED},
    {"sides", TON_AS_PART, IN_TEXT(roles), .table = &side_table,
     .flags = TON_REQUIRED},
    {"copies", TON_AS_TEXT, IN_TEXT(roles.copies), .flags = TON_REQUIRED},
    {"words", TON_AS_ROWS, IN_TEXT(rules), .count = IN_TEXT(n_rules),
     .table = &rule_table, .flags = TON_REQUIRED, .example = "a list of rules"},
};

/// The role that a rule names, as a number
static TonStatus
find_rules_role(TonReader* r, const TonNode* node, const TonRoles* roles,
                NamedRule* rule)
{
  TonNames names = {0};
  const TonRole* const role = ton_role(roles, rule->role);
  if (role) {
    rule->rule.role = (uint32_t)(role - roles->roles);
    return TON_OK;
  }
  for (uint32_t i = 0; i < roles->n_roles; ++i) {
    if (!ton_names_add(r, &names, roles->roles[i].name)) {
      return ton_read_no_memory(r);
    }
  }
  return ton_read_unknown(r, ton_node_child(node, "role"), "there is no role",
                          rule->role, names.items, names.count);
}

static TonStatus
check_roles(TonReader* r, const TonNode* node, void* row)
{
  RolesText* const text = row;
  TonRoles* const roles = &text->roles;
  if (!ton_role(roles, "unknown")) {
    return ton_fail_at(r->doc, ton_node_child(node, "roles"), r->error,
                       "roles: there has to be a role \"unknown\"");
  }
  roles->rules = ton_read_buffer(r, text->n_rules, sizeof(TonRoleRule));
  if (!roles->rules) {
    return ton_read_no_memory(r);
  }
  const TonNode* const words = ton_node_child(node, "words");
  for (uint32_t i = 0; i < text->n_rules; ++i) {
    TON_TRY(find_rules_role(r, words->items[i], roles, &text->rules[i]));
    roles->rules[i] = text->rules[i].rule;
  }
  roles->n_rules = text->n_rules;
  return TON_OK;
}

static const TonTable roles_table = {.what = "the table of roles",
                                     TON_FIELDS(fields),
                                     .size = sizeof(RolesText),
                                     .check = check_roles};

TonStatus
ton_roles_read(const char* path, TonRoles** roles, TonError* error)
{
  void* data = NULL;
  *roles = NULL;
  TON_TRY(path ? ton_table_open(path, &roles_table, &data, error)
               : ton_table_read_data("roles.yaml", &roles_table, &data, error));
  *roles = data;
  const TonStatus status = ton_sounds_read(NULL, &(*roles)->sounds, error);
  if (status) {
    ton_roles_free(*roles);
    *roles = NULL;
  }
  return status;
}

void
ton_roles_free(TonRoles* roles)
{
  if (roles) {
    ton_sounds_free(roles->sounds);
  }
  ton_table_free(roles);
}

const TonRole*
ton_role(const TonRoles* roles, const char* name)
{
  for (uint32_t i = 0; i < roles->n_roles; ++i) {
    if (roles->roles[i].name && strcmp(roles->roles[i].name, name) == 0) {
      return &roles->roles[i];
    }
  }
  return NULL;
}
