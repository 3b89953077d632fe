// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Notes become sound: the soundfont plays a part, dry.

#include "band.h"

#include "base/error.h"
#include "base/memory.h"

#include <fluidsynth.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
  size_t frame;
  int velocity; ///< 0 ends the note
  int key;
} Event;

static int
compare_events(const void* a, const void* b)
{
  const Event* const p = a;
  const Event* const q = b;
  if (p->frame != q->frame) {
    return p->frame < q->frame ? -1 : 1;
  }
  if ((p->velocity > 0) != (q->velocity > 0)) {
    return p->velocity > 0 ? 1 : -1;
  }
  return p->key - q->key;
}

/// Starts and ends in order of time; a note ends before its key is struck
/// again, lest its end silence the next one
static Event*
events_of(const Part* part, double rate)
{
  Event* const events = ton_alloc((2 * part->n + 1) * sizeof(Event));
  for (size_t i = 0; events && i < part->n; ++i) {
    const Note* const a = &part->notes[i];
    double end = a->at_s + (a->length_s > 0.02 ? a->length_s : 0.02);
    for (size_t k = 0; k < part->n; ++k) {
      const Note* const b = &part->notes[k];
      if (b->key == a->key && b->at_s > a->at_s && b->at_s < end) {
        end = b->at_s;
      }
    }
    events[2 * i] = (Event){(size_t)lrint(a->at_s * rate), a->velocity, a->key};
    events[2 * i + 1] = (Event){(size_t)lrint(end * rate), 0, a->key};
  }
  if (events) {
    qsort(events, 2 * part->n, sizeof(Event), compare_events);
  }
  return events;
}

static void
render_to(fluid_synth_t* synth, Sound* sound, size_t* at, size_t until)
{
  const size_t end = until < sound->frames ? until : sound->frames;
  if (end > *at) {
    fluid_synth_write_float(synth, (int)(end - *at), sound->x[0] + *at, 0, 1,
                            sound->x[1] + *at, 0, 1);
    *at = end;
  }
}

static void
play_events(fluid_synth_t* synth, int channel, const Event* events, size_t n,
            Sound* sound)
{
  size_t at = 0;
  for (size_t i = 0; i < n; ++i) {
    render_to(synth, sound, &at, events[i].frame);
    if (events[i].velocity) {
      fluid_synth_noteon(synth, channel, events[i].key, events[i].velocity);
    } else {
      fluid_synth_noteoff(synth, channel, events[i].key);
    }
  }
  render_to(synth, sound, &at, sound->frames);
}

static fluid_settings_t*
dry_settings(double rate)
{
  fluid_settings_t* const s = new_fluid_settings();
  if (s) {
    fluid_settings_setnum(s, "synth.sample-rate", rate);
    fluid_settings_setnum(s, "synth.gain", 0.5);
    fluid_settings_setint(s, "synth.reverb.active", 0);
    fluid_settings_setint(s, "synth.chorus.active", 0);
    fluid_settings_setint(s, "synth.cpu-cores", 1);
    fluid_settings_setint(s, "synth.polyphony", 128);
    fluid_settings_setint(s, "synth.dynamic-sample-loading", 1);
  }
  return s;
}

static TonStatus
play_on(fluid_synth_t* synth, const char* soundfont, bool drums, int program,
        const Part* part, Sound* sound, TonError* error)
{
  const int channel = drums ? 9 : 0;
  const int font = fluid_synth_sfload(synth, soundfont, 0);
  if (font == FLUID_FAILED ||
      fluid_synth_program_select(synth, channel, font, drums ? 128 : 0,
                                 program) == FLUID_FAILED) {
    return ton_fail_file(error, TON_BAD_FILE, soundfont,
                         "not a soundfont with program %d", program);
  }
  Event* const events = events_of(part, sound->rate);
  if (!events) {
    return ton_fail(error, TON_NO_MEMORY, "no memory for the notes");
  }
  play_events(synth, channel, events, 2 * part->n, sound);
  ton_free(events);
  return TON_OK;
}

TonStatus
band_play(const char* soundfont, bool drums, int program, const Part* part,
          double seconds, double rate, Sound* sound, TonError* error)
{
  if (access(soundfont, R_OK)) {
    return ton_fail_file(error, TON_NOT_FOUND, soundfont,
                         "the soundfont is missing; on Debian it comes with "
                         "the package fluid-soundfont-gm");
  }
  TON_TRY(sound_new(sound, 2, seconds, rate, error));
  for (int level = FLUID_PANIC; level < LAST_LOG_LEVEL; ++level) {
    fluid_set_log_function(level, NULL, NULL);
  }
  fluid_settings_t* const settings = dry_settings(rate);
  fluid_synth_t* const synth = settings ? new_fluid_synth(settings) : NULL;
  const TonStatus status =
      synth ? play_on(synth, soundfont, drums, program, part, sound, error)
            : ton_fail(error, TON_NO_MEMORY, "fluidsynth cannot be started");
  delete_fluid_synth(synth);
  delete_fluid_settings(settings);
  sound_filter(sound, HIGH_PASS, 20, 0.7, 0); // some samples stand on DC
  return status;
}
