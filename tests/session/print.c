// SPDX-License-Identifier: GPL-3.0-or-later
/// @file What a text said, printed.

#include "print.h"

#include <string.h>

/// Paths below the song's folder without it
static const char*
below(const char* path, const char* folder)
{
  const size_t n = strlen(folder);
  return strncmp(path, folder, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static void
print_params(TonString* out, const TonInsert* insert)
{
  for (uint32_t i = 0; i < insert->type->n_params; ++i) {
    const TonParam* const p = &insert->type->params[i];
    char room[64];
    if (insert->params[i] != p->def) {
      ton_string_printf(
          out, " %s=%s", p->symbol,
          ton_param_print(p, insert->params[i], room, sizeof(room)));
    }
  }
}

void
print_chain(TonString* out, const char* before, const TonInsert* chain,
            uint32_t n_chain)
{
  for (uint32_t i = 0; i < n_chain; ++i) {
    ton_string_printf(out, "%schain %u: %s", before, i, chain[i].type->id);
    print_params(out, &chain[i]);
    ton_string_printf(out, "%s%s%s%s%s\n", chain[i].bypass ? " (bypassed)" : "",
                      chain[i].sidechain ? " listens to " : "",
                      chain[i].sidechain ? chain[i].sidechain : "",
                      chain[i].preset ? " from " : "",
                      chain[i].preset ? chain[i].preset : "");
  }
}

static void
print_pan(TonString* out, const TonStrip* s)
{
  static const char* const laws[] = {"constant power", "compromise", "linear",
                                     "balance"};
  if (s->dual_pan) {
    ton_string_printf(out, "  pan: left %g right %g\n", (double)s->pan,
                      (double)s->pan_right);
  } else if (s->pan != 0.0F) {
    ton_string_printf(out, "  pan: %g\n", (double)s->pan);
  }
  if (s->pan_law != (s->bus ? TON_PAN_BALANCE : TON_PAN_CONSTANT_POWER)) {
    ton_string_printf(out, "  pan law: %s\n", laws[s->pan_law]);
  }
}

static void
print_automation(TonString* out, const TonStrip* s)
{
  static const char* const moves[] = {"fader", "pan", "mute", "send", "param"};
  static const char* const curves[] = {"", " hold", " smooth"};
  for (uint32_t i = 0; i < s->n_automation; ++i) {
    const TonAutomation* const lane = &s->automation[i];
    ton_string_printf(out, "  automation of %s", moves[lane->move]);
    if (lane->move == TON_MOVE_SEND) {
      ton_string_printf(out, " %s", s->sends[lane->item].to);
    } else if (lane->move == TON_MOVE_PARAM) {
      ton_string_printf(out, " %u %s", lane->item,
                        s->chain[lane->item].type->params[lane->param].symbol);
    }
    ton_string_add(out, ":");
    for (uint32_t k = 0; k < lane->n_points; ++k) {
      const TonPoint* const p = &lane->points[k];
      ton_string_printf(out, " [%.9g s %.6g%s]", p->at_s, (double)p->value,
                        curves[p->curve]);
    }
    ton_string_add(out, "\n");
  }
}

static void
print_routes(TonString* out, const TonStrip* s)
{
  if (s->to) {
    ton_string_printf(out, "  to: %s\n", s->to);
  }
  for (uint32_t i = 0; i < s->n_sends; ++i) {
    ton_string_printf(out, "  send: %s %g dB%s\n", s->sends[i].to,
                      (double)s->sends[i].level_db,
                      s->sends[i].pre ? " pre" : "");
  }
  for (uint32_t i = 0; i < s->n_locks; ++i) {
    ton_string_printf(out, "  locked: %s\n", s->locks[i]);
  }
}

static void
print_strip(TonString* out, const TonMix* mix, const TonStrip* s)
{
  ton_string_printf(out, "%s: %s\n", s->bus ? "bus" : "track", s->name);
  if (s->file) {
    ton_string_printf(out, "  file: %s\n", below(s->file, mix->folder));
  }
  if (*s->role) {
    ton_string_printf(out, "  role: %s\n", s->role);
  }
  if (s->trim_db != 0.0F || s->invert || s->delay_ms != 0.0F) {
    ton_string_printf(out, "  trim: %g dB%s, %g ms late\n", (double)s->trim_db,
                      s->invert ? " inverted" : "", (double)s->delay_ms);
  }
  print_chain(out, "  ", s->chain, s->n_chain);
  if (s->fader_db != 0.0F) {
    ton_string_printf(out, "  fader: %g dB\n", (double)s->fader_db);
  }
  print_pan(out, s);
  if (s->mute || s->solo) {
    ton_string_printf(out, "  %s%s\n", s->mute ? "muted " : "",
                      s->solo ? "solo" : "");
  }
  print_routes(out, s);
  print_automation(out, s);
}

void
print_mix(TonString* out, const TonMix* mix)
{
  const bool named_by_folder = strncmp(mix->song, "ton-song-", 9) == 0;
  ton_string_printf(out, "song: %s\n",
                    named_by_folder ? "(folder)" : mix->song);
  ton_string_printf(out, "rate: %u Hz, tempo: %g bpm, beats in a bar: %u\n",
                    mix->rate, mix->tempo_bpm, mix->beats_per_bar);
  for (uint32_t i = 0; i < mix->n_sections; ++i) {
    ton_string_printf(out, "section: %s at %.9g s\n", mix->sections[i].name,
                      mix->sections[i].at_s);
  }
  for (uint32_t i = 0; i < mix->n_strips; ++i) {
    print_strip(out, mix, &mix->strips[i]);
  }
}

void
print_master(TonString* out, const TonMaster* m)
{
  const char* const folder = m->folder;
  ton_string_printf(out, "song: %s\n",
                    strncmp(m->song, "ton-song-", 9) == 0 ? "(folder)"
                                                          : m->song);
  ton_string_printf(out, "source: %s\n", below(m->source, folder));
  ton_string_printf(out, "target: %s\n", m->target);
  if (m->has_loudness) {
    ton_string_printf(out, "loudness: %g LUFS\n", (double)m->loudness_lufs);
  }
  ton_string_printf(out, "ceiling: %g dBTP, amount: %g %%\n",
                    (double)m->ceiling_dbtp, (double)m->amount);
  for (uint32_t i = 0; i < m->n_references; ++i) {
    ton_string_printf(out, "reference: %s\n", below(m->references[i], folder));
  }
  print_chain(out, "", m->chain, m->n_chain);
  for (uint32_t i = 0; i < m->n_locks; ++i) {
    ton_string_printf(out, "locked: %s\n", m->locks[i]);
  }
}

static void
print_tag(TonString* out, const char* key, const char* value)
{
  if (value && *value) {
    ton_string_printf(out, "%s: %s\n", key, value);
  }
}

void
print_release(TonString* out, const TonRelease* r)
{
  const bool named_by_folder = strncmp(r->title, "ton-song-", 9) == 0;
  print_tag(out, "source", below(r->source, r->folder));
  print_tag(out, "title", named_by_folder ? "(folder)" : r->title);
  print_tag(out, "artist", r->artist);
  print_tag(out, "album", r->album);
  print_tag(out, "album artist", r->album_artist);
  print_tag(out, "composer", r->composer);
  print_tag(out, "genre", r->genre);
  print_tag(out, "date", r->date);
  print_tag(out, "comment", r->comment);
  print_tag(out, "copyright", r->copyright);
  print_tag(out, "publisher", r->publisher);
  print_tag(out, "isrc", r->isrc);
  print_tag(out, "upc", r->upc);
  print_tag(out, "cover", r->cover ? below(r->cover, r->folder) : NULL);
  ton_string_printf(out, "track: %u of %u\n", r->track, r->track_total);
  for (uint32_t i = 0; i < r->n_deliverables; ++i) {
    const TonDeliverable* const d = &r->deliverables[i];
    ton_string_printf(out, "deliverable: %s %s %u Hz %u bits %u kbps\n",
                      d->name, d->container, d->rate, d->bits, d->bitrate_kbps);
  }
}
