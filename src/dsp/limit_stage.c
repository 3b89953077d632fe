// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/limit_stage.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
  STEP = TON_LIMIT_STEP,
  SIDE = TON_PEAK_SIDE,
  GROUPS = TON_LIMIT_GROUPS,
  MIDDLE = GROUPS / 2,
  PAST = TON_LIMIT_PAST,
  ONE = 1 << 30
};

static uint32_t
power_of_two(uint32_t least)
{
  uint32_t n = 64;
  while (n < least) {
    n *= 2;
  }
  return n;
}

size_t
ton_limit_bytes(uint32_t look)
{
  const size_t queue = power_of_two(look + 2);
  const size_t late = power_of_two(look + SIDE + STEP + 1);
  return queue * 16 + 3 * ((size_t)look + 2) * 8 + 64 + late * 8 + 256;
}

void
ton_limit_prepare(TonLimitStage* s, uint32_t look, void* memory)
{
  char* at = memory;
  const uint32_t queue = power_of_two(look + 2);
  const uint32_t late = power_of_two(look + SIDE + STEP + 1);
  s->scan = ton_peak_scan();
  ton_true_peak_design(&s->table);
  s->look = look;
  s->queue_value = (double*)at;
  s->queue_frame = (uint64_t*)(at + queue * 8);
  s->queue_mask = queue - 1;
  at += queue * 16;
  s->room = (int64_t*)at;
  at += (3 * ((size_t)look + 2) * 8 + 63) & ~(size_t)63;
  s->late[0] = (float*)at;
  s->late[1] = (float*)at + late;
  s->late_mask = late - 1;
  // three boxes whose lengths add up to the look-ahead: support <= look + 1
  const uint32_t third = (look + 3) / 3;
  s->box[0] = third;
  s->box[1] = third;
  s->box[2] = look + 3 - 2 * third;
  int64_t* room = s->room;
  for (int b = 0; b < 3; ++b) {
    s->box_ring[b] = room;
    room += s->box[b];
  }
  ton_limit_reset(s);
}

void
ton_limit_reset(TonLimitStage* s)
{
  memset(s->past, 0, sizeof(s->past));
  memset(s->late[0], 0, ((size_t)s->late_mask + 1) * 8);
  memset(s->level, 0, sizeof(s->level));
  memset(s->bend, 0, sizeof(s->bend));
  s->between_before = 0.0;
  s->eighth_known = false;
  s->queue_head = 0;
  s->queue_tail = 0;
  s->frame = 0;
  s->fast = 0.0;
  s->slow = 0.0;
  s->late_at = 0;

  int64_t value = ONE;
  for (int b = 0; b < 3; ++b) {
    for (uint32_t i = 0; i < s->box[b]; ++i) {
      s->box_ring[b][i] = value;
    }
    s->sum[b] = value * (int64_t)s->box[b];
    s->box_at[b] = 0;
    value = s->sum[b];
  }
}

void
ton_limit_release(TonLimitStage* s, double fall, double slow_rise,
                  double slow_fall)
{
  s->fall = exp(-1.0 / fall);
  s->slow_rise = slow_rise > 0.0 ? 1.0 - exp(-1.0 / slow_rise) : 0.0;
  s->slow_fall = slow_fall > 0.0 ? exp(-1.0 / slow_fall) : 0.0;
}

/// No point of the middle group lies above this
static float
bound_of(const TonLimitStage* s, int c)
{
  const float* const level = s->level[c];
  float high = 0.0F;
  float bend = 0.0F;
  for (int g = 0; g < GROUPS; ++g) {
    high = fmaxf(high, level[g]);
    bend = fmaxf(bend, s->bend[c][g]);
  }
  const float line = fmaxf(level[MIDDLE], level[MIDDLE + 1]);
  return (line + s->table.bend * bend + s->table.leak * high) * 1.00001F;
}

/// |y| an eighth before x[0], as the kernel adds it
static float
eighth_before(const TonPeakTable* t, const float* x)
{
  float even = 0.0F;
  float odd = 0.0F;
  for (int k = 0; k < SIDE; ++k) {
    const float before = x[-1 - k];
    const float after = x[k];
    even += t->even[k][0] * (before + after);
    odd += t->odd[k][0] * (before - after);
  }
  return fabsf(even - odd);
}

