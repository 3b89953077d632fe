// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Silence, bypass, latency, tail and hostile input.

#include "base/memory.h"
#include "conformance.h"
#include "expect.h"
#include "scene.h"

#include <string.h>

enum { BLOCK = 512 };

/// A bank with a set of values per pair of lanes, and its sound
typedef struct {
  const TonProcessor* processor;
  uint32_t lanes;
  double rate;
  float values[TON_MAX_LANES / 2][MAX_PARAMS];
  Rig* rig;
  float* x;
} Bank;

static Bank
open_bank(const Subject* subject, double rate, unsigned first_set)
{
  const uint32_t width = subject->set->lanes;
  Bank b = {.processor = subject->set->variant(subject->processor, width),
            .rate = rate};
  b.lanes = scene_lanes(b.processor, width);
  b.rig = rig_open(b.processor, b.lanes, rate, BLOCK);
  for (uint32_t lane = 0; lane < b.lanes; ++lane) {
    scene_values(b.processor, first_set + lane / 2, b.values[lane / 2]);
    if (lane == 0 || !(b.processor->flags & TON_ALONE)) {
      rig_update(b.rig, lane, b.values[lane / 2], true, 0);
    }
  }
  return b;
}

static void
close_bank(Bank* b)
{
  rig_close(b->rig);
  ton_free(b->x);
}

/// `frames` of the scene's input, of silence after `until`, run
static void
play(Bank* b, uint64_t frames, uint64_t until)
{
  ton_free(b->x);
  b->x = ton_alloc(frames * b->lanes * sizeof(float));
  assert_non_null(b->x);
  for (uint64_t i = 0; i < until * b->lanes; ++i) {
    b->x[i] = scene_input((uint32_t)(i % b->lanes), i / b->lanes, b->rate);
  }
  rig_run(b->rig, b->x, NULL, frames, BLOCK);
}

static float
peak(const Bank* b, uint32_t lane, uint64_t from, uint64_t to)
{
  float most = 0.0F;
  for (uint64_t i = from; i < to; ++i) {
    const float a = fabsf(b->x[i * b->lanes + lane]);
    most = a > most || isnan(a) ? a : most;
  }
  return most;
}

void
conformance_finite(const Subject* subject, double rate)
{
  enum { N = 2000, RANDOM = 16 };
  const uint32_t pairs =
      scene_lanes(subject->processor, subject->set->lanes) / 2;
  const unsigned sets = scene_sets(subject->processor) + RANDOM;
  for (unsigned set = 0; set < sets; set += pairs) {
    Bank b = open_bank(subject, rate, set);
    play(&b, N, N);
    for (uint32_t lane = 0; lane < b.lanes; ++lane) {
      if (!(peak(&b, lane, 0, N) < 1e4F)) {
        fail_msg("%s: %g with values number %u", b.processor->id,
                 (double)peak(&b, lane, 0, N), set + lane / 2);
      }
    }
    close_bank(&b);
  }
}

/// Frame at which an impulse comes out: the largest of its response, or the
/// first of it
static void
find_impulse(Bank* b, uint32_t lane, uint32_t at, uint32_t frames,
             uint32_t* first, uint32_t* largest)
{
  *first = frames;
  *largest = 0;
  for (uint32_t i = 0; i < frames; ++i) {
    const float a = fabsf(b->x[i * b->lanes + lane]);
    if (a > 1e-9F && i < *first) {
      *first = i;
    }
    if (a > fabsf(b->x[*largest * b->lanes + lane])) {
      *largest = i;
    }
  }
  *first -= at < *first ? at : *first;
  *largest -= at < *largest ? at : *largest;
}

/// Only what needs a restart away from the defaults; a dry path alone where
/// there is one, since an effect may come late, sway, or be held by intent
static void
latency_values(const TonProcessor* p, unsigned set, float* values)
{
  float away[MAX_PARAMS];
  scene_values(p, 0, values);
  scene_values(p, set, away);
  for (uint32_t i = 0; i < p->n_params; ++i) {
    if (p->params[i].flags & TON_RESTART) {
      values[i] = away[i];
    }
    const bool moves = strcmp(p->category, "space") == 0 ||
                       ton_param(p, "wow") || ton_param(p, "crackle");
    if (strcmp(p->params[i].symbol, "mix") == 0 && moves) {
      values[i] = 0.0F;
    }
  }
}

