// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Two readers agree on what a file holds; no reader reads past its end.

#include "expect.h"
#include "signals.h"

#include <tonmeister/audio_file.h>

#include <string.h>
#include <sys/stat.h>

/// What each of the real files must give.  frames 0: refused
static const struct {
  const char* name;
  const char* container;
  uint32_t rate;
  uint32_t channels;
  uint64_t frames;
} files[] = {
    {"readers/1770-2_Comp_AbsGateTest.wav", "WAV", 48000, 2, 192000},
    {"readers/adpcm_ima.wav", "WAV", 44100, 1, 44902},
    {"readers/adpcm_ms.wav", "WAV", 44100, 1, 44792},
    {"readers/alaw.wav", "WAV", 44100, 1, 44100},
    {"readers/bad_audio_file_lyrics3.mp3", "", 0, 0, 0},
    {"readers/bw64/noise_24bit_uneven_data_chunk_size.wav", "WAV", 44100, 1,
     13},
    {"readers/bw64/rect_16bit.wav", "WAV", 44100, 2, 22050},
    {"readers/bw64/rect_24bit.wav", "WAV", 44100, 2, 22050},
    {"readers/bw64/rect_24bit_bext.wav", "WAV", 44100, 2, 22050},
    {"readers/bw64/rect_24bit_nods64.wav", "RF64", 44100, 2, 22050},
    {"readers/bw64/rect_24bit_noriff.wav", "", 0, 0, 0},
    {"readers/bw64/rect_24bit_nowave.wav", "", 0, 0, 0},
    {"readers/bw64/rect_24bit_rf64.wav", "RF64", 44100, 2, 22050},
    {"readers/bw64/rect_24bit_wrong_fmt_size.wav", "WAV", 44100, 2, 22050},
    {"readers/bw64/rect_32bit.wav", "WAV", 44100, 2, 22050},
    {"readers/float64.wav", "WAV", 44100, 1, 44100},
    {"readers/mono_sine_at_44100Hz.aiff", "AIFF", 44100, 1, 220500},
    {"readers/mono_sine_at_44100Hz.caf", "CAF", 44100, 1, 220500},
    {"readers/mono_sine_at_44100Hz.flac", "FLAC", 44100, 1, 220500},
    {"readers/mono_sine_at_44100Hz.m4a", "M4A", 44100, 1, 220500},
    {"readers/mono_sine_at_44100Hz.mp3", "MP3", 44100, 1, 220500},
    {"readers/mono_sine_at_44100Hz.ogg", "OGG", 44100, 1, 220500},
    {"readers/mono_sine_at_48000Hz.m4a", "M4A", 48000, 1, 240000},
    {"readers/mono_sine_at_48000Hz.mp3", "MP3", 48000, 1, 240000},
    {"readers/mono_sine_at_48000Hz.ogg", "OGG", 48000, 1, 240000},
    {"readers/mp3_in_wav.wav", "WAV", 44100, 1, 44100},
    {"readers/mulaw.wav", "WAV", 44100, 1, 44100},
    {"readers/no_header.mp3", "MP3", 44100, 1, 43776},
    {"readers/piano.wav", "WAV", 44100, 2, 441000},
    {"readers/zero_channels.mp3", "", 0, 0, 0},
    {"songs/francium/KICK.m4a", "M4A", 48000, 2, 14130000},
    {"songs/francium/UPSTREAM_README.md", "", 0, 0, 0},
    {"songs/funk/drums.mp3", "MP3", 44100, 2, 3669120},
    {"songs/metal-madness/guitar.ogg", "OGG", 44100, 2, 6336251},
};

static const char*
audio_path(const char* name)
{
  static char path[1024];
  snprintf(path, sizeof(path), "%s/%s", getenv("TON_AUDIO"), name);
  return path;
}

