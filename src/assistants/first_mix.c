// SPDX-License-Identifier: GPL-3.0-or-later
#include "assistants/first.h"
#include "assistants/roles.h"
#include "base/error.h"
#include "base/memory.h"
#include "dsp/decibel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/// One track while it is thought about
typedef struct {
  const TonFirstTrack* track;
  const TonStrip* now; ///< What the text says, or null
  const TonRole* role; ///< Of the table
  TonRoleGuess guess;
  uint32_t same;  ///< Tracks of this role
  uint32_t index; ///< Among them
  double fader_db;
} Thought;

typedef struct {
  TonDoc* doc;
  TonDecisions* decisions;
  TonError* error;
  TonStatus status;
  bool again; ///< The text held a proposal already: chains stay
} Pen;

static const double start_lufs = -23.0;

static bool
locked(const TonStrip* strip, const char* key)
{
  for (uint32_t i = 0; strip && i < strip->n_locks; ++i) {
    if (strcmp(strip->locks[i], key) == 0 ||
        strcmp(strip->locks[i], "all") == 0) {
      return true;
    }
  }
  return false;
}

/// "tracks/NAME/key" with the name's special characters written out
static void
path_of(const char* kind, const char* name, const char* key, char* room,
        size_t size)
{
  size_t n = (size_t)snprintf(room, size, "%s/", kind);
  for (; *name && n + 3 < size; ++name) {
    if (*name == '/' || *name == '~') {
      room[n++] = '~';
      room[n++] = *name == '/' ? '1' : '0';
    } else {
      room[n++] = *name;
    }
  }
  snprintf(room + n, size - n, "%s%s", *key ? "/" : "", key);
}

static TonDecision*
begin(Pen* pen, const char* path, const char* value, const char* rule)
{
  TonDecision* const d = ton_decisions_add(pen->decisions);
  if (!d) {
    pen->status = ton_fail(pen->error, TON_NO_MEMORY, "out of memory");
    return NULL;
  }
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
  snprintf(d->rule, sizeof(d->rule), "%s", rule);
  d->confidence = 0.8;
  return d;
}

static void
evidence(TonDecision* d, const char* metric, double value, const char* unit)
{
  if (d && d->n_evidence < 4) {
    TonEvidence* const e = &d->evidence[d->n_evidence++];
    snprintf(e->metric, sizeof(e->metric), "%s", metric);
    snprintf(e->unit, sizeof(e->unit), "%s", unit);
    e->value = value;
    e->from_s = e->to_s = e->low = e->high = NAN;
  }
}

