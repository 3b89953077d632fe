// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of figures beside docs/json.md, and the glossary.
*/

#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "report/figures.h"
#include "report/glossary.h"
#include "report/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// docs/json.md from the heading of a verb to the next one; owned by `text`
static const char*
section(TonString* text, const char* heading)
{
  char path[1024];
  size_t length = 0;
  snprintf(path, sizeof(path), "%s/docs/json.md", getenv("TON_ROOT"));
  char* const all = ton_string_read_file(path, 1 << 20, &length);
  assert_non_null(all);
  const char* const from = strstr(all, heading);
  assert_non_null(from);
  const char* const to = strstr(from + 1, "\n## ");
  ton_string_add_bytes(text, from, to ? (size_t)(to - from) : strlen(from));
  ton_free(all);
  return ton_string_string(text);
}

static bool
names(const char* text, const char* key)
{
  char quoted[64];
  snprintf(quoted, sizeof(quoted), "`%s`", key);
  return strstr(text, quoted) != NULL;
}

static void
every_key_is_documented(void** state)
{
  (void)state;
  TonString text = {0};
  const TonMeasurement m = {.rate = 48000, .channels = 2};
  const char* const documented = section(&text, "\n## measure\n");
  json_t* const o = report_measurement(&m);
  const char* key = NULL;
  json_t* value = NULL;
  json_object_foreach(o, key, value)
  {
    if (!names(documented, key)) {
      fail_msg("docs/json.md does not have %s", key);
    }
  }
  json_decref(o);
  ton_string_free(&text);
}

/// The other way round: what stands in the first column is there
static void
every_documented_key_is_there(void** state)
{
  (void)state;
  static const char* const of_the_verb[] = {"path", "breaks_off"};
  TonString text = {0};
  const TonMeasurement m = {.rate = 48000, .channels = 2};
  const char* line = strstr(section(&text, "\n## measure\n"), "|---|");
  json_t* const o = report_measurement(&m);
  while ((line = strstr(line, "\n| `"))) {
    const char* const end = strchr(line + 3, '|');
    while ((line = strchr(line, '`')) && line < end) {
      char key[64];
      const size_t n = strcspn(line + 1, "`");
      snprintf(key, sizeof(key), "%.*s", (int)n, line + 1);
      const bool own =
          strcmp(key, of_the_verb[0]) == 0 || strcmp(key, of_the_verb[1]) == 0;
      if (!own && !json_object_get(o, key)) {
        fail_msg("no %s in a measurement", key);
      }
      line += n + 2;
    }
    line = end;
  }
  json_decref(o);
  ton_string_free(&text);
}

static void
compared_figures_are_documented(void** state)
{
  (void)state;
  TonString text = {0};
  const char* const documented = section(&text, "\n## compare\n");
  for (size_t i = 0; i < report_n_figures; ++i) {
    const ReportFigure* const f = &report_figures[i];
    assert_true(strlen(f->name) <= 20);
    assert_true(f->offset + sizeof(double) <= sizeof(TonMeasurement));
    if ((f->shown & FIGURE_COMPARE) && !names(documented, f->key)) {
      fail_msg("docs/json.md does not have %s", f->key);
    }
  }
  ton_string_free(&text);
}

/// How many terms are called so
static uint32_t
called(const Glossary* g, const char* word)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < g->count; ++i) {
    n += strcasecmp(g->terms[i].term, word) == 0;
    for (uint32_t k = 0; k < g->terms[i].n_also; ++k) {
      n += strcasecmp(g->terms[i].also[k], word) == 0;
    }
  }
  return n;
}

static void
glossary_holds_together(void** state)
{
  (void)state;
  TonError error = {0};
  const Glossary* g = NULL;
  if (ton_glossary(&g, &error)) {
    fail_msg("%s: %s", error.file, error.text);
    return;
  }
  assert_true(g->count >= 80);
  for (uint32_t i = 0; i < g->count; ++i) {
    const GlossaryTerm* const t = &g->terms[i];
    if (called(g, t->term) != 1) {
      fail_msg("%s is explained twice", t->term);
    }
    for (uint32_t k = 0; k < t->n_also; ++k) {
      if (called(g, t->also[k]) != 1) {
        fail_msg("%s is explained twice", t->also[k]);
      }
    }
    for (uint32_t k = 0; k < t->n_see; ++k) {
      if (!ton_glossary_find(g, t->see[k])) {
        fail_msg("%s: see %s, which is not there", t->term, t->see[k]);
      }
    }
  }
}

static void
figures_are_explained(void** state)
{
  (void)state;
  const Glossary* g = NULL;
  assert_int_equal(ton_glossary(&g, NULL), TON_OK);
  for (size_t i = 0; i < report_n_figures; ++i) {
    const char* const term = report_figures[i].term;
    if (term && !ton_glossary_find(g, term)) {
      fail_msg("%s is not in data/glossary.yaml", term);
    }
    if (!term && (report_figures[i].shown & FIGURE_PAGE)) {
      fail_msg("%s has no term", report_figures[i].name);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_key_is_documented),
      cmocka_unit_test(every_documented_key_is_there),
      cmocka_unit_test(compared_figures_are_documented),
      cmocka_unit_test(glossary_holds_together),
      cmocka_unit_test(figures_are_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
