// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of rules: whole, documented, and filled without gaps.
*/
#include "assistants/decision_builder.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"

#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <string.h>

static const char* const stages[] = {[TON_STAGE_ANY] = "both",
                                     [TON_STAGE_MIX] = "mix",
                                     [TON_STAGE_MASTER] = "master",
                                     [TON_STAGE_CHECK] = "check"};

static char*
read_source(const char* path)
{
  char whole[512];
  size_t length = 0;
  snprintf(whole, sizeof(whole), "%s/%s", TON_SOURCE_ROOT, path);
  char* const text = ton_string_read_file(whole, 1 << 20, &length);
  if (!text) {
    fail_msg("%s is not in the repository", whole);
  }
  return text;
}

static void
add_cell(TonString* line, const char* text)
{
  ton_string_add(line, " | ");
  for (; text && *text; ++text) {
    ton_string_add(line, *text == '|' ? "\\" : "");
    ton_string_add_bytes(line, text, 1);
  }
}

/// A rule as docs/rules.md has it
static void
write_line(const TonRule* rule, TonString* line)
{
  ton_string_printf(line, "| `%s` | %s", rule->id, stages[rule->stage]);
  add_cell(line, rule->reason);
  add_cell(line, rule->fix ? rule->fix : rule->detail);
  add_cell(line, rule->source);
  ton_string_add(line, " |\n");
}

static void
test_every_rule_is_documented(void** state)
{
  (void)state;
  char* const doc = read_source("docs/rules.md");
  uint32_t missing = 0;
  uint32_t lines = 0;
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    TonString line = {0};
    write_line(ton_rule(i), &line);
    if (!strstr(doc, ton_string_string(&line))) {
      print_error("docs/rules.md lacks\n%s", ton_string_string(&line));
      ++missing;
    }
    ton_string_free(&line);
  }
  for (const char* at = doc; (at = strstr(at, "\n| `")); ++at) {
    ++lines;
  }
  assert_int_equal(missing, 0);
  assert_int_equal(lines, TON_RULES);
  ton_free(doc);
}

/// "docs/rules.md 2.11": a section of it; else a file
static void
expect_source(const char* source)
{
  char path[64];
  char heading[32];
  const char* const section = strchr(source, ' ');
  snprintf(path, sizeof(path), "%.*s",
           (int)(section ? section - source : (long)strlen(source)), source);
  char* const text = read_source(path);
  if (section) {
    snprintf(heading, sizeof(heading), "\n## %s ", section + 1);
    if (!strstr(text, heading)) {
      fail_msg("%s has no section %s", path, section + 1);
    }
  }
  ton_free(text);
}

static void
test_every_source_is_in_the_repository(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    const TonRule* const rule = ton_rule(i);
    expect_source(rule->source);
    for (uint32_t f = 0; f < TON_RULE_FIGURES && rule->figures[f].metric; ++f) {
      if (rule->figures[f].source) {
        expect_source(rule->figures[f].source);
      }
    }
  }
}

static void
test_ids_are_their_own(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    const TonRule* const rule = ton_rule(i);
    assert_true(*rule->id && *rule->reason && *rule->detail);
    assert_ptr_equal(ton_rule_named(rule->id), rule);
    assert_true((rule->stage == TON_STAGE_CHECK) == (rule->fix != NULL));
    assert_true(!rule->instead == !rule->why_not);
    assert_true(strlen(rule->id) < sizeof(((TonDecision*)NULL)->rule));
  }
  assert_null(ton_rule_named("no.such-rule"));
}

/// All that a template names is a figure of the row or a name in small letters
static void
expect_slots(const TonRule* rule, const char* template)
{
  static const char* const names[] = {
      "role", "word",   "track",  "way",      "side",       "tracks", "limit",
      "band", "target", "source", "nearest",  "other side", "sound",  "level",
      "hint", "style",  "where",  "polarity", "earlier"};
  for (const char* at = template; (at = strchr(at, '{')); ++at) {
    const char* const from = at + 1 + (at[1] == '|' || at[1] == '@');
    const size_t n = strcspn(from, "|}");
    bool known = false;
    for (uint32_t f = 0; f < TON_RULE_FIGURES && rule->figures[f].metric; ++f) {
      known |= strlen(rule->figures[f].metric) == n &&
               strncmp(rule->figures[f].metric, from, n) == 0;
    }
    for (uint32_t k = 0; k < sizeof(names) / sizeof(names[0]); ++k) {
      known |= strlen(names[k]) == n && strncmp(names[k], from, n) == 0;
    }
    if (!known) {
      fail_msg("%s: nothing is called \"%.*s\"", rule->id, (int)n, from);
    }
  }
}

