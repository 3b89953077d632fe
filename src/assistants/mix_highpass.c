// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   High-pass filters of the tracks: where the lowest note is, and what lies below.
*/
#include "assistants/mix_internal.h"
#include "dsp/decibel.h"

#include <math.h>

/// Share of the musical energy that may be lost below a high-pass
#define MUSIC_LOST 0.005
/// A steady tone reaches so far below its frequency in the spectra: a cut-off
/// keeps that distance to the lowest note
#define LINE_HZ 2.0
/// Energy below a cut-off that is not worth a filter, re all, dB
#define NOTHING_DB -45.0
/// What sounds in the pauses is all of a band above this share of its power
#define MOSTLY 0.5
/// Rumble that asks for a steeper slope, re all, dB
#define RUMBLE_DB -30.0
/// Without pauses: rumble ends here, the role is not cut lower than this, and
/// the valley between both is so deep, as a power
#define RUMBLE_HZ      40.0
#define RUMBLE_ROLE_HZ 60.0
#define VALLEY         10.0

/// Lower edge of a third octave
static double
edge_hz(uint32_t band)
{
  return ton_third_hz(band) * pow(2.0, -1.0 / 6.0);
}

/// Power below a frequency: Hz by Hz as far as that is known, then in third
/// octaves, each spread evenly
static double
power_below(const double* low, const double* thirds_db, double hz)
{
  double below = 0.0;
  for (uint32_t k = 0; k < TON_LOW_HZ; ++k) {
    below += low[k] * fmin(fmax(hz - k, 0.0), 1.0);
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double into = 3.0 * log2(hz / edge_hz(b));
    const double power =
        ton_third_hz(b) < TON_LOW_HZ ? 0.0 : pow(10.0, thirds_db[b] / 10.0);
    below += power * fmin(fmax(into, 0.0), 1.0);
  }
  return below;
}

static double
sound_below(const TonFacts* f, double hz)
{
  return power_below(f->low, f->active_db, hz);
}

static double
pause_below(const TonFacts* f, double hz)
{
  return f->has_pauses ? power_below(f->low_pause, f->pause_db, hz) : 0.0;
}

/// Energy of the whole file below a frequency, its pauses too
static double
energy_below(const TonFacts* f, double hz)
{
  const double length_s = (double)f->whole.frames / f->whole.rate;
  return f->active_s * sound_below(f, hz) +
         fmax(length_s - f->active_s, 0.0) * pause_below(f, hz);
}

/// Power of the sound without that of the pauses, from the lower edge of a third
/// octave up to a frequency inside it
static double
music_up_to(const TonFacts* f, uint32_t band, double hz)
{
  return sound_below(f, hz) - sound_below(f, edge_hz(band)) -
         pause_below(f, hz) + pause_below(f, edge_hz(band));
}

/// The same of a whole band; none where most of it sounds in the pauses too
static double
musical_power(const TonFacts* f, uint32_t band)
{
  const double from = edge_hz(band);
  const double to = edge_hz(band + 1);
  const double sound = sound_below(f, to) - sound_below(f, from);
  const double pause = pause_below(f, to) - pause_below(f, from);
  return pause > MOSTLY * sound ? 0.0 : sound - pause;
}

static double
max_power(const TonFacts* f, uint32_t from, uint32_t to)
{
  double max = 0.0;
  for (uint32_t b = from; b < to; ++b) {
    max = fmax(max, musical_power(f, b));
  }
  return max;
}

/// First band above rumble.  Where no pause tells rumble from music, what never
/// changes, and what lies under RUMBLE_HZ and behind a valley, is rumble if the
/// role plays higher
static uint32_t
first_above_rumble(const TonFacts* f, double role_hz)
{
  // hum never changes either; it gets notches
  const bool hum = f->hum.hz > 0.0;
  uint32_t first = role_hz > RUMBLE_ROLE_HZ && !hum ? f->rumble_bands : 0;
  for (uint32_t b = first + 1; !f->has_pauses && role_hz > RUMBLE_ROLE_HZ &&
                               b + 1 < TON_THIRDS && edge_hz(b + 1) < RUMBLE_HZ;
       ++b) {
    const double valley = VALLEY * musical_power(f, b);
    if (valley < max_power(f, 0, b) &&
        valley < max_power(f, b + 1, TON_THIRDS)) {
      first = b;
    }
  }
  return first;
}

/// First band in which the role sounds
static uint32_t
first_of_role(const TonRole* role)
{
  uint32_t first = 0;
  while (first + 1 < TON_THIRDS && edge_hz(first + 1) <= role->lowest_hz) {
    ++first;
  }
  return first;
}

/// Frequency inside a band up to which so much of its music lies
static double
frequency_of(const TonFacts* f, uint32_t band, double power)
{
  double from = edge_hz(band);
  double to = edge_hz(band + 1);
  while (to - from > 0.01) {
    const double middle = 0.5 * (from + to);
    if (music_up_to(f, band, middle) < power) {
      from = middle;
    } else {
      to = middle;
    }
  }
  return to;
}

/// Frequency below which MUSIC_LOST of the musical power lies
static double
lowest_music_hz(const TonFacts* f, uint32_t first)
{
  double all = 0.0;
  for (uint32_t b = first; b < TON_THIRDS; ++b) {
    all += musical_power(f, b);
  }
  double below = 0.0;
  for (uint32_t b = first; b < TON_THIRDS; ++b) {
    const double power = musical_power(f, b);
    if (below + power >= MUSIC_LOST * all && power > 0.0) {
      return frequency_of(f, b, MUSIC_LOST * all - below);
    }
    below += power;
  }
  return edge_hz(first);
}

