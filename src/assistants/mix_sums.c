// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tracks that are sums of other tracks: finished mixes of the song, and mixes of
   some of its tracks.
*/
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

/// Correlation of a sum with the tracks that it is made of, and with what is
/// left of it without the track that is most alike
#define LIKE_SUM  0.95
#define LIKE_REST 0.8

/// Share of the others' energy that a finished mix may lack
#define LACKING 0.1

/// Gain re the highest one, and energy re what no track explains, below which a
/// track is no part of a sum
#define PART_GAIN  0.1
#define PART_SHARE 0.01

/// Share of the energy that is not one tone, below which a track is
#define ONE_TONE 1e-4

enum {
  FEWEST_TRACKS = 3, ///< Of which one can be the sum of the others
  POINTS = 1 << 16,  ///< Of the low sums, evenly spread, that are compared
  PASSES = 100,      ///< Of the search for gains
};

/// Sums of products of the tracks' sounds below 1.2 kHz
typedef struct {
  const MixState* state;
  double* sums; ///< [track][track]
} Products;

static double
product(const Products* p, uint32_t a, uint32_t b)
{
  return p->sums[(size_t)a * p->state->n + b];
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

static double
sum_of_products(const TonFeatures* a, const TonFeatures* b, uint64_t every)
{
  const uint64_t n = a->n_low < b->n_low ? a->n_low : b->n_low;
  double sum = 0.0;
  for (uint64_t i = 0; i < n; i += every) {
    sum += (double)a->low[i] * (double)b->low[i];
  }
  return sum;
}

/// False: no memory
static bool
find_products(Products* p, TonPlan* plan, uint64_t every)
{
  const uint32_t n = p->state->n;
  p->sums = ton_arena_alloc(&plan->arena, (size_t)n * n * sizeof(double));
  plan->failed |= !p->sums;
  for (uint32_t a = 0; p->sums && a < n; ++a) {
    for (uint32_t b = 0; b <= a; ++b) {
      const MixTrack* const x = &p->state->tracks[a];
      const MixTrack* const y = &p->state->tracks[b];
      const double sum = x->sounds && y->sounds
                             ? sum_of_products(x->features, y->features, every)
                             : 0.0;
      p->sums[(size_t)a * n + b] = p->sums[(size_t)b * n + a] = sum;
    }
  }
  return p->sums != NULL;
}

/// How near a weighted sum of tracks comes to one track
typedef struct {
  double* gains; ///< Per track, 0: no part of it
  double energy; ///< Of the weighted sum
  double common; ///< Product of the weighted sum and the track
  double likeness;
} Fit;

/// Product of a track and the weighted sum
static double
with_sum(const Products* p, const double* gains, uint32_t track)
{
  double sum = 0.0;
  for (uint32_t k = 0; k < p->state->n; ++k) {
    sum += gains[k] * product(p, track, k);
  }
  return sum;
}

/// Gains, none below 0, with which the others come nearest to `track`: each in
/// turn the best for what the rest leaves.  `without` gets none.
static Fit
fit_sum(const Products* p, double* gains, uint32_t track, uint32_t without)
{
  const uint32_t n = p->state->n;
  Fit fit = {.gains = gains};
  memset(gains, 0, n * sizeof(double));
  for (int pass = 0; pass < PASSES; ++pass) {
    for (uint32_t k = 0; k < n; ++k) {
      const double own = product(p, k, k);
      if (k != track && k != without && own > 0.0) {
        const double left = product(p, track, k) - with_sum(p, gains, k);
        gains[k] = fmax(gains[k] + left / own, 0.0);
      }
    }
  }
  for (uint32_t k = 0; k < n; ++k) {
    fit.energy += gains[k] * with_sum(p, gains, k);
  }
  fit.common = with_sum(p, gains, track);
  const double both = sqrt(fit.energy * product(p, track, track));
  fit.likeness = both > 0.0 ? fit.common / both : 0.0;
  return fit;
}

/// The track whose sound is most like that of another; itself if there is none
static uint32_t
nearest_track(const Products* p, uint32_t track)
{
  uint32_t best = track;
  double max = 0.0;
  for (uint32_t k = 0; k < p->state->n; ++k) {
    const double both = product(p, k, k);
    const double alike = k != track && both > 0.0
                             ? fabs(product(p, track, k)) / sqrt(both)
                             : 0.0;
    if (alike > max) {
      max = alike;
      best = k;
    }
  }
  return best;
}

/// Correlation of what a track and the weighted sum hold beside a third track
static double
beside(const Products* p, const Fit* fit, uint32_t track, uint32_t third)
{
  const double tt = product(p, third, third);
  const double at = product(p, track, third);
  const double bt = with_sum(p, fit->gains, third);
  const double aa = product(p, track, track);
  const double left_a = aa - at * at / tt;
  const double left_b = fit->energy - bt * bt / tt;
  return left_a > 1e-9 * aa && left_b > 1e-9 * fit->energy
             ? (fit->common - at * bt / tt) / sqrt(left_a * left_b)
             : 0.0;
}

static bool
is_sum(const Products* p, const Fit* fit, uint32_t track, uint32_t near)
{
  return fit->likeness >= LIKE_SUM && beside(p, fit, track, near) >= LIKE_REST;
}

static double
highest_gain(const MixState* state, const Fit* fit)
{
  double max = 0.0;
  for (uint32_t k = 0; k < state->n; ++k) {
    max = fmax(max, fit->gains[k]);
  }
  return max;
}

/// Whether next to nothing of the song is missing in a sum
static bool
holds_all(const Products* p, const Fit* fit, uint32_t track)
{
  const double least = PART_GAIN * highest_gain(p->state, fit);
  double all = 0.0;
  double missing = 0.0;
  for (uint32_t k = 0; k < p->state->n; ++k) {
    const double own = k == track ? 0.0 : product(p, k, k);
    all += own;
    missing += fit->gains[k] < least ? own : 0.0;
  }
  return missing < LACKING * all;
}

/// "Kick, Snare and 3 more"
static const char*
name_parts(const Products* p, const Fit* fit)
{
  enum { NAMED = 3 };
  const double least = PART_GAIN * highest_gain(p->state, fit);
  const double rest = 1.0 - fit->likeness * fit->likeness;
  const char* text = "";
  uint32_t n = 0;
  for (uint32_t k = 0; k < p->state->n; ++k) {
    const double gain = fit->gains[k];
    const double share = gain * gain * product(p, k, k) / fit->energy;
    if (gain >= least && share >= PART_SHARE * rest && n++ < NAMED) {
      text = ton_plan_text(p->state->plan, "%s%s%s", text, n > 1 ? ", " : "",
                           p->state->tracks[k].stem->strip);
    }
  }
  return n > NAMED
             ? ton_plan_text(p->state->plan, "%s and %u more", text, n - NAMED)
             : text;
}

/// Record what a sum is; it does not sound unless a person wants it to
static void
make_sum(const Products* p, const Fit* fit, uint32_t track)
{
  MixTrack* const s = &p->state->tracks[track];
  s->likeness = fit->likeness;
  if (holds_all(p, fit, track)) {
    s->role = s->guess.role = ton_role(p->state->brief->roles, "finished mix");
    s->guess.confidence = fit->likeness;
    s->guess.rule = TON_RULE_ROLE_SUM;
  } else {
    s->parts = name_parts(p, fit);
  }
}

/// One steady tone is the sum of any two others of its pitch: x[n] + x[n-2] is
/// nothing but a gain times x[n-1]
bool
is_one_tone(const TonFeatures* f)
{
  double outer = 0.0;
  double inner = 0.0;
  double both = 0.0;
  for (uint64_t i = 2; i < f->n_low; ++i) {
    const double x = (double)f->low[i] + (double)f->low[i - 2];
    const double y = (double)f->low[i - 1];
    outer += x * x;
    inner += y * y;
    both += x * y;
  }
  return outer * inner - both * both < ONE_TONE * inner * inner;
}

/// A microphone that hears the whole kit is no mix of the others
static bool
may_be_sum(const MixTrack* s)
{
  return s->sounds && s->guess.rule != TON_RULE_ROLE_GIVEN &&
         strcmp(s->role->name, "overhead") != 0 &&
         strcmp(s->role->name, "room") != 0 && !is_one_tone(s->features);
}

void
find_sums(MixState* state)
{
  Products p = {.state = state};
  uint32_t sounding = 0;
  const uint64_t every = 1 + longest_low(state, &sounding) / POINTS;
  double* const gains =
      ton_arena_alloc(&state->plan->arena, state->n * sizeof(double));
  state->plan->failed |= !gains;
  if (sounding < FEWEST_TRACKS || !gains ||
      !find_products(&p, state->plan, every)) {
    return;
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    const uint32_t near = nearest_track(&p, i);
    if (!may_be_sum(&state->tracks[i]) || near == i) {
      continue;
    }
    Fit fit = fit_sum(&p, gains, i, i);
    if (!is_sum(&p, &fit, i, near)) {
      // the same mix once more may be among the tracks
      fit = fit_sum(&p, gains, i, near);
    }
    if (is_sum(&p, &fit, i, near)) {
      make_sum(&p, &fit, i);
    }
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    s->sounds = s->sounds && (!(s->likeness > 0.0) || track_kept_in(s));
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
