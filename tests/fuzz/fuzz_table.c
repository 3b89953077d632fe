// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/limits.h"
#include "assistants/roles.h"
#include "assistants/sound_classes.h"
#include "assistants/targets.h"
#include "base/data_path.h"
#include "base/input_file.h"
#include "base/memory.h"
#include "must.h"

#include <tonmeister/decision.h>
#include <tonmeister/session.h>

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
   @file
   Any bytes as each of the tables in data/, as a preset, and as the records of
   decisions: reading ends, leaks nothing, gives what callers rely on or says
   why not.
*/

static char folder[64];

static const char* const places[] = {
    "roles.yaml",          "targets.yaml",      "platforms.yaml",
    "tone/streaming.yaml", "deliverables.yaml", "presets/vocal-plate.yaml",
    "readiness.yaml",      "kinds.yaml"};

enum { PLACES = sizeof(places) / sizeof(places[0]) };

static const char*
in_folder(const char* name)
{
  static char room[128];
  snprintf(room, sizeof(room), "%s/%s", folder, name);
  return room;
}

static void
leave(void)
{
  for (int i = 0; i < PLACES; ++i) {
    unlink(in_folder(places[i]));
  }
  unlink(in_folder("sounds.yaml"));
  unlink(in_folder("decisions.json"));
  unlink(in_folder("again.json"));
  rmdir(in_folder("tone"));
  rmdir(in_folder("presets"));
  rmdir(folder);
}

static void
put(const char* name, const uint8_t* bytes, size_t size)
{
  FILE* const file = fopen(in_folder(name), "wb");
  MUST(file && fwrite(bytes, 1, size, file) == size);
  fclose(file);
}

/// Roles are read with the kinds of sound beside them: these stay whole
static void
keep_sounds(char* whole, size_t length)
{
  MUST(whole && length);
  put("sounds.yaml", (const uint8_t*)whole, length);
  ton_free(whole);
}

