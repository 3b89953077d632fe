// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What the mix assistant proposes for stems of known faults.

#include "assistants/decision_builder.h"
#include "assistants/mix.h"
#include "assistants/rules.h"
#include "base/array.h"
#include "base/string.h"
#include "expect.h"
#include "signals.h"
#include "stems.h"

#include <stdlib.h>
#include <string.h>

enum { RATE = 48000, SECONDS = 12, N = RATE * SECONDS, LATE = 2 * RATE };

typedef void (*Make)(double* x, uint64_t n, double rate);

static void
make_snare(double* x, uint64_t n, double rate)
{
  for (uint64_t i = 0; i < n; ++i) {
    const double t = fmod((double)i / rate + 0.5, 1.0);
    x[i] = 0.5 * exp(-t * 25.0) *
           (sin(2.0 * M_PI * 190.0 * t) + 0.8 * signal_random(21, i));
  }
}

static void
make_snare_below(double* x, uint64_t n, double rate)
{
  make_snare(x, n, rate);
  for (uint64_t i = 0; i < n; ++i) {
    const double t = fmod((double)i / rate + 0.5, 1.0);
    x[i] = -0.4 * x[i] + 0.1 * exp(-t * 25.0) * signal_random(22, i);
  }
}

static void
make_overhead(double* x, uint64_t n, double rate)
{
  static double other[N + LATE];
  signal_hat(x, n, rate);
  make_snare(other, n, rate);
  for (uint64_t i = 0; i < n; ++i) {
    x[i] = 0.3 * x[i] + 0.4 * other[i] + 0.002 * signal_random(31, i);
  }
}

static void
make_overhead_2(double* x, uint64_t n, double rate)
{
  make_overhead(x, n, rate);
  for (uint64_t i = 0; i < n; ++i) {
    x[i] += 0.01 * signal_random(32, i);
  }
}

static void
make_guitar(double* x, uint64_t n, double rate)
{
  stem_guitar(x, n, rate, 1.0);
}

static void
make_guitar_2(double* x, uint64_t n, double rate)
{
  stem_guitar(x, n, rate, 1.004);
}

static void
make_backing(double* x, uint64_t n, double rate)
{
  stem_voice(x, n, rate * 1.25);
}

static void
make_backing_2(double* x, uint64_t n, double rate)
{
  stem_voice(x, n, rate * 1.5);
}

typedef struct {
  const char* strip;
  const char* file;
  Make make;
} Source;

static const Source sources[] = {
    {"Kick In", "stems/01 Kick In.wav", signal_kick},
    {"Snare Top", "stems/02 Snare Top.wav", make_snare},
    {"Snare Bottom", "stems/03 Snare Bot.wav", make_snare_below},
    {"Hat", "stems/04 Hat.wav", signal_hat},
    {"OH L", "stems/05 OH L.wav", make_overhead},
    {"OH R", "stems/06 OH R.wav", make_overhead_2},
    {"Bass", "stems/07 Bass DI.wav", stem_bass},
    {"Gtr L", "stems/08 Gtr L.wav", make_guitar},
    {"Gtr R", "stems/09 Gtr R.wav", make_guitar_2},
    {"Lead Vox", "stems/10 Lead Vox.wav", stem_voice},
    {"BV 1", "stems/11 BV 1.wav", make_backing},
    {"BV 2", "stems/12 BV 2.wav", make_backing_2},
};

enum { STEMS = TON_COUNT(sources) };

/// The other side of a recording that lies in two files, or the stem itself
static uint32_t
other_side(uint32_t i)
{
  static const uint32_t other[STEMS] = {[4] = 5, [5] = 4, [7] = 8, [8] = 7};
  return other[i] ? other[i] : i;
}

/// What is done to the stems before they are looked at
typedef struct {
  const double* gains_db; ///< Per stem, or null
  const bool* turned;     ///< Per stem, or null
  uint64_t late;          ///< Frames of silence in front
} Change;

static TonRoles* roles;
static TonSound plain[STEMS];

/// Active loudness of a recording, both sides together
static double
loudness_of(uint32_t i)
{
  const double own = plain[i].facts.active_lufs;
  const double other = plain[other_side(i)].facts.active_lufs;
  return other_side(i) == i
             ? own
             : 10.0 * log10(pow(10.0, own / 10.0) + pow(10.0, other / 10.0));
}

static double made[STEMS][N];

static void
analyse(const Change* change, TonSound* sounds)
{
  static double x[N + LATE];
  for (uint32_t i = 0; i < STEMS; ++i) {
    const double gain =
        (change->gains_db ? pow(10.0, change->gains_db[i] / 20.0) : 1.0) *
        (change->turned && change->turned[i] ? -1.0 : 1.0);
    memset(x, 0, sizeof(x));
    for (uint64_t k = 0; k < N; ++k) {
      x[k + change->late] = gain * made[i][k];
    }
    sound_of(x, NULL, N + change->late, RATE, 4096, &sounds[i]);
  }
}

static void
free_sounds(TonSound* sounds)
{
  for (uint32_t i = 0; i < STEMS; ++i) {
    ton_sound_free(&sounds[i]);
  }
}

static void
fill_stems(const TonSound* sounds, const uint32_t* order, TonMixStem* stems)
{
  for (uint32_t i = 0; i < STEMS; ++i) {
    const uint32_t k = order ? order[i] : i;
    stems[i] = (TonMixStem){.strip = sources[k].strip,
                            .file = sources[k].file,
                            .sound = &sounds[k]};
  }
}

static TonDoc*
skeleton(const char* locks)
{
  TonString text = {0};
  ton_string_add(&text, "song: Test\nrate: 48 kHz\n\ntracks:\n");
  for (uint32_t i = 0; i < STEMS; ++i) {
    ton_string_printf(&text, "  %s:\n    file: %s\n", sources[i].strip,
                      sources[i].file);
    if (locks &&
        strncmp(locks, sources[i].strip, strlen(sources[i].strip)) == 0) {
      ton_string_printf(&text, "%s", strchr(locks, '\n') + 1);
    }
  }
  TonDoc* doc = NULL;
  TonError error = {0};
  const TonStatus status = ton_doc_parse(ton_string_string(&text), text.length,
                                         "mix.yaml", &doc, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, TON_OK);
  ton_string_free(&text);
  return doc;
}

static TonMix*
read_mix(const TonDoc* doc)
{
  TonMix* mix = NULL;
  TonError error = {0};
  const TonStatus status = ton_mix_read(doc, NULL, &mix, &error);
  if (status != TON_OK) {
    print_error("%u: %s\n%s\n", error.line, error.text, ton_doc_text(doc));
  }
  assert_int_equal(status, TON_OK);
  return mix;
}

/// Propose over a skeleton and read the result back
static TonMix*
propose(const TonSound* sounds, const uint32_t* order, const char* locks,
        TonPlan* plan, char** text)
{
  TonMixStem stems[STEMS];
  TonDoc* const doc = skeleton(locks);
  TonMix* const before = read_mix(doc);
  fill_stems(sounds, order, stems);
  const TonMixBrief brief = {
      .stems = stems, .n_stems = STEMS, .roles = roles, .existing = before};
  TonError error = {0};
  assert_int_equal(ton_assist_mix(&brief, plan, &error), TON_OK);
  const TonStatus status = ton_plan_apply(plan, doc, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, TON_OK);
  TonMix* const mix = read_mix(doc);
  if (text) {
    *text = ton_copy_string(ton_doc_text(doc));
  }
  ton_mix_free(before);
  ton_doc_free(doc);
  return mix;
}

static const TonStrip*
strip(const TonMix* mix, const char* name)
{
  const uint32_t i = ton_mix_strip(mix, name);
  assert_int_not_equal(i, UINT32_MAX);
  return &mix->strips[i];
}

static const TonDecision*
decision_of(const TonPlan* plan, TonRuleId rule)
{
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    if (ton_decision_is(&plan->decisions.items[i], rule)) {
      return &plan->decisions.items[i];
    }
  }
  return NULL;
}

