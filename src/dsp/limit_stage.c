// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   One look-ahead limiting stage for a pair.
*/
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
power_of_two(uint32_t smallest)
{
  uint32_t n = 64;
  while (n < smallest) {
    n *= 2;
  }
  return n;
}

/// Bytes of one gain's queue and boxes
static size_t
gain_bytes(uint32_t look)
{
  const size_t queue = power_of_two(look + 2);
  return (queue * 16 + ((size_t)look + 3) * 8 + 63) & ~(size_t)63;
}

size_t
ton_limit_bytes(uint32_t look)
{
  const size_t late = power_of_two(look + SIDE + STEP + 1);
  return 2 * gain_bytes(look) + late * 8;
}

static void
lay_out_gain(TonLimitStage* s, TonLimitGain* g, char* at)
{
  const size_t queue = (size_t)s->queue_mask + 1;
  g->queue_value = (double*)at;
  g->queue_frame = (uint64_t*)(at + queue * 8);
  int64_t* ring = (int64_t*)(at + queue * 16);
  for (int b = 0; b < 3; ++b) {
    g->box_ring[b] = ring;
    ring += s->box[b];
  }
}

void
ton_limit_prepare(TonLimitStage* s, uint32_t look, void* memory)
{
  char* const at = memory;
  const size_t each = gain_bytes(look);
  const uint32_t late = power_of_two(look + SIDE + STEP + 1);
  s->scan = ton_peak_scan();
  ton_true_peak_design(&s->table);
  s->look = look;
  s->link = 1.0;
  s->reach = look + 3;
  s->queue_mask = power_of_two(look + 2) - 1;
  // three boxes whose lengths add up to the look-ahead: support <= look + 1
  const uint32_t third = (look + 3) / 3;
  s->box[0] = third;
  s->box[1] = third;
  s->box[2] = look + 3 - 2 * third;
  // 2^30 to 384 kHz; longer boxes would add up to more than 64 bits hold
  const double mean_of = (double)s->box[0] * s->box[1] * s->box[2];
  s->one = ONE;
  while ((double)s->one * mean_of > 0x1p62) {
    s->one /= 2;
  }
  s->full = (double)s->one * mean_of;
  lay_out_gain(s, &s->gain[0], at);
  lay_out_gain(s, &s->gain[1], at + each);
  s->late[0] = (float*)(at + 2 * each);
  s->late[1] = s->late[0] + late;
  s->late_mask = late - 1;
  ton_limit_reset(s);
}

static void
rest(const TonLimitStage* s, TonLimitGain* g)
{
  int64_t value = s->one;
  for (int b = 0; b < 3; ++b) {
    for (uint32_t i = 0; i < s->box[b]; ++i) {
      g->box_ring[b][i] = value;
    }
    g->sum[b] = value * (int64_t)s->box[b];
    g->box_at[b] = 0;
    value = g->sum[b];
  }
  g->queue_head = 0;
  g->queue_tail = 1;
  g->queue_value[0] = 1.0;
  g->queue_frame[0] = 0;
  g->reduction = (TonReduction){0};
  g->calm = s->reach;
}

void
ton_limit_reset(TonLimitStage* s)
{
  memset(s->past, 0, sizeof(s->past));
  memset(s->level, 0, sizeof(s->level));
  memset(s->bend, 0, sizeof(s->bend));
  memset(s->between_before, 0, sizeof(s->between_before));
  memset(s->late[0], 0, ((size_t)s->late_mask + 1) * 8);
  s->eighth_known = false;
  s->frame = 0;
  s->apart = s->link < 1.0;
  rest(s, &s->gain[0]);
  rest(s, &s->gain[1]);
}

