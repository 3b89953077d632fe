// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/input_file.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "print.h"

#include <tonmeister/session.h>

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/**
   @file
   The suites good/ and bad/: every text with what it says, or with the error
   it gets, in a .txt beside it.  The file's name tells which of the song's
   texts it is: mix-..., master-..., release-..., or any text (text-...).

   TON_TEST_ACCEPT=1 writes the .txt files anew, to be read before a commit.
*/

static char song[] = "/tmp/ton-song-XXXXXX";

static const char* const files[] = {
    "stems/01 LEAD VOX.wav",  "stems/bass.wav",      "stems/kick.wav",
    "stems/gtr.wav",          "stems/drums.wav",     "references/one.wav",
    "references/two.flac",    "cover.jpg",           "out/mix.wav",
    "presets/warm-room.yaml", "presets/no-such.yaml"};

static void
make_song(void)
{
  if (!mkdtemp(song)) {
    fail_msg("no folder for the song");
  }
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); ++i) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", song, files[i]);
    char* const slash = strrchr(path, '/');
    *slash = '\0';
    mkdir(path, 0777);
    *slash = '/';
    FILE* const file = fopen(path, "w");
    assert_non_null(file);
    if (strstr(path, "warm-room")) {
      fputs("name: warm room\nprocessor: reverb\n"
            "values: {type: room, decay: 0.4 s}\n",
            file);
    } else if (strstr(path, "no-such")) {
      fputs("processor: flanger\n", file);
    }
    fclose(file);
  }
}

static void
remove_song(void)
{
  char path[PATH_MAX];
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); ++i) {
    snprintf(path, sizeof(path), "%s/%s", song, files[i]);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
  }
  rmdir(song);
}

/// Read a text as its name says; what it says is added to `out`
static TonStatus
read_any(const char* name, const TonDoc* doc, TonString* out, TonError* error)
{
  TonMix* mix = NULL;
  TonMaster* master = NULL;
  TonRelease* release = NULL;
  TonStatus status = TON_OK;
  if (strncmp(name, "mix", 3) == 0) {
    status = ton_mix_read(doc, song, &mix, error);
  } else if (strncmp(name, "master", 6) == 0) {
    status = ton_master_read(doc, song, &master, error);
  } else if (strncmp(name, "release", 7) == 0) {
    status = ton_release_read(doc, song, &release, error);
  }
  if (mix) {
    print_mix(out, mix);
  }
  if (master) {
    print_master(out, master);
  }
  if (release) {
    print_release(out, release);
  }
  ton_mix_free(mix);
  ton_master_free(master);
  ton_release_free(release);
  return status;
}

/// "3:7: what" as in the .txt of a bad text; the song's folder is not named
static void
print_failure(TonString* out, const TonError* error)
{
  ton_string_printf(out, "%u:%u: ", error->line, error->column);
  const char* at = error->text;
  const char* found = NULL;
  while ((found = strstr(at, song))) {
    ton_string_add_bytes(out, at, (size_t)(found - at));
    ton_string_add(out, "SONG");
    at = found + strlen(song);
  }
  ton_string_printf(out, "%s\n%s\n", at, error->excerpt);
}

static void
compare(const char* path, const char* is, int* wrong)
{
  char beside[PATH_MAX];
  snprintf(beside, sizeof(beside), "%.*s.txt", (int)strlen(path) - 5, path);
  if (getenv("TON_TEST_ACCEPT")) {
    FILE* const file = fopen(beside, "w");
    fputs(is, file);
    fclose(file);
    return;
  }
  size_t length = 0;
  char* const must = ton_string_read_file(beside, 1 << 20, &length);
  if (!must || strcmp(must, is) != 0) {
    print_error("%s\n---- is\n%s---- must be\n%s----\n", path, is,
                must ? must : "(no .txt)\n");
    ++*wrong;
  }
  ton_free(must);
}

typedef void (*Judge)(const char* path, const char* name, int* wrong);

static int
by_name(const void* a, const void* b)
{
  return strcmp(a, b);
}

