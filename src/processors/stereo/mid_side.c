// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Mid-side: left and right become middle and side, or the other way round.
*/
#include "processors/stereo/mid_side.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float mode;
} MidSideParams;

enum { ENCODE, DECODE };

static const char* const modes[] = {"encode", "decode", NULL};

#define AT(field) offsetof(MidSideParams, field)

static const TonParam params[] = {
    ROW_CHOICE("mode", mode, modes, ENCODE, TON_RESTART, NONE, "Mode",
               "Encode puts the middle on the left and the side on the right; "
               "decode makes left and right of them again"),
};

static_assert(sizeof(MidSideParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/**
     encode    middle = (left + right) / 2     side = (left - right) / 2
     decode    left = middle + side            right = middle - side
*/
typedef struct {
  TonV scale; ///< 1/2 where it encodes, 1 where it decodes
  TonVi pairs;
} MidSide;

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  return ton_instance(sizeof(MidSide), state, error);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  MidSide* const s = state;
  const MidSideParams* const p = (const MidSideParams*)u->params;
  s->scale[u->lane] = p->mode == (float)ENCODE ? 0.5F : 1.0F;
  s->pairs[u->lane] = u->pair ? -1 : 0;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  const MidSide* const s = state;
  const TonVi on = ton_vi_load(block->on) & s->pairs;
  const TonV signs = mid_side_signs();
  float* x = block->x;
  for (uint32_t i = 0; i < block->frames; ++i, x += TON_LANES) {
    const TonV in = ton_v_load(x);
    const TonV y = s->scale * (ton_v_swap(in) + signs * in);
    ton_v_store(x, ton_v_select(on, y, in));
  }
}

const TonProcessor TON_LANED(ton_mid_side) = {
    .id = "mid-side",
    .name = "Mid-side",
    .category = "space",
    .help =
        "Turns left and right into middle and side, so that the processors "
        "behind it work on each by itself, with their stereo link at 0 %; a "
        "second one that decodes has to follow them. A mono signal is left "
        "as it is.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR,
    .lanes = TON_LANES,
    .open = open,
    .close = ton_instance_free,
    .update = update,
    .process = process,
};
