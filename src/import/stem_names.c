// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What stems are called in a song.
#include "import/stem_names.h"

#include "base/array.h"
#include "base/form_name.h"
#include "base/name_set.h"
#include "base/path.h"
#include "base/safe_name.h"
#include "base/string.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>

/// Longest name, bytes: a file system takes 255, and a number may be added
enum { MAX_NAME = 240 };

/// One of the names that no other may have, at `at` in each NamedStem
typedef enum {
  FILE_NAME = offsetof(NamedStem, file),
  TRACK_NAME = offsetof(NamedStem, track),
} NameKind;

// Text ----------------------------------------------------------------------------

static bool
is_control(const char* letter)
{
  const unsigned char* const s = (const unsigned char*)letter;
  return *s < 0x20 || *s == 0x7F || (*s == 0xC2 && s[1] < 0xA0) ||
         (*s == 0xEF && (memcmp(s, "\xEF\xBB\xBF", 3) == 0 || s[1] == 0xBF));
}

/// Add a part of a path as a text may have it: line breaks and the like become
/// spaces, bytes that are no UTF-8 are read as Latin-1
static void
add_plain(TonString* text, const char* part, size_t length)
{
  for (const char* c = part; c < part + length;) {
    const size_t n = ton_utf8_length(c, length - (size_t)(c - part));
    if (!n) {
      const unsigned char byte = (unsigned char)*c;
      const char latin[] = {(char)(0xC0U | byte >> 6),
                            (char)(0x80U | (byte & 0x3FU))};
      ton_string_add_bytes(text, latin, 2);
    } else if (is_control(c)) {
      ton_string_add(text, " ");
    } else {
      ton_string_add_bytes(text, c, n);
    }
    c += n ? n : 1;
  }
}

/// At most MAX_NAME bytes, not through a letter, without spaces at the end
static size_t
fitting(const char* name, size_t length)
{
  size_t n = ton_utf8_cut(name, length, MAX_NAME);
  while (n && name[n - 1] == ' ') {
    --n;
  }
  return n;
}

static const char*
own(StemNames* names, const char* text, size_t length)
{
  return ton_arena_string(&names->arena, text, length);
}

/// The part of a path, composed, owned by `names`
static const char*
plain(StemNames* names, const char* part, size_t length)
{
  TonString text = {0};
  add_plain(&text, part, length);
  char* const composed =
      text.failed ? NULL : ton_utf8_composed(ton_string_string(&text));
  const char* const name =
      composed ? own(names, composed, strlen(composed)) : NULL;
  ton_free(composed);
  ton_string_free(&text);
  return name;
}

// Names that are there once --------------------------------------------------------

/// Names while they are given
typedef struct {
  StemNames* names;
  NameSet files;
  NameSet strips;
  bool failed; ///< No memory
} Naming;

/// "Room", or "Room 2" if that is taken; `ending` stands behind the number
static const char*
free_name(Naming* g, NameSet* set, const char* name, const char* ending)
{
  const size_t stem = name ? strlen(name) - strlen(ending) : 0;
  const char* free = name;
  for (uint32_t number = 2; free && !name_set_add(set, free, &g->failed);
       ++number) {
    TonString text = {0};
    ton_string_add_bytes(&text, name, stem);
    ton_string_printf(&text, " %u%s", number, ending);
    free = text.failed || g->failed ? NULL
                                    : own(g->names, text.bytes, text.length);
    ton_string_free(&text);
  }
  g->failed |= !free;
  return free;
}

// Files ----------------------------------------------------------------------------

/// Bytes of the folders, with the slash, that all stems lie in
static size_t
common_folder(char** paths, uint32_t n)
{
  size_t common = (size_t)(ton_file_name(paths[0]) - paths[0]);
  for (uint32_t i = 1; i < n; ++i) {
    size_t same = 0;
    for (size_t k = 0; k < common && paths[i][k] == paths[0][k]; ++k) {
      same = paths[0][k] == '/' ? k + 1 : same;
    }
    common = same;
  }
  return common;
}

/// The next folder of a path, behind the slash; false: there is none left.  What
/// only points somewhere (".", "..") is none.
static bool
next_folder(const char** at, const char** folder, size_t* length)
{
  for (const char* slash = strchr(*at, '/'); slash; slash = strchr(*at, '/')) {
    *folder = *at;
    *length = (size_t)(slash - *at);
    *at = slash + 1;
    if (*length && strspn(*folder, ".") < *length) {
      return true;
    }
  }
  return false;
}

/// Add a folder or the name of a file without its ending, as every system takes
/// it
static void
add_safe_part(TonString* path, const char* part, size_t length)
{
  TonString name = {0};
  ton_add_safe_name(&name, part, length, MAX_NAME);
  if (name.length && (*name.bytes == '.' || *name.bytes == '-')) {
    *name.bytes = '_'; // hidden, or read as an option of a command
  }
  const char* const safe = ton_string_string(&name);
  ton_string_printf(path, "%s%s", ton_is_reserved_name(safe) ? "_" : "",
                    *safe ? safe : "_");
  path->failed |= name.failed;
  ton_string_free(&name);
}

