// SPDX-License-Identifier: GPL-3.0-or-later
/// @file master.yaml before its loudness is searched for: the goal, the chain that is
/// kept or proposed, the limiter's ceiling.
#include "song/master_text.h"

#include "assistants/decision_builder.h"
#include "assistants/genres.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/string.h"
#include "render/analyse.h"
#include "session/doc.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_REFERENCES = 16 };

TonStatus
master_text_read_again(MasterText* t)
{
  ton_master_free(t->master);
  t->master = NULL;
  t->brief.existing = NULL;
  TON_TRY(song_read_master(t->song, &t->master, t->error));
  t->brief.existing = t->master;
  return TON_OK;
}

bool
master_text_too_soft(const MasterText* t, const TonGainSearch* search)
{
  return t->plan.goal_yields && search->state == TON_GAIN_SEARCH_BOUND &&
         search->best_lufs < t->target.loudness_lufs;
}

static const char*
text_path(const MasterText* t)
{
  return ton_song_text_path(t->song, TON_SONG_MASTER_TEXT);
}

TonStatus
master_text_too_long(const MasterText* t)
{
  return ton_fail_file(t->error, TON_BAD_TEXT, text_path(t),
                       "holds a value that is too long to be written again");
}

static TonStatus
edit(MasterText* t, const char* path, const char* value)
{
  const TonEdit e = {path, value, NULL};
  return ton_doc_edit(t->doc, &e, t->error);
}

static bool
is_locked(const TonMaster* m, const char* key)
{
  return ton_lock_holds(m->locks, m->n_locks, key);
}

/// A locked value that the command line asks to be another
static TonStatus
refuse_locked(const MasterText* t, const char* key, bool asked)
{
  return asked && ton_doc_line(t->doc, key) && is_locked(t->master, key)
             ? ton_fail_file(t->error, TON_BAD_USE, text_path(t),
                             "has a locked \"%s\"; take it out of \"lock:\" "
                             "to change it from the command line",
                             key)
             : TON_OK;
}

// Opening ---------------------------------------------------------------------

static TonStatus
begin(MasterText* t)
{
  TonString text = {0};
  const char* const file = t->file;
  char* const name = ton_doc_scalar(file ? ton_file_name(file) : t->song->name);
  char* const source = ton_doc_scalar(file ? file : "out/mix.wav");
  if (name && source) {
    ton_string_printf(&text, "song: %s\nsource: %s\n", name, source);
  }
  const TonStatus status =
      text.length && !text.failed
          ? song_begin_text(t->song, TON_SONG_MASTER_TEXT, text.bytes, t->error)
          : ton_fail(t->error, TON_NO_MEMORY, "out of memory");
  ton_free(name);
  ton_free(source);
  ton_string_free(&text);
  return status;
}

/// Does the chain still say what the assistant wrote?
static bool
chain_is_ours(MasterText* t)
{
  bool ours = false;
  if (ton_decisions_compare(t->records, t->doc)) {
    return false;
  }
  for (uint32_t i = 0; i < t->records->count; ++i) {
    const TonDecision* const d = &t->records->items[i];
    if (strncmp(d->path, "chain/", 6) == 0 && *d->value) {
      if (d->superseded) {
        return false;
      }
      ours = true;
    }
  }
  return ours;
}

/// A chain is proposed where there is none, or where it was the assistant's
/// and the command line asks for another
static TonStatus
find_proposal(MasterText* t)
{
  const TonMasterOptions* const w = t->options;
  const bool another = w->n_references || isfinite(w->amount) || w->genre ||
                       w->style || w->intensity;
  t->propose = !t->was_there || !ton_doc_line(t->doc, "chain") || another;
  if (another && t->was_there && t->master->n_chain &&
      !is_locked(t->master, "chain") && !chain_is_ours(t)) {
    return ton_fail_file(t->error, TON_BAD_USE, text_path(t),
                         "holds a chain of your own, which %s would replace; "
                         "take \"chain:\" out, and a new one is proposed",
                         w->n_references       ? "--reference"
                         : isfinite(w->amount) ? "--amount"
                         : w->genre            ? "--genre"
                         : w->style            ? "--style"
                                               : "--intensity");
  }
  return TON_OK;
}

