// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The drum kit: what is hit, what each microphone hears of it, and the
/// room.

#include "kit.h"

#include "base/array.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

/// General MIDI percussion keys
static const struct {
  const char* voice;
  const char* also; ///< Second voice on the same stand
  int key;
  int also_key;
} kit_voices[KIT_SOURCES] = {
    [KICK] = {"kick", NULL, 36, 0},
    [SNARE] = {"snare", NULL, 38, 0},
    [HAT] = {"hat", "open", 42, 46},
    [HIGH_TOM] = {"high tom", NULL, 48, 0},
    [MID_TOM] = {"mid tom", NULL, 45, 0},
    [LOW_TOM] = {"low tom", NULL, 41, 0},
    [CRASH] = {"crash", NULL, 49, 0},
    [RIDE] = {"ride", NULL, 51, 0},
};

/// The way from a drum to a microphone.  Sound goes 34 cm in a millisecond;
/// what arrives from the side or through a shell has lost its top.
typedef struct {
  float gain_db;
  float delay_ms;
  float low_pass_hz; ///< 0 = all of it
} Path;

#define NOTHING                                                                \
  {                                                                            \
    -200.0F, 0.0F, 0.0F                                                        \
  }

typedef struct {
  const char* take;
  bool right; ///< Second channel of the take before
  float room_db;
  Path path[KIT_SOURCES];
} Microphone;

/// Close microphones hear their neighbours 25 to 30 dB down; the overheads
/// hear the kit from 70 to 110 cm, and from the drummer's side.
static const Microphone microphones[] = {
    {"kick",
     false,
     -46,
     {[KICK] = {0, 0.2F, 0},
      [SNARE] = {-27, 1.9F, 2500},
      [HAT] = {-42, 2.4F, 3000},
      [HIGH_TOM] = {-29, 1.4F, 2500},
      [MID_TOM] = {-29, 1.5F, 2500},
      [LOW_TOM] = {-26, 1.6F, 2500},
      [CRASH] = {-44, 3.1F, 4000},
      [RIDE] = {-44, 2.9F, 4000}}},
    {"snare top",
     false,
     -44,
     {[KICK] = {-28, 2.0F, 1800},
      [SNARE] = {0, 0.15F, 0},
      [HAT] = {-25, 0.9F, 9000},
      [HIGH_TOM] = {-26, 1.1F, 5000},
      [MID_TOM] = {-28, 1.5F, 5000},
      [LOW_TOM] = {-29, 1.9F, 4000},
      [CRASH] = {-36, 2.0F, 8000},
      [RIDE] = {-38, 2.6F, 7000}}},
    {"hat",
     false,
     -42,
     {[KICK] = {-34, 2.9F, 1500},
      [SNARE] = {-20, 1.1F, 7000},
      [HAT] = {0, 0.3F, 0},
      [HIGH_TOM] = {-30, 2.0F, 5000},
      [MID_TOM] = {-32, 2.4F, 5000},
      [LOW_TOM] = {-34, 3.0F, 4000},
      [CRASH] = {-27, 1.6F, 0},
      [RIDE] = {-33, 3.4F, 9000}}},
    {"toms",
     false,
     -44,
     {[KICK] = {-30, 1.6F, 2000},
      [SNARE] = {-26, 1.2F, 6000},
      [HAT] = {-33, 1.9F, 8000},
      [HIGH_TOM] = {-2, 0.2F, 0},
      [MID_TOM] = {-6, 0.5F, 0},
      [LOW_TOM] = {-18, 1.4F, 7000},
      [CRASH] = {-31, 1.8F, 9000},
      [RIDE] = {-38, 2.8F, 8000}}},
    {"toms",
     true,
     -44,
     {[KICK] = {-28, 1.5F, 2000},
      [SNARE] = {-29, 1.9F, 6000},
      [HAT] = {-38, 3.2F, 6000},
      [HIGH_TOM] = {-18, 1.3F, 7000},
      [MID_TOM] = {-6, 0.5F, 0},
      [LOW_TOM] = {-1, 0.2F, 0},
      [CRASH] = {-38, 3.0F, 8000},
      [RIDE] = {-31, 1.7F, 9000}}},
    {"overheads",
     false,
     -21,
     {[KICK] = {-13, 2.9F, 6000},
      [SNARE] = {-7, 2.2F, 0},
      [HAT] = {-17, 1.6F, 0},
      [HIGH_TOM] = {-9, 2.0F, 0},
      [MID_TOM] = {-11, 2.3F, 0},
      [LOW_TOM] = {-14, 2.7F, 0},
      [CRASH] = {-7, 1.5F, 0},
      [RIDE] = {-19, 2.7F, 0}}},
    {"overheads",
     true,
     -21,
     {[KICK] = {-13, 3.0F, 6000},
      [SNARE] = {-8, 2.4F, 0},
      [HAT] = {-23, 2.8F, 0},
      [HIGH_TOM] = {-14, 2.5F, 0},
      [MID_TOM] = {-11, 2.2F, 0},
      [LOW_TOM] = {-9, 2.0F, 0},
      [CRASH] = {-14, 2.6F, 0},
      [RIDE] = {-11, 1.5F, 0}}},
};

