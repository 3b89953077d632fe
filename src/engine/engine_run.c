// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The path of the sound: everything here runs on the workers.  It allocates
   nothing, locks nothing, logs nothing.
*/

#include "engine/engine.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/// Song frame at a point `latency` frames behind the sources
static int64_t
song_frame(const TonEngine* e, uint64_t frame, uint32_t latency)
{
  return e->start + (int64_t)frame - (int64_t)latency;
}

/// Push n frames through a delay, in place
static void
delay(DelayLine* late, float* x, uint32_t n)
{
  if (!late->frames) {
    return;
  }
  for (uint32_t i = 0; i < n; ++i) {
    late->ring[late->at & late->mask] = x[i];
    x[i] = late->ring[(late->at - late->frames) & late->mask];
    ++late->at;
  }
}

// Automation of parameters ---------------------------------------------------

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

static void
send_params(const TonEngine* e, Step* step, const InsertSlot* seat,
            uint32_t ramp)
{
  const Strip* const s = &e->strips[seat->strip];
  const bool alone = step->type->flags & TON_ALONE;
  const uint32_t n = alone ? 1 : s->channels;
  for (uint32_t c = 0; c < n; ++c) {
    const TonUpdate u = {.lane = alone ? 0 : seat->lane + c,
                         .params = seat->params,
                         .pair = s->channels == 2,
                         .ramp = ramp};
    step->type->update(step->type, step->state, &u);
  }
}

/// Seconds over which a switch is faded
static const double SWITCH_S = 0.020;

/// The piece that begins at `frame`: send each parameter to its end.  What
/// jumps is faded from its frame on, whatever else moves meanwhile.
static void
move_params(const TonEngine* e, Step* step, InsertSlot* seat, int64_t frame)
{
  int64_t end = INT64_MAX;
  bool rest = true;
  for (uint32_t i = 0; i < seat->n_moving; ++i) {
    MovingParam* const p = &seat->moving[i];
    const int64_t piece = lane_piece_end(&p->lane, frame);
    end = piece < end ? piece : end;
    const double now = perceived(p, lane_value(&p->lane, frame, AFTER));
    rest &= p->stepped || smooth_settle(&p->smoother, now);
  }
  const int64_t grid = grid_after(frame);
  end = !rest && grid < end ? grid : end;
  bool changed = false;
  const uint32_t ramp = end - frame <= GRID ? (uint32_t)(end - frame) : 0;
  const double keep = smoothing_keep(e->graph->rate, (double)ramp);
  for (uint32_t i = 0; i < seat->n_moving; ++i) {
    MovingParam* const p = &seat->moving[i];
    double value = lane_value(&p->lane, frame, AFTER);
    if (!p->stepped && ramp) {
      value = plain(p, smooth(&p->smoother,
                              perceived(p, lane_value(&p->lane, end, BEFORE)),
                              keep));
    }
    const bool moved = seat->params[p->param] != (float)value;
    if (moved && p->stepped) {
      seat->faded = frame + (int64_t)(SWITCH_S * e->graph->rate);
    }
    changed |= moved;
    seat->params[p->param] = (float)value;
  }
  if (changed) {
    const int64_t fade = seat->faded - frame;
    send_params(e, step, seat, fade > ramp ? (uint32_t)fade : ramp);
  }
  seat->next = end;
}

void
engine_start(TonEngine* e)
{
  for (uint32_t g = 0; g < e->n_groups; ++g) {
    for (uint32_t i = 0; i < e->groups[g].n_steps; ++i) {
      Step* const step = &e->groups[g].steps[i];
      for (uint32_t k = 0; k < step->n_seats; ++k) {
        InsertSlot* const seat = &step->seats[k];
        const int64_t frame = song_frame(e, 0, seat->latency);
        for (uint32_t m = 0; m < seat->n_moving; ++m) {
          MovingParam* const p = &seat->moving[m];
          const double value = lane_value(&p->lane, frame, AFTER);
          seat->params[p->param] = (float)value;
          smooth_reset(&p->smoother, perceived(p, value));
        }
        send_params(e, step, seat, 0);
        seat->faded = INT64_MIN / 2;
        seat->next = seat->n_moving ? frame : INT64_MAX;
      }
      if (step->type->locate) {
        step->type->locate(step->type, step->state, e->start);
      }
    }
  }
  for (uint32_t i = 0; i < e->n_sums; ++i) {
    for (uint32_t k = 0; k < e->sums[i].n_ways; ++k) {
      bus_input_start(e, &e->sums[i].ways[k],
                      song_frame(e, 0, e->sums[i].latency));
    }
  }
}

