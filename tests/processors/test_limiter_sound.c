// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the limiter does to the sound it holds: LIM-05 to 08, 10 and 11 of the
   figures' document, at 48000 Hz.
*/

#include "base/array.h"
#include "base/data_path.h"
#include "base/memory.h"
#include "dsp/denormal.h"
#include "signals.h"
#include "single_lane.h"

#include <tonmeister/session.h>

#include <limits.h>

enum { N = 480000, RATE = 48000 };
static const double rate = RATE;
static double in[2][N];
static double out[2][N];
static float block[2][N];

static uint32_t
late(const char* settings)
{
  float values[LONE_PARAMS];
  const TonProcessor* const p = ton_processor("limiter");
  lone_values(p, settings, values);
  return lone_latency(p, rate, values);
}

static void
to_floats(int n)
{
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < n; ++i) {
      block[c][i] = (float)in[c][i];
    }
  }
}

static void
to_doubles(int n)
{
  for (int c = 0; c < 2; ++c) {
    for (int i = 0; i < n; ++i) {
      out[c][i] = (double)block[c][i];
    }
  }
}

/// What a preset of the limiter sets, as lone_values() reads it.  Static
static const char*
style(const char* preset)
{
  static char text[256];
  char path[PATH_MAX];
  char folder[PATH_MAX - 100];
  TonInsert insert = {0};
  TonPreset* read = NULL;
  ton_data_path("presets", folder, sizeof(folder));
  snprintf(path, sizeof(path), "%s/%s-limiter.yaml", folder, preset);
  assert_int_equal(ton_preset_read(path, &read, NULL), TON_OK);
  assert_int_equal(ton_insert_parse(read->name, &insert, NULL), TON_OK);
  assert_string_equal(insert.type->id, "limiter");
  snprintf(text, sizeof(text),
           "gain=%g ceiling=%g look-ahead=%g release=%g mode=%s link=%g",
           (double)insert.params[0], (double)insert.params[1],
           (double)insert.params[2], (double)insert.params[3],
           insert.params[4] > 0.0F ? "manual" : "auto",
           (double)insert.params[5]);
  ton_insert_free(&insert);
  ton_preset_free(read);
  return text;
}

/// in -> limiter -> out
static void
limit(const char* settings, int n)
{
  ton_denormals_off();
  to_floats(n);
  lone_apply(ton_processor("limiter"), rate, settings, block[0], block[1],
             (uint32_t)n);
  to_doubles(n);
}

static void
scale(double db, int n)
{
  const double gain = pow(10.0, db / 20.0);
  for (int i = 0; i < n; ++i) {
    in[0][i] *= gain;
    in[1][i] *= gain;
  }
}

static double
peak_db(int n)
{
  return 20.0 * log10(fmax(signal_true_peak(in[0], (uint64_t)n),
                           signal_true_peak(in[1], (uint64_t)n)));
}

static double
out_peak_db(int from, int to)
{
  return 20.0 * log10(signal_true_peak(out[0] + from, (uint64_t)(to - from)));
}

/// Gain in dB by which in[i] came out; the last one where in[] is too small to
/// tell
static double
gain_db(int i, int delay, double before)
{
  const double x = in[0][i - delay];
  return fabs(x) > 1e-3 ? 20.0 * log10(fabs(out[0][i] / x)) : before;
}

// LIM-05 ------------------------------------------------------------------------

/// Sidebands of 1 kHz under 50 Hz in out[0], dB
static double
sidebands(int from, int n)
{
  const double* const x = out[0] + from;
  const double tone = signal_amplitude(x, (uint64_t)n, rate, 1000.0);
  double sum = 0.0;
  for (int k = 1; k <= 10; ++k) {
    const double low = signal_amplitude(x, (uint64_t)n, rate, 1000.0 - 50 * k);
    const double high = signal_amplitude(x, (uint64_t)n, rate, 1000.0 + 50 * k);
    sum += low * low + high * high;
  }
  return 10.0 * log10(sum) - 20.0 * log10(tone);
}

