// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Sung lines are made from spoken ones.

/**
   A line is spoken by espeak-ng on one pitch, looked at (voiceprint.c), laid
   on the notes (phrase.c), and sung here:

     pulses at the sung pitch -> vocal tract --+
     noise grains, loud with the pulses -------+--> out
     what was whispered (t, s, f), as it was --+
*/
#include "singer.h"

#include "base/error.h"
#include "base/memory.h"
#include "fourier.h"
#include "phrase.h"

#include <math.h>
#include <string.h>

enum { SINC = 16, SINC_STEPS = 64, GRAIN_HOP = HISS / 4 };

typedef struct {
  Song* song;
  const char* name;
  const char* voice;
  Throat throat;
  Manner manner;
  Sound* sound;
} Singer;

/// One line being sung
typedef struct {
  Singer* singer;
  const Speech* speech;
  const Voiceprint* print;
  const Phrase* phrase;
  float* open;   ///< How far the throat is open: 0 to 1
  size_t n_open; ///< Frames from the phrase's start
} Take;

/// Two neighbouring looks and the way between them
typedef struct {
  size_t a, b;
  float t;
} Place;

static Place
place_of(const Voiceprint* print, double speech_s)
{
  const double at = speech_s * SPEECH_RATE / HOP;
  const size_t a = at > 0.0 ? (size_t)at : 0;
  if (a + 1 >= print->frames) {
    return (Place){print->frames - 1, print->frames - 1, 0.0F};
  }
  return (Place){a, a + 1, (float)(at - (double)a)};
}

static double
voiced_at(const Voiceprint* print, Place p)
{
  return (double)(print->voiced[p.a] * (1.0F - p.t) + print->voiced[p.b] * p.t);
}

/// Delay by a fraction of a frame: a sinc under a Hann window
static const float*
sinc_row(double fraction)
{
  static float rows[SINC_STEPS + 1][SINC];
  if (rows[0][SINC / 2 - 1] == 0.0F) {
    for (int r = 0; r <= SINC_STEPS; ++r) {
      for (int i = 0; i < SINC; ++i) {
        const double x = i - (SINC / 2 - 1) - (double)r / SINC_STEPS;
        const double w = 0.5 + 0.5 * cos(2.0 * M_PI * x / (SINC + 1));
        const double s = fabs(x) < 1e-9 ? 1.0 : sin(M_PI * x) / (M_PI * x);
        rows[r][i] = (float)(w * s);
      }
    }
  }
  return rows[lrint(fraction * SINC_STEPS)];
}

/// One opening of the throat at `frame`
static void
add_pulse(const Take* take, Place p, double frame, double gain)
{
  Sound* const out = take->singer->sound;
  const float* const a = take->print->pulse + p.a * PULSE;
  const float* const b = take->print->pulse + p.b * PULSE;
  float shape[PULSE + SINC] = {0.0F};
  const size_t whole = (size_t)frame;
  const float* const sinc = sinc_row(frame - (double)whole);
  for (int i = 0; i < PULSE; ++i) {
    const float x = (float)gain * (a[i] + p.t * (b[i] - a[i]));
    for (int k = 0; k < SINC; ++k) {
      shape[i + k] += sinc[k] * x;
    }
  }
  for (size_t i = 0; i < PULSE + SINC && whole + i < out->frames; ++i) {
    out->x[0][whole + i] += shape[i];
  }
}

/// A hump of one period around a pulse; neighbours add up to 1/2 + 1/2 cos
static void
open_throat(const Take* take, double frame, double period)
{
  const double first = take->phrase->at_s * take->singer->sound->rate;
  const double at = frame - first;
  const double from = fmax(0.0, ceil(at - 0.5 * period));
  for (size_t i = (size_t)from;
       (double)i < at + 0.5 * period && i < take->n_open; ++i) {
    take->open[i] =
        (float)(0.5 + 0.5 * cos(2.0 * M_PI * ((double)i - at) / period));
  }
}

/// A pulse train of period P has harmonics of 2 |H| / P: times P / 2.  The
/// speech had more harmonics under the same envelope: times sqrt(f0/150).
static void
sing_tone(const Take* take)
{
  Singer* const s = take->singer;
  const double rate = s->sound->rate;
  double shimmer = 0.0;
  double t = take->phrase->at_s;
  while (t < take->phrase->end_s) {
    const double even = chance_even(&s->manner.chance);
    const double hz = phrase_hz(take->phrase, t) * (1.0 + 0.003 * even);
    const Moment m = phrase_at(take->phrase, t);
    shimmer += 0.15 * (chance_even(&s->manner.chance) - shimmer);
    open_throat(take, t * rate, rate / hz);
    if (m.sounds) {
      const Place p = place_of(take->print, m.speech_s);
      const double voiced = voiced_at(take->print, p);
      const double scale = rate / hz / 2.0 * sqrt(hz / SPEECH_HZ);
      if (voiced > 0.0) {
        add_pulse(take, p, t * rate,
                  m.gain * voiced * scale * (1.0 + 0.1 * shimmer));
      }
    }
    t += 1.0 / hz;
  }
}

