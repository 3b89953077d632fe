// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The gains of a sum's input over time, and how it is added.

#include "engine/bus_input.h"

#include "dsp/decibel.h"
#include "dsp/pan.h"

#include <string.h>

/// Value of a control at a song frame; `rest` where nothing moves it
static double
control(const BusInput* in, uint32_t which, float rest, int64_t frame,
        JumpSide side)
{
  if (!isnan(in->live[which])) {
    return (double)in->live[which];
  }
  const GraphAuto* const a = in->curves[which];
  if (!a) {
    return (double)rest;
  }
  const AutomationCurve curve = {a->points, a->n_points, in->rate};
  return curve_value(&curve, frame, side);
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

/// Gains of a strip of two channels: balance, or each channel at its place
static void
stereo_matrix(const GraphStrip* strip, double pan, double gain, double m[2][2])
{
  const TonFader* const f = &strip->fader;
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
  const bool mono = strip->has_source && strip->source.channels == 1;
  const double centre = mono ? pan_gains(f->law, 0.0).left : 1.0;
  m[0][0] = gain * g.left * centre;
  m[1][1] = gain * g.right * centre;
  m[0][1] = 0.0;
  m[1][0] = 0.0;
}

/// To 29 bits (Veltkamp 1968; 2^-30 is 1e-8 dB): times a float it is exact,
/// which TonKernels.add() asks for
static double
to_29_bits(double gain)
{
  const double c = gain * 0x1000001p0; // 2^24 + 1
  return c - (c - gain);
}

static void
matrix(const BusInput* in, int64_t frame, JumpSide side, double m[2][2])
{
  const TonFader* const f = &in->strip->fader;
  const GraphEdge* const edge = in->edge;
  double gain = 1.0;
  if (edge) {
    gain = ton_from_db(control(in, LEVEL, edge->db, frame, side));
  }
  if (!edge || !edge->pre) {
    gain *= ton_from_db(control(in, FADER, f->db, frame, side));
  }
  if (control(in, MUTE, f->mute ? 1.0F : 0.0F, frame, side) >= 0.5) {
    gain = 0.0;
  }
  const double pan = control(in, PAN, f->pan, frame, side);
  memset(m, 0, 4 * sizeof(double));
  if (in->channels == 2) {
    stereo_matrix(in->strip, pan, gain, m);
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
piece_end(const BusInput* in, int64_t frame)
{
  int64_t end = in->settled ? TIME_NEVER : grid_after(frame);
  for (uint32_t i = 0; i < N_CONTROLS; ++i) {
    if (in->curves[i] && isnan(in->live[i])) {
      const AutomationCurve curve = {in->curves[i]->points,
                                     in->curves[i]->n_points, in->rate};
      const int64_t curve_end = curve_piece_end(&curve, frame);
      end = curve_end < end ? curve_end : end;
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
begin_piece(BusInput* in, int64_t frame)
{
  in->piece_from = frame;
  matrix(in, frame, AFTER, in->from);
  bool settled = true;
  for (int k = 0; k < 4; ++k) {
    settled &=
        smooth_settle(&in->smoother[k / 2][k % 2], in->from[k / 2][k % 2]);
  }
  in->settled = settled;
  in->piece_to = piece_end(in, frame);
  if (in->piece_to == TIME_NEVER) {
    memcpy(in->to, in->from, sizeof(in->to));
  } else {
    matrix(in, in->piece_to, BEFORE, in->to);
  }
  if (settled && !same(in->from, in->to)) {
    in->settled = false; // it leaves its rest
  }
}

BusInput
bus_input(const GraphStrip* strip, uint32_t strip_index, uint32_t edge_index,
          uint32_t channels, uint32_t rate)
{
  const bool tap = edge_index == UINT32_MAX;
  BusInput in = {.strip = strip,
                 .edge = tap ? NULL : &strip->edges[edge_index],
                 .strip_index = strip_index,
                 .edge_index = edge_index,
                 .channels = channels,
                 .rate = rate,
                 .live = {NAN, NAN, NAN, NAN}};
  for (uint32_t i = 0; i < strip->n_autos; ++i) {
    const GraphAuto* const a = &strip->autos[i];
    if (!a->n_points) {
      continue;
    }
    if (a->kind == TON_AUTO_FADER && !(in.edge && in.edge->pre)) {
      in.curves[FADER] = a;
    } else if (a->kind == TON_AUTO_PAN) {
      in.curves[PAN] = a;
    } else if (a->kind == TON_AUTO_MUTE) {
      in.curves[MUTE] = a;
    } else if (a->kind == TON_AUTO_EDGE && a->item == edge_index) {
      in.curves[LEVEL] = a;
    }
  }
  return in;
}

void
bus_input_start(BusInput* in, int64_t frame)
{
  double m[2][2];
  matrix(in, frame, AFTER, m);
  for (int k = 0; k < 4; ++k) {
    smooth_reset(&in->smoother[k / 2][k % 2], m[k / 2][k % 2]);
  }
  begin_piece(in, frame);
}

void
bus_input_jump(BusInput* in, int64_t frame)
{
  begin_piece(in, frame);
}

void
bus_input_set(BusInput* in, uint32_t which, float value, int64_t frame)
{
  const int64_t line = grid_from(frame);
  in->live[which] = value;
  in->piece_to = line < in->piece_to ? line : in->piece_to;
}

void
bus_input_take_over(BusInput* in, const BusInput* old, int64_t frame)
{
  const int64_t line = grid_from(frame);
  in->settled = old->settled;
  in->piece_from = old->piece_from;
  in->piece_to = old->piece_to < line ? old->piece_to : line;
  memcpy(in->from, old->from, sizeof(in->from));
  memcpy(in->to, old->to, sizeof(in->to));
  memcpy(in->smoother, old->smoother, sizeof(in->smoother));
  for (uint32_t c = 0; c < 2; ++c) {
    delay_line_take_over(&in->delay[c], &old->delay[c]);
  }
}

void
bus_input_arrive(BusInput* in, int64_t frame)
{
  memset(in->smoother, 0, sizeof(in->smoother));
  begin_piece(in, frame);
}

/// Gains of frames of one piece for one cell of the matrix
static void
fill_gains(BusInput* in, int c, int channel, int64_t frame, uint32_t n,
           double* gains)
{
  const double keep = smoothing_keep(in->rate, 1.0);
  const double from = in->from[c][channel];
  const double length = (double)(in->piece_to - in->piece_from);
  const double slope =
      in->piece_to == TIME_NEVER ? 0.0 : (in->to[c][channel] - from) / length;
  Smoother s = in->smoother[c][channel];
  for (uint32_t i = 0; i < n; ++i) {
    const double target =
        from + slope * (double)(frame + (int64_t)i + 1 - in->piece_from);
    gains[i] = smooth(&s, target, keep);
  }
  in->smoother[c][channel] = s;
}

void
accumulator_flush(Accumulator* acc, uint32_t frames)
{
  for (int c = 0; c < 2; ++c) {
    PendingInputs* const in = &acc->pending[c];
    acc->kernels->add(acc->sum[c], in->x, in->gain, in->n, frames);
    in->n = 0;
  }
}

static void
add_pending(const BusInput* in, Accumulator* acc, const float* const* x)
{
  for (int c = 0; c < 2; ++c) {
    PendingInputs* const to = &acc->pending[c];
    for (uint32_t k = 0; k < in->channels; ++k) {
      if (in->from[c][k] != 0.0) {
        to->x[to->n] = x[k];
        to->gain[to->n++] = in->from[c][k];
      }
    }
  }
}

static void
add_piece(BusInput* in, Accumulator* acc, const float* const* x, uint32_t at,
          int64_t frame, uint32_t n)
{
  for (int c = 0; c < 2; ++c) {
    double* const sum = acc->sum[c] + at;
    for (uint32_t k = 0; k < in->channels; ++k) {
      if (!in->settled) {
        fill_gains(in, c, (int)k, frame, n, acc->gains);
        acc->kernels->add_moving(sum, x[k] + at, acc->gains, n);
      } else if (in->from[c][k] != 0.0) {
        const float* const from = x[k] + at;
        acc->kernels->add(sum, &from, &in->from[c][k], 1, n);
      }
    }
  }
}

void
bus_input_add(BusInput* in, Accumulator* acc, const float* const* x,
              int64_t song_frame, uint32_t frames)
{
  if (in->settled && in->piece_to >= song_frame + frames) {
    add_pending(in, acc, x);
    return;
  }
  accumulator_flush(acc, frames);
  for (uint32_t at = 0; at < frames;) {
    const int64_t frame = song_frame + at;
    uint32_t n = frames - at;
    if (frame >= in->piece_to) {
      begin_piece(in, frame);
    }
    if (in->piece_to - frame < (int64_t)n) {
      n = (uint32_t)(in->piece_to - frame);
    }
    add_piece(in, acc, x, at, frame, n);
    at += n;
  }
}
