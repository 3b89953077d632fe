// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Stems are read at the song's rate, and from anywhere.

#include "base/memory.h"
#include "expect.h"
#include "signals.h"
#include "temp_dir.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 44100 };
static float sound[2][N];
static const float* const pair[] = {sound[0], sound[1]};

static int
set_up(void** state)
{
  for (uint32_t i = 0; i < N; ++i) {
    sound[0][i] = (float)(0.5 * signal_random(1, i));
    sound[1][i] = (float)(0.5 * signal_random(2, i));
  }
  return room_open(state);
}

static void
write_stem_of(const char* name, const char* container, uint32_t rate,
              TonSamples samples)
{
  const TonAudioFormat format = {
      .rate = rate, .channels = 2, .samples = samples, .container = container};
  room_write(name, &format, pair, N, NULL);
}

static void
write_stem(const char* name, const char* container, uint32_t rate)
{
  write_stem_of(name, container, rate, TON_SAMPLES_24);
}

static TonStatus
make_ready(const char* name, char ready[512], TonError* e)
{
  char cache[256];
  snprintf(cache, sizeof(cache), "%s", room_path("cache/deep"));
  return ton_stem_prepared(room_path(name), 48000, true, cache, ready, 512,
                           NULL, NULL, e);
}

static void
plain_pcm_at_the_rate_is_used_as_it_is(void** state)
{
  (void)state;
  char ready[512];
  TonError e = {0};
  write_stem("plain.wav", "WAV", 48000);
  assert_int_equal(make_ready("plain.wav", ready, &e), 0);
  assert_string_equal(ready, room_path("plain.wav"));
  assert_int_equal(access(room_path("cache"), F_OK), -1);
}

