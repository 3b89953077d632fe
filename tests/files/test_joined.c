// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Files whose headers do not say what follows: joined from different
/// recordings, without a length, with tags behind the sound, full of zeros.
#include "base/array.h"
#include "base/interrupt.h"
#include "files/files.h"
#include "files/mp3_frames.h"
#include "signals.h"
#include "temp_dir.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { N = 4800 };
static float tone[N];
static float back[1 << 17];

static int
set_up(void** state)
{
  for (uint32_t i = 0; i < N; ++i) {
    tone[i] = (float)(0.5 * signal_random(1, i));
  }
  return room_open(state);
}

/// What opening and reading to the end says; "" when it reads whole
static const char*
trouble(const char* path)
{
  static TonError e;
  TonAudio* a = NULL;
  e = (TonError){0};
  float* out[] = {back, back};
  uint32_t got = 1;
  TonStatus status = ton_audio_open(path, &a, &e);
  while (!status && got) {
    status = ton_audio_read(a, out, 1000, &got, &e);
  }
  ton_audio_close(a);
  assert_true(status == TON_OK || *e.text);
  return status ? e.text : "";
}

static void
a_form_that_changes_is_named(void** state)
{
  (void)state;
  static const struct {
    const char* file;
    const char* says;
  } cases[] = {
      {"channels.mp3",
       "from 44100 Hz and 2 channels to 44100 Hz and 1 channels"},
      {"rate.mp3", "from 44100 Hz and 2 channels to 48000 Hz and 2 channels"},
      {"chained.ogg", "several recordings"},
      {"opus-vorbis.ogg", "several recordings"},
#ifdef TON_HAVE_AV
      {"channels.aac",
       "from 44100 Hz and 2 channels to 44100 Hz and 1 channels"},
      {"rate.aac", "from 44100 Hz and 2 channels to 22050 Hz and 2 channels"},
#endif
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); ++i) {
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", JOINED, cases[i].file);
    const char* const says = trouble(path);
    if (!strstr(says, cases[i].says)) {
      fail_msg("%s: \"%s\"", cases[i].file, says);
    }
  }
}

/// Two MP3 files put together count the sound of the first only.  Tags behind the
/// sound are no recording.
/// Put 4 KB of zeros into an MP3 of which nothing counts the frames
static void
put_damaged(const char* name, size_t at, const unsigned char* one, size_t n)
{
  enum { RUBBISH = 4096 };
  unsigned char* const two = calloc(n + RUBBISH, 1);
  assert_non_null(two);
  memcpy(two, one, at);
  memcpy(two + at + RUBBISH, one + at, n - at);
  room_put(name, two, n + RUBBISH);
  free(two);
}

/// Rubbish in the middle of an MP3: what a player finds behind it comes too early.
/// Behind the end it is passed over.
static void
a_damaged_mp3_file_is_named(void** state)
{
  (void)state;
  const TonAudioFormat format = {
      .rate = 48000, .channels = 1, .container = "MP3"};
  const float* const in[] = {tone};
  size_t n = 0;
  room_write("whole.mp3", &format, in, N, NULL);
  unsigned char* const whole = room_get("whole.mp3", &n);
  const size_t first = mp3_header(whole).bytes; // of the tag that counts
  assert_in_range(first, 100, n / 2);
  unsigned char* const one = whole + first;
  put_damaged("damaged.mp3", mp3_header(one).bytes * 2, one, n - first);
  const char* const says = trouble(room_path("damaged.mp3"));
  assert_non_null(strstr(says, "is damaged at 0."));
  assert_non_null(strstr(says, "would be heard too early"));
#ifdef TON_HAVE_AV
  put_damaged("behind.mp3", n - first, one, n - first);
  assert_string_equal(trouble(room_path("behind.mp3")), "");
#endif
  free(whole);
}

