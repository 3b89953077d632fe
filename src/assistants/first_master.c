// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/first.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/place.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TonStatus
ton_first_target(const char* name, double* loudness_lufs, double* ceiling_dbtp,
                 TonError* error)
{
  char path[1024];
  char key[128];
  TonDoc* doc = NULL;
  TON_TRY(ton_doc_open(ton_data_path("targets.yaml", path, sizeof(path)), &doc,
                       error));
  snprintf(key, sizeof(key), "%s/loudness", name);
  char* const loudness = ton_doc_get(doc, key);
  snprintf(key, sizeof(key), "%s/ceiling", name);
  char* const ceiling = ton_doc_get(doc, key);
  TonStatus status = TON_OK;
  if (loudness && ceiling) {
    *loudness_lufs = strtod(loudness, NULL);
    *ceiling_dbtp = strtod(ceiling, NULL);
  } else {
    const char* names[64];
    uint32_t n = ton_doc_count(doc, "");
    n = n < 64 ? n : 64;
    for (uint32_t i = 0; i < n; ++i) {
      names[i] = ton_doc_key(doc, "", i);
    }
    const char* const near = ton_text_nearest(name, names, n);
    status =
        ton_fail(error, TON_BAD_USE, "there is no target \"%s\"%s%s%s", name,
                 near ? "; did you mean \"" : "; see data/targets.yaml",
                 near ? near : "", near ? "\"?" : "");
    for (uint32_t i = 0; i < n; ++i) {
      ton_free((void*)(uintptr_t)names[i]);
    }
  }
  ton_free(loudness);
  ton_free(ceiling);
  ton_doc_free(doc);
  return status;
}

/// A broad move: what stands between two frequencies against the profile
typedef struct {
  const char* shape;
  double from_hz;
  double to_hz;
  double at_hz;
  double q;
} Move;

static const Move moves[] = {
    {"low-shelf", 40.0, 125.0, 120.0, 0.7},
    {"bell", 200.0, 500.0, 315.0, 0.7},
    {"bell", 1600.0, 5000.0, 2800.0, 0.7},
    {"high-shelf", 6300.0, 16000.0, 8000.0, 0.7},
};

enum { MOVES = 4, MOST_BANDS = 40 };

typedef struct {
  double hz[MOST_BANDS];
  double db[MOST_BANDS];
  double spread[MOVES];
  uint32_t n;
} Tone;

static double
doc_number(const TonDoc* doc, const char* key, uint32_t i)
{
  char path[64];
  snprintf(path, sizeof(path), "pop-rock/%s/%u", key, i);
  char* const text = ton_doc_get(doc, path);
  const double value = text ? strtod(text, NULL) : NAN;
  ton_free(text);
  return value;
}

static TonStatus
read_tone(Tone* tone, TonError* error)
{
  char path[1024];
  TonDoc* doc = NULL;
  TON_TRY(ton_doc_open(ton_data_path("tone.yaml", path, sizeof(path)), &doc,
                       error));
  tone->n = ton_doc_count(doc, "pop-rock/hz");
  tone->n = tone->n < MOST_BANDS ? tone->n : MOST_BANDS;
  for (uint32_t i = 0; i < tone->n; ++i) {
    tone->hz[i] = doc_number(doc, "hz", i);
    tone->db[i] = doc_number(doc, "db", i);
  }
  for (uint32_t i = 0; i < MOVES; ++i) {
    tone->spread[i] = doc_number(doc, "spread", i);
  }
  ton_doc_free(doc);
  return TON_OK;
}

static double
mix_at(const TonMeasurement* m, double hz)
{
  double best = NAN;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    if (fabs(log2(ton_third_hz(b) / hz)) < 0.17) {
      best = m->thirds_db[b];
    }
  }
  return best;
}

/// Mean of profile minus mix between two frequencies; empty bands count not
static double
lack(const Tone* tone, const TonMeasurement* m, double from, double to)
{
  double sum = 0.0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < tone->n; ++i) {
    const double x = mix_at(m, tone->hz[i]);
    if (tone->hz[i] >= from * 0.97 && tone->hz[i] <= to * 1.03 && x > -90.0) {
      sum += tone->db[i] - x;
      ++n;
    }
  }
  return n ? sum / n : NAN;
}

static TonDecision*
record(TonDecisions* all, const char* path, const char* value, const char* rule)
{
  TonDecision* const d = ton_decisions_add(all);
  if (d) {
    snprintf(d->path, sizeof(d->path), "%s", path);
    snprintf(d->value, sizeof(d->value), "%s", value);
    snprintf(d->rule, sizeof(d->rule), "%s", rule);
    d->confidence = 0.7;
  }
  return d;
}

static void
cite(TonDecision* d, const char* metric, double value, const char* unit)
{
  TonEvidence* const e = &d->evidence[d->n_evidence++];
  snprintf(e->metric, sizeof(e->metric), "%s", metric);
  snprintf(e->unit, sizeof(e->unit), "%s", unit);
  e->value = value;
  e->from_s = e->to_s = e->low = e->high = NAN;
}

static TonStatus
put(TonDoc* doc, const TonDecision* d, TonError* error)
{
  const TonEdit edit = {d->path, d->value, d->reason};
  return ton_doc_edit(doc, &edit, error);
}

/// Half of what lies beyond three quarters of the usual spread, at most 3 dB
static double
bounded(double d, double spread, double amount)
{
  const double beyond = fabs(d) - 0.75 * spread;
  const double move = beyond > 0.0 ? amount * beyond : 0.0;
  return copysign(fmin(3.0, move), d);
}