static void
other_stems_are_converted_once(void** state)
{
  (void)state;
  static const char* const names[] = {"a.flac", "a.wav", "b.flac", "a.mp3"};
  static const char* const forms[] = {"FLAC", "WAV", "FLAC", "MP3"};
  static const uint32_t from[] = {44100, 44100, 48000, 48000};
  static const uint32_t frames[] = {48000, 48000, N, N};
  for (int k = 0; k < 4; ++k) {
    char ready[512];
    char again[512];
    TonError e = {0};
    struct stat first;
    struct stat second;
    write_stem(names[k], forms[k], from[k]);
    if (make_ready(names[k], ready, &e)) {
      fail_msg("%s: %s", names[k], e.text);
    }
    TonAudio* a = NULL;
    assert_int_equal(ton_audio_open(ready, &a, &e), 0);
    assert_int_equal(ton_audio_info(a)->rate, 48000);
    assert_int_equal(ton_audio_info(a)->frames, frames[k]);
    ton_audio_close(a);
    stat(ready, &first);
    assert_int_equal(make_ready(names[k], again, &e), 0);
    assert_string_equal(ready, again);
    stat(ready, &second);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_int_equal(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
  }
}

/// Two files hold the same samples, bit for bit
static void
expect_same_sound(const char* a, const char* b)
{
  static float in[4][N];
  float* const of_a[] = {in[0], in[1]};
  float* const of_b[] = {in[2], in[3]};
  assert_int_equal(room_read(a, of_a, N), N);
  assert_int_equal(room_read(b, of_b, N), N);
  assert_memory_equal(in[0], in[2], sizeof(in) / 2);
}

/// What `name` was converted into has such samples and the sound of `name`, and as
/// many bytes as were foretold
static void
expect_in_cache(const char* name, TonSamples samples)
{
  enum { HEADER_MAX = 4096 };
  char ready[512];
  char cache[256];
  TonError e = {0};
  struct stat st;
  TonAudio* a = NULL;
  snprintf(cache, sizeof(cache), "%s", room_path("exact"));
  const uint64_t bytes =
      ton_stem_cache_bytes(room_path(name), 48000, true, cache);
  if (ton_stem_prepared(room_path(name), 48000, true, cache, ready, 512, NULL,
                        NULL, &e)) {
    fail_msg("%s: %s", name, e.text);
  }
  assert_int_equal(ton_audio_open(ready, &a, &e), 0);
  assert_int_equal(ton_audio_info(a)->samples, samples);
  ton_audio_close(a);
  expect_same_sound(room_path(name), ready);
  assert_int_equal(stat(ready, &st), 0);
  assert_in_range(st.st_size, bytes, bytes + HEADER_MAX);
  assert_int_equal(ton_stem_cache_bytes(room_path(name), 48000, true, cache),
                   0);
}

static void
a_converted_stem_takes_no_more_room_than_its_samples_need(void** state)
{
  (void)state;
  write_stem_of("16.flac", "FLAC", 48000, TON_SAMPLES_16);
  expect_in_cache("16.flac", TON_SAMPLES_16);
  write_stem_of("24.flac", "FLAC", 48000, TON_SAMPLES_24);
  expect_in_cache("24.flac", TON_SAMPLES_24);
  write_stem_of("coded.mp3", "MP3", 48000, TON_SAMPLES_16);
  expect_in_cache("coded.mp3", TON_SAMPLES_FLOAT);
  write_stem_of("64.wav", "WAV", 48000, TON_SAMPLES_DOUBLE);
  expect_in_cache("64.wav", TON_SAMPLES_FLOAT);
}

/// Says so where it is not
static bool
ffmpeg_is_here(void)
{
  const bool here = system("ffmpeg -version > /dev/null 2>&1") == 0;
  if (!here) {
    printf("# SKIP: the ffmpeg program is not here\n");
  }
  return here;
}

enum { BLOCK = 512 }; ///< Bytes: unit of st_blocks

static uint64_t
bytes_on_disk(const char* path)
{
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return (uint64_t)st.st_blocks * BLOCK;
}

/// Does this disk keep holes?
static bool
holes_are_kept(void)
{
  enum { MUCH = 1 << 20 };
  const char* const path = room_path("hole");
  FILE* const f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(ftruncate(fileno(f), MUCH), 0);
  fclose(f);
  return bytes_on_disk(path) < MUCH / 2;
}

/// A second of sound in nine of silence, also at the end, where the file's length
/// has to be set
static void
silence_takes_no_room_on_the_disk(void** state)
{
  (void)state;
  enum { LONG = 10 * N, TAIL = N / 4 };
  static float x[LONG];
  static float back[2][LONG];
  float* const to[] = {back[0], back[1]};
  static const float* const both[] = {x, x};
  memcpy(x + 3 * N, sound[0], sizeof(sound[0]));
  static const TonAudioFormat formats[] = {
      {.rate = 48000, .channels = 2, .samples = TON_SAMPLES_FLOAT},
      {.rate = 44100, .channels = 2, .samples = TON_SAMPLES_24},
      {.rate = 48000, .channels = 2, .samples = TON_SAMPLES_16}};
  for (int k = 0; k < 3; ++k) {
    TonAudioFormat format = formats[k];
    format.container = "WAV";
    room_write("pauses.wav", &format, both, LONG, NULL);
    assert_int_equal(room_read(room_path("pauses.wav"), to, LONG), LONG);
    if (format.samples == TON_SAMPLES_FLOAT) {
      assert_memory_equal(back[0], x, sizeof(x));
    }
    for (uint32_t i = LONG - TAIL; i < LONG; ++i) {
      assert_true(back[1][i] == 0.0F);
    }
    struct stat st;
    assert_int_equal(stat(room_path("pauses.wav"), &st), 0);
    const uint64_t disk = bytes_on_disk(room_path("pauses.wav"));
    EXPECT_AT_MOST("room on the disk, of the file",
                   holes_are_kept() ? (double)disk / (double)st.st_size : 0.0,
                   0.15, "");
  }
}

/// Decoders fill pauses with the negative zero, whose bytes are not all zero
static void
a_pause_of_a_coded_stem_is_plain_zero(void** state)
{
  (void)state;
  enum { LONG = 10 * N };
  static float x[LONG];
  static const float* const both[] = {x, x};
  static const char* const coders[][2] = {{"pause.m4a", "aac"},
                                          {"pause.mp3", "libmp3lame"}};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  if (!ffmpeg_is_here() || !holes_are_kept()) {
    return;
  }
  memcpy(x + 3 * N, sound[0], sizeof(sound[0]));
  room_write("pause.wav", &format, both, LONG, NULL);
  for (int k = 0; k < 2; ++k) {
    char command[1024];
    char ready[512];
    TonError e = {0};
    snprintf(command, sizeof(command),
             "ffmpeg -v error -y -i %s -c:a %s %s < /dev/null",
             room_path("pause.wav"), coders[k][1], room_path(coders[k][0]));
    assert_int_equal(system(command), 0);
    assert_int_equal(make_ready(coders[k][0], ready, &e), 0);
    struct stat st;
    assert_int_equal(stat(ready, &st), 0);
    EXPECT_AT_MOST("room on the disk, of the decoded stem",
                   (double)bytes_on_disk(ready) / (double)st.st_size, 0.25, "");
  }
}

/// Apple Lossless, by the ffmpeg program
static void
lossless_m4a_keeps_its_word_length(void** state)
{
  (void)state;
  static const char* const forms[] = {"s16p", "s32p"};
  static const TonSamples samples[] = {TON_SAMPLES_16, TON_SAMPLES_24};
  if (!ffmpeg_is_here()) {
    return;
  }
  for (int k = 0; k < 2; ++k) {
    char command[1024];
    write_stem_of("alac.wav", "WAV", 48000, samples[k]);
    snprintf(command, sizeof(command),
             "ffmpeg -v error -y -i %s -c:a alac -sample_fmt %s %s < /dev/null",
             room_path("alac.wav"), forms[k], room_path("alac.m4a"));
    assert_int_equal(system(command), 0);
    expect_in_cache("alac.m4a", samples[k]);
    expect_same_sound(room_path("alac.m4a"), room_path("alac.wav"));
  }
}

static void
a_damaged_cache_is_made_anew_with_the_same_samples(void** state)
{
  (void)state;
  char ready[512];
  char a[33];
  char b[33];
  TonError e = {0};
  write_stem("a.flac", "FLAC", 44100);
  assert_int_equal(make_ready("a.flac", ready, &e), 0);
  ton_file_hash(ready, a, NULL);
  assert_int_equal(truncate(ready, 5000), 0); // cut short
  assert_int_equal(make_ready("a.flac", ready, &e), 0);
  ton_file_hash(ready, b, NULL);
  assert_string_equal(a, b);
  const long changed[] = {5000, 200001, 384000}; // anywhere
  for (size_t i = 0; i < 3; ++i) {
    FILE* const file = fopen(ready, "r+b");
    fseek(file, changed[i], SEEK_SET);
    fwrite("0123", 1, 4, file);
    fclose(file);
    assert_int_equal(make_ready("a.flac", ready, &e), 0);
    ton_file_hash(ready, b, NULL);
    assert_string_equal(a, b);
  }
  assert_int_equal(unlink(ready), 0); // gone
  assert_int_equal(make_ready("a.flac", ready, &e), 0);
  ton_file_hash(ready, b, NULL);
  assert_string_equal(a, b);
}

/// Another stem takes the place of the one being read
static bool
replace(void* handle, double part)
{
  (void)part;
  rename(room_path("other.flac"), handle);
  return true;
}

static void
a_stem_replaced_while_it_is_read_is_not_remembered(void** state)
{
  (void)state;
  char ready[512];
  char path[512];
  char cache[512];
  char a[33];
  char b[33];
  TonError e = {0};
  snprintf(path, sizeof(path), "%s", room_path("c.flac"));
  snprintf(cache, sizeof(cache), "%s", room_path("cache/deep"));
  write_stem("c.flac", "FLAC", 22050);
  write_stem("other.flac", "FLAC", 24000);
  assert_int_equal(ton_stem_prepared(path, 48000, true, cache, ready, 512,
                                     replace, path, &e),
                   TON_BAD_FILE);
  assert_non_null(strstr(e.text, "changed while"));
  assert_int_equal(make_ready("c.flac", ready, &e), 0);
  ton_file_hash(ready, a, NULL);
  write_stem("c.flac", "FLAC", 22050); // the first comes back
  assert_int_equal(make_ready("c.flac", ready, &e), 0);
  ton_file_hash(ready, b, NULL);
  assert_string_not_equal(a, b);
}

static bool
stop_at_half(void* handle, double part)
{
  *(double*)handle = part;
  return part < 0.5;
}

static void
a_path_that_does_not_fit_is_an_error(void** state)
{
  (void)state;
  char ready[4];
  TonError e = {0};
  static const uint32_t rates[] = {48000, 44100}; // used as it is, converted
  for (int i = 0; i < 2; ++i) {
    write_stem("long.wav", "WAV", rates[i]);
    assert_int_equal(ton_stem_prepared(room_path("long.wav"), 48000, true, "c",
                                       ready, sizeof(ready), NULL, NULL, &e),
                     TON_BAD_USE);
    assert_non_null(strstr(e.text, "too long"));
  }
}

static void
the_user_may_stop_it(void** state)
{
  (void)state;
  char ready[512];
  char cache[256];
  double part = 0.0;
  TonError e = {0};
  write_stem("stop.flac", "FLAC", 48000);
  snprintf(cache, sizeof(cache), "%s", room_path("stopped"));
  assert_int_equal(ton_stem_prepared(room_path("stop.flac"), 48000, true, cache,
                                     ready, sizeof(ready), stop_at_half, &part,
                                     &e),
                   TON_INTERRUPTED);
  assert_true(part >= 0.5);
  assert_int_equal(access(ready, F_OK), -1);
  assert_int_equal(rmdir(cache), 0); // nothing is left in it
}

static void
a_cache_that_cannot_be_written_says_so(void** state)
{
  (void)state;
  char ready[512];
  TonError e = {0};
  write_stem("full.flac", "FLAC", 32000);
  room_put("not-a-folder", "x", 1);
  assert_int_equal(ton_stem_prepared(room_path("full.flac"), 48000, true,
                                     room_path("not-a-folder"), ready,
                                     sizeof(ready), NULL, NULL, &e),
                   TON_WRITE_FAILED);
  assert_non_null(strstr(e.file, "not-a-folder"));
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit was;
  getrlimit(RLIMIT_FSIZE, &was);
  const struct rlimit small = {40000, was.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const TonStatus status = make_ready("full.flac", ready, &e);
  setrlimit(RLIMIT_FSIZE, &was);
  assert_int_equal(status, TON_WRITE_FAILED);
  assert_int_equal(access(ready, F_OK), -1);
}

static void
a_broken_stem_names_itself(void** state)
{
  (void)state;
  char ready[512];
  TonError e = {0};
  assert_int_equal(make_ready("gone.wav", ready, &e), TON_NOT_FOUND);
  assert_non_null(strstr(e.file, "gone.wav"));
  write_stem("cut.flac", "FLAC", 22050);
  assert_int_equal(truncate(room_path("cut.flac"), 50000), 0);
  assert_int_equal(make_ready("cut.flac", ready, &e), TON_BAD_FILE);
  assert_non_null(strstr(e.file, "cut.flac"));
  assert_int_equal(access(ready, F_OK), -1);
}

static TonStatus
write_and_read_back(const char* container, TonError* e)
{
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = container,
                                 .dither = true};
  TonAudioWriter* w = NULL;
  TonAudio* a = NULL;
  uint32_t got = 0;
  static float back[2][2000];
  TonStatus status = ton_writer_open(room_path("memory"), &format, &w, e);
  if (status) {
    return status;
  }
  status = ton_writer_write(w, pair, N, e);
  if (status) {
    ton_writer_abandon(w);
    return status;
  }
  status = ton_writer_commit(w, NULL, NULL, e);
  status = status ? status : ton_audio_open(room_path("memory"), &a, e);
  if (!status) {
    float* const out[] = {back[0], back[1]};
    status = ton_audio_seek(a, 1000, e);
    status = status ? status : ton_audio_read(a, out, 2000, &got, e);
    ton_audio_close(a);
  }
  return status;
}

static void
memory_refused_anywhere_is_an_error_and_no_leak(void** state)
{
  (void)state;
  static const char* const forms[] = {"WAV", "FLAC", "MP3", "stem"};
  for (int k = 0; k < 4; ++k) {
    TonStatus status = TON_NO_MEMORY;
    char ready[512];
    long n = 0;
    write_stem("memory.flac", "FLAC", 11025);
    for (; status != TON_OK && n < 500; ++n) {
      TonError e = {0};
      ton_alloc_fail_after(n);
      status = k < 3 ? write_and_read_back(forms[k], &e)
                     : make_ready("memory.flac", ready, &e);
      ton_alloc_fail_after(-1);
      if (status != TON_OK && status != TON_NO_MEMORY) {
        fail_msg("%s, request %ld: %s", forms[k], n, e.text);
      }
      assert_true(status == TON_OK || *e.text);
      assert_int_equal(room_partial_files(), 0);
    }
    assert_int_equal(status, TON_OK);
    assert_true(n > 3);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_pcm_at_the_rate_is_used_as_it_is),
      cmocka_unit_test(other_stems_are_converted_once),
      cmocka_unit_test(
          a_converted_stem_takes_no_more_room_than_its_samples_need),
      cmocka_unit_test(silence_takes_no_room_on_the_disk),
      cmocka_unit_test(a_pause_of_a_coded_stem_is_plain_zero),
      cmocka_unit_test(lossless_m4a_keeps_its_word_length),
      cmocka_unit_test(a_damaged_cache_is_made_anew_with_the_same_samples),
      cmocka_unit_test(a_stem_replaced_while_it_is_read_is_not_remembered),
      cmocka_unit_test(a_path_that_does_not_fit_is_an_error),
      cmocka_unit_test(the_user_may_stop_it),
      cmocka_unit_test(a_cache_that_cannot_be_written_says_so),
      cmocka_unit_test(a_broken_stem_names_itself),
      cmocka_unit_test(memory_refused_anywhere_is_an_error_and_no_leak),
  };
  return cmocka_run_group_tests(tests, set_up, room_close);
}
