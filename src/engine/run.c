// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The path of the sound through banks and sums.

#include "engine/run.h"

#include <math.h>
#include <string.h>

// Time -----------------------------------------------------------------------

static int64_t
song_at(const Plan* p, int64_t clock, uint32_t latency)
{
  return timeline_song(&p->timeline, clock - (int64_t)latency);
}

/// Frames until the song jumps for a point of some latency, at most n
static uint32_t
until_jump(const Plan* p, int64_t clock, uint32_t latency, uint32_t n)
{
  const int64_t at = clock - (int64_t)latency;
  const int64_t left = timeline_next(&p->timeline, at) - at;
  return left < (int64_t)n ? (uint32_t)left : n;
}

/// Frames until the next change of the plan's list, at most n
static uint32_t
until_change(const Plan* p, uint32_t next, int64_t clock, uint32_t n)
{
  if (next < p->n_changes) {
    const int64_t left = (int64_t)p->changes[next].frame - clock;
    return left < (int64_t)n ? (uint32_t)left : n;
  }
  return n;
}

// Changes --------------------------------------------------------------------

static void
change_slot(const Plan* p, InsertSlot* slot, const TonChange* c, int64_t clock)
{
  if (slot->strip != c->strip || slot->insert != c->item) {
    return;
  }
  const int64_t frame = song_at(p, clock, slot->latency);
  if (c->kind == TON_CHANGE_PARAM) {
    insert_slot_set(slot, c->param, c->value, frame);
  } else if (c->kind == TON_CHANGE_BYPASS) {
    insert_slot_bypass(slot, c->value >= 0.5F, frame);
  }
}

static void
change_stage(const Plan* p, Stage* stage, const TonChange* c, int64_t clock)
{
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    change_slot(p, &stage->slots[i], c, clock);
  }
}

static void
change_input(const Plan* p, const BusSum* sum, BusInput* in, const TonChange* c,
             int64_t clock)
{
  static const uint32_t controls[] = {[TON_CHANGE_FADER] = FADER,
                                      [TON_CHANGE_PAN] = PAN,
                                      [TON_CHANGE_MUTE] = MUTE,
                                      [TON_CHANGE_EDGE] = LEVEL};
  const bool pre = in->edge && in->edge->pre && c->kind == TON_CHANGE_FADER;
  const bool other = c->kind == TON_CHANGE_EDGE && c->item != in->edge_index;
  if (in->strip_index == c->strip && !pre && !other) {
    bus_input_set(in, controls[c->kind], c->value,
                  song_at(p, clock, sum->latency));
  }
}

static void
change_sum(const Plan* p, BusSum* sum, const TonChange* c, int64_t clock)
{
  for (uint32_t i = 0; c->kind <= TON_CHANGE_EDGE && i < sum->n_inputs; ++i) {
    change_input(p, sum, &sum->inputs[i], c, clock);
  }
}

void
run_change(Plan* p, const TonChange* change, int64_t clock)
{
  const Bank* const bank = &p->banks[p->strips[change->strip].bank];
  for (uint32_t i = 0; i < bank->n_stages; ++i) {
    change_stage(p, &bank->stages[i], change, clock);
  }
  for (uint32_t i = 0; i < p->n_sums; ++i) {
    change_sum(p, &p->sums[i], change, clock);
  }
}

// Start ----------------------------------------------------------------------

/// Tell a processor where in the song its next block begins.  Its clock runs
/// as if it had run since the song's beginning, behind the same latency.
static void
locate(const Plan* p, const Stage* stage, int64_t clock)
{
  if (stage->type->locate) {
    const uint32_t latency = stage->slots[0].latency;
    stage->type->locate(stage->type, stage->state,
                        song_at(p, clock, latency) + (int64_t)latency);
  }
}

void
run_start(Plan* p)
{
  for (uint32_t b = 0; b < p->n_banks; ++b) {
    for (uint32_t i = 0; i < p->banks[b].n_stages; ++i) {
      Stage* const stage = &p->banks[b].stages[i];
      stage->next_change = 0;
      for (uint32_t k = 0; k < stage->n_slots; ++k) {
        insert_slot_start(&stage->slots[k],
                          song_at(p, 0, stage->slots[k].latency));
      }
      locate(p, stage, 0);
    }
  }
  for (uint32_t i = 0; i < p->n_sums; ++i) {
    BusSum* const sum = &p->sums[i];
    sum->next_change = 0;
    for (uint32_t k = 0; k < sum->n_inputs; ++k) {
      bus_input_start(&sum->inputs[k], song_at(p, 0, sum->latency));
    }
  }
}

