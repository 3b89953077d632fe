// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_REPORT_PAGE_H
#define TON_REPORT_PAGE_H

#include "report/report.h"

/// Text with what HTML would take for its own escaped.  [any]
void page_escaped(TonString* t, const char* text);

/// "-14.02 LUFS"; a dash where nothing is defined.  [any]
void page_number(TonString* t, double value, const char* unit);

/// Loudness, spectrum, correlation and gain reduction as SVG.  [any]
void page_plots(TonString* t, const TonReport* r);

/// Every decision with its reason, track by track.  [any]
void page_reasons(TonString* t, const TonReport* r);

#endif
