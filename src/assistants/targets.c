// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Loudness goals, what streaming services do, and tonal profiles: the tables
   data/targets.yaml, data/platforms.yaml and data/tone/.
*/

#include "assistants/targets.h"

#include "base/array.h"
#include "base/error.h"
#include "session/fields.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define LOUDNESS  .unit = TON_LUFS, .min = -70.0, .max = 0.0
#define TRUE_PEAK .unit = TON_DBTP, .min = -40.0, .max = 6.0
#define CHARS(of, field)                                                       \
  .at = offsetof(of, field), .size = sizeof(((of*)NULL)->field)

// Targets -----------------------------------------------------------------------

#define AT(field) offsetof(TonTarget, field)

static const TonField target_name = {"a target's name", TON_AS_CHARS,
                                     CHARS(TonTarget, name)};

static const TonField target_fields[] = {
    {"title", TON_AS_CHARS, CHARS(TonTarget, title)},
    {"loudness", TON_AS_DOUBLE, AT(loudness_lufs), LOUDNESS, .flags = TON_NAN},
    {"ceiling", TON_AS_DOUBLE, AT(ceiling_dbtp), TRUE_PEAK,
     .otherwise = "-1 dBTP"},
    {"tolerance", TON_AS_DOUBLE, AT(tolerance_lu), TON_LU, 0.0, 10.0,
     .otherwise = "0.1 LU"},
    {"tone", TON_AS_CHARS, CHARS(TonTarget, tone)},
    {"keeps", TON_AS_SWITCH, .at = offsetof(TonTarget, keeps)},
    {"source", TON_AS_CHARS, CHARS(TonTarget, source)},
};

static const TonTable target_table = {.what = "target",
                                      TON_FIELDS(target_fields),
                                      .size = sizeof(TonTarget),
                                      .name = &target_name};

static const TonField targets_fields[] = {
    {"targets", TON_AS_NAMED, offsetof(TonTargets, items),
     .count = offsetof(TonTargets, n), .table = &target_table,
     .flags = TON_REQUIRED},
};

static const TonTable targets_table = {.what = "the table of targets",
                                       TON_FIELDS(targets_fields),
                                       .size = sizeof(TonTargets)};

TonStatus
ton_targets_read(TonTargets** targets, TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read_data("targets.yaml", &targets_table, &data, error);
  *targets = data;
  return status;
}

void
ton_targets_free(TonTargets* targets)
{
  ton_table_free(targets);
}

TonStatus
ton_target(const char* name, TonTarget* target, TonError* error)
{
  TonTargets* t = NULL;
  uint32_t i = 0;
  TON_TRY(ton_targets_read(&t, error));
  const TonStatus status = ton_table_find("target", name, t->items,
                                          sizeof(TonTarget), t->n, &i, error);
  if (!status) {
    *target = t->items[i];
  }
  ton_targets_free(t);
  return status;
}

// Platforms ---------------------------------------------------------------------

static const TonField platform_name = {"a platform's name", TON_AS_CHARS,
                                       CHARS(TonPlatform, name)};

static const TonField platform_fields[] = {
    {"target", TON_AS_DOUBLE, offsetof(TonPlatform, target_lufs), LOUDNESS,
     .flags = TON_NAN},
    {"raises", TON_AS_SWITCH, .at = offsetof(TonPlatform, raises)},
    {"limits", TON_AS_SWITCH, .at = offsetof(TonPlatform, limits)},
    {"until", TON_AS_DOUBLE, offsetof(TonPlatform, raise_dbtp), TRUE_PEAK,
     .otherwise = "-1 dBTP"},
    {"advice", TON_AS_DOUBLE, offsetof(TonPlatform, advice_dbtp), TRUE_PEAK,
     .otherwise = "-1 dBTP"},
    {"source", TON_AS_CHARS, CHARS(TonPlatform, source)},
};

static const TonTable platform_table = {.what = "platform",
                                        TON_FIELDS(platform_fields),
                                        .size = sizeof(TonPlatform),
                                        .name = &platform_name};

typedef struct {
  TonPlatform* items;
  uint32_t n;
} Platforms;

static const TonField platforms_fields[] = {
    {"platforms", TON_AS_NAMED, offsetof(Platforms, items),
     .count = offsetof(Platforms, n), .table = &platform_table,
     .flags = TON_REQUIRED},
};

static const TonTable platforms_table = {.what = "the table of platforms",
                                         TON_FIELDS(platforms_fields),
                                         .size = sizeof(Platforms)};

