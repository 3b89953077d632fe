// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_SONG_CHECKSUMS_H
#define TON_SONG_CHECKSUMS_H

#include <tonmeister/song.h>

/// Write `folder`/SHA256SUMS.  What the last one named and this release has not,
/// as after a change of title, is removed if it still is what was written.
TonStatus checksums_write(const char* folder, const TonDelivered* all,
                          uint32_t n, TonError* error);

#endif
