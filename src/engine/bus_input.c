// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/decibel.h"
#include "dsp/pan.h"
#include "engine/engine.h"

#include <string.h>

static double
moved(const TonEngine* e, const GraphAuto* lane, double rest, int64_t frame,
      Side side)
{
  if (!lane) {
    return rest;
  }
  const AutomationCurve l = {lane->points, lane->n_points, e->graph->rate};
  return lane_value(&l, frame, side);
}

static TonPanGains
pan_gains(TonLaw law, double pan)
{
  const double p = fmin(1.0, fmax(-1.0, pan / 100.0));
  switch (law) {
  case TON_LAW_CONSTANT_POWER:
    return ton_pan_power(p);
  case TON_LAW_COMPROMISE:
    return ton_pan_compromise(p);
  case TON_LAW_LINEAR:
    return ton_pan_linear(p);
  case TON_LAW_BALANCE:
    break;
  }
  return ton_pan_balance(p);
}

/// Gains of a strip with two lanes: balance, or each channel at its place
static void
stereo_matrix(const Strip* strip, double pan, double gain, double m[2][2])
{
  const TonFader* const f = &strip->graph->fader;
  if (f->dual) {
    const TonPanGains left = pan_gains(TON_LAW_CONSTANT_POWER, pan);
    const TonPanGains right =
        pan_gains(TON_LAW_CONSTANT_POWER, (double)f->pan_right);
    m[0][0] = gain * left.left;
    m[1][0] = gain * left.right;
    m[0][1] = gain * right.left;
    m[1][1] = gain * right.right;
    return;
  }
  const TonPanGains g = pan_gains(TON_LAW_BALANCE, pan);
  // a mono source that a stereo effect made two-channelled keeps its level
  const bool mono =
      strip->graph->has_source && strip->graph->source.channels == 1;
  const double centre = mono ? pan_gains(f->law, 0.0).left : 1.0;
  m[0][0] = gain * g.left * centre;
  m[1][1] = gain * g.right * centre;
  m[0][1] = 0.0;
  m[1][0] = 0.0;
}

enum { FADER, PAN, MUTE, LEVEL };

/// To 29 bits (Veltkamp 1968; 2^-30 is 1e-8 dB): times a float it is exact,
/// which TonKernels.add() asks for
static double
to_29_bits(double gain)
{
  const double c = gain * 0x1000001p0; // 2^24 + 1
  return c - (c - gain);
}

void
bus_input_matrix(const TonEngine* e, const BusInput* way, int64_t frame,
                 Side side, double m[2][2])
{
  const Strip* const strip = &e->strips[way->strip];
  const TonFader* const f = &strip->graph->fader;
  const bool tap = way->edge == UINT32_MAX;
  const GraphEdge* const edge = tap ? NULL : &strip->graph->edges[way->edge];
  double gain = 1.0;
  if (edge) {
    gain =
        ton_from_db(moved(e, way->autos[LEVEL], (double)edge->db, frame, side));
  }
  if (!edge || !edge->pre) {
    gain *=
        ton_from_db(moved(e, way->autos[FADER], (double)f->db, frame, side));
  }
  if (moved(e, way->autos[MUTE], f->mute ? 1.0 : 0.0, frame, side) >= 0.5) {
    gain = 0.0;
  }
  const double pan = moved(e, way->autos[PAN], (double)f->pan, frame, side);
  memset(m, 0, 4 * sizeof(double));
  if (strip->channels == 2) {
    stereo_matrix(strip, pan, gain, m);
  } else {
    const TonPanGains g = pan_gains(f->law, pan);
    m[0][0] = gain * g.left;
    m[1][0] = gain * g.right;
  }
  for (int k = 0; k < 4; ++k) {
    m[k / 2][k % 2] = to_29_bits(m[k / 2][k % 2]);
  }
}

static int64_t
piece_end(const TonEngine* e, const BusInput* way, int64_t frame)
{
  int64_t end = way->settled ? INT64_MAX : grid_after(frame);
  for (int i = 0; i < 4; ++i) {
    if (way->autos[i]) {
      const AutomationCurve lane = {way->autos[i]->points,
                                    way->autos[i]->n_points, e->graph->rate};
      const int64_t lane_end = lane_piece_end(&lane, frame);
      end = lane_end < end ? lane_end : end;
    }
  }
  return end;
}

static bool
same(double a[2][2], double b[2][2])
{
  return memcmp(a, b, 4 * sizeof(double)) == 0;
}

