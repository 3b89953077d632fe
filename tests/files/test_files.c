// SPDX-License-Identifier: GPL-3.0-or-later
#include "expect.h"
#include "signals.h"

#include <tonmeister/audio_file.h>

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static const char*
in_folder(const char* name)
{
  static char path[16][256];
  static int k;
  k = (k + 1) % 16;
  snprintf(path[k], sizeof(path[k]), "%s/%s", folder, name);
  return path[k];
}

static int
make_folder(void** state)
{
  (void)state;
  snprintf(folder, sizeof(folder), "/tmp/ton-files-XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static int
remove_folder(void** state)
{
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  return system(command);
}

/// Entries of the folder whose name begins with a dot and "part"
static int
partial_files(void)
{
  int n = 0;
  DIR* const dir = opendir(folder);
  for (struct dirent* d = readdir(dir); d; d = readdir(dir)) {
    n += strncmp(d->d_name, ".part", 5) == 0;
  }
  closedir(dir);
  return n;
}

static void
write_file(const char* path, const TonAudioFormat* format,
           const float* const* in, uint32_t frames)
{
  TonAudioWriter* w = NULL;
  TonError e = {0};
  if (ton_writer_open(path, format, &w, &e) ||
      ton_writer_write(w, in, frames, &e) ||
      ton_writer_commit(w, NULL, NULL, &e)) {
    fail_msg("%s: %s", path, e.text);
  }
}

static uint32_t
read_file(const char* path, float* const* out, uint32_t room)
{
  TonAudio* a = NULL;
  TonError e = {0};
  uint32_t all = 0;
  uint32_t got = 1;
  if (ton_audio_open(path, &a, &e)) {
    fail_msg("%s: %s", path, e.text);
  }
  while (got && all < room) {
    float* at[2] = {out[0] + all, out[1] ? out[1] + all : NULL};
    const uint32_t n = room - all < 1237 ? room - all : 1237;
    if (ton_audio_read(a, at, n, &got, &e)) {
      fail_msg("%s: %s", path, e.text);
    }
    all += got;
  }
  ton_audio_close(a);
  return all;
}

enum { N = 48000 };
static float left[N];
static float right[N];
static float back[2][N];
static const float* const pair[] = {left, right};
static float* const into[] = {back[0], back[1]};

static void
out_13_and_14_integers_are_exact(void** state)
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
    for (uint32_t i = 0; i < N; ++i) {
      left[i] = (float)(rint(signal_random(k, i) * (cases[k].top - 1.0)) /
                        cases[k].top);
      right[i] = -left[i] / 2.0F;
      right[i] = (float)(rint((double)right[i] * cases[k].top) / cases[k].top);
    }
    left[0] = -1.0F;
    const TonAudioFormat format = {.rate = 48000,
                                   .channels = 2,
                                   .samples = cases[k].samples,
                                   .container = cases[k].container};
    write_file(in_folder(cases[k].name), &format, pair, N);
    assert_int_equal(read_file(in_folder(cases[k].name), into, N), N);
    for (uint32_t i = 0; i < N; ++i) { // integers know no -0
      assert_true(back[0][i] == left[i] && back[1][i] == right[i]);
    }
  }
}

static void
out_14_full_scale_does_not_wrap(void** state)
{
  (void)state;
  const float over[] = {1.0F, -1.0F, 1.5F, -1.5F, 0.99999F};
  const float* const in[] = {over};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_16,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  assert_int_equal(ton_writer_open(in_folder("fs.wav"), &format, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, in, 5, NULL), 0);
  assert_int_equal(ton_writer_clipped(w), 4 - 1 + 1);
  assert_int_equal(ton_writer_commit(w, NULL, NULL, NULL), 0);
  assert_int_equal(read_file(in_folder("fs.wav"), into, N), 5);
  static const float wanted[] = {32767.0F, -32768.0F, 32767.0F, -32768.0F,
                                 32767.0F};
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
  write_file(in_folder("quiet.wav"), &format, pair, N);
  write_file(in_folder("again.wav"), &format, pair, N);
  char a[33];
  char b[33];
  assert_int_equal(ton_file_hash(in_folder("quiet.wav"), a, NULL), 0);
  assert_int_equal(ton_file_hash(in_folder("again.wav"), b, NULL), 0);
  assert_string_equal(a, b);
  read_file(in_folder("quiet.wav"), into, N);
  for (uint32_t i = 0; i < N; ++i) {
    tone[i] = (double)back[0][i];
  }
  EXPECT_DB("OUT-06 level",
            20.0 * log10(signal_amplitude(tone, N, 48000.0, 1000.0)), -100.0,
            0.2);
  for (int k = 3; k < 20; k += 2) {
    EXPECT_AT_MOST("OUT-06 harmonic",
                   20.0 * log10(signal_amplitude(tone, N, 48000.0, 1000.0 * k)),
                   -120.0, "dBFS");
  }
}