static void
each_text(const char* folder, size_t least, Judge judge)
{
  char names[400][80];
  size_t count = 0;
  const char* const texts = getenv("TON_TEXTS");
  assert_non_null(texts);
  char path[PATH_MAX];
  snprintf(path, sizeof(path), "%.3000s/%s", texts, folder);
  DIR* const dir = opendir(path);
  assert_non_null(dir);
  for (struct dirent* entry; (entry = readdir(dir)) && count < 400;) {
    const size_t n = strlen(entry->d_name);
    if (n > 5 && n < 80 && strcmp(entry->d_name + n - 5, ".yaml") == 0) {
      memcpy(names[count++], entry->d_name, n + 1);
    }
  }
  closedir(dir);
  qsort(names, count, sizeof(names[0]), by_name);
  assert_true(count >= least);
  int wrong = 0;
  for (size_t i = 0; i < count; ++i) {
    snprintf(path, sizeof(path), "%.3000s/%s/%.79s", texts, folder, names[i]);
    judge(path, names[i], &wrong);
  }
  print_message("# %zu texts in %s/\n", count, folder);
  assert_int_equal(wrong, 0);
}

static void
judge_good(const char* path, const char* name, int* wrong)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  TonString out = {0};
  TonStatus status = ton_doc_open(path, &doc, &error);
  if (status == TON_OK) {
    status = read_any(name, doc, &out, &error);
  }
  if (status != TON_OK) {
    print_error("%s:%u:%u: %s\n", path, error.line, error.column, error.text);
    ++*wrong;
  } else {
    size_t length = 0;
    char* const bytes = ton_string_read_file(path, 1 << 20, &length);
    assert_string_equal(bytes, ton_doc_text(doc));
    ton_free(bytes);
    compare(path, ton_string_string(&out), wrong);
  }
  ton_string_free(&out);
  ton_doc_free(doc);
}

static void
judge_bad(const char* path, const char* name, int* wrong)
{
  TonDoc* doc = NULL;
  TonError error = {0};
  TonString out = {0};
  TonStatus status = ton_doc_open(path, &doc, &error);
  if (status == TON_OK) {
    status = read_any(name, doc, &out, &error);
  }
  if (status != TON_BAD_TEXT || !error.line) {
    print_error("%s: must fail with a place, has status %d\n", path,
                (int)status);
    ++*wrong;
  } else {
    ton_string_free(&out);
    print_failure(&out, &error);
    compare(path, ton_string_string(&out), wrong);
  }
  ton_string_free(&out);
  ton_doc_free(doc);
}

static void
good_texts_say_what_is_expected(void** state)
{
  (void)state;
  each_text("good", 18, judge_good);
}

static void
bad_texts_fail_at_their_place(void** state)
{
  (void)state;
  each_text("bad", 130, judge_bad);
}

/// Saving what was read gives the same bytes
static void
judge_written(const char* path, const char* name, int* wrong)
{
  (void)name;
  TonDoc* doc = NULL;
  TonError error = {0};
  char copy[PATH_MAX];
  snprintf(copy, sizeof(copy), "%s/out/mix.wav", song);
  assert_int_equal(ton_doc_open(path, &doc, &error), TON_OK);
  assert_int_equal(ton_doc_save(doc, copy, &error), TON_OK);
  size_t before = 0;
  size_t after = 0;
  char* const a = ton_string_read_file(path, 1 << 23, &before);
  char* const b = ton_string_read_file(copy, 1 << 23, &after);
  *wrong += before != after || memcmp(a, b, before) != 0;
  ton_free(a);
  ton_free(b);
  ton_doc_free(doc);
}

static void
texts_are_written_byte_for_byte(void** state)
{
  (void)state;
  each_text("good", 18, judge_written);
}

// Edits everywhere ----------------------------------------------------------

static void
add_step(TonString* path, const char* step)
{
  ton_string_add(path, path->length ? "/" : "");
  for (; *step; ++step) {
    if (*step == '/' || *step == '~') {
      ton_string_add(path, *step == '/' ? "~1" : "~0");
    } else {
      ton_string_add_bytes(path, step, 1);
    }
  }
}

/// One edit of a fresh copy; it must succeed and say what it says
static void
edit_copy(const TonDoc* doc, const char* path, const char* value, int* wrong)
{
  const char* const text = ton_doc_text(doc);
  TonDoc* copy = NULL;
  TonError error = {0};
  assert_int_equal(ton_doc_parse(text, strlen(text), "copy", &copy, &error),
                   TON_OK);
  const TonEdit edit = {path, value, "reason"};
  const TonStatus status = ton_doc_edit(copy, &edit, &error);
  char* const now = ton_doc_get(copy, path);
  const bool right = !value || (now && (strcmp(now, value) == 0 ||
                                        (*value == '{' && strstr(value, now))));
  if (status != TON_OK || !right) {
    print_error("%s = %s: %s\n", path, value ? value : "(removed)",
                status != TON_OK ? error.text : now);
    ++*wrong;
  }
  ton_free(now);
  ton_doc_free(copy);
}

