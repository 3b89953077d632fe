// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Reverb: its table, its filters and how its parts run together.
*/
#include "processors/param_rows.h"
#include "processors/processors.h"
#include "processors/space/reverb_early.h"
#include "processors/space/reverb_lines.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const char* const types[] = {"room", "plate", "hall", "chamber", NULL};

#define AT(field) offsetof(ReverbParams, field)

static const TonParam params[] = {
    ROW_CHOICE("type", type, types, PLATE, TON_RESTART, SHAPE, "Type",
               "Kind of space: small room, plate, large hall, or the hard, "
               "bare chamber of "
               "old studios"),
    ROW_S("decay", decay_s, 0.1, 20, 1.6, TON_AUTOMATE, DECAY, "Decay",
          "Time in which the reverb falls by 60 dB"),
    ROW_MS("pre-delay", predelay_ms, 0, 250, 20, TON_RESTART, TIME, "Pre-delay",
           "Time until the reverb begins"),
    ROW_PERCENT("size", size_percent, 30, 200, 100, TON_RESTART, SIZE, "Size",
                "Size of the space: longer or shorter delay lines"),
    ROW_HZ("damping", damping_hz, 1000, 20000, 7000, TON_AUTOMATE, NONE,
           "Damping",
           "Frequency at which the decay is halfway to that of the treble"),
    ROW("treble", treble_percent, TON_PERCENT, TON_LOG, 10, 100, 25,
        TON_AUTOMATE, NONE, "Treble decay",
        "Decay of the highest treble, compared with the decay"),
    ROW("bass", bass_percent, TON_PERCENT, TON_LOG, 25, 250, 100, TON_AUTOMATE,
        NONE, "Bass decay",
        "Decay of the bass below 250 Hz, compared with the decay"),
    ROW_PERCENT(
        "modulation", modulation_percent, 0, 100, 50, TON_AUTOMATE, NONE,
        "Modulation",
        "How far the delay lines are modulated; prevents a metallic sound"),
    ROW_SWITCH(
        "freeze", freeze, 0, TON_AUTOMATE, NONE, "Freeze",
        "Keeps the present reverb sounding without end and mutes its input"),
    ROW_HZ("highpass", highpass_hz, 20, 500, 150, 0, HIGHPASS, "High-pass",
           "Keeps the bass out of the reverb"),
    ROW_HZ("lowpass", lowpass_hz, 2000, 20000, 9000, 0, LOWPASS, "Low-pass",
           "Keeps the treble out of the reverb"),
    ROW_PERCENT("width", width_percent, 0, 100, 100, TON_AUTOMATE, WIDTH,
                "Width", "Stereo width of the reverb, from mono to full"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the reverb; use 100 % on a bus that is fed by sends"),
    ROW_DB("duck", duck_db, 0, 24, 0, TON_AUTOMATE, NONE, "Ducking",
           "Lowers the reverb by this much while the input is playing"),
};

static_assert(sizeof(ReverbParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const ReverbParams* const p = (const ReverbParams*)spec->params[0];
  Reverb plan = {.rate = spec->rate, .silent = true};
  reverb_lay_out(&plan, p);
  plan.smoothing = (float)(1.0 - exp(-1.0 / (0.010 * spec->rate)));
  ton_duck_prepare(&plan.ducking, spec->rate);
  reverb_rest(&plan.lines);
  const size_t memory = plan.floats * sizeof(float);
  TON_TRY(ton_instance(sizeof(Reverb) + memory, state, error));
  memcpy(*state, &plan, sizeof(plan));
  return TON_OK;
}

static void
place_rings(ReverbRing* rings, int n, uint32_t at)
{
  for (int k = 0; k < n; ++k) {
    rings[k].at = at;
  }
}

static void
reset(const TonProcessor* self, void* state)
{
  Reverb* const r = state;
  ReverbLines* const l = &r->lines;
  ReverbFilter* const f = &r->filter;
  memset(r->memory, 0, r->floats * sizeof(float));
  memset(l->behind, 0, sizeof(l->behind));
  memset(l->treble_state, 0, sizeof(l->treble_state));
  memset(l->bass_state, 0, sizeof(l->bass_state));
  memset(f->x, 0, sizeof(f->x));
  memset(f->u, 0, sizeof(f->u));
  memset(f->y, 0, sizeof(f->y));
  place_rings(r->early.past, 2, 0);
  place_rings(r->early.ring[0], 2 * DIFFUSERS, 0);
  place_rings(l->ring, LINES, 0);
  reverb_rest(l);
  r->into = 0;
  r->silent = true;
  r->feed = r->feed_goal;
  r->width = r->width_goal;
  r->mix = r->mix_goal;
  r->duck = r->duck_goal;
  r->ducking.envelope = 0.0;
}

/// Modulation follows the song.  In silence the chunks do too: then all is as
/// if it had run from the song's beginning
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Reverb* const r = state;
  const int64_t into = ((song_frame % CHUNK) + CHUNK) % CHUNK;
  reverb_turn(&r->lines, (uint32_t)((song_frame - into) / CHUNK));
  if (r->silent) {
    r->into = (uint32_t)into;
    place_rings(r->early.past, 2, r->into);
    place_rings(r->early.ring[0], 2 * DIFFUSERS, r->into);
    place_rings(r->lines.ring, LINES, r->into);
  }
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Reverb* const r = state;
  const ReverbParams* const p = (const ReverbParams*)u->params;
  r->now = *p;
  reverb_damp(r, p, u->ramp);
  reverb_filter(r, p);
  const float open = p->freeze > 0.5F ? 0.0F : 1.0F;
  r->feed_goal = open * reverb_feed(p);
  r->width_goal = p->width_percent / 100.0F;
  r->mix_goal = p->mix_percent / 100.0F;
  r->duck_goal = (float)ton_duck_depth((double)p->duck_db);
  // a modulated delay loses a little energy; a frozen reverb must not
  r->lines.depth_goal =
      open * p->modulation_percent / 100.0F * reverb_max_depth(r->rate);
  if (!u->ramp) {
    r->feed = r->feed_goal;
    r->width = r->width_goal;
    r->mix = r->mix_goal;
    r->duck = r->duck_goal;
  }
}

typedef double TonVdAny __attribute__((vector_size(4 * TON_LANES), aligned(8)));

/// Frames of both sides worked on at a time
#ifdef __AVX__
enum { AT_ONCE = 2 };
#else
enum { AT_ONCE = 1 };
#endif
typedef double ReverbFrames __attribute__((vector_size(16 * AT_ONCE)));

enum { LAG = 2 / AT_ONCE, BEFORE = 2 * 2 * POLES };

/// A step of one pair of poles; `last` holds 2 LAG vectors before
static inline ReverbFrames
pole(const double p[POLES], ReverbFrames* last, int k, ReverbFrames x)
{
  const ReverbFrames y = (x - p[1] * last[k]) - p[0] * last[k + LAG];
  last[k] = last[k + LAG];
  last[k + LAG] = y;
  return y;
}

/// Both pairs of poles, from w into u and y, which begin with what was BEFORE
static inline void
recur(const ReverbFilter* f, const double* w, double* u, double* y, uint32_t n)
{
  ReverbFrames first[2 * LAG];
  ReverbFrames second[2 * LAG];
  memcpy(first, u, sizeof(first));
  memcpy(second, y, sizeof(second));
  for (uint32_t i = 0; i < 2 * n; i += 4) {
#pragma GCC unroll 2
    for (int k = 0; k < LAG; ++k) {
      const uint32_t at = i + 2 * (uint32_t)k;
      ReverbFrames now;
      memcpy(&now, w + at, sizeof(now));
      now = pole(f->p, first, k, now);
      memcpy(u + BEFORE + at, &now, sizeof(now));
      now = pole(f->q, second, k, now);
      memcpy(y + BEFORE + at, &now, sizeof(now));
    }
  }
}

/// High-pass and low-pass; NaN becomes 0
static void
take_in(ReverbFilter* f, const float* from, float in[2][CHUNK], uint32_t n)
{
  _Alignas(64) float two[2 * CHUNK] = {0};
  _Alignas(64) double x[2 * (ZEROS + CHUNK)];
  _Alignas(64) double w[2 * CHUNK];
  _Alignas(64) double u[BEFORE + 2 * CHUNK];
  _Alignas(64) double y[BEFORE + 2 * CHUNK];
  memcpy(two, from, 2 * n * sizeof(float));
  memcpy(x, f->x, sizeof(f->x));
  memcpy(u, f->u, sizeof(f->u));
  memcpy(y, f->y, sizeof(f->y));
  for (uint32_t i = 0; i < 2 * n; i += TON_LANES) {
    TonV v = ton_v_load(two + i);
    v = (TonV)((TonVi)v & (ton_v_abs(v) < 1e6F));
    *(TonVdAny*)(x + 2 * ZEROS + i) = ton_v_low(v);
    *(TonVdAny*)(x + 2 * ZEROS + i + TON_LANES / 2) = ton_v_high(v);
  }
  for (uint32_t i = 0; i < 2 * n; i += TON_LANES / 2) {
    TonVd sum = f->b[0] * *(const TonVdAny*)(x + 2 * ZEROS + i);
#pragma GCC unroll 8
    for (uint32_t k = 1; k <= ZEROS; ++k) {
      sum = sum + f->b[k] * *(const TonVdAny*)(x + 2 * (ZEROS - k) + i);
    }
    *(TonVdAny*)(w + i) = sum;
  }
  recur(f, w, u, y, n);
  for (uint32_t i = 0; i < n; i += TON_LANES) {
    const double* const at = y + BEFORE + 2 * i;
    const TonV a = ton_vd_join(*(const TonVdAny*)at,
                               *(const TonVdAny*)(at + TON_LANES / 2));
    const TonV b = ton_vd_join(*(const TonVdAny*)(at + TON_LANES),
                               *(const TonVdAny*)(at + TON_LANES / 2 * 3));
    ton_v_store(in[0] + i, ton_v_even(a, b));
    ton_v_store(in[1] + i, ton_v_odd(a, b));
  }
  memcpy(f->x, x + 2 * n, sizeof(f->x));
  memcpy(f->u, u + 2 * n, sizeof(f->u));
  memcpy(f->y, y + 2 * n, sizeof(f->y));
}

/// `now` a frame nearer to `goal`, at last there
static inline float
approach(float now, float goal, float smoothing)
{
  const float way = goal - now;
  return fabsf(way) < 1e-4F ? goal : now + smoothing * way;
}

/// Nothing comes in while it is frozen, and less the longer it decays
static void
feed(Reverb* r, float in[2][CHUNK], uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    r->feed = approach(r->feed, r->feed_goal, r->smoothing);
    in[0][i] *= r->feed;
    in[1][i] *= r->feed;
  }
}