/// From one gain to two; from then on both are kept, so that no change of the
/// link is heard
void
ton_limit_link(TonLimitStage* s, double link)
{
  s->link = link;
  if (s->apart || link >= 1.0) {
    return;
  }
  TonLimitGain* const to = &s->gain[1];
  const TonLimitGain own = *to;
  const TonLimitGain* const from = &s->gain[0];
  *to = *from;
  to->queue_value = own.queue_value;
  to->queue_frame = own.queue_frame;
  memcpy(to->box_ring, own.box_ring, sizeof(own.box_ring));
  const char* const end = (const char*)(from->box_ring[2] + s->box[2]);
  const char* const start = (const char*)from->queue_value;
  memcpy(to->queue_value, start, (size_t)(end - start));
  s->apart = true;
}

// Peaks -------------------------------------------------------------------------

static inline float
larger(float a, float b)
{
  return a > b ? a : b;
}

/// No point of the middle group lies above this
static float
bound_of(const TonLimitStage* s, int c)
{
  const float* const level = s->level[c];
  float high = 0.0F;
  float bend = 0.0F;
  for (int g = 0; g < GROUPS; ++g) {
    high = larger(high, level[g]);
    bend = larger(bend, s->bend[c][g]);
  }
  const float line = larger(level[MIDDLE], level[MIDDLE + 1]);
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

/// Highest point around each frame of the middle group: from the frame before
/// to the one after.  False where none can reach the ceiling.
static bool
find_peaks(TonLimitStage* s, float peak[2][STEP])
{
  float at[STEP];
  float between[1 + STEP];
  if ((double)larger(bound_of(s, 0), bound_of(s, 1)) <= s->ceiling) {
    s->eighth_known = false;
    s->between_before[0] = 0.0F;
    s->between_before[1] = 0.0F;
    return false;
  }
  for (int c = 0; c < 2; ++c) {
    const float* const x = s->past[c] + 2 + MIDDLE * STEP;
    const float eighth =
        s->eighth_known ? s->eighth[c] : eighth_before(&s->table, x);
    s->eighth[c] = s->scan->crests(&s->table, x, eighth, at, between + 1);
    between[0] = s->between_before[c];
    s->between_before[c] = between[STEP];
    for (int i = 0; i < STEP; ++i) {
      peak[c][i] = larger(at[i], larger(between[i], between[i + 1]));
    }
  }
  s->eighth_known = true;
  return true;
}

// Gain --------------------------------------------------------------------------

/// Gain each frame may have at most; false: all are 1
static bool
find_targets(TonLimitStage* s, double target[2][STEP])
{
  float peak[2][STEP];
  bool any = s->between_before[0] > 0.0F || s->between_before[1] > 0.0F;
  const float before[2] = {s->between_before[0], s->between_before[1]};
  if (!find_peaks(s, peak)) {
    memset(peak, 0, sizeof(peak));
    peak[0][0] = before[0]; // reaches into this group
    peak[1][0] = before[1];
  } else {
    any = true;
  }
  for (int i = 0; any && i < STEP; ++i) {
    double down[2]; ///< Reduction asked for
    for (int c = 0; c < 2; ++c) {
      const double p = (double)peak[c][i];
      target[c][i] = p > s->ceiling ? s->ceiling / p : 1.0;
      down[c] = 1.0 - target[c][i];
    }
    const double lower =
        target[0][i] < target[1][i] ? target[0][i] : target[1][i];
    if (!s->apart) {
      target[0][i] = lower;
      continue;
    }
    for (int c = 0; c < 2; ++c) {
      target[c][i] =
          1.0 - ((1.0 - s->link) * down[c] + s->link * (1.0 - lower));
    }
  }
  return any;
}

/// Minimum of the last look + 1 targets
static inline double
minimum(const TonLimitStage* s, TonLimitGain* g, double target, uint64_t frame)
{
  const uint32_t mask = s->queue_mask;
  while (g->queue_tail != g->queue_head &&
         g->queue_value[(g->queue_tail - 1) & mask] >= target) {
    --g->queue_tail;
  }
  g->queue_value[g->queue_tail & mask] = target;
  g->queue_frame[g->queue_tail & mask] = frame;
  ++g->queue_tail;
  while (g->queue_frame[g->queue_head & mask] + s->look < frame) {
    ++g->queue_head;
  }
  return g->queue_value[g->queue_head & mask];
}

/// Reduction of a frame that may have a gain of `smallest` at most
static inline double
reduce(const TonLimitStage* s, TonLimitGain* g, double smallest)
{
  const double r = ton_limit_reduce(&s->release, &g->reduction, 1.0 - smallest);
  if (r >= 1e-9) {
    g->calm = 0;
    return r;
  }
  g->reduction.reduction = 0.0;
  g->calm += g->calm < s->reach;
  return 0.0;
}

static void
boxes(const TonLimitStage* s, TonLimitGain* g, int64_t* value)
{
  for (int b = 0; b < 3; ++b) {
    int64_t* const ring = g->box_ring[b];
    const uint32_t length = s->box[b];
    int64_t sum = g->sum[b];
    uint32_t at = g->box_at[b];
    for (int i = 0; i < STEP; ++i) {
      sum += value[i] - ring[at];
      ring[at] = value[i];
      value[i] = sum;
      at = at + 1 == length ? 0 : at + 1;
    }
    g->sum[b] = sum;
    g->box_at[b] = at;
  }
}

/// Gains of the frames that leave; false: all are 1 and were 1 for so long that
/// nothing needs to move
static bool
find_gain(TonLimitStage* s, TonLimitGain* g, const double* target, double* gain)
{
  int64_t value[STEP];
  const double one = (double)s->one;
  ton_limit_follow_density(&s->release, &g->reduction, STEP);
  if (!target && g->calm >= s->reach) {
    // ones in the queue, of which only the newest is kept, and in the boxes
    g->queue_frame[(g->queue_tail - 1) & s->queue_mask] = s->frame + STEP - 1;
    g->reduction.pause += STEP;
    return false;
  }
  for (int i = 0; i < STEP; ++i) {
    const double smallest =
        minimum(s, g, target ? target[i] : 1.0, s->frame + (uint64_t)i);
    value[i] = (int64_t)((1.0 - reduce(s, g, smallest)) * one);
  }
  boxes(s, g, value);
  double lowest = 1.0;
  for (int i = 0; i < STEP; ++i) {
    gain[i] = (double)value[i] / s->full;
    lowest = gain[i] < lowest ? gain[i] : lowest;
  }
  s->deepest = 1.0 - lowest > s->deepest ? 1.0 - lowest : s->deepest;
  return true;
}

// Sound -------------------------------------------------------------------------

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

/// x becomes what went in look + SIDE frames ago
static void
delay(const TonLimitStage* s, float* late, float* x)
{
  const uint32_t size = s->late_mask + 1;
  const uint32_t from = (uint32_t)(s->frame - s->look - SIDE) & s->late_mask;
  const uint32_t first = size - from < STEP ? size - from : STEP;
  memcpy(late + (s->frame & s->late_mask), x, STEP * sizeof(float));
  memcpy(x, late + from, first * sizeof(float));
  memcpy(x + first, late, (STEP - first) * sizeof(float));
}

void
ton_limit_step(TonLimitStage* s, float* left, float* right)
{
  double target[2][STEP];
  double gain[2][STEP];
  float* const x[2] = {left, right};
  push(s, left, right);
  const bool any = find_targets(s, target);
  bool moves[2];
  moves[0] = find_gain(s, &s->gain[0], any ? target[0] : NULL, gain[0]);
  moves[1] = s->apart
                 ? find_gain(s, &s->gain[1], any ? target[1] : NULL, gain[1])
                 : moves[0];
  for (int c = 0; c < 2; ++c) {
    delay(s, s->late[c], x[c]);
    const double* const g = gain[s->apart ? c : 0];
    for (int i = 0; moves[c] && i < STEP; ++i) {
      x[c][i] = (float)((double)x[c][i] * g[i]);
    }
  }
  s->frame += STEP;
}