/// A wrong name is shown where it stands in the text, if it does
static TonStatus
show_name(MasterText* t, TonStatus status, const char* key)
{
  const TonNode* const node = ton_node_child(t->doc->root, key);
  if (!status || !node || !t->error) {
    return status;
  }
  char text[sizeof(t->error->text)];
  ton_string_cut(text, sizeof(text), "%s", t->error->text);
  return ton_fail_at(t->doc, node, t->error, "%s", text);
}

/// The target by its name, or the usual one
static TonStatus
find_target(MasterText* t, const char* named)
{
  const TonStatus status =
      ton_target(named ? named : "streaming", &t->target, t->error);
  return named == t->master->target ? show_name(t, status, "target") : status;
}

/// The tone of the genre takes the place of the target's
static TonStatus
find_genre(MasterText* t)
{
  const char* const asked = t->options->genre;
  const char* const name = asked ? asked : t->master->genre;
  TonGenre genre;
  if (!*name) {
    return TON_OK;
  }
  const TonStatus status = ton_genre(name, &genre, t->error);
  TON_TRY(asked ? status : show_name(t, status, "genre"));
  ton_string_cut(t->target.tone, sizeof(t->target.tone), "%s", genre.tone);
  t->brief.most_db = genre.most_db;
  return TON_OK;
}

/// Say in the goal's reason which intensity moved it, where there is room
static void
name_intensity(TonTarget* target, const char* name)
{
  const size_t n = strlen(target->title);
  if (!ton_string_format(target->title + n, sizeof(target->title) - n,
                         "; intensity %s", name)) {
    target->title[n] = '\0';
  }
}

/// The style by its name, and what its intensity does to the goal of a target
static TonStatus
find_style(MasterText* t)
{
  const TonMasterOptions* const w = t->options;
  const char* const style = w->style ? w->style : t->master->style;
  const char* const strong = w->intensity ? w->intensity : t->master->intensity;
  TonIntensity intensity;
  if (!*style && !*strong) {
    return TON_OK;
  }
  if (*style && t->target.keeps) {
    return ton_fail_file(t->error, TON_BAD_USE, text_path(t),
                         "the target \"%s\" leaves tone, dynamics and width as "
                         "they are, and the style \"%s\" changes them; ask for "
                         "one of the two",
                         t->target.name, style);
  }
  TonStatus status = ton_style(style, &t->brief.style, t->error);
  TON_TRY(w->style ? status : show_name(t, status, "style"));
  status = ton_intensity(strong, &intensity, t->error);
  TON_TRY(w->intensity ? status : show_name(t, status, "intensity"));
  ton_style_scale(&t->brief.style, &intensity);
  t->target.loudness_lufs += intensity.loudness_lu;
  if (*strong) {
    name_intensity(&t->target, strong);
  }
  return TON_OK;
}

/// Command line, then a person's own figures, then the target's.  A text with
/// a chain and without a goal keeps its level.
static TonStatus
find_goal(MasterText* t)
{
  const TonMasterOptions* const w = t->options;
  const TonMaster* const m = t->master;
  const char* const named = w->target    ? w->target
                            : *m->target ? m->target
                                         : NULL;
  TON_TRY(find_target(t, named));
  TON_TRY(find_genre(t));
  TON_TRY(find_style(t));
  const bool written = ton_doc_line(t->doc, "loudness") != 0 &&
                       !(t->propose && master_text_is_ours(t, "loudness"));
  t->brief.loudness_theirs = written;
  double* const lufs = &t->target.loudness_lufs;
  double* const dbtp = &t->target.ceiling_dbtp;
  t->brief.loudness_open = !isfinite(w->loudness_lufs) && !named && !written;
  if (!w->target && (written || (!named && !t->propose))) {
    *lufs = m->has_loudness ? (double)m->loudness_lufs : NAN;
  }
  if (!w->target &&
      (ton_doc_line(t->doc, "ceiling") || (!named && !t->propose))) {
    *dbtp = (double)m->ceiling_dbtp;
  }
  const bool held = is_locked(m, "loudness") && written;
  const double was = m->has_loudness ? (double)m->loudness_lufs : NAN;
  TON_TRY(refuse_locked(t, "loudness",
                        isfinite(w->loudness_lufs) &&
                            !(fabs(w->loudness_lufs - was) <= 1e-3)));
  TON_TRY(refuse_locked(t, "ceiling",
                        isfinite(w->ceiling_dbtp) &&
                            fabs(w->ceiling_dbtp - (double)m->ceiling_dbtp) >
                                1e-3));
  *lufs = held ? was : isfinite(w->loudness_lufs) ? w->loudness_lufs : *lufs;
  if (isfinite(w->loudness_lufs) || isfinite(w->ceiling_dbtp)) {
    ton_string_cut(t->target.title, sizeof(t->target.title),
                   "asked for on the command line");
  }
  *dbtp = is_locked(m, "ceiling")     ? (double)m->ceiling_dbtp
          : isfinite(w->ceiling_dbtp) ? w->ceiling_dbtp
                                      : *dbtp;
  return TON_OK;
}