/// feed() at rest
static void
feed_at_rest(const Reverb* r, float in[2][CHUNK], uint32_t n)
{
  for (uint32_t i = 0; i < n && r->feed != 1.0F; i += TON_LANES) {
    ton_v_store(in[0] + i, r->feed * ton_v_load(in[0] + i));
    ton_v_store(in[1] + i, r->feed * ton_v_load(in[1] + i));
  }
}

/// What is heard first, and in `in` what goes into the lines
static void
begin(Reverb* r, float in[2][CHUNK], float first[2][CHUNK], uint32_t n)
{
  ReverbEarly* const e = &r->early;
  for (int c = 0; c < 2; ++c) {
    reverb_ring_put(r->memory, &e->past[c], (const TonV*)in[c], n);
  }
  for (int c = 0; c < 2; ++c) {
    reverb_reflect(e, r->memory, c, first[c]);
    reverb_diffuse(e, r->memory, c, in[c], n);
  }
  reverb_ring_advance(e->past, 2, n);
  reverb_ring_advance(e->ring[0], 2 * DIFFUSERS, n);
}

static uint32_t
smaller(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

/// Both sides in turn, as wide as they shall be, and the share of each
static void
widen(Reverb* r, float wet[2][CHUNK], float* two, float* share, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    r->width = approach(r->width, r->width_goal, r->smoothing);
    r->mix = approach(r->mix, r->mix_goal, r->smoothing);
    const float mid = 0.5F * (wet[0][i] + wet[1][i]);
    two[2 * i] = mid + r->width * (wet[0][i] - mid);
    two[2 * i + 1] = mid + r->width * (wet[1][i] - mid);
    share[2 * i] = r->mix;
    share[2 * i + 1] = r->mix;
  }
}

