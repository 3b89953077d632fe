// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Convolution against a direct sum, and the reverb made of it.

#include "base/memory.h"
#include "dsp/convolution.h"
#include "expect.h"
#include "signals.h"

#include <tonmeister/processor.h>

#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, TAPS = 5 * RATE, N = 6 * RATE };

static float taps[TAPS];
static float in[N];
static float out[N];

static void
make_noise(void)
{
  for (uint64_t i = 0; i < TAPS; ++i) {
    taps[i] = (float)(0.01 * signal_random(1, i));
  }
  for (uint64_t i = 0; i < N; ++i) {
    in[i] = (float)(0.2 * signal_random(2, i));
  }
}

/// Calls of these lengths in turn
static void
run(uint32_t n_taps, const uint32_t* lengths, uint32_t n_lengths)
{
  TonConvolution* const c = ton_convolution_new(taps, n_taps);
  assert_non_null(c);
  ton_convolution_reset(c, 0);
  for (uint32_t at = 0, k = 0; at < N; ++k) {
    const uint32_t most = lengths[k % n_lengths];
    const uint32_t n = N - at < most ? N - at : most;
    ton_convolution_run(c, in + at, out + at, n);
    at += n;
  }
  ton_convolution_free(c);
}

/// At `places` frames spread over the sound, dB re the direct sum
static double
error_db(uint32_t n_taps, uint32_t places)
{
  double error = 0.0;
  double power = 1e-30;
  for (uint32_t k = 0; k < places; ++k) {
    const uint32_t at = (uint32_t)((uint64_t)k * (N - 1) / (places - 1));
    double y = 0.0;
    for (uint32_t i = 0; i < n_taps && i <= at; ++i) {
      y += (double)taps[i] * (double)in[at - i];
    }
    error += ((double)out[at] - y) * ((double)out[at] - y);
    power += y * y;
  }
  return 10.0 * log10(error / power);
}

static void
spc_08_it_is_the_direct_sum(void** state)
{
  (void)state;
  static const uint32_t counts[] = {1,   2,   63,   64,   65,   511,  512,
                                    513, 600, 4095, 4096, 4097, 9000, TAPS};
  static const uint32_t length[] = {512};
  make_noise();
  for (int i = 0; i < 14; ++i) {
    run(counts[i], length, 1);
    print_message("# %u taps:\n", counts[i]);
    EXPECT_AT_MOST("SPC-08 against the direct sum", error_db(counts[i], 1500),
                   -125.0, "dB");
  }
}

/// In float; what the engine hears is never double
static void
eq_09_parts_are_the_direct_sum(void** state)
{
  (void)state;
  static const uint32_t length[] = {777};
  make_noise();
  run(30000, length, 1);
  EXPECT_AT_MOST("EQ-09 30,000 taps against the direct sum",
                 error_db(30000, 3000), -125.0, "dB");
}

static void
spc_08_any_calls_give_the_same_bits(void** state)
{
  (void)state;
  static const uint32_t whole[] = {N};
  static const uint32_t other[][4] = {
      {1, 1, 1, 1}, {64, 64, 64, 64}, {37, 4096, 1, 500}, {100, 63, 65, 8191}};
  static float wanted[N];
  make_noise();
  run(TAPS, whole, 1);
  memcpy(wanted, out, sizeof(out));
  for (int i = 0; i < 4; ++i) {
    run(TAPS, other[i], 4);
    assert_memory_equal(out, wanted, sizeof(out));
  }
}

// The reverb -------------------------------------------------------------------

enum { LEAD = 1000, SPACE = 2 * RATE };

static uint64_t space_frames = SPACE;
static float space_level = 0.3F;

/// A pause, then noise that falls by 60 dB in a second
static TonStatus
load(void* handle, const char* hash, double rate, TonPlanes* planes,
     TonError* error)
{
  (void)handle;
  (void)hash;
  (void)error;
  float* const x = ton_alloc(space_frames * sizeof(float));
  const float** const planar = ton_alloc(sizeof(float*));
  for (uint64_t i = LEAD; i < space_frames; ++i) {
    const double t = (double)(i - LEAD) / rate;
    x[i] = (float)((double)space_level * signal_random(5, i) *
                   pow(10.0, -3.0 * t));
  }
  planar[0] = x;
  *planes = (TonPlanes){planar, 1, space_frames, rate};
  return TON_OK;
}

static void
unload(void* handle, TonPlanes* planes)
{
  (void)handle;
  ton_free((void*)(uintptr_t)planes->planes[0]);
  ton_free((void*)(uintptr_t)planes->planes);
}

