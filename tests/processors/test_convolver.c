// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The second processor of docs/adding-a-processor.md, built as it stands there:
   through the conformance loop, and its sound against a direct convolution.
*/
#include "base/error.h"
#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "impulse_response.h"
#include "scene.h"
#include "signals.h"

#include <stdlib.h>
#include <string.h>

extern const TonProcessor ton_convolver;

// Sound ----------------------------------------------------------------------

enum { N = 160000, UNTIL = 48000 };

static const double RATE = 48000.0;

/// Half a second of noise on both sides, then silence
static float
input(uint32_t channel, int64_t frame)
{
  return frame >= 0 && frame < 24000
             ? (float)(0.2 * signal_random(7U + channel, (uint64_t)frame))
             : 0.0F;
}

/// All wet, with a side-chain of one level throughout; owned by caller
static float*
played(float duck_db, float sidechain_level)
{
  float* const x = ton_alloc(2 * (size_t)N * sizeof(float));
  float* const sidechain = ton_alloc(2 * (size_t)N * sizeof(float));
  const float values[] = {100.0F, duck_db};
  for (uint32_t i = 0; i < 2 * N; ++i) {
    x[i] = input(i % 2, i / 2);
    sidechain[i] = sidechain_level;
  }
  Rig* const rig = rig_open(&ton_convolver, 2, RATE, 512);
  rig_update_all(rig, values);
  rig_run(rig, x, sidechain, N, 512);
  rig_close(rig);
  ton_free(sidechain);
  return x;
}

static void
it_is_the_direct_convolution(void** state)
{
  (void)state;
  const float values[] = {100.0F, 0.0F};
  const uint32_t late = scene_latency(&ton_convolver, values, RATE);
  float* const x = played(0.0F, 0.0F);
  double error = 0.0;
  double power = 0.0;
  for (uint32_t k = 0; k < 60; ++k) {
    const uint32_t at = late + k * 2600 + 11 * k % 97;
    for (uint32_t c = 0; c < 2; ++c) {
      double y = 0.0;
      for (int64_t i = 0; i < 24000; ++i) {
        const int64_t lag = (int64_t)(at - late) - i;
        if (lag >= 0 && lag < IMPULSE_SECONDS * 48000) {
          y += (double)input(c, i) * (double)impulse(c, (uint64_t)lag, RATE);
        }
      }
      const double e = (double)x[2 * (size_t)at + c] - y;
      error += e * e;
      power += y * y;
    }
  }
  EXPECT_AT_MOST("convolver against a direct convolution",
                 10.0 * log10(error / power), -120.0, "dB");
  ton_free(x);
}

static void
a_loud_sidechain_ducks_it(void** state)
{
  (void)state;
  float* const quiet = played(12.0F, 0.0F);
  float* const loud = played(12.0F, 0.5F);
  double power[2] = {0.0, 0.0};
  for (uint32_t i = 2 * 4000; i < 2 * UNTIL; ++i) {
    power[0] += (double)quiet[i] * (double)quiet[i];
    power[1] += (double)loud[i] * (double)loud[i];
  }
  EXPECT_DB("ducked by the side-chain", 10.0 * log10(power[1] / power[0]),
            -12.0, 0.01);
  ton_free(quiet);
  ton_free(loud);
}

// Opening --------------------------------------------------------------------

static TonStatus
opened_with(const char* hash, TonError* error)
{
  const char* const hashes[] = {hash};
  TonResources r = impulse_resources;
  r.hashes = hashes;
  const float values[] = {30.0F, 0.0F};
  const float* const lanes[] = {values};
  const TonSpec spec = {RATE, 2, 512, lanes, &r};
  void* instance = NULL;
  const TonStatus status =
      ton_convolver.open(&ton_convolver, &spec, &instance, error);
  assert_true((status == TON_OK) == (instance != NULL));
  ton_convolver.close(&ton_convolver, instance);
  assert_int_equal(impulse_loaded, 0);
  return status;
}

static void
what_cannot_be_loaded_is_said(void** state)
{
  (void)state;
  TonError error = {0};
  assert_int_equal(opened_with("another", &error), TON_NOT_FOUND);
  assert_non_null(strstr(error.text, "another"));
  assert_int_equal(opened_with(NULL, &error), TON_OK);
}

/// Every request for memory in turn is refused: an error each time, and what
/// was had is given back (the address sanitizer looks)
static void
refused_memory_is_an_error(void** state)
{
  (void)state;
  int refused = 0;
  TonStatus status = TON_NO_MEMORY;
  for (; status && refused < 100; ++refused) {
    TonError error = {0};
    ton_alloc_fail_after(refused);
    status = opened_with("a space", &error);
    ton_alloc_fail_after(-1);
    assert_true(status == TON_OK || status == TON_NO_MEMORY);
  }
  assert_int_equal(status, TON_OK);
  assert_true(refused > 5);
}

static const TonProcessor*
only(const TonProcessor* processor, uint32_t lanes)
{
  (void)lanes;
  return processor;
}

/// Without arguments its sound; with a rate in Hz the conformance loop
int
main(int argc, char** argv)
{
  rig_resources = &impulse_resources;
  if (argc > 1) {
    static const TonProcessor* const list[] = {&ton_convolver, NULL};
    const double rates[] = {strtod(argv[1], NULL), 0.0};
    return conformance_run(&(ConformanceSet){list, only, 4, rates});
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_the_direct_convolution),
      cmocka_unit_test(a_loud_sidechain_ducks_it),
      cmocka_unit_test(what_cannot_be_loaded_is_said),
      cmocka_unit_test(refused_memory_is_an_error),
  };
  return TON_TESTS(tests);
}
