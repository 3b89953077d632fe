// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the mix assistant hears in made sessions, against what is true of
/// them: FIRST COUNT, seeds.

#include "analysis/rhythm.h"
#include "assistants/decision_builder.h"
#include "assistants/mix.h"
#include "assistants/user_edits.h"
#include "base/string.h"
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
  Score tempos;
  Score meters;
  Score first_bars;
  Score boundaries;
  Score letters;         ///< Of pairs of bars: alike or not
  uint32_t extras;       ///< Boundaries where there is none
  Score written;         ///< Tempos that the text gets
  uint32_t wrong_tempos; ///< Of these
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
judge_tempo_written(const Session* s, const TonPlan* plan)
{
  const TonDecision* found = NULL;
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    const TonDecision* const d = &plan->decisions.items[i];
    found = strcmp(d->path, "tempo") == 0 && *d->value ? d : found;
  }
  count(&heard.written, found);
  heard.wrong_tempos +=
      found && fabs(atof(found->value) / s->tempo_bpm - 1.0) > 0.001;
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

// Tempo and sections -------------------------------------------------------------

static TonTells
tells(const char* role)
{
  return strcmp(role, "drums") == 0   ? TON_TELLS_KIT
         : strcmp(role, "kick") == 0  ? TON_TELLS_KICK
         : strcmp(role, "snare") == 0 ? TON_TELLS_SNARE
         : strcmp(role, "hat") == 0 || strcmp(role, "overhead") == 0
             ? TON_TELLS_BEATS
             : TON_TELLS_CHORDS;
}

/// Letter of the section in which a bar lies
static char
true_letter(const Session* s, uint32_t bar)
{
  char letter = 0;
  for (uint32_t i = 0; i < s->n_sections; ++i) {
    letter = s->sections[i].first_bar <= bar ? s->sections[i].letter : letter;
  }
  return letter;
}

static uint32_t
found_letter(const TonSongSection* sections, uint32_t n, uint32_t bar)
{
  uint32_t letter = 0;
  for (uint32_t i = 0; i < n; ++i) {
    letter = sections[i].first_bar <= bar ? sections[i].letter : letter;
  }
  return letter;
}

static void
judge_letters(const Session* s, const TonSongSection* found, uint32_t n)
{
  for (uint32_t a = 1; a < s->n_bars; a += 4) {
    for (uint32_t b = a + 4; b < s->n_bars; b += 4) {
      const bool alike = found_letter(found, n, a) == found_letter(found, n, b);
      count(&heard.letters, alike == (true_letter(s, a) == true_letter(s, b)));
    }
  }
}

static void
judge_boundaries(const Session* s, const TonSongSection* found, uint32_t n)
{
  uint32_t met = 0;
  for (uint32_t i = 1; i < s->n_sections; ++i) {
    bool near = false;
    for (uint32_t k = 1; k < n; ++k) {
      near = near || labs((long)found[k].first_bar -
                          (long)s->sections[i].first_bar) <= 1;
    }
    count(&heard.boundaries, near);
    met += near;
  }
  heard.extras += n - 1 > met ? n - 1 - met : 0;
  judge_letters(s, found, n);
}

static void
find_rhythm(const Session* s, const TonSound* sounds, TonRhythmStem* stems,
            TonRhythm* r)
{
  const TonRhythmKnown known = {.first_bar_s = NAN};
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    stems[i] = (TonRhythmStem){&sounds[i].features, tells(s->stems[i].role)};
  }
  assert_int_equal(ton_find_rhythm(stems, s->n_stems, &known, r), TON_OK);
}

