// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/array.h"
#include "base/memory.h"
#include "base/string.h"
#include "expect.h"
#include "session/doc.h"
#include "session/strip.h"
#include "session/texts.h"

#include <tonmeister/decision.h>

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/**
   @file
   Every field that can be locked is held by its lock: it is set to a value
   that the assistant takes for its own (text and decisions say so), locked,
   and the proposal made again leaves its bytes as they are.  The same value
   without a lock is worked out again.
*/

static const char* program;

/// Of the strip without a lock: the longest there can be
static char long_name[256];
static char song[] = "/tmp/ton-held-XXXXXX";

static void
in_song(char* path, size_t size, const char* name)
{
  snprintf(path, size, "%s/%s", song, name);
}

/// Run the program; its exit status
static int
run_any(const char* arguments)
{
  char command[2 * PATH_MAX];
  snprintf(command, sizeof(command), "%s %s --quiet >/dev/null 2>%s/log",
           program, arguments, song);
  const int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Run it: done, or done but a goal was missed (3)
static void
run(const char* arguments)
{
  char command[PATH_MAX];
  const int exit = run_any(arguments);
  if (exit != 0 && exit != 3) {
    snprintf(command, sizeof(command), "cat %s/log >&2", song);
    fail_msg("%s: exit %d (%d)", arguments, exit, system(command));
  }
}

// Stems -----------------------------------------------------------------------

static void
put_le(FILE* file, uint32_t value, int bytes)
{
  for (int i = 0; i < bytes; ++i) {
    fputc((int)(value >> (8 * i) & 0xFFU), file);
  }
}

/// Two seconds of a tone with pauses, 16 bit, 48 kHz, mono
static void
write_stem(const char* name, double hz)
{
  enum { FRAMES = 96000 };
  char path[PATH_MAX];
  in_song(path, sizeof(path), name);
  FILE* const file = fopen(path, "wb");
  assert_non_null(file);
  fputs("RIFF", file);
  put_le(file, 36 + 2 * FRAMES, 4);
  fputs("WAVEfmt ", file);
  put_le(file, 16, 4);
  put_le(file, 1, 2);
  put_le(file, 1, 2);
  put_le(file, 48000, 4);
  put_le(file, 96000, 4);
  put_le(file, 2, 2);
  put_le(file, 16, 2);
  fputs("data", file);
  put_le(file, 2 * FRAMES, 4);
  for (int i = 0; i < FRAMES; ++i) {
    const double on = i % 24000 < 18000 ? 0.2 : 0.0;
    const double x = on * sin(6.283185307179586 * hz * i / 48000.0);
    put_le(file, (uint32_t)(int32_t)lrint(x * 32767.0), 2);
  }
  fclose(file);
}

// What is locked --------------------------------------------------------------

/// A value to be held: its key may lie deeper than a field
typedef struct {
  char key[64];
  char value[96];
  const char* written; ///< Key the value is written at, if it is another
} Held;

static Held held[40];
static uint32_t n_held;

/// Values that a table cannot tell
static const Held special[] = {
    {"file", "", NULL},
    {"role", "bass", NULL},
    {"chain", "[compressor: {threshold: -33 dB}]", NULL},
    {"to", "Group", NULL},
    {"sends", "{Plate: -21.5 dB}", NULL},
    {"automation", "{fader: [[0 s, -4 dB], [1 s, -5 dB]]}", NULL},
    {"solo", "false", NULL},
};

static const Held deeper[] = {
    {"sends/Plate", "{Plate: -21.5 dB}", "sends"},
    {"chain/0/compressor/threshold", "[compressor: {threshold: -33 dB}]",
     "chain"},
    {"pan/left", "{left: L77, right: R5}", "pan"},
    {"automation/fader", "{fader: [[0 s, -4 dB], [1 s, -5 dB]]}", "automation"},
};

/// A value that no proposal would choose
static void
value_of(const TonField* f, char* value, size_t size)
{
  for (size_t i = 0; i < TON_COUNT(special); ++i) {
    if (strcmp(special[i].key, f->key) == 0) {
      snprintf(value, size, "%s", special[i].value);
      return;
    }
  }
  const double low = isfinite(f->min) ? f->min : -60.0;
  if (f->kind == TON_AS_SWITCH || f->kind == TON_AS_WORD) {
    snprintf(value, size, "%s", f->words ? f->words[1] : "true");
  } else {
    ton_unit_print(rint(low + 0.37 * (f->max - low)), f->unit, value, size);
  }
}

static void
list_fields(const TonTable* table)
{
  n_held = 0;
  for (size_t i = 0; i < table->n_fields; ++i) {
    const TonField* const f = &table->fields[i];
    const bool recording = table == &ton_bus_table && !strcmp(f->key, "file");
    if (!(f->flags & TON_LOCKLESS) && !recording) {
      Held* const h = &held[n_held++];
      *h = (Held){0};
      snprintf(h->key, sizeof(h->key), "%s", f->key);
      value_of(f, h->value, sizeof(h->value));
    }
  }
}

// Text and decisions ----------------------------------------------------------

/// The bytes of a value as they stand in a text
static char*
bytes_at(const TonDoc* doc, const char* path)
{
  const TonNode* const node = ton_node_at(doc->root, path);
  if (!node) {
    return NULL;
  }
  char* const bytes = ton_alloc(node->end - node->start + 1);
  memcpy(bytes, ton_doc_text(doc) + node->start, node->end - node->start);
  return bytes;
}

static void
edit(TonDoc* doc, const char* path, const char* value)
{
  TonError error = {0};
  const TonEdit e = {path, value, NULL};
  if (ton_doc_edit(doc, &e, &error) != TON_OK) {
    fail_msg("%s: %s", path, error.text);
  }
}

/// The decisions say that the assistant has written what stands at a path
static void
claim(TonDecisions* decisions, const TonDoc* doc, const char* path)
{
  TonDecision* d = NULL;
  for (uint32_t i = 0; i < decisions->count && !d; ++i) {
    d = strcmp(decisions->items[i].path, path) == 0 ? &decisions->items[i]
                                                    : NULL;
  }
  const TonDecision example = decisions->items[0];
  if (!d) {
    d = ton_decisions_add(decisions);
    *d = example;
    snprintf(d->path, sizeof(d->path), "%s", path);
  }
  char* const value = ton_doc_get(doc, path);
  snprintf(d->value, sizeof(d->value), "%s", value ? value : "");
  d->superseded = false;
  ton_free(value);
}

static void
open_both(const char* text, const char* records, TonDoc** doc,
          TonDecisions* decisions)
{
  char path[PATH_MAX];
  TonError error = {0};
  in_song(path, sizeof(path), text);
  assert_int_equal(ton_doc_open(path, doc, &error), TON_OK);
  in_song(path, sizeof(path), records);
  if (decisions && ton_decisions_read(path, decisions, &error) != TON_OK) {
    fail_msg("%s: %s", path, error.text);
  }
}

static void
save_both(const char* text, const char* records, TonDoc* doc,
          TonDecisions* decisions)
{
  char path[PATH_MAX];
  TonError error = {0};
  in_song(path, sizeof(path), text);
  assert_int_equal(ton_doc_save(doc, path, &error), TON_OK);
  in_song(path, sizeof(path), records);
  assert_int_equal(ton_decisions_write(decisions, path, &error), TON_OK);
  ton_doc_free(doc);
  ton_decisions_free(decisions);
}

// The mix ---------------------------------------------------------------------

/// Tracks or buses whose fields are locked, one field each
typedef struct {
  const TonTable* table;
  const char* base; ///< Path of strip number %u
} Kind;

/// Each with a stem of its own: a track has it, or a track that feeds the bus
static void
write_strips(FILE* file, bool buses)
{
  fputs("tracks:\n", file);
  for (uint32_t i = 0; i <= n_held; ++i) {
    char name[64];
    snprintf(name, sizeof(name), "stems/s%u.wav", i);
    write_stem(name, 110.0 * pow(1.17, i));
    if (i == n_held) {
      fprintf(file, "  %s: {file: %s}\n", long_name, name);
    } else {
      fprintf(file,
              buses ? "  Synth %u: {file: %s, to: Bus %u}\n"
                    : "  Synth %u: {file: %s}\n",
              i, name, i);
    }
  }
  fputs("buses:\n  Group: {to: Mix}\n  Plate: {to: Mix, chain: [reverb]}\n",
        file);
  for (uint32_t i = 0; buses && i < n_held; ++i) {
    fprintf(file, "  Bus %u: {to: Mix}\n", i);
  }
}

static void
write_song(bool buses)
{
  memset(long_name, 'v', sizeof(long_name) - 1);
  memcpy(long_name, "Synth ", 6);
  char path[PATH_MAX];
  in_song(path, sizeof(path), "decisions.json");
  unlink(path);
  in_song(path, sizeof(path), "mix.yaml");
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  write_strips(file, buses);
  fclose(file);
}

static void
strip_path(char* path, size_t size, const Kind* kind, uint32_t i,
           const char* key)
{
  char base[64];
  snprintf(base, sizeof(base), kind->base, i);
  snprintf(path, size, "%s/%.63s", base, key);
}

/// Parts of a value that decisions speak of one by one
static void
claim_field(TonDecisions* decisions, const TonDoc* doc, const char* base,
            const char* key)
{
  static const char* const parts[] = {"sends/Plate", "chain/0/compressor"};
  char path[TON_PATH_BYTES];
  bool whole = true;
  for (size_t i = 0; i < TON_COUNT(parts); ++i) {
    if (strncmp(parts[i], key, strlen(key)) == 0 && strchr(parts[i], '/')) {
      snprintf(path, sizeof(path), "%s/%s", base, parts[i]);
      claim(decisions, doc, path);
      whole = false;
    }
  }
  if (whole) {
    snprintf(path, sizeof(path), "%s/%s", base, key);
    claim(decisions, doc, path);
  }
}

static void
set_and_lock(TonDoc* doc, TonDecisions* decisions, const Kind* kind, uint32_t i)
{
  const Held* const h = &held[i];
  char base[64];
  char path[TON_PATH_BYTES];
  char lock[128];
  const char* const written = h->written ? h->written : h->key;
  snprintf(base, sizeof(base), kind->base, i);
  strip_path(path, sizeof(path), kind, i, written);
  if (*h->value) {
    edit(doc, path, h->value);
    claim_field(decisions, doc, base, written);
  }
  strip_path(path, sizeof(path), kind, i, "lock");
  snprintf(lock, sizeof(lock), "[%s]", h->key);
  edit(doc, path, lock);
}

/// What was locked is as it was; frees `before`
static void
compare_held(const TonDoc* doc, const Kind* kind, char** before)
{
  char path[TON_PATH_BYTES];
  for (uint32_t i = 0; i < n_held; ++i) {
    strip_path(path, sizeof(path), kind, i, held[i].key);
    char* const after = bytes_at(doc, path);
    if (!after || strcmp(before[i], after) != 0) {
      fail_msg("%s was %s and is %s", path, before[i], after ? after : "gone");
    }
    ton_free(after);
    ton_free(before[i]);
  }
}

/// Faders of the mix, locked, and of a track, free: both called the assistant's
static void
set_others(TonDoc* doc, TonDecisions* decisions)
{
  char path[TON_PATH_BYTES];
  snprintf(path, sizeof(path), "tracks/%s/fader", long_name);
  edit(doc, path, "-29 dB");
  claim(decisions, doc, path);
  edit(doc, "buses/Mix/fader", "-19.5 dB");
  claim(decisions, doc, "buses/Mix/fader");
  edit(doc, "buses/Mix/lock", "[fader]");
}

static void
compare_others(const TonDoc* doc)
{
  char path[TON_PATH_BYTES];
  char* const mix = bytes_at(doc, "buses/Mix/fader");
  assert_string_equal(mix, "-19.5 dB");
  ton_free(mix);
  snprintf(path, sizeof(path), "tracks/%s/fader", long_name);
  char* const free_fader = bytes_at(doc, path);
  assert_string_not_equal(free_fader ? free_fader : "", "-29 dB");
  ton_free(free_fader);
}

static void
hold_all(const Kind* kind)
{
  static char* before[TON_COUNT(held)];
  TonDoc* doc = NULL;
  TonDecisions decisions = {0};
  char path[TON_PATH_BYTES];
  char command[PATH_MAX];
  list_fields(kind->table);
  for (size_t i = 0; i < TON_COUNT(deeper); ++i) {
    held[n_held++] = deeper[i];
  }
  write_song(kind->table == &ton_bus_table);
  snprintf(command, sizeof(command), "mix %s --propose", song);
  run(command);
  open_both("mix.yaml", "decisions.json", &doc, &decisions);
  for (uint32_t i = 0; i < n_held; ++i) {
    set_and_lock(doc, &decisions, kind, i);
    strip_path(path, sizeof(path), kind, i, held[i].key);
    before[i] = bytes_at(doc, path);
    if (!before[i]) {
      fail_msg("%s is not there", path);
    }
  }
  set_others(doc, &decisions);
  save_both("mix.yaml", "decisions.json", doc, &decisions);
  run(command);
  open_both("mix.yaml", "decisions.json", &doc, NULL);
  compare_held(doc, kind, before);
  compare_others(doc);
  ton_doc_free(doc);
}

static void
every_lock_of_a_track_holds(void** state)
{
  (void)state;
  hold_all(&(Kind){&ton_track_table, "tracks/Synth %u"});
}

static void
every_lock_of_a_bus_holds(void** state)
{
  (void)state;
  hold_all(&(Kind){&ton_bus_table, "buses/Bus %u"});
}

// The master ------------------------------------------------------------------

/// What becomes of a value that is locked, and of the same without the lock
typedef enum {
  WORKED_OUT, ///< Another one is worked out, or it is refused to do so
  ASKED,      ///< The options ask for another: refused under the lock
  OURS,       ///< Nothing but a hand changes it
} Without;

/// What stands in master.yaml when `key` is locked
typedef struct {
  const char* key;
  const char* lines;
  const char* options; ///< That ask for something else around it, or for it
  Without without;
} HeldMaster;

#define CHAIN "chain: [gain: {gain: -3 dB}, limiter: {gain: 4.25 dB}]\n"

static const HeldMaster masters[] = {
    {"song", "song: Held\n", "--target loud", OURS},
    {"source", "source: out/mix.wav\n", "--target loud", OURS},
    {"target", "target: loud\n", "--target streaming", ASKED},
    {"genre", "genre: rock\n", "--genre jazz", ASKED},
    {"style", "style: warm\n", "--style open", ASKED},
    {"intensity", "intensity: low\n", "--intensity high", ASKED},
    {"start", "start: 0.1 s\n", "--target loud", OURS},
    {"end", "end: 60 s\n", "--target loud", OURS},
    {"fade-in", "fade-in: 20 ms\n", "--target loud", OURS},
    {"fade-out", "fade-out: {curve: smooth}\n", "--target loud", OURS},
    {"loudness", "loudness: -21.5 LUFS\n", "--target loud", WORKED_OUT},
    {"ceiling", "ceiling: -4.5 dBTP\n", "--target loud", WORKED_OUT},
    {"references", "references: [stems/s1.wav]\n",
     "--reference $SONG/out/mix.wav", ASKED},
    {"amount", "amount: 37 %\n", "--amount 30", ASKED},
    {"chain", CHAIN, "--amount 30", WORKED_OUT},
    {"chain/1/limiter/gain", CHAIN, "--target loud", WORKED_OUT},
    {"chain/1/gain", CHAIN, "--target loud", WORKED_OUT},
    {"chain/0", CHAIN, "--amount 30", WORKED_OUT},
};

/// Write master.yaml, master the song, and see whether the value is still there;
/// `exit` is the status of the program
static bool
stays(const HeldMaster* h, bool lock, int* exit)
{
  char path[PATH_MAX];
  char command[PATH_MAX];
  TonDoc* doc = NULL;
  const char* const key =
      strcmp(h->key, "chain/1/gain") ? h->key : "chain/1/limiter/gain";
  in_song(path, sizeof(path), "master-decisions.json");
  unlink(path);
  in_song(path, sizeof(path), "master.yaml");
  FILE* const file = fopen(path, "w");
  assert_non_null(file);
  fprintf(file, "%s", h->lines);
  if (lock) {
    fprintf(file, "lock: [%s]\n", h->key);
  }
  fclose(file);
  open_both("master.yaml", "", &doc, NULL);
  char* const before = bytes_at(doc, key);
  ton_doc_free(doc);
  snprintf(command, sizeof(command), "master %s %s", song, h->options);
  *exit = run_any(command);
  open_both("master.yaml", "", &doc, NULL);
  char* const after = bytes_at(doc, key);
  const bool same = after && strcmp(before, after) == 0;
  ton_free(before);
  ton_free(after);
  ton_doc_free(doc);
  return same;
}

static void
hold_master(const HeldMaster* h)
{
  int exit = 0;
  if (!stays(h, true, &exit) || (exit == 2) != (h->without == ASKED)) {
    fail_msg("lock: [%s] did not hold, exit %d", h->key, exit);
  }
  const bool same = stays(h, false, &exit);
  const bool matters = !same || exit == 2;
  if (matters != (h->without != OURS)) {
    fail_msg("%s is the same without a lock: the case shows nothing", h->key);
  }
}

static void
every_lock_of_a_master_holds(void** state)
{
  (void)state;
  list_fields(&ton_master_table);
  for (uint32_t i = 0; i < n_held; ++i) {
    bool there = false;
    for (size_t k = 0; k < TON_COUNT(masters); ++k) {
      there = there || strcmp(masters[k].key, held[i].key) == 0;
    }
    if (!there) {
      fail_msg("no case for the field \"%s\" of master.yaml", held[i].key);
    }
  }
  for (size_t k = 0; k < TON_COUNT(masters); ++k) {
    hold_master(&masters[k]);
  }
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_lock_of_a_track_holds),
      cmocka_unit_test(every_lock_of_a_bus_holds),
      cmocka_unit_test(every_lock_of_a_master_holds),
  };
  char path[PATH_MAX];
  if (argc < 2 || !mkdtemp(song)) {
    return 1;
  }
  program = argv[1];
  setenv("SONG", song, 1); // for the options of masters[]
  in_song(path, sizeof(path), "stems");
  mkdir(path, 0777);
  const int failed = TON_TESTS(tests);
  snprintf(path, sizeof(path), "rm -rf %s", song);
  return system(path) || failed;
}
