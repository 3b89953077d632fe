// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Files are written sample by sample as they should be, or say why not.

#include "base/output_file.h"
#include "files/pcm_file.h"
#include "signals.h"
#include "temp_dir.h"

#include <signal.h>
#include <sndfile.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 48000 };
static float left[N];
static float right[N];
static float back[2][N];
static const float* const pair[] = {left, right};
static float* const into[] = {back[0], back[1]};

static void
make_noise(double peak)
{
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)(peak * signal_random(1, i));
    right[i] = (float)(peak * signal_random(2, i));
  }
}

/// Dither is asked for, but what already fits its bits needs none
static void
out_13_integers_pass_through_exactly(void** state)
{
  (void)state;
  static const struct {
    TonSamples samples;
    double top;
    const char* name;
    const char* container;
  } cases[] = {{TON_SAMPLES_16, 32768.0, "i16.wav", "WAV"},
               {TON_SAMPLES_24, 8388608.0, "i24.wav", "WAV"},
               {TON_SAMPLES_16, 32768.0, "i16.flac", "FLAC"},
               {TON_SAMPLES_24, 8388608.0, "i24.flac", "FLAC"}};
  for (size_t k = 0; k < 4; ++k) {
    const double top = cases[k].top;
    for (uint32_t i = 0; i < N; ++i) {
      left[i] = (float)(rint(signal_random(k, i) * (top - 1.0)) / top);
      right[i] = (float)(rint((double)left[i] / -2.0 * top) / top);
    }
    left[0] = -1.0F;
    const TonAudioFormat format = {.rate = 48000,
                                   .channels = 2,
                                   .samples = cases[k].samples,
                                   .dither = true,
                                   .shaping = k % 2 ? TON_SHAPING_LIPSHITZ
                                                    : TON_SHAPING_FLAT,
                                   .container = cases[k].container};
    room_write(cases[k].name, &format, pair, N, NULL);
    assert_int_equal(room_read(room_path(cases[k].name), into, N), N);
    for (uint32_t i = 0; i < N; ++i) { // integers know no -0
      assert_true(back[0][i] == left[i] && back[1][i] == right[i]);
    }
  }
}

/// It begins at the first sample that must be rounded, wherever that lies in
/// the blocks, and stays from there on
static void
dither_begins_where_bits_are_lost(void** state)
{
  (void)state;
  enum { FIRST = 30011 };
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = right[i] = (float)(int)(i % 200) / 32768.0F;
  }
  left[FIRST] = 0.1F / 32768.0F;
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .dither = true,
                                 .container = "WAV"};
  room_write("begins.wav", &format, pair, N, NULL);
  room_read(room_path("begins.wav"), into, N);
  uint32_t before = 0;
  uint32_t behind = 0;
  for (uint32_t i = 0; i < N; ++i) {
    before += i < FIRST && back[0][i] != left[i];
    behind += i > FIRST && back[0][i] != left[i];
    assert_true(back[1][i] == right[i]);
  }
  assert_int_equal(before, 0);
  assert_true(behind > (N - FIRST) / 8);
}