static double
modulation(const char* more)
{
  enum { M = 4 * RATE };
  char settings[280];
  for (int i = 0; i < M; ++i) {
    const double t = i / rate;
    in[0][i] = sin(2.0 * M_PI * 50.0 * t) + 0.25 * sin(2.0 * M_PI * 1000.0 * t);
    in[1][i] = in[0][i];
  }
  scale(3.0 - peak_db(RATE), M);
  snprintf(settings, sizeof(settings), "%s ceiling=0dBTP", more);
  limit(settings, M);
  return sidebands(2 * RATE, 2 * RATE);
}

static void
lim_05_bass_does_not_shake_the_rest(void** state)
{
  (void)state;
  EXPECT_AT_MOST("LIM-05 sidebands, default", modulation(""), -50.0, "dB");
  EXPECT_AT_MOST("LIM-05 sidebands, look-ahead 10 ms",
                 modulation("look-ahead=10ms"), -70.0, "dB");
  EXPECT_AT_MOST("LIM-05 sidebands, transparent",
                 modulation(style("transparent")), -70.0, "dB");
}

// LIM-06 ------------------------------------------------------------------------

enum { KICKS = 16, KICK = RATE / 2, ONSET = RATE / 100, BODY = RATE / 10 };

static void
kicks_over_a_bed(void)
{
  const int n = KICKS * KICK;
  signal_kick(in[0], (uint64_t)n, rate);
  for (int i = 0; i < n; ++i) {
    in[0][i] += 0.25 * sin(2.0 * M_PI * 55.0 * i / rate);
  }
  memcpy(in[1], in[0], (size_t)n * sizeof(double));
  scale(4.0 - peak_db(2 * RATE), n);
}

/// Energy of the first 10 ms against the next 90 ms, dB
static double
attack(const double* x)
{
  return 20.0 *
         log10(signal_rms(x, ONSET) / signal_rms(x + ONSET, BODY - ONSET));
}

/// Of the attack of kicks, dB: the mean
static double
attack_lost(const char* more)
{
  char settings[280];
  snprintf(settings, sizeof(settings), "%s ceiling=0dBTP", more);
  const uint32_t delay = late(settings);
  double loss = 0.0;
  kicks_over_a_bed();
  limit(settings, KICKS * KICK);
  for (int k = 0; k < KICKS; ++k) {
    loss += attack(in[0] + k * KICK) - attack(out[0] + k * KICK + delay);
  }
  return loss / KICKS;
}

static void
lim_06_kicks_keep_their_attack(void** state)
{
  (void)state;
  EXPECT_AT_MOST("LIM-06 attack lost", attack_lost(""), 1.5, "dB");
  EXPECT_AT_MOST("LIM-06 attack lost, punchy", attack_lost(style("punchy")),
                 1.0, "dB");
}

/// At one gain the loud style leaves more level than each of the others, and the
/// safe one holds the ceiling that lossy formats need
static void
styles_do_what_their_names_say(void** state)
{
  (void)state;
  enum { M = 4 * RATE };
  static const char* const others[] = {"transparent", "punchy"};
  char settings[280];
  double lufs[3];
  for (int k = 0; k < 3; ++k) {
    signal_mix(in[0], in[1], M, rate);
    snprintf(settings, sizeof(settings), "%s gain=10dB",
             style(k < 2 ? others[k] : "loud"));
    limit(settings, M);
    lufs[k] = signal_loudness(out[0], out[1], M, rate);
  }
  EXPECT_AT_LEAST("loud over transparent", lufs[2] - lufs[0], 0.1, "LU");
  EXPECT_AT_LEAST("loud over punchy", lufs[2] - lufs[1], 0.1, "LU");
  snprintf(settings, sizeof(settings), "%s gain=10dB", style("safe"));
  limit(settings, M);
  EXPECT_AT_MOST("safe: true peak", out_peak_db(0, M), -2.0, "dBTP");
}

// LIM-07 ------------------------------------------------------------------------

