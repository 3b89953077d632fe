// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TON_PROCESSORS_PROCESSORS_H
#define TON_PROCESSORS_PROCESSORS_H

/**
   @file
   The list of our processors, and what every processor's file includes.
*/

#include "base/error.h"
#include "base/memory.h"

#include <tonmeister/processor.h>

#include <math.h>

/// Every processor of ours, alphabetical inside its category.  LANED has one
/// descriptor per vector width; ALONE has one; ALONE_WIDE works without lanes
/// too, yet is compiled per width because wide vectors make it faster.
#define TON_OUR_PROCESSORS(LANED, ALONE, ALONE_WIDE)                           \
  /* colour */                                                                 \
  LANED(ton_exciter)                                                           \
  ALONE(ton_lo_fi)                                                             \
  LANED(ton_saturator)                                                         \
  ALONE(ton_tape)                                                              \
  /* dynamics */                                                               \
  LANED(ton_bus_compressor)                                                    \
  LANED(ton_compressor)                                                        \
  LANED(ton_de_esser)                                                          \
  LANED(ton_ducker)                                                            \
  LANED(ton_gate)                                                              \
  ALONE(ton_limiter)                                                           \
  ALONE_WIDE(ton_multiband)                                                    \
  LANED(ton_transient)                                                         \
  /* equaliser */                                                              \
  LANED(ton_dc_filter)                                                         \
  LANED(ton_dynamic_eq)                                                        \
  LANED(ton_equaliser)                                                         \
  LANED(ton_hum_filter)                                                        \
  ALONE(ton_linear_phase_equaliser)                                            \
  ALONE(ton_match_equaliser)                                                   \
  LANED(ton_passive_equaliser)                                                 \
  LANED(ton_phase_rotator)                                                     \
  /* gain */                                                                   \
  LANED(ton_gain)                                                              \
  ALONE(ton_generator)                                                         \
  /* modulation */                                                             \
  ALONE(ton_chorus)                                                            \
  ALONE(ton_phaser)                                                            \
  ALONE(ton_tremolo)                                                           \
  /* space */                                                                  \
  ALONE(ton_convolution)                                                       \
  LANED(ton_decorrelator)                                                      \
  ALONE(ton_delay)                                                             \
  ALONE_WIDE(ton_imager)                                                       \
  LANED(ton_mid_side)                                                          \
  ALONE_WIDE(ton_reverb)                                                       \
  ALONE(ton_spring)                                                            \
  LANED(ton_width)

#define TON_DECLARE_ALONE(name) extern const TonProcessor name;
#define TON_DECLARE_LANED(name)                                                \
  extern const TonProcessor name##4, name##8, name##16;

TON_OUR_PROCESSORS(TON_DECLARE_LANED, TON_DECLARE_ALONE, TON_DECLARE_LANED)

/// An instance of `bytes`, zeroed, 64-byte aligned.  [main]
static inline TonStatus
ton_instance(size_t bytes, void** state, TonError* error)
{
  *state = ton_alloc(bytes);
  if (!*state) {
    (void)ton_fail(error, TON_NO_MEMORY, "out of memory");
    return TON_NO_MEMORY;
  }
  return TON_OK;
}

/// Frames after which nothing is left of what one-poles with these time
/// constants, one after another, held: 18 of them are 156 dB.  [any]
static inline uint64_t
ton_settle_frames(double seconds, double rate)
{
  return (uint64_t)(18.0 * seconds * rate) + 1;
}

/// Frames after which a gain that is held counts no more, in sound that keeps
/// changing: each hold freezes what is left of the one before.  [any]
static inline uint64_t
ton_holds_frames(double hold_ms, double rate)
{
  return (uint64_t)(10.0 * hold_ms * rate / 1000.0);
}

/// neutral() of a processor that changes nothing while its mix is 0 %.  [any]
bool ton_neutral_without_mix(const TonProcessor* self, const float* values);

/// The sample, or 0 where it is no sound (not a number, infinite, or above
/// 120 dBFS) and would stay in a feedback for ever.  [audio]
static inline float
ton_finite(float x)
{
  return fabsf(x) < 1e6F ? x : 0.0F;
}

/// close() of a processor whose instance is one block.  [main]
static inline void
ton_instance_free(const TonProcessor* self, void* state)
{
  (void)self;
  ton_free(state);
}

#endif
