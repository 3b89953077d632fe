// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Equalisers of the tracks: high-pass, hum, resonances.
*/
#include "assistants/insert_text.h"
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

/// Share of the musical energy that may be lost below a high-pass
#define MUSIC_LOST 0.005
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
/// Hum that can be heard, re active loudness, dB
#define HUM_DB -60.0
/// Height of a lasting peak over its surroundings that is a resonance, dB;
/// higher peaks are notes that are held or repeated
#define RING_DB   6.0
#define NOTE_DB   12.0
#define RING_TIME 0.6

static void
add_band(MixState* state, MixTrack* s, const char* kind,
         const TonSetting* settings, uint32_t n, TonDecision* d)
{
  const char* const value = ton_chain_band(state->plan, settings, n);
  if (value) {
    track_decide(state, s,
                 ton_plan_text(state->plan, "chain/%u/equaliser/%u/%s",
                               s->n_chain, s->n_bands++, kind),
                 value, d);
  }
}

// High-pass -------------------------------------------------------------------

/// Edges of a third octave
static double
edge_hz(uint32_t band)
{
  return ton_third_hz(band) * pow(2.0, -1.0 / 6.0);
}

/// Power of the sound without that of the pauses
static double
musical_power(const TonFacts* f, uint32_t band)
{
  const double sound = pow(10.0, f->active_db[band] / 10.0);
  const double pause =
      f->has_pauses ? pow(10.0, f->pause_db[band] / 10.0) : 0.0;
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
      const double into = (MUSIC_LOST * all - below) / power;
      return edge_hz(b) * pow(2.0, into / 3.0);
    }
    below += power;
  }
  return edge_hz(first);
}

/// Power below a frequency re all, dB
static double
share_below_db(const double* bands_db, double hz, const double* all_db)
{
  double below = 0.0;
  double all = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double into = 3.0 * log2(hz / edge_hz(b));
    const double power = pow(10.0, bands_db[b] / 10.0);
    below += power * fmin(fmax(into, 0.0), 1.0);
    all += pow(10.0, all_db[b] / 10.0);
  }
  return 10.0 * log10(below / all);
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

/// A hum that can be heard, or null
static const TonHum*
audible_hum(const TonFacts* f)
{
  return f->hum.hz > 0.0 && f->hum.level_db > HUM_DB ? &f->hum : NULL;
}

static double
highest_hum_below(const TonFacts* f, double hz)
{
  const TonHum* const hum = audible_hum(f);
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
  low.at_hz = round_hz(fmin(low.music_hz, s->role->highpass_hz));
  low.below_db = share_below_db(f->active_db, low.at_hz, f->active_db);
  if (f->has_pauses) {
    const double db = share_below_db(f->pause_db, low.at_hz, f->active_db);
    low.pause_db = db > -80.0 ? db : -INFINITY;
  }
  low.steady = above && low.below_db > RUMBLE_DB;
  low.foreign = own && share_below_db(f->active_db, edge_hz(own),
                                      f->active_db) > RUMBLE_DB;
  low.hum_hz = highest_hum_below(f, low.at_hz);
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
  add_band(state, s, "highpass", settings, 2, &d);
}

/// Returns its cut-off, or 0
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
  add_band(state, s, "highpass", settings, 2, &d);
}

// Hum, resonances -------------------------------------------------------------

static void
leave_hum(const MixState* state, const MixTrack* s)
{
  const TonHum* const hum = &s->facts->hum;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_SOFT_HUM, 0.8);
  ton_decision_range(&d, "hum", hum->level_db, NAN, HUM_DB);
  ton_decision_figure(&d, "mains frequency", hum->hz);
  track_decide(state, s, "chain/equaliser/notch", NULL, &d);
}

/// Notches; what lies below the high-pass is left to it
static void
decide_hum(MixState* state, MixTrack* s, double highpass_hz)
{
  const TonHum* const hum = audible_hum(s->facts);
  TonDecision d;
  if (!hum && s->facts->hum.hz > 0.0) {
    leave_hum(state, s);
  }
  for (uint32_t k = 1; hum && k <= TON_HUM_LINES; ++k) {
    if (hum->lines >> (k - 1) & 1U && hum->hz * k >= highpass_hz) {
      ton_decision_start(&d, TON_RULE_DEFECT_HUM, 0.85);
      ton_decision_range(&d, "height of the tone", hum->prominence_db[k - 1],
                         NAN, 12.0);
      ton_decision_figure(&d, "tone", hum->line_db[k - 1]);
      ton_decision_range(&d, "hum", hum->level_db, NAN, HUM_DB);
      const TonSetting settings[] = {{"at", hum->hz * k}, {"q", 30.0}};
      add_band(state, s, "notch", settings, 2, &d);
    }
  }
}

