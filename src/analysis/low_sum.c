// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Collecting the low sum of a sound: the mean of its channels at about 3 kHz.
*/
#include "analysis/features_internal.h"
#include "base/memory.h"

#include <math.h>
#include <string.h>

/// Periods of the result that the filter reaches to either side
enum { SIDE_TAPS = 6 };

/// Mean of the channels, low-passed by a Hann-windowed sinc at 0.4 of the new
/// rate, one of `every` kept; y[j] stands at x[j every]
bool
low_open(LowCollector* low, double rate)
{
  low->every = (uint32_t)fmax(rint(rate / 3000.0), 1.0);
  low->rate = rate / low->every;
  low->half = SIDE_TAPS * low->every;
  low->max = (uint64_t)(TON_LOW_MAX_S * low->rate);
  const uint32_t n = 2 * low->half + 1;
  low->taps = ton_alloc(n * sizeof(float));
  if (!low->taps) {
    return false;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double t = (double)i - low->half;
    const double x = 0.8 * M_PI * t / low->every;
    const double sinc = t == 0.0 ? 1.0 : sin(x) / x;
    const double hann = 0.5 + 0.5 * cos(M_PI * t / (low->half + 1.0));
    low->taps[i] = (float)(0.8 / low->every * sinc * hann);
  }
  // Silence in front of the song
  low->in = ton_grow(NULL, &low->in_capacity, low->half, sizeof(float));
  if (low->in) {
    memset(low->in, 0, low->half * sizeof(float));
    low->held = low->half;
  }
  return low->in != NULL;
}

void
low_close(LowCollector* low)
{
  ton_free(low->taps);
  ton_free(low->in);
  ton_free(low->out);
}

typedef float Four __attribute__((vector_size(16), aligned(4)));

/// Sixteen products at a time
static float
weighted_sum(const float* taps, const float* x, uint32_t n)
{
  enum { ROWS = 4 };
  Four sum[ROWS] = {{0}};
  uint32_t i = 0;
  for (; i + 4 * ROWS <= n; i += 4 * ROWS) {
    for (uint32_t k = 0; k < ROWS; ++k) {
      sum[k] +=
          *(const Four*)(taps + i + 4 * k) * *(const Four*)(x + i + 4 * k);
    }
  }
  const Four all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  float rest = (all[0] + all[1]) + (all[2] + all[3]);
  for (; i < n; ++i) {
    rest += taps[i] * x[i];
  }
  return rest;
}

/// Results whose taps lie inside what is held; drop what is past
static void
take_results(LowCollector* low)
{
  const uint32_t reach = 2 * low->half + 1;
  while (low->n < low->max &&
         low->from + low->held >= low->n * low->every + reach) {
    float* const grown =
        ton_grow(low->out, &low->capacity, (size_t)low->n + 1, sizeof(float));
    if (!grown) {
      low->failed = true;
      return;
    }
    low->out = grown;
    const float* const x = low->in + (low->n * low->every - low->from);
    low->out[low->n++] = weighted_sum(low->taps, x, reach);
  }
  const uint64_t past = low->n * low->every;
  const uint32_t drop = past > low->from ? (uint32_t)(past - low->from) : 0;
  if (drop && drop <= low->held) {
    memmove(low->in, low->in + drop, (low->held - drop) * sizeof(float));
    low->held -= drop;
    low->from += drop;
  }
}

static bool
make_space(LowCollector* low, uint32_t n)
{
  float* const grown = ton_grow(low->in, &low->in_capacity,
                                (size_t)low->held + n, sizeof(float));
  low->failed |= !grown;
  low->in = grown ? grown : low->in;
  return grown != NULL;
}

void
low_add(LowCollector* low, const float* const* in, uint32_t channels,
        uint32_t n)
{
  if (low->n == low->max || !make_space(low, n)) {
    return;
  }
  const float share = 1.0F / (float)channels;
  for (uint32_t i = 0; i < n; ++i) {
    float sum = 0.0F;
    for (uint32_t c = 0; c < channels; ++c) {
      sum += in[c][i];
    }
    low->in[low->held + i] = share * sum;
  }
  low->held += n;
  take_results(low);
}

void
low_finish(LowCollector* low, TonFeatures* features)
{
  if (make_space(low, low->half)) {
    memset(low->in + low->held, 0, low->half * sizeof(float));
    low->held += low->half;
    take_results(low);
  }
  features->low_rate = low->rate;
  features->n_low = low->n;
  features->low = low->out;
  low->out = NULL;
}
