// SPDX-License-Identifier: GPL-3.0-or-later
/// @file The lights of `check`: faults put into music are found, music without
/// them stays green, and a lone voice or instrument is not judged as a whole song.
///
///     test_lights --perform PROGRAM SCORE   the demo song, mixed
///     test_lights                           songs and records of TON_AUDIO
///
/// Each fault is put in by itself, as loud as a listener notices it.
#include "base/array.h"
#include "performed.h"
#include "signals.h"
#include "song.h"

#include "assistants/master.h"
#include "assistants/targets.h"

#include <glob.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/// Of a file in the middle so much is taken, s
#define LONGEST_S 90.0
#define FADE_S    1.0
#define TAIL_S    3.5

/// Music in double
typedef struct {
  double* x[2];
  uint64_t n;
  double rate;
} Music;

static Music
copy_of(const Music* m)
{
  Music c = *m;
  for (int k = 0; k < 2; ++k) {
    c.x[k] = malloc(m->n * sizeof(double));
    memcpy(c.x[k], m->x[k], m->n * sizeof(double));
  }
  return c;
}

static void
free_music(const Music* m)
{
  free(m->x[0]);
  free(m->x[1]);
}

static double
lufs_of(const Music* m)
{
  return signal_loudness(m->x[0], m->x[1], m->n, m->rate);
}

// Faults ------------------------------------------------------------------------

/// A bell at `hz` (RBJ), on both channels
static void
bell(const Music* m, double hz, double gain_db, double q)
{
  const double a = pow(10.0, gain_db / 40.0);
  const double w = 2.0 * M_PI * hz / m->rate;
  const double alpha = sin(w) / (2.0 * q);
  const double a0 = 1.0 + alpha / a;
  const double b[3] = {(1.0 + alpha * a) / a0, -2.0 * cos(w) / a0,
                       (1.0 - alpha * a) / a0};
  const double d[2] = {-2.0 * cos(w) / a0, (1.0 - alpha / a) / a0};
  for (int c = 0; c < 2; ++c) {
    double s[2] = {0.0, 0.0};
    for (uint64_t i = 0; i < m->n; ++i) {
      const double in = m->x[c][i];
      const double out = b[0] * in + s[0];
      s[0] = b[1] * in - d[0] * out + s[1];
      s[1] = b[2] * in - d[1] * out;
      m->x[c][i] = out;
    }
  }
}

static void
mud(Music* m)
{
  bell(m, 290.0, 6.0, 1.0);
}

static void
harshness(Music* m)
{
  bell(m, 3500.0, 6.0, 1.0);
}

static void
sibilance(Music* m)
{
  bell(m, 7000.0, 9.0, 1.0);
}

/// Flat at 3 dB under the highest peak
static void
clip(Music* m)
{
  double top = 0.0;
  for (uint64_t i = 0; i < m->n; ++i) {
    top = fmax(top, fmax(fabs(m->x[0][i]), fabs(m->x[1][i])));
  }
  for (uint64_t i = 0; i < m->n; ++i) {
    for (int c = 0; c < 2; ++c) {
      const double x = 0.99 / top * m->x[c][i];
      m->x[c][i] = fmin(fmax(x, -0.7), 0.7);
    }
  }
}

static void
constant(Music* m)
{
  for (uint64_t i = 0; i < m->n; ++i) {
    m->x[0][i] += 0.01;
  }
}

static void
polarity(Music* m)
{
  for (uint64_t i = 0; i < m->n; ++i) {
    m->x[1][i] = -m->x[1][i];
  }
}

