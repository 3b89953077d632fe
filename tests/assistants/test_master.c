// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the master assistant proposes for mixes of known faults.

#include "assistants/decision_builder.h"
#include "assistants/genres.h"
#include "assistants/master.h"
#include "base/array.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <string.h>

static TonTone tone;
static TonLimits* limits;
static TonTarget target;

/// A mix with the profile's own spectrum and healthy figures
static TonSound
healthy(void)
{
  TonFacts f = {.layout = TON_LAYOUT_STEREO,
                .active_lufs = -20.0,
                .active_s = 170.0,
                .range_lu = 4.0,
                .noise_db = -INFINITY,
                .end_level_db = -80.0};
  TonMeasurement* const m = &f.whole;
  m->rate = 48000;
  m->channels = 2;
  m->frames = 48000ULL * 180;
  m->integrated_lufs = -20.0;
  m->loudness_range_lu = 7.0;
  m->true_peak_dbtp = -4.5;
  m->plr_lu = 15.5;
  m->crest_db = 17.0;
  m->correlation_min = m->correlation_p5 = 0.2;
  m->balance_db = 0.1;
  m->mono_loss_lu = -0.7;
  m->silence_head_s = f.head_s = 0.1;
  static const double side[] = {-18.0, -10.0, -7.6, -8.0, -7.5};
  memcpy(m->band_side_db, side, sizeof(side));
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    f.active_db[b] = tone.level_db[b] - 35.0;
    f.pause_db[b] = -INFINITY;
  }
  f.active_db[0] -= 3.0; // the profile itself reads -14.9 dB of rumble
  f.active_db[1] -= 3.0;
  f.hum.level_db = -INFINITY;
  return (TonSound){.facts = f};
}

static TonMasterBrief
brief_of(const TonSound* mix)
{
  return (TonMasterBrief){
      .mix = mix, .target = target, .tone = tone, .amount = NAN};
}

static const TonDecision*
decision(const TonPlan* plan, TonRuleId rule)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    if (ton_decision_is(&plan->decisions.items[i], rule)) {
      return &plan->decisions.items[i];
    }
  }
  fail_msg("nothing was decided by %s", ton_rule(rule)->id);
  return NULL;
}

/// Every decision is by a rule of the master, and its figures stand in its row
static void
expect_rules(const TonPlan* plan)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    const TonDecision* const d = &plan->decisions.items[i];
    const TonRule* const rule = ton_rule_named(d->rule);
    assert_non_null(rule);
    assert_true(rule->stage == TON_STAGE_MASTER ||
                rule->stage == TON_STAGE_ANY);
    assert_true(*d->reason && *d->detail);
  }
}

/// Propose over a text, read the result back through the session
static TonMaster*
propose(const TonMasterBrief* given, const char* text, TonPlan* plan,
        TonMasterPlan* result)
{
  TonDoc* doc = NULL;
  TonMaster* before = NULL;
  TonMaster* after = NULL;
  TonError error = {0};
  assert_int_equal(
      ton_doc_parse(text, strlen(text), "master.yaml", &doc, &error), TON_OK);
  ton_master_read(doc, NULL, &before, &error);
  assert_string_equal(error.text, "");
  TonMasterBrief brief = *given;
  brief.existing = before;
  assert_int_equal(ton_assist_master(&brief, plan, result, &error), TON_OK);
  expect_rules(plan);
  ton_plan_apply(plan, doc, &error);
  ton_master_read(doc, NULL, &after, &error);
  if (*error.text) {
    print_error("%u: %s\n%s\n", error.line, error.text, ton_doc_text(doc));
  }
  assert_string_equal(error.text, "");
  if (getenv("TON_TEST_FIGURES")) {
    print_message("%s\n", ton_doc_text(doc));
  }
  ton_master_free(before);
  ton_doc_free(doc);
  return after;
}

static const TonFinding*
finding(const TonFinding* rows, uint32_t n, const char* item)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(rows[i].item, item) == 0) {
      return &rows[i];
    }
  }
  fail_msg("no row %s", item);
  return NULL;
}

static const TonDecision*
find_rule(const TonPlan* plan, const char* rule)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    if (strcmp(plan->decisions.items[i].rule, rule) == 0) {
      return &plan->decisions.items[i];
    }
  }
  return NULL;
}

static const TonInsert*
find_insert(const TonMaster* master, const char* id)
{
  for (uint32_t i = 0; i < master->n_chain; ++i) {
    if (strcmp(master->chain[i].type->id, id) == 0) {
      return &master->chain[i];
    }
  }
  return NULL;
}

