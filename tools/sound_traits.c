// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Prints what the program knows of the sound of files, for those who make
/// data/sounds.yaml: `sound_traits FILE...`.
///
/// One line per file, fields with tabs between: file, role by its name, traits.
#include "assistants/roles.h"
#include "assistants/sound_classes.h"
#include "render/analyse.h"

#include <stdio.h>

static const TonJob job = {.threads = 1};

static void
print_header(void)
{
  printf("file\trole");
  for (int i = 0; i < TON_TRAITS; ++i) {
    printf("\t%s", ton_traits[i].name);
  }
  printf("\n");
}

static TonStatus
print_traits(const TonRoles* roles, const char* file, TonError* error)
{
  TonSound sound;
  TonRoleGuess guess;
  double traits[TON_TRAITS];
  const TonStatus status =
      analyse_file(file, TON_MEASURE_LEVELS, &sound, &job, error);
  if (!status) {
    ton_role_from_name(roles, file, &guess);
    ton_traits_of(&sound.facts, traits);
    printf("%s\t%s", file, guess.role->name);
    for (int i = 0; i < TON_TRAITS; ++i) {
      printf("\t%.4f", traits[i]);
    }
    printf("\n");
    fflush(stdout);
  }
  ton_sound_free(&sound);
  return status;
}

int
main(int argc, char** argv)
{
  TonRoles* roles = NULL;
  TonError error = {0};
  TonStatus status = ton_roles_read(NULL, &roles, &error);
  print_header();
  for (int i = 1; !status && i < argc; ++i) {
    if (print_traits(roles, argv[i], &error)) {
      fprintf(stderr, "%s: %s\n", argv[i], error.text);
    }
  }
  ton_roles_free(roles);
  if (status) {
    fprintf(stderr, "%s\n", error.text);
  }
  return status != TON_OK;
}
