// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Why things are as they are: every decision with its reason, by track.
*/

#include "report/figures.h"
#include "report/html_parts.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/// Above this many strips the reasons are folded into one line
enum { MAX_OPEN = 24 };

size_t
html_strip_length(const char* path)
{
  if (strncmp(path, "tracks/", 7) != 0 && strncmp(path, "buses/", 6) != 0) {
    return 0;
  }
  const char* const name = strchr(path, '/') + 1;
  return (size_t)(name - path) + strcspn(name, "/");
}

static bool
same_strip(const TonDecision* a, const TonDecision* b)
{
  const size_t n = html_strip_length(a->path);
  return n == html_strip_length(b->path) && strncmp(a->path, b->path, n) == 0;
}

uint32_t
html_strip_number(const TonDecisions* all, uint32_t at)
{
  for (uint32_t i = 0; i < at; ++i) {
    if (!all->items[i].superseded &&
        same_strip(&all->items[i], &all->items[at])) {
      return i;
    }
  }
  return at;
}

/// Is it the first decision of its strip that still stands?
static bool
is_first(const TonDecisions* all, uint32_t at)
{
  return !all->items[at].superseded && html_strip_number(all, at) == at;
}

static bool
is_number(const char* part, size_t n)
{
  return strspn(part, "0123456789+") >= n;
}

/// A part of a path, "Echo 1~14" as it is read: "Echo 1/4"
static void
add_part(TonString* t, const char* part, size_t n)
{
  TonString plain = {0};
  for (size_t i = 0; i < n; ++i) {
    const bool escape = part[i] == '~' && i + 1 < n;
    const char letter = escape ? part[i + 1] == '1' ? '/' : '~' : part[i];
    ton_string_add_bytes(&plain, &letter, 1);
    i += escape;
  }
  html_add_text(t, ton_string_string(&plain));
  t->failed = t->failed || plain.failed;
  ton_string_free(&plain);
}

/// "equaliser bell" of "chain/0/equaliser/1/bell"
static void
add_place(TonString* t, const char* path)
{
  const char* between = "";
  for (const char* part = path; *part;) {
    const size_t n = strcspn(part, "/");
    const bool dull =
        is_number(part, n) || (part == path && strncmp(part, "chain", n) == 0);
    if (part == path && n == 5 && strncmp(part, "sends", n) == 0) {
      ton_string_add(t, "send to");
      between = " ";
    } else if (n && !dull) {
      ton_string_add(t, between);
      add_part(t, part, n);
      between = " ";
    }
    part += n + (part[n] == '/');
  }
}

static void
add_value(TonString* t, const TonDecision* d)
{
  if (!*d->value) {
    const char* const end = strrchr(d->path, '/');
    ton_string_add(t, end && strcmp(end, "/role") == 0 ? "<i>unknown</i>"
                                                       : "<i>left alone</i>");
    return;
  }
  char plain[sizeof(d->value)];
  size_t at = 0;
  for (const char* c = d->value; *c; ++c) {
    if (*c != '{' && *c != '}' && !(*c == ':' && c[1] == ' ')) {
      plain[at++] = *c;
    }
  }
  plain[at] = '\0';
  html_add_text(t, plain);
  if (d->locked) {
    ton_string_add(t, " <i>locked</i>");
  } else if (d->bound_hit) {
    ton_string_add(t, " <i>as far as it may go</i>");
  }
}

/// A count, or a level to a hundredth
static void
add_figure(TonString* t, double value, const char* unit)
{
  if (*unit || !isfinite(value) || value != rint(value)) {
    html_add_number(t, value, 2, unit);
  } else {
    ton_string_printf(t, "%.0f", value + 0.0);
  }
}

static void
add_bound(TonString* t, const char* word, double value)
{
  ton_string_printf(t, "%s%g", word, report_rounded(value, 2));
}

static void
add_evidence(TonString* t, const TonEvidence* e)
{
  html_add_text(t, e->metric);
  ton_string_add(t, " ");
  add_figure(t, e->value, e->unit);
  const bool low = isfinite(e->low);
  const bool high = isfinite(e->high);
  if (!low && !high) {
    return;
  }
  if (low) {
    add_bound(t, high ? " (" : " (from ", e->low);
  }
  if (high) {
    add_bound(t, low ? " to " : " (up to ", e->high);
  }
  // a file of the program can be looked up by the reader
  if (strncmp(e->source, "data/", 5) == 0 ||
      strncmp(e->source, "docs/", 5) == 0) {
    ton_string_add(t, ", ");
    html_add_text(t, e->source);
  }
  ton_string_add(t, ")");
}