/// Six lines of mains hum, together 45 LU under the music
static void
hum(Music* m)
{
  Music h = {.n = m->n, .rate = m->rate};
  double* const one = malloc(m->n * sizeof(double));
  h.x[0] = calloc(m->n, sizeof(double));
  h.x[1] = h.x[0];
  for (int k = 1; k <= 6; ++k) {
    signal_sine(one, m->n, m->rate, 50.0 * k, -2.0 * k, 40.0 * k);
    for (uint64_t i = 0; i < m->n; ++i) {
      h.x[0][i] += one[i];
    }
  }
  const double gain = pow(10.0, (lufs_of(m) - 45.0 - lufs_of(&h)) / 20.0);
  for (uint64_t i = 0; i < m->n; ++i) {
    m->x[0][i] += gain * h.x[0][i];
    m->x[1][i] += gain * h.x[0][i];
  }
  free(h.x[0]);
  free(one);
}

/// White noise, 50 LU under the music
static void
noise(Music* m)
{
  Music w = copy_of(m);
  signal_white(w.x[0], m->n, 1);
  signal_white(w.x[1], m->n, 2);
  const double gain = pow(10.0, (lufs_of(m) - 50.0 - lufs_of(&w)) / 20.0);
  for (uint64_t i = 0; i < m->n; ++i) {
    m->x[0][i] += gain * w.x[0][i];
    m->x[1][i] += gain * w.x[1][i];
  }
  free_music(&w);
}

/// Below 120 Hz the right side comes with its polarity flipped
static void
wide_bass(Music* m)
{
  const double feed = 1.0 - exp(-2.0 * M_PI * 120.0 / m->rate);
  double low[2] = {0.0, 0.0};
  for (uint64_t i = 0; i < m->n; ++i) {
    low[0] += feed * (m->x[1][i] - low[0]);
    low[1] += feed * (low[0] - low[1]);
    m->x[1][i] -= 2.0 * low[1];
  }
}

/// Cut off in the middle of the music
static void
cut_end(Music* m)
{
  uint64_t at = m->n / 2;
  const uint64_t last = at + (uint64_t)(5.0 * m->rate);
  for (uint64_t i = at; i < last && i < m->n; ++i) {
    at = fabs(m->x[0][i]) > fabs(m->x[0][at]) ? i : at;
  }
  m->n = at + 1;
}

static const struct {
  const char* name;
  const char* rows[2]; ///< Any of them
  void (*put_in)(Music* m);
} faults[] = {
    {"clipping", {"clipping"}, clip},
    {"DC", {"dc"}, constant},
    {"polarity", {"phase", "mono-loss"}, polarity},
    {"hum", {"hum"}, hum},
    {"wide bass", {"bass-width"}, wide_bass},
    {"sibilance", {"sibilance"}, sibilance},
    {"mud", {"mud"}, mud},
    {"harshness", {"harsh"}, harshness},
    {"noise", {"noise"}, noise},
    {"cut end", {"end"}, cut_end},
};

enum { FAULTS = TON_COUNT(faults) };

// Lights ------------------------------------------------------------------------

static TonTone tone;
static TonLimits* limits;

static uint32_t
lights_of(const Music* m, TonFinding* rows)
{
  enum { BLOCK = 4096 };
  TonAnalysis* const a = ton_analysis_new(
      (uint32_t)m->rate, 2, TON_MEASURE_ALL & ~TON_MEASURE_TIMELINE);
  float x[2][BLOCK];
  const float* const in[2] = {x[0], x[1]};
  TonSound sound;
  for (uint64_t i = 0; i < m->n; i += BLOCK) {
    const uint32_t n = (uint32_t)(m->n - i < BLOCK ? m->n - i : BLOCK);
    for (uint32_t k = 0; k < n; ++k) {
      x[0][k] = (float)m->x[0][i + k];
      x[1][k] = (float)m->x[1][i + k];
    }
    ton_analysis_add(a, in, n);
  }
  assert_int_equal(ton_analysis_finish(a, &sound), TON_OK);
  const uint32_t n =
      ton_readiness(&sound.facts, &tone, NULL, limits, rows, TON_MAX_FINDINGS);
  ton_analysis_free(a);
  ton_sound_free(&sound);
  return n;
}

