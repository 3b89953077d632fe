// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_PROCESSOR_H
#define TONMEISTER_PROCESSOR_H

#include <tonmeister/status.h>
#include <tonmeister/unit.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How values are spaced on a control between min and max
typedef enum {
  TON_LINEAR,
  TON_LOG,
  TON_INTEGER,
  TON_SWITCH, ///< 0 or 1; "on"/"off" in texts
  TON_CHOICE, ///< Index into choices; its key in texts
} TonSpacing;

enum {
  TON_AUTOMATE = 1 << 0, ///< May change while playing, without a click
  TON_RESTART = 1 << 1,  ///< Changes latency or memory: constant in a render
  TON_EXPERT = 1 << 2,   ///< Folded away by default in help and pages
  TON_ENDLESS = 1 << 3,  ///< max stands for infinity: it and all above is "inf"
};

/// One parameter of a processor.  In C the unit ends the field's name.
typedef struct {
  const char* symbol;         ///< Permanent key in texts, [a-z][a-z0-9-]*
  const char* formerly;       ///< Older key still read from texts, or null
  const char* name;           ///< Label, at most 20 characters
  const char* help;           ///< What turning it up does, one sentence
  size_t offset;              ///< Of its float in the params struct
  TonUnit unit;               ///< Unit of min, max, def and of stored values
  TonSpacing spacing;         ///< Control law, not storage
  float min;                  ///< Lowest value, inclusive
  float max;                  ///< Highest value, inclusive
  float def;                  ///< Default, within min and max
  const char* const* choices; ///< Keys of TON_CHOICE, null-terminated
  unsigned flags;             ///< TON_AUTOMATE and friends
} TonParam;

/// Something a processor reports once a block, such as its gain reduction
typedef struct {
  const char* symbol; ///< Permanent key, "gain-reduction"
  const char* name;
  TonUnit unit;
  float rest; ///< Value when nothing happens
} TonMeterInfo;

enum {
  TON_SIDECHAIN = 1 << 0, ///< Has a side-chain input
  TON_PAIR = 1 << 1,      ///< Needs both channels of a pair (stereo effect)
  TON_ALONE = 1 << 2,     ///< No lanes: the state serves one pair, lanes == 2
};

enum { TON_MAX_LANES = 16 };

/// Where and how a processor will run
typedef struct {
  double rate;         ///< Hz, 44100 to 192000
  uint32_t lanes;      ///< 4, 8 or 16; 2 for a TON_ALONE processor
  uint32_t max_frames; ///< Most frames in one call of process()
} TonSpec;

/**
   Audio of one bank over a stretch of time.

   AutomationCurve-interleaved: x[frame * lanes + lane], 64-byte aligned (8 bytes when
   lanes == 2).  1.0 is 0 dBFS.  A pair (left, right) is two neighbouring
   lanes, even first.  Lanes whose `on` is zero must leave process() with every
   bit as it came.
*/
typedef struct {
  float* x;          ///< In and out
  const float* key;  ///< Side-chain, same shape; lanes without one hold their
                     ///< own input; null when no lane is keyed from outside
  const int32_t* on; ///< Per lane: -1 works, 0 passes untouched
  float* meters;     ///< [meter][lane], or null; written before return with
                     ///< the value of largest magnitude in this block
  uint32_t frames;   ///< 1 to TonSpec.max_frames
} TonBlock;

/// What the engine knows of one lane when it sets its parameters
typedef struct {
  uint32_t lane;
  const float* params; ///< n_params values in table order, in range
  bool pair;           ///< The lane is half of a stereo pair
  uint32_t ramp; ///< Frames over which to glide to the new values; 0 at once
} TonUpdate;

/**
   A processor: everything the program knows about one kind of effect.

   Its params struct is exactly n_params floats in the order of the table.
   [main] may allocate and block; [audio] may not.  The same arithmetic in the
   same order for every lane: no operation across lanes but with the neighbour
   of a pair.  Any split of the frames into calls gives the same bits.
*/
typedef struct TonProcessor {
  const char* id;       ///< Permanent key, "compressor"
  const char* name;     ///< "Compressor"
  const char* category; ///< "gain", "equaliser", "dynamics", "colour", "space"
  const char* help;     ///< One paragraph for help, manual and tooltip
  const TonParam* params;
  uint32_t n_params;
  const TonMeterInfo* meters;
  uint32_t n_meters;
  unsigned flags; ///< TON_SIDECHAIN and friends
  uint32_t lanes; ///< Lanes this variant was compiled for; 2 if TON_ALONE

  /// Bytes of state; the engine gives them zeroed, 64-byte aligned.  [main]
  size_t (*state_size)(const TonSpec* spec);

  /// Once before use, on zeroed memory.  Null if zero is ready.  [main]
  void (*prepare)(void* state, const TonSpec* spec);

  /// Forget the sound, keep the parameters.  [audio]
  void (*reset)(void* state);

  /// New values for one lane, from the next frame on.  A TON_ALONE processor
  /// is given lane 0 only.  [audio]
  void (*update)(void* state, const TonUpdate* update);

  /// Work on a block in place.  [audio]
  void (*process)(void* state, const TonBlock* block);

  /// Delay in frames for these values.  Null: none.  [any]
  uint32_t (*latency)(const float* params, double rate);

  /// Frames it sounds on after silence (to -120 dB).  Null: none.  [any]
  uint64_t (*tail)(const float* params, double rate);

  /// True if these values change nothing: the engine leaves it out, so the
  /// chain stays exact to the bit.  Null: never.  [any]
  bool (*neutral)(const float* params);

  /// Gain in dB at a frequency, for curves; null where it has none.  [any]
  double (*response)(const float* params, double hz, double rate);
} TonProcessor;

/// All processors, alphabetical inside a category, null-terminated.  Static.
const TonProcessor* const* ton_processors(void);

/// By id, or null.  Static.  [any]
const TonProcessor* ton_processor(const char* id);

/// The variant of `processor` compiled for `lanes` (4, 8, 16), or the
/// processor itself if it is TON_ALONE.  [any]
const TonProcessor* ton_processor_lanes(const TonProcessor* processor,
                                        uint32_t lanes);

/// Widest lanes this machine runs well: 16, 8 or 4.  The environment variable
/// TONMEISTER_LANES may ask for fewer.  [any]
uint32_t ton_machine_lanes(void);

/// Parameter by symbol or older symbol, or null.  [any]
const TonParam* ton_param(const TonProcessor* processor, const char* symbol);

/// Fill `values` (n_params floats) with the defaults.  [any]
void ton_param_defaults(const TonProcessor* processor, float* values);

/// Read one value as written in texts and on the command line, check its
/// range.  On failure `error` says what was expected.  [any]
TonStatus ton_param_parse(const TonParam* param, const char* text, float* value,
                          TonError* error);

/// Print a value as in texts.  Returns `room`.  [any]
const char* ton_param_print(const TonParam* param, float value, char* room,
                            size_t size);

#endif
