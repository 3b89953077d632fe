// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/count.h"
#include "dsp/decibel.h"
#include "dsp/glide.h"
#include "dsp/svf.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>

typedef struct {
  float threshold_db;
  float ratio;
  float knee_db;
  float attack_ms;
  float release_ms;
  float makeup_db;
  float range_db;
  float mix_percent;
  float link_percent;
  float lookahead_ms;
  float detector;
  float key_highpass_hz;
} CompressorParams;

enum { PEAK, RMS, LONGEST_MS = 20 };

static const char* const detectors[] = {"peak", "rms", NULL};

#define AT(field) offsetof(CompressorParams, field)

static const TonParam params[] = {
    {.symbol = "threshold",
     .offset = AT(threshold_db),
     .name = "Threshold",
     .help = "Level above which the gain is reduced",
     .unit = TON_DB,
     .min = -60.0F,
     .max = 0.0F,
     .def = -18.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "ratio",
     .offset = AT(ratio),
     .name = "Ratio",
     .help = "Decibels in for one decibel out above the threshold; 100:1 is "
             "limiting",
     .unit = TON_RATIO,
     .spacing = TON_LOG,
     .min = 1.0F,
     .max = 100.0F,
     .def = 2.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "knee",
     .offset = AT(knee_db),
     .name = "Knee",
     .help = "Width of the bend around the threshold",
     .unit = TON_DB,
     .max = 24.0F,
     .def = 6.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "attack",
     .offset = AT(attack_ms),
     .name = "Attack",
     .help = "Time to reach 63 % of a rise in gain reduction",
     .unit = TON_MS,
     .spacing = TON_LOG,
     .min = 0.01F,
     .max = 300.0F,
     .def = 10.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "release",
     .offset = AT(release_ms),
     .name = "Release",
     .help = "Time to reach 63 % of a fall in gain reduction",
     .unit = TON_MS,
     .spacing = TON_LOG,
     .min = 5.0F,
     .max = 3000.0F,
     .def = 120.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "make-up",
     .formerly = "makeup",
     .offset = AT(makeup_db),
     .name = "Make-up",
     .help = "Gain behind the compression",
     .unit = TON_DB,
     .min = -24.0F,
     .max = 24.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "range",
     .offset = AT(range_db),
     .name = "Range",
     .help = "Most gain reduction",
     .unit = TON_DB,
     .max = 60.0F,
     .def = 60.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "mix",
     .offset = AT(mix_percent),
     .name = "Mix",
     .help = "Share of the compressed sound; less lets the dry sound through",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "link",
     .offset = AT(link_percent),
     .name = "Stereo link",
     .help = "How far both sides of a stereo pair share their gain reduction",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "look-ahead",
     .offset = AT(lookahead_ms),
     .name = "Look-ahead",
     .help = "Lets the gain move before the sound arrives",
     .unit = TON_MS,
     .max = LONGEST_MS,
     .flags = TON_RESTART},
    {.symbol = "detector",
     .offset = AT(detector),
     .name = "Detector",
     .help = "What counts as level: peaks, or the power of 10 ms",
     .spacing = TON_CHOICE,
     .max = RMS,
     .choices = detectors},
    {.symbol = "key-highpass",
     .offset = AT(key_highpass_hz),
     .name = "Key high-pass",
     .help = "Makes the detector deaf below; at 20 Hz it is off",
     .unit = TON_HZ,
     .spacing = TON_LOG,
     .min = 20.0F,
     .max = 500.0F,
     .def = 20.0F},
};