static const TonFinding*
lit(const TonFinding* rows, uint32_t n, const char* const* items)
{
  for (uint32_t i = 0; i < n; ++i) {
    for (int k = 0; k < 2 && items[k]; ++k) {
      if (strcmp(rows[i].item, items[k]) == 0 &&
          rows[i].light > TON_LIGHT_GREEN) {
        return &rows[i];
      }
    }
  }
  return NULL;
}

static const TonFinding*
row_of(const TonFinding* rows, uint32_t n, const char* item)
{
  for (uint32_t i = 0; i < n; ++i) {
    if (strcmp(rows[i].item, item) == 0) {
      return &rows[i];
    }
  }
  fail_msg("there is no row %s", item);
  return NULL;
}

// Score -------------------------------------------------------------------------

static struct {
  uint32_t music;
  uint32_t found[FAULTS];
  uint32_t false_alarms[FAULTS];
} score;

/// From the middle of a file, from silence and into silence as a song that was cut
/// out has to be, and with what a mix has behind its last sound
static Music
load_music(const char* path)
{
  Music m = {.rate = 0.0};
  double* x[2];
  TonAudio* audio = NULL;
  assert_int_equal(ton_audio_open(path, &audio, NULL), TON_OK);
  m.rate = ton_audio_info(audio)->rate;
  ton_audio_close(audio);
  const uint64_t all = song_load(path, &x[0], &x[1]);
  const uint64_t length = (uint64_t)fmin(LONGEST_S * m.rate, (double)all);
  const uint64_t from = (all - length) / 2;
  const uint64_t fade = (uint64_t)(FADE_S * m.rate);
  m.n = length + (uint64_t)(TAIL_S * m.rate);
  for (int c = 0; c < 2; ++c) {
    m.x[c] = calloc(m.n, sizeof(double));
    for (uint64_t i = 0; i < length; ++i) {
      const uint64_t edge = i < length - 1 - i ? i : length - 1 - i;
      const double s =
          edge < fade ? sin(M_PI_2 * (double)edge / (double)fade) : 1.0;
      m.x[c][i] = s * s * x[c][from + i];
    }
    free(x[c]);
  }
  return m;
}

static void
judge_music(const char* path)
{
  const Music music = load_music(path);
  TonFinding clean[TON_MAX_FINDINGS];
  TonFinding rows[TON_MAX_FINDINGS];
  const uint32_t n = lights_of(&music, clean);
  const char* const name = strrchr(path, '/') + 1;
  ++score.music;
  for (size_t f = 0; f < FAULTS; ++f) {
    Music m = copy_of(&music);
    faults[f].put_in(&m);
    const uint32_t k = lights_of(&m, rows);
    const TonFinding* const alarm = lit(clean, n, faults[f].rows);
    const TonFinding* const found = lit(rows, k, faults[f].rows);
    score.found[f] += found != NULL;
    score.false_alarms[f] += alarm != NULL;
    print_message("# %-28.28s %-10s clean %8.2f %-5s with it %8.2f %s\n", name,
                  faults[f].name, row_of(clean, n, faults[f].rows[0])->value,
                  alarm ? ton_light_name(alarm->light) : "",
                  row_of(rows, k, faults[f].rows[0])->value,
                  found ? ton_light_name(found->light) : "NOT FOUND");
    free_music(&m);
  }
  free_music(&music);
}

static void
print_score(void)
{
  uint32_t found = 0;
  uint32_t alarms = 0;
  for (size_t f = 0; f < FAULTS; ++f) {
    print_message("# %-10s found in %u of %u, false alarms %u\n",
                  faults[f].name, score.found[f], score.music,
                  score.false_alarms[f]);
    found += score.found[f];
    alarms += score.false_alarms[f];
  }
  const double cases = score.music * FAULTS;
  print_message("# found %.1f %%, false alarms %.1f %% of %.0f\n",
                100.0 * found / cases, 100.0 * alarms / cases, cases);
  const double few = fmax(0.05 * cases, 1.0);
  assert_true(found >= cases - few);
  assert_true(alarms <= few);
}

