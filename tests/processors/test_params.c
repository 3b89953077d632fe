// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Symbols, units, ranges and defaults of all processors against
   tests/golden/params.txt: every change of the permanent names shows there.

   With TON_GOLDEN=write in the environment the file is written anew.
*/
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"

#include <tonmeister/processor.h>

#include <string.h>

static void
describe_param(const TonParam* p, TonString* text)
{
  static const char* const spacings[] = {"linear", "log", "integer", "switch",
                                         "choice"};
  char low[48];
  char high[48];
  char def[48];
  ton_param_print(p, p->min, low, sizeof(low));
  ton_param_print(p, p->max, high, sizeof(high));
  ton_param_print(p, p->def, def, sizeof(def));
  ton_string_printf(text, "  %s: %s to %s, default %s, %s", p->symbol, low,
                    high, def, spacings[p->spacing]);
  for (int i = 0; p->spacing == TON_CHOICE && p->choices[i]; ++i) {
    ton_string_printf(text, "%s%s", i ? "/" : " ", p->choices[i]);
  }
  ton_string_printf(
      text, "%s%s%s%s\n", p->flags & TON_AUTOMATE ? ", moves" : "",
      p->flags & TON_RESTART ? ", restarts" : "",
      p->formerly ? ", formerly " : "", p->formerly ? p->formerly : "");
}

static void
describe(const TonProcessor* p, TonString* text)
{
  ton_string_printf(text, "%s (%s)%s%s%s\n", p->id, p->category,
                    p->flags & TON_SIDECHAIN ? ", side-chain" : "",
                    p->flags & TON_PAIR ? ", pair" : "",
                    p->flags & TON_ALONE ? ", alone" : "");
  for (uint32_t i = 0; i < p->n_params; ++i) {
    describe_param(&p->params[i], text);
  }
  for (uint32_t i = 0; i < p->n_meters; ++i) {
    ton_string_printf(text, "  meter %s\n", p->meters[i].symbol);
  }
}

/// The first line that differs, for a person
static void
expect_same_text(const char* now, const char* golden)
{
  int line = 1;
  while (*now && *now == *golden) {
    line += *now == '\n';
    ++now;
    ++golden;
  }
  if (*now || *golden) {
    fail_msg("tests/golden/params.txt differs in line %d, near \"%.40s\"; if "
             "that is meant, run test_params with TON_GOLDEN=write",
             line, now);
  }
}

static void
names_and_ranges_are_those_promised(void** state)
{
  (void)state;
  const char* const path = getenv("TON_GOLDEN_PARAMS");
  const char* const setting = getenv("TON_GOLDEN");
  assert_non_null(path);
  TonString text = {0};
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    describe(*p, &text);
  }
  if (setting && strcmp(setting, "write") == 0) {
    FILE* const file = fopen(path, "w");
    assert_non_null(file);
    fputs(ton_string_string(&text), file);
    assert_int_equal(fclose(file), 0);
  }
  size_t length = 0;
  char* const golden = ton_string_read_file(path, 1U << 20, &length);
  assert_non_null(golden);
  expect_same_text(ton_string_string(&text), golden);
  ton_free(golden);
  ton_string_free(&text);
}

/// A largest value that is endless
static void
a_ratio_may_be_inf(void** state)
{
  (void)state;
  static const char* const texts[][2] = {
      {"inf:1", "inf:1"}, {"inf", "inf:1"},     {"100:1", "inf:1"},
      {"250:1", "inf:1"}, {"99.5:1", "99.5:1"}, {"4", "4:1"},
  };
  static const char* const ids[] = {"compressor", "gate"};
  for (int i = 0; i < 12; ++i) {
    const TonProcessor* const p = ton_processor(ids[i % 2]);
    const TonParam* const ratio = ton_param(p, "ratio");
    float value = 0.0F;
    char text[32];
    assert_int_equal(ton_param_parse(ratio, texts[i / 2][0], &value, NULL),
                     TON_OK);
    assert_string_equal(ton_param_print(ratio, value, text, sizeof(text)),
                        texts[i / 2][1]);
  }
  TonError error;
  float value = 0.0F;
  const TonParam* const ratio = ton_param(ton_processor("gate"), "ratio");
  assert_int_equal(ton_param_parse(ratio, "0.5:1", &value, &error),
                   TON_BAD_TEXT);
  assert_non_null(strstr(error.text, "from 1:1 to inf:1"));
}

