// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Edits of a text and of what it says at once, and what takes them back.

   A new value in the place of another is written into the data through its
   field and into the text's bytes; the text is not read again.  All other
   edits change the structure: the whole text is read again.
*/

#include "session/chain.h"
#include "session/edit.h"
#include "session/section_moves.h"
#include "session/texts.h"

#include "base/error.h"

#include <assert.h>
#include <string.h>

struct TonUndo {
  size_t at; ///< First byte that differs
  TonString removed;
  TonString inserted;
  char* path;       ///< Of the one value that is another; null: the structure
  TonString was;    ///< That value before
  size_t was_bytes; ///< What it took in the text, with its quotes
  char was_quote;
};

/// A text and its data, being edited
typedef struct {
  TonDoc* doc;
  void** data;
  const TonTable* table;
  const char* folder;
  TonError* error;
} Edited;

static TonStatus
no_memory(const Edited* e)
{
  return ton_fail_file(e->error, TON_NO_MEMORY, e->doc->name,
                       "out of memory while editing");
}

void
ton_undo_free(TonUndo* undo)
{
  if (undo) {
    ton_string_free(&undo->removed);
    ton_string_free(&undo->inserted);
    ton_string_free(&undo->was);
    ton_free(undo->path);
    ton_free(undo);
  }
}

/// Note the bytes in which two texts differ
static void
note_bytes(TonUndo* undo, const TonString* before, const TonString* now)
{
  const char* const a = ton_string_string(before);
  const char* const b = ton_string_string(now);
  size_t from = 0;
  while (a[from] && a[from] == b[from]) {
    ++from;
  }
  size_t a_end = before->length;
  size_t b_end = now->length;
  while (a_end > from && b_end > from && a[a_end - 1] == b[b_end - 1]) {
    --a_end;
    --b_end;
  }
  undo->at = from;
  ton_string_add_bytes(&undo->removed, a + from, a_end - from);
  ton_string_add_bytes(&undo->inserted, b + from, b_end - from);
}

// The structure -----------------------------------------------------------------

/// Read what the new text says; both are taken over if it can be read
static TonStatus
take_over(const Edited* e, TonDoc* now)
{
  void* data = NULL;
  TON_TRY(ton_table_read(now, e->folder, e->table, &data, e->error));
  ton_table_free(*e->data);
  *e->data = data;
  ton_doc_swap(e->doc, now);
  return TON_OK;
}

static TonStatus
edit_structure(const Edited* e, const TonEdit* edit, TonUndo* undo)
{
  TonDoc* now = NULL;
  TON_TRY(ton_edit_make(e->doc, edit, &now, e->error));
  assert(now);
  note_bytes(undo, &e->doc->text, &now->text);
  const bool refused = undo->removed.failed || undo->inserted.failed;
  const TonStatus status = refused ? no_memory(e) : take_over(e, now);
  ton_doc_free(now);
  return status;
}

// One value ---------------------------------------------------------------------

/// Bytes before a place stay; those behind the value move by `value_by`, those
/// behind its line by `line_by`, which counts its comment
typedef struct {
  size_t value_end;
  size_t line_end;
  size_t value_by; ///< Modulo the word: may stand for a negative number
  size_t line_by;
} Shift;

static void
shift_place(const Shift* s, size_t* at)
{
  if (*at >= s->value_end) {
    *at += *at <= s->line_end ? s->value_by : s->line_by;
  }
}

static void
shift_node(const Shift* s, TonNode* node)
{
  if (node->start >= s->value_end && node->start <= s->line_end) {
    node->column += (uint32_t)s->value_by;
  }
  shift_place(s, &node->start);
  shift_place(s, &node->end);
}

static void
shift_tree(const Shift* s, TonNode* node)
{
  shift_node(s, node);
  if (node->key) {
    shift_node(s, node->key);
  }
  for (uint32_t i = 0; i < node->count; ++i) {
    shift_tree(s, node->items[i]);
  }
}

/// The document has the text `out` now, in which a value is `bytes` long
static void
adopt_text(const Edited* e, TonNode* node, size_t bytes, TonString* out)
{
  const TonString was = e->doc->text;
  const size_t end = node->end;
  const Shift shift = {.value_end = end,
                       .line_end = ton_line_end(ton_string_string(&was), end),
                       .value_by = bytes - (end - node->start),
                       .line_by = out->length - was.length};
  e->doc->text = *out;
  *out = was;
  shift_tree(&shift, e->doc->root);
}

static bool
is_ascii(const char* text, size_t n)
{
  for (size_t i = 0; i < n; ++i) {
    if ((unsigned char)text[i] >= 0x80 || text[i] == '\n') {
      return false;
    }
  }
  return true;
}

/// A value that is written as it stands, but for quotes around it
static bool
is_plain(const char* value)
{
  const size_t n = strlen(value);
  return n && *value != ' ' && value[n - 1] != ' ' && is_ascii(value, n) &&
         !strpbrk(value, "[]{}\"'\\");
}

