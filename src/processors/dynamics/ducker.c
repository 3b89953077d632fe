// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Ducker: turns a sound down while another one plays.
*/
#include "dsp/ballistics.h"
#include "dsp/detector.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/look_ahead.h"
#include "dsp/ramp.h"
#include "dsp/sliding_max.h"
#include "processors/dynamics/reduction.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float threshold_db;
  float depth_db;
  float attack_ms;
  float hold_ms;
  float release_ms;
  float lookahead_ms;
  float sidechain_highpass_hz;
} DuckerParams;

enum { LONGEST_MS = 50 };

#define AT(field) offsetof(DuckerParams, field)

static const TonParam params[] = {
    ROW_DB("threshold", threshold_db, -60, 0, -36, TON_AUTOMATE, THRESHOLD,
           "Threshold",
           "Level of the side-chain (RMS) from which the sound is turned down; "
           "within 3 dB of it only in part"),
    ROW_DB("depth", depth_db, 0, 40, 9, TON_AUTOMATE, RANGE, "Depth",
           "By how much the sound is turned down"),
    ROW_MS("attack", attack_ms, 1, 500, 30, TON_AUTOMATE, ATTACK, "Attack",
           "Time to go down by 63 % of the depth"),
    ROW_MS("hold", hold_ms, 0, 2000, 250, TON_AUTOMATE, HOLD, "Hold",
           "Time it stays down after the side-chain has fallen silent: longer "
           "than the pauses between words"),
    ROW_MS("release", release_ms, 10, 4000, 500, TON_AUTOMATE, RELEASE,
           "Release", "Time to come back by 63 % of the depth"),
    ROW_MS("look-ahead", lookahead_ms, 0, LONGEST_MS, 0, TON_RESTART,
           LOOK_AHEAD, "Look-ahead",
           "Delays the sound so that it is down before the first word; adds "
           "latency"),
    ROW_HZ("sidechain-highpass", sidechain_highpass_hz, 20, 1000, 20, 0,
           SIDECHAIN_HIGHPASS, "Key high-pass",
           "Side-chain high-pass: the detector ignores what is lower; 20 Hz is "
           "off"),
};