// Into and out of lanes ------------------------------------------------------

static void
read_sources(const RunContext* run, const Bank* bank, uint32_t n)
{
  Plan* const p = run->plan;
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    if (!s->stream) {
      continue;
    }
    if (!run->read(run->handle, bank->strips[i], s->in, n)) {
      atomic_store(&p->error_strip, bank->strips[i]);
      atomic_store(&p->error, TON_BAD_FILE);
    }
    if (s->channels == 2 && s->stream->source.channels == 1) {
      memcpy(s->in[1], s->in[0], n * sizeof(float));
    }
    for (uint32_t c = 0; c < s->channels; ++c) {
      delay_line_run(&s->wait[c], s->in[c], n);
    }
  }
}

static void
gather(const Plan* p, const Bank* bank, uint32_t buffer, uint32_t at,
       uint32_t n, float* x)
{
  const float* planes[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const StripPlan* const s = &p->strips[bank->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      const float* const in = s->sum == UINT32_MAX
                                  ? s->in[c]
                                  : p->tasks[s->sum].sum->out[buffer][c];
      planes[s->lane + c] = in + at;
    }
  }
  ton_kernels(bank->lanes)->gather(x, planes, bank->gain, n);
}

/// Replace samples that are no numbers by zero, and note the first of each
/// strip
static void
silence_non_finite(const Plan* p, const Bank* bank, float* const* planes,
                   int64_t clock, uint32_t n)
{
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    const int64_t song = song_at(p, clock, s->latency_out);
    for (uint32_t c = 0; c < s->channels; ++c) {
      float* const x = planes[s->lane + c];
      for (uint32_t k = n; k-- > 0;) {
        if (!isfinite(x[k])) {
          const uint64_t at = song + k > 0 ? (uint64_t)(song + k) : 0;
          x[k] = 0.0F;
          s->fault = at < s->fault ? at : s->fault;
        }
      }
    }
  }
}

static void
scatter(const Plan* p, const Bank* bank, const Period* period, uint32_t at,
        uint32_t n, const float* x)
{
  float* planes[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < bank->n_strips; ++i) {
    const StripPlan* const s = &p->strips[bank->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      planes[s->lane + c] = s->out[period->buffer][c] + at;
    }
  }
  if (!ton_kernels(bank->lanes)->scatter(planes, x, n)) {
    silence_non_finite(p, bank, planes, period->clock + at, n);
  }
}

// Side-chains ----------------------------------------------------------------

/// Put a side-chain's sound into the lanes of its slot
static void
fill_sidechain(const Plan* p, const Bank* bank, InsertSlot* slot,
               uint32_t buffer, uint32_t at, uint32_t n, Workspace* ws)
{
  const StripPlan* const from = &p->strips[slot->sidechain];
  float* const planes[2] = {ws->planes, ws->planes + p->block};
  for (uint32_t c = 0; c < from->channels; ++c) {
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage)
    memcpy(planes[c], from->out[buffer][c] + at, n * sizeof(float));
    delay_line_run(&slot->sidechain_delay[c], planes[c], n);
  }
  const bool fold = slot->channels == 1 && from->channels == 2;
  for (uint32_t c = 0; c < slot->channels; ++c) {
    const float* const plane = planes[c < from->channels ? c : 0];
    float* to = ws->sidechain + slot->lane + c;
    for (uint32_t i = 0; i < n; ++i, to += bank->lanes) {
      *to = fold ? 0.5F * (planes[0][i] + planes[1][i]) : plane[i];
    }
  }
}

static void
fill_sidechains(const Plan* p, const Bank* bank, Stage* stage, uint32_t buffer,
                uint32_t at, uint32_t n, Workspace* ws)
{
  memcpy(ws->sidechain, ws->x, (size_t)n * bank->lanes * sizeof(float));
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    if (stage->slots[i].sidechain != UINT32_MAX) {
      fill_sidechain(p, bank, &stage->slots[i], buffer, at, n, ws);
    }
  }
}

// Stages ---------------------------------------------------------------------

