// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rules by which a mix is found ready for mastering.  What a template may
   hold stands beside TonRule.
*/
#include "assistants/rules_tables.h"

#define CHECK     TON_STAGE_CHECK, "docs/rules.md 3.1"
#define ROW(rule) [TON_RULE_##rule - TON_RULE_CHECK_FIRST]

const TonRule check_rules[TON_RULES - TON_RULE_CHECK_FIRST] = {
    ROW(CHECK_CLIPPING) =
        {"check.clipping", CHECK,
         "places where the sound is cut off flat at its top: [{clipping}|none]",
         "runs of equal samples at the top of the file",
         "turn down what clips before it is recorded or exported, and export "
         "it again",
         .figures = {{"clipping", "/min"}}},
    ROW(CHECK_HEADROOM) =
        {"check.headroom", CHECK, "the loudest peak is at {true peak}",
         "true peak, BS.1770",
         "lower the fader of the mix bus until the peak is at -6 to -3 dBTP",
         .figures = {{"true peak", "dBTP"}}},
    ROW(CHECK_LIMITED) =
        {"check.limited", CHECK,
         "the peaks are {peak to loudness} louder than the song as a whole",
         "true peak minus integrated loudness",
         "the peaks are flattened already: of a mix, take the limiter off the "
         "mix bus and render it again; a finished master may be like that",
         .figures = {{"peak to loudness", "LU"}}},
    ROW(CHECK_FLAT) = {"check.flat", CHECK,
                       "loudness varies by {loudness range} through the song",
                       "loudness range, EBU Tech 3342, at its lower side",
                       "let verses be softer than choruses, and compress less",
                       .figures = {{"loudness range", "LU"}}},
    ROW(CHECK_DYNAMICS) =
        {"check.dynamics", CHECK,
         "loudness varies by {loudness range} through the song",
         "loudness range, EBU Tech 3342, at its upper side",
         "ride the faders of what jumps out or gets lost",
         .figures = {{"loudness range", "LU"}}},
    ROW(CHECK_DC) =
        {"check.dc", CHECK,
         "DC offset (the waveform sits beside the zero line): {DC offset}",
         "the larger mean of both channels",
         "put a high-pass at 20 Hz on the track that carries it",
         .figures = {{"DC offset", "% FS"}}},
    ROW(CHECK_BAD_SAMPLES) =
        {"check.bad-samples", CHECK,
         "samples that hold no number: [{broken samples}|none]",
         "samples that are infinite or not a number",
         "export the file again; something went wrong while it was written",
         .figures = {{"broken samples", "samples"}}},
    ROW(CHECK_SPIKES) =
        {"check.spikes", CHECK,
         "clicks, far louder than the sound around them: [{spikes}|none]",
         "single samples over +6 dBFS and 18 dB above the 1.3 ms on either "
         "side",
         "export the file again; something went wrong while it was written",
         .figures = {{"spikes", "samples"}}},
    ROW(CHECK_NOISE) =
        {"check.noise", CHECK,
         "noise in the pauses: [{|noise|} softer than the music|none]",
         "10th percentile of the level of the pauses re active loudness, where "
         "there is a second of pauses and half of their time lies within 6 dB "
         "of it",

         "find the track that is noisiest in the pauses, and gate or clean it",
         .figures = {{"noise", "LU"}}},
    ROW(CHECK_HUM) =
        {"check.hum", CHECK, "mains hum: [{|hum|} softer than the music|none]",
         "sum of the lines at the mains frequency and its multiples",
         "cut 50 or 60 Hz and its multiples on the track that hums",
         .figures = {{"hum", "LU"}}},
    ROW(CHECK_START) = {"check.start", TON_STAGE_CHECK, "docs/rules.md 3.1",
                        "silence before the first sound: {silence}",
                        "time to the first 25 ms that are no more than 60 dB "
                        "under the loudness; clicks do not count",
                        "write start: {@place} into master.yaml, or trim the "
                        "start to 0.05 to 0.5 s",
                        .figures = {{"silence", "s"}, {"place", "s"}}},
    ROW(CHECK_END) =
        {"check.end", CHECK,
         "the end of the file: [{level at the end} against the music|silent]",
         "level of the last 5 ms re active loudness",
         "let the last reverb die away before the end, or write fade-out: "
         "{fade} into master.yaml",
         .figures = {{"level at the end", "LU"}, {"fade", "s"}}},
    ROW(CHECK_TAIL) = {"check.tail", CHECK,
                       "silence after the last sound: {silence}",
                       "time behind the last 25 ms that are no more than 60 dB "
                       "under the loudness",
                       "write end: {@place} into master.yaml, or end the stems "
                       "where the last sound has died away",
                       .figures = {{"silence", "s"}, {"place", "s"}}},
    ROW(CHECK_PHASE) =
        {"check.phase", CHECK,
         "how alike left and right are (below 0 they cancel in mono): "
         "{correlation} or more for 95 % of the song",
         "5th percentile of the correlation over 3 s; the place is that of the "
         "lowest",

         "look for a track or an effect with one side of opposite polarity",
         .figures = {{"correlation", ""}}},
    ROW(CHECK_MONO_LOSS) =
        {"check.mono-loss", CHECK, "loudness changes in mono by {mono loss}",
         "integrated loudness of the mono sum minus that of the song",
         "narrow the widest tracks, or flip the polarity of one of them",
         .figures = {{"mono loss", "LU"}}},
    ROW(CHECK_BASS_WIDTH) =
        {"check.bass-width", CHECK,
         "sides below 120 Hz: [{sides below 120 Hz} against the middle|none]",
         "side re mid below 120 Hz", "keep kick and bass in the middle",
         .figures = {{"sides below 120 Hz", "dB"}}},
    ROW(CHECK_BALANCE) =
        {"check.balance", CHECK, "left and right differ by {left and right}",
         "level of the left minus level of the right",
         "compare what is panned left with what is panned right",
         .figures = {{"left and right", "dB"}}},
    ROW(CHECK_RUMBLE) =
        {"check.rumble", CHECK,
         "below 30 Hz: [{rumble} against 40 to 120 Hz|nothing]",
         "power of the third octaves below 30 Hz re those of 40 to 120 Hz",
         "put a high-pass on tracks that have no music below 30 Hz",
         .figures = {{"rumble", "dB"}}},
    ROW(CHECK_MUD) =
        {"check.mud", CHECK,
         "200 to 400 Hz, where too much sounds muddy: {|mud|} {way} than usual",
         "level of the third octaves against those at 100 to 125 and 630 to "
         "800 Hz, "
         "less the same of the tone profile",
         "cut 2 dB around 300 Hz on guitars, keys or backing voices",
         .figures = {{"mud", "dB"}}},
    ROW(CHECK_HARSH) =
        {"check.harsh", CHECK,
         "2.5 to 5 kHz, where too much sounds harsh: {|harshness|} {way} than "
         "usual",
         "level of the third octaves against those at 1 to 1.6 and 8 to 10 "
         "kHz, less the same of the tone profile",
         "cut 2 dB around 3.5 kHz on cymbals or distorted guitars",
         .figures = {{"harshness", "dB"}}},
    ROW(CHECK_SIBILANCE) =
        {"check.sibilance", CHECK,
         "5 to 10 kHz, where too much makes every s hiss: {|sibilance|} {way} "
         "than usual",
         "level of the third octaves against those at 2 to 3.2 and 12.5 to 16 "
         "kHz, less the same of the tone profile",
         "put a de-esser on the voice, or cut 2 dB around 7 kHz on cymbals",
         .figures = {{"sibilance", "dB"}}},
    ROW(CHECK_TILT) =
        {"check.tilt", CHECK, "bass against treble: {tilt} from the usual tone",
         "slope of the distance from the tone profile, 200 Hz to 10 kHz",
         "brighten or darken the loudest tracks rather than the mix",
         .figures = {{"tilt", "dB/oct"}}},
};
