// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Decisions: what an assistant chose, what it had measured, and why.
*/
#ifndef TONMEISTER_DECISION_H
#define TONMEISTER_DECISION_H

#include <tonmeister/api.h>
#include <tonmeister/session.h>
#include <tonmeister/status.h>

#include <stdbool.h>
#include <stdint.h>

TON_API_BEGIN

/// A measurement a decision stands on
typedef struct {
  char metric[48]; ///< "active loudness"
  double value;
  char unit[16]; ///< "LUFS"
  double from_s; ///< Time range it holds for; NaN: the whole song
  double to_s;
  double low; ///< Range it was held against; NaN: none
  double high;
  char source[64]; ///< Where the range comes from: "data/roles.yaml"
} TonEvidence;

/// Something a decision names in its sentences
typedef struct {
  char what[16]; ///< "role"
  char name[96]; ///< "snare"
} TonDecisionName;

/// Something else that was considered
typedef struct {
  char what[96];
  char why_not[128];
} TonAlternative;

/// Bytes for the path of any value an assistant writes: names of strips have
/// at most 255 bytes, each of which may be written as two
enum { TON_PATH_BYTES = 1280 };

/// The whole record behind one value of a text.  Its sentences are generated
/// from its rule, figures and names (src/assistants/rules.h).
typedef struct {
  char path[TON_PATH_BYTES]; ///< Of the value, as in TonEdit; "" for "left
                             ///< alone" notes that have no value
  char value[160];           ///< As in the text; "" when left alone
  char rule[48];             ///< "balance.class-target"
  char reason[288];          ///< For a beginner: the comment beside the value
  char detail[320]; ///< For an engineer: how it was measured and judged
  TonEvidence evidence[6];
  uint32_t n_evidence;
  TonDecisionName names[4];
  uint32_t n_names;
  TonAlternative alternatives[3];
  uint32_t n_alternatives;
  double confidence; ///< 0 to 1
  bool bound_hit;    ///< The value was cut to its allowed range
  bool locked;       ///< A person's value; kept
  bool superseded;   ///< A person changed the value afterwards
} TonDecision;

typedef struct {
  TonDecision* items; ///< Grown; freed with ton_decisions_free()
  uint32_t count;
  uint64_t capacity;
} TonDecisions;

/// A zeroed record at the end of the list, or null when memory is refused.
/// Valid until the next call.
TonDecision* ton_decisions_add(TonDecisions* decisions);

void ton_decisions_free(TonDecisions* decisions);

/// What decisions.json holds: keys in a fixed order, numbers with nine digits;
/// NaN and infinity are null.  `path` is named in errors: TON_NO_MEMORY, or a
/// text that is not UTF-8.  Freed by caller with free().  [main]
TonStatus ton_decisions_text(const TonDecisions* decisions, const char* path,
                             char** text, TonError* error);

/// Write decisions.json: beside, sync, rename.  [main]
TonStatus ton_decisions_write(const TonDecisions* decisions, const char* path,
                              TonError* error);

/// Read decisions.json; `decisions` is overwritten, freed by caller.  Null
/// reads as NaN.  TON_NOT_FOUND if there is no such file.  [main]
TonStatus ton_decisions_read(const char* path, TonDecisions* decisions,
                             TonError* error);

/// Set `superseded` of every decision with a path: true if the text's value
/// is another one by now ("-3 dB" and "-3.0dB" are the same), or is gone; for
/// a decision without a value, if there is one now.  Decisions about a track or
/// bus that got another name follow it.  TON_NO_MEMORY at worst; [main]
TonStatus ton_decisions_compare(TonDecisions* decisions, const TonDoc* doc);

TON_API_END

#endif