static void
test_text_reads_back(void** state)
{
  (void)state;
  TonPlan plan = {0};
  char* text = NULL;
  TonMix* const mix = propose(plain, NULL, NULL, &plan, &text);
  if (getenv("TON_TEST_FIGURES")) {
    print_message("%s\n", text);
  }
  assert_true(plan.n_edits > 40);
  for (uint32_t i = 0; i < plan.decisions.count; ++i) {
    const TonDecision* const d = &plan.decisions.items[i];
    const TonRule* const rule = ton_rule_named(d->rule);
    assert_non_null(rule);
    assert_true(rule->stage == TON_STAGE_MIX || rule->stage == TON_STAGE_ANY);
    assert_true(*d->reason && *d->detail);
    assert_null(strpbrk(d->reason, "{}[]"));
    assert_null(strstr(d->reason, "not known"));
    assert_true(!rule->figures[0].metric || d->n_evidence > 0);
    assert_true(d->confidence > 0.0 && d->confidence <= 1.0);
  }
  assert_string_equal(strip(mix, "Kick In")->role, "kick");
  assert_string_equal(strip(mix, "Kick In")->to, "Drums");
  assert_string_equal(strip(mix, "BV 1")->to, "Backing Vocals");
  assert_string_equal(strip(mix, "Lead Vox")->to, "Mix");
  assert_int_equal(strip(mix, "Lead Vox")->n_sends, 1);
  assert_int_equal(strip(mix, "Kick In")->n_sends, 0);
  assert_string_equal(strip(mix, "Plate")->chain[0].type->id, "reverb");
  ton_free(text);
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

static void
test_balance_sums(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  double drums = 0.0;
  for (uint32_t i = 0; i < STEMS; ++i) {
    const TonStrip* const s = strip(mix, sources[i].strip);
    const TonRole* const role = ton_role(roles, s->role);
    EXPECT_NEAR("active loudness after the trim",
                loudness_of(i) + (double)s->trim_db, -23.0, 0.006, "LUFS");
    EXPECT_AT_MOST("fader", (double)s->fader_db, 6.0, "dB");
    EXPECT_AT_LEAST("fader", (double)s->fader_db, role->level_low_lu - 10.0,
                    "dB");
    if (strcmp(role->group, "Drums") == 0) {
      drums += pow(10.0, (double)s->fader_db / 10.0);
    }
  }
  EXPECT_NEAR("lead vocal", (double)strip(mix, "Lead Vox")->fader_db, 0.0, 0.0,
              "dB");
  // Hits do not all sound at once: the sum of the faders lies above the goal
  EXPECT_NEAR("drum bus", 10.0 * log10(drums), -2.5, 4.0, "LU");
  EXPECT_NEAR("bass", (double)strip(mix, "Bass")->fader_db, -4.0, 0.2, "LU");
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

static void
test_places(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  static const char* const middle[] = {"Kick In", "Snare Top", "Snare Bottom",
                                       "Bass", "Lead Vox"};
  for (uint32_t i = 0; i < TON_COUNT(middle); ++i) {
    EXPECT_NEAR(middle[i], (double)strip(mix, middle[i])->pan, 0.0, 0.0, "");
  }
  EXPECT_NEAR("OH L", (double)strip(mix, "OH L")->pan, -100.0, 0.0, "");
  EXPECT_NEAR("OH R", (double)strip(mix, "OH R")->pan, 100.0, 0.0, "");
  EXPECT_NEAR("Gtr L", (double)strip(mix, "Gtr L")->pan, -100.0, 0.0, "");
  EXPECT_NEAR("backing voices mirrored",
              (double)(strip(mix, "BV 1")->pan + strip(mix, "BV 2")->pan), 0.0,
              0.0, "");
  EXPECT_AT_LEAST("backing voices apart", fabs((double)strip(mix, "BV 1")->pan),
                  60.0, "");
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

/// Two mono files that are the sides of one recording: one role, gain and chain
static void
test_sides_of_a_recording(void** state)
{
  (void)state;
  static TonSound sounds[STEMS];
  double gains[STEMS] = {[4] = -10.5, [5] = 0.01};
  TonPlan plan = {0};
  analyse(&(Change){.gains_db = gains}, sounds);
  TonMix* const mix = propose(sounds, NULL, NULL, &plan, NULL);
  for (uint32_t i = 4; i < 8; i += 3) {
    const TonStrip* const left = strip(mix, sources[i].strip);
    const TonStrip* const right = strip(mix, sources[i + 1].strip);
    EXPECT_NEAR("left", (double)left->pan, -100.0, 0.0, "");
    EXPECT_NEAR("right", (double)right->pan, 100.0, 0.0, "");
    EXPECT_DB("trim", (double)left->trim_db, (double)right->trim_db, 0.0);
    EXPECT_DB("fader", (double)left->fader_db, (double)right->fader_db, 0.0);
    assert_int_equal(left->invert, right->invert);
    assert_int_equal(left->n_chain, right->n_chain);
    for (uint32_t k = 0; k < left->n_chain; ++k) {
      assert_ptr_equal(left->chain[k].type, right->chain[k].type);
      assert_memory_equal(left->chain[k].params, right->chain[k].params,
                          left->chain[k].type->n_params * sizeof(float));
    }
  }
  free_sounds(sounds);
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

typedef struct {
  const char* strip;
  const char* file;
  const TonSound* sound;
  const char* role;
  bool mute;
} Recording;

/// Propose a mix of some recordings and compare roles and mutes
static void
expect_recordings(const Recording* rows, uint32_t n)
{
  TonMixStem stems[16];
  TonPlan plan = {0};
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  for (uint32_t i = 0; i < n; ++i) {
    stems[i] = (TonMixStem){
        .strip = rows[i].strip, .file = rows[i].file, .sound = rows[i].sound};
  }
  const TonMixBrief brief = {
      .stems = stems, .n_stems = n, .roles = roles, .write_files = true};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  assert_int_equal(ton_doc_parse("tracks: {}\n", 11, "mix.yaml", &doc, NULL),
                   TON_OK);
  assert_int_equal(ton_plan_apply(&plan, doc, NULL), TON_OK);
  assert_int_equal(ton_mix_read(doc, NULL, &mix, NULL), TON_OK);
  for (uint32_t i = 0; i < n; ++i) {
    const TonStrip* const s = strip(mix, rows[i].strip);
    assert_string_equal(s->role, rows[i].role);
    assert_int_equal(s->mute, rows[i].mute);
  }
  ton_mix_free(mix);
  ton_doc_free(doc);
  ton_plan_free(&plan);
}

/// The sum of some of the stems
static void
sum_of(const uint32_t* which, uint32_t n, TonSound* sound)
{
  static double x[N];
  memset(x, 0, sizeof(x));
  for (uint32_t i = 0; i < n; ++i) {
    for (uint64_t k = 0; k < N; ++k) {
      x[k] += made[which[i]][k];
    }
  }
  sound_of(x, NULL, N, RATE, 4096, sound);
}

/// A finished mix is muted: by its name, or as the sum of the others
static void
test_finished_mixes(void** state)
{
  (void)state;
  static const uint32_t all[] = {0, 6, 7, 9};
  static TonSound sum;
  sum_of(all, 4, &sum);
  const Recording named[] = {
      {"Kick", "Kick.wav", &plain[0], "kick", false},
      {"Bass", "Bass.wav", &plain[6], "bass", false},
      {"Drum Mix", "Drum Mix.wav", &plain[3], "drums", false},
      {"Vox", "Vox Master Take.wav", &plain[9], "lead vocal", false},
      {"M", "MASTER FINAL v3.wav", &plain[7], "finished mix", true}};
  expect_recordings(named, TON_COUNT(named));
  const Recording by_sound[] = {
      {"Kick", "Kick.wav", &plain[0], "kick", false},
      {"Bass", "Bass.wav", &plain[6], "bass", false},
      {"Gtr", "Gtr.wav", &plain[7], "electric guitar", false},
      {"Vox", "Vox.wav", &plain[9], "lead vocal", false},
      {"Bass Culture", "Bass Culture.wav", &sum, "finished mix", true}};
  expect_recordings(by_sound, TON_COUNT(by_sound));
  // nor is a mix that has no tracks beside it
  const Recording alone[] = {{"Mixdown", "Mixdown.wav", &sum, "music", false}};
  expect_recordings(alone, 1);
  ton_sound_free(&sum);
}

/// An instrumental mix is one beside drums or a bass, else music that somebody
/// sings or plays to
static void
test_instrumental_mixes(void** state)
{
  (void)state;
  const Recording beside[] = {
      {"Kick", "Kick.wav", &plain[0], "kick", false},
      {"Vox", "Lead Vox.wav", &plain[9], "lead vocal", false},
      {"I", "Song Instrumental Mix.wav", &plain[7], "finished mix", true},
      {"J", "Instrumental.wav", &plain[6], "music", false}};
  expect_recordings(beside, TON_COUNT(beside));
  const Recording alone[] = {
      {"Vox", "Lead Vox.wav", &plain[9], "lead vocal", false},
      {"BV", "BV.wav", &plain[6], "backing vocal", false},
      {"Gtr", "Gtr.wav", &plain[8], "electric guitar", false},
      {"I", "Song Instrumental Mix.wav", &plain[7], "music", false}};
  expect_recordings(alone, TON_COUNT(alone));
}

/// Weighted sum of kick, snare and hat with some noise; left and right of it
static void
make_submix(TonSound* sound)
{
  static double x[N];
  for (uint64_t k = 0; k < N; ++k) {
    x[k] = 0.7 * made[0][k] + 0.4 * made[1][k] + 0.9 * made[3][k] +
           0.001 * signal_random(41, k);
  }
  sound_of(x, x, N, RATE, 4096, sound);
}

/// A mix of some of the tracks that lies beside them is muted, whatever faders
/// it was made with and however often it is there; microphones that hear the
/// whole kit are none
static void
test_submixes(void** state)
{
  (void)state;
  static TonSound sum;
  make_submix(&sum);
  const Recording rows[] = {{"Kick", "Kick.wav", &plain[0], "kick", false},
                            {"Snare", "Snare.wav", &plain[1], "snare", false},
                            {"Hat", "Hat.wav", &plain[3], "hat", false},
                            {"OH L", "OH L.wav", &plain[4], "overhead", false},
                            {"OH R", "OH R.wav", &plain[5], "overhead", false},
                            {"Bass", "Bass.wav", &plain[6], "bass", false},
                            {"Vox", "Vox.wav", &plain[9], "lead vocal", false},
                            {"Drums Bus", "Drums Bus.wav", &sum, "drums", true},
                            {"Drum Mix", "Drum Mix.wav", &sum, "drums", true}};
  expect_recordings(rows, TON_COUNT(rows));
  // without the snare it is no mix of what is there
  const Recording parts[] = {
      {"Kick", "Kick.wav", &plain[0], "kick", false},
      {"Hat", "Hat.wav", &plain[3], "hat", false},
      {"Bass", "Bass.wav", &plain[6], "bass", false},
      {"Vox", "Vox.wav", &plain[9], "lead vocal", false},
      {"Drum Mix", "Drum Mix.wav", &sum, "drums", false}};
  expect_recordings(parts, TON_COUNT(parts));
  ton_sound_free(&sum);
}

/// Tones of one pitch are sums of each other: none of them is muted, nor is their
/// sum.  The mix of all tracks is.
static void
test_tones_of_one_pitch(void** state)
{
  (void)state;
  enum { TONES = 5 };
  static double x[TONES + 1][N];
  static double all[N];
  static TonSound tones[TONES + 1];
  static TonSound mix;
  for (uint64_t k = 0; k < N; ++k) {
    for (int i = 0; i < TONES; ++i) {
      const double hz = 220.0 + 0.01 * (i % 2);
      x[i][k] = 0.1 * sin(2.0 * M_PI * hz * (double)k / RATE + 0.3 * i * i);
      x[TONES][k] += 0.5 * x[i][k];
    }
    all[k] = 2.0 * x[TONES][k] + made[0][k] + made[6][k] + made[9][k];
  }
  for (int i = 0; i <= TONES; ++i) {
    sound_of(x[i], NULL, N, RATE, 4096, &tones[i]);
  }
  sound_of(all, NULL, N, RATE, 4096, &mix);
  const Recording rows[] = {{"Pad A", "Pad A.wav", &tones[0], "pad", false},
                            {"Pad B", "Pad B.wav", &tones[1], "pad", false},
                            {"Pad C", "Pad C.wav", &tones[2], "pad", false},
                            {"Pad D", "Pad D.wav", &tones[3], "pad", false},
                            {"Pad E", "Pad E.wav", &tones[4], "pad", false},
                            {"Pads", "Pads.wav", &tones[5], "pad", false},
                            {"Kick", "Kick.wav", &plain[0], "kick", false},
                            {"Bass", "Bass.wav", &plain[6], "bass", false},
                            {"Vox", "Vox.wav", &plain[9], "lead vocal", false},
                            {"All", "All.wav", &mix, "finished mix", true}};
  expect_recordings(rows, 6);
  expect_recordings(rows, TON_COUNT(rows));
  for (int i = 0; i <= TONES; ++i) {
    ton_sound_free(&tones[i]);
  }
  ton_sound_free(&mix);
}

/// A submix names its tracks and how like their sum it is
static void
test_a_submix_says_of_what(void** state)
{
  (void)state;
  static TonSound sum;
  TonPlan plan = {0};
  make_submix(&sum);
  const TonMixStem stems[] = {
      {.strip = "Kick", .file = "Kick.wav", .sound = &plain[0]},
      {.strip = "Snare", .file = "Snare.wav", .sound = &plain[1]},
      {.strip = "Hat", .file = "Hat.wav", .sound = &plain[3]},
      {.strip = "Vox", .file = "Vox.wav", .sound = &plain[9]},
      {.strip = "Drums", .file = "Drums.wav", .sound = &sum}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 5, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_ROLE_SUBMIX);
  assert_non_null(d);
  assert_string_equal(d->path, "tracks/Drums/mute");
  assert_true(d && strstr(d->reason, "the mix of Kick, Snare, Hat,"));
  EXPECT_AT_LEAST("likeness", d->evidence[0].value, 99.0, "%");
  ton_plan_free(&plan);
  ton_sound_free(&sum);
}

/// A recording that lies there in two formats is heard once, the lossless one
static void
test_two_formats(void** state)
{
  (void)state;
  static double x[N];
  static TonSound coded;
  static TonSound rough;
  for (uint64_t k = 0; k < N; ++k) {
    x[k] = 0.98 * made[6][k] + 0.001 * signal_random(3, k);
  }
  sound_of(x, NULL, N, RATE, 4096, &coded);
  for (uint64_t k = 0; k < N; ++k) {
    x[k] = made[6][k] + 0.02 * signal_random(3, k);
  }
  sound_of(x, NULL, N, RATE, 4096, &rough);
  const Recording rows[] = {
      {"Bass 2", "stems/Bass.mp3", &coded, "bass", true},
      {"Bass", "stems/Bass.wav", &plain[6], "bass", false},
      {"Bass 3", "stems/Bass take.mp3", &rough, "bass", false},
      {"Bass 4", "stems/Bass other.mp3", &coded, "bass", true},
      {"Snare", "stems/Snare.mp3", &plain[1], "snare", false},
      {"Snare 2", "stems/Snare.ogg", &plain[3], "snare", false}};
  expect_recordings(rows, TON_COUNT(rows));
  // of three the reason names the one that is heard
  const TonMixStem three[] = {
      {.strip = "Bass 3", .file = "Bass.mp3", .sound = &coded},
      {.strip = "Bass 2", .file = "Bass.m4a", .sound = &coded},
      {.strip = "Bass", .file = "Bass.wav", .sound = &plain[6]}};
  const TonMixBrief brief = {.stems = three, .n_stems = 3, .roles = roles};
  TonPlan plan = {0};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_ROLE_COPY);
  assert_non_null(d);
  assert_true(d && strstr(d->reason, "the same recording as Bass,"));
  ton_plan_free(&plan);
  ton_sound_free(&coded);
  ton_sound_free(&rough);
}

/// The bass as a codec leaves it, or rounded to 16 bit, or another one of its name
static void
make_bass(double gain, double noise, double steps, TonSound* sound)
{
  static double x[N];
  for (uint64_t k = 0; k < N; ++k) {
    x[k] = gain * made[6][k] + noise * signal_random(3, k);
    x[k] = steps > 0.0 ? rint(x[k] * steps) / steps : x[k];
  }
  sound_of(x, NULL, N, RATE, 4096, sound);
}

/// What of the two files, with formats, is muted: neither '0', first 'a', second 'b'
static char
muted_of(const char* a, const TonSound* of_a, const TonAudioInfo* format_a,
         const char* b, const TonSound* of_b, const TonAudioInfo* format_b)
{
  const TonMixStem stems[] = {
      {.strip = "Bass", .file = a, .sound = of_a, .format = format_a},
      {.strip = "Bass 2", .file = b, .sound = of_b, .format = format_b},
      {.strip = "Kick", .file = "Kick.wav", .sound = &plain[0]}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 3, .roles = roles};
  TonPlan plan = {0};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_ROLE_COPY);
  const char muted = !d ? '0' : strstr(d->path, "Bass 2") ? 'b' : 'a';
  ton_plan_free(&plan);
  return muted;
}

/// A session that lies there in two formats, each in its folder, is heard once: in
/// the lossless one, with the longer words, at the higher rate.  Other recordings
/// of one name are all heard.
static void
test_two_folders_of_formats(void** state)
{
  (void)state;
  static const TonAudioInfo w16 = {.rate = 48000, .samples = TON_SAMPLES_16};
  static const TonAudioInfo w24 = {.rate = 48000, .samples = TON_SAMPLES_24};
  static const TonAudioInfo cd = {.rate = 44100, .samples = TON_SAMPLES_24};
  TonSound coded;
  TonSound rounded;
  TonSound other;
  make_bass(0.97, 0.0005, 0.0, &coded);
  make_bass(1.0, 0.0, 32768.0, &rounded);
  make_bass(0.97, 0.02, 0.0, &other);
  const TonSound* const bass = &plain[6];
  const struct {
    const char* a;
    const TonSound* of_a;
    const TonAudioInfo* format_a;
    const char* b;
    const TonSound* of_b;
    const TonAudioInfo* format_b;
    char muted;
  } cases[] = {
      {"MP3/Bass.mp3", &coded, &w16, "WAV/Bass.wav", bass, &w16, 'a'},
      {"16bit/Bass.wav", &rounded, &w16, "24bit/Bass.wav", bass, &w24, 'a'},
      {"a/Bass.wav", bass, &w24, "b/Bass.wav", &rounded, &w16, 'b'},
      {"44k/Bass.wav", bass, &cd, "48k/Bass.wav", bass, &w24, 'a'},
      {"a/Bass.wav", bass, &w24, "b/Bass.wav", bass, &w24, 'b'},
      {"Verse/Bass.wav", &other, &w24, "Chorus/Bass.wav", bass, &w24, '0'},
      {"WAV/Bass.wav", bass, &w24, "MP3/Bass.mp3", &other, &w24, '0'}};
  for (size_t i = 0; i < TON_COUNT(cases); ++i) {
    const char muted = muted_of(cases[i].a, cases[i].of_a, cases[i].format_a,
                                cases[i].b, cases[i].of_b, cases[i].format_b);
    print_message("# %s and %s: %c\n", cases[i].a, cases[i].b, muted);
    assert_int_equal(muted, cases[i].muted);
  }
  ton_sound_free(&coded);
  ton_sound_free(&rounded);
  ton_sound_free(&other);
}

/// Of two files with one sound the one that is called a copy is muted, else that
/// with the longer name
static void
test_copies(void** state)
{
  (void)state;
  const Recording rows[] = {
      {"Kopie", "Kopie.wav", &plain[1], "snare", true},
      {"Snare original", "Snare original.wav", &plain[1], "snare", false},
      {"Bass copy", "Bass copy.wav", &plain[6], "bass", true},
      {"Bass", "Bass.wav", &plain[6], "bass", false},
      {"Kick", "Kick.wav", &plain[0], "kick", false},
      {"Pad L", "Pad L.wav", &plain[9], "pad", false},
      {"Pad R", "Pad R.wav", &plain[9], "pad", false}};
  expect_recordings(rows, TON_COUNT(rows));
}

/// Proposed beside the bass: what is said of "Bass again", or null
static const TonDecision*
said_of_again(const TonSound* again, TonPlan* plan)
{
  const TonMixStem stems[] = {
      {.strip = "Bass", .file = "Bass.wav", .sound = &plain[6]},
      {.strip = "Bass again", .file = "Bass again.wav", .sound = again},
      {.strip = "Kick", .file = "Kick.wav", .sound = &plain[0]}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 3, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, plan, NULL), TON_OK);
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    if (strcmp(plan->decisions.items[i].path, "tracks/Bass again/mute") == 0) {
      return &plan->decisions.items[i];
    }
  }
  return NULL;
}

