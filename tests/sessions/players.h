// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_PLAYERS_H
#define TON_TESTS_PLAYERS_H

/// @file The band: each player writes notes into a sound.

#include "session.h"

/// Draws from a seed, one after the other
typedef struct {
  uint64_t seed;
  uint64_t n;
} Draw;

double draw_between(Draw* draw, double low, double high);
uint32_t draw_below(Draw* draw, uint32_t n);

/// Zeroed sound of the session's length
float* session_sound(const Session* s);

/// Seconds of a place in the song, counted in beats from bar 1
double session_time(const Session* s, double beat);

/// The drums of the kit, each alone
typedef struct {
  float* kick;
  float* snare;
  float* hat;
} Kit;

void play_kit(const Session* s, Kit* kit);
void play_bass(const Session* s, float* x);
void play_keys(const Session* s, float* x);
void play_pad(const Session* s, float* x);
void sing(const Session* s, float* x);

#endif
