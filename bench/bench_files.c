// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Reading and writing 240 s of stereo at 48 kHz, 24 bit (69 MB): this program
   against libsndfile, CPU time of one thread, page cache warm, in turn.  Then
   a warm cache of a coded stem, and conversion of its rate.

   usage: bench_files [FOLDER]
*/

#include <tonmeister/audio_file.h>

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 7, RATE = 48000, FRAMES = 240 * RATE, BLOCK = 4096 };

static float block[2][BLOCK];
static float mixed[2 * BLOCK];
static char path[1024];
static char theirs[1024];
static char flac[1024];
static char cache[1024];

static double
cpu_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
stop(const char* what)
{
  fprintf(stderr, "%s failed\n", what);
  exit(1);
}

static void
write_ours(const char* to, const char* container, uint32_t seconds)
{
  const TonAudioFormat format = {.rate = RATE,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_24,
                                 .container = container,
                                 .dither = true};
  const float* const in[] = {block[0], block[1]};
  TonAudioWriter* w = NULL;
  if (ton_writer_open(to, &format, &w, NULL)) {
    stop("opening");
  }
  for (uint32_t at = 0; at < seconds * RATE; at += BLOCK) {
    if (ton_writer_write(w, in, BLOCK, NULL)) {
      stop("writing");
    }
  }
  if (ton_writer_commit(w, NULL, NULL, NULL)) {
    stop("committing");
  }
}

static void
write_ours_24(void)
{
  write_ours(path, "WAV", FRAMES / RATE);
}

static void
write_theirs_24(void)
{
  SF_INFO info = {.samplerate = RATE,
                  .channels = 2,
                  .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24};
  SNDFILE* const file = sf_open(theirs, SFM_WRITE, &info);
  for (uint32_t at = 0; file && at < FRAMES; at += BLOCK) {
    sf_writef_float(file, mixed, BLOCK);
  }
  sf_close(file);
}

static void
read_ours(uint32_t frames)
{
  float* const out[] = {block[0], block[1]};
  TonAudio* audio = NULL;
  uint32_t got = 1;
  if (ton_audio_open(path, &audio, NULL)) {
    stop("opening");
  }
  while (got) {
    if (ton_audio_read(audio, out, frames, &got, NULL)) {
      stop("reading");
    }
  }
  ton_audio_close(audio);
}

static void
read_ours_4096(void)
{
  read_ours(4096);
}

static void
read_ours_256(void)
{
  read_ours(256);
}

static void
read_theirs(void)
{
  SF_INFO info = {0};
  SNDFILE* const file = sf_open(path, SFM_READ, &info);
  while (file && sf_readf_float(file, mixed, BLOCK) > 0) {
  }
  sf_close(file);
}

static void
ready_warm(void)
{
  char ready[1200];
  if (ton_stem_prepared(flac, RATE / 2, true, cache, ready, sizeof(ready), NULL,
                        NULL, NULL)) {
    stop("the cache");
  }
}

static void
convert(void)
{
  static float out[2][BLOCK];
  float* const made[] = {out[0], out[1]};
  const float* const in[] = {block[0], block[1]};
  TonResampler* r = NULL;
  uint32_t got = 1;
  if (ton_resampler_new(96000, 44100, 2, &r, NULL)) {
    stop("conversion");
  }
  for (uint32_t at = 0; at < FRAMES; at += BLOCK) {
    ton_resampler_run(r, in, BLOCK, false, made, BLOCK, &got, NULL);
  }
  ton_resampler_free(r);
}

static void
measure(const char* name, void (*work)(void), double seconds)
{
  double best = 1e9;
  for (int i = 0; i < RUNS; ++i) {
    const double start = cpu_seconds();
    work();
    const double took = cpu_seconds() - start;
    best = took < best ? took : best;
  }
  printf("  {\"what\": \"%s\", \"cpu_ms\": %.2f, \"times_real_time\": %.0f},\n",
         name, best * 1e3, seconds / best);
}

int
main(int argc, char** argv)
{
  const char* const folder = argc > 1 ? argv[1] : "/tmp";
  snprintf(path, sizeof(path), "%s/bench-files-%d.wav", folder, (int)getpid());
  snprintf(theirs, sizeof(theirs), "%s/bench-theirs-%d.wav", folder,
           (int)getpid());
  snprintf(flac, sizeof(flac), "%s/bench-files-%d.flac", folder, (int)getpid());
  snprintf(cache, sizeof(cache), "%s/bench-cache-%d", folder, (int)getpid());
  for (uint32_t i = 0; i < BLOCK; ++i) {
    block[0][i] = (float)((i * 7919U % 10007U) / 10007.0 - 0.5);
    block[1][i] = (float)((i * 104729U % 10007U) / 10007.0 - 0.5);
    mixed[2 * i] = block[0][i];
    mixed[2 * i + 1] = block[1][i];
  }
  write_ours(flac, "FLAC", 60);
  puts("[");
  measure("write 24 bit, dithered", write_ours_24, 240.0);
  measure("write 24 bit, libsndfile, no dither", write_theirs_24, 240.0);
  measure("read 24 bit, blocks of 4096", read_ours_4096, 240.0);
  measure("read 24 bit, blocks of 256", read_ours_256, 240.0);
  measure("read 24 bit, libsndfile", read_theirs, 240.0);
  ready_warm();
  measure("a coded stem of 60 s ready, warm cache", ready_warm, 60.0);
  measure("96 to 44.1 kHz", convert, 120.0);
  puts("  {}\n]");
  char command[1100];
  snprintf(command, sizeof(command), "rm -rf %.1000s", cache);
  unlink(path);
  unlink(theirs);
  unlink(flac);
  return system(command) != 0;
}
