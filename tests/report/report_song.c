// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   A song to report on, for tests.
*/

#include "report_song.h"

#include <math.h>
#include <stdio.h>

static void
record(ReportSong* song, const char* path, const char* value,
       const char* reason)
{
  TonDecision* const d = &song->records[song->decisions.count++];
  snprintf(d->path, sizeof(d->path), "%s", path);
  snprintf(d->value, sizeof(d->value), "%s", value);
  snprintf(d->reason, sizeof(d->reason), "%s", reason);
  d->n_evidence = 1;
  d->evidence[0] = (TonEvidence){.metric = "place",
                                 .value = -0.0001,
                                 .unit = "LU",
                                 .low = NAN,
                                 .high = NAN};
}

static void
measured(ReportSong* song, TonMeasurement* m, double lufs)
{
  m->rate = 48000;
  m->channels = 2;
  m->frames = 4 * 48000;
  m->integrated_lufs = lufs;
  m->true_peak_dbtp = -1.0;
  m->mono_loss_lu = -0.001;
  m->correlation = NAN;
  m->n_points = 40;
  m->momentary_lufs = song->curve;
  m->short_term_lufs = song->curve;
  m->correlation_curve = song->curve;
}

void
report_song_fill(ReportSong* song)
{
  *song = (ReportSong){.decisions = {.items = song->records}};
  for (int i = 0; i < 40; ++i) {
    song->curve[i] = i < 5 ? -INFINITY : -14.0F;
  }
  measured(song, &song->mix, -20.0);
  measured(song, &song->master, -14.0);
  record(song, "tracks/A & <B>/role", "kick", "the name says so");
  record(song, "tracks/Vox/trim", "+1 dB", "active loudness");
  record(song, "tracks/A & <B>/chain/0/equaliser/1/bell", "{at: 1 kHz}",
         "a resonance");
  record(song, "tracks/Vox/sends/Écho 1~14", "-12 dB", "an echo");
  record(song, "tracks/Vox/fader", "-3 dB", "this is not so any more");
  song->records[4].superseded = true;
  record(song, "tracks/A & <B>/fader", "-6 dB", "the kick's place");
  song->records[5].evidence[0].value = -4.0;
  song->records[5].evidence[0].low = -6.0;
  song->records[5].evidence[0].high = -2.0;
  song->file =
      (TonReportFile){"cd",  "x.wav", "0123456789abcdef0123", 1000, -14.0, -1.0,
                      false, false,   "reads -0.90 dBTP"};
  song->reduction = (TonReportCurve){"1 limiter", song->curve, 40};
  song->sections[0] = (TonReportSection){"verse <1>", 0.0, 2.0, -22.0, -16.5};
  song->sections[1] = (TonReportSection){"chorus", 2.0, 4.0, -19.0, -12.9};
  song->tag = (TonReportTag){"artist", "Me & You"};
  song->report = (TonReport){.song = "Song",
                             .artist = "Me & You",
                             .version = "0",
                             .tags = &song->tag,
                             .n_tags = 1,
                             .texts = &song->tag,
                             .n_texts = 1,
                             .goal_lufs = -14.0,
                             .ceiling_dbtp = -1.0,
                             .mix = &song->mix,
                             .master = &song->master,
                             .sections = song->sections,
                             .n_sections = 2,
                             .files = &song->file,
                             .n_files = 1,
                             .reductions = &song->reduction,
                             .n_reductions = 1,
                             .mix_decisions = &song->decisions};
}
