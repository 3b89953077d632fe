// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Files written whole or not at all, and what must not be written over.
#include "base/input_file.h"
#include "base/output_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

int __real_flock(int fd, int what);
int __wrap_flock(int fd, int what);

static int
into_new_folder(void** state)
{
  static char folder[64];
  strcpy(folder, "/tmp/ton-output-XXXXXX");
  *state = mkdtemp(folder);
  return *state && chdir(folder) == 0 ? 0 : -1;
}

static int
remove_folder(void** state)
{
  char command[128];
  snprintf(command, sizeof(command), "rm -rf %s", (const char*)*state);
  return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void
put(const char* path, const char* text)
{
  assert_int_equal(ton_file_write(path, text, strlen(text), NULL), TON_OK);
}

static void
holds(const char* path, const char* wanted)
{
  char text[256] = "";
  FILE* const file = fopen(path, "rb");
  assert_non_null(file);
  text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(text, wanted);
}

/// Entries of the folder, hidden ones too
static int
entries(void)
{
  FILE* const list = popen("ls -A | wc -l", "r");
  int n = -1;
  assert_non_null(list);
  assert_int_equal(fscanf(list, "%d", &n), 1);
  pclose(list);
  return n;
}

static void
refused(const char* path, const char* word)
{
  TonError error;
  TonOutput* output = NULL;
  assert_int_equal(ton_output_open(path, &output, &error), TON_WRITE_FAILED);
  assert_null(output);
  assert_non_null(strstr(error.text, word));
}

static void
only_regular_files_are_written_over(void** state)
{
  (void)state;
  assert_int_equal(mkfifo("pipe", 0666), 0);
  assert_int_equal(mkdir("folder", 0777), 0);
  assert_int_equal(symlink("pipe", "link"), 0);
  assert_int_equal(symlink("nowhere", "lost"), 0);
  refused("lost", "a link to a file that is not there");
  refused("pipe", "a device or a pipe");
  refused("link", "a device or a pipe");
  refused("/dev/null", "a device or a pipe");
  refused("folder", "a folder");
  assert_int_equal(entries(), 4);
}

static void
a_read_only_text_stays(void** state)
{
  (void)state;
  put("text", "mine");
  assert_int_equal(chmod("text", 0444), 0);
  refused("text", "read-only");
  holds("text", "mine");
}

static void
rights_and_links_are_kept(void** state)
{
  (void)state;
  struct stat st;
  put("text", "old");
  assert_int_equal(chmod("text", 0640), 0);
  assert_int_equal(symlink("text", "link"), 0);
  put("link", "new");
  holds("text", "new");
  assert_int_equal(lstat("link", &st), 0);
  assert_true(S_ISLNK(st.st_mode));
  assert_int_equal(stat("text", &st), 0);
  assert_int_equal(st.st_mode & 0777, 0640);
}

static void
nothing_appears_before_it_is_published(void** state)
{
  (void)state;
  TonOutput* both[2];
  put("a", "old");
  assert_int_equal(ton_output_open("a", &both[0], NULL), TON_OK);
  assert_int_equal(ton_output_open("b", &both[1], NULL), TON_OK);
  assert_int_equal(ton_output_write(both[0], "new", 3, NULL), TON_OK);
  holds("a", "old");
  assert_int_equal(ton_output_publish(both, 2, NULL), TON_OK);
  ton_output_free(both[0]);
  ton_output_free(both[1]);
  holds("a", "new");
  holds("b", "");
  assert_int_equal(ton_output_open("a", &both[0], NULL), TON_OK);
  ton_output_free(both[0]);
  holds("a", "new");
  assert_int_equal(entries(), 2);
}

/// A run that is killed leaves its temporary file; the next one removes it, but
/// not that of a run which is still at work
static void
leftovers_of_dead_runs_are_removed(void** state)
{
  (void)state;
  TonOutput* alive = NULL;
  assert_int_equal(ton_output_open("alive", &alive, NULL), TON_OK);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    TonOutput* output = NULL;
    ton_output_open("dead.wav", &output, NULL);
    _exit(output ? 0 : 1);
  }
  int how = 1;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_int_equal(how, 0);
  assert_int_equal(entries(), 2);
  put("text", "next run");
  assert_int_equal(entries(), 2);
  assert_int_equal(ton_output_publish(&alive, 1, NULL), TON_OK);
  ton_output_free(alive);
  holds("alive", "");
}

/// What another run does that takes the file of this descriptor for a leftover:
/// it has the lock, and removes the file a little later
static pid_t
take_for_a_leftover(int fd)
{
  char link[32];
  char path[256] = "";
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  assert_true(readlink(link, path, sizeof(path) - 1) > 0);
  const int lock = open(path, O_RDONLY | O_CLOEXEC);
  assert_int_equal(__real_flock(lock, LOCK_EX | LOCK_NB), 0);
  const pid_t child = fork();
  if (child == 0) {
    usleep(20000);
    _exit(unlink(path));
  }
  close(lock); // the child holds it on
  return child;
}

static pid_t other_run;
static bool other_run_comes;

/// The moment between a file's birth and its lock
int
__wrap_flock(int fd, int what)
{
  if (other_run_comes) {
    other_run_comes = false;
    other_run = take_for_a_leftover(fd);
  }
  return __real_flock(fd, what);
}