/// The same recording at another gain or polarity is a copy, rounded to 16 bit or
/// not; another take, an amplifier's treble and a little noise make it another one
static void
test_copies_at_another_gain(void** state)
{
  (void)state;
  static const struct {
    double gain;
    double steps;  ///< Rounded to so many a unit; 0: not
    double treble; ///< Of the difference to the sample before
    double noise;
    const char* says; ///< Null: it is no copy
  } cases[] = {
      {0.25, 0.0, 0.0, 0.0, "as Bass, 12 dB softer, which"},
      {-2.0, 0.0, 0.0, 0.0,
       "as Bass, with its polarity inverted, 6 dB louder, which"},
      {-1.0, 0.0, 0.0, 0.0, "as Bass, with its polarity inverted, which"},
      {0.5, 32768.0, 0.0, 0.0, "as Bass, 6 dB softer, which"},
      {0.5, 0.0, 3.0, 0.0, NULL},
      {0.5, 0.0, 0.0, 0.01, NULL}};
  static double x[N];
  for (size_t c = 0; c < TON_COUNT(cases); ++c) {
    TonSound again;
    TonPlan plan = {0};
    for (uint64_t k = 0; k < N; ++k) {
      const double before = k ? made[6][k - 1] : 0.0;
      x[k] = cases[c].gain *
             (made[6][k] + cases[c].treble * (made[6][k] - before) +
              cases[c].noise * signal_random(5, k));
      x[k] = cases[c].steps > 0.0 ? rint(x[k] * cases[c].steps) / cases[c].steps
                                  : x[k];
    }
    sound_of(x, NULL, N, RATE, 4096, &again);
    const TonDecision* const d = said_of_again(&again, &plan);
    print_message("# gain %g, treble %g, noise %g: %s\n", cases[c].gain,
                  cases[c].treble, cases[c].noise, d ? d->reason : "no copy");
    assert_int_equal(d != NULL, cases[c].says != NULL);
    assert_true(!d || strstr(d->reason, cases[c].says));
    ton_plan_free(&plan);
    ton_sound_free(&again);
  }
}

/// Names say a side in other languages, too; the first of two parts goes left
static void
test_named_sides(void** state)
{
  (void)state;
  static const struct {
    const char* left;
    const char* right;
  } pairs[] = {{"Gitarre links", "Gitarre rechts 2"},
               {"Guitarra izquierda", "Guitarra derecha 2"},
               {"Guitare gauche", "Guitare droite 2"},
               {"Chitarra sinistra", "Chitarra destra 2"},
               {"Guitarra esquerda", "Guitarra direita 2"},
               {"Guitar 1", "Guitar 2"},
               {"Gtr 2", "Gtr 10"},
               {"Gtr", "Gtr right"}};
  for (uint32_t i = 0; i < 2 * TON_COUNT(pairs); ++i) {
    const bool turn = i & 1U;
    const char* const names[] = {pairs[i / 2].left, pairs[i / 2].right};
    const Recording rows[] = {
        {names[0], names[0], &plain[turn ? 7 : 8], "electric guitar", false},
        {names[1], names[1], &plain[turn ? 8 : 7], "electric guitar", false}};
    TonMixStem stems[2];
    TonPlan plan = {0};
    for (uint32_t k = 0; k < 2; ++k) {
      stems[k] = (TonMixStem){
          .strip = rows[k].strip, .file = rows[k].file, .sound = rows[k].sound};
    }
    const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
    assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
    for (uint32_t k = 0; k < plan.decisions.count; ++k) {
      const TonDecision* const d = &plan.decisions.items[k];
      if (strstr(d->path, "/pan")) {
        const bool left = strstr(d->path, names[0]) &&
                          d->path[strlen("tracks/") + strlen(names[0])] == '/';
        assert_int_equal(d->value[0], left ? 'L' : 'R');
      }
    }
    ton_plan_free(&plan);
  }
}

/// Propose a mix of some recordings of the files' names and read it back
static TonMix*
mix_of(const char* const* files, const TonSound* const* sounds, uint32_t n)
{
  TonMixStem stems[4];
  TonPlan plan = {0};
  TonDoc* doc = NULL;
  TonMix* mix = NULL;
  for (uint32_t i = 0; i < n; ++i) {
    stems[i] =
        (TonMixStem){.strip = files[i], .file = files[i], .sound = sounds[i]};
  }
  const TonMixBrief brief = {
      .stems = stems, .n_stems = n, .roles = roles, .write_files = true};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  assert_int_equal(ton_doc_parse("tracks: {}\n", 11, "mix.yaml", &doc, NULL),
                   TON_OK);
  assert_int_equal(ton_plan_apply(&plan, doc, NULL), TON_OK);
  assert_int_equal(ton_mix_read(doc, NULL, &mix, NULL), TON_OK);
  ton_doc_free(doc);
  ton_plan_free(&plan);
  return mix;
}