static void
out_01_to_04_rates_convert_cleanly(void** state)
{
  (void)state;
  static const uint32_t rates[] = {44100, 48000, 88200, 96000, 176400, 192000};
  enum { LONG = 192000 };
  static float in[LONG];
  static float out[5 * LONG];
  for (int f = 0; f < 6; ++f) {
    for (int t = 0; t < 6; ++t) {
      const uint32_t from = rates[f];
      const uint32_t to = rates[t];
      if (from == to) {
        continue;
      }
      const double hz = signal_coherent_hz(1000.0, to, 1 << 15);
      for (uint32_t i = 0; i < from; ++i) {
        in[i] = (float)(0.5 * sin(2.0 * M_PI * fmod(hz / from * i, 1.0)));
      }
      TonResampler* r = NULL;
      assert_int_equal(ton_resampler_new(from, to, 1, &r, NULL), 0);
      uint32_t all = 0;
      for (uint32_t at = 0; at < from;) {
        const uint32_t n = from - at < 4001 ? from - at : 4001;
        uint32_t got = 0;
        assert_int_equal(ton_resampler_run(r, (const float* const[]){in + at},
                                           n, false,
                                           (float* const[]){out + all},
                                           5 * LONG - all, &got, NULL),
                         0);
        all += got;
        at += n;
      }
      for (uint32_t got = 1; got;) {
        assert_int_equal(ton_resampler_run(r, NULL, 0, true,
                                           (float* const[]){out + all},
                                           5 * LONG - all, &got, NULL),
                         0);
        all += got;
      }
      ton_resampler_free(r);
      assert_int_equal(all, to);
      double wrong = 0.0;
      for (uint32_t i = to / 4; i < to * 3 / 4; ++i) {
        const double wanted = 0.5 * sin(2.0 * M_PI * fmod(hz / to * i, 1.0));
        wrong = fmax(wrong, fabs((double)out[i] - wanted));
      }
      // float samples: the grid itself is -150 dB
      EXPECT_AT_MOST("OUT-01/04 worst error of 1 kHz at -6 dBFS",
                     20.0 * log10(wrong), -138.0, "dBFS");
    }
  }
}

static void
broken_files_are_refused_with_a_reason(void** state)
{
  (void)state;
  TonAudio* a = NULL;
  TonError e = {0};
  assert_int_equal(ton_audio_open(in_folder("none.wav"), &a, &e),
                   TON_NOT_FOUND);
  assert_non_null(strstr(e.file, "none.wav"));
  assert_int_equal(ton_audio_open(folder, &a, &e), TON_BAD_FILE);
  assert_non_null(strstr(e.text, "folder"));
  assert_int_equal(ton_file_write(in_folder("empty.wav"), "", 0, NULL), 0);
  assert_int_equal(ton_audio_open(in_folder("empty.wav"), &a, &e),
                   TON_BAD_FILE);
  assert_non_null(strstr(e.text, "empty"));
  assert_int_equal(ton_file_write(in_folder("text.wav"), "hello\n", 6, NULL),
                   0);
  assert_int_equal(ton_audio_open(in_folder("text.wav"), &a, &e), TON_BAD_FILE);
  assert_non_null(strstr(e.text, "expected"));
}

