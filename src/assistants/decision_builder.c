// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/decision_builder.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_EVIDENCE = 4, MOST_ALTERNATIVES = 3 };

void
ton_decision_start(TonDecision* decision, const char* rule, double confidence,
                   const char* reason, ...)
{
  memset(decision, 0, sizeof(*decision));
  snprintf(decision->rule, sizeof(decision->rule), "%s", rule);
  decision->confidence = confidence;
  va_list args;
  va_start(args, reason);
  vsnprintf(decision->reason, sizeof(decision->reason), reason, args);
  va_end(args);
}

void
ton_decision_range(TonDecision* decision, const char* metric, double value,
                   const char* unit, double low, double high,
                   const char* source)
{
  if (decision->n_evidence == MOST_EVIDENCE) {
    return;
  }
  TonEvidence* const e = &decision->evidence[decision->n_evidence++];
  *e = (TonEvidence){
      .value = value, .from_s = NAN, .to_s = NAN, .low = low, .high = high};
  snprintf(e->metric, sizeof(e->metric), "%s", metric);
  snprintf(e->unit, sizeof(e->unit), "%s", unit);
  snprintf(e->source, sizeof(e->source), "%s", source);
}

void
ton_decision_figure(TonDecision* decision, const char* metric, double value,
                    const char* unit)
{
  ton_decision_range(decision, metric, value, unit, NAN, NAN, "");
}

void
ton_decision_instead(TonDecision* decision, const char* what,
                     const char* why_not)
{
  if (decision->n_alternatives == MOST_ALTERNATIVES) {
    return;
  }
  TonAlternative* const a = &decision->alternatives[decision->n_alternatives++];
  snprintf(a->what, sizeof(a->what), "%s", what);
  snprintf(a->why_not, sizeof(a->why_not), "%s", why_not);
}

/// Digits without a tail of zeros
static void
print_number(double value, int decimals, char* room, size_t size)
{
  snprintf(room, size, "%.*f", decimals, value);
  if (strchr(room, '.')) {
    char* end = room + strlen(room) - 1;
    while (*end == '0') {
      *end-- = '\0';
    }
    if (*end == '.') {
      *end = '\0';
    }
  }
  if (strcmp(room, "-0") == 0) {
    snprintf(room, size, "0");
  }
}

const char*
ton_figure_print(double value, const char* unit, char* room, size_t size)
{
  char number[48];
  if (isnan(value)) {
    snprintf(room, size, "not defined");
    return room;
  }
  if (isinf(value)) {
    snprintf(room, size, "%sinf %s", value < 0.0 ? "-" : "", unit);
    return room;
  }
  const bool hz = strcmp(unit, "Hz") == 0;
  if (hz && fabs(value) >= 1000.0) {
    print_number(value / 1000.0, 1, number, sizeof(number));
    snprintf(room, size, "%s kHz", number);
    return room;
  }
  const bool percent = strcmp(unit, "%") == 0;
  const int decimals = hz                              ? 0
                       : percent && fabs(value) >= 9.5 ? 0
                       : percent && fabs(value) < 0.95 ? 2
                       : percent || *unit              ? 1
                                                       : 2;
  print_number(value, decimals, number, sizeof(number));
  snprintf(room, size, "%s%s%s", number, *unit ? " " : "", unit);
  return room;
}

void
ton_decision_finish(TonDecision* decision)
{
  char out[sizeof(decision->reason)];
  size_t at = 0;
  for (const char* p = decision->reason; *p && at + 1 < sizeof(out);) {
    const bool slot = p[0] == '{' && p[1] >= '0' && p[1] < '4' && p[2] == '}';
    const uint32_t n = slot ? (uint32_t)(p[1] - '0') : 0;
    if (!slot || n >= decision->n_evidence) {
      out[at++] = *p++;
      continue;
    }
    char figure[64];
    ton_figure_print(decision->evidence[n].value, decision->evidence[n].unit,
                     figure, sizeof(figure));
    const int wrote = snprintf(out + at, sizeof(out) - at, "%s", figure);
    at =
        at + (size_t)wrote < sizeof(out) ? at + (size_t)wrote : sizeof(out) - 1;
    p += 3;
  }
  out[at] = '\0';
  memcpy(decision->reason, out, at + 1);
}

const char*
ton_decision_comment(const TonDecision* decision, char* room, size_t size)
{
  snprintf(room, size, "%s%s", decision->reason,
           decision->bound_hit ? " (at its bound)" : "");
  return room;
}

/// Appends; keeps `at` within the room
static size_t __attribute__((format(printf, 4, 5)))
append(char* room, size_t size, size_t at, const char* format, ...)
{
  if (at >= size) {
    return at;
  }
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(room + at, size - at, format, args);
  va_end(args);
  return n < 0 ? at : at + (size_t)n;
}

static size_t
append_evidence(const TonEvidence* e, char* room, size_t size, size_t at)
{
  char value[64];
  at = append(room, size, at, " %c%s %s",
              *e->metric >= 'a' && *e->metric <= 'z'
                  ? (char)(*e->metric - 'a' + 'A')
                  : *e->metric,
              *e->metric ? e->metric + 1 : "",
              ton_figure_print(e->value, e->unit, value, sizeof(value)));
  if (!isnan(e->low) || !isnan(e->high)) {
    char low[64];
    char high[64];
    at = append(room, size, at, ", held against %s to %s",
                isnan(e->low) || isinf(e->low)
                    ? "anything below"
                    : ton_figure_print(e->low, e->unit, low, sizeof(low)),
                isnan(e->high) || isinf(e->high)
                    ? "anything above"
                    : ton_figure_print(e->high, e->unit, high, sizeof(high)));
  }
  at = *e->source ? append(room, size, at, " (%s)", e->source) : at;
  return append(room, size, at, ".");
}

const char*
ton_decision_sentence(const TonDecision* decision, char* room, size_t size)
{
  size_t at = 0;
  if (*decision->path && *decision->value) {
    at = append(room, size, at, "%s: %s, because ", decision->path,
                decision->value);
  } else if (*decision->path) {
    at = append(room, size, at, "%s: left alone, because ", decision->path);
  } else {
    at = append(room, size, at, "Left alone: ");
  }
  at = append(room, size, at, "%s.", decision->reason);
  for (uint32_t i = 0; i < decision->n_evidence; ++i) {
    at = append_evidence(&decision->evidence[i], room, size, at);
  }
  for (uint32_t i = 0; i < decision->n_alternatives; ++i) {
    const TonAlternative* const a = &decision->alternatives[i];
    at = append(room, size, at, " Not %s: %s.", a->what, a->why_not);
  }
  if (decision->bound_hit) {
    at = append(room, size, at, " Cut to its allowed range.");
  }
  if (decision->locked) {
    at = append(room, size, at, " Locked by a person; kept.");
  }
  append(room, size, at, " Confidence %.2f.", decision->confidence);
  return room;
}
