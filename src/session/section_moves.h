// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Automation by sections: "+1.5 dB in chorus 1".
*/
#ifndef TON_SESSION_SECTION_MOVES_H
#define TON_SESSION_SECTION_MOVES_H

#include "session/read.h"

/// Whether a list of automation moves a level by sections: its items say in which
bool ton_moves_by_section(const TonNode* list);

/// The curve of such a list: dB more or less than `base_db` in the sections that
/// each item names, exactly or without its number.  A level changes within the
/// beat before the section, or half a second in a song without a tempo.
TonStatus ton_read_section_moves(TonReader* r, const TonNode* list,
                                 TonRange range, double base_db,
                                 TonAutomation* curve);

#endif