/// A new item in front of each item of a list
static void
insert_copies(const TonDoc* doc, const char* path, uint32_t n, int* wrong)
{
  char* const key = ton_doc_key(doc, path, 0);
  for (uint32_t i = 0; !key && i < n; ++i) {
    const char* const text = ton_doc_text(doc);
    TonDoc* copy = NULL;
    TonString at = {0};
    TonError error = {0};
    ton_string_printf(&at, "%s/+%u", path, i);
    assert_int_equal(ton_doc_parse(text, strlen(text), "copy", &copy, &error),
                     TON_OK);
    const TonEdit edit = {ton_string_string(&at), "{x: {y: [1]}}", "reason"};
    if (ton_doc_edit(copy, &edit, &error) != TON_OK ||
        ton_doc_count(copy, path) != n + 1) {
      print_error("%s: %s\n", edit.path, error.text);
      ++*wrong;
    }
    ton_string_free(&at);
    ton_doc_free(copy);
  }
  ton_free(key);
}

/// Replace, add below and remove at a path and everywhere below it
static void
edit_below(const TonDoc* doc, const char* path, int* wrong)
{
  const uint32_t n = ton_doc_count(doc, path);
  if (*path) {
    edit_copy(doc, path, "-12.5 dB", wrong);
    edit_copy(doc, path, "{x: 1}", wrong);
    edit_copy(doc, path, "", wrong);
    edit_copy(doc, path, NULL, wrong);
  }
  if (n && path[strspn(path, "/")]) {
    insert_copies(doc, path, n, wrong);
  }
  for (uint32_t i = 0; i <= n; ++i) {
    char* const key = ton_doc_key(doc, path, i < n ? i : 0);
    char step[32];
    snprintf(step, sizeof(step), key ? "new: %u" : "%u", i);
    TonString below = {0};
    ton_string_add(&below, path);
    add_step(&below, key && i < n ? key : step);
    if (i < n) {
      edit_below(doc, ton_string_string(&below), wrong);
    } else if (n) {
      edit_copy(doc, ton_string_string(&below), "0:51.4", wrong);
    }
    ton_string_free(&below);
    ton_free(key);
  }
}

static void
judge_edits(const char* path, const char* name, int* wrong)
{
  (void)name;
  TonDoc* doc = NULL;
  TonError error = {0};
  assert_int_equal(ton_doc_open(path, &doc, &error), TON_OK);
  edit_below(doc, "", wrong);
  ton_doc_free(doc);
}

static void
every_value_of_every_text_can_be_edited(void** state)
{
  (void)state;
  each_text("good", 18, judge_edits);
}

/// Every request for memory refused in turn: an error each time, no leak, and
/// the text is read as before when memory is there again
static void
judge_memory(const char* path, const char* name, int* wrong)
{
  bool done = false;
  for (long n = 0; n < 2000 && !done; ++n) {
    TonDoc* doc = NULL;
    TonString out = {0};
    ton_alloc_fail_after(n);
    TonStatus status = ton_doc_open(path, &doc, NULL);
    if (status == TON_OK) {
      TonError error = {0};
      status = read_any(name, doc, &out, &error);
    }
    ton_alloc_fail_after(-1);
    done = status == TON_OK && !out.failed;
    if (status != TON_OK && status != TON_NO_MEMORY) {
      print_error("%s: status %d when request %ld is refused\n", path,
                  (int)status, n);
      n = LONG_MAX - 1;
    }
    ton_string_free(&out);
    ton_doc_free(doc);
  }
  *wrong += !done;
}

static void
refused_memory_is_an_error(void** state)
{
  (void)state;
  each_text("good", 18, judge_memory);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_texts_say_what_is_expected),
      cmocka_unit_test(bad_texts_fail_at_their_place),
      cmocka_unit_test(texts_are_written_byte_for_byte),
      cmocka_unit_test(every_value_of_every_text_can_be_edited),
      cmocka_unit_test(refused_memory_is_an_error),
  };
  make_song();
  const int failed = TON_TESTS(tests);
  remove_song();
  return failed;
}