/// All are told: how many samples, from where on, and by how much
static void
clipping_is_told(void** state)
{
  (void)state;
  static const struct {
    TonSamples samples;
    const char* container;
  } kinds[] = {{TON_SAMPLES_16, "WAV"},    {TON_SAMPLES_24, "WAV"},
               {TON_SAMPLES_FLOAT, "WAV"}, {TON_SAMPLES_16, "FLAC"},
               {TON_SAMPLES_16, "MP3"},    {TON_SAMPLES_16, "OGG"},
               {TON_SAMPLES_16, "OPUS"}};
  memset(left, 0, sizeof(left));
  memset(right, 0, sizeof(right));
  right[24000] = 1.5F;
  left[36000] = -2.0F;
  left[36001] = -1.0F;
  for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); ++k) {
    const TonAudioFormat format = {.rate = 48000,
                                   .channels = 2,
                                   .samples = kinds[k].samples,
                                   .container = kinds[k].container};
    TonAudioWriter* w = NULL;
    TonError e = {0};
    const char* const path = room_path("clips.wav");
    assert_int_equal(ton_writer_open(path, &format, &w, &e), 0);
    assert_int_equal(ton_writer_write(w, pair, N, &e), 0);
    const TonClipping c = ton_writer_clipping(w);
    const TonStatus status = ton_writer_commit(w, NULL, NULL, &e);
    assert_int_equal(access(path, F_OK), 0);
    if (kinds[k].samples == TON_SAMPLES_FLOAT) {
      assert_int_equal(status, TON_OK);
      assert_int_equal(c.samples, 0);
      continue;
    }
    assert_int_equal(status, TON_GOAL_MISSED);
    assert_string_equal(e.file, path);
    assert_non_null(strstr(e.text, "2 samples"));
    assert_non_null(strstr(e.text, "0.500 s"));
    assert_non_null(strstr(e.text, "+6.0 dBFS"));
    assert_int_equal(c.samples, 2);
    EXPECT_NEAR("first", c.first_s, 0.5, 1e-9, "s");
    EXPECT_NEAR("highest", c.peak_dbfs, 6.0206, 1e-3, "dBFS");
  }
}

static void
out_14_full_scale_does_not_wrap(void** state)
{
  (void)state;
  static const float over[] = {1.0F, -1.0F, 1.5F, -1.5F, 0.99999F};
  static const float wanted[] = {32767.0F, -32768.0F, 32767.0F, -32768.0F,
                                 32767.0F};
  const float* const in[] = {over};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  assert_int_equal(ton_writer_open(room_path("fs.wav"), &format, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, in, 5, NULL), 0);
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), TON_GOAL_MISSED);
  assert_int_equal(room_read(room_path("fs.wav"), into, N), 5);
  for (int i = 0; i < 5; ++i) {
    assert_true(back[0][i] * 32768.0F == wanted[i]);
  }
}

static void
out_06_a_quiet_sine_survives_16_bit(void** state)
{
  (void)state;
  static double tone[N];
  signal_sine(tone, N, 48000.0, 1000.0, -100.0, 0.0);
  for (uint32_t i = 0; i < N; ++i) {
    left[i] = (float)tone[i];
    right[i] = left[i];
  }
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV",
                                 .dither = true,
                                 .dither_seed = 3};
  room_write("quiet.wav", &format, pair, N, NULL);
  room_read(room_path("quiet.wav"), into, N);
  for (uint32_t i = 0; i < N; ++i) {
    tone[i] = (double)back[0][i];
  }
  EXPECT_DB("OUT-06 level",
            20.0 * log10(signal_amplitude(tone, N, 48000.0, 1000.0)), -100.0,
            0.2);
  // noise of -96.33 dBFS in 24000 bins: -137 dB a bin, +11 for the worst of 9
  for (int k = 2; k < 20; ++k) {
    EXPECT_AT_MOST("OUT-06 harmonic",
                   20.0 * log10(signal_amplitude(tone, N, 48000.0, 1000.0 * k)),
                   -126.0, "dBFS");
  }
}

/// Bytes must depend on the samples and the seed, on nothing else
static void
out_08_same_input_same_bytes(void** state)
{
  (void)state;
  static const char* const containers[] = {"WAV", "FLAC", "MP3"};
  static const char* const names[] = {"x.wav", "x.flac", "x.mp3"};
  make_noise(0.5);
  for (int k = 0; k < 3; ++k) {
    const TonAudioFormat format = {.rate = 44100,
                                   .channels = 2,
                                   .samples = TON_SAMPLES_16,
                                   .container = containers[k],
                                   .dither = true};
    TonAudioWriter* w = NULL;
    size_t a_size = 0;
    size_t b_size = 0;
    room_write(names[k], &format, pair, N, NULL);
    unsigned char* const a = room_get(names[k], &a_size);
    sleep(k == 0); // a date would differ
    assert_int_equal(ton_writer_open(room_path(names[k]), &format, &w, NULL),
                     0);
    for (uint32_t at = 0; at < N;) {
      const uint32_t n = N - at < 257 ? N - at : 257;
      const float* const in[] = {left + at, right + at};
      assert_int_equal(ton_writer_write(w, in, n, NULL), 0);
      at += n;
    }
    assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), 0);
    unsigned char* const b = room_get(names[k], &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a, b, a_size);
    free(a);
    free(b);
  }
}

