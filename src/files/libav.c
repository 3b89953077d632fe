// SPDX-License-Identifier: GPL-3.0-or-later
/// @file FFmpeg's libraries, loaded when first needed.
#include "files/libav.h"

#include "base/string.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define SONAME "libavformat.so." AV_STRINGIFY(LIBAVFORMAT_VERSION_MAJOR)

/// A chunk that says it is larger than this is damaged; FFmpeg would ask for its
/// memory before it looks.  The index of a ten-hour file takes 40 MB
enum { MAX_BLOCK_BYTES = 1 << 28 };

static Libav found;
static bool whole;
static char reason[256] = "it lacks a function";

static void
load(void)
{
  void* const library = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
  whole = library != NULL;
  if (!library) {
    ton_string_cut(reason, sizeof(reason), "%s", dlerror());
  }
  // a search in a library goes on in those it was linked with
#define FIND(name)                                                             \
  {                                                                            \
    void* const at = library ? dlsym(library, #name) : NULL;                   \
    memcpy(&found.name, &at, sizeof(at));                                      \
    whole = whole && at;                                                       \
  }
  TON_LIBAV(FIND)
#undef FIND
  if (whole) {
    found.av_max_alloc(MAX_BLOCK_BYTES);
  }
}

const char*
libav_reason(void)
{
  return reason;
}

const Libav*
libav(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return whole ? &found : NULL;
}
