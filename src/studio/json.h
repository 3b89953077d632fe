// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_STUDIO_JSON_H
#define TON_STUDIO_JSON_H

/// Figures as the report has them, for any face
#include "report/figure.h"
#include "report/json.h"

#endif
