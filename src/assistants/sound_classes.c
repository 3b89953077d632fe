// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Kinds of sound: traits, and a normal distribution for each kind
   (data/sounds.yaml).
*/
#include "assistants/sound_classes.h"

#include "base/array.h"
#include "base/string.h"
#include "session/date.h"
#include "session/fields.h"

#include <math.h>
#include <stddef.h>

// Traits ------------------------------------------------------------------------

enum { OCTAVES = 9 };

#define OCTAVE(hz)                                                             \
  {                                                                            \
    hz, "strong around " hz, "weak around " hz                                 \
  }

const TonTrait ton_traits[TON_TRAITS] = {
    OCTAVE("63 Hz"),
    OCTAVE("125 Hz"),
    OCTAVE("250 Hz"),
    OCTAVE("500 Hz"),
    OCTAVE("1 kHz"),
    OCTAVE("2 kHz"),
    OCTAVE("4 kHz"),
    OCTAVE("8 kHz"),
    OCTAVE("16 kHz"),
    {"centroid", "bright", "dark"},
    {"peak", "high peaks", "low peaks"},
    {"range", "loud and soft parts", "always equally loud"},
    {"hits", "many hits", "hardly any hits"},
    {"activity", "never pauses", "long pauses"},
    {"sibilance", "s sounds", "no s sounds"},
    {"flatness", "like noise", "clear notes"},
    {"flux", "changes quickly", "hardly changes"},
    {"stays", "long notes", "notes that do not last"},
    {"notes", "many notes at a time", "few notes at a time"},
    {"rise", "sudden beginnings", "soft beginnings"},
    {"fall", "dies away quickly", "dies away slowly"},
    {"glides", "gliding notes", "notes that do not glide"},
    {"crest", "pointed waves", "round waves"},
    {"width", "wide", "one sound on both sides"},
};

/// Power of each octave re all, dB
static void
read_octaves(const TonFacts* f, double* x)
{
  double powers[OCTAVES] = {0.0};
  double all = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double octave = log2(ton_third_hz(b) / 63.0) + 0.5;
    const int o = (int)fmin(fmax(octave, 0.0), OCTAVES - 1.0);
    const double power = pow(10.0, f->active_db[b] / 10.0);
    powers[o] += power;
    all += power;
  }
  for (int o = 0; o < OCTAVES; ++o) {
    x[o] = fmax(10.0 * log10(powers[o] / all), -50.0);
  }
}

void
ton_traits_of(const TonFacts* f, double traits[TON_TRAITS])
{
  const TonTimbre* const t = &f->timbre;
  const double rest[TON_TRAITS - OCTAVES] = {log2(f->centroid_hz),
                                             f->peak_to_loud_db,
                                             fmax(f->range_lu, 0.0),
                                             log2(f->hits_per_s + 0.125),
                                             f->activity,
                                             sqrt((double)f->sibilant_share),
                                             t->flatness_db,
                                             t->flux_db,
                                             t->note_stays,
                                             sqrt(t->notes),
                                             t->rise_db,
                                             t->fall_db,
                                             sqrt(t->note_glides),
                                             t->frame_crest_db,
                                             t->width_db};
  read_octaves(f, traits);
  for (int i = OCTAVES; i < TON_TRAITS; ++i) {
    traits[i] = rest[i - OCTAVES];
  }
}

// Table -------------------------------------------------------------------------

typedef struct {
  double weights[TON_TRAITS];
} Axis;

struct TonSounds {
  char* date;
  char* source;
  double mean[TON_TRAITS];
  double spread[TON_TRAITS];
  Axis* axes;
  uint32_t n_axes;
  TonSoundClass* classes;
  uint32_t n_classes;
};

static TonStatus
read_numbers(TonReader* r, const TonNode* node, double* to, uint32_t count)
{
  const TonRange range = {TON_PLAIN, -1e6, 1e6};
  if (node->kind != TON_LIST || node->count != count) {
    return ton_fail_at(r->doc, node, r->error, "%u numbers are needed here",
                       count);
  }
  for (uint32_t i = 0; i < count; ++i) {
    TON_TRY(ton_read_number(r, node->items[i], range, &to[i]));
  }
  return TON_OK;
}

static TonStatus
read_mean(TonReader* r, const TonNode* node, void* row)
{
  return read_numbers(r, node, ((TonSounds*)row)->mean, TON_TRAITS);
}

static TonStatus
read_spread(TonReader* r, const TonNode* node, void* row)
{
  return read_numbers(r, node, ((TonSounds*)row)->spread, TON_TRAITS);
}

static TonStatus
read_weights(TonReader* r, const TonNode* node, void* row)
{
  return read_numbers(r, node, ((Axis*)row)->weights, TON_TRAITS);
}

static TonStatus
read_at(TonReader* r, const TonNode* node, void* row)
{
  return read_numbers(r, node, ((TonSoundClass*)row)->at, TON_SOUND_AXES);
}

static const TonField axis_fields[] = {
    {"weights", TON_AS_OWN, .read = read_weights, .flags = TON_REQUIRED},
};

static const TonTable axis_table = {
    .what = "an axis", TON_FIELDS(axis_fields), .size = sizeof(Axis)};

#define IN_CLASS(field) offsetof(TonSoundClass, field)