/// Whatever the language and the role: of one length they are one recording with
/// one gain, else they lie equally far out, and the left one left
static void
test_pairs_in_six_languages(void** state)
{
  (void)state;
  static const char* const pairs[][2] = {
      {"Teclado izq", "Teclado der"}, {"Coro izq", "Coro der"},
      {"Choeur G", "Choeur D"},       {"Choeur ga", "Choeur dr"},
      {"Cuerdas I", "Cuerdas D"},     {"Gitarre li", "Gitarre re"},
      {"Choir Li", "Choir Re"},       {"Archi sx", "Archi dx"},
      {"Coro esq", "Coro dir"},       {"Strings le", "Strings ri"}};
  static TonSound soft[STEMS];
  static TonSound longer[STEMS];
  static const double gains[STEMS] = {[7] = -6.0, [8] = -6.0};
  analyse(&(Change){.gains_db = gains}, soft);
  analyse(&(Change){.late = LATE}, longer);
  for (uint32_t i = 0; i < 2 * TON_COUNT(pairs); ++i) {
    const bool first = i & 1U;
    const TonSound* const halves[] = {&soft[first ? 7 : 8],
                                      &plain[first ? 8 : 7]};
    TonMix* const one = mix_of(pairs[i / 2], halves, 2);
    EXPECT_NEAR("left", (double)one->strips[0].pan, -100.0, 0.0, "");
    EXPECT_NEAR("right", (double)one->strips[1].pan, 100.0, 0.0, "");
    EXPECT_DB("trim", (double)one->strips[0].trim_db,
              (double)one->strips[1].trim_db, 0.0);
    ton_mix_free(one);
    // of two lengths, and one with most of its energy in the bass
    const TonSound* const parts[] = {&plain[first ? 6 : 7],
                                     &longer[first ? 7 : 6]};
    TonMix* const two = mix_of(pairs[i / 2], parts, 2);
    EXPECT_NEAR("mirrored", (double)(two->strips[0].pan + two->strips[1].pan),
                0.0, 0.0, "");
    EXPECT_AT_MOST("left", (double)two->strips[0].pan, -10.0, "");
    ton_mix_free(two);
  }
  free_sounds(soft);
  free_sounds(longer);
}

/// Of more than two names that differ in a letter none is a side
static void
test_letters_of_notes(void** state)
{
  (void)state;
  static const char* const names[] = {"Cuerdas A", "Cuerdas D", "Cuerdas G"};
  static const double gains[STEMS] = {[8] = -6.0};
  static TonSound soft[STEMS];
  analyse(&(Change){.gains_db = gains}, soft);
  const TonSound* const sounds[] = {&plain[9], &plain[7], &soft[8]};
  TonMix* const mix = mix_of(names, sounds, 3);
  EXPECT_AT_LEAST("own trims",
                  (double)(mix->strips[2].trim_db - mix->strips[1].trim_db),
                  3.0, "dB");
  ton_mix_free(mix);
  free_sounds(soft);
}

/// A bass and a direct bass are no left and right
static void
test_letters_of_what_lies_in_the_middle(void** state)
{
  (void)state;
  static const char* const names[] = {"Bass D", "Bass G"};
  const TonSound* const sounds[] = {&plain[5], &plain[5]};
  TonMix* const mix = mix_of(names, sounds, 2);
  for (int i = 0; i < 2; ++i) {
    assert_string_equal(mix->strips[i].role, "bass");
    EXPECT_NEAR("pan", (double)mix->strips[i].pan, 0.0, 1e-6, "");
  }
  ton_mix_free(mix);
}

static void
test_snare_bottom_is_turned(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  assert_true(strip(mix, "Snare Bottom")->invert);
  assert_false(strip(mix, "Snare Top")->invert);
  assert_false(strip(mix, "OH L")->invert);
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

static const char*
text_of(const char* text)
{
  return text ? text : "";
}

/// Everything but the trim is the same
static void
same_but_trim(const TonMix* a, const TonMix* b, double fader_tolerance)
{
  assert_int_equal(a->n_strips, b->n_strips);
  for (uint32_t i = 0; i < a->n_strips; ++i) {
    const TonStrip* const x = &a->strips[i];
    const TonStrip* const y = &b->strips[i];
    assert_string_equal(x->name, y->name);
    assert_string_equal(text_of(x->role), text_of(y->role));
    assert_string_equal(text_of(x->to), text_of(y->to));
    EXPECT_DB("fader", (double)y->fader_db, (double)x->fader_db,
              fader_tolerance);
    EXPECT_NEAR("pan", (double)y->pan, (double)x->pan, 0.0, "");
    assert_int_equal(x->n_sends, y->n_sends);
    assert_int_equal(x->n_chain, y->n_chain);
    for (uint32_t c = 0; c < x->n_chain; ++c) {
      assert_ptr_equal(x->chain[c].type, y->chain[c].type);
      for (uint32_t p = 0; p < x->chain[c].type->n_params; ++p) {
        EXPECT_NEAR(x->chain[c].type->params[p].symbol,
                    (double)y->chain[c].params[p],
                    (double)x->chain[c].params[p],
                    0.15 + 0.05 * fabs((double)x->chain[c].params[p]), "");
      }
    }
  }
}

static void
test_gains_change_only_trims(void** state)
{
  (void)state;
  double gains[STEMS];
  for (uint32_t i = 0; i < STEMS; ++i) {
    gains[i] = 20.0 * signal_random(99, fmin(i, other_side(i)));
  }
  static TonSound sounds[STEMS];
  analyse(&(Change){.gains_db = gains}, sounds);
  TonPlan plans[2] = {{0}, {0}};
  TonMix* const a = propose(plain, NULL, NULL, &plans[0], NULL);
  TonMix* const b = propose(sounds, NULL, NULL, &plans[1], NULL);
  same_but_trim(a, b, 0.001);
  for (uint32_t i = 0; i < STEMS; ++i) {
    EXPECT_DB("trim", (double)b->strips[i].trim_db,
              (double)a->strips[i].trim_db - gains[i], 0.011);
  }
  free_sounds(sounds);
  ton_mix_free(a);
  ton_mix_free(b);
  ton_plan_free(&plans[0]);
  ton_plan_free(&plans[1]);
}

static void
test_order_changes_nothing(void** state)
{
  (void)state;
  static const uint32_t order[STEMS] = {7, 0, 11, 3, 9, 1, 5, 10, 2, 8, 4, 6};
  TonPlan plans[3] = {{0}, {0}, {0}};
  char* texts[3];
  ton_mix_free(propose(plain, NULL, NULL, &plans[0], &texts[0]));
  ton_mix_free(propose(plain, order, NULL, &plans[1], &texts[1]));
  ton_mix_free(propose(plain, NULL, NULL, &plans[2], &texts[2]));
  assert_string_equal(texts[0], texts[1]);
  assert_string_equal(texts[0], texts[2]);
  for (uint32_t i = 0; i < 3; ++i) {
    ton_free(texts[i]);
    ton_plan_free(&plans[i]);
  }
}

static void
test_silence_in_front_changes_nothing(void** state)
{
  (void)state;
  static TonSound sounds[STEMS];
  analyse(&(Change){.late = LATE}, sounds);
  TonPlan plans[2] = {{0}, {0}};
  TonMix* const a = propose(plain, NULL, NULL, &plans[0], NULL);
  TonMix* const b = propose(sounds, NULL, NULL, &plans[1], NULL);
  same_but_trim(a, b, 0.11);
  free_sounds(sounds);
  ton_mix_free(a);
  ton_mix_free(b);
  ton_plan_free(&plans[0]);
  ton_plan_free(&plans[1]);
}

/// A bass by its line and its amplifier, which comes `late` frames later by `gain`,
/// with a third microphone far from both; the plan is freed by the caller
static void
propose_bass(double gain, uint32_t late, bool locked, TonPlan* plan)
{
  static double x[N];
  static TonSound amp;
  TonDoc* doc = NULL;
  const char* const text = locked ? "tracks:\n  Bass Amp: {file: a.wav, delay: "
                                    "1 ms, lock: [delay]}\n"
                                  : "tracks:\n  Bass Amp: {file: a.wav}\n";
  for (uint64_t k = 0; k < N; ++k) {
    x[k] = gain * (k >= late ? made[6][k - late] : 0.0) +
           0.001 * signal_random(41, k);
  }
  sound_of(x, NULL, N, RATE, 4096, &amp);
  assert_int_equal(ton_doc_parse(text, strlen(text), "mix", &doc, NULL),
                   TON_OK);
  TonMix* const mix = read_mix(doc);
  const TonMixStem stems[] = {
      {.strip = "Bass DI", .file = "Bass DI.wav", .sound = &plain[6]},
      {.strip = "Bass Amp", .file = "Bass Amp.wav", .sound = &amp},
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]}};
  const TonMixBrief brief = {
      .stems = stems, .n_stems = 3, .roles = roles, .existing = mix};
  assert_int_equal(ton_assist_mix(&brief, plan, NULL), TON_OK);
  ton_sound_free(&amp);
  ton_mix_free(mix);
  ton_doc_free(doc);
}

static const TonEdit*
edit_of(const TonPlan* plan, const char* path)
{
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    if (strcmp(plan->edits[i].path, path) == 0) {
      return &plan->edits[i];
    }
  }
  return NULL;
}

/// The line waits for the amplifier that comes 2.5 ms later, right way up or not;
/// not where somebody has set a delay, nor for what is together already
static void
test_time_between_microphones(void** state)
{
  (void)state;
  static const struct {
    double gain;
    uint32_t late;
    bool locked;
    const char* delay;
    bool flipped;
  } cases[] = {{0.7, 120, false, "2.50 ms", false},
               {-0.7, 120, false, "2.50 ms", true},
               {0.7, 120, true, NULL, false},
               {0.7, 2, false, NULL, false}};
  for (size_t c = 0; c < TON_COUNT(cases); ++c) {
    TonPlan plan = {0};
    propose_bass(cases[c].gain, cases[c].late, cases[c].locked, &plan);
    const TonEdit* const delay = edit_of(&plan, "tracks/Bass DI/delay");
    const TonEdit* const flip = edit_of(&plan, "tracks/Bass Amp/polarity");
    print_message("# %s | %s\n", delay ? delay->comment : "-",
                  flip ? flip->comment : "-");
    assert_int_equal(delay != NULL, cases[c].delay != NULL);
    assert_true(!delay || strcmp(delay->value, cases[c].delay) == 0);
    assert_int_equal(flip != NULL, cases[c].flipped);
    assert_null(edit_of(&plan, "tracks/Bass Amp/delay"));
    assert_null(edit_of(&plan, "tracks/Lead Vox/delay"));
    ton_plan_free(&plan);
  }
}

