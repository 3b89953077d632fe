// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The host of free plug-ins: what it promises, on plug-ins of x42 and Zam.

#include "expect.h"
#include "figure.h"
#include "peer.h"
#include "subject.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define X42     "http://gareus.org/oss/lv2/"
#define DELAY   "urn:zamaudio:ZamDelay"
#define LIMITER X42 "dpl#stereo"

enum { N = 48000 };

static float in[2][N];
static float out[2][N];
static const float* const heard[2] = {in[0], in[1]};
static float* const made[2] = {out[0], out[1]};

static void
impulse(uint32_t at)
{
  memset(in, 0, sizeof(in));
  memset(out, 0, sizeof(out));
  in[0][at] = in[1][at] = 0.25F;
}

static uint32_t
place_of_peak(const float* x)
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < N; ++i) {
    at = fabsf(x[i]) > fabsf(x[at]) ? i : at;
  }
  return at;
}

static void
what_is_not_installed_is_null(void** state)
{
  (void)state;
  assert_null(peer_open("urn:nobody:has-this", 48000.0, ""));
  const SubjectSpec spec = {"nobody", "urn:nobody:has-this", ""};
  assert_null(subject_open(&spec, 48000.0, 1));
}

static void
settings_reach_their_ports(void** state)
{
  (void)state;
  Peer* const p = peer_open(DELAY, 48000.0, "time=100 drywet=1 lpf=20000");
  assert_int_equal(peer_channels(p), 1);
  impulse(24000);
  peer_run(p, heard, made, N);
  EXPECT_NEAR("delay of 100 ms", place_of_peak(out[0]) - 24000.0, 4800.0, 0.0,
              "frames");
  peer_set(p, "time=50");
  peer_run(p, heard, made, N);
  peer_run(p, heard, made, N);
  EXPECT_NEAR("delay of 50 ms", place_of_peak(out[0]) - 24000.0, 2400.0, 0.0,
              "frames");
  peer_close(p);
}

static void
decibels_become_a_gain(void** state)
{
  (void)state;
  static const char calf[] = "http://calf.sourceforge.net/plugins/StereoTools";
  Peer* const p = peer_open(calf, 48000.0, "level_out=-6.0206dB");
  if (!p) {
    print_message("Calf is not installed\n");
    return;
  }
  for (int i = 0; i < N; ++i) {
    in[0][i] = in[1][i] = 0.25F;
  }
  peer_run(p, heard, made, N);
  EXPECT_DB("half", 20.0 * log10((double)out[0][N - 1] / 0.25), -6.0206, 0.001);
  peer_close(p);
}

static void
the_latency_is_that_of_the_sound(void** state)
{
  (void)state;
  Peer* const p = peer_open(LIMITER, 48000.0, "truepeak=1");
  impulse(24000);
  peer_run(p, heard, made, N);
  assert_int_equal(place_of_peak(out[0]), 24000 + peer_latency(p));
  assert_true(peer_latency(p) > 0);
  peer_close(p);
}

/// In one call and in many
static void
frames_come_out_once(void** state)
{
  (void)state;
  static float whole[N];
  for (int i = 0; i < N; ++i) {
    in[0][i] = in[1][i] = 0.1F * sinf(0.05F * (float)i);
  }
  Peer* const a = peer_open(LIMITER, 48000.0, "gain=6");
  peer_run(a, heard, made, N);
  memcpy(whole, out[1], sizeof(whole));
  peer_close(a);
  Peer* const b = peer_open(LIMITER, 48000.0, "gain=6");
  for (uint32_t at = 0; at < N; at += PEER_BLOCK) {
    const uint32_t n = N - at < PEER_BLOCK ? N - at : PEER_BLOCK;
    peer_run(b, (const float* const[2]){in[0] + at, in[1] + at},
             (float* const[2]){out[0] + at, out[1] + at}, n);
  }
  assert_memory_equal(whole, out[1], sizeof(whole));
  peer_close(b);
}

static int
status_of(const char* settings)
{
  int status = 0;
  const pid_t pid = fork();
  if (pid == 0) {
    close(2);
    peer_close(peer_open(DELAY, 48000.0, settings));
    _exit(0);
  }
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

static void
a_mistake_ends_the_program(void** state)
{
  (void)state;
  assert_int_equal(status_of("time=100"), 0);
  assert_int_equal(status_of("tiem=100"), 1);
  assert_int_equal(status_of("time=slow"), 1);
  assert_int_equal(status_of("time"), 1);
  assert_int_equal(status_of("lv2_audio_in_1=1"), 1);
}

static double
first_sample_of(const Trial* trial, const char* text)
{
  memset(figure_in, 0, sizeof(figure_in));
  figure_in[0][0] = figure_in[1][0] = 0.5;
  figure_play(trial, text, 48000.0, 64);
  return 20.0 * log10(figure_out[0][0] / 0.5);
}

/// The same tuning for ours and for a range that is turned round
static void
a_knob_is_found(void** state)
{
  (void)state;
  static const Trial up = {{"ours", "gain", ""}, {"gain=%g", -24, 24, 0, 0}};
  static const Trial down = {{"ours", "gain", ""}, {"gain=%g", -24, 24, -1, 3}};
  char text[512] = "";
  EXPECT_NEAR("gain found",
              figure_tune(&up, &up.level, -7.5, first_sample_of, text), -7.5,
              0.01, "dB");
  EXPECT_DB("gain it makes", first_sample_of(&up, text), -7.5, 0.01);
  const Knob turned = {"gain=%g", 24, -24, -1, 3};
  text[0] = '\0';
  EXPECT_NEAR("3 dB less the gain",
              figure_tune(&down, &turned, -7.5, first_sample_of, text), 10.5,
              0.01, "dB");
}

int
main(void)
{
  Peer* const zam = peer_open(DELAY, 48000.0, "");
  Peer* const x42 = peer_open(LIMITER, 48000.0, "");
  const bool installed = zam && x42;
  peer_close(zam);
  peer_close(x42);
  if (!installed) {
    return ton_cannot_run("the plug-ins of x42 and Zam are not installed");
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_not_installed_is_null),
      cmocka_unit_test(settings_reach_their_ports),
      cmocka_unit_test(decibels_become_a_gain),
      cmocka_unit_test(the_latency_is_that_of_the_sound),
      cmocka_unit_test(frames_come_out_once),
      cmocka_unit_test(a_mistake_ends_the_program),
      cmocka_unit_test(a_knob_is_found),
  };
  return TON_TESTS(tests);
}
