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
  double share;       ///< Of the distance that is corrected
  double distance_db; ///< From the references or the profile in tone; 0: there
                      ///< is neither
} MasterState;

/// Target minus mix per band, dB, after a gain that makes their weighted median
/// 0; NaN where the mix is empty
void tone_error(const TonFacts* mix, const double* target_db, double* error_db);

/// The same from a target; at the level where the mean of the moderate
/// differences from references is 0
void tone_error_from(const TonMasterBrief* brief, const TonTone* target,
                     double* error_db);

/// Root mean square of such distances over the bands that carry music, dB
double tone_mean_error(const double* error_db);

/// Mean distance of the mix from the references, dB; at most TONE_ALIKE_DB is
/// the same kind of music, from TONE_OTHER_DB on it is surely another one
double tone_distance(const TonMasterBrief* brief);

#define TONE_ALIKE_DB 6.0
#define TONE_OTHER_DB 8.0

/// 1 for the same kind of music, 0 for another one, falling between
double tone_likeness(double distance_db);

/// What the tone is brought towards: levels, and differences of so many dB that
/// are left alone: of the references, else of the profile
void tone_target(const TonMasterBrief* brief, TonTone* target);

/// A section of the tonal correction, as the equaliser has it
typedef struct {
  const char* kind; ///< "low-shelf", "bell", "high-shelf"
  double hz;
  double gain_db;
  double q;
} ToneSection;

enum { MAX_SECTIONS = 8 };

/// A wanted tonal correction
typedef struct {
  double db[TON_THIRDS];
  double max_db[TON_THIRDS]; ///< No band may get more
  double bound_db;           ///< No section may do more
  uint32_t sections;         ///< How many at most, up to MAX_SECTIONS
  bool narrow;               ///< With bells of half an octave, too
} ToneMove;

/// Fewest sections that follow a move within its bounds.  Returns how many.
uint32_t tone_fit(const ToneMove* move, double rate, ToneSection* sections);

/// Gain of the sections at a frequency
double tone_response(const ToneSection* sections, uint32_t n, double hz,
                     double rate);

void master_ends(MasterState* m);   ///< Where it starts and ends
void master_tone(MasterState* m);   ///< Bounded broad correction
void master_repair(MasterState* m); ///< DC, and a very soft mix raised
void master_glue(MasterState* m);   ///< Compression where it helps
void master_style(MasterState* m);  ///< What was asked for by a style's name
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