static TonStatus
play_source(Kit* kit, KitSource which, Song* song, Player* player,
            const char* soundfont, double rate, TonError* error)
{
  Part part = {0};
  TonStatus status = score_drum(song, player, kit_voices[which].voice,
                                kit_voices[which].key, &part, error);
  if (!status && kit_voices[which].also) {
    status = score_drum(song, player, kit_voices[which].also,
                        kit_voices[which].also_key, &part, error);
  }
  Sound* const sound = &kit->source[which];
  if (!status) {
    status = band_play(soundfont, true, player->program, &part, song->seconds,
                       rate, sound, error);
  }
  part_free(&part);
  TON_TRY(status);
  sound_to_mono(sound);
  const double peak = sound_peak(sound, 0, sound->frames);
  sound_scale(sound, peak > 0.0 ? 1.0 / peak : 0.0);
  return TON_OK;
}

TonStatus
kit_play(Kit* kit, Song* song, const char* soundfont, double rate,
         TonError* error)
{
  memset(kit, 0, sizeof(*kit));
  kit->seed = song->seed;
  Player player;
  TON_TRY(score_player(song, "drums", &player, error));
  for (int i = 0; i < KIT_SOURCES; ++i) {
    TON_TRY(
        play_source(kit, (KitSource)i, song, &player, soundfont, rate, error));
  }
  return TON_OK;
}

void
kit_free(Kit* kit)
{
  for (int i = 0; i < KIT_SOURCES; ++i) {
    sound_free(&kit->source[i]);
  }
}

static void
hear(const Kit* kit, const Microphone* m, float* to, float* room)
{
  const double rate = kit->source[0].rate;
  const size_t frames = kit->source[0].frames;
  for (int s = 0; s < KIT_SOURCES; ++s) {
    const Path* const p = &m->path[s];
    const double gain = from_db((double)p->gain_db);
    Filter f = filter_new(LOW_PASS,
                          p->low_pass_hz > 0.0F ? (double)p->low_pass_hz : 1e3,
                          0.6, 0.0, rate);
    const size_t delay = (size_t)lrint((double)p->delay_ms * rate / 1e3);
    const float* const x = kit->source[s].x[0];
    for (size_t i = delay; i < frames; ++i) {
      const double dry = gain * (double)x[i - delay];
      to[i] += (float)(p->low_pass_hz > 0.0F ? filter_run(&f, dry) : dry);
      room[i] += s == KICK  ? 0.5F * x[i - delay]
                 : s == HAT ? 0.2F * x[i - delay]
                            : 0.6F * x[i - delay];
    }
  }
}

enum { COMBS = 6, COMB_LONGEST = 4096 };

/// A small wooden room: parallel combs (Schroeder 1962), 0.4 s, dull on top
static void
add_room(float* to, const float* from, size_t frames, double rate, bool right,
         double gain)
{
  static const double lengths_ms[COMBS] = {17.3, 21.1, 26.9, 31.7, 38.3, 44.9};
  static float line[COMBS][COMB_LONGEST];
  memset(line, 0, sizeof(line));
  double low[COMBS] = {0.0};
  size_t length[COMBS];
  double feedback[COMBS];
  for (int k = 0; k < COMBS; ++k) {
    const double ms = lengths_ms[k] * (right ? 1.063 : 1.0);
    length[k] = (size_t)(ms * rate / 1e3) % COMB_LONGEST;
    feedback[k] = pow(10.0, -3.0 * ms / 400.0);
  }
  for (size_t i = 0; i < frames; ++i) {
    double sum = 0.0;
    for (int k = 0; k < COMBS; ++k) {
      float* const cell = &line[k][i % length[k]];
      low[k] += 0.55 * ((double)*cell - low[k]);
      sum += (k & 1 ? -1.0 : 1.0) * low[k];
      *cell = (float)((double)from[i] + feedback[k] * low[k]);
    }
    to[i] += (float)(gain * sum);
  }
}

