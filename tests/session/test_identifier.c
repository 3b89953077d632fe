// SPDX-License-Identifier: GPL-3.0-or-later
/// @file ISRC and UPC, right ones and wrong ones.

#include "base/array.h"
#include "expect.h"
#include "session/isrc_upc.h"
#include "signals.h"

#include <stdbool.h>
#include <string.h>

enum { TRIES = 1000 };

static unsigned
pick(uint64_t seed, uint64_t n, unsigned most)
{
  return (unsigned)((signal_random(seed, n) * 0.5 + 0.5) * most);
}

/// GS1: from the right, digits count three, one, three ...; the sum of all
/// with the check digit ends in 0
static unsigned
gs1_sum(const char* digits)
{
  unsigned sum = 0;
  const size_t n = strlen(digits);
  for (size_t i = 0; i < n; ++i) {
    sum += (unsigned)(digits[i] - '0') * ((n - i) % 2 ? 1U : 3U);
  }
  return sum;
}

static void
test_a_thousand_upcs(void** state)
{
  (void)state;
  for (uint64_t t = 0; t < TRIES; ++t) {
    const size_t n = t % 2 ? 13 : 12;
    char text[16] = "";
    for (size_t i = 0; i < n; ++i) {
      text[i] = (char)('0' + pick(t, i, 10));
    }
    char room[16];
    char expected = '\0';
    const bool fits = gs1_sum(text) % 10 == 0;
    assert_int_equal(ton_upc(text, room, &expected) == NULL, fits);
    if (!fits) {
      text[n - 1] = expected;
      assert_int_equal(gs1_sum(text) % 10, 0);
      assert_null(ton_upc(text, room, &expected));
    }
    assert_string_equal(room, text);
    // any single digit mistyped is found
    const size_t at = pick(t, 20, (unsigned)n);
    text[at] = (char)('0' + (text[at] - '0' + 1 + (int)pick(t, 21, 9)) % 10);
    assert_non_null(ton_upc(text, room, &expected));
  }
}

static void
test_a_thousand_isrcs(void** state)
{
  (void)state;
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (uint64_t t = 0; t < TRIES; ++t) {
    char plain[16] = "";
    char room[16];
    char text[32];
    for (size_t i = 0; i < 12; ++i) {
      plain[i] = i < 2   ? letters[pick(t, i, 26)]
                 : i < 5 ? letters[pick(t, i, 36)]
                         : letters[26 + pick(t, i, 10)];
    }
    snprintf(text, sizeof(text), "%.2s-%.3s-%.2s-%.5s", plain, plain + 2,
             plain + 5, plain + 7);
    assert_null(ton_isrc(text, room));
    assert_string_equal(room, plain);
    assert_null(ton_isrc(plain, room));
    assert_string_equal(room, plain);
    // what is out of place is refused
    const size_t at = pick(t, 30, 12);
    plain[at] = at < 2 ? '7' : at < 5 ? '.' : 'Q';
    assert_non_null(ton_isrc(plain, room));
    plain[at] = '\0';
    assert_non_null(ton_isrc(plain, room));
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_thousand_upcs),
      cmocka_unit_test(test_a_thousand_isrcs),
  };
  return TON_TESTS(tests);
}