/// widen() at rest
static void
widen_at_rest(const Reverb* r, float wet[2][CHUNK], float* two, float* share,
              uint32_t n)
{
  for (uint32_t i = 0; i < n; i += TON_LANES) {
    const TonV left = ton_v_load(wet[0] + i);
    const TonV right = ton_v_load(wet[1] + i);
    const TonV mid = 0.5F * (left + right);
    const TonV a = mid + r->width * (left - mid);
    const TonV b = mid + r->width * (right - mid);
    ton_v_store(two + 2 * i, ton_v_zip_low(a, b));
    ton_v_store(two + 2 * i + TON_LANES, ton_v_zip_high(a, b));
    ton_v_store(share + 2 * i, ton_v(r->mix));
    ton_v_store(share + 2 * i + TON_LANES, ton_v(r->mix));
  }
}

/// The reverb lower while the input plays
static void
duck(Reverb* r, const float* x, float wet[2][CHUNK], uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    r->duck = approach(r->duck, r->duck_goal, r->smoothing);
    const float gain = (float)ton_duck_step(&r->ducking, (double)r->duck,
                                            (double)ton_finite(x[2 * i]),
                                            (double)ton_finite(x[2 * i + 1]));
    wet[0][i] *= gain;
    wet[1][i] *= gain;
  }
}