/// Nothing else follows from the value, nor it from others, as a note does from
/// the tempo
static bool
stands_alone(const TonFound* found, const TonNode* node, const char* value)
{
  if (found->param) {
    return found->param->spacing != TON_CHOICE && node->key &&
           !strspn(node->key->text, "0123456789") &&
           ton_unit_note(value) + ton_unit_note(node->text) <= 0.0;
  }
  const TonField* const f = found->field;
  return f && !(f->flags & TON_SHARED) && f->kind >= TON_AS_FLOAT &&
         f->kind <= TON_AS_WORD;
}

/// Another key of the same map sets the same parameter ("at" and "freq")
static bool
is_set_twice(const Edited* e, const TonNode* node, const char* path,
             const TonParam* param)
{
  bool twice = false;
  const char* const slash = strrchr(path, '/');
  for (uint32_t i = 0; slash && i < node->parent->count && !twice; ++i) {
    const TonNode* const other = node->parent->items[i];
    TonString beside = {0};
    TonFound found = {0};
    ton_string_add_bytes(&beside, path, (size_t)(slash - path));
    ton_path_add(&beside, other->key ? other->key->text : "");
    twice = other != node &&
            (beside.failed ||
             (ton_field_find(e->table, *e->data, beside.bytes, &found) &&
              found.param == param));
    ton_string_free(&beside);
  }
  return twice;
}

/// The strip around a value moves levels by sections, which begin at it
static bool
is_moved_from(const TonNode* node)
{
  for (const TonNode* at = node->parent; at; at = at->parent) {
    const TonNode* const curves =
        at->kind == TON_MAP ? ton_node_child(at, "automation") : NULL;
    for (uint32_t i = 0; curves && i < curves->count; ++i) {
      if (ton_moves_by_section(curves->items[i])) {
        return true;
      }
    }
  }
  return false;
}

/// The value that an edit sets to another one, if that is all it does
static TonNode*
find_value(const Edited* e, const TonEdit* edit, TonFound* found)
{
  TonNode* const node = ton_node_at(e->doc->root, edit->path);
  const char* const value = edit->value;
  if (!node || !value || edit->comment || node->kind != TON_SCALAR ||
      ton_node_empty(node) || node->quote == '|' || node->quote == '>' ||
      !is_plain(value)) {
    return NULL;
  }
  const char* const written = ton_doc_text(e->doc) + node->start;
  const bool alone =
      ton_field_find(e->table, *e->data, edit->path, found) &&
      stands_alone(found, node, value) && !is_moved_from(node) &&
      is_ascii(written, node->end - node->start) &&
      !(found->param && is_set_twice(e, node, edit->path, found->param));
  return alone ? node : NULL;
}

static TonStatus
set_data(const Edited* e, const TonNode* node, const TonFound* found,
         const char* text)
{
  TonReader r = {
      .doc = e->doc, .arena = ton_table_arena(*e->data), .error = e->error};
  TonNode fresh = *node;
  fresh.text = text;
  if (!found->param) {
    return ton_read_field(&r, &fresh, found->field, found->data);
  }
  const TonInsert* const insert = found->insert;
  float* const value =
      &insert->params[ton_param_number(insert->type, found->param)];
  return ton_read_param_value(&r, &fresh, found->param, value);
}

/// Bytes of the value that begins at `at` in a new text, whose tail is that of
/// the old one
static size_t
value_bytes(const TonString* out, size_t at, const char* text)
{
  const char* const bytes = ton_string_string(out) + at;
  // NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker)
  return strlen(text) + (*bytes == '"' || *bytes == '\'' ? 2 : 0);
}

static TonStatus
edit_value(const Edited* e, const TonEdit* edit, TonNode* node,
           const TonFound* found, TonUndo* undo)
{
  TonString out = {0};
  char* const text =
      ton_arena_string(&e->doc->arena, edit->value, strlen(edit->value));
  undo->path = ton_copy_string(edit->path);
  undo->was_bytes = node->end - node->start;
  undo->was_quote = node->quote;
  ton_string_add(&undo->was, node->text);
  TonStatus status = text && undo->path ? ton_edit_scalar(e->doc, edit->path,
                                                          text, &out, e->error)
                                        : no_memory(e);
  note_bytes(undo, &e->doc->text, &out);
  if (undo->removed.failed || undo->inserted.failed || undo->was.failed) {
    status = no_memory(e);
  }
  status = status ? status : set_data(e, node, found, text);
  if (status == TON_OK) {
    const char* const now = ton_string_string(&out) + node->start;
    const size_t bytes = value_bytes(&out, node->start, text);
    node->quote = *now == '"' || *now == '\'' ? *now : '\0';
    node->text = text;
    adopt_text(e, node, bytes, &out);
  }
  ton_string_free(&out);
  return status;
}

// Both --------------------------------------------------------------------------

static TonStatus
edit_both(const Edited* e, const TonEdit* edit, TonUndo** undo)
{
  *undo = ton_alloc(sizeof(TonUndo));
  if (!*undo) {
    return no_memory(e);
  }
  TonFound found = {0};
  TonNode* const node = find_value(e, edit, &found);
  const TonStatus status = node ? edit_value(e, edit, node, &found, *undo)
                                : edit_structure(e, edit, *undo);
  if (status != TON_OK) {
    ton_undo_free(*undo);
    *undo = NULL;
  }
  return status;
}