static_assert(sizeof(CompressorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const TonMeterInfo meters[] = {
    {"gain-reduction", "Gain reduction", TON_DB, 0.0F},
};

/// What glides; levels in octaves of amplitude (6.02 dB)
enum { THRESHOLD, SLOPE, KNEE, BEND, MAKEUP, RANGE, MIX, LINK, N_GLIDED };

typedef struct {
  TonGlide glide;
  TonGlided c[N_GLIDED];
  double rate;
  TonVd attack[2]; ///< Share of the old value kept, low and high lanes
  TonVd release[2];
  TonVd peak[2]; ///< Behind the release
  TonVd gain[2]; ///< Behind the attack: gain reduction
  TonV power;    ///< Mean square of the RMS detector
  TonV power_feed;
  TonVi rms;
  TonSvfLanes highpass;
  TonVi filtered;
  int any_filter;
  int any_rms;
  uint32_t delay[TON_LANES];
  uint32_t longest;
  uint32_t mask;
  uint32_t at;
  TonV ring[];
} Compressor;

static uint32_t
ring_frames(double rate)
{
  uint32_t n = 1;
  while (n < rate * LONGEST_MS / 1000.0 + 1.0) {
    n *= 2;
  }
  return n;
}

static size_t
state_size(const TonSpec* spec)
{
  return sizeof(Compressor) + ring_frames(spec->rate) * sizeof(TonV);
}

static void
prepare(void* state, const TonSpec* spec)
{
  Compressor* const s = state;
  s->rate = spec->rate;
  s->mask = ring_frames(spec->rate) - 1;
  s->power_feed = ton_v((float)(1.0 - exp(-1.0 / (0.010 * spec->rate))));
}

static void
reset(void* state)
{
  Compressor* const s = state;
  memset(s->peak, 0, sizeof(s->peak));
  memset(s->gain, 0, sizeof(s->gain));
  memset(&s->power, 0, sizeof(s->power));
  ton_svf_clear(&s->highpass);
  memset(s->ring, 0, ((size_t)s->mask + 1) * sizeof(TonV));
  s->at = 0;
}

static uint32_t
latency(const float* values, double rate)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  return (uint32_t)lrint((double)p->lookahead_ms * rate / 1000.0);
}

/**
   Times: the decoupled detector's release is as long as release and attack
   together, so the attack is taken off where there is room (Giannoulis,
   Massberg, Reiss 2012, with our correction).
*/
static void
set_times(Compressor* s, uint32_t lane, const CompressorParams* p)
{
  const double attack = (double)p->attack_ms / 1000.0;
  double release = (double)p->release_ms / 1000.0;
  release = release > 2.0 * attack ? release - attack : release;
  const uint32_t half = lane / (TON_LANES / 2);
  const uint32_t at = lane % (TON_LANES / 2);
  s->attack[half][at] = exp(-1.0 / (attack * s->rate));
  s->release[half][at] = exp(-1.0 / (release * s->rate));
}

static void
set_key_filter(Compressor* s, uint32_t lane, const CompressorParams* p)
{
  const double hz = (double)p->key_highpass_hz;
  const TonBiquad b =
      ton_filter(TON_FILTER_HIGHPASS, hz, 0.0, sqrt(0.5), s->rate);
  const TonSvf svf = ton_svf(&b);
  ton_svf_set(&s->highpass, lane, &svf);
  s->filtered[lane] = hz > 20.0 ? -1 : 0;
  s->any_filter = ton_vi_any(s->filtered);
}

static void
update(void* state, const TonUpdate* u)
{
  Compressor* const s = state;
  const CompressorParams* const p = (const CompressorParams*)u->params;
  const double octave = 20.0 * log10(2.0);
  const double knee = (double)p->knee_db / octave;
  const double values[N_GLIDED] = {
      [THRESHOLD] = (double)p->threshold_db / octave,
      [SLOPE] = p->ratio >= 100.0F ? 1.0 : 1.0 - 1.0 / (double)p->ratio,
      [KNEE] = knee,
      [BEND] = knee > 0.0 ? 0.5 / knee : 0.0,
      [MAKEUP] = (double)p->makeup_db / octave,
      [RANGE] = (double)p->range_db / octave,
      [MIX] = (double)p->mix_percent / 100.0,
      [LINK] = u->pair ? (double)p->link_percent / 100.0 : 0.0,
  };
  for (int i = 0; i < N_GLIDED; ++i) {
    ton_glide_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_glide_start(&s->glide, u->lane, u->ramp);
  set_times(s, u->lane, p);
  set_key_filter(s, u->lane, p);
  s->rms[u->lane] = p->detector == (float)RMS ? -1 : 0;
  s->any_rms = ton_vi_any(s->rms);
  s->delay[u->lane] = latency(u->params, s->rate);
  s->longest = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    s->longest = s->delay[i] > s->longest ? s->delay[i] : s->longest;
  }
}

static TonV
delayed(Compressor* s, TonV x)
{
  s->ring[s->at & s->mask] = x;
  for (int i = 0; i < TON_LANES; ++i) {
    x[i] = s->ring[(s->at - s->delay[i]) & s->mask][i];
  }
  ++s->at;
  return x;
}

/// The logarithm of several frames side by side: one chain of dependent
/// operations would leave the machine waiting
static inline __attribute__((always_inline)) void
log2_of(TonV* x, const int n)
{
#pragma GCC unroll 8
  for (int i = 0; i < n; ++i) {
    x[i] = ton_v_log2(x[i]);
  }
}

/// Level of the key in octaves re full scale; a sine reads its peak in both
/// detectors
static inline __attribute__((always_inline)) void
levels(Compressor* s, TonV* level, const int n)
{
  if (s->any_filter) {
    for (int i = 0; i < n; ++i) {
      const TonV y = ton_svf_step(&s->highpass, level[i]);
      level[i] = ton_v_select(s->filtered, y, level[i]);
    }
  }
  if (!s->any_rms) {
#pragma GCC unroll 8
    for (int i = 0; i < n; ++i) {
      level[i] = ton_v_max(ton_v_abs(level[i]), ton_v(1e-6F));
    }
    log2_of(level, n);
    return;
  }
  for (int i = 0; i < n; ++i) {
    const TonV square = level[i] * level[i];
    s->power += s->power_feed * (square - s->power);
    const TonV twice = ton_v_max(s->power + s->power, ton_v(1e-12F));
    const TonV peak = ton_v_max(ton_v_abs(level[i]), ton_v(1e-6F));
    level[i] = ton_v_select(s->rms, twice, peak);
  }
  log2_of(level, n);
  for (int i = 0; i < n; ++i) {
    level[i] = ton_v_select(s->rms, 0.5F * level[i], level[i]);
  }
}

/**
   Static curve as gain reduction c >= 0 over the level above threshold o:

     c = slope ( t^2 / (2 knee) + max(o - knee/2, 0) ),
     t = clamp(o + knee/2, 0, knee)
*/
static inline __attribute__((always_inline)) TonV
reduction(const Compressor* s, TonV level)
{
  const TonV zero = ton_v(0.0F);
  const TonV o = level - s->c[THRESHOLD].now;
  const TonV knee = s->c[KNEE].now;
  const TonV half = 0.5F * knee;
  const TonV t = ton_v_min(ton_v_max(o + half, zero), knee);
  const TonV c =
      s->c[SLOPE].now * (t * t * s->c[BEND].now + ton_v_max(o - half, zero));
  const TonV most = ton_v_min(c, s->c[RANGE].now);
  const TonV both = ton_v_max(most, ton_v_swap(most));
  return most + s->c[LINK].now * (both - most);
}

/// y1 = max(c, release);  gain reduction follows y1 by the attack
static inline __attribute__((always_inline)) TonV
follow(Compressor* s, TonV c)
{
  const TonVd in[2] = {ton_v_low(c), ton_v_high(c)};
  for (int h = 0; h < 2; ++h) {
    s->peak[h] =
        ton_vd_max(in[h], in[h] + s->release[h] * (s->peak[h] - in[h]));
    s->gain[h] = s->peak[h] + s->attack[h] * (s->gain[h] - s->peak[h]);
  }
  return ton_vd_join(s->gain[0], s->gain[1]);
}

static inline __attribute__((always_inline)) TonV
run(Compressor* s, TonVi on, float* x, const float* key, const int n, TonV most)
{
  TonV dry[4];
  TonV level[4];
  TonV g[4];
#pragma GCC unroll 4
  for (int i = 0; i < n; ++i) {
    dry[i] = ton_v_load(x + i * TON_LANES);
    level[i] = key ? ton_v_load(key + i * TON_LANES) : dry[i];
  }
  levels(s, level, n);
#pragma GCC unroll 4
  for (int i = 0; i < n; ++i) {
    g[i] = reduction(s, level[i]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < n; ++i) {
    g[i] = follow(s, g[i]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < n; ++i) {
    most = ton_v_max(most, g[i]);
    g[i] = ton_v_exp2(s->c[MAKEUP].now - g[i]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < n; ++i) {
    const TonV late = s->longest ? delayed(s, dry[i]) : dry[i];
    const TonV factor = 1.0F + s->c[MIX].now * (g[i] - 1.0F);
    ton_v_store(x + i * TON_LANES, ton_v_select(on, late * factor, dry[i]));
  }
  return most;
}

/// Nothing that is not a number outlives its block
static void
flush(Compressor* s)
{
  for (int i = 0; i < TON_LANES; ++i) {
    const int h = i / (TON_LANES / 2);
    const int at = i % (TON_LANES / 2);
    if (!isfinite(s->peak[h][at]) || !isfinite(s->gain[h][at]) ||
        !isfinite(s->power[i]) || !isfinite(s->highpass.low[i]) ||
        !isfinite(s->highpass.band[i])) {
      s->peak[h][at] = 0.0;
      s->gain[h][at] = 0.0;
      s->power[i] = 0.0F;
      s->highpass.low[i] = 0.0F;
      s->highpass.band[i] = 0.0F;
    }
  }
}

static void
process(void* state, const TonBlock* block)
{
  Compressor* const s = state;
  const TonVi on = ton_vi_load(block->on);
  TonV most = ton_v(0.0F);
  float* x = block->x;
  const float* key = block->key;
  uint32_t left = block->frames;
  while (left) {
    const uint32_t span = ton_glide_span(&s->glide, left);
    uint32_t i = 0;
    for (; !s->glide.moving && i + 4 <= span; i += 4) {
      most = run(s, on, x, key, 4, most);
      x += 4 * TON_LANES;
      key = key ? key + 4 * TON_LANES : NULL;
    }
    for (; i < span; ++i) {
      for (int k = 0; s->glide.moving && k < N_GLIDED; ++k) {
        s->c[k].now += s->c[k].step;
      }
      most = run(s, on, x, key, 1, most);
      x += TON_LANES;
      key = key ? key + TON_LANES : NULL;
    }
    ton_glide_advance(&s->glide, s->c, N_GLIDED, span);
    left -= span;
  }
  flush(s);
  if (block->meters) {
    ton_v_store(block->meters, most * 6.0205999F);
  }
}

static bool
neutral(const float* values)
{
  const CompressorParams* const p = (const CompressorParams*)values;
  return (p->ratio <= 1.0F || p->range_db <= 0.0F || p->mix_percent <= 0.0F) &&
         (p->makeup_db == 0.0F || p->mix_percent <= 0.0F) &&
         p->lookahead_ms == 0.0F;
}

const TonProcessor TON_LANED(ton_compressor) = {
    .id = "compressor",
    .name = "Compressor",
    .category = "dynamics",
    .help = "Turns down what rises above a threshold. Times are those in which "
            "the gain reduction, in decibels, covers 63 % of its way.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = meters,
    .n_meters = TON_COUNT(meters),
    .flags = TON_SIDECHAIN,
    .lanes = TON_LANES,
    .state_size = state_size,
    .prepare = prepare,
    .reset = reset,
    .update = update,
    .process = process,
    .latency = latency,
    .neutral = neutral,
};
