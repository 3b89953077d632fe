// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Readiness of a mix for mastering: the rows of `tonmeister check`.
*/
#include "assistants/master.h"

#include "assistants/master_internal.h"
#include "base/string.h"

#include <math.h>
#include <string.h>

/// One row of the report
typedef struct {
  const char* item;
  TonRuleId rule;
  double value;
  double at_s;
  const char* unmeasured; ///< Why `value` is NaN, where it can be
  double cure;            ///< What the rule's fix names, s
} CheckRow;

static const char SHORT[] = "the sound is too short or too soft for it";
static const char NO_STEREO[] = "there are no two sides that sound";
static const char EMPTY[] = "hardly anything sounds there, or beside it";

/// A band that stands out further is all that sounds, dB
#define ALONE_DB 12.0
static const char OTHER_MUSIC[] =
    "this is another kind of music than the tone is known of";

/// Bass this much softer than usual beside the middle: neither a bass nor a bass
/// drum plays.  Lone voices lack 13 dB and more, songs up to 5, dB
#define LONE_DB 9.0
static const char LONE[] =
    "without bass it is a lone voice or instrument, not like whole songs";

/// Ranges and tones are known of whole songs: less of it that sounds is not judged
/// by them, s
#define SONG_S 20.0
static const char BRIEF[] =
    "less than 20 s of it sounds, too little to compare with songs";

const char*
ton_light_name(TonLight light)
{
  static const char* const names[] = {"grey", "green", "amber", "red"};
  return names[light];
}

static TonLight
judge(const TonLimit* limit, double value)
{
  const double way = limit->amber >= limit->green ? 1.0 : -1.0;
  if (isnan(value)) {
    return TON_LIGHT_GREY;
  }
  if (way * value <= way * limit->green) {
    return TON_LIGHT_GREEN;
  }
  return way * value <= way * limit->amber ? TON_LIGHT_AMBER : TON_LIGHT_RED;
}

static double
thirds_power(const TonFacts* f, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    sum +=
        hz >= from_hz && hz < to_hz ? pow(10.0, f->active_db[b] / 10.0) : 0.0;
  }
  return sum;
}

/// Mean of some bands
static double
mean_of(const double* db, double from_hz, double to_hz)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    if (hz >= from_hz && hz < to_hz && isfinite(db[b])) {
      sum += db[b];
      ++n;
    }
  }
  return n ? sum / n : NAN;
}

/// Slope of the distance, 200 Hz to 10 kHz, dB an octave
static double
tilt_of(const double* over_db)
{
  double sx = 0.0;
  double sy = 0.0;
  double sxx = 0.0;
  double sxy = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 10; b <= 27; ++b) {
    if (isfinite(over_db[b])) {
      const double x = b / 3.0;
      sx += x;
      sy += over_db[b];
      sxx += x * x;
      sxy += x * over_db[b];
      ++n;
    }
  }
  return n > 2 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) : NAN;
}

/// Runs of clipped samples a minute; only the longest are listed
static double
clips_per_minute(const TonMeasurement* m)
{
  const double minutes = fmax((double)m->frames / m->rate, 1.0) / 60.0;
  const double listed = m->n_clips;
  const double guessed = (double)m->clipped_samples / 4.0;
  return (m->n_clips < 16 ? listed : fmax(listed, guessed)) / minutes;
}

/// No places are "none"; what is 120 LU softer than the music nobody can hear, nor
/// a file's last moment 70 LU softer
static bool
is_nothing(const CheckRow* r, const char* unit)
{
  const bool counted =
      strcmp(unit, "samples") == 0 || strcmp(unit, "/min") == 0;
  const double softest_lu = r->rule == TON_RULE_CHECK_END ? -70.0 : -120.0;
  return counted ? r->value == 0.0
                 : strcmp(unit, "LU") == 0 && r->value < softest_lu;
}

