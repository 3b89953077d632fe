// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Roles from the sound alone: the names of songs are hidden, and their
/// table of sounds was made without the song that is judged.
///
///     test_role_sounds --perform PROGRAM SCORE   the demo song
///     test_role_sounds                           the songs of TON_AUDIO
#include "base/array.h"
#include "performed.h"
#include "song.h"

#include "assistants/roles.h"
#include "render/analyse.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static const TonJob job = {.threads = 1};
static const char* demo_stems;

/// Roles that are alike have one name
static const char*
family(const TonRole* role)
{
  static const char* const alike[][2] = {{"Percussion", "Drums"},
                                         {"Backing Vocals", "Vocals"},
                                         {"Synths", "Keys"}};
  for (size_t i = 0; i < TON_COUNT(alike); ++i) {
    if (strcmp(role->group, alike[i][0]) == 0) {
      return alike[i][1];
    }
  }
  return role->group;
}

/// What a stem is by its name, or null where the name tells no instrument
static const TonRole*
true_role(const TonRoles* roles, const char* path)
{
  TonRoleGuess guess;
  if (strstr(path, "BGVOX_ECHO")) {
    return ton_role(roles, "backing vocal");
  }
  ton_role_from_name(roles, path, &guess);
  return strcmp(guess.role->group, "Music") == 0 ||
                 strstr(path, "MELODY_GLITCH")
             ? NULL
             : guess.role;
}

static struct {
  uint32_t stems;
  uint32_t right;
  uint32_t unknown;
  uint32_t wrong_leads;
  uint32_t doubted; ///< Right names that the sound was said to contradict
} score;

static void
judge_stem(const TonRoles* roles, const char* path)
{
  const TonRole* const truth = true_role(roles, path);
  TonSound sound;
  TonRoleGuess heard = {0};
  TonRoleGuess named;
  if (!truth) {
    return;
  }
  assert_int_equal(analyse_file(path, TON_MEASURE_LEVELS, &sound, &job, NULL),
                   TON_OK);
  ton_role_from_sound(roles, &sound.facts, &heard);
  ton_role_guess(roles, path, &sound.facts, &named);
  const bool right = strcmp(family(heard.role), family(truth)) == 0;
  const bool unknown = strcmp(heard.role->name, "unknown") == 0;
  const bool doubted = named.rule == TON_RULE_ROLE_DOUBTFUL_NAME;
  ++score.stems;
  score.right += right;
  score.unknown += unknown;
  score.wrong_leads += !right && strcmp(heard.role->name, "lead vocal") == 0;
  score.doubted += doubted;
  print_message("# %-28.28s %-16s heard as %-16s %s%s%s\n",
                strrchr(path, '/') + 1, truth->name, heard.role->name,
                right     ? ""
                : unknown ? "unknown"
                          : "WRONG",
                doubted ? ", doubted: " : "", doubted ? named.sound : "");
  ton_sound_free(&sound);
}

/// The stems of a folder, by a table that does not know them
static void
judge_song(const char* folder, const char* table)
{
  char pattern[1024];
  glob_t found = {0};
  TonRoles* roles = NULL;
  assert_int_equal(ton_roles_read(NULL, &roles, NULL), TON_OK);
  ton_sounds_free(roles->sounds);
  snprintf(pattern, sizeof(pattern), TON_SOUNDS "/%s.yaml", table);
  assert_int_equal(ton_sounds_read(pattern, &roles->sounds, NULL), TON_OK);
  snprintf(pattern, sizeof(pattern), "%s/*.*", folder);
  assert_int_equal(glob(pattern, 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; ++i) {
    if (!strstr(found.gl_pathv[i], ".md")) {
      judge_stem(roles, found.gl_pathv[i]);
    }
  }
  globfree(&found);
  ton_roles_free(roles);
}

static void
expect_score(double least)
{
  const double share = 100.0 * score.right / score.stems;
  print_message("# %u stems, %u of the right family, %u unknown\n", score.stems,
                score.right, score.unknown);
  EXPECT_AT_LEAST("roles of the right family", share, least, "%");
  assert_int_equal(score.wrong_leads, 0);
  assert_int_equal(score.doubted, 0);
}

static void
test_the_demo_song(void** state)
{
  (void)state;
  judge_song(demo_stems, "demo");
  expect_score(70.0);
}

static void
test_songs(void** state)
{
  (void)state;
  static const char* const songs[] = {"francium", "funk", "metal-madness",
                                      "solo-vocal"};
  for (size_t i = 0; i < TON_COUNT(songs); ++i) {
    char folder[1024];
    snprintf(folder, sizeof(folder), "%s/songs/%s", getenv("TON_AUDIO"),
             songs[i]);
    judge_song(folder, songs[i]);
  }
  expect_score(65.0);
}

/// Sounds under the names of other instruments
static void
test_wrong_names_are_told(void** state)
{
  (void)state;
  static const char* const planted[][2] = {
      {"francium/KICK.m4a", "Lead Vox.wav"},
      {"francium/OPEN_HATS.m4a", "Bass DI.wav"},
      {"funk/bassguitar.mp3", "Hi Hat.wav"},
      {"solo-vocal/vocadito_1.wav", "Snare Top.wav"},
  };
  TonRoles* roles = NULL;
  assert_int_equal(ton_roles_read(NULL, &roles, NULL), TON_OK);
  for (size_t i = 0; i < TON_COUNT(planted); ++i) {
    char path[1024];
    TonSound sound;
    TonRoleGuess guess;
    snprintf(path, sizeof(path), "%s/songs/%s", getenv("TON_AUDIO"),
             planted[i][0]);
    assert_int_equal(analyse_file(path, TON_MEASURE_LEVELS, &sound, &job, NULL),
                     TON_OK);
    ton_role_guess(roles, planted[i][1], &sound.facts, &guess);
    print_message("# %s as %s: %s\n", planted[i][0], planted[i][1],
                  guess.sound);
    assert_int_equal(guess.rule, TON_RULE_ROLE_DOUBTFUL_NAME);
    ton_sound_free(&sound);
  }
  ton_roles_free(roles);
}

int
main(int argc, char** argv)
{
  const bool demo = argc == 4 && strcmp(argv[1], "--perform") == 0;
  const struct CMUnitTest of_demo[] = {cmocka_unit_test(test_the_demo_song)};
  const struct CMUnitTest of_songs[] = {
      cmocka_unit_test(test_songs),
      cmocka_unit_test(test_wrong_names_are_told),
  };
  if (!demo) {
    return getenv("TON_AUDIO") ? cmocka_run_group_tests(of_songs, NULL, NULL)
                               : ton_cannot_run("the songs are not here");
  }
  demo_stems = perform(argv[2], argv[3]);
  assert_non_null(demo_stems);
  const int failed = cmocka_run_group_tests(of_demo, NULL, NULL);
  drop_performed();
  return failed;
}