static void
a_file_taken_for_a_leftover_is_made_again(void** state)
{
  (void)state;
  TonOutput* o = NULL;
  int status = -1;
  other_run_comes = true;
  assert_int_equal(ton_output_open("one.txt", &o, NULL), TON_OK);
  waitpid(other_run, &status, 0);
  assert_int_equal(status, 0);
  assert_int_equal(access(ton_output_temporary(o), F_OK), 0);
  ton_output_free(o);
}

static void
a_text_edited_in_the_meantime_is_not_lost(void** state)
{
  (void)state;
  TonError error;
  put("text", "edited");
  const TonFileText both[] = {
      {.path = "decisions", .bytes = "d", .size = 1},
      {.path = "text",
       .bytes = "ours",
       .size = 4,
       .was = "read",
       .was_size = 4},
  };
  assert_int_equal(ton_write_texts(both, 2, &error), TON_WRITE_FAILED);
  assert_string_equal(error.file, "text");
  holds("text", "edited");
  assert_int_equal(access("decisions", F_OK), -1);
  put("text", "read");
  assert_int_equal(ton_write_texts(both, 2, &error), TON_OK);
  holds("text", "ours");
  // only looked at: as it was, then edited
  const TonFileText kept[] = {
      {.path = "decisions", .bytes = "e", .size = 1},
      {.path = "text", .was = "ours", .was_size = 4},
  };
  assert_int_equal(ton_write_texts(kept, 2, &error), TON_OK);
  holds("text", "ours");
  holds("decisions", "e");
  const TonFileText late[] = {
      {.path = "decisions", .bytes = "f", .size = 1},
      {.path = "text", .was = "read", .was_size = 4},
  };
  assert_int_equal(ton_write_texts(late, 2, &error), TON_WRITE_FAILED);
  holds("decisions", "e");
  const TonFileText fresh = {
      .path = "text", .bytes = "x", .size = 1, .was = "", .was_size = 0};
  assert_int_equal(ton_write_texts(&fresh, 1, &error), TON_WRITE_FAILED);
  assert_int_equal(entries(), 2);
}

static void
an_output_that_is_an_input_is_refused(void** state)
{
  (void)state;
  put("in", "sound");
  put("other", "sound");
  assert_int_equal(link("in", "hard"), 0);
  assert_int_equal(symlink("in", "soft"), 0);
  const char* const same[] = {"in", "./in", "hard", "soft"};
  for (size_t i = 0; i < sizeof(same) / sizeof(*same); ++i) {
    assert_int_equal(ton_output_apart(same[i], "in", "the input", NULL),
                     TON_BAD_USE);
  }
  assert_int_equal(ton_output_apart("other", "in", "the input", NULL), TON_OK);
  assert_int_equal(ton_output_apart("new", "in", "the input", NULL), TON_OK);
}

static void
long_names_have_short_temporary_names(void** state)
{
  (void)state;
  char name[256];
  memset(name, 'n', sizeof(name));
  name[255] = '\0';
  put(name, "long");
  holds(name, "long");
}

static void
only_regular_files_are_opened(void** state)
{
  (void)state;
  TonError error;
  assert_int_equal(mkfifo("pipe", 0666), 0);
  assert_int_equal(ton_input_open("pipe", &error), -1);
  assert_non_null(strstr(error.text, "a device or a pipe"));
  assert_int_equal(ton_input_open(".", &error), -1);
  assert_non_null(strstr(error.text, "a folder"));
  assert_int_equal(ton_input_open("nothing", &error), -1);
  assert_int_equal(error.status, TON_NOT_FOUND);
  put("text", "x");
  const int fd = ton_input_open("text", &error);
  assert_true(fd > 2);
  close(fd);
}

static void
the_systems_reason_is_kept(void** state)
{
  (void)state;
  TonError error;
  struct rlimit few;
  put("text", "x");
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &few), 0);
  const rlim_t before = few.rlim_cur;
  few.rlim_cur = 3;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  assert_int_equal(ton_input_open("text", &error), -1);
  few.rlim_cur = before;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  assert_int_equal(error.status, TON_NO_MEMORY);
  assert_non_null(strstr(error.text, "Too many open files"));
}

/// In a child, whose limit is its own
static void
as_many_files_as_the_system_allows(void** state)
{
  (void)state;
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = 16;
    setrlimit(RLIMIT_NOFILE, &files);
    ton_allow_many_files();
    getrlimit(RLIMIT_NOFILE, &files);
    _exit(files.rlim_cur > 16 && files.rlim_cur == files.rlim_max ? 0 : 1);
  }
  int how = 1;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_int_equal(how, 0);
}

#define IN_FOLDER(test)                                                        \
  cmocka_unit_test_setup_teardown(test, into_new_folder, remove_folder)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      IN_FOLDER(only_regular_files_are_written_over),
      IN_FOLDER(a_read_only_text_stays),
      IN_FOLDER(rights_and_links_are_kept),
      IN_FOLDER(nothing_appears_before_it_is_published),
      IN_FOLDER(leftovers_of_dead_runs_are_removed),
      IN_FOLDER(a_file_taken_for_a_leftover_is_made_again),
      IN_FOLDER(a_text_edited_in_the_meantime_is_not_lost),
      IN_FOLDER(an_output_that_is_an_input_is_refused),
      IN_FOLDER(long_names_have_short_temporary_names),
      IN_FOLDER(only_regular_files_are_opened),
      IN_FOLDER(the_systems_reason_is_kept),
      IN_FOLDER(as_many_files_as_the_system_allows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
