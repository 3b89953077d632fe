// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Limiter: keeps the true peak below a ceiling.
*/
#include "dsp/decibel.h"
#include "dsp/limit_stage.h"
#include "processors/param_rows.h"
#include "processors/processors.h"

#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct {
  float gain_db;
  float ceiling_dbtp;
  float lookahead_ms;
  float release_ms;
  float mode;
  float link_percent;
} LimiterParams;

enum { AUTO, MANUAL };

static const char* const modes[] = {"auto", "manual", NULL};

#define AT(field) offsetof(LimiterParams, field)

static const TonParam params[] = {
    ROW_DB("gain", gain_db, -24, 30, 0, TON_AUTOMATE, GAIN, "Gain",
           "Gain before the limiter: higher is louder, and is limited more"),
    ROW_DBTP("ceiling", ceiling_dbtp, -20, 0, -1, TON_AUTOMATE, CEILING,
             "Ceiling", "Highest true peak of the output"),
    ROW_MS("look-ahead", lookahead_ms, 0.5, 10, 3, TON_RESTART, LOOK_AHEAD,
           "Look-ahead",
           "How early the gain begins to fall before a peak: longer moves it "
           "more softly and turns down more"),
    ROW_MS("release", release_ms, 1, 3000, 30, TON_AUTOMATE, RELEASE, "Release",
           "Time in which 63 % of the gain comes back after a peak"),
    ROW_CHOICE(
        "mode", mode, modes, 0, 0, NONE, "Release mode",
        "In auto, the bass is distorted less, and the gain comes back three "
        "times as slowly after single peaks as in dense limiting"),
    ROW_PERCENT("link", link_percent, 0, 100, 100, TON_AUTOMATE, LINK,
                "Stereo link",
                "How far a peak on one side turns the other side down too"),
};

static_assert(sizeof(LimiterParams) == sizeof(float) * TON_COUNT(params),
              "every field has one table row");

static const TonMeterInfo meters[] = {
    {"gain-reduction", "Gain reduction", TON_DB, 0.0F},
};

static const double GUARD_MS = 0.5;
static const double DENSITY_S = 0.5; ///< Over which auto averages the density

enum {
  STEP = TON_LIMIT_STEP,
  WAITING = 512, ///< Steps: more than the longest look-ahead at 768 kHz
};

/**
   Two stages in series: the first does the work; the second, with 0.5 ms of
   look-ahead and no release, takes back what gain times sound has built up
   between the samples since (reference 4.2).  With the margins below, the 16x
   reference never reads more than the ceiling, up to half the rate.
*/
typedef struct {
  TonLimitStage main;
  TonLimitStage guard;
  double rate;
  double ceiling; ///< Of the sound that comes in
  double ceilings[WAITING];
  uint32_t step;
  float in[2][STEP];
  float out[2][STEP];
  uint32_t held;
  double drive;
  double drive_step;
  double drive_goal;
  uint32_t drive_left;
  _Alignas(64) char memory[]; ///< Rings of both
} Limiter;

static uint32_t
look_frames(double ms, double rate)
{
  return (uint32_t)lrint(ms * rate / 1000.0);
}

static TonStatus
open(const TonProcessor* self, const TonSpec* spec, void** state,
     TonError* error)
{
  const LimiterParams* const p = (const LimiterParams*)spec->params[0];
  const uint32_t look = look_frames((double)p->lookahead_ms, spec->rate);
  const uint32_t guard = look_frames(GUARD_MS, spec->rate);
  const size_t first = ton_limit_bytes(look);
  TON_TRY(ton_instance(sizeof(Limiter) + first + ton_limit_bytes(guard), state,
                       error));
  Limiter* const s = *state;
  s->rate = spec->rate;
  s->drive = 1.0;
  s->drive_goal = 1.0;
  ton_limit_prepare(&s->main, look, s->memory);
  ton_limit_prepare(&s->guard, guard, s->memory + first);
  s->guard.release = ton_limit_release_plain(1e-3);
  return TON_OK;
}

/// No ceiling on its way but the one that holds
static void
still(Limiter* s)
{
  for (uint32_t i = 0; i < WAITING; ++i) {
    s->ceilings[i] = s->ceiling;
  }
  s->step = 0;
}

static void
reset(const TonProcessor* self, void* state)
{
  Limiter* const s = state;
  ton_limit_reset(&s->main);
  ton_limit_reset(&s->guard);
  memset(s->in, 0, sizeof(s->in));
  memset(s->out, 0, sizeof(s->out));
  s->held = 0;
  still(s);
}

/// Works in steps of frames: in silence they are those of the song
static void
locate(const TonProcessor* self, void* state, int64_t song_frame)
{
  Limiter* const s = state;
  if (!s->step) {
    s->held = (uint32_t)(((song_frame % STEP) + STEP) % STEP);
  }
}

static TonLimitRelease
release_of(const Limiter* s, const LimiterParams* p)
{
  const double fall = (double)p->release_ms * s->rate / 1000.0;
  return p->mode == (float)AUTO ? ton_limit_release_auto(fall, s->rate)
                                : ton_limit_release_plain(fall);
}