// Groups ---------------------------------------------------------------------

static void
pull_sources(TonEngine* e, const Group* group, uint32_t n)
{
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    Strip* const s = &e->strips[group->strips[i]];
    if (!s->graph->has_source) {
      continue;
    }
    const uint32_t silent = s->lead < n ? s->lead : n;
    s->lead -= silent;
    float* out[2] = {s->in[0] + silent, s->in[1] ? s->in[1] + silent : NULL};
    for (uint32_t c = 0; c < s->channels; ++c) {
      memset(s->in[c], 0, silent * sizeof(float));
    }
    const TonSource* const source = &s->graph->source;
    if (n > silent && !source->pull(source->handle, out, n - silent)) {
      atomic_store(&e->trouble_strip, group->strips[i]);
      atomic_store(&e->trouble, TON_BAD_FILE);
    }
    if (s->channels == 2 && source->channels == 1) {
      memcpy(s->in[1], s->in[0], n * sizeof(float));
    }
  }
}

static void
gather(TonEngine* e, Group* group, uint64_t k, uint32_t at, uint32_t n)
{
  const float* planar[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    const Strip* const s = &e->strips[group->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      const float* const in = s->sum == UINT32_MAX
                                  ? s->in[c]
                                  : e->tasks[s->sum].sum->out[k % SLOTS][c];
      planar[s->lane + c] = in + at;
    }
  }
  ton_kernels(group->lanes)->gather(group->x, planar, group->gain, n);
}

/// Silence instead of what is not a number: this strip falls silent there, the
/// others never hear of it
static void
contain(TonEngine* e, const Group* group, float* const* planar, uint64_t frame,
        uint32_t n)
{
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    Strip* const s = &e->strips[group->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      float* const x = planar[s->lane + c];
      for (uint32_t k = n; k-- > 0;) {
        if (!isfinite(x[k])) {
          x[k] = 0.0F;
          s->fault = frame + k < s->fault ? frame + k : s->fault;
        }
      }
    }
  }
}

static void
scatter(TonEngine* e, Group* group, uint64_t k, uint32_t at, uint32_t n)
{
  float* planar[TON_MAX_LANES] = {NULL};
  for (uint32_t i = 0; i < group->n_strips; ++i) {
    const Strip* const s = &e->strips[group->strips[i]];
    for (uint32_t c = 0; c < s->channels; ++c) {
      planar[s->lane + c] = s->out[k % SLOTS][c] + at;
    }
  }
  if (!ton_kernels(group->lanes)->scatter(planar, group->x, n)) {
    contain(e, group, planar, k * e->stretch + at, n);
  }
}

/// Put a key's sound into its lanes of group->key
static void
fill_key(TonEngine* e, Group* group, InsertSlot* seat, uint64_t stretch,
         uint32_t at, uint32_t n)
{
  const Strip* const key = &e->strips[seat->key];
  const Strip* const s = &e->strips[seat->strip];
  float* const mix[2] = {group->planar, group->planar + e->block};
  assert(key->channels <= 2);
  for (uint32_t c = 0; c < key->channels; ++c) {
    memcpy(mix[c], key->out[stretch % SLOTS][c] + at, n * sizeof(float));
    delay(&seat->key_late[c], mix[c], n);
  }
  const bool fold = s->channels == 1 && key->channels == 2;
  for (uint32_t c = 0; c < s->channels; ++c) {
    const float* const from = mix[c < key->channels ? c : 0];
    for (uint32_t i = 0; i < n; ++i) {
      group->key[(size_t)i * group->lanes + seat->lane + c] =
          fold ? 0.5F * (mix[0][i] + mix[1][i]) : from[i];
    }
  }
}