/// The wires under the snare: noise between 2.5 and 9 kHz that follows the
/// skin, rattling along a little with kick and toms
static void
add_wires(const Kit* kit, Sound* sound)
{
  Chance chance = chance_for(kit->seed, "snare wires");
  Filter high = filter_new(HIGH_PASS, 2500, 0.7, 0, sound->rate);
  Filter low = filter_new(LOW_PASS, 9000, 0.7, 0, sound->rate);
  const double fall = exp(-1.0 / (0.07 * sound->rate));
  double level = 0.0;
  for (size_t i = 0; i < sound->frames; ++i) {
    double hit = 0.0;
    for (int s = 0; s <= LOW_TOM; ++s) {
      const double share = s == SNARE ? 1.0 : s == HAT ? 0.0 : 0.06;
      hit = fmax(hit, share * fabs((double)kit->source[s].x[0][i]));
    }
    level = fmax(hit, level * fall);
    const double noise = 0.4 * level * chance_even(&chance);
    sound->x[0][i] += (float)filter_run(&low, filter_run(&high, noise));
  }
}

/// The microphone under the snare hears the skin move the other way.  What
/// is stored here is the right way up; the desk turns it over (song.yaml).
static TonStatus
record_snare_bottom(const Kit* kit, Sound* sound, TonError* error)
{
  const Sound* const snare = &kit->source[SNARE];
  const double rate = snare->rate;
  TON_TRY(sound_new(sound, 1, (double)snare->frames / rate, rate, error));
  sound_add(sound->x[0], sound->frames, snare->x[0], 0.8, 0.0006 * rate);
  sound_filter(sound, HIGH_PASS, 60, 0.5, 0);
  sound_filter(sound, HIGH_SHELF, 4000, 0.7, 3);
  add_wires(kit, sound);
  sound_add(sound->x[0], sound->frames, kit->source[KICK].x[0], from_db(-27.0),
            0.0018 * rate);
  sound_add(sound->x[0], sound->frames, kit->source[HAT].x[0], from_db(-29.0),
            0.0014 * rate);
  return TON_OK;
}

/// Microphone amplifier: -84 dBFS
static void
add_hiss(const Kit* kit, const char* take, Sound* sound)
{
  Chance chance = chance_for(kit->seed, take);
  const double gain = from_db(-84.0) * sqrt(3.0);
  for (int c = 0; c < sound->channels; ++c) {
    for (size_t i = 0; i < sound->frames; ++i) {
      sound->x[c][i] += (float)(gain * chance_even(&chance));
    }
  }
}

TonStatus
kit_record(const Kit* kit, const char* take, Sound* sound, TonError* error)
{
  const double rate = kit->source[0].rate;
  const double seconds = (double)kit->source[0].frames / rate;
  if (!strcmp(take, "snare bottom")) {
    TON_TRY(record_snare_bottom(kit, sound, error));
    add_hiss(kit, take, sound);
    return TON_OK;
  }
  for (size_t i = 0; i < TON_COUNT(microphones); ++i) {
    const Microphone* const m = &microphones[i];
    if (strcmp(m->take, take) != 0) {
      continue;
    }
    const bool pair =
        i + 1 < TON_COUNT(microphones) && microphones[i + 1].right;
    if (!m->right) {
      TON_TRY(sound_new(sound, pair ? 2 : 1, seconds, rate, error));
    }
    Sound room = {0};
    TON_TRY(sound_new(&room, 1, seconds, rate, error));
    float* const to = sound->x[m->right];
    hear(kit, m, to, room.x[0]);
    add_room(to, room.x[0], room.frames, rate, m->right,
             from_db((double)m->room_db));
    sound_free(&room);
  }
  if (!sound->channels) {
    return ton_fail(error, TON_NOT_FOUND, "no microphone is called %s", take);
  }
  add_hiss(kit, take, sound);
  return TON_OK;
}
