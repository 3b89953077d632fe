// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The acceptance figures that can be taken from any plug-in, of ours and of free
   ones: same signals, same measure, at equal conditions.  A line each, fields parted
   by tabs, for tools/quality.py:

     BESIDE id what rate unit why who figure settings

   Less is better.  "who" is "ours" or the plug-in's name; "why" says, where somebody
   else is ahead, why that is so.

   usage: peer_figures [ID]...
*/

#include "base/array.h"
#include "dsp/denormal.h"
#include "figure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LSP       "http://lsp-plug.in/plugins/lv2/"
#define CALF      "http://calf.sourceforge.net/plugins/"
#define X42       "http://gareus.org/oss/lv2/"
#define ZAM       "urn:zamaudio:"
#define DRAGONFLY "urn:dragonfly:"

enum { MAX_TRIALS = 8 };

/// A figure and who takes part, ours first
typedef struct {
  const char* id;
  const char* what;
  const char* unit;
  double rate; ///< Hz, of the measurement
  double (*measure)(const Trial*);
  const Trial* trials;
  const char* why; ///< Why a peer is ahead, where one is; else null
} Row;

static const Trial bells[MAX_TRIALS] = {
    {{"ours", "equaliser", "1-type=bell 1-gain=12"},
     {"1-at=%g", 0, 0},
     {"1-q=%g", 10, 0.1}},
    {{"LSP Parametric Equalizer", LSP "para_equalizer_x16_stereo",
      "ft_0=1 fm_0=1 g_0=12dB"},
     {"f_0=%g", 0, 0},
     {"q_0=%g", 10, 0.1}},
    {{"LSP Parametric Equalizer, APO", LSP "para_equalizer_x16_stereo",
      "ft_0=1 fm_0=6 g_0=12dB"},
     {"f_0=%g", 0, 0},
     {"q_0=%g", 10, 0.1}},
    {{"x42 fil4", X42 "fil4#stereo",
      "sec4=1 gain4=12 HSsec=0 LSsec=0 sec1=0 sec2=0 sec3=0"},
     {"freq4=%g", 0, 0},
     {"q4=%g", 0.07, 4}},
    {{"Calf Equalizer 8 Band", CALF "Equalizer8Band",
      "p1_active=1 p1_level=12dB"},
     {"p1_freq=%g", 0, 0},
     {"p1_q=%g", 10, 0.1}},
    {{"ZamEQ2", ZAM "ZamEQ2", "boost1=12"},
     {"f1=%g", 0, 0},
     {"bw1=%g", 0.1, 6}},
};

static const Trial low_bells[MAX_TRIALS] = {
    {{"ours", "equaliser", "1-type=bell 1-at=30 1-q=1"}, {"1-gain=%g", 0, 0}},
    {{"LSP Parametric Equalizer", LSP "para_equalizer_x16_stereo",
      "ft_0=1 fm_0=1 f_0=30 q_0=1"},
     {"g_0=%gdB", 0, 0}},
    {{"LSP Parametric Equalizer, APO", LSP "para_equalizer_x16_stereo",
      "ft_0=1 fm_0=6 f_0=30 q_0=1"},
     {"g_0=%gdB", 0, 0}},
    {{"x42 fil4", X42 "fil4#stereo",
      "sec1=1 freq1=30 q1=1 HSsec=0 LSsec=0 sec2=0 sec3=0 sec4=0"},
     {"gain1=%g", 0, 0}},
    {{"Calf Equalizer 8 Band", CALF "Equalizer8Band",
      "p1_active=1 p1_freq=30 p1_q=1"},
     {"p1_level=%gdB", 0, 0}},
};

static const Trial highpasses[MAX_TRIALS] = {
    {{"ours", "equaliser", "1-type=highpass 1-at=20"}},
    {{"LSP Parametric Equalizer", LSP "para_equalizer_x16_stereo",
      "ft_0=2 fm_0=3 f_0=20"}},
    {{"x42 fil4", X42 "fil4#stereo",
      "HighPass=1 HPfreq=20 HSsec=0 LSsec=0 sec1=0 sec2=0 sec3=0 sec4=0"}},
    {{"Calf Equalizer 8 Band", CALF "Equalizer8Band",
      "hp_active=1 hp_mode=0 hp_freq=20"}},
};

#define TIMES(attack, low, release, least)                                     \
  {attack, low, 300.0},                                                        \
  {                                                                            \
    release, least, 1000.0                                                     \
  }

/// Compressors that stand in several tables
#define OURS                                                                   \
  {                                                                            \
    {"ours", "compressor", "ratio=4"}, {"threshold=%g", 0, -60},               \
        TIMES("attack=%g", 0.01, "release=%g", 5)                              \
  }
