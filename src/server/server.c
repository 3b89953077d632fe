// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Serving the page.

   One thread does all of it: libwebsockets calls back, the studio works, and its
   sound thread only wakes the loop.  HTTP knows a table of files and no file system.
*/
#include "server/server.h"

#include "base/array.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "server/gate.h"
#include "server/page.h"
#include "server/socket.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  TICK_US = 16000,
  TICKS_A_METER = 2,
  LAST_TAB_MS = 60000,
  MAX_DEPTH = 32,
  CREDIT_BYTES = 16,
  CREDIT_MAGIC = 0x434e4f54,
  NAME_BYTES = 256,
};

typedef struct {
  struct lws_context* context;
  lws_sorted_usec_list_t timer;
  Studio* studio;
  ServerGate gate;
  Socket sockets[MAX_SOCKETS];
  uint64_t ticks;
  uint64_t left_ms; ///< When the last tab went, or the start
  bool stay;
  bool over;
  unsigned char frame[LWS_PRE + STUDIO_FRAME_BYTES];
} Server;

static uint64_t
now_ms(void)
{
  return (uint64_t)lws_now_usecs() / 1000;
}

// HTTP --------------------------------------------------------------------------

static const char* const headers[][2] = {
    {"content-security-policy:",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src "
     "'self'; worker-src 'self'; font-src 'self'; img-src 'self' blob:; "
     "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
     "require-trusted-types-for 'script'; trusted-types lit-html tonmeister"},
    {"cross-origin-opener-policy:", "same-origin"},
    {"cross-origin-embedder-policy:", "require-corp"},
    {"cross-origin-resource-policy:", "same-origin"},
    {"x-content-type-options:", "nosniff"},
    {"referrer-policy:", "no-referrer"},
    {"cache-control:", "no-store"},
};

static const PageFile*
find_file(const char* path)
{
  path = strcmp(path, "/") == 0 ? "/index.html" : path;
  for (size_t i = 0; i < page_n_files; ++i) {
    if (strcmp(page_files[i].path, path) == 0) {
      return &page_files[i];
    }
  }
  return NULL;
}

static bool
add_header(struct lws* wsi, const char* name, const char* value,
           unsigned char** at, unsigned char* end)
{
  return !lws_add_http_header_by_name(wsi, (const unsigned char*)name,
                                      (const unsigned char*)value,
                                      (int)strlen(value), at, end);
}

/// Status, headers and body in one go; the body is static
static int
answer(struct lws* wsi, unsigned status, const char* type, const void* body,
       size_t size)
{
  unsigned char buffer[LWS_PRE + 2048];
  unsigned char* at = buffer + LWS_PRE;
  unsigned char* const end = buffer + sizeof(buffer);
  bool fits = !lws_add_http_common_headers(wsi, status, type, size, &at, end);
  for (size_t i = 0; i < TON_COUNT(headers) && fits; ++i) {
    fits = add_header(wsi, headers[i][0], headers[i][1], &at, end);
  }
  if (!fits ||
      lws_finalize_write_http_header(wsi, buffer + LWS_PRE, &at, end)) {
    return 1;
  }
  unsigned char* const copy = ton_alloc(LWS_PRE + size + 1);
  if (!copy) {
    return 1;
  }
  memcpy(copy + LWS_PRE, body, size);
  const int written =
      lws_write(wsi, copy + LWS_PRE, size, LWS_WRITE_HTTP_FINAL);
  ton_free(copy);
  return written < (int)size ? 1 : lws_http_transaction_completed(wsi);
}

static int
refuse(struct lws* wsi, unsigned status, const char* text)
{
  return answer(wsi, status, "text/plain; charset=utf-8", text, strlen(text));
}

static bool
is_our_host(const Server* s, struct lws* wsi)
{
  char host[NAME_BYTES];
  return lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) > 0 &&
         gate_host(&s->gate, host);
}

