// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Inside of the mastering assistant: what its steps share.
*/
#ifndef TON_ASSISTANTS_MASTER_INTERNAL_H
#define TON_ASSISTANTS_MASTER_INTERNAL_H

#include "assistants/decision_builder.h"
#include "assistants/master.h"

typedef struct {
  const TonMasterBrief* brief;
  TonPlan* plan;
  TonMasterPlan* result;
  uint32_t n_chain; ///< Processors written so far
  double ceiling_dbtp;
  double raised_db;   ///< Gain in front of all else
  double distance_db; ///< From the references or the profile in tone; 0: there
                      ///< is neither
} MasterState;

/// Target minus mix per band, dB, after a gain that makes their weighted median
/// 0; NaN where the mix is empty
void tone_error(const TonFacts* mix, const double* target_db, double* error_db);

/// Root mean square of such distances over the bands that carry music, dB
double tone_mean_error(const double* error_db);

/// Mean distance of the mix from the references, dB; at most TONE_ALIKE_DB is
/// the same kind of music
double tone_distance(const TonMasterBrief* brief);

#define TONE_ALIKE_DB 6.0

/// A section of the tonal correction, as the equaliser has it
typedef struct {
  const char* kind; ///< "low-shelf", "bell", "high-shelf"
  double hz;
  double gain_db;
  double q;
} ToneSection;

enum { MAX_SECTIONS = 6 };

/// Fewest sections that follow `move_db`, none above 3 dB, the whole never
/// above `max_db` in a band.  Returns how many.
uint32_t tone_fit(const double* move_db, const double* max_db, double rate,
                  ToneSection* sections);

/// Gain of the sections at a frequency
double tone_response(const ToneSection* sections, uint32_t n, double hz,
                     double rate);

void master_tone(MasterState* m);   ///< Bounded broad correction
void master_repair(MasterState* m); ///< DC, and a very soft mix raised
void master_glue(MasterState* m);   ///< Compression where it helps
void master_width(MasterState* m);  ///< Lows to the middle, sides in range
void master_limit(MasterState* m);  ///< Limiter with the first gain

/// Record a value for the text.
void record_value(const MasterState* m, const char* path, const char* value,
                  TonDecision* decision);

/// Record that something was considered and left alone
void record_unchanged(const MasterState* m, const char* path,
                      TonDecision* decision);

/// Record that a person's value is kept.
void record_locked(const MasterState* m, const char* key);

#endif
