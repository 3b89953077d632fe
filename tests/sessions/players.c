// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The band of the made sessions: notes of a few waves, and drums of tones and
/// noise.
#include "players.h"

#include "signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WAVE = 2048, CHORDS = 4, PROGRESSIONS = 6, GROOVES = 4 };

/// Roots in semitones over C and thirds of the chords
typedef struct {
  int root;
  int third;
} Chord;

static const Chord progressions[PROGRESSIONS][CHORDS] = {
    {{0, 4}, {7, 4}, {9, 3}, {5, 4}},  {{2, 3}, {10, 4}, {5, 4}, {0, 4}},
    {{9, 3}, {9, 3}, {4, 3}, {11, 3}}, {{5, 4}, {3, 4}, {8, 4}, {10, 4}},
    {{4, 3}, {1, 3}, {6, 3}, {11, 4}}, {{7, 4}, {2, 3}, {0, 4}, {2, 4}},
};

static const Chord*
chord_of(const SessionSection* p, uint32_t bar)
{
  return &progressions[p->progression % PROGRESSIONS][bar % CHORDS];
}

double
draw_between(Draw* d, double low, double high)
{
  return low + (high - low) * 0.5 * (signal_random(d->seed, d->n++) + 1.0);
}

uint32_t
draw_below(Draw* d, uint32_t n)
{
  return (uint32_t)draw_between(d, 0.0, n) % n;
}

double
session_time(const Session* s, double beat)
{
  return s->first_bar_s + beat * 60.0 / s->tempo_bpm;
}

// Notes -----------------------------------------------------------------------

/// One period of harmonics that fall by a power of their number
static void
make_wave(double* wave, int harmonics, double fall)
{
  memset(wave, 0, WAVE * sizeof(double));
  for (int h = 1; h <= harmonics; ++h) {
    for (int i = 0; i < WAVE; ++i) {
      wave[i] += sin(2.0 * M_PI * h * i / WAVE) * pow(h, -fall);
    }
  }
}

typedef struct {
  const double* wave;
  double attack_s;
  double decay_s; ///< To 1/e; 0: the note stays
  double vibrato; ///< Share of the frequency
} Voice;

typedef struct {
  double at_s;
  double length_s;
  double hz;
  double level;
} Note;

static void
add_note(const Session* s, float* x, const Voice* v, const Note* note)
{
  const double release_s = 0.05;
  const uint64_t from = (uint64_t)fmax(note->at_s * SESSION_RATE, 0.0);
  const uint64_t length =
      (uint64_t)((note->length_s + release_s) * SESSION_RATE);
  const double fall =
      v->decay_s > 0.0 ? exp(-1.0 / (v->decay_s * SESSION_RATE)) : 1.0;
  double level = note->level;
  double phase = 0.0;
  for (uint64_t i = 0; i < length && from + i < s->n; ++i) {
    const double t = (double)i / SESSION_RATE;
    const double in = fmin(t / v->attack_s, 1.0);
    const double out = fmin((note->length_s + release_s - t) / release_s, 1.0);
    const double bend =
        v->vibrato > 0.0 ? v->vibrato * sin(2.0 * M_PI * 5.5 * t) : 0.0;
    x[from + i] += (float)(level * in * out * v->wave[(int)phase]);
    phase += WAVE * note->hz * (1.0 + bend) / SESSION_RATE;
    phase = phase >= WAVE ? phase - WAVE : phase;
    level *= fall;
  }
}

static double
hz_of(double semitones_over_c4)
{
  return 261.6256 * pow(2.0, semitones_over_c4 / 12.0);
}

/// Nobody plays on the grid, or every note as loud
static Note
played(const Session* s, Draw* d, double beat, double beats, double hz)
{
  return (Note){session_time(s, beat) + draw_between(d, -0.008, 0.008),
                beats * 60.0 / s->tempo_bpm, hz, draw_between(d, 0.8, 1.0)};
}

