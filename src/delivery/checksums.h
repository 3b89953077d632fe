// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The checksums of a release.
#ifndef TON_DELIVERY_CHECKSUMS_H
#define TON_DELIVERY_CHECKSUMS_H

#include <tonmeister/song.h>

/// Write `folder`/SHA256SUMS.  A file that the last one named and this release
/// has not, as after a change of title, is removed if its sum is still the one
/// that was noted.  [main]
TonStatus checksums_write(const char* folder, const TonDelivered* all,
                          uint32_t n, TonError* error);

#endif
