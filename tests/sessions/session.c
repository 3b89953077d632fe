// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A session from a seed: its form, its stems, and what the microphones hear.
#include "session.h"

#include "players.h"
#include "signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void*
allocate(size_t count, size_t size)
{
  void* const memory = calloc(count, size);
  if (!memory) {
    fputs("no memory for a session\n", stderr);
    abort();
  }
  return memory;
}

float*
session_sound(const Session* s)
{
  return allocate(s->n, sizeof(float));
}

// Form ------------------------------------------------------------------------

/// Sections by letter and number of bars
static const char* const forms[] = {
    "A8 B8 A8 B8",    "A4 B8 C8 B8 C8", "A8 B4 A8 B4 C4", "A8 B8 C4 B8",
    "A4 B8 C4 B8 C4", "A8 A8 B8 A8",    "A4 B8 B8 C8 B4",
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]), LETTERS = 3 };

/// Those who play in the sections of a letter
static const unsigned bands[][LETTERS] = {
    {PLAYS_KIT | PLAYS_BASS | PLAYS_KEYS | PLAYS_VOICE,
     PLAYS_KIT | PLAYS_BASS | PLAYS_KEYS | PLAYS_PAD | PLAYS_VOICE,
     PLAYS_KEYS | PLAYS_PAD | PLAYS_VOICE},
    {PLAYS_KIT | PLAYS_KEYS, PLAYS_KIT | PLAYS_BASS | PLAYS_KEYS | PLAYS_VOICE,
     PLAYS_KIT | PLAYS_BASS | PLAYS_KEYS | PLAYS_PAD | PLAYS_VOICE},
    {PLAYS_BASS | PLAYS_KEYS, PLAYS_KIT | PLAYS_BASS | PLAYS_KEYS | PLAYS_PAD,
     PLAYS_KIT | PLAYS_BASS | PLAYS_PAD | PLAYS_VOICE},
};

/// A section that repeats its neighbour's letter is a part of it
static void
add_section(Session* s, const SessionSection* section)
{
  SessionSection* const last =
      s->n_sections ? &s->sections[s->n_sections - 1] : NULL;
  if (last && last->letter == section->letter) {
    last->bars += section->bars;
  } else {
    s->sections[s->n_sections++] = *section;
  }
  s->n_bars += section->bars;
}

static void
make_form(Session* s, Draw* d)
{
  const unsigned* const band = bands[draw_below(d, 3)];
  const uint32_t progression = draw_below(d, 6);
  const uint32_t groove = draw_below(d, 4);
  const double lift_db = draw_between(d, 0.0, 2.0);
  for (const char* at = forms[draw_below(d, FORMS)]; *at; ++at) {
    const unsigned letter = (unsigned)(*at - 'A');
    add_section(s, &(SessionSection){.letter = *at,
                                     .first_bar = s->n_bars,
                                     .bars = (uint32_t)(at[1] - '0'),
                                     .players = band[letter],
                                     .progression = progression + letter,
                                     .groove = groove + letter,
                                     .level_db = letter == 1 ? lift_db : 0.0});
    at += at[2] ? 2 : 1;
  }
}

// Stems -----------------------------------------------------------------------

static bool
plays(const Session* s, SessionPlayers who)
{
  unsigned all = 0;
  for (uint32_t i = 0; i < s->n_sections; ++i) {
    all |= s->sections[i].players;
  }
  return all & who;
}

static SessionStem*
add_stem(Session* s, const char* name, const char* role)
{
  SessionStem* const stem = &s->stems[s->n_stems++];
  *stem = (SessionStem){.name = name, .role = role, .x = session_sound(s)};
  return stem;
}

/// Add a sound as a microphone hears it, some metres away
static void
hear(const Session* s, const float* sound, double db, double ms, float* x)
{
  const float gain = (float)pow(10.0, db / 20.0);
  const uint64_t late = (uint64_t)lrint(ms * SESSION_RATE / 1000.0);
  for (uint64_t i = late; i < s->n; ++i) {
    x[i] += gain * sound[i - late];
  }
}

typedef struct {
  const char* name;
  const char* role;
  double kick_db;
  double snare_db;
  double hat_db;
  double late_ms; ///< Behind the nearest microphone, all of it
} Microphone;