static double
twelfth_hz(uint32_t band)
{
  return 200.0 * pow(2.0, (band + 0.5) / 12.0);
}

/// Height of a band over the median of the octave around it
static double
standing_db(const TonFacts* f, uint32_t band)
{
  enum { REACH = 6 };
  double around[2 * REACH + 1];
  uint32_t n = 0;
  for (int k = -REACH; k <= REACH; ++k) {
    const int at = (int)band + k;
    if (at < 0 || at >= TON_TWELFTHS) {
      continue;
    }
    const double db = f->twelfths_db[at];
    uint32_t i = n++;
    for (; i > 0 && around[i - 1] > db; --i) {
      around[i] = around[i - 1];
    }
    around[i] = db;
  }
  return f->twelfths_db[band] - around[n / 2];
}

/// Roles that do not hold one note for long: their lasting peaks are faults
static bool
rings_are_faults(const MixTrack* s)
{
  static const char* const roles[] = {"lead vocal", "backing vocal", "double",
                                      "overhead",   "room",          "snare"};
  for (uint32_t i = 0; i < sizeof(roles) / sizeof(roles[0]); ++i) {
    if (strcmp(roles[i], s->role->name) == 0) {
      return true;
    }
  }
  return false;
}

/// Whether a band stands out for most of the time
static bool
lasts(const TonFacts* f, uint32_t band)
{
  return standing_db(f, band) > RING_DB &&
         (double)f->twelfths_stay[band] > RING_TIME;
}

/// Whether another track has the same peak: then it is a note of the song's key
static bool
is_shared(const MixState* state, const MixTrack* s, uint32_t band)
{
  for (uint32_t i = 0; i < state->n; ++i) {
    const MixTrack* const o = &state->tracks[i];
    if (o != s && o->sounds &&
        (lasts(o->facts, band - 1) || lasts(o->facts, band) ||
         lasts(o->facts, band + 1))) {
      return true;
    }
  }
  return false;
}

/// The strongest resonance not yet taken, or 0
static double
next_ring(const MixState* state, const MixTrack* s, const uint64_t taken[2],
          uint32_t* band)
{
  const TonFacts* const f = s->facts;
  double max = RING_DB;
  for (uint32_t b = 9; b + 3 < TON_TWELFTHS; ++b) {
    const double height = standing_db(f, b);
    const bool free = !(taken[b / 64] >> (b % 64) & 1U);
    const bool top = f->twelfths_db[b] >= f->twelfths_db[b - 1] &&
                     f->twelfths_db[b] >= f->twelfths_db[b + 1];
    const bool loud = f->twelfths_db[b] > f->active_lufs - 40.0;
    if (free && top && loud && height > max && height < NOTE_DB &&
        lasts(f, b) && !is_shared(state, s, b)) {
      max = height;
      *band = b;
    }
  }
  return max > RING_DB ? max : 0.0;
}

static void
decide_rings(MixState* state, MixTrack* s)
{
  enum { MAX_RINGS = 3 };
  uint64_t taken[2] = {0, 0};
  uint32_t band = 0;
  for (uint32_t i = 0; i < MAX_RINGS && rings_are_faults(s); ++i) {
    const double height = next_ring(state, s, taken, &band);
    if (height == 0.0) {
      return;
    }
    taken[band / 64] |= 1ULL << (band % 64);
    TonDecision d;
    const double gain = -fmin(fmax(0.5 * (height - 3.0), 1.5), 6.0);
    ton_decision_start(&d, TON_RULE_TONE_RESONANCE, 0.65);
    ton_decision_range(&d, "height", height, NAN, RING_DB);
    ton_decision_range(&d, "time it stands out",
                       100.0 * (double)s->facts->twelfths_stay[band], NAN,
                       100.0 * RING_TIME);
    const TonSetting settings[] = {{"at", rint(twelfth_hz(band))},
                                   {"gain", rint(gain * 10.0) / 10.0},
                                   {"q", 8.0}};
    add_band(state, s, "bell", settings, 3, &d);
  }
}

void
propose_tone(MixState* state, MixTrack* s)
{
  s->n_bands = 0;
  const double highpass_hz = decide_highpass(state, s);
  decide_dc(state, s);
  decide_hum(state, s, highpass_hz);
  decide_rings(state, s);
  s->n_chain += s->n_bands > 0;
}
