// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the equaliser sounds like: response, noise, switching, sweeps.

#include "dsp/filter_design.h"
#include "signals.h"
#include "single_lane.h"

enum { N = 65536 };

static const TonProcessor*
equaliser(void)
{
  const TonProcessor* const p = ton_processor("equaliser");
  assert_non_null(p);
  return ton_processor_lanes(p, ton_machine_lanes());
}

static float*
floats(const double* x, uint32_t n)
{
  float* const y = ton_alloc(n * sizeof(float));
  assert_non_null(y);
  for (uint32_t i = 0; i < n; ++i) {
    y[i] = (float)x[i];
  }
  return y;
}

static double*
doubles(uint32_t n)
{
  double* const y = ton_alloc(n * sizeof(double));
  assert_non_null(y);
  return y;
}

/// Noise of an RMS; ton_free() it
static float*
noise(uint32_t n, double rms, uint64_t seed)
{
  double* const x = doubles(n);
  signal_white(x, n, seed);
  for (uint32_t i = 0; i < n; ++i) {
    x[i] *= rms;
  }
  float* const y = floats(x, n);
  ton_free(x);
  return y;
}

static double
peak(const float* x, uint32_t n)
{
  double top = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    const double size = fabs((double)x[i]);
    top = size <= top ? top : size; // NaN wins
  }
  return top;
}

// Response -------------------------------------------------------------------

/// What comes out is what response() says: rendered tones
static void
eq_01_the_sound_is_the_response(void** state)
{
  (void)state;
  enum { M = 16384 };
  static const char* const settings[] = {
      "1-type=bell 1-at=100 1-gain=12 1-q=4",
      "1-type=bell 1-at=16000 1-gain=-12",
      "1-type=low-shelf 1-at=200 1-gain=6",
      "1-type=high-shelf 1-at=8000 1-gain=-9",
      "1-type=highpass 1-at=95 1-slope=18",
      "1-type=lowpass 1-at=9000 1-slope=48",
      "1-type=bandpass 1-at=1000 1-q=2",
      "1-type=notch 1-at=3000 1-q=5",
      "1-type=tilt 1-at=800 1-gain=6",
      "1-type=highpass 1-at=30 2-type=bell 2-at=300 2-gain=-3 3-type=tilt "
      "3-gain=2 4-type=high-shelf 4-at=12000 4-gain=3 12-type=lowpass "
      "12-at=19000",
      "13-type=lowpass 13-at=5000 13-slope=96 24-type=bell 24-at=700 24-gain=6",
      "1-type=highpass 1-at=60 1-slope=72",
  };
  static const double at[] = {50.0, 120.0, 1000.0, 3500.0, 10000.0, 18000.0};
  const TonProcessor* const p = equaliser();
  double worst = 0.0;
  double* const x = doubles(M);
  for (size_t s = 0; s < sizeof(settings) / sizeof(settings[0]); ++s) {
    for (size_t f = 0; f < sizeof(at) / sizeof(at[0]); ++f) {
      const double hz = signal_coherent_hz(at[f], 48000.0, M / 2);
      signal_sine(x, M, 48000.0, hz, -6.0, 0.0);
      float* const y = floats(x, M);
      lone_apply(p, 48000.0, settings[s], y, NULL, M);
      for (uint32_t i = 0; i < M; ++i) {
        x[i] = (double)y[i];
      }
      ton_free(y);
      const double got =
          20.0 * log10(signal_amplitude(x + M / 2, M / 2, 48000.0, hz)) + 6.0;
      float values[LONE_PARAMS];
      lone_values(p, settings[s], values);
      const double wanted = p->response(p, values, hz, 48000.0);
      if (wanted > -60.0) {
        worst = fmax(worst, fabs(got - wanted));
      }
    }
  }
  ton_free(x);
  EXPECT_AT_MOST("EQ-01 sound against response()", worst, 0.002, "dB");
}