/// Whole Hz below 100 Hz, steps of 5 Hz above
static double
round_hz(double hz)
{
  return hz < 100.0 ? rint(hz) : 5.0 * rint(hz / 5.0);
}

static void
leave_lows(const MixState* state, const MixTrack* s, double below_db, double hz)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_HIGHPASS_NOTHING, 0.9);
  ton_decision_range(&d, "energy below", below_db, NOTHING_DB, NAN);
  ton_decision_figure(&d, "cut-off", hz);
  track_decide(state, s, "chain/equaliser/highpass", NULL, &d);
}

/// What a high-pass would do to a track
typedef struct {
  double music_hz; ///< Lowest note
  double at_hz;    ///< The same, within what the role allows
  double below_db; ///< Energy below the cut-off re all
  double pause_db; ///< Of it in the pauses; -INFINITY: nothing that counts
  bool steady;     ///< It is rumble that never pauses
  bool foreign;    ///< It lies lower than the role sounds
  double hum_hz;   ///< Highest line of a hum below the cut-off, or 0
} LowEnd;

static double
highest_hum_below(const MixTrack* s, double hz)
{
  const TonHum* const hum = track_hum(s);
  double highest = 0.0;
  for (uint32_t k = 1; hum && k <= TON_HUM_LINES && hum->hz * k < hz; ++k) {
    highest = hum->lines >> (k - 1) & 1U ? hum->hz * k : highest;
  }
  return highest;
}

static LowEnd
look_below(const MixTrack* s)
{
  const TonFacts* const f = s->facts;
  const uint32_t above = first_above_rumble(f, s->role->highpass_hz);
  const uint32_t own = first_of_role(s->role);
  LowEnd low = {.music_hz = lowest_music_hz(f, own > above ? own : above),
                .pause_db = -INFINITY};
  low.at_hz = round_hz(fmin(low.music_hz - LINE_HZ, s->role->highpass_hz));
  const double all = sound_below(f, INFINITY);
  low.below_db =
      ton_power_db(energy_below(f, low.at_hz) / energy_below(f, INFINITY));
  if (f->has_pauses) {
    const double db = ton_power_db(pause_below(f, low.at_hz) / all);
    low.pause_db = db > -80.0 ? db : -INFINITY;
  }
  low.steady = above && low.below_db > RUMBLE_DB;
  low.foreign =
      own && ton_power_db(sound_below(f, edge_hz(own)) / all) > RUMBLE_DB;
  low.hum_hz = highest_hum_below(s, low.at_hz);
  return low;
}

static TonRuleId
rule_for(const LowEnd* low)
{
  return low->steady                 ? TON_RULE_HIGHPASS_STEADY_RUMBLE
         : low->pause_db > RUMBLE_DB ? TON_RULE_HIGHPASS_RUMBLE
         : low->foreign              ? TON_RULE_HIGHPASS_BELOW_ROLE
         : low->hum_hz > 0.0         ? TON_RULE_HIGHPASS_HUM
                                     : TON_RULE_HIGHPASS_SPECTRUM;
}

static void
write_highpass(MixState* state, MixTrack* s, const LowEnd* low)
{
  const TonRuleId rule = rule_for(low);
  TonDecision d;
  ton_decision_start(&d, rule, 0.85);
  ton_decision_range(&d, "lowest note", low->music_hz, 20.0,
                     s->role->highpass_hz);
  ton_decision_range(&d, "energy below", low->below_db, NOTHING_DB, NAN);
  if (isfinite(low->pause_db)) {
    ton_decision_range(&d, "energy below in pauses", low->pause_db, NAN,
                       RUMBLE_DB);
  }
  if (track_dc(s) > TRACK_DC) {
    ton_decision_range(&d, "DC offset", 100.0 * track_dc(s), NAN,
                       100.0 * TRACK_DC);
  }
  d.bound_hit = low->music_hz > s->role->highpass_hz;
  if (d.bound_hit || rule == TON_RULE_HIGHPASS_BELOW_ROLE) {
    track_name_role(s, &d);
  }
  if (d.bound_hit && rule == TON_RULE_HIGHPASS_SPECTRUM) {
    ton_decision_figure(&d, "highest cut", s->role->highpass_hz);
  }
  if (rule == TON_RULE_HIGHPASS_BELOW_ROLE) {
    ton_decision_figure(&d, "lowest of its kind", s->role->lowest_hz);
  }
  if (rule == TON_RULE_HIGHPASS_HUM) {
    ton_decision_figure(&d, "hum", low->hum_hz);
  }
  const TonSetting settings[] = {
      {"at", low->at_hz},
      {"slope", rule == TON_RULE_HIGHPASS_SPECTRUM ? 12.0 : 24.0}};
  track_add_band(state, s, "highpass", settings, 2, &d);
}

static double
decide_highpass(MixState* state, MixTrack* s)
{
  if (s->role->highpass_hz <= 0.0) {
    return 0.0;
  }
  const LowEnd low = look_below(s);
  if (low.at_hz < 20.0 || low.below_db < NOTHING_DB) {
    leave_lows(state, s, low.below_db, fmax(low.at_hz, 20.0));
    return 0.0;
  }
  write_highpass(state, s, &low);
  return low.at_hz;
}

static void
decide_dc(MixState* state, MixTrack* s)
{
  const double dc = track_dc(s);
  if (s->n_bands || !(dc > TRACK_DC)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_DC, 0.95);
  ton_decision_range(&d, "DC offset", 100.0 * dc, NAN, 100.0 * TRACK_DC);
  const TonSetting settings[] = {{"at", 10.0}, {"slope", 6.0}};
  track_add_band(state, s, "highpass", settings, 2, &d);
}

double
propose_highpass(MixState* state, MixTrack* s)
{
  const double hz = decide_highpass(state, s);
  decide_dc(state, s);
  return hz;
}