static void
test_templates_name_what_the_row_has(void** state)
{
  (void)state;
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    expect_slots(ton_rule(i), ton_rule(i)->reason);
    expect_slots(ton_rule(i), ton_rule(i)->detail);
  }
}

/// With all its figures at long values and the longest names that a decision
/// holds every sentence fits its buffer
static void
test_sentences_are_whole(void** state)
{
  (void)state;
  static const char* const names[] = {"role", "word", "track", "target"};
  char longest[sizeof(((TonDecisionName*)NULL)->name)] = "";
  memset(longest, 'x', sizeof(longest) - 1);
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    const TonRule* const rule = ton_rule(i);
    TonDecision d;
    ton_decision_start(&d, i, 0.5);
    for (uint32_t f = 0; f < TON_RULE_FIGURES && rule->figures[f].metric; ++f) {
      ton_decision_figure(&d, rule->figures[f].metric, -123.4);
    }
    for (uint32_t k = 0; k < 4; ++k) {
      ton_decision_name(&d, names[k], longest);
    }
    if (!ton_decision_finish(&d)) {
      fail_msg("%s is cut: %s; %s", rule->id, d.reason, d.detail);
    }
    assert_null(strpbrk(d.reason, "{}[]"));
    assert_null(strpbrk(d.detail, "{}[]"));
  }
}

static void
test_figures_fill_the_sentence(void** state)
{
  (void)state;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_HIGHPASS_SPECTRUM, 0.9);
  ton_decision_range(&d, "lowest note", 103.2, 20.0, 90.0);
  ton_decision_range(&d, "energy below", -23.94, -45.0, NAN);
  ton_decision_finish(&d);
  assert_string_equal(d.rule, "highpass.spectrum");
  assert_string_equal(d.evidence[0].unit, "Hz");
  assert_string_equal(d.evidence[0].source, "data/roles.yaml");
  assert_string_equal(d.evidence[1].source, "docs/rules.md 2.11");
  assert_non_null(strstr(d.reason, "103 Hz"));
  assert_non_null(strstr(d.reason, "23.9 dB softer"));
  assert_null(strstr(d.reason, "DC"));
  assert_null(strstr(d.reason, "higher"));
  ton_decision_figure(&d, "DC offset", 2.0);
  ton_decision_figure(&d, "highest cut", 90.0);
  ton_decision_name(&d, "role", "snare");
  ton_decision_finish(&d);
  assert_non_null(strstr(d.reason, "DC offset of 2 %"));
  assert_non_null(
      strstr(d.reason, "a high-pass for snare goes no higher than 90 Hz"));
  ton_decision_evidence(&d, "DC offset")->value = 3.0;
  ton_decision_finish(&d);
  assert_non_null(strstr(d.reason, "DC offset of 3 %"));
}

/// A template as a pattern: what is filled in may be anything
static void
add_pattern(TonString* pattern, const char* template)
{
  for (const char* at = template; *at; ++at) {
    const bool slot = *at == '{' || *at == '[';
    ton_string_add_bytes(pattern, slot ? "*" : at, 1);
    at = slot ? strchr(at, *at == '{' ? '}' : ']') : at;
  }
}

static bool
is_reason(const char* text)
{
  bool found = false;
  for (uint32_t i = 0; i < TON_RULES && !found; ++i) {
    TonString pattern = {0};
    add_pattern(&pattern, ton_rule(i)->reason);
    const char* const p = ton_string_string(&pattern);
    found = strspn(p, "*") < strlen(p) && fnmatch(p, text, 0) == 0;
    ton_string_free(&pattern);
  }
  return found;
}

static void
test_the_readme_shows_reasons_of_the_rules(void** state)
{
  (void)state;
  char* const readme = read_source("README.md");
  char* const end = strstr(strstr(readme, "```yaml") + 3, "```");
  uint32_t n = 0;
  *end = '\0';
  for (char* at = strstr(readme, "```yaml"); (at = strstr(at, " # ")); ++n) {
    char text[512] = "";
    at += 3;
    memcpy(text, at, strcspn(at, "\n"));
    if (!is_reason(text)) {
      fail_msg("README.md: no rule says \"%s\"", text);
    }
  }
  assert_in_range(n, 6, 20);
  ton_free(readme);
}

