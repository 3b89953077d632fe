#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""one_song PROGRAM: a whole song is the same bytes, file by file.  TAP.

Made with four threads, then each stage again with one thread, small blocks and
a cold cache; and by the programs that TON_OTHERS names (of another compiler,
under a sanitizer), where there are any.
"""
import hashlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

program = pathlib.Path(sys.argv[1]).resolve()
work = pathlib.Path(tempfile.mkdtemp(prefix="ton-one-song-"))
STEMS = (("01 Kick", 48000, 1), ("02 Snare", 48000, 1), ("OH", 44100, 2),
         ("Bass DI", 48000, 1), ("Gtr L", 44100, 1), ("Gtr R", 44100, 1),
         ("Keys", 48000, 2), ("LEAD VOX", 96000, 1))


def write_stem(path, rate, channels, seed):
    """Bursts of noise, so that there is something to gate and to duck"""
    rng = random.Random(seed)
    value = [0.0] * channels
    data = bytearray()
    for i in range(2 * rate):
        loud = 9000 * 0.5 ** (8.0 * (i % (rate // 2)) / rate)
        for c in range(channels):
            value[c] += 0.2 * (rng.uniform(-loud, loud) - value[c])
            data += struct.pack("<h", int(value[c]))
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
        struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate * channels,
                    2 * channels, 16) + b"data" +
        struct.pack("<I", len(data)) + data)


def run(what, folder, *words):
    ran = subprocess.run([what, *words, "--quiet"], cwd=folder,
                         capture_output=True, text=True, errors="replace")
    return [] if ran.returncode in (0, 3) else \
        [f"{words[0]}: exit {ran.returncode}", *ran.stderr.splitlines()[:40]]


def files_of(song):
    """But for the notes on where the stems came from, which only make writes"""
    return {str(path.relative_to(song)):
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in song.rglob("*")
            if path.is_file() and path.name != "imported"}


def differences(song, wanted):
    now = files_of(song)
    return [f"{name} differs" for name in sorted(wanted.keys() | now.keys())
            if wanted.get(name) != now.get(name)]


def made_by(what, name, *options):
    folder = work / name
    folder.mkdir()
    wrong = run(what, folder, "make", str(work / "stems"), "-o", "song",
                *options)
    return folder / "song", wrong


def say(n, what, wrong):
    for line in wrong:
        print("# " + line)
    print(f"{'not ok' if wrong else 'ok'} {n} - {what}", flush=True)
    return bool(wrong)


def main():
    others = os.environ.get("TON_OTHERS", "").split()
    print(f"1..{2 + len(others)}", flush=True)
    (work / "stems").mkdir()
    for i, (name, rate, channels) in enumerate(STEMS):
        write_stem(work / "stems" / (name + ".wav"), rate, channels, i)
    song, wrong = made_by(program, "first", "--threads", "4")
    wanted = files_of(song)
    failed = say(1, f"made with four threads: {len(wanted)} files", wrong)
    shutil.rmtree(song / ".tonmeister")
    for verb in ("mix", "master", "release"):
        wrong += run(program, song.parent, verb, "song", "--threads", "1",
                     "--block", "64")
    failed += say(2, "the stages again, one thread, blocks of 64",
                  wrong + differences(song, wanted))
    for i, other in enumerate(others):
        song, wrong = made_by(other, str(i))
        failed += say(3 + i, f"by {other}", wrong + differences(song, wanted))
    return failed > 0


try:
    status = main()
finally:
    shutil.rmtree(work)
sys.exit(status)
