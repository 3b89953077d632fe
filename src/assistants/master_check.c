// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/master.h"

#include "assistants/master_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// One row of the report: where green and amber end (reference 3.1)
typedef struct {
  const char* item;
  double value;
  const char* unit;
  double green;
  double amber; ///< On the worse side of green; that tells which way is worse
  double at_s;
  const char* found; ///< Printed with the figure behind it
  const char* fix;
} Row;

const char*
ton_light_name(TonLight light)
{
  static const char* const names[] = {"green", "amber", "red"};
  return names[light];
}

static TonLight
judge(const Row* r)
{
  const double way = r->amber >= r->green ? 1.0 : -1.0;
  if (isnan(r->value) || way * r->value <= way * r->green) {
    return TON_LIGHT_GREEN;
  }
  return way * r->value <= way * r->amber ? TON_LIGHT_AMBER : TON_LIGHT_RED;
}

static double
thirds_power(const TonSoundFeatures* f, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    sum +=
        hz >= from_hz && hz < to_hz ? pow(10.0, f->active_db[b] / 10.0) : 0.0;
  }
  return sum;
}

/// Mean distance of some bands from the profile in standard deviations
static double
mean_z(const TonTone* tone, const double* over_db, double from_hz, double to_hz)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    if (hz >= from_hz && hz < to_hz && isfinite(over_db[b])) {
      sum += over_db[b] / tone->spread_db[b];
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
write_row(const Row* r, TonFinding* finding)
{
  *finding = (TonFinding){.light = judge(r), .value = r->value};
  snprintf(finding->item, sizeof(finding->item), "%s", r->item);
  snprintf(finding->unit, sizeof(finding->unit), "%s", r->unit);
  const bool good = finding->light == TON_LIGHT_GREEN;
  finding->at_s = good ? NAN : r->at_s;
  char figure[64];
  // what nobody can hear is nothing
  const bool nothing = strcmp(r->unit, "LU") == 0 && r->value < -120.0;
  ton_figure_print(nothing ? -INFINITY : r->value, r->unit, figure,
                   sizeof(figure));
  snprintf(finding->text, sizeof(finding->text), "%s: %s", r->found,
           isnan(r->value) ? "not defined here" : figure);
  snprintf(finding->fix, sizeof(finding->fix), "%s", good ? "" : r->fix);
}

static uint32_t
rows_of_level(const TonSoundFeatures* f, Row* r)
{
  const TonMeasurement* const m = &f->whole;
  const double dc = fmax(fabs(m->dc[0]), fabs(m->dc[1]));
  // both ends are worse: the nearer one counts
  const bool flat = m->loudness_range_lu < 9.0;
  const Row rows[] = {
      {"clipping", clips_per_minute(m), "/min", 0.0, 10.0,
       m->n_clips ? m->clips[0].at_s : NAN, "runs of clipped samples",
       "lower what clips before it is recorded or printed, and print it again"},
      {"headroom", m->true_peak_dbtp, "dBTP", -1.0, 0.0, m->true_peak_at_s,
       "true peak", "lower the fader of the mix bus: -6 to -3 dBTP is right"},
      {"limited", m->plr_lu, "LU", 12.0, 8.0, NAN, "true peak minus loudness",
       "take the limiter off the mix bus and render the mix again"},
      {"dynamics", m->loudness_range_lu, "LU", flat ? 3.0 : 15.0,
       flat ? 1.0 : 19.0, NAN, "loudness range",
       flat ? "let verses be softer than choruses; compress less"
            : "ride the faders of what jumps out or drowns"},
      {"dc", 100.0 * dc, "% FS", 0.05, 0.5, NAN, "DC offset",
       "a high-pass of 20 Hz on the track that carries it"},
      {"bad-samples", (double)m->bad_samples, "samples", 0.0, 0.0,
       m->first_bad_at_s, "samples that are not numbers",
       "print the file again; something broke while it was written"},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_noise(const TonSoundFeatures* f, Row* r)
{
  const double hum = f->hum.hz > 0.0 ? f->hum.level_db : -INFINITY;
  const Row rows[] = {
      {"noise", f->noise_db, "LU", -60.0, -45.0, NAN,
       "noise in the pauses re loudness",
       "find the noisiest track in the pauses and gate or clean it"},
      {"hum", hum, "LU", -90.0, -65.0, NAN, "mains hum re loudness",
       "notches at the mains' harmonics on the track that hums"},
      {"start", f->whole.silence_head_s, "s", 0.5, 3.0, 0.0, "silence in front",
       "trim the start to 0.05 to 0.5 s"},
      {"end", f->end_jump_db, "LU", -60.0, -40.0,
       (double)f->whole.frames / f->whole.rate, "level at the last moment",
       "let the last reverb die away before the end, or fade it out"},
      {"tail", f->whole.silence_tail_s, "s", 4.0, 15.0,
       (double)f->whole.frames / f->whole.rate - f->whole.silence_tail_s,
       "silence at the end",
       "end the stems where the last sound has died away"},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_stereo(const TonSoundFeatures* f, Row* r)
{
  const TonMeasurement* const m = &f->whole;
  const bool stereo = m->channels == 2;
  const Row rows[] = {
      {"phase", stereo ? m->correlation_min : NAN, "", 0.0, -0.2,
       m->correlation_min_at_s, "lowest correlation",
       "look for a track or an effect with one side upside down"},
      {"mono-loss", stereo ? m->mono_loss_lu : NAN, "LU", -1.5, -3.0, NAN,
       "loudness lost in mono",
       "narrow the widest tracks or turn a polarity over"},
      {"bass-width", stereo ? m->band_side_db[0] : NAN, "dB", -14.0, -8.0, NAN,
       "side re mid below 120 Hz", "keep kick and bass in the middle"},
      {"balance", stereo ? fabs(m->balance_db) : NAN, "dB", 0.5, 1.5, NAN,
       "left and right differ by",
       "weigh what is panned left against what is panned right"},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

static uint32_t
rows_of_tone(const TonSoundFeatures* f, const TonTone* tone, Row* r)
{
  double miss[TON_THIRDS];
  double over[TON_THIRDS];
  tone_error(f, tone->level_db, miss);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    over[b] = -miss[b];
  }
  const double rumble =
      10.0 * log10(thirds_power(f, 0.0, 29.0) / thirds_power(f, 39.0, 129.0));
  const Row rows[] = {
      {"rumble", rumble, "dB", -15.0, -8.0, NAN, "below 30 Hz re 40 to 120 Hz",
       "a high-pass on what has no business below 30 Hz"},
      {"mud", mean_z(tone, over, 190.0, 420.0), "SD", 1.0, 2.0, NAN,
       "200 to 400 Hz over the profile",
       "cut 2 dB around 300 Hz on guitars, keys or backing voices"},
      {"harsh", mean_z(tone, over, 2400.0, 5200.0), "SD", 1.0, 2.0, NAN,
       "2.5 to 5 kHz over the profile",
       "cut 2 dB around 3.5 kHz on cymbals or distorted guitars"},
      {"tilt", fabs(tilt_of(over)), "dB/oct", 0.5, 1.0, NAN,
       "slope against the profile",
       "brighten or darken the loudest tracks rather than the mix"},
  };
  memcpy(r, rows, sizeof(rows));
  return sizeof(rows) / sizeof(rows[0]);
}

uint32_t
ton_readiness(const TonSoundFeatures* mix, const TonTone* tone,
              TonFinding* rows, uint32_t room)
{
  Row all[32];
  uint32_t n = rows_of_level(mix, all);
  n += rows_of_noise(mix, all + n);
  n += rows_of_stereo(mix, all + n);
  if (tone && mix->layout != TON_STEM_SILENT) {
    n += rows_of_tone(mix, tone, all + n);
  }
  n = n < room ? n : room;
  for (uint32_t i = 0; i < n; ++i) {
    write_row(&all[i], &rows[i]);
  }
  return n;
}
