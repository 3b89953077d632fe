// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What the meters found, and the whole report, as JSON: docs/json.md.
*/

#include "report/json.h"

#include "base/string.h"
#include "base/utf8.h"
#include "report/figures.h"
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t*
report_number(double value)
{
  return isfinite(value) ? json_real(value + 0.0) : json_null(); // -0 is 0
}

json_t*
report_text(const char* text)
{
  TonString plain = {0};
  for (size_t left = strlen(text); left;) {
    const size_t n = ton_utf8_length(text, left);
    ton_string_add_bytes(&plain, n ? text : "?", n ? n : 1);
    text += n ? n : 1;
    left -= n ? n : 1;
  }
  json_t* const json = json_string(ton_string_string(&plain));
  ton_string_free(&plain);
  return json;
}

static json_t*
numbers(const double* values, uint32_t n)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < n; ++i) {
    json_array_append_new(list, report_number(values[i]));
  }
  return list;
}

static json_t*
curve(const float* values, uint32_t n)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; values && i < n; ++i) {
    const double v = (double)values[i];
    json_array_append_new(list, report_number(rint(v * 100.0) / 100.0));
  }
  return list;
}

static json_t*
clips(const TonMeasurement* m)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < m->n_clips; ++i) {
    const TonClip* const c = &m->clips[i];
    json_array_append_new(list, json_pack("{s:o, s:o, s:i}", "at_s",
                                          report_number(c->at_s), "length_s",
                                          report_number(c->length_s), "channel",
                                          (int)c->channel));
  }
  return list;
}

static json_t*
third_centres(void)
{
  double hz[TON_THIRDS];
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    hz[b] = ton_third_hz(b);
  }
  return numbers(hz, TON_THIRDS);
}

/// Every figure under its own key
static void
add_figures(json_t* o, const TonMeasurement* m)
{
  for (size_t i = 0; i < report_n_figures; ++i) {
    const ReportFigure* const f = &report_figures[i];
    if (f->shown & FIGURE_JSON) {
      json_object_set_new(o, f->key, report_number(report_value(f, m)));
    }
  }
}

json_t*
report_measurement(const TonMeasurement* m)
{
  json_t* const o = json_object();
  json_object_set_new(o, "sample_rate_hz", json_integer(m->rate));
  json_object_set_new(o, "channels", json_integer(m->channels));
  json_object_set_new(o, "duration_s",
                      report_number((double)m->frames / m->rate));
  add_figures(o, m);
  json_object_set_new(o, "range_stable", json_boolean(m->range_stable));
  json_object_set_new(o, "true_peak_channel",
                      isfinite(m->true_peak_dbtp)
                          ? json_integer(m->true_peak_channel)
                          : json_null());
  json_object_set_new(o, "clipped_samples",
                      json_integer((json_int_t)m->clipped_samples));
  json_object_set_new(o, "clips", clips(m));
  json_object_set_new(o, "bad_samples",
                      json_integer((json_int_t)m->bad_samples));
  json_object_set_new(o, "first_bad_at_s",
                      m->bad_samples ? report_number(m->first_bad_at_s)
                                     : json_null());
  json_object_set_new(o, "third_octaves_hz", third_centres());
  json_object_set_new(o, "third_octaves_db", numbers(m->thirds_db, TON_THIRDS));
  json_object_set_new(o, "side_to_mid_db",
                      numbers(m->band_side_db, TON_STEREO_BANDS));
  json_object_set_new(o, "band_correlation",
                      numbers(m->band_correlation, TON_STEREO_BANDS));
  return o;
}

static json_t*
stage(const TonMeasurement* m)
{
  json_t* const o = report_measurement(m);
  json_object_set_new(o, "curve_step_s", json_real(0.1));
  json_object_set_new(o, "momentary_lufs",
                      curve(m->momentary_lufs, m->n_points));
  json_object_set_new(o, "short_term_lufs",
                      curve(m->short_term_lufs, m->n_points));
  json_object_set_new(o, "correlation_over_time",
                      curve(m->correlation_curve, m->n_points));
  return o;
}

static json_t*
files(const TonReport* r)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < r->n_files; ++i) {
    const TonReportFile* const f = &r->files[i];
    json_t* const o = json_object();
    json_object_set_new(o, "file", json_string(f->file));
    json_object_set_new(o, "deliverable", json_string(f->name));
    json_object_set_new(o, "bytes", json_integer((json_int_t)f->bytes));
    json_object_set_new(o, "sha256", json_string(f->sha256));
    json_object_set_new(o, "integrated_lufs",
                        report_number(f->integrated_lufs));
    json_object_set_new(o, "true_peak_dbtp", report_number(f->true_peak_dbtp));
    json_object_set_new(o, "decoded", json_boolean(f->lossy));
    json_object_set_new(o, "good", json_boolean(f->good));
    json_object_set_new(o, "why", json_string(f->good ? "" : f->why));
    json_array_append_new(list, o);
  }
  return list;
}

