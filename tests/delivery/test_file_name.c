// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Names of files: safe, short, and unique on every system.
#include "base/array.h"
#include "base/memory.h"
#include "delivery/file_name.h"
#include "delivery/format.h"
#include "expect.h"

#include <string.h>

static void
expect_name(FileNames* names, const char* title, const char* qualifier,
            const char* wanted)
{
  char* const name = file_names_add(names, title, qualifier, "wav");
  assert_non_null(name);
  assert_string_equal(name, wanted);
  ton_free(name);
}

static void
test_safe_on_every_system(void** state)
{
  (void)state;
  static const char* const cases[][2] = {
      {"Night Drive", "Night Drive.wav"},
      {"Gtr L/R", "Gtr L-R.wav"},
      {"a\\b:c*d?e\"f<g>h|i", "a-b-c-d-e-f-g-h-i.wav"},
      {"../../etc/passwd", "_.-..-etc-passwd.wav"},
      {"tab\tand\nline\x7F", "tab-and-line-.wav"},
      {".hidden", "_hidden.wav"},
      {"-rf", "_rf.wav"},
      {"Ends. . ", "Ends.wav"},
      {"  in front", "in front.wav"},
      {"...", "_.wav"},
      {"", "_.wav"},
      {"CON", "_CON.wav"},
      {"nul", "_nul.wav"},
      {"Com1", "_Com1.wav"},
      {"aux.in", "_aux.in.wav"},
      {"Console", "Console.wav"},
      {"CON man", "CON man.wav"},
  };
  for (size_t i = 0; i < TON_COUNT(cases); ++i) {
    FileNames names = {0};
    expect_name(&names, cases[i][0], NULL, cases[i][1]);
    file_names_free(&names);
  }
}

/// A deliverable's name is no path either
static void
test_qualifier_is_no_path(void** state)
{
  (void)state;
  FileNames names = {0};
  expect_name(&names, "Song", "../../x/wav", "Song (..-..-x-wav).wav");
  expect_name(&names, "Song", "cd", "Song (cd).wav");
  file_names_free(&names);
}

/// Also on disks that ignore case, and after letters were replaced
static void
test_unique(void** state)
{
  (void)state;
  FileNames names = {0};
  expect_name(&names, "Gtr L/R", NULL, "Gtr L-R.wav");
  expect_name(&names, "Gtr L-R", NULL, "Gtr L-R 2.wav");
  expect_name(&names, "gtr l:r", NULL, "gtr l-r 3.wav");
  expect_name(&names, "\xC3\x89t\xC3\xA9", NULL, "\xC3\x89t\xC3\xA9.wav");
  expect_name(&names, "\xC3\xA9T\xC3\x89", NULL, "\xC3\xA9T\xC3\x89 2.wav");
  expect_name(&names, "Song", "CD", "Song (CD).wav");
  expect_name(&names, "Song", "cd", "Song 2 (cd).wav");
  file_names_free(&names);
}

/// Cut between letters, and still unique
static void
test_long_names(void** state)
{
  (void)state;
  FileNames names = {0};
  char title[601] = "";
  for (int i = 0; i < 200; ++i) {
    strcat(title, "\xE2\x82\xAC"); // the euro sign, three bytes
  }
  for (int i = 0; i < 3; ++i) {
    char* const name =
        file_names_add(&names, title, i ? "wav-24" : NULL, "wav");
    assert_non_null(name);
    const size_t n = strlen(name);
    assert_true(n <= MAX_FILE_NAME && n > MAX_FILE_NAME - 4);
    const size_t letters = strspn(name, "\xE2\x82\xAC");
    assert_int_equal(letters % 3, 0);
    assert_true(name[letters] == '.' || name[letters] == ' ');
    ton_free(name);
  }
  file_names_free(&names);
}

static void
test_formats(void** state)
{
  (void)state;
  const DeliveryFormat* const mp3 = delivery_format("MP3");
  assert_int_equal(delivery_rate(mp3, 0, 96000), 48000);
  assert_int_equal(delivery_rate(mp3, 0, 88200), 44100);
  assert_int_equal(delivery_rate(mp3, 32000, 48000), 32000);
  assert_int_equal(delivery_rate(delivery_format("WAV"), 0, 96000), 96000);
  assert_int_equal(delivery_rate(delivery_format("OPUS"), 0, 44100), 48000);
  assert_null(delivery_format("ATRAC"));
  assert_ptr_equal(delivery_format_of_file("a/b.MP3"), mp3);
  assert_null(delivery_format_of_file("a.wav/b"));
  assert_null(delivery_format_of_file("b.m4a")); // no writer
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_safe_on_every_system),
      cmocka_unit_test(test_qualifier_is_no_path),
      cmocka_unit_test(test_unique),
      cmocka_unit_test(test_long_names),
      cmocka_unit_test(test_formats),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