/// Mean reduction of the second half of in -> out, dB; the gain stands in
/// trace[] once in 16 frames
static double
follow_gain(double* trace, int n, int delay)
{
  double sum = 0.0;
  double gain = 0.0;
  for (int k = 0; k < n / 16; ++k) {
    double most = 0.0;
    for (int i = 16 * k; i < 16 * k + 16; ++i) {
      if (i >= delay && fabs(in[0][i - delay]) > most) {
        most = fabs(in[0][i - delay]);
        gain = gain_db(i, delay, gain);
      }
    }
    trace[k] = gain;
    sum += k >= n / 32 ? gain : 0.0;
  }
  return -sum / (n / 32.0);
}

static double trace[N / 16];

/// S-MIX through the limiter; its mean reduction, dB
static double
mix_reduced(const char* more, double gain)
{
  char settings[128];
  snprintf(settings, sizeof(settings), "ceiling=0dBTP gain=%.2fdB %s", gain,
           more);
  limit(settings, N);
  for (int i = 0; i < N; ++i) {
    out[0][i] /= pow(10.0, gain / 20.0);
  }
  return follow_gain(trace, N, (int)late(more));
}

/// Loudness of S-MIX through the limiter, LUFS
static double
mix_loudness(const char* more, double gain)
{
  char settings[128];
  snprintf(settings, sizeof(settings), "ceiling=0dBTP gain=%.2fdB %s", gain,
           more);
  limit(settings, N);
  return signal_loudness(out[0], out[1], N, rate);
}

/// Gain at which a figure that rises with the gain has a value
static double
gain_for(double (*figure)(const char*, double), const char* more, double value)
{
  double low = 0.0;
  double high = 20.0;
  for (int i = 0; i < 9; ++i) {
    const double gain = 0.5 * (low + high);
    *(figure(more, gain) < value ? &low : &high) = gain;
  }
  return 0.5 * (low + high);
}

static double
gain_moves(double hz)
{
  const int half = N / 32;
  return signal_amplitude(trace + half, (uint64_t)half, rate / 16.0, hz);
}

/// By how much a line of the gain's spectrum stands out of what is around it
static double
stands_out(double hz)
{
  double around = 0.0;
  for (int k = 1; k <= 5; ++k) {
    around += pow(gain_moves(hz - 0.2 * k), 2.0);
    around += pow(gain_moves(hz + 0.2 * k), 2.0);
  }
  return 20.0 * log10(gain_moves(hz) / sqrt(around / 10.0));
}

/// RMS of the gain in dB from 1 to 8 Hz
static double
pumping_db(void)
{
  double sum = 0.0;
  for (int k = 5; k <= 40; ++k) { // in steps of 0.2 Hz
    const double a = gain_moves(0.2 * k);
    sum += 0.5 * a * a;
  }
  return sqrt(sum);
}

static void
expect_no_line(void)
{
  double line = -INFINITY;
  for (int k = 1; k < 4; ++k) {
    line = fmax(line, stands_out(k * rate / LONE_BLOCK));
  }
  EXPECT_AT_MOST("LIM-07 line at the rate of blocks", line, 6.0, "dB");
}

/// A gain that stands still at 3 dB of mean reduction asks for 3 dB more gain
/// than the loudness it brings: a release of seconds does so, on demand
static void
lim_07_with_a_long_release_the_gain_does_not_pump(void** state)
{
  (void)state;
  static const char slow[] = "mode=manual release=3s";
  signal_mix(in[0], in[1], N, rate);
  const double mean = mix_reduced(slow, gain_for(mix_reduced, slow, 3.0));
  EXPECT_NEAR("LIM-07 mean reduction", mean, 3.0, 0.1, "dB");
  EXPECT_AT_MOST("LIM-07 gain moves at 1 to 8 Hz, below its mean",
                 20.0 * log10(pumping_db() / mean), -20.0, "dB");
  expect_no_line();
}

/// The default reduces peaks alone: its gain moves with them, at 2 LU more
/// loudness hardly more than that of a limiter with one release of 50 ms
static void
lim_07_the_default_pumps_little(void** state)
{
  (void)state;
  static const char plain[] = "look-ahead=3ms mode=manual release=50ms";
  signal_mix(in[0], in[1], N, rate);
  const double lufs = signal_loudness(in[0], in[1], N, rate) + 2.0;
  mix_reduced(plain, gain_for(mix_loudness, plain, lufs));
  const double beside = pumping_db();
  const double mean = mix_reduced("", gain_for(mix_loudness, "", lufs));
  EXPECT_AT_MOST("LIM-07 mean reduction, default", mean, 0.6, "dB");
  EXPECT_AT_MOST("LIM-07 gain moves at 1 to 8 Hz, default", pumping_db(),
                 beside + 0.2, "dB");
  expect_no_line();
}