/// Calls `play` for every bar in which somebody plays
static void
for_bars(const Session* s, SessionPlayers who, float* x,
         void (*play)(const Session*, const SessionSection*, uint32_t bar,
                      Draw*, float*))
{
  Draw d = {s->seed * 64 + who, 0};
  for (uint32_t i = 0; i < s->n_sections; ++i) {
    const SessionSection* const p = &s->sections[i];
    for (uint32_t b = 0; (p->players & who) && b < p->bars; ++b) {
      play(s, p, p->first_bar + b, &d, x);
    }
  }
}

static double
level_of(const SessionSection* p)
{
  return pow(10.0, p->level_db / 20.0);
}

// Players ---------------------------------------------------------------------

static double wave_bass[WAVE];
static double wave_keys[WAVE];
static double wave_pad[WAVE];
static double wave_voice[WAVE];

static void
bass_bar(const Session* s, const SessionSection* p, uint32_t bar, Draw* d,
         float* x)
{
  const Voice voice = {wave_bass, 0.004, 0.5, 0.0};
  const double step = p->groove % 2 ? 0.5 : 1.0;
  const int root = chord_of(p, bar - p->first_bar)->root;
  for (double beat = 0.0; beat < s->beats_per_bar; beat += step) {
    Note note = played(s, d, bar * s->beats_per_bar + beat, 0.8 * step,
                       hz_of(root - (root > 4 ? 36 : 24)));
    note.level *= 0.3 * level_of(p);
    add_note(s, x, &voice, &note);
  }
}

void
play_bass(const Session* s, float* x)
{
  make_wave(wave_bass, 12, 1.2);
  for_bars(s, PLAYS_BASS, x, bass_bar);
}

static void
chord_at(const Session* s, const Voice* voice, const Chord* chord, Note note,
         float* x)
{
  const int steps[] = {0, chord->third, 7};
  for (int k = 0; k < 3; ++k) {
    note.hz = hz_of(chord->root + steps[k]);
    add_note(s, x, voice, &note);
  }
}

static void
keys_bar(const Session* s, const SessionSection* p, uint32_t bar, Draw* d,
         float* x)
{
  const Voice voice = {wave_keys, 0.003, 0.6, 0.0};
  for (uint32_t beat = 0; beat < s->beats_per_bar; beat += 1 + p->groove % 2) {
    Note note = played(s, d, bar * s->beats_per_bar + beat, 0.9, 0.0);
    note.level *= (beat ? 0.06 : 0.08) * level_of(p);
    chord_at(s, &voice, chord_of(p, bar - p->first_bar), note, x);
  }
}

void
play_keys(const Session* s, float* x)
{
  make_wave(wave_keys, 8, 1.5);
  for_bars(s, PLAYS_KEYS, x, keys_bar);
}

static void
pad_bar(const Session* s, const SessionSection* p, uint32_t bar, Draw* d,
        float* x)
{
  const Voice voice = {wave_pad, 0.25, 0.0, 0.002};
  Note note = played(s, d, bar * s->beats_per_bar, s->beats_per_bar, 0.0);
  note.level *= 0.05 * level_of(p);
  chord_at(s, &voice, chord_of(p, bar - p->first_bar), note, x);
}

void
play_pad(const Session* s, float* x)
{
  make_wave(wave_pad, 20, 1.0);
  for_bars(s, PLAYS_PAD, x, pad_bar);
}

/// An S
static void
hiss(const Session* s, float* x, double at_s, double level)
{
  const uint64_t from = (uint64_t)(at_s * SESSION_RATE);
  const uint64_t length = SESSION_RATE / 12;
  for (uint64_t i = 0; i < length && from + i < s->n; ++i) {
    const double shape = sin(M_PI * (double)i / (double)length);
    x[from + i] += (float)(level * shape *
                           (signal_random(s->seed, from + i) -
                            signal_random(s->seed, from + i - 1)));
  }
}