static void
a_full_disk_leaves_nothing_behind(void** state)
{
  (void)state;
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit was;
  getrlimit(RLIMIT_FSIZE, &was);
  const struct rlimit small = {40000, was.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  TonError e = {0};
  assert_int_equal(ton_writer_open(in_folder("big.wav"), &format, &w, &e), 0);
  TonStatus status = TON_OK;
  for (int i = 0; i < 10 && !status; ++i) {
    status = ton_writer_write(w, pair, N, &e);
  }
  assert_int_equal(status, TON_WRITE_FAILED);
  assert_int_equal(partial_files(), 1);
  ton_writer_abandon_all();
  setrlimit(RLIMIT_FSIZE, &was);
  assert_int_equal(partial_files(), 0);
  assert_int_equal(access(in_folder("big.wav"), F_OK), -1);
}

static void
a_folder_that_is_not_there_is_named(void** state)
{
  (void)state;
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  TonAudioWriter* w = NULL;
  TonError e = {0};
  assert_int_equal(ton_writer_open(in_folder("no/x.wav"), &format, &w, &e),
                   TON_WRITE_FAILED);
  assert_non_null(strstr(e.file, "no/x.wav"));
}

static void
tags_and_cover_come_back(void** state)
{
  (void)state;
  static const struct {
    const char* name;
    const char* container;
  } cases[] = {{"t.wav", "WAV"}, {"t.flac", "FLAC"}, {"t.mp3", "MP3"}};
  static const unsigned char png[] = {0x89, 'P', 'N', 'G', 13,
                                      10,   26,  10,  0,   0};
  assert_int_equal(ton_file_write(in_folder("c.png"), png, sizeof(png), NULL),
                   0);
  TonTags tags = {.title = "Nachtfahrt \xC3\xBC",
                  .artist = "A & B",
                  .isrc = "DEA012600001",
                  .upc = "4006381333931",
                  .track = 2,
                  .track_total = 9,
                  .has_gain = true,
                  .track_gain_db = -4.0,
                  .cover_path = in_folder("c.png")};
  for (size_t k = 0; k < 3; ++k) {
    const TonAudioFormat format = {.rate = 44100,
                                   .channels = 2,
                                   .samples = TON_SAMPLES_16,
                                   .container = cases[k].container};
    TonAudioWriter* w = NULL;
    TonError e = {0};
    assert_int_equal(ton_writer_open(in_folder(cases[k].name), &format, &w, &e),
                     0);
    assert_int_equal(ton_writer_write(w, pair, 44100, &e), 0);
    if (ton_writer_commit(w, NULL, &tags, &e)) {
      fail_msg("%s: %s", cases[k].name, e.text);
    }
    TonTags read = {0};
    bool cover = false;
    assert_int_equal(ton_tags_read(in_folder(cases[k].name), &read, &cover, &e),
                     0);
    assert_string_equal(read.title, tags.title);
    assert_string_equal(read.artist, tags.artist);
    assert_string_equal(read.isrc, tags.isrc);
    assert_string_equal(read.upc, tags.upc);
    assert_int_equal(read.track, 2);
    assert_int_equal(read.track_total, 9);
    assert_true(cover);
  }
}

static void
out_11_broadcast_loudness_is_in_the_chunk(void** state)
{
  (void)state;
  const TonBroadcast b = {true, -9.87, 5.43, -1.0, -6.5, -8.25};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV",
                                 .broadcast = {.present = true,
                                               .integrated_lufs = NAN,
                                               .range_lu = NAN,
                                               .true_peak_dbtp = NAN,
                                               .momentary_max_lufs = NAN,
                                               .short_term_max_lufs = NAN}};
  TonAudioWriter* w = NULL;
  assert_int_equal(ton_writer_open(in_folder("b.wav"), &format, &w, NULL), 0);
  assert_int_equal(ton_writer_write(w, pair, N, NULL), 0);
  assert_int_equal(ton_writer_commit(w, &b, NULL, NULL), 0);
  FILE* const file = fopen(in_folder("b.wav"), "rb");
  static unsigned char bytes[4096];
  const size_t n = fread(bytes, 1, sizeof(bytes), file);
  fclose(file);
  size_t at = 12;
  while (at + 8 < n && memcmp(bytes + at, "bext", 4) != 0) {
    at += 8 + (size_t)(bytes[at + 4] | bytes[at + 5] << 8);
  }
  assert_memory_equal(bytes + at, "bext", 4);
  const unsigned char* const bext = bytes + at + 8;
  static const int wanted[] = {-987, 543, -100, -650, -825};
  assert_int_equal(bext[346], 2);
  for (int i = 0; i < 5; ++i) {
    assert_int_equal((int16_t)(bext[412 + 2 * i] | bext[413 + 2 * i] << 8),
                     wanted[i]);
  }
}

