// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   LIM-14 and 16: what the limiter's default does to a song, beside a plain
   look-ahead limiter (3 ms, one release of 50 ms) at one loudness and one true
   peak.  On a synthetic song with sections 6 LU apart and, where TON_AUDIO
   names a folder of them, on real songs.
*/

#include "base/array.h"
#include "base/memory.h"
#include "dsp/denormal.h"
#include "signals.h"
#include "single_lane.h"

#include <tonmeister/audio_file.h>
#include <tonmeister/measure.h>

enum { SECONDS = 120, MOST = 48000 * SECONDS, SECTION = 48000 * 10 };

static float in[2][MOST];
static float out[2][MOST];
static uint32_t n;
static double rate;

static const char default_law[] = "";
static const char plain_law[] = "look-ahead=3ms mode=manual release=50ms";

typedef struct {
  double gain_db;
  double lufs;
  double range_lu;
  double moves_db; ///< RMS of the gain in dB from 20 to 200 Hz, in dB
} Figures;

// Songs -------------------------------------------------------------------------

/// Loud and quiet sections of 10 s, 6 LU apart
static void
make_song(void)
{
  static double x[2][SECTION];
  rate = 48000.0;
  n = 6 * SECTION;
  signal_mix(x[0], x[1], SECTION, rate);
  for (uint32_t i = 0; i < n; ++i) {
    const double level = i / SECTION % 2 ? 1.0 : 0.501187;
    in[0][i] = (float)(level * x[0][i % SECTION]);
    in[1][i] = (float)(level * x[1][i % SECTION]);
  }
}

enum { STEMS = 5 };

typedef struct {
  const char* name;
  const char* stems[STEMS];
} Song;

static const Song songs[] = {
    {"rock", {"references/rock_vocal__JoshuaMorin_On_the_run.ogg"}},
    {"metal", {"references/metal_vocal__ObsidianShell_wings_of_cruelty.ogg"}},
    {"electronic", {"references/electronic__Heuchi1_alien_signal.ogg"}},
    {"folk",
     {"references/folk_vocal__KarissaHobbs_Lets_Go_Fishin_excerpt.ogg"}},
    {"jazz", {"references/jazz__MacLeod_Vibe_Ace_excerpt.ogg"}},
    {"funk",
     {"songs/funk/bassguitar.mp3", "songs/funk/clav.mp3",
      "songs/funk/drums.mp3", "songs/funk/horns.mp3",
      "songs/funk/leadguitar.mp3"}},
    {"metal madness",
     {"songs/metal-madness/everything_else.ogg",
      "songs/metal-madness/guitar.ogg"}},
};

/// Add a stem to in[]; false: there is none
static bool
add_stem(const char* folder, const char* name)
{
  enum { PIECE = 4096 };
  static float piece[2][PIECE];
  float* const to[2] = {piece[0], piece[1]};
  char path[1024];
  TonAudio* audio = NULL;
  uint32_t got = 1;
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  if (ton_audio_open(path, &audio, NULL)) {
    return false;
  }
  rate = ton_audio_info(audio)->rate;
  assert_int_equal(ton_audio_info(audio)->channels, 2);
  for (uint32_t at = 0; at + PIECE <= MOST && got; at += got) {
    assert_int_equal(ton_audio_read(audio, to, PIECE, &got, NULL), TON_OK);
    for (uint32_t i = 0; i < got; ++i) {
      in[0][at + i] += piece[0][i];
      in[1][at + i] += piece[1][i];
    }
    n = at + got > n ? at + got : n;
  }
  ton_audio_close(audio);
  return true;
}

/// The first two minutes
static bool
load_song(const Song* song)
{
  const char* const folder = getenv("TON_AUDIO");
  bool found = folder != NULL;
  memset(in, 0, sizeof(in));
  n = 0;
  for (int i = 0; found && i < STEMS && song->stems[i]; ++i) {
    found = add_stem(folder, song->stems[i]);
  }
  return found;
}