static void
digital_silence_stays_silent_after_a_second(void** state)
{
  (void)state;
  memset(left, 0, sizeof(left));
  left[0] = 1e-3F; // must be rounded: dither begins
  const float* const in[] = {left, left};
  TonAudioFormat format = {.rate = 8000,
                           .channels = 2,
                           .samples = TON_SAMPLES_16,
                           .container = "WAV",
                           .dither = true};
  room_write("silence.wav", &format, in, N, NULL);
  room_read(room_path("silence.wav"), into, N);
  uint32_t early = 0;
  uint32_t late = 0;
  for (uint32_t i = 0; i < N; ++i) {
    early += i < 8000 && back[0][i] != 0.0F;
    late += i >= 8400 && back[0][i] != 0.0F;
  }
  assert_true(early > 1000);
  assert_int_equal(late, 0);
  format.dither_silence = true;
  room_write("silence.wav", &format, in, N, NULL);
  room_read(room_path("silence.wav"), into, N);
  for (uint32_t i = 8400; i < N; ++i) {
    late += back[0][i] != 0.0F;
  }
  assert_true(late > 5000);
}

static void
out_11_broadcast_loudness_is_in_the_chunk(void** state)
{
  (void)state;
  const TonBroadcast b = {true, -9.87, 5.43, -1.0, NAN, -8.25};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  assert_int_equal(ton_writer_open(room_path("b.wav"), &format, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, pair, N, NULL), 0);
  assert_int_equal(ton_writer_commit(w, &b, NULL, NULL), 0);
  SF_INFO info = {0};
  SF_BROADCAST_INFO bext; // an independent parser
  SNDFILE* const file = sf_open(room_path("b.wav"), SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(
      sf_command(file, SFC_GET_BROADCAST_INFO, &bext, sizeof(bext)), 1);
  sf_close(file);
  assert_int_equal(info.frames, N);
  assert_int_equal(bext.version, 2);
  assert_string_equal(bext.originator, "Tonmeister");
  assert_int_equal(bext.loudness_value, -987);
  assert_int_equal(bext.loudness_range, 543);
  assert_int_equal(bext.max_true_peak_level, -100);
  assert_int_equal(bext.max_momentary_loudness, 0x7FFF);
  assert_int_equal(bext.max_shortterm_loudness, -825);
}

static void
every_form_is_what_other_readers_read(void** state)
{
  (void)state;
  static const TonSamples samples[] = {TON_SAMPLES_16, TON_SAMPLES_24,
                                       TON_SAMPLES_FLOAT};
  make_noise(0.9);
  const float* const in[] = {left, right, left, right, right, left};
  static float other[6 * 1001];
  for (uint32_t channels = 1; channels <= 6; ++channels) {
    for (int k = 0; k < 3; ++k) {
      const TonAudioFormat format = {.rate = 96000,
                                     .channels = channels,
                                     .samples = samples[k],
                                     .container = "WAV"};
      room_write("form.wav", &format, in, 1001, NULL); // odd: padded
      SF_INFO info = {0};
      SNDFILE* const file = sf_open(room_path("form.wav"), SFM_READ, &info);
      assert_non_null(file);
      assert_int_equal(info.channels, channels);
      assert_int_equal(info.samplerate, 96000);
      assert_int_equal(sf_readf_float(file, other, 2000), 1001);
      sf_close(file);
      const double grid = k == 0 ? 0x1p-16 : k == 1 ? 0x1p-24 : 0.0;
      for (uint32_t i = 0; i < 1001 * channels; ++i) {
        const float x = in[i % channels][i / channels];
        assert_true(fabs((double)other[i] - (double)x) <= grid);
      }
    }
  }
}

/// The last chunk is an ID3 tag with what the file was given
static void
expect_id3(const unsigned char* bytes, size_t size, const TonTags* tags)
{
  const size_t from = size > 8192 ? size - 8192 : 0;
  const unsigned char* const chunk =
      memmem(bytes + from, size - from, "ID3 ", 4);
  assert_non_null(chunk);
  const size_t n = chunk[4] | chunk[5] << 8 | (size_t)chunk[6] << 16;
  assert_int_equal(chunk + 8 + n + (n & 1U) - bytes, size);
  room_put("id3.mp3", chunk + 8, n);
  TonTags read;
  bool cover = true;
  assert_int_equal(ton_tags_read(room_path("id3.mp3"), &read, &cover, NULL), 0);
  assert_string_equal(read.title, tags->title);
  assert_string_equal(read.upc, tags->upc);
  assert_int_equal(read.track, tags->track);
  assert_false(cover);
  ton_tags_free(&read);
}

static void
long_files_are_rf64(void** state)
{
  (void)state;
  wav_max_bytes = 100000; // a gigabyte less to write
  make_noise(0.5);
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  const TonTags tags = {
      .title = "Long", .artist = "Very", .upc = "012345678905", .track = 3};
  room_write("long.wav", &format, pair, N, &tags);
  wav_max_bytes = 0xFFFFFFFFU;
  size_t size = 0;
  unsigned char* const bytes = room_get("long.wav", &size);
  assert_memory_equal(bytes, "RF64\xFF\xFF\xFF\xFFWAVEds64", 16);
  expect_id3(bytes, size, &tags);
  free(bytes);
  SF_INFO info = {0};
  SNDFILE* const file = sf_open(room_path("long.wav"), SFM_READ, &info);
  assert_non_null(file);
  assert_int_equal(info.format & SF_FORMAT_TYPEMASK, SF_FORMAT_RF64);
  assert_int_equal(info.frames, N);
  assert_string_equal(sf_get_string(file, SF_STR_TITLE), "Long");
  assert_string_equal(sf_get_string(file, SF_STR_ARTIST), "Very");
  sf_close(file);
  assert_int_equal(room_read(room_path("long.wav"), into, N), N);
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(room_path("long.wav"), &audio, NULL), 0);
  assert_string_equal(ton_audio_info(audio)->container, "RF64");
  ton_audio_close(audio);
}

