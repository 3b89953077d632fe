// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_UTILITY_FILTER_CHAIN_H
#define TON_PROCESSORS_UTILITY_FILTER_CHAIN_H

/**
   @file
   Processors that are a chain of fixed filters, in lanes: what they share.  The
   filters are worked out in double, since narrow, low ones round too much in
   float.
*/

#include "dsp/detector.h"
#include "processors/processors.h"

enum { FILTER_CHAIN = 24 }; ///< Most filters of a chain

typedef struct {
  double rate;
  TonVi works;                        ///< Lanes with a filter
  uint32_t length[TON_LANES];         ///< Filters of each lane
  uint32_t longest;                   ///< Of all lanes
  TonSvfHalf filter[FILTER_CHAIN][2]; ///< Of the lower and the upper lanes
} FilterChain;

static TonStatus
chain_open(const TonProcessor* self, const TonSpec* spec, void** state,
           TonError* error)
{
  TON_TRY(ton_instance(sizeof(FilterChain), state, error));
  ((FilterChain*)*state)->rate = spec->rate;
  return TON_OK;
}

static void
chain_reset(const TonProcessor* self, void* state)
{
  FilterChain* const s = state;
  for (int i = 0; i < FILTER_CHAIN; ++i) {
    for (int k = 0; k < 2; ++k) {
      memset(&s->filter[i][k].band, 0, sizeof(TonVd));
      memset(&s->filter[i][k].low, 0, sizeof(TonVd));
    }
  }
}

/// The filters of one lane; what lies behind them passes the sound on
static void
chain_set(FilterChain* s, uint32_t lane, const TonBiquad* h, uint32_t n)
{
  enum { HALF = TON_LANES / 2 };
  static const TonSvfDouble passes = {.through = 1.0};
  for (uint32_t i = 0; i < FILTER_CHAIN; ++i) {
    const TonSvfDouble c = i < n ? ton_svf_double(&h[i]) : passes;
    ton_svf_half_set(&s->filter[i][lane / HALF], lane % HALF, &c);
  }
  s->length[lane] = n;
  s->works[lane] = n ? -1 : 0;
  s->longest = 0;
  for (int i = 0; i < TON_LANES; ++i) {
    s->longest = s->length[i] > s->longest ? s->length[i] : s->longest;
  }
}

/// What n filters do together to a tone, dB
static inline double
chain_db(const TonBiquad* h, uint32_t n, double hz, double rate)
{
  double db = 0.0;
  for (uint32_t i = 0; i < n; ++i) {
    db += ton_biquad_db(&h[i], hz, rate);
  }
  return db;
}

static void
chain_process(const TonProcessor* self, void* state, const TonBlock* block)
{
  FilterChain* const s = state;
  const TonVi on = ton_vi_load(block->on) & s->works;
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += TON_LANES) {
    const TonV dry = ton_v_load(x);
    const TonV in = ton_sane(dry);
    TonVd low = ton_v_low(in);
    TonVd high = ton_v_high(in);
    for (uint32_t k = 0; k < s->longest; ++k) {
      low = ton_svf_half_step(&s->filter[k][0], low);
      high = ton_svf_half_step(&s->filter[k][1], high);
    }
    const TonV y = ton_vd_join(low, high);
    ton_v_store(x, ton_v_select(on, y, dry));
  }
  ton_lanes_done();
}

#endif