/// The text before the edit
static bool
take_back_bytes(const TonString* text, const TonUndo* undo, TonString* out)
{
  const size_t n = undo->inserted.length;
  if (undo->at + n > text->length ||
      memcmp(ton_string_string(text) + undo->at,
             ton_string_string(&undo->inserted), n) != 0) {
    return false;
  }
  ton_string_add_bytes(out, ton_string_string(text), undo->at);
  ton_string_add_bytes(out, ton_string_string(&undo->removed),
                       undo->removed.length);
  ton_string_add_bytes(out, ton_string_string(text) + undo->at + n,
                       text->length - undo->at - n);
  return true;
}

static TonStatus
undo_value(const Edited* e, TonUndo* undo, TonString* out)
{
  TonFound found = {0};
  TonNode* const node = ton_node_at(e->doc->root, undo->path);
  char* const text = ton_arena_string(
      &e->doc->arena, ton_string_string(&undo->was), undo->was.length);
  TonString was = {0};
  ton_string_add(&was, node ? node->text : "");
  if (!node || !text || was.failed ||
      !ton_field_find(e->table, *e->data, undo->path, &found)) {
    ton_string_free(&was);
    return no_memory(e);
  }
  const TonStatus status = set_data(e, node, &found, text);
  if (status != TON_OK) {
    ton_string_free(&was);
    return status;
  }
  const size_t bytes = undo->was_bytes;
  const char quote = undo->was_quote;
  undo->was_bytes = node->end - node->start;
  undo->was_quote = node->quote;
  ton_string_free(&undo->was);
  undo->was = was;
  node->text = text;
  node->quote = quote;
  adopt_text(e, node, bytes, out);
  return TON_OK;
}

static TonStatus
undo_structure(const Edited* e, const TonString* out)
{
  TonDoc* now = NULL;
  TON_TRY(ton_doc_parse(ton_string_string(out), out->length, e->doc->name, &now,
                        e->error));
  const TonStatus status = take_over(e, now);
  ton_doc_free(now);
  return status;
}

static TonStatus
undo_both(const Edited* e, TonUndo* undo)
{
  TonString out = {0};
  if (!take_back_bytes(&e->doc->text, undo, &out)) {
    return ton_fail_file(e->error, TON_BAD_USE, e->doc->name,
                         "the text has been changed since; this edit cannot be "
                         "taken back");
  }
  TonStatus status = out.failed ? no_memory(e) : TON_OK;
  if (status == TON_OK) {
    status = undo->path ? undo_value(e, undo, &out) : undo_structure(e, &out);
  }
  if (status == TON_OK) {
    const TonString removed = undo->removed;
    undo->removed = undo->inserted;
    undo->inserted = removed;
  }
  ton_string_free(&out);
  return status;
}

static const char*
folder_of(const char* folder)
{
  return *folder ? folder : NULL;
}

TonStatus
ton_mix_edit(TonDoc* doc, TonMix** mix, const TonEdit* edit, TonUndo** undo,
             TonError* error)
{
  void* data = *mix;
  const Edited e = {doc, &data, &ton_mix_table, folder_of((*mix)->folder),
                    error};
  const TonStatus status = edit_both(&e, edit, undo);
  *mix = data;
  return status;
}

TonStatus
ton_mix_undo(TonDoc* doc, TonMix** mix, TonUndo* undo, TonError* error)
{
  void* data = *mix;
  const Edited e = {doc, &data, &ton_mix_table, folder_of((*mix)->folder),
                    error};
  const TonStatus status = undo_both(&e, undo);
  *mix = data;
  return status;
}

TonStatus
ton_master_edit(TonDoc* doc, TonMaster** master, const TonEdit* edit,
                TonUndo** undo, TonError* error)
{
  void* data = *master;
  const Edited e = {doc, &data, &ton_master_table, folder_of((*master)->folder),
                    error};
  const TonStatus status = edit_both(&e, edit, undo);
  *master = data;
  return status;
}

TonStatus
ton_master_undo(TonDoc* doc, TonMaster** master, TonUndo* undo, TonError* error)
{
  void* data = *master;
  const Edited e = {doc, &data, &ton_master_table, folder_of((*master)->folder),
                    error};
  const TonStatus status = undo_both(&e, undo);
  *master = data;
  return status;
}

TonStatus
ton_release_edit(TonDoc* doc, TonRelease** release, const TonEdit* edit,
                 TonUndo** undo, TonError* error)
{
  void* data = *release;
  const Edited e = {doc, &data, &ton_release_table,
                    folder_of((*release)->folder), error};
  const TonStatus status = edit_both(&e, edit, undo);
  *release = data;
  return status;
}

TonStatus
ton_release_undo(TonDoc* doc, TonRelease** release, TonUndo* undo,
                 TonError* error)
{
  void* data = *release;
  const Edited e = {doc, &data, &ton_release_table,
                    folder_of((*release)->folder), error};
  const TonStatus status = undo_both(&e, undo);
  *release = data;
  return status;
}