/// Begin the piece at `frame`: where the gains come from, where they go
static void
begin_piece(const TonEngine* e, BusInput* way, int64_t frame)
{
  way->piece_from = frame;
  bus_input_matrix(e, way, frame, AFTER, way->from);
  bool settled = true;
  for (int k = 0; k < 4; ++k) {
    settled &=
        smooth_settle(&way->smoother[k / 2][k % 2], way->from[k / 2][k % 2]);
  }
  way->settled = settled;
  way->piece_to = piece_end(e, way, frame);
  if (way->piece_to == INT64_MAX) {
    memcpy(way->to, way->from, sizeof(way->to));
  } else {
    bus_input_matrix(e, way, way->piece_to, BEFORE, way->to);
  }
  if (settled && !same(way->from, way->to)) {
    way->settled = false; // it leaves its rest
  }
}

void
bus_input_start(const TonEngine* e, BusInput* way, int64_t frame)
{
  bus_input_matrix(e, way, frame, AFTER, way->m);
  for (int k = 0; k < 4; ++k) {
    smooth_reset(&way->smoother[k / 2][k % 2], way->m[k / 2][k % 2]);
  }
  way->settled = true;
  if (way->moves) {
    begin_piece(e, way, frame);
  }
}

/// Gains of frames of one piece for one cell of the matrix
static void
fill_moving(const TonEngine* e, BusInput* way, int c, int channel,
            int64_t frame, uint32_t n, double* gains)
{
  const double keep = smoothing_keep(e->graph->rate, 1.0);
  const double from = way->from[c][channel];
  const double length = (double)(way->piece_to - way->piece_from);
  const double slope =
      way->piece_to == INT64_MAX ? 0.0 : (way->to[c][channel] - from) / length;
  Smoother s = way->smoother[c][channel];
  for (uint32_t i = 0; i < n; ++i) {
    const double target =
        from + slope * (double)(frame + (int64_t)i + 1 - way->piece_from);
    gains[i] = smooth(&s, target, keep);
  }
  way->smoother[c][channel] = s;
}

void
bus_input_flush(const TonEngine* e, Sum* sum, uint32_t frames)
{
  for (int c = 0; c < 2; ++c) {
    PendingInputs* const in = &sum->inflow[c];
    e->kernels->add(sum->acc + (size_t)c * SUM_FRAMES, in->x, in->gain, in->n,
                    frames);
    in->n = 0;
  }
}

/// A way at rest
static void
join_inflow(Sum* sum, const double m[2][2], const float* const* in,
            uint32_t channels)
{
  for (int c = 0; c < 2; ++c) {
    PendingInputs* const to = &sum->inflow[c];
    for (uint32_t k = 0; k < channels; ++k) {
      if (m[c][k] != 0.0) {
        to->x[to->n] = in[k];
        to->gain[to->n++] = m[c][k];
      }
    }
  }
}

static void
add_moving(const TonEngine* e, Sum* sum, BusInput* way, const float* const* in,
           uint32_t at, int64_t frame, uint32_t n)
{
  for (int c = 0; c < 2; ++c) {
    double* const acc = sum->acc + (size_t)c * SUM_FRAMES + at;
    for (uint32_t k = 0; k < e->strips[way->strip].channels; ++k) {
      if (!way->settled) {
        fill_moving(e, way, c, (int)k, frame, n, sum->moving);
        e->kernels->add_moving(acc, in[k] + at, sum->moving, n);
      } else if (way->from[c][k] != 0.0) {
        const float* const x = in[k] + at;
        e->kernels->add(acc, &x, &way->from[c][k], 1, n);
      }
    }
  }
}

void
bus_input_add(const TonEngine* e, Sum* sum, BusInput* way,
              const float* const* in, int64_t song_frame, uint32_t frames)
{
  if (!way->moves) {
    join_inflow(sum, (const double(*)[2])way->m, in,
                e->strips[way->strip].channels);
    return;
  }
  bus_input_flush(e, sum, frames);
  for (uint32_t at = 0; at < frames;) {
    const int64_t frame = song_frame + at;
    uint32_t n = frames - at;
    if (frame >= way->piece_to) {
      begin_piece(e, way, frame);
    }
    if (way->piece_to - frame < (int64_t)n) {
      n = (uint32_t)(way->piece_to - frame);
    }
    add_moving(e, sum, way, in, at, frame, n);
    at += n;
  }
}
