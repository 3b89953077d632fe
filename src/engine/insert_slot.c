// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Moving an insert's parameters and its bypass without a click.

#include "engine/insert_slot.h"

#include <math.h>

// Parameters -----------------------------------------------------------------

static double
perceived(const MovingParam* p, double value)
{
  return p->log ? log2(value) : value;
}

static double
plain(const MovingParam* p, double value)
{
  return p->log ? exp2(value) : value;
}

/// Where a parameter should be at a song frame
static double
target(const MovingParam* p, int64_t frame, JumpSide side)
{
  if (!isnan(p->live)) {
    return (double)p->live;
  }
  return p->curve.n_points ? curve_value(&p->curve, frame, side)
                           : (double)p->rest;
}

static int64_t
target_end(const MovingParam* p, int64_t frame)
{
  return isnan(p->live) && p->curve.n_points ? curve_piece_end(&p->curve, frame)
                                             : TIME_NEVER;
}

static void
send_params(const InsertSlot* slot, uint32_t ramp)
{
  const bool alone = slot->type->flags & TON_ALONE;
  const uint32_t n = alone ? 1 : slot->channels;
  for (uint32_t c = 0; c < n; ++c) {
    const TonUpdate u = {.lane = alone ? 0 : slot->lane + c,
                         .params = slot->params,
                         .pair = slot->channels == 2,
                         .ramp = ramp};
    slot->type->update(slot->type, slot->state, &u);
  }
}

void
insert_slot_start(InsertSlot* slot, int64_t frame)
{
  for (uint32_t m = 0; m < slot->n_moving; ++m) {
    MovingParam* const p = &slot->moving[m];
    const double value = target(p, frame, AFTER);
    slot->params[p->param] = (float)value;
    smooth_reset(&p->smoother, perceived(p, value));
  }
  send_params(slot, 0);
  slot->switched = -TIME_NEVER;
  slot->next = slot->n_moving ? frame : TIME_NEVER;
}

/// End of the piece that begins at `frame`
static int64_t
piece_end(InsertSlot* slot, int64_t frame)
{
  int64_t end = TIME_NEVER;
  bool rest = true;
  for (uint32_t i = 0; i < slot->n_moving; ++i) {
    MovingParam* const p = &slot->moving[i];
    const int64_t piece = target_end(p, frame);
    end = piece < end ? piece : end;
    const double now = perceived(p, target(p, frame, AFTER));
    rest &= p->stepped || smooth_settle(&p->smoother, now);
  }
  const int64_t grid = grid_after(frame);
  return !rest && grid < end ? grid : end;
}

/// Seconds over which a switch is faded
static const double SWITCH_S = 0.020;

/// What jumps is faded from its frame on, whatever else moves meanwhile
static void
begin_piece(InsertSlot* slot, int64_t frame)
{
  const int64_t end = piece_end(slot, frame);
  bool changed = false;
  const uint32_t ramp = end - frame <= GRID ? (uint32_t)(end - frame) : 0;
  const double keep = smoothing_keep(slot->rate, (double)ramp);
  for (uint32_t i = 0; i < slot->n_moving; ++i) {
    MovingParam* const p = &slot->moving[i];
    double value = target(p, frame, AFTER);
    if (!p->stepped && ramp) {
      value = plain(
          p, smooth(&p->smoother, perceived(p, target(p, end, BEFORE)), keep));
    }
    const bool moved = slot->params[p->param] != (float)value;
    if (moved && p->stepped) {
      slot->switched = frame + (int64_t)(SWITCH_S * slot->rate);
    }
    changed |= moved;
    slot->params[p->param] = (float)value;
  }
  if (changed) {
    const int64_t fade = slot->switched - frame;
    send_params(slot, fade > ramp ? (uint32_t)fade : ramp);
  }
  slot->next = end;
}

void
insert_slot_move(InsertSlot* slot, int64_t frame)
{
  if (slot->next <= frame) {
    begin_piece(slot, frame);
  }
  Bypass* const b = &slot->bypass;
  if (b->next <= frame) {
    b->through = b->next_through;
    b->next = TIME_NEVER;
  }
}

void
insert_slot_jump(InsertSlot* slot, int64_t frame)
{
  slot->next = slot->n_moving ? frame : TIME_NEVER;
  slot->switched = -TIME_NEVER;
  slot->bypass.next = slot->bypass.next < TIME_NEVER ? frame : TIME_NEVER;
}

MovingParam
insert_slot_param(const TonProcessor* type, uint32_t param, float rest)
{
  const TonParam* const row = &type->params[param];
  return (MovingParam){.param = param,
                       .stepped = row->spacing >= TON_INTEGER,
                       .log = row->unit == TON_HZ,
                       .rest = rest,
                       .live = NAN};
}

/// The entry of a parameter, or null
static MovingParam*
find_moving(const InsertSlot* slot, uint32_t param)
{
  for (uint32_t i = 0; i < slot->n_moving; ++i) {
    if (slot->moving[i].param == param) {
      return &slot->moving[i];
    }
  }
  return NULL;
}

