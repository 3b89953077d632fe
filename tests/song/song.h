// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_STUDIO_SONG_H
#define TON_TESTS_STUDIO_SONG_H

/// @file A song folder of its own for every test program.

#include "expect.h"
#include "song/song.h"

#include <tonmeister/audio_file.h>

#include <stdint.h>

/// A song folder of its own for every test program
int song_open(void** state);
int song_close(void** state);

/// Path of a file in it; the last 16 stay valid
const char* song_path(const char* name);

/// Put a text into it
void song_text(const char* name, const char* text);

/// All of a text file, "" if there is none; valid until the next call
const char* song_read(const char* name);

/// Float WAV of one or two channels
void song_wav(const char* name, double rate, uint32_t channels,
              const double* left, const double* right, uint64_t n);

/// a.wav, mono, and b.wav, stereo at a rate of its own: n frames of noise
void song_noises(double rate, double rate_of_b, uint64_t n);

/// All frames of a file, planar doubles to be freed with free(); returns their
/// number
uint64_t song_load(const char* path, double** left, double** right);

/// A music-like mix at some peak
void song_mix(const char* name, double rate, uint32_t channels, double seconds,
              double peak_dbfs);

/// Open the song, work, save what is to be saved, close.  A missed goal is
/// saved too.
TonStatus song_mixes(const TonMixOptions* options, const TonJob* job,
                     TonMeasurement* m, TonError* error);
TonStatus song_masters(const TonMasterOptions* options, const TonJob* job,
                       TonMasterResult* m, TonError* error);
TonStatus song_releases(const TonJob* job, TonDelivery* delivery,
                        TonError* error);

#define SONG_TESTS(tests) cmocka_run_group_tests(tests, song_open, song_close)

#endif
