// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Building a decision: a rule, the figures it measured, and the sentences that
   the rule's row makes of them.
*/
#ifndef TON_ASSISTANTS_DECISION_BUILDER_H
#define TON_ASSISTANTS_DECISION_BUILDER_H

#include "assistants/rules.h"

#include <tonmeister/decision.h>

#include <stddef.h>

/// Begin a decision; figures and names follow.  [any]
void ton_decision_start(TonDecision* decision, TonRuleId rule,
                        double confidence);

/// Add a figure of the rule's row without a range.  [any]
void ton_decision_figure(TonDecision* decision, const char* metric,
                         double value);

/// Add a figure held against a range, whose source the row knows; NaN for an
/// open end.  [any]
void ton_decision_range(TonDecision* decision, const char* metric, double value,
                        double low, double high);

/// Add a name that the sentences use: "role", "snare".  One that is too long
/// ends in "...".  [any]
void ton_decision_name(TonDecision* decision, const char* what,
                       const char* name);

/// Write reason and detail, and what was considered instead, from the row of
/// the decision's rule; done by ton_plan_decide().  False if a sentence did not
/// fit.  [any]
bool ton_decision_finish(TonDecision* decision);

/// Fill a template (see TonRule) with a decision's figures and names.  False if it
/// did not fit; what fitted is there.  [any]
bool ton_decision_fill(const TonDecision* decision, const char* template,
                       char* out, size_t size);

/// Figure by its metric, or null.  [any]
TonEvidence* ton_decision_evidence(TonDecision* decision, const char* metric);

/// Whether a decision was made by a rule.  [any]
bool ton_decision_is(const TonDecision* decision, TonRuleId rule);

/// A figure as sentences have it: "-27.2 LUFS", "95 Hz", "6.8 kHz", "41 %",
/// "1 track".  Returns `buffer`.  [any]
const char* ton_figure_print(double value, const char* unit, char* buffer,
                             size_t size);

#endif
