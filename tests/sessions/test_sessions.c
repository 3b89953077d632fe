// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the mix assistant hears in made sessions, against what is true of
/// them: FIRST COUNT, seeds.

#include "assistants/decision_builder.h"
#include "assistants/mix.h"
#include "expect.h"
#include "session.h"

#include <string.h>

/// How often something was right
typedef struct {
  uint32_t right;
  uint32_t of;
} Score;

/// Over all sessions
static struct {
  Score roles;
  Score polarities; ///< Planted ones
  Score delays;
  Score hums;
  uint32_t wrong_polarities; ///< Changed where nothing was planted
  uint32_t wrong_hums;
} heard;

static void
count(Score* score, bool right)
{
  score->right += right;
  ++score->of;
}

static double
share(const Score* score)
{
  return score->of ? 100.0 * score->right / score->of : 100.0;
}

/// The decision about a key of a track with one of two rules, or null
static const TonDecision*
decision(const TonPlan* plan, const char* track, const char* key,
         TonRuleId rule, TonRuleId other)
{
  char path[128];
  snprintf(path, sizeof(path), "tracks/%s/%s", track, key);
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    const TonDecision* const d = &plan->decisions.items[i];
    const bool rules = ton_decision_is(d, rule) || ton_decision_is(d, other);
    if (rules && strncmp(d->path, path, strlen(path)) == 0 && *d->value) {
      return d;
    }
  }
  return NULL;
}

static void
judge_stem(const TonPlan* plan, const SessionStem* stem)
{
  char role[128];
  snprintf(role, sizeof(role), "tracks/%s/role", stem->name);
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    const TonDecision* const d = &plan->decisions.items[i];
    if (strcmp(d->path, role) == 0) {
      count(&heard.roles, strcmp(d->value, stem->role) == 0);
    }
  }
  const bool flipped = decision(plan, stem->name, "polarity",
                                TON_RULE_POLARITY_SUM, TON_RULE_DELAY_POLARITY);
  const bool hums = decision(plan, stem->name, "chain", TON_RULE_DEFECT_HUM,
                             TON_RULE_HIGHPASS_HUM);
  if (stem->inverted) {
    count(&heard.polarities, flipped);
  }
  heard.wrong_polarities += flipped && !stem->inverted;
  if (stem->hum_hz > 0.0) {
    count(&heard.hums, hums);
  }
  heard.wrong_hums += hums && !(stem->hum_hz > 0.0);
  if (stem->late_ms > 0.0) {
    const TonDecision* const d = decision(
        plan, "Bass DI", "delay", TON_RULE_DELAY_ALIGN, TON_RULE_DELAY_ALIGN);
    count(&heard.delays, d && fabs(atof(d->value) - stem->late_ms) < 0.1);
  }
}

static void
analyse(const Session* s, uint32_t stem, TonSound* sound)
{
  enum { PART = 4096 };
  TonAnalysis* const a = ton_analysis_new(SESSION_RATE, 1, TON_MEASURE_LEVELS);
  assert_non_null(a);
  for (uint64_t at = 0; at < s->n; at += PART) {
    const float* const x = s->stems[stem].x + at;
    ton_analysis_add(a, &x, s->n - at < PART ? (uint32_t)(s->n - at) : PART);
  }
  assert_int_equal(ton_analysis_finish(a, sound), TON_OK);
  ton_analysis_free(a);
}

static void
hear_session(const TonRoles* roles, uint64_t seed)
{
  Session* const s = session_make(seed);
  TonSound sounds[SESSION_MAX_STEMS];
  TonMixStem stems[SESSION_MAX_STEMS] = {0};
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    analyse(s, i, &sounds[i]);
    stems[i] = (TonMixStem){.strip = s->stems[i].name,
                            .file = s->stems[i].name,
                            .sound = &sounds[i]};
  }
  const TonMixBrief brief = {
      .stems = stems, .n_stems = s->n_stems, .roles = roles};
  TonPlan plan = {0};
  TonError error = {0};
  assert_int_equal(ton_assist_mix(&brief, &plan, &error), TON_OK);
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    judge_stem(&plan, &s->stems[i]);
    ton_sound_free(&sounds[i]);
  }
  ton_plan_free(&plan);
  session_free(s);
}

static void
test_roles(void** state)
{
  (void)state;
  EXPECT_AT_LEAST("roles by their names", share(&heard.roles), 97.0, "%");
}

static void
test_polarity(void** state)
{
  (void)state;
  EXPECT_AT_LEAST("flipped polarities found", share(&heard.polarities), 98.0,
                  "%");
  assert_int_equal(heard.wrong_polarities, 0);
}

static void
test_delays(void** state)
{
  (void)state;
  EXPECT_AT_LEAST("delays found", share(&heard.delays), 98.0, "%");
}

static void
test_hum(void** state)
{
  (void)state;
  EXPECT_AT_LEAST("hum found", share(&heard.hums), 95.0, "%");
  assert_int_equal(heard.wrong_hums, 0);
}

int
main(int argc, char** argv)
{
  TonRoles* roles = NULL;
  TonError error = {0};
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  const uint64_t asked = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  const uint64_t n = getenv("TON_TEST_SHORT") ? 2 : asked;
  if (ton_roles_read(NULL, &roles, &error)) {
    return ton_cannot_run(error.text);
  }
  for (uint64_t seed = first; seed < first + n; ++seed) {
    hear_session(roles, seed);
  }
  ton_roles_free(roles);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_roles),
      cmocka_unit_test(test_polarity),
      cmocka_unit_test(test_delays),
      cmocka_unit_test(test_hum),
  };
  return TON_TESTS(tests);
}
