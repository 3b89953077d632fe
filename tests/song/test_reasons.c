// SPDX-License-Identifier: GPL-3.0-or-later
/// @file Every figure that a reason cites is what the audio says: songs are mixed
/// and mastered, and the figures of their decisions worked out anew from stems,
/// mix and master, with the measures of the tests.
///
///     test_reasons --perform PROGRAM SCORE   the demo song
///     test_reasons SONG                      a song of the folder TON_AUDIO
#include "base/array.h"
#include "signals.h"
#include "song.h"

#include <glob.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 1 << 15, BINS = WINDOW / 2 + 1 };

/// Power at each frequency, of all windows
typedef struct {
  bool known;
  double at[BINS];
} Spectrum;

/// A file, as the program may not hear it: all of it, in double.  What was
/// measured once stays
typedef struct {
  const char* path;
  double* x[2];
  uint32_t channels;
  uint64_t n;
  double rate;
  double lufs; ///< NaN before
  double dbtp;
  Spectrum mid; ///< Of a mono file: the file
  Spectrum side;
} Sound;

static const char* stems_folder;
static const TonJob job = {.threads = 2};

static void
unload(Sound* s)
{
  free(s->x[0]);
  free(s->x[1]);
  *s = (Sound){.path = NULL};
}

/// Decisions that follow each other mostly speak of one file
static Sound*
load(Sound* s, const char* path)
{
  if (!path || (s->path && strcmp(s->path, path) == 0)) {
    return path ? s : NULL;
  }
  unload(s);
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(path, &audio, NULL), TON_OK);
  s->path = path;
  s->lufs = s->dbtp = NAN;
  s->channels = ton_audio_info(audio)->channels;
  s->rate = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  s->n = song_load(path, &s->x[0], &s->x[1]);
  return s;
}

// Measures ----------------------------------------------------------------------

static double
loudness(Sound* s)
{
  double* const none = calloc(s->n + 1, sizeof(double));
  if (isnan(s->lufs)) {
    s->lufs = signal_loudness(s->x[0], s->channels > 1 ? s->x[1] : none, s->n,
                              s->rate);
  }
  free(none);
  return s->lufs;
}

/// Between the samples around one; the ends fade, since a sound cut off rings
static double
peak_around(const double* x, uint64_t n, uint64_t at)
{
  enum { HALF = 256, FADE = 128 };
  static double part[2 * HALF + 1];
  for (uint64_t i = 0; i <= 2 * HALF; ++i) {
    const uint64_t edge = i < HALF ? i : 2 * HALF - i;
    const double fade = edge < FADE ? (double)edge / FADE : 1.0;
    part[i] = at + i >= HALF && at + i - HALF < n ? fade * x[at + i - HALF] : 0;
  }
  return signal_true_peak(part, 2 * HALF + 1);
}

/// Around the samples within 2 dB of the highest
static double
true_peak(Sound* s)
{
  enum { STEP = 128 };
  double top = 0.0;
  double best = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      top = fmax(top, fabs(s->x[c][i]));
    }
  }
  for (uint32_t c = 0; isnan(s->dbtp) && c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      if (fabs(s->x[c][i]) > 0.8 * top) {
        best = fmax(best, peak_around(s->x[c], s->n, i));
        i += STEP;
      }
    }
  }
  s->dbtp = isnan(s->dbtp) ? 20.0 * log10(best) : s->dbtp;
  return s->dbtp;
}

/// The lowest third octave that is looked at begins here, the highest ends there
#define LOWEST_HZ  17.8
#define HIGHEST_HZ 22400.0

/// Of the left channel and `right` times the right one
static void
find_spectrum(const Sound* s, double right, Spectrum* found)
{
  static double x[WINDOW];
  static double hann[WINDOW];
  static double amplitude[BINS];
  for (uint32_t i = 0; !found->known && i < WINDOW; ++i) {
    hann[i] = 0.5 - 0.5 * cos(2.0 * M_PI * i / WINDOW);
  }
  for (uint64_t at = 0; !found->known && at + WINDOW <= s->n;
       at += WINDOW / 2) {
    for (uint32_t i = 0; i < WINDOW; ++i) {
      x[i] = hann[i] * (s->x[0][at + i] + right * s->x[1][at + i]);
    }
    signal_spectrum(x, WINDOW, amplitude);
    for (uint32_t k = 0; k < BINS; ++k) {
      found->at[k] += amplitude[k] * amplitude[k];
    }
  }
  found->known = true;
}