#define LSP_PEAK                                                               \
  {                                                                            \
    {"LSP Compressor, peak", LSP "compressor_stereo",                          \
     "scm=0 scs=5 cr=4 kn=-6dB pause=1"},                                      \
        {"al=%gdB", 0, -60}, TIMES("at=%g", 0.01, "rt=%g", 1)                  \
  }
#define LSP_RMS                                                                \
  {                                                                            \
    {"LSP Compressor, RMS", LSP "compressor_stereo",                           \
     "scm=1 scr=10 scs=5 cr=4 kn=-6dB pause=1"},                               \
        {"al=%gdB", 0, -60}, TIMES("at=%g", 0.01, "rt=%g", 1)                  \
  }
#define X42_DARC                                                               \
  {                                                                            \
    {"x42 darc", X42 "darc#stereo", "Ratio=0.75"}, {"threshold=%g", -10, -50}, \
        {"attack=%g", 0.001, 0.1},                                             \
    {                                                                          \
      "release=%g", 0.03, 3                                                    \
    }                                                                          \
  }
#define CALF_PEAK                                                              \
  {                                                                            \
    {"Calf Compressor, peak", CALF "Compressor",                               \
     "ratio=4 detection=1 stereo_link=1"},                                     \
        {"threshold=%gdB", 0, -60}, TIMES("attack=%g", 0.01, "release=%g", 1)  \
  }

static const Trial compressors[MAX_TRIALS] = {
    OURS,
    {{"ours, hold of 13 ms", "compressor", "ratio=4 hold=13"},
     {"threshold=%g", 0, -60},
     TIMES("attack=%g", 0.01, "release=%g", 5)},
    {{"ours, RMS", "compressor", "ratio=4 detector=rms"},
     {"threshold=%g", 0, -60},
     TIMES("attack=%g", 0.01, "release=%g", 5)},
    LSP_PEAK,
    LSP_RMS,
    X42_DARC,
    {{"ZamComp X2", ZAM "ZamCompX2", "rat=4 kn=6 stereodet=1"},
     {"thr=%g", 0, -60},
     {"att=%g", 0.1, 100},
     {"rel=%g", 1, 500}},
    CALF_PEAK,
};

static const Trial holding[MAX_TRIALS] = {
    {{"ours", "compressor", "ratio=4 hold=13"},
     {"threshold=%g", 0, -60},
     TIMES("attack=%g", 0.01, "release=%g", 5)},
    LSP_RMS,
    X42_DARC,
};

static const Trial quick[MAX_TRIALS] = {
    OURS,
    LSP_PEAK,
    {{"ZamComp X2", ZAM "ZamCompX2", "rat=4 kn=6 stereodet=1"},
     {"thr=%g", 0, -60},
     TIMES("att=%g", 0.1, "rel=%g", 1)},
    CALF_PEAK,
};

static const Trial multibands[MAX_TRIALS] = {
    {{"ours", "multiband", "bands=4"}},
    {{"LSP Multiband Compressor, classic", LSP "mb_compressor_stereo",
      "mode=0 cbe_1=1 cbe_2=1 cbe_3=1 cbe_4=0 cbe_5=0 cbe_6=0 cbe_7=0 "
      "sf_1=120 sf_2=600 sf_3=2500"}},
    {{"LSP Multiband Compressor, modern", LSP "mb_compressor_stereo",
      "mode=1 cbe_1=1 cbe_2=1 cbe_3=1 cbe_4=0 cbe_5=0 cbe_6=0 cbe_7=0 "
      "sf_1=120 sf_2=600 sf_3=2500"}},
    {{"Calf Multiband Compressor, LR4", CALF "MultibandCompressor",
      "mode=0 freq0=120 freq1=600 freq2=2500 bypass0=0 bypass1=0 bypass2=0 "
      "bypass3=0"}},
    {{"ZaMultiComp X2", ZAM "ZaMultiCompX2",
      "toggle1=1 toggle2=1 toggle3=1 xover1=120 xover2=2500 thr1=0 thr2=0 "
      "thr3=0"}},
};

static const Trial transients[MAX_TRIALS] = {
    {{"ours", "transient", "attack=15 sustain=15"}},
    {{"Calf Transient Designer", CALF "TransientDesigner",
      "attack_boost=1 release_boost=1"}},
};

