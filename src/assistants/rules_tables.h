// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rows of ton_rule() that stand in files of their own.
*/
#ifndef TON_ASSISTANTS_RULES_TABLES_H
#define TON_ASSISTANTS_RULES_TABLES_H

#include "assistants/rules.h"

/// In the order of TonRuleId, up to TON_RULE_MIX_FIRST
extern const TonRule stem_rules[TON_RULE_MIX_FIRST];

/// In the order of TonRuleId, from TON_RULE_MASTER_FIRST on
extern const TonRule master_rules[TON_RULE_CHECK_FIRST - TON_RULE_MASTER_FIRST];

/// In the order of TonRuleId, from TON_RULE_CHECK_FIRST on
extern const TonRule check_rules[TON_RULES - TON_RULE_CHECK_FIRST];

#endif
