// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Hashes of whole files.
#include "base/error.h"
#include "base/input_file.h"
#include "base/memory.h"

#include <tonmeister/audio_file.h>

#include <errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

/// Feed a file's bytes to a hash
static TonStatus
each_block(const char* path,
           void (*feed)(void* hash, const unsigned char* bytes, size_t n),
           void* hash, TonError* error)
{
  enum { BLOCK = 1 << 16 }; // stays in the cache of a core while it is hashed
  TonError why = {0};
  FILE* const file = ton_input_stream(path, &why);
  if (!file) {
    return ton_fail_file(error, why.status, path, "%s", why.text);
  }
  unsigned char* const block = ton_alloc(BLOCK);
  if (!block) {
    fclose(file);
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  size_t n = 0;
  while ((n = fread(block, 1, BLOCK, file)) > 0) {
    feed(hash, block, n);
  }
  const bool bad = ferror(file);
  fclose(file);
  ton_free(block);
  return bad ? ton_fail_file(error, TON_BAD_FILE, path, "cannot be read")
             : TON_OK;
}

static void
feed_xxh(void* hash, const unsigned char* bytes, size_t n)
{
  XXH3_128bits_update(hash, bytes, n);
}

static void
feed_sha(void* hash, const unsigned char* bytes, size_t n)
{
  sha256_update(hash, n, bytes);
}

static void
print_hash(XXH128_hash_t sum, char hash[33])
{
  snprintf(hash, 33, "%016llx%016llx", (unsigned long long)sum.high64,
           (unsigned long long)sum.low64);
}

TonStatus
ton_file_hash(const char* path, char hash[33], TonError* error)
{
  XXH3_state_t* const state = XXH3_createState();
  if (!state) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  XXH3_128bits_reset(state);
  const TonStatus status = each_block(path, feed_xxh, state, error);
  print_hash(XXH3_128bits_digest(state), hash);
  XXH3_freeState(state);
  return status;
}

void
ton_text_hash(const char* text, char hash[33])
{
  print_hash(XXH3_128bits(text, strlen(text)), hash);
}

TonStatus
ton_file_sha256(const char* path, char hash[65], TonError* error)
{
  struct sha256_ctx state;
  sha256_init(&state);
  TON_TRY(each_block(path, feed_sha, &state, error));
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&state, sizeof(digest), digest);
  for (int i = 0; i < SHA256_DIGEST_SIZE; ++i) {
    snprintf(hash + 2 * (size_t)i, 3, "%02x", digest[i]);
  }
  return TON_OK;
}
