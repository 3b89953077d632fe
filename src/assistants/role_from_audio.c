// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The role of a track from its sound, where the name does not tell it, and names
   that the sound contradicts.
*/
#include "assistants/roles.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

/// Probabilities from which on a sound tells a role, and that it is the lead vocal
#define SURE      0.6
#define SURE_LEAD 0.75

/// A name is contradicted where another family is so likely, and its own so little
#define SURE_OTHER 0.98
#define HARDLY     0.001

/// What a sound is like
typedef struct {
  double traits[TON_TRAITS];
  double likely[TON_MAX_SOUNDS];
  const TonSoundClass* classes;
  uint32_t n;
} Heard;

static Heard
hear(const TonRoles* roles, const TonFacts* facts)
{
  Heard h = {0};
  ton_traits_of(facts, h.traits);
  ton_sound_likely(roles->sounds, h.traits, h.likely);
  h.classes = ton_sound_classes(roles->sounds, &h.n);
  return h;
}

static double
family_likely(const Heard* h, const char* family)
{
  double sum = 0.0;
  for (uint32_t c = 0; c < h->n; ++c) {
    sum += strcmp(h->classes[c].family, family) == 0 ? h->likely[c] : 0.0;
  }
  return sum;
}

/// The likeliest class of the likeliest family
static uint32_t
best_class(const Heard* h)
{
  uint32_t best = 0;
  double best_family = 0.0;
  for (uint32_t c = 0; c < h->n; ++c) {
    const double family = family_likely(h, h->classes[c].family);
    const bool same = fabs(family - best_family) < 1e-12;
    if (same ? h->likely[c] > h->likely[best] : family > best_family) {
      best = c;
      best_family = family;
    }
  }
  return best;
}

/// Family of a role, or null
static const char*
family_of(const Heard* h, const TonRole* role)
{
  for (uint32_t c = 0; c < h->n; ++c) {
    if (strcmp(h->classes[c].role, role->name) == 0) {
      return h->classes[c].family;
    }
  }
  return NULL;
}

static bool
is_heard(const TonFacts* facts)
{
  return facts->active_s > 1.0;
}

/// Roles that a sound alone can tell (docs/rules.md 2.4), or null
static const TonRole*
role_of_sound(const TonRoles* roles, const Heard* h, double* likely)
{
  const uint32_t best = best_class(h);
  const char* const role = h->classes[best].role;
  *likely = family_likely(h, h->classes[best].family);
  if (*likely < SURE) {
    return NULL;
  }
  return strcmp(role, "lead vocal") == 0 && h->likely[best] < SURE_LEAD
             ? ton_role(roles, "backing vocal")
             : ton_role(roles, role);
}

void
ton_role_from_sound(const TonRoles* roles, const TonFacts* facts,
                    TonRoleGuess* guess)
{
  *guess = (TonRoleGuess){.role = ton_role(roles, "unknown"),
                          .rule = TON_RULE_ROLE_NONE,
                          .side = guess->side};
  if (!is_heard(facts)) {
    return;
  }
  double likely = 0.0;
  const Heard h = hear(roles, facts);
  const TonRole* const role = role_of_sound(roles, &h, &likely);
  if (role) {
    guess->role = role;
    // a name says more than a sound
    guess->confidence = SURE + 0.2 * (likely - SURE);
    guess->rule = TON_RULE_ROLE_SOUND;
    ton_sound_words(roles->sounds, h.traits, guess->word, sizeof(guess->word));
  }
}

/// Synthesisers and effects
static bool
sounds_like_anything(const TonRole* role)
{
  return strcmp(role->group, "Synths") == 0 ||
         strcmp(role->group, "Effects") == 0;
}

/// Whether a name is hardly right by the sound; what it sounds like is told, but
/// only a kick or a bass without lows is taken for unknown
static bool
contradicts(const TonRoles* roles, const TonFacts* f, TonRoleGuess* guess)
{
  const bool low_role = strcmp(guess->role->class, "kick") == 0 ||
                        strcmp(guess->role->class, "bass") == 0;
  if (!is_heard(f)) {
    return false;
  }
  if (low_role && f->low_share < 0.003) {
    guess->confidence *= 0.6;
    ton_string_cut(guess->sound, sizeof(guess->sound), "has no low notes");
    return true;
  }
  char words[64];
  const Heard h = hear(roles, f);
  const char* const family = family_of(&h, guess->role);
  const TonSoundClass* const other = &h.classes[best_class(&h)];
  if (!family || sounds_like_anything(guess->role) ||
      family_likely(&h, family) > HARDLY ||
      family_likely(&h, other->family) < SURE_OTHER) {
    return false;
  }
  ton_sound_words(roles->sounds, h.traits, words, sizeof(words));
  ton_string_cut(guess->sound, sizeof(guess->sound),
                 "sounds like the role \"%s\": %s", other->role, words);
  return true;
}

void
ton_role_guess(const TonRoles* roles, const char* file, const TonFacts* facts,
               TonRoleGuess* guess)
{
  ton_role_from_name(roles, file, guess);
  if (facts && guess->confidence > 0.0 && contradicts(roles, facts, guess)) {
    guess->rule = TON_RULE_ROLE_DOUBTFUL_NAME;
  } else if (facts && guess->confidence == 0.0) {
    ton_role_from_sound(roles, facts, guess);
  }
  if (guess->confidence < 0.6) {
    guess->role = ton_role(roles, "unknown");
  }
}