static void
write_row(const CheckRow* r, const TonLimits* limits, TonFinding* finding)
{
  const TonLimit* const limit = ton_limit(limits, ton_check_name(r->rule));
  const TonRule* const rule = ton_rule(r->rule);
  const TonRuleFigure* const figure = &rule->figures[0];
  *finding = (TonFinding){.light = judge(limit, r->value), .value = r->value};
  ton_string_cut(finding->item, sizeof(finding->item), "%s", r->item);
  ton_string_cut(finding->unit, sizeof(finding->unit), "%s", figure->unit);
  const bool good = finding->light <= TON_LIGHT_GREEN;
  finding->at_s = good ? NAN : r->at_s;
  if (finding->light == TON_LIGHT_GREY) {
    ton_string_cut(finding->text, sizeof(finding->text), "not measured: %s",
                   r->unmeasured);
    return;
  }
  TonDecision d;
  ton_decision_start(&d, r->rule, 1.0);
  ton_decision_figure(&d, figure->metric,
                      is_nothing(r, figure->unit) ? -INFINITY : r->value);
  if (rule->figures[1].metric) {
    ton_decision_figure(&d, rule->figures[1].metric, r->cure);
  }
  ton_decision_name(&d, "way", r->value < 0.0 ? "less" : "more");
  ton_decision_finish(&d);
  ton_string_cut(finding->text, sizeof(finding->text), "%s", d.reason);
  if (!good) {
    ton_decision_fill(&d, rule->fix, finding->fix, sizeof(finding->fix));
  }
}

