// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Where each sound of a sung line begins and how long it is held.

/**
   A singer sings vowels: the vowel starts on the beat, the consonants before
   it take their time from the note before, and only vowels are stretched.

       note      |--------------|---------|
       sung   s l| oU           s|a       t|@ ...
       spoken s l oU s a t @
*/
#include "phrase.h"

#include "base/memory.h"
#include "base/string.h"

#include <math.h>

/// Syllables as espeak-ng spoke them: its vowels, by index of the phone
typedef struct {
  const Line* line;
  const Speech* speech;
  const Voiceprint* print;
  Phrase* phrase;
  int vowel[MOST_SYLLABLES];
  double start_s[MOST_SYLLABLES]; ///< When it is really sung
  double gain_db[MOST_SYLLABLES];
} Laying;

static TonStatus
find_vowels(const Song* song, Laying* l, TonError* error)
{
  int n = 0;
  TonString said = {0};
  for (size_t i = 0; i < l->speech->n; ++i) {
    const Phone* const p = &l->speech->phones[i];
    ton_string_printf(&said, " %s", p->name);
    if (phone_is_vowel(p) && !phone_is_silent(p)) {
      if (n < MOST_SYLLABLES) {
        l->vowel[n] = (int)i;
      }
      ++n;
    }
  }
  TonStatus status = TON_OK;
  if (n != l->line->n) {
    status = tree_fail(&song->tree, l->line->node, error,
                       "%d notes, but espeak-ng says \"%s\" with %d vowels:%s",
                       l->line->n, l->line->words, n, ton_string_string(&said));
  }
  ton_string_free(&said);
  return status;
}

static double
length_of(const Phone* p)
{
  return phone_is_silent(p) ? 0.0 : p->end_s - p->start_s;
}

/// Seconds of speech between two vowels; the ends are exclusive
static double
consonants_s(const Laying* l, int after, int before)
{
  double sum = 0.0;
  for (int i = after + 1; i < before; ++i) {
    sum += length_of(&l->speech->phones[i]);
  }
  return sum;
}

/// The part of a vowel that is held: a gliding one is held in its first half
static double
hold_from(const Phone* p)
{
  const double share = phone_glides(p) ? 0.28 : 0.40;
  return p->start_s + share * (p->end_s - p->start_s);
}

static double
hold_until(const Phone* p)
{
  const double share = phone_glides(p) ? 0.42 : 0.62;
  return p->start_s + share * (p->end_s - p->start_s);
}

/// Gain that brings a vowel sung on `key` to an even level, within 10 dB
static double
even_gain_db(const Laying* l, const Phone* vowel, int key)
{
  enum { LOOKS = 4 };
  const double level_db = -22.0;
  const double hz = 440.0 * exp2((key - 69) / 12.0);
  const double from = hold_from(vowel);
  const double step = (hold_until(vowel) - from) / (LOOKS - 1);
  const size_t last = l->print->frames - 1;
  double power = 1e-12;
  for (int i = 0; i < LOOKS; ++i) {
    const size_t at = (size_t)((from + i * step) * SPEECH_RATE / HOP);
    const double level = voiceprint_level(l->print, at < last ? at : last, hz);
    power += level * level / LOOKS;
  }
  return fmin(10.0, fmax(-10.0, level_db - 10.0 * log10(power)));
}

static void
add(Laying* l, Stretch s)
{
  Phrase* const p = l->phrase;
  if (p->n < MOST_STRETCHES && s.end_s > s.at_s) {
    p->stretch[p->n++] = s;
  }
}

/// Spoken consonants from `at_s` on, `speed` times their length
static double
lay_consonants(Laying* l, int after, int before, double at_s, double speed,
               double gain_db, double end_gain_db)
{
  const double all = fmax(1e-6, consonants_s(l, after, before));
  double done = 0.0;
  for (int i = after + 1; i < before; ++i) {
    const Phone* const p = &l->speech->phones[i];
    const double length = length_of(p);
    if (length > 0.0) {
      const double from = gain_db + (end_gain_db - gain_db) * done / all;
      done += length;
      const double to = gain_db + (end_gain_db - gain_db) * done / all;
      add(l, (Stretch){at_s, at_s + length * speed, p->start_s, p->end_s, from,
                       to});
      at_s += length * speed;
    }
  }
  return at_s;
}

