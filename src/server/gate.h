// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Who may come in: the token, and the Host and Origin of a request.
#ifndef TON_SERVER_GATE_H
#define TON_SERVER_GATE_H

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN_BYTES = 33 };

typedef struct {
  char token[TOKEN_BYTES]; ///< 32 hexadecimal digits
  unsigned port;
  unsigned misses;   ///< In a row
  uint64_t until_ms; ///< Nobody is let in before
} ServerGate;

/// A new token from the system's random source; false: it has none
bool gate_open(ServerGate* gate);

/// One of the three names of this machine with our port
bool gate_host(const ServerGate* gate, const char* host);

/// The same as the address of a page; null and "" are refused
bool gate_origin(const ServerGate* gate, const char* origin);

/// Compared in constant time.  After three misses in a row nobody comes in for a
/// second.
bool gate_token(ServerGate* gate, const char* token, uint64_t now_ms);

#endif
