// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rows of ton_rule() that belong to `tonmeister check`.
*/
#ifndef TON_ASSISTANTS_RULES_CHECK_H
#define TON_ASSISTANTS_RULES_CHECK_H

#include "assistants/rules.h"

/// In the order of TonRuleId, from TON_RULE_CHECK_FIRST on
extern const TonRule check_rules[TON_RULES - TON_RULE_CHECK_FIRST];

#endif
