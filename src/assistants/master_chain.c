// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The chain of a master but for its tone: repair, compression of the whole,
   width and limiter, each only where a measurement asks for it.
*/
#include "assistants/compression_estimate.h"
#include "assistants/insert_text.h"
#include "assistants/master_internal.h"

#include <math.h>
#include <string.h>

/// Peak-to-loudness ratio below which a mix needs no compression, LU
#define DENSE_PLR_LU  11.0
#define GLUE_CREST_DB 14.0
#define GLUE_RANGE_LU 5.0
#define GLUE_RATIO    2.0
/// Range beyond that of the references that asks for compression, LU
#define GLUE_BEYOND_LU 1.0
#define GLUE_MEAN_DB   1.5
/// Width of released pop below 120 Hz: nine of ten songs are narrower, dB
#define BASS_SIDE_DB -11.0
#define BASS_MONO_HZ 100.0
/// Sides of nine of ten such songs from 500 Hz to 8 kHz, dB
#define SIDE_LOW_DB  -14.5
#define SIDE_HIGH_DB -3.5
/// Below this there is no side to be widened; from references so much is the same
#define NO_SIDES_DB   -25.0
#define SAME_SIDES_DB 0.5

// Repair ----------------------------------------------------------------------

/// DC above this costs headroom, full scale 1
#define MAX_DC    0.001
#define DC_CUT_HZ 20.0
/// Gain that is left to the limiter alone, dB
#define MAX_GAIN_DB 24.0
/// Loudness a quiet mix is brought to first, LUFS
#define WORK_LUFS -23.0

/// Record spikes, which were replaced while the mix was read
static void
name_spikes(const MasterState* state)
{
  const TonMeasurement* const m = &state->brief->mix->facts.whole;
  TonDecision d;
  if (!m->spikes) {
    return;
  }
  ton_decision_start(&d, TON_RULE_REPAIR_SPIKE, 0.95);
  ton_decision_figure(&d, "spikes", (double)m->spikes);
  ton_decision_figure(&d, "height", m->spike_dbfs);
  ton_decision_figure(&d, "place", m->spike_at_s);
  record_unchanged(state, "chain/despike", &d);
}

/// A DC offset is inaudible but uses headroom
static void
remove_dc(MasterState* m)
{
  const double* const dc = m->brief->mix->facts.whole.dc;
  const double max = fmax(fabs(dc[0]), fabs(dc[1]));
  if (!(max > MAX_DC)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_REPAIR_DC, 0.95);
  ton_decision_range(&d, "DC offset", 100.0 * max, NAN, 100.0 * MAX_DC);
  const TonSetting settings[] = {{"at", DC_CUT_HZ}};
  const char* const value = ton_chain_band(m->plan, settings, 1);
  if (value) {
    record_value(
        m,
        ton_plan_text(m->plan, "chain/%u/equaliser/0/highpass", m->n_chain++),
        value, &d);
  }
}

/// A gain in front of a mix that is too soft for the limiter's gain
static void
raise_quiet(MasterState* m)
{
  const double lufs = m->brief->mix->facts.whole.integrated_lufs;
  if (!(m->result->goal_lufs - lufs > MAX_GAIN_DB)) {
    return;
  }
  TonDecision d;
  ton_decision_start(&d, TON_RULE_REPAIR_LEVEL, 0.9);
  ton_decision_range(&d, "loudness of the mix", lufs,
                     m->result->goal_lufs - MAX_GAIN_DB, NAN);
  const TonSetting settings[] = {{"gain", fmin(rint(WORK_LUFS - lufs), 36.0)}};
  const char* const value = ton_chain_values(m->plan, "gain", settings, 1);
  if (value) {
    m->raised_db = settings[0].value;
    record_value(m, ton_plan_text(m->plan, "chain/%u/gain", m->n_chain++),
                 value, &d);
  }
}

void
master_repair(MasterState* m)
{
  name_spikes(m);
  remove_dc(m);
  raise_quiet(m);
}

// Glue ------------------------------------------------------------------------

/// Mean range of the references' loud parts, LU; NaN: there is none
static double
reference_range(const MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  double sum = 0.0;
  for (uint32_t i = 0; i < b->n_references; ++i) {
    sum += loud_parts(m->plan, &b->references[i].features).range_lu;
  }
  return b->n_references ? sum / b->n_references : NAN;
}