// Music -------------------------------------------------------------------------

static const char* stems_folder;

/// In a song folder of its own
static void
judge_mix(const char* stems)
{
  uint32_t n = 0;
  song_close(NULL);
  assert_int_equal(song_open(NULL), 0);
  ton_song_free(performed_mix(stems, &n));
  judge_music(song_path("out/mix.wav"));
}

/// By the tone of whole songs nothing that plays alone is judged
static void
judge_lone(const char* folder, const char* name)
{
  static const char* const items[] = {"mud", "harsh", "sibilance"};
  char path[1024];
  TonFinding rows[TON_MAX_FINDINGS];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  const Music music = load_music(path);
  const uint32_t n = lights_of(&music, rows);
  for (size_t i = 0; i < TON_COUNT(items); ++i) {
    const TonFinding* const row = row_of(rows, n, items[i]);
    print_message("# %-28.28s %-10s %s\n", name, items[i], row->text);
    assert_int_equal(row->light, TON_LIGHT_GREY);
    assert_string_equal(row->fix, "");
  }
  free_music(&music);
}

static void
lone_stems_of_the_demo_are_not_judged(void** state)
{
  (void)state;
  static const char* const lone[] = {"13 LEAD VOX.wav", "14 BV 1.wav",
                                     "08 Gtr L.wav", "10 Rhodes.wav"};
  for (size_t i = 0; i < TON_COUNT(lone); ++i) {
    judge_lone(stems_folder, lone[i]);
  }
}

static void
lone_recordings_are_not_judged(void** state)
{
  (void)state;
  static const char* const lone[] = {
      "solo-vocal/vocadito_1.wav", "francium/VOX_LEAD.m4a",
      "francium/BGVOX_ECHO.m4a", "funk/clav.mp3", "funk/horns.mp3"};
  char folder[1024];
  snprintf(folder, sizeof(folder), "%s/songs", getenv("TON_AUDIO"));
  for (size_t i = 0; i < TON_COUNT(lone); ++i) {
    judge_lone(folder, lone[i]);
  }
}

static void
faults_are_found_in_a_mix(void** state)
{
  (void)state;
  judge_mix(stems_folder);
  print_score();
}

static void
faults_are_found_in_records(void** state)
{
  (void)state;
  const char* const folders[] = {"references/*", "songs/*"};
  for (size_t k = 0; k < TON_COUNT(folders); ++k) {
    char pattern[1024];
    glob_t found = {0};
    snprintf(pattern, sizeof(pattern), "%s/%s", getenv("TON_AUDIO"),
             folders[k]);
    glob(pattern, 0, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; ++i) {
      if (k == 0) {
        judge_music(found.gl_pathv[i]);
      } else if (!strstr(found.gl_pathv[i], "solo-vocal")) {
        judge_mix(found.gl_pathv[i]);
      }
    }
    globfree(&found);
  }
  print_score();
}

int
main(int argc, char** argv)
{
  const bool demo = argc == 4 && strcmp(argv[1], "--perform") == 0;
  const struct CMUnitTest of_demo[] = {
      cmocka_unit_test(lone_stems_of_the_demo_are_not_judged),
      cmocka_unit_test(faults_are_found_in_a_mix),
  };
  const struct CMUnitTest of_records[] = {
      cmocka_unit_test(lone_recordings_are_not_judged),
      cmocka_unit_test(faults_are_found_in_records),
  };
  assert_int_equal(ton_tone("modern", &tone, NULL), TON_OK);
  assert_int_equal(ton_limits_read(&limits, NULL), TON_OK);
  if (demo) {
    stems_folder = perform(argv[2], argv[3]);
  } else if (!getenv("TON_AUDIO")) {
    return ton_cannot_run("the songs are not here");
  }
  const int failed = demo ? SONG_TESTS(of_demo) : SONG_TESTS(of_records);
  ton_limits_free(limits);
  if (demo) {
    drop_performed();
  }
  return failed;
}