static double
power_of(const Sound* s, const Spectrum* spectrum, double from_hz, double to_hz)
{
  double sum = 0.0;
  for (uint32_t k = 1; k < BINS; ++k) {
    const double hz = k * s->rate / WINDOW;
    sum += hz >= from_hz && hz < to_hz ? spectrum->at[k] : 0.0;
  }
  return sum;
}

static void
find_spectra(Sound* s)
{
  find_spectrum(s, s->channels > 1 ? 1.0 : 0.0, &s->mid);
  if (s->channels > 1) {
    find_spectrum(s, -1.0, &s->side);
  }
}

static double
power_of_both(Sound* s, double from_hz, double to_hz)
{
  find_spectra(s);
  return power_of(s, &s->mid, from_hz, to_hz) +
         power_of(s, &s->side, from_hz, to_hz);
}

/// Power below a frequency re all of both channels, dB
static double
share_below_db(Sound* s, double hz)
{
  return 10.0 * log10(power_of_both(s, LOWEST_HZ, hz) /
                      power_of_both(s, LOWEST_HZ, HIGHEST_HZ));
}

static double
sides_db(Sound* s, double from_hz, double to_hz)
{
  find_spectra(s);
  return 10.0 * log10(power_of(s, &s->side, from_hz, to_hz) /
                      power_of(s, &s->mid, from_hz, to_hz));
}

/// The larger mean, % of full scale
static double
offset(const Sound* s)
{
  double max = 0.0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    double sum = 0.0;
    for (uint64_t i = 0; i < s->n; ++i) {
      sum += s->x[c][i];
    }
    max = fmax(max, fabs(sum / (double)s->n));
  }
  return 100.0 * max;
}

/// Samples in runs of three or more equal ones within 0.1 dB of the highest
static double
clipped(const Sound* s)
{
  double top = 0.0;
  uint64_t n = 0;
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n; ++i) {
      top = fmax(top, fabs(s->x[c][i]));
    }
  }
  for (uint32_t c = 0; c < s->channels; ++c) {
    for (uint64_t i = 0; i < s->n;) {
      uint64_t end = i + 1;
      while (end < s->n && s->x[c][end] == s->x[c][i]) {
        ++end;
      }
      const bool high = fabs(s->x[c][i]) > top * pow(10.0, -0.1 / 20.0);
      n += high && end - i >= 3 ? end - i : 0;
      i = end;
    }
  }
  return (double)n;
}

// Figures -----------------------------------------------------------------------

/// What a decision speaks of
typedef struct {
  const TonDecision* decision;
  Sound* sound;  ///< Its stem, or the mix
  Sound* other;  ///< The other side of a stereo recording, or null
  Sound* result; ///< The mix of a mix, the master of a master
} Case;

static double
figure(const TonDecision* d, const char* metric)
{
  for (uint32_t i = 0; i < d->n_evidence; ++i) {
    if (strcmp(d->evidence[i].metric, metric) == 0) {
      return d->evidence[i].value;
    }
  }
  return NAN;
}

static double
stem_loudness(const Case* c)
{
  const double power = pow(10.0, 0.1 * loudness(c->sound));
  const double other = c->other ? pow(10.0, 0.1 * loudness(c->other)) : 0.0;
  return 10.0 * log10(power + other);
}

static double
trimmed_loudness(const Case* c)
{
  return figure(c->decision, "loudness while it plays") +
         strtod(c->decision->value, NULL);
}

/// Below the frequency that the text has.  The program knows bands of a third of
/// an octave: what is cited has to lie between what half a band less and half a
/// band more give
static double
energy_below(const Case* c)
{
  const double half = pow(2.0, 1.0 / 6.0);
  const char* const at = strstr(c->decision->value, "at: ");
  const double hz = at ? strtod(at + 4, NULL) : figure(c->decision, "cut-off");
  const double least = share_below_db(c->sound, hz / half);
  const double most = share_below_db(c->sound, hz * half);
  return fmin(fmax(figure(c->decision, "energy below"), least), most);
}

/// By how much the fader was moved after the figures were read
static double
moved(const Case* c)
{
  return strtod(c->decision->value, NULL) - figure(c->decision, "fader before");
}

static double
peak_before(const Case* c)
{
  return true_peak(c->result) - moved(c);
}

static double
loudness_before(const Case* c)
{
  return loudness(c->result) - moved(c);
}

static double
stem_offset(const Case* c)
{
  return offset(c->sound);
}

static double
stem_clipped(const Case* c)
{
  return clipped(c->sound);
}

static double
stem_low_share(const Case* c)
{
  return 100.0 * pow(10.0, 0.1 * share_below_db(c->sound, 141.0));
}

