// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   Our processors beside free plug-ins that do the same: nanoseconds for a frame of
   one channel, the same music at 48 kHz in blocks of 256 frames, rounds in turn, the
   best of them.  Prints docs/speed.md.

   usage: bench_peers [ID]...
*/

#include "base/array.h"
#include "dsp/denormal.h"
#include "signals.h"
#include "subject.h"

#include <tonmeister/processor.h>

#include <sndfile.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FRAMES = 10240, ROUNDS = 100, MAX_PEERS = 5 };

#define LSP   "http://lsp-plug.in/plugins/lv2/"
#define CALF  "http://calf.sourceforge.net/plugins/"
#define X42   "http://gareus.org/oss/lv2/"
#define ZAM   "urn:zamaudio:"
#define SPACE "/tmp/tonmeister-bench-space.wav"

typedef struct {
  SubjectSpec spec;
  const char* lesser; ///< Why its speed is not wanted from ours; null: it is
} Rival;

/// Ours, how many times as fast it shall be, then its peers
typedef struct {
  SubjectSpec ours;
  double bar;
  Rival peers[MAX_PEERS];
} Comparison;

static const double NOISE = 0.02; ///< By which one time differs from the next

static const Comparison comparisons[] = {
    {{"high-pass and 4 bells", "equaliser",
      "1-type=highpass 1-at=95 2-type=bell 2-at=310 2-gain=-2.4 2-q=1.3 "
      "3-type=bell 3-at=1200 3-gain=2 3-q=1 4-type=bell 4-at=3400 4-gain=-3 "
      "4-q=3 5-type=bell 5-at=9000 5-gain=4 5-q=1"},
     2.0,
     {{{"LSP Parametric Equalizer x16", LSP "para_equalizer_x16_stereo",
        "fft=0 ft_0=2 fm_0=1 f_0=95 ft_1=1 fm_1=1 f_1=310 g_1=-2.4dB q_1=1.3 "
        "ft_2=1 fm_2=1 f_2=1200 g_2=2dB q_2=1 ft_3=1 fm_3=1 f_3=3400 g_3=-3dB "
        "q_3=3 ft_4=1 fm_4=1 f_4=9000 g_4=4dB q_4=1"}},
      {{"x42 fil4", X42 "fil4#stereo",
        "HighPass=1 HPfreq=95 LSsec=0 HSsec=0 freq1=310 gain1=-2.4 q1=1.1 "
        "freq2=1200 gain2=2 q2=1.4 freq3=3400 gain3=-3 q3=0.5 freq4=9000 "
        "gain4=4 q4=1.4"}},
      {{"Calf Equalizer 8 Band", CALF "Equalizer8Band",
        "hp_active=1 hp_mode=0 hp_freq=95 p1_active=1 p1_freq=310 "
        "p1_level=-2.4dB p1_q=1.3 p2_active=1 p2_freq=1200 p2_level=2dB p2_q=1 "
        "p3_active=1 p3_freq=3400 p3_level=-3dB p3_q=3 p4_active=1 "
        "p4_freq=9000 "
        "p4_level=4dB p4_q=1"}}}},
    {{"4:1 above -24 dB, 10 ms, 120 ms", "compressor",
      "threshold=-24 ratio=4 attack=10 release=120"},
     2.0,
     {{{"LSP Compressor", LSP "compressor_stereo",
        "scm=0 scs=5 al=-24dB cr=4 at=10 rt=120 kn=-6dB pause=1"}},
      {{"x42 darc", X42 "darc#stereo",
        "threshold=-24 Ratio=0.75 attack=0.01 release=0.12"}},
      {{"ZamComp X2", ZAM "ZamCompX2",
        "thr=-24 rat=4 att=10 rel=120 kn=6 stereodet=1"}},
      {{"Calf Compressor", CALF "Compressor",
        "threshold=-24dB ratio=4 attack=10 release=120 detection=1 "
        "stereo_link=1"}}}},
    {{"6 dB of gain under -1 dBTP", "limiter", "gain=6 ceiling=-1"},
     2.0,
     {{{"LSP Limiter, 4x", LSP "limiter_stereo",
        "g_in=6dB th=-1dB alr=0 boost=0 lk=3 at=2 rt=20 ovs=15 pause=1"},
       "its true peak goes 5.4 dB over the ceiling (LIM-01)"},
      {{"x42 dpl, true peak", X42 "dpl#stereo",
        "gain=6 threshold=-1 release=0.03 truepeak=1"}},
      {{"Calf Limiter, 4x", CALF "Limiter",
        "level_in=6dB limit=-1dB attack=3 release=30 oversampling=4 "
        "auto_level=0"},
       "its true peak goes 5.5 dB over the ceiling (LIM-01)"},
      {{"ZaMaximX2, samples only", ZAM "ZaMaximX2", "thresh=-7 ceil=-1 rel=30"},
       "its true peak goes 7.7 dB over the ceiling (LIM-01)"}}},
    {{"-30 dB", "gate", "threshold=-30"},
     1.0,
     {{{"LSP Gate", LSP "gate_stereo",
        "scm=0 scs=5 gt=-30dB gh=1 ht=-34dB gr=-60dB at=1 rt=100 pause=1"}},
      {{"ZamGate X2", ZAM "ZamGateX2", "thr=-30 att=1 rel=100"}},
      {{"Calf Gate", CALF "Gate",
        "threshold=-30dB range=-60dB attack=1 release=100 detection=1"},
       "it has neither hold nor hysteresis"}}},
    {{"four bands", "multiband", "bands=4"},
     1.0,
     {{{"LSP Multiband Compressor", LSP "mb_compressor_stereo",
        "mode=0 cbe_1=1 cbe_2=1 cbe_3=1 sf_1=120 sf_2=600 sf_3=2500 cbe_6=0 "
        "cbe_7=0 cbe_4=0 cbe_5=0 ife_l=0 ofe_l=0 ife_r=0 ofe_r=0 cr_0=2 cr_1=2 "
        "cr_2=2 cr_3=2 al_0=-24dB al_1=-24dB al_2=-24dB al_3=-24dB scm_0=0 "
        "scm_1=0 scm_2=0 scm_3=0"}},
      {{"Calf Multiband Compressor", CALF "MultibandCompressor",
        "mode=0 freq0=120 freq1=600 freq2=2500 bypass0=0 bypass1=0 bypass2=0 "
        "bypass3=0 detection0=1 detection1=1 detection2=1 detection3=1 "
        "threshold0=-24dB threshold1=-24dB threshold2=-24dB threshold3=-24dB"}},
      {{"ZaMultiComp X2, three bands", ZAM "ZaMultiCompX2",
        "toggle1=1 toggle2=1 toggle3=1 xover1=120 xover2=2500 thr1=-24 "
        "thr2=-24 "
        "thr3=-24 rat1=2 rat2=2 rat3=2"}}}},
    {{"split at 6 kHz", "de-esser", "at=6000 threshold=-10 look-ahead=0"},
     1.0,
     {{{"Calf Deesser", CALF "Deesser",
        "mode=1 f1_freq=6000 threshold=-24dB"}}}},
    {{"tube, 12 dB", "saturator", "character=tube drive=12"},
     1.0,
     {{{"Calf Saturator", CALF "Saturator", "drive=5 blend=0"},
       "it aliases at -54 dBc (SAT-13)"},
      {{"ZamTube, 12 dB", ZAM "ZamTube", "tubedrive=4"},
       "it aliases at -33 dBc (SAT-13)"}}},
    {{"15 ips", "tape", ""},
     1.0,
     {{{"Calf Tape Simulator", CALF "TapeSimulator",
        "noise=0 mechanical=0 magnetical=1 level_in=0dB"},
       "it has no hysteresis and aliases at -42 dBc (SAT-13)"}}},
    {{"from 3.5 kHz", "exciter", "at=3500"},
     1.0,
     {{{"Calf Exciter", CALF "Exciter", "freq=3500"},
       "it aliases at -41 dBc (SAT-13)"}}},
    {{"attack +6 dB", "transient", "attack=6 sustain=-3"},
     1.0,
     {{{"Calf Transient Designer", CALF "TransientDesigner",
        "attack_boost=0.5 release_boost=-0.3"}}}},
    {{"three bands", "imager", "bands=3 1-width=0 3-width=140"},
     1.0,
     {{{"Calf Multi Spread", CALF "MultiSpread",
        "filters=4 amount0=2 amount1=2 amount2=2 amount3=2"}}}},
    {{"width 140 %", "width", "width=140"},
     1.0,
     {{{"Calf Stereo Tools", CALF "StereoTools", "slev=3dB"}}}},
    {{"plate of 1.6 s", "reverb", "type=plate decay=1.6 mix=100"},
     1.0,
     {{{"Dragonfly Plate, tank", "urn:dragonfly:plate",
        "algorithm=2 decay=1.6 dry_level=0 early_level=100"}},
      {{"Dragonfly Room", "urn:dragonfly:room", "decay=1.6 dry_level=0"}},
      {{"Calf Reverb", CALF "Reverb", "decay_time=1.6 dry=0 amount=1"}},
      {{"ZamVerb", ZAM "ZamVerb", "wetdry=100 room=1"}}}},
    {{"a space of 65,536 frames", "convolution", "impulse=" SPACE},
     1.0,
     {{{"x42 zeroconvolv, with its threads", X42 "zeroconvolv#Stereo",
        "state:" X42 "zeroconvolv#ir=" SPACE}}}},
    {{"375 ms, 40 %", "delay", "time=375 feedback=40 mix=50"},
     1.0,
     {{{"Calf Vintage Delay", CALF "VintageDelay",
        "timing=1 ms=375 time_l=1 time_r=1 subdiv=1 feedback=0.4 medium=1 "
        "mix_mode=0"}},
      {{"ZamDelay, mono", ZAM "ZamDelay", "time=375 feedb=0.4"}}}},
    {{"three voices", "chorus", "voices=3"},
     1.0,
     {{{"Calf Multi Chorus", CALF "MultiChorus",
        "voices=3 mod_rate=0.6 min_delay=10 mod_depth=2"},
       "the level of 10 kHz goes up and down by 1.9 dB (SPC-11)"}}},
    {{"two notches", "phaser", "notches=2"},
     1.0,
     {{{"Calf Phaser", CALF "Phaser", "stages=4 mod_rate=0.4 feedback=0.3"}}}},
    {{"sine of 5 Hz", "tremolo", "speed=5"},
     1.0,
     {{{"Calf Pulsator", CALF "Pulsator", "hz=5 amount=0.5"}}}},
    {{"8 bits", "lo-fi", ""},
     1.0,
     {{{"Calf Crusher", CALF "Crusher", "bits=8 samples=2"}}}},
};