static void
stems_are_cached_once_and_damage_is_noticed(void** state)
{
  (void)state;
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = "FLAC"};
  write_file(in_folder("stem.flac"), &format, pair, N);
  char ready[512];
  char again[512];
  char a[33];
  char b[33];
  TonError e = {0};
  char cache[256];
  snprintf(cache, sizeof(cache), "%s", in_folder("cache/deep"));
  if (ton_stem_ready(in_folder("stem.flac"), 48000, cache, ready, sizeof(ready),
                     NULL, NULL, &e)) {
    fail_msg("%s: %s", e.file, e.text);
  }
  ton_file_hash(ready, a, NULL);
  truncate(ready, 5000);
  assert_int_equal(ton_stem_ready(in_folder("stem.flac"), 48000, cache, again,
                                  sizeof(again), NULL, NULL, &e),
                   0);
  assert_string_equal(ready, again);
  ton_file_hash(again, b, NULL);
  assert_string_equal(a, b);
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(ready, &audio, NULL), 0);
  assert_int_equal(ton_audio_info(audio)->rate, 48000);
  assert_int_equal(ton_audio_info(audio)->frames, (N * 480 + 440) / 441);
  ton_audio_close(audio);
  assert_int_equal(ton_stem_ready(in_folder("i24.wav"), 48000, cache, ready,
                                  sizeof(ready), NULL, NULL, &e),
                   0);
  assert_string_equal(ready, in_folder("i24.wav"));
}

static void
known_hashes(void** state)
{
  (void)state;
  char hash[65];
  assert_int_equal(ton_file_write(in_folder("abc"), "abc", 3, NULL), 0);
  assert_int_equal(ton_file_sha256(in_folder("abc"), hash, NULL), 0);
  assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223"
                            "b00361a396177a9cb410ff61f20015ad");
}

/// Every reader file: read to its end, or refused with a sentence
static void
real_files_are_read_or_refused(void** state)
{
  (void)state;
  const char* const audio = getenv("TON_AUDIO");
  char readers[512];
  snprintf(readers, sizeof(readers), "%s/readers", audio ? audio : "");
  DIR* const dir = opendir(readers);
  if (!dir) {
    skip();
  }
  int read = 0;
  int refused = 0;
  for (struct dirent* d = readdir(dir); d; d = readdir(dir)) {
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s", readers, d->d_name);
    struct stat st;
    if (stat(path, &st) || S_ISDIR(st.st_mode)) {
      continue;
    }
    TonAudio* a = NULL;
    TonError e = {0};
    if (ton_audio_open(path, &a, &e)) {
      print_message("# refused %s: %s\n", d->d_name, e.text);
      assert_true(strlen(e.text) > 10);
      ++refused;
      continue;
    }
    const TonAudioInfo* const info = ton_audio_info(a);
    float* out[64];
    static float room[4096];
    for (int c = 0; c < 64; ++c) {
      out[c] = room;
    }
    uint64_t all = 0;
    uint32_t got = 1;
    while (got && !ton_audio_read(a, out, 4096, &got, &e)) {
      all += got;
    }
    print_message("# %s: %s %s, %u Hz, %u channels, %llu of %llu frames\n",
                  d->d_name, info->container, info->codec, info->rate,
                  info->channels, (unsigned long long)all,
                  (unsigned long long)info->frames);
    ++read;
    ton_audio_close(a);
  }
  closedir(dir);
  assert_true(read >= 20);
  assert_true(refused >= 1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(out_13_and_14_integers_are_exact),
      cmocka_unit_test(out_14_full_scale_does_not_wrap),
      cmocka_unit_test(out_06_a_quiet_sine_survives_16_bit),
      cmocka_unit_test(out_01_to_04_rates_convert_cleanly),
      cmocka_unit_test(broken_files_are_refused_with_a_reason),
      cmocka_unit_test(a_full_disk_leaves_nothing_behind),
      cmocka_unit_test(a_folder_that_is_not_there_is_named),
      cmocka_unit_test(tags_and_cover_come_back),
      cmocka_unit_test(out_11_broadcast_loudness_is_in_the_chunk),
      cmocka_unit_test(stems_are_cached_once_and_damage_is_noticed),
      cmocka_unit_test(known_hashes),
      cmocka_unit_test(real_files_are_read_or_refused),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
