// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The studio's server: one page and two sockets for it, on this machine alone.
   docs/studio-protocol.md says what goes over them.
*/
#ifndef TON_SERVER_SERVER_H
#define TON_SERVER_SERVER_H

#include <tonmeister/status.h>

#include <stdbool.h>

typedef struct {
  unsigned port; ///< 0: one that is free
  bool stay;     ///< Do not end a minute after the last tab
  /// Told once, when the page can be opened: its address with the token
  void (*ready)(void* handle, const char* address, unsigned port);
  void* handle;
} ServerOptions;

/// Serve a song until the last tab is closed or the user interrupts.  [main]
TonStatus server_run(const char* folder, const ServerOptions* options,
                     TonError* error);

#endif