static const TonField class_fields[] = {
    {"role", TON_AS_TEXT, IN_CLASS(role), .flags = TON_REQUIRED},
    {"family", TON_AS_TEXT, IN_CLASS(family), .flags = TON_REQUIRED},
    {"share", TON_AS_DOUBLE, IN_CLASS(share), TON_PLAIN, 1e-6, 1.0,
     .flags = TON_REQUIRED},
    {"at", TON_AS_OWN, .read = read_at, .flags = TON_REQUIRED},
};

static const TonTable class_table = {.what = "a kind of sound",
                                     TON_FIELDS(class_fields),
                                     .size = sizeof(TonSoundClass)};

#define IN_TABLE(field) offsetof(TonSounds, field)

static const TonField fields[] = {
    {"date", TON_AS_TEXT, IN_TABLE(date), .read = ton_check_date},
    {"source", TON_AS_TEXT, IN_TABLE(source), .flags = TON_REQUIRED},
    {"mean", TON_AS_OWN, .read = read_mean, .flags = TON_REQUIRED},
    {"spread", TON_AS_OWN, .read = read_spread, .flags = TON_REQUIRED},
    {"axes", TON_AS_ROWS, IN_TABLE(axes), .count = IN_TABLE(n_axes),
     .table = &axis_table, .flags = TON_REQUIRED, .example = "a list of axes"},
    {"sounds", TON_AS_ROWS, IN_TABLE(classes), .count = IN_TABLE(n_classes),
     .table = &class_table, .flags = TON_REQUIRED,
     .example = "a list of kinds of sound"},
};

static TonStatus
check_sounds(TonReader* r, const TonNode* node, void* row)
{
  const TonSounds* const s = row;
  if (s->n_axes != TON_SOUND_AXES) {
    return ton_fail_at(r->doc, ton_node_child(node, "axes"), r->error,
                       "axes: there have to be %d", TON_SOUND_AXES);
  }
  if (s->n_classes > TON_MAX_SOUNDS) {
    return ton_fail_at(r->doc, ton_node_child(node, "sounds"), r->error,
                       "sounds: there may be %d at most", TON_MAX_SOUNDS);
  }
  return TON_OK;
}

static const TonTable sounds_table = {.what = "the table of sounds",
                                      TON_FIELDS(fields),
                                      .size = sizeof(TonSounds),
                                      .check = check_sounds};

TonStatus
ton_sounds_read(const char* path, TonSounds** sounds, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      path ? ton_table_open(path, &sounds_table, &data, error)
           : ton_table_read_data("sounds.yaml", &sounds_table, &data, error);
  *sounds = data;
  return status;
}

void
ton_sounds_free(TonSounds* sounds)
{
  ton_table_free(sounds);
}

const TonSoundClass*
ton_sound_classes(const TonSounds* sounds, uint32_t* n)
{
  *n = sounds->n_classes;
  return sounds->classes;
}

// Likelihood --------------------------------------------------------------------

/// By how many spreads a trait lies beside its mean, 3 at most
static double
unusual(const TonSounds* s, const double* traits, int i)
{
  const double z = (traits[i] - s->mean[i]) / s->spread[i];
  return fmin(fmax(z, -3.0), 3.0);
}

static void
find_place(const TonSounds* s, const double* traits, double* place)
{
  for (int a = 0; a < TON_SOUND_AXES; ++a) {
    place[a] = 0.0;
    for (int i = 0; i < TON_TRAITS; ++i) {
      place[a] += s->axes[a].weights[i] * unusual(s, traits, i);
    }
  }
}

/// Student's distribution of the distance: with 20 degrees of freedom it is nearly
/// normal, and what is like nothing known is not taken for anything
static double
log_density(const TonSoundClass* class, const double* place)
{
  enum { FREEDOM = 20 };
  double square = 0.0;
  for (int a = 0; a < TON_SOUND_AXES; ++a) {
    const double apart = place[a] - class->at[a];
    square += apart * apart;
  }
  return -0.5 * (FREEDOM + TON_SOUND_AXES) * log1p(square / FREEDOM);
}

void
ton_sound_likely(const TonSounds* s, const double traits[TON_TRAITS],
                 double likely[TON_MAX_SOUNDS])
{
  double place[TON_SOUND_AXES];
  double max = -INFINITY;
  double sum = 0.0;
  find_place(s, traits, place);
  for (uint32_t c = 0; c < s->n_classes; ++c) {
    likely[c] = log(s->classes[c].share) + log_density(&s->classes[c], place);
    max = fmax(max, likely[c]);
  }
  for (uint32_t c = 0; c < s->n_classes; ++c) {
    likely[c] = exp(likely[c] - max);
    sum += likely[c];
  }
  for (uint32_t c = 0; c < s->n_classes; ++c) {
    likely[c] /= sum;
  }
}

const char*
ton_sound_words(const TonSounds* s, const double traits[TON_TRAITS],
                char* buffer, size_t size)
{
  int most[2] = {0, 0};
  for (int i = 0; i < TON_TRAITS; ++i) {
    const double here = fabs(unusual(s, traits, i));
    if (here > fabs(unusual(s, traits, most[0]))) {
      most[1] = most[0];
      most[0] = i;
    } else if (i && (most[1] == most[0] ||
                     here > fabs(unusual(s, traits, most[1])))) {
      most[1] = i;
    }
  }
  const char* words[2];
  for (int k = 0; k < 2; ++k) {
    const TonTrait* const t = &ton_traits[most[k]];
    words[k] = unusual(s, traits, most[k]) > 0.0 ? t->more : t->less;
  }
  ton_string_cut(buffer, size, "%s, %s", words[0], words[1]);
  return buffer;
}
