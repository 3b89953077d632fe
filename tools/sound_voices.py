#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Voices for data/sounds.yaml, made of spoken letters and words: as they are, sung
slowly, and as stacks.  Needs sox, and the sounds of Debian's klettres-data and
ktuberling-data.

    sound_voices.py FOLDER FOLDER_OF_ONE_LANGUAGE...
"""
import pathlib
import random
import subprocess
import sys

SILENCE = ["silence", "1", "0.01", "-45d"]
PAUSES = [0.02, 0.05, 0.1, 0.1]


def sox(*args):
    return subprocess.run(["sox", "-q", *map(str, args)], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


def syllables(files, folder, rng, sung):
    """Each without its silence, some longer and at another pitch"""
    made = []
    for i, file in enumerate(files):
        effects = SILENCE + ["reverse"] + SILENCE + ["reverse", "norm",
                                                     -1 - rng.randrange(7)]
        if sung:
            effects += ["tempo", rng.uniform(0.35, 0.7), "pitch",
                        rng.choice([-200, 0, 200, 300, 500, 700])]
        effects += ["pad", 0, 0.9 if i % 6 == 5 else rng.choice(PAUSES)]
        path = folder / f"part {i}.wav"
        if sox(file, "-r", 44100, "-c", 1, "-b", 24, path, *effects):
            made.append(path)
    return made


def stack(line, path, folder):
    """The line with a voice above and one below"""
    voices = []
    for k, cents in enumerate((0, 400, -500)):
        voices.append(folder / f"part {k} of stack.wav")
        sox(line, voices[-1], "pitch", cents, "pad", 0.02 * k)
    sox("-m", *voices, path, "gain", -4, "highpass", 150, "reverb", 30,
        "trim", 0, 25)


def sing(files, number, folder, rng):
    way = number % 4
    files = rng.sample(files, min(22, len(files)))
    line = folder / "part line.wav"
    sox(*syllables(files, folder, rng, sung=way > 0), line)
    if way == 2:
        stack(line, folder / f"backing vocal {number}.flac", folder)
    else:
        press = ["compand", "0.01,0.15", "-60,-60,-30,-20,0,-8"]
        wet = ["reverb", 35] if way == 3 else []
        sox(line, folder / f"lead vocal {number}.flac", "gain", -6, *press,
            "highpass", 80, *wet, "trim", 0, 25)
    for part in folder.glob("part *.wav"):
        part.unlink()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, language in enumerate(sys.argv[2:]):
        files = sorted(pathlib.Path(language).rglob("*.ogg"))
        if len(files) > 20:
            sing(files, number, folder, random.Random(number))


if __name__ == "__main__":
    main()
