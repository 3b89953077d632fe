// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Bus compressor: few settings in fixed steps, for groups and mixes.
*/
#include "dsp/ballistics.h"
#include "dsp/decibel.h"
#include "dsp/detector.h"
#include "dsp/gain_computer.h"
#include "dsp/gain_curve.h"
#include "dsp/kernels/lanes_unrolled.h"
#include "dsp/ramp.h"
#include "dsp/sliding_max.h"
#include "processors/dynamics/reduction.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float threshold_db;
  float ratio;
  float attack;
  float release;
  float makeup_db;
  float mix_percent;
  float sidechain_highpass_hz;
} BusCompressorParams;

static const char* const ratios[] = {"2:1", "4:1", "10:1", NULL};
static const char* const attacks[] = {"0.1 ms", "0.3 ms", "1 ms", "3 ms",
                                      "10 ms",  "30 ms",  NULL};
static const char* const releases[] = {"100 ms", "300 ms", "600 ms",
                                       "1.2 s",  "auto",   NULL};

enum { AUTO = 4 }; ///< Among the releases

static const double ratio_of[] = {2.0, 4.0, 10.0};
static const double knee_db_of[] = {10.0, 5.0, 0.0}; ///< Of each ratio
static const double attack_ms_of[] = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0};
static const double release_ms_of[] = {100.0, 300.0, 600.0, 1200.0, 120.0};

#define AT(field) offsetof(BusCompressorParams, field)

static const TonParam params[] = {
    ROW_DB("threshold", threshold_db, -45, 0, -18, TON_AUTOMATE, THRESHOLD,
           "Threshold", "Level above which the gain is reduced"),
    ROW_STEPS("ratio", ratio, TON_RATIO, ratios, 0, 0, RATIO, "Ratio",
              "How many decibels above the threshold become one; the lower, "
              "the softer is the knee"),
    ROW_STEPS("attack", attack, TON_MS, attacks, 5, 0, ATTACK, "Attack",
              "Time to reach 63 % of a rise in gain reduction; slow lets the "
              "hits of drums through"),
    ROW_STEPS("release", release, TON_MS, releases, 1, 0, RELEASE, "Release",
              "Time to reach 63 % of a fall in gain reduction; auto is fast "
              "after a short peak and slow after a loud passage"),
    ROW_DB("make-up", makeup_db, -5, 15, 0, TON_AUTOMATE, OUTPUT, "Make-up",
           "Gain after the compression"),
    ROW_PERCENT(
        "mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
        "Share of the compressed sound; below 100 % the dry sound is mixed in "
        "(parallel compression)"),
    ROW_HZ("sidechain-highpass", sidechain_highpass_hz, 20, 300, 20, 0,
           SIDECHAIN_HIGHPASS, "Key high-pass",
           "Side-chain high-pass: the detector ignores what is lower, so that "
           "bass drum and bass do not move the rest; 20 Hz is off"),
};

static_assert(sizeof(BusCompressorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// Coefficients with a ramp, in octaves; EDGE is the lower end of the knee
enum { EDGE, MAKEUP, MIX, N_RAMPED };

/**
   side-chain - high-pass - larger side - log2 - curve
                                                   |
        +- two-stage release <- ballistics <- hold +
        v
   x - * 2^(make-up - gain reduction) - mix - out

   The hold is part of the release.  Without it the gain would follow where the
   samples lie on the peaks of a tone, which is heard as another tone.
*/
typedef struct {
  TonRamp ramp;
  TonRamped c[N_RAMPED];
  double rate;
  TonVi filtered;
  TonVi paired;
  bool any_filter;
  TonSvfLanes highpass;
  TonV knee;
  TonV per_knee;
  TonV slope;
  TonSlidingMax hold;
  TonBallistics ballistics;
  TonTwoStage release;
} BusCompressor;

enum { HOLD_PARTS = 5 };

static const double RIPPLE_MS = 25.0; ///< What the attack rounds
static const double HOLD_MS = 5.0;
static const double CHARGE_S = 0.8;
static const double DISCHARGE_S = 2.0;
static const float CHARGED_SHARE = 0.75F;
static const double CORNER = 1e-6; ///< A corner is a knee of so many octaves

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  TON_TRY(ton_instance(sizeof(BusCompressor), state, error));
  BusCompressor* const s = *state;
  s->rate = spec->rate;
  ton_two_stage_prepare(&s->release, CHARGE_S, DISCHARGE_S, spec->rate);
  return TON_OK;
}

static void
reset(const TonProcessor* self, void* state)
{
  BusCompressor* const s = state;
  ton_svf_clear(&s->highpass);
  ton_sliding_max_reset(&s->hold);
  ton_ballistics_reset(&s->ballistics);
  ton_two_stage_reset(&s->release);
}

static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  ton_sliding_max_locate(&((BusCompressor*)state)->hold, song_frame);
}

