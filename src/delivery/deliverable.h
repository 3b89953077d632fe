// SPDX-License-Identifier: GPL-3.0-or-later
/// @file One deliverable: how it is to be written, and whether what was written is
/// good.
#ifndef TON_DELIVERY_DELIVERABLE_H
#define TON_DELIVERY_DELIVERABLE_H

#include "delivery/format.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/song.h>

/// What a file is made from
typedef struct {
  const TonRelease* release;
  const TonDeliverable* what;
  const DeliveryFormat* format;
  const TonMeasurement* master;
  double ceiling_dbtp;         ///< Of the master
  const TonMeasurement* album; ///< It is a track of; null: none
} DeliveryTask;

/// A limiter in front of the writer, where conversion or a codec moves peaks
typedef struct {
  bool on;
  double ceiling_dbtp;
  double gain_db; ///< What the limiter took from the loudness, given back
} PeakHold;

/// Is a master of one channel written to two equal ones?  [any]
bool delivery_doubles(const DeliveryTask* task);

/// What the writer is told.  [any]
TonAudioFormat delivery_audio_format(const DeliveryTask* task);

/// The texts of the release and the gain of the file.  [any]
TonTags delivery_tags(const TonRelease* r, const TonMeasurement* m);

/// What another try would do better: the peaks of a decoder that goes too high
/// are held lower by as much, and what that takes from the loudness is given
/// back.  False: nothing.  [any]
bool delivery_improve(const DeliveryTask* task, const TonDelivered* file,
                      PeakHold* hold);

/// Set `good` and `why` of a measured file.  TON_NO_MEMORY at worst.  [main]
TonStatus delivery_judge(const DeliveryTask* task, const TonClipping* clipping,
                         TonDelivered* file);

#endif