/// Turned down to the target; turned up, where that is done, until the peak
/// is in the way or a limiter takes it (docs/rules.md 3.7)
static void
work_out(TonPenalty* row, double lufs, double dbtp)
{
  const TonPlatform* const p = &row->platform;
  const double gap = p->target_lufs - lufs;
  const double room = p->raise_dbtp - dbtp;
  row->gain_db = 0.0;
  row->limited = p->raises && p->limits && gap > fmax(room, 0.0);
  if (gap < 0.0 || row->limited) {
    row->gain_db = gap;
  } else if (gap > 0.0 && p->raises) {
    row->gain_db = fmax(fmin(gap, room), 0.0);
  }
  row->plays_lufs = lufs + row->gain_db;
  row->wasted_db = fmax(-row->gain_db, 0.0);
  row->over_advice = dbtp > p->advice_dbtp + 0.05;
}

TonStatus
ton_platform_penalties(double integrated_lufs, double true_peak_dbtp,
                       TonPenalty* rows, uint32_t size, uint32_t* n,
                       TonError* error)
{
  void* data = NULL;
  *n = 0;
  TON_TRY(
      ton_table_read_data("platforms.yaml", &platforms_table, &data, error));
  const Platforms* const t = data;
  for (; *n < t->n && *n < size; ++*n) {
    rows[*n].platform = t->items[*n];
    work_out(&rows[*n], integrated_lufs, true_peak_dbtp);
  }
  const TonStatus status =
      t->n > size
          ? ton_fail(error, TON_BAD_USE,
                     "platforms.yaml has %u platforms; at most %u", t->n, size)
          : TON_OK;
  ton_table_free(data);
  return status;
}

TonStatus
ton_platform_penalty(const char* name, double integrated_lufs,
                     double true_peak_dbtp, TonPenalty* row, TonError* error)
{
  void* data = NULL;
  TON_TRY(
      ton_table_read_data("platforms.yaml", &platforms_table, &data, error));
  const Platforms* const t = data;
  uint32_t i = 0;
  const TonStatus status = ton_table_find("platform", name, t->items,
                                          sizeof(TonPlatform), t->n, &i, error);
  if (!status) {
    row->platform = t->items[i];
    work_out(row, integrated_lufs, true_peak_dbtp);
  }
  ton_table_free(data);
  return status;
}

// Tone --------------------------------------------------------------------------

/// A third octave of a profile
typedef struct {
  double hz;
  double level_db;
  double spread_db;
} Third;

/// A profile while it is read
typedef struct {
  TonTone tone;
  Third* thirds;
  uint32_t n;
} ToneText;

static const TonField third_fields[] = {
    {"at", TON_AS_DOUBLE, offsetof(Third, hz), TON_HZ, 10.0, 40000.0,
     .flags = TON_REQUIRED},
    {"level", TON_AS_DOUBLE, offsetof(Third, level_db), TON_DB, -120.0, 60.0,
     .flags = TON_REQUIRED},
    {"spread", TON_AS_DOUBLE, offsetof(Third, spread_db), TON_DB, 0.01, 60.0,
     .flags = TON_REQUIRED},
};

static const TonTable third_table = {
    .what = "a band", TON_FIELDS(third_fields), .size = sizeof(Third)};

static const TonField tone_fields[] = {
    {"source", TON_AS_CHARS, CHARS(ToneText, tone.source)},
    {"bands", TON_AS_ROWS, offsetof(ToneText, thirds),
     .count = offsetof(ToneText, n), .table = &third_table,
     .flags = TON_REQUIRED, .example = "a list of third octaves"},
};

static TonStatus
check_tone(TonReader* r, const TonNode* node, void* row)
{
  ToneText* const t = row;
  const TonNode* const bands = ton_node_child(node, "bands");
  for (uint32_t b = 0; b < TON_THIRDS && b < t->n; ++b) {
    t->tone.level_db[b] = t->thirds[b].level_db;
    t->tone.spread_db[b] = t->thirds[b].spread_db;
    if (!(fabs(log2(t->thirds[b].hz / ton_third_hz(b))) < 0.1)) {
      return ton_fail_at(r->doc, bands->items[b], r->error,
                         "this band has to stand at %.0f Hz", ton_third_hz(b));
    }
  }
  return t->n == TON_THIRDS
             ? TON_OK
             : ton_fail_at(r->doc, bands, r->error,
                           "bands: there are %u, and %d are needed", t->n,
                           TON_THIRDS);
}

static const TonTable tone_table = {.what = "the tonal profile",
                                    TON_FIELDS(tone_fields),
                                    .size = sizeof(ToneText),
                                    .check = check_tone};

TonStatus
ton_tone(const char* name, TonTone* tone, TonError* error)
{
  char file[64];
  void* data = NULL;
  const int n = snprintf(file, sizeof(file), "tone/%s.yaml", name);
  if (n < 0 || strlen(name) >= sizeof(tone->name)) {
    return ton_fail(error, TON_NOT_FOUND, "there is no tonal profile \"%s\"",
                    name);
  }
  TON_TRY(ton_table_read_data(file, &tone_table, &data, error));
  *tone = ((const ToneText*)data)->tone;
  memcpy(tone->name, name, strlen(name) + 1);
  ton_table_free(data);
  return TON_OK;
}
