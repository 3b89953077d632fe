// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The features of a whole audio file.
#ifndef TON_RENDER_ANALYSE_H
#define TON_RENDER_ANALYSE_H

#include "analysis/facts.h"

#include <tonmeister/job.h>

/// Features and facts of a whole file, with the meters of `what`.  Freed by
/// the caller with ton_sound_free(), also after an error.  [main]
TonStatus analyse_file(const char* path, unsigned what, TonSound* sound,
                       const TonJob* job, TonError* error);

/// The same of a file that stands ready in another form, at the rate of a mix:
/// levels and spectra of the latter, clipping, samples without a number and
/// spikes of the file itself.  [main]
TonStatus analyse_converted(const char* path, const char* converted,
                            unsigned what, TonSound* sound, const TonJob* job,
                            TonError* error);

/// The same of one long file, on two cores where the job has them: the meters
/// read it on one, the rest on the other.  [main]
TonStatus analyse_mix(const char* path, unsigned what, TonSound* sound,
                      const TonJob* job, TonError* error);

#endif