static uint64_t
read_all(TonAudio* a, TonError* e)
{
  static float room[64][4096];
  float* out[64];
  uint64_t all = 0;
  uint32_t got = 1;
  for (int c = 0; c < 64; ++c) {
    out[c] = room[c];
  }
  while (got) {
    if (ton_audio_read(a, out, 4096, &got, e)) {
      fail_msg("%s: %s", e->file, e->text);
    }
    for (uint32_t i = 0; i < got; ++i) {
      assert_true(isfinite(room[0][i]));
    }
    all += got;
  }
  return all;
}

static void
every_real_file_is_read_whole_or_refused(void** state)
{
  (void)state;
  for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); ++k) {
    TonAudio* a = NULL;
    TonError e = {0};
    const TonStatus status = ton_audio_open(audio_path(files[k].name), &a, &e);
    if (status && strstr(e.text, "no libav*")) {
      print_message("# not in this build: %s\n", files[k].name);
      continue;
    }
    if (!files[k].frames) {
      assert_int_equal(status, TON_BAD_FILE);
      assert_true(strlen(e.text) > 20);
      continue;
    }
    if (status) {
      fail_msg("%s: %s", files[k].name, e.text);
    }
    const TonAudioInfo* const info = ton_audio_info(a);
    assert_string_equal(info->container, files[k].container);
    assert_int_equal(info->rate, files[k].rate);
    assert_int_equal(info->channels, files[k].channels);
    EXPECT_NEAR(files[k].name, (double)info->frames, (double)files[k].frames,
                0.0, "frames");
    assert_int_equal(read_all(a, &e), files[k].frames);
    ton_audio_close(a);
  }
}

/// One sine in seven containers: the same sound at the same place
static void
the_same_sine_from_every_container(void** state)
{
  (void)state;
  static const char* const ends[] = {"wav", "aiff", "caf", "flac",
                                     "m4a", "mp3",  "ogg"};
  static double x[44100];
  static float y[44100];
  double first[2] = {0.0, 0.0};
  for (int k = 0; k < 7; ++k) {
    char name[64];
    TonAudio* a = NULL;
    TonError e = {0};
    uint32_t got = 0;
    snprintf(name, sizeof(name), "readers/mono_sine_at_44100Hz.%s", ends[k]);
    const TonStatus status = ton_audio_open(audio_path(name), &a, &e);
    if (status && strstr(e.text, "no libav*")) {
      print_message("# not in this build: %s\n", name);
      continue;
    }
    if (status || ton_audio_seek(a, 44100, &e) ||
        ton_audio_read(a, (float* const[]){y}, 44100, &got, &e)) {
      fail_msg("%s: %s", name, e.text);
    }
    ton_audio_close(a);
    // projection on the wav's own sine: its frequency from its crossings
    double cosine = 0.0;
    double sine = 0.0;
    if (k == 0) {
      for (uint32_t i = 0; i < got; ++i) {
        x[i] = (double)y[i];
      }
      first[0] = signal_rms(x, got);
    }
    for (uint32_t i = 1; i < got; ++i) {
      sine += x[i] * (double)y[i];
      cosine += (x[i] - x[i - 1]) * (double)y[i];
    }
    first[1] = first[1] == 0.0 ? cosine / sine : first[1];
    // the AAC file itself is 0.23 dB low
    EXPECT_DB(name, 10.0 * log10(sine / got) - 20.0 * log10(first[0]), 0.0,
              k < 4 ? 1e-6 : 0.3);
    EXPECT_NEAR(name, cosine / sine - first[1], 0.0, 0.001,
                "shift of the sine");
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_real_file_is_read_whole_or_refused),
      cmocka_unit_test(the_same_sine_from_every_container),
  };
  struct stat st;
  const char* const folder = getenv("TON_AUDIO");
  if (!folder || stat(folder, &st) != 0) {
    return ton_cannot_run("TON_AUDIO names no folder of files");
  }
  return TON_TESTS(tests);
}