static void
update(const TonProcessor* self, void* state, const TonUpdate* u)
{
  Limiter* const s = state;
  const LimiterParams* const p = (const LimiterParams*)u->params;
  ton_limit_link(&s->main, (double)p->link_percent / 100.0);
  ton_limit_link(&s->guard, (double)p->link_percent / 100.0);
  s->ceiling = ton_from_db((double)p->ceiling_dbtp);
  if (!s->step) {
    still(s);
  }
  s->main.release = release_of(s, p);
  s->drive_goal = ton_from_db((double)p->gain_db);
  s->drive_left = u->ramp;
  s->drive_step = u->ramp ? (s->drive_goal - s->drive) / (double)u->ramp : 0.0;
  s->drive = u->ramp ? s->drive : s->drive_goal;
}

/// NaN, infinity and more than 120 dBFS become silence
static float
driven(float x, double drive)
{
  const double y = (double)x * drive;
  return fabs(y) <= 1e6 ? (float)y : 0.0F;
}

static double
next_drive(Limiter* s)
{
  if (s->drive_left) {
    s->drive += s->drive_step;
    if (!--s->drive_left) {
      s->drive = s->drive_goal;
    }
  }
  return s->drive;
}

/// n frames into what is held, and the same places of what is done out
static void
exchange(Limiter* s, const TonBlock* block, float* x, uint32_t n)
{
  double drive[STEP];
  for (uint32_t i = 0; i < n; ++i) {
    drive[i] = next_drive(s);
  }
  for (uint32_t c = 0; c < 2; ++c) {
    float* const in = s->in[c] + s->held;
    const float* const out = s->out[c] + s->held;
    for (uint32_t i = 0; i < n; ++i) {
      in[i] = driven(x[2 * i + c], drive[i]);
    }
    for (uint32_t i = 0; block->on[c] && i < n; ++i) {
      x[2 * i + c] = out[i];
    }
  }
  s->held += n;
}

/// The step that is held, through both stages
static void
run_step(Limiter* s)
{
  const uint32_t waits = (ton_limit_latency(s->main.look) + STEP - 1) / STEP;
  s->ceilings[s->step % WAITING] = s->ceiling;
  s->main.ceiling = s->ceiling * ton_from_db(-0.03);
  s->guard.ceiling =
      s->ceilings[(s->step - waits) % WAITING] * ton_from_db(-0.02);
  ++s->step;
  memcpy(s->out, s->in, sizeof(s->out));
  ton_limit_step(&s->main, s->out[0], s->out[1]);
  ton_limit_step(&s->guard, s->out[0], s->out[1]);
  s->held = 0;
}

static void
process(const TonProcessor* self, void* state, const TonBlock* block)
{
  Limiter* const s = state;
  s->main.deepest = 0.0;
  for (uint32_t at = 0; at < block->frames;) {
    const uint32_t left = block->frames - at;
    const uint32_t free_frames = STEP - s->held;
    const uint32_t n = left < free_frames ? left : free_frames;
    exchange(s, block, block->x + (size_t)2 * at, n);
    at += n;
    if (s->held == STEP) {
      run_step(s);
    }
  }
  if (block->meters) {
    const float r = (float)-ton_to_db(1.0 - s->main.deepest);
    block->meters[0] = r;
    block->meters[1] = r;
  }
}

static uint32_t
latency(const TonProcessor* self, const void* state, const float* values)
{
  const Limiter* const s = state;
  return STEP + ton_limit_latency(s->main.look) +
         ton_limit_latency(s->guard.look);
}

/// Auto releases more slowly after single peaks, and averages how dense they are
static uint64_t
settle(const TonProcessor* self, const void* state, const float* values)
{
  const LimiterParams* const p = (const LimiterParams*)values;
  const double rate = ((const Limiter*)state)->rate;
  const double release = (double)p->release_ms / 1000.0;
  const double seconds =
      p->mode == (float)AUTO ? TON_LIMIT_LONE * release + DENSITY_S : release;
  return 2 * latency(self, state, values) + ton_settle_frames(seconds, rate);
}

static double
transfer(const TonProcessor* self, const float* values, double in_db)
{
  const LimiterParams* const p = (const LimiterParams*)values;
  return fmin(in_db + (double)p->gain_db, (double)p->ceiling_dbtp);
}

const TonProcessor ton_limiter = {
    .id = "limiter",
    .name = "Limiter",
    .category = "dynamics",
    .help =
        "Keeps the true peak below a ceiling: it looks ahead for peaks, also "
        "those between the samples, and turns both sides down together, "
        "smoothly.",
    .params = params,
    .n_params = TON_COUNT(params),
    .meters = meters,
    .n_meters = TON_COUNT(meters),
    .flags = TON_ALONE,
    .lanes = 2,
    .open = open,
    .close = ton_instance_free,
    .reset = reset,
    .locate = locate,
    .update = update,
    .process = process,
    .latency = latency,
    .settle = settle,
    .transfer = transfer,
};