static void
keep_point(const Plan* p, const InsertSlot* slot, int64_t song, uint32_t meter,
           float value)
{
  const int64_t from = song - (int64_t)p->from;
  const int64_t point = from < 0 ? -1 : from / p->point_frames;
  if (slot->points && point >= 0 && point < p->n_points) {
    float* const kept =
        &slot->points[(size_t)meter * p->n_points + (size_t)point];
    *kept = fabsf(value) > fabsf(*kept) ? value : *kept;
  }
}

static void
keep_meters(const Plan* p, const Bank* bank, Stage* stage, int64_t clock,
            const float* meters)
{
  const bool alone = stage->type->flags & TON_ALONE;
  const uint32_t lanes = alone ? 2 : bank->lanes;
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    InsertSlot* const slot = &stage->slots[i];
    const int64_t song = song_at(p, clock, slot->latency);
    const uint32_t lane = alone ? 0 : slot->lane;
    for (uint32_t m = 0; m < stage->type->n_meters; ++m) {
      float largest = 0.0F;
      for (uint32_t c = 0; c < slot->channels; ++c) {
        const float value = meters[m * lanes + lane + c];
        largest = fabsf(value) > fabsf(largest) ? value : largest;
      }
      keep_point(p, slot, song, m, largest);
      atomic_store_explicit(&slot->meters[m], largest, memory_order_relaxed);
    }
  }
}

/// Everything that is due at a frame; returns for how long nothing else is
static uint32_t
begin_span(const Plan* p, Stage* stage, int64_t clock, uint32_t n)
{
  while (stage->next_change < p->n_changes &&
         (int64_t)p->changes[stage->next_change].frame <= clock) {
    change_stage(p, stage, &p->changes[stage->next_change++], clock);
  }
  n = until_change(p, stage->next_change, clock, n);
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    InsertSlot* const slot = &stage->slots[i];
    const int64_t song = song_at(p, clock, slot->latency);
    if (timeline_jumps_at(&p->timeline, clock - (int64_t)slot->latency)) {
      insert_slot_jump(slot, song);
      if (i == 0) {
        locate(p, stage, clock);
      }
    }
    insert_slot_move(slot, song);
    n = until_jump(p, clock, slot->latency, n);
    const int64_t turn = slot->bypass.next;
    const int64_t next = (slot->next < turn ? slot->next : turn) - song;
    n = next < (int64_t)n ? (uint32_t)next : n;
    if (slot->points) {
      const int64_t length = p->point_frames;
      const int64_t from = song - (int64_t)p->from;
      const int64_t into = ((from % length) + length) % length;
      n = length - into < (int64_t)n ? (uint32_t)(length - into) : n;
    }
  }
  return n;
}

static void
process_alone(const Stage* stage, const Bank* bank, float* x,
              const float* sidechain, uint32_t n, Workspace* ws)
{
  float* const pair = ws->planes;
  float* const side = ws->planes + 2 * (size_t)n;
  const size_t lanes = bank->lanes;
  const uint32_t lane = stage->slots[0].lane;
  x += lane;
  for (uint32_t i = 0; i < n; ++i) {
    memcpy(pair + 2 * (size_t)i, x + i * lanes, 2 * sizeof(float));
  }
  for (uint32_t i = 0; sidechain && i < n; ++i) {
    memcpy(side + 2 * (size_t)i, sidechain + lane + i * lanes,
           2 * sizeof(float));
  }
  const TonBlock block = {pair, sidechain ? side : NULL, stage->on + lane,
                          ws->meters, n};
  stage->type->process(stage->type, stage->state, &block);
  for (uint32_t i = 0; i < n; ++i) {
    memcpy(x + i * lanes, pair + 2 * (size_t)i, 2 * sizeof(float));
  }
}

static void
process(const Stage* stage, const Bank* bank, size_t at, uint32_t n,
        Workspace* ws)
{
  float* const x = ws->x + at * bank->lanes;
  const float* const sidechain =
      stage->has_sidechain ? ws->sidechain + at * bank->lanes : NULL;
  if (stage->type->flags & TON_ALONE) {
    process_alone(stage, bank, x, sidechain, n, ws);
    return;
  }
  const TonBlock block = {x, sidechain, stage->on, ws->meters, n};
  stage->type->process(stage->type, stage->state, &block);
}

/// The sound that goes into each slot, where its bypass needs it
static void
keep_dry(const Plan* p, const Stage* stage, const Bank* bank, const float* x,
         uint32_t n, float* planes)
{
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    const InsertSlot* const slot = &stage->slots[i];
    for (uint32_t c = 0; insert_slot_needs_dry(slot) && c < slot->channels;
         ++c) {
      const uint32_t lane = slot->lane + c;
      float* const dry = planes + (size_t)lane * p->block;
      for (uint32_t k = 0; k < n; ++k) {
        dry[k] = x[(size_t)k * bank->lanes + lane];
      }
    }
  }
}

