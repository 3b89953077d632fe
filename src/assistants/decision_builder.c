// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Building a decision, and filling the sentences of its rule with its figures.
*/
#include "assistants/decision_builder.h"

#include "base/array.h"
#include "base/string.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/// A text of the table of rules, which fits
static void
copy_row(char* to, size_t size, const char* from)
{
  const bool whole = ton_string_copy(to, size, from);
  assert(whole);
  (void)whole;
}

void
ton_decision_start(TonDecision* decision, TonRuleId rule, double confidence)
{
  memset(decision, 0, sizeof(*decision));
  copy_row(decision->rule, sizeof(decision->rule), ton_rule(rule)->id);
  decision->confidence = confidence;
}

bool
ton_decision_is(const TonDecision* decision, TonRuleId rule)
{
  return strcmp(decision->rule, ton_rule(rule)->id) == 0;
}

static const TonRuleFigure*
find_figure(const TonRule* rule, const char* metric)
{
  for (uint32_t i = 0; rule && i < TON_RULE_FIGURES; ++i) {
    if (rule->figures[i].metric &&
        strcmp(rule->figures[i].metric, metric) == 0) {
      return &rule->figures[i];
    }
  }
  return NULL;
}

void
ton_decision_range(TonDecision* decision, const char* metric, double value,
                   double low, double high)
{
  const TonRule* const rule = ton_rule_named(decision->rule);
  const TonRuleFigure* const row = find_figure(rule, metric);
  assert(row && decision->n_evidence < TON_COUNT(decision->evidence));
  if (!row || decision->n_evidence == TON_COUNT(decision->evidence)) {
    return;
  }
  TonEvidence* const e = &decision->evidence[decision->n_evidence++];
  *e = (TonEvidence){
      .value = value, .from_s = NAN, .to_s = NAN, .low = low, .high = high};
  copy_row(e->metric, sizeof(e->metric), metric);
  copy_row(e->unit, sizeof(e->unit), row->unit);
  if (!isnan(low) || !isnan(high)) {
    copy_row(e->source, sizeof(e->source),
             row->source ? row->source : rule->source);
  }
}

void
ton_decision_figure(TonDecision* decision, const char* metric, double value)
{
  ton_decision_range(decision, metric, value, NAN, NAN);
}

void
ton_decision_name(TonDecision* decision, const char* what, const char* name)
{
  assert(decision->n_names < TON_COUNT(decision->names));
  if (decision->n_names < TON_COUNT(decision->names)) {
    TonDecisionName* const n = &decision->names[decision->n_names++];
    copy_row(n->what, sizeof(n->what), what);
    ton_string_cut(n->name, sizeof(n->name), "%s", name);
  }
}

TonEvidence*
ton_decision_evidence(TonDecision* decision, const char* metric)
{
  for (uint32_t i = 0; i < decision->n_evidence; ++i) {
    if (strcmp(decision->evidence[i].metric, metric) == 0) {
      return &decision->evidence[i];
    }
  }
  return NULL;
}

// Figures as text -------------------------------------------------------------

/// Digits without a tail of zeros
static void
print_number(double value, int decimals, char* buffer, size_t size)
{
  snprintf(buffer, size, "%.*f", decimals, value);
  if (strchr(buffer, '.')) {
    char* end = buffer + strlen(buffer) - 1;
    while (*end == '0') {
      *end-- = '\0';
    }
    if (*end == '.') {
      *end = '\0';
    }
  }
  if (strcmp(buffer, "-0") == 0) {
    snprintf(buffer, size, "0");
  }
}

static int
decimals_of(double value, const char* unit)
{
  if (strcmp(unit, "Hz") == 0) {
    return 0;
  }
  if (strcmp(unit, "%") == 0) {
    return fabs(value) >= 9.5 ? 0 : fabs(value) < 0.95 ? 2 : 1;
  }
  return *unit && strcmp(unit, "% FS") != 0 ? 1 : 2;
}

/// A unit as a sentence has it
static const char*
spoken(const char* unit)
{
  return strcmp(unit, "/min") == 0   ? "a minute"
         : strcmp(unit, "% FS") == 0 ? "% of full scale"
                                     : unit;
}

/// Length of a unit, "tracks" in the singular for one
static int
unit_length(double value, const char* unit)
{
  const size_t n = strlen(unit);
  const bool plural = n > 3 && unit[n - 1] == 's';
  return (int)(plural && value == 1.0 ? n - 1 : n);
}