static int
on_request(const Server* s, struct lws* wsi, const char* path)
{
  if (!is_our_host(s, wsi)) {
    return refuse(wsi, 403, "Not this host.\n");
  }
  if (!lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI)) {
    return refuse(wsi, 405, "Only GET.\n");
  }
  const PageFile* const file = find_file(path);
  return file ? answer(wsi, 200, file->type, file->bytes, file->size)
              : refuse(wsi, 404, "There is no such page.\n");
}

// Sockets -----------------------------------------------------------------------

static Socket*
socket_of(Server* s, const struct lws* wsi)
{
  for (int i = 0; i < MAX_SOCKETS; ++i) {
    if (s->sockets[i].wsi == wsi) {
      return &s->sockets[i];
    }
  }
  return NULL;
}

/// Host and Origin of the request that becomes a socket, and its path
static bool
may_upgrade(const Server* s, struct lws* wsi)
{
  char origin[NAME_BYTES];
  char path[NAME_BYTES];
  return is_our_host(s, wsi) &&
         lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) > 0 &&
         gate_origin(&s->gate, origin) &&
         lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI) > 0 &&
         (strcmp(path, "/control") == 0 || strcmp(path, "/audio") == 0);
}

static int
on_open(Server* s, struct lws* wsi)
{
  char path[NAME_BYTES] = "";
  Socket* const free = socket_of(s, NULL);
  if (!free) {
    return -1;
  }
  lws_hdr_copy(wsi, path, sizeof(path), WSI_TOKEN_GET_URI);
  *free = (Socket){
      .wsi = wsi, .audio = strcmp(path, "/audio") == 0, .since_ms = now_ms()};
  return 0;
}

static void
tell(void* handle, const json_t* message)
{
  Server* const s = handle;
  for (int i = 0; i < MAX_SOCKETS; ++i) {
    Socket* const one = &s->sockets[i];
    if (one->wsi && one->known && !one->audio) {
      socket_send_json(one, message);
    }
  }
}

static void
wake(void* handle)
{
  const Server* const s = handle;
  lws_cancel_service(s->context);
}

static bool
is_tab_name(const char* name)
{
  const size_t n = strlen(name);
  return n > 0 && n < STUDIO_TAB_BYTES &&
         strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789") == n;
}

static void
on_hello(Server* s, Socket* one, const json_t* m)
{
  const char* const type = json_string_value(json_object_get(m, "type"));
  const char* const token = json_string_value(json_object_get(m, "token"));
  const char* const tab = json_string_value(json_object_get(m, "tab"));
  if (!type || strcmp(type, "hello") != 0 || !token || !tab ||
      !is_tab_name(tab) || !gate_token(&s->gate, token, now_ms())) {
    socket_close(one, CLOSE_TOKEN);
    return;
  }
  one->known = ton_string_copy(one->tab, sizeof(one->tab), tab);
  if (one->audio) {
    return;
  }
  json_t* const messages[] = {
      json_pack("{s:s, s:i, s:s, s:s}", "type", "hello", "protocol",
                STUDIO_PROTOCOL, "version", TON_VERSION, "tab", tab),
      studio_snapshot(s->studio), studio_transport(s->studio)};
  for (size_t i = 0; i < TON_COUNT(messages); ++i) {
    socket_send_json(one, messages[i]);
    json_decref(messages[i]);
  }
}

/// Brackets within brackets, before a parser sees them
static bool
is_shallow(const char* text)
{
  int depth = 0;
  bool quoted = false;
  for (; *text; ++text) {
    if (quoted) {
      text += *text == '\\' && text[1];
      quoted = *text != '"';
    } else if (*text == '"') {
      quoted = true;
    } else if (*text == '{' || *text == '[') {
      if (++depth > MAX_DEPTH) {
        return false;
      }
    } else if (*text == '}' || *text == ']') {
      --depth;
    }
  }
  return true;
}