static double
mix_loudness(const Case* c)
{
  return loudness(c->sound);
}

static double
mix_peak(const Case* c)
{
  return true_peak(c->sound);
}

static double
peak_to_loudness(const Case* c)
{
  return true_peak(c->sound) - loudness(c->sound);
}

static double
master_loudness(const Case* c)
{
  return loudness(c->result);
}

static double
master_peak(const Case* c)
{
  return true_peak(c->result);
}

static double
sides(const Case* c)
{
  return 0.5 * (sides_db(c->sound, 500.0, 2000.0) +
                sides_db(c->sound, 2000.0, 8000.0));
}

static double
low_sides(const Case* c)
{
  return sides_db(c->sound, 20.0, 120.0);
}

/// Rules, by the beginning of their names, and how near a figure has to be.
/// Wider where the program listens only while a stem sounds and the test to all
/// of it
static const struct {
  const char* rule;
  const char* metric;
  double tolerance;
  double (*measure)(const Case* c);
} figures[] = {
    {"trim.active", "loudness while it plays", 1.5, stem_loudness},
    {"trim.too-soft", "loudness while it plays", 1.5, stem_loudness},
    {"trim.active", "starting level", 0.01, trimmed_loudness},
    {"highpass.", "energy below", 1.0, energy_below},
    {"highpass.", "DC offset", 0.005, stem_offset},
    {"defect.dc", "DC offset", 0.005, stem_offset},
    {"defect.clipping", "clipped samples", 0.0, stem_clipped},
    {"place.", "energy below 150 Hz", 3.0, stem_low_share},
    {"headroom.mix-peak", "true peak", 0.1, peak_before},
    {"headroom.mix-peak", "loudness of the mix", 0.1, loudness_before},
    {"loudness.drive", "loudness of the mix", 0.05, mix_loudness},
    {"loudness.drive", "true peak of the mix", 0.1, mix_peak},
    {"loudness.met", "loudness", 0.05, master_loudness},
    {"loudness.met", "true peak", 0.1, master_peak},
    {"loudness.bound", "loudness", 0.05, master_loudness},
    {"glue.dense", "peak to loudness", 0.1, peak_to_loudness},
    {"repair.dc", "DC offset", 0.005, stem_offset},
    {"width.", "sides", 0.5, sides},
    {"width.", "sides below 120 Hz", 1.0, low_sides},
};

static uint32_t checked;

/// Figures of a decision that the table knows; returns how many were wrong
static uint32_t
check(const Case* c, const char* what)
{
  uint32_t wrong = 0;
  for (size_t i = 0; i < TON_COUNT(figures); ++i) {
    const double cited = figure(c->decision, figures[i].metric);
    if (strncmp(c->decision->rule, figures[i].rule, strlen(figures[i].rule)) !=
            0 ||
        !isfinite(cited)) {
      continue;
    }
    const double measured = figures[i].measure(c);
    ++checked;
    if (!(fabs(measured - cited) <= figures[i].tolerance)) {
      print_error("%s: %s: %s is cited as %.2f, the audio says %.2f\n", what,
                  c->decision->rule, figures[i].metric, cited, measured);
      ++wrong;
    }
  }
  return wrong;
}

// Songs -------------------------------------------------------------------------

static uint32_t
find_files(char** files, uint32_t most, glob_t* found)
{
  static const char* const kinds[] = {"wav", "flac", "mp3", "ogg", "m4a"};
  char pattern[1024];
  uint32_t n = 0;
  for (size_t k = 0; k < TON_COUNT(kinds); ++k) {
    snprintf(pattern, sizeof(pattern), "%s/*.%s", stems_folder, kinds[k]);
    glob(pattern, k ? GLOB_APPEND : 0, NULL, found);
  }
  for (; n < found->gl_pathc && n < most; ++n) {
    files[n] = found->gl_pathv[n];
  }
  return n;
}

/// "tracks/NAME/key" speaks of the stem of NAME
static const TonStrip*
strip_of(const TonMix* mix, const TonDecision* d)
{
  for (uint32_t i = 0; i < mix->n_tracks; ++i) {
    const size_t n = strlen(mix->strips[i].name);
    if (strncmp(d->path, "tracks/", 7) == 0 &&
        strncmp(d->path + 7, mix->strips[i].name, n) == 0 &&
        d->path[7 + n] == '/') {
      return &mix->strips[i];
    }
  }
  return NULL;
}