/// What the sum gains: two of one level that sound together have 3 dB more than
/// their powers, and the sum as recorded is worked out here from the samples
static void
test_gain_of_sounding_together(void** state)
{
  (void)state;
  enum { LATE_FRAMES = 120, BINS = 340, WINDOW = 9600, STEP_HZ = 1 };
  double powers = 0.0;
  double sum = 0.0;
  TonPlan plan = {0};
  for (uint32_t at = 4800; at + WINDOW <= N; at += 8 * WINDOW) {
    for (uint32_t k = 0; k < BINS; k += 5) {
      const double turn = 2.0 * M_PI * (60.0 + STEP_HZ * k) / RATE;
      double re[2] = {0.0};
      double im[2] = {0.0};
      for (uint32_t i = 0; i < WINDOW; ++i) {
        const double w = 0.5 - 0.5 * cos(2.0 * M_PI * i / WINDOW);
        for (int t = 0; t < 2; ++t) {
          const double x = w * made[6][at + i - (t ? LATE_FRAMES : 0)];
          re[t] += x * cos(turn * i);
          im[t] += x * sin(turn * i);
        }
      }
      powers += re[0] * re[0] + im[0] * im[0] + re[1] * re[1] + im[1] * im[1];
      sum +=
          (re[0] + re[1]) * (re[0] + re[1]) + (im[0] + im[1]) * (im[0] + im[1]);
    }
  }
  propose_bass(0.7, LATE_FRAMES, false, &plan);
  const TonDecision* const d = decision_of(&plan, TON_RULE_DELAY_ALIGN);
  assert_non_null(d);
  EXPECT_DB("gain of the sum", d ? d->evidence[1].value : NAN,
            10.0 * log10(2.0) - 10.0 * log10(sum / powers), 0.7);
  ton_plan_free(&plan);
}

static void
test_polarity_of_all_changes_nothing(void** state)
{
  (void)state;
  bool turned[STEMS];
  memset(turned, true, sizeof(turned));
  static TonSound sounds[STEMS];
  analyse(&(Change){.turned = turned}, sounds);
  TonPlan plans[2] = {{0}, {0}};
  char* texts[2];
  ton_mix_free(propose(plain, NULL, NULL, &plans[0], &texts[0]));
  ton_mix_free(propose(sounds, NULL, NULL, &plans[1], &texts[1]));
  assert_string_equal(texts[0], texts[1]);
  free_sounds(sounds);
  for (uint32_t i = 0; i < 2; ++i) {
    ton_free(texts[i]);
    ton_plan_free(&plans[i]);
  }
}

static void
test_locked_lead_is_followed(void** state)
{
  (void)state;
  TonPlan plans[2] = {{0}, {0}};
  TonMix* const free_mix = propose(plain, NULL, NULL, &plans[0], NULL);
  TonMix* const mix =
      propose(plain, NULL, "Lead Vox\n    fader: +6 dB\n    lock: [fader]\n",
              &plans[1], NULL);
  EXPECT_DB("lead vocal", (double)strip(mix, "Lead Vox")->fader_db, 6.0, 0.0);
  for (uint32_t i = 0; i < STEMS; ++i) {
    EXPECT_DB(sources[i].strip, (double)strip(mix, sources[i].strip)->fader_db,
              (double)strip(free_mix, sources[i].strip)->fader_db + 6.0, 0.11);
  }
  bool recorded = false;
  for (uint32_t i = 0; i < plans[1].decisions.count; ++i) {
    const TonDecision* const d = &plans[1].decisions.items[i];
    recorded |= d->locked && strcmp(d->path, "tracks/Lead Vox/fader") == 0;
  }
  assert_true(recorded);
  for (uint32_t i = 0; i < plans[1].n_edits; ++i) {
    assert_string_not_equal(plans[1].edits[i].path, "tracks/Lead Vox/fader");
  }
  ton_mix_free(free_mix);
  ton_mix_free(mix);
  ton_plan_free(&plans[0]);
  ton_plan_free(&plans[1]);
}

static void
test_locked_kick_moves_only_drums(void** state)
{
  (void)state;
  TonPlan plans[2] = {{0}, {0}};
  TonMix* const free_mix = propose(plain, NULL, NULL, &plans[0], NULL);
  TonMix* const mix =
      propose(plain, NULL, "Kick In\n    fader: +4 dB\n    lock: [fader]\n",
              &plans[1], NULL);
  EXPECT_DB("kick", (double)strip(mix, "Kick In")->fader_db, 4.0, 0.0);
  EXPECT_DB("lead vocal", (double)strip(mix, "Lead Vox")->fader_db, 0.0, 0.0);
  EXPECT_AT_MOST("snare gives way", (double)strip(mix, "Snare Top")->fader_db,
                 (double)strip(free_mix, "Snare Top")->fader_db, "dB");
  const TonRole* const snare = ton_role(roles, "snare");
  EXPECT_AT_LEAST("but stays in its range",
                  (double)strip(mix, "Snare Top")->fader_db,
                  snare->level_low_lu - 3.1, "dB");
  ton_mix_free(free_mix);
  ton_mix_free(mix);
  ton_plan_free(&plans[0]);
  ton_plan_free(&plans[1]);
}

static void
test_locked_all_is_left_alone(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonMix* const mix =
      propose(plain, NULL,
              "Bass\n    chain:\n      - gain: {gain: -3 dB}\n    pan: L20\n"
              "    lock: [all]\n",
              &plan, NULL);
  const TonStrip* const bass = strip(mix, "Bass");
  assert_int_equal(bass->n_chain, 1);
  assert_string_equal(bass->chain[0].type->id, "gain");
  EXPECT_NEAR("pan", (double)bass->pan, -20.0, 0.0, "");
  EXPECT_DB("trim", (double)bass->trim_db, 0.0, 0.0);
  EXPECT_DB("fader", (double)bass->fader_db, 0.0, 0.0);
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    assert_null(strstr(plan.edits[i].path, "tracks/Bass/"));
  }
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

static void
test_proposing_twice_is_stable(void** state)
{
  (void)state;
  TonPlan plans[2] = {{0}, {0}};
  TonMixStem stems[STEMS];
  TonDoc* const doc = skeleton(NULL);
  char* first = NULL;
  fill_stems(plain, NULL, stems);
  for (uint32_t i = 0; i < 2; ++i) {
    TonMix* const before = read_mix(doc);
    const TonMixBrief brief = {
        .stems = stems, .n_stems = STEMS, .roles = roles, .existing = before};
    TonError error = {0};
    assert_int_equal(ton_assist_mix(&brief, &plans[i], &error), TON_OK);
    assert_int_equal(ton_plan_apply(&plans[i], doc, &error), TON_OK);
    ton_mix_free(before);
    if (!first) {
      first = ton_copy_string(ton_doc_text(doc));
    }
  }
  TonMix* const a = read_mix(doc);
  TonDoc* again = NULL;
  TonError error = {0};
  assert_int_equal(ton_doc_parse(first, strlen(first), "m", &again, &error),
                   TON_OK);
  TonMix* const b = read_mix(again);
  same_but_trim(a, b, 0.0);
  ton_mix_free(a);
  ton_mix_free(b);
  ton_doc_free(again);
  ton_doc_free(doc);
  ton_free(first);
  ton_plan_free(&plans[0]);
  ton_plan_free(&plans[1]);
}

static void
test_correction_after_a_render(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonPlan after = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  TonMixStem stems[STEMS];
  TonLevelsBehind levels[STEMS];
  fill_stems(plain, NULL, stems);
  for (uint32_t i = 0; i < STEMS; ++i) {
    const double fader = (double)strip(mix, sources[i].strip)->fader_db;
    levels[i] = (TonLevelsBehind){
        fader - 23.0 + plain[i].facts.active_lufs - loudness_of(i), NAN, NAN};
  }
  levels[6].lufs -= 2.0; // the bass lost 2 LU in its chain
  levels[3].lufs = NAN;
  const TonMixBrief brief = {
      .stems = stems, .n_stems = STEMS, .roles = roles, .existing = mix};
  TonError error = {0};
  assert_int_equal(ton_assist_mix_balance(&brief, levels, &after, &error),
                   TON_OK);
  assert_int_equal(after.n_edits, 1);
  assert_string_equal(after.edits[0].path, "tracks/Bass/fader");
  double value = 0.0;
  char room[64];
  const char* why = NULL;
  assert_true(ton_unit_parse(after.edits[0].value, TON_DB, &value, &why, room,
                             sizeof(room)));
  EXPECT_DB("bass", value, (double)strip(mix, "Bass")->fader_db + 2.0, 0.06);
  ton_mix_free(mix);
  ton_plan_free(&plan);
  ton_plan_free(&after);
}

/// Threshold that a voice gets after a render in which its compressor, at -20 dB
/// and with 1 dB of make-up, takes away so much on average; NaN: it stays
static double
threshold_after(double reduction_db)
{
  static const char text[] =
      "tracks:\n  Lead Vox:\n    file: stems/10 Lead Vox.wav\n"
      "    role: lead vocal\n    trim: +2 dB\n    fader: -1.5 dB\n"
      "    chain: [{compressor: {threshold: -20 dB, make-up: 1 dB}}]\n";
  TonDoc* doc = NULL;
  TonPlan plan = {0};
  assert_int_equal(ton_doc_parse(text, sizeof(text) - 1, "mix", &doc, NULL),
                   TON_OK);
  TonMix* const mix = read_mix(doc);
  const TonMixStem stem = {.strip = "Lead Vox",
                           .file = "stems/10 Lead Vox.wav",
                           .role = "lead vocal",
                           .sound = &plain[9]};
  const TonMixBrief brief = {
      .stems = &stem, .n_stems = 1, .roles = roles, .existing = mix};
  const TonLevelsBehind after = {-23.0, 6.0, reduction_db - 1.0 - 2.0 + 1.5};
  assert_int_equal(ton_assist_mix_thresholds(&brief, &after, &plan, NULL),
                   TON_OK);
  assert_true(plan.n_edits <= 1);
  double db = NAN;
  if (plan.n_edits) {
    const char* const value = strstr(plan.edits[0].value, "threshold: ");
    assert_string_equal(plan.edits[0].path,
                        "tracks/Lead Vox/chain/0/compressor");
    assert_non_null(value);
    db = strtod(value + 11, NULL);
  }
  ton_plan_free(&plan);
  ton_mix_free(mix);
  ton_doc_free(doc);
  return db;
}

static void
test_a_compressor_keeps_to_its_role(void** state)
{
  (void)state;
  const TonRole* const voice = ton_role(roles, "lead vocal");
  const double max = voice->max_reduction_db;
  const double slope = 1.0 - 1.0 / voice->ratio;
  assert_true(isnan(threshold_after(max - 0.1)));
  EXPECT_AT_LEAST("threshold", threshold_after(max + 0.1), -19.0, "dB");
  // it is below its threshold for a part of the time
  EXPECT_AT_LEAST("threshold", threshold_after(max + 2.0), -20.0 + 2.0 / slope,
                  "dB");
  EXPECT_AT_MOST("threshold", threshold_after(max + 50.0), 0.0, "dB");
}