static void
keep_meters(const TonEngine* e, Step* step, const Group* group, uint64_t frame,
            bool alone)
{
  for (uint32_t i = 0; i < step->n_seats; ++i) {
    const InsertSlot* const seat = &step->seats[i];
    const int64_t song =
        song_frame(e, frame, seat->latency) - (int64_t)e->run.from;
    const int64_t point = song < 0 ? -1 : song / e->point_frames;
    if (point < 0 || point >= e->n_points) {
      continue;
    }
    const uint32_t lanes = alone ? 2 : group->lanes;
    const uint32_t lane = alone ? 0 : seat->lane;
    for (uint32_t m = 0; m < step->type->n_meters; ++m) {
      for (uint32_t c = 0; c < e->strips[seat->strip].channels; ++c) {
        const float value = group->meters[m * lanes + lane + c];
        float* const kept =
            &seat->points[(size_t)m * e->n_points + (size_t)point];
        *kept = fabsf(value) > fabsf(*kept) ? value : *kept;
      }
    }
  }
}

static void
run_alone(Step* step, Group* group, float* x, const float* key, uint32_t n)
{
  const InsertSlot* const seat = &step->seats[0];
  float* const pair = group->planar;
  float* const pair_key = group->planar + 2 * (size_t)n;
  const size_t lanes = group->lanes;
  x += seat->lane;
  for (uint32_t i = 0; i < n; ++i) {
    memcpy(pair + 2 * (size_t)i, x + i * lanes, 2 * sizeof(float));
  }
  for (uint32_t i = 0; key && i < n; ++i) {
    memcpy(pair_key + 2 * (size_t)i, key + seat->lane + i * lanes,
           2 * sizeof(float));
  }
  const TonBlock block = {pair, key ? pair_key : NULL, step->on + seat->lane,
                          group->meters, n};
  step->type->process(step->type, step->state, &block);
  for (uint32_t i = 0; i < n; ++i) {
    memcpy(x + i * lanes, pair + 2 * (size_t)i, 2 * sizeof(float));
  }
}

/// Frames until a seat of this step needs new values or a meter point ends
static uint32_t
span_of(const TonEngine* e, const Step* step, uint64_t frame, uint32_t n)
{
  for (uint32_t i = 0; i < step->n_seats; ++i) {
    const InsertSlot* const seat = &step->seats[i];
    const int64_t song = song_frame(e, frame, seat->latency);
    if (seat->next != INT64_MAX && seat->next - song < (int64_t)n) {
      n = (uint32_t)(seat->next - song);
    }
    if (seat->points) {
      const int64_t length = e->point_frames;
      const int64_t from = song - (int64_t)e->run.from;
      const int64_t into = ((from % length) + length) % length;
      n = length - into < (int64_t)n ? (uint32_t)(length - into) : n;
    }
  }
  return n;
}

static void
run_step(TonEngine* e, Group* group, Step* step, uint64_t frame, uint32_t n)
{
  const bool alone = step->type->flags & TON_ALONE;
  for (uint32_t at = 0; at < n;) {
    for (uint32_t i = 0; i < step->n_seats; ++i) {
      InsertSlot* const seat = &step->seats[i];
      const int64_t song = song_frame(e, frame + at, seat->latency);
      if (seat->next == song) {
        move_params(e, step, seat, song);
      }
    }
    const uint32_t span = span_of(e, step, frame + at, n - at);
    float* const x = group->x + (size_t)at * group->lanes;
    const float* const key =
        step->keyed ? group->key + (size_t)at * group->lanes : NULL;
    if (alone) {
      run_alone(step, group, x, key, span);
    } else {
      const TonBlock block = {x, key, step->on, group->meters, span};
      step->type->process(step->type, step->state, &block);
    }
    if (step->type->n_meters) {
      keep_meters(e, step, group, frame + at, alone);
    }
    at += span;
  }
}

