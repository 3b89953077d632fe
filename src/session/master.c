// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The keys of master.yaml.
*/

#include "base/array.h"
#include "session/chain.h"
#include "session/lock.h"
#include "session/texts.h"

#include <string.h>

#define AT(field) offsetof(TonMaster, field)

TonStatus
ton_read_rendered(TonReader* r, const TonNode* node, char** path)
{
  const bool rendered =
      node->kind == TON_SCALAR && strncmp(node->text, "out/", 4) == 0;
  return rendered ? ton_read_path(r, node, path) : ton_read_file(r, node, path);
}

static TonStatus
read_source(TonReader* r, const TonNode* node, void* row)
{
  return ton_read_rendered(r, node, &((TonMaster*)row)->source);
}

static TonStatus
check_loudness(TonReader* r, const TonNode* node, void* row)
{
  (void)r;
  ((TonMaster*)row)->has_loudness = strcmp(node->text, "keep") != 0;
  return TON_OK;
}

static TonStatus
read_chain(TonReader* r, const TonNode* node, void* row)
{
  TonMaster* const master = row;
  return ton_read_master_chain(r, node, &master->chain, &master->n_chain);
}

static bool
find_in_chain(void* row, const char* path, TonFound* found)
{
  const TonMaster* const master = row;
  return ton_chain_find(master->chain, master->n_chain, path, found);
}

static TonStatus
read_lock(TonReader* r, const TonNode* node, void* row)
{
  TonMaster* const master = row;
  return ton_read_locks(r, node, &ton_master_table, row,
                        (TonLocks){&master->locks, &master->n_locks});
}

static const char* const keep[] = {"keep", NULL};
static const char* const fade_curves[] = {"linear", "smooth", NULL};

static const TonField fade_fields[] = {
    {"length", TON_AS_DOUBLE, offsetof(TonFade, length_s), TON_S, 0.0, 600.0,
     .otherwise = "0 s", .help = "How long it takes"},
    {"curve", TON_AS_SWITCH, offsetof(TonFade, smooth), .words = fade_curves,
     .otherwise = "linear",
     .help = "linear: even for the ear; smooth: leaves and arrives slowly"},
};

static const TonTable fade_table = {.what = "the fade",
                                    TON_FIELDS(fade_fields),
                                    .size = sizeof(TonFade),
                                    .short_form = "length"};

static const TonField fields[] = {
    {"song", TON_AS_TEXT, .at = AT(song),
     .help = "Name of the song; without it, that of the folder"},
    {"source", TON_AS_OWN, AT(source), .read = read_source,
     .help = "What is mastered; without it, out/mix.wav"},
    {"target", TON_AS_TEXT, AT(target), .otherwise = "",
     .help = "What the master is made for; tonmeister help targets lists them"},
    {"genre", TON_AS_TEXT, .at = AT(genre), .otherwise = "",
     .help = "Kind of music; tonmeister help genres lists them"},
    {"style", TON_AS_TEXT, .at = AT(style), .otherwise = "",
     .help = "What is added to taste; tonmeister help styles lists them"},
    {"intensity", TON_AS_TEXT, .at = AT(intensity), .otherwise = "",
     .help = "How strong that is and how loud: low, medium or high"},
    {"loudness", TON_AS_FLOAT, AT(loudness_lufs), TON_LUFS, -40.0, 0.0,
     .words = keep, .read = check_loudness, .also = "lufs level",
     .help = "Integrated loudness of the master; keep: as the chain leaves it"},
    {"ceiling", TON_AS_FLOAT, AT(ceiling_dbtp), TON_DBTP, -20.0, 0.0,
     .otherwise = "-1 dBTP", .help = "Highest true peak"},
    {"references", TON_AS_FILES, .at = AT(references),
     .count = AT(n_references),
     .help = "Finished songs that the master shall sound like"},
    {"amount", TON_AS_FLOAT, AT(amount), TON_PERCENT, 0.0, 100.0,
     .otherwise = "100 %",
     .help = "How far the proposal goes towards target and references"},
    {"start", TON_AS_TIME, AT(start_s), .flags = TON_SHARED, .also = "begin",
     .help = "Where the master begins, a time in the mix"},
    {"end", TON_AS_TIME, AT(end_s), .flags = TON_NAN | TON_SHARED,
     .help = "Where the master ends, a time in the mix; without it, at the end "
             "of the mix"},
    {"fade-in", TON_AS_PART, AT(fade_in), .table = &fade_table,
     .help = "From silence, at the start of the master"},
    {"fade-out", TON_AS_PART, AT(fade_out), .table = &fade_table,
     .also = "fade", .help = "To silence, at the end of the master"},
    {"chain", TON_AS_OWN, AT(chain), .read = read_chain, .find = find_in_chain,
     .help =
         "Processors in the order of the signal; tonmeister help lists them"},
    {"lock", TON_AS_OWN, AT(locks), .read = read_lock, .flags = TON_LOCKLESS,
     .help = "What the assistant leaves alone: true, or names of keys"},
};

static TonStatus
check_master(TonReader* r, const TonNode* node, void* row)
{
  TonMaster* const m = row;
  const TonNode* const end = ton_node_child(node, "end");
  if (m->end_s <= m->start_s) {
    return ton_fail_at(r->doc, end, r->error,
                       "end: the master would end before it starts; write a "
                       "time behind that of \"start\"");
  }
  TON_TRY(ton_read_song(r, &m->song, &m->folder));
  m->source = m->source ? m->source : ton_read_in_folder(r, "out/mix.wav");
  return m->source ? TON_OK : ton_read_no_memory(r);
}

const TonTable ton_master_table = {.what = "master.yaml",
                                   TON_FIELDS(fields),
                                   .size = sizeof(TonMaster),
                                   .check = check_master};

TonStatus
ton_master_read(const TonDoc* doc, const char* folder, TonMaster** master,
                TonError* error)
{
  void* data = NULL;
  const TonStatus status =
      ton_table_read(doc, folder, &ton_master_table, &data, error);
  *master = data;
  return status;
}

void
ton_master_free(TonMaster* master)
{
  ton_table_free(master);
}