/// Record why the whole is not compressed; false if it is to be
static bool
leave_glue(const MasterState* m, const LoudParts* loud, double peak_lu)
{
  const TonFacts* const f = &m->brief->mix->facts;
  TonDecision d;
  if (f->whole.plr_lu < DENSE_PLR_LU) {
    ton_decision_start(&d, TON_RULE_GLUE_DENSE, 0.85);
    ton_decision_range(&d, "peak to loudness", f->whole.plr_lu, DENSE_PLR_LU,
                       NAN);
  } else if (tone_likeness(m->distance_db) == 0.0) {
    ton_decision_start(&d, TON_RULE_GLUE_OTHER_MUSIC, 0.7);
    ton_decision_range(&d, "tonal distance", m->distance_db, NAN,
                       TONE_OTHER_DB);
  } else if (loud->range_lu < reference_range(m) + GLUE_BEYOND_LU) {
    ton_decision_start(&d, TON_RULE_GLUE_REFERENCE, 0.75);
    ton_decision_figure(&d, "range of the loud parts", loud->range_lu);
    ton_decision_figure(&d, "range of the references", reference_range(m));
  } else if (!(peak_lu > GLUE_CREST_DB && loud->range_lu > GLUE_RANGE_LU)) {
    ton_decision_start(&d, TON_RULE_GLUE_EVEN, 0.75);
    ton_decision_range(&d, "range of the loud parts", loud->range_lu, NAN,
                       GLUE_RANGE_LU);
    ton_decision_range(&d, "peaks above the loud parts", peak_lu, NAN,
                       GLUE_CREST_DB);
  } else {
    return false;
  }
  record_unchanged(m, "chain/compressor", &d);
  return true;
}

/// Lowest threshold with at most so much mean reduction in the loud parts
static CompressionEstimate
best_glue(const LoudParts* loud, double max_db)
{
  CompressionEstimate best = {.threshold_db = NAN};
  for (int i = 0; loud->levels.n && i < 24; ++i) {
    const CompressionEstimate t =
        estimate_compression(&loud->levels, 4.0 - 0.5 * i, GLUE_RATIO);
    if (t.mean_db > max_db) {
      break;
    }
    best = t;
  }
  return best;
}

/// RMS of one channel when the loudness is that of the loud parts
static double
rms_db(const TonFacts* f, const LoudParts* loud)
{
  double power = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    power += pow(10.0, f->active_db[b] / 10.0);
  }
  const double sides = f->whole.channels > 1 ? 2.0 : 1.0;
  return 10.0 * log10(power / sides) + loud->lufs - f->active_lufs;
}

const char*
ton_master_glue(TonPlan* plan, double threshold_db)
{
  const TonSetting settings[] = {
      {"threshold", rint(2.0 * threshold_db) / 2.0},
      {"ratio", GLUE_RATIO},
      {"attack", 30.0},
      {"release", 200.0},
      {"range", 3.0},
      {"detector", ton_chain_choice("compressor", "detector", "rms")},
      {"sidechain-highpass", 100.0}};
  return ton_chain_values(plan, "compressor", settings, 7);
}

static void
write_glue(MasterState* m, const LoudParts* loud, double peak_lu,
           const CompressionEstimate* estimate)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_GLUE_HELPS, 0.6);
  ton_decision_range(&d, "range of the loud parts", loud->range_lu, NAN,
                     GLUE_RANGE_LU);
  ton_decision_range(&d, "peaks above the loud parts", peak_lu, NAN,
                     GLUE_CREST_DB);
  ton_decision_range(&d, "average reduction", estimate->mean_db, 0.5,
                     TON_GLUE_DB);
  ton_decision_figure(&d, "peak to loudness",
                      m->brief->mix->facts.whole.plr_lu);
  const char* const value =
      ton_master_glue(m->plan, rms_db(&m->brief->mix->facts, loud) +
                                   m->raised_db + estimate->threshold_db);
  if (value) {
    m->result->glue = m->n_chain;
    record_value(m, ton_plan_text(m->plan, "chain/%u/compressor", m->n_chain++),
                 value, &d);
  }
}

void
master_glue(MasterState* m)
{
  const TonFacts* const f = &m->brief->mix->facts;
  const LoudParts loud = loud_parts(m->plan, &m->brief->mix->features);
  const double peak_lu = f->whole.true_peak_dbtp - loud.lufs;
  if (leave_glue(m, &loud, peak_lu)) {
    return;
  }
  const CompressionEstimate estimate =
      best_glue(&loud, GLUE_MEAN_DB * tone_likeness(m->distance_db));
  if (estimate.mean_db >= 0.5) {
    write_glue(m, &loud, peak_lu, &estimate);
  }
}

// Width -----------------------------------------------------------------------

/// Side re mid from 500 Hz to 8 kHz, dB
static double
middle_side_db(const TonMeasurement* w)
{
  return 0.5 * (w->band_side_db[2] + w->band_side_db[3]);
}

static void
write_width(MasterState* m, double percent, double mono_hz, TonDecision* d)
{
  TonSetting settings[2];
  uint32_t n = 0;
  if (percent != 100.0) {
    settings[n++] = (TonSetting){"width", percent};
  }
  if (mono_hz > 0.0) {
    settings[n++] = (TonSetting){"mono-below", mono_hz};
  }
  const char* const value = ton_chain_values(m->plan, "width", settings, n);
  if (value) {
    record_value(m, ton_plan_text(m->plan, "chain/%u/width", m->n_chain++),
                 value, d);
  }
}

