// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Queues of a connection and their limits.
#include "server/socket.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void
socket_close(Socket* s, int why)
{
  s->closing = s->closing ? s->closing : why;
  lws_callback_on_writable(s->wsi);
}

void
socket_send(Socket* s, const void* bytes, size_t size, bool binary)
{
  if (s->closing) {
    return;
  }
  Outgoing* const o = s->waiting + size > MAX_OUTBOX
                          ? NULL
                          : ton_alloc(sizeof(Outgoing) + LWS_PRE + size);
  if (!o) {
    socket_close(s, CLOSE_LIMIT);
    return;
  }
  o->size = size;
  o->binary = binary;
  memcpy(o->bytes + LWS_PRE, bytes, size);
  if (s->last) {
    s->last->next = o;
  } else {
    s->first = o;
  }
  s->last = o;
  s->waiting += size;
  lws_callback_on_writable(s->wsi);
}

void
socket_send_json(Socket* s, const json_t* message)
{
  char* const text = json_dumps(message, JSON_COMPACT);
  if (text) {
    socket_send(s, text, strlen(text), false);
  }
  free(text);
}

bool
socket_write(Socket* s)
{
  if (s->closing) {
    lws_close_reason(s->wsi, (enum lws_close_status)s->closing, NULL, 0);
    return false;
  }
  Outgoing* const o = s->first;
  if (!o) {
    return true;
  }
  s->first = o->next;
  s->last = s->first ? s->last : NULL;
  s->waiting -= o->size;
  const int written = lws_write(s->wsi, o->bytes + LWS_PRE, o->size,
                                o->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
  const bool whole = written >= (int)o->size;
  ton_free(o);
  if (s->first) {
    lws_callback_on_writable(s->wsi);
  }
  return whole;
}

void
socket_free(Socket* s)
{
  while (s->first) {
    Outgoing* const next = s->first->next;
    ton_free(s->first);
    s->first = next;
  }
  ton_string_free(&s->inbox);
  *s = (Socket){0};
}

bool
socket_receive(Socket* s, const void* bytes, size_t size, uint64_t now_ms)
{
  if (s->inbox.length + size > MAX_MESSAGE) {
    socket_close(s, CLOSE_LIMIT);
    return false;
  }
  ton_string_add_bytes(&s->inbox, bytes, size);
  if (!lws_is_final_fragment(s->wsi) ||
      lws_remaining_packet_payload(s->wsi) > 0) {
    return false;
  }
  s->messages = now_ms / 1000 == s->second ? s->messages + 1 : 1;
  s->second = now_ms / 1000;
  if (s->messages > MAX_A_SECOND || s->inbox.failed) {
    socket_close(s, CLOSE_LIMIT);
    return false;
  }
  return !s->closing;
}
