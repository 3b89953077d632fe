// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Files of every kind are read as they were written.

#include "signals.h"
#include "temp_dir.h"

#include <sndfile.h>
#include <string.h>
#include <sys/stat.h>

enum { N = 30011 };
static float left[N];
static float right[N];
static float back[2][2 * N];
static const float* const pair[] = {left, right};
static float* const into[] = {back[0], back[1]};

static int
set_up(void** state)
{
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)(0.9 * signal_random(1, i));
    right[i] = (float)(0.9 * signal_random(2, i));
  }
  return room_open(state);
}

static void
expect_refusal(const char* path, TonStatus status, const char* says)
{
  TonAudio* a = NULL;
  TonError e = {0};
  const TonStatus got = ton_audio_open(path, &a, &e);
  if (got != status || !strstr(e.text, says) || strcmp(e.file, path) != 0) {
    fail_msg("%s: status %d, \"%s\"", path, got, e.text);
  }
}

static void
what_is_not_sound_is_refused_with_the_reason(void** state)
{
  (void)state;
  expect_refusal(room_path("none.wav"), TON_NOT_FOUND, "No such file");
  expect_refusal(room_path(""), TON_BAD_FILE, "folder");
  expect_refusal("/dev/null", TON_BAD_FILE, "device");
  room_put("empty.wav", "", 0);
  expect_refusal(room_path("empty.wav"), TON_BAD_FILE, "empty");
  room_put("text.wav", "Strophe\nRefrain\n", 16);
  expect_refusal(room_path("text.wav"), TON_BAD_FILE, "text, not sound");
  room_put("list.m4a", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", 31);
  expect_refusal(room_path("list.m4a"), TON_BAD_FILE, "expected");
  room_put("head.wav", "RIFF\x10\0\0\0WAVEfmt ", 16);
  expect_refusal(room_path("head.wav"), TON_BAD_FILE, "damaged");
  unsigned char noise[4000];
  for (size_t i = 0; i < sizeof(noise); ++i) {
    noise[i] = (unsigned char)(int)(127.0 * signal_random(9, i));
  }
  room_put("noise.wav", noise, sizeof(noise));
  expect_refusal(room_path("noise.wav"), TON_BAD_FILE, "not sound");
}

static const TonAudioFormat stereo24 = {.rate = 48000,
                                        .channels = 2,
                                        .samples = TON_SAMPLES_24,
                                        .container = "WAV"};

/// Offset of a chunk's id in a WAV file
static size_t
find_chunk(const unsigned char* bytes, size_t size, const char* id)
{
  for (size_t at = 12; at + 8 <= size;) {
    if (memcmp(bytes + at, id, 4) == 0) {
      return at;
    }
    at += 8 + ((size_t)bytes[at + 4] | (size_t)bytes[at + 5] << 8 |
               (size_t)bytes[at + 6] << 16);
  }
  fail_msg("no chunk %s", id);
  return 0;
}

static void
a_cut_off_file_gives_what_is_there_and_says_so(void** state)
{
  (void)state;
  room_write("whole.wav", &stereo24, pair, N, NULL);
  size_t size = 0;
  unsigned char* const bytes = room_get("whole.wav", &size);
  const size_t data = find_chunk(bytes, size, "data");
  room_put("cut.wav", bytes, data + 8 + 6000 * 6 + 3);
  TonAudio* a = NULL;
  assert_int_equal(ton_audio_open(room_path("cut.wav"), &a, NULL), 0);
  assert_true(ton_audio_info(a)->truncated);
  assert_int_equal(ton_audio_info(a)->frames, 6000);
  ton_audio_close(a);
  // a recorder that lost power wrote no lengths
  memset(bytes + data + 4, 0, 4);
  room_put("power.wav", bytes, data + 8 + 600 * 6);
  assert_int_equal(room_read(room_path("power.wav"), into, N), 600);
  memset(bytes + data + 4, 0xFF, 4);
  room_put("stream.wav", bytes, data + 8 + 600 * 6);
  assert_int_equal(room_read(room_path("stream.wav"), into, N), 600);
  room_put("none.wav", bytes, data + 8 + 5);
  expect_refusal(room_path("none.wav"), TON_BAD_FILE, "no sound");
  free(bytes);
}

static void
a_cut_off_coded_file_names_the_time(void** state)
{
  (void)state;
  TonAudioFormat format = stereo24;
  format.container = "FLAC";
  room_write("whole.flac", &format, pair, N, NULL);
  size_t size = 0;
  unsigned char* const bytes = room_get("whole.flac", &size);
  room_put("cut.flac", bytes, size / 2);
  free(bytes);
  TonAudio* a = NULL;
  TonError e = {0};
  assert_int_equal(ton_audio_open(room_path("cut.flac"), &a, &e), 0);
  uint32_t got = 1;
  TonStatus status = TON_OK;
  while (got && !status) {
    status = ton_audio_read(a, into, 1000, &got, &e);
  }
  ton_audio_close(a);
  assert_int_equal(status, TON_BAD_FILE);
  assert_non_null(strstr(e.text, " s of 0.625 s"));
  assert_non_null(strstr(e.file, "cut.flac"));
}

static void
odd_headers_are_read(void** state)
{
  (void)state;
  room_write("whole.wav", &stereo24, pair, N, NULL);
  size_t size = 0;
  unsigned char* const bytes = room_get("whole.wav", &size);
  const size_t fmt = find_chunk(bytes, size, "fmt ");
  const size_t data = find_chunk(bytes, size, "data");
  // a format of 16 bytes that says 17, and a chunk of odd length before data
  unsigned char* const odd = malloc(size + 100);
  memcpy(odd, "RIFF\0\0\0\0WAVEfmt \x11\0\0\0", 20);
  memcpy(odd + 20, bytes + fmt + 8, 16);
  odd[20] = 1; // plain PCM
  odd[21] = 0;
  memcpy(odd + 36, "odd \x03\0\0\0abc\0", 12);
  memcpy(odd + 48, bytes + data, size - data);
  room_put("odd.wav", odd, 48 + size - data);
  assert_int_equal(room_read(room_path("odd.wav"), into, 2 * N), N);
  assert_true(fabsf(back[1][N - 1] - right[N - 1]) < 1e-6F);
  free(odd);
  free(bytes);
}

static void
numbers_that_are_none_become_silence_and_are_counted(void** state)
{
  (void)state;
  static const float bad[] = {0.5F, (float)NAN, INFINITY, -INFINITY, -0.25F};
  SF_INFO info = {.samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV};
  static const int forms[] = {SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE};
  for (int k = 0; k < 2; ++k) {
    info.format = SF_FORMAT_WAV | forms[k];
    SNDFILE* const file = sf_open(room_path("nan.wav"), SFM_WRITE, &info);
    sf_write_float(file, bad, 5);
    sf_close(file);
    TonAudio* a = NULL;
    uint32_t got = 0;
    assert_int_equal(ton_audio_open(room_path("nan.wav"), &a, NULL), 0);
    assert_int_equal(ton_audio_read(a, into, 10, &got, NULL), 0);
    assert_int_equal(got, 5);
    assert_int_equal(ton_audio_faults(a)->bad, 3);
    assert_int_equal(ton_audio_faults(a)->first_bad, 1);
    ton_audio_close(a);
    static const float wanted[] = {0.5F, 0.0F, 0.0F, 0.0F, -0.25F};
    assert_memory_equal(back[0], wanted, sizeof(wanted));
  }
}

static int
write_form(int form, uint32_t channels)
{
  SF_INFO info = {
      .samplerate = 44100, .channels = (int)channels, .format = form};
  if (!sf_format_check(&info)) {
    return 0;
  }
  SNDFILE* const file = sf_open(room_path("form"), SFM_WRITE, &info);
  assert_non_null(file);
  static float mixed[2 * N];
  for (uint32_t i = 0; i < N * channels; ++i) {
    mixed[i] = pair[i % channels][i / channels];
  }
  assert_int_equal(sf_writef_float(file, mixed, N), N);
  sf_close(file);
  return 1;
}

/// Ours, in planes and odd blocks, against libsndfile's own floats
static void
every_form_reads_as_libsndfile_reads_it(void** state)
{
  (void)state;
  static const int majors[] = {SF_FORMAT_WAV,  SF_FORMAT_WAVEX, SF_FORMAT_RF64,
                               SF_FORMAT_AIFF, SF_FORMAT_CAF,   SF_FORMAT_W64,
                               SF_FORMAT_FLAC, SF_FORMAT_OGG,   SF_FORMAT_AU};
  static const int subs[] = {
      SF_FORMAT_PCM_U8, SF_FORMAT_PCM_S8,   SF_FORMAT_PCM_16, SF_FORMAT_PCM_24,
      SF_FORMAT_PCM_32, SF_FORMAT_FLOAT,    SF_FORMAT_DOUBLE, SF_FORMAT_VORBIS,
      SF_FORMAT_ULAW,   SF_FORMAT_IMA_ADPCM};
  static const int ends[] = {0, SF_ENDIAN_LITTLE, SF_ENDIAN_BIG};
  static float theirs[2 * N];
  int forms = 0;
  for (int k = 0; k < 9 * 10 * 3 * 2; ++k) {
    const uint32_t channels = 1 + (uint32_t)k % 2;
    const int form = majors[k / 60] | subs[k / 6 % 10] | ends[k / 2 % 3];
    if (!write_form(form, channels)) {
      continue;
    }
    ++forms;
    SF_INFO info = {0};
    SNDFILE* const file = sf_open(room_path("form"), SFM_READ, &info);
    const sf_count_t n = sf_readf_float(file, theirs, N);
    sf_close(file);
    assert_int_equal(room_read(room_path("form"), into, N), n);
    for (uint32_t i = 0; i < n * channels; ++i) {
      if (back[i % channels][i / channels] != theirs[i]) {
        fail_msg("form %x, %u channels: sample %u is %g, expected %g", form,
                 channels, i, (double)back[i % channels][i / channels],
                 (double)theirs[i]);
      }
    }
  }
  EXPECT_AT_LEAST("forms read alike", forms, 80, "forms");
}

/// Reading on from any frame gives what reading from the start gave there
static void
seeking_is_exact(void** state)
{
  (void)state;
  static const int forms[] = {
      SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
      SF_FORMAT_FLAC | SF_FORMAT_PCM_16, SF_FORMAT_OGG | SF_FORMAT_VORBIS};
  static float part[2][100];
  float* const out[] = {part[0], part[1]};
  for (int f = 0; f < 4; ++f) {
    write_form(forms[f], 2);
    const uint32_t n = room_read(room_path("form"), into, N);
    TonAudio* a = NULL;
    assert_int_equal(ton_audio_open(room_path("form"), &a, NULL), 0);
    for (uint64_t k = 0; k < 40; ++k) {
      const uint32_t at =
          (uint32_t)((0.5 + 0.5 * signal_random(4, k)) * (n - 100));
      uint32_t got = 0;
      assert_int_equal(ton_audio_seek(a, at, NULL), 0);
      assert_int_equal(ton_audio_read(a, out, 100, &got, NULL), 0);
      assert_int_equal(got, 100);
      if (memcmp(part[0], back[0] + at, sizeof(part[0])) != 0) {
        fail_msg("form %x is not exact at frame %u", forms[f], at);
      }
      assert_memory_equal(part[1], back[1] + at, sizeof(part[1]));
    }
    uint32_t got = 1;
    assert_int_equal(ton_audio_seek(a, 1U << 30, NULL), 0);
    assert_int_equal(ton_audio_read(a, out, 100, &got, NULL), 0);
    assert_int_equal(got, 0);
    ton_audio_close(a);
  }
}

/// Ogg has no length in its header: the last page says that it is the last
static void
an_ogg_file_whose_end_is_missing_says_so(void** state)
{
  (void)state;
  size_t size = 0;
  assert_true(write_form(SF_FORMAT_OGG | SF_FORMAT_VORBIS, 2));
  unsigned char* const bytes = room_get("form", &size);
  for (int cut = 0; cut < 3; ++cut) {
    TonAudio* a = NULL;
    room_put("cut.ogg", bytes, size - (size_t[]){0, 1, size / 3}[cut]);
    assert_int_equal(ton_audio_open(room_path("cut.ogg"), &a, NULL), 0);
    assert_int_equal(ton_audio_info(a)->truncated, cut > 0);
    ton_audio_close(a);
  }
  free(bytes);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_sound_is_refused_with_the_reason),
      cmocka_unit_test(a_cut_off_file_gives_what_is_there_and_says_so),
      cmocka_unit_test(a_cut_off_coded_file_names_the_time),
      cmocka_unit_test(odd_headers_are_read),
      cmocka_unit_test(numbers_that_are_none_become_silence_and_are_counted),
      cmocka_unit_test(every_form_reads_as_libsndfile_reads_it),
      cmocka_unit_test(seeking_is_exact),
      cmocka_unit_test(an_ogg_file_whose_end_is_missing_says_so),
  };
  return cmocka_run_group_tests(tests, set_up, room_close);
}