static void
eq_02_nothing_is_exactly_nothing(void** state)
{
  (void)state;
  static const char busy[] =
      "1-type=bell 2-type=low-shelf 3-type=high-shelf 4-type=tilt "
      "5-type=highpass 5-on=off 6-type=bell 6-gain=9 6-on=off";
  static const char* const settings[] = {"", "1-type=bell", busy};
  const TonProcessor* const p = equaliser();
  for (size_t s = 0; s < sizeof(settings) / sizeof(settings[0]); ++s) {
    float values[LONE_PARAMS];
    lone_values(p, settings[s], values);
    assert_true(p->neutral(p, values));
    float* const x = noise(4096, 0.2, 3);
    x[7] = -0.0F;
    x[9] = 1e-40F;
    float* const y = ton_alloc(4096 * sizeof(float));
    memcpy(y, x, 4096 * sizeof(float));
    lone_apply(p, 48000.0, settings[s], y, NULL, 4096);
    assert_memory_equal(x, y, 4096 * sizeof(float));
    ton_free(x);
    ton_free(y);
  }
  float values[LONE_PARAMS];
  lone_values(p, "7-type=highpass", values);
  assert_false(p->neutral(p, values));
}

/// What is left of x when a boost and its cut have followed each other, dB re x
static double
undone_db(double rate, const char* band, double gain_db, const float* x)
{
  char settings[200];
  float* const y = ton_alloc(N * sizeof(float));
  double error = 0.0;
  double power = 0.0;
  memcpy(y, x, N * sizeof(float));
  snprintf(settings, sizeof(settings), "1-%s 1-gain=%g", band, gain_db);
  lone_apply(equaliser(), rate, settings, y, NULL, N);
  snprintf(settings, sizeof(settings), "1-%s 1-gain=%g", band, -gain_db);
  lone_apply(equaliser(), rate, settings, y, NULL, N);
  for (uint32_t i = 0; i < N; ++i) {
    const double off = (double)y[i] - (double)x[i];
    error += off * off;
    power += (double)x[i] * (double)x[i];
  }
  ton_free(y);
  return 10.0 * log10(error / power);
}

static const double rates[] = {44100.0, 48000.0, 96000.0, 192000.0};

/// Noise through all kinds of bands, at all rates
static void
eq_03_a_cut_undoes_a_boost(void** state)
{
  (void)state;
  static const char* const bands[] = {
      "type=bell 1-q=1 1-at=30",   "type=bell 1-q=1 1-at=120",
      "type=bell 1-q=1 1-at=310",  "type=bell 1-q=1 1-at=1000",
      "type=bell 1-q=2 1-at=5000", "type=bell 1-q=2 1-at=14000",
      "type=bell 1-q=8 1-at=2500", "type=low-shelf 1-at=80",
      "type=low-shelf 1-at=2000",  "type=high-shelf 1-at=11000",
      "type=high-shelf 1-at=600",  "type=tilt 1-at=700",
  };
  float* const x = noise(N, 0.1, 5);
  for (size_t r = 0; r < 4; ++r) {
    for (size_t b = 0; b < sizeof(bands) / sizeof(bands[0]); ++b) {
      for (double gain = -12.0; gain <= 12.0; gain += 24.0) {
        EXPECT_AT_MOST("EQ-03 boost then cut, noise",
                       undone_db(rates[r], bands[b], gain, x), -140.0, "dB");
      }
    }
  }
  ton_free(x);
}

/// A tone in the middle of the band, whose period is no whole number of samples:
/// all of the sound goes through the filter's states
static void
eq_03_low_bands_and_shelves_undo_a_tone(void** state)
{
  (void)state;
  static const struct {
    const char* band;
    double hz;
  } cases[] = {
      {"type=bell 1-q=1 1-at=30", 30.11},    {"type=bell 1-q=4 1-at=41", 41.37},
      {"type=low-shelf 1-at=80", 80.31},     {"type=low-shelf 1-at=80", 41.37},
      {"type=high-shelf 1-at=9000", 9311.3},
  };
  double* const tone = doubles(N);
  for (size_t k = 0; k < 20; ++k) {
    signal_sine(tone, N, rates[k / 5], cases[k % 5].hz, -12.0, 5.0);
    float* const x = floats(tone, N);
    EXPECT_AT_MOST("EQ-03 boost then cut, tone",
                   undone_db(rates[k / 5], cases[k % 5].band, 12.0, x), -140.0,
                   "dB");
    ton_free(x);
  }
  ton_free(tone);
}