static float
value_of(const TonInsert* insert, const char* symbol)
{
  const TonParam* const p = ton_param(insert->type, symbol);
  assert_non_null(p);
  return insert->params[p - insert->type->params];
}

static void
test_a_healthy_mix_is_only_limited(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  assert_int_equal(m->n_chain, 1);
  assert_string_equal(m->chain[0].type->id, "limiter");
  EXPECT_NEAR("goal", (double)m->loudness_lufs, -14.0, 0.0, "LUFS");
  EXPECT_NEAR("ceiling", (double)value_of(&m->chain[0], "ceiling"), -1.0, 1e-6,
              "dBTP");
  EXPECT_DB("first drive", result.gain_db, 6.0, 1e-6);
  assert_int_equal(result.limiter, 0);
  assert_true(result.search);
  assert_string_equal(decision(&plan, TON_RULE_GLUE_EVEN)->value, "");
  assert_string_equal(decision(&plan, TON_RULE_TONE_USUAL)->value, "");
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_a_dull_mix_is_lifted_within_bounds(void** state)
{
  (void)state;
  TonSound mix = healthy();
  for (uint32_t b = 23; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= 12.0;
  }
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  assert_non_null(find_insert(m, "equaliser"));
  EXPECT_AT_LEAST("8 kHz", result.tone_db[26], 1.0, "dB");
  EXPECT_AT_MOST("8 kHz", result.tone_db[26], 3.25, "dB");
  EXPECT_NEAR("400 Hz", result.tone_db[13], 0.0, 0.5, "dB");
  ton_master_free(m);
  ton_plan_free(&plan);
}

/// A genre with a narrow bound moves no band further
static void
test_a_genre_bounds_the_tone(void** state)
{
  (void)state;
  TonSound mix = healthy();
  for (uint32_t b = 20; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= 9.0;
  }
  TonMasterBrief brief = brief_of(&mix);
  brief.amount = 100.0;
  brief.most_db = 1.0;
  TonPlan plan = {0};
  TonMasterPlan result;
  ton_master_free(propose(&brief, "song: X\n", &plan, &result));
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    EXPECT_AT_MOST("move", fabs(result.tone_db[b]), 1.25, "dB");
  }
  EXPECT_AT_LEAST("8 kHz", result.tone_db[26], 0.5, "dB");
  ton_plan_free(&plan);
}

/// An orchestra may range further than a band before it is told of
static void
test_a_genre_has_its_range(void** state)
{
  (void)state;
  TonGenre genre;
  TonLimits* own = NULL;
  TonSound mix = healthy();
  TonFinding rows[32];
  mix.facts.whole.loudness_range_lu = 20.0;
  assert_int_equal(ton_genre("classical", &genre, NULL), TON_OK);
  assert_int_equal(ton_limits_read(&own, NULL), TON_OK);
  uint32_t n = ton_readiness(&mix.facts, &tone, NULL, own, rows, 32);
  assert_int_equal(finding(rows, n, "dynamics")->light, TON_LIGHT_RED);
  ton_genre_limits(&genre, own);
  n = ton_readiness(&mix.facts, &tone, NULL, own, rows, 32);
  assert_int_equal(finding(rows, n, "dynamics")->light, TON_LIGHT_GREEN);
  ton_limits_free(own);
}

static void
test_tone_is_bounded_for_any_spectrum(void** state)
{
  (void)state;
  double most = 0.0;
  double most_empty = 0.0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    TonSound mix = healthy();
    double walk = 0.0;
    for (uint32_t b = 0; b < TON_THIRDS; ++b) {
      walk += 6.0 * signal_random(seed, b);
      mix.facts.active_db[b] += walk;
    }
    const uint32_t empty = (uint32_t)(27 + seed % 4);
    for (uint32_t b = empty; b < TON_THIRDS; ++b) {
      mix.facts.active_db[b] = seed % 2 ? -200.0 : -INFINITY;
    }
    TonMasterBrief brief = brief_of(&mix);
    brief.amount = 100.0;
    TonPlan plan = {0};
    TonMasterPlan result;
    TonError error;
    assert_int_equal(ton_assist_master(&brief, &plan, &result, &error), TON_OK);
    uint32_t sections = 0;
    for (uint32_t i = 0; i < plan.n_edits; ++i) {
      sections += strstr(plan.edits[i].path, "/equaliser/") != NULL;
    }
    assert_in_range(sections, 0, 6);
    for (uint32_t b = 0; b < TON_THIRDS; ++b) {
      most = fmax(most, fabs(result.tone_db[b]));
      most_empty =
          b >= empty ? fmax(most_empty, result.tone_db[b]) : most_empty;
    }
    ton_plan_free(&plan);
  }
  EXPECT_AT_MOST("largest move of any band", most, 3.4, "dB");
  EXPECT_AT_MOST("largest boost of an empty band", most_empty, 0.35, "dB");
}

