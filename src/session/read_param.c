// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   One parameter of a processor.
*/

#include "session/chain.h"

uint32_t
ton_param_number(const TonProcessor* type, const TonParam* param)
{
  return (uint32_t)(param - type->params);
}

TonStatus
ton_read_param_value(TonReader* r, const TonNode* node, const TonParam* param,
                     float* value)
{
  if (node->kind != TON_SCALAR) {
    return ton_fail_at(r->doc, node, r->error,
                       "%s: expected a single value, found a %s", param->symbol,
                       node->kind == TON_LIST ? "list" : "map");
  }
  TonError why = {0};
  TonParam as_written = *param;
  as_written.symbol = node->key ? node->key->text : param->symbol;
  return ton_param_parse(&as_written, node->text, value, &why) == TON_OK
             ? TON_OK
             : ton_fail_at(r->doc, node, r->error, "%s", why.text);
}

TonStatus
ton_read_param(TonReader* r, const TonNode* node, const TonParam* param,
               TonInsert* insert)
{
  float* const value = &insert->params[ton_param_number(insert->type, param)];
  return ton_read_param_value(r, node, param, value);
}