/// A lead whose fader is locked counts as it was rendered: what its chain takes,
/// the others give up as well
static void
test_a_locked_lead_counts_as_rendered(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonPlan after = {0};
  TonMixStem stems[STEMS];
  TonLevelsBehind levels[STEMS];
  TonMix* const mix =
      propose(plain, NULL, "Lead Vox\n    fader: -12 dB\n    lock: [fader]\n",
              &plan, NULL);
  fill_stems(plain, NULL, stems);
  for (uint32_t i = 0; i < STEMS; ++i) {
    const double fader = (double)strip(mix, sources[i].strip)->fader_db;
    levels[i] = (TonLevelsBehind){
        fader - 23.0 + plain[i].facts.active_lufs - loudness_of(i), NAN, NAN};
  }
  levels[9].lufs -= 3.0; // the lead's chain
  const TonMixBrief brief = {
      .stems = stems, .n_stems = STEMS, .roles = roles, .existing = mix};
  assert_int_equal(ton_assist_mix_balance(&brief, levels, &after, NULL),
                   TON_OK);
  assert_int_equal(after.n_edits, STEMS - 1);
  for (uint32_t i = 0; i < after.n_edits; ++i) {
    for (uint32_t k = 0; k < STEMS; ++k) {
      char path[64];
      snprintf(path, sizeof(path), "tracks/%s/fader", sources[k].strip);
      if (strcmp(after.edits[i].path, path) == 0) {
        EXPECT_DB(path, strtod(after.edits[i].value, NULL),
                  (double)strip(mix, sources[k].strip)->fader_db - 3.0, 0.11);
      }
    }
  }
  ton_mix_free(mix);
  ton_plan_free(&plan);
  ton_plan_free(&after);
}

static double
fader_of(const TonPlan* plan, const char* name)
{
  char path[64];
  double fader = NAN;
  snprintf(path, sizeof(path), "tracks/%s/fader", name);
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    fader = strcmp(plan->edits[i].path, path) == 0
                ? strtod(plan->edits[i].value, NULL)
                : fader;
  }
  return fader;
}

/// Where the rest may not be raised as far as it would have to, the voice yields;
/// a track without a role is not pulled to the level of a group
static void
test_the_voice_yields(void** state)
{
  (void)state;
  TonPlan plan = {0};
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Shaker", .file = "Shaker.wav", .sound = &plain[3]},
      {.strip = "Gel 2", .file = "Gel 2.wav", .sound = &plain[11]}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 3, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  EXPECT_DB("shaker, at its highest", fader_of(&plan, "Shaker"), -11.0, 0.01);
  EXPECT_DB("lead vocal", fader_of(&plan, "Lead Vox"), -3.0, 0.01);
  assert_non_null(strstr(decision_of(&plan, TON_RULE_BALANCE_LEAD)->reason,
                         "3 LU softer than usual"));
  ton_plan_free(&plan);
  // a group of one part that is known and one that is not
  const TonMixStem music[] = {
      {.strip = "Backing Track",
       .file = "Backing Track.wav",
       .sound = &plain[7]},
      {.strip = "Gel 2", .file = "Gel 2.wav", .sound = &plain[11]}};
  const TonMixBrief both = {.stems = music, .n_stems = 2, .roles = roles};
  assert_int_equal(ton_assist_mix(&both, &plan, NULL), TON_OK);
  EXPECT_DB("unknown", fader_of(&plan, "Gel 2"),
            ton_role(roles, "unknown")->level_lu, 0.06);
  ton_plan_free(&plan);
}

/// A curve that moves the fader is the track's level, and its fader is left
/// alone
static void
test_moved_fader_counts(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonPlan again = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  TonStrip* const lead = &mix->strips[ton_mix_strip(mix, "Lead Vox")];
  const double bass = (double)strip(mix, "Bass")->fader_db;
  lead->fader_db = -5.0F;
  TonMixStem stems[STEMS];
  fill_stems(plain, NULL, stems);
  for (uint32_t i = 0; i < STEMS; ++i) {
    stems[i].moved = strcmp(stems[i].strip, "Lead Vox") == 0;
    stems[i].moved_db = 4.0;
  }
  const TonMixBrief brief = {
      .stems = stems, .n_stems = STEMS, .roles = roles, .existing = mix};
  assert_int_equal(ton_assist_mix(&brief, &again, NULL), TON_OK);
  bool found = false;
  for (uint32_t i = 0; i < again.n_edits; ++i) {
    const TonEdit* const e = &again.edits[i];
    assert_string_not_equal(e->path, "tracks/Lead Vox/fader");
    if (strcmp(e->path, "tracks/Bass/fader") == 0) {
      found = true;
      EXPECT_DB("bass follows the curve", strtod(e->value, NULL), bass + 4.0,
                0.11);
    }
  }
  assert_true(found);
  ton_mix_free(mix);
  ton_plan_free(&plan);
  ton_plan_free(&again);
}

static void
test_mix_peak(void** state)
{
  (void)state;
  TonPlan plan = {0};
  TonPlan level = {0};
  TonMix* const mix = propose(plain, NULL, NULL, &plan, NULL);
  TonError error = {0};
  assert_int_equal(ton_assist_mix_level(mix, -1.2, -17.0, &level, &error),
                   TON_OK);
  assert_int_equal(level.n_edits, 1);
  assert_string_equal(level.edits[0].path, "buses/Mix/fader");
  assert_string_equal(level.edits[0].value, "-3.3 dB");
  ton_plan_free(&level);
  assert_int_equal(ton_assist_mix_level(mix, -5.2, -17.0, &level, &error),
                   TON_OK);
  assert_int_equal(level.n_edits, 0);
  assert_int_not_equal(
      ton_assist_mix_level(mix, -INFINITY, -17.0, &level, &error), TON_OK);
  ton_plan_free(&level);
  ton_mix_free(mix);
  ton_plan_free(&plan);
}

/// Proposed for one track: its high-pass, or null
static const TonEdit*
highpass_of(const TonSound* sound, const char* strip, TonPlan* plan)
{
  const TonMixStem stem = {.strip = strip, .file = strip, .sound = sound};
  const TonMixBrief brief = {.stems = &stem, .n_stems = 1, .roles = roles};
  TonError error = {0};
  assert_int_equal(ton_assist_mix(&brief, plan, &error), TON_OK);
  for (uint32_t i = 0; i < plan->n_edits; ++i) {
    if (strstr(plan->edits[i].path, "/highpass")) {
      return &plan->edits[i];
    }
  }
  return NULL;
}

/// A lead vocal with other S sounds in place of its own
static void
voice_with(double s_level, double* x)
{
  for (uint64_t i = 0; i < N; ++i) {
    const double t = (double)i / RATE;
    const bool s = fmod(t, 0.5) > 0.34 && made[9][i] != 0.0;
    x[i] = s ? s_level * sin(2.0 * M_PI * 7000.0 * t) : made[9][i];
  }
}

/// What is decided of a de-esser for a track
static const TonDecision*
de_esser_of(const double* x, const char* strip, TonSound* sound, TonPlan* plan)
{
  sound_of(x, NULL, N, RATE, 4096, sound);
  (void)highpass_of(sound, strip, plan);
  for (uint32_t i = 0; i < plan->decisions.count; ++i) {
    if (strncmp(plan->decisions.items[i].rule, "de-ess.", 7) == 0) {
      return &plan->decisions.items[i];
    }
  }
  return NULL;
}

/// As much as the S sounds stand out, and no more than the role allows
static void
test_a_de_esser_takes_what_stands_out(void** state)
{
  (void)state;
  static const struct {
    double s_level;
    const char* rule;
    const char* range; ///< "": left alone
  } rows[] = {{0.0, "de-ess.none", ""},
              {0.03, "de-ess.soft", ""},
              {0.3, "de-ess.loud", "range: 5 dB"}};
  static double x[N];
  for (uint32_t k = 0; k < TON_COUNT(rows); ++k) {
    TonSound sound;
    TonPlan plan = {0};
    voice_with(rows[k].s_level, x);
    const TonDecision* const d = de_esser_of(x, "Lead Vox", &sound, &plan);
    assert_non_null(d);
    assert_string_equal(d->rule, rows[k].rule);
    assert_int_equal(*d->value != 0, *rows[k].range != 0);
    assert_non_null(strstr(d->value, rows[k].range));
    ton_plan_free(&plan);
    ton_sound_free(&sound);
    assert_null(de_esser_of(x, "Synth", &sound, &plan));
    ton_plan_free(&plan);
    ton_sound_free(&sound);
  }
}

/// Rumble so loud that the track never pauses does not pass as its lowest note
static void
test_steady_rumble_is_cut(void** state)
{
  (void)state;
  static double x[N];
  memcpy(x, made[9], sizeof(x)); // the lead vocal
  for (uint64_t i = 0; i < N; ++i) {
    x[i] += 0.1 * sin(2.0 * M_PI * 24.0 * (double)i / RATE);
  }
  TonSound sound;
  TonPlan plan = {0};
  sound_of(x, NULL, N, RATE, 4096, &sound);
  assert_false(sound.facts.has_pauses);
  const TonEdit* const e = highpass_of(&sound, "Lead Vox", &plan);
  assert_non_null(e);
  assert_non_null(strstr(e->value, "24 dB/oct"));
  assert_string_equal(plan.decisions.items[2].rule, "highpass.steady-rumble");
  ton_plan_free(&plan);
  // a bass may play there: its lowest notes stay
  assert_null(highpass_of(&sound, "Bass", &plan));
  ton_plan_free(&plan);
  ton_sound_free(&sound);
}

/// Steps on the floor while somebody sings: they come and go with the voice, so
/// that neither pauses nor steadiness tell them from it; how low voices sing does
static void
test_steps_under_a_voice_are_cut(void** state)
{
  (void)state;
  static double x[N];
  double voice = 0.0;
  double steps = 0.0;
  for (uint64_t i = 0; i < N; ++i) {
    const double into = fmod((double)i / RATE, 0.7);
    const double y = made[9][i] == 0.0 ? 0.0
                                       : 0.08 * exp(-8.0 * into) *
                                             sin(2.0 * M_PI * 31.0 * into);
    voice += made[9][i] * made[9][i];
    steps += y * y;
    x[i] = made[9][i] + y;
  }
  TonSound sound;
  TonPlan plan = {0};
  sound_of(x, NULL, N, RATE, 4096, &sound);
  const TonEdit* e = highpass_of(&sound, "Lead Vox", &plan);
  assert_non_null(e);
  assert_string_equal(e->value, "{at: 100 Hz, slope: 24 dB/oct}");
  const TonDecision* const d = &plan.decisions.items[2];
  assert_string_equal(d->rule, "highpass.below-role");
  EXPECT_NEAR("energy below", d->evidence[1].value,
              10.0 * log10(steps / (voice + steps)), 1.0, "dB");
  ton_plan_free(&plan);
  // keys play there: what sounds with them is theirs
  e = highpass_of(&sound, "Piano", &plan);
  assert_non_null(e);
  assert_null(strstr(e->value, "24 dB/oct"));
  ton_plan_free(&plan);
  ton_sound_free(&sound);
}

