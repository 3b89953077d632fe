// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The tone of the songs of an album: five broad bands of each against the mean of
   all, and the equaliser that takes a share of the distance away.
*/
#include "assistants/album_tone.h"

#include "assistants/decision_builder.h"
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"
#include "base/array.h"

#include <math.h>
#include <string.h>

/// A song nearer than this to the album is left alone, dB
#define ALIKE_DB 0.75
/// A band further away is another instrumentation, not another tone, dB
#define OTHER_MUSIC_DB 10.0
/// Most a band is moved, dB
#define MAX_DB 2.0
/// A section weaker than this is left out, dB
#define WORTH_DB 0.15

/// A band, and the section that moves it
static const struct {
  const char* name;
  uint32_t first; ///< Third octave
  uint32_t last;
  const char* kind;
  double hz;
  double q;
} bands[TON_TONE_BANDS] = {
    {"the lows (40 to 125 Hz)", 3, 8, "low-shelf", 140.0, 0.7},
    {"the low middle (160 to 500 Hz)", 9, 14, "bell", 280.0, 0.8},
    {"the middle (630 Hz to 1.6 kHz)", 15, 19, "bell", 1000.0, 0.9},
    {"the presence (2 to 5 kHz)", 20, 24, "bell", 3200.0, 0.9},
    {"the highs (6.3 to 12.5 kHz)", 25, 28, "high-shelf", 5600.0, 0.7},
};

// Holding songs against one another -------------------------------------------

/// Level of a band behind a gain for each of its third octaves (null: none)
static double
band_db(const double* thirds_db, uint32_t band, const double* gain_db)
{
  double power = 0.0;
  for (uint32_t b = bands[band].first; b <= bands[band].last; ++b) {
    const double db = thirds_db[b] + (gain_db ? gain_db[b] : 0.0);
    power += isfinite(db) ? pow(10.0, db / 10.0) : 0.0;
  }
  return power > 0.0 ? 10.0 * log10(power) : -INFINITY;
}

void
ton_tone_bands(const double* thirds_db, double* bands_db)
{
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    bands_db[i] = band_db(thirds_db, i, NULL);
  }
}

/// Mean of what is a number, NaN of nothing
static double
mean(const double* x, uint32_t n)
{
  double sum = 0.0;
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += isfinite(x[i]) ? x[i] : 0.0;
    count += isfinite(x[i]);
  }
  return count ? sum / count : NAN;
}

static double
root_mean_square(const double* x, uint32_t n)
{
  double squares[TON_TONE_BANDS];
  for (uint32_t i = 0; i < n; ++i) {
    squares[i] = x[i] * x[i];
  }
  return sqrt(mean(squares, n));
}

/// Take the mean away; what then lies too far off does not count, and goes first
static void
centre(double* off_db)
{
  for (uint32_t pass = 0; pass <= TON_TONE_BANDS; ++pass) {
    const double middle = mean(off_db, TON_TONE_BANDS);
    uint32_t worst = TON_TONE_BANDS;
    for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
      off_db[i] = isfinite(off_db[i]) ? off_db[i] - middle : NAN;
      const bool far = fabs(off_db[i]) > OTHER_MUSIC_DB;
      worst = far && (worst == TON_TONE_BANDS ||
                      fabs(off_db[i]) > fabs(off_db[worst]))
                  ? i
                  : worst;
    }
    if (worst == TON_TONE_BANDS) {
      return;
    }
    off_db[worst] = NAN;
  }
}

double
ton_tone_distance(const double* a_db, const double* b_db)
{
  double off_db[TON_TONE_BANDS];
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    off_db[i] = b_db[i] - a_db[i];
  }
  centre(off_db);
  return root_mean_square(off_db, TON_TONE_BANDS);
}

/// Bands at the level where the middle three are 0 on average
static void
level_bands(const double* thirds_db, double* bands_db)
{
  ton_tone_bands(thirds_db, bands_db);
  const double level = mean(bands_db + 1, 3);
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    bands_db[i] -= isfinite(level) ? level : 0.0;
  }
}

void
ton_album_tones(const TonAlbumSong* songs, uint32_t n, TonAlbumTone* tones)
{
  double sum[TON_TONE_BANDS] = {0.0};
  uint32_t count[TON_TONE_BANDS] = {0};
  for (uint32_t k = 0; k < n; ++k) {
    tones[k] = (TonAlbumTone){0};
    level_bands(songs[k].thirds_db, tones[k].off_db);
    for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
      const bool there = isfinite(tones[k].off_db[i]);
      sum[i] += there ? tones[k].off_db[i] : 0.0;
      count[i] += there;
    }
  }
  for (uint32_t k = 0; k < n; ++k) {
    for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
      tones[k].off_db[i] -= count[i] ? sum[i] / count[i] : 0.0;
    }
    centre(tones[k].off_db);
    tones[k].distance_db = root_mean_square(tones[k].off_db, TON_TONE_BANDS);
  }
}