/// The edges of a vowel keep their pace, its middle is held
static void
lay_vowel(Laying* l, int which, double end_s)
{
  const Phone* const p = &l->speech->phones[l->vowel[which]];
  const double at = l->start_s[which];
  const double length = p->end_s - p->start_s;
  const double gain = l->gain_db[which];
  const double from = hold_from(p);
  const double to = hold_until(p);
  const double pace = fmin(1.0, (end_s - at) / length);
  const double a = at + (from - p->start_s) * pace;
  const double b = fmax(a, end_s - (p->end_s - to) * pace);
  const double held_db = gain + fmin(1.5, 1.2 * (b - a));
  add(l, (Stretch){at, a, p->start_s, from, gain, gain});
  add(l, (Stretch){a, b, from, to, gain, held_db});
  add(l, (Stretch){b, end_s, to, p->end_s, held_db, held_db - 1.0});
}

/// Consonants may take this much of the note they shorten
static double
squeezed(double wanted_s, double note_s)
{
  return wanted_s > 0.0 ? fmin(1.0, 0.45 * note_s / wanted_s) : 1.0;
}

/// From vowel `i` to the start of the next one, or to the end of the line
static void
lay_syllable(Laying* l, int i)
{
  const bool last = i + 1 == l->line->n;
  const int next = last ? (int)l->speech->n : l->vowel[i + 1];
  const double until = last ? l->line->syllable[i].end_s : l->start_s[i + 1];
  const double wanted = consonants_s(l, l->vowel[i], next);
  const double note = until - l->start_s[i];
  const double speed = squeezed(wanted, note);
  const double end_gain = last ? l->gain_db[i] - 2.0 : l->gain_db[i + 1];
  lay_vowel(l, i, until - wanted * speed);
  lay_consonants(l, l->vowel[i], next, until - wanted * speed, speed,
                 l->gain_db[i], end_gain);
}

static void
lay_sounds(Laying* l, Manner* manner)
{
  const double lead_in = consonants_s(l, -1, l->vowel[0]);
  for (int i = 0; i < l->line->n; ++i) {
    const Syllable* const s = &l->line->syllable[i];
    // louder with height: about 0.3 dB a semitone
    const double height = 0.3 * (s->key[0] - 67);
    l->start_s[i] = s->at_s + manner->timing_s * chance_bell(&manner->chance);
    l->start_s[i] = fmax(l->start_s[i], lead_in);
    l->gain_db[i] =
        even_gain_db(l, &l->speech->phones[l->vowel[i]], s->key[0]) + height;
    l->gain_db[i] +=
        0.8 * l->line->level_db + 0.5 * chance_bell(&manner->chance);
  }
  lay_consonants(l, -1, l->vowel[0], l->start_s[0] - lead_in, 1.0,
                 l->gain_db[0] - 1.0, l->gain_db[0]);
  for (int i = 0; i < l->line->n; ++i) {
    lay_syllable(l, i);
  }
  l->phrase->whisper = pow(10.0, (0.8 * l->line->level_db - 9.0) / 20.0);
  l->phrase->at_s = l->phrase->stretch[0].at_s;
  l->phrase->end_s = l->phrase->stretch[l->phrase->n - 1].end_s;
}

/// 0 to 1 without a corner
static double
ease(double t)
{
  return t <= 0.0 ? 0.0 : t >= 1.0 ? 1.0 : t * t * (3.0 - 2.0 * t);
}

/// The melody: a slide of 70 ms into each note, from below into the first
static double
melody_at(const Laying* l, double t)
{
  const double slide_s = 0.07;
  const Line* const line = l->line;
  double key = line->syllable[0].key[0];
  key -= 0.8 * (1.0 - ease((t - l->start_s[0] + 0.05) / 0.11));
  int before = line->syllable[0].key[0];
  for (int i = 0; i < line->n; ++i) {
    const Syllable* const s = &line->syllable[i];
    for (int k = 0; k < s->n_keys; ++k) {
      const double at = k ? s->key_at_s[k] : l->start_s[i];
      key += (s->key[k] - before) * ease((t - at + 0.05) / slide_s);
      before = s->key[k];
    }
  }
  return key;
}