/// Other kinds of music have widths of their own: left as it is
static void
leave_width(const MasterState* m)
{
  TonDecision d;
  ton_decision_start(&d, TON_RULE_WIDTH_OTHER_MUSIC, 0.6);
  ton_decision_range(&d, "tonal distance", m->distance_db, NAN, TONE_OTHER_DB);
  record_unchanged(m, "chain/width", &d);
}

/// Sides as wide as those of released songs, by a decision whose rule follows
static void
decide_width(MasterState* m, double move_db, bool loose, TonDecision* d)
{
  const TonMeasurement* const w = &m->brief->mix->facts.whole;
  ton_decision_range(d, "sides below 120 Hz", w->band_side_db[0], NAN,
                     BASS_SIDE_DB);
  ton_decision_range(d, "sides", middle_side_db(w), SIDE_LOW_DB, SIDE_HIGH_DB);
  if (loose || move_db != 0.0) {
    write_width(m, rint(100.0 * pow(10.0, move_db / 20.0)),
                loose ? BASS_MONO_HZ : 0.0, d);
  } else {
    record_unchanged(m, "chain/width", d);
  }
}

/// Mean of the references' sides, dB; NaN where one has none
static double
reference_sides(const TonMasterBrief* brief)
{
  double sum = 0.0;
  for (uint32_t i = 0; i < brief->n_references; ++i) {
    sum += middle_side_db(&brief->references[i].facts.whole);
  }
  return brief->n_references ? sum / brief->n_references : NAN;
}

/// Towards the width of the references; nothing that hardly has sides, or cancels
/// in mono, is widened
static double
towards_references(const MasterState* m, double sides)
{
  const TonMeasurement* const w = &m->brief->mix->facts.whole;
  const double bound = m->distance_db > TONE_ALIKE_DB ? 1.5 : 4.0;
  const double off = reference_sides(m->brief) - sides;
  const bool safe = off < 0.0 || (sides > NO_SIDES_DB && w->correlation_p5 > 0);
  const double move = fmin(fmax(m->share * off, -bound), bound);
  return safe && fabs(off) > SAME_SIDES_DB ? move : 0.0;
}

void
master_width(MasterState* m)
{
  const TonMeasurement* const w = &m->brief->mix->facts.whole;
  const double likeness = tone_likeness(m->distance_db);
  const double side = middle_side_db(w);
  TonDecision d;
  if (w->channels != 2 || m->brief->mix->facts.layout != TON_LAYOUT_STEREO) {
    return;
  }
  if (isfinite(reference_sides(m->brief)) && isfinite(side)) {
    ton_decision_start(&d, TON_RULE_WIDTH_REFERENCE, 0.65);
    ton_decision_figure(&d, "sides of the references",
                        reference_sides(m->brief));
    decide_width(m, towards_references(m, side), false, &d);
    return;
  }
  if (likeness == 0.0) {
    leave_width(m);
    return;
  }
  const bool wide = side > SIDE_HIGH_DB;
  const bool narrow = side < SIDE_LOW_DB && w->correlation_min > 0.3;
  const bool loose = w->band_side_db[0] > BASS_SIDE_DB;
  ton_decision_start(&d,
                     loose    ? TON_RULE_WIDTH_BASS
                     : wide   ? TON_RULE_WIDTH_WIDE
                     : narrow ? TON_RULE_WIDTH_NARROW
                              : TON_RULE_WIDTH_USUAL,
                     0.65);
  decide_width(m, likeness * (wide ? -1.5 : narrow ? 1.5 : 0.0), loose, &d);
}

// Limiter ---------------------------------------------------------------------

void
master_limit(MasterState* m)
{
  const TonMasterBrief* const b = m->brief;
  const double goal = m->result->goal_lufs;
  const double lufs = b->mix->facts.whole.integrated_lufs;
  m->result->search = !isnan(goal);
  m->result->limiter = m->n_chain;
  m->result->gain_db = m->result->search && isfinite(lufs)
                           ? rint((goal - lufs - m->raised_db) * 100.0) / 100.0
                           : 0.0;
  TonDecision d;
  ton_decision_start(&d,
                     m->result->search ? TON_RULE_LOUDNESS_DRIVE
                                       : TON_RULE_LOUDNESS_NO_GOAL,
                     0.9);
  ton_decision_figure(&d, "loudness of the mix", lufs);
  ton_decision_figure(&d, "true peak of the mix",
                      b->mix->facts.whole.true_peak_dbtp);
  if (m->result->search) {
    ton_decision_figure(&d, "goal", goal);
  }
  const TonSetting settings[] = {{"gain", m->result->gain_db},
                                 {"ceiling", m->ceiling_dbtp}};
  const char* const value = ton_chain_values(m->plan, "limiter", settings, 2);
  if (value) {
    record_value(m, ton_plan_text(m->plan, "chain/%u/limiter", m->n_chain++),
                 value, &d);
  }
}