// Noise and movement ---------------------------------------------------------

/// EQ-04: a 20 Hz high-pass at 192 kHz on a 997 Hz tone of -6 dBFS, against
/// the same filter in double
static void
eq_04_float_noise_of_low_filters(void** state)
{
  (void)state;
  static const struct {
    const char* settings;
    double hz;
    double rate;
    double limit;
  } cases[] = {
      {"1-type=highpass 1-at=20", 20.0, 48000.0, -150.0},
      {"1-type=highpass 1-at=20", 20.0, 96000.0, -150.0},
      {"1-type=highpass 1-at=20", 20.0, 192000.0, -150.0},
      {"1-type=highpass 1-at=1000", 1000.0, 48000.0, -140.0},
      {"1-type=highpass 1-at=18000", 18000.0, 48000.0, -140.0},
  };
  enum { LONG = 1 << 18 };
  const TonProcessor* const p = equaliser();
  double* const x = doubles(LONG);
  for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); ++c) {
    signal_sine(x, LONG, cases[c].rate, 997.0, -6.0, 0.0);
    float* const y = floats(x, LONG);
    lone_apply(p, cases[c].rate, cases[c].settings, y, NULL, LONG);
    const TonBiquad h = ton_filter(TON_FILTER_HIGHPASS, cases[c].hz, 0.0,
                                   (double)0.70710678F, cases[c].rate);
    double s1 = 0.0;
    double s2 = 0.0;
    double sum = 0.0;
    for (uint32_t i = 0; i < LONG; ++i) {
      const double in = (double)(float)x[i];
      const double out = h.b0 * in + s1;
      s1 = h.b1 * in - h.a1 * out + s2;
      s2 = h.b2 * in - h.a2 * out;
      const double error = (double)y[i] - out;
      sum += i < LONG / 2 ? 0.0 : error * error;
    }
    ton_free(y);
    EXPECT_AT_MOST("EQ-04 error of a high-pass", 10.0 * log10(sum / (LONG / 2)),
                   cases[c].limit, "dBFS");
  }
  ton_free(x);
}

/// Largest sample while the frequency of band 1 jumps between two
static double
jump(const char* settings, const char* a, const char* b, uint32_t every,
     uint32_t ramp)
{
  const TonProcessor* const p = equaliser();
  const uint32_t n = every < 16 ? N / 8 : N;
  float* const x = noise(n, 0.1, 11);
  float values[LONE_PARAMS];
  lone_values(p, settings, values);
  void* const state = lone_state(p, 48000.0, values);
  for (uint32_t i = 0; i < n; i += every) {
    lone_set(p, i / every % 2 ? a : b, values);
    lone_update(p, state, 2, values, false, i ? ramp : 0);
    lone_run(p, state, 2, x + i, NULL, every);
  }
  p->close(p, state);
  const double top = peak(x, n);
  ton_free(x);
  return top;
}

static void
eq_05_switching_stays_small(void** state)
{
  (void)state;
  EXPECT_AT_MOST("EQ-05 100 Hz to 6 kHz at 50 Hz, at once",
                 jump("1-type=lowpass 1-q=8", "1-at=100", "1-at=6000", 512, 0),
                 1.0, "peak");
  EXPECT_AT_MOST("EQ-05 the same in 16 frames",
                 jump("1-type=lowpass 1-q=8", "1-at=100", "1-at=6000", 512, 16),
                 1.0, "peak");
  static const char* const kinds[] = {
      "1-type=lowpass 1-q=40",         "1-type=highpass 1-q=40",
      "1-type=notch 1-q=40",           "1-type=bell 1-q=40 1-gain=30",
      "1-type=bell 1-q=40 1-gain=-30", "1-type=high-shelf 1-q=4 1-gain=30"};
  for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); ++k) {
    EXPECT_AT_MOST("EQ-05 10 Hz to 0.49 rate every sample",
                   jump(kinds[k], "1-at=10", "1-at=23520", 1, 0), 1000.0,
                   "peak");
    EXPECT_AT_MOST("EQ-05 10 Hz to 0.49 rate, in ramps",
                   jump(kinds[k], "1-at=10", "1-at=23520", 16, 16), 1000.0,
                   "peak");
  }
}

