// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_HTML_PARTS_H
#define TON_REPORT_HTML_PARTS_H

#include "report/report.h"

/**
   @file
   The parts of the report's page, each added to the text.  [main]

   Markup is added with ton_string_add() and is always a literal of ours; what
   comes from a song, a file or a record goes through html_add_text().
*/

/// Text from outside: what HTML would take for markup is escaped, what a
/// terminal would take for a command is spelt out
void html_add_text(TonString* t, const char* text);

/// A name of ours, explained by the glossary where it is pointed at if `term`
/// stands there; `term` may be null
void html_add_term(TonString* t, const char* name, const char* term);

/// "-14.02 LUFS"; a dash where nothing is defined
void html_add_number(TonString* t, double value, int digits, const char* unit);

/// A heading and a table that scrolls by itself where the screen is narrow.
/// `heads` are the columns' names, null-terminated; "" for an empty corner.
void html_open_table(TonString* t, const char* title, const char* const* heads);

void html_close_table(TonString* t);

/// The rules of the page's looks, and a policy that lets nothing else in: no
/// script, nothing loaded from anywhere
void html_add_style(TonString* t);

/// Loudness, spectrum, correlation and gain reduction as SVG
void html_add_plots(TonString* t, const TonReport* r);

/// How loud each track is against a lead vocal, as bars
void html_add_balance(TonString* t, const TonReport* r);

/// Every decision with its reason, track by track
void html_add_reasons(TonString* t, const TonReport* r);

/// Length of the strip's part of a path: "tracks/Vox" of "tracks/Vox/trim"; 0
/// where there is no strip
size_t html_strip_length(const char* path);

/// Name of the strip a decision belongs to
void html_add_strip_name(TonString* t, const char* path);

/// Number of the first decision of the same strip that still stands: by it
/// the page links to a track
uint32_t html_strip_number(const TonDecisions* all, uint32_t at);

#endif
