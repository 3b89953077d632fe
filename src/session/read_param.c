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

/// A note as a time or a frequency in the unit of the parameter, as text; other
/// values, and notes without a tempo, as they are
static const char*
without_note(const TonReader* r, const char* text, TonUnit unit, char* buffer,
             size_t size)
{
  const double beats = ton_unit_note(text) * r->beats_per_note;
  if (beats > 0.0 && r->tempo_bpm > 0.0) {
    const double s = beats * 60.0 / r->tempo_bpm;
    const double value = unit == TON_HZ   ? 1.0 / s
                         : unit == TON_MS ? 1000.0 * s
                                          : s;
    if (unit == TON_HZ || unit == TON_MS || unit == TON_S) {
      ton_string_cut(buffer, size, "%.9g %s", value, ton_unit_suffix(unit));
      return buffer;
    }
  }
  return text;
}

TonStatus
ton_read_param_value(TonReader* r, const TonNode* node, const TonParam* param,
                     float* value)
{
  TON_TRY(ton_read_scalar(r, node, param->symbol));
  TonError why = {0};
  TonParam as_written = *param;
  as_written.symbol = node->key ? node->key->text : param->symbol;
  char buffer[48];
  const char* const text =
      without_note(r, node->text, param->unit, buffer, sizeof(buffer));
  return ton_param_parse(&as_written, text, value, &why) == TON_OK
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
