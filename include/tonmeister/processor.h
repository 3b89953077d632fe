// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef TONMEISTER_PROCESSOR_H
#define TONMEISTER_PROCESSOR_H

/**
   @file
   What a processor is: its table of parameters, its functions, and the list of
   all processors.
*/

#include <tonmeister/api.h>
#include <tonmeister/status.h>
#include <tonmeister/unit.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

TON_API_BEGIN

/// How values are spaced on a control between min and max
typedef enum {
  TON_LINEAR,
  TON_LOG,
  TON_INTEGER,
  TON_SWITCH, ///< 0 or 1; "on"/"off" in texts
  TON_CHOICE, ///< Index into choices; its key in texts, or a value in `unit`
} TonSpacing;

enum {
  TON_AUTOMATE = 1 << 0, ///< May change while playing, without a click
  TON_RESTART = 1 << 1,  ///< Changes latency or memory: constant in a render
  TON_ENDLESS = 1 << 2,  ///< max stands for infinity: it and all above is "inf"
};

/// What a parameter does in the picture of a processor: so that pages and
/// plug-ins draw curves and name knobs from the table alone
typedef enum {
  TON_PART_NONE,  ///< Nothing of the below
  TON_PART_SHAPE, ///< Kind of curve, space or character
  TON_PART_FREQUENCY,
  TON_PART_GAIN,
  TON_PART_Q,
  TON_PART_SLOPE,
  TON_PART_SIDE, ///< Left, right, mid, side or all of a stereo signal
  TON_PART_ON,   ///< Of a band
  TON_PART_THRESHOLD,
  TON_PART_HYSTERESIS,
  TON_PART_RATIO,
  TON_PART_KNEE,
  TON_PART_RANGE,
  TON_PART_DIRECTION,
  TON_PART_CEILING,
  TON_PART_ATTACK,
  TON_PART_HOLD,
  TON_PART_RELEASE,
  TON_PART_LOOK_AHEAD,
  TON_PART_LINK,
  TON_PART_SIDECHAIN_HIGHPASS,
  TON_PART_SIDECHAIN_LOWPASS,
  TON_PART_HIGHPASS,
  TON_PART_LOWPASS,
  TON_PART_DRIVE,
  TON_PART_TIME, ///< Of a delay or a pre-delay
  TON_PART_FEEDBACK,
  TON_PART_DECAY,
  TON_PART_SIZE,
  TON_PART_WIDTH,
  TON_PART_MIX,
  TON_PART_OUTPUT, ///< Gain behind everything
} TonPart;

