// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A start inside the song with the values that people use: the defaults of
   every processor and every preset of the program.

   usage: test_start HZ [SECONDS]   (without those that settle later than that)
*/
#include "base/data_path.h"
#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "impulse_response.h"
#include "scene.h"

#include <tonmeister/session.h>

#include <dirent.h>
#include <limits.h>
#include <string.h>

static double rate_hz;
static double longest_s = INFINITY;
static int wrong;

static void
start(const TonProcessor* p, const float* values, const char* of)
{
  const double settled_s = (double)scene_settle(p, values, rate_hz) / rate_hz;
  if (settled_s > longest_s) {
    return;
  }
  const double db = conformance_start_db(p, values, rate_hz);
  if (!(db <= CONFORMANCE_START_DB)) {
    print_error("%s, %s: %.1f dBFS from the whole render after %.2f s\n", p->id,
                of, db, settled_s);
    ++wrong;
  }
}

static void
defaults(void** state)
{
  (void)state;
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    float values[MAX_PARAMS];
    ton_param_defaults(*p, values);
    start(*p, values, "its defaults");
  }
  assert_int_equal(wrong, 0);
}

static void
start_with_preset(const char* path)
{
  TonPreset* preset = NULL;
  TonInsert insert = {0};
  assert_int_equal(ton_preset_read(path, &preset, NULL), TON_OK);
  assert_int_equal(ton_insert_parse(preset->name, &insert, NULL), TON_OK);
  start(insert.type, insert.params, preset->name);
  ton_insert_free(&insert);
  ton_preset_free(preset);
}

static void
presets(void** state)
{
  (void)state;
  char folder[PATH_MAX];
  ton_data_path("presets", folder, sizeof(folder));
  DIR* const dir = opendir(folder);
  assert_non_null(dir);
  int found = 0;
  for (struct dirent* entry; (entry = readdir(dir));) {
    char path[PATH_MAX + 300];
    if (strstr(entry->d_name, ".yaml")) {
      snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
      start_with_preset(path);
      ++found;
    }
  }
  closedir(dir);
  assert_true(found);
  assert_int_equal(wrong, 0);
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults),
      cmocka_unit_test(presets),
  };
  if (argc < 2) {
    return 2;
  }
  rate_hz = strtod(argv[1], NULL);
  longest_s = argc > 2 ? strtod(argv[2], NULL) : longest_s;
  rig_resources = &impulse_resources;
  return TON_TESTS(tests);
}