static void
on_message(Server* s, Socket* one)
{
  const char* const text = ton_string_string(&one->inbox);
  json_t* const m = is_shallow(text) ? json_loads(text, 0, NULL) : NULL;
  if (!json_is_object(m)) {
    socket_close(one, CLOSE_LIMIT);
  } else if (!one->known) {
    on_hello(s, one, m);
  } else if (!one->audio) {
    StudioAnswer reply;
    studio_message(s->studio, one->tab, m, &reply);
    if (reply.json) {
      socket_send_json(one, reply.json);
    }
    if (reply.bytes) {
      socket_send(one, reply.bytes, reply.n_bytes, true);
    }
    json_decref(reply.json);
    ton_free(reply.bytes);
  }
  json_decref(m);
}

static uint32_t
word(const unsigned char* at)
{
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
         (uint32_t)at[3] << 24;
}

static void
on_credit(Server* s, const Socket* one)
{
  const unsigned char* const c = (const unsigned char*)one->inbox.bytes;
  if (one->inbox.length == CREDIT_BYTES && word(c) == CREDIT_MAGIC &&
      studio_is_heard(s->studio, one->tab)) {
    studio_credit(s->studio, word(c + 4), word(c + 8), word(c + 12));
    lws_callback_on_writable(one->wsi);
  }
}

static int
on_receive(Server* s, struct lws* wsi, const void* bytes, size_t size)
{
  Socket* const one = socket_of(s, wsi);
  if (!one || !socket_receive(one, bytes, size, now_ms())) {
    return 0;
  }
  if (one->audio && one->known && lws_frame_is_binary(wsi)) {
    on_credit(s, one);
  } else {
    on_message(s, one);
  }
  one->inbox.length = 0;
  return 0;
}

/// The next frame of sound; one message for each call
static int
on_writable(Server* s, struct lws* wsi)
{
  Socket* const one = socket_of(s, wsi);
  if (!one) {
    return -1;
  }
  if (!one->audio || !one->known || one->closing) {
    return socket_write(one) ? 0 : -1;
  }
  if (!studio_is_heard(s->studio, one->tab)) {
    return 0;
  }
  const size_t n = studio_sound(s->studio, s->frame + LWS_PRE);
  if (!n) {
    return 0;
  }
  lws_callback_on_writable(wsi);
  return lws_write(wsi, s->frame + LWS_PRE, n, LWS_WRITE_BINARY) < (int)n ? -1
                                                                          : 0;
}

static void
on_close(Server* s, const struct lws* wsi)
{
  Socket* const one = socket_of(s, wsi);
  if (one) {
    if (one->known && !one->audio) {
      studio_leave(s->studio, one->tab);
    }
    socket_free(one);
    s->left_ms = now_ms();
  }
}

// The loop ----------------------------------------------------------------------

static void
pump_sound(Server* s)
{
  for (int i = 0; i < MAX_SOCKETS; ++i) {
    if (s->sockets[i].wsi && s->sockets[i].audio) {
      lws_callback_on_writable(s->sockets[i].wsi);
    }
  }
}

/// Meters go to sockets that have nothing to write
static void
send_meters(Server* s)
{
  const size_t n = studio_meters(s->studio, s->frame + LWS_PRE);
  for (int i = 0; n && i < MAX_SOCKETS; ++i) {
    Socket* const one = &s->sockets[i];
    if (one->wsi && one->known && !one->audio && !one->first) {
      socket_send(one, s->frame + LWS_PRE, n, true);
    }
  }
}

static void
look_after(Server* s)
{
  const uint64_t now = now_ms();
  bool any = false;
  for (int i = 0; i < MAX_SOCKETS; ++i) {
    Socket* const one = &s->sockets[i];
    any |= one->wsi != NULL;
    if (one->wsi && !one->known && now - one->since_ms > HELLO_MS) {
      socket_close(one, CLOSE_TOKEN);
    }
  }
  s->left_ms = any ? now : s->left_ms;
  s->over = ton_interrupted() || (!s->stay && now - s->left_ms > LAST_TAB_MS);
}