// Figures -----------------------------------------------------------------------

static void
limit(const char* law, double gain_db)
{
  char settings[128];
  snprintf(settings, sizeof(settings), "ceiling=-1dBTP gain=%.3fdB %s", gain_db,
           law);
  memcpy(out, in, sizeof(out));
  ton_denormals_off();
  lone_apply(ton_processor("limiter"), rate, settings, out[0], out[1], n);
}

static Figures
read_loudness(double gain_db)
{
  const float* const x[] = {out[0], out[1]};
  TonMeters* const m = ton_meters_new((uint32_t)rate, 2, TON_MEASURE_LOUDNESS);
  TonMeasurement r;
  assert_non_null(m);
  ton_meters_add(m, x, n);
  ton_meters_finish(m, &r);
  ton_meters_free(m);
  return (Figures){gain_db, r.integrated_lufs, r.loudness_range_lu, 0.0};
}

enum { POINT = 16 };

static double
earlier(const double* gain, uint32_t i, uint32_t by)
{
  return i >= by ? gain[i - by] : 0.0;
}

/// RMS in dB of a gain in dB, one point in 16 frames, between 20 and 200 Hz:
/// what is left of it between two running means
static double
moves(const double* gain, uint32_t points)
{
  const uint32_t slow = (uint32_t)(rate / POINT * 0.44 / 20.0);
  const uint32_t fast = (uint32_t)(rate / POINT * 0.44 / 200.0) | 1;
  const uint32_t late = (slow - fast) / 2;
  double sum = 0.0;
  double wide = 0.0;
  double narrow = 0.0;
  for (uint32_t i = 0; i < points; ++i) {
    wide += gain[i] - earlier(gain, i, slow);
    narrow += earlier(gain, i, late) - earlier(gain, i, late + fast);
    const double move = narrow / fast - wide / slow;
    sum += i >= slow ? move * move : 0.0;
  }
  return 10.0 * log10(sum / points);
}

/// Gain of the last run, read off its sound
static double
gain_moves(const char* law, double gain_db)
{
  static double gain[MOST / POINT];
  float values[LONE_PARAMS];
  const TonProcessor* const p = ton_processor("limiter");
  lone_values(p, law, values);
  const uint32_t delay = lone_latency(p, rate, values);
  const uint32_t points = (n - delay) / POINT;
  double now = 0.0;
  for (uint32_t k = 0; k < points; ++k) {
    double most = 0.003;
    for (uint32_t i = k * POINT; i < (k + 1) * POINT; ++i) {
      for (int c = 0; c < 2; ++c) {
        const double x = fabs((double)in[c][i]);
        const double y = fabs((double)out[c][i + delay]);
        if (x > most && y > 0.0) {
          most = x;
          now = 20.0 * log10(y / x) - gain_db;
        }
      }
    }
    gain[k] = now;
  }
  return moves(gain, points);
}

/// Gain that brings the default to a loudness, by secants
static Figures
default_like(double lufs, double gain_db)
{
  double slope = 1.0;
  limit(default_law, gain_db);
  Figures f = read_loudness(gain_db);
  for (int i = 0; i < 8 && fabs(lufs - f.lufs) > 0.005; ++i) {
    const double gain = f.gain_db + (lufs - f.lufs) / slope;
    limit(default_law, gain);
    const Figures next = read_loudness(gain);
    slope = (next.lufs - f.lufs) / (next.gain_db - f.gain_db);
    slope = fmin(fmax(slope, 0.1), 1.0);
    f = next;
  }
  f.moves_db = gain_moves(default_law, f.gain_db);
  return f;
}

