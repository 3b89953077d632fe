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

/// One row of the report: where green and amber end (docs/rules.md 3.1)
typedef struct {
  const char* item;
  TonRuleId rule;
  double value;
  double green;
  double amber; ///< Beyond green, in the direction that is worse
  double at_s;
  const char* unmeasured; ///< Why `value` is NaN, where it can be
} CheckRow;

static const char SHORT[] = "the sound is too short or too soft for it";
static const char NO_STEREO[] = "there are no two sides that sound";
static const char OTHER_MUSIC[] =
    "this is another kind of music than the tone is known of";

const char*
ton_light_name(TonLight light)
{
  static const char* const names[] = {"grey", "green", "amber", "red"};
  return names[light];
}

static TonLight
judge(const CheckRow* r)
{
  const double way = r->amber >= r->green ? 1.0 : -1.0;
  if (isnan(r->value)) {
    return TON_LIGHT_GREY;
  }
  if (way * r->value <= way * r->green) {
    return TON_LIGHT_GREEN;
  }
  return way * r->value <= way * r->amber ? TON_LIGHT_AMBER : TON_LIGHT_RED;
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

static void
write_row(const CheckRow* r, TonFinding* finding)
{
  const TonRule* const rule = ton_rule(r->rule);
  const TonRuleFigure* const figure = &rule->figures[0];
  *finding = (TonFinding){.light = judge(r), .value = r->value};
  ton_string_cut(finding->item, sizeof(finding->item), "%s", r->item);
  ton_string_cut(finding->unit, sizeof(finding->unit), "%s", figure->unit);
  const bool good = finding->light <= TON_LIGHT_GREEN;
  finding->at_s = good ? NAN : r->at_s;
  if (finding->light == TON_LIGHT_GREY) {
    ton_string_cut(finding->text, sizeof(finding->text), "not measured: %s",
                   r->unmeasured);
    return;
  }
  // nobody can hear what is 120 LU softer than the music
  const bool nothing = strcmp(figure->unit, "LU") == 0 && r->value < -120.0;
  TonDecision d;
  ton_decision_start(&d, r->rule, 1.0);
  ton_decision_figure(&d, figure->metric, nothing ? -INFINITY : r->value);
  ton_decision_finish(&d);
  ton_string_cut(finding->text, sizeof(finding->text), "%s", d.reason);
  ton_string_cut(finding->fix, sizeof(finding->fix), "%s",
                 good ? "" : rule->fix);
}

static uint32_t
rows_of_level(const TonFacts* f, CheckRow* r)
{
  const TonMeasurement* const m = &f->whole;
  const double dc = fmax(fabs(m->dc[0]), fabs(m->dc[1]));
  // too small and too large are both faults: test the nearer bound
  const bool flat = m->loudness_range_lu < 9.0;
  const CheckRow rows[] = {
      {"clipping", TON_RULE_CHECK_CLIPPING, clips_per_minute(m), 0.0, 10.0,
       m->n_clips ? m->clips[0].at_s : NAN},
      {"headroom", TON_RULE_CHECK_HEADROOM, m->true_peak_dbtp, -1.0, 0.0,
       m->true_peak_at_s},
      {"limited", TON_RULE_CHECK_LIMITED, m->plr_lu, 12.0, 8.0, NAN, SHORT},
      {"dynamics", flat ? TON_RULE_CHECK_FLAT : TON_RULE_CHECK_DYNAMICS,
       m->loudness_range_lu, flat ? 3.0 : 15.0, flat ? 1.0 : 19.0, NAN, SHORT},
      {"dc", TON_RULE_CHECK_DC, 100.0 * dc, 0.05, 0.5, NAN},
      {"bad-samples", TON_RULE_CHECK_BAD_SAMPLES, (double)m->bad_samples, 0.0,
       0.0, m->first_bad_at_s},
      {"spikes", TON_RULE_CHECK_SPIKES, (double)m->spikes, 0.0, 0.0,
       m->spike_at_s},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_noise(const TonFacts* f, CheckRow* r)
{
  const double hum = f->hum.hz > 0.0 ? f->hum.level_db : -INFINITY;
  const double end_s = (double)f->whole.frames / f->whole.rate;
  // what changes in the pauses is reverb or soft music, not noise
  const bool noise = f->has_pauses && f->pause_range_db < 6.0;
  const CheckRow rows[] = {
      {"noise", TON_RULE_CHECK_NOISE, noise ? f->noise_db : NAN, -60.0, -45.0,
       NAN, "no pause is long and steady enough"},
      {"hum", TON_RULE_CHECK_HUM, hum, -90.0, -65.0, NAN},
      {"start", TON_RULE_CHECK_START, f->whole.silence_head_s, 0.5, 3.0, 0.0},
      {"end", TON_RULE_CHECK_END, f->end_level_db, -60.0, -40.0, end_s},
      {"tail", TON_RULE_CHECK_TAIL, f->whole.silence_tail_s, 4.0, 15.0,
       end_s - f->whole.silence_tail_s},
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
      {"phase", TON_RULE_CHECK_PHASE, stereo ? m->correlation_p5 : NAN, 0.0,
       -0.2, m->correlation_min_at_s, NO_STEREO},
      {"mono-loss", TON_RULE_CHECK_MONO_LOSS, stereo ? m->mono_loss_lu : NAN,
       -1.5, -3.0, NAN, NO_STEREO},
      {"bass-width", TON_RULE_CHECK_BASS_WIDTH,
       stereo ? m->band_side_db[0] : NAN, -11.0, -4.0, NAN, NO_STEREO},
      {"balance", TON_RULE_CHECK_BALANCE, stereo ? fabs(m->balance_db) : NAN,
       0.5, 1.5, NAN, NO_STEREO},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_tone(const TonFacts* f, const TonTone* tone, CheckRow* r)
{
  double error[TON_THIRDS];
  double over[TON_THIRDS];
  tone_error(f, tone->level_db, error);
  // another kind of music has a tone of its own
  const bool alike = tone_mean_error(error) <= TONE_ALIKE_DB;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    over[b] = alike ? -error[b] : NAN;
  }
  const double rumble =
      10.0 * log10(thirds_power(f, 0.0, 29.0) / thirds_power(f, 39.0, 129.0));
  // as much as released songs differ from each other is usual
  const double mud = mean_of(tone->spread_db, 190.0, 420.0);
  const double harsh = mean_of(tone->spread_db, 2400.0, 5200.0);
  const CheckRow rows[] = {
      {"rumble", TON_RULE_CHECK_RUMBLE, rumble, -15.0, -8.0, NAN,
       "there is no bass"},
      {"mud", TON_RULE_CHECK_MUD, mean_of(over, 190.0, 420.0), mud, 2.0 * mud,
       NAN, OTHER_MUSIC},
      {"harsh", TON_RULE_CHECK_HARSH, mean_of(over, 2400.0, 5200.0), harsh,
       2.0 * harsh, NAN, OTHER_MUSIC},
      {"tilt", TON_RULE_CHECK_TILT, fabs(tilt_of(over)), 1.0, 2.0, NAN,
       OTHER_MUSIC},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

uint32_t
ton_readiness(const TonFacts* mix, const TonTone* tone, TonFinding* rows,
              uint32_t size)
{
  CheckRow all[32];
  uint32_t n = rows_of_level(mix, all);
  n += rows_of_noise(mix, all + n);
  n += rows_of_stereo(mix, all + n);
  if (tone && mix->layout != TON_LAYOUT_SILENT) {
    n += rows_of_tone(mix, tone, all + n);
  }
  n = n < size ? n : size;
  for (uint32_t i = 0; i < n; ++i) {
    write_row(&all[i], &rows[i]);
  }
  return n;
}
