// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The meters' inner loops: against plain arithmetic, and each vector width
   against the others, to the bit.
*/

#include "base/cpu.h"
#include "dsp/kernels/peak_scan.h"
#include "dsp/kernels/weigh.h"
#include "measuring.h"

enum { HEAD = 64, LONGEST = 4000 };

static float sound[2][HEAD + LONGEST + HEAD];

static void
make_sound(uint64_t seed)
{
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < HEAD + LONGEST + HEAD; ++i) {
      const double r = signal_random(seed + (uint64_t)c, (uint64_t)i);
      sound[c][i] = (float)(0.5 * r + 0.3 * sin(i * 0.01));
    }
  }
}

/// The variants this machine can run
static int
variants(const TonWeigh* weigh[3], const TonPeakScan* scan[3])
{
  const uint32_t lanes = ton_cpu_lanes();
  int n = 0;
  weigh[n] = &ton_weigh4;
  scan[n++] = &ton_peak_scan4;
#ifdef TON_WIDE
  if (lanes >= 8) {
    weigh[n] = &ton_weigh8;
    scan[n++] = &ton_peak_scan8;
  }
  if (lanes >= 16) {
    weigh[n] = &ton_weigh16;
    scan[n++] = &ton_peak_scan16;
  }
#endif
  (void)lanes;
  return n;
}

/// Two biquads one after the other, as the standard draws them, in extended
/// precision
static double
plain(double rate, const float* x, uint32_t n)
{
  TonKStage s[2];
  long double x1[2] = {0};
  long double x2[2] = {0};
  long double y1[2] = {0};
  long double y2[2] = {0};
  long double sum = 0.0L;
  ton_k_stages(rate, s);
  for (uint32_t i = 0; i < n; ++i) {
    long double v = (long double)x[i];
    for (int k = 0; k < 2; ++k) {
      const long double y = s[k].b[0] * v + s[k].b[1] * x1[k] +
                            s[k].b[2] * x2[k] - s[k].a[1] * y1[k] -
                            s[k].a[2] * y2[k];
      x2[k] = x1[k];
      x1[k] = v;
      y2[k] = y1[k];
      y1[k] = y;
      v = y;
    }
    sum += v * v;
  }
  return (double)sum;
}

/// Every width gives the same frames, and they hold what the meter finds
static void
crests_of_frames(void** state)
{
  (void)state;
  enum { FIRST = HEAD + 64, GROUPS = 8, AT = TON_SCAN_GROUP };
  const TonWeigh* weigh[3];
  const TonPeakScan* scan[3];
  const int n = variants(weigh, scan);
  TonPeakTable table;
  ton_true_peak_design(&table);
  make_sound(11);
  float found[3][GROUPS][2][AT];
  for (int k = 0; k < n; ++k) {
    float before = 0.0F;
    for (int g = 0; g < GROUPS; ++g) {
      before = scan[k]->crests(&table, sound[0] + FIRST + g * AT, before,
                               found[k][g][0], found[k][g][1]);
    }
    assert_memory_equal(found[k], found[0], sizeof(found[k]));
  }
  float level[GROUPS + 2 * TON_SCAN_SLACK] = {0};
  float bend[GROUPS + 2 * TON_SCAN_SLACK] = {0};
  for (int i = 0; i < GROUPS + 2 * TON_SCAN_SLACK; ++i) {
    level[i] = 1.0F;
    bend[i] = 4.0F;
  }
  const TonScan wide = {level + TON_SCAN_SLACK, bend + TON_SCAN_SLACK};
  TonPeak peak = {0.0F, 0.0};
  scan[0]->interpolate(&table, sound[0] + FIRST + AT, (GROUPS - 1) * AT, wide,
                       &peak);
  float most = 0.0F;
  for (int i = AT; i < GROUPS * AT; ++i) {
    most = fmaxf(most, found[0][i / AT][0][i % AT]);
    most = fmaxf(most, found[0][i / AT][1][i % AT]);
  }
  EXPECT_NEAR("highest of the frames", (double)most, (double)peak.value, 1e-6,
              "");
}

