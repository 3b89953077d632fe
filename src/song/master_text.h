// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   master.yaml on its way: as it was, or begun; the goal; a chain proposed
   where nobody wrote one; the limiter's gain put right.
*/
#ifndef TON_SONG_MASTER_TEXT_H
#define TON_SONG_MASTER_TEXT_H

#include "assistants/master.h"
#include "song/song.h"

typedef struct {
  TonSong* song;
  const TonMasterOptions* options;
  const TonJob* job;
  TonError* error;
  const char* file;      ///< The mix when there is no song, else null
  const char* source;    ///< The mix; owned by the song
  TonDoc* doc;           ///< The song's
  TonDecisions* records; ///< The song's
  TonMaster* master;
  TonTarget target; ///< With the loudness and ceiling that hold
  bool was_there;   ///< The text; not begun now
  bool propose;     ///< The chain
  TonSound mix;
  TonSound references[16];
  uint32_t n_references;
  TonLimits* limits;
  uint64_t from; ///< Frames of the mix where the master begins and ends
  uint64_t to;
  TonMasterBrief brief;
  TonMasterPlan plan;
} MasterText;

/// Begin the text if there is none; find the goal, and whether a chain is to be
/// proposed.
TonStatus master_text_open(MasterText* t);

/// Is a value of the text one that the assistant wrote, as its record says?
bool master_text_is_ours(MasterText* t, const char* key);

/// Tell the assistant which starts, ends and fades a person wrote.
void master_text_own_ends(MasterText* t);

/// Frames of the mix that the master begins and ends with.
TonStatus master_text_ends(MasterText* t);

/// Measure, propose; what was asked for goes into the text.
TonStatus master_text_propose(MasterText* t);

/// The compressor the assistant has just proposed, or null.
TonInsert* master_text_glue(const MasterText* t);

/// Say what it takes away on average in the loud parts.
TonStatus master_text_measured_glue(MasterText* t, double reduction_db);

/// If it takes away more than it may, raise its threshold and say so in `raised`.
TonStatus master_text_raise_glue(MasterText* t, double reduction_db,
                                 bool* raised);

/// Take it out again: with it the limiter would have to reduce by `with_db`,
/// without by `without_db`.
TonStatus master_text_drop_glue(MasterText* t, double with_db,
                                double without_db);

/// The limiter's gain as the search left it; a goal that yields does so.
TonStatus master_text_drive(MasterText* t, TonGainSearch* search,
                            double true_peak_dbtp, double reduction_db);

/// Whether the goal follows references, and what the search reached on the way
/// is softer than it would be without them.
bool master_text_too_soft(const MasterText* t, const TonGainSearch* search);

/// The goal is then that without references.
TonStatus master_text_stay_as_loud(MasterText* t, double reduction_db);

/// Read the text again after an edit.
TonStatus master_text_read_again(MasterText* t);

/// Its place in the chain, or null.
TonInsert* master_text_limiter(const MasterText* t);

void master_text_close(MasterText* t);

/// The error of a value that does not fit into its record
TonStatus master_text_too_long(const MasterText* t);

#endif
