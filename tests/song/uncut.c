// SPDX-License-Identifier: GPL-3.0-or-later
/// @file A mix without the clippers of its tracks and buses, and what these cut.
#include "uncut.h"

#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const TonJob job = {.threads = 2};

static void
open_writer(const TonMix* mix, const char* path, Recorder* r)
{
  const TonAudioFormat format = {.rate = mix->rate,
                                 .channels = 2,
                                 .samples = TON_SAMPLES_FLOAT,
                                 .container = "WAV"};
  assert_int_equal(ton_writer_open(path, &format, &r->writer, NULL), TON_OK);
}

static void
bypass_clippers(TonMix* mix)
{
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    for (uint32_t k = 0; k < mix->strips[i].n_chain; ++k) {
      TonInsert* const insert = &mix->strips[i].chain[k];
      insert->bypass |= strcmp(insert->type->id, "saturator") == 0;
    }
  }
}

static void
render_both(const TonSong* song, const char* strip, const char* const* paths)
{
  TonMix* mix = NULL;
  Recorder recorders[2] = {0};
  assert_int_equal(song_read_mix(song, &mix, NULL), TON_OK);
  bypass_clippers(mix);
  for (int i = 0; i < 2; ++i) {
    open_writer(mix, paths[i], &recorders[i]);
  }
  const StripTap tap = {ton_mix_strip(mix, strip), 1.0F,
                        recorder_sink(&recorders[1])};
  assert_int_equal(
      render_mix(mix, song->cache, &recorders[0], &tap, 1, &job, NULL, NULL),
      TON_OK);
  for (int i = 0; i < 2; ++i) {
    assert_int_equal(ton_writer_commit(recorders[i].writer, NULL, NULL, NULL),
                     TON_OK);
  }
  ton_mix_free(mix);
}

Uncut
render_uncut(const TonSong* song, const char* strip)
{
  static char known[512];
  static unsigned times;
  char names[2][64];
  const bool again = strcmp(known, strip) == 0;
  times += again ? 0 : 1;
  snprintf(names[0], sizeof(names[0]), "uncut-mix-%u.wav", times);
  snprintf(names[1], sizeof(names[1]), "uncut-strip-%u.wav", times);
  const char* const paths[2] = {song_path(names[0]), song_path(names[1])};
  if (!again) {
    render_both(song, strip, paths);
    snprintf(known, sizeof(known), "%s", strip);
  }
  return (Uncut){heard(paths[0]), heard(paths[1])};
}

// Peaks ---------------------------------------------------------------------------

static double
peak_between(const Sound* s, uint64_t from, uint64_t to)
{
  double max = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = from; i < to && i < s->n; ++i) {
      max = fmax(max, fabs(s->x[c][i]));
    }
  }
  return 20.0 * log10(max);
}

static int
by_value(const void* a, const void* b)
{
  const double x = *(const double*)a;
  const double y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
sorted_at(double* values, uint32_t n, double share)
{
  qsort(values, n, sizeof(double), by_value);
  return n ? values[(uint32_t)(share * (n - 1))] : NAN;
}

double
high_peaks(const Sound* s, Sound* mix)
{
  const uint64_t step = (uint64_t)(0.1 * mix->rate);
  double* const peaks = malloc((mix->n / step + 1) * sizeof(double));
  const double floor = loudness(mix) - 20.0;
  uint32_t n = 0;
  for (uint64_t at = 0; at < mix->n; at += step) {
    if (peak_between(mix, at, at + step) > floor) {
      peaks[n++] = peak_between(s, at, at + step);
    }
  }
  const double high = sorted_at(peaks, n, 0.95);
  free(peaks);
  return high;
}

// Hits ----------------------------------------------------------------------------

static double
energy(const Sound* s, uint64_t from, double length_s)
{
  const uint64_t to = from + (uint64_t)(length_s * s->rate);
  double sum = 1e-12;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = from; i < to && i < s->n; ++i) {
      sum += s->x[c][i] * s->x[c][i];
    }
  }
  return sum;
}

/// Share of the first 10 ms in the first 0.1 s, dB
static double
onset_share(const Sound* s, uint64_t at)
{
  return 10.0 * log10(energy(s, at, 0.01) / energy(s, at, 0.1));
}

double
onset_loss(const Sound* before, const Sound* behind)
{
  const uint64_t step = (uint64_t)(0.005 * before->rate);
  const uint64_t far = (uint64_t)(0.1 * before->rate);
  const double loud = 0.005 * energy(before, 0, 1e9) / (double)before->n *
                      before->rate; // of 5 ms at the mean power
  double* const losses = malloc((before->n / step + 1) * sizeof(double));
  uint32_t n = 0;
  for (uint64_t at = step; at + far < before->n; at += step) {
    const double now = energy(before, at, 0.005);
    if (now > loud && now > 6.3 * energy(before, at - step, 0.005)) {
      losses[n++] = onset_share(before, at) - onset_share(behind, at);
      at += far;
    }
  }
  const double loss = sorted_at(losses, n, 0.9);
  print_message("# %u hits\n", n);
  free(losses);
  return loss;
}