/// One grain of noise with the colour of a place, unit gain
static void
make_grain(const Take* take, Place p, double* re)
{
  static double im[HISS];
  const float* const a = take->print->hiss + p.a * HISS_BINS;
  const float* const b = take->print->hiss + p.b * HISS_BINS;
  re[0] = im[0] = 0.0;
  for (int i = 1; i < HISS / 2; ++i) {
    const double x = (double)(a[i] + p.t * (b[i] - a[i])) * sqrt(HISS);
    const double turn = M_PI * chance_even(&take->singer->manner.chance);
    re[i] = re[HISS - i] = x * cos(turn);
    im[i] = x * sin(turn);
    im[HISS - i] = -im[i];
  }
  re[HISS / 2] = im[HISS / 2] = 0.0;
  fourier(re, im, HISS, 1);
}

/// Air is loudest while the throat is open: 6 dB between open and closed
static double
openness(const Take* take, size_t frame)
{
  const size_t first = (size_t)(take->phrase->at_s * take->singer->sound->rate);
  const size_t i = frame > first ? frame - first : 0;
  return 0.6 + 0.5 * (i < take->n_open ? (double)take->open[i] : 0.0);
}

static void
sing_air(const Take* take)
{
  Sound* const out = take->singer->sound;
  const double rate = out->rate;
  const size_t end = (size_t)(take->phrase->end_s * rate);
  double grain[HISS];
  for (size_t at = (size_t)(take->phrase->at_s * rate); at < end;
       at += GRAIN_HOP) {
    const Moment m = phrase_at(take->phrase, (double)at / rate);
    const Place p = place_of(take->print, m.speech_s);
    const double voiced = m.sounds ? voiced_at(take->print, p) : 0.0;
    if (voiced <= 0.0) {
      continue;
    }
    make_grain(take, p, grain);
    for (size_t i = 0; i < HISS; ++i) {
      const size_t to = at + i - (at > HISS / 2 ? HISS / 2 : at);
      const double w = 0.5 - 0.5 * cos(2.0 * M_PI * (double)i / HISS);
      if (to < out->frames) {
        out->x[0][to] += (float)(m.gain * voiced * w * grain[i] *
                                 sqrt(1.0 / 1.5) * openness(take, to));
      }
    }
  }
}