static json_t*
reductions(const TonReport* r)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < r->n_reductions; ++i) {
    const TonReportCurve* const c = &r->reductions[i];
    json_array_append_new(list,
                          json_pack("{s:s, s:o}", "insert", c->name,
                                    "gain_reduction_db", curve(c->y, c->n)));
  }
  return list;
}

static json_t*
services(const TonReport* r)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < r->n_services; ++i) {
    const TonReportService* const s = &r->services[i];
    json_array_append_new(
        list, json_pack("{s:s, s:o, s:o, s:o, s:b}", "service", s->name,
                        "gain_db", report_number(s->gain_db), "plays_lufs",
                        report_number(s->plays_lufs), "wasted_db",
                        report_number(s->wasted_db), "peak_over_advice",
                        (int)s->over_advice));
  }
  return list;
}

static json_t*
sections(const TonReport* r)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < r->n_sections; ++i) {
    const TonReportSection* const s = &r->sections[i];
    json_array_append_new(list,
                          json_pack("{s:s, s:o, s:o, s:o, s:o}", "name",
                                    s->name, "from_s", report_number(s->from_s),
                                    "to_s", report_number(s->to_s), "mix_lufs",
                                    report_number(s->mix_lufs), "master_lufs",
                                    report_number(s->master_lufs)));
  }
  return list;
}

static json_t*
evidence(const TonDecision* d)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    const TonEvidence* const e = &d->evidence[i];
    json_array_append_new(
        list, json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:s}", "metric",
                        e->metric, "value", report_number(e->value), "unit",
                        e->unit, "from_s", report_number(e->from_s), "to_s",
                        report_number(e->to_s), "low", report_number(e->low),
                        "high", report_number(e->high), "source", e->source));
  }
  return list;
}

static json_t*
alternatives(const TonDecision* d)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < d->n_alternatives; ++i) {
    json_array_append_new(list, json_pack("{s:s, s:s}", "what",
                                          d->alternatives[i].what, "why_not",
                                          d->alternatives[i].why_not));
  }
  return list;
}

static json_t*
decisions(const TonDecisions* all)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; all && i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    json_array_append_new(
        list,
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:f, s:b, s:b, s:b}",
                  "path", d->path, "value", d->value, "rule", d->rule, "reason",
                  d->reason, "detail", d->detail, "evidence", evidence(d),
                  "alternatives", alternatives(d), "confidence", d->confidence,
                  "bound_hit", (int)d->bound_hit, "locked", (int)d->locked,
                  "superseded", (int)d->superseded));
  }
  return list;
}

static json_t*
tags(const TonReportTag* all, uint32_t n)
{
  json_t* const o = json_object();
  for (uint32_t i = 0; i < n; ++i) {
    json_object_set_new(o, all[i].name, json_string(all[i].value));
  }
  return o;
}

TonStatus
ton_report_json(const TonReport* r, TonString* text)
{
  json_t* const o = json_object();
  json_object_set_new(o, "schema", json_integer(1));
  json_object_set_new(o, "song", json_string(r->song));
  json_object_set_new(o, "version", json_string(r->version));
  json_object_set_new(o, "made_from_sha256", tags(r->texts, r->n_texts));
  json_object_set_new(o, "tags", tags(r->tags, r->n_tags));
  json_object_set_new(o, "goal_lufs", report_number(r->goal_lufs));
  json_object_set_new(o, "ceiling_dbtp", report_number(r->ceiling_dbtp));
  json_object_set_new(o, "mix", r->mix ? stage(r->mix) : json_null());
  json_object_set_new(o, "master", stage(r->master));
  json_object_set_new(o, "sections", sections(r));
  json_object_set_new(o, "gain_reduction", reductions(r));
  json_object_set_new(o, "services", services(r));
  json_object_set_new(o, "files", files(r));
  json_object_set_new(o, "mix_decisions", decisions(r->mix_decisions));
  json_object_set_new(o, "master_decisions", decisions(r->master_decisions));
  char* const dump = json_dumps(o, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
  json_decref(o);
  if (!dump) {
    return TON_NO_MEMORY;
  }
  ton_string_add(text, dump);
  ton_string_add(text, "\n");
  free(dump);
  return text->failed ? TON_NO_MEMORY : TON_OK;
}