static void because(TonDecision* d, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

static void
because(TonDecision* d, const char* format, ...)
{
  if (d) {
    va_list args;
    va_start(args, format);
    vsnprintf(d->reason, sizeof(d->reason), format, args);
    va_end(args);
  }
}

/// Put the decided value into the text, its reason behind it
static void
write_down(Pen* pen, const TonDecision* d)
{
  if (!pen->status && d) {
    const TonEdit edit = {d->path, d->value, d->reason};
    pen->status = ton_doc_edit(pen->doc, &edit, pen->error);
  }
}

static const TonStrip*
find(const TonMix* mix, const char* name)
{
  const uint32_t i = mix ? ton_mix_strip(mix, name) : UINT32_MAX;
  return i == UINT32_MAX ? NULL : &mix->strips[i];
}

static void
decide_trim(Pen* pen, const Thought* t)
{
  const double loud = t->track->whole.integrated_lufs;
  char path[256];
  char value[32];
  path_of("tracks", t->track->name, "trim", path, sizeof(path));
  if (!isfinite(loud) || locked(t->now, "trim")) {
    return;
  }
  double trim = start_lufs - loud;
  trim = fmax(-40.0, fmin(40.0, rint(trim * 100.0) / 100.0));
  snprintf(value, sizeof(value), "%+.2f dB", trim);
  TonDecision* const d = begin(pen, path, value, "gain.stage");
  evidence(d, "gated loudness", loud, "LUFS");
  because(d, "gated loudness %.1f LUFS, brought to -23", loud);
  write_down(pen, d);
}

static void
decide_role(Pen* pen, const Thought* t)
{
  char path[256];
  path_of("tracks", t->track->name, "role", path, sizeof(path));
  if (locked(t->now, "role") || (t->now && t->now->role[0])) {
    return;
  }
  TonDecision* const d = begin(pen, path, t->role->name, "class.name");
  if (d) {
    d->confidence = t->guess.confidence;
  }
  if (t->guess.confidence > 0.5) {
    because(d, "%s", t->guess.because);
  } else {
    because(d, "the file name says nothing known");
  }
  write_down(pen, d);
}

/// Highest cut-off below which lies at most 0.5 % of the sound
static double
highpass_of(const Thought* t, double* below_db)
{
  const double* const thirds = t->track->whole.thirds_db;
  double total = 0.0;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    total += isfinite(thirds[b]) ? pow(10.0, thirds[b] / 10.0) : 0.0;
  }
  double below = 0.0;
  double hz = 0.0;
  *below_db = -INFINITY;
  for (uint32_t b = 0; b < TON_THIRDS; ++b) {
    below += isfinite(thirds[b]) ? pow(10.0, thirds[b] / 10.0) : 0.0;
    const double edge = ton_third_hz(b) * pow(10.0, 0.05);
    if (below > 0.005 * total || edge > t->role->highpass_hz * 1.06) {
      break;
    }
    hz = edge;
    *below_db = 10.0 * log10(below / total);
  }
  return hz;
}

static void
decide_highpass(Pen* pen, const Thought* t)
{
  char path[256];
  char value[96];
  double below = 0.0;
  const double hz = rint(highpass_of(t, &below));
  const double dc =
      fmax(fabs(t->track->whole.dc[0]), fabs(t->track->whole.dc[1]));
  const bool offset = dc > 0.001;
  if (locked(t->now, "chain") || pen->again) {
    return;
  }
  path_of("tracks", t->track->name, "chain/0/equaliser/0", path, sizeof(path));
  if ((hz < 25.0 || below < -45.0) && !offset) {
    TonDecision* const d = begin(pen, "", "", "highpass.spectrum");
    because(d, "%s: no high-pass, nothing to remove", t->track->name);
    evidence(d, "energy below the cut-off", below, "dB");
    return;
  }
  const double at = hz < 25.0 || below < -45.0 ? 20.0 : hz;
  snprintf(value, sizeof(value), "highpass: {at: %.0f Hz, slope: 12 dB/oct}",
           at);
  char flow[128];
  snprintf(flow, sizeof(flow), "{%s}", value);
  TonDecision* const d = begin(pen, path, flow, "highpass.spectrum");
  evidence(d, "energy below the cut-off", below, "dB");
  if (offset) {
    evidence(d, "DC offset", dc, "FS");
    because(d, "the wave stands off the middle by %.4f of full scale", dc);
  } else {
    because(d, "below %.0f Hz lies %.0f dB of the sound: rumble", at, below);
  }
  write_down(pen, d);
}

/// Faders against the lead: what is locked stays, the rest keeps its distance
/// from the anchor, wherever a person has put that
static void
think_faders(Thought* t, uint32_t n)
{
  uint32_t anchor = 0;
  for (uint32_t i = 1; i < n; ++i) {
    if (t[i].role->importance > t[anchor].role->importance) {
      anchor = i;
    }
  }
  double zero = -t[anchor].role->level_lu;
  if (locked(t[anchor].now, "fader")) {
    zero += (double)t[anchor].now->fader_db;
  }
  for (uint32_t i = 0; i < n; ++i) {
    const double share =
        t[i].role->sum && t[i].same > 1 ? -10.0 * log10(t[i].same) : 0.0;
    const double db = t[i].role->level_lu + share + zero;
    t[i].fader_db = fmax(-60.0, fmin(12.0, rint(db * 10.0) / 10.0));
  }
}