// Names for plug-ins ---------------------------------------------------------

static void
expect_lv2(const char* symbol, const char* expected)
{
  char text[64];
  assert_string_equal(ton_symbol_lv2(symbol, text, sizeof(text)), expected);
}

/// [_a-zA-Z][_a-zA-Z0-9]*, and no two alike
static void
symbols_are_legal_for_plug_ins(void** state)
{
  (void)state;
  expect_lv2("sidechain-highpass", "sidechain_highpass");
  expect_lv2("1-gain", "_1_gain");
  assert_int_equal(ton_symbol_clap("a"), 0xE40C292C); // published for FNV-1a
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    for (uint32_t i = 0; i < (*p)->n_params; ++i) {
      char a[64];
      const char* const symbol = (*p)->params[i].symbol;
      ton_symbol_lv2(symbol, a, sizeof(a));
      assert_true(a[0] < '0' || a[0] > '9');
      assert_int_equal(strspn(a, "_abcdefghijklmnopqrstuvwxyz0123456789"),
                       strlen(a));
      assert_int_not_equal(ton_symbol_clap(symbol), UINT32_MAX);
      for (uint32_t k = 0; k < i; ++k) {
        char b[64];
        const char* const other = (*p)->params[k].symbol;
        assert_string_not_equal(a, ton_symbol_lv2(other, b, sizeof(b)));
        assert_int_not_equal(ton_symbol_clap(symbol), ton_symbol_clap(other));
      }
    }
  }
}

// The list -------------------------------------------------------------------

static void
the_list_grows(void** state)
{
  (void)state;
  static const TonProcessor guest = {.id = "guest", .flags = TON_ALONE};
  const TonProcessor* const variants[3] = {&guest, &guest, &guest};
  TonError error;
  size_t n = 0;
  while (ton_processors()[n]) {
    ++n;
  }
  assert_null(ton_processor("guest"));
  assert_int_equal(ton_processors_add(variants, &error), TON_OK);
  assert_ptr_equal(ton_processor("guest"), &guest);
  assert_ptr_equal(ton_processor_lanes(&guest, 8), &guest);
  assert_ptr_equal(ton_processors()[n], &guest);
  assert_null(ton_processors()[n + 1]);
  assert_int_equal(ton_processors_add(variants, &error), TON_BAD_USE);
  assert_non_null(strstr(error.text, "guest"));
  const TonProcessor* const gain = ton_processor("gain");
  const TonProcessor* const again[3] = {gain, gain, gain};
  assert_int_equal(ton_processors_add(again, &error), TON_BAD_USE);
}

static TonProcessor many[4200];

static void
a_full_list_says_so(void** state)
{
  (void)state;
  static char ids[4200][16];
  TonStatus status = TON_OK;
  for (int i = 0; i < 4200 && !status; ++i) {
    snprintf(ids[i], sizeof(ids[i]), "guest-%d", i);
    many[i] = (TonProcessor){.id = ids[i], .flags = TON_ALONE};
    const TonProcessor* const p = &many[i];
    const TonProcessor* const variants[3] = {p, p, p};
    status = ton_processors_add(variants, NULL);
  }
  assert_int_equal(status, TON_UNSUPPORTED);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_and_ranges_are_those_promised),
      cmocka_unit_test(a_ratio_may_be_inf),
      cmocka_unit_test(symbols_are_legal_for_plug_ins),
      cmocka_unit_test(the_list_grows),
      cmocka_unit_test(a_full_list_says_so), // last: it fills the list
  };
  return TON_TESTS(tests);
}
