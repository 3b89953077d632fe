// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Phase rotator: makes lopsided waves more even, without a change of tone.
*/
#include "processors/param_rows.h"
#include "processors/utility/filter_chain.h"

typedef struct {
  float at_hz;
  float stages;
} PhaseRotatorParams;

enum { STAGES = 8 };

#define AT(field) offsetof(PhaseRotatorParams, field)

static const TonParam params[] = {
    ROW_HZ("at", at_hz, 50, 2000, 200, 0, FREQUENCY, "Frequency",
           "Where each stage has turned the phase by a quarter"),
    ROW("stages", stages, TON_PLAIN, TON_INTEGER, 0, STAGES, 4, 0, NONE,
        "Stages",
        "How many all-passes of first order follow each other; each turns low "
        "and high tones apart by half a turn"),
};

static_assert(sizeof(PhaseRotatorParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  FilterChain* const s = state;
  const PhaseRotatorParams* const p = (const PhaseRotatorParams*)u->params;
  TonBiquad h[FILTER_CHAIN];
  for (uint32_t i = 0; i < (uint32_t)p->stages; ++i) {
    h[i] =
        ton_filter(TON_FILTER_ALLPASS_1, (double)p->at_hz, 0.0, 1.0, s->rate);
  }
  chain_set(s, u->lane, h, (uint32_t)p->stages);
}

/// Equal poles that fall by w nepers a frame
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const PhaseRotatorParams* const p = (const PhaseRotatorParams*)values;
  const double w = 2.0 * M_PI * (double)p->at_hz;
  const double nepers = 20.0 + 4.0 * (double)p->stages;
  return 4 + (uint64_t)(nepers / w * ((const FilterChain*)state)->rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  return ((const PhaseRotatorParams*)values)->stages <= 0.0F;
}

const TonProcessor TON_LANED(ton_phase_rotator) = {
    .id = "phase-rotator",
    .name = "Phase rotator",
    .category = "equaliser",
    .help = "Turns the phase of low tones against high ones. Voices and brass, "
            "whose waves reach further to one side, become more even, so that "
            "there is "
            "more room below the ceiling; the level of every tone stays.",
    .params = params,
    .n_params = TON_COUNT(params),
    .lanes = TON_LANES,
    .open = chain_open,
    .close = ton_instance_free,
    .reset = chain_reset,
    .update = update,
    .process = chain_process,
    .tail = tail,
    .neutral = neutral,
};
