// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Coded files give back the length that was encoded.

#include "temp_dir.h"

#include <sndfile.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 200000 };
static float sound[MOST];
static float back[MOST + 4096];
static float* const into[] = {back};

/// Silence with one click
static void
put_click(uint32_t at)
{
  memset(sound, 0, sizeof(sound));
  sound[at] = 0.9F;
}

/// The file has `n` frames and the click where it was
static void
expect_click(const char* path, uint32_t n, uint32_t at)
{
  const uint32_t frames = room_read(path, into, MOST + 4096);
  uint32_t loudest = 0;
  for (uint32_t i = 0; i < frames; ++i) {
    loudest = fabsf(back[i]) > fabsf(back[loudest]) ? i : loudest;
  }
  EXPECT_NEAR("length", (double)frames, (double)n, 0.0, "frames");
  EXPECT_NEAR("click", (double)loudest, (double)at, 0.0, "frame");
}

static void
codecs_of_libsndfile_keep_start_and_length(void** state)
{
  (void)state;
  static const struct {
    int format;
    uint32_t rate;
  } cases[] = {{SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100},
               {SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000},
               {SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 44100},
               {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100},
               {SF_FORMAT_CAF | SF_FORMAT_ALAC_24, 44100}};
  static const uint32_t lengths[] = {100000, 100001, 47999, 131072};
  put_click(30001);
  for (int k = 0; k < 5; ++k) {
    for (int l = 0; l < 4; ++l) {
      SF_INFO info = {.samplerate = (int)cases[k].rate,
                      .channels = 1,
                      .format = cases[k].format};
      SNDFILE* const file = sf_open(room_path("click"), SFM_WRITE, &info);
      assert_non_null(file);
      assert_int_equal(sf_writef_float(file, sound, lengths[l]), lengths[l]);
      sf_close(file);
      expect_click(room_path("click"), lengths[l], 30001);
    }
  }
}

/// M4A by the ffmpeg program: AAC with an edit list in milliseconds, and ALAC
static void
m4a_keeps_start_and_length(void** state)
{
  (void)state;
  static const char* const codecs[] = {"aac", "alac"};
  static const uint32_t lengths[] = {100000, 100001, 47999, 131072};
  const float* const in[] = {sound};
  const TonAudioFormat format = {.rate = 48000,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_24,
                                 .container = "WAV"};
  put_click(30001);
  for (int k = 0; k < 8; ++k) {
    char command[512];
    room_write("click.wav", &format, in, lengths[k / 2], NULL);
    snprintf(command, sizeof(command),
             "ffmpeg -v error -y -i %s -c:a %s -b:a 192k %s < /dev/null",
             room_path("click.wav"), codecs[k % 2], room_path("click.m4a"));
    assert_int_equal(system(command), 0);
    TonAudio* a = NULL;
    assert_int_equal(ton_audio_open(room_path("click.m4a"), &a, NULL), 0);
    ton_audio_close(a);
    expect_click(room_path("click.m4a"), lengths[k / 2], 30001);
  }
}

/// An MP3 as GarageBand writes it: no count of frames, but Apple's note
static void
apples_note_trims_an_mp3(void** state)
{
  (void)state;
  const float* const in[] = {sound};
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_16,
                                 .container = "MP3",
                                 .bitrate_kbps = 192};
  put_click(30001);
  room_write("lame.mp3", &format, in, 100000, NULL);
  size_t size = 0;
  unsigned char* const bytes = room_get("lame.mp3", &size);
  unsigned char* const info = memmem(bytes, 400, "Info", 4);
  unsigned char* const lame = memmem(bytes, 400, "LAME", 4);
  assert_non_null(info);
  assert_non_null(lame);
  // delay and padding, 12 bits each, stand 21 bytes after the name
  const unsigned delay = (unsigned)lame[21] << 4 | lame[22] >> 4;
  memcpy(info, "none", 4); // now a frame like any other, of silence
  static unsigned char noted[200000];
  char note[160];
  const int n = snprintf(note, sizeof(note),
                         " 00000000 %08X 00000000 %016X 00000000 00000000",
                         delay + 1152, 100000);
  memcpy(noted, "ID3\x02\0\0\0\0\0\0COM\0\0\0engiTunSMPB\0", 28);
  noted[9] = (unsigned char)(6 + 3 + 9 + n + 10);
  noted[15] = (unsigned char)(3 + 9 + n + 1);
  memcpy(noted + 16, "\0engiTunSMPB\0", 13);
  memcpy(noted + 29, note, (size_t)n);
  const size_t head = 10 + noted[9];
  memcpy(noted + head, bytes, size);
  room_put("noted.mp3", noted, head + size);
  free(bytes);
  expect_click(room_path("noted.mp3"), 100000, 30001);
}

/// Without any note the length is that of all the frames, found by decoding
static void
an_mp3_without_a_count_is_counted(void** state)
{
  (void)state;
  const float* const in[] = {sound};
  const TonAudioFormat format = {.rate = 44100,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_16,
                                 .container = "MP3"};
  put_click(30001);
  room_write("lame.mp3", &format, in, 115200, NULL);
  size_t size = 0;
  unsigned char* const bytes = room_get("lame.mp3", &size);
  memcpy(memmem(bytes, 400, "Info", 4), "none", 4);
  room_put("bare.mp3", bytes, size);
  free(bytes);
  const uint32_t frames = room_read(room_path("bare.mp3"), into, MOST + 4096);
  assert_true(frames >= 115200 && frames % 1152 == 0);
}

/// usage: test_gapless [m4a]
int
main(int argc, char** argv)
{
  (void)argv;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codecs_of_libsndfile_keep_start_and_length),
      cmocka_unit_test(apples_note_trims_an_mp3),
      cmocka_unit_test(an_mp3_without_a_count_is_counted),
  };
  const struct CMUnitTest by_ffmpeg[] = {
      cmocka_unit_test(m4a_keeps_start_and_length),
  };
  if (argc > 1) {
    return system("ffmpeg -version > /dev/null 2>&1") != 0
               ? ton_cannot_run("the ffmpeg program is not here")
               : ROOM_TESTS(by_ffmpeg);
  }
  return ROOM_TESTS(tests);
}
