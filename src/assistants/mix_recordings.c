// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the recordings of a song are to each other: two sides of one, and copies.
*/
#include "assistants/mix_internal.h"

#include "base/array.h"
#include "base/path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// Correlation of a recording with itself behind a codec
#define LIKE_CODED 0.99

// Left and right ----------------------------------------------------------------

static bool
same_folder(const char* a, const char* b)
{
  const char* const x = strrchr(a, '/');
  const char* const y = strrchr(b, '/');
  const size_t n = x ? (size_t)(x - a) : 0;
  return n == (y ? (size_t)(y - b) : 0) && strncmp(a, b, n) == 0;
}

/// Two mono files of one length
static bool
alike(const MixTrack* a, const MixTrack* b)
{
  return a->facts->layout == TON_LAYOUT_MONO &&
         b->facts->layout == TON_LAYOUT_MONO &&
         a->facts->whole.frames == b->facts->whole.frames;
}

/// Letters that are the two sides of no pair: two basses, "D" and "G", are a
/// direct one and another
static bool
is_letter_in_the_centre(const MixTrack* a, const MixTrack* b)
{
  return !(a->name->side && b->name->side) &&
         ton_side_letter_differs(a->name, b->name) &&
         (a->role->place == TON_PLACE_CENTRE ||
          b->role->place == TON_PLACE_CENTRE);
}

/// The side that `a` has if `b` is the other one of a pair, else 0
static char
side_beside(const MixState* state, const MixTrack* a, const MixTrack* b)
{
  return a != b && a->sounds && b->sounds && a->mono && b->mono &&
                 same_folder(a->stem->file, b->stem->file) &&
                 !is_letter_in_the_centre(a, b)
             ? ton_side_beside(state->brief->roles, a->name, b->name)
             : 0;
}

/// Several tracks are told apart by a letter: it names notes or takes, no sides
static bool
is_lettered(const MixState* state, const MixTrack* s)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < state->n && !s->name->side; ++i) {
    n += ton_side_letter_differs(s->name, state->tracks[i].name);
  }
  return n > 1;
}

/// The only track that can be the other one of a pair, or null; `halves`: of two
/// mono files of one length
static MixTrack*
find_other(const MixState* state, const MixTrack* s, bool halves)
{
  MixTrack* other = NULL;
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const o = &state->tracks[i];
    if ((!halves || alike(s, o)) && side_beside(state, s, o)) {
      if (other) {
        return NULL;
      }
      other = o;
    }
  }
  return other && is_lettered(state, s) ? NULL : other;
}

/// The right one of a pair whose left one is `s`, or null.  This alone decides
/// what a pair is: for the places and for the gains.
static MixTrack*
right_of(const MixState* state, const MixTrack* s)
{
  for (int halves = 1; halves >= 0; --halves) {
    MixTrack* const other = find_other(state, s, halves);
    if (other && find_other(state, other, halves) == s) {
      return side_beside(state, s, other) == 'L' ? other : NULL;
    }
  }
  return NULL;
}

/// One role for both halves: the surer one
static void
share_role(MixTrack* left, MixTrack* right)
{
  const bool first = left->guess.confidence >= right->guess.confidence;
  left->guess = right->guess = first ? left->guess : right->guess;
  left->role = right->role = first ? left->role : right->role;
}

void
share_roles(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const left = &state->tracks[i];
    MixTrack* const right = right_of(state, left);
    if (right && alike(left, right)) {
      share_role(left, right);
    }
    if (right) {
      left->guess.side = 'L';
      right->guess.side = 'R';
    }
  }
}

