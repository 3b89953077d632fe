#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""sessions PROGRAM SEED COUNT: songs nobody wrote.  TAP.

COUNT songs of random tracks, buses, sends, keys, chains and movements, each
valid: it must render, to the same bytes with another block size and number of
threads, and to numbers.  Then each text is damaged, four times: the program
must render it or refuse it, naming the place, and never fall over.
"""
import array
import hashlib
import json
import math
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

program, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
RATES = (44100, 48000, 88200, 96000)
BANDS = ("bell", "low-shelf", "high-shelf", "highpass", "lowpass", "notch",
         "tilt")
STOPS = {0: "as it should", 1: "refused", 2: "refused", 3: "goal missed"}


def write_stem(path, rng):
    rate, channels = rng.choice(RATES), rng.choice((1, 1, 2))
    frames = rng.randrange(1, rate // 2)
    loud = rng.choice((0, 30, 3000, 32000))
    data = b"".join(struct.pack("<h", rng.randint(-loud, loud))
                    for _ in range(frames * channels))
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
        struct.pack("<IHHIIHH", 16, 1, channels, rate, 2 * rate * channels,
                    2 * channels, 16) + b"data" +
        struct.pack("<I", len(data)) + data)


def value(param, rng):
    low, high = param["min"], param["max"]
    if param["switch"]:
        return rng.choice(("on", "off"))
    if param["choices"]:
        return rng.choice(param["choices"])
    if high is None:
        high = 100
    if rng.random() < 0.1:
        return f"{rng.choice((low, high)):.7g}"
    if low > 0 and high / low > 100:
        return f"{low * (high / low) ** rng.uniform(0.001, 0.999):.5g}"
    return f"{low + (high - low) * rng.uniform(0.001, 0.999):.5g}"


def band(rng):
    gain = f", gain: {rng.uniform(-20, 20):.1f} dB"
    kind = rng.choice(BANDS)
    return (f"{kind}: {{at: {10 ** rng.uniform(1.4, 4.2):.0f} Hz"
            f"{'' if 'pass' in kind or kind == 'notch' else gain}}}")


def insert(processors, rng):
    processor = rng.choice(processors)
    if processor["params"][0]["symbol"].startswith("1-"):
        bands = ", ".join(band(rng) for _ in range(rng.randint(1, 5)))
        return f"{processor['id']}: [{bands}]"
    params = rng.sample(processor["params"],
                        rng.randint(0, min(4, len(processor["params"]))))
    values = ", ".join(f"{p['symbol']}: {value(p, rng)}" for p in params)
    return f"{processor['id']}: {{{values}}}" if values else processor["id"]


def strip(name, file, ways, keys, processors, rng):
    lines = [f"  {name}:"] + ([f"    file: {file}"] if file else [])
    chain = [insert(processors, rng) for _ in range(rng.randint(0, 3))]
    if chain:
        lines.append("    chain:")
    for item in chain:
        lines.append(f"      - {item}")
        if keys and re.match("compressor|gate", item) and rng.random() < 0.5:
            lines[-1] = lines[-1] if ":" in item else lines[-1] + ":"
            lines.append(f"        key: {rng.choice(keys)}")
    lines.append(f"    fader: {rng.uniform(-30, 3):.2f} dB")
    if rng.random() < 0.5:
        lines.append(f"    pan: {rng.choice('LR')}{rng.randint(0, 100)}")
    if rng.random() < 0.2:
        lines.append("    polarity: inverted")
    if rng.random() < 0.2:
        lines.append(f"    delay: {rng.uniform(0, 90):.2f} ms")
    if ways and rng.random() < 0.7:
        lines.append(f"    to: {rng.choice(ways)}")
    if ways and rng.random() < 0.6:
        sends = [f"{way}: {{level: {rng.uniform(-40, 0):.1f} dB, "
                 f"tap: {rng.choice(('pre', 'post'))}}}"
                 for way in rng.sample(ways, rng.randint(1, len(ways)))]
        lines.append(f"    sends: {{{', '.join(sends)}}}")
    if rng.random() < 0.5:
        places = sorted(rng.uniform(0, 0.6) for _ in range(rng.randint(1, 5)))
        points = ", ".join(
            f"[{at:.4f} s, {rng.uniform(-60, 6):.2f} dB, "
            f"{rng.choice(('linear', 'hold', 'smooth'))}]" for at in places)
        lines.append(f"    automation: {{fader: [{points}]}}")
    return lines


def text(processors, stems, rng):
    buses = [f"Bus {i}" for i in range(rng.randint(0, 5))]
    tracks = [f"Track {i}" for i in range(rng.randint(1, 20))]
    lines = ["tempo: 97 bpm"] + rng.choice(([], ["rate: 96 kHz"])) + ["tracks:"]
    for i, track in enumerate(tracks):
        lines += strip(track, rng.choice(stems), buses, tracks[:i], processors,
                       rng)
    lines.append("buses:")
    for i, bus in enumerate(buses):
        lines += strip(bus, None, buses[i + 1:], [], processors, rng)
    return "\n".join(lines + ["  Mix: {fader: -20 dB}"]) + "\n"


def damaged(whole, rng):
    at = rng.randrange(len(whole))
    how = rng.randrange(4)
    if how == 0:
        return whole[:at] + whole[at + rng.randint(1, 30):]
    if how == 1:
        return whole[:at] + rng.choice("\n :-[]{}'\"#,0z\t/é") + whole[at + 1:]
    lines = whole.split("\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    if how == 2:
        lines[a], lines[b] = lines[b], lines[a]
    else:
        lines.insert(a, lines[b])
    return "\n".join(lines)


def mix(song, *options):
    return subprocess.run([program, "mix", str(song), "--quiet", *options],
                          capture_output=True, text=True, errors="replace",
                          timeout=300)


def rendered(song):
    """Its hash; None if it is not numbers throughout"""
    wav = (song / "out/mix.wav").read_bytes()
    samples = array.array("f", wav[wav.index(b"data") + 8:])
    return hashlib.sha256(wav).hexdigest() if math.isfinite(sum(samples)) \
        else None


def valid_song(song, rng):
    run = mix(song, "--threads", "1")
    if run.returncode:
        return f"exit {run.returncode}: {run.stderr.strip()}"
    wanted = rendered(song)
    if not wanted:
        return "not numbers throughout"
    options = ("--threads", str(rng.randint(2, 4)),
               "--block", str(rng.choice((1, 3, 17, 100, 441, 1000, 4096))))
    run = mix(song, *options)
    if run.returncode or rendered(song) != wanted:
        return f"other bytes with {' '.join(options)}"
    return None


def damaged_song(song, whole, rng):
    broken = damaged(whole, rng)
    (song / "mix.yaml").write_text(broken)
    run = mix(song)
    place = re.search(r"mix\.yaml:\d+:\d+: ", run.stderr)
    if run.returncode not in STOPS or run.returncode == 2 and not place:
        return f"exit {run.returncode}: {run.stderr.strip()}\n{broken}"
    return None


def say(n, what, wrong):
    for line in (wrong or "").splitlines():
        print("# " + line)
    print(f"{'not ok' if wrong else 'ok'} {n} - {what}", flush=True)
    return bool(wrong)


def main():
    tables = json.loads(subprocess.run([program, "help", "all", "--json"],
                                       capture_output=True).stdout)
    print(f"1..{2 * count}", flush=True)
    failed = 0
    for i in range(count):
        seed = first + i
        rng = random.Random(seed)
        song = pathlib.Path(tempfile.mkdtemp(prefix="ton-sessions-"))
        try:
            stems = [f"{k}.wav" for k in range(4)]
            for stem in stems:
                write_stem(song / stem, rng)
            whole = text(tables["processors"], stems, rng)
            (song / "mix.yaml").write_text(whole)
            wrong = valid_song(song, rng)
            failed += say(2 * i + 1, f"song {seed}",
                          wrong and wrong + "\n" + whole)
            wrongs = [damaged_song(song, whole, rng) for _ in range(4)]
            failed += say(2 * i + 2, f"song {seed} damaged",
                          "\n".join(w for w in wrongs if w))
        finally:
            shutil.rmtree(song)
    return failed > 0


sys.exit(main())
