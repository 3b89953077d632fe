// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Files that a text names.
*/

#include "session/read.h"

#include "base/error.h"
#include "base/utf8.h"

#include <assert.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TonStatus
ton_read_folder(TonReader* r, const char* folder)
{
  r->folder = NULL;
  if (!folder) {
    return TON_OK;
  }
  char real[PATH_MAX];
  if (!realpath(folder, real)) {
    return ton_fail_file(r->error, TON_NOT_FOUND, folder,
                         "there is no such folder");
  }
  r->folder = ton_arena_string(r->arena, real, strlen(real));
  return r->folder ? TON_OK : ton_read_no_memory(r);
}

char*
ton_read_in_folder(TonReader* r, const char* name)
{
  TonString path = {0};
  if (*name != '/' && r->folder) {
    ton_string_printf(&path, "%s/", r->folder);
  }
  ton_string_add(&path, name);
  char* const whole =
      path.failed
          ? NULL
          : ton_arena_string(r->arena, ton_string_string(&path), path.length);
  ton_string_free(&path);
  return whole;
}

TonStatus
ton_read_path(TonReader* r, const TonNode* node, char** path)
{
  char* name = NULL;
  TON_TRY(ton_read_text(r, node, &name));
  if (!*name || strlen(name) >= PATH_MAX) {
    return ton_fail_at(r->doc, node, r->error, "%s: expected a file's name",
                       node->key ? node->key->text : "file");
  }
  *path = ton_read_in_folder(r, name);
  return *path ? TON_OK : ton_read_no_memory(r);
}

/// Add to a folder the part of a path, as the disk spells its letters: macOS
/// writes them and their accents apart.  False: there is none.
static bool
add_part(TonString* path, const char* part)
{
  const size_t before = path->length;
  ton_string_printf(path, "/%s", part);
  if (path->failed || access(path->bytes, F_OK) == 0) {
    return !path->failed;
  }
  path->length = before;
  path->bytes[before] = '\0';
  char* const wanted = ton_utf8_composed(part);
  DIR* const dir = opendir(before ? path->bytes : "/");
  bool found = false;
  for (struct dirent* e; wanted && dir && !found && (e = readdir(dir));) {
    char* const name = ton_utf8_composed(e->d_name);
    found = name && strcmp(name, wanted) == 0;
    if (found) {
      ton_string_printf(path, "/%s", e->d_name);
    }
    ton_free(name);
  }
  if (dir) {
    closedir(dir);
  }
  ton_free(wanted);
  return found && !path->failed;
}

/// The file of that name in another spelling of Unicode, or null
static char*
other_spelling(TonReader* r, const char* path)
{
  TonString found = {0};
  char* const parts = ton_arena_string(r->arena, path, strlen(path));
  char* rest = parts;
  bool good = parts;
  for (char* part; good && (part = strtok_r(rest, "/", &rest));) {
    good = add_part(&found, part);
  }
  char* const own = good && found.length
                        ? ton_arena_string(r->arena, found.bytes, found.length)
                        : NULL;
  ton_string_free(&found);
  return own;
}

/// The name in a folder that is most like `word`, into `near`
static bool
nearest_in(const char* folder, const char* word, char near[NAME_MAX + 1])
{
  DIR* const dir = opendir(folder);
  unsigned best = 2 + (unsigned)strlen(word) / 3;
  bool found = false;
  for (struct dirent* entry; dir && (entry = readdir(dir));) {
    const unsigned distance = ton_string_distance(word, entry->d_name);
    const bool first =
        found && distance == best && strcmp(entry->d_name, near) < 0;
    if (entry->d_name[0] != '.' && (distance < best || first)) {
      best = distance;
      found = true;
      memcpy(near, entry->d_name, strlen(entry->d_name) + 1);
    }
  }
  if (dir) {
    closedir(dir);
  }
  return found;
}

/// There is no `path`: say from where on, and what is there instead
static TonStatus
missing(TonReader* r, const TonNode* node, const char* path)
{
  char* const folder = ton_arena_string(r->arena, path, strlen(path));
  char* slash = folder ? strrchr(folder, '/') : NULL;
  struct stat info;
  while (slash && slash > folder) {
    *slash = '\0';
    if (stat(folder, &info) == 0) {
      break;
    }
    slash = strrchr(folder, '/');
  }
  if (!slash) {
    return ton_fail_at(r->doc, node, r->error, "there is no \"%s\"",
                       node->text);
  }
  const char* const rest = path + strlen(folder) + 1;
  const char* const word =
      ton_read_format(r, "%.*s", (int)strcspn(rest, "/"), rest);
  char near[NAME_MAX + 1];
  return nearest_in(folder, word, near)
             ? ton_fail_at(r->doc, node, r->error,
                           "there is no \"%s\" (looked in %s); did you mean "
                           "\"%s\"?",
                           node->text, folder, near)
             : ton_fail_at(r->doc, node, r->error,
                           "there is no \"%s\" (looked in %s)", node->text,
                           *folder ? folder : "/");
}

TonStatus
ton_read_file(TonReader* r, const TonNode* node, char** path)
{
  TON_TRY(ton_read_path(r, node, path));
  if (!r->folder) {
    return TON_OK;
  }
  assert(*path);
  struct stat info;
  if (stat(*path, &info) != 0) {
    char* const other = other_spelling(r, *path);
    if (!other || stat(other, &info) != 0) {
      return missing(r, node, *path);
    }
    *path = other;
  }
  return S_ISREG(info.st_mode)
             ? TON_OK
             : ton_fail_at(r->doc, node, r->error,
                           "\"%s\" is %s; expected a file", node->text,
                           S_ISDIR(info.st_mode) ? "a folder"
                                                 : "a device or a pipe");
}