void
conformance_latency(const Subject* subject, double rate)
{
  enum { AT = 100 };
  const TonProcessor* const p = subject->processor;
  const unsigned random = scene_sets(p);
  const unsigned sets[] = {0, 1, 2, random, random + 1, random + 2};
  for (int k = 0; k < 6; ++k) {
    Bank b = open_bank(subject, rate, 0);
    float values[MAX_PARAMS];
    latency_values(p, sets[k], values);
    rig_update_all(b.rig, values);
    const uint32_t latency = scene_latency(p, values, rate);
    const uint32_t frames = AT + latency + 2000;
    b.x = ton_alloc((size_t)frames * b.lanes * sizeof(float));
    for (uint32_t lane = 0; lane < b.lanes; ++lane) {
      b.x[AT * b.lanes + lane] = 0.125F;
    }
    rig_run(b.rig, b.x, NULL, frames, BLOCK);
    uint32_t first = 0;
    uint32_t largest = 0;
    find_impulse(&b, 0, AT, frames, &first, &largest);
    if (first != latency && largest != latency) {
      fail_msg("%s reports %u frames; an impulse begins after %u and peaks "
               "after %u",
               p->id, latency, first, largest);
    }
    close_bank(&b);
  }
}

void
conformance_silence(const Subject* subject, double rate)
{
  enum { N = 3000 };
  const TonProcessor* const p = subject->processor;
  const uint64_t longest = (uint64_t)(3.0 * rate);
  const unsigned starts[] = {0, scene_sets(p)};
  for (int k = 0; k < 2; ++k) {
    Bank fresh = open_bank(subject, rate, starts[k]);
    play(&fresh, N, 0);
    for (uint32_t lane = 0; lane < fresh.lanes; ++lane) {
      assert_true(peak(&fresh, lane, 0, N) == 0.0F);
    }
    close_bank(&fresh);
    Bank b = open_bank(subject, rate, starts[k]);
    uint64_t ends[TON_MAX_LANES];
    uint64_t end = N;
    for (uint32_t lane = 0; lane < b.lanes; ++lane) {
      const float* const v = b.values[lane / 2];
      ends[lane] = N + scene_latency(p, v, rate) + scene_tail(p, v, rate);
      end = ends[lane] > end && ends[lane] < longest ? ends[lane] : end;
    }
    play(&b, end + 500, N);
    for (uint32_t lane = 0; lane < b.lanes; ++lane) {
      const float loud = fmaxf(1.0F, peak(&b, lane, 0, end));
      if (ends[lane] <= end &&
          !(peak(&b, lane, ends[lane], end + 500) <= 1e-6F * loud)) {
        fail_msg("%s sounds on at %.1f dB after its tail of %g s", p->id,
                 20.0 * log10((double)peak(&b, lane, ends[lane], end + 500)),
                 (double)scene_tail(p, b.values[lane / 2], rate) / rate);
      }
    }
    close_bank(&b);
  }
}

/// NaN, infinities and absurd values into lane 0 of a bank with defaults
static void
spoil(Bank* b, uint64_t from)
{
  const float bad[] = {NAN, INFINITY, -INFINITY, 3e38F, -3e38F, NAN};
  for (uint64_t i = 0; i < 6; ++i) {
    b->x[(from + i) * b->lanes] = bad[i];
  }
}

/// No other lane noticed, and none gives anything but numbers from `finite` on
static void
compare_spoilt(const Bank* clean, const Bank* spoilt, uint64_t finite,
               uint64_t end)
{
  const char* const id = clean->processor->id;
  for (uint64_t i = 0; i < end; ++i) {
    for (uint32_t lane = 0; lane < spoilt->lanes; ++lane) {
      const float a = clean->x[i * spoilt->lanes + lane];
      const float s = spoilt->x[i * spoilt->lanes + lane];
      if (lane > 1 && memcmp(&a, &s, sizeof(float))) {
        fail_msg("%s: lane %u noticed what came into lane 0", id, lane);
      }
      if (i >= finite && !isfinite(s)) {
        fail_msg("%s: lane %u is still %g at frame %llu", id, lane, (double)s,
                 (unsigned long long)i);
      }
    }
  }
}

/// From `equal` on the pair is as in a clean run
static void
compare_end(const Bank* clean, const Bank* spoilt, uint64_t equal, uint64_t end)
{
  double error = 0.0;
  double power = 1e-20;
  for (uint64_t i = equal; i < end; ++i) {
    for (uint32_t lane = 0; lane < 2; ++lane) {
      const double a = (double)clean->x[i * spoilt->lanes + lane];
      const double s = (double)spoilt->x[i * spoilt->lanes + lane];
      error += (s - a) * (s - a);
      power += a * a;
    }
  }
  if (!(error <= 1e-8 * power)) {
    fail_msg("%s: still %.1f dB from a clean run", clean->processor->id,
             10.0 * log10(error / power));
  }
}

