// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   stems FOLDER COUNT SECONDS: stems for a bench, 48 kHz, 24 bit, every other
   one mono.  Notes of decaying noise and tone over a quiet floor, so that
   compressors work and stems differ; the same bytes every time.  Plain WAV
   headers, which every peer reads.
*/

#include <sndfile.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { RATE = 48000, CHUNK = 4800 };

static double
noise(uint64_t* seed)
{
  *seed = *seed * 6364136223846793005U + 1442695040888963407U;
  return (double)(int64_t)*seed / 9.3e18;
}

/// A tenth of a second from frame `from`
static void
play(float* x, int channels, uint32_t stem, uint64_t from, uint64_t* seed)
{
  const uint64_t beat = RATE / 4 * (1 + stem % 4);
  const double hz = 55.0 * pow(2.0, (double)(stem * 7 % 48) / 12.0);
  for (uint32_t i = 0; i < CHUNK; ++i) {
    const uint64_t n = from + i;
    const double since = (double)(n % beat) / RATE;
    const double envelope = exp(-since * (4.0 + stem % 5)) + 0.001;
    const double tone = sin(2.0 * M_PI * fmod(hz * (double)n / RATE, 1.0));
    for (int c = 0; c < channels; ++c) {
      const double y = envelope * (0.3 * tone + 0.2 * noise(seed));
      x[(uint32_t)channels * i + (uint32_t)c] = (float)y;
    }
  }
}

static int
write_stem(const char* folder, uint32_t stem, uint32_t seconds)
{
  char path[1024];
  snprintf(path, sizeof(path), "%s/s%u.wav", folder, stem);
  SF_INFO info = {.samplerate = RATE,
                  .channels = stem % 2 ? 2 : 1,
                  .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24};
  SNDFILE* const file = sf_open(path, SFM_WRITE, &info);
  if (!file) {
    fprintf(stderr, "stems: %s: %s\n", path, sf_strerror(NULL));
    return 1;
  }
  float x[2 * CHUNK];
  uint64_t seed = stem;
  sf_count_t written = CHUNK;
  for (uint64_t n = 0; n < (uint64_t)seconds * RATE && written == CHUNK;
       n += CHUNK) {
    play(x, info.channels, stem, n, &seed);
    written = sf_writef_float(file, x, CHUNK);
  }
  return sf_close(file) || written != CHUNK;
}

int
main(int argc, char** argv)
{
  const uint32_t count = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
  if (!count) {
    fprintf(stderr, "use: stems FOLDER COUNT SECONDS\n");
    return 2;
  }
  for (uint32_t i = 1; i <= count; ++i) {
    if (write_stem(argv[1], i, (uint32_t)strtoul(argv[3], NULL, 10))) {
      return 1;
    }
  }
  return 0;
}
