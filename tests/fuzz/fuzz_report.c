// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Any bytes as the records of a shared song: its report is a page of our own
   tags, whatever the records hold.
*/

#include "must.h"
#include "report/report.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const char* const tags[] = {
    "!doctype", "html",  "head", "meta", "title",      "style",
    "body",     "main",  "h1",   "h2",   "p",          "div",
    "span",     "b",     "i",    "a",    "abbr",       "table",
    "thead",    "tbody", "tr",   "th",   "td",         "code",
    "figure",   "svg",   "text", "line", "path",       "rect",
    "details",  "dl",    "dt",   "dd",   "figcaption", "summary",
};

static const char* const attributes[] = {
    "html",        "lang",       "charset",     "name",
    "content",     "http-equiv", "class",       "id",
    "href",        "title",      "scope",       "role",
    "tabindex",    "open",       "width",       "height",
    "viewBox",     "x",          "y",           "x1",
    "x2",          "y1",         "y2",          "d",
    "text-anchor", "aria-label", "aria-hidden", "preserveAspectRatio",
};

static bool
is_one_of(const char* word, size_t n, const char* const* all, size_t count)
{
  for (size_t i = 0; i < count; ++i) {
    if (strlen(all[i]) == n && strncmp(all[i], word, n) == 0) {
      return true;
    }
  }
  return false;
}

/// A tag and its attributes are ours; returns what follows
static const char*
check_tag(const char* c)
{
  c += *c == '/';
  size_t n = strcspn(c, " >/");
  MUST(is_one_of(c, n, tags, sizeof(tags) / sizeof(tags[0])));
  for (c += n; *c != '>'; c += n) {
    c += strspn(c, " /");
    n = strcspn(c, "= >/");
    MUST(!n || is_one_of(c, n, attributes,
                         sizeof(attributes) / sizeof(attributes[0])));
    if (c[n] == '=') {
      MUST(c[n + 1] == '"' && strchr(c + n + 2, '"'));
      n = (size_t)(strchr(c + n + 2, '"') + 1 - c);
    }
    MUST(c[n]);
  }
  return c + 1;
}

static void
check_page(const char* html)
{
  for (const char* c = html; (c = strchr(c, '<'));) {
    c = check_tag(c + 1);
  }
  for (const char* c = html; *c; ++c) {
    MUST((unsigned char)*c >= 0x20 || *c == '\n');
  }
}

static void
report_on(const TonDecisions* all)
{
  TonMeasurement m = {.rate = 48000, .channels = 2, .integrated_lufs = -14.0};
  const TonReport r = {.song = "Song",
                       .artist = "",
                       .version = "0",
                       .goal_lufs = NAN,
                       .mix = &m,
                       .master = &m,
                       .mix_decisions = all,
                       .master_decisions = all};
  TonString page = {0};
  TonString json = {0};
  MUST(ton_report_html(&r, &page) == TON_OK);
  check_page(ton_string_string(&page));
  MUST(ton_report_json(&r, &json) == TON_OK);
  ton_string_free(&page);
  ton_string_free(&json);
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  char path[64] = "/tmp/ton-fuzz-report-XXXXXX";
  const int file = mkstemp(path);
  MUST(file >= 0 && write(file, bytes, size) == (ssize_t)size);
  close(file);
  TonDecisions all = {0};
  if (ton_decisions_read(path, &all, NULL) == TON_OK) {
    report_on(&all);
  }
  ton_decisions_free(&all);
  unlink(path);
  return 0;
}
