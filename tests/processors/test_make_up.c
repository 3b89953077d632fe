// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Automatic make-up gain is as loud as before.

#include "signals.h"
#include "single_lane.h"

#include <tonmeister/measure.h>

enum { LANES = 4, N = 30 * 48000 };

static double left[N];
static double right[N];
static double out[N];
static double out_right[N];

static const TonProcessor*
compressor(void)
{
  return ton_processor_lanes(ton_processor("compressor"), LANES);
}

static void
play(const char* settings)
{
  lone_pair(compressor(), 48000.0, settings,
            &(LonePair){left, right, NULL, out, out_right}, N);
}

static double
loudness(const double* a, const double* b)
{
  enum { CHUNK = 48000 };
  static float x[2][CHUNK];
  TonMeters* const m = ton_meters_new(48000, 2, TON_MEASURE_LOUDNESS);
  assert_non_null(m);
  for (uint32_t at = 0; at < N; at += CHUNK) {
    for (uint32_t i = 0; i < CHUNK; ++i) {
      x[0][i] = (float)a[at + i];
      x[1][i] = (float)b[at + i];
    }
    ton_meters_add(m, (const float* const[]){x[0], x[1]}, CHUNK);
  }
  TonMeasurement r;
  ton_meters_finish(m, &r);
  ton_meters_free(m);
  return r.integrated_lufs;
}

static void
dyn_14_as_loud_as_before(void** state)
{
  (void)state;
  static const char* const settings[] = {
      "threshold=-18 ratio=2",
      "threshold=-30 ratio=4 attack=30 release=300",
      "threshold=-24 ratio=8 attack=0.5 release=50 knee=12 look-ahead=5",
  };
  signal_mix(left, right, N, 48000.0);
  const double before = loudness(left, right);
  for (int k = 0; k < 3; ++k) {
    char s[160];
    play(settings[k]);
    const double bare = loudness(out, out_right);
    assert_true(bare < before - 1.0);
    snprintf(s, sizeof(s), "%s auto-make-up=on", settings[k]);
    play(s);
    EXPECT_NEAR("DYN-14 loudness after against before",
                loudness(out, out_right), before, 0.3, "LUFS");
  }
}

/// A pause leaves the make-up where it was
static void
silence_is_no_music(void** state)
{
  (void)state;
  enum { PAUSE = 480000, AGAIN = 960000, SOON = 24000 };
  signal_mix(left, right, N, 48000.0);
  memset(left + PAUSE, 0, (AGAIN - PAUSE) * sizeof(double));
  memset(right + PAUSE, 0, (AGAIN - PAUSE) * sizeof(double));
  play("threshold=-18 ratio=2 auto-make-up=on");
  const double gain = 20.0 * log10(signal_rms(out + PAUSE - SOON, SOON) /
                                   signal_rms(left + PAUSE - SOON, SOON));
  EXPECT_DB("gain after a pause",
            20.0 * log10(signal_rms(out + AGAIN + SOON, SOON) /
                         signal_rms(left + AGAIN + SOON, SOON)),
            gain, 0.5);
}

static void
dyn_06_nothing_lost_nothing_made_up(void** state)
{
  (void)state;
  signal_mix(left, right, N, 48000.0);
  play("ratio=1 auto-make-up=on");
  for (uint32_t i = 0; i < N; ++i) {
    assert_true((float)out[i] == (float)left[i]);
    assert_true((float)out_right[i] == (float)right[i]);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dyn_14_as_loud_as_before),
      cmocka_unit_test(silence_is_no_music),
      cmocka_unit_test(dyn_06_nothing_lost_nothing_made_up),
  };
  return TON_TESTS(tests);
}