static TonStatus
open_space(const char* settings, void** instance, TonError* error)
{
  static const char* const hashes[] = {"a space"};
  static const TonResources resources = {hashes, NULL, load, unload};
  const TonProcessor* const p = ton_processor("convolution");
  static float values[16];
  char text[128];
  ton_param_defaults(p, values);
  snprintf(text, sizeof(text), "%s", settings);
  char* rest = NULL;
  for (char* word = strtok_r(text, " ", &rest); word;
       word = strtok_r(NULL, " ", &rest)) {
    char* const equals = strchr(word, '=');
    *equals = '\0';
    const TonParam* const param = ton_param(p, word);
    assert_int_equal(
        ton_param_parse(param, equals + 1, &values[param - p->params], NULL),
        TON_OK);
  }
  const float* const params[] = {values};
  const TonSpec spec = {RATE, 2, 512, params, &resources};
  const TonStatus status = p->open(p, &spec, instance, error);
  if (!status) {
    p->update(p, *instance, &(TonUpdate){0, values, true, 0});
    p->reset(p, *instance);
  }
  return status;
}

/// x, left and right in turn, through the space
static void
play(const char* settings, float* x, uint32_t frames)
{
  const TonProcessor* const p = ton_processor("convolution");
  static const int32_t on[] = {-1, -1};
  void* instance = NULL;
  assert_int_equal(open_space(settings, &instance, NULL), TON_OK);
  for (uint32_t at = 0; at < frames; at += 512) {
    const uint32_t n = frames - at < 512 ? frames - at : 512;
    p->process(p, instance, &(TonBlock){x + 2 * (size_t)at, NULL, on, NULL, n});
  }
  p->close(p, instance);
}

static float stereo[2 * N];

/// What comes of one sample of 1
static void
respond(const char* settings)
{
  memset(stereo, 0, sizeof(stereo));
  stereo[0] = stereo[1] = 1.0F;
  play(settings, stereo, N);
}

static double
energy(uint32_t from, uint32_t to)
{
  double sum = 1e-30;
  for (uint32_t i = from; i < to; ++i) {
    sum += (double)stereo[2 * i] * (double)stereo[2 * i];
  }
  return sum;
}

static void
the_silence_before_a_space_is_left_out(void** state)
{
  (void)state;
  respond("trim=on");
  EXPECT_AT_LEAST("first millisecond over what follows",
                  10.0 * log10(energy(0, 480) / energy(480, N)), -20.0, "dB");
  respond("trim=off");
  EXPECT_AT_MOST("before the space", 10.0 * log10(energy(0, LEAD)), -120.0,
                 "dB");
  respond("trim=on pre-delay=100");
  EXPECT_AT_MOST("in the pre-delay", 10.0 * log10(energy(0, 4800)), -120.0,
                 "dB");
}

/// Over half a second the level falls by 30 dB, by 60 at half the decay
static void
the_decay_is_as_asked(void** state)
{
  (void)state;
  respond("decay=100");
  EXPECT_NEAR("fall in half a second",
              10.0 * log10(energy(0, 4800) / energy(24000, 28800)), 30.0, 0.6,
              "dB");
  respond("decay=50");
  EXPECT_NEAR("fall in half a second, half the decay",
              10.0 * log10(energy(0, 4800) / energy(24000, 28800)), 60.0, 1.5,
              "dB");
}

static void
backwards_it_swells(void** state)
{
  (void)state;
  respond("reverse=on");
  const uint32_t last = SPACE - LEAD;
  EXPECT_AT_LEAST("swell in half a second",
                  10.0 * log10(energy(last - 4800, last) /
                               energy(last - 28800, last - 24000)),
                  29.0, "dB");
}

/// Noise through the space is as loud as before, whatever the decay
static void
spc_14_a_space_is_as_loud_as_the_dry_sound(void** state)
{
  (void)state;
  static const char* const decays[] = {"decay=10", "decay=30", "decay=100"};
  static double x[2][N];
  for (int k = 0; k < 3; ++k) {
    for (uint64_t i = 0; i < N; ++i) {
      x[0][i] = x[1][i] = 0.1 * signal_random(9, i);
      stereo[2 * i] = stereo[2 * i + 1] = (float)x[0][i];
    }
    const double dry = signal_loudness(x[0], x[1], N, RATE);
    play(decays[k], stereo, N);
    for (uint64_t i = 0; i < N; ++i) {
      x[0][i] = (double)stereo[2 * i];
      x[1][i] = (double)stereo[2 * i + 1];
    }
    EXPECT_NEAR("SPC-14 space over dry",
                signal_loudness(x[0], x[1], N, RATE) - dry, 0.0, 1.0, "LU");
  }
}

