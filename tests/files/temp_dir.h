// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_TESTS_FILES_ROOM_H
#define TON_TESTS_FILES_ROOM_H

/// @file A folder of its own for every test program.

#include "expect.h"

#include <tonmeister/audio_file.h>

/// A folder of its own for every test program
int room_open(void** state);
int room_close(void** state);

/// Path of a file in it; the last 16 stay valid
const char* room_path(const char* name);

/// Files in it whose name begins with ".part"
int room_partial_files(void);

/// Write a whole file, failing the test with the reason
void room_write(const char* name, const TonAudioFormat* format,
                const float* const* in, uint32_t frames, const TonTags* tags);

/// Read a whole file in blocks of odd sizes; returns its frames
uint32_t room_read(const char* path, float* const* out, uint32_t room);

/// Put bytes into a file, whatever they are
void room_put(const char* name, const void* bytes, size_t size);

/// All bytes of a file, freed with free()
unsigned char* room_get(const char* name, size_t* size);

#define ROOM_TESTS(tests) cmocka_run_group_tests(tests, room_open, room_close)

#endif