/// Highest point at each frame of the middle group and on the way to the next,
/// both channels; false where none can reach the ceiling
static bool
find_peaks(TonLimitStage* s, double* own, double* between)
{
  float at[STEP];
  float way[STEP];
  memset(own, 0, STEP * sizeof(double));
  memset(between, 0, STEP * sizeof(double));
  const float bound = fmaxf(bound_of(s, 0), bound_of(s, 1));
  if ((double)bound <= s->ceiling) {
    s->eighth_known = false;
    return false;
  }
  for (int c = 0; c < 2; ++c) {
    const float* const x = s->past[c] + 2 + MIDDLE * STEP;
    const float eighth =
        s->eighth_known ? s->eighth[c] : eighth_before(&s->table, x);
    s->eighth[c] = s->scan->crests(&s->table, x, eighth, at, way);
    for (int i = 0; i < STEP; ++i) {
      own[i] = fmax(own[i], (double)at[i]);
      between[i] = fmax(between[i], (double)way[i]);
    }
  }
  s->eighth_known = true;
  return true;
}

/// Minimum of the last look + 1 targets
static double
minimum(TonLimitStage* s, double target)
{
  const uint32_t mask = s->queue_mask;
  while (s->queue_tail != s->queue_head &&
         s->queue_value[(s->queue_tail - 1) & mask] >= target) {
    --s->queue_tail;
  }
  s->queue_value[s->queue_tail & mask] = target;
  s->queue_frame[s->queue_tail & mask] = s->frame;
  ++s->queue_tail;
  while (s->queue_frame[s->queue_head & mask] + s->look < s->frame) {
    ++s->queue_head;
  }
  ++s->frame;
  return s->queue_value[s->queue_head & mask];
}

/// Reduction r = 1 - gain: at once up, slowly down.  The slow part follows
/// long reduction, so that it does not pump between the peaks.
static double
release(TonLimitStage* s, double least)
{
  const double need = 1.0 - least;
  s->fast = fmax(need, s->fast * s->fall);
  s->slow = s->fast > s->slow ? s->slow + s->slow_rise * (s->fast - s->slow)
                              : fmax(s->fast, s->slow * s->slow_fall);
  const double r = fmax(s->fast, s->slow);
  return r < 1e-9 ? 0.0 : r;
}

static double
boxes(TonLimitStage* s, double gain)
{
  int64_t value = (int64_t)(gain * ONE);
  double full = ONE;
  for (int b = 0; b < 3; ++b) {
    int64_t* const oldest = &s->box_ring[b][s->box_at[b]];
    s->sum[b] += value - *oldest;
    *oldest = value;
    s->box_at[b] = s->box_at[b] + 1 == s->box[b] ? 0 : s->box_at[b] + 1;
    value = s->sum[b];
    full *= (double)s->box[b];
  }
  return (double)value / full;
}

static void
push(TonLimitStage* s, const float* left, const float* right)
{
  const float* const in[2] = {left, right};
  for (int c = 0; c < 2; ++c) {
    float* const x = s->past[c];
    memmove(x, x + STEP, (PAST - STEP) * sizeof(float));
    memcpy(x + PAST - STEP, in[c], STEP * sizeof(float));
    memmove(s->level[c], s->level[c] + 1, (GROUPS - 1) * sizeof(float));
    memmove(s->bend[c], s->bend[c] + 1, (GROUPS - 1) * sizeof(float));
    const TonScan out = {s->level[c] + GROUPS - 1, s->bend[c] + GROUPS - 1};
    s->scan->scan(x + PAST - STEP, STEP, out);
  }
}

void
ton_limit_step(TonLimitStage* s, float* left, float* right)
{
  double own[STEP];
  double between[STEP];
  push(s, left, right);
  find_peaks(s, own, between);
  for (int i = 0; i < STEP; ++i) {
    const double peak = fmax(own[i], fmax(between[i], s->between_before));
    s->between_before = between[i];
    const double target = peak > s->ceiling ? s->ceiling / peak : 1.0;
    const double least = minimum(s, target);
    const double r = release(s, least);
    const double g = boxes(s, 1.0 - r);
    s->deepest = fmax(s->deepest, 1.0 - g);
    const uint64_t at = s->late_at++;
    s->late[0][at & s->late_mask] = left[i];
    s->late[1][at & s->late_mask] = right[i];
    const uint64_t from = at - (s->look + SIDE);
    left[i] = (float)((double)s->late[0][from & s->late_mask] * g);
    right[i] = (float)((double)s->late[1][from & s->late_mask] * g);
  }
}