static_assert(sizeof(DuckerParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Coefficients with a ramp, in octaves of amplitude (6.02 dB)
enum { THRESHOLD, DEPTH, N_RAMPED };

/**
   side-chain - high-pass - mean square - larger side - log2 - depth
                                                                 |
        +------------------------------- ballistics <- hold <----+
        v
   x - look-ahead - * 2^-gain reduction - out
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonVi filtered;
  TonVi paired;
  TonSvfLanes highpass;
  TonV power; ///< State: mean square
  float power_feed;
  TonSlidingMax hold;
  TonBallistics ballistics;
  TonLookAhead ahead;
  TonV ring[];
} Ducker;

static const double POWER_S = 0.010;
static const double RIPPLE_MS = 25.0;
static const float SMALLEST = 1e-12F; ///< Power: -120 dB
static const float WAY = 1.0F;        ///< Octaves around the threshold: 6 dB

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const uint32_t ring = ton_look_ahead_ring(LONGEST_MS, spec->rate);
  TON_TRY(ton_instance(sizeof(Ducker) + ring * sizeof(TonV), state, error));
  Ducker* const s = *state;
  s->rate = spec->rate;
  s->ahead.mask = ring - 1;
  s->power_feed = ton_average_feed(POWER_S, spec->rate);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  Ducker* const s = state;
  ton_svf_clear(&s->highpass);
  memset(&s->power, 0, sizeof(s->power));
  ton_sliding_max_reset(&s->hold);
  ton_ballistics_reset(&s->ballistics);
  ton_look_ahead_clear(&s->ahead, s->ring);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_sliding_max_locate(&((Ducker*)state)->hold, song_frame);
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const DuckerParams* const p = (const DuckerParams*)values;
  return ton_look_ahead_frames((double)p->lookahead_ms,
                               ((const Ducker*)state)->rate);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Ducker* const s = state;
  const DuckerParams* const p = (const DuckerParams*)u->params;
  const double hz = (double)p->sidechain_highpass_hz;
  const uint32_t lane = u->lane;
  ton_ramp_to(&s->c[THRESHOLD], lane,
              (float)((double)p->threshold_db / TON_OCTAVE_DB), u->ramp);
  ton_ramp_to(&s->c[DEPTH], lane, (float)((double)p->depth_db / TON_OCTAVE_DB),
              u->ramp);
  ton_ramp_start(&s->ramp, lane, u->ramp);
  ton_sidechain_filter(&s->highpass, lane, TON_FILTER_HIGHPASS, hz, s->rate);
  s->filtered[lane] = hz > 20.0 ? -1 : 0;
  s->paired[lane] = u->pair ? -1 : 0;
  ton_sliding_max_set(&s->hold, lane, (double)p->hold_ms * s->rate / 1000.0,
                      TON_SLIDING_PARTS);
  ton_ballistics_set(
      &s->ballistics, lane,
      &(TonBallisticsTimes){(double)p->attack_ms, 0.0, (double)p->release_ms},
      s->rate);
  ton_look_ahead_set(&s->ahead, lane, latency(self, s, u->params));
}

/// Gain reduction wanted in n frames, in octaves
static void
detect(Ducker* s, const float* sidechain, TonV* c, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    const TonV in = ton_sane(ton_v_load(sidechain + (size_t)i * TON_LANES));
    const TonV high = ton_svf_step(&s->highpass, in);
    const TonV x = ton_v_select(s->filtered, high, in);
    s->power += s->power_feed * (x * x - s->power);
    s->power = ton_v_max(s->power, ton_v(SMALLEST));
    const TonV other = ton_v_select(s->paired, ton_v_swap(s->power), s->power);
    c[i] = ton_v_max(s->power, other);
  }
  ton_frames_log2(c, n);
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = 0; s->ramp.moving && k < N_RAMPED; ++k) {
      s->c[k].now += s->c[k].step;
    }
    const TonV over = 0.5F * c[i] - s->c[THRESHOLD].now;
    const TonV part = ton_v_max(over / WAY + 0.5F, ton_v(0.0F));
    c[i] = s->c[DEPTH].now * ton_v_min(part, ton_v(1.0F));
  }
}

/// A piece of a block.  Returns the largest reduction
static TonV
run(void* state, const TonBlock* block, uint32_t from, uint32_t n, TonV largest)
{
  Ducker* const s = state;
  TonV c[REDUCTION_PIECE];
  TonV late[REDUCTION_PIECE];
  const size_t at = (size_t)from * TON_LANES;
  float* x = block->x + at;
  const TonVi on = ton_vi_load(block->on);
  detect(s, reduction_sidechain(block, from), c, n);
  ton_sliding_max(&s->hold, c, n);
  ton_ballistics(&s->ballistics, c, n);
  for (uint32_t i = 0; i < n; ++i) {
    largest = ton_v_max(largest, c[i]);
    c[i] = -c[i];
    late[i] = ton_v_load(x + (size_t)i * TON_LANES);
  }
  if (s->ahead.longest) {
    ton_look_ahead_run(&s->ahead, s->ring, x, late, n);
  }
  ton_frames_exp2(c, n);
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    ton_v_store(x, ton_v_select(on, late[i] * c[i], ton_v_load(x)));
  }
  return largest;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Ducker* const s = state;
  reduction_block(s, block, &s->ramp, s->c, N_RAMPED, run);
  ton_sliding_max_count(&s->hold, block->frames);
  ton_ballistics_settle(&s->ballistics);
  ton_lanes_done();
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const DuckerParams* const p = (const DuckerParams*)values;
  const double rate = ((const Ducker*)state)->rate;
  const double ms = (double)(p->attack_ms + p->release_ms) + RIPPLE_MS;
  return latency(self, state, values) +
         (uint64_t)(1.1 * (double)p->hold_ms * rate / 1000.0) +
         ton_settle_frames(POWER_S + ms / 1000.0, rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const DuckerParams* const p = (const DuckerParams*)values;
  return p->depth_db <= 0.0F && p->lookahead_ms == 0.0F;
}

const TonProcessor TON_LANED(ton_ducker) = {
    .id = "ducker",
    .name = "Ducker",
    .category = "dynamics",
    .help =
        "Turns a sound down by a fixed amount while another one, at the "
        "side-chain, is heard: music under a voice, bass under a bass drum. "
        "However loud that is, the depth is the same.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = reduction_meters,
    .n_meters = TON_COUNT(reduction_meters),
    .flags = TON_SIDECHAIN,
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .settle = settle,
    .neutral = neutral,
};