static void
enter(void)
{
  if (*folder) {
    return;
  }
  snprintf(folder, sizeof(folder), "%s/ton-fuzz-XXXXXX",
           access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
  MUST(mkdtemp(folder));
  char path[4096];
  size_t length = 0;
  char* const whole = ton_string_read_file(
      ton_data_path("sounds.yaml", path, sizeof(path)), 1 << 20, &length);
  keep_sounds(whole, length);
  setenv("TONMEISTER_DATA", folder, 1);
  mkdir(in_folder("tone"), 0777);
  mkdir(in_folder("presets"), 0777);
  atexit(leave);
}

static bool
fair(TonStatus status, const TonError* error)
{
  return status == TON_OK || *error->text;
}

static void
read_roles(void)
{
  TonRoles* roles = NULL;
  TonError error = {0};
  const TonStatus status =
      ton_roles_read(in_folder("roles.yaml"), &roles, &error);
  MUST(fair(status, &error));
  if (status == TON_OK) {
    TonRoleGuess guess;
    ton_role_from_name(roles, "01 Lead Vox (L).wav", &guess);
    MUST(guess.role && (*guess.word || guess.confidence == 0.0));
    MUST(guess.confidence >= 0.0 && guess.confidence <= 1.0);
    MUST(roles->n_roles > 0);
  }
  ton_roles_free(roles);
}

static void
read_targets(void)
{
  TonTarget target;
  TonPenalty rows[40];
  TonTone tone;
  TonError error = {0};
  TonTargets* all = NULL;
  MUST(fair(ton_targets_read(&all, &error), &error));
  ton_targets_free(all);
  if (ton_target("streaming", &target, &error) == TON_OK) {
    MUST(isnan(target.loudness_lufs) || isfinite(target.loudness_lufs));
    MUST(isfinite(target.ceiling_dbtp) && isfinite(target.tolerance_lu));
  } else {
    MUST(*error.text);
  }
  uint32_t n = 0;
  MUST(fair(ton_platform_penalties(-14.0, -1.0, rows, 40, &n, &error), &error));
  MUST(n <= 40);
  if (ton_tone("streaming", &tone, &error) == TON_OK) {
    for (int i = 0; i < TON_THIRDS; ++i) {
      MUST(isfinite(tone.level_db[i]) && tone.spread_db[i] > 0.0);
    }
  }
}

static void
read_sounds(void)
{
  TonSounds* sounds = NULL;
  TonError error = {0};
  const TonStatus status =
      ton_sounds_read(in_folder("kinds.yaml"), &sounds, &error);
  MUST(fair(status, &error));
  if (status == TON_OK) {
    const double traits[TON_TRAITS] = {1e3, -1e3};
    double likely[TON_MAX_SOUNDS];
    double sum = 0.0;
    uint32_t n = 0;
    (void)ton_sound_classes(sounds, &n);
    ton_sound_likely(sounds, traits, likely);
    for (uint32_t i = 0; i < n; ++i) {
      sum += likely[i];
    }
    MUST(n && n <= TON_MAX_SOUNDS && fabs(sum - 1.0) < 1e-6);
  }
  ton_sounds_free(sounds);
}

static void
read_limits(void)
{
  TonLimits* limits = NULL;
  TonError error = {0};
  const TonStatus status = ton_limits_read(&limits, &error);
  MUST(fair(status, &error));
  for (uint32_t i = 0; status == TON_OK && i < limits->n; ++i) {
    MUST(ton_limit(limits, limits->items[i].name));
    MUST(isfinite(limits->items[i].green) && isfinite(limits->items[i].amber));
  }
  ton_limits_free(limits);
}

static void
read_release(void)
{
  static const char text[] = "title: x\ndeliverables: [cd, {mp3: {}}]\n";
  TonDoc* doc = NULL;
  TonRelease* release = NULL;
  TonError error = {0};
  MUST(ton_doc_parse(text, sizeof(text) - 1, "r", &doc, NULL) == TON_OK);
  const TonStatus status = ton_release_read(doc, NULL, &release, &error);
  MUST(fair(status, &error));
  if (status == TON_OK) {
    MUST(release->n_deliverables == 2 && release->deliverables[0].container);
  }
  ton_release_free(release);
  ton_doc_free(doc);
}

static void
read_preset(void)
{
  static const char text[] = "tracks:\n  A: {file: a, chain: [vocal plate]}\n";
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  TonError error = {0};
  MUST(ton_doc_parse(text, sizeof(text) - 1, "m", &doc, NULL) == TON_OK);
  MUST(fair(ton_mix_read(doc, NULL, &mix, &error), &error));
  ton_mix_free(mix);
  ton_doc_free(doc);
}

/// What was read is written and read again
static void
read_decisions(void)
{
  TonDecisions all = {0};
  TonDecisions again = {0};
  TonError error = {0};
  const TonStatus status =
      ton_decisions_read(in_folder("decisions.json"), &all, &error);
  MUST(fair(status, &error));
  if (status == TON_OK) {
    MUST(ton_decisions_write(&all, in_folder("again.json"), &error) == TON_OK);
    MUST(ton_decisions_read(in_folder("again.json"), &again, &error) == TON_OK);
    MUST(again.count == all.count);
    for (uint32_t i = 0; i < all.count; ++i) {
      MUST(strcmp(all.items[i].path, again.items[i].path) == 0);
      MUST(strcmp(all.items[i].reason, again.items[i].reason) == 0);
      MUST(all.items[i].n_evidence == again.items[i].n_evidence);
      MUST(all.items[i].n_alternatives == again.items[i].n_alternatives);
    }
  }
  ton_decisions_free(&all);
  ton_decisions_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
  enter();
  for (int i = 0; i < PLACES; ++i) {
    put(places[i], bytes, size);
  }
  put("decisions.json", bytes, size);
  read_roles();
  read_sounds();
  read_targets();
  read_limits();
  read_release();
  read_preset();
  read_decisions();
  return 0;
}
