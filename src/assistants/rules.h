// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The rules of the assistants, one row each: what a rule is called, where its
   numbers come from, what it measures and what it says.  docs/rules.md prints
   the same rows.
*/
#ifndef TON_ASSISTANTS_RULES_H
#define TON_ASSISTANTS_RULES_H

#include <stdint.h>

/// Where a rule is applied
typedef enum {
  TON_STAGE_ANY, ///< In the mix and in the master
  TON_STAGE_MIX,
  TON_STAGE_MASTER,
  TON_STAGE_CHECK, ///< Readiness of a mix, `tonmeister check`
} TonStage;

typedef enum {
  TON_RULE_LOCK,
  // Mix
  TON_RULE_ROLE_NAME,
  TON_RULE_ROLE_DOUBTFUL_NAME,
  TON_RULE_ROLE_SOUND,
  TON_RULE_ROLE_GIVEN,
  TON_RULE_ROLE_BACKING,
  TON_RULE_ROLE_NONE,
  TON_RULE_ROLE_UNKNOWN,
  TON_RULE_ROLE_GUIDE,
  TON_RULE_ROLE_SUM,
  TON_RULE_ROLE_SUBMIX,
  TON_RULE_ROLE_FINISHED,
  TON_RULE_ROLE_COPY,
  TON_RULE_TRIM_ACTIVE,
  TON_RULE_TRIM_TOO_SOFT,
  TON_RULE_TRIM_NOISE,
  TON_RULE_TRIM_HUM,
  TON_RULE_TRIM_CRACKLE,
  TON_RULE_TRIM_SILENT,
  TON_RULE_TRIM_CONSTANT,
  TON_RULE_TRIM_CLICKS,
  TON_RULE_TRIM_BROKEN,
  TON_RULE_DEFECT_CLIPPING,
  TON_RULE_DEFECT_LONE_PEAK,
  TON_RULE_DEFECT_NOT_A_NUMBER,
  TON_RULE_DEFECT_SPIKE,
  TON_RULE_DEFECT_DC,
  TON_RULE_DEFECT_HUM,
  TON_RULE_DEFECT_SOFT_HUM,
  TON_RULE_MIX_FIRST,
  TON_RULE_POLARITY_SUM = TON_RULE_MIX_FIRST,
  TON_RULE_POLARITY_KEPT,
  TON_RULE_DELAY_ALIGN,
  TON_RULE_DELAY_POLARITY,
  TON_RULE_HIGHPASS_SPECTRUM,
  TON_RULE_HIGHPASS_HUM,
  TON_RULE_HIGHPASS_RUMBLE,
  TON_RULE_HIGHPASS_STEADY_RUMBLE,
  TON_RULE_HIGHPASS_BELOW_ROLE,
  TON_RULE_HIGHPASS_NOTHING,
  TON_RULE_TONE_RESONANCE,
  TON_RULE_COMPRESSION_RANGE,
  TON_RULE_COMPRESSION_HITS,
  TON_RULE_COMPRESSION_EVEN,
  TON_RULE_COMPRESSION_EVEN_HITS,
  TON_RULE_COMPRESSION_FEW_HITS,
  TON_RULE_COMPRESSION_SLIGHT,
  TON_RULE_COMPRESSION_NONE_FITS,
  TON_RULE_DE_ESS_LOUD,
  TON_RULE_DE_ESS_SOFT,
  TON_RULE_DE_ESS_NONE,
  TON_RULE_BALANCE_LEAD,
  TON_RULE_BALANCE_CLASS_TARGET,
  TON_RULE_BALANCE_IN_CONTEXT,
  TON_RULE_PLACE_SIDE,
  TON_RULE_PLACE_HALF,
  TON_RULE_PLACE_LOW,
  TON_RULE_PLACE_CENTRE,
  TON_RULE_ROUTE_BUS,
  TON_RULE_ROUTE_GROUP,
  TON_RULE_SPACE_SHARED,
  TON_RULE_SPACE_TEMPO,
  TON_RULE_SPACE_SEND,
  TON_RULE_TIME_TEMPO,
  TON_RULE_TIME_METER,
  TON_RULE_TIME_FIRST_BAR,
  TON_RULE_TIME_UNSURE,
  TON_RULE_TIME_NO_BARS,
  TON_RULE_TIME_SECTION,
  TON_RULE_TIME_ONE_SECTION,
  TON_RULE_PEAKS_CUT,
  TON_RULE_HEADROOM_MIX_PEAK,
  // Master
  TON_RULE_MASTER_FIRST,
  TON_RULE_GOAL_TARGET = TON_RULE_MASTER_FIRST,
  TON_RULE_GOAL_KEEP,
  TON_RULE_GOAL_FINISHED,
  TON_RULE_GOAL_ASKED,
  TON_RULE_GOAL_WRITTEN,
  TON_RULE_GOAL_REFERENCE,
  TON_RULE_GOAL_SOFTER_REFERENCE,
  TON_RULE_GOAL_NEAR_REFERENCE,
  TON_RULE_GOAL_AS_WITHOUT,
  TON_RULE_ENDS_START,
  TON_RULE_ENDS_FADE_IN,
  TON_RULE_ENDS_END,
  TON_RULE_ENDS_NOISE,
  TON_RULE_ENDS_CUT,
  TON_RULE_REPAIR_SPIKE,
  TON_RULE_REPAIR_DC,
  TON_RULE_REPAIR_LEVEL,
  TON_RULE_TONE_BOUNDED,
  TON_RULE_TONE_BROAD,
  TON_RULE_TONE_REFERENCE,
  TON_RULE_TONE_USUAL,
  TON_RULE_TONE_OTHER_MUSIC,
  TON_RULE_STYLE_TONE,
  TON_RULE_STYLE_ATTACK,
  TON_RULE_STYLE_COLOUR,
  TON_RULE_STYLE_WIDTH,
  TON_RULE_GLUE_HELPS,
  TON_RULE_GLUE_DENSE,
  TON_RULE_GLUE_EVEN,
  TON_RULE_GLUE_REFERENCE,
  TON_RULE_GLUE_OTHER_MUSIC,
  TON_RULE_GLUE_PROVED,
  TON_RULE_WIDTH_BASS,
  TON_RULE_WIDTH_WIDE,
  TON_RULE_WIDTH_NARROW,
  TON_RULE_WIDTH_REFERENCE,
  TON_RULE_WIDTH_USUAL,
  TON_RULE_WIDTH_OTHER_MUSIC,
  TON_RULE_LOUDNESS_DRIVE,
  TON_RULE_LOUDNESS_NO_GOAL,
  TON_RULE_LOUDNESS_MET,
  TON_RULE_LOUDNESS_LOUDEST,
  TON_RULE_LOUDNESS_BOUND,
  TON_RULE_LOUDNESS_RANGE,
  TON_RULE_LOUDNESS_NEAREST,
  TON_RULE_ALBUM_TONE,
  TON_RULE_ALBUM_ALIKE,
  TON_RULE_ALBUM_NOT_NEARER,
  // Check
  TON_RULE_CHECK_FIRST,
  TON_RULE_CHECK_CLIPPING = TON_RULE_CHECK_FIRST,
  TON_RULE_CHECK_HEADROOM,
  TON_RULE_CHECK_LIMITED,
  TON_RULE_CHECK_FLAT,
  TON_RULE_CHECK_DYNAMICS,
  TON_RULE_CHECK_DC,
  TON_RULE_CHECK_BAD_SAMPLES,
  TON_RULE_CHECK_SPIKES,
  TON_RULE_CHECK_NOISE,
  TON_RULE_CHECK_HUM,
  TON_RULE_CHECK_START,
  TON_RULE_CHECK_END,
  TON_RULE_CHECK_TAIL,
  TON_RULE_CHECK_PHASE,
  TON_RULE_CHECK_MONO_LOSS,
  TON_RULE_CHECK_BASS_WIDTH,
  TON_RULE_CHECK_BALANCE,
  TON_RULE_CHECK_RUMBLE,
  TON_RULE_CHECK_MUD,
  TON_RULE_CHECK_HARSH,
  TON_RULE_CHECK_SIBILANCE,
  TON_RULE_CHECK_TILT,
  TON_RULES,
} TonRuleId;