/// Time since the note at `t` began, and how long it is
static void
note_around(const Laying* l, double t, double* since, double* length)
{
  *since = -1.0;
  *length = 0.0;
  for (int i = 0; i < l->line->n; ++i) {
    const Syllable* const s = &l->line->syllable[i];
    for (int k = 0; k < s->n_keys; ++k) {
      const double at = k ? s->key_at_s[k] : l->start_s[i];
      const double end = k + 1 < s->n_keys ? s->key_at_s[k + 1] : s->end_s;
      if (t >= at) {
        *since = t - at;
        *length = end - at;
      }
    }
  }
}

/// Vibrato comes after a quarter of a second, on long notes only; beside it
/// the voice wanders by a few cents
static TonStatus
lay_pitch(const Song* song, Laying* l, Manner* manner, TonError* error)
{
  Phrase* const p = l->phrase;
  p->n_pitch = (size_t)((p->end_s - p->at_s) * PITCH_HZ) + 2;
  p->pitch = ton_alloc(p->n_pitch * sizeof(float));
  if (!p->pitch) {
    return tree_fail(&song->tree, l->line->node, error, "no memory");
  }
  const double vibrato_hz = 5.5 + 0.15 * chance_bell(&manner->chance);
  double turn = 0.0;
  double drift = 0.0;
  double wander = 0.0;
  for (size_t i = 0; i < p->n_pitch; ++i) {
    const double t = p->at_s + (double)i / PITCH_HZ;
    double since = 0.0;
    double length = 0.0;
    note_around(l, t, &since, &length);
    const double depth =
        length > 0.45 ? ease((since - 0.22) / 0.35) * manner->vibrato_cents
                      : 0.0;
    turn += 2.0 * M_PI * (vibrato_hz + 6.0 * wander) / PITCH_HZ;
    drift += 0.012 * (chance_even(&manner->chance) - drift);
    wander += 0.012 * (drift - wander);
    const double cents = depth * sin(turn) + 90.0 * wander + 12.0 * drift;
    p->pitch[i] = (float)(melody_at(l, t) + cents / 100.0);
  }
  return TON_OK;
}

TonStatus
phrase_lay(const Song* song, const Line* line, const Speech* speech,
           const Voiceprint* print, Manner* manner, Phrase* phrase,
           TonError* error)
{
  Laying l = {.line = line, .speech = speech, .print = print, .phrase = phrase};
  *phrase = (Phrase){0};
  TON_TRY(find_vowels(song, &l, error));
  lay_sounds(&l, manner);
  return lay_pitch(song, &l, manner, error);
}

void
phrase_free(Phrase* phrase)
{
  ton_free(phrase->pitch);
  *phrase = (Phrase){0};
}

Moment
phrase_at(const Phrase* phrase, double seconds)
{
  for (int i = 0; i < phrase->n; ++i) {
    const Stretch* const s = &phrase->stretch[i];
    if (seconds >= s->at_s && seconds < s->end_s) {
      const double t = (seconds - s->at_s) / (s->end_s - s->at_s);
      const double db = s->gain_db + t * (s->end_gain_db - s->gain_db);
      return (Moment){true,
                      s->speech_at_s + t * (s->speech_end_s - s->speech_at_s),
                      pow(10.0, db / 20.0)};
    }
  }
  return (Moment){false, 0.0, 0.0};
}

double
phrase_hz(const Phrase* phrase, double seconds)
{
  double at = (seconds - phrase->at_s) * PITCH_HZ;
  const double last = (double)(phrase->n_pitch - 2);
  at = at < 0.0 ? 0.0 : at > last ? last : at;
  const size_t i = (size_t)at;
  const double t = at - (double)i;
  const double key =
      (double)phrase->pitch[i] * (1.0 - t) + (double)phrase->pitch[i + 1] * t;
  return 440.0 * exp2((key - 69.0) / 12.0);
}
