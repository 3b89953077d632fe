// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   What mix.yaml says, in the few lines that `make` and `new` print of it.
*/

#include "cli/summary.h"

#include "base/array.h"
#include "base/string.h"
#include "cli/terminal.h"

#include <stdio.h>
#include <string.h>

static bool
starts(const char* text, const char* with)
{
  return strncmp(text, with, strlen(with)) == 0;
}

/// Does a path lead to this strip or into it: "tracks/Bass/fader"?
static bool
leads_to(const char* path, const TonStrip* strip)
{
  const char* at = strchr(path, '/');
  const char* name = strip->name;
  for (at = at ? at + 1 : ""; *at && *at != '/' && *name; ++at, ++name) {
    const char letter = *at != '~' ? *at : *++at == '1' ? '/' : '~';
    if (letter != *name) {
      return false;
    }
  }
  return !*name && (!*at || *at == '/');
}

/// The name of the track that a record is about; null: it is no longer there
static const char*
track_of(const TonMix* mix, const TonDecision* d)
{
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    if (leads_to(d->path, &mix->strips[i])) {
      return mix->strips[i].name;
    }
  }
  return NULL;
}

/// How many tracks have the role of track `at`; 0 if one before it has it
static uint32_t
count_role(const TonMix* mix, uint32_t at)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    const bool same = strcmp(mix->strips[i].role, mix->strips[at].role) == 0;
    if (same && i < at) {
      return 0;
    }
    n += same;
  }
  return n;
}

static void
print_roles(const TonMix* mix)
{
  printf("  tracks    ");
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    const uint32_t n = count_role(mix, i);
    const char* const role = mix->strips[i].role;
    printf("%s", n && i ? ", " : "");
    if (n > 1 || (n && !*role)) {
      printf("%u ", n);
    }
    printf("%s", !n ? "" : *role ? cli_visible(role) : "without a known role");
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

/// A fault of a stem
typedef struct {
  const char* rule;
  const char* name;
  bool repaired;
} StemFault;

static const StemFault faults[] = {
    {"polarity.sum", "polarity", true},
    {"delay.polarity", "polarity", true},
    {"delay.align", "early arrival", true},
    {"peaks.cut", "high peaks", true},
    {"defect.dc", "DC", true},
    {"defect.hum", "hum", true},
    {"defect.spike", "spike", true},
    {"defect.not-a-number", "broken samples", true},
    {"defect.soft-hum", "soft hum", false},
    {"defect.clipping", "clipping", false},
    {"defect.lone-peak", "one loud moment", false},
    {"trim.silent", "silence", false},
    {"trim.constant", "only a DC offset", false},
    {"trim.clicks", "only clicks", false},
    {"trim.broken", "only broken samples", false},
    {"trim.noise", "only noise", false},
    {"trim.hum", "only hum", false},
    {"trim.crackle", "only crackle", false},
    {"trim.too-soft", "too little level", false},
};

/// The fault that a record is about, or null
static const StemFault*
fault_of(const TonDecision* d)
{
  const char* const rule = takes_dc_out(d) ? "defect.dc" : d->rule;
  for (size_t i = 0; i < TON_COUNT(faults); ++i) {
    if (strcmp(rule, faults[i].rule) == 0) {
      return &faults[i];
    }
  }
  return NULL;
}

/// Faults of the stems, as far as mix.yaml still says so; false: there are none
static bool
add_faults(const TonMix* mix, const TonDecisions* all, bool repaired,
           TonString* t)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    const StemFault* const fault = d->superseded ? NULL : fault_of(d);
    const char* const track = track_of(mix, d);
    if (fault && fault->repaired == repaired && track && !told_before(all, i)) {
      ton_string_printf(t, "%s%s %s %s", t->length ? ", " : "", fault->name,
                        repaired ? "of" : "in", track);
    }
  }
  return t->length > 0;
}

static void
print_faults(const TonMix* mix, const TonDecisions* all)
{
  TonString repaired = {0};
  TonString noticed = {0};
  printf("  repaired  %s\n", add_faults(mix, all, true, &repaired)
                                 ? cli_visible(ton_string_string(&repaired))
                                 : "nothing");
  if (add_faults(mix, all, false, &noticed)) {
    printf("  noticed   %s\n", cli_visible(ton_string_string(&noticed)));
  }
  ton_string_free(&repaired);
  ton_string_free(&noticed);
}

