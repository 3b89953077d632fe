// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/count.h"
#include "dsp/filter_design.h"
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

/// Direct form 2 transposed, in double
typedef struct {
  TonBiquad c;
  double s0;
  double s1;
} Filter;

typedef struct {
  uint32_t length;
  uint32_t start; ///< Of its piece of memory
  uint32_t at;
} Line;

/**
   A feedback delay network (Jot 1991):

     in -> filters -> pre-delay -> 4 all-passes -> lines -> damping -+-> out
                                                     ^               |
                                                     +-- Hadamard <--+

   Damping per line, for T60 at low frequencies and half of it at `damping`:
   a one-pole whose gains at 0 and at that frequency are those of its length.
*/
typedef struct {
  double rate;
  Line predelay[2];
  Line diffuser[2][DIFFUSERS];
  Line line[LINES];
  float keep[LINES]; ///< One-pole: y += keep (y before - x)
  float gain[LINES];
  float keep_step[LINES]; ///< Per frame while the decay moves
  float gain_step[LINES];
  uint32_t moving; ///< Frames until the decay arrives
  float low[LINES];
  Filter filter[2][2];
  float width;
  float mix;
  float width_goal;
  float mix_goal;
  float glide;
  ReverbParams now;
  uint32_t room;
  float memory[];
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

static size_t
room_frames(double rate)
{
  const double ms = 2.0 * 250.0 + 2.0 * 2.0 * 30.0 + 2.0 * LINES * 90.0;
  return (size_t)(ms * rate / 1000.0) + 64 * 64;
}

static size_t
state_size(const TonSpec* spec)
{
  return sizeof(Reverb) + room_frames(spec->rate) * sizeof(float);
}

static void
place(Reverb* r, Line* line, uint32_t length)
{
  *line = (Line){length, r->room, 0};
  r->room += length;
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
  for (int k = 0; k < 4; ++k) {
    r->filter[k / 2][k % 2].s0 = 0.0;
    r->filter[k / 2][k % 2].s1 = 0.0;
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
  const TonBiquad high = ton_filter(TON_FILTER_HIGHPASS, (double)p->highpass_hz,
                                    0.0, sqrt(0.5), r->rate);
  const TonBiquad low = ton_filter(TON_FILTER_LOWPASS, (double)p->lowpass_hz,
                                   0.0, sqrt(0.5), r->rate);
  for (int c = 0; c < 2; ++c) {
    r->filter[c][0].c = high;
    r->filter[c][1].c = low;
  }
  r->width_goal = p->width_percent / 100.0F;
  r->mix_goal = p->mix_percent / 100.0F;
  if (fresh || !u->ramp) {
    r->width = r->width_goal;
    r->mix = r->mix_goal;
  }
}

static double
filtered(Filter* f, double x)
{
  const double y = f->c.b0 * x + f->s0;
  f->s0 = f->c.b1 * x - f->c.a1 * y + f->s1;
  f->s1 = f->c.b2 * x - f->c.a2 * y;
  return y;
}

/// Frames worked on at a time: no longer than the shortest path
enum { CHUNK = 32 };

/// Four of the sixteen lines side by side
typedef float Four __attribute__((vector_size(16)));

enum { FOURS = LINES / 4 };

/// Length of the piece of a line that does not wrap
static uint32_t
straight(const Line* line, uint32_t n)
{
  const uint32_t left = line->length - line->at;
  return left < n ? left : n;
}

static void
advance(Line* line, uint32_t n)
{
  line->at += n;
  line->at -= line->at >= line->length ? line->length : 0;
}

/// x comes out `length` frames later
static void
through(Reverb* r, Line* line, float* x, uint32_t n)
{
  for (uint32_t i = 0; i < n;) {
    const uint32_t m = straight(line, n - i);
    float* const at = r->memory + line->start + line->at;
    for (uint32_t k = 0; k < m; ++k) {
      const float late = at[k];
      at[k] = x[i + k];
      x[i + k] = late;
    }
    advance(line, m);
    i += m;
  }
}

/// An all-pass: y = late + 0.6 in, in = x - 0.6 late
static void
diffuse(Reverb* r, Line* line, float* x, uint32_t n)
{
  for (uint32_t i = 0; i < n;) {
    const uint32_t m = straight(line, n - i);
    float* const at = r->memory + line->start + line->at;
    for (uint32_t k = 0; k < m; ++k) {
      const float late = at[k];
      const float in = x[i + k] - 0.6F * late;
      at[k] = in;
      x[i + k] = late + 0.6F * in;
    }
    advance(line, m);
    i += m;
  }
}

/// What leaves the lines, frame by frame; the heads stay
static void
read_lines(const Reverb* r, float x[CHUNK][LINES], uint32_t n)
{
  for (int k = 0; k < LINES; ++k) {
    const Line* const line = &r->line[k];
    const float* const memory = r->memory + line->start;
    const uint32_t m = straight(line, n);
    for (uint32_t i = 0; i < m; ++i) {
      x[i][k] = memory[line->at + i];
    }
    for (uint32_t i = m; i < n; ++i) {
      x[i][k] = memory[i - m];
    }
  }
}

static void
write_lines(Reverb* r, float x[CHUNK][LINES], uint32_t n)
{
  for (int k = 0; k < LINES; ++k) {
    Line* const line = &r->line[k];
    float* const memory = r->memory + line->start;
    const uint32_t m = straight(line, n);
    for (uint32_t i = 0; i < m; ++i) {
      memory[line->at + i] = x[i][k];
    }
    for (uint32_t i = m; i < n; ++i) {
      memory[i - m] = x[i][k];
    }
    advance(line, n);
  }
}

/// A Hadamard matrix of 16 over 4, in four rounds of constant geometry:
/// sums of neighbours to the front, differences to the back
static inline __attribute__((always_inline)) void
hadamard(Four* v)
{
#pragma GCC unroll 4
  for (int round = 0; round < 4; ++round) {
    const Four e0 = __builtin_shufflevector(v[0], v[1], 0, 2, 4, 6);
    const Four o0 = __builtin_shufflevector(v[0], v[1], 1, 3, 5, 7);
    const Four e1 = __builtin_shufflevector(v[2], v[3], 0, 2, 4, 6);
    const Four o1 = __builtin_shufflevector(v[2], v[3], 1, 3, 5, 7);
    v[0] = e0 + o0;
    v[1] = e1 + o1;
    v[2] = e0 - o0;
    v[3] = e1 - o1;
  }
}

static const Four into_left = {0.25F, 0, -0.25F, 0};
static const Four into_right = {0, 0.25F, 0, -0.25F};
static const Four out_signs[FOURS] = {
    {1, 1, 1, 1}, {-1, 1, -1, 1}, {1, -1, 1, -1}, {-1, -1, -1, -1}};

/// Lines in, damped and mixed; in[] becomes what is heard
static void
network(Reverb* r, float x[CHUNK][LINES], float in[2][CHUNK], uint32_t n)
{
  Four low[FOURS];
  Four keep[FOURS];
  Four gain[FOURS];
  memcpy(low, r->low, sizeof(low));
  memcpy(keep, r->keep, sizeof(keep));
  memcpy(gain, r->gain, sizeof(gain));
  for (uint32_t i = 0; i < n; ++i) {
    Four y[FOURS];
    Four heard = {0, 0, 0, 0};
    memcpy(y, x[i], sizeof(y));
    const Four fed =
        into_left * (4.0F * in[0][i]) + into_right * (4.0F * in[1][i]);
#pragma GCC unroll 4
    for (int h = 0; h < FOURS; ++h) {
      low[h] = y[h] + keep[h] * (low[h] - y[h]);
      y[h] = low[h] * gain[h];
      heard += y[h] * out_signs[h];
    }
    hadamard(y);
#pragma GCC unroll 4
    for (int h = 0; h < FOURS; ++h) {
      y[h] = 0.25F * y[h] + fed;
    }
    memcpy(x[i], y, sizeof(y));
    in[0][i] = heard[0] + heard[2];
    in[1][i] = heard[1] + heard[3];
  }
  memcpy(r->low, low, sizeof(low));
}

/// Filters, pre-delay and diffusion of one channel
static void
prepare_channel(Reverb* r, int c, const float* x, float* in, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    // not for what is not a number either
    const double y = fabsf(x[2 * i]) < 1e6F ? (double)x[2 * i] : 0.0;
    in[i] = (float)filtered(&r->filter[c][1], filtered(&r->filter[c][0], y));
  }
  through(r, &r->predelay[c], in, n);
  for (int k = 0; k < DIFFUSERS; ++k) {
    diffuse(r, &r->diffuser[c][k], in, n);
  }
}

static void
mix_out(Reverb* r, const int32_t* on, float wet[2][CHUNK], float* x, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i, x += 2) {
    r->width += r->glide * (r->width_goal - r->width);
    r->mix += r->glide * (r->mix_goal - r->mix);
    const float mid = 0.5F * (wet[0][i] + wet[1][i]);
    for (int c = 0; c < 2; ++c) {
      const float side = mid + r->width * (wet[c][i] - mid);
      if (on[c]) {
        x[c] = x[c] * (1.0F - r->mix) + 0.5F * side * r->mix;
      }
    }
  }
}

static void
process(void* state, const TonBlock* block)
{
  Reverb* const r = state;
  float lines[CHUNK][LINES];
  float in[2][CHUNK];
  float* x = block->x;
  for (uint32_t left = block->frames; left;) {
    uint32_t n = left < CHUNK ? left : CHUNK;
    if (r->moving) {
      move_damping(r);
      n = 1;
    }
    prepare_channel(r, 0, x, in[0], n);
    prepare_channel(r, 1, x + 1, in[1], n);
    read_lines(r, lines, n);
    network(r, lines, in, n);
    write_lines(r, lines, n);
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

const TonProcessor ton_reverb = {
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