void
join_sides(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const left = &state->tracks[i];
    MixTrack* const right = right_of(state, left);
    if (right) {
      left->other_side = right;
      right->other_side = left;
    }
    if (right && alike(left, right)) {
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

/// Levels of a third octave re another sound's differ by this much at most if one is
/// the other at another gain, dB; softer bands may hold only what rounding left
#define SAME_DB 0.1
#define SOFT_DB 40.0

static uint32_t
loudest_band(const TonFacts* f)
{
  uint32_t at = 0;
  for (uint32_t i = 1; i < TON_THIRDS; ++i) {
    at = f->active_db[i] > f->active_db[at] ? i : at;
  }
  return at;
}

/// Largest difference re `gain` of the third octaves up to `to_hz` that lie no further
/// than `depth` under the loudest, dB
static double
band_difference(const TonFacts* a, const TonFacts* b, double gain, double depth,
                double to_hz)
{
  const double floor = b->active_db[loudest_band(b)] - depth;
  double most = 0.0;
  for (uint32_t i = 0; i < TON_THIRDS && ton_third_hz(i) < to_hz; ++i) {
    const double off = fabs(a->active_db[i] - b->active_db[i] - gain);
    most = b->active_db[i] > floor ? fmax(most, off) : most;
  }
  return most;
}

/// The gain between two sounds whose third octaves all differ by it, dB; NaN: theirs
/// do not
static double
gain_between(const TonFacts* a, const TonFacts* b)
{
  const uint32_t at = loudest_band(b);
  const double gain = a->active_db[at] - b->active_db[at];
  return isfinite(gain) &&
                 band_difference(a, b, gain, SOFT_DB, INFINITY) < SAME_DB
             ? gain
             : NAN;
}

/// Correlation of a recording with itself at another gain: what is left is rounding
#define LIKE_ITSELF 0.9999

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

/// Correlation below 1.2 kHz; 0 where the two are not comparable
static double
likeness(const TonFeatures* a, const TonFeatures* b)
{
  double aa = 0.0;
  double ab = 0.0;
  double bb = 0.0;
  const uint64_t n = a->n_low < b->n_low ? a->n_low : b->n_low;
  for (uint64_t i = 0; a->low_rate == b->low_rate && i < n; ++i) {
    aa += (double)a->low[i] * (double)a->low[i];
    ab += (double)a->low[i] * (double)b->low[i];
    bb += (double)b->low[i] * (double)b->low[i];
  }
  return aa > 0.0 && bb > 0.0 ? ab / sqrt(aa * bb) : 0.0;
}

/// A codec that is not lossless, by the ending
static bool
is_coded(const char* file)
{
  static const char* const endings[] = {
      ".mp3", ".ogg",  ".opus", ".m4a", ".aac", ".wma", ".mp2",
      ".ac3", ".eac3", ".dts",  ".spx", ".m4b", ".webm"};
  for (size_t i = 0; i < TON_COUNT(endings); ++i) {
    if (strcasecmp(ton_file_ending(file), endings[i]) == 0) {
      return true;
    }
  }
  return false;
}

/// Which of two formats of a recording is the better one: lossless, with longer
/// words, then at a higher rate, else the one named before
static bool
is_better_format(const TonRoles* roles, const MixTrack* a, const MixTrack* b)
{
  const bool coded_a = is_coded(a->stem->file);
  const bool coded_b = is_coded(b->stem->file);
  const TonAudioInfo* const x = a->stem->format;
  const TonAudioInfo* const y = b->stem->format;
  return coded_a != coded_b ? coded_b
         : x && y && !coded_a && x->samples != y->samples
             ? x->samples > y->samples
         : x && y && x->rate != y->rate ? x->rate > y->rate
                                        : named_before(roles, a, b);
}

static bool
same_but_for_endings(const char* a, const char* b)
{
  const ptrdiff_t n = ton_file_ending(a) - a;
  return n == ton_file_ending(b) - b && strncmp(a, b, (size_t)n) == 0;
}

/// What a codec changes a recording by at most: its length, its gain, its levels of
/// 100 ms re that gain on average, and its third octaves re that gain, up to the
/// 10 kHz band that every codec keeps and down to LOUD_DB under the loudest
#define CODED_S         0.1
#define CODED_GAIN_DB   1.0
#define CODED_LEVELS_DB 0.3
#define CODED_BANDS_DB  1.0
#define LOUD_DB         20.0
#define KEPT_HZ         11e3

/// Gain between two sounds of which both sound at `i` of 100 ms; NaN: they do not
static double
gain_at(const TonFeatures* a, const TonFeatures* b, uint32_t i)
{
  return a->tenth_on[i] && b->tenth_on[i]
             ? 10.0 *
                   log10((double)a->tenth_power[i] / (double)b->tenth_power[i])
             : NAN;
}

/// Mean difference of the levels re `gain`, dB; infinite: they never sound together
static double
level_difference(const TonFeatures* a, const TonFeatures* b, double gain)
{
  double sum = 0.0;
  uint32_t on = 0;
  for (uint32_t i = 0; i < a->n_tenths && i < b->n_tenths; ++i) {
    const double here = gain_at(a, b, i);
    if (isfinite(here)) {
      sum += fabs(here - gain);
      ++on;
    }
  }
  return on ? sum / on : INFINITY;
}

/// One length, the same levels all the time and in all bands; `coded`: but for what a
/// codec changes
static bool
sounds_the_same(const MixTrack* s, const MixTrack* original, bool coded)
{
  const TonFeatures* const a = s->features;
  const TonFeatures* const b = original->features;
  const double longer_s = (double)s->facts->whole.frames / a->rate -
                          (double)original->facts->whole.frames / b->rate;
  const double gain = s->facts->active_lufs - original->facts->active_lufs;
  return fabs(longer_s) < CODED_S && a->channels == b->channels &&
         fabs(gain) < (coded ? CODED_GAIN_DB : SAME_DB) &&
         level_difference(a, b, gain) < (coded ? CODED_LEVELS_DB : SAME_DB) &&
         band_difference(s->facts, original->facts, gain,
                         coded ? LOUD_DB : SOFT_DB,
                         KEPT_HZ) < (coded ? CODED_BANDS_DB : SAME_DB);
}

/// "Kick.wav" and "Kick.mp3", or "24 bit/Kick.wav" and "16 bit/Kick.wav": how alike
/// they are.  In different folders lie different recordings of one name, too.
static double
in_another_format(const MixTrack* s, const MixTrack* original)
{
  const char* const a = s->stem->file;
  const bool coded = is_coded(a);
  const bool beside = coded && same_but_for_endings(a, original->stem->file);
  const double alike = beside || sounds_the_same(s, original, coded)
                           ? likeness(s->features, original->features)
                           : 0.0;
  return alike >= LIKE_CODED ? alike : 0.0;
}

/// The same at another gain or polarity: how alike they are, below 0 where one is
/// the other upside down; 0: they are not.  One tone is like any other.
static double
at_another_gain(const MixTrack* s, const MixTrack* original)
{
  const TonFeatures* const a = s->features;
  const TonFeatures* const b = original->features;
  const double gain_db = gain_between(s->facts, original->facts);
  const double sides_db = 10.0 * log10((a->left_energy * b->right_energy) /
                                       (a->right_energy * b->left_energy));
  if (isnan(gain_db) || a->channels != b->channels ||
      (a->channels > 1 && !(fabs(sides_db) < SAME_DB)) || is_one_tone(b)) {
    return 0.0;
  }
  const double alike = likeness(a, b);
  return fabs(alike) >= LIKE_ITSELF ? alike : 0.0;
}

/// How like an original a copy of it is, below 0 where it is upside down; 0: it is
/// none
static double
copy_likeness(const TonRoles* roles, const MixTrack* s,
              const MixTrack* original)
{
  if (s == original || !original->sounds ||
      original->guess.side != s->guess.side) {
    return 0.0;
  }
  const bool one_name = same_but_for_endings(
      ton_file_name(s->stem->file), ton_file_name(original->stem->file));
  if (one_name ? !is_better_format(roles, original, s)
               : !named_before(roles, original, s)) {
    return 0.0;
  }
  const double coded = one_name ? in_another_format(s, original) : 0.0;
  return coded > 0.0 ? coded
         : same_sound(s->features, original->features)
             ? 1.0
             : at_another_gain(s, original);
}

void
find_copies(MixState* state)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    for (uint32_t k = 0; k < state->n && !s->original && s->sounds; ++k) {
      const MixTrack* const o = &state->tracks[k];
      const double alike = o->original || track_kept_in(s)
                               ? 0.0
                               : copy_likeness(state->brief->roles, s, o);
      if (alike != 0.0) {
        s->original = o;
        s->likeness = fabs(alike);
        s->inverted = alike < 0.0;
        s->copy_gain_db = fabs(alike) >= LIKE_ITSELF
                              ? s->facts->active_lufs - o->facts->active_lufs
                              : 0.0;
      }
    }
  }
  for (uint32_t i = 0; i < state->n; ++i) {
    MixTrack* const s = &state->tracks[i];
    while (s->original && s->original->original) {
      s->original = s->original->original; // it is a copy, too
    }
    s->sounds = s->sounds && !s->original;
  }
}
