#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""memory PROGRAM: peak memory of a mix of 64 stems of 2 and of 10 minutes.

Every stem is one file under 64 names, through an equaliser, a compressor and
two sends into reverb and delay.  The bar: under 200 MB, and no more for the
long song than for the short one.  TAP.
"""
import os
import pathlib
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile

program = sys.argv[1]
RATE = 48000
STRIP = """  T{0:02}:
    file: stems/{0:02}.wav
    chain:
      - equaliser: [{{highpass: {{at: 80 Hz}}}}, {{bell: {{at: 1 kHz, gain: -3 dB}}}}]
      - compressor: {{threshold: -24 dB, ratio: 3:1}}
    sends: {{Room: -12 dB, Echo: -18 dB}}
"""


def write_stem(path, seconds):
    """One second of noise over and over, 24 bit mono."""
    rng = random.Random(1)
    second = b"".join(struct.pack("<i", rng.randrange(-2 ** 20, 2 ** 20))[:3]
                      for _ in range(RATE))
    size = len(second) * seconds
    with open(path, "wb") as stem:
        stem.write(b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " +
                   struct.pack("<IHHIIHH", 16, 1, 1, RATE, 3 * RATE, 3, 24) +
                   b"data" + struct.pack("<I", size))
        for _ in range(seconds):
            stem.write(second)


def write_song(song, seconds):
    stems = song / "stems"
    stems.mkdir(parents=True)
    write_stem(stems / "00.wav", seconds)
    for i in range(1, 64):
        os.link(stems / "00.wav", stems / f"{i:02}.wav")
    (song / "mix.yaml").write_text(
        "tracks:\n" + "".join(STRIP.format(i) for i in range(64)) +
        "buses:\n  Room: {chain: [reverb]}\n  Echo: {}\n"
        "  Mix: {fader: -30 dB}\n")


def peak_mb(song):
    """Of the one process, in MB; its output is thrown away."""
    child = subprocess.Popen([program, "mix", str(song), "--quiet"],
                             stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    return usage.ru_maxrss / 1024 if status == 0 else None


def main():
    print("1..3", flush=True)
    peaks = {}
    for minutes in (2, 10):
        song = pathlib.Path(tempfile.mkdtemp(prefix="ton-long-"))
        try:
            write_song(song / "song", 60 * minutes)
            peaks[minutes] = peak_mb(song / "song")
        finally:
            shutil.rmtree(song)
        peak = peaks[minutes]
        holds = peak is not None and peak < 200
        print(f"# 64 stems of {minutes} min: "
              f"{'failed' if peak is None else f'{peak:.1f} MB'}, limit 200 MB")
        print(f"{'ok' if holds else 'not ok'} {1 + (minutes == 10)} - "
              f"{minutes} min under 200 MB", flush=True)
    grown = None not in peaks.values() and peaks[10] > peaks[2] * 1.1 + 1
    same = None not in peaks.values() and not grown
    print(f"{'ok' if same else 'not ok'} 3 - memory does not grow with length")


resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
main()