const char*
ton_figure_print(double value, const char* unit, char* buffer, size_t size)
{
  char number[48];
  if (isnan(value)) {
    snprintf(buffer, size, "not defined");
    return buffer;
  }
  if (isinf(value)) {
    ton_string_cut(buffer, size, "%sinf %s", value < 0.0 ? "-" : "", unit);
    return buffer;
  }
  if (strcmp(unit, "Hz") == 0 && fabs(value) >= 1000.0) {
    print_number(value / 1000.0, 1, number, sizeof(number));
    ton_string_cut(buffer, size, "%s kHz", number);
    return buffer;
  }
  print_number(value, decimals_of(value, unit), number, sizeof(number));
  ton_string_cut(buffer, size, "%s%s%.*s", number, *unit ? " " : "",
                 unit_length(value, spoken(unit)), spoken(unit));
  return buffer;
}

/// "1:23.3"
static void
print_clock(double s, char* buffer, size_t size)
{
  const int minutes = (int)(s / 60.0);
  snprintf(buffer, size, "%d:%04.1f", minutes,
           floor(10.0 * (s - 60.0 * minutes)) / 10.0);
}

// Sentences -------------------------------------------------------------------

/// A sentence being written; `out` holds `size` bytes
typedef struct {
  const TonDecision* decision;
  char* out;
  size_t size;
  size_t length;
  bool full;    ///< Not all of it fitted
  bool missing; ///< Something named in the current part is not there
} Sentence;

static void
add_bytes(Sentence* s, const char* text, size_t n)
{
  const size_t left = s->size - 1 - s->length;
  s->full |= n > left;
  n = n < left ? n : left;
  memcpy(s->out + s->length, text, n);
  s->length += n;
}

static bool
is_called(const char* name, const char* key, size_t n)
{
  return strncmp(name, key, n) == 0 && name[n] == '\0';
}

/// A figure; `how` is '|' without its sign, '@' as a time, 0 as it is
static void
add_figure(Sentence* s, const TonEvidence* e, char how)
{
  char text[64];
  if (how == '@') {
    print_clock(e->value, text, sizeof(text));
  } else {
    ton_figure_print(how == '|' ? fabs(e->value) : e->value, e->unit, text,
                     sizeof(text));
  }
  s->missing |= !isfinite(e->value);
  add_bytes(s, text, strlen(text));
}

/// What stands between braces; returns what follows them
static const char*
add_slot(Sentence* s, const char* slot)
{
  const char* const end = strchr(slot, '}');
  const char how = slot[1] == '|' || slot[1] == '@' ? slot[1] : '\0';
  const char* const key = slot + 1 + (how != '\0');
  const size_t n = (size_t)(end - key) - (how == '|');
  for (uint32_t i = 0; i < s->decision->n_evidence; ++i) {
    if (is_called(s->decision->evidence[i].metric, key, n)) {
      add_figure(s, &s->decision->evidence[i], how);
      return end + 1;
    }
  }
  for (uint32_t i = 0; i < s->decision->n_names; ++i) {
    if (is_called(s->decision->names[i].what, key, n)) {
      const char* const name = s->decision->names[i].name;
      add_bytes(s, name, strlen(name));
      return end + 1;
    }
  }
  s->missing = true;
  add_bytes(s, "not known", strlen("not known"));
  return end + 1;
}

/// Text and slots up to one of `ends`, or to the end of the template
static const char*
add_until(Sentence* s, const char* p, const char* ends)
{
  while (*p && !strchr(ends, *p)) {
    if (*p == '{') {
      p = add_slot(s, p);
    } else {
      add_bytes(s, p++, 1);
    }
  }
  return p;
}

/// "[a|b]": a if all it names is there, else b
static const char*
add_choice(Sentence* s, const char* p)
{
  const size_t before = s->length;
  s->missing = false;
  p = add_until(s, p + 1, "|]");
  const bool first = !s->missing;
  s->length = first ? s->length : before;
  if (*p == '|') {
    const size_t kept = s->length;
    p = add_until(s, p + 1, "]");
    s->length = first ? kept : s->length;
  }
  return *p ? p + 1 : p;
}

bool
ton_decision_fill(const TonDecision* decision, const char* template, char* out,
                  size_t size)
{
  Sentence s = {.decision = decision, .out = out, .size = size};
  const char* p = template;
  while (*p) {
    p = *p == '[' ? add_choice(&s, p) : add_until(&s, p, "[");
  }
  add_choice(&s, "[, measured on {measured on}]");
  out[s.length] = '\0';
  return !s.full;
}

bool
ton_decision_finish(TonDecision* decision)
{
  const TonRule* const rule = ton_rule_named(decision->rule);
  if (!rule) {
    return true;
  }
  const bool reason = ton_decision_fill(
      decision, rule->reason, decision->reason, sizeof(decision->reason));
  const bool detail = ton_decision_fill(
      decision, rule->detail, decision->detail, sizeof(decision->detail));
  decision->n_alternatives = rule->instead != NULL;
  if (rule->instead) {
    TonAlternative* const a = &decision->alternatives[0];
    copy_row(a->what, sizeof(a->what), rule->instead);
    copy_row(a->why_not, sizeof(a->why_not), rule->why_not);
  }
  return reason && detail;
}
