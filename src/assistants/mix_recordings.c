// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the recordings of a song are to each other: two sides of one, copies, and
   finished mixes among the tracks.
*/
#include "assistants/mix_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Correlation of a finished mix with the sum of the other tracks, and with what
/// is left of it without the track that is most alike
#define LIKE_SUM  0.95
#define LIKE_REST 0.8

/// Fewest tracks of which one can be the sum of the others
enum { FEWEST_TRACKS = 3 };

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

/// "Kick" before "Kick copy": the shorter name, then that of the smaller bytes
static bool
named_before(const MixTrack* a, const MixTrack* b)
{
  const size_t x = strlen(a->stem->strip);
  const size_t y = strlen(b->stem->strip);
  return x != y ? x < y : strcmp(a->stem->strip, b->stem->strip) < 0;
}

static bool
is_copy(const MixTrack* s, const MixTrack* original)
{
  return s != original && original->sounds && named_before(original, s) &&
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
      if (!o->copied && !track_kept_in(s) && is_copy(s, o)) {
        s->copied = o->stem->strip;
      }
    }
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    s->sounds = s->sounds && !s->copied;
  }
}

// Finished mixes -----------------------------------------------------------------

/// Sums over the low bands of two sounds
typedef struct {
  double aa;
  double bb;
  double ab;
} Products;

static Products
products(const float* a, const float* b, uint64_t n)
{
  Products p = {0};
  for (uint64_t i = 0; i < n; ++i) {
    p.aa += (double)a[i] * (double)a[i];
    p.bb += (double)b[i] * (double)b[i];
    p.ab += (double)a[i] * (double)b[i];
  }
  return p;
}

static double
correlation(const Products* p)
{
  const double both = sqrt(p->aa * p->bb);
  return both > 0.0 ? p->ab / both : 0.0;
}

/// Sum of all tracks that sound; null when memory is refused
static float*
sum_of_all(MixState* state, uint64_t n)
{
  float* const sum = ton_arena_alloc(&state->plan->arena, n * sizeof(float));
  for (uint32_t i = 0; sum && i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    for (uint64_t k = 0; s->sounds && k < s->features->n_low; ++k) {
      sum[k] += s->features->low[k];
    }
  }
  return sum;
}

/// The track whose sound is most like that of `s`
static const MixTrack*
most_alike(const MixState* state, const MixTrack* s)
{
  const MixTrack* best = NULL;
  double max = -1.0;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const o = &state->tracks[i];
    const uint64_t n = o->features->n_low < s->features->n_low
                           ? o->features->n_low
                           : s->features->n_low;
    if (o == s || !o->sounds) {
      continue;
    }
    const Products p = products(s->features->low, o->features->low, n);
    if (fabs(correlation(&p)) > max) {
      max = fabs(correlation(&p));
      best = o;
    }
  }
  return best;
}

/// Correlation of what two sounds hold beside a third one
static double
beside(const float* a, const float* b, const float* third, uint64_t n)
{
  const Products ab = products(a, b, n);
  const Products at = products(a, third, n);
  const Products bt = products(b, third, n);
  const Products left = {ab.aa - at.ab * at.ab / at.bb,
                         ab.bb - bt.ab * bt.ab / bt.bb,
                         ab.ab - at.ab * bt.ab / at.bb};
  return left.aa > 1e-9 * ab.aa && left.bb > 1e-9 * ab.bb ? correlation(&left)
                                                          : 0.0;
}

/// Correlation with the sum of the others; 0: it is not the sum.  `sum` is that
/// of all; `rest` has room for as much.
static double
like_sum(const MixState* state, const MixTrack* s, const float* sum,
         float* rest)
{
  const float* const own = s->features->low;
  const uint64_t n = s->features->n_low;
  for (uint64_t i = 0; i < n; ++i) {
    rest[i] = sum[i] - own[i];
  }
  const Products p = products(own, rest, n);
  const double like = correlation(&p);
  const MixTrack* const near = like >= LIKE_SUM ? most_alike(state, s) : NULL;
  if (!near) {
    return 0.0;
  }
  const uint64_t m = near->features->n_low < n ? near->features->n_low : n;
  return beside(own, rest, near->features->low, m) >= LIKE_REST ? like : 0.0;
}

static void
make_finished(MixTrack* s, const TonRole* role, double like)
{
  s->role = s->guess.role = role;
  s->guess.confidence = like;
  s->guess.rule = TON_RULE_ROLE_SUM;
  s->sounds = track_kept_in(s);
}

static uint64_t
longest_low(const MixState* state, uint32_t* sounding)
{
  uint64_t n = 0;
  *sounding = 0;
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const s = &state->tracks[i];
    n = s->sounds && s->features->n_low > n ? s->features->n_low : n;
    *sounding += s->sounds;
  }
  return n;
}

void
find_sums(MixState* state)
{
  const TonRole* const role = ton_role(state->brief->roles, "finished mix");
  uint32_t sounding = 0;
  const uint64_t n = longest_low(state, &sounding);
  if (!role || sounding < FEWEST_TRACKS) {
    return;
  }
  float* const sum = sum_of_all(state, n);
  float* const rest = ton_arena_alloc(&state->plan->arena, n * sizeof(float));
  state->plan->failed |= !sum || !rest;
  for (uint32_t i = 0; sum && rest && i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    const bool open = s->sounds && s->guess.rule != TON_RULE_ROLE_GIVEN;
    const double like = open ? like_sum(state, s, sum, rest) : 0.0;
    if (like > 0.0) {
      make_finished(s, role, like);
    }
  }
}

void
sound_alone(MixState* state)
{
  const TonRole* const music = ton_role(state->brief->roles, "music");
  bool sounds = false;
  for (uint32_t i = 0; i < state->n; ++i) {
    sounds |= state->tracks[i].sounds;
  }
  for (uint32_t i = 0; i < state->n && !sounds && music; ++i) {
    MixTrack* const s = &state->tracks[i];
    if (strcmp(s->role->name, "finished mix") == 0 &&
        isfinite(s->facts->active_lufs)) {
      s->role = s->guess.role = music;
      s->sounds = true;
    }
  }
}
