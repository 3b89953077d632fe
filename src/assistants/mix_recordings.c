// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the recordings of a song are to each other: two sides of one, and copies.
*/
#include "assistants/mix_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Two sides of one recording -----------------------------------------------------

static bool
same_folder(const char* a, const char* b)
{
  const char* const x = strrchr(a, '/');
  const char* const y = strrchr(b, '/');
  const size_t n = x ? (size_t)(x - a) : 0;
  return n == (y ? (size_t)(y - b) : 0) && strncmp(a, b, n) == 0;
}

static bool
is_half(const MixTrack* s)
{
  return s->sounds && s->guess.side && s->facts->layout == TON_LAYOUT_MONO;
}

/// Two mono files of one length whose names differ in the side alone
static bool
are_halves(const MixState* state, const MixTrack* a, const MixTrack* b)
{
  char x[512];
  char y[512];
  const TonRoles* const roles = state->brief->roles;
  return a != b && is_half(a) && is_half(b) && a->guess.side != b->guess.side &&
         a->facts->whole.frames == b->facts->whole.frames &&
         same_folder(a->stem->file, b->stem->file) &&
         strcmp(ton_role_sideless(roles, a->stem->file, x, sizeof(x)),
                ton_role_sideless(roles, b->stem->file, y, sizeof(y))) == 0;
}

/// The only track that can be the other side, or null
static MixTrack*
find_half(MixState* state, const MixTrack* s)
{
  MixTrack* other = NULL;
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const o = &state->tracks[i];
    if (are_halves(state, s, o)) {
      if (other) {
        return NULL;
      }
      other = o;
    }
  }
  return other;
}

/// The right side of a recording whose left side is `s`, or null
static MixTrack*
right_of(MixState* state, const MixTrack* s)
{
  MixTrack* const other = s->guess.side == 'L' ? find_half(state, s) : NULL;
  return other && find_half(state, other) == s ? other : NULL;
}

/// One role for both: the surer one
void
share_roles(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const left = &state->tracks[i];
    MixTrack* const right = right_of(state, left);
    if (right) {
      const bool first = left->guess.confidence >= right->guess.confidence;
      const TonRoleGuess guess = first ? left->guess : right->guess;
      left->guess = right->guess = guess;
      left->guess.side = 'L';
      right->guess.side = 'R';
      left->role = right->role = first ? left->role : right->role;
    }
  }
}

/// Both know each other and their loudness together
void
join_halves(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const left = &state->tracks[i];
    MixTrack* const right = right_of(state, left);
    if (right) {
      left->partner = right;
      right->partner = left;
      left->active_lufs = right->active_lufs =
          10.0 * log10(pow(10.0, left->facts->active_lufs / 10.0) +
                       pow(10.0, right->facts->active_lufs / 10.0));
    }
  }
}

// Copies -------------------------------------------------------------------------

static bool
same_sound(const TonFeatures* a, const TonFeatures* b)
{
  return a->rate == b->rate && a->channels == b->channels &&
         a->n_low == b->n_low && a->left_energy == b->left_energy &&
         a->right_energy == b->right_energy &&
         a->cross_energy == b->cross_energy &&
         memcmp(a->low, b->low, a->n_low * sizeof(float)) == 0;
}

/// Which of two names the original has: one without a word such as "copy", then
/// the shorter one, then that of the smaller bytes
static bool
named_before(const TonRoles* roles, const MixTrack* a, const MixTrack* b)
{
  const bool copy_a = ton_role_says_copy(roles, a->stem->file);
  const bool copy_b = ton_role_says_copy(roles, b->stem->file);
  const size_t x = strlen(a->stem->strip);
  const size_t y = strlen(b->stem->strip);
  return copy_a != copy_b ? copy_b
         : x != y         ? x < y
                          : strcmp(a->stem->strip, b->stem->strip) < 0;
}

static bool
is_copy(const TonRoles* roles, const MixTrack* s, const MixTrack* original)
{
  return s != original && original->sounds &&
         named_before(roles, original, s) &&
         original->guess.side == s->guess.side &&
         same_sound(s->features, original->features);
}

void
find_copies(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    for (uint32_t k = 0; k < state->n && !s->copied && s->sounds; ++k) {
      const MixTrack* const o = &state->tracks[k];
      if (!o->copied && !track_kept_in(s) &&
          is_copy(state->brief->roles, s, o)) {
        s->copied = o->stem->strip;
      }
    }
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    s->sounds = s->sounds && !s->copied;
  }
}
