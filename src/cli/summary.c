// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What `make` tells at its end: what was found, done and measured.
*/

#include "cli/summary.h"

#include "base/memory.h"
#include "base/string.h"
#include "cli/measurement_table.h"
#include "cli/song_files.h"
#include "cli/terminal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool
starts(const char* text, const char* with)
{
  return strncmp(text, with, strlen(with)) == 0;
}

/// "03 Snare Bot" of "tracks/03 Snare Bot/polarity"
static void
add_strip(TonString* t, const char* path, const char* between)
{
  const char* const from = strchr(path, '/');
  const size_t n = from ? strcspn(from + 1, "/") : 0;
  ton_string_add(t, between);
  ton_string_add_bytes(t, from ? from + 1 : "", n);
}

/// How often a role was given; only at its first time
static uint32_t
count_role(const TonDecisions* all, uint32_t at)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    const bool same = strcmp(d->rule, all->items[at].rule) == 0 &&
                      strcmp(d->value, all->items[at].value) == 0;
    if (same && i < at) {
      return 0;
    }
    n += same;
  }
  return n;
}

static void
print_roles(const TonDecisions* all)
{
  printf("  tracks    ");
  const char* between = "";
  for (uint32_t i = 0; i < all->count; ++i) {
    const uint32_t n =
        starts(all->items[i].rule, "role.") ? count_role(all, i) : 0;
    const char* const role = *all->items[i].value
                                 ? cli_visible(all->items[i].value)
                                 : "without a known name";
    if (n == 1 && *all->items[i].value) {
      printf("%s%s", between, role);
    } else if (n) {
      printf("%s%u %s", between, n, role);
    }
    between = n ? ", " : between;
  }
  printf("\n");
}

/// The strip of a record, "tracks/03 Snare Bot"
static size_t
strip_length(const char* path)
{
  const char* const from = strchr(path, '/');
  return from ? (size_t)(from + 1 - path) + strcspn(from + 1, "/") : 0;
}

/// Six notches against one hum are told once
static bool
told_before(const TonDecisions* all, uint32_t at)
{
  const TonDecision* const d = &all->items[at];
  for (uint32_t i = 0; i < at; ++i) {
    if (strcmp(all->items[i].rule, d->rule) == 0 &&
        strncmp(all->items[i].path, d->path, strip_length(d->path) + 1) == 0) {
      return true;
    }
  }
  return false;
}

/// A high-pass that is there anyway and has DC to remove
static bool
takes_dc_out(const TonDecision* d)
{
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    if (starts(d->evidence[i].metric, "DC offset")) {
      return *d->value && starts(d->rule, "highpass.");
    }
  }
  return false;
}

/// What was broken in the stems: polarity, hum, offset, ...
static void
print_repairs(const TonDecisions* all)
{
  TonString t = {0};
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    if (told_before(all, i)) {
      continue;
    }
    if (starts(d->rule, "polarity.") && *d->value) {
      add_strip(&t, d->path, t.length ? ", polarity of " : "polarity of ");
    } else if (starts(d->rule, "defect.")) {
      const char* const what = d->rule + strlen("defect.");
      ton_string_add(&t, t.length ? ", " : "");
      const bool bad = strcmp(what, "not-a-number") == 0;
      ton_string_add(&t, strcmp(what, "dc") == 0         ? "DC"
                         : bad                           ? "broken samples"
                         : strcmp(what, "soft-hum") == 0 ? "soft hum"
                                                         : what);
      add_strip(&t, d->path, *d->value ? " of " : " noticed in ");
    } else if (takes_dc_out(d)) {
      add_strip(&t, d->path, t.length ? ", DC of " : "DC of ");
    } else if (strcmp(d->rule, "trim.silent") == 0) {
      add_strip(&t, d->path, t.length ? ", silent: " : "silent: ");
    } else if (strcmp(d->rule, "trim.noise") == 0) {
      add_strip(&t, d->path, t.length ? ", only noise: " : "only noise: ");
    } else if (strcmp(d->rule, "trim.too-soft") == 0) {
      add_strip(&t, d->path, t.length ? ", too soft: " : "too soft: ");
    }
  }
  printf("  repaired  %s\n",
         t.length ? cli_visible(ton_string_string(&t)) : "nothing");
  ton_string_free(&t);
}

/// Finished mixes and copies that lay among the stems
static void
print_muted(const TonDecisions* all)
{
  TonString t = {0};
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    const bool finished = strcmp(d->rule, "role.finished") == 0;
    if (*d->value && (finished || strcmp(d->rule, "role.copy") == 0)) {
      add_strip(&t, d->path, t.length ? ", " : "");
      ton_string_add(&t, finished ? " (a finished mix)" : " (a copy)");
    }
  }
  if (t.length) {
    printf("  muted     %s\n", cli_visible(t.bytes));
  }
  ton_string_free(&t);
}

static uint32_t
count(const TonDecisions* all, const char* rule)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < all->count; ++i) {
    n += starts(all->items[i].rule, rule) && *all->items[i].value;
  }
  return n;
}

static void
print_limiter(const TonMasterResult* m)
{
  if (isnan(m->max_reduction_db)) {
    return;
  }
  if (!(m->max_reduction_db > 0.05)) {
    printf("  limiter   had nothing to do\n");
    return;
  }
  char time[32];
  printf(
      "  limiter   turns down by at most %.1f dB for 95 %% of the time; %.1f "
      "dB at %s\n",
      m->reduction_p95_db, m->max_reduction_db,
      cli_time(m->max_reduction_at_s, time));
}

static void
print_files(const MadeSong* made)
{
  uint32_t good = 0;
  if (!made->delivery->n) {
    return;
  }
  for (uint32_t i = 0; i < made->delivery->n; ++i) {
    good += made->delivery->files[i].good;
  }
  printf("  files     %u of %u are good, measured after writing, in "
         "%s/out/release\n",
         good, made->delivery->n, cli_visible(made->song));
}

void
cli_print_summary(const MadeSong* made)
{
  TonDecisions all = {0};
  char* const path = cli_song_file(made->song, "decisions.json");
  if (!path || ton_decisions_read(path, &all, NULL)) {
    all = (TonDecisions){0};
  }
  ton_free(path);
  const TonMeasurement* const mix = made->mix;
  printf("%s: %u stem%s, %.1f s at %g kHz\n", cli_visible(made->song),
         made->n_stems, made->n_stems == 1 ? "" : "s",
         (double)mix->frames / mix->rate, mix->rate / 1000.0);
  print_roles(&all);
  print_muted(&all);
  print_repairs(&all);
  const uint32_t cuts = count(&all, "highpass.");
  const uint32_t compressed =
      count(&all, "compression.hits") + count(&all, "compression.range");
  const uint32_t placed = count(&all, "place.side") + count(&all, "place.low");
  printf("  shaped    %u high-pass%s, %u compressor%s; %u track%s off the "
         "centre, %u sent to the reverb\n",
         cuts, cuts == 1 ? "" : "es", compressed, compressed == 1 ? "" : "s",
         placed, placed == 1 ? "" : "s", count(&all, "space.send"));
  cli_print_stages(mix, &made->mastered->after);
  print_limiter(made->mastered);
  print_files(made);
  printf("  reasons   %u for the mix, %u for the master: beside each value in "
         "mix.yaml and master.yaml\n",
         all.count, made->master_reasons->count);
  printf("  report    %s/out/release/report.html\n", cli_visible(made->song));
  ton_decisions_free(&all);
}
