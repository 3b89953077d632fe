// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rules about the stems of a mix: what they are, how loud they are, and what is
   wrong with them.  What a template may hold stands beside TonRule.
*/
#include "assistants/rules_tables.h"

#define ROLES "data/roles.yaml"

const TonRule stem_rules[TON_RULE_MIX_FIRST] = {
    [TON_RULE_LOCK] = {"lock", TON_STAGE_ANY, "docs/rules.md 1.1",
                       "set by you; the rest follows it",
                       "the value is locked or was written by a person: kept, "
                       "and everything else is worked out around it"},

    // Mix: roles
    [TON_RULE_ROLE_NAME] =
        {"role.name", TON_STAGE_MIX, ROLES, "the name says \"{word}\"",
         "first rule of the role table whose words stand in the file name"},
    [TON_RULE_ROLE_DOUBTFUL_NAME] =
        {"role.doubtful-name", TON_STAGE_MIX, ROLES,
         "the name says \"{word}\", but it {sound}; write the "
         "role (role: ...) if the name is wrong",
         "a kick or a bass by its name with under 0.3 % of its power below 150 "
         "Hz, or a sound that is like that of another family of roles, and "
         "hardly ever of this one: confidence lowered",
         .instead = "a role",
         .why_not = "write one (role: ...) and it is used"},
    [TON_RULE_ROLE_SOUND] = {"role.sound", TON_STAGE_MIX, "docs/rules.md 2.4",
                             "sounds like the role \"{role}\": {word}",
                             "the name says nothing; spectrum, noise, "
                             "changes, hits and peaks are like those of this "
                             "role's family"},
    [TON_RULE_ROLE_GIVEN] = {"role.given", TON_STAGE_MIX, "docs/rules.md 1.1",
                             "the role you wrote",
                             "a person's word for the role is followed"},
    [TON_RULE_ROLE_BACKING] = {"role.backing", TON_STAGE_MIX,
                               "docs/rules.md 2.4",
                               "sings along with {word} most of the time",
                               "a voice without a surer name that sounds "
                               "during 60 % or more of the time with the lead"},
    [TON_RULE_ROLE_NONE] =
        {"role.none", TON_STAGE_MIX, ROLES,
         "neither the name nor the sound tells the role",
         "no rule of the role table fits; the row \"unknown\" is used",
         .instead = "a role",
         .why_not = "write one (role: ...) and it is used"},
    [TON_RULE_ROLE_UNKNOWN] = {"role.unknown", TON_STAGE_MIX, ROLES,
                               "\"{word}\" is no known role, so it is treated "
                               "as none[; did you mean \"{nearest}\"?]",
                               "the role that the text gives is not in the "
                               "role table; the row \"unknown\" is used"},
    [TON_RULE_ROLE_GUIDE] =
        {"role.guide", TON_STAGE_MIX, ROLES,
         "a {role} track helps the players and is not part of the mix",
         "the role is marked as muted in the role table"},
    [TON_RULE_ROLE_SUM] =
        {"role.sum", TON_STAGE_MIX, "docs/rules.md 2.4",
         "a finished mix: it is the sum of the other tracks ({likeness} "
         "alike)",
         "below 1.2 kHz: correlation with the sum of the other tracks, and "
         "with what is left of it without the track that is most alike",
         .figures = {{"likeness", "%"}}},
    [TON_RULE_ROLE_SUBMIX] =
        {"role.submix", TON_STAGE_MIX, "docs/rules.md 2.4",
         "muted: it is already the mix of {tracks}, and they would be heard "
         "twice; mute them instead if you prefer it",
         "below 1.2 kHz: correlation with the sum of these tracks, each at "
         "the gain that fits best: {likeness}",
         .figures = {{"likeness", "%"}}},
    [TON_RULE_ROLE_FINISHED] =
        {"role.finished", TON_STAGE_MIX, ROLES,
         "muted: a finished mix of the song and not one of its tracks; "
         "tonmeister "
         "master --reference takes it as a reference",
         "the role is marked as muted in the role table"},
    [TON_RULE_ROLE_COPY] =
        {"role.copy", TON_STAGE_MIX, "docs/rules.md 2.4",
         "muted: the same recording as {track}[, {polarity}][, {|gain|} "
         "{way}], which is in the mix already",
         "the same to the bit, at another gain in all third octaves, or one "
         "name in two formats and nearly the same sound: correlation below 1.2 "
         "kHz {likeness}",
         .figures = {{"likeness", "%"}, {"gain", "dB"}}},

    // Mix: level and faults of a stem
    [TON_RULE_TRIM_ACTIVE] =
        {"trim.active", TON_STAGE_MIX, "docs/rules.md 2.3",
         "{loudness while it plays} while it plays, brought to {starting "
         "level} like every track[, measured together with {other side}][; "
         "CLIPPED at {@longest clipping}]",
         "BS.1770 loudness of the time that sounds ({time that plays}), "
         "relative gate only, brought to {starting level}",
         .figures = {{"loudness while it plays", "LUFS"},
                     {"time that plays", "s"},
                     {"starting level", "LUFS"},
                     {"longest clipping", "s"}}},
    [TON_RULE_TRIM_TOO_SOFT] =
        {"trim.too-soft", TON_STAGE_MIX, ROLES,
         "{loudness while it plays} while it plays is so soft that it would "
         "take {gain needed}: raised by no more than {highest trim}; write a "
         "trim if it is to be louder",
         "BS.1770 loudness of the time that sounds, relative gate only; a "
         "trim raises by {highest trim} at most, and the fader does not make "
         "up for the rest",
         .figures = {{"loudness while it plays", "LUFS"},
                     {"gain needed", "dB"},
                     {"highest trim", "dB"}}},
    [TON_RULE_TRIM_NOISE] =
        {"trim.noise", TON_STAGE_MIX, ROLES,
         "nothing but steady noise, {loudness while it plays}: left as it is; "
         "mute it if it is not wanted, or write a role and it is mixed",
         "never pauses, its 400 ms loudness ranges over {level range}, no "
         "twelfth octave stands 3 dB above its neighbours: no trim, no "
         "fader, no effects",
         .figures = {{"loudness while it plays", "LUFS"},
                     {"level range", "LU", "docs/rules.md 2.3"}}},
    [TON_RULE_TRIM_HUM] =
        {"trim.hum", TON_STAGE_MIX, ROLES,
         "nothing but mains hum, {loudness while it plays}: left as it is; "
         "mute it if it is not wanted, or write a role and it is mixed",
         "never pauses, its 400 ms loudness ranges over {level range}, and "
         "steady lines at multiples of 50 or 60 Hz hold {share of the lines} "
         "of the power below 1.4 kHz: no trim, no fader, no effects",
         .figures = {{"loudness while it plays", "LUFS"},
                     {"level range", "LU", "docs/rules.md 2.3"},
                     {"share of the lines", "%", "docs/rules.md 2.3"}}},
    [TON_RULE_TRIM_CRACKLE] =
        {"trim.crackle", TON_STAGE_MIX, "docs/rules.md 2.3",
         "nothing but clicks, in {clicks}, {loudness while it "
         "plays}: left as it is; mute it if it is not wanted, or write a role "
         "and it is mixed",
         "{clicks} of 25 ms hold 90 % of all power, and in each the "
         "peak stands 26 dB over the mean: no trim, no fader, no effects",
         .figures = {{"loudness while it plays", "LUFS"},
                     {"clicks", "moments"}}},
    [TON_RULE_TRIM_SILENT] = {"trim.silent", TON_STAGE_MIX, "docs/rules.md 2.3",
                              "the file is silent",
                              "no sample of the file sounds"},
    [TON_RULE_TRIM_CONSTANT] =
        {"trim.constant", TON_STAGE_MIX, "docs/rules.md 2.3",
         "nothing that can be heard, only a DC offset of {DC offset}: muted, "
         "it "
         "would take room from the others",
         "no sound, and a mean of {DC offset} of full scale",
         .figures = {{"DC offset", "%"}}},
    [TON_RULE_TRIM_CLICKS] =
        {"trim.clicks", TON_STAGE_MIX, "docs/rules.md 2.3",
         "nothing but clicks of up to {highest peak}: muted, they would take "
         "room from the others; write a role and it is mixed",
         "at most 16 stretches of 25 ms hold 90 % of all power, and in each "
         "the "
         "peak stands 26 dB over the mean: single samples",
         .figures = {{"highest peak", "dBFS"}}},
    [TON_RULE_TRIM_BROKEN] =
        {"trim.broken", TON_STAGE_MIX, "docs/rules.md 2.3",
         "nothing that can be heard: {broken samples} hold no number; export "
         "it again",
         "samples that are no finite numbers play as silence",
         .figures = {{"broken samples", "samples"}}},
    [TON_RULE_DEFECT_CLIPPING] =
        {"defect.clipping", TON_STAGE_MIX, "docs/rules.md 2.1",
         "{clipped samples} clipped, the longest run at {@longest run}: record "
         "it again, or repair it first",
         "runs of equal samples at the top of the file; no processor gives "
         "back what is cut off",
         .figures = {{"clipped samples", "samples"}, {"longest run", "s"}}},
    [TON_RULE_DEFECT_LONE_PEAK] =
        {"defect.lone-peak", TON_STAGE_MIX, "docs/rules.md 2.1",
         "one moment at {@place} is {over the others} louder than all others, "
         "and the peak of the mix may follow it: listen there, and export the "
         "file again if it is a fault",
         "highest sample of the 25 ms at {@place}, {height}, over those of all "
         "but eight other stretches of 25 ms",
         .figures = {{"place", "s"},
                     {"over the others", "dB"},
                     {"height", "dBFS"}}},
    [TON_RULE_DEFECT_NOT_A_NUMBER] =
        {"defect.not-a-number", TON_STAGE_MIX, "docs/rules.md 2.1",
         "{broken samples} hold no number and play as silence, the first at "
         "{@first one}: export the file again",
         "samples that are infinite or not a number are read as 0",
         .figures = {{"broken samples", "samples"}, {"first one", "s"}}},
    [TON_RULE_DEFECT_SPIKE] =
        {"defect.spike", TON_STAGE_MIX, "docs/rules.md 2.1",
         "{spikes} far louder than all around, the highest of {height} at "
         "{@place}: left out, export the file again",
         "single samples over +6 dBFS and 18 dB above the 1.3 ms on either "
         "side; replaced by what lies between their neighbours before "
         "anything is measured",
         .figures = {{"spikes", "samples"},
                     {"height", "dBFS"},
                     {"place", "s"}}},
    [TON_RULE_DEFECT_DC] =
        {"defect.dc", TON_STAGE_MIX, "docs/rules.md 2.1",
         "removes a DC offset of {DC offset}: the waveform sits beside the "
         "zero line",
         "the mean of the samples is {DC offset} of full scale",
         .figures = {{"DC offset", "%"}}},
    [TON_RULE_DEFECT_HUM] =
        {"defect.hum", TON_STAGE_MIX, "docs/rules.md 2.1",
         "cuts a tone of mains hum: it is {height of the tone} louder than "
         "the sound right beside it",
         "this line over the median of what lies within 5 Hz: {height of the "
         "tone}; {tone} re active loudness, all lines of the hum together "
         "{hum}",
         .figures = {{"height of the tone", "dB"},
                     {"tone", "dB"},
                     {"hum", "dB"}}},
    [TON_RULE_DEFECT_SOFT_HUM] = {"defect.soft-hum", TON_STAGE_MIX,
                                  "docs/rules.md 2.1",
                                  "mains hum of {mains frequency} is too soft "
                                  "to matter: {|hum|} softer than the track",
                                  "all lines together {hum} re active loudness",
                                  .figures = {{"hum", "dB"},
                                              {"mains frequency", "Hz"}}},

    // Mix: polarity
};
