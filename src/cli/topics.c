// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Everything help has a name for: verbs, texts and their keys, processors, bands, presets,
   targets, roles, tonal profiles and terms.
*/

#include "base/array.h"
#include "cli/help.h"
#include "cli/verbs.h"

#include <string.h>

typedef void (*TakeTopic)(void* handle, const char* name);

/// Kinds of band of a processor, null-terminated; null where it has no bands
static const char* const*
bands_of(const TonProcessor* p)
{
  for (uint32_t i = 0; i < p->n_params; ++i) {
    if (strcmp(p->params[i].symbol, "1-type") == 0) {
      return p->params[i].choices;
    }
  }
  return NULL;
}

static void
each_key(unsigned kinds, TakeTopic take, void* handle)
{
  TonKey key;
  for (uint32_t t = 0; (kinds & TOPIC_KEY) && ton_text_name(t); ++t) {
    for (uint32_t i = 0; ton_text_key(ton_text_name(t), i, &key); ++i) {
      take(handle, key.key);
    }
  }
}

static void
each_processor(unsigned kinds, TakeTopic take, void* handle)
{
  for (const TonProcessor* const* p = ton_processors(); *p; ++p) {
    if (kinds & TOPIC_PROCESSOR) {
      take(handle, (*p)->id);
    }
    const char* const* const bands = bands_of(*p);
    for (int i = 0; (kinds & TOPIC_BAND) && bands && bands[i]; ++i) {
      take(handle, bands[i]);
    }
  }
}

static void
each_term(unsigned kinds, TakeTopic take, void* handle)
{
  const Glossary* const g = cli_terms();
  for (uint32_t i = 0; i < g->count; ++i) {
    if (kinds & TOPIC_TERM) {
      take(handle, g->terms[i].term);
    }
    for (uint32_t k = 0; (kinds & TOPIC_SPELLING) && k < g->terms[i].n_also;
         ++k) {
      take(handle, g->terms[i].also[k]);
    }
  }
}

static void
each_of_data(unsigned kinds, TakeTopic take, void* handle)
{
  TonPreset* const* presets = NULL;
  const uint32_t n_presets = kinds & TOPIC_PRESET ? cli_presets(&presets) : 0;
  const TonTargets* const targets = kinds & TOPIC_TARGET ? cli_targets() : NULL;
  for (uint32_t i = 0; i < n_presets; ++i) {
    take(handle, presets[i]->name);
  }
  for (uint32_t i = 0; targets && i < targets->n; ++i) {
    take(handle, targets->items[i].name);
  }
  const struct {
    unsigned kind;
    const HelpKinds* (*all)(void);
  } tables[] = {{TOPIC_KIND, cli_roles},
                {TOPIC_KIND, cli_tones},
                {TOPIC_GENRE, cli_genres},
                {TOPIC_STYLE, cli_styles},
                {TOPIC_INTENSITY, cli_intensities}};
  for (size_t k = 0; k < TON_COUNT(tables); ++k) {
    const HelpKinds* const all =
        kinds & tables[k].kind ? tables[k].all() : NULL;
    for (size_t i = 0; all && i < all->n; ++i) {
      take(handle, all->items[i].name);
    }
  }
}

void
cli_each_topic(unsigned kinds, TakeTopic take, void* handle)
{
  static const char* const lists[] = {"all",    "genres",  "presets", "roles",
                                      "styles", "targets", "terms"};
  for (size_t i = 0; (kinds & TOPIC_LIST) && i < TON_COUNT(lists); ++i) {
    take(handle, lists[i]);
  }
  for (uint32_t i = 0; (kinds & TOPIC_VERB) && i < cli_n_verbs; ++i) {
    take(handle, cli_verbs[i].name);
  }
  for (uint32_t i = 0; (kinds & TOPIC_TEXT) && ton_text_name(i); ++i) {
    take(handle, ton_text_name(i));
  }
  each_key(kinds, take, handle);
  each_processor(kinds, take, handle);
  each_of_data(kinds, take, handle);
  each_term(kinds, take, handle);
}
