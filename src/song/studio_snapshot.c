// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The whole song for a new tab, and what has changed for the others.
#include "song/studio_internal.h"

#include "base/error.h"
#include "base/string.h"
#include "song/tables.h"

#include <stdlib.h>
#include <string.h>

static json_t*
show_sections(const Studio* s)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < s->mix->n_sections; ++i) {
    const TonSection* const section = &s->mix->sections[i];
    json_array_append_new(list, json_pack("{s:o, s:f}", "name",
                                          report_text(section->name), "at",
                                          section->at_s));
  }
  return list;
}

static json_t*
show_song(const Studio* s)
{
  return json_pack("{s:o, s:i, s:I, s:f, s:i, s:f}", "name",
                   report_text(s->mix->song), "rate", (int)s->mix->rate,
                   "frames", (json_int_t)s->frames, "tempo", s->mix->tempo_bpm,
                   "beats_per_bar", (int)s->mix->beats_per_bar, "first_bar",
                   s->mix->first_bar_s);
}

static json_t*
show_tables(void)
{
  json_t* const processors = json_array();
  json_t* const controls = json_array();
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    json_array_append_new(processors, song_json_processor(*p));
  }
  for (uint32_t i = 0; i < studio_n_controls; ++i) {
    json_array_append_new(controls, song_json_param(&studio_controls[i]));
  }
  return json_pack("{s:o, s:o}", "processors", processors, "controls",
                   controls);
}

/// The records behind the values, as decisions.json has them
static json_t*
show_decisions(const SongText* t)
{
  char* text = NULL;
  TonError error = {0};
  if (!t->records.count ||
      ton_decisions_text(&t->records, t->records_path, &text, &error)) {
    return json_array();
  }
  json_t* const all = json_loads(text, 0, NULL);
  json_t* const list = json_incref(json_object_get(all, "decisions"));
  json_decref(all);
  free(text);
  return list ? list : json_array();
}

/// What is not played as a render would have it, or not meant so
static json_t*
show_faults(const Studio* s)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i < s->mix->n_strips; ++i) {
    if (s->mix->strips[i].solo) {
      char text[512];
      ton_string_cut(text, sizeof(text),
                     "\"%s\" has solo in mix.yaml: the rendered mix leaves the "
                     "others out; take the key away and use the solo here",
                     s->mix->strips[i].name);
      json_array_append_new(list, report_text(text));
    }
  }
  return list;
}

static json_t*
show_strips(const Studio* s)
{
  json_t* const list = json_array();
  for (uint32_t i = 0; i <= s->mix->n_strips; ++i) {
    json_array_append_new(list, studio_show_strip(s, i));
  }
  return list;
}

/// `strips` has the master as its last
static json_t*
make_snapshot(const Studio* s, const json_t* strips)
{
  const size_t last = json_array_size(strips) - 1;
  json_t* const own = json_copy((json_t*)(uintptr_t)strips);
  json_array_remove(own, last);
  json_t* const o = json_pack(
      "{s:s, s:i, s:o, s:o, s:o, s:o, s:O}", "type", "snapshot", "rev",
      (int)s->rev, "song", show_song(s), "sections", show_sections(s), "tables",
      show_tables(), "strips", own, "master", json_array_get(strips, last));
  json_object_set_new(
      o, "decisions",
      json_pack("{s:o, s:o}", "mix",
                show_decisions(&s->song->texts[TON_SONG_MIX_TEXT]), "master",
                show_decisions(&s->song->texts[TON_SONG_MASTER_TEXT])));
  json_object_set_new(o, "history", studio_show_history(s));
  json_object_set_new(o, "ear", studio_show_ear(s));
  json_object_set_new(o, "faults", show_faults(s));
  return o;
}

json_t*
studio_snapshot(Studio* s)
{
  json_t* const strips = show_strips(s);
  json_t* const snapshot = make_snapshot(s, strips);
  json_decref(strips);
  return snapshot;
}

// Changes -----------------------------------------------------------------------

/// What a `changed` does not tell: it takes a snapshot when this is another
static char*
frame_of(const Studio* s)
{
  json_t* const names = json_array();
  for (uint32_t i = 0; i < s->mix->n_strips; ++i) {
    const TonStrip* const t = &s->mix->strips[i];
    json_array_append_new(names,
                          json_pack("[o, b]", report_text(t->name), t->solo));
  }
  json_t* const all = json_pack("{s:o, s:o, s:o}", "song", show_song(s),
                                "sections", show_sections(s), "names", names);
  char* const text = json_dumps(all, JSON_SORT_KEYS);
  json_decref(all);
  return text;
}

static void
tell_changes(Studio* s, json_t* now, const char* by, const char* name)
{
  json_t* const strips = json_array();
  json_t* const o =
      json_pack("{s:s, s:i, s:s, s:o, s:o, s:o}", "type", "changed", "rev",
                (int)s->rev, "by", by, "name", report_text(name), "strips",
                strips, "history", studio_show_history(s));
  const size_t last = json_array_size(now) - 1;
  for (size_t i = 0; i <= last; ++i) {
    json_t* const strip = json_array_get(now, i);
    if (json_equal(strip, json_array_get(s->shown, i))) {
      continue;
    }
    if (i == last) {
      json_object_set(o, "master", strip);
    } else {
      json_array_append(strips, strip);
    }
  }
  s->listener.tell(s->listener.handle, o);
  json_decref(o);
}

TonStatus
studio_show_changes(Studio* s, const char* by, const char* name)
{
  json_t* const now = show_strips(s);
  char* const frame = frame_of(s);
  if (!now || !frame) {
    json_decref(now);
    free(frame);
    return TON_NO_MEMORY;
  }
  if (s->frame && strcmp(frame, s->frame) == 0) {
    tell_changes(s, now, by, name);
  } else if (s->frame) {
    json_t* const snapshot = make_snapshot(s, now);
    s->listener.tell(s->listener.handle, snapshot);
    json_decref(snapshot);
  }
  json_decref(s->shown);
  free(s->frame);
  s->shown = now;
  s->frame = frame;
  return TON_OK;
}