static void
judge_time(const Session* s, const TonSound* sounds)
{
  TonRhythmStem stems[SESSION_MAX_STEMS];
  TonSongSection sections[TON_MAX_SONG_SECTIONS];
  TonRhythm r;
  uint32_t n = 0;
  find_rhythm(s, sounds, stems, &r);
  count(&heard.tempos, fabs(r.tempo_bpm / s->tempo_bpm - 1.0) < 0.01);
  count(&heard.meters, r.beats_per_bar == s->beats_per_bar);
  count(&heard.first_bars, fabs(r.first_bar_s - s->first_bar_s) < 0.07);
  assert_int_equal(ton_find_sections(stems, s->n_stems, &r, sections, &n),
                   TON_OK);
  judge_boundaries(s, sections, n);
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
  judge_time(s, sounds);
  TonPlan plan = {0};
  TonError error = {0};
  assert_int_equal(ton_assist_mix(&brief, &plan, &error), TON_OK);
  judge_tempo_written(s, &plan);
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

static void
test_tempo(void** state)
{
  (void)state;
  EXPECT_AT_LEAST("tempo within 1 %", share(&heard.tempos), 95.0, "%");
  EXPECT_AT_LEAST("tempos written", share(&heard.written), 80.0, "%");
  EXPECT_AT_MOST("wrong tempos written",
                 100.0 * heard.wrong_tempos / heard.written.of, 2.0, "%");
  EXPECT_AT_LEAST("beats in a bar", share(&heard.meters), 95.0, "%");
  EXPECT_AT_LEAST("first bar within 70 ms", share(&heard.first_bars), 90.0,
                  "%");
}

/// Every second stem softer, and a second of silence in front
static void
change(Session* s)
{
  for (uint32_t i = 0; i < s->n_stems; ++i) {
    float* const x = s->stems[i].x;
    memmove(x + SESSION_RATE, x, (s->n - SESSION_RATE) * sizeof(float));
    memset(x, 0, SESSION_RATE * sizeof(float));
    for (uint64_t k = 0; i % 2 && k < s->n; ++k) {
      x[k] *= 0.1F;
    }
  }
}

static void
test_changed(void** state)
{
  (void)state;
  Session* const s = session_make(3);
  TonRhythm found[2];
  for (int run = 0; run < 2; ++run) {
    TonSound sounds[SESSION_MAX_STEMS];
    TonRhythmStem stems[SESSION_MAX_STEMS];
    for (uint32_t i = 0; i < s->n_stems; ++i) {
      analyse(s, i, &sounds[i]);
    }
    find_rhythm(s, sounds, stems, &found[run]);
    for (uint32_t i = 0; i < s->n_stems; ++i) {
      ton_sound_free(&sounds[i]);
    }
    change(s);
  }
  session_free(s);
  EXPECT_NEAR("tempo", found[1].tempo_bpm, found[0].tempo_bpm, 0.02, "bpm");
  EXPECT_NEAR("later", found[1].first_bar_s - found[0].first_bar_s, 1.0, 0.01,
              "s");
}

/// The kit as one stem, as people export it, and nothing else
static void
mix_kit(Session* s)
{
  float* const kit = s->stems[0].x;
  assert_int_equal(tells(s->stems[0].role), TON_TELLS_KICK);
  s->stems[0].role = "drums";
  for (uint32_t i = 1; i < s->n_stems; ++i) {
    float* const x = s->stems[i].x;
    const bool of_kit = tells(s->stems[i].role) != TON_TELLS_CHORDS;
    for (uint64_t k = 0; of_kit && k < s->n; ++k) {
      kit[k] += s->stems[i].inverted ? -x[k] : x[k];
    }
    free(x);
  }
  s->n_stems = 1;
}

/// Kick and snare are heard in the whole kit: without them every third of these
/// tempos was counted wrong.  Which half of the bar comes first no kit tells
static void
test_kit_in_one_stem(void** state)
{
  (void)state;
  enum { FIRST = 40, SEEDS = 6 };
  Score tempos = {0};
  for (uint64_t seed = FIRST; seed < FIRST + SEEDS; ++seed) {
    Session* const s = session_make(seed);
    TonSound sound;
    TonRhythmStem stem;
    TonRhythm r;
    mix_kit(s);
    analyse(s, 0, &sound);
    find_rhythm(s, &sound, &stem, &r);
    count(&tempos, fabs(r.tempo_bpm / s->tempo_bpm - 1.0) < 0.01);
    ton_sound_free(&sound);
    session_free(s);
  }
  EXPECT_AT_LEAST("kit in one stem, tempo", share(&tempos), 80.0, "%");
}

/// A short sound in a long file has no tempo
static void
test_short(void** state)
{
  (void)state;
  enum { N = 12 * SESSION_RATE };
  static float x[N];
  Session s = {.n = N, .n_stems = 1};
  s.stems[0] = (SessionStem){.role = "kick", .x = x};
  for (int i = 0; i < SESSION_RATE / 5; ++i) {
    x[i] = 0.5F * sinf(0.05F * (float)i);
  }
  TonSound sound;
  TonRhythmStem stem;
  TonRhythm r;
  analyse(&s, 0, &sound);
  find_rhythm(&s, &sound, &stem, &r);
  assert_true(r.tempo_bpm == 0.0);
  ton_sound_free(&sound);
}

/// Tempo of a minute of hits
static TonRhythm
rhythm_of_hits(double (*beat_s)(int beat))
{
  enum { N = 64 * SESSION_RATE };
  static float x[N];
  memset(x, 0, sizeof(x));
  for (int b = 0; beat_s(b) < 63.0; ++b) {
    const int at = (int)(beat_s(b) * SESSION_RATE);
    for (int i = 0; i < SESSION_RATE / 20; ++i) {
      x[at + i] = 0.5F * sinf(0.05F * (float)i) * expf(-0.004F * (float)i);
    }
  }
  Session s = {.n = N, .n_stems = 1};
  s.stems[0] = (SessionStem){.role = "kick", .x = x};
  TonSound sound;
  TonRhythmStem stem;
  TonRhythm r;
  analyse(&s, 0, &sound);
  find_rhythm(&s, &sound, &stem, &r);
  ton_sound_free(&sound);
  return r;
}

/// 120 bpm, with 14 s in the middle of which all hits lie between the beats
static double
beat_with_break(int beat)
{
  const bool beside = beat >= 56 && beat < 84;
  return 0.25 + 0.5 * beat + (beside ? 0.25 : 0.0);
}

/// 114 bpm at the start, 126 a minute later
static double
beat_speeding_up(int beat)
{
  const double bpm_per_s = 12.0 / 64.0;
  const double start = 114.0 / 60.0;
  const double rise = bpm_per_s / 60.0;
  return 0.25 + (sqrt(start * start + 2.0 * rise * beat) - start) / rise;
}

/// A break beside the beats is no drift; a band that speeds up drifts
static void
test_drift(void** state)
{
  (void)state;
  const TonRhythm steady = rhythm_of_hits(beat_with_break);
  EXPECT_NEAR("tempo with a break", remainder(steady.tempo_bpm, 60.0), 0.0, 0.3,
              "bpm");
  EXPECT_AT_MOST("drift with a break", steady.drift_ms, 40.0, "ms");
  EXPECT_AT_LEAST("drift of a band that speeds up",
                  rhythm_of_hits(beat_speeding_up).drift_ms, 40.0, "ms");
}

// The text -----------------------------------------------------------------------

/// A song whose text is proposed again and again
typedef struct {
  Session* session;
  TonSound sounds[SESSION_MAX_STEMS];
  TonRoles* roles;
  TonDoc* doc;
  TonDecisions records;
} Proposed;

static void
open_proposed(Proposed* p, uint64_t seed)
{
  TonString text = {0};
  *p = (Proposed){.session = session_make(seed)};
  assert_int_equal(ton_roles_read(NULL, &p->roles, NULL), TON_OK);
  ton_string_add(&text, "# Mine\nsong: Made\n\ntracks:\n");
  for (uint32_t i = 0; i < p->session->n_stems; ++i) {
    analyse(p->session, i, &p->sounds[i]);
    ton_string_printf(&text, "  %s:\n    file: %u.wav\n",
                      p->session->stems[i].name, i);
  }
  assert_int_equal(ton_doc_parse(ton_string_string(&text), text.length,
                                 "mix.yaml", &p->doc, NULL),
                   TON_OK);
  ton_string_free(&text);
}

static void
close_proposed(Proposed* p)
{
  for (uint32_t i = 0; i < p->session->n_stems; ++i) {
    ton_sound_free(&p->sounds[i]);
  }
  ton_doc_free(p->doc);
  ton_decisions_free(&p->records);
  ton_roles_free(p->roles);
  session_free(p->session);
}

static void
propose(Proposed* p)
{
  TonMixStem stems[SESSION_MAX_STEMS] = {0};
  TonMix* mix = NULL;
  UserEdits user = {0};
  TonPlan plan = {0};
  for (uint32_t i = 0; i < p->session->n_stems; ++i) {
    stems[i] = (TonMixStem){.strip = p->session->stems[i].name,
                            .file = p->session->stems[i].name,
                            .sound = &p->sounds[i]};
  }
  assert_int_equal(ton_mix_read(p->doc, NULL, &mix, NULL), TON_OK);
  assert_int_equal(user_edits_find(&user, &p->records, p->doc, mix, NULL),
                   TON_OK);
  assert_int_equal(user_edits_lock(&user, mix, NULL), TON_OK);
  user_edits_forget(&user, mix);
  const TonMixBrief brief = {.stems = stems,
                             .n_stems = p->session->n_stems,
                             .roles = p->roles,
                             .existing = mix,
                             .tempo_bpm = user.tempo_bpm};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  user_edits_spare(&user, &p->records, p->doc, &plan);
  assert_int_equal(ton_plan_apply(&plan, p->doc, NULL), TON_OK);
  p->records = plan.decisions;
  plan.decisions = (TonDecisions){0};
  assert_int_equal(user_edits_close(&user, p->doc, &p->records, NULL), TON_OK);
  ton_plan_free(&plan);
  user_edits_free(&user);
  ton_mix_free(mix);
}

static void
expect_text(const Proposed* p, const char* path, const char* value)
{
  char* const is = ton_doc_get(p->doc, path);
  if (value) {
    assert_non_null(is);
    assert_string_equal(is, value);
  } else {
    assert_null(is);
  }
  free(is);
}

static void
edit(Proposed* p, const char* path, const char* value)
{
  const TonEdit change = {.path = path, .value = value};
  assert_int_equal(ton_doc_edit(p->doc, &change, NULL), TON_OK);
}

/// Seed 3: 101.7 bpm, A4 B8 C8 B8 C8, bar 1 at 2.369 s
static void
test_text(void** state)
{
  (void)state;
  Proposed p;
  open_proposed(&p, 3);
  propose(&p);
  expect_text(&p, "tempo", "101.7 bpm");
  expect_text(&p, "meter", NULL);
  expect_text(&p, "sections/B 2", "21 bar");
  char* const first = strdup(ton_doc_text(p.doc));
  assert_true(strstr(first, "first-bar") < strstr(first, "tracks:"));
  propose(&p);
  assert_string_equal(ton_doc_text(p.doc), first);
  edit(&p, "first-bar", NULL);
  edit(&p, "sections", NULL);
  propose(&p);
  assert_string_equal(ton_doc_text(p.doc), first);
  free(first);
  close_proposed(&p);
}

static void
test_corrected(void** state)
{
  (void)state;
  Proposed p;
  open_proposed(&p, 3);
  propose(&p);
  edit(&p, "sections", "{intro: 1 bar, verse 1: 5 bar}");
  edit(&p, "first-bar", "4.729 s");
  propose(&p);
  expect_text(&p, "tempo", "101.7 bpm");
  expect_text(&p, "sections/verse 1", "5 bar");
  expect_text(&p, "sections/B 2", NULL);
  expect_text(&p, "first-bar", "4.729 s");
  // sections of the assistant follow a person's first bar
  edit(&p, "sections", NULL);
  propose(&p);
  expect_text(&p, "sections/B 2", "20 bar");
  // with a wrong tempo there are none
  edit(&p, "first-bar", NULL);
  edit(&p, "tempo", "93 bpm");
  propose(&p);
  expect_text(&p, "tempo", "93 bpm");
  expect_text(&p, "first-bar", NULL);
  expect_text(&p, "sections", NULL);
  close_proposed(&p);
}

/// From now on no beat is heard
static void
forget_rises(Proposed* p)
{
  for (uint32_t i = 0; i < p->session->n_stems; ++i) {
    TonFeatures* const f = &p->sounds[i].features;
    memset(f->rises, 0, f->n_rises * sizeof(float));
  }
}

/// Sections that a curve names stay, whatever is heard
static void
test_used(void** state)
{
  (void)state;
  Proposed p;
  open_proposed(&p, 3);
  propose(&p);
  edit(&p, "tracks/Rhodes/automation", "{fader: [+1 dB in B 1]}");
  forget_rises(&p);
  propose(&p);
  expect_text(&p, "tempo", "101.7 bpm");
  expect_text(&p, "sections/B 1", "5 bar");
  edit(&p, "tracks/Rhodes/automation", NULL);
  propose(&p);
  expect_text(&p, "tempo", NULL);
  expect_text(&p, "sections", NULL);
  close_proposed(&p);
}

static void
test_locked(void** state)
{
  (void)state;
  Proposed p;
  open_proposed(&p, 3);
  edit(&p, "lock", "[tempo, sections]");
  propose(&p);
  expect_text(&p, "tempo", NULL);
  expect_text(&p, "sections", NULL);
  edit(&p, "lock", NULL);
  propose(&p);
  edit(&p, "lock", "[tempo]");
  forget_rises(&p);
  propose(&p);
  expect_text(&p, "tempo", "101.7 bpm");
  expect_text(&p, "sections", NULL);
  edit(&p, "lock", NULL);
  propose(&p);
  expect_text(&p, "tempo", NULL);
  close_proposed(&p);
}

static void
test_sections(void** state)
{
  (void)state;
  const double extras = 100.0 * heard.extras / heard.boundaries.of;
  EXPECT_AT_LEAST("boundaries within a bar", share(&heard.boundaries), 85.0,
                  "%");
  EXPECT_AT_MOST("boundaries where none is", extras, 10.0, "%");
  EXPECT_AT_LEAST("bars told alike or different", share(&heard.letters), 90.0,
                  "%");
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
      cmocka_unit_test(test_tempo),
      cmocka_unit_test(test_changed),
      cmocka_unit_test(test_sections),
      cmocka_unit_test(test_changed),
      cmocka_unit_test(test_short),
      cmocka_unit_test(test_text),
      cmocka_unit_test(test_corrected),
      cmocka_unit_test(test_locked),
      cmocka_unit_test(test_used),
      cmocka_unit_test(test_drift),
      cmocka_unit_test(test_kit_in_one_stem),
  };
  return TON_TESTS(tests);
}