/// One parameter of a processor.  In C the unit ends the field's name.
typedef struct {
  const char* symbol;         ///< Permanent key in texts, [a-z0-9][a-z0-9-]*
  const char* formerly;       ///< Older key still read from texts, or null
  const char* name;           ///< Label, at most 20 characters
  const char* help;           ///< What turning it up does, one sentence
  size_t offset;              ///< Of its float in the params struct
  TonUnit unit;               ///< Unit of min, max, def and of stored values
  TonSpacing spacing;         ///< Control law, not storage
  float min;                  ///< Lowest value, inclusive
  float max;                  ///< Highest value, inclusive
  float def;                  ///< Default, within min and max
  const char* const* choices; ///< Keys of TON_CHOICE, null-terminated; with a
                              ///< unit, steps such as "0.3 ms"
  unsigned flags;             ///< TON_AUTOMATE and friends
  TonPart part;               ///< What it does in a picture
  uint32_t band;              ///< From 1; 0: of no band, or of all
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

/// A file that a processor uses beside its input: an impulse response, a
/// reference spectrum.  Only a TON_ALONE processor has any.
typedef struct {
  const char* symbol; ///< Permanent key in texts, "impulse"
  const char* name;   ///< Label, at most 20 characters
  const char* help;   ///< What it is used for, one sentence
} TonResourceInfo;

/// Content of a resource: planar float
typedef struct {
  const float* const* planes; ///< [channel][frame], 1.0 is 0 dBFS
  uint32_t channels;          ///< 1 or 2
  uint64_t frames;            ///< Of each channel
  double rate;                ///< Hz
} TonPlanes;

/// The resources of one instance, and how to read them.  A processor opens no
/// file: whoever runs it provides the loader.
typedef struct {
  const char* const* hashes; ///< Content hash per row of the processor's
                             ///< `resources`; null where none is chosen
  void* handle;              ///< First argument of load() and unload()

  /// Content with this hash, converted to `rate` Hz (0: as it is stored).
  /// `planes` stays valid until unload().  TON_NOT_FOUND, TON_BAD_FILE or
  /// TON_NO_MEMORY with `error` filled.  [main]
  TonStatus (*load)(void* handle, const char* hash, double rate,
                    TonPlanes* planes, TonError* error);

  /// Release what load() gave.  [main]
  void (*unload)(void* handle, TonPlanes* planes);
} TonResources;

/// Where and how a processor will run
typedef struct {
  double rate;         ///< Hz, 4000 to 768000
  uint32_t lanes;      ///< 4, 8 or 16; 2 for a TON_ALONE processor
  uint32_t max_frames; ///< Most frames in one call of process()
  /// Per lane its n_params values in table order, null for a lane that is not
  /// used; one entry for a TON_ALONE processor.  Those of TON_RESTART stay as
  /// they are until close(); the others are set by update() before the first
  /// block.  Valid during open() only.
  const float* const* params;
  const TonResources* resources; ///< Null when there are none; during open()
} TonSpec;

/**
   Audio of one bank over a stretch of time.

   Interleaved by lane: x[frame * lanes + lane], 64-byte aligned (8 bytes when
   lanes == 2), and so are the meters.  1.0 is 0 dBFS.  A pair (left, right) is
   two neighbouring lanes, even first.  Lanes whose `on` is zero must leave
   process() with every bit as it came.
*/
typedef struct {
  float* x;               ///< In and out
  const float* sidechain; ///< Same shape; lanes without one hold their own
                          ///< input; null when no lane has one
  const int32_t* on;      ///< Per lane: -1 works, 0 passes untouched
  float* meters;   ///< [meter][lane], or null; written before return with
                   ///< the value of largest magnitude in this block
  uint32_t frames; ///< 1 to TonSpec.max_frames
} TonBlock;

/// What the engine knows of one lane when it sets its parameters
typedef struct {
  uint32_t lane;
  const float* params; ///< n_params values in table order, in range
  bool pair;           ///< The lane is half of a stereo pair
  uint32_t ramp; ///< Frames over which to reach the new values; 0: at once
} TonUpdate;

typedef struct TonProcessor TonProcessor;

/**
   A processor: everything the program knows about one kind of effect.

   Its params struct is exactly n_params floats in the order of the table.
   [main] may allocate, block and fail; [audio] may not, and lays out no
   memory.  The same arithmetic in the same order for every lane: no operation
   across lanes but with the neighbour of a pair.  Any split of the frames into
   calls gives the same bits.

   Every function is told which processor it works for (`self`), so that one
   function can serve many descriptors (hosted plug-ins).  Optional functions
   may be null.
*/
struct TonProcessor {
  const char* id;       ///< Permanent key, "compressor"
  const char* name;     ///< "Compressor"
  const char* category; ///< "gain", "equaliser", "dynamics", "colour",
                        ///< "modulation", "space"
  const char* help;     ///< One paragraph for help, manual and tooltip
  const TonParam* params;
  uint32_t n_params;
  const TonMeterInfo* meters;
  uint32_t n_meters;
  const TonResourceInfo* resources;
  uint32_t n_resources;
  unsigned flags;   ///< TON_SIDECHAIN and friends
  uint32_t lanes;   ///< Lanes this variant was compiled for; 2 if TON_ALONE
  const void* data; ///< Of whoever made the descriptor; ours have none

  /// Make an instance: allocate, load resources, lay out what the TON_RESTART
  /// parameters ask for.  On failure `*state` stays null, `error` says why.
  /// [main]
  TonStatus (*open)(const TonProcessor* self, const TonSpec* spec, void** state,
                    TonError* error);

  /// Free an instance; null is allowed.  [main]
  void (*close)(const TonProcessor* self, void* state);

  /// Forget the sound, keep the parameters.  Optional.  [audio]
  void (*reset)(const TonProcessor* self, void* state);

  /// The next block begins `song_frame` frames after the song's beginning,
  /// counted at the processor's input: 0 for the first block of a render that
  /// starts with the song, whatever the latency before it.  Called after the
  /// parameters are set, and after reset() when playing jumps; without a call
  /// it is 0.  For processors with a clock of their own: modulation, or work
  /// done in groups of frames.  Optional.  [audio]
  void (*locate)(const TonProcessor* self, void* state, int64_t song_frame);

  /// New values for one lane, from the next frame on; those of TON_RESTART are
  /// the ones given to open().  A TON_ALONE processor is given lane 0 only.
  /// [audio]
  void (*update)(const TonProcessor* self, void* state,
                 const TonUpdate* update);

  /// Work on a block in place.  [audio]
  void (*process)(const TonProcessor* self, void* state, const TonBlock* block);

  /// Delay in frames of a lane of an open instance with these values; depends
  /// on TON_RESTART parameters alone.  Optional: none.  [main]
  uint32_t (*latency)(const TonProcessor* self, const void* state,
                      const float* params);

  /// Frames it sounds on after silence (to -120 dB).  Optional: none.  [main]
  uint64_t (*tail)(const TonProcessor* self, const void* state,
                   const float* params);

  /// Frames of what came before that matter (to -140 dBFS): so much is run
  /// ahead of a start inside the song.  Optional: as long as the tail.  [main]
  uint64_t (*settle)(const TonProcessor* self, const void* state,
                     const float* params);

  /// True if these values change nothing: a render leaves it out, so the
  /// chain stays exact to the bit.  Optional: never.  [any]
  bool (*neutral)(const TonProcessor* self, const float* params);

  /// Gain in dB at a frequency, for curves; optional.  [any]
  double (*response)(const TonProcessor* self, const float* params, double hz,
                     double rate);

  /// Level in dB that comes out for a steady level in dB, for pictures of the
  /// knee; optional.  [any]
  double (*transfer)(const TonProcessor* self, const float* params,
                     double in_db);
};

/// All processors, null-terminated: ours alphabetical inside a category, then
/// those that were added, in the order of their addition.  Static.  [any]
const TonProcessor* const* ton_processors(void);

/// By id, or null.  Static.  [any]
const TonProcessor* ton_processor(const char* id);

/**
   Add a processor to the list: a hosted plug-in, or one of a user's own.

   @param variants Compiled for 4, 8 and 16 lanes; three times the same for
          TON_ALONE.  Null where there is none, but for the first.  Kept as
          pointers: they must outlive all use of the list
   @param error Filled on failure
   @return TON_BAD_USE if the id is taken, TON_UNSUPPORTED if the list is full
           (4096).  [main], while no other thread uses the list
*/
TonStatus ton_processors_add(const TonProcessor* const variants[3],
                             TonError* error);

/// The variant of `processor` compiled for `lanes` (4, 8, 16), or the
/// processor itself if it is TON_ALONE.  [any]
const TonProcessor* ton_processor_lanes(const TonProcessor* processor,
                                        uint32_t lanes);

/// Widest lanes this machine runs well: 16, 8 or 4.  The environment variable
/// TONMEISTER_LANES may ask for fewer.  [any]
uint32_t ton_machine_lanes(void);

/**
   Symbol of a parameter, processor or meter as LV2 allows it.

   Ours are made of a-z, 0-9 and "-".  LV2 wants [_a-zA-Z][_a-zA-Z0-9]*: "-"
   becomes "_", and "_" is put before a digit at the beginning ("1-gain" is
   "_1_gain").  Two of our symbols never become the same.

   @param symbol Ours
   @param buffer Filled, null-terminated; at least the length of `symbol` + 2
   @param size Bytes of `buffer`
   @return `buffer`.  [any]
*/
const char* ton_symbol_lv2(const char* symbol, char* buffer, size_t size);

/// Number of a parameter for CLAP: 32-bit FNV-1a of its symbol, so that it
/// never depends on the order of the table; never CLAP_INVALID_ID.  [any]
uint32_t ton_symbol_clap(const char* symbol);

/// Parameter by symbol or older symbol, or null.  [any]
const TonParam* ton_param(const TonProcessor* processor, const char* symbol);

/// Fill `values` (n_params floats) with the defaults.  [any]
void ton_param_defaults(const TonProcessor* processor, float* values);

/// Read one value as written in texts and on the command line, check its
/// range.  On failure `error` says what was expected.  [any]
TonStatus ton_param_parse(const TonParam* param, const char* text, float* value,
                          TonError* error);

/// Print a value as in texts.  Returns `buffer`.  [any]
const char* ton_param_print(const TonParam* param, float value, char* buffer,
                            size_t size);

TON_API_END

#endif