static void
decide_fader(Pen* pen, const Thought* t)
{
  char path[256];
  char value[32];
  path_of("tracks", t->track->name, "fader", path, sizeof(path));
  snprintf(value, sizeof(value), "%+.1f dB", t->fader_db);
  TonDecision* const d = begin(pen, path, value, "balance.class-target");
  evidence(d, "target against the lead", t->role->level_lu, "LU");
  if (locked(t->now, "fader")) {
    if (d) {
      d->locked = true;
      snprintf(d->value, sizeof(d->value), "%+.1f dB",
               (double)t->now->fader_db);
    }
    because(d, "locked by hand; the rest is worked out around it");
    return;
  }
  if (t->role->sum && t->same > 1) {
    because(d, "%s: %+.1f LU against the lead, shared by %u", t->role->name,
            t->role->level_lu, t->same);
  } else {
    because(d, "%s: %+.1f LU against the lead", t->role->name,
            t->role->level_lu);
  }
  write_down(pen, d);
}

/// Left or right by the name's last word
static int
side_of(const char* name)
{
  const size_t n = strlen(name);
  const char last = n ? name[n - 1] : 0;
  const bool alone =
      n > 1 && (name[n - 2] == ' ' || name[n - 2] == '-' || name[n - 2] == '.');
  return !alone                       ? 0
         : last == 'L' || last == 'l' ? -1
         : last == 'R' || last == 'r' ? 1
                                      : 0;
}

static double
pan_of(const Thought* t, const char** why)
{
  if (t->track->whole.channels == 2 || t->role->place == TON_PLACE_KEEP) {
    *why =
        t->track->whole.channels == 2 ? "stereo: as recorded" : "as recorded";
    return 0.0;
  }
  if (t->role->place == TON_PLACE_CENTRE) {
    *why = "carries the song: centre";
    return 0.0;
  }
  const int named = side_of(t->track->name);
  const int sign = named ? named : t->index % 2 ? 1 : -1;
  if (t->same > 1) {
    *why = "one of a pair: mirrored";
    // an odd one out stays in the middle
    return t->same % 2 && t->index + 1 == t->same && !named
               ? 0.0
               : sign * t->role->width;
  }
  *why = "alone: a little to the side";
  return sign * t->role->single_width;
}

static void
decide_pan(Pen* pen, const Thought* t)
{
  char path[256];
  char value[16];
  const char* why = "";
  const double pan = pan_of(t, &why);
  if (locked(t->now, "pan")) {
    return;
  }
  path_of("tracks", t->track->name, "pan", path, sizeof(path));
  if (pan == 0.0) {
    snprintf(value, sizeof(value), "C");
  } else {
    snprintf(value, sizeof(value), "%c%.0f", pan < 0.0 ? 'L' : 'R', fabs(pan));
  }
  TonDecision* const d = begin(pen, path, value, "pan.class");
  because(d, "%s", why);
  write_down(pen, d);
}

static void
decide_route(Pen* pen, const Thought* t)
{
  char path[256];
  char bus[128];
  char value[32];
  if (!locked(t->now, "to") && t->role->group[0]) {
    path_of("buses", t->role->group, "to", bus, sizeof(bus));
    const TonEdit make = {bus, "Mix", NULL};
    pen->status =
        pen->status ? pen->status : ton_doc_edit(pen->doc, &make, pen->error);
    path_of("tracks", t->track->name, "to", path, sizeof(path));
    TonDecision* const d = begin(pen, path, t->role->group, "bus.group");
    write_down(pen, d);
  }
  if (!locked(t->now, "sends") && isfinite(t->role->send_db)) {
    path_of("tracks", t->track->name, "sends/Plate", path, sizeof(path));
    snprintf(value, sizeof(value), "%.0f dB", t->role->send_db);
    TonDecision* const d = begin(pen, path, value, "space.class");
    because(d, "%s: the usual share of the shared space", t->role->name);
    write_down(pen, d);
  }
}