enum { TON_RULE_FIGURES = 6 };

/// A figure that a rule may measure
typedef struct {
  const char* metric; ///< "lowest note"; null behind the last one
  const char* unit;
  const char* source; ///< Of its range, if not the rule's; or null
} TonRuleFigure;

/**
   One rule.

   Sentences are templates: "{lowest note}" is a figure with its unit,
   "{|lowest note|}" without its sign, "{@longest run}" a time in the song,
   "{role}" a name that the decision holds.  "[a|b]" is a when all that a names
   is there and finite, else b; b may be left out.
*/
typedef struct {
  const char* id; ///< "balance.class-target", permanent
  TonStage stage;
  const char* source;  ///< "docs/rules.md 2.11" or a file in data/
  const char* reason;  ///< For a beginner: the short comment beside the value
  const char* detail;  ///< For an engineer: how it was measured and judged
  const char* fix;     ///< Check only: what to do in the mix, a template, too
  const char* instead; ///< What was considered and not done, or null
  const char* why_not;
  TonRuleFigure figures[TON_RULE_FIGURES];
} TonRule;

/// Row of a rule; never null.  [any]
const TonRule* ton_rule(TonRuleId id);

/// Row by its permanent id, or null.  [any]
const TonRule* ton_rule_named(const char* id);

/// Name of a rule of the readiness report, as in data/readiness.yaml.  [any]
const char* ton_check_name(TonRuleId id);

#endif
