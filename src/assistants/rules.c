// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rules of the mix assistant beyond the stems, and finding the rules of all stages.  What a
   template may hold stands beside TonRule.
*/
#include "assistants/rules.h"

#include "assistants/rules_tables.h"

#include <assert.h>
#include <string.h>

#define ROLES     "data/roles.yaml"
#define ROW(rule) [TON_RULE_##rule - TON_RULE_MIX_FIRST]

static const TonRule rules[] = {
    ROW(POLARITY_SUM) =
        {"polarity.sum", TON_STAGE_MIX, "docs/rules.md 2.6",
         "polarity flipped: together with {track} the sound from 60 to 400 Hz "
         "gets {gain of the sum} louder",
         "energy of the sum between 60 and 400 Hz, flipped against as "
         "recorded; correlation {likeness} at {time between them}",
         .instead = "a delay",
         .why_not = "polarity alone keeps the room between microphones",
         .figures = {{"gain of the sum", "dB"},
                     {"likeness", ""},
                     {"time between them", "ms"}}},
    ROW(POLARITY_KEPT) =
        {"polarity.kept", TON_STAGE_MIX, "docs/rules.md 2.6",
         "polarity as recorded: flipping it would change the sound together "
         "with {track} by {gain of the sum} from 60 to 400 Hz",
         "energy of the sum between 60 and 400 Hz, flipped against as "
         "recorded; correlation {likeness} at {time between them}",
         .instead = "a delay",
         .why_not = "polarity alone keeps the room between microphones",
         .figures = {{"gain of the sum", "dB"},
                     {"likeness", ""},
                     {"time between them", "ms"}}},

    ROW(DELAY_ALIGN) =
        {"delay.align", TON_STAGE_MIX, "docs/rules.md 2.6",
         "delayed by {delay}, so that it sounds together with {track}[: from "
         "60 "
         "to 400 Hz both get {gain of the sum} louder]",
         "energy of the sum between 60 and 400 Hz, both brought together in "
         "time and polarity, against as recorded; more than 0.5 dB better than "
         "a flip alone",
         .instead = "polarity alone",
         .why_not = "the time between the two cancels what they share",
         .figures = {{"delay", "ms"}, {"gain of the sum", "dB"}}},
    ROW(DELAY_POLARITY) =
        {"delay.polarity", TON_STAGE_MIX, "docs/rules.md 2.6",
         "polarity flipped: once it sounds together with {track}, both get "
         "{gain of the sum} louder from 60 to 400 Hz",
         "energy of the sum between 60 and 400 Hz, brought together in time, "
         "flipped against as recorded",
         .figures = {{"gain of the sum", "dB"}}},

    // Mix: tone of a track
    ROW(HIGHPASS_SPECTRUM) =
        {"highpass.spectrum", TON_STAGE_MIX, "docs/rules.md 2.11",
         "its lowest sound is near {lowest note}[, and a high-pass for {role} "
         "goes no higher than {highest cut}]: what it removes is {|energy "
         "below|} softer than the track[, and a DC offset of {DC offset}]",
         "0.5 % of the musical energy lies below {lowest note}; energy below "
         "the cut-off {energy below} re all[, {energy below in pauses} in "
         "pauses]",
         .figures = {{"lowest note", "Hz", ROLES},
                     {"energy below", "dB"},
                     {"energy below in pauses", "dB"},
                     {"highest cut", "Hz", ROLES},
                     {"DC offset", "%", "docs/rules.md 2.1"}}},
    ROW(HIGHPASS_HUM) =
        {"highpass.hum", TON_STAGE_MIX, "docs/rules.md 2.11",
         "steep, because mains hum at {hum} lies below the music: its lowest "
         "sound is near {lowest note}[; removes a DC offset of {DC offset} "
         "too]",
         "0.5 % of the musical energy lies below {lowest note}; energy below "
         "the cut-off {energy below} re all; lines of hum up to {hum}: 24 "
         "dB/oct instead of 12, and no notches there",
         .figures = {{"lowest note", "Hz", ROLES},
                     {"energy below", "dB"},
                     {"hum", "Hz", "docs/rules.md 2.1"},
                     {"energy below in pauses", "dB"},
                     {"DC offset", "%", "docs/rules.md 2.1"}}},
    ROW(HIGHPASS_RUMBLE) =
        {"highpass.rumble", TON_STAGE_MIX, "docs/rules.md 2.11",
         "steep, because there is rumble in the pauses, {|energy below in "
         "pauses|} softer than the track; its lowest sound is near {lowest "
         "note}[; removes a DC offset of {DC offset} too]",
         "0.5 % of the musical energy lies below {lowest note}; energy below "
         "the cut-off {energy below} re all, {energy below in pauses} in "
         "pauses: 24 dB/oct instead of 12",
         .figures = {{"lowest note", "Hz", ROLES},
                     {"energy below", "dB"},
                     {"energy below in pauses", "dB"},
                     {"DC offset", "%", "docs/rules.md 2.1"}}},
    ROW(HIGHPASS_STEADY_RUMBLE) =
        {"highpass.steady-rumble", TON_STAGE_MIX, "docs/rules.md 2.11",
         "steep, because there is rumble all the time, {|energy below|} softer "
         "than the track; its lowest sound is near {lowest note}[; removes "
         "a DC offset of {DC offset} too]",
         "a track without pauses; the level of its low end never changes while "
         "that above 180 Hz does, or a valley of 10 dB cuts what is under 40 "
         "Hz off from the notes; energy below the cut-off {energy below} re "
         "all: 24 dB/oct instead of 12",
         .figures = {{"lowest note", "Hz", ROLES},
                     {"energy below", "dB"},
                     {"DC offset", "%", "docs/rules.md 2.1"}}},
    ROW(HIGHPASS_BELOW_ROLE) =
        {"highpass.below-role", TON_STAGE_MIX, "docs/rules.md 2.11",
         "steep: what lies below {lowest of its kind} is no {role}; what the "
         "cut "
         "removes is {|energy below|} softer than the track[; removes a DC "
         "offset of {DC offset} too]",
         "what lies below {lowest of its kind} is not counted; 0.5 % of the "
         "energy above lies below {lowest note}; energy below the cut-off "
         "{energy below} re all[, {energy below in pauses} in pauses]: 24 "
         "dB/oct instead of 12",
         .figures = {{"lowest note", "Hz", ROLES},
                     {"energy below", "dB"},
                     {"energy below in pauses", "dB"},
                     {"lowest of its kind", "Hz", ROLES},
                     {"DC offset", "%", "docs/rules.md 2.1"}}},
    ROW(HIGHPASS_NOTHING) =
        {"highpass.nothing", TON_STAGE_MIX, "docs/rules.md 2.11",
         "no high-pass: there is almost nothing below {cut-off}[, {|energy "
         "below|} softer than the track]",
         "energy below {cut-off} is {energy below} re all",
         .figures = {{"energy below", "dB"}, {"cut-off", "Hz"}}},
    ROW(TONE_RESONANCE) =
        {"tone.resonance", TON_STAGE_MIX, "docs/rules.md 2.12",
         "turns down one tone that is {height} louder than those around it for "
         "{time it stands out} of the time",
         "a twelfth of an octave stands {height} over the median of its octave "
         "in {time it stands out} of the frames that sound; half of what is "
         "beyond 3 dB is cut",
         .figures = {{"height", "dB"}, {"time it stands out", "%"}}},

    // Mix: compression
    ROW(COMPRESSION_RANGE) =
        {"compression.range", TON_STAGE_MIX, ROLES,
         "its level varies by {level range}, and more than {easy range} is "
         "hard to mix: turns loud parts down, by {average reduction} on "
         "average, "
         "which leaves {range left}",
         "P95 minus P10 of 400 ms loudness; the threshold of eight whose "
         "static curve comes nearest to 60 % of the way; reduction and range "
         "left as in a test render, over the blocks in which it plays; a "
         "threshold at which the render shows more than the role's reduction "
         "is raised, at most three times",
         .instead = "no compression",
         .why_not = "the level varies by more than is easy to mix",
         .figures = {{"level range", "LU"},
                     {"easy range", "LU"},
                     {"average reduction", "dB"},
                     {"range left", "LU"}}},
    ROW(COMPRESSION_HITS) =
        {"compression.hits", TON_STAGE_MIX, ROLES,
         "the loudness of its hits differs by {difference between hits}, and "
         "up to {even hits} is even enough: turns down the loudest quarter",
         "standard deviation of the peaks of {hits}; threshold at their 75th "
         "percentile",
         .figures = {{"difference between hits", "dB"},
                     {"even hits", "dB"},
                     {"hits", "hits"}}},
    ROW(COMPRESSION_EVEN) =
        {"compression.even", TON_STAGE_MIX, ROLES,
         "no compressor: its level varies by [{level range}|nothing], up to "
         "{easy range} is easy to mix",
         "P95 minus P10 of 400 ms loudness is within the role's range",
         .figures = {{"level range", "LU"}, {"easy range", "LU"}}},
    ROW(COMPRESSION_EVEN_HITS) =
        {"compression.even-hits", TON_STAGE_MIX, ROLES,
         "no compressor: its hits differ by {difference between hits}, up to "
         "{even hits} is even enough",
         "standard deviation of the hits' peaks is within the role's range",
         .figures = {{"difference between hits", "dB"}, {"even hits", "dB"}}},
    ROW(COMPRESSION_FEW_HITS) = {"compression.few-hits", TON_STAGE_MIX,
                                 "docs/rules.md 2.13",
                                 "no compressor: {hits} are too few to compare",
                                 "fewer than 8 hits: their spread says nothing",
                                 .figures = {{"hits", "hits"}}},
    ROW(COMPRESSION_SLIGHT) =
        {"compression.slight", TON_STAGE_MIX, "docs/rules.md 2.13",
         "no compressor: the level varies by {level range}, and one that suits "
         "{role} would hardly change that",
         "less than 0.5 dB of average reduction and less than 1 LU of range by "
         "its static curve",
         .figures = {{"level range", "LU", ROLES}}},
    ROW(COMPRESSION_NONE_FITS) =
        {"compression.none-fits", TON_STAGE_MIX, ROLES,
         "no compressor: the level varies by {level range}, and to even that "
         "out one would have to turn down by more than {average reduction} on "
         "average",
         "none of eight thresholds keeps to the role's average reduction, or "
         "the track is too short to tell",
         .figures = {{"level range", "LU"}, {"average reduction", "dB"}}},
    ROW(DE_ESS_LOUD) =
        {"de-ess.loud", TON_STAGE_MIX, ROLES,
         "its loud S sounds are {|S sounds|} {way} than the voice, and only "
         "{|soft S sounds|} softer is easy on the ear: turns them down while "
         "they last, by up to {largest reduction}",
         "loudness of 5 to 10 kHz where it stands 6 dB over 300 Hz to 3 kHz, "
         "90th percentile, against the loudness while it plays; they lie "
         "around {middle of the S sounds}; more than the role's largest "
         "reduction would make the voice lisp",
         .instead = "no de-esser", .why_not = "the S sounds stand out",
         .figures = {{"S sounds", "LU"},
                     {"soft S sounds", "LU"},
                     {"largest reduction", "dB"},
                     {"middle of the S sounds", "Hz"}}},
    ROW(DE_ESS_SOFT) =
        {"de-ess.soft", TON_STAGE_MIX, ROLES,
         "no de-esser: its loud S sounds are {|S sounds|} {way} than the "
         "voice, {|soft S sounds|} softer is easy on the ear",
         "loudness of 5 to 10 kHz where it stands 6 dB over 300 Hz to 3 kHz, "
         "90th percentile, against the loudness while it plays; less than 1 dB "
         "more than that is left alone",
         .figures = {{"S sounds", "LU"}, {"soft S sounds", "LU"}}},
    ROW(DE_ESS_NONE) =
        {"de-ess.none", TON_STAGE_MIX, "docs/rules.md 2.16",
         "no de-esser: it has hardly any S sounds",
         "fewer than 8 windows in which 5 to 10 kHz stand 6 dB over 300 Hz to "
         "3 kHz"},

    // Mix: balance, places, space
    ROW(BALANCE_LEAD) =
        {"balance.lead", TON_STAGE_MIX, ROLES,
         "{role}: the other tracks are set around it[; {yields} softer than "
         "usual, so that it is not too loud against them]",
         "the most important role of this song, {place} against a lead vocal; "
         "a lead vocal yields, by at most 3 LU, where the rest may not be "
         "raised until it is -2.5 LU against it, within 1 LU",
         .figures = {{"place", "LU"},
                     {"difference between mixes", "LU"},
                     {"yields", "LU", "docs/rules.md 2.9"}}},
    ROW(BALANCE_CLASS_TARGET) =
        {"balance.class-target", TON_STAGE_MIX, ROLES,
         "usual for {role}[ ({hint})]: [{|place|} {side}|{level}][, the "
         "{limit} "
         "of the usual range]",
         "role's level against the lead vocal, moved with its group and the "
         "vocal balance inside the role's range; good mixes differ by "
         "{difference between mixes}",
         .figures = {{"place", "LU"},
                     {"difference between mixes", "LU"},
                     {"lead's fader, set by you", "dB"}}},
    ROW(BALANCE_IN_CONTEXT) =
        {"balance.in-context", TON_STAGE_MIX, ROLES,
         "measured in a test mix, after its effects, it was {|error|} too "
         "{way}[; it belongs {|place|} {side}][; moved by no more than "
         "{largest "
         "move} at once]",
         "active loudness {loudness after the fader} after its chain and fader "
         "in a test render, {error} from its place",
         .figures = {{"loudness after the fader", "LUFS"},
                     {"error", "LU"},
                     {"place", "LU"},
                     {"largest move", "dB", "docs/rules.md 2.14"}}},
    ROW(PLACE_SIDE) =
        {"place.side", TON_STAGE_MIX, "docs/rules.md 2.10",
         "{role}: to the side where fewer sounds like it are[; left and right "
         "of the whole mix then differ by {|right minus left|}]",
         "the sides with the least likeness between neighbours and the least "
         "difference of left and right; right minus left {right minus left}",
         .figures = {{"right minus left", "dB"}, {"energy below 150 Hz", "%"}}},
    ROW(PLACE_HALF) =
        {"place.half", TON_STAGE_MIX, "docs/rules.md 2.10",
         "one side of a stereo recording; {track} is the other",
         "two mono files of one length whose names differ only in left and "
         "right: one role, one gain, one chain, each on its own side"},
    ROW(PLACE_LOW) =
        {"place.low", TON_STAGE_MIX, "docs/rules.md 2.10",
         "{role}: only a little to one side, because {energy below 150 Hz} of "
         "it lies below 150 Hz",
         "more than 30 % of the energy below 150 Hz: held within 15 % of the "
         "middle; right minus left {right minus left}",
         .figures = {{"right minus left", "dB"}, {"energy below 150 Hz", "%"}}},
    ROW(PLACE_CENTRE) =
        {"place.centre", TON_STAGE_MIX, "docs/rules.md 2.10",
         "{role}: in the middle",
         "one sound in a stereo file, or a place that is no longer needed; "
         "right minus left {right minus left}",
         .figures = {{"right minus left", "dB"}, {"energy below 150 Hz", "%"}}},
    ROW(ROUTE_BUS) = {"route.bus", TON_STAGE_MIX, ROLES,
                      "{tracks} go through it",
                      "the role table has a group for them",
                      .figures = {{"tracks", "tracks"}}},
    ROW(ROUTE_GROUP) = {"route.group", TON_STAGE_MIX, ROLES,
                        "{role}: together with the others of its group",
                        "{tracks} of the group share a bus",
                        .figures = {{"tracks", "tracks"}}},
    ROW(SPACE_SHARED) =
        {"space.shared", TON_STAGE_MIX, ROLES,
         "one reverb shared by {tracks}; {decay} is a usual length for vocals",
         "no tempo is given: the middle of released vocals' decay",
         .figures = {{"tracks", "tracks"}, {"decay", "s"}}},
    ROW(SPACE_TEMPO) =
        {"space.tempo", TON_STAGE_MIX, "docs/rules.md 2.18",
         "one reverb shared by {tracks}; {decay} fits the tempo of {tempo}",
         "four beats in a sparse song, two in a dense one",
         .figures = {{"tracks", "tracks"},
                     {"decay", "s", ROLES},
                     {"tempo", "bpm"}}},
    ROW(SPACE_SEND) =
        {"space.send", TON_STAGE_MIX, ROLES,
         "its reverb comes back {|reverb against the track|} softer than the "
         "track, as is usual for {role}",
         "energy of the reverb {reverb against the track} re the dry sound; "
         "the reverb itself adds {gain of the reverb}",
         .figures = {{"reverb against the track", "dB"},
                     {"gain of the reverb", "dB"}}},
    ROW(TIME_TEMPO) =
        {"time.tempo", TON_STAGE_MIX, "docs/rules.md 2.22",
         "notes and hits begin on its beats: {on the beats} more of them than "
         "by chance",
         "rises of the level of all stems, every 25 ms: the distance at which "
         "they repeat, made exact over the whole song; eight bars at a time "
         "lie {drift} beside a steady tempo, and no other count comes nearer "
         "than {lead}",
         .figures = {{"on the beats", "%"}, {"drift", "ms"}, {"lead", ""}}},
    ROW(TIME_METER) =
        {"time.meter", TON_STAGE_MIX, "docs/rules.md 2.22",
         "kick, snare and changes of chords repeat every {beats}",
         "means by half beats of bars of three and four beats, against what is "
         "typical of them",
         .figures = {{"beats", "beats"}}},
    ROW(TIME_FIRST_BAR) =
        {"time.first-bar", TON_STAGE_MIX, "docs/rules.md 2.22",
         "the first whole bar begins here, by kick, snare and changes of "
         "chords",
         "the first of the bars that fit best, no earlier than a third of a "
         "beat before the first sound: {first bar}",
         .figures = {{"first bar", "ms"}}},
    ROW(TIME_UNSURE) =
        {"time.unsure", TON_STAGE_MIX, "docs/rules.md 2.22",
         "not written, because steady beats were not heard for sure",
         "{on the beats} more begins on beats than by chance, eight bars at a "
         "time lie {drift} beside a steady tempo, and another tempo comes as "
         "near as {lead}",
         .instead = "tempo",
         .why_not = "write it, and bars and sections are found with it",
         .figures = {{"on the beats", "%"}, {"drift", "ms"}, {"lead", ""}}},
    ROW(TIME_NO_BARS) =
        {"time.no-bars", TON_STAGE_MIX, "docs/rules.md 2.22",
         "not written, because the first beat of each bar was not heard for "
         "sure",
         "kick, snare and changes of chords fit bars that begin on another "
         "beat "
         "as near as {lead}",
         .instead = "first-bar",
         .why_not = "write it, and sections are found with it",
         .figures = {{"lead", ""}}},
    ROW(TIME_SECTION) =
        {"time.section", TON_STAGE_MIX, "docs/rules.md 2.22",
         "{bars}[ like {earlier}]: other tracks play, or other notes, than "
         "around it",
         "level of each stem and notes of the octave by bars, parted where "
         "that explains more than a further section costs",
         .figures = {{"bars", "bars"}}},
    ROW(TIME_ONE_SECTION) =
        {"time.one-section", TON_STAGE_MIX, "docs/rules.md 2.22",
         "the same tracks play the same kind of notes all through",
         "level of each stem and notes of the octave by bars: no place parts "
         "them enough"},
    ROW(PEAKS_CUT) =
        {"peaks.cut", TON_STAGE_MIX, ROLES,
         "its peaks are {peaks} louder than the song as a whole, and a master "
         "of -14 LUFS has room for {room}: cuts their tips, by {cut} or less "
         "for "
         "95 % of the time",
         "highest sample of each 0.1 s, what 95 % of them stay below, against "
         "the integrated loudness of the mix; of the mix that is {peaks of the "
         "mix}, and up to {high peaks} need at most 4 dB of limiting",
         .instead = "limiting in the master",
         .why_not = "it would turn down all tracks with every peak of this one",
         .figures = {{"peaks", "LU"},
                     {"room", "LU"},
                     {"cut", "dB"},
                     {"peaks of the mix", "LU"},
                     {"high peaks", "LU"}}},
    ROW(HEADROOM_MIX_PEAK) =
        {"headroom.mix-peak", TON_STAGE_MIX, "docs/rules.md 2.20",
         "room for mastering: the loudest peak goes from {true peak} to "
         "{wanted peak}",
         "true peak {true peak} with the fader at {fader before}; loudness "
         "then {loudness of the mix}",
         .figures = {{"true peak", "dBTP"},
                     {"loudness of the mix", "LUFS"},
                     {"wanted peak", "dBTP"},
                     {"fader before", "dB"}}},
};

_Static_assert(sizeof(rules) / sizeof(rules[0]) ==
                   TON_RULE_MASTER_FIRST - TON_RULE_MIX_FIRST,
               "every rule has a row");

const TonRule*
ton_rule(TonRuleId id)
{
  assert(id < TON_RULES);
  return id < TON_RULE_MIX_FIRST      ? &stem_rules[id]
         : id < TON_RULE_MASTER_FIRST ? &rules[id - TON_RULE_MIX_FIRST]
         : id < TON_RULE_CHECK_FIRST ? &master_rules[id - TON_RULE_MASTER_FIRST]
                                     : &check_rules[id - TON_RULE_CHECK_FIRST];
}

const TonRule*
ton_rule_named(const char* id)
{
  for (uint32_t i = 0; i < TON_RULES; ++i) {
    if (strcmp(ton_rule(i)->id, id) == 0) {
      return ton_rule(i);
    }
  }
  return NULL;
}

const char*
ton_check_name(TonRuleId id)
{
  assert(id >= TON_RULE_CHECK_FIRST);
  return ton_rule(id)->id + strlen("check.");
}