/// The speech itself between two frames, by a cubic (Catmull-Rom)
static double
spoken_at(const Speech* speech, double seconds)
{
  const double at = seconds * SPEECH_RATE;
  const size_t i = (size_t)at;
  if (i < 1 || i + 2 >= speech->frames) {
    return 0.0;
  }
  const double t = at - (double)i;
  const float* const x = speech->x + i;
  const double a = (double)x[-1];
  const double b = (double)x[0];
  const double c = (double)x[1];
  const double d = (double)x[2];
  return b + 0.5 * t *
                 (c - a +
                  t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

static void
whisper(const Take* take)
{
  Sound* const out = take->singer->sound;
  const size_t end = (size_t)(take->phrase->end_s * out->rate);
  for (size_t i = (size_t)(take->phrase->at_s * out->rate);
       i < end && i < out->frames; ++i) {
    const Moment m = phrase_at(take->phrase, (double)i / out->rate);
    const Place p = place_of(take->print, m.speech_s);
    const double share = m.sounds ? 1.0 - voiced_at(take->print, p) : 0.0;
    if (share > 0.0) {
      out->x[0][i] += (float)(share * take->phrase->whisper *
                              spoken_at(take->speech, m.speech_s));
    }
  }
}

static TonStatus
sing_phrase(Singer* s, const Speech* speech, const Voiceprint* print,
            const Phrase* phrase, TonError* error)
{
  const double length_s = phrase->end_s - phrase->at_s;
  const size_t n = (size_t)(length_s * s->sound->rate) + 1;
  const Take take = {s, speech, print, phrase, ton_alloc(n * sizeof(float)), n};
  if (!take.open) {
    return ton_fail(error, TON_NO_MEMORY, "no memory to sing");
  }
  sing_tone(&take);
  sing_air(&take);
  whisper(&take);
  ton_free(take.open);
  return TON_OK;
}

static TonStatus
sing_line(Singer* s, const Line* line, TonError* error)
{
  Speech speech = {0};
  Voiceprint print = {0};
  Phrase phrase = {0};
  s->throat.effort_db = fmax(0.0, 3.0 + line->level_db);
  TonStatus status = speech_say(&speech, s->voice, line->words, error);
  if (!status) {
    status = voiceprint_of(&speech, &s->throat, &print, error);
  }
  if (!status) {
    status =
        phrase_lay(s->song, line, &speech, &print, &s->manner, &phrase, error);
  }
  if (!status) {
    status = sing_phrase(s, &speech, &print, &phrase, error);
  }
  phrase_free(&phrase);
  voiceprint_free(&print);
  speech_free(&speech);
  return status;
}

static TonStatus
sing_section(Singer* s, const Section* section, TonError* error)
{
  Tree* const tree = &s->song->tree;
  Node const lines = tree_find(tree, section->node, s->name);
  for (size_t i = 0; i < tree_count(lines); ++i) {
    Line line;
    TON_TRY(
        lyrics_read(s->song, section, tree_item(tree, lines, i), &line, error));
    TON_TRY(sing_line(s, &line, error));
  }
  return TON_OK;
}

static TonStatus
read_singer(Song* song, const char* name, double rate, Singer* s,
            TonError* error)
{
  Tree* const tree = &song->tree;
  Node singers = NULL;
  Node node = NULL;
  Node voice = NULL;
  double timing_ms = 0.0;
  *s = (Singer){.song = song, .name = name};
  TON_TRY(tree_child(tree, song->root, "singers", &singers, error));
  TON_TRY(tree_child(tree, singers, name, &node, error));
  TON_TRY(tree_child(tree, node, "voice", &voice, error));
  TON_TRY(tree_number(tree, node, "formants", TON_PLAIN, NULL,
                      &s->throat.formants, error));
  TON_TRY(
      tree_number(tree, node, "soft", TON_HZ, NULL, &s->throat.soft_hz, error));
  TON_TRY(tree_number(tree, node, "breath", TON_DB, NULL, &s->throat.breath_db,
                      error));
  TON_TRY(tree_number(tree, node, "vibrato", TON_PLAIN, NULL,
                      &s->manner.vibrato_cents, error));
  TON_TRY(tree_number(tree, node, "timing", TON_MS, NULL, &timing_ms, error));
  s->voice = tree_word(voice);
  s->throat.rate = rate;
  s->manner.timing_s = timing_ms / 1000.0;
  s->manner.chance = chance_for(song->seed, name);
  return TON_OK;
}

static void
add_hiss(Singer* s)
{
  Sound* const out = s->sound;
  const double peak = sound_peak(out, 0, out->frames);
  const double gain = peak * from_db(-72.0) * sqrt(3.0);
  for (size_t i = 0; i < out->frames; ++i) {
    out->x[0][i] += (float)(gain * chance_even(&s->manner.chance));
  }
}

/// A trained voice holds back where a formant meets a harmonic: 3:1 above
/// -19 dB RMS, known 6 ms ahead
static void
hold_back(Sound* voice)
{
  const double threshold_db = -19.0;
  const double ratio = 3.0;
  const size_t ahead = (size_t)(0.006 * voice->rate);
  const double fast = 1.0 - exp(-1.0 / (0.004 * voice->rate));
  const double slow = 1.0 - exp(-1.0 / (0.050 * voice->rate));
  double power = 0.0;
  for (size_t i = 0; i + ahead < voice->frames; ++i) {
    const double x = (double)voice->x[0][i + ahead];
    power += (x * x > power ? fast : slow) * (x * x - power);
    const double over_db = 10.0 * log10(power + 1e-12) - threshold_db;
    if (over_db > 0.0) {
      voice->x[0][i] *= (float)from_db(-over_db * (1.0 - 1.0 / ratio));
    }
  }
}

TonStatus
singer_sing(Song* song, const char* name, double rate, Sound* sound,
            TonError* error)
{
  Singer s;
  TON_TRY(read_singer(song, name, rate, &s, error));
  TON_TRY(sound_new(sound, 1, song->seconds, rate, error));
  s.sound = sound;
  for (uint32_t i = 0; i < song->n_sections; ++i) {
    if (song->sections[i].first_bar < song->n_bars) {
      TON_TRY(sing_section(&s, &song->sections[i], error));
    }
  }
  sound_filter(sound, HIGH_PASS, 70, 0.7, 0);
  hold_back(sound);
  add_hiss(&s);
  return TON_OK;
}
