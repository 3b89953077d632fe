// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Parameters by name, their values as text, and their names for plug-ins.
*/
#include "base/error.h"
#include "base/string.h"

#include <tonmeister/processor.h>

#include <math.h>
#include <string.h>

const TonParam*
ton_param(const TonProcessor* processor, const char* symbol)
{
  for (uint32_t i = 0; i < processor->n_params; ++i) {
    const TonParam* const p = &processor->params[i];
    if (strcmp(p->symbol, symbol) == 0 ||
        (p->formerly && strcmp(p->formerly, symbol) == 0)) {
      return p;
    }
  }
  return NULL;
}

void
ton_param_defaults(const TonProcessor* processor, float* values)
{
  for (uint32_t i = 0; i < processor->n_params; ++i) {
    values[i] = processor->params[i].def;
  }
}

/// Whether both are the same value in a unit: "0.3 ms", "0.3" and "300 us"
static bool
same_step(const char* key, const char* text, TonUnit unit)
{
  double wanted = 0.0;
  double is = 0.0;
  const char* why = NULL;
  char hint[160];
  return unit != TON_PLAIN &&
         ton_unit_parse(key, unit, &is, &why, hint, sizeof(hint)) &&
         ton_unit_parse(text, unit, &wanted, &why, hint, sizeof(hint)) &&
         fabs(is - wanted) <= 1e-6 * fabs(is);
}

static TonStatus
parse_choice(const TonParam* param, const char* text, float* value,
             TonError* error)
{
  size_t count = 0;
  for (; param->choices[count]; ++count) {
    if (strcmp(param->choices[count], text) == 0 ||
        same_step(param->choices[count], text, param->unit)) {
      *value = (float)count;
      return TON_OK;
    }
  }
  const char* const near = ton_string_nearest(text, param->choices, count);
  TonString all = {0};
  for (size_t i = 0; i < count; ++i) {
    ton_string_printf(&all, "%s%s", i ? ", " : "", param->choices[i]);
  }
  const TonStatus status =
      near ? ton_fail(error, TON_BAD_TEXT,
                      "%s: there is no \"%s\"; did you mean \"%s\"?",
                      param->symbol, text, near)
           : ton_fail(error, TON_BAD_TEXT,
                      "%s: there is no \"%s\"; choose one of %s", param->symbol,
                      text, ton_string_string(&all));
  ton_string_free(&all);
  return status;
}

static TonStatus
parse_switch(const TonParam* param, const char* text, float* value,
             TonError* error)
{
  static const char* const yes[] = {"on", "true", "yes", "1"};
  static const char* const no[] = {"off", "false", "no", "0"};
  for (int i = 0; i < 4; ++i) {
    if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
      *value = strcmp(text, yes[i]) == 0 ? 1.0F : 0.0F;
      return TON_OK;
    }
  }
  return ton_fail(error, TON_BAD_TEXT, "%s: \"%s\" is neither on nor off",
                  param->symbol, text);
}

TonStatus
ton_param_parse(const TonParam* param, const char* text, float* value,
                TonError* error)
{
  if (param->spacing == TON_CHOICE) {
    return parse_choice(param, text, value, error);
  }
  if (param->spacing == TON_SWITCH) {
    return parse_switch(param, text, value, error);
  }
  char hint[160];
  const char* why = NULL;
  double number = 0.0;
  if (!ton_unit_parse(text, param->unit, &number, &why, hint, sizeof(hint))) {
    return ton_fail(error, TON_BAD_TEXT, "%s: %s", param->symbol, why);
  }
  if (param->flags & TON_ENDLESS) {
    number = fmin(number, (double)param->max);
  }
  if (!((float)number >= param->min && (float)number <= param->max)) {
    char low[32];
    char high[32];
    ton_param_print(param, param->min, low, sizeof(low));
    ton_param_print(param, param->max, high, sizeof(high));
    return ton_fail(error, TON_BAD_TEXT,
                    "%s: %s is out of range; it goes from %s to %s",
                    param->symbol, text, low, high);
  }
  if (param->spacing == TON_INTEGER && number != rint(number)) {
    return ton_fail(error, TON_BAD_TEXT, "%s: %s is not a whole number",
                    param->symbol, text);
  }
  *value = (float)number;
  return TON_OK;
}

const char*
ton_param_print(const TonParam* param, float value, char* buffer, size_t size)
{
  if (param->spacing == TON_CHOICE) {
    ton_string_cut(buffer, size, "%s", param->choices[(int)value]);
    return buffer;
  }
  if (param->spacing == TON_SWITCH) {
    ton_string_cut(buffer, size, "%s", value != 0.0F ? "on" : "off");
    return buffer;
  }
  const bool endless = (param->flags & TON_ENDLESS) && value == param->max;
  return ton_unit_print(endless ? INFINITY : (double)value, param->unit, buffer,
                        size);
}

const char*
ton_symbol_lv2(const char* symbol, char* buffer, size_t size)
{
  const bool digit = symbol[0] >= '0' && symbol[0] <= '9';
  ton_string_cut(buffer, size, "%s%s", digit ? "_" : "", symbol);
  for (char* c = buffer; *c; ++c) {
    *c = *c == '-' ? '_' : *c;
  }
  return buffer;
}

uint32_t
ton_symbol_clap(const char* symbol)
{
  uint32_t hash = 0x811C9DC5U;
  for (; *symbol; ++symbol) {
    hash = (hash ^ (unsigned char)*symbol) * 0x01000193U;
  }
  return hash == UINT32_MAX ? 0 : hash;
}