static void
run_group(TonEngine* e, Group* group, uint64_t k, uint32_t frames)
{
  pull_sources(e, group, frames);
  for (uint32_t at = 0; at < frames;) {
    const uint32_t n = frames - at < e->block ? frames - at : e->block;
    gather(e, group, k, at, n);
    for (uint32_t i = 0; i < group->n_steps; ++i) {
      Step* const step = &group->steps[i];
      if (step->keyed) {
        memcpy(group->key, group->x, (size_t)n * group->lanes * sizeof(float));
        for (uint32_t s = 0; s < step->n_seats; ++s) {
          if (step->seats[s].key != UINT32_MAX) {
            fill_key(e, group, &step->seats[s], k, at, n);
          }
        }
      }
      run_step(e, group, step, k * e->stretch + at, n);
    }
    scatter(e, group, k, at, n);
    at += n;
  }
}

// Sums -----------------------------------------------------------------------

static void
deliver(TonEngine* e, const Sum* sum, uint64_t k, uint32_t frames)
{
  const uint64_t first = e->latency + e->run.preroll;
  const uint64_t from = k * e->stretch;
  if (from + frames <= first) {
    return;
  }
  const uint32_t skip = from < first ? (uint32_t)(first - from) : 0;
  const float* const out[2] = {sum->out[k % SLOTS][0] + skip,
                               sum->out[k % SLOTS][1] + skip};
  if (!sum->tap->sink.push(sum->tap->sink.handle, out, frames - skip)) {
    atomic_store(&e->trouble, TON_WRITE_FAILED);
  }
}

/// What flows in through one way, `at` frames into the stretch
static void
run_way(TonEngine* e, Sum* sum, BusInput* way, uint64_t k, uint32_t at,
        uint32_t n)
{
  const Strip* const s = &e->strips[way->strip];
  const uint32_t channels = s->channels == 2 ? 2 : 1;
  const float* in[2] = {s->out[k % SLOTS][0] + at, NULL};
  in[1] = channels == 2 ? s->out[k % SLOTS][1] + at : NULL;
  for (uint32_t c = 0; way->late[0].frames && c < channels; ++c) {
    float* const late = sum->late + (size_t)c * SUM_FRAMES;
    memcpy(late, in[c], n * sizeof(float));
    delay(&way->late[c], late, n);
    in[c] = late;
  }
  bus_input_add(e, sum, way, in,
                song_frame(e, k * e->stretch + at, sum->latency), n);
  if (way->late[0].frames) {
    bus_input_flush(e, sum, n);
  }
}

static void
run_sum(TonEngine* e, Sum* sum, uint64_t k, uint32_t frames)
{
  const double gain = sum->tap ? (double)sum->tap->gain : 1.0;
  for (uint32_t at = 0; at < frames; at += SUM_FRAMES) {
    const uint32_t n = frames - at < SUM_FRAMES ? frames - at : SUM_FRAMES;
    memset(sum->acc, 0, 2 * SUM_FRAMES * sizeof(double));
    for (uint32_t i = 0; i < sum->n_ways; ++i) {
      run_way(e, sum, &sum->ways[i], k, at, n);
    }
    bus_input_flush(e, sum, n);
    for (uint32_t c = 0; c < 2; ++c) {
      double* const acc = sum->acc + (size_t)c * SUM_FRAMES;
      for (uint32_t i = 0; gain != 1.0 && i < n; ++i) {
        acc[i] *= gain;
      }
      e->kernels->store(sum->out[k % SLOTS][c] + at, acc, n);
    }
  }
  if (sum->tap) {
    deliver(e, sum, k, frames);
  }
}

void
engine_task(TonEngine* e, Task* task, uint64_t k)
{
  const uint64_t from = k * e->stretch;
  const uint64_t left = e->total - from;
  const uint32_t frames = left < e->stretch ? (uint32_t)left : e->stretch;
  if (task->group) {
    run_group(e, task->group, k, frames);
  } else {
    run_sum(e, task->sum, k, frames);
  }
}
