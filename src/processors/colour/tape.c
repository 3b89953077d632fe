// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Tape machine: magnetisation, losses of the heads, wow, flutter and hiss.
*/
#define TON_LANES 4
#include "dsp/biquad_pair.h"
#include "dsp/convolution.h"
#include "dsp/decibel.h"
#include "dsp/filter_design.h"
#include "dsp/fractional_delay.h"
#include "dsp/lfo.h"
#include "dsp/oversample.h"
#include "dsp/smoothed.h"
#include "dsp/song_noise.h"
#include "dsp/waveshaper.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

typedef struct {
  float speed;
  float drive_db;
  float bias_percent;
  float wow_percent;
  float wow_hz;
  float flutter_percent;
  float hiss_db;
  float output_db;
  float mix_percent;
} TapeParams;

#define AT(field) offsetof(TapeParams, field)

static const char* const speeds[] = {"7ips", "15ips", "30ips", NULL};

static const TonParam params[] = {
    ROW_CHOICE("speed", speed, speeds, 1, TON_RESTART, SHAPE, "Speed",
               "7.5, 15 or 30 inches of tape a second: slow tape loses treble "
               "and lifts "
               "the lowest octave, fast tape is clear"),
    ROW_DB("drive", drive_db, -24, 24, 0, TON_AUTOMATE, DRIVE, "Drive",
           "Level onto the tape: more of it rounds peaks off, the treble "
           "first; quiet sounds keep their level"),
    ROW_PERCENT("bias", bias_percent, 0, 100, 100, TON_RESTART, NONE, "Bias",
                "100 % is a machine that is set up well; with less the tape "
                "resists small changes, which makes quiet sound rough"),
    ROW_PERCENT("wow", wow_percent, 0, 1, 0, TON_RESTART, NONE, "Wow",
                "How far the pitch sways slowly, at its peak"),
    ROW_HZ("wow-speed", wow_hz, 0.3, 4, 0.6, TON_RESTART, NONE, "Wow speed",
           "How often in a second the pitch sways"),
    ROW_PERCENT("flutter", flutter_percent, 0, 1, 0, TON_RESTART, NONE,
                "Flutter", "How far the pitch trembles fast, at its peak"),
    ROW_DB("hiss", hiss_db, -100, -30, -100, TON_AUTOMATE, NONE, "Hiss",
           "Level of the noise while there is sound; -100 dB is off"),
    ROW_DB("output", output_db, -24, 24, 0, TON_AUTOMATE, OUTPUT, "Output",
           "Gain of the whole sound"),
    ROW_PERCENT("mix", mix_percent, 0, 100, 100, TON_AUTOMATE, MIX, "Mix",
                "Share of the tape; below 100 % the dry sound is mixed in"),
};