static const Trial limiters[MAX_TRIALS] = {
    {{"ours", "limiter", ""},
     {"gain=%g", -24, 30},
     {NULL},
     {NULL},
     {"ceiling=%g", 0, 0}},
    {{"LSP Limiter, 8x", LSP "limiter_stereo",
      "alr=0 boost=0 lk=3 at=2 rt=20 ovs=19 pause=1"},
     {"g_in=%gdB", -24, 30},
     {NULL},
     {NULL},
     {"th=%gdB", 0, 0}},
    {{"x42 dpl, true peak, 30 ms", X42 "dpl#stereo", "release=0.03 truepeak=1"},
     {"gain=%g", -10, 30},
     {NULL},
     {NULL},
     {"threshold=%g", 0, 0}},
    {{"x42 dpl, true peak, 100 ms", X42 "dpl#stereo", "release=0.1 truepeak=1"},
     {"gain=%g", -10, 30},
     {NULL},
     {NULL},
     {"threshold=%g", 0, 0}},
    {{"Calf Limiter, 4x", CALF "Limiter",
      "attack=3 release=50 oversampling=4 auto_level=0"},
     {"level_in=%gdB", -24, 30},
     {NULL},
     {NULL},
     {"limit=%gdB", 0, 0}},
    {{"ZaMaximX2", ZAM "ZaMaximX2", "ceil=-1 rel=30"},
     {"thresh=%g", -24, 28, -1, -1}},
};

static const Trial saturators[MAX_TRIALS] = {
    {{"ours, soft", "saturator", "auto-gain=off"}, {"drive=%g", -24, 36}},
    {{"Calf Saturator", CALF "Saturator", "blend=0"}, {"drive=%g", 0.1, 10}},
    {{"ZamTube", ZAM "ZamTube", ""}, {"tubedrive=%g", 0.1, 11}},
    {{"Calf Tape Simulator", CALF "TapeSimulator",
      "noise=0 mechanical=0 magnetical=1"},
     {"level_in=%gdB", -36, 36}},
};

static const Trial exciters[MAX_TRIALS] = {
    {{"ours", "exciter", "at=3500"}},
    {{"Calf Exciter", CALF "Exciter", "freq=3500 drive=8.5 amount=1"}},
};

static const Trial reverbs[MAX_TRIALS] = {
    {{"ours, plate", "reverb",
      "type=plate treble=100 pre-delay=0 highpass=20 lowpass=20000"},
     {"decay=%g", 0.2, 10}},
    {{"Dragonfly Plate, tank", DRAGONFLY "plate",
      "algorithm=2 dry_level=0 early_level=100 low_cut=0 high_cut=16000 "
      "early_damp=16000"},
     {"decay=%g", 0.2, 10}},
    {{"Dragonfly Plate, nested", DRAGONFLY "plate",
      "algorithm=1 dry_level=0 early_level=100 low_cut=0 high_cut=16000 "
      "early_damp=16000"},
     {"decay=%g", 0.2, 10}},
    {{"Calf Reverb", CALF "Reverb",
      "dry=0 amount=1 hf_damp=20000 bass_cut=20 treble_cut=20000"},
     {"decay_time=%g", 0.4, 15}},
};

static const Trial choruses[MAX_TRIALS] = {
    {{"ours", "chorus", "voices=1 mix=100 delay=12 depth=2 speed=0.6"}},
    {{"Calf Multi Chorus", CALF "MultiChorus",
      "voices=1 dry=0 amount=1 min_delay=10 mod_depth=4 mod_rate=0.6 freq=10 "
      "freq2=20000"}},
};

static const Trial delays[MAX_TRIALS] = {
    {{"ours", "delay", "time=375 highpass=20 lowpass=20000"}},
    {{"Calf Vintage Delay", CALF "VintageDelay",
      "timing=1 ms=375 time_l=1 time_r=1 subdiv=1 feedback=0 medium=0 "
      "mix_mode=0 amount=1 dry=0"}},
    {{"ZamDelay", ZAM "ZamDelay", "time=375 drywet=1 lpf=20000"}},
    {{"LSP Slap Delay", LSP "slap_delay_stereo", "dm0=1 dt0=375 dm=1"}},
};

static const Trial wideners[MAX_TRIALS] = {
    {{"ours, width", "width", "width=140"}},
    {{"Calf Stereo Tools", CALF "StereoTools", "slev=3dB"}},
    {{"Calf Multi Spread", CALF "MultiSpread",
      "filters=4 amount0=2 amount1=2 amount2=2 amount3=2"}},
};