/// Worst line outside +-300 Hz of a 1 kHz tone, dBc
static double
worst_spur(const float* y, uint32_t n)
{
  double* const x = doubles(n);
  for (uint32_t i = 0; i < n; ++i) {
    const double t = 2.0 * M_PI * i / n;
    x[i] = (0.35875 - 0.48829 * cos(t) + 0.14128 * cos(2.0 * t) -
            0.01168 * cos(3.0 * t)) *
           (double)y[i];
  }
  const double tone = signal_amplitude(x, n, 48000.0, 1000.0);
  double worst = 0.0;
  for (double hz = 40.0; hz < 20000.0; hz += hz < 2000.0 ? 31.0 : 400.0) {
    if (fabs(hz - 1000.0) > 300.0) {
      worst = fmax(worst, signal_amplitude(x, n, 48000.0, hz));
    }
  }
  ton_free(x);
  return 20.0 * log10(worst / tone);
}

static void
eq_11_a_gain_sweep_is_clean(void** state)
{
  (void)state;
  const TonProcessor* const p = equaliser();
  double* const tone = doubles(N);
  signal_sine(tone, N, 48000.0, 1000.0, -20.0, 0.0);
  float* const x = floats(tone, N);
  float values[LONE_PARAMS];
  lone_values(p, "1-type=bell 1-at=1000 1-q=1", values);
  void* const eq = lone_state(p, 48000.0, values);
  const TonParam* const gain = ton_param(p, "1-gain");
  const uint32_t from = 32768;
  const uint32_t sweep = 2400;
  lone_update(p, eq, 0, values, false, 0);
  for (uint32_t i = 0; i < N; i += 16) {
    if (i >= from && i < from + sweep) {
      values[gain - p->params] = 12.0F * (float)(i + 16 - from) / (float)sweep;
      lone_update(p, eq, 0, values, false, 16);
    }
    lone_run(p, eq, 0, x + i, NULL, 16);
  }
  EXPECT_DB("level after the sweep", 20.0 * log10(peak(x + 60000, 4800)), -8.0,
            0.01);
  EXPECT_AT_MOST("EQ-11 spurs beyond 300 Hz", worst_spur(x, N), -90.0, "dBc");
  p->close(p, eq);
  ton_free(x);
  ton_free(tone);
}

// Sides ----------------------------------------------------------------------

static void
sides_are_kept_apart(void** state)
{
  (void)state;
  enum { M = 8192 };
  const TonProcessor* const p = equaliser();
  float* const source[2] = {noise(M, 0.1, 21), noise(M, 0.1, 22)};
  float* const x[2] = {ton_alloc(M * sizeof(float)),
                       ton_alloc(M * sizeof(float))};
  static const char* const sides[] = {"left", "right", "mid", "side"};
  for (int side = 0; side < 4; ++side) {
    char settings[96];
    snprintf(settings, sizeof(settings),
             "1-type=bell 1-at=2000 1-gain=6 1-side=%s", sides[side]);
    for (int c = 0; c < 2; ++c) {
      memcpy(x[c], source[c], M * sizeof(float));
    }
    lone_apply(p, 48000.0, settings, x[0], x[1], M);
    double sum = 0.0;
    double worst = 0.0;
    for (int i = 0; i < M; ++i) {
      const double l = (double)x[0][i] - (double)source[0][i];
      const double r = (double)x[1][i] - (double)source[1][i];
      const double kept[] = {r, l, l - r, l + r};
      worst = fmax(worst, fabs(kept[side]));
      sum += l * l + r * r;
    }
    assert_true(sum > 1.0);
    EXPECT_AT_MOST(sides[side], worst, side < 2 ? 0.0 : 1.3e-7, "full scale");
  }
  for (int c = 0; c < 2; ++c) {
    ton_free(x[c]);
    ton_free(source[c]);
  }
}

// Same bits ------------------------------------------------------------------

enum { TAKES = 6, LENGTH = 3000 };

