// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of verbs and their options.
*/

#include "cli/verbs.h"

#include "base/array.h"

#include <string.h>

const Option cli_common[] = {
    {"json", .help = "print the answer as one JSON document"},
    {"quiet", .letter = 'q', .help = "no progress and no remarks"},
    {"help", .letter = 'h', .help = "explain this verb"},
};
const uint32_t cli_n_common = TON_COUNT(cli_common);

const Option cli_rendering[] = {
    {"threads", .value = "N",
     .help = "workers (all cores); never changes the bytes"},
    {"block", .value = "N",
     .help = "frames at a time (512); never changes the bytes"},
};
const uint32_t cli_n_rendering = TON_COUNT(cli_rendering);

static const Option new_options[] = {
    {"flat", .help = "every fader at unity, nothing else"},
};

static const Option mix_options[] = {
    {"output", .letter = 'o', .value = "FILE",
     .help = "write here instead of SONG/out/mix.wav", .offer = OFFER_FILES},
    {"depth", .value = "BITS", .help = "16 or 24, dithered; 32 is float (32)",
     .offer = OFFER_DEPTHS},
    {"stems", .help = "also each track and bus, to SONG/out/stems"},
    {"propose", .help = "first work the decisions out again; what you locked, "
                        "changed or added "
                        "stays"},
    {"one-strip", .help = "no packing into lanes; for the bench"},
};

static const Option make_options[] = {
    {"output", .letter = 'o', .value = "SONG",
     .help = "folder of the song, made if it is not there",
     .offer = OFFER_FILES},
    {"target", .value = "NAME", .help = "loudness goal from data/targets.yaml",
     .offer = OFFER_TARGETS},
};

static const Option master_options[] = {
    {"output", .letter = 'o', .value = "FILE",
     .help = "write here instead of SONG/out/master.wav; of a FILE: master.wav",
     .offer = OFFER_FILES},
    {"loudness", .value = "LUFS",
     .help = "integrated loudness to reach, \"-14 LUFS\""},
    {"ceiling", .value = "DBTP",
     .help = "true peak not to exceed, \"-1 dBTP\""},
    {"target", .value = "NAME", .help = "both from data/targets.yaml",
     .offer = OFFER_TARGETS},
    {"reference", .value = "FILE",
     .help = "bring tone and loudness nearer to it", .offer = OFFER_FILES,
     .repeats = true},
    {"amount", .value = "PERCENT",
     .help = "share of the tonal correction, 0 to 100"},
    {"anyway", .help = "reach the loudness at any cost to the dynamics"},
};

static const Option help_options[] = {
    {"man", .help = "print the manual page"},
    {"completion", .value = "SHELL",
     .help = "print a completion script: bash, zsh, fish",
     .offer = OFFER_SHELLS},
};

