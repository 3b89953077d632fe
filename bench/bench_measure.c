// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Integrated loudness, range and true peak of one file in memory: this
   program against libebur128 with the same modes, one thread each, in turn.
*/

#include <tonmeister/audio_file.h>
#include <tonmeister/measure.h>

#include <ebur128.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 5 };

static double
cpu_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

int
main(int argc, char** argv)
{
  TonAudio* audio = NULL;
  TonError error = {0};
  if (argc != 2 || ton_audio_open(argv[1], &audio, &error)) {
    fprintf(stderr, "usage: bench_measure FILE  (%s)\n", error.text);
    return 2;
  }
  const TonAudioInfo info = *ton_audio_info(audio);
  if (info.channels != 2) {
    fprintf(stderr, "%s: stereo is wanted\n", argv[1]);
    return 2;
  }
  float* x[2] = {calloc(info.frames, 4), calloc(info.frames, 4)};
  float* const both = calloc(info.frames, 8);
  uint32_t got = 1;
  for (uint64_t at = 0; got && at < info.frames; at += got) {
    float* const out[] = {x[0] + at, x[1] + at};
    if (ton_audio_read(audio, out, 65536, &got, &error)) {
      fprintf(stderr, "%s\n", error.text);
      return 1;
    }
  }
  for (uint64_t i = 0; i < info.frames; ++i) {
    both[2 * i] = x[0][i];
    both[2 * i + 1] = x[1][i];
  }
  double ours[RUNS];
  double theirs[RUNS];
  TonMeasurement m;
  double loudness = 0.0;
  double range = 0.0;
  double peaks[2] = {0};
  for (int run = 0; run < RUNS; ++run) {
    double start = cpu_seconds();
    TonMeters* const meters = ton_meters_new(
        info.rate, 2, TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
    for (uint64_t at = 0; at < info.frames; at += 4096) {
      const float* const in[] = {x[0] + at, x[1] + at};
      const uint64_t left = info.frames - at;
      ton_meters_add(meters, in, left < 4096 ? (uint32_t)left : 4096);
    }
    ton_meters_finish(meters, &m);
    ton_meters_free(meters);
    ours[run] = cpu_seconds() - start;
    start = cpu_seconds();
    ebur128_state* e = ebur128_init(2, info.rate,
                                    EBUR128_MODE_I | EBUR128_MODE_LRA |
                                        EBUR128_MODE_TRUE_PEAK);
    for (uint64_t at = 0; at < info.frames; at += 4096) {
      const uint64_t left = info.frames - at;
      ebur128_add_frames_float(e, both + 2 * at, left < 4096 ? left : 4096);
    }
    ebur128_loudness_global(e, &loudness);
    ebur128_loudness_range(e, &range);
    ebur128_true_peak(e, 0, &peaks[0]);
    ebur128_true_peak(e, 1, &peaks[1]);
    ebur128_destroy(&e);
    theirs[run] = cpu_seconds() - start;
  }
  qsort(ours, RUNS, sizeof(double), ascending);
  qsort(theirs, RUNS, sizeof(double), ascending);
  printf("%.1f s of music  tonmeister %.4f CPU-s  libebur128 %.4f CPU-s  "
         "ratio %.1f\n",
         (double)info.frames / info.rate, ours[RUNS / 2], theirs[RUNS / 2],
         theirs[RUNS / 2] / ours[RUNS / 2]);
  printf("gate: I %+.4f LU  LRA %+.4f LU  true peak %+.3f dB\n",
         m.integrated_lufs - loudness, m.loudness_range_lu - range,
         m.true_peak_dbtp - 20.0 * log10(fmax(peaks[0], peaks[1])));
  return 0;
}