static const char* const chains[TAKES] = {
    "1-type=highpass 1-at=95 1-slope=18 2-type=bell 2-at=310 2-gain=-2.4",
    "1-type=bell 1-at=900 1-gain=3",
    "1-type=high-shelf 1-at=9000 1-gain=4 2-type=bell 2-gain=2 2-side=side "
    "3-type=tilt 3-gain=1",
    "1-type=highpass 1-slope=48 1-at=40 2-type=lowpass 2-slope=48 2-at=15000 "
    "3-type=notch 3-at=50 4-type=bell 4-gain=1 5-type=low-shelf 5-gain=-3",
    "2-type=bell 2-side=left 2-gain=5 3-type=bell 3-side=mid 3-gain=-5",
    "1-type=highpass 1-at=30",
};

/// Chains in one bank, from pair `first` on
typedef struct {
  const TonProcessor* p;
  void* state;
  float* x;
  int32_t on[TON_MAX_LANES];
  float values[TON_MAX_LANES / 2][LONE_PARAMS];
  uint32_t lanes;
  uint32_t first;
  uint32_t n;    ///< Pairs in use
  uint32_t from; ///< Chain of the first of them
} EqualiserBank;

/// Give a pair its chain and its noise
static void
fill_pair(EqualiserBank* b, uint32_t k)
{
  const uint32_t which = b->from + k - b->first;
  lone_values(b->p, chains[which], b->values[k]);
  for (uint32_t c = 0; c < 2; ++c) {
    b->on[2 * k + c] = -1;
    lone_update(b->p, b->state, 2 * k + c, b->values[k], true, 0);
    float* const source = noise(LENGTH, 0.2, 100 + 2 * which + c);
    for (uint32_t i = 0; i < LENGTH; ++i) {
      b->x[i * b->lanes + 2 * k + c] = source[i];
    }
    ton_free(source);
  }
}

/// Where values move: every 16 frames from MOVES to RESTS
enum { MOVES = 1008, RESTS = 1600 };

/// The gain of chain 1 and the frequency of chain 5 move on
static void
move_pairs(EqualiserBank* b, uint32_t i)
{
  for (uint32_t k = b->first; k < b->first + b->n; ++k) {
    const uint32_t which = b->from + k - b->first;
    if (which != 1 && which != 5) {
      continue;
    }
    char move[64];
    snprintf(move, sizeof(move), which == 1 ? "1-gain=%u" : "1-at=%u",
             which == 1 ? i % 29 : i / 10);
    lone_set(b->p, move, b->values[k]);
    for (uint32_t c = 0; c < 2; ++c) {
      lone_update(b->p, b->state, 2 * k + c, b->values[k], true, 16);
    }
  }
}

static void
run_bank(EqualiserBank* b, uint32_t block)
{
  static float part[LENGTH * TON_MAX_LANES] __attribute__((aligned(64)));
  for (uint32_t i = 0; i < LENGTH;) {
    if (i >= MOVES && i < RESTS && (i - MOVES) % 16 == 0) {
      move_pairs(b, i);
    }
    const uint32_t stop = i < MOVES   ? MOVES
                          : i < RESTS ? i / 16 * 16 + 16
                                      : LENGTH;
    const uint32_t n = block < stop - i ? block : stop - i;
    float* const x = b->x + (size_t)i * b->lanes;
    memcpy(part, x, (size_t)n * b->lanes * sizeof(float));
    b->p->process(b->p, b->state, &(TonBlock){part, NULL, b->on, NULL, n});
    memcpy(x, part, (size_t)n * b->lanes * sizeof(float));
    i += n;
  }
}

static void
take_out(const EqualiserBank* b, float* out)
{
  for (uint32_t k = b->first; k < b->first + b->n; ++k) {
    for (uint32_t c = 0; c < 2; ++c) {
      const uint32_t which = 2 * (b->from + k - b->first) + c;
      for (uint32_t i = 0; i < LENGTH; ++i) {
        out[which * LENGTH + i] = b->x[i * b->lanes + 2 * k + c];
      }
    }
  }
}

