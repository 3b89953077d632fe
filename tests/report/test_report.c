// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The report of a small song, as a page and as JSON.
*/

#include "base/memory.h"
#include "expect.h"
#include "report/report.h"
#include "report_song.h"

#include <jansson.h>

#include <stdio.h>
#include <string.h>

/// Whatever a record or a file may hold is text on the page
static void
nothing_is_taken_for_markup(void** state)
{
  (void)state;
  static const char hostile[] = "<script>x</script>\"'&<b onload=y>\033[31m";
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
  TonDecision* const d = &song.records[1];
  snprintf(d->path, sizeof(d->path), "tracks/%s/fader", hostile);
  snprintf(d->value, sizeof(d->value), "%s", hostile);
  snprintf(d->reason, sizeof(d->reason), "%s", hostile);
  snprintf(d->evidence[0].unit, sizeof(d->evidence[0].unit), "<script>");
  snprintf(d->evidence[0].metric, sizeof(d->evidence[0].metric), "%s", hostile);
  snprintf(d->evidence[0].source, sizeof(d->evidence[0].source), "data/<b>");
  d->evidence[0].low = 1.0;
  d->n_alternatives = 1;
  snprintf(d->alternatives[0].what, sizeof(d->alternatives[0].what), "%s",
           hostile);
  snprintf(d->alternatives[0].why_not, sizeof(d->alternatives[0].why_not), "%s",
           hostile);
  song.report.song = song.report.artist = hostile;
  song.tag = (TonReportTag){hostile, hostile};
  song.file.file = song.file.why = song.file.sha256 = hostile;
  song.reduction.name = hostile;
  const TonReportService service = {hostile, -1.0, -14.0, 0.0, true};
  song.report.services = &service;
  song.report.n_services = 1;
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_null(strstr(html, "<script"));
  assert_null(strstr(html, "<b onload"));
  assert_null(strchr(html, '\033'));
  ton_string_free(&page);
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
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_int_equal(count(html, "<details"), 2);
  assert_int_equal(count(html, "A &amp; &lt;B&gt;"), 2);
  assert_non_null(
      strstr(html, "equaliser bell</th><td class=\"value\">at 1 kHz"));
  assert_non_null(strstr(html, "send to Écho 1/4"));
  assert_null(strstr(html, "not so any more"));
  ton_string_free(&page);
}

/// The reasons of many tracks lie behind one line, which opens all of them
static void
many_tracks_are_folded(void** state)
{
  (void)state;
  static TonDecision records[38];
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
  for (uint32_t i = 0; i < 38; ++i) {
    snprintf(records[i].path, sizeof(records[i].path), "tracks/T%u/role", i);
  }
  song.decisions = (TonDecisions){.items = records, .count = 38};
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  assert_int_equal(count(html, "<details open"), 38);
  assert_int_equal(count(html, "<details>"), 1);
  assert_non_null(strstr(html, "<details><summary>Open all 38</summary>"));
  ton_string_free(&page);
}

static void
page_has_the_sections(void** state)
{
  (void)state;
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
  assert_int_equal(ton_report_html(&song.report, &page), TON_OK);
  const char* const html = ton_string_string(&page);
  // in the plot and in the table
  assert_int_equal(count(html, "verse &lt;1&gt;"), 2);
  assert_non_null(strstr(html, "<td>0:02</td><td>0:04</td><td>-19.0 LUFS"));
  assert_non_null(strstr(html, "-12.9 LUFS</td><td>1.1 LU"));
  song.report.n_sections = 0;
  TonString without = {0};
  assert_int_equal(ton_report_html(&song.report, &without), TON_OK);
  assert_null(strstr(ton_string_string(&without), "Sections"));
  ton_string_free(&without);
  ton_string_free(&page);
}

static void
page_says_what_is_wrong(void** state)
{
  (void)state;
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
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
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
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
  ReportSong song;
  TonString page = {0};
  report_song_fill(&song);
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
  ReportSong song;
  TonString text = {0};
  report_song_fill(&song);
  assert_int_equal(ton_report_json(&song.report, &text), TON_OK);
  json_t* const all = json_loads(ton_string_string(&text), 0, NULL);
  assert_non_null(all);
  assert_string_equal(json_string_value(json_object_get(
                          json_object_get(all, "tags"), "artist")),
                      "Me & You");
  json_t* const records = json_object_get(all, "mix_decisions");
  assert_int_equal(json_array_size(records), 6);
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
      cmocka_unit_test(nothing_is_taken_for_markup),
      cmocka_unit_test(many_tracks_are_folded),
      cmocka_unit_test(page_has_the_sections),
      cmocka_unit_test(page_says_what_is_wrong),
      cmocka_unit_test(nothing_is_minus_zero),
      cmocka_unit_test(silence_has_a_page),
      cmocka_unit_test(json_has_the_whole_record),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
