// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Values of a processor as text, printed by its own parameter table.
*/
#include "assistants/insert_text.h"

#include "base/string.h"

#include <math.h>
#include <string.h>

static void
add_setting(TonString* text, const TonParam* param, const char* key,
            double value)
{
  char buffer[64];
  const float held = fminf(fmaxf((float)value, param->min), param->max);
  ton_string_printf(text, "%s%s: %s", text->length > 1 ? ", " : "", key,
                    ton_param_print(param, held, buffer, sizeof(buffer)));
}

static const char*
finish(TonPlan* plan, TonString* text)
{
  ton_string_add(text, "}");
  const char* const kept = ton_plan_text(plan, "%s", ton_string_string(text));
  plan->failed |= text->failed;
  ton_string_free(text);
  return kept;
}

const char*
ton_chain_values(TonPlan* plan, const char* processor,
                 const TonSetting* settings, uint32_t n)
{
  const TonProcessor* const type = ton_processor(processor);
  if (!type) {
    return NULL;
  }
  TonString text = {0};
  ton_string_add(&text, "{");
  for (uint32_t i = 0; i < n; ++i) {
    const TonParam* const param = ton_param(type, settings[i].symbol);
    if (param) {
      add_setting(&text, param, param->symbol, settings[i].value);
    }
  }
  return finish(plan, &text);
}

const char*
ton_chain_band(TonPlan* plan, const TonSetting* settings, uint32_t n)
{
  const TonProcessor* const type = ton_processor("equaliser");
  if (!type) {
    return NULL;
  }
  TonString text = {0};
  ton_string_add(&text, "{");
  for (uint32_t i = 0; i < n; ++i) {
    const TonParam* const param =
        ton_param(type, ton_plan_text(plan, "1-%s", settings[i].symbol));
    if (param) {
      add_setting(&text, param, settings[i].symbol, settings[i].value);
    }
  }
  return finish(plan, &text);
}

double
ton_chain_choice(const char* processor, const char* symbol, const char* key)
{
  const TonProcessor* const type = ton_processor(processor);
  const TonParam* const param = type ? ton_param(type, symbol) : NULL;
  for (int i = 0; param && param->choices && param->choices[i]; ++i) {
    if (strcmp(param->choices[i], key) == 0) {
      return i;
    }
  }
  return 0.0;
}
