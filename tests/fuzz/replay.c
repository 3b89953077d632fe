// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/**
   @file
   Main of a fuzz target without a fuzzer: every file of a corpus (folders or
   files), and then seeded changes of each (bytes turned over, cut out, repeated, joined with
   another file), so that each test run tries some that nobody has seen.

   usage: fuzz_X CHANGES CORPUS...
*/

int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

enum { MOST_FILES = 2000, MOST_BYTES = 1 << 20 };

typedef struct {
  uint8_t* bytes;
  size_t size;
} Input;

static Input inputs[MOST_FILES];
static size_t n_inputs;

static uint64_t seed = 0x9E3779B97F4A7C15U;

static size_t
any(size_t below)
{
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return below ? (size_t)(seed % below) : 0;
}

static int
by_name(const void* a, const void* b)
{
  return strcmp(*(char* const*)a, *(char* const*)b);
}

static void
load_file(const char* path)
{
  FILE* const file = fopen(path, "rb");
  uint8_t* const room = malloc(MOST_BYTES);
  if (file && room && n_inputs < MOST_FILES) {
    const size_t size = fread(room, 1, MOST_BYTES, file);
    uint8_t* const fitting = realloc(room, size ? size : 1);
    inputs[n_inputs++] = (Input){fitting ? fitting : room, size};
  } else {
    free(room);
  }
  if (file) {
    fclose(file);
  }
}

/// Every file of a folder by name, or one file; 0: there is none
static int
load(const char* where)
{
  static char* names[MOST_FILES];
  const size_t before = n_inputs;
  size_t n = 0;
  DIR* const dir = opendir(where);
  for (struct dirent* e; dir && n < MOST_FILES && (e = readdir(dir));) {
    if (e->d_type == DT_REG || e->d_type == DT_UNKNOWN) {
      names[n++] = strdup(e->d_name);
    }
  }
  if (dir) {
    closedir(dir);
  } else {
    load_file(where);
  }
  qsort(names, n, sizeof(names[0]), by_name);
  for (size_t i = 0; i < n; ++i) {
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", where, names[i]);
    load_file(path);
    free(names[i]);
  }
  return n_inputs > before;
}

static size_t
change(uint8_t* room, size_t size)
{
  const size_t at = any(size);
  const size_t span = any(size - at < 16 ? size - at : 16);
  const Input* const other = &inputs[any(n_inputs)];
  switch (any(6)) {
  case 0:
    if (size) {
      room[at] ^= (uint8_t)(1U << any(8));
    }
    return size;
  case 1:
    memmove(room + at, room + at + span, size - at - span);
    return size - span;
  case 2:
    memmove(room + at + span, room + at, size - at);
    return size + span;
  case 3:
    if (size) {
      room[at] = (uint8_t) "\n :-[]{}\"'#,&*!|>%@\t~/?0"[any(24)];
    }
    return size;
  case 4: { // behind the other's end
    const size_t n = size + other->size > MOST_BYTES ? 0 : other->size;
    memcpy(room + size, other->bytes, n);
    return size + n;
  }
  default: {
    const size_t from = any(other->size);
    const size_t n = any(other->size - from);
    if (at + n > MOST_BYTES) {
      return size;
    }
    memcpy(room + at, other->bytes + from, n);
    return at + n > size ? at + n : size;
  }
  }
}

int
main(int argc, char** argv)
{
  const long changes = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
  for (int i = 2; i < argc; ++i) {
    if (!load(argv[i])) {
      n_inputs = 0;
      break;
    }
  }
  if (!n_inputs) {
    fprintf(stderr, "usage: %s CHANGES CORPUS...\n", argv[0]);
    return 2;
  }
  uint8_t* const room = malloc(2 * (size_t)MOST_BYTES);
  for (size_t i = 0; i < n_inputs; ++i) {
    LLVMFuzzerTestOneInput(inputs[i].bytes, inputs[i].size);
    for (long k = 0; room && k < changes; ++k) {
      size_t size = inputs[i].size;
      memcpy(room, inputs[i].bytes, size);
      for (size_t times = 1 + any(4); times; --times) {
        size = change(room, size);
        size = size > MOST_BYTES ? MOST_BYTES : size;
      }
      LLVMFuzzerTestOneInput(room, size);
    }
  }
  printf("%zu files, %ld changes of each\n", n_inputs, changes);
  for (size_t i = 0; i < n_inputs; ++i) {
    free(inputs[i].bytes);
  }
  free(room);
  return 0;
}
