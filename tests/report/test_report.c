// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/memory.h"
#include "expect.h"
#include "report/report.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

/// A song of two tracks, one of them with a name that HTML would misread, and
/// values that like to be printed as -0
typedef struct {
  TonMeasurement mix;
  TonMeasurement master;
  TonDecision records[6];
  TonDecisions decisions;
  float curve[40];
  TonReportFile file;
  TonReportCurve reduction;
  TonReportTag tag;
  TonReport report;
} Song;

static void
record(Song* song, const char* path, const char* value, const char* reason)
{
  TonDecision* const d = &song->records[song->decisions.count++];
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
  snprintf(d->reason, sizeof(d->reason), "%s", reason);
  d->n_evidence = 1;
  d->evidence[0] = (TonEvidence){.metric = "place",
                                 .value = -0.0001,
                                 .unit = "LU",
                                 .low = NAN,
                                 .high = NAN};
}

static void
measured(Song* song, TonMeasurement* m, double lufs)
{
  m->rate = 48000;
  m->channels = 2;
  m->frames = 4 * 48000;
  m->integrated_lufs = lufs;
  m->true_peak_dbtp = -1.0;
  m->mono_loss_lu = -0.001;
  m->correlation = NAN;
  m->n_points = 40;
  m->momentary_lufs = song->curve;
  m->short_term_lufs = song->curve;
  m->correlation_curve = song->curve;
}

static void
fill(Song* song)
{
  *song = (Song){.decisions = {.items = song->records}};
  for (int i = 0; i < 40; ++i) {
    song->curve[i] = i < 5 ? -INFINITY : -14.0F;
  }
  measured(song, &song->mix, -20.0);
  measured(song, &song->master, -14.0);
  record(song, "tracks/A & <B>/role", "kick", "the name says so");
  record(song, "tracks/Vox/trim", "+1 dB", "active loudness");
  record(song, "tracks/A & <B>/chain/0/equaliser/1/bell", "{at: 1 kHz}",
         "a resonance");
  record(song, "tracks/Vox/sends/Écho 1~14", "-12 dB", "an echo");
  record(song, "tracks/Vox/fader", "-3 dB", "this is not so any more");
  song->records[4].superseded = true;
  song->file =
      (TonReportFile){"cd",  "x.wav", "0123456789abcdef0123", 1000, -14.0, -1.0,
                      false, false,   "reads -0.90 dBTP"};
  song->reduction = (TonReportCurve){"1 limiter", song->curve, 40};
  song->tag = (TonReportTag){"artist", "Me & You"};
  song->report = (TonReport){.song = "Song",
                             .artist = "Me & You",
                             .version = "0",
                             .tags = &song->tag,
                             .n_tags = 1,
                             .texts = &song->tag,
                             .n_texts = 1,
                             .goal_lufs = -14.0,
                             .ceiling_dbtp = -1.0,
                             .mix = &song->mix,
                             .master = &song->master,
                             .files = &song->file,
                             .n_files = 1,
                             .reductions = &song->reduction,
                             .n_reductions = 1,
                             .mix_decisions = &song->decisions};
}

static uint32_t
count(const char* text, const char* what)
{
  uint32_t n = 0;
  for (const char* at = text; (at = strstr(at, what)) != NULL; ++at) {
    ++n;
  }
  return n;
}

static void
page_groups_by_track(void** state)
{
  (void)state;
  Song song;
  TonString page = {0};
  fill(&song);
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_int_equal(count(html, "<details"), 2);
  assert_int_equal(count(html, "A &amp; &lt;B&gt;"), 1);
  assert_non_null(strstr(html, "equaliser bell</th><td>at 1 kHz"));
  assert_non_null(strstr(html, "send to Écho 1/4"));
  assert_null(strstr(html, "not so any more"));
  ton_string_free(&page);
}

static void
page_says_what_is_wrong(void** state)
{
  (void)state;
  Song song;
  TonString page = {0};
  fill(&song);
  song.report.goal_lufs = -9.0;
  song.master.true_peak_dbtp = -0.2;
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_non_null(strstr(html, "goal -9.0 LUFS missed"));
  assert_non_null(strstr(html, "ceiling -1.0 dBTP exceeded"));
  assert_non_null(strstr(html, "reads -0.90 dBTP"));
  assert_non_null(strstr(html, "Me &amp; You"));
  ton_string_free(&page);
}

static void
nothing_is_minus_zero(void** state)
{
  (void)state;
  Song song;
  TonString page = {0};
  fill(&song);
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_int_equal(count(html, "-0.00") + count(html, "-0.0 "), 0);
  assert_int_equal(count(html, ">nan") + count(html, "nan "), 0);
  ton_string_free(&page);
}

static void
silence_has_a_page(void** state)
{
  (void)state;
  Song song;
  TonString page = {0};
  fill(&song);
  for (int i = 0; i < 40; ++i) {
    song.curve[i] = -INFINITY;
  }
  song.mix.integrated_lufs = -INFINITY;
  song.master.integrated_lufs = -INFINITY;
  song.master.true_peak_dbtp = -INFINITY;
  song.report.goal_lufs = NAN;
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_int_equal(count(html, ">nan") + count(html, "nan "), 0);
  assert_non_null(strstr(html, "-inf LUFS"));
  ton_string_free(&page);
}

static void
json_has_the_whole_record(void** state)
{
  (void)state;
  Song song;
  TonString text = {0};
  fill(&song);
  assert_int_equal(ton_report_json(&song.report, &text), TON_OK);
  json_t* const all = json_loads(ton_string_string(&text), 0, NULL);
  assert_non_null(all);
  assert_string_equal(json_string_value(json_object_get(
                          json_object_get(all, "tags"), "artist")),
                      "Me & You");
  json_t* const records = json_object_get(all, "mix_decisions");
  assert_int_equal(json_array_size(records), 5);
  json_t* const last = json_array_get(records, 4);
  assert_true(json_is_true(json_object_get(last, "superseded")));
  assert_true(json_is_array(json_object_get(last, "alternatives")));
  json_t* const file = json_array_get(json_object_get(all, "files"), 0);
  assert_string_equal(json_string_value(json_object_get(file, "why")),
                      "reads -0.90 dBTP");
  json_t* const master = json_object_get(all, "master");
  assert_true(json_is_null(json_object_get(master, "correlation")));
  assert_int_equal(json_array_size(json_object_get(master, "momentary_lufs")),
                   40);
  json_decref(all);
  ton_string_free(&text);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(page_groups_by_track),
      cmocka_unit_test(page_says_what_is_wrong),
      cmocka_unit_test(nothing_is_minus_zero),
      cmocka_unit_test(silence_has_a_page),
      cmocka_unit_test(json_has_the_whole_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