static void
test_a_missing_part_has_another(void** state)
{
  (void)state;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_CHECK_HUM, 1.0);
  ton_decision_figure(&d, "hum", -INFINITY);
  ton_decision_finish(&d);
  assert_string_equal(d.reason, "mains hum: none");
  ton_decision_start(&d, TON_RULE_CHECK_HUM, 1.0);
  ton_decision_figure(&d, "hum", -61.5);
  ton_decision_finish(&d);
  assert_string_equal(d.reason, "mains hum: 61.5 LU softer than the music");
  ton_decision_start(&d, TON_RULE_BALANCE_CLASS_TARGET, 1.0);
  ton_decision_figure(&d, "place", -3.9);
  ton_decision_name(&d, "role", "bass");
  ton_decision_name(&d, "side", "below where a lead vocal would be");
  ton_decision_finish(&d);
  assert_string_equal(
      d.reason, "usual for bass: 3.9 LU below where a lead vocal would be");
  ton_decision_start(&d, TON_RULE_DEFECT_CLIPPING, 1.0);
  ton_decision_figure(&d, "clipped samples", 1.0);
  ton_decision_figure(&d, "longest run", 83.35);
  ton_decision_finish(&d);
  assert_non_null(strstr(d.reason, "1 sample "));
  assert_non_null(strstr(d.reason, "1:23.3"));
}

static void
test_a_long_name_is_cut_at_a_letter(void** state)
{
  (void)state;
  char name[300];
  for (uint32_t i = 0; i + 3 < sizeof(name); i += 3) {
    memcpy(name + i, "\xE3\x82\xAD", 4);
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_ROLE_NAME, 0.9);
  ton_decision_name(&d, "word", name);
  assert_int_equal((strlen(d.names[0].name) - strlen("...")) % 3, 0);
  assert_true(strlen(d.names[0].name) > 80);
}

/// "balance.class-target" is TON_RULE_BALANCE_CLASS_TARGET in the sources
static bool
is_used(const TonRule* rule, const TonString* sources)
{
  char name[80];
  snprintf(name, sizeof(name), "TON_RULE_%s", rule->id);
  for (char* c = name; *c; ++c) {
    *c = *c == '.' || *c == '-' ? '_' : (char)toupper((unsigned char)*c);
  }
  const size_t n = strlen(name);
  for (const char* at = ton_string_string(sources);
       (at = strstr(at, name)) != NULL; at += n) {
    if (at[n] != '_' && !isalnum((unsigned char)at[n])) {
      return true;
    }
  }
  return false;
}

static void
test_no_rule_is_idle(void** state)
{
  (void)state;
  glob_t files = {0};
  TonString sources = {0};
  assert_int_equal(glob(TON_SOURCE_ROOT "/src/assistants/*.c", 0, NULL, &files),
                   0);
  assert_int_equal(
      glob(TON_SOURCE_ROOT "/src/song/*.c", GLOB_APPEND, NULL, &files), 0);
  for (size_t i = 0; i < files.gl_pathc; ++i) {
    const char* const path = files.gl_pathv[i] + strlen(TON_SOURCE_ROOT) + 1;
    char* const text = strncmp(path, "src/assistants/rules", 20) == 0
                           ? NULL
                           : read_source(path);
    ton_string_add(&sources, text ? text : "");
    ton_free(text);
  }
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    if (!is_used(ton_rule(i), &sources)) {
      fail_msg("no code decides by %s", ton_rule(i)->id);
    }
  }
  ton_string_free(&sources);
  globfree(&files);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_rule_is_documented),
      cmocka_unit_test(test_no_rule_is_idle),
      cmocka_unit_test(test_every_source_is_in_the_repository),
      cmocka_unit_test(test_ids_are_their_own),
      cmocka_unit_test(test_templates_name_what_the_row_has),
      cmocka_unit_test(test_sentences_are_whole),
      cmocka_unit_test(test_figures_fill_the_sentence),
      cmocka_unit_test(test_the_readme_shows_reasons_of_the_rules),
      cmocka_unit_test(test_a_missing_part_has_another),
      cmocka_unit_test(test_a_long_name_is_cut_at_a_letter),
  };
  return TON_TESTS(tests);
}
