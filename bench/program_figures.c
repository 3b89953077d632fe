// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Figures of meters, rate conversion and dither, of ours and of free programs and
   libraries: the lines of peer_figures.c.

   usage: program_figures
*/

#include "analysis/measuring.h"
#include "dsp/dither.h"

#include <tonmeister/audio_file.h>

#include <ebur128.h>
#include <sndfile.h>

enum { MAX_FRAMES = 1 << 20 };

static float in[MAX_FRAMES];
static float out[MAX_FRAMES];
static char folder[] = "/tmp/program-figures.XXXXXX";

typedef struct {
  const char* id;
  const char* what;
  const char* unit;
  double rate; ///< Hz
} Row;

static void
print_figure(const Row* row, const char* who, double figure,
             const char* settings)
{
  if (isfinite(figure)) {
    printf("BESIDE\t%s\t%s\t%g\t%s\t\t%s\t%.6g\t%s\n", row->id, row->what,
           row->rate, row->unit, who, figure, settings);
    fflush(stdout);
  }
}

// Programs --------------------------------------------------------------------

static void
path_of(const char* name, char path[256])
{
  snprintf(path, 256, "%s/%s", folder, name);
}

/// n frames of `in`, mono float, to in.wav
static void
write_in(uint32_t n, int rate)
{
  char path[256];
  path_of("in.wav", path);
  SF_INFO info = {.samplerate = rate,
                  .channels = 1,
                  .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  sf_writef_float(file, in, n);
  sf_close(file);
}

/// Run a command with %s for in.wav and out.wav, and read the latter into `out`.
/// Returns its frames; 0: there is no such program
static uint32_t
through(const char* format)
{
  char paths[2][256];
  char command[2048];
  SF_INFO info = {0};
  path_of("in.wav", paths[0]);
  path_of("out.wav", paths[1]);
  remove(paths[1]);
  const int used =
      snprintf(command, sizeof(command), format, paths[0], paths[1]);
  snprintf(command + used, sizeof(command) - (size_t)used,
           " </dev/null >/dev/null 2>&1");
  const bool done = system(command) == 0; // NOLINT: made of constants
  SNDFILE* const file = done ? sf_open(paths[1], SFM_READ, &info) : NULL;
  if (!file) {
    return 0;
  }
  const sf_count_t got = sf_readf_float(file, out, MAX_FRAMES);
  sf_close(file);
  return (uint32_t)got;
}

// Rate conversion -------------------------------------------------------------

enum { FROM = 96000, TO = 44100 };

static void
put_tone(double hz, double peak)
{
  for (uint32_t i = 0; i < 2 * FROM; ++i) {
    in[i] = (float)(peak * sin(2.0 * M_PI * fmod(hz / FROM * i, 1.0)));
  }
  write_in(2 * FROM, FROM);
}

static uint32_t
convert_ours(void)
{
  TonResampler* r = NULL;
  uint32_t n = 0;
  uint32_t got = 0;
  const float* const planes[] = {in};
  float* made[] = {out};
  assert_int_equal(ton_resampler_new(FROM, TO, 1, &r, NULL), 0);
  ton_resampler_run(r, planes, 2 * FROM, false, made, MAX_FRAMES, &got, NULL);
  do {
    n += got;
    made[0] = out + n;
    ton_resampler_run(r, NULL, 0, true, made, MAX_FRAMES - n, &got, NULL);
  } while (got);
  ton_resampler_free(r);
  return n;
}

/// Half a second from the middle: all but the tone, dB re the tone; `level`: its
/// level re `peak`, dB
static double
all_but(double hz, double peak, double* level)
{
  enum { N = TO / 2, AT = TO / 2 };
  double part[2] = {0.0};
  double error = 0.0;
  for (uint32_t i = 0; i < N; ++i) {
    const double turn = 2.0 * M_PI * fmod(hz / TO * i, 1.0);
    part[0] += 2.0 / N * (double)out[AT + i] * cos(turn);
    part[1] += 2.0 / N * (double)out[AT + i] * sin(turn);
  }
  for (uint32_t i = 0; i < N; ++i) {
    const double turn = 2.0 * M_PI * fmod(hz / TO * i, 1.0);
    const double tone = part[0] * cos(turn) + part[1] * sin(turn);
    error += pow((double)out[AT + i] - tone, 2.0);
  }
  const double power = 0.5 * (part[0] * part[0] + part[1] * part[1]);
  *level = 10.0 * log10(2.0 * power) - 20.0 * log10(peak);
  return 10.0 * log10(error / N / power);
}

static const struct {
  const char* who;
  const char* command; ///< Null: ours
} converters[] = {
    {"ours", NULL},
    {"SoX rate -v", "sox -q %s -e floating-point -b 32 %s rate -v 44100"},
    {"ffmpeg aresample",
     "ffmpeg -v error -y -i %s -af aresample=44100 -c:a pcm_f32le %s"},
    {"ffmpeg aresample, soxr",
     "ffmpeg -v error -y -i %s -af "
     "aresample=44100:resampler=soxr:precision=28 -c:a pcm_f32le %s"},
};

static void
converters_beside(void)
{
  static const Row alone = {
      "OUT-01", "all that is not a tone of 998 Hz, 96 to 44.1 kHz", "dBc", TO};
  static const Row flat = {
      "OUT-02", "level at 0.925 Nyquist, 96 to 44.1 kHz, error", "dB", TO};
  for (int i = 0; i < 4; ++i) {
    const char* const command = converters[i].command;
    const char* const settings = command ? command : "";
    double level = NAN;
    put_tone(998.0, 0.89);
    if (!(command ? through(command) : convert_ours())) {
      continue;
    }
    print_figure(&alone, converters[i].who, all_but(998.0, 0.89, &level),
                 settings);
    put_tone(20396.0, 0.5);
    if (command ? through(command) : convert_ours()) {
      all_but(20396.0, 0.5, &level);
      print_figure(&flat, converters[i].who, fabs(level), settings);
    }
  }
}

// Dither ----------------------------------------------------------------------

enum { PLACES = 16, PART = 1 << 15 };

/// How far the variance of the error moves with the place between two steps, in
/// steps squared, and the mean is off, in steps: the larger
static double
dependence(void)
{
  double worst = 0.0;
  for (int k = 0; k < PLACES; ++k) {
    double sum = 0.0;
    double squares = 0.0;
    for (uint32_t i = 0; i < PART; ++i) {
      const double error = 32768.0 * (double)out[k * PART + (int)i] -
                           32768.0 * (double)in[k * PART + (int)i];
      sum += error / PART;
      squares += error * error / PART;
    }
    worst = fmax(worst, fabs(sum));
    worst = fmax(worst, fabs(squares - sum * sum - 0.25));
  }
  return fmax(worst, 0.01); // so far the length of the noise can tell
}

static void
dither_beside(void)
{
  static const Row row = {
      "OUT-05",
      "16 bit: mean and variance off those of TPDF dither (0.01: not told)",
      "steps", 48000};
  static int32_t y[PLACES * PART];
  static const char sox[] = "sox -q %s -b 16 %s dither";
  static const char ffmpeg[] =
      "ffmpeg -v error -y -i %s -af "
      "aresample=out_sample_fmt=s16:dither_method=triangular -c:a pcm_s16le %s";
  for (int i = 0; i < PLACES * PART; ++i) {
    in[i] = (float)((100.0 + (i / PART) / (double)PLACES) / 32768.0);
  }
  write_in(PLACES * PART, 48000);
  TonQuantiser q = {.bits = 16, .dither = true, .seed = 1};
  ton_quantise(&q, 0, 0, y, in, PLACES * PART);
  for (int i = 0; i < PLACES * PART; ++i) {
    out[i] = (float)y[i] / 32768.0F;
  }
  print_figure(&row, "ours", dependence(), "");
  if (through(sox)) {
    print_figure(&row, "SoX dither", dependence(), sox);
  }
  if (through(ffmpeg)) {
    print_figure(&row, "ffmpeg, triangular", dependence(), ffmpeg);
  }
}

// Meters ----------------------------------------------------------------------

static double
peak_of_ebur128(const float* x, uint32_t n)
{
  double peak = 0.0;
  ebur128_state* s = ebur128_init(1, 48000, EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(s, x, n);
  ebur128_true_peak(s, 0, &peak);
  ebur128_destroy(&s);
  return 20.0 * log10(peak);
}

static double
peak_of_ours(const float* x, uint32_t n)
{
  const float* const planes[] = {x};
  return measure(planes, 1, n, 48000, TON_MEASURE_TRUE_PEAK).true_peak_dbtp;
}

/// Largest error of faded sines of any frequency up to 20 kHz of 44.1, any phase
static double
worst_peak(double (*peak)(const float*, uint32_t))
{
  enum { N = 2400 };
  double worst = 0.0;
  for (int k = 1; k <= 33; ++k) {
    const double f = k <= 32 ? 0.4535 * k / 32.0 : 0.25;
    for (int phase = 0; phase < 16; ++phase) {
      for (int i = 0; i < N; ++i) {
        const double fade = fmin(1.0, fmin(i, N - 1 - i) / 500.0);
        in[i] = (float)(0.5 * fade * sin(2.0 * M_PI * (f * i + phase / 16.0)));
      }
      worst = fmax(worst, fabs(peak(in, N) + 6.0206));
    }
  }
  return worst;
}

static double
loudness_of_ebur128(const float* x, uint32_t n, uint32_t rate)
{
  double lufs = 0.0;
  ebur128_state* s = ebur128_init(1, rate, EBUR128_MODE_I);
  ebur128_set_channel(s, 0, EBUR128_DUAL_MONO);
  ebur128_add_frames_float(s, x, n);
  ebur128_loudness_global(s, &lufs);
  ebur128_destroy(&s);
  return lufs;
}

static double
loudness_of_ours(const float* x, uint32_t n, uint32_t rate)
{
  const float* const planes[] = {x, x};
  return measure(planes, 2, n, rate, TON_MEASURE_LOUDNESS).integrated_lufs;
}

/// Largest error of 997 Hz at -23 dBFS on both sides, which is -23 LUFS, at five
/// rates
static double
worst_loudness(double (*loudness)(const float*, uint32_t, uint32_t))
{
  static const uint32_t rates[] = {44100, 48000, 88200, 96000, 192000};
  double worst = 0.0;
  for (int k = 0; k < 5; ++k) {
    const uint32_t n = 4 * rates[k];
    for (uint32_t i = 0; i < n; ++i) {
      const double turn = fmod(997.0 / rates[k] * i, 1.0);
      in[i] = (float)(pow(10.0, -23.0 / 20.0) * sin(2.0 * M_PI * turn));
    }
    worst = fmax(worst, fabs(loudness(in, n, rates[k]) + 23.0));
  }
  return worst;
}

static void
meters_beside(void)
{
  static const Row peaks = {
      "MET-39", "true peak of sines up to 0.4535 of the rate, error", "dB",
      48000};
  static const Row loudness = {
      "MET-36", "loudness of 997 Hz at five rates, error", "dB", 192000};
  print_figure(&loudness, "ours", worst_loudness(loudness_of_ours), "");
  print_figure(&loudness, "libebur128", worst_loudness(loudness_of_ebur128),
               "");
  print_figure(&peaks, "ours", worst_peak(peak_of_ours), "");
  print_figure(&peaks, "libebur128", worst_peak(peak_of_ebur128), "");
}

int
main(void)
{
  char paths[2][256];
  if (!mkdtemp(folder)) {
    perror(folder);
    return 1;
  }
  meters_beside();
  converters_beside();
  dither_beside();
  path_of("in.wav", paths[0]);
  path_of("out.wav", paths[1]);
  remove(paths[0]);
  remove(paths[1]);
  remove(folder);
  return 0;
}
