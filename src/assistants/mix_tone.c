// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Notches and cuts of the tracks: hum, resonances.
*/
#include "assistants/mix_internal.h"

#include <math.h>
#include <string.h>

/// Height of a lasting peak over its surroundings that is a resonance, dB;
/// higher peaks are notes that are held or repeated
#define RING_DB   6.0
#define NOTE_DB   12.0
#define RING_TIME 0.6

static void
leave_hum(const MixState* state, const MixTrack* s)
{
  const TonHum* const hum = &s->facts->hum;
  TonDecision d;
  ton_decision_start(&d, TON_RULE_DEFECT_SOFT_HUM, 0.8);
  ton_decision_range(&d, "hum", hum->level_db, NAN, TRACK_HUM_DB);
  ton_decision_figure(&d, "mains frequency", hum->hz);
  track_decide(state, s, "chain/equaliser/notch", NULL, &d);
}

/// Notches; what lies below the high-pass is left to it
static void
decide_hum(MixState* state, MixTrack* s, double highpass_hz)
{
  const TonHum* const hum = track_hum(s);
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
      ton_decision_range(&d, "hum", hum->level_db, NAN, TRACK_HUM_DB);
      const TonSetting settings[] = {{"at", hum->hz * k}, {"q", 30.0}};
      track_add_band(state, s, "notch", settings, 2, &d);
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
    track_add_band(state, s, "bell", settings, 3, &d);
  }
}

void
propose_tone(MixState* state, MixTrack* s)
{
  s->n_bands = 0;
  const double highpass_hz = propose_highpass(state, s);
  decide_hum(state, s, highpass_hz);
  decide_rings(state, s);
  s->n_chain += s->n_bands > 0;
}
