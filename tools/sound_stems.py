#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stems of known roles for data/sounds.yaml: parts played by chance on General
MIDI instruments.  Needs the fluidsynth and sox commands.

    sound_stems.py FOLDER STEMS_PER_ROLE SOUNDFONT...
"""
import pathlib
import random
import struct
import subprocess
import sys

DRUMS = 9
BAR = 1920  # ticks
KIT = {"kick": [35, 36], "snare": [38, 40, 37], "hat": [42, 44, 46],
       "tom": [41, 43, 45, 47, 48, 50], "cymbal": [49, 51, 57, 59, 53, 55]}
PERCUSSION = [39, 56, 60, 61, 62, 63, 64, 65, 66, 67, 68, 75, 76, 77]
SHAKERS = [54, 69, 70, 82]

# Programs, lowest and highest key, ways to play
PITCHED = {
    "bass": (range(32, 40), 28, 50, ["line", "line", "eighths", "long"]),
    "electric guitar": ([26, 27, 28, 29, 30, 30], 40, 76,
                        ["strum", "power", "eighths", "arpeggio"]),
    "lead guitar": ([26, 27, 29, 30], 55, 86, ["line"]),
    "acoustic guitar": ([24, 25], 40, 76, ["strum", "arpeggio"]),
    "keys": (range(0, 8), 40, 84, ["chords", "arpeggio", "line", "stabs"]),
    "organ": ([16, 17, 18, 19, 20, 21], 48, 84, ["long", "chords"]),
    "synth": ([50, 51, 62, 63, 81, 90], 48, 84, ["stabs", "chords"]),
    "pluck": ([80, 81, 84, 87, 98, 11, 108], 52, 88, ["arpeggio"]),
    "synth lead": ([80, 81, 82, 84, 87], 60, 88, ["line"]),
    "pad": ([88, 89, 90, 91, 92, 93, 94, 95, 50], 48, 80, ["long"]),
    "strings": ([40, 41, 42, 44, 48, 49, 48, 49], 45, 90, ["long", "line"]),
    "brass": ([56, 57, 58, 60, 61, 61], 48, 80, ["line", "stabs", "long"]),
    "winds": ([64, 65, 66, 67, 68, 71, 73, 75], 52, 88, ["line"]),
    "choir": ([52, 53, 54], 48, 79, ["long", "chords"]),
    "effects": ([96, 97, 99, 101, 102, 103, 119, 122, 125, 126, 127], 40, 80,
                ["seldom"]),
}


class Part:
    """Notes of one channel"""

    def __init__(self, rng, program):
        self.rng = rng
        self.program = program
        self.events = []

    def note(self, at, length, key, loud, channel=0):
        at = max(0, int(at + self.rng.gauss(0, 6)))
        self.events.append((at, 0x90 | channel, key, loud))
        self.events.append((at + max(int(length), 20), 0x80 | channel, key, 0))

    def bytes(self, bpm):
        track = b"\0\xff\x51\x03" + struct.pack(">I", int(6e7 / bpm))[1:]
        track += bytes([0, 0xc0, self.program or 0])
        now = 0
        for at, status, a, b in sorted(self.events):
            track += length_of(at - now) + bytes([status, a, b])
            now = at
        track += b"\0\xff\x2f\0"
        return (b"MThd" + struct.pack(">IHHH", 6, 0, 1, BAR // 4) + b"MTrk" +
                struct.pack(">I", len(track)) + track)


def length_of(ticks):
    out = [ticks & 0x7f]
    while ticks > 0x7f:
        ticks >>= 7
        out.append(0x80 | ticks & 0x7f)
    return bytes(reversed(out))


def loudness(rng, base=95):
    return max(20, min(127, int(rng.gauss(base, 12))))


def hit_pattern(part, keys, density, bars):
    """The same two bars again and again, with a variation now and then"""
    rng = part.rng
    steps = [rng.random() < density for _ in range(32)]
    steps[rng.randrange(32)] = True
    for bar in range(bars):
        for s in range(16):
            on = steps[(bar % 2) * 16 + s]
            if on != (rng.random() < 0.03):
                part.note(bar * BAR + s * BAR // 16, 100, rng.choice(keys),
                          loudness(rng), DRUMS)


def kit(part, bars, without=()):
    rng = part.rng
    for bar in range(bars):
        for s in range(16):
            at = bar * BAR + s * BAR // 16
            if "kick" not in without and (s in (0, 8) or rng.random() < 0.1):
                part.note(at, 100, 36, loudness(rng, 105), DRUMS)
            if s in (4, 12):
                part.note(at, 100, 38, loudness(rng, 105), DRUMS)
            if s % 2 == 0:
                part.note(at, 100, 42 if bar % 8 < 4 else 51,
                          loudness(rng, 80), DRUMS)
            if s == 0 and bar % 4 == 0:
                part.note(at, 100, 49, loudness(rng, 100), DRUMS)
            if bar % 4 == 3 and s > 11 and rng.random() < 0.5:
                part.note(at, 100, rng.choice(KIT["tom"]), loudness(rng), DRUMS)


def chord(rng, low, high):
    root = low + rng.randrange(12)
    notes = [root, root + 7, root + 12, root + 15 + rng.randrange(2),
             root + 19, root + 24]
    return [n for n in notes if n <= high] or [root]


def play_line(part, low, high, bar, lengths):
    rng = part.rng
    key = rng.randrange(low, high)
    at = 0
    while at < BAR:
        length = rng.choice(lengths)
        key = min(high, max(low, key + rng.choice([-5, -3, -2, 0, 2, 3, 5])))
        if rng.random() < 0.8:
            part.note(bar * BAR + at, 0.9 * length, key, loudness(rng))
        at += length


def play_bar(part, way, low, high, bar):
    rng = part.rng
    notes = chord(rng, low, high)
    start = bar * BAR
    if way == "line":
        play_line(part, low, high, bar, [240, 480, 480, 960])
    elif way == "eighths":
        for s in range(8):
            part.note(start + s * 240, 200, notes[0], loudness(rng))
    elif way == "long":
        for n in notes[:rng.randrange(1, 5)]:
            part.note(start, BAR - 20, n, loudness(rng, 85))
    elif way == "seldom":
        if rng.random() < 0.4:
            part.note(start, BAR * 1.5, rng.randrange(low, high), loudness(rng))
    elif way == "power":
        for s in rng.choice([[0, 960], [0, 360, 720, 960], range(0, BAR, 240)]):
            for n in notes[:3]:
                part.note(start + s, 220, n, loudness(rng, 105))
    elif way == "arpeggio":
        step = rng.choice([120, 240])
        for s in range(BAR // step):
            part.note(start + s * step, 1.5 * step, notes[s % len(notes)],
                      loudness(rng))
    else:  # strum, chords, stabs
        times = {"strum": range(0, BAR, 240), "chords": [0, 960],
                 "stabs": [0, 720, 1440]}[way]
        for s in times:
            if way == "strum" and rng.random() < 0.25:
                continue
            for k, n in enumerate(notes):
                part.note(start + s + 8 * k * (way == "strum"),
                          {"strum": 300, "chords": 940, "stabs": 160}[way], n,
                          loudness(rng))


def make_part(role, rng):
    bars = rng.randrange(8, 13)
    if role in PITCHED:
        programs, low, high, ways = PITCHED[role]
        part = Part(rng, rng.choice(list(programs)))
        way = rng.choice(ways)
        for bar in range(bars):
            if rng.random() < 0.9:
                play_bar(part, way, low, high, bar)
        return part
    part = Part(rng, rng.choice([0, 8, 16, 24, 25, 40]))
    if role in ("drums", "overhead", "room"):
        kit(part, bars)
        return part
    keys = {"percussion": rng.sample(PERCUSSION, 2),
            "shaker": [rng.choice(SHAKERS)],
            "kick": [rng.choice(KIT["kick"])],
            "hat": KIT["hat"]}.get(role) or KIT[role]
    density = {"kick": 0.2, "snare": 0.15, "tom": 0.05, "hat": 0.55,
               "percussion": 0.3, "shaker": 0.6}[role]
    hit_pattern(part, keys, density * rng.uniform(0.6, 1.4), bars)
    if role in ("kick", "snare", "tom") and rng.random() < 0.5:
        bleed = Part(rng, 0)
        kit(bleed, bars)
        part.events += [(at, s, k, max(1, v // 6))
                        for at, s, k, v in bleed.events]
    return part


def effects(role, rng):
    """What a studio does to such a track"""
    chain = ["gain", "-8"]
    if role == "overhead":
        chain += ["highpass", str(rng.choice([150, 300, 500]))]
    if role == "room":
        chain += ["reverb", str(rng.randrange(50, 90))]
    if role in ("electric guitar", "lead guitar") and rng.random() < 0.6:
        chain += ["overdrive", str(rng.randrange(8, 30)), "lowpass",
                  str(rng.randrange(4500, 7000))]
    if rng.random() < 0.3:
        chain += ["compand", "0.01,0.15", "-60,-60,-30,-20,0,-8"]
    if rng.random() < 0.3:
        chain += ["reverb", str(rng.randrange(10, 50))]
    if rng.random() < 0.4:
        chain += ["treble", str(rng.choice([-6, -3, 3]))]
    if rng.random() < 0.4:
        chain += ["remix", "-"]  # mono
    return chain


ROLES = ["kick", "snare", "tom", "hat", "overhead", "room", "drums",
         "percussion", "shaker"] + list(PITCHED)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(int(sys.argv[2])):
        for role in ROLES:
            rng = random.Random(f"{role} {i}")
            soundfont = sys.argv[3 + i % (len(sys.argv) - 3)]
            midi, raw = folder / "part.mid", folder / "part.wav"
            midi.write_bytes(make_part(role, rng).bytes(rng.uniform(75, 150)))
            subprocess.run(
                ["fluidsynth", "-niq", "-R", "0", "-C", "0", "-g", "0.3", "-r",
                 "44100", "-F", raw, soundfont, midi], check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            subprocess.run(["sox", "-q", raw, folder / f"{role} {i}.flac",
                            *effects(role, rng), "trim", "0", "25"],
                           check=True, stderr=subprocess.DEVNULL)
    (folder / "part.mid").unlink()
    (folder / "part.wav").unlink()


if __name__ == "__main__":
    main()