static const Microphone microphones[] = {
    {"Kick In", "kick", 0.0, -28.0, -40.0, 0.0},
    {"Snare Top", "snare", -30.0, 0.0, -28.0, 0.0},
    {"Snare Bottom", "snare", -34.0, -3.0, -24.0, 0.4},
    {"Hi Hat", "hat", -40.0, -24.0, 0.0, 0.5},
    {"Overheads", "overhead", -10.0, -5.0, -4.0, 5.2},
};

static void
record_kit(Session* s, Draw* d)
{
  Kit kit = {session_sound(s), session_sound(s), session_sound(s)};
  play_kit(s, &kit);
  for (size_t m = 0; m < sizeof(microphones) / sizeof(microphones[0]); ++m) {
    const Microphone* const mic = &microphones[m];
    SessionStem* const stem = add_stem(s, mic->name, mic->role);
    hear(s, kit.kick, mic->kick_db, mic->late_ms, stem->x);
    hear(s, kit.snare, mic->snare_db, mic->late_ms, stem->x);
    hear(s, kit.hat, mic->hat_db, mic->late_ms, stem->x);
    stem->inverted = m == 2 && draw_below(d, 2);
  }
  free(kit.kick);
  free(kit.snare);
  free(kit.hat);
}

static void
record_bass(Session* s, Draw* d)
{
  if (!plays(s, PLAYS_BASS)) {
    return;
  }
  SessionStem* const line = add_stem(s, "Bass DI", "bass");
  play_bass(s, line->x);
  if (draw_below(d, 2)) {
    SessionStem* const amp = add_stem(s, "Bass Amp", "bass");
    amp->late_ms = draw_between(d, 1.5, 3.0);
    hear(s, line->x, -4.0, amp->late_ms, amp->x);
  }
}

static void
record_others(Session* s, Draw* d)
{
  SessionStem* const keys = add_stem(s, "Rhodes", "keys");
  play_keys(s, keys->x);
  keys->hum_hz = draw_below(d, 2) ? (draw_below(d, 2) ? 50.0 : 60.0) : 0.0;
  if (plays(s, PLAYS_PAD)) {
    play_pad(s, add_stem(s, "Pad", "pad")->x);
  }
  if (plays(s, PLAYS_VOICE)) {
    sing(s, add_stem(s, "Lead Vox", "lead vocal")->x);
  }
}

// Faults ----------------------------------------------------------------------

enum { LONGEST_PERIOD = SESSION_RATE / 50 };

static void
add_hum(const Session* s, SessionStem* stem)
{
  static const double lines[] = {0.004, 0.001, 0.002, 0.0005, 0.001};
  float period[LONGEST_PERIOD] = {0};
  const uint64_t length = (uint64_t)(SESSION_RATE / stem->hum_hz);
  for (uint64_t i = 0; i < length; ++i) {
    for (int k = 0; k < 5; ++k) {
      const double turns = (k + 1) * (double)i / (double)length;
      period[i] += (float)(lines[k] * sin(2.0 * M_PI * turns));
    }
  }
  for (uint64_t i = 0; i < s->n; ++i) {
    stem->x[i] += period[i % length];
  }
}

/// Noise of the input, and what is wrong with the recording
static void
add_faults(const Session* s, SessionStem* stem, uint64_t seed)
{
  const float sign = stem->inverted ? -1.0F : 1.0F;
  if (stem->hum_hz > 0.0) {
    add_hum(s, stem);
  }
  for (uint64_t i = 0; i < s->n; ++i) {
    const float noise = 2e-5F * (float)signal_random(seed, i);
    stem->x[i] = sign * (stem->x[i] + noise);
  }
}

Session*
session_make(uint64_t seed)
{
  Session* const s = allocate(1, sizeof(Session));
  Draw d = {seed * 64, 0};
  s->seed = seed;
  s->tempo_bpm = rint(draw_between(&d, 70.0, 160.0) * 10.0) / 10.0;
  s->beats_per_bar = draw_below(&d, 10) == 0 ? 3 : 4;
  s->first_bar_s = draw_below(&d, 2) ? draw_between(&d, 0.1, 3.0) : 0.0;
  make_form(s, &d);
  s->n = (uint64_t)((session_time(s, s->n_bars * s->beats_per_bar) + 1.0) *
                    SESSION_RATE);
  record_kit(s, &d);
  record_bass(s, &d);
  record_others(s, &d);
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    add_faults(s, &s->stems[i], seed * 64 + 32 + i);
  }
  return s;
}

void
session_free(Session* s)
{
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    free(s->stems[i].x);
  }
  free(s);
}
