// SPDX-License-Identifier: GPL-3.0-or-later
/// @file One connection of the page: what came in whole, what waits to go out.
#ifndef TON_SERVER_SOCKET_H
#define TON_SERVER_SOCKET_H

#include "base/string.h"
#include "song/studio.h"

#include <libwebsockets.h>

enum {
  MAX_SOCKETS = 8,
  MAX_MESSAGE = 1 << 20,
  MAX_OUTBOX = 4 << 20,
  MAX_A_SECOND = 500,
  HELLO_MS = 5000,
};

/// Why a socket is closed
enum { CLOSE_VERSION = 4001, CLOSE_TOKEN = 4003, CLOSE_LIMIT = 4008 };

typedef struct Outgoing {
  struct Outgoing* next;
  size_t size;
  bool binary;
  unsigned char bytes[]; ///< LWS_PRE, then the message
} Outgoing;

typedef struct {
  struct lws* wsi; ///< Null: free
  bool audio;
  bool known; ///< It has said hello
  char tab[STUDIO_TAB_BYTES];
  uint64_t since_ms;
  uint64_t second; ///< Of the messages that are counted
  unsigned messages;
  TonString inbox; ///< Of a message that has not ended
  Outgoing* first;
  Outgoing* last;
  size_t waiting; ///< Bytes
  int closing;    ///< A reason, or 0
} Socket;

/// Queue a message; too much of it closes the socket
void socket_send(Socket* socket, const void* bytes, size_t size, bool binary);
void socket_send_json(Socket* socket, const json_t* message);

/// Write one message.  False: the socket is to be closed
bool socket_write(Socket* socket);

void socket_close(Socket* socket, int why);

/// Forget all
void socket_free(Socket* socket);

/// Add a fragment; true: the inbox holds a whole message
bool socket_receive(Socket* socket, const void* bytes, size_t size,
                    uint64_t now_ms);

#endif
