// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/count.h"
#include "dsp/filter_design.h"
#include "dsp/kernels/transpose.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float type;
  float decay_s;
  float predelay_ms;
  float size_percent;
  float damping_hz;
  float highpass_hz;
  float lowpass_hz;
  float width_percent;
  float mix_percent;
} ReverbParams;

enum { ROOM, PLATE, HALL };

static const char* const types[] = {"room", "plate", "hall", NULL};

#define AT(field) offsetof(ReverbParams, field)

static const TonParam params[] = {
    {.symbol = "type",
     .offset = AT(type),
     .name = "Type",
     .help = "How large and how dense the space is",
     .spacing = TON_CHOICE,
     .max = HALL,
     .def = PLATE,
     .choices = types,
     .flags = TON_RESTART},
    {.symbol = "decay",
     .offset = AT(decay_s),
     .name = "Decay",
     .help = "Time in which the sound falls by 60 dB",
     .unit = TON_S,
     .spacing = TON_LOG,
     .min = 0.1F,
     .max = 20.0F,
     .def = 1.6F,
     .flags = TON_AUTOMATE},
    {.symbol = "pre-delay",
     .offset = AT(predelay_ms),
     .name = "Pre-delay",
     .help = "Silence before the space answers",
     .unit = TON_MS,
     .max = 250.0F,
     .def = 20.0F,
     .flags = TON_RESTART},
    {.symbol = "size",
     .offset = AT(size_percent),
     .name = "Size",
     .help = "Stretches the paths between the walls",
     .unit = TON_PERCENT,
     .min = 30.0F,
     .max = 200.0F,
     .def = 100.0F,
     .flags = TON_RESTART},
    {.symbol = "damping",
     .offset = AT(damping_hz),
     .name = "Damping",
     .help = "Frequency at which the decay is half as long",
     .unit = TON_HZ,
     .spacing = TON_LOG,
     .min = 1000.0F,
     .max = 20000.0F,
     .def = 7000.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "highpass",
     .offset = AT(highpass_hz),
     .name = "High-pass",
     .help = "Keeps the bass out of the space",
     .unit = TON_HZ,
     .spacing = TON_LOG,
     .min = 20.0F,
     .max = 500.0F,
     .def = 150.0F},
    {.symbol = "lowpass",
     .offset = AT(lowpass_hz),
     .name = "Low-pass",
     .help = "Keeps the treble out of the space",
     .unit = TON_HZ,
     .spacing = TON_LOG,
     .min = 2000.0F,
     .max = 20000.0F,
     .def = 9000.0F},
    {.symbol = "width",
     .offset = AT(width_percent),
     .name = "Width",
     .help = "From mono to as wide as it is",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
    {.symbol = "mix",
     .offset = AT(mix_percent),
     .name = "Mix",
     .help = "Share of the reverb; 100 % where it is fed by sends",
     .unit = TON_PERCENT,
     .max = 100.0F,
     .def = 100.0F,
     .flags = TON_AUTOMATE},
};

static_assert(sizeof(ReverbParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

enum { LINES = 16, DIFFUSERS = 4 };

/// Milliseconds of the lines at 100 %, no two with a common sum
static const double lengths_ms[3][2] = {
    {7.0, 31.0}, {11.0, 47.0}, {19.0, 83.0}};
static const double diffuser_ms[2][DIFFUSERS] = {{2.11, 3.37, 5.53, 8.09},
                                                 {2.29, 3.61, 5.21, 8.63}};

/// Frames worked on at a time: no longer than the shortest path
enum { CHUNK = 32 };

/// Left and right
typedef double Two __attribute__((vector_size(16)));

/// Direct form 2 transposed, in double
typedef struct {
  TonBiquad c;
  Two s0;
  Two s1;
} Filter;

/**
   The last `length` frames of a path, in one piece: what goes in is written
   behind them, and where the memory ends they move back to its start.

     | ... gone ... | oldest ... newest | free ... |
                     at - length          at

   `at` begins, and mostly stays, where a vector may be written in one go.
*/
typedef struct {
  uint32_t length;
  uint32_t start; ///< Of its piece of memory
  uint32_t room;
  uint32_t at;
} Line;

/**
   A feedback delay network (Jot 1991):

     in -> filters -> pre-delay -> 4 all-passes -> lines -> damping -+-> out
                                                     ^               |
                                                     +-- Hadamard <--+

   Damping per line, for T60 at low frequencies and half of it at `damping`:
   a one-pole whose gains at 0 and at that frequency are those of its length.
   The lines lie side by side in VECTORS vectors.
*/
enum { VECTORS = LINES / TON_LANES };

typedef struct {
  double rate;
  Line predelay[2];
  Line diffuser[2][DIFFUSERS];
  Line line[LINES];
  _Alignas(64) float keep[LINES]; ///< One-pole: y += keep (y before - x)
  _Alignas(64) float gain[LINES];
  _Alignas(64) float low[LINES];
  float keep_step[LINES]; ///< Per frame while the decay moves
  float gain_step[LINES];
  uint32_t moving; ///< Frames until the decay arrives
  Filter filter[2];
  float width;
  float mix;
  float width_goal;
  float mix_goal;
  float glide;
  ReverbParams now;
  uint32_t room;
  _Alignas(64) float memory[];
} Reverb;

static uint32_t
frames_of(double ms, double rate)
{
  const double n = ms * rate / 1000.0;
  return n < 33.0 ? 33 : (uint32_t)lrint(n);
}

/// Least odd number not below n without a small factor: nearly coprime
static uint32_t
prime_from(uint32_t n)
{
  for (n |= 1;; n += 2) {
    uint32_t d = 3;
    while (d * d <= n && n % d) {
      d += 2;
    }
    if (d * d > n) {
      return n;
    }
  }
}

static uint32_t
aligned(uint32_t frames)
{
  return (frames + CHUNK - 1) / CHUNK * CHUNK;
}

/// Room of a path: its frames twice, so that moving them costs a frame a frame
static uint32_t
room_of(uint32_t length)
{
  return aligned(length) + aligned(length > 1024 ? length : 1024);
}

static size_t
room_frames(double rate)
{
  const double ms = 2.0 * 250.0 + 2.0 * 30.0 + LINES * 170.0;
  const size_t lines = 2 + 2 * DIFFUSERS + LINES;
  return (size_t)(2.0 * ms * rate / 1000.0) + lines * (1024 + 2 * CHUNK + 128);
}

static size_t
state_size(const TonSpec* spec)
{
  return sizeof(Reverb) + room_frames(spec->rate) * sizeof(float);
}

static void
place(Reverb* r, Line* line, uint32_t length)
{
  *line = (Line){length, r->room, room_of(length), aligned(length)};
  r->room += line->room;
}

static void
lay_out(Reverb* r, const ReverbParams* p)
{
  const double size = (double)p->size_percent / 100.0;
  const double* const range = lengths_ms[(int)p->type];
  r->room = 0;
  for (int c = 0; c < 2; ++c) {
    const double ms = (double)p->predelay_ms;
    place(r, &r->predelay[c], (uint32_t)lrint(ms * r->rate / 1000.0) + 1);
    for (int k = 0; k < DIFFUSERS; ++k) {
      place(r, &r->diffuser[c][k],
            prime_from(frames_of(diffuser_ms[c][k] * sqrt(size), r->rate)));
    }
  }
  for (int k = 0; k < LINES; ++k) {
    const double ms =
        size * range[0] * pow(range[1] / range[0], k / (LINES - 1.0));
    place(r, &r->line[k], prime_from(frames_of(ms, r->rate)));
  }
}

static void
prepare(void* state, const TonSpec* spec)
{
  Reverb* const r = state;
  r->rate = spec->rate;
  r->glide = (float)(1.0 - exp(-1.0 / (0.010 * spec->rate)));
  r->now.type = -1.0F;
}

static void
reset(void* state)
{
  Reverb* const r = state;
  memset(r->memory, 0, room_frames(r->rate) * sizeof(float));
  memset(r->low, 0, sizeof(r->low));
  for (int k = 0; k < 2; ++k) {
    r->filter[k].s0 = (Two){0.0, 0.0};
    r->filter[k].s1 = (Two){0.0, 0.0};
  }
  r->width = r->width_goal;
  r->mix = r->mix_goal;
}

/// T60 gives a line of m frames the gain 10^(-3 m / (rate T60)); the one-pole
/// H = g (1 - a) / (1 - a/z) has |H| = g at 0 and half of T60's gain at w
static void
set_damping(Reverb* r, const ReverbParams* p, uint32_t frames)
{
  const double w =
      2.0 * M_PI * fmin((double)p->damping_hz, 0.45 * r->rate) / r->rate;
  for (int k = 0; k < LINES; ++k) {
    const double g =
        pow(10.0, -3.0 * r->line[k].length / (r->rate * (double)p->decay_s));
    // |1 - a|^2 / (1 - 2 a cos w + a^2) = g^2 (half the time: the gain squared)
    const double q = g * g;
    const double c = cos(w);
    const double b = (1.0 - q * c) / (1.0 - q);
    const double a = q > 0.999999 ? 0.0 : b - sqrt(fmax(0.0, b * b - 1.0));
    if (frames) {
      r->keep_step[k] = ((float)a - r->keep[k]) / (float)frames;
      r->gain_step[k] = ((float)g - r->gain[k]) / (float)frames;
    } else {
      r->keep[k] = (float)a;
      r->gain[k] = (float)g;
    }
  }
  r->moving = frames;
}

static void
move_damping(Reverb* r)
{
  for (int k = 0; k < LINES; ++k) {
    r->keep[k] += r->keep_step[k];
    r->gain[k] += r->gain_step[k];
  }
  if (!--r->moving) {
    set_damping(r, &r->now, 0); // without the rounding of the steps
  }
}

static void
update(void* state, const TonUpdate* u)
{
  Reverb* const r = state;
  const ReverbParams* const p = (const ReverbParams*)u->params;
  const bool fresh = r->now.type < 0.0F;
  if (fresh || p->type != r->now.type || p->predelay_ms != r->now.predelay_ms ||
      p->size_percent != r->now.size_percent) {
    lay_out(r, p);
  }
  r->now = *p;
  set_damping(r, p, fresh ? 0 : u->ramp);
  r->filter[0].c = ton_filter(TON_FILTER_HIGHPASS, (double)p->highpass_hz, 0.0,
                              sqrt(0.5), r->rate);
  r->filter[1].c = ton_filter(TON_FILTER_LOWPASS, (double)p->lowpass_hz, 0.0,
                              sqrt(0.5), r->rate);
  r->width_goal = p->width_percent / 100.0F;
  r->mix_goal = p->mix_percent / 100.0F;
  if (fresh || !u->ramp) {
    r->width = r->width_goal;
    r->mix = r->mix_goal;
  }
}

static inline Two
filtered(Filter* f, Two x)
{
  const Two y = f->c.b0 * x + f->s0;
  f->s0 = (f->c.b1 * x + f->s1) - f->c.a1 * y; // y, the latest, comes last
  f->s1 = f->c.b2 * x - f->c.a2 * y;
  return y;
}

/// Where the next CHUNK frames may be written; the oldest is `length` before
static float*
slide(Reverb* r, Line* line)
{
  float* const start = r->memory + line->start;
  if (line->at + CHUNK > line->room) {
    const uint32_t to = aligned(line->length);
    memmove(start + (to - line->length), start + (line->at - line->length),
            line->length * sizeof(float));
    line->at = to;
  }
  return start + line->at;
}

// Vectors may run past n, never past CHUNK: what they leave behind a line's
// newest frame is overwritten before it is heard.

/// x comes out `length` frames later
static void
through(Reverb* r, Line* line, float* x, uint32_t n)
{
  float* const at = slide(r, line);
  memcpy(at, x, n * sizeof(float));
  memcpy(x, at - line->length, n * sizeof(float));
  line->at += n;
}

/// An all-pass: y = late + 0.6 in, in = x - 0.6 late
static void
diffuse(Reverb* r, Line* line, float* x, uint32_t n)
{
  float* const at = slide(r, line);
  for (uint32_t i = 0; i < n; i += TON_LANES) {
    const TonV late = ton_v_load_any(at - line->length + i);
    const TonV in = ton_v_load(x + i) - 0.6F * late;
    ton_v_store_any(at + i, in);
    ton_v_store(x + i, late + 0.6F * in);
  }
  line->at += n;
}

/// v[k] holds TON_LANES frames of line k; the first `n` of them pass the
/// one-pole and the gain of their line, all lines of a vector at a time
static inline __attribute__((always_inline)) void
damp(Reverb* r, TonV v[LINES], uint32_t n)
{
#pragma GCC unroll 4
  for (int h = 0; h < VECTORS; ++h) {
    TonV* const x = v + (size_t)h * TON_LANES;
    const TonV keep = ton_v_load(r->keep + h * TON_LANES);
    const TonV gain = ton_v_load(r->gain + h * TON_LANES);
    TonV low = ton_v_load(r->low + h * TON_LANES);
    ton_v_transpose(x);
#pragma GCC unroll 16
    for (uint32_t i = 0; i < n; ++i) {
      low = x[i] + keep * (low - x[i]);
      x[i] = low * gain;
    }
    ton_v_transpose(x);
    ton_v_store(r->low + h * TON_LANES, low);
  }
}

/// A Hadamard matrix of 16, in four rounds of constant geometry: sums of
/// neighbours to the front, differences to the back
static inline __attribute__((always_inline)) void
hadamard(TonV v[LINES])
{
#pragma GCC unroll 4
  for (int round = 0; round < 4; ++round) {
    TonV w[LINES];
#pragma GCC unroll 8
    for (int k = 0; k < LINES / 2; ++k) {
      w[k] = v[2 * k] + v[2 * k + 1];
      w[LINES / 2 + k] = v[2 * k] - v[2 * k + 1];
    }
#pragma GCC unroll 16
    for (int k = 0; k < LINES; ++k) {
      v[k] = w[k];
    }
  }
}

/// The even lines are heard left and the odd ones right, with signs that no
/// row of the matrix has
static inline __attribute__((always_inline)) void
hear(const TonV v[LINES], float* left, float* right)
{
  ton_v_store(left, (((v[0] - v[4]) + v[8]) - v[12]) +
                        (((v[2] - v[6]) + v[10]) - v[14]));
  ton_v_store(right, (((v[1] + v[5]) - v[9]) - v[13]) +
                         (((v[3] + v[7]) - v[11]) - v[15]));
}

/// What leaves the lines is heard, mixed, and goes back into them with what
/// comes in: left into the even ones, right into the odd ones, every other
/// pair upside down.  `n` frames count, at most TON_LANES
static inline __attribute__((always_inline)) void
run_lanes(Reverb* r, float* const* at, float* in[2], uint32_t n)
{
  TonV v[LINES];
#pragma GCC unroll 16
  for (int k = 0; k < LINES; ++k) {
    v[k] = ton_v_load_any(at[k] - r->line[k].length);
  }
  damp(r, v, n);
  const TonV fed[2] = {ton_v_load(in[0]), ton_v_load(in[1])};
  hear(v, in[0], in[1]);
  hadamard(v);
#pragma GCC unroll 16
  for (int k = 0; k < LINES; ++k) {
    const TonV y = 0.25F * v[k];
    ton_v_store_any(at[k], k & 2 ? y - fed[k & 1] : y + fed[k & 1]);
  }
}

/// `io` comes in and is heard
static void
run_lines(Reverb* r, float io[2][CHUNK], uint32_t n)
{
  float* at[LINES];
  for (int k = 0; k < LINES; ++k) {
    at[k] = slide(r, &r->line[k]);
    r->line[k].at += n;
  }
  float* now[2] = {io[0], io[1]};
  for (uint32_t left = n; left;) {
    const uint32_t m = left < TON_LANES ? left : TON_LANES;
    if (m == TON_LANES) {
      run_lanes(r, at, now, TON_LANES);
    } else {
      run_lanes(r, at, now, m);
    }
    for (int k = 0; k < LINES; ++k) {
      at[k] += TON_LANES;
    }
    now[0] += TON_LANES;
    now[1] += TON_LANES;
    left -= m;
  }
}

/// Filters, pre-delay and diffusion
static void
take_in(Reverb* r, const float* x, float in[2][CHUNK], uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    // not for what is not a number either
    const Two y = {fabsf(x[2 * i]) < 1e6F ? (double)x[2 * i] : 0.0,
                   fabsf(x[2 * i + 1]) < 1e6F ? (double)x[2 * i + 1] : 0.0};
    const Two z = filtered(&r->filter[1], filtered(&r->filter[0], y));
    in[0][i] = (float)z[0];
    in[1][i] = (float)z[1];
  }
  for (int c = 0; c < 2; ++c) {
    through(r, &r->predelay[c], in[c], n);
    for (int k = 0; k < DIFFUSERS; ++k) {
      diffuse(r, &r->diffuser[c][k], in[c], n);
    }
  }
}

static inline void
mix_frame(const int32_t* on, const float wet[2], float width, float mix,
          float* x)
{
  const float mid = 0.5F * (wet[0] + wet[1]);
  for (int c = 0; c < 2; ++c) {
    const float side = mid + width * (wet[c] - mid);
    const float y = x[c] * (1.0F - mix) + 0.5F * side * mix;
    x[c] = on[c] ? y : x[c];
  }
}

/// mix_frame() for TON_LANES frames of which both sides are on
static inline void
mix_lanes(const float* left, const float* right, float width, float mix,
          float* x)
{
  const TonV wet[2] = {ton_v_load(left), ton_v_load(right)};
  const TonV mid = 0.5F * (wet[0] + wet[1]);
  TonV y[2];
  for (int c = 0; c < 2; ++c) {
    y[c] = 0.5F * (mid + width * (wet[c] - mid)) * mix;
  }
  const TonV a = ton_v_load_any(x) * (1.0F - mix) + ton_v_zip_low(y[0], y[1]);
  const TonV b =
      ton_v_load_any(x + TON_LANES) * (1.0F - mix) + ton_v_zip_high(y[0], y[1]);
  ton_v_store_any(x, a);
  ton_v_store_any(x + TON_LANES, b);
}

static void
mix_out(Reverb* r, const int32_t* on, float heard[2][CHUNK], float* x,
        uint32_t n)
{
  const bool rests = r->width == r->width_goal && r->mix == r->mix_goal;
  uint32_t i = 0;
  for (; rests && on[0] && on[1] && i + TON_LANES <= n; i += TON_LANES) {
    mix_lanes(heard[0] + i, heard[1] + i, r->width, r->mix, x + 2 * (size_t)i);
  }
  for (; i < n; ++i) {
    const float wet[2] = {heard[0][i], heard[1][i]};
    if (!rests) {
      r->width += r->glide * (r->width_goal - r->width);
      r->mix += r->glide * (r->mix_goal - r->mix);
    }
    mix_frame(on, wet, r->width, r->mix, x + 2 * (size_t)i);
  }
}

static void
process(void* state, const TonBlock* block)
{
  Reverb* const r = state;
  _Alignas(64) float in[2][CHUNK] = {{0}};
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    uint32_t n = left < CHUNK ? left : CHUNK;
    if (r->moving) {
      move_damping(r);
      n = 1;
    }
    take_in(r, x, in, n);
    run_lines(r, in, n);
    mix_out(r, block->on, in, x, n);
    x += 2 * (size_t)n;
    left -= n;
  }
}

static uint64_t
tail(const float* values, double rate)
{
  const ReverbParams* const p = (const ReverbParams*)values;
  return (uint64_t)(rate * (2.0 * (double)p->decay_s +
                            (double)p->predelay_ms / 1000.0 + 0.3));
}

static bool
neutral(const float* values)
{
  return ((const ReverbParams*)values)->mix_percent <= 0.0F;
}

const TonProcessor TON_LANED(ton_reverb) = {
    .id = "reverb",
    .name = "Reverb",
    .category = "space",
    .help =
        "A room, a plate or a hall: sixteen paths that feed each other, with "
        "a decay that shortens towards the treble.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .state_size = state_size,
    .prepare = prepare,
    .reset = reset,
    .update = update,
    .process = process,
    .tail = tail,
    .neutral = neutral,
};