/// Write ten seconds until it fails; the status of the whole
static TonStatus
write_too_much(const char* name, const TonAudioFormat* format,
               const TonTags* tags, TonError* e)
{
  TonAudioWriter* w = NULL;
  TonStatus status = ton_writer_open(room_path(name), format, &w, e);
  for (int i = 0; i < 10 && !status; ++i) {
    status = ton_writer_write(w, pair, N, e);
    if (status) {
      ton_writer_abandon(w);
    }
  }
  return status ? status : ton_writer_commit(w, NULL, tags, e);
}

static void
a_full_disk_leaves_nothing_behind(void** state)
{
  (void)state;
  static const char* const containers[] = {"WAV", "FLAC", "MP3"};
  static const char* const names[] = {"big.wav", "big.flac", "big.mp3"};
  make_noise(0.5);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit was;
  getrlimit(RLIMIT_FSIZE, &was);
  for (int k = 0; k < 3; ++k) {
    const struct rlimit small = {40000, was.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const TonAudioFormat format = {.rate = 48000,
                                   .channels = 2,
                                   .samples = TON_SAMPLES_24,
                                   .container = containers[k]};
    TonError e = {0};
    const TonStatus status = write_too_much(names[k], &format, NULL, &e);
    setrlimit(RLIMIT_FSIZE, &was);
    assert_int_equal(status, TON_WRITE_FAILED);
    assert_non_null(strstr(e.file, names[k]));
    assert_non_null(strstr(e.text, "File too large"));
    assert_int_equal(room_partial_files(), 0);
    assert_int_equal(access(room_path(names[k]), F_OK), -1);
  }
}

static void
a_disk_that_fills_while_tagging_leaves_nothing_behind(void** state)
{
  (void)state;
  static unsigned char cover[100000] = "\xFF\xD8\xFF";
  room_put("cover.jpg", cover, sizeof(cover));
  const TonTags tags = {.title = "T", .cover_path = room_path("cover.jpg")};
  const TonAudioFormat format = {.rate = 8000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  struct rlimit was;
  getrlimit(RLIMIT_FSIZE, &was);
  const struct rlimit small = {4 * 10 * N + 50000, was.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  TonError e = {0};
  const TonStatus status = write_too_much("tag.wav", &format, &tags, &e);
  setrlimit(RLIMIT_FSIZE, &was);
  assert_int_equal(status, TON_WRITE_FAILED);
  assert_int_equal(room_partial_files(), 0);
  assert_int_equal(access(room_path("tag.wav"), F_OK), -1);
}

static void
ctrl_c_removes_what_is_half_written(void** state)
{
  (void)state;
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  TonAudioWriter* w[3];
  for (int i = 0; i < 3; ++i) { // twice the same name at the same time, too
    assert_int_equal(ton_writer_open(room_path(i ? "one.wav" : "two.wav"),
                                     &format, &w[i], NULL),
                     0);
  }
  assert_int_equal(room_partial_files(), 3);
  ton_writer_abandon_all();
  assert_int_equal(room_partial_files(), 0);
  TonError e = {0};
  assert_int_equal(ton_writer_write(w[0], pair, 10, &e), TON_INTERRUPTED);
  assert_int_equal(ton_writer_commit(w[0], NULL, NULL, &e), TON_INTERRUPTED);
  ton_writer_abandon(w[1]);
  ton_writer_abandon(w[2]);
  assert_int_equal(access(room_path("one.wav"), F_OK), -1);
}

static void
what_cannot_be_written_is_named(void** state)
{
  (void)state;
  TonAudioFormat format = {.rate = 48000,
                           .channels = 1,
                           .samples = TON_SAMPLES_24,
                           .container = "WAV"};
  TonAudioWriter* w = NULL;
  TonError e = {0};
  assert_int_equal(ton_writer_open(room_path("no/x.wav"), &format, &w, &e),
                   TON_WRITE_FAILED);
  assert_non_null(strstr(e.file, "no/x.wav"));
  assert_non_null(strstr(e.text, "No such file"));
  format.container = "WAVE";
  assert_int_equal(ton_writer_open(room_path("x.wav"), &format, &w, &e),
                   TON_UNSUPPORTED);
  assert_non_null(strstr(e.text, "did you mean WAV"));
  format.container = "MP3";
  format.channels = 6;
  assert_int_equal(ton_writer_open(room_path("x.mp3"), &format, &w, &e),
                   TON_UNSUPPORTED);
  format.container = "FLAC";
  format.samples = TON_SAMPLES_FLOAT;
  assert_int_equal(ton_writer_open(room_path("x.flac"), &format, &w, &e),
                   TON_UNSUPPORTED);
  assert_non_null(strstr(e.text, "float"));
  assert_int_equal(room_partial_files(), 0);
}

static void
a_read_only_folder_is_named(void** state)
{
  (void)state;
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  TonError e = {0};
  mkdir(room_path("locked"), 0555);
  chmod(room_path(""), 0755);
  const bool root = geteuid() == 0; // to root no folder is read-only
  assert_int_equal(root ? seteuid(65534) : 0, 0);
  const TonStatus status =
      ton_writer_open(room_path("locked/x.wav"), &format, &w, &e);
  assert_int_equal(root ? seteuid(0) : 0, 0);
  assert_int_equal(status, TON_WRITE_FAILED);
  assert_non_null(strstr(e.text, "choose a folder"));
}

static void
a_whole_file_is_replaced_or_kept(void** state)
{
  (void)state;
  TonError e = {0};
  assert_int_equal(ton_file_write(room_path("t.txt"), "old", 3, &e), 0);
  struct rlimit was;
  getrlimit(RLIMIT_FSIZE, &was);
  const struct rlimit small = {1000, was.rlim_max};
  static char much[5000];
  setrlimit(RLIMIT_FSIZE, &small);
  const TonStatus status =
      ton_file_write(room_path("t.txt"), much, sizeof(much), &e);
  setrlimit(RLIMIT_FSIZE, &was);
  assert_int_equal(status, TON_WRITE_FAILED);
  size_t size = 0;
  unsigned char* const bytes = room_get("t.txt", &size);
  assert_int_equal(size, 3);
  assert_memory_equal(bytes, "old", 3);
  free(bytes);
  assert_int_equal(room_partial_files(), 0);
}

static void
known_hashes(void** state)
{
  (void)state;
  char sha[65];
  char xxh[33];
  room_put("abc", "abc", 3);
  assert_int_equal(ton_file_sha256(room_path("abc"), sha, NULL), 0);
  assert_string_equal(sha, "ba7816bf8f01cfea414140de5dae2223"
                           "b00361a396177a9cb410ff61f20015ad");
  assert_int_equal(ton_file_hash(room_path("abc"), xxh, NULL), 0);
  assert_string_equal(xxh, "06b05ab6733a618578af5f94892f3950");
  TonError e = {0};
  assert_int_equal(ton_file_hash(room_path("none"), xxh, &e), TON_NOT_FOUND);
  assert_non_null(strstr(e.file, "none"));
}

static void
a_shortened_wav_is_what_would_have_been_written(void** state)
{
  (void)state;
  const TonAudioFormat wav = {.rate = 48000,
                              .channels = 2,
                              .samples = TON_SAMPLES_24,
                              .dither = true,
                              .container = "WAV"};
  TonAudioFormat flac = wav;
  TonAudioWriter* w = NULL;
  TonError error = {0};
  size_t sizes[2] = {0};
  room_write("plain.wav", &wav, pair, N / 3, NULL);
  assert_int_equal(ton_writer_open(room_path("cut.wav"), &wav, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, pair, N, NULL), 0);
  assert_int_equal(ton_writer_shorten(w, N / 3, NULL), 0);
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), 0);
  unsigned char* const plain = room_get("plain.wav", &sizes[0]);
  unsigned char* const cut = room_get("cut.wav", &sizes[1]);
  assert_int_equal(sizes[0], sizes[1]);
  assert_memory_equal(plain, cut, sizes[0]);
  free(plain);
  free(cut);
  flac.container = "FLAC";
  assert_int_equal(ton_writer_open(room_path("cut.flac"), &flac, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, pair, N, NULL), 0);
  assert_int_equal(ton_writer_shorten(w, N / 3, &error), TON_UNSUPPORTED);
  assert_non_null(strstr(error.text, "only a WAV"));
  ton_writer_abandon(w);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_13_integers_pass_through_exactly),
      cmocka_unit_test(dither_begins_where_bits_are_lost),
      cmocka_unit_test(clipping_is_told),
      cmocka_unit_test(out_14_full_scale_does_not_wrap),
      cmocka_unit_test(out_06_a_quiet_sine_survives_16_bit),
      cmocka_unit_test(out_08_same_input_same_bytes),
      cmocka_unit_test(digital_silence_stays_silent_after_a_second),
      cmocka_unit_test(out_11_broadcast_loudness_is_in_the_chunk),
      cmocka_unit_test(every_form_is_what_other_readers_read),
      cmocka_unit_test(long_files_are_rf64),
      cmocka_unit_test(a_full_disk_leaves_nothing_behind),
      cmocka_unit_test(a_disk_that_fills_while_tagging_leaves_nothing_behind),
      cmocka_unit_test(ctrl_c_removes_what_is_half_written),
      cmocka_unit_test(what_cannot_be_written_is_named),
      cmocka_unit_test(a_read_only_folder_is_named),
      cmocka_unit_test(a_whole_file_is_replaced_or_kept),
      cmocka_unit_test(a_shortened_wav_is_what_would_have_been_written),
      cmocka_unit_test(known_hashes),
  };
  return ROOM_TESTS(tests);
}