static void
test_noise_is_not_raised(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.has_pauses = true;
  for (uint32_t b = 23; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= 12.0;
    mix.facts.pause_db[b] = mix.facts.active_db[b] - 8.0;
  }
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonError error;
  assert_int_equal(ton_assist_master(&brief, &plan, &result, &error), TON_OK);
  for (uint32_t b = 23; b < TON_THIRDS; ++b) {
    EXPECT_AT_MOST("noise raised", result.tone_db[b], 0.35, "dB");
  }
  ton_plan_free(&plan);
}

static void
test_references_are_followed_in_part(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  TonSound reference = healthy();
  for (uint32_t b = 0; b < 9; ++b) {
    reference.facts.active_db[b] += 7.0;
  }
  TonMasterBrief brief = brief_of(&mix);
  brief.references = &reference;
  brief.n_references = 1;
  double gain[2];
  for (int i = 0; i < 2; ++i) {
    brief.amount = i ? 60.0 : 20.0;
    TonPlan plan = {0};
    TonMasterPlan result;
    TonError error;
    assert_int_equal(ton_assist_master(&brief, &plan, &result, &error), TON_OK);
    gain[i] = (result.tone_db[3] + result.tone_db[5] + result.tone_db[7]) / 3.0;
    ton_plan_free(&plan);
  }
  EXPECT_AT_LEAST("bass lifted", gain[0], 0.5, "dB");
  EXPECT_AT_LEAST("more amount, more lift", gain[1], gain[0] + 0.2, "dB");
  EXPECT_AT_MOST("bounded", gain[1], 3.25, "dB");
}

static void
test_a_dense_mix_is_not_compressed(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.plr_lu = 9.0;
  mix.facts.range_lu = 8.0;
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonError error;
  assert_int_equal(ton_assist_master(&brief, &plan, &result, &error), TON_OK);
  const TonDecision* const glue = decision(&plan, TON_RULE_GLUE_DENSE);
  assert_string_equal(glue->value, "");
  assert_string_equal(glue->evidence[0].metric, "peak to loudness");
  EXPECT_NEAR("peak to loudness", glue->evidence[0].value, 9.0, 0.0, "LU");
  ton_plan_free(&plan);
}

enum { TENTHS = 1800 };

/// A mix whose loudness swings by so many dB, so fast
static TonSound
swinging(double swing_db, double radians_per_tenth)
{
  static float power[TENTHS];
  static uint8_t on[TENTHS];
  TonSound mix = healthy();
  for (uint32_t i = 0; i < TENTHS; ++i) {
    const double db = -20.0 + swing_db * sin(radians_per_tenth * i);
    power[i] = (float)pow(10.0, (db + 0.691) / 10.0);
    on[i] = 1;
  }
  mix.features.tenth_power = power;
  mix.features.tenth_on = on;
  mix.features.n_tenths = TENTHS;
  mix.facts.range_lu = 7.0;
  mix.facts.whole.true_peak_dbtp = -1.0;
  return mix;
}

static void
test_a_loose_mix_is_glued(void** state)
{
  (void)state;
  const TonSound mix = swinging(6.0, 0.41887902);
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  const TonInsert* const glue = find_insert(m, "compressor");
  assert_non_null(glue);
  EXPECT_NEAR("ratio", (double)value_of(glue, "ratio"), 2.0, 1e-6, ":1");
  EXPECT_AT_MOST("range", (double)value_of(glue, "range"), 3.0, "dB");
  const TonDecision* const d = decision(&plan, TON_RULE_GLUE_HELPS);
  assert_string_equal(d->evidence[2].metric, "average reduction");
  assert_int_equal(result.glue, glue - m->chain);
  EXPECT_AT_MOST("mean reduction", d->evidence[2].value, 2.0, "dB");
  ton_master_free(m);
  ton_plan_free(&plan);
}

/// Verses softer than choruses are the song, not a fault
static void
test_soft_and_loud_parts_are_not_glued(void** state)
{
  (void)state;
  const TonSound mix = swinging(6.0, 0.01);
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  assert_null(find_insert(m, "compressor"));
  const TonDecision* const d = decision(&plan, TON_RULE_GLUE_EVEN);
  assert_string_equal(d->evidence[0].metric, "range of the loud parts");
  EXPECT_AT_MOST("range", d->evidence[0].value, d->evidence[0].high, "LU");
  ton_master_free(m);
  ton_plan_free(&plan);
}