double
ton_album_tone_left(const TonAlbumTone* before, const double* was_db,
                    const double* now_db)
{
  double was[TON_TONE_BANDS];
  double now[TON_TONE_BANDS];
  ton_tone_bands(was_db, was);
  ton_tone_bands(now_db, now);
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    now[i] = before->off_db[i] + now[i] - was[i];
  }
  centre(now);
  return root_mean_square(now, TON_TONE_BANDS);
}

// Moving -----------------------------------------------------------------------

/// What the sections do to each band of a song, on average nothing
static void
find_moves(const TonAlbumSong* song, const TonAlbumTone* tone, double* moved_db)
{
  ToneSection sections[TON_TONE_BANDS];
  double gain_db[TON_THIRDS];
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    sections[i] =
        (ToneSection){bands[i].kind, bands[i].hz, tone->gain_db[i], bands[i].q};
  }
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    gain_db[b] =
        tone_response(sections, TON_TONE_BANDS,
                      fmin(ton_third_hz(b), 0.45 * song->rate), song->rate);
  }
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    moved_db[i] = isfinite(tone->off_db[i])
                      ? band_db(song->thirds_db, i, gain_db) -
                            band_db(song->thirds_db, i, NULL)
                      : NAN;
  }
  const double level = mean(moved_db, TON_TONE_BANDS);
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    moved_db[i] -= level;
  }
}

static double
clamped(double x)
{
  return fmin(fmax(x, -MAX_DB), MAX_DB);
}

bool
ton_album_tone_fit(const TonAlbumSong* song, double share, TonAlbumTone* tone)
{
  enum { STEPS = 40 };
  bool any = false;
  memset(tone->gain_db, 0, sizeof(tone->gain_db));
  if (!(tone->distance_db > ALIKE_DB) || !(share > 0.0)) {
    return false;
  }
  for (uint32_t step = 0; step < STEPS; ++step) {
    double moved_db[TON_TONE_BANDS];
    find_moves(song, tone, moved_db);
    for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
      const double rest = clamped(-share * tone->off_db[i]) - moved_db[i];
      tone->gain_db[i] =
          isfinite(rest) ? clamped(tone->gain_db[i] + 0.5 * rest) : 0.0;
    }
  }
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    const bool worth = fabs(tone->gain_db[i]) > WORTH_DB;
    tone->gain_db[i] = worth ? ton_plan_rounded(tone->gain_db[i], 10.0) : 0.0;
    any |= worth;
  }
  return any;
}

// Writing ----------------------------------------------------------------------

/// The band near a section that is a reason for what it does: its own, unless that
/// only makes up for its neighbours
static uint32_t
reason_of(const TonAlbumTone* tone, uint32_t section)
{
  uint32_t best = section;
  double most = -INFINITY;
  for (uint32_t i = section ? section - 1 : 0;
       i <= section + 1 && i < TON_TONE_BANDS; ++i) {
    const double off =
        -copysign(tone->off_db[i], tone->gain_db[section] * tone->off_db[i]) *
        (i == section ? 2.0 : 1.0);
    if (isfinite(off) && off > most) {
      most = off;
      best = i;
    }
  }
  return best;
}

void
ton_album_tone_write(const TonAlbumTone* tone, uint32_t track, double share,
                     TonPlan* plan)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < TON_TONE_BANDS; ++i) {
    if (tone->gain_db[i] == 0.0) {
      continue;
    }
    const uint32_t band = reason_of(tone, i);
    const double off_db = tone->off_db[band];
    TonDecision d;
    ton_decision_start(&d, TON_RULE_ALBUM_TONE, 0.6);
    ton_decision_figure(&d, "distance", fabs(off_db));
    ton_decision_range(&d, "distance of the song", tone->distance_db, NAN,
                       ALIKE_DB);
    ton_decision_figure(&d, "share", 100.0 * share);
    ton_decision_name(&d, "band", bands[band].name);
    ton_decision_name(&d, "way", off_db > 0.0 ? "louder" : "softer");
    d.bound_hit = fabs(tone->gain_db[i]) > MAX_DB - 0.05;
    if (d.bound_hit) {
      ton_decision_figure(&d, "largest correction", MAX_DB);
    }
    const TonSetting settings[] = {
        {"at", bands[i].hz}, {"gain", tone->gain_db[i]}, {"q", bands[i].q}};
    ton_plan_decide(plan,
                    ton_plan_text(plan, "tracks/%u/chain/0/equaliser/%u/%s",
                                  track, n++, bands[i].kind),
                    ton_chain_band(plan, settings, TON_COUNT(settings)), &d);
  }
}

void
ton_album_tone_leave(const TonAlbumTone* tone, uint32_t track, double left_db,
                     TonPlan* plan)
{
  TonDecision d;
  ton_decision_start(
      &d, isnan(left_db) ? TON_RULE_ALBUM_ALIKE : TON_RULE_ALBUM_NOT_NEARER,
      0.7);
  ton_decision_range(&d, "distance of the song", tone->distance_db, NAN,
                     ALIKE_DB);
  if (!isnan(left_db)) {
    ton_decision_figure(&d, "what was left", left_db);
  }
  ton_plan_decide(plan, ton_plan_text(plan, "tracks/%u/chain", track), NULL,
                  &d);
}
