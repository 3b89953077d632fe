// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_STUDIO_STUDY_H
#define TON_STUDIO_STUDY_H

#include "analysis/stem.h"
#include "studio/studio.h"

/// Facts of a whole file, with the meters of `what`.  Freed by caller with
/// ton_stem_facts_free(), also after an error.  [main]
TonStatus study_file(const char* path, unsigned what, TonStemFacts* facts,
                     const TonJob* job, TonError* error);

/// The same of one long file, on two cores where the job has them: the meters
/// read it on one, the rest on the other.  [main]
TonStatus study_mix(const char* path, unsigned what, TonStemFacts* facts,
                    const TonJob* job, TonError* error);

#endif