/// Mean absolute gain of the tone that is proposed for a mix whose bass and treble
/// lack so many dB
static double
tone_for(double lacking_db)
{
  TonSound mix = swinging(6.0, 0.41887902);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= b < 9 || b > 22 ? lacking_db : 0.0;
  }
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  double sum = 0.0;
  assert_int_equal(ton_assist_master(&brief, &plan, &result, NULL), TON_OK);
  for (uint32_t b = 5; b <= 28; ++b) {
    sum += fabs(result.tone_db[b]) / 24.0;
  }
  ton_plan_free(&plan);
  return sum;
}

/// A voice alone is no pop song with its bass missing: of another kind of music
/// only a part of the broad difference is corrected, at most 2 dB, and there is no
/// step on the way there
static void
test_other_music_keeps_most_of_its_tone(void** state)
{
  (void)state;
  TonSound mix = swinging(6.0, 0.41887902);
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= b < 9 || b > 22 ? 14.0 : 0.0;
  }
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  const TonDecision* const d = decision(&plan, TON_RULE_TONE_BROAD);
  EXPECT_AT_LEAST("mean distance", d->evidence[3].value, 8.0, "dB");
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    EXPECT_AT_MOST("gain", fabs(result.tone_db[b]), 2.25, "dB");
  }
  assert_null(find_insert(m, "compressor"));
  decision(&plan, TON_RULE_GLUE_OTHER_MUSIC);
  ton_master_free(m);
  ton_plan_free(&plan);
  for (double db = 4.0; db < 14.0; db += 0.5) {
    EXPECT_AT_MOST("step", fabs(tone_for(db + 0.5) - tone_for(db)), 0.45, "dB");
    EXPECT_AT_LEAST("some of it", tone_for(db + 4.0), 0.1, "dB");
  }
}

