// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Damaged samples in files are found, named and repaired.

#include "base/array.h"
#include "files/audio.h"
#include "signals.h"
#include "temp_dir.h"

#include <string.h>

enum { RATE = 48000, N = 20000 };

static float sound[N];
static float whole[N];
static float part[N];

/// Music that peaks at -3 dBFS, written as float with samples replaced
static void
write_with(const uint32_t* at, const float* values, uint32_t n, float gain)
{
  static const float* const in[] = {sound};
  const TonAudioFormat format = {.rate = RATE,
                                 .channels = 1,
                                 .samples = TON_SAMPLES_FLOAT,
                                 .container = "WAV"};
  for (uint32_t i = 0; i < N; ++i) {
    sound[i] = gain * (float)(0.5 * sin(0.05 * i) + 0.2 * sin(0.41 * i));
  }
  for (uint32_t i = 0; i < n; ++i) {
    sound[at[i]] = values[i];
  }
  room_write("faults.wav", &format, in, N, NULL);
}

static TonAudio*
open_repaired(void)
{
  TonAudio* a = NULL;
  assert_int_equal(ton_audio_open(room_path("faults.wav"), &a, NULL), TON_OK);
  ton_audio_repair(a);
  return a;
}

static void
spikes_are_replaced_wherever_they_stand(void** state)
{
  (void)state;
  static const uint32_t at[] = {0, 1, 5000, 5003, 9000, N - 1};
  static const float spikes[] = {100.0F, -1e30F, 1e30F, 50.0F, -100.0F, 4e9F};
  static float* const to[] = {whole};
  write_with(at, spikes, 6, 1.0F);
  TonAudio* const a = open_repaired();
  uint32_t got = 0;
  assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
  assert_int_equal(got, N);
  const TonAudioFaults* const faults = ton_audio_faults(a);
  assert_int_equal(faults->spikes, 6);
  assert_int_equal(faults->spike_frame, 1);
  assert_true(faults->spike == 1e30F);
  for (uint32_t i = 0; i < N; ++i) {
    const double clean = 0.5 * sin(0.05 * i) + 0.2 * sin(0.41 * i);
    EXPECT_NEAR("repaired", (double)whole[i], clean, 0.25, "");
    const bool spike =
        i < 2 || i == 5000 || i == 5003 || i == 9000 || i == N - 1;
    assert_true(spike || whole[i] == sound[i]);
  }
  ton_audio_close(a);
}

/// A burst of noise of 15 ms in soft music, and one of 2 ms at the end of the file
static void
bursts_are_replaced(void** state)
{
  (void)state;
  enum { LONG = 720, SHORT = 96 };
  static uint32_t at[LONG + SHORT];
  static float values[LONG + SHORT];
  static float* const to[] = {whole};
  for (uint32_t i = 0; i < TON_COUNT(at); ++i) {
    at[i] = i < LONG ? 9000 + i : N - SHORT - LONG + i;
    values[i] = (i < LONG ? 10.0F : 100.0F) * (float)signal_random(4, i);
  }
  write_with(at, values, TON_COUNT(at), 0.1F);
  TonAudio* const a = open_repaired();
  uint32_t got = 0;
  assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
  assert_true(ton_audio_faults(a)->spikes >= TON_COUNT(at));
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(fabsf(whole[i]) < 0.25F);
    const bool near = (i > 8900 && i < 9800) || i > N - 200;
    assert_true(near || whole[i] == sound[i]);
  }
  ton_audio_close(a);
}

/// Two bursts 30 ms apart
static void
pairs_of_bursts_are_replaced(void** state)
{
  (void)state;
  enum { LENGTH = 240, APART = 1440 };
  static uint32_t at[2 * LENGTH];
  static float values[2 * LENGTH];
  static float* const to[] = {whole};
  for (uint32_t i = 0; i < TON_COUNT(at); ++i) {
    at[i] = 9000 + i % LENGTH + i / LENGTH * APART;
    values[i] = 10.0F * (float)signal_random(4, i);
  }
  write_with(at, values, TON_COUNT(at), 0.1F);
  TonAudio* const a = open_repaired();
  uint32_t got = 0;
  assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
  assert_true(ton_audio_faults(a)->spikes >= TON_COUNT(at));
  for (uint32_t i = 0; i < N; ++i) {
    assert_true(fabsf(whole[i]) < 0.25F);
    const bool between = i > 9330 && i < 10380;
    const bool near = i > 8900 && i < 10800 && !between;
    assert_true(near || whole[i] == sound[i]);
  }
  ton_audio_close(a);
}