/// " (a finished mix)" if that is why the assistant muted a track
static const char*
why_muted(const TonDecisions* all, const TonStrip* strip)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonDecision* const d = &all->items[i];
    if (!d->superseded && *d->value && leads_to(d->path, strip)) {
      const char* const why = strcmp(d->rule, "role.finished") == 0
                                  ? " (a finished mix)"
                              : strcmp(d->rule, "role.copy") == 0 ? " (a copy)"
                                                                  : "";
      if (*why) {
        return why;
      }
    }
  }
  return "";
}

/// Tracks and buses that mix.yaml closes
static void
print_muted(const TonMix* mix, const TonDecisions* all)
{
  TonString t = {0};
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    if (s->mute) {
      ton_string_printf(&t, "%s%s%s", t.length ? ", " : "", s->name,
                        why_muted(all, s));
    }
  }
  if (t.length) {
    printf("  muted     %s\n", cli_visible(ton_string_string(&t)));
  }
  ton_string_free(&t);
}

/// How mix.yaml shapes and places the tracks
typedef struct {
  uint32_t highpasses;
  uint32_t compressors;
  uint32_t off_centre;
  uint32_t to_reverb;
} MixCounts;

static bool
is_on(const TonInsert* insert, uint32_t band)
{
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    if (p->band == band && p->part == TON_PART_ON) {
      return insert->params[i] != 0.0F;
    }
  }
  return true;
}

static uint32_t
count_highpasses(const TonInsert* insert)
{
  uint32_t n = 0;
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    n += p->band && p->choices && is_on(insert, p->band) &&
         strcmp(p->choices[(size_t)insert->params[i]], "highpass") == 0;
  }
  return n;
}

static bool
has(const TonStrip* strip, const char* processor)
{
  for (uint32_t i = 0; i < strip->n_chain; ++i) {
    const TonInsert* const insert = &strip->chain[i];
    if (!insert->bypass && strcmp(insert->type->id, processor) == 0) {
      return true;
    }
  }
  return false;
}

static bool
sends_to_reverb(const TonMix* mix, const TonStrip* strip)
{
  for (uint32_t i = 0; i < strip->n_sends; ++i) {
    const TonStrip* const bus =
        &mix->strips[ton_mix_strip(mix, strip->sends[i].to)];
    if (has(bus, "reverb") || has(bus, "convolution")) {
      return true;
    }
  }
  return false;
}

static MixCounts
count_all(const TonMix* mix)
{
  MixCounts c = {0};
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    const TonStrip* const s = &mix->strips[i];
    for (uint32_t k = 0; k < s->n_chain; ++k) {
      c.highpasses += s->chain[k].bypass ? 0 : count_highpasses(&s->chain[k]);
    }
    c.compressors += has(s, "compressor");
    c.off_centre += s->dual_pan ? s->pan != -s->pan_right : s->pan != 0.0F;
    c.to_reverb += sends_to_reverb(mix, s);
  }
  return c;
}

static void
print_shape(const TonMix* mix)
{
  const MixCounts c = count_all(mix);
  printf("  shaped    %u high-pass%s, %u compressor%s; %u track%s off the "
         "centre, %u sent to a reverb\n",
         c.highpasses, c.highpasses == 1 ? "" : "es", c.compressors,
         c.compressors == 1 ? "" : "s", c.off_centre,
         c.off_centre == 1 ? "" : "s", c.to_reverb);
}

/// Whether a rule of the assistant decided something
static bool
has_decided(const TonDecisions* all, const char* rule)
{
  for (uint32_t i = 0; i < all->count; ++i) {
    if (strcmp(all->items[i].rule, rule) == 0) {
      return true;
    }
  }
  return false;
}

static void
print_time(const TonMix* mix, const TonDecisions* all)
{
  if (mix->tempo_bpm > 0.0) {
    printf("  time      %g bpm", mix->tempo_bpm);
    if (mix->n_sections) {
      printf(", %u section%s", mix->n_sections,
             mix->n_sections == 1 ? "" : "s");
    }
    printf("%s\n", has_decided(all, "time.no-bars")
                       ? "; not sure where bars begin"
                       : "");
  } else if (has_decided(all, "time.unsure")) {
    printf("  time      no steady tempo was heard for sure\n");
  }
}

void
cli_print_mix_text(const TonMix* mix, const TonDecisions* all)
{
  print_roles(mix);
  print_time(mix, all);
  print_muted(mix, all);
  print_faults(mix, all);
  print_shape(mix);
}