const Verb cli_verbs[] = {
    {.name = "make",
     .usage = "STEMS_DIR -o SONG",
     .summary = "From a folder of stems to a release, in one go.",
     .text = "Imports the stems, proposes and renders the mix, proposes and "
             "renders the master, writes and verifies every deliverable.",
     .examples = "tonmeister make recordings/ -o night-drive",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = make_options,
     .n_options = TON_COUNT(make_options),
     .run = cli_make},
    {.name = "new",
     .usage = "SONG STEM...",
     .summary = "Import stems and propose mix.yaml.",
     .text = "STEM is an audio file or a folder of them. The stems join the "
             "song's folder and are never written to.",
     .examples = "tonmeister new night-drive recordings/\n"
                 "tonmeister new --flat night-drive recordings/*.wav",
     .min_args = 2,
     .max_args = UINT32_MAX,
     .renders = true,
     .options = new_options,
     .n_options = TON_COUNT(new_options),
     .run = cli_new},
    {.name = "mix",
     .usage = "SONG",
     .summary = "Render the mix that mix.yaml describes.",
     .text = "Writes SONG/out/mix.wav at the song's rate as 32-bit float "
             "unless --depth says otherwise, without a limiter. With "
             "--propose the values that are still the assistant's are worked "
             "out again around yours; take a value out to have it proposed "
             "again.",
     .examples = "tonmeister mix night-drive\n"
                 "tonmeister mix night-drive --propose\n"
                 "tonmeister mix night-drive --stems",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = mix_options,
     .n_options = TON_COUNT(mix_options),
     .run = cli_mix},
    {.name = "master",
     .usage = "SONG|FILE",
     .summary = "Render the master by master.yaml, or propose it.",
     .text = "Without a chain in master.yaml one is proposed. Reaches the "
             "loudness under the ceiling, or says by how much it "
             "falls short (exit status 3). Writes 24-bit WAV. A chain that "
             "stands in master.yaml is kept; only its limiter's gain is "
             "worked out again.",
     .examples =
         "tonmeister master night-drive\n"
         "tonmeister master mix.wav -o master.wav --loudness \"-14 LUFS\"",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = master_options,
     .n_options = TON_COUNT(master_options),
     .run = cli_master},
    {.name = "release",
     .usage = "SONG",
     .summary = "Write and verify every deliverable.",
     .text = "WAV, FLAC and MP3 with tags, art and checksums into "
             "SONG/out/release; each file is reopened and measured again.",
     .examples = "tonmeister release night-drive",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .run = cli_release},
    {.name = "check",
     .usage = "SONG|FILE",
     .summary = "What is wrong, where, and how to fix it.",
     .text = "A readiness report: green, amber and red lights, with places and "
             "cures. Of a song, its mix is looked at. Exit status 3 if "
             "anything is red.",
     .examples = "tonmeister check night-drive\n"
                 "tonmeister check mix.wav --json",
     .min_args = 1,
     .max_args = 1,
     .run = cli_check},
    {.name = "measure",
     .usage = "FILE...",
     .summary = "Every meter on any audio file.",
     .text = "Loudness by ITU-R BS.1770-5 and EBU Tech 3341/3342, true peak, "
             "levels, dynamics, stereo.",
     .examples = "tonmeister measure song.wav\n"
                 "tonmeister measure --json *.flac",
     .min_args = 1,
     .max_args = UINT32_MAX,
     .run = cli_measure},
    {.name = "compare",
     .usage = "FILE REFERENCE...",
     .summary = "Tone, level, dynamics, width at one loudness.",
     .text = "Differences are the file minus the mean of the references; the "
             "spectra are brought to the same loudness first.",
     .examples = "tonmeister compare master.wav references/*.flac",
     .min_args = 2,
     .max_args = UINT32_MAX,
     .run = cli_compare},
    {.name = "apply",
     .usage = "IN OUT FX...",
     .summary = "Run a chain of processors on a file.",
     .text =
         "FX is a processor with its parameters, or one equaliser band. The "
         "rate, the depth and the start stay as they are.",
     .examples = "tonmeister apply in.wav out.wav highpass:freq=80Hz "
                 "compressor:threshold=-20dB,ratio=4",
     .min_args = 3,
     .max_args = UINT32_MAX,
     .renders = true,
     .run = cli_apply},
    {.name = "help",
     .usage = "[NAME|all]",
     .summary = "Explain a verb, a processor or a preset.",
     .text = "With --json: the tables themselves.",
     .examples = "tonmeister help compressor\n"
                 "tonmeister help all --json",
     .min_args = 0,
     .max_args = 1,
     .options = help_options,
     .n_options = TON_COUNT(help_options),
     .run = cli_help},
};

const uint32_t cli_n_verbs = TON_COUNT(cli_verbs);

const Verb*
cli_find_verb(const char* name)
{
  for (uint32_t i = 0; i < cli_n_verbs; ++i) {
    if (strcmp(cli_verbs[i].name, name) == 0) {
      return &cli_verbs[i];
    }
  }
  return NULL;
}
