// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A processor's table: names, ranges, defaults, words.

#include "conformance.h"

#include "base/array.h"
#include "expect.h"
#include "scene.h"

#include <stdlib.h>
#include <string.h>

static void
legal(const char* symbol)
{
  assert_non_null(symbol);
  assert_true(symbol[0] != '-' && symbol[0] != '\0');
  assert_int_equal(strspn(symbol, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                   strlen(symbol));
}

static void
sentence(const char* help)
{
  assert_non_null(help);
  assert_true(strlen(help) >= 8);
  assert_true(help[0] < 'a' || help[0] > 'z');
}

static void
range_is_sound(const TonParam* p)
{
  assert_true(isfinite(p->min) && p->min < p->max);
  assert_true(isfinite(p->max) || p->unit == TON_RATIO);
  assert_true(p->min <= p->def && p->def <= p->max && isfinite(p->def));
  assert_true(p->spacing != TON_LOG || p->min > 0.0F);
  assert_true(p->spacing != TON_SWITCH || (p->min == 0.0F && p->max == 1.0F));
  if (p->spacing == TON_CHOICE) {
    assert_non_null(p->choices);
    assert_true(p->min == 0.0F);
    for (int k = 0; k <= (int)p->max; ++k) {
      if (p->unit == TON_PLAIN) {
        legal(p->choices[k]);
      }
    }
    assert_null(p->choices[(int)p->max + 1]);
  }
}

/// What a picture draws has the unit and the kind that its part says
static void
part_is_sound(const TonParam* p)
{
  const bool choice = p->spacing == TON_CHOICE;
  switch (p->part) {
  case TON_PART_FREQUENCY:
  case TON_PART_SIDECHAIN_HIGHPASS:
  case TON_PART_SIDECHAIN_LOWPASS:
  case TON_PART_HIGHPASS:
  case TON_PART_LOWPASS:
    assert_true(p->unit == TON_HZ);
    break;
  case TON_PART_GAIN:
  case TON_PART_THRESHOLD:
  case TON_PART_HYSTERESIS:
  case TON_PART_KNEE:
  case TON_PART_RANGE:
  case TON_PART_DRIVE:
  case TON_PART_OUTPUT:
    assert_true(p->unit == TON_DB);
    break;
  case TON_PART_SHAPE:
  case TON_PART_SIDE:
  case TON_PART_DIRECTION:
    assert_true(choice);
    break;
  case TON_PART_ATTACK:
  case TON_PART_HOLD:
  case TON_PART_RELEASE:
  case TON_PART_LOOK_AHEAD:
    assert_true(p->unit == TON_MS);
    break;
  default:
    break;
  }
  // the number in front of a band's symbol is its band
  const long number = strtol(p->symbol, NULL, 10);
  assert_int_equal(p->band, number);
}

/// What is printed reads back as the same float
static void
text_is_sound(const TonParam* p)
{
  const float values[] = {p->min, p->def, p->max, fminf(p->min + 1.0F, p->max)};
  for (int i = 0; i < 4; ++i) {
    char text[64];
    float back = NAN;
    TonError error;
    ton_param_print(p, values[i], text, sizeof(text));
    if (ton_param_parse(p, text, &back, &error) != TON_OK ||
        fabsf(back - values[i]) > 1.2e-7F * fabsf(values[i])) {
      fail_msg("%s: %.9g printed as \"%s\", read as %.9g", p->symbol,
               (double)values[i], text, (double)back);
    }
  }
}

static void
symbols_are_unique(const TonProcessor* p)
{
  for (uint32_t i = 0; i < p->n_params; ++i) {
    for (uint32_t k = 0; k < p->n_params; ++k) {
      const char* const old = p->params[k].formerly;
      assert_true(i == k || strcmp(p->params[i].symbol, p->params[k].symbol));
      assert_false(old && strcmp(p->params[i].symbol, old) == 0);
    }
  }
}

static void
variants_agree(const Subject* subject)
{
  for (uint32_t lanes = 4; lanes <= subject->set->lanes; lanes *= 2) {
    const TonProcessor* const v =
        subject->set->variant(subject->processor, lanes);
    assert_non_null(v);
    assert_string_equal(v->id, subject->processor->id);
    assert_int_equal(v->lanes, scene_lanes(v, lanes));
    assert_int_equal(v->n_params, subject->processor->n_params);
  }
}

void
conformance_table(const Subject* subject, double rate)
{
  (void)rate;
  static const char* const categories[] = {"gain",   "equaliser",  "dynamics",
                                           "colour", "modulation", "space"};
  const TonProcessor* const p = subject->processor;
  legal(p->id);
  assert_true(p->name && p->category && p->open && p->close && p->update &&
              p->process);
  sentence(p->help);
  bool known = false;
  for (size_t i = 0; i < TON_COUNT(categories); ++i) {
    known = known || strcmp(p->category, categories[i]) == 0;
  }
  assert_true(known);
  assert_true(p->n_params <= MAX_PARAMS);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    legal(p->params[i].symbol);
    assert_true(p->params[i].name && strlen(p->params[i].name) <= 20);
    sentence(p->params[i].help);
    assert_int_equal(p->params[i].offset, i * sizeof(float));
    range_is_sound(&p->params[i]);
    part_is_sound(&p->params[i]);
    text_is_sound(&p->params[i]);
  }
  for (uint32_t i = 0; i < p->n_resources; ++i) {
    legal(p->resources[i].symbol);
    assert_null(ton_param(p, p->resources[i].symbol));
    sentence(p->resources[i].help);
  }
  assert_true(!p->n_resources || p->flags & TON_ALONE);
  for (uint32_t i = 0; i < p->n_meters; ++i) {
    legal(p->meters[i].symbol);
    assert_non_null(p->meters[i].name);
  }
  symbols_are_unique(p);
  variants_agree(subject);
}
