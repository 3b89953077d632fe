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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 5, CHUNK = 4096 };

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

typedef struct {
  float* x[2];
  float* both; ///< Interleaved
  uint64_t frames;
  uint32_t rate;
} Song;

static TonStatus
read_song(const char* path, Song* s, TonError* error)
{
  TonAudio* audio = NULL;
  TON_TRY(ton_audio_open(path, &audio, error));
  const TonAudioInfo info = *ton_audio_info(audio);
  if (info.channels != 2) {
    snprintf(error->text, sizeof(error->text), "%s: stereo is wanted", path);
    return TON_BAD_FILE;
  }
  s->rate = info.rate;
  s->x[0] = calloc(info.frames + 65536, sizeof(float));
  s->x[1] = calloc(info.frames + 65536, sizeof(float));
  s->both = calloc(info.frames, 2 * sizeof(float));
  for (uint32_t got = 1; got && s->frames < info.frames; s->frames += got) {
    float* const out[] = {s->x[0] + s->frames, s->x[1] + s->frames};
    TON_TRY(ton_audio_read(audio, out, 65536, &got, error));
  }
  for (uint64_t i = 0; i < s->frames; ++i) {
    s->both[2 * i] = s->x[0][i];
    s->both[2 * i + 1] = s->x[1][i];
  }
  ton_audio_close(audio);
  return TON_OK;
}

static double
run_ours(const Song* s, TonMeasurement* m)
{
  const double start = cpu_seconds();
  TonMeters* const meters =
      ton_meters_new(s->rate, 2, TON_MEASURE_LOUDNESS | TON_MEASURE_TRUE_PEAK);
  for (uint64_t at = 0; at < s->frames; at += CHUNK) {
    const float* const in[] = {s->x[0] + at, s->x[1] + at};
    const uint64_t left = s->frames - at;
    ton_meters_add(meters, in, left < CHUNK ? (uint32_t)left : CHUNK);
  }
  ton_meters_finish(meters, m);
  ton_meters_free(meters);
  return cpu_seconds() - start;
}

typedef struct {
  double integrated;
  double range;
  double true_peak; ///< dBTP
} Peer;

static double
run_peer(const Song* s, Peer* p)
{
  double peaks[2] = {0.0, 0.0};
  const double start = cpu_seconds();
  ebur128_state* e = ebur128_init(
      2, s->rate, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
  for (uint64_t at = 0; at < s->frames; at += CHUNK) {
    const uint64_t left = s->frames - at;
    ebur128_add_frames_float(e, s->both + 2 * at, left < CHUNK ? left : CHUNK);
  }
  ebur128_loudness_global(e, &p->integrated);
  ebur128_loudness_range(e, &p->range);
  ebur128_true_peak(e, 0, &peaks[0]);
  ebur128_true_peak(e, 1, &peaks[1]);
  ebur128_destroy(&e);
  p->true_peak = 20.0 * log10(fmax(peaks[0], peaks[1]));
  return cpu_seconds() - start;
}

/// Keep what lies above `gate`, return how many
static size_t
keep_above(double gate, double* levels, size_t n)
{
  size_t kept = 0;
  for (size_t i = 0; i < n; ++i) {
    if (levels[i] > gate) {
      levels[kept++] = levels[i];
    }
  }
  return kept;
}

static double
range_of(double* levels, size_t n)
{
  double sum = 0.0;
  n = keep_above(-70.0, levels, n);
  for (size_t i = 0; i < n; ++i) {
    sum += pow(10.0, levels[i] / 10.0);
  }
  n = keep_above(10.0 * log10(sum / (double)n) - 20.0, levels, n);
  qsort(levels, n, sizeof(double), ascending);
  return n ? levels[lrint((double)(n - 1) * 0.95)] -
                 levels[lrint((double)(n - 1) * 0.1)]
           : NAN;
}

/// Tech 3342 (2016) wants a 3 s block every 0.1 s, the peer's own range has one
/// a second: its short-term loudness every 0.1 s, so that like meets like
static double
peer_range(const Song* s)
{
  ebur128_state* e = ebur128_init(2, s->rate, EBUR128_MODE_S);
  double* const levels = calloc(s->frames * 10 / s->rate + 1, sizeof(double));
  const uint64_t tenth = s->rate / 10;
  size_t n = 0;
  for (uint64_t k = 0; (k + 1) * tenth <= s->frames; ++k) {
    ebur128_add_frames_float(e, s->both + 2 * k * tenth, tenth);
    if (k >= 29) {
      ebur128_loudness_shortterm(e, &levels[n++]);
    }
  }
  const double range = range_of(levels, n);
  ebur128_destroy(&e);
  free(levels);
  return range;
}

int
main(int argc, char** argv)
{
  static Song s;
  TonError error = {0};
  if (argc != 2 || read_song(argv[1], &s, &error)) {
    fprintf(stderr, "usage: bench_measure FILE  (%s)\n", error.text);
    return 2;
  }
  double ours[RUNS];
  double theirs[RUNS];
  TonMeasurement m;
  Peer p;
  for (int run = 0; run < RUNS; ++run) {
    ours[run] = run_ours(&s, &m);
    theirs[run] = run_peer(&s, &p);
  }
  qsort(ours, RUNS, sizeof(double), ascending);
  qsort(theirs, RUNS, sizeof(double), ascending);
  const double ratio = theirs[RUNS / 2] / ours[RUNS / 2];
  printf("%.1f s of music  tonmeister %.4f CPU-s  libebur128 %.4f CPU-s  "
         "ratio %.1f\n",
         (double)s.frames / s.rate, ours[RUNS / 2], theirs[RUNS / 2], ratio);
  const double integrated = m.integrated_lufs - p.integrated;
  const double range = m.loudness_range_lu - peer_range(&s);
  const double peak = m.true_peak_dbtp - p.true_peak;
  const bool holds = fabs(integrated) <= 0.05 && fabs(range) <= 0.05;
  printf("gate %s: I %+.4f LU  LRA %+.4f LU (%+.4f against its blocks of one a "
         "second)  true peak %+.3f dB\n",
         holds ? "holds" : "FAILS", integrated, range,
         m.loudness_range_lu - p.range, peak);
  return holds ? 0 : 1;
}