static void
make_plate(Pen* pen, const TonMix* existing)
{
  if (find(existing, "Plate")) {
    return;
  }
  const TonEdit edits[] = {
      {"buses/Plate/to", "Mix", NULL},
      {"buses/Plate/chain/0/reverb",
       "{type: plate, decay: 1.6 s, pre-delay: 25 ms}",
       "one shared space; 385 released vocals: 1.9 s, quartiles 1.2 to 2.8"},
  };
  for (int i = 0; i < 2 && !pen->status; ++i) {
    pen->status = ton_doc_edit(pen->doc, &edits[i], pen->error);
  }
}

static void
count_roles(Thought* t, uint32_t n)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (uint32_t k = 0; k < n; ++k) {
      const bool same = strcmp(t[i].role->name, t[k].role->name) == 0;
      t[i].same += same;
      t[i].index += same && k < i;
    }
  }
}

static void
find_roles(Thought* t, const TonFirstTrack* tracks, uint32_t n,
           const TonMix* existing, const TonRoles* roles)
{
  for (uint32_t i = 0; i < n; ++i) {
    t[i].track = &tracks[i];
    t[i].now = find(existing, tracks[i].name);
    ton_role_from_name(roles, tracks[i].file, &t[i].guess);
    t[i].role = t[i].guess.role;
    const bool told = t[i].now && t[i].now->role[0];
    const TonRole* const said = told ? ton_role(roles, t[i].now->role) : NULL;
    t[i].role = said ? said : t[i].role;
  }
}

TonStatus
ton_first_mix(const TonFirstTrack* tracks, uint32_t n, const TonMix* existing,
              TonDoc* doc, TonDecisions* decisions, TonError* error)
{
  Thought* const t = ton_alloc((n + 1) * sizeof(Thought));
  if (!t) {
    return ton_fail(error, TON_NO_MEMORY, "out of memory");
  }
  Pen pen = {.doc = doc, .decisions = decisions, .error = error};
  TonRoles* roles = NULL;
  pen.status = ton_roles_read(NULL, &roles, error);
  if (pen.status) {
    ton_free(t);
    return pen.status;
  }
  find_roles(t, tracks, n, existing, roles);
  for (uint32_t i = 0; i < n && !pen.status; ++i) {
    pen.again |= t[i].now && t[i].now->n_chain > 0;
  }
  count_roles(t, n);
  think_faders(t, n);
  for (uint32_t i = 0; i < n && !pen.status; ++i) {
    decide_role(&pen, &t[i]);
    decide_trim(&pen, &t[i]);
    decide_highpass(&pen, &t[i]);
    decide_pan(&pen, &t[i]);
    decide_fader(&pen, &t[i]);
    decide_route(&pen, &t[i]);
  }
  if (!pen.status) {
    make_plate(&pen, existing);
  }
  ton_roles_free(roles);
  ton_free(t);
  return pen.status;
}

TonStatus
ton_first_level(const TonMix* mix, double true_peak_dbtp, TonDoc* doc,
                TonDecisions* decisions, TonError* error)
{
  const TonStrip* const bus = &mix->strips[mix->mix];
  if (!isfinite(true_peak_dbtp) || fabs(true_peak_dbtp + 4.5) <= 1.0 ||
      locked(bus, "fader")) {
    return TON_OK;
  }
  Pen pen = {.doc = doc, .decisions = decisions, .error = error};
  char path[256];
  char value[32];
  path_of("buses", bus->name, "fader", path, sizeof(path));
  const double db = (double)bus->fader_db - 4.5 - true_peak_dbtp;
  snprintf(value, sizeof(value), "%+.1f dB", fmax(-60.0, fmin(30.0, db)));
  TonDecision* const d = begin(&pen, path, value, "level.headroom");
  evidence(d, "true peak before", true_peak_dbtp, "dBTP");
  because(d, "true peak lands at -4.5 dBTP (was %.1f)", true_peak_dbtp);
  write_down(&pen, d);
  return pen.status;
}