/// A clean run and a spoilt one: finite again 100 ms behind the delay and the
/// tail, within -80 dB of the clean one after 2 s more; the lanes that are
/// not of the pair never notice
void
conformance_bad_input(const Subject* subject, double rate)
{
  Bank clean = open_bank(subject, rate, 0);
  Bank spoilt = open_bank(subject, rate, 0);
  const TonProcessor* const p = clean.processor;
  rig_update_all(clean.rig, clean.values[0]);
  rig_update_all(spoilt.rig, clean.values[0]);
  const uint64_t from = 1000;
  const uint64_t finite = from + 6 + scene_latency(p, clean.values[0], rate) +
                          scene_tail(p, clean.values[0], rate) +
                          (uint64_t)(0.1 * rate);
  const uint64_t equal = finite + (uint64_t)(2.0 * rate);
  const uint64_t end = equal + 1000;
  play(&clean, end, end);
  play(&spoilt, 1, 1); // its input is filled anew below
  rig_reset(spoilt.rig);
  ton_free(spoilt.x);
  spoilt.x = ton_alloc(end * spoilt.lanes * sizeof(float));
  for (uint64_t i = 0; i < end * spoilt.lanes; ++i) {
    spoilt.x[i] =
        scene_input((uint32_t)(i % spoilt.lanes), i / spoilt.lanes, rate);
  }
  spoil(&spoilt, from);
  rig_run(spoilt.rig, spoilt.x, NULL, end, BLOCK);
  compare_spoilt(&clean, &spoilt, finite, end);
  compare_end(&clean, &spoilt, equal, end);
  close_bank(&clean);
  close_bank(&spoilt);
}

/// Level of a steady tone behind the defaults, in dB
static double
tone_out(const Subject* subject, double rate, double in_db)
{
  const TonProcessor* const p = subject->processor;
  const uint32_t lanes = scene_lanes(p, 4);
  const uint32_t frames = (uint32_t)(2.5 * rate);
  float values[MAX_PARAMS];
  scene_values(p, 0, values);
  Rig* const rig = rig_open(p, lanes, rate, BLOCK);
  rig_update_all(rig, values);
  float* const x = ton_alloc((size_t)frames * lanes * sizeof(float));
  const double gain = pow(10.0, in_db / 20.0);
  for (uint32_t i = 0; i < frames; ++i) {
    const double turns = fmod(3000.0 / rate * i, 1.0);
    const float tone = (float)(gain * sin(2.0 * M_PI * turns));
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      x[i * lanes + lane] = tone;
    }
  }
  rig_run(rig, x, NULL, frames, BLOCK);
  double power = 0.0;
  const uint32_t from = frames - (uint32_t)(0.5 * rate);
  for (uint32_t i = from; i < frames; ++i) {
    power += (double)x[i * lanes] * (double)x[i * lanes];
  }
  rig_close(rig);
  ton_free(x);
  return 10.0 * log10(2.0 * power / (frames - from));
}

/// At 3 kHz, where a dynamic equaliser has its band by default
void
conformance_transfer(const Subject* subject, double rate)
{
  const TonProcessor* const p = subject->processor;
  float values[MAX_PARAMS];
  scene_values(p, 0, values);
  for (int db = -60; p->transfer && db <= 0; db += 6) {
    const double expected = p->transfer(p, values, db);
    const double got = tone_out(subject, rate, db);
    if (!(fabs(got - expected) < 0.3)) {
      fail_msg("%s: a tone of %d dB comes out at %.2f dB, the picture says "
               "%.2f dB",
               p->id, db, got, expected);
    }
  }
}

void
conformance_meters(const Subject* subject, double rate)
{
  enum { N = 600 };
  Bank b = open_bank(subject, rate, 0);
  const TonProcessor* const p = b.processor;
  play(&b, N, 0);
  for (uint32_t m = 0; m < p->n_meters; ++m) {
    for (uint32_t lane = 0; lane < b.lanes; ++lane) {
      const float at_rest = rig_meters(b.rig)[m * b.lanes + lane];
      if (at_rest != p->meters[m].rest) {
        fail_msg("%s: %s rests at %g, in silence it reads %g", p->id,
                 p->meters[m].symbol, (double)p->meters[m].rest,
                 (double)at_rest);
      }
    }
  }
  play(&b, 3000, 3000);
  for (uint32_t i = 0; i < p->n_meters * b.lanes; ++i) {
    assert_true(isfinite(rig_meters(b.rig)[i]));
  }
  close_bank(&b);
}