/// 95th percentile of the peaks of 0.1 s, dBFS: how far it lies over the
/// ceiling is the reduction that the loud parts need
static double
loud_peak_db(void)
{
  static double peaks[SECONDS * 10 + 1];
  const uint32_t tenth = (uint32_t)(rate / 10.0);
  int counts[4000] = {0};
  const uint32_t points = n / tenth;
  for (uint32_t k = 0; k < points; ++k) {
    double most = 1e-9;
    for (uint32_t i = k * tenth; i < (k + 1) * tenth; ++i) {
      most = fmax(most, fabs((double)in[0][i]));
      most = fmax(most, fabs((double)in[1][i]));
    }
    peaks[k] = 20.0 * log10(most);
    ++counts[(int)fmin(fmax(-20.0 * peaks[k] + 400.0, 0.0), 3999.0)];
  }
  uint32_t above = 0;
  int bin = 0;
  while (above < points / 20) {
    above += (uint32_t)counts[bin++];
  }
  return -(bin - 400.0) / 20.0;
}

// LIM-14, LIM-16 ----------------------------------------------------------------

static void
expect_beside(const char* name, double reduction_db)
{
  char what[128];
  memcpy(out, in, sizeof(out));
  const Figures before = read_loudness(0.0);
  const double gain = -1.0 + reduction_db - loud_peak_db();
  limit(plain_law, gain);
  Figures plain = read_loudness(gain);
  plain.moves_db = gain_moves(plain_law, gain);
  const Figures ours = default_like(plain.lufs, gain);
  print_message("# %s, %g dB in loud parts, %.2f LUFS: gain %.2f, plain %.2f "
                "dB; range %.2f, %.2f, plain %.2f LU; gain moves %.1f, plain "
                "%.1f dB\n",
                name, reduction_db, plain.lufs, ours.gain_db, gain,
                before.range_lu, ours.range_lu, plain.range_lu, ours.moves_db,
                plain.moves_db);
  EXPECT_NEAR("LIM-14 loudness of both", ours.lufs, plain.lufs, 0.05, "LUFS");
  snprintf(what, sizeof(what), "LIM-14 %s: gain beyond the plain one's", name);
  EXPECT_AT_MOST(what, ours.gain_db - plain.gain_db, 0.3, "dB");
  snprintf(what, sizeof(what), "LIM-14 %s: range lost beyond the plain's",
           name);
  EXPECT_AT_MOST(what, plain.range_lu - ours.range_lu, 0.3, "LU");
  snprintf(what, sizeof(what), "LIM-14 %s: quiet against loud parts", name);
  EXPECT_AT_MOST(what, fabs(plain.range_lu - ours.range_lu), 0.5, "LU");
  snprintf(what, sizeof(what), "LIM-16 %s: gain moves beyond the plain's",
           name);
  EXPECT_AT_MOST(what, ours.moves_db - plain.moves_db, 1.0, "dB");
}

static void
lim_14_a_song_keeps_its_sections(void** state)
{
  (void)state;
  make_song();
  for (double reduction = 2.0; reduction <= 6.0; reduction += 2.0) {
    expect_beside("synthetic song", reduction);
  }
}

static void
lim_14_real_songs_keep_their_sections(void** state)
{
  (void)state;
  for (size_t i = 0; i < TON_COUNT(songs); ++i) {
    for (double reduction = 2.0; reduction <= 6.0; reduction += 2.0) {
      if (load_song(&songs[i])) {
        expect_beside(songs[i].name, reduction);
      }
    }
  }
}

static bool
any_song_is_here(void)
{
  for (size_t i = 0; i < TON_COUNT(songs); ++i) {
    if (load_song(&songs[i])) {
      return true;
    }
  }
  return false;
}

int
main(int argc, char** argv)
{
  const struct CMUnitTest synthetic[] = {
      cmocka_unit_test(lim_14_a_song_keeps_its_sections),
  };
  const struct CMUnitTest real[] = {
      cmocka_unit_test(lim_14_real_songs_keep_their_sections),
  };
  (void)argv;
  if (argc > 1 && !any_song_is_here()) {
    return ton_cannot_run("TON_AUDIO names no folder of songs");
  }
  return argc > 1 ? TON_TESTS(real) : TON_TESTS(synthetic);
}