// LIM-08 ------------------------------------------------------------------------

static void
hard_left_burst(int n)
{
  for (int i = 0; i < n; ++i) {
    in[0][i] = 0.2 * sin(2.0 * M_PI * 440.0 * i / rate) +
               (i > n / 3 && i < n / 2 ? 2.0 * sin(1.1 * i) : 0.0);
    in[1][i] = 0.1 * sin(2.0 * M_PI * 310.0 * i / rate + 0.4);
  }
}

static void
lim_08_the_image_stays_where_it_is(void** state)
{
  (void)state;
  enum { M = RATE };
  const int delay = (int)late("");
  double worst = 0.0;
  hard_left_burst(M);
  limit("link=100%", M);
  for (int i = delay; i < M; ++i) {
    const double a = in[0][i - delay];
    const double b = in[1][i - delay];
    if (fabs(a) > 1e-3 && fabs(b) > 1e-3) {
      const double change = (out[0][i] / out[1][i]) / (a / b);
      worst = fmax(worst, fabs(20.0 * log10(change)));
    }
  }
  EXPECT_AT_MOST("LIM-08 left against right", worst, 0.001, "dB");
}

static void
lim_08_without_link_the_other_side_is_untouched(void** state)
{
  (void)state;
  enum { M = RATE };
  const int delay = (int)late("");
  hard_left_burst(M);
  limit("link=0%", M);
  double most = 0.0;
  for (int i = delay; i < M; ++i) {
    assert_true((float)out[1][i] == (float)in[1][i - delay]);
    most = fmax(most, fabs(out[0][i]));
  }
  EXPECT_AT_MOST("LIM-08 left is held", 20.0 * log10(most), -1.0, "dBFS");
}

// LIM-10 ------------------------------------------------------------------------

/// Settings that change at a frame, within `ramp` frames
typedef struct {
  uint32_t at;
  const char* settings;
} Change;

static void
limit_and_change(const Change* changes, uint32_t n_changes, uint32_t ramp,
                 int n)
{
  const TonProcessor* const p = ton_processor("limiter");
  float values[LONE_PARAMS];
  ton_denormals_off();
  to_floats(n);
  lone_values(p, "", values);
  void* const s = lone_state(p, rate, values);
  for (uint32_t k = 0; k < n_changes; ++k) {
    const uint32_t to = k + 1 < n_changes ? changes[k + 1].at : (uint32_t)n;
    const uint32_t at = changes[k].at;
    lone_set(p, changes[k].settings, values);
    lone_update(p, s, 0, values, true, k ? ramp : 0);
    lone_update(p, s, 1, values, true, k ? ramp : 0);
    lone_run(p, s, 0, block[0] + at, block[1] + at, to - at);
  }
  p->close(p, s);
  to_doubles(n);
}

/// What is not near the tone: high-passed by second differences, taken out of
/// the tone's own, as a level of the loudest millisecond
static double
click_db(double hz, int from, int to)
{
  const double c = 2.0 * cos(2.0 * M_PI * hz / rate);
  double most = 0.0;
  for (int i = from; i + 48 < to; i += 48) {
    double y[48];
    for (int k = 0; k < 48; ++k) {
      const double* const x = out[0] + i + k;
      y[k] = x[0] - c * x[-1] + x[-2]; // nothing of the tone itself
    }
    most = fmax(most, signal_rms(y, 48));
  }
  return 20.0 * log10(most);
}