TonStatus
master_text_open(MasterText* t)
{
  SongText* const text = &t->song->texts[TON_SONG_MASTER_TEXT];
  t->was_there = text->doc != NULL;
  if (!t->was_there) {
    TON_TRY(begin(t));
  }
  t->doc = text->doc;
  t->records = &text->records;
  TON_TRY(master_text_read_again(t));
  assert(t->master);
  t->source = ton_arena_string(&t->song->arena, t->master->source,
                               strlen(t->master->source));
  if (!t->source) {
    return ton_fail(t->error, TON_NO_MEMORY, "out of memory");
  }
  TON_TRY(find_proposal(t));
  return find_goal(t);
}

// Proposing -------------------------------------------------------------------

/// References of the command line join the text by their whole path
static TonStatus
write_references(MasterText* t)
{
  TonString list = {0};
  const char* const* const given = t->options->references;
  for (uint32_t i = 0; i < t->options->n_references; ++i) {
    char* const whole = realpath(given[i], NULL);
    char* const name = ton_doc_scalar(whole ? whole : given[i]);
    ton_string_printf(&list, "%s%s", i ? ", " : "[", name ? name : "");
    ton_free(name);
    free(whole);
  }
  ton_string_printf(&list, "]");
  const TonStatus status = t->options->n_references
                               ? edit(t, "references", ton_string_string(&list))
                               : TON_OK;
  ton_string_free(&list);
  return status;
}

static TonStatus
write_options(MasterText* t)
{
  char value[32];
  const TonMasterOptions* const w = t->options;
  TON_TRY(refuse_locked(t, "references", w->n_references > 0));
  TON_TRY(refuse_locked(
      t, "target", w->target && strcmp(w->target, t->master->target) != 0));
  TON_TRY(refuse_locked(t, "genre",
                        w->genre && strcmp(w->genre, t->master->genre) != 0));
  TON_TRY(refuse_locked(t, "style",
                        w->style && strcmp(w->style, t->master->style) != 0));
  TON_TRY(refuse_locked(t, "intensity",
                        w->intensity &&
                            strcmp(w->intensity, t->master->intensity) != 0));
  TON_TRY(refuse_locked(t, "amount",
                        isfinite(w->amount) &&
                            w->amount != (double)t->master->amount));
  TON_TRY(write_references(t));
  if (w->target) {
    TON_TRY(edit(t, "target", w->target));
  }
  if (w->genre) {
    TON_TRY(edit(t, "genre", w->genre));
  }
  if (w->style) {
    TON_TRY(edit(t, "style", w->style));
  }
  if (w->intensity) {
    TON_TRY(edit(t, "intensity", w->intensity));
  }
  if (isfinite(w->amount)) {
    snprintf(value, sizeof(value), "%g %%", w->amount);
    TON_TRY(edit(t, "amount", value));
  }
  return master_text_read_again(t);
}

/// What is to be mastered, or a reference, has a loudness
static TonStatus
check_sound(const MasterText* t, const char* path, const char* what,
            const TonMeasurement* m)
{
  if (isfinite(m->integrated_lufs)) {
    return TON_OK;
  }
  const double length = (double)m->frames / m->rate;
  if (length < 0.4) {
    return ton_fail_file(t->error, TON_BAD_FILE, path,
                         "lasts %.3f s; loudness is defined from 0.4 s on",
                         length);
  }
  if (isfinite(m->momentary_max_lufs)) {
    return ton_fail_file(t->error, TON_BAD_FILE, path,
                         "has %.1f LUFS where it is loudest, and loudness "
                         "begins at -70 LUFS; turn it up",
                         m->momentary_max_lufs);
  }
  return ton_fail_file(t->error, TON_BAD_FILE, path, "is silent; %s must sound",
                       what);
}

