// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   LIM-13: beside a plain limiter (gain down at once, back exponentially), both
   brought to one loudness and one true peak, on S-MIX and, where TON_AUDIO
   names a folder of them, on real songs.
*/

#include "base/array.h"
#include "base/memory.h"
#include "dsp/denormal.h"
#include "signals.h"
#include "single_lane.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/measure.h>

enum { SECONDS = 20, MOST = 48000 * SECONDS };

/// An item of the set
static float in[2][MOST];
static uint32_t n;
static double rate;

static float out[2][MOST];

static const char* const songs[] = {
    "references/rock_vocal__JoshuaMorin_On_the_run.ogg",
    "references/metal_vocal__ObsidianShell_wings_of_cruelty.ogg",
    "references/electronic__Heuchi1_alien_signal.ogg",
    "references/folk_vocal__KarissaHobbs_Lets_Go_Fishin_excerpt.ogg",
    "references/jazz__MacLeod_Vibe_Ace_excerpt.ogg",
    "songs/funk/drums.mp3",
};

static double
from_db(double db)
{
  return pow(10.0, db / 20.0);
}

// Limiters ----------------------------------------------------------------------

static void
ours(double gain_db)
{
  char settings[64];
  snprintf(settings, sizeof(settings), "ceiling=-1dBTP gain=%.3fdB", gain_db);
  memcpy(out, in, sizeof(out));
  ton_denormals_off();
  lone_apply(ton_processor("limiter"), rate, settings, out[0], out[1], n);
}

/// Samples held to 1: down at once, back in 60 ms
static void
plain(double gain_db)
{
  const double drive = from_db(gain_db);
  const double keep = exp(-1.0 / (0.06 * rate));
  double down = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double l = drive * (double)in[0][i];
    const double r = drive * (double)in[1][i];
    const double peak = fmax(fabs(l), fabs(r));
    down = fmax(peak > 1.0 ? 1.0 - 1.0 / peak : 0.0, down * keep);
    out[0][i] = (float)(l * (1.0 - down));
    out[1][i] = (float)(r * (1.0 - down));
  }
}

// Figures -----------------------------------------------------------------------

typedef struct {
  double lufs;
  double peak_dbtp;
  double psr_lu;
} Figures;

static Figures
read_figures(void)
{
  const float* const x[] = {out[0], out[1]};
  const unsigned what =
      TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK | TON_MEASURE_TIMELINE;
  TonMeters* const m = ton_meters_new((uint32_t)rate, 2, what);
  TonMeasurement r;
  assert_non_null(m);
  ton_meters_add(m, x, n);
  ton_meters_finish(m, &r);
  ton_meters_free(m);
  return (Figures){r.integrated_lufs, r.true_peak_dbtp, r.psr_median_lu};
}

/// Gain of the plain limiter at which its loudness, turned down to the same
/// true peak, is the same
static Figures
plain_like(const Figures* wanted, double* gain_db)
{
  double low = -10.0;
  double high = 40.0;
  Figures f = {0};
  for (int i = 0; i < 14; ++i) {
    *gain_db = 0.5 * (low + high);
    plain(*gain_db);
    f = read_figures();
    f.lufs += wanted->peak_dbtp - f.peak_dbtp;
    f.peak_dbtp = wanted->peak_dbtp;
    *(f.lufs < wanted->lufs ? &low : &high) = *gain_db;
  }
  return f;
}

/// Sidebands that 50 Hz, `over_db` over the ceiling, throws around 1 kHz, dB
static double
sidebands(void (*limiter)(double), double over_db)
{
  static double y[MOST];
  n = (uint32_t)(2.0 * rate);
  for (uint32_t i = 0; i < n; ++i) {
    const double t = i / rate;
    in[0][i] = (float)(0.8 * sin(2.0 * M_PI * 50.0 * t) +
                       0.2 * sin(2.0 * M_PI * 1000.0 * t));
    in[1][i] = in[0][i];
  }
  limiter(over_db);
  const uint64_t half = n / 2;
  for (uint32_t i = 0; i < n; ++i) {
    y[i] = (double)out[0][i];
  }
  double sum = 0.0;
  for (int k = 1; k <= 10; ++k) {
    sum += pow(signal_amplitude(y + half, half, rate, 1000.0 + 50.0 * k), 2.0);
    sum += pow(signal_amplitude(y + half, half, rate, 1000.0 - 50.0 * k), 2.0);
  }
  return 10.0 * log10(sum) -
         20.0 * log10(signal_amplitude(y + half, half, rate, 1000.0));
}

// The set -----------------------------------------------------------------------

static void
load_mix(void)
{
  static double x[2][MOST];
  rate = 48000.0;
  n = MOST;
  signal_mix(x[0], x[1], n, rate);
  for (uint32_t i = 0; i < n; ++i) {
    in[0][i] = (float)x[0][i];
    in[1][i] = (float)x[1][i];
  }
}

/// 20 s from the middle
static bool
load_song(const char* name)
{
  char path[1024];
  float* to[2] = {in[0], in[1]};
  const char* const folder = getenv("TON_AUDIO");
  TonAudio* audio = NULL;
  snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", name);
  if (!folder || ton_audio_open(path, &audio, NULL)) {
    return false;
  }
  const TonAudioInfo* const info = ton_audio_info(audio);
  rate = info->rate;
  assert_int_equal(info->channels, 2);
  const uint64_t middle = info->frames / 2;
  for (uint64_t at = 0; at + MOST < middle; at += n) {
    assert_int_equal(ton_audio_read(audio, to, MOST, &n, NULL), TON_OK);
  }
  assert_int_equal(ton_audio_read(audio, to, MOST, &n, NULL), TON_OK);
  ton_audio_close(audio);
  return n > 48000;
}

/// Whether ours has both the higher PSR and the lower sidebands
static bool
beside(const char* name, double gain_db)
{
  double gain = 0.0;
  memcpy(out, in, sizeof(out));
  const Figures before = read_figures();
  const double drive = gain_db - 1.0 - before.peak_dbtp;
  ours(drive);
  const Figures a = read_figures();
  const Figures b = plain_like(&a, &gain);
  EXPECT_NEAR("LIM-13 loudness of both", b.lufs, a.lufs, 0.05, "LUFS");
  const double imd_a = sidebands(ours, gain_db);
  const double imd_b = sidebands(plain, gain_db);
  print_message("# %s, %.2f LUFS: PSR %.2f and %.2f LU, sidebands %.0f and "
                "%.0f dB\n",
                name, a.lufs, a.psr_lu, b.psr_lu, imd_a, imd_b);
  return a.psr_lu >= b.psr_lu && imd_a < imd_b;
}

static void
lim_13_beside_a_plain_limiter(void** state)
{
  (void)state;
  static const double gains[] = {4.0, 8.0};
  int better = 0;
  int items = 0;
  for (size_t g = 0; g < TON_COUNT(gains); ++g) {
    load_mix();
    better += beside("S-MIX", gains[g]);
    ++items;
    for (size_t i = 0; i < TON_COUNT(songs); ++i) {
      if (load_song(songs[i])) {
        better += beside(songs[i], gains[g]);
        ++items;
      }
    }
  }
  EXPECT_AT_LEAST("LIM-13 better", 100.0 * better / items, 90.0, "%");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lim_13_beside_a_plain_limiter),
  };
  return TON_TESTS(tests);
}
