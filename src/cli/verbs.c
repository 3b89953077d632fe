// SPDX-License-Identifier: GPL-3.0-or-later
/**
   @file
   The table of verbs and their options.
*/

#include "cli/verbs.h"

#include "base/array.h"

#include <string.h>

const Option cli_common[] = {
    {"json", .help = "print the answer as JSON, for programs"},
    {"quiet", .letter = 'q', .help = "no progress and no remarks"},
    {"help", .letter = 'h', .help = "explain this verb"},
};
const uint32_t cli_n_common = TON_COUNT(cli_common);

const Option cli_rendering[] = {
    {"threads", .value = "N",
     .help = "processor cores to use (all); the result is the same"},
    {"block", .value = "N",
     .help = "samples to work on at a time (512); the result is the same"},
};
const uint32_t cli_n_rendering = TON_COUNT(cli_rendering);

static const Option new_options[] = {
    {"flat", .help = "every fader at 0 dB, nothing decided"},
};

static const Option mix_options[] = {
    {"output", .letter = 'o', .value = "FILE",
     .help = "write here instead of SONG/out/mix.wav", .offer = OFFER_FILES},
    {"depth", .value = "BITS",
     .help = "16 or 24 bit with dither, or 32 bit float (32)",
     .offer = OFFER_DEPTHS},
    {"stems", .help = "also write each track and bus, to SONG/out/stems"},
    {"propose", .help = "let the assistant decide again first; what you "
                        "locked, changed or added stays"},
    {"one-strip",
     .help = "work on one track at a time; for measurements of speed"},
};

/// What `make` and `master` can be asked of the master
#define MASTER_OPTIONS                                                         \
  {"loudness", .value = "LUFS",                                                \
   .help = "integrated loudness to reach, \"-14 LUFS\""},                      \
      {"ceiling", .value = "DBTP",                                             \
       .help = "true peak not to exceed, \"-1 dBTP\""},                        \
      {"target", .value = "NAME",                                              \
       .help = "both by name; tonmeister help targets lists them",             \
       .offer = OFFER_TARGETS},                                                \
      {"reference", .value = "FILE",                                           \
       .help = "a song to come nearer to in tone and loudness",                \
       .offer = OFFER_FILES, .repeats = true},                                 \
      {"genre", .value = "NAME",                                               \
       .help = "kind of music; tonmeister help genres",                        \
       .offer = OFFER_GENRES},                                                 \
      {"style", .value = "NAME",                                               \
       .help = "warm, open, punchy, ...; tonmeister help styles",              \
       .offer = OFFER_STYLES},                                                 \
      {"intensity", .value = "NAME",                                           \
       .help = "how strong the style is and how loud: low, medium, high",      \
       .offer = OFFER_INTENSITIES},                                            \
      {"amount", .value = "PERCENT",                                           \
       .help = "how much to correct the tone, from 0 to 100 percent"},         \
  {                                                                            \
    "anyway", .help = "reach the loudness even if it flattens the song"        \
  }

static const Option make_options[] = {
    {"output", .letter = 'o', .value = "SONG",
     .help = "folder of the song, made if it is not there",
     .offer = OFFER_FILES},
    MASTER_OPTIONS,
};

static const Option studio_options[] = {
    {"port", .value = "N", .help = "port of 127.0.0.1 (one that is free)"},
    {"no-open", .help = "do not open the browser; the address is printed"},
    {"stay", .help = "go on when the last tab is closed"},
};

static const Option master_options[] = {
    {"output", .letter = 'o', .value = "FILE",
     .help = "write here instead of SONG/out/master.wav; of song.wav: \"song "
             "(master).wav\"",
     .offer = OFFER_FILES},
    MASTER_OPTIONS,
    {"candidates",
     .help =
         "instead, write a dynamic, a balanced and a loud master beside it, "
         "and show what each costs; master.yaml stays"},
    {"simulate", .value = "PLATFORM",
     .help =
         "also write what listeners of a streaming service hear, beside the "
         "master: \"master (Spotify).wav\"",
     .repeats = true},
};