/// Of two FLAC files put together decoders give the first.  A byte of the second
/// stream's beginning may stand on either side of a read of 64 KB.
static void
joined_flac_files_are_named(void** state)
{
  (void)state;
  static float noise[1 << 15];
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_24,
                                 .container = "FLAC"};
  const float* const in[] = {noise};
  for (uint32_t i = 0; i < TON_COUNT(noise); ++i) {
    noise[i] = (float)(0.5 * signal_random(2, i));
  }
  size_t n = 0;
  room_write("a.flac", &format, in, TON_COUNT(noise), NULL);
  assert_string_equal(trouble(room_path("a.flac")), "");
  unsigned char* const one = room_get("a.flac", &n);
  assert_in_range(n, 65536 + 16, 131072);
  unsigned char* const two = calloc(1, 2 * n + 65536);
  assert_non_null(two);
  const size_t places[] = {n, 131072 - 4, 131072 - 1, 131072, 131072 + 1};
  for (size_t k = 0; k < TON_COUNT(places); ++k) {
    memset(two, 0, 2 * n + 65536);
    memcpy(two, one, n);
    memcpy(two + places[k], one, n);
    room_put("b.flac", two, places[k] + n);
    assert_non_null(strstr(trouble(room_path("b.flac")), "several recordings"));
  }
  free(two);
  free(one);
}

/// A whole file behind another of its kind; bytes that are none change nothing
static void
expect_joined_is_named(const char* name, const char* joined)
{
  size_t n = 0;
  assert_string_equal(trouble(room_path(name)), "");
  unsigned char* const one = room_get(name, &n);
  unsigned char* const two = calloc(1, 2 * n);
  assert_non_null(two);
  memcpy(two, one, n);
  memcpy(two + n, one, n);
  room_put(joined, two, 2 * n);
  assert_non_null(strstr(trouble(room_path(joined)), "several recordings"));
  memset(two + n, 0, 64);
  room_put(joined, two, n + 64);
  assert_null(strstr(trouble(room_path(joined)), "several recordings"));
  free(two);
  free(one);
}

static void
joined_pcm_files_are_named(void** state)
{
  (void)state;
  static const char* const containers[] = {"WAV", "AIFF"};
  const float* const in[] = {tone};
  for (size_t k = 0; k < TON_COUNT(containers); ++k) {
    const TonAudioFormat format = {.rate = 48000,
                                   .channels = 1,
                                   .samples = TON_SAMPLES_24,
                                   .container = containers[k]};
    room_write("a", &format, in, N, NULL);
    expect_joined_is_named("a", "b");
  }
}

/// Blocks of WavPack and boxes of MP4 as their descriptions have them
static void
joined_blocks_are_found(void** state)
{
  (void)state;
  unsigned char wavpack[3 * 40] = {0};
  for (unsigned k = 0; k < 3; ++k) {
    unsigned char* const block = wavpack + (size_t)40 * k;
    memcpy(block, "wvpk", 4);
    block[4] = 32;
    block[16] = (unsigned char)(k * 100);
    block[20] = 100;
    block[25] = 8; // the first channels
  }
  room_put("a.wv", wavpack, sizeof(wavpack));
  assert_false(files_is_joined(room_path("a.wv")));
  wavpack[80 + 16] = 0;
  room_put("b.wv", wavpack, sizeof(wavpack));
  assert_true(files_is_joined(room_path("b.wv")));
  wavpack[80 + 25] = 0;
  room_put("c.wv", wavpack, sizeof(wavpack));
  assert_false(files_is_joined(room_path("c.wv")));
  unsigned char boxes[4 * 32] = {0};
  static const char* const names[] = {"ftyp", "moov", "mdat", "free"};
  for (size_t k = 0; k < 4; ++k) {
    boxes[32 * k + 3] = 32;
    memcpy(boxes + 32 * k + 4, names[k], 4);
  }
  room_put("a.m4a", boxes, sizeof(boxes));
  assert_false(files_is_joined(room_path("a.m4a")));
  memcpy(boxes + 96 + 4, "ftyp", 4);
  room_put("b.m4a", boxes, sizeof(boxes));
  assert_true(files_is_joined(room_path("b.m4a")));
}