static void
blend_dry(const Plan* p, const Stage* stage, const Bank* bank, float* x,
          uint32_t n, float* planes)
{
  for (uint32_t i = 0; i < stage->n_slots; ++i) {
    InsertSlot* const slot = &stage->slots[i];
    if (insert_slot_needs_dry(slot)) {
      float* const first = planes + (size_t)slot->lane * p->block;
      float* const dry[2] = {first, first + p->block};
      insert_slot_blend(slot, dry, x + slot->lane, bank->lanes, n);
    }
  }
}

static void
run_stage(const Plan* p, const Bank* bank, Stage* stage, int64_t clock,
          uint32_t n, Workspace* ws)
{
  for (uint32_t at = 0; at < n;) {
    const uint32_t span = begin_span(p, stage, clock + at, n - at);
    float* const x = ws->x + (size_t)at * bank->lanes;
    keep_dry(p, stage, bank, x, span, ws->dry);
    process(stage, bank, at, span, ws);
    blend_dry(p, stage, bank, x, span, ws->dry);
    keep_meters(p, bank, stage, clock + at, ws->meters);
    at += span;
  }
}

/// Largest sample of each strip since somebody asked, and its power
static void
keep_peaks(const Plan* p, const Bank* bank, const Period* period)
{
  for (uint32_t i = 0; p->changeable && i < bank->n_strips; ++i) {
    StripPlan* const s = &p->strips[bank->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      const float* const x = s->out[period->buffer][c];
      float peak = atomic_load_explicit(&s->peak[c], memory_order_relaxed);
      float square = atomic_load_explicit(&s->square[c], memory_order_relaxed);
      for (uint32_t k = 0; k < period->frames; ++k) {
        peak = fmaxf(peak, fabsf(x[k]));
        square += x[k] * x[k];
      }
      atomic_store_explicit(&s->peak[c], peak, memory_order_relaxed);
      atomic_store_explicit(&s->square[c], square, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&s->squared, period->frames,
                              memory_order_relaxed);
  }
}

static void
run_bank(const RunContext* run, Bank* bank, const Period* period, Workspace* ws)
{
  const Plan* const p = run->plan;
  read_sources(run, bank, period->frames);
  for (uint32_t at = 0; at < period->frames;) {
    const uint32_t left = period->frames - at;
    const uint32_t n = left < p->block ? left : p->block;
    gather(p, bank, period->buffer, at, n, ws->x);
    for (uint32_t i = 0; i < bank->n_stages; ++i) {
      Stage* const stage = &bank->stages[i];
      if (stage->has_sidechain) {
        fill_sidechains(p, bank, stage, period->buffer, at, n, ws);
      }
      run_stage(p, bank, stage, period->clock + at, n, ws);
    }
    scatter(p, bank, period, at, n, ws->x);
    at += n;
  }
  keep_peaks(p, bank, period);
}

// Sums -----------------------------------------------------------------------

/// One input, `at` frames into the period
static void
add_input(const Plan* p, const BusSum* sum, BusInput* in, const Period* period,
          uint32_t at, uint32_t n, Workspace* ws)
{
  const StripPlan* const s = &p->strips[in->strip_index];
  const bool delayed = in->delay[0].ring;
  const float* x[2] = {NULL};
  for (uint32_t c = 0; c < s->channels; ++c) {
    x[c] = s->out[period->buffer][c] + at;
    if (delayed) {
      memcpy(ws->delayed[c], x[c], n * sizeof(float));
      delay_line_run(&in->delay[c], ws->delayed[c], n);
      x[c] = ws->delayed[c];
    }
  }
  bus_input_add(in, &ws->accumulator, x,
                song_at(p, period->clock + at, sum->latency), n);
  if (delayed) {
    accumulator_flush(&ws->accumulator, n);
  }
}

/// Everything that is due at a frame; returns for how long nothing else is
static uint32_t
begin_sum_span(const Plan* p, BusSum* sum, int64_t clock, uint32_t n)
{
  while (sum->next_change < p->n_changes &&
         (int64_t)p->changes[sum->next_change].frame <= clock) {
    change_sum(p, sum, &p->changes[sum->next_change++], clock);
  }
  if (timeline_jumps_at(&p->timeline, clock - (int64_t)sum->latency)) {
    for (uint32_t i = 0; i < sum->n_inputs; ++i) {
      bus_input_jump(&sum->inputs[i], song_at(p, clock, sum->latency));
    }
  }
  n = until_change(p, sum->next_change, clock, n);
  n = until_jump(p, clock, sum->latency, n);
  return n < SUM_FRAMES ? n : SUM_FRAMES;
}

/// The gains of a strip's first way out, for its meters
static void
keep_gains(const Plan* p, const BusSum* sum)
{
  for (uint32_t i = 0; p->changeable && i < sum->n_inputs; ++i) {
    const BusInput* const in = &sum->inputs[i];
    const bool first = in->edge && in->edge_index == 0 && !in->edge->pre;
    if (first || (!in->edge && !in->strip->n_edges)) {
      StripPlan* const s = &p->strips[in->strip_index];
      for (int k = 0; k < 4; ++k) {
        atomic_store_explicit(&s->gain[k / 2][k % 2],
                              (float)in->from[k / 2][k % 2],
                              memory_order_relaxed);
      }
    }
  }
}

static void
run_sum(const Plan* p, BusSum* sum, const Period* period, Workspace* ws)
{
  Accumulator* const acc = &ws->accumulator;
  const double gain = sum->tap ? (double)sum->tap->gain : 1.0;
  for (uint32_t at = 0; at < period->frames;) {
    const uint32_t n =
        begin_sum_span(p, sum, period->clock + at, period->frames - at);
    memset(acc->sum[0], 0, n * sizeof(double));
    memset(acc->sum[1], 0, n * sizeof(double));
    for (uint32_t i = 0; i < sum->n_inputs; ++i) {
      add_input(p, sum, &sum->inputs[i], period, at, n, ws);
    }
    accumulator_flush(acc, n);
    for (uint32_t c = 0; c < 2; ++c) {
      for (uint32_t i = 0; gain != 1.0 && i < n; ++i) {
        acc->sum[c][i] *= gain;
      }
      acc->kernels->store(sum->out[period->buffer][c] + at, acc->sum[c], n);
    }
    at += n;
  }
  keep_gains(p, sum);
}

void
run_task(const RunContext* run, const PlanTask* task, const Period* period,
         Workspace* ws)
{
  if (task->bank) {
    run_bank(run, task->bank, period, ws);
  } else {
    run_sum(run->plan, task->sum, period, ws);
  }
}

// Workspace ------------------------------------------------------------------

/// Memory of a workspace, aligned to 64 bytes; `refused` is set and stays set when there is none
static void*
take(Workspace* ws, size_t bytes, bool* refused)
{
  const uintptr_t block = (uintptr_t)ton_arena_alloc(&ws->arena, bytes + 48);
  *refused |= block == 0;
  return (void*)((block + 63) & ~(uintptr_t)63);
}

TonStatus
workspace_new(const Plan* p, Workspace* ws)
{
  const size_t block = (size_t)p->block * sizeof(float);
  bool refused = false;
  *ws = (Workspace){0};
  ws->x = take(ws, block * TON_MAX_LANES, &refused);
  ws->sidechain = take(ws, block * TON_MAX_LANES, &refused);
  ws->dry = take(ws, block * (TON_MAX_LANES + 1U), &refused);
  ws->planes = take(ws, block * 4, &refused);
  ws->meters =
      take(ws, (p->max_meters + 1U) * TON_MAX_LANES * sizeof(float), &refused);
  ws->accumulator.kernels = p->kernels;
  ws->accumulator.gains = take(ws, SUM_FRAMES * sizeof(double), &refused);
  for (int c = 0; c < 2; ++c) {
    ws->delayed[c] = take(ws, SUM_FRAMES * sizeof(float), &refused);
    ws->accumulator.sum[c] = take(ws, SUM_FRAMES * sizeof(double), &refused);
    ws->accumulator.pending[c].x =
        take(ws, (p->max_inputs + 1U) * 2 * sizeof(float*), &refused);
    ws->accumulator.pending[c].gain =
        take(ws, (p->max_inputs + 1U) * 2 * sizeof(double), &refused);
  }
  if (refused) {
    workspace_free(ws);
    return TON_NO_MEMORY;
  }
  return TON_OK;
}

void
workspace_free(Workspace* ws)
{
  ton_arena_free(&ws->arena);
}