static TonStatus
listen(MasterText* t)
{
  const unsigned what = TON_MEASURE_ALL & ~TON_MEASURE_TIMELINE;
  TON_TRY(analyse_mix(t->source, what, &t->mix, t->job, t->error));
  t->n_references = t->master->n_references;
  if (t->n_references > MAX_REFERENCES) {
    return ton_fail_file(t->error, TON_BAD_USE, text_path(t),
                         "names %u references; %d are enough", t->n_references,
                         MAX_REFERENCES);
  }
  for (uint32_t i = 0; t->propose && i < t->n_references; ++i) {
    const char* const path = t->master->references[i];
    TON_TRY(analyse_file(path, TON_MEASURE_LOUDNESS | TON_MEASURE_STEREO,
                         &t->references[i], t->job, t->error));
    TON_TRY(check_sound(t, path, "a reference", &t->references[i].facts.whole));
  }
  return TON_OK;
}

static TonStatus
check_mix(const MasterText* t)
{
  const TonMeasurement* const m = &t->mix.facts.whole;
  return m->channels > 2
             ? ton_fail_file(t->error, TON_UNSUPPORTED, t->source,
                             "has %u channels; a mix has one or two",
                             m->channels)
             : check_sound(t, t->source, "a mix", m);
}

static TonStatus
propose(MasterText* t)
{
  TonPlan plan = {0};
  master_text_own_ends(t);
  TON_TRY(ton_limits_read(&t->limits, t->error));
  t->brief.limits = t->limits;
  TonStatus status = ton_assist_master(&t->brief, &plan, &t->plan, t->error);
  status = status ? status : ton_plan_apply(&plan, t->doc, t->error);
  ton_decisions_free(t->records);
  *t->records = plan.decisions;
  plan.decisions = (TonDecisions){0};
  ton_plan_free(&plan);
  return status;
}

/// A goal that the assistant had set tells why it is another now; a person's
/// own keeps its comment
static TonStatus
set_goal(MasterText* t, const char* key, double value, const char* unit)
{
  char text[32];
  char* const was = ton_doc_get(t->doc, key);
  TonDecision* record = NULL;
  const bool whole =
      ton_string_format(text, sizeof(text), "%g %s", value, unit);
  for (uint32_t i = 0; i < t->records->count; ++i) {
    TonDecision* const d = &t->records->items[i];
    if (was && strcmp(d->path, key) == 0 && strcmp(d->value, was) == 0) {
      record = d;
    }
  }
  ton_free(was);
  const TonEdit e = {key, text, record ? t->target.title : NULL};
  TON_TRY(ton_doc_edit(t->doc, &e, t->error));
  if (record) {
    ton_decision_start(record, TON_RULE_GOAL_ASKED, 1.0);
    ton_decision_name(record, "target", t->target.title);
    ton_decision_finish(record);
    if (!whole || !ton_string_copy(record->path, sizeof(record->path), key) ||
        !ton_string_copy(record->value, sizeof(record->value), text)) {
      return master_text_too_long(t);
    }
  }
  return TON_OK;
}

/// Keep the chain; only the goal may be another
static TonStatus
keep_chain(MasterText* t)
{
  t->plan = (TonMasterPlan){.limiter = UINT32_MAX,
                            .goal_lufs = t->target.loudness_lufs};
  const double was =
      t->master->has_loudness ? (double)t->master->loudness_lufs : NAN;
  if (isfinite(t->target.loudness_lufs) && !is_locked(t->master, "loudness") &&
      !(fabs(was - t->target.loudness_lufs) < 1e-3)) {
    TON_TRY(set_goal(t, "loudness", t->target.loudness_lufs, "LUFS"));
  }
  if (fabs((double)t->master->ceiling_dbtp - t->target.ceiling_dbtp) > 1e-3 &&
      !is_locked(t->master, "ceiling")) {
    TON_TRY(set_goal(t, "ceiling", t->target.ceiling_dbtp, "dBTP"));
  }
  return TON_OK;
}

