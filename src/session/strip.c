// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of a track or a bus.
*/

#include "session/strip.h"

#include "base/array.h"
#include "session/chain.h"
#include "session/lock.h"

#include <math.h>
#include <stddef.h>

#define AT(field)   offsetof(TonStrip, field)
#define FADER_RANGE .unit = TON_DB, .min = -INFINITY, .max = 24.0
#define PAN_RANGE   .unit = TON_PAN, .min = -100.0, .max = 100.0

// Pan -------------------------------------------------------------------------

static const TonField dual_fields[] = {
    {"left", TON_AS_FLOAT, AT(pan), PAN_RANGE, .otherwise = "L100",
     .help = "Where the left channel stands"},
    {"right", TON_AS_FLOAT, AT(pan_right), PAN_RANGE, .otherwise = "R100",
     .help = "Where the right channel stands"},
};

static const TonTable dual_table = {"pan", TON_FIELDS(dual_fields)};

/// "L30", or {left: L100, right: R20}
static TonStatus
check_pan(TonReader* r, const TonNode* node, void* row)
{
  (void)r;
  ((TonStrip*)row)->dual_pan = node->kind == TON_MAP;
  return TON_OK;
}

// Sends -----------------------------------------------------------------------

static const char* const taps[] = {"post", "pre", NULL};

static const TonField send_fields[] = {
    {"level", TON_AS_FLOAT, offsetof(TonSend, level_db), FADER_RANGE,
     .otherwise = "0 dB", .help = "How much is sent"},
    {"tap", TON_AS_SWITCH, offsetof(TonSend, pre), .words = taps,
     .otherwise = "post", .help = "Taken before or after the fader"},
};

static const TonField send_name = {"a send's bus", TON_AS_TEXT,
                                   .at = offsetof(TonSend, to)};

const TonTable ton_send_table = {
    .what = "send",
    TON_FIELDS(send_fields),
    .size = sizeof(TonSend),
    .name = &send_name,
    .short_form = "level",
};

// The others ------------------------------------------------------------------

static TonStatus
check_stem(TonReader* r, const TonNode* node, void* row)
{
  const TonStrip* const strip = row;
  return !strip->bus ? TON_OK
                     : ton_fail_at(r->doc, node->key, r->error,
                                   "\"%s\" is a bus; only a track has a file",
                                   strip->name);
}

static TonStatus
read_chain(TonReader* r, const TonNode* node, void* row)
{
  TonStrip* const strip = row;
  return ton_read_chain(r, node, &strip->chain, &strip->n_chain);
}

static bool
find_in_chain(void* row, const char* path, TonFound* found)
{
  const TonStrip* const strip = row;
  return ton_chain_find(strip->chain, strip->n_chain, path, found);
}

static TonStatus
read_automation(TonReader* r, const TonNode* node, void* row)
{
  return ton_read_automation(r, node, row);
}

static TonStatus
read_lock(TonReader* r, const TonNode* node, void* row)
{
  TonStrip* const strip = row;
  return ton_read_locks(r, node, strip->bus ? &ton_bus_table : &ton_track_table,
                        row, (TonLocks){&strip->locks, &strip->n_locks});
}

static const char* const polarities[] = {"normal", "inverted", NULL};
static const char* const pan_laws[] = {"constant-power", "compromise", "linear",
                                       "balance", NULL};

/// In the order of the signal; automation and locks name what stands above
static const TonField fields[] = {
    {"file", TON_AS_FILE, AT(file), .read = check_stem,
     .example = "stems/....wav", .also = "stem source path audio",
     .help = "The recording"},
    {"role", TON_AS_TEXT, AT(role), .otherwise = "", .also = "instrument kind",
     .help =
         "What plays: kick, bass, lead vocal, ...; data/roles.yaml lists them"},
    {"trim", TON_AS_FLOAT, AT(trim_db), TON_DB, -96.0, 96.0,
     .otherwise = "0 dB", .help = "Gain before the chain"},
    {"repair", TON_AS_SWITCH, AT(repair), .otherwise = "true",
     .help = "Leaves out samples far louder than all around them"},
    {"polarity", TON_AS_SWITCH, AT(invert), .words = polarities,
     .otherwise = "normal", .also = "phase invert",
     .help = "Which way the waveform points"},
    {"delay", TON_AS_FLOAT, AT(delay_ms), TON_MS, 0.0, 500.0,
     .otherwise = "0 ms", .help = "Moves the track later"},
    {"chain", TON_AS_OWN, AT(chain), .read = read_chain, .find = find_in_chain,
     .example = "processors: [compressor: {ratio: 3:1}, vocal plate]",
     .also = "effects fx inserts plugins processors",
     .help =
         "Processors in the order of the signal; tonmeister help lists them"},
    {"fader", TON_AS_FLOAT, AT(fader_db), FADER_RANGE, .otherwise = "0 dB",
     .also = "volume level gain vol",
     .help = "Gain after the chain; -inf dB is silence"},
    {"pan", TON_AS_FLOAT, AT(pan), PAN_RANGE, .otherwise = "C",
     .table = &dual_table, .read = check_pan, .also = "panorama balance",
     .help = "Place between left and right: L100 to R100, C is the middle"},
    {"pan-law", TON_AS_WORD, AT(pan_law), .words = pan_laws,
     .help = "How loud the middle is against the sides"},
    {"mute", TON_AS_SWITCH, AT(mute), .otherwise = "false",
     .help = "Leaves the track out of the mix"},
    {"solo", TON_AS_SWITCH, AT(solo), .otherwise = "false",
     .help = "Leaves all tracks without solo out"},
    {"to", TON_AS_TEXT, .at = AT(to), .also = "bus output out",
     .help = "The bus it goes to; without it, the mix bus"},
    {"sends", TON_AS_NAMED, AT(sends), .count = AT(n_sends),
     .table = &ton_send_table, .example = "buses and levels: {Plate: -14 dB}",
     .help = "Buses that get a copy, an effect's above all"},
    {"automation", TON_AS_OWN, AT(automation), .read = read_automation,
     .example = TON_AUTOMATION_EXAMPLE,
     .help = "Values that move in time: points of time and value"},
    {"lock", TON_AS_OWN, AT(locks), .read = read_lock, .flags = TON_LOCKLESS,
     .example = "true, or keys: [fader, chain/0]",
     .help = "What the assistant leaves alone: true, or names of keys"},
};

static TonStatus
check_strip(TonReader* r, const TonNode* node, void* row)
{
  const TonStrip* const strip = row;
  return strip->bus || strip->file
             ? TON_OK
             : ton_fail_at(r->doc, node->key, r->error,
                           "track \"%s\" needs a file; write \"file: "
                           "stems/....wav\"",
                           strip->name);
}

static const TonField name = {"name", TON_AS_TEXT, .at = AT(name)};

const TonTable ton_track_table = {
    .what = "track",
    TON_FIELDS(fields),
    .size = sizeof(TonStrip),
    .name = &name,
    .check = check_strip,
};

const TonTable ton_bus_table = {
    .what = "bus",
    TON_FIELDS(fields),
    .size = sizeof(TonStrip),
    .name = &name,
    .check = check_strip,
};