/// A space: noise that dies away, both sides
static void
write_space(void)
{
  enum { N = 65536 };
  static double noise[2][N];
  static float both[2 * N];
  SF_INFO info = {.samplerate = 48000,
                  .channels = 2,
                  .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  for (int c = 0; c < 2; ++c) {
    signal_white(noise[c], N, 1 + (uint64_t)c);
    for (int i = 0; i < N; ++i) {
      both[2 * i + c] = (float)(0.02 * noise[c][i] * exp(-i / 9600.0));
    }
  }
  SNDFILE* const file = sf_open(SPACE, SFM_WRITE, &info);
  if (!file || sf_writef_float(file, both, N) != N) {
    fprintf(stderr, "%s: cannot be written\n", SPACE);
    exit(1);
  }
  sf_close(file);
}

static float music[2][FRAMES];
static float result[2][FRAMES];

static void
make_music(void)
{
  static double x[2][FRAMES];
  signal_mix(x[0], x[1], FRAMES, 48000.0);
  for (int i = 0; i < FRAMES; ++i) {
    music[0][i] = (float)(0.7 * x[0][i]);
    music[1][i] = (float)(0.7 * x[1][i]);
  }
}

/// One that takes part, and its best time so far
typedef struct {
  Subject* subject;
  double ns;
} Entrant;

static void
run_round(Entrant* e)
{
  const float* const in[2] = {music[0], music[1]};
  float* const out[2] = {result[0], result[1]};
  if (e->subject) {
    const double spent = subject_run(e->subject, in, out, FRAMES);
    const double samples = (double)FRAMES * subject_channels(e->subject);
    e->ns = fmin(e->ns, 1e9 * spent / samples);
  }
}

static FILE* table;

/// What plug-ins print goes to the error output, not into the table
static void
open_table(void)
{
  table = fdopen(dup(1), "w");
  if (!table || dup2(2, 1) < 0) {
    perror("bench_peers");
    exit(1);
  }
}

/// A cell: how many times, and whether more was wanted
static void
print_ratio(double ratio, double bar)
{
  fprintf(table, " %.1f%s |", ratio,
          ratio >= (1.0 - NOISE) * bar ? "" : " **missed**");
}

/// A row for a peer; one that does not count says why
static void
print_peer(const Comparison* c, const Rival* rival, const Entrant* peer,
           const Entrant* ours)
{
  fprintf(table, "| %s: %s | %.3g | %.3g | %s |", c->ours.id, c->ours.name,
          ours[0].ns, ours[1].ns, rival->spec.name);
  if (!peer->subject) {
    fprintf(table, " not installed | | | | |\n");
    return;
  }
  fprintf(table, " %.3g |", peer->ns);
  print_ratio(peer->ns / ours[0].ns, rival->lesser ? 0.0 : c->bar);
  print_ratio(peer->ns / ours[1].ns, rival->lesser ? 0.0 : c->bar);
  fprintf(table, rival->lesser ? " - |" : " %g |", c->bar);
  // of a plug-in that loads a file, a path on this machine
  const bool file = strncmp(rival->spec.settings, "state:", 6) == 0;
  fprintf(table, " %s%s`%s` |\n", rival->lesser ? rival->lesser : "",
          rival->lesser ? "; " : "",
          file ? "the same file" : rival->spec.settings);
}

static void
print_comparison(const Comparison* c, const Entrant* e)
{
  for (int i = 0; i < MAX_PEERS && c->peers[i].spec.id; ++i) {
    print_peer(c, &c->peers[i], &e[2 + i], e);
  }
  fflush(table);
}

/// The processor's name as the system tells it
static void
print_machine(void)
{
  char line[256];
  char date[32];
  const time_t now = time(NULL);
  FILE* const file = fopen("/proc/cpuinfo", "r");
  strftime(date, sizeof(date), "%Y-%m-%d", gmtime(&now));
  fprintf(table, "Measured on %s, %u lanes", date, ton_machine_lanes());
  while (file && fgets(line, sizeof(line), file)) {
    if (strncmp(line, "model name", 10) == 0) {
      line[strcspn(line, "\n")] = '\0';
      fprintf(table, ", %s", strchr(line, ':') + 2);
      break;
    }
  }
  if (file) {
    fclose(file);
  }
  fputs(".\n\n", table);
}

static void
print_head(void)
{
  fputs(
      "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n"
      "# Speed beside free plug-ins\n\n"
      "Made by `make speed`; not edited by hand.\n\n"
      "Nanoseconds for a frame of one channel, all with the same music at 48 "
      "kHz\n"
      "in blocks of 256 frames, in turn, the best of 100 rounds. \"In a song\" "
      "is\n"
      "with all lanes busy, \"alone\" with one stereo pair and nothing beside "
      "it.\n"
      "The ratios say how many times as long as ours the peer takes; 2 % less\n"
      "than wanted is the noise of the measurement. A peer that does not "
      "reach\n"
      "the quality of ours is shown, but no ratio is wanted: the figure that "
      "says\n"
      "so is in `quality.md`.\n\n",
      table);
  print_machine();
  fputs(
      "| Processor | In a song | Alone | Peer | ns | In a song, times | Alone, "
      "times | Wanted | Settings of the peer |\n"
      "|---|---|---|---|---|---|---|---|---|\n",
      table);
}

static void
compare(const Comparison* c)
{
  Entrant e[2 + MAX_PEERS];
  int n = 0;
  e[n++] = (Entrant){subject_open(&c->ours, 48000.0, 0), INFINITY};
  e[n++] = (Entrant){subject_open(&c->ours, 48000.0, 1), INFINITY};
  for (int i = 0; i < MAX_PEERS && c->peers[i].spec.id; ++i) {
    e[n++] = (Entrant){subject_open(&c->peers[i].spec, 48000.0, 0), INFINITY};
  }
  for (int r = 0; r < ROUNDS; ++r) {
    for (int i = 0; i < n; ++i) {
      run_round(&e[i]);
    }
  }
  print_comparison(c, e);
  for (int i = 0; i < n; ++i) {
    subject_close(e[i].subject);
  }
}

int
main(int argc, char** argv)
{
  ton_denormals_off();
  open_table();
  make_music();
  write_space();
  print_head();
  for (size_t i = 0; i < TON_COUNT(comparisons); ++i) {
    bool wanted = argc < 2;
    for (int k = 1; k < argc; ++k) {
      wanted = wanted || strcmp(argv[k], comparisons[i].ours.id) == 0;
    }
    if (wanted) {
      compare(&comparisons[i]);
    }
  }
  remove(SPACE);
  return 0;
}