static void
set_steps(BusCompressor* s, uint32_t lane, const BusCompressorParams* p)
{
  const int ratio = (int)p->ratio;
  const int release = (int)p->release;
  s->knee[lane] = (float)fmax(knee_db_of[ratio] / TON_OCTAVE_DB, CORNER);
  s->per_knee[lane] = 1.0F / s->knee[lane];
  s->slope[lane] = (float)(1.0 - 1.0 / ratio_of[ratio]);
  ton_sliding_max_set(&s->hold, lane, HOLD_MS * s->rate / 1000.0, HOLD_PARTS);
  ton_ballistics_set(&s->ballistics, lane,
                     &(TonBallisticsTimes){attack_ms_of[(int)p->attack], 0.0,
                                           release_ms_of[release] - HOLD_MS},
                     s->rate);
  ton_two_stage_set(&s->release, lane, release == AUTO ? CHARGED_SHARE : 0.0F);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  BusCompressor* const s = state;
  const BusCompressorParams* const p = (const BusCompressorParams*)u->params;
  const double hz = (double)p->sidechain_highpass_hz;
  const double knee_db = knee_db_of[(int)p->ratio];
  const double values[N_RAMPED] = {
      [EDGE] = ((double)p->threshold_db - 0.5 * knee_db) / TON_OCTAVE_DB,
      [MAKEUP] = (double)p->makeup_db / TON_OCTAVE_DB,
      [MIX] = (double)p->mix_percent / 100.0,
  };
  for (int i = 0; i < N_RAMPED; ++i) {
    ton_ramp_to(&s->c[i], u->lane, (float)values[i], u->ramp);
  }
  ton_ramp_start(&s->ramp, u->lane, u->ramp);
  ton_sidechain_filter(&s->highpass, u->lane, TON_FILTER_HIGHPASS, hz, s->rate);
  s->filtered[u->lane] = hz > 20.0 ? -1 : 0;
  s->any_filter = ton_vi_any(s->filtered);
  s->paired[u->lane] = u->pair ? -1 : 0;
  set_steps(s, u->lane, p);
}

/// Level of the larger side of n frames over the knee's lower end, in octaves
static void
detect(BusCompressor* s, const float* sidechain, TonV* level, uint32_t n)
{
  TonV drive = ton_v_exp2(-s->c[EDGE].now);
  for (uint32_t i = 0; i < n; ++i) {
    TonV x = ton_sane(ton_v_load(sidechain + (size_t)i * TON_LANES));
    if (s->any_filter) {
      x = ton_v_select(s->filtered, ton_svf_step(&s->highpass, x), x);
    }
    if (s->ramp.moving) {
      s->c[EDGE].now += s->c[EDGE].step;
      drive = ton_v_exp2(-s->c[EDGE].now);
    }
    const TonV over = ton_over_edge(x, drive);
    const TonV other = ton_v_select(s->paired, ton_v_swap(over), over);
    level[i] = ton_v_max(over, other);
  }
  ton_frames_log2(level, n);
}

/// Gain reductions of n frames become gains, which the sound is given
static void
apply(BusCompressor* s, TonV* c, float* x, uint32_t n, TonVi on)
{
  for (uint32_t i = 0; i < n; ++i) {
    s->c[MAKEUP].now += s->ramp.moving ? s->c[MAKEUP].step : ton_v(0.0F);
    c[i] = s->c[MAKEUP].now - c[i];
  }
  ton_frames_exp2(c, n);
  TonV mix = s->c[MIX].now;
  for (uint32_t i = 0; i < n; ++i, x += TON_LANES) {
    mix += s->ramp.moving ? s->c[MIX].step : ton_v(0.0F);
    const TonV dry = ton_v_load(x);
    const TonV gain = c[i] * mix + (1.0F - mix);
    ton_v_store(x, ton_v_select(on, dry * gain, dry));
  }
  s->c[MIX].now = mix;
}

/// A piece of a block.  Returns the largest reduction
static TonV
run(void* state, const TonBlock* block, uint32_t from, uint32_t n, TonV largest)
{
  BusCompressor* const s = state;
  TonV c[REDUCTION_PIECE];
  const size_t at = (size_t)from * TON_LANES;
  detect(s, reduction_sidechain(block, from), c, n);
  for (uint32_t i = 0; i < n; ++i) {
    c[i] = s->slope * ton_beyond(c[i], s->knee, s->per_knee);
  }
  ton_sliding_max(&s->hold, c, n);
  ton_ballistics(&s->ballistics, c, n);
  if (s->release.any) {
    ton_two_stage(&s->release, c, n);
  }
  for (uint32_t i = 0; i < n; ++i) {
    largest = ton_v_max(largest, c[i]);
  }
  apply(s, c, block->x + at, n, ton_vi_load(block->on));
  return largest;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  BusCompressor* const s = state;
  reduction_block(s, block, &s->ramp, s->c, N_RAMPED, run);
  ton_sliding_max_count(&s->hold, block->frames);
  ton_svf_heal(&s->highpass);
  ton_ballistics_settle(&s->ballistics);
  ton_lanes_done();
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const BusCompressorParams* const p = (const BusCompressorParams*)values;
  const double ms = attack_ms_of[(int)p->attack] +
                    release_ms_of[(int)p->release] + RIPPLE_MS + HOLD_MS;
  return ton_settle_frames(ms / 1000.0 +
                               (p->release == (float)AUTO ? DISCHARGE_S : 0.0),
                           ((const BusCompressor*)state)->rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  return ((const BusCompressorParams*)values)->mix_percent <= 0.0F;
}

static double
transfer(const TonProcessor* self, const float* values, double in_db)
{
  const BusCompressorParams* const p = (const BusCompressorParams*)values;
  const int ratio = (int)p->ratio;
  const double reduction = ton_compressor_reduction(
      in_db, (double)p->threshold_db, ratio_of[ratio], knee_db_of[ratio]);
  const double wet = ton_from_db((double)p->makeup_db - reduction);
  const double mix = (double)p->mix_percent / 100.0;
  return in_db + ton_to_db(mix * wet + 1.0 - mix);
}

const TonProcessor TON_LANED(ton_bus_compressor) = {
    .id = "bus-compressor",
    .name = "Bus compressor",
    .category = "dynamics",
    .help =
        "Holds a group or a mix together (glue). It has the steps of the large "
        "studio consoles: three ratios, each with a knee of its own, six "
        "attacks, and four releases or an automatic one. Both sides of a "
        "stereo signal always get the same gain.",
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
    .settle = settle,
    .neutral = neutral,
    .transfer = transfer,
};
