// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Text and numbers on a page: the one place where HTML is escaped.
*/

#include "report/figures.h"
#include "report/glossary.h"
#include "report/html_parts.h"

#include <string.h>

static const char*
escape(char letter)
{
  switch (letter) {
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '&':
    return "&amp;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

void
html_add_text(TonString* t, const char* text)
{
  TonString visible = {0};
  ton_string_add_visible(&visible, text);
  for (const char* c = ton_string_string(&visible); *c; ++c) {
    const char* const instead = escape(*c);
    ton_string_add_bytes(t, instead ? instead : c,
                         instead ? strlen(instead) : 1);
  }
  t->failed = t->failed || visible.failed;
  ton_string_free(&visible);
}

void
html_add_number(TonString* t, double value, int digits, const char* unit)
{
  char buffer[32];
  ton_string_add(t, report_number_text(value, digits, buffer));
  if (*unit && !isnan(value)) {
    ton_string_add(t, " ");
    html_add_text(t, unit);
  }
}

void
html_add_term(TonString* t, const char* name, const char* term)
{
  const Glossary* glossary = NULL;
  ton_glossary(&glossary, NULL);
  const GlossaryTerm* const found =
      term ? ton_glossary_find(glossary, term) : NULL;
  if (found) {
    ton_string_add(t, "<abbr title=\"");
    html_add_text(t, found->text);
    ton_string_add(t, "\">");
  }
  html_add_text(t, name);
  ton_string_add(t, found ? "</abbr>" : "");
}

void
html_open_table(TonString* t, const char* title, const char* const* heads)
{
  enum { FIT_ON_A_PHONE = 3 };
  uint32_t n = 0;
  while (heads[n]) {
    ++n;
  }
  ton_string_printf(t,
                    "<h2>%s</h2><div class=\"wide\" role=\"region\" "
                    "tabindex=\"0\" aria-label=\"%s\"><table%s>\n",
                    title, title, n > FIT_ON_A_PHONE ? " class=\"many\"" : "");
  ton_string_add(t, *heads ? "<thead><tr>" : "");
  for (uint32_t i = 0; i < n; ++i) {
    ton_string_printf(t, *heads[i] ? "<th scope=\"col\">%s</th>" : "<td></td>",
                      heads[i]);
  }
  ton_string_add(t, *heads ? "</tr></thead>\n<tbody>\n" : "<tbody>\n");
}

void
html_close_table(TonString* t)
{
  ton_string_add(t, "</tbody></table></div>\n");
}