static void
on_timer(lws_sorted_usec_list_t* timer)
{
  Server* const s = lws_container_of(timer, Server, timer);
  studio_tick(s->studio);
  if (++s->ticks % TICKS_A_METER == 0) {
    send_meters(s);
  }
  look_after(s);
  lws_sul_schedule(s->context, 0, &s->timer, on_timer, TICK_US);
}

static int
on_event(struct lws* wsi, enum lws_callback_reasons reason, void* user,
         void* in, size_t size)
{
  (void)user;
  Server* const s = lws_context_user(lws_get_context(wsi));
  switch ((int)reason) {
  case LWS_CALLBACK_HTTP:
    return on_request(s, wsi, in);
  case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
    return may_upgrade(s, wsi) ? 0 : -1;
  case LWS_CALLBACK_ESTABLISHED:
    return on_open(s, wsi);
  case LWS_CALLBACK_RECEIVE:
    return on_receive(s, wsi, in, size);
  case LWS_CALLBACK_SERVER_WRITEABLE:
    return on_writable(s, wsi);
  case LWS_CALLBACK_CLOSED:
    on_close(s, wsi);
    return 0;
  case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
    pump_sound(s);
    return 0;
  default:
    return 0;
  }
}

static int
on_http(struct lws* wsi, enum lws_callback_reasons reason, void* user, void* in,
        size_t size)
{
  return reason == LWS_CALLBACK_HTTP ? on_event(wsi, reason, user, in, size)
         : reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION
             ? -1 // a socket has our protocol
             : lws_callback_http_dummy(wsi, reason, user, in, size);
}

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_http, .rx_buffer_size = 4096},
    {.name = "tonmeister.1", .callback = on_event, .rx_buffer_size = 65536},
    {.name = NULL},
};

static TonStatus
listen_on(Server* s, const ServerOptions* options, TonError* error)
{
  const struct lws_context_creation_info info = {
      .port = (int)options->port,
      .iface = "lo",
      .protocols = protocols,
      .gid = (gid_t)-1,
      .uid = (uid_t)-1,
      .user = s,
      .fd_limit_per_thread = 64,
      .options = LWS_SERVER_OPTION_DISABLE_IPV6,
      .vhost_name = "localhost",
  };
  lws_set_log_level(0, NULL);
  s->context = lws_create_context(&info);
  if (!s->context) {
    return ton_fail(error, TON_BAD_USE,
                    "port %u of 127.0.0.1 is not free; choose another with "
                    "--port",
                    options->port);
  }
  struct lws_vhost* const vhost =
      lws_get_vhost_by_name(s->context, "localhost");
  s->gate.port = (unsigned)lws_get_vhost_listen_port(vhost);
  return TON_OK;
}

static void
serve(Server* s, const ServerOptions* options)
{
  char address[128];
  s->stay = options->stay;
  s->left_ms = now_ms();
  if (ton_string_format(address, sizeof(address), "http://127.0.0.1:%u/#%s",
                        s->gate.port, s->gate.token)) {
    options->ready(options->handle, address, s->gate.port);
  }
  lws_sul_schedule(s->context, 0, &s->timer, on_timer, TICK_US);
  while (!s->over && lws_service(s->context, 0) >= 0) {
  }
}

TonStatus
server_run(const char* folder, const ServerOptions* options, TonError* error)
{
  Server* const s = ton_alloc(sizeof(Server));
  if (!s || !gate_open(&s->gate)) {
    ton_free(s);
    return ton_fail(error, TON_NO_MEMORY, "the system gives no random numbers");
  }
  const StudioListener listener = {s, tell, wake};
  TonStatus status = listen_on(s, options, error);
  status = status ? status : studio_open(folder, &listener, &s->studio, error);
  if (!status) {
    serve(s, options);
  }
  if (s->context) {
    lws_context_destroy(s->context);
  }
  studio_free(s->studio);
  ton_free(s);
  return status;
}