TonInsert*
song_limiter(const TonMaster* master)
{
  for (uint32_t i = master->n_chain; i-- > 0;) {
    TonInsert* const insert = &master->chain[i];
    if (strcmp(insert->type->id, "limiter") == 0 && !insert->bypass) {
      return insert;
    }
  }
  return NULL;
}

TonInsert*
master_text_limiter(const MasterText* t)
{
  assert(t->master);
  return song_limiter(t->master);
}

/// Whether the user has locked a value of the limiter, or (key "") any of them
static bool
limiter_locked(const MasterText* t, const char* key)
{
  char path[64];
  return ton_string_format(path, sizeof(path), "chain/%u%s%s", t->plan.limiter,
                           *key ? "/limiter/" : "", key) &&
         is_locked(t->master, path);
}

/// "- limiter" has no room for a value: make it "- limiter: {...}"
static TonStatus
open_limiter(MasterText* t)
{
  char path[64];
  snprintf(path, sizeof(path), "chain/%u", t->plan.limiter);
  char* const bare = ton_doc_get(t->doc, path);
  const bool opens = bare && strncmp(bare, "limiter", strlen("limiter")) == 0 &&
                     ton_doc_count(t->doc, path) == 0;
  ton_free(bare);
  if (!opens) {
    snprintf(path, sizeof(path), "chain/%u/limiter", t->plan.limiter);
    char* const value = ton_doc_get(t->doc, path);
    const bool empty = value && !*value;
    ton_free(value);
    return empty ? edit(t, path, "{gain: 0 dB}") : TON_OK;
  }
  return edit(t, path, "{limiter: {gain: 0 dB}}");
}

/// A limiter that lets more through than the text allows is lowered to it; one
/// that follows an option moves with it
static TonStatus
lower_limiter(MasterText* t)
{
  const TonInsert* const l = master_text_limiter(t);
  if (!l) {
    return TON_OK;
  }
  t->plan.limiter = (uint32_t)(l - t->master->chain);
  const float was = l->params[ton_param(l->type, "ceiling") - l->type->params];
  const float goal = t->master->ceiling_dbtp;
  t->plan.gain_locked = limiter_locked(t, "gain");
  if (!limiter_locked(t, "")) {
    TON_TRY(open_limiter(t));
    TON_TRY(master_text_read_again(t));
  }
  const bool asked = isfinite(t->options->ceiling_dbtp) || t->options->target;
  if (limiter_locked(t, "ceiling") ||
      (was <= goal && (!asked || was == goal))) {
    return TON_OK;
  }
  char path[64];
  char value[32];
  snprintf(path, sizeof(path), "chain/%u/limiter/ceiling", t->plan.limiter);
  snprintf(value, sizeof(value), "%g dBTP", (double)goal);
  TON_TRY(edit(t, path, value));
  return master_text_read_again(t);
}

TonStatus
master_text_propose(MasterText* t)
{
  TON_TRY(write_options(t));
  TON_TRY(listen(t));
  TON_TRY(check_mix(t));
  const bool amount = ton_doc_line(t->doc, "amount") != 0;
  t->brief.mix = &t->mix;
  t->brief.references = t->references;
  t->brief.n_references = t->propose ? t->n_references : 0;
  t->brief.target = t->target;
  t->brief.amount = amount ? (double)t->master->amount : NAN;
  t->brief.existing = t->master;
  if (*t->target.tone) {
    TON_TRY(ton_tone(t->target.tone, &t->brief.tone, t->error));
  }
  TON_TRY(t->propose ? propose(t) : keep_chain(t));
  TON_TRY(master_text_read_again(t));
  TON_TRY(master_text_ends(t));
  return lower_limiter(t);
}

void
master_text_close(MasterText* t)
{
  ton_master_free(t->master);
  ton_limits_free(t->limits);
  ton_sound_free(&t->mix);
  for (uint32_t i = 0; i < t->n_references && i < MAX_REFERENCES; ++i) {
    ton_sound_free(&t->references[i]);
  }
}
