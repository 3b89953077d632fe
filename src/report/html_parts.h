// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_HTML_PARTS_H
#define TON_REPORT_HTML_PARTS_H

#include "report/report.h"

/**
   @file
   The parts of the report's page, each added to the text.  [any]

   Markup is added with ton_string_add() and is always a literal of ours; what
   comes from a song, a file or a record goes through html_add_text().
*/

/// Text from outside: what HTML would take for markup is escaped, what a
/// terminal would take for a command is spelt out
void html_add_text(TonString* t, const char* text);

/// "-14.02 LUFS"; a dash where nothing is defined
void html_add_number(TonString* t, double value, int digits, const char* unit);

/// The rules of the page's looks, and a policy that lets nothing else in: no
/// script, nothing loaded from anywhere
void html_add_style(TonString* t);

/// Loudness, spectrum, correlation and gain reduction as SVG
void html_add_plots(TonString* t, const TonReport* r);

/// Every decision with its reason, track by track
void html_add_reasons(TonString* t, const TonReport* r);

#endif