/// Noise from 25 to 60 Hz that fills the pauses of a voice: cut at the bound of
/// the role, and the figure is what its power is
static void
test_loud_noise_below_a_voice_is_cut(void** state)
{
  (void)state;
  static const double levels[] = {0.3, 1.0, 3.0};
  static double x[N];
  for (uint32_t k = 0; k < TON_COUNT(levels); ++k) {
    double voice = 0.0;
    double rumble = 0.0;
    for (uint64_t i = 0; i < N; ++i) {
      double y = 0.0;
      for (uint32_t line = 0; line < 30; ++line) {
        const double hz = 25.0 + 1.17 * line;
        y += 0.02 * levels[k] *
             sin(2.0 * M_PI * (hz * (double)i / RATE + signal_random(8, line)));
      }
      voice += made[9][i] * made[9][i];
      rumble += y * y;
      x[i] = made[9][i] + y;
    }
    TonSound sound;
    TonPlan plan = {0};
    sound_of(x, NULL, N, RATE, 4096, &sound);
    assert_false(sound.facts.has_pauses);
    const TonEdit* const e = highpass_of(&sound, "Lead Vox", &plan);
    assert_non_null(e);
    assert_string_equal(e->value, "{at: 100 Hz, slope: 24 dB/oct}");
    const TonDecision* const d = &plan.decisions.items[2];
    assert_string_equal(d->rule, "highpass.steady-rumble");
    assert_string_equal(d->evidence[1].metric, "energy below");
    EXPECT_NEAR("energy below", d->evidence[1].value,
                10.0 * log10(rumble / (voice + rumble)), 1.0, "dB");
    ton_plan_free(&plan);
    ton_sound_free(&sound);
  }
}

/// An empty channel is not raised, placed or sent anywhere; the others are as
/// if it were not there
static void
test_noise_is_left_alone(void** state)
{
  (void)state;
  static double x[N];
  signal_white(x, N, 5);
  for (uint64_t i = 0; i < N; ++i) {
    x[i] *= pow(10.0, -75.0 / 20.0);
  }
  TonSound noise;
  TonPlan plan = {0};
  TonError error = {0};
  sound_of(x, NULL, N, RATE, 4096, &noise);
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Synth Pluck", .file = "Synth Pluck.wav", .sound = &noise}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, &error), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_TRIM_NOISE);
  assert_non_null(d);
  EXPECT_NEAR("noise", d->evidence[0].value, noise.facts.active_lufs, 0.0,
              "LUFS");
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    const bool role =
        strcmp(plan.edits[i].path, "tracks/Synth Pluck/role") == 0;
    assert_true(role || !strstr(plan.edits[i].path, "Synth Pluck"));
  }
  ton_plan_free(&plan);
  ton_sound_free(&noise);
  for (uint32_t i = 0; i < STEMS; ++i) {
    assert_false(plain[i].facts.steady_noise);
  }
}

/// A bass or a pad that somebody turned down by 80 dB is no noise, though it never
/// pauses and no harmonic lies above 500 Hz
static void
test_soft_notes_are_no_noise(void** state)
{
  (void)state;
  static const double notes_hz[] = {41.2,  55.0,  98.0,  147.0, 165.0, 175.0,
                                    185.0, 196.0, 208.0, 220.0, 247.0, 330.0};
  static double x[N];
  for (uint32_t k = 0; k < TON_COUNT(notes_hz); ++k) {
    for (uint64_t i = 0; i < N; ++i) {
      const double turn = 2.0 * M_PI * notes_hz[k] * (double)i / RATE;
      x[i] = 2.5e-5 * sin(turn) + 1e-6 * signal_random(9, i);
    }
    TonSound sound;
    sound_of(x, NULL, N, RATE, 4096, &sound);
    if (sound.facts.steady_noise) {
      fail_msg("%g Hz is called noise", notes_hz[k]);
    }
    ton_sound_free(&sound);
  }
}

/// Single samples over the noise of a converter are no track of their own, unless
/// somebody says so
static void
test_clicks_alone_are_muted(void** state)
{
  (void)state;
  static double x[N];
  TonSound sound;
  TonPlan plan = {0};
  for (uint64_t i = 0; i < N; ++i) {
    x[i] = 3e-5 * signal_random(3, i);
  }
  x[2 * RATE] = x[3 * RATE + 7] = 0.9;
  sound_of(x, NULL, N, RATE, 4096, &sound);
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Pop", .file = "Pop.wav", .sound = &sound}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_TRIM_CLICKS);
  assert_non_null(d);
  assert_string_equal(d->path, "tracks/Pop/mute");
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    assert_null(strstr(plan.edits[i].path, "Pop/trim"));
  }
  ton_plan_free(&plan);
  ton_sound_free(&sound);
  for (uint32_t i = 0; i < STEMS; ++i) {
    assert_false(plain[i].facts.clicks);
  }
}

/// A stem beside a lead vocal: nothing is written for it but its role, and `rule` says
/// why; 0: it is mixed like any other
static void
expect_left_alone(const TonSound* sound, const char* role, TonRuleId rule)
{
  TonPlan plan = {0};
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Odd", .file = "Odd.wav", .role = role, .sound = sound}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  bool written = false;
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    written |= strstr(plan.edits[i].path, "Odd/") != NULL &&
               strstr(plan.edits[i].path, "Odd/role") == NULL;
  }
  assert_int_equal(written, rule == 0);
  assert_true(rule == 0 || decision_of(&plan, rule) != NULL);
  ton_plan_free(&plan);
}

/// Hum of an input without a player is no instrument; a bass on G1 is one, and so is
/// a drone that somebody gives a role
static void
test_hum_alone_is_left_alone(void** state)
{
  (void)state;
  enum { LONG = 16 * RATE };
  static const struct {
    double hz;
    double noise; ///< Amplitude
    bool hum;
  } cases[] = {{60.0, 1e-5, true},  {50.0, 3e-4, true},  {50.2, 1e-5, true},
               {49.0, 1e-5, false}, {61.7, 1e-5, false}, {55.0, 1e-5, false}};
  static double x[LONG];
  for (uint32_t k = 0; k < TON_COUNT(cases); ++k) {
    for (uint64_t i = 0; i < LONG; ++i) {
      const double turn = 2.0 * M_PI * cases[k].hz * (double)i / RATE;
      x[i] = 1e-3 * sin(turn) + 5e-4 * sin(2.0 * turn) +
             2.5e-4 * sin(3.0 * turn) + cases[k].noise * signal_random(4, i);
    }
    TonSound sound;
    sound_of(x, NULL, LONG, RATE, 4096, &sound);
    assert_int_equal(sound.facts.only_hum, cases[k].hum);
    expect_left_alone(&sound, NULL, cases[k].hum ? TON_RULE_TRIM_HUM : 0);
    expect_left_alone(&sound, "pad", 0);
    ton_sound_free(&sound);
  }
  for (uint32_t i = 0; i < STEMS; ++i) {
    assert_false(plain[i].facts.only_hum);
  }
}

/// One hit far over all others is named with its place; an instrument has none
static void
test_one_loud_moment_is_named(void** state)
{
  (void)state;
  static double x[N];
  for (uint64_t i = 0; i < N; ++i) {
    const double turn = 2.0 * M_PI * 220.0 * (double)i / RATE;
    const bool loud = i >= 5 * RATE && i < 5 * RATE + 20;
    x[i] = loud ? 2.5 : 0.03 * sin(turn) * (1.0 + sin(turn / 220.0));
  }
  TonSound sound;
  TonPlan plan = {0};
  sound_of(x, NULL, N, RATE, 4096, &sound);
  const TonMixStem stem = {.strip = "Pad", .file = "Pad.wav", .sound = &sound};
  const TonMixBrief brief = {.stems = &stem, .n_stems = 1, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_DEFECT_LONE_PEAK);
  assert_non_null(d);
  EXPECT_NEAR("place", d->evidence[0].value, 5.0, 0.03, "s");
  EXPECT_NEAR("over the others", d->evidence[1].value, 20.0 * log10(2.5 / 0.06),
              0.2, "dB");
  ton_plan_free(&plan);
  ton_sound_free(&sound);
  for (uint32_t i = 0; i < STEMS; ++i) {
    assert_true(plain[i].facts.lone_peak_db == 0.0);
  }
}

/// The crackle of a record is not raised until it stands beside the voice
static void
test_crackle_is_left_alone(void** state)
{
  (void)state;
  static double x[N];
  for (uint64_t i = 0; i < N; ++i) {
    const bool click = i % (RATE / 4) == (i * 7919 / RATE) % 97;
    x[i] = 1e-5 * signal_random(3, i) + (click ? 0.03 : 0.0);
  }
  TonSound sound;
  sound_of(x, NULL, N, RATE, 4096, &sound);
  expect_left_alone(&sound, NULL, TON_RULE_TRIM_CRACKLE);
  expect_left_alone(&sound, "effects", 0);
  ton_sound_free(&sound);
}

/// A role that an earlier step wrote is no person's word
static void
test_proposed_role_is_no_word(void** state)
{
  (void)state;
  static double x[N];
  TonSound noise;
  TonPlan plan = {0};
  for (uint64_t i = 0; i < N; ++i) {
    x[i] = 4e-3 * signal_random(2, i);
  }
  sound_of(x, NULL, N, RATE, 4096, &noise);
  char name[] = "Wind";
  char role[] = "winds";
  TonStrip strips[] = {{.name = name, .role = role}};
  const TonMix existing = {.strips = strips, .n_strips = 1, .n_tracks = 1};
  const TonMixStem stem = {.strip = "Wind",
                           .file = "Wind.wav",
                           .role_proposed = true,
                           .sound = &noise};
  const TonMixBrief brief = {
      .stems = &stem, .n_stems = 1, .roles = roles, .existing = &existing};
  const TonLevelsBehind after = {.lufs = noise.facts.active_lufs};
  assert_int_equal(ton_assist_mix_balance(&brief, &after, &plan, NULL), TON_OK);
  assert_int_equal(plan.n_edits, 0);
  ton_plan_free(&plan);
  ton_sound_free(&noise);
}

/// A file of nothing but a constant is kept out of the mix, one of nothing but broken
/// samples is told; neither is "silent"
static void
test_what_a_file_without_sound_holds(void** state)
{
  (void)state;
  static double x[N];
  TonSound constant;
  TonSound broken;
  TonPlan plan = {0};
  for (uint64_t i = 0; i < N; ++i) {
    x[i] = 0.5;
  }
  sound_of(x, NULL, N, RATE, 4096, &constant);
  memset(x, 0, sizeof(x));
  sound_of(x, NULL, N, RATE, 4096, &broken);
  broken.facts.whole.bad_samples = N;
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Synth", .file = "Synth.wav", .sound = &constant},
      {.strip = "Pad", .file = "Pad.wav", .sound = &broken}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 3, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_TRIM_CONSTANT);
  assert_non_null(d);
  assert_string_equal(d->path, "tracks/Synth/mute");
  EXPECT_NEAR("DC offset", d->evidence[0].value, 50.0, 0.1, "%");
  assert_non_null(decision_of(&plan, TON_RULE_TRIM_BROKEN));
  assert_null(decision_of(&plan, TON_RULE_TRIM_SILENT));
  ton_plan_free(&plan);
  ton_sound_free(&constant);
  ton_sound_free(&broken);
}