/// The entry of a parameter, made if there is none; null: too many
static MovingParam*
moving_param(InsertSlot* slot, uint32_t param)
{
  MovingParam* p = find_moving(slot, param);
  if (!p && slot->n_moving < slot->max_moving) {
    p = &slot->moving[slot->n_moving++];
    *p = insert_slot_param(slot->type, param, slot->params[param]);
    smooth_reset(&p->smoother, perceived(p, (double)p->rest));
  }
  return p;
}

void
insert_slot_set(InsertSlot* slot, uint32_t param, float value, int64_t frame)
{
  MovingParam* const p = moving_param(slot, param);
  if (!p) {
    return;
  }
  p->live = value;
  const int64_t line = grid_from(frame);
  slot->next = line < slot->next ? line : slot->next;
}

// Bypass ---------------------------------------------------------------------

void
insert_slot_bypass(InsertSlot* slot, bool bypass, int64_t frame)
{
  slot->bypass.next = grid_from(frame);
  slot->bypass.next_through = !bypass;
}

void
insert_slot_leave(InsertSlot* slot, int64_t frame)
{
  Bypass* const b = &slot->bypass;
  for (uint32_t c = 0; c < 2 && b->dry[c].ring; ++c) {
    if (b->wet == BYPASS_FRAMES) {
      b->dry[c].frames = 0;
    } else {
      delay_line_change(&b->dry[c], 0);
    }
  }
  b->latency = 0;
  insert_slot_bypass(slot, true, frame);
}

/// One frame further; returns the insert's part, 0 to 1
static float
step_wet(Bypass* b)
{
  if (b->through && b->wet < BYPASS_FRAMES) {
    ++b->wet;
  } else if (!b->through && b->wet > 0) {
    --b->wet;
  }
  const float t = (float)b->wet / (float)BYPASS_FRAMES;
  return t * t * (3.0F - 2.0F * t);
}

/// Once nothing of the dry sound is heard, its delay becomes the insert's
static void
settle_delay(Bypass* b)
{
  for (uint32_t c = 0; c < 2 && b->dry[c].ring; ++c) {
    b->dry[c].frames = b->latency;
    b->dry[c].fade = 0;
  }
}

void
insert_slot_blend(InsertSlot* slot, float* const* dry, float* x, uint32_t lanes,
                  uint32_t frames)
{
  Bypass* const b = &slot->bypass;
  for (uint32_t c = 0; c < slot->channels; ++c) {
    delay_line_run(&b->dry[c], dry[c], frames);
  }
  if (b->through && b->wet == BYPASS_FRAMES) {
    return;
  }
  for (uint32_t i = 0; i < frames; ++i, x += lanes) {
    const float part = step_wet(b);
    for (uint32_t c = 0; c < slot->channels && part < 1.0F; ++c) {
      x[c] = part > 0.0F ? dry[c][i] + part * (x[c] - dry[c][i]) : dry[c][i];
    }
  }
  if (b->wet == BYPASS_FRAMES) {
    settle_delay(b);
  }
}

// Another graph --------------------------------------------------------------

/// A parameter goes on from where the old slot has it
static void
take_over_param(InsertSlot* slot, const InsertSlot* old, uint32_t param)
{
  const MovingParam* const before = find_moving(old, param);
  const bool differs = slot->params[param] != old->params[param];
  if (!before && !differs && !find_moving(slot, param)) {
    return;
  }
  MovingParam* const p = moving_param(slot, param);
  if (p && before) {
    p->smoother = before->smoother;
  } else if (p) {
    smooth_reset(&p->smoother, perceived(p, (double)old->params[param]));
  }
  slot->params[param] = old->params[param];
}

static void
take_over_bypass(Bypass* b, const Bypass* old)
{
  b->through = old->through;
  b->next_through = old->next_through;
  b->next = old->next;
  b->wet = old->wet;
  for (uint32_t c = 0; c < 2; ++c) {
    delay_line_take_over(&b->dry[c], &old->dry[c]);
  }
}

void
insert_slot_take_over(InsertSlot* slot, const InsertSlot* old, int64_t frame)
{
  for (uint32_t i = 0; i < slot->type->n_params; ++i) {
    take_over_param(slot, old, i);
  }
  for (uint32_t c = 0; c < 2; ++c) {
    delay_line_take_over(&slot->sidechain_delay[c], &old->sidechain_delay[c]);
  }
  take_over_bypass(&slot->bypass, &old->bypass);
  slot->switched = old->switched;
  const int64_t line = grid_from(frame);
  const int64_t next = old->next < line ? old->next : line;
  slot->next = slot->n_moving ? next : TIME_NEVER;
}

void
insert_slot_arrive(InsertSlot* slot, int64_t frame)
{
  insert_slot_jump(slot, frame);
  if (slot->type->locate) {
    slot->type->locate(slot->type, slot->state, frame + (int64_t)slot->latency);
  }
  slot->bypass.wet = 0;
  slot->bypass.through = false;
  slot->bypass.dry[0].frames = 0;
  slot->bypass.dry[1].frames = 0;
  insert_slot_bypass(slot, false, frame);
}