/// The same samples whatever is read at once, and after a jump
static void
repair_does_not_depend_on_the_reading(void** state)
{
  (void)state;
  static const uint32_t chunks[] = {1, 7, 64, 997};
  static float* const to[] = {whole};
  TonAudio* a = open_repaired();
  uint32_t got = 0;
  assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
  ton_audio_close(a);
  for (uint32_t k = 0; k < TON_COUNT(chunks); ++k) {
    a = open_repaired();
    assert_int_equal(ton_audio_seek(a, 4999, NULL), TON_OK);
    for (uint32_t i = 4999; i < 9100; i += got) {
      float* const here[] = {part + i};
      assert_int_equal(ton_audio_read(a, here, chunks[k], &got, NULL), TON_OK);
    }
    assert_memory_equal(part + 4999, whole + 4999, 4101 * sizeof(float));
    ton_audio_close(a);
  }
}

/// A file that is loud all over, a wide hit, and a spike that nobody asked to
/// replace stay as they are
static void
loud_sound_is_no_spike(void** state)
{
  (void)state;
  static const uint32_t at[] = {9000};
  static const float spike[] = {1000.0F};
  static float* const to[] = {whole};
  for (uint32_t k = 0; k < 3; ++k) {
    TonAudio* a = NULL;
    uint32_t got = 0;
    write_with(at, spike, k == 2, k == 0 ? 32768.0F : 1.0F);
    if (k == 1) {
      for (uint32_t i = 0; i < 12; ++i) {
        sound[7000 + i] = 8.0F;
      }
    }
    static const float* const in[] = {sound};
    const TonAudioFormat format = {.rate = RATE,
                                   .channels = 1,
                                   .samples = TON_SAMPLES_FLOAT,
                                   .container = "WAV"};
    room_write("faults.wav", &format, in, N, NULL);
    assert_int_equal(ton_audio_open(room_path("faults.wav"), &a, NULL), TON_OK);
    if (k < 2) {
      ton_audio_repair(a);
    }
    assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
    assert_memory_equal(whole, sound, sizeof(sound));
    assert_int_equal(ton_audio_faults(a)->spikes, 0);
    ton_audio_close(a);
  }
}

/// A sample without a number is known by its place, beside a spike too
static void
the_first_bad_sample_has_a_place(void** state)
{
  (void)state;
  static const uint32_t at[] = {12000, 12001, 15000};
  static const float values[] = {1e30F, NAN, INFINITY};
  static float* const to[] = {whole};
  write_with(at, values, 3, 1.0F);
  TonAudio* const a = open_repaired();
  uint32_t got = 0;
  assert_int_equal(ton_audio_read(a, to, N, &got, NULL), TON_OK);
  const TonAudioFaults* const faults = ton_audio_faults(a);
  assert_int_equal(faults->bad, 2);
  assert_int_equal(faults->first_bad, 12001);
  assert_int_equal(faults->spikes, 1);
  assert_int_equal(faults->spike_frame, 12000);
  EXPECT_AT_MOST("repaired", fabs((double)whole[12000]), 1.0, "");
  ton_audio_close(a);
}

static const ReaderBackend* backend;
static uint32_t seeks;

static TonStatus
counted_seek(TonAudio* a, uint64_t frame, TonError* error)
{
  ++seeks;
  return backend->seek(a, frame, error);
}

/// Some files can be sought in only by decoding them from the start
static void
a_hot_file_is_read_once(void** state)
{
  (void)state;
  static float* const to[] = {whole};
  write_with(NULL, NULL, 0, 8.0F);
  TonAudio* const a = open_repaired();
  backend = a->backend;
  const ReaderBackend counting = {backend->read, counted_seek, backend->close};
  a->backend = &counting;
  uint32_t got = 1;
  uint32_t n = 0;
  for (; got; n += got) {
    assert_int_equal(ton_audio_read(a, to, 512, &got, NULL), TON_OK);
  }
  assert_int_equal(n, N);
  assert_int_equal(seeks, 0);
  ton_audio_close(a);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spikes_are_replaced_wherever_they_stand),
      cmocka_unit_test(bursts_are_replaced),
      cmocka_unit_test(pairs_of_bursts_are_replaced),
      cmocka_unit_test(repair_does_not_depend_on_the_reading),
      cmocka_unit_test(loud_sound_is_no_spike),
      cmocka_unit_test(the_first_bad_sample_has_a_place),
      cmocka_unit_test(a_hot_file_is_read_once),
  };
  return ROOM_TESTS(tests);
}
