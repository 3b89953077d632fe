// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SONG_JSON_H
#define TON_SONG_JSON_H

/// Figures as the report has them, for any face
#include "report/figure.h"
#include "report/json.h"

#endif