static void
weighting_in_blocks_equals_two_biquads(void** state)
{
  (void)state;
  static const double rates[] = {8000, 44100, 48000, 192000, 384000};
  const TonWeigh* const k = ton_weigh();
  make_sound(3);
  memset(sound[0], 0, HEAD * sizeof(float));
  memset(sound[1], 0, HEAD * sizeof(float));
  for (int r = 0; r < 5; ++r) {
    TonKWeight design;
    double y[2][TON_K_HISTORY] = {{0}};
    double sum = 0.0;
    ton_k_weight_design(&design, rates[r]);
    for (uint32_t at = 0; at < LONGEST;) {
      const uint32_t n = LONGEST - at < 441 ? LONGEST - at : 441;
      const float* const x[2] = {sound[0] + HEAD + at, sound[1] + HEAD + at};
      TonSums s;
      k->squares(&design, x, y, n, &s);
      sum += s.aa;
      at += n;
    }
    const double reference = plain(rates[r], sound[0] + HEAD, LONGEST);
    EXPECT_AT_MOST("power of the difference",
                   20.0 * log10(fabs(sum - reference) / reference + 1e-18),
                   -120.0, "dB");
  }
}

static void
sums_are_sums(void** state)
{
  (void)state;
  make_sound(4);
  for (uint32_t n = 0; n < 40; ++n) {
    const float* const x[2] = {sound[0] + 5, sound[1] + 6};
    TonSums s;
    double a = 0.0;
    double ab = 0.0;
    ton_weigh()->sums(x, n, &s);
    for (uint32_t i = 0; i < n; ++i) {
      a += (double)x[0][i];
      ab += (double)x[0][i] * (double)x[1][i];
    }
    EXPECT_NEAR("sum", s.a, a, 1e-12, "");
    EXPECT_NEAR("sum of products", s.ab, ab, 1e-12, "");
  }
}

static void
widths_give_the_same_bits(void** state)
{
  (void)state;
  static const uint32_t sizes[] = {16, 17, 80, 253, 441, 480, 1920, 3841};
  const TonWeigh* weigh[3];
  const TonPeakScan* scan[3];
  const int n_variants = variants(weigh, scan);
  TonKWeight design;
  TonPeakTable table;
  ton_k_weight_design(&design, 48000.0);
  ton_true_peak_design(&table);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); ++i) {
    TonSums first[2];
    TonPeak top = {0.0F, 0.0};
    double y_first[2][TON_K_HISTORY];
    make_sound(i);
    for (int v = 0; v < n_variants; ++v) {
      static float entries[2][LONGEST / 16 + 2 * TON_SCAN_SLACK];
      const float* const x[2] = {sound[0] + HEAD, sound[1] + HEAD};
      const TonScan to = {entries[0] + 3, entries[1] + 3};
      double y[2][TON_K_HISTORY] = {{0.1, 0.2, 0.3, 0.4}};
      TonSums s[2];
      TonPeak peak = {0.0F, 0.0};
      memset(entries, 0, sizeof(entries));
      memset(s, 0, sizeof(s));
      weigh[v]->squares(&design, x, y, sizes[i], &s[0]);
      weigh[v]->sums(x, sizes[i], &s[1]);
      scan[v]->scan(x[0], sizes[i], to);
      scan[v]->interpolate(&table, x[0], sizes[i], to, &peak);
      if (v == 0) {
        memcpy(first, s, sizeof(s));
        memcpy(y_first, y, sizeof(y));
        top = peak;
      }
      assert_memory_equal(s, first, sizeof(s));
      assert_memory_equal(y, y_first, sizeof(y));
      assert_true(peak.value == top.value && peak.at == top.at);
    }
  }
}

static void
scan_sees_what_is_no_number(void** state)
{
  (void)state;
  static const float bad[] = {NAN, INFINITY, -INFINITY, -NAN};
  float entries[2][64];
  for (uint32_t i = 0; i < 253; ++i) {
    make_sound(9);
    sound[0][HEAD + i] = bad[i % 4];
    const TonScan to = {entries[0], entries[1]};
    assert_true(ton_peak_scan()->scan(sound[0] + HEAD, 253, to) >= 0x7F800000);
  }
}

/// usage: test_kernels [widths]
int
main(int argc, char** argv)
{
  (void)argv;
  const TonWeigh* weigh[3];
  const TonPeakScan* scan[3];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(crests_of_frames),
      cmocka_unit_test(weighting_in_blocks_equals_two_biquads),
      cmocka_unit_test(sums_are_sums),
      cmocka_unit_test(scan_sees_what_is_no_number),
  };
  const struct CMUnitTest widths[] = {
      cmocka_unit_test(widths_give_the_same_bits),
  };
  if (argc > 1) {
    return variants(weigh, scan) < 2
               ? ton_cannot_run("one width only on this processor")
               : TON_TESTS(widths);
  }
  return TON_TESTS(tests);
}