static TonStatus
propose_tone(const TonMeasurement* m, double amount, uint32_t* at, TonDoc* doc,
             TonDecisions* all, TonError* error)
{
  Tone tone = {0};
  TON_TRY(read_tone(&tone, error));
  const double level = lack(&tone, m, 100.0, 10000.0);
  uint32_t band = 0;
  for (int i = 0; i < MOVES; ++i) {
    const double d = lack(&tone, m, moves[i].from_hz, moves[i].to_hz) - level;
    const double move = bounded(d, tone.spread[i], amount / 100.0);
    char path[64];
    char value[128];
    snprintf(path, sizeof(path), "chain/%u/equaliser/%u", *at, band);
    snprintf(value, sizeof(value),
             "{%s: {at: %.0f Hz, gain: %+.1f dB, q: %.1f}}", moves[i].shape,
             moves[i].at_hz, move, moves[i].q);
    const bool acts = isfinite(move) && fabs(move) >= 0.5;
    TonDecision* const r =
        record(all, acts ? path : "", acts ? value : "", "tone.broad");
    if (!r) {
      return ton_fail(error, TON_NO_MEMORY, "out of memory");
    }
    cite(r, "profile minus mix", d, "dB");
    snprintf(r->reason, sizeof(r->reason),
             acts ? "%.0f to %.0f Hz lies %+.1f dB off the profile"
                  : "%.0f to %.0f Hz left alone: %+.1f dB is within the usual "
                    "spread",
             moves[i].from_hz, moves[i].to_hz, -d);
    if (acts) {
      TON_TRY(put(doc, r, error));
      ++band;
    }
  }
  *at += band > 0;
  return TON_OK;
}

/// Glue only where there is something to hold together
static TonStatus
propose_glue(const TonMeasurement* m, uint32_t* at, TonDoc* doc,
             TonDecisions* all, TonError* error)
{
  const bool helps =
      m->plr_lu > 14.0 && m->crest_db > 14.0 && m->loudness_range_lu > 5.0;
  char path[64];
  char value[160];
  snprintf(path, sizeof(path), "chain/%u/compressor", *at);
  snprintf(value, sizeof(value),
           "{threshold: %.0f dB, ratio: 1.5:1, attack: 30 ms, release: 200 ms, "
           "key-highpass: 100 Hz}",
           fmax(-40.0, fmin(0.0, rint(m->integrated_lufs + 2.0))));
  TonDecision* const r =
      record(all, helps ? path : "", helps ? value : "", "dynamics.glue");
  if (!r) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  cite(r, "PLR", m->plr_lu, "LU");
  cite(r, "crest", m->crest_db, "dB");
  cite(r, "loudness range", m->loudness_range_lu, "LU");
  snprintf(r->reason, sizeof(r->reason),
           helps ? "PLR %.1f, crest %.1f: a little glue, 1 to 2 dB"
                 : "no glue compression: PLR %.1f LU and crest %.1f dB leave "
                   "nothing to hold together",
           m->plr_lu, m->crest_db);
  if (helps) {
    TON_TRY(put(doc, r, error));
    ++*at;
  }
  return TON_OK;
}

TonStatus
ton_first_master(const TonMeasurement* m, double loudness_lufs,
                 double ceiling_dbtp, double amount, TonDoc* doc,
                 TonDecisions* all, TonError* error)
{
  uint32_t at = 0;
  TON_TRY(propose_tone(m, amount, &at, doc, all, error));
  TON_TRY(propose_glue(m, &at, doc, all, error));
  char path[64];
  char value[96];
  const double gain = isfinite(loudness_lufs) && isfinite(m->integrated_lufs)
                          ? loudness_lufs - m->integrated_lufs
                          : 0.0;
  snprintf(path, sizeof(path), "chain/%u/limiter", at);
  snprintf(value, sizeof(value), "{gain: %+.2f dB, ceiling: %.1f dBTP}",
           fmax(-24.0, fmin(30.0, gain)), ceiling_dbtp);
  TonDecision* const r = record(all, path, value, "limiter.ceiling");
  if (!r) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  cite(r, "integrated loudness of the mix", m->integrated_lufs, "LUFS");
  snprintf(r->reason, sizeof(r->reason), "holds %.1f dBTP", ceiling_dbtp);
  return put(doc, r, error);
}

uint32_t
ton_first_best(const TonFirstSearch* s)
{
  uint32_t best = 0;
  for (uint32_t i = 1; i < s->n; ++i) {
    if (fabs(s->lufs[i] - s->goal_lufs) < fabs(s->lufs[best] - s->goal_lufs)) {
      best = i;
    }
  }
  return best;
}

bool
ton_first_search(TonFirstSearch* s, double drive_db, double lufs, double* next)
{
  s->drive_db[s->n] = drive_db;
  s->lufs[s->n] = lufs;
  ++s->n;
  const double miss = s->goal_lufs - lufs;
  if (fabs(miss) <= 0.03 || s->n >= 12 || !isfinite(lufs)) {
    return false;
  }
  double slope = 1.0;
  if (s->n > 1) {
    const double run = drive_db - s->drive_db[s->n - 2];
    const double rise = lufs - s->lufs[s->n - 2];
    slope = run != 0.0 ? rise / run : 1.0;
    if (slope < 0.02 && miss > 0.0) {
      return false; // louder does not get louder
    }
    slope = fmax(0.1, fmin(1.2, slope));
  }
  *next = fmax(-24.0, fmin(30.0, drive_db + miss / slope));
  return *next != drive_db;
}