static void
mix_out(Reverb* r, const int32_t* on, float wet[2][CHUNK], float* x, uint32_t n)
{
  _Alignas(64) float two[2 * CHUNK];
  _Alignas(64) float share[2 * CHUNK];
  TonVi mask;
  for (int k = 0; k < TON_LANES; ++k) {
    mask[k] = on[k & 1];
  }
  if (r->width == r->width_goal && r->mix == r->mix_goal) {
    widen_at_rest(r, wet, two, share, n);
  } else {
    widen(r, wet, two, share, n);
  }
  for (uint32_t i = 0; i < 2 * n; i += TON_LANES) {
    const uint32_t m = smaller(2 * n - i, TON_LANES);
    const TonV mix = ton_v_load(share + i);
    const TonV dry = reverb_read(x + i, m);
    const TonV y = dry * (1.0F - mix) + ton_v_load(two + i) * mix;
    reverb_write(x + i, ton_v_select(mask, y, dry), m);
  }
}

/// Reflections, diffusers and lines together, into `late`
static void
gather(const Reverb* r, float first[2][CHUNK], float diffuse[2][CHUNK],
       float late[2][CHUNK], uint32_t n)
{
  for (int c = 0; c < 2; ++c) {
    for (uint32_t i = 0; i < n; i += TON_LANES) {
      const TonV early = ton_v_load(first[c] + i) +
                         r->early.diffuse * ton_v_load(diffuse[c] + i);
      ton_v_store(late[c] + i, early + 2.0F * ton_v_load(late[c] + i));
    }
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Reverb* const r = state;
  ReverbLines* const l = &r->lines;
  _Alignas(64) float in[2][CHUNK];
  _Alignas(64) float first[2][CHUNK];
  _Alignas(64) float late[2][CHUNK];
  float* x = block->x;
  if (r->silent && r->into) {
    reverb_lines_begin_inside(l, r->memory, r->into);
  }
  r->silent = false;
  for (uint32_t left = block->frames; left;) {
    uint32_t n = smaller(left, CHUNK - r->into);
    n = l->moving ? smaller(n, l->moving) : n;
    take_in(&r->filter, x, in, n);
    if (r->feed == r->feed_goal) {
      feed_at_rest(r, in, n);
    } else {
      feed(r, in, n);
    }
    begin(r, in, first, n);
    reverb_lines_run(l, r->memory, in, late, r->into, n);
    if (l->moving && !(l->moving -= n)) {
      reverb_damp(r, &r->now, 0); // without the rounding of the steps
    }
    gather(r, first, in, late, n);
    if (r->duck != 0.0F || r->duck_goal != 0.0F) {
      duck(r, x, late, n);
    }
    mix_out(r, block->on, late, x, n);
    r->into = (r->into + n) % CHUNK;
    x += 2 * (size_t)n;
    left -= n;
  }
}

/// Until the modulation has its depth
static const double MODULATION_S = 0.6;

/// What is frozen decays once freeze is switched off
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const ReverbParams* const p = (const ReverbParams*)values;
  const double rate = ((const Reverb*)state)->rate;
  const double bass = fmax(1.0, (double)p->bass_percent / 100.0);
  return (uint64_t)(rate * (2.0 * bass * (double)p->decay_s +
                            (double)p->predelay_ms / 1000.0 + 0.3));
}

/// To -140 dB; what is frozen never forgets
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const ReverbParams* const p = (const ReverbParams*)values;
  const double rate = ((const Reverb*)state)->rate;
  const uint64_t ducked =
      p->duck_db > 0.0F ? ton_settle_frames(TON_DUCK_FALL_S, rate) : 0;
  return p->freeze > 0.5F ? UINT32_MAX
                          : tail(self, state, values) * 5 / 4 +
                                (uint64_t)(MODULATION_S * rate) + ducked;
}

const TonProcessor TON_LANED(ton_reverb) = {
    .id = "reverb",
    .name = "Reverb",
    .category = "space",
    .help =
        "A room, a plate, a hall or a chamber: early reflections, then sixteen "
        "modulated "
        "delay lines that feed each other, with separate decay for bass and "
        "treble.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .tail = tail,
    .settle = settle,
    .neutral = ton_neutral_without_mix,
};
