// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/chain.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
add_setting(TonText* text, const TonParam* param, const char* key, double value)
{
  char room[64];
  const float held = fminf(fmaxf((float)value, param->min), param->max);
  ton_text_printf(text, "%s%s: %s", text->length > 1 ? ", " : "", key,
                  ton_param_print(param, held, room, sizeof(room)));
}

static const char*
finish(TonPlan* plan, TonText* text)
{
  ton_text_add(text, "}");
  const char* const kept = ton_plan_text(plan, "%s", ton_text_string(text));
  plan->failed |= text->failed;
  ton_text_free(text);
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
  TonText text = {0};
  ton_text_add(&text, "{");
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
  TonText text = {0};
  ton_text_add(&text, "{");
  for (uint32_t i = 0; i < n; ++i) {
    char symbol[32];
    snprintf(symbol, sizeof(symbol), "1-%s", settings[i].symbol);
    const TonParam* const param = ton_param(type, symbol);
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