/// Three bars of four are sung
static void
voice_bar(const Session* s, const SessionSection* p, uint32_t bar, Draw* d,
          float* x)
{
  const Voice voice = {wave_voice, 0.03, 0.0, 0.01};
  const Chord* const chord = chord_of(p, bar - p->first_bar);
  const int steps[] = {0, chord->third, 7, 12};
  double beat = 0.0;
  while ((bar - p->first_bar) % 4 < 3 && beat < s->beats_per_bar) {
    const double beats = draw_below(d, 2) ? 1.0 : 0.5;
    const double hz = hz_of(chord->root - 12 + steps[draw_below(d, 4)]);
    Note note = played(s, d, bar * s->beats_per_bar + beat, 0.85 * beats, hz);
    note.at_s += 0.02;
    note.level *= 0.12 * level_of(p);
    add_note(s, x, &voice, &note);
    if (draw_below(d, 4) == 0) {
      hiss(s, x, note.at_s - 0.08, 0.05);
    }
    beat += beats;
  }
}

void
sing(const Session* s, float* x)
{
  make_wave(wave_voice, 10, 0.8);
  for_bars(s, PLAYS_VOICE, x, voice_bar);
}

// Drums -----------------------------------------------------------------------

enum { HIT = SESSION_RATE / 3 };

static double hit_kick[HIT];
static double hit_snare[HIT];
static double hit_hat[HIT];

static void
make_hits(void)
{
  double turns = 0.0;
  for (int i = 0; i < HIT; ++i) {
    const double t = (double)i / SESSION_RATE;
    turns += (50.0 + 130.0 * exp(-t * 50.0)) / SESSION_RATE;
    const double white = signal_random(3, (uint64_t)i);
    const double bright = white - signal_random(3, (uint64_t)i - 1);
    hit_kick[i] = exp(-t * 14.0) * sin(2.0 * M_PI * turns) +
                  0.2 * exp(-t * 300.0) * white;
    hit_snare[i] =
        exp(-t * 22.0) * (0.5 * sin(2.0 * M_PI * 190.0 * t) + 0.5 * white);
    hit_hat[i] = 0.4 * exp(-t * 60.0) * bright;
  }
}

static void
hit(const Session* s, Draw* d, double beat, const double* sound, double level,
    float* x)
{
  const Note note = played(s, d, beat, 0.0, 0.0);
  const uint64_t from = (uint64_t)fmax(note.at_s * SESSION_RATE, 0.0);
  for (uint64_t i = 0; i < HIT && from + i < s->n; ++i) {
    x[from + i] += (float)(level * note.level * sound[i]);
  }
}

/// Where in the bar, in eighths: bit k is the eighth k
typedef struct {
  unsigned kick;
  unsigned snare;
  unsigned hat;
} Groove;

static const Groove grooves[2][GROOVES] = {
    // three beats
    {{0x01, 0x14, 0x15},
     {0x01, 0x14, 0x3F},
     {0x21, 0x14, 0x15},
     {0x01, 0x10, 0x3F}},
    // four beats
    {{0x11, 0x44, 0xFF},
     {0x29, 0x44, 0xFF},
     {0x31, 0x44, 0x55},
     {0x91, 0x44, 0xFF}},
};

void
play_kit(const Session* s, Kit* kit)
{
  Draw d = {s->seed * 64 + PLAYS_KIT, 0};
  make_hits();
  for (uint32_t i = 0; i < s->n_sections; ++i) {
    const SessionSection* const p = &s->sections[i];
    const Groove* const g =
        &grooves[s->beats_per_bar == 4][p->groove % GROOVES];
    const uint32_t eighths = (p->players & PLAYS_KIT) ? p->bars * 2 : 0;
    for (uint32_t k = 0; k < eighths * s->beats_per_bar; ++k) {
      const unsigned bit = 1U << k % (2 * s->beats_per_bar);
      const double beat = p->first_bar * s->beats_per_bar + 0.5 * k;
      const double level = 0.7 * level_of(p);
      if (g->kick & bit) {
        hit(s, &d, beat, hit_kick, level, kit->kick);
      }
      if (g->snare & bit) {
        hit(s, &d, beat, hit_snare, level, kit->snare);
      }
      if (g->hat & bit) {
        hit(s, &d, beat, hit_hat, level * (k % 2 ? 0.6 : 1.0), kit->hat);
      }
    }
  }
}
