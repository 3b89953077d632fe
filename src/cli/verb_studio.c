// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   tonmeister studio: a page in the browser to hear and change a song.
*/

#include "base/error.h"
#include "base/string.h"
#include "cli/json_output.h"
#include "cli/verbs.h"
#include "server/server.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char** environ;

/// What is done when the page can be opened
typedef struct {
  const CommandLine* line;
  bool open;
  char file[2048]; ///< Leads the browser to the page; "": there is none
} Opening;

/// A file that only this user can read leads to the page: the address with the
/// token stands on no command line
static bool
write_way(Opening* o, const char* address)
{
  if (!ton_string_format(o->file, sizeof(o->file), "%s/tonmeister-XXXXXX.html",
                         getenv("XDG_RUNTIME_DIR") ? getenv("XDG_RUNTIME_DIR")
                                                   : "/tmp")) {
    return false;
  }
  const int fd = mkstemps(o->file, 5); // with rights 0600
  if (fd < 0) {
    o->file[0] = '\0';
    return false;
  }
  const bool written =
      dprintf(fd,
              "<!doctype html><meta charset=\"utf-8\"><title>Tonmeister</title>"
              "<meta http-equiv=\"refresh\" content=\"0;url=%s\">\n",
              address) > 0;
  return close(fd) == 0 && written;
}

static void
open_browser(Opening* o, const char* address)
{
  pid_t pid = 0;
  char program[] = "xdg-open";
  if (write_way(o, address)) {
    char* const args[] = {program, o->file, NULL};
    (void)posix_spawnp(&pid, program, NULL, NULL, args, environ);
  }
}

static void
tell_address(void* handle, const char* address, unsigned port)
{
  Opening* const o = handle;
  if (o->line->json) { // the document follows at the end
    cli_print_json(
        json_pack("{s:s, s:i}", "address", address, "port", (int)port));
  }
  FILE* const to = o->line->json ? stderr : stdout;
  fprintf(to, "%s\n", address);
  fflush(to);
  if (o->open) {
    open_browser(o, address);
  }
}

TonStatus
cli_studio(const CommandLine* line, TonError* error)
{
  Opening opening = {.line = line, .open = !cli_has(line, "no-open")};
  const char* const text = cli_value(line, "port");
  char* end = NULL;
  const unsigned long port = text ? strtoul(text, &end, 10) : 0;
  if (text && (*end || end == text || port < 1024 || port > 65535)) {
    return ton_fail(error, TON_BAD_USE,
                    "--port: \"%s\" is no port; expected 1024 to 65535", text);
  }
  const ServerOptions options = {.port = (unsigned)port,
                                 .stay = cli_has(line, "stay"),
                                 .ready = tell_address,
                                 .handle = &opening};
#if TON_STUDIO
  const TonStatus status = server_run(line->args[0], &options, error);
#else
  (void)options;
  const TonStatus status =
      ton_fail(error, TON_UNSUPPORTED,
               "this program was built without the studio; install "
               "libwebsockets-dev and build it again");
#endif
  if (opening.file[0]) {
    (void)unlink(opening.file);
  }
  return status;
}
