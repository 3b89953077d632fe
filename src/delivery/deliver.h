// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Writing one file of a release.
#ifndef TON_DELIVERY_DELIVER_H
#define TON_DELIVERY_DELIVER_H

#include "delivery/deliverable.h"

#include <tonmeister/job.h>

/// Open a finished file and measure it again: what is promised is what lies on the
/// disk.  Sets what `made` says of it but for `good` and `why`.  [main]
TonStatus delivery_verify(TonDelivered* made, const char* path,
                          const TonJob* job, TonError* error);

/**
   Write one file beside `made->path`, open it again, measure it and judge it; a
   second try where the first can be bettered.

   A format that this system has no encoder for is no error: `made` says so.

   @param cache Folder for the master at other rates
   @param writer The finished file, to be given its name or abandoned by the
          caller; null after an error or without an encoder.
   [any], several at once
*/
TonStatus delivery_write(const DeliveryTask* task, const char* cache,
                         TonAudioWriter** writer, TonDelivered* made,
                         const TonJob* job, TonError* error);

#endif