static const Option help_options[] = {
    {"man", .help = "print the manual page"},
    {"completion", .value = "SHELL",
     .help = "print a completion script: bash, zsh, fish",
     .offer = OFFER_SHELLS},
};

static const Option check_options[] = {
    {"genre", .value = "NAME",
     .help = "kind of music that it is held against; tonmeister help genres "
             "lists them",
     .offer = OFFER_GENRES},
};

static const Option release_options[] = {
    {"stems", .help =
                  "also mastered stems, an instrumental, an a cappella and a "
                  "TV mix, with the gains of the master"},
};

static const Option album_options[] = {
    {"cd", .help =
               "also an image for a CD: one WAV, and a CUE with names, ISRC "
               "and UPC"},
    {"output", 'o', "ALBUM",
     "folder of a new album; its album.yaml names the songs", OFFER_FILES},
};

/// Where what people read of a release comes from
#define RELEASE_TEXT                                                           \
  "Title, artist and cover stand in SONG/release.yaml. If it is not there, "   \
  "it "                                                                        \
  "is made: the title is the name of the folder, the artist is unknown, and "  \
  "a "                                                                         \
  "cover.jpg or cover.png in the folder is the cover. Write your own there "   \
  "and run tonmeister release SONG (tonmeister help release.yaml)."