/// What has nothing on the other side stays so near to the middle that left and
/// right are even
static void
test_a_lone_guitar_leaves_the_sides_even(void** state)
{
  (void)state;
  static const char* const files[] = {"Kick.wav", "Lead Vox.wav", "Guitar.wav"};
  const TonSound* const sounds[] = {&plain[0], &plain[9], &plain[7]};
  TonPlan plan = {0};
  TonMixStem stems[3];
  for (uint32_t i = 0; i < 3; ++i) {
    stems[i] =
        (TonMixStem){.strip = files[i], .file = files[i], .sound = sounds[i]};
  }
  const TonMixBrief brief = {.stems = stems, .n_stems = 3, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_PLACE_SIDE);
  assert_non_null(d);
  EXPECT_AT_MOST("left and right", fabs(d->evidence[0].value), 0.7, "dB");
  ton_plan_free(&plan);
}

static bool
noise_is_left_alone(double dbfs, const char* file)
{
  static double x[N];
  TonSound noise;
  TonPlan plan = {0};
  signal_white(x, N, 5);
  for (uint64_t i = 0; i < N; ++i) {
    x[i] *= pow(10.0, dbfs / 20.0);
  }
  sound_of(x, NULL, N, RATE, 4096, &noise);
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Other", .file = file, .sound = &noise}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
  assert_true(noise.facts.steady_noise);
  assert_int_equal(ton_assist_mix(&brief, &plan, NULL), TON_OK);
  const bool left = decision_of(&plan, TON_RULE_TRIM_NOISE) != NULL;
  ton_plan_free(&plan);
  ton_sound_free(&noise);
  return left;
}

/// Noise is not raised where an instrument should be; it may be meant where the
/// name says so, unless it is as soft as an empty channel
static void
test_noise_is_judged_by_name_and_level(void** state)
{
  (void)state;
  assert_true(noise_is_left_alone(-40.0, "Gtr.wav"));
  assert_true(noise_is_left_alone(-40.0, "Gel 2.wav"));
  assert_false(noise_is_left_alone(-40.0, "Vinyl Noise.wav"));
  assert_true(noise_is_left_alone(-75.0, "Vinyl Noise.wav"));
  assert_false(noise_is_left_alone(-15.0, "Gtr.wav"));
}

/// "T1" is a tom beside drums, else the first track
static void
test_names_that_need_others(void** state)
{
  (void)state;
  const Recording kit[] = {{"Kick", "Kick.wav", &plain[0], "kick", false},
                           {"T1", "T1.wav", &plain[1], "tom", false},
                           {"Vox", "Vox.wav", &plain[9], "lead vocal", false}};
  expect_recordings(kit, TON_COUNT(kit));
  const Recording tracks[] = {{"t1", "t1.wav", &plain[10], "", false},
                              {"t2", "t2.wav", &plain[11], "", false}};
  expect_recordings(tracks, TON_COUNT(tracks));
  const Recording heard[] = {{"t1", "t1.wav", &plain[1], "snare", false},
                             {"t2", "t2.wav", &plain[11], "tom", false}};
  expect_recordings(heard, TON_COUNT(heard));
}

/// Without names the sounds tell most roles, and none is taken for a lead vocal
static void
test_roles_without_names(void** state)
{
  (void)state;
  uint32_t right = 0;
  for (uint32_t i = 0; i < STEMS; ++i) {
    TonRoleGuess named;
    TonRoleGuess heard = {0};
    ton_role_from_name(roles, sources[i].file, &named);
    ton_role_from_sound(roles, &plain[i].facts, &heard);
    const bool voice = strstr(named.role->group, "Vocals") &&
                       strstr(heard.role->group, "Vocals");
    right += voice || strcmp(named.role->group, heard.role->group) == 0;
    assert_true(i == 9 || strcmp(heard.role->name, "lead vocal") != 0);
  }
  EXPECT_AT_LEAST("right groups", right, 7.0, "of 12");
}

/// A name that the sound contradicts keeps its role and is told
static void
test_names_that_the_sound_contradicts(void** state)
{
  (void)state;
  static const struct {
    uint32_t sound;
    const char* file;
    const char* role;
  } planted[] = {{4, "Lead Vox.wav", "lead vocal"},
                 {5, "Piano.wav", "keys"},
                 {3, "Strings.wav", "strings"},
                 {5, "Bass DI.wav", "bass"}};
  TonRoleGuess guess;
  for (uint32_t i = 0; i < TON_COUNT(planted); ++i) {
    ton_role_guess(roles, planted[i].file, &plain[planted[i].sound].facts,
                   &guess);
    assert_int_equal(guess.rule, TON_RULE_ROLE_DOUBTFUL_NAME);
    assert_string_equal(guess.role->name, planted[i].role);
    assert_true(strlen(guess.sound) > 0);
  }
  for (uint32_t i = 0; i < STEMS; ++i) {
    ton_role_guess(roles, sources[i].file, &plain[i].facts, &guess);
    assert_int_equal(guess.rule, TON_RULE_ROLE_NAME);
  }
}

/// Hum under a voice: lines below its high-pass are left to a steeper one, those
/// above it get notches
static void
test_hum_below_the_highpass(void** state)
{
  (void)state;
  static double x[N];
  for (uint64_t i = 0; i < N; ++i) {
    x[i] = i < N / 2 ? made[9][i] : 0.0;
    for (int k = 1; k <= 6; ++k) {
      x[i] += 0.0005 * sin(2.0 * M_PI * 50.0 * k * (double)i / RATE);
    }
  }
  TonSound sound;
  TonPlan plan = {0};
  sound_of(x, NULL, N, RATE, 4096, &sound);
  EXPECT_NEAR("mains", sound.facts.hum.hz, 50.0, 0.0, "Hz");
  const TonEdit* const e = highpass_of(&sound, "Lead Vox", &plan);
  assert_non_null(e);
  assert_string_equal(e->value, "{at: 100 Hz, slope: 24 dB/oct}");
  assert_non_null(decision_of(&plan, TON_RULE_HIGHPASS_HUM));
  uint32_t notches = 0;
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    if (strstr(plan.edits[i].path, "/notch")) {
      ++notches;
      assert_null(strstr(plan.edits[i].value, "at: 50 Hz"));
    }
  }
  assert_in_range(notches, 4, 7);
  ton_plan_free(&plan);
  ton_sound_free(&sound);
}

/// A bass that somebody turned down by 80 dB is raised by what the table allows
static void
test_a_trim_is_bounded(void** state)
{
  (void)state;
  static double x[N];
  for (uint64_t i = 0; i < N; ++i) {
    x[i] = 1e-4 * made[6][i];
  }
  TonSound soft;
  TonPlan plan = {0};
  TonError error = {0};
  sound_of(x, NULL, N, RATE, 4096, &soft);
  const TonMixStem stems[] = {
      {.strip = "Lead Vox", .file = "Lead Vox.wav", .sound = &plain[9]},
      {.strip = "Bass", .file = "Bass.wav", .sound = &soft}};
  const TonMixBrief brief = {.stems = stems, .n_stems = 2, .roles = roles};
  assert_int_equal(ton_assist_mix(&brief, &plan, &error), TON_OK);
  const TonDecision* const d = decision_of(&plan, TON_RULE_TRIM_TOO_SOFT);
  assert_non_null(d);
  assert_string_equal(d->value, "+36.00 dB");
  assert_true(d->bound_hit);
  double whole = 0.0;
  for (uint32_t i = 0; i < plan.n_edits; ++i) {
    if (strcmp(plan.edits[i].path, "tracks/Bass/fader") == 0) {
      whole = atof(plan.edits[i].value);
    }
  }
  EXPECT_AT_MOST("the fader does not make up for it", whole, 6.0, "dB");
  ton_plan_free(&plan);
  ton_sound_free(&soft);
}

static int
open_all(void** state)
{
  (void)state;
  TonError error = {0};
  for (uint32_t i = 0; i < STEMS; ++i) {
    sources[i].make(made[i], N, RATE);
  }
  analyse(&(Change){0}, plain);
  return ton_roles_read(NULL, &roles, &error) != TON_OK;
}

static int
close_all(void** state)
{
  (void)state;
  free_sounds(plain);
  ton_roles_free(roles);
  return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_text_reads_back),
    cmocka_unit_test(test_balance_sums),
    cmocka_unit_test(test_places),
    cmocka_unit_test(test_sides_of_a_recording),
    cmocka_unit_test(test_finished_mixes),
    cmocka_unit_test(test_instrumental_mixes),
    cmocka_unit_test(test_submixes),
    cmocka_unit_test(test_tones_of_one_pitch),
    cmocka_unit_test(test_a_submix_says_of_what),
    cmocka_unit_test(test_two_formats),
    cmocka_unit_test(test_two_folders_of_formats),
    cmocka_unit_test(test_copies),
    cmocka_unit_test(test_copies_at_another_gain),
    cmocka_unit_test(test_named_sides),
    cmocka_unit_test(test_pairs_in_six_languages),
    cmocka_unit_test(test_letters_of_notes),
    cmocka_unit_test(test_letters_of_what_lies_in_the_middle),
    cmocka_unit_test(test_snare_bottom_is_turned),
    cmocka_unit_test(test_gains_change_only_trims),
    cmocka_unit_test(test_order_changes_nothing),
    cmocka_unit_test(test_silence_in_front_changes_nothing),
    cmocka_unit_test(test_time_between_microphones),
    cmocka_unit_test(test_gain_of_sounding_together),
    cmocka_unit_test(test_polarity_of_all_changes_nothing),
    cmocka_unit_test(test_locked_lead_is_followed),
    cmocka_unit_test(test_locked_kick_moves_only_drums),
    cmocka_unit_test(test_locked_all_is_left_alone),
    cmocka_unit_test(test_proposing_twice_is_stable),
    cmocka_unit_test(test_correction_after_a_render),
    cmocka_unit_test(test_a_compressor_keeps_to_its_role),
    cmocka_unit_test(test_a_locked_lead_counts_as_rendered),
    cmocka_unit_test(test_the_voice_yields),
    cmocka_unit_test(test_moved_fader_counts),
    cmocka_unit_test(test_mix_peak),
    cmocka_unit_test(test_a_de_esser_takes_what_stands_out),
    cmocka_unit_test(test_steady_rumble_is_cut),
    cmocka_unit_test(test_steps_under_a_voice_are_cut),
    cmocka_unit_test(test_loud_noise_below_a_voice_is_cut),
    cmocka_unit_test(test_soft_notes_are_no_noise),
    cmocka_unit_test(test_clicks_alone_are_muted),
    cmocka_unit_test(test_hum_alone_is_left_alone),
    cmocka_unit_test(test_crackle_is_left_alone),
    cmocka_unit_test(test_one_loud_moment_is_named),
    cmocka_unit_test(test_proposed_role_is_no_word),
    cmocka_unit_test(test_what_a_file_without_sound_holds),
    cmocka_unit_test(test_a_lone_guitar_leaves_the_sides_even),
    cmocka_unit_test(test_noise_is_left_alone),
    cmocka_unit_test(test_noise_is_judged_by_name_and_level),
    cmocka_unit_test(test_names_that_need_others),
    cmocka_unit_test(test_roles_without_names),
    cmocka_unit_test(test_names_that_the_sound_contradicts),
    cmocka_unit_test(test_hum_below_the_highpass),
    cmocka_unit_test(test_a_trim_is_bounded),
};

int
main(void)
{
  return cmocka_run_group_tests(tests, open_all, close_all);
}
