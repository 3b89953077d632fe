// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The role of a track from its sound, where the name does not tell it.
*/
#include "assistants/roles.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

/// Power of the bands between two frequencies re all bands, dB
static double
share_db(const TonFacts* facts, double from_hz, double to_hz)
{
  double all = 0.0;
  double part = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double power = pow(10.0, facts->active_db[b] / 10.0);
    const double hz = ton_third_hz(b);
    all += power;
    part += hz >= from_hz && hz < to_hz ? power : 0.0;
  }
  return 10.0 * log10(part / all);
}

static bool
sounds_like_kick(const TonFacts* f)
{
  return f->low_share > 0.6 && f->hits_per_s > 0.5 && f->hits_per_s < 6.0 &&
         f->peak_to_loud_db > 12.0 && f->range_lu < 12.0;
}

static bool
sounds_like_bass(const TonFacts* f)
{
  return f->low_share > 0.5 && f->activity > 0.4 && f->peak_to_loud_db < 16.0 &&
         share_db(f, 2000.0, 10000.0) < -25.0;
}

static bool
sounds_like_hat(const TonFacts* f)
{
  return f->centroid_hz > 5000.0 && share_db(f, 0.0, 500.0) < -25.0 &&
         f->hits_per_s > 2.5;
}

/// Sibilants over a sound of the middle, neither low nor sharp
static bool
sounds_like_voice(const TonFacts* f)
{
  const double s = (double)f->sibilant_share;
  return s > 0.02 && s < 0.2 && f->centroid_hz > 400.0 &&
         f->centroid_hz < 1500.0 && f->low_share < 0.15 &&
         f->peak_to_loud_db < 19.0 && f->hits_per_s < 5.0;
}

/// Roles that a sound alone can tell (docs/rules.md 2.4)
static const char*
role_of_sound(const TonFacts* f, const char** sound)
{
  if (!(f->active_s > 1.0)) {
    return NULL;
  }
  if (sounds_like_kick(f)) {
    *sound = "low, short hits";
    return "kick";
  }
  if (sounds_like_bass(f)) {
    *sound = "low and sustained";
    return "bass";
  }
  if (sounds_like_hat(f)) {
    *sound = "quick hits above 5 kHz";
    return "hat";
  }
  if (sounds_like_voice(f)) {
    *sound = "s sounds over the middle notes";
    return "lead vocal";
  }
  return NULL;
}

/// A name that says bass or kick over a sound that has no lows
static bool
contradicts(const TonRoleGuess* guess, const TonFacts* f)
{
  const bool low_role = strcmp(guess->role->class, "kick") == 0 ||
                        strcmp(guess->role->class, "bass") == 0;
  return low_role && f->active_s > 1.0 && f->low_share < 0.003;
}

void
ton_role_from_sound(const TonRoles* roles, const TonFacts* facts,
                    TonRoleGuess* guess)
{
  enum { SURE_OF_SOUND = 62 };
  const char* sound = NULL;
  const char* const name = role_of_sound(facts, &sound);
  const TonRole* const role = name ? ton_role(roles, name) : NULL;
  *guess = (TonRoleGuess){.role = role ? role : ton_role(roles, "unknown"),
                          .rule = TON_RULE_ROLE_NONE,
                          .side = guess->side};
  if (role) {
    guess->confidence = SURE_OF_SOUND / 100.0;
    guess->rule = TON_RULE_ROLE_SOUND;
    ton_string_cut(guess->word, sizeof(guess->word), "%s", sound);
  }
}

void
ton_role_guess(const TonRoles* roles, const char* file, const TonFacts* facts,
               TonRoleGuess* guess)
{
  ton_role_from_name(roles, file, guess);
  if (facts && guess->confidence > 0.0 && contradicts(guess, facts)) {
    guess->confidence *= 0.6;
    guess->rule = TON_RULE_ROLE_DOUBTFUL_NAME;
  } else if (facts && guess->confidence == 0.0) {
    ton_role_from_sound(roles, facts, guess);
  }
  if (guess->confidence < 0.6) {
    guess->role = ton_role(roles, "unknown");
  }
}