static_assert(sizeof(TapeParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

/// A machine at one speed
static const struct {
  double metres; ///< Per second
  double corner; ///< Hz, of the emphasis: 70, 50 and 17.5 us
  double bump;   ///< Hz, where the whole head hears the tape
} machines[] = {
    {0.1905, 2274.0, 32.0}, {0.381, 3183.0, 55.0}, {0.762, 9095.0, 95.0}};

static const double EMPHASIS_DB = 9.0;
static const double BUMP_DB = 2.0;
static const double SPACING_M = 1e-6;  ///< Between tape and head
static const double GAP_M = 3e-6;      ///< Of the head
static const double COERCIVITY = 0.35; ///< Way of the field that halves memory
static const double FORGET_S = 0.1;    ///< Memory fades, as under an erase head
static const double SMOOTHING_S = 0.020;
static const float NO_HISS_DB = -100.0F;

enum { SECTIONS = 4, FLUTTERS = 3, LOSS_TAPS = 512 };
enum { CHUNK = TON_OVERSAMPLE };
enum { OUTPUT, MIX, HISS, N_SMOOTHED };

static const double flutter_hz[FLUTTERS] = {6.3, 11.7, 28.9};
static const double flutter_share[FLUTTERS] = {0.5, 0.3, 0.2};

/**
     in -+- emphasis - x8 - magnetisation - :8 - emphasis back - bump - losses
         |                                                               |
         |                                    wow and flutter: a delay --+
         |                                            |
         +- wait ---------------------------- dry  -  mix - + hiss - out

   The magnetisation M follows the field H after Jiles and Atherton (1986), with
   tanh as the curve of a tape without memory and without the coupling of 0.16 %
   between both:

     dR = (tanh H - R) |dH| / k   while the field moves toward it, else 0
     M  = share tanh H + (1 - share) R

   which is linear in R: the trapezoidal rule solves it without iteration.  The
   bias of the machine is the share.
*/
typedef struct {
  double rate;
  TonSmoothed smoothed;
  double
      drive; ///< Follows its goal like the others, but earlier by the latency
  double drive_goal;
  TonOversample over;
  TonBiquadPair emphasis;
  TonBiquadPair after[SECTIONS - 1]; ///< Emphasis back, bump, dip above it
  double share;
  double forget; ///< Per frame at the top
  TonVd field;
  TonVd curve;
  TonVd memory_of_tape; ///< R
  TonV last;            ///< Out of the magnetisation, a frame late
  TonConvolution* losses[2];
  bool begun;
  bool sways;
  TonLfo lfo[1 + FLUTTERS];
  double depth[1 + FLUTTERS]; ///< Frames
  double wait;                ///< Frames of delay while nothing sways
  TonFractions fractions;
  TonLine line[2];
  uint32_t at; ///< Of the lines
  int64_t frame;
  uint32_t quiet; ///< Frames since the last that was not silent
  uint32_t latency;
  uint32_t dry_at;
  uint32_t dry_mask;
  TonVd* dry;
  float* lines;
  TonV memory[];
} Tape;

// Opening ------------------------------------------------------------------------

/// Deviations in frames; returns their sum
static double
set_sway(Tape* t, const TapeParams* p)
{
  const double hz[] = {(double)p->wow_hz, flutter_hz[0], flutter_hz[1],
                       flutter_hz[2]};
  double sum = 0.0;
  for (int i = 0; i < 1 + FLUTTERS; ++i) {
    const double percent = i ? flutter_share[i - 1] * (double)p->flutter_percent
                             : (double)p->wow_percent;
    t->depth[i] = percent / 100.0 / (2.0 * M_PI * hz[i]) * t->rate;
    ton_lfo_set(&t->lfo[i], hz[i], t->rate);
    sum += t->depth[i];
  }
  t->sways = sum > 0.0;
  return sum;
}

/// Losses of the play-back head at a frequency, 1 or less
static double
loss_at(const void* context, double hz)
{
  const double k = 2.0 * M_PI * hz / *(const double*)context;
  const double half = fmax(0.5 * k * GAP_M, 1e-9);
  return exp(-k * SPACING_M) * fmax(sin(half) / half, 1e-3);
}

static bool
make_losses(Tape* t, const double* metres)
{
  uint32_t length = LOSS_TAPS;
  while (length < LOSS_TAPS * t->rate / 64000.0) {
    length *= 2;
  }
  const TonGainCurve curve = {loss_at, metres, t->rate};
  return ton_convolution_pair(&curve, length, t->losses);
}

static void
close(const TonProcessor* self, void* state)
{
  Tape* const t = state;
  if (t) {
    ton_convolution_free(t->losses[0]);
    ton_convolution_free(t->losses[1]);
    ton_free(t->lines);
  }
  ton_free(t);
}

static void
set_filters(Tape* t, int speed)
{
  const double corner = machines[speed].corner;
  const double bump = machines[speed].bump;
  const double rate = t->rate;
  t->emphasis.c =
      ton_filter(TON_FILTER_HIGH_SHELF, corner, EMPHASIS_DB, 0.5, rate);
  t->after[0].c =
      ton_filter(TON_FILTER_HIGH_SHELF, corner, -EMPHASIS_DB, 0.5, rate);
  t->after[1].c = ton_filter(TON_FILTER_BELL, bump, BUMP_DB, 1.0, rate);
  t->after[2].c =
      ton_filter(TON_FILTER_BELL, 2.0 * bump, -0.5 * BUMP_DB, 1.5, rate);
}

/// The lines of the sway, whose delay is `wait` in the middle
static bool
make_lines(Tape* t, double sum)
{
  const uint32_t wait = (uint32_t)ceil(sum) + TON_FRACTION_MIN + 1;
  const uint32_t frames = 2 * wait + 2 * TON_FRACTION_MIN;
  t->wait = t->sways ? wait : 0.0;
  t->lines = ton_alloc(4 * (size_t)frames * sizeof(float));
  t->line[0] = (TonLine){t->lines, frames};
  t->line[1] = (TonLine){t->lines + 2 * (size_t)frames, frames};
  ton_fractions_fill(&t->fractions);
  return t->lines;
}

static uint32_t
dry_frames(double rate, double sum)
{
  const double most =
      ton_half_bands_plan(rate).latency + sum + 3.0 * TON_FRACTION_MIN + CHUNK;
  uint32_t n = 64;
  while (n < most) {
    n *= 2;
  }
  return n;
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const TapeParams* const p = (const TapeParams*)spec->params[0];
  Tape plan = {.rate = spec->rate};
  const double sum = set_sway(&plan, p);
  const uint32_t dry = dry_frames(spec->rate, sum);
  const size_t vectors = ton_oversample_vectors(spec->rate) + dry;
  TON_TRY(ton_instance(sizeof(Tape) + vectors * sizeof(TonV), state, error));
  Tape* const t = *state;
  t->rate = spec->rate;
  (void)set_sway(t, p);
  t->dry = (TonVd*)t->memory;
  t->dry_mask = dry - 1;
  ton_oversample_prepare(&t->over, spec->rate, t->memory + dry);
  ton_smoothed_set(&t->smoothed, SMOOTHING_S, spec->rate);
  set_filters(t, (int)p->speed);
  t->share = 0.5 + 0.5 * (double)p->bias_percent / 100.0;
  t->forget = 1.0 / (FORGET_S * spec->rate * t->over.bands.factor);
  t->quiet = UINT32_MAX;
  if (!make_lines(t, sum) || !make_losses(t, &machines[(int)p->speed].metres)) {
    close(self, t);
    *state = NULL;
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  t->latency = t->over.bands.latency + (uint32_t)t->wait;
  return TON_OK;
}

static void
forget(Tape* t, int64_t song_frame)
{
  for (int i = 0; i < 2; ++i) {
    ton_convolution_reset(t->losses[i], song_frame);
  }
  t->begun = false;
}

/// Sway and hiss follow the song
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Tape* const t = state;
  for (int i = 0; i < 1 + FLUTTERS; ++i) {
    ton_lfo_locate(&t->lfo[i], song_frame);
  }
  t->frame = song_frame;
  if (!t->begun) {
    forget(t, song_frame);
  }
}

static void
arrive(Tape* t)
{
  t->drive = t->drive_goal;
  ton_smoothed_arrive(&t->smoothed);
}

static void
reset(const TonProcessor* self, void* state)
{
  Tape* const t = state;
  ton_oversample_reset(&t->over);
  ton_biquad_pair_clear(&t->emphasis);
  for (int i = 0; i < SECTIONS - 1; ++i) {
    ton_biquad_pair_clear(&t->after[i]);
  }
  t->field = t->curve = t->memory_of_tape = (TonVd){0};
  t->last = (TonV){0};
  memset(t->lines, 0, 4 * (size_t)t->line[0].frames * sizeof(float));
  memset(t->dry, 0, ((size_t)t->dry_mask + 1) * sizeof(TonVd));
  t->at = t->dry_at = 0;
  t->quiet = UINT32_MAX;
  t->begun = false;
  locate(self, t, 0);
  arrive(t);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Tape* const t = state;
  const TapeParams* const p = (const TapeParams*)u->params;
  double* const goal = t->smoothed.goal;
  t->drive_goal = ton_from_db((double)p->drive_db);
  goal[OUTPUT] = ton_from_db((double)p->output_db);
  goal[MIX] = (double)p->mix_percent / 100.0;
  goal[HISS] = p->hiss_db > NO_HISS_DB ? ton_from_db((double)p->hiss_db) : 0.0;
  if (!u->ramp) {
    arrive(t);
  }
}

// Audio --------------------------------------------------------------------------

/// What the tape keeps of a field, one frame at the top
static inline TonV
magnetise(Tape* t, TonV field)
{
  const TonV whole = ton_v_tanh(field);
  const TonVd curve = ton_v_low(whole);
  const TonVd h = ton_v_low(field);
  TonVd kept;
  for (int i = 0; i < 2; ++i) {
    const double way = h[i] - t->field[i];
    const bool toward = way * (curve[i] - t->memory_of_tape[i]) > 0.0;
    const double x =
        fmin(2.0, (toward ? fabs(way) / COERCIVITY : 0.0) + t->forget);
    const double pull = 0.5 * x * (curve[i] + t->curve[i]);
    const double r =
        (t->memory_of_tape[i] * (1.0 - 0.5 * x) + pull) / (1.0 + 0.5 * x);
    t->memory_of_tape[i] = r;
    kept[i] = t->share * curve[i] + (1.0 - t->share) * r;
  }
  t->field = h;
  t->curve = curve;
  return ton_vd_join(kept, (TonVd){0});
}

/// n frames onto the tape, at the top rate, one frame late
static void
record(Tape* t, const float* drive, uint32_t n)
{
  const uint32_t factor = t->over.bands.factor;
  TonV* const y = ton_oversample_back(&t->over);
  for (uint32_t i = 0; i < n * factor; ++i) {
    const float d = drive[i / factor];
    const TonV kept = magnetise(t, d * t->over.top[i]) / d;
    y[i] = t->last;
    t->last = kept;
  }
}

/// Brighter than white; it fades behind half a second of silence
static double
hiss_of(const Tape* t, int side)
{
  const double fade = ton_noise_gain(t->quiet, t->rate);
  if (fade * t->smoothed.now[HISS] <= 0.0) {
    return 0.0;
  }
  const double noise =
      ton_song_noise(t->frame, side) - 0.5 * ton_song_noise(t->frame - 1, side);
  return fade * t->smoothed.now[HISS] * noise / sqrt(1.25);
}

static double
delay_now(const Tape* t)
{
  double delay = t->wait;
  for (int i = 0; i < 1 + FLUTTERS; ++i) {
    delay += t->depth[i] * ton_lfo_sine(t->lfo[i].phase);
  }
  return delay;
}

/// What comes off the tape now, from the lines
static TonVd
swayed(Tape* t, const float* left, const float* right)
{
  TonVd y = {(double)*left, (double)*right};
  if (t->sways) {
    const double delay = delay_now(t);
    const float in[2] = {*left, *right};
    for (int c = 0; c < 2; ++c) {
      y[c] = (double)ton_line_read(t->line[c], t->at, delay, &t->fractions);
      ton_line_write(t->line[c], t->at, in[c]);
    }
    t->at = t->at + 1 < t->line[0].frames ? t->at + 1 : 0;
    for (int i = 0; i < 1 + FLUTTERS; ++i) {
      t->lfo[i].phase += t->lfo[i].step;
    }
  }
  return y;
}

/// n frames into the filters, and the drive of each
static void
take(Tape* t, const float* x, float* drive, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i, x += 2) {
    const TonVd in = {(double)ton_finite(x[0]), (double)ton_finite(x[1])};
    t->dry[(t->dry_at + i) & t->dry_mask] = in;
    t->drive += t->smoothed.share * (t->drive_goal - t->drive);
    drive[i] = (float)t->drive;
    t->over.up[0][i] =
        ton_vd_join(ton_biquad_pair(&t->emphasis, in), (TonVd){0});
  }
}

/// n frames off the tape and out
static void
give(Tape* t, float* x, const int32_t* on, uint32_t n)
{
  float played[2][CHUNK];
  float lost[2][CHUNK];
  for (uint32_t i = 0; i < n; ++i) {
    TonVd y = ton_v_low(t->over.out[i]);
    for (int k = 0; k < SECTIONS - 1; ++k) {
      y = ton_biquad_pair(&t->after[k], y);
    }
    played[0][i] = (float)y[0];
    played[1][i] = (float)y[1];
  }
  ton_convolution_run(t->losses[0], played[0], lost[0], n);
  ton_convolution_run(t->losses[1], played[1], lost[1], n);
  for (uint32_t i = 0; i < n; ++i, x += 2) {
    t->quiet = ton_quiet_frames(t->quiet, x);
    ton_smoothed_step(&t->smoothed, N_SMOOTHED);
    const TonVd dry = t->dry[(t->dry_at - t->latency) & t->dry_mask];
    const TonVd wet = swayed(t, &lost[0][i], &lost[1][i]);
    const double* const now = t->smoothed.now;
    for (int c = 0; c < 2; ++c) {
      const double tape = wet[c] + hiss_of(t, c);
      const double y = now[OUTPUT] * (dry[c] + now[MIX] * (tape - dry[c]));
      x[c] = on[c] ? (float)y : x[c];
    }
    ++t->dry_at;
    ++t->frame;
  }
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Tape* const t = state;
  float* x = block->x;
  t->begun = true;
  for (uint32_t left = block->frames; left;) {
    const uint32_t n = left < CHUNK ? left : CHUNK;
    float drive[CHUNK];
    take(t, x, drive, n);
    ton_oversample_up(&t->over, n);
    record(t, drive, n);
    ton_oversample_down(&t->over, n);
    give(t, x, block->on, n);
    x += 2 * (size_t)n;
    left -= n;
  }
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  return ((const Tape*)state)->latency;
}

/// Filters, losses and lines, and what the tape keeps
static uint64_t
tail(const TonProcessor* self, const void* state, const float* values)
{
  const Tape* const t = state;
  const TapeParams* const p = (const TapeParams*)values;
  const double bump = 1.0 / (M_PI * machines[(int)p->speed].bump);
  const double hiss = p->hiss_db > NO_HISS_DB ? 2.0 * TON_NOISE_LASTS_S : 0.0;
  const double kept = p->bias_percent < 100.0F ? FORGET_S : 0.0;
  return 2 * (uint64_t)t->latency + ton_convolution_memory(t->losses[0]) +
         ton_settle_frames(bump + kept, t->rate) + (uint64_t)(hiss * t->rate);
}

static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const double rate = ((const Tape*)state)->rate;
  return tail(self, state, values) + ton_settle_frames(SMOOTHING_S, rate);
}

static bool
neutral(const TonProcessor* self, const float* values)
{
  const TapeParams* const p = (const TapeParams*)values;
  return p->mix_percent <= 0.0F && p->output_db == 0.0F;
}

const TonProcessor ton_tape = {
    .id = "tape",
    .name = "Tape machine",
    .category = "colour",
    .help =
        "Records the sound on tape and plays it back: peaks are rounded off, "
        "the treble first, the lowest octave is lifted a little, and the "
        "pitch sways if you want it to.",
    .params = params,
    .n_params = TON_COUNT(params),
    .flags = TON_PAIR | TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = close,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .tail = tail,
    .settle = settle,
    .neutral = neutral,
};