/// File of the track that a decision names: two sides of one recording are
/// measured together ("other side"), or one for both ("measured on")
static const char*
named_file(const TonMix* mix, const TonDecision* d, const char* what)
{
  const char* name = NULL;
  for (uint32_t i = 0; i < d->n_names; ++i) {
    name = strcmp(d->names[i].what, what) == 0 ? d->names[i].name : name;
  }
  const uint32_t strip = name ? ton_mix_strip(mix, name) : UINT32_MAX;
  return strip == UINT32_MAX ? NULL : mix->strips[strip].file;
}

static uint32_t
check_mix(const TonSong* song, Sound* mix)
{
  const TonDecisions* const all = ton_song_decisions(song, TON_SONG_MIX_TEXT);
  static Sound stem;
  static Sound other;
  TonMix* text = NULL;
  uint32_t wrong = 0;
  assert_int_equal(song_read_mix(song, &text, NULL), TON_OK);
  for (uint32_t i = 0; i < all->count; ++i) {
    const TonStrip* const strip = strip_of(text, &all->items[i]);
    const char* const measured =
        named_file(text, &all->items[i], "measured on");
    const char* const own = strip ? strip->file : NULL;
    const Case c = {
        &all->items[i], load(&stem, measured ? measured : own),
        load(&other, named_file(text, &all->items[i], "other side")), mix};
    wrong += strip || strncmp(c.decision->path, "buses/", 6) == 0
                 ? check(&c, c.decision->path)
                 : 0;
  }
  unload(&stem);
  unload(&other);
  ton_mix_free(text);
  return wrong;
}

static uint32_t
check_master(const TonMasterResult* result, Sound* mix, Sound* master)
{
  uint32_t wrong = 0;
  for (uint32_t i = 0; i < result->decisions.count; ++i) {
    const Case c = {&result->decisions.items[i], mix, NULL, master};
    wrong += check(&c, c.decision->path);
  }
  return wrong;
}

static void
figures_are_what_the_audio_says(void** state)
{
  (void)state;
  char* files[64];
  glob_t found = {0};
  TonSong* song = NULL;
  TonError error = {0};
  TonMeasurement m;
  TonMasterResult result;
  const uint32_t n = find_files(files, 64, &found);
  assert_int_equal(
      ton_song_create(song_path(""), files, n, false, &song, &error), TON_OK);
  assert_int_equal(ton_song_propose(song, &job, &error), TON_OK);
  assert_int_equal(ton_song_save(song, &error), TON_OK);
  assert_int_equal(ton_song_mix(song, &(TonMixOptions){0}, &job, &m, &error),
                   TON_OK);
  const TonMasterOptions options = {
      .loudness_lufs = NAN, .ceiling_dbtp = NAN, .amount = NAN};
  assert_int_equal(ton_song_master(song, &options, &job, &result, &error),
                   TON_OK);
  static Sound mix;
  static Sound master;
  load(&mix, ton_song_mix_path(song));
  load(&master, ton_song_master_path(song));
  const uint32_t wrong =
      check_mix(song, &mix) + check_master(&result, &mix, &master);
  print_message("# %u figures of %s worked out again\n", checked, stems_folder);
  assert_int_equal(wrong, 0);
  assert_true(checked >= n + 6);
  unload(&mix);
  unload(&master);
  ton_master_result_free(&result);
  ton_song_free(song);
  globfree(&found);
}

/// The demo song is performed into a folder of the build
static int
perform(const char* program, const char* score)
{
  static char folder[] = "/tmp/ton-performed-XXXXXX";
  char command[2048];
  stems_folder = mkdtemp(folder);
  snprintf(command, sizeof(command), "'%s' '%s' '%s' >/dev/null", program,
           score, folder);
  return stems_folder && system(command) == 0 ? 0 : -1;
}

int
main(int argc, char** argv)
{
  const bool demo = argc == 4 && strcmp(argv[1], "--perform") == 0;
  static char folder[1024];
  const char* const songs = getenv("TON_AUDIO");
  snprintf(folder, sizeof(folder), "%s/songs/%s", songs ? songs : "",
           argc > 1 ? argv[1] : "");
  stems_folder = folder;
  if (demo && perform(argv[2], argv[3])) {
    return 1;
  }
  if (access(stems_folder, R_OK) != 0) {
    return ton_cannot_run("the songs are not here");
  }
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(figures_are_what_the_audio_says),
  };
  const int failed = SONG_TESTS(tests);
  char command[128];
  snprintf(command, sizeof(command), "rm -rf '%s'", stems_folder);
  return demo && system(command) ? 1 : failed;
}