static void
add_row(TonString* t, const TonDecision* d)
{
  ton_string_add(t, "<tr><th scope=\"row\">");
  const size_t n = html_strip_length(d->path);
  add_place(t, d->path + n + (d->path[n] == '/'));
  ton_string_add(t, "</th><td class=\"value\">");
  add_value(t, d);
  ton_string_add(t, "</td><td>");
  html_add_text(t, d->reason);
  if (*d->detail) {
    ton_string_add(t, "<p class=\"key\">");
    html_add_text(t, d->detail);
    ton_string_add(t, "</p>");
  }
  ton_string_add(t,
                 d->n_evidence || d->n_alternatives ? "<p class=\"key\">" : "");
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    ton_string_add(t, i ? "; " : "");
    add_evidence(t, &d->evidence[i]);
  }
  for (uint32_t i = 0; i < d->n_alternatives; ++i) {
    ton_string_add(t, i || d->n_evidence ? "; not " : "not ");
    html_add_text(t, d->alternatives[i].what);
    ton_string_add(t, ": ");
    html_add_text(t, d->alternatives[i].why_not);
  }
  ton_string_add(t, d->n_evidence || d->n_alternatives ? "</p></td></tr>\n"
                                                       : "</td></tr>\n");
}

/// Role of the strip a decision belongs to, or ""
static const char*
role_of(const TonDecisions* all, const TonDecision* d)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const other = &all->items[i];
    const size_t n = html_strip_length(other->path);
    if (n && same_strip(d, other) && strcmp(other->path + n, "/role") == 0) {
      return other->value;
    }
  }
  return "";
}

void
html_add_strip_name(TonString* t, const char* path)
{
  const char* const name = strchr(path, '/') + 1;
  add_part(t, name, html_strip_length(path) - (size_t)(name - path));
}

static void
add_strip(TonString* t, const TonDecisions* all, uint32_t first)
{
  const TonDecision* const d = &all->items[first];
  const bool strip = html_strip_length(d->path) > 0;
  if (strip) {
    ton_string_printf(t, "<details open id=\"strip-%u\"><summary>", first);
    html_add_strip_name(t, d->path);
    ton_string_add(t, " <span class=\"key\">");
    html_add_text(t, d->path[0] == 'b' ? "bus" : role_of(all, d));
    ton_string_add(t, "</span></summary>");
  }
  ton_string_add(t, "<table class=\"why\">\n");
  for (uint32_t i = first; i < all->count; ++i) {
    if (!all->items[i].superseded && same_strip(d, &all->items[i])) {
      add_row(t, &all->items[i]);
    }
  }
  ton_string_add(t, strip ? "</table></details>\n" : "</table>\n");
}

/// The strips in their order, buses behind the tracks
static void
add_strips(TonString* t, const TonDecisions* all)
{
  for (int buses = 0; buses < 2; ++buses) {
    for (uint32_t i = 0; i < all->count; ++i) {
      const bool bus = all->items[i].path[0] == 'b';
      if (bus == buses && is_first(all, i)) {
        add_strip(t, all, i);
      }
    }
  }
}

static void
reasons(TonString* t, const char* title, const TonDecisions* all)
{
  uint32_t strips = 0;
  for (uint32_t i = 0; all && i < all->count; ++i) {
    strips += is_first(all, i);
  }
  if (!strips) {
    return;
  }
  ton_string_printf(t, "<h2>%s</h2>\n", title);
  if (strips > MAX_OPEN) {
    ton_string_printf(t, "<details><summary>Open all %u</summary>\n", strips);
  }
  add_strips(t, all);
  ton_string_add(t, strips > MAX_OPEN ? "</details>\n" : "");
}

void
html_add_reasons(TonString* t, const TonReport* r)
{
  reasons(t, "Why the mix is as it is, track by track", r->mix_decisions);
  reasons(t, "Why the master is as it is", r->master_decisions);
}
