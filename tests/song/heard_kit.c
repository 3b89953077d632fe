// SPDX-License-Identifier: GPL-3.0-or-later
/// @file How a microphone adds up with one nearer the source, or with all close
/// microphones of the drums.
#include "heard_kit.h"

#include "assistants/roles.h"
#include "base/array.h"
#include "expect.h"

#include <math.h>
#include <string.h>

void
add_microphone(Together* t, Sound* near, Sound* far, double weight,
               double longest_ms)
{
  const PairSums sums = pair_sums(near, far);
  double lag_ms = 0.0;
  const double like = likeness_of(near, far, longest_ms, &lag_ms);
  t->as_is += weight * sums.as_is;
  t->flipped += weight * sums.flipped;
  t->lag_ms = like > t->likeness ? lag_ms : t->lag_ms;
  t->likeness = fmax(like, t->likeness);
}

static bool
says_near(const char* name)
{
  static const char* const words[] = {" in", " top", " close", " di"};
  bool says = false;
  for (size_t i = 0; i < TON_COUNT(words); ++i) {
    says = says || strcasestr(name, words[i]);
  }
  return says;
}

/// Of the microphones of a role the one that is near by its name, or whose peaks
/// are highest above its loudness; null: there is none
static Sound*
nearest(const TonMix* mix, const char* role)
{
  const TonStrip* best = NULL;
  double best_db = -INFINITY;
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    const TonStrip* const s = &mix->strips[i];
    if (strcmp(s->role, role) == 0) {
      Sound* const x = heard(s->file);
      const double db = true_peak(x) - playing_loudness(x, x) +
                        (says_near(s->name) ? 200.0 : 0.0);
      best = db > best_db ? s : best;
      best_db = fmax(db, best_db);
    }
  }
  return best ? heard(best->file) : NULL;
}

Together
with_kit(const TonMix* mix, Sound* overhead)
{
  static const char* const kit[] = {"kick", "snare", "tom"};
  Together t = {0};
  TonRoles* roles = NULL;
  assert_int_equal(ton_roles_read(NULL, &roles, NULL), TON_OK);
  for (size_t i = 0; i < TON_COUNT(kit); ++i) {
    Sound* const near = nearest(mix, kit[i]);
    if (near) {
      const double level = ton_role(roles, kit[i])->level_lu;
      add_microphone(&t, near, overhead, pow(10.0, 0.1 * level), 20.0);
    }
  }
  ton_roles_free(roles);
  return t;
}
