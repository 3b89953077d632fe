// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The checksums of a release.
#ifndef TON_DELIVERY_CHECKSUMS_H
#define TON_DELIVERY_CHECKSUMS_H

#include <tonmeister/song.h>

/**
   Before the files of a release get their names: remove `folder`/SHA256SUMS and
   the report, which are about to become false.

   What the sums named and what is about to be written is noted in
   `folder`/.files, so that a run that is stopped here leaves nothing that the
   next one does not know of.  [main]
*/
TonStatus checksums_begin(const char* folder, const TonDelivered* all,
                          uint32_t n, TonError* error);

/// Afterwards: remove the noted files that this release has not, as after a
/// change of title, if their sum is still the one that was noted; then write
/// SHA256SUMS.  [main]
TonStatus checksums_write(const char* folder, const TonDelivered* all,
                          uint32_t n, TonError* error);

#endif