static void
lim_10_a_moving_ceiling_holds(void** state)
{
  (void)state;
  enum { M = RATE };
  static const Change changes[] = {{0, "gain=12dB ceiling=-1dBTP"},
                                   {16000, "ceiling=-6dBTP"},
                                   {32000, "ceiling=-1dBTP"}};
  const int delay = (int)late("");
  signal_mix(in[0], in[1], M, rate);
  limit_and_change(changes, TON_COUNT(changes), 480, M);
  EXPECT_AT_MOST("LIM-10 before", out_peak_db(0, M), -1.0, "dBTP");
  // a cut-out piece rings at its ends: samples only
  double most = 0.0;
  for (int i = 16000 + 480 + delay; i < 32000; ++i) {
    most = fmax(most, fabs(out[0][i]));
  }
  EXPECT_AT_MOST("LIM-10 between", 20.0 * log10(most), -6.0, "dBFS");
}

static void
lim_10_jumps_do_not_click(void** state)
{
  (void)state;
  enum { M = RATE };
  static const Change jumps[][3] = {
      {{0, "gain=6dB ceiling=-1dBTP"},
       {16000, "ceiling=-6dBTP"},
       {32000, "ceiling=-1dBTP"}},
      {{0, "gain=6dB"}, {16000, "gain=12dB"}, {32000, "gain=0dB"}},
      {{0, "gain=6dB"}, {16000, "release=1ms"}, {32000, "release=3000ms"}},
      {{0, "gain=6dB"}, {16000, "mode=manual"}, {32000, "mode=auto"}},
      {{0, "gain=6dB"}, {16000, "link=0%"}, {32000, "link=100%"}},
  };
  static const char* const names[] = {
      "LIM-10 click of ceiling", "LIM-10 click of gain",
      "LIM-10 click of release", "LIM-10 click of mode",
      "LIM-10 click of link"};
  signal_sine(in[0], M, rate, 1000.0, -1.0, 0.0);
  memcpy(in[1], in[0], sizeof(in[0]));
  for (size_t i = 0; i < TON_COUNT(jumps); ++i) {
    limit_and_change(jumps[i], 3, 480, M);
    EXPECT_AT_MOST(names[i], click_db(1000.0, 8000, M), -60.0, "dB");
  }
}

// LIM-11 ------------------------------------------------------------------------

static void
lim_11_any_block_gives_the_same_bits(void** state)
{
  (void)state;
  enum { M = RATE };
  static const uint32_t sizes[] = {1, 7, 32, 64, 441, 480, 512};
  static float first[2][M];
  const TonProcessor* const p = ton_processor("limiter");
  float values[LONE_PARAMS];
  signal_mix(in[0], in[1], M, rate);
  lone_values(p, "gain=12dB link=60%", values);
  for (size_t k = 0; k < TON_COUNT(sizes) + 1; ++k) {
    void* const s = lone_state(p, rate, values);
    to_floats(M);
    lone_update(p, s, 0, values, true, 0);
    lone_update(p, s, 1, values, true, 0);
    for (uint32_t at = 0; at < M;) {
      const uint32_t random =
          1 + (uint32_t)(500.0 * fabs(signal_random(5, at)));
      const uint32_t size = k < TON_COUNT(sizes) ? sizes[k] : random;
      const uint32_t n = M - at < size ? M - at : size;
      lone_run(p, s, 0, block[0] + at, block[1] + at, n);
      at += n;
    }
    p->close(p, s);
    for (int c = 0; c < 2; ++c) {
      if (k == 0) {
        memcpy(first[c], block[c], sizeof(first[c]));
      }
      assert_memory_equal(first[c], block[c], sizeof(first[c]));
    }
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lim_05_bass_does_not_shake_the_rest),
      cmocka_unit_test(lim_06_kicks_keep_their_attack),
      cmocka_unit_test(styles_do_what_their_names_say),
      cmocka_unit_test(lim_07_with_a_long_release_the_gain_does_not_pump),
      cmocka_unit_test(lim_07_the_default_pumps_little),
      cmocka_unit_test(lim_08_the_image_stays_where_it_is),
      cmocka_unit_test(lim_08_without_link_the_other_side_is_untouched),
      cmocka_unit_test(lim_10_a_moving_ceiling_holds),
      cmocka_unit_test(lim_10_jumps_do_not_click),
      cmocka_unit_test(lim_11_any_block_gives_the_same_bits),
  };
  return TON_TESTS(tests);
}