/// "stems/Drums/01_Kick.wav"; `path` begins behind the common folders
static void
name_file(Naming* g, const char* path, NamedStem* stem)
{
  TonString text = {0};
  const char* folder = NULL;
  size_t length = 0;
  ton_string_add(&text, "stems/");
  for (const char* at = path; next_folder(&at, &folder, &length);) {
    const char* const part = plain(g->names, folder, length);
    add_safe_part(&text, part ? part : "", part ? strlen(part) : 0);
    ton_string_add(&text, "/");
    g->failed |= !part;
  }
  const char* const base = ton_file_name(path);
  const char* const name = plain(g->names, base, strlen(base));
  const char* const ending = ton_file_ending(name ? name : "");
  stem->name = name;
  add_safe_part(&text, name ? name : "", name ? (size_t)(ending - name) : 0);
  ton_string_add(&text, ending);
  const char* const wanted =
      text.failed ? NULL : own(g->names, text.bytes, text.length);
  ton_string_free(&text);
  stem->file = free_name(g, &g->files, wanted, ending);
}

// Tracks and buses -------------------------------------------------------------------

/// "01_LEAD-vox" is "01 LEAD-vox": words apart
static const char*
strip_name(Naming* g, const char* text, size_t length, const char* otherwise)
{
  const size_t skip = strspn(text, " ");
  const size_t start = skip < length ? skip : length;
  const size_t n = fitting(text + start, length - start);
  char* const name = ton_arena_string(&g->names->arena, text + start, n);
  for (char* c = name; c && *c; ++c) {
    *c = *c == '_' || *c == '/' || *c == '~' ? ' ' : *c;
  }
  g->failed |= !name;
  return !name || *name ? name : otherwise;
}

static bool
is_free(Naming* g, const char* name)
{
  return !g->failed && name_set_add(&g->strips, name, &g->failed);
}

/// "A B", or "B" if `a` is null
static const char*
joined(Naming* g, const char* a, const char* b)
{
  TonString both = {0};
  ton_string_printf(&both, "%s%s%s", a ? a : "", a ? " " : "", b);
  const size_t n = fitting(ton_string_string(&both), both.length);
  const char* const name = both.failed ? NULL : own(g->names, both.bytes, n);
  ton_string_free(&both);
  return name;
}

/// The name of the file, with that of its folder if another track has it
static void
name_track(Naming* g, const char* folder, NamedStem* stem)
{
  const char* const file = stem->name ? stem->name : "";
  const char* name =
      strip_name(g, file, (size_t)(ton_file_ending(file) - file), "Track");
  if (name && strcasecmp(name, "Mix") == 0) { // the mix bus has that name
    name = "Mix track";
  }
  stem->track = g->failed ? NULL
                : is_free(g, name)
                    ? name
                    : free_name(g, &g->strips, joined(g, folder, name), "");
}

static const char*
bus_name(Naming* g, const char* folder)
{
  return is_free(g, folder)
             ? folder
             : free_name(g, &g->strips, joined(g, folder, "Bus"), "");
}

/// The first folder behind the common ones as a strip is called, or null; for a
/// group, those that are named for a form do not count
static const char*
folder_of(Naming* g, const char* path, bool group)
{
  const char* folder = NULL;
  size_t length = 0;
  bool found = next_folder(&path, &folder, &length);
  while (found && group && ton_names_a_form(folder, length)) {
    found = next_folder(&path, &folder, &length);
  }
  if (!found) {
    return NULL;
  }
  const char* const part = plain(g->names, folder, length);
  return part ? strip_name(g, part, strlen(part), "Folder") : NULL;
}

/// The number of the next stem of that folder, or `n`
static uint32_t
next_of(const char* const* folders, uint32_t n, uint32_t from,
        const char* folder)
{
  while (from < n && (!folders[from] || strcmp(folders[from], folder) != 0)) {
    ++from;
  }
  return from;
}

/// A bus for each folder of two stems or more; `folders` has one for each stem
static void
name_buses(Naming* g, const char* const* folders)
{
  NamedStem* const stems = g->names->stems;
  const uint32_t n = g->names->n;
  for (uint32_t i = 0; i < n && !g->failed; ++i) {
    const char* const folder = folders[i];
    uint32_t k = folder ? next_of(folders, n, i + 1, folder) : n;
    if (stems[i].bus || k == n) {
      continue;
    }
    stems[i].bus = bus_name(g, folder);
    stems[i].first_of_bus = true;
    for (; k < n; k = next_of(folders, n, k + 1, folder)) {
      stems[k].bus = stems[i].bus;
    }
  }
}

static void
name_all(Naming* g, char** paths, const char** folders)
{
  StemNames* const names = g->names;
  const size_t common = common_folder(paths, names->n);
  name_set_add(&g->strips, "Mix", &g->failed);
  for (uint32_t i = 0; i < names->n && !g->failed; ++i) {
    NamedStem* const stem = &names->stems[i];
    stem->from = paths[i];
    folders[i] = folder_of(g, paths[i] + common, true);
    name_file(g, paths[i] + common, stem);
    if (stem->file) {
      name_track(g, folder_of(g, paths[i] + common, false), stem);
    }
  }
  name_buses(g, folders);
}

bool
stem_names(char** paths, uint32_t n, StemNames* names)
{
  Naming g = {.names = names};
  names->n = n;
  names->stems = ton_arena_alloc(&names->arena, (n + 1) * sizeof(NamedStem));
  const char** const folders =
      ton_arena_alloc(&names->arena, (n + 1) * sizeof(char*));
  g.failed = !names->stems || !folders;
  if (!g.failed && n) {
    name_all(&g, paths, folders);
  }
  name_set_free(&g.files);
  name_set_free(&g.strips);
  return !g.failed;
}

void
stem_names_free(StemNames* names)
{
  ton_arena_free(&names->arena);
  *names = (StemNames){0};
}
