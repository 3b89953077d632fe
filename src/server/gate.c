// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The checks at the door.
#include "server/gate.h"

#include "base/array.h"
#include "base/string.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

enum { MISSES = 3, WAIT_MS = 1000 };

static const char* const hosts[] = {"127.0.0.1", "[::1]", "localhost"};

bool
gate_open(ServerGate* gate)
{
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
    return false;
  }
  for (size_t i = 0; i < sizeof(bytes); ++i) {
    snprintf(gate->token + 2 * i, 3, "%02x", bytes[i]);
  }
  return true;
}

bool
gate_host(const ServerGate* gate, const char* host)
{
  for (size_t i = 0; host && i < TON_COUNT(hosts); ++i) {
    char ours[64];
    if (ton_string_format(ours, sizeof(ours), "%s:%u", hosts[i], gate->port) &&
        strcmp(host, ours) == 0) {
      return true;
    }
  }
  return false;
}

bool
gate_origin(const ServerGate* gate, const char* origin)
{
  static const char scheme[] = "http://";
  return origin && strncmp(origin, scheme, sizeof(scheme) - 1) == 0 &&
         gate_host(gate, origin + sizeof(scheme) - 1);
}

bool
gate_token(ServerGate* gate, const char* token, uint64_t now_ms)
{
  if (now_ms < gate->until_ms) {
    return false;
  }
  const size_t n = strlen(token);
  unsigned differ = n != TOKEN_BYTES - 1;
  for (size_t i = 0; i < TOKEN_BYTES - 1; ++i) {
    const char given = i < n ? token[i] : '\0';
    differ |= (unsigned char)given ^ (unsigned char)gate->token[i];
  }
  gate->misses = differ ? gate->misses + 1 : 0;
  if (gate->misses >= MISSES) {
    gate->misses = 0;
    gate->until_ms = now_ms + WAIT_MS;
  }
  return !differ;
}
