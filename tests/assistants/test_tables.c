// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/limits.h"
#include "assistants/roles.h"
#include "assistants/targets.h"
#include "base/array.h"
#include "base/data_path.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
   @file
   The program's own tables are read strictly: a typing error in any of them is
   an error with its place, never a default.
*/

typedef struct {
  const char* file;
  const char* from; ///< In the program's file
  const char* to;
  const char* says;
} Mistake;

static const Mistake mistakes[] = {
    {"targets.yaml", "loudness: -14 LUFS", "loudness: -14 LUSF",
     "unknown unit; did you mean \"LUFS\"?"},
    {"targets.yaml", "loudness: -14 LUFS", "loudnes: -14 LUFS",
     "\"loudnes\" is not a key of target \"streaming\"; did you mean "
     "\"loudness\"?"},
    {"targets.yaml", "ceiling: -1 dBTP", "ceiling: 40 dBTP",
     "it goes from -40 dBTP to 6 dBTP"},
    {"targets.yaml", "targets:", "target:", "did you mean \"targets\"?"},
    {"platforms.yaml", "raises: yes", "raises: perhaps",
     "neither true nor false"},
    {"platforms.yaml", "target: -14 LUFS", "target: -14 Hz", "expected LUFS"},
    {"roles.yaml", "place: centre", "place: center",
     "did you mean \"centre\"?"},
    {"roles.yaml", "class: kick, ", "",
     "role \"kick\": the key \"class\" is missing"},
    {"roles.yaml", "ratio: 3.5", "ratio: 0.5", "it goes from 1:1 to 100:1"},
    {"roles.yaml", "- {role: guide", "- {role: guied",
     "there is no role \"guied\"; did you mean \"guide\"?"},
    {"roles.yaml", "decay: 1.6 s", "decay: 1.6 dB", "expected s"},
    {"readiness.yaml", "  tilt:", "  tild:", "lights: add a line for \"tilt\""},
    {"readiness.yaml", "green: 0.1", "green: low", "not a number"},
    {"tone/modern.yaml", "{at: 31.5 Hz", "{at: 300 Hz", "stand at 32 Hz"},
    {"tone/modern.yaml", "level: -11.0 dB", "level: loud", "not a number"},
};

static char folder[] = "/tmp/ton-tables-XXXXXX";

static void
put(const char* name, const char* text)
{
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

/// The program's file with one mistake in it
static void
put_mistake(const Mistake* m)
{
  char path[PATH_MAX];
  size_t length = 0;
  snprintf(path, sizeof(path), "%s/%s", TON_TABLES, m->file);
  char* const text = ton_string_read_file(path, 1 << 20, &length);
  assert_non_null(text);
  char* const at = strstr(text, m->from);
  assert_non_null(at);
  TonString wrong = {0};
  ton_string_add_bytes(&wrong, text, (size_t)(at - text));
  ton_string_add(&wrong, m->to);
  ton_string_add(&wrong, at + strlen(m->from));
  put(m->file, ton_string_string(&wrong));
  ton_string_free(&wrong);
  ton_free(text);
}

static TonStatus
read_table(const char* file, TonError* error)
{
  TonTarget target;
  TonTone tone;
  TonRoles* roles = NULL;
  if (strcmp(file, "targets.yaml") == 0) {
    return ton_target("streaming", &target, error);
  }
  if (strcmp(file, "platforms.yaml") == 0) {
    TonPenalty rows[32];
    uint32_t n = 0;
    return ton_platform_penalties(-14.0, -1.0, rows, 32, &n, error);
  }
  if (strcmp(file, "readiness.yaml") == 0) {
    TonLimits* limits = NULL;
    const TonStatus status = ton_limits_read(&limits, error);
    ton_limits_free(limits);
    return status;
  }
  if (strcmp(file, "roles.yaml") != 0) {
    return ton_tone("modern", &tone, error);
  }
  const TonStatus status = ton_roles_read(NULL, &roles, error);
  ton_roles_free(roles);
  return status;
}

static void
a_mistake_in_a_table_is_an_error_with_its_place(void** state)
{
  (void)state;
  for (size_t i = 0; i < TON_COUNT(mistakes); ++i) {
    const Mistake* const m = &mistakes[i];
    TonError error = {0};
    put_mistake(m);
    const TonStatus status = read_table(m->file, &error);
    if (status != TON_BAD_TEXT || !error.line || !error.column ||
        !strstr(error.file, m->file) || !strstr(error.text, m->says)) {
      fail_msg("%s, \"%s\": status %d, %s:%u:%u: %s", m->file, m->to,
               (int)status, error.file, error.line, error.column, error.text);
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mistake_in_a_table_is_an_error_with_its_place),
  };
  char tone[PATH_MAX];
  if (!mkdtemp(folder)) {
    return 1;
  }
  snprintf(tone, sizeof(tone), "%s/tone", folder);
  mkdir(tone, 0777);
  setenv("TONMEISTER_DATA", folder, 1);
  const int failed = TON_TESTS(tests);
  static const char* const made[] = {"targets.yaml", "platforms.yaml",
                                     "roles.yaml", "readiness.yaml",
                                     "tone/modern.yaml"};
  for (size_t i = 0; i < TON_COUNT(made); ++i) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, made[i]);
    unlink(path);
  }
  rmdir(tone);
  rmdir(folder);
  return failed;
}