static const Row rows[] = {
    {"EQ-01",
     "bell of 12 dB, Q 1, at 10 kHz against the same at 500 Hz, moved up", "dB",
     44100, figure_bell_shape, bells, NULL},
    {"EQ-03", "boost, then cut of 12 dB at 30 Hz, tone", "dB", 48000,
     figure_undone, low_bells, NULL},
    {"EQ-04", "all but the tone behind a high-pass at 20 Hz", "dBFS", 192000,
     figure_filter_noise, highpasses,
     "this filter runs in float, 5 dB under its limit; Calf's runs in double, "
     "at "
     "many times the cost"},
    {"DYN-02", "10 dB more at 4:1, error", "dB", 48000, figure_slope,
     compressors, "both are far inside the limit of 0.1 dB"},
    {"DYN-04", "harmonics of 41.4 Hz, 8 dB of reduction, 10 and 100 ms", "dB",
     48000, figure_detector_low, compressors, NULL},
    {"DYN-04", "harmonics of 73.1 Hz, 8 dB of reduction, 10 and 100 ms", "dB",
     48000, figure_detector_middle, compressors, NULL},
    {"DYN-04", "harmonics of 220.5 Hz, 8 dB of reduction, 10 and 100 ms", "dB",
     48000, figure_detector_high, compressors, NULL},
    {"DYN-12", "level from 30 Hz to 18 kHz while no band works", "dB", 48000,
     figure_flatness, multibands,
     "both are flat within the rounding of a float"},
    {"DYN-16",
     "ripple at 41.37 Hz, 10 and 100 ms, with a hold where there is one", "dB",
     48000, figure_ripple, holding, NULL},
    {"DYN-18", "worst alias at 5 kHz, attack of 0.1 ms", "dBc", 48000,
     figure_quick_attack, quick, NULL},
    {"DYN-19", "harmonics of 31 Hz, both controls at their most", "dB", 48000,
     figure_transient_bass, transients, NULL},
    {"LIM-01", "true peak over the ceiling, five signals", "dB", 48000,
     figure_over_ceiling, limiters, NULL},
    {"LIM-05", "sidebands at 3 dB of reduction", "dB", 48000,
     figure_bass_under_treble, limiters, NULL},
    {"LIM-14", "gain lost for 5 LU more, S-MIX", "dB", 48000,
     figure_gain_for_loudness, limiters,
     "LSP's gain follows the wave of the bass, which takes less and distorts: "
     "see LIM-15 and LIM-16"},
    {"LIM-15", "harmonics of 25 to 41 Hz, 6 dB over", "dB", 48000,
     figure_low_bass, limiters, NULL},
    {"LIM-16", "gain moves from 20 to 200 Hz at 5 LU more, S-MIX", "dB", 48000,
     figure_gain_moves, limiters, NULL},
    {"SAT-13", "worst alias at 5 kHz where 1 kHz has 10 % of harmonics", "dBc",
     48000, figure_saturation_alias, saturators, NULL},
    {"SAT-13", "exciter, worst alias at 7 kHz", "dBc", 48000,
     figure_exciter_alias, exciters, NULL},
    {"SPC-01", "decay of 1.6 s from 250 Hz to 4 kHz, error", "%", 48000,
     figure_decay, reverbs, NULL},
    {"SPC-04", "strongest bin re its neighbours, decay of 1.6 s", "dB", 48000,
     figure_ringing, reverbs, NULL},
    {"SPC-10", "first echo of 375 ms, error", "frames", 48000, figure_echo,
     delays, NULL},
    {"SPC-11", "level of a vibrato at 10 kHz, peak to peak", "dB", 48000,
     figure_vibrato, choruses, NULL},
    {"STE-04", "change of the mono sum of a wider image", "dB", 48000,
     figure_mono_sum, wideners, "both are the rounding of a float"},
};

static bool
installed(const Trial* trial)
{
  Subject* const s = subject_open(&trial->spec, 48000.0, 1);
  subject_close(s);
  return s != NULL;
}

static void
print_row(const Row* row)
{
  for (int i = 0; i < MAX_TRIALS && row->trials[i].spec.id; ++i) {
    const Trial* const t = &row->trials[i];
    if (!installed(t)) {
      continue;
    }
    figure_found[0] = '\0';
    const double figure = row->measure(t);
    if (isnan(figure)) {
      fprintf(stderr, "%s: %s cannot be measured\n", row->id, t->spec.name);
      continue;
    }
    printf("BESIDE\t%s\t%s\t%g\t%s\t%s\t%s\t%.6g\t%s%s\n", row->id, row->what,
           row->rate, row->unit, row->why ? row->why : "", t->spec.name, figure,
           t->spec.settings, figure_found);
    fflush(stdout);
  }
}

int
main(int argc, char** argv)
{
  ton_denormals_off();
  for (size_t i = 0; i < TON_COUNT(rows); ++i) {
    bool wanted = argc < 2;
    for (int k = 1; k < argc; ++k) {
      wanted = wanted || strcmp(argv[k], rows[i].id) == 0;
    }
    if (wanted) {
      print_row(&rows[i]);
    }
  }
  return 0;
}