/// Energy of the space between two frames, of a tone that ends after two seconds
static double
of_a_tone(const char* settings, uint32_t from, uint32_t to)
{
  memset(stereo, 0, sizeof(stereo));
  for (uint32_t i = 0; i < 2 * RATE; ++i) {
    stereo[2 * i] = (float)(0.5 * sin(2.0 * M_PI * 997.0 * i / RATE));
    stereo[2 * i + 1] = stereo[2 * i];
  }
  play(settings, stereo, 4 * RATE);
  return 10.0 * log10(energy(from, to));
}

static void
the_space_ducks_under_the_sound(void** state)
{
  (void)state;
  enum { DURING = 18 * RATE / 10, BEHIND = 34 * RATE / 10, LONG = RATE / 10 };
  EXPECT_DB("duck while it sounds",
            of_a_tone("duck=12", DURING, DURING + LONG) -
                of_a_tone("duck=0", DURING, DURING + LONG),
            -12.0, 0.2);
  EXPECT_DB("duck 1.4 s after",
            of_a_tone("duck=12", BEHIND, BEHIND + LONG) -
                of_a_tone("duck=0", BEHIND, BEHIND + LONG),
            0.0, 0.1);
}

static void
a_space_that_is_too_long_is_refused(void** state)
{
  (void)state;
  TonError error = {0};
  void* instance = NULL;
  space_frames = 21 * RATE;
  assert_int_equal(open_space("trim=off", &instance, &error), TON_UNSUPPORTED);
  assert_non_null(strstr(error.text, "21.000 s long; the longest is 20 s"));
  assert_null(instance);
  space_frames = SPACE;
}

/// Silence before the space counts only where it stays
static void
a_space_is_as_long_as_what_is_left_of_it(void** state)
{
  (void)state;
  TonError error = {0};
  void* instance = NULL;
  space_frames = 20 * RATE + LEAD / 2;
  assert_int_equal(open_space("trim=off", &instance, &error), TON_UNSUPPORTED);
  assert_null(instance);
  assert_int_equal(open_space("trim=on", &instance, &error), TON_OK);
  ton_processor("convolution")->close(ton_processor("convolution"), instance);
  space_frames = SPACE;
}

static void
a_silent_space_is_refused_and_a_broken_sample_left_out(void** state)
{
  (void)state;
  TonError error = {0};
  void* instance = NULL;
  space_level = 0.0F;
  assert_int_equal(open_space("trim=on", &instance, &error), TON_BAD_FILE);
  assert_non_null(strstr(error.text, "is silent"));
  space_level = NAN;
  assert_int_equal(open_space("trim=on", &instance, &error), TON_BAD_FILE);
  space_level = 0.3F;
}

/// At low rates too, where the weighting rings for longest
static void
without_a_space_nothing_changes(void** state)
{
  (void)state;
  static const double rates[] = {4000.0, 48000.0, 192000.0};
  static const int32_t on[] = {-1, -1};
  const TonProcessor* const p = ton_processor("convolution");
  float values[16];
  const float* const params[] = {values};
  ton_param_defaults(p, values);
  make_noise();
  for (int k = 0; k < 3; ++k) {
    const TonSpec spec = {rates[k], 2, 512, params, NULL};
    void* instance = NULL;
    double worst = 0.0;
    assert_int_equal(p->open(p, &spec, &instance, NULL), TON_OK);
    p->update(p, instance, &(TonUpdate){0, values, true, 0});
    p->reset(p, instance);
    memcpy(stereo, in, 1024 * sizeof(float));
    p->process(p, instance, &(TonBlock){stereo, NULL, on, NULL, 512});
    for (int i = 0; i < 1024; ++i) {
      worst = fmax(worst, fabs((double)stereo[i] - (double)in[i]));
    }
    EXPECT_AT_MOST("no space, difference", worst, 1e-7, "");
    p->close(p, instance);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(spc_08_it_is_the_direct_sum),
      cmocka_unit_test(eq_09_parts_are_the_direct_sum),
      cmocka_unit_test(spc_08_any_calls_give_the_same_bits),
      cmocka_unit_test(the_silence_before_a_space_is_left_out),
      cmocka_unit_test(the_decay_is_as_asked),
      cmocka_unit_test(backwards_it_swells),
      cmocka_unit_test(spc_14_a_space_is_as_loud_as_the_dry_sound),
      cmocka_unit_test(the_space_ducks_under_the_sound),
      cmocka_unit_test(a_space_that_is_too_long_is_refused),
      cmocka_unit_test(a_space_is_as_long_as_what_is_left_of_it),
      cmocka_unit_test(a_silent_space_is_refused_and_a_broken_sample_left_out),
      cmocka_unit_test(without_a_space_nothing_changes),
  };
  return TON_TESTS(tests);
}