static uint32_t
rows_of_level(const TonFacts* f, const TonLimits* limits, CheckRow* r)
{
  const TonMeasurement* const m = &f->whole;
  const double dc = fmax(fabs(m->dc[0]), fabs(m->dc[1]));
  // too small and too large are both faults: test the nearer bound
  const bool flat =
      m->loudness_range_lu < 0.5 * (ton_limit(limits, "flat")->green +
                                    ton_limit(limits, "dynamics")->green);
  const bool brief = f->active_s < SONG_S;
  const CheckRow rows[] = {
      {"clipping", TON_RULE_CHECK_CLIPPING, clips_per_minute(m),
       m->n_clips ? m->clips[0].at_s : NAN},
      {"headroom", TON_RULE_CHECK_HEADROOM, m->true_peak_dbtp,
       m->true_peak_at_s},
      {"limited", TON_RULE_CHECK_LIMITED, m->plr_lu, NAN, SHORT},
      {"dynamics", flat ? TON_RULE_CHECK_FLAT : TON_RULE_CHECK_DYNAMICS,
       brief ? NAN : m->loudness_range_lu, NAN, brief ? BRIEF : SHORT},
      {"dc", TON_RULE_CHECK_DC, 100.0 * dc, NAN},
      {"bad-samples", TON_RULE_CHECK_BAD_SAMPLES, (double)m->bad_samples,
       m->first_bad_at_s},
      {"spikes", TON_RULE_CHECK_SPIKES, (double)m->spikes, m->spike_at_s},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_noise(const TonFacts* f, const TonLimits* limits, CheckRow* r)
{
  const TonMixEnds ends = ton_mix_ends(f, limits);
  const double* const cure = ends.seconds;
  const double hum = f->hum.hz > 0.0 ? f->hum.level_db : -INFINITY;
  const double end_s = (double)f->whole.frames / f->whole.rate;
  // what changes in the pauses is reverb or soft music, not noise
  const bool noise = f->has_pauses && f->pause_range_db < 6.0;
  const CheckRow rows[] = {
      {"noise", TON_RULE_CHECK_NOISE, noise ? f->noise_db : NAN, NAN,
       "no pause is long and steady enough"},
      {"hum", TON_RULE_CHECK_HUM, hum, NAN},
      {"start", TON_RULE_CHECK_START, f->head_s, 0.0,
       .cure = cure[TON_MASTER_START]},
      {"end", TON_RULE_CHECK_END, f->end_level_db, end_s,
       .unmeasured = "master.yaml ends it before, without a fade",
       .cure = cure[TON_MASTER_FADE_OUT]},
      {"tail", TON_RULE_CHECK_TAIL, f->tail_s, end_s - f->tail_s,
       .cure = cure[TON_MASTER_END]},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_stereo(const TonFacts* f, CheckRow* r)
{
  const TonMeasurement* const m = &f->whole;
  const bool stereo = m->channels == 2;
  const CheckRow rows[] = {
      {"phase", TON_RULE_CHECK_PHASE, stereo ? m->correlation_p5 : NAN,
       m->correlation_min_at_s, NO_STEREO},
      {"mono-loss", TON_RULE_CHECK_MONO_LOSS, stereo ? m->mono_loss_lu : NAN,
       NAN, NO_STEREO},
      {"bass-width", TON_RULE_CHECK_BASS_WIDTH,
       stereo ? m->band_side_db[0] : NAN, NAN, NO_STEREO},
      {"balance", TON_RULE_CHECK_BALANCE, stereo ? fabs(m->balance_db) : NAN,
       NAN, NO_STEREO},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

/// A band and its neighbours on either side, Hz
typedef struct {
  double below[2];
  double band[2];
  double above[2];
} Contrast;

/// How much a band stands out between its neighbours, dB: kinds of music differ in
/// level and slope, which this leaves out.  NaN: hardly anything else sounds
static double
contrast_of(const double* over_db, const Contrast* c)
{
  const double db = mean_of(over_db, c->band[0], c->band[1]) -
                    0.5 * (mean_of(over_db, c->below[0], c->below[1]) +
                           mean_of(over_db, c->above[0], c->above[1]));
  return db < ALONE_DB ? db : NAN;
}

static const Contrast mud = {{95.0, 130.0}, {190.0, 420.0}, {600.0, 850.0}};
static const Contrast harsh = {
    {980.0, 1700.0}, {2400.0, 5200.0}, {7500.0, 10500.0}};
static const Contrast sibilance = {
    {1900.0, 3300.0}, {4900.0, 10500.0}, {12000.0, 16500.0}};

/// Also of what has no middle, as a bass drum
static bool
plays_alone(const double* over_db)
{
  const double bass = mean_of(over_db, 45.0, 145.0);
  return !(bass - mean_of(over_db, 450.0, 1700.0) > -LONE_DB);
}

/// How far the slope lies from that of a kind of music; NaN: this is another one,
/// with a slope of its own
static double
tilt_from(const TonFacts* f, const TonTone* kind)
{
  double error[TON_THIRDS];
  tone_error(f, kind->level_db, error);
  return tone_mean_error(error) <= TONE_ALIKE_DB ? fabs(tilt_of(error)) : NAN;
}

static uint32_t
rows_of_tone(const TonFacts* f, const TonTone* tone, const TonTone* kind,
             CheckRow* r)
{
  double over[TON_THIRDS];
  tone_error(f, tone->level_db, over);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    over[b] = -over[b];
  }
  const bool brief = f->active_s < SONG_S;
  const bool other = brief || plays_alone(over);
  const double rumble =
      10.0 * log10(thirds_power(f, 0.0, 29.0) / thirds_power(f, 39.0, 129.0));
  const char* const why = brief ? BRIEF : other ? LONE : EMPTY;
  const CheckRow rows[] = {
      {"rumble", TON_RULE_CHECK_RUMBLE, rumble, NAN, "there is no bass"},
      {"mud", TON_RULE_CHECK_MUD, other ? NAN : contrast_of(over, &mud), NAN,
       why},
      {"harsh", TON_RULE_CHECK_HARSH, other ? NAN : contrast_of(over, &harsh),
       NAN, why},
      {"sibilance", TON_RULE_CHECK_SIBILANCE,
       other ? NAN : contrast_of(over, &sibilance), NAN, why},
      {"tilt", TON_RULE_CHECK_TILT, brief ? NAN : tilt_from(f, kind), NAN,
       brief ? BRIEF : OTHER_MUSIC},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

uint32_t
ton_readiness(const TonFacts* mix, const TonTone* tone, const TonTone* kind,
              const TonLimits* limits, TonFinding* rows, uint32_t size)
{
  CheckRow all[32];
  uint32_t n = rows_of_level(mix, limits, all);
  n += rows_of_noise(mix, limits, all + n);
  n += rows_of_stereo(mix, all + n);
  if (tone && mix->layout != TON_LAYOUT_SILENT) {
    n += rows_of_tone(mix, tone, kind ? kind : tone, all + n);
  }
  n = n < size ? n : size;
  for (uint32_t i = 0; i < n; ++i) {
    write_row(&all[i], limits, &rows[i]);
  }
  return n;
}
