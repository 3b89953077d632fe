// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rules of the mastering assistant.  What a template may hold stands beside
   TonRule.
*/
#include "assistants/rules_tables.h"

#define STYLES    "data/styles.yaml"
#define READINESS "data/readiness.yaml"
#define TARGETS   "data/targets.yaml"
#define ROW(rule) [TON_RULE_##rule - TON_RULE_MASTER_FIRST]

const TonRule master_rules[TON_RULE_CHECK_FIRST - TON_RULE_MASTER_FIRST] = {
    // goal and repair
    ROW(GOAL_TARGET) = {"goal.target", TON_STAGE_MASTER, TARGETS, "{target}",
                        "the row of the target in {source}",
                        .figures = {{"loudness", "LUFS"}, {"ceiling", "dBTP"}}},
    ROW(GOAL_KEEP) = {"goal.keep", TON_STAGE_MASTER, TARGETS,
                      "tone, dynamics and width stay as they are: this "
                      "target keeps them",
                      "the row of the target says that it keeps; only a "
                      "DC offset and peaks over the ceiling are removed"},
    ROW(GOAL_FINISHED) =
        {"goal.finished", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "this is a finished record already: its peaks are at {true peak of "
         "the mix} and only {peak to loudness} louder than the song as a "
         "whole; tone, dynamics and width stay as they are",
         "true peak minus integrated loudness under 11 LU, and a true peak "
         "above -1.2 dBTP; --reference or --amount change it all the same",
         .figures = {{"peak to loudness", "LU"},
                     {"true peak of the mix", "dBTP"}}},
    ROW(GOAL_ASKED) = {"goal.asked", TON_STAGE_MASTER, TARGETS, "{target}",
                       "asked for when the master was made"},
    ROW(GOAL_WRITTEN) =
        {"goal.written", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "stays at {loudness} as master.yaml says, the references have "
         "{loudness of the references}; --loudness changes it",
         "a loudness that stands in the text is a person's, references do not "
         "change it",
         .figures = {{"loudness", "LUFS"},
                     {"loudness of the references", "LUFS"}}},
    ROW(GOAL_REFERENCE) =
        {"goal.reference", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "as loud as the references are on average, {loudness of the "
         "references}",
         "mean loudness of the references; {tonal distance} from them in tone "
         "is the same kind of music",
         .figures = {{"loudness of the references", "LUFS"},
                     {"tonal distance", "dB", "docs/rules.md 3.9"}}},
    ROW(GOAL_SOFTER_REFERENCE) =
        {"goal.softer-reference", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "{target}; the references are softer, {loudness of the references}, "
         "which does not lower it: --loudness does",
         "a goal of {loudness}; references make no master softer",
         .figures = {{"loudness", "LUFS", TARGETS},
                     {"loudness of the references", "LUFS"}}},
    ROW(GOAL_NEAR_REFERENCE) =
        {"goal.near-reference", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "as near to {goal} as it gets while the limiter turns down by "
         "{limiter "
         "reduction}; the references have {loudness of the references}",
         "a loudness that nobody asked for is given up beyond 6 dB of limiter "
         "reduction (P95)",
         .figures = {{"goal", "LUFS"},
                     {"loudness of the references", "LUFS"},
                     {"limiter reduction", "dB"}}},
    ROW(GOAL_AS_WITHOUT) =
        {"goal.as-without", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "{usual loudness}, as without references: on the way to their "
         "{loudness of the references} the limiter would turn down by {limiter "
         "reduction} and more",
         "references never make a master softer than the usual goal",
         .figures = {{"loudness of the references", "LUFS"},
                     {"limiter reduction", "dB"},
                     {"usual loudness", "LUFS", TARGETS}}},
    // where it starts and ends
    ROW(ENDS_START) =
        {"ends.start", TON_STAGE_MASTER, READINESS,
         "the first sound comes at {@first sound}; {kept} before it stay",
         "first 25 ms of the mix that are no more than 60 dB under its "
         "loudness; a "
         "sound of at most 75 ms, 12 dB under the highest peak, with 0.25 s of "
         "silence behind it is a click and does not count",
         .figures = {{"first sound", "s"}, {"kept", "s"}}},
    ROW(ENDS_FADE_IN) = {"ends.fade-in", TON_STAGE_MASTER, READINESS,
                         "it is not silent there before the first sound: "
                         "begins without a click",
                         "sound above -90 dBFS before the start"},
    ROW(ENDS_END) =
        {"ends.end", TON_STAGE_MASTER, READINESS,
         "the last sound has died away at {@last sound}, {silence} before the "
         "mix "
         "ends; {kept} of it stay",
         "last 25 ms of the mix that are no more than 60 dB under its loudness",
         .figures = {{"last sound", "s"}, {"silence", "s"}, {"kept", "s"}}},
    ROW(ENDS_NOISE) = {"ends.noise", TON_STAGE_MASTER, READINESS,
                       "noise or the rest of a reverb goes on behind the end",
                       "sound above -90 dBFS behind the end"},
    ROW(ENDS_CUT) =
        {"ends.cut", TON_STAGE_MASTER, READINESS,
         "the mix breaks off at {level at the end} against the music: "
         "faded out from its last loud moment on",
         "level of the last 5 ms; the fade begins where the music was last 20 "
         "dB "
         "under its loudness or more, in the bounds of data/readiness.yaml",
         .figures = {{"level at the end", "LU"}}},
    ROW(REPAIR_SPIKE) =
        {"repair.spike", TON_STAGE_MASTER, "docs/rules.md 2.1",
         "{spikes} far louder than all around, the highest of {height} at "
         "{@place}: left out, render the mix again",
         "single samples over +6 dBFS and 18 dB above the 1.3 ms on either "
         "side; replaced by what lies between their neighbours before "
         "anything is measured",
         .figures = {{"spikes", "samples"},
                     {"height", "dBFS"},
                     {"place", "s"}}},
    ROW(REPAIR_DC) =
        {"repair.dc", TON_STAGE_MASTER, "docs/rules.md 3.1",
         "removes a DC offset of {DC offset}, which would cost loudness",
         "a constant of {DC offset} of full scale takes room under the ceiling",
         .figures = {{"DC offset", "%"}}},
    ROW(REPAIR_LEVEL) =
        {"repair.level", TON_STAGE_MASTER, "docs/rules.md 3.2",
         "the mix is very soft, {loudness of the mix}: raised first, so that "
         "everything behind works as usual",
         "more than 24 dB under the goal: brought to -23 LUFS before the chain",
         .figures = {{"loudness of the mix", "LUFS"}}},

    // tone
    ROW(TONE_BOUNDED) =
        {"tone.bounded", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "around {frequency} the mix is {distance} {way} than {target}; songs "
         "vary by {difference between songs} there, and part of the rest "
         "({share}) is corrected[, at most {largest correction}]",
         "distance of the third octave from the target at equal weighted "
         "level; three quarters of the standard deviation are left alone, "
         "{share} of what is beyond is corrected",
         .figures = {{"distance", "dB"},
                     {"difference between songs", "dB"},
                     {"frequency", "Hz"},
                     {"share", "%"},
                     {"largest correction", "dB"}}},
    ROW(TONE_BROAD) =
        {"tone.broad", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "around {frequency} the mix is {distance} {way} than {target}, "
         "{mean distance} apart on average: probably another kind of music, "
         "so only a part of the broad difference is corrected",
         "a third of what the bands to 250 Hz, to 4 kHz and above lie beyond "
         "one standard deviation from the target, at most 2 dB; the rest less "
         "and less from 4 to 8 dB of mean distance",
         .figures = {{"distance", "dB"},
                     {"difference between songs", "dB"},
                     {"frequency", "Hz"},
                     {"mean distance", "dB"},
                     {"largest correction", "dB"}}},
    ROW(TONE_REFERENCE) =
        {"tone.reference", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "around {frequency} the mix is {distance} {way} than {target}: "
         "all sections together take {correction} of it back"
         "[, none more than {largest correction}]",
         "distance of the third octave at equal weighted level; chance "
         "between the sections of a song explains {difference by chance}, "
         "and nothing is done about that; of the rest {share} was wanted",
         .figures = {{"distance", "dB"},
                     {"difference by chance", "dB"},
                     {"frequency", "Hz"},
                     {"share", "%"},
                     {"correction", "dB"},
                     {"largest correction", "dB"}}},
    ROW(TONE_USUAL) =
        {"tone.usual", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "no correction: the tone is like {target}, {mean distance} apart on "
         "average",
         "root mean square of the distances of the third octaves",
         .figures = {{"mean distance", "dB"}}},
    ROW(TONE_OTHER_MUSIC) =
        {"tone.other-music", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "no correction: {mean distance} from {target} on average is another "
         "kind of music, its tone is kept",
         "root mean square of the distances of the third octaves",
         .figures = {{"mean distance", "dB"}}},

    // compression of the whole
    ROW(STYLE_TONE) = {"style.tone", TON_STAGE_MASTER, STYLES,
                       "the style \"{style}\": {where} {way} by {change}",
                       "a shelf below 150 Hz or above 6 kHz, as the table has "
                       "it, times the share of the intensity",
                       .figures = {{"change", "dB"}}},
    ROW(STYLE_ATTACK) = {"style.attack", TON_STAGE_MASTER, STYLES,
                         "the style \"{style}\": sounds begin {way}, by up to "
                         "{change}",
                         "a transient shaper, as the table has it, times the "
                         "share of the intensity",
                         .figures = {{"change", "dB"}}},
    ROW(STYLE_COLOUR) = {"style.colour", TON_STAGE_MASTER, STYLES,
                         "the style \"{style}\": soft harmonics of a tape "
                         "machine that is driven {drive} further",
                         "a tape machine, as the table has it, times the share "
                         "of the intensity",
                         .figures = {{"drive", "dB"}}},
    ROW(STYLE_WIDTH) = {"style.width", TON_STAGE_MASTER, STYLES,
                        "the style \"{style}\": {way}, the sides at {width}",
                        "the sides, as the table has it, times the share of "
                        "the intensity",
                        .figures = {{"width", "%"}}},
    ROW(GLUE_HELPS) =
        {"glue.helps", TON_STAGE_MASTER, "docs/rules.md 3.5",
         "holds the loud parts together: they vary by {range of the loud "
         "parts} and their peaks are {peaks above the loud parts} louder; "
         "turns down by {average reduction} on average",
         "P95 minus P10 of 400 ms loudness where the 3 s loudness is among the "
         "highest 40 %; true peak minus their loudness; reduction: levels of "
         "these parts without it less those with it",
         .figures = {{"range of the loud parts", "LU"},
                     {"peaks above the loud parts", "LU"},
                     {"average reduction", "dB"},
                     {"peak to loudness", "LU"}}},
    ROW(GLUE_DENSE) =
        {"glue.dense", TON_STAGE_MASTER, "docs/rules.md 3.5",
         "no compression: the mix is dense already, its peaks are only {peak "
         "to loudness} louder than the song as a whole",
         "true peak minus integrated loudness is under 11 LU",
         .figures = {{"peak to loudness", "LU"}}},
    ROW(GLUE_EVEN) =
        {"glue.even", TON_STAGE_MASTER, "docs/rules.md 3.5",
         "no compression needed: the loud parts vary by [{range of the loud "
         "parts}|nothing], their peaks are [{peaks above the loud "
         "parts}|little] louder",
         "compressed only where the 400 ms loudness of the loud parts ranges "
         "over more than 5 LU and peaks stand more than 14 LU out",
         .figures = {{"range of the loud parts", "LU"},
                     {"peaks above the loud parts", "LU"}}},
    ROW(GLUE_REFERENCE) =
        {"glue.reference", TON_STAGE_MASTER, "docs/rules.md 3.5",
         "no compression: the loud parts vary by {range of the loud parts}, "
         "those of the references by {range of the references}",
         "P95 minus P10 of 400 ms loudness where the 3 s loudness is among the "
         "highest 40 %; compressed only beyond 1 LU more than the references",
         .figures = {{"range of the loud parts", "LU"},
                     {"range of the references", "LU"}}},
    ROW(GLUE_OTHER_MUSIC) = {"glue.other-music", TON_STAGE_MASTER,
                             "docs/rules.md 3.9",
                             "no compression: {tonal distance} from the "
                             "usual tone is another kind of music",
                             "its dynamics are its own",
                             .figures = {{"tonal distance", "dB"}}},
    ROW(GLUE_PROVED) =
        {"glue.proved", TON_STAGE_MASTER, "docs/rules.md 3.2",
         "no compression: with it the limiter would turn down by {reduction "
         "with it} instead of {reduction without it}",
         "the compressor lets the attacks through; 95th percentile of the "
         "limiter's reduction at the same loudness, tried with and without",
         .figures = {{"reduction with it", "dB"},
                     {"reduction without it", "dB", "docs/rules.md 3.8"}}},

    // width
    ROW(WIDTH_BASS) =
        {"width.bass", TON_STAGE_MASTER, "docs/rules.md 3.6",
         "bass to the middle: below 120 Hz the mix is wider than nine of ten "
         "songs; its sides against the middle are {sides below 120 Hz}",
         "side re mid below 120 Hz against 138 released pop songs",
         .figures = {{"sides below 120 Hz", "dB"}, {"sides", "dB"}}},
    ROW(WIDTH_WIDE) =
        {"width.wide", TON_STAGE_MASTER, "docs/rules.md 3.6",
         "a little narrower: wider than nine of ten songs; the sides against "
         "the middle are {sides}",
         "side re mid from 500 Hz to 8 kHz against 138 released pop songs",
         .figures = {{"sides below 120 Hz", "dB"}, {"sides", "dB"}}},
    ROW(WIDTH_NARROW) =
        {"width.narrow", TON_STAGE_MASTER, "docs/rules.md 3.6",
         "a little wider: narrower than nine of ten songs; the sides against "
         "the middle are {sides}",
         "side re mid from 500 Hz to 8 kHz against 138 released pop songs",
         .figures = {{"sides below 120 Hz", "dB"}, {"sides", "dB"}}},
    ROW(WIDTH_REFERENCE) =
        {"width.reference", TON_STAGE_MASTER, "docs/rules.md 3.9",
         "width as in the references: the sides against the middle are {sides} "
         "here and {sides of the references} there",
         "side re mid from 500 Hz to 8 kHz; moved by the share that the tone "
         "is, at most 4 dB, 1.5 dB towards another kind of music; nothing "
         "under 0.5 dB",
         .figures = {{"sides below 120 Hz", "dB", "docs/rules.md 3.6"},
                     {"sides", "dB", "docs/rules.md 3.6"},
                     {"sides of the references", "dB"}}},
    ROW(WIDTH_USUAL) =
        {"width.usual", TON_STAGE_MASTER, "docs/rules.md 3.6",
         "width kept: the sides against the middle are {sides}, as in released "
         "songs",
         "side re mid from 500 Hz to 8 kHz against 138 released pop songs",
         .figures = {{"sides below 120 Hz", "dB"}, {"sides", "dB"}}},
    ROW(WIDTH_OTHER_MUSIC) = {"width.other-music", TON_STAGE_MASTER,
                              "docs/rules.md 3.9",
                              "width kept: {tonal distance} from the "
                              "usual tone is another kind of music",
                              "its width is its own",
                              .figures = {{"tonal distance", "dB"}}},

    // loudness
    ROW(LOUDNESS_DRIVE) =
        {"loudness.drive", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "takes the mix from {loudness of the mix} towards {goal} and holds "
         "the "
         "peaks",
         "first gain: goal minus loudness; then searched with test renders",
         .figures = {{"loudness of the mix", "LUFS"},
                     {"true peak of the mix", "dBTP"},
                     {"goal", "LUFS"}}},
    ROW(LOUDNESS_NO_GOAL) =
        {"loudness.no-goal", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "no loudness is asked for: it only holds the peaks",
         "true peak of the mix {true peak of the mix}",
         .figures = {{"loudness of the mix", "LUFS"},
                     {"true peak of the mix", "dBTP"}}},
#define OUTCOME                                                                \
  .figures = {{"loudness", "LUFS", TARGETS},                                   \
              {"true peak", "dBTP", TARGETS},                                  \
              {"limiter reduction", "dB"},                                     \
              {"goal", "LUFS"},                                                \
              {"test renders", "test renders"}}
    ROW(LOUDNESS_MET) =
        {"loudness.met", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "measured {loudness}, as asked[; the limiter takes at most {limiter "
         "reduction} for 95 % of the time]",
         "{loudness} against a goal of {goal} after {test renders}, true peak "
         "{true peak}[, limiter reduction {limiter reduction} (P95)]",
         OUTCOME},
    ROW(LOUDNESS_LOUDEST) =
        {"loudness.loudest", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "{loudness} is the loudest it gets, {goal} was asked for: more gain "
         "only distorts",
         "two steps of more gain brought less than 0.02 LU a dB; the lowest "
         "gain within 0.1 LU of the loudest, true peak {true peak}",
         OUTCOME},
    ROW(LOUDNESS_BOUND) = {"loudness.bound", TON_STAGE_MASTER,
                           "docs/rules.md 3.8",
                           "{loudness}, {goal} was asked for: the rest "
                           "would need more limiting than is allowed",
                           "stopped at {limiter reduction} of limiter "
                           "reduction (P95), true peak {true peak}",
                           OUTCOME},
    ROW(LOUDNESS_RANGE) =
        {"loudness.range", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "{loudness} instead of {goal}: the limiter's own gain goes no "
         "further; put a gain in front of it",
         "the goal lies beyond the range of the limiter's gain; true peak "
         "{true peak}",
         OUTCOME},
    ROW(LOUDNESS_NEAREST) =
        {"loudness.nearest", TON_STAGE_MASTER, "docs/rules.md 3.8",
         "{loudness} is the nearest that was found to {goal}",
         "the search ended after {test renders}; true peak {true peak}",
         OUTCOME},
#undef OUTCOME
    // songs of an album
    ROW(ALBUM_TONE) =
        {"album.tone", TON_STAGE_MASTER, "docs/rules.md 3.10",
         "{band}: {distance} {way} than on the album on "
         "average; {share} of that goes[, at most {largest correction}]",
         "third octaves of the song's own master in five broad bands against "
         "the mean of all songs, {distance of the song} on average; then "
         "mastered and measured again",
         .figures = {{"distance", "dB"},
                     {"distance of the song", "dB"},
                     {"share", "%"},
                     {"largest correction", "dB"}}},
    ROW(ALBUM_ALIKE) =
        {"album.alike", TON_STAGE_MASTER, "docs/rules.md 3.10",
         "the tone stays as it is: {distance of the song} from that of the "
         "album",
         "five broad bands of the song's own master against the mean of all "
         "songs",
         .figures = {{"distance of the song", "dB"}}},
    ROW(ALBUM_NOT_NEARER) =
        {"album.not-nearer", TON_STAGE_MASTER, "docs/rules.md 3.10",
         "the tone stays as it is: with an equaliser {what was left} were left "
         "of {distance of the song} from the album",
         "mastered again with the equaliser and measured",
         .figures = {{"distance of the song", "dB"}, {"what was left", "dB"}}},
};
