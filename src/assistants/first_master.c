// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/first.h"
#include "base/error.h"

#include <math.h>
#include <stdio.h>

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

enum { MOVES = 4 };

/// Mean of profile minus mix, and the usual spread, between two frequencies;
/// empty bands count not
static double
lack(const TonTone* tone, const TonMeasurement* m, double from, double to,
     double* spread)
{
  double sum = 0.0;
  double wide = 0.0;
  uint32_t n = 0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    const double hz = ton_third_hz(b);
    if (hz >= from * 0.97 && hz <= to * 1.03 && m->thirds_db[b] > -90.0 &&
        isfinite(tone->level_db[b])) {
      sum += tone->level_db[b] - m->thirds_db[b];
      wide += tone->spread_db[b];
      ++n;
    }
  }
  *spread = n ? wide / n : NAN;
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
propose_tone(const TonMeasurement* m, const TonTone* tone, double amount,
             uint32_t* at, TonDoc* doc, TonDecisions* all, TonError* error)
{
  double spread = 0.0;
  const double level = lack(tone, m, 100.0, 10000.0, &spread);
  uint32_t band = 0;
  for (int i = 0; i < MOVES; ++i) {
    const double d =
        lack(tone, m, moves[i].from_hz, moves[i].to_hz, &spread) - level;
    const double move = bounded(d, spread, amount / 100.0);
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
ton_first_master(const TonMeasurement* m, const TonTone* tone,
                 double loudness_lufs, double ceiling_dbtp, double amount,
                 TonDoc* doc, TonDecisions* all, TonError* error)
{
  uint32_t at = 0;
  if (tone) {
    TON_TRY(propose_tone(m, tone, amount, &at, doc, all, error));
  }
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
