// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_ASSISTANTS_DECISION_BUILDER_H
#define TON_ASSISTANTS_DECISION_BUILDER_H

#include <tonmeister/decision.h>

#include <stddef.h>

/// The short reason beside a value, without '#': from the record's reason and
/// its first evidence.  Returns `room`.  [any]
const char* ton_decision_comment(const TonDecision* decision, char* room,
                                 size_t size);

/// One paragraph for a report: what, why, each figure with its unit and range,
/// what else was considered.  Returns `room`.  [any]
const char* ton_decision_sentence(const TonDecision* decision, char* room,
                                  size_t size);

/// Begin a record.  `reason` is printf style; "{0}" to "{3}" in it stand for
/// the figures added afterwards, with their units, so a reason cannot disagree
/// with its figures.
void ton_decision_start(TonDecision* decision, const char* rule,
                        double confidence, const char* reason, ...)
    __attribute__((format(printf, 4, 5)));

/// Add a figure that has no range; silently dropped when there are four.
void ton_decision_figure(TonDecision* decision, const char* metric,
                         double value, const char* unit);

/// Add a figure held against a range from a source.
void ton_decision_range(TonDecision* decision, const char* metric, double value,
                        const char* unit, double low, double high,
                        const char* source);

/// Add something that was considered and not done.
void ton_decision_instead(TonDecision* decision, const char* what,
                          const char* why_not);

/// Put the figures into the reason; done by ton_plan_decide().
void ton_decision_finish(TonDecision* decision);

/// A figure as sentences have it: "-27.2 LUFS", "95 Hz", "6.8 kHz", "41 %".
/// Returns `room`.  [any]
const char* ton_figure_print(double value, const char* unit, char* room,
                             size_t size);

#endif