/// A finished record is only brought to the loudness, unless a person asks for
/// more
static void
test_a_finished_record_is_left_alone(void** state)
{
  (void)state;
  TonSound mix = healthy();
  for (uint32_t b = 23; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= 8.0;
  }
  mix.facts.whole.true_peak_dbtp = -1.0;
  mix.facts.whole.integrated_lufs = -10.0;
  mix.facts.whole.plr_lu = 9.0;
  mix.facts.whole.band_side_db[0] = -3.0;
  TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* m = propose(&brief, "song: X\n", &plan, &result);
  assert_int_equal(m->n_chain, 1);
  assert_string_equal(m->chain[0].type->id, "limiter");
  decision(&plan, TON_RULE_GOAL_FINISHED);
  ton_master_free(m);
  ton_plan_free(&plan);
  brief.amount = 50.0;
  m = propose(&brief, "song: X\n", &plan, &result);
  assert_non_null(find_insert(m, "equaliser"));
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_dc_and_low_level_are_repaired_first(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.integrated_lufs = -50.0;
  mix.facts.whole.dc[1] = -0.01;
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  assert_int_equal(m->n_chain, 3);
  assert_string_equal(m->chain[0].type->id, "equaliser");
  assert_string_equal(m->chain[1].type->id, "gain");
  EXPECT_DB("raised", (double)value_of(&m->chain[1], "gain"), 27.0, 1e-6);
  EXPECT_DB("first drive", result.gain_db, 9.0, 1e-6);
  assert_int_equal(result.limiter, 2);
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_references_give_the_loudness(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  TonSound references[] = {healthy(), healthy()};
  references[0].facts.whole.integrated_lufs = -9.0;
  references[1].facts.whole.integrated_lufs = -10.0;
  TonMasterBrief brief = brief_of(&mix);
  brief.references = references;
  brief.n_references = 2;
  brief.loudness_open = true;
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* m = propose(&brief, "song: X\n", &plan, &result);
  EXPECT_NEAR("goal", (double)m->loudness_lufs, -9.5, 1e-6, "LUFS");
  EXPECT_DB("first drive", result.gain_db, 10.5, 1e-6);
  ton_master_free(m);
  ton_plan_free(&plan);
  // softer ones do not lower it, and that is told
  references[0].facts.whole.integrated_lufs = -20.0;
  references[1].facts.whole.integrated_lufs = -22.0;
  m = propose(&brief, "song: X\n", &plan, &result);
  EXPECT_NEAR("goal", (double)m->loudness_lufs, -14.0, 1e-6, "LUFS");
  const TonDecision* const d = find_rule(&plan, "goal.softer-reference");
  assert_non_null(d);
  assert_non_null(strstr(d->reason, "softer, -21 LUFS"));
  ton_master_free(m);
  ton_plan_free(&plan);
  references[0].facts.whole.integrated_lufs = -9.0;
  references[1].facts.whole.integrated_lufs = -10.0;
  // unlike ones do not count
  for (uint32_t b = 0; b < 12; ++b) {
    references[0].facts.active_db[b] -= 30.0;
    references[1].facts.active_db[b] -= 30.0;
  }
  m = propose(&brief, "song: X\n", &plan, &result);
  EXPECT_NEAR("goal", (double)m->loudness_lufs, -14.0, 1e-6, "LUFS");
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_a_written_loudness_is_kept_beside_references(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  TonSound reference = healthy();
  reference.facts.whole.integrated_lufs = -9.0;
  TonMasterBrief brief = brief_of(&mix);
  brief.references = &reference;
  brief.n_references = 1;
  brief.loudness_theirs = true;
  TonPlan plan = {0};
  TonMasterPlan result;
  ton_master_free(
      propose(&brief, "song: X\nloudness: -14 LUFS\n", &plan, &result));
  const TonDecision* const d = find_rule(&plan, "goal.written");
  assert_non_null(d);
  assert_non_null(strstr(d->reason, "-14 LUFS"));
  assert_non_null(strstr(d->reason, "-9 LUFS"));
  ton_plan_free(&plan);
}

/// As ordinary values in front of the limiter, each with its reason
static void
test_a_style_is_values(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  TonMasterBrief brief = brief_of(&mix);
  const TonIntensity strong = {.share = 150.0};
  brief.style = (TonStyle){.name = "warm",
                           .bass_db = 1.0,
                           .treble_db = -0.8,
                           .attack_db = 1.0,
                           .colour_db = 2.0,
                           .width = 110.0};
  ton_style_scale(&brief.style, &strong);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* m = propose(&brief, "song: X\n", &plan, &result);
  const TonInsert* const tape = find_insert(m, "tape");
  const TonInsert* const transient = find_insert(m, "transient");
  const TonInsert* const equaliser = find_insert(m, "equaliser");
  const TonInsert* const width = find_insert(m, "width");
  assert_true(tape && transient && equaliser && width);
  EXPECT_DB("drive", (double)value_of(tape, "drive"), 3.0, 1e-6);
  EXPECT_DB("attack", (double)value_of(transient, "attack"), 1.5, 1e-6);
  EXPECT_DB("bass", (double)value_of(equaliser, "1-gain"), 1.5, 1e-6);
  EXPECT_DB("treble", (double)value_of(equaliser, "2-gain"), -1.2, 1e-6);
  EXPECT_NEAR("width", (double)value_of(width, "width"), 115.0, 1e-6, "%");
  assert_int_equal(result.limiter, m->n_chain - 1);
  assert_non_null(find_rule(&plan, "style.tone"));
  assert_non_null(strstr(find_rule(&plan, "style.attack")->reason, "harder"));
  ton_master_free(m);
  ton_plan_free(&plan);
  // what adds nothing writes nothing
  brief.style = (TonStyle){.name = "balanced", .width = 100.0};
  m = propose(&brief, "song: X\n", &plan, &result);
  assert_null(find_insert(m, "tape"));
  assert_null(find_rule(&plan, "style.tone"));
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_loose_bass_goes_to_the_middle(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.band_side_db[0] = -4.0;
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* m = propose(&brief, "song: X\n", &plan, &result);
  const TonInsert* const width = find_insert(m, "width");
  assert_non_null(width);
  EXPECT_NEAR("mono below", (double)value_of(width, "mono-below"), 100.0, 1e-6,
              "Hz");
  EXPECT_NEAR("width", (double)value_of(width, "width"), 100.0, 1e-6, "%");
  ton_master_free(m);
  ton_plan_free(&plan);
  // A mono file is never made wide
  mix.facts.layout = TON_LAYOUT_DUAL_MONO;
  mix.facts.whole.band_side_db[2] = mix.facts.whole.band_side_db[3] = -80.0;
  m = propose(&brief, "song: X\n", &plan, &result);
  assert_null(find_insert(m, "width"));
  ton_master_free(m);
  ton_plan_free(&plan);
}

/// A target that keeps leaves tone, dynamics and width alone, and says so
static void
test_keep_keeps(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.band_side_db[0] = -4.0;
  mix.facts.active_db[26] -= 20.0;
  TonMasterBrief brief = brief_of(&mix);
  assert_int_equal(ton_target("keep", &brief.target, NULL), TON_OK);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(&brief, "song: X\n", &plan, &result);
  assert_int_equal(m->n_chain, 1);
  assert_non_null(find_insert(m, "limiter"));
  bool said = false;
  for (uint32_t i = 0; i < plan.decisions.count; ++i) {
    said |= strcmp(plan.decisions.items[i].rule, "goal.keep") == 0;
  }
  assert_true(said);
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_locked_chain_is_kept(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.active_db[26] -= 20.0;
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m =
      propose(&brief,
              "loudness: -12 LUFS\nchain:\n  - gain: {gain: 1 dB}\n"
              "  - limiter: {gain: 4 dB}\nlock: [chain, loudness]\n",
              &plan, &result);
  assert_int_equal(m->n_chain, 2);
  EXPECT_DB("limiter", (double)value_of(&m->chain[1], "gain"), 4.0, 1e-6);
  EXPECT_NEAR("goal", (double)m->loudness_lufs, -12.0, 1e-6, "LUFS");
  assert_true(result.gain_locked);
  assert_int_equal(result.limiter, 1);
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    assert_null(strstr(plan.edits[i].path, "chain"));
  }
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_locked_loudness_is_the_goal(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m =
      propose(&brief, "loudness: -12 LUFS\nlock: [loudness]\n", &plan, &result);
  EXPECT_DB("first drive", result.gain_db, 8.0, 1e-6);
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_an_unlocked_chain_is_replaced(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  TonMasterPlan result;
  TonMaster* const m = propose(
      &brief, "chain:\n  - gain: {gain: 1 dB}\n  - limiter: {gain: 4 dB}\n",
      &plan, &result);
  assert_int_equal(m->n_chain, 1);
  assert_string_equal(m->chain[0].type->id, "limiter");
  ton_master_free(m);
  ton_plan_free(&plan);
}

static void
test_the_limiter_gain_found_is_written(void** state)
{
  (void)state;
  const TonSound mix = healthy();
  const TonMasterBrief brief = brief_of(&mix);
  TonPlan plan = {0};
  const TonMasterPlan result = {.limiter = 2, .search = true};
  TonGainSearch search;
  TonError error;
  ton_gain_search_start(&search, -14.0, 6.0);
  ton_gain_search_tell(&search, 6.0, -14.01, NAN);
  assert_int_equal(ton_assist_master_gain(&brief, &result, &search, -1.0, 2.5,
                                          &plan, &error),
                   TON_OK);
  assert_int_equal(plan.n_edits, 1);
  assert_string_equal(plan.edits[0].path, "chain/2/limiter/gain");
  assert_string_equal(plan.edits[0].value, "+6.00 dB");
  const TonDecision* const d = decision(&plan, TON_RULE_LOUDNESS_MET);
  assert_string_equal(d->evidence[0].metric, "loudness");
  EXPECT_NEAR("loudness", d->evidence[0].value, -14.01, 1e-9, "LUFS");
  assert_string_equal(plan.edits[0].comment, d->reason);
  ton_plan_free(&plan);
}

static void
test_readiness_of_a_healthy_mix(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.has_pauses = true;
  mix.facts.noise_db = -70.0;
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  assert_true(n >= 15);
  for (uint32_t i = 0; i < n; ++i) {
    if (rows[i].light != TON_LIGHT_GREEN) {
      print_error("%s: %s\n", rows[i].item, rows[i].text);
    }
    assert_int_equal(rows[i].light, TON_LIGHT_GREEN);
    assert_string_equal(rows[i].fix, "");
  }
}

static void
test_readiness_sees_faults(void** state)
{
  (void)state;
  TonSound mix = healthy();
  TonMeasurement* const m = &mix.facts.whole;
  m->true_peak_dbtp = 0.4;
  m->true_peak_at_s = 12.5;
  m->plr_lu = 7.0;
  m->dc[1] = -0.01;
  m->correlation_p5 = -0.5;
  m->mono_loss_lu = -5.0;
  m->band_side_db[0] = -3.0;
  m->balance_db = -2.0;
  m->n_clips = 16;
  m->clipped_samples = 100000;
  m->bad_samples = 1;
  m->loudness_range_lu = 22.0;
  mix.facts.noise_db = -30.0;
  mix.facts.has_pauses = true;
  mix.facts.pause_range_db = 1.0;
  mix.facts.hum.hz = 50.0;
  mix.facts.hum.level_db = -50.0;
  mix.facts.end_level_db = -10.0;
  mix.facts.head_s = 5.0;
  mix.facts.active_db[0] += 25.0;
  mix.facts.active_db[1] += 25.0;
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  static const char* const red[] = {
      "clipping", "headroom",  "limited",    "dc",       "bad-samples",
      "phase",    "mono-loss", "bass-width", "balance",  "hum",
      "noise",    "end",       "start",      "dynamics", "rumble"};
  for (uint32_t i = 0; i < TON_COUNT(red); ++i) {
    const TonFinding* const f = finding(rows, n, red[i]);
    if (f->light != TON_LIGHT_RED) {
      print_error("%s: %s\n", f->item, f->text);
    }
    assert_int_equal(f->light, TON_LIGHT_RED);
    assert_true(*f->fix);
  }
  EXPECT_NEAR("place of the peak", finding(rows, n, "headroom")->at_s, 12.5,
              0.0, "s");
}

/// One moment is no fault of a mix; soft music in the pauses and the tone of other
/// music tell nothing of it
static void
test_readiness_follows_what_lasts(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.correlation_min = -0.9;
  mix.facts.has_pauses = true;
  mix.facts.noise_db = -22.0;
  mix.facts.pause_range_db = 9.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    mix.facts.active_db[b] -= 2.5 * (b / 3.0); // darker by 2.5 dB an octave
  }
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  static const char* const grey[] = {"noise", "tilt"};
  assert_int_equal(finding(rows, n, "phase")->light, TON_LIGHT_GREEN);
  for (uint32_t i = 0; i < TON_COUNT(grey); ++i) {
    const TonFinding* const f = finding(rows, n, grey[i]);
    assert_int_equal(f->light, TON_LIGHT_GREY);
    assert_memory_equal(f->text, "not measured: ", 14);
    assert_string_equal(f->fix, "");
  }
}

/// What has no two sides, no loudness or no length is not green there
static void
test_readiness_says_what_it_cannot_measure(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.whole.channels = 1;
  mix.facts.whole.loudness_range_lu = NAN;
  mix.facts.whole.plr_lu = NAN;
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  static const char* const grey[] = {"phase",   "mono-loss", "bass-width",
                                     "balance", "dynamics",  "limited"};
  for (uint32_t i = 0; i < TON_COUNT(grey); ++i) {
    assert_int_equal(finding(rows, n, grey[i])->light, TON_LIGHT_GREY);
  }
  assert_string_equal(ton_light_name(TON_LIGHT_GREY), "grey");
}

/// Three seconds of two tones are no song: range and tone of songs say nothing
static void
test_readiness_does_not_hold_seconds_against_songs(void** state)
{
  (void)state;
  TonSound mix = healthy();
  mix.facts.active_s = 3.0;
  mix.facts.whole.frames = 48000ULL * 3;
  mix.facts.whole.loudness_range_lu = 0.5;
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  static const char* const grey[] = {"dynamics", "mud", "harsh", "sibilance",
                                     "tilt"};
  for (uint32_t i = 0; i < TON_COUNT(grey); ++i) {
    const TonFinding* const row = finding(rows, n, grey[i]);
    assert_int_equal(row->light, TON_LIGHT_GREY);
    assert_non_null(strstr(row->text, "less than 20 s"));
  }
  assert_int_equal(finding(rows, n, "headroom")->light, TON_LIGHT_GREEN);
}

/// The tone is told in decibels, softer ones with their sign
static void
test_readiness_tells_tone_in_decibels(void** state)
{
  (void)state;
  TonSound mix = healthy();
  for (uint32_t b = 10; b <= 13; ++b) { // 200 to 400 Hz
    mix.facts.active_db[b] -= 3.0;
  }
  for (uint32_t b = 21; b <= 24; ++b) { // 2.5 to 5 kHz
    mix.facts.active_db[b] += 2.0 * tone.spread_db[b] + 0.5;
  }
  TonFinding rows[32];
  const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
  assert_int_equal(finding(rows, n, "harsh")->light, TON_LIGHT_RED);
  assert_int_equal(finding(rows, n, "mud")->light, TON_LIGHT_GREEN);
  assert_non_null(
      strstr(finding(rows, n, "mud")->text, ": 3 dB less than usual"));
  for (uint32_t i = 0; i < n; ++i) {
    assert_null(strstr(rows[i].text, "SD"));
  }
}

/// A thin song is judged, but not what has no bass at all: it plays alone
static void
test_readiness_knows_what_plays_alone(void** state)
{
  (void)state;
  static const struct {
    double softer_db; ///< Below 150 Hz
    bool alone;
  } cases[] = {{6.0, false}, {13.0, true}, {100.0, true}};
  static const char* const items[] = {"mud", "harsh", "sibilance"};
  for (uint32_t k = 0; k < TON_COUNT(cases); ++k) {
    TonSound mix = healthy();
    for (uint32_t b = 0; ton_third_hz(b) < 150.0; ++b) {
      mix.facts.active_db[b] -= cases[k].softer_db;
    }
    TonFinding rows[32];
    const uint32_t n = ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
    for (uint32_t i = 0; i < TON_COUNT(items); ++i) {
      const TonFinding* const f = finding(rows, n, items[i]);
      assert_int_equal(f->light == TON_LIGHT_GREY, cases[k].alone);
      assert_int_equal(strstr(f->text, "lone voice") != NULL, cases[k].alone);
    }
  }
}

/// A band 12 dB above its neighbours is all that sounds: no fault of a mix
static void
test_readiness_leaves_a_lone_band_alone(void** state)
{
  (void)state;
  static const struct {
    const char* item;
    uint32_t first; ///< Third octaves of the band
    uint32_t last;
  } bands[] = {{"mud", 10, 13}, {"harsh", 21, 24}, {"sibilance", 24, 27}};
  TonFinding rows[32];
  for (uint32_t i = 0; i < TON_COUNT(bands); ++i) {
    for (int over = 0; over < 2; ++over) {
      TonSound mix = healthy();
      for (uint32_t b = bands[i].first; b <= bands[i].last; ++b) {
        mix.facts.active_db[b] += over ? 12.1 : 11.9;
      }
      const uint32_t n =
          ton_readiness(&mix.facts, &tone, NULL, limits, rows, 32);
      const TonFinding* const f = finding(rows, n, bands[i].item);
      assert_int_equal(f->light, over ? TON_LIGHT_GREY : TON_LIGHT_RED);
      assert_true(over == (strstr(f->text, "hardly anything sounds") != NULL));
    }
  }
}

static int
open_all(void** state)
{
  (void)state;
  TonError error = {0};
  return ton_tone("modern", &tone, &error) != TON_OK ||
         ton_limits_read(&limits, &error) != TON_OK ||
         ton_target("streaming", &target, &error) != TON_OK;
}

static int
close_all(void** state)
{
  (void)state;
  ton_limits_free(limits);
  return 0;
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_healthy_mix_is_only_limited),
      cmocka_unit_test(test_a_dull_mix_is_lifted_within_bounds),
      cmocka_unit_test(test_a_genre_bounds_the_tone),
      cmocka_unit_test(test_a_genre_has_its_range),
      cmocka_unit_test(test_tone_is_bounded_for_any_spectrum),
      cmocka_unit_test(test_noise_is_not_raised),
      cmocka_unit_test(test_references_are_followed_in_part),
      cmocka_unit_test(test_a_dense_mix_is_not_compressed),
      cmocka_unit_test(test_a_loose_mix_is_glued),
      cmocka_unit_test(test_soft_and_loud_parts_are_not_glued),
      cmocka_unit_test(test_other_music_keeps_most_of_its_tone),
      cmocka_unit_test(test_a_finished_record_is_left_alone),
      cmocka_unit_test(test_dc_and_low_level_are_repaired_first),
      cmocka_unit_test(test_references_give_the_loudness),
      cmocka_unit_test(test_a_style_is_values),
      cmocka_unit_test(test_a_written_loudness_is_kept_beside_references),
      cmocka_unit_test(test_loose_bass_goes_to_the_middle),
      cmocka_unit_test(test_keep_keeps),
      cmocka_unit_test(test_locked_chain_is_kept),
      cmocka_unit_test(test_locked_loudness_is_the_goal),
      cmocka_unit_test(test_an_unlocked_chain_is_replaced),
      cmocka_unit_test(test_the_limiter_gain_found_is_written),
      cmocka_unit_test(test_readiness_of_a_healthy_mix),
      cmocka_unit_test(test_readiness_sees_faults),
      cmocka_unit_test(test_readiness_follows_what_lasts),
      cmocka_unit_test(test_readiness_says_what_it_cannot_measure),
      cmocka_unit_test(test_readiness_does_not_hold_seconds_against_songs),
      cmocka_unit_test(test_readiness_tells_tone_in_decibels),
      cmocka_unit_test(test_readiness_knows_what_plays_alone),
      cmocka_unit_test(test_readiness_leaves_a_lone_band_alone),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