/// All chains in banks of `lanes`, from pair `first` on, in blocks; the gain
/// or frequency of some moves on the way
static void
take(uint32_t lanes, uint32_t first, uint32_t block, float* out)
{
  const uint32_t pairs = lanes / 2;
  for (uint32_t done = 0; done < TAKES;) {
    EqualiserBank b = {
        .p = ton_processor_lanes(ton_processor("equaliser"), lanes),
        .lanes = lanes,
        .first = first % pairs,
        .from = done};
    b.state = lone_state(b.p, 48000.0, NULL);
    b.x = ton_alloc((size_t)LENGTH * lanes * sizeof(float));
    for (uint32_t k = b.first; k < pairs && done < TAKES; ++k, ++done) {
      fill_pair(&b, k);
    }
    b.n = done - b.from;
    run_bank(&b, block);
    take_out(&b, out);
    ton_free(b.x);
    b.p->close(b.p, b.state);
  }
}

static void
same_bits_however_packed_and_split(void** state)
{
  (void)state;
  static const uint32_t blocks[] = {1, 3, 7, 64, 441, 3000};
  const size_t bytes = sizeof(float) * 2 * TAKES * LENGTH;
  float* const first = ton_alloc(bytes);
  float* const other = ton_alloc(bytes);
  take(4, 0, 256, first);
  for (uint32_t lanes = 4; lanes <= ton_machine_lanes(); lanes *= 2) {
    for (size_t b = 0; b < sizeof(blocks) / sizeof(blocks[0]); ++b) {
      for (uint32_t at = 0; at < 3; ++at) {
        memset(other, 0, bytes);
        take(lanes, at, blocks[b], other);
        assert_memory_equal(first, other, bytes);
      }
    }
  }
  assert_true(peak(first, 2 * TAKES * LENGTH) > 0.1);
  ton_free(first);
  ton_free(other);
}

static void
not_a_number_does_not_stick(void** state)
{
  (void)state;
  const TonProcessor* const p = equaliser();
  float values[LONE_PARAMS];
  lone_values(p, chains[3], values);
  void* const eq = lone_state(p, 48000.0, values);
  lone_update(p, eq, 0, values, false, 0);
  float* const x = noise(LONE_BLOCK * 8, 0.1, 9);
  x[100] = NAN;
  x[200] = INFINITY;
  lone_run(p, eq, 0, x, NULL, LONE_BLOCK * 8);
  assert_true(isnan(x[100]));
  EXPECT_AT_MOST("after the block with it",
                 peak(x + LONE_BLOCK, LONE_BLOCK * 7), 2.0, "peak");
  ton_free(x);
  p->close(p, eq);
}

/// Silence at the reported tail
static void
the_tail_is_long_enough(void** state)
{
  (void)state;
  static const char* const settings[] = {
      "1-type=bell 1-at=400 1-gain=24 1-q=10",
      "1-type=highpass 1-at=60 1-slope=48",
      "1-type=bell 1-at=100 1-gain=-12 2-type=bell 2-at=100 2-gain=-12",
  };
  const TonProcessor* const p = equaliser();
  for (size_t s = 0; s < sizeof(settings) / sizeof(settings[0]); ++s) {
    float values[LONE_PARAMS];
    lone_values(p, settings[s], values);
    const uint32_t tail = (uint32_t)lone_tail(p, 48000.0, values);
    float* const x = ton_alloc((tail + 2000) * sizeof(float));
    x[0] = 1.0F;
    lone_apply(p, 48000.0, settings[s], x, NULL, tail + 2000);
    EXPECT_AT_MOST("level after the tail",
                   20.0 * log10(peak(x + tail, 2000) + 1e-30), -120.0, "dBFS");
    ton_free(x);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(eq_01_the_sound_is_the_response),
      cmocka_unit_test(eq_02_nothing_is_exactly_nothing),
      cmocka_unit_test(eq_03_a_cut_undoes_a_boost),
      cmocka_unit_test(eq_03_low_bands_and_shelves_undo_a_tone),
      cmocka_unit_test(eq_04_float_noise_of_low_filters),
      cmocka_unit_test(eq_05_switching_stays_small),
      cmocka_unit_test(eq_11_a_gain_sweep_is_clean),
      cmocka_unit_test(sides_are_kept_apart),
      cmocka_unit_test(same_bits_however_packed_and_split),
      cmocka_unit_test(not_a_number_does_not_stick),
      cmocka_unit_test(the_tail_is_long_enough),
  };
  return TON_TESTS(tests);
}