static void
joined_mp3_files_are_named(void** state)
{
  (void)state;
  const TonAudioFormat format = {
      .rate = 48000, .channels = 1, .container = "MP3"};
  const TonTags tags = {.title = "T"};
  const float* const in[] = {tone};
  for (int k = 0; k < 2; ++k) {
    size_t n = 0;
    room_write("a.mp3", &format, in, N, k ? &tags : NULL);
    assert_string_equal(trouble(room_path("a.mp3")), "");
    unsigned char* const one = room_get("a.mp3", &n);
    unsigned char* const two = malloc(2 * n);
    assert_non_null(two);
    memcpy(two, one, n);
    memcpy(two + n, one, n);
    room_put("b.mp3", two, 2 * n);
    assert_non_null(strstr(trouble(room_path("b.mp3")), "several recordings"));
    memset(two + n, 0, 128);
    memcpy(two + n, "TAG", 3);
    room_put("c.mp3", two, n + 128);
    assert_string_equal(trouble(room_path("c.mp3")), "");
    free(one);
    free(two);
  }
}

static void
a_flac_of_unknown_length_is_read_whole(void** state)
{
  (void)state;
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_24,
                                 .container = "FLAC"};
  const float* const in[] = {tone};
  float* out[] = {back};
  size_t size = 0;
  room_write("x.flac", &format, in, N, NULL);
  unsigned char* const bytes = room_get("x.flac", &size);
  bytes[21] &= 0xF0U; // the 36 bits of the length in STREAMINFO
  memset(bytes + 22, 0, 4);
  room_put("x.flac", bytes, size);
  free(bytes);
  assert_int_equal(room_read(room_path("x.flac"), out, N + 1), N);
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(back[i] - tone[i] < 2e-7F && tone[i] - back[i] < 2e-7F);
  }
}

/// A WAV of 16 bit: chunks before the sound, a size of the sound that need not
/// be true, the sound, chunks behind it
static void
put_wav(const char* name, const char* before, size_t n_before, uint32_t size,
        uint32_t frames, const char* behind, size_t n_behind)
{
  unsigned char bytes[44 + 256 + 2 * N] =
      "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02"
      "\0\x10";
  unsigned char* at = bytes + 36;
  memcpy(at, before, n_before);
  at += n_before;
  memcpy(at, "data", 4);
  memcpy(at + 4, &size, 4);
  at += 8;
  for (uint32_t i = 0; i < frames; ++i) {
    *at++ = (unsigned char)i;
    *at++ = 0x10;
  }
  memcpy(at, behind, n_behind);
  room_put(name, bytes, (size_t)(at - bytes) + n_behind);
}

static uint64_t
frames_of(const char* name)
{
  TonAudio* a = NULL;
  if (ton_audio_open(room_path(name), &a, NULL)) {
    return 0;
  }
  const uint64_t frames = ton_audio_info(a)->frames;
  ton_audio_close(a);
  return frames;
}

#define LIST "LIST\x0e\0\0\0INFOINAM\x02\0\0\0A\0"
#define ID3  "id3 \x0b\0\0\0ID3\x04\0\0\0\0\0\x01\x01"

static void
tags_behind_the_sound_are_no_sound(void** state)
{
  (void)state;
  static const char behind[] = LIST ID3;
  const size_t n = sizeof(behind) - 1;
  put_wav("zero.wav", "", 0, 0, 1000, behind, n);
  put_wav("pipe.wav", "", 0, 0xFFFFFFFFU, 1000, behind, n);
  put_wav("pipe of SoX.wav", "", 0, 0x7FFFF000U, 1000, behind, n);
  put_wav("short of all ones.wav", "", 0, 0xFFFFFFFEU, 1000, behind, n);
  put_wav("too much.wav", "", 0, 5000, 1000, behind, n);
  put_wav("none.wav", "", 0, 0, 0, behind, n);
  put_wav("plain.wav", "", 0, 0, 1000, "", 0);
  assert_int_equal(frames_of("zero.wav"), 1000);
  assert_int_equal(frames_of("pipe.wav"), 1000);
  assert_int_equal(frames_of("pipe of SoX.wav"), 1000);
  assert_int_equal(frames_of("short of all ones.wav"), 1000);
  assert_int_equal(frames_of("too much.wav"), 1000);
  assert_int_equal(frames_of("plain.wav"), 1000);
  assert_non_null(strstr(trouble(room_path("none.wav")), "no sound"));
}