const Verb cli_verbs[] = {
    {.name = "make",
     .usage = "STEMS_DIR -o SONG",
     .summary = "From a folder of stems to a release, in one go.",
     .text = "Imports the stems, decides on a mix and renders it, decides on a "
             "master and renders it, then writes the finished files and checks "
             "each of them. Folders of two recordings or more inside STEMS_DIR "
             "become buses. Of a song "
             "that is there, what is out of date is made again; its texts are "
             "taken as they are. " RELEASE_TEXT,
     .examples = "tonmeister make recordings/ -o night-drive",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = make_options,
     .n_options = TON_COUNT(make_options),
     .run = cli_make},
    {.name = "new",
     .usage = "SONG STEM...",
     .summary = "Import stems and decide on a mix.",
     .text = "STEM is an audio file or a folder of them; folders of two "
             "recordings or more inside it become buses. The stems join the "
             "folder of the song and are "
             "never changed.",
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
     .text = "Writes SONG/out/mix.wav at the rate of the song, as 32-bit float "
             "unless --depth says otherwise, and without a limiter. With "
             "--propose the assistant works its own values out again around "
             "yours; remove a value to have it decided anew.",
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
     .summary = "Render the master, and decide on it if nobody has.",
     .text = "If master.yaml has no chain, the assistant writes one. The "
             "master reaches the loudness under the ceiling, or the message "
             "says by how much it falls short (exit status 3). A chain that "
             "stands in master.yaml is kept; only the gain of its limiter is "
             "worked out again. Writes a WAV of 24 bit.",
     .examples =
         "tonmeister master night-drive\n"
         "tonmeister master night-drive --candidates\n"
         "tonmeister master night-drive --simulate spotify --simulate youtube\n"
         "tonmeister master mix.wav -o master.wav --loudness \"-14 LUFS\"",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = master_options,
     .n_options = TON_COUNT(master_options),
     .run = cli_master},
    {.name = "release",
     .usage = "SONG",
     .summary = "Write the finished files and check each one.",
     .text = "WAV, FLAC, MP3 and others with tags, cover and checksums, into "
             "SONG/out/release. Each file is opened again and "
             "measured. " RELEASE_TEXT,
     .examples = "tonmeister release night-drive\n"
                 "tonmeister release night-drive --stems",
     .min_args = 1,
     .max_args = 1,
     .renders = true,
     .options = release_options,
     .n_options = TON_COUNT(release_options),
     .run = cli_release},
    {.name = "album",
     .usage = "ALBUM | SONG... -o ALBUM",
     .summary = "Master songs to one another and write an album.",
     .text =
         "ALBUM is a folder with an album.yaml: the songs in their order, "
         "gaps, crossfades, one loudness and one ceiling (tonmeister help "
         "album.yaml). Each mix is mastered for the album; a song that stands "
         "off in tone gets an equaliser in album.yaml; the texts and "
         "files of the songs stay as they are. The tracks, with the gain of "
         "track and album in their tags, are written into ALBUM/out.",
     .examples = "tonmeister album night-drive blue -o first-light\n"
                 "tonmeister album first-light --cd",
     .min_args = 1,
     .max_args = 99,
     .renders = true,
     .options = album_options,
     .n_options = TON_COUNT(album_options),
     .run = cli_album},
    {.name = "studio",
     .usage = "SONG",
     .summary = "Serve a song for live listening and changes; no page yet.",
     .text = "Serves a song on this machine alone, by the messages of "
             "docs/studio-protocol.md. What is heard is what a render gives; "
             "every move is written into the texts of the song, with their "
             "comments kept, and can be undone. A text editor may work on the "
             "same files. The page in the browser is not made yet. It ends a "
             "minute after the last socket is closed.",
     .examples = "tonmeister studio night-drive\n"
                 "tonmeister studio night-drive --no-open --port 8200",
     .min_args = 1,
     .max_args = 1,
     .options = studio_options,
     .n_options = TON_COUNT(studio_options),
     .run = cli_studio},
    {.name = "check",
     .usage = "SONG|FILE",
     .summary = "What is wrong, where, and how to fix it.",
     .text = "Is a mix ready for mastering? Each thing looked at has a green, "
             "amber or red light, with the place of a fault and what to do "
             "about it in the mix. Of a song, its mix is looked at. Exit "
             "status 3 if anything is red.",
     .examples = "tonmeister check night-drive\n"
                 "tonmeister check mix.wav --json",
     .min_args = 1,
     .max_args = 1,
     .options = check_options,
     .n_options = TON_COUNT(check_options),
     .run = cli_check},
    {.name = "measure",
     .usage = "FILE...",
     .summary = "Every meter on any audio file.",
     .text = "Loudness (ITU-R BS.1770-5, EBU Tech 3341 and 3342), true peak, "
             "levels, dynamics, stereo, tone, and what is broken. tonmeister "
             "help explains each word: help PLR.",
     .examples = "tonmeister measure song.wav\n"
                 "tonmeister measure --json *.flac",
     .min_args = 1,
     .max_args = UINT32_MAX,
     .run = cli_measure},
    {.name = "compare",
     .usage = "FILE REFERENCE...",
     .summary = "Tone, level, dynamics, width at one loudness.",
     .text = "The differences are the file minus the mean of the references. "
             "The tone is compared at one loudness.",
     .examples = "tonmeister compare master.wav references/*.flac",
     .min_args = 2,
     .max_args = UINT32_MAX,
     .run = cli_compare},
    {.name = "apply",
     .usage = "IN OUT FX...",
     .summary = "Run a chain of processors on a file.",
     .text =
         "FX is a processor with its parameters, or one band of an equaliser. "
         "The sample rate, the bit depth and the start stay as they are. The "
         "ending of OUT says what is written: .wav, .flac, .aiff, .mp3, .ogg "
         "or .opus. A file that is there is replaced.",
     .examples = "tonmeister apply in.wav out.wav highpass:freq=80Hz "
                 "compressor:threshold=-20dB,ratio=4",
     .min_args = 3,
     .max_args = UINT32_MAX,
     .renders = true,
     .run = cli_apply},
    {.name = "clean",
     .usage = "SONG",
     .summary = "Remove decoded copies of the stems to free disk space.",
     .text =
         "Stems that are coded (MP3, FLAC, ...), or of another sample rate "
         "than the song, are decoded once into SONG/.tonmeister. The copies "
         "are made again when they are needed, and every render has the "
         "same bytes.",
     .examples = "tonmeister clean night-drive",
     .min_args = 1,
     .max_args = 1,
     .run = cli_clean},
    {.name = "help",
     .usage = "[NAME|all]",
     .summary = "Explain whatever has a name here.",
     .text =
         "NAME is a verb, a processor, a band of an equaliser, a preset, a "
         "target, a role of a track, or a word of mixing and mastering. With "
         "--json: the tables themselves.",
     .examples = "tonmeister help compressor\n"
                 "tonmeister help LUFS\n"
                 "tonmeister help all --json",
     .min_args = 0,
     .max_args = UINT32_MAX,
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