/// 60 bytes asked for 2 GB
static void
a_chunk_larger_than_its_file_takes_no_memory(void** state)
{
  (void)state;
  static const char bytes[] =
      "RIFF\x34\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\x80\x32\x02"
      "\0\x03\0\x18\0LIST\x0exmvINFOINAM\0\0\0\x70T";
  struct rusage used;
  room_put("list.wav", bytes, sizeof(bytes));
  const pid_t child = fork();
  if (child == 0) {
    _exit(!*trouble(room_path("list.wav")));
  }
  int status = -1;
  assert_int_equal(wait4(child, &status, 0, &used), child);
  assert_int_equal(status, 0);
  EXPECT_AT_MOST("memory for it", (double)used.ru_maxrss / 1024.0, 400.0, "MB");
}

static void
an_odd_chunk_may_lack_its_padding(void** state)
{
  (void)state;
  put_wav("bare.wav", "note\x03\0\0\0abc", 11, 2000, 1000, "", 0);
  put_wav("padded.wav", "note\x03\0\0\0abc\0", 12, 2000, 1000, "", 0);
  put_wav("odd.wav", "note\x03\0\0\0abcQ", 12, 2000, 1000, "", 0);
  assert_int_equal(frames_of("bare.wav"), 1000);
  assert_int_equal(frames_of("padded.wav"), 1000);
  assert_int_equal(frames_of("odd.wav"), 1000);
}

/// A recorder that lost power: a header, then nothing but zeros.  Walked through
/// in steps of 8 bytes, 64 MB took 10 s.
static void
zeros_behind_a_header_are_refused_at_once(void** state)
{
  (void)state;
  static const char* const heads[] = {"RIFF\xff\xff\xff\xffWAVE",
                                      "FORM\x7f\xff\xff\xff"
                                      "AIFF"};
  for (size_t i = 0; i < 2; ++i) {
    struct timespec t[2];
    room_put("zeros", heads[i], 12);
    assert_int_equal(truncate(room_path("zeros"), 1 << 26), 0);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t[0]);
    assert_true(*trouble(room_path("zeros")));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t[1]);
    assert_true(t[1].tv_sec - t[0].tv_sec < 2);
  }
}

/// In a child, as nothing takes the wish back
static void
decoding_can_be_interrupted(void** state)
{
  (void)state;
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    TonAudio* a = NULL;
    TonError e = {0};
    ton_interrupt();
    _exit(ton_audio_open(JOINED "/unknown-length.flac", &a, &e) ==
                  TON_INTERRUPTED
              ? 0
              : 1);
  }
  int how = 1;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_int_equal(how, 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_form_that_changes_is_named),
      cmocka_unit_test(a_damaged_mp3_file_is_named),
      cmocka_unit_test(joined_flac_files_are_named),
      cmocka_unit_test(joined_pcm_files_are_named),
      cmocka_unit_test(joined_blocks_are_found),
      cmocka_unit_test(joined_mp3_files_are_named),
      cmocka_unit_test(a_flac_of_unknown_length_is_read_whole),
      cmocka_unit_test(tags_behind_the_sound_are_no_sound),
      cmocka_unit_test(a_chunk_larger_than_its_file_takes_no_memory),
      cmocka_unit_test(an_odd_chunk_may_lack_its_padding),
      cmocka_unit_test(zeros_behind_a_header_are_refused_at_once),
      cmocka_unit_test(decoding_can_be_interrupted),
  };
  return cmocka_run_group_tests(tests, set_up, room_close);
}
